//! Whether a mail is from whom it says, as far as its signatures tell: DKIM (RFC 6376), the policy of DMARC for them
//! (RFC 9989), and ARC (RFC 8617) for mails that the operator's own servers passed on. The keys are in the DNS.
//!
//! SPF asks which server a mail comes from. The desk never sees that server: only whoever took the mail from outside can
//! judge it, and says so in `Authentication-Results`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mail_auth::common::verify::VerifySignature;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::{AuthenticatedMessage, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput};
use portreeve_app::intake::trust::{
    self, Checked, MOST_SIGNATURES, MOST_SIGNED_FIELDS, SenderCheck,
};
use tokio::runtime::Handle;

/// How long checking a mail may take. What is not known by then is not known.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long one question to one server may take.
const ANSWER: Duration = Duration::from_millis(1_500);

/// How long the DNS is left alone after it did not answer for several mails in a row, so that reading goes on.
const PAUSE: Duration = Duration::from_secs(30);

/// Mails of so many domains: of one alone, whoever has it may have seen to that.
const SILENT: usize = 5;

/// Longest header that is checked, in bytes. Work on it grows with the number of its signatures.
const LONGEST_HEADER: usize = 256 * 1024;

/// Fields of a header that is checked.
const MOST_FIELDS: usize = 1_000;

/// Servers that passed a mail on one after the other and sealed that (ARC). Each is a question to the DNS.
const MOST_SEALS: usize = 5;

/// Largest answer of the DNS that is kept, in entries.
const CACHE: u64 = 1_024;

/// Checks by the keys in the DNS.
pub struct Dns {
    authenticator: MessageAuthenticator,
    silence: Mutex<Silence>,
}

/// For which domains in a row the DNS did not answer, and when last.
#[derive(Debug, Default)]
struct Silence {
    domains: BTreeSet<String>,
    last: Option<Instant>,
}

impl Silence {
    fn pauses(&self) -> bool {
        self.domains.len() >= SILENT && self.last.is_some_and(|last| last.elapsed() < PAUSE)
    }

    /// What came of a question. Whether it is silent from now on.
    fn heard(&mut self, answer: &Heard) -> bool {
        match answer {
            Heard::Nothing => false,
            Heard::Answer => {
                *self = Self::default();
                false
            }
            Heard::Silence(domain) => {
                self.last = Some(Instant::now());
                let is_new = self.domains.len() < SILENT && self.domains.insert(domain.clone());
                is_new && self.domains.len() == SILENT
            }
        }
    }
}

/// How the DNS behaved for a mail.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// It was not asked.
    Nothing,
    /// It answered.
    Answer,
    /// It did not for this domain; empty: it is not known for which of several.
    Silence(String),
}

/// The domain that somebody registered, so that names below it count once.
fn registered_of(domain: &str) -> String {
    trust::registered(domain).unwrap_or(domain).to_ascii_lowercase()
}

impl std::fmt::Debug for Dns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dns")
    }
}

impl Dns {
    /// By these resolvers, or those of the system where none are named.
    pub fn new(resolvers: &[SocketAddr]) -> Result<Self, String> {
        let (config, mut options) = if resolvers.is_empty() {
            read_system_conf().map_err(|error| error.to_string())?
        } else {
            let servers = resolvers.iter().map(|address| {
                let on_port = |mut one: ConnectionConfig| {
                    one.port = address.port();
                    one
                };
                let connections =
                    [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(on_port).to_vec();
                NameServerConfig::new(address.ip(), true, connections)
            });
            (ResolverConfig::from_name_servers(servers.collect()), ResolverOpts::default())
        };
        options.timeout = ANSWER;
        options.attempts = 1;
        options.cache_size = CACHE;
        let authenticator =
            MessageAuthenticator::new(config, options).map_err(|error| error.to_string())?;
        Ok(Self { authenticator, silence: Mutex::default() })
    }

    fn silence(&self) -> std::sync::MutexGuard<'_, Silence> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header of a mail is small enough to be checked.
fn is_checked(raw: &[u8]) -> bool {
    let head = &raw[..raw.len().min(LONGEST_HEADER + 1)];
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let mut length = 0;
    let mut fields = 0;
    let ends = lines.any(|line| {
        length += line.len();
        fields += usize::from(!line.starts_with(b" ") && !line.starts_with(b"\t"));
        matches!(line, b"\n" | b"\r\n")
    });
    (ends || raw.len() <= LONGEST_HEADER) && length <= LONGEST_HEADER && fields <= MOST_FIELDS
}

/// Checks a mail that came with bare line feeds as it was sent.
fn with_line_ends(raw: Vec<u8>) -> Vec<u8> {
    let is_bare = |at: usize| raw[at] == b'\n' && (at == 0 || raw[at - 1] != b'\r');
    if !(0..raw.len()).any(is_bare) {
        return raw;
    }
    let mut whole = Vec::with_capacity(raw.len() + raw.len() / 32);
    for (at, byte) in raw.iter().enumerate() {
        if is_bare(at) {
            whole.push(b'\r');
        }
        whole.push(*byte);
    }
    whole
}

/// Reads what is checked of a mail.
fn parsed(raw: &[u8]) -> Option<AuthenticatedMessage<'_>> {
    // Signatures over a part of the body count as broken (`strict`).
    let mut message = AuthenticatedMessage::parse_with_opts(raw, None, true)?;
    message.dkim_headers.retain(|signature| signature.header.h.len() <= MOST_SIGNED_FIELDS);
    message.dkim_headers.truncate(MOST_SIGNATURES);
    Some(message)
}

async fn check(
    authenticator: &MessageAuthenticator,
    message: &AuthenticatedMessage<'_>,
    with_seals: bool,
) -> (Checked, Heard) {
    let mut checked = Checked::default();
    let mut heard = Heard::Nothing;
    let signatures = authenticator.verify_dkim(message).await;
    for one in &signatures {
        match (one.result(), one.signature()) {
            (DkimResult::Pass, Some(signature)) => {
                checked
                    .passed
                    .push((signature.domain().to_lowercase(), signature.s.to_lowercase()));
            }
            (DkimResult::TempError(_), signature) => {
                checked.dns_failed = true;
                let domain = signature.map_or("", |signature| signature.domain());
                heard = Heard::Silence(registered_of(domain));
            }
            _ => {}
        }
    }
    if !checked.passed.is_empty() || (!checked.dns_failed && !signatures.is_empty()) {
        heard = Heard::Answer;
    }
    if !checked.passed.is_empty() {
        let nothing = SpfOutput::default();
        let parameters = DmarcParameters {
            message,
            dkim_output: &signatures,
            dkim2_output: None,
            rfc5321_mail_from_domain: "",
            spf_output: &nothing,
        };
        let dmarc = authenticator.verify_dmarc(mail_auth::Parameters::new(parameters)).await;
        match dmarc.dkim_result() {
            DmarcResult::TempError(_) => checked.dns_failed = true,
            result if dmarc.dmarc_record().is_some() => {
                checked.policy = Some(*result == DmarcResult::Pass);
            }
            _ => {}
        }
    }
    if with_seals && (1..=MOST_SEALS).contains(&message.as_headers.len()) {
        let chain = authenticator.verify_arc(message).await;
        match chain.result() {
            DkimResult::Pass => {
                let last = message.as_headers.iter().max_by_key(|seal| seal.header.i);
                let said = message.aar_headers.iter().max_by_key(|results| results.header.i);
                if let (Some(seal), Some(said)) = (last, said) {
                    let results = String::from_utf8_lossy(said.value).into_owned();
                    checked.sealed = Some((seal.header.d.to_lowercase(), results));
                }
            }
            DkimResult::TempError(_) => checked.dns_failed = true,
            _ => {}
        }
    }
    (checked, heard)
}

#[async_trait]
impl SenderCheck for Dns {
    async fn check(&self, raw: Vec<u8>, with_seals: bool) -> Checked {
        let silent = Checked { dns_failed: true, ..Checked::default() };
        if !is_checked(&raw) {
            return Checked::default();
        }
        if self.silence().pauses() {
            return silent;
        }
        let authenticator = self.authenticator.clone();
        let runtime = Handle::current();
        // Hashes and signatures of strangers: not on the threads that answer callers.
        let work = tokio::task::spawn_blocking(move || {
            let raw = with_line_ends(raw);
            let Some(message) = parsed(&raw) else { return (Checked::default(), Heard::Nothing) };
            let domain = match &message.dkim_headers[..] {
                [one] => registered_of(&one.header.d),
                _ => String::new(),
            };
            let check = check(&authenticator, &message, with_seals);
            let checked = runtime.block_on(async { tokio::time::timeout(PATIENCE, check).await });
            checked.unwrap_or((silent, Heard::Silence(domain)))
        });
        let (checked, heard) = match work.await {
            Ok(checked) => checked,
            Err(error) => {
                tracing::error!("the signatures of a mail could not be checked: {error}");
                return Checked::default();
            }
        };
        if self.silence().heard(&heard) {
            tracing::warn!("the DNS does not answer: signatures of mails are not checked");
        }
        checked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_does_not_answer_stops_no_others_from_being_checked() {
        let silent = |domain: &str| Heard::Silence(registered_of(domain));
        let mut silence = Silence::default();
        for n in 0..50 {
            assert!(!silence.heard(&silent(&format!("mail{n}.tarpit.example"))));
        }
        assert!(!silence.pauses(), "one domain may be meant to be silent");
        for n in 1..SILENT - 1 {
            assert!(!silence.heard(&silent(&format!("tarpit{n}.example"))));
        }
        assert!(!silence.heard(&Heard::Nothing) && !silence.pauses());
        assert!(silence.heard(&silent("another.example")) && silence.pauses());
        assert!(!silence.heard(&silent("one-more.example")), "it is said once");
        assert!(!silence.heard(&Heard::Answer) && !silence.pauses());
    }
}
