//! Doors by which complaints come in: the REST interface and a watched folder.

use serde_json::{Value, json};

use crate::api::token;
use crate::world::*;

const MAIL: &str = "From: Abuse <abuse@reporter.example.org>\r\nTo: abuse@example.com\r\n\
     Subject: Spam from 192.0.2.1\r\n\r\nSource-IP: 192.0.2.1\r\n";

const PATH: &str = "/api/v1/complaints";

fn post(desk: &Serving, token: &str, kind: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
    let authorization = format!("Bearer {token}");
    let mut headers = vec![("Authorization", authorization.as_str()), ("Content-Type", kind)];
    headers.extend(more);
    desk.send("POST", PATH, &headers, body)
}

fn get(desk: &Serving, token: &str, rest: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    desk.send("GET", &format!("{PATH}{rest}"), &[("Authorization", &authorization)], b"")
}

fn ids(answer: &Answer) -> Vec<i64> {
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json().as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
}

fn code(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["code"].clone())
}

fn parts(kind: &str, parts: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut body = String::new();
    for (head, text) in parts {
        body.push_str(&format!("--xyz\r\n{head}\r\n\r\n{text}\r\n"));
    }
    (format!("multipart/{kind}; boundary=xyz"), format!("{body}--xyz--\r\n").into_bytes())
}

on_both! {
    fn complaints_are_handed_over_and_their_fate_is_asked_for(world) {
        let (scripts, others) = (token(&world, &["complain"]), token(&world, &["complain"]));
        let (all, reads) = (token(&world, &["*"]), token(&world, &["see_reports"]));
        let desk = world.serve();
        let one = post(&desk, &scripts, "message/rfc822", &[], MAIL.as_bytes());
        assert_eq!((one.status, one.json()[0]["state"].as_str()), (202, Some("unread")));
        let xarf = r#"{"Version": "1"}"#;
        let json = "Content-Type: application/json";
        let (kind, body) = parts("mixed", &[
            (json, xarf),
            ("Content-Type: message/rfc822", &MAIL.replace("192.0.2.1", "192.0.2.2")),
            ("Content-Type: text/csv", "ip,timestamp\r\n192.0.2.1,2026-01-01T00:00:00Z\r\n"),
        ]);
        let several = ids(&post(&desk, &scripts, &kind, &[], &body));
        assert_eq!(several.len(), 3);
        assert!(several.windows(2).all(|two| two[0] < two[1]), "in their order: {several:?}");
        let form = "Content-Disposition: form-data; name=\"f\"; filename=\"a.eml\"\r\nContent-Type: application/octet-stream";
        let (kind, body) = parts("form-data", &[(form, &MAIL.replace("192.0.2.1", "192.0.2.3"))]);
        assert_eq!(ids(&post(&desk, &scripts, &kind, &[], &body)).len(), 1);

        eventually("all are read", || get(&desk, &all, "?state=unread").json()["items"] == json!([]));
        let listed = get(&desk, &all, "?limit=2").json();
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["next"]), (2, &json!(several[0])));
        let rest = get(&desk, &all, &format!("?after={}", several[0])).json();
        assert_eq!(rest["items"].as_array().unwrap().len(), 3);
        let first = &listed["items"][0];
        assert_eq!((&first["channel"], &first["lane"]), (&json!("api"), &json!("known")));
        let shown = get(&desk, &all, &format!("/{}", first["id"]));
        assert!(shown.json()["text"].as_str().unwrap().contains("Source-IP"), "{shown:?}");
        // Whoever hands over sees their own, and whoever may not see who complains does not.
        assert_eq!(get(&desk, &scripts, "").json()["items"].as_array().unwrap().len(), 5);
        assert_eq!(get(&desk, &others, "").json()["items"], json!([]));
        assert_eq!(get(&desk, &others, &format!("/{}", first["id"])).status, 404);
        let masked = get(&desk, &reads, "").json()["items"][0].clone();
        assert_eq!((&masked["from"], &masked["state"]), (&json!(""), &first["state"]));
        assert_eq!(code(&post(&desk, &reads, "message/rfc822", &[], MAIL.as_bytes())).0, 403);
        assert_eq!(get(&desk, &all, "/9999").status, 404);
        assert_eq!(get(&desk, &all, "?state=odd").status, 400);
        assert_eq!(get(&desk, &all, "?state=all").json()["items"].as_array().unwrap().len(), 5);
    }

    fn the_same_request_is_taken_once_and_one_with_a_fault_not_at_all(world) {
        let scripts = token(&world, &["complain"]);
        let desk = world.serve();
        let key = [("Idempotency-Key", "one")];
        let (kind, two) = parts("mixed", &[
            ("Content-Type: message/rfc822", MAIL),
            ("Content-Type: message/rfc822", &MAIL.replace("192.0.2.1", "192.0.2.2")),
        ]);
        let first = ids(&post(&desk, &scripts, &kind, &key, &two));
        assert_eq!(ids(&post(&desk, &scripts, &kind, &key, &two)), first);
        assert_eq!(ids(&post(&desk, &scripts, &kind, &[], &two)), first, "the bytes are known");
        let other = post(&desk, &scripts, "message/rfc822", &key, MAIL.as_bytes());
        assert_eq!(code(&other), (409, json!("key_used_for_another")));
        assert_eq!(world.count("incoming_mails"), 2);

        let new = MAIL.replace("192.0.2.1", "192.0.2.9");
        let mail = ("Content-Type: message/rfc822", new.as_str());
        for (part, status) in [
            (("Content-Type: image/png", "x"), 415),
            (("Content-Type: message/rfc822", ""), 422),
            (("Content-Type: application/json", "{"), 400),
        ] {
            let (kind, body) = parts("mixed", &[mail, part]);
            assert_eq!(post(&desk, &scripts, &kind, &[], &body).status, status, "{part:?}");
        }
        let (kind, cut) = parts("mixed", &[mail]);
        assert_eq!(post(&desk, &scripts, &kind, &[], &cut[..cut.len() - 20]).status, 400);
        assert_eq!(post(&desk, &scripts, &kind, &[], b"--xyz--\r\n").status, 422);
        assert_eq!(code(&post(&desk, &scripts, "message/rfc822", &[], b"")), (422, json!("invalid")));
        assert_eq!(code(&post(&desk, &scripts, "text/plain", &[], b"x")), (415, json!("unsupported_media_type")));
        let large = vec![b'x'; 26 * 1024 * 1024 + 1];
        assert_eq!(code(&post(&desk, &scripts, "message/rfc822", &[], &large)), (413, json!("too_large")));
        assert_eq!(post(&desk, "prt_nobody", "message/rfc822", &[], MAIL.as_bytes()).status, 401);
        assert_eq!(world.count("incoming_mails"), 2, "all or nothing");
    }

    fn a_request_that_comes_again_is_answered_as_before(world) {
        let (scripts, all) = (token(&world, &["complain"]), token(&world, &["*"]));
        let desk = world.serve();
        let key = [("Idempotency-Key", "one")];
        let first = post(&desk, &scripts, "message/rfc822", &key, MAIL.as_bytes());
        eventually("it is read", || get(&desk, &all, "?state=unread").json()["items"] == json!([]));
        let again = post(&desk, &scripts, "message/rfc822", &key, MAIL.as_bytes());
        assert_eq!((again.status, &again.body), (202, &first.body));
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
        let known = post(&desk, &scripts, "message/rfc822", &[], MAIL.as_bytes());
        assert_eq!((&known.body, known.header("idempotent-replayed")), (&first.body, ""));
    }

    fn parts_say_what_they_are_by_type_by_name_or_by_how_they_begin(world) {
        let scripts = token(&world, &["complain"]);
        let desk = world.serve();
        let named = |name: &str| format!("Content-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        let mails: Vec<String> = (1..10).map(|n| MAIL.replace("192.0.2.1", &format!("192.0.2.{n}"))).collect();
        let json = |n: u32| format!("{{\"Version\": \"{n}\"}}");
        let takes = |kind: &str, all: &[(&str, &str)]| {
            let (kind, body) = parts(kind, all);
            post(&desk, &scripts, &kind, &[], &body).status
        };
        assert_eq!(takes("digest", &[("", &mails[0]), ("", &mails[1])]), 202);
        assert_eq!(takes("mixed", &[("", &mails[2]), ("", &json(1)), ("Content-Type: text/json", &json(2))]), 202);
        for (name, text) in [("a.eml", &mails[3]), ("a.mbox", &mails[4]), ("a.TXT", &mails[5]), ("a.xarf", &json(3)), ("a.json", &json(4))] {
            assert_eq!(takes("form-data", &[(&named(name), text)]), 202, "{name}");
        }
        assert_eq!(takes("form-data", &[(&named("a.png"), "x")]), 415);
        assert_eq!(takes("form-data", &[(&named("a.xarf"), "no json")]), 400);
        assert_eq!(takes("mixed", &[("", "neither field nor JSON")]), 415);
        assert_eq!(world.count("incoming_mails"), 10);
    }

    fn a_folder_is_watched_and_nothing_in_it_is_taken_twice(world) {
        let options = world.read("portreeve.toml");
        let inbox = world.path("inbox");
        let folder = format!("[[mail.in.folder]]\nname = \"drop\"\npath = \"{}\"\nevery = \"1s\"\n", inbox.display());
        world.write("portreeve.toml", &format!("{options}{folder}"));
        let all = token(&world, &["*"]);
        let desk = world.serve();
        let ready = || desk.get("/readyz").body;
        eventually("that it is missing is said", || ready().contains("mailbox drop: cannot read"));
        let metrics = || desk.get("/metrics").body;
        let unreadable = "portreeve_mailbox_readable{mailbox=\"drop\"} 0";
        eventually("it is a number, too", || metrics().contains(unreadable));
        for name in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(inbox.join(name)).unwrap();
        }
        let deliver = |name: &str, mail: &str| {
            std::fs::write(inbox.join("tmp/x"), mail).unwrap();
            std::fs::rename(inbox.join("tmp/x"), inbox.join(name)).unwrap();
        };
        deliver("new/1.host", MAIL);
        deliver("cur/2.host:2,S", &MAIL.replace("192.0.2.1", "192.0.2.2"));
        std::fs::create_dir(inbox.join("new/odd")).unwrap();
        eventually("both are taken", || world.count("incoming_mails") == 2);
        eventually("they are marked", || inbox.join("cur/1.host:2,Sz").exists() && inbox.join("cur/2.host:2,Sz").exists());
        eventually("nothing is wrong any more", || !ready().contains("mailbox drop"));
        assert_eq!(desk.log().matches("is left where it is").count(), 1);
        let door = || get(&desk, &all, "").json()["items"][0]["channel"].clone();
        assert_eq!(door(), "folder");
        // Killed between the commit and the mark: it is still there, and known.
        deliver("new/3.host", MAIL);
        eventually("it is marked", || inbox.join("cur/3.host:2,Sz").exists());
        drop(desk);
        deliver("new/4.host", &MAIL.replace("192.0.2.1", "192.0.2.4"));
        let desk = world.serve();
        eventually("it is taken", || world.count("incoming_mails") == 3);
        drop(desk);
    }

    fn files_of_a_folder_that_cannot_be_marked_keep_no_others_waiting(world) {
        let options = world.read("portreeve.toml");
        let inbox = world.path("inbox");
        let folder = format!("[[mail.in.folder]]\nname = \"drop\"\npath = \"{}\"\nevery = \"1s\"\n", inbox.display());
        world.write("portreeve.toml", &format!("{options}{folder}"));
        for name in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(inbox.join(name)).unwrap();
        }
        // With the mark, their names would be longer than names can be.
        for n in 0..201 {
            let name = format!("{n:04}{}", "x".repeat(249));
            std::fs::write(inbox.join("new").join(name), format!("{MAIL}Reference: {n}\r\n")).unwrap();
        }
        std::fs::write(inbox.join("new/9.host"), format!("{MAIL}Reference: last\r\n")).unwrap();
        let desk = world.serve();
        eventually("all are taken", || world.count("incoming_mails") == 202);
        eventually("what can be marked is", || inbox.join("cur/9.host:2,Sz").exists());
        eventually("it is said", || desk.get("/readyz").body.contains("mailbox drop: "));
    }
}
