use super::*;
use crate::time::from_millis;

const REPORT: ReportId = ReportId(7);
const HELD: Wanted = Wanted::Suspended { report: REPORT };

fn at(minutes: i64) -> Timestamp {
    from_millis(1_700_000_000_000 + minutes * 60_000).expect("in range")
}

fn out(answer: Answer) -> Out {
    Out {
        order: OrderId(1),
        first_sent_at: at(0),
        sent_at: at(0),
        answer,
        alarmed: false,
        lagged: false,
        unclear_before: false,
        in_flight: false,
        reason: None,
    }
}

fn off(reason: &str) -> Observed {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    Observed::Suspended { reason }
}

fn unseen() -> Observed {
    Observed::unknown(Finding::said("timed out"))
}

fn look(wanted: Wanted, record: Record, observed: &Observed, minute: i64) -> Verdict {
    decide(wanted, record, observed, true, at(minute))
}

fn kinds(verdict: &Verdict) -> Vec<&'static str> {
    verdict.events.iter().map(|event| event.kind().as_str()).collect()
}

#[test]
fn active_ordered_or_answer_lost_then_suspended_is_ours() {
    for answer in [Answer::Done, Answer::Lost, Answer::Failed(Finding::said("500"))] {
        let verdict = look(HELD, Record::Suspending(out(answer)), &off(""), 0);
        assert!(matches!(verdict.record, Record::Ours { .. }), "{verdict:?}");
        assert_eq!((verdict.next.clone(), kinds(&verdict)), (Next::Settled, vec!["suspended"]));
    }
}

#[test]
fn active_done_still_active_is_pending_and_after_a_quarter_of_an_hour_failed_once() {
    let early = look(HELD, Record::Suspending(out(Answer::Done)), &Observed::Active, 14);
    assert_eq!((early.next.clone(), kinds(&early)), (Next::LookAgain, vec![]));
    let late = look(HELD, early.record, &Observed::Active, 15);
    assert_eq!((late.next.clone(), kinds(&late)), (Next::LookAgain, vec!["order_failed"]));
    let later = look(HELD, late.record, &Observed::Active, 16);
    assert_eq!((later.next.clone(), kinds(&later)), (Next::LookAgain, vec![]));
    let at_last = look(HELD, later.record, &off(""), 20);
    assert!(matches!(at_last.record, Record::Ours { .. }));
}

#[test]
fn active_answer_lost_still_active_is_ordered_again_under_the_same_id() {
    let verdict = look(HELD, Record::Suspending(out(Answer::Lost)), &Observed::Active, 1);
    assert_eq!(verdict.next, Next::Order(Action::Suspend));
    assert!(matches!(verdict.record, Record::Suspending(Out { order: OrderId(1), .. })));
}

#[test]
fn was_already_so_is_somebody_elses_unless_the_reason_is_ours() {
    let theirs = look(HELD, Record::Suspending(out(Answer::WasSo)), &off("Overdue"), 1);
    assert!(matches!(theirs.record, Record::Theirs { .. }));
    assert_eq!(kinds(&theirs), ["suspended_by_other"]);
    let blank = look(HELD, Record::Suspending(out(Answer::WasSo)), &off(""), 1);
    assert!(matches!(blank.record, Record::Theirs { .. }));
    let ours = look(HELD, Record::Suspending(out(Answer::WasSo)), &off("[abuse #7] Spam"), 1);
    assert!(matches!(ours.record, Record::Ours { .. }));
}

#[test]
fn was_already_so_after_a_sending_without_a_clear_answer_is_ours() {
    let again = Out { unclear_before: true, ..out(Answer::WasSo) };
    let ours = look(HELD, Record::Suspending(again.clone()), &off(""), 1);
    assert!(matches!(ours.record, Record::Ours { .. }));
    let theirs = look(HELD, Record::Suspending(again), &off("Overdue"), 1);
    assert!(matches!(theirs.record, Record::Theirs { .. }));
}

#[test]
fn suspended_before_us_gets_no_order_and_is_ours_to_take_when_they_free_it() {
    let theirs = look(HELD, Record::Clear, &off("Overdue on Payment"), 0);
    assert_eq!((theirs.next.clone(), kinds(&theirs)), (Next::Settled, vec!["suspended_by_other"]));
    let freed = look(HELD, theirs.record.clone(), &Observed::Active, 5);
    assert_eq!(freed.next, Next::Order(Action::Suspend));
    let released = look(Wanted::Free, theirs.record, &off("Overdue on Payment"), 5);
    assert_eq!((released.next, released.record), (Next::Settled, Record::Clear));
}

#[test]
fn ours_lifted_by_somebody_while_held_has_drifted_and_is_not_fought_over() {
    let ours = Record::Ours { since: at(0), reason: None, by_hand: false };
    let drifted = look(HELD, ours, &Observed::Active, 5);
    assert_eq!((drifted.next.clone(), kinds(&drifted)), (Next::Settled, vec!["drifted"]));
    let still = look(HELD, drifted.record.clone(), &Observed::Active, 6);
    assert_eq!((still.next.clone(), kinds(&still)), (Next::Settled, vec![]));
    let chosen = look(HELD, order_again(drifted.record, true), &Observed::Active, 7);
    assert_eq!(chosen.next, Next::Order(Action::Suspend));
}

#[test]
fn whatever_the_record_an_unknown_state_never_causes_an_order() {
    for record in every_record() {
        for wanted in [HELD, Wanted::Free] {
            let verdict = look(wanted, record.clone(), &unseen(), 30);
            assert!(!matches!(verdict.next, Next::Order(_)), "{wanted:?} {record:?}: {verdict:?}");
        }
    }
}

#[test]
fn a_service_that_shows_somebody_elses_reason_is_never_freed() {
    for record in every_record() {
        let verdict = look(Wanted::Free, record.clone(), &off("Overdue on Payment"), 1);
        let took_it_while_it_ran =
            matches!(&record, Record::Suspending(Out { answer: Answer::Done, lagged: false, .. }));
        if !took_it_while_it_ran {
            assert!(!matches!(verdict.next, Next::Order(_)), "{record:?}");
        }
    }
}

#[test]
fn lifting_is_ordered_until_the_service_is_seen_to_run() {
    let ours =
        Record::Ours { since: at(0), reason: Some("[abuse #7] Spam".into()), by_hand: false };
    let verdict = look(Wanted::Free, ours, &off("[abuse #7] Spam"), 1);
    assert_eq!(verdict.next, Next::Order(Action::Unsuspend));
    let lost = look(Wanted::Free, Record::Lifting(out(Answer::Lost)), &off("[abuse #7] Spam"), 1);
    assert_eq!(lost.next, Next::Order(Action::Unsuspend));
    let done = look(Wanted::Free, Record::Lifting(out(Answer::Done)), &Observed::Active, 1);
    assert_eq!((done.record.clone(), kinds(&done)), (Record::Clear, vec!["unsuspended"]));
}

#[test]
fn a_hold_that_goes_while_the_order_is_out_is_lifted_once_the_order_took_effect() {
    let early = look(Wanted::Free, Record::Suspending(out(Answer::Done)), &Observed::Active, 1);
    assert_eq!(early.next, Next::LookAgain);
    let landed = look(Wanted::Free, early.record, &off("[abuse #7] Spam"), 2);
    assert_eq!(landed.next, Next::Order(Action::Unsuspend));
    let never = look(Wanted::Free, Record::Suspending(out(Answer::Done)), &Observed::Active, 16);
    assert_eq!((never.next, never.record), (Next::Settled, Record::Clear));
}

#[test]
fn a_refusal_is_said_once_and_ordered_again_only_when_staff_wish_it() {
    let refusing = Record::Suspending(out(Answer::Refused(Finding::said("no module"))));
    let first = look(HELD, refusing, &Observed::Active, 0);
    assert_eq!((first.next.clone(), kinds(&first)), (Next::Settled, vec!["order_refused"]));
    let second = look(HELD, first.record.clone(), &Observed::Active, 1);
    assert_eq!((second.next.clone(), kinds(&second)), (Next::Settled, vec![]));
    let again = look(HELD, order_again(second.record, true), &Observed::Active, 2);
    assert_eq!(again.next, Next::Order(Action::Suspend));
}

#[test]
fn where_nobody_can_look_the_answers_are_the_truth() {
    let seen = |record: &Record| assume(record, false);
    assert_eq!(seen(&Record::Clear), Observed::Active);
    assert_eq!(assume(&Record::Clear, true), off(""));
    assert_eq!(seen(&Record::Suspending(out(Answer::Done))), off(""));
    assert_eq!(seen(&Record::Suspending(out(Answer::Later(Finding::Silent)))), Observed::Active);
    assert!(matches!(seen(&Record::Suspending(out(Answer::Lost))), Observed::Unknown { .. }));
    let lost = Record::Suspending(out(Answer::Lost));
    let verdict = decide(HELD, lost.clone(), &assume(&lost, false), false, at(1));
    assert_eq!(verdict.next, Next::LookAgain);
    let released = decide(Wanted::Free, lost.clone(), &assume(&lost, false), false, at(1));
    assert_eq!(released.next, Next::Order(Action::Unsuspend));
    let pressed = order_again(lost, false);
    let verdict = decide(HELD, pressed.clone(), &assume(&pressed, false), false, at(1));
    assert_eq!(verdict.next, Next::Order(Action::Suspend));
}

#[test]
fn without_a_panel_staff_are_asked_once_and_confirm() {
    let asked = by_hand(HELD, Record::Clear, at(0));
    assert_eq!(kinds(&asked), ["manual"]);
    let still = by_hand(HELD, asked.record.clone(), at(1));
    assert_eq!((kinds(&still), &still.record), (vec![], &asked.record));
    let (off, event) = confirm_by_hand(&asked.record, at(2)).expect("they were asked");
    assert_eq!(event.kind().as_str(), "suspended");
    let back = by_hand(Wanted::Free, off, at(3));
    assert_eq!(kinds(&back), ["manual"]);
    let (free, event) = confirm_by_hand(&back.record, at(4)).expect("they were asked");
    assert_eq!((free, event.kind().as_str()), (Record::Clear, "unsuspended"));
    assert_eq!(confirm_by_hand(&Record::Clear, at(5)), None);
    let never_done = by_hand(Wanted::Free, asked.record, at(1));
    let called_off = (Record::Clear, vec!["manual_called_off"]);
    assert_eq!(
        (never_done.record.clone(), kinds(&never_done)),
        called_off,
        "it may have been done"
    );
}

#[test]
fn our_reason_is_marked_never_blank_and_recognised() {
    let text = reason(ReportId(92), "{category}", "Spam\nand more");
    assert_eq!(text, "[abuse #92] Spam and more");
    assert!(is_our_reason(&text));
    for foreign in ["", "Overdue", "[abuse #] x", "[abuse #x] y", "x [abuse #1] y", "[abuse #0] x"]
    {
        assert!(!is_our_reason(foreign), "{foreign:?}");
    }
}

#[test]
fn a_record_reads_back_as_it_was_stored() {
    for record in every_record() {
        let json = serde_json::to_string(&record).expect("a record can be stored");
        assert_eq!(serde_json::from_str::<Record>(&json).expect("and read"), record, "{json}");
    }
}

fn every_record() -> Vec<Record> {
    let answers = [
        Answer::Done,
        Answer::WasSo,
        Answer::Lost,
        Answer::Refused(Finding::said("no")),
        Answer::Later(Finding::said("busy")),
        Answer::Failed(Finding::said("odd")),
    ];
    let since = at(0);
    let mut records = vec![
        Record::Clear,
        Record::Ours { since, reason: None, by_hand: false },
        Record::Ours { since, reason: Some("[abuse #7] Spam".into()), by_hand: true },
        Record::Theirs { since, reason: Some("Overdue on Payment".into()) },
        Record::Drifted { since },
    ];
    for answer in answers {
        records.push(Record::Suspending(out(answer.clone())));
        records.push(Record::Lifting(out(answer)));
    }
    records
}

/// A panel with faults, two reports that hold and let go, and somebody else at the same panel.
mod simulation {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Fault {
        None,
        LostBefore,
        LostAfter,
        Later,
        FailedAfter,
        Lags,
    }

    #[derive(Debug, Clone)]
    enum Step {
        Hold(usize, bool),
        SomebodySuspends,
        SomebodyFrees,
        Time(i64),
        Reconcile { blind: bool, fault: Fault },
    }

    fn faults() -> impl Strategy<Value = Fault> {
        prop_oneof![
            3 => Just(Fault::None),
            1 => Just(Fault::LostBefore),
            1 => Just(Fault::LostAfter),
            1 => Just(Fault::Later),
            1 => Just(Fault::FailedAfter),
            1 => Just(Fault::Lags),
        ]
    }

    fn steps() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..2_usize, any::<bool>()).prop_map(|(report, on)| Step::Hold(report, on)),
            1 => Just(Step::SomebodySuspends),
            1 => Just(Step::SomebodyFrees),
            2 => (0..20_i64).prop_map(Step::Time),
            6 => (prop::bool::weighted(0.2), faults())
                .prop_map(|(blind, fault)| Step::Reconcile { blind, fault }),
        ]
    }

    const THEIRS: &str = "Overdue on Payment";

    struct Desk {
        holds: [bool; 2],
        record: Record,
        /// The panel's reason while the service is off.
        off: Option<String>,
        /// An order that the panel took and has not carried out yet.
        lagging: Option<Action>,
        minute: i64,
        orders: i64,
    }

    impl Desk {
        fn wanted(&self) -> Wanted {
            match self.holds.iter().position(|held| *held) {
                Some(at) => Wanted::Suspended { report: ReportId(i64::try_from(at).unwrap() + 1) },
                None => Wanted::Free,
            }
        }

        fn take_effect(&mut self, action: Action) {
            match action {
                Action::Suspend if self.off.is_none() => {
                    self.off = Some("[abuse #1] Spam".to_owned());
                }
                Action::Suspend => {}
                Action::Unsuspend => {
                    assert_ne!(self.off.as_deref(), Some(THEIRS), "freed a non-payer");
                    self.off = None;
                }
            }
        }

        /// One run of the job: look, perhaps order, and then look at once.
        fn reconcile(&mut self, blind: bool, fault: Fault) {
            if self.look(blind, fault) {
                self.look(false, fault);
            }
        }

        /// Looks, and sends an order when there is one to send. Whether there was.
        fn look(&mut self, blind: bool, fault: Fault) -> bool {
            let observed = match (&self.off, blind) {
                (_, true) => unseen(),
                (None, false) => Observed::Active,
                (Some(reason), false) => Observed::Suspended { reason: Some(reason.clone()) },
            };
            let now = at(self.minute);
            let verdict = decide(self.wanted(), self.record.clone(), &observed, true, now);
            self.record = verdict.record;
            let Next::Order(action) = verdict.next else { return false };
            assert!(!blind, "ordered blindly");
            match action {
                Action::Unsuspend => {
                    assert_eq!(self.wanted(), Wanted::Free, "freed a held service");
                }
                Action::Suspend => {
                    assert_ne!(self.wanted(), Wanted::Free, "suspended without a hold");
                }
            }
            self.orders += 1;
            let unclear = matches!(
                &self.record,
                Record::Suspending(Out { answer: Answer::Lost | Answer::Failed(_), .. })
            );
            let answer = self.send(action, fault);
            let out = Out {
                order: OrderId(self.orders),
                first_sent_at: now,
                sent_at: now,
                answer,
                alarmed: false,
                lagged: false,
                unclear_before: unclear,
                in_flight: false,
                reason: None,
            };
            self.record = match action {
                Action::Suspend => Record::Suspending(out),
                Action::Unsuspend => Record::Lifting(out),
            };
            true
        }

        fn send(&mut self, action: Action, fault: Fault) -> Answer {
            self.land();
            match fault {
                Fault::Later => Answer::Later(Finding::said("busy")),
                Fault::LostBefore => Answer::Lost,
                Fault::Lags => {
                    self.lagging = Some(action);
                    Answer::Done
                }
                Fault::None | Fault::LostAfter | Fault::FailedAfter => {
                    let was_so = self.off.is_some() == (action == Action::Suspend);
                    self.take_effect(action);
                    match fault {
                        Fault::None if was_so => Answer::WasSo,
                        Fault::None => Answer::Done,
                        Fault::LostAfter => Answer::Lost,
                        _ => Answer::Failed(Finding::said("500")),
                    }
                }
            }
        }

        fn land(&mut self) {
            if let Some(action) = self.lagging.take() {
                let theirs = self.off.as_deref() == Some(THEIRS);
                // Somebody else's hand in the meantime is beyond anybody's sight.
                if !(theirs && action == Action::Unsuspend) {
                    self.take_effect(action);
                }
            }
        }

        /// A panel may be slow, but it works in order: what somebody else does comes after what it took
        /// from us before.
        fn step(&mut self, step: &Step) {
            if matches!(step, Step::SomebodySuspends | Step::SomebodyFrees) {
                self.land();
            }
            match step {
                Step::Hold(report, on) => self.holds[*report] = *on,
                Step::SomebodySuspends if self.off.is_none() => self.off = Some(THEIRS.into()),
                Step::SomebodySuspends => {}
                Step::SomebodyFrees => self.off = None,
                Step::Time(minutes) => {
                    self.minute += minutes;
                    self.land();
                }
                Step::Reconcile { blind, fault } => self.reconcile(*blind, *fault),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn whatever_fails_no_held_service_is_freed_and_all_ends_as_the_holds_want(
            steps in proptest::collection::vec(steps(), 0..60),
        ) {
            let mut desk = Desk {
                holds: [false; 2],
                record: Record::Clear,
                off: None,
                lagging: None,
                minute: 0,
                orders: 0,
            };
            for step in &steps {
                desk.step(step);
            }
            // Everything works from now on, and nobody else meddles.
            for _ in 0..12 {
                desk.minute += 20;
                desk.land();
                desk.reconcile(false, Fault::None);
            }
            match desk.wanted() {
                Wanted::Free => {
                    prop_assert_eq!(&desk.record, &Record::Clear);
                    let ours = desk.off.as_deref().is_some_and(is_our_reason);
                    prop_assert!(!ours, "left suspended by us");
                }
                Wanted::Suspended { .. } => {
                    // Where somebody freed it behind our back, staff were told instead.
                    let staff_know = matches!(
                        desk.record,
                        Record::Drifted { .. } | Record::Suspending(Out { alarmed: true, .. })
                    );
                    prop_assert!(staff_know || desk.off.is_some(), "{:?}", desk.record);
                }
            }
        }
    }
}

#[test]
fn a_service_that_was_ended_for_good_is_neither_ordered_nor_waited_for() {
    let gone = Observed::Gone { status: crate::service::ServiceStatus::Terminated };
    let held = Wanted::Suspended { report: ReportId(1) };
    let ours = Record::Ours { since: at(0), reason: None, by_hand: false };
    for record in [Record::Clear, ours.clone()] {
        let verdict = decide(held, record, &gone, true, at(1));
        assert_eq!(verdict.next, Next::Settled);
        assert_eq!(verdict.events.len(), 1, "it is said once");
        let again = decide(held, verdict.record.clone(), &gone, true, at(2));
        assert_eq!((again.next, again.events.len()), (Next::Settled, 0));
        // It comes back while the hold stands: now it is our turn.
        let back = decide(held, verdict.record, &Observed::Active, true, at(3));
        assert_eq!(back.next, Next::Order(Action::Suspend));
    }
    let freed = decide(Wanted::Free, ours, &gone, true, at(1));
    assert_eq!((freed.record, freed.next), (Record::Clear, Next::Settled));
}

#[test]
fn what_they_let_go_of_is_lifted_however_often_the_order_fails_and_whatever_reason_is_still_shown()
{
    let theirs = Record::Theirs { since: at(0), reason: Some("Overdue on Payment".into()) };
    let (ours, event) = they_let_go(&theirs, at(1)).expect("it was theirs");
    assert_eq!(event.kind().as_str(), "suspended");
    let order = look(Wanted::Free, ours, &off("Overdue on Payment"), 2);
    assert_eq!(order.next, Next::Order(Action::Unsuspend));
    let lifting = |answer| Out { reason: Some("Overdue on Payment".into()), ..out(answer) };
    let failed = Record::Lifting(lifting(Answer::Failed(Finding::said("stopped by a hook"))));
    let again = look(Wanted::Free, failed.clone(), &off("Overdue on Payment"), 3);
    assert_eq!((again.next.clone(), kinds(&again)), (Next::Order(Action::Unsuspend), vec![]));
    let other = look(Wanted::Free, failed, &off("Chargeback"), 3);
    assert_eq!((other.record.clone(), kinds(&other)), (Record::Clear, vec!["left_suspended"]));
    let refused = Record::Lifting(lifting(Answer::Refused(Finding::said("no module"))));
    let held_again = look(HELD, refused, &off("Overdue on Payment"), 4);
    assert!(matches!(held_again.record, Record::Ours { .. }), "{held_again:?}");
}

#[test]
fn a_suspension_that_staff_adopt_is_ours_and_one_that_is_gone_is_not_made_again() {
    for before in [
        Record::Clear,
        Record::Theirs { since: at(0), reason: Some("Abuse".into()) },
        Record::ByHand { action: Action::Suspend, since: at(0) },
    ] {
        let adopted = adopt(&before, at(1)).expect("there is something to adopt");
        let ours = look(HELD, adopted.clone(), &off("Abuse"), 2);
        assert_eq!((ours.next.clone(), kinds(&ours)), (Next::Settled, vec!["suspended"]));
        let lifted = look(Wanted::Free, ours.record, &off("Abuse"), 3);
        assert_eq!(lifted.next, Next::Order(Action::Unsuspend));
        let gone = look(HELD, adopted.clone(), &Observed::Active, 2);
        assert_eq!((gone.next.clone(), kinds(&gone)), (Next::Settled, vec!["drifted"]));
        assert_eq!(look(HELD, adopted.clone(), &unseen(), 2).record, adopted);
        assert!(matches!(by_hand(HELD, adopted, at(2)).record, Record::Ours { by_hand: true, .. }));
    }
    for ours in [
        Record::Suspending(out(Answer::Lost)),
        Record::Lifting(out(Answer::Lost)),
        Record::Ours { since: at(0), reason: None, by_hand: false },
        Record::ByHand { action: Action::Unsuspend, since: at(0) },
    ] {
        assert_eq!(adopt(&ours, at(1)), None, "{ours:?}");
    }
}

#[test]
fn a_reason_begins_with_the_mark_and_goes_on_in_the_words_of_the_desk() {
    assert_eq!(reason(REPORT, "{category}", "Spam\nand more"), "[abuse #7] Spam and more");
    let words = "Abuse ({category}): see your e-mail";
    assert_eq!(reason(REPORT, words, "Spam"), "[abuse #7] Abuse (Spam): see your e-mail");
    for words in ["", "{category}", "See your e-mail"] {
        let reason = reason(REPORT, words, "");
        assert!(is_our_reason(&reason) && !reason.ends_with(' '), "{reason:?}");
    }
}
