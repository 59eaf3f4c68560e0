//! Opening a report by hand.

use std::sync::Arc;

use anyhow::Result;
use portreeve_app::Desk;
use portreeve_app::report::view;
use portreeve_app::report::{NewReportRequest, OpenError, open, opener};
use portreeve_core::ledger::parse_address;
use portreeve_core::report::{LONGEST_CATEGORY, LONGEST_SERVICE_IP, LONGEST_TEXT, SuspendMethod};
use portreeve_core::text::storable;
use serde::Serialize;

use super::args::OpenArgs;
use super::output::{complain, json};
use super::services::service_key;
use super::{failure, operator, plain_failure, say};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    id: i64,
    /// `open`, or `queued` while its service could not be looked up.
    status: &'static str,
    warnings: Vec<String>,
}

pub(super) async fn report(desk: &Arc<Desk>, args: OpenArgs) -> Result<()> {
    let as_json = args.json;
    let request = request(desk, args)?;
    let service = request.service.clone();
    let (opener, writer) = opener();
    let writing = tokio::spawn(writer.run(Arc::clone(desk)));
    let answer = open(desk, &opener, request).await;
    drop(opener);
    writing.await?;
    let opened = answer.map_err(|error| match error {
        OpenError::ServiceNotFound => failure(
            format!("there is no service {service} in the directory"),
            "see `portreeve service list`",
        ),
        OpenError::KeyUsedForAnother | OpenError::Unavailable => plain_failure(error.to_string()),
    })?;
    let id = opened.report.0;
    let status = view::of_ids(desk, &[id]).await?.pop().map_or("open", |report| report.status);
    if as_json {
        return json(&Printed { id, status, warnings: opened.warnings });
    }
    for warning in opened.warnings {
        complain(&format!("warning: {warning}"));
    }
    say(match status {
        "queued" => format!("Report #{id} waits in the queue."),
        _ => format!("Report #{id} is open."),
    })
}

/// What was asked for, within the limits that every door has.
fn request(desk: &Desk, args: OpenArgs) -> Result<NewReportRequest> {
    let text = |option: &str, text: &str, limit: usize| {
        let is_short = text.chars().count() <= limit;
        let why = format!("{option} must have at most {limit} characters");
        is_short.then(|| storable(text)).ok_or_else(|| plain_failure(why))
    };
    let category = text("--category", args.category.trim(), LONGEST_CATEGORY)?;
    if category.is_empty() {
        return Err(plain_failure("--category must not be empty"));
    }
    let address = args.address.map(|address| address.trim().to_owned());
    if let Some(address) = address.as_deref().filter(|address| parse_address(address).is_err()) {
        return Err(plain_failure(format!("--address {address:?} is not an IP address")));
    }
    let service_ip = address.map(|ip| text("--address", &ip, LONGEST_SERVICE_IP)).transpose()?;
    Ok(NewReportRequest {
        caller: operator(),
        service: service_key(desk, &args.service)?,
        category,
        service_ip,
        suspend_method: SuspendMethod::parse(&args.method)
            .ok_or_else(|| plain_failure(format!("{:?} is no suspend method", args.method)))?,
        allow_unsuspend: args.allow_unsuspend,
        pay_to_unsuspend: args.offer_payment,
        additional_info: text("--info", &args.info, LONGEST_TEXT)?,
        admin_notes: text("--notes", &args.notes, LONGEST_TEXT)?,
        warnings: Vec::new(),
        idempotency: None,
        unconfirmed: None,
    })
}
