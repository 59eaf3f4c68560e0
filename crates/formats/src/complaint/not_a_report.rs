//! What comes to an abuse desk and is no report: told by its form first, by its words only where they leave no doubt.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::NotAReport;
use super::address;
use super::document::{Document, PartRole};
use super::marks::Mark;

/// Bytes at the beginning of a text in which its purpose shows.
const BEGINNING: usize = 3_000;

/// Why this is no report, and by what that shows.
pub(crate) fn judge(document: &Document) -> Option<(NotAReport, &'static str)> {
    by_form(document).or_else(|| by_words(document))
}

fn by_form(document: &Document) -> Option<(NotAReport, &'static str)> {
    if is_aggregate(document) {
        return Some((
            NotAReport::DmarcAggregate,
            "aggregate statistics of DMARC or TLS reporting",
        ));
    }
    if is_not_spam(document) {
        return Some((NotAReport::Other, "its Feedback-Type is not-spam"));
    }
    if has_report(document) {
        return None;
    }
    if is_bounce(document) {
        return Some((NotAReport::Bounce, "a mail server tells of a delivery"));
    }
    if is_answer(document) {
        return Some((NotAReport::Answer, "it answers a notice of ours"));
    }
    if !is_automatic(document) {
        return None;
    }
    // Help desks mark their acknowledgements as automatic answers.
    Some(match said(&document.subject.to_lowercase()) {
        Some(NotAReport::TicketAck) => (NotAReport::TicketAck, "its subject says so"),
        _ => (NotAReport::AutoReply, "a machine answers by itself"),
    })
}

/// Something in it is for programs of abuse desks.
fn has_report(document: &Document) -> bool {
    document.headers.get("X-XARF").is_some()
        || document.headers.get("X-ARF").is_some()
        || document.parts.iter().any(|part| {
            part.media_type == "message/feedback-report"
                || part.is_named("xarf.json")
                || part.is_named("report.txt")
        })
}

/// RFC 7489 §7.2.1.1 names files `receiver!domain!begin!end.xml.gz`; RFC 8460 has headers and media types of its own.
fn is_aggregate(document: &Document) -> bool {
    let is_file = |name: &str| {
        let name = name.to_ascii_lowercase();
        let is_kind = [".xml", ".xml.gz", ".zip", ".gz", ".json", ".json.gz"]
            .iter()
            .any(|ending| name.ends_with(ending));
        is_kind && name.matches('!').count() >= 3
    };
    let is_content = |begin: &[u8]| {
        if !matches!(begin.first(), Some(b'<' | b'{')) {
            return false;
        }
        let begin = String::from_utf8_lossy(&begin[..begin.len().min(1_000)]).to_ascii_lowercase();
        begin.contains("<feedback") && begin.contains("<report_metadata")
            || begin.starts_with('{')
                && begin.contains("\"organization-name\"")
                && begin.contains("date-range")
    };
    let subject = document.subject.to_ascii_lowercase();
    document.headers.get("TLS-Report-Domain").is_some()
        || subject.starts_with("report domain:") && subject.contains("submitter:")
        || document.parts.iter().any(|part| {
            part.media_type.starts_with("application/tlsrpt")
                || is_file(&part.name)
                || part.role != PartRole::Evidence && is_content(part.begin())
        })
}

fn is_not_spam(document: &Document) -> bool {
    let feedback = document.part(|part| part.media_type == "message/feedback-report");
    feedback.is_some_and(|part| {
        let text = part.text();
        let mut lines = text.lines().take(50).map(str::to_ascii_lowercase);
        lines.any(|line| {
            line.strip_prefix("feedback-type:").is_some_and(|kind| kind.trim() == "not-spam")
        })
    })
}

fn is_bounce(document: &Document) -> bool {
    let local = document.author.email.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let kind = document.headers.get("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let subject = document.subject.to_ascii_lowercase();
    let is_by_server =
        matches!(local.as_str(), "mailer-daemon" | "postmaster" | "mail-daemon" | "mdaemon");
    let is_to_nobody =
        || document.headers.get("Return-Path").is_some_and(|path| path.trim() == "<>");
    let says_so = || {
        [
            "undeliver",
            "delivery status notification",
            "delivery failure",
            "delivery failed",
            "returned mail",
            "mail delivery failed",
            "failure notice",
            "unzustellbar",
            "non remis",
            "mail delivery subsystem",
            "message not delivered",
            "could not be delivered",
            "delivery has failed",
            "delayed mail",
            "no se puede entregar",
            "não entregue",
        ]
        .iter()
        .any(|words| subject.contains(words))
    };
    let has_status = document.parts.iter().any(|part| part.media_type == "message/delivery-status");
    has_status
        || kind.contains("report-type=delivery-status")
        || kind.contains("report-type=\"delivery-status\"")
        || (is_by_server || is_to_nobody()) && says_so()
}

/// To an address that only notices to customers have: `abuse+r92.0123456789abcdef01234567@example.net`, or in answer to the
/// Message-ID of one.
fn is_answer(document: &Document) -> bool {
    let addressed = ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"];
    let to = addressed
        .iter()
        .flat_map(|name| document.headers.all(name))
        .any(|value| value.split(['+']).skip(1).any(is_token));
    let answered = ["In-Reply-To", "References"];
    to || answered
        .iter()
        .flat_map(|name| document.headers.all(name))
        .flat_map(|value| value.split('<'))
        .any(is_notice)
}

/// `r92.0123456789abcdef01234567@…`
fn is_token(detail: &str) -> bool {
    let Some((number, rest)) =
        detail.strip_prefix(['r', 'R']).and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    is_number(number) && is_mac(rest)
}

/// `report-92.opened.customer.1700000000000.0123456789abcdef01234567@…`
fn is_notice(id: &str) -> bool {
    let Some((local, _)) = id.strip_prefix("report-").and_then(|rest| rest.split_once('@')) else {
        return false;
    };
    let mut pieces = local.split('.');
    pieces.next().is_some_and(is_number) && pieces.clone().count() >= 2
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_mac(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_hexdigit).count() == 24
        && text.as_bytes().get(24) == Some(&b'@')
}

/// An answering machine wrote it, and it does not sound as a complaint does: some reporters mark theirs as answers.
fn is_automatic(document: &Document) -> bool {
    let is = |name: &str, word: &str| {
        document
            .headers
            .all(name)
            .any(|value| value.to_ascii_lowercase().trim_start().starts_with(word))
    };
    let has = |name: &str| document.headers.get(name).is_some();
    let by_header = is("Auto-Submitted", "auto-replied")
        || is("Precedence", "auto_reply")
        || has("X-Autoreply")
        || has("X-Autorespond")
        || has("X-Auto-Reply-From");
    let subject = document.subject.to_lowercase();
    let by_subject = [
        "automatic reply",
        "auto-reply",
        "autoreply",
        "auto reply",
        "auto:",
        "out of office",
        "automatische antwort",
        "abwesenheit",
        "réponse automatique",
        "respuesta automática",
        "resposta automática",
        "automatisch antwoord",
        "risposta automatica",
        "autosvar",
        "vacation",
        "autoresponse",
        "auto response",
        "auto-response",
        "automatinis atsakymas",
    ]
    .iter()
    .any(|words| subject.starts_with(words) || subject.contains(&format!("[{words}]")));
    by_subject || by_header && !sounds_like_a_complaint(document)
}

/// What a complaint says about itself, in lower case.
const ALLEGING: &[&str] = &[
    "abuse report",
    "forensic report",
    "spam report",
    "complaint",
    "attack",
    "phish",
    "malware",
    "infring",
    "botnet",
    "brute",
    "scan",
    "abuse from",
    "vulnerab",
    "compromis",
    "unauthori",
    "takedown",
    "copyright",
    "fraud",
    "spamming",
    "hack",
];

fn sounds_like_a_complaint(document: &Document) -> bool {
    let subject = document.subject.to_lowercase();
    let answers = ["re:", "aw:"]
        .iter()
        .any(|prefix| document.whole_subject.to_lowercase().trim_start().starts_with(prefix));
    !answers && ALLEGING.iter().any(|word| subject.contains(word))
}

/// What texts say that are no reports, in lower case; in the subject or at the beginning. One that says two things is the first
/// of the list.
const SAYING: &[(&str, NotAReport)] = &[
    ("has been delisted", NotAReport::Delisting),
    ("been removed from the list", NotAReport::Delisting),
    ("was removed from our blocklist", NotAReport::Delisting),
    ("has been removed from our", NotAReport::Delisting),
    ("has been removed from the blocklist", NotAReport::Delisting),
    ("has been removed from the blacklist", NotAReport::Delisting),
    ("removed from the spamhaus", NotAReport::Delisting),
    ("delisting request", NotAReport::Delisting),
    ("delisting confirmation", NotAReport::Delisting),
    ("delist request", NotAReport::Delisting),
    ("removal request has been", NotAReport::Delisting),
    ("successfully delisted", NotAReport::Delisting),
    ("has been removed from the block list", NotAReport::Delisting),
    ("was delisted", NotAReport::Delisting),
    ("is no longer listed", NotAReport::Delisting),
    ("are no longer listed", NotAReport::Delisting),
    ("removal confirmation", NotAReport::Delisting),
    ("your request has been received", NotAReport::TicketAck),
    ("we have received your request", NotAReport::TicketAck),
    ("we have received your message", NotAReport::TicketAck),
    ("we have received your email", NotAReport::TicketAck),
    ("we have received your report", NotAReport::TicketAck),
    ("your ticket has been", NotAReport::TicketAck),
    ("a ticket has been created", NotAReport::TicketAck),
    ("ticket has been opened", NotAReport::TicketAck),
    ("ticket has been closed", NotAReport::TicketAck),
    ("ticket has been resolved", NotAReport::TicketAck),
    ("has been received and is being reviewed", NotAReport::TicketAck),
    ("has been received and a ticket", NotAReport::TicketAck),
    ("thank you for contacting", NotAReport::TicketAck),
    ("thank you for your report", NotAReport::TicketAck),
    ("thanks for your report", NotAReport::TicketAck),
    ("thank you for submitting", NotAReport::TicketAck),
    ("thank you for reporting", NotAReport::TicketAck),
    ("this is an automated confirmation", NotAReport::TicketAck),
    ("this is an automatic confirmation", NotAReport::TicketAck),
    ("your request has been updated", NotAReport::TicketAck),
    ("type your response above this line", NotAReport::TicketAck),
    ("reply above this line", NotAReport::TicketAck),
    ("has been assigned ticket", NotAReport::TicketAck),
    ("has been assigned the ticket", NotAReport::TicketAck),
    ("your case has been created", NotAReport::TicketAck),
    ("we received your request", NotAReport::TicketAck),
    ("we received your message", NotAReport::TicketAck),
    ("ihre anfrage ist eingegangen", NotAReport::TicketAck),
    ("wir haben ihre anfrage erhalten", NotAReport::TicketAck),
    ("wir haben ihre nachricht erhalten", NotAReport::TicketAck),
    ("your message has been received", NotAReport::TicketAck),
    ("your email has been received", NotAReport::TicketAck),
    ("your report has been received", NotAReport::TicketAck),
    ("your complaint has been received", NotAReport::TicketAck),
    ("request has been solved", NotAReport::TicketAck),
    ("vielen dank für ihre anfrage", NotAReport::TicketAck),
    ("nous avons bien reçu votre", NotAReport::TicketAck),
    ("hemos recibido su", NotAReport::TicketAck),
    ("recebemos sua", NotAReport::TicketAck),
    ("we hebben uw bericht ontvangen", NotAReport::TicketAck),
    ("ticket received", NotAReport::TicketAck),
    ("[request received]", NotAReport::TicketAck),
    ("request received:", NotAReport::TicketAck),
    ("potwierdzenie przyjęcia zgłoszenia", NotAReport::TicketAck),
    ("zgłoszenie zostało zarejestrowane", NotAReport::TicketAck),
    ("zgłoszenie zostało przyjęte", NotAReport::TicketAck),
    ("potwierdzamy otrzymanie", NotAReport::TicketAck),
    ("preferences have been updated", NotAReport::Other),
    ("has responded to your", NotAReport::Other),
    ("retraction of dmca", NotAReport::Other),
    ("dmca retraction", NotAReport::Other),
    ("dmca reversal", NotAReport::Other),
    ("retraction of notice", NotAReport::Other),
    ("notice of retraction", NotAReport::Other),
    ("retraction notice", NotAReport::Other),
    ("counter-notification", NotAReport::Other),
    ("counter notification", NotAReport::Other),
    ("counter-notice", NotAReport::Other),
    ("counter notice", NotAReport::Other),
    ("we consider this case closed", NotAReport::Other),
    ("case is now closed", NotAReport::Other),
    ("issue has been resolved", NotAReport::Other),
    ("we have closed", NotAReport::Other),
    ("this issue is now closed", NotAReport::Other),
    ("we are closing this", NotAReport::Other),
    ("no longer accessible and we have closed", NotAReport::Other),
    ("incident has been closed", NotAReport::Other),
];

static SAYINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(SAYING.iter().map(|(words, _)| words))
        .unwrap_or_else(|error| unreachable!("the sentences are constants: {error}"))
});

/// Bytes in which a text that only confirms something says so.
const FIRST_SENTENCES: usize = 700;

/// The first of the list that stands in a text in lower case.
fn said(text: &str) -> Option<NotAReport> {
    let found = SAYINGS.find_overlapping_iter(text).map(|found| found.pattern().as_usize());
    found.min().map(|at| SAYING[at].1)
}

fn by_words(document: &Document) -> Option<(NotAReport, &'static str)> {
    if has_report(document) {
        return None;
    }
    if is_counter_notice(document) {
        return Some((NotAReport::Other, "somebody contests a copyright notice"));
    }
    if document.headers.0.is_empty() {
        return None;
    }
    if is_settled_issue(document) {
        return Some((NotAReport::Other, "the subject says that the case is settled"));
    }
    if is_retraction(document) {
        return Some((NotAReport::Other, "a notice is taken back"));
    }
    if is_remedy(document) {
        return Some((NotAReport::Other, "an answer that says what was done"));
    }
    let subject = document.subject.to_lowercase();
    let begin = document.text[..document.text.floor_char_boundary(BEGINNING)].to_lowercase();
    if let Some(reason) = said(&subject) {
        return Some((reason, "its subject says so"));
    }
    // A sentence among others says less than a subject: whoever alleges something thanks, too.
    let first = &begin[..begin.floor_char_boundary(FIRST_SENTENCES)];
    if let Some(reason) = said(first)
        && !sounds_like_a_complaint(document)
        && !alleges(&begin)
    {
        return Some((reason, "its first sentences say so"));
    }
    is_marketing(document, &subject, &begin)
        .then_some((NotAReport::Other, "mail to many, without a word of abuse"))
}

/// What 17 U.S.C. 512(g)(3) wants of a counter-notice, and no notice has: consent to a court, and that it was a mistake.
fn is_counter_notice(document: &Document) -> bool {
    let contests = document.has(Mark::Jurisdiction) || document.has(Mark::ServiceOfProcess);
    contests && (document.has(Mark::Misidentification) || document.has(Mark::CounterNotice))
}

/// `Issue 1234567: resolved`
fn is_settled_issue(document: &Document) -> bool {
    let subject = document.subject.to_ascii_lowercase();
    let state = subject
        .strip_prefix("issue ")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_prefix(':'));
    let words = ["resolved", "closed", "taken down", "now resolved", "now closed"];
    state.is_some_and(|state| words.contains(&state.trim().trim_end_matches('.')))
}

/// Whoever complained takes it back, and says so at once.
fn is_retraction(document: &Document) -> bool {
    let first = &document.text[..document.text.floor_char_boundary(FIRST_SENTENCES)];
    // Each of the phrases has one of these.
    let has = |word: &str| memchr::memmem::find(first.as_bytes(), word.as_bytes()).is_some();
    if !has("etract") && !has("ithdraw") && !has("ETRACT") && !has("ITHDRAW") {
        return false;
    }
    let first = first.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    [
        "hereby retract",
        "we retract our",
        "wish to retract",
        "hereby withdraw our",
        "hereby withdraw the",
        "we withdraw our",
        "wish to withdraw our",
    ]
    .iter()
    .any(|words| first.contains(words))
}

/// What customers say that they did, in lower case.
const REMEDIES: &[&str] = &[
    "we have cleaned",
    "we cleaned",
    "has been cleaned",
    "we have reinstalled",
    "has been reinstalled",
    "we have removed the",
    "we have suspended",
    "we have fixed",
    "has been fixed",
    "wir haben den server bereinigt",
    "wurde bereinigt",
    "nous avons nettoyé",
    "hemos limpiado",
];

/// Longest answer that is taken for one, in bytes.
const LONGEST_ANSWER: usize = 1_000;

/// An answer in which somebody says what they did, and names no address and no page: whoever complains again does.
fn is_remedy(document: &Document) -> bool {
    let is_reply = document.headers.get("In-Reply-To").is_some()
        && ["re:", "aw:"].iter().any(|prefix| {
            document
                .whole_subject
                .trim_start()
                .get(..3)
                .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
        });
    if !is_reply {
        return false;
    }
    let own = document.text.lines().filter(|line| !line.trim_start().starts_with('>'));
    let own = own.collect::<Vec<_>>().join(" ").to_lowercase();
    own.len() <= LONGEST_ANSWER
        && REMEDIES.iter().any(|words| own.contains(words))
        && !own.contains("://")
        && !own.split_whitespace().any(|word| {
            address::refanged(word.trim_matches(|c: char| "()[]<>,;.:*".contains(c))).is_some()
        })
}

fn alleges(begin: &str) -> bool {
    [
        "we have detected",
        "we detected",
        "attack",
        "infringing",
        "unauthorized",
        "source ip",
        "phishing",
        "malware",
        "brute",
    ]
    .iter()
    .any(|word| begin.contains(word))
}

/// Newsletters: a way to unsubscribe, and nothing that a complaint says anywhere.
fn is_marketing(document: &Document, subject: &str, begin: &str) -> bool {
    let is_bulk = document.headers.get("List-Unsubscribe").is_some()
        || document.author.email.to_ascii_lowercase().starts_with("newsletter@");
    if !is_bulk {
        return false;
    }
    let words = [
        "abuse",
        "spam",
        "phish",
        "malware",
        "infring",
        "copyright",
        "attack",
        "botnet",
        "vulnerab",
        "compromis",
        "incident",
        "fraud",
        "scan",
        "report",
        "blocklist",
        "blacklist",
        "honeypot",
        "exposed",
    ];
    !words.iter().any(|word| subject.contains(word) || begin.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::complaint::{NotAReport, read};

    #[test]
    fn what_is_no_report_is_told_by_its_form_and_its_words() {
        for (headers, text, reason) in [
            (
                "Subject: Report Domain: example.com Submitter: example.org Report-ID: 1\n",
                "x",
                Some(NotAReport::DmarcAggregate),
            ),
            (
                "Subject: Undelivered Mail Returned to Sender\nReturn-Path: <>\n",
                "x",
                Some(NotAReport::Bounce),
            ),
            (
                "Subject: Automatic reply: Abuse from 192.0.2.1\n",
                "I am away.",
                Some(NotAReport::AutoReply),
            ),
            (
                "Subject: Re: Abuse\nAuto-Submitted: auto-replied\n",
                "We got it.",
                Some(NotAReport::AutoReply),
            ),
            (
                "Subject: Abuse report about 192.0.2.1\nAuto-Submitted: auto-replied\n",
                "Attack from 192.0.2.1",
                None,
            ),
            (
                "Subject: [Ticket 5] Your request has been received\n",
                "Hello",
                Some(NotAReport::TicketAck),
            ),
            ("Subject: 192.0.2.1\n", "The address has been delisted.", Some(NotAReport::Delisting)),
            (
                "Subject: Re: notice\nTo: abuse+r92.0123456789abcdef01234567@example.net\n",
                "Done",
                Some(NotAReport::Answer),
            ),
            (
                "Subject: Re: notice\nIn-Reply-To: <report-92.opened.customer.1.0123456789abcdef01234567@example.net>\n",
                "Done",
                Some(NotAReport::Answer),
            ),
            (
                "Subject: Sale!\nList-Unsubscribe: <https://example.com/u>\n",
                "Buy now",
                Some(NotAReport::Other),
            ),
            (
                "Subject: Cloudflare has responded to your DMCA report\n",
                "x",
                Some(NotAReport::Other),
            ),
            (
                "Subject: [#998811] Ticket received: Abuse from 192.0.2.1\n",
                "Thank you for contacting us.\n\nYour message:\n> Abuse from 192.0.2.1",
                Some(NotAReport::TicketAck),
            ),
            (
                "Subject: [Request received] Phishing report\nAuto-Submitted: auto-generated\n",
                "Your request (123456) has been received and is being reviewed.",
                Some(NotAReport::TicketAck),
            ),
            (
                "Subject: Zgloszenie 4455\n",
                "Dziękujemy, Państwa zgłoszenie zostało zarejestrowane pod numerem 4455.",
                Some(NotAReport::TicketAck),
            ),
            (
                "Subject: Issue 12: resolved\n",
                "The phishing attack at hxxps://bank.example/ has been taken down.",
                Some(NotAReport::Other),
            ),
            (
                "Subject: Issue 12: phishing attack at hxxps://bank.example/x\n",
                "It is not resolved: https://bank.example/x",
                None,
            ),
            (
                "Subject: Re: Abuse report on your server\nIn-Reply-To: <notice-1@example.net>\n",
                "Hello, we have cleaned the server.\n\n> Your server 192.0.2.10 was reported for spam",
                Some(NotAReport::Other),
            ),
            (
                "Subject: Re: Abuse report\nIn-Reply-To: <notice-1@example.net>\n",
                "You said that it has been fixed, but 192.0.2.10 attacks us again.",
                None,
            ),
            (
                "Subject: SpamCop report summary\n",
                "Your reporting preferences have been updated.",
                Some(NotAReport::Other),
            ),
            (
                "Subject: DMCA notice\n",
                "We hereby retract our notice about https://example.com/page.",
                Some(NotAReport::Other),
            ),
            (
                "Subject: Abuse from 192.0.2.1\n",
                "Thank you for your report.\nWe have detected an attack from 192.0.2.1.",
                None,
            ),
        ] {
            let mail = format!(
                "From: a@example.com\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n{headers}\n{text}\n"
            );
            let complaint = read("", mail.as_bytes()).remove(0);
            assert_eq!(complaint.not_a_report, reason, "{headers}");
            assert!(reason.is_none() || complaint.incidents.is_empty());
        }
    }
}
