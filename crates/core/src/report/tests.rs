use proptest::prelude::*;

use super::*;
use crate::guard::{Clock, Mails, ServiceFacts};
use crate::ids::ServiceId;
use crate::payment::{Cents, Money};
use crate::reason::Finding;
use crate::time::from_millis;

const LIMIT: TimeLimit = TimeLimit {
    period: Span::from_mins(60),
    reminder: true,
    on_reply: OnReply::Pause,
    require_notice: true,
};

fn at(minutes: i64) -> Timestamp {
    from_millis(1_700_000_000_000 + minutes * 60_000).expect("in range")
}

fn subject() -> Subject {
    let service = ServiceKey { directory: "main".into(), id: ServiceId::new(1).expect("positive") };
    Subject { service, customer_id: "7".into() }
}

fn allegation(method: SuspendMethod) -> Allegation {
    Allegation {
        category: "Spam".into(),
        service_ip: "192.0.2.1".into(),
        additional_info: String::new(),
        suspend_method: method,
        allow_unsuspend: true,
        pay_to_unsuspend: false,
    }
}

fn facts() -> Facts {
    Facts {
        service: Some(ServiceFacts {
            customer_id: "7".into(),
            status: ServiceStatus::Active,
            protected: false,
        }),
        customer_was_told: true,
        mails: Mails::Seen,
        within_hourly_limit: true,
        clock: Clock::Sane,
        paused: false,
    }
}

fn opened(method: SuspendMethod) -> Report {
    Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &facts(), at(0)).0
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind().as_str()).collect()
}

#[test]
fn immediate_places_the_hold_at_once() {
    let method = SuspendMethod::Immediate;
    let (report, events) =
        Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &facts(), at(0));
    assert_eq!(report.hold, Hold::Placed { since: at(0), by: Press::Automatic });
    assert_eq!(kinds(&events), ["opened", "hold_placed"]);
}

#[test]
fn a_protected_service_waits_for_approval_and_staff_decide() {
    let service = facts().service.map(|s| ServiceFacts { protected: true, ..s });
    let facts = Facts { service, ..facts() };
    let method = SuspendMethod::Immediate;
    let (report, events) =
        Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &facts, at(0));
    assert_eq!(kinds(&events), ["opened", "awaiting_approval"]);
    let (approved, _) = report.clone().approve(at(1)).expect("it waits");
    assert_eq!(approved.hold, Hold::Placed { since: at(1), by: Press::Staff });
    let (refused, _) = report.refuse().expect("it waits");
    assert_eq!(refused.hold, Hold::None);
}

#[test]
fn a_time_limit_reminds_at_half_and_suspends_at_the_deadline_each_once() {
    let report = opened(SuspendMethod::TimeLimit);
    assert_eq!(report.wake_at(), Some(at(30)));
    let (report, early) = report.tick(&LIMIT, &facts(), at(29));
    assert!(early.is_empty());
    let (report, half) = report.tick(&LIMIT, &facts(), at(30));
    assert_eq!(kinds(&half), ["reminded"]);
    let (report, between) = report.tick(&LIMIT, &facts(), at(59));
    assert!(between.is_empty());
    assert_eq!(report.wake_at(), Some(at(60)));
    let (report, due) = report.tick(&LIMIT, &facts(), at(60));
    assert_eq!(kinds(&due), ["deadline_reached", "hold_placed"]);
    let (report, again) = report.tick(&LIMIT, &facts(), at(61));
    assert!(again.is_empty());
    assert_eq!(report.wake_at(), None);
}

#[test]
fn a_reply_stops_the_clock_and_the_answer_lets_the_rest_run() {
    let report = opened(SuspendMethod::TimeLimit);
    let (report, events) =
        report.answer_by_customer(OnReply::Pause, Channel::Page, at(20)).expect("open");
    assert_eq!(kinds(&events), ["answered", "clock_paused"]);
    assert_eq!(report.wake_at(), None);
    let (report, _) = report.tick(&LIMIT, &facts(), at(500));
    assert!(!report.holds_service());
    let (report, events) = report.answer_by_staff(Channel::Page, at(500)).expect("open");
    assert_eq!(kinds(&events), ["answered", "clock_resumed"]);
    assert_eq!(report.wake_at(), Some(at(510)), "the reminder had ten minutes to go");
    assert!(report.deadline_is_due(at(540)) && !report.deadline_is_due(at(539)));
}

#[test]
fn a_reply_can_cancel_the_deadline_or_leave_it() {
    let report = opened(SuspendMethod::TimeLimit);
    let (cancelled, events) =
        report.clone().answer_by_customer(OnReply::Cancel, Channel::Page, at(20)).expect("open");
    assert_eq!(kinds(&events), ["answered", "deadline_cancelled"]);
    assert_eq!(cancelled.wake_at(), None);
    let (ignored, _) =
        report.answer_by_customer(OnReply::Ignore, Channel::Page, at(20)).expect("open");
    let limit = TimeLimit { on_reply: OnReply::Ignore, ..LIMIT };
    let (ignored, _) = ignored.tick(&limit, &facts(), at(60));
    assert!(ignored.holds_service());
}

#[test]
fn closing_stops_the_clock_and_releases_the_hold_unless_it_is_kept() {
    let report = opened(SuspendMethod::TimeLimit);
    let (closed, _) = report.close(Outcome::Resolved, false, at(45)).expect("open");
    let (closed, events) = closed.tick(&LIMIT, &facts(), at(60));
    assert!(events.is_empty() && !closed.holds_service());
    let held = opened(SuspendMethod::Immediate);
    let (kept, events) = held.clone().close(Outcome::NoResponse, true, at(1)).expect("open");
    assert!(kept.holds_service());
    assert_eq!(kinds(&events), ["closed"]);
    let (freed, events) = held.close(Outcome::Resolved, false, at(1)).expect("open");
    assert!(!freed.holds_service());
    assert_eq!(kinds(&events), ["closed", "hold_released"]);
    let (reopened, _) = freed.reopen().expect("closed");
    assert!(!reopened.holds_service() && reopened.wake_at().is_none());
}

#[test]
fn an_extension_moves_the_deadline_and_a_reminder_still_to_come() {
    let (report, _) = opened(SuspendMethod::TimeLimit).extend(Span::from_mins(10)).expect("runs");
    assert_eq!(report.wake_at(), Some(at(40)));
    assert!(!report.deadline_is_due(at(69)) && report.deadline_is_due(at(70)));
    let none = opened(SuspendMethod::NoSuspend).extend(Span::from_mins(10));
    assert_eq!(none.err(), Some(MoveError::NoDeadline));
}

#[test]
fn a_queued_report_starts_its_clock_when_staff_name_the_service() {
    let (report, events) = Report::queue(
        ReportId(1),
        None,
        allegation(SuspendMethod::TimeLimit),
        QueueReason::DirectoryUnreachable { said: Finding::said("timed out") },
        at(0),
    );
    assert_eq!(kinds(&events), ["queued"]);
    assert_eq!(report.clone().suspend(at(1)).err(), Some(MoveError::IsQueued));
    let (report, events) = report.assign(subject(), &LIMIT, &facts(), at(100)).expect("queued");
    assert_eq!(kinds(&events), ["assigned", "opened", "deadline_set"]);
    assert!(report.deadline_is_due(at(160)) && !report.deadline_is_due(at(159)));
}

#[test]
fn what_the_pause_held_back_is_looked_at_again_by_every_other_guard() {
    let paused = Facts { paused: true, ..facts() };
    let method = SuspendMethod::Immediate;
    let (report, _) =
        Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &paused, at(0));
    let (same, events) = report.clone().look_again(&LIMIT, &paused, at(1));
    assert!(events.is_empty() && !same.holds_service());
    let (placed, _) = report.clone().look_again(&LIMIT, &facts(), at(1));
    assert!(placed.holds_service());
    let limited = Facts { within_hourly_limit: false, ..facts() };
    let (waits, events) = report.look_again(&LIMIT, &limited, at(1));
    assert_eq!(kinds(&events), ["awaiting_approval"]);
    assert!(matches!(waits.hold, Hold::Waiting { why: Stop::HourlyLimit, .. }));
}

#[test]
fn an_answer_during_a_pause_keeps_an_immediate_suspension_back() {
    let paused = Facts { paused: true, ..facts() };
    let method = SuspendMethod::Immediate;
    let (report, _) =
        Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &paused, at(0));
    let (report, _) =
        report.answer_by_customer(OnReply::Pause, Channel::Page, at(1)).expect("open");
    let (report, _) = report.look_again(&LIMIT, &facts(), at(2));
    assert!(matches!(report.hold, Hold::Waiting { why: Stop::CustomerAnswered, .. }));
}

#[test]
fn a_mail_that_nobody_has_read_keeps_a_deadline_back_unless_answers_count_for_nothing() {
    let facts = Facts { mails: Mails::Waiting, ..facts() };
    let report = opened(SuspendMethod::TimeLimit);
    let late = at(1_000_000);
    let (waits, _) = report.clone().tick(&LIMIT, &facts, late);
    assert!(matches!(waits.hold, Hold::Waiting { why: Stop::MailWaits, .. }));
    let (approved, _) = waits.approve(late).expect("it waits");
    assert!(approved.holds_service());
    let ignoring = TimeLimit { on_reply: OnReply::Ignore, ..LIMIT };
    assert!(report.tick(&ignoring, &facts, late).0.holds_service());
    assert!(opened(SuspendMethod::Immediate).holds_service());
}

#[test]
fn before_an_order_goes_out_the_guards_look_once_more() {
    let held = opened(SuspendMethod::Immediate);
    let (same, events) = held.clone().recheck(&facts(), at(1));
    assert!(same == held && events.is_empty());
    let service = facts().service.map(|s| ServiceFacts { customer_id: "8".into(), ..s });
    let moved = Facts { service, ..facts() };
    let (waits, events) = held.clone().recheck(&moved, at(1));
    assert_eq!(kinds(&events), ["awaiting_approval"]);
    assert!(matches!(waits.hold, Hold::Waiting { why: Stop::CustomerChanged, .. }));
    let (by_hand, _) = held.suspend(at(1)).expect("open");
    assert!(by_hand.recheck(&moved, at(2)).0.holds_service(), "staff pressed it");
}

#[test]
fn who_asks_for_more_time_gets_it_once_by_itself_and_leaves_no_wish_where_the_deadline_is_gone() {
    let method = SuspendMethod::TimeLimit;
    let (report, _) =
        Report::open(ReportId(1), subject(), allegation(method), &LIMIT, &facts(), at(0));
    let (hour, none) = (Span::from_mins(60), Span::ZERO);
    let (given, events) = report
        .clone()
        .ask_for_more_time(hour, hour, OnReply::Pause, Channel::Page, at(1))
        .expect("it runs");
    assert_eq!(kinds(&events), ["more_time_asked", "extended"]);
    let (asked, _) =
        given.ask_for_more_time(hour, hour, OnReply::Pause, Channel::Page, at(2)).expect("it runs");
    assert_eq!(asked.said.wants, Some(hour), "the second time staff decide");
    let again = asked.clone().ask_for_more_time(hour, hour, OnReply::Pause, Channel::Page, at(3));
    assert_eq!(again.expect_err("nobody decided"), MoveError::AskedAlready);
    assert_eq!(asked.extend(hour).expect("it stands still").0.said.wants, None);
    let (cancelled, events) = report
        .ask_for_more_time(hour, none, OnReply::Cancel, Channel::Page, at(1))
        .expect("it runs");
    assert_eq!(kinds(&events), ["answered", "deadline_cancelled", "more_time_asked"]);
    assert_eq!((cancelled.said.wants, cancelled.wake_at()), (None, None));
}

/// Every move there is, with all its choices.
#[derive(Debug, Clone)]
enum Move {
    Tick,
    CustomerAnswers(OnReply),
    StaffAnswer,
    Extend,
    Suspend,
    Release,
    CustomerUnsuspends,
    Claims,
    AsksForTime(bool),
    Approve,
    Refuse,
    LookAgain,
    Close(bool),
    Reopen,
    Assign,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => Just(Move::Tick),
        1 => Just(Move::CustomerAnswers(OnReply::Pause)),
        1 => Just(Move::CustomerAnswers(OnReply::Cancel)),
        1 => Just(Move::CustomerAnswers(OnReply::Ignore)),
        1 => Just(Move::StaffAnswer),
        1 => Just(Move::Extend),
        1 => Just(Move::Suspend),
        1 => Just(Move::Release),
        2 => Just(Move::CustomerUnsuspends),
        1 => Just(Move::Claims),
        1 => any::<bool>().prop_map(Move::AsksForTime),
        1 => Just(Move::Approve),
        1 => Just(Move::Refuse),
        1 => Just(Move::LookAgain),
        1 => any::<bool>().prop_map(Move::Close),
        1 => Just(Move::Reopen),
        1 => Just(Move::Assign),
    ]
}

fn any_facts() -> impl Strategy<Value = Facts> {
    (any::<[bool; 6]>(), 0..3_u8, 0..3_u8).prop_map(|(flags, clock, service)| Facts {
        service: (service > 0).then(|| ServiceFacts {
            customer_id: if flags[0] { "7".into() } else { "8".into() },
            status: if service == 1 { ServiceStatus::Active } else { ServiceStatus::Terminated },
            protected: flags[1],
        }),
        customer_was_told: flags[2],
        within_hourly_limit: flags[3],
        clock: [Clock::Sane, Clock::Suspect, Clock::StoodStill][usize::from(clock)],
        paused: flags[4],
        mails: if flags[5] { Mails::Waiting } else { Mails::Seen },
    })
}

fn make(report: Report, step: &Move, facts: &Facts, now: Timestamp) -> Moved {
    let before = report.clone();
    let moved = match step {
        Move::Tick => Ok(report.tick(&LIMIT, facts, now)),
        Move::CustomerAnswers(on_reply) => report.answer_by_customer(*on_reply, Channel::Page, now),
        Move::StaffAnswer => report.answer_by_staff(Channel::Page, now),
        Move::Extend => report.extend(Span::from_mins(5)),
        Move::Suspend => report.suspend(now),
        Move::Release => report.release(now),
        Move::CustomerUnsuspends => {
            report.unsuspend_by_customer(2, OnReply::Pause, Channel::Page, now)
        }
        Move::Claims => report.claim(Claim::Contested, OnReply::Pause, Channel::Page, now),
        Move::AsksForTime(by_itself) => {
            let most = if *by_itself { LONGEST_WISH } else { Span::ZERO };
            report.ask_for_more_time(Span::from_mins(7), most, OnReply::Pause, Channel::Page, now)
        }
        Move::Approve => report.approve(now),
        Move::Refuse => report.refuse(),
        Move::LookAgain => Ok(report.look_again(&LIMIT, facts, now)),
        Move::Close(keep) => report.close(Outcome::Other, *keep, now),
        Move::Reopen => report.reopen(),
        Move::Assign => report.assign(subject(), &LIMIT, facts, now),
    };
    moved.unwrap_or((before, Vec::new()))
}

fn by_staff(step: &Move) -> bool {
    matches!(step, Move::Suspend | Move::Approve)
}

proptest! {
    #[test]
    fn no_sequence_of_moves_reaches_an_illegal_state(
        queued in any::<bool>(),
        method in 0..3_usize,
        steps in proptest::collection::vec((moves(), any_facts(), 0..40_i64), 0..40),
    ) {
        let methods = [SuspendMethod::NoSuspend, SuspendMethod::Immediate, SuspendMethod::TimeLimit];
        let allegation = allegation(methods[method]);
        let mut report = if queued {
            Report::queue(ReportId(1), None, allegation, QueueReason::NoService, at(0)).0
        } else {
            Report::open(ReportId(1), subject(), allegation, &LIMIT, &facts(), at(0)).0
        };
        let mut now = 0;
        for (step, facts, minutes) in steps {
            now += minutes;
            let before = report.clone();
            let (after, events) = make(report, &step, &facts, at(now));
            let newly_held = after.holds_service() && !before.holds_service();

            // A closed report never comes to hold a service.
            let closed = matches!(after.state, State::Closed { .. });
            prop_assert!(!(closed && newly_held), "{step:?}");
            // Only an open report waits for approval or has time running.
            let open = matches!(after.state, State::Open { .. });
            let waits = matches!(after.hold, Hold::Waiting { .. });
            prop_assert!(open || (!waits && after.wake_at().is_none()), "{after:?}");
            // A queued report holds nothing: there is no service.
            prop_assert!(after.subject.is_some() || !after.holds_service());
            // Nothing but staff gets past a guard.
            if newly_held && !by_staff(&step) {
                prop_assert!(!facts.paused && facts.within_hourly_limit);
                prop_assert_eq!(facts.clock == Clock::Suspect, false);
                let service = facts.service.as_ref().expect("a missing service is a stop");
                prop_assert!(!service.protected && service.customer_id == "7");
                prop_assert_eq!(service.status, ServiceStatus::Active);
            }
            // A deadline that fires was never early and never meets an unanswered customer.
            if events.contains(&Event::DeadlineReached) {
                prop_assert!(before.deadline_is_due(at(now)));
                let waits_for_staff = matches!(before.state, State::Open { turn: Turn::Staff, .. });
                prop_assert!(!(waits_for_staff && newly_held));
            }
            // Every change is on record.
            prop_assert!(after == before || !events.is_empty(), "{step:?} {before:?} {after:?}");
            report = after;
        }
    }
}

fn hold_shapes() -> impl Strategy<Value = Hold> {
    let press = prop_oneof![Just(Press::Staff), Just(Press::Automatic)];
    prop_oneof![
        Just(Hold::None),
        Just(Hold::Waiting { since: at(1), why: Stop::Protected }),
        press.clone().prop_map(|by| Hold::Placed { since: at(1), by }),
        press.prop_map(|by| Hold::Released { at: at(1), by }),
    ]
}

proptest! {
    #[test]
    fn merging_and_taking_it_back_free_nobody_and_suspend_nobody_more(mine in hold_shapes(), others in hold_shapes()) {
        let report = Report { hold: mine, ..opened(SuspendMethod::NoSuspend) };
        let other = Report { id: ReportId(2), hold: others, ..opened(SuspendMethod::TimeLimit) };
        let held = |a: &Report, b: &Report| a.holds_service() || b.holds_service();
        let before = held(&report, &other);
        let ((merged, _), (heir, _)) = report.clone().merge_into(other.clone(), at(5)).expect("both are open");
        prop_assert!(!merged.holds_service(), "a closed report holds nothing");
        prop_assert_eq!(held(&merged, &heir), before);
        let ((back, _), (left, _)) = merged.unmerge(heir, at(6)).expect("it was merged");
        prop_assert_eq!(held(&back, &left), before);
        prop_assert_eq!(back.holds_service() || left.holds_service(), report.holds_service() || other.holds_service());
    }
}

#[test]
fn only_open_reports_about_one_service_are_merged() {
    let report = opened(SuspendMethod::NoSuspend);
    let other = Report { id: ReportId(2), ..report.clone() };
    assert_eq!(report.clone().merge_into(report.clone(), at(1)), Err(MoveError::IntoItself));
    let mut foreign = other.clone();
    foreign.subject = foreign.subject.map(|subject| Subject {
        service: ServiceKey { directory: "eu".into(), ..subject.service },
        ..subject
    });
    assert_eq!(report.clone().merge_into(foreign, at(1)), Err(MoveError::OtherService));
    let closed = other.clone().close(Outcome::Resolved, false, at(1)).expect("open").0;
    assert_eq!(report.clone().merge_into(closed.clone(), at(2)), Err(MoveError::OtherIsClosed));
    assert_eq!(closed.merge_into(report.clone(), at(2)), Err(MoveError::IsClosed));
    assert_eq!(report.unmerge(other, at(3)), Err(MoveError::NotMerged));
}

#[test]
fn staff_take_a_deadline_away_whether_it_runs_or_stands_still() {
    let running = opened(SuspendMethod::TimeLimit);
    let paused =
        running.clone().answer_by_customer(OnReply::Pause, Channel::Page, at(1)).expect("open").0;
    for report in [running, paused] {
        let (report, events) = report.cancel_deadline(at(2)).expect("there is one");
        assert_eq!((report.wake_at(), kinds(&events)), (None, vec!["deadline_lifted"]));
        assert_eq!(report.clone().extend(Span::from_mins(5)), Err(MoveError::NoDeadline));
        assert_eq!(report.cancel_deadline(at(2)), Err(MoveError::NoDeadline));
    }
}

#[test]
fn a_deadline_that_staff_took_away_comes_back_with_the_time_that_was_left() {
    let running = opened(SuspendMethod::TimeLimit);
    let deadline = running.wake_at().expect("a reminder");
    let (lifted, _) = running.cancel_deadline(at(2)).expect("there is one");
    let (report, events) = lifted.clone().restore_deadline(OnReply::Pause, at(9)).expect("lifted");
    assert_eq!(kinds(&events), ["deadline_restored"]);
    let later = Span::from_millis(at(9).as_millisecond() - at(2).as_millisecond());
    assert_eq!(report.wake_at(), Some(later.after(deadline)), "the reminder moves along");
    let again = report.restore_deadline(OnReply::Pause, at(9));
    assert_eq!(again, Err(MoveError::NothingLifted));

    let (answered, _) =
        lifted.answer_by_customer(OnReply::Pause, Channel::Page, at(3)).expect("open");
    let (waits, _) = answered.clone().restore_deadline(OnReply::Pause, at(9)).expect("lifted");
    assert_eq!(waits.wake_at(), None, "it is the staff's turn: the clock stands still");
    let (runs, _) = answered.restore_deadline(OnReply::Ignore, at(9)).expect("lifted");
    assert!(runs.wake_at().is_some(), "where replies stop nothing it runs");
}

#[test]
fn staff_set_a_deadline_whatever_there_was_before() {
    let lifted = opened(SuspendMethod::TimeLimit).cancel_deadline(at(2)).expect("there is one").0;
    let hour = Span::from_mins(60);
    for report in [opened(SuspendMethod::NoSuspend), opened(SuspendMethod::TimeLimit), lifted] {
        let (report, events) = report.set_deadline(hour.after(at(9)), &LIMIT, at(9)).expect("open");
        assert_eq!(kinds(&events), ["deadline_changed"]);
        assert_eq!(report.allegation.suspend_method, SuspendMethod::TimeLimit);
        let (deadline, remind_at) = (hour.after(at(9)), Some(hour.half().after(at(9))));
        assert_eq!(report.open_countdown(), Ok(Countdown::Running { deadline, remind_at }));
    }
}

#[test]
fn a_deadline_that_is_set_while_it_is_the_turn_of_staff_is_paused() {
    let (answered, _) = opened(SuspendMethod::NoSuspend)
        .answer_by_customer(OnReply::Pause, Channel::Page, at(1))
        .expect("open");
    let hour = Span::from_mins(60);
    let (report, events) = answered.set_deadline(hour.after(at(9)), &LIMIT, at(9)).expect("open");
    assert_eq!(kinds(&events), ["deadline_changed", "clock_paused"]);
    assert_eq!(report.wake_at(), None);
    let (report, _) = report.answer_by_staff(Channel::Page, at(20)).expect("open");
    assert_eq!(report.wake_at(), Some(hour.half().after(at(20))), "all of it is left");
}

#[test]
fn a_deadline_that_cannot_be_meant_is_refused() {
    let report = opened(SuspendMethod::NoSuspend);
    let set = |report: &Report, deadline| report.clone().set_deadline(deadline, &LIMIT, at(9));
    assert_eq!(set(&report, at(9)), Err(MoveError::NotAhead));
    assert_eq!(set(&report, at(3)), Err(MoveError::NotAhead));
    assert_eq!(set(&report, Timestamp::MAX), Err(MoveError::NotAhead));
    let held = report.clone().suspend(at(1)).expect("open").0;
    assert_eq!(set(&held, at(99)), Err(MoveError::HoldsAlready));
    let released = held.release(at(2)).expect("held").0;
    assert!(set(&released, at(99)).is_ok());
    let closed = report.close(Outcome::Resolved, false, at(1)).expect("open").0;
    assert_eq!(set(&closed, at(99)), Err(MoveError::IsClosed));
}

#[test]
fn handing_over_and_changing_the_category_tell_only_what_changed() {
    let report = opened(SuspendMethod::NoSuspend);
    let (report, events) = report.hand_over(Some("alice".into()));
    assert_eq!(kinds(&events), ["handed_over"]);
    let (report, events) = report.hand_over(Some("alice".into()));
    assert!(events.is_empty());
    let (report, events) = report.change_category("Phishing".into());
    assert_eq!(
        (report.allegation.category.as_str(), kinds(&events)),
        ("Phishing", vec!["category_changed"])
    );
    assert!(report.change_category("Phishing".into()).1.is_empty());
}

#[test]
fn a_payment_lifts_this_reports_hold_or_leaves_the_decision_to_staff() {
    let money = Money { amount: Cents(2_500), currency: "EUR".into() };
    let held = opened(SuspendMethod::Immediate).offer_payment(true).expect("it was not offered").0;
    assert!(held.awaits_payment());
    assert_eq!(held.clone().offer_payment(true), Err(MoveError::OfferedSo));
    let (paid, events) = held.clone().paid(&money, true, at(1));
    assert_eq!(paid.hold, Hold::Released { at: at(1), by: Press::Automatic });
    assert!(matches!(paid.state, State::Open { turn: Turn::Staff, .. }));
    assert_eq!(kinds(&events), ["paid", "hold_released"]);

    let (moved, events) = held.clone().paid(&money, false, at(1));
    assert_eq!((moved.hold, kinds(&events)), (held.hold, vec!["paid", "paid_in_vain"]));
    let released = held.clone().release(at(1)).expect("it holds").0;
    assert!(!released.awaits_payment());
    assert_eq!(kinds(&released.paid(&money, true, at(2)).1), ["paid", "paid_in_vain"]);
    let kept = held.close(Outcome::Other, true, at(1)).expect("open").0;
    assert!(!kept.awaits_payment());
    let (still_kept, events) = kept.clone().paid(&money, true, at(2));
    assert_eq!((still_kept, kinds(&events)), (kept, vec!["paid", "paid_in_vain"]));
}
