//! Tables whose cells are divided by a character (CSV and its kin), read as they come: of a file of a gigabyte, a row is
//! in memory at a time.

use std::cell::Cell;
use std::io::{self, Chain, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::columns::Columns;
use super::row::Rules;
use crate::complaint::reading::Allegation;

/// Bytes in which the header is looked for: senders put licences and explanations before it.
const BEGINNING: usize = 64 * 1024;

/// Lines in which the header is looked for.
const MOST_LINES: usize = 500;

/// Longest row, in bytes. A quotation mark that nobody closes makes one row of all the rest.
const LONGEST_ROW: usize = 1024 * 1024;

const DELIMITERS: [u8; 4] = *b",;|\t";

/// A table whose header was found.
pub(super) struct Delimited<R> {
    pub(super) columns: Columns,
    delimiter: u8,
    rows: Chain<Cursor<Vec<u8>>, R>,
}

/// Ends a table whose row does not end: of what a row has more than its longest, nothing is kept.
struct Bounded<'c, R> {
    rows: R,
    /// Bytes since the last row that ended.
    since: &'c Cell<usize>,
    is_over: bool,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.is_over |= self.since.get() > LONGEST_ROW + BEGINNING;
        if self.is_over {
            return Ok(0);
        }
        let length = self.rows.read(into)?;
        self.since.set(self.since.get() + length);
        Ok(length)
    }
}

/// Looks for a table in what is read.
pub(super) fn open<R: Read>(mut input: R) -> io::Result<Option<Delimited<R>>> {
    let mut beginning = Vec::new();
    input
        .by_ref()
        .take(u64::try_from(BEGINNING).unwrap_or(u64::MAX))
        .read_to_end(&mut beginning)?;
    Ok(header(&beginning).map(|(columns, delimiter, end)| {
        beginning.drain(..end);
        Delimited { columns, delimiter, rows: Cursor::new(beginning).chain(input) }
    }))
}

/// Whether text begins with a table.
pub(super) fn is_one(text: &[u8]) -> bool {
    header(&text[..text.len().min(BEGINNING)]).is_some()
}

/// The header among the first lines, by what the cells are divided, and where it ends.
fn header(text: &[u8]) -> Option<(Columns, u8, usize)> {
    crate::complaint::steps::take(text.len());
    let mut end = 0;
    for line in text.split_inclusive(|b| *b == b'\n').take(MOST_LINES) {
        end += line.len();
        let Ok(line) = std::str::from_utf8(line) else { continue };
        if let Some((columns, delimiter)) = columns_of(line) {
            return Some((columns, delimiter, end));
        }
    }
    None
}

/// The columns of a line that is a header.
pub(super) fn columns_of(line: &str) -> Option<(Columns, u8)> {
    let line = line.trim();
    if line.len() > BEGINNING / 4 {
        return None;
    }
    // Comments in which feeds explain their columns: `#category|address|asn`.
    let line = line.trim_start_matches("//").trim_start_matches(['#', ';', '\u{feff}']).trim();
    let by = |delimiter: u8| {
        let is_divided = memchr::memchr(delimiter, line.as_bytes()).is_some();
        let cells = is_divided.then(|| cells(line, delimiter))?;
        Some((Columns::of(cells)?, delimiter))
    };
    DELIMITERS.into_iter().find_map(by)
}

fn cells(line: &str, delimiter: u8) -> impl Iterator<Item = &str> + Clone {
    line.split(char::from(delimiter)).map(|cell| cell.trim().trim_matches(['"', '\'']))
}

/// How a table ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) rows: u64,
    /// Rows that are no rows of this table.
    pub(super) broken: u64,
}

impl<R: Read> Delimited<R> {
    /// Reads all rows, as long as more is wanted.
    pub(super) fn read(
        self,
        rules: &mut Rules<'_>,
        mut found: impl FnMut(Allegation) -> bool,
    ) -> io::Result<End> {
        let since = Cell::new(0);
        let mut reader = ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::CRLF)
            .buffer_capacity(BEGINNING)
            .from_reader(Bounded { rows: self.rows, since: &since, is_over: false });
        let mut record = ByteRecord::new();
        let mut end = End::default();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(end),
                Err(error) => match error.into_kind() {
                    csv::ErrorKind::Io(error) => return Err(error),
                    _ => {
                        end.broken += 1;
                        continue;
                    }
                },
            }
            crate::complaint::steps::take(record.as_slice().len());
            since.set(0);
            let begin = record.get(0).unwrap_or_default();
            if record.len() == 1 && begin.trim_ascii().is_empty() || begin.starts_with(b"#") {
                continue;
            }
            if record.as_slice().len() > LONGEST_ROW || record.len() < 2 {
                end.broken += 1;
                continue;
            }
            end.rows += 1;
            let cell = |at: usize| {
                let cell = record.get(at).unwrap_or_default();
                std::str::from_utf8(cell).unwrap_or_default().trim()
            };
            let mut is_wanted = true;
            rules.allegations(cell, |allegation| is_wanted &= found(allegation));
            if !is_wanted {
                return Ok(end);
            }
        }
    }
}
