//! Services and customers, as the directory knows them.

use serde::{Deserialize, Serialize};

use std::fmt;
use std::str::FromStr;

use crate::ids::ServiceKey;

/// What the panel says of a service's life. It informs; our own record says whose a suspension is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceStatus {
    /// In use.
    #[default]
    Active,
    /// Off, by whomever.
    Suspended,
    /// Ordered, not yet made.
    Pending,
    /// Gone for good.
    Terminated,
    /// Ended by the customer.
    Cancelled,
    /// Ended for fraud.
    Fraud,
}

impl ServiceStatus {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Active,
        Self::Suspended,
        Self::Pending,
        Self::Terminated,
        Self::Cancelled,
        Self::Fraud,
    ];

    /// What panels write beside these. A product that was paid once is `Completed`, and in use.
    const OTHER_WORDS: [(Self, &str); 2] =
        [(Self::Active, "completed"), (Self::Cancelled, "canceled")];

    /// The word used in files, tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Pending => "pending",
            Self::Terminated => "terminated",
            Self::Cancelled => "cancelled",
            Self::Fraud => "fraud",
        }
    }

    /// What a word of ours stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Terminated, cancelled or fraud: there is nothing left to suspend.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Terminated | Self::Cancelled | Self::Fraud)
    }
}

impl fmt::Display for ServiceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceStatus {
    type Err = String;

    /// Any case, and the words that panels have beside ours; empty is `active`.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.trim().to_ascii_lowercase();
        if word.is_empty() {
            return Ok(Self::Active);
        }
        let panels = || Self::OTHER_WORDS.iter().find(|(_, w)| *w == word).map(|(s, _)| *s);
        Self::parse(&word).or_else(panels).ok_or_else(|| {
            "must be active, suspended, pending, terminated, cancelled or fraud".to_owned()
        })
    }
}

/// A product that a customer holds: our copy of what the panel says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Directory and panel id.
    pub key: ServiceKey,
    /// The panel's id of the customer; empty when the directory names none.
    pub customer_id: String,
    /// Name for the greeting; may be empty.
    pub customer_name: String,
    /// Where notices go: mail addresses, separated by a comma and a blank ([`Self::mailboxes`]); empty when there is none.
    pub customer_email: String,
    /// BCP 47 tag; empty means the desk's language.
    pub language: String,
    /// What was bought.
    pub product: String,
    /// The service's own domain.
    pub domain: String,
    /// Login name on the server.
    pub username: String,
    /// Name of the server that it lives on. Never names a customer.
    pub server: String,
    /// The panel's state.
    pub status: ServiceStatus,
    /// The main address, as the directory wrote it; empty for none.
    pub dedicated_ip: String,
    /// Never suspended automatically.
    pub protected: bool,
}

/// What the drop-in stores as `service_ip` when neither caller nor service names one.
pub const NO_DEDICATED_IP: &str = "(No Dedicated IP)";

/// What stands between two mail addresses of a customer.
pub const BETWEEN_MAILBOXES: &str = ", ";

impl Service {
    /// The mail addresses of the customer: every one of them is told, and may answer.
    pub fn mailboxes(&self) -> Vec<String> {
        let parts = self.customer_email.split(BETWEEN_MAILBOXES.trim_end()).map(str::trim);
        parts.filter(|address| !address.is_empty()).map(str::to_owned).collect()
    }

    /// The address that a report about this service gets when the caller names none.
    pub fn default_ip(&self) -> &str {
        if self.dedicated_ip.is_empty() { NO_DEDICATED_IP } else { &self.dedicated_ip }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_in_the_words_of_panels() {
        for (word, expected) in [
            ("", ServiceStatus::Active),
            ("Active", ServiceStatus::Active),
            (" ACTIVE ", ServiceStatus::Active),
            ("Completed", ServiceStatus::Active),
            ("Suspended", ServiceStatus::Suspended),
            ("Pending", ServiceStatus::Pending),
            ("Terminated", ServiceStatus::Terminated),
            ("Cancelled", ServiceStatus::Cancelled),
            ("Canceled", ServiceStatus::Cancelled),
            ("Fraud", ServiceStatus::Fraud),
        ] {
            assert_eq!(word.parse(), Ok(expected), "{word}");
        }
        for word in ["gone", "act ive", "Verschwunden"] {
            assert!(word.parse::<ServiceStatus>().is_err(), "{word}");
        }
        for status in ServiceStatus::ALL {
            let word = status.as_str();
            assert_eq!((word.parse(), status.as_str()), (Ok(status), word));
        }
    }
}
