//! The form for complaints, and the receipt by which its sender sees what became of one.
//!
//! Anybody may use it: what they type is checked by `app`, kept like a mail that came in, and believed as little as one
//! whose sender nobody has checked. It is limited by network, and asks no third party anything.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use minijinja::Value;
use portreeve_app::StoreError;
use portreeve_app::abuse_form::{
    self, Fault, Field, FormComplaint, FormToken, LARGEST_FILES, LONGEST_EVIDENCE, LONGEST_NAME,
    LONGEST_REASON, MOST_PLACES, Standing, SubmitError, TokenError, Typed,
};
use portreeve_app::attachment::Upload;
use portreeve_app::intake::ReceiveError;
use portreeve_core::attachment::{FileName, Limits, Refused, Size};
use portreeve_core::time::rfc3339;
use portreeve_i18n::Language;
use serde::Deserialize;

use super::REPORT_ABUSE;
use crate::body::{self, COME_AGAIN, Unread};
use crate::client_address::{ClientAddress, client_address};
use crate::memory::Sender;
use crate::origin::is_from_elsewhere;
use crate::pages::{context, refused_file, see_other};
use crate::throttle::Throttles;
use crate::{Web, preferred_language, upload};

/// Largest form without its files: the longest texts, encoded.
const LARGEST_FORM: usize = 3 * 1024 * 1024;

/// Complaints in an hour from one network: a /24, or a /48 of IPv6. Whoever has more writes mails.
const FROM_ONE_PLACE: u32 = 60;

/// The same from a /32 of IPv6, in which there are many of those.
const FROM_ONE_PROVIDER: u32 = 600;

/// Forms in an hour from one network, whatever is in them: one is read before anybody knows that it is wrong.
const FORMS_FROM_ONE_PLACE: u32 = 600;

/// Files of one complaint, and bytes of each; less where the desk takes less.
const MOST_FILES: u32 = 5;
const LARGEST_FILE: Size = Size(5 * 1024 * 1024);

/// What people who complain have beside what customers send.
const EVIDENCE_TYPES: [&str; 8] = ["eml", "msg", "txt", "log", "csv", "json", "xml", "pcap"];

/// The kinds of abuse, as people look for them.
const GROUPS: [(&str, &[&str]); 5] = [
    ("mail", &["spam", "phishing", "fraud"]),
    (
        "attack",
        &["login_attack", "port_scan", "ddos", "botnet", "scraping", "malware", "compromised"],
    ),
    ("exposed", &["open_service", "vulnerable", "exposed_data", "blocklisted"]),
    ("content", &["csam", "child_exploitation", "harassment", "copyright", "trademark"]),
    ("other", &["other"]),
];

/// What stands in the address of the form.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

type Queried = Result<Query<Asked>, axum::extract::rejection::QueryRejection>;

/// Who reads, and in which language.
struct Reader {
    language: Language,
    /// The language that they chose, where they did.
    asked: Option<Language>,
}

impl Reader {
    fn of(headers: &HeaderMap, query: Queried) -> Self {
        let asked = query.ok().and_then(|Query(asked)| Language::of(&asked.lang?));
        Self { language: asked.unwrap_or_else(|| preferred_language(headers)), asked }
    }
}

/// The form as it is shown.
#[derive(Default)]
struct Shown {
    typed: Typed,
    faults: Vec<Fault>,
    file: Option<(FileName, Refused)>,
    /// Why nothing was taken, as the end of a key.
    refused: Option<&'static str>,
    /// It answers a form that was sent: another language would begin with an empty one.
    is_answer: bool,
}

impl Shown {
    fn refused(typed: Typed, refused: &'static str) -> Self {
        Self { typed, refused: Some(refused), is_answer: true, ..Self::default() }
    }
}

/// The form.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    query: Queried,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers, query);
    page(&web, &reader, StatusCode::OK, Shown::default()).await
}

async fn page(web: &Web, reader: &Reader, status: StatusCode, shown: Shown) -> Response {
    let token = match abuse_form::issue(&web.desk).await {
        Ok(token) => token,
        Err(error) => return unavailable(web, reader, &error),
    };
    let Shown { typed, faults, file, refused, is_answer } = shown;
    let limits = limits(web);
    let accept: Vec<String> = limits.types.iter().map(|one| format!(".{one}")).collect();
    let takes = (limits.per_message > 0).then(|| {
        context! {
            most => limits.per_message, size => limits.max_size.0, sum => LARGEST_FILES,
            accept => accept.join(","),
        }
    });
    let file_fault = file.as_ref().map(|_| context! { field => "files", file => true });
    let mut summary: Vec<Value> = faults.iter().map(fault).collect();
    summary.extend(file_fault);
    let marked = faults.iter().map(|fault| (fault.field.as_str(), Value::from(true)));
    let marked: Value = marked.chain(file.as_ref().map(|_| ("files", Value::from(true)))).collect();
    // A browser's own field shows nothing of an instant that there is not.
    let is_plain_when =
        is_plain(&typed.when) && faults.iter().all(|fault| fault.field != Field::When);
    let zones = zones();
    let zone_is_listed = zones.iter().any(|(value, _)| *value == typed.zone);
    let context = context! {
        token, takes, marked,
        summary => Value::from(summary),
        faults => Value::from(faults.iter().map(fault).collect::<Vec<_>>()),
        file => file.map(|(name, why)| refused_file(&name, why)),
        refused,
        typed => context! {
            category => typed.category, places => typed.places, when => typed.when,
            is_plain_when, zone => typed.zone, zone_is_listed,
            reason => typed.reason, name => typed.name, email => typed.email,
            good_faith => typed.good_faith, evidence => typed.evidence,
        },
        groups => GROUPS.map(|(name, categories)| context! { name, categories }).to_vec(),
        zones => zones.into_iter().map(|(value, name)| context! { value, name }).collect::<Vec<_>>(),
        most_places => MOST_PLACES,
        longest_reason => LONGEST_REASON, longest_evidence => LONGEST_EVIDENCE,
        longest_name => LONGEST_NAME,
        asked_language => reader.asked.map(Language::tag),
        languages => if is_answer { Vec::new() } else { languages() },
    };
    web.show_public(status, reader.language, "abuse-form.html", context)
}

fn fault(fault: &Fault) -> Value {
    context! { field => fault.field.as_str(), code => fault.code, about => fault.about }
}

fn languages() -> Vec<Value> {
    Language::ALL.map(|one| context! { tag => one.tag(), name => one.name() }).to_vec()
}

/// What a browser's own field for an instant can show.
fn is_plain(when: &str) -> bool {
    let shape = "0000-00-00T00:00:00";
    let fits = |(c, shape): (char, char)| {
        if shape == '0' { c.is_ascii_digit() } else { c == shape }
    };
    matches!(when.len(), 0 | 16 | 19) && when.chars().zip(shape.chars()).all(fits)
}

/// Distances to UTC that there are, as values and for people.
fn zones() -> Vec<(String, String)> {
    let quarters = (-48..=56).filter(|quarter| {
        // Whole hours, and the halves and quarters that some countries have.
        quarter % 4 == 0
            || matches!(quarter, -38 | -14 | -10 | 14 | 18 | 22 | 23 | 26 | 38 | 42 | 51)
    });
    let zone = |quarter: i32| {
        let (hours, minutes) = (quarter.abs() / 4, quarter.abs() % 4 * 15);
        let (sign, shown) = if quarter < 0 { ('-', '−') } else { ('+', '+') };
        let name = match quarter {
            0 => "UTC".to_owned(),
            _ => format!("UTC{shown}{hours}:{minutes:02}"),
        };
        (format!("{sign}{hours:02}:{minutes:02}"), name)
    };
    quarters.map(zone).collect()
}

/// What files the form takes.
fn limits(web: &Web) -> Limits {
    let mut limits = web.desk.live().settings.attachments.clone();
    limits.max_size = limits.max_size.min(LARGEST_FILE);
    limits.per_message = limits.per_message.min(MOST_FILES);
    limits.types.extend(EVIDENCE_TYPES.map(ToOwned::to_owned));
    limits
}

/// Takes a complaint.
pub(crate) async fn submit(
    State(web): State<Arc<Web>>,
    query: Queried,
    request: Request,
) -> Response {
    let from = client_address(&request, &web.config.trusted_proxies).neighbourhood();
    let (parts, body) = request.into_parts();
    let reader = Reader::of(&parts.headers, query);
    let now = web.desk.clock.monotonic();
    if let Err(wait) = web.throttles.forms.count(from, FORMS_FROM_ONE_PLACE, now) {
        // Read to its end, so that its sender sees the answer.
        let _ = body::discard(body, 0).await;
        let shown = Shown::refused(Typed::default(), "too_many_forms");
        return too_many(&web, &reader, shown, wait).await;
    }
    let limits = limits(&web);
    let sender = upload::From::Reporter(from, &limits);
    let is_file = |name: &str| name == "files";
    let read = upload::read(&web, &parts.headers, body, LARGEST_FORM, sender, is_file).await;
    let mut sent = match read {
        Ok(sent) => sent,
        Err(unread) => return not_read(&web, &reader, unread, Typed::default()).await,
    };
    let typed = typed(&sent);
    let token = field(&sent, "token");
    if is_from_elsewhere(&parts.headers, web.config.public_url.as_deref()) {
        return page(&web, &reader, StatusCode::FORBIDDEN, Shown::refused(typed, "elsewhere"))
            .await;
    }
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let checked = abuse_form::check(&typed, reader.language.tag(), web.desk.now());
    let mut faults = checked.as_ref().err().cloned().unwrap_or_default();
    faults.extend(fault_of_files(&typed, &sent.files));
    if let Some(unread) = sent.cut.filter(|_| sent.refused.is_none()) {
        // Fields behind the end are missing through nobody's fault.
        faults.retain(|fault| !matches!(fault.code, "missing" | "choose"));
        if unread != Unread::TooLarge || faults.is_empty() {
            return not_read(&web, &reader, unread, typed).await;
        }
    }
    let complaint = match checked {
        Ok(complaint) if faults.is_empty() && sent.refused.is_none() => complaint,
        _ => {
            let file = sent.refused.take();
            let shown = Shown { typed, faults, file, is_answer: true, ..Shown::default() };
            return page(&web, &reader, unprocessable, shown).await;
        }
    };
    let token = match abuse_form::recognise(&web.desk, &token).await {
        Ok(token) => token,
        Err(TokenError::Unknown | TokenError::Expired) => {
            return page(&web, &reader, unprocessable, Shown::refused(typed, "stale")).await;
        }
        Err(TokenError::Store(error)) => return unavailable(&web, &reader, &error),
    };
    // What is stored already costs nothing, and its sender wants the receipt.
    match abuse_form::receipt(&web.desk, &token, &complaint, &sent.files).await {
        Ok(receipt) if receipt.is_stored => return receipt_at(&receipt.token),
        Ok(_) => {}
        Err(error) => return unavailable(&web, &reader, &error),
    }
    if let Err(wait) = count(&web.throttles, from, now) {
        return too_many(&web, &reader, Shown::refused(typed, "too_many"), wait).await;
    }
    take(&web, &reader, &token, &complaint, typed, sent.files).await
}

/// What stands in a field; empty where it is missing.
fn field(sent: &upload::Sent, name: &str) -> String {
    let found = sent.fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn typed(sent: &upload::Sent) -> Typed {
    let field = |name| field(sent, name);
    Typed {
        category: field("category"),
        places: field("where"),
        when: field("when"),
        zone: field("zone"),
        reason: field("reason"),
        name: field("name"),
        email: field("email"),
        good_faith: matches!(field("good_faith").as_str(), "on" | "1" | "true" | "yes"),
        evidence: field("evidence"),
    }
}

async fn too_many(web: &Web, reader: &Reader, shown: Shown, wait: Duration) -> Response {
    let answer = page(web, reader, StatusCode::TOO_MANY_REQUESTS, shown).await;
    come_again(answer, wait.as_secs().max(1))
}

/// Pictures of child abuse are evidence that nobody may hand around, and no file is worth a complaint that is too large.
fn fault_of_files(typed: &Typed, files: &[Upload]) -> Option<Fault> {
    let sum: u64 = files.iter().map(|file| file.size).sum();
    let (code, about) = match () {
        () if abuse_form::may_be_nameless(&typed.category) && !files.is_empty() => {
            ("never", String::new())
        }
        () if sum > LARGEST_FILES => ("too_large", Size(LARGEST_FILES).to_string()),
        () => return None,
    };
    Some(Fault { field: Field::Files, code, about })
}

/// Counts a complaint, or says how long to wait with it. One that is not taken counts for no provider: a customer of
/// theirs must not use up what is for all.
fn count(throttles: &Throttles, from: ClientAddress, now: Duration) -> Result<(), Duration> {
    let Throttles { complaints, complaints_of_providers, .. } = throttles;
    let provider = from.provider();
    if let Some(provider) = &provider {
        complaints_of_providers.admits(provider, FROM_ONE_PROVIDER, now)?;
    }
    complaints.count(from, FROM_ONE_PLACE, now)?;
    provider.map_or(Ok(()), |one| complaints_of_providers.count(one, FROM_ONE_PROVIDER, now))
}

fn receipt_at(token: &str) -> Response {
    see_other(&format!("{REPORT_ABUSE}/status/{token}"), REPORT_ABUSE)
}

/// Keeps a complaint and leads to its receipt.
async fn take(
    web: &Web,
    reader: &Reader,
    token: &FormToken,
    complaint: &FormComplaint,
    typed: Typed,
    files: Vec<Upload>,
) -> Response {
    // While the mail is made its files are in memory, as they are and encoded.
    let sum: u64 = files.iter().map(|file| file.size).sum();
    let mut room = web.memory.room(Sender::Reporter);
    if !room.grow(usize::try_from(sum * 5 / 2).unwrap_or(usize::MAX)).await {
        return later(web, reader, Shown::refused(typed, "unavailable")).await;
    }
    match abuse_form::submit(&web.desk, token, complaint, files).await {
        Ok(receipt) => receipt_at(&receipt),
        Err(SubmitError::Receive(
            ReceiveError::NoRoom | ReceiveError::TooLarge | ReceiveError::NoRoomForReport(_),
        )) => later(web, reader, Shown::refused(typed, "no_room")).await,
        Err(error) => {
            tracing::error!("a complaint by the form could not be stored: {error}");
            later(web, reader, Shown::refused(typed, "unavailable")).await
        }
    }
}

async fn not_read(web: &Web, reader: &Reader, unread: Unread, typed: Typed) -> Response {
    let (status, why) = match unread {
        Unread::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Unread::Broken => (StatusCode::BAD_REQUEST, "broken_off"),
        Unread::NoRoom => return later(web, reader, Shown::refused(typed, "unavailable")).await,
    };
    page(web, reader, status, Shown::refused(typed, why)).await
}

async fn later(web: &Web, reader: &Reader, shown: Shown) -> Response {
    come_again(page(web, reader, StatusCode::SERVICE_UNAVAILABLE, shown).await, COME_AGAIN)
}

fn come_again(mut answer: Response, seconds: u64) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

fn unavailable(web: &Web, reader: &Reader, error: &StoreError) -> Response {
    tracing::error!("the form for complaints cannot be shown: {error}");
    let context = context! { what => "unavailable", back => REPORT_ABUSE };
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let page = web.show_public(status, reader.language, "public-said.html", context);
    come_again(page, COME_AGAIN)
}

/// What became of a complaint. A receipt that has expired looks like one that never was.
pub(crate) async fn status(
    State(web): State<Arc<Web>>,
    Path(token): Path<String>,
    query: Queried,
    headers: HeaderMap,
) -> Response {
    let mut reader = Reader::of(&headers, query);
    let is_token = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = if is_token { abuse_form::status(&web.desk, &token).await } else { Ok(None) };
    let mut answer = match found {
        Err(error) => unavailable(&web, &reader, &error),
        Ok(None) => {
            let context = context! { what => "no_receipt", back => REPORT_ABUSE, private => true };
            let missing = StatusCode::NOT_FOUND;
            web.show_public(missing, reader.language, "public-said.html", context)
        }
        Ok(Some(status)) => {
            if reader.asked.is_none() {
                reader.language = Language::of(&status.language).unwrap_or(reader.language);
            }
            let base = web.config.public_url.as_deref().unwrap_or_default();
            let reached = match status.standing {
                Standing::Received => 1,
                Standing::InProgress => 2,
                Standing::Decided(_) => 3,
            };
            let decisions: Vec<&str> = match &status.standing {
                Standing::Decided(decisions) => decisions.iter().map(|one| one.as_str()).collect(),
                Standing::Received | Standing::InProgress => Vec::new(),
            };
            let context = context! {
                state => status.standing.as_str(), reached, decisions,
                complaint => status.complaint.to_string(),
                received_at => rfc3339(status.received_at),
                link => format!("{base}{REPORT_ABUSE}/status/{token}"),
                has_host => !base.is_empty(),
                private => true,
                languages => languages(),
            };
            web.show_public(StatusCode::OK, reader.language, "abuse-status.html", context)
        }
    };
    // No search engine has any business with what a link leads to.
    answer.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_abuse_is_offered_once_and_has_its_words() {
        let mut offered: Vec<&str> =
            GROUPS.iter().flat_map(|(_, all)| all.iter().copied()).collect();
        offered.sort_unstable();
        let mut all: Vec<&str> = abuse_form::categories().collect();
        all.sort_unstable();
        assert_eq!(offered, all);
        for category in all {
            for key in [format!("abuse-{category}"), format!("abuse-{category}-evidence")] {
                assert!(portreeve_i18n::knows(Language::English, &key), "{key}");
            }
        }
    }

    #[test]
    fn a_provider_with_many_networks_has_a_limit_and_none_of_them_uses_it_up() {
        let (throttles, now) = (Throttles::default(), Duration::from_secs(1));
        let count = |address: &str| {
            let address = ClientAddress::Known(address.parse().expect("an address"));
            count(&throttles, address.neighbourhood(), now).is_ok()
        };
        let taken = (0..10_000).filter(|_| count("2001:db8:1::1")).count();
        assert_eq!(u32::try_from(taken), Ok(FROM_ONE_PLACE));
        assert!(count("2001:db8:2::1"));
        let taken = (0..10_000).filter(|n| count(&format!("2001:db8:{n:x}::1"))).count();
        assert_eq!(u32::try_from(taken), Ok(FROM_ONE_PROVIDER - FROM_ONE_PLACE - 1));
        assert!(count("2001:db9::1") && count("192.0.2.1"));
    }

    #[test]
    fn zones_are_told_from_west_to_east() {
        let zones = zones();
        let at = |name: &str| zones.iter().position(|(_, shown)| shown == name);
        assert!(at("UTC−9:30") < at("UTC") && at("UTC") < at("UTC+5:45"));
        assert!(zones.iter().any(|(value, _)| value == "-03:30"));
    }

    #[test]
    fn the_browsers_own_field_shows_what_it_sent_and_nothing_else() {
        for plain in ["", "2026-01-02T03:04", "2026-01-02T03:04:05"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["2026-01-02T03:04Z", "2026-01-02 03:04", "yesterday", "2026-01-02T03:04:0é"]
        {
            assert!(!is_plain(other), "{other}");
        }
    }
}
