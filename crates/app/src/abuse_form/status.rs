//! What the sender of a complaint sees of what became of it: how far it is, and how it ended. Nothing of the report, its
//! texts and its customer.

use portreeve_core::ids::ReportId;
use portreeve_core::intake::{self, Because, MailState, Why};
use portreeve_core::report::{Hold, Outcome, Report, State};
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::{MailRow, StoreError, Tx};

use super::RECEIPT_LIFE;
use crate::desk::Desk;
use crate::digest::sha256_hex;

/// Receipts that are forgotten at a time.
const AT_ONCE: i64 = 10_000;

/// How often a report may have been merged into one that was merged.
const MERGES: usize = 8;

/// How a complaint ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// What it led to was closed so.
    Closed(Outcome),
    /// It was right, and the service was suspended about it.
    Restricted,
    /// Staff looked at it and took no action, for this reason where they said one.
    NoAction(Option<Because>),
}

impl Decision {
    /// The end of the keys of its words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed(outcome) => outcome.as_str(),
            Self::Restricted => "restricted",
            Self::NoAction(Some(because)) => because.code(),
            Self::NoAction(None) => "no_action",
        }
    }
}

/// How far a complaint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It came in.
    Received,
    /// It is being worked on.
    InProgress,
    /// It ended so; more than one where it was about more than one service.
    Decided(Vec<Decision>),
}

impl Standing {
    /// Its word, as programs read it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InProgress => "in_progress",
            Self::Decided(_) => "decided",
        }
    }
}

/// What a receipt shows.
#[derive(Debug, Clone)]
pub struct Status {
    /// The number of the complaint, for letters about it.
    pub complaint: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// The language in which the form was used.
    pub language: String,
    /// How far it is.
    pub standing: Standing,
}

/// What the receipt of a token shows; nothing for one that there is not, or not any more.
pub async fn status(desk: &Desk, token: &str) -> Result<Option<Status>, StoreError> {
    let mut tx = desk.db.read().await?;
    let receipt = tx.form_receipt(&sha256_hex(token.as_bytes())).await?;
    let oldest = RECEIPT_LIFE.before(desk.now()).as_millisecond();
    let Some(receipt) = receipt.filter(|receipt| receipt.created_at >= oldest) else {
        return Ok(None);
    };
    let Some(mail) = tx.mail(receipt.mail).await? else { return Ok(None) };
    let standing = standing(&mut tx, &mail).await?;
    Ok(Some(Status {
        complaint: mail.id.0,
        received_at: from_millis(receipt.created_at).unwrap_or_default(),
        language: receipt.language,
        standing,
    }))
}

async fn standing(tx: &mut Tx, mail: &MailRow) -> Result<Standing, StoreError> {
    let stands = mail.state.standing();
    let mut ids = tx.reports_of_complaints(&[mail.id]).await?.remove(&mail.id).unwrap_or_default();
    let attached = mail.report.filter(|_| stands == intake::Standing::Placed);
    ids.extend(attached.filter(|report| !ids.contains(report)));
    if !ids.is_empty() {
        let reports = followed(tx, ids).await?;
        // Staff have yet to look at a part of it.
        let is_open = matches!(stands, intake::Standing::Unread | intake::Standing::Waiting);
        return Ok(if is_open { Standing::InProgress } else { of_reports(&reports) });
    }
    let no_action = |because| Standing::Decided(vec![Decision::NoAction(because)]);
    Ok(match (mail.state, mail.why) {
        // Nobody looked at it, and whoever is muted need not know.
        (MailState::NoReport, Some(Why::Muted)) => Standing::Received,
        (MailState::NoReport, Some(Why::NotOurs)) => no_action(Some(Because::NotOurs)),
        (MailState::NoReport, _) => no_action(None),
        (MailState::Dismissed, _) => {
            no_action(mail.because.as_deref().and_then(Because::from_code))
        }
        _ if stands == intake::Standing::Placed => Standing::InProgress,
        _ => Standing::Received,
    })
}

/// These reports, and in the place of those that were merged the ones that have them now.
async fn followed(tx: &mut Tx, mut ids: Vec<ReportId>) -> Result<Vec<Report>, StoreError> {
    let mut found = Vec::new();
    for _ in 0..MERGES {
        let reports = tx.reports_by_id(&ids).await?;
        let (merged, last): (Vec<_>, Vec<_>) =
            reports.into_iter().partition(|report| report.merged.is_some());
        found.extend(last);
        ids = merged
            .iter()
            .filter_map(|report| report.merged.as_ref().map(|merged| merged.into))
            .collect();
        if ids.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// It is decided when all that it led to is.
fn of_reports(reports: &[Report]) -> Standing {
    let mut decisions = Vec::new();
    for report in reports {
        let State::Closed { outcome, .. } = &report.state else { return Standing::InProgress };
        let was_held = matches!(report.hold, Hold::Placed { .. } | Hold::Released { .. });
        let decision = match outcome {
            Outcome::Resolved if was_held => Decision::Restricted,
            _ => Decision::Closed(*outcome),
        };
        if !decisions.contains(&decision) {
            decisions.push(decision);
        }
    }
    if decisions.is_empty() { Standing::InProgress } else { Standing::Decided(decisions) }
}

/// Forgets receipts that show nothing any more.
pub(crate) async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let before = RECEIPT_LIFE.before(now).as_millisecond();
    tx.forget_form_receipts(before, AT_ONCE).await.map(drop)
}
