//! Reading a table of another desk's reports. A row that cannot be taken costs itself alone and says where it is wrong.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use portreeve_core::fields;
use portreeve_core::ids::ServiceKey;
use portreeve_core::report::{
    Allegation, Foreign, ForeignState, LONGEST_CATEGORY, LONGEST_SERVICE_IP, LONGEST_TEXT, Outcome,
    SuspendMethod, Turn,
};
use portreeve_core::text::{is_blank, storable};
use portreeve_core::time::{Timestamp, from_millis};
use serde::Serialize;

use super::map::{BadMap, COLUMNS, Map, check_source, check_word};
use crate::directory::table::{NOT_UTF8, Quotes, Table, TableRow};
use crate::directory::{BadRow, Place};
use crate::intake::without_secret_links;

/// What another desk is called that has no name.
const NAMELESS: &str = "another desk";

/// The category of a report that names none.
const NO_CATEGORY: &str = "Other";

/// Longest number or name of a report at another desk, in characters.
const LONGEST_REFERENCE: usize = 255;

/// Longest id of a customer, in characters.
const LONGEST_CUSTOMER: usize = 255;

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The map does not fit.
    #[error(transparent)]
    Map(#[from] BadMap),
    /// Not even the header can be used.
    #[error("{}: {}", .0.place, .0.why)]
    Header(BadRow),
}

/// Something of a row that was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// Which column of the table.
    pub name: String,
    /// What of it.
    pub why: String,
}

/// A report that a row tells of.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) line: u64,
    pub(super) foreign: Foreign,
    pub(super) admin_notes: String,
    pub(super) customer_message: String,
    pub(super) staff_message: String,
    pub(super) warnings: Vec<Noted>,
}

/// A row that is not taken over.
#[derive(Debug, Clone)]
pub(super) struct NotTold {
    pub(super) line: u64,
    pub(super) reference: Option<String>,
    /// The column that is wrong, by our name; none: the row as a whole.
    pub(super) column: Option<&'static str>,
    pub(super) why: String,
    /// Nothing is wrong with it: the same report stands in an earlier row.
    pub(super) is_twice: bool,
}

/// A table of another desk's reports.
pub struct ForeignReports<R: Read> {
    table: Table<R>,
    layout: Layout,
    seen: HashMap<String, u64>,
}

/// What stands where, and how it is to be understood.
struct Layout {
    map: Map,
    source: String,
    directory: String,
    zone: jiff::tz::TimeZone,
    /// Where each of our columns is, if it is there.
    at: HashMap<&'static str, usize>,
    /// What each of our columns is called.
    names: HashMap<&'static str, String>,
    /// The columns of the table, in their order.
    columns: Vec<String>,
}

impl<R: Read> ForeignReports<R> {
    /// Reads the header. `directory` is the one whose services are meant where neither a field nor the map names another;
    /// `source` is what the other desk is called, whatever the map says.
    pub fn open(
        input: R,
        map: Map,
        directory: &str,
        source: Option<String>,
    ) -> Result<Self, Unreadable> {
        let names: HashMap<&'static str, String> =
            COLUMNS.into_iter().map(|column| (column, map.header(column))).collect();
        let known: Vec<&str> = names.values().map(String::as_str).collect();
        let quotes = if map.escapes { Quotes::AreText } else { Quotes::Enclose };
        let table =
            Table::open(input, quotes, &known, &names["reference"]).map_err(Unreadable::Header)?;
        let mut at = HashMap::new();
        for column in COLUMNS {
            let place = table.columns().iter().position(|name| *name == names[column]);
            match place {
                Some(place) => {
                    at.insert(column, place);
                }
                None if map.names(column) || column == "service_id" => {
                    let found = portreeve_core::text::one_line(&table.columns().join(", "), 200);
                    let why = format!(
                        "there is no column {} (for {column}) in the header, which has: {found}",
                        names[column]
                    );
                    return Err(Unreadable::Header(BadRow { place: Place::line(1), why }));
                }
                None => {}
            }
        }
        let source = source.or_else(|| map.source.clone()).unwrap_or_else(|| NAMELESS.to_owned());
        check_source(&source)?;
        let directory = map.directory.clone().unwrap_or_else(|| directory.to_owned());
        let zone = map.time_zone()?;
        let source = source.trim().to_owned();
        let columns = table.columns().to_vec();
        let layout = Layout { map, source, directory, zone, at, names, columns };
        Ok(Self { table, layout, seen: HashMap::new() })
    }

    /// What the other desk is called.
    pub fn source(&self) -> &str {
        &self.layout.source
    }

    /// How much of the input was read, in bytes.
    pub fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    /// Where a column of ours stands in the table, counted from one, and what it is called there.
    pub(super) fn place(&self, column: &str) -> (Option<usize>, Option<String>) {
        let at = self.layout.at.get(column).map(|at| at + 1);
        (at, self.layout.names.get(column).cloned())
    }

    /// The next row.
    pub(super) fn next_row(&mut self, now: Timestamp) -> Option<Result<Told, NotTold>> {
        let layout = &self.layout;
        let whole =
            |line, why| NotTold { line, reference: None, column: None, why, is_twice: false };
        let width = layout.columns.len();
        let (line, fields, odd) = match self.table.next_row()? {
            // What was cut off may have been the state of the report.
            TableRow::Fields { line, fields, .. } if fields.len() < width => {
                let why = format!("has {} fields, but the header has {width}", fields.len());
                return Some(Err(whole(line, why)));
            }
            TableRow::Fields { line, fields, odd } => (line, fields, odd),
            TableRow::Unusable { line, why } => return Some(Err(whole(line, why))),
        };
        let mut row = RowOf { layout, fields: &fields, now, warnings: Vec::new() };
        if let Some(column) = odd {
            let name = layout.columns[column].clone();
            row.warnings.push(Noted { name, why: NOT_UTF8.to_owned() });
        }
        let named =
            Some(storable(&row.field("reference"))).filter(|reference| !reference.is_empty());
        if let Some(first) = named.as_ref().and_then(|reference| self.seen.get(reference)) {
            return Some(Err(NotTold {
                line,
                reference: named,
                column: Some("reference"),
                why: format!("the same report stands in line {first} already"),
                is_twice: true,
            }));
        }
        match row.told(line) {
            Ok(told) => {
                self.seen.insert(told.foreign.reference.clone(), line);
                Some(Ok(told))
            }
            Err((column, why)) => Some(Err(NotTold {
                line,
                reference: named,
                column: Some(column),
                why,
                is_twice: false,
            })),
        }
    }
}

/// What is wrong in which column.
type Wrong = (&'static str, String);

struct RowOf<'a> {
    layout: &'a Layout,
    fields: &'a [Cow<'a, str>],
    now: Timestamp,
    warnings: Vec<Noted>,
}

impl RowOf<'_> {
    /// A field in our words, without what stands around it.
    fn field(&self, column: &'static str) -> String {
        let raw = self.layout.at.get(column).and_then(|at| self.fields.get(*at));
        let text = fields::plain(raw.map_or("", AsRef::as_ref));
        let text = if self.layout.map.escapes { unescaped(text) } else { text.into() };
        let text = if self.layout.map.entities {
            htmlize::unescape(text).into_owned()
        } else {
            text.into_owned()
        };
        self.layout.map.meaning(column, text.trim()).to_owned()
    }

    /// A field that has one of a few words.
    fn word(&self, column: &'static str) -> Result<String, Wrong> {
        let word = self.field(column).to_lowercase();
        if word.is_empty() {
            return Ok(word);
        }
        match check_word(column, &word) {
            Ok(()) => Ok(word),
            Err(why) => {
                Err((column, format!("{why}; the map can say what it means ([words.{column}])")))
            }
        }
    }

    fn is_yes(&self, column: &'static str) -> Result<bool, Wrong> {
        Ok(self.yes_or_no(column)?.unwrap_or(false))
    }

    /// Nothing where the field is empty.
    fn yes_or_no(&self, column: &'static str) -> Result<Option<bool>, Wrong> {
        let word = self.word(column)?;
        let is_yes = matches!(word.as_str(), "1" | "true" | "on" | "yes");
        Ok((!word.is_empty()).then_some(is_yes))
    }

    fn note(&mut self, column: &'static str, why: impl Into<String>) {
        let name = self.layout.names.get(column).cloned().unwrap_or_default();
        self.warnings.push(Noted { name, why: why.into() });
    }

    /// A text of people, as it is kept.
    fn text(&mut self, column: &'static str) -> String {
        let text = without_secret_links(&storable(&self.field(column)));
        if is_blank(&text) {
            return String::new();
        }
        let length = text.chars().count();
        if length <= LONGEST_TEXT {
            return text;
        }
        self.note(column, format!("has {length} characters and was cut after {LONGEST_TEXT}"));
        text.chars().take(LONGEST_TEXT).collect()
    }

    /// A short text with a limit.
    fn short(&self, column: &'static str, limit: usize) -> Result<String, Wrong> {
        let text = storable(&self.field(column));
        let length = text.chars().count();
        if length > limit {
            return Err((column, format!("has {length} characters; {limit} are the most")));
        }
        Ok(text)
    }

    fn instant(&self, column: &'static str) -> Result<Option<Timestamp>, Wrong> {
        let text = self.field(column);
        let at = match unix_seconds(&text) {
            Some(at) => Some(at),
            None => fields::instant_in(&text, &self.layout.zone)
                .map_err(|error| (column, error.to_string()))?,
        };
        match at {
            Some(at) if at > self.now => Err((column, format!("{text:?} is in the future"))),
            at => Ok(at),
        }
    }

    fn told(mut self, line: u64) -> Result<Told, Wrong> {
        let reference = self.short("reference", LONGEST_REFERENCE)?;
        if reference.is_empty() {
            let why = "is empty: nobody could tell whether the report was imported before";
            return Err(("reference", why.to_owned()));
        }
        let service = ServiceKey::parse(&self.field("service_id"), &self.layout.directory)
            .map_err(|error| {
                ("service_id", format!("{error}: a service is named by its id, or directory:id"))
            })?;
        let mut category = self.short("category", LONGEST_CATEGORY)?;
        if category.is_empty() {
            NO_CATEGORY.clone_into(&mut category);
        }
        let opened_at = match self.instant("opened_at")? {
            Some(at) => at,
            None => {
                self.note("opened_at", "is empty; the report counts as opened now");
                self.now
            }
        };
        let state = self.state(opened_at)?;
        let allegation = Allegation {
            category,
            service_ip: self.short("service_ip", LONGEST_SERVICE_IP)?,
            additional_info: self.text("additional_info"),
            suspend_method: SuspendMethod::NoSuspend,
            allow_unsuspend: self.is_yes("allow_unsuspend")?,
            pay_to_unsuspend: false,
        };
        let customer_id = self.short("customer_id", LONGEST_CUSTOMER)?;
        let foreign = Foreign {
            source: self.layout.source.clone(),
            reference,
            service,
            customer_id: (!customer_id.is_empty()).then_some(customer_id),
            allegation,
            opened_at,
            state,
            suspended: self.yes_or_no("suspended")?,
        };
        Ok(Told {
            line,
            foreign,
            admin_notes: self.text("admin_notes"),
            customer_message: self.text("customer_message"),
            staff_message: self.text("staff_message"),
            warnings: self.warnings,
        })
    }

    fn state(&mut self, opened_at: Timestamp) -> Result<ForeignState, Wrong> {
        let turn = self.word("turn")?;
        let outcome = self.word("outcome")?;
        let closed_at = self.instant("closed_at")?;
        if self.word("status")? != "closed" {
            // Somebody of the staff is to look at what came over, unless the file says otherwise.
            return Ok(ForeignState::Open { turn: Turn::parse(&turn).unwrap_or(Turn::Staff) });
        }
        let at = match closed_at {
            Some(at) if at < opened_at => {
                return Err(("closed_at", "is before opened_at".to_owned()));
            }
            Some(at) => at,
            None => {
                self.note("closed_at", "is empty; the report counts as closed when it was opened");
                opened_at
            }
        };
        Ok(ForeignState::Closed { at, outcome: Outcome::parse(&outcome).unwrap_or(Outcome::Other) })
    }
}

/// What the escapes of `mysql --batch` stand for.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('0') => {}
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain.into()
}

/// Instants as many scripts in PHP keep them: seconds since 1970, in ten digits.
fn unix_seconds(text: &str) -> Option<Timestamp> {
    let is_one = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = is_one.then(|| text.parse().ok()).flatten()?;
    from_millis(seconds.checked_mul(1000)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_what_they_mean() {
        for (written, meant) in [
            ("plain", "plain"),
            ("one\\ntwo\\tthree", "one\ntwo\tthree"),
            ("C:\\\\new", "C:\\new"),
            ("at the end\\", "at the end\\"),
        ] {
            assert_eq!(unescaped(written), meant, "{written}");
        }
    }
}
