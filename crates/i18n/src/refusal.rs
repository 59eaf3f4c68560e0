//! Refusals as people read them.

use portreeve_core::refusal::{self, Refusal};

use crate::catalogue::{Value, text};
use crate::{Language, size, time};

/// Why something was not done, in a language: a part of a sentence, without a full stop.
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    let values: Vec<(&str, Value<'_>)> =
        refusal.values.iter().map(|(name, value)| (*name, shown(language, value))).collect();
    text(language, refusal.key, &values)
}

/// The same for programs and whoever runs them.
pub fn english(refusal: &Refusal) -> String {
    self::refusal(Language::English, refusal)
}

fn shown(language: Language, value: &refusal::Value) -> Value<'_> {
    match value {
        refusal::Value::Text(text) => text.as_str().into(),
        refusal::Value::Number(number) => (*number).into(),
        refusal::Value::Size(of) => size(language, *of).into(),
        refusal::Value::Length(span) => time::length(language, span.as_millis()).into(),
        refusal::Value::Because(why) => refusal(language, why).into(),
        refusal::Value::Each(all) => {
            let all: Vec<String> = all.iter().map(|one| refusal(language, one)).collect();
            all.join("; ").into()
        }
    }
}
