//! The fields of a header as they came, and what stands in them.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::budget::{
    Budget, LONGEST_DESCRIPTION, LONGEST_FIELD, MOST_FIELDS, MOST_PARAMETERS, Unreadable,
};
use crate::{MOST_ADDRESSES, MOST_REFERENCES, charset};

/// Longest unstructured field that is decoded, in bytes: far more than is shown of a subject.
const LONGEST_WORDS: usize = 8 * 1024;

/// A field: its name, and its value with the breaks in it.
#[derive(Debug)]
pub(crate) struct Field {
    name: String,
    value: String,
}

/// The fields of a header.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<Field>);

impl Fields {
    /// The fields that `raw` begins with, and what stands below them. What is no field ends them, so that nothing
    /// which somebody wrote is taken for one.
    pub(crate) fn split<'r>(
        raw: &'r [u8],
        budget: &Budget<'_>,
    ) -> Result<(Self, &'r [u8]), Unreadable> {
        let mut fields = Self::default();
        let rest = fields.take(raw, budget)?;
        Ok((fields, rest))
    }

    /// The fields up to the first that is beyond the bounds.
    pub(crate) fn leading(raw: &[u8], budget: &Budget<'_>) -> Self {
        let mut fields = Self::default();
        // What is beyond them is not asked for.
        let _ = fields.take(raw, budget);
        fields
    }

    fn take<'r>(&mut self, raw: &'r [u8], budget: &Budget<'_>) -> Result<&'r [u8], Unreadable> {
        let mut rest = raw;
        while !rest.is_empty() {
            let (line, below) = first_line(rest);
            if is_blank(line) {
                rest = below;
                break;
            }
            // The envelope of an mbox.
            let is_envelope =
                self.0.is_empty() && (line.starts_with(b"From ") || line.starts_with(b">From "));
            let Some(name) = name_of(line) else {
                if is_envelope {
                    rest = below;
                    continue;
                }
                break;
            };
            let length = length_of_field(rest);
            budget.spend(length)?;
            if length > LONGEST_FIELD {
                return Err(Unreadable::TooLongAField);
            }
            if self.0.len() >= MOST_FIELDS {
                return Err(Unreadable::TooManyFields);
            }
            let name = String::from_utf8_lossy(name).into_owned();
            let colon = line.iter().position(|byte| *byte == b':').unwrap_or_default();
            let value = charset::guessed(&rest[colon + 1..length]);
            self.0.push(Field { name, value });
            rest = &rest[length..];
        }
        budget.spend(raw.len() - rest.len())?;
        Ok(rest)
    }

    /// All of them with their names, from the top.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|field| (field.name.as_str(), field.value.as_str()))
    }

    /// The values of every field of this name, as they came.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let fits = move |field: &&Field| field.name.eq_ignore_ascii_case(name);
        self.0.iter().filter(fits).map(|field| field.value.as_str())
    }

    /// The first of them.
    pub(crate) fn first(&self, name: &'static str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first of them in words: what is encoded in it decoded.
    pub(crate) fn words(
        &self,
        name: &'static str,
        budget: &Budget<'_>,
    ) -> Result<String, Unreadable> {
        let Some(value) = self.first(name) else { return Ok(String::new()) };
        let value = &value[..value.floor_char_boundary(LONGEST_WORDS)];
        budget.spend(work(value))?;
        let line = format!("{}\n", value.trim_end());
        let parsed = MessageStream::new(line.as_bytes()).parse_unstructured();
        Ok(match parsed {
            HeaderValue::Text(text) => text.into_owned(),
            _ => String::new(),
        })
    }

    /// The first of them as the description of a part: a type with parameters.
    pub(crate) fn description(
        &self,
        name: &'static str,
        budget: &Budget<'_>,
    ) -> Result<Option<mail_parser::ContentType<'static>>, Unreadable> {
        let Some(value) = self.first(name) else { return Ok(None) };
        let parameters = value.bytes().filter(|byte| *byte == b';').count();
        if value.len() > LONGEST_DESCRIPTION || parameters > MOST_PARAMETERS {
            return Err(Unreadable::TooLongAField);
        }
        budget.spend(work(value) + value.len() * parameters)?;
        let line = format!("{}\n", value.trim_end());
        match MessageStream::new(line.as_bytes()).parse_content_type().into_owned() {
            HeaderValue::ContentType(kind) => Ok(Some(kind)),
            _ => Ok(None),
        }
    }
}

/// What decoding a value may take: each encoded word that turns out to be none is gone through again.
fn work(value: &str) -> usize {
    value.len() * (1 + value.matches("=?").count())
}

fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.split_at(end)
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// The name of the field that a line begins.
fn name_of(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then_some(name)
}

/// The bytes of a field with all of its lines.
fn length_of_field(bytes: &[u8]) -> usize {
    let mut rest = first_line(bytes).1;
    while rest.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        rest = first_line(rest).1;
    }
    bytes.len() - rest.len()
}

/// Fields with which the header of a mail begins. Other words with a colon may be text.
const FIRST_FIELDS: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Received",
    "Return-Path",
    "Delivered-To",
    "Envelope-To",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "In-Reply-To",
];

/// A mail from where its header begins: without a mark of Unicode and empty lines before it, and with the breaks of
/// lines that mail has.
pub(crate) fn from_header(raw: &[u8]) -> Cow<'_, [u8]> {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    let begin = raw.trim_ascii_start();
    let (line, _) = first_line(begin);
    let begins = name_of(line).is_some_and(|name| {
        FIRST_FIELDS.iter().any(|first| name.eq_ignore_ascii_case(first.as_bytes()))
    });
    let raw = if begins { begin } else { raw };
    if raw.contains(&b'\r') && !raw.contains(&b'\n') {
        let with_breaks = raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte });
        return Cow::Owned(with_breaks.collect());
    }
    Cow::Borrowed(raw)
}

/// The first Message-IDs in values, without angle brackets.
pub(crate) fn ids_in<'m>(values: impl Iterator<Item = &'m str>) -> Vec<String> {
    values.flat_map(ids).take(MOST_REFERENCES).collect()
}

/// As many of the Message-IDs in values: those at the beginning, and those at the end. A thread begins and ends with ours.
pub(crate) fn outer_ids_in<'m>(values: impl Iterator<Item = &'m str>, most: usize) -> Vec<String> {
    let mut found: Vec<String> = values.flat_map(ids).collect();
    if found.len() > most {
        found.drain(most / 2..found.len() - most.div_ceil(2));
    }
    found
}

/// The Message-IDs in a value. One without any bracket has some that a program wrote bare.
fn ids(value: &str) -> impl Iterator<Item = String> {
    let bare = (!value.contains('<')).then(|| {
        value.split(|c: char| c.is_whitespace() || c == ',').filter(|word| word.contains('@'))
    });
    let bracketed = value.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0));
    bracketed.chain(bare.into_iter().flatten()).filter_map(|id| {
        // A long one may be folded.
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        (!id.is_empty() && id.len() <= 998).then_some(id)
    })
}

/// What looks like mail addresses in a value.
pub(crate) fn addresses_in(value: &str) -> impl Iterator<Item = String> {
    let ends = |c: char| c.is_whitespace() || "<>,;:\"()[]".contains(c);
    // A quoted name before the `@` is the same name.
    let value = value.replace("\"@", "@");
    let found: Vec<String> = value
        .split(ends)
        .filter(|word| word.split_once('@').is_some_and(|(l, d)| !l.is_empty() && !d.is_empty()))
        .map(str::to_owned)
        .take(MOST_ADDRESSES)
        .collect();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Stop;

    #[test]
    fn fields_end_where_something_else_begins() {
        let split = |raw: &str| {
            let stop = Stop::default();
            let (fields, rest) = Fields::split(raw.as_bytes(), &Budget::new(&stop)).expect("small");
            let subject = fields.words("Subject", &Budget::new(&stop)).expect("small");
            (subject, String::from_utf8_lossy(rest).into_owned())
        };
        for (raw, subject, rest) in [
            ("From ada Sat\nSubject: a\n b\r\n\r\nhello", "a b", "hello"),
            ("Subject : =?utf-8?q?=C3=BC?= x\n\n\nhello", "ü x", "\nhello"),
            ("Subject: a\nNo field here: or is it\nhello", "a", "No field here: or is it\nhello"),
            ("\nSubject: a", "", "Subject: a"),
            ("Subject: a", "a", ""),
        ] {
            assert_eq!(split(raw), (subject.to_owned(), rest.to_owned()), "{raw:?}");
        }
    }

    #[test]
    fn a_header_begins_behind_a_mark_and_empty_lines_whatever_breaks_its_lines() {
        for raw in [
            "\u{FEFF}Subject: a\n\nhello",
            "\nSubject: a\n\nhello",
            "\u{FEFF}\r\n\r\nSubject: a\n\nhello",
            "Subject: a\r\rhello",
        ] {
            let mail = crate::read_header(raw.as_bytes());
            assert_eq!(mail.subject, "a", "{raw:?}");
        }
        for text in ["\nhttp: a\nb", "\r\nNote: a", "a\nb"] {
            assert_eq!(from_header(text.as_bytes()), text.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn ids_without_brackets_and_the_last_of_many_are_had() {
        assert_eq!(
            ids_in(["a@x b@x,c@x d", "<e@x> f@x"].into_iter()),
            ["a@x", "b@x", "c@x", "e@x"]
        );
        let many = (0..300).map(|number| format!("<{number}@x> ")).collect::<Vec<_>>().concat();
        let outer = outer_ids_in([many.as_str()].into_iter(), 100);
        let ends = (outer.len(), outer[0].as_str(), outer[99].as_str());
        assert_eq!(ends, (100, "0@x", "299@x"));
        let quoted: Vec<String> = addresses_in("Desk <\"abuse+r1.ab\"@example.com>").collect();
        assert_eq!(quoted, ["abuse+r1.ab@example.com"]);
    }

    #[test]
    fn raw_letters_in_a_field_are_read_whatever_they_are_written_in() {
        for raw in [&b"Subject: Gel\xf6scht\n\n"[..], "Subject: Gelöscht\n\n".as_bytes()] {
            let stop = Stop::default();
            let (fields, _) = Fields::split(raw, &Budget::new(&stop)).expect("small");
            assert_eq!(fields.words("subject", &Budget::new(&stop)).as_deref(), Ok("Gelöscht"));
        }
    }
}
