//! What is printed: tables for people, JSON for scripts. All printing goes through here.

use std::io::Write;

use anyhow::Result;
use portreeve_core::text::one_line;
use serde::Serialize;

/// Longest cell of a table, in characters.
const CELL: usize = 60;

/// Prints a line.
pub(crate) fn say(line: impl AsRef<str>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", line.as_ref())?;
    out.flush()?;
    Ok(())
}

/// Prints a line for the person, beside the result. One that cannot be printed is lost.
pub(crate) fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    say(serde_json::to_string_pretty(value)?)
}

/// A table in the making.
pub(crate) struct Output {
    rows: Vec<Vec<String>>,
}

impl Output {
    /// A table with these headings.
    pub(crate) fn table(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    /// Adds a row. Text from outside is made safe for a terminal.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints the table; every column as wide as its widest cell, the last one free.
    pub(crate) fn print(self) -> Result<()> {
        let last = self.rows.first().map_or(0, Vec::len).saturating_sub(1);
        let limit = |at: usize| if at == last { 200 } else { CELL };
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().enumerate().map(|(at, cell)| one_line(cell, limit(at))).collect())
            .collect();
        let width = |at: usize| {
            rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..=last).map(|at| width(at).unwrap_or(0)).collect();
        for row in &rows {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                if at == last {
                    line.push_str(cell);
                } else {
                    line.push_str(&format!("{cell:<width$}  ", width = widths[at]));
                }
            }
            say(line.trim_end())?;
        }
        Ok(())
    }
}
