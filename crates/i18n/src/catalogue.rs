//! The messages of each language by their key.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::Language;

/// What stands in the place of a name in a message: a text or a number.
pub use fluent_bundle::FluentValue as Value;

type Bundle = FluentBundle<FluentResource>;

/// The files of the catalogue, each in every language.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const ENGLISH: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../locales/en/", $name, ".ftl")))),*];
        const GERMAN: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../locales/de/", $name, ".ftl")))),*];
    };
}

files![
    "account",
    "client",
    "frame",
    "fraudrecord",
    "history",
    "home",
    "inbox",
    "mails",
    "print",
    "reasons",
    "public",
    "refusals",
    "report",
    "reports",
    "setup",
    "staff_mail",
    "terms",
    "time",
    "undo",
    "whmcs",
];

fn files(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
    }
}

static BUNDLES: LazyLock<[Bundle; Language::ALL.len()]> =
    LazyLock::new(|| Language::ALL.map(bundle));

fn bundle_of(language: Language) -> &'static Bundle {
    let [english, german] = &*BUNDLES;
    match language {
        Language::English => english,
        Language::German => german,
    }
}

/// All messages of a language. What cannot be read or is there twice is left out; tests see to it that nothing is.
fn bundle(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Texts go into HTML, mails and terminals, which know directions of their own.
    bundle.set_use_isolating(false);
    for (_, source) in files(language) {
        let resource = FluentResource::try_new((*source).to_owned());
        let readable = resource.unwrap_or_else(|(readable, _)| readable);
        if bundle.add_resource(readable).is_err() {
            debug_assert!(false, "a key is there twice");
        }
    }
    bundle
}

/// The text of a key in a language, with the values of its names; in English where the language lacks it, and the key
/// itself where nobody has it. A value that is missing shows its name.
pub fn text(language: Language, key: &str, values: &[(&str, Value<'_>)]) -> String {
    for language in [language, Language::English] {
        let bundle = bundle_of(language);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            continue;
        };
        let values = (!values.is_empty()).then(|| {
            values.iter().map(|(name, value)| (*name, value.clone())).collect::<FluentArgs>()
        });
        let mut errors = Vec::new();
        return bundle.format_pattern(pattern, values.as_ref(), &mut errors).into_owned();
    }
    key.to_owned()
}

/// Whether a language has a text for a key.
pub fn knows(language: Language, key: &str) -> bool {
    bundle_of(language).has_message(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_catalogue_is_compiled_in() {
        for language in Language::ALL {
            let folder = format!("{}/locales/{}", env!("CARGO_MANIFEST_DIR"), language.tag());
            let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
                .expect("a folder of ours")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            let compiled = files(language).iter().map(|(name, _)| format!("{name}.ftl"));
            assert_eq!(on_disk, compiled.collect::<BTreeSet<_>>());
        }
    }

    #[test]
    fn a_number_chooses_the_form_of_its_message() {
        let source = "left = { $n ->\n    [one] { $n } code\n   *[other] { $n } codes\n }";
        let resource = FluentResource::try_new(source.to_owned()).expect("readable");
        let mut bundle = Bundle::new_concurrent(vec!["de".parse().expect("a tag")]);
        bundle.add_resource(resource).expect("new");
        let pattern = bundle.get_message("left").and_then(|found| found.value()).expect("there");
        let told = |n: i64| {
            let values = FluentArgs::from_iter([("n", n)]);
            bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
        };
        assert_eq!(
            (told(1), told(0), told(1_000)),
            (
                "\u{2068}1\u{2069} code".to_owned(),
                "\u{2068}0\u{2069} codes".to_owned(),
                "\u{2068}1000\u{2069} codes".to_owned(),
            )
        );
    }

    #[test]
    fn what_is_missing_shows_itself_and_stops_nothing() {
        assert_eq!(text(Language::German, "no-such-key", &[]), "no-such-key");
        assert_eq!(text(Language::German, "not a key", &[]), "not a key");
        let said = text(Language::English, "time-in", &[("n", 3.into())]);
        assert_eq!(said, "in 3 {$unit}");
    }
}
