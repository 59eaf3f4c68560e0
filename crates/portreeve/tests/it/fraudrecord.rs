//! `FraudRecord`, against a register of our own on this machine; never the live one.

use std::time::Duration;

use crate::receiver::{Call, Receiver, Reply};
use crate::seat::{Seat, hire};
use crate::world::*;

const KEY: &str = "0123456789abcdef";

/// A world with a register, and somebody who may use it.
fn set_up(world: &World, reply: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Receiver {
    let register = Receiver::start(reply);
    let url = register.url().replace("hook?of=test", "api/");
    let section =
        format!("[fraudrecord]\napi_key = \"{KEY}\"\nurl = \"{url}\"\ntimeout = \"2s\"\n");
    world.write("portreeve.toml", &format!("{}{section}", world.options("observe = true")));
    hire(world, "sam", "admin");
    register
}

fn says(text: &'static str) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |_| Reply::Answer(200, "content-type: text/html\r\n", text.to_owned())
}

/// The fields of a call.
fn fields(call: &Call) -> Vec<(String, String)> {
    form_urlencoded::parse(call.body.as_bytes()).into_owned().collect()
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

const CHARGE: [(&str, &str); 3] =
    [("severity", "7"), ("kind", "spam"), ("text", "Sent a million mails in a night.")];

on_both! {
    fn nothing_leads_to_the_register_unless_it_is_set_up(world) {
        hire(&world, "sam", "admin");
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let seat = Seat::take(&desk, "sam");
        assert!(!seat.page(&format!("/admin/reports/{id}")).contains("fraudrecord"));
        assert_eq!(seat.get(&format!("/admin/reports/{id}/fraudrecord")).status, 404);
        assert_eq!(seat.post(&format!("/admin/reports/{id}/fraudrecord/query"), &[]).status, 404);
    }

    fn a_question_goes_out_in_hashes_and_its_answer_comes_with_the_link(world) {
        let register = set_up(&world, says("<report>14-3-6.7-abd2ce90ea864c03</report>"));
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let seat = Seat::take(&desk, "sam");
        let page = format!("/admin/reports/{id}/fraudrecord");
        assert!(seat.page(&format!("/admin/reports/{id}")).contains(&page));
        assert!(seat.page(&page).contains("name, email, domain"));
        assert!(register.calls().is_empty(), "to look sends nothing");

        let answer = seat.post(&format!("{page}/query"), &[]);
        assert_eq!(answer.status, 200);
        for shown in ["<dd>14</dd>", "<dd>3</dd>", "<dd>6.7</dd>", "/api/?showreport=abd2ce90ea864c03"] {
            assert!(answer.body.contains(shown), "{shown}: {}", answer.body);
        }
        let [call] = &register.calls()[..] else { panic!("not one call") };
        let sent = fields(call);
        assert_eq!((call.path.as_str(), field(&sent, "_action"), field(&sent, "_api")), ("/api/", "query", KEY));
        assert_eq!(sent.len(), 5, "{sent:?}");
        for name in ["name", "email", "domain"] {
            let hash = field(&sent, name);
            assert!(hash.len() == 40 && hash.bytes().all(|c| c.is_ascii_hexdigit()), "{name}: {hash}");
        }
        assert!(!call.body.to_lowercase().contains("ada") && !call.body.contains("example"), "{}", call.body);

        let report = world.report(id);
        assert_eq!(world.events(id, "fraudrecord_asked"), 1);
        assert!(report.to_string().contains("FraudRecord has records about the customer (asked by name, e-mail address, domain)"), "{report}");
        assert!(!report.to_string().contains(field(&sent, "email")), "{report}");
        let audit = seat.page("/admin/setup/audit");
        assert!(audit.contains("fraudrecord_asked") && !audit.contains(field(&sent, "name")), "{audit}");
    }

    fn a_report_is_shown_before_it_goes_out_and_goes_out_once(world) {
        let register = set_up(&world, says("OK:00112233445566ff"));
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let seat = Seat::take(&desk, "sam");
        let page = format!("/admin/reports/{id}/fraudrecord");
        for bad in [[("severity", "11"), ("kind", "spam"), ("text", "x")], [("severity", "1"), ("kind", "x"), ("text", "x")], [("severity", "1"), ("kind", "spam"), ("text", " ")]] {
            assert_eq!(seat.post(&format!("{page}/report"), &bad).status, 422);
            assert_eq!(seat.post(&format!("{page}/report/send"), &bad).status, 422);
        }
        let telling = [("severity", "7"), ("kind", "spam"), ("text", "Ada of ADA@example.com")];
        let shown = seat.post(&format!("{page}/report"), &telling).body;
        assert!(shown.contains("data of the customer in it") && shown.contains("name, email"), "{shown}");
        let shown = seat.post(&format!("{page}/report"), &CHARGE).body;
        assert!(shown.contains("Sent a million mails") && !shown.contains("data of the customer in it"), "{shown}");
        let kept = seat.post(&format!("{page}/report"), &[&CHARGE[..], &[("change", "1")]].concat()).body;
        assert!(kept.contains("million mails in a night.</textarea>"), "{kept}");
        assert!(register.calls().is_empty(), "nothing is sent before it was shown");

        let sent = seat.post(&format!("{page}/report/send"), &CHARGE);
        assert!(sent.status == 200 && sent.body.contains("00112233445566ff"), "{}", sent.body);
        let [call] = &register.calls()[..] else { panic!("not one call") };
        let out = fields(call);
        assert_eq!(
            (field(&out, "_action"), field(&out, "_type"), field(&out, "_value"), field(&out, "_text")),
            ("report", "spam", "7", "Sent a million mails in a night.")
        );
        for name in ["name", "email", "domain"] {
            assert!(shown.contains(field(&out, name)), "exactly what was shown: {name}");
        }
        assert_eq!(out.len(), 8, "and nothing else: {out:?}");

        let again = seat.post(&format!("{page}/report/send"), &CHARGE);
        assert!(again.status == 409 && again.body.contains("counts twice"), "{}", again.body);
        assert_eq!(register.calls().len(), 1);
        assert_eq!(seat.post(&format!("{page}/report/send"), &[&CHARGE[..], &[("again", "1")]].concat()).status, 200);
        assert_eq!((register.calls().len(), world.events(id, "fraudrecord_reported")), (2, 2));
        let record = world.report(id).to_string();
        assert!(record.contains("severity 7, with name, e-mail address, domain") && !record.contains("million"), "{record}");
    }

    fn a_lost_answer_is_told_as_unknown_and_nothing_is_sent_again_blindly(world) {
        let register = set_up(&world, |_| Reply::Close);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let seat = Seat::take(&desk, "sam");
        let page = format!("/admin/reports/{id}/fraudrecord");
        let lost = seat.post(&format!("{page}/report/send"), &CHARGE);
        assert!(lost.status == 200 && lost.body.contains("may have the report all the same"), "{}", lost.body);
        assert_eq!((register.calls().len(), world.events(id, "fraudrecord_report_lost")), (1, 1));
        assert_eq!(seat.post(&format!("{page}/report/send"), &CHARGE).status, 409);
        assert_eq!(register.calls().len(), 1);
        assert!(seat.page(&page).contains("not known whether FraudRecord has it"));
        // The process ended between the sending and the answer: only the beginning is on record.
        let other = desk.create(&world, "service_id=7&category=Spam");
        world.sql(&format!("INSERT INTO events (report_id, at, actor, kind, data) VALUES ({other}, 1, 'staff:sam', 'fraudrecord_report_begun', '{{\"severity\":1,\"fields\":[]}}')"));
        assert_eq!(seat.post(&format!("/admin/reports/{other}/fraudrecord/report/send"), &CHARGE).status, 409);
        assert_eq!(register.calls().len(), 1);
    }

    fn what_goes_wrong_is_told_plainly(world) {
        let register = set_up(&world, |call| {
            let of = |kind: &str| call.body.contains(&format!("_text={kind}"));
            match () {
                () if of("key") => Reply::Answer(200, "", "ERR:API".to_owned()),
                () if of("data") => Reply::Answer(200, "", "ERR:DATA\n".to_owned()),
                () if of("html") => Reply::Answer(200, "content-type: text/html\r\n", "<html>Checking your browser</html>".to_owned()),
                () if of("moved") => Reply::Answer(302, "location: https://www.example.com/\r\n", String::new()),
                () if of("slow") => Reply::Hang(Duration::from_secs(5)),
                () if of("long") => Reply::Answer(200, "", "x".repeat(1_000_000)),
                () => Reply::Answer(200, "", "NODATA".to_owned()),
            }
        });
        let desk = world.serve();
        let seat = Seat::take(&desk, "sam");
        for (n, (text, said, event)) in [
            ("key", "does not know our API key", "fraudrecord_not_reported"),
            ("data", "does not take what was sent", "fraudrecord_not_reported"),
            ("html", "may have the report all the same", "fraudrecord_report_lost"),
            ("moved", "may have the report all the same", "fraudrecord_report_lost"),
            ("slow", "no answer within 2 s", "fraudrecord_report_lost"),
            ("long", "may have the report all the same", "fraudrecord_report_lost"),
        ].into_iter().enumerate() {
            let id = desk.create(&world, &format!("service_id={}&category=Spam", [1, 2, 7, 8, 9, 5][n]));
            let charge = [("severity", "1"), ("kind", "abuse"), ("text", text)];
            let answer = seat.post(&format!("/admin/reports/{id}/fraudrecord/report/send"), &charge);
            assert!(answer.status == 200 && answer.body.contains(said), "{text}: {}", answer.body);
            assert_eq!(world.events(id, event), 1, "{text}");
            assert!(!world.report(id).to_string().contains("Checking your browser"), "strangers' words are not kept");
        }
        let asked = seat.post("/admin/reports/1/fraudrecord/query", &[]);
        assert!(asked.body.contains("says that nothing was sent"), "{}", asked.body);
        assert_eq!(register.calls().len(), 7, "nothing was tried twice");
    }

    fn who_has_the_service_now_is_not_asked_about_for_the_one_before(world) {
        let register = set_up(&world, says("<report>0-0-0.0-abd2ce90ea864c03</report>"));
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        world.write("moved.csv", "service_id,customer_id,customer_name,customer_email\n1,999,Nora,new@example.com\n");
        world.ok(&["service", "import", "moved.csv"]);
        let seat = Seat::take(&desk, "sam");
        let page = format!("/admin/reports/{id}/fraudrecord");
        assert!(seat.page(&page).contains("the service has another customer by now"));
        assert_eq!(seat.post(&format!("{page}/query"), &[]).status, 422);
        assert_eq!(seat.post(&format!("{page}/report/send"), &CHARGE).status, 422);
        assert!(register.calls().is_empty());
    }
}
