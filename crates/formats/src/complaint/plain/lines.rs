//! What each line of a text is: a sentence, a line of a log, or something that only proves or explains and declares nothing.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::complaint::dates::{self, Stamp};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Written for whoever reads the complaint.
    Prose,
    /// Written by a program when something happened.
    Log,
    /// A mail that is shown as proof, or its headers; a register's entry; a route through the net. Nothing in it is declared.
    Proof,
}

/// A line with what it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Without its end.
    pub(super) text: &'t str,
    /// What it is.
    pub(super) kind: Kind,
    /// The date with which a line of a log begins.
    pub(super) stamp: Option<Stamp>,
}

/// The lines of a text.
pub(super) fn of(text: &str) -> Vec<Line<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    let mut at = 0;
    // Up to here was looked for proof already, and there is none.
    let mut looked = 0;
    while at < lines.len() {
        let (run, seen) = if at < looked { (0, 0) } else { proof_at(&lines[at..]) };
        crate::complaint::steps::take(seen + run);
        looked = looked.max(at + seen);
        if run > 0 {
            out.extend(lines[at..at + run].iter().map(|text| Line {
                text,
                kind: Kind::Proof,
                stamp: None,
            }));
            at += run;
            continue;
        }
        if is_signature(&lines[at..]) {
            out.extend(lines[at..].iter().map(|text| Line {
                text,
                kind: Kind::Proof,
                stamp: None,
            }));
            break;
        }
        let text = lines[at];
        let (kind, stamp) = kind(text);
        out.push(Line { text, kind, stamp });
        at += 1;
    }
    out
}

/// Lines that a signature has at most. What is longer is a part of the text below a line of the same look.
const LONGEST_SIGNATURE: usize = 12;

/// Whether the rest of a text is a signature: mail programs put `-- ` above it.
fn is_signature(lines: &[&str]) -> bool {
    lines[0] == "-- " && lines.len() <= LONGEST_SIGNATURE + 1
}

fn kind(line: &str) -> (Kind, Option<Stamp>) {
    if line.trim_start().starts_with('>') || is_hop(line) {
        return (Kind::Proof, None);
    }
    written(line)
}

/// How many lines from here on are proof, if that begins here, and how many were looked at.
fn proof_at(lines: &[&str]) -> (usize, usize) {
    let first = lines[0];
    let Some(name) = field_name(first) else { return (0, 0) };
    if is(name, REGISTER_BEGINS) {
        return register(lines);
    }
    if is(name, MAIL_BEGINS) { mail(lines) } else { (0, 0) }
}

/// With what entries of the registers of addresses begin, in lower case.
const REGISTER_BEGINS: &[&str] = &[
    "inetnum",
    "inet6num",
    "netrange",
    "netname",
    "route",
    "route6",
    "aut-num",
    "nethandle",
    "orgname",
    "% information related to",
];

/// Other fields that they have.
const REGISTER_GOES_ON: &[&str] = &[
    "inetnum",
    "inet6num",
    "netrange",
    "netname",
    "route",
    "route6",
    "aut-num",
    "nethandle",
    "orgname",
    "cidr",
    "descr",
    "country",
    "org",
    "org-name",
    "orgid",
    "admin-c",
    "tech-c",
    "abuse-c",
    "status",
    "mnt-by",
    "mnt-lower",
    "mnt-routes",
    "mnt-domains",
    "created",
    "last-modified",
    "source",
    "remarks",
    "origin",
    "originas",
    "nettype",
    "regdate",
    "updated",
    "ref",
    "parent",
    "organization",
    "organisation",
    "person",
    "role",
    "address",
    "phone",
    "fax-no",
    "nic-hdl",
    "abuse-mailbox",
    "e-mail",
    "comment",
    "city",
    "stateprov",
    "postalcode",
    "notify",
    "geoloc",
    "orgabuseemail",
    "orgabusehandle",
    "orgabusename",
    "orgabusephone",
    "orgabuseref",
    "orgtechhandle",
    "orgtechname",
    "orgtechphone",
    "orgtechemail",
    "orgtechref",
    "customer",
    "custname",
    "owner",
    "ownerid",
    "responsible",
    "inetrev",
    "nserver",
    "nsstat",
    "nslastaa",
    "changed",
    "orgtype",
    "org-type",
    "mnt-ref",
    "sponsoring-org",
    "as-name",
];

fn register(lines: &[&str]) -> (usize, usize) {
    let mut last = 0;
    let mut seen = 0;
    let mut known = 0;
    for (at, line) in lines.iter().enumerate() {
        seen = at;
        let bare = line.trim();
        let belongs = field_name(bare).is_some_and(|name| is(name, REGISTER_GOES_ON))
            || bare.starts_with('%')
            || bare.starts_with('#');
        if belongs {
            known += usize::from(!bare.starts_with(['%', '#']));
            last = at + 1;
        } else if !bare.is_empty() && !line.starts_with([' ', '\t']) {
            break;
        }
    }
    // One line alone is a label of somebody's table.
    if known >= 2 { (last, last) } else { (0, seen) }
}

/// Headers with which mails begin that are shown as proof, in lower case.
const MAIL_BEGINS: &[&str] = &[
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "message-id",
    "mime-version",
    "dkim-signature",
    "authentication-results",
    "received-spf",
    "arc-seal",
    "envelope-to",
    "x-envelope-from",
    "x-spam-status",
    "x-spam-flag",
    "x-spam-checker-version",
    "from",
    "subject",
    "x-received",
    "x-account-key",
    "x-apparently-to",
    "x-mozilla-status",
    "content-type",
    "x-ham-report",
    "x-virus-scanned",
];

/// Headers that only mails have.
const MAIL_HAS: &[&str] = &[
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "dkim-signature",
    "authentication-results",
    "content-type",
    "delivered-to",
    "received-spf",
    "x-received",
];

fn mail(lines: &[&str]) -> (usize, usize) {
    let mut headers = 0;
    let mut sure = 0;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        match field_name(line) {
            Some(name) => {
                headers += 1;
                sure += usize::from(is(name, MAIL_HAS));
            }
            None if line.starts_with([' ', '\t']) && !line.trim().is_empty() => {}
            // A line that an editor broke.
            None if sure > 0
                && !line.trim().is_empty()
                && lines.get(at + 1).is_some_and(|next| {
                    field_name(next).is_some_and(|name| is(name, MAIL_HAS))
                }) => {}
            None => break,
        }
        at += 1;
    }
    if sure == 0
        || headers < 2
            && field_name(lines[0]).is_none_or(|name| !is(name, &["received", "return-path"]))
    {
        return (0, at);
    }
    if headers < 3 {
        return (at, at);
    }
    // Its text follows, up to a rule that somebody drew below it.
    let rest = lines[at..].iter().position(|line| is_rule(line));
    let end = rest.map_or(lines.len(), |rule| at + rule);
    (end, end)
}

/// A line of dashes or the like, or one that says that something ends.
fn is_rule(line: &str) -> bool {
    let bare = line.trim();
    let is_drawn = bare.len() >= 5 && bare.bytes().all(|b| b"-=*_#+~".contains(&b));
    let lower = bare.get(..60.min(bare.len())).unwrap_or_default().to_ascii_lowercase();
    is_drawn
        || bare.starts_with("--")
            && lower.contains("end")
            && lower.trim_end_matches('-').len() < bare.len()
}

/// `Name: value`, as headers and registers have it.
fn field_name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(':')?;
    let is_name = (2..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    is_name.then_some(name)
}

fn is(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A hop of a route: ` 3  router.example.net (192.0.2.1)  0.812 ms`.
fn is_hop(line: &str) -> bool {
    let bare = line.trim_start();
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &bare[digits..];
    let is_numbered = (1..=2).contains(&digits) && rest.starts_with([' ', '\t', '.', ')', '|']);
    is_numbered && (rest.contains(" ms") || rest.contains("* * *") || rest.contains("msec"))
        || bare.starts_with("traceroute to")
        || bare.starts_with("Tracing route")
}

/// What only programs write.
const OF_LOGS: &[&str] = &[
    "sshd[",
    "sshd:",
    "kernel:",
    "postfix/",
    "dovecot",
    "SRC=",
    "DPT=",
    " HTTP/1.",
    " HTTP/2",
    "pam_unix",
    "authentication failure",
    "Failed password",
    "Invalid user",
    "proftpd",
    "exim[",
    "named[",
    "ModSecurity",
    "[error]",
    "client denied",
    "SASL LOGIN",
    " > ",
    "vsftpd",
    "pure-ftpd",
    "asterisk",
    "NOTICE[",
    "WARNING[",
    "DROP ",
    "[**]",
    "{TCP}",
    "{UDP}",
    "%ASA-",
    "filterlog",
    "Flags [",
    " -> ",
    "authenticator failed",
    "Access denied for user",
    "FAIL LOGIN",
];

static LOGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(OF_LOGS);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

/// `192.0.2.1 - - [05/Jan/2026:10:00:00 +0000]`, as web servers write it.
pub(super) fn has_access(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr::memchr_iter(b'[', bytes).any(|at| bytes[..at].ends_with(b" - - "))
}

/// Whether a program wrote a line when something happened: it begins with when, or has what programs write. With the date with
/// which it begins, if that is the first in it.
fn written(line: &str) -> (Kind, Option<Stamp>) {
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•' | '[' | '"' | '\'' | '|' | '#');
    let bare = line.trim_start_matches(is_mark);
    let stamp = bare
        .starts_with(|c: char| c.is_ascii_alphanumeric())
        .then(|| dates::read(bare))
        .flatten()
        .filter(Stamp::has_time);
    if let Some(stamp) = stamp.filter(|_| bare.len() > 24) {
        // Behind a dash it would not be found, and seconds since 1970 are no date elsewhere.
        let is_first = bare.len() == line.len() && !stamp.is_counted();
        return (Kind::Log, is_first.then_some(stamp));
    }
    let is_log = has_access(bare) || LOGS.is_match(bare);
    (if is_log { Kind::Log } else { Kind::Prose }, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        of(text).iter().map(|line| line.kind).collect()
    }

    #[test]
    fn what_proves_is_told_from_what_declares() {
        use Kind::{Log, Proof, Prose};
        for (text, kinds_of_it) in [
            ("Dear team,\n> quoted 192.0.2.1", vec![Prose, Proof]),
            (
                "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: X\ncountry: DE\n\nBye",
                vec![Proof, Proof, Proof, Prose, Prose],
            ),
            ("CIDR: 192.0.2.0/24\nIP: 192.0.2.1", vec![Prose, Prose]),
            (" 1  a.example (192.0.2.1)  0.5 ms\n 2  * * *", vec![Proof, Proof]),
            (
                "Received: from [192.0.2.1]\n by x\nSubject: y\nMessage-ID: <z>\n\nBuy now\n-----\nBye",
                vec![Proof, Proof, Proof, Proof, Proof, Proof, Prose, Prose],
            ),
            ("Jan  5 10:00:00 host sshd[1]: Failed password from 192.0.2.1\nX", vec![Log, Prose]),
            ("192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200", vec![Log]),
            ("Subject: something\nIP: 192.0.2.1", vec![Prose, Prose]),
            ("Bye\n-- \nSent from 192.0.2.1\nIP: 192.0.2.1", vec![Prose, Proof, Proof, Proof]),
            ("Bye\n--\nIP: 192.0.2.1", vec![Prose, Prose, Prose]),
        ] {
            assert_eq!(kinds(text), kinds_of_it, "{text}");
        }
    }
}
