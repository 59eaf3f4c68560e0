//! How far the sender of a complaint is trusted.

use portreeve_core::intake::Lane;
use portreeve_store::MailRow;

use crate::desk::Desk;

/// What is known of who sent a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How far they are trusted.
    pub lane: Lane,
    /// The domain that authenticated it, and that it says it is from.
    pub domain: Option<String>,
    /// What was odd, as words in `snake_case`.
    pub flags: Vec<String>,
}

/// Judges who sent something. It may ask other servers, so it never runs inside a transaction.
pub async fn judge(_desk: &Desk, row: &MailRow, _raw: &[u8]) -> Judged {
    let lane = row.lane.unwrap_or(match super::channel(&row.door) {
        "api" => Lane::Known,
        _ => Lane::Untrusted,
    });
    Judged { lane, domain: None, flags: Vec::new() }
}
