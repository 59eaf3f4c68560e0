//! How an answer by mail shows which report it is about: a number with a keyed MAC, in the Message-ID of every notice
//! to a customer and, where mail comes in, in the address that answers and bounces go to.
//!
//! Whoever has it has seen a notice. It is not enough to answer for the customer ([`portreeve_core::intake::judge`]).

use hmac::{Hmac, KeyInit, Mac};
use portreeve_core::ids::ReportId;
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::time::{Timestamp, from_millis};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::digest::hex;

/// Under what name the secret is stored.
pub(super) const SECRET: &str = "answers by mail";

/// Keeps the MAC from being good for anything else that is made with the same secret.
const PURPOSE: &str = "portreeve answer by mail v1";

/// Hex digits of a MAC: 96 bits. They have to fit into the 64 octets before the `@` (RFC 5321 §4.5.3.1.1), and into
/// servers that write all of it in lower case.
const DIGITS: usize = 24;

/// Octets that are added to the local part of `mail.in.address`: `+r`, a number, a dot, the MAC.
const ADDED: usize = 2 + 19 + 1 + DIGITS;

/// Longest local part of `mail.in.address`.
pub const LONGEST_LOCAL_PART: usize = 64 - ADDED;

/// Makes and checks the tokens in notices.
#[derive(Clone)]
pub struct AnswerTokens(Hmac<Sha256>);

impl std::fmt::Debug for AnswerTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswerTokens(…)")
    }
}

/// What a mail has to show for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It refers to no report.
    Nothing,
    /// It names a report, but the MAC is not ours.
    False,
    /// It is about a notice to the customer of this report.
    Report(ReportId),
}

/// Which notice a Message-ID of ours is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoticeName {
    pub(super) report: ReportId,
    pub(super) notice: Notice,
    pub(super) audience: Audience,
    pub(super) at: Timestamp,
}

impl AnswerTokens {
    /// Tokens made with this secret.
    pub(super) fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// The MAC of a report's notices to its customer.
    pub(crate) fn of(&self, report: ReportId) -> String {
        let mut mac = self.0.clone();
        let audience = Audience::Customer.as_str();
        mac.update(format!("{PURPOSE}\0{}\0{audience}", report.0).as_bytes());
        hex(&mac.finalize().into_bytes()[..DIGITS / 2])
    }

    fn is_genuine(&self, report: ReportId, mac: &str) -> bool {
        let mac = mac.to_ascii_lowercase();
        self.of(report).as_bytes().ct_eq(mac.as_bytes()).into()
    }

    /// The address to which answers about a report go, below `address`.
    pub(crate) fn address(&self, address: &str, report: ReportId) -> Option<String> {
        let (local, domain) = address.rsplit_once('@')?;
        Some(format!("{local}+r{}.{}@{domain}", report.0, self.of(report)))
    }

    /// What is shown by addresses and by Message-IDs that a mail refers to: the first that is genuine counts.
    pub(super) fn shown<'a>(
        &self,
        addresses: impl Iterator<Item = &'a str>,
        references: impl Iterator<Item = &'a str>,
    ) -> Shown {
        let named = addresses.filter_map(in_address).chain(references.filter_map(in_message_id));
        let mut found = Shown::Nothing;
        for (report, mac) in named {
            if self.is_genuine(report, mac) {
                return Shown::Report(report);
            }
            found = Shown::False;
        }
        found
    }
}

/// `abuse+r92.<mac>@example.com`.
fn in_address(address: &str) -> Option<(ReportId, &str)> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, detail) = local.rsplit_once('+')?;
    let (number, mac) = detail.strip_prefix(['r', 'R'])?.split_once('.')?;
    Some((report_number(number)?, mac))
}

/// `report-92.opened.customer.1700000000000.<mac>@example.com`. Ours without a MAC are those to staff, and the one
/// that only holds a thread together: they show nothing.
fn in_message_id(id: &str) -> Option<(ReportId, &str)> {
    let (name, mac) = parts(id)?;
    (name.audience == Audience::Customer).then_some((name.report, mac))
}

fn parts(id: &str) -> Option<(NoticeName, &str)> {
    let (local, _) = id.rsplit_once('@')?;
    let mut parts = local.strip_prefix("report-")?.splitn(5, '.');
    let report = report_number(parts.next()?)?;
    let notice = Notice::parse(parts.next()?)?;
    let audience = Audience::parse(parts.next()?)?;
    let at = from_millis(parts.next()?.parse().ok()?)?;
    // The same mail to a customer's further addresses has a number behind its MAC.
    let mac = parts.next().unwrap_or_default().split('.').next().unwrap_or_default();
    Some((NoticeName { report, notice, audience, at }, mac))
}

/// Which notice a Message-ID is of, if it is written like ours.
pub(super) fn notice_of(id: &str) -> Option<NoticeName> {
    parts(id).map(|(name, _)| name)
}

fn report_number(text: &str) -> Option<ReportId> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok().map(ReportId)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tokens: &AnswerTokens, address: &str, reference: &str) -> Shown {
        tokens.shown([address].into_iter(), [reference].into_iter())
    }

    #[test]
    fn an_address_and_a_message_id_show_their_report_and_nothing_else_does() {
        let tokens = AnswerTokens::new("secret");
        let report = ReportId(92);
        let mac = tokens.of(report);
        assert_eq!(mac.len(), DIGITS);
        let address = tokens.address("abuse@example.com", report).expect("an address");
        let id = format!("report-92.opened.customer.1700000000000.{mac}@example.com");
        let genuine = Shown::Report(report);
        assert_eq!(shown(&tokens, &address, ""), genuine);
        assert_eq!(shown(&tokens, &address.to_uppercase(), ""), genuine);
        assert_eq!(shown(&tokens, "x+r7.00@example.com", &id), genuine);
        let second = id.replace('@', ".1@");
        assert_eq!(shown(&tokens, "", &second), genuine, "to a further address of the customer");
        for (address, reference, is) in [
            (format!("abuse+r93.{mac}@example.com"), String::new(), Shown::False),
            (format!("abuse+r92.{}@example.com", &mac[1..]), String::new(), Shown::False),
            ("abuse+r92.@example.com".into(), String::new(), Shown::False),
            ("abuse@example.com".into(), "report-92@example.com".into(), Shown::Nothing),
            ("abuse+news@example.com".into(), id.replace("customer", "staff"), Shown::Nothing),
            (String::new(), id.replace(&mac, "0"), Shown::False),
            (String::new(), id.replace("-92.", "-93."), Shown::False),
            (String::new(), id.replace("-92.", "-+92."), Shown::Nothing),
        ] {
            assert_eq!(shown(&tokens, &address, &reference), is, "{address} {reference}");
        }
        assert_eq!(shown(&AnswerTokens::new("another"), &address, &id), Shown::False);
    }

    #[test]
    fn the_longest_address_fits_what_mail_servers_take() {
        let local = "a".repeat(LONGEST_LOCAL_PART);
        let address = AnswerTokens::new("s").address(&format!("{local}@x"), ReportId(i64::MAX));
        let address = address.expect("an address");
        assert_eq!(address.rsplit_once('@').map(|(local, _)| local.len()), Some(64));
    }
}
