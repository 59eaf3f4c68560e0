//! Customers who come from their panel by single sign-on, and what they see of their reports.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::report::{Countdown, Report, State, Turn};
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::StoreError;
use serde::Deserialize;

use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::report::{Act, ActError, act, view};

pub use portreeve_store::CustomerSession;

/// How long somebody stays signed in.
pub const SESSION: Span = Span::from_mins(8 * 60);

/// Longest life of a token of single sign-on, in seconds, and how far the clocks may be apart.
const LIFE: i64 = 60;
const SKEW: i64 = 30;

/// What a token's signature begins with.
const PURPOSE: &str = "portreeve-sso-v1.";

/// Longest token.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Reports on a page of the list.
pub const PAGE: i64 = 50;

/// Messages that are shown of one report.
const MESSAGES: i64 = 1_000;

/// Why a customer was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The token is not from a panel of ours, is for somebody else, or too old.
    #[error("the link from the customer area is not good: {0}")]
    Bad(&'static str),
    /// It was used before.
    #[error("the link from the customer area was used before")]
    Used,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a panel says of somebody who is logged in there.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    client_id: String,
    #[serde(default)]
    masquerading: bool,
    #[serde(default)]
    return_to: Option<String>,
    iat: i64,
    exp: i64,
    jti: String,
}

/// Somebody who was signed in.
#[derive(Debug, Clone)]
pub struct SignedOn {
    /// The token of the session, which is not stored.
    pub token: String,
    /// Where they wanted to go: a path below `/client`.
    pub return_to: String,
}

/// Signs a customer in by the token of a panel (`docs/bridge.md`).
pub async fn sign_on(desk: &Desk, token: &str) -> Result<SignedOn, SignOnError> {
    let now = desk.now();
    let claims = read(desk, token, now)?;
    let mut tx = desk.db.write().await?;
    let until = (claims.exp + SKEW).saturating_mul(1_000);
    if !tx.use_sign_on_token(&claims.iss, &claims.jti, until).await? {
        return Err(SignOnError::Used);
    }
    let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let session = CustomerSession {
        directory: claims.iss,
        customer_id: claims.client_id,
        masquerading: claims.masquerading,
        created_at: now.as_millisecond(),
        expires_at: SESSION.after(now).as_millisecond(),
    };
    tx.add_customer_session(&sha256_hex(token.as_bytes()), &session).await?;
    tx.commit().await?;
    Ok(SignedOn { token, return_to: below_client(claims.return_to.as_deref()) })
}

/// Nothing leads out of the customer area.
fn below_client(path: Option<&str>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let fits = |path: &&str| {
        path.len() <= 200
            && (*path == "/client" || path.starts_with("/client/"))
            && path.chars().all(plain)
            && !path.contains("//")
    };
    path.filter(fits).unwrap_or("/client").to_owned()
}

fn read(desk: &Desk, token: &str, now: Timestamp) -> Result<Claims, SignOnError> {
    let bad = SignOnError::Bad;
    if token.len() > LONGEST_TOKEN {
        return Err(bad("it is too long"));
    }
    let (payload, signature) = token.split_once('.').ok_or(bad("it is not whole"))?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let signature = decode(signature).ok_or(bad("it is not whole"))?;
    let claims: Claims = decode(payload)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(bad("it is not whole"))?;
    // The issuer is read before the signature is known to be good, because it says whose secret counts.
    let bridge = desk.bridge(&claims.iss).ok_or(bad("it is from a panel that is not known"))?;
    if !bridge.secrets.verify_text(&format!("{PURPOSE}{payload}"), &signature) {
        return Err(bad("its signature does not fit"));
    }
    let seconds = now.as_second();
    if claims.exp <= seconds - SKEW || claims.iat > seconds + SKEW || claims.exp - claims.iat > LIFE
    {
        return Err(bad("it is too old; go back and try again"));
    }
    if desk.config.public_url.as_ref().is_some_and(|url| *url != claims.aud) {
        return Err(bad("it is for another desk"));
    }
    let id_fits = (1..=64).contains(&claims.client_id.len());
    if !id_fits || !(16..=128).contains(&claims.jti.len()) {
        return Err(bad("it is not whole"));
    }
    Ok(claims)
}

/// The session of a token, while it lasts.
pub async fn session(desk: &Desk, token: &str) -> Result<Option<CustomerSession>, StoreError> {
    let hash = sha256_hex(token.as_bytes());
    desk.db.read().await?.customer_session(&hash, desk.now().as_millisecond()).await
}

/// Ends a session.
pub async fn sign_out(desk: &Desk, token: &str) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    tx.end_customer_session(&sha256_hex(token.as_bytes())).await?;
    tx.commit().await
}

/// A report as its customer sees it. It has no field for what staff write for themselves or who reported.
#[derive(Debug, Clone)]
pub struct CustomerReport {
    /// Its number.
    pub id: ReportId,
    /// The panel's id of the service.
    pub service_id: i64,
    /// Kind of abuse.
    pub category: String,
    /// Address.
    pub service_ip: String,
    /// What the customer is told.
    pub additional_info: String,
    /// It is not closed.
    pub open: bool,
    /// The customer has the move.
    pub your_turn: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the service is suspended unless the customer does something.
    pub deadline_at: Option<Timestamp>,
    /// The panel has shown that the service is off for this report. Not looked up for lists.
    pub suspended: bool,
}

impl CustomerReport {
    /// Nothing for a report that waits for its service: it is nobody's yet.
    fn of(report: &Report) -> Option<Self> {
        let subject = report.subject.as_ref()?;
        let (open, your_turn, deadline_at) = match &report.state {
            State::Queued { .. } => return None,
            State::Open { turn, countdown } => {
                let deadline = match countdown {
                    Countdown::Running { deadline, .. } => Some(*deadline),
                    Countdown::None | Countdown::Paused { .. } | Countdown::Reached { .. } => None,
                };
                (true, *turn == Turn::Customer, deadline)
            }
            State::Closed { .. } => (false, false, None),
        };
        Some(Self {
            id: report.id,
            service_id: subject.service.id.get(),
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            additional_info: report.allegation.additional_info.clone(),
            open,
            your_turn,
            opened_at: report.opened_at,
            deadline_at,
            suspended: false,
        })
    }
}

/// A message between customer and staff, as the customer sees it.
#[derive(Debug, Clone)]
pub struct CustomerMessage {
    /// When.
    pub at: Option<Timestamp>,
    /// The customer wrote it; else the abuse desk.
    pub from_customer: bool,
    /// The text.
    pub text: String,
}

/// A customer's reports, newest first, before `before`.
pub async fn reports(
    desk: &Desk,
    session: &CustomerSession,
    before: Option<ReportId>,
) -> Result<Vec<CustomerReport>, StoreError> {
    let before = before.unwrap_or(ReportId(i64::MAX));
    let (directory, customer) = (&session.directory, &session.customer_id);
    let mut tx = desk.db.read().await?;
    let reports = tx.reports_of_customer(directory, customer, before, PAGE).await?;
    Ok(reports.iter().filter_map(CustomerReport::of).collect())
}

/// One report of a customer with its messages; nothing when it is somebody else's.
pub async fn report(
    desk: &Desk,
    session: &CustomerSession,
    id: ReportId,
) -> Result<Option<(CustomerReport, Vec<CustomerMessage>)>, StoreError> {
    let mut tx = desk.db.read().await?;
    let Some(report) = tx.report(id).await?.filter(|report| is_theirs(report, session)) else {
        return Ok(None);
    };
    let Some(mut shown) = CustomerReport::of(&report) else { return Ok(None) };
    let messages = tx.messages(id, MESSAGES).await?;
    drop(tx);
    shown.suspended = view::of(desk, &report).await?.suspension.state == "suspended";
    let messages = messages.into_iter().map(|message| CustomerMessage {
        at: from_millis(message.at),
        from_customer: message.from_customer,
        text: message.body,
    });
    Ok(Some((shown, messages.collect())))
}

fn is_theirs(report: &Report, session: &CustomerSession) -> bool {
    report.subject.as_ref().is_some_and(|subject| {
        subject.service.directory == session.directory && subject.customer_id == session.customer_id
    })
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such report of theirs.
    #[error("there is no such report")]
    NotTheirs,
    /// Whoever looks as the customer may only read.
    #[error("whoever looks as a customer may read and do nothing else")]
    Masquerading,
    /// The report did not take it.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// The customer answers a report.
pub async fn answer(
    desk: &Desk,
    session: &CustomerSession,
    id: ReportId,
    text: String,
) -> Result<(), AnswerError> {
    if session.masquerading {
        return Err(AnswerError::Masquerading);
    }
    let report = desk.db.read().await.map_err(ActError::from)?.report(id).await;
    let report = report.map_err(ActError::from)?;
    if !report.is_some_and(|report| is_theirs(&report, session)) {
        return Err(AnswerError::NotTheirs);
    }
    act(desk, id, &Actor::Customer, Act::CustomerAnswer(text)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_customer_area() {
        assert_eq!(below_client(Some("/client/reports/92")), "/client/reports/92");
        for odd in [
            None,
            Some(""),
            Some("//evil.example.com"),
            Some("https://evil.example.com"),
            Some("/client//evil.example.com"),
            Some("/client/../admin"),
            Some("/clients"),
            Some("/client/reports?x=1\r\nset-cookie: a=b"),
        ] {
            assert_eq!(below_client(odd), "/client", "{odd:?}");
        }
    }
}
