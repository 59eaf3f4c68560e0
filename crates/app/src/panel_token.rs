//! Tokens by which a panel's addon vouches for somebody who is logged in there (`docs/bridge.md`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portreeve_core::text::storable_json;
use portreeve_core::time::Timestamp;
use portreeve_store::{StoreError, Tx};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::desk::Desk;

/// Longest life of a token, in seconds, and how far the clocks may be apart.
const LIFE: i64 = 60;
const SKEW: i64 = 30;

/// Longest token.
const LONGEST: usize = 8 * 1024;

/// Why somebody was not signed in by a token.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The token is not from a panel of ours, is for somebody else, or too old.
    #[error("the link from the panel is not good: {0}")]
    Bad(&'static str),
    /// It was used before.
    #[error("the link from the panel was used before")]
    Used,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What every token says.
#[derive(Debug, Deserialize)]
struct Envelope {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// A token that a panel signed for this desk and that is not too old. It has to be [used up](Self::use_up) before it counts.
#[derive(Debug)]
pub(crate) struct PanelToken<T> {
    /// The directory of the panel.
    pub(crate) directory: String,
    /// What it says of somebody.
    pub(crate) claims: T,
    id: String,
    until: i64,
}

impl<T: DeserializeOwned> PanelToken<T> {
    /// Reads a token whose signature begins with `purpose`: one that was made for another purpose is not good.
    pub(crate) fn read(
        desk: &Desk,
        purpose: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Self, SignOnError> {
        let bad = SignOnError::Bad;
        if token.len() > LONGEST {
            return Err(bad("it is too long"));
        }
        let (payload, signature) = token.split_once('.').ok_or(bad("it is not whole"))?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let signature = decode(signature).ok_or(bad("it is not whole"))?;
        let mut bytes = decode(payload).ok_or(bad("it is not whole"))?;
        storable_json(&mut bytes);
        let envelope: Envelope =
            serde_json::from_slice(&bytes).map_err(|_| bad("it is not whole"))?;
        // The issuer is read before the signature is known to be good, because it says whose secret counts.
        let bridge =
            desk.bridge(&envelope.iss).ok_or(bad("it is from a panel that is not known"))?;
        if !bridge.secrets.verify_text(&format!("{purpose}{payload}"), &signature) {
            return Err(bad("its signature does not fit"));
        }
        if !is_current(envelope.iat, envelope.exp, now.as_second()) {
            return Err(bad("it is too old; go back and try again"));
        }
        if desk.config.public_url.as_ref().is_some_and(|url| *url != envelope.aud) {
            return Err(bad("it is for another desk"));
        }
        let claims = serde_json::from_slice(&bytes).map_err(|_| bad("it is not whole"))?;
        if !(16..=128).contains(&envelope.jti.len()) {
            return Err(bad("it is not whole"));
        }
        let until = envelope.exp.saturating_add(SKEW).saturating_mul(1_000);
        Ok(Self { directory: envelope.iss, claims, id: envelope.jti, until })
    }
}

impl<T> PanelToken<T> {
    /// Uses it up: it counts once.
    pub(crate) async fn use_up(&self, tx: &mut Tx) -> Result<(), SignOnError> {
        if tx.use_sign_on_token(&self.directory, &self.id, self.until).await? {
            Ok(())
        } else {
            Err(SignOnError::Used)
        }
    }
}

/// Whether a token that says when it was made and when it ends (Unix seconds) is good at `now`. Any number may stand there.
fn is_current(iat: i64, exp: i64, now: i64) -> bool {
    let has_begun = iat <= now.saturating_add(SKEW);
    let has_not_ended = exp > now.saturating_sub(SKEW);
    has_begun && has_not_ended && exp.saturating_sub(iat) <= LIFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_a_minute_whatever_numbers_stand_in_it() {
        let now = 1_700_000_000;
        for (iat, exp, good) in [
            (now, now + LIFE, true),
            (now - LIFE, now, true),
            (now - SKEW - LIFE, now - SKEW, false),
            (now + SKEW, now + SKEW + LIFE, true),
            (now + SKEW + 1, now + SKEW + LIFE, false),
            (now, now + LIFE + 1, false),
            (i64::MIN, now + LIFE, false),
            (i64::MIN, i64::MAX, false),
            (now, i64::MAX, false),
            (i64::MAX, i64::MIN, false),
            (i64::MAX, i64::MAX, false),
            (-1, i64::MAX, false),
        ] {
            assert_eq!(is_current(iat, exp, now), good, "{iat} to {exp}");
        }
        assert!(!is_current(i64::MIN, i64::MIN, i64::MIN));
    }
}
