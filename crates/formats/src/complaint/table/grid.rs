//! Tables that were made for eyes: in the text of a mail, drawn with lines, in HTML, in spreadsheets.

use super::columns::{self, Columns, Field};
use super::delimited;

/// Rows of one table.
const MOST_ROWS: usize = 50_000;

/// Lines of one text that are looked at as headers.
const MOST_HEADERS: usize = 10_000;

/// Rows of a table drawn with lines in which a header or a record is looked for.
const MOST_DRAWN: usize = 5_000;

/// Rows by which it is told what the columns of a file without a header are.
const MOST_GUESSED: usize = 100;

/// Cells of a row.
const MOST_CELLS: usize = 256;

/// Tables of one text.
const MOST_TABLES: usize = 200;

/// Longest line that can be a row, in bytes.
const LONGEST_LINE: usize = 16 * 1024;

/// A table whose columns are known.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) columns: Columns,
    pub(super) rows: Vec<Vec<String>>,
}

/// The tables among rows of cells: each begins with a header, or is one record with its names in the first column.
pub(super) fn grids(rows: Vec<Vec<String>>) -> Vec<Grid> {
    let mut grids: Vec<Grid> = Vec::new();
    let mut record: Vec<(String, String)> = Vec::new();
    for row in rows {
        if grids.len() >= MOST_TABLES {
            break;
        }
        if let Some(columns) = header(&row) {
            grids.push(Grid { columns, rows: Vec::new() });
            continue;
        }
        match grids.last_mut() {
            Some(grid) if row.len() >= 2 && row.len() <= grid.columns.width() + 1 => {
                if grid.rows.len() < MOST_ROWS {
                    grid.rows.push(row);
                }
            }
            _ => record.extend(pair(row)),
        }
    }
    grids.extend(vertical(&record));
    grids
}

fn header(row: &[String]) -> Option<Columns> {
    (row.len() >= 2 && row.len() <= MOST_CELLS)
        .then(|| Columns::of(row.iter().map(String::as_str)))?
}

/// A row of a name and a value.
fn pair(row: Vec<String>) -> Option<(String, String)> {
    let [name, value] = <[String; 2]>::try_from(row).ok()?;
    let name = name.trim_end_matches(':').to_owned();
    columns::field(&name).map(|_| (name, value))
}

/// One record whose names stand beside its values.
fn vertical(record: &[(String, String)]) -> Option<Grid> {
    let columns = Columns::of(record.iter().map(|(name, _)| name.as_str()))?;
    let values = record.iter().map(|(_, value)| value.clone()).collect();
    Some(Grid { columns, rows: vec![values] })
}

/// How the cells of a line are divided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Divider {
    By(u8),
    /// By two blanks or more.
    Blanks,
}

/// The tables in a text.
pub(super) fn in_text(text: &str) -> Vec<Grid> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(without_quotation).peekable();
    let mut looked_at = 0;
    let mut caption = "";
    while let Some(line) = lines.next() {
        if found.len() >= MOST_TABLES || looked_at >= MOST_HEADERS {
            break;
        }
        if line.len() < 5 || line.len() > LONGEST_LINE {
            continue;
        }
        looked_at += 1;
        if let Some((columns, divider)) = head(line) {
            let is_of_targets = !columns.is_explicit && is_about_targets(caption);
            let rows = rows(&mut lines, divider);
            if !is_of_targets {
                found.push(Grid { columns, rows });
            }
        } else if line.starts_with('|') {
            let mut drawn = vec![cells(line, Divider::By(b'|'))];
            while let Some(next) = lines.next_if(|next| next.starts_with(['|', '+'])) {
                looked_at += 1;
                if drawn.len() < MOST_DRAWN {
                    drawn.push(cells(next, Divider::By(b'|')));
                }
            }
            found.extend(grids(drawn));
        } else if line.bytes().any(|b| b.is_ascii_alphabetic()) {
            caption = line;
        }
    }
    found.retain(|grid| !grid.rows.is_empty());
    found
}

/// Words in the line above a table of addresses that nobody complains about.
const TARGETS: [&str; 18] = [
    "target",
    "victim",
    "attacked host",
    "attacked server",
    "attacked system",
    "were attacked",
    "was attacked",
    "our server",
    "our host",
    "our system",
    "our address",
    "our own",
    "our network",
    "destination",
    "resolver",
    "name server",
    "unserer",
    "angegriffen",
];

/// Whether a table is one of those who were attacked. A column that is called the source says otherwise.
fn is_about_targets(caption: &str) -> bool {
    let caption = caption[..caption.floor_char_boundary(300)].to_lowercase();
    // `our network` is not in `your network`.
    let names = |words: &str| {
        caption
            .match_indices(words)
            .any(|(at, _)| !caption[..at].ends_with(|c: char| c.is_alphanumeric()))
    };
    TARGETS.iter().any(|word| names(word))
        && !caption.contains("attacked our")
        && !caption.contains("attacking")
}

fn without_quotation(line: &str) -> &str {
    line.trim().trim_start_matches('>').trim_start()
}

/// What stands before the names of columns in a text.
const ANNOUNCING: &[&str] =
    &["Format:", "format:", "Fields:", "fields:", "Columns:", "Header:", "Spalten:", "Legend:"];

fn head(line: &str) -> Option<(Columns, Divider)> {
    crate::complaint::steps::take(line.len());
    let announced = ANNOUNCING.iter().find_map(|word| line.strip_prefix(word));
    let line = announced.map_or(line, str::trim);
    if memchr::memchr(b'|', line.as_bytes()).is_some() {
        let cells = cells(line, Divider::By(b'|'));
        if let Some(columns) = header(&cells) {
            return Some((columns, Divider::By(b'|')));
        }
    }
    if let Some((columns, delimiter)) = delimited::columns_of(line) {
        return Some((columns, Divider::By(delimiter)));
    }
    // Blanks divide cells where two of them stand together.
    let is_divided = memchr::memchr(b'\t', line.as_bytes()).is_some()
        || memchr::memchr_iter(b' ', line.as_bytes())
            .any(|at| line.as_bytes().get(at + 1) == Some(&b' '));
    if !is_divided || !columns::are_known(between_blanks(line)) {
        return None;
    }
    let by_blanks = cells(line, Divider::Blanks);
    Some((header(&by_blanks)?, Divider::Blanks))
}

/// The rows that follow a header: as far as a line that is none.
fn rows<'t>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>,
    divider: Divider,
) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut blank = 0;
    while let Some(line) = lines.peek() {
        let is_rule = line.bytes().all(|b| b"-=+|_*: ".contains(&b));
        if line.is_empty() {
            blank += 1;
        }
        let is_over = blank > 1 || rows.len() >= MOST_ROWS || line.len() > LONGEST_LINE;
        if is_over || blank == 1 && !rows.is_empty() {
            break;
        }
        if is_rule {
            lines.next();
            continue;
        }
        let row = cells(line, divider);
        if row.len() < 2 {
            break;
        }
        blank = 0;
        rows.push(row);
        lines.next();
    }
    rows
}

fn cells(line: &str, divider: Divider) -> Vec<String> {
    crate::complaint::steps::take(line.len());
    match divider {
        Divider::By(b'|') => {
            let line = line.trim();
            let line = line.strip_prefix('|').unwrap_or(line);
            let line = line.strip_suffix('|').unwrap_or(line);
            let cells = line.split('|').map(|cell| cell.trim().trim_matches('"').to_owned());
            cells.take(MOST_CELLS).collect()
        }
        Divider::By(delimiter) => quoted(line, char::from(delimiter)),
        Divider::Blanks => between_blanks(line).map(str::to_owned).take(MOST_CELLS).collect(),
    }
}

/// What stands between two blanks or more, and between tabs.
fn between_blanks(line: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return None;
            }
            let bytes = rest.as_bytes();
            let ends = |at: &usize| {
                bytes[*at] == b'\t' || bytes[*at] == b' ' && bytes.get(at + 1) == Some(&b' ')
            };
            let end = (0..bytes.len()).find(ends).unwrap_or(bytes.len());
            let (cell, behind) = rest.split_at(end);
            rest = behind;
            let cell = cell.trim_end();
            if !cell.is_empty() {
                return Some(cell);
            }
        }
    })
}

/// The cells of one line of CSV.
fn quoted(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().map(|cell| (cell.is_empty(), cell));
        let Some((is_begin, cell)) = cell else { break };
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if is_begin => is_quoted = true,
            c if c == delimiter && !is_quoted => {
                if cells.len() >= MOST_CELLS {
                    break;
                }
                cells.push(String::new());
            }
            ' ' if is_begin && !is_quoted => {}
            c => cell.push(c),
        }
    }
    for cell in &mut cells {
        cell.truncate(cell.trim_end().len());
    }
    cells
}

/// Columns of rows without a header, where only one way to understand them is left: one column of addresses, at most one
/// of times.
pub(super) fn guessed(rows: &[Vec<String>]) -> Option<Columns> {
    let rows = &rows[..rows.len().min(MOST_GUESSED)];
    let width = rows.iter().map(Vec::len).max()?.min(MOST_CELLS);
    let all = |at: usize, is: fn(&str) -> bool| {
        rows.iter().all(|row| row.get(at).is_some_and(|cell| is(cell)))
    };
    let of = |is: fn(&str) -> bool| (0..width).filter(|at| all(*at, is)).collect::<Vec<_>>();
    let sources = of(|cell| crate::complaint::address::ip(cell).is_some());
    let pages = of(|cell| cell.contains("://"));
    let domains = of(|cell| crate::complaint::domain::name(cell).is_some());
    let times = of(|cell| crate::complaint::dates::read(cell).is_some() && cell.len() >= 8);
    let kinds = of(|cell| crate::complaint::Category::from_word(cell).is_some());
    if sources.len() > 1
        || pages.len() > 1
        || domains.len() > 1
        || sources.len() + pages.len() + domains.len() == 0
    {
        return None;
    }
    let mut columns = Columns::default();
    let times = &times[..times.len().min(1)];
    let fields = [
        (Field::Source, &sources[..]),
        (Field::Url, &pages),
        (Field::Domain, &domains),
        (Field::Time, times),
        (Field::Kind, &kinds),
    ];
    for (field, found) in fields {
        for at in found {
            columns.add(field, *at);
        }
    }
    Some(columns)
}

/// Rows of a file without a header, by the character that divides all of them.
pub(super) fn without_header(text: &str) -> Option<Grid> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']) && !line.starts_with("//"))
        .take(MOST_ROWS)
        .collect();
    let divider = [b'|', b'\t', b';', b','].into_iter().find(|by| {
        !lines.is_empty()
            && lines.iter().all(|line| line.len() <= LONGEST_LINE && line.contains(char::from(*by)))
    })?;
    let rows: Vec<Vec<String>> =
        lines.iter().map(|line| cells(line, Divider::By(divider))).collect();
    let columns = guessed(&rows)?;
    Some(Grid { columns, rows })
}
