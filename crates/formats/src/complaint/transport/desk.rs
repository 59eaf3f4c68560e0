//! What help desks, mailing lists and gateways put around a complaint.

use crate::complaint::document::{Author, Headers};

/// Prefixes of subjects that only say that a mail was answered or handed on, in lower case.
const HANDED_ON: &[&str] = &[
    "re", "fwd", "fw", "wg", "aw", "tr", "rv", "enc", "res", "i", "vs", "vl", "doorst", "antw",
    "ref", "sv", "rif", "r", "odp", "pd", "ats", "per",
];

/// Words in brackets that gateways put before subjects, in lower case.
const BANNERS: &[&str] = &[
    "external",
    "external sender",
    "external email",
    "external mail",
    "extern",
    "extern",
    "externe",
    "ext",
    "spam",
    "suspected spam",
    "possible spam",
    "bulk",
    "caution",
    "warning: external",
    "external e-mail",
    "non-interne",
    "securemail",
    "mail externe",
];

/// The subject without banners, ticket numbers of help desks, and `Fwd:`.
pub(super) fn bare_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    // Each turn takes something off, or it was the last.
    while let Some(shorter) = without_prefix(rest) {
        rest = shorter.trim_start();
    }
    rest
}

/// Whether a subject says that its mail hands on another: `Fwd: …`.
pub(super) fn is_forward(subject: &str) -> bool {
    let word = subject.trim_start().split(':').next().unwrap_or_default().trim();
    ["fwd", "fw", "wg", "tr", "rv", "enc", "doorst", "vl"].contains(&word.to_lowercase().as_str())
}

fn without_prefix(subject: &str) -> Option<&str> {
    if let Some(inner) = subject.strip_prefix('[') {
        let (inner, rest) = inner.split_once(']')?;
        let lower = inner.trim().to_lowercase();
        return (BANNERS.contains(&lower.as_str()) || is_ticket(&lower)).then_some(rest);
    }
    if let Some(inner) = subject.strip_prefix("***") {
        let (inner, rest) = inner.split_once("***")?;
        return (inner.len() < 40).then_some(rest);
    }
    let (word, rest) = subject.split_once(':')?;
    let word = word.trim_end();
    // `Re[2]:`, `RE(3):`
    let word = word.split(['[', '(']).next().unwrap_or_default();
    HANDED_ON.contains(&word.to_lowercase().as_str()).then_some(rest)
}

/// `rt.example.net #10201`, `Ticket#123`, `MasterDC support #702321`: a help desk's own number. `SpamCop (…) id:1` and the
/// numbers of reporters have no blank before a `#`, or stand at once for the reporter.
fn is_ticket(inner: &str) -> bool {
    let Some((name, number)) = inner.rsplit_once('#') else { return false };
    let is_number =
        !number.is_empty() && number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit());
    is_number
        && (name.ends_with(' ') || name.is_empty() || matches!(name, "ticket" | "case" | "rt"))
}

/// Lines below the notice of a help desk that are looked at for its end.
const LONGEST_NOTICE: usize = 20;

/// What Request Tracker writes above a mail that it hands on: (who wrote it, the rest).
pub(super) fn without_ticket_notice(text: &str) -> Option<(Author, &str)> {
    let begin = text.trim_start();
    let mut at = 0;
    let mut requestor = Author::default();
    let mut is_notice = false;
    for line in begin.split_inclusive('\n').take(LONGEST_NOTICE) {
        at += line.len();
        let line = line.trim();
        if line.contains(": Request ") && line.contains(" was acted upon") {
            is_notice = true;
        }
        for label in ["Requestors:", "Transaction: Ticket created by "] {
            if let Some(value) = line.strip_prefix(label).filter(|value| value.contains('@')) {
                requestor = author(value.split(',').next().unwrap_or_default());
            }
        }
        if line.starts_with("Ticket <URL:") || line.starts_with("<URL:") {
            let ends = line.ends_with('>');
            let rest = &begin[at..];
            // The link may be wrapped.
            let rest = if ends {
                rest
            } else {
                rest.split_once('>')
                    .filter(|(link, _)| link.len() < 500)
                    .map_or(rest, |(_, rest)| rest)
            };
            return Some((requestor, rest.trim_start_matches(['\n', ' '])));
        }
        let may_go_on = line.is_empty() || line.contains(':') || is_notice;
        if !may_go_on {
            return None;
        }
    }
    None
}

/// Texts that lists put below a mail, by how they begin.
const FOOTERS: &[&str] = &[
    "\n-- \nYou received this message because you are subscribed to the Google Groups",
    "\n--\nYou received this message because you are subscribed to the Google Groups",
    "\nYou received this message because you are subscribed to the Google Groups",
    "\n_______________________________________________\n",
];

/// The text without the footer of a list, which stands in its last part.
pub(super) fn without_footer(text: &str) -> &str {
    let from = text.floor_char_boundary(text.len().saturating_sub(2_000));
    let find = |footer: &&str| memchr::memmem::find(&text.as_bytes()[from..], footer.as_bytes());
    let begin = FOOTERS.iter().filter_map(find).min();
    let is_all = |at: usize| text[..from + at].trim().is_empty();
    match begin {
        Some(at) if !is_all(at) => text[..from + at].trim_end(),
        _ => text,
    }
}

/// Who wrote a mail: the headers that tell of an author behind a list or a help desk before `From`.
pub(super) fn original_author(headers: &Headers) -> (Author, Option<Author>) {
    let from = headers.get("From").map(author).unwrap_or_default();
    let lower = from.name.to_lowercase();
    let is_rewritten = lower.contains(" via ");
    let telling =
        ["X-Original-From", "X-Original-Sender", "X-Google-Original-From", "X-RT-Originator"];
    let original = telling
        .iter()
        .filter_map(|name| headers.get(name))
        .map(author)
        .find(|author| author.email.contains('@'));
    let reply_to = || {
        headers
            .get("Reply-To")
            .filter(|_| is_rewritten)
            .map(author)
            .filter(|author| author.email != from.email)
    };
    match original
        .or_else(reply_to)
        .filter(|original| !original.email.eq_ignore_ascii_case(&from.email))
    {
        Some(mut original) => {
            if original.name.is_empty() && is_rewritten {
                let end =
                    lower.find(" via ").filter(|at| from.name.is_char_boundary(*at)).unwrap_or(0);
                let name = from.name[..end].trim().trim_matches(['\'', '"']);
                original.name = if name.contains('@') { String::new() } else { name.to_owned() };
            }
            (original, Some(from))
        }
        None => (from, None),
    }
}

/// An author as headers write one.
pub(super) fn author(value: &str) -> Author {
    let value = value.trim();
    // `[mailto:a@example.com]`, as Outlook writes it into texts.
    if let Some((name, address)) = value.split_once("[mailto:") {
        let email = address.split(']').next().unwrap_or_default().trim().to_owned();
        return Author { name: unquoted(name), email };
    }
    match value.rsplit_once('<') {
        Some((name, address)) => {
            let email = address.split('>').next().unwrap_or_default().trim();
            let email = email.strip_prefix("mailto:").unwrap_or(email).to_owned();
            Author { name: unquoted(name), email }
        }
        None => {
            let words = value.split_whitespace();
            let email = words.clone().find(|word| word.contains('@')).unwrap_or_default();
            let email = email.trim_matches(['<', '>', ',', ';', '"', '(', ')']).to_owned();
            // `a@example.com (Name)`
            let name = value.split_once('(').map_or("", |(_, name)| name.trim_end_matches(')'));
            Author { name: if email.is_empty() { unquoted(value) } else { unquoted(name) }, email }
        }
    }
}

fn unquoted(name: &str) -> String {
    name.trim().trim_matches(['"', '\'']).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_without_what_was_put_before_them() {
        for (subject, bare) in [
            (
                "[External Sender] Fwd: [rt.example.net #10201] Abuse from 192.0.2.1",
                "Abuse from 192.0.2.1",
            ),
            ("[rt.example.net #1] [Support #702321] Report", "Report"),
            ("WG: AW: Re[2]: x", "x"),
            ("***SPAM*** x", "x"),
            ("[SpamCop (192.0.2.1) id:1]x", "[SpamCop (192.0.2.1) id:1]x"),
            ("[CB-Report#20260101-1] x", "[CB-Report#20260101-1] x"),
            ("[LeakIX] Critical", "[LeakIX] Critical"),
            ("Report: 192.0.2.1", "Report: 192.0.2.1"),
            ("", ""),
        ] {
            assert_eq!(bare_subject(subject), bare, "{subject}");
        }
    }

    #[test]
    fn the_author_is_who_wrote_it_before_a_list_did() {
        for (headers, email, name) in [
            (
                vec![
                    ("From", "'Reporter' via abuse <abuse@example.net>"),
                    ("X-Original-Sender", "r@example.com"),
                ],
                "r@example.com",
                "Reporter",
            ),
            (
                vec![
                    ("From", "Reporter via RT <abuse@example.net>"),
                    ("Reply-To", "R <r@example.com>"),
                ],
                "r@example.com",
                "R",
            ),
            (
                vec![("From", "R <r@example.com>"), ("Reply-To", "other@example.com")],
                "r@example.com",
                "R",
            ),
            (vec![("From", "r@example.com (Reporter)")], "r@example.com", "Reporter"),
        ] {
            let headers = Headers(
                headers
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
            );
            let (author, _) = original_author(&headers);
            assert_eq!((author.email.as_str(), author.name.as_str()), (email, name));
        }
    }

    #[test]
    fn the_notice_of_a_help_desk_is_taken_off() {
        let text = "Fri Sep 15 18:56:00 2026: Request 1 was acted upon.\n Transaction: Ticket created by r@example.com\n       Queue: abuse\n  Requestors: r@example.com\n Ticket <URL: https://rt.example.net/1 >\n\n\nThe text\n";
        let (author, rest) = without_ticket_notice(text).unwrap_or_default();
        assert_eq!((author.email.as_str(), rest), ("r@example.com", "The text\n"));
        assert_eq!(without_ticket_notice("Dear team,\n\nTicket <URL: x>\n"), None);
    }

    #[test]
    fn the_footer_of_a_list_is_taken_off_and_never_the_whole_text() {
        assert_eq!(
            without_footer("x\n\n_______________________________________________\nlist\n"),
            "x"
        );
        let only = "\n_______________________________________________\nlist\n";
        assert_eq!(without_footer(only), only);
    }
}
