//! Whose a source was when it did what a complaint says, and whether that is certain enough to tell its holder.
//!
//! Pure: the ledger, the instants and the settings are arguments. What is doubtful in any way is for a person: a
//! customer who is told of somebody else's abuse is the worst that a complaint can do.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::ids::ServiceKey;
use crate::intake::Why;
use crate::ledger::{Certainty, Holding, Ledger, Resource, parse_domain};
use crate::time::{Span, Timestamp, from_millis};

/// How far an instant may be off whose zone nobody said: zones reach fourteen hours either way.
pub const ZONE_MAY_BE_OFF: Span = Span::from_mins(14 * 60);

/// How far clocks of reporters may be off.
const CLOCK_MAY_BE_OFF: Span = Span::from_mins(1);

/// How far in the future an incident may lie: clocks of reporters run fast.
const MAY_COME_LATER: Span = Span::from_mins(10);

/// Changes of hands within the time in question that are looked at.
const MOST_CHANGES: usize = 256;

/// Domains of one allegation that are looked for.
const MOST_DOMAINS: usize = 50;

/// What a complaint declares about one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The address.
    pub ip: Option<IpAddr>,
    /// Addresses with a common beginning.
    pub net: Option<IpNet>,
    /// Domains, also of pages.
    pub domains: Vec<String>,
    /// Nothing but a mail address is declared, which anybody can write.
    pub is_mail_address: bool,
    /// When it did it.
    pub observed_at: Option<Timestamp>,
    /// The zone of that stands with it, or is said for all of it.
    pub zone_is_said: bool,
}

/// What is asked besides the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// When the complaint came.
    pub received_at: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// What is older waits.
    pub max_age: Span,
    /// Networks of the provider besides what the ledger has.
    pub own_networks: &'a [IpNet],
}

/// Who held a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The service.
    pub service: ServiceKey,
    /// Its customer then.
    pub customer_id: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// The resource by which it was found.
    pub resource: Resource,
}

/// Whose it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// This service's, then and now.
    Certain(Holder),
    /// A person decides; if anybody's, it was perhaps this one's.
    Doubtful(Why, Option<Holder>),
    /// Nobody's here.
    Foreign,
}

/// Whose a source was.
pub fn attribute(ledger: &Ledger, source: &Source, rules: &Rules<'_>) -> Attribution {
    let window = match window(source, rules) {
        Ok(window) => window,
        Err(why) => {
            // Who has it now helps a person to see what it is about.
            let at = Window { from: rules.received_at, to: rules.received_at };
            return match find(ledger, source, at, rules) {
                Found::Foreign => Attribution::Foreign,
                Found::Holder(holder) => Attribution::Doubtful(why, Some(holder)),
                Found::Doubt(..) => Attribution::Doubtful(why, None),
            };
        }
    };
    match find(ledger, source, window, rules) {
        Found::Foreign => Attribution::Foreign,
        Found::Doubt(why, holder) => Attribution::Doubtful(why, holder),
        Found::Holder(holder) => {
            let too_old = source.observed_at.is_some_and(|at| {
                at < rules.received_at && Span::between(at, rules.received_at) > rules.max_age
            });
            if source.is_mail_address {
                Attribution::Doubtful(Why::NoSource, Some(holder))
            } else if !is_theirs_still(ledger, source, &holder, rules) {
                Attribution::Doubtful(Why::Moved, Some(holder))
            } else if too_old {
                Attribution::Doubtful(Why::TooOld, Some(holder))
            } else {
                Attribution::Certain(holder)
            }
        }
    }
}

/// The time in which it happened.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Timestamp,
    to: Timestamp,
}

fn window(source: &Source, rules: &Rules<'_>) -> Result<Window, Why> {
    let Some(at) = source.observed_at else {
        return Ok(Window { from: rules.max_age.before(rules.received_at), to: rules.received_at });
    };
    let off = if source.zone_is_said { CLOCK_MAY_BE_OFF } else { ZONE_MAY_BE_OFF };
    let (from, to) = (off.before(at), off.after(at));
    // Nothing is complained about before it happens.
    if from > MAY_COME_LATER.after(rules.received_at) {
        return Err(Why::TimeUnsure);
    }
    let latest = MAY_COME_LATER.after(rules.received_at);
    Ok(Window { from, to: to.min(latest).max(from) })
}

enum Found {
    Holder(Holder),
    Doubt(Why, Option<Holder>),
    Foreign,
}

/// Looks for the source by whatever is declared of it. All of that has to say the same.
fn find(ledger: &Ledger, source: &Source, window: Window, rules: &Rules<'_>) -> Found {
    let net = source.net.or(source.ip.map(IpNet::from)).map(|net| net.trunc());
    let by_net = net.map(|net| by_net(ledger, net, window, rules));
    let by_domain = by_domains(ledger, &source.domains, window);
    match (by_net, by_domain) {
        (None, None) => Found::Doubt(Why::NoSource, None),
        (None, Some(found)) | (Some(found), None) => found.alone(),
        (Some(by_net), Some(by_domain)) => together(by_net, by_domain),
    }
}

/// What one way of looking finds.
enum Looked {
    /// One service.
    One(Holder),
    /// These share it.
    Several(Vec<Holder>),
    /// It is not certain.
    Unsure(Why, Option<Holder>),
    /// It is ours, and nobody held it.
    Nobody,
    /// It is not ours.
    Foreign,
}

impl Looked {
    fn alone(self) -> Found {
        match self {
            Self::One(holder) => Found::Holder(holder),
            Self::Several(_) => Found::Doubt(Why::SeveralHolders, None),
            Self::Unsure(why, holder) => Found::Doubt(why, holder),
            Self::Nobody => Found::Doubt(Why::NobodyThen, None),
            Self::Foreign => Found::Foreign,
        }
    }
}

/// An address and a domain were both declared. A domain says which of those is meant that share an address; where they
/// say different things, one of them is wrong.
fn together(by_net: Looked, by_domain: Looked) -> Found {
    match (by_net, by_domain) {
        (net, Looked::Foreign) => net.alone(),
        (Looked::One(one), Looked::One(other)) => {
            if one.service == other.service && one.customer_id == other.customer_id {
                Found::Holder(one)
            } else {
                Found::Doubt(Why::SeveralHolders, None)
            }
        }
        (Looked::Several(holders), Looked::One(one)) => {
            let shares = holders.iter().any(|holder| {
                holder.service == one.service && holder.customer_id == one.customer_id
            });
            if shares { Found::Holder(one) } else { Found::Doubt(Why::SeveralHolders, None) }
        }
        // The page is known by a domain of ours and lies elsewhere, or did: the customer may have moved away with it.
        (Looked::Foreign, Looked::One(one)) => Found::Doubt(Why::SeveralHolders, Some(one)),
        (Looked::Foreign, other) => other.alone(),
        (net @ (Looked::Unsure(..) | Looked::Nobody), _) => net.alone(),
        (Looked::One(_) | Looked::Several(_), Looked::Unsure(why, holder)) => {
            Found::Doubt(why, holder)
        }
        (Looked::One(_) | Looked::Several(_), Looked::Several(_) | Looked::Nobody) => {
            Found::Doubt(Why::SeveralHolders, None)
        }
    }
}

/// The instants at which it may have changed hands, with both ends.
fn instants(ledger: &Ledger, resource: &Resource, window: Window) -> Option<Vec<Timestamp>> {
    let (from, to) = (window.from.as_millisecond(), window.to.as_millisecond());
    let mut all = BTreeSet::from([from, to]);
    for at in ledger.changes(resource, from, to, MOST_CHANGES)? {
        // Just before it, at it, and just after it.
        all.extend([at.saturating_sub(1), at, at.saturating_add(1)]);
    }
    Some(all.into_iter().filter(|at| (from..=to).contains(at)).filter_map(from_millis).collect())
}

/// Who held a resource all of the time, most specific first.
fn held_throughout(ledger: &Ledger, resource: &Resource, window: Window) -> Looked {
    let Some(instants) = instants(ledger, resource, window) else {
        return Looked::Unsure(Why::TimeUnsure, None);
    };
    let mut before: Option<Looked> = None;
    for at in instants {
        let now = holders(&ledger.who_had(resource, at));
        let same = match (&before, &now) {
            (None, _) | (Some(Looked::Nobody), Looked::Nobody) => true,
            (Some(Looked::One(one)), Looked::One(other)) => is_same(one, other),
            (Some(Looked::Several(some)), Looked::Several(others)) => {
                some.len() == others.len()
                    && some.iter().all(|one| others.iter().any(|other| is_same(one, other)))
            }
            _ => false,
        };
        if !same {
            return Looked::Unsure(Why::TimeUnsure, None);
        }
        if matches!(now, Looked::Unsure(..)) {
            return now;
        }
        // The least certain instant counts.
        let is_less = |now: &Looked| matches!(now, Looked::One(holder) if holder.certainty == Certainty::SinceRecordsBegan);
        if before.is_none() || is_less(&now) {
            before = Some(now);
        }
    }
    before.unwrap_or(Looked::Nobody)
}

fn is_same(one: &Holder, other: &Holder) -> bool {
    one.service == other.service && one.customer_id == other.customer_id
}

/// The holders of the most specific resource at one instant.
fn holders(holdings: &[Holding]) -> Looked {
    let Some(first) = holdings.first() else { return Looked::Nobody };
    let resource = &first.assignment.resource;
    let here: Vec<&Holding> =
        holdings.iter().filter(|one| one.assignment.resource == *resource).collect();
    let mut found: Vec<Holder> = Vec::new();
    for Holding { assignment, certainty } in &here {
        let holder = Holder {
            service: assignment.service.clone(),
            customer_id: assignment.customer_id.clone(),
            certainty: *certainty,
            resource: resource.clone(),
        };
        match found.iter_mut().find(|known| is_same(known, &holder)) {
            // Two rows of the same: it goes from one look to the next, or was given up and taken again.
            Some(known) if known.certainty == Certainty::BetweenSyncs => *known = holder,
            Some(_) => {}
            None => found.push(holder),
        }
    }
    if found.iter().any(|holder| holder.certainty == Certainty::BetweenSyncs) {
        let only = if found.len() == 1 { found.pop() } else { None };
        return Looked::Unsure(Why::TimeUnsure, only);
    }
    match found.len() {
        1 => found.pop().map_or(Looked::Nobody, Looked::One),
        _ => Looked::Several(found),
    }
}

fn by_net(ledger: &Ledger, net: IpNet, window: Window, rules: &Rules<'_>) -> Looked {
    if is_nobodys(net) {
        return Looked::Foreign;
    }
    let resource = Resource::Net(net);
    let is_ours =
        || rules.own_networks.iter().any(|own| own.contains(&net)) || ledger.ever_held(&resource);
    let looked = held_throughout(ledger, &resource, window);
    let (from, to) = (window.from.as_millisecond(), window.to.as_millisecond());
    let is_single = net.prefix_len() == net.max_prefix_len();
    match looked {
        // Of a prefix others may hold a part.
        Looked::One(holder) if !is_single => {
            if ledger.others_inside(net, &holder.service, from, to) {
                Looked::Unsure(Why::SeveralHolders, None)
            } else {
                Looked::One(holder)
            }
        }
        Looked::Nobody if !is_single && ledger.any_inside(net, from, to) => {
            Looked::Unsure(Why::SeveralHolders, None)
        }
        Looked::Nobody if !is_ours() => Looked::Foreign,
        looked => looked,
    }
}

/// Domains: the exact one, then its parents down to what somebody can register. Names of a registry are nobody's.
fn by_domains(ledger: &Ledger, domains: &[String], window: Window) -> Option<Looked> {
    let mut found: Option<Holder> = None;
    let mut is_any = false;
    for domain in domains.iter().take(MOST_DOMAINS) {
        let Ok(Resource::Domain(name)) = parse_domain(domain) else { continue };
        is_any = true;
        let Some(registrable) = registrable(&name) else { continue };
        let looked = domain_held(ledger, &name, registrable, window);
        match (looked, &found) {
            (Looked::Foreign | Looked::Nobody, _) => {}
            (Looked::One(holder), None) => found = Some(holder),
            (Looked::One(holder), Some(known)) if is_same(known, &holder) => {}
            (Looked::One(_), Some(_)) => return Some(Looked::Unsure(Why::SeveralHolders, None)),
            (other, _) => return Some(other),
        }
    }
    is_any.then(|| found.map_or(Looked::Foreign, Looked::One))
}

fn domain_held(ledger: &Ledger, name: &str, registrable: &str, window: Window) -> Looked {
    let resource = Resource::Domain(name.to_owned());
    match held_throughout(ledger, &resource, window) {
        Looked::One(holder) => {
            let Resource::Domain(held) = &holder.resource else { return Looked::Foreign };
            // A directory that lists `co.uk` as somebody's domain does not make them answer for a whole country.
            if held.len() < registrable.len() { Looked::Foreign } else { Looked::One(holder) }
        }
        // Whoever shares a domain is not told for the others.
        other => other,
    }
}

/// The part of a name that somebody registered: `example.co.uk` of `www.example.co.uk`.
fn registrable(name: &str) -> Option<&str> {
    psl::domain_str(name)
}

/// Addresses that mean somebody else on every network.
fn is_nobodys(net: IpNet) -> bool {
    match net.addr() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
    }
}

/// Whether the same holder is found now.
fn is_theirs_still(ledger: &Ledger, source: &Source, holder: &Holder, rules: &Rules<'_>) -> bool {
    let now = Window { from: rules.now, to: rules.now };
    matches!(find(ledger, source, now, rules), Found::Holder(found) if is_same(&found, holder))
}

#[cfg(test)]
mod tests;
