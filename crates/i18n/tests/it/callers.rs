//! Every text that is asked for is there, nobody asks in vain, and none is left over.

use std::collections::BTreeSet;

use portreeve_i18n::Language;

use crate::messages::messages;
use crate::sources::{Asked, sources};

#[test]
fn every_text_that_is_asked_for_is_there_with_what_it_has_room_for() {
    let english = messages(Language::English);
    let mut looked_at = 0;
    for call in sources().iter().flat_map(crate::sources::Source::calls) {
        looked_at += 1;
        match &call.asked {
            Asked::Key(key) => {
                let message = english.get(key).unwrap_or_else(|| panic!("{}: {key}", call.place));
                assert_eq!(call.names, message.names, "{}: {key}", call.place);
            }
            Asked::Family(family) => {
                let mut members =
                    english.iter().filter(|(key, _)| key.starts_with(family)).peekable();
                assert!(members.peek().is_some(), "{}: {family}", call.place);
                for (key, message) in members {
                    assert!(message.names.is_subset(&call.names), "{}: {key}", call.place);
                }
            }
        }
    }
    assert!(looked_at > 700, "{looked_at}");
}

#[test]
fn no_text_is_left_over() {
    let sources = sources();
    let literals: BTreeSet<&str> =
        sources.iter().flat_map(crate::sources::Source::literals).collect();
    let families: Vec<&&str> = literals.iter().filter(|text| text.ends_with('-')).collect();
    let is_used = |key: &str| {
        let whole = key.strip_suffix("-text").unwrap_or(key);
        // The addon has its own, as a test of its files knows.
        key.starts_with(crate::whmcs::PREFIX)
            || literals.contains(key)
            || literals.contains(whole)
            || families.iter().any(|family| key.starts_with(**family))
    };
    let left_over: Vec<String> =
        messages(Language::English).into_keys().filter(|key| !is_used(key)).collect();
    assert!(left_over.is_empty(), "nobody asks for {left_over:?}");
}

/// Words of the code that look like keys and are parts of addresses.
const NO_KEYS: [&str; 4] =
    ["deadline-cancellation", "deadline-restoration", "payment-offer", "payment-withdrawal"];

/// A key that goes through a variable is written out somewhere: whatever looks like one is one.
#[test]
fn what_looks_like_a_key_in_the_code_of_pages_is_one() {
    let english = messages(Language::English);
    let first = |key: &str| key.split('-').next().unwrap_or_default().to_owned();
    let areas: BTreeSet<String> = english.keys().map(|key| first(key.as_str())).collect();
    let sources = sources();
    let mut wrong: Vec<String> = Vec::new();
    for source in
        sources.iter().filter(|source| source.path.extension().is_some_and(|is| is == "rs"))
    {
        for text in source.literals() {
            let is_one = english.contains_key(text)
                || text.ends_with('-') && english.keys().any(|key| key.starts_with(text));
            let looks_like_one = text.contains('-') && areas.contains(&first(text));
            if looks_like_one && !is_one && !NO_KEYS.contains(&text) {
                wrong.push(format!("{}: {text}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
