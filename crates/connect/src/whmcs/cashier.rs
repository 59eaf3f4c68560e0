//! WHMCS as somebody who takes money: an invoice that the customer pays there, in their own currency.
//!
//! `CreateInvoice` knows no key by which the same wish is told from another one, so that every invoice has a mark in its
//! notes: when an answer was lost, the customer's latest invoices are looked through for it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use portreeve_app::payment::{Asked, Bill, Found, NotCancelled, Provider};
use portreeve_core::payment::{Cents, Invoice, Money, Rate, Seen};
use portreeve_core::reason::Finding;
use portreeve_core::time::day;

use super::client::{CallError, Client, Slot};
use super::decode::{ClientDetails, Created, Currencies, InvoiceDetails, Invoices, worth};

/// The customer's latest invoices among which a mark is looked for.
const LATEST: &str = "100";

/// One or more WHMCS as providers, by directory.
#[derive(Debug)]
pub struct Cashier {
    /// The WHMCS of each directory.
    pub clients: HashMap<String, Arc<Client>>,
    /// WHMCS's name of a payment method; none: the customer's own.
    pub payment_method: Option<String>,
    /// Taxes are added.
    pub taxed: bool,
}

/// Why a bill cannot be made out in the customer's currency.
enum NoAmount {
    /// It never will be.
    Never(Finding),
    /// WHMCS was not reached.
    Later(Finding),
}

impl From<CallError> for NoAmount {
    fn from(error: CallError) -> Self {
        Self::Later(error.into())
    }
}

/// By what an invoice is found again: the payment's number and when it was asked for, which no other desk has.
fn mark(bill: &Bill) -> String {
    format!("[portreeve payment {}.{}]", bill.id, bill.asked_at.as_millisecond())
}

impl Cashier {
    fn client(&self, bill: &Bill) -> Result<&Client, Finding> {
        let directory = &bill.service.directory;
        let client = self.clients.get(directory).map(AsRef::as_ref);
        client.ok_or_else(|| Finding::NotServed { directory: directory.clone() })
    }

    /// What it costs in the customer's currency, by WHMCS's rates.
    async fn due(&self, client: &Client, bill: &Bill) -> Result<Money, NoAmount> {
        let fields = [("clientid", bill.customer_id.as_str())];
        let details: ClientDetails = client.read(Slot::Bulk, "GetClientsDetails", &fields).await?;
        let known: Currencies = client.read(Slot::Bulk, "GetCurrencies", &[]).await?;
        let known = known.currencies.0;
        let theirs = known.iter().find(|one| {
            one.code == details.client.currency_code || one.id == details.client.currency
        });
        let ours = known.iter().find(|one| one.code == bill.price.currency);
        let (Some(theirs), Some(ours)) = (theirs, ours) else {
            return Err(NoAmount::Never(match ours {
                None => Finding::NoCurrency { currency: bill.price.currency.clone() },
                Some(_) => Finding::NoCustomerCurrency,
            }));
        };
        let bad = || NoAmount::Never(Finding::NoRate);
        let rate = |text: &str| text.parse::<Rate>().map_err(|_| bad());
        let (from, to) = (rate(&ours.rate)?, rate(&theirs.rate)?);
        let amount = bill.price.amount.converted(from, to).ok_or_else(bad)?;
        if amount < Cents(1) {
            return Err(NoAmount::Never(Finding::NothingToPay));
        }
        Ok(Money { amount, currency: theirs.code.clone() })
    }
}

impl Cashier {
    /// What the customer has to pay in the end: WHMCS alone knows which taxes come on top.
    async fn with_taxes(&self, client: &Client, reference: &str, due: Money) -> Money {
        if !self.taxed {
            return due;
        }
        let fields = [("invoiceid", reference)];
        let shown = client.read::<InvoiceDetails>(Slot::Bulk, "GetInvoice", &fields).await;
        let worth = shown.ok().and_then(|shown| shown.worth());
        let amount = worth.map_or(due.amount, |worth| worth.max(due.amount));
        Money { amount, ..due }
    }
}

fn invoice(client: &Client, reference: &str, due: Money) -> Invoice {
    let url = client.page(&format!("viewinvoice.php?id={reference}"));
    Invoice { reference: reference.to_owned(), url, due }
}

#[async_trait]
impl Provider for Cashier {
    async fn ask(&self, bill: &Bill) -> Asked {
        let client = match self.client(bill) {
            Ok(client) => client,
            Err(why) => return Asked::Refused(why),
        };
        let due = match self.due(client, bill).await {
            Ok(due) => due,
            Err(NoAmount::Never(why)) => return Asked::Refused(why),
            Err(NoAmount::Later(why)) => return Asked::Later(why),
        };
        let (amount, date, notes) = (due.amount.to_string(), day(bill.asked_at), mark(bill));
        let mut fields = vec![
            ("userid", bill.customer_id.as_str()),
            ("status", "Unpaid"),
            ("sendinvoice", "1"),
            ("date", &date),
            ("duedate", &date),
            ("notes", &notes),
            ("itemdescription1", &bill.what),
            ("itemamount1", &amount),
            ("itemtaxed1", if self.taxed { "1" } else { "0" }),
        ];
        if let Some(method) = &self.payment_method {
            fields.push(("paymentmethod", method));
        }
        match client.change_for::<Created>(Slot::Bulk, "CreateInvoice", &fields).await {
            Ok(created) if !created.invoiceid.is_empty() => {
                let due = self.with_taxes(client, &created.invoiceid, due).await;
                Asked::Made(invoice(client, &created.invoiceid, due))
            }
            Ok(_) => Asked::Lost(Finding::NoInvoiceNamed),
            // Something between us and WHMCS may answer after the invoice was made.
            Err(CallError::Unknown(why) | CallError::NotAnApi(why)) => Asked::Lost(why),
            Err(CallError::Refused(why)) => Asked::Refused(Finding::said(why)),
            Err(error) => Asked::Later(error.into()),
        }
    }

    async fn find(&self, bill: &Bill) -> Found {
        let client = match self.client(bill) {
            Ok(client) => client,
            Err(why) => return Found::Unknown(why),
        };
        let fields = [
            ("userid", bill.customer_id.as_str()),
            ("orderby", "id"),
            ("order", "desc"),
            ("limitnum", LATEST),
        ];
        let listed = client.read::<Invoices>(Slot::Bulk, "GetInvoices", &fields).await;
        let list = match listed {
            Ok(list) => list.invoices.0,
            Err(error) => return Found::Unknown(error.into()),
        };
        let mark = mark(bill);
        let Some(found) = list.into_iter().find(|one| one.notes.contains(&mark)) else {
            return Found::NotThere;
        };
        match worth(&found.subtotal, &found.total, &found.credit) {
            Some(amount) => {
                let due = Money { amount, currency: found.currencycode };
                Found::There(invoice(client, &found.id, due))
            }
            None => Found::Unknown(Finding::NoAmount { reference: found.id }),
        }
    }

    async fn look(&self, bill: &Bill, invoice: &Invoice) -> Seen {
        let client = match self.client(bill) {
            Ok(client) => client,
            Err(why) => return Seen::Unknown(why),
        };
        let fields = [("invoiceid", invoice.reference.as_str())];
        match client.read::<InvoiceDetails>(Slot::Bulk, "GetInvoice", &fields).await {
            Ok(shown) => seen(bill, invoice, &shown),
            Err(CallError::Refused(why)) if why == "Invoice ID Not Found" => Seen::Gone,
            Err(error) => Seen::Unknown(error.into()),
        }
    }

    async fn cancel(&self, bill: &Bill, invoice: &Invoice) -> Result<(), NotCancelled> {
        let later = |error: CallError| NotCancelled::Later(error.into());
        let client = self.client(bill).map_err(NotCancelled::Later)?;
        // Whatever was paid of it is money that somebody has to look after.
        let seen = [("invoiceid", invoice.reference.as_str())];
        let shown: InvoiceDetails =
            client.read(Slot::Bulk, "GetInvoice", &seen).await.map_err(later)?;
        if shown.status != "Unpaid" || shown.is_begun() {
            return Err(NotCancelled::Later(Finding::PerhapsPaid { state: shown.status }));
        }
        let fields = [("invoiceid", invoice.reference.as_str()), ("status", "Cancelled")];
        match client.change(Slot::Bulk, "UpdateInvoice", &fields).await {
            Ok(()) => Ok(()),
            // WHMCS 9 changes no invoice that is not a draft, and asks for the right to delete one.
            Err(error @ (CallError::Refused(_) | CallError::NotPermitted(_))) => {
                let said = match error {
                    CallError::Refused(said) => said,
                    _ => String::new(),
                };
                let reference = invoice.reference.clone();
                Err(NotCancelled::Refused(Finding::StillOpen { reference, said }))
            }
            Err(error) => Err(later(error)),
        }
    }
}

/// What an invoice shows. It has to be this customer's and to be over what was asked for.
fn seen(bill: &Bill, invoice: &Invoice, shown: &InvoiceDetails) -> Seen {
    let reference = invoice.reference.clone();
    if shown.userid != bill.customer_id {
        let customer = shown.userid.clone();
        return Seen::Odd(Finding::InvoiceMoved { reference, customer });
    }
    match shown.status.as_str() {
        "Paid" if !shown.has_money() => Seen::Odd(Finding::PaidWithoutMoney { reference }),
        "Paid" if shown.worth().is_some_and(|sum| sum >= invoice.due.amount) => Seen::Paid,
        "Paid" => Seen::Odd(Finding::PaidOtherSum {
            reference,
            paid: shown.subtotal.clone(),
            due: invoice.due.to_string(),
        }),
        "Unpaid" | "Draft" | "Payment Pending" | "Collections" => Seen::Open,
        "Cancelled" => Seen::Cancelled,
        "Refunded" => Seen::Reversed,
        other => Seen::Unknown(Finding::OddInvoice { reference, state: other.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use portreeve_core::ids::{ReportId, ServiceKey};
    use portreeve_core::payment::PaymentId;
    use portreeve_core::time::Timestamp;

    use super::*;

    fn shown(userid: &str, status: &str, subtotal: &str) -> Seen {
        let due = Money { amount: Cents(2_500), currency: "EUR".into() };
        let bill = Bill {
            id: PaymentId(17),
            asked_at: Timestamp::UNIX_EPOCH,
            report: ReportId(92),
            service: ServiceKey::parse("whmcs:3", "main").expect("good"),
            customer_id: "7".into(),
            price: due.clone(),
            what: String::new(),
            back: None,
        };
        let invoice = Invoice { reference: "5".into(), url: String::new(), due };
        let details = InvoiceDetails {
            userid: userid.into(),
            status: status.into(),
            subtotal: subtotal.into(),
            transactions: serde_json::json!({ "transaction": [{ "id": 1, "amountin": subtotal }] }),
            ..InvoiceDetails::default()
        };
        seen(&bill, &invoice, &details)
    }

    #[test]
    fn an_invoice_without_money_is_not_plainly_paid() {
        let details = |transactions: serde_json::Value, credit: &str| InvoiceDetails {
            transactions,
            credit: credit.into(),
            ..InvoiceDetails::default()
        };
        let json = |text| serde_json::from_str(text).expect("good");
        assert!(!details(json("\"\""), "0.00").has_money());
        assert!(!details(json(r#"{"transaction":[]}"#), "").has_money());
        assert!(details(json("\"\""), "25.00").has_money());
        assert!(details(json(r#"{"transaction":[{"id":1}]}"#), "0.00").has_money());
        assert!(details(json(r#"{"transaction":{"id":1}}"#), "0.00").has_money());
    }

    #[test]
    fn an_invoice_counts_as_paid_for_its_own_customer_and_its_own_amount() {
        assert_eq!(shown("7", "Paid", "25.00"), Seen::Paid);
        assert_eq!(shown("7", "Paid", "30.00"), Seen::Paid);
        assert!(matches!(shown("7", "Paid", "24.99"), Seen::Odd(_)));
        assert!(matches!(shown("7", "Paid", ""), Seen::Odd(_)));
        assert!(matches!(shown("8", "Paid", "25.00"), Seen::Odd(_)));
        for status in ["Unpaid", "Draft", "Payment Pending", "Collections"] {
            assert_eq!(shown("7", status, "25.00"), Seen::Open, "{status}");
        }
        assert_eq!(shown("7", "Cancelled", "25.00"), Seen::Cancelled);
        assert_eq!(shown("7", "Refunded", "25.00"), Seen::Reversed);
        assert!(matches!(shown("7", "Odd", "25.00"), Seen::Unknown(_)));
    }
}
