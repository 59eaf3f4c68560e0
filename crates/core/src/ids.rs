//! Ids as types, so that they cannot be swapped.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a report, as the drop-in API returns it; shown as `#92`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReportId(pub i64);

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One order to a panel. Stays the same when an order is sent again because the panel asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub i64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A mail that came in; shown as `17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailId(pub i64);

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The panel's own id of a service: a whole number from 1 to 2^63-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceId(i64);

/// A text that is no service id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to 9223372036854775807")]
pub struct NotAServiceId;

impl ServiceId {
    /// The id in examples of the documentation.
    pub(crate) const EXAMPLE: Self = Self(17);

    /// The id, or nothing for numbers below 1.
    pub fn new(id: i64) -> Result<Self, NotAServiceId> {
        if id > 0 { Ok(Self(id)) } else { Err(NotAServiceId) }
    }

    /// The bare number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl FromStr for ServiceId {
    type Err = NotAServiceId;

    /// Digits only: no sign, no fraction, no exponent.
    fn from_str(text: &str) -> Result<Self, NotAServiceId> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAServiceId);
        }
        text.parse().map_err(|_| NotAServiceId).and_then(Self::new)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Which service, over all directories: two panels may use the same ids. Shown as `main:17`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceKey {
    /// Name of the directory (panel) that the id belongs to.
    pub directory: String,
    /// The panel's id.
    pub id: ServiceId,
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.directory, self.id)
    }
}

impl ServiceKey {
    /// Reads `17` (in `default_directory`) or `name:17`.
    pub fn parse(text: &str, default_directory: &str) -> Result<Self, NotAServiceId> {
        let (directory, id) = text.rsplit_once(':').unwrap_or((default_directory, text));
        Ok(Self { directory: directory.to_owned(), id: id.parse()? })
    }
}

/// Who did something. Written to the history as `staff:alice`, `api:7`, `token:3 (alice)`, `customer` or
/// `desk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, or whoever runs the command line (`cli`).
    Staff(String),
    /// A script at the drop-in endpoint, by the reference of its credential.
    Api(i64),
    /// A script at the REST interface, by the reference of its token and the member of staff whose
    /// token it is.
    Token {
        /// Reference of the token.
        id: i64,
        /// Whose it is.
        staff: String,
    },
    /// The customer of the report's service.
    Customer,
    /// The desk itself: a deadline, a reminder, what a panel showed.
    Desk,
}

impl Actor {
    /// The name of whoever runs the command line, among the names of staff.
    pub const COMMAND_LINE: &'static str = "cli";

    /// Under whose name idempotency keys of this caller are kept: names may change, references do not.
    pub fn reference(&self) -> String {
        match self {
            Self::Token { id, .. } => format!("token:{id}"),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(name) => write!(f, "staff:{name}"),
            Self::Api(credential) => write!(f, "api:{credential}"),
            Self::Token { id, staff } => write!(f, "token:{id} ({staff})"),
            Self::Customer => f.write_str("customer"),
            Self::Desk => f.write_str("desk"),
        }
    }
}

/// Whether staff pressed it, or it happened by itself. Guards and the pause bind only the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// A person of the desk, at that moment.
    Staff,
    /// A script, a deadline, a customer.
    Automatic,
}

impl Press {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Staff, Self::Automatic];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Automatic => "automatic",
        }
    }

    /// Who a stored word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|press| press.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_id_is_digits_within_range() {
        assert_eq!("9223372036854775807".parse::<ServiceId>().map(ServiceId::get), Ok(i64::MAX));
        for bad in ["", "0", "-1", "+1", "1.0", "1e3", "9223372036854775808", " 1", "١"] {
            assert!(bad.parse::<ServiceId>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_service_is_named_with_or_without_its_directory() {
        let key = |d: &str, i| ServiceKey { directory: d.into(), id: ServiceId(i) };
        assert_eq!(ServiceKey::parse("17", "main"), Ok(key("main", 17)));
        assert_eq!(ServiceKey::parse("eu:17", "main"), Ok(key("eu", 17)));
        assert!(ServiceKey::parse("eu:", "main").is_err());
    }
}
