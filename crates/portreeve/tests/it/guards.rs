//! What stops an automatic suspension, and how a person decides then.

use std::io::Write;
use std::process::Stdio;

use crate::world::*;

const NOW: &str = "category=Spam&suspend_method=immediate";

on_both! {
    fn a_protected_service_waits_and_staff_approve_or_refuse(world) {
        let desk = world.serve();
        let first = desk.create(&world, &format!("service_id=4&{NOW}"));
        let second = desk.create(&world, &format!("service_id=4&{NOW}"));
        assert_eq!(world.suspension(first), "awaiting_approval");
        assert_eq!(world.events(first, "awaiting_approval"), 1);
        world.ok(&["report", "refuse", &first.to_string()]);
        assert_eq!(world.suspension(first), "none");
        assert_eq!(world.panel_lines("calls", ""), 0);
        world.ok(&["report", "approve", &second.to_string(), "--protected"]);
        world.wait_for(second, "suspended");
        let error = world.fails(1, &["report", "approve", &second.to_string()]);
        assert!(error.contains("no suspension"), "{error}");
    }

    fn beyond_the_hourly_limit_suspensions_wait_but_staff_are_free(world) {
        world.set("limits.suspensions_per_hour", "2");
        let desk = world.serve();
        let ids: Vec<i64> =
            [1, 7, 8].map(|service| desk.create(&world, &format!("service_id={service}&{NOW}"))).to_vec();
        world.wait_for(ids[0], "suspended");
        world.wait_for(ids[1], "suspended");
        world.wait_for(ids[2], "awaiting_approval");
        let by_hand = desk.create(&world, "service_id=9&category=x");
        world.ok(&["report", "suspend", &by_hand.to_string()]);
        world.wait_for(by_hand, "suspended");
        world.ok(&["report", "close", &ids[0].to_string(), "--outcome", "resolved"]);
        let again = desk.create(&world, &format!("service_id=2&{NOW}"));
        assert_eq!(world.suspension(again), "awaiting_approval", "a lifted one still counts");
    }

    fn a_limit_of_nought_lets_none_run_by_itself(world) {
        world.set("limits.suspensions_per_hour", "0");
        let desk = world.serve();
        let answer = desk.call(&world.api_id, &format!("action=create&service_id=1&{NOW}"));
        assert!(answer.body.contains("approval"), "{answer:?}");
        assert_eq!(world.suspension(answer.report_id()), "awaiting_approval");
    }

    fn many_at_once_do_not_slip_past_the_limit(world) {
        world.set("limits.suspensions_per_hour", "3");
        let desk = world.serve();
        std::thread::scope(|scope| {
            for service in [1, 2, 3, 7, 8, 9] {
                let (desk, world) = (&desk, &world);
                scope.spawn(move || desk.create(world, &format!("service_id={service}&{NOW}")));
            }
        });
        let list = world.json(&["report", "list"]);
        let waiting = list.as_array().unwrap().iter().filter(|report| {
            report["suspension"]["state"] == "awaiting_approval"
        });
        assert_eq!(waiting.count(), 3);
    }

    fn a_service_that_changed_hands_is_left_alone(world) {
        world.set("time_limit.period", "3s");
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x&suspend_method=timelimit");
        world.write("moved.csv", "service_id,customer_id,customer_email\n1,999,new@example.com\n");
        world.ok(&["service", "import", "moved.csv"]);
        world.wait_for(id, "awaiting_approval");
        assert!(world.report(id)["suspension"]["detail"].as_str().unwrap().contains("changed customers"));
        world.ok(&["report", "close", &id.to_string(), "--outcome", "other"]);
        eventually("the notice is settled", || world.events(id, "notice_failed") >= 1);
        assert!(!world.mails("").iter().any(|mail| mail.contains("new@example.com")));
    }

    fn a_paused_desk_sends_no_automatic_order_and_resumes_when_confirmed(world) {
        let desk = world.serve();
        world.ok(&["pause"]);
        let answer = desk.call(&world.api_id, &format!("action=create&service_id=1&{NOW}"));
        assert!(answer.body.contains("paused"), "{answer:?}");
        let waiting = answer.report_id();
        assert_eq!(world.suspension(waiting), "awaiting_approval");
        let by_hand = desk.create(&world, "service_id=7&category=x");
        world.ok(&["report", "suspend", &by_hand.to_string()]);
        world.wait_for(by_hand, "suspended");
        let closed = desk.create(&world, &format!("service_id=8&{NOW}"));
        world.ok(&["report", "close", &closed.to_string(), "--outcome", "unfounded"]);

        let refused = world.run(&["resume"]);
        assert_eq!(refused.status.code(), Some(1));
        let listed = String::from_utf8(refused.stdout).unwrap();
        assert!(listed.contains(&format!("#{waiting}")) && !listed.contains(&format!("#{closed} ")), "{listed}");
        assert_eq!(world.suspension(waiting), "awaiting_approval");

        let mut command = world.command(&["resume"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"y\n").unwrap();
        assert!(child.wait().unwrap().success());
        world.wait_for(waiting, "suspended");
        let_pass(0.5);
        assert_eq!(world.panel_lines("calls", "suspend 8"), 0);
    }

    fn an_answer_during_the_pause_keeps_a_suspension_back(world) {
        let desk = world.serve();
        world.ok(&["pause"]);
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.ok(&["report", "answer", &id.to_string(), "--from-customer", "--text", "Wait!"]);
        world.ok(&["resume", "--yes"]);
        let_pass(1.0);
        assert_eq!((world.suspension(id).as_str(), world.panel_lines("calls", "")), ("awaiting_approval", 0));
        drop(desk);
    }

    fn a_pause_also_holds_back_orders_that_were_on_their_way(world) {
        world.panel_mode("unknown");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "unknown");
        world.ok(&["pause"]);
        world.panel_mode("");
        let_pass(2.5);
        assert_eq!(world.panel_lines("calls", "suspend"), 0);
        assert!(world.ok(&["resume", "--yes"]).contains("main:1"), "it is listed");
        world.wait_for(id, "suspended");
        drop(desk);
    }

    fn deadlines_of_a_long_stop_wait_for_release(world) {
        world.set("time_limit.period", "3s");
        world.set("clock.long_stop", "2s");
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x&suspend_method=timelimit");
        eventually("the customer is told", || world.events(id, "notice_sent") >= 1);
        desk.kill();
        let_pass(5.0);
        let _desk = world.serve();
        world.wait_for(id, "awaiting_approval");
        assert!(world.report(id)["suspension"]["detail"].as_str().unwrap().contains("while the desk was down"));
        let listed = world.ok(&["resume", "--yes"]);
        assert!(listed.contains(&format!("#{id}")), "{listed}");
        world.wait_for(id, "suspended");
    }
}
