//! Words in the database that nobody knows: they are errors that say where they stand, and never taken for something else.

use portreeve_core::attachment::Scan;
use portreeve_core::enforcement::Action;
use portreeve_core::ids::{Press, ReportId};
use portreeve_core::report::{Countdown, Hold};
use portreeve_store::{
    DeliveryFilter, Holder, NewDelivery, NewMail, NewMessage, NewStaff, NewStaffSession, Stage,
    StoreError, Tx,
};

use crate::reports::{add, at, make, open, report};
use crate::world::{World, key, on_both};

/// Takes the `CHECK`s away, which would refuse such words.
async fn without_checks(tx: &mut Tx) {
    run(tx, match tx {
        Tx::Sqlite(_) => "PRAGMA ignore_check_constraints = ON",
        Tx::Postgres(_) => {
            "DO $$ DECLARE one record; BEGIN
                FOR one IN SELECT conrelid::regclass AS on_table, conname FROM pg_constraint
                    WHERE contype = 'c' AND connamespace = 'public'::regnamespace
                LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.on_table, one.conname); END LOOP;
            END $$"
        }
    }).await;
}

/// Writes a word that nobody knows, as a later version or a slip of the hand would.
async fn spoil(tx: &mut Tx, sql: &'static str) {
    run(tx, sql).await;
}

async fn run(tx: &mut Tx, sql: &'static str) {
    match tx {
        Tx::Sqlite(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
    }
}

/// Where an error says that the word stands.
#[track_caller]
fn place<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (&'static str, &'static str) {
    match result {
        Err(StoreError::Inconsistent { table, column, .. }) => (table, column),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn who_pressed_a_hold_is_never_guessed(world) {
        let placed = |ids: Vec<ReportId>| {
            let hold = |at| match at {
                0 => Hold::Placed { since: crate::reports::at(1), by: Press::Staff },
                _ => Hold::Released { at: crate::reports::at(1), by: Press::Staff },
            };
            let ids = ids.into_iter().enumerate();
            ids.map(|(n, id)| report(id, open(Countdown::None), hold(n))).collect()
        };
        let reports = add(world, placed, 2).await;
        let mut tx = world.tx().await;
        let holder = Holder { report: reports[0].id, by: Press::Staff, since: at(1) };
        assert_eq!(tx.holders(&key(1)).await.unwrap(), [holder]);
        without_checks(&mut tx).await;
        spoil(&mut tx, "UPDATE holds SET press = 'robot'").await;
        assert_eq!(place(tx.holders(&key(1)).await), ("holds", "press"));
        assert_eq!(place(tx.last_released(&key(1)).await), ("holds", "press"));
        assert_eq!(place(tx.report(reports[0].id).await), ("holds", "press"));
        spoil(&mut tx, "UPDATE holds SET press = NULL").await;
        assert!(tx.holders(&key(1)).await.is_err(), "nobody is nobody known either");
    }

    async fn a_word_that_nobody_knows_says_where_it_stands(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 1).await;
        let staff = NewStaff {
            name: "alice".into(),
            email: "alice@example.com".into(),
            role: "admin".into(),
            password_hash: None,
        };
        let staff_id = tx.add_staff(&staff, 1).await.unwrap();
        tx.add_staff_session(&NewStaffSession {
            token_hash: "t".into(),
            staff_id,
            stage: Stage::Whole,
            address: String::new(),
            agent: String::new(),
            now: 1,
            proved_at: 1,
            expires_at: 9,
        }).await.unwrap();
        tx.enforcement_alone(&key(1)).await.unwrap();
        without_checks(&mut tx).await;
        spoil(&mut tx, "UPDATE staff_sessions SET stage = 'more'").await;
        assert_eq!(place(tx.staff_session("t", 2).await), ("staff_sessions", "stage"));

        let mail = NewMail {
            report: None,
            shows_report: None,
            name: String::new(),
            credential: None,
            lane: None,
            sha256: "a".into(),
            size: 1,
            door: "cli".into(),
            envelope_from: None,
            envelope_to: String::new(),
            received_at: 1,
        };
        tx.keep_raw_mail("a", b"x").await.unwrap();
        let mail = tx.add_mail(&mail).await.unwrap();
        spoil(&mut tx, "UPDATE incoming_mails SET state = 'eaten'").await;
        assert_eq!(place(tx.mail(mail).await), ("incoming_mails", "state"));
        spoil(&mut tx, "UPDATE incoming_mails SET state = 'waiting', why = 'odd'").await;
        assert_eq!(place(tx.mail(mail).await), ("incoming_mails", "why"));

        tx.keep_content("a", 1, Scan::Clean, 1).await.unwrap();
        let message = NewMessage { at: 1, author: "x".into(), from_customer: true, body: "x".into() };
        tx.add_message(ReportId(1), &message).await.unwrap();
        spoil(&mut tx, "UPDATE contents SET scan = 'odd'").await;
        assert_eq!(place(tx.content("a").await), ("contents", "scan"));

        let delivery = NewDelivery {
            webhook: "a".into(),
            message_id: "m".into(),
            report: None,
            event: "opened",
            payload: "{}".into(),
        };
        tx.add_deliveries(&[delivery], None, 1, 1).await.unwrap();
        spoil(&mut tx, "UPDATE webhook_deliveries SET state = 'lost'").await;
        let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
        assert_eq!(place(tx.deliveries(&all).await), ("webhook_deliveries", "state"));
        assert_eq!(place(tx.count_deliveries().await), ("webhook_deliveries", "state"));

        let order = tx.add_order(&key(1), ReportId(1), Action::Suspend, "x", 1).await.unwrap();
        spoil(&mut tx, "UPDATE orders SET action = 'delete'").await;
        assert_eq!(place(tx.order(order).await), ("orders", "action"));
    }
}
