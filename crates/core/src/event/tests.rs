use super::*;
use crate::ids::ServiceId;
use crate::time::from_millis;

#[test]
fn every_event_reads_back_from_its_kind_and_its_facts() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        let examples = kind.examples();
        assert!(!examples.is_empty(), "{kind} has no example");
        for event in examples {
            assert_eq!(event.kind(), *kind);
            let data = event.data().expect("plain data");
            assert_eq!(Event::read(*kind, &data).expect(&data), event, "{kind} {data}");
        }
    }
}

#[test]
fn every_kind_has_a_word_of_its_own_and_says_what_it_and_its_facts_mean() {
    let words: std::collections::BTreeSet<&str> = Kind::ALL.iter().map(|k| k.as_str()).collect();
    assert_eq!(words.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let is_word = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(is_word(kind.as_str()) && kind.meaning().ends_with('.'), "{kind}");
        for example in kind.examples() {
            let data = example.data().expect("plain data");
            let data: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&data).expect("an object");
            for (name, _) in &data {
                assert!(kind.facts().iter().any(|fact| fact.name == name), "{kind}.{name}");
            }
        }
    }
}

#[test]
fn facts_are_written_as_programs_are_told() {
    let deadline_at = from_millis(1_767_323_045_000).expect("in range");
    let decision = Decision::of_staff();
    let spam = || "A to B".to_owned();
    for (event, data) in [
        (Event::Opened { method: SuspendMethod::TimeLimit }, r#"{"method":"timelimit"}"#),
        (Event::DeadlineSet { deadline_at }, r#"{"deadline_at":"2026-01-02T03:04:05.000Z"}"#),
        (Event::Reminded { deadline_at }, r#"{"deadline_at":"2026-01-02T03:04:05.000Z"}"#),
        (
            Event::Answered { by: Turn::Customer, channel: Channel::Page },
            r#"{"by":"customer","channel":"page"}"#,
        ),
        (
            Event::Answered { by: Turn::Staff, channel: Channel::Cli },
            r#"{"by":"staff","channel":"cli"}"#,
        ),
        (Event::ClockPaused { left: Span::from_millis(5_400_999) }, r#"{"left":5400}"#),
        (Event::ClockResumed { deadline_at }, r#"{"deadline_at":"2026-01-02T03:04:05.000Z"}"#),
        (Event::Extended { by: Span::from_mins(60) }, r#"{"by":3600}"#),
        (Event::Suspended { by_hand: false, said: None }, "{}"),
        (
            Event::Closed { outcome: Outcome::NoResponse, kept: false, decision },
            r#"{"outcome":"no_response","kept":false,"decision":{"automatic":false,"rule":"staff"}}"#,
        ),
        (Event::CategoryChanged { from: spam(), to: "C".into() }, r#"{"from":"A to B","to":"C"}"#),
        (Event::Reopened, "{}"),
    ] {
        assert_eq!(event.data().expect("plain data"), data, "{}", event.kind());
    }
}

#[test]
fn facts_of_another_kind_are_refused() {
    assert!(Event::read(Kind::Closed, "{}").is_err());
    assert!(Event::read(Kind::Opened, r#"{"method":"gently"}"#).is_err());
    assert!(Event::read(Kind::Reopened, "[1]").is_err());
    assert_eq!(Kind::parse("opened "), None);
}

/// What a kind can cause happens for one of its examples at least: nothing in the table is without effect.
#[test]
fn every_cause_in_the_table_leads_to_a_job() {
    let service = ServiceKey { directory: "main".into(), id: ServiceId::EXAMPLE };
    let at = from_millis(1).expect("in range");
    for kind in Kind::ALL {
        let jobs: Vec<Job> = kind
            .examples()
            .iter()
            .flat_map(|event| jobs_for(ReportId(1), Some(&service), event, at))
            .collect();
        for cause in kind.causes() {
            let is_caused = |job: &Job| match (cause, job) {
                (Cause::Reconcile, Job::ReconcileService(_))
                | (Cause::SettlePayments, Job::SettlePayments(_))
                | (Cause::TellAddon, Job::TellBridge(_))
                | (Cause::Scan, Job::ScanContent(_)) => true,
                (Cause::Tell(..), Job::SendNotice { notice, audience, .. }) => {
                    *cause == Cause::Tell(*notice, *audience)
                }
                _ => false,
            };
            assert!(jobs.iter().any(is_caused), "{kind}: {cause:?}");
        }
    }
}

#[test]
fn what_staff_do_among_themselves_is_not_for_the_customer() {
    for kind in [
        Kind::Noted,
        Kind::Hint,
        Kind::HandedOver,
        Kind::HoldWaits,
        Kind::HoldRefused,
        Kind::Merged,
        Kind::FraudRecordAsked,
    ] {
        assert!(!kind.is_for_customer() && !kind.is_topic(), "{kind}");
    }
    assert!(Kind::for_customer().any(|kind| kind == Kind::Suspended));
}

#[test]
fn a_queued_report_tells_no_customer_and_no_panel() {
    let at = from_millis(1).expect("in range");
    let jobs = |event| jobs_for(ReportId(1), None, &event, at);
    let decision = Decision::of_staff();
    let closed = Event::Closed { outcome: Outcome::Unfounded, kept: false, decision };
    assert_eq!(jobs(closed), [Job::SettlePayments(ReportId(1))]);
    assert_eq!(jobs(Event::Reopened), []);
}
