//! Reading a directory file, CSV or JSON, as table programs and databases write it. A row that cannot be taken is named
//! with its place and does not stop the others; a part of a row that cannot be read costs that part.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use portreeve_core::fields::{Slip, Weight};
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::intake::OwnAddresses;
use serde::Serialize;
use serde_json::Value;

use super::encoding::{Meter, Utf8Lines, text};
use super::row::{COLUMNS, Listed, listed, service_id};
use super::table::{NOT_UTF8, Quotes, Table, TableRow};

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowPlace {
    /// The line of a CSV file on which it begins.
    Line(u64),
    /// Which entry of a JSON list it is, counted from one.
    Entry(u64),
}

/// Where something of a file stands, such as `line 7, column 10 (status)` or `entry 3 (status)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// In which row; none: it is about the whole file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowPlace>,
    /// In which column of a CSV file, counted from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The name of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Place {
    pub(super) fn row(row: RowPlace) -> Self {
        Self { row: Some(row), column: None, name: None }
    }

    pub(crate) fn line(line: u64) -> Self {
        Self::row(RowPlace::Line(line))
    }

    pub(crate) fn file() -> Self {
        Self { row: None, column: None, name: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            None => f.write_str("the file")?,
            Some(RowPlace::Line(line)) => write!(f, "line {line}")?,
            Some(RowPlace::Entry(number)) => write!(f, "entry {number}")?,
        }
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        self.name.as_ref().map_or(Ok(()), |name| write!(f, " ({name})"))
    }
}

/// A row that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong with it.
    pub why: String,
}

/// Something of a row that was taken in, and not as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Of which service; none: of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_id: Option<i64>,
    /// What is wrong with it, and what became of it.
    pub why: String,
}

/// Everything that a file had.
#[derive(Debug, Default)]
pub struct Rows {
    pub(crate) good: Vec<Listed>,
    /// Services whose row is bad but whose id could be read: they are not gone.
    pub(crate) listed: Vec<ServiceId>,
    /// Rows that were not taken.
    pub bad: Vec<BadRow>,
    /// What of the others was not taken as it stands.
    pub warnings: Vec<Warning>,
    /// A row's `service_id` could not be read, so nobody knows what the file lacks.
    pub(crate) unreadable_id: bool,
    seen: HashMap<ServiceId, RowPlace>,
    /// The columns of a CSV file, in their order.
    columns: Vec<String>,
}

impl Rows {
    /// How many services were read.
    pub fn len(&self) -> usize {
        self.good.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.good.is_empty()
    }

    /// Says something of a service that the file lists.
    pub(crate) fn warn(&mut self, service: ServiceId, column: &str, slip: &Slip) {
        let place = match self.seen.get(&service) {
            Some(row) => self.place(*row, column),
            None => Place::file(),
        };
        let service_id = Some(service.get());
        self.warnings.push(Warning { place, service_id, why: slip.why.clone() });
    }

    /// Warns of services with a mail address that is the desk's own. They are taken in all the same; whose customer has no
    /// other, nobody can tell, and a deadline of theirs waits for approval.
    pub fn warn_of_own(&mut self, own: &OwnAddresses) {
        let of_own = |row: &Listed| {
            let addresses = &row.service.customer_email;
            let address = own.first_of(addresses)?;
            let outcome = if own.are_all_of(addresses) {
                "the customer counts as not notified"
            } else {
                "the customer is notified only at their other addresses"
            };
            let why = format!("{address} is an address of the abuse desk itself: {outcome}");
            Some((row.service.key.id, why))
        };
        for (service, why) in self.good.iter().filter_map(of_own).collect::<Vec<_>>() {
            self.warn(service, "customer_email", &Slip { why, weight: Weight::Noted });
        }
    }

    fn place(&self, row: RowPlace, column: &str) -> Place {
        let number = self.columns.iter().position(|name| name == column).map(|at| at + 1);
        Place { row: Some(row), column: number, name: Some(column.to_owned()) }
    }

    fn bad(&mut self, place: Place, why: impl Into<String>) {
        self.bad.push(BadRow { place, why: why.into() });
    }

    /// Takes the fields of one row, in which `slips` are known already.
    fn take(
        &mut self,
        directory: &str,
        row: RowPlace,
        fields: &BTreeMap<&str, Cow<'_, str>>,
        slips: Vec<(&'static str, Slip)>,
    ) {
        let field = |name: &str| fields.get(name).map_or("", AsRef::as_ref);
        let id = match service_id(field("service_id")) {
            Ok(id) => id,
            Err(why) => {
                self.unreadable_id = true;
                return self.bad(self.place(row, "service_id"), why);
            }
        };
        if let Some(first) = self.seen.get(&id) {
            let why = format!("service {id} is already listed at {}", Place::row(*first));
            return self.bad(self.place(row, "service_id"), why);
        }
        self.seen.insert(id, row);
        let lost_customer = slips.iter().find(|(column, _)| *column == "customer_id").cloned();
        let key = ServiceKey { directory: directory.to_owned(), id };
        let read = match lost_customer {
            Some((column, slip)) => Err((column, slip.why)),
            None => listed(key, &field, slips),
        };
        match read {
            Ok(read) => {
                for (column, slip) in &read.slips {
                    self.warn(id, column, slip);
                }
                self.good.push(read);
            }
            Err((column, why)) => {
                self.listed.push(id);
                self.bad(self.place(row, column), why);
            }
        }
    }
}

/// Reads CSV with a header: separated by comma, semicolon, tab or bar, in UTF-8, UTF-16 or windows-1252. An error means
/// that not even the header can be used.
pub fn read_csv(
    input: impl Read,
    directory: &str,
    mut progress: impl FnMut(u64),
) -> Result<Rows, BadRow> {
    let mut table = Table::open(input, Quotes::Enclose, &COLUMNS, "service_id")?;
    let names = table.columns().to_vec();
    let mut rows = Rows { columns: names.clone(), ..Rows::default() };
    while let Some(row) = table.next_row() {
        match row {
            TableRow::Fields { line, fields, odd } => {
                if let Some(column) = odd {
                    let place = rows.place(RowPlace::Line(line), &names[column]);
                    let why = NOT_UTF8.to_owned();
                    rows.warnings.push(Warning { place, service_id: None, why });
                }
                let fields = names.iter().map(String::as_str).zip(fields).collect();
                rows.take(directory, RowPlace::Line(line), &fields, Vec::new());
            }
            TableRow::Unusable { line, why } => {
                rows.unreadable_id = true;
                rows.bad(Place::line(line), why);
            }
        }
        progress(table.bytes());
    }
    Ok(rows)
}

/// Reads JSON: a list of objects. An error means that it is no such list.
pub fn read_json(
    input: impl Read,
    directory: &str,
    mut progress: impl FnMut(u64),
) -> Result<Rows, BadRow> {
    let list = json_list(input)?;
    let mut rows = Rows::default();
    for (number, entry) in (1_u64..).zip(&list) {
        progress(number);
        take_entry(&mut rows, directory, number, entry);
    }
    Ok(rows)
}

fn json_list(input: impl Read) -> Result<Vec<Value>, BadRow> {
    let unreadable = |error: io::Error| BadRow { place: Place::file(), why: error.to_string() };
    let mut bytes = Vec::new();
    let meter = Rc::new(Meter::default());
    let mut lines = Utf8Lines::new(input, Rc::clone(&meter)).map_err(unreadable)?;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        // There are no rows in a text of JSON.
        meter.row();
        match lines.read(&mut chunk).map_err(unreadable)? {
            0 => break,
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    serde_json::from_str(&text(&bytes).0).map_err(|error| BadRow {
        place: Place {
            row: Some(RowPlace::Line(u64::try_from(error.line()).unwrap_or(0))),
            column: Some(error.column()),
            name: None,
        },
        why: format!("the file must be a JSON list of objects: {error}"),
    })
}

fn take_entry(rows: &mut Rows, directory: &str, number: u64, entry: &Value) {
    let row = RowPlace::Entry(number);
    let Value::Object(object) = entry else {
        rows.unreadable_id = true;
        return rows.bad(Place::row(row), "must be an object");
    };
    let (mut fields, mut slips) = (BTreeMap::new(), Vec::new());
    for name in COLUMNS {
        match object.get(name).map_or(Some(String::new()), plain) {
            Some(text) => {
                fields.insert(name, Cow::Owned(text));
            }
            None => {
                slips.push((name, Slip::lost("must be a string, a number, true, false or null")));
            }
        }
    }
    rows.take(directory, row, &fields, slips);
}

/// A JSON value as the text that a CSV field would have; a list becomes lines.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(plain).collect();
            parts.map(|parts| parts.join("\n"))
        }
        Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::fields::Start;

    fn csv(bytes: impl AsRef<[u8]>) -> Rows {
        read_csv(bytes.as_ref(), "main", |_| {}).expect("the header is good")
    }

    fn places<'a>(places: impl IntoIterator<Item = &'a Place>) -> Vec<String> {
        places.into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_bad_row_is_named_with_line_and_column_and_does_not_stop_the_others() {
        let long = "9".repeat(1_025);
        let rows = csv(format!(
            "service_id,customer_id,dedicated_ip\n1,1,192.0.2.1\nx,1,\n3,{long},\n4,1,192.0.2.999\n5,1,\n5,1,\n6,1\n"
        ));
        let ids: Vec<i64> = rows.good.iter().map(|r| r.service.key.id.get()).collect();
        assert_eq!(ids, [1, 4, 5]);
        assert_eq!(
            places(rows.bad.iter().map(|bad| &bad.place)),
            [
                "line 3, column 1 (service_id)",
                "line 4, column 2 (customer_id)",
                "line 7, column 1 (service_id)",
                "line 8",
            ]
        );
        let warned = places(rows.warnings.iter().map(|warning| &warning.place));
        assert_eq!(warned, ["line 5, column 3 (dedicated_ip)"]);
        assert_eq!(rows.warnings[0].service_id, Some(4));
        assert!(rows.unreadable_id);
        assert_eq!(rows.listed.len(), 1);
    }

    #[test]
    fn every_separator_and_encoding_of_table_programs_is_read_with_the_right_lines() {
        let table = "service_id,customer_name,status,assigned_ips\n1,\"Jörg\nMüller\",active,192.0.2.1\n\n,,,\n2,Ada,odd,192.0.2.2\nx,,,\n";
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
                .collect()
        };
        let mut files: Vec<(Vec<u8>, u64)> = Vec::new();
        for separator in [",", ";", "\t", "|"] {
            for end in ["\n", "\r\n", "\r"] {
                let text = table.replace(',', separator).replace('\n', end);
                let marked = format!("\u{feff}{text}");
                files.push((text.clone().into_bytes(), 0));
                files.push((marked.clone().into_bytes(), 0));
                files.push((utf16(&text, false), 0));
                files.push((utf16(&marked, false), 0));
                files.push((utf16(&text, true), 0));
                files.push((utf16(&marked, true), 0));
                let latin = text.chars().map(|c| u8::try_from(u32::from(c)).expect("latin"));
                files.push((latin.collect(), 0));
                files.push((format!("sep={separator}{end}{text}").into_bytes(), 1));
                files
                    .push((format!("\u{feff}\"sep={separator}\"{end}{end}{text}").into_bytes(), 2));
                files.push((text.strip_suffix(end).expect("an end").as_bytes().to_vec(), 0));
            }
        }
        for (bytes, more) in files {
            let rows = csv(&bytes);
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(rows.good.len(), 2, "{shown}");
            assert_eq!(rows.good[0].service.customer_name, "Jörg\nMüller", "{shown}");
            assert_eq!(rows.good[1].resources.len(), 1, "{shown}");
            let odd = rows.warnings.iter().filter(|w| w.service_id.is_some());
            let status = format!("line {}, column 3 (status)", 6 + more);
            assert_eq!(places(odd.map(|w| &w.place)), [status], "{shown}");
            let bad = format!("line {}, column 1 (service_id)", 7 + more);
            assert_eq!(places(rows.bad.iter().map(|b| &b.place)), [bad], "{shown}");
        }
    }

    #[test]
    fn windows_1252_is_read_and_said_once() {
        let rows = csv(b"service_id,customer_name\n1,J\xf6rg\n2,M\xfcller\n3,Zo\xc3\xab\n");
        let names: Vec<&str> =
            rows.good.iter().map(|row| row.service.customer_name.as_str()).collect();
        assert_eq!(names, ["Jörg", "Müller", "Zoë"]);
        let said = places(rows.warnings.iter().map(|warning| &warning.place));
        assert_eq!(said, ["line 2, column 2 (customer_name)"]);
        assert!(!rows.good[0].is_torn());
    }

    #[test]
    fn quoted_fields_may_have_line_breaks_and_a_byte_order_mark_may_lead() {
        let rows = csv("\u{feff}service_id,assigned_ips\r\n7,\"192.0.2.1\r\n198.51.100.0/24\"\r\n");
        assert!(rows.bad.is_empty(), "{:?}", rows.bad);
        assert_eq!(rows.good[0].resources.len(), 2);
    }

    #[test]
    fn a_quote_that_nobody_closes_ends_nothing() {
        let rows = csv("service_id,customer_name\n1,Ada\n2,\"Ben\n3,Cleo\n");
        assert_eq!((rows.good.len(), rows.bad.len(), rows.unreadable_id), (1, 1, true));
        assert_eq!(rows.bad[0].place.to_string(), "line 3");
        let endless = "service_id,customer_name\n1,Ada\n2,\""
            .as_bytes()
            .chain(io::repeat(b'x').take(1 << 40));
        let rows = read_csv(endless, "main", |_| {}).expect("a header");
        assert_eq!((rows.good.len(), rows.bad.len(), rows.unreadable_id), (1, 1, true));
        assert_eq!(rows.bad[0].place.to_string(), "line 3");
    }

    #[test]
    fn a_file_without_service_ids_is_refused_whole_and_says_what_it_has() {
        let error =
            read_csv("id;status\n1;active\n".as_bytes(), "main", |_| {}).expect_err("no id");
        assert!(error.why.contains("id;status"), "{error:?}");
        assert!(read_csv("".as_bytes(), "main", |_| {}).is_err());
        assert!(read_json("{}".as_bytes(), "main", |_| {}).is_err());
        let twice = "service_id,status,Status\n1,active,active\n";
        assert!(read_csv(twice.as_bytes(), "main", |_| {}).is_err());
    }

    #[test]
    fn json_takes_numbers_lists_and_nulls() {
        let text = r#"[{"service_id": 5, "assigned_ips": ["192.0.2.1", "255.255.255.0"], "protected": true,
            "domain": null}, {"service_id": "6", "valid_from": "2026-01-31"}, 7, {"service_id": 8, "status": {}},
            {"service_id": 9, "customer_id": {}}, {"service_id": []}]"#;
        let rows = read_json(text.as_bytes(), "main", |_| {}).expect("a list");
        let ids: Vec<i64> = rows.good.iter().map(|r| r.service.key.id.get()).collect();
        assert_eq!(ids, [5, 6, 8]);
        assert!(rows.good[0].service.protected);
        assert_eq!(rows.good[0].resources.len(), 1, "parts of a list are no address with its mask");
        assert!(matches!(rows.good[1].start, Start::At(_)));
        assert_eq!(
            places(rows.bad.iter().map(|b| &b.place)),
            ["entry 3", "entry 5 (customer_id)", "entry 6 (service_id)"]
        );
        let warned = places(rows.warnings.iter().map(|w| &w.place));
        assert_eq!(warned, ["entry 1 (assigned_ips)", "entry 4 (status)"]);
        assert_eq!(rows.listed.len(), 1);
    }

    #[test]
    fn json_comes_in_the_encodings_of_table_programs_too() {
        let text = r#"[{"service_id": 5, "customer_name": "Jörg"}]"#;
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin: Vec<u8> =
            text.replace('ö', "?").bytes().map(|b| if b == b'?' { 0xf6 } else { b }).collect();
        for bytes in
            [text.as_bytes().to_vec(), utf16, latin, format!("\u{feff}{text}").into_bytes()]
        {
            let rows = read_json(bytes.as_slice(), "main", |_| {}).expect("a list");
            assert_eq!(rows.good[0].service.customer_name, "Jörg");
        }
    }
}
