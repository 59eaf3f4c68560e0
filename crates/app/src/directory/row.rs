//! One row of a directory: a service with what it holds. Files, SQL queries and WHMCS all give it to be read here, by the
//! names of the columns of the directory file.

use ipnet::IpNet;
use portreeve_core::fields::{self, Slip, Start, Weight, plain};
use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::ledger::Resource;
use portreeve_core::service::{BETWEEN_MAILBOXES, Service, ServiceStatus};
use portreeve_core::text::{shorten, storable};

/// Longest text of one field, in characters.
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

/// A service as a directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The service.
    pub service: Service,
    /// What it holds.
    pub resources: Vec<Resource>,
    /// Since when.
    pub start: Start,
    /// What was not taken as it stands, and in which column.
    pub slips: Vec<(&'static str, Slip)>,
}

impl Listed {
    /// Whether a part of it could not be read or is not there. Then it ends nothing of its service: nobody knows what it
    /// was to say.
    pub fn is_torn(&self) -> bool {
        self.slips.iter().any(|(_, slip)| slip.weight != Weight::Noted)
    }

    /// Whether nobody knows what this column was to say: what was known before stays.
    pub(super) fn lacks(&self, column: &str) -> bool {
        self.has(column, Weight::Lost) || self.has(column, Weight::LeftOff)
    }

    fn has(&self, column: &str, weight: Weight) -> bool {
        self.slips.iter().any(|(of, slip)| *of == column && slip.weight == weight)
    }

    /// What was not taken as it stands, one line each.
    pub fn oddities(&self) -> impl Iterator<Item = String> {
        let id = self.service.key.id;
        self.slips.iter().map(move |(column, slip)| format!("service {id}: {column}: {slip}"))
    }
}

/// Why a row is not taken at all: the column, and what is wrong with it.
pub type NotTaken = (&'static str, String);

/// Reads one row by the names of its columns. What cannot be done without is its `service_id`, and a `customer_id` that is
/// no longer than a field may be; any other part costs itself alone.
pub fn read_row<'a>(directory: &str, field: &impl Fn(&str) -> &'a str) -> Result<Listed, NotTaken> {
    let id = service_id(field("service_id")).map_err(|why| ("service_id", why))?;
    listed(ServiceKey { directory: directory.to_owned(), id }, field, Vec::new())
}

/// Reads a service's id.
pub(super) fn service_id(text: &str) -> Result<ServiceId, String> {
    match plain(text) {
        "" => Err("is missing".to_owned()),
        text => text.parse().map_err(|error| format!("{text:?} {error}")),
    }
}

/// The row of the service `key`, in which `slips` are known already.
pub(super) fn listed<'a>(
    key: ServiceKey,
    field: &impl Fn(&str) -> &'a str,
    slips: Vec<(&'static str, Slip)>,
) -> Result<Listed, NotTaken> {
    let customer_id = plain(field("customer_id"));
    if customer_id.chars().count() > LONGEST_FIELD {
        return Err(("customer_id", format!("is longer than {LONGEST_FIELD} characters")));
    }
    let mut row = Reading { field, slips };
    let (dedicated, assigned) = (row.nets("dedicated_ip"), row.nets("assigned_ips"));
    let single = dedicated.iter().find(|net| net.prefix_len() == net.max_prefix_len());
    let dedicated_ip = single.map(|net| net.addr().to_string()).unwrap_or_default();
    let mut resources: Vec<Resource> =
        dedicated.into_iter().chain(assigned).map(Resource::Net).collect();
    resources.extend(row.take("domain", fields::domains));
    resources.sort_unstable();
    resources.dedup();
    let service = Service {
        key,
        customer_id: storable(customer_id),
        customer_name: row.text("customer_name"),
        customer_email: storable(
            &row.take("customer_email", fields::mailboxes).join(BETWEEN_MAILBOXES),
        ),
        language: row.text("language"),
        product: row.text("product"),
        domain: row.text("domain"),
        username: row.text("username"),
        server: row.text("server"),
        status: row.status(),
        dedicated_ip,
        protected: row.protected(),
    };
    let start = row.take("valid_from", fields::start);
    let mut listed = Listed { service, resources, start, slips: row.slips };
    // What stands there in a form that is not even text is no "nothing".
    listed.service.protected |= listed.has("protected", Weight::Lost);
    if listed.has("valid_from", Weight::Lost) {
        listed.start = Start::NotRead;
    }
    Ok(listed)
}

/// A row that is being read.
struct Reading<'f, F> {
    field: &'f F,
    slips: Vec<(&'static str, Slip)>,
}

impl<'a, F: Fn(&str) -> &'a str> Reading<'_, F> {
    /// Takes what could be read, and keeps what could not.
    fn take<T>(&mut self, column: &'static str, read: impl Fn(&str) -> fields::Field<T>) -> T {
        let found = read((self.field)(column));
        self.slips.extend(found.slips.into_iter().map(|slip| (column, slip)));
        found.value
    }

    fn nets(&mut self, column: &'static str) -> Vec<IpNet> {
        self.take(column, fields::nets)
    }

    fn lost(&mut self, column: &'static str, why: String) {
        self.slips.push((column, Slip::lost(why)));
    }

    /// A text that is only shown.
    fn text(&mut self, column: &'static str) -> String {
        let text = plain((self.field)(column));
        if text.chars().count() > LONGEST_FIELD {
            let why = format!("is longer than {LONGEST_FIELD} characters; the rest was left out");
            self.slips.push((column, Slip::noted(why)));
        }
        storable(&shorten(text, LONGEST_FIELD))
    }

    fn status(&mut self) -> ServiceStatus {
        let word = plain((self.field)("status"));
        word.parse().unwrap_or_else(|why| {
            let kept = "the previous value is kept; a new service counts as active";
            self.lost("status", format!("{word:?} is not a status ({why}); {kept}"));
            ServiceStatus::Active
        })
    }

    /// One that cannot be read protects: nobody is suspended automatically by a slip of the pen.
    fn protected(&mut self) -> bool {
        let word = plain((self.field)("protected"));
        match word.to_ascii_lowercase().as_str() {
            "" | "false" | "no" | "0" | "off" | "f" | "n" => false,
            "true" | "yes" | "1" | "on" | "t" | "y" => true,
            _ => {
                let kept = "the previous value is kept; a new service counts as protected";
                self.lost("protected", format!("{word:?} must be true or false; {kept}"));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &'static str)]) -> Listed {
        let field = |name: &str| fields.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v);
        read_row("main", &field).expect("a row")
    }

    #[test]
    fn each_part_that_cannot_be_read_costs_itself_alone() {
        let row = read(&[
            ("service_id", "7"),
            ("customer_id", "17"),
            ("customer_email", "ada@example.com, ben"),
            ("status", "Verschwunden"),
            ("dedicated_ip", "192.0.2.7"),
            ("assigned_ips", "192.0.2.8, 192.0.2.010"),
            ("domain", "a..b.example"),
            ("valid_from", "01/02/2026"),
            ("protected", "vielleicht"),
        ]);
        let columns: Vec<&str> = row.slips.iter().map(|(column, _)| *column).collect();
        let expected =
            ["assigned_ips", "domain", "customer_email", "status", "protected", "valid_from"];
        assert_eq!(columns, expected);
        let held: Vec<String> = row.resources.iter().map(ToString::to_string).collect();
        assert_eq!(held, ["192.0.2.7", "192.0.2.8"]);
        assert_eq!(row.service.customer_email, "ada@example.com");
        assert_eq!((row.service.status, row.service.protected), (ServiceStatus::Active, true));
        assert!(row.is_torn() && row.lacks("status") && row.start == Start::NotRead);
        assert!(row.oddities().all(|line| line.starts_with("service 7: ")));
    }

    #[test]
    fn the_fields_of_a_database_without_a_value_are_empty() {
        let row = read(&[
            ("service_id", " 7 "),
            ("customer_id", "\\N"),
            ("customer_email", "NULL"),
            ("domain", "NULL"),
            ("dedicated_ip", "\\N"),
            ("valid_from", "0000-00-00"),
            ("status", "NULL"),
            ("protected", "NULL"),
        ]);
        assert_eq!((row.slips.len(), row.resources.len()), (0, 0));
        assert_eq!((row.service.customer_id.as_str(), row.start), ("", Start::NotSaid));
        assert!(!row.service.protected);
    }

    #[test]
    fn a_dedicated_address_is_the_first_single_one() {
        let row = read(&[("service_id", "1"), ("dedicated_ip", "192.0.2.0/29, 192.0.2.9:22")]);
        assert_eq!(row.service.dedicated_ip, "192.0.2.9");
        let row = read(&[("service_id", "1"), ("dedicated_ip", "0.0.0.0")]);
        assert_eq!((row.service.dedicated_ip.as_str(), row.is_torn()), ("", false));
    }
}
