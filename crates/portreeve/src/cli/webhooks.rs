//! Webhooks and their deliveries.

use anyhow::Result;
use portreeve_app::webhook::{self, DeliveryView, WebhookError};
use portreeve_app::{DeliveryFilter, Desk};
use portreeve_core::ids::ReportId;

use super::args::WebhookCommand;
use super::output::json;
use super::{Output, failure, plain_failure, say};

pub(super) async fn webhook(desk: &Desk, command: WebhookCommand) -> Result<()> {
    match command {
        WebhookCommand::List { page } => {
            let mut list = webhook::list(desk).await?;
            if let Some(after) = &page.after {
                list.retain(|webhook| webhook.name > *after);
            }
            list.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
            if page.json {
                return json(&list);
            }
            if list.is_empty() {
                return say(
                    "There are no webhooks. Add a [[webhook]] section to the configuration.",
                );
            }
            let headings =
                ["NAME", "WAITING", "DELIVERED", "FAILED", "LAST DELIVERED", "URL", "EVENTS"];
            let mut output = Output::table(&headings);
            for webhook in list {
                output.row(vec![
                    webhook.name,
                    webhook.waiting.to_string(),
                    webhook.delivered.to_string(),
                    webhook.dead.to_string(),
                    webhook.last_delivered_at.unwrap_or_else(|| "never".into()),
                    webhook.url.unwrap_or_else(|| "(not in the configuration)".into()),
                    webhook.events.join(", "),
                ]);
            }
            output.print()
        }
        WebhookCommand::Deliveries { webhook, report, failed, page } => {
            let report = report.map(ReportId);
            let after = page.after;
            let filter = DeliveryFilter { webhook, report, failed, after, limit: page.limit };
            let list = webhook::deliveries(desk, &filter).await?;
            if page.json {
                return json(&list);
            }
            if list.is_empty() {
                return say("No deliveries found. They are kept for 30 days.");
            }
            let headings =
                ["ID", "WEBHOOK", "REPORT", "EVENT", "STATE", "ATTEMPTS", "NEXT ATTEMPT", "RESULT"];
            let mut output = Output::table(&headings);
            for delivery in list {
                output.row(vec![
                    delivery.id.to_string(),
                    delivery.webhook,
                    delivery.report_id.map(|id| id.to_string()).unwrap_or_default(),
                    delivery.event,
                    delivery.state.to_owned(),
                    delivery.tries.to_string(),
                    delivery.next_try_at.unwrap_or_default(),
                    delivery.result.unwrap_or_default(),
                ]);
            }
            output.print()
        }
        WebhookCommand::Replay { id } => {
            webhook::replay(desk, &super::operator(), id).await.map_err(explain)?;
            say(format!("Delivery {id} will be sent again; see `portreeve webhook deliveries`."))
        }
        WebhookCommand::Test { name, json: as_json } => {
            let delivery = webhook::test(desk, &name).await.map_err(explain)?;
            if as_json {
                json(&delivery)?;
            }
            told(&name, &delivery, as_json)
        }
    }
}

fn told(name: &str, delivery: &DeliveryView, quiet: bool) -> Result<()> {
    let result = delivery.result.as_deref().unwrap_or_default();
    if delivery.state != "delivered" {
        let message = format!("webhook {name} did not accept the test message: {result}");
        return Err(plain_failure(message));
    }
    if quiet {
        return Ok(());
    }
    say(format!("Webhook {name} accepted the test message {}: {result}.", delivery.message_id))
}

fn explain(error: WebhookError) -> anyhow::Error {
    match error {
        WebhookError::NoWebhook(_) => failure(error.to_string(), "see `portreeve webhook list`"),
        other => other.into(),
    }
}
