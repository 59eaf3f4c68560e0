//! The history of a report: what programs read of it, and what people read.

use serde_json::{Value, json};

use crate::seat::{Seat, hire};
use crate::world::*;

/// The facts of the only event of a kind.
fn data(report: &Value, kind: &str) -> Value {
    let events = report["events"].as_array().unwrap();
    let mut of_kind = events.iter().filter(|event| event["kind"] == kind);
    let found = of_kind.next().unwrap_or_else(|| panic!("no {kind} in {report:#}"));
    assert!(of_kind.next().is_none(), "{kind} is there twice: {report:#}");
    found["data"].clone()
}

on_both! {
    fn events_have_their_facts_as_data(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=A+to+B&suspend_method=timelimit");
        let number = id.to_string();
        let deadline = world.report(id)["deadline_at"].clone();
        world.ok(&["report", "answer", &number, "--from-customer", "--text", "On it"]);
        world.ok(&["report", "extend", &number, "--by", "1h"]);
        world.ok(&["report", "category", &number, "--to", "C"]);
        let paused = world.report(id);
        assert_eq!(data(&paused, "opened"), json!({ "method": "timelimit" }));
        assert_eq!(data(&paused, "deadline_set"), json!({ "deadline_at": deadline }));
        assert_eq!(data(&paused, "answered"), json!({ "by": "customer", "channel": "cli" }));
        let left = data(&paused, "clock_paused")["left"].as_i64().unwrap();
        assert!((86_000..=86_400).contains(&left), "{left}");
        assert_eq!(data(&paused, "extended"), json!({ "by": 3_600 }));
        assert_eq!(data(&paused, "category_changed"), json!({ "from": "A to B", "to": "C" }));
        world.ok(&["report", "suspend", &number]);
        world.wait_for(id, "suspended");
        world.ok(&["report", "close", &number, "--outcome", "no_response"]);
        world.wait_for(id, "lifted");
        let closed = world.report(id);
        let by_staff = json!({ "automatic": false, "rule": "staff" });
        assert_eq!(data(&closed, "hold_placed"), json!({ "decision": by_staff }));
        assert_eq!(data(&closed, "suspended"), json!({}));
        assert_eq!(
            data(&closed, "closed"),
            json!({ "outcome": "no_response", "kept": false, "decision": by_staff })
        );
        for event in closed["events"].as_array().unwrap() {
            assert!(event["data"].is_object() && !event["text"].as_str().unwrap().is_empty(), "{event}");
        }
    }

    fn what_was_decided_without_a_person_says_by_which_rule_and_why_it_waits(world) {
        let desk = world.serve();
        world.ok(&["pause"]);
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "awaiting_approval");
        let report = world.report(id);
        let by_rule = json!({ "automatic": true, "rule": "immediate" });
        assert_eq!(data(&report, "awaiting_approval"), json!({ "why": "paused", "decision": by_rule }));
        assert_eq!(report["suspension"]["reason"], json!({ "code": "guard", "why": "paused" }));
        assert_eq!(report["suspension"]["detail"], "the desk is paused");
    }

    fn a_category_is_told_as_it_is_in_every_language(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=A+to+B");
        world.ok(&["report", "category", &id.to_string(), "--to", "C to D"]);
        hire(&world, "dora", "agent");
        let seat = Seat::take(&desk, "dora");
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("Category changed from “A to B” to “C to D”"), "{page}");
        let preferences = [("language", "de"), ("time_zone", "Europe/Berlin")];
        seat.done("/admin/account/preferences", &preferences);
        let german = seat.page(&format!("/admin/reports/{id}"));
        assert!(german.contains("Kategorie von „A to B“ in „C to D“ geändert"), "{german}");
        assert!(german.contains("Meldung eröffnet") && !german.contains("Report opened"), "{german}");
    }
}
