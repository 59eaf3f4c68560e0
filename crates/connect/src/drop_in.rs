//! Trying the way to a drop-in endpoint as scripts take it: through the web server that stands before it.

use bytes::Bytes;
use portreeve_app::directory::Check;
use portreeve_core::time::Span;
use portreeve_i18n::reason::in_english;
use serde::Deserialize;

use crate::outbound::call::Call;
use crate::outbound::{Answered, BadUrl, Endpoint, Outcome};

/// Where the endpoint is below the address of the billing system.
const PATH: &str = "/modules/addons/abusemanagerpro/includes/api.php";

/// Time limit of a call.
const PATIENCE: Span = Span::from_secs(15);

/// Bytes of an answer that are read.
const LARGEST: usize = 64 * 1024;

/// An action that there is not: whoever may call gets an error, and nothing is created.
const NO_ACTION: &str = "action=check";

/// What the endpoint answers.
#[derive(Deserialize)]
struct Said {
    error_code: String,
}

/// Tries the endpoint at `address` (with or without its path) with an identifier. Creates nothing.
pub async fn check(address: &str, identifier: &str) -> Result<Vec<Check>, BadUrl> {
    let base = address.trim().trim_end_matches('/');
    let base = base.strip_suffix(PATH).unwrap_or(base);
    let endpoint = Endpoint::parse(&format!("{base}{PATH}"))?;
    let as_scripts_do = code(&endpoint, "API_ID", identifier).await;
    let mut checks = vec![Check {
        what: "the desk answers at this address".to_owned(),
        good: as_scripts_do.is_ok(),
        detail: as_scripts_do.as_ref().err().cloned().unwrap_or_default(),
    }];
    let Ok(code_of_scripts) = as_scripts_do else { return Ok(checks) };
    let with_a_hyphen = match code_of_scripts.as_str() {
        "AMP001" => code(&endpoint, "API-ID", identifier).await.unwrap_or_default(),
        _ => String::new(),
    };
    let (good, detail) = judge(&code_of_scripts, &with_a_hyphen);
    let what = "the header API_ID arrives and is known".to_owned();
    checks.push(Check { what, good, detail: detail.to_owned() });
    Ok(checks)
}

fn judge(as_scripts_do: &str, with_a_hyphen: &str) -> (bool, &'static str) {
    match (as_scripts_do, with_a_hyphen) {
        ("AMP002", _) => (true, ""),
        ("AMP001", "AMP002") => (
            false,
            "the proxy in front of the desk drops headers with an underscore: nginx needs \
             `underscores_in_headers on;` in http, or in the default server of this address",
        ),
        ("AMP001", _) => (false, "the desk does not know this API ID, or it is revoked"),
        ("AMP104", _) => (false, "too many calls at the moment; try again in a minute"),
        _ => (false, "unexpected answer of the endpoint"),
    }
}

/// The code that a call is answered with.
async fn code(endpoint: &Endpoint, header: &str, identifier: &str) -> Result<String, String> {
    let call = Call {
        endpoint,
        allow_private: true,
        timeout: PATIENCE,
        largest: LARGEST,
        headers: &[("content-type", "application/x-www-form-urlencoded"), (header, identifier)],
        body: Bytes::from_static(NO_ACTION.as_bytes()),
    };
    match call.make().await {
        Outcome::NotSent(why) | Outcome::NoAnswer(why) => Err(in_english(&why)),
        Outcome::Answered(answered) => read(&answered),
    }
}

fn read(answered: &Answered) -> Result<String, String> {
    let said: Result<Said, _> = serde_json::from_slice(&answered.body);
    said.map(|said| said.error_code).map_err(|_| {
        format!(
            "{}: that is not the desk; does the web server hand …/modules/addons/abusemanagerpro/ to it?",
            if answered.location.is_some() { in_english(&answered.found()) } else { format!("status {}", answered.status) }
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_was_dropped_is_told_from_one_that_is_wrong() {
        assert!(judge("AMP002", "").0);
        assert!(judge("AMP001", "AMP002").1.contains("underscores_in_headers"));
        assert!(judge("AMP001", "AMP001").1.contains("does not know"));
        assert!(!judge("AMP105", "").0);
    }
}
