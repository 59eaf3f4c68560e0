//! Tables of complaints, whoever made them: one reader for all. Columns are found by their names, rows say what is
//! alleged. Shadowserver's reports are tables whose names say more.

mod columns;
mod delimited;
mod grid;
mod html;
mod list;
mod records;
mod row;
mod shadowserver;
mod sheet;
mod snds;

use std::io::{self, Read};

use columns::Columns;
use grid::Grid;
use records::Record;
use row::{Pages, Rules};
use shadowserver::{Report, Takes};

use super::dates::Calendar;
use super::document::{Document, Part, PartRole};
use super::reading::{Allegation, Reading};
use super::{Category, Format, Incident, Subject, declared, json};

/// Bytes of a text in which tables are looked for.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;

/// Bytes of a file by which it is told whether it is a feed.
const LONGEST_LOOK: usize = 256 * 1024;

/// Bytes by which it is told what a file is.
const BEGINNING: usize = 4096;

/// Records in which it is looked whether JSON is a feed.
const LOOKED_AT: usize = 3;

pub(super) fn recognise_shadowserver(document: &Document) -> Option<&'static str> {
    let by_name = tables(document).find(|part| shadowserver::report(&part.name).is_some());
    if let Some(part) = by_name
        && (delimited::is_one(part.bytes()) || is_json(part.begin()) || part.begin().is_empty())
    {
        return Some("a table named as one of Shadowserver's reports");
    }
    let by_header = tables(document).find_map(|part| {
        let header = delimited::open(part.bytes()).ok().flatten()?;
        shadowserver::is_header(|name| header.columns.position(name))
            .then_some("a table with the columns of Shadowserver")
    });
    by_header.or_else(|| is_elsewhere(document).then_some("a mail of Shadowserver's with a link"))
}

/// Whether a report of Shadowserver's is only linked to: large ones are, and those that a gateway took off.
fn is_elsewhere(document: &Document) -> bool {
    document.is_by("shadowserver.org") && document.text.contains("dl.shadowserver.org/")
}

/// Files made for programs.
pub(super) fn recognise_files(document: &Document) -> Option<&'static str> {
    if tables(document).any(|part| delimited::is_one(part.bytes())) {
        return Some("a file with a header whose columns are known");
    }
    if tables(document).any(is_sheet) {
        return Some("a spreadsheet");
    }
    if tables(document).any(is_feed) {
        return Some("records whose fields are known");
    }
    let is_file = document.headers.0.is_empty();
    let is_list = |part: &Part| {
        let text = part.text();
        snds::is_one(&text)
            || list::entries(&text).is_some()
            || grid::without_header(&text).is_some()
    };
    let has_list = is_file && tables(document).any(is_list);
    has_list.then_some("a list of addresses or pages")
}

/// Tables in what people read.
pub(super) fn recognise_drawn(document: &Document) -> Option<&'static str> {
    let has_table = !drawn(document).is_empty();
    has_table.then_some("a table with a header whose columns are known")
}

/// The parts that can be files of rows.
fn tables(document: &Document) -> impl Iterator<Item = &Part> {
    document.parts.iter().filter(|part| {
        part.role == PartRole::File
            && !part.media_type.starts_with("image/")
            && !part.media_type.starts_with("message/")
    })
}

fn is_json(begin: &[u8]) -> bool {
    matches!(begin.first(), Some(b'{' | b'['))
}

fn is_sheet(part: &Part) -> bool {
    part.bytes().starts_with(b"PK\x03\x04")
        && (part.is_named(".xlsx") || part.media_type.contains("spreadsheetml"))
}

fn is_html(part: &Part) -> bool {
    let begin = part.begin();
    let has =
        |tag: &[u8]| memchr::memmem::find(&begin[..begin.len().min(BEGINNING)], tag).is_some();
    part.media_type == "text/html"
        || begin.starts_with(b"<") && (has(b"<html") || has(b"<HTML") || has(b"<table"))
}

/// Whether a part is JSON or XML whose records can allege something.
fn is_feed(part: &Part) -> bool {
    let begin = part.begin();
    let (mut seen, mut is_feed) = (0, false);
    let mut look = |record: &Record| {
        seen += 1;
        is_feed |= seen <= LOOKED_AT && record.is_one();
    };
    if is_json(begin) {
        // A broken end does not matter to what it is.
        let _ =
            json::each(&begin[..begin.len().min(LONGEST_TEXT)], |value| look(&Record::of(&value)));
    } else if begin.starts_with(b"<?xml") || begin.starts_with(b"<output") {
        let begin = String::from_utf8_lossy(&begin[..begin.len().min(LONGEST_LOOK)]);
        records::in_xml(&begin, |record| look(&record));
    }
    is_feed
}

/// The tables in what people read.
fn drawn(document: &Document) -> Vec<Grid> {
    let text = &document.text[..document.text.floor_char_boundary(LONGEST_TEXT)];
    let mut grids = grid::in_text(text);
    if grids.is_empty() {
        let shown =
            |part: &&Part| matches!(part.role, PartRole::Body | PartRole::File) && is_html(part);
        for part in document.parts.iter().filter(shown) {
            let html = part.text();
            let html = &html[..html.floor_char_boundary(LONGEST_TEXT)];
            grids.extend(html::tables(html).into_iter().flat_map(grid::grids));
        }
        grids.retain(|grid| !grid.rows.is_empty());
    }
    grids
}

/// Senders whose tables do not say what they are about.
const SENDERS: [(&str, Category); 1] = [("leakix.net", Category::ExposedData)];

/// What the whole document is about, for rows that do not say.
fn topic(document: &Document) -> Category {
    if let Some((_, category)) = SENDERS.iter().find(|(domain, _)| document.is_by(domain)) {
        return *category;
    }
    let begin = |text: &str| text[..text.floor_char_boundary(2000)].to_owned();
    let names = document.parts.iter().map(|part| part.name.replace(['-', '_', '.'], " "));
    let texts =
        std::iter::once(document.whole_subject.clone()).chain(names).chain([begin(&document.text)]);
    let mut vague = None;
    for text in texts.filter(|text| !text.is_empty()) {
        match Category::in_words(&text) {
            Some(kind) if says_only_malicious(&text) => vague = vague.or(Some(kind)),
            _ if vague.is_some() && text.to_lowercase().contains("phish") => {
                return Category::Phishing;
            }
            Some(kind) => return vague.unwrap_or(kind),
            None => {}
        }
    }
    vague.unwrap_or_default()
}

/// `Malicious URLs`: of what kind, something else says.
fn says_only_malicious(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("malicious url") && !text.contains("malware")
}

pub(super) fn read(document: &Document, reading: &mut Reading) {
    let topic = topic(document);
    let mut has_rows = false;
    for part in tables(document) {
        if read_file(document, part, topic, reading) {
            reading.explain(format!("rows of {}", part.name));
            has_rows = true;
        }
    }
    // A file whose rows name victims only is not read again in another way.
    if has_rows {
        return;
    }
    let before = reading.incidents().len();
    if reading.incidents().len() == before {
        for grid in drawn(document) {
            reading.explain(format!(
                "table: {} columns, {} rows",
                grid.columns.width(),
                grid.rows.len()
            ));
            read_grid(grid, topic, document.calendar(), reading);
        }
    }
    if reading.incidents().len() == before && is_elsewhere(document) {
        reading.defect("report_elsewhere", "the table is behind a link");
    }
    if reading.incidents().len() == before && document.headers.0.is_empty() {
        tables(document).for_each(|part| read_list(document, part, topic, reading));
    }
}

/// Reads a file of rows, whatever kind it is. Says whether it was one.
fn read_file(document: &Document, part: &Part, topic: Category, reading: &mut Reading) -> bool {
    if is_sheet(part) {
        match sheet::rows(part.bytes()) {
            Ok(sheets) => {
                let grids = sheets.into_iter().flat_map(grid::grids);
                grids.for_each(|grid| read_grid(grid, topic, document.calendar(), reading));
            }
            Err(sheet::Fault::Broken) => reading.defect("table_broken", &part.name),
            Err(sheet::Fault::TooLarge) => reading.defect("table_too_large", &part.name),
        }
        return true;
    }
    if is_feed(part) {
        read_feed(document, part, topic, reading);
        return true;
    }
    let Ok(Some(table)) = delimited::open(part.bytes()) else { return false };
    let Some(mut rules) = rules(&part.name, table.columns.clone(), topic, document.calendar())
    else {
        reading.explain(format!("{}: who stands in it is a victim", part.name));
        return true;
    };
    let before = reading.incidents().len();
    let end = table.read(&mut rules, |allegation| {
        let is_full = reading.is_full();
        reading.allege(allegation);
        !is_full
    });
    let end = end.unwrap_or_default();
    reading.forget_known(before);
    if end.broken > 0 {
        reading.defect("rows_broken", &format!("{}: {}", part.name, end.broken));
    }
    true
}

/// How the rows of a table are understood. Nothing when they name victims only.
fn rules<'c>(
    file: &str,
    columns: Columns,
    topic: Category,
    calendar: &'c Calendar,
) -> Option<Rules<'c>> {
    let known = shadowserver::report(file);
    let is_theirs = shadowserver::is_header(|name| columns.position(name));
    let Some(report) =
        known.or_else(|| is_theirs.then(|| shadowserver::by_header(|name| columns.position(name))))
    else {
        return Some(Rules::new(columns, topic, calendar));
    };
    of_shadowserver(report, columns, calendar)
}

fn of_shadowserver(report: Report, mut columns: Columns, calendar: &Calendar) -> Option<Rules<'_>> {
    let at = |name: &str| columns.position(name);
    let (source, port, page) = match report.takes {
        Takes::Nothing => return None,
        Takes::Referer => (at("http_referer_ip"), None, at("http_referer")),
        // Some reports have a second address beside: who sent the mail that advertises the page.
        Takes::Address | Takes::Pages => (at("ip"), at("ip").and(at("port")), at("url")),
    };
    if let Some(source) = source {
        columns.source = vec![source];
        columns.port = Vec::from_iter(port);
    }
    if report.takes != Takes::Address {
        columns.url = Vec::from_iter(page);
    }
    let mut rules = Rules::new(columns, report.category, calendar);
    rules.kinds_count = false;
    rules.pages = if report.takes == Takes::Address { Pages::Never } else { Pages::Source };
    // Their times have no zone; the format says that they are in UTC.
    rules.is_utc = true;
    Some(rules)
}

fn read_grid(grid: Grid, topic: Category, calendar: &Calendar, reading: &mut Reading) {
    let Some(mut rules) = rules("", grid.columns, topic, calendar) else { return };
    for row in &grid.rows {
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        rules.allegations(cell, |allegation| reading.allege(allegation));
    }
}

fn read_feed(document: &Document, part: &Part, topic: Category, reading: &mut Reading) {
    let report = shadowserver::report(&part.name);
    let mut take = |record: &Record| {
        for name in record.generated_names() {
            reading.allege(Allegation::about(Category::Botnet, name));
        }
        if record.get("category").is_some_and(is_victim) {
            return;
        }
        let columns = record.columns();
        let category = record.sign().unwrap_or(topic);
        let rules = match report {
            Some(report) => of_shadowserver(report, columns, document.calendar()),
            None => Some(Rules::new(columns, category, document.calendar())),
        };
        let Some(mut rules) = rules else { return };
        rules.kinds_count &= record.sign().is_none();
        let cell = |at: usize| record.fields.get(at).map_or("", |(_, value)| value.as_str());
        rules.allegations(cell, |allegation| reading.allege(allegation));
    };
    if is_json(part.begin()) {
        let end = json::each(part.begin(), |value| take(&Record::of(&value)));
        if let Err(error) = end {
            reading.defect("json_broken", &error.to_string());
        }
    } else {
        records::in_xml(&part.text(), |record| take(&record));
    }
}

/// Kinds of n6 in which the address is who was attacked.
fn is_victim(kind: &str) -> bool {
    matches!(kind.trim(), "dos-victim" | "ddos-victim" | "victim")
}

fn read_list(document: &Document, part: &Part, topic: Category, reading: &mut Reading) {
    let text = part.text();
    if snds::is_one(&text) {
        snds::read(&text, document.calendar(), reading);
        return;
    }
    let Some(entries) = list::entries(&text) else {
        if let Some(grid) = grid::without_header(&text) {
            read_grid(grid, topic, document.calendar(), reading);
        }
        return;
    };
    let when = list::date(&text).and_then(|stamp| document.calendar().instant(stamp));
    for subject in entries {
        let ip = match &subject {
            Subject::Url(url) => declared::host(url).0,
            _ => None,
        };
        reading.allege(Allegation::about(topic, subject).at(ip).observed(when));
    }
}

/// A table that is read as it comes: a file of Shadowserver's, or any CSV whose columns are known.
pub(super) struct Table {
    columns: Columns,
    name: String,
    is_shadowserver: bool,
}

impl Table {
    /// By the name and the beginning of a file, if it is one.
    pub(super) fn open(name: &str, begin: &[u8]) -> Option<Self> {
        let columns = delimited::open(begin).ok().flatten()?.columns;
        let is_shadowserver = shadowserver::report(name).is_some()
            || shadowserver::is_header(|name| columns.position(name));
        Some(Self { columns, name: name.to_owned(), is_shadowserver })
    }

    /// Whose it is.
    pub(super) fn format(&self) -> Format {
        if self.is_shadowserver { Format::Shadowserver } else { Format::Table }
    }

    /// Reads all of the file, its beginning included, as long as more is wanted. Returns how many rows could not be read.
    pub(super) fn read(
        &self,
        input: impl Read,
        mut found: impl FnMut(Incident) -> bool,
    ) -> io::Result<u64> {
        let Some(table) = delimited::open(input)? else { return Ok(0) };
        let calendar = Calendar::default();
        let topic =
            Category::in_words(&self.name.replace(['-', '_', '.'], " ")).unwrap_or_default();
        let Some(mut rules) = rules(&self.name, self.columns.clone(), topic, &calendar) else {
            return Ok(0);
        };
        let end = table.read(&mut rules, |allegation| match allegation.checked() {
            Ok(incident) => found(incident),
            Err(_) => true,
        })?;
        Ok(end.broken)
    }
}

#[cfg(test)]
mod tests;
