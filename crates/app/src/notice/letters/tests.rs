use std::collections::BTreeSet;

use portreeve_core::language::zone;

use super::*;

fn letters() -> Letters {
    Letters::default()
}

fn opened(language: Language) -> CustomerNotice {
    sample(Notice::Opened, language, "Spam")
}

#[test]
fn every_notice_renders_for_every_category_in_every_language() {
    let letters = letters();
    for language in Language::ALL {
        for notice in Notice::TO_CUSTOMERS {
            for sample in letters.samples(notice, language) {
                let letter = letters.to_customer(notice, &sample);
                let Letter { subject, body, html } = letter;
                let html = html.expect("notices have both");
                assert!(subject.len() > "[abuse #92] ".len() + 10, "{subject}");
                for text in [&body, &html] {
                    assert!(
                        text.contains("#92") && !text.contains("{{") && !text.contains("{%"),
                        "{text}"
                    );
                    assert!(!text.contains("none") && !text.contains("undefined"), "{text}");
                    let has_link = sample.link.is_some();
                    assert_eq!(
                        text.contains("https://abuse.example.com/client/r/"),
                        has_link,
                        "{text}"
                    );
                }
                assert!(!body.contains("\n\n\n") && body.ends_with('\n'), "{body}");
                let long =
                    body.lines().find(|line| line.chars().count() > 76 && !line.contains("://"));
                assert_eq!(long, None, "{body}");
            }
        }
    }
}

#[test]
fn both_languages_say_something_about_the_same_kinds_and_every_usual_category_is_among_them() {
    let letters = letters();
    let kinds = |language| letters.about[&language].keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(kinds(Language::English), kinds(Language::German));
    let settings = portreeve_core::settings::Settings::default();
    for category in settings.categories.iter().filter(|name| *name != "Other") {
        for language in Language::ALL {
            let about = letters.about(language, category).expect(category);
            assert!(
                !about.what.is_empty() && !about.why.is_empty() && about.fix.len() >= 3,
                "{about:?}"
            );
        }
    }
}

#[test]
fn templates_of_all_languages_ask_for_the_same() {
    let asked = |name: &str| -> BTreeSet<String> {
        let text = built_in(name).expect(name);
        let expressions = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
        expressions.map(|(expression, _)| expression.trim().to_owned()).collect()
    };
    for name in names().filter(|name| name.starts_with("en/") && !name.ends_with(ABOUT)) {
        assert_eq!(asked(name), asked(&name.replacen("en/", "de/", 1)), "{name}");
    }
}

#[test]
fn no_text_from_outside_makes_a_new_header_our_own_words_or_a_tag() {
    let odd = CustomerNotice {
        customer_name: "Ada\r\nBcc: x@example.net<script>".into(),
        category: "Spam\nX-Injected: 1 {{ 7*7 }}".into(),
        additional_info: "line one\r\nline two <b>https://bad.example.com/x</b>".into(),
        ..opened(Language::English)
    };
    let letter = letters().to_customer(Notice::Opened, &odd);
    assert!(!letter.subject.contains(['\n', '\r']), "{}", letter.subject);
    assert!(letter.subject.contains("{{ 7*7 }}"), "{}", letter.subject);
    assert!(letter.body.contains("  line one\n  line two"), "{}", letter.body);
    assert!(!letter.body.contains("\nBcc"), "{}", letter.body);
    let html = letter.html.expect("both");
    assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    assert!(!html.contains("https://bad") && !letter.body.contains("https://bad"), "{html}");
}

#[test]
fn a_deadline_is_told_in_the_customers_zone_and_as_what_is_left() {
    let german = CustomerNotice { zone: zone("Europe/Berlin"), ..opened(Language::German) };
    let letter = letters().to_customer(Notice::Reminder, &german);
    assert!(letter.body.contains("02.01.1970 01:00 CET (noch 24 Stunden)"), "{}", letter.body);
    let without = CustomerNotice { deadline: None, ..opened(Language::English) };
    let letter = letters().to_customer(Notice::Opened, &without);
    assert!(
        !letter.body.contains("Deadline") && !letter.body.contains("suspen"),
        "{}",
        letter.body
    );
}

#[test]
fn what_a_host_puts_in_the_place_of_ours_counts_and_what_is_bad_there_does_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let file = dir.path().join(name);
        std::fs::create_dir_all(file.parent().expect("below")).expect("made");
        std::fs::write(file, text).expect("written");
    };
    put("en/opened/subject.txt", "Your server at Example: {{ category }}\n");
    put("de/about.toml", "[Spam]\nwhat = 'Unser Text.'\nwhy = 'Darum.'\nfix = ['So.']\n");
    assert_eq!(Letters::check(dir.path()), []);
    let (letters, faults) = Letters::with(dir.path());
    assert_eq!(faults, []);
    let letter = letters.to_customer(Notice::Opened, &opened(Language::English));
    assert_eq!(letter.subject, "[abuse #92] Your server at Example: Spam");
    let german = letters.to_customer(Notice::Opened, &opened(Language::German));
    assert!(
        german.body.contains("Unser Text.") && german.subject.contains("Missbrauchsmeldung"),
        "{german:?}"
    );

    put("en/opened/body.txt", "{{ deadlin }}");
    put("en/closed/body.txt", "{% if %}");
    put("en/nothing.txt", "x");
    put("en/.opened.swp", "x");
    let faults = Letters::check(dir.path());
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 3, "{told:?}");
    for (file, why) in [
        ("en/opened/body.txt", "undefined"),
        ("en/closed/body.txt", "line 1"),
        ("en/nothing.txt", "no notice"),
    ] {
        assert!(
            told.iter().any(|told| told.contains(file) && told.contains(why)),
            "{file}: {told:?}"
        );
    }
    let (letters, _) = Letters::with(dir.path());
    let letter = letters.to_customer(Notice::Opened, &opened(Language::English));
    assert!(letter.body.contains("Report:   #92"), "ours goes out: {}", letter.body);
}
