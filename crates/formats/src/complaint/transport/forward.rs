//! Complaints inside of other mails: forwards in the text, and mails that come as attachments.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

use crate::complaint::dates;
use crate::complaint::document::{Author, Sent};

use super::desk;

/// Lines that say that a forwarded mail follows, in lower case.
const MARKERS: &[&str] = &[
    "original message",
    "forwarded message",
    "begin forwarded message",
    "begin of forwarded message",
    "begin of the forwarded message",
    "forwarded by",
    "ursprüngliche nachricht",
    "original-nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten",
    "message d'origine",
    "message original",
    "message d’origine",
    "message transféré",
    "message transfere",
    "début du message réexpédié",
    "mensaje original",
    "mensaje reenviado",
    "mensagem original",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "persiunčiamas laiškas",
    "persiųstas laiškas",
    "originalus laiškas",
    "pradinis laiškas",
    "messaggio originale",
    "messaggio inoltrato",
    "wiadomość oryginalna",
    "wiadomość przekazana",
    "původní zpráva",
    "přeposlaná zpráva",
    "ursprungligt meddelande",
    "vidarebefordrat meddelande",
    "oprindelig meddelelse",
    "videresendt meddelelse",
    "opprinnelig melding",
    "videresendt melding",
    "alkuperäinen viesti",
    "исходное сообщение",
    "пересылаемое сообщение",
    "переслане повідомлення",
    "eredeti üzenet",
    "mesaj original",
    "元のメッセージ",
    "転送メッセージ",
    "原始邮件",
    "转发的邮件",
    "원본 메시지",
];

static MARKERS_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .start_kind(StartKind::Anchored)
        .kind(Some(AhoCorasickKind::DFA))
        .build(MARKERS);
    built.unwrap_or_else(|error| unreachable!("the words are constants: {error}"))
});

/// What the headers of a forwarded mail are called, in lower case.
const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "van",
    "nuo",
    "da",
    "od",
    "expéditeur",
    "remitente",
    "afzender",
    "siuntėjas",
    "från",
    "fra",
    "lähettäjä",
    "от",
    "від",
    "feladó",
    "kimden",
    "de la",
    "odesílatel",
    "mittente",
    "nadawca",
    "差出人",
    "送信元",
    "发件人",
    "寄件者",
    "보낸 사람",
];
const SENT: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "envoye",
    "enviado",
    "enviado el",
    "fecha",
    "data",
    "verzonden",
    "išsiųsta",
    "inviato",
    "enviada em",
    "enviado em",
    "enviada",
    "wysłano",
    "odesláno",
    "skickat",
    "sendt",
    "dato",
    "lähetetty",
    "päivä",
    "отправлено",
    "дата",
    "надіслано",
    "elküldve",
    "dátum",
    "gönderilme",
    "tarih",
    "trimis",
    "送信日時",
    "日付",
    "发送时间",
    "日期",
    "보낸 날짜",
    "날짜",
];
const TO: &[&str] = &[
    "to",
    "an",
    "à",
    "a",
    "pour",
    "para",
    "aan",
    "kam",
    "cc",
    "kopie",
    "destinataire",
    "do",
    "bcc",
    "komu",
    "till",
    "til",
    "vastaanottaja",
    "кому",
    "címzett",
    "kime",
    "către",
    "宛先",
    "收件人",
    "받는 사람",
    "kopia",
    "copia",
    "копия",
];
const SUBJECT: &[&str] = &[
    "subject",
    "betreff",
    "objet",
    "sujet",
    "asunto",
    "assunto",
    "onderwerp",
    "tema",
    "oggetto",
    "temat",
    "předmět",
    "ämne",
    "emne",
    "aihe",
    "тема",
    "tárgy",
    "konu",
    "subiect",
    "件名",
    "主题",
    "主旨",
    "제목",
];
const OTHERS: &[&str] = &[
    "reply-to",
    "importance",
    "attachments",
    "anlagen",
    "organization",
    "priority",
    "message-id",
    "resent-from",
    "antwort an",
    "wichtigkeit",
];

/// A complaint that somebody forwarded within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forward<'t> {
    /// What stands above it.
    pub(super) note: &'t str,
    /// Who wrote it, as far as it says.
    pub(super) author: Author,
    /// To whom, as it says.
    pub(super) to: String,
    /// Its subject.
    pub(super) subject: String,
    /// When it was written.
    pub(super) sent: Option<Sent>,
    /// Its text.
    pub(super) text: Cow<'t, str>,
}

/// The first mail that is forwarded in a text: a marker and headers, or the headers that Outlook writes without one.
pub(super) fn inline(text: &str) -> Option<Forward<'_>> {
    let mut at = 0;
    let mut after_blank = true;
    let mut marked = false;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let (quotes, bare) = without_quotes(line.trim_end());
        let bare = bare.trim();
        if bare.is_empty() {
            after_blank = true;
            continue;
        }
        if is_marker(bare) {
            marked = true;
            after_blank = true;
            continue;
        }
        let may_begin = after_blank || marked;
        if may_begin
            && header(bare).is_some_and(|(name, _)| {
                is(name, FROM) || marked && [SENT, SUBJECT, TO].iter().any(|names| is(name, names))
            })
            && let Some(forward) = headers_at(text, begin, quotes, marked)
        {
            return Some(forward);
        }
        // A line is drawn above the headers, perhaps with a word in it.
        after_blank = is_rule(bare);
        // Headers come at once, or none do.
        marked = false;
    }
    None
}

/// `______`, `==== Complaint ====`.
fn is_rule(line: &str) -> bool {
    let is_drawn = |c: char| matches!(c, '_' | '-' | '=' | '*' | '#' | '~');
    let begin = line.len() - line.trim_start_matches(is_drawn).len();
    let end = line.len() - line.trim_end_matches(is_drawn).len();
    begin >= 3 && end >= 3 && line.len() < 100
}

/// How deep a line is quoted, and what is quoted.
fn without_quotes(line: &str) -> (usize, &str) {
    let mut rest = line.trim_start();
    let mut depth = 0;
    while let Some(inner) = rest.strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
        depth += 1;
    }
    if depth == 0 { (0, line) } else { (depth, rest) }
}

fn is_marker(line: &str) -> bool {
    if line.len() > 120 {
        return false;
    }
    let is_drawn = |c: char| matches!(c, '-' | '_' | '=' | '*' | '#' | '>' | '<' | ' ');
    let bare = line.trim_matches(is_drawn).trim_end_matches(':');
    if bare.is_ascii() {
        let input = Input::new(bare).anchored(Anchored::Yes);
        return MARKERS_FINDER.find(input).is_some_and(|found| bare.len() - found.end() < 60);
    }
    let lower = bare.to_lowercase();
    MARKERS.iter().any(|marker| lower.strip_prefix(marker).is_some_and(|rest| rest.len() < 60))
}

/// `From: …`, `*Von:* …`, `De : …`.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once([':', '：'])?;
    let name = name.trim().trim_matches('*').trim();
    let value = value.trim_start_matches('*').trim();
    ((1..=20).contains(&name.chars().count())).then_some((name, value))
}

fn is(name: &str, names: &[&str]) -> bool {
    names.contains(&name.to_lowercase().as_str())
}

/// Headers that a forwarded mail can have, folded lines among them.
const MOST_HEADERS: usize = 24;

fn headers_at(text: &str, begin: usize, quotes: usize, marked: bool) -> Option<Forward<'_>> {
    let (mut author, mut to, mut subject, mut sent) = (None, String::new(), None, None);
    let mut known = 0;
    let mut at = begin;
    let mut last_is_subject = false;
    for line in text[begin..].split_inclusive('\n').take(MOST_HEADERS) {
        crate::complaint::steps::take(line.len());
        let (_, bare) = without_quotes(line.trim_end());
        let bare = bare.trim_end();
        if bare.trim().is_empty() {
            at += line.len();
            // Between the headers of some programs stand empty lines.
            if known >= 2 {
                break;
            }
            continue;
        }
        match header(bare.trim()) {
            Some((name, value)) if is(name, FROM) && author.is_none() => {
                author = Some(desk::author(value));
            }
            Some((name, value)) if is(name, SENT) && sent.is_none() => {
                sent = Some(dates::sent(value));
            }
            Some((name, value)) if is(name, TO) => to.push_str(value),
            Some((name, value)) if is(name, SUBJECT) && subject.is_none() => {
                subject = Some(value.to_owned());
            }
            Some((name, _)) if is(name, OTHERS) => {}
            _ if bare.starts_with([' ', '\t']) || last_is_subject => {
                if let Some(subject) = subject.as_mut().filter(|_| last_is_subject) {
                    subject.push(' ');
                    subject.push_str(bare.trim());
                }
                at += line.len();
                last_is_subject = false;
                continue;
            }
            _ => break,
        }
        known += 1;
        last_is_subject = header(bare.trim()).is_some_and(|(name, _)| is(name, SUBJECT));
        at += line.len();
    }
    // Below a marker two are enough; without one who, when, and what about.
    let is_whole =
        if marked { known >= 2 } else { author.is_some() && sent.is_some() && subject.is_some() };
    is_whole.then(|| Forward {
        note: &text[..marker_above(text, begin, marked)],
        author: author.unwrap_or_default(),
        to,
        subject: subject.unwrap_or_default(),
        sent: sent.flatten(),
        text: unquoted(&text[at.min(text.len())..], quotes),
    })
}

/// Where the note above a forward ends: above the marker, too.
fn marker_above(text: &str, begin: usize, marked: bool) -> usize {
    if !marked {
        return begin;
    }
    let before = text[..begin].trim_end();
    before.rfind('\n').map_or(0, |at| at + 1)
}

/// The text without so many quotation marks before each line.
fn unquoted(text: &str, depth: usize) -> Cow<'_, str> {
    crate::complaint::steps::take(text.len());
    if depth == 0 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        for _ in 0..depth {
            let trimmed = rest.trim_start_matches(' ');
            let Some(inner) = trimmed.strip_prefix('>') else { break };
            rest = inner.strip_prefix(' ').unwrap_or(inner);
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// What stands above a complaint that is handed on, in lower case.
const HANDING_ON: &[&str] = &[
    "see below",
    "see the original",
    "original report below",
    "complaint below",
    "report below",
    "forwarded",
    "weitergeleitet",
    "siehe unten",
    "ci-dessous",
];

/// A text of which everything is quoted, and perhaps a few lines above that say whose it is or that it is handed on: what is
/// quoted.
pub(super) fn wholly_quoted(text: &str, is_forward: bool) -> Option<String> {
    let mut quoted = 0;
    let mut introduction = 0;
    let mut last = "";
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with('>') {
            quoted += 1;
        } else {
            introduction += 1;
            last = line;
            // What stands below or between is somebody's own, and so is what is longer.
            if quoted > 0 || introduction > 3 {
                return None;
            }
        }
    }
    let hands_on = || {
        let last = last.to_lowercase();
        HANDING_ON.iter().any(|words| last.contains(words))
    };
    let is_introduced = introduction == 0
        || introduction <= 2 && (last.ends_with(':') || is_forward && !last.contains(':'))
        || hands_on();
    (quoted >= 3 && is_introduced).then(|| {
        let mut out = String::with_capacity(text.len());
        for line in text.split_inclusive('\n').filter(|line| line.trim_start().starts_with('>')) {
            out.push_str(without_quotes_once(line));
        }
        out
    })
}

fn without_quotes_once(line: &str) -> &str {
    let rest = line.trim_start().strip_prefix('>').unwrap_or(line);
    rest.strip_prefix(' ').unwrap_or(rest)
}

/// Mailboxes that complaints are sent to.
const DESKS: &[&str] = &[
    "abuse",
    "abuso",
    "noc",
    "cert",
    "csirt",
    "security",
    "postmaster",
    "hostmaster",
    "dmca",
    "copyright",
    "legal",
    "notice",
    "notify",
    "report",
    "reports",
    "soc",
    "takedown",
    "abus",
    "abuse-mailbox",
    "webmaster",
    "nic",
    "ipadmin",
    "complaints",
    "trust",
    "tos",
    "cirt",
];

/// Whether a mail was written to a desk as this one is.
pub(super) fn is_to_a_desk(to: &str) -> bool {
    let lower = to.to_lowercase();
    let locals = lower
        .split(['<', '>', ',', ';', ' ', ':', '"', '\''])
        .filter_map(|word| word.split_once('@'))
        .map(|(local, _)| local);
    locals
        .into_iter()
        .any(|local| local.split(['+', '-', '.', '_']).any(|piece| DESKS.contains(&piece)))
}

/// What complaints have in their subjects, in lower case.
const COMPLAINING: &[&str] = &[
    "abuse",
    "complaint",
    "phish",
    "malware",
    "botnet",
    "infringe",
    "copyright",
    "dmca",
    "takedown",
    "take down",
    "take-down",
    "attack",
    "brute",
    "scan",
    "spamcop",
    "spam report",
    "vulnerab",
    "incident",
    "compromis",
    "notice of",
    "blacklist",
    "blocklist",
    "ddos",
    "fail2ban",
    "security issue",
    "netcraft",
    "shadowserver",
    "missbrauch",
    "abus",
    "cert-bund",
    "honey pot",
    "infected",
    "unauthori",
    "fraud",
    "trademark",
    "counterfeit",
    "safe browsing",
    "intrusion",
    "hack",
    "sbl",
    "dnsbl",
    "report",
];

/// Whether a subject is one of a complaint rather than of what is complained about.
pub(super) fn is_complaining(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    COMPLAINING.iter().any(|word| lower.contains(word))
}

/// Longest note that only says that a complaint is handed on, in bytes.
const LONGEST_NOTE: usize = 1_200;

/// Whether a note only hands something on, and alleges nothing of its own.
pub(super) fn is_covering(note: &str) -> bool {
    let note = note.trim();
    note.len() <= LONGEST_NOTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_are_found_in_every_language() {
        for (marker, from, sent, to, subject) in [
            ("-----Original Message-----", "From", "Sent", "To", "Subject"),
            ("---------- Forwarded message ---------", "From", "Date", "To", "Subject"),
            ("-----Ursprüngliche Nachricht-----", "Von", "Gesendet", "An", "Betreff"),
            ("-------- Message transféré --------", "De ", "Date ", "À ", "Objet "),
            ("-----Mensaje original-----", "De", "Enviado el", "Para", "Asunto"),
            ("-----Mensagem original-----", "De", "Enviada em", "Para", "Assunto"),
            ("-----Oorspronkelijk bericht-----", "Van", "Verzonden", "Aan", "Onderwerp"),
            ("-------- Persiunčiamas laiškas --------", "Nuo", "Data", "Kam", "Tema"),
            ("---------- Původní zpráva ----------", "Od", "Odesláno", "Komu", "Předmět"),
            ("-------- Пересылаемое сообщение --------", "От", "Дата", "Кому", "Тема"),
            ("----- Ursprungligt meddelande -----", "Från", "Skickat", "Till", "Ämne"),
            ("-----元のメッセージ-----", "差出人", "送信日時", "宛先", "件名"),
        ] {
            for quote in ["", "> "] {
                let text = format!(
                    "Please see below.\n\n{quote}{marker}\n{quote}{from}: Reporter <r@example.com>\n{quote}{sent}: Mon, 5 Jan 2026 10:00:00 +0000\n{quote}{to}: abuse@example.net\n{quote}{subject}: Abuse from 192.0.2.1\n{quote}\n{quote}The address 192.0.2.1 attacks us.\n"
                );
                let Some(found) = inline(&text) else { panic!("nothing found in {text}") };
                assert_eq!(found.author.email, "r@example.com", "{text}");
                assert_eq!(found.subject, "Abuse from 192.0.2.1", "{text}");
                assert!(found.sent.is_some() && is_to_a_desk(&found.to), "{text}");
                assert_eq!(found.note.trim(), "Please see below.");
                assert_eq!(found.text.trim(), "The address 192.0.2.1 attacks us.");
            }
        }
        assert_eq!(inline("From: x\nis a line\n\nFrom here: on\n"), None);
    }

    #[test]
    fn thunderbird_has_the_subject_first() {
        let text = "-------- Message transf\u{e9}r\u{e9} --------\nSujet : Abuse\nDate : Mon, 5 Jan 2026 10:00:00 +0000\nDe : R <r@example.com>\nPour : abuse@example.net\n\nText";
        let found = inline(text).expect("a forward");
        assert_eq!((found.author.email.as_str(), found.text.as_ref()), ("r@example.com", "Text"));
        assert_eq!((found.subject.as_str(), found.to.as_str()), ("Abuse", "abuse@example.net"));
    }

    #[test]
    fn outlook_needs_no_marker() {
        let text = "Note\n\nFrom: R <r@example.com>\nSent: Monday, January 5, 2026 10:00 AM\nTo: abuse@example.net\nSubject: Abuse\n\nText";
        assert_eq!(inline(text).map(|found| found.text.into_owned()).as_deref(), Some("Text"));
        let ruled = "Bitte ansehen.\n________________________________\nVon: R <r@example.com>\nGesendet: Dienstag, 10. März 2026 04:10\nAn: abuse@example.net\nBetreff: Abuse\n\nText";
        let found = inline(ruled).expect("a forward");
        assert_eq!((found.author.email.as_str(), found.text.as_ref()), ("r@example.com", "Text"));
    }

    #[test]
    fn what_is_quoted_as_a_whole_is_what_it_is_about() {
        assert_eq!(
            wholly_quoted("R wrote:\n> a\n> b\n>\n> > c\n", false).as_deref(),
            Some("a\nb\n\n> c\n")
        );
        for own in ["a\nb\nc\n> d\n> e\n> f\n", "IP: x\n> d\n> e\n> f\n", "a:\n> d\n> e\n> f\ng\n"]
        {
            assert_eq!(wholly_quoted(own, false), None, "{own}");
            assert_eq!(wholly_quoted(own, true), None, "{own}");
        }
        let noted = "FYI\n\n>a\n>\n>b\n";
        assert_eq!(wholly_quoted(noted, true).as_deref(), Some("a\n\nb\n"));
        assert_eq!(wholly_quoted(noted, false), None);
        let handed_on = "Dear Sir,\n\nWe were told of abuse. Please see the original report below.\n\n> a\n> b\n> c\n";
        assert_eq!(wholly_quoted(handed_on, false).as_deref(), Some("a\nb\nc\n"));
    }
}
