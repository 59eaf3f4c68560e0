//! What somebody wrote, without what their program put below it. Nothing is cut unless it is certain: better a
//! quotation too many than a sentence too few.

use crate::ours::Ours;

/// Longest signature that is taken for one, in lines.
const LONGEST_SIGNATURE: usize = 15;

/// Lines that may stand between an answer and the quotation below it: `On … wrote:`, wrapped.
const LONGEST_INTRODUCTION: usize = 4;

/// Headers of an original that are looked at.
const MOST_HEADERS: usize = 12;

/// How Outlook calls the header that says who wrote an original, in lower case.
const FROM: &[&str] = &["from", "von", "de", "da", "van", "od", "från", "fra"];

/// The same for when it was written.
const SENT: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "inviato",
    "verzonden",
    "wysłano",
    "skickat",
    "sendt",
];

/// The text without the quotation of mail of ours, and without the signature at its end.
pub(crate) fn without_quotation<'t>(text: &'t str, ours: &Ours) -> &'t str {
    let mut said = text.trim_end();
    // A signature may stand above the quotation, below it, or both.
    for _ in 0..3 {
        let shorter =
            without_signature(without_original(without_trailing_quotation(said, ours), ours));
        if shorter.len() == said.len() {
            break;
        }
        said = shorter;
    }
    said.trim_end()
}

/// Whether there is nothing in a text but quotations.
pub(crate) fn is_silent(text: &str) -> bool {
    let is_blank = |line: &str| line.chars().all(|c| c.is_whitespace() || is_invisible(c));
    text.lines().all(|line| is_quoted(line) || is_blank(line))
}

/// Characters that nobody sees: of no width, soft hyphens, marks of Unicode, fillers.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{FEFF}'
    )
}

/// Lines with the place at which each begins.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push((at, line.trim_end()));
        at += line.len();
    }
    lines
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Quoted lines to the end, and the line above that says whose they are. Others than ours stay: customers quote what
/// their own customers wrote, or a log.
fn without_trailing_quotation<'t>(text: &'t str, ours: &Ours) -> &'t str {
    let lines = lines(text);
    let is_rest = |(_, line): &&(usize, &str)| is_quoted(line) || line.trim().is_empty();
    let rest = lines.iter().rev().take_while(is_rest).count();
    let mut begin = lines.len() - rest;
    if !lines[begin..].iter().any(|(_, line)| is_quoted(line)) {
        return text;
    }
    let quoted = &text[lines[begin].0..];
    let mut is_ours = ours.has_marks(quoted);
    // `On Tue, 1 Jan 2030 at 12:00, Abuse desk <abuse@example.com> wrote:`, over a few lines.
    let above = &lines[..begin];
    if above.last().is_some_and(|(_, line)| line.ends_with(':')) {
        let introduction = above.iter().rev().take_while(|(_, line)| !line.trim().is_empty());
        let length = introduction.clone().take(LONGEST_INTRODUCTION + 1).count();
        let words: Vec<&str> =
            above[above.len() - length..].iter().map(|(_, line)| *line).collect();
        let words = words.join(" ");
        let names_somebody = words.contains('@') || words.chars().any(|c| c.is_ascii_digit());
        let names_us = ours.wrote(&words);
        // Somebody else may be named where one of our mails is quoted in theirs.
        is_ours = names_us || (is_ours && !(names_somebody && words.contains('@')));
        if length <= LONGEST_INTRODUCTION && (names_us || names_somebody) {
            begin -= length;
        }
    }
    if is_ours { cut(text, &lines, begin) } else { text }
}

/// What Outlook puts below: headers of the original, mostly with a rule above. Headers that a customer shows as evidence
/// look the same, so that only what is certainly ours is cut.
fn without_original<'t>(text: &'t str, ours: &Ours) -> &'t str {
    let lines = lines(text);
    // Whether one of our marks stands anywhere below, asked once for all places.
    let last_mark = ours.last_mark(text);
    let found = (0..lines.len()).find(|at| {
        let is_marked = || last_mark.is_some_and(|mark| mark >= lines[*at].0);
        (is_original_below_a_rule(&lines[*at..]) || is_original_after_an_empty_line(&lines, *at))
            && is_of_ours(&lines[*at..], ours, is_marked)
    });
    found.map_or(text, |begin| cut(text, &lines, begin))
}

/// Whether the headers of an original, which `lines` begin with, are those of mail of ours.
fn is_of_ours(lines: &[(usize, &str)], ours: &Ours, is_marked: impl Fn() -> bool) -> bool {
    let lines = lines.iter().map(|(_, line)| *line);
    let headers = lines.skip_while(|line| header(line).is_none()).take(MOST_HEADERS);
    let headers: Vec<_> = headers.map_while(header).collect();
    let is_from = |name: &str| FROM.contains(&bare(name).as_str());
    let from = headers.iter().find(|(name, _)| is_from(name)).map_or("", |(_, value)| *value);
    let has_tag = headers.iter().any(|(name, value)| !is_from(name) && ours.has_tag(value));
    ours.wrote(from) || has_tag || (!from.contains('@') && is_marked())
}

/// A rule, and three headers.
fn is_original_below_a_rule(lines: &[(usize, &str)]) -> bool {
    let Some(((_, line), below)) = lines.split_first() else { return false };
    let line = line.trim();
    let is_rule = line.len() >= 30 && line.chars().all(|c| c == '_');
    let is_named = line.starts_with("-----")
        && line.ends_with("-----")
        && line.trim_matches('-').trim().chars().any(char::is_alphabetic)
        && line.len() <= 60;
    let mut headers = below.iter().map(|(_, line)| *line).filter(|line| !line.is_empty()).take(3);
    (is_rule || is_named)
        && headers.clone().count() == 3
        && headers.all(|line| header(line).is_some())
}

/// No rule: who wrote the original, when, and one more header. Headers that somebody shows as evidence have another
/// order, or some with a hyphen among them (`Message-ID`), as Outlook's never have.
fn is_original_after_an_empty_line(lines: &[(usize, &str)], at: usize) -> bool {
    let is_first = at.checked_sub(1).is_none_or(|above| lines[above].1.trim().is_empty());
    let Some([(_, from), (_, sent), (_, more)]) = lines.get(at..at + 3) else { return false };
    let named = |line, names: &[&str]| {
        let (name, value) = header(line)?;
        names.contains(&bare(name).as_str()).then_some(value)
    };
    let all = || lines[at..].iter().map_while(|(_, line)| header(line));
    is_first
        && named(from, FROM).is_some()
        && named(sent, SENT).is_some()
        && header(more).is_some()
        && all().all(|(name, _)| !name.contains('-'))
}

/// A name of a header as it is known: `*From*` is bold in what some programs make of HTML.
fn bare(name: &str) -> String {
    name.trim_matches('*').to_lowercase()
}

/// `From: …`, `Gesendet: …`: one word, a colon, something. In French with a space before the colon.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().split_once(": ")?;
    let (name, value) = (name.trim_end(), value.trim());
    let is_name = (1..=20).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphabetic() || c == '-' || c == '*');
    (is_name && !value.is_empty()).then_some((name, value))
}

/// A signature after the delimiter that RFC 3676 §4.3 has for it.
fn without_signature(text: &str) -> &str {
    let mut at = 0;
    let mut begin = None;
    for line in text.split_inclusive('\n') {
        if matches!(line.trim_end_matches(['\n', '\r']), "-- ") {
            begin = Some(at);
        }
        at += line.len();
    }
    let Some(begin) = begin else { return text };
    let signature = text[begin..].lines().count() - 1;
    if signature <= LONGEST_SIGNATURE { text[..begin].trim_end() } else { text }
}

fn cut<'t>(text: &'t str, lines: &[(usize, &str)], begin: usize) -> &'t str {
    let at = lines.get(begin).map_or(text.len(), |(at, _)| *at);
    text[..at].trim_end()
}
