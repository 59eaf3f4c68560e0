//! Complaints that become reports, join them, wait or are set aside: who is told, who is not, and what nobody learns.

use serde_json::{Value, json};

use crate::lmtp::*;
use crate::telling::jobs;
use crate::world::*;

const ADDRESS: &str = "abuse@example.com";

/// A complaint as people write programs to send it.
fn complaint(source: &str, when: &str, more: &str) -> String {
    format!(
        "From: Reporter Jane <jane@reporter.example.org>\nTo: abuse@example.com\nSubject: Abuse from {source}\n\
         Message-ID: <{source}.{when}@reporter.example.org>\nDate: Sun, 29 Nov 2026 08:00:00 +0000\n\n\
         Hello,\n\nwe saw login attempts from your network.\n\nSource IP: {source}\nDate: {when}\n\
         Attack type: SSH brute force\n{more}\n\
         Kind regards\nJane at Reporter Networks\n"
    )
}

/// An ARF report, as providers of mailboxes send them.
fn arf(source: &str, when: &str, number: usize) -> String {
    format!(
        "From: Feedback <fbl@mailbox.example.org>\nTo: abuse@example.com\nSubject: complaint {number}\nMIME-Version: 1.0\n\
         Message-ID: <fbl-{source}-{number}@mailbox.example.org>\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n\
         --x\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n\
         --x\nContent-Type: message/feedback-report\n\n\
         Feedback-Type: abuse\nUser-Agent: Mailbox/1\nVersion: 1\nSource-IP: {source}\nArrival-Date: {when}\n\n\
         --x\nContent-Type: message/rfc822\n\n\
         From: someone@example.com\nTo: victim@mailbox.example.org\nSubject: Buy {number}\nReceived: from host ([{source}])\n\nspam\n\n--x--\n"
    )
}

/// Recently, so that it is not too old.
fn lately() -> String {
    ago(60)
}

/// So many minutes ago.
fn ago(minutes: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same as mails have it.
fn as_in_mail(minutes: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Takes in one file, and returns what became of it.
fn ingest(world: &World, name: &str, text: &str, more: &[&str]) -> Value {
    world.write(name, text);
    let mut args = vec!["ingest", "--json"];
    args.extend(more);
    args.push(name);
    let out = world.run(&args);
    let text = String::from_utf8(out.stdout).unwrap();
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{errors}");
    serde_json::from_str(text.lines().next().unwrap_or_else(|| panic!("{errors}"))).unwrap()
}

fn stands(item: &Value) -> (&str, Option<&str>, usize) {
    (
        item["state"].as_str().unwrap(),
        item["why"].as_str(),
        item["reports"].as_array().unwrap().len(),
    )
}

fn reports(world: &World) -> Vec<Value> {
    world.json(&["report", "list", "--oldest"]).as_array().unwrap().clone()
}

on_both! {
    fn a_complaint_opens_a_report_about_whoever_held_the_address(world) {
        let desk = world.serve();
        let item = ingest(&world, "a.eml", &arf("192.0.2.1", &as_in_mail(60), 1), &[]);
        assert_eq!(stands(&item), ("placed", None, 1), "{item:#}");
        assert_eq!((&item["format"], &item["lane"], &item["channel"]), (&json!("arf"), &json!("untrusted"), &json!("ingest")));
        assert_eq!(item["incidents"][0]["subject"]["value"], "192.0.2.1");
        let id = item["reports"][0].as_i64().unwrap();
        let report = world.report(id);
        assert_eq!((&report["service_id"], &report["category"]), (&json!(1), &json!("Spam")));
        assert_eq!((&report["service_ip"], &report["suspend_method"]), (&json!("192.0.2.1"), &json!("nosuspend")));
        assert_eq!(report["incidents"]["count"], 1);
        assert_eq!(report["complaints"][0]["id"], item["id"]);
        assert_eq!(report["complaints"][0]["reporter"], "fbl@mailbox.example.org");
        let events = report["events"].as_array().unwrap();
        let complained = events.iter().find(|event| event["kind"] == "complained").unwrap();
        assert_eq!(complained["data"]["decision"]["rule"], "complaint");
        assert_eq!(complained["data"]["decision"]["facts"]["source"], "192.0.2.1");
        let told = crate::incoming::notice(&world, id, "opened");
        assert!(told.contains("192.0.2.1"), "{told}");
        assert_eq!(world.panel_lines("calls", "suspend"), 0);
        drop(desk);
    }

    fn the_same_again_is_the_same_and_more_of_it_joins(world) {
        let desk = world.serve();
        let text = arf("192.0.2.1", &as_in_mail(60), 1);
        let first = ingest(&world, "a.eml", &text, &[]);
        let again = ingest(&world, "a.eml", &text, &[]);
        assert_eq!((&again["id"], &again["known"]), (&first["id"], &json!(true)));
        let id = first["reports"][0].as_i64().unwrap();
        crate::incoming::notice(&world, id, "opened");
        for (number, nth) in (2..=12).zip(2_usize..) {
            let next = ingest(&world, "n.eml", &arf("192.0.2.1", &as_in_mail(number), nth), &[]);
            assert_eq!(next["reports"][0], id, "{next:#}");
        }
        // Read once more: nothing counts twice.
        world.ok(&["ingest", "--again", "a.eml", "n.eml"]);
        let report = world.report(id);
        assert_eq!((&report["incidents"]["count"], report["complaints"].as_array().unwrap().len()), (&json!(12), 12));
        assert!(report["incidents"]["first_seen"].as_str() < report["incidents"]["last_seen"].as_str());
        assert_eq!(reports(&world).len(), 1);
        assert_eq!(world.mails(&format!("report-{id}.")).iter().filter(|mail| mail.contains("To: ada@")).count(), 1);
        assert_eq!(world.events(id, "more_complaints"), 0, "not before a day has passed");
        // A day later the customer is told once of all of them.
        world.sql("UPDATE report_incidents SET tell_at = 1");
        crate::incoming::notice(&world, id, "complaints");
        assert_eq!(world.events(id, "more_complaints"), 1);
        let text = world.report(id)["events"].to_string();
        assert!(text.contains("11 further complaints"), "{text}");
        // Another kind of evidence about the same is told at once.
        let other = ingest(&world, "b.eml", &complaint("192.0.2.1", &lately(), ""), &[]);
        assert_eq!(stands(&other), ("placed", None, 1), "{other:#}");
        assert_ne!(other["reports"][0], id, "another category is another report");
        drop(desk);
    }

    fn after_a_move_nobody_is_told_by_itself(world) {
        let header = "service_id,customer_id,customer_email,dedicated_ip,valid_from\n";
        let (before, after) = (ago(3 * 24 * 60), ago(2 * 24 * 60));
        world.write("old.csv", &format!("{header}20,40,old@example.com,203.0.113.20,{}\n21,41,new@example.com,,\n", ago(9 * 24 * 60)));
        world.ok(&["service", "import", "old.csv"]);
        world.write("new.csv", &format!("{header}20,40,old@example.com,,\n21,41,new@example.com,203.0.113.20,{after}\n"));
        world.ok(&["service", "import", "new.csv"]);
        let desk = world.serve();
        let old = ingest(&world, "a.eml", &complaint("203.0.113.20", &before, ""), &[]);
        assert_eq!(stands(&old).0, "waiting", "{old:#}");
        assert!(["moved", "time_unsure"].contains(&old["why"].as_str().unwrap()), "{old:#}");
        // Between the two, and without a time.
        let unsure = ingest(&world, "b.eml", &complaint("203.0.113.20", &ago(2 * 24 * 60), ""), &[]);
        assert_eq!(stands(&unsure), ("waiting", Some("time_unsure"), 0), "{unsure:#}");
        assert_eq!(reports(&world).len(), 0);
        drop(desk);
    }

    fn what_is_only_mentioned_or_attacked_or_foreign_places_nothing(world) {
        let desk = world.serve();
        // Ours is the target; ours is mentioned; not ours at all; private.
        for (name, text) in [
            ("target.eml", complaint("203.0.113.99", &lately(), "Destination IP: 192.0.2.1\n")),
            ("mention.eml", complaint("203.0.113.99", &lately(), "Our server 192.0.2.1 logged this.\n")),
            ("foreign.eml", complaint("203.0.113.98", &lately(), "")),
            ("private.eml", complaint("10.1.2.3", &lately(), "")),
            ("domain.eml", "From: jane@reporter.example.org\nSubject: Phishing\n\nPhishing URL: https://shop.example.com.evil.example.net/login\n".to_owned()),
            ("other.eml", "From: jane@reporter.example.org\nSubject: Phishing\n\nPhishing URL: https://notshop.example.com/login\n".to_owned()),
        ] {
            let item = ingest(&world, name, &text, &[]);
            assert_eq!((stands(&item).0, stands(&item).2), ("waiting", 0), "{name}: {item:#}");
        }
        assert_eq!(reports(&world).len(), 0);
        assert_eq!(jobs(&world, "send_notice"), 0);
        drop(desk);
    }

    fn one_that_needs_a_person_waits_and_the_rest_is_placed(world) {
        let desk = world.serve();
        let csv = format!(
            "timestamp,ip,port,category\n{t},192.0.2.1,22,ssh\n{t},203.0.113.9,22,ssh\n{t},192.0.2.7,22,ssh\n",
            t = lately()
        );
        let item = ingest(&world, "feed.csv", &csv, &[]);
        assert_eq!(stands(&item), ("placed", None, 2), "foreign ones beside ours are nothing to us: {item:#}");
        assert_eq!(item["incidents"][1]["fate"], "passed");
        assert_eq!(item["incidents"][1]["why"], "not_ours");
        drop(desk);
    }

    fn only_a_trusted_complaint_can_suspend_and_only_where_that_is_wanted(world) {
        world.set("categories.plans", r#"{"Spam":{"suspend_method":"immediate","terms":"AUP 3.2"}}"#);
        let desk = world.serve();
        let trusted = ["--lane", "trusted"];
        let one = ingest(&world, "a.eml", &arf("192.0.2.1", &as_in_mail(60), 1), &trusted);
        assert_eq!(world.report(one["reports"][0].as_i64().unwrap())["suspend_method"], "nosuspend");
        world.set("intake.suspend", "trusted");
        for (n, lane) in ["untrusted", "known"].into_iter().enumerate() {
            let ip = ["192.0.2.7", "192.0.2.8"][n];
            let item = ingest(&world, "b.eml", &arf(ip, &as_in_mail(60), n), &["--lane", lane]);
            assert_eq!(world.report(item["reports"][0].as_i64().unwrap())["suspend_method"], "nosuspend");
        }
        assert_eq!(world.panel_lines("calls", "suspend"), 0);
        // It does not join what suspends nobody, or who complains first would spare them.
        let two = ingest(&world, "c.eml", &arf("192.0.2.7", &as_in_mail(50), 9), &trusted);
        let id = two["reports"][0].as_i64().unwrap();
        world.wait_for(id, "suspended");
        let events = world.report(id)["events"].to_string();
        assert!(events.contains("AUP 3.2"), "{events}");
        // The guards stay: a protected service waits for approval.
        let guarded = ingest(&world, "d.eml", &arf("192.0.2.4", &as_in_mail(50), 4), &trusted);
        world.wait_for(guarded["reports"][0].as_i64().unwrap(), "awaiting_approval");
        assert_eq!(world.panel_lines("calls", "suspend 4"), 0);
        drop(desk);
    }

    fn who_complained_reaches_no_customer(world) {
        let desk = world.serve();
        let log = "Nov 29 07:00:01 trap7 sshd[9]: Failed password for root from 192.0.2.1 port 4000 ssh2\n\
                   Unsubscribe: https://portal.reporter.example.org/u/0123456789abcdef01234567\n";
        let item = ingest(&world, "a.eml", &complaint("192.0.2.1", &lately(), log), &[]);
        let id = item["reports"][0].as_i64().unwrap_or_else(|| panic!("{item:#}"));
        let told = crate::incoming::notice(&world, id, "opened");
        let link = crate::customers::link(&world, id, "opened");
        let page = desk.get(&link).body;
        let info = world.report(id)["additional_info"].to_string();
        for (what, text) in [("mail", &told), ("page", &page), ("text", &info)] {
            let lower = text.to_lowercase();
            for secret in ["jane", "reporter.example.org", "reporter networks", "trap7", "0123456789abcdef", "unsubscribe"] {
                assert!(!lower.contains(secret), "{secret} in {what}: {text}");
            }
        }
        assert!(info.contains("192.0.2.1"), "{info}");
        // Nor when staff take a complaint for what the customer wrote.
        let foreign = ingest(&world, "b.eml", &complaint("203.0.113.5", &lately(), ""), &[]);
        world.ok(&["inbox", "attach", &foreign["id"].to_string(), "--report", &id.to_string(), "--message"]);
        assert!(crate::incoming::messages(&world, id).is_empty());
        assert!(!desk.get(&link).body.to_lowercase().contains("jane"));
        let report = world.report(id);
        assert!(report["notes"].to_string().contains("Complaint 2 was attached.") && !report["notes"].to_string().contains("jane"));
        assert_eq!(report["incidents"]["complaints"], 2);
        // What anybody may have written is not told in their words.
        assert!(!info.contains("Failed password"), "{info}");
        let known = ingest(&world, "c.eml", &complaint("192.0.2.7", &lately(), &log.replace("192.0.2.1", "192.0.2.7")), &["--lane", "known"]);
        let info = world.report(known["reports"][0].as_i64().unwrap())["additional_info"].to_string();
        assert!(info.contains("Failed password") && !info.contains("trap7"), "{info}");
        drop(desk);
    }

    fn an_answer_is_no_complaint_and_a_complaint_no_answer(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = crate::incoming::notice(&world, id, "opened");
        let text = format!("The attack came from 192.0.2.7.\n\nSource IP: 192.0.2.7\nDate: {}\n", lately());
        crate::incoming::is_taken(&lmtp.hand_over("ada@example.com", &header(&told, "Reply-To"), &answer_to(&told, "ada@example.com", &text)));
        eventually("it is an answer", || crate::incoming::messages(&world, id).len() == 1);
        assert_eq!(reports(&world).len(), 1);
        crate::incoming::is_taken(&lmtp.hand_over("fbl@mailbox.example.org", ADDRESS, &arf("192.0.2.7", &as_in_mail(30), 1)));
        eventually("it is placed", || reports(&world).len() == 2);
        assert_eq!(crate::incoming::messages(&world, id).len(), 1);
        let item = world.json(&["inbox", "show", "2"]);
        assert_eq!((&item["state"], &item["channel"]), (&json!("placed"), &json!("lmtp")));
        drop(desk);
    }

    fn staff_decide_what_waits_and_reporters_are_counted_and_muted(world) {
        let desk = world.serve();
        world.set("intake.auto_assign", "false");
        let item = ingest(&world, "a.eml", &arf("192.0.2.1", &as_in_mail(60), 1), &[]);
        assert_eq!(stands(&item), ("waiting", Some("by_setting"), 0));
        let list = world.json(&["inbox", "list"]);
        assert_eq!((&list[0]["id"], &list[0]["incidents"][0]["service"]), (&item["id"], &json!("main:1")));
        let number = item["id"].to_string();
        world.ok(&["inbox", "dismiss", &number, "--because", "noise"]);
        let dismissed = world.json(&["inbox", "list", "--state", "dismissed"]);
        assert_eq!((&dismissed[0]["state"], &dismissed[0]["because"]), (&json!("dismissed"), &json!("noise")));
        world.ok(&["inbox", "restore", &number]);
        world.ok(&["inbox", "open", &number, "--service", "1"]);
        let item = world.json(&["inbox", "show", &number]);
        assert_eq!((&item["state"], &item["parts"].is_array()), (&json!("placed"), &true));
        let id = item["reports"][0].as_i64().unwrap();
        assert_eq!(world.report(id)["incidents"]["count"], 1);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        let reporters = world.json(&["reporter", "list"]);
        let one = &reporters[0];
        assert_eq!((&one["email"], &one["complaints"], &one["upheld"]), (&json!("fbl@mailbox.example.org"), &json!(1), &json!(1)));
        world.ok(&["report", "reopen", &id.to_string()]);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "unfounded"]);
        let one = world.json(&["reporter", "show", &one["ref"].to_string()]);
        assert_eq!((&one["upheld"], &one["unfounded"]), (&json!(0), &json!(1)));
        world.set("intake.auto_assign", "true");
        world.ok(&["reporter", "mute", &one["ref"].to_string()]);
        let text = arf("192.0.2.1", &as_in_mail(30), 2);
        let muted = ingest(&world, "b.eml", &text, &[]);
        assert_eq!(stands(&muted), ("set_aside", Some("muted"), 0));
        world.ok(&["reporter", "unmute", &one["ref"].to_string()]);
        let again = ingest(&world, "b.eml", &text, &["--again"]);
        assert_eq!((again["id"].clone(), again["known"].clone()), (muted["id"].clone(), json!(true)));
        assert_eq!(stands(&again).0, "placed", "{again:#}");
        drop(desk);
    }

    fn a_flood_is_one_report_and_one_notice_however_many_read_it(world) {
        let desk = world.serve();
        let folder = |from: usize, to: usize| -> String {
            let mail = |n| format!("From x@example.org Sun Nov 29 08:00:00 2026\n{}\n", arf("192.0.2.1", &as_in_mail(60), n));
            (from..to).map(mail).collect::<Vec<_>>().concat()
        };
        for (n, name) in ["a.mbox", "b.mbox", "c.mbox"].into_iter().enumerate() {
            world.write(name, &folder(n * 40, (n + 1) * 40));
        }
        std::thread::scope(|scope| {
            for name in ["a.mbox", "b.mbox", "c.mbox"] {
                let world = &world;
                scope.spawn(move || world.ok(&["ingest", name]));
            }
        });
        let all = reports(&world);
        assert_eq!(all.len(), 1, "{all:#?}");
        let id = all[0]["id"].as_i64().unwrap();
        crate::incoming::notice(&world, id, "opened");
        let report = world.report(id);
        assert_eq!((&report["incidents"]["count"], &report["incidents"]["complaints"]), (&json!(120), &json!(120)));
        assert_eq!(report["complaints"].as_array().unwrap().len(), 100);
        assert_eq!(world.mails(&format!("report-{id}.")).iter().filter(|mail| mail.contains("To: ada@")).count(), 1);
        assert_eq!(world.events(id, "more_complaints"), 0);
        // Read by a job that runs once more, as after a process that was killed.
        world.sql("UPDATE jobs SET run_at = 1 WHERE kind = 'read_mail'");
        let placed = world.json(&["inbox", "list", "--state", "placed", "--limit", "1000"]);
        assert_eq!(placed.as_array().unwrap().len(), 120);
        drop(desk);
    }

    fn what_is_about_two_services_waits_until_staff_have_seen_to_both(world) {
        world.set("intake.auto_assign", "false");
        let csv = format!("timestamp,ip,port,category\n{t},192.0.2.1,22,ssh\n{t},192.0.2.7,22,ssh\n", t = lately());
        let item = ingest(&world, "feed.csv", &csv, &[]);
        assert_eq!(stands(&item), ("waiting", Some("by_setting"), 0), "{item:#}");
        let number = item["id"].to_string();
        world.ok(&["inbox", "open", &number, "--service", "1"]);
        let item = world.json(&["inbox", "show", &number]);
        assert_eq!((&item["state"], item["reports"].as_array().unwrap().len()), (&json!("waiting"), 1));
        let info = world.report(item["reports"][0].as_i64().unwrap())["additional_info"].to_string();
        assert!(info.contains("192.0.2.1") && !info.contains("192.0.2.7"), "{info}");
        world.ok(&["inbox", "open", &number, "--service", "7"]);
        let item = world.json(&["inbox", "show", &number]);
        assert_eq!((&item["state"], item["reports"].as_array().unwrap().len()), (&json!("placed"), 2));
    }

    fn observing_shows_what_would_be_done_and_does_nothing(world) {
        world.set("intake.mode", "observe");
        let desk = world.serve();
        let item = ingest(&world, "a.eml", &arf("192.0.2.1", &as_in_mail(60), 1), &[]);
        assert_eq!(stands(&item), ("waiting", Some("observed"), 0), "{item:#}");
        assert_eq!((&item["incidents"][0]["fate"], &item["incidents"][0]["service"]), (&json!("would_open"), &json!("main:1")));
        assert_eq!(reports(&world).len(), 0);
        world.set("intake.mode", "work");
        let next = ingest(&world, "b.eml", &arf("192.0.2.1", &as_in_mail(59), 2), &[]);
        assert_eq!(stands(&next).0, "placed");
        drop(desk);
    }

    fn a_mailbox_is_taken_apart_and_what_is_no_report_is_set_aside(world) {
        let one = arf("192.0.2.1", &as_in_mail(60), 1);
        let two = arf("192.0.2.7", &as_in_mail(60), 2);
        let mbox = format!("From a@example.org Sun Nov 29 08:00:00 2026\n{one}\nFrom b@example.org Sun Nov 29 08:00:01 2026\n{two}");
        world.write("two.mbox", &mbox);
        let out = world.ok(&["ingest", "--json", "two.mbox"]);
        let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line["state"] == "placed" && line["file"] == "two.mbox"), "{lines:#?}");
        let unread = ingest(&world, "c.eml", &arf("192.0.2.8", &as_in_mail(60), 3), &["--no-wait"]);
        assert_eq!(stands(&unread), ("unread", None, 0));
        let explained = world.ok(&["ingest", "--explain", "c.eml"]);
        assert!(explained.contains("service main:8 of customer 18"), "{explained}");
        let dmarc = "From: noreply-dmarc@example.org\nSubject: Report Domain: example.com Submitter: example.org Report-ID: 1\n\
                     Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/xml; name=\"example.org!example.com!1!2.xml\"\n\
                     Content-Disposition: attachment; filename=\"example.org!example.com!1!2.xml\"\n\n\
                     <?xml version=\"1.0\"?><feedback><report_metadata><org_name>x</org_name></report_metadata><policy_published><domain>example.com</domain></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>1</count></row></record></feedback>\n--x--\n";
        let set_aside = ingest(&world, "d.eml", dmarc, &[]);
        assert_eq!((stands(&set_aside).0, &set_aside["not_a_report"]), ("set_aside", &json!("dmarc_aggregate")), "{set_aside:#}");
    }

    fn staff_open_a_report_about_what_waits_and_nobody_hears_of_others(world) {
        world.set("intake.own_networks", r#"["203.0.113.0/24"]"#);
        let csv = format!("timestamp,ip,port,category\n{t},2001:db8:ffff::9,22,ssh\n{t},203.0.113.9,22,ssh\n", t = lately());
        let item = ingest(&world, "feed.csv", &csv, &[]);
        assert_eq!(stands(&item), ("waiting", Some("nobody_then"), 0), "{item:#}");
        world.ok(&["inbox", "open", &item["id"].to_string(), "--service", "1"]);
        let item = world.json(&["inbox", "show", &item["id"].to_string()]);
        assert_eq!(stands(&item).0, "placed");
        let fates = |item: &Value| -> Vec<(Value, Value)> {
            item["incidents"].as_array().unwrap().iter().map(|one| (one["fate"].clone(), one["why"].clone())).collect()
        };
        assert_eq!(fates(&item), [(json!("passed"), json!("not_ours")), (json!("by_staff"), json!(null))]);
        let info = world.report(item["reports"][0].as_i64().unwrap())["additional_info"].to_string();
        assert!(info.contains("203.0.113.9") && !info.contains("2001:db8:ffff::9"), "{info}");
        // Staff know better whose it is: nothing stays behind.
        world.set("intake.auto_assign", "false");
        let other = ingest(&world, "a.eml", &arf("192.0.2.1", &as_in_mail(60), 1), &[]);
        world.ok(&["inbox", "open", &other["id"].to_string(), "--service", "7"]);
        let other = world.json(&["inbox", "show", &other["id"].to_string()]);
        assert_eq!((stands(&other).0, fates(&other)), ("placed", vec![(json!("by_staff"), json!(null))]));
        let report = world.report(other["reports"][0].as_i64().unwrap());
        assert!(report["service_id"] == 7 && report["additional_info"].to_string().contains("192.0.2.1"), "{report:#}");
    }

    fn one_complaint_that_comes_several_ways_counts_once(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let text = arf("192.0.2.1", &as_in_mail(60), 1).replace('\n', "\r\n");
        crate::incoming::is_taken(&lmtp.hand_over("fbl@mailbox.example.org", ADDRESS, &text));
        eventually("it is placed", || reports(&world).len() == 1);
        crate::incoming::is_taken(&lmtp.hand_over("fbl@mailbox.example.org", "abuse+noc@example.com", &text));
        eventually("it is read", || world.json(&["inbox", "show", "2"])["state"] != "unread");
        assert_eq!(world.json(&["inbox", "show", "2"])["detail"], "duplicate");
        let report = world.report(reports(&world)[0]["id"].as_i64().unwrap());
        assert_eq!((&report["incidents"]["count"], &report["incidents"]["complaints"]), (&json!(1), &json!(1)));
        // Nor is it taken in once more from a file, whenever that is.
        world.sql("UPDATE incoming_mails SET received_at = 1");
        let again = ingest(&world, "a.eml", &text, &["--again"]);
        assert_eq!((&again["id"], &again["known"], &again["state"]), (&json!(1), &json!(true), &json!("placed")));
        drop(desk);
    }

    fn whoever_is_muted_does_not_evade_that_by_another_address(world) {
        let desk = world.serve();
        let first = ingest(&world, "a.eml", &complaint("192.0.2.1", &lately(), ""), &[]);
        assert_eq!(stands(&first).0, "placed", "{first:#}");
        let reporters = world.json(&["reporter", "list"]);
        world.ok(&["reporter", "mute", &reporters[0]["ref"].to_string()]);
        let other = complaint("192.0.2.1", &ago(50), "").replace("Subject:", "X-Original-From: Other <other@list.example.net>\nSubject:");
        let item = ingest(&world, "b.eml", &other, &[]);
        assert_eq!(stands(&item), ("set_aside", Some("muted"), 0), "{item:#}");
        drop(desk);
    }

    fn machines_are_set_aside_and_a_customer_who_quotes_a_notice_waits(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let machine = "From: help@other.example.net\nSubject: We are open on Mondays\nAuto-Submitted: auto-replied\n\nThank you for writing. We call back.\n";
        let item = ingest(&world, "a.eml", machine, &[]);
        assert_eq!(stands(&item), ("set_aside", Some("no_report"), 0), "{item:#}");
        let quoted = complaint("192.0.2.1", &lately(), "").replace("From: Reporter Jane <jane@reporter.example.org>", "From: Ada <ada@example.com>");
        crate::incoming::is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &quoted));
        eventually("it is read", || world.json(&["inbox", "show", "2"])["state"] != "unread");
        let item = world.json(&["inbox", "show", "2"]);
        assert_eq!(stands(&item), ("waiting", Some("no_code"), 0), "{item:#}");
        assert_eq!(reports(&world).len(), 0);
        // If it is their answer, staff make it one.
        let id = desk.create(&world, "service_id=1&category=Spam");
        world.ok(&["inbox", "attach", "2", "--report", &id.to_string()]);
        assert!(crate::incoming::messages(&world, id)[0].contains("we saw login attempts"));
        drop(desk);
    }

    fn a_line_of_json_says_with_a_desk_what_it_says_without_one(world) {
        let one = arf("192.0.2.1", &as_in_mail(60), 1);
        let page = format!("https://shop.example.com/{}", "long/".repeat(120));
        let two = format!("From: jane@reporter.example.org\nSubject: Phishing\n\nPhishing URL: {page}\nDate: {}\n", lately());
        let digest = format!(
            "From: relay@example.org\nSubject: Two of them\nMIME-Version: 1.0\nContent-Type: multipart/digest; boundary=z\n\n\
             --z\n\n{}\n--z\n\n{}\n--z--\n",
            arf("192.0.2.7", &as_in_mail(50), 3), arf("192.0.2.8", &as_in_mail(40), 4)
        );
        for (name, text) in [("a.eml", one.as_str()), ("b.eml", &two), ("c.eml", &digest), ("d.eml", "")] {
            world.write(name, text);
            let lines = |args: &[&str]| -> Vec<Value> {
                world.ok(args).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
            };
            let without = lines(&["ingest", "--dry-run", "--json", name]);
            // What programs ask for goes before what people ask for.
            let with = lines(&["ingest", "--json", "--explain", name]);
            assert_eq!(without.len(), with.len(), "{name}: {with:#?}");
            for (without, with) in without.iter().zip(&with) {
                for (key, value) in without.as_object().unwrap().iter().filter(|(key, _)| *key != "incidents") {
                    assert_eq!(&with[key], value, "{name}: {key}");
                }
                let (before, after) = (without["incidents"].as_array().unwrap(), with["incidents"].as_array().unwrap());
                assert_eq!(before.len(), after.len(), "{name}");
                for (before, after) in before.iter().zip(after) {
                    for (key, value) in before.as_object().unwrap() {
                        assert_eq!(&after[key], value, "{name}: {key}");
                    }
                    assert!(after["fate"].is_string(), "{name}: {after:#}");
                }
                assert!(with["state"].is_string() && with["reports"].is_array(), "{name}");
                assert_eq!(with["id"], lines(&["ingest", "--json", name])[0]["id"], "{name}");
            }
        }
        let explained = world.ok(&["ingest", "--explain", "a.eml"]);
        assert!(explained.contains("opened report"), "{explained}");
    }
}
