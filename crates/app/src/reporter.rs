//! Who complains: one record for each address, which staff can mute or trust.

use portreeve_core::ids::Actor;
use portreeve_core::intake::Lane;
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::time::{from_millis, rfc3339};
use portreeve_i18n::english;
use portreeve_store::{ReporterChange, ReporterRow, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit;
use crate::desk::Desk;

/// A reporter, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReporterView {
    /// How they are named in commands.
    #[serde(rename = "ref")]
    pub reference: i64,
    /// The address.
    pub email: String,
    /// Its domain.
    pub domain: String,
    /// How far staff trust them: `trusted`, `known` or `untrusted`; null: whatever the authentication of each complaint
    /// shows.
    pub lane: Option<&'static str>,
    /// Their complaints are set aside.
    pub muted: bool,
    /// How many complaints came.
    pub complaints: i64,
    /// Reports about which they complained and that were closed as resolved.
    pub upheld: i64,
    /// Reports about which they complained and that were closed as unfounded.
    pub unfounded: i64,
    /// When the last complaint came.
    pub last_at: String,
}

impl ReporterView {
    fn of(row: ReporterRow) -> Self {
        Self {
            reference: row.id,
            email: row.email,
            domain: row.domain,
            lane: row.lane.map(Lane::code),
            muted: row.muted,
            complaints: row.complaints,
            upheld: row.upheld,
            unfounded: row.unfounded,
            last_at: from_millis(row.last_at).map(rfc3339).unwrap_or_default(),
        }
    }
}

/// Why something was not done with a reporter.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum ReporterError {
    /// There is no such reporter.
    NoReporter(i64),
    /// The database did not do it.
    Store(#[from] StoreError),
}

impl ReporterError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NoReporter(id) => refusal!("refusal-missing-reporter", id = id.to_string()),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// Reporters after `after` with this text in their address, in the order of their numbers.
pub async fn list(
    desk: &Desk,
    text: &str,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<ReporterView>, StoreError> {
    let rows = desk.db.read().await?.reporters(text, after.unwrap_or(0), limit).await?;
    Ok(rows.into_iter().map(ReporterView::of).collect())
}

/// One reporter.
pub async fn show(desk: &Desk, id: i64) -> Result<Option<ReporterView>, StoreError> {
    Ok(desk.db.read().await?.reporter(id).await?.map(ReporterView::of))
}

/// Sets their complaints aside from now on.
pub async fn mute(desk: &Desk, id: i64, by: &Actor) -> Result<(), ReporterError> {
    change(desk, id, ReporterChange::Muted(true), "reporter_muted", by).await
}

/// Takes that back.
pub async fn unmute(desk: &Desk, id: i64, by: &Actor) -> Result<(), ReporterError> {
    change(desk, id, ReporterChange::Muted(false), "reporter_unmuted", by).await
}

/// Says how far they are trusted where a complaint is authenticated as theirs; without a lane nothing is said of them any
/// more.
pub async fn trust(
    desk: &Desk,
    id: i64,
    lane: Option<Lane>,
    by: &Actor,
) -> Result<(), ReporterError> {
    let action = match lane {
        Some(Lane::Trusted) => "reporter_trusted",
        Some(Lane::Known) => "reporter_known",
        Some(Lane::Untrusted) => "reporter_untrusted",
        None => "reporter_lane_unset",
    };
    change(desk, id, ReporterChange::Lane(lane), action, by).await
}

async fn change(
    desk: &Desk,
    id: i64,
    change: ReporterChange,
    action: &str,
    by: &Actor,
) -> Result<(), ReporterError> {
    let mut tx = desk.db.write().await?;
    if !tx.change_reporter(id, change).await? {
        return Err(ReporterError::NoReporter(id));
    }
    if change == ReporterChange::Lane(Some(Lane::Trusted)) {
        // Staff have looked: what came up to now is what they trust.
        tx.accept_reporter_marks(id).await?;
    }
    audit::log(&mut tx, desk.now(), by, action, &format!("reporter {id}")).await?;
    Ok(tx.commit().await?)
}
