//! The ledger: which service held which address, prefix or domain, from when to when, and how sure
//! that is.
//!
//! A directory file shows the present only. What held before, and when it changed, follows from
//! looking again and again; so each end of an interval is either exact or lies between two looks.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use prefix_trie::joint::JointPrefixMap;

use crate::ids::{ServiceId, ServiceKey};
use crate::time::{Timestamp, from_millis};

/// Something that a service can hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A prefix; a single address is a /32 or /128.
    Net(IpNet),
    /// A domain name in lower case, without a final dot.
    Domain(String),
}

/// A text that names no address, prefix or domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAResource(String);

impl NotAResource {
    pub(crate) fn new(why: String) -> Self {
        Self(why)
    }
}

/// Prefixes wider than these belong to a registry, not to a customer; one in a file is a slip.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;

impl Resource {
    /// Reads an address or prefix, else a domain.
    pub fn parse(text: &str) -> Result<Self, NotAResource> {
        match parse_net(text) {
            Ok(net) => Ok(Self::Net(net)),
            Err(_) if looks_like_domain(text) => parse_domain(text),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Resource {
    /// Addresses without their prefix length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => {
                write!(f, "{}", net.addr())
            }
            Self::Net(net) => write!(f, "{net}"),
            Self::Domain(name) => f.write_str(name),
        }
    }
}

fn looks_like_domain(text: &str) -> bool {
    text.contains('.')
        && text.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80)
        && !text.contains([':', '/'])
}

/// Reads a domain name: letters, digits, hyphens and dots. In other scripts it becomes what the network has for it
/// (`xn--…`), so that both spellings are one.
pub fn parse_domain(text: &str) -> Result<Resource, NotAResource> {
    let name = ascii_name(text.trim());
    let name = name.trim_end_matches('.');
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    // What is stored as a domain must read back as one, so nothing that looks like an address is taken.
    let is_name = looks_like_domain(name) && parse_net(name).is_err();
    if name.len() <= 253 && is_name && name.split('.').all(label_fits) {
        Ok(Resource::Domain(name.to_owned()))
    } else {
        Err(NotAResource(format!("{text:?} is no domain name")))
    }
}

/// The name in lower case, as the network has it. What cannot be put so stays as it is.
fn ascii_name(name: &str) -> String {
    match idna::domain_to_ascii(name) {
        Ok(ascii) => ascii,
        Err(_) => name.to_lowercase(),
    }
}

/// Reads an address; IPv4 written as IPv6 becomes IPv4.
pub fn parse_address(text: &str) -> Result<IpAddr, NotAResource> {
    let text = text.trim();
    let address = IpAddr::from_str(text).map_err(|_| {
        let is_octal = |octet: &str| {
            octet.len() > 1 && octet.starts_with('0') && octet.bytes().all(|b| b.is_ascii_digit())
        };
        let octets: Vec<&str> = text.split('.').collect();
        NotAResource(if octets.len() == 4 && octets.iter().any(|octet| is_octal(octet)) {
            format!("{text:?} has a leading zero, which some programs read as an octal number")
        } else {
            format!("{text:?} is no IPv4 or IPv6 address")
        })
    })?;
    Ok(address.to_canonical())
}

/// Reads an address or a prefix without host bits. A network of IPv4 addresses written as IPv6 becomes one of IPv4.
pub fn parse_net(text: &str) -> Result<IpNet, NotAResource> {
    let Some((address, length)) = text.trim().split_once('/') else {
        return parse_address(text).map(IpNet::from);
    };
    parse_address(address)?;
    let net = any_net(address, length)
        .ok_or_else(|| NotAResource(format!("{text:?} is no address prefix")))?;
    if net.trunc() != net {
        return Err(NotAResource(format!(
            "{text:?} has bits set behind the prefix; write {} or {}",
            net.trunc(),
            net.addr()
        )));
    }
    let widest = if net.addr().is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if net.prefix_len() < widest {
        return Err(NotAResource(format!("{text:?} is wider than /{widest}")));
    }
    Ok(net)
}

/// The network of an address that is written with its length, as `192.0.2.69/29`.
pub(crate) fn host_bits(text: &str) -> Option<IpNet> {
    let (address, length) = text.trim().split_once('/')?;
    let net = any_net(address, length)?;
    (net.trunc() != net).then(|| net.trunc())
}

fn any_net(address: &str, length: &str) -> Option<IpNet> {
    let is_number = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    let length: u8 = if is_number { length.parse().ok()? } else { return None };
    let written = IpAddr::from_str(address.trim()).ok()?;
    let address = written.to_canonical();
    // ::ffff:0:0/96 is all of IPv4.
    let length =
        if address.is_ipv4() && written.is_ipv6() { length.checked_sub(96)? } else { length };
    IpNet::new(address, length).ok()
}

/// The fewest prefixes that cover exactly what lies from one address to another.
pub(crate) fn range(from: IpAddr, to: IpAddr) -> Result<Vec<IpNet>, NotAResource> {
    if let Some(widest) = too_wide(from, to) {
        return Err(NotAResource(format!("{from}-{to} is wider than /{widest}")));
    }
    let nets: Vec<IpNet> = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) if from <= to => {
            Ipv4Subnets::new(from, to, WIDEST_V4).map(IpNet::V4).collect()
        }
        (IpAddr::V6(from), IpAddr::V6(to)) if from <= to => {
            Ipv6Subnets::new(from, to, WIDEST_V6).map(IpNet::V6).take(WIDEST_RANGE + 1).collect()
        }
        _ => return Err(NotAResource(format!("{from}-{to} is no range of addresses"))),
    };
    if nets.len() > WIDEST_RANGE {
        return Err(NotAResource(format!("{from}-{to} is too wide a range")));
    }
    Ok(nets)
}

/// The length of the widest prefix, where a range has more addresses than one of that length.
fn too_wide(from: IpAddr, to: IpAddr) -> Option<u8> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let further = u32::from(to).checked_sub(u32::from(from))?;
            (further >> (32 - WIDEST_V4) != 0).then_some(WIDEST_V4)
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let further = u128::from(to).checked_sub(u128::from(from))?;
            (further >> (128 - WIDEST_V6) != 0).then_some(WIDEST_V6)
        }
        _ => None,
    }
}

/// Prefixes of a range at the most.
const WIDEST_RANGE: usize = 512;

/// The beginning of time, as an [`Interval`]'s `from_after`: the directory says since when, in a way that cannot be read.
/// Whether it was held at an instant before it was seen is not known then.
pub const UNKNOWN_START: i64 = i64::MIN;

/// From when to when, in milliseconds since 1970, with how sure each end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// It was not held yet at this instant; none: held since before we looked. [`UNKNOWN_START`]: since nobody knows when.
    pub from_after: Option<i64>,
    /// It was held from this instant at the latest.
    pub from_by: i64,
    /// It was held until this instant at least; none while it is held.
    pub to_after: Option<i64>,
    /// It was no longer held at this instant; none while it is held.
    pub to_by: Option<i64>,
}

/// How sure it is that a service held a resource at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Seen, or said by the directory.
    Exact,
    /// Held when we first looked; nobody knows since when.
    SinceRecordsBegan,
    /// It changed hands somewhere between two looks, and the instant lies between them.
    BetweenSyncs,
}

impl Certainty {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::SinceRecordsBegan => "since_records_began",
            Self::BetweenSyncs => "between_syncs",
        }
    }
}

impl Interval {
    /// Held from an instant that the directory names.
    pub fn exactly_from(from: i64) -> Self {
        Self { from_after: Some(from), from_by: from, to_after: None, to_by: None }
    }

    /// How sure it is that it was held at `at`; nothing when it surely was not.
    pub fn at(&self, at: i64) -> Option<Certainty> {
        let surely_from = at >= self.from_by;
        let surely_to = self.to_after.is_none_or(|to| at < to) || self.to_by.is_none();
        let perhaps_from = self.from_after.is_none_or(|after| at > after);
        let perhaps_to = self.to_by.is_none_or(|by| at < by);
        if surely_from && surely_to {
            return Some(match self.from_after {
                None => Certainty::SinceRecordsBegan,
                Some(_) => Certainty::Exact,
            });
        }
        if !((surely_from || perhaps_from) && (surely_to || perhaps_to)) {
            return None;
        }
        if self.from_after.is_none() && surely_to {
            Some(Certainty::SinceRecordsBegan)
        } else {
            Some(Certainty::BetweenSyncs)
        }
    }
}

impl Interval {
    /// Whether it was perhaps held at any time from one instant to another.
    pub fn overlaps(&self, from: i64, to: i64) -> bool {
        self.from_after.is_none_or(|after| after < to) && self.to_by.is_none_or(|by| by > from)
    }
}

/// A service held a resource for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its row.
    pub id: i64,
    /// Who held it.
    pub service: ServiceKey,
    /// The customer of that service then.
    pub customer_id: String,
    /// What was held.
    pub resource: Resource,
    /// From when to when.
    pub held: Interval,
}

/// An answer of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The assignment.
    pub assignment: Assignment,
    /// How sure it is for the instant that was asked for.
    pub certainty: Certainty,
}

/// An assignment without its resource (the key it is filed under), small: there may be a million.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: i64,
    service: ServiceId,
    directory: u16,
    customer: u32,
    held: Interval,
}

/// Names that many entries share.
#[derive(Debug, Default)]
struct Names {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).expect("fewer than four billion names");
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|n| self.texts.get(n)).map_or("", String::as_str)
    }
}

/// The whole ledger in memory: longest prefix first, any instant.
#[derive(Default)]
pub struct Ledger {
    nets: JointPrefixMap<IpNet, Vec<Entry>>,
    domains: HashMap<String, Vec<Entry>>,
    customers: Names,
    directories: Names,
    len: usize,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({} assignments)", self.len)
    }
}

impl Ledger {
    /// How many assignments it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes an assignment in, or its newer form when the id is known.
    pub fn put(&mut self, assignment: &Assignment) {
        let directory = u16::try_from(self.directories.number(&assignment.service.directory))
            .expect("fewer than 65,536 directories");
        let entry = Entry {
            id: assignment.id,
            service: assignment.service.id,
            directory,
            customer: self.customers.number(&assignment.customer_id),
            held: assignment.held,
        };
        let entries = match &assignment.resource {
            Resource::Net(net) => self.nets.entry(*net).or_default(),
            Resource::Domain(name) => self.domains.entry(name.clone()).or_default(),
        };
        if let Some(known) = entries.iter_mut().find(|known| known.id == entry.id) {
            *known = entry;
        } else {
            entries.push(entry);
            self.len += 1;
        }
    }

    /// Who held `resource` at `at`: the most specific first, and of the same, who came last first.
    /// For a prefix: who held all of it. For a domain: also who held a parent domain.
    pub fn who_had(&self, resource: &Resource, at: Timestamp) -> Vec<Holding> {
        let at = at.as_millisecond();
        let mut found = Vec::new();
        match resource {
            Resource::Net(net) => {
                let mut covers: Vec<_> = self.nets.cover(net).collect();
                covers.sort_by_key(|(net, _)| std::cmp::Reverse(net.prefix_len()));
                for (net, entries) in covers {
                    self.collect(&Resource::Net(net), entries, at, &mut found);
                }
            }
            Resource::Domain(name) => {
                let mut rest = Some(name.as_str());
                while let Some(name) = rest {
                    if let Some(entries) = self.domains.get(name) {
                        self.collect(&Resource::Domain(name.to_owned()), entries, at, &mut found);
                    }
                    rest = name.split_once('.').map(|(_, parent)| parent);
                }
            }
        }
        found
    }

    /// Whether `service` holds `address` at `at`, surely or perhaps.
    pub fn holds(&self, service: &ServiceKey, address: IpAddr, at: Timestamp) -> bool {
        let at = at.as_millisecond();
        self.nets.cover(&IpNet::from(address.to_canonical())).any(|(_, entries)| {
            entries.iter().any(|entry| {
                entry.service == service.id
                    && self.directories.text(u32::from(entry.directory)) == service.directory
                    && entry.held.at(at).is_some()
            })
        })
    }

    /// The entries under which `resource` may be filed: its own and all wider ones.
    fn filed<'a>(
        &'a self,
        resource: &'a Resource,
    ) -> Box<dyn Iterator<Item = &'a Vec<Entry>> + 'a> {
        match resource {
            Resource::Net(net) => Box::new(self.nets.cover(net).map(|(_, entries)| entries)),
            Resource::Domain(name) => {
                let parents = std::iter::successors(Some(name.as_str()), |name| {
                    name.split_once('.').map(|(_, parent)| parent)
                });
                Box::new(parents.filter_map(|name| self.domains.get(name)))
            }
        }
    }

    /// Whether anybody ever held `resource`, or something that has it in it.
    pub fn ever_held(&self, resource: &Resource) -> bool {
        self.filed(resource).any(|entries| !entries.is_empty())
    }

    /// The instants between two others at which `resource` may have changed hands. Nothing where there are more than
    /// `most`.
    pub fn changes(
        &self,
        resource: &Resource,
        from: i64,
        to: i64,
        most: usize,
    ) -> Option<Vec<i64>> {
        let mut found = Vec::new();
        for entry in self.filed(resource).flatten() {
            let Interval { from_after, from_by, to_after, to_by } = entry.held;
            let ends = [from_after, Some(from_by), to_after, to_by];
            found.extend(ends.into_iter().flatten().filter(|at| (from..=to).contains(at)));
            if found.len() > most {
                return None;
            }
        }
        Some(found)
    }

    /// Whether anybody held a part of a network at any time between two instants.
    pub fn any_inside(&self, net: IpNet, from: i64, to: i64) -> bool {
        self.inside(net).any(|entry| entry.held.overlaps(from, to))
    }

    /// The same of anybody but this service.
    pub fn others_inside(&self, net: IpNet, but: &ServiceKey, from: i64, to: i64) -> bool {
        self.inside(net).any(|entry| {
            let is_it = entry.service == but.id
                && self.directories.text(u32::from(entry.directory)) == but.directory;
            !is_it && entry.held.overlaps(from, to)
        })
    }

    fn inside(&self, net: IpNet) -> impl Iterator<Item = &Entry> {
        self.nets
            .children(&net)
            .filter(move |(part, _)| *part != net)
            .flat_map(|(_, entries)| entries)
    }

    fn collect(&self, resource: &Resource, entries: &[Entry], at: i64, found: &mut Vec<Holding>) {
        let mut here: Vec<Holding> = entries
            .iter()
            .filter_map(|entry| {
                let certainty = entry.held.at(at)?;
                Some(Holding { assignment: self.assignment(entry, resource), certainty })
            })
            .collect();
        here.sort_by_key(|holding| {
            std::cmp::Reverse((holding.assignment.held.from_by, holding.assignment.id))
        });
        found.append(&mut here);
    }

    fn assignment(&self, entry: &Entry, resource: &Resource) -> Assignment {
        Assignment {
            id: entry.id,
            service: ServiceKey {
                directory: self.directories.text(u32::from(entry.directory)).to_owned(),
                id: entry.service,
            },
            customer_id: self.customers.text(entry.customer).to_owned(),
            resource: resource.clone(),
            held: entry.held,
        }
    }
}

/// The texts under which an assignment that covers `resource` may be filed, most specific first: all
/// enclosing prefixes, or all parent domains. For a look-up in a table instead of in memory.
pub fn covering(resource: &Resource) -> Vec<String> {
    match resource {
        Resource::Net(net) => (0..=net.prefix_len())
            .rev()
            .filter_map(|length| match net {
                IpNet::V4(net) => {
                    Ipv4Net::new(net.addr(), length).ok().map(|n| IpNet::V4(n.trunc()))
                }
                IpNet::V6(net) => {
                    Ipv6Net::new(net.addr(), length).ok().map(|n| IpNet::V6(n.trunc()))
                }
            })
            .map(|net| Resource::Net(net).to_string())
            .collect(),
        Resource::Domain(name) => {
            let mut names = vec![name.clone()];
            let mut rest = name.as_str();
            while let Some((_, parent)) = rest.split_once('.') {
                names.push(parent.to_owned());
                rest = parent;
            }
            names
        }
    }
}

/// The outer ends of an interval as instants: perhaps from, perhaps to.
pub fn outer_ends(held: &Interval) -> (Option<Timestamp>, Option<Timestamp>) {
    (held.from_after.and_then(from_millis), held.to_by.and_then(from_millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: i64) -> ServiceKey {
        ServiceKey { directory: "main".into(), id: ServiceId::new(id).expect("positive") }
    }

    fn held(id: i64, service: i64, resource: &str, interval: Interval) -> Assignment {
        Assignment {
            id,
            service: key(service),
            customer_id: format!("c{service}"),
            resource: Resource::parse(resource).expect(resource),
            held: interval,
        }
    }

    const SINCE_EVER: Interval =
        Interval { from_after: None, from_by: 100, to_after: None, to_by: None };

    fn ask(ledger: &Ledger, resource: &str, at: i64) -> Vec<(i64, Certainty)> {
        let resource = Resource::parse(resource).expect(resource);
        ledger
            .who_had(&resource, from_millis(at).expect("in range"))
            .into_iter()
            .map(|h| (h.assignment.service.id.get(), h.certainty))
            .collect()
    }

    #[test]
    fn the_longest_prefix_comes_first_in_both_families() {
        let mut ledger = Ledger::default();
        for (id, (service, net)) in (1..).zip([
            (1, "192.0.2.0/24"),
            (2, "192.0.2.8/29"),
            (3, "2001:db8::/32"),
            (4, "2001:db8::7"),
        ]) {
            ledger.put(&held(id, service, net, SINCE_EVER));
        }
        let sure = Certainty::SinceRecordsBegan;
        assert_eq!(ask(&ledger, "192.0.2.9", 200), [(2, sure), (1, sure)]);
        assert_eq!(ask(&ledger, "192.0.2.16", 200), [(1, sure)]);
        assert_eq!(ask(&ledger, "2001:db8::7", 200), [(4, sure), (3, sure)]);
        assert_eq!(ask(&ledger, "::ffff:192.0.2.9", 200), [(2, sure), (1, sure)]);
        assert_eq!(ask(&ledger, "198.51.100.1", 200), []);
    }

    #[test]
    fn after_a_move_the_old_holder_answers_for_the_old_time() {
        let mut ledger = Ledger::default();
        let gone =
            Interval { from_after: None, from_by: 100, to_after: Some(200), to_by: Some(300) };
        let came = Interval { from_after: Some(200), from_by: 300, to_after: None, to_by: None };
        ledger.put(&held(1, 1, "192.0.2.1", gone));
        ledger.put(&held(2, 2, "192.0.2.1", came));
        assert_eq!(ask(&ledger, "192.0.2.1", 150), [(1, Certainty::SinceRecordsBegan)]);
        assert_eq!(ask(&ledger, "192.0.2.1", 50), [(1, Certainty::SinceRecordsBegan)]);
        assert_eq!(
            ask(&ledger, "192.0.2.1", 250),
            [(2, Certainty::BetweenSyncs), (1, Certainty::BetweenSyncs)]
        );
        assert_eq!(ask(&ledger, "192.0.2.1", 300), [(2, Certainty::Exact)]);
    }

    #[test]
    fn an_exact_interval_holds_from_its_start_up_to_but_not_at_its_end() {
        let mut ledger = Ledger::default();
        let exact =
            Interval { from_after: Some(100), from_by: 100, to_after: Some(200), to_by: Some(200) };
        ledger.put(&held(1, 1, "192.0.2.1", exact));
        assert_eq!(ask(&ledger, "192.0.2.1", 99), []);
        assert_eq!(ask(&ledger, "192.0.2.1", 100), [(1, Certainty::Exact)]);
        assert_eq!(ask(&ledger, "192.0.2.1", 199), [(1, Certainty::Exact)]);
        assert_eq!(ask(&ledger, "192.0.2.1", 200), []);
    }

    #[test]
    fn a_newer_form_of_an_assignment_takes_the_place_of_the_older() {
        let mut ledger = Ledger::default();
        ledger.put(&held(1, 1, "192.0.2.1", SINCE_EVER));
        let ended = Interval { to_after: Some(150), to_by: Some(160), ..SINCE_EVER };
        ledger.put(&held(1, 1, "192.0.2.1", ended));
        assert_eq!(ledger.len(), 1);
        assert_eq!(ask(&ledger, "192.0.2.1", 170), []);
    }

    #[test]
    fn where_the_start_cannot_be_read_an_earlier_holder_is_unsure() {
        let mut ledger = Ledger::default();
        let unread = Interval { from_after: Some(UNKNOWN_START), ..SINCE_EVER };
        ledger.put(&held(1, 1, "192.0.2.1", unread));
        assert_eq!(ask(&ledger, "192.0.2.1", 99), [(1, Certainty::BetweenSyncs)]);
        assert_eq!(ask(&ledger, "192.0.2.1", 100), [(1, Certainty::Exact)]);
        assert_eq!(outer_ends(&unread), (None, None));
    }

    #[test]
    fn a_domain_is_answered_for_by_itself_and_its_parents() {
        let mut ledger = Ledger::default();
        ledger.put(&held(1, 1, "example.com", SINCE_EVER));
        ledger.put(&held(2, 2, "shop.example.com", SINCE_EVER));
        let sure = Certainty::SinceRecordsBegan;
        assert_eq!(ask(&ledger, "WWW.shop.example.com.", 200), [(2, sure), (1, sure)]);
        assert_eq!(ask(&ledger, "notexample.com", 200), []);
    }

    #[test]
    fn what_is_taken_for_a_domain_reads_back_as_one() {
        for text in ["192.0.2.77", "999.999.999.999", "1.2.3", "12-3.4", "localhost", "a..b"] {
            assert!(parse_domain(text).is_err(), "{text} was taken");
        }
        for text in ["Example.COM.", "1.2.example", "xn--e1afmkfd.example", "bücher.example"] {
            let domain = parse_domain(text).expect(text);
            assert_eq!(Resource::parse(&domain.to_string()), Ok(domain));
        }
    }

    #[test]
    fn the_texts_that_cover_a_resource_start_with_itself() {
        let names = covering(&Resource::parse("192.0.2.1").expect("good"));
        assert_eq!(names.len(), 33);
        assert_eq!(&names[..2], ["192.0.2.1", "192.0.2.0/31"]);
        let names = covering(&Resource::parse("a.example.com").expect("good"));
        assert_eq!(names, ["a.example.com", "example.com", "com"]);
    }
}
