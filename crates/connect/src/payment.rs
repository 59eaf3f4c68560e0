//! Payments by a program of the host (`docs/payments.md`): it is told by signed posts that a customer wants to pay, and
//! asked what became of it.
//!
//! What the status means: 200 with JSON is an answer; 409 and 422 refuse; 429 and 503 ask to come again. A post without
//! an answer is sent again under the same id, by which the program tells that it is the same payment.

use async_trait::async_trait;
use portreeve_app::payment::{Asked, Bill, Found, NotCancelled, Provider};
use portreeve_core::payment::{Cents, Invoice, Money, Seen};
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::outbound::{Answered, Endpoint, Outcome, Poster};

/// Longest name of an invoice and longest address, in characters.
const LONGEST_REFERENCE: usize = 200;
const LONGEST_URL: usize = 2_000;

/// Characters of what was answered that go on record.
const WORDS: usize = 300;

/// A program that takes money.
#[derive(Debug, Clone)]
pub struct WebhookCashier {
    /// The way to it.
    pub poster: Poster,
}

#[derive(Deserialize)]
struct Made {
    reference: String,
    url: String,
    /// What the customer pays, where it is not what was asked for: converted, with taxes.
    #[serde(default)]
    amount: Option<String>,
    #[serde(default)]
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Shown {
    state: String,
    #[serde(default)]
    amount: Option<Amount>,
    #[serde(default)]
    currency: Option<String>,
}

/// An amount as programs write it: `"25.00"` as documented, or the number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Text(String),
    Number(serde_json::Number),
}

impl Amount {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

fn told(action: &str, bill: &Bill, invoice: Option<&Invoice>) -> Value {
    json!({
        "action": action,
        "payment_id": payment_id(bill),
        "report_id": bill.report.0,
        "directory": bill.service.directory,
        "service_id": bill.service.id.get(),
        "customer_id": bill.customer_id,
        "amount": bill.price.amount.to_string(),
        "currency": bill.price.currency,
        "description": bill.what,
        "return_url": bill.back,
        "reference": invoice.map(|invoice| &invoice.reference),
    })
}

/// Names the payment among those of all desks that speak to the same program.
fn payment_id(bill: &Bill) -> String {
    format!("payment_{}_{}", bill.id, bill.asked_at.as_millisecond())
}

fn money(amount: Option<String>, currency: Option<String>) -> Result<Option<Money>, Finding> {
    match (amount, currency) {
        (None, None) => Ok(None),
        (Some(amount), Some(currency)) => {
            let amount: Cents =
                amount.parse().map_err(|error| unreadable(format!("amount {error}")))?;
            let fits = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
            let why = || unreadable("currency must be three capital letters");
            fits.then_some(Some(Money { amount, currency })).ok_or_else(why)
        }
        _ => Err(unreadable("amount and currency go together")),
    }
}

/// An answer that is not as it has to be, in words for whoever wrote the program.
fn unreadable(said: impl Into<String>) -> Finding {
    Finding::Unreadable { said: one_line(&said.into(), WORDS) }
}

/// The invoice of an answer. Only an address of the web leads a customer anywhere.
fn made(answered: &Answered, price: &Money) -> Result<Invoice, Finding> {
    let made: Made =
        serde_json::from_slice(&answered.body).map_err(|error| unreadable(error.to_string()))?;
    let within = |text: &str, limit| (1..=limit).contains(&text.chars().count());
    let is_plain = !made.reference.chars().any(char::is_control);
    if !is_plain || !within(&made.reference, LONGEST_REFERENCE) {
        return Err(unreadable(format!(
            "reference must have 1 to {LONGEST_REFERENCE} plain characters"
        )));
    }
    // Pages may have a part behind #, which is the browser's business.
    let page = made.url.split('#').next().unwrap_or_default();
    let leads = Endpoint::parse(page).is_ok() && within(&made.url, LONGEST_URL);
    if !leads {
        return Err(unreadable("url must begin with https:// or http://"));
    }
    let due = money(made.amount, made.currency)?.unwrap_or_else(|| price.clone());
    Ok(Invoice { reference: made.reference, url: made.url, due })
}

fn seen(answered: &Answered, invoice: &Invoice) -> Seen {
    match answered.status {
        200 if answered.whole => {}
        // A stray 404 comes from many a proxy.
        410 => return Seen::Gone,
        _ => return Seen::Unknown(answered.found()),
    }
    let shown: Shown = match serde_json::from_slice(&answered.body) {
        Ok(shown) => shown,
        Err(error) => return Seen::Unknown(unreadable(error.to_string())),
    };
    // An amount without a currency is in that of the invoice.
    let currency = shown.currency.map(|currency| currency.to_ascii_uppercase());
    let amount = shown.amount.map(Amount::into_text);
    let currency = currency.or_else(|| amount.as_ref().map(|_| invoice.due.currency.clone()));
    let paid = match money(amount, currency) {
        Ok(paid) => paid,
        Err(why) => return Seen::Unknown(why),
    };
    match (shown.state.as_str(), paid) {
        ("open", _) => Seen::Open,
        ("paid", Some(paid))
            if paid.currency != invoice.due.currency || paid.amount < invoice.due.amount =>
        {
            Seen::Odd(Finding::PaidOtherSum {
                reference: invoice.reference.clone(),
                paid: paid.to_string(),
                due: invoice.due.to_string(),
            })
        }
        ("paid", _) => Seen::Paid,
        ("cancelled", _) => Seen::Cancelled,
        ("reversed", _) => Seen::Reversed,
        (other, _) => Seen::Unknown(Finding::OddState { state: one_line(other, WORDS) }),
    }
}

#[async_trait]
impl Provider for WebhookCashier {
    async fn ask(&self, bill: &Bill) -> Asked {
        let body = told("request", bill, None).to_string();
        match self.poster.post(&payment_id(bill), &body).await {
            Outcome::NotSent(why) => Asked::Later(why),
            Outcome::NoAnswer(why) => Asked::Lost(why),
            Outcome::Answered(answered) => match answered.status {
                200 if answered.whole => match made(&answered, &bill.price) {
                    Ok(invoice) => Asked::Made(invoice),
                    Err(why) => Asked::Lost(why),
                },
                409 | 422 => Asked::Refused(answered.found()),
                429 | 503 => Asked::Later(answered.found()),
                _ => Asked::Lost(answered.found()),
            },
        }
    }

    async fn find(&self, _bill: &Bill) -> Found {
        Found::AskAgain
    }

    async fn look(&self, bill: &Bill, invoice: &Invoice) -> Seen {
        let id = format!("look_{:032x}", rand::random::<u128>());
        let body = told("status", bill, Some(invoice)).to_string();
        match self.poster.post(&id, &body).await {
            Outcome::NotSent(why) | Outcome::NoAnswer(why) => Seen::Unknown(why),
            Outcome::Answered(answered) => seen(&answered, invoice),
        }
    }

    async fn cancel(&self, bill: &Bill, invoice: &Invoice) -> Result<(), NotCancelled> {
        let id = format!("cancel_{}", payment_id(bill));
        let body = told("cancel", bill, Some(invoice)).to_string();
        match self.poster.post(&id, &body).await {
            Outcome::Answered(answered) if answered.status == 200 => Ok(()),
            Outcome::Answered(answered) if matches!(answered.status, 409 | 422) => {
                let (reference, said) = (invoice.reference.clone(), answered.said());
                Err(NotCancelled::Refused(Finding::StillOpen { reference, said }))
            }
            Outcome::Answered(answered) => Err(NotCancelled::Later(answered.found())),
            Outcome::NotSent(why) | Outcome::NoAnswer(why) => Err(NotCancelled::Later(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Answered {
        let body = body.as_bytes().to_vec();
        Answered { status, retry_after: None, location: None, body, whole: true }
    }

    fn euros(cents: i64) -> Money {
        Money { amount: Cents(cents), currency: "EUR".into() }
    }

    #[test]
    fn an_invoice_needs_a_name_and_an_address_of_the_web() {
        let read = |body: &str| made(&answered(200, body), &euros(2_500));
        let good =
            read(r#"{"reference":"a-1","url":"https://pay.example.com/a-1"}"#).expect("good");
        assert_eq!((good.reference.as_str(), good.due), ("a-1", euros(2_500)));
        let page = r#"{"reference":"a","url":"https://pay.example.com/#/a"}"#;
        assert!(read(page).is_ok());
        let dear = r#"{"reference":"a","url":"http://pay.example.com/","amount":"27.13","currency":"USD"}"#;
        assert_eq!(read(dear).expect("good").due.to_string(), "27.13 USD");
        for bad in [
            "",
            "{}",
            r#"{"reference":"","url":"https://pay.example.com/"}"#,
            r#"{"reference":"a","url":"javascript:alert(1)"}"#,
            r#"{"reference":"a","url":"//pay.example.com"}"#,
            r#"{"reference":"a\nb","url":"https://pay.example.com/"}"#,
            r#"{"reference":"a","url":"https://pay.example.com/","amount":"27"}"#,
            r#"{"reference":"a","url":"https://pay.example.com/","amount":"-1","currency":"EUR"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_paid_has_to_be_what_was_asked_for() {
        let invoice = Invoice {
            reference: "a".into(),
            url: "https://pay.example.com/".into(),
            due: euros(2_500),
        };
        let look = |status, body: &str| seen(&answered(status, body), &invoice);
        assert_eq!(look(200, r#"{"state":"open"}"#), Seen::Open);
        assert_eq!(look(200, r#"{"state":"paid"}"#), Seen::Paid);
        assert_eq!(look(200, r#"{"state":"paid","amount":"30","currency":"EUR"}"#), Seen::Paid);
        for good in [r#""amount":25,"currency":"eur""#, r#""amount":25.5"#, r#""amount":"25.00""#] {
            assert_eq!(look(200, &format!(r#"{{"state":"paid",{good}}}"#)), Seen::Paid, "{good}");
        }
        let less = look(200, r#"{"state":"paid","amount":24.99}"#);
        assert!(matches!(less, Seen::Odd(_)), "{less:?}");
        for odd in [r#""amount":"24.99","currency":"EUR""#, r#""amount":"25.00","currency":"USD""#]
        {
            let seen = look(200, &format!(r#"{{"state":"paid",{odd}}}"#));
            assert!(matches!(seen, Seen::Odd(_)), "{odd}");
        }
        assert_eq!(look(200, r#"{"state":"reversed"}"#), Seen::Reversed);
        assert_eq!(look(410, ""), Seen::Gone);
        for (status, body) in
            [(200, "paid"), (200, r#"{"state":"Paid"}"#), (500, r#"{"state":"paid"}"#)]
        {
            assert!(matches!(look(status, body), Seen::Unknown(_)), "{body}");
        }
    }
}
