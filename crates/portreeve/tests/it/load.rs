//! What strangers, and customers whose link is in the hands of a program, can make the desk keep, write and send.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::customers::link;
use crate::seat::{Seat, hire};
use crate::world::*;

const FORM: &str = "application/x-www-form-urlencoded";

impl Serving {
    /// Memory that the process has, in KiB.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Begins to send a body, and sends all of it but its last byte.
    fn send_half(&self, path: &str, length: usize) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(self.address()).ok()?;
        stream.set_write_timeout(Some(Duration::from_secs(20))).ok()?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: desk.example.com\r\nContent-Type: {FORM}\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        let part = vec![b'a'; 64 * 1024];
        let mut left = length - 1;
        while left > 0 {
            let next = left.min(part.len());
            stream.write_all(&part[..next]).ok()?;
            left -= next;
        }
        Some(stream)
    }
}

#[test]
fn bodies_of_strangers_fill_no_memory_and_stand_in_nobodys_way() {
    const CONNECTIONS: usize = 200;
    const LENGTH: usize = 2 * 1024 * 1024;
    let world = World::new(Engine::Sqlite);
    hire(&world, "ada", "admin");
    let desk = world.serve();
    drop(Seat::take(&desk, "ada"));
    let before = desk.resident();
    let paths = ["/admin/sign-in", "/client/link", "/client/sso", AMP];
    let held: Vec<TcpStream> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let desk = &desk;
                scope.spawn(move || {
                    let path = paths[sender % paths.len()];
                    let all = (0..CONNECTIONS / 8).filter_map(|_| desk.send_half(path, LENGTH));
                    all.collect::<Vec<_>>()
                })
            })
            .collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(held.len(), CONNECTIONS);
    let grown = desk.resident().saturating_sub(before);
    let sent = u64::try_from(CONNECTIONS * LENGTH / 1024).unwrap();
    assert!(grown < sent / 8, "{grown} KiB more while {sent} KiB hang in the air");
    // Scripts and staff are served meanwhile.
    assert_eq!(desk.create(&world, "service_id=1&category=Spam"), 1);
    let page = Seat::take(&desk, "ada").get("/admin");
    assert_eq!(page.status, 200);
    drop(held);
}

#[test]
fn a_stranger_who_sends_a_large_form_is_refused() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let body = |length: usize| format!("email={}", "a".repeat(length));
    let post =
        |path: &str, length| desk.post(path, &[("content-type", FORM)], body(length).as_bytes());
    assert_eq!(post("/client/link", 8_000).status, 200);
    assert_eq!(post("/client/link", 17_000).status, 413);
    assert_eq!(post("/client/sso", 17_000).status, 413);
    assert_eq!(post("/admin/sign-in", 17_000).status, 400);
    assert_eq!(post("/admin/sign-in", 8_000).status, 401);
}

#[test]
fn a_flood_of_strangers_writes_little_into_the_log_and_their_number() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let before = desk.log().len();
    for call in 0..600 {
        let id = format!("wrong{call}");
        let headers = [("API_ID", id.as_str()), ("Content-Type", FORM)];
        // Without an API ID every other time: that is a line of its own.
        let answer = desk.post(AMP, &headers[call % 2..], b"action=create");
        assert!(answer.body.contains("AMP001") || answer.body.contains("AMP104"), "{answer:?}");
    }
    let written = desk.log().len() - before;
    assert!(written < 16 * 1024, "{written} bytes");
    let log = desk.log();
    assert!(log.contains("drop-in call turned away"), "{log}");
    // What is left to be said is said at the end, if not before.
    desk.signal("TERM");
    eventually("their number is written", || desk.log().contains(" more lines like those of "));
}

fn post(desk: &Serving, link: &str, report: i64, deed: &str, text: &str) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("text", text).finish();
    desk.post(
        &format!("{link}/reports/{report}/{deed}"),
        &[("content-type", FORM)],
        body.as_bytes(),
    )
}

on_both! {
    fn by_a_link_twenty_answers_an_hour_are_taken_and_staff_get_one_mail(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let link = link(&world, id, "opened");
        for answer in 0..20 {
            let deed = ["answer", "fixed", "contest"][answer % 3];
            assert_eq!(post(&desk, &link, id, deed, &format!("answer {answer}")).status, 303);
        }
        let refused = post(&desk, &link, id, "answer", "the twenty-first <answer>");
        assert_eq!(refused.status, 429, "{refused:?}");
        assert!(refused.body.contains("20 times an hour"), "{refused:?}");
        assert!(refused.body.contains("the twenty-first &lt;answer&gt;</textarea>"), "{refused:?}");
        let messages = world.report(id)["messages"].as_array().unwrap().len();
        assert_eq!(messages, 20);
        // Staff may write, and then the customer is still heard next hour and not before.
        world.ok(&["report", "answer", &id.to_string(), "--text", "Thank you."]);
        assert_eq!(post(&desk, &link, id, "answer", "another").status, 429);
        let told = || world.mails(&format!("report-{id}.answered.staff")).len();
        eventually("staff are told", || told() >= 1);
        eventually("nothing is left to be sent", || {
            world.mails(&format!("report-{id}.answered.customer")).len() == 1
        });
        assert!(told() <= 2, "{} mails: one, or two when the clock struck the hour", told());
    }

    fn a_customer_hears_staff_and_staff_hear_the_customer_again_within_the_hour(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let told = || world.mails(&format!("report-{id}.answered.staff")).len();
        assert_eq!(post(&desk, &link, id, "answer", "first").status, 303);
        eventually("staff are told", || told() == 1);
        world.ok(&["report", "answer", &id.to_string(), "--text", "And since when?"]);
        assert_eq!(post(&desk, &link, id, "answer", "since noon").status, 303);
        eventually("staff are told of the answer to theirs", || told() == 2);
    }

    fn a_long_message_is_shown_by_its_beginning_with_a_link_to_the_whole(world) {
        hire(&world, "ada", "admin");
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let other = desk.create(&world, "service_id=9&category=Spam");
        let ours = link(&world, id, "opened");
        let long = format!("{}the end", "words ".repeat(10_000));
        assert_eq!(post(&desk, &ours, id, "answer", &long).status, 303);
        let page = desk.get(&ours);
        assert!(page.body.len() < 40_000 && !page.body.contains("the end"), "{}", page.body.len());
        let whole = page.body.split("href=\"").find_map(|rest| {
            let href = rest.split('"').next().unwrap().replace("&#x2f;", "/");
            href.contains("/messages/").then_some(href)
        });
        let whole = whole.expect("a link to the whole message");
        let message = desk.get(&whole);
        assert_eq!((message.status, message.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert_eq!(message.body, long);
        let number = whole.rsplit('/').next().unwrap();
        let theirs = link(&world, other, "opened");
        for path in [
            format!("{theirs}/reports/{other}/messages/{number}"),
            format!("{theirs}/reports/{id}/messages/{number}"),
            format!("{ours}/reports/{id}/messages/x"),
        ] {
            assert_eq!(desk.get(&path).status, 404, "{path}");
        }
        let ada = Seat::take(&desk, "ada");
        let page = ada.get(&format!("/admin/reports/{id}"));
        assert!(!page.body.contains("the end"));
        assert!(page.body.contains(&format!("/admin/reports/{id}/messages/{number}")), "{}", page.body);
        assert_eq!(ada.get(&format!("/admin/reports/{id}/messages/{number}")).body, long);
        assert_eq!(world.report(id)["messages"][0]["text"], long.as_str(), "scripts get all of it");
    }
}
