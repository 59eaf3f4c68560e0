use portreeve_core::ids::{Press, ReportId};
use portreeve_core::report::{
    Allegation, Countdown, Hold, Outcome, Report, State, Subject, SuspendMethod, Turn,
};
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::{
    BridgeMessage, CustomerSession, CustomerStanding, NewMessage, NewReport, WorkCounts,
};

use crate::world::{World, key, on_both};

fn at(minutes: i64) -> Timestamp {
    from_millis(1_700_000_000_000 + minutes * 60_000).unwrap()
}

fn report(id: ReportId, service: i64, customer: &str, state: State, hold: Hold) -> NewReport {
    let report = Report {
        id,
        subject: Some(Subject { service: key(service), customer_id: customer.into() }),
        claimed_service: None,
        allegation: Allegation {
            category: "Spam".into(),
            service_ip: "192.0.2.1".into(),
            additional_info: String::new(),
            suspend_method: SuspendMethod::Immediate,
            allow_unsuspend: false,
            pay_to_unsuspend: false,
        },
        opened_at: at(id.0),
        state,
        hold,
        assignee: None,
        merged: None,
        said: portreeve_core::report::CustomerSaid::default(),
        revision: 1,
    };
    NewReport { report, opened_by: "api:1".into() }
}

on_both! {
    async fn services_stand_as_their_holds_and_open_reports_say(world) {
        let mut tx = world.tx().await;
        let ids = tx.take_report_ids(5).await.unwrap();
        let open = |turn| State::Open { turn, countdown: Countdown::None };
        let closed = State::Closed { at: at(9), outcome: Outcome::Resolved };
        let held = Hold::Placed { since: at(1), by: Press::Automatic };
        tx.add_reports(&[
            report(ids[0], 1, "7", open(Turn::Customer), held),
            report(ids[1], 1, "7", open(Turn::Staff), Hold::None),
            report(ids[2], 2, "8", closed.clone(), held),
            report(ids[3], 3, "7", closed, Hold::Released { at: at(9), by: Press::Staff }),
            report(ids[4], 4, "7", open(Turn::Customer), Hold::None),
        ]).await.unwrap();
        let reply = NewMessage { at: 1, author: "customer".into(), from_customer: true, body: "done".into() };
        tx.add_message(ids[1], &reply).await.unwrap();
        let all = tx.service_standings("main", 0, i64::MAX, 10).await.unwrap();
        let shown: Vec<_> = all.iter().map(|s| (s.service_id, s.holds, s.open_reports, s.unanswered)).collect();
        assert_eq!(shown, [(1, 1, 2, 1), (2, 1, 0, 0), (4, 0, 1, 1)]);
        assert_eq!(all[0].oldest_open_at, Some(at(ids[0].0).as_millisecond()));
        assert_eq!((all[1].oldest_open_at, all[0].customer_id.as_deref()), (None, None), "no service is listed");
        let standing = |open, unanswered| CustomerStanding { open, unanswered };
        assert_eq!(tx.customer_standing("main", "7").await.unwrap(), standing(3, 2));
        assert_eq!(tx.customer_standing("main", "8").await.unwrap(), standing(0, 0));
        assert_eq!(tx.service_standings("main", 1, 3, 10).await.unwrap().len(), 1);
        assert_eq!(tx.service_standings("main", 0, i64::MAX, 2).await.unwrap().len(), 2);
        assert!(tx.service_standings("other", 0, i64::MAX, 2).await.unwrap().is_empty());
        let counts = tx.work_counts(10).await.unwrap();
        assert_eq!(counts, WorkCounts { queued: 0, open: 3, waiting_for_staff: 1, awaiting_approval: 0 });
        assert_eq!(tx.work_counts(2).await.unwrap().open, 2);
        let theirs = tx.reports_of_customer("main", "7", ReportId(i64::MAX), 2).await.unwrap();
        assert_eq!(theirs.iter().map(|r| r.id).collect::<Vec<_>>(), [ids[4], ids[3]]);
        let rest = tx.reports_of_customer("main", "7", ids[3], 9).await.unwrap();
        assert_eq!(rest.iter().map(|r| r.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
    }

    async fn messages_tokens_and_sessions_count_once_and_end(world) {
        let mut tx = world.tx().await;
        let message = BridgeMessage {
            directory: "main".into(),
            message_id: "brg_1".into(),
            kind: "invoice.paid".into(),
            payload: "{}".into(),
        };
        assert!(!tx.has_bridge_message("main", "brg_1").await.unwrap());
        assert!(tx.add_bridge_message(&message, 10).await.unwrap());
        assert!(!tx.add_bridge_message(&message, 20).await.unwrap());
        assert!(tx.has_bridge_message("main", "brg_1").await.unwrap());
        assert!(!tx.has_bridge_message("other", "brg_1").await.unwrap());
        assert!(tx.use_sign_on_token("main", "jti", 100).await.unwrap());
        assert!(!tx.use_sign_on_token("main", "jti", 200).await.unwrap());
        assert!(tx.use_sign_on_token("other", "jti", 100).await.unwrap());
        let session = CustomerSession {
            directory: "main".into(),
            customer_id: "7".into(),
            reads_only: true,
            created_at: 10,
            expires_at: 100,
        };
        tx.add_customer_session("hash", &session).await.unwrap();
        tx.add_customer_session("other", &session).await.unwrap();
        assert_eq!(tx.customer_session("hash", 99).await.unwrap(), Some(session));
        assert_eq!(tx.customer_session("hash", 100).await.unwrap(), None);
        tx.end_customer_session("hash").await.unwrap();
        assert_eq!(tx.customer_session("hash", 20).await.unwrap(), None);
        tx.forget_bridge(11, 101).await.unwrap();
        assert!(tx.add_bridge_message(&message, 30).await.unwrap(), "forgotten");
        assert!(tx.use_sign_on_token("main", "jti", 300).await.unwrap());
        assert_eq!(tx.customer_session("other", 20).await.unwrap(), None);
    }
}
