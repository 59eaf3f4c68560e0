//! Mail that comes in: answers of customers, mails that came back, machines, strangers.

use serde_json::Value;

use crate::lmtp::*;
use crate::seat::{Seat, hire};
use crate::telling::{hurry, jobs, minutes_ago};
use crate::world::*;

const ADDRESS: &str = "abuse@example.com";

/// The first notice to the customer of a report.
pub(crate) fn notice(world: &World, id: i64, kind: &str) -> String {
    let part = format!("report-{id}.{kind}.customer.");
    eventually("the customer is told", || !world.mails(&part).is_empty());
    world.mails(&part).remove(0)
}

pub(crate) fn waiting(world: &World) -> Vec<Value> {
    world.json(&["inbox", "list"]).as_array().unwrap().clone()
}

/// Waits until so many mails wait, and returns why.
pub(crate) fn why(world: &World, count: usize) -> Vec<String> {
    eventually("the mails are read", || waiting(world).len() >= count);
    let all = waiting(world);
    assert_eq!(all.len(), count, "{all:#?}");
    all.iter().map(|mail| mail["why"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn messages(world: &World, id: i64) -> Vec<String> {
    let report = world.report(id);
    let all = report["messages"].as_array().unwrap();
    all.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn is_taken(answer: &str) {
    assert!(answer.starts_with("250 "), "{answer}");
}

on_both! {
    fn an_answer_by_mail_becomes_a_message_of_its_report_once(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let address = header(&told, "Reply-To");
        assert!(address.starts_with(&format!("abuse+r{id}.")), "{told}");
        let to_staff = || world.mails(&format!("report-{id}.opened.staff"));
        eventually("staff are told", || !to_staff().is_empty());
        assert_eq!(header(&to_staff()[0], "Reply-To"), "", "nothing but the customer's notices has it");
        let answer = answer_to(&told, "Ada <ADA@example.com>", "We have cleaned it.\n.dots stay\n");
        is_taken(&lmtp.hand_over("ada@example.com", &address, &answer));
        eventually("the answer is there", || !messages(&world, id).is_empty());
        is_taken(&lmtp.hand_over("ada@example.com", &address, &answer));
        let report = world.report(id);
        assert_eq!(messages(&world, id), ["We have cleaned it.\n.dots stay"]);
        assert_eq!((&report["turn"], &report["deadline_at"]), (&"staff".into(), &Value::Null));
        for kind in ["answered", "answered_by_mail", "clock_paused"] {
            assert_eq!(world.events(id, kind), 1, "{kind}");
        }
        eventually("staff hear of the answer", || !world.mails(&format!("report-{id}.answered.staff")).is_empty());
        // The address alone does as well, and so does the Message-ID alone.
        let bare = "From: ada@example.com\nSubject: x\n\nSECOND\n";
        is_taken(&lmtp.hand_over("ada@example.com", &address, bare));
        let threaded = format!("From: ada@example.com\nIn-Reply-To: {}\n\nTHIRD\n", header(&told, "Message-ID"));
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &threaded));
        eventually("they are there", || messages(&world, id).len() == 3);
        assert_eq!(waiting(&world).len(), 0);
        assert_eq!(world.mails(&format!("report-{id}.")).iter().filter(|mail| mail.contains("To: ada@")).count(), 1,
            "nobody answers an answer");
    }

    fn files_of_a_mail_come_to_its_report_and_the_limits_hold(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = notice(&world, id, "opened");
        let part = |name: &str, text: &str| format!(
            "--x\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\n{text}\n"
        );
        let mail = format!(
            "From: ada@example.com\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
             --x\nContent-Type: text/plain\n\nSee the log.\n{}{}--x--\n",
            part("../../clean.log", "all is clean"), part("run.exe", "MZ"),
        );
        is_taken(&lmtp.hand_over("ada@example.com", &header(&told, "Reply-To"), &mail));
        eventually("the answer is there", || messages(&world, id) == ["See the log."]);
        let files = world.json(&["report", "attachments", &id.to_string()]);
        assert_eq!((files.as_array().unwrap().len(), &files[0]["name"]), (1, &"clean.log".into()), "{files}");
        assert_eq!(world.events(id, "attachment_refused"), 1, "a program is no file that is taken");
        let link = crate::customers::link(&world, id, "opened");
        assert!(desk.get(&link).body.contains("clean.log"));
        let place = format!("{link}/reports/{id}/attachments/{}", files[0]["id"].as_str().unwrap());
        assert_eq!(desk.get(&place).body.trim_end(), "all is clean");
    }

    fn when_a_digest_comes_back_none_of_its_reports_was_told(world) {
        let lmtp = take_mail(&world, ADDRESS);
        world.set("client.notices_per_hour", "1");
        let desk = world.serve();
        notice(&world, desk.create(&world, "service_id=1&category=First"), "opened");
        let late = [(); 2].map(|()| desk.create(&world, "service_id=1&category=Late&suspend_method=timelimit"));
        eventually("they wait", || jobs(&world, "send_digest") == 1 && jobs(&world, "send_notice") == 0);
        hurry(&world, "send_digest");
        eventually("the digest went out", || !world.mails("digest.").is_empty());
        let digest = world.mails("digest.").remove(0);
        eventually("it is on record", || late.iter().all(|id| world.events(*id, "notice_sent") >= 1));
        is_taken(&lmtp.hand_over("", ADDRESS, &delivery_report(&digest, "ada@example.com", "failed", "550 no such user")));
        eventually("both know", || late.iter().all(|id| world.events(*id, "notice_bounced") == 1));
        assert!(waiting(&world).is_empty());
    }

    fn a_mail_can_say_something_and_do_nothing(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=immediate&allow_unsuspend=1");
        world.wait_for(id, "suspended");
        let told = notice(&world, id, "suspended");
        let address = header(&told, "Reply-To");
        for text in ["unsuspend", "please extend by 30 days", "FIXED", "close"] {
            is_taken(&lmtp.hand_over("ada@example.com", &address, &answer_to(&told, "ada@example.com", text)));
        }
        eventually("all are there", || messages(&world, id).len() == 4);
        let report = world.report(id);
        assert_eq!((&report["status"], &report["suspension"]["state"]), (&"open".into(), &"suspended".into()));
        assert_eq!(world.panel_lines("calls", "unsuspend"), 0);
    }

    fn what_is_not_the_customers_for_sure_waits_for_staff_with_the_reason(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = notice(&world, id, "opened");
        let address = header(&told, "Reply-To");
        let other = desk.create(&world, "service_id=2&category=Spam");
        notice(&world, other, "opened");
        let foreign = address.replace(&format!("+r{id}."), &format!("+r{other}."));
        let plain = |from: &str, text: &str| format!("From: {from}\nSubject: S\n\n{text}\n");
        let mut count = 0;
        let mut waits = |from: &str, to: &str, mail: &str, because: &str| {
            is_taken(&lmtp.hand_over(from, to, mail));
            count += 1;
            assert_eq!(why(&world, count).last().map(String::as_str), Some(because));
        };
        waits("eve@example.com", &address, &plain("eve@example.com", "forged sender"), "other_sender");
        waits("ada@example.com", &address, &plain("ada@example.com, eve@example.com", "two"), "other_sender");
        waits("ben@example.net", &foreign, &plain("ben@example.net", "foreign token"), "false_token");
        waits("ada@example.com", &format!("abuse+r{id}.{:024}@example.com", 0), &plain("ada@example.com", "guessed"), "false_token");
        waits("ada@example.com", ADDRESS, &plain("ada@example.com", "none"), "no_token");
        waits("", ADDRESS, &plain("mailer@example.com", "from nobody"), "automatic");
        let bounced = delivery_report(&told, "eve@example.com", "failed", "550 no");
        waits("", &address, &bounced, "other_bounce");
        world.write("moved.csv", "service_id,customer_id,customer_email,dedicated_ip\n2,99,zoe@example.com,192.0.2.99\n");
        world.ok(&["service", "import", "moved.csv"]);
        let theirs = header(&notice(&world, other, "opened"), "Reply-To");
        waits("zoe@example.com", &theirs, &plain("zoe@example.com", "new holder"), "other_customer");
        waits("ben@example.net", &theirs, &plain("ben@example.net", "old holder"), "other_customer");
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        waits("ada@example.com", &address, &plain("ada@example.com", "too late"), "closed");
        assert!(messages(&world, id).is_empty() && messages(&world, other).is_empty());
    }

    fn a_machines_answer_is_on_record_and_moves_nothing(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let before = world.report(id);
        let away = answer_to(&told, "ada@example.com", "I am away.").replace("Subject:", "Auto-Submitted: auto-replied\nSubject:");
        is_taken(&lmtp.hand_over("", &header(&told, "Reply-To"), &away));
        eventually("it is on record", || world.events(id, "automatic_answer") == 1);
        let after = world.report(id);
        for same in ["turn", "deadline_at", "messages", "status"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        let words = answer_to(&told, "ada@example.com", "Done.").replace("Subject: Re:", "Subject: Out of office:");
        is_taken(&lmtp.hand_over("ada@example.com", &header(&told, "Reply-To"), &words));
        assert_eq!(why(&world, 1), ["perhaps_absent"], "a subject makes no machine, and no answer");
    }

    fn a_notice_that_came_back_did_not_tell_the_customer(world) {
        world.set("time_limit.period", "4s");
        world.set("time_limit.reminder", "false");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let address = header(&told, "Reply-To");
        is_taken(&lmtp.hand_over("", &address, &delivery_report(&told, "ada@example.com", "delayed", "450 later")));
        eventually("the delay is a hint", || world.events(id, "hint") == 1);
        let events = world.report(id)["events"].clone();
        let hint = events.as_array().unwrap().iter().find(|event| event["kind"] == "hint").unwrap();
        assert_eq!(hint["data"]["hint"], serde_json::json!({
            "code": "notice_delayed", "notice": "opened", "address": "ada@example.com", "said": "450 later",
        }));
        assert_eq!(world.events(id, "notice_bounced"), 0);
        is_taken(&lmtp.hand_over("", &address, &delivery_report(&told, "Ada@example.com", "failed", "550 no such user")));
        eventually("it is on record", || world.events(id, "notice_bounced") == 1);
        is_taken(&lmtp.hand_over("", &address, &delivery_report(&told, "ada@example.com", "failed", "550 once more")));
        world.wait_for(id, "awaiting_approval");
        let report = world.report(id);
        let text = report["events"].to_string();
        assert!(text.contains("550 no such user") && text.contains("no mail server accepted the notice"), "{text}");
        assert_eq!(world.events(id, "notice_bounced"), 1, "told twice, it counts once");
        let staff = || world.mails(&format!("report-{id}.needs_staff.staff"));
        eventually("staff are told of it and of the deadline", || staff().len() == 2);
        assert_eq!(staff().iter().filter(|mail| mail.replace("=\r\n", "").contains("bounced from")).count(), 1);
    }

    fn staff_hear_of_a_mail_that_waits_and_so_does_the_deadline(world) {
        world.set("time_limit.period", "8s");
        world.set("time_limit.reminder", "false");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let decided = desk.create(&world, "service_id=2&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let fixed = |number: usize| format!("From: private@example.com\nSubject: {number}\n\nI fixed it.\n");
        for number in 1..=2 {
            is_taken(&lmtp.hand_over("private@example.com", &header(&told, "Reply-To"), &fixed(number)));
        }
        let address = header(&notice(&world, decided, "opened"), "Reply-To");
        is_taken(&lmtp.hand_over("private@example.com", &address, &fixed(3)));
        assert_eq!(why(&world, 3), ["other_sender"; 3]);
        let third = waiting(&world).into_iter().find(|mail| mail["report_id"] == decided).unwrap()["id"].to_string();
        world.ok(&["inbox", "dismiss", &third]);
        assert_eq!((world.events(id, "mail_waits"), world.events(decided, "mail_waits")), (2, 1));
        let of_mail = || {
            let mails = world.mails(&format!("report-{id}.needs_staff.staff"));
            mails.iter().filter(|mail| mail.contains("awaits review")).count()
        };
        eventually("staff are told", || of_mail() == 1);
        world.wait_for(decided, "suspended");
        world.wait_for(id, "awaiting_approval");
        let text = world.report(id)["events"].to_string();
        assert!(text.contains("Suspension awaits approval: a mail about the report awaits review"), "{text}");
        assert!(text.contains("awaits review: not from the customer's e-mail address"), "{text}");
        assert!(world.report(id)["messages"].as_array().unwrap().is_empty());
        eventually("they are told of the deadline", || world.mails(&format!("report-{id}.needs_staff.staff")).len() == 2);
        world.ok(&["report", "approve", &id.to_string()]);
        world.wait_for(id, "suspended");
    }

    fn mail_of_strangers_has_so_much_room_and_customers_always_have_some(world) {
        world.set("intake.mail_room", "2KiB");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let strange = |number: usize| format!("From: eve@example.com\nSubject: {number}\n\n{}\n", "x ".repeat(400));
        for number in 1..=2 {
            is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, &strange(number)));
        }
        let refused = lmtp.hand_over("eve@example.com", ADDRESS, &strange(3));
        assert!(refused.starts_with("452 4.3.1 "), "{refused}");
        is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, &strange(1)));
        let address = header(&told, "Reply-To");
        is_taken(&lmtp.hand_over("ada@example.com", &address, &answer_to(&told, "ada@example.com", "Done.")));
        eventually("the customer is heard", || messages(&world, id) == ["Done."]);
        assert_eq!(waiting(&world).len(), 2, "what was refused is not kept, what came again is known");
        world.set("intake.mail_room", "0");
        eventually("there is room again", || {
            lmtp.hand_over("eve@example.com", ADDRESS, &strange(3)).starts_with("250 ")
        });
    }

    fn an_answer_that_a_relay_took_our_ids_from_waits_with_its_report_and_so_does_the_deadline(world) {
        world.set("time_limit.period", "8s");
        world.set("time_limit.reminder", "false");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let [by_reference, by_subject, foreign] = [1, 7, 2].map(|service| {
            desk.create(&world, &format!("service_id={service}&category=Spam&suspend_method=timelimit"))
        });
        for id in [by_reference, by_subject, foreign] {
            notice(&world, id, "opened");
        }
        let relayed = |from: &str, subject: &str, more: &str| format!(
            "From: {from}\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{}@mail.example.net>\n\
             In-Reply-To: <0102-abcd@relay.example.org>\n{more}\nThe script is deleted.\n", subject.len(),
        );
        let reference = format!("References: <report-{by_reference}@example.com>\n <0102-abcd@relay.example.org>\n");
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &relayed("Ada <ada@example.com>", "Re: Spam", &reference)));
        let subject = format!("Re: [abuse #{by_subject}] Abuse report about your service: Spam");
        is_taken(&lmtp.hand_over("gil@example.com", ADDRESS, &relayed("gil@example.com", &subject, "")));
        let subject = format!("Re: [abuse #{foreign}] Abuse report about your service");
        is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, &relayed("eve@example.com", &subject, "")));
        eventually("the mails are read", || waiting(&world).len() == 3);
        let of = |report: Option<i64>| waiting(&world).into_iter().find(|mail| mail["report_id"].as_i64() == report);
        for id in [by_reference, by_subject] {
            assert_eq!(of(Some(id)).expect("it has its report")["why"], "no_code");
            assert_eq!(world.events(id, "mail_waits"), 1);
            eventually("staff are told", || !world.mails(&format!("report-{id}.needs_staff.staff")).is_empty());
        }
        assert_eq!(of(None).expect("it has none")["why"], "no_token", "a stranger names a report in vain");
        world.wait_for(foreign, "suspended");
        for id in [by_reference, by_subject] {
            world.wait_for(id, "awaiting_approval");
            assert!(messages(&world, id).is_empty(), "it does not count by itself");
        }
    }

    fn the_references_of_a_notice_show_its_report_where_a_relay_changed_its_message_id(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let references = header(&told, "References");
        assert!(references.starts_with(&format!("<report-{id}.")), "{told}");
        eventually("staff are told", || !world.mails(&format!("report-{id}.opened.staff")).is_empty());
        let to_staff = world.mails(&format!("report-{id}.opened.staff")).remove(0);
        assert_eq!(header(&to_staff, "References"), format!("<report-{id}@example.com>"), "without the code");
        let relayed = format!(
            "From: ada@example.com\nSubject: Re: x\nIn-Reply-To: <0102@relay.example.org>\n\
             References: {references} <0102@relay.example.org>\n\nDone.\n"
        );
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &relayed));
        eventually("the answer is there", || messages(&world, id) == ["Done."]);
        let forged = relayed.replace("Done.", "Forged.").replace("ada@example.com", "eve@example.com");
        is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, &forged));
        assert_eq!(why(&world, 1), ["other_sender"]);
    }

    fn who_has_an_address_of_the_desk_itself_is_not_told(world) {
        world.set("time_limit.period", "1s");
        let lmtp = take_mail(&world, ADDRESS);
        let own = "service_id,customer_id,customer_email,dedicated_ip\n\
            50,50,abuse@example.com,192.0.2.50\n51,51,Abuse+ben@Example.COM,192.0.2.51\n52,52,zoe@example.com,192.0.2.52\n";
        world.write("own.csv", own);
        let output = world.run(&["service", "import", "own.csv"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("warning: own.csv: line 2") && said.contains("line 3") && !said.contains("line 4"), "{said}");
        let desk = world.serve();
        for service in [50, 51] {
            let id = desk.create(&world, &format!("service_id={service}&category=Spam&suspend_method=timelimit"));
            world.wait_for(id, "awaiting_approval");
            let text = world.report(id)["events"].to_string();
            assert!(text.contains("is one of the abuse desk itself"), "{text}");
            assert!(world.mails(&format!("report-{id}.opened.customer")).is_empty());
            // Nobody answers for the customer from there.
            let to_staff = format!("report-{id}.opened.staff");
            eventually("staff are told", || !world.mails(&to_staff).is_empty());
        }
        // A notice that comes to the desk itself is a line, and no work.
        let id = desk.create(&world, "service_id=52&category=Spam");
        let told = notice(&world, id, "opened");
        eventually("it is on record", || world.events(id, "notice_sent") >= 1);
        is_taken(&lmtp.hand_over(ADDRESS, ADDRESS, &told));
        let state = |mail: &str| world.json(&["inbox", "show", mail])["detail"].clone();
        eventually("it is read", || state("1") == "own");
        let text = world.report(id)["events"].to_string();
        assert!(text.contains("came to an address of the abuse desk itself"), "{text}");
        // What only looks like one was never sent: it shows the code of a report, and somebody looks at it.
        let forged = told.replace(".opened.customer.", ".closed.customer.");
        is_taken(&lmtp.hand_over(ADDRESS, ADDRESS, &forged));
        eventually("it was never sent", || state("2") == "waiting");
    }

    fn staff_are_not_to_be_told_at_an_address_of_the_desk_itself(world) {
        let add = |email: &str| ["staff", "add", "otto", "--email", email, "--role", "agent"].map(str::to_owned);
        let fails = |args: &[String]| world.fails(1, &args.iter().map(String::as_str).collect::<Vec<_>>());
        world.set("staff.notices.address", r#"["abuse@example.com"]"#);
        world.ok(&["settings", "set", "staff.notices.address", "[]"]);
        take_mail(&world, ADDRESS);
        assert!(fails(&add("Abuse+otto@example.com")).contains("an address of the abuse desk itself"));
        hire(&world, "emil", "admin");
        let said = world.fails(1, &["settings", "set", "staff.notices.address", r#"["team@example.com","abuse@example.com"]"#]);
        assert!(said.contains("staff.notices.address") && said.contains("abuse@example.com is an address"), "{said}");
        let desk = world.serve();
        let emil = Seat::take(&desk, "emil");
        let told = emil.post("/admin/account/notices", &[("notice", "opened"), ("address", "abuse@example.com")]);
        assert!(told.status == 422 && told.body.contains("an address of the abuse desk itself"), "{}", told.body);
        assert!(world.ok(&["config", "check"]).contains("valid"));
        world.sql("UPDATE staff SET email = 'abuse+emil@example.com' WHERE name = 'emil'");
        let output = world.run(&["config", "check"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("warning: the mail address of emil is abuse+emil@example.com"), "{said}");
    }

    fn the_summary_of_a_day_has_the_mails_that_wait(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let _desk = world.serve();
        is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, "From: eve@example.com\nSubject: x\n\nhello\n"));
        assert_eq!(why(&world, 1), ["no_token"]);
        world.set("staff.summary_at", &minutes_ago(3));
        eventually("the summary is out", || !world.mails("summary").is_empty());
        let mail = world.mails("summary").remove(0);
        assert!(mail.contains("1  Unmatched mail"), "{mail}");
    }

    fn a_delivery_report_at_a_reports_own_address_counts_without_a_message_id_of_ours(world) {
        world.set("time_limit.period", "8s");
        world.set("time_limit.reminder", "false");
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let [bare, rewritten] = [1, 2].map(|service| {
            desk.create(&world, &format!("service_id={service}&category=Spam&suspend_method=timelimit"))
        });
        let told = notice(&world, bare, "opened");
        let address = header(&told, "Reply-To");
        let dsn = delivery_report(&told, "ada@example.com", "failed", "550 no such user");
        let (without, _) = dsn.split_once("--b\nContent-Type: text/rfc822-headers").unwrap();
        is_taken(&lmtp.hand_over("", &address, &without.replace("ada@", "eve@").replace("Sorry", "Another")));
        assert_eq!(why(&world, 1), ["other_bounce"]);
        world.ok(&["inbox", "dismiss", "1"]);
        is_taken(&lmtp.hand_over("", &address, &format!("{without}--b--\n")));
        let told = notice(&world, rewritten, "opened");
        let id = header(&told, "Message-ID");
        let dsn = delivery_report(&told, "ben@example.net", "failed", "550 gone");
        is_taken(&lmtp.hand_over("", &header(&told, "Reply-To"), &dsn.replace(&id, "<1.2@relay.example.org>")));
        for (id, said) in [(bare, "550 no such user"), (rewritten, "550 gone")] {
            eventually("it is on record", || world.events(id, "notice_bounced") == 1);
            assert!(world.report(id)["events"].to_string().contains(said));
            world.wait_for(id, "awaiting_approval");
            let events = world.report(id)["events"].to_string();
            assert!(events.contains("no mail server accepted the notice"), "{events}");
        }
        assert!(waiting(&world).is_empty());
    }

    fn the_same_mail_by_several_ways_is_one_answer(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let answer = answer_to(&told, "ada@example.com", "Done.");
        let mut talk = lmtp.begin();
        talk.say("MAIL FROM:<ada@example.com>");
        for to in [header(&told, "Reply-To").as_str(), ADDRESS, "second@example.com"] {
            is_taken(&talk.say(&format!("RCPT TO:<{to}>")));
        }
        talk.say("DATA");
        talk.send(&stuffed(&answer));
        (0..3).for_each(|_| is_taken(&talk.answer()));
        let received = format!("Received: from mx.example.net\n{answer}");
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &received));
        world.write("again.eml", &answer);
        world.ok(&["ingest", "again.eml"]);
        let states = || (1..=5).map(|mail: i64| {
            let shown = world.json(&["inbox", "show", &mail.to_string()]);
            shown["detail"].as_str().unwrap().to_owned()
        }).collect::<Vec<_>>();
        eventually("all are read", || !states().contains(&"unread".to_owned()));
        let answers = states().iter().filter(|state| *state == "answer").count();
        let known = states().iter().filter(|state| *state == "duplicate").count();
        assert_eq!((answers, known), (1, 4));
        assert_eq!(messages(&world, id), ["Done."]);
        assert_eq!((world.events(id, "answered"), world.events(id, "answered_by_mail")), (1, 1));
        let other = answer_to(&told, "ada@example.com", "Really done.");
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &other));
        eventually("another one is another one", || messages(&world, id) == ["Done.", "Really done."]);
    }

    fn an_answer_with_the_marks_of_a_ticket_system_waits_and_a_machines_does_not(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let hand_over = |number: usize, from: &str, header_: &str| {
            let mail = answer_to(&told, from, &format!("Text {number}")).replace("Subject:", &format!("{header_}\nSubject:"));
            is_taken(&lmtp.hand_over(from, &header(&told, "Reply-To"), &mail));
        };
        let weak = ["Precedence: bulk", "Precedence: auto_reply", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "List-Id: <t.example.com>"];
        for (number, header) in weak.into_iter().enumerate() {
            hand_over(number, "ada@example.com", header);
        }
        hand_over(20, "desk@example.com", "Precedence: bulk");
        assert_eq!(why(&world, 6), ["perhaps_automatic"; 6]);
        assert!(waiting(&world).iter().all(|mail| mail["report_id"] == id));
        assert_eq!((world.events(id, "mail_waits"), world.events(id, "automatic_answer")), (6, 0));
        eventually("staff are told", || !world.mails(&format!("report-{id}.needs_staff.staff")).is_empty());
        let strong = ["Auto-Submitted: auto-replied", "X-Autoreply: yes"];
        for (number, header) in strong.into_iter().enumerate() {
            hand_over(10 + number, "ada@example.com", header);
        }
        eventually("machines are on record", || world.events(id, "automatic_answer") == 2);
        let first = waiting(&world)[0]["id"].to_string();
        world.ok(&["inbox", "attach", &first, "--report", &id.to_string(), "--message"]);
        assert_eq!(messages(&world, id).len(), 1);
        assert_eq!(waiting(&world).len(), 5);
    }

    fn the_customers_link_is_not_to_be_read_in_what_they_quote(world) {
        let lmtp = take_mail(&world, ADDRESS);
        for (name, role) in [("otto", "agent"), ("vera", "viewer")] {
            hire(&world, name, role);
        }
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = notice(&world, id, "opened");
        let link = crate::customers::link(&world, id, "opened");
        let token = link.rsplit_once('/').unwrap().1;
        let text = format!("I looked at https://abuse.example.com{link} and it is fixed.");
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &answer_to(&told, "ada@example.com", &text)));
        eventually("the answer is there", || messages(&world, id).len() == 1);
        assert_eq!(messages(&world, id), ["I looked at https://abuse.example.com/client/r/… and it is fixed."]);
        let shown = world.json(&["inbox", "show", "1"]).to_string() + &world.ok(&["inbox", "show", "1"]);
        assert!(shown.contains("/client/r/…") && !shown.contains(token), "{shown}");
        let (otto, vera) = (Seat::take(&desk, "otto"), Seat::take(&desk, "vera"));
        for seat in [&otto, &vera] {
            let page = seat.get("/admin/inbox/1").body;
            assert!(page.contains("/client/r/…") || page.contains("/r/…"), "{page}");
            assert!(!page.contains(token) && !seat.get(&format!("/admin/reports/{id}")).body.contains(token));
        }
        assert!(!vera.get("/admin/inbox/1").body.contains("/raw"));
        let raw = vera.get("/admin/inbox/1/raw");
        assert!(raw.status >= 400 && !raw.body.contains(token), "{}", raw.status);
        assert!(otto.get("/admin/inbox/1/raw").body.contains(token));
    }

    fn a_bounce_in_words_counts_by_its_envelope_and_one_that_names_nobody_waits(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        eventually("it is on record", || world.events(id, "notice_sent") >= 1);
        let (address, ours) = (header(&told, "Reply-To"), header(&told, "Message-ID"));
        let nameless = format!("From: system@example.net\nSubject: Unzustellbar\n\nNicht zugestellt.\n\nMessage-ID: {ours}\n");
        is_taken(&lmtp.hand_over("", &address, &nameless));
        assert_eq!(why(&world, 1), ["other_bounce"]);
        let worded = format!(
            "From: noreply@isp.example.com\nX-Failed-Recipients: ada@example.com\nSubject: Mail delivery failed\n\n\
             This is a permanent error.\n\n  ada@example.com\n    550 5.1.1 no such user\n\n\
             ------ This is a copy of your message ------\n\nMessage-ID: {ours}\n\nHello\n"
        );
        is_taken(&lmtp.hand_over("", &address, &worded));
        eventually("it is on record", || world.events(id, "notice_bounced") == 1);
        assert_eq!(world.events(id, "automatic_answer"), 0);
        assert_eq!(waiting(&world).len(), 1);
    }

    fn an_answer_that_lost_its_end_is_read_and_its_forwarded_mail_is_taken(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let address = header(&notice(&world, id, "opened"), "Reply-To");
        let mail = "From: Example, Ada <ada@example.com>\nSubject: x\nContent-Type: multipart/mixed; boundary=a\n\n\
            --a\nContent-Type: message/rfc822\n\nSubject: inner\n\nhello\n\
            --a\nContent-Type: text/plain\n\nIt is gone.\n";
        is_taken(&lmtp.hand_over("ada@example.com", &address, mail));
        eventually("the answer is there", || messages(&world, id) == ["It is gone."]);
        let files = world.json(&["report", "attachments", &id.to_string()]);
        assert_eq!((files.as_array().unwrap().len(), &files[0]["name"]), (1, &"mail.eml".into()), "{files}");
    }

    fn more_answers_than_people_write_wait(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let address = header(&notice(&world, id, "opened"), "Reply-To");
        for number in 0..22 {
            let mail = format!("From: ada@example.com\nSubject: {number}\n\nagain\n");
            is_taken(&lmtp.hand_over("ada@example.com", &address, &mail));
        }
        assert_eq!(why(&world, 2), ["too_many", "too_many"]);
        assert_eq!(messages(&world, id).len(), 20);
    }

    fn files_are_taken_from_the_command_line(world) {
        world.write("a.eml", "From: ada@example.com\nSubject: One\n\nhello\n");
        world.write("empty.eml", "");
        let output = world.run(&["ingest", "a.eml", "empty.eml", "missing.eml", "--json"]);
        assert_eq!(output.status.code(), Some(1));
        let lines: Vec<Value> =
            output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        let taken = &lines[0];
        assert_eq!((&taken["state"], &taken["why"]), (&"waiting".into(), &"no_token".into()));
        let nothing = &lines[1];
        assert_eq!((&nothing["state"], &nothing["why"], &nothing["id"]), (&"set_aside".into(), &"no_report".into(), &Value::Null));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!errors.contains("empty.eml") && errors.contains("missing.eml"), "{errors}");
        assert!(world.ok(&["ingest", "empty.eml"]).contains("empty: set aside"));
        let known = world.json(&["ingest", "a.eml"]);
        assert_eq!((&known["known"], &known["id"]), (&true.into(), &taken["id"]));
        let line = world.ok_reading(&["ingest"], "From: ben@example.net\n\nfrom a pipe\n");
        assert!(line.starts_with("-: 2: waiting"), "{line}");
        assert!(world.ok(&["inbox", "show", "2"]).contains("from a pipe"));
        assert_eq!(world.ok(&["inbox", "show", "1", "--raw"]), world.read("a.eml"));
        world.ok(&["inbox", "dismiss", "1"]);
        assert!(world.fails(1, &["inbox", "dismiss", "1"]).contains("already been dealt with"));
        world.ok(&["inbox", "restore", "1"]);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        world.ok(&["inbox", "attach", "1", "--report", &id.to_string()]);
        world.ok(&["inbox", "attach", "2", "--report", &id.to_string(), "--note"]);
        assert_eq!(messages(&world, id), ["hello"]);
        let report = world.report(id);
        // Who is not the customer may complain: notes show to more people than that.
        assert!(report["notes"].to_string().contains("Complaint 2 was attached."), "{report:#}");
        assert!(!report["notes"].to_string().contains("ben@") && report["incidents"]["complaints"] == 1, "{report:#}");
        assert_eq!(world.events(id, "mail_attached"), 2);
        assert_eq!(waiting(&world).len(), 0);
    }

    fn staff_see_what_waits_as_text_and_decide(world) {
        let lmtp = take_mail(&world, ADDRESS);
        hire(&world, "otto", "agent");
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let mail = "From: <eve@example.com>\nSubject: <script>alert(1)</script>\nContent-Type: text/html\n\n\
                    <img src=http://evil.example.com/x><b>Look</b> at http://evil.example.com/y\n";
        is_taken(&lmtp.hand_over("eve@example.com", ADDRESS, mail));
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, "From: ada@example.com\nSubject: Two\n\nIt was me.\n"));
        why(&world, 2);
        let seat = Seat::take(&desk, "otto");
        let list = seat.get("/admin/inbox").body;
        assert!(list.contains("No reference") && list.contains("Two"), "{list}");
        assert!(!list.contains("<script>alert"), "{list}");
        let one = seat.get("/admin/inbox/1").body;
        assert!(one.contains("Look at hxxp://evil[.]example[.]com/y") && !one.contains("<img src=http"), "{one}");
        let raw = seat.get("/admin/inbox/1/raw");
        assert_eq!(raw.header("content-type"), "application/octet-stream");
        assert!(raw.header("content-disposition").starts_with("attachment;"));
        assert_eq!((raw.header("x-content-type-options"), raw.body.clone()), ("nosniff", mail.replace('\n', "\r\n")));
        assert_eq!(seat.get("/admin/inbox/99").status, 404);
        seat.done("/admin/inbox/1/dismissal", &[]);
        assert!(seat.get("/admin/inbox/1").body.contains("Undo: put it back"));
        seat.done("/admin/inbox/1/restoration", &[]);
        assert_eq!(waiting(&world).len(), 2);
        seat.done("/admin/inbox/1/dismissal", &[]);
        let number = id.to_string();
        assert_eq!(seat.post("/admin/inbox/2/attachment", &[("report", "9999"), ("as", "note")]).status, 422);
        seat.done("/admin/inbox/2/attachment", &[("report", &number), ("as", "message")]);
        assert_eq!(seat.post("/admin/inbox/2/attachment", &[("report", &number), ("as", "message")]).status, 422);
        assert_eq!(messages(&world, id), ["It was me."]);
        let page = seat.get(&format!("/admin/reports/{id}")).body;
        assert!(page.contains("href=\"/admin/inbox/2\"") && page.contains("attached by staff"), "{page}");
        assert_eq!(waiting(&world).len(), 0);
    }
}

on_both! {
    fn the_mail_server_is_answered_for_each_recipient_and_only_after_the_mail_is_stored(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let mut talk = lmtp.begin();
        // All of it at once.
        talk.send(
            "MAIL FROM:<ada@example.com> SIZE=30 BODY=8BITMIME\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<nobody>\r\n\
             RCPT TO:<>\r\nDATA\r\nSubject: x\r\n\r\n..y\r\n.\r\nNOOP\r\n",
        );
        let answers: Vec<String> = (0..8).map(|_| talk.answer()).collect();
        let codes: Vec<&str> = answers.iter().map(|answer| &answer[..3]).collect();
        assert_eq!(codes, ["250", "250", "250", "501", "354", "250", "250", "250"], "{answers:?}");
        assert_eq!(world.ok(&["inbox", "show", "1", "--raw"]), "Subject: x\r\n\r\n.y\r\n");
        for (said, code) in [
            ("EHLO x", "500"), ("DATA", "503"), ("RCPT TO:<a@example.com>", "503"), ("MAIL FROM:<a@example.com> SIZE=99999999", "552"),
            ("BDAT 5", "500"), ("MAIL FROM:<>", "250"), ("RSET", "250"), ("VRFY a", "252"),
        ] {
            assert!(talk.say(said).starts_with(code), "{said}");
        }
        assert!(talk.say("QUIT").starts_with("221"));
        let mut smuggled = lmtp.begin();
        for said in ["MAIL FROM:<eve@example.com>", "RCPT TO:<a@example.com>", "DATA"] {
            smuggled.say(said);
        }
        smuggled.send("Subject: x\r\n\r\nhello\n.\nMAIL FROM:<ada@example.com>\r\n.\r\n");
        assert!(smuggled.answer().starts_with("554 5.6.0"));
        smuggled.send("NOOP\n");
        assert!(smuggled.answer().starts_with("554 5.5.2"));
        assert_eq!(smuggled.answer(), "", "it hung up");
        let mut long = lmtp.begin();
        long.send(&"x".repeat(5_000));
        assert!(long.answer().starts_with("500 5.5.2"));
        if world.engine == Engine::Postgres {
            world.close_database(true);
            let answer = lmtp.hand_over("ada@example.com", ADDRESS, "Subject: later\n\nx\n");
            assert!(answer.starts_with("451 4.3.0"), "{answer}");
            world.close_database(false);
            eventually("it is taken the next time", || {
                lmtp.hand_over("ada@example.com", ADDRESS, "Subject: later\n\nx\n").starts_with("250")
            });
        }
        let before = waiting(&world).len();
        let mut idle = lmtp.begin();
        assert!(desk.stop().success());
        assert!(idle.answer().starts_with("421"));
        assert!(lmtp.try_begin().is_none());
        assert!(waiting(&world).len() >= before);
    }

    fn a_mail_that_was_taken_survives_the_end_of_the_process(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        for number in 0..10 {
            let mail = format!("From: ada@example.com\nSubject: {number}\n\nx\n");
            is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &mail));
        }
        desk.kill();
        let _desk = world.serve();
        eventually("all are read", || waiting(&world).len() == 10);
    }

    fn a_socket_in_the_file_system_does_as_well(world) {
        let path = world.path("lmtp.sock");
        let options = world.read("portreeve.toml");
        world.write("portreeve.toml", &format!("{options}\n[mail.in]\nlmtp = \"{}\"\n", path.display()));
        for _ in 0..2 {
            // A socket that somebody left behind is in nobody's way.
            let desk = world.serve();
            let stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
            let mut greeting = String::new();
            std::io::BufRead::read_line(&mut std::io::BufReader::new(stream), &mut greeting).unwrap();
            assert!(greeting.starts_with("220 "), "{greeting}");
            desk.kill();
        }
    }
}
