//! What a mail's header says about who it is from: its signatures (RFC 6376), and what the operator's own mail server
//! found out (`Authentication-Results`, RFC 8601). Nothing is verified here.

use std::net::IpAddr;

use crate::budget::{Budget, LONGEST_FIELD};
use crate::fields::{Fields, addresses_in, from_header};
use crate::read_header;

/// Signatures of a mail that are looked at.
pub const MOST_SIGNATURES: usize = 8;

/// Fields that a signature may cover to be looked at: each is looked up among all of the mail's.
pub const MOST_SIGNED_FIELDS: usize = 100;

/// Results of one `Authentication-Results` that are looked at.
const MOST_RESULTS: usize = 50;

/// What a mail's header says about who it is from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authentication {
    /// The one address in the one `From`.
    pub from: Option<String>,
    /// Whom its `To` names, in lower case.
    pub to: Vec<String>,
    /// Its signatures, from the top.
    pub signatures: Vec<Signature>,
    /// No signature stands in its header: whoever checked one took it away.
    pub is_unsigned: bool,
    /// What the operator's own server found out.
    pub said: Option<Said>,
}

/// A signature, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Who signs, in lower case (`d=`).
    pub domain: String,
    /// Which of their keys (`s=`).
    pub selector: String,
    /// The signature itself (`b=`), without the breaks in it.
    pub value: String,
    /// It covers only the beginning of the body (`l=`): anybody may have added the rest.
    pub is_partial: bool,
    /// When it ends, seconds since 1970 (`x=`).
    pub expires: Option<i64>,
    /// It covers `From`; else it says nothing about it.
    pub covers_from: bool,
    /// It covers `To`; else anybody may have written that.
    pub covers_to: bool,
    /// How many fields it covers.
    pub fields: usize,
}

/// What one server found out about a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The server's name, in lower case.
    pub server: String,
    /// What it found out.
    pub results: Vec<SaidResult>,
}

/// What a server found out by one method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidResult {
    /// `dkim`, `spf`, `dmarc` and others, in lower case.
    pub method: String,
    /// `pass`, `fail` and others, in lower case.
    pub result: String,
    properties: Vec<(String, String)>,
}

impl SaidResult {
    /// Whether it is a pass of this method.
    pub fn passes(&self, method: &str) -> bool {
        self.method == method && self.result == "pass"
    }

    /// The domain in a property, such as `header.d`: the whole of it, or what stands behind the `@`.
    pub fn domain(&self, property: &str) -> Option<String> {
        let found = self.properties.iter().find(|(name, _)| name == property);
        let value = found.map(|(_, value)| value.as_str())?;
        let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain);
        let domain = domain.trim_matches(['<', '>', '.']).to_lowercase();
        (!domain.is_empty()).then_some(domain)
    }

    /// A property.
    pub fn property(&self, property: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(name, _)| name == property);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads what a mail's header says about who it is from. Of `Authentication-Results` only the topmost of each server in
/// `trusted` counts (names in lower case), and only where nobody outside can have put it: above the `Received` of the server
/// that took it from outside, or directly below that one.
pub fn authentication(raw: &[u8], trusted: &[String]) -> Authentication {
    let stop = crate::Stop::default();
    let fields = Fields::leading(&from_header(raw), &Budget::new(&stop));
    let signatures = fields.all("DKIM-Signature").take(MOST_SIGNATURES).map(signature);
    Authentication {
        from: read_header(raw).from,
        to: fields.all("To").flat_map(addresses_in).map(|to| to.to_lowercase()).collect(),
        signatures: signatures.collect(),
        is_unsigned: is_unsigned(raw),
        said: said(&fields, trusted),
    }
}

/// Whether no line down to the first empty one begins like a signature, wherever other readers break lines.
fn is_unsigned(raw: &[u8]) -> bool {
    let is_signature = |line: &[u8]| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(b"dkim-signature")
    };
    let raw = from_header(raw);
    let raw = raw.trim_ascii_start();
    let head = raw.split(|byte| *byte == b'\n').take_while(|line| !matches!(*line, b"" | b"\r"));
    !head.into_iter().any(|line| line.split(|byte| *byte == b'\r').any(is_signature))
}

/// Reads one value of `ARC-Authentication-Results` or `Authentication-Results`.
pub fn authentication_results(value: &str) -> Option<Said> {
    let value = &value[..value.floor_char_boundary(LONGEST_FIELD)];
    let mut segments = segments(value).into_iter();
    let mut head = segments.next()?.into_iter();
    let mut server = head.next()?;
    // `i=1` stands first in those of ARC.
    if server.starts_with("i=") && head.len() == 0 {
        server = segments.next()?.into_iter().next()?;
    }
    let results = segments.take(MOST_RESULTS).filter_map(|words| {
        let mut words = words.into_iter();
        let first = words.next()?;
        let (method, result) = first.split_once('=')?;
        let method = method.split('/').next().unwrap_or_default();
        let properties = words.filter_map(|word| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        });
        Some(SaidResult {
            method: method.to_ascii_lowercase(),
            result: result.to_ascii_lowercase(),
            properties: properties.collect(),
        })
    });
    Some(Said { server: server.to_ascii_lowercase(), results: results.collect() })
}

fn said(fields: &Fields, trusted: &[String]) -> Option<Said> {
    let mut is_outside = false;
    for (name, value) in fields.in_order() {
        if name.eq_ignore_ascii_case("Received") {
            if is_outside {
                return None;
            }
            is_outside = came_from_outside(value);
        } else if name.eq_ignore_ascii_case("Authentication-Results")
            && let Some(said) = authentication_results(value)
            && trusted.contains(&said.server)
        {
            return Some(said);
        }
    }
    None
}

/// Whether a `Received` tells of a mail that came from the internet. The address that the server saw stands in brackets;
/// what stands outside of them, the other side has said.
fn came_from_outside(received: &str) -> bool {
    let addresses = received.split('[').skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once(']')?;
        let inside = inside.trim();
        inside.strip_prefix("IPv6:").unwrap_or(inside).parse::<IpAddr>().ok()
    });
    addresses.into_iter().any(|address| match address {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    })
}

/// The words of each part between semicolons, without comments; what belongs together around a `=` is one word.
fn segments(value: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word = String::new();
    let (mut depth, mut is_quoted, mut has_gap) = (0_usize, false, false);
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if depth > 0 => drop(chars.next()),
            '(' if !is_quoted => depth += 1,
            ')' if depth > 0 => {
                depth -= 1;
                has_gap = true;
            }
            _ if depth > 0 => {}
            '\\' if is_quoted => word.extend(chars.next()),
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => word.push(c),
            ';' => {
                end_word(&mut all, &mut word);
                all.push(Vec::new());
                has_gap = false;
            }
            _ if c.is_whitespace() => has_gap = true,
            _ => {
                if std::mem::take(&mut has_gap) && c != '=' && !word.ends_with('=') {
                    end_word(&mut all, &mut word);
                }
                word.push(c);
            }
        }
    }
    end_word(&mut all, &mut word);
    all
}

fn end_word(all: &mut [Vec<String>], word: &mut String) {
    let word = std::mem::take(word);
    if let (false, Some(words)) = (word.is_empty(), all.last_mut()) {
        words.push(word);
    }
}

fn signature(value: &str) -> Signature {
    let mut signature = Signature::default();
    for tag in value.split(';') {
        let Some((name, value)) = tag.split_once('=') else { continue };
        let value: String = value.split_whitespace().collect();
        match name.trim() {
            "d" => signature.domain = value.trim_end_matches('.').to_lowercase(),
            "s" => signature.selector = value.to_lowercase(),
            "b" => signature.value = value,
            // RFC 6376 §8.2: whatever follows may be anybody's.
            "l" => signature.is_partial = true,
            "x" => signature.expires = value.parse().ok(),
            "h" => {
                let covers =
                    |field: &str| value.split(':').any(|name| name.eq_ignore_ascii_case(field));
                signature.fields = value.split(':').count();
                (signature.covers_from, signature.covers_to) = (covers("from"), covers("to"));
            }
            _ => {}
        }
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> Vec<String> {
        vec!["mx.example.com".to_owned()]
    }

    fn passes(raw: &str) -> bool {
        let said = authentication(raw.as_bytes(), &trusted()).said;
        said.is_some_and(|said| said.results.iter().any(|result| result.passes("dkim")))
    }

    #[test]
    fn results_are_read_with_comments_quotes_and_blanks() {
        let value = " mx.Example.COM (a; \"b\" (c\\)) d) 1;\r\n\tdkim = pass (2048-bit; x) \
             header.d=Example.org header.b=\"ab;c\" header.i=@mail.example.org;\r\n\
             spf=fail smtp.mailfrom=bounce@example.net; dmarc/1=pass\theader.from=example.org ; none";
        let said = authentication_results(value).expect("it can be read");
        assert_eq!((said.server.as_str(), said.results.len()), ("mx.example.com", 3));
        let [dkim, spf, dmarc] = &said.results[..] else { panic!("{said:?}") };
        assert!(dkim.passes("dkim") && !spf.passes("spf") && dmarc.passes("dmarc"));
        assert_eq!(dkim.domain("header.d").as_deref(), Some("example.org"));
        assert_eq!(dkim.domain("header.i").as_deref(), Some("mail.example.org"));
        assert_eq!(dkim.property("header.b"), Some("ab;c"));
        assert_eq!(spf.domain("smtp.mailfrom").as_deref(), Some("example.net"));
        let arc =
            authentication_results("i=1; mx.example.com; dkim=pass header.d=x").expect("read");
        assert_eq!((arc.server.as_str(), arc.results.len()), ("mx.example.com", 1));
        for odd in ["", ";", "(", "\"", "mx.example.com", "mx;=", "mx; dkim", "mx; (dkim=pass"] {
            let said = authentication_results(odd);
            assert!(said.is_none_or(|said| !said.results.iter().any(|one| one.passes("dkim"))));
        }
    }

    #[test]
    fn only_what_our_own_server_can_have_written_counts() {
        let results = "Authentication-Results: mx.example.com; dkim=pass header.d=x.org\r\n";
        let theirs = "Authentication-Results: mx.evil.example; dkim=pass header.d=x.org\r\n";
        let none = "Authentication-Results: mx.example.com; dkim=none\r\n";
        let border = "Received: from x.org (x.org [192.0.2.7])\r\n\tby mx.example.com; now\r\n";
        let inside = "Received: from mx.example.com ([10.0.0.1]) by store (Dovecot) with LMTP\r\n";
        let forged = "Received: from mx.example.com (x [198.51.100.1]) by mx.example.com\r\n";
        let end = "From: a@x.org\r\n\r\n";
        for (above, counts) in [
            (vec![results, border], true),
            (vec![border, results], true),
            (vec![inside, border, results], true),
            (vec![theirs, results], true),
            (vec![theirs, border], false),
            (vec![none, border, results], false),
            (vec![border, none, results], false),
            (vec![border, forged, results], false),
            (vec![border, inside, results], false),
        ] {
            assert_eq!(passes(&format!("{}{end}", above.concat())), counts, "{above:?}");
        }
        assert!(!passes(&format!("{end}{results}")), "what stands in the text is text");
        assert_eq!(authentication(results.as_bytes(), &[]).said, None, "nobody is trusted");
    }

    #[test]
    fn signatures_are_taken_apart() {
        let raw = "From: A <a@x.org>\r\nDKIM-Signature: v=1; a=rsa-sha256; d=X.org; s=Key;\r\n\
             \th=From : to:subject; l=20; x=17; b=ab\r\n\t c=\r\nDKIM-Signature: nonsense\r\n\r\nx";
        let read = authentication(raw.as_bytes(), &[]);
        assert_eq!(read.from.as_deref(), Some("a@x.org"));
        let [first, second] = &read.signatures[..] else { panic!("{read:?}") };
        assert_eq!((first.domain.as_str(), first.selector.as_str()), ("x.org", "key"));
        assert_eq!((first.value.as_str(), first.expires, first.fields), ("abc=", Some(17), 3));
        assert!(first.is_partial && first.covers_from);
        assert_eq!(second, &Signature::default());
        let many = format!("{}\r\n", "DKIM-Signature: d=x\r\n".repeat(50));
        assert_eq!(authentication(many.as_bytes(), &[]).signatures.len(), MOST_SIGNATURES);
    }

    #[test]
    fn a_header_without_signatures_is_told_from_one_whose_signatures_are_not_read() {
        for (raw, is_unsigned) in [
            ("From: a@x.org\r\n\r\nDKIM-Signature: d=x.org", true),
            ("From: a@x.org\n\nDKIM-Signature: d=x.org", true),
            ("X-DKIM-Signature: d=x.org\nFrom: a@x.org\n", true),
            ("From: a@x.org\r\ndkim-signature : nonsense\r\n\r\nx", false),
            ("From: a@x.org\nno field\nDKIM-Signature: d=x.org\n\nx", false),
            ("From: a@x.org\rDKIM-Signature: d=x.org\r\rx", false),
            ("\r\nDKIM-Signature: d=x.org\r\nFrom: a@x.org\r\n\r\nx", false),
        ] {
            assert_eq!(authentication(raw.as_bytes(), &[]).is_unsigned, is_unsigned, "{raw:?}");
        }
    }
}
