//! How the content of a part travels. What is broken in it costs only itself.

/// Whether what is said to be base64 begins like it: its first line has no blanks and nothing of other letters.
pub(crate) fn is_base64(text: &[u8]) -> bool {
    let line = text.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.trim_ascii().iter().all(|byte| value(*byte).is_some() || *byte == b'=')
}

/// Base64, with what is no part of it left out. Below its end stands what a list or a scanner has added, which is none.
pub(crate) fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count, mut has_ended) = (0_u32, 0_u32, false);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let is_code =
            |byte: &u8| value(*byte).is_some() || *byte == b'=' || byte.is_ascii_whitespace();
        if has_ended && !line.iter().all(is_code) {
            break;
        }
        for byte in line {
            if *byte == b'=' {
                has_ended = true;
                (bits, count) = (0, 0);
            }
            let Some(value) = value(*byte) else { continue };
            bits = bits << 6 | u32::from(value);
            count += 6;
            if count >= 8 {
                count -= 8;
                out.push((bits >> count).to_le_bytes()[0]);
                bits &= (1 << count) - 1;
            }
        }
    }
    out
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Quoted-printable; an `=` that begins nothing stays one.
pub(crate) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = line.len() - line.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        let (mut words, after) = line.split_at(end);
        let goes_on = words.strip_suffix(b"=");
        words = goes_on.unwrap_or(words);
        while let Some((byte, rest)) = words.split_first() {
            let digits = |two: &[u8]| {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(two[0])? << 4 | digit(two[1])?).ok()
            };
            match rest.get(..2).filter(|_| *byte == b'=').and_then(digits) {
                Some(decoded) => {
                    out.push(decoded);
                    words = &rest[2..];
                }
                None => {
                    out.push(*byte);
                    words = rest;
                }
            }
        }
        if goes_on.is_none() {
            out.extend(after.iter().filter(|byte| matches!(byte, b'\r' | b'\n')));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_on_the_way_costs_only_itself() {
        for (text, bytes) in [
            ("aGVs\r\nbG8=\r\n", "hello"),
            ("aGVsbG8", "hello"),
            ("aGV!sbG8=", "hello"),
            ("aGVsbG8=\n_____\nThis is a list; its footer.\n", "hello"),
            ("aGVsbG8=\naGVsbG8=\n", "hellohello"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&base64(text.as_bytes())), bytes, "{text:?}");
        }
        for (text, bytes) in [
            ("F=C3=BCr  \r\neu=\r\nch=", "Für\r\neuch"),
            ("1=1 =zz =4", "1=1 =zz =4"),
            ("a= \nb", "ab"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted_printable(text.as_bytes())), bytes);
        }
    }
}
