//! What is stored about telling people: templates, mailboxes that get many notices, wishes of staff, summaries.

use portreeve_core::event::Kind;
use portreeve_core::ids::ReportId;
use portreeve_core::notice::Notice;
use portreeve_store::{
    Gathered, JobKind, MailboxHour, NewEvent, NewGathered, NewJob, NewStaff, Which,
};

use crate::reports::make;
use crate::world::{World, on_both};

const HOUR: i64 = 3_600_000;

fn gathered(report: i64, notice: Notice, at: i64) -> Gathered {
    Gathered { report: ReportId(report), notice, at }
}

on_both! {
    async fn a_template_is_stored_counted_and_taken_away_and_each_raises_the_counter(world) {
        let mut tx = world.tx().await;
        let before = tx.change_counters().await.unwrap().templates;
        tx.put_template("en/opened/body.txt", "one", "staff:alice", 5).await.unwrap();
        tx.put_template("en/opened/body.txt", "two", "staff:bob", 6).await.unwrap();
        tx.put_template("de/about.toml", "", "staff:bob", 7).await.unwrap();
        let all = tx.templates().await.unwrap();
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["de/about.toml", "en/opened/body.txt"]);
        assert_eq!((all[1].text.as_str(), all[1].version, all[1].changed_at), ("two", 2, 6));
        assert_eq!(all[1].changed_by, "staff:bob");
        assert!(tx.delete_template("de/about.toml").await.unwrap());
        assert!(!tx.delete_template("de/about.toml").await.unwrap());
        assert_eq!(tx.change_counters().await.unwrap().templates, before + 5);
    }

    async fn notices_of_a_mailbox_are_counted_by_its_hour_and_old_hours_forgotten(world) {
        let ask = |mailbox: &str, count: i64| (mailbox.to_owned(), count);
        let hour = |mailbox: &str, since: i64, asked: i64| {
            MailboxHour { mailbox: mailbox.into(), since, asked }
        };
        let mut tx = world.tx().await;
        let mut first = tx.ask_mailboxes(&[ask("b", 1), ask("a", 3)], 10, HOUR).await.unwrap();
        first.sort_by(|a, b| a.mailbox.cmp(&b.mailbox));
        assert_eq!(first, [hour("a", 10, 3), hour("b", 10, 1)]);
        let within = tx.ask_mailboxes(&[ask("a", 2)], 10 + HOUR - 1, HOUR).await.unwrap();
        assert_eq!(within, [hour("a", 10, 5)]);
        let later = tx.ask_mailboxes(&[ask("a", 2)], 10 + HOUR, HOUR).await.unwrap();
        assert_eq!(later, [hour("a", 10 + HOUR, 2)], "a new hour has begun");
        assert_eq!(tx.forget_mailbox_hours(11, 10).await.unwrap(), 1);
        assert_eq!(tx.forget_mailbox_hours(11, 10).await.unwrap(), 0);
    }

    async fn what_is_gathered_is_read_in_order_and_taken_once(world) {
        let (opened, closed) = (gathered(2, Notice::Opened, 5), gathered(1, Notice::Closed, 9));
        let row = |since: i64, one: &Gathered| NewGathered {
            mailbox: "m".into(),
            since,
            notice: one.clone(),
        };
        let mut tx = world.tx().await;
        make(&mut tx, 2).await;
        tx.gather_notices(&[row(7, &opened), row(7, &closed), row(8, &opened)]).await.unwrap();
        tx.gather_notices(&[row(7, &opened)]).await.unwrap();
        assert_eq!(tx.gathered_notices("m", 7, 10).await.unwrap(), [closed.clone(), opened.clone()]);
        assert_eq!(tx.gathered_notices("m", 7, 1).await.unwrap(), std::slice::from_ref(&closed));
        tx.take_gathered("m", 7, &[closed, opened.clone()]).await.unwrap();
        assert!(tx.gathered_notices("m", 7, 10).await.unwrap().is_empty());
        assert_eq!(tx.gathered_notices("m", 8, 10).await.unwrap(), [opened]);
    }

    async fn a_job_for_later_is_not_due_before(world) {
        let job = NewJob { kind: JobKind::SendDigest, key: "m:7".into() };
        let mut tx = world.tx().await;
        tx.enqueue_for(&job, 50, 1).await.unwrap();
        tx.enqueue_for(&job, 50, 2).await.unwrap();
        assert!(!tx.job_is_due(JobKind::SendDigest, Which::All, 49).await.unwrap());
        let claimed = tx.claim_jobs(JobKind::SendDigest, Which::All, "l", 90, 10, 50).await.unwrap();
        assert_eq!((claimed.len(), claimed[0].key.as_str(), claimed[0].generation), (1, "m:7", 2));
    }

    async fn staff_are_told_what_they_want_where_they_want_it(world) {
        let mut tx = world.tx().await;
        for (name, role) in [("alice", "agent"), ("bob", "viewer")] {
            let new = NewStaff {
                name: name.into(),
                email: format!("{name}@example.com"),
                role: role.into(),
                password_hash: None,
            };
            tx.add_staff(&new, 1).await.unwrap();
        }
        let alice = tx.staff_to_tell().await.unwrap().remove(0);
        assert_eq!((alice.name.as_str(), alice.told, alice.told_at.as_str()), ("alice", None, ""));
        assert!(tx.put_told("alice", Some("opened mine"), "a@example.net").await.unwrap());
        assert!(!tx.put_told("nobody", None, "").await.unwrap());
        let alice = tx.staff_by_name("alice").await.unwrap().unwrap();
        assert_eq!((alice.told.as_deref(), alice.told_at.as_str()), (Some("opened mine"), "a@example.net"));
        assert_eq!(tx.staff_to_tell().await.unwrap()[0].told, alice.told);
    }

    async fn a_summary_is_begun_once_a_day_and_counts_what_happened_since(world) {
        let mut tx = world.tx().await;
        assert!(tx.begin_summary("2026-01-31", 500, 0).await.unwrap());
        assert!(!tx.begin_summary("2026-01-31", 501, 0).await.unwrap());
        assert!(tx.begin_summary("2026-02-01", 900, 600).await.unwrap(), "and the other is forgotten");
        assert!(tx.begin_summary("2026-01-31", 500, 0).await.unwrap());
        let event = |kind: Kind, at: i64| NewEvent {
            report: ReportId(1),
            at,
            actor: "desk".into(),
            event: kind.examples().remove(0),
        };
        let all = [(Kind::Opened, 1), (Kind::Opened, 10), (Kind::Noted, 11), (Kind::Closed, 12)];
        tx.add_events(&all.map(|(kind, at)| event(kind, at))).await.unwrap();
        let kinds = [Kind::Opened, Kind::Closed];
        let from = tx.first_event_since(10).await.unwrap();
        let counted = tx.count_kinds_since(from, &kinds, 100).await.unwrap();
        assert_eq!(counted, [(Kind::Closed, 1), (Kind::Opened, 1)]);
        assert_eq!(tx.count_kinds_since(from, &kinds, 1).await.unwrap(), [(Kind::Opened, 1)]);
    }
}
