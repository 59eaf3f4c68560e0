//! What was found in a text becomes allegations.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::complaint::domain::{self, Host};
use crate::complaint::reading::{Allegation, Reading, When};
use crate::complaint::{Category, Subject, Zone};

use super::{Found, Logged, Record, Source};

impl Found<'_> {
    pub(super) fn settle(mut self, category: Category, reading: &mut Reading) {
        reading.reporter.reference = reading.reporter.reference.take().or(self.reference.take());
        let victims: HashSet<IpAddr> = self.victims.iter().copied().collect();
        let mut shared = Record::default();
        let (declared, others): (Vec<Record>, Vec<Record>) = std::mem::take(&mut self.records)
            .into_iter()
            .partition(|record| !record.sources.is_empty());
        for other in others {
            merge(&mut shared, other);
        }
        // What is said once of several is said of all.
        let mut whens = declared.iter().filter_map(|record| record.when);
        if let (Some(only), None, true) = (whens.next(), whens.next(), declared.len() > 1) {
            shared.when = shared.when.or(Some(only));
        }
        let mut records = declared;
        if records.is_empty() {
            records = self.by_sentences(&victims, category, reading);
        } else {
            let is_known = |ip: &IpAddr| {
                records
                    .iter()
                    .flat_map(|record| &record.sources)
                    .any(|source| source.net.contains(ip))
            };
            if let Some(other) = self.in_subject.iter().find(|ip| !is_known(ip)) {
                reading.defect(
                    "source_disagrees",
                    &format!("the subject says {other}, the text something else"),
                );
            }
            reading.explain("source: from labels and lists in the text");
        }
        if records.is_empty() && category != Category::Other && !category.is_about_pages()
            || records.is_empty()
                && self.pages.is_empty()
                && self.domains.is_empty()
                && shared.pages.is_empty()
        {
            // Answers to who did it are logged as well.
            let is_answer = |one: &&Logged| self.logged_targets.contains(&one.source);
            let first = self.in_logs.first().map(|one| one.source);
            let logged = self
                .in_logs
                .iter()
                .filter(|one| !victims.contains(&one.source))
                .filter(|one| first == Some(one.source) || !is_answer(one));
            records = logged
                .map(|one| Record {
                    sources: vec![Source::ip(one.source)],
                    victim: one.target,
                    ..Record::default()
                })
                .collect();
            if !records.is_empty() {
                reading.explain("source: from lines of logs");
            }
        }
        if records.is_empty() && self.pages.is_empty() && shared.pages.is_empty() {
            let prefixes = self.prefixes.iter();
            records = prefixes
                .map(|net| Record {
                    sources: vec![Source { net: *net, port: None }],
                    ..Record::default()
                })
                .collect();
            if !records.is_empty() {
                reading.explain("source: a network that a sentence names");
            }
        }
        self.take_named(category, &shared);
        self.emit(&records, &shared, category, reading);
    }

    /// Domains that only sentences name are what a complaint about content is about, where no page says it.
    fn take_named(&mut self, category: Category, shared: &Record) {
        let has_other = !self.pages.is_empty()
            || !shared.pages.is_empty()
            || !shared.domains.is_empty()
            || !self.domains.is_empty();
        if category.is_about_pages() && !has_other {
            self.domains = std::mem::take(&mut self.named);
        }
    }

    /// Records of what sentences and the subject declare.
    fn by_sentences(
        &self,
        victims: &HashSet<IpAddr>,
        category: Category,
        reading: &mut Reading,
    ) -> Vec<Record> {
        // Whoever asks an open service comes to it, too.
        let is_asked = matches!(category, Category::OpenService | Category::Vulnerable);
        let is_source = |ip: &&IpAddr| is_asked || !victims.contains(ip);
        let subject: Vec<IpAddr> = self.in_subject.iter().filter(is_source).copied().collect();
        let sentences: Vec<IpAddr> = self.in_sentences.iter().filter(is_source).copied().collect();
        let paired: Vec<IpAddr> = self.pages.iter().filter_map(|(_, ip)| *ip).collect();
        let agree = subject.is_empty()
            || sentences.is_empty()
            || subject.iter().any(|ip| sentences.contains(ip) || paired.contains(ip));
        if !agree {
            reading.defect("source_disagrees", "the subject says another address than the text");
        }
        let chosen = if sentences.is_empty() { subject } else { sentences };
        if !chosen.is_empty() {
            reading.explain("source: from what sentences and the subject say");
        }
        let is_paired = |ip: &IpAddr| paired.contains(ip);
        chosen
            .into_iter()
            .filter(|ip| !is_paired(ip))
            .map(|ip| Record { sources: vec![Source::ip(ip)], ..Record::default() })
            .collect()
    }

    fn emit(self, records: &[Record], shared: &Record, category: Category, reading: &mut Reading) {
        let is_genuine = |url: &str| matches!(domain::host(url), Some(Host::Domain(host)) if self.genuine.contains(&host));
        let known_when = |record: &Record| record.when.or(shared.when).map(|(_, when)| when);
        let sent = self.document.sent.map(|sent| When {
            at: sent.at,
            zone: if sent.offset.is_some() { Zone::Header } else { Zone::Assumed },
        });
        let otherwise = self.last_logged.or(self.in_prose).or(sent);
        let only_victim = |record: &Record| {
            record.victim.or(shared.victim).or(if let [only] = self.victims.as_slice() {
                Some(*only)
            } else {
                None
            })
        };
        let sources: Vec<IpAddr> =
            records.iter().flat_map(|record| &record.sources).filter_map(Source::only).collect();
        let only_source = if let [only] = sources.as_slice() { Some(*only) } else { None };
        let mut loose: Vec<(String, Option<IpAddr>)> = Vec::new();
        let mut done = HashSet::new();
        let about_pages = category.is_about_pages();
        // Where labels say which pages, those in sentences are for reading.
        let has_labelled =
            !shared.pages.is_empty() || records.iter().any(|record| !record.pages.is_empty());
        let prose_pages = if has_labelled {
            self.pages.into_iter().filter(|(_, ip)| ip.is_some()).collect()
        } else if about_pages
            || category == Category::Other
            || category == Category::Spam
            || category == Category::Blocklisted
        {
            self.pages
        } else {
            self.pages.into_iter().filter(|(_, ip)| ip.is_some()).collect()
        };
        for (url, ip) in shared.pages.iter().map(|url| (url.clone(), None)).chain(prose_pages) {
            if !is_genuine(&url) && done.insert(url.clone()) {
                loose.push((url, ip));
            }
        }
        let domains: Vec<String> = shared
            .domains
            .iter()
            .chain(&self.domains)
            .filter(|name| !self.genuine.contains(*name))
            .cloned()
            .collect();
        let mut logged = HashMap::new();
        for (ip, when) in &self.logged {
            logged.entry(*ip).or_insert(*when);
        }
        let mut took_loose = false;
        let kinds: HashSet<Category> = records.iter().filter_map(|record| record.kind).collect();
        for record in records {
            // Kinds that differ are each of its own.
            let category = record
                .kind
                .or(shared.kind)
                .filter(|_| category == Category::Other || kinds.len() > 1)
                .unwrap_or(category);
            for source in &record.sources {
                let when = known_when(record)
                    .or_else(|| logged.get(&source.only()?).copied())
                    .or(otherwise);
                let subject = match source.only() {
                    Some(ip) => Subject::Ip(ip),
                    None => Subject::Prefix(source.net),
                };
                let mut pages: Vec<String> =
                    record.pages.iter().filter(|url| !is_genuine(url)).cloned().collect();
                let mut names: Vec<String> = record
                    .domains
                    .iter()
                    .filter(|name| !self.genuine.contains(*name))
                    .cloned()
                    .collect();
                let is_only = only_source.is_some() || records.len() == 1;
                if is_only {
                    took_loose = true;
                    pages.extend(
                        loose
                            .iter()
                            .filter(|(_, ip)| ip.is_none() || *ip == source.only())
                            .map(|(url, _)| url.clone()),
                    );
                    names.extend(domains.iter().cloned());
                }
                let subject = match pages.first() {
                    Some(url) if about_pages => Subject::Url(url.clone()),
                    _ => subject,
                };
                let mut allegation = Allegation::about(category, subject)
                    .at(source.only())
                    .port(record.port.or(source.port).or(shared.port))
                    .observed(when)
                    .aimed_at(
                        only_victim(record).filter(|ip| Some(*ip) != source.only()),
                        record.victim_port.or(shared.victim_port),
                    )
                    .count(record.count.or(shared.count).unwrap_or(1));
                for url in pages {
                    allegation = allegation.page(url);
                }
                for name in names {
                    allegation = allegation.name(name);
                }
                reading.allege(allegation);
            }
        }
        let when = known_when(&Record::default()).or(otherwise);
        for (url, ip) in loose {
            if took_loose && (ip.is_none() || ip == only_source) {
                continue;
            }
            let own = match domain::host(&url) {
                Some(Host::Ip(ip)) => Some(ip),
                _ => None,
            };
            reading.allege(Allegation::url(category, url).at(ip.or(own)).observed(when));
        }
        if !took_loose {
            let mut named = HashSet::new();
            for name in domains {
                if named.insert(name.clone()) {
                    reading.allege(Allegation::domain(category, name).observed(when));
                }
            }
        }
        if reading.is_empty() {
            reading.defect("source_missing", "nothing in it declares a source");
        }
    }
}

fn merge(into: &mut Record, other: Record) {
    into.port = into.port.or(other.port);
    into.pages.extend(other.pages);
    into.domains.extend(other.domains);
    into.victim = into.victim.or(other.victim);
    into.victim_port = into.victim_port.or(other.victim_port);
    into.count = into.count.or(other.count);
    into.kind = into.kind.or(other.kind);
    let is_better =
        other.when.is_some_and(|(rank, _)| into.when.is_none_or(|(known, _)| rank > known));
    if is_better {
        into.when = other.when;
    }
}
