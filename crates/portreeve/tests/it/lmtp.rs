//! A mail server that hands mail over to a desk, and mails to hand over.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use crate::world::*;

/// Where a desk takes mail.
#[derive(Clone, Copy)]
pub(crate) struct Lmtp {
    pub(crate) port: u16,
}

/// A port that is free, and stays so between two starts of a desk: those that the system gives to outgoing connections
/// begin higher.
fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(|| 15_000 + rand::random::<u16>() % 15_000).find(is_free).unwrap()
}

/// Lets the desk of this world take mail on a free port, and answers go to `address`.
pub(crate) fn take_mail(world: &World, address: &str) -> Lmtp {
    let port = free_port();
    let options = world.read("portreeve.toml");
    let more = format!("\n[mail.in]\naddress = \"{address}\"\nlmtp = \"127.0.0.1:{port}\"\n");
    world.write("portreeve.toml", &format!("{options}{more}"));
    Lmtp { port }
}

/// One conversation.
pub(crate) struct Conversation {
    stream: BufReader<TcpStream>,
}

impl Lmtp {
    /// Begins a conversation with `LHLO`; nothing when nobody listens.
    pub(crate) fn try_begin(self) -> Option<Conversation> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let mut conversation = Conversation { stream: BufReader::new(stream) };
        conversation.answer();
        conversation.say("LHLO mx.example.com");
        Some(conversation)
    }

    pub(crate) fn begin(self) -> Conversation {
        self.try_begin().unwrap()
    }

    /// Hands a mail over, and returns what was answered for the recipient.
    pub(crate) fn hand_over(self, from: &str, to: &str, mail: &str) -> String {
        let mut conversation = self.begin();
        conversation.say(&format!("MAIL FROM:<{from}>"));
        conversation.say(&format!("RCPT TO:<{to}>"));
        conversation.say("DATA");
        conversation.send(&stuffed(mail));
        conversation.answer()
    }
}

/// A mail as it travels, with its end.
pub(crate) fn stuffed(mail: &str) -> String {
    let mut out = String::new();
    for line in mail.lines() {
        let dot = if line.starts_with('.') { "." } else { "" };
        out.push_str(&format!("{dot}{line}\r\n"));
    }
    out + ".\r\n"
}

impl Conversation {
    /// Sends a line and returns the answer's last line.
    pub(crate) fn say(&mut self, line: &str) -> String {
        self.send(&format!("{line}\r\n"));
        self.answer()
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The last line of the next answer; empty when the other side has gone.
    pub(crate) fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).unwrap_or(0) == 0 {
                return String::new();
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }
}

/// The value of a header of a mail; folded ones are put together.
pub(crate) fn header(mail: &str, name: &str) -> String {
    let mail = mail.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let begin = format!("{}:", name.to_lowercase());
    let head = mail.split("\n\n").next().unwrap_or_default();
    let found = head.lines().find(|line| line.to_lowercase().starts_with(&begin));
    found.map(|line| line[begin.len()..].trim().to_owned()).unwrap_or_default()
}

/// An answer to a notice as a person writes it.
pub(crate) fn answer_to(notice: &str, from: &str, text: &str) -> String {
    let id = header(notice, "Message-ID");
    format!(
        "From: {from}\nTo: {}\nSubject: Re: {}\nMessage-ID: <{}.{:x}@example.com>\nIn-Reply-To: {id}\n\
         References: {id}\n\n{text}\n\nOn Tue, 1 Jan 2030, Abuse desk <abuse@example.com> wrote:\n> Hello\n",
        header(notice, "Reply-To"),
        header(notice, "Subject"),
        text.len(),
        text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())),
    )
}

/// What a server says of a notice that it could not deliver (or not yet).
pub(crate) fn delivery_report(notice: &str, to: &str, action: &str, said: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.com\nTo: {}\nSubject: Undelivered\nMIME-Version: 1.0\n\
         Auto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nSorry.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n\
         Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {}\nDiagnostic-Code: smtp; {said}\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {}\nSubject: {}\n\n--b--\n",
        header(notice, "Reply-To"),
        if action == "failed" { "5.1.1" } else { "4.4.1" },
        header(notice, "Message-ID"),
        header(notice, "Subject"),
    )
}
