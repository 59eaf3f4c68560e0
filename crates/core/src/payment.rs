//! Paying to unsuspend: what it costs, where a payment stands, and what a look at the provider makes of it.
//!
//! A provider is told once that a payment is wanted; what became of it is seen by looking, never believed from a
//! message. Money is counted in hundredths, so that nothing is ever rounded twice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ReportId, ServiceKey};
use crate::reason::{Finding, PaymentIssue};
use crate::time::{Span, Timestamp};

/// One payment that a customer asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentId(pub i64);

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Hundredths of a currency's unit, as billing systems count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// A text that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an amount without currency, such as 25.00")]
pub struct NotAnAmount;

impl FromStr for Cents {
    type Err = NotAnAmount;

    /// Up to nine digits, and perhaps a point with one or two more. No sign, no currency, no thousands.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let fits = (1..=9).contains(&whole.len()) && (1..=2).contains(&part.len());
        if !fits || !digits(whole) || !digits(part) {
            return Err(NotAnAmount);
        }
        let number = |text: &str| text.parse::<i64>().map_err(|_| NotAnAmount);
        Ok(Self(number(whole)? * 100 + number(&format!("{part:0<2}"))?))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// An amount of a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// How much; never negative.
    pub amount: Cents,
    /// Its three capital letters (ISO 4217).
    pub currency: String,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// How much of a currency one unit of a billing system's own currency is worth, in ten-billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(i128);

/// Digits behind the point of a rate.
const RATE_DIGITS: usize = 10;

impl FromStr for Rate {
    type Err = NotAnAmount;

    /// A decimal number above zero, such as `1.08500`.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !(1..=9).contains(&whole.len()) || !digits(whole) || !digits(part) {
            return Err(NotAnAmount);
        }
        let part: String = part.chars().chain(std::iter::repeat('0')).take(RATE_DIGITS).collect();
        match format!("{whole}{part}").parse::<i128>() {
            Ok(rate) if rate > 0 => Ok(Self(rate)),
            _ => Err(NotAnAmount),
        }
    }
}

impl Cents {
    /// The same value in another currency: both rates are against the same one. Half a hundredth is rounded up.
    /// Nothing when it is more than can be counted.
    pub fn converted(self, from: Rate, to: Rate) -> Option<Self> {
        let doubled = i128::from(self.0).checked_mul(to.0)?.checked_mul(2)?;
        let rounded = (doubled.checked_add(from.0)?).checked_div(from.0.checked_mul(2)?)?;
        i64::try_from(rounded).ok().map(Self)
    }
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// The customer wants to pay; the provider was not told yet.
    Wished,
    /// The provider was told and nobody knows whether it made an invoice: it is looked for before it is told again.
    Asking,
    /// There is an invoice that waits to be paid.
    Open,
    /// It was paid, and that was seen.
    Paid,
    /// The provider does not make one.
    Refused,
    /// It is not to be paid any more.
    Ended,
    /// It was paid and the money went back.
    Reversed,
}

impl PaymentState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Wished,
        Self::Asking,
        Self::Open,
        Self::Paid,
        Self::Refused,
        Self::Ended,
        Self::Reversed,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wished => "wished",
            Self::Asking => "asking",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::Reversed => "reversed",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The customer may still pay it: there is no second one beside it.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Wished | Self::Asking | Self::Open)
    }
}

/// What a provider asks the customer to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// The provider's name of it.
    pub reference: String,
    /// Where the customer pays it; `https://` or `http://`.
    pub url: String,
    /// How much, in the customer's currency.
    pub due: Money,
}

/// A payment with all that decides what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its number.
    pub id: PaymentId,
    /// What it is to lift the hold of.
    pub report: ReportId,
    /// The service that the report is about.
    pub service: ServiceKey,
    /// The customer who wants to pay, as the directory names them.
    pub customer_id: String,
    /// The provider, by its name in the configuration.
    pub cashier: String,
    /// What it costs by the desk's settings when it was asked for.
    pub price: Money,
    /// Where it stands ...
    pub state: PaymentState,
    /// ... and since when.
    pub since: Timestamp,
    /// The invoice, once there is one.
    pub invoice: Option<Invoice>,
    /// What staff were told about it that they have to look at, so that they are told once.
    pub issue: Option<PaymentIssue>,
    /// Since when nobody can see its invoice.
    pub unseen: Option<Unseen>,
    /// When the customer asked for it.
    pub asked_at: Timestamp,
}

/// Nobody can see whether an invoice is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// Since when.
    pub since: Timestamp,
    /// Staff were told.
    pub told: bool,
}

impl Payment {
    /// It stands otherwise from `now` on. What was told of how it stood is of the past.
    pub fn turn(&mut self, state: PaymentState, now: Timestamp) {
        self.state = state;
        self.since = now;
        self.issue = None;
        self.unseen = None;
    }

    /// Nobody can see at `now` whether its invoice is paid. Whether that has been so for `patience` and is to be told:
    /// once, until it was seen again. What staff have to look at already is not told anew.
    pub fn out_of_sight(&mut self, patience: Span, now: Timestamp) -> bool {
        match &mut self.unseen {
            _ if self.issue.is_some() => false,
            Some(unseen) => {
                let is_time = !unseen.told && Span::between(unseen.since, now) >= patience;
                unseen.told |= is_time;
                is_time
            }
            None => {
                self.unseen = Some(Unseen { since: now, told: false });
                false
            }
        }
    }

    /// Its invoice was seen.
    pub fn in_sight(&mut self) {
        self.unseen = None;
    }
}

/// What a provider shows of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It waits to be paid, wholly or in part.
    Open,
    /// It is paid in full, by the customer that it was made for.
    Paid,
    /// It cannot be paid any more.
    Cancelled,
    /// The provider knows it no more.
    Gone,
    /// The money went back.
    Reversed,
    /// Something that a person has to look at: paid, but not what was asked for.
    Odd(Finding),
    /// Nobody can see.
    Unknown(Finding),
}

/// What a look changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// The money is there.
    Paid,
    /// Nothing will be paid.
    Ended,
    /// The money is gone again.
    Reversed,
}

impl PaymentState {
    /// What becomes of a payment with an invoice by what its provider shows; nothing when it stays as it is. Money that
    /// came late is money: an invoice that had ended and is paid all the same counts as paid.
    pub fn after(self, seen: &Seen) -> Option<Turned> {
        match (self, seen) {
            (Self::Open | Self::Ended, Seen::Paid) => Some(Turned::Paid),
            (Self::Open, Seen::Cancelled | Seen::Gone | Seen::Reversed) => Some(Turned::Ended),
            (Self::Paid, Seen::Open | Seen::Cancelled | Seen::Reversed) => Some(Turned::Reversed),
            (_, Seen::Odd(_) | Seen::Unknown(_))
            | (Self::Wished | Self::Asking | Self::Refused | Self::Reversed, _)
            | (Self::Open, Seen::Open)
            // An invoice that was deleted says nothing of the money.
            | (Self::Paid, Seen::Paid | Seen::Gone)
            | (Self::Ended, Seen::Open | Seen::Cancelled | Seen::Gone | Seen::Reversed) => None,
        }
    }
}

/// How long a paid invoice is looked at for money that goes back, and one that ended for money that comes late. What
/// happens later is told by the panel's addon, or seen by staff.
const WATCHED: Span = Span::from_mins(90 * 24 * 60);

/// Pauses between two looks at an open invoice: an eighth of its age, because whoever wants the service back pays soon.
const SHORTEST: Span = Span::from_secs(5);
const LONGEST: Span = Span::from_mins(5);

/// Money rarely goes back.
const DAILY: Span = Span::from_mins(24 * 60);

/// When a payment with an invoice is looked at next; `since` is when it came to stand as it does. Nothing: not by itself.
pub fn look_again(state: PaymentState, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let age = Span::between(since, now);
    let pause = match state {
        // As long as it can be paid, somebody may.
        PaymentState::Open if age >= WATCHED => return Some(DAILY.after(now)),
        PaymentState::Ended => age.half().half().half().clamp(LONGEST, DAILY),
        PaymentState::Open => age.half().half().half().clamp(SHORTEST, LONGEST),
        PaymentState::Paid => DAILY,
        PaymentState::Wished
        | PaymentState::Asking
        | PaymentState::Refused
        | PaymentState::Reversed => return None,
    };
    (age < WATCHED).then(|| pause.after(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cents(text: &str) -> Option<i64> {
        text.parse::<Cents>().ok().map(|cents| cents.0)
    }

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, number) in [
            ("25", 2_500),
            ("25.5", 2_550),
            ("25.05", 2_505),
            ("0", 0),
            ("999999999.99", 99_999_999_999),
        ] {
            assert_eq!(cents(text), Some(number), "{text}");
        }
        for text in
            ["", ".5", "25.", "25.005", "-1", "+1", "1,000", "25 EUR", "1e3", "9999999999", "٢٥"]
        {
            assert_eq!(cents(text), None, "{text}");
        }
        assert_eq!(Money { amount: Cents(2_505), currency: "EUR".into() }.to_string(), "25.05 EUR");
    }

    #[test]
    fn amounts_are_converted_by_rates_against_one_currency() {
        let rate = |text: &str| text.parse::<Rate>().expect(text);
        let converted =
            |amount, from, to| Cents(amount).converted(rate(from), rate(to)).map(|c| c.0);
        assert_eq!(converted(2_500, "1.00000", "1.08500"), Some(2_713), "27.125 is rounded up");
        assert_eq!(converted(2_500, "1.08500", "1.00000"), Some(2_304));
        assert_eq!(converted(2_500, "1", "1"), Some(2_500));
        assert_eq!(converted(1, "150", "1"), Some(0));
        assert_eq!(converted(i64::MAX, "0.0000000001", "999999999"), None, "too much to count");
        for text in ["", "0", "0.0", "-1", "1,5", "x", "1.5x"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_invoice_that_nobody_can_look_at_is_told_once_until_it_is_seen_again() {
        let at = |minutes| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minutes);
        let hour = Span::from_mins(60);
        let mut payment = Payment {
            id: PaymentId(1),
            report: ReportId(1),
            service: ServiceKey {
                directory: "main".into(),
                id: crate::ids::ServiceId::new(1).expect("good"),
            },
            customer_id: "7".into(),
            cashier: "shop".into(),
            price: Money { amount: Cents(2_500), currency: "EUR".into() },
            state: PaymentState::Open,
            since: at(0),
            invoice: None,
            issue: None,
            unseen: None,
            asked_at: at(0),
        };
        let told: Vec<bool> =
            [100, 130, 160, 170].map(|minute| payment.out_of_sight(hour, at(minute))).to_vec();
        assert_eq!(told, [false, false, true, false], "an hour after the first look in vain");
        payment.in_sight();
        assert_eq!(payment.unseen, None);
        assert!(!payment.out_of_sight(hour, at(200)) && payment.out_of_sight(hour, at(260)));
        payment.in_sight();
        payment.issue = Some(PaymentIssue::PerhapsInvoiced);
        assert!(!payment.out_of_sight(hour, at(300)) && !payment.out_of_sight(hour, at(400)));
        assert_eq!(payment.unseen, None);
    }

    proptest! {
        #[test]
        fn an_amount_is_shown_as_it_is_read(number in 0_i64..100_000_000_000) {
            prop_assert_eq!(cents(&Cents(number).to_string()), Some(number));
        }
    }

    #[test]
    fn money_counts_when_it_is_seen_and_only_then() {
        use PaymentState::{Asking, Ended, Open, Paid, Refused, Reversed, Wished};
        let odd = || Seen::Odd(Finding::said("half of it"));
        let unknown = || Seen::Unknown(Finding::said("no answer"));
        for (state, seen, turned) in [
            (Open, Seen::Open, None),
            (Open, Seen::Paid, Some(Turned::Paid)),
            (Open, Seen::Cancelled, Some(Turned::Ended)),
            (Open, Seen::Reversed, Some(Turned::Ended)),
            (Open, Seen::Gone, Some(Turned::Ended)),
            (Paid, Seen::Gone, None),
            (Open, odd(), None),
            (Open, unknown(), None),
            (Paid, Seen::Paid, None),
            (Paid, Seen::Open, Some(Turned::Reversed)),
            (Paid, Seen::Cancelled, Some(Turned::Reversed)),
            (Paid, Seen::Reversed, Some(Turned::Reversed)),
            (Paid, unknown(), None),
            (Ended, Seen::Paid, Some(Turned::Paid)),
            (Ended, Seen::Open, None),
            (Reversed, Seen::Paid, None),
            (Wished, Seen::Paid, None),
            (Asking, Seen::Paid, None),
            (Refused, Seen::Paid, None),
        ] {
            assert_eq!(state.after(&seen), turned, "{state:?} {seen:?}");
        }
    }

    #[test]
    fn invoices_are_looked_at_often_at_first_and_less_and_less() {
        let at = |minutes| Span::from_mins(minutes).after(Timestamp::UNIX_EPOCH);
        let pause = |state, minutes| {
            look_again(state, at(0), at(minutes)).map(|next| Span::between(at(minutes), next))
        };
        assert_eq!(pause(PaymentState::Open, 0), Some(SHORTEST));
        assert_eq!(pause(PaymentState::Open, 8), Some(Span::from_mins(1)));
        assert_eq!(pause(PaymentState::Open, 24 * 60), Some(LONGEST));
        assert_eq!(pause(PaymentState::Open, 91 * 24 * 60), Some(DAILY));
        assert_eq!(pause(PaymentState::Paid, 1), Some(DAILY));
        assert_eq!(pause(PaymentState::Paid, 91 * 24 * 60), None);
        assert_eq!(pause(PaymentState::Ended, 1), Some(LONGEST));
        assert_eq!(pause(PaymentState::Ended, 91 * 24 * 60), None);
        assert_eq!(pause(PaymentState::Refused, 1), None);
    }

    #[test]
    fn a_state_reads_back_from_its_word() {
        for state in PaymentState::ALL {
            assert_eq!(PaymentState::parse(state.as_str()), Some(state));
        }
    }
}
