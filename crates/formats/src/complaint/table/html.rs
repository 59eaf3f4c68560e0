//! Tables in HTML, as rows of cells. One pass; what is not closed is closed by what follows.

/// Tables inside of each other.
const DEEPEST: usize = 64;

/// Rows of all tables.
const MOST_ROWS: usize = 50_000;

/// Longest cell, in bytes: what is longer is layout.
const LONGEST_CELL: usize = 4096;

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    /// The text of the cell that is open.
    cell: Option<String>,
}

impl Table {
    fn end_cell(&mut self) {
        if let Some(cell) = self.cell.take() {
            if self.rows.is_empty() {
                self.rows.push(Vec::new());
            }
            let text =
                htmlize::unescape(cell.as_str()).split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(row) = self.rows.last_mut() {
                row.push(text);
            }
        }
    }
}

/// The tables of a page, innermost first.
pub(super) fn tables(html: &str) -> Vec<Vec<Vec<String>>> {
    let mut open: Vec<Table> = Vec::new();
    let mut done = Vec::new();
    let mut rows = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        add_text(&mut open, &rest[..at]);
        rest = &rest[at..];
        let Some(end) = end_of_tag(rest) else { break };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name = name(tag);
        match name.as_str() {
            "table" if open.len() < DEEPEST => open.push(Table::default()),
            "/table" => done.extend(open.pop().map(finished)),
            "tr" if rows < MOST_ROWS => {
                if let Some(table) = open.last_mut() {
                    table.end_cell();
                    table.rows.push(Vec::new());
                    rows += 1;
                }
            }
            "td" | "th" => {
                if let Some(table) = open.last_mut() {
                    table.end_cell();
                    table.cell = Some(String::new());
                }
            }
            "/td" | "/th" | "/tr" => {
                open.iter_mut().next_back().into_iter().for_each(Table::end_cell);
            }
            "br" | "br/" | "p" | "div" | "li" | "/p" | "/div" => add_text(&mut open, " "),
            // Some pages show their rows in fields.
            "input" => {
                if let Some((_, value)) = tag.split_once("value=\"") {
                    add_text(&mut open, value.split('"').next().unwrap_or_default());
                }
            }
            "script" | "style" => {
                let close = if name == "script" { "</script" } else { "</style" };
                rest = &rest[find_without_case(rest, close)..];
            }
            _ => {}
        }
    }
    done.extend(open.into_iter().rev().map(finished));
    done.retain(|table| table.len() > 1);
    done
}

fn finished(mut table: Table) -> Vec<Vec<String>> {
    table.end_cell();
    table.rows.retain(|row| !row.is_empty());
    table.rows
}

fn add_text(open: &mut [Table], text: &str) {
    if let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut())
        && cell.len() < LONGEST_CELL
    {
        cell.push_str(&text[..text.floor_char_boundary(LONGEST_CELL)]);
    }
}

/// Where a tag or comment that begins the text ends.
fn end_of_tag(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return text.find("-->").map(|at| at + 2);
    }
    text.find('>')
}

fn name(tag: &str) -> String {
    let end = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
    let end = tag.floor_char_boundary(end.min(8));
    tag[..end].to_ascii_lowercase()
}

fn find_without_case(text: &str, what: &str) -> usize {
    let found = text
        .as_bytes()
        .windows(what.len())
        .position(|window| window.eq_ignore_ascii_case(what.as_bytes()));
    found.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_taken_out_of_nested_and_broken_tables() {
        let html = "<table><tr><td>layout<table><TR><TH>IP<th>Time &amp; zone</tr><tr><td><b>192.0.2.1</b><br>x<td>now</table></td></tr></table><style>td {</style>";
        let found = tables(html);
        assert_eq!(found[0], [["IP", "Time & zone"], ["192.0.2.1 x", "now"]]);
    }
}
