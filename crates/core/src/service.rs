//! Services and customers, as the directory knows them.

use std::fmt;
use std::str::FromStr;

use crate::ids::ServiceKey;

/// What the panel says of a service's life. It informs; our own record says whose a suspension is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    const ALL: [(Self, &str); 6] = [
        (Self::Active, "active"),
        (Self::Suspended, "suspended"),
        (Self::Pending, "pending"),
        (Self::Terminated, "terminated"),
        (Self::Cancelled, "cancelled"),
        (Self::Fraud, "fraud"),
    ];

    /// The word used in files, tables and answers.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(s, _)| *s == self).map_or("active", |(_, word)| word)
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

    /// Any case; empty is `active`.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.trim().to_ascii_lowercase();
        if word.is_empty() {
            return Ok(Self::Active);
        }
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(s, _)| *s).ok_or_else(|| {
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
    /// Where notices go; empty when there is no address.
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

impl Service {
    /// The address that a report about this service gets when the caller names none.
    pub fn default_ip(&self) -> &str {
        if self.dedicated_ip.is_empty() { NO_DEDICATED_IP } else { &self.dedicated_ip }
    }
}
