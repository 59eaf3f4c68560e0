//! The language files of the addon for WHMCS, which are made from the catalogue and checked in.

use std::path::Path;

use fluent_syntax::ast::Entry;
use portreeve_i18n::{Language, text};

/// What the keys of the addon begin with in the catalogue.
pub(crate) const PREFIX: &str = "whmcs-";

/// The name that WHMCS has for a language.
fn name(language: Language) -> &'static str {
    match language {
        Language::English => "english",
        Language::German => "german",
    }
}

/// The keys in the order of the file.
fn keys() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en/whmcs.ftl");
    let source = std::fs::read_to_string(file).expect("a text of ours");
    let resource = fluent_syntax::parser::parse(source).expect("readable");
    let names = resource.body.into_iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message.id.name),
        _ => None,
    });
    names.collect()
}

fn php(language: Language) -> String {
    let lines = keys().into_iter().map(|key| {
        let name = key.strip_prefix(PREFIX).expect("a key of the addon");
        let text = text(language, &key, &[]).replace('\\', "\\\\").replace('\'', "\\'");
        format!("$_ADDONLANG['{name}'] = '{text}';\n")
    });
    let lines: String = lines.collect();
    format!(
        "<?php\n\nif (!defined('WHMCS')) {{\n    die('This file cannot be accessed directly');\n}}\n\n{lines}"
    )
}

#[test]
fn the_language_files_of_the_addon_are_made_from_the_catalogue() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../integrations/whmcs/modules/addons/portreeve/lang");
    for language in Language::ALL {
        let file = folder.join(format!("{}.php", name(language)));
        let made = php(language);
        if std::env::var_os("PORTREEVE_WRITE_WHMCS").is_some() {
            std::fs::write(&file, &made).expect("written");
        }
        let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            checked_in == made,
            "{} differs: change the catalogue and run this test with PORTREEVE_WRITE_WHMCS=1",
            file.display()
        );
    }
}

#[test]
fn both_languages_of_the_addon_are_filled_in_alike() {
    let places = |text: &str| -> Vec<String> {
        let places = text.split('%').skip(1).map(|rest| rest.chars().take(1).collect());
        places.collect()
    };
    for key in keys() {
        let [english, german] = Language::ALL.map(|language| text(language, &key, &[]));
        assert_eq!(places(&english), places(&german), "{key}");
    }
}
