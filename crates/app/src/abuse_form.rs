//! The public form for complaints: what its fields mean, the mail that is made from them, and what its sender can see of
//! what became of it.
//!
//! A complaint by the form comes in like every other (`intake`), as a mail with a part of its own that has the fields.
//! Whoever sent it gets a link, which is kept as a hash and shows how far the complaint is, and nothing of the report or
//! the customer.

mod compose;
mod status;

use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use portreeve_core::text::{is_blank, is_mail_address, lines, one_line};
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_formats::complaint::{Category, Zone, instant, subject};
use portreeve_store::{NewFormReceipt, StoreError};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

pub use compose::MEDIA_TYPE;
pub(crate) use status::forget_old;
pub use status::{Decision, Standing, Status, status};

use crate::attachment::Upload;
use crate::desk::Desk;
use crate::digest::{hex, sha256_hex};
use crate::intake::{self, Door, Incoming, MailEnvelope, ReceiveError};

/// Addresses, domains and pages of one complaint. Whoever has more sends a file, or one of the formats for machines.
pub const MOST_PLACES: usize = 50;

/// Longest of them, in characters.
pub const LONGEST_PLACE: usize = 2_048;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 10_000;

/// Longest evidence in the form itself, in characters; more comes as files.
pub const LONGEST_EVIDENCE: usize = 100_000;

/// Longest name of a person or an organisation, in characters.
pub const LONGEST_NAME: usize = 200;

/// Bytes of all files of one complaint: with what mail makes of them they fit into the largest mail.
pub const LARGEST_FILES: u64 = 15 * 1024 * 1024;

/// How long a page with the form may lie open before it is sent.
const FORM_LIFE: Span = Span::from_mins(24 * 60);

/// How long the link to a receipt shows what became of the complaint: as long as people may object (Art. 20 DSA), and the
/// time that it may take until then.
pub const RECEIPT_LIFE: Span = Span::from_mins(365 * 24 * 60);

/// The name of the secret with which forms and receipts are signed.
const SECRET: &str = "abuse_form";

/// Instants may lie that far ahead: clocks differ, and so do the zones that people mean.
const AHEAD: Span = Span::from_mins(26 * 60);

/// What somebody typed, as it came.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The kind of abuse, as a word of [`Category`].
    pub category: String,
    /// Addresses, domains and pages, one a line.
    pub places: String,
    /// When it was seen.
    pub when: String,
    /// The zone that was chosen beside it, by its name; empty where none was.
    pub zone: String,
    /// Why it is abuse or illegal.
    pub reason: String,
    /// Who complains.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// They said that they believe it to be true.
    pub good_faith: bool,
    /// Log lines, headers and the like.
    pub evidence: String,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The form as a whole.
    Form,
    /// `category`.
    Category,
    /// `where`.
    Where,
    /// `when`.
    When,
    /// `reason`.
    Reason,
    /// `evidence`.
    Evidence,
    /// `files`.
    Files,
    /// `name`.
    Name,
    /// `email`.
    Email,
    /// `good_faith`.
    GoodFaith,
}

impl Field {
    /// Its name in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Category => "category",
            Self::Where => "where",
            Self::When => "when",
            Self::Reason => "reason",
            Self::Evidence => "evidence",
            Self::Files => "files",
            Self::Name => "name",
            Self::Email => "email",
            Self::GoodFaith => "good_faith",
        }
    }
}

/// What is wrong with a field: the end of a key, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: Field,
    /// What is wrong.
    pub code: &'static str,
    /// The line or limit that it is about; empty where there is none.
    pub about: String,
}

impl Fault {
    fn new(field: Field, code: &'static str) -> Self {
        Self { field, code, about: String::new() }
    }

    fn about(field: Field, code: &'static str, about: impl Into<String>) -> Self {
        Self { field, code, about: about.into() }
    }
}

/// The fields of a complaint by the form, checked: what stands in the part of the mail that programs read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormComplaint {
    /// The kind of abuse, as a word of [`Category`].
    pub category: String,
    /// Addresses, prefixes, domains, pages and mail addresses, each as [`subject`] reads it.
    #[serde(rename = "where")]
    pub places: Vec<String>,
    /// When it was seen; none where the form did not say.
    #[serde(rename = "when")]
    pub observed_at: Option<Timestamp>,
    /// Where the zone of that instant is from: `value` or `assumed`.
    pub zone: String,
    /// Why it is abuse or illegal.
    pub reason: String,
    /// Log lines, headers and the like; may be empty.
    pub evidence: String,
    /// Who complains; empty only about child abuse.
    pub name: String,
    /// Their mail address, which nobody has checked; empty only about child abuse.
    pub email: String,
    /// The language in which they used the form.
    pub language: String,
}

/// Whether a complaint about this may come from somebody who does not say who they are (Art. 16(2)(c) DSA).
pub fn may_be_nameless(category: &str) -> bool {
    matches!(category, "csam" | "child_exploitation")
}

/// The kinds of abuse that the form offers.
pub fn categories() -> impl Iterator<Item = &'static str> {
    Category::ALL.iter().map(|category| category.as_str())
}

/// What was typed as a complaint, or everything that is wrong with it, in the order of the form.
pub fn check(typed: &Typed, language: &str, now: Timestamp) -> Result<FormComplaint, Vec<Fault>> {
    let mut faults = Vec::new();
    let category = Category::ALL.iter().find(|one| one.as_str() == typed.category);
    if category.is_none() {
        faults.push(Fault::new(Field::Category, "choose"));
    }
    let places = places(&typed.places, &mut faults);
    let seen = when(typed, now, &mut faults);
    let text = |text: &str| lines(text).trim().to_owned();
    let (reason, evidence) = (text(&typed.reason), text(&typed.evidence));
    let name = one_line(&typed.name, usize::MAX);
    let email = typed.email.trim().to_owned();
    if is_blank(&reason) {
        faults.push(Fault::new(Field::Reason, "missing"));
    }
    for (field, text, most) in [
        (Field::Reason, &reason, LONGEST_REASON),
        (Field::Evidence, &evidence, LONGEST_EVIDENCE),
        (Field::Name, &name, LONGEST_NAME),
    ] {
        if text.chars().count() > most {
            faults.push(Fault::about(field, "too_long", most.to_string()));
        }
    }
    let is_nameless = may_be_nameless(&typed.category);
    if is_blank(&name) && !is_nameless {
        faults.push(Fault::new(Field::Name, "missing"));
    }
    if email.is_empty() && !is_nameless {
        faults.push(Fault::new(Field::Email, "missing"));
    } else if !email.is_empty() && !is_whole_address(&email) {
        faults.push(Fault::new(Field::Email, "no_address"));
    }
    if !typed.good_faith {
        faults.push(Fault::new(Field::GoodFaith, "missing"));
    }
    faults.sort_by_key(|fault| fault.field);
    let Some(category) = category.filter(|_| faults.is_empty()) else { return Err(faults) };
    Ok(FormComplaint {
        category: category.as_str().to_owned(),
        places,
        observed_at: seen.map(|(at, _)| at),
        zone: seen.map_or(Zone::Assumed, |(_, zone)| zone).as_str().to_owned(),
        reason,
        evidence,
        name,
        email,
        language: language.to_owned(),
    })
}

/// An address at a domain that mail can be sent to from anywhere.
fn is_whole_address(email: &str) -> bool {
    is_mail_address(email) && email.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'))
}

/// What the lines name, each once.
fn places(typed: &str, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    let mut unread = 0;
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_short = line.chars().count() <= LONGEST_PLACE;
        match subject(line).filter(|_| is_short) {
            Some(subject) => {
                let place = subject.to_string();
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            // The first few are enough to see what is meant.
            None if unread < 3 => {
                unread += 1;
                faults.push(Fault::about(Field::Where, "not_understood", one_line(line, 80)));
            }
            None => {}
        }
        if places.len() > MOST_PLACES {
            faults.push(Fault::about(Field::Where, "too_many", MOST_PLACES.to_string()));
            break;
        }
    }
    if places.is_empty() && unread == 0 {
        faults.push(Fault::new(Field::Where, "missing"));
    }
    places
}

fn when(typed: &Typed, now: Timestamp, faults: &mut Vec<Fault>) -> Option<(Timestamp, Zone)> {
    let text = typed.when.trim();
    if text.is_empty() {
        return None;
    }
    let zone = (!typed.zone.is_empty() && typed.zone.len() <= 64).then(|| zone_of(&typed.zone));
    let read = instant(text, zone.flatten().as_ref());
    match read {
        None => faults.push(Fault::new(Field::When, "not_understood")),
        Some((at, _)) if at > AHEAD.after(now) => faults.push(Fault::new(Field::When, "future")),
        Some(_) => {}
    }
    read
}

/// A zone by its name (`Europe/Berlin`) or its distance to UTC (`+01:00`).
fn zone_of(name: &str) -> Option<TimeZone> {
    let Some((hours, minutes)) = name.get(1..).and_then(|rest| rest.split_once(':')) else {
        return TimeZone::get(name).ok();
    };
    let sign = match name.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_zone = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    let seconds = sign * (hours * 3_600 + minutes * 60);
    let offset = jiff::tz::Offset::from_seconds(seconds).ok().filter(|_| is_zone)?;
    Some(TimeZone::fixed(offset))
}

/// What a page with the form was given, found good.
#[derive(Debug, Clone)]
pub struct FormToken(String);

/// Why a form is not taken for one that we gave out.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// We never gave it out, or it is not there.
    #[error("the form has no token of ours")]
    Unknown,
    /// That was too long ago.
    #[error("the form was opened too long ago")]
    Expired,
    /// The database did not say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token for a page with the form.
pub async fn issue(desk: &Desk) -> Result<String, StoreError> {
    let secret = secret(desk).await?;
    let body = format!("{:032x}-{:x}", rand::random::<u128>(), desk.now().as_millisecond());
    let proof = signed(&secret, "form", &[&body]);
    Ok(format!("{body}-{proof}"))
}

/// Looks at the token of a form that was sent.
pub async fn recognise(desk: &Desk, token: &str) -> Result<FormToken, TokenError> {
    let secret = secret(desk).await?;
    let (body, proof) = token.rsplit_once('-').ok_or(TokenError::Unknown)?;
    let right = signed(&secret, "form", &[body]);
    if !bool::from(right.as_bytes().ct_eq(proof.as_bytes())) {
        return Err(TokenError::Unknown);
    }
    let issued = body.rsplit_once('-').and_then(|(_, at)| i64::from_str_radix(at, 16).ok());
    let issued = issued.and_then(from_millis).ok_or(TokenError::Unknown)?;
    if desk.now() > FORM_LIFE.after(issued) {
        return Err(TokenError::Expired);
    }
    Ok(FormToken(body.to_owned()))
}

/// Why a complaint was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The mail could not be made of it: a file could not be read again.
    #[error("a complaint cannot be written down: {0}")]
    File(std::io::Error),
    /// It was not taken as a mail.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

impl From<StoreError> for SubmitError {
    fn from(error: StoreError) -> Self {
        Self::Receive(error.into())
    }
}

/// The receipt of a form.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its token. The same form has the same one.
    pub token: String,
    /// The form was taken before.
    pub is_stored: bool,
}

/// The receipt that a form has, or would have.
pub async fn receipt(
    desk: &Desk,
    form: &FormToken,
    complaint: &FormComplaint,
    files: &[Upload],
) -> Result<Receipt, StoreError> {
    let json = serde_json::to_vec(complaint).unwrap_or_default();
    let mut content = sha256_hex(&json);
    for file in files {
        content.push_str(&file.hash);
        content.push_str(file.name.as_str());
    }
    let token = signed(&secret(desk).await?, "receipt", &[&form.0, &content]);
    let stored = desk.db.read().await?.form_receipt(&sha256_hex(token.as_bytes())).await?;
    Ok(Receipt { token, is_stored: stored.is_some() })
}

/// Takes a complaint. Returns the token of its receipt once it is on disk. The same form sent twice is one complaint.
pub async fn submit(
    desk: &Desk,
    form: &FormToken,
    complaint: &FormComplaint,
    mut files: Vec<Upload>,
) -> Result<String, SubmitError> {
    let json = serde_json::to_vec(complaint).map_err(|error| SubmitError::File(error.into()))?;
    let Receipt { token: receipt, is_stored } = receipt(desk, form, complaint, &files).await?;
    if is_stored {
        return Ok(receipt);
    }
    let token_hash = sha256_hex(receipt.as_bytes());
    let raw = compose::mail(complaint, &json, &mut files, &token_hash).await;
    let raw = raw.map_err(SubmitError::File)?;
    drop(files);
    let incoming = Incoming {
        door: &Door::Form,
        envelope: &MailEnvelope::default(),
        name: "",
        lane: None,
        raw: &raw,
    };
    let received = intake::receive(desk, &incoming).await?;
    let new = NewFormReceipt {
        token_hash,
        mail: received.id,
        language: complaint.language.clone(),
        created_at: desk.now().as_millisecond(),
    };
    let mut tx = desk.db.write().await?;
    tx.add_form_receipt(&new).await?;
    tx.commit().await?;
    Ok(receipt)
}

/// The secret of forms and receipts, made at the first use; all nodes share it.
async fn secret(desk: &Desk) -> Result<String, StoreError> {
    if let Some(secret) = desk.db.read().await?.secret(SECRET).await? {
        return Ok(secret);
    }
    let made = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let mut tx = desk.db.write().await?;
    let secret = tx.secret_or(SECRET, &made, desk.now().as_millisecond()).await?;
    tx.commit().await?;
    Ok(secret)
}

/// What only this desk can write about these texts, for this purpose: 64 hex digits.
fn signed(secret: &str, purpose: &str, texts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    for text in std::iter::once(&purpose).chain(texts) {
        mac.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(text.as_bytes());
    }
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().expect("an instant")
    }

    fn good() -> Typed {
        Typed {
            category: "phishing".to_owned(),
            places: "hxxps://shop[.]example/login\n\n 192.0.2.7 \n192.0.2.7".to_owned(),
            when: "2026-02-28T10:00".to_owned(),
            zone: "+01:00".to_owned(),
            reason: "It asks for passwords.".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.org".to_owned(),
            good_faith: true,
            ..Typed::default()
        }
    }

    fn faults(typed: &Typed) -> Vec<(&'static str, &'static str)> {
        let faults = check(typed, "en", now()).expect_err("faults");
        faults.iter().map(|fault| (fault.field.as_str(), fault.code)).collect()
    }

    #[test]
    fn a_good_form_is_a_complaint_that_keeps_how_sure_its_time_is() {
        let complaint = check(&good(), "en", now()).expect("good");
        assert_eq!(complaint.places, ["https://shop.example/login", "192.0.2.7"]);
        let at = |complaint: &FormComplaint| complaint.observed_at.map(|at| at.to_string());
        assert_eq!(at(&complaint).as_deref(), Some("2026-02-28T09:00:00Z"));
        assert_eq!(complaint.zone, "value");
        let assumed = Typed { zone: String::new(), ..good() };
        let complaint = check(&assumed, "en", now()).expect("good");
        assert_eq!(
            (at(&complaint).as_deref(), complaint.zone.as_str()),
            (Some("2026-02-28T10:00:00Z"), "assumed")
        );
        let never = Typed { when: " ".to_owned(), ..good() };
        assert_eq!(check(&never, "en", now()).expect("good").observed_at, None);
    }

    #[test]
    fn every_fault_is_named_at_once_beside_its_field() {
        assert_eq!(
            faults(&Typed::default()),
            [
                ("category", "choose"),
                ("where", "missing"),
                ("reason", "missing"),
                ("name", "missing"),
                ("email", "missing"),
                ("good_faith", "missing"),
            ]
        );
        let odd = Typed {
            places: "my neighbour\n192.0.2.7".to_owned(),
            when: "yesterday".to_owned(),
            email: "ada".to_owned(),
            name: "x".repeat(LONGEST_NAME + 1),
            ..good()
        };
        assert_eq!(
            faults(&odd),
            [
                ("where", "not_understood"),
                ("when", "not_understood"),
                ("name", "too_long"),
                ("email", "no_address"),
            ]
        );
        let ahead = Typed { when: "2026-03-04T12:00:00Z".to_owned(), ..good() };
        assert_eq!(faults(&ahead), [("when", "future")]);
        let many = (0..=MOST_PLACES).map(|n| format!("192.0.2.{n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(faults(&Typed { places: many, ..good() }), [("where", "too_many")]);
    }

    #[test]
    fn only_about_child_abuse_nobody_has_to_say_who_they_are() {
        for category in categories() {
            let nameless = Typed {
                category: category.to_owned(),
                name: String::new(),
                email: String::new(),
                ..good()
            };
            let is_taken = check(&nameless, "en", now()).is_ok();
            assert_eq!(is_taken, matches!(category, "csam" | "child_exploitation"), "{category}");
        }
    }
}
