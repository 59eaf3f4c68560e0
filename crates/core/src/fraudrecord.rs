//! What is exchanged with `FraudRecord`, a register in which hosts tell each other of customers, as far as it goes on
//! record here: without anything of the customer's.

use serde::{Deserialize, Serialize};

use crate::event::Kind;
use crate::reason::RegisterProblem;

/// Something of a customer that the register knows people by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The name.
    Name,
    /// The mail address.
    Email,
    /// The login name.
    Account,
    /// The domain.
    Domain,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Email, Self::Account, Self::Domain];

    /// What the register calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Account => "accountuser",
            Self::Domain => "domain",
        }
    }
}

/// What the register answered when staff asked about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Answer {
    /// It has records.
    Records {
        /// What of the customer was sent, as hashes.
        fields: Vec<Field>,
    },
    /// It has none.
    NoRecords {
        /// What of the customer was sent, as hashes.
        fields: Vec<Field>,
    },
    /// It gave no answer.
    NoAnswer {
        /// Why.
        why: RegisterProblem,
    },
}

/// Whether a customer may be reported to the register because of this report of ours, by the last step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was reported.
    Open,
    /// The register has a report.
    Reported,
    /// It may have one.
    Unknown,
}

impl Standing {
    /// By the latest of the lines that tell of it.
    pub fn after(latest: Option<Kind>) -> Self {
        latest.and_then(Kind::register).unwrap_or(Self::Open)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reported => "reported",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_an_answer_may_have_arrived() {
        for (latest, standing) in [
            (Kind::FraudRecordReportBegun, Standing::Unknown),
            (Kind::FraudRecordReportLost, Standing::Unknown),
            (Kind::FraudRecordReported, Standing::Reported),
            (Kind::FraudRecordNotReported, Standing::Open),
        ] {
            assert_eq!(Standing::after(Some(latest)), standing);
            assert!(Kind::of_register().any(|kind| kind == latest));
        }
        assert_eq!(Standing::after(None), Standing::Open);
    }
}
