//! Links of customers in what a mail quotes. Whoever has one acts as the customer, so none may be read on a page of
//! staff or be kept in a message. The mail itself is kept as it came.

/// Hex digits of a link's token.
const DIGITS: usize = 64;

/// What is hidden at least: the beginning of a token that was cut off is none that leads anywhere, but a long one leaves
/// little to guess.
const FEWEST: usize = 16;

/// What a checksum of as many digits as a token is said to be. Where one of these stands shortly before, the digits stay.
const CHECKSUM: [&str; 5] = ["sha256", "sha-256", "sha_256", "hash", "checksum"];

/// How far before the digits that is looked for, in bytes of the same line.
const SHORTLY: usize = 40;

/// Digits in a row that hide a token: before it may stand what is left of an escaped slash (`252f`).
const IN_A_ROW: std::ops::RangeInclusive<usize> = DIGITS..=DIGITS + 6;

/// The text without the tokens of links, also where a program broke one over lines, or a filter of a mail server put a
/// link of its own in the place of ours: as many digits as a token has are taken for one, whatever stands before them.
/// It goes through the text once.
pub fn without_secret_links(text: &str) -> String {
    // The same places as in the text, as only ASCII changes.
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        let (begin, length) = if let Some(mark) = mark(&bytes[at..]) {
            let begin = at + mark + count(&bytes[at + mark..], |b| b"\r\n\t >=".contains(&b));
            at += mark;
            (begin, token(&lower[begin..]))
        } else if bytes[at].is_ascii_hexdigit() {
            (at, bare_token(&lower, at))
        } else {
            at += 1;
            continue;
        };
        if let Some(length) = length {
            out.push_str(&text[done..begin]);
            out.push('…');
            done = begin + length;
            at = done;
        }
        at += count(&bytes[at..], |b| b.is_ascii_hexdigit());
    }
    out.push_str(&text[done..]);
    out
}

fn count(bytes: &[u8], is_one: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| is_one(**b)).count()
}

/// How long the mark of a link is that begins here: `client/r/` without its first letter, which may be a digit of what
/// stands before it, with slashes as filters write them.
fn mark(bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    for word in [&b"lient"[..], b"r"] {
        let rest = &bytes[length..];
        if !rest.starts_with(word) {
            return None;
        }
        let slashes = slashes(&rest[word.len()..]);
        if slashes == 0 {
            return None;
        }
        length += word.len() + slashes;
    }
    Some(length)
}

/// The bytes of slashes, also of escaped ones.
fn slashes(bytes: &[u8]) -> usize {
    const SLASHES: [&[u8]; 7] = [b"/", b"_", b"\\", b"%2f", b"%252f", b"=2f", b"-2f"];
    let mut length = 0;
    while let Some(one) = SLASHES.iter().find(|one| bytes[length..].starts_with(one)) {
        length += one.len();
    }
    length
}

/// How many bytes a token has whose digits begin here, with nothing that says that it is one.
fn bare_token(lower: &str, at: usize) -> Option<usize> {
    let (before, rest) = lower.as_bytes().split_at(at);
    let run = count(rest, |b| b.is_ascii_hexdigit());
    if IN_A_ROW.contains(&run) {
        return (!is_checksum(before)).then_some(run);
    }
    // A link that was broken goes on before the break. A list of shorter digits, one a line, is none.
    let goes_on = before.last().is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>');
    if run >= DIGITS || !goes_on {
        return None;
    }
    let (digits, length) = digits(&lower[at..]);
    let is_whole = digits == DIGITS && !rest.get(length).is_some_and(u8::is_ascii_hexdigit);
    (is_whole && !is_checksum(before)).then_some(length)
}

/// Whether what stands before digits says that they are a checksum.
fn is_checksum(before: &[u8]) -> bool {
    let shortly = &before[before.len().saturating_sub(SHORTLY)..];
    let line = shortly.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    !line.contains("client") && CHECKSUM.iter().any(|word| line.contains(word))
}

/// How many bytes a token has that begins here, with the breaks in it.
fn token(text: &str) -> Option<usize> {
    let (digits, length) = digits(text);
    (digits >= FEWEST).then_some(length)
}

/// The digits of a token that begins here, and how many bytes they are with the breaks in it.
fn digits(text: &str) -> (usize, usize) {
    let (mut digits, mut length, mut rest) = (0, 0, text);
    loop {
        let run = rest.bytes().take(DIGITS - digits).take_while(u8::is_ascii_hexdigit).count();
        digits += run;
        length += run;
        rest = &rest[run..];
        let gap = gap(rest);
        if run == 0
            || digits == DIGITS
            || gap == 0
            || !rest[gap..].starts_with(|c: char| c.is_ascii_hexdigit())
        {
            return (digits, length);
        }
        length += gap;
        rest = &rest[gap..];
    }
}

/// The bytes of a line's end, also of a soft one, and of the marks of quotation before the next line's text.
fn gap(text: &str) -> usize {
    let soft = usize::from(text.starts_with('='));
    let spaces = count(&text.as_bytes()[soft..], |b| b == b' ' || b == b'\t');
    let end = &text.as_bytes()[soft + spaces..];
    if !end.starts_with(b"\r") && !end.starts_with(b"\n") {
        return 0;
    }
    soft + spaces + count(end, |b| b"\r\n\t >".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_links_there_are_all_are_hidden() {
        let token = "0123456789abcdef".repeat(4);
        for mark in ["/client/r/", "%2fclient%2fr%2f"] {
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

    #[test]
    fn a_token_is_hidden_in_whatever_link_a_filter_makes_of_ours() {
        let token = "0123456789abcdef".repeat(4);
        let (first, second) = token.split_at(30);
        for text in [
            format!("https://urldefense.com/v2/url?u=http-3A__h_client_r_{token}&d=x"),
            format!("https://h//client//r//{token}"),
            format!("https://h/?u=%2Fclient/r/{token}"),
            format!("https://h/?u=client%252Fr%252F{token}%252F1"),
            format!("{{\"u\":\"https:\\/\\/h\\/client\\/r\\/{token}\"}}"),
            format!("https://h/client/r/\n{token}"),
            format!("> https://h/client/r/\r\n> {first}\r\n> {second}"),
            format!("https://h/client/r/{first}=\r\n{second}"),
            format!("https://h/go/{first} \n > {second} x"),
            format!("https://h/go?t={}", token.to_uppercase()),
            format!("see the hash https://h/client-r-{token}"),
            format!("x%252F{token}"),
            format!("Token: {token}"),
            token.clone(),
        ] {
            let shown = without_secret_links(&text);
            let lower = shown.to_lowercase();
            assert!(shown.contains('…') && !lower.contains(second), "{text}: {shown}");
        }
    }

    #[test]
    fn digits_that_are_no_token_stay() {
        let token = "0123456789abcdef".repeat(4);
        for text in [
            format!("SHA256 (a.bin) = {token}"),
            format!("file hash: {token}"),
            format!("{token}{token}"),
            format!("{}\n{}\n{}\n", &token[..32], &token[..32], &token[..32]),
            format!("md5 {} sha1 {}", &token[..32], &token[..40]),
            "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n".repeat(9),
            "face\n".repeat(40),
        ] {
            assert_eq!(without_secret_links(&text), text);
        }
        let broken = "/0\n>\n".repeat(300_000) + "client/r/";
        assert_eq!(without_secret_links(&broken), broken);
    }
}
