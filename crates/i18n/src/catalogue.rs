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

files!["time"];

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
    use fluent_syntax::ast;
    use std::collections::{BTreeMap, BTreeSet};

    /// What a test looks at in a message.
    #[derive(Debug, Default)]
    struct Message {
        /// The names that it fills in, and those of them whose number chooses its form.
        names: BTreeSet<String>,
        chosen_by: BTreeSet<String>,
    }

    impl Message {
        fn pattern(&mut self, pattern: &ast::Pattern<&str>) {
            for element in &pattern.elements {
                if let ast::PatternElement::Placeable { expression } = element {
                    self.expression(expression);
                }
            }
        }

        fn expression(&mut self, expression: &ast::Expression<&str>) {
            match expression {
                ast::Expression::Inline(inline) => self.inline(inline),
                ast::Expression::Select { selector, variants } => {
                    self.inline(selector);
                    if let ast::InlineExpression::VariableReference { id } = selector {
                        self.chosen_by.insert(id.name.to_owned());
                    }
                    for variant in variants {
                        self.pattern(&variant.value);
                    }
                }
            }
        }

        fn inline(&mut self, inline: &ast::InlineExpression<&str>) {
            match inline {
                ast::InlineExpression::VariableReference { id } => {
                    self.names.insert(id.name.to_owned());
                }
                ast::InlineExpression::Placeable { expression } => self.expression(expression),
                _ => {}
            }
        }
    }

    fn messages(language: Language) -> BTreeMap<String, Message> {
        let mut all = BTreeMap::new();
        for (file, source) in files(language) {
            let resource = fluent_syntax::parser::parse(*source)
                .unwrap_or_else(|(_, errors)| panic!("{}/{file}: {errors:?}", language.tag()));
            for entry in resource.body {
                let ast::Entry::Message(entry) = entry else { continue };
                let mut message = Message::default();
                message.pattern(&entry.value.expect("every message has a text"));
                let is_new = all.insert(entry.id.name.to_owned(), message).is_none();
                assert!(is_new, "{}/{file}: {} is there twice", language.tag(), entry.id.name);
            }
        }
        all
    }

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
    fn both_languages_have_the_same_messages_with_the_same_names() {
        let (english, german) = (messages(Language::English), messages(Language::German));
        let keys = |of: &BTreeMap<String, Message>| of.keys().cloned().collect::<BTreeSet<_>>();
        let (in_english, in_german) = (keys(&english), keys(&german));
        let missing: Vec<_> = in_english.symmetric_difference(&in_german).collect();
        assert!(missing.is_empty(), "in one language only: {missing:?}");
        for (key, message) in &english {
            assert_eq!(message.names, german[key].names, "{key}");
            assert!(knows(Language::German, key) && knows(Language::English, key), "{key}");
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
