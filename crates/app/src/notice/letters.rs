//! Letters to customers: templates with their texts, ours and those of a host.
//!
//! A notice is a folder of three templates: `subject.txt`, `body.txt` and `body.html`, for each language
//! (`en/opened/subject.txt`). What a host puts under the same name into `<data_dir>/templates` counts in the place of
//! ours; when it turns out to be bad, ours goes out and the log says so.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use portreeve_core::ids::ReportId;
use portreeve_core::language::{Language, instant};
use portreeve_core::notice::{CustomerNotice, Letter, Notice};
use portreeve_core::payment::{Cents, Money};
use portreeve_core::report::{OnReply, Outcome};
use portreeve_core::text::{defang, lines, one_line};
use portreeve_core::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The parts of a notice.
pub const PARTS: [&str; 3] = ["subject.txt", "body.txt", "body.html"];

/// What all notices of a language share.
pub const SHARED: [&str; 4] = ["frame.txt", "frame.html", "parts.txt", "parts.html"];

/// The file with what is said about kinds of abuse.
pub const ABOUT: &str = "about.toml";

/// Columns of our own sentences in plain text.
const WIDTH: usize = 76;

/// Longest text of a template, in bytes.
const LARGEST: u64 = 256 * 1024;

macro_rules! notices {
    ($($language:literal: [$($notice:literal),*]),* $(,)?) => {
        /// Every template of ours, by its name.
        const BUILT_IN: &[(&str, &str)] = &[$(
            $(
                notices!(@file $language, $notice, "subject.txt"),
                notices!(@file $language, $notice, "body.txt"),
                notices!(@file $language, $notice, "body.html"),
            )*
            notices!(@shared $language, "frame.txt"),
            notices!(@shared $language, "frame.html"),
            notices!(@shared $language, "parts.txt"),
            notices!(@shared $language, "parts.html"),
            notices!(@shared $language, "about.toml"),
        )*];
    };
    (@file $language:literal, $notice:literal, $part:literal) => {
        (
            concat!($language, "/", $notice, "/", $part),
            include_str!(concat!("../../notices/", $language, "/", $notice, "/", $part)),
        )
    };
    (@shared $language:literal, $part:literal) => {
        (concat!($language, "/", $part), include_str!(concat!("../../notices/", $language, "/", $part)))
    };
}

notices! {
    "en": ["opened", "reminder", "suspended", "unsuspended", "answered", "extended", "closed", "reopened", "link"],
    "de": ["opened", "reminder", "suspended", "unsuspended", "answered", "extended", "closed", "reopened", "link"],
}

/// What is said about a kind of abuse.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What it is.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it, step by step.
    pub fix: Vec<String>,
}

/// What is said about kinds of abuse, by category in lower case.
type Abouts = BTreeMap<String, About>;

/// What is wrong with a template of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, with the line where it is known.
    pub why: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

/// Writes letters.
pub struct Letters {
    ours: Environment<'static>,
    /// With what a host put in the place of ours.
    theirs: Option<Environment<'static>>,
    about: HashMap<Language, Abouts>,
}

impl std::fmt::Debug for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letters")
            .field("has_theirs", &self.theirs.is_some())
            .finish_non_exhaustive()
    }
}

impl Default for Letters {
    fn default() -> Self {
        let about = Language::ALL.into_iter().map(|language| {
            let name = format!("{}/{ABOUT}", language.tag());
            let text = built_in(&name).unwrap_or_default();
            (language, toml::from_str(text).expect("a test reads every text of ours"))
        });
        let about = about.collect();
        Self { ours: environment(), theirs: None, about }
    }
}

/// The text of a template of ours.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of all files that a host may replace.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Names are looked for in the language of the template that says them.
    environment.set_path_join_callback(|name, parent| {
        let language = parent.split('/').next().unwrap_or_default();
        format!("{language}/{name}").into()
    });
    environment.set_formatter(|out, state, value| {
        if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
    });
    environment.add_filter("quoted", |text: &str| quoted(text));
    for (name, text) in BUILT_IN.iter().filter(|(name, _)| !name.ends_with(ABOUT)) {
        environment.add_template(name, text).expect("a test renders every template of ours");
    }
    environment
}

/// Text from outside, indented so that it cannot be taken for our own words.
fn quoted(text: &str) -> String {
    lines(text).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

impl Letters {
    /// Our letters with what a host has put into `folder` in their place. What is wrong there does not count, and
    /// is told.
    pub fn with(folder: &Path) -> (Self, Vec<Fault>) {
        let mut letters = Self::default();
        let mut faults = Vec::new();
        let mut theirs = environment();
        let mut any = false;
        for name in files_below(folder, &mut faults) {
            let file = folder.join(&name);
            let fault = |why: String| Fault { file: file.clone(), why };
            let text = match read(&file) {
                Ok(text) => text,
                Err(why) => {
                    faults.push(fault(why));
                    continue;
                }
            };
            if built_in(&name).is_none() {
                faults.push(fault(
                    "no notice has a part of this name; `portreeve templates list` names them"
                        .to_owned(),
                ));
            } else if let Some(tag) = name.strip_suffix(&format!("/{ABOUT}")) {
                match (Language::of(tag), toml::from_str::<Abouts>(&text)) {
                    (Some(language), Ok(more)) => {
                        let known = letters.about.entry(language).or_default();
                        known.extend(
                            more.into_iter().map(|(key, about)| (key.to_lowercase(), about)),
                        );
                    }
                    (_, Err(error)) => faults.push(fault(error.message().to_owned())),
                    (None, _) => {}
                }
            } else {
                match theirs.add_template_owned(name, text) {
                    Ok(()) => any = true,
                    Err(error) => faults.push(fault(told(&error))),
                }
            }
        }
        if any {
            letters.theirs = Some(theirs);
        }
        (letters, faults)
    }

    /// As [`Letters::with`], and tries every notice for every category in every language.
    pub fn check(folder: &Path) -> Vec<Fault> {
        let (letters, mut faults) = Self::with(folder);
        let Some(theirs) = &letters.theirs else { return faults };
        for language in Language::ALL {
            for notice in Notice::TO_CUSTOMERS {
                for sample in letters.samples(notice, language) {
                    for part in PARTS {
                        let name = format!("{}/{}/{part}", language.tag(), notice.as_str());
                        let Err(error) = render(theirs, &name, &letters.context(&sample)) else {
                            continue;
                        };
                        let file =
                            error.name().map_or_else(|| folder.join(&name), |at| folder.join(at));
                        let fault = Fault { file, why: told(&error) };
                        if !faults.contains(&fault) {
                            faults.push(fault);
                        }
                    }
                }
            }
        }
        faults
    }

    /// What is said about a category in a language; of one that nothing is known about, nothing.
    pub fn about(&self, language: Language, category: &str) -> Option<&About> {
        self.about.get(&language)?.get(&category.trim().to_lowercase())
    }

    /// Writes a notice to a customer.
    pub fn to_customer(&self, notice: Notice, of: &CustomerNotice) -> Letter {
        let context = self.context(of);
        let part = |part: &str| {
            let name = format!("{}/{}/{part}", of.language.tag(), notice.as_str());
            if let Some(theirs) = &self.theirs {
                match render(theirs, &name, &context) {
                    Ok(text) => return text,
                    Err(error) => tracing::error!(
                        "the template {name} cannot be used, ours goes out in its place: {}",
                        told(&error)
                    ),
                }
            }
            render(&self.ours, &name, &context).unwrap_or_else(|error| {
                tracing::error!("the template {name} of ours cannot be used: {}", told(&error));
                String::new()
            })
        };
        let subject =
            format!("[abuse {}] {}", of.report, one_line(part("subject.txt").trim(), 200));
        Letter { subject, body: tidy(&part("body.txt")), html: Some(part("body.html")) }
    }

    fn context(&self, of: &CustomerNotice) -> Value {
        let about = self.about(of.language, &of.category);
        let (what, why, fix) =
            about.map_or((None, None, &[][..]), |a| (Some(&a.what), Some(&a.why), &a.fix[..]));
        let show = |at: Timestamp| instant(of.language, &of.zone, at);
        let shown = Shown {
            report: of.report.0,
            name: one_line(&of.customer_name, 100),
            service: one_line(&of.service, 200),
            address: one_line(&of.service_ip, 255),
            category: one_line(&of.category, 120),
            reported: defang(&lines(&of.additional_info)),
            about: ShownAbout { text: lines(&of.about_category), what, why, fix },
            deadline: of.deadline.map(show),
            time_left: of.deadline.map(|at| length(of.language, Span::between(of.at, at))),
            allow_unsuspend: of.allow_unsuspend,
            price: of.price.as_ref().map(Money::to_string),
            by_staff: of.by_staff,
            on_reply: match of.on_reply {
                OnReply::Pause => "pause",
                OnReply::Cancel => "cancel",
                OnReply::Ignore => "ignore",
            },
            outcome: of.outcome.map(Outcome::as_str),
            kept: of.kept,
            message: lines(&of.message),
            link: of.link.as_ref().map(|(link, _)| link.as_str()),
            link_until: of.link.as_ref().map(|(_, until)| show(*until)),
        };
        Value::from(Serde(shown))
    }

    /// Notices as they may come about: for every category, with everything and with as little as there may be.
    pub fn samples(&self, notice: Notice, language: Language) -> Vec<CustomerNotice> {
        let known = self.about.get(&language).into_iter().flat_map(|known| known.keys().cloned());
        let full = |category: String| sample(notice, language, &category);
        let bare = CustomerNotice {
            customer_name: String::new(),
            additional_info: String::new(),
            message: String::new(),
            deadline: None,
            allow_unsuspend: false,
            price: None,
            link: None,
            ..full("Something else".to_owned())
        };
        known.map(full).chain([bare]).collect()
    }
}

/// A notice that could go out, for tries and previews.
pub fn sample(notice: Notice, language: Language, category: &str) -> CustomerNotice {
    let at = Timestamp::UNIX_EPOCH;
    let has_deadline =
        matches!(notice, Notice::Opened | Notice::Reminder | Notice::Extended | Notice::Answered);
    CustomerNotice {
        report: ReportId(92),
        customer_name: "Ada Example".to_owned(),
        service: "VPS, shop.example.com (17)".to_owned(),
        category: category.to_owned(),
        service_ip: "192.0.2.7".to_owned(),
        additional_info: "2026-01-31 10:00:00 UTC: what was seen\nfrom 192.0.2.7".to_owned(),
        about_category: String::new(),
        deadline: has_deadline.then(|| Span::from_mins(24 * 60).after(at)),
        allow_unsuspend: true,
        price: Some(Money { amount: Cents(2_500), currency: "EUR".to_owned() }),
        outcome: (notice == Notice::Closed).then_some(Outcome::Resolved),
        kept: false,
        by_staff: false,
        on_reply: OnReply::Pause,
        message: "Thank you. Please look at the second address, too.".to_owned(),
        link: Some((
            "https://abuse.example.com/client/r/…".to_owned(),
            Span::from_mins(90 * 24 * 60).after(at),
        )),
        at,
        language,
        zone: TimeZone::UTC,
    }
}

/// What templates see. A name that is not here is an error in a template.
#[derive(Serialize)]
struct Shown<'a> {
    report: i64,
    name: String,
    service: String,
    address: String,
    category: String,
    reported: String,
    about: ShownAbout<'a>,
    deadline: Option<String>,
    time_left: Option<String>,
    allow_unsuspend: bool,
    price: Option<String>,
    by_staff: bool,
    on_reply: &'static str,
    outcome: Option<&'static str>,
    kept: bool,
    message: String,
    link: Option<&'a str>,
    link_until: Option<String>,
}

#[derive(Serialize)]
struct ShownAbout<'a> {
    /// The host's own text, in the place of ours.
    text: String,
    what: Option<&'a String>,
    why: Option<&'a String>,
    fix: &'a [String],
}

fn render(
    environment: &Environment<'_>,
    name: &str,
    context: &Value,
) -> Result<String, minijinja::Error> {
    environment.get_template(name)?.render(context)
}

/// An error of a template in one line, with where it is.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{line}{}{detail}", error.kind())
}

/// Our own sentences are wrapped, steps below their number; what is quoted stands as it is.
fn wrap(line: &str, into: &mut String) {
    let number = line.trim_start().split_once(". ").map(|(number, _)| number);
    let is_step = number.is_some_and(|n| n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()));
    let indent = if is_step { "     " } else { "" };
    if line.starts_with(' ') && !is_step {
        into.push_str(line);
        into.push('\n');
        return;
    }
    let mut width = 0;
    for (n, word) in line.split(' ').enumerate() {
        let length = word.chars().count();
        if n > 0 && width + 1 + length > WIDTH && width > indent.len() {
            into.push('\n');
            into.push_str(indent);
            width = indent.len();
        } else if n > 0 {
            into.push(' ');
            width += 1;
        }
        into.push_str(word);
        width += length;
    }
    into.push('\n');
}

/// Not more than one empty line at a time, none at the beginning, and one line break at the end.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines() {
        let is_empty = line.trim().is_empty();
        if !(is_empty && empty) {
            wrap(line.trim_end(), &mut tidied);
        }
        empty = is_empty;
    }
    let end = tidied.trim_end().len();
    tidied.truncate(end);
    tidied.push('\n');
    tidied
}

/// A length of time in words, in its largest unit.
fn length(language: Language, span: Span) -> String {
    let minutes = span.as_millis() / 60_000;
    let (n, unit) = match minutes {
        0..120 => (minutes, 0),
        120..2_880 => (minutes / 60, 1),
        _ => (minutes / 1_440, 2),
    };
    let words = match (language, n) {
        (Language::English, 1) => ["minute", "hour", "day"],
        (Language::English, _) => ["minutes", "hours", "days"],
        (Language::German, 1) => ["Minute", "Stunde", "Tag"],
        (Language::German, _) => ["Minuten", "Stunden", "Tage"],
    };
    format!("{n} {}", words[unit])
}

fn read(file: &Path) -> Result<String, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST {
        return Err(format!("is larger than {} KiB", LARGEST / 1024));
    }
    std::fs::read_to_string(file).map_err(|error| error.to_string())
}

/// The files of a folder of templates, by their names below it, sorted. A folder that is not there has none.
fn files_below(folder: &Path, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                faults.push(Fault { file: path, why: error.to_string() });
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What editors and version control leave there.
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let below = format!("{prefix}{name}");
            if entry.path().is_dir() {
                // Three levels are all there is.
                if prefix.matches('/').count() < 2 {
                    open.push((entry.path(), format!("{below}/")));
                }
            } else {
                found.push(below);
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests;
