//! The pages of the inbox and of reporters: what staff take up again, look for, and do with many at a time.

use crate::seat::{Seat, hire};
use crate::world::*;

/// A complaint about the first service.
fn complaint(number: usize) -> String {
    format!(
        "From: Jane <jane@reporter.example.org>\nTo: abuse@example.com\nSubject: Attacks {number}\n\
         Message-ID: <{number}@reporter.example.org>\n\nHello,\n\nwe saw login attempts.\n\n\
         Source IP: 192.0.2.1\nAttack type: SSH brute force\nPort: {number}\n"
    )
}

fn ingest(world: &World, number: usize) {
    let name = format!("{number}.eml");
    world.write(&name, &complaint(number));
    world.ok(&["ingest", &name]);
}

fn item(world: &World, id: i64) -> serde_json::Value {
    world.json(&["inbox", "show", &id.to_string()])
}

on_both! {
    fn what_was_set_aside_can_be_taken_up_and_says_no_longer_why_it_was(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        ingest(&world, 1);
        let reporter = world.json(&["reporter", "list"])[0]["ref"].to_string();
        world.ok(&["reporter", "mute", &reporter]);
        ingest(&world, 2);
        assert_eq!(item(&world, 2)["why"], "muted");
        let page = seat.page("/admin/inbox/2");
        assert!(page.contains("let it wait") && page.contains("Muted reporter"), "{page}");
        seat.done("/admin/inbox/2/restoration", &[]);
        assert_eq!(item(&world, 2)["state"], "waiting");
        assert_eq!(seat.post("/admin/inbox/2/restoration", &[]).status, 422);
        seat.done("/admin/inbox/2/report", &[("service", "1")]);
        assert_eq!(item(&world, 2)["state"], "placed");
        let page = seat.page("/admin/inbox/2");
        assert!(page.contains("added by staff") && !page.contains("Muted reporter"), "{page}");
    }

    fn reporters_are_found_by_their_address_and_lead_to_what_they_sent(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        ingest(&world, 1);
        let id = world.json(&["reporter", "list"])[0]["ref"].to_string();
        for (text, is_found) in [("REPORTER.example", true), ("jane@", true), ("j_ne", false), ("%", false)] {
            let text = text.replace('%', "%25");
            let page = seat.page(&format!("/admin/reporters?q={text}"));
            assert_eq!(page.contains("jane@reporter.example.org"), is_found, "{text}: {page}");
        }
        let page = seat.page("/admin/reporters");
        assert!(page.contains(&format!("/admin/inbox?reporter={id}")), "{page}");
        let theirs = seat.page(&format!("/admin/inbox?reporter={id}"));
        assert!(theirs.contains("Attacks 1") && theirs.contains("jane@reporter.example.org"), "{theirs}");
        assert_eq!(seat.get("/admin/inbox?reporter=99").status, 404);
        let lane = || world.json(&["reporter", "list"])[0]["lane"].clone();
        for (set, is) in [("trusted", serde_json::json!("trusted")), ("", serde_json::Value::Null)] {
            seat.done(&format!("/admin/reporters/{id}/lane"), &[("lane", set)]);
            assert_eq!(lane(), is);
        }
        assert_eq!(seat.post(&format!("/admin/reporters/{id}/lane"), &[("lane", "x")]).status, 400);
        assert!(seat.page("/admin/setup/audit").contains("reporter no longer set"));
    }

    fn many_need_the_right_that_one_needs(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let admin = Seat::take(&desk, "carol");
        let opens = [("name", "opens"), ("right", "see_reports"), ("right", "open")];
        admin.done("/admin/setup/roles", &opens);
        admin.done("/admin/setup/roles", &[("name", "answers"), ("right", "see_reports"), ("right", "answer")]);
        hire(&world, "otto", "opens");
        hire(&world, "anna", "answers");
        world.set("intake.auto_assign", "false");
        for number in 1..=3 {
            ingest(&world, number);
        }
        let (otto, anna) = (Seat::take(&desk, "otto"), Seat::take(&desk, "anna"));
        let act = |seat: &Seat<'_>, act: &str| {
            seat.post("/admin/inbox/bulk", &[("act", act), ("id", "1"), ("id", "2"), ("service", "1"), ("report", "1")]).status
        };
        for (seat, what) in [(&otto, "dismiss"), (&otto, "attach"), (&otto, "restore"), (&anna, "open")] {
            assert_eq!(act(seat, what), 403, "{what}");
        }
        assert!(otto.page("/admin/inbox").contains("value=\"open\""));
        assert!(!otto.page("/admin/inbox").contains("value=\"dismiss\""));
        assert_eq!(act(&otto, "open"), 200);
        assert_eq!((item(&world, 1)["state"].clone(), item(&world, 3)["state"].clone()), ("placed".into(), "waiting".into()));
        assert_eq!(act(&anna, "dismiss"), 200);
    }
}
