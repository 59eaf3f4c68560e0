//! Paying to unsuspend: the port to whoever takes the money, what a customer is offered, and the job that finds out what
//! became of it.
//!
//! The job works on a report: it asks for an invoice once, looks for it when the answer was lost, and looks at it until
//! it is paid. What a panel's addon or a provider sends only makes it look sooner; the money counts when it was seen.

use portreeve_core::refusal::{Refusal, refusal};
use portreeve_i18n::english;
use std::time::Duration;

use async_trait::async_trait;
use portreeve_core::event::{Event, Job};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::payment::{Invoice, Money, Payment, PaymentId, PaymentState, Seen};
use portreeve_core::reason::Finding;
use portreeve_core::report::{Hold, Report};
use portreeve_core::settings::Settings;
use portreeve_core::text::{one_line, storable_json};
use portreeve_core::time::{Timestamp, rfc3339};
use portreeve_store::{NewPayment, StoreError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::Desk;
use crate::record::{Record, to_row};
use crate::signature::{BadSignature, Secrets, Signed};

mod settle;

pub(crate) use settle::settle;

/// Payments of one report that are looked at and shown; a customer is not let to have more.
const PAYMENTS: i64 = 100;

/// Characters of why something did not work that go on record.
const WORDS: usize = 300;

/// How often somebody who waits for an invoice looks.
const LOOKS: Duration = Duration::from_millis(100);

/// Largest message of a provider, in bytes.
pub const LARGEST_MESSAGE: usize = 16 * 1024;

/// A payment as a provider is told of it.
#[derive(Debug, Clone)]
pub struct Bill {
    /// The payment.
    pub id: PaymentId,
    /// When the customer asked for it. With its number it tells the payment from those of any other desk.
    pub asked_at: Timestamp,
    /// The report.
    pub report: ReportId,
    /// The service.
    pub service: ServiceKey,
    /// The customer, as the directory names them.
    pub customer_id: String,
    /// What it costs by the desk's settings.
    pub price: Money,
    /// What is paid for, in one line.
    pub what: String,
    /// Where the customer finds the report.
    pub back: Option<String>,
}

/// What became of asking for an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is there.
    Made(Invoice),
    /// There will be none, and why.
    Refused(Finding),
    /// The provider was not reached, so that nothing happened.
    Later(Finding),
    /// It was told and its answer was not seen.
    Lost(Finding),
}

/// What a look for an invoice found whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It was made.
    There(Invoice),
    /// There is none yet.
    NotThere,
    /// To ask again does no harm: the provider tells by the payment's number that it is the same.
    AskAgain,
    /// Nobody can see.
    Unknown(Finding),
}

/// A way to somebody who takes money.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Asks for an invoice.
    async fn ask(&self, bill: &Bill) -> Asked;

    /// Looks for the invoice of a bill. Changes nothing.
    async fn find(&self, bill: &Bill) -> Found;

    /// Looks at an invoice. Changes nothing.
    async fn look(&self, bill: &Bill, invoice: &Invoice) -> Seen;

    /// Takes an invoice back that nobody needs any more.
    async fn cancel(&self, bill: &Bill, invoice: &Invoice) -> Result<(), NotCancelled>;
}

/// Why an invoice that nobody needs any more was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCancelled {
    /// The provider will not do it: a person has to.
    Refused(Finding),
    /// The provider was not reached, or gave no answer; the next look tries again.
    Later(Finding),
}

/// A provider with the directories whose customers pay there.
pub struct Cashier {
    /// Its name in the configuration.
    pub name: String,
    /// Directories; none: all.
    pub directories: Vec<String>,
    /// What its messages to us are signed with, where it sends any.
    pub secrets: Option<Secrets>,
    /// The way to it.
    pub provider: Box<dyn Provider>,
}

impl Cashier {
    /// Whether customers of a directory pay there.
    pub fn serves(&self, directory: &str) -> bool {
        self.directories.is_empty() || self.directories.iter().any(|name| name == directory)
    }
}

/// What a customer can do about paying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Nothing: it is not offered, or there is nothing to pay for.
    No,
    /// They can pay so much.
    Pay(Money),
    /// They have begun to.
    Begun,
    /// They paid as often as they may; staff decide.
    Spent,
}

/// What the customer of a report would get for letting go of its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// The service: it is off by our order, as its panel showed or staff said.
    Service,
    /// That is not certain: it is being suspended or given back, or that did not work.
    Uncertain,
    /// Nothing: it is off by somebody else's wish, runs, or is not theirs any more.
    Nothing,
}

/// What letting go of a report's hold is worth to its customer, as far as the desk knows.
pub(crate) async fn worth(tx: &mut Tx, report: &Report) -> Result<Worth, StoreError> {
    let Some(subject) = &report.subject else { return Ok(Worth::Nothing) };
    if !is_still_theirs(tx, &subject.service, &subject.customer_id).await? {
        return Ok(Worth::Nothing);
    }
    let known = tx.enforcements(&[&subject.service]).await?.pop();
    Ok(match known.map(|known| known.record) {
        Some(record) if record.is_ours() => Worth::Service,
        Some(record) if record.is_out_of_our_hands() => Worth::Nothing,
        Some(_) | None => Worth::Uncertain,
    })
}

/// Whether a service is there and belongs to this customer.
pub(crate) async fn is_still_theirs(
    tx: &mut Tx,
    service: &ServiceKey,
    customer_id: &str,
) -> Result<bool, StoreError> {
    let known = tx.service(service).await?;
    Ok(known
        .is_some_and(|known| known.ended_at.is_none() && known.service.customer_id == customer_id))
}

/// Whether it was a payment that let go of a report's hold.
pub(crate) async fn let_go(tx: &mut Tx, report: ReportId) -> Result<bool, StoreError> {
    let Some(latest) = tx.payments(report, 1).await?.pop() else { return Ok(false) };
    let hold = tx.report(report).await?.map(|report| report.hold);
    let Some(Hold::Released { at, .. }) = hold else { return Ok(false) };
    Ok(latest.state == PaymentState::Paid && latest.since == at)
}

/// What is offered about a report with these payments, the latest first.
pub(crate) fn offer(
    desk: &Desk,
    settings: &Settings,
    report: &Report,
    worth: Worth,
    paid: &[Payment],
) -> Offer {
    if paid.first().is_some_and(|latest| latest.state.is_live()) {
        return Offer::Begun;
    }
    if worth != Worth::Service {
        return Offer::No;
    }
    let Some(subject) = report.subject.as_ref().filter(|_| report.awaits_payment()) else {
        return Offer::No;
    };
    let (Some(price), Some(_)) =
        (settings.pay.price(), desk.cashier_for(&subject.service.directory))
    else {
        return Offer::No;
    };
    let is_paid = |one: &&Payment| matches!(one.state, PaymentState::Paid | PaymentState::Reversed);
    let times = paid.iter().filter(is_paid).count();
    let is_full = i64::try_from(paid.len()).is_ok_and(|count| count >= PAYMENTS);
    if is_full || u32::try_from(times).map_or(true, |times| times >= settings.pay.limit) {
        return Offer::Spent;
    }
    Offer::Pay(price)
}

/// A payment as staff see it, and as far as they may, customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentView {
    /// Its number.
    pub id: i64,
    /// `wished`, `asking`, `open`, `paid`, `refused`, `ended` or `reversed`.
    pub state: &'static str,
    /// Since when.
    pub since: String,
    /// When the customer asked for it.
    pub asked_at: String,
    /// The amount, such as `25.00`: what the invoice says, once there is one.
    pub amount: String,
    /// Its currency, such as `EUR`.
    pub currency: String,
    /// The provider's name of the invoice.
    pub reference: Option<String>,
    /// Where it is paid.
    pub url: Option<String>,
}

impl PaymentView {
    pub(crate) fn of(payment: &Payment) -> Self {
        let money = payment.invoice.as_ref().map_or(&payment.price, |invoice| &invoice.due);
        Self {
            id: payment.id.0,
            state: payment.state.as_str(),
            since: rfc3339(payment.since),
            asked_at: rfc3339(payment.asked_at),
            amount: money.amount.to_string(),
            currency: money.currency.clone(),
            reference: payment.invoice.as_ref().map(|invoice| invoice.reference.clone()),
            url: payment.invoice.as_ref().map(|invoice| invoice.url.clone()),
        }
    }
}

/// The payments of a report, the latest first.
pub(crate) async fn of_report(tx: &mut Tx, report: ReportId) -> Result<Vec<Payment>, StoreError> {
    tx.payments(report, PAYMENTS).await
}

/// Why a payment was not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum PayError {
    /// There is nothing to pay for, or it is not offered.
    NotOffered,
    /// As often as they may.
    TooOften,
}

impl PayError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NotOffered => refusal!("refusal-nothing_to_pay"),
            Self::TooOften => refusal!("refusal-paid_too_often"),
        }
    }
}

/// The customer of a locked report wants to pay. Two clicks begin one payment.
pub(crate) async fn begin(
    desk: &Desk,
    tx: &mut Tx,
    report: &Report,
    now: Timestamp,
) -> Result<Result<(), PayError>, StoreError> {
    let live = desk.live();
    let paid = of_report(tx, report.id).await?;
    let worth = worth(tx, report).await?;
    let price = match offer(desk, &live.settings, report, worth, &paid) {
        Offer::No => return Ok(Err(PayError::NotOffered)),
        Offer::Spent => return Ok(Err(PayError::TooOften)),
        Offer::Begun => return Ok(Ok(())),
        Offer::Pay(price) => price,
    };
    let Some(subject) = &report.subject else { return Ok(Err(PayError::NotOffered)) };
    let Some(cashier) = desk.cashier_for(&subject.service.directory) else {
        return Ok(Err(PayError::NotOffered));
    };
    let event = Event::PaymentAsked { amount: price.to_string() };
    let new = NewPayment {
        report: report.id,
        service: subject.service.clone(),
        customer_id: subject.customer_id.clone(),
        cashier: cashier.name.clone(),
        price,
        at: now,
    };
    if tx.add_payment(&new).await?.is_some() {
        let mut record = Record::new(desk);
        record.add(report.id, Some(&subject.service), &Actor::Customer, &[event], now);
        record.write(tx, now).await?;
    }
    Ok(Ok(()))
}

/// Waits until the invoice of the latest payment of a report is there or will not be, for `patience` at the most.
pub async fn wait_for_invoice(
    desk: &Desk,
    report: ReportId,
    patience: Duration,
) -> Result<(), StoreError> {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let payments = desk.db.read().await?.payments(report, 1).await?;
        let waits =
            |one: &Payment| matches!(one.state, PaymentState::Wished | PaymentState::Asking);
        if !payments.first().is_some_and(waits) || tokio::time::Instant::now() >= deadline {
            return Ok(());
        }
        tokio::time::sleep(LOOKS).await;
    }
}

/// Has the payments looked at that have this invoice, because somebody says that something happened to it.
pub(crate) async fn ring(
    desk: &Desk,
    tx: &mut Tx,
    cashier: &str,
    reference: &str,
) -> Result<(), StoreError> {
    let reports = tx.reports_with_invoice(cashier, reference).await?;
    let jobs: Vec<_> = reports.into_iter().map(|id| to_row(&Job::SettlePayments(id))).collect();
    tx.enqueue(&jobs, desk.now().as_millisecond()).await
}

/// Why a message of a provider was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// There is no such provider, or none that sends messages.
    #[error("there is no payment provider {0:?} that sends messages")]
    NoCashier(String),
    /// Not from somebody who has the secret.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// It cannot be read.
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
struct Told {
    data: Named,
}

#[derive(Deserialize)]
struct Named {
    reference: String,
}

/// Takes a message of a provider: it names an invoice, and that is looked at. Nothing else in it is believed.
pub async fn receive(
    desk: &Desk,
    cashier: &str,
    signed: &Signed<'_>,
    body: &[u8],
) -> Result<(), MessageError> {
    let missing = || MessageError::NoCashier(cashier.to_owned());
    let known = desk.cashier(cashier).ok_or_else(missing)?;
    let secrets = known.secrets.as_ref().ok_or_else(missing)?;
    secrets.verify(signed, body, desk.now().as_second())?;
    let mut body = body.to_vec();
    storable_json(&mut body);
    let told: Told = serde_json::from_slice(&body)
        .map_err(|error| MessageError::Unreadable(one_line(&error.to_string(), WORDS)))?;
    let mut tx = desk.db.write().await?;
    ring(desk, &mut tx, cashier, &told.data.reference).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}
