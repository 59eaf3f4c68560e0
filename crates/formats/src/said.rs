//! What somebody wrote, without what their program put below it. Nothing is cut unless it is certain: better a
//! quotation too many than a sentence too few.

/// Longest signature that is taken for one, in lines.
const LONGEST_SIGNATURE: usize = 15;

/// Lines that may stand between an answer and the quotation below it: `On … wrote:`, wrapped.
const LONGEST_INTRODUCTION: usize = 4;

/// The text without the quotation and the signature at its end.
pub(crate) fn without_quotation(text: &str) -> &str {
    let mut said = text.trim_end();
    // A signature may stand above the quotation, below it, or both.
    for _ in 0..3 {
        let shorter = without_signature(without_trailing_quotation(without_original(said)));
        if shorter.len() == said.len() {
            break;
        }
        said = shorter;
    }
    said.trim_end()
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

/// Quoted lines to the end, and the line above that says whose they are.
fn without_trailing_quotation(text: &str) -> &str {
    let lines = lines(text);
    let is_rest = |(_, line): &&(usize, &str)| is_quoted(line) || line.trim().is_empty();
    let rest = lines.iter().rev().take_while(is_rest).count();
    let mut begin = lines.len() - rest;
    if !lines[begin..].iter().any(|(_, line)| is_quoted(line)) {
        return text;
    }
    // `On Tue, 1 Jan 2030 at 12:00, Abuse desk <abuse@example.com> wrote:`, over a few lines.
    let above = &lines[..begin];
    if above.last().is_some_and(|(_, line)| line.ends_with(':')) {
        let introduction = above.iter().rev().take_while(|(_, line)| !line.trim().is_empty());
        let length = introduction.clone().count();
        let names_somebody = introduction
            .clone()
            .any(|(_, line)| line.contains('@') || line.chars().any(|c| c.is_ascii_digit()));
        if length <= LONGEST_INTRODUCTION && names_somebody {
            begin -= length;
        }
    }
    cut(text, &lines, begin)
}

/// What Outlook puts below: a rule, and headers of the original.
fn without_original(text: &str) -> &str {
    let lines = lines(text);
    let found = (0..lines.len()).find(|at| {
        let line = lines[*at].1.trim();
        let is_rule = line.len() >= 30 && line.chars().all(|c| c == '_');
        let is_named = line.starts_with("-----")
            && line.ends_with("-----")
            && line.trim_matches('-').trim().chars().any(char::is_alphabetic)
            && line.len() <= 60;
        let below = lines[at + 1..].iter().map(|(_, line)| line.trim());
        let mut headers = below.filter(|line| !line.is_empty()).take(3);
        (is_rule || is_named) && headers.clone().count() == 3 && headers.all(is_header)
    });
    found.map_or(text, |begin| cut(text, &lines, begin))
}

/// `From: …`, `Gesendet: …`: one word, a colon, something.
fn is_header(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, value)| {
        (1..=20).contains(&name.chars().count())
            && name.chars().all(|c| c.is_alphabetic() || c == '-' || c == '*')
            && !value.trim().is_empty()
    })
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
