//! XARF: reports as JSON (version 4, and before it 1 to 3), and as lines in a mail (X-ARF 0.1 and 0.2).
//!
//! What a report declares is read also where it breaks the rules; that it does is a defect. Evidence is never looked at.

mod lines;
mod schema;
mod v3;
mod v4;

use std::borrow::Cow;

use serde_json::Value;

use super::document::{Document, PartRole};
use super::json;
use super::reading::Reading;

pub(super) use lines::{read as read_v0, recognise as recognise_v0};

/// Which of the two shapes a JSON text is, by what only it has. Also for text that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    V4,
    V3,
}

fn shape(text: &[u8]) -> Option<Shape> {
    let text = text.trim_ascii_start();
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return None;
    }
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    if has("\"xarf_version\"") {
        return Some(Shape::V4);
    }
    let is_report = has("\"ReporterInfo\"") || has("\"ReportClass\"");
    if is_report || has("\"Report\"") && has("\"Version\"") {
        return Some(Shape::V3);
    }
    // A report of which nothing but its version is there.
    if has("\"Version\"") && text.len() < 64 {
        return Some(Shape::V3);
    }
    let is_v4_without_version = has("\"source_identifier\"") && has("\"report_id\"");
    is_v4_without_version.then_some(Shape::V4)
}

/// The parts that are reports of this shape.
fn reports(document: &Document, wanted: Shape) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let shown = document
        .parts
        .iter()
        .filter(|part| !matches!(part.role, PartRole::Evidence | PartRole::Container));
    let of_parts = shown
        .filter(move |part| shape(part.begin()) == Some(wanted))
        .map(|part| Cow::Borrowed(part.begin()));
    let text = document.text.as_bytes().trim_ascii();
    let in_text =
        (document.parts.is_empty() && shape(text) == Some(wanted)).then_some(Cow::Borrowed(text));
    of_parts.chain(in_text)
}

pub(super) fn recognise_v4(document: &Document) -> Option<&'static str> {
    reports(document, Shape::V4).next().map(|_| "JSON with xarf_version")
}

pub(super) fn recognise_v3(document: &Document) -> Option<&'static str> {
    reports(document, Shape::V3).next().map(|_| "JSON with ReporterInfo and Report")
}

pub(super) fn read_v4(document: &Document, reading: &mut Reading) {
    for text in reports(document, Shape::V4) {
        each(&text, reading, v4::read);
    }
}

pub(super) fn read_v3(document: &Document, reading: &mut Reading) {
    for text in reports(document, Shape::V3) {
        each(&text, reading, v3::read);
    }
}

/// Reads every report of a JSON text: one object, several in a row, or a list.
fn each(text: &[u8], reading: &mut Reading, read: fn(&Value, &mut Reading)) {
    let end = json::each(text, |report| read(&report, reading));
    if let Err(fault) = end {
        reading.defect("json_broken", &fault.to_string());
    }
}

#[cfg(test)]
mod tests;
