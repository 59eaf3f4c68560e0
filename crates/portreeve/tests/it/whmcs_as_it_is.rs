//! WHMCS as public documents and addons show it: what differs by version, and what its own staff and jobs do meanwhile.

use portreeve_whmcs_simulator::{Status, Version};
use serde_json::json;

use crate::bridge::{Bridged, event, now, post};
use crate::customers::link;
use crate::payments::{invoices, pay, wait_for_payment, with_whmcs};
use crate::whmcs::{Billing, desk, wait_until};
use crate::world::*;

const NOW: &str = "category=Spam&suspend_method=immediate";
const TO_BE_PAID: &str = "service_id=1&category=Spam&suspend_method=immediate&pay_to_unsuspend=1";

on_each! {
    fn a_held_and_overdue_service_that_is_paid_is_free_when_the_report_closes_and_an_unpaid_one_stays_off(engine) {
        let bridged = Bridged::start(engine);
        let Bridged { billing, world, .. } = &bridged;
        billing.with(|whmcs| {
            whmcs.overdue(1);
            whmcs.overdue(2);
        });
        let serving = world.serve();
        let paid = serving.create(world, &format!("service_id=1&{NOW}"));
        let unpaid = serving.create(world, &format!("service_id=2&{NOW}"));
        world.wait_for(paid, "suspended_by_other");
        world.wait_for(unpaid, "suspended_by_other");
        // One of the two pays. The addon says no, WHMCS puts it into its module queue and never tries again by itself.
        billing.with(|whmcs| {
            whmcs.vetoed = vec![1, 2];
            whmcs.pay(1);
            assert_eq!(whmcs.module_queue.len(), 1);
        });
        let vetoed = event("unsuspend.vetoed", &json!({ "service_id": 1 }));
        assert_eq!(post(&serving, "events", "brg_1", now(), &vetoed).status, 202);
        world.wait_for(paid, "suspended");
        billing.with(|whmcs| whmcs.retry_module_queue(1));
        assert_eq!(billing.status(1).0, Status::Suspended, "a retry before the release is vetoed again");

        for id in [paid, unpaid] {
            world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        }
        // The addon hears of it late: the first orders are vetoed, and WHMCS still shows its own reason.
        wait_until("an order that is vetoed", || billing.with(|whmcs| whmcs.count("moduleunsuspend")) >= 2);
        billing.with(|whmcs| whmcs.vetoed.clear());
        world.wait_for(paid, "lifted");
        wait_until("the other to be settled", || world.events(unpaid, "left_suspended") == 1);
        assert_eq!(billing.status(1).0, Status::Active);
        assert_eq!(billing.status(2), (Status::Suspended, "Overdue on Payment".to_owned()));
        assert_eq!(world.events(paid, "left_suspended"), 0);
        billing.with(|whmcs| whmcs.retry_module_queue(1));
        assert_eq!(billing.status(1).0, Status::Active, "a retry after it changes nothing");
    }

    fn a_product_without_a_module_is_asked_once_in_the_words_of_each_version(engine) {
        for version in [Version::Documented, Version::V8_13, Version::V9_0] {
            let billing = Billing::start(portreeve_whmcs_simulator::Seed::small());
            billing.with(|whmcs| whmcs.version = version);
            let world = desk(engine, &billing, "", "");
            let serving = world.serve();
            let id = serving.create(&world, &format!("service_id=4&{NOW}"));
            world.wait_for(id, "failed");
            assert_eq!(world.events(id, "order_refused"), 1, "{version:?}");
            billing.with(|whmcs| assert_eq!(whmcs.count("modulesuspend"), 1, "{version:?}"));
        }
    }

    fn what_whmcs_9_does_not_cancel_is_told_to_staff_once_and_not_asked_for_again(engine) {
        let (billing, world) = with_whmcs(engine);
        billing.with(|whmcs| whmcs.version = Version::V9_0);
        let serving = world.serve();
        let id = serving.create(&world, TO_BE_PAID);
        world.wait_for(id, "suspended");
        pay(&serving, &link(&world, id, "suspended"), id);
        wait_for_payment(&world, id, "open");
        world.ok(&["report", "release", &id.to_string()]);
        world.wait_for(id, "lifted");
        wait_until("staff are told", || world.events(id, "paid_oddly") == 1);
        let report = world.report(id);
        let number = invoices(&billing)[0].id;
        let said = report["events"].as_array().unwrap().iter().find(|e| e["kind"] == "paid_oddly").unwrap();
        assert!(said["text"].as_str().unwrap().contains(&format!("invoice {number} is still open at the payment provider")), "{said}");
        // Another act makes the desk look at the payment once more.
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        let quiet = serving.create(&world, "service_id=2&category=Spam");
        eventually("the jobs to be done", || world.events(quiet, "notice_sent") > 0);
        assert_eq!(world.events(id, "paid_oddly"), 1);
        let tries = billing.with(|whmcs| whmcs.count("updateinvoice"));
        assert!(tries <= 2, "once for each act of staff: {tries}");
    }

    fn an_invoice_that_a_credit_note_settled_is_not_money(engine) {
        let (billing, world) = with_whmcs(engine);
        billing.with(|whmcs| whmcs.version = Version::V9_0);
        let serving = world.serve();
        let id = serving.create(&world, TO_BE_PAID);
        world.wait_for(id, "suspended");
        pay(&serving, &link(&world, id, "suspended"), id);
        wait_for_payment(&world, id, "open");
        let number = invoices(&billing)[0].id;
        billing.with(|whmcs| whmcs.settle_by_credit_note(number));
        wait_until("staff are told", || world.events(id, "paid_oddly") == 1);
        assert_eq!((world.events(id, "paid"), world.suspension(id)), (0, "suspended".to_owned()));
        assert_eq!(billing.status(1).0, Status::Suspended);
    }

    fn the_words_behind_the_mark_of_a_reason_are_the_hosts(engine) {
        let billing = Billing::start(portreeve_whmcs_simulator::Seed::small());
        let world = desk(engine, &billing, "", "");
        world.set("suspension.reason", "Abuse report ({category}), see your e-mail");
        let serving = world.serve();
        let id = serving.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let reason = format!("[abuse #{id}] Abuse report (Spam), see your e-mail");
        assert_eq!(billing.status(1), (Status::Suspended, reason));
        drop(serving);
        world.set("suspension.reason", "");
        let serving = world.serve();
        let bare = serving.create(&world, &format!("service_id=2&{NOW}"));
        world.wait_for(bare, "suspended");
        assert_eq!(billing.status(2).1, format!("[abuse #{bare}]"));
        world.ok(&["report", "close", &bare.to_string(), "--outcome", "resolved"]);
        world.wait_for(bare, "lifted");
    }

    fn what_whmcs_is_not_to_suspend_waits_for_a_person_where_the_host_says_so(engine) {
        let billing = Billing::start(portreeve_whmcs_simulator::Seed::small());
        billing.with(|whmcs| {
            for (id, until) in [(1, ""), (2, "2020-01-01")] {
                let service = whmcs.services.get_mut(&id).unwrap();
                (service.overideautosuspend, service.overidesuspenduntil) = (true, until.to_owned());
            }
        });
        for (word, first) in [("ignore", "suspended"), ("protect", "awaiting_approval")] {
            let world = desk(engine, &billing, &format!("suspend_override = \"{word}\""), "");
            world.ok(&["directory", "sync", "whmcs"]);
            let serving = world.serve();
            let id = serving.create(&world, &format!("service_id=1&{NOW}"));
            world.wait_for(id, first);
            let over = serving.create(&world, &format!("service_id=2&{NOW}"));
            world.wait_for(over, "suspended");
            for id in [id, over] {
                world.ok(&["report", "close", &id.to_string(), "--outcome", "other"]);
            }
            world.wait_for(over, "lifted");
            if first == "suspended" {
                world.wait_for(id, "lifted");
            }
        }
    }
}
