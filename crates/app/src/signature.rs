//! Signatures after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Reads a secret with or without the padding at its end, as the receivers' libraries do.
const SECRET: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a secret begins with when it is written down.
const PREFIX: &str = "whsec_";

/// Fewest and most bytes of a secret. The specification recommends 24 to 64.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=512;

/// How far the clocks of two sides may be apart, in seconds.
const TOLERANCE: u64 = 5 * 60;

/// Longest id of a message.
const LONGEST_ID: usize = 255;

/// Secrets that count at a time, while one takes the place of another.
const MOST: usize = 5;

/// The secrets that a receiver may check a signature with; more than one while they are exchanged. Never
/// shown.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// A text that is no secret. Does not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    /// There is none.
    #[error("is missing; make one with `echo whsec_$(openssl rand -base64 32)`")]
    Missing,
    /// It cannot be decoded.
    #[error(
        "must be whsec_ followed by base64; make one with `echo whsec_$(openssl rand -base64 32)`"
    )]
    NotBase64,
    /// It can be guessed, or is no secret.
    #[error(
        "must have 16 to 512 bytes behind its base64, better 32; make one with \
         `echo whsec_$(openssl rand -base64 32)`"
    )]
    Length,
    /// Too many.
    #[error("has more than {MOST} secrets; two are enough to exchange one for another")]
    TooMany,
}

impl Secrets {
    /// Reads one secret, or several separated by white space. Each is base64, with or without `whsec_` in
    /// front: what the receivers' libraries make of the same text.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let secrets: Vec<Vec<u8>> =
            text.split_whitespace().map(one).collect::<Result<_, BadSecret>>()?;
        match secrets.len() {
            0 => Err(BadSecret::Missing),
            1..=MOST => Ok(Self(secrets)),
            _ => Err(BadSecret::TooMany),
        }
    }

    /// The value of `webhook-signature`: one signature a secret, separated by spaces.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let prefix = format!("{id}.{timestamp}.");
        let sign =
            |mac: Hmac<Sha256>| format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.over(&[prefix.as_bytes(), body]).map(sign).collect::<Vec<_>>().join(" ")
    }

    /// Whether a call is from somebody who has one of the secrets, and was made within five minutes of
    /// `now` (Unix seconds). Compares in constant time.
    pub fn verify(&self, signed: &Signed<'_>, body: &[u8], now: i64) -> Result<(), BadSignature> {
        let timestamp: i64 = signed.timestamp.parse().map_err(|_| BadSignature::Incomplete)?;
        if signed.id.is_empty() || signed.id.len() > LONGEST_ID || signed.signatures.is_empty() {
            return Err(BadSignature::Incomplete);
        }
        if timestamp.abs_diff(now) > TOLERANCE {
            return Err(BadSignature::Timestamp);
        }
        let prefix = format!("{}.{timestamp}.", signed.id);
        let given: Vec<Vec<u8>> = signed
            .signatures
            .split_whitespace()
            .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
            .take(MOST)
            .collect();
        let fits = self
            .over(&[prefix.as_bytes(), body])
            .any(|mac| given.iter().any(|given| mac.clone().verify_slice(given).is_ok()));
        if fits { Ok(()) } else { Err(BadSignature::Signature) }
    }

    /// Whether `signature` is the HMAC of a text by one of the secrets. Compares in constant time.
    pub fn verify_text(&self, text: &str, signature: &[u8]) -> bool {
        self.over(&[text.as_bytes()]).any(|mac| mac.verify_slice(signature).is_ok())
    }

    /// The HMAC of these parts by each secret. It takes keys of any length, so that none is left out.
    fn over<'a>(&'a self, parts: &'a [&[u8]]) -> impl Iterator<Item = Hmac<Sha256>> + 'a {
        self.0.iter().filter_map(move |secret| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            for part in parts {
                mac.update(part);
            }
            Some(mac)
        })
    }
}

/// What stands in the headers of a signed call.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`
    pub timestamp: &'a str,
    /// `webhook-signature`
    pub signatures: &'a str,
}

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// A header is missing or cannot be read.
    #[error("webhook-id, webhook-timestamp or webhook-signature is missing or cannot be read")]
    Incomplete,
    /// The clocks differ, or the call is an old one.
    #[error("the timestamp is more than five minutes off; compare the clocks")]
    Timestamp,
    /// Nobody who has the secret signed this.
    #[error("the signature does not fit; both sides need the same secret")]
    Signature,
}

fn one(text: &str) -> Result<Vec<u8>, BadSecret> {
    let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
    let secret = SECRET.decode(encoded).map_err(|_| BadSecret::NotBase64)?;
    if LENGTHS.contains(&secret.len()) { Ok(secret) } else { Err(BadSecret::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the specification's own libraries are tested with.
    const WRITTEN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_published_vector_comes_out() {
        let secrets = Secrets::parse(WRITTEN).expect("good");
        assert_eq!(secrets.sign(ID, TIMESTAMP, BODY), SIGNATURE);
        let bare = Secrets::parse(WRITTEN.trim_start_matches(PREFIX)).expect("good");
        assert_eq!(bare.sign(ID, TIMESTAMP, BODY), SIGNATURE);
        let padded = Secrets::parse("whsec_c2l4dGVlbiBieXRlcyEhIQ==").expect("good");
        let not = Secrets::parse("whsec_c2l4dGVlbiBieXRlcyEhIQ").expect("good");
        assert_eq!(padded.sign(ID, 1, BODY), not.sign(ID, 1, BODY));
    }

    #[test]
    fn a_call_is_believed_that_is_signed_with_one_of_the_secrets_and_fresh() {
        let secrets = Secrets::parse(WRITTEN).expect("good");
        let timestamp = TIMESTAMP.to_string();
        let signed = Signed { id: ID, timestamp: &timestamp, signatures: SIGNATURE };
        for apart in [-300, 0, 300] {
            assert_eq!(secrets.verify(&signed, BODY, TIMESTAMP + apart), Ok(()));
        }
        for apart in [-301, 301] {
            let late = secrets.verify(&signed, BODY, TIMESTAMP + apart);
            assert_eq!(late, Err(BadSignature::Timestamp));
        }
        let refused = Err(BadSignature::Signature);
        assert_eq!(secrets.verify(&signed, b"{}", TIMESTAMP), refused);
        assert_eq!(secrets.verify(&Signed { id: "msg_2", ..signed }, BODY, TIMESTAMP), refused);
        let other = Secrets::parse("whsec_c2l4dGVlbiBieXRlcyEhIQ==").expect("good");
        assert_eq!(other.verify(&signed, BODY, TIMESTAMP), refused);
        let both = Secrets::parse(&format!("whsec_c2l4dGVlbiBieXRlcyEhIQ== {WRITTEN}"));
        assert_eq!(both.expect("good").verify(&signed, BODY, TIMESTAMP), Ok(()));
        let several = format!("v1a,xx v1,AAAA {SIGNATURE}");
        let signed_twice = Signed { signatures: &several, ..signed };
        assert_eq!(secrets.verify(&signed_twice, BODY, TIMESTAMP), Ok(()));
        for incomplete in [
            Signed { id: "", ..signed },
            Signed { timestamp: "now", ..signed },
            Signed { signatures: "", ..signed },
        ] {
            let said = secrets.verify(&incomplete, BODY, TIMESTAMP);
            assert_eq!(said, Err(BadSignature::Incomplete));
        }
    }

    #[test]
    fn while_secrets_are_exchanged_each_signs() {
        let both = format!("whsec_{}\n{WRITTEN}\n", STANDARD.encode([7; 32]));
        let signed = Secrets::parse(&both).expect("good").sign(ID, TIMESTAMP, BODY);
        let (new, old) = signed.split_once(' ').expect("two");
        assert!(new.starts_with("v1,") && new != old);
        assert_eq!(old, SIGNATURE);
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_repeated() {
        let six = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"; 6].join(" ");
        for (text, error) in [
            ("", BadSecret::Missing),
            (" \n", BadSecret::Missing),
            ("not base64!", BadSecret::NotBase64),
            ("whsec_", BadSecret::Length),
            ("whsec_aGVsbG8=", BadSecret::Length),
            (&six, BadSecret::TooMany),
        ] {
            assert_eq!(Secrets::parse(text).err(), Some(error.clone()), "{text:?}");
            assert!(!error.to_string().contains("aGVsbG8="));
        }
        let shown = format!("{:?}", Secrets::parse(WRITTEN).expect("good"));
        assert!(!shown.contains("MfKQ"), "{shown}");
    }
}
