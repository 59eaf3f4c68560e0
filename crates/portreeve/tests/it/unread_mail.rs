//! Mail that was acknowledged and is not read yet: it holds deadlines, and counts.

use serde_json::Value;

use crate::lmtp::*;
use crate::telling::hurry;
use crate::world::*;

const ADDRESS: &str = "abuse@example.com";
const LIMITED: &str = "category=Spam&suspend_method=timelimit";

/// Makes the database itself refuse what is found in a mail, so that none can be read; or lets it again.
fn refuse_reading(world: &World, refused: bool) {
    world.sql(match (world.engine, refused) {
        (Engine::Postgres, true) => {
            "CREATE FUNCTION refuse_reading() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
             CREATE TRIGGER refuse_reading BEFORE UPDATE OF message_id ON incoming_mails FOR EACH ROW
                EXECUTE FUNCTION refuse_reading()"
        }
        (Engine::Postgres, false) => "DROP TRIGGER refuse_reading ON incoming_mails",
        (Engine::Sqlite, true) => {
            "CREATE TRIGGER refuse_reading BEFORE UPDATE OF message_id ON incoming_mails
                BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        (Engine::Sqlite, false) => "DROP TRIGGER refuse_reading",
    });
}

/// A desk that takes mail, with short deadlines.
fn with_deadlines(world: &World, period: &str) -> Lmtp {
    world.set("time_limit.period", period);
    world.set("time_limit.reminder", "false");
    take_mail(world, ADDRESS)
}

/// The first notice to the customer of a report, once it is on record.
fn notice(world: &World, id: i64) -> String {
    let part = format!("report-{id}.opened.customer.");
    eventually("the customer is told", || {
        !world.mails(&part).is_empty() && world.events(id, "notice_sent") >= 1
    });
    world.mails(&part).remove(0)
}

fn take(lmtp: Lmtp, from: &str, to: &str, mail: &str) {
    let answer = lmtp.hand_over(from, to, mail);
    assert!(answer.starts_with("250 "), "{answer}");
}

fn strange(number: usize) -> String {
    format!("From: eve@example.net\nSubject: {number}\n\nHello\n")
}

fn state(world: &World, mail: i64) -> Value {
    world.json(&["inbox", "show", &mail.to_string()])
}

/// Waits until a mail was tried in vain, and nobody tries right now.
fn tried_in_vain(world: &World) {
    eventually("it was tried in vain", || {
        let jobs = world.json(&["job", "list"]);
        let mut reading =
            jobs.as_array().unwrap().iter().filter(|job| job["kind"] == "read_mail").peekable();
        reading.peek().is_some() && reading.all(|job| job["tries"].as_i64() >= Some(1))
    });
}

on_both! {
    fn a_deadline_is_put_off_until_an_answer_that_came_in_time_is_read(world) {
        let lmtp = with_deadlines(&world, "8s");
        let desk = world.serve();
        let [answered, other] = [1, 2].map(|service| desk.create(&world, &format!("service_id={service}&{LIMITED}")));
        let told = notice(&world, answered);
        notice(&world, other);
        refuse_reading(&world, true);
        take(lmtp, "ada@example.com", &header(&told, "Reply-To"), &answer_to(&told, "ada@example.com", "It is gone."));
        let at_once = desk.create(&world, "service_id=7&category=Spam&suspend_method=immediate");
        world.wait_for(at_once, "suspended");
        world.wait_for(other, "suspended");
        assert_eq!(state(&world, 1)["state"], "unread");
        let report = world.report(answered);
        assert_eq!((&report["suspension"]["state"], &report["turn"]), (&"none".into(), &"customer".into()));
        assert_eq!(world.events(answered, "deadline_reached"), 0, "it did not come to approval either");
        refuse_reading(&world, false);
        hurry(&world, "read_mail");
        eventually("it is read", || world.events(answered, "answered_by_mail") == 1);
        let report = world.report(answered);
        let left = report["time_left"].as_str().expect("what was left when it came");
        assert_ne!(left, "0s", "{report}");
        assert_eq!((&report["suspension"]["state"], &report["deadline_at"]), (&"none".into(), &Value::Null));
    }

    fn mail_about_nobody_knows_what_puts_every_deadline_off_until_it_is_read(world) {
        let lmtp = with_deadlines(&world, "6s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        notice(&world, id);
        refuse_reading(&world, true);
        take(lmtp, "eve@example.net", ADDRESS, &strange(1));
        // One whose deadline is set later and comes later, so that the first is due by then.
        let later = desk.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let_pass(8.0);
        for id in [id, later] {
            assert_eq!((world.suspension(id).as_str(), world.events(id, "deadline_reached")), ("none", 0));
        }
        refuse_reading(&world, false);
        hurry(&world, "read_mail");
        for id in [id, later] {
            world.wait_for(id, "suspended");
            assert_eq!(world.events(id, "awaiting_approval"), 0, "nobody had to approve it");
        }
        let known = state(&world, 1);
        assert_eq!((&known["state"], &known["why"]), (&"waiting".into(), &"no_token".into()));
    }

    fn a_mail_that_cannot_be_read_waits_and_then_its_deadline_waits_for_approval(world) {
        let lmtp = with_deadlines(&world, "6s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        let told = notice(&world, id);
        refuse_reading(&world, true);
        take(lmtp, "ada@example.com", &header(&told, "Reply-To"), &answer_to(&told, "ada@example.com", "It is gone."));
        tried_in_vain(&world);
        // As after many tries.
        world.sql("UPDATE jobs SET tries = 9, run_at = 1 WHERE kind = 'read_mail' AND lease IS NULL");
        eventually("it waits as it is", || state(&world, 1)["state"] == "waiting");
        let known = state(&world, 1);
        assert_eq!((&known["why"], &known["report_id"]), (&"unreadable".into(), &id.into()));
        world.wait_for(id, "awaiting_approval");
        assert_eq!(world.events(id, "mail_waits"), 1);
        eventually("staff are told", || !world.mails(&format!("report-{id}.needs_staff.staff")).is_empty());
    }

    fn a_mail_whose_readers_go_away_again_and_again_waits_and_holds_nobody_else(world) {
        let lmtp = with_deadlines(&world, "6s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        notice(&world, id);
        refuse_reading(&world, true);
        take(lmtp, "eve@example.net", ADDRESS, &strange(1));
        tried_in_vain(&world);
        // As a process that ends in the middle leaves it.
        world.sql("UPDATE jobs SET lost = 4, lease = 'gone', run_at = 1 WHERE kind = 'read_mail'");
        eventually("it waits as it is", || state(&world, 1)["state"] == "waiting");
        assert_eq!(state(&world, 1)["why"], "unreadable");
        world.wait_for(id, "suspended");
    }

    fn staff_are_told_once_when_mail_is_not_read_in_time(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        crate::seat::hire(&world, "emil", "admin");
        world.ok(&["staff", "notify", "emil", "--notices", "none"]);
        refuse_reading(&world, true);
        take(lmtp, "eve@example.net", ADDRESS, &strange(1));
        let ready = || desk.get("/readyz").body;
        let number = |name: &str| {
            let page = desk.get("/metrics").body;
            let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
            line.unwrap_or_else(|| panic!("no {name} in {page}"))
        };
        eventually("it is among the numbers", || number("portreeve_mail_unread") == "1");
        assert_ne!(number("portreeve_mail_unread_since_seconds"), "0");
        assert!(!ready().contains("incoming mail"), "it is early yet");
        world.sql("UPDATE incoming_mails SET received_at = received_at - 660000, unread_since = unread_since - 660000 WHERE state = 'unread'");
        eventually("staff are told", || !world.mails("alert.reading").is_empty());
        let mails = world.mails("alert.reading");
        assert!(mails.len() == 1 && mails[0].contains("To: alice@example.com"), "{mails:#?}");
        assert!(mails[0].contains("1 unread") && mails[0].contains("not being processed in time"), "{mails:#?}");
        assert!(ready().contains("incoming mail: not read in time: 1 unread"), "{}", ready());
        let seat = crate::seat::Seat::take(&desk, "emil");
        assert!(seat.page("/admin/setup/connections").contains("not read in time"));
        // Another mail that grows old belongs to the same time of trouble.
        take(lmtp, "eve@example.net", ADDRESS, &strange(2));
        world.sql("UPDATE incoming_mails SET received_at = received_at - 660000, unread_since = unread_since - 660000 WHERE state = 'unread'");
        refuse_reading(&world, false);
        hurry(&world, "read_mail");
        eventually("it has caught up", || !ready().contains("incoming mail"));
        assert_eq!(world.mails("alert.reading").len(), 1);
        assert!(seat.page("/admin/setup/connections").contains("All mail has been processed."));
    }

    fn unread_mail_takes_room_and_so_does_mail_with_a_reports_code(world) {
        world.set("intake.mail_room", "2KiB");
        world.set("intake.report_room", "4KiB");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let [id, other] = [1, 2].map(|service| desk.create(&world, &format!("service_id={service}&{LIMITED}")));
        let address = |id| header(&notice(&world, id), "Reply-To");
        refuse_reading(&world, true);
        let long = |from: &str, number: usize, bytes: usize| {
            format!("From: {from}\nSubject: {number}\n\n{}\n", "x ".repeat(bytes / 2))
        };
        for number in 1..=2 {
            take(lmtp, "eve@example.net", ADDRESS, &long("eve@example.net", number, 800));
        }
        let refused = lmtp.hand_over("eve@example.net", ADDRESS, &long("eve@example.net", 3, 800));
        assert!(refused.starts_with("452 4.3.1 ") && refused.contains("unmatched mail"), "unread mail has its room: {refused}");
        // Whoever saw a notice has a code; the mail that fills the room still has some.
        for number in 1..=2 {
            take(lmtp, "eve@example.net", &address(id), &long("eve@example.net", number, 3_000));
        }
        let more = long("ada@example.com", 3, 3_000);
        let refused = lmtp.hand_over("ada@example.com", &address(id), &more);
        assert!(refused.starts_with("452 4.3.1 ") && refused.contains(&format!("#{id}")), "{refused}");
        // Also where it is another header that shows the code.
        let by_header = format!("To: <{}>\n{more}", address(id));
        assert!(lmtp.hand_over("ada@example.com", ADDRESS, &by_header).starts_with("452 "));
        world.write("more.eml", &by_header);
        let said = world.fails(1, &["ingest", "more.eml"]);
        assert!(said.contains("not accepted: too much mail about report"), "{said}");
        take(lmtp, "ben@example.net", &address(other), &long("ben@example.net", 4, 3_000));
        assert_eq!((world.count("incoming_mails"), world.count("raw_mails")), (5, 5), "what was not taken is not kept");
        // An hour later.
        world.sql("UPDATE incoming_mails SET received_at = received_at - 3600000");
        take(lmtp, "ada@example.com", &address(id), &more);
        refuse_reading(&world, false);
        hurry(&world, "read_mail");
        eventually("it is heard", || world.events(id, "answered_by_mail") == 1);
    }
}
