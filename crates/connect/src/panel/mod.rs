//! Ways to panels.

mod exec;
mod record;
mod webhook;

pub use exec::Exec;
use portreeve_app::enforce::{PanelOrder, Target};
pub use record::Recorder;
use serde_json::{Value, json};
pub use webhook::Webhook;

/// What a hook and a webhook are told, as JSON. Without an order it is a look.
fn told(action: &str, target: &Target, order: Option<&PanelOrder>) -> Value {
    json!({
        "action": action,
        "directory": target.service.directory,
        "service_id": target.service.id.get(),
        "customer_id": target.customer_id,
        "report_id": order.map(|order| order.report.0),
        "order_id": order.map(|order| order.id.0),
        "reason": order.map_or("", |order| &order.reason),
    })
}
