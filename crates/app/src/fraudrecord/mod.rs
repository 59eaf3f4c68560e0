//! `FraudRecord`, a register in which hosts tell each other of customers who abused their services. Staff ask it and
//! report to it, by hand and never otherwise; what goes there of a customer is hashes.
//!
//! A report cannot be sent twice without harm, and the register has no way to look whether one has arrived. Its
//! beginning is on record before it is sent, and after a lost answer nobody sends it again without saying so.

mod hash;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use portreeve_core::event::{Event, Kind};
use portreeve_core::fraudrecord::{Answer, Field, Standing};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::reason::{Finding, RegisterProblem};
use portreeve_core::refusal::{self, refusal};
use portreeve_core::text::{one_line, storable};
use portreeve_i18n::{self as i18n, Language, english};
use portreeve_store::{KnownService, StoreError, Tx};

use crate::audit;
use crate::desk::Desk;
use crate::record::Record;

pub use hash::hash;

/// Severities that the register knows.
pub const SEVERITIES: std::ops::RangeInclusive<u8> = 1..=10;

/// Longest text of a report to the register, in characters. Ours: it is a sentence or two, for strangers.
pub const LONGEST_TEXT: usize = 1_000;

/// Kinds of abuse by which a report to the register is filed.
pub const KINDS: [&str; 8] =
    ["spam", "phishing", "malware", "attack", "fraud", "chargeback", "abuse", "other"];

/// Characters that something of a customer has at least if a text is warned of for it: shorter ones stand in any text.
const SHORTEST_PART: usize = 3;

/// Characters of a reason that go on record.
const WORDS: usize = 200;

/// A customer as the register is told of them: each field with its hash, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person(Vec<(Field, String)>);

impl Person {
    /// The fields and their hashes.
    pub fn fields(&self) -> &[(Field, String)] {
        &self.0
    }

    /// What of them is known, for the record.
    fn names(&self) -> Vec<Field> {
        self.0.iter().map(|(field, _)| *field).collect()
    }
}

/// What is reported of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// How bad it was.
    pub severity: u8,
    /// Which kind of abuse, one of [`KINDS`].
    pub kind: &'static str,
    /// In words.
    pub text: String,
}

impl Charge {
    /// Reads what staff chose; nothing when it does not fit.
    pub fn parse(severity: &str, kind: &str, text: &str) -> Option<Self> {
        let severity = severity.parse().ok().filter(|severity| SEVERITIES.contains(severity))?;
        let kind = KINDS.into_iter().find(|known| *known == kind)?;
        let text = storable(text.trim());
        let fits = (1..=LONGEST_TEXT).contains(&text.chars().count());
        fits.then_some(Self { severity, kind, text })
    }
}

/// What the register has on a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// The sum of the severities.
    pub points: u64,
    /// How many reports there are.
    pub reports: u64,
    /// How far they are to be trusted, of ten.
    pub reliability: String,
    /// Where they are to be read. Who shows the figures must show this, too: the register's rule.
    pub link: String,
}

/// Why the register did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `ERR:API`.
    #[error("it does not know our API key")]
    Key,
    /// `ERR:ACTION`.
    #[error("it does not know this action")]
    Action,
    /// `ERR:DATA`.
    #[error("it does not take the data")]
    Data,
    /// `NODATA`.
    #[error("it saw no data")]
    NoData,
    /// Something answered that is not the register, or not as it is documented. Its words are for the page, and
    /// never go on record: what was sent might stand in them.
    #[error("it answered with something that cannot be read")]
    Strange(Finding),
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// An answer.
    Answered(Records),
    /// The register did not answer it.
    Refused(Refusal),
    /// It cannot be reached, or is too slow.
    Unreachable(Finding),
}

/// What came of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It has it, under this code.
    Taken(String),
    /// It does not have it.
    Refused(Refusal),
    /// It was not sent.
    NotSent(Finding),
    /// No answer: it may have it.
    Lost(Finding),
    /// An answer that cannot be read: it may have it. The words are for the page alone.
    Unclear(Finding),
}

/// The way to the register.
#[async_trait]
pub trait Register: Send + Sync {
    /// Asks about a person.
    async fn ask(&self, person: &Person) -> Asked;

    /// Reports a person, once.
    async fn report(&self, person: &Person, charge: &Charge) -> Sent;
}

/// Why nothing was asked or reported.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum FraudRecordError {
    /// There is no `[fraudrecord]` in the configuration.
    Off,
    /// There is no such report.
    NoReport(ReportId),
    /// Nothing is known of the customer that the register knows people by.
    NobodyKnown(ReportId),
    /// A report was sent before, or may have been.
    SentBefore(ReportId),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FraudRecordError {
    /// It, for people.
    pub fn refusal(&self) -> refusal::Refusal {
        match self {
            Self::Off => refusal!("refusal-fraudrecord-off"),
            Self::NoReport(id) => refusal!("refusal-no_report", id = id.0.to_string()),
            Self::NobodyKnown(id) => {
                refusal!("refusal-fraudrecord-nobody_known", id = id.0.to_string())
            }
            Self::SentBefore(id) => {
                refusal!("refusal-fraudrecord-sent_before", id = id.0.to_string())
            }
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// What a page shows before anything is sent.
#[derive(Debug, Clone)]
pub struct Prospect {
    /// What would be sent of the customer; none: nothing is known of them.
    pub person: Option<Person>,
    /// Whether a report was sent because of this report of ours.
    pub standing: Standing,
    /// Fields whose contents stand in the text that was asked about.
    pub in_text: Vec<Field>,
}

/// What would be sent of the customer of a report, and what of them stands in `text`.
pub async fn prospect(desk: &Desk, id: ReportId, text: &str) -> Result<Prospect, FraudRecordError> {
    register(desk)?;
    let mut tx = desk.db.read().await?;
    let (_, known) = customer(&mut tx, id).await?;
    let standing = standing(&mut tx, id).await?;
    drop(tx);
    let known = known.unwrap_or_default();
    let text = text.to_lowercase();
    let told = |(field, value): &&(Field, String)| tells(&text, *field, value);
    let in_text = known.iter().filter(told).map(|(field, _)| *field).collect();
    Ok(Prospect { person: hashed(known).await, standing, in_text })
}

/// Whether a text, in lower case, has what is known of somebody in it; of a name, a part of it.
fn tells(text: &str, field: Field, value: &str) -> bool {
    let value = value.to_lowercase();
    let is_in = |part: &str| part.chars().count() >= SHORTEST_PART && text.contains(part);
    match field {
        Field::Name => value.split_whitespace().any(is_in),
        Field::Email | Field::Account | Field::Domain => is_in(value.trim()),
    }
}

/// Asks the register about the customer of a report.
pub async fn ask(desk: &Desk, id: ReportId, actor: &Actor) -> Result<Asked, FraudRecordError> {
    let register = register(desk)?;
    let (service, known) = customer(&mut desk.db.read().await?, id).await?;
    let person = hashed(known.unwrap_or_default()).await;
    let person = person.ok_or(FraudRecordError::NobodyKnown(id))?;
    let asked = register.ask(&person).await;
    let fields = person.names();
    let answer = match &asked {
        Asked::Answered(records) if records.reports > 0 => Answer::Records { fields },
        Asked::Answered(_) => Answer::NoRecords { fields },
        Asked::Refused(why) => Answer::NoAnswer { why: why.into() },
        Asked::Unreachable(why) => Answer::NoAnswer { why: unreachable(why) },
    };
    let mut tx = desk.db.write().await?;
    let asked_event = Event::FraudRecordAsked { answer };
    write(desk, &mut tx, id, service.as_ref(), actor, asked_event).await?;
    tx.commit().await?;
    Ok(asked)
}

/// Reports the customer of a report to the register. `again`: although that was done before, or may have been.
pub async fn report(
    desk: &Desk,
    id: ReportId,
    actor: &Actor,
    charge: &Charge,
    again: bool,
) -> Result<Sent, FraudRecordError> {
    let register = register(desk)?;
    let (_, known) = customer(&mut desk.db.read().await?, id).await?;
    let person = hashed(known.unwrap_or_default()).await;
    let person = person.ok_or(FraudRecordError::NobodyKnown(id))?;

    let mut tx = desk.db.write().await?;
    // Of two who report at a time one comes second and sees that it was begun.
    let report = tx.report_alone(id).await?.ok_or(FraudRecordError::NoReport(id))?;
    let service = report.subject.map(|subject| subject.service);
    if standing(&mut tx, id).await? != Standing::Open && !again {
        return Err(FraudRecordError::SentBefore(id));
    }
    let begun = Event::FraudRecordReportBegun { severity: charge.severity, fields: person.names() };
    write(desk, &mut tx, id, service.as_ref(), actor, begun).await?;
    tx.commit().await?;

    let sent = register.report(&person, charge).await;
    let ended = match &sent {
        Sent::Taken(code) => Event::FraudRecordReported { code: one_line(code, WORDS) },
        Sent::Refused(why) => Event::FraudRecordNotReported { why: why.into() },
        Sent::NotSent(why) => Event::FraudRecordNotReported { why: unreachable(why) },
        Sent::Lost(why) => Event::FraudRecordReportLost { why: unreachable(why) },
        Sent::Unclear(_) => Event::FraudRecordReportLost { why: RegisterProblem::Unreadable },
    };
    let mut tx = desk.db.write().await?;
    write(desk, &mut tx, id, service.as_ref(), actor, ended).await?;
    tx.commit().await?;
    Ok(sent)
}

fn unreachable(said: &Finding) -> RegisterProblem {
    RegisterProblem::Unreachable { said: said.clone() }
}

impl From<&Refusal> for RegisterProblem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Key => Self::Key,
            Refusal::Action => Self::Action,
            Refusal::Data => Self::Data,
            Refusal::NoData => Self::NoData,
            Refusal::Strange(_) => Self::Unreadable,
        }
    }
}

fn register(desk: &Desk) -> Result<&dyn Register, FraudRecordError> {
    desk.fraudrecord.as_deref().ok_or(FraudRecordError::Off)
}

/// What the directory has of a customer, by the names of the register.
type Known = Vec<(Field, String)>;

/// The service of a report, and what the directory has of its customer; nothing of whoever has the service now, if
/// that is somebody else.
async fn customer(
    tx: &mut Tx,
    id: ReportId,
) -> Result<(Option<ServiceKey>, Option<Known>), FraudRecordError> {
    let report = tx.report(id).await?.ok_or(FraudRecordError::NoReport(id))?;
    let Some(subject) = report.subject else { return Ok((None, None)) };
    let known = tx.service(&subject.service).await?;
    let theirs = known.filter(|known| known.service.customer_id == subject.customer_id);
    Ok((Some(subject.service), theirs.map(known_of)))
}

fn known_of(known: KnownService) -> Known {
    let service = known.service;
    // The register knows people by one address each.
    let mailbox = service.mailboxes().into_iter().next().unwrap_or_default();
    let values = [
        (Field::Name, service.customer_name),
        (Field::Email, mailbox),
        (Field::Account, service.username),
        (Field::Domain, service.domain),
    ];
    values.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect()
}

async fn hashed(known: Known) -> Option<Person> {
    let hashes = tokio::task::spawn_blocking(move || {
        let pairs = known.into_iter();
        pairs.filter_map(|(field, value)| Some((field, hash(&value)?))).collect::<Vec<_>>()
    });
    let fields = hashes.await.ok()?;
    (!fields.is_empty()).then_some(Person(fields))
}

async fn standing(tx: &mut Tx, id: ReportId) -> Result<Standing, StoreError> {
    let kinds: Vec<Kind> = Kind::of_register().collect();
    let latest = tx.latest_event(id, &kinds).await?;
    Ok(Standing::after(latest.map(|line| line.event.kind())))
}

/// Writes what was done into the report's history and the audit log.
async fn write(
    desk: &Desk,
    tx: &mut Tx,
    id: ReportId,
    service: Option<&ServiceKey>,
    actor: &Actor,
    event: Event,
) -> Result<(), StoreError> {
    let now = desk.now();
    let words = i18n::history::sentence(Language::English, &TimeZone::UTC, &event);
    let detail = format!("report {id}: {words}");
    audit::log(tx, now, actor, event.kind().as_str(), &detail).await?;
    let mut record = Record::new(desk);
    record.add(id, service, actor, &[event], now);
    record.write(tx, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_tells_who_it_is_is_seen() {
        let text = "ada of shop.example.com, ada@example.com, sent spam";
        for (field, value) in [
            (Field::Name, "Ada Lovelace"),
            (Field::Email, "Ada@Example.com "),
            (Field::Domain, "shop.example.com"),
        ] {
            assert!(tells(text, field, value), "{value}");
        }
        for (field, value) in
            [(Field::Name, "Ben Li"), (Field::Account, "of"), (Field::Domain, "example.net")]
        {
            assert!(!tells(text, field, value), "{value}");
        }
    }

    #[test]
    fn a_charge_has_a_severity_a_kind_and_some_words() {
        let good = Charge::parse("5", "spam", "  sent a million mails\n").expect("good");
        assert_eq!((good.severity, good.kind), (5, "spam"));
        assert_eq!(good.text, "sent a million mails");
        let long = "x".repeat(LONGEST_TEXT + 1);
        for (severity, kind, text) in [
            ("0", "spam", "x"),
            ("11", "spam", "x"),
            ("", "spam", "x"),
            ("5", "murder", "x"),
            ("5", "spam", " "),
            ("5", "spam", &long),
        ] {
            assert_eq!(Charge::parse(severity, kind, text), None, "{severity} {kind}");
        }
    }
}
