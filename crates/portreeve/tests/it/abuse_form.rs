//! The public form for complaints, from its first look to what became of one.

use crate::seat::{between, form};
use crate::world::*;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

/// The token of a form that was just opened.
fn token(desk: &Serving) -> String {
    let page = desk.get("/report-abuse");
    assert_eq!(page.status, 200, "{page:?}");
    between(&page.body, "name=\"token\" value=\"", "\"").to_owned()
}

/// The fields of a good complaint.
fn good(token: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("category", "phishing"),
        ("where", "https://shop.example.com/login\n192.0.2.1"),
        ("when", "2026-01-02T03:04:05+01:00"),
        ("reason", "It asks for <b>passwords</b>."),
        ("name", "Zoë Miller"),
        ("email", "zoe@reporter.example"),
        ("good_faith", "on"),
        ("evidence", "From: evil@shop.example.com"),
    ];
    let fields = fields.map(|(name, value)| (name, value.to_owned()));
    [fields.to_vec(), vec![("token", token.to_owned())]].concat()
}

fn without(fields: &[(&'static str, String)], name: &str) -> Vec<(&'static str, String)> {
    fields.iter().filter(|(key, _)| *key != name).cloned().collect()
}

fn with(
    fields: &[(&'static str, String)],
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    [without(fields, name), vec![(name, value.to_owned())]].concat()
}

fn send(desk: &Serving, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    desk.post("/report-abuse", &FORM, form(&fields).as_bytes())
}

/// Sends a complaint that must be taken. The path of its receipt.
fn taken(desk: &Serving, fields: &[(&'static str, String)]) -> String {
    let answer = send(desk, fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let place = answer.header("location").to_owned();
    let token = place.strip_prefix("/report-abuse/status/").expect("a receipt");
    assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{place}");
    place
}

/// How far a complaint is, as its receipt says it to programs.
fn state(desk: &Serving, receipt: &str) -> String {
    let page = desk.get(receipt);
    assert_eq!(page.status, 200, "{page:?}");
    between(&page.body, "data-state=\"", "\"").to_owned()
}

/// The id of the fault that a field of the page is described by.
fn is_marked(page: &str, name: &str) -> bool {
    page.contains(&format!("id=\"{name}-fault-1\"")) && page.contains(&format!("href=\"#{name}\""))
}

on_both! {
    fn a_complaint_by_the_form_is_kept_and_its_sender_sees_that_it_came_in(world) {
        let desk = world.serve();
        let receipt = taken(&desk, &good(&token(&desk)));
        assert_eq!(world.count("incoming_mails"), 1);
        let page = desk.get(&receipt);
        assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex, nofollow"));
        // It says nothing of what was sent, and nothing of a customer.
        for text in ["zoe@", "Zoë", "shop.example", "192.0.2.1", "passwords", "Ada"] {
            assert!(!page.body.contains(text), "{text}: {}", page.body);
        }
        let token = receipt.rsplit('/').next().unwrap();
        assert!(!desk.log().contains(token));
        for unknown in ["0".repeat(64), "x".to_owned(), format!("{token}0"), token.to_uppercase()] {
            let answer = desk.get(&format!("/report-abuse/status/{unknown}"));
            assert!(answer.status == 404 && answer.body.contains("has expired"), "{unknown}: {answer:?}");
        }
        let unknown = desk.get(&format!("/report-abuse/status/{}", "0".repeat(64))).body;
        world.sql("UPDATE form_receipts SET created_at = 1");
        assert_eq!(desk.get(&receipt).body, unknown, "expired and unknown look alike");
    }

    fn its_sender_sees_how_a_complaint_goes_on_and_ends_and_never_whose_service_it_is(world) {
        let desk = world.serve();
        let fields = with(&without(&good(&token(&desk)), "when"), "where", "192.0.2.1");
        let receipt = taken(&desk, &fields);
        eventually("it is placed", || state(&desk, &receipt) == "in_progress");
        let report = world.json(&["report", "list"])[0]["id"].as_i64().unwrap();
        world.ok(&["report", "close", &report.to_string(), "--outcome", "unfounded"]);
        assert_eq!(state(&desk, &receipt), "decided");
        let page = desk.get(&receipt).body;
        assert!(page.contains("No breach found") && page.contains("If you disagree"), "{page}");
        assert!(page.contains("mailto:abuse@example.com"), "{page}");
        for text in ["Ada", "ada@", "zoe@", &format!("#{report}")] {
            assert!(!page.contains(text), "{text}: {page}");
        }
        let unsure = taken(&desk, &with(&fields, "where", "203.0.113.200"));
        eventually("it waits", || world.json(&["inbox", "list"]).as_array().unwrap().len() == 1);
        assert_eq!(state(&desk, &unsure), "received");
        let id = world.json(&["inbox", "list"])[0]["id"].to_string();
        world.ok(&["inbox", "dismiss", &id, "--because", "not_ours"]);
        assert_eq!(state(&desk, &unsure), "decided");
        assert!(desk.get(&unsure).body.contains("Not our network"));
    }

    fn a_receipt_says_how_it_ended_only_when_all_of_it_has(world) {
        // Ours, and nobody's: a person looks at that part.
        world.set("intake.own_networks", r#"["203.0.113.0/24"]"#);
        let desk = world.serve();
        let good = without(&good(&token(&desk)), "when");
        let receipt = taken(&desk, &with(&good, "where", "192.0.2.1\n203.0.113.200"));
        let waiting = || world.json(&["inbox", "list"]);
        let open = || {
            let list = world.json(&["report", "list"]);
            list.as_array().unwrap().iter().map(|one| one["id"].to_string()).max().unwrap()
        };
        eventually("a part of it waits", || waiting().as_array().unwrap().len() == 1);
        assert_eq!(state(&desk, &receipt), "in_progress");
        world.ok(&["report", "close", &open(), "--outcome", "unfounded"]);
        assert_eq!(state(&desk, &receipt), "in_progress", "staff have yet to look at the other part");
        world.ok(&["inbox", "dismiss", &waiting()[0]["id"].to_string(), "--because", "noise"]);
        assert_eq!(state(&desk, &receipt), "decided");
        let page = desk.get(&receipt).body;
        assert!(page.contains("No breach found") && !page.contains("No action taken"), "{page}");

        for (suspends, says) in [(false, "We took action"), (true, "We restricted the service")] {
            let one = with(&with(&good, "where", "192.0.2.1"), "reason", says);
            let receipt = taken(&desk, &one);
            eventually("it is placed", || state(&desk, &receipt) == "in_progress");
            if suspends {
                world.ok(&["report", "suspend", &open()]);
            }
            world.ok(&["report", "close", &open(), "--outcome", "resolved"]);
            assert!(desk.get(&receipt).body.contains(says), "{says}");
        }

        let reporter = world.json(&["reporter", "list"])[0]["ref"].to_string();
        world.ok(&["reporter", "mute", &reporter]);
        let muted = taken(&desk, &with(&with(&good, "where", "192.0.2.1"), "reason", "Muted"));
        let aside = || world.json(&["inbox", "list", "--state", "set_aside"]);
        eventually("it is set aside", || aside().as_array().unwrap().len() == 1);
        assert_eq!(state(&desk, &muted), "received", "nobody has decided about it");
    }

    fn everything_that_is_wrong_is_said_beside_its_field_and_nothing_that_was_typed_is_lost(world) {
        let desk = world.serve();
        let good = good(&token(&desk));
        for (name, value, field) in [
            ("category", "", "category"),
            ("category", "nonsense", "category"),
            ("where", " \n", "where"),
            ("where", "192.0.2.1\nmy neighbour", "where"),
            ("when", "yesterday", "when"),
            ("when", "2099-01-01T00:00:00Z", "when"),
            ("reason", "", "reason"),
            ("name", "", "name"),
            ("email", "", "email"),
            ("email", "zoe@localhost", "email"),
            ("good_faith", "", "good_faith"),
        ] {
            let answer = send(&desk, &with(&good, name, value));
            assert_eq!(answer.status, 422, "{name}={value}: {}", answer.body);
            assert!(is_marked(&answer.body, field), "{name}={value}: {}", answer.body);
            if name != "reason" {
                assert!(answer.body.contains("It asks for &lt;b&gt;passwords"), "{name}: {}", answer.body);
            }
            if name != "where" {
                assert!(answer.body.contains("login\n192.0.2.1</textarea>"), "{name}: {}", answer.body);
            }
            if name != "evidence" {
                assert!(answer.body.contains("From: evil@shop.example.com"), "{name}");
            }
            assert!(!answer.body.contains("hreflang"), "another language would lose the text");
        }
        assert!(desk.get("/report-abuse").body.contains("hreflang"));
        let never = send(&desk, &with(&good, "when", "2026-02-30T10:00")).body;
        assert!(between(&never, "<input id=\"when\"", ">").contains("type=\"text\" value=\"2026-02-30T10:00\""), "{never}");
        let nothing = send(&desk, &[("token", token(&desk))]);
        for field in ["category", "where", "reason", "name", "email", "good_faith"] {
            assert!(is_marked(&nothing.body, field), "{field}: {}", nothing.body);
        }
        assert!(!is_marked(&nothing.body, "when"));
        for bad in ["", "x", "0-0-0"] {
            let answer = send(&desk, &with(&good, "token", bad));
            assert_eq!(answer.status, 422, "{bad}");
            assert!(answer.body.contains("send the form again") && answer.body.contains("Zoë Miller"));
        }
        let elsewhere = [FORM[0], ("sec-fetch-site", "cross-site")];
        let fields: Vec<(&str, &str)> = good.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!(desk.post("/report-abuse", &elsewhere, form(&fields).as_bytes()).status, 403);
        assert_eq!(world.count("incoming_mails"), 0);
        taken(&desk, &good);
    }

    fn only_child_abuse_can_be_reported_without_a_name_and_never_with_files(world) {
        let desk = world.serve();
        let good = good(&token(&desk));
        for category in ["csam", "child_exploitation"] {
            let nameless = with(&without(&without(&good, "name"), "email"), "category", category);
            taken(&desk, &nameless);
            let answer = with_files(&desk, &with(&good, "category", category), &[("x.txt", b"picture")]);
            assert!(answer.status == 422 && is_marked(&answer.body, "files"), "{}", answer.body);
        }
        let nameless = without(&good, "name");
        assert_eq!(send(&desk, &with(&nameless, "category", "harassment")).status, 422);
    }

    fn files_come_along_and_one_that_is_not_taken_loses_nothing_else(world) {
        let desk = world.serve();
        let good = good(&token(&desk));
        let answer = with_files(&desk, &good, &[("x.exe", b"MZ")]);
        assert!(answer.status == 422 && is_marked(&answer.body, "files"), "{}", answer.body);
        assert!(answer.body.contains("It asks for &lt;b&gt;passwords"));
        let large = vec![b'x'; 5 * 1024 * 1024 + 1];
        assert_eq!(with_files(&desk, &good, &[("x.log", &large)]).status, 422);
        let four: Vec<(&str, &[u8])> = vec![("x.log", &large[1..]); 4];
        assert_eq!(with_files(&desk, &good, &four).status, 422);
        assert_eq!(world.count("incoming_mails"), 0);
        let answer = with_files(&desk, &good, &[("Über 7.log", b"line one\n"), ("mail.eml", b"Subject: x\r\n\r\nBuy")]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(world.count("incoming_mails"), 1);
    }

    fn texts_that_are_too_long_are_a_fault_of_their_field_and_not_lost(world) {
        let desk = world.serve();
        let good = good(&token(&desk));
        let longest = "\u{1f4e7}".repeat(100_000);
        taken(&desk, &with(&good, "evidence", &longest));
        let longer = send(&desk, &with(&good, "evidence", &format!("{longest}x")));
        assert!(longer.status == 422 && is_marked(&longer.body, "evidence") && longer.body.contains(&longest));
        // In the order of the form: what stands behind it is not lost, either.
        let evidence = "x".repeat(4 * 1024 * 1024);
        let fields = with(&with(&good, "evidence", &evidence), "name", "Zoë Miller");
        let much = with_files(&desk, &fields, &[]);
        assert!(much.status == 422 && is_marked(&much.body, "evidence"), "{}", much.status);
        assert!(much.body.contains("It asks for &lt;b&gt;passwords") && much.body.contains("Zoë Miller"));
        assert!(!is_marked(&much.body, "name"));
        assert_eq!(world.count("incoming_mails"), 1);
    }

    fn a_desk_without_a_name_asks_to_keep_the_page(world) {
        let desk = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", "")]);
        let receipt = taken(&desk, &good(&token(&desk)));
        let page = desk.get(&receipt).body;
        assert!(page.contains("Bookmark this page") && page.contains("data-here"), "{page}");
        drop(desk);
        let desk = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", "https://abuse.example.net")]);
        let page = desk.get(&receipt).body;
        assert!(page.contains("abuse.example.net") && !page.contains("data-here"), "{page}");
    }

    fn the_same_form_sent_twice_is_one_complaint_and_another_text_is_another(world) {
        let desk = world.serve();
        let good = good(&token(&desk));
        let receipt = taken(&desk, &good);
        assert_eq!(taken(&desk, &good), receipt);
        assert_eq!((world.count("incoming_mails"), world.count("form_receipts")), (1, 1));
        assert_ne!(taken(&desk, &with(&good, "reason", "Something else.")), receipt);
        assert_eq!((world.count("incoming_mails"), world.count("form_receipts")), (2, 2));
    }

    fn it_speaks_the_readers_language_and_the_receipt_that_of_the_form(world) {
        let desk = world.serve();
        let german = desk.send("GET", "/report-abuse", &[("accept-language", "de")], b"");
        assert!(german.body.contains("<html lang=\"de\">") && german.body.contains("Meldung senden"));
        assert!(desk.get("/report-abuse?lang=de").body.contains("Meldung senden"));
        assert!(desk.get("/report-abuse?lang=xx").body.contains("Send report"));
        let fields = good(&token(&desk));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let answer = desk.post("/report-abuse?lang=de", &FORM, form(&fields).as_bytes());
        assert!(desk.get(answer.header("location")).body.contains("Eingegangen"));
    }
}

fn with_files(
    desk: &Serving,
    fields: &[(&'static str, String)],
    files: &[(&str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!(
            "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    desk.post("/report-abuse", &[("content-type", "multipart/form-data; boundary=B")], &body)
}

#[test]
fn nobody_floods_the_desk_by_the_form_and_the_text_is_not_lost() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve_with(&[("PORTREEVE_SERVER__TRUSTED_PROXIES", "127.0.0.1/32")]);
    let fields = good(&token(&desk));
    let send_from = |from: &str, fields: &[(&'static str, String)]| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        desk.post("/report-abuse", &[FORM[0], ("x-forwarded-for", from)], form(&fields).as_bytes())
    };
    for n in 0..60 {
        let from = format!("198.51.100.{n}");
        let one = with(&fields, "where", &format!("https://shop{n}.example.com/"));
        assert_eq!(send_from(&from, &one).status, 303, "{n}");
    }
    let one_more = send_from("198.51.100.200", &fields);
    assert_eq!(one_more.status, 429);
    assert!(one_more.body.contains("It asks for &lt;b&gt;passwords"), "{}", one_more.body);
    assert!(!one_more.header("retry-after").is_empty());
    let first = with(&fields, "where", "https://shop0.example.com/");
    assert_eq!(send_from("198.51.100.200", &first).status, 303, "it was taken before");
    // Whoever complains much about one site keeps nobody else from it.
    for from in 0..3 {
        for n in 0..41 {
            let one = with(&fields, "where", &format!("https://flood.example.com/{from}/{n}"));
            assert_eq!(send_from(&format!("203.0.{from}.1"), &one).status, 303, "{n}");
        }
    }
    let about = with(&fields, "where", "flood.example.com");
    assert_eq!(send_from("203.0.200.1", &about).status, 303);
    // What is wrong is not counted as a report, and not read without end.
    let wrong = with(&fields, "where", "");
    for n in 0..600 {
        assert_eq!(send_from("192.0.2.1", &wrong).status, 422, "{n}");
    }
    assert_eq!(send_from("192.0.2.1", &wrong).status, 429);
}
