//! WHMCS as a directory: services with what they hold, and who holds them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use portreeve_app::directory::{
    Check, Limit, Listed, NotTaken, Page, Pass, Source, SourceError, read_row,
};
use portreeve_core::fields::start;
use portreeve_core::ids::ServiceId;
use portreeve_core::reason::Finding;
use portreeve_core::time::{Span, Timestamp};

use super::client::{CallError, Client, Slot};
use super::decode::{self, ClientDetails, Clients, Product, Products};

/// The right actions of the API role, with what each is for.
const RIGHTS: [(&str, &str); 5] = [
    ("GetClientsProducts", "read services"),
    ("GetClients", "read customers"),
    ("GetClientsDetails", "read a customer's language"),
    ("ModuleSuspend", "suspend a service"),
    ("ModuleUnsuspend", "unsuspend a service"),
];

/// Customers whose language is asked for in one pass: the list does not tell it, and each takes a call of its own.
const LANGUAGES_A_PASS: usize = 250;

/// How long they are asked for in one pass at the most. Whoever reads a directory has to show a sign of life more often
/// than once a minute, and the first comes with the first page of services.
const LANGUAGES_FOR: Duration = Duration::from_secs(20);

/// Customers whose language was asked for since the desk started. Later changes come by the addon, or when a service is
/// asked for by itself.
type Asked = Arc<Mutex<HashSet<String>>>;

/// A day of a date.
const DAY: Span = Span::from_mins(24 * 60);

/// A WHMCS as a directory.
#[derive(Debug)]
pub struct Directory {
    name: String,
    client: Arc<Client>,
    page: usize,
    overrides: Override,
    asked: Asked,
}

/// What WHMCS's own promise not to suspend a service (`overideautosuspend`) means for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Override {
    /// Nothing: it is about unpaid bills.
    #[default]
    Ignored,
    /// The service is protected: nothing suspends it without a person.
    Protects,
}

impl Override {
    /// Whether a service is protected by it now: to the end of its last day in UTC.
    fn protects(self, row: &Product, now: Timestamp) -> bool {
        let is_on = matches!(row.overideautosuspend.as_str(), "1" | "on" | "true");
        let yesterday = DAY.before(now).as_millisecond();
        let has_ended =
            start(&row.overidesuspenduntil).value.at().is_some_and(|until| until <= yesterday);
        self == Self::Protects && is_on && !has_ended
    }
}

impl Directory {
    /// The directory `name`, read `page` services at a time.
    pub fn new(name: String, client: Arc<Client>, page: usize, overrides: Override) -> Self {
        Self { name, client, page, overrides, asked: Asked::default() }
    }
}

impl From<CallError> for SourceError {
    fn from(error: CallError) -> Self {
        let kind = match error {
            CallError::NotSent(_) | CallError::Unknown(_) => Self::Unreachable,
            CallError::Denied(_) | CallError::NotPermitted(_) => Self::Denied,
            CallError::NotAnApi(_) | CallError::Refused(_) => Self::Unreadable,
        };
        kind(error.into())
    }
}

#[async_trait]
impl Source for Directory {
    async fn begin(&self) -> Result<Box<dyn Pass>, SourceError> {
        let mut customers = self.customers().await?;
        let told = self.add_languages(&mut customers).await;
        Ok(Box::new(Reading {
            told,
            asked: Arc::clone(&self.asked),
            overrides: self.overrides,
            directory: self.name.clone(),
            client: Arc::clone(&self.client),
            page: self.page,
            customers,
            done: 0,
            total: None,
        }))
    }

    async fn one(&self, id: ServiceId, limit: Limit) -> Result<Option<Listed>, SourceError> {
        let slot = match limit {
            Limit::Waiting(_) => Slot::Waiting,
            Limit::Background(_) => Slot::Bulk,
        };
        let service = id.get().to_string();
        let fields = [("serviceid", service.as_str()), ("limitnum", "1")];
        let found: Products = self.client.read(slot, "GetClientsProducts", &fields).await?;
        // WHMCS is not trusted to have listened to the filter.
        let Some(row) = found.rows.0.into_iter().find(|row| row.id == Some(id.get())) else {
            return Ok(None);
        };
        let customer = customer(&self.client, slot, &row.clientid).await?;
        let read = listed(&self.name, id, &row, customer.as_ref(), self.overrides);
        read.map(Some).map_err(|(part, said)| {
            let (service, part) = (id.get(), part.to_owned());
            SourceError::Unreadable(Finding::OddService { service, part, said })
        })
    }

    fn reads_at_once(&self) -> bool {
        false
    }

    async fn check(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        for (action, purpose) in RIGHTS {
            let tried = self.try_right(action).await;
            let (good, detail) = match &tried {
                Ok(seen) => (true, seen.clone()),
                Err(error) => (false, error.to_string()),
            };
            checks.push(Check { what: format!("{purpose} ({action})"), good, detail });
            let whole = |error: &CallError| !matches!(error, CallError::NotPermitted(_));
            if tried.as_ref().is_err_and(whole) {
                // Nothing else will go better.
                break;
            }
        }
        checks
    }
}

impl Directory {
    /// Whether an action is allowed, without an effect: the module actions name no service.
    async fn try_right(&self, action: &str) -> Result<String, CallError> {
        let slot = Slot::Waiting;
        match action {
            "GetClientsProducts" => {
                let found: Products = self.client.read(slot, action, &[("limitnum", "1")]).await?;
                Ok(format!("{} services", found.totalresults.unwrap_or(0)))
            }
            "GetClients" => {
                let found: Clients = self.client.read(slot, action, &[("limitnum", "1")]).await?;
                Ok(format!("{} customers", found.totalresults.unwrap_or(0)))
            }
            _ => match self.client.change(slot, action, &[]).await {
                Ok(()) | Err(CallError::Refused(_)) => Ok("allowed".to_owned()),
                Err(error) => Err(error),
            },
        }
    }

    /// All customers by id.
    async fn customers(&self) -> Result<HashMap<String, Customer>, SourceError> {
        let mut customers = HashMap::new();
        let (mut done, page) = (0, self.page.to_string());
        loop {
            let start = done.to_string();
            let fields = [("limitstart", start.as_str()), ("limitnum", &page)];
            let found: Clients = self.client.read(Slot::Bulk, "GetClients", &fields).await?;
            let count = found.rows.0.len();
            // A list that cannot be understood must not pass for an empty one.
            if found.numreturned.and_then(|n| usize::try_from(n).ok()).is_some_and(|n| n != count) {
                return Err(unreadable("GetClients"));
            }
            done += count;
            for client in found.rows.0 {
                customers.insert(client.id.clone(), Customer::of(&client));
            }
            let total = found.totalresults.and_then(|total| usize::try_from(total).ok());
            if count == 0 || total.is_none_or(|total| done >= total) {
                return Ok(customers);
            }
        }
    }
}

impl Directory {
    /// Adds the languages of some customers who were not asked for yet, and says of whom.
    async fn add_languages(&self, customers: &mut HashMap<String, Customer>) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let unknown = customers.iter_mut().filter(|(id, _)| !asked.contains(*id));
        let begun = Instant::now();
        let mut told = Vec::new();
        for (id, known) in unknown.take(LANGUAGES_A_PASS) {
            if begun.elapsed() >= LANGUAGES_FOR {
                break;
            }
            match customer(&self.client, Slot::Bulk, id).await {
                Ok(found) => {
                    known.language = found.map(|found| found.language).unwrap_or_default();
                    told.push(id.clone());
                }
                // The list is good without; they are asked for in the next pass.
                Err(error) => {
                    tracing::warn!("WHMCS did not return the languages of customers: {error}");
                    break;
                }
            }
        }
        told
    }
}

/// One customer with the language; nothing when there is no such customer.
async fn customer(client: &Client, slot: Slot, id: &str) -> Result<Option<Customer>, CallError> {
    let fields = [("clientid", id), ("stats", "false")];
    match client.read::<ClientDetails>(slot, "GetClientsDetails", &fields).await {
        Ok(found) => Ok(Some(Customer::of(&found.client))),
        Err(CallError::Refused(why)) => {
            tracing::info!(customer = id, "WHMCS did not return a customer: {why}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn changed(before: usize, after: usize) -> SourceError {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    SourceError::Changed(Finding::ListChanged { before: number(before), after: number(after) })
}

fn unreadable(action: &str) -> SourceError {
    SourceError::Unreadable(Finding::OddList { list: action.to_owned() })
}

/// What the desk needs to know of a customer.
#[derive(Debug, Clone, Default)]
pub(super) struct Customer {
    name: String,
    email: String,
    /// Empty where the list does not tell.
    language: String,
}

impl Customer {
    pub(super) fn of(client: &decode::Client) -> Self {
        let person = format!("{} {}", client.firstname, client.lastname);
        let name = match (person.trim(), client.companyname.trim()) {
            (person, "") => person.to_owned(),
            ("", company) => company.to_owned(),
            (person, company) => format!("{person} ({company})"),
        };
        Self { name, email: client.email.clone(), language: language(&client.language).to_owned() }
    }
}

/// WHMCS names languages by English words; the desk by tags (BCP 47).
fn language(word: &str) -> &'static str {
    const WORDS: [(&str, &str); 26] = [
        ("arabic", "ar"),
        ("azerbaijani", "az"),
        ("catalan", "ca"),
        ("chinese", "zh"),
        ("croatian", "hr"),
        ("czech", "cs"),
        ("danish", "da"),
        ("dutch", "nl"),
        ("english", "en"),
        ("estonian", "et"),
        ("farsi", "fa"),
        ("french", "fr"),
        ("german", "de"),
        ("hebrew", "he"),
        ("hungarian", "hu"),
        ("italian", "it"),
        ("macedonian", "mk"),
        ("norwegian", "nb"),
        ("portuguese-br", "pt-BR"),
        ("portuguese-pt", "pt-PT"),
        ("romanian", "ro"),
        ("russian", "ru"),
        ("spanish", "es"),
        ("swedish", "sv"),
        ("turkish", "tr"),
        ("ukranian", "uk"),
    ];
    let word = word.trim().to_lowercase();
    WORDS.iter().find(|(known, _)| *known == word).map_or("", |(_, tag)| tag)
}

/// A pass over all services.
struct Reading {
    directory: String,
    client: Arc<Client>,
    page: usize,
    overrides: Override,
    customers: HashMap<String, Customer>,
    /// Customers whose language this pass tells, and where that is noted once it is through.
    told: Vec<String>,
    asked: Asked,
    done: usize,
    total: Option<usize>,
}

#[async_trait]
impl Pass for Reading {
    async fn next(&mut self) -> Result<Option<Page>, SourceError> {
        if self.total.is_some_and(|total| self.done >= total) {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.extend(self.told.drain(..));
            return Ok(None);
        }
        let (start, count) = (self.done.to_string(), self.page.to_string());
        let fields = [("limitstart", start.as_str()), ("limitnum", &count)];
        let found: Products = self.client.read(Slot::Bulk, "GetClientsProducts", &fields).await?;
        let number = |n: Option<i64>| n.and_then(|n| usize::try_from(n).ok());
        let rows = found.rows.0;
        let total = number(found.totalresults).ok_or_else(|| unreadable("GetClientsProducts"))?;
        if number(found.numreturned).is_some_and(|n| n != rows.len()) {
            return Err(unreadable("GetClientsProducts"));
        }
        if let Some(before) = self.total
            && before != total
        {
            return Err(changed(before, total));
        }
        if rows.is_empty() && self.done < total {
            return Err(changed(total, self.done));
        }
        self.total = Some(total);
        self.done += rows.len();
        let mut page = Page { total: Some(total), ..Page::default() };
        for row in rows {
            self.take(&row, &mut page).await?;
        }
        Ok(Some(page))
    }
}

impl Reading {
    async fn take(&mut self, row: &Product, page: &mut Page) -> Result<(), SourceError> {
        let id = row.id.and_then(|id| ServiceId::new(id).ok());
        let id = id.ok_or_else(|| {
            SourceError::Unreadable(Finding::OddServiceId {
                id: row.id.map(|id| id.to_string()).unwrap_or_default(),
            })
        })?;
        // The list of customers may have moved while it was read: one who slipped through is asked for.
        if !self.customers.contains_key(&row.clientid) {
            let found = customer(&self.client, Slot::Bulk, &row.clientid).await?;
            self.customers.insert(row.clientid.clone(), found.unwrap_or_default());
        }
        let customer = self.customers.get(&row.clientid);
        match listed(&self.directory, id, row, customer, self.overrides) {
            Ok(listed) => {
                page.odd.extend(listed.oddities());
                page.rows.push(listed);
            }
            Err((column, why)) => {
                page.odd.push(not_taken(id, column, &why));
                page.unread.push(id);
            }
        }
        Ok(())
    }
}

fn not_taken(id: ServiceId, column: &str, why: &str) -> String {
    format!("service {id}: {column}: {why}")
}

/// A service as the desk keeps it.
pub(super) fn listed(
    directory: &str,
    id: ServiceId,
    row: &Product,
    customer: Option<&Customer>,
    overrides: Override,
) -> Result<Listed, NotTaken> {
    let protected = if overrides.protects(row, Timestamp::now()) { "true" } else { "" };
    let id = id.get().to_string();
    let (name, email, language) = customer
        .map_or(("", "", ""), |customer| (&customer.name, &customer.email, &customer.language));
    read_row(directory, &|column| match column {
        "service_id" => &id,
        "customer_id" => &row.clientid,
        "customer_name" => name,
        "customer_email" => email,
        "language" => language,
        "product" => &row.name,
        "domain" => &row.domain,
        "username" => &row.username,
        // The machine that it lives on, with others: its address names no customer.
        "server" => &row.servername,
        "status" => &row.status,
        "dedicated_ip" => &row.dedicatedip,
        "assigned_ips" => &row.assignedips,
        "protected" => protected,
        _ => "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(json: serde_json::Value) -> Product {
        serde_json::from_value(json).expect("a product")
    }

    #[test]
    fn a_promise_not_to_suspend_protects_where_it_is_to_and_until_its_day() {
        let now = "2026-01-31T10:00:00Z".parse().expect("an instant");
        for (on, until, protects) in [
            ("1", "0000-00-00", true),
            ("on", "", true),
            ("1", "2026-01-31", true),
            ("1", "2026-01-30", false),
            ("0", "2999-12-31", false),
            ("", "0000-00-00", false),
        ] {
            let row = product(serde_json::json!({
                "id": 7, "clientid": "3", "overideautosuspend": on, "overidesuspenduntil": until,
            }));
            assert_eq!(Override::Protects.protects(&row, now), protects, "{on} until {until}");
            assert!(!Override::Ignored.protects(&row, now));
        }
    }

    #[test]
    fn the_servers_address_names_no_customer() {
        let row = product(serde_json::json!({
            "id": 7, "clientid": "3", "serverip": "203.0.113.1", "servername": "Saturn",
            "serverhostname": "saturn.example.com", "domain": "Shop.Example.com",
            "dedicatedip": "192.0.2.1", "assignedips": "", "status": "Active", "name": "A &amp; B",
        }));
        let id = ServiceId::new(7).expect("positive");
        let listed = listed("whmcs", id, &row, None, Override::Ignored).expect("a service");
        let held: Vec<String> = listed.resources.iter().map(ToString::to_string).collect();
        assert_eq!(held, ["192.0.2.1", "shop.example.com"]);
        assert_eq!((listed.service.product.as_str(), listed.slips.len()), ("A & B", 0));
        assert_eq!(listed.service.dedicated_ip, "192.0.2.1");
    }

    #[test]
    fn what_modules_write_into_the_address_fields_is_read_as_it_is_meant() {
        let row = product(serde_json::json!({
            "id": 7, "clientid": "3", "domain": "*.Müller.example", "status": "Verschwunden",
            "dedicatedip": "192.0.2.1:25565", "name": "Game",
            "assignedips": "192.0.2.12 - 192.0.2.15\\n198.51.100.32 255.255.255.248\r\n192.0.2.69/29",
        }));
        let customer =
            Customer { email: "ada@example.com, ben@example.com".into(), ..Customer::default() };
        let id = ServiceId::new(7).expect("positive");
        let listed =
            listed("whmcs", id, &row, Some(&customer), Override::Ignored).expect("a service");
        let held: Vec<String> = listed.resources.iter().map(ToString::to_string).collect();
        let expected = [
            "192.0.2.1",
            "192.0.2.12/30",
            "192.0.2.69",
            "198.51.100.32/29",
            "xn--mller-kva.example",
        ];
        assert_eq!(held, expected);
        assert_eq!(listed.service.mailboxes(), ["ada@example.com", "ben@example.com"]);
        let odd: Vec<String> = listed.oddities().collect();
        assert!(
            odd.len() == 2 && odd[0].contains("192.0.2.69") && odd[1].contains("Verschwunden"),
            "{odd:?}"
        );
    }

    #[test]
    fn a_customer_has_a_name_in_every_case() {
        let of = |first: &str, last: &str, company: &str| {
            let client = decode::Client {
                firstname: first.into(),
                lastname: last.into(),
                companyname: company.into(),
                language: "German".into(),
                ..decode::Client::default()
            };
            let customer = Customer::of(&client);
            assert_eq!(customer.language, "de");
            customer.name
        };
        assert_eq!(of("Ada", "Byron", ""), "Ada Byron");
        assert_eq!(of("Ada", "Byron", "Engines"), "Ada Byron (Engines)");
        assert_eq!(of("", "", "Engines"), "Engines");
    }
}
