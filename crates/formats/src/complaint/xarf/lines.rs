//! X-ARF 0.1 and 0.2: a block of `Key: value` lines, in a part of its own (`report.txt`) or in the middle of a text.
//!
//! It is called YAML. It is read as lines, because what is sent often is none (`: ` and `#` in values), and nobody's
//! YAML is evaluated here. `Schema-URL` is never fetched.

use std::borrow::Cow;

use crate::complaint::document::{Document, PartRole};
use crate::complaint::reading::{Allegation, Reading};
use crate::complaint::{Category, Subject, address, declared, domain};

/// Lines of one block.
const MOST_LINES: usize = 200;

/// Longest line that is looked at, in bytes.
const LONGEST_LINE: usize = 8 * 1024;

/// What a block of it has at least.
const NEEDED: [&str; 2] = ["report-type", "source"];

pub(in crate::complaint) fn recognise(document: &Document) -> Option<&'static str> {
    block(document).map(|_| "a block with Report-Type and Source")
}

/// The fields of a block, names in lower case.
struct Block {
    fields: Vec<(String, String)>,
    /// Names that stand twice with different values.
    twice: Vec<String>,
}

impl Block {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }
}

/// The block of a document: of the part that is called so, else of any that is shown.
fn block(document: &Document) -> Option<Block> {
    let shown = || {
        document
            .parts
            .iter()
            .filter(|part| !matches!(part.role, PartRole::Evidence | PartRole::Container))
    };
    let named = shown().filter(|part| {
        part.is_named("report.txt") || part.is_named(".yaml") || part.is_named(".yml")
    });
    let others = shown().filter(|part| part.media_type.starts_with("text/"));
    let texts = named
        .chain(others)
        .map(super::super::document::Part::text)
        .chain([Cow::Borrowed(document.text.as_str())]);
    texts.into_iter().find_map(|text| block_in(&text))
}

/// The first block of a text.
fn block_in(text: &str) -> Option<Block> {
    let mut names = ["eport-Type:", "eport-type:", "EPORT-TYPE:"].iter();
    if !names.any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some()) {
        return None;
    }
    let mut lines = text.lines();
    loop {
        let block = next_block(&mut lines)?;
        if NEEDED.iter().all(|name| block.get(name).is_some())
            && block.get("reported-from").or(block.get("user-agent")).is_some()
        {
            return Some(block);
        }
    }
}

/// The next run of `Key: value` lines. Nothing at the end of the text.
fn next_block<'t>(lines: &mut impl Iterator<Item = &'t str>) -> Option<Block> {
    let mut block = Block { fields: Vec::new(), twice: Vec::new() };
    let mut blank = 0;
    let mut is_at_end = true;
    for line in lines.by_ref().take(MOST_LINES) {
        is_at_end = false;
        let line = &line[..line.floor_char_boundary(LONGEST_LINE)];
        let bare = line.trim().trim_start_matches(['>', '|']).trim();
        if bare.is_empty() || bare == "---" || bare == "..." {
            blank += 1;
            // One blank line is nothing where lines were folded or quoted; two end a block.
            if blank > 1 && !block.fields.is_empty() {
                break;
            }
            continue;
        }
        let is_folded = line.starts_with([' ', '\t']) && blank == 0;
        match field(bare) {
            Some((name, value)) => block.add(name, value),
            None if is_folded && !block.fields.is_empty() => block.extend(bare),
            None if block.fields.is_empty() => {}
            None => break,
        }
        blank = 0;
    }
    (!is_at_end).then_some(block)
}

impl Block {
    fn add(&mut self, name: String, value: String) {
        match self.get(&name).map(|known| known == value) {
            Some(true) => {}
            Some(false) => self.twice.push(name),
            None => self.fields.push((name, value)),
        }
    }

    /// A value that goes on in the next line.
    fn extend(&mut self, more: &str) {
        if let Some((_, value)) = self.fields.last_mut()
            && value.len() < LONGEST_LINE
        {
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(unquoted(more));
        }
    }
}

/// `Key: value`, as far as its first colon.
fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    let is_name = (2..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_value =
        value.is_empty() || value.starts_with([' ', '\t']) || value.starts_with(['"', '\'']);
    (is_name && is_value)
        .then(|| (name.to_ascii_lowercase().replace('_', "-"), unquoted(value).to_owned()))
}

/// A value without the quotation marks around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let within = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    within('"').or_else(|| within('\'')).unwrap_or(value).trim()
}

pub(in crate::complaint) fn read(document: &Document, reading: &mut Reading) {
    let Some(block) = block(document) else { return };
    reading.reporter.email = block.get("reported-from").and_then(mail_address);
    reading.reporter.reference = block.get("report-id").map(str::to_owned);
    for name in &block.twice {
        reading.defect("field_twice", name);
    }
    let class = block.get("category").unwrap_or_default();
    let kind = block.get("report-type").unwrap_or_default();
    reading.explain(format!("kind: Category {class}, Report-Type {kind}"));
    let source = block.get("source").unwrap_or_default();
    // Two sources in one block say that somebody wants to be misunderstood.
    if block.twice.iter().any(|name| name == "source") {
        return;
    }
    let page = block.get("download-link").and_then(declared::page);
    // Where the address is masked, the page is what is left.
    let Some(subject) = declared::subject(source).or_else(|| page.clone().map(Subject::Url)) else {
        reading.defect("source_unusable", source);
        return;
    };
    reading.explain(format!("source: Source {source}"));
    let category =
        Category::from_word(kind).or_else(|| Category::from_word(class)).unwrap_or_default();
    let port = block.get("port").and_then(declared::port);
    let is_page = matches!(subject, Subject::Url(_) | Subject::Domain(_));
    let target = block.get("destination").and_then(address::refanged);
    let mut allegation = Allegation::about(category, subject)
        .observed(block.get("date").and_then(|date| document.calendar().when(date)))
        .count(occurrences(&block));
    // Who attacks has no port of its own in this format: the field is that of the service.
    allegation = if is_page { allegation.port(port) } else { allegation.aimed_at(target, port) };
    if let Some(url) = page {
        allegation = allegation.page(url);
    }
    if let Some(name) = block.get("domain").and_then(domain::name).filter(|_| is_page) {
        allegation = allegation.name(name);
    }
    reading.allege(allegation);
}

/// How many events: fail2ban spells it otherwise.
fn occurrences(block: &Block) -> u64 {
    let value = block.get("occurrences").or_else(|| block.get("occurances"));
    value.and_then(|value| value.parse().ok()).unwrap_or(1)
}

fn mail_address(value: &str) -> Option<String> {
    let value = value.rsplit_once('<').map_or(value, |(_, rest)| rest.trim_end_matches('>'));
    match declared::subject(value)? {
        Subject::Email(address) => Some(address),
        _ => None,
    }
}
