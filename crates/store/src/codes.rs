//! Enums that are stored as words. What a word stands for is said once, by the enum itself; a word that it does not know
//! is never taken for one that it does.

use std::fmt;

use portreeve_core::attachment::Scan;
use portreeve_core::enforcement::Action;
use portreeve_core::event::Kind;
use portreeve_core::ids::Press;
use portreeve_core::intake::{MailState, Why};
use portreeve_core::notice::{Audience, Notice};
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Type};

use crate::db::StoreError;
use crate::deliveries::DeliveryState;
use crate::sessions::Stage;

/// An enum that is stored as a word.
pub(crate) trait Code: Sized {
    /// Table and column of it.
    const PLACE: (&'static str, &'static str);

    /// What a word stands for.
    fn of(word: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($name:ty = $table:literal $column:literal $read:path;)*) => {
        $(impl Code for $name {
            const PLACE: (&'static str, &'static str) = ($table, $column);

            fn of(word: &str) -> Option<Self> {
                $read(word)
            }
        })*
    };
}

codes! {
    Action = "orders" "action" Action::parse;
    Audience = "notices" "audience" Audience::parse;
    DeliveryState = "webhook_deliveries" "state" DeliveryState::parse;
    Kind = "events" "kind" Kind::parse;
    MailState = "incoming_mails" "state" MailState::from_code;
    Notice = "notices" "notice" Notice::parse;
    Press = "holds" "press" Press::parse;
    Scan = "contents" "scan" Scan::parse;
    Stage = "staff_sessions" "stage" Stage::parse;
    Why = "incoming_mails" "why" Why::from_code;
}

/// An enum out of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored<T>(pub T);

/// A word that nobody knows.
#[derive(Debug)]
pub(crate) struct UnknownWord {
    place: (&'static str, &'static str),
    word: String,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((table, column), word) = (self.place, &self.word);
        write!(f, "{column} of {table} is {word:?}")
    }
}

impl std::error::Error for UnknownWord {}

impl From<&UnknownWord> for StoreError {
    fn from(unknown: &UnknownWord) -> Self {
        let (table, column) = unknown.place;
        Self::Inconsistent { table, column, id: format!("with {:?}", unknown.word) }
    }
}

impl<D: Database, T> Type<D> for Stored<T>
where
    String: Type<D>,
{
    fn type_info() -> D::TypeInfo {
        <String as Type<D>>::type_info()
    }

    fn compatible(info: &D::TypeInfo) -> bool {
        <String as Type<D>>::compatible(info)
    }
}

impl<'r, D: Database, T: Code> Decode<'r, D> for Stored<T>
where
    &'r str: Decode<'r, D>,
{
    fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let word = <&str as Decode<D>>::decode(value)?;
        let unknown = || UnknownWord { place: T::PLACE, word: word.to_owned() };
        Ok(Self(T::of(word).ok_or_else(unknown)?))
    }
}
