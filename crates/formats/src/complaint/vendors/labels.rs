//! `Label: value`, one on a line, as programs write them for people.

use super::super::document::lines;

/// Longest label, in bytes.
const LONGEST_LABEL: usize = 60;

/// A label, in lower case and without decoration, and what stands beside it or, where that is nothing, on the next line.
pub(in super::super) fn fields(text: &str) -> impl Iterator<Item = (String, &str)> {
    let mut lines = lines(text).map(|(_, line)| line).peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let Some((label, value)) = field(line) else { continue };
            if !value.is_empty() {
                return Some((label, value));
            }
            while lines.next_if(|line| line.trim().is_empty()).is_some() {}
            let below = lines.peek().filter(|line| field(line).is_none());
            return Some((label, below.map_or("", |line| line.trim())));
        }
    })
}

/// The label of a line and its value, which may be empty.
pub(in super::super) fn field(line: &str) -> Option<(String, &str)> {
    let line = line.trim_matches(|c: char| c.is_whitespace() || "|>*-•+".contains(c));
    let (label, value) = line.split_once([':', '|'])?;
    // Pages and times have colons of their own.
    if value.starts_with("//") || value.starts_with("[//]") {
        return None;
    }
    let label = label.trim_matches(|c: char| c.is_whitespace() || "*_#[]".contains(c));
    let is_label = !label.is_empty()
        && label.len() <= LONGEST_LABEL
        && label.chars().any(char::is_alphabetic)
        && !label.chars().next().is_some_and(|c| c.is_ascii_digit());
    is_label.then(|| {
        let value = value.trim_matches(|c: char| c.is_whitespace() || "|*:".contains(c));
        (label.to_lowercase(), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_in_lines_and_tables_and_with_their_value_below() {
        let text = "IP Address: 192.0.2.1\n| Discovered | 02 Jan 25 03:04 UTC |\n**Reported URLs:**\n\n  https://example.com/x\nhttps://example.com/y: z\nEmpty:\nNext: 1\n";
        let found: Vec<_> = fields(text).collect();
        let found: Vec<_> = found.iter().map(|(label, value)| (label.as_str(), *value)).collect();
        assert_eq!(
            found,
            [
                ("ip address", "192.0.2.1"),
                ("discovered", "02 Jan 25 03:04 UTC"),
                ("reported urls", "https://example.com/x"),
                ("empty", ""),
                ("next", "1"),
            ]
        );
    }
}
