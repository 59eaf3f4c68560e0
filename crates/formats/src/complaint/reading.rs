//! What is found while a complaint is read: the one way by which incidents come into being.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{Category, Complaint, Defect, Destination, Incident, Reporter, Subject, Zone};

/// Allegations that are taken from one complaint. The largest lists seen have a few thousand lines.
pub(crate) const MOST_INCIDENTS: usize = 100_000;

/// Pages or domains of one allegation.
const MOST_OF_ONE: usize = 10_000;

/// Defects that are named; a broken table of a million lines is one fault.
const MOST_DEFECTS: usize = 100;

/// Lines of explanation.
const MOST_TRACE: usize = 1_000;

/// Longest detail of a defect or line of explanation, in bytes.
const LONGEST_DETAIL: usize = 300;

/// An instant and where its zone was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    /// The instant.
    pub(crate) at: Timestamp,
    /// Where its zone was taken from.
    pub(crate) zone: Zone,
}

/// What was read so far.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Who complains; what a format leaves empty is filled from the mail.
    pub(crate) reporter: Reporter,
    incidents: Vec<Incident>,
    defects: Vec<Defect>,
    trace: Vec<String>,
}

impl Reading {
    /// Takes an allegation, if what it declares can be a source at all.
    pub(crate) fn allege(&mut self, allegation: Allegation) {
        if self.incidents.len() >= MOST_INCIDENTS {
            self.defect("too_many_incidents", "");
            return;
        }
        match allegation.checked() {
            Ok(incident) => self.incidents.push(incident),
            Err(source) => self.defect("source_unusable", &source),
        }
    }

    /// Whether no more is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.incidents.len() >= MOST_INCIDENTS
    }

    /// Whether anything was alleged.
    pub(crate) fn is_empty(&self) -> bool {
        self.incidents.is_empty()
    }

    /// What was alleged so far.
    pub(crate) fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// Forgets what was alleged from here on and is the same as something before: senders put one event into several
    /// files.
    pub(crate) fn forget_known(&mut self, from: usize) {
        let key = |one: &Incident| (one.subject.clone(), one.port, one.observed_at);
        let (before, after) = self.incidents.split_at(from.min(self.incidents.len()));
        if before.is_empty() || after.is_empty() {
            return;
        }
        let known: HashSet<_> = before.iter().map(key).collect();
        let mut at = 0;
        self.incidents.retain(|one| {
            at += 1;
            at <= from || !known.contains(&key(one))
        });
    }

    /// Something is odd. The same is said once.
    pub(crate) fn defect(&mut self, code: &'static str, detail: &str) {
        let defect = Defect { code, detail: shortened(detail) };
        if self.defects.len() < MOST_DEFECTS && !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// A line for people: what was taken from where.
    pub(crate) fn explain(&mut self, line: impl Into<String>) {
        if self.trace.len() < MOST_TRACE {
            self.trace.push(shortened(&line.into()));
        }
    }

    /// All of it.
    pub(crate) fn into_complaint(self) -> Complaint {
        Complaint {
            reporter: self.reporter,
            incidents: self.incidents,
            defects: self.defects,
            trace: self.trace,
            ..Complaint::default()
        }
    }
}

fn shortened(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST_DETAIL)].to_owned()
}

/// An allegation in the making. Only what a complaint *declares* to be a source begins one; whoever was attacked goes to
/// [`Self::aimed_at`], and nobody else comes in.
#[derive(Debug, Clone)]
pub(crate) struct Allegation(Incident);

impl Allegation {
    /// About whatever it is. An address in the form of a prefix of one address is an address.
    pub(crate) fn about(category: Category, subject: Subject) -> Self {
        let subject = match subject {
            Subject::Prefix(net) if net.prefix_len() == net.max_prefix_len() => {
                Subject::Ip(super::address::plain(net.addr()))
            }
            Subject::Prefix(net) => Subject::Prefix(net.trunc()),
            Subject::Ip(ip) => Subject::Ip(super::address::plain(ip)),
            subject => subject,
        };
        let ip = if let Subject::Ip(ip) = subject { Some(ip) } else { None };
        let urls = if let Subject::Url(url) = &subject { vec![url.clone()] } else { Vec::new() };
        let domains =
            if let Subject::Domain(name) = &subject { vec![name.clone()] } else { Vec::new() };
        Self(Incident {
            category,
            subject,
            ip,
            port: None,
            urls,
            domains,
            observed_at: None,
            zone: Zone::Assumed,
            destination: None,
            count: 1,
        })
    }

    /// About an address.
    pub(crate) fn ip(category: Category, ip: IpAddr) -> Self {
        Self::about(category, Subject::Ip(ip))
    }

    /// About addresses with a common beginning.
    pub(crate) fn prefix(category: Category, net: IpNet) -> Self {
        Self::about(category, Subject::Prefix(net))
    }

    /// About a page.
    pub(crate) fn url(category: Category, url: impl Into<String>) -> Self {
        Self::about(category, Subject::Url(url.into()))
    }

    /// About a domain.
    pub(crate) fn domain(category: Category, name: impl Into<String>) -> Self {
        Self::about(category, Subject::Domain(name.into()))
    }

    /// The address that the complaint declares beside its subject.
    pub(crate) fn at(mut self, ip: Option<IpAddr>) -> Self {
        self.0.ip = self.0.ip.or(ip.map(super::address::plain));
        self
    }

    /// The source's port.
    pub(crate) fn port(mut self, port: Option<u16>) -> Self {
        self.0.port = port.filter(|port| *port != 0);
        self
    }

    /// One more page that is complained about.
    pub(crate) fn page(mut self, url: impl Into<String>) -> Self {
        push(&mut self.0.urls, url.into());
        self
    }

    /// One more domain that is complained about.
    pub(crate) fn name(mut self, domain: impl Into<String>) -> Self {
        push(&mut self.0.domains, domain.into());
        self
    }

    /// When it was observed.
    pub(crate) fn observed(mut self, when: Option<When>) -> Self {
        self.0.observed_at = when.map(|when| when.at);
        self.0.zone = when.map_or(Zone::Assumed, |when| when.zone);
        self
    }

    /// What was attacked or contacted.
    pub(crate) fn aimed_at(mut self, ip: Option<IpAddr>, port: Option<u16>) -> Self {
        if ip.is_some() || port.is_some() {
            self.0.destination = Some(Destination { ip: ip.map(super::address::plain), port });
        }
        self
    }

    /// How many events it stands for.
    pub(crate) fn count(mut self, count: u64) -> Self {
        self.0.count = count.max(1);
        self
    }

    /// The incident, or the source that can be nobody's.
    pub(crate) fn checked(mut self) -> Result<Incident, String> {
        self.0.ip = self.0.ip.filter(|ip| is_somebodys(*ip));
        match &self.0.subject {
            Subject::Ip(ip) if !is_somebodys(*ip) => Err(ip.to_string()),
            Subject::Prefix(net) if net.prefix_len() < widest(net) => Err(net.to_string()),
            _ => Ok(self.0),
        }
    }
}

fn push(list: &mut Vec<String>, one: String) {
    if list.len() < MOST_OF_ONE && !list.iter().rev().take(64).any(|known| *known == one) {
        list.push(one);
    }
}

/// The shortest prefix that a complaint can be about: shorter ones are networks of whole providers.
fn widest(net: &IpNet) -> u8 {
    if net.addr().is_ipv4() { 16 } else { 32 }
}

/// Whether an address can belong to a machine that others see.
fn is_somebodys(ip: IpAddr) -> bool {
    let is_broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast() || v4.octets()[0] == 0);
    !(ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || is_broadcast)
}
