//! Time limits: reminders, deadlines, replies, restarts.

use crate::report_pages::bearer;
use crate::seat::{Seat, form, hire};
use crate::world::*;

const LIMITED: &str = "category=Spam&suspend_method=timelimit";

fn close(world: &World, id: i64) {
    world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
}

on_both! {
    fn the_customer_is_reminded_at_half_and_suspended_at_the_end(world) {
        world.set("time_limit.period", "4s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        eventually("the reminder is out", || world.mails("reminder.customer").len() == 1);
        assert_eq!(world.suspension(id), "none");
        world.wait_for(id, "suspended");
        assert_eq!((world.events(id, "reminded"), world.events(id, "suspended")), (1, 1));
        let report = world.report(id);
        let at = |kind: &str| {
            let events = report["events"].as_array().unwrap();
            let event = events.iter().find(|event| event["kind"] == kind).unwrap();
            event["at"].as_str().unwrap().to_owned()
        };
        assert!(at("hold_placed").as_str() >= report["deadline_at"].as_str().unwrap(), "never early");
        assert!(at("reminded") < at("hold_placed"));
    }

    fn a_deadline_that_passes_while_the_desk_is_down_fires_once_after_it(world) {
        world.set("time_limit.period", "4s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        eventually("the customer is told", || world.events(id, "notice_sent") >= 1);
        desk.kill();
        let_pass(4.0);
        let desk = world.serve();
        world.wait_for(id, "suspended");
        desk.kill();
        let _desk = world.serve();
        let_pass(1.5);
        assert_eq!(world.events(id, "hold_placed"), 1);
        assert_eq!(world.panel_lines("changes", ""), 1);
    }

    fn closing_before_the_deadline_means_no_suspension(world) {
        world.set("time_limit.period", "2s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        close(&world, id);
        let_pass(3.0);
        assert_eq!((world.suspension(id).as_str(), world.panel_lines("calls", "")), ("none", 0));
        drop(desk);
    }

    fn a_customer_who_could_not_be_told_is_not_suspended_by_itself(world) {
        world.set("time_limit.period", "1s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=3&{LIMITED}"));
        world.wait_for(id, "awaiting_approval");
        assert!(world.events(id, "notice_failed") >= 1);
        world.ok(&["report", "approve", &id.to_string()]);
        world.wait_for(id, "suspended");
        world.set("time_limit.require_notice", "false");
        eventually("the setting counts", || {
            let id = desk.create(&world, &format!("service_id=3&{LIMITED}"));
            let_pass(2.0);
            world.suspension(id) == "suspended"
        });
    }

    fn a_reply_stops_the_clock_until_staff_answer(world) {
        world.set("time_limit.period", "3s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        let number = id.to_string();
        world.ok(&["report", "answer", &number, "--from-customer", "--text", "On it"]);
        let report = world.report(id);
        assert_eq!((&report["turn"], &report["deadline_at"]), (&"staff".into(), &serde_json::Value::Null));
        assert!(report["time_left"].is_string());
        let_pass(4.0);
        assert_eq!(world.suspension(id), "none");
        world.ok(&["report", "answer", &number, "--text", "And now?"]);
        assert!(world.report(id)["deadline_at"].is_string());
        world.wait_for(id, "suspended");
        drop(desk);
    }

    fn a_reply_cancels_for_good_where_the_setting_says_so(world) {
        world.set("time_limit.period", "2s");
        world.set("time_limit.on_reply", "cancel");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        let number = id.to_string();
        world.ok(&["report", "answer", &number, "--from-customer", "--text", "Done"]);
        world.ok(&["report", "answer", &number, "--text", "Thanks"]);
        let_pass(3.0);
        assert_eq!((world.suspension(id).as_str(), world.events(id, "deadline_cancelled")), ("none", 1));
        drop(desk);
    }

    fn staff_may_give_more_time_but_not_to_a_report_without_a_deadline(world) {
        world.set("time_limit.period", "2s");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
        world.ok(&["report", "extend", &id.to_string(), "--by", "1h"]);
        let_pass(3.0);
        assert_eq!(world.suspension(id), "none");
        let without = desk.create(&world, "service_id=1&category=x");
        let error = world.fails(1, &["report", "extend", &without.to_string(), "--by", "1h"]);
        assert!(error.contains("no deadline"), "{error}");
    }

    fn the_period_may_change_without_a_restart(world) {
        let desk = world.serve();
        world.set("time_limit.period", "1s");
        eventually("the period counts", || {
            let id = desk.create(&world, &format!("service_id=1&{LIMITED}"));
            let_pass(2.5);
            world.suspension(id) == "suspended"
        });
    }
}

on_both! {
    fn staff_set_a_deadline_on_an_open_report_and_the_customer_is_told(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let number = id.to_string();
        assert!(world.report(id)["deadline_at"].is_null());
        world.ok(&["report", "deadline", &number, "--in", "2d 12h"]);
        let report = world.report(id);
        assert!(report["deadline_at"].is_string(), "{report}");
        assert_eq!(report["suspend_method"], "timelimit");
        let mails = || world.mails(&format!("report-{id}.deadline_changed.customer"));
        eventually("the customer is told", || mails().iter().any(|mail| mail.contains("new deadline")));

        let bearer = bearer(&world, &desk, &["see_reports", "suspend"]);
        let set = |body: &str| {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            desk.send("POST", &format!("/api/v1/reports/{id}/deadline"), &headers, body.as_bytes())
        };
        let at = "2040-01-31T12:00:00Z";
        let far = set(&format!("{{\"at\":\"{at}\"}}"));
        assert_eq!(far.status, 409, "{}", far.body);
        for body in ["{}", "{\"in\":\"soon\"}", "{\"in\":\"1h\",\"at\":\"2030-01-31T12:00:00Z\"}", "{\"at\":\"tomorrow\"}"] {
            assert_eq!(set(body).status, 422, "{body}");
        }
        assert_eq!(set("{\"at\":\"2030-01-31T12:00:00Z\"}").json()["deadline_at"], "2030-01-31T12:00:00.000Z");
        let past = world.fails(1, &["report", "deadline", &number, "--at", "2020-01-01T00:00:00Z"]);
        assert!(past.contains("in the future"), "{past}");
        assert!(world.fails(1, &["report", "deadline", &number, "--at", "noon"]).contains("RFC 3339"));
        world.fails(2, &["report", "deadline", &number]);
        world.fails(2, &["report", "deadline", &number, "--lift", "--in", "1h"]);
        world.ok(&["report", "suspend", &number]);
        assert!(world.fails(1, &["report", "deadline", &number, "--in", "1h"]).contains("release the hold"));
    }

    fn a_deadline_that_was_set_is_cancelled_by_undoing(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let id = desk.create(&world, "service_id=1&category=Spam");
        seat.act(id, "deadline", &[("by", "24h")]);
        assert!(world.report(id)["deadline_at"].is_string());
        let undo = [("actor", "staff:carol"), ("since", "2020-01-01T00:00")];
        let shown = seat.page(&format!("/admin/brakes/undo?{}", form(&undo)));
        assert!(shown.contains("cancel the deadline"), "{shown}");
        seat.post("/admin/brakes/undo", &undo);
        assert!(world.report(id)["deadline_at"].is_null());
    }

    fn a_deadline_of_which_the_customer_was_not_told_waits_for_approval(world) {
        let desk = world.serve();
        // Who has no mail address cannot be told.
        let id = desk.create(&world, "service_id=3&category=Spam");
        world.ok(&["report", "deadline", &id.to_string(), "--in", "1s"]);
        world.wait_for(id, "awaiting_approval");
    }

    fn a_deadline_that_staff_set_suspends_when_it_has_come(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        eventually("the customer is told of the report", || !world.mails(&format!("report-{id}.opened.customer")).is_empty());
        world.ok(&["report", "deadline", &id.to_string(), "--in", "2s"]);
        eventually("it is suspended", || world.report(id)["suspension"]["state"] == "suspended");
    }
}
