//! Lines of history in the language of their reader.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use portreeve_core::time::Timestamp;
use portreeve_i18n::{self as i18n, Language};

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
fn text(language: Language, key: &str, values: &[(&str, String)]) -> String {
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
        "desk" => i18n::text!(language, "actor-desk"),
        "customer" => i18n::text!(language, "actor-customer"),
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
        let key = format!("{family}-{value}");
        if i18n::knows(language, &key) { i18n::text!(language, &key) } else { value.to_owned() }
    };
    match name {
        "at" => {
            let at = value
                .strip_suffix(" UTC")
                .and_then(|at| format!("{}:00Z", at.replace(' ', "T")).parse().ok());
            at.map_or_else(
                || value.to_owned(),
                |at: Timestamp| i18n::time::instant(language, zone, at.as_millisecond()),
            )
        }
        "span" => i18n::time::span_length(language, value),
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

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::attachment::Size;
    use portreeve_core::language;
    use portreeve_core::time::{Span, from_millis};

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
            Event::Imported { source: words(), reference: "R-7".into(), suspended: false },
            Event::Imported { source: words(), reference: "R-7".into(), suspended: true },
            Event::SuspensionAdopted,
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
            assert!(i18n::knows(Language::German, &format!("mailstate-{}", state.code())));
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
    fn the_desk_and_the_customer_have_words_and_people_have_names() {
        let said = ["desk", "customer", "staff:alice"].map(|one| actor(Language::German, one));
        assert_eq!(said, ["Programm", "Kunde", "staff:alice"]);
    }
}
