//! By which way somebody acted.

use serde::{Deserialize, Serialize};

/// By which way an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A page, of staff or of the customer.
    Page,
    /// A mail.
    Mail,
    /// The REST interface.
    Api,
    /// The command line.
    Cli,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Page, Self::Mail, Self::Api, Self::Cli];
}
