//! The mails that staff get: notices about reports, an alert about the desk, the summary of a day.

use jiff::tz::TimeZone;
use portreeve_core::ids::ReportId;
use portreeve_core::notice::{Letter, Notice};
use portreeve_core::text::one_line;
use portreeve_core::time::Timestamp;
use portreeve_i18n::{Language, text, time};

/// What a notice to staff is made from.
#[derive(Debug, Clone)]
pub(super) struct StaffNotice {
    pub(super) report: ReportId,
    /// The service, as `directory:id`; none where none is known.
    pub(super) service: Option<String>,
    /// The service is only what a caller claims.
    pub(super) is_claim: bool,
    pub(super) category: String,
    pub(super) service_ip: String,
    pub(super) suspend_method: &'static str,
    /// The line of the history that this notice is about, in the reader's language.
    pub(super) what_happened: String,
    /// The report's page, where it is known at which address the desk is reached.
    pub(super) link: Option<String>,
}

/// Writes a notice to the abuse desk.
pub(super) fn notice(language: Language, notice: Notice, n: &StaffNotice) -> Letter {
    let word = |key: &str| text!(language, key);
    let subject = word(match notice {
        Notice::Opened => "staffmail-opened",
        Notice::Queued => "staffmail-queued",
        Notice::Answered => "staffmail-answered",
        Notice::NeedsStaff => "staffmail-needs_staff",
        _ => "staffmail-changed",
    });
    let service = match &n.service {
        Some(service) if n.is_claim => {
            text!(language, "staffmail-claimed", service = one_line(service, 200))
        }
        Some(service) => one_line(service, 200),
        None => word("staffmail-unknown"),
    };
    let facts = [
        ("staffmail-report", n.report.to_string()),
        ("staffmail-service", service),
        ("staffmail-address", one_line(&n.service_ip, 255)),
        ("staffmail-category", one_line(&n.category, 255)),
        ("staffmail-suspension", word(&format!("method-{}", n.suspend_method))),
    ]
    .map(|(key, value)| (format!("{}:", word(key)), value));
    let widest = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let facts = facts.map(|(name, value)| format!("  {name:widest$} {value}"));
    let link = n.link.clone().unwrap_or_else(|| format!("portreeve report show {}", n.report.0));
    let body = format!(
        "{}\n\n{}\n\n{}\n",
        one_line(&n.what_happened, 500),
        facts.join("\n"),
        text!(language, "staffmail-open", link = link),
    );
    let category = one_line(&n.category, 120);
    Letter { subject: format!("[abuse {}] {subject}: {category}", n.report), body, html: None }
}

/// Incoming mail that is not read in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadingBehind {
    /// Mails that are not read.
    pub(super) unread: i64,
    /// They are that many or more.
    pub(super) bound: i64,
    /// When the oldest of them came.
    pub(super) oldest: Timestamp,
}

/// A number that is counted up to a bound.
fn up_to(bound: i64, n: i64) -> String {
    if n >= bound { format!("{bound}+") } else { n.to_string() }
}

/// Tells staff that incoming mail is not read in time. `link` leads to where they see more.
pub(super) fn reading_behind(
    language: Language,
    of: ReadingBehind,
    zone: &TimeZone,
    link: Option<&str>,
) -> Letter {
    let since = time::instant(language, zone, of.oldest.as_millisecond());
    let count = up_to(of.bound, of.unread);
    let subject = text!(language, "staffmail-behind");
    let parts = [
        text!(language, "staffmail-behind-what", count = count, since = since),
        text!(language, "staffmail-behind-deadlines"),
        text!(language, "staffmail-behind-do"),
    ];
    let end = link.map(|link| format!("\n{link}\n")).unwrap_or_default();
    let body = format!("{}\n{end}", parts.join("\n\n"));
    Letter { subject: format!("[abuse] {subject}"), body, html: None }
}

/// What a summary tells: what waits now, and what happened in the last 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Open reports whose move is staff's.
    pub(super) staff: i64,
    /// Reports without a service.
    pub(super) queue: i64,
    /// Suspensions that wait for approval.
    pub(super) approval: i64,
    /// Services whose suspension a person has to look after.
    pub(super) trouble: i64,
    /// Mails that came in and wait.
    pub(super) mails: i64,
    /// Jobs and messages to webhooks that were given up.
    pub(super) given_up: i64,
    /// Deadlines in the next 24 hours.
    pub(super) deadlines: i64,
    /// Reports that were opened.
    pub(super) opened: i64,
    /// Reports that were closed.
    pub(super) closed: i64,
    /// Services that were suspended.
    pub(super) suspended: i64,
}

impl Summary {
    /// Nothing waits and nothing happened.
    pub(super) fn says_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn waiting(&self) -> [(&'static str, i64); 7] {
        [
            ("summary-staff", self.staff),
            ("summary-queue", self.queue),
            ("summary-approval", self.approval),
            ("summary-trouble", self.trouble),
            ("summary-mails", self.mails),
            ("summary-given_up", self.given_up),
            ("summary-deadlines", self.deadlines),
        ]
    }

    fn happened(&self) -> [(&'static str, i64); 3] {
        [
            ("summary-opened", self.opened),
            ("summary-closed", self.closed),
            ("summary-suspended", self.suspended),
        ]
    }
}

/// Writes the summary of a day. A number that reaches `bound` is told as that and more. `link` leads to the staff
/// area.
pub(super) fn summary(
    language: Language,
    of: &Summary,
    bound: i64,
    at: (Timestamp, &TimeZone),
    link: Option<&str>,
) -> Letter {
    let waits: i64 = of.waiting().iter().map(|(_, number)| number).sum();
    let when = time::instant(language, at.1, at.0.as_millisecond());
    let (subject, first) = match waits {
        0 => (text!(language, "summary-calm"), text!(language, "summary-calm-text")),
        _ => (
            text!(language, "summary-title", count = up_to(bound, waits)),
            text!(language, "summary-text"),
        ),
    };
    let lines: Vec<String> = of
        .waiting()
        .into_iter()
        .chain(of.happened())
        .filter(|(_, number)| *number > 0)
        .map(|(key, number)| format!("  {:>6}  {}", up_to(bound, number), text!(language, key)))
        .collect();
    let end = link.map(|link| format!("\n{link}\n")).unwrap_or_default();
    let body = format!("{first}\n\n{}\n\n{when}\n{end}", lines.join("\n"));
    Letter { subject: format!("[abuse] {subject}"), body, html: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_tells_only_what_there_is() {
        assert!(Summary::default().says_nothing());
        let of = Summary { queue: 1_000, mails: 3, closed: 2, ..Summary::default() };
        let at = (Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let letter =
            summary(Language::English, &of, 1_000, at, Some("https://abuse.example.com/admin"));
        assert_eq!(letter.subject, "[abuse] Daily summary: 1000+ waiting");
        assert!(
            letter.body.contains("   1000+  In the queue") && letter.body.contains("2  Closed")
        );
        assert!(letter.body.contains("3  Unmatched mail"));
        assert!(!letter.body.contains("Opened") && letter.body.ends_with("/admin\n"));
        let calm = Summary { closed: 1, ..Summary::default() };
        let letter = summary(Language::German, &calm, 1_000, at, None);
        assert_eq!(letter.subject, "[abuse] Tagesübersicht: nichts offen");
    }

    #[test]
    fn staff_read_how_much_mail_is_unread_since_when_and_that_nothing_is_lost() {
        let of = ReadingBehind { unread: 7, bound: 1_000, oldest: Timestamp::UNIX_EPOCH };
        let link = Some("https://abuse.example.com/admin");
        let letter = reading_behind(Language::English, of, &TimeZone::UTC, link);
        assert_eq!(letter.subject, "[abuse] Incoming mail is delayed");
        assert!(
            letter.body.contains("7 unread") && letter.body.contains("1970"),
            "{}",
            letter.body
        );
        assert!(letter.body.contains("Nothing is lost.") && letter.body.ends_with("/admin\n"));
        let many = ReadingBehind { unread: 1_000, ..of };
        let letter = reading_behind(Language::German, many, &TimeZone::UTC, None);
        assert!(letter.body.contains("1000+ ungelesene"), "{}", letter.body);
    }

    #[test]
    fn a_notice_to_staff_is_in_their_language_and_leads_to_the_report() {
        let of = StaffNotice {
            report: ReportId(92),
            service: Some("main:17".into()),
            is_claim: true,
            category: "Spam\nBcc: x".into(),
            service_ip: "192.0.2.7".into(),
            suspend_method: "nosuspend",
            what_happened: "Meldung geöffnet".into(),
            link: Some("https://abuse.example.com/admin/reports/92".into()),
        };
        let letter = notice(Language::German, Notice::Opened, &of);
        assert_eq!(letter.subject, "[abuse #92] Neue Meldung: Spam Bcc: x");
        assert!(letter.body.contains("Dienst:     main:17 (nicht bestätigt)"), "{}", letter.body);
        assert!(
            letter.body.ends_with("Meldung öffnen: https://abuse.example.com/admin/reports/92\n")
        );
        let without = StaffNotice { service: None, link: None, ..of };
        let letter = notice(Language::English, Notice::Queued, &without);
        assert!(
            letter.body.contains("Service:    unknown") && letter.body.contains("report show 92")
        );
    }
}
