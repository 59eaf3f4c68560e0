//! Paying to unsuspend: the port to whoever takes the money, what a customer is offered, and the job that finds out what
//! became of it.
//!
//! The job works on a report: it asks for an invoice once, looks for it when the answer was lost, and looks at it until
//! it is paid. What a panel's addon or a provider sends only makes it look sooner; the money counts when it was seen.

use std::time::Duration;

use async_trait::async_trait;
use portreeve_core::event::{Event, Job};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::payment::{
    Invoice, Money, Payment, PaymentId, PaymentState, Seen, Turned, look_again,
};
use portreeve_core::report::Report;
use portreeve_core::settings::Settings;
use portreeve_core::text::one_line;
use portreeve_core::time::{Span, Timestamp, rfc3339};
use portreeve_store::{NewPayment, StoreError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::Desk;
use crate::enforce::After;
use crate::record::{Record, to_row};
use crate::signature::{BadSignature, Secrets, Signed};

/// Payments of one report that are looked at and shown; a customer is not let to have more.
const PAYMENTS: i64 = 100;

/// Characters of why something did not work that go on record.
const WORDS: usize = 300;

/// An invoice that was not found is asked for again only after so long: a provider that was slow may still make it.
const SURE: Span = Span::from_secs(120);

/// Pauses before something is tried again.
const FIRST_PAUSE: Span = Span::from_secs(2);
const LONGEST_PAUSE: Span = Span::from_mins(15);

/// A provider that cannot be reached for so long does not make the invoice, or nobody knows whether it did; staff are told.
const PATIENCE: Span = Span::from_mins(60);

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
    Refused(String),
    /// The provider was not reached, so that nothing happened.
    Later(String),
    /// It was told and its answer was not seen.
    Lost(String),
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
    Unknown(String),
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

    /// Takes an invoice back that nobody needs any more. An error says why that could not be done.
    async fn cancel(&self, bill: &Bill, invoice: &Invoice) -> Result<(), String>;
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

/// What is offered about a report with these payments.
pub(crate) fn offer(desk: &Desk, settings: &Settings, report: &Report, paid: &[Payment]) -> Offer {
    if paid.first().is_some_and(|latest| latest.state.is_live()) {
        return Offer::Begun;
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
pub enum PayError {
    /// There is nothing to pay for, or it is not offered.
    #[error("there is nothing to pay for")]
    NotOffered,
    /// As often as they may.
    #[error("the customer has paid as often as they may; staff decide now")]
    TooOften,
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
    let price = match offer(desk, &live.settings, report, &paid) {
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
    let told: Told = serde_json::from_slice(body)
        .map_err(|error| MessageError::Unreadable(one_line(&error.to_string(), WORDS)))?;
    let mut tx = desk.db.write().await?;
    ring(desk, &mut tx, cashier, &told.data.reference).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Finds out what became of the payments of a report. A second run does no harm.
pub(crate) async fn settle(desk: &Desk, report: ReportId) -> Result<After, StoreError> {
    let payments = of_report(&mut desk.db.read().await?, report).await?;
    let mut next: Option<Timestamp> = None;
    for payment in payments {
        let Some(cashier) = desk.cashier(&payment.cashier) else {
            if payment.state.is_live() {
                next = earlier(next, Some(LONGEST_PAUSE.after(desk.now())));
                tell_of_missing(desk, &payment).await?;
            }
            continue;
        };
        let bill = bill(desk, &payment).await?;
        let settling = Settling { desk, cashier, bill, payment };
        next = earlier(next, settling.run().await?);
    }
    Ok(next.map_or(After::Settled, After::Again))
}

/// Staff are told once that nobody can look at a payment any more, because its provider left the configuration.
async fn tell_of_missing(desk: &Desk, payment: &Payment) -> Result<(), StoreError> {
    let what = format!("its payment provider {} is not configured any more", payment.cashier);
    if payment.detail == what {
        return Ok(());
    }
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    tx.report_alone(payment.report).await?;
    tx.save_payment(&Payment { detail: what.clone(), ..payment.clone() }).await?;
    let mut record = Record::new(desk);
    let events = [Event::PaidOddly { what }];
    record.add(payment.report, Some(&payment.service), &Actor::Desk, &events, now);
    record.write(&mut tx, now).await?;
    tx.commit().await
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

async fn bill(desk: &Desk, payment: &Payment) -> Result<Bill, StoreError> {
    let known = desk.db.read().await?.service(&payment.service).await?;
    let name = known.map(|known| {
        let service = known.service;
        if service.domain.is_empty() { service.product } else { service.domain }
    });
    let name =
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| payment.service.id.to_string());
    let back = desk.base_url().map(|base| format!("{base}/client/reports/{}", payment.report.0));
    Ok(Bill {
        id: payment.id,
        asked_at: payment.asked_at,
        report: payment.report,
        service: payment.service.clone(),
        customer_id: payment.customer_id.clone(),
        price: payment.price.clone(),
        what: one_line(&format!("Unsuspension of {name}, abuse report {}", payment.report), 200),
        back,
    })
}

/// One payment that is being settled.
struct Settling<'a> {
    desk: &'a Desk,
    cashier: &'a Cashier,
    bill: Bill,
    payment: Payment,
}

impl Settling<'_> {
    /// Does what there is to do, and says when to look again.
    async fn run(mut self) -> Result<Option<Timestamp>, StoreError> {
        match self.payment.state {
            PaymentState::Wished => self.ask().await,
            PaymentState::Asking => match self.cashier.provider.find(&self.bill).await {
                Found::There(invoice) => self.open(invoice).await,
                Found::AskAgain => self.send(false).await,
                Found::NotThere if Span::between(self.payment.since, self.desk.now()) < SURE => {
                    Ok(Some(self.pause()))
                }
                Found::NotThere => self.ask().await,
                Found::Unknown(why) => self.wait(&why).await,
            },
            PaymentState::Open | PaymentState::Paid | PaymentState::Ended => self.look().await,
            PaymentState::Refused | PaymentState::Reversed => Ok(None),
        }
    }

    /// The longer the customer waits already, the longer is the pause.
    fn pause(&self) -> Timestamp {
        let now = self.desk.now();
        let quarter = Span::between(self.payment.asked_at, now).half().half();
        quarter.clamp(FIRST_PAUSE, LONGEST_PAUSE).after(now)
    }

    /// Asks for the invoice. That it is about to be asked for is on record first.
    async fn ask(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let wanted = self.change(|report, payment, now| {
            if report.awaits_payment() {
                // What staff were told stays, so that they are told once.
                let detail = payment.detail.clone();
                payment.turn(PaymentState::Asking, &detail, now);
            } else {
                payment.turn(PaymentState::Ended, "nothing is left to pay for", now);
            }
            Vec::new()
        });
        if !wanted.await? || self.payment.state != PaymentState::Asking {
            return Ok(None);
        }
        self.send(true).await
    }

    /// Sends the bill. `first`: no invoice was made for it before, as far as anybody knows.
    async fn send(&mut self, first: bool) -> Result<Option<Timestamp>, StoreError> {
        match self.cashier.provider.ask(&self.bill).await {
            Asked::Made(invoice) => self.open(invoice).await,
            Asked::Refused(why) => self.refuse(&why).await,
            Asked::Later(why) if first => {
                // Nothing was made: that is known, and asking anew does no harm.
                let words = one_line(&why, WORDS);
                self.change(|_, payment, now| {
                    payment.turn(PaymentState::Wished, &words, now);
                    Vec::new()
                })
                .await?;
                self.wait(&why).await
            }
            Asked::Later(why) | Asked::Lost(why) => self.wait(&why).await,
        }
    }

    /// Tries again later, but not for ever.
    async fn wait(&mut self, why: &str) -> Result<Option<Timestamp>, StoreError> {
        tracing::warn!(report = %self.bill.report, "a payment provider cannot be asked: {why}");
        if Span::between(self.payment.asked_at, self.desk.now()) >= PATIENCE {
            match self.payment.state {
                PaymentState::Wished => return self.refuse(why).await,
                _ => {
                    let what = "there may be an invoice, and nobody can see whether there is";
                    self.note(&Seen::Odd(what.to_owned())).await?;
                }
            }
        }
        Ok(Some(self.pause()))
    }

    async fn refuse(&mut self, why: &str) -> Result<Option<Timestamp>, StoreError> {
        let why = one_line(why, WORDS);
        self.change(|_, payment, now| {
            payment.turn(PaymentState::Refused, &why, now);
            vec![Event::PaymentRefused { why: why.clone() }]
        })
        .await?;
        Ok(None)
    }

    async fn open(&mut self, invoice: Invoice) -> Result<Option<Timestamp>, StoreError> {
        let event = Event::PaymentOpen {
            reference: invoice.reference.clone(),
            amount: invoice.due.to_string(),
        };
        self.change(|_, payment, now| {
            payment.turn(PaymentState::Open, "", now);
            payment.invoice = Some(invoice);
            vec![event]
        })
        .await?;
        Ok(self.next())
    }

    fn next(&self) -> Option<Timestamp> {
        look_again(self.payment.state, self.payment.since, self.desk.now())
    }

    /// Looks at the invoice, and takes it back first when it is not needed any more.
    async fn look(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let Some(invoice) = self.payment.invoice.clone() else { return Ok(None) };
        let provider = &self.cashier.provider;
        if self.payment.state == PaymentState::Open && !self.is_still_needed().await? {
            // Whether it worked is seen by the look that follows: it may have been paid meanwhile.
            if let Err(why) = provider.cancel(&self.bill, &invoice).await {
                tracing::warn!(report = %self.bill.report, "an invoice cannot be taken back: {why}");
            }
        }
        let seen = provider.look(&self.bill, &invoice).await;
        let amount = invoice.due.to_string();
        match self.payment.state.after(&seen) {
            Some(Turned::Paid) => self.paid(&invoice.due).await?,
            Some(Turned::Ended) => {
                let event = Event::PaymentEnded { reference: invoice.reference };
                self.turn(PaymentState::Ended, event).await?;
            }
            Some(Turned::Reversed) => {
                let event = Event::PaymentReversed { amount, reference: invoice.reference };
                self.turn(PaymentState::Reversed, event).await?;
            }
            None => self.note(&seen).await?,
        }
        Ok(self.next())
    }

    async fn is_still_needed(&self) -> Result<bool, StoreError> {
        let report = self.desk.db.read().await?.report(self.bill.report).await?;
        Ok(report.is_some_and(|report| report.awaits_payment()))
    }

    async fn turn(&mut self, state: PaymentState, event: Event) -> Result<(), StoreError> {
        self.change(|_, payment, now| {
            payment.turn(state, "", now);
            vec![event]
        })
        .await?;
        Ok(())
    }

    /// What is odd is told to staff once.
    async fn note(&mut self, seen: &Seen) -> Result<(), StoreError> {
        match seen {
            Seen::Odd(what) if self.payment.detail != one_line(what, WORDS) => {
                let what = one_line(what, WORDS);
                self.change(|_, payment, _| {
                    payment.detail.clone_from(&what);
                    vec![Event::PaidOddly { what: what.clone() }]
                })
                .await?;
            }
            Seen::Unknown(why) => {
                tracing::warn!(report = %self.bill.report, "an invoice cannot be looked at: {why}");
            }
            _ => {}
        }
        Ok(())
    }

    /// The money is there: this report's hold goes.
    async fn paid(&mut self, money: &Money) -> Result<(), StoreError> {
        let now = self.desk.now();
        let mut tx = self.desk.db.write().await?;
        let Some((report, mut payment)) = self.locked(&mut tx).await? else { return Ok(()) };
        let known = tx.service(&payment.service).await?;
        let still_theirs = known.is_some_and(|known| {
            known.ended_at.is_none() && known.service.customer_id == payment.customer_id
        });
        payment.turn(PaymentState::Paid, "", now);
        tx.save_payment(&payment).await?;
        let before = report.clone();
        let (report, events) = report.paid(money, still_theirs, now);
        if report != before {
            tx.save_report(&report).await?;
        }
        let mut record = Record::new(self.desk);
        record.add(report.id, Some(&payment.service), &Actor::Customer, &events, now);
        record.write(&mut tx, now).await?;
        tx.commit().await?;
        self.payment = payment;
        self.desk.work.notify_waiters();
        Ok(())
    }

    /// The report and the payment, both as they stand now; nothing when the payment stands otherwise than it did when
    /// this began.
    async fn locked(&self, tx: &mut Tx) -> Result<Option<(Report, Payment)>, StoreError> {
        let Some(report) = tx.report_alone(self.payment.report).await? else { return Ok(None) };
        let payments = of_report(tx, report.id).await?;
        let is_same = |one: &Payment| one.id == self.payment.id && one.state == self.payment.state;
        Ok(payments.into_iter().find(is_same).map(|payment| (report, payment)))
    }

    /// Stores what `work` does to the payment, with what is to be told of it. Whether there was still something to do.
    async fn change(
        &mut self,
        work: impl FnOnce(&Report, &mut Payment, Timestamp) -> Vec<Event>,
    ) -> Result<bool, StoreError> {
        let now = self.desk.now();
        let mut tx = self.desk.db.write().await?;
        let Some((report, mut payment)) = self.locked(&mut tx).await? else { return Ok(false) };
        let events = work(&report, &mut payment, now);
        tx.save_payment(&payment).await?;
        let mut record = Record::new(self.desk);
        record.add(report.id, Some(&payment.service), &Actor::Desk, &events, now);
        record.write(&mut tx, now).await?;
        tx.commit().await?;
        self.payment = payment;
        self.desk.work.notify_waiters();
        Ok(true)
    }
}
