//! Reporters whose mails say more by their layout than by their sentences: a file each.

pub(super) mod abuse_ch;
pub(super) mod bitninja;
pub(super) mod cloudflare;
pub(super) mod dmca;
pub(super) mod google;
pub(super) mod hetzner;
pub(super) mod honeypot;
pub(super) mod labels;
pub(super) mod leakix;
pub(super) mod mynetwatchman;
pub(super) mod nfoservers;
pub(super) mod spamhaus;
pub(super) mod uceprotect;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::address;
use super::document::Document;

/// The addresses in a line of text, made harmless or not, in their order.
fn addresses(line: &str) -> impl Iterator<Item = IpAddr> {
    line.split(|c: char| !(c.is_ascii_hexdigit() || ".:[]%".contains(c)))
        .map(|word| word.trim_matches(['.', ':']))
        .filter(|word| word.len() > 2)
        .filter_map(address::refanged)
}

/// The first address of the subject.
fn in_subject(document: &Document) -> Option<IpAddr> {
    addresses(&document.subject).next().or_else(|| addresses(&document.whole_subject).next())
}

/// Whether the subject, as it came or without what was put before it, begins so; in lower case.
fn subject_begins(document: &Document, with: &str) -> bool {
    let begins = |subject: &str| {
        subject.trim_start().get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
    };
    begins(&document.subject) || begins(&document.whole_subject)
}

/// Whether a phrase, in lower case, stands in the subject.
fn subject_has(document: &Document, phrase: &str) -> bool {
    document.whole_subject.to_lowercase().contains(phrase)
}
