//! An enforcer that does nothing but say so: for the demo, for trying rules out, for a first week
//! beside the old system. Every order stands in the table of orders and in the log.

use async_trait::async_trait;
use portreeve_app::enforce::{Enforcer, PanelOrder, Target};
use portreeve_core::enforcement::{Answer, Observed};
use portreeve_core::reason::OutOfSight;
use portreeve_core::time::Span;

/// Takes every order for done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Recorder;

#[async_trait]
impl Enforcer for Recorder {
    fn can_look(&self) -> bool {
        false
    }

    fn patience(&self) -> Span {
        Span::ZERO
    }

    async fn observe(&self, _target: &Target) -> Observed {
        Observed::Unknown { why: OutOfSight::CannotLook }
    }

    async fn send(&self, order: &PanelOrder) -> Answer {
        tracing::info!(
            order.id = order.id.0,
            service = %order.target.service,
            report.id = order.report.0,
            "recorded: {} service {}",
            order.action.as_str(),
            order.target.service,
        );
        Answer::Done
    }
}
