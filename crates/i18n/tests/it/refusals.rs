//! Refusals in both languages.

use portreeve_core::attachment::{NotASize, Size};
use portreeve_core::ids::NotAServiceId;
use portreeve_core::payment::NotAnAmount;
use portreeve_core::refusal::{Refusal, refusal as because};
use portreeve_core::report::MoveError;
use portreeve_core::settings::{KEYS, check};
use portreeve_core::time::NotASpan;
use portreeve_i18n::{Language, english, refusal};

use crate::messages::messages;

/// Words that German sentences share with English ones: names, technical terms, and what is typed.
fn is_english(text: &str) -> bool {
    let english = [
        "the", "is", "not", "and", "or", "of", "already", "must", "there", "no", "with", "be",
        "to", "a", "report", "service", "customer", "file", "at", "most", "least", "has", "this",
        "already", "only", "can", "cannot",
    ];
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| english.contains(&word))
}

#[test]
fn german_refusals_have_no_english_in_them() {
    let (english, german) = (messages(Language::English), messages(Language::German));
    let refusals =
        german.iter().filter(|(key, _)| key.starts_with("refusal-") || key.starts_with("refused-"));
    let mut looked_at = 0;
    for (key, message) in refusals {
        looked_at += 1;
        let letters = message.words.chars().any(char::is_alphabetic);
        assert!(
            !letters || message.words != english[key].words,
            "{key} is the same in both languages"
        );
        assert!(!is_english(&message.words), "{key}: {}", message.words);
    }
    assert!(looked_at > 120, "{looked_at}");
}

/// Every kind of refusal of the domain, and of every setting what it says of a value that is none.
fn all() -> Vec<Refusal> {
    let mut all: Vec<Refusal> = MoveError::ALL.map(MoveError::refusal).to_vec();
    let odd = [
        "",
        "odd",
        "0",
        "99999999999",
        "[1]",
        r#"["odd"]"#,
        r#"{"Spam":{"period":"0s"}}"#,
        "9999d",
    ];
    for key in KEYS {
        all.extend(odd.iter().filter_map(|value| Some(check(key.name, value).err()?.refusal())));
    }
    all.push(check("odd", "").expect_err("no such setting").refusal());
    all.extend(
        [
            portreeve_core::attachment::Refused::TooMany(5),
            portreeve_core::attachment::Refused::TooLarge(Size(10 << 20)),
            portreeve_core::attachment::Refused::Busy,
        ]
        .map(|why| because!("refusal-file", name = "a.txt", why = why.refusal())),
    );
    all
}

#[test]
fn every_refusal_is_filled_in_in_both_languages() {
    let all = all();
    for why in &all {
        let said = Language::ALL.map(|language| refusal(language, why));
        for said in &said {
            assert!(!said.contains("refusal-") && !said.contains("{$"), "{said}");
            assert!(!said.ends_with('.'), "pages put the full stop: {said}");
        }
        assert_ne!(said[0], said[1]);
    }
    assert!(all.len() > 60, "{}", all.len());
}

/// What cannot be read is refused by the configuration and the command line in the words of the catalogue.
#[test]
fn what_cannot_be_read_is_said_alike_everywhere() {
    let pairs = [
        (Refusal::from(NotASize), NotASize.to_string()),
        (Refusal::from(NotASpan), NotASpan.to_string()),
        (Refusal::from(NotAnAmount), NotAnAmount.to_string()),
        (Refusal::from(NotAServiceId), NotAServiceId.to_string()),
    ];
    for (why, said) in pairs {
        assert_eq!(english(&why), said);
    }
}
