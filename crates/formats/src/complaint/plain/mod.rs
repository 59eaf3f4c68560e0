//! Complaints in words. What a label or a sentence declares is taken, in this order: labels, sentences and the subject, lines of
//! logs. Where none of them declares a source there is no incident: an address that is merely there is nobody's fault.

mod addresses;
mod hosts;
mod label_words;
mod labels;
mod lines;
mod lists;
mod logs;
mod names;
mod pages;
mod prose;
mod roles;
mod sentence;
mod settle;
pub(super) mod words;

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::dates::Stamp;
use super::document::Document;
use super::domain::{self, Host};
use super::reading::{Reading, When};
use super::{Category, address, dates, refang};

use labels::{Labelled, Meaning};
use lines::{Kind, Line};
use logs::Logged;
pub(super) use pages::is_for_reading;
use pages::{Defanged, Judgement};

/// Bytes of a text that are read. What is longer has its facts in a table.
const LONGEST: usize = 2 * 1024 * 1024;

/// Bytes of a paragraph that is looked at for whether it announces a list.
const LONGEST_ANNOUNCEMENT: usize = 1000;

/// Lines of such a paragraph.
const MOST_LINES_OF_ANNOUNCEMENT: usize = 10;

/// Sources, pages and the like that are taken from one text.
const MOST: usize = 10_000;

/// Sources that are taken from logs: each line is compared with them.
const MOST_IN_LOGS: usize = 500;

pub(crate) fn read(document: &Document, reading: &mut Reading) {
    let original = &document.text[..document.text.floor_char_boundary(LONGEST)];
    let text = document.refanged(LONGEST);
    let lines = lines::of(&text);
    let about = format!("{} {}", document.subject, document.author.email);
    let category = words::category(&about, &prose_of(&lines));
    let mut found = Found::new(document);
    let names_abuse = words::category(&document.subject, "") != Category::Other
        || document.subject.to_lowercase().contains("abuse");
    match lists::only(&text).filter(|_| names_abuse) {
        Some(items) => items.for_each(|item| found.take_bare(item)),
        None => found.take(&lines, original),
    }
    found.take_subject(&document.subject);
    found.settle(category, reading);
}

fn prose_of(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    for line in lines {
        if line.kind != Kind::Proof {
            out.push_str(line.text);
        }
        out.push('\n');
        if out.len() > 16 * 1024 {
            break;
        }
    }
    out
}

/// Facts that belong together: one block of labels.
#[derive(Debug, Clone, Default)]
struct Record {
    sources: Vec<Source>,
    port: Option<u16>,
    pages: Vec<String>,
    domains: Vec<String>,
    when: Option<(u8, When)>,
    victim: Option<IpAddr>,
    victim_port: Option<u16>,
    count: Option<u64>,
    kind: Option<Category>,
}

/// What is declared to be a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Source {
    net: IpNet,
    port: Option<u16>,
}

impl Source {
    fn ip(ip: IpAddr) -> Self {
        Self { net: IpNet::from(ip), port: None }
    }

    fn only(&self) -> Option<IpAddr> {
        (self.net.prefix_len() == self.net.max_prefix_len()).then(|| self.net.addr())
    }
}

/// Lines that stand together, as far as they are looked at.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    lines: usize,
    /// Whether a word in it says that something comes below.
    may_announce: bool,
}

/// Whether a line has an address of a page in it, whatever its scheme.
fn has_page(line: &str) -> bool {
    refang::scheme_sign(line.as_bytes()).is_some()
}

/// What was found in a text.
struct Found<'d> {
    document: &'d Document,
    reporter: String,
    records: Vec<Record>,
    /// A label without a value: what follows in lines of their own is it.
    open: Option<Meaning>,
    /// The first label of a source, as far as its words are unknown.
    first_label: Option<u64>,
    /// An empty line came since the last label.
    gap: bool,
    in_sentences: Vec<IpAddr>,
    /// Prefixes that sentences declare; they count where no address is declared.
    prefixes: Vec<IpNet>,
    /// Domains that sentences name; they count where no page is declared.
    named: Vec<String>,
    in_subject: Vec<IpAddr>,
    in_logs: Vec<Logged>,
    /// Whom lines of logs name as attacked.
    logged_targets: HashSet<IpAddr>,
    pages: Vec<(String, Option<IpAddr>)>,
    domains: Vec<String>,
    genuine: HashSet<String>,
    victims: Vec<IpAddr>,
    /// When a line of a log that names an address was written: the last of each.
    logged: Vec<(IpAddr, When)>,
    last_logged: Option<When>,
    in_prose: Option<When>,
    reference: Option<String>,
}

impl<'d> Found<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            reporter: document.author_domain(),
            records: vec![Record::default()],
            open: None,
            first_label: None,
            gap: false,
            in_sentences: Vec::new(),
            prefixes: Vec::new(),
            named: Vec::new(),
            in_subject: Vec::new(),
            in_logs: Vec::new(),
            logged_targets: HashSet::new(),
            pages: Vec::new(),
            domains: Vec::new(),
            genuine: HashSet::new(),
            victims: Vec::new(),
            logged: Vec::new(),
            last_logged: None,
            in_prose: None,
            reference: None,
        }
    }

    fn take(&mut self, lines: &[Line<'_>], original: &str) {
        // Sentences go over lines; labels, logs and proof are no part of them.
        let mut prose = String::new();
        let mut above = String::new();
        let mut pending: Vec<&str> = Vec::new();
        let mut paragraph = Paragraph::default();
        // Where nothing was made harmless, both are one text.
        let is_as_it_came =
            lines.first().is_none_or(|line| line.text.as_ptr() == original.as_ptr());
        let mut originals = original.lines();
        for line in lines {
            let original =
                if is_as_it_came { line.text } else { originals.next().unwrap_or(line.text) };
            let was_defanged = !is_as_it_came && original != line.text;
            match line.kind {
                Kind::Proof => {
                    prose.push('\n');
                    self.open = None;
                }
                Kind::Log => {
                    self.take_log(line.text, line.stamp);
                    prose.push('\n');
                }
                Kind::Prose => {
                    let is_taken = self.take_record(line.text, was_defanged)
                        || self.take_item(line.text)
                        || labels::read(line.text)
                            .is_some_and(|labelled| self.take_label(labelled, was_defanged));
                    let has_page = has_page(line.text);
                    if !is_taken {
                        if has_page {
                            for line in pending.drain(..) {
                                above = lists::heading(&above, line);
                            }
                        }
                        self.take_pages(line.text, &above, original);
                        prose.push_str(line.text);
                        self.take_announcement(&mut paragraph, line.text);
                    }
                    prose.push('\n');
                    let bare = line.text.trim();
                    if bare.is_empty() {
                        self.gap = true;
                    } else if !has_page || labels::read(bare).is_some() {
                        // What stands above a list holds for all of it.
                        pending.push(bare);
                    }
                }
            }
        }
        self.take_sentences(&prose);
        let is_known =
            self.last_logged.is_some() || self.records.iter().any(|record| record.when.is_some());
        if !is_known {
            self.in_prose = self.date_in(&prose).or_else(|| self.date_in(&self.document.subject));
        }
    }

    /// An address or a page that somebody sent below a subject that speaks of abuse, without another word.
    fn take_bare(&mut self, item: &str) {
        let meaning = if item.contains("://") { Meaning::Page } else { Meaning::Source };
        self.take_label(Labelled { meaning, hint: "", unknown: 0, value: item }, true);
    }

    fn record(&mut self) -> &mut Record {
        if self.records.is_empty() {
            self.records.push(Record::default());
        }
        let last = self.records.len() - 1;
        &mut self.records[last]
    }

    /// Begins a new record where a fact of this kind is there already and belongs to another.
    fn record_for(&mut self, has: impl Fn(&Record) -> bool, always: bool) -> &mut Record {
        let is_other = has(self.record()) && (always || self.gap);
        if is_other && self.records.len() < MOST {
            self.records.push(Record::default());
        }
        self.gap = false;
        self.record()
    }

    /// A record in one line: its pairs are labels, and a source and who was attacked stand side by side in it.
    fn take_record(&mut self, line: &str, was_defanged: bool) -> bool {
        let Some(pairs) = labels::record(line) else { return false };
        let known: Vec<Labelled<'_>> =
            pairs.iter().filter_map(|(key, value)| labels::of_pair(key, value)).collect();
        let is_one = known.iter().any(|pair| {
            matches!(pair.meaning, Meaning::Source | Meaning::Victim | Meaning::Page)
                && (pair.meaning == Meaning::Page || !addresses::addresses(pair.value).is_empty())
        });
        if is_one {
            // What it is of comes first, whatever the order of the pairs: the rest of them belongs to it.
            let (sources, others): (Vec<_>, Vec<_>) =
                known.into_iter().partition(|pair| pair.meaning == Meaning::Source);
            // `date=2026-01-05 time=09:00:00` says when in two pairs.
            let named = |name: &str| pairs.iter().find(|(key, _)| key == name);
            let both = named("date").zip(named("time"));
            let both = both.map(|((_, day), (_, time))| format!("{day} {time}"));
            let is_one = |text: &&String| dates::read(text).is_some_and(|stamp| stamp.has_time());
            let both = both.as_ref().filter(is_one);
            let is_half =
                |pair: &Labelled<'_>| both.is_some() && matches!(pair.meaning, Meaning::When(_));
            for pair in sources.into_iter().chain(others).filter(|pair| !is_half(pair)) {
                self.take_label(pair, was_defanged);
            }
            if let Some(both) = both {
                let hint = "";
                let meaning = Meaning::When(RANK_OF_ITEM);
                self.take_label(Labelled { meaning, hint, unknown: 0, value: both }, was_defanged);
            }
        }
        is_one
    }

    /// A paragraph that says that a list comes below it.
    fn take_announcement(&mut self, paragraph: &mut Paragraph, line: &str) {
        let bare = line.trim();
        if bare.is_empty() {
            paragraph.text.clear();
            paragraph.lines = 0;
            paragraph.may_announce = false;
            return;
        }
        if paragraph.text.len() + bare.len() > LONGEST_ANNOUNCEMENT
            || paragraph.lines >= MOST_LINES_OF_ANNOUNCEMENT
        {
            return;
        }
        paragraph.text.push_str(bare);
        paragraph.text.push('\n');
        paragraph.lines += 1;
        paragraph.may_announce |= lists::may_announce(bare);
        if self.open.is_none() && paragraph.may_announce {
            // A line that only goes on below begins no list of sources: its addresses are words of the sentence.
            let is_end = bare.ends_with([':', '.', ',']);
            self.open = lists::announced(&paragraph.text)
                .filter(|meaning| is_end || *meaning == Meaning::Victim);
        }
    }

    /// A label whose value is what it promises.
    fn take_label(&mut self, labelled: Labelled<'_>, was_defanged: bool) -> bool {
        let Labelled { meaning, hint, unknown, value } = labelled;
        // `Attacker IP` and then `Xyz IP`: who that is nobody here knows, and it is not the same.
        if meaning == Meaning::Source && !addresses::addresses(value).is_empty() {
            let first = *self.first_label.get_or_insert(unknown);
            if unknown != 0 && unknown != first {
                self.open = None;
                return true;
            }
        }
        if value.is_empty() {
            let opens = matches!(
                meaning,
                Meaning::Source
                    | Meaning::Page
                    | Meaning::Genuine
                    | Meaning::Domain
                    | Meaning::Victim
            );
            self.open = opens.then_some(meaning);
            return false;
        }
        self.open = None;
        match meaning {
            Meaning::Source => self.take_sources(value),
            Meaning::Victim => {
                let ip = addresses::addresses(value).first().map(|found| found.ip);
                if let Some(ip) = ip {
                    self.record_for(|record| record.victim.is_some(), false).victim = Some(ip);
                    self.victims.push(ip);
                }
                ip.is_some()
            }
            Meaning::Port => {
                let port = lists::leading_number(value).and_then(|port| u16::try_from(port).ok());
                if port.is_some() {
                    self.record_for(|record| record.port.is_some(), false).port = port;
                }
                port.is_some()
            }
            Meaning::VictimPort => {
                let port = lists::leading_number(value).and_then(|port| u16::try_from(port).ok());
                if port.is_some() {
                    self.record_for(|record| record.victim_port.is_some(), false).victim_port =
                        port;
                }
                port.is_some()
            }
            Meaning::Page => self.take_page_value(value, was_defanged),
            Meaning::Genuine => {
                for url in refang::urls(value) {
                    self.note_genuine(&url);
                }
                if let Some(name) =
                    domain::name(value.split_whitespace().next().unwrap_or_default())
                {
                    self.genuine.insert(name);
                }
                true
            }
            Meaning::Domain => {
                let names: Vec<String> =
                    value.split([',', ' ', ';']).filter_map(domain::name).take(MOST).collect();
                let found = !names.is_empty();
                if found {
                    self.record_for(|record| !record.domains.is_empty(), false)
                        .domains
                        .extend(names);
                }
                found
            }
            Meaning::When(rank) => self.take_when(rank, hint, value),
            Meaning::Reference => {
                let word: String =
                    value.split_whitespace().next().unwrap_or_default().chars().take(100).collect();
                let is_one = word.chars().any(|c| c.is_ascii_digit());
                if is_one {
                    self.reference.get_or_insert(word);
                }
                is_one
            }
            Meaning::Count => {
                let count = lists::leading_number(value);
                if count.is_some() {
                    self.record().count = count;
                }
                count.is_some()
            }
            Meaning::Kind => {
                let kind = Category::from_word(value).unwrap_or_else(|| words::category(value, ""));
                if kind != Category::Other {
                    self.record().kind = Some(kind);
                }
                false
            }
        }
    }

    /// The addresses or prefixes with which a value begins, as far as they stand side by side.
    fn take_sources(&mut self, value: &str) -> bool {
        if sentence::is_denied(value) {
            return false;
        }
        let mut sources = Vec::new();
        let pieces = value.split([',', ';', ' ', '|']).filter(|piece| !piece.is_empty());
        for piece in pieces {
            let bare = piece.trim_matches(['(', ')', '[', ']', '<', '>', '"', '\'', '*', '`', '.']);
            // What is not an address from its beginning has a key of its own: `dst=198.51.100.7`.
            let found = addresses::addresses(bare)
                .first()
                .copied()
                .filter(|found| !found.is_prefix && (sources.is_empty() || found.begin == 0));
            match (address::net(bare), found) {
                (Some(net), _) => sources.push(Source { net, port: None }),
                (None, Some(one)) => {
                    sources.push(Source { net: IpNet::from(one.ip), port: one.port });
                }
                (None, None)
                    if matches!(
                        bare,
                        "and" | "und" | "et" | "y" | "&" | "a" | "IP" | "" | "address" | "e"
                    ) => {}
                // A name before its address.
                (None, None) if sources.is_empty() && domain::name(bare).is_some() => {}
                (None, None) => break,
            }
        }
        let found = !sources.is_empty();
        if found {
            self.record_for(|record| !record.sources.is_empty(), true).sources = sources;
        }
        found
    }

    fn take_page_value(&mut self, value: &str, was_defanged: bool) -> bool {
        let mut urls: Vec<String> = refang::urls(value).take(MOST).collect();
        if urls.is_empty() {
            // `example.com/login`, or an address.
            let word = value
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .trim_matches(['<', '>', '"', '\'', ',']);
            let host = word.split('/').next().unwrap_or_default();
            if addresses::addresses(host).len() == 1 && !word.contains('/') {
                return self.take_sources(host);
            }
            match domain::name(host) {
                Some(_) if word.contains('/') => urls.push(format!("http://{word}")),
                Some(name) => {
                    self.record_for(|record| !record.domains.is_empty(), false).domains.push(name);
                    return true;
                }
                None => return false,
            }
        }
        let reporter = self.reporter.clone();
        if urls.len() > 1 {
            // Between the pages stands more than a comma: only the first is the label's.
            let defanged = if was_defanged { Defanged::All } else { Defanged::unlike(value) };
            let others = pages::beside(value, &defanged, &reporter);
            for other in others.iter().filter(|page| page.judgement == Judgement::Genuine) {
                self.note_genuine(&other.url);
            }
            let skipped: HashSet<&str> = others
                .iter()
                .filter(|page| page.judgement != Judgement::Complained)
                .map(|page| page.url.as_str())
                .collect();
            urls.retain(|url| !skipped.contains(url.as_str()));
        }
        urls.retain(|url| was_defanged || !pages::is_for_reading(url, &reporter));
        let pair = pair(value);
        for url in urls {
            if pair.is_some() {
                self.pages.push((url, pair));
            } else {
                self.record_for(|record| !record.pages.is_empty(), false).pages.push(url);
            }
        }
        true
    }

    fn take_when(&mut self, rank: u8, hint: &str, value: &str) -> bool {
        let calendar = self.document.calendar();
        let Some(stamp) = dates::read(value).or_else(|| dates::find(value).map(|(stamp, _)| stamp))
        else {
            return false;
        };
        let with_hint = (!stamp.has_zone() && !hint.is_empty())
            .then(|| calendar.when(&format!("{} {hint}", value.trim())))
            .flatten();
        let Some(when) = with_hint.or_else(|| calendar.instant(stamp)) else { return false };
        let record =
            self.record_for(|record| record.when.is_some() && !record.sources.is_empty(), false);
        let is_better = record.when.is_none_or(|(known, at)| {
            rank > known || rank == known && when.at > at.at && rank == 5
        });
        if is_better {
            record.when = Some((rank, when));
        }
        true
    }

    /// A line that is an item of a list below a label.
    fn take_item(&mut self, line: &str) -> bool {
        let Some(meaning) = self.open else { return false };
        let bare = line
            .trim()
            .trim_start_matches(|c: char| c.is_whitespace() || "-*•>·–|".contains(c))
            .trim();
        if bare.is_empty() {
            return false;
        }
        let value = match meaning {
            Meaning::Source | Meaning::Victim => lists::item(bare),
            Meaning::Page | Meaning::Genuine => Some(bare).filter(|bare| {
                refang::urls(bare).next().is_some()
                    && bare.split_whitespace().count() <= 4
                    && labels::read(bare).is_none()
            }),
            Meaning::Domain => Some(bare).filter(|bare| domain::name(bare).is_some()),
            _ => None,
        };
        if value.is_none() && lists::is_header(bare) {
            return true;
        }
        self.open = None;
        let Some(value) = value else { return false };
        let behind = bare.get(value.len()..).unwrap_or_default();
        if sentence::is_denied(behind) {
            return false;
        }
        let taken = self.take_label(Labelled { meaning, hint: "", unknown: 0, value }, true);
        if meaning == Meaning::Source
            && let Some((stamp, _)) = dates::find(behind).filter(|(stamp, _)| stamp.has_time())
            && let Some(when) = self.document.calendar().instant(stamp)
        {
            self.record().when = Some((RANK_OF_ITEM, when));
        }
        self.open = Some(meaning);
        taken
    }

    fn take_log(&mut self, line: &str, stamp: Option<Stamp>) {
        let stamp = stamp.or_else(|| dates::find(line).map(|(stamp, _)| stamp));
        let when = stamp.and_then(|stamp| self.document.calendar().instant(stamp));
        let found = addresses::addresses(line);
        if let Some(logged) = logs::of(line, &found) {
            self.take_logged(logged);
        }
        let Some(when) = when else { return };
        self.last_logged = Some(self.last_logged.filter(|last| last.at > when.at).unwrap_or(when));
        let has_room = self.logged.len() < MOST;
        for found in found.into_iter().take(4) {
            match self.logged.iter_mut().rev().take(64).find(|(ip, _)| *ip == found.ip) {
                Some((_, last)) if when.at > last.at => *last = when,
                Some(_) => {}
                None if has_room => self.logged.push((found.ip, when)),
                None => {}
            }
        }
    }

    /// Whom it was done to is known where every line of a source names the same.
    fn take_logged(&mut self, logged: Logged) {
        let has_room = self.in_logs.len() < MOST_IN_LOGS;
        if self.logged_targets.len() < MOST {
            self.logged_targets.extend(logged.target);
        }
        match self.in_logs.iter_mut().find(|known| known.source == logged.source) {
            Some(known) if known.target != logged.target => known.target = None,
            None if has_room => self.in_logs.push(logged),
            Some(_) | None => {}
        }
    }

    fn take_pages(&mut self, line: &str, above: &str, original: &str) {
        if self.named.len() < MOST {
            self.named.extend(names::complained(line, &self.reporter));
        }
        if !has_page(line) {
            if original != line {
                self.take_defanged_domains(line);
            }
            return;
        }
        let pair = pair(line);
        for page in pages::in_line(line, above, &Defanged::unlike(original), &self.reporter) {
            match page.judgement {
                Judgement::Complained if self.pages.len() < MOST => {
                    self.pages.push((page.url, pair));
                }
                Judgement::Genuine => self.note_genuine(&page.url),
                _ => {}
            }
        }
    }

    /// Names that somebody made harmless: nobody does that to a name that is not bad.
    fn take_defanged_domains(&mut self, line: &str) {
        if pages::by_words(&line.to_lowercase()) == Some(Judgement::Genuine) {
            return;
        }
        let words = line
            .split(|c: char| c.is_whitespace() || "()<>,;\"'|".contains(c))
            .filter(|word| word.contains('.') && !word.contains('@'));
        for word in words {
            let bare = word.trim_end_matches(['.', ':', '!', '?']);
            match bare.split_once('/') {
                Some((host, _)) if domain::name(host).is_some() => {
                    self.pages.push((format!("http://{bare}"), None));
                }
                _ => {
                    if let Some(name) = domain::name(bare).filter(|_| self.domains.len() < MOST) {
                        self.domains.push(name);
                    }
                }
            }
        }
    }

    fn note_genuine(&mut self, url: &str) {
        if let Some(Host::Domain(host)) = domain::host(url) {
            self.genuine.insert(host);
        }
    }
}

/// How well the date in a line of a list is known to be of the event: as a label's that says when.
const RANK_OF_ITEM: u8 = 4;

/// The address that stands in brackets behind the one page of a line: `http://example.com/ [192.0.2.1]`.
fn pair(line: &str) -> Option<IpAddr> {
    if refang::urls(line).take(2).count() != 1 {
        return None;
    }
    let (_, behind) = line.split_once("://")?;
    let rest = behind.split_once(char::is_whitespace)?.1.trim_start();
    let inner = rest.strip_prefix(['[', '('])?.split([']', ')']).next()?;
    let inner = inner.strip_prefix("IP").or_else(|| inner.strip_prefix("ip")).unwrap_or(inner);
    address::ip(inner.trim_start_matches([':', ' ', '=']))
}

#[cfg(test)]
mod tests;
