//! Columns that are more than text and numbers: enums as words, ids, instants. What a word stands for is said once, by the
//! enum itself; a word that it does not know is an error, and never taken for one that it does.

use std::fmt;

use portreeve_core::attachment::Scan;
use portreeve_core::enforcement::Action;
use portreeve_core::event::Kind;
use portreeve_core::guard::Stop;
use portreeve_core::ids::{MailId, Press, ReportId};
use portreeve_core::intake::{IncidentFate, Lane, MailState, Why};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::payment::PaymentState;
use portreeve_core::report::{Claim, Outcome, Status, SuspendMethod, Turn};
use portreeve_core::service::ServiceStatus;
use portreeve_core::suspension::Trouble;
use portreeve_core::time::{Timestamp, from_millis};
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Type, ValueRef};

use crate::complaints::Counted;
use crate::db::StoreError;
use crate::deliveries::DeliveryState;
use crate::drafts::DraftKind;
use crate::holds::HoldState;
use crate::jobs::JobKind;
use crate::reports::CountdownState;
use crate::sessions::Stage;

/// An enum that is stored as a word.
pub(crate) trait Code: Copy + 'static {
    /// Tables and columns that have it.
    const COLUMNS: &'static [(&'static str, &'static str)];
    /// All that there are.
    const ALL: &'static [Self];

    /// The word of it.
    fn word(self) -> &'static str;

    /// What a word stands for.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.word() == word)
    }
}

/// The tables and columns of an enum, and all of its words.
#[cfg(test)]
type Words = (&'static [(&'static str, &'static str)], Vec<&'static str>);

macro_rules! codes {
    (
        closed { $($closed:ty = $word:path, $($table:literal $column:literal),+;)* }
        growing { $($grows:ty = $grows_word:path, $($grows_table:literal $grows_column:literal),+;)* }
    ) => {
        $(codes!(@one $closed, $word, $($table $column),+);)*
        $(codes!(@one $grows, $grows_word, $($grows_table $grows_column),+);)*

        /// Enums whose words a `CHECK` of their columns names.
        #[cfg(test)]
        fn closed() -> Vec<Words> {
            vec![$((<$closed>::COLUMNS, <$closed as Code>::ALL.iter().map(|code| code.word()).collect())),*]
        }

        /// Enums that get another word with every version.
        #[cfg(test)]
        fn growing() -> Vec<Words> {
            vec![$((<$grows>::COLUMNS, <$grows as Code>::ALL.iter().map(|code| code.word()).collect())),*]
        }
    };
    (@one $name:ty, $word:path, $($table:literal $column:literal),+) => {
        impl Code for $name {
            const COLUMNS: &'static [(&'static str, &'static str)] = &[$(($table, $column)),+];
            const ALL: &'static [Self] = &<$name>::ALL;

            fn word(self) -> &'static str {
                $word(self)
            }
        }

        impl Column for $name {
            type Raw = String;

            fn read(word: String) -> Result<Self, Unknown> {
                <Self as Code>::of(&word).ok_or_else(|| Unknown::of(Self::COLUMNS[0], &word))
            }
        }

        plain!($name);
    };
}

/// Rows may have the bare type as a field: `#[sqlx(try_from = "Stored<T>")]`, or `Maybe<T>` for one that is nullable.
macro_rules! plain {
    ($name:ty) => {
        impl From<Stored<$name>> for $name {
            fn from(Stored(value): Stored<$name>) -> Self {
                value
            }
        }

        impl From<Maybe<$name>> for Option<$name> {
            fn from(Maybe(value): Maybe<$name>) -> Self {
                value
            }
        }
    };
}

codes! {
    // States: each has a `CHECK` of exactly these words. A test compares them.
    closed {
        Action = Action::as_str, "orders" "action";
        Audience = Audience::as_str, "notices" "audience";
        Claim = Claim::as_str, "reports" "claim";
        CountdownState = CountdownState::as_str, "reports" "countdown";
        Counted = Counted::code, "report_complaints" "outcome";
        DeliveryState = DeliveryState::as_str, "webhook_deliveries" "state";
        DraftKind = DraftKind::as_str, "drafts" "kind";
        HoldState = HoldState::as_str, "holds" "state";
        IncidentFate = IncidentFate::code, "incidents" "fate";
        Lane = Lane::code, "incoming_mails" "lane", "reporters" "lane";
        MailState = MailState::code, "incoming_mails" "state";
        Outcome = Outcome::as_str, "reports" "outcome";
        PaymentState = PaymentState::as_str, "payments" "state";
        Press = Press::as_str, "holds" "press";
        Scan = Scan::as_str, "contents" "scan";
        ServiceStatus = ServiceStatus::as_str, "services" "status";
        Stage = Stage::as_str, "staff_sessions" "stage";
        Status = Status::as_str, "reports" "status";
        SuspendMethod = SuspendMethod::as_str, "reports" "suspend_method";
        Trouble = Trouble::as_str, "enforcements" "trouble";
        Turn = Turn::as_str, "reports" "turn";
    }
    // Kinds and reasons: another one must not need another form of the table, which SQLite would have to write anew.
    growing {
        JobKind = JobKind::as_str, "jobs" "kind";
        Kind = Kind::as_str, "events" "kind";
        Notice = Notice::as_str, "notices" "notice", "gathered_notices" "notice";
        Stop = Stop::code, "holds" "why";
        Why = Why::code, "incoming_mails" "why", "incidents" "why";
    }
}

/// What a column holds in the place of text or a number.
pub(crate) trait Column: Sized {
    /// As what it is stored.
    type Raw;

    /// What is meant by it.
    fn read(raw: Self::Raw) -> Result<Self, Unknown>;
}

macro_rules! ids {
    ($($name:ident)*) => {
        $(impl Column for $name {
            type Raw = i64;

            fn read(id: i64) -> Result<Self, Unknown> {
                Ok(Self(id))
            }
        }

        plain!($name);)*
    };
}

ids! { MailId ReportId }

impl Column for Timestamp {
    type Raw = i64;

    fn read(millis: i64) -> Result<Self, Unknown> {
        from_millis(millis).ok_or_else(|| Unknown::of(("a table", "instant"), &millis.to_string()))
    }
}

plain!(Timestamp);

/// Something out of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored<T>(pub(crate) T);

/// Something out of a column that may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

/// What nobody knows.
#[derive(Debug)]
pub(crate) struct Unknown {
    place: (&'static str, &'static str),
    value: String,
}

impl Unknown {
    fn of(place: (&'static str, &'static str), value: &str) -> Self {
        Self { place, value: value.to_owned() }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((table, column), value) = (self.place, &self.value);
        write!(f, "{column} of {table} is {value:?}")
    }
}

impl std::error::Error for Unknown {}

impl From<&Unknown> for StoreError {
    fn from(unknown: &Unknown) -> Self {
        let (table, column) = unknown.place;
        Self::Inconsistent { table, column, id: format!("with {:?}", unknown.value) }
    }
}

impl<D: Database, T: Column> Type<D> for Stored<T>
where
    T::Raw: Type<D>,
{
    fn type_info() -> D::TypeInfo {
        T::Raw::type_info()
    }

    fn compatible(info: &D::TypeInfo) -> bool {
        T::Raw::compatible(info)
    }
}

impl<'r, D: Database, T: Column> Decode<'r, D> for Stored<T>
where
    T::Raw: Decode<'r, D>,
{
    fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(T::read(T::Raw::decode(value)?)?))
    }
}

impl<D: Database, T: Column> Type<D> for Maybe<T>
where
    T::Raw: Type<D>,
{
    fn type_info() -> D::TypeInfo {
        T::Raw::type_info()
    }

    fn compatible(info: &D::TypeInfo) -> bool {
        T::Raw::compatible(info)
    }
}

impl<'r, D: Database, T: Column> Decode<'r, D> for Maybe<T>
where
    T::Raw: Decode<'r, D>,
{
    fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.is_null() {
            return Ok(Self(None));
        }
        Ok(Self(Some(T::read(T::Raw::decode(value)?)?)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const SCHEMAS: [(&str, &str); 2] = [
        ("sqlite", include_str!("../migrations/sqlite/0001_desk.sql")),
        ("postgres", include_str!("../migrations/postgres/0001_desk.sql")),
    ];

    /// `table.column` and the words of each `CHECK (column IN ('…', …))`.
    fn checks(schema: &str) -> BTreeMap<String, BTreeSet<&str>> {
        let mut found = BTreeMap::new();
        let mut table = "";
        for line in schema.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.split([' ', '(']).next().unwrap_or_default();
            }
            let Some((column, words)) = line
                .split_once(" IN (")
                .filter(|(begin, _)| begin.contains("CHECK (") && !begin.contains("(("))
            else {
                continue;
            };
            let column = column.rsplit('(').next().unwrap_or_default();
            let words = words.split_once(')').map_or("", |(words, _)| words);
            let words: BTreeSet<&str> =
                words.split(", ").map(|word| word.trim_matches('\'')).collect();
            assert!(
                found.insert(format!("{table}.{column}"), words).is_none(),
                "{table}.{column} twice"
            );
        }
        found
    }

    #[test]
    fn each_check_names_the_words_of_its_enum_and_no_other() {
        let named = |codes: Vec<Words>| -> BTreeMap<String, BTreeSet<&'static str>> {
            let each = codes.into_iter().flat_map(|(columns, words)| {
                let words: BTreeSet<&str> = words.into_iter().collect();
                columns
                    .iter()
                    .map(move |(table, column)| (format!("{table}.{column}"), words.clone()))
            });
            each.collect()
        };
        for (engine, schema) in SCHEMAS {
            assert_eq!(checks(schema), named(closed()), "{engine}");
            for (column, _) in named(growing()) {
                let (table, column) = column.split_once('.').unwrap();
                let rest = schema.split_once(&format!("CREATE TABLE {table} (")).unwrap().1;
                assert!(
                    rest.split(");").next().unwrap().contains(&format!("\n    {column} TEXT")),
                    "{table}.{column}"
                );
            }
        }
    }

    #[test]
    fn no_word_stands_for_two() {
        for (columns, words) in closed().into_iter().chain(growing()) {
            let different: BTreeSet<_> = words.iter().collect();
            assert_eq!(different.len(), words.len(), "{columns:?}");
        }
    }
}
