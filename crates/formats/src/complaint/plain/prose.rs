//! What sentences and the subject declare, and when they say that it was.

use super::addresses;
use super::lists;
use super::pages::{self, Defanged, Judgement};
use super::sentence::{self, Role};
use super::{Found, MOST, Source};
use crate::complaint::reading::When;
use crate::complaint::{dates, refang};

/// What is said of the last time that something was seen, in lower case.
const LAST: &[&str] = &[
    "last seen",
    "lastly",
    "most recent",
    "last observed",
    "last event",
    "zuletzt",
    "dernière",
    "última vez",
];

impl Found<'_> {
    /// The date with a time in sentences: the one that is said to be the last, or the first.
    pub(super) fn date_in(&self, prose: &str) -> Option<When> {
        let mut first = None;
        for line in prose.lines() {
            let mut from = 0;
            while let Some((stamp, end)) = dates::find(&line[from..]) {
                let before = line[from..from + end].to_lowercase();
                if stamp.has_time() {
                    let when = self.document.calendar().instant(stamp);
                    if LAST.iter().any(|word| before.contains(word)) && when.is_some() {
                        return when;
                    }
                    first = first.or(when);
                }
                from += end;
            }
        }
        first
    }

    pub(super) fn take_sentences(&mut self, prose: &str) {
        let mut last: Option<(usize, Role)> = None;
        for found in addresses::addresses(prose) {
            // `192.0.2.1, 192.0.2.2 and 192.0.2.3` are the same.
            let beside = last
                .filter(|(end, _)| lists::is_between_items(&prose[*end..found.begin]))
                .map(|(_, role)| role);
            let role = beside.unwrap_or_else(|| sentence::role(prose, &found, Role::Mention));
            last = Some((found.end, role));
            if role == Role::Source
                && let Some(net) = addresses::net_at(prose, &found)
                && self.prefixes.len() < MOST
            {
                self.prefixes.push(net);
            }
            let list = match role {
                Role::Source if !found.is_prefix => &mut self.in_sentences,
                Role::Victim if !found.is_prefix => &mut self.victims,
                _ => continue,
            };
            if list.len() < MOST && !list.iter().rev().take(256).any(|known| *known == found.ip) {
                list.push(found.ip);
            }
        }
    }

    pub(super) fn take_subject(&mut self, subject: &str) {
        let subject = refang::text(subject);
        for found in addresses::addresses(&subject) {
            if found.is_prefix {
                if let Some(net) = addresses::net_at(&subject, &found)
                    .filter(|_| sentence::role(&subject, &found, Role::Source) == Role::Source)
                {
                    self.record_for(|record| !record.sources.is_empty(), true)
                        .sources
                        .push(Source { net, port: None });
                }
                continue;
            }
            match sentence::role(&subject, &found, Role::Source) {
                Role::Source if !self.in_subject.contains(&found.ip) => {
                    self.in_subject.push(found.ip);
                }
                Role::Victim => self.victims.push(found.ip),
                _ => {}
            }
        }
        for page in pages::in_line(&subject, "phishing", &Defanged::All, &self.reporter) {
            if page.judgement == Judgement::Complained {
                self.pages.push((page.url, None));
            }
        }
    }
}
