use portreeve_core::event::{Event, Kind};
use portreeve_core::guard::Stop;
use portreeve_core::ids::{Press, ReportId};
use portreeve_core::reason::{Finding, QueueReason};
use portreeve_core::report::{
    Allegation, Countdown, Hold, Outcome, Report, State, Status, Subject, SuspendMethod, Turn,
};
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{
    Holder, NewEvent, NewMessage, NewNote, NewReport, ReleasedHold, ReportFilter, ReportOrder,
    Slice, Tx,
};

use crate::world::{World, key, on_both};

pub(crate) fn at(minutes: i64) -> Timestamp {
    from_millis(1_700_000_000_000 + minutes * 60_000).unwrap()
}

pub(crate) fn report(id: ReportId, state: State, hold: Hold) -> Report {
    Report {
        id,
        subject: Some(Subject { service: key(1), customer_id: "7".into() }),
        claimed_service: None,
        allegation: Allegation {
            category: format!("Category {}", id.0 % 3),
            service_ip: "192.0.2.1".into(),
            additional_info: "50% off_all".into(),
            suspend_method: SuspendMethod::TimeLimit,
            allow_unsuspend: true,
            pay_to_unsuspend: false,
        },
        opened_at: at(0),
        state,
        hold,
        assignee: None,
        merged: None,
        said: portreeve_core::report::CustomerSaid::default(),
        revision: 1,
    }
}

pub(crate) fn open(countdown: Countdown) -> State {
    State::Open { turn: Turn::Staff, countdown }
}

pub(crate) async fn add(
    world: &World,
    make: impl Fn(Vec<ReportId>) -> Vec<Report>,
    count: usize,
) -> Vec<Report> {
    let mut tx = world.tx().await;
    let reports = make(tx.take_report_ids(count).await.unwrap());
    let new: Vec<NewReport> = reports
        .iter()
        .map(|report| NewReport { report: report.clone(), opened_by: "api:1".into() })
        .collect();
    tx.add_reports(&new).await.unwrap();
    tx.commit().await.unwrap();
    reports
}

/// Makes reports 1 to `count`, in a transaction that goes on.
pub(crate) async fn make(tx: &mut Tx, count: usize) {
    let ids = tx.take_report_ids(count).await.unwrap();
    let new: Vec<NewReport> = ids
        .into_iter()
        .map(|id| NewReport {
            report: report(id, open(Countdown::None), Hold::None),
            opened_by: "api:1".into(),
        })
        .collect();
    tx.add_reports(&new).await.unwrap();
}

pub(crate) fn every_shape(ids: &[ReportId]) -> Vec<Report> {
    let running = Countdown::Running { deadline: at(60), remind_at: Some(at(30)) };
    let reminded = Countdown::Running { deadline: at(60), remind_at: None };
    let half = Some(Span::from_mins(3));
    let paused = Countdown::Paused { left: Span::from_mins(7), remind_in: half };
    let lifted = Countdown::Lifted { left: Span::from_mins(7), remind_in: half };
    let reached = Countdown::Reached { deadline: at(60) };
    let queued = State::Queued {
        why: QueueReason::DirectoryUnreachable { said: Finding::said("timed out") },
    };
    let closed = State::Closed { at: at(9), outcome: Outcome::NoResponse };
    let shapes = [
        (open(Countdown::None), Hold::None),
        (open(running), Hold::None),
        (open(reminded), Hold::None),
        (open(paused), Hold::None),
        (open(reached), Hold::Placed { since: at(60), by: Press::Automatic }),
        (open(Countdown::None), Hold::Waiting { since: at(1), why: Stop::HourlyLimit }),
        (open(Countdown::None), Hold::Released { at: at(2), by: Press::Staff }),
        (closed, Hold::Placed { since: at(3), by: Press::Staff }),
        (queued, Hold::None),
        (open(lifted), Hold::None),
    ];
    let mut reports: Vec<Report> =
        ids.iter().zip(shapes).map(|(id, (state, hold))| report(*id, state, hold)).collect();
    reports[8].claimed_service = reports[8].subject.take().map(|subject| subject.service);
    reports
}

on_both! {
    async fn a_report_of_another_desk_is_remembered_once_under_its_reference_there(world) {
        let mut tx = world.tx().await;
        let new = [("92", ReportId(2)), ("7", ReportId(1))];
        let mut stored = tx.add_imported_reports("Old desk", &new).await.unwrap();
        stored.sort();
        assert_eq!(stored, ["7", "92"]);
        let again = [("92", ReportId(3)), ("93", ReportId(4))];
        assert_eq!(tx.add_imported_reports("Old desk", &again).await.unwrap(), ["93"]);
        assert_eq!(tx.add_imported_reports("Another", &[("92", ReportId(5))]).await.unwrap(), ["92"]);
        let mut found = tx.imported_reports("Old desk", &["92", "93", "94"]).await.unwrap();
        found.sort();
        assert_eq!(found, [("92".to_owned(), ReportId(2)), ("93".to_owned(), ReportId(4))]);
        tx.commit().await.unwrap();
    }

    async fn a_report_in_any_state_reads_back_as_it_was_stored(world) {
        let reports = add(world, |ids| every_shape(&ids), 10).await;
        let mut tx = world.tx().await;
        for report in &reports {
            assert_eq!(tx.report(report.id).await.unwrap().as_ref(), Some(report));
            assert_eq!(tx.report_alone(report.id).await.unwrap().as_ref(), Some(report));
        }
        assert_eq!(tx.report(ReportId(999)).await.unwrap(), None);
        let asked = [reports[2].id, ReportId(999), reports[0].id];
        let mut found = tx.reports_by_id(&asked).await.unwrap();
        found.sort_by_key(|report| report.id);
        assert_eq!(found, [reports[0].clone(), reports[2].clone()]);
        // Each becomes the next one's shape, so that every change of state is stored once.
        for (one, other) in reports.iter().zip(reports.iter().cycle().skip(1)) {
            let changed = Report {
                id: one.id,
                allegation: one.allegation.clone(),
                ..other.clone()
            };
            tx.save_report(&changed).await.unwrap();
            let next = Report { revision: one.revision + 1, ..changed };
            assert_eq!(tx.report(one.id).await.unwrap(), Some(next));
        }
        let gone = report(ReportId(999), open(Countdown::None), Hold::None);
        assert!(tx.save_report(&gone).await.is_err());
    }

    async fn numbers_are_never_given_twice(world) {
        let mut tx = world.tx().await;
        let mut ids = tx.take_report_ids(3).await.unwrap();
        ids.extend(tx.take_report_ids(2).await.unwrap());
        tx.commit().await.unwrap();
        ids.extend(world.tx().await.take_report_ids(1).await.unwrap());
        assert_eq!(ids[0], ReportId(1));
        ids.dedup();
        assert_eq!(ids.len(), 6);
    }

    async fn lists_filter_and_page(world) {
        let make = |ids: Vec<ReportId>| {
            let none = || open(Countdown::None);
            ids.into_iter().map(|id| report(id, none(), Hold::None)).collect()
        };
        add(world, make, 200).await;
        let mut tx = world.tx().await;
        let base = ReportFilter { limit: 5, ..ReportFilter::default() };
        let ids = async |tx: &mut portreeve_store::Tx, filter: ReportFilter| -> Vec<i64> {
            tx.reports(&filter).await.unwrap().iter().map(|report| report.id.0).collect()
        };
        assert_eq!(ids(&mut tx, base.clone()).await, [200, 199, 198, 197, 196]);
        let after = ReportFilter { after: Some(ReportId(3).into()), ..base.clone() };
        assert_eq!(ids(&mut tx, after.clone()).await, [2, 1]);
        assert_eq!(ids(&mut tx, ReportFilter { order: ReportOrder::Oldest, ..after }).await, [4, 5, 6, 7, 8]);
        let category = ReportFilter { category: Some("Category 0".into()), ..base.clone() };
        assert_eq!(ids(&mut tx, category).await, [198, 195, 192, 189, 186]);
        let other = ReportFilter { service: Some(key(2)), ..base.clone() };
        assert!(ids(&mut tx, other).await.is_empty());
        assert!(ids(&mut tx, ReportFilter { status: Some(Status::Closed), ..base }).await.is_empty());
        let names = ["Category 2", "Category 0", "Category 1"].map(str::to_owned);
        tx.add_categories(&names).await.unwrap();
        tx.add_categories(&names).await.unwrap();
        assert_eq!(tx.known_categories(10).await.unwrap().len(), 3);
    }

    async fn time_and_holds_find_their_reports(world) {
        let reports = add(world, |ids| every_shape(&ids), 10).await;
        let id = |at: usize| reports[at].id;
        let mut tx = world.tx().await;
        let due = |minutes: i64| at(minutes).as_millisecond();
        assert_eq!(tx.reports_to_wake(due(29), 10).await.unwrap(), []);
        assert_eq!(tx.reports_to_wake(due(30), 10).await.unwrap(), [id(1)]);
        assert_eq!(tx.reports_to_wake(due(60), 10).await.unwrap(), [id(1), id(2)]);
        let backlog = tx.report_backlog(due(60), 10).await.unwrap();
        assert_eq!((backlog.due, backlog.due_since), (2, Some(due(30))));
        assert_eq!(tx.report_backlog(due(60), 1).await.unwrap().due, 1);
        assert!(backlog.awaiting_approval >= 1, "{backlog:?}");
        assert_eq!(tx.report_to_wake(id(2), due(59)).await.unwrap(), None);
        assert_eq!(tx.report_to_wake(id(2), due(60)).await.unwrap().as_ref(), Some(&reports[2]));
        tx.put_off_report(id(2), due(61)).await.unwrap();
        assert_eq!(tx.report_to_wake(id(2), due(60)).await.unwrap(), None, "it is looked at again a minute later");
        assert_eq!(tx.reports_to_wake(due(61), 10).await.unwrap(), [id(1), id(2)]);
        tx.put_off_report(id(2), due(60)).await.unwrap();
        assert_eq!(tx.report_to_wake(id(2), due(60)).await.unwrap(), None, "and no sooner");
        tx.put_off_deadlines(due(61), due(61), due(70), 10).await.unwrap();
        assert_eq!(tx.reports_to_wake(due(61), 10).await.unwrap(), [id(1), id(2)], "theirs came before");
        tx.put_off_deadlines(due(60), due(61), due(70), 10).await.unwrap();
        assert_eq!(tx.report_to_wake(id(2), due(69)).await.unwrap(), None);
        assert!(tx.report_to_wake(id(2), due(70)).await.unwrap().is_some());
        let holders = tx.holders(&key(1)).await.unwrap();
        let held = |report, by, since| Holder { report, by, since };
        let expected = [held(id(4), Press::Automatic, at(60)), held(id(7), Press::Staff, at(3))];
        assert_eq!(holders, expected);
        let asked: Vec<_> = (1..=600).map(key).collect();
        let held = tx.held_services(&asked.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(held.into_iter().collect::<Vec<_>>(), [key(1)]);
        assert!(tx.held_services(&[&key(2)]).await.unwrap().is_empty());
        let released = ReleasedHold { report: id(6), by: Press::Staff };
        assert_eq!(tx.last_released(&key(1)).await.unwrap(), Some(released));
        assert_eq!(tx.last_released(&key(2)).await.unwrap(), None);
        let stops = [Stop::HourlyLimit, Stop::Paused];
        assert_eq!(tx.waiting_holds(&stops, ReportId(0), 10).await.unwrap(), [id(5)]);
        assert_eq!(tx.waiting_holds(&stops, id(5), 10).await.unwrap(), []);
        assert_eq!(tx.waiting_holds(&[Stop::Paused], ReportId(0), 10).await.unwrap(), []);
    }

    async fn automatic_suspensions_are_counted_and_forgotten(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 2).await;
        for now in [100, 200, 300] {
            tx.add_automatic_suspension(ReportId(1), now, 0).await.unwrap();
        }
        assert_eq!(tx.count_automatic_suspensions(100, 10).await.unwrap(), 2);
        assert_eq!(tx.count_automatic_suspensions(0, 2).await.unwrap(), 2, "no more than asked for");
        tx.add_automatic_suspension(ReportId(2), 400, 250).await.unwrap();
        assert_eq!(tx.count_automatic_suspensions(0, 10).await.unwrap(), 2);
    }

    async fn history_messages_and_notes_are_kept_in_order(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 1).await;
        let numbered = |n: i64| Event::LinksRevoked { count: n.unsigned_abs() };
        let events: Vec<NewEvent> = (0..300)
            .map(|n| NewEvent {
                report: ReportId(1 + n % 2),
                at: n,
                actor: "desk".into(),
                event: numbered(n),
            })
            .collect();
        tx.add_events(&events).await.unwrap();
        let all = Slice::latest(1_000);
        let history = tx.events(ReportId(1), all).await.unwrap();
        assert_eq!((history.len(), history[1].at, &history[1].event), (150, 2, &numbered(2)));
        let latest = tx.events(ReportId(1), Slice::latest(2)).await.unwrap();
        assert_eq!([latest[0].at, latest[1].at], [296, 298], "the newest, oldest first");
        let slice = Slice { before: Some(latest[0].id), limit: 2 };
        let earlier = tx.events(ReportId(1), slice).await.unwrap();
        assert_eq!([earlier[0].at, earlier[1].at], [292, 294]);
        let of_kinds = tx.events_of_kinds(ReportId(1), &[Kind::LinksRevoked, Kind::Closed], 2).await.unwrap();
        assert_eq!([of_kinds[0].at, of_kinds[1].at], [296, 298]);
        assert!(tx.events_of_kinds(ReportId(1), &[Kind::Closed], 2).await.unwrap().is_empty());
        let asked = [(ReportId(1), 4), (ReportId(2), 4), (ReportId(2), 7)];
        let found: Vec<_> = tx.events_at(&asked).await.unwrap();
        let found: Vec<_> = found.iter().map(|(id, event)| (id.0, event.event.clone())).collect();
        assert_eq!(found, [(1, numbered(4)), (2, numbered(7))]);
        let latest = tx.latest_event(ReportId(1), &[Kind::Closed, Kind::LinksRevoked]).await.unwrap();
        assert_eq!(latest.map(|event| event.event), Some(numbered(298)));
        assert!(tx.latest_event(ReportId(1), &[Kind::Closed]).await.unwrap().is_none());
        let written =
            [(1, true, "why?"), (2, false, "first"), (3, false, "second"), (3, true, "ok")];
        for (at, from_customer, body) in written {
            let message =
                NewMessage { at, author: "x".into(), from_customer, body: body.into() };
            tx.add_message(ReportId(1), &message).await.unwrap();
        }
        let bodies = |rows: Vec<portreeve_store::MessageRow>| -> Vec<String> {
            rows.into_iter().map(|row| row.body).collect()
        };
        let messages = tx.messages(ReportId(1), all).await.unwrap();
        let first = tx.message(ReportId(1), messages[1].id).await.unwrap().unwrap();
        assert_eq!(first.body, "first");
        assert!(tx.message(ReportId(2), messages[1].id).await.unwrap().is_none());
        assert_eq!(tx.written_by(ReportId(1), "x", 3).await.unwrap(), (2, 17));
        assert_eq!(tx.written_by(ReportId(1), "nobody", 0).await.unwrap(), (0, 0));
        let slice = Slice { before: Some(messages[2].id), limit: 1 };
        assert_eq!(bodies(tx.messages(ReportId(1), slice).await.unwrap()), ["first"]);
        assert_eq!(bodies(tx.messages(ReportId(1), Slice::latest(2)).await.unwrap()), ["second", "ok"]);
        assert_eq!(bodies(messages), ["why?", "first", "second", "ok"]);
        assert_eq!(tx.staff_message_at(ReportId(1), 3).await.unwrap(), Some(("second".to_owned(), 0)));
        assert_eq!(tx.staff_message_at(ReportId(1), 2).await.unwrap(), Some(("first".to_owned(), 0)));
        assert_eq!(tx.staff_message_at(ReportId(1), 1).await.unwrap(), None);
        let note = NewNote {
            report: ReportId(1),
            at: 1,
            author: "x".into(),
            from_opening: true,
            body: "for staff".into(),
        };
        let later = |body: &str| NewNote { from_opening: false, body: body.into(), ..note.clone() };
        tx.add_notes(&[later("a"), note.clone(), later("b")]).await.unwrap();
        assert_eq!(tx.opening_notes(ReportId(1)).await.unwrap(), ["for staff"]);
        let notes = tx.notes(ReportId(1), all).await.unwrap();
        assert_eq!([notes[0].body.as_str(), notes[1].body.as_str()], ["a", "b"]);
        assert_eq!(tx.notes(ReportId(1), Slice::latest(1)).await.unwrap()[0].body, "b");
    }
}
