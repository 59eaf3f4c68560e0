use portreeve_core::ids::ReportId;
use portreeve_store::{DeliveryFilter, DeliveryState, NewDelivery, NextTry, TriedDelivery};

use crate::world::{World, on_both};

fn new(webhook: &str, report: i64) -> NewDelivery {
    NewDelivery {
        webhook: webhook.to_owned(),
        message_id: format!("msg_{webhook}_{report}"),
        report: (report > 0).then_some(ReportId(report)),
        event: "opened",
        payload: format!("{{\"id\":{report}}}"),
    }
}

fn tried(id: i64, at: i64, status: Option<i64>, next: NextTry) -> TriedDelivery {
    TriedDelivery { id, at, status, result: "so".to_owned(), next }
}

fn all() -> DeliveryFilter {
    DeliveryFilter { limit: 10, ..DeliveryFilter::default() }
}

on_both! {
    async fn each_webhook_has_a_queue_of_its_own_and_a_row_one_holder(world) {
        let mut tx = world.tx().await;
        let three = [new("a", 1), new("b", 1), new("a", 2)];
        let ids = tx.add_deliveries(&three, None, 100, 100).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.tx().await;
        let waiting = tx.delivery_backlog(10).await.unwrap();
        let waiting: Vec<_> = waiting.iter().map(|one| (one.webhook.as_str(), one.waiting)).collect();
        assert_eq!(waiting, [("a", 2), ("b", 1)]);
        assert_eq!(tx.delivery_backlog(1).await.unwrap().len(), 1);
        assert!(!tx.delivery_is_due("a", 99).await.unwrap());
        assert!(tx.delivery_is_due("b", 100).await.unwrap());
        assert!(!tx.delivery_is_due("c", 100).await.unwrap());
        let first = tx.claim_deliveries("a", "l1", 500, 1, 100).await.unwrap();
        assert_eq!(first.iter().map(|due| due.id).collect::<Vec<_>>(), [ids[0]]);
        assert_eq!((first[0].message_id.as_str(), first[0].tries), ("msg_a_1", 0));
        assert_eq!(first[0].payload, "{\"id\":1}");
        let rest = tx.claim_deliveries("a", "l2", 500, 9, 100).await.unwrap();
        assert_eq!(rest.iter().map(|due| due.id).collect::<Vec<_>>(), [ids[2]]);
        assert!(!tx.delivery_is_due("a", 499).await.unwrap());
        // The lease has run out: another holder has it, and the old one can write nothing.
        let again = tx.claim_deliveries("a", "l3", 900, 1, 500).await.unwrap();
        assert_eq!(again[0].id, ids[0]);
        tx.end_try(&tried(ids[0], 510, Some(200), NextTry::Delivered), "l1").await.unwrap();
        assert_eq!(tx.delivery(ids[0]).await.unwrap().unwrap().state, DeliveryState::Waiting);
        assert!(!tx.delivery_is_due("a", 499).await.unwrap());
        tx.release_deliveries(520).await.unwrap();
        assert_eq!(tx.claim_deliveries("a", "l4", 900, 9, 520).await.unwrap().len(), 2);
    }

    async fn a_delivery_is_tried_again_given_up_listed_and_replayed_as_it_was(world) {
        let mut tx = world.tx().await;
        let three = [new("a", 1), new("a", 2), new("b", 1)];
        let ids = tx.add_deliveries(&three, None, 100, 100).await.unwrap();
        tx.claim_deliveries("a", "l", 500, 9, 100).await.unwrap();
        tx.end_try(&tried(ids[0], 110, Some(503), NextTry::At(150)), "l").await.unwrap();
        tx.end_try(&tried(ids[1], 110, None, NextTry::GivenUp), "l").await.unwrap();
        let row = tx.delivery(ids[0]).await.unwrap().unwrap();
        assert_eq!((row.state, row.tries, row.run_at), (DeliveryState::Waiting, 1, 150));
        assert_eq!((row.status, row.result.as_deref(), row.ended_at), (Some(503), Some("so"), None));
        assert!(!tx.delivery_is_due("a", 149).await.unwrap());
        let failed = DeliveryFilter { failed: true, ..all() };
        let listed = tx.deliveries(&failed).await.unwrap();
        assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
        assert_eq!((listed[0].state, listed[0].ended_at), (DeliveryState::Dead, Some(110)));
        let next = DeliveryFilter { after: Some(ids[1]), ..failed };
        assert_eq!(tx.deliveries(&next).await.unwrap().len(), 1);
        let of_b = DeliveryFilter { webhook: Some("b".into()), ..all() };
        assert_eq!(tx.deliveries(&of_b).await.unwrap()[0].id, ids[2]);
        let of_one = DeliveryFilter { report: Some(ReportId(1)), ..all() };
        assert_eq!(tx.deliveries(&of_one).await.unwrap().len(), 2);
        assert!(tx.delivery(999_999).await.unwrap().is_none());
        assert!(tx.delivery(i64::MAX).await.unwrap().is_none());
        let counts = tx.count_deliveries().await.unwrap();
        let counts: Vec<_> = counts
            .iter()
            .map(|c| (c.webhook.as_str(), c.state.as_str(), c.count, c.newest))
            .collect();
        assert_eq!(
            counts,
            [("a", "dead", 1, Some(110)), ("a", "waiting", 1, None), ("b", "waiting", 1, None)]
        );

        assert!(tx.replay_delivery(ids[1], 200).await.unwrap());
        let again = tx.claim_deliveries("a", "m", 500, 9, 200).await.unwrap();
        let again = again.iter().find(|due| due.id == ids[1]).unwrap();
        assert_eq!((again.message_id.as_str(), again.tries), ("msg_a_2", 0));
        assert_eq!(again.payload, "{\"id\":2}");
        assert!(!tx.replay_delivery(ids[1], 210).await.unwrap(), "it is being made");
        assert!(tx.replay_delivery(ids[1], 500).await.unwrap(), "its lease has run out");
        assert!(!tx.replay_delivery(999_999, 500).await.unwrap());
    }

    async fn old_deliveries_are_forgotten_and_what_still_has_to_go_out_is_not(world) {
        let mut tx = world.tx().await;
        let held = tx.add_deliveries(&[new("a", 0)], Some("l"), 900, 100).await.unwrap();
        assert!(!tx.delivery_is_due("a", 899).await.unwrap());
        let done = tx.add_deliveries(&[new("a", 1)], Some("l"), 900, 100).await.unwrap();
        tx.end_try(&tried(done[0], 150, Some(200), NextTry::Delivered), "l").await.unwrap();
        let alone = tx.add_deliveries(&[new("gone", 1)], None, 100, 100).await.unwrap();
        assert_eq!(tx.forget_deliveries(150, 10).await.unwrap(), 1);
        assert!(tx.delivery(alone[0]).await.unwrap().is_none());
        assert_eq!(tx.forget_deliveries(151, 10).await.unwrap(), 1);
        assert!(tx.delivery(done[0]).await.unwrap().is_none());
        let held = tx.delivery(held[0]).await.unwrap().unwrap();
        assert_eq!((held.report, held.state), (None, DeliveryState::Waiting));
        assert_eq!(tx.forget_deliveries(800, 0).await.unwrap(), 0);
    }
}
