//! Who complaints are from, as far as the desk can tell: signatures with keys in a DNS of our own.

use serde_json::{Value, json};

use crate::dns::{Dns, Key};
use crate::lmtp::{Lmtp, take_mail};
use crate::world::*;

const COMPLAINT: &str = "From: Abuse <abuse@reporter.example.org>\nTo: abuse@example.com\n\
     Subject: Spam from 192.0.2.1\nDate: Thu, 1 Jan 2026 10:00:00 +0000\n\n\
     Our server received spam from the address below.\n\nSource-IP: 192.0.2.1\nTime: 2026-01-01T09:00:00Z\n";

/// The complaint with something in it that makes it another one.
fn complaint(mark: &str) -> String {
    format!("{COMPLAINT}Reference: {mark}\n")
}

/// What came in, once all of it was read.
fn read(world: &World, desk: &Serving, token: &str, count: usize) -> Vec<Value> {
    let list = || {
        let authorization = format!("Bearer {token}");
        let page =
            desk.send("GET", "/api/v1/complaints", &[("Authorization", &authorization)], b"");
        page.json()["items"].as_array().cloned().unwrap_or_default()
    };
    let is_read = |items: &[Value]| {
        items.len() == count && items.iter().all(|item| item["state"] != "unread")
    };
    eventually(&format!("{count} are read"), || is_read(&list()));
    let _ = world;
    list()
}

fn hand_over(lmtp: Lmtp, mail: &str) {
    let answer = lmtp.hand_over("abuse@reporter.example.org", "abuse@example.com", mail);
    assert!(answer.starts_with("250"), "{answer}");
}

fn flags(item: &Value) -> Vec<&str> {
    item["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect()
}

/// The reporter's record.
fn reporter(world: &World) -> String {
    let all = world.json(&["reporter", "list"]);
    let one =
        all.as_array().unwrap().iter().find(|one| one["email"] == "abuse@reporter.example.org");
    one.unwrap()["ref"].to_string()
}

on_both! {
    fn a_signature_makes_a_reporter_known_and_staff_make_them_trusted(world) {
        let dns = Dns::start();
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        let strange = Key::of("evil.example.net", "k1", &dns);
        let lmtp = take_mail(&world, "abuse@example.com");
        let token = crate::api::token(&world, &["*"]);
        let expires = key.sign_with(&complaint("e"), |signer| signer.expiration(1));
        let signed_at = std::time::Instant::now();
        let desk = world.serve();

        hand_over(lmtp, &key.sign(&complaint("a")));
        hand_over(lmtp, &complaint("unsigned"));
        hand_over(lmtp, &strange.sign(&complaint("signed by somebody else")));
        hand_over(lmtp, &key.sign(&complaint("b")).replace("Reference: b", "Reference: changed"));
        let items = read(&world, &desk, &token, 4);
        let lanes: Vec<_> = items.iter().map(|item| item["lane"].as_str().unwrap()).collect();
        assert_eq!(lanes, ["known", "untrusted", "untrusted", "untrusted"]);
        assert_eq!(items[0]["auth_domain"], "reporter.example.org");

        world.ok(&["reporter", "trust", &reporter(&world), "--lane", "trusted"]);
        let signed = key.sign(&complaint("c"));
        hand_over(lmtp, &signed);
        read(&world, &desk, &token, 5);
        hand_over(lmtp, &complaint("forged"));
        // The same signature on what somebody sends on: the header grew, the signed part did not.
        hand_over(lmtp, &format!("X-Sent-On: yes\r\n{signed}"));
        let partly = key.sign_with(&complaint("d"), |signer| signer.body_length(true));
        hand_over(lmtp, &format!("{partly}And 192.0.2.2 too.\r\n"));
        eventually("it has expired", || signed_at.elapsed().as_secs() > 2);
        hand_over(lmtp, &expires);
        let items = read(&world, &desk, &token, 9);
        let (lane, flag) = (|n: usize| items[n]["lane"].clone(), |n: usize| flags(&items[n]));
        assert_eq!((lane(4), flag(4)), (json!("trusted"), vec![]));
        assert_eq!((lane(5), flag(5)), (json!("untrusted"), vec![]));
        assert_eq!((lane(6), flag(6)), (json!("known"), vec!["replayed"]));
        assert_eq!((lane(7), flag(7)), (json!("untrusted"), vec!["partly_signed"]));
        assert_eq!(lane(8), "untrusted");

        // Another key, and another layout: until staff look again.
        let other = Key::of("reporter.example.org", "k2", &dns);
        hand_over(lmtp, &other.sign(&complaint("f")));
        let html = complaint("g").replacen("Subject:", "Content-Type: text/html\nSubject:", 1);
        hand_over(lmtp, &key.sign(&html));
        let items = read(&world, &desk, &token, 11);
        assert_eq!((items[9]["lane"].as_str(), flags(&items[9])), (Some("known"), vec!["new_signer"]));
        assert_eq!((items[10]["lane"].as_str(), flags(&items[10])), (Some("known"), vec!["new_layout"]));
        world.ok(&["reporter", "trust", &reporter(&world), "--lane", "trusted"]);
        // Then all of it is theirs, also in turns.
        hand_over(lmtp, &other.sign(&complaint("h")));
        hand_over(lmtp, &key.sign(&html.replace("Reference: g", "Reference: i")));
        hand_over(lmtp, &key.sign(&complaint("j")));
        // What the reporter wrote to somebody else, who sends it here.
        hand_over(lmtp, &key.sign(&complaint("k").replace("To: abuse@example.com", "To: abuse@other.example.net")));
        let items = read(&world, &desk, &token, 15);
        for item in &items[11..14] {
            assert_eq!((item["lane"].as_str(), flags(item)), (Some("trusted"), vec![]));
        }
        assert_eq!((items[14]["lane"].as_str(), flags(&items[14])), (Some("known"), vec!["new_recipient"]));
    }

    fn whom_a_text_names_as_its_reporter_makes_it_no_more_trusted(world) {
        let dns = Dns::start();
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        let lmtp = take_mail(&world, "abuse@example.com");
        let token = crate::api::token(&world, &["*"]);
        let desk = world.serve();
        hand_over(lmtp, &key.sign(&complaint("a")));
        read(&world, &desk, &token, 1);
        world.ok(&["reporter", "trust", &reporter(&world), "--lane", "trusted"]);
        // Another one of the same domain, who says that they only pass it on.
        let other = |mark: &str| {
            let named = "From: Mallory <mallory@reporter.example.org>\nX-Original-From: Abuse <abuse@reporter.example.org>\nReply-To: abuse@reporter.example.org";
            complaint(mark).replacen("From: Abuse <abuse@reporter.example.org>", named, 1)
        };
        hand_over(lmtp, &key.sign(&other("b")));
        hand_over(lmtp, &key.sign(&complaint("c")));
        let items = read(&world, &desk, &token, 3);
        let lanes: Vec<_> = items.iter().map(|item| item["lane"].as_str().unwrap()).collect();
        assert_eq!(lanes, ["known", "known", "trusted"]);
        assert_ne!(items[1]["reporter_ref"], items[0]["reporter_ref"]);
    }

    fn the_word_of_the_operators_own_server_counts_and_nobody_elses(world) {
        let lmtp = take_mail(&world, "abuse@example.com");
        let options = world.read("portreeve.toml");
        let dns = Dns::start();
        world.write("portreeve.toml", &format!("{options}trusted_authserv = [\"mx.example.com\"]\n"));
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        let token = crate::api::token(&world, &["*"]);
        let desk = world.serve();
        let word = |by: &str| format!("Authentication-Results: {by};\r\n\tdkim=pass header.d=reporter.example.org header.s=k9\r\n");
        let signature = "DKIM-Signature: v=1; a=rsa-sha256; d=reporter.example.org; s=k9; h=from:to; bh=x; b=abc\r\n";
        let hop = "Received: from x (x [198.51.100.7])\r\n\tby mx.example.com with ESMTP; Thu, 1 Jan 2026 10:00:00 +0000\r\n";
        let mx = word("mx.example.com");
        let none = "Authentication-Results: mx.example.com; dkim=none\r\n";
        for (n, (head, lane)) in [
            (format!("{mx}{signature}"), "known"),
            (format!("{hop}{mx}{signature}"), "known"),
            (format!("{}{signature}", word("mx.evil.example.net")), "untrusted"),
            (format!("{hop}{hop}{mx}{signature}"), "untrusted"),
            (format!("{none}{mx}{signature}"), "untrusted"),
        ].into_iter().enumerate() {
            let mark = format!("word {n}");
            hand_over(lmtp, &format!("{head}{}", complaint(&mark).replace("abc", &mark)));
            assert_eq!(read(&world, &desk, &token, n + 1)[n]["lane"], lane, "{head}");
        }
        // In the text it is text; and where the server says nothing of signatures, they are checked.
        hand_over(lmtp, &format!("{}\n{mx}", complaint("in the text")));
        let spf = "Authentication-Results: mx.example.com; spf=none\r\n";
        hand_over(lmtp, &format!("{spf}{}", key.sign(&complaint("checked"))));
        let items = read(&world, &desk, &token, 7);
        assert_eq!((&items[5]["lane"], &items[6]["lane"]), (&json!("untrusted"), &json!("known")));
    }

    fn where_that_server_takes_signatures_away_its_word_is_enough(world) {
        let lmtp = take_mail(&world, "abuse@example.com");
        let options = world.read("portreeve.toml");
        world.write("portreeve.toml", &format!("{options}trusted_authserv = [\"mx.example.com\"]\n"));
        let token = crate::api::token(&world, &["*"]);
        let desk = world.serve();
        let word = "Authentication-Results: mx.example.com;\n\tdkim=pass header.d=reporter.example.org header.s=k9\n";
        let hop = "Received: from x (x [198.51.100.7])\n\tby mx.example.com with ESMTP; Thu, 1 Jan 2026 10:00:00 +0000\n";
        hand_over(lmtp, &format!("{word}{hop}{}", complaint("a")));
        let items = read(&world, &desk, &token, 1);
        assert_eq!((&items[0]["lane"], &items[0]["auth_domain"]), (&json!("known"), &json!("reporter.example.org")));
        world.ok(&["reporter", "trust", &reporter(&world), "--lane", "trusted"]);
        hand_over(lmtp, &format!("{word}{hop}{}", complaint("b")));
        read(&world, &desk, &token, 2);
        // Somebody sends it on: that server says the same of it.
        hand_over(lmtp, &format!("{word}{hop}X-Sent-On: yes\n{}", complaint("b")));
        let items = read(&world, &desk, &token, 3);
        assert_eq!((items[1]["lane"].as_str(), flags(&items[1])), (Some("trusted"), vec![]));
        assert_eq!((items[2]["lane"].as_str(), flags(&items[2])), (Some("known"), vec!["replayed"]));
    }

    fn reporters_get_a_receipt_where_it_is_wanted_and_nobody_else_does(world) {
        let dns = Dns::start();
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        let lmtp = take_mail(&world, "abuse@example.com");
        let token = crate::api::token(&world, &["*"]);
        world.set("intake.acknowledge", "known");
        let desk = world.serve();
        let automatic = complaint("auto").replacen("Subject:", "Auto-Submitted: auto-generated\nSubject:", 1);
        hand_over(lmtp, &complaint("unsigned"));
        hand_over(lmtp, &key.sign(&automatic));
        let answer = lmtp.hand_over("", "abuse@example.com", &key.sign(&complaint("from nobody")));
        assert!(answer.starts_with("250"), "{answer}");
        read(&world, &desk, &token, 3);
        hand_over(lmtp, &key.sign(&complaint("first secret word")));
        hand_over(lmtp, &key.sign(&complaint("second")));
        read(&world, &desk, &token, 5);
        eventually("a receipt is sent", || !world.mails("receipt.").is_empty());
        eventually("nothing is left to do", || desk.metrics().body.contains("portreeve_jobs{kind=\"send_alert\",state=\"due\"} 0"));
        let sent = world.mails("receipt.");
        assert_eq!(sent.len(), 1, "one a day, and none to machines or for what anybody may have sent");
        assert!(sent[0].contains("To: abuse@reporter.example.org"), "{}", sent[0]);
        assert!(sent[0].contains("Auto-Submitted: auto-replied"));
        assert!(!sent[0].contains("secret word") && !sent[0].contains("192.0.2.1"));
    }

    fn a_dns_that_does_not_answer_makes_nobody_known_and_holds_nobody_up(world) {
        let dns = Dns::start();
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        dns.set("k1._domainkey.reporter.example.org", "silence");
        let lmtp = take_mail(&world, "abuse@example.com");
        let token = crate::api::token(&world, &["*"]);
        let desk = world.serve();
        hand_over(lmtp, &key.sign(&complaint("a")));
        let items = read(&world, &desk, &token, 1);
        assert_eq!((items[0]["lane"].as_str(), flags(&items[0])), (Some("untrusted"), vec!["dns_failed"]));
    }

    fn a_dns_that_answers_a_moment_later_is_asked_again(world) {
        let dns = Dns::start();
        dns.serves(&world);
        let key = Key::of("reporter.example.org", "k1", &dns);
        let name = "k1._domainkey.reporter.example.org";
        let text = dns.text(name);
        dns.set(name, "silence");
        let lmtp = take_mail(&world, "abuse@example.com");
        let token = crate::api::token(&world, &["*"]);
        let desk = world.serve();
        hand_over(lmtp, &key.sign(&complaint("a")));
        eventually("it was tried", || world.count("jobs WHERE kind = 'read_mail' AND tries > 0") == 1);
        dns.set(name, &text);
        let items = read(&world, &desk, &token, 1);
        assert_eq!((items[0]["lane"].as_str(), flags(&items[0])), (Some("known"), vec![]));
    }
}
