//! The text of a complaint: the richest of what its parts show.

use crate::complaint::document::{Part, PartRole};
use crate::complaint::{address, refang};
use crate::html;

use super::repair;

/// Longest text that is read. A table in a text can be long; whatever is longer than this is in a file.
const LONGEST: usize = 4 * 1024 * 1024;

/// How much longer a page has to be than the plain text beside it to be what the mail is about.
const RICHER: usize = 200;

/// Plain text that is shorter can be there only to say that there is more beside it.
const SHORT: usize = 500;

/// Whether a page or an address stands in a text.
fn names_something(text: &str) -> bool {
    let text = refang::text(text);
    let ends = |c: char| c.is_whitespace() || "()[]<>,;\"'*".contains(c);
    refang::urls(&text).next().is_some()
        || text.split(ends).any(|word| address::refanged(word.trim_matches([':', '.'])).is_some())
}

/// The text of the parts that are shown.
pub(super) fn richest(parts: &[Part]) -> String {
    let plain = joined(parts, |part| part.media_type != "text/html", repair::lines);
    let has_pages =
        parts.iter().any(|part| part.role == PartRole::Body && part.media_type == "text/html");
    if !has_pages {
        return plain;
    }
    let is_stub = plain.trim().len() < 2_000;
    if !is_stub {
        return plain;
    }
    let pages = joined(
        parts,
        |part| part.media_type == "text/html",
        |page| repair::lines(&html::text(page)),
    );
    let says_nothing = plain.trim().len() < SHORT && !names_something(&plain);
    if says_nothing && names_something(&pages) {
        return pages;
    }
    if pages.trim().len() > 2 * plain.trim().len() + RICHER || plain.trim().is_empty() {
        pages
    } else {
        plain
    }
}

fn joined(parts: &[Part], fits: impl Fn(&Part) -> bool, read: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for part in parts.iter().filter(|part| part.role == PartRole::Body && fits(part)) {
        let text = part.text();
        let text = read(&text[..text.floor_char_boundary(LONGEST)]);
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&text);
        if out.len() >= LONGEST {
            break;
        }
    }
    out
}
