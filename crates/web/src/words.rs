//! The words of the pages, in each language, and instants as a viewer reads them.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use portreeve_core::attachment::Size;
use portreeve_core::language;
pub(crate) use portreeve_core::language::Language;
use portreeve_core::time::{Span, Timestamp, from_millis};

/// The texts of one language by their key.
type Catalogue = HashMap<String, String>;

static CATALOGUES: LazyLock<HashMap<Language, Catalogue>> = LazyLock::new(|| {
    let read =
        |text: &str| toml::from_str::<Catalogue>(text).expect("a test reads every catalogue");
    HashMap::from([
        (Language::English, read(include_str!("../locales/en.toml"))),
        (Language::German, read(include_str!("../locales/de.toml"))),
    ])
});

/// The text of a key, with `{name}` replaced by what stands for it. A key that is missing shows itself; a
/// test sees to it that none is.
pub(crate) fn text(language: Language, key: &str, values: &[(&str, String)]) -> String {
    let found =
        [language, Language::English].iter().find_map(|language| CATALOGUES[language].get(key));
    let mut text = found.map_or_else(|| key.to_owned(), Clone::clone);
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// A line of a report's history in a language. It is stored as an English sentence of ours, whose pattern stands in the
/// English catalogue: what fits it is told in the reader's words, with instants in their zone. A line that fits none
/// (a hint, or a sentence of an older version) is shown as it is stored.
pub fn line(language: Language, zone: &TimeZone, kind: &str, stored: &str) -> String {
    let (exact, family) = (format!("line.{kind}"), format!("line.{kind}."));
    let english = &CATALOGUES[&Language::English];
    let mut patterns: Vec<(&String, &String)> =
        english.iter().filter(|(key, _)| **key == exact || key.starts_with(&family)).collect();
    // The most particular first.
    patterns.sort_by_key(|(key, pattern)| (std::cmp::Reverse(pattern.len()), *key));
    for (key, pattern) in patterns {
        if let Some(values) = fitting(pattern, stored) {
            let values: Vec<(&str, String)> = values
                .into_iter()
                .map(|(name, value)| (name, told(language, zone, name, value)))
                .collect();
            return text(language, key, &values);
        }
    }
    stored.to_owned()
}

/// Who did something: the desk itself and the customer in a language, everybody else by their name.
pub(crate) fn actor(language: Language, stored: &str) -> String {
    match stored {
        "desk" => text(language, "actor.desk", &[]),
        "customer" => text(language, "actor.customer", &[]),
        name => name.to_owned(),
    }
}

/// Why a guard holds a suspension back, in a language; any other sentence as it is.
pub(crate) fn reason(language: Language, stored: &str) -> String {
    translated(language, "stop.", stored)
}

/// A whole English sentence of ours whose key begins with `family`, in a language; any other sentence as it is.
fn translated(language: Language, family: &str, stored: &str) -> String {
    let english = &CATALOGUES[&Language::English];
    let found = english.iter().find(|(key, text)| key.starts_with(family) && *text == stored);
    found.map_or_else(|| stored.to_owned(), |(key, _)| text(language, key, &[]))
}

/// One value of a line as its reader says it.
fn told(language: Language, zone: &TimeZone, name: &str, value: &str) -> String {
    let word = |family: &str| {
        let key = format!("{family}.{value}");
        if knows(language, &key) { text(language, &key, &[]) } else { value.to_owned() }
    };
    match name {
        "at" => {
            let at = value
                .strip_suffix(" UTC")
                .and_then(|at| format!("{}:00Z", at.replace(' ', "T")).parse().ok());
            at.map_or_else(
                || value.to_owned(),
                |at: Timestamp| instant(language, zone, at.as_millisecond()),
            )
        }
        "span" => span_length(language, value),
        "stop" => reason(language, value),
        "mailwhy" => translated(language, "mailwhy.", value),
        "receipt" => translated(language, "receipt.", value),
        "outcome" => word("outcome"),
        "status" => word("service"),
        "notice" => word("notice"),
        "audience" => word("audience"),
        _ => value.to_owned(),
    }
}

/// What stands in a text for each placeholder of a pattern, if it fits.
fn fitting<'a>(pattern: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut parts = pattern.split('{').peekable();
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    while let Some(part) = parts.next() {
        let (name, literal) = part.split_once('}')?;
        // The last value reaches to the end, whatever stands in it.
        let end = match parts.peek() {
            Some(_) => rest.find(literal)?,
            None => rest.strip_suffix(literal)?.len(),
        };
        values.push((name, &rest[..end]));
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(values)
}

/// Whether there is a text for a key.
pub(crate) fn knows(language: Language, key: &str) -> bool {
    CATALOGUES[&language].contains_key(key)
}

/// The text for a number: both languages have a form for one and a form for all others.
pub(crate) fn plural(language: Language, key: &str, n: i64) -> String {
    let form = if n == 1 { "one" } else { "other" };
    text(language, &format!("{key}.{form}"), &[("n", n.to_string())])
}

/// An instant in milliseconds as a viewer reads it.
pub(crate) fn instant(language: Language, zone: &TimeZone, millis: i64) -> String {
    from_millis(millis).map(|at| language::instant(language, zone, at)).unwrap_or_default()
}

/// How far an instant is from now, in the largest unit that fits: `in 3 h`, `2 d ago`.
pub(crate) fn distance(language: Language, now: i64, at: i64) -> String {
    let ms = at.abs_diff(now);
    let (n, unit) = match ms / 1_000 {
        s @ 0..60 => (s, "s"),
        s @ 60..3_600 => (s / 60, "min"),
        s @ 3_600..172_800 => (s / 3_600, "h"),
        s => (s / 86_400, "d"),
    };
    let key = if at >= now { "time.in" } else { "time.ago" };
    let unit = text(language, &format!("time.{unit}"), &[]);
    text(language, key, &[("n", n.to_string()), ("unit", unit)])
}

/// A length of time in words of at most two units.
pub(crate) fn length(language: Language, millis: i64) -> String {
    let unit = |n: i64, unit: &str| format!("{n} {}", text(language, &format!("time.{unit}"), &[]));
    let seconds = millis / 1_000;
    match seconds {
        0..60 => unit(seconds, "s"),
        60..3_600 => unit(seconds / 60, "min"),
        3_600..86_400 => {
            let minutes = seconds % 3_600 / 60;
            let hours = unit(seconds / 3_600, "h");
            if minutes == 0 { hours } else { format!("{hours} {}", unit(minutes, "min")) }
        }
        _ => {
            let hours = seconds % 86_400 / 3_600;
            let days = unit(seconds / 86_400, "d");
            if hours == 0 { days } else { format!("{days} {}", unit(hours, "h")) }
        }
    }
}

/// A size as it is read in a language.
pub(crate) fn size(language: Language, size: Size) -> String {
    language.decimals(&size.to_string())
}

/// A span as it was written, read for [`length`].
pub(crate) fn span_length(language: Language, span: &str) -> String {
    span.parse::<Span>().map_or_else(|_| span.to_owned(), |span| length(language, span.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn placeholders(text: &str) -> BTreeSet<String> {
        let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
        parts.map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeholders() {
        let (english, german) = (&CATALOGUES[&Language::English], &CATALOGUES[&Language::German]);
        let keys = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        let (english_keys, german_keys) = (keys(english), keys(german));
        let missing: Vec<_> = english_keys.symmetric_difference(&german_keys).collect();
        assert!(missing.is_empty(), "in one language only: {missing:?}");
        for (key, text) in english {
            assert_eq!(placeholders(text), placeholders(&german[key]), "{key}");
            assert!(!text.is_empty() && !german[key].is_empty(), "{key} is empty");
        }
    }

    /// Every text of ours that could name a key: the templates and the handlers.
    fn sources() -> String {
        let mut all = String::new();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut open = vec![
            root.join("templates"),
            root.join("src/admin"),
            root.join("src/client"),
            root.join("src/print"),
        ];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder of ours") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else if !path.ends_with("words.rs") {
                    all.push_str(&std::fs::read_to_string(&path).expect("a text of ours"));
                }
            }
        }
        all
    }

    #[test]
    fn every_text_that_pages_ask_for_is_there_and_none_is_left_over() {
        let sources = sources();
        let english = &CATALOGUES[&Language::English];
        let asked = |call: &str| -> BTreeSet<String> {
            let calls = sources.split(call).skip(1).filter_map(|rest| rest.split_once('"'));
            // A key that is put together from its beginning and a word is looked at below.
            calls.map(|(key, _)| key.to_owned()).filter(|key| !key.ends_with('.')).collect()
        };
        for key in asked(" t(\"").into_iter().chain(asked("(t(\"")) {
            assert!(english.contains_key(&key), "{key}");
        }
        for key in asked("tn(\"") {
            assert!(english.contains_key(&format!("{key}.one")), "{key}");
            assert!(english.contains_key(&format!("{key}.other")), "{key}");
        }
        let families: BTreeSet<&str> = sources
            .split("t(\"")
            .skip(1)
            .filter_map(|rest| rest.split_once('"'))
            .map(|(key, _)| key)
            .filter(|key| key.ends_with('.'))
            .chain(["actor.", "event.", "line.", "receipt.", "stop.", "time.", "print.happened."])
            .collect();
        for key in english.keys() {
            let plain =
                key.trim_end_matches(".one").trim_end_matches(".other").trim_end_matches(".text");
            let is_used = sources.contains(&format!("\"{key}\""))
                || sources.contains(&format!("\"{plain}\""))
                || families.iter().any(|family| key.starts_with(family));
            assert!(is_used, "nobody asks for {key}");
        }
    }

    #[test]
    fn the_desk_and_the_customer_have_words_and_people_have_names() {
        let said = ["desk", "customer", "staff:alice"].map(|one| actor(Language::German, one));
        assert_eq!(said, ["Programm", "Kunde", "staff:alice"]);
    }

    /// Numbers that stand beside a unit, a limit or a list are the same word for one and for many.
    const COUNTS_NOTHING: [&str; 5] =
        ["time.in", "time.ago", "sign_in.too_many", "fraudrecord.unfit", "print.cut"];

    #[test]
    fn what_is_counted_has_a_form_for_one_and_one_for_all_others() {
        for catalogue in CATALOGUES.values() {
            for (key, text) in catalogue {
                if let Some(base) = key.strip_suffix(".one") {
                    assert!(catalogue.contains_key(&format!("{base}.other")), "{key}");
                } else if placeholders(text).contains("n") {
                    let base = key.strip_suffix(".other").unwrap_or(key);
                    let is_plural = catalogue.contains_key(&format!("{base}.one"));
                    assert!(is_plural || COUNTS_NOTHING.contains(&key.as_str()), "{key}");
                }
            }
        }
    }

    /// The names of what a call in a template fills in: `t("key", name=value, …)`, read from behind the key.
    fn filled_in(rest: &str) -> BTreeSet<String> {
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let arguments = rest[..end.unwrap_or_default()].split(',');
        let names = arguments.filter_map(|part| part.split_once('=')).map(|(name, _)| name.trim());
        let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        names.filter(is_name).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn pages_fill_in_what_a_text_has_room_for() {
        let sources = sources();
        let english = &CATALOGUES[&Language::English];
        let mut looked_at = 0;
        for call in [" t(\"", "(t(\"", "{t(\""] {
            for rest in sources.split(call).skip(1) {
                let Some((key, rest)) = rest.split_once('"') else { continue };
                let Some(text) = english.get(key) else { continue };
                assert_eq!(filled_in(rest), placeholders(text), "{key}");
                looked_at += 1;
            }
        }
        assert!(looked_at > 300, "{looked_at}");
    }

    #[test]
    fn every_text_that_handlers_ask_for_is_there() {
        let sources = sources();
        let is_key = |text: &&str| {
            text.contains('.') && text.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c))
        };
        let mut looked_at = 0;
        for rest in sources.split("words::text(").skip(1) {
            let call = rest.split(';').next().unwrap_or_default();
            let literals = call.split('"').skip(1).step_by(2);
            if let Some(key) = literals.clone().find(is_key).filter(|key| !key.ends_with('.')) {
                assert!(knows(Language::English, key), "{key}");
                looked_at += 1;
            }
        }
        assert!(looked_at > 5, "{looked_at}");
    }

    #[test]
    fn every_setting_right_and_outcome_has_its_words() {
        let settings =
            portreeve_core::settings::KEYS.iter().filter(|key| key.name != "categories.plans");
        let rights = portreeve_app::staff::RIGHTS.iter().map(|(right, _)| format!("right.{right}"));
        let outcomes = portreeve_core::report::Outcome::ALL
            .iter()
            .map(|one| format!("outcome.{}", one.as_str()));
        for key in settings.map(|key| format!("setting.{}", key.name)).chain(rights).chain(outcomes)
        {
            assert!(knows(Language::English, &key), "{key}");
        }
    }

    #[test]
    fn every_line_of_history_is_told_in_both_languages() {
        use portreeve_core::event::Event;
        use portreeve_core::fraudrecord::Step;
        use portreeve_core::guard::Stop;
        use portreeve_core::ids::{MailId, Press, ReportId, ServiceKey};
        use portreeve_core::intake::{Displayed, Why};
        use portreeve_core::notice::{Audience, Notice};
        use portreeve_core::report::{Outcome, SuspendMethod, Turn};
        use portreeve_core::service::ServiceStatus;
        let at = from_millis(1_700_000_000_000).expect("in range");
        let (other, words) = (ReportId(7), || "why, and so (on)".to_owned());
        let service = ServiceKey::parse("eu:17", "main").expect("good");
        let (notice, audience) = (Notice::Reminder, Audience::Customer);
        let events = [
            Event::Opened { method: SuspendMethod::NoSuspend },
            Event::Opened { method: SuspendMethod::Immediate },
            Event::Opened { method: SuspendMethod::TimeLimit },
            Event::Queued { why: words() },
            Event::Assigned { service },
            Event::NothingToSuspend { status: ServiceStatus::Terminated },
            Event::DeadlineSet { deadline: at },
            Event::Reminded { deadline: at },
            Event::DeadlineReached,
            Event::DeadlineCancelled,
            Event::DeadlineLifted { left: Span::from_mins(90) },
            Event::DeadlineRestored { left: Span::from_mins(90) },
            Event::ClockPaused { left: Span::from_mins(90) },
            Event::ClockResumed { deadline: at },
            Event::Extended { by: Span::from_mins(90) },
            Event::HoldPlaced { by: Press::Staff },
            Event::HoldPlaced { by: Press::Automatic },
            Event::HoldWaits { why: Stop::Protected },
            Event::HoldApproved,
            Event::HoldRefused,
            Event::HoldReleased,
            Event::OrderedAgain,
            Event::MarkedFixed,
            Event::Contested,
            Event::MoreTimeAsked { by: Span::from_mins(90) },
            Event::TakenBack,
            Event::PaymentOffered { offered: true },
            Event::PaymentOffered { offered: false },
            Event::PaymentAsked { amount: "25.00 EUR".to_owned() },
            Event::PaymentOpen { reference: "5".to_owned(), amount: "27.13 USD".to_owned() },
            Event::PaymentRefused { why: words() },
            Event::PaymentRefused { why: String::new() },
            Event::Paid { amount: "27.13 USD".to_owned() },
            Event::PaidInVain { why: words() },
            Event::PaidOddly { what: words() },
            Event::PaymentEnded { reference: "5".to_owned() },
            Event::PaymentReversed { amount: "27.13 USD".to_owned(), reference: "5".to_owned() },
            Event::LinkAsked,
            Event::LinksRevoked { count: 2 },
            Event::Answered { by: Turn::Customer },
            Event::Answered { by: Turn::Staff },
            Event::Noted,
            Event::Closed { outcome: Outcome::Unfounded, kept: false },
            Event::Closed { outcome: Outcome::Resolved, kept: true },
            Event::Reopened,
            Event::HandedOver { to: Some("alice".to_owned()) },
            Event::HandedOver { to: None },
            Event::CategoryChanged { from: "A".to_owned(), to: "B".to_owned() },
            Event::Merged { into: other },
            Event::Absorbed { from: other },
            Event::Unmerged { with: other },
            Event::Suspended { detail: words() },
            Event::Suspended { detail: String::new() },
            Event::Unsuspended { detail: words() },
            Event::Unsuspended { detail: String::new() },
            Event::SuspendedByOther { reason: words() },
            Event::SuspendedByOther { reason: String::new() },
            Event::LeftSuspended { reason: words() },
            Event::LeftSuspended { reason: String::new() },
            Event::Drifted,
            Event::OrderRefused { detail: words() },
            Event::OrderFailed { detail: words() },
            Event::PanelUnknown { detail: String::new() },
            Event::ManualNeeded { action: "suspend" },
            Event::ManualCalledOff,
            Event::NoticeSent { notice, audience },
            Event::NoticeFailed { notice, audience, detail: words() },
            Event::FraudRecord(Step::Found { fields: words() }),
            Event::FraudRecord(Step::NothingFound { fields: words() }),
            Event::FraudRecord(Step::NotAnswered { why: words() }),
            Event::FraudRecord(Step::ReportBegun { value: 5, fields: words() }),
            Event::FraudRecord(Step::Reported { code: words() }),
            Event::FraudRecord(Step::NotReported { why: words() }),
            Event::FraudRecord(Step::ReportLost { why: words() }),
            Event::Attached { name: "a.txt".to_owned(), size: Size(9), hash: String::new() },
            Event::NoteAttached { hash: String::new() },
            Event::AttachmentRefused { name: "a.txt".to_owned(), why: words() },
            Event::AttachmentInfected { detail: words() },
            Event::AttachmentInfected { detail: String::new() },
            Event::AttachmentUnscanned { detail: words() },
            Event::AttachmentUnscanned { detail: String::new() },
            Event::AttachmentRemoved { name: Some("a.txt".to_owned()) },
            Event::AttachmentRemoved { name: None },
            Event::NoticeBounced { notice, audience, detail: words(), is_first: true },
            Event::AnsweredByMail { mail: MailId(17), files: 0 },
            Event::AnsweredByMail { mail: MailId(17), files: 2 },
            Event::AutomaticAnswer { mail: MailId(17) },
            Event::ReadReceipt { mail: MailId(17), displayed: Displayed::Shown },
            Event::ReadReceipt { mail: MailId(17), displayed: Displayed::Other },
            Event::MailWaits { mail: MailId(17), why: Why::OtherSender, tells: true },
            Event::MailAttached { mail: MailId(17) },
        ];
        let berlin = language::zone("Europe/Berlin");
        for event in events {
            let stored = event.text();
            let german = line(Language::German, &berlin, event.kind(), &stored);
            assert_ne!(german, stored, "{}", event.kind());
            assert!(!german.contains('{'), "{german}");
            if stored.contains("so (on)") {
                assert!(german.contains("why, and so (on)"), "{german}");
            }
            let jobs = portreeve_core::event::jobs_for(other, None, &event, at);
            let is_told = jobs.iter().any(|job| {
                matches!(
                    job,
                    portreeve_core::event::Job::SendNotice { notice: Notice::NeedsStaff, .. }
                )
            });
            let is_listed = portreeve_core::event::NEEDS_STAFF.contains(&event.kind());
            assert!(!is_told || is_listed, "mails to staff do not name {}", event.kind());
        }
        let set = Event::DeadlineSet { deadline: at };
        let english = line(Language::English, &berlin, set.kind(), &set.text());
        assert_eq!(english, "the customer has time until 2023-11-14 23:13 CET");
        let waits = line(
            Language::German,
            &berlin,
            "awaiting_approval",
            &Event::HoldWaits { why: Stop::Protected }.text(),
        );
        assert_eq!(waits, "Sperrung wartet auf Freigabe: der Dienst ist geschützt");
        assert_eq!(line(Language::German, &berlin, "hint", "as it is"), "as it is");
        assert_eq!(
            reason(Language::German, Stop::NotTold.text()),
            text(Language::German, "stop.not_told", &[])
        );
    }

    #[test]
    fn whatever_became_of_a_mail_and_why_it_waits_is_told_in_both_languages() {
        use portreeve_core::event::Event;
        use portreeve_core::ids::MailId;
        use portreeve_core::intake::{Displayed, MailState, Why};
        for state in MailState::ALL {
            assert!(knows(Language::German, &format!("mailstate.{}", state.code())));
        }
        for &displayed in Displayed::ALL {
            let key = format!("receipt.{}", displayed.code());
            assert_eq!(text(Language::English, &key, &[]), displayed.text());
            let stored = Event::ReadReceipt { mail: MailId(17), displayed }.text();
            let german = line(Language::German, &language::zone(""), "read_receipt", &stored);
            assert!(german.ends_with(&text(Language::German, &key, &[])), "{german}");
        }
        for &why in Why::ALL {
            let key = format!("mailwhy.{}", why.code());
            assert_eq!(text(Language::English, &key, &[]), why.text());
            let stored = Event::MailWaits { mail: MailId(17), why, tells: false }.text();
            let german = line(Language::German, &language::zone(""), "mail_waits", &stored);
            assert!(german.ends_with(&text(Language::German, &key, &[])), "{german}");
        }
    }

    #[test]
    fn instants_are_read_in_the_viewers_zone() {
        let berlin = language::zone("Europe/Berlin");
        let at = 1_700_000_000_123;
        assert_eq!(instant(Language::English, &berlin, at), "2023-11-14 23:13 CET");
        assert_eq!(instant(Language::German, &language::zone(""), at), "14.11.2023 22:13 UTC");
        assert_eq!(
            instant(Language::English, &language::zone("No/Where"), at),
            "2023-11-14 22:13 UTC"
        );
        assert_eq!(distance(Language::English, at, at + 3 * 3_600_000), "in 3 h");
        assert_eq!(distance(Language::German, at, at - 90_000), "vor 1 min");
        assert_eq!(length(Language::English, 90 * 60_000), "1 h 30 min");
    }

    #[test]
    fn the_browser_is_heard_when_nobody_has_chosen() {
        assert_eq!(Language::choose("", "fr;q=0.9, de-AT, en"), Language::German);
        assert_eq!(Language::choose("en", "de"), Language::English);
        assert_eq!(Language::choose("", ""), Language::English);
    }
}
