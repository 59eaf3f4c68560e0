//! The commands of LMTP.

use portreeve_app::intake::LONGEST_PATH;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Lhlo,
    /// A greeting of SMTP.
    Helo,
    Mail {
        /// Empty: nobody.
        from: String,
        size: Option<usize>,
    },
    Rcpt {
        to: String,
    },
    Data,
    Rset,
    Noop,
    Vrfy,
    Quit,
    /// None, and what is answered.
    Bad(&'static str),
}

impl Command {
    pub(super) fn parse(line: &[u8]) -> Self {
        let Ok(line) = std::str::from_utf8(line) else {
            return Self::Bad("501 5.5.2 the line is no UTF-8");
        };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word.to_ascii_uppercase().as_str() {
            "LHLO" if !rest.trim().is_empty() => Self::Lhlo,
            "LHLO" => Self::Bad("501 5.5.4 say who you are"),
            "HELO" | "EHLO" => Self::Helo,
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "DATA" => Self::Data,
            "RSET" => Self::Rset,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Vrfy,
            "QUIT" => Self::Quit,
            _ => Self::Bad("500 5.5.1 there is no such command"),
        }
    }
}

fn mail(rest: &str) -> Command {
    let Some((from, parameters)) = path(rest, "FROM:") else {
        return Command::Bad("501 5.1.7 name the sender as <address>");
    };
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" => match value.parse() {
                Ok(number) => size = Some(number),
                Err(_) => return Command::Bad("501 5.5.4 SIZE is a number"),
            },
            "BODY" | "SMTPUTF8" => {}
            _ => return Command::Bad("555 5.5.4 there is no such parameter"),
        }
    }
    Command::Mail { from, size }
}

fn rcpt(rest: &str) -> Command {
    match path(rest, "TO:") {
        Some((to, parameters)) if !to.is_empty() && parameters.trim().is_empty() => {
            Command::Rcpt { to }
        }
        Some((to, _)) if !to.is_empty() => Command::Bad("555 5.5.4 there is no such parameter"),
        _ => Command::Bad("501 5.1.3 name the recipient as <address>"),
    }
}

/// `FROM:<ada@example.com> SIZE=1`: the address, and what follows it.
fn path<'l>(rest: &'l str, word: &str) -> Option<(String, &'l str)> {
    let begins = rest.get(..word.len())?.eq_ignore_ascii_case(word);
    let rest = rest[word.len()..].trim_start().strip_prefix('<').filter(|_| begins)?;
    let (path, parameters) = rest.split_once('>')?;
    // A route to the address is of no use (RFC 5321 §4.1.1.3).
    let address = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    let fits = address.len() <= LONGEST_PATH - 2
        && !address.chars().any(|c| c.is_control() || c.is_whitespace());
    fits.then(|| (address.to_owned(), parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_whatever_their_case() {
        let parse = |line: &str| Command::parse(line.as_bytes());
        let from = |from: &str, size| Command::Mail { from: from.to_owned(), size };
        assert_eq!(parse("lhlo mx.example.com"), Command::Lhlo);
        assert_eq!(parse("MAIL FROM:<>"), from("", None));
        let sized = from("ada@example.com", Some(7));
        assert_eq!(parse("mail from: <ada@example.com> BODY=8BITMIME size=7"), sized);
        assert_eq!(parse("MAIL FROM:<@a,@b:ada@example.com>"), from("ada@example.com", None));
        assert_eq!(
            parse("RCPT TO:<abuse+r1.x@example.com>"),
            Command::Rcpt { to: "abuse+r1.x@example.com".to_owned() }
        );
        for bad in [
            "",
            "MAIL",
            "MAIL FROM:ada@example.com",
            "MAIL FROM:<a b>",
            "MAIL FROM:<a> X=1",
            "MAIL FROM:<a> SIZE=x",
            "RCPT TO:<>",
            "RCPT TO:<a> NOTIFY=NEVER",
            "LHLO",
            "LHLO ",
            "BDAT 1",
            "MAIL FRÖM:<a>",
        ] {
            assert!(matches!(parse(bad), Command::Bad(_)), "{bad:?}: {:?}", parse(bad));
        }
        let long = format!("RCPT TO:<{}@example.com>", "a".repeat(LONGEST_PATH));
        assert!(matches!(parse(&long), Command::Bad(_)));
        assert!(matches!(Command::parse(b"NOOP \xff"), Command::Bad(_)));
    }
}
