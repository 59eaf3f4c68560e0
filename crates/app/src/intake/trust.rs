//! How far the sender of a complaint is trusted. Never by what it says in `From` alone: what counts is a signature of the
//! domain in it (DKIM), the word of the operator's own mail server, or a token of the REST interface.
//!
//! The trusted lane needs more than that: a person gave the reporter that lane, the complaint is authenticated as
//! theirs, and nothing about it is odd.

use std::collections::BTreeSet;

use async_trait::async_trait;
use portreeve_core::intake::Lane;
use portreeve_core::text::{is_mail_address, with_ascii_domain};
use portreeve_core::time::Span;
use portreeve_formats::{Authentication, Said, SaidResult, authentication, authentication_results};
use portreeve_store::{MailRow, StoreError};

pub use portreeve_formats::{MOST_SIGNATURES, MOST_SIGNED_FIELDS};

use crate::desk::Desk;
use crate::digest::sha256_hex;

/// Signers, layouts, and recipients that are learned of one reporter without staff, and that are kept for staff.
const MOST_MARKS: usize = 8;

/// The same with those that staff accepted at any time.
const ALL_MARKS: i64 = 200;

/// How long a signature is known to have come. Copies of it that come later are of no use: incidents have become too old.
pub(crate) const SIGNATURES_KEPT: Span = Span::from_mins(365 * 24 * 60);

/// Types of parts that make the layout of a mail.
const MOST_TYPES: usize = 50;

/// What is known of who sent a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How far they are trusted.
    pub lane: Lane,
    /// The domain that authenticated it, and that it says it is from.
    pub domain: Option<String>,
    /// What was odd, as words in `snake_case`.
    pub flags: Vec<String>,
}

impl Judged {
    /// Whether this was odd.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.iter().any(|one| one == flag.code())
    }
}

/// What is odd about the authentication of a complaint. Each takes it out of the trusted lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Its signature was on another mail before: it may be a copy that somebody sends on.
    Replayed,
    /// Its signature covers a part of it only; anybody may have added the rest.
    PartlySigned,
    /// Its signature had ended when it came.
    Expired,
    /// The reporter signed with another key so far, or used another token.
    NewSigner,
    /// The reporter's mails looked different so far.
    NewLayout,
    /// The reporter wrote to another address so far: it may have been sent to somebody else, who sends it on.
    NewRecipient,
    /// The DNS did not answer, so that nothing is known.
    DnsFailed,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Replayed,
        Self::PartlySigned,
        Self::Expired,
        Self::NewSigner,
        Self::NewLayout,
        Self::NewRecipient,
        Self::DnsFailed,
    ];

    /// It as a word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::PartlySigned => "partly_signed",
            Self::Expired => "expired",
            Self::NewSigner => "new_signer",
            Self::NewLayout => "new_layout",
            Self::NewRecipient => "new_recipient",
            Self::DnsFailed => "dns_failed",
        }
    }
}

/// What the keys in the DNS say of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Who signed all of it: domain and selector, in lower case.
    pub passed: Vec<(String, String)>,
    /// Whether one of them signs for the domain in `From`, as that one's policy has it (DMARC); none: it has no policy.
    pub policy: Option<bool>,
    /// The last one that passed it on and sealed that (ARC), and what they found out about it.
    pub sealed: Option<(String, String)>,
    /// Something is not known, because the DNS did not answer.
    pub dns_failed: bool,
}

/// A way to the keys of those who sign mails.
#[async_trait]
pub trait SenderCheck: Send + Sync {
    /// Checks the signatures of a mail, and its seals where they are wanted. It takes a few seconds at the most.
    async fn check(&self, raw: Vec<u8>, with_seals: bool) -> Checked;
}

/// As what a mail is authenticated.
#[derive(Debug, Default, PartialEq, Eq)]
struct Authentic {
    /// The domain that it is from.
    domain: Option<String>,
    /// Who signed it, where that authenticated it.
    signer: Option<(String, String)>,
}

/// Whether two domains belong together: the same, or under the same registrable one (RFC 7489 §3.1).
fn are_aligned(a: &str, b: &str) -> bool {
    let organisation = |name| psl::domain_str(name);
    a == b || (organisation(a).is_some() && organisation(a) == organisation(b))
}

/// The domain that somebody has registered, of one that may be below it.
pub fn registered(domain: &str) -> Option<&str> {
    psl::domain_str(domain)
}

/// The domain of an address, as the network has it.
fn domain_of(address: &str) -> Option<String> {
    let address = with_ascii_domain(address);
    let (_, domain) = address.rsplit_once('@')?;
    Some(domain.to_ascii_lowercase())
}

fn ascii(domain: &str) -> String {
    domain_of(&format!("x@{domain}")).unwrap_or_default()
}

/// What an operator's server found out about a mail.
fn by_word(from: &str, head: &Authentication, said: &Said) -> Authentic {
    let signer = said.results.iter().find_map(|result| {
        let domain = signing_domain(result).filter(|domain| are_aligned(domain, from))?;
        let selector = result.property("header.s").map(str::to_lowercase);
        let mut of_theirs = head.signatures.iter().filter(|one| {
            ascii(&one.domain) == domain
                && selector.as_ref().is_none_or(|selector| *selector == one.selector)
        });
        let Some(first) = of_theirs.next() else {
            // Some servers take signatures away once they have checked them.
            return head
                .is_unsigned
                .then(|| (domain.clone(), selector.clone().unwrap_or_default()));
        };
        // Which of several it was cannot be told: then all have to be good.
        let are_good = of_theirs.chain([first]).all(|one| one.covers_from && !one.is_partial);
        are_good.then(|| (domain, first.selector.clone()))
    });
    let is_theirs = |result: &SaidResult| {
        let domain = match result.method.as_str() {
            // RFC 7489 §11.2.
            "dmarc" if result.passes("dmarc") => result.domain("header.from"),
            "spf" if result.passes("spf") => result.domain("smtp.mailfrom"),
            _ => None,
        };
        domain.is_some_and(|domain| are_aligned(&ascii(&domain), from))
    };
    let is_known = signer.is_some() || said.results.iter().any(is_theirs);
    Authentic { domain: is_known.then(|| from.to_owned()), signer }
}

fn signing_domain(result: &SaidResult) -> Option<String> {
    let domain = || result.domain("header.d").or_else(|| result.domain("header.i"));
    result.passes("dkim").then(domain).flatten().map(|domain| ascii(&domain))
}

/// What the keys in the DNS say.
fn by_keys(from: &str, head: &Authentication, checked: &Checked) -> Authentic {
    let signs_from = |domain: &str, selector: &str| {
        let mut signatures = head.signatures.iter();
        signatures.any(|one| {
            one.domain == domain && one.selector == selector && one.covers_from && !one.is_partial
        })
    };
    let is_theirs = |(domain, selector): &&(String, String)| {
        let domain_in_dns = ascii(domain);
        // The policy may ask for the very same domain.
        let fits = checked.policy.unwrap_or(true) && are_aligned(&domain_in_dns, from);
        fits && signs_from(domain, selector)
    };
    let signer = checked.passed.iter().find(is_theirs).cloned();
    Authentic { domain: signer.is_some().then(|| from.to_owned()), signer }
}

/// What one of the operator's servers found out, which passed the mail on and sealed that.
fn by_seal(from: &str, trusted: &[String], checked: &Checked) -> Authentic {
    let Some((sealer, results)) = &checked.sealed else { return Authentic::default() };
    let Some(said) = authentication_results(results) else { return Authentic::default() };
    let is_sealer = said.server == *sealer || said.server.ends_with(&format!(".{sealer}"));
    if !trusted.contains(&said.server) || !is_sealer || psl::domain_str(sealer).is_none() {
        return Authentic::default();
    }
    // It was changed on its way: what the signature covered is not what came. It is known, and no more.
    let signed = said.results.iter().filter_map(signing_domain);
    let is_signed = signed.into_iter().any(|domain| are_aligned(&domain, from));
    let known = by_word(from, &Authentication::default(), &said);
    Authentic { domain: if is_signed { Some(from.to_owned()) } else { known.domain }, signer: None }
}

/// Judges who sent something. It may ask other servers, so it never runs inside a transaction. `told` is the address that
/// the complaint itself names as its reporter's.
pub async fn judge(
    desk: &Desk,
    row: &MailRow,
    raw: &[u8],
    told: Option<&str>,
) -> Result<Judged, StoreError> {
    // Whoever handed it over has said so.
    if let Some(lane) = row.lane {
        return Ok(Judged { lane, domain: None, flags: Vec::new() });
    }
    match super::channel(&row.door) {
        "lmtp" | "imap" | "folder" => judge_mail(desk, row, raw, told).await,
        "api" => {
            let token = row.credential.as_deref().unwrap_or_default();
            let marks = [("signer", format!("token {token}"))];
            let reporters: Vec<String> =
                told.filter(|told| is_mail_address(told)).map(normal).into_iter().collect();
            let mut flags = Vec::new();
            let lane = lane(desk, row, &reporters, Some(&marks), &[], &mut flags).await?;
            Ok(Judged { lane, domain: None, flags: words(flags) })
        }
        _ => Ok(Judged { lane: Lane::Untrusted, domain: None, flags: Vec::new() }),
    }
}

async fn judge_mail(
    desk: &Desk,
    row: &MailRow,
    raw: &[u8],
    told: Option<&str>,
) -> Result<Judged, StoreError> {
    let trusted = desk.config.trusted_authserv.clone();
    let bytes = raw.to_vec();
    let read = move || {
        let head = authentication(&bytes, &trusted);
        let text = if head.is_unsigned { text_hash(&bytes) } else { String::new() };
        (head, layout(&bytes), text, bytes)
    };
    // A stranger's bytes: not on the threads that answer callers.
    let Ok((head, layout, text, bytes)) = tokio::task::spawn_blocking(read).await else {
        return Ok(Judged { lane: Lane::Untrusted, domain: None, flags: Vec::new() });
    };
    let mut flags = Vec::new();
    let Some(from) = head.from.as_deref().and_then(domain_of) else {
        return Ok(Judged { lane: Lane::Untrusted, domain: None, flags: Vec::new() });
    };
    let aligned = || head.signatures.iter().filter(|one| are_aligned(&ascii(&one.domain), &from));
    let came_at = row.received_at.div_euclid(1_000);
    if aligned().any(|one| one.is_partial) {
        flags.push(Flag::PartlySigned);
    }
    if aligned().any(|one| one.expires.is_some_and(|ends| ends <= came_at)) {
        flags.push(Flag::Expired);
    }
    let authentic = authentic(desk, &from, &head, bytes, &mut flags).await;
    if authentic.domain.is_none() {
        return Ok(Judged { lane: Lane::Untrusted, domain: None, flags: words(flags) });
    }
    let Some(sender) = head.from.as_deref().filter(|from| is_mail_address(from)) else {
        let (lane, domain) = (Lane::Known, authentic.domain);
        return Ok(Judged { lane, domain, flags: words(flags) });
    };
    let mut reporters = vec![normal(sender)];
    reporters.extend(told.filter(|told| is_mail_address(told)).map(normal));
    reporters.dedup();
    // Whom nothing covers anybody may have written.
    let covers_to = head.is_unsigned || aligned().any(|one| one.covers_to);
    let marks = authentic.signer.as_ref().map(|(domain, selector)| {
        let mut marks = vec![("signer", format!("{selector} {domain}")), ("layout", layout)];
        if covers_to {
            marks.push(("recipient", recipients(&head.to)));
        }
        marks
    });
    let marks = marks.as_deref();
    let signatures = aligned().filter(|one| !one.value.is_empty());
    let signatures =
        signatures.map(|one| sha256_hex(format!("{} {}", one.domain, one.value).as_bytes()));
    let mut signatures: BTreeSet<String> = signatures.collect();
    if let Some((domain, _)) = authentic.signer.as_ref().filter(|_| head.is_unsigned) {
        // What came again cannot be told by a signature then.
        signatures.insert(sha256_hex(format!("{domain} {text}").as_bytes()));
    }
    let signatures = Vec::from_iter(signatures);
    let lane = lane(desk, row, &reporters, marks, &signatures, &mut flags).await?;
    Ok(Judged { lane, domain: authentic.domain, flags: words(flags) })
}

async fn authentic(
    desk: &Desk,
    from: &str,
    head: &Authentication,
    raw: Vec<u8>,
    flags: &mut Vec<Flag>,
) -> Authentic {
    if let Some(said) = &head.said {
        let found = by_word(from, head, said);
        // Where it says nothing about signatures, it did not look at them.
        if found.signer.is_some() || said.results.iter().any(|result| result.method == "dkim") {
            return found;
        }
        let own = by_dns(desk, from, head, raw, flags).await;
        return if own.domain.is_some() { own } else { found };
    }
    by_dns(desk, from, head, raw, flags).await
}

async fn by_dns(
    desk: &Desk,
    from: &str,
    head: &Authentication,
    raw: Vec<u8>,
    flags: &mut Vec<Flag>,
) -> Authentic {
    let trusted = &desk.config.trusted_authserv;
    let (Some(way), false) = (&desk.sender_check, head.signatures.is_empty() && trusted.is_empty())
    else {
        return Authentic::default();
    };
    let checked = way.check(raw, !trusted.is_empty()).await;
    let found = by_keys(from, head, &checked);
    if found.domain.is_some() {
        return found;
    }
    let sealed = by_seal(from, trusted, &checked);
    if sealed.domain.is_none() && checked.dns_failed {
        flags.push(Flag::DnsFailed);
    }
    sealed
}

/// The lane of what is authenticated as of the first of these reporters; others, which the text names, can only lower it:
/// at a domain that many share, anybody may name anybody. With `marks`, what tells them from others is compared with what
/// is known; without, it is authenticated too weakly to be trusted. Signatures are put on record: none comes twice.
async fn lane(
    desk: &Desk,
    row: &MailRow,
    reporters: &[String],
    marks: Option<&[(&'static str, String)]>,
    signatures: &[String],
    flags: &mut Vec<Flag>,
) -> Result<Lane, StoreError> {
    let mut tx = desk.db.write().await?;
    for hash in signatures {
        if tx.see_signature(hash, row.id, row.received_at).await? != row.id {
            flags.push(Flag::Replayed);
        }
    }
    let mut said = None;
    for (n, email) in reporters.iter().enumerate() {
        let given = tx.reporter_of(email).await?.and_then(|known| known.lane);
        if n > 0 {
            said = lower(said, given);
            continue;
        }
        said = given;
        for (kind, mark) in marks.into_iter().flatten() {
            let seen = tx.reporter_marks(email, kind, ALL_MARKS).await?;
            if seen.iter().any(|(known, accepted)| known == mark && *accepted) {
                continue;
            }
            // What comes before staff trust a reporter is what they trust.
            let accepted = given != Some(Lane::Trusted) || !seen.iter().any(|(_, known)| *known);
            if seen.iter().filter(|(_, known)| *known == accepted).count() < MOST_MARKS {
                tx.add_reporter_mark(email, kind, mark, row.received_at, accepted).await?;
            }
            if !accepted {
                flags.push(match *kind {
                    "signer" => Flag::NewSigner,
                    "recipient" => Flag::NewRecipient,
                    _ => Flag::NewLayout,
                });
            }
        }
    }
    tx.commit().await?;
    Ok(match said {
        Some(Lane::Untrusted) => Lane::Untrusted,
        Some(Lane::Trusted) if marks.is_some() && flags.is_empty() => Lane::Trusted,
        _ => Lane::Known,
    })
}

/// The lane of somebody after another one is named.
fn lower(lane: Option<Lane>, other: Option<Lane>) -> Option<Lane> {
    match (lane, other) {
        (_, Some(Lane::Untrusted)) => other,
        (Some(Lane::Trusted), Some(Lane::Known)) => other,
        _ => lane,
    }
}

/// Whom a mail is for, whatever the order.
fn recipients(to: &[String]) -> String {
    let to: BTreeSet<String> = to.iter().map(|one| normal(one)).collect();
    sha256_hex(Vec::from_iter(to).join(",").as_bytes())
}

/// What stands for the signature of a mail whose signatures were taken away: its text, without what changes on the way.
fn text_hash(raw: &[u8]) -> String {
    let lines = raw.split_inclusive(|byte| *byte == b'\n');
    let lines = lines.map_while(|line| (!line.trim_ascii().is_empty()).then_some(line.len()));
    let head: usize = lines.sum();
    let text = raw[head..].iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    sha256_hex(&text.collect::<Vec<u8>>())
}

/// An address as reporters are known by it.
fn normal(address: &str) -> String {
    with_ascii_domain(address).to_lowercase()
}

fn words(mut flags: Vec<Flag>) -> Vec<String> {
    flags.sort_unstable();
    flags.dedup();
    flags.into_iter().map(|flag| flag.code().to_owned()).collect()
}

/// What a mail looks like: the types of its parts, down to what it passes on.
fn layout(raw: &[u8]) -> String {
    let mut types: Vec<String> = Vec::new();
    for line in raw.split(|byte| *byte == b'\n') {
        let Some(value) =
            line.get(13..).filter(|_| line[..13].eq_ignore_ascii_case(b"content-type:"))
        else {
            continue;
        };
        let value = &value[..value.len().min(100)];
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
        let kind = String::from_utf8_lossy(kind).trim().to_ascii_lowercase();
        let passes_on = kind.starts_with("message/rfc822") || kind.starts_with("text/rfc822");
        if types.last() != Some(&kind) {
            types.push(kind);
        }
        if passes_on || types.len() >= MOST_TYPES {
            break;
        }
    }
    sha256_hex(types.join(",").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "mail.reporter.example.org";

    fn head(signature: &str) -> Authentication {
        let raw = format!("From: a@{FROM}\r\nDKIM-Signature: {signature}\r\n\r\n");
        authentication(raw.as_bytes(), &[])
    }

    fn word(results: &str, signature: &str) -> Authentic {
        let said = authentication_results(&format!("mx.example.com; {results}")).expect("read");
        by_word(FROM, &head(signature), &said)
    }

    #[test]
    fn a_domain_is_authenticated_by_an_aligned_signature_or_the_word_of_the_operators_server() {
        let good = "d=reporter.example.org; s=k; h=from:to; b=x";
        let passes = "dkim=pass header.d=reporter.example.org header.s=k";
        let found = word(passes, good);
        assert_eq!(found.domain.as_deref(), Some(FROM));
        assert_eq!(found.signer, Some(("reporter.example.org".into(), "k".into())));
        for (results, signature, is_known) in [
            ("dkim=pass header.d=evil.example.net", "d=evil.example.net; s=k; h=from", false),
            ("dkim=pass header.d=org", "d=org; s=k; h=from; b=x", false),
            ("dkim=fail header.d=reporter.example.org", good, false),
            (passes, "d=reporter.example.org; s=other; h=from; b=x", false),
            (passes, "d=reporter.example.org; s=k; h=to; b=x", false),
            (passes, "d=reporter.example.org; s=k; h=from; l=9; b=x", false),
            ("spf=pass smtp.mailfrom=bounce@evil.example.net", good, false),
            ("spf=pass smtp.mailfrom=bounce@example.org", good, true),
            ("dmarc=pass header.from=mail.reporter.example.org", "", true),
            ("dmarc=pass header.from=evil.example.net", "", false),
            ("spf=softfail smtp.mailfrom=example.org; dmarc=none", "", false),
        ] {
            let found = word(results, signature);
            assert_eq!(found.domain.is_some(), is_known, "{results} {signature}");
            assert!(found.signer.is_none(), "{results} {signature}");
        }
    }

    #[test]
    fn where_no_signature_is_left_the_word_of_the_operators_server_is_enough() {
        let word = |results: &str, signatures: &str| {
            let raw = format!("From: a@{FROM}\r\n{signatures}\r\n");
            let said = authentication_results(&format!("mx.example.com; {results}")).expect("read");
            by_word(FROM, &authentication(raw.as_bytes(), &[]), &said).signer
        };
        let passes = "dkim=pass header.d=reporter.example.org header.s=k";
        assert_eq!(word(passes, ""), Some(("reporter.example.org".into(), "k".into())));
        let without = "dkim=pass header.i=@reporter.example.org";
        assert_eq!(word(without, ""), Some(("reporter.example.org".into(), String::new())));
        assert_eq!(word("dkim=pass header.d=evil.example.net", ""), None);
        assert_eq!(word("dkim=fail header.d=reporter.example.org", ""), None);
        let others = "DKIM-Signature: d=evil.example.net; s=k; h=from; b=x\r\n".repeat(9);
        assert_eq!(word(passes, &others), None, "theirs may be one that is not looked at");
    }

    #[test]
    fn what_a_text_names_can_lower_a_lane_only() {
        let (trusted, known) = (Some(Lane::Trusted), Some(Lane::Known));
        let untrusted = Some(Lane::Untrusted);
        for (lane, other, after) in [
            (None, trusted, None),
            (known, trusted, known),
            (untrusted, trusted, untrusted),
            (trusted, None, trusted),
            (trusted, trusted, trusted),
            (trusted, known, known),
            (trusted, untrusted, untrusted),
            (None, untrusted, untrusted),
        ] {
            assert_eq!(lower(lane, other), after, "{lane:?} {other:?}");
        }
    }

    #[test]
    fn a_text_is_the_same_with_another_header_and_other_line_ends() {
        let one = text_hash(b"From: a\r\n\r\nHello\r\nyou\r\n");
        assert_eq!(text_hash(b"X: y\nFrom: a\n\nHello\n you\n\n"), one);
        assert_ne!(text_hash(b"From: a\r\n\r\nHello\r\nus\r\n"), one);
    }

    #[test]
    fn a_key_counts_for_what_its_signature_covers_and_the_policy_of_the_domain_lets_it() {
        let passed = vec![("reporter.example.org".to_owned(), "k".to_owned())];
        let good = head("d=reporter.example.org; s=k; h=from; b=x");
        for (policy, counts) in [(None, true), (Some(true), true), (Some(false), false)] {
            let checked = Checked { passed: passed.clone(), policy, ..Checked::default() };
            assert_eq!(by_keys(FROM, &good, &checked).signer.is_some(), counts, "{policy:?}");
            let other = head("d=reporter.example.org; s=k; h=to; b=x");
            assert!(by_keys(FROM, &other, &checked).signer.is_none());
        }
    }

    #[test]
    fn a_seal_counts_of_the_operators_own_server_and_makes_nobody_trusted() {
        let trusted = ["mx.example.com".to_owned()];
        let results = " i=1; mx.example.com; dkim=pass header.d=example.org";
        let sealed = |by: &str, results: &str| {
            let sealed = Some((by.to_owned(), results.to_owned()));
            by_seal(FROM, &trusted, &Checked { sealed, ..Checked::default() })
        };
        let found = sealed("example.com", results);
        assert!(found.domain.is_some() && found.signer.is_none());
        assert_eq!(sealed("evil.example.net", results), Authentic::default());
        assert_eq!(sealed("com", results), Authentic::default());
        let other = results.replace("mx.example.com", "mx.evil.example.net");
        assert_eq!(sealed("evil.example.net", &other), Authentic::default());
    }

    #[test]
    fn a_layout_is_the_types_of_the_parts() {
        let mail = |kind: &str| layout(format!("Content-Type: {kind}\r\n\r\nHello").as_bytes());
        assert_eq!(mail("text/plain; charset=utf-8"), mail("TEXT/plain;format=flowed"));
        assert_ne!(mail("text/plain"), mail("text/html"));
    }
}
