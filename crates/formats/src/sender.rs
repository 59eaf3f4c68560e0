//! Who wrote a mail. Whose answer it is hangs on it, so that an address is had only from what every program reads alike;
//! of all else (groups, several addresses, odd brackets) nobody in particular is the sender.

/// Longest address (RFC 5321 §4.5.3.1.3 allows 256 with brackets).
const LONGEST: usize = 320;

/// Comments in comments.
const DEEPEST_COMMENT: u32 = 8;

/// What stands between two commas.
#[derive(Default)]
struct Piece {
    /// Outside of quotes, comments and angle brackets.
    words: String,
    in_brackets: Option<String>,
    has_quote: bool,
}

/// The one address in a value of `From`. A name may have a comma in it, which makes two of it.
pub(crate) fn only_address(value: &str) -> Option<String> {
    let pieces = pieces(value)?;
    let names = |piece: &&Piece| piece.in_brackets.is_some() || piece.words.contains('@');
    let (last, others) = pieces.split_last()?;
    if others.iter().any(|piece| names(&piece)) || !names(&last) {
        return None;
    }
    let address = match &last.in_brackets {
        Some(address) => address,
        None if last.has_quote => return None,
        None => &last.words,
    };
    let address = address.trim();
    is_address(address).then(|| address.to_owned())
}

fn pieces(value: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let (mut quoted, mut comment, mut bracketed) = (false, 0_u32, false);
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted || comment > 0 => drop(chars.next()),
            '"' if comment == 0 && !bracketed => {
                quoted = !quoted;
                piece.has_quote = true;
            }
            _ if quoted => {}
            '(' => {
                comment += 1;
                if comment > DEEPEST_COMMENT {
                    return None;
                }
            }
            ')' => comment = comment.checked_sub(1)?,
            _ if comment > 0 => {}
            '<' if bracketed || piece.in_brackets.is_some() => return None,
            '<' => {
                bracketed = true;
                piece.in_brackets = Some(String::new());
            }
            '>' if !bracketed => return None,
            '>' => bracketed = false,
            _ if bracketed => piece.in_brackets.as_mut()?.push(c),
            // What stands behind an address is no part of a name.
            _ if piece.in_brackets.is_some() && !c.is_whitespace() && c != ',' => return None,
            // A group (RFC 5322 §3.4), which some programs show and others do not.
            ':' | ';' => return None,
            ',' => pieces.push(std::mem::take(&mut piece)),
            _ => piece.words.push(c),
        }
    }
    pieces.push(piece);
    (!quoted && comment == 0 && !bracketed).then_some(pieces)
}

/// One `@`, something plain before it, and the name of a host behind it, which may be in its own letters.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c);
    let fits =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    text.len() <= LONGEST
        && !local.is_empty()
        && !local.contains(odd)
        && !domain.is_empty()
        && domain.split('.').all(fits)
}

#[cfg(test)]
mod tests {
    use super::only_address;

    #[test]
    fn an_address_is_had_where_everybody_reads_the_same() {
        for (value, address) in [
            (" ada@example.com\r\n", "ada@example.com"),
            ("<ada@example.com>", "ada@example.com"),
            ("Ada (the one) <ada@example.com>", "ada@example.com"),
            ("\"Example: Ada, <x@example.net>\" <ada@example.com>", "ada@example.com"),
            ("Example, Ada <ada@example.com>", "ada@example.com"),
            ("ada@example.com <ben@example.net>", "ben@example.net"),
            ("ada@example.com (Ada)", "ada@example.com"),
            ("=?utf-8?q?Ad=C3=A4?=\r\n <a.b+c@example.com>", "a.b+c@example.com"),
            ("Jörg <jörg@müller.example.com>", "jörg@müller.example.com"),
        ] {
            assert_eq!(only_address(value).as_deref(), Some(address), "{value}");
        }
    }

    #[test]
    fn what_is_odd_is_nobody() {
        for value in [
            "",
            "Ada",
            "ada@example.com, ben@example.net",
            "Friends: ada@example.com;",
            "ada@example.com:;",
            "ben@example.net: ada@example.com;",
            "undisclosed-recipients:;",
            "<ada@example.com> <ben@example.net>",
            "<ada@example.com> ben",
            "<ada@example.com>, ben",
            "Ada <ada@example.com",
            "Ada (ada@example.com",
            "\"ada@example.com",
            "<@example.net:ada@example.com>",
            "<ada@example.com@example.net>",
            "<ada@[192.0.2.1]>",
            "\"ada\"@example.com",
            "<ada@example..com>",
            "<ada @example.com>",
            "ada@example.com\u{0} <x>",
        ] {
            assert_eq!(only_address(value), None, "{value}");
        }
    }
}
