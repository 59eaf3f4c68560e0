//! Letters to customers: templates with their texts, ours and what stands in their place.
//!
//! A notice is a folder of three templates: `subject.txt`, `body.txt` and `body.html`, for each language
//! (`en/opened/subject.txt`). What staff write in the staff area counts before what a host puts under the same name
//! into `<data_dir>/templates`, and that before ours; when it turns out to be bad, ours goes out and the log says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use portreeve_core::ids::{Press, ReportId};
use portreeve_core::language::{Language, instant};
use portreeve_core::notice::{CustomerNotice, Letter, Notice};
use portreeve_core::payment::{Cents, Money};
use portreeve_core::report::{OnReply, Outcome};
use portreeve_core::text::{defang, lines, one_line};
use portreeve_core::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

mod bounds;
mod texts;

pub use texts::{ABOUT, DIGEST, Fault, LARGEST, Origin, PARTS, Texts, Unit, built_in, names};

/// Columns of our own sentences in plain text.
const WIDTH: usize = 76;

/// Steps that one part of a letter may take: the longest digest of ours takes a few ten thousand, and a template
/// that never ends must not keep the mails of all others waiting.
const STEPS: u64 = 1_000_000;

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

/// Writes letters.
pub struct Letters {
    ours: Environment<'static>,
    /// With what a host put in the place of ours.
    theirs: Option<Environment<'static>>,
    about: HashMap<Language, Abouts>,
    folder: PathBuf,
    files: Texts,
    own: Texts,
    /// What is wrong with the texts, before any was tried.
    faults: Vec<Fault>,
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
        Self::of(PathBuf::new(), Texts::new(), Texts::new(), Vec::new())
    }
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
    for (name, text) in texts::templates_of_ours() {
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
    /// is told by [`Letters::faults`].
    pub fn with(folder: &Path) -> Self {
        let mut faults = Vec::new();
        let files = texts::in_folder(folder, &mut faults);
        Self::of(folder.to_owned(), files, Texts::new(), faults)
    }

    /// The same with these texts as the desk's own.
    pub fn with_own(&self, own: Texts) -> Self {
        let unread = self.faults.iter().filter(|fault| !self.files.contains_key(&fault.name));
        let unread = unread.filter(|fault| !self.own.contains_key(&fault.name));
        Self::of(self.folder.clone(), self.files.clone(), own, unread.cloned().collect())
    }

    fn of(folder: PathBuf, files: Texts, own: Texts, faults: Vec<Fault>) -> Self {
        let about = Language::ALL.into_iter().map(|language| {
            let name = format!("{}/{ABOUT}", language.tag());
            let text = built_in(&name).unwrap_or_default();
            (language, toml::from_str(text).expect("a test reads every text of ours"))
        });
        let about = about.collect();
        let ours = environment();
        let mut letters = Self { ours, theirs: None, about, folder, files, own, faults };
        if letters.files.is_empty() && letters.own.is_empty() {
            return letters;
        }
        let mut theirs = environment();
        theirs.set_fuel(Some(STEPS));
        // With it a loop builds a value within a value without an end, which takes the stack when it is dropped.
        theirs.remove_global("namespace");
        let files = letters.files.clone().into_iter().map(|text| (Origin::File, text));
        let own = letters.own.clone().into_iter().map(|text| (Origin::Desk, text));
        for (origin, (name, text)) in files.chain(own) {
            if let Err(why) = letters.put(&mut theirs, &name, text) {
                letters.faults.push(letters.fault(origin, &name, why));
            }
        }
        letters.theirs = Some(theirs);
        letters
    }

    /// Puts a text in the place of one that was there.
    fn put(
        &mut self,
        theirs: &mut Environment<'static>,
        name: &str,
        text: String,
    ) -> Result<(), String> {
        let about =
            name.strip_suffix(ABOUT).and_then(|tag| Language::of(tag.trim_end_matches('/')));
        let Some(language) = about else {
            if let Some(why) = bounds::beyond(&text) {
                return Err(why);
            }
            let added = theirs.add_template_owned(name.to_owned(), text);
            return added.map_err(|error| told(&error));
        };
        if let Some(why) = bounds::about_beyond(&text) {
            return Err(why);
        }
        let more: Abouts = toml::from_str(&text).map_err(|error| about_fault(&text, &error))?;
        let known = self.about.entry(language).or_default();
        known.extend(more.into_iter().map(|(key, about)| (key.to_lowercase(), about)));
        Ok(())
    }

    /// What is wrong with the texts that stand in the place of ours, as far as it shows before they are used.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn fault(&self, origin: Origin, name: &str, why: String) -> Fault {
        let place = match origin {
            Origin::Ours => name.to_owned(),
            Origin::File => self.folder.join(name).display().to_string(),
            Origin::Desk => format!("{name} (of the desk)"),
        };
        Fault { name: name.to_owned(), place, why }
    }

    /// Where the text of a name comes from that is in force.
    pub fn origin(&self, name: &str) -> Origin {
        match (self.own.contains_key(name), self.files.contains_key(name)) {
            (true, _) => Origin::Desk,
            (false, true) => Origin::File,
            (false, false) => Origin::Ours,
        }
    }

    /// The text of a name that is in force.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.own.get(name).map(String::as_str).or_else(|| self.below(name))
    }

    /// The text that counts where the desk has none of its own.
    pub fn below(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str).or_else(|| built_in(name))
    }

    /// All that is wrong: [`Letters::faults`], and what shows when every notice is tried for every category in every
    /// language.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        let Some(theirs) = &self.theirs else { return faults };
        let mut failed = BTreeSet::new();
        let mut attempt = |language: Language, word: &str, context: &Value| {
            for part in PARTS {
                let name = format!("{}/{word}/{part}", language.tag());
                // What failed once is not tried with every other sample: it may take long.
                if failed.contains(&name) {
                    continue;
                }
                let (at, why) = match render(theirs, &name, context) {
                    Err(error) => (error.name().unwrap_or(&name).to_owned(), told(&error)),
                    Ok(text) => match subject_fault(part, &text) {
                        Some(why) => (name.clone(), why.to_owned()),
                        None => continue,
                    },
                };
                failed.insert(name);
                let fault = self.fault(self.origin(&at), &at, why);
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        };
        for language in Language::ALL {
            for notice in Notice::TO_CUSTOMERS {
                for sample in self.samples(notice, language) {
                    attempt(language, notice.as_str(), &self.context(&sample));
                }
            }
            for sample in self.sample_digests(language) {
                attempt(language, DIGEST, &digest_context(&sample));
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
        let prefix = format!("[abuse {}]", of.report);
        self.write(of.language, notice.as_str(), &prefix, &self.context(of))
    }

    /// Writes the digest of some notices to one mailbox, in the language of the first.
    pub fn digest(&self, of: &[(Notice, CustomerNotice)]) -> Letter {
        let language = of.first().map_or(Language::English, |(_, first)| first.language);
        self.write(language, DIGEST, "[abuse]", &digest_context(of))
    }

    fn write(&self, language: Language, word: &str, prefix: &str, context: &Value) -> Letter {
        let part = |part: &str| {
            let name = format!("{}/{word}/{part}", language.tag());
            if let Some(theirs) = &self.theirs {
                match render(theirs, &name, context) {
                    Ok(text) => return text,
                    Err(error) => tracing::error!(
                        "the template {name} has an error, using the built-in one: {}",
                        told(&error)
                    ),
                }
            }
            render(&self.ours, &name, context).unwrap_or_else(|error| {
                tracing::error!("the built-in template {name} has an error: {}", told(&error));
                String::new()
            })
        };
        let subject = format!("{prefix} {}", one_line(part("subject.txt").trim(), 200));
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
            at_once: of.at_once,
            allow_unsuspend: of.allow_unsuspend,
            price: of.price.as_ref().map(|price| of.language.decimals(&price.to_string())),
            by_staff: of.by == Some(Press::Staff),
            on_reply: of.on_reply.as_str(),
            outcome: of.outcome.map(Outcome::as_str),
            kept: of.kept,
            message: lines(&of.message),
            files: of.files,
            link: of.link.as_ref().map(|(link, _)| link.as_str()),
            link_until: of.link.as_ref().map(|(_, until)| show(*until)),
        };
        Value::from(Serde(shown))
    }

    /// The names that templates of a unit may use.
    pub fn names_in(&self, unit: Unit) -> Vec<String> {
        if unit.word == "about" {
            return ["what", "why", "fix"].map(str::to_owned).to_vec();
        }
        let context = if unit.word == DIGEST {
            digest_context(&self.sample_digests(unit.language)[0])
        } else {
            self.context(&sample(Notice::Opened, unit.language, ""))
        };
        context.try_iter().into_iter().flatten().map(|name| name.to_string()).collect()
    }

    /// Digests as they may come about: with all that may happen, and with as little as there may be.
    pub fn sample_digests(&self, language: Language) -> Vec<Vec<(Notice, CustomerNotice)>> {
        let numbered = |(number, (notice, one)): (i64, (Notice, CustomerNotice))| {
            (notice, CustomerNotice { report: ReportId(number), ..one })
        };
        let each = |pick: fn(Vec<CustomerNotice>) -> Option<CustomerNotice>| {
            let all = Notice::TO_CUSTOMERS
                .into_iter()
                .filter_map(|notice| Some((notice, pick(self.samples(notice, language))?)));
            (92..).zip(all).map(numbered).collect::<Vec<_>>()
        };
        let bare = each(|samples| samples.into_iter().last());
        vec![
            each(|samples| samples.into_iter().next()),
            bare.iter().take(1).cloned().collect(),
            bare,
        ]
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
            at_once: true,
            allow_unsuspend: false,
            price: None,
            files: 0,
            link: None,
            ..full("Something else".to_owned())
        };
        known.map(full).chain([bare]).collect()
    }
}

/// A notice that could go out, for tries and previews.
pub fn sample(notice: Notice, language: Language, category: &str) -> CustomerNotice {
    let at = Timestamp::UNIX_EPOCH;
    let has_deadline = matches!(
        notice,
        Notice::Opened
            | Notice::Reminder
            | Notice::Extended
            | Notice::DeadlineChanged
            | Notice::DeadlineRestored
            | Notice::Complaints
            | Notice::Answered
    );
    CustomerNotice {
        report: ReportId(92),
        customer_name: "Ada Example".to_owned(),
        service: "VPS, shop.example.com (17)".to_owned(),
        category: category.to_owned(),
        service_ip: "192.0.2.7".to_owned(),
        additional_info: "2026-01-31 10:00:00 UTC: what was seen\nfrom 192.0.2.7".to_owned(),
        about_category: String::new(),
        deadline: has_deadline.then(|| Span::from_mins(24 * 60).after(at)),
        at_once: false,
        allow_unsuspend: true,
        price: Some(Money { amount: Cents(2_500), currency: "EUR".to_owned() }),
        outcome: (notice == Notice::Closed).then_some(Outcome::Resolved),
        kept: false,
        by: None,
        on_reply: OnReply::Pause,
        message: "Thank you. Please look at the second address, too.".to_owned(),
        files: 2,
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
#[expect(clippy::struct_excessive_bools, reason = "templates ask for each on its own")]
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
    at_once: bool,
    allow_unsuspend: bool,
    price: Option<String>,
    by_staff: bool,
    on_reply: &'static str,
    outcome: Option<&'static str>,
    kept: bool,
    message: String,
    files: i64,
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

/// What the templates of the digest see.
#[derive(Serialize)]
struct ShownDigest<'a> {
    name: String,
    count: usize,
    reports: Vec<ShownReport<'a>>,
    link_until: Option<String>,
}

/// One report of a digest.
#[derive(Serialize)]
struct ShownReport<'a> {
    report: i64,
    happened: Vec<&'static str>,
    service: String,
    address: String,
    category: String,
    deadline: Option<String>,
    time_left: Option<String>,
    link: Option<&'a str>,
}

/// What the templates of the digest of some notices see. Those about one report follow each other.
fn digest_context(of: &[(Notice, CustomerNotice)]) -> Value {
    let mut reports: Vec<ShownReport<'_>> = Vec::new();
    for (notice, one) in of {
        match reports.last_mut().filter(|last| last.report == one.report.0) {
            Some(last) => last.happened.push(notice.as_str()),
            None => reports.push(ShownReport {
                report: one.report.0,
                happened: vec![notice.as_str()],
                service: one_line(&one.service, 200),
                address: one_line(&one.service_ip, 255),
                category: one_line(&one.category, 120),
                deadline: one.deadline.map(|at| instant(one.language, &one.zone, at)),
                time_left: one.deadline.map(|at| length(one.language, Span::between(one.at, at))),
                link: one.link.as_ref().map(|(link, _)| link.as_str()),
            }),
        }
    }
    let first = of.first().map(|(_, first)| first);
    let until = of.iter().find_map(|(_, one)| Some((one, one.link.as_ref()?.1)));
    Value::from(Serde(ShownDigest {
        name: first.map(|first| one_line(&first.customer_name, 100)).unwrap_or_default(),
        count: reports.len(),
        reports,
        link_until: until.map(|(one, until)| instant(one.language, &one.zone, until)),
    }))
}

fn render(
    environment: &Environment<'_>,
    name: &str,
    context: &Value,
) -> Result<String, minijinja::Error> {
    environment.get_template(name)?.render(context)
}

/// What is wrong with a text as a mail's subject, if it is one.
fn subject_fault(part: &str, text: &str) -> Option<&'static str> {
    let subject = text.trim();
    match part {
        "subject.txt" if subject.is_empty() => Some("line 1: the subject is empty"),
        "subject.txt" if subject.contains(['\r', '\n']) => Some("line 2: a subject has one line"),
        _ => None,
    }
}

/// An error of a template in one line, with where it is.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{line}{}{detail}", error.kind())
}

/// An error of a file about kinds of abuse in one line, with where it is.
fn about_fault(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| format!("line {}: ", before.matches('\n').count() + 1));
    format!("{}{}", line.unwrap_or_default(), error.message())
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

#[cfg(test)]
mod tests;
