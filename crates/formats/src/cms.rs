//! What S/MIME puts a mail into (RFC 5652), as far as its text can be had without a key. Signatures are not checked:
//! nothing here counts for more because it is signed. Lengths may be definite or not (BER), and the end may be missing.

/// Strings in strings, as BER allows them.
const DEEPEST: usize = 4;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// A mail that somebody signed.
    Signed(Vec<u8>),
    /// Certificates, and no mail.
    Certificates,
    /// Something that only who has the key can read, or nobody.
    Sealed,
}

/// Looks into it.
pub(crate) fn open(bytes: &[u8]) -> Envelope {
    signed(bytes).unwrap_or(Envelope::Sealed)
}

fn signed(bytes: &[u8]) -> Option<Envelope> {
    let mut rest = bytes;
    // ContentInfo: its type, and [0] with SignedData: version, digests, and what is signed.
    let mut info = enter(&mut rest, SEQUENCE)?;
    if enter(&mut info, OBJECT)? != SIGNED_DATA {
        return None;
    }
    let mut data = enter(&mut info, CONTEXT_0)?;
    let mut data = enter(&mut data, SEQUENCE)?;
    skip(&mut data)?;
    skip(&mut data)?;
    let mut encapsulated = enter(&mut data, SEQUENCE)?;
    enter(&mut encapsulated, OBJECT)?;
    let Some(mut content) = enter(&mut encapsulated, CONTEXT_0) else {
        return Some(Envelope::Certificates);
    };
    let mut inner = Vec::new();
    octets(&mut content, 0, &mut inner)?;
    Some(Envelope::Signed(inner))
}

const OBJECT: u8 = 0x06;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PARTS: u8 = 0x24;
const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;

/// What a value begins with: its tag, and its length where that is said.
fn head(rest: &mut &[u8]) -> Option<(u8, Option<usize>)> {
    let (&tag, after) = rest.split_first()?;
    let (&first, mut after) = after.split_first()?;
    // Tags of several bytes stand nowhere in what is looked for.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let length = match first {
        0x80 => None,
        0..0x80 => Some(usize::from(first)),
        _ => {
            let count = usize::from(first & 0x7f);
            let (bytes, below) = after.split_at_checked(count).filter(|_| count <= 4)?;
            after = below;
            Some(bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        }
    };
    *rest = after;
    Some((tag, length))
}

/// What is in a value with this tag, which `rest` begins with. Where no length is said, all that follows.
fn enter<'b>(rest: &mut &'b [u8], tag: u8) -> Option<&'b [u8]> {
    let mut after = *rest;
    let (found, length) = head(&mut after)?;
    if found != tag {
        return None;
    }
    let (value, below) = after.split_at(length.unwrap_or(after.len()).min(after.len()));
    *rest = below;
    Some(value)
}

/// Passes over a value.
fn skip(rest: &mut &[u8]) -> Option<()> {
    let mut open = 0_usize;
    loop {
        let (tag, length) = head(rest)?;
        match length {
            None => open += 1,
            Some(0) if tag == 0 => open = open.checked_sub(1)?,
            Some(length) => *rest = rest.get(length..)?,
        }
        if open == 0 {
            return Some(());
        }
    }
}

/// The bytes of a string, which may come in pieces.
fn octets(rest: &mut &[u8], depth: usize, out: &mut Vec<u8>) -> Option<()> {
    let (tag, length) = head(rest)?;
    match (tag, length) {
        (OCTETS, Some(length)) => {
            let (value, below) = rest.split_at(length.min(rest.len()));
            out.extend_from_slice(value);
            *rest = below;
        }
        (OCTETS_IN_PARTS, Some(length)) if depth < DEEPEST => {
            let (mut value, below) = rest.split_at(length.min(rest.len()));
            while !value.is_empty() {
                octets(&mut value, depth + 1, out)?;
            }
            *rest = below;
        }
        (OCTETS_IN_PARTS, None) if depth < DEEPEST => {
            while !rest.is_empty() && !rest.starts_with(&[0, 0]) {
                octets(rest, depth + 1, out)?;
            }
            *rest = rest.get(2..).unwrap_or_default();
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let inner = parts.concat();
        let length = u16::try_from(inner.len()).expect("small").to_be_bytes();
        [&[tag, 0x82][..], &length, &inner].concat()
    }

    fn open_ended(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        [&[tag, 0x80][..], &parts.concat(), &[0, 0]].concat()
    }

    const DATA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    const VERSION: &[u8] = &[0x02, 1, 1];

    /// A mail in what S/MIME makes of it, with lengths said or not. Digests and signatures are nobody's.
    pub(crate) fn wrapped(mail: &[u8], says_lengths: bool) -> Vec<u8> {
        let wrap = if says_lengths { value } else { open_ended };
        let (first, second) = mail.split_at(mail.len() / 2);
        let string = if says_lengths {
            value(OCTETS, &[mail])
        } else {
            open_ended(OCTETS_IN_PARTS, &[&value(OCTETS, &[first]), &value(OCTETS, &[second])])
        };
        let content = wrap(SEQUENCE, &[DATA, &wrap(CONTEXT_0, &[&string])]);
        let digests = wrap(0x31, &[&wrap(SEQUENCE, &[DATA])]);
        let data = wrap(SEQUENCE, &[VERSION, &digests, &content, &wrap(0x31, &[])]);
        wrap(SEQUENCE, &[&value(OBJECT, &[SIGNED_DATA]), &wrap(CONTEXT_0, &[&data])])
    }

    #[test]
    fn the_mail_in_a_signature_is_had_however_its_lengths_are_said() {
        for says_lengths in [true, false] {
            let bytes = wrapped(b"hello", says_lengths);
            assert_eq!(open(&bytes), Envelope::Signed(b"hello".to_vec()), "{says_lengths}");
        }
    }

    #[test]
    fn whatever_is_something_else_stays_sealed() {
        let enveloped = value(SEQUENCE, &[&value(OBJECT, &[&SIGNED_DATA[..8], &[3]]), VERSION]);
        for bytes in [&enveloped[..], b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"hello"] {
            assert_eq!(open(bytes), Envelope::Sealed);
        }
        let whole = wrapped(b"hello", false);
        for end in 0..whole.len() {
            open(&whole[..end]);
        }
    }
}
