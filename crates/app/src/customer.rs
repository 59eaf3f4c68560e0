//! Customers: how they come in (from their panel by single sign-on, or by the link in a notice), what they see of
//! their reports, and what they do.

use portreeve_core::event::{Event, Kind, Turned};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::report::{Claim, Countdown, Hold, Outcome, Report, SelfUnsuspend, State, Turn};
use portreeve_core::settings::Settings;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_i18n::english;
use portreeve_store::{CustomerSession, CustomerStanding, Slice, StoreError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attachment::{self, CustomerAttachment, Files};
use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::inbox::{self, Counters};
use crate::panel_token::{PanelToken, SignOnError};
use crate::payment::{self, Offer, PaymentView, Worth};
use crate::record::Record;
use crate::report::view::{Part, one_more};
use crate::report::{Act, ActError, Conditions, act_with, view};

/// How long somebody stays signed in.
pub const SESSION: Span = Span::from_mins(8 * 60);

/// How long somebody stays who went to pay.
pub const STAY: Span = Span::from_mins(60);

/// What a token's signature begins with.
const PURPOSE: &str = "portreeve-sso-v1.";

/// Reports on a page of the list.
pub const PAGE: i64 = 50;

/// Customers who may share a mail address and each get a link.
const LINKS_AT_ONCE: i64 = 5;

/// Longest mail address, in bytes (RFC 5321, 4.5.3.1.3).
pub const LONGEST_ADDRESS: usize = 254;

/// Messages that are shown at a time of one report.
pub const MESSAGES: i64 = 1_000;

/// What a panel says of somebody who is logged in there.
#[derive(Deserialize)]
struct Claims {
    client_id: String,
    /// A member of the panel's staff looks as the customer.
    #[serde(default)]
    masquerading: bool,
    /// The user may do more than read; panels that do not say mean it.
    #[serde(default = "may_act")]
    may_act: bool,
    #[serde(default)]
    return_to: Option<String>,
}

fn may_act() -> bool {
    true
}

/// Somebody who was signed in.
#[derive(Debug, Clone)]
pub struct SignedOn {
    /// The token of the session, which is not stored.
    pub token: String,
    /// Where they wanted to go: a path below `/client`.
    pub return_to: String,
}

/// Signs a customer in by the token of a panel (`docs/bridge.md`).
pub async fn sign_on(desk: &Desk, token: &str) -> Result<SignedOn, SignOnError> {
    let now = desk.now();
    let token = PanelToken::<Claims>::read(desk, PURPOSE, token, now)?;
    if !(1..=64).contains(&token.claims.client_id.len()) {
        return Err(SignOnError::Bad("it is not whole"));
    }
    let mut tx = desk.db.write().await?;
    token.use_up(&mut tx).await?;
    let claims = token.claims;
    let session = CustomerSession {
        directory: token.directory,
        customer_id: claims.client_id,
        reads_only: claims.masquerading || !claims.may_act,
        created_at: now.as_millisecond(),
        expires_at: SESSION.after(now).as_millisecond(),
    };
    let token = open_session(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(SignedOn { token, return_to: below_client(claims.return_to.as_deref()) })
}

/// Begins a session. Its token, which is not stored.
async fn open_session(tx: &mut Tx, session: &CustomerSession) -> Result<String, StoreError> {
    let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    tx.add_customer_session(&sha256_hex(token.as_bytes()), session).await?;
    Ok(token)
}

/// Begins a short session for a customer who came by a link and goes to pay: the address that the provider leads them
/// back to cannot have the link's token, which is nobody else's business. The session's token; nothing for a link to
/// one report alone, because a session is a customer's.
pub async fn stay(desk: &Desk, customer: &Customer) -> Result<Option<String>, StoreError> {
    if customer.only.is_some() {
        return Ok(None);
    }
    let now = desk.now();
    let session = CustomerSession {
        directory: customer.directory.clone(),
        customer_id: customer.customer_id.clone(),
        reads_only: customer.reads_only,
        created_at: now.as_millisecond(),
        expires_at: STAY.after(now).as_millisecond(),
    };
    let mut tx = desk.db.write().await?;
    let token = open_session(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Nothing leads out of the customer area.
fn below_client(path: Option<&str>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let fits = |path: &&str| {
        path.len() <= 200
            && (*path == "/client" || path.starts_with("/client/"))
            && path.chars().all(plain)
            && !path.contains("//")
    };
    path.filter(fits).unwrap_or("/client").to_owned()
}

/// Somebody who sees the reports of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Customer {
    /// The directory that names them.
    pub directory: String,
    /// Its id of the customer.
    pub customer_id: String,
    /// They see this report alone: the directory does not say whose the others are.
    pub only: Option<ReportId>,
    /// A member of the panel's staff looks as the customer, or a user of the account who may see products and not manage
    /// them: they only read.
    pub reads_only: bool,
}

impl Customer {
    pub(crate) fn owns(&self, report: &Report) -> bool {
        report.subject.as_ref().is_some_and(|subject| {
            subject.service.directory == self.directory && subject.customer_id == self.customer_id
        }) && self.only.is_none_or(|only| only == report.id)
    }
}

/// Who is signed in by the token of a session, while it lasts.
pub async fn session(desk: &Desk, token: &str) -> Result<Option<Customer>, StoreError> {
    let hash = sha256_hex(token.as_bytes());
    let found = desk.db.read().await?.customer_session(&hash, desk.now().as_millisecond()).await?;
    Ok(found.map(|session| Customer {
        directory: session.directory,
        customer_id: session.customer_id,
        only: None,
        reads_only: session.reads_only,
    }))
}

/// Who comes by the token of a link in a notice, and the report that it leads to. Nothing when it leads nowhere
/// any more. To look changes nothing: programs that read mail follow links.
pub async fn by_link(desk: &Desk, token: &str) -> Result<Option<(Customer, ReportId)>, StoreError> {
    let hash = sha256_hex(token.as_bytes());
    let found = desk.db.read().await?.client_link(&hash, desk.now().as_millisecond()).await?;
    Ok(found.map(|link| {
        let report = link.report;
        let customer = Customer {
            only: link.customer_id.is_empty().then_some(report),
            directory: link.directory,
            customer_id: link.customer_id,
            reads_only: false,
        };
        (customer, report)
    }))
}

/// Sends a new link to whoever has this mail address in a directory and a report about a service of theirs; to nobody
/// else, and nobody is told whether there is such a customer.
pub async fn ask_for_link(desk: &Desk, address: &str) -> Result<(), StoreError> {
    let address = address.trim().to_lowercase();
    if address.is_empty() || address.len() > LONGEST_ADDRESS {
        return Ok(());
    }
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let mut record = Record::new(desk);
    for id in tx.latest_reports_by_mail(&address, LINKS_AT_ONCE).await? {
        if let Some(subject) = tx.report(id).await?.and_then(|report| report.subject) {
            record.add(id, Some(&subject.service), &Actor::Customer, &[Event::LinkAsked], now);
        }
    }
    record.write(&mut tx, now).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Ends a session.
pub async fn sign_out(desk: &Desk, token: &str) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    tx.end_customer_session(&sha256_hex(token.as_bytes())).await?;
    tx.commit().await
}

/// A report as its customer sees it. It has no field for what staff write for themselves or who reported.
#[derive(Debug, Clone)]
pub struct CustomerReport {
    /// Its number.
    pub id: ReportId,
    /// The service.
    pub service: ServiceKey,
    /// Kind of abuse.
    pub category: String,
    /// Address.
    pub service_ip: String,
    /// What the customer is told.
    pub additional_info: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Where it stands.
    pub stands: Stands,
    /// What the customer said last.
    pub claim: Option<Claim>,
    /// More time that they asked for and nobody has decided about.
    pub wants: Option<Span>,
    /// Whether they can take the service back now.
    pub take_back: SelfUnsuspend,
}

/// Where a report stands, for its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It is over.
    Closed {
        /// Since when.
        at: Timestamp,
        /// How it ended.
        outcome: Outcome,
    },
    /// It is open.
    Open {
        /// The customer has the move; else staff have.
        your_turn: bool,
        /// When the service is suspended unless the customer does something.
        deadline: Option<Timestamp>,
        /// What is left of the customer's time while the clock stands still.
        time_left: Option<Span>,
    },
}

impl CustomerReport {
    /// Nothing for a report that waits for its service: it is nobody's yet.
    fn of(report: &Report, settings: &Settings) -> Option<Self> {
        let subject = report.subject.as_ref()?;
        let stands = match &report.state {
            State::Queued { .. } => return None,
            State::Open { turn, countdown } => {
                let (deadline, time_left) = match countdown {
                    Countdown::Running { deadline, .. } => (Some(*deadline), None),
                    Countdown::Paused { left, .. } => (None, Some(*left)),
                    Countdown::None | Countdown::Lifted { .. } | Countdown::Reached { .. } => {
                        (None, None)
                    }
                };
                Stands::Open { your_turn: *turn == Turn::Customer, deadline, time_left }
            }
            State::Closed { at, outcome } => Stands::Closed { at: *at, outcome: *outcome },
        };
        Some(Self {
            id: report.id,
            service: subject.service.clone(),
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            additional_info: report.allegation.additional_info.clone(),
            opened_at: report.opened_at,
            stands,
            claim: report.said.claim,
            wants: report.said.wants,
            take_back: report.self_unsuspend(settings.unsuspend_limit),
        })
    }
}

/// A message between customer and staff, as the customer sees it.
#[derive(Debug, Clone)]
pub struct CustomerMessage {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Option<Timestamp>,
    /// The customer wrote it; else the abuse desk.
    pub from_customer: bool,
    /// The text.
    pub text: String,
    /// Files that came with it.
    pub attachments: Vec<CustomerAttachment>,
}

/// All that a customer sees of one report.
#[derive(Debug, Clone)]
pub struct CustomerFile {
    /// The report.
    pub report: CustomerReport,
    /// What was written: the latest messages, the oldest of them first.
    pub messages: Vec<CustomerMessage>,
    /// There are messages before this one, which is the first here.
    pub earlier: Option<i64>,
    /// What the panel shows of the suspension by this report: `suspended`, `pending`, … (`view`); besides,
    /// `left_suspended` (the hold is gone, somebody else's wish keeps it off) and `not_back_yet` (giving it back did not
    /// work so far).
    pub suspension: &'static str,
    /// Another report of theirs wants the service off, too.
    pub held_by_another: bool,
    /// What they can do about paying to have it back.
    pub offer: Offer,
    /// What they paid, or may still pay: the latest.
    pub payment: Option<PaymentView>,
    /// The product, as the directory has it; may be empty.
    pub product: String,
    /// The domain; may be empty.
    pub domain: String,
    /// The customer's language, in the words of the directory; may be empty.
    pub language: String,
    /// What the complaints about it say together; nothing where it was opened without any.
    pub counters: Option<Counters>,
}

/// A customer's reports, newest first, before `before`.
pub async fn reports(
    desk: &Desk,
    customer: &Customer,
    before: Option<ReportId>,
) -> Result<Vec<CustomerReport>, StoreError> {
    let live = desk.live();
    let mut tx = desk.db.read().await?;
    let reports = match customer.only {
        Some(only) => tx.report(only).await?.into_iter().filter(|one| customer.owns(one)).collect(),
        None => {
            let before = before.unwrap_or(ReportId(i64::MAX));
            let Customer { directory, customer_id, .. } = customer;
            tx.reports_of_customer(directory, customer_id, before, PAGE).await?
        }
    };
    Ok(reports.iter().filter_map(|report| CustomerReport::of(report, &live.settings)).collect())
}

/// The language of a customer in the words of the directory: that of their latest report's service.
pub async fn language(desk: &Desk, reports: &[CustomerReport]) -> Result<String, StoreError> {
    let Some(first) = reports.first() else { return Ok(String::new()) };
    let known = desk.db.read().await?.service(&first.service).await?;
    Ok(known.map(|known| known.service.language).unwrap_or_default())
}

/// One report of a customer with its messages; nothing when it is somebody else's.
pub async fn report(
    desk: &Desk,
    customer: &Customer,
    id: ReportId,
    messages: Slice,
) -> Result<Option<CustomerFile>, StoreError> {
    let live = desk.live();
    let mut tx = desk.db.read().await?;
    let Some(report) = tx.report(id).await?.filter(|report| customer.owns(report)) else {
        return Ok(None);
    };
    let Some(mut shown) = CustomerReport::of(&report, &live.settings) else { return Ok(None) };
    let read = tx.messages(id, one_more(messages)).await?;
    let messages = Part::of(read, messages.limit, |message| message.id);
    let range = messages.range(|message| message.id);
    let mut files = attachment::of_messages(&mut tx, id, range).await?;
    let earlier = messages.before;
    let holders = tx.holders(&shown.service).await?;
    let known = tx.service(&shown.service).await?;
    let payments = payment::of_report(&mut tx, id).await?;
    let worth = payment::worth(&mut tx, &report).await?;
    let kinds: Vec<Kind> = Kind::of_service().collect();
    let latest = tx.latest_event(id, &kinds).await?;
    let turned = latest.and_then(|line| line.event.kind().turned());
    drop(tx);
    let counters = inbox::counters_of(desk, id).await?;
    let suspension = view::of(desk, &report).await?.suspension.state;
    let is_let_go = matches!(report.hold, Hold::Released { .. });
    let suspension = match suspension {
        "lifted" if turned == Some(Turned::LeftOff) => "left_suspended",
        "failed" | "unknown" | "manual" if is_let_go => "not_back_yet",
        state => state,
    };
    let is_theirs = known.as_ref().is_some_and(|known| {
        known.ended_at.is_none() && known.service.customer_id == customer.customer_id
    });
    if !is_theirs {
        shown.take_back = SelfUnsuspend::No;
    }
    // An invoice that is good for nothing is about to be taken back: nobody is led to it.
    let payment = payments.first();
    let payment = payment.filter(|one| !one.state.is_live() || worth != Worth::Nothing);
    let messages = messages.rows.into_iter().map(|message| CustomerMessage {
        id: message.id,
        at: from_millis(message.at),
        from_customer: message.from_customer,
        text: message.body,
        attachments: files.remove(&message.id).unwrap_or_default(),
    });
    let (product, domain, language) = known
        .filter(|known| known.service.customer_id == customer.customer_id)
        .map(|known| (known.service.product, known.service.domain, known.service.language))
        .unwrap_or_default();
    Ok(Some(CustomerFile {
        messages: messages.collect(),
        earlier,
        suspension,
        offer: payment::offer(desk, &live.settings, &report, worth, &payments),
        payment: payment.map(PaymentView::of),
        held_by_another: holders.iter().any(|holder| holder.report != id),
        product,
        domain,
        language,
        counters,
        report: shown,
    }))
}

/// The text of one message of a report; nothing when the report is somebody else's.
pub async fn message(
    desk: &Desk,
    customer: &Customer,
    report: ReportId,
    id: i64,
) -> Result<Option<String>, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(found) = tx.report(report).await?.filter(|report| customer.owns(report)) else {
        return Ok(None);
    };
    let is_shown = CustomerReport::of(&found, &desk.live().settings).is_some();
    let message = if is_shown { tx.message(report, id).await? } else { None };
    Ok(message.map(|row| row.body))
}

/// What a customer may see of a panel's customer area right now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LockdownView {
    /// The desk's setting: `no`, `standard` or `strict`.
    pub mode: &'static str,
    /// The customer is kept to their reports. Paying, answering and logging out stay possible all the same.
    pub locked: bool,
    /// Open reports.
    pub open: i64,
    /// Open reports to which the customer has never replied.
    pub unanswered: i64,
}

/// Whether a customer is kept to their reports. One of whom nothing is known is not.
pub async fn lockdown(
    desk: &Desk,
    directory: &str,
    customer_id: &str,
) -> Result<LockdownView, StoreError> {
    let mode = desk.live().settings.lockdown;
    let CustomerStanding { open, unanswered } =
        desk.db.read().await?.customer_standing(directory, customer_id).await?;
    let locked = mode.locks(open, unanswered);
    Ok(LockdownView { mode: mode.as_str(), locked, open, unanswered })
}

/// What a customer does with a report of theirs.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Writes.
    Answer(String),
    /// Says that it is fixed, or wrong, and why.
    Claim(Claim, String),
    /// Asks for more time, and may say why.
    AskForMoreTime(Span, String),
    /// Takes the service back, and says what was done.
    TakeBack(String),
    /// Pays to have the service back.
    Pay,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum DeedError {
    /// There is no such report of theirs.
    NotTheirs,
    /// They may only read.
    ReadsOnly,
    /// The service has another customer now, or is gone: it is not theirs to take back.
    ServiceMoved,
    /// The report did not take it.
    #[error(transparent)]
    Act(ActError),
}

impl DeedError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NotTheirs => refusal!("refusal-not_theirs"),
            Self::ReadsOnly => refusal!("refusal-reads_only"),
            Self::ServiceMoved => refusal!("refusal-service_moved"),
            Self::Act(error) => error.refusal(),
        }
    }
}

/// The customer does something with a report of theirs, and may send files along.
pub async fn act_on(
    desk: &Desk,
    customer: &Customer,
    id: ReportId,
    deed: Deed,
    files: Files,
) -> Result<(), DeedError> {
    if customer.reads_only {
        return Err(DeedError::ReadsOnly);
    }
    let act = match deed {
        Deed::Answer(text) => Act::CustomerAnswer(text),
        Deed::Claim(claim, text) => Act::Claim(claim, text),
        Deed::AskForMoreTime(by, why) => Act::AskForMoreTime(by, why),
        Deed::TakeBack(statement) => Act::TakeBack(statement),
        Deed::Pay => Act::Pay,
    };
    // Whose it is, is looked at where it is done: in between, the report may get another service.
    let conditions = Conditions { customer: Some(customer.clone()), ..Conditions::default() };
    match act_with(desk, id, &Actor::Customer, act, &conditions, files).await {
        Ok(_) => Ok(()),
        Err(ActError::NoReport(_)) => Err(DeedError::NotTheirs),
        Err(ActError::ServiceMoved) => Err(DeedError::ServiceMoved),
        Err(other) => Err(DeedError::Act(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_customer_area() {
        assert_eq!(below_client(Some("/client/reports/92")), "/client/reports/92");
        for odd in [
            None,
            Some(""),
            Some("//evil.example.com"),
            Some("https://evil.example.com"),
            Some("/client//evil.example.com"),
            Some("/client/../admin"),
            Some("/clients"),
            Some("/client/reports?x=1\r\nset-cookie: a=b"),
        ] {
            assert_eq!(below_client(odd), "/client", "{odd:?}");
        }
    }
}
