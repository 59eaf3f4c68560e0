//! What follows `DATA`, up to the dot. Only CR LF ends a line here: a mail in which anything else does could be two
//! mails to another program on the way ("SMTP smuggling").

/// Longest line of a mail, in bytes. RFC 5322 has 998; programs write longer ones, but not like this.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of what is too large anyway is still read, in multiples of the limit, so that the other side gets to see
/// the answer.
const PATIENCE: usize = 4;

/// Why a mail is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    BareLineEnd,
    LongLine,
}

/// Where in a line the last byte stood.
#[derive(Clone, Copy)]
enum At {
    Start,
    Text,
    Cr,
    Dot,
    DotCr,
}

/// A mail that is coming in.
pub(super) struct Body {
    bytes: Vec<u8>,
    limit: usize,
    seen: usize,
    line: usize,
    at: At,
    fault: Option<Fault>,
}

impl Body {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, seen: 0, line: 0, at: At::Start, fault: None }
    }

    /// Takes more. How many of them belong to the mail, once it has ended among them.
    pub(super) fn take(&mut self, more: &[u8]) -> Option<usize> {
        for (number, byte) in more.iter().enumerate() {
            if self.put(*byte) {
                return Some(number + 1);
            }
        }
        self.seen += more.len();
        None
    }

    /// Nobody needs an answer any more.
    pub(super) fn is_endless(&self) -> bool {
        self.seen / PATIENCE > self.limit
    }

    /// The mail as it was before dots were put in front of its dots.
    pub(super) fn finish(self) -> Result<Vec<u8>, Fault> {
        match self.fault {
            None => Ok(self.bytes),
            Some(fault) => Err(fault),
        }
    }

    /// Whether that was the end.
    fn put(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::DotCr, b'\n') => return true,
            (At::Start, b'.') => At::Dot,
            (At::Dot, b'\r') => At::DotCr,
            (At::Cr, b'\n') => {
                self.keep(b"\r\n");
                self.line = 0;
                At::Start
            }
            (At::Cr | At::DotCr, byte) => {
                self.fault(Fault::BareLineEnd);
                self.keep(b"\r");
                if byte == b'\r' { At::Cr } else { self.text(byte) }
            }
            (At::Start | At::Text, b'\r') => At::Cr,
            (At::Start | At::Text | At::Dot, byte) => self.text(byte),
        };
        false
    }

    fn text(&mut self, byte: u8) -> At {
        if byte == b'\n' {
            self.fault(Fault::BareLineEnd);
        }
        self.keep(&[byte]);
        At::Text
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.line += bytes.len();
        if self.line > LONGEST_LINE {
            self.fault(Fault::LongLine);
        }
        if self.bytes.len() + bytes.len() > self.limit {
            self.fault(Fault::TooLarge);
        }
        match self.fault {
            None => self.bytes.extend_from_slice(bytes),
            Some(_) => self.bytes = Vec::new(),
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bytes: &[u8]) -> (Option<usize>, Result<Vec<u8>, Fault>) {
        let mut body = Body::new(100_000);
        let mut used = None;
        // Byte by byte, as the worst network has it.
        for (number, byte) in bytes.iter().enumerate() {
            if body.take(&[*byte]).is_some() {
                used = Some(number + 1);
                break;
            }
        }
        (used, body.finish())
    }

    #[test]
    fn a_mail_ends_with_a_dot_and_has_its_own_dots_back() {
        let (used, mail) = taken(b"a\r\n..b\r\n.c\r\n\r\n.\r\nQUIT\r\n");
        assert_eq!((used, mail), (Some(17), Ok(b"a\r\n.b\r\nc\r\n\r\n".to_vec())));
        assert_eq!(taken(b".\r\n"), (Some(3), Ok(Vec::new())));
        assert_eq!(taken(b"a\r\n.\r").0, None);
    }

    #[test]
    fn nothing_but_cr_lf_dot_cr_lf_ends_a_mail() {
        for smuggled in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r.\r\n"] {
            let bytes = format!("a{smuggled}MAIL FROM:<eve@example.com>\r\n.\r\n");
            let (used, mail) = taken(bytes.as_bytes());
            assert_eq!((used, mail), (Some(bytes.len()), Err(Fault::BareLineEnd)), "{smuggled:?}");
        }
    }

    #[test]
    fn what_is_too_large_or_too_long_is_read_to_its_end_and_refused() {
        let line = format!("{}\r\n", "x".repeat(98));
        assert_eq!(
            taken(format!("{}.\r\n", line.repeat(1_000)).as_bytes()).1.map(|b| b.len()),
            Ok(100_000)
        );
        let large = format!("{}x\r\n.\r\n", line.repeat(1_000));
        assert_eq!(taken(large.as_bytes()), (Some(large.len()), Err(Fault::TooLarge)));
        let long = format!("{}\r\n.\r\n", "x".repeat(LONGEST_LINE + 1));
        assert_eq!(taken(long.as_bytes()).1, Err(Fault::LongLine));
        let mut endless = Body::new(10);
        endless.take(&[b'x'; 41]);
        assert!(!endless.is_endless());
        endless.take(&[b'x'; 4]);
        assert!(endless.is_endless());
    }
}
