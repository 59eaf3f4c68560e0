//! An enforcer that posts to an address of the host: the webhook of contract 6.
//!
//! What the status means: 200 done, 208 was already so, 409 and 422 refused, 429 and 503 try later, anything
//! else failed. A call that was never sent had no effect and is tried later; one without an answer may have
//! had one, so that its answer is lost and will be looked for.

use async_trait::async_trait;
use portreeve_app::enforce::{Enforcer, PanelOrder, Target};
use portreeve_core::enforcement::{Answer, Observed};
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use serde::Deserialize;

use super::told;
use crate::outbound::{Answered, Outcome, Poster};

/// Characters of a reason that go on record.
const WORDS: usize = 300;

/// An address as an enforcer.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The way to it.
    pub poster: Poster,
    /// Whether it can be asked what state a service is in.
    pub observe: bool,
}

/// What comes back for `observe`. Further fields are for the receiver's own use.
#[derive(Deserialize)]
struct Shown {
    state: String,
    #[serde(default)]
    reason: Option<String>,
}

/// What an answer to an order may say in words.
#[derive(Deserialize)]
struct Said {
    reason: String,
}

#[async_trait]
impl Enforcer for Webhook {
    fn can_look(&self) -> bool {
        self.observe
    }

    fn patience(&self) -> Span {
        self.poster.timeout
    }

    async fn observe(&self, target: &Target) -> Observed {
        let id = format!("look_{:032x}", rand::random::<u128>());
        let body = told("observe", target, None).to_string();
        match self.poster.post(&id, &body).await {
            Outcome::Answered(answered) => read_state(&answered),
            Outcome::NotSent(detail) | Outcome::NoAnswer(detail) => Observed::unknown(detail),
        }
    }

    async fn send(&self, order: &PanelOrder) -> Answer {
        let body = told(order.action.as_str(), &order.target, Some(order)).to_string();
        match self.poster.post(&message_id(order), &body).await {
            Outcome::NotSent(why) => Answer::Later(why),
            Outcome::NoAnswer(why) => {
                tracing::warn!(order.id = order.id.0, "an order got no answer: {why:?}");
                Answer::Lost
            }
            Outcome::Answered(answered) => match answered.status {
                200 => Answer::Done,
                208 => Answer::WasSo,
                409 | 422 => Answer::Refused(words(&answered)),
                429 | 503 => Answer::Later(words(&answered)),
                _ => Answer::Failed(answered.found()),
            },
        }
    }
}

/// The same for every sending of one order, and not that of an order of another desk which speaks to the
/// same receiver.
fn message_id(order: &PanelOrder) -> String {
    format!("order_{}_{}", order.id.0, order.first_sent_at.as_millisecond())
}

fn read_state(answered: &Answered) -> Observed {
    if answered.status != 200 || !answered.whole {
        return Observed::unknown(answered.found());
    }
    let Ok(shown) = serde_json::from_slice::<Shown>(&answered.body) else {
        return Observed::unknown(Finding::OddState { state: answered.said() });
    };
    let reason = one_line(&shown.reason.unwrap_or_default(), WORDS);
    match shown.state.as_str() {
        "active" => Observed::Active,
        "suspended" => Observed::Suspended { reason: (!reason.is_empty()).then_some(reason) },
        "unknown" if reason.is_empty() => Observed::unknown(Finding::Unsure),
        "unknown" => Observed::unknown(Finding::said(reason)),
        other => Observed::unknown(Finding::OddState { state: one_line(other, 50) }),
    }
}

/// Why, in the receiver's words: the `reason` of a JSON object, else the first line.
fn words(answered: &Answered) -> Finding {
    let said = serde_json::from_slice::<Said>(&answered.body).map(|said| said.reason);
    match said.map(|reason| one_line(&reason, WORDS)) {
        Ok(said) if !said.is_empty() => Finding::Status { status: answered.status, said },
        _ => answered.found(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Answered {
        Answered {
            status,
            retry_after: None,
            location: None,
            body: body.as_bytes().to_vec(),
            whole: true,
        }
    }

    #[test]
    fn a_state_is_read_from_json_and_nothing_else() {
        let state = |body| read_state(&answered(200, body));
        assert_eq!(state(r#"{"state":"active","reason":null}"#), Observed::Active);
        assert_eq!(state(r#"{"state":"suspended"}"#), Observed::Suspended { reason: None });
        let overdue = Observed::Suspended { reason: Some("Overdue on Payment".into()) };
        assert_eq!(state(r#"{"state":"suspended","reason":"Overdue\non Payment"}"#), overdue);
        for odd in [
            r#"{"state":"unknown"}"#,
            r#"{"state":"Active"}"#,
            r#"{"state":1}"#,
            r#"{"state":"active","reason":7}"#,
            r#"{"status":"active"}"#,
            "active",
            "",
        ] {
            assert!(matches!(state(odd), Observed::Unknown { .. }), "{odd}");
        }
        let cut = Answered { whole: false, ..answered(200, r#"{"state":"active"}"#) };
        assert!(matches!(read_state(&cut), Observed::Unknown { .. }));
        let failed = read_state(&answered(500, r#"{"state":"active"}"#));
        assert!(matches!(failed, Observed::Unknown { .. }));
    }

    #[test]
    fn a_refusal_says_why_in_the_receivers_words() {
        let said = |status, said: &str| Finding::Status { status, said: said.to_owned() };
        assert_eq!(words(&answered(409, r#"{"reason":"no module"}"#)), said(409, "no module"));
        assert_eq!(words(&answered(422, "gone\nfor good")), said(422, "gone"));
        assert_eq!(words(&answered(409, "")), said(409, ""));
    }
}
