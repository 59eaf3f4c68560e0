//! Everything that the simulated WHMCS knows, and what happened to it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::fault::Faults;
use crate::seed::Seed;
use crate::shape::{Shape, Version};

/// The reason that WHMCS itself gives when a bill is overdue.
const OVERDUE: &str = "Overdue on Payment";

/// What is answered when a hook of an addon says no.
pub(crate) const ABORTED: &str = "Function Aborted by Hook";

/// Calls that are remembered; the oldest go first.
const CALLS: usize = 200_000;

/// What WHMCS calls the state of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "WHMCS's own words")]
pub enum Status {
    Pending,
    #[default]
    Active,
    Suspended,
    Terminated,
    Cancelled,
    Fraud,
    Completed,
}

impl Status {
    /// WHMCS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Terminated => "Terminated",
            Self::Cancelled => "Cancelled",
            Self::Fraud => "Fraud",
            Self::Completed => "Completed",
        }
    }
}

/// A customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "WHMCS's own names")]
pub struct Client {
    pub id: i64,
    pub firstname: String,
    pub lastname: String,
    pub companyname: String,
    pub email: String,
    pub language: String,
    pub address1: String,
    pub city: String,
    pub state: String,
    pub postcode: String,
    pub country: String,
    pub phonenumber: String,
    /// The id of their currency; 0: the primary one.
    pub currency: i64,
}

/// What is sold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "WHMCS's own names")]
pub struct Product {
    pub pid: i64,
    pub gid: i64,
    pub name: String,
    /// Empty: services of it are assigned to no module.
    pub module: String,
}

/// A machine that services live on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "WHMCS's own names")]
pub struct Server {
    pub id: i64,
    pub name: String,
    pub hostname: String,
    pub ipaddress: String,
}

/// Money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "WHMCS's own names")]
pub struct Currency {
    pub id: i64,
    pub code: String,
    pub rate: String,
}

/// A product that a customer holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "WHMCS's own names")]
pub struct Service {
    pub id: i64,
    pub clientid: i64,
    pub pid: i64,
    pub serverid: i64,
    pub domain: String,
    pub username: String,
    pub dedicatedip: String,
    pub assignedips: String,
    pub status: Status,
    pub suspensionreason: String,
    pub notes: String,
    /// WHMCS is not to suspend it by itself ...
    pub overideautosuspend: bool,
    /// ... until this day; empty: for good.
    pub overidesuspenduntil: String,
    /// What the module answers instead of doing anything.
    pub module_error: Option<String>,
}

/// An API credential.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credential {
    /// Also taken as `username`.
    pub identifier: String,
    /// Also taken as `password`.
    pub secret: String,
    /// What its role allows, in lower case; `*` is all.
    pub actions: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Invoice {
    pub(crate) id: i64,
    pub(crate) userid: i64,
    pub(crate) status: String,
    pub(crate) date: String,
    pub(crate) duedate: String,
    pub(crate) datepaid: String,
    pub(crate) paymentmethod: String,
    pub(crate) notes: String,
    pub(crate) items: Vec<(String, i64, bool)>,
    pub(crate) paid: i64,
    /// A credit note settled it: it is `Paid`, and nobody paid anything.
    pub(crate) is_credited: bool,
}

/// An invoice as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenInvoice {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub userid: i64,
    /// WHMCS's word.
    pub status: String,
    /// The sum of its items, in cents.
    pub total: i64,
}

impl Invoice {
    /// Cents.
    pub(crate) fn total(&self) -> i64 {
        self.items.iter().map(|(_, amount, _)| amount).sum()
    }

    /// Takes so many cents; what is paid in full is paid.
    pub(crate) fn pay(&mut self, amount: i64) {
        self.paid += amount;
        if self.paid >= self.total() {
            "Paid".clone_into(&mut self.status);
            "2026-01-01 00:00:00".clone_into(&mut self.datepaid);
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) id: i64,
    pub(crate) deptid: i64,
    pub(crate) userid: i64,
    pub(crate) subject: String,
    pub(crate) status: String,
    pub(crate) messages: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) userid: i64,
    pub(crate) services: Vec<i64>,
}

/// A call as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Lower case.
    pub action: String,
    /// `serviceid`, where it names one.
    pub service: Option<i64>,
    /// What was done to it on purpose.
    pub fault: Option<&'static str>,
}

/// A service that became another: what a customer feels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which.
    pub service: i64,
    /// Before.
    pub from: Status,
    /// After.
    pub to: Status,
    /// The reason that stands there now.
    pub reason: String,
    /// `api`, `billing` or `staff`.
    pub by: &'static str,
}

/// An automatic action that failed. WHMCS keeps it until somebody tries it again, and does not do so by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// Of which service.
    pub service: i64,
    /// What was to be done.
    pub action: &'static str,
    /// Why it was not.
    pub error: String,
}

/// Something that happens between two pages of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Churn {
    /// A service comes.
    Add(Box<Service>),
    /// A service goes.
    Remove(i64),
    /// Nothing, this time.
    Nothing,
}

/// The simulated WHMCS.
#[derive(Debug)]
pub struct World {
    /// By id.
    pub clients: BTreeMap<i64, Client>,
    /// By id.
    pub products: BTreeMap<i64, Product>,
    /// By id.
    pub servers: BTreeMap<i64, Server>,
    /// By id.
    pub services: BTreeMap<i64, Service>,
    /// By id.
    pub currencies: BTreeMap<i64, Currency>,
    /// Who may call.
    pub credentials: Vec<Credential>,
    /// From where; none: everywhere (the list is off).
    pub allowed_ips: Option<Vec<IpAddr>>,
    /// What lets a caller past the list of addresses.
    pub access_key: Option<String>,
    /// How lists and numbers look.
    pub shape: Shape,
    /// Whose answers are given where versions differ.
    pub version: Version,
    /// What goes wrong.
    pub faults: Faults,
    /// What happens between two pages of services, one at a time.
    pub churn: Vec<Churn>,
    /// Customers who slip through the pages of `GetClients`.
    pub unlisted: Vec<i64>,
    /// Services whose unsuspension a hook of an addon vetoes.
    pub vetoed: Vec<i64>,
    /// The module queue: automatic actions that failed.
    pub module_queue: Vec<Queued>,
    /// Calls, the oldest first.
    pub calls: Vec<Call>,
    /// Changes of services, the oldest first.
    pub changes: Vec<Change>,
    /// What was written into the activity log.
    pub activity: Vec<String>,
    pub(crate) invoices: BTreeMap<i64, Invoice>,
    pub(crate) tickets: BTreeMap<i64, Ticket>,
    pub(crate) orders: BTreeMap<i64, Order>,
    pub(crate) client_notes: Vec<(i64, String)>,
    last_id: i64,
}

impl World {
    /// All invoices, the oldest first.
    pub fn invoices(&self) -> Vec<SeenInvoice> {
        let seen = |invoice: &Invoice| SeenInvoice {
            id: invoice.id,
            userid: invoice.userid,
            status: invoice.status.clone(),
            total: invoice.total(),
        };
        self.invoices.values().map(seen).collect()
    }

    /// Pays what is left of an invoice.
    pub fn pay_invoice(&mut self, id: i64) {
        if let Some(invoice) = self.invoices.get_mut(&id) {
            invoice.pay(invoice.total() - invoice.paid);
        }
    }

    /// The currency of a customer.
    pub(crate) fn currency_of(&self, client: i64) -> Option<&Currency> {
        let wanted = self.clients.get(&client).map_or(0, |client| client.currency);
        self.currencies.get(&wanted).or_else(|| self.currencies.values().next())
    }

    /// What there is at the start.
    pub fn new(seed: Seed) -> Self {
        let by = |client: &Client| client.id;
        let clients: BTreeMap<i64, Client> =
            seed.clients.into_iter().map(|client| (by(&client), client)).collect();
        let services: BTreeMap<i64, Service> =
            seed.services.into_iter().map(|service| (service.id, service)).collect();
        let highest = clients.keys().chain(services.keys()).copied().max().unwrap_or(0);
        Self {
            clients,
            products: seed.products.into_iter().map(|product| (product.pid, product)).collect(),
            servers: seed.servers.into_iter().map(|server| (server.id, server)).collect(),
            services,
            currencies: seed.currencies.into_iter().map(|c| (c.id, c)).collect(),
            credentials: seed.credentials,
            allowed_ips: seed.allowed_ips,
            access_key: seed.access_key,
            shape: seed.shape,
            version: seed.version,
            faults: Faults::default(),
            churn: Vec::new(),
            unlisted: Vec::new(),
            vetoed: Vec::new(),
            module_queue: Vec::new(),
            calls: Vec::new(),
            changes: Vec::new(),
            activity: Vec::new(),
            invoices: BTreeMap::new(),
            tickets: BTreeMap::new(),
            orders: BTreeMap::new(),
            client_notes: Vec::new(),
            last_id: highest,
        }
    }

    pub(crate) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn note_call(&mut self, call: Call) {
        if self.calls.len() >= CALLS {
            self.calls.drain(..CALLS / 2);
        }
        self.calls.push(call);
    }

    /// Puts a service into a state, and writes it down when that is another than before.
    pub fn set_status(&mut self, id: i64, to: Status, reason: &str, by: &'static str) {
        let Some(service) = self.services.get_mut(&id) else { return };
        let from = service.status;
        service.status = to;
        reason.clone_into(&mut service.suspensionreason);
        if from != to {
            self.changes.push(Change { service: id, from, to, reason: reason.to_owned(), by });
        }
    }

    /// A bill was not paid: WHMCS's own job takes the service off.
    pub fn overdue(&mut self, id: i64) {
        self.set_status(id, Status::Suspended, OVERDUE, "billing");
    }

    /// The bill was paid: WHMCS gives the service back, unless somebody else wrote a reason or a hook
    /// of an addon says no.
    pub fn pay(&mut self, id: i64) {
        let theirs = self.services.get(&id).is_some_and(|service| {
            service.status == Status::Suspended
                && (service.suspensionreason.is_empty() || service.suspensionreason == OVERDUE)
        });
        if !theirs {
            return;
        }
        if self.vetoed.contains(&id) {
            // Whoever paid once does not pay again: nothing gives the service back after this but a person.
            let (action, error) = ("unsuspend", ABORTED.to_owned());
            self.module_queue.push(Queued { service: id, action, error });
        } else {
            self.set_status(id, Status::Active, "", "billing");
        }
    }

    /// Somebody tries what waits in the module queue for a service once more.
    pub fn retry_module_queue(&mut self, id: i64) {
        if self.module_queue.iter().any(|queued| queued.service == id) && !self.vetoed.contains(&id)
        {
            self.module_queue.retain(|queued| queued.service != id);
            self.set_status(id, Status::Active, "", "staff");
        }
    }

    /// Staff of WHMCS move a service to another customer. No hook tells of it.
    pub fn move_service(&mut self, id: i64, client: i64) {
        if let Some(service) = self.services.get_mut(&id) {
            service.clientid = client;
        }
    }

    /// Staff of WHMCS settle an invoice by a credit note, as WHMCS 9 does it: it is `Paid`, without a payment.
    pub fn settle_by_credit_note(&mut self, id: i64) {
        if let Some(invoice) = self.invoices.get_mut(&id) {
            invoice.is_credited = true;
            "Paid".clone_into(&mut invoice.status);
        }
    }

    /// How often this action was called.
    pub fn count(&self, action: &str) -> usize {
        self.calls.iter().filter(|call| call.action == action).count()
    }
}
