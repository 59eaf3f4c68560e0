//! What people read, in their language: one catalogue of messages ([Project Fluent](https://projectfluent.org)) for
//! pages, history, refusals, mails to staff and the panel's addon, and how instants, lengths and sizes are written.
//!
//! A message is found by its key. Its values are given by name, numbers as numbers: the message itself chooses its form
//! for one and for many.

mod catalogue;
pub mod history;
pub mod reason;
mod refusal;
pub mod time;

pub use catalogue::{Value, knows, text};
pub use portreeve_core::language::Language;
pub use refusal::{english, refusal};

use portreeve_core::attachment::Size;

/// The text of a key: `text!(language, "refused-right", right = name)`. Shorter than [`text()`] where values are
/// filled in.
#[macro_export]
macro_rules! text {
    ($language:expr, $key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text($language, ::std::convert::AsRef::<str>::as_ref(&$key), &[
            $((::std::stringify!($name), $crate::Value::from($value))),*
        ])
    };
}

/// A size as it is read in a language.
pub fn size(language: Language, size: Size) -> String {
    language.decimals(&size.to_string())
}
