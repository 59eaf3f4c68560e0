//! Mail that no person wrote. An answer to it would be answered, and so on.

use crate::fields::Fields;
use crate::has_null_return_path;

/// By what a mail shows that no person wrote it. A subject never shows it: people write about their vacations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// `Auto-Submitted` says that it answers by itself: `auto-replied` (RFC 3834 §5).
    AutoReplied,
    /// `Auto-Submitted` says something else than `no`, such as `auto-generated`.
    AutoSubmitted,
    /// `Precedence` says `auto_reply`.
    AutoReplyPrecedence,
    /// `Precedence` says `bulk`, `junk` or `list`.
    Precedence,
    /// A header that only answering machines write (`X-Autoreply`, `X-Autorespond` and the like).
    AnsweringMachine,
    /// It asks not to be answered automatically, as machines of Exchange do.
    SuppressesAnswers,
    /// It came over a mailing list.
    List,
    /// It came from nobody: `Return-Path: <>`.
    NullReturnPath,
}

/// How much a sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Only machines that answer by themselves write it.
    Strong,
    /// Ticket systems and mailing lists write it as well, on what people wrote.
    Weak,
}

impl Automatic {
    /// How much it says.
    pub fn strength(self) -> Strength {
        match self {
            Self::AutoReplied | Self::AnsweringMachine | Self::NullReturnPath => Strength::Strong,
            Self::AutoReplyPrecedence
            | Self::AutoSubmitted
            | Self::Precedence
            | Self::SuppressesAnswers
            | Self::List => Strength::Weak,
        }
    }

    /// What shows it, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoReplied | Self::AutoSubmitted => "its Auto-Submitted header",
            Self::AutoReplyPrecedence | Self::Precedence => "its Precedence header",
            Self::AnsweringMachine => "a header of an answering machine",
            Self::SuppressesAnswers => "its X-Auto-Response-Suppress header",
            Self::List => "headers of a mailing list",
            Self::NullReturnPath => "its empty return path",
        }
    }
}

const ANSWERING_MACHINES: [&str; 5] =
    ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply"];

/// By what a mail shows that no person wrote it, if it does: the strongest sign.
pub(crate) fn sign(fields: &Fields) -> Option<Automatic> {
    let has = |name| fields.first(name).is_some();
    let word = |value: &str| {
        let end = |c: char| c.is_whitespace() || matches!(c, ';' | '(');
        value.trim().split(end).next().unwrap_or_default().to_ascii_lowercase()
    };
    let says = |name, fits: fn(&str) -> bool| fields.all(name).any(|value| fits(&word(value)));
    let found = [
        (says("Auto-Submitted", |word| word == "auto-replied"), Automatic::AutoReplied),
        (
            ANSWERING_MACHINES.iter().any(|name| says(name, |word| !says_no(word))),
            Automatic::AnsweringMachine,
        ),
        (has_null_return_path(fields), Automatic::NullReturnPath),
        (says("Precedence", |word| word == "auto_reply"), Automatic::AutoReplyPrecedence),
        (says("Auto-Submitted", |word| !matches!(word, "" | "no")), Automatic::AutoSubmitted),
        (
            says("Precedence", |word| matches!(word, "bulk" | "junk" | "list")),
            Automatic::Precedence,
        ),
        (
            says("X-Auto-Response-Suppress", |word| !matches!(word, "" | "none")),
            Automatic::SuppressesAnswers,
        ),
        (has("List-Id"), Automatic::List),
    ];
    found.into_iter().find_map(|(shows, sign)| shows.then_some(sign))
}

/// What a program writes of a mail that it did not send by itself.
fn says_no(word: &str) -> bool {
    matches!(word, "" | "no" | "none" | "false" | "0" | "off")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_sign_counts_before_a_weak_one() {
        for (headers, sign, strength) in [
            ("Auto-Submitted: auto-generated\n", Automatic::AutoSubmitted, Strength::Weak),
            ("Precedence: list\nList-Id: <x.example.com>\n", Automatic::Precedence, Strength::Weak),
            ("X-Auto-Response-Suppress: OOF\n", Automatic::SuppressesAnswers, Strength::Weak),
            ("List-Id: <x.example.com>\n", Automatic::List, Strength::Weak),
            (
                "Precedence: bulk\nPrecedence: auto_reply\n",
                Automatic::AutoReplyPrecedence,
                Strength::Weak,
            ),
            (
                "Precedence: auto_reply\nX-Autoreply: yes\n",
                Automatic::AnsweringMachine,
                Strength::Strong,
            ),
            (
                "Precedence: bulk\nAuto-Submitted: auto-replied (vacation)\n",
                Automatic::AutoReplied,
                Strength::Strong,
            ),
            (
                "Auto-Submitted: auto-generated\nReturn-Path: <>\n",
                Automatic::NullReturnPath,
                Strength::Strong,
            ),
            ("List-Id: <x>\nX-Autorespond: yes\n", Automatic::AnsweringMachine, Strength::Strong),
        ] {
            let mail = crate::tests::mail(&format!("From: ada@example.com\n{headers}\nx\n"));
            let found = mail.automatic.map(|sign| (sign, sign.strength()));
            assert_eq!(found, Some((sign, strength)), "{headers}");
        }
    }

    #[test]
    fn a_header_of_an_answering_machine_that_says_no_is_none() {
        for header in [
            "X-Autoreply: no",
            "X-Autoresponder: False",
            "X-Autorespond: 0",
            "X-Autoreply:",
            "X-Autoresponder: none",
        ] {
            let mail = crate::tests::mail(&format!("From: ada@example.com\n{header}\n\nx\n"));
            assert_eq!(mail.automatic, None, "{header}");
        }
    }
}
