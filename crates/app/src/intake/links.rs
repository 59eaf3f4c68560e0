//! Links of customers in what a mail quotes. Whoever has one acts as the customer, so none may be read on a page of
//! staff or be kept in a message. The mail itself is kept as it came.

/// Hex digits of a link's token.
const DIGITS: usize = 64;

/// What is hidden at least: the beginning of a token that was cut off is none that leads anywhere, but a long one leaves
/// little to guess.
const FEWEST: usize = 16;

/// What stands before a token: as it is, and in the links that filters of mail servers put in its place.
const BEFORE: [&str; 2] = ["/client/r/", "%2fclient%2fr%2f"];

/// The text without the tokens of links, also where a program broke one over lines. It goes through the text once.
pub fn without_secret_links(text: &str) -> String {
    // The same places as in the text, as only ASCII changes.
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(begin) = next_token(&lower, done) {
        out.push_str(&text[done..begin]);
        done = begin;
        if let Some(length) = token(&lower[begin..]) {
            out.push('…');
            done += length;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Where the next token would begin. Each place is looked at once, for all marks.
fn next_token(lower: &str, from: usize) -> Option<usize> {
    let bytes = lower.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let mark = BEFORE.iter().find(|mark| bytes[at..].starts_with(mark.as_bytes()))?;
        Some(at + mark.len())
    })
}

/// How many bytes a token has that begins here, with the breaks in it.
fn token(text: &str) -> Option<usize> {
    let (mut digits, mut length, mut rest) = (0, 0, text);
    loop {
        let run = rest.bytes().take(DIGITS - digits).take_while(u8::is_ascii_hexdigit).count();
        digits += run;
        length += run;
        rest = &rest[run..];
        let gap = gap(rest);
        if run == 0 || digits == DIGITS || gap == 0 {
            return (digits >= FEWEST).then_some(length);
        }
        if !rest[gap..].starts_with(|c: char| c.is_ascii_hexdigit()) {
            return (digits >= FEWEST).then_some(length);
        }
        length += gap;
        rest = &rest[gap..];
    }
}

/// The bytes of a line's end and of the marks of quotation before the next line's text.
fn gap(text: &str) -> usize {
    if !text.starts_with(['\r', '\n']) {
        return 0;
    }
    text.bytes().take_while(|b| matches!(b, b'\r' | b'\n' | b' ' | b'\t' | b'>')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_links_there_are_all_are_hidden() {
        let token = "0123456789abcdef".repeat(4);
        for mark in BEFORE {
            let text = format!("x{mark}").repeat(100_000) + mark + &token;
            let shown = without_secret_links(&text);
            assert!(shown.ends_with(&format!("{mark}…")) && !shown.contains(&token));
        }
        let broken = "/client/r/0\n>\n".repeat(100_000);
        assert_eq!(without_secret_links(&broken), broken);
    }

    #[test]
    fn the_token_of_a_link_is_hidden_however_it_is_quoted() {
        let token = "0123456789abcdef".repeat(4);
        let link = format!("https://abuse.example.com/client/r/{token}");
        let hidden = "https://abuse.example.com/client/r/…";
        let wrapped = format!("> {}\r\n> {}.", &link[..60], &link[60..]);
        for (text, shown) in [
            (format!("See {link}."), format!("See {hidden}.")),
            (
                format!("{link}/reports/7 and <{link}>"),
                format!("{hidden}/reports/7 and <{hidden}>"),
            ),
            (link.to_uppercase(), "HTTPS://ABUSE.EXAMPLE.COM/CLIENT/R/…".to_owned()),
            (wrapped, format!("> {hidden}.")),
            (
                format!("url=https%3A%2F%2Fabuse.example.com%2Fclient%2Fr%2F{token}&x=1"),
                "url=https%3A%2F%2Fabuse.example.com%2Fclient%2Fr%2F…&x=1".to_owned(),
            ),
            (format!("{link}\nadded"), format!("{hidden}\nadded")),
            (format!("ü {}\n", &link[..80]), format!("ü {hidden}\n")),
            (format!("sha256 {token}"), format!("sha256 {token}")),
            (
                "/client/r/face and /client/r/".to_owned(),
                "/client/r/face and /client/r/".to_owned(),
            ),
            (String::new(), String::new()),
        ] {
            assert_eq!(without_secret_links(&text), shown, "{text}");
        }
    }
}
