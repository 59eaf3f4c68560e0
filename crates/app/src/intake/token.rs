//! How an answer by mail shows which report it is about: a number with a keyed MAC, in the Message-ID of every notice
//! to a customer, in the `References` of them all, which stays the same where a relay puts a Message-ID of its own in
//! the place of ours, and, where mail comes in, in the address that answers and bounces go to.
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

/// Reports that a mail names which are looked at.
const MOST_NAMED: usize = 10;

/// As much of a mail's beginning is looked through for a code when it comes in. Heads of mails have a few KiB.
pub(super) const HEAD: usize = 64 * 1024;

/// Codes in the head of a mail that are checked when it comes in.
const MOST_CODES: usize = 200;

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

    /// The report whose code stands anywhere in the head of a mail as it travels. It is enough to count the mail's bytes
    /// for that report; which one the mail is about is known once it is read.
    pub(super) fn shown_in_head(&self, raw: &[u8]) -> Option<ReportId> {
        // A quoted name before the `@` is the same name.
        let head = String::from_utf8_lossy(head(&raw[..raw.len().min(HEAD)])).replace("\"@", "@");
        let separates =
            |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | ':' | '"');
        let mut codes = head
            .split(separates)
            .filter(|word| word.contains('@'))
            .filter_map(|word| in_address(word).or_else(|| in_message_id(word)))
            .take(MOST_CODES);
        codes.find(|(report, mac)| self.is_genuine(*report, mac)).map(|(report, _)| report)
    }
}

/// The head of a mail: all before the first empty line.
fn head(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw).trim_ascii_start();
    let end_of = |mark: &[u8]| raw.windows(mark.len()).position(|window| window == mark);
    let ends: [&[u8]; 3] = [b"\r\n\r\n", b"\n\n", b"\r\r"];
    let end = ends.into_iter().filter_map(end_of).min();
    &raw[..end.unwrap_or(raw.len())]
}

/// The reports that a mail names without having to show their codes: in addresses and Message-IDs as ours are written
/// (`is_ours` knows their right sides), and as `[abuse #92]` in its subject.
pub(super) fn named<'a>(
    addresses: impl Iterator<Item = &'a str>,
    references: impl Iterator<Item = &'a str>,
    subject: &str,
    is_ours: impl Fn(&str) -> bool,
) -> Vec<ReportId> {
    let of_id = |id: &str| {
        let (local, domain) = id.rsplit_once('@')?;
        let number = behind_report(local)?.split('.').next()?;
        is_ours(domain).then(|| report_number(number)).flatten()
    };
    let named = addresses
        .filter_map(in_address)
        .map(|(report, _)| report)
        .chain(references.filter_map(of_id))
        .chain(in_subject(subject));
    let mut found: Vec<ReportId> = Vec::new();
    for report in named {
        if !found.contains(&report) {
            found.push(report);
        }
        if found.len() == MOST_NAMED {
            break;
        }
    }
    found
}

/// `Re: [abuse #92] Abuse report about your service`, in whatever brackets and with whatever blanks.
fn in_subject(subject: &str) -> impl Iterator<Item = ReportId> {
    const MARK: &str = "abuse #";
    let words: Vec<&str> = subject.split_whitespace().collect();
    let line = words.join(" ").to_ascii_lowercase();
    let is_end = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    let number = |at: usize| {
        let (before, rest) = (&line[..at], &line[at + MARK.len()..]);
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let is_alone = is_end(before.chars().next_back()) && is_end(rest[end..].chars().next());
        report_number(&rest[..end]).filter(|_| is_alone)
    };
    let numbers: Vec<ReportId> =
        line.match_indices(MARK).filter_map(|(at, _)| number(at)).take(MOST_NAMED).collect();
    numbers.into_iter()
}

/// `abuse+r92.<mac>@example.com`.
fn in_address(address: &str) -> Option<(ReportId, &str)> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, detail) = local.trim_matches('"').rsplit_once('+')?;
    let (number, mac) = detail.strip_prefix(['r', 'R'])?.split_once('.')?;
    Some((report_number(number)?, mac))
}

/// `report-92.opened.customer.1700000000000.<mac>@example.com`, or what holds a thread together,
/// `report-92.<mac>@example.com`. Ours without a MAC are those to staff: they show nothing.
fn in_message_id(id: &str) -> Option<(ReportId, &str)> {
    if let Some((name, mac)) = parts(id) {
        return (name.audience == Audience::Customer).then_some((name.report, mac));
    }
    let (local, _) = id.rsplit_once('@')?;
    let (number, mac) = behind_report(local)?.split_once('.')?;
    let is_mac = mac.len() == DIGITS && mac.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((report_number(number).filter(|_| is_mac)?, mac))
}

/// What stands behind `report-`, which some programs write in capitals.
fn behind_report(local: &str) -> Option<&str> {
    const BEGIN: &str = "report-";
    let (begin, rest) = local.split_at_checked(BEGIN.len())?;
    begin.eq_ignore_ascii_case(BEGIN).then_some(rest)
}

fn parts(id: &str) -> Option<(NoticeName, &str)> {
    let (local, _) = id.rsplit_once('@')?;
    let mut parts = behind_report(local)?.splitn(5, '.');
    let report = report_number(parts.next()?)?;
    let notice = Notice::parse(&parts.next()?.to_ascii_lowercase())?;
    let audience = Audience::parse(&parts.next()?.to_ascii_lowercase())?;
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
        let quoted = format!("\"{}", address.replace('@', "\"@"));
        assert_eq!(shown(&tokens, &quoted, ""), genuine);
        assert_eq!(shown(&tokens, "", &id.to_uppercase()), genuine, "in capitals");
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
    fn what_holds_a_thread_together_shows_its_report_by_its_code() {
        let tokens = AnswerTokens::new("secret");
        let mac = tokens.of(ReportId(92));
        let thread = format!("report-92.{mac}@example.com");
        assert_eq!(shown(&tokens, "", &thread), Shown::Report(ReportId(92)));
        assert_eq!(shown(&tokens, "", &thread.replace("-92", "-93")), Shown::False);
        for other in
            ["report-92@example.com", "report-92.opened@example.com", "report-92.0@example.com"]
        {
            assert_eq!(shown(&tokens, "", other), Shown::Nothing, "{other}");
        }
    }

    #[test]
    fn a_code_is_found_in_the_head_of_a_mail_and_only_there() {
        let tokens = AnswerTokens::new("secret");
        let mac = tokens.of(ReportId(92));
        let address = format!("abuse+r92.{mac}@example.com");
        let found = |raw: &str| tokens.shown_in_head(raw.as_bytes());
        let report = Some(ReportId(92));
        assert_eq!(found(&format!("From: a@x\r\nTo: Desk <{address}>\r\n\r\nx")), report);
        assert_eq!(found(&format!("From: a@x\nTo: {}\n\nx", address.to_uppercase())), report);
        assert_eq!(found(&format!("References: <a@x>\r\n <report-92.{mac}@example.com>")), report);
        let quoted = address.replace('@', "\"@");
        assert_eq!(found(&format!("To: <\"{quoted}>\r\n\r\nx")), report);
        for before in ["\u{FEFF}", "\r\n", "\n\n", "\u{FEFF}\r\n"] {
            assert_eq!(found(&format!("{before}From: a@x\r\nTo: {address}\r\n\r\nx")), report);
        }
        assert_eq!(found(&format!("From: a@x\rTo: {address}\r\rx")), report);
        assert_eq!(found(&format!("From: a@x\r\rTo: {address}\r")), None, "in the body");
        assert_eq!(found(&format!("Subject: x\r\n\r\nTo: {address}\r\n")), None, "in the body");
        assert_eq!(found(&format!("To: {}\r\n\r\n", address.replace("r92", "r93"))), None);
        let far = format!("X: {}\r\nTo: {address}\r\n\r\n", "x".repeat(HEAD));
        assert_eq!(found(&far), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn reports_are_named_in_message_ids_of_ours_false_addresses_and_subjects() {
        let named = |address: &str, reference: &str, subject: &str| {
            let is_ours = |domain: &str| domain == "example.com";
            let found = named([address].into_iter(), [reference].into_iter(), subject, is_ours);
            found.into_iter().map(|report| report.0).collect::<Vec<_>>()
        };
        assert_eq!(named("", "report-7@example.com", ""), [7]);
        assert_eq!(named("", "report-7.opened.customer.1.x@example.com", "Re: [abuse #7] x"), [7]);
        assert_eq!(named("abuse+r8.00@example.com", "", "AW: [Abuse #9] x [abuse #7]"), [8, 9, 7]);
        assert_eq!(named("", "report-7@example.net", "[abuse #] [abuse #x] [abuse 7]"), [0_i64; 0]);
        for subject in [
            "Re: [abuse  #7] x",
            "Re: [abuse\u{a0}#7] x",
            "(abuse #7)",
            "Abuse #7: done",
            "RE: ABUSE #7",
        ] {
            assert_eq!(named("", "", subject), [7], "{subject}");
        }
        assert_eq!(named("", "REPORT-7.OPENED@example.com", ""), [7]);
        assert_eq!(named("", "", "reabuse #7 abuse #7x"), [0_i64; 0]);
        let many = (0..50).map(|number| format!("[abuse #{number}]")).collect::<Vec<_>>().concat();
        assert_eq!(named("", "", &many).len(), MOST_NAMED);
    }

    #[test]
    fn the_longest_address_fits_what_mail_servers_take() {
        let local = "a".repeat(LONGEST_LOCAL_PART);
        let address = AnswerTokens::new("s").address(&format!("{local}@x"), ReportId(i64::MAX));
        let address = address.expect("an address");
        assert_eq!(address.rsplit_once('@').map(|(local, _)| local.len()), Some(64));
    }
}
