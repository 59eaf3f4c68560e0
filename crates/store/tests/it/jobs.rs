use portreeve_core::enforcement::{Action, Answer, Out, Record};
use portreeve_core::event::Kind;
use portreeve_core::ids::{OrderId, ReportId};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::{Finding, OutOfSight};
use portreeve_core::time::from_millis;
use portreeve_store::{
    Enforcement, IdempotencyRow, JobBacklog, JobKind, NewEvent, NewJob, NoticeResult,
    ReportBacklog, Which,
};

use crate::reports::make;
use crate::world::{World, key, on_both};

const KIND: JobKind = JobKind::SendNotice;

fn job(name: &str) -> NewJob {
    NewJob { kind: KIND, key: name.to_owned() }
}

on_both! {
    async fn a_job_is_claimed_by_one_and_runs_again_when_asked_for_meanwhile(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a"), job("b"), job("a")], 100).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.tx().await;
        assert!(!tx.job_is_due(KIND, Which::All, 99).await.unwrap());
        assert_eq!(tx.waiting_keys(KIND, 9).await.unwrap(), ["a", "b"]);
        assert!(tx.job_is_due(KIND, Which::All, 100).await.unwrap());
        assert!(!tx.job_is_due(JobKind::ReconcileService, Which::All, 100).await.unwrap());
        let claimed = tx.claim_jobs(KIND, Which::All, "l1", 500, 10, 100).await.unwrap();
        assert_eq!(claimed.len(), 2);
        assert!(tx.claim_jobs(KIND, Which::All, "l2", 500, 10, 100).await.unwrap().is_empty());
        let a = claimed.iter().find(|job| job.key == "a").unwrap();
        let b = claimed.iter().find(|job| job.key == "b").unwrap();
        // Asked for while it runs: not run beside itself, but once more afterwards.
        tx.enqueue(&[job("a")], 110).await.unwrap();
        assert!(!tx.job_is_due(KIND, Which::All, 110).await.unwrap());
        tx.finish_jobs(&[a, b], "l1", 120).await.unwrap();
        let again = tx.claim_jobs(KIND, Which::All, "l3", 500, 10, 120).await.unwrap();
        assert_eq!(again.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["a"]);
        tx.finish_jobs(&[&again[0]], "l3", 130).await.unwrap();
        assert!(tx.jobs(false, 0, 10).await.unwrap().is_empty());
    }

    async fn what_waits_is_counted_up_to_a_bound(world) {
        let mut tx = world.tx().await;
        assert_eq!(tx.job_backlog(KIND, 100, 9).await.unwrap(), JobBacklog::default());
        let jobs: Vec<_> = ["a", "b", "c", "d", "e"].map(job).into();
        tx.enqueue(&jobs, 100).await.unwrap();
        let claimed = tx.claim_jobs(KIND, Which::All, "l", 500, 3, 150).await.unwrap();
        tx.bury_job(&claimed[0], "l", "no").await.unwrap();
        tx.postpone_job(&claimed[1], "l", 900, None, 150).await.unwrap();
        let backlog = JobBacklog { due: 2, running: 1, later: 1, dead: 1, due_since: Some(100) };
        assert_eq!(tx.job_backlog(KIND, 200, 9).await.unwrap(), backlog);
        assert_eq!(tx.job_backlog(KIND, 200, 1).await.unwrap().due, 1);
        let other = tx.job_backlog(JobKind::ReconcileService, 200, 9).await.unwrap();
        assert_eq!(other, JobBacklog::default());
        let reports = tx.report_backlog(200, 9).await.unwrap();
        assert_eq!(reports, ReportBacklog::default());
    }

    async fn an_urgent_job_is_found_before_those_that_have_waited_longer(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a"), job("b")], 100).await.unwrap();
        assert!(!tx.job_is_due(KIND, Which::Urgent, 150).await.unwrap());
        tx.enqueue_urgent(&job("c"), 150).await.unwrap();
        assert!(!tx.job_is_due(KIND, Which::Urgent, 149).await.unwrap());
        assert!(tx.job_is_due(KIND, Which::Urgent, 150).await.unwrap());
        let claimed = tx.claim_jobs(KIND, Which::Urgent, "l", 500, 9, 150).await.unwrap();
        assert_eq!(claimed.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["c"]);
        let others = tx.claim_jobs(KIND, Which::All, "l", 500, 9, 150).await.unwrap();
        assert_eq!(others.len(), 2, "all of them but the one that is claimed");
    }

    async fn it_is_counted_how_often_a_job_was_lost(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a")], 100).await.unwrap();
        let first = tx.claim_jobs(KIND, Which::All, "a", 200, 1, 100).await.unwrap().pop().unwrap();
        assert_eq!(first.lost, 0);
        let second = tx.claim_jobs(KIND, Which::All, "b", 300, 1, 200).await.unwrap().pop().unwrap();
        assert_eq!((second.lost, second.tries), (1, 0), "nobody gave it back");
        tx.postpone_job(&second, "b", 300, None, 250).await.unwrap();
        let third = tx.claim_jobs(KIND, Which::All, "c", 400, 1, 300).await.unwrap().pop().unwrap();
        assert_eq!((third.lost, third.tries), (1, 1), "this time somebody did");
        tx.release_leases(350).await.unwrap();
        let fourth = tx.claim_jobs(KIND, Which::All, "d", 500, 1, 350).await.unwrap().pop().unwrap();
        assert_eq!(fourth.lost, 2);
        tx.enqueue(&[job("a")], 400).await.unwrap();
        tx.finish_jobs(&[&fourth], "d", 400).await.unwrap();
        let anew = tx.claim_jobs(KIND, Which::All, "e", 600, 1, 400).await.unwrap().pop().unwrap();
        assert_eq!(anew.lost, 0, "asked for again, it begins anew");
    }

    async fn a_lease_that_ran_out_is_taken_over_and_its_old_holder_can_do_nothing(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a")], 100).await.unwrap();
        let old = tx.claim_jobs(KIND, Which::All, "old", 200, 1, 100).await.unwrap().pop().unwrap();
        tx.renew_lease(&[old.id], "old", 300).await.unwrap();
        assert!(tx.claim_jobs(KIND, Which::All, "new", 900, 1, 299).await.unwrap().is_empty());
        let new = tx.claim_jobs(KIND, Which::All, "new", 900, 1, 300).await.unwrap().pop().unwrap();
        tx.renew_lease(&[old.id], "old", 999).await.unwrap();
        assert!(!tx.job_is_due(KIND, Which::All, 899).await.unwrap());
        assert!(tx.job_is_due(KIND, Which::All, 900).await.unwrap(), "another's lease was made longer");
        tx.finish_jobs(&[&old], "old", 310).await.unwrap();
        assert_eq!(tx.jobs(false, 0, 10).await.unwrap().len(), 1);
        tx.release_leases(320).await.unwrap();
        assert!(tx.job_is_due(KIND, Which::All, 320).await.unwrap());
        tx.finish_jobs(&[&new], "new", 330).await.unwrap();
        assert_eq!(tx.jobs(false, 0, 10).await.unwrap().len(), 1, "its lease was taken back");
    }

    async fn a_failed_job_waits_and_a_dead_one_is_seen_and_revived(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a")], 100).await.unwrap();
        let first = tx.claim_jobs(KIND, Which::All, "l", 500, 1, 100).await.unwrap().pop().unwrap();
        tx.postpone_job(&first, "l", 1_000, Some("busy"), 110).await.unwrap();
        assert!(!tx.job_is_due(KIND, Which::All, 999).await.unwrap());
        tx.enqueue_if_absent(&[job("a"), job("b")], 120).await.unwrap();
        let due: Vec<_> = tx.claim_jobs(KIND, Which::All, "l", 500, 9, 120).await.unwrap();
        assert_eq!(due.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["b"]);
        tx.hurry_jobs(KIND, 130).await.unwrap();
        let second = tx.claim_jobs(KIND, Which::All, "l", 500, 1, 130).await.unwrap().pop().unwrap();
        assert_eq!((second.key.as_str(), second.tries), ("a", 1));
        tx.bury_job(&second, "l", "refused").await.unwrap();
        let dead = tx.jobs(true, 0, 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].last_error.as_deref()), (1, Some("refused")));
        assert!(!tx.job_is_due(KIND, Which::All, 9_999).await.unwrap() || due.len() == 1);
        assert!(tx.retry_job(dead[0].id, 140).await.unwrap());
        assert!(!tx.retry_job(dead[0].id, 140).await.unwrap(), "it is no longer dead");
        let third = tx.claim_jobs(KIND, Which::All, "l", 500, 1, 140).await.unwrap().pop().unwrap();
        tx.bury_job(&third, "l", "refused").await.unwrap();
        tx.enqueue(&[job("a")], 150).await.unwrap();
        assert!(tx.jobs(true, 0, 10).await.unwrap().is_empty(), "asked for again, it lives again");
    }

    async fn a_job_that_is_asked_for_while_it_waits_runs_at_once(world) {
        let mut tx = world.tx().await;
        tx.enqueue(&[job("a")], 100).await.unwrap();
        let first = tx.claim_jobs(KIND, Which::All, "l", 500, 1, 100).await.unwrap().pop().unwrap();
        tx.postpone_job(&first, "l", 9_000, None, 110).await.unwrap();
        tx.enqueue(&[job("a")], 120).await.unwrap();
        assert!(tx.job_is_due(KIND, Which::All, 120).await.unwrap());
    }

    async fn what_is_known_of_a_service_and_its_orders_reads_back(world) {
        let at = from_millis(1_700_000_000_000).unwrap();
        let mut tx = world.tx().await;
        make(&mut tx, 9).await;
        assert!(tx.enforcements(&[&key(1)]).await.unwrap().is_empty());
        assert_eq!(tx.enforcement_alone(&key(1)).await.unwrap(), Enforcement::untouched(key(1)));
        let order = tx.add_order(&key(1), ReportId(9), Action::Suspend, "[abuse #9] x", 5).await.unwrap();
        tx.resend_order(order).await.unwrap();
        tx.answer_order(order, &Answer::Done, 6).await.unwrap();
        let row = tx.order(order).await.unwrap().unwrap();
        assert_eq!((row.service, row.report, row.action), (key(1), ReportId(9), Action::Suspend));
        assert_eq!(tx.order(OrderId(999)).await.unwrap(), None);
        let known = Enforcement {
            record: Record::Suspending(Out {
                order,
                first_sent_at: at,
                sent_at: at,
                answer: Answer::Later(Finding::said("busy")),
                alarmed: true,
                lagged: true,
                unclear_before: true,
                in_flight: true,
                reason: None,
            }),
            unseen: Some((7, OutOfSight::Panel { said: Finding::said("timed out") })),
            unseen_alarmed: true,
            order_again: true,
            tries: 3,
            looked_at: 8,
            watched: true,
            ..Enforcement::untouched(key(1))
        };
        tx.put_enforcement(&known).await.unwrap();
        assert_eq!(tx.enforcements(&[&key(1), &key(2)]).await.unwrap(), [known]);
        assert_eq!(tx.services_to_look_at(8, 10).await.unwrap(), [key(1)]);
        assert!(tx.services_to_look_at(7, 10).await.unwrap().is_empty());
    }

    async fn a_customer_was_told_once_a_server_took_the_notice(world) {
        let result = |taken| NoticeResult {
            report: ReportId(1),
            notice: Notice::Opened,
            audience: Audience::Customer,
            at: 5,
            message_id: "<x@example.com>".into(),
            taken,
            recipients: Vec::new(),
            why: None,
        };
        let mut tx = world.tx().await;
        make(&mut tx, 1).await;
        tx.put_notices(&[result(false)], 6).await.unwrap();
        assert!(!tx.customer_was_told(ReportId(1)).await.unwrap());
        tx.put_notices(&[result(true)], 7).await.unwrap();
        assert!(tx.customer_was_told(ReportId(1)).await.unwrap());
        assert!(!tx.customer_was_told(ReportId(2)).await.unwrap());
    }

    async fn a_deadline_that_staff_set_counts_as_told_by_a_notice_of_its_own(world) {
        let of = |notice, at, taken| NoticeResult {
            report: ReportId(1),
            notice,
            audience: Audience::Customer,
            at,
            message_id: "<x@example.com>".into(),
            taken,
            recipients: Vec::new(),
            why: None,
        };
        let set = |at| NewEvent {
            report: ReportId(1),
            at,
            actor: "staff:alice".into(),
            event: Kind::DeadlineChanged.examples().remove(0),
        };
        let mut tx = world.tx().await;
        make(&mut tx, 1).await;
        tx.put_notices(&[of(Notice::Opened, 5, true)], 6).await.unwrap();
        tx.add_events(&[set(10)]).await.unwrap();
        assert!(!tx.customer_was_told(ReportId(1)).await.unwrap(), "the letter about the report named no such deadline");
        tx.put_notices(&[of(Notice::DeadlineChanged, 10, false)], 11).await.unwrap();
        assert!(!tx.customer_was_told(ReportId(1)).await.unwrap(), "it was refused");
        tx.put_notices(&[of(Notice::DeadlineChanged, 10, true)], 12).await.unwrap();
        assert!(tx.customer_was_told(ReportId(1)).await.unwrap());
        tx.add_events(&[set(20)]).await.unwrap();
        assert!(!tx.customer_was_told(ReportId(1)).await.unwrap(), "another was set since");
    }

    async fn a_key_that_is_taken_is_told_and_the_others_are_stored(world) {
        let row = |caller: i64, key: &str, hash: &str| IdempotencyRow {
            caller: format!("api:{caller}"),
            key: key.into(),
            request_hash: hash.into(),
            report: ReportId(1),
            warnings: "[]".into(),
            created_at: 100,
        };
        let mut tx = world.tx().await;
        assert!(tx.add_idempotency_rows(&[row(1, "a", "h")]).await.unwrap().is_empty());
        let taken = tx.add_idempotency_rows(&[row(1, "b", "h"), row(1, "a", "x"), row(2, "a", "h")]).await;
        assert_eq!(taken.unwrap(), [("api:1".to_owned(), "a".to_owned())]);
        let found = tx.idempotency_rows(&[("api:1".into(), "a"), ("api:2".into(), "a"), ("token:1".into(), "a")], 99).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&row(1, "a", "h")));
        assert!(tx.idempotency_rows(&[("api:1".into(), "a")], 100).await.unwrap().is_empty(), "too old");
        assert_eq!(tx.forget_idempotency_keys(100).await.unwrap(), 3);
    }
}
