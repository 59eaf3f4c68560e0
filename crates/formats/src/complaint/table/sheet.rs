//! Spreadsheets (XLSX), as rows of cells. Cell by cell, because a sheet of two cells can be said to be a million wide.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

/// Cells of all sheets.
const MOST_CELLS: usize = 500_000;

/// Bytes in a spreadsheet when unpacked.
const MOST_BYTES: u64 = 48 * 1024 * 1024;

/// Files in a spreadsheet.
const MOST_FILES: usize = 1_000;

/// Sheets that are read.
const MOST_SHEETS: usize = 20;

/// Why a spreadsheet was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Broken,
    TooLarge,
}

/// The rows of every sheet.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Vec<Vec<String>>>, Fault> {
    look_at_size(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Fault::Broken)?;
    let mut left = MOST_CELLS;
    let names: Vec<String> = book.sheet_names().into_iter().take(MOST_SHEETS).collect();
    names.iter().map(|name| sheet(&mut book, name, &mut left)).collect()
}

/// Unpacks everything into nothing, and counts: what the list says of sizes need not be so.
fn look_at_size(bytes: &[u8]) -> Result<(), Fault> {
    let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(MOST_FILES + 1).count();
    if entries > MOST_FILES {
        return Err(Fault::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::Broken)?;
    let mut left = MOST_BYTES;
    for number in 0..archive.len() {
        let file = archive.by_index(number).map_err(|_| Fault::Broken)?;
        let unpacked =
            std::io::copy(&mut file.take(left), &mut std::io::sink()).map_err(|_| Fault::Broken)?;
        left -= unpacked;
        if left == 0 {
            return Err(Fault::TooLarge);
        }
    }
    Ok(())
}

fn sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    left: &mut usize,
) -> Result<Vec<Vec<String>>, Fault> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| Fault::Broken)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut current = None;
    while let Some(cell) = cells.next_cell().map_err(|_| Fault::Broken)? {
        *left = left.checked_sub(1).ok_or(Fault::TooLarge)?;
        let (row, column) = cell.get_position();
        if current != Some(row) {
            rows.push(Vec::new());
            current = Some(row);
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if let Some(cells) = rows.last_mut()
            && column < 256
        {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text(cell.get_value());
        }
    }
    Ok(rows)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(time) => instant(time.as_f64()).unwrap_or_default(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Days since the end of 1899, as a time without a zone.
fn instant(days: f64) -> Option<String> {
    const SINCE_1970: f64 = 25_569.0;
    let seconds =
        jiff::SignedDuration::try_from_secs_f64(((days - SINCE_1970) * 86_400.0).round()).ok()?;
    let at = jiff::Timestamp::UNIX_EPOCH.checked_add(seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
