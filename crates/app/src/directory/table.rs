//! Reading a table as table programs and databases write it: CSV with a header, separated by comma, semicolon, tab or
//! bar, in UTF-8, UTF-16 or windows-1252.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use super::encoding::{Meter, Utf8Lines, text};
use super::file::{BadRow, Place};

/// Longest header, in bytes.
const LONGEST_HEADER: u64 = 64 * 1024;

/// What separates the fields of a row, if the file does not say.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What is said of the first field that is not UTF-8.
pub(crate) const NOT_UTF8: &str =
    "is not UTF-8; it was read as windows-1252, and so are others like it";

/// The header once more, and the lines behind it.
type Lines<R> = io::Chain<Cursor<Vec<u8>>, BufReader<Utf8Lines<R>>>;

/// A table that is being read.
pub(crate) struct Table<R: Read> {
    reader: csv::Reader<Lines<R>>,
    record: csv::ByteRecord,
    meter: Rc<Meter>,
    columns: Vec<String>,
    /// Lines before the header.
    skipped: u64,
    is_utf8: bool,
    is_over: bool,
}

/// What quotes around a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// They enclose it.
    Enclose,
    /// They belong to its text.
    AreText,
}

/// A row of a table.
#[derive(Debug)]
pub(crate) enum TableRow<'a> {
    /// A field for each column; fewer, where a table program left off empty cells at the end.
    Fields {
        /// The line on which it begins.
        line: u64,
        /// The fields in the order of the columns.
        fields: Vec<Cow<'a, str>>,
        /// The column of the first field of the table that is not UTF-8, where this row has it.
        odd: Option<usize>,
    },
    /// It has other fields than the header, or nothing behind it can be read.
    Unusable {
        /// The line on which it begins.
        line: u64,
        /// What is wrong.
        why: String,
    },
}

impl<R: Read> Table<R> {
    /// Reads the header. `known` are names of columns that are looked for, in lower case; `required` has to be there. An
    /// error means that not even the header can be used.
    pub(crate) fn open(
        input: R,
        quotes: Quotes,
        known: &[&str],
        required: &str,
    ) -> Result<Self, BadRow> {
        let meter = Rc::new(Meter::default());
        let unreadable = |error: io::Error| BadRow { place: Place::file(), why: error.to_string() };
        let lines = Utf8Lines::new(input, Rc::clone(&meter)).map_err(unreadable)?;
        let mut lines = BufReader::new(lines);
        let head = Head::read(&mut lines).map_err(unreadable)?;
        let at_header = |why: String| BadRow { place: Place::line(head.skipped + 1), why };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .quoting(quotes == Quotes::Enclose)
            .delimiter(head.separator(known, required))
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Cursor::new(head.line.clone()).chain(lines));
        let names = reader.byte_headers().map_err(|error| at_header(error.to_string()))?;
        let columns = column_names(names);
        if !columns.iter().any(|name| name == required) {
            let found = portreeve_core::text::one_line(&columns.join(", "), 200);
            return Err(at_header(format!("the header has no column {required}; it has: {found}")));
        }
        for column in known {
            if columns.iter().filter(|name| name == column).count() > 1 {
                return Err(at_header(format!("the column {column} occurs twice")));
            }
        }
        let record = csv::ByteRecord::new();
        let skipped = head.skipped;
        Ok(Self { reader, record, meter, columns, skipped, is_utf8: true, is_over: false })
    }

    /// The names of the columns, in lower case.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How much of the input was read.
    pub(crate) fn bytes(&self) -> u64 {
        self.meter.bytes.get()
    }

    /// The next row that has anything in it.
    pub(crate) fn next_row(&mut self) -> Option<TableRow<'_>> {
        // Table programs write rows without anything in them, and fields behind the last column.
        let is_blank = |field: &[u8]| field.trim_ascii().is_empty();
        let line = loop {
            if self.is_over {
                return None;
            }
            self.meter.row();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(false) => return None,
                Ok(true) => {}
                Err(error) => {
                    // Nothing behind an unreadable place can be trusted to be a row.
                    self.is_over = true;
                    let line = self.skipped + self.reader.position().line();
                    return Some(TableRow::Unusable { line, why: error.to_string() });
                }
            }
            // The reader stands at the line after the row; the row began before the line breaks in it.
            let breaks = self.record.as_slice().split(|byte| *byte == b'\n').count() - 1;
            let breaks = u64::try_from(breaks).unwrap_or(0);
            let line = self.skipped + self.reader.position().line() - breaks;
            // Every line ends, so that only a quote leads a row beyond the end of the file.
            if self.meter.is_over.get() {
                self.is_over = true;
                let why = "has an unclosed quote; nothing after it was read".to_owned();
                return Some(TableRow::Unusable { line, why });
            }
            // DOS ends a file with Ctrl-Z.
            let is_end = self.record.len() == 1 && self.record[0].trim_ascii() == b"\x1a";
            if !is_end && !self.record.iter().all(is_blank) {
                break line.saturating_sub(1);
            }
        };
        let width = self.columns.len();
        if !self.record.iter().skip(width).all(is_blank) {
            let why = format!("has {} fields, but the header has {width}", self.record.len());
            return Some(TableRow::Unusable { line, why });
        }
        let mut odd = None;
        let mut fields = Vec::with_capacity(width);
        for (column, bytes) in self.record.iter().take(width).enumerate() {
            let (text, was_utf8) = text(bytes);
            if self.is_utf8 && !was_utf8 {
                self.is_utf8 = false;
                odd = Some(column);
            }
            fields.push(text);
        }
        Some(TableRow::Fields { line, fields, odd })
    }
}

/// The header of a file, and what stands before it.
struct Head {
    line: Vec<u8>,
    /// Lines before it.
    skipped: u64,
    /// What separates fields, where the file says so (`sep=;`).
    declared: Option<u8>,
}

impl Head {
    fn read(lines: &mut impl BufRead) -> io::Result<Self> {
        let mut head = Self { line: Vec::new(), skipped: 0, declared: None };
        loop {
            head.line.clear();
            let read = lines.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut head.line)?;
            let line = head.line.trim_ascii();
            let declared = declared_separator(line).filter(|_| head.declared.is_none());
            if read == 0 || !(line.is_empty() || declared.is_some()) {
                return Ok(head);
            }
            head.skipped += 1;
            head.declared = head.declared.or(declared);
        }
    }

    /// The separator by which the header has the most columns that are known, among them the one that has to be there.
    fn separator(&self, known: &[&str], required: &str) -> u8 {
        let count_of = |separator: u8| {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(separator)
                .has_headers(false)
                .from_reader(self.line.as_slice());
            let names = reader.byte_records().next().and_then(Result::ok);
            let names = names.map(|names| column_names(&names)).unwrap_or_default();
            let is_usable = names.iter().any(|name| name == required);
            let count = names.iter().filter(|name| known.contains(&name.as_str())).count();
            if is_usable { count } else { 0 }
        };
        let mut best = (0, self.declared.unwrap_or(b','));
        for separator in self.declared.into_iter().chain(SEPARATORS) {
            let count = count_of(separator);
            if count > best.0 {
                best = (count, separator);
            }
        }
        best.1
    }
}

/// The line with which Excel is told the separator.
fn declared_separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        // A tab behind it was taken for a blank at the end of the line.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(b'\t'),
        _ => None,
    }
}

fn column_names(header: &csv::ByteRecord) -> Vec<String> {
    header.iter().map(|name| text(name).0.trim().to_lowercase()).collect()
}
