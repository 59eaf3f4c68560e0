//! A mail as the parts that it is made of. Each level is gone through once; mails in mails are parts like all others, and
//! are not taken apart.

use mail_parser::ContentType;

use crate::budget::{Budget, DEEPEST_PART, MOST_PARTS, Unreadable};
use crate::cms::{self, Envelope};
use crate::fields::Fields;
use crate::transfer;

/// Longest boundary that is looked for; RFC 2046 §5.1.1 allows 70 characters.
const LONGEST_BOUNDARY: usize = 200;

/// A part of a mail, or all of it.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) fields: Fields,
    /// Main type and subtype, in lower case; both empty where the part names none.
    pub(crate) main: String,
    pub(crate) sub: String,
    pub(crate) charset: Option<String>,
    /// How its file is called.
    pub(crate) name: Option<String>,
    /// It wants to be a file.
    pub(crate) is_attached: bool,
    pub(crate) body: Body,
}

/// What stands in a part.
#[derive(Debug)]
pub(crate) enum Body {
    /// Its content, decoded.
    Bytes(Vec<u8>),
    /// Parts.
    Parts(Vec<Part>),
    /// Something that only who has the key can read: its content, decoded.
    Sealed(Vec<u8>),
}

impl Part {
    /// A whole mail. What has no header is text.
    pub(crate) fn mail(raw: &[u8], budget: &Budget<'_>) -> Result<Self, Unreadable> {
        Self::read(raw, "", 0, budget)
    }

    fn read(
        raw: &[u8],
        default: &str,
        depth: usize,
        budget: &Budget<'_>,
    ) -> Result<Self, Unreadable> {
        budget.one_more_part()?;
        if depth > DEEPEST_PART {
            return Err(Unreadable::TooDeep);
        }
        let (fields, below) = Fields::split(raw, budget)?;
        let kind = fields.description("Content-Type", budget)?;
        let disposition = fields.description("Content-Disposition", budget)?;
        let lower = |text: &str| text.to_ascii_lowercase();
        let (main, sub) = match &kind {
            Some(kind) => (lower(kind.ctype()), kind.subtype().map(lower).unwrap_or_default()),
            None => match default.split_once('/') {
                Some((main, sub)) => (main.to_owned(), sub.to_owned()),
                None => (String::new(), String::new()),
            },
        };
        let parameter = |of: &Option<ContentType<'_>>, name: &str| {
            of.as_ref().and_then(|kind| kind.attribute(name)).map(str::to_owned)
        };
        let mut part = Self {
            charset: parameter(&kind, "charset"),
            name: parameter(&disposition, "filename").or_else(|| parameter(&kind, "name")),
            is_attached: disposition.is_some_and(|disposition| disposition.is_attachment()),
            body: Body::Bytes(Vec::new()),
            fields,
            main,
            sub,
        };
        let boundary = parameter(&kind, "boundary");
        part.body = part.body_of(below, boundary.as_deref(), depth, budget)?;
        Ok(part)
    }

    fn body_of(
        &self,
        below: &[u8],
        boundary: Option<&str>,
        depth: usize,
        budget: &Budget<'_>,
    ) -> Result<Body, Unreadable> {
        if self.main == "multipart"
            && let Some(boundary) = boundary
            && (1..=LONGEST_BOUNDARY).contains(&boundary.len())
        {
            budget.spend(below.len())?;
            let default = if self.sub == "digest" { "message/rfc822" } else { "" };
            let parts = split(below, boundary.as_bytes()).into_iter();
            let parts = parts.map(|raw| Self::read(raw, default, depth + 1, budget));
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            if !parts.is_empty() {
                return Ok(Body::Parts(parts));
            }
        }
        budget.spend(below.len())?;
        let encoding = self.fields.first("Content-Transfer-Encoding").unwrap_or_default();
        let bytes = match encoding.trim().to_ascii_lowercase().as_str() {
            "base64" if transfer::is_base64(below) => transfer::base64(below),
            "quoted-printable" => transfer::quoted_printable(below),
            _ => below.to_vec(),
        };
        if !self.is_cryptographic() {
            return Ok(Body::Bytes(bytes));
        }
        budget.spend(bytes.len())?;
        match cms::open(&bytes) {
            Envelope::Signed(inner) => {
                Ok(Body::Parts(vec![Self::read(&inner, "", depth + 1, budget)?]))
            }
            Envelope::Sealed => Ok(Body::Sealed(bytes)),
            Envelope::Certificates => Ok(Body::Bytes(bytes)),
        }
    }

    /// Whether it is what S/MIME makes of a whole mail (RFC 8551 §3.2), also where a gateway forgot its type.
    fn is_cryptographic(&self) -> bool {
        let has_type = self.main == "application"
            && matches!(self.sub.as_str(), "pkcs7-mime" | "x-pkcs7-mime");
        let has_name = matches!(self.sub.as_str(), "octet-stream" | "")
            && self.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("smime.p7m"));
        has_type || has_name
    }

    /// The content of a part that has no parts.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Bytes(bytes) | Body::Sealed(bytes) => bytes,
            Body::Parts(_) => &[],
        }
    }

    /// It, and all parts in it, as they stand in the mail.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(part) = found.get(next).copied() {
            next += 1;
            if let Body::Parts(parts) = &part.body {
                // In their order: what stands in a part comes before what stands below it.
                found.splice(next..next, parts);
            }
        }
        found
    }
}

/// The parts between boundaries (RFC 2046 §5.1.1). One without its end ends with the mail.
fn split<'r>(body: &'r [u8], boundary: &[u8]) -> Vec<&'r [u8]> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let before = at;
        at += line.len();
        let after = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        let Some(after) = after else { continue };
        let is_end = after.starts_with(b"--");
        if !is_end && !after.trim_ascii().is_empty() {
            continue;
        }
        if let Some(begin) = begin {
            parts.push(without_break(&body[begin..before]));
        }
        begin = (!is_end).then_some(at);
        // More of them are not read anyway.
        if is_end || parts.len() > MOST_PARTS {
            break;
        }
    }
    parts.extend(begin.map(|begin| &body[begin..]));
    parts
}

/// The break before a boundary belongs to the boundary.
fn without_break(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    raw.strip_suffix(b"\r").unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Stop;

    fn read(mail: &str) -> Result<Part, Unreadable> {
        let stop = Stop::default();
        Part::mail(mail.as_bytes(), &Budget::new(&stop))
    }

    #[test]
    fn parts_stand_between_their_boundaries() {
        let mail = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\n\none\n--ab\n--a \n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntwo\n--a\n\nthree\n--a--\n--a\n\nfour\n";
        let mail = read(mail).expect("small");
        let all = mail.all();
        let texts: Vec<_> = all.iter().map(|part| String::from_utf8_lossy(part.bytes())).collect();
        assert_eq!(texts, ["", "one\n--ab", "", "two", "three"]);
    }

    #[test]
    fn what_no_mail_program_makes_is_not_read() {
        let deep = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        let deep = |depth| (0..depth).map(deep).collect::<String>();
        assert!(read(&deep(DEEPEST_PART)).is_ok());
        assert_eq!(read(&deep(5_000)).err(), Some(Unreadable::TooDeep));
        let many = |count| {
            "Content-Type: multipart/mixed; boundary=b\n\n".to_owned() + &"--b\n\nx\n".repeat(count)
        };
        assert!(read(&many(900)).is_ok());
        assert_eq!(read(&many(20_000)).err(), Some(Unreadable::TooManyParts));
        assert_eq!(read(&"A: b\n".repeat(3_000)).err(), Some(Unreadable::TooManyFields));
        let long = format!("Subject: {}\n\nx", "a ".repeat(200_000));
        assert_eq!(read(&long).err(), Some(Unreadable::TooLongAField));
        let parameters = format!("Content-Type: text/plain{}\n\nx", "; a=b".repeat(1_000));
        assert_eq!(read(&parameters).err(), Some(Unreadable::TooLongAField));
    }
}
