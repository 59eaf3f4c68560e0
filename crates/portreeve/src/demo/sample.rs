//! Sample customers, services and a dozen reports in different states.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use portreeve_app::Desk;
use portreeve_app::attachment::{Files, NewAttachment};
use portreeve_app::directory::{self, Options};
use portreeve_app::report::{self, Act, Conditions, NewReportRequest, act_with, view};
use portreeve_app::settings;
use portreeve_app::staff::{self, NewCredential};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::report::{Outcome, SuspendMethod};
use portreeve_core::time::Span;
use rand::RngExt;

use super::Login;
use crate::serve::Running;

pub(super) const SERVICES: &str = include_str!("services.csv");

/// How long the demo waits for what it has begun.
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Loads everything and makes the login and the API ID.
pub(super) async fn load(running: &Running) -> Result<Login> {
    let desk = &running.desk;
    if desk.live_directory("main").is_some() {
        wait_until_seen(desk).await?;
        let actor = Actor::Staff("demo".to_owned());
        settings::set(desk, &actor, "pay.amount", "25.00").await?;
        settings::set(desk, &actor, "pay.currency", "USD").await?;
    } else {
        let rows = directory::read_csv(SERVICES.as_bytes(), "main", |_| {})
            .map_err(|bad| anyhow::anyhow!("{}: {}", bad.place, bad.why))?;
        let options =
            Options { directory: "main".to_owned(), complete: true, accept_shrink: false };
        directory::import(desk, &rows, &options, |_| {}).await?;
    }

    let password: String = {
        let mut rng = rand::rng();
        (0..20).map(|_| char::from(b'a' + rng.random_range(0..26_u8))).collect()
    };
    let name = "demo".to_owned();
    let actor = Actor::Desk;
    staff::add(desk, &actor, &name, "abuse@example.com", "admin", Some(&password)).await?;
    let (credential, api_id) = staff::add_credential(
        desk,
        &actor,
        &NewCredential {
            staff: name.clone(),
            description: "scripts of the demo".to_owned(),
            ..NewCredential::default()
        },
    )
    .await?;
    desk.load().await?;
    reports(running, credential).await?;
    super::complaints::load(desk).await?;
    Ok(Login { staff: name, password, api_id })
}

/// The desk looks at a directory by itself, as soon as it has started.
async fn wait_until_seen(desk: &Desk) -> Result<()> {
    for _ in 0..PATIENCE {
        let states = directory::states(desk).await?;
        if states.iter().any(|state| state.synced_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("the desk did not read its directory in time")
}

/// A folder that has a desk already, but no demo, is somebody's own.
pub(super) async fn refuse_if_used(running: &Running) -> Result<()> {
    let desk = &running.desk;
    let staff = staff::list(desk, 0, 1).await?;
    let services = directory::list(desk, None, 1).await?;
    if staff.is_empty() && services.is_empty() {
        return Ok(());
    }
    Err(crate::cli::failure(
        "the data folder already has a desk that is not a demo; nothing was changed",
        "choose another folder with --data",
    ))
}

struct Maker<'a> {
    running: &'a Running,
    credential: i64,
}

impl Maker<'_> {
    async fn open(&self, service: &str, category: &str, method: SuspendMethod) -> Result<ReportId> {
        let request = NewReportRequest {
            caller: Actor::Api(self.credential),
            service: ServiceKey::parse(service, "main")?,
            category: category.to_owned(),
            service_ip: None,
            suspend_method: method,
            allow_unsuspend: category == "Malware",
            pay_to_unsuspend: false,
            additional_info: format!("Sample report: we have seen {category} from your service."),
            admin_notes: "Sample note, for staff only.".to_owned(),
            warnings: Vec::new(),
            idempotency: None,
            unconfirmed: None,
        };
        Ok(report::open(&self.running.desk, &self.running.opener, request).await?.report)
    }

    async fn act(&self, report: ReportId, what: Act) -> Result<()> {
        self.act_with(report, what, Vec::new()).await
    }

    async fn act_with(&self, report: ReportId, what: Act, files: Vec<NewAttachment>) -> Result<()> {
        let desk = &self.running.desk;
        let actor = match what {
            Act::CustomerAnswer(_) | Act::TakeBack(_) => Actor::Customer,
            _ => Actor::Staff("demo".to_owned()),
        };
        let files = Files::of_mail(&desk.live().settings.attachments, files).await;
        act_with(desk, report, &actor, what, &Conditions::default(), files).await?;
        Ok(())
    }
}

async fn reports(running: &Running, credential: i64) -> Result<()> {
    use SuspendMethod::{Immediate, NoSuspend, TimeLimit};
    let make = Maker { running, credential };
    // Open, the customer has to act.
    make.open("101", "Spam", NoSuspend).await?;
    // A running deadline, and one that was extended.
    make.open("103", "Phishing", TimeLimit).await?;
    let extended = make.open("104", "Open Resolver", TimeLimit).await?;
    make.act(extended, Act::Extend(Span::from_mins(24 * 60))).await?;
    // The customer answered, the clock stands still.
    let answered = make.open("105", "Brute Force", TimeLimit).await?;
    let words = "We have closed the port and changed the passwords. Is it better now?";
    let log =
        b"Oct 10 10:00:01 host sshd[1]: Connection closed by 203.0.113.9 port 40000 [preauth]\n";
    let log = NewAttachment { name: "sshd.log".to_owned(), bytes: log.to_vec() };
    make.act_with(answered, Act::CustomerAnswer(words.to_owned()), vec![log]).await?;
    // Suspended, twice: closing one leaves the service off.
    let first = make.open("110", "DDoS", Immediate).await?;
    let second = make.open("110", "Botnet", Immediate).await?;
    wait_until_suspended(running, second.0).await?;
    make.act(first, Act::Close { outcome: Outcome::Resolved, keep_suspended: false }).await?;
    // Suspended and given back by the customer.
    let malware = make.open("105", "Malware", Immediate).await?;
    wait_until_suspended(running, malware.0).await?;
    let done = "We removed the files, changed all passwords and are reinstalling the site.";
    make.act(malware, Act::TakeBack(done.to_owned())).await?;
    // Suspended by somebody else before; gone; protected; a customer without an address.
    make.open("106", "Spam", Immediate).await?;
    make.open("107", "Copyright", Immediate).await?;
    make.open("108", "Open Resolver", Immediate).await?;
    make.open("109", "High I/O", TimeLimit).await?;
    // Closed, and closed as unfounded after an answer.
    let closed = make.open("102", "Copyright", NoSuspend).await?;
    make.act(closed, Act::Answer("Thank you, that resolves it.".to_owned())).await?;
    make.act(closed, Act::Close { outcome: Outcome::Unfounded, keep_suspended: false }).await?;
    Ok(())
}

/// Waits until the suspension of a report is confirmed.
pub(super) async fn wait_until_suspended(running: &Running, report: i64) -> Result<()> {
    for _ in 0..PATIENCE {
        let view = view::of_ids(&running.desk, &[report]).await?.pop();
        let view = view.context("the report is gone")?;
        if view.suspension.state == "suspended" {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("report #{report} did not suspend its service in time")
}

/// The number in a good answer of the endpoint.
pub(super) fn check_answer(answer: &str) -> Result<i64> {
    let json: serde_json::Value = serde_json::from_str(answer).context("the answer is not JSON")?;
    if json["status"] != "success" {
        bail!("the endpoint did not accept the report: {answer}");
    }
    json["report_id"].as_i64().context("the answer has no report_id")
}
