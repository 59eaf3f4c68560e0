use std::fmt::Write;

use portreeve_core::attachment::Refused;
use portreeve_core::event::{Cause, Group};
use portreeve_core::guard::Stop;
use portreeve_core::intake::Why;
use portreeve_core::reason::{
    Hint, NoEffect, NotDelivered, NotScanned, OutOfSight, PaymentIssue, QueueReason,
    RegisterProblem, SuspensionReason,
};

use super::*;

/// What others say in the examples of the table: as it came, in whichever language.
const QUOTED: [&str; 5] = [
    "451 4.7.1 Try again later",
    "Overdue on Payment",
    "Eicar-Test-Signature",
    "access.log",
    "Portreeve",
];

/// English words that have no place in a German sentence. What is the same in both languages is not among them.
const ENGLISH: [&str; 38] = [
    "the",
    "of",
    "and",
    "or",
    "to",
    "by",
    "with",
    "from",
    "for",
    "a",
    "is",
    "are",
    "not",
    "no",
    "it",
    "its",
    "this",
    "that",
    "report",
    "service",
    "customer",
    "suspended",
    "suspend",
    "suspension",
    "answer",
    "answered",
    "mail",
    "notice",
    "file",
    "deadline",
    "staff",
    "left",
    "hold",
    "paid",
    "payment",
    "invoice",
    "panel's",
    "again",
];

fn is_free_of_english(sentence: &str) {
    let mut own = sentence.to_owned();
    for quoted in QUOTED {
        own = own.replace(quoted, "");
    }
    let words = own.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-');
    for word in words {
        assert!(!ENGLISH.contains(&word), "{word:?} in {sentence:?}");
    }
}

/// Both sentences are there, in their own language, with nothing of a message left over.
#[track_caller]
fn is_told_in_both(what: &str, tell: impl Fn(Language) -> String) {
    let [english, german] = Language::ALL.map(tell);
    for sentence in [&english, &german] {
        assert!(!sentence.is_empty() && !sentence.contains(['{', '}', '$']), "{what}: {sentence}");
        assert!(!sentence.contains("history-") && !sentence.contains("hint-"), "{sentence}");
    }
    for quoted in QUOTED {
        assert_eq!(english.contains(quoted), german.contains(quoted), "{what}: {german}");
    }
    let is_quoted = QUOTED.contains(&english.as_str());
    assert!(english != german || is_quoted, "{what} is the same in both: {german}");
    is_free_of_english(&german);
}

#[test]
fn every_event_is_told_in_both_languages() {
    let zone = language::zone("Europe/Berlin");
    for kind in Kind::ALL {
        is_told_in_both(kind.as_str(), |of| name(of, *kind));
        for event in kind.examples() {
            is_told_in_both(kind.as_str(), |of| sentence(of, &zone, &event));
        }
    }
    for kind in Kind::for_customer() {
        is_told_in_both(kind.as_str(), |of| for_customer(of, kind));
    }
}

#[test]
fn every_code_is_told_in_both_languages() {
    for rule in Rule::ALL {
        is_told_in_both("rule", |of| reason::rule(of, rule));
    }
    for why in Stop::ALL {
        is_told_in_both(why.code(), |of| reason::stop(of, *why));
    }
    for why in Why::ALL {
        is_told_in_both(why.code(), |of| reason::mail_waits(of, *why));
    }
    for found in Finding::examples().into_iter().filter(|found| *found != Finding::Silent) {
        is_told_in_both(found.code(), |of| reason::finding(of, &found).unwrap_or_default());
    }
    for why in QueueReason::examples() {
        is_told_in_both(why.code(), |of| reason::queue(of, &why));
    }
    for why in NotDelivered::examples() {
        is_told_in_both(why.code(), |of| reason::not_delivered(of, &why));
    }
    for why in NoEffect::examples() {
        is_told_in_both(why.code(), |of| reason::no_effect(of, &why));
    }
    for why in PaymentIssue::examples() {
        is_told_in_both(why.code(), |of| reason::payment_issue(of, &why));
    }
    for why in NotScanned::examples() {
        is_told_in_both(why.code(), |of| reason::not_scanned(of, &why));
    }
    for why in OutOfSight::examples() {
        is_told_in_both(why.code(), |of| reason::out_of_sight(of, &why));
    }
    for why in RegisterProblem::examples() {
        is_told_in_both(why.code(), |of| reason::register(of, &why));
    }
    for why in Refused::examples() {
        is_told_in_both(why.as_str(), |of| crate::refusal(of, &why.refusal()));
    }
    for why in SuspensionReason::examples() {
        is_told_in_both(why.code(), |of| match &why {
            SuspensionReason::Shown { said } => said.clone(),
            why => reason::suspension(of, why),
        });
        is_told_in_both(why.code(), |of| reason::paused_suspension(of, &why));
    }
}

#[test]
fn whoever_says_nothing_is_not_quoted() {
    let tellers: [fn(Language) -> String; 9] = [
        |of| reason::queue(of, &QueueReason::DirectoryUnreachable { said: Finding::Silent }),
        |of| reason::not_delivered(of, &NotDelivered::Refused { said: String::new() }),
        |of| reason::payment_issue(of, &PaymentIssue::Unexpected { said: Finding::Silent }),
        |of| reason::not_scanned(of, &NotScanned::Failed { said: Finding::Silent }),
        |of| reason::out_of_sight(of, &OutOfSight::Panel { said: Finding::Silent }),
        |of| reason::register(of, &RegisterProblem::Unreachable { said: Finding::Silent }),
        |of| reason::suspension(of, &SuspensionReason::Failed { said: Finding::Silent }),
        |of| reason::suspension(of, &SuspensionReason::Later { said: Finding::Silent }),
        |of| reason::suspension(of, &SuspensionReason::Refused { said: Finding::Silent }),
    ];
    for tell in tellers {
        is_told_in_both("silent", tell);
        let told = Language::ALL.map(tell);
        assert!(!told.iter().any(|told| told.contains(['“', '„', '”'])), "{told:?}");
    }
    let zone = TimeZone::UTC;
    let refused = Event::OrderRefused { said: Finding::Silent };
    assert_eq!(sentence(Language::English, &zone, &refused), "The panel refused the order");
}

#[test]
fn sentences_are_told_in_the_zone_and_with_the_words_of_whoever_reads() {
    let berlin = language::zone("Europe/Berlin");
    let deadline_at = portreeve_core::time::from_millis(1_700_000_000_000).expect("in range");
    let told = |event: &Event| Language::ALL.map(|of| sentence(of, &berlin, event));
    assert_eq!(
        told(&Event::DeadlineSet { deadline_at }),
        ["Deadline: 2023-11-14 23:13 CET", "Frist: 14.11.2023 23:13 CET"]
    );
    assert_eq!(
        told(&Event::ClockPaused { left: Span::from_secs(3 * 3_600 + 59) }),
        ["Paused, 3 h left", "Frist angehalten, noch 3 Std. übrig"]
    );
    let changed = Event::CategoryChanged { from: "A to B".into(), to: "C” to “D".into() };
    assert_eq!(
        told(&changed),
        [
            "Category changed from “A to B” to “C” to “D”",
            "Kategorie von „A to B“ in „C” to “D“ geändert"
        ]
    );
    let odd = Event::HandedOver { to: Some("{ $to } { history-noted }".into()) };
    assert_eq!(told(&odd)[0], "Assignee: { $to } { history-noted }");
    let who = ["desk", "customer", "staff:alice"].map(|one| actor(Language::German, one));
    assert_eq!(who, ["Programm", "Kunde", "staff:alice"]);
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Report => "The report",
        Group::Deadline => "The deadline",
        Group::Hold => "Holds",
        Group::Panel => "The panel",
        Group::Conversation => "The conversation",
        Group::Payment => "Payments",
        Group::Mail => "Mail",
        Group::Attachment => "Attachments",
        Group::FraudRecord => "FraudRecord",
    }
}

/// What the desk does about a kind, for its readers.
fn effects(kind: Kind) -> Vec<String> {
    let mut effects = Vec::new();
    let mut tell = |audience: Audience| {
        let is_told = |cause: &Cause| matches!(cause, Cause::Tell(_, whom) if *whom == audience);
        if kind.causes().iter().any(is_told) {
            effects.push(match audience {
                Audience::Customer => "the customer gets a notice".to_owned(),
                Audience::Staff => "staff get a notice".to_owned(),
            });
        }
    };
    tell(Audience::Customer);
    tell(Audience::Staff);
    if kind.is_topic() {
        effects.push(format!("webhooks are told of it (`report.{kind}`)"));
    }
    if kind.is_for_customer() {
        effects.push("the customer's copy of the report tells of it".to_owned());
    }
    effects
}

fn table(page: &mut String, heading: &str, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    page.push_str(heading);
    for (one, other) in rows {
        let _ = writeln!(page, "| {one} | {other} |");
    }
    page.push('\n');
}

fn codes_page(page: &mut String) {
    let english = Language::English;
    let mut codes = |title: &str, rows: Vec<(serde_json::Value, String)>| {
        let _ = writeln!(page, "### {title}\n");
        let rows: Vec<(String, String)> =
            rows.into_iter().map(|(json, text)| (format!("`{json}`"), text)).collect();
        table(page, "| as data | in words |\n|---|---|\n", &rows);
    };
    macro_rules! of {
        ($title:literal, $examples:expr, $tell:expr) => {
            codes(
                $title,
                $examples
                    .iter()
                    .map(|why| {
                        (serde_json::to_value(why).expect("plain data"), $tell(english, why))
                    })
                    .collect(),
            );
        };
    }
    of!("Rules of decisions", Rule::ALL, |of, rule: &Rule| reason::rule(of, *rule));
    of!("Guards (`awaiting_approval.why`)", Stop::ALL, |of, why: &Stop| reason::stop(of, *why));
    of!("The queue (`queued.why`)", QueueReason::examples(), reason::queue);
    of!("Mails that wait (`mail_waits.why`)", Why::ALL, |of, why: &Why| {
        reason::mail_waits(of, *why)
    });
    of!(
        "Notices that were not delivered (`notice_failed.why`)",
        NotDelivered::examples(),
        reason::not_delivered
    );
    of!(
        "Services out of sight (`panel_unknown.why`)",
        OutOfSight::examples(),
        reason::out_of_sight
    );
    of!("Payments without effect (`paid_in_vain.why`)", NoEffect::examples(), reason::no_effect);
    of!(
        "Payments that need review (`paid_oddly.issue`)",
        PaymentIssue::examples(),
        reason::payment_issue
    );
    of!(
        "Files that were not accepted (`attachment_refused.why`)",
        Refused::examples(),
        |of, why: &Refused| { crate::refusal(of, &why.refusal()) }
    );
    of!(
        "Files that were not scanned (`attachment_unscanned.why`)",
        NotScanned::examples(),
        reason::not_scanned
    );
    of!("FraudRecord (`why` of its kinds)", RegisterProblem::examples(), reason::register);
    of!("Hints (`hint.hint`)", Hint::examples(), |of, hint: &Hint| {
        sentence(of, &TimeZone::UTC, &Event::Hint { hint: hint.clone() })
    });
    of!(
        "State of a suspension (`suspension.reason` of a report)",
        SuspensionReason::examples(),
        reason::suspension
    );
}

/// The page of the documentation, made from the table of kinds.
fn page() -> String {
    let mut page = include_str!("events-intro.md").to_owned();
    for group in Group::ALL {
        let _ = writeln!(page, "## {}\n", title(group));
        for kind in Kind::ALL.iter().filter(|kind| kind.group() == group) {
            let _ = writeln!(page, "### `{kind}`\n\n{}\n", kind.meaning());
            let facts = kind.facts().iter();
            let facts: Vec<(String, String)> =
                facts.map(|fact| (format!("`{}`", fact.name), fact.meaning.to_owned())).collect();
            table(&mut page, "| data | meaning |\n|---|---|\n", &facts);
            let effects = effects(*kind);
            if !effects.is_empty() {
                let text = effects.join("; ");
                let _ = writeln!(page, "Then {text}.\n");
            }
            let example = kind.examples().remove(0);
            let data = example.data().expect("plain data");
            let text = sentence(Language::English, &TimeZone::UTC, &example);
            let text = serde_json::to_string(&text).expect("a text");
            let _ = writeln!(
                page,
                "```json\n{{\"kind\":\"{kind}\",\"data\":{data},\n \"text\":{text}}}\n```\n"
            );
        }
    }
    page.push_str(
        "## Codes\n\nA `said` is what a panel, a mail server or a provider said, as it came.\n\n",
    );
    codes_page(&mut page);
    page.trim_end().to_owned() + "\n"
}

#[test]
fn the_page_about_events_says_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let page = page();
    if std::env::var_os("PORTREEVE_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).expect("docs/events.md can be written");
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == page,
        "docs/events.md is out of date; write it with PORTREEVE_WRITE_DOCS=1"
    );
    assert!(Kind::ALL.iter().all(|kind| page.contains(&format!("### `{kind}`\n"))));
    let webhooks = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/webhooks.md");
    let webhooks = std::fs::read_to_string(webhooks).expect("a page of ours");
    for topic in Kind::ALL.iter().filter(|kind| kind.is_topic()) {
        assert!(webhooks.contains(&format!("`report.{topic}`")), "docs/webhooks.md: {topic}");
    }
}
