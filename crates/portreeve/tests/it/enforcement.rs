//! Whose suspension it is, row by row of the table, with a panel that a script plays.

use crate::world::*;

const NOW: &str = "category=Spam&suspend_method=immediate";

fn close(world: &World, id: i64) {
    world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
}

on_both! {
    fn a_report_that_comes_to_hold_a_suspended_service_is_told_to_its_customer_too_and_once(world) {
        let serving = world.serve();
        let first = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(first, "suspended");
        let second = serving.create(&world, "service_id=1&category=Fraud&suspend_method=immediate");
        eventually("the second is on record", || world.events(second, "suspended") == 1);
        eventually("its customer is told", || !world.mails(&format!("report-{second}.suspended.customer")).is_empty());
        world.ok(&["report", "suspend", &second.to_string()]);
        eventually("the wish is on record", || world.events(second, "ordered_again") == 1);
        let third = serving.create(&world, "service_id=1&category=Botnet&suspend_method=immediate");
        eventually("the third is on record", || world.events(third, "suspended") == 1);
        assert_eq!((world.events(first, "suspended"), world.events(second, "suspended")), (1, 1), "once each");
        assert_eq!(world.panel_lines("calls", "suspend"), 1, "one order for all of them");
    }

    fn an_immediate_report_suspends_and_its_closing_frees(world) {
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_state(1), format!("suspended [abuse #{id}] Spam"));
        assert_eq!(world.events(id, "suspended"), 1);
        close(&world, id);
        world.wait_for(id, "lifted");
        assert_eq!(world.panel_state(1), "active");
        assert_eq!(world.events(id, "unsuspended"), 1);
        assert_eq!(world.panel_lines("changes", ""), 2);
    }

    fn two_reports_hold_one_service_until_both_let_go(world) {
        let desk = world.serve();
        let first = desk.create(&world, &format!("service_id=1&{NOW}"));
        let second = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(first, "suspended");
        world.wait_for(second, "suspended");
        close(&world, first);
        world.wait_for(first, "lifted");
        let_pass(1.0);
        assert!(world.panel_state(1).starts_with("suspended"));
        assert_eq!(world.suspension(second), "suspended");
        world.ok(&["report", "release", &second.to_string()]);
        world.wait_for(second, "lifted");
        assert_eq!(world.panel_state(1), "active");
        assert_eq!(world.report(second)["status"], "open");
        assert_eq!(world.panel_lines("changes", "suspend"), 1);
    }

    fn what_was_suspended_before_us_stays_so_with_its_reason(world) {
        world.set_panel_state(5, "suspended Overdue on Payment");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(id, "suspended_by_other");
        assert!(world.report(id)["suspension"]["detail"].as_str().unwrap().contains("Overdue"));
        close(&world, id);
        eventually("the job is done", || world.json(&["job", "list"]).as_array().unwrap().is_empty());
        let_pass(0.5);
        assert_eq!(world.panel_state(5), "suspended Overdue on Payment");
        assert_eq!(world.panel_lines("calls", "suspend") + world.panel_lines("calls", "unsuspend"), 0);
    }

    fn when_they_free_it_while_our_hold_stands_ours_is_ordered(world) {
        world.set_panel_state(5, "suspended Overdue on Payment");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(id, "suspended_by_other");
        world.set_panel_state(5, "active");
        // A second report makes the desk look at once; the slow pass would in half a minute.
        desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_state(5), format!("suspended [abuse #{id}] Spam"));
    }

    fn a_panel_that_asks_to_come_later_is_asked_again_and_acts_once(world) {
        world.panel_mode("later");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("calls", "suspend 1"), 4);
        assert_eq!(world.panel_lines("changes", ""), 1);
        let orders: std::collections::BTreeSet<String> = world
            .read("panel/calls")
            .lines()
            .filter(|line| line.starts_with("suspend"))
            .map(|line| line.split(' ').nth(2).unwrap().to_owned())
            .collect();
        assert_eq!(orders.len(), 1, "one wish is one order: {orders:?}");
    }

    fn an_order_that_hung_without_effect_is_sent_again(world) {
        world.panel_mode("hang");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("changes", ""), 1);
        assert_eq!(world.panel_lines("calls", "suspend 1"), 2);
    }

    fn an_order_whose_answer_was_lost_after_its_effect_is_not_sent_again(world) {
        for (service, mode) in [(1, "hang-after"), (7, "die"), (9, "fail-after")] {
            world.panel_mode(mode);
            let desk = world.serve();
            let id = desk.create(&world, &format!("service_id={service}&{NOW}"));
            world.wait_for(id, "suspended");
            assert_eq!(world.panel_lines("calls", &format!("suspend {service} ")), 1, "{mode}");
            close(&world, id);
            world.wait_for(id, "lifted");
            assert_eq!(world.panel_state(service), "active", "{mode}");
            assert_eq!(world.panel_lines("changes", &format!("suspend {service}")), 1, "{mode}");
            desk.stop();
        }
    }

    fn a_panel_that_lags_is_waited_for(world) {
        world.panel_mode("lag");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        eventually("the order is out", || world.panel_lines("calls", "suspend 1") == 1);
        eventually("it is pending", || world.suspension(id) == "pending");
        assert_eq!(world.events(id, "suspended"), 0, "nobody is told before it is seen");
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("calls", "suspend 1"), 1);
        assert_eq!(world.panel_lines("changes", ""), 1);
    }

    fn was_already_so_makes_it_somebody_elses(world) {
        world.panel_mode("already");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        eventually("the order is out", || world.panel_lines("calls", "suspend 1") == 1);
        world.set_panel_state(1, "suspended Overdue");
        world.wait_for(id, "suspended_by_other");
        close(&world, id);
        eventually("the job is done", || world.json(&["job", "list"]).as_array().unwrap().is_empty());
        assert_eq!(world.panel_lines("calls", "unsuspend"), 0);
    }

    fn a_refusal_is_shown_and_staff_may_try_again(world) {
        world.panel_mode("refuse");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "failed");
        let detail = world.report(id)["suspension"]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("no module"), "{detail}");
        assert_eq!(world.events(id, "order_refused"), 1);
        eventually("staff are told", || world.mails("needs_staff.staff").len() == 1);
        world.panel_mode("");
        world.ok(&["report", "suspend", &id.to_string()]);
        world.wait_for(id, "suspended");
    }

    fn what_somebody_lifts_while_we_hold_it_has_drifted_and_staff_choose(world) {
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        world.set_panel_state(1, "active");
        let again = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "drifted");
        let_pass(1.0);
        assert_eq!(world.panel_state(1), "active", "we do not fight people");
        assert_eq!(world.events(id, "drifted"), 1);
        world.ok(&["report", "suspend", &again.to_string()]);
        world.wait_for(again, "suspended");
        assert!(world.panel_state(1).starts_with("suspended"));
    }

    fn an_unknown_state_causes_no_order_until_it_can_be_seen(world) {
        world.panel_mode("unknown");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "unknown");
        let_pass(1.5);
        assert_eq!(world.panel_lines("calls", "suspend"), 0);
        world.panel_mode("");
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("changes", ""), 1);
    }

    fn an_unknown_answer_to_the_look_after_an_order_does_not_repeat_it(world) {
        world.panel_mode("unknown-then");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "unknown");
        let_pass(1.0);
        assert_eq!(world.panel_lines("calls", "suspend"), 1);
        world.write("panel/mode", "");
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("calls", "suspend"), 1);
    }

    fn a_crash_between_order_and_answer_does_not_repeat_the_order(world) {
        world.panel_mode("hang-after");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        eventually("the panel acted", || world.panel_lines("changes", "suspend 1") == 1);
        desk.kill();
        let _desk = world.serve();
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("calls", "suspend 1"), 1);
    }

    fn after_a_crash_an_order_that_may_still_run_is_not_started_beside_itself(world) {
        world.write("portreeve.toml", &world.options("").replace("timeout = \"2s\"", "timeout = \"6s\""));
        world.panel_mode("slow");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        eventually("the order is out", || world.panel_lines("calls", "suspend 1") == 1);
        desk.kill();
        let _desk = world.serve();
        world.wait_for(id, "suspended");
        assert_eq!(world.panel_lines("calls", "suspend 1"), 1, "the first one was still at it");
        close(&world, id);
        world.wait_for(id, "lifted");
        assert_eq!(world.panel_state(1), "active");
    }

    fn before_an_order_is_sent_the_guards_look_once_more(world) {
        world.set_panel_state(5, "suspended Overdue on Payment");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(id, "suspended_by_other");
        world.write("moved.csv", "service_id,customer_id\n5,another\n");
        world.ok(&["service", "import", "moved.csv"]);
        world.set_panel_state(5, "active");
        desk.create(&world, "service_id=5&category=x&suspend_method=immediate");
        world.wait_for(id, "awaiting_approval");
        assert!(!world.read("panel/calls").contains(&format!("report={id} ")), "the new customer is left alone by the old report");
    }

    fn a_later_report_on_a_drifted_service_asks_staff_too(world) {
        let desk = world.serve();
        let first = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(first, "suspended");
        world.set_panel_state(1, "active");
        let second = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(second, "drifted");
        let third = desk.create(&world, &format!("service_id=1&{NOW}"));
        eventually("staff are asked", || world.events(third, "drifted") == 1);
        assert_eq!(world.events(first, "drifted"), 1);
    }

    fn what_is_not_suspended_cannot_be_kept_so_by_closing(world) {
        world.panel_mode("unknown");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        let number = id.to_string();
        let close = ["report", "close", &number, "--outcome", "other", "--keep-suspended"];
        assert!(world.fails(1, &close).contains("no suspension to keep"));
        assert_eq!(world.report(id)["status"], "open");
        drop(desk);
    }

    fn where_the_panel_cannot_be_asked_exit_codes_are_the_truth(world) {
        world.write("portreeve.toml", &world.options("observe = false"));
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let other = desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(other, "suspended_by_other");
        assert_eq!(world.panel_lines("calls", "observe"), 0);
        world.panel_mode("hang");
        let lost = desk.create(&world, &format!("service_id=7&{NOW}"));
        world.wait_for(lost, "unknown");
        assert_eq!(world.panel_lines("calls", "suspend 7"), 1);
        world.ok(&["report", "suspend", &lost.to_string()]);
        world.wait_for(lost, "suspended");
    }

    fn without_a_panel_staff_do_it_and_confirm(world) {
        let whole = world.read("portreeve.toml");
        let (without, _) = whole.split_once("[[enforcer]]").unwrap();
        world.write("portreeve.toml", without);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "manual");
        assert_eq!(world.events(id, "suspended"), 0);
        world.ok(&["report", "approve", &id.to_string()]);
        world.wait_for(id, "suspended");
        close(&world, id);
        world.wait_for(id, "manual");
        world.ok(&["report", "approve", &id.to_string()]);
        world.wait_for(id, "lifted");

        // Staff may have done by hand what they never confirmed, when the wish goes.
        let unconfirmed = desk.create(&world, &format!("service_id=2&{NOW}"));
        world.wait_for(unconfirmed, "manual");
        close(&world, unconfirmed);
        world.wait_for(unconfirmed, "lifted");
        eventually("they are told", || {
            let mails = world.mails(&format!("report-{unconfirmed}.needs_staff.staff"));
            mails.iter().any(|mail| mail.replace("=\r\n", "").contains("If you have suspended it"))
        });
    }

    fn closing_may_keep_the_service_suspended_and_reopening_places_nothing(world) {
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let number = id.to_string();
        world.ok(&["report", "close", &number, "--outcome", "no_response", "--keep-suspended"]);
        let_pass(1.0);
        assert_eq!((world.suspension(id).as_str(), world.panel_lines("changes", "")), ("suspended", 1));
        world.ok(&["report", "release", &number]);
        world.wait_for(id, "lifted");
        world.ok(&["report", "reopen", &number]);
        let_pass(1.0);
        assert_eq!(world.panel_state(1), "active");
        assert_eq!(world.report(id)["outcome"], serde_json::Value::Null);
    }
}
