//! The bytes of a file as table programs write it, as UTF-8 in lines that end with a line feed.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// Longest row, in bytes of UTF-8. A quote that nobody closes would make one of the rest of the file.
const LONGEST_ROW: usize = 4 * 1024 * 1024;

/// How much of a file was read.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Bytes of the file.
    pub(super) bytes: Cell<u64>,
    /// Bytes of UTF-8 since the last row.
    since_row: Cell<usize>,
    /// Somebody asked for more than there is.
    pub(super) is_over: Cell<bool>,
}

impl Meter {
    /// A row is through.
    pub(super) fn row(&self) {
        self.since_row.set(0);
    }
}

/// A file as UTF-8. Bytes of an encoding that has no mark (UTF-8, windows-1252) go through as they are.
pub(super) struct Utf8Lines<R> {
    input: R,
    meter: Rc<Meter>,
    /// Of UTF-16.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ends_with_return: bool,
    ends_with_line: bool,
    is_over: bool,
}

impl<R: Read> Utf8Lines<R> {
    /// Looks at the first bytes for a mark, or for what UTF-16 looks like without one.
    pub(super) fn new(mut input: R, meter: Rc<Meter>) -> io::Result<Self> {
        let mut raw = Vec::new();
        input.by_ref().take(4).read_to_end(&mut raw)?;
        meter.bytes.set(u64::try_from(raw.len()).unwrap_or(0));
        let (encoding, mark) = recognised(&raw);
        raw.drain(..mark);
        Ok(Self {
            input,
            meter,
            decoder: encoding.map(Encoding::new_decoder_without_bom_handling),
            raw,
            ready: Vec::new(),
            given: 0,
            ends_with_return: false,
            ends_with_line: true,
            is_over: false,
        })
    }

    fn fill(&mut self) -> io::Result<()> {
        let start = self.raw.len();
        self.raw.resize(start + CHUNK, 0);
        let count = loop {
            match self.input.read(&mut self.raw[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.raw.truncate(start + count);
        self.meter.bytes.set(self.meter.bytes.get() + u64::try_from(count).unwrap_or(0));
        self.is_over = count == 0;
        let raw = std::mem::take(&mut self.raw);
        let text = match &mut self.decoder {
            None => raw,
            Some(decoder) => decoded(decoder, &raw, self.is_over),
        };
        self.ready.clear();
        self.given = 0;
        for byte in text {
            let is_rest = self.ends_with_return && byte == b'\n';
            self.ends_with_return = byte == b'\r';
            if !is_rest {
                self.ready.push(if byte == b'\r' { b'\n' } else { byte });
            }
        }
        if let Some(last) = self.ready.last() {
            self.ends_with_line = *last == b'\n';
        }
        if self.is_over && !self.ends_with_line {
            self.ready.push(b'\n');
            self.ends_with_line = true;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.is_over {
            self.fill()?;
        }
        let rest = &self.ready[self.given..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        self.meter.is_over.set(count == 0 && !into.is_empty());
        let since_row = self.meter.since_row.get() + count;
        self.meter.since_row.set(since_row);
        if since_row > LONGEST_ROW {
            let why = format!("a row is longer than {LONGEST_ROW} bytes; is a quote not closed?");
            return Err(io::Error::other(why));
        }
        Ok(count)
    }
}

/// An encoding that differs from UTF-8 in more than single bytes, and the length of the mark.
fn recognised(head: &[u8]) -> (Option<&'static Encoding>, usize) {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => (None, 3),
        [0xFF, 0xFE, ..] => (Some(UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Some(UTF_16BE), 2),
        // A header begins with a letter of ASCII, or a quote.
        [1..=127, 0, 1..=127, 0] => (Some(UTF_16LE), 0),
        [0, 1..=127, 0, 1..=127] => (Some(UTF_16BE), 0),
        _ => (None, 0),
    }
}

fn decoded(decoder: &mut Decoder, mut raw: &[u8], is_last: bool) -> Vec<u8> {
    let room = decoder.max_utf8_buffer_length(raw.len()).unwrap_or(CHUNK);
    let mut text = vec![0; room];
    let mut written = 0;
    loop {
        let (result, read, wrote, _) = decoder.decode_to_utf8(raw, &mut text[written..], is_last);
        raw = &raw[read..];
        written += wrote;
        match result {
            CoderResult::InputEmpty => break,
            CoderResult::OutputFull => text.resize(text.len() * 2, 0),
        }
    }
    text.truncate(written);
    text
}

/// The text of some bytes: UTF-8, or else windows-1252, which takes any byte. Whether it was UTF-8.
pub(super) fn text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn utf16(text: &str, is_big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn every_encoding_of_table_programs_becomes_utf8_whatever_the_size_of_the_pieces() {
        let written = "id;Jörg 🦊\r\n1;\"a\r\nb\"\r2";
        let expected = "id;Jörg 🦊\n1;\"a\nb\"\n2\n";
        let with_mark = format!("\u{feff}{written}");
        for bytes in [
            written.as_bytes().to_vec(),
            with_mark.as_bytes().to_vec(),
            utf16(written, false),
            utf16(written, true),
            utf16(&with_mark, false),
            utf16(&with_mark, true),
        ] {
            for piece in [1, 2, 3, 5, 1000] {
                let meter = Rc::new(Meter::default());
                let mut text = String::new();
                let mut lines =
                    Utf8Lines::new(Slowly(&bytes, piece), Rc::clone(&meter)).expect("readable");
                lines.read_to_string(&mut text).expect("UTF-8");
                assert_eq!(text, expected, "{piece} of {bytes:?}");
                assert_eq!(meter.bytes.get(), u64::try_from(bytes.len()).expect("small"));
            }
        }
    }

    #[test]
    fn a_row_without_an_end_is_not_kept_in_memory() {
        let endless = io::repeat(b'x').take(1 << 40);
        let mut lines = Utf8Lines::new(endless, Rc::default()).expect("readable");
        let mut kept = Vec::new();
        let error = lines.read_to_end(&mut kept).expect_err("too long");
        assert!(error.to_string().contains("quote"), "{error}");
        assert!(kept.len() <= LONGEST_ROW);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_windows_1252() {
        assert_eq!(text("Jörg".as_bytes()), (Cow::Borrowed("Jörg"), true));
        let (read, is_utf8) = text(b"J\xf6rg \x80 M\xfcller");
        assert_eq!((read.as_ref(), is_utf8), ("Jörg € Müller", false));
    }
}
