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
    let environment = environment();
    let asked = |name: &str| -> BTreeSet<String> {
        let text = built_in(name).expect(name);
        let expressions = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
        expressions.map(|(expression, _)| expression.trim().to_owned()).collect()
    };
    // What conditions and loops ask for, too.
    let names_in =
        |name: &str| environment.get_template(name).expect(name).undeclared_variables(true);
    for name in names().filter(|name| name.starts_with("en/") && !name.ends_with(ABOUT)) {
        let german = name.replacen("en/", "de/", 1);
        assert_eq!(asked(name), asked(&german), "{name}");
        assert_eq!(names_in(name), names_in(&german), "{name}");
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
    let letters = Letters::with(dir.path());
    assert_eq!(letters.check(), []);
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
    let letters = Letters::with(dir.path());
    let faults = letters.check();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 3, "{told:?}");
    for (file, why) in [
        ("en/opened/body.txt", "undefined value: "),
        ("en/closed/body.txt", "line 1"),
        ("en/nothing.txt", "no notice"),
    ] {
        assert!(
            told.iter().any(|told| told.contains(file) && told.contains(why)),
            "{file}: {told:?}"
        );
    }
    let letter = letters.to_customer(Notice::Opened, &opened(Language::English));
    assert!(letter.body.contains("Report:   #92"), "ours goes out: {}", letter.body);
}

#[test]
fn the_desks_own_counts_before_a_file_and_a_file_before_ours() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(dir.path().join("en/opened")).expect("made");
    let name = "en/opened/subject.txt";
    std::fs::write(dir.path().join(name), "of a file\n").expect("written");
    std::fs::write(dir.path().join("en/frame.txt"), "{% if %}").expect("written");
    let subject =
        |letters: &Letters| letters.to_customer(Notice::Opened, &opened(Language::English)).subject;
    let files = Letters::with(dir.path());
    assert_eq!(
        (files.origin(name), subject(&files)),
        (Origin::File, "[abuse #92] of a file".into())
    );
    let own = files.with_own(Texts::from([(name.to_owned(), "of the desk\n".to_owned())]));
    assert_eq!((own.origin(name), subject(&own)), (Origin::Desk, "[abuse #92] of the desk".into()));
    assert_eq!((own.below(name), own.faults().len()), (Some("of a file\n"), 1));
    let bad = own.with_own(Texts::from([(name.to_owned(), "{% if %}".to_owned())]));
    assert_eq!((bad.faults().len(), subject(&bad)), (2, "[abuse #92] of a file".into()));
    let taken_back = bad.with_own(Texts::new());
    assert_eq!((taken_back.faults().len(), taken_back.origin(name)), (1, Origin::File));
    assert_eq!(Letters::default().origin(name), Origin::Ours);
}

#[test]
fn a_template_that_never_ends_is_a_fault_and_ours_goes_out() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    let name = "en/opened/body.txt".to_owned();
    let letters = Letters::default().with_own(Texts::from([(name.clone(), endless.to_owned())]));
    let faults = letters.check();
    assert_eq!((faults.len(), &faults[0].name), (1, &name), "{faults:?}");
    let letter = letters.to_customer(Notice::Opened, &opened(Language::English));
    assert!(letter.body.contains("Report:   #92"), "{}", letter.body);
}

/// Threads of the server have this stack.
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let thread = thread.spawn_scoped(scope, work).expect("a thread");
        thread.join().expect("it ends")
    })
}

fn faults_of(name: &str, text: String) -> Vec<String> {
    on_a_small_stack(|| {
        let letters = Letters::default().with_own(Texts::from([(name.to_owned(), text)]));
        letters.check().iter().map(ToString::to_string).collect()
    })
}

#[test]
fn a_template_that_goes_too_deep_is_a_fault_and_takes_no_stack() {
    let around = |begin: &str, middle: &str, n: usize, end: &str| {
        format!("x\n{{{{ {begin}{}{end} }}}}", middle.repeat(n))
    };
    let one_expression = [
        around("", "-", 2_500, "1"),
        around("", "not ", 10_000, "1"),
        around("", "1+", 20_000, "1"),
        around("a", ".b", 20_000, ""),
        around("a", "|upper", 9_000, ""),
        around("", "a~", 20_000, "a"),
        around("", "2**", 15_000, "2"),
        around("", "1 and ", 9_000, "1"),
        around("", "1 if 1 else ", 5_000, "1"),
        around("a", "()", 20_000, ""),
        around("a", "[0]", 20_000, ""),
        around("1", " is true", 7_000, ""),
        around("'}}'", "~'}}'", 9_000, ""),
        around("", "-", 2_500, "1 }} {{ 'unfinished"),
        format!("x\n{{% if {} 1 %}}x{{% endif %}}", "not ".repeat(10_000)),
        format!("x\n{{% filter {}upper %}}x{{% endfilter %}}", "upper|".repeat(5_000)),
    ];
    for text in one_expression {
        let faults = faults_of("en/opened/body.txt", text.clone());
        let why = "en/opened/body.txt (of the desk): line 2: an expression of more than 200 words and signs";
        assert_eq!(faults, [why], "{}", &text[..20]);
    }
    for text in [
        format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(5_000)),
        format!("{{% if a %}}{}", "{% elif a %}{% for b in c %}{% endfor %}".repeat(1_500)),
        "{% if a %}".repeat(5_000),
        "{% with a = 1 %}".repeat(4_000),
    ] {
        let faults = faults_of("en/opened/body.txt", text);
        assert!(faults.len() == 1 && faults[0].contains("more than 50 blocks"), "{faults:?}");
    }
    for name in [format!("a{} = 1", ".a".repeat(30_000)), format!("[a{}]", ".a".repeat(30_000))] {
        let faults = faults_of("en/about.toml", name);
        assert!(faults.len() == 1 && faults[0].contains("more than 50 parts"), "{faults:?}");
    }
}

#[test]
fn what_is_within_the_bounds_fits_the_stack_and_so_do_templates_that_call_themselves() {
    for text in [
        format!("{{{{ {}1 }}}}", "-".repeat(199)),
        format!("{{{{ {}1{} }}}}", "(".repeat(99), ")".repeat(99)),
        format!("{{{{ {}1{} }}}}", "[".repeat(99), "]".repeat(99)),
        "{% set a %}".repeat(5_000),
        "{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}".to_owned(),
        "{% include 'opened/body.txt' %}".to_owned(),
        "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}".to_owned(),
        "{% for a in range(99999) %}{% set x = [x if x is defined else 1] %}{% endfor %}"
            .to_owned(),
        "{% set n = namespace(x=1) %}{% for a in range(60000) %}{% set n.x = [n.x] %}{% endfor %}"
            .to_owned(),
        format!("{{{{ x }}}}{}", "{% if report %}x{% elif name %}y{% endif %}".repeat(500)),
    ] {
        // Whatever comes of them, the process goes on.
        let own = Texts::from([("en/opened/body.txt".to_owned(), text)]);
        let letter = on_a_small_stack(|| {
            Letters::default().with_own(own).to_customer(Notice::Opened, &opened(Language::English))
        });
        assert!(!letter.subject.is_empty());
    }
    for (name, text) in names().map(|name| (name, built_in(name).expect(name))) {
        assert_eq!((bounds::beyond(text), bounds::about_beyond(text)), (None, None), "{name}");
    }
}

#[test]
fn a_fault_in_a_file_about_kinds_of_abuse_names_its_line() {
    let own =
        Texts::from([("de/about.toml".to_owned(), "[Spam]\nwhat = 'x'\nwhy = 3\n".to_owned())]);
    let faults = Letters::default().with_own(own).check();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].to_string().starts_with("de/about.toml (of the desk): line 3: "),
        "{}",
        faults[0]
    );
}

#[test]
fn every_template_belongs_to_one_unit_and_every_unit_has_its_templates() {
    let units = Language::ALL.into_iter().flat_map(Unit::all);
    let mut of_units: Vec<String> = units.flat_map(Unit::names).collect();
    let mut all: Vec<String> = names().map(ToOwned::to_owned).collect();
    of_units.sort();
    all.sort();
    assert_eq!(of_units, all);
    assert!(Unit::of(Language::German, "digest").is_some());
    assert!(Unit::of(Language::German, "../opened").is_none());
    let names = |word| letters().names_in(Unit::of(Language::German, word).expect(word));
    assert!(names("frame").contains(&"time_left".to_owned()), "{:?}", names("frame"));
    assert_eq!(names("digest"), ["name", "count", "reports", "link_until"]);
}

#[test]
fn a_digest_tells_what_happened_to_each_report_and_names_it_once() {
    let full = |number: i64, notice: Notice| {
        let one = sample(notice, Language::German, "Spam");
        (notice, CustomerNotice { report: ReportId(number), ..one })
    };
    let entries = [full(7, Notice::Opened), full(7, Notice::Closed), full(8, Notice::Answered)];
    let letter = letters().digest(&entries);
    assert_eq!(letter.subject, "[abuse] 2 Missbrauchsmeldungen zu Ihren Diensten");
    assert_eq!(letter.body.matches("Meldung #7").count(), 1, "{}", letter.body);
    assert!(letter.body.contains("erhalten.\n  Die Meldung wurde geschlossen."), "{}", letter.body);
    assert!(
        letter.body.contains("Frist: 02.01.1970 00:00 UTC (noch 24 Stunden)"),
        "{}",
        letter.body
    );
    let english = letters().digest(&[(Notice::Opened, opened(Language::English))]);
    assert_eq!(english.subject, "[abuse] 1 abuse report about your services");
    for language in Language::ALL {
        for entries in letters().sample_digests(language) {
            let letter = letters().digest(&entries);
            let html = letter.html.expect("both");
            for text in [&letter.body, &html] {
                assert!(!text.contains("none") && !text.contains("{{"), "{text}");
                let has_link = entries[0].1.link.is_some();
                assert_eq!(text.contains("/client/r/"), has_link, "{text}");
            }
            let long = letter.body.lines().find(|l| l.chars().count() > 76 && !l.contains("://"));
            assert_eq!(long, None, "{}", letter.body);
        }
    }
}

#[test]
fn a_reminder_says_what_will_happen_when_and_how_to_stop_it() {
    let table = [
        (OnReply::Pause, "Replying pauses the deadline", "hält die Frist an"),
        (OnReply::Cancel, "Replying cancels the deadline", "hebt die Frist auf"),
        (OnReply::Ignore, "does not stop this", "hält das nicht auf"),
    ];
    for (on_reply, english, german) in table {
        for (language, how) in [(Language::English, english), (Language::German, german)] {
            let reminder =
                CustomerNotice { on_reply, ..sample(Notice::Reminder, language, "Spam") };
            let letter = letters().to_customer(Notice::Reminder, &reminder);
            let html = letter.html.expect("both");
            for text in [letter.body.replace('\n', " "), html] {
                let what = ["the service will be suspended", "wird der Dienst gesperrt"];
                assert!(what.iter().any(|what| text.contains(what)), "{text}");
                assert!(
                    text.contains("02 00:00 UTC") || text.contains("02.01.1970 00:00 UTC"),
                    "{text}"
                );
                assert!(text.contains(how), "{text}");
            }
        }
    }
}

/// Both parts of a letter, each as one line.
fn parts(notice: Notice, of: &CustomerNotice) -> [String; 2] {
    let letter = letters().to_customer(notice, of);
    [letter.body, letter.html.expect("both")]
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn an_answer_says_who_wrote_what_which_files_came_and_how_the_clock_is_stopped() {
    let of = |language| sample(Notice::Answered, language, "Spam");
    let table = [
        (of(Language::English), "2 files came", "written by a person", "Replying pauses"),
        (of(Language::German), "2 Dateien", "hat ein Mensch geschrieben", "hält die Frist an"),
    ];
    for (notice, files, who, clock) in table {
        for text in parts(Notice::Answered, &notice) {
            for words in [files, who, clock] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
        let one = CustomerNotice { files: 1, deadline: None, ..notice };
        for text in parts(Notice::Answered, &one) {
            assert!(!text.contains(files) && !text.contains(clock), "{text}");
            assert!(text.contains("A file came") || text.contains("eine Datei"), "{text}");
        }
    }
}

#[test]
fn who_is_suspended_reads_what_was_reported_and_whoever_will_be_at_once_is_told_so_first() {
    for language in Language::ALL {
        let mut notice = sample(Notice::Suspended, language, "Spam");
        for text in parts(Notice::Suspended, &notice) {
            assert!(text.contains("what was seen"), "{text}");
        }
        let says =
            |text: &str| text.contains("is being suspended") || text.contains("deswegen gesperrt");
        assert!(parts(Notice::Opened, &notice).iter().all(|text| !says(text)));
        notice.at_once = true;
        assert!(parts(Notice::Opened, &notice).iter().all(|text| says(text)));
    }
}

#[test]
fn a_subject_that_is_empty_or_has_more_than_one_line_is_a_fault() {
    for (subject, why) in
        [("{# nothing #}\n", "empty"), ("Report\nBcc: x@example.com\n", "one line")]
    {
        let name = "en/opened/subject.txt".to_owned();
        let own = letters().with_own(Texts::from([(name.clone(), subject.to_owned())]));
        let faults = own.check();
        assert_eq!((faults.len(), &faults[0].name), (1, &name), "{faults:?}");
        assert!(faults[0].why.contains(why), "{faults:?}");
    }
}
