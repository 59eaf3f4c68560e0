//! What is told to other programs about a report when something happens to it.
//!
//! [`Told`] has no field for what only staff may see (notes, why a report waits) and none for texts of
//! people (what a report says, messages), so that none of these can reach a receiver by mistake.

use serde::Serialize;

use crate::event::{Event, Kind};
use crate::report::{Countdown, Report, State, Turn};
use crate::time::{Timestamp, rfc3339};

/// What can be told: a kind of event that webhooks are told of, by the table of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic(Kind);

impl Topic {
    /// All of them, in the order they are listed.
    pub fn all() -> Vec<Self> {
        Kind::ALL.iter().filter_map(|kind| Self::of(*kind)).collect()
    }

    /// The word of the configuration and of the history.
    pub fn as_str(self) -> &'static str {
        self.0.as_str()
    }

    /// The topic of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Kind::parse(word).and_then(Self::of)
    }

    /// What events of a kind are told as, if they are.
    pub fn of(kind: Kind) -> Option<Self> {
        kind.is_topic().then_some(Self(kind))
    }
}

/// Who answered, where an event is an answer.
pub fn answered_by(event: &Event) -> Option<Turn> {
    match event {
        Event::Answered { by, .. } => Some(*by),
        _ => None,
    }
}

/// A whole message, as it is sent.
#[derive(Debug, Serialize)]
pub struct Message<T: Serialize> {
    /// What it is about, such as `report.suspended`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: String,
    /// The rest.
    pub data: T,
}

/// A report as other programs get to see it.
#[derive(Debug, Serialize)]
pub struct Told {
    id: i64,
    revision: i64,
    status: &'static str,
    turn: Option<&'static str>,
    category: String,
    directory: Option<String>,
    service_id: Option<i64>,
    customer_id: Option<String>,
    service_ip: String,
    suspend_method: &'static str,
    allow_unsuspend: bool,
    pay_to_unsuspend: bool,
    opened_at: String,
    closed_at: Option<String>,
    outcome: Option<&'static str>,
    deadline_at: Option<String>,
    time_left: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<&'static str>,
}

fn side(turn: Turn) -> &'static str {
    match turn {
        Turn::Customer => "customer",
        Turn::Staff => "staff",
    }
}

/// What is told of `report` after something happened to it at `at`.
pub fn message(
    topic: Topic,
    report: &Report,
    answered_by: Option<Turn>,
    at: Timestamp,
) -> Message<Told> {
    let subject = report.subject.as_ref();
    let service = subject.map(|subject| &subject.service).or(report.claimed_service.as_ref());
    let mut told = Told {
        id: report.id.0,
        revision: report.revision,
        status: "queued",
        turn: Some("staff"),
        category: report.allegation.category.clone(),
        directory: service.map(|key| key.directory.clone()),
        service_id: service.map(|key| key.id.get()),
        customer_id: subject.map(|s| s.customer_id.clone()).filter(|id| !id.is_empty()),
        service_ip: report.allegation.service_ip.clone(),
        suspend_method: report.allegation.suspend_method.as_str(),
        allow_unsuspend: report.allegation.allow_unsuspend,
        pay_to_unsuspend: report.allegation.pay_to_unsuspend,
        opened_at: rfc3339(report.opened_at),
        closed_at: None,
        outcome: None,
        deadline_at: None,
        time_left: None,
        answered_by: answered_by.map(side),
    };
    match &report.state {
        State::Queued { .. } => {}
        State::Open { turn, countdown } => {
            told.status = "open";
            told.turn = Some(side(*turn));
            match countdown {
                Countdown::None | Countdown::Lifted { .. } => {}
                Countdown::Running { deadline, .. } | Countdown::Reached { deadline } => {
                    told.deadline_at = Some(rfc3339(*deadline));
                }
                Countdown::Paused { left, .. } => told.time_left = Some(left.to_string()),
            }
        }
        State::Closed { at, outcome } => {
            told.status = "closed";
            told.turn = None;
            told.closed_at = Some(rfc3339(*at));
            told.outcome = Some(outcome.as_str());
        }
    }
    Message { kind: format!("report.{}", topic.as_str()), timestamp: rfc3339(at), data: told }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ReportId, ServiceKey};
    use crate::reason::{Finding, QueueReason};
    use crate::report::{Allegation, Hold, Outcome, Subject, SuspendMethod};
    use crate::time::from_millis;

    fn report(state: State) -> Report {
        let at = from_millis(1_700_000_000_000).expect("in range");
        Report {
            id: ReportId(92),
            subject: Some(Subject {
                service: ServiceKey::parse("eu:17", "main").expect("good"),
                customer_id: "c9".into(),
            }),
            claimed_service: None,
            allegation: Allegation {
                category: "Spam".into(),
                service_ip: "192.0.2.7".into(),
                additional_info: "words of the report".into(),
                suspend_method: SuspendMethod::TimeLimit,
                allow_unsuspend: false,
                pay_to_unsuspend: false,
            },
            opened_at: at,
            state,
            hold: Hold::None,
            assignee: None,
            merged: None,
            said: crate::report::CustomerSaid::default(),
            revision: 3,
        }
    }

    fn json(topic: Topic, report: &Report, by: Option<Turn>) -> serde_json::Value {
        let at = from_millis(1_700_000_060_000).expect("in range");
        serde_json::to_value(message(topic, report, by, at)).expect("JSON")
    }

    #[test]
    fn every_topic_is_an_event_of_the_same_word() {
        let words: Vec<&str> = Topic::all().into_iter().map(Topic::as_str).collect();
        for word in ["opened", "reminded", "suspended", "unsuspended", "answered", "closed"] {
            assert!(words.contains(&word), "{word}");
        }
        assert_eq!(words.len(), 6, "{words:?}");
        for topic in Topic::all() {
            assert_eq!(Topic::parse(topic.as_str()), Some(topic));
        }
        assert_eq!((Topic::parse("noted"), Topic::of(Kind::Noted)), (None, None));
    }

    #[test]
    fn a_message_tells_the_report_and_no_texts() {
        let deadline = from_millis(1_700_086_400_000).expect("in range");
        let countdown = Countdown::Running { deadline, remind_at: None };
        let open = report(State::Open { turn: Turn::Staff, countdown });
        let told = json(Topic(Kind::Answered), &open, Some(Turn::Customer));
        assert_eq!(told["type"], "report.answered");
        assert_eq!(told["timestamp"], "2023-11-14T22:14:20.000Z");
        let data = &told["data"];
        assert_eq!((&data["id"], &data["revision"]), (&92.into(), &3.into()));
        assert_eq!((data["status"].as_str(), data["turn"].as_str()), (Some("open"), Some("staff")));
        assert_eq!((&data["directory"], &data["service_id"]), (&"eu".into(), &17.into()));
        assert_eq!(data["answered_by"], "customer");
        assert_eq!(data["deadline_at"], "2023-11-15T22:13:20.000Z");
        assert!(!told.to_string().contains("words of the report"), "{told}");
        let at = from_millis(1_700_000_060_000).expect("in range");
        let closed = report(State::Closed { at, outcome: Outcome::Resolved });
        let told = json(Topic(Kind::Closed), &closed, None);
        let data = &told["data"];
        assert_eq!((&data["status"], &data["outcome"]), (&"closed".into(), &"resolved".into()));
        assert_eq!(data["closed_at"], "2023-11-14T22:14:20.000Z");
        assert!(data["turn"].is_null() && data.get("answered_by").is_none());
    }

    #[test]
    fn a_queued_report_does_not_say_why_it_waits() {
        let mut queued = report(State::Queued {
            why: QueueReason::DirectoryUnreachable { said: Finding::said("a secret of staff") },
        });
        queued.claimed_service = queued.subject.take().map(|subject| subject.service);
        let told = json(Topic(Kind::Closed), &queued, None);
        assert_eq!(
            (&told["data"]["service_id"], &told["data"]["status"]),
            (&17.into(), &"queued".into())
        );
        assert!(!told.to_string().contains("secret"), "{told}");
    }
}
