//! What the tables themselves refuse, whatever the code above them does.

use portreeve_core::guard::Stop;
use portreeve_core::ids::{Press, ReportId};
use portreeve_core::report::{Countdown, Hold, Report};
use portreeve_store::Tx;

use crate::directory::service;
use crate::reports::{add, at, open, report};
use crate::world::{World, key, on_both};

/// Statements that contradict what a row can mean, or name something that is not there.
const REFUSED: &[&str] = &[
    "UPDATE reports SET status = 'lost'",
    "UPDATE reports SET status = 'closed'",
    "UPDATE reports SET status = 'queued'",
    "UPDATE reports SET turn = NULL",
    "UPDATE reports SET outcome = 'other'",
    "UPDATE reports SET countdown = 'running'",
    "UPDATE reports SET deadline_at = 5",
    "UPDATE reports SET left_ms = 5",
    "UPDATE reports SET wake_at = 5",
    "UPDATE reports SET service_id = NULL",
    "UPDATE reports SET merged_into = id",
    "UPDATE reports SET merged_hold = TRUE",
    "DELETE FROM reports",
    "UPDATE holds SET state = 'gone'",
    "UPDATE holds SET state = 'waiting' WHERE press IS NOT NULL",
    "UPDATE holds SET state = 'placed' WHERE why IS NOT NULL",
    "UPDATE holds SET press = NULL WHERE press IS NOT NULL",
    "UPDATE holds SET report_id = 99 WHERE report_id = 1",
    "UPDATE desk SET paused_at = 5",
    "UPDATE services SET status = 'odd'",
    "UPDATE services SET service_id = 0",
    "UPDATE services SET directory = 'nowhere'",
    "DELETE FROM services",
    "UPDATE staff SET role = 'nobody'",
    "INSERT INTO messages (report_id, at, author, from_customer, body) VALUES (99, 1, 'x', TRUE, 'x')",
    "INSERT INTO orders (id, directory, service_id, report_id, action, reason, sent_at, sendings)
        VALUES (1, 'main', 77, 1, 'suspend', 'x', 1, 1)",
    "INSERT INTO content_chunks (hash, n, bytes) VALUES ('none', 0, 'x')",
];

on_both! {
    async fn tables_refuse_what_contradicts_itself(world) {
        let shapes = [
            Hold::Placed { since: at(1), by: Press::Staff },
            Hold::Waiting { since: at(1), why: Stop::Paused },
            Hold::None,
        ];
        let make = |ids: Vec<ReportId>| -> Vec<Report> {
            let each = ids.into_iter().zip(shapes);
            each.map(|(id, hold)| report(id, open(Countdown::None), hold)).collect()
        };
        add(world, make, 3).await;
        let mut tx = world.tx().await;
        let known = service(&key(1), portreeve_core::service::ServiceStatus::Active);
        tx.put_services(&[&known], 1).await.unwrap();
        let resource = portreeve_core::ledger::Resource::parse("192.0.2.1").unwrap();
        let held = portreeve_core::ledger::Interval::exactly_from(1);
        let held = portreeve_store::NewAssignment {
            service: key(1),
            customer_id: "7".into(),
            resource,
            held,
        };
        tx.add_assignments(&[held], 1).await.unwrap();
        let staff = portreeve_store::NewStaff {
            name: "alice".into(),
            email: "alice@example.com".into(),
            role: "admin".into(),
            password_hash: None,
        };
        tx.add_staff(&staff, 1).await.unwrap();
        tx.commit().await.unwrap();
        for sql in REFUSED {
            // One by one: PostgreSQL does nothing more in a transaction after a failure.
            let mut tx = world.tx().await;
            let result = match &mut tx {
                Tx::Sqlite(tx) => sqlx::raw_sql(*sql).execute(&mut **tx).await.map(drop),
                Tx::Postgres(tx) => sqlx::raw_sql(*sql).execute(&mut **tx).await.map(drop),
            };
            let refused = result.expect_err(sql);
            let refused = refused.as_database_error().expect(sql);
            assert!(refused.is_check_violation() || refused.is_foreign_key_violation(), "{sql}: {refused}");
        }
    }

    async fn what_is_read_in_a_snapshot_is_of_one_moment(world) {
        let one = |ids: Vec<ReportId>| vec![report(ids[0], open(Countdown::None), Hold::None)];
        let first = add(world, one, 1).await;
        let mut seen = world.db.snapshot().await.unwrap();
        assert!(seen.report(first[0].id).await.unwrap().is_some());
        let second = add(world, one, 1).await;
        assert_eq!(seen.report(second[0].id).await.unwrap(), None, "it was not there then");
        assert!(seen.add_categories(&["x".into()]).await.is_err(), "it only reads");
        drop(seen);
        assert!(world.db.snapshot().await.unwrap().report(second[0].id).await.unwrap().is_some());
    }
}
