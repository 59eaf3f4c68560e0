//! WHMCS as somebody who takes money: an invoice that the customer pays there, in their own currency.
//!
//! `CreateInvoice` knows no key by which the same wish is told from another one, so that every invoice has a mark in its
//! notes: when an answer was lost, the customer's latest invoices are looked through for it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use portreeve_app::payment::{Asked, Bill, Found, NotCancelled, Provider};
use portreeve_core::payment::{Cents, Invoice, Money, Rate, Seen};
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
    Never(String),
    /// WHMCS was not reached.
    Later(String),
}

impl From<CallError> for NoAmount {
    fn from(error: CallError) -> Self {
        Self::Later(error.to_string())
    }
}

/// By what an invoice is found again: the payment's number and when it was asked for, which no other desk has.
fn mark(bill: &Bill) -> String {
    format!("[portreeve payment {}.{}]", bill.id, bill.asked_at.as_millisecond())
}

impl Cashier {
    fn client(&self, bill: &Bill) -> Result<&Client, String> {
        let directory = &bill.service.directory;
        let client = self.clients.get(directory).map(AsRef::as_ref);
        client.ok_or_else(|| format!("no WHMCS has the directory {directory}"))
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
            let missing = if ours.is_none() { &bill.price.currency } else { "of the customer" };
            return Err(NoAmount::Never(format!(
                "WHMCS has no currency {missing}; see the setting pay.currency"
            )));
        };
        let bad = || NoAmount::Never("a rate of WHMCS's currencies cannot be read".to_owned());
        let rate = |text: &str| text.parse::<Rate>().map_err(|_| bad());
        let (from, to) = (rate(&ours.rate)?, rate(&theirs.rate)?);
        let amount = bill.price.amount.converted(from, to).ok_or_else(bad)?;
        if amount < Cents(1) {
            return Err(NoAmount::Never("the amount is nothing in the customer's currency".into()));
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
            Ok(_) => Asked::Lost("WHMCS did not say which invoice it made".to_owned()),
            // Something between us and WHMCS may answer after the invoice was made.
            Err(CallError::Unknown(why) | CallError::NotAnApi(why)) => Asked::Lost(why),
            Err(CallError::Refused(why)) => Asked::Refused(format!("WHMCS says: {why}")),
            Err(error) => Asked::Later(error.to_string()),
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
            Err(error) => return Found::Unknown(error.to_string()),
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
            None => Found::Unknown(format!("the amount of invoice {} cannot be read", found.id)),
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
            Err(error) => Seen::Unknown(error.to_string()),
        }
    }

    async fn cancel(&self, bill: &Bill, invoice: &Invoice) -> Result<(), NotCancelled> {
        let later = |error: CallError| NotCancelled::Later(error.to_string());
        let client = self.client(bill).map_err(NotCancelled::Later)?;
        // Whatever was paid of it is money that somebody has to look after.
        let seen = [("invoiceid", invoice.reference.as_str())];
        let shown: InvoiceDetails =
            client.read(Slot::Bulk, "GetInvoice", &seen).await.map_err(later)?;
        if shown.status != "Unpaid" || shown.is_begun() {
            let status = shown.status;
            return Err(NotCancelled::Later(format!(
                "it is {status} and something of it may be paid"
            )));
        }
        let fields = [("invoiceid", invoice.reference.as_str()), ("status", "Cancelled")];
        match client.change(Slot::Bulk, "UpdateInvoice", &fields).await {
            Ok(()) => Ok(()),
            // WHMCS 9 changes no invoice that is not a draft, and asks for the right to delete one.
            Err(error @ (CallError::Refused(_) | CallError::NotPermitted(_))) => {
                Err(NotCancelled::Refused(format!(
                    "invoice {} is still open in WHMCS; cancel it there ({error})",
                    invoice.reference
                )))
            }
            Err(error) => Err(later(error)),
        }
    }
}

/// What an invoice shows. It has to be this customer's and to be over what was asked for.
fn seen(bill: &Bill, invoice: &Invoice, shown: &InvoiceDetails) -> Seen {
    let reference = &invoice.reference;
    if shown.userid != bill.customer_id {
        return Seen::Odd(format!("invoice {reference} is customer {}'s now", shown.userid));
    }
    match shown.status.as_str() {
        "Paid" if !shown.has_money() => Seen::Odd(format!(
            "invoice {reference} is marked as paid, and WHMCS shows neither a payment nor credit for it; release the \
             hold by hand if that was meant"
        )),
        "Paid" if shown.worth().is_some_and(|sum| sum >= invoice.due.amount) => Seen::Paid,
        "Paid" => Seen::Odd(format!(
            "invoice {reference} is paid, but it is over {} and not {}",
            shown.subtotal, invoice.due
        )),
        "Unpaid" | "Draft" | "Payment Pending" | "Collections" => Seen::Open,
        "Cancelled" => Seen::Cancelled,
        "Refunded" => Seen::Reversed,
        other => Seen::Unknown(format!("WHMCS says that invoice {reference} is {other:?}")),
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
