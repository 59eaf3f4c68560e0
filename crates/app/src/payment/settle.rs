//! The job that finds out what became of a report's payments.

use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::payment::{Invoice, Money, Payment, PaymentState, Seen, Turned, look_again};
use portreeve_core::reason::{Finding, PaymentIssue};
use portreeve_core::report::Report;
use portreeve_core::text::one_line;
use portreeve_core::time::{Span, Timestamp};
use portreeve_i18n::reason::in_english;
use portreeve_store::{StoreError, Tx};

use super::{Asked, Bill, Cashier, Found, NotCancelled, Worth, is_still_theirs, of_report, worth};
use crate::desk::Desk;
use crate::enforce::After;
use crate::record::Record;

/// An invoice that was not found is asked for again only after so long: a provider that was slow may still make it.
const SURE: Span = Span::from_secs(120);

/// Pauses before something is tried again.
const FIRST_PAUSE: Span = Span::from_secs(2);
const LONGEST_PAUSE: Span = Span::from_mins(15);

/// A provider that cannot be reached for so long does not make the invoice, or nobody knows whether it did; staff are told.
const PATIENCE: Span = Span::from_mins(60);

/// Who presses again within so long after no invoice could be made makes no second mail to staff.
const AFTER_REFUSAL: Span = Span::from_mins(60);

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
    let issue = PaymentIssue::ProviderMissing { provider: payment.cashier.clone() };
    if payment.issue.as_ref() == Some(&issue) {
        return Ok(());
    }
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    tx.report_alone(payment.report).await?;
    tx.save_payment(&Payment { issue: Some(issue.clone()), ..payment.clone() }).await?;
    let mut record = Record::new(desk);
    let events = [Event::PaidOddly { issue }];
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
        let is_needed = self.is_still_needed().await?;
        let wanted = self.change(|report, payment, now| {
            if is_needed && report.awaits_payment() {
                // What staff were told stays, so that they are told once.
                let issue = payment.issue.take();
                payment.turn(PaymentState::Asking, now);
                payment.issue = issue;
            } else {
                payment.turn(PaymentState::Ended, now);
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
                self.change(|_, payment, now| {
                    payment.turn(PaymentState::Wished, now);
                    Vec::new()
                })
                .await?;
                self.wait(&why).await
            }
            Asked::Later(why) | Asked::Lost(why) => self.wait(&why).await,
        }
    }

    /// Tries again later, but not for ever.
    async fn wait(&mut self, why: &Finding) -> Result<Option<Timestamp>, StoreError> {
        let (report, seen) = (self.bill.report, in_english(why));
        tracing::warn!(%report, "a payment provider cannot be reached: {seen}");
        if Span::between(self.payment.asked_at, self.desk.now()) >= PATIENCE {
            match self.payment.state {
                PaymentState::Wished => return self.refuse(why).await,
                _ => {
                    self.note_issue(PaymentIssue::PerhapsInvoiced).await?;
                }
            }
        }
        Ok(Some(self.pause()))
    }

    async fn refuse(&mut self, why: &Finding) -> Result<Option<Timestamp>, StoreError> {
        let again = self.was_refused_lately().await?;
        let event = Event::PaymentRefused { said: why.clone(), again };
        self.change(|_, payment, now| {
            payment.turn(PaymentState::Refused, now);
            vec![event]
        })
        .await?;
        Ok(None)
    }

    /// Whether staff know already that this customer gets no invoice.
    async fn was_refused_lately(&self) -> Result<bool, StoreError> {
        let all = of_report(&mut self.desk.db.read().await?, self.payment.report).await?;
        let mut before = all.iter().skip_while(|one| one.id != self.payment.id).skip(1);
        let now = self.desk.now();
        Ok(before.next().is_some_and(|one| {
            one.state == PaymentState::Refused && Span::between(one.since, now) < AFTER_REFUSAL
        }))
    }

    async fn open(&mut self, invoice: Invoice) -> Result<Option<Timestamp>, StoreError> {
        let event = Event::PaymentOpen {
            reference: invoice.reference.clone(),
            amount: invoice.due.to_string(),
        };
        self.change(|_, payment, now| {
            payment.turn(PaymentState::Open, now);
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
        let mut refused = None;
        if self.payment.state == PaymentState::Open && !self.is_still_needed().await? {
            // Whether it worked is seen by the look that follows: it may have been paid meanwhile.
            match provider.cancel(&self.bill, &invoice).await {
                Ok(()) => {}
                Err(NotCancelled::Refused(why)) => refused = Some(why),
                Err(NotCancelled::Later(why)) => {
                    let report = self.bill.report;
                    tracing::warn!(%report, "an invoice cannot be cancelled: {}", in_english(&why));
                }
            }
        }
        let seen = match (provider.look(&self.bill, &invoice).await, refused) {
            // It stays open until a person cancels it: staff are told, once.
            (Seen::Open, Some(why)) => Seen::Odd(why),
            (seen, _) => seen,
        };
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
        let mut tx = self.desk.db.read().await?;
        let Some(report) = tx.report(self.bill.report).await? else { return Ok(false) };
        Ok(report.awaits_payment() && worth(&mut tx, &report).await? != Worth::Nothing)
    }

    async fn turn(&mut self, state: PaymentState, event: Event) -> Result<(), StoreError> {
        self.change(|_, payment, now| {
            payment.turn(state, now);
            vec![event]
        })
        .await?;
        Ok(())
    }

    /// What is odd is told to staff once.
    async fn note(&mut self, seen: &Seen) -> Result<(), StoreError> {
        match seen {
            Seen::Odd(what) => {
                self.note_issue(PaymentIssue::Unexpected { said: what.clone() }).await?;
            }
            Seen::Unknown(why) => {
                tracing::warn!(report = %self.bill.report, "an invoice cannot be checked: {}", in_english(why));
                self.out_of_sight(why).await?;
            }
            _ if self.payment.unseen.is_none() => {}
            _ => {
                self.change(|_, payment, _| {
                    payment.in_sight();
                    Vec::new()
                })
                .await?;
            }
        }
        Ok(())
    }

    /// Tells staff of what they have to look at, unless it is what they were told last.
    async fn note_issue(&mut self, issue: PaymentIssue) -> Result<(), StoreError> {
        if self.payment.issue.as_ref() == Some(&issue) {
            return Ok(());
        }
        self.change(|_, payment, _| {
            payment.issue = Some(issue.clone());
            payment.unseen = None;
            vec![Event::PaidOddly { issue }]
        })
        .await?;
        Ok(())
    }

    /// An invoice that nobody can look at for long may be paid: staff are told.
    async fn out_of_sight(&mut self, why: &Finding) -> Result<(), StoreError> {
        let invoice = self.payment.invoice.as_ref().map(|invoice| invoice.reference.clone());
        let reference = invoice.unwrap_or_default();
        let issue = PaymentIssue::OutOfSight { reference, said: why.clone() };
        self.change(|_, payment, now| {
            let is_long = payment.out_of_sight(PATIENCE, now);
            is_long.then_some(Event::PaidOddly { issue }).into_iter().collect()
        })
        .await?;
        Ok(())
    }

    /// The money is there: this report's hold goes.
    async fn paid(&mut self, money: &Money) -> Result<(), StoreError> {
        let now = self.desk.now();
        let mut tx = self.desk.db.write().await?;
        let Some((report, mut payment)) = self.locked(&mut tx).await? else { return Ok(()) };
        let still_theirs = is_still_theirs(&mut tx, &payment.service, &payment.customer_id).await?;
        payment.turn(PaymentState::Paid, now);
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
