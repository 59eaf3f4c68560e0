//! Domains that a sentence names as what is complained about: `the domain example.com is used for phishing`.

use crate::complaint::domain;

use super::pages::{self, Judgement};

/// What domains are called right before they are named, in lower case.
const CALLED: &[&str] = &[
    "domain",
    "domains",
    "domainname",
    "hostname",
    "fqdn",
    "site",
    "website",
    "webseite",
    "domaine",
    "dominio",
    "domínio",
    "domäne",
    "doména",
    "domeny",
    "domena",
    "домен",
    "сайт",
    "sito",
    "sitio",
    "strona",
];

/// Words between the name and what it is called.
const BETWEEN: &[&str] = &["name", "names", "called", "named", "is", "web"];

/// Bytes of a line before a name that are looked at for what the line is about.
const LONGEST_BEGIN: usize = 300;

/// Longest line that is looked at, in bytes.
const LONGEST: usize = 2_000;

/// Words before a name that are looked at.
const MOST_BEFORE: usize = 4;

/// The domains of a line that it complains about, by what they are called.
pub(super) fn complained(line: &str, reporter: &str) -> Vec<String> {
    crate::complaint::steps::take(line.len());
    if line.len() > LONGEST || !has_inner_dot(line.as_bytes()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut before: [&str; MOST_BEFORE] = [""; MOST_BEFORE];
    let mut at = 0;
    for word in line.split_inclusive(char::is_whitespace) {
        let begin = at;
        at += word.len();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.contains('.')
            && !bare.contains('@')
            && is_called(&before)
            && let Some(name) = domain::name(bare)
            && is_complained(
                &line[line.floor_char_boundary(begin.saturating_sub(LONGEST_BEGIN))..begin],
                &name,
                reporter,
            )
        {
            found.push(name);
        }
        before.rotate_left(1);
        before[MOST_BEFORE - 1] = bare;
    }
    found
}

/// Whether a dot stands within a word, as in every name.
fn has_inner_dot(line: &[u8]) -> bool {
    memchr::memchr_iter(b'.', line).any(|at| {
        line.get(at + 1)
            .is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_' || !next.is_ascii())
    })
}

/// Whether the words before a name say what it is.
fn is_called(before: &[&str]) -> bool {
    // The first word of a line has none before it.
    let mut words = before.iter().rev().map(|word| word.to_lowercase());
    words
        .find(|word| !BETWEEN.contains(&word.as_str()))
        .is_some_and(|word| CALLED.contains(&word.as_str()))
}

fn is_complained(before: &str, name: &str, reporter: &str) -> bool {
    let judged = pages::by_words(&before.to_lowercase());
    !matches!(judged, Some(Judgement::Genuine | Judgement::Mention))
        && !pages::is_for_reading(&format!("http://{name}"), reporter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_domains() {
        for (line, found) in [
            ("The domain login.example.com is used for phishing.", vec!["login.example.com"]),
            (
                "the domain name \"login.example.com\" and the site shop.example.com",
                vec!["login.example.com", "shop.example.com"],
            ),
            ("our client's official domain bank.example.org was copied", vec![]),
            ("see our website reporter.example", vec![]),
            ("login.example.com was seen", vec![]),
            ("the domain of a.b", vec![]),
        ] {
            assert_eq!(complained(line, "mail.reporter.example"), found, "{line}");
        }
    }
}
