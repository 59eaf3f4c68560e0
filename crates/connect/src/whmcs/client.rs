//! Calls of WHMCS's external API, one at a time for bulk work and one more for people who wait.

use std::net::IpAddr;

use bytes::Bytes;
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use portreeve_i18n::reason::in_english;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::decode::Head;
use crate::outbound::call::Call;
use crate::outbound::{Answered, BadUrl, Endpoint, Outcome};

/// Largest answer that is read: a page of 250 services has about half a megabyte.
const LARGEST: usize = 64 * 1024 * 1024;

/// The end of the API's address.
const API: &str = "/includes/api.php";

/// Pauses before a read is tried again.
const PAUSES: [Span; 2] = [Span::from_millis(300), Span::from_secs(2)];

/// Characters of an error's text that go on record.
const WORDS: usize = 300;

/// A WHMCS and how to call it.
#[derive(Clone)]
pub struct Access {
    /// Where its API is.
    pub endpoint: Endpoint,
    /// The identifier of an API credential.
    pub identifier: String,
    /// Its secret.
    pub secret: String,
    /// `$api_access_key`, where there is one.
    pub access_key: Option<String>,
    /// Time limit of a call.
    pub timeout: Span,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Access({:?})", self.endpoint)
    }
}

/// Where the API is, from the address of WHMCS with or without the end of the API's.
pub fn endpoint(address: &str) -> Result<Endpoint, BadUrl> {
    let base = address.trim().trim_end_matches('/');
    let base = base.strip_suffix(API).unwrap_or(base).trim_end_matches('/');
    Endpoint::parse(&format!("{base}{API}"))
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// It was not sent.
    NotSent(Finding),
    /// It was sent, and nothing or nothing of use came back. It may have had an effect.
    Unknown(Finding),
    /// WHMCS, or what stands before it, does not let us: what is missing, and where to set it.
    Denied(Finding),
    /// The role of the credential does not allow this action.
    NotPermitted(String),
    /// Something answered that is no WHMCS API.
    NotAnApi(Finding),
    /// WHMCS says no, in these words.
    Refused(String),
}

impl From<CallError> for Finding {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotSent(found)
            | CallError::Unknown(found)
            | CallError::Denied(found)
            | CallError::NotAnApi(found) => found,
            CallError::NotPermitted(action) => Self::NotPermitted { action },
            CallError::Refused(said) => Self::said(said),
        }
    }
}

/// For logs and for whoever sets the desk up.
impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = match self {
            Self::NotSent(_) => "WHMCS cannot be reached: ",
            Self::Unknown(_) => "WHMCS gave no answer: ",
            Self::Refused(_) => "WHMCS says: ",
            Self::Denied(_) | Self::NotPermitted(_) | Self::NotAnApi(_) => "",
        };
        write!(f, "{said}{}", in_english(&self.clone().into()))
    }
}

impl std::error::Error for CallError {}

impl CallError {
    /// Trying once more may help, and does no harm to a read.
    fn may_pass(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::Unknown(_))
    }
}

/// For whom a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Work in the background: one call at a time.
    Bulk,
    /// Somebody waits.
    Waiting,
}

/// A way to one WHMCS, shared by all who call it.
#[derive(Debug)]
pub struct Client {
    access: Access,
    bulk: Semaphore,
    waiting: Semaphore,
}

impl Client {
    /// A way that was not used yet.
    pub fn new(access: Access) -> Self {
        Self { access, bulk: Semaphore::new(1), waiting: Semaphore::new(1) }
    }

    /// The time limit of a call.
    pub fn timeout(&self) -> Span {
        self.access.timeout
    }

    /// Reads, with further tries in the background.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        slot: Slot,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, CallError> {
        let pauses: &[Span] = if slot == Slot::Bulk { &PAUSES } else { &[] };
        for pause in pauses {
            match self.call(slot, action, fields).await {
                Err(error) if error.may_pass() => {
                    tracing::info!(action, "retrying a read: {error}");
                    tokio::time::sleep(pause.to_std()).await;
                }
                result => return result.and_then(|body| parse(&body)),
            }
        }
        parse(&self.call(slot, action, fields).await?)
    }

    /// Changes something. Sent once.
    pub(super) async fn change(
        &self,
        slot: Slot,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<(), CallError> {
        self.call(slot, action, fields).await.map(drop)
    }

    /// Changes something and reads what came of it. Sent once: an answer that cannot be read says nothing of whether it
    /// was done.
    pub(super) async fn change_for<T: DeserializeOwned>(
        &self,
        slot: Slot,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, CallError> {
        let body = self.call(slot, action, fields).await?;
        parse(&body).map_err(|error| CallError::Unknown(error.into()))
    }

    /// The address of a page of WHMCS for people.
    pub(super) fn page(&self, path: &str) -> String {
        let api = self.access.endpoint.shown();
        format!("{}/{path}", api.strip_suffix(API).unwrap_or(&api))
    }

    /// The body of a success.
    async fn call(
        &self,
        slot: Slot,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<Vec<u8>, CallError> {
        let slots = if slot == Slot::Bulk { &self.bulk } else { &self.waiting };
        // Never closed.
        let _place = slots.acquire().await.ok();
        let call = Call {
            endpoint: &self.access.endpoint,
            allow_private: true,
            timeout: self.access.timeout,
            largest: LARGEST,
            headers: &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "application/json"),
            ],
            body: Bytes::from(self.body(action, fields)),
        };
        match call.make().await {
            Outcome::NotSent(why) => Err(CallError::NotSent(why)),
            Outcome::NoAnswer(why) => Err(CallError::Unknown(why)),
            Outcome::Answered(answered) => judge(action, answered),
        }
    }

    fn body(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("identifier", &self.access.identifier);
        body.append_pair("secret", &self.access.secret);
        if let Some(key) = &self.access.access_key {
            body.append_pair("accesskey", key);
        }
        body.append_pair("action", action).append_pair("responsetype", "json");
        body.extend_pairs(fields).finish()
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body)
        .map_err(|error| CallError::NotAnApi(Finding::Unreadable { said: error.to_string() }))
}

/// What an answer means. What is no answer of WHMCS may come after an action was carried out.
fn judge(action: &str, answered: Answered) -> Result<Vec<u8>, CallError> {
    if (300..400).contains(&answered.status) {
        return Err(CallError::NotAnApi(answered.found()));
    }
    if !answered.whole {
        return Err(CallError::Unknown(Finding::Cut { status: answered.status }));
    }
    let head: Head = match serde_json::from_slice(&answered.body) {
        Ok(head) => head,
        Err(_) => return Err(no_json(&answered)),
    };
    if !head.is_answer() {
        return Err(no_json(&answered));
    }
    if head.is_success() && answered.status == 200 {
        return Ok(answered.body);
    }
    Err(said_no(action, &one_line(&head.message, WORDS)))
}

/// A page, not an answer. Nothing of it is repeated but its title-like first words: it may hold anything.
fn no_json(answered: &Answered) -> CallError {
    match answered.status {
        404 => CallError::NotAnApi(Finding::NoApi),
        status @ (401 | 403 | 405) => CallError::NotAnApi(Finding::BehindWall { status }),
        status => CallError::Unknown(Finding::NoJson { status }),
    }
}

/// The texts that clients of WHMCS report.
fn said_no(action: &str, message: &str) -> CallError {
    let lower = message.to_lowercase();
    if let Some(ip) = lower.strip_prefix("invalid ip") {
        let address: Option<IpAddr> = ip.trim().parse().ok();
        let address = address.map(|ip| ip.to_string()).unwrap_or_default();
        return CallError::Denied(Finding::AddressRefused { address });
    }
    if lower == "ip banned" {
        return CallError::NotAnApi(Finding::Banned);
    }
    if lower == "authentication failed" || lower == "invalid or missing credentials" {
        return CallError::Denied(Finding::BadCredential { said: message.to_owned() });
    }
    if lower.starts_with("invalid permissions") {
        return CallError::NotPermitted(action.to_owned());
    }
    if lower.starts_with("invalid api action") || lower == "api function not found" {
        return CallError::NotAnApi(Finding::NoAction { action: action.to_owned() });
    }
    if lower == "an admin user is required" {
        return CallError::NotAnApi(Finding::PastApi);
    }
    CallError::Refused(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Answered {
        let body = body.as_bytes().to_vec();
        Answered { status, retry_after: None, location: None, body, whole: true }
    }

    #[test]
    fn the_address_may_have_the_end_of_the_api_or_not() {
        for address in [
            "https://billing.example.com/whmcs",
            "https://billing.example.com/whmcs/",
            "https://billing.example.com/whmcs/includes/api.php",
            " https://billing.example.com/whmcs/includes/api.php/ ",
        ] {
            let shown = endpoint(address).expect(address).shown();
            assert_eq!(shown, "https://billing.example.com/whmcs/includes/api.php");
        }
        assert!(endpoint("billing.example.com").is_err());
    }

    #[test]
    fn errors_have_the_kinds_that_tell_what_to_do() {
        let judged = |status, message: &str| {
            let body = serde_json::json!({ "result": "error", "message": message }).to_string();
            judge("ModuleSuspend", answered(status, &body)).expect_err(message)
        };
        let address = "203.0.113.9".to_owned();
        let refused = CallError::Denied(Finding::AddressRefused { address });
        assert_eq!(judged(403, "Invalid IP 203.0.113.9"), refused);
        assert!(refused.to_string().contains("API IP Access Restriction"), "{refused}");
        for message in ["Authentication Failed", "Invalid or missing credentials"] {
            let said = message.to_owned();
            assert_eq!(judged(403, message), CallError::Denied(Finding::BadCredential { said }));
        }
        let denied =
            judged(403, "Invalid Permissions: API action \"modulesuspend\" is not allowed");
        assert_eq!(denied, CallError::NotPermitted("ModuleSuspend".to_owned()));
        let doubled = judged(200, "An admin user is required");
        assert_eq!(doubled, CallError::NotAnApi(Finding::PastApi));
        let refused = CallError::Refused("Service ID not found".to_owned());
        assert_eq!(judged(200, "Service ID not found"), refused);
    }

    #[test]
    fn what_is_no_answer_of_whmcs_may_have_had_an_effect() {
        for (status, body) in [(200, "<html>Oops</html>"), (500, "<html>"), (502, ""), (200, "{}")]
        {
            let error = judge("ModuleSuspend", answered(status, body)).expect_err(body);
            assert!(matches!(error, CallError::Unknown(_)), "{status} {body}: {error:?}");
        }
        let cut = Answered { whole: false, ..answered(200, r#"{"result":"success"}"#) };
        assert!(matches!(judge("x", cut), Err(CallError::Unknown(_))));
        for status in [301, 404, 403] {
            let error = judge("x", answered(status, "<html>")).expect_err("no answer");
            assert!(matches!(error, CallError::NotAnApi(_)), "{status}: {error:?}");
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let access = Access {
            endpoint: endpoint("https://billing.example.com").expect("good"),
            identifier: "id-of-us".into(),
            secret: "hunter2".into(),
            access_key: Some("hunter3".into()),
            timeout: Span::from_secs(30),
        };
        let shown = format!("{:?}", Client::new(access));
        assert!(!shown.contains("hunter") && !shown.contains("id-of-us"), "{shown}");
    }
}
