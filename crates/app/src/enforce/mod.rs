//! Bringing panels in line with holds: the port to panels, and the job that does it.

mod reconcile;

use async_trait::async_trait;
use portreeve_core::enforcement::{Action, Answer, Observed};
use portreeve_core::ids::{OrderId, ReportId, ServiceKey};
use portreeve_core::time::{Span, Timestamp};

use portreeve_store::StoreError;

use crate::desk::Desk;

pub use reconcile::{After, reconcile};

/// The service that a panel is asked about.
#[derive(Debug, Clone)]
pub struct Target {
    /// The service.
    pub service: ServiceKey,
    /// The customer, as the directory has it; may be empty.
    pub customer_id: String,
}

/// One order to a panel.
#[derive(Debug, Clone)]
pub struct PanelOrder {
    /// Its id; the same when it is sent again.
    pub id: OrderId,
    /// What to do.
    pub action: Action,
    /// With which service.
    pub target: Target,
    /// For which report.
    pub report: ReportId,
    /// Starts with `[abuse #<report>]`, never blank.
    pub reason: String,
    /// When it was sent for the first time. With its id it tells the order from those of any other desk.
    pub first_sent_at: Timestamp,
}

/// A way to a panel.
#[async_trait]
pub trait Enforcer: Send + Sync {
    /// Whether the panel can be asked what state a service is in.
    fn can_look(&self) -> bool;

    /// How long an order that was sent may go on acting when nobody waits for it any more.
    fn patience(&self) -> Span;

    /// Looks. Changes nothing.
    async fn observe(&self, target: &Target) -> Observed;

    /// Sends an order and says what came back; [`Answer::Lost`] when that was not seen.
    async fn send(&self, order: &PanelOrder) -> Answer;
}

/// An enforcer with the directories that it serves and its patience.
pub struct Panel {
    /// Its name in the configuration.
    pub name: String,
    /// Directories; none: all.
    pub directories: Vec<String>,
    /// First pause before something is tried again.
    pub retry_min: Span,
    /// Longest pause.
    pub retry_max: Span,
    /// The way to it.
    pub enforcer: Box<dyn Enforcer>,
}

/// Looks at a service in its panel for somebody who wants to know whether that works: what was seen, or why
/// nothing was. Changes nothing.
pub async fn observe(
    desk: &Desk,
    service: &ServiceKey,
) -> Result<Result<String, String>, StoreError> {
    let Some(known) = desk.db.read().await?.service(service).await? else {
        return Ok(Err("the directory has no such service".to_owned()));
    };
    let Some(panel) = desk.panel_for(service) else {
        return Ok(Err("no panel is connected for this directory".to_owned()));
    };
    if !panel.enforcer.can_look() {
        return Ok(Err(format!("the panel {} is never asked", panel.name)));
    }
    let customer_id = known.service.customer_id;
    let target = Target { service: service.clone(), customer_id };
    Ok(match panel.enforcer.observe(&target).await {
        Observed::Active => Ok("active".to_owned()),
        Observed::Suspended { reason } => {
            Ok(format!("suspended {}", reason.unwrap_or_default()).trim_end().to_owned())
        }
        Observed::Gone { status } => Ok(status.to_string()),
        Observed::Unknown { why } => {
            Err(portreeve_i18n::reason::out_of_sight(portreeve_i18n::Language::English, &why))
        }
    })
}

impl Panel {
    /// Whether it serves a directory.
    pub fn serves(&self, directory: &str) -> bool {
        self.directories.is_empty() || self.directories.iter().any(|name| name == directory)
    }

    /// The pause after `tries` tries in a row: doubled each time, up to the longest, less up to a
    /// quarter (`jitter`, in thousandths of it) so that services do not march in step.
    pub fn pause(&self, tries: i64, jitter: i64) -> Span {
        let mut pause = self.retry_min;
        for _ in 0..tries.clamp(0, 40) {
            pause = pause.doubled_up_to(self.retry_max);
        }
        let quarter = pause.as_millis() / 4;
        Span::from_millis(pause.as_millis() - quarter * jitter.clamp(0, 1_000) / 1_000)
    }
}
