//! Desk settings: kept in the database, changed while the desk runs.

mod error;
pub mod intake;
mod read;
mod summary_at;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::attachment::{LARGEST_FILE, Limits, MOST_FILES, Size};
use crate::decision::Ground;
use crate::language::Language;
use crate::payment::{Cents, Money};
use crate::refusal::{Refusal, refusal};
use crate::report::{LONGEST_WISH, OnReply, SuspendMethod, TimeLimit};
use crate::time::Span;

pub use error::SettingError;
pub use intake::{Acknowledge, Duplicates, Intake, Mode, SuspendBy};
use read::{
    addresses, aliases, at_least_a_second, at_least_five_minutes, categories, currency, extensions,
    one_of, plans, whole_number, words_of_reason, yes_or_no,
};
pub use summary_at::SummaryAt;
use summary_at::summary_at;

/// What stands for a report's category in the words of a reason.
pub const CATEGORY: &str = "{category}";

/// All settings, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Rules of `timelimit`.
    pub time_limit: TimeLimit,
    /// Automatic suspensions in any 60 minutes; beyond it they wait. 0: none run by themselves.
    pub suspensions_per_hour: u32,
    /// What stands behind the mark in the reason that a panel gets, with a place for the category.
    pub suspension_reason: String,
    /// Deadlines that came due while the desk stood still for longer wait for release.
    pub long_stop: Span,
    /// The drop-in endpoint.
    pub amp: Amp,
    /// Categories that are offered; any other is accepted too.
    pub categories: Vec<String>,
    /// What a customer with open reports may still see of the panel.
    pub lockdown: Lockdown,
    /// Times that a customer may take their service back within one report.
    pub unsuspend_limit: u32,
    /// More time that a customer gets once without staff.
    pub more_time: Span,
    /// The language of customers of whom none is known.
    pub client_language: Language,
    /// The zone in which customers are told instants, by its name.
    pub client_zone: String,
    /// How long the link in a notice leads somewhere.
    pub link_life: Span,
    /// What it costs to have a service back, where a report lets its customer pay.
    pub pay: Pay,
    /// Notices that a mailbox of a customer gets in an hour; what is beyond comes in a digest. 0: no limit.
    pub notices_per_hour: u32,
    /// What is known of some categories.
    pub plans: BTreeMap<String, CategoryPlan>,
    /// Staff need a second factor.
    pub require_second_factor: bool,
    /// A session of staff ends when it was not used for so long.
    pub session_idle: Span,
    /// Addresses of the desk's own for what staff are told; none: members are told at theirs.
    pub staff_addresses: Vec<String>,
    /// When the summary of a day goes out; none: never.
    pub summary_at: Option<SummaryAt>,
    /// Files that come with what is written.
    pub attachments: Limits,
    /// How complaints are placed.
    pub intake: Intake,
    /// Bytes of mail that shows no report's code and may be unread or wait; 0: any number.
    pub mail_room: Size,
    /// Bytes of mail that shows the code of one report and is taken within an hour; 0: any number.
    pub report_room: Size,
}

/// Paying to unsuspend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pay {
    amount: Option<Cents>,
    currency: String,
    /// Payments within one report.
    pub limit: u32,
}

impl Pay {
    /// What it costs; nothing where it cannot be paid for.
    pub fn price(&self) -> Option<Money> {
        let amount = self.amount.filter(|amount| *amount > Cents(0))?;
        let currency = Some(self.currency.clone()).filter(|currency| !currency.is_empty())?;
        Some(Money { amount, currency })
    }
}

/// How reports of one category are treated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CategoryPlan {
    /// What customers are told about this kind of abuse, in addition to what a report says.
    pub customer_text: String,
    /// What staff are offered first when they open a report; scripts say what they want themselves.
    pub suspend_method: Option<SuspendMethod>,
    /// How long a customer has under `timelimit`; none: as all.
    pub period: Option<Span>,
    /// How bad it is.
    pub severity: Severity,
    /// Which law or term such abuse goes against.
    pub ground: Option<Ground>,
}

/// How bad a kind of abuse is, for people who choose what to look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// It can wait.
    Low,
    /// As most.
    #[default]
    Normal,
    /// First.
    High,
}

impl Severity {
    /// All of them, the lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    /// The word of the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// Settings of the drop-in endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amp {
    /// Real HTTP statuses instead of 200 for every answer.
    pub semantic_status: bool,
    /// `AMP003` (the original's table) or `AMP009` (its example).
    pub missing_parameters_code: &'static str,
    /// Further words for `suspend_method`, in lower case.
    pub suspend_method_aliases: BTreeMap<String, SuspendMethod>,
    /// Failed authentications per address and minute; 0 = no limit.
    pub failed_auth_per_minute: u32,
    /// Calls per credential and minute; 0 = no limit.
    pub calls_per_minute: u32,
}

/// One setting's name, default and meaning.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// The text of its default; empty for none.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// Every setting, in the order they are listed.
pub const KEYS: &[Key] = &[
    Key {
        name: "time_limit.period",
        default: "1440m",
        meaning: "time a customer has before a service with a deadline is suspended",
    },
    Key {
        name: "time_limit.reminder",
        default: "true",
        meaning: "remind the customer when half of the time has passed",
    },
    Key {
        name: "time_limit.on_reply",
        default: "pause",
        meaning: "effect of a customer's reply on the deadline: pause (until staff reply), cancel or ignore",
    },
    Key {
        name: "time_limit.require_notice",
        default: "true",
        meaning: "if the mail server did not accept the notice to the customer, the suspension waits for approval",
    },
    Key {
        name: "client.lockdown",
        default: "no",
        meaning: "keep customers to their reports in the panel: no, standard (until every open report has a reply) or strict (until all are closed)",
    },
    Key {
        name: "client.unsuspend_limit",
        default: "2",
        meaning: "how often a customer may unsuspend their service for one report, where the report allows it; 0 = never",
    },
    Key {
        name: "client.more_time",
        default: "0s",
        meaning: "extension granted automatically when a customer first asks for more time; staff decide about anything beyond it",
    },
    Key {
        name: "client.language",
        default: "en",
        meaning: "language for customers whose directory entry names no supported one: en or de",
    },
    Key {
        name: "client.time_zone",
        default: "UTC",
        meaning: "customers' time zone, such as Europe/Berlin",
    },
    Key {
        name: "client.link_life",
        default: "90d",
        meaning: "validity of the link in a notice; at least 1h",
    },
    Key {
        name: "client.notices_per_hour",
        default: "60",
        meaning: "notices to one mailbox in an hour; further ones are sent as one digest at the end of the hour; 0 = no limit",
    },
    Key {
        name: "suspension.reason",
        default: "{category}",
        meaning: "the words behind [abuse #92] in the reason that a panel gets, and may show to the customer; {category} stands for the report's",
    },
    Key {
        name: "pay.amount",
        default: "",
        meaning: "price for unsuspending, such as 25.00; if empty, customers can't pay",
    },
    Key {
        name: "pay.currency",
        default: "",
        meaning: "currency of the price, such as EUR; WHMCS converts it into the customer's currency",
    },
    Key {
        name: "pay.limit",
        default: "2",
        meaning: "how often a customer may pay for one report; after that staff decide",
    },
    Key {
        name: "intake.mode",
        default: "work",
        meaning: "work, or observe: complaints are read and attributed and shown with what would have been done, but nobody is told and no report is opened",
    },
    Key {
        name: "intake.auto_assign",
        default: "true",
        meaning: "open reports from complaints about the service that held the address; if false, every complaint waits in the inbox",
    },
    Key {
        name: "intake.duplicates",
        default: "merge",
        meaning: "merge a complaint into the open report about the same service and category, or open a separate one",
    },
    Key {
        name: "intake.categories",
        default: "{}",
        meaning: r#"categories of the desk for what complaints are about, a JSON map such as {"login_attack":"Brute Force"}; what it leaves out is as by default"#,
    },
    Key {
        name: "intake.suspend",
        default: "never",
        meaning: "whether complaints can suspend: never, or trusted (those of reporters whom staff trust, as the category's plan says, under all guards)",
    },
    Key {
        name: "intake.own_networks",
        default: "[]",
        meaning: r#"networks of the provider besides what the directories list, a JSON list such as ["192.0.2.0/24"]"#,
    },
    Key {
        name: "intake.max_age",
        default: "14d",
        meaning: "incidents older than this wait for staff",
    },
    Key {
        name: "intake.acknowledge",
        default: "never",
        meaning: "receipts to reporters by mail: never, known (authenticated senders) or all",
    },
    Key {
        name: "intake.notice_every",
        default: "24h",
        meaning: "further complaints about an open report are told to the customer at most once in this time",
    },
    Key {
        name: "intake.mail_room",
        default: "2GiB",
        meaning: "unread and unmatched mail without a report's code; further mail stays with the mail server; 0 = no limit",
    },
    Key {
        name: "intake.report_room",
        default: "50MiB",
        meaning: "mail with one report's code accepted in an hour; further mail stays with the mail server for later; 0 = no limit",
    },
    Key {
        name: "categories",
        default: r#"["Spam","Phishing","Malware","Hacking Attempts","Port Scan","Brute Force","DDoS","Open Resolver","Botnet","Copyright","Trademark","Fraud","High I/O","High CPU","Illegal Content","Other"]"#,
        meaning: "categories offered to staff, a JSON list; scripts may use others",
    },
    Key {
        name: "categories.plans",
        default: "{}",
        meaning: r#"rules for each category, a JSON map such as {"Phishing":{"period":"4h","severity":"high","suspend_method":"timelimit","customer_text":"…"}}"#,
    },
    Key {
        name: "staff.require_second_factor",
        default: "false",
        meaning: "require two-factor authentication for staff; those without it set it up first",
    },
    Key {
        name: "staff.session_idle",
        default: "8h",
        meaning: "idle time after which staff have to sign in again",
    },
    Key {
        name: "staff.notices.address",
        default: "[]",
        meaning: r#"shared addresses for staff notifications, a JSON list such as ["abuse-team@example.com"]; staff then get only what they choose on their account page"#,
    },
    Key {
        name: "staff.summary_at",
        default: "",
        meaning: "time of the daily summary for staff, such as 08:00 (in client.time_zone) or 08:00 Europe/Berlin; empty = never",
    },
    Key {
        name: "limits.suspensions_per_hour",
        default: "100",
        meaning: "automatic suspensions in an hour; further ones wait for approval; 0 = all wait",
    },
    Key {
        name: "clock.long_stop",
        default: "60m",
        meaning: "deadlines that came due while the desk was down for longer than this wait for approval",
    },
    Key {
        name: "amp.http_status",
        default: "always_200",
        meaning: "HTTP status of errors at the drop-in endpoint: always_200, as the original, or semantic",
    },
    Key {
        name: "amp.missing_parameters_code",
        default: "AMP003",
        meaning: "error code for missing parameters: AMP003 (the original's table) or AMP009 (its example)",
    },
    Key {
        name: "amp.suspend_method_aliases",
        default: "{}",
        meaning: r#"other values accepted for suspend_method, a JSON map such as {"suspend":"immediate"}"#,
    },
    Key {
        name: "amp.failed_auth_per_minute",
        default: "30",
        meaning: "failed authentications in a minute from one address; 0 = no limit",
    },
    Key {
        name: "amp.calls_per_minute",
        default: "0",
        meaning: "calls in a minute with one credential; 0 = no limit",
    },
    Key {
        name: "attachments.max_size",
        default: "10MiB",
        meaning: "maximum size of an attachment; at most 100MiB",
    },
    Key {
        name: "attachments.per_message",
        default: "5",
        meaning: "attachments of one message or note; 0 = none, at most 20",
    },
    Key {
        name: "attachments.per_report",
        default: "100MiB",
        meaning: "maximum size of all attachments of a report",
    },
    Key {
        name: "attachments.types",
        default: r#"["txt","log","md","csv","json","xml","yml","yaml","conf","ini","eml","pdf","png","jpg","jpeg","gif","webp","heic","zip","gz","tgz","tar","7z","pcap","pcapng","docx","xlsx","odt","ods","p7m","asc"]"#,
        meaning: "file extensions accepted for attachments, a JSON list in lower case without the dot",
    },
];

/// The key of a name.
pub fn key(name: &str) -> Result<&'static Key, SettingError> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| SettingError::UnknownKey(name.into()))
}

/// Checks a value and returns it as it is stored.
pub fn check(name: &str, value: &str) -> Result<(&'static Key, String), SettingError> {
    let key = key(name)?;
    let value = value.trim();
    let mut probe = Settings::default();
    probe.apply(key.name, value).map_err(|why| SettingError::BadValue { key: key.name, why })?;
    Ok((key, value.to_owned()))
}

/// What a customer with open reports may still see of the panel's customer area. Paying and answering
/// always remain possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lockdown {
    /// Everything.
    No,
    /// Nothing else until every open report has a reply.
    Standard,
    /// Nothing else until all reports are closed.
    Strict,
}

impl Lockdown {
    const ALL: [Self; 3] = [Self::No, Self::Standard, Self::Strict];

    /// The word of the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }

    /// Whether a customer with so many open reports, to so many of which they never replied, is kept to their reports.
    pub fn locks(self, open: i64, unanswered: i64) -> bool {
        match self {
            Self::No => false,
            Self::Standard => unanswered > 0,
            Self::Strict => open > 0,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self {
            time_limit: TimeLimit {
                period: Span::ZERO,
                reminder: true,
                on_reply: OnReply::Pause,
                require_notice: true,
            },
            suspensions_per_hour: 0,
            suspension_reason: String::new(),
            long_stop: Span::ZERO,
            amp: Amp {
                semantic_status: false,
                missing_parameters_code: "AMP003",
                suspend_method_aliases: BTreeMap::new(),
                failed_auth_per_minute: 0,
                calls_per_minute: 0,
            },
            categories: Vec::new(),
            lockdown: Lockdown::No,
            unsuspend_limit: 0,
            more_time: Span::ZERO,
            client_language: Language::English,
            client_zone: String::new(),
            link_life: Span::ZERO,
            pay: Pay::default(),
            notices_per_hour: 0,
            plans: BTreeMap::new(),
            require_second_factor: false,
            session_idle: Span::ZERO,
            staff_addresses: Vec::new(),
            summary_at: None,
            attachments: Limits {
                max_size: Size(0),
                per_message: 0,
                per_report: Size(0),
                types: BTreeSet::new(),
            },
            intake: Intake::default(),
            mail_room: Size(0),
            report_room: Size(0),
        };
        for key in KEYS {
            settings.apply(key.name, key.default).expect("every default is a good value");
        }
        settings
    }
}

impl Settings {
    /// The settings of stored pairs; a key that is not stored has its default. A stored value that
    /// no longer fits (an older version wrote it) is named, and its default counts.
    pub fn from_stored<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<SettingError>) {
        let mut settings = Self::default();
        let mut errors = Vec::new();
        for (name, value) in pairs {
            match check(name, value) {
                Ok((key, value)) => {
                    settings.apply(key.name, &value).expect("checked in the line above");
                }
                Err(error) => errors.push(error),
            }
        }
        (settings, errors)
    }

    /// The rules of `timelimit` for a category.
    pub fn time_limit_of(&self, category: &str) -> TimeLimit {
        let own = self.plans.get(category).and_then(|plan| plan.period);
        TimeLimit { period: own.unwrap_or(self.time_limit.period), ..self.time_limit }
    }

    fn apply(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "time_limit.period" => self.time_limit.period = at_least_a_second(value)?,
            "time_limit.reminder" => self.time_limit.reminder = yes_or_no(value)?,
            "time_limit.on_reply" => {
                self.time_limit.on_reply = one_of(
                    value,
                    &[
                        (OnReply::Pause.as_str(), OnReply::Pause),
                        (OnReply::Cancel.as_str(), OnReply::Cancel),
                        (OnReply::Ignore.as_str(), OnReply::Ignore),
                    ],
                )?;
            }
            "time_limit.require_notice" => self.time_limit.require_notice = yes_or_no(value)?,
            "client.lockdown" => {
                self.lockdown = one_of(value, &Lockdown::ALL.map(|mode| (mode.as_str(), mode)))?;
            }
            "client.unsuspend_limit" => self.unsuspend_limit = whole_number(value)?,
            "client.more_time" => {
                self.more_time = value.parse().map_err(Refusal::from)?;
                if self.more_time > LONGEST_WISH {
                    return Err(refusal!("refusal-at_most_length", most = LONGEST_WISH));
                }
            }
            "client.language" => {
                self.client_language = one_of(value, &Language::ALL.map(|one| (one.tag(), one)))?;
            }
            "client.time_zone" => {
                TimeZone::get(value).map_err(|_| refusal!("refusal-no_time_zone"))?;
                value.clone_into(&mut self.client_zone);
            }
            "client.link_life" => {
                self.link_life = value.parse().map_err(Refusal::from)?;
                if self.link_life < Span::from_mins(60) {
                    return Err(refusal!("refusal-at_least_length", least = Span::from_mins(60)));
                }
            }
            "client.notices_per_hour" => self.notices_per_hour = whole_number(value)?,
            "suspension.reason" => self.suspension_reason = words_of_reason(value)?,
            "pay.amount" => {
                let amount = Some(value).filter(|value| !value.is_empty());
                self.pay.amount = amount.map(str::parse).transpose().map_err(Refusal::from)?;
            }
            "pay.currency" => {
                currency(value)?;
                value.clone_into(&mut self.pay.currency);
            }
            "pay.limit" => self.pay.limit = whole_number(value)?,
            "intake.mode" => {
                self.intake.mode = one_of(value, &Mode::ALL.map(|one| (one.as_str(), one)))?;
            }
            "intake.auto_assign" => self.intake.auto_assign = yes_or_no(value)?,
            "intake.duplicates" => {
                self.intake.duplicates =
                    one_of(value, &Duplicates::ALL.map(|one| (one.as_str(), one)))?;
            }
            "intake.categories" => self.intake.categories = intake::categories(value)?,
            "intake.suspend" => {
                self.intake.suspend =
                    one_of(value, &SuspendBy::ALL.map(|one| (one.as_str(), one)))?;
            }
            "intake.own_networks" => self.intake.own_networks = intake::networks(value)?,
            "intake.max_age" => self.intake.max_age = at_least_a_second(value)?,
            "intake.acknowledge" => {
                self.intake.acknowledge =
                    one_of(value, &Acknowledge::ALL.map(|one| (one.as_str(), one)))?;
            }
            "intake.notice_every" => self.intake.notice_every = at_least_a_second(value)?,
            "categories" => self.categories = categories(value)?,
            "categories.plans" => self.plans = plans(value)?,
            "staff.require_second_factor" => self.require_second_factor = yes_or_no(value)?,
            "staff.session_idle" => self.session_idle = at_least_five_minutes(value)?,
            "staff.notices.address" => self.staff_addresses = addresses(value)?,
            "staff.summary_at" => self.summary_at = summary_at(value)?,
            "limits.suspensions_per_hour" => self.suspensions_per_hour = whole_number(value)?,
            "clock.long_stop" => self.long_stop = value.parse().map_err(Refusal::from)?,
            "amp.http_status" => {
                self.amp.semantic_status =
                    one_of(value, &[("always_200", false), ("semantic", true)])?;
            }
            "amp.missing_parameters_code" => {
                self.amp.missing_parameters_code =
                    one_of(value, &[("AMP003", "AMP003"), ("AMP009", "AMP009")])?;
            }
            "amp.suspend_method_aliases" => self.amp.suspend_method_aliases = aliases(value)?,
            "amp.failed_auth_per_minute" => self.amp.failed_auth_per_minute = whole_number(value)?,
            "amp.calls_per_minute" => self.amp.calls_per_minute = whole_number(value)?,
            "attachments.max_size" => {
                let size: Size = value.parse().map_err(Refusal::from)?;
                if size.0 == 0 || size > LARGEST_FILE {
                    return Err(refusal!("refusal-at_most_size", most = LARGEST_FILE));
                }
                self.attachments.max_size = size;
            }
            "attachments.per_message" => {
                let most = whole_number(value)?;
                if most > MOST_FILES {
                    return Err(refusal!("refusal-at_most_number", most = MOST_FILES));
                }
                self.attachments.per_message = most;
            }
            "attachments.per_report" => {
                self.attachments.per_report = value.parse().map_err(Refusal::from)?;
            }
            "intake.mail_room" => {
                self.mail_room = value.parse().map_err(Refusal::from)?;
            }
            "intake.report_room" => {
                self.report_room = value.parse().map_err(Refusal::from)?;
            }
            "attachments.types" => self.attachments.types = extensions(value)?,
            other => unreachable!("{other} is in KEYS but not here"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let settings = Settings::default();
        assert_eq!(settings.time_limit.period, Span::from_mins(1440));
        assert_eq!(settings.time_limit.on_reply, OnReply::Pause);
        assert!(settings.time_limit.require_notice && settings.time_limit.reminder);
        assert_eq!(settings.suspensions_per_hour, 100);
        assert_eq!(settings.long_stop, Span::from_mins(60));
        assert_eq!(settings.amp.missing_parameters_code, "AMP003");
        assert!(settings.categories.contains(&"Other".to_owned()));
    }

    #[test]
    fn a_lockdown_lasts_until_every_open_report_has_a_reply_or_is_closed() {
        let table = [
            (Lockdown::No, 3, 3, false),
            (Lockdown::Standard, 3, 1, true),
            (Lockdown::Standard, 3, 0, false),
            (Lockdown::Standard, 0, 0, false),
            (Lockdown::Strict, 1, 0, true),
            (Lockdown::Strict, 0, 0, false),
        ];
        for (mode, open, unanswered, locks) in table {
            assert_eq!(mode.locks(open, unanswered), locks, "{mode:?} {open} {unanswered}");
        }
    }

    #[test]
    fn bad_values_are_refused_and_say_what_would_do() {
        for (name, value) in [
            ("time_limit.period", "soon"),
            ("time_limit.period", "0s"),
            ("time_limit.on_reply", "Pause"),
            ("time_limit.reminder", "1"),
            ("categories", "Spam"),
            ("categories", r#"[""]"#),
            ("limits.suspensions_per_hour", "-1"),
            ("amp.suspend_method_aliases", r#"{"suspend":"now"}"#),
            ("categories.plans", r#"{"Spam":{"period":"never, must not"}}"#),
            ("categories.plans", r#"{"Spam":{"severity":"awful"}}"#),
            ("categories.plans", r#"{"Spam":{"colour":"must be red"}}"#),
            ("staff.session_idle", "1m"),
            ("client.time_zone", "Mars/Olympus"),
            ("client.language", "tlh"),
            ("client.link_life", "1m"),
            ("client.more_time", "31d"),
            ("client.notices_per_hour", "many"),
            ("staff.notices.address", r#"["nobody"]"#),
            ("staff.summary_at", "8"),
            ("staff.summary_at", "25:00"),
            ("staff.summary_at", "08:00 Mars/Olympus"),
            ("suspension.reason", "{customer} did it"),
            ("suspension.reason", "two\nlines"),
            ("pay.amount", "1,50"),
            ("pay.currency", "euro"),
            ("attachments.max_size", "1GiB"),
            ("attachments.max_size", "0"),
            ("attachments.per_message", "21"),
            ("attachments.per_report", "much, must not"),
            ("attachments.types", r#"[".exe"]"#),
            ("attachments.types", "txt"),
            ("intake.mode", "sleep"),
            ("intake.suspend", "always"),
            ("intake.categories", r#"{"spam":""}"#),
            ("intake.categories", r#"{"must be a kind":"Spam"}"#),
            ("intake.own_networks", r#"["192.0.2.1/24"]"#),
            ("intake.max_age", "0s"),
            ("intake.acknowledge", "yes"),
        ] {
            let error = check(name, value).expect_err(name);
            let is_named = matches!(error, SettingError::BadValue { key, .. } if key == name);
            assert!(is_named, "{error:?}");
        }
        assert!(matches!(check("no.such", "1"), Err(SettingError::UnknownKey(_))));
    }

    #[test]
    fn a_summary_was_due_last_today_or_yesterday_in_its_zone() {
        let at = |text: &str| text.parse::<crate::time::Timestamp>().expect("an instant");
        let last = |setting: &str, now: &str| {
            let setting = summary_at(setting).expect("good").expect("some");
            setting.last(at(now), "Europe/Berlin").expect("in range")
        };
        let berlin = last("08:00", "2026-07-01T06:00:00Z");
        assert_eq!(berlin, ("2026-07-01".to_owned(), at("2026-07-01T06:00:00Z")));
        let before = last("08:00", "2026-07-01T05:59:59Z");
        assert_eq!(before, ("2026-06-30".to_owned(), at("2026-06-30T06:00:00Z")));
        let utc = last("08:00 UTC", "2026-07-01T08:30:00Z");
        assert_eq!(utc, ("2026-07-01".to_owned(), at("2026-07-01T08:00:00Z")));
        // 02:30 is not there when clocks are put forward: it is then an hour later.
        let skipped = last("02:30", "2026-03-29T12:00:00Z");
        assert_eq!(skipped, ("2026-03-29".to_owned(), at("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn a_stored_value_that_no_longer_fits_is_named_and_its_default_counts() {
        let (settings, errors) =
            Settings::from_stored([("time_limit.period", "2s"), ("amp.http_status", "odd")]);
        assert_eq!(settings.time_limit.period, Span::from_secs(2));
        assert!(!settings.amp.semantic_status);
        assert_eq!(errors.len(), 1);
    }
}
