//! Reading a directory file, CSV or JSON. A bad row is named with its place and does not stop the others.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use ipnet::IpNet;
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::intake::OwnAddresses;
use portreeve_core::ledger::{Resource, parse_address, parse_domain, parse_nets};
use portreeve_core::service::Service;
use portreeve_core::text::storable;
use portreeve_core::time::{Timestamp, to_whole_millis};
use serde_json::Value;

/// Longest text of one field, in characters; assigned addresses may be longer.
const LONGEST_FIELD: usize = 1_024;

/// The columns that are read; others are ignored.
pub const COLUMNS: [&str; 14] = [
    "service_id",
    "customer_id",
    "customer_name",
    "customer_email",
    "language",
    "product",
    "domain",
    "username",
    "server",
    "status",
    "dedicated_ip",
    "assigned_ips",
    "valid_from",
    "protected",
];

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where, such as `line 7, column 10 (status)` or `entry 3 (status)`.
    pub place: String,
    /// What is wrong with it.
    pub why: String,
}

/// A service as a directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The service.
    pub service: Service,
    /// What it holds.
    pub resources: Vec<Resource>,
    /// Since when, where the directory says so, milliseconds.
    pub valid_from: Option<i64>,
}

/// Everything that a file had.
#[derive(Debug, Default)]
pub struct Rows {
    pub(crate) good: Vec<Listed>,
    /// Services whose row is bad but whose id could be read: they are not gone.
    pub(crate) listed: Vec<ServiceId>,
    /// Rows that were not taken.
    pub bad: Vec<BadRow>,
    /// A row's `service_id` could not be read, so nobody knows what the file lacks.
    pub(crate) unreadable_id: bool,
    seen: HashMap<ServiceId, String>,
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

    /// Services whose customer nobody can tell, because their mail address is the desk's own. They are taken in all the
    /// same: a deadline of theirs waits for approval.
    pub fn told_nowhere(&self, own: &OwnAddresses) -> Vec<BadRow> {
        let place = |id: &ServiceId| self.seen.get(id).cloned().unwrap_or_default();
        let why = |address: &str| {
            format!(
                "customer_email {address} is an address of the abuse desk itself: the customer counts as not told"
            )
        };
        let own = self.good.iter().filter(|row| own.are_all_of(&row.service.customer_email));
        own.map(|row| BadRow {
            place: place(&row.service.key.id),
            why: why(&row.service.customer_email),
        })
        .collect()
    }

    fn bad(&mut self, place: String, why: impl Into<String>) {
        self.bad.push(BadRow { place, why: why.into() });
    }

    /// Takes the fields of one row. `place` tells where a column of it stands.
    fn take(
        &mut self,
        directory: &str,
        fields: &BTreeMap<&str, String>,
        place: &dyn Fn(&str) -> String,
    ) {
        let field = |name: &str| fields.get(name).map_or("", |text| text.trim());
        let id = match field("service_id").parse::<ServiceId>() {
            Ok(id) => id,
            Err(error) => {
                self.unreadable_id = true;
                let why = match field("service_id") {
                    "" => "is missing".to_owned(),
                    text => format!("{text:?} {error}"),
                };
                return self.bad(place("service_id"), why);
            }
        };
        if let Some(first) = self.seen.get(&id) {
            let why = format!("service {id} stands at {first} already");
            return self.bad(place("service_id"), why);
        }
        self.seen.insert(id, place("service_id"));
        let key = ServiceKey { directory: directory.to_owned(), id };
        match row(key, &field) {
            Ok(row) => self.good.push(row),
            Err((column, why)) => {
                self.listed.push(id);
                self.bad(place(column), why);
            }
        }
    }
}

/// Reads one row by the names of its columns, those of the directory file. An error names the column.
pub fn read_row<'a>(
    directory: &str,
    field: &impl Fn(&str) -> &'a str,
) -> Result<Listed, (&'static str, String)> {
    let id = field("service_id");
    let id = id.trim().parse().map_err(|error| ("service_id", format!("{id:?} {error}")))?;
    row(ServiceKey { directory: directory.to_owned(), id }, &|name| field(name).trim())
}

fn row<'a>(
    key: ServiceKey,
    field: &impl Fn(&str) -> &'a str,
) -> Result<Listed, (&'static str, String)> {
    for name in COLUMNS {
        if name != "assigned_ips" && field(name).chars().count() > LONGEST_FIELD {
            return Err((name, format!("is longer than {LONGEST_FIELD} characters")));
        }
    }
    let text = |name: &str| storable(field(name));
    let service = Service {
        key,
        customer_id: text("customer_id"),
        customer_name: text("customer_name"),
        customer_email: text("customer_email"),
        language: text("language"),
        product: text("product"),
        domain: text("domain"),
        username: text("username"),
        server: text("server"),
        status: field("status").parse().map_err(|why| ("status", why))?,
        dedicated_ip: text("dedicated_ip"),
        protected: yes_or_no(field("protected")).map_err(|why| ("protected", why))?,
    };
    let mut nets = Vec::new();
    if !service.dedicated_ip.is_empty() {
        let address = parse_address(&service.dedicated_ip)
            .map_err(|error| ("dedicated_ip", error.to_string()))?;
        nets.push(IpNet::from(address));
    }
    nets.extend(
        parse_nets(field("assigned_ips")).map_err(|error| ("assigned_ips", error.to_string()))?,
    );
    let mut resources: Vec<Resource> = nets.into_iter().map(Resource::Net).collect();
    if !service.domain.is_empty() {
        // A panel may hold anything here; what is no domain name is kept as text only.
        resources.extend(parse_domain(&service.domain).ok());
    }
    resources.sort_unstable();
    resources.dedup();
    let valid_from = instant(field("valid_from")).map_err(|why| ("valid_from", why))?;
    Ok(Listed { service, resources, valid_from })
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "" | "false" | "no" | "0" | "off" | "f" => Ok(false),
        "true" | "yes" | "1" | "on" | "t" => Ok(true),
        _ => Err(format!("{text:?} must be true or false")),
    }
}

/// RFC 3339, or a date alone (its first moment in UTC).
fn instant(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let at: Timestamp = whole.parse().map_err(|_| {
        format!("{text:?} must be an instant such as 2026-01-31T10:00:00Z, or a date")
    })?;
    Ok(Some(to_whole_millis(at).as_millisecond()))
}

/// Reads CSV (RFC 4180, UTF-8, with a header). An error means that not even the header can be used.
pub fn read_csv(
    input: impl Read,
    directory: &str,
    mut progress: impl FnMut(u64),
) -> Result<Rows, BadRow> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = |why: String| BadRow { place: "line 1".to_owned(), why };
    let names = reader.byte_headers().map_err(|error| header(error.to_string()))?.clone();
    let names: Vec<String> = names
        .iter()
        .map(|name| {
            String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_lowercase()
        })
        .collect();
    if !names.iter().any(|name| name == "service_id") {
        return Err(header("there is no column service_id in the header".to_owned()));
    }
    for column in COLUMNS {
        if names.iter().filter(|name| *name == column).count() > 1 {
            return Err(header(format!("the column {column} stands there twice")));
        }
    }
    let mut rows = Rows::default();
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) => {}
            Err(error) => {
                // Nothing behind an unreadable place can be trusted to be a row.
                rows.unreadable_id = true;
                let line = error.position().map_or(0, csv::Position::line);
                rows.bad(format!("line {line}"), error.to_string());
                return Ok(rows);
            }
        }
        let position = record.position().cloned().unwrap_or_else(csv::Position::new);
        progress(position.byte());
        take_record(&mut rows, directory, &names, &record, position.line());
    }
}

fn take_record(
    rows: &mut Rows,
    directory: &str,
    names: &[String],
    record: &csv::ByteRecord,
    line: u64,
) {
    if record.len() != names.len() {
        rows.unreadable_id = true;
        let why = format!("has {} fields where the header has {}", record.len(), names.len());
        return rows.bad(format!("line {line}"), why);
    }
    let place = |column: &str| {
        let number = names.iter().position(|name| name == column).map_or(0, |at| at + 1);
        format!("line {line}, column {number} ({column})")
    };
    let mut fields = BTreeMap::new();
    let mut broken = None;
    for (name, bytes) in names.iter().zip(record) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                fields.insert(name.as_str(), text.to_owned());
            }
            Err(_) => broken = Some(name.as_str()),
        }
    }
    if let Some(column) = broken {
        match fields.get("service_id").and_then(|text| text.trim().parse().ok()) {
            Some(id) => rows.listed.push(id),
            None => rows.unreadable_id = true,
        }
        return rows.bad(place(column), "is not UTF-8");
    }
    rows.take(directory, &fields, &place);
}

/// Reads JSON: a list of objects. An error means that it is no such list.
pub fn read_json(
    input: impl Read,
    directory: &str,
    mut progress: impl FnMut(u64),
) -> Result<Rows, BadRow> {
    let mut text = String::new();
    let mut input = input;
    input.read_to_string(&mut text).map_err(|error| BadRow {
        place: "the file".to_owned(),
        why: format!("cannot be read as UTF-8: {error}"),
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let list: Vec<Value> = serde_json::from_str(text).map_err(|error| BadRow {
        place: format!("line {}, column {}", error.line(), error.column()),
        why: format!("the file must be a JSON list of objects: {error}"),
    })?;
    let mut rows = Rows::default();
    for (number, entry) in (1_u64..).zip(&list) {
        progress(number);
        take_entry(&mut rows, directory, number, entry);
    }
    Ok(rows)
}

fn take_entry(rows: &mut Rows, directory: &str, number: u64, entry: &Value) {
    let place = |column: &str| format!("entry {number} ({column})");
    let Value::Object(object) = entry else {
        rows.unreadable_id = true;
        return rows.bad(format!("entry {number}"), "must be an object");
    };
    let mut fields = BTreeMap::new();
    for name in COLUMNS {
        match object.get(name).map_or(Some(String::new()), plain) {
            Some(text) => {
                fields.insert(name, text);
            }
            None => {
                match fields.get("service_id").and_then(|text: &String| text.trim().parse().ok()) {
                    Some(id) => rows.listed.push(id),
                    None => rows.unreadable_id = true,
                }
                return rows.bad(place(name), "must be a text, a number, true, false or null");
            }
        }
    }
    rows.take(directory, &fields, &place);
}

/// A JSON value as the text that a CSV field would have; a list becomes its parts.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(plain).collect();
            parts.map(|parts| parts.join(" "))
        }
        Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Rows {
        read_csv(text.as_bytes(), "main", |_| {}).expect("the header is good")
    }

    #[test]
    fn a_bad_row_is_named_with_line_and_column_and_does_not_stop_the_others() {
        let rows = csv("service_id,status,dedicated_ip\n1,active,192.0.2.1\nx,active,\n\
                        3,odd,\n4,,192.0.2.999\n5,Suspended,\n5,active,\n6,active\n");
        assert_eq!(rows.good.iter().map(|r| r.service.key.id.get()).collect::<Vec<_>>(), [1, 5]);
        let places: Vec<&str> = rows.bad.iter().map(|bad| bad.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "line 3, column 1 (service_id)",
                "line 4, column 2 (status)",
                "line 5, column 3 (dedicated_ip)",
                "line 7, column 1 (service_id)",
                "line 8",
            ]
        );
        assert!(rows.unreadable_id);
        assert_eq!(rows.listed.len(), 2);
    }

    #[test]
    fn quoted_fields_may_have_line_breaks_and_a_byte_order_mark_may_lead() {
        let rows = csv("\u{feff}service_id,assigned_ips\r\n7,\"192.0.2.1\r\n198.51.100.0/24\"\r\n");
        assert!(rows.bad.is_empty(), "{:?}", rows.bad);
        assert_eq!(rows.good[0].resources.len(), 2);
    }

    #[test]
    fn a_file_without_service_ids_is_refused_whole() {
        assert!(read_csv("id,status\n1,active\n".as_bytes(), "main", |_| {}).is_err());
        assert!(read_json("{}".as_bytes(), "main", |_| {}).is_err());
    }

    #[test]
    fn json_takes_numbers_lists_and_nulls() {
        let text = r#"[{"service_id": 5, "assigned_ips": ["192.0.2.1", "192.0.2.2"], "protected": true,
            "domain": null}, {"service_id": "6", "valid_from": "2026-01-31"}, 7, {"service_id": 8, "status": {}}]"#;
        let rows = read_json(text.as_bytes(), "main", |_| {}).expect("a list");
        assert_eq!(rows.good.len(), 2);
        assert!(rows.good[0].service.protected);
        assert_eq!(rows.good[0].resources.len(), 2);
        assert!(rows.good[1].valid_from.is_some());
        assert_eq!(rows.bad.len(), 2);
        assert_eq!(rows.bad[1].place, "entry 4 (status)");
    }
}
