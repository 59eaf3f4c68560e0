//! How `FraudRecord` wants to be told of people: hashed, without a salt, so that all hosts come to the same hash.
//! That makes it a pseudonym of a person and nothing more (`docs/fraudrecord.md`).

use sha1::{Digest, Sha1};

/// How often it is hashed.
const ROUNDS: usize = 32_000;

/// What stands before the text in each round.
const PREFIX: &[u8] = b"fraudrecord-";

/// The hash of a text as the register compares it: without blanks, in lower case. Nothing of a text with nothing in
/// it. Takes milliseconds: no work for a thread on which others wait.
pub fn hash(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return None;
    }
    // Letters beyond ASCII stay as they are: that is what the programs of other hosts do, which are written in PHP.
    let mut hashed = text.to_ascii_lowercase().into_bytes();
    for _ in 0..ROUNDS {
        let mut sha = Sha1::new();
        sha.update(PREFIX);
        sha.update(&hashed);
        hashed = hexadecimal(&sha.finalize());
    }
    String::from_utf8(hashed).ok()
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_comes_out() {
        let published = "ddb48c18cf40686416e811256b47c6f96485d70a";
        for text in ["john@compuserve.net", " John@CompuServe.net\n", "john @compuserve. net"] {
            assert_eq!(hash(text).as_deref(), Some(published), "{text:?}");
        }
        assert_eq!((hash(""), hash(" \t")), (None, None));
    }
}
