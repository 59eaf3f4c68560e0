//! A row of a table as what it alleges.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;

use super::columns::Columns;
use crate::complaint::dates::Calendar;
use crate::complaint::reading::{Allegation, When};
use crate::complaint::{Category, Subject, Zone, address, declared, domain, refang};

/// Sources that one cell can name.
const MOST_IN_A_CELL: usize = 50;

/// What holds for all rows of a table.
#[derive(Debug, Clone)]
pub(super) struct Rules<'c> {
    pub(super) columns: Columns,
    /// The kind, where the rows do not say it.
    pub(super) category: Category,
    /// Whether the rows' own words for the kind count.
    pub(super) kinds_count: bool,
    /// Whether pages and domains are the source, or what was attacked or looked up.
    pub(super) pages: Pages,
    /// Whether times without a zone are in UTC, because the format or the header says so.
    pub(super) is_utc: bool,
    /// How other times are to be understood.
    pub(super) calendar: &'c Calendar,
    last_kind: (String, Option<Category>),
}

/// Whether the pages and domains of a table are the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    /// They are.
    Source,
    /// Where the kind is one that is about content.
    ByKind,
    /// They are something else.
    Never,
}

impl<'c> Rules<'c> {
    /// For a table of somebody unknown.
    pub(super) fn new(columns: Columns, category: Category, calendar: &'c Calendar) -> Self {
        let is_utc = columns.is_utc;
        Self {
            columns,
            category,
            kinds_count: true,
            pages: Pages::ByKind,
            is_utc,
            calendar,
            last_kind: (String::new(), None),
        }
    }

    /// What a row alleges, one allegation for each source.
    pub(super) fn allegations<'r>(
        &mut self,
        cell: impl Fn(usize) -> &'r str,
        mut found: impl FnMut(Allegation),
    ) {
        let category = self.category_of(&cell);
        let sources = self.sources(&cell, category);
        if sources.is_empty() {
            return;
        }
        let when = self.when(&cell);
        let port = |columns: &[usize]| columns.iter().find_map(|at| declared::port(cell(*at)));
        let ip = |columns: &[usize]| columns.iter().find_map(|at| address::refanged(cell(*at)));
        let by_controller = self.is_by_controller(&cell);
        let source_port = if by_controller {
            port(&self.columns.controller_port)
        } else {
            port(&self.columns.port)
        };
        let mut target = (ip(&self.columns.destination), port(&self.columns.destination_port));
        if !by_controller {
            target.0 = target.0.or_else(|| ip(&self.columns.controller));
            target.1 = target.1.or_else(|| port(&self.columns.controller_port));
        }
        let count = self.columns.count.iter().find_map(|at| cell(*at).trim().parse().ok());
        for source in sources {
            let mut allegation = Allegation::about(category, source.subject)
                .at(source.ip)
                .port(source_port)
                .observed(when)
                .aimed_at(target.0.filter(|ip| Some(*ip) != source.ip), target.1)
                .count(count.unwrap_or(1));
            if let Some(url) = source.url {
                allegation = allegation.page(url);
            }
            if let Some(name) = source.domain {
                allegation = allegation.name(name);
            }
            found(allegation);
        }
    }

    /// The kind of a row: its own word, where there is one that means something.
    fn category_of<'r>(&mut self, cell: &impl Fn(usize) -> &'r str) -> Category {
        if !self.kinds_count {
            return self.category;
        }
        for at in 0..self.columns.kind.len() {
            let word = cell(self.columns.kind[at]);
            if word.is_empty() {
                continue;
            }
            if self.last_kind.0 != word {
                let numbered = self
                    .columns
                    .is_named(self.columns.kind[at], "categories")
                    .then(|| numbered(word))
                    .flatten();
                let kind = numbered
                    .or_else(|| Category::from_word(word))
                    .or_else(|| Category::in_words(word));
                self.last_kind = (word.to_owned(), kind.filter(|kind| *kind != Category::Other));
            }
            if let Some(kind) = self.last_kind.1 {
                return kind;
            }
        }
        self.category
    }

    fn takes_pages(&self, category: Category) -> bool {
        match self.pages {
            Pages::Source => true,
            Pages::Never => false,
            Pages::ByKind => !matches!(
                category,
                Category::LoginAttack | Category::PortScan | Category::Ddos | Category::Scraping
            ),
        }
    }

    fn is_by_controller<'r>(&self, cell: &impl Fn(usize) -> &'r str) -> bool {
        if self.columns.controller.is_empty() {
            return false;
        }
        let has_source = self.columns.source.iter().any(|at| is_source(cell(*at)));
        !has_source && self.columns.controller.iter().any(|at| is_source(cell(*at)))
    }

    /// The sources of a row, mostly one.
    fn sources<'r>(&self, cell: &impl Fn(usize) -> &'r str, category: Category) -> Vec<Source> {
        let takes_pages = self.takes_pages(category);
        // Some tables have pages in the column of domains.
        let pages = self.columns.url.iter().chain(&self.columns.domain).filter(|_| takes_pages);
        let url = pages.into_iter().find_map(|at| declared::page(cell(*at)));
        // Beside a bot and what it contacted, a domain is that of the controller.
        let takes_names =
            takes_pages && (category != Category::Botnet || self.columns.destination.is_empty());
        let names = self.columns.domain.iter().filter(|_| takes_names);
        let name = names.into_iter().find_map(|at| domain_in(cell(*at)));
        let of = [&self.columns.source, &self.columns.controller];
        let declared =
            of.into_iter().flatten().map(|at| addresses(cell(*at))).find(|found| !found.is_empty());
        let Some(found) = declared else {
            return self.without_address(cell, url, name, takes_pages);
        };
        found
            .into_iter()
            .map(|net| {
                let ip = is_single(&net).then(|| net.addr());
                let subject = match (ip, &url) {
                    (_, Some(url)) if category.is_about_pages() => Subject::Url(url.clone()),
                    (Some(ip), _) => Subject::Ip(ip),
                    (None, _) => Subject::Prefix(net),
                };
                Source { subject, ip, url: url.clone(), domain: name.clone() }
            })
            .collect()
    }

    fn without_address<'r>(
        &self,
        cell: &impl Fn(usize) -> &'r str,
        url: Option<String>,
        name: Option<String>,
        takes_pages: bool,
    ) -> Vec<Source> {
        // `host` and the like hold domains as often as addresses.
        let of_sources = || {
            let cells = self.columns.source.iter().filter(|_| takes_pages).map(|at| cell(*at));
            cells.into_iter().find_map(|value| match declared::subject(value)? {
                Subject::Url(url) => Some(Subject::Url(url)),
                Subject::Domain(name) => Some(Subject::Domain(name)),
                _ => None,
            })
        };
        let mail = || {
            self.columns.email.iter().find_map(|at| match declared::subject(cell(*at))? {
                Subject::Email(address) => Some(Subject::Email(address)),
                _ => None,
            })
        };
        let subject = url.clone().map(Subject::Url);
        let subject =
            subject.or_else(|| name.clone().map(Subject::Domain)).or_else(of_sources).or_else(mail);
        let Some(subject) = subject else { return Vec::new() };
        let ip = match &subject {
            Subject::Url(url) => declared::host(url).0,
            _ => None,
        };
        vec![Source { subject, ip, url, domain: name }]
    }

    fn when<'r>(&self, cell: &impl Fn(usize) -> &'r str) -> Option<When> {
        if let Some(when) = self.columns.time.iter().find_map(|at| self.instant(cell(*at))) {
            return Some(when);
        }
        let day = self.columns.date.map(cell).unwrap_or_default().trim();
        let time = self
            .columns
            .time_of_day
            .or(self.columns.time.first().copied())
            .map(cell)
            .unwrap_or_default()
            .trim();
        match (day, time) {
            ("", "") => None,
            (day, "") => self.instant(day),
            ("", time) => self.instant(time),
            (day, time) => self
                .instant(&format!("{day} {time}"))
                .or_else(|| self.instant(time))
                .or_else(|| self.instant(day)),
        }
    }

    /// The instant of a cell. Most tables write their times in one way, which is read without looking around.
    fn instant(&self, text: &str) -> Option<When> {
        let text = text.trim();
        if self.is_utc {
            let at = plain_utc(text).or_else(|| Some(self.calendar.in_utc().when(text)?.at))?;
            return Some(When { at, zone: Zone::Prose });
        }
        self.calendar.when(text)
    }
}

/// What the numbers of `AbuseIPDB` mean, best first where a row has several.
const NUMBERED: [(&[u8], Category); 10] = [
    (&[5, 18, 22], Category::LoginAttack),
    (&[4, 6], Category::Ddos),
    (&[7], Category::Phishing),
    (&[10, 11, 12, 17], Category::Spam),
    (&[14], Category::PortScan),
    (&[15, 16, 21], Category::PortScan),
    (&[19], Category::Scraping),
    (&[20, 23], Category::Compromised),
    (&[9], Category::OpenService),
    (&[3, 8], Category::Fraud),
];

fn numbered(word: &str) -> Option<Category> {
    let numbers: Option<Vec<u8>> = word
        .split([',', ' ', ';'])
        .filter(|piece| !piece.is_empty())
        .take(30)
        .map(|piece| piece.parse().ok())
        .collect();
    let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
    let mut kinds =
        NUMBERED.iter().filter(|(of, _)| of.iter().any(|number| numbers.contains(number)));
    kinds.next().map(|(_, category)| *category)
}

/// Somebody who is the source of a row.
struct Source {
    subject: Subject,
    ip: Option<IpAddr>,
    url: Option<String>,
    domain: Option<String>,
}

fn is_source(value: &str) -> bool {
    !addresses(value).is_empty()
}

/// The addresses and prefixes of a cell that has nothing else in it.
fn addresses(value: &str) -> Vec<IpNet> {
    let value = value.trim();
    if value.len() < 3
        || !value.starts_with(|c: char| c.is_ascii_hexdigit() || c == '[' || c == ':')
    {
        return Vec::new();
    }
    if let Some(ip) = address::ip(value) {
        return Vec::from_iter(is_something(ip).then(|| IpNet::from(ip)));
    }
    let refanged = refang::text(value);
    let pieces = refanged.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'));
    let mut found = Vec::new();
    for piece in pieces.filter(|piece| !piece.is_empty()).take(MOST_IN_A_CELL) {
        let single = || declared::address_with_port(piece).map(|(ip, _)| IpNet::from(ip));
        match address::net(piece).or_else(single) {
            Some(net) if is_something(net.addr()) => found.push(net),
            Some(_) => {}
            // Words beside it: what they say about the address is not known.
            None => return Vec::new(),
        }
    }
    found
}

/// `0.0.0.0` stands in tables where nothing is.
fn is_something(ip: IpAddr) -> bool {
    !ip.is_unspecified()
}

fn is_single(net: &IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}

/// The domain that a cell names, or that of the page in it.
fn domain_in(value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    match declared::subject(value)? {
        Subject::Domain(name) => Some(name),
        Subject::Url(url) => declared::host(&url).1,
        _ => domain::name(value),
    }
}

/// `2026-01-02 03:04:05` in UTC, and nothing else.
fn plain_utc(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| bytes[*at] != *mark) || !matches!(bytes[10], b' ' | b'T') {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_i16, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i16::from(*digit - b'0'))
        })
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
    let civil = jiff::civil::DateTime::new(
        number(0, 4)?,
        small(5)?,
        small(8)?,
        small(11)?,
        small(14)?,
        small(17)?,
        0,
    );
    jiff::tz::Offset::UTC.to_timestamp(civil.ok()?).ok()
}
