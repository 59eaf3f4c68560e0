//! Why something was not done, as data. The catalogue has a sentence for each code, in every language.

use crate::attachment::{NotASize, Size};
use crate::ids::NotAServiceId;
use crate::payment::NotAnAmount;
use crate::time::{NotASpan, Span};

/// Why something was not done: the key of its sentence in the catalogue, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The key, such as `refusal-is_closed`.
    pub key: &'static str,
    /// The values of the names in the sentence.
    pub values: Vec<(&'static str, Value)>,
}

/// What stands in the place of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text as it is: a name, an address, words of others.
    Text(String),
    /// A number.
    Number(i64),
    /// A number of bytes.
    Size(Size),
    /// A length of time.
    Length(Span),
    /// Another refusal, as part of the sentence.
    Because(Box<Refusal>),
    /// One refusal after the other.
    Each(Vec<Refusal>),
}

/// Why something was not done: `refusal!("refusal-no_report", id = id)`.
#[macro_export]
macro_rules! refusal {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::refusal::Refusal {
            key: $key,
            values: ::std::vec![$((::std::stringify!($name), $crate::refusal::Value::from($value))),*],
        }
    };
}
pub use refusal;

impl From<NotASize> for Refusal {
    fn from(_: NotASize) -> Self {
        refusal!("refusal-no_size")
    }
}

impl From<NotASpan> for Refusal {
    fn from(_: NotASpan) -> Self {
        refusal!("refusal-no_length")
    }
}

impl From<NotAnAmount> for Refusal {
    fn from(_: NotAnAmount) -> Self {
        refusal!("refusal-no_amount")
    }
}

impl From<NotAServiceId> for Refusal {
    fn from(_: NotAServiceId) -> Self {
        refusal!("refusal-no_service_id")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Size> for Value {
    fn from(size: Size) -> Self {
        Self::Size(size)
    }
}

impl From<Span> for Value {
    fn from(span: Span) -> Self {
        Self::Length(span)
    }
}

impl From<Refusal> for Value {
    fn from(refusal: Refusal) -> Self {
        Self::Because(Box::new(refusal))
    }
}

impl From<Vec<Refusal>> for Value {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Each(refusals)
    }
}
