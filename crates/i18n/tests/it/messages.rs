//! The messages as they stand in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use portreeve_i18n::{Language, knows};

/// What stands in a message.
#[derive(Debug, Default)]
pub(crate) struct Message {
    /// The names that it fills in.
    pub(crate) names: BTreeSet<String>,
    /// Those of them whose number chooses its form.
    chosen_by: BTreeSet<String>,
    /// Its words, in all forms.
    pub(crate) words: String,
}

impl Message {
    fn pattern(&mut self, pattern: &Pattern<String>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.words.push_str(value),
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &Expression<String>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                if let InlineExpression::VariableReference { id } = selector {
                    self.chosen_by.insert(id.name.clone());
                }
                for variant in variants {
                    self.pattern(&variant.value);
                    self.words.push('\n');
                    let is_plural = matches!(&variant.key, VariantKey::Identifier { name } if name == "one" || name == "other");
                    assert!(is_plural, "forms are chosen by number alone");
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<String>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.names.insert(id.name.clone());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }
}

/// All messages of a language by their key.
pub(crate) fn messages(language: Language) -> BTreeMap<String, Message> {
    let mut all = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.tag());
    for file in std::fs::read_dir(folder).expect("a folder of ours") {
        let path = file.expect("an entry").path();
        let source = std::fs::read_to_string(&path).expect("a text of ours");
        let resource = fluent_syntax::parser::parse(source)
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
        for entry in resource.body {
            let Entry::Message(entry) = entry else { continue };
            let mut message = Message::default();
            message.pattern(&entry.value.expect("every message has a text"));
            let key = entry.id.name;
            assert!(!message.words.contains("{ "), "{key} has a brace in it");
            let before = all.insert(key.clone(), message);
            assert!(before.is_none(), "{}: {key} is there twice", path.display());
        }
    }
    all
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
        assert_eq!(message.chosen_by, german[key].chosen_by, "{key}");
        assert!(knows(Language::German, key) && knows(Language::English, key), "{key}");
    }
}

/// Numbers that stand beside a unit, a limit or a list are the same word for one and for many.
const COUNTS_NOTHING: [&str; 5] =
    ["time-in", "time-ago", "sign_in-too_many", "fraudrecord-unfit", "print-cut"];

#[test]
fn what_is_counted_has_a_form_for_one_and_one_for_all_others() {
    for (key, message) in messages(Language::English) {
        if message.names.contains("n") && !COUNTS_NOTHING.contains(&key.as_str()) {
            assert!(message.chosen_by.contains("n"), "{key}");
        }
    }
}
