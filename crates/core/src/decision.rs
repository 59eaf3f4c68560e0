//! Decisions about a service or a report, with their reasons as data: what a statement of reasons (Article 17 of the
//! Digital Services Act) is made from.

use serde::{Deserialize, Serialize};

use crate::ids::{Press, ReportId};
use crate::time::{Timestamp, as_rfc3339};

/// A decision as it is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// No member of staff decided it at that moment.
    pub automatic: bool,
    /// By which rule.
    pub rule: Rule,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
    /// Which law or term the service goes against, where that is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
}

impl Decision {
    /// A decision by a rule, with nothing more to say of it.
    pub fn by(press: Press, rule: Rule) -> Self {
        let automatic = press == Press::Automatic;
        Self { automatic, rule, facts: Facts::default(), ground: None }
    }

    /// What staff decided at that moment.
    pub fn of_staff() -> Self {
        Self::by(Press::Staff, Rule::Staff)
    }

    /// The same, on this ground.
    #[must_use]
    pub fn against(self, ground: Option<Ground>) -> Self {
        Self { ground, ..self }
    }

    /// The same, resting on these facts.
    #[must_use]
    pub fn on(self, facts: Facts) -> Self {
        Self { facts, ..self }
    }
}

/// By which rule something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Staff decided.
    Staff,
    /// The report was to suspend at once.
    Immediate,
    /// The customer's time ran out.
    Deadline,
    /// The guards looked again after a pause.
    AfterPause,
    /// The guards looked again just before the order.
    BeforeOrder,
    /// The report lets its customer lift the suspension.
    SelfUnsuspend,
    /// The customer paid.
    Payment,
    /// Another report about the same took it over.
    Merge,
    /// That was undone.
    Unmerge,
    /// A complaint was placed by the ledger.
    Complaint,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Staff,
        Self::Immediate,
        Self::Deadline,
        Self::AfterPause,
        Self::BeforeOrder,
        Self::SelfUnsuspend,
        Self::Payment,
        Self::Merge,
        Self::Unmerge,
        Self::Complaint,
    ];
}

/// Facts that decisions rest on; those that mattered are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The deadline that passed.
    #[serde(with = "as_rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<Timestamp>,
    /// The customer who has the service now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_now: Option<String>,
    /// What was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The report about the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_report: Option<ReportId>,
    /// What was complained about, as it was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When that was observed.
    #[serde(with = "as_rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

impl Facts {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a service goes against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "basis", content = "reference")]
pub enum Ground {
    /// A law, by its name and article.
    Law(String),
    /// The provider's terms, by their number or heading.
    Terms(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_millis;

    #[test]
    fn a_decision_reads_back_with_its_facts_and_ground() {
        let facts = Facts {
            deadline_at: from_millis(1_700_000_000_000),
            customer_now: Some("8".into()),
            amount: Some("25.00 EUR".into()),
            other_report: Some(ReportId(92)),
            source: Some("192.0.2.7".into()),
            observed_at: from_millis(1_700_000_000_000),
        };
        let decision = Decision {
            ground: Some(Ground::Terms("3.2".into())),
            ..Decision::by(Press::Automatic, Rule::Deadline).on(facts)
        };
        let text = serde_json::to_string(&decision).expect("plain data");
        assert!(text.contains(r#""deadline_at":"2023-11-14T22:13:20.000Z""#), "{text}");
        assert!(text.contains(r#""ground":{"basis":"terms","reference":"3.2"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Decision>(&text).expect(&text), decision);
        let plain = serde_json::to_string(&Decision::of_staff()).expect("plain data");
        assert_eq!(plain, r#"{"automatic":false,"rule":"staff"}"#);
    }
}
