//! Mail that no person wrote. An answer to it would be answered, and so on.

use mail_parser::Message;

use crate::has_null_return_path;
use crate::headers::{all, first};

/// By what a mail shows that no person wrote it. A subject never shows it: people write about their vacations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// `Auto-Submitted` says so (RFC 3834 §5).
    AutoSubmitted,
    /// `Precedence` says `bulk`, `junk`, `list` or `auto_reply`.
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

impl Automatic {
    /// What shows it, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoSubmitted => "its Auto-Submitted header",
            Self::Precedence => "its Precedence header",
            Self::AnsweringMachine => "a header of an answering machine",
            Self::SuppressesAnswers => "its X-Auto-Response-Suppress header",
            Self::List => "headers of a mailing list",
            Self::NullReturnPath => "its empty return path",
        }
    }
}

const ANSWERING_MACHINES: [&str; 5] =
    ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply"];

/// By what a mail shows that no person wrote it, if it does.
pub(crate) fn sign(message: &Message<'_>) -> Option<Automatic> {
    let has = |name| first(message, name).is_some();
    let word = |value: &str| {
        let end = |c: char| c.is_whitespace() || matches!(c, ';' | '(');
        value.trim().split(end).next().unwrap_or_default().to_ascii_lowercase()
    };
    let says = |name, fits: fn(&str) -> bool| all(message, name).any(|value| fits(&word(value)));
    let found = [
        (says("Auto-Submitted", |word| !matches!(word, "" | "no")), Automatic::AutoSubmitted),
        (
            says("Precedence", |word| matches!(word, "bulk" | "junk" | "list" | "auto_reply")),
            Automatic::Precedence,
        ),
        (ANSWERING_MACHINES.iter().any(|name| has(name)), Automatic::AnsweringMachine),
        (
            says("X-Auto-Response-Suppress", |word| !matches!(word, "" | "none")),
            Automatic::SuppressesAnswers,
        ),
        (has("List-Id"), Automatic::List),
        (has_null_return_path(message), Automatic::NullReturnPath),
    ];
    found.into_iter().find_map(|(shows, sign)| shows.then_some(sign))
}
