//! What staff are told by mail: notices about reports, and the summary of a day; and who wants which of it.

use jiff::tz::TimeZone;

use crate::ids::ReportId;
use crate::language::{Language, instant};
use crate::notice::{Letter, Notice};
use crate::text::one_line;
use crate::time::Timestamp;

/// The notices that staff get.
pub const TO_STAFF: [Notice; 4] =
    [Notice::Opened, Notice::Queued, Notice::Answered, Notice::NeedsStaff];

/// The word for somebody who wants notices only about reports that they take care of.
const ONLY_MINE: &str = "mine";

/// The word for somebody who wants the summary.
const SUMMARY: &str = "summary";

/// What a member of staff wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// These notices.
    pub notices: Vec<Notice>,
    /// Only about reports that they take care of.
    pub only_mine: bool,
    /// The summary of each day.
    pub summary: bool,
}

impl Wishes {
    /// Everything.
    pub fn all() -> Self {
        Self { notices: TO_STAFF.to_vec(), only_mine: false, summary: true }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self { notices: Vec::new(), only_mine: false, summary: false }
    }

    /// What counts for somebody: what they chose; for who has not chosen everything, or nothing where the desk has
    /// addresses of its own for what staff are told.
    pub fn of(chosen: Option<&str>, desk_has_addresses: bool) -> Self {
        match chosen {
            Some(words) => Self::parse(words),
            None if desk_has_addresses => Self::nothing(),
            None => Self::all(),
        }
    }

    /// Reads the words of [`Wishes::words`]; what is no word of ours says nothing.
    pub fn parse(words: &str) -> Self {
        let has = |wanted: &str| words.split_whitespace().any(|word| word == wanted);
        Self {
            notices: TO_STAFF.into_iter().filter(|notice| has(notice.as_str())).collect(),
            only_mine: has(ONLY_MINE),
            summary: has(SUMMARY),
        }
    }

    /// The words that stand for it, separated by blanks.
    pub fn words(&self) -> String {
        let mut words: Vec<&str> = self.notices.iter().map(|notice| notice.as_str()).collect();
        words.extend(self.only_mine.then_some(ONLY_MINE));
        words.extend(self.summary.then_some(SUMMARY));
        words.join(" ")
    }

    /// Whether they want this notice about a report that they take care of, or do not.
    pub fn want(&self, notice: Notice, is_mine: bool) -> bool {
        self.notices.contains(&notice) && (is_mine || !self.only_mine)
    }
}

/// What a notice to staff is made from.
#[derive(Debug, Clone)]
pub struct StaffNotice {
    /// The report.
    pub report: ReportId,
    /// The service, as `directory:id`; none where none is known.
    pub service: Option<String>,
    /// The service is only what a caller claims.
    pub is_claim: bool,
    /// Kind of abuse.
    pub category: String,
    /// Address.
    pub service_ip: String,
    /// How it is to be suspended.
    pub suspend_method: &'static str,
    /// The line of the history that this notice is about, in the reader's language.
    pub what_happened: String,
    /// The report's page, where it is known at which address the desk is reached.
    pub link: Option<String>,
}

/// Writes a notice to the abuse desk.
pub fn to_staff(language: Language, notice: Notice, n: &StaffNotice) -> Letter {
    let category = one_line(&n.category, 120);
    let subject = match (language, notice) {
        (Language::English, Notice::Opened) => "New report",
        (Language::English, Notice::Queued) => "New report in the queue",
        (Language::English, Notice::Answered) => "The customer answered",
        (Language::English, Notice::NeedsStaff) => "Waits for you",
        (Language::English, _) => "Report changed",
        (Language::German, Notice::Opened) => "Neue Meldung",
        (Language::German, Notice::Queued) => "Neue Meldung in der Warteschlange",
        (Language::German, Notice::Answered) => "Der Kunde hat geantwortet",
        (Language::German, Notice::NeedsStaff) => "Wartet auf Sie",
        (Language::German, _) => "Meldung geändert",
    };
    let [report, service, address, kind, suspend, see, unknown, claim] = match language {
        Language::English => [
            "Report:   ",
            "Service:  ",
            "Address:  ",
            "Category: ",
            "Suspend:  ",
            "See it",
            "unknown",
            "not confirmed",
        ],
        Language::German => [
            "Meldung:   ",
            "Dienst:    ",
            "Adresse:   ",
            "Kategorie: ",
            "Sperrung:  ",
            "Ansehen",
            "unbekannt",
            "nicht bestätigt",
        ],
    };
    let named = match &n.service {
        Some(service) if n.is_claim => format!("{} ({claim})", one_line(service, 200)),
        Some(service) => one_line(service, 200),
        None => unknown.to_owned(),
    };
    let way = n.link.clone().unwrap_or_else(|| format!("portreeve report show {}", n.report.0));
    let body = format!(
        "{}\n\n  {report}{}\n  {service}{named}\n  {address}{}\n  {kind}{}\n  {suspend}{}\n\n{see}: {way}\n",
        one_line(&n.what_happened, 500),
        n.report,
        one_line(&n.service_ip, 255),
        one_line(&n.category, 255),
        n.suspend_method,
    );
    Letter { subject: format!("[abuse {}] {subject}: {category}", n.report), body, html: None }
}

/// Incoming mail that is not read in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingBehind {
    /// Mails that are not read.
    pub unread: i64,
    /// They are that many or more.
    pub bound: i64,
    /// When the oldest of them came.
    pub oldest: Timestamp,
}

/// Tells staff that incoming mail is not read in time. `link` leads to where they see more.
pub fn reading_behind(
    language: Language,
    of: ReadingBehind,
    zone: &TimeZone,
    link: Option<&str>,
) -> Letter {
    let since = instant(language, zone, of.oldest);
    let count =
        if of.unread >= of.bound { format!("{}+", of.bound) } else { of.unread.to_string() };
    let (subject, body) = match language {
        Language::English => (
            "Incoming mail is not being read in time",
            format!(
                "Incoming mail is not being read in time: {count} unread, the oldest received {since}.\n\n\
                 Nothing is lost. Deadlines that have come since then are put off until this mail has been read, because a \
                 customer may have answered. Immediate suspensions are not affected.\n\n\
                 Look at the log and the load of the desk. You will be told again only if this happens again.\n"
            ),
        ),
        Language::German => (
            "Eingehende E-Mails werden nicht rechtzeitig gelesen",
            format!(
                "Eingehende E-Mails werden nicht rechtzeitig gelesen: {count} ungelesen, die älteste ist von {since}.\n\n\
                 Es geht nichts verloren. Fristen, die seither abgelaufen sind, werden aufgeschoben, bis diese E-Mails \
                 gelesen sind, denn ein Kunde kann geantwortet haben. Sofortige Sperrungen sind nicht betroffen.\n\n\
                 Sehen Sie in das Protokoll und nach der Last des Systems. Sie hören davon erst wieder, wenn es erneut \
                 geschieht.\n"
            ),
        ),
    };
    let end = link.map(|link| format!("\n{link}\n")).unwrap_or_default();
    Letter { subject: format!("[abuse] {subject}"), body: body + &end, html: None }
}

/// What a summary tells: what waits now, and what happened in the last 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Open reports whose move is staff's.
    pub staff: i64,
    /// Reports without a service.
    pub queue: i64,
    /// Suspensions that wait for approval.
    pub approval: i64,
    /// Services whose suspension a person has to look after.
    pub trouble: i64,
    /// Mails that came in and wait.
    pub mails: i64,
    /// Jobs and messages to webhooks that were given up.
    pub given_up: i64,
    /// Deadlines in the next 24 hours.
    pub deadlines: i64,
    /// Reports that were opened.
    pub opened: i64,
    /// Reports that were closed.
    pub closed: i64,
    /// Services that were suspended.
    pub suspended: i64,
}

impl Summary {
    /// Nothing waits and nothing happened.
    pub fn says_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn lines(&self, language: Language) -> [(&'static str, i64, bool); 10] {
        let words = match language {
            Language::English => [
                "Your move",
                "In the queue, without a service",
                "Suspensions that wait for approval",
                "Suspensions that a person has to look after",
                "Mails that wait",
                "Jobs that were given up",
                "Deadlines in the next 24 hours",
                "Opened in the last 24 hours",
                "Closed in the last 24 hours",
                "Suspended in the last 24 hours",
            ],
            Language::German => [
                "Sie sind am Zug",
                "In der Warteschlange, ohne Dienst",
                "Sperrungen, die auf Freigabe warten",
                "Sperrungen, um die sich jemand kümmern muss",
                "E-Mails, die warten",
                "Aufgegebene Aufträge",
                "Fristen in den nächsten 24 Stunden",
                "Geöffnet in den letzten 24 Stunden",
                "Geschlossen in den letzten 24 Stunden",
                "Gesperrt in den letzten 24 Stunden",
            ],
        };
        let numbers = [
            (self.staff, true),
            (self.queue, true),
            (self.approval, true),
            (self.trouble, true),
            (self.mails, true),
            (self.given_up, true),
            (self.deadlines, true),
            (self.opened, false),
            (self.closed, false),
            (self.suspended, false),
        ];
        std::array::from_fn(|n| (words[n], numbers[n].0, numbers[n].1))
    }
}

/// Writes the summary of a day. A number that reaches `bound` is told as that and more. `link` leads to the staff
/// area.
pub fn summary(
    language: Language,
    of: &Summary,
    bound: i64,
    at: (Timestamp, &TimeZone),
    link: Option<&str>,
) -> Letter {
    let waits: i64 = of.lines(language).iter().filter(|line| line.2).map(|line| line.1).sum();
    let when = instant(language, at.1, at.0);
    let shown = |n: i64| if n >= bound { format!("{bound}+") } else { n.to_string() };
    let (subject, first) = match (language, waits) {
        (Language::English, 0) => ("Daily summary: nothing waits".to_owned(), "Nothing waits."),
        (Language::English, _) => {
            (format!("Daily summary: {} waiting", shown(waits)), "What waits, and what happened:")
        }
        (Language::German, 0) => ("Tagesübersicht: nichts wartet".to_owned(), "Nichts wartet."),
        (Language::German, _) => {
            (format!("Tagesübersicht: {} wartet", shown(waits)), "Was wartet und was geschah:")
        }
    };
    let lines: Vec<String> = of
        .lines(language)
        .into_iter()
        .filter(|(_, number, _)| *number > 0)
        .map(|(word, number, _)| format!("  {:>6}  {word}", shown(number)))
        .collect();
    let end = link.map(|link| format!("\n{link}\n")).unwrap_or_default();
    let body = format!("{first}\n\n{}\n\n{when}\n{end}", lines.join("\n"));
    Letter { subject: format!("[abuse] {subject}"), body, html: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_read_back_from_their_words() {
        let some = Wishes { notices: vec![Notice::Answered], only_mine: true, summary: false };
        for wishes in [Wishes::all(), Wishes::nothing(), some] {
            assert_eq!(Wishes::parse(&wishes.words()), wishes);
        }
        assert_eq!(Wishes::parse("opened tea"), Wishes::parse("opened"));
    }

    #[test]
    fn who_has_not_chosen_gets_all_unless_the_desk_has_addresses_of_its_own() {
        assert_eq!(Wishes::of(None, false), Wishes::all());
        assert_eq!(Wishes::of(None, true), Wishes::nothing());
        let chosen = Wishes::of(Some("opened mine"), true);
        assert!(chosen.want(Notice::Opened, true) && !chosen.want(Notice::Opened, false));
        assert!(!chosen.want(Notice::Queued, true) && !chosen.summary);
    }

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
        assert!(letter.body.contains("3  Mails that wait"));
        assert!(!letter.body.contains("Opened") && letter.body.ends_with("/admin\n"));
        let calm = Summary { closed: 1, ..Summary::default() };
        let letter = summary(Language::German, &calm, 1_000, at, None);
        assert_eq!(letter.subject, "[abuse] Tagesübersicht: nichts wartet");
    }

    #[test]
    fn staff_read_how_much_mail_is_unread_since_when_and_that_nothing_is_lost() {
        let of = ReadingBehind { unread: 7, bound: 1_000, oldest: Timestamp::UNIX_EPOCH };
        let link = Some("https://abuse.example.com/admin");
        let letter = reading_behind(Language::English, of, &TimeZone::UTC, link);
        assert_eq!(letter.subject, "[abuse] Incoming mail is not being read in time");
        assert!(
            letter.body.contains("7 unread") && letter.body.contains("1970"),
            "{}",
            letter.body
        );
        assert!(letter.body.contains("Nothing is lost.") && letter.body.ends_with("/admin\n"));
        let many = ReadingBehind { unread: 1_000, ..of };
        let letter = reading_behind(Language::German, many, &TimeZone::UTC, None);
        assert!(letter.body.contains("1000+ ungelesen"), "{}", letter.body);
    }

    #[test]
    fn a_notice_to_staff_is_in_their_language_and_leads_to_the_report() {
        let notice = StaffNotice {
            report: ReportId(92),
            service: Some("main:17".into()),
            is_claim: true,
            category: "Spam\nBcc: x".into(),
            service_ip: "192.0.2.7".into(),
            suspend_method: "nosuspend",
            what_happened: "Meldung geöffnet".into(),
            link: Some("https://abuse.example.com/admin/reports/92".into()),
        };
        let letter = to_staff(Language::German, Notice::Opened, &notice);
        assert_eq!(letter.subject, "[abuse #92] Neue Meldung: Spam Bcc: x");
        assert!(letter.body.contains("Dienst:    main:17 (nicht bestätigt)"), "{}", letter.body);
        assert!(letter.body.ends_with("Ansehen: https://abuse.example.com/admin/reports/92\n"));
        let without = StaffNotice { service: None, link: None, ..notice };
        let letter = to_staff(Language::English, Notice::Queued, &without);
        assert!(
            letter.body.contains("Service:  unknown") && letter.body.contains("report show 92")
        );
    }
}
