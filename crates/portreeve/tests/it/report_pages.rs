//! The page of a report, and the same by API and on the command line: what is newest is there, nothing that was typed is
//! lost, what weighs much is asked about, and what keeps a report from going on is in view.

use serde_json::{Value, json};

use crate::api::token;
use crate::customers::link;
use crate::lmtp::*;
use crate::seat::{Seat, between, form, hire};
use crate::world::*;

/// Adds lines of history, messages and notes to a report, numbered from 1.
fn fill(world: &World, id: i64, count: usize) {
    let (yes, no) = if world.engine == Engine::Sqlite { ("1", "0") } else { ("TRUE", "FALSE") };
    let rows = |row: &dyn Fn(usize) -> String| (1..=count).map(row).collect::<Vec<_>>().join(", ");
    let removed = |n: usize| format!("'attachment_removed', '{{\"name\":\"event-{n}.\"}}'");
    let events = rows(&|n| format!("({id}, {n}, 'staff:alice', {})", removed(n)));
    world.sql(&format!("INSERT INTO events (report_id, at, actor, kind, data) VALUES {events}"));
    let messages = rows(&|n| format!("({id}, {n}, 'customer', {yes}, 'message-{n}.')"));
    world.sql(&format!(
        "INSERT INTO messages (report_id, at, author, from_customer, body) VALUES {messages}"
    ));
    let notes = rows(&|n| format!("({id}, {n}, 'staff:alice', {no}, 'note-{n}.')"));
    world.sql(&format!(
        "INSERT INTO notes (report_id, at, author, from_opening, body) VALUES {notes}"
    ));
}

fn texts(report: &Value, list: &str) -> Vec<String> {
    let rows = report[list].as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap().to_owned()).collect()
}

/// The head of calls with a token that the desk knows already.
pub(crate) fn bearer(world: &World, desk: &Serving, scopes: &[&str]) -> String {
    let bearer = format!("Bearer {}", token(world, scopes));
    let me = || desk.send("GET", "/api/v1/me", &[("Authorization", &bearer)], b"").status;
    eventually("the token counts", || me() == 200);
    bearer
}

/// The kinds of what a report needs a person for.
fn attention(world: &World, id: i64) -> Vec<String> {
    let report = world.report(id);
    let all = report["attention"].as_array().unwrap().iter();
    all.map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

/// What stands in a text field of a report's page.
fn typed(page: &str, part: &str) -> String {
    let field = between(page, &format!("name=\"{part}.text\""), "</textarea>");
    field.split_once('>').unwrap().1.to_owned()
}

on_both! {
    fn beyond_a_thousand_lines_the_newest_are_shown_and_the_earlier_ones_can_be_had(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&admin_notes=from+the+opening");
        let link = link(&world, id, "opened");
        eventually("its mails are out", || world.events(id, "notice_sent") == 2);
        fill(&world, id, 1_005);

        let newest = world.report(id);
        assert_eq!(newest["admin_notes"], "from the opening");
        for (list, word) in [("events", "event"), ("messages", "message"), ("notes", "note")] {
            let shown = texts(&newest, list);
            let last = shown.last().unwrap();
            assert!(shown.len() == 1_000 && last.contains(&format!("{word}-1005.")), "{last}");
            assert!(shown[0].contains(&format!("{word}-6.")), "{}", shown[0]);
            let before = newest["earlier"][format!("{list}_before")].to_string();
            assert_eq!(before, newest[list][0]["id"].to_string());
            let option = format!("--{list}-before");
            let earlier = world.json(&["report", "show", &id.to_string(), &option, &before]);
            let last = texts(&earlier, list).pop().unwrap();
            assert!(last.contains(&format!("{word}-5.")), "{last}");
            assert_eq!(earlier["earlier"][format!("{list}_before")], Value::Null, "that is all");
        }
        let said = world.ok(&["report", "show", &id.to_string()]);
        assert!(said.contains("For earlier messages, add --messages-before"), "{said}");

        let bearer = bearer(&world, &desk, &["see_reports"]);
        let get = |query: &str| desk.send("GET", &format!("/api/v1/reports/{id}{query}"), &[("Authorization", &bearer)], b"");
        let all = get("").json();
        assert!(texts(&all, "events").last().unwrap().contains("event-1005."));
        let earlier = get(&format!("?messages_before={}", all["earlier"]["messages_before"])).json();
        assert_eq!(texts(&earlier, "messages"), [1, 2, 3, 4, 5].map(|n| format!("message-{n}.")));
        assert_eq!((get("?events_before=0").status, get("?events_before=x").status), (422, 400));

        // The pages show the latest, and lead back.
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let page = seat.page(&format!("/admin/reports/{id}"));
        for word in ["message-1005.", "note-1005.", "event-1005."] {
            assert!(page.contains(word), "{word}");
        }
        assert!(!page.contains("message-905."), "a page has a hundred");
        for list in ["messages", "notes", "events"] {
            let name = format!("{list}_before=");
            let before = between(&page, &name, "#");
            let earlier = seat.page(&format!("/admin/reports/{id}?{name}{before}"));
            let word = format!("{}-905.", list.trim_end_matches('s'));
            assert!(earlier.contains(&word), "{list}: {word}");
        }
        let theirs = desk.get(&link).body;
        assert!(theirs.contains("message-1005.") && !theirs.contains("message-905.") && !theirs.contains("note-"), "{theirs}");
        let before = between(&theirs, "?before=", "#");
        assert!(desk.get(&format!("{link}/reports/{id}?before={before}")).body.contains("message-905."));
    }

    fn whatever_is_pressed_on_a_reports_page_what_was_typed_stays(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        seat.done("/admin/setup/quick-replies", &[("name", "Thanks"), ("body", "Dear {customer}, thank you.")]);
        let id = desk.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let path = format!("/admin/reports/{id}");
        let reply = between(&seat.page(&path), "<option value=\"", "\">Thanks").rsplit('"').next().unwrap().to_owned();
        let written = [("answer.text", "My long\r\nanswer"), ("note.text", "my note"), ("customer-answer.text", "")];
        let press = |act: &str, more: &[(&str, &str)]| seat.act(id, act, &[&written, more].concat());
        let is_there = |what: &str, answer: &str| {
            let page = seat.page(&path);
            assert_eq!((typed(&page, "answer").as_str(), typed(&page, "note").as_str()), (answer, "my note"), "{what}");
        };
        for (act, more) in [
            ("extension", ("extension.by", "24h")), ("assignee", ("assignee.take", "carol")), ("category", ("category.category", "Phishing")),
            ("deadline-cancellation", ("x", "")), ("deadline-restoration", ("x", "")), ("suspension", ("x", "")), ("links-end", ("x", "")),
            ("drafts", ("x", "")),
        ] {
            assert_eq!(press(act, &[more]).status, 303, "{act}");
            is_there(act, "My long\nanswer");
        }
        for (act, more) in [("merging", ("merging.other", "odd")), ("category", ("category.category", "")), ("extension", ("extension.by", "soon")), ("customer-answer", ("x", ""))] {
            let refused = press(act, &[more]);
            assert_eq!((refused.status, typed(&refused.body, "answer").as_str()), (422, "My long\nanswer"), "{act}: {}", refused.body);
            assert!(refused.body.contains("Not done: "), "{act}");
        }
        assert_eq!(press("quick-reply", &[("quick-reply.reply", &reply)]).header("location"), format!("{path}#answer"));
        is_there("a quick reply comes below it", "My long\nanswer\n\nDear Gil, thank you.");

        // What is sent is no draft any more, and the rest still is one.
        let (carols, messages) = (written, || texts(&world.report(id), "messages"));
        assert_eq!(seat.act(id, "answer", &carols).status, 303);
        assert_eq!(messages(), ["My long\nanswer"]);
        is_there("it was sent", "");
        hire(&world, "dora", "agent");
        let dora = Seat::take(&desk, "dora");
        assert_eq!(typed(&dora.page(&path), "note"), "", "a draft is its writer's alone");
        assert_eq!(seat.act(id, "note", &[("answer.text", "again"), ("note.text", "my note")]).status, 303);
        assert_eq!(texts(&world.report(id), "notes"), ["my note"]);
        let closed = seat.act(id, "closure", &[("answer.text", "again"), ("note.text", ""), ("closure.outcome", "resolved")]);
        assert_eq!(closed.status, 303);
        let page = seat.page(&path);
        assert!(page.contains("You wrote this and did not send it:") && page.contains("again"), "{page}");
        assert_eq!(messages(), ["My long\nanswer"]);
    }

    fn what_was_typed_in_a_session_that_has_ended_comes_back_and_nothing_is_sent_by_that(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let id = desk.create(&world, "service_id=7&category=Spam");
        let path = format!("/admin/reports/{id}");
        let page = seat.page(&path);
        let (csrf, revision) = (between(&page, "name=\"csrf\" value=\"", "\"").to_owned(), between(&page, "data-revision=\"", "\"").to_owned());
        let fields = [("csrf", csrf.as_str()), ("revision", &revision), ("answer.text", "A <long> answer"), ("note.text", "a note")];
        let here = [("Sec-Fetch-Site", "same-origin")];
        seat.done("/admin/sign-out", &[]);

        let kept = seat.send(&format!("{path}/answer"), &here, &fields);
        assert_eq!(kept.status, 401);
        assert!(kept.body.contains("You are signed out") && kept.body.contains("A &lt;long&gt; answer"), "{}", kept.body);
        let again = [("written_for", format!("{path}/answer")), ("revision", revision.clone()), ("answer.text", "A <long> answer".into()), ("note.text", "a note".into())];
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let still = seat.send("/admin/continue", &here, &again);
        assert!(still.status == 401 && still.body.contains(&format!("value=\"{path}/answer\"")), "still signed out: {}", still.body);
        let new = Seat::take(&desk, "carol");
        let elsewhere = new.send("/admin/continue", &[("Sec-Fetch-Site", "cross-site")], &again);
        assert_eq!((elsewhere.status, new.send("/admin/continue", &[], &again).status), (403, 403));
        let went = new.send("/admin/continue", &here, &again);
        assert_eq!((went.status, went.header("location")), (303, format!("{path}?said=back").as_str()), "{}", went.body);
        let page = new.page(&format!("{path}?said=back"));
        assert_eq!((typed(&page, "answer").as_str(), typed(&page, "note").as_str()), ("A &lt;long&gt; answer", "a note"));
        assert!(texts(&world.report(id), "messages").is_empty(), "nothing was sent");

        // In another session of the same browser nothing is lost either.
        let other = new.send(&format!("{path}/note"), &here, &fields);
        assert!(other.status == 401 && other.body.contains("You have signed in again since"), "{}", other.body);
        // Other forms are looked through before they are sent.
        let report = [("written_for", "/admin/reports/new"), ("service", "main:7"), ("category", "Spam"), ("additional_info", "seen by us")];
        let filled = new.send("/admin/continue", &here, &report);
        assert!(filled.status == 200 && filled.body.contains(">seen by us</textarea>"), "{}", filled.body);
        let setting = [("written_for", "/admin/setup/settings"), ("key", "time_limit.period"), ("was", "1440m"), ("value", "2h"), ("password", "not shown")];
        let shown = new.send("/admin/continue", &here, &setting);
        assert!(shown.body.contains("Send it now") && shown.body.contains("<dd>2h</dd>") && !shown.body.contains("not shown"), "{}", shown.body);
        assert_eq!(world.ok(&["settings", "get", "time_limit.period"]).trim(), "1440m");
        assert_eq!(new.send("/admin/continue", &here, &[("written_for", "//evil.example.com/")]).status, 400);
        // Strangers without a browser learn nothing, and are read nothing of.
        let stranger = desk.send("POST", &format!("{path}/answer"), &[("Content-Type", "application/x-www-form-urlencoded")], form(&fields).as_bytes());
        assert_eq!(stranger.status, 303);
    }

    fn a_protected_service_is_suspended_only_by_who_says_that_they_mean_it(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let create = || desk.create(&world, "service_id=4&category=Spam&suspend_method=immediate");
        let ids = [create(), create(), create(), create()];
        let [by_page, by_hand, by_api, by_bulk] = ids;
        let approvals = seat.page("/admin/approvals");
        assert!(!approvals.contains("checked") && approvals.contains("protected</span>"), "{approvals}");

        for (id, act) in [(by_page, "approval"), (by_hand, "suspension")] {
            let asked = seat.act(id, act, &[("answer.text", "typed")]);
            assert_eq!(asked.status, 409, "{act}");
            assert!(asked.body.contains("Suspend a protected service?") && asked.body.contains("main:4"), "{}", asked.body);
            assert_eq!(world.suspension(id), "awaiting_approval", "{act}: one click is not enough");
            assert_eq!(typed(&seat.page(&format!("/admin/reports/{id}")), "answer"), "typed");
        }
        for command in ["approve", "suspend"] {
            let error = world.fails(1, &["report", command, &by_api.to_string()]);
            assert!(error.contains("service main:4 is protected") && error.contains("--protected"), "{error}");
        }
        let bearer = bearer(&world, &desk, &["see_reports", "suspend", "approve"]);
        let call = |act: &str, body: &str| {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            desk.send("POST", &format!("/api/v1/reports/{by_api}/{act}"), &headers, body.as_bytes())
        };
        for (act, body) in [("approve", ""), ("suspend", ""), ("approve", r#"{"confirm_protected": false}"#), ("suspend", "{}")] {
            let refused = call(act, body);
            assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("protected_service")), "{act} {body}");
        }
        assert_eq!(call("approve", r#"{"protected": true}"#).status, 422);
        assert_eq!(world.panel_lines("calls", "suspend"), 0);

        // Of many, the protected ones are named and left alone unless each is ticked.
        let chosen = by_bulk.to_string();
        let fields = [("act", "approve"), ("id", chosen.as_str()), ("password", crate::seat::PASSWORD)];
        let preview = seat.post("/admin/reports/bulk", &fields);
        let tick = format!("protected_{by_bulk}");
        assert!(preview.body.contains(&format!("name=\"{tick}\"")) && preview.body.contains("left alone unless"), "{}", preview.body);
        let revision = between(&preview.body, &format!("name=\"revision_{by_bulk}\" value=\""), "\"").to_owned();
        let seen = format!("revision_{by_bulk}");
        let seen = (seen.as_str(), revision.as_str());
        let left = seat.post("/admin/reports/bulk/do", &[&fields[..], &[seen]].concat());
        assert!(left.body.contains("protected and was not ticked"), "{}", left.body);
        assert_eq!(world.suspension(by_bulk), "awaiting_approval");
        assert_eq!(world.panel_lines("calls", "suspend"), 0);

        // Whoever says so is obeyed.
        seat.post("/admin/reports/bulk/do", &[&fields[..], &[seen, (&tick, "1")]].concat());
        world.wait_for(by_bulk, "suspended");
        assert_eq!(call("approve", r#"{"confirm_protected": true}"#).status, 200);
        assert_eq!(seat.act(by_page, "approval", &[("protected", "1")]).status, 303);
        world.ok(&["report", "suspend", &by_hand.to_string(), "--protected"]);
        for id in ids {
            world.wait_for(id, "suspended");
        }
    }

    fn a_deadline_that_staff_cancel_is_told_to_the_customer_and_can_be_restored(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let id = desk.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("Yes, cancel the deadline"), "it is asked first: {page}");
        assert_eq!(seat.act(id, "deadline-cancellation", &[]).status, 303);
        let report = world.report(id);
        assert_eq!((&report["deadline_at"], &report["time_left"]), (&Value::Null, &Value::Null));
        assert!(report["cancelled_deadline"].is_string(), "{report}");
        let mails = |notice: &str| world.mails(&format!("report-{id}.{notice}.customer"));
        eventually("the customer is told", || mails("deadline_lifted").iter().any(|mail| mail.contains("was cancelled")));
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("Staff cancelled the deadline, ") && page.contains("Restore the deadline"), "{page}");

        // Taking back what somebody did restores it, too.
        let undo = form(&[("actor", "staff:carol"), ("since", "2020-01-01T00:00")]);
        let shown = seat.page(&format!("/admin/brakes/undo?{undo}"));
        assert!(shown.contains("restore the deadline with the time that was left"), "{shown}");
        seat.post("/admin/brakes/undo", &[("actor", "staff:carol"), ("since", "2020-01-01T00:00")]);
        assert!(world.report(id)["deadline_at"].is_string());
        eventually("the customer is told that as well", || mails("deadline_restored").iter().any(|mail| mail.contains("Deadline:")));

        world.ok(&["report", "deadline", &id.to_string(), "--lift"]);
        let bearer = bearer(&world, &desk, &["see_reports", "answer"]);
        let call = |act: &str| desk.send("POST", &format!("/api/v1/reports/{id}/{act}"), &[("Authorization", &bearer)], b"");
        assert_eq!((call("deadline-cancellation").status, call("deadline-restoration").status), (409, 200));
        assert_eq!(call("deadline-cancellation").json()["deadline_at"], Value::Null);
        // After the customer wrote it is our turn: the deadline comes back paused.
        world.ok(&["report", "answer", &id.to_string(), "--from-customer", "--text", "Why?"]);
        world.ok(&["report", "deadline", &id.to_string(), "--restore"]);
        let report = world.report(id);
        assert!(report["time_left"].is_string() && report["deadline_at"].is_null(), "{report}");
        let error = world.fails(1, &["report", "deadline", &id.to_string(), "--restore"]);
        assert!(error.contains("none to restore"), "{error}");
    }

    fn what_keeps_a_report_from_going_on_is_in_view_for_staff_and_not_for_the_customer(world) {
        let lmtp = take_mail(&world, "abuse@desk.example.com");
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let calm = desk.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let mute = desk.create(&world, "service_id=3&category=Spam&suspend_method=timelimit");
        let link = link(&world, id, "opened");
        eventually("its mails are on record", || world.events(id, "notice_sent") == 2);
        assert!(attention(&world, id).is_empty());
        eventually("who has no address is not told", || attention(&world, mute) == ["notice_failed"]);

        let told = world.mails(&format!("report-{id}.opened.customer")).remove(0);
        let waits = "From: private@example.com\nSubject: <fixed>\n\nI fixed it.\n";
        lmtp.hand_over("private@example.com", &header(&told, "Reply-To"), waits);
        eventually("the mail waits", || attention(&world, id) == ["mail_waits"]);
        lmtp.hand_over("", "abuse@desk.example.com", &delivery_report(&told, "ada@example.com", "failed", "550 no such user"));
        eventually("the notice came back", || attention(&world, id).contains(&"notice_bounced".to_owned()));

        let page = seat.page(&format!("/admin/reports/{id}"));
        for word in ["data-attention=\"mail_waits\"", "data-attention=\"notice_bounced\"", "Notice bounced", "&lt;fixed&gt;", "the deadline suspends nothing without your approval"] {
            assert!(page.contains(word), "{word}: {page}");
        }
        let said = world.ok(&["report", "show", &id.to_string()]);
        assert!(said.contains("Needs attention since") && said.contains("bounced"), "{said}");
        let listed = |query: &str| {
            let page = seat.page(&format!("/admin/reports?{query}"));
            [id, calm, mute].into_iter().filter(|id| page.contains(&format!("\"/admin/reports/{id}\""))).collect::<Vec<_>>()
        };
        assert_eq!((listed(""), listed("attention=any")), (vec![id, calm, mute], vec![id, mute]));
        assert!(seat.page("/admin/reports").contains("Unread mail</span>"));
        assert!(seat.page("/admin/approvals").contains("Reports that need attention"));
        eventually("they are counted", || seat.page("/admin").contains("<span class=\"n\">2</span> <span>reports need attention"));
        let found = world.json(&["report", "list", "--attention", "--oldest"]);
        assert_eq!(found.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [id, mute]);
        let theirs = desk.get(&link).body;
        for word in ["came back", "attention", "no such user", "private@"] {
            assert!(!theirs.contains(word), "{word}: {theirs}");
        }

        // It is over when the mail is attached, when a notice gets there and no deadline goes, when the report ends.
        let mail = world.json(&["inbox", "list"])[0]["id"].to_string();
        world.ok(&["inbox", "dismiss", &mail]);
        assert_eq!(attention(&world, id), ["notice_bounced"]);
        world.ok(&["report", "deadline", &id.to_string(), "--lift"]);
        eventually("a later notice got there", || attention(&world, id).is_empty());
        world.ok(&["report", "close", &mute.to_string(), "--outcome", "other"]);
        assert!(attention(&world, mute).is_empty());
    }
}
