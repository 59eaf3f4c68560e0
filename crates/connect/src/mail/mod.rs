//! Ways to mail servers. Headers are set through typed builders only: no text can begin a new header.

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use async_trait::async_trait;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use portreeve_app::notice::{Envelope, MailError, Mailer};
use portreeve_core::text::{is_mail_address, with_ascii_domain};

mod imap;
mod lmtp;
mod maildir;
mod smtp;

pub use imap::{ImapAccount, ImapProtection};
pub use lmtp::{LmtpAddress, LmtpListener, serve as serve_lmtp};
pub use maildir::Maildir;
pub use smtp::{Protection, Smtp, SmtpServer};

/// Longest line of a mail without its end (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;

/// Writes each mail into a folder, one `.eml` file a mail.
#[derive(Debug, Clone)]
pub struct Folder {
    from: Mailbox,
    path: PathBuf,
}

/// The sender of all mail: `abuse@example.com` or `Abuse desk <abuse@example.com>`.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads a sender.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("{text:?} is no mail address: {error}"))
    }

    /// The address alone.
    pub fn address(&self) -> String {
        self.0.email.to_string()
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl Folder {
    /// A folder for mails; made when it is not there.
    pub fn new(from: Sender, path: PathBuf) -> Self {
        Self { from: from.0, path }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.path)?;
        let unfinished = self.path.join(format!(".{name}.part"));
        let mut file = std::fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, self.path.join(name))
    }
}

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, envelope: &Envelope) -> Result<(), MailError> {
        let message = build(&self.from, envelope)?;
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let id = envelope.message_id.trim_matches(['<', '>']);
        let name: String =
            id.split('@').next().unwrap_or(id).chars().filter(|c| safe(*c)).collect();
        let folder = self.clone();
        let write = move || folder.write(&format!("{name}.eml"), &message.formatted());
        tokio::task::spawn_blocking(write)
            .await
            .unwrap_or_else(|ended| Err(std::io::Error::other(ended)))
            .map_err(|error| MailError::Later(format!("cannot write to the mail folder: {error}")))
    }
}

/// A mail address with its domain as the network has it: few servers take one in its own letters, and all know what it
/// stands for. Servers have mailboxes that the standard does not know (`a..b@example.com`, `b.@example.com`); they get
/// their mail as well.
fn address(text: &str) -> Option<Address> {
    let text = with_ascii_domain(text);
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let (local, domain) = text.rsplit_once('@').filter(|_| is_mail_address(&text))?;
    // Nothing but the order of its dots is left to object to: no character that ends an address or a line.
    Address::new("abuse", domain).is_ok().then(|| Address::new_dangerous(local, domain))
}

fn build(from: &Mailbox, envelope: &Envelope) -> Result<Message, MailError> {
    let refused = |why: String| MailError::Refused(why);
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| refused(error.to_string()));
    let own = envelope.sender.as_deref();
    let from = own.map_or_else(|| Ok(from.clone()), |own| mailbox(&own.from))?;
    let reply_to = own.and_then(|own| own.reply_to.as_deref()).map(mailbox).transpose()?;
    let sender_address = from.email.clone();
    let mut builder = Message::builder()
        .from(from)
        .message_id(Some(envelope.message_id.clone()))
        .references(envelope.references.clone())
        .date(SystemTime::try_from(envelope.date).unwrap_or(SystemTime::UNIX_EPOCH))
        .subject(envelope.letter.subject.clone())
        // RFC 3834 §5: automatic mail says so, and gets no automatic answers.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            if envelope.is_reply { "auto-replied" } else { "auto-generated" }.to_owned(),
        ))
        // The same for Exchange, whose machines know only this. `All` would keep back what did not reach anybody, too.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
            "OOF, AutoReply".to_owned(),
        ));
    let to = &envelope.to;
    let address = address(to).ok_or_else(|| refused(format!("{to:?} is no mail address")))?;
    let mut back = sender_address;
    if let Some(answers_to) = &envelope.answers_to {
        // Answers come back with what they are about, and so do bounces.
        let answers = self::address(answers_to)
            .ok_or_else(|| refused(format!("{answers_to:?} is no address for answers")))?;
        back = answers.clone();
        if reply_to.is_none() {
            builder = builder.reply_to(Mailbox::new(None, answers));
        }
    }
    // The route is named, so that no header is read for it: not every address that servers take reads back.
    let back = Some(back).filter(|_| !envelope.is_reply);
    let route = lettre::address::Envelope::new(back, vec![address.clone()]);
    builder = builder.envelope(route.map_err(|error| refused(error.to_string()))?);
    builder = builder.to(Mailbox::new(None, address));
    // Where one is named for the sender, that is whom people are to write to.
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to);
    }
    let body = envelope.letter.body.clone();
    let built = match &envelope.letter.html {
        None => builder.header(ContentType::TEXT_PLAIN).body(body),
        Some(html) => builder.multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, body))
                .singlepart(part(ContentType::TEXT_HTML, html.clone())),
        ),
    };
    built.map_err(|error| refused(error.to_string()))
}

/// A part of a mail. What can go out as it is does, so that no link in it is broken in two.
fn part(kind: ContentType, text: String) -> SinglePart {
    let fits = |line: &str| line.len() <= LONGEST_LINE;
    let builder = SinglePart::builder().header(kind);
    if text.is_ascii() && text.lines().all(fits) {
        let text = text.lines().collect::<Vec<_>>().join("\r\n") + "\r\n";
        let encoding = ContentTransferEncoding::SevenBit;
        return builder.body(Body::dangerous_pre_encoded(text.into_bytes(), encoding));
    }
    builder.body(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::notice::Letter;
    use portreeve_core::time::from_millis;

    fn envelope(to: &str) -> Envelope {
        Envelope {
            to: to.to_owned(),
            letter: Letter {
                subject: "[abuse #1] Spam – ü\u{2028}Bcc: x@example.net".into(),
                body: "Hello,\n\n.\nBcc: nobody\n".into(),
                html: Some("<p>Hello</p>".into()),
            },
            message_id: "<report-1.opened.customer.1@example.com>".into(),
            references: "<report-1@example.com>".into(),
            date: from_millis(1_700_000_000_000).expect("in range"),
            sender: None,
            answers_to: None,
            is_reply: false,
        }
    }

    #[test]
    fn mailboxes_that_servers_have_and_the_standard_does_not_get_mail() {
        let from = Sender::parse("Abuse desk <abuse@example.com>").expect("good");
        for to in ["a..b@example.com", "b.@example.com", ".b@example.com"] {
            for answers_to in [None, Some("abuse+r1@example.com".to_owned())] {
                let message = build(&from.0, &Envelope { answers_to, ..envelope(to) }).expect(to);
                let recipients: Vec<String> =
                    message.envelope().to().iter().map(ToString::to_string).collect();
                assert_eq!(recipients, [to]);
                let mail = String::from_utf8(message.formatted()).expect("UTF-8");
                assert!(mail.contains(&format!("\r\nTo: {to}\r\n")), "{mail}");
            }
        }
        for to in [
            "",
            "a@",
            "@example.com",
            "a b@example.com",
            "a@b@example.com",
            "a>\r\nBcc: x@example.com",
            "a,b@example.com",
            "a..b@exa_mple..com",
        ] {
            assert!(build(&from.0, &envelope(to)).is_err(), "{to:?}");
        }
    }

    #[tokio::test]
    async fn a_mail_becomes_one_file_under_its_message_id_and_a_second_run_adds_none() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let from = Sender::parse("Abuse desk <abuse@example.com>").expect("good");
        assert_eq!(from.domain(), "example.com");
        let folder = Folder::new(from, dir.path().join("mail"));
        for _ in 0..2 {
            folder.send(&envelope("ada@example.net")).await.expect("the folder takes it");
        }
        let files: Vec<_> = std::fs::read_dir(dir.path().join("mail")).expect("made").collect();
        assert_eq!(files.len(), 1);
        let path = dir.path().join("mail/report-1.opened.customer.1.eml");
        let text = std::fs::read_to_string(path).expect("written");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers end");
        assert!(headers.contains("Message-ID: <report-1.opened.customer.1@example.com>"));
        assert!(headers.contains("Auto-Submitted: auto-generated"));
        assert!(headers.contains("X-Auto-Response-Suppress: OOF, AutoReply"));
        assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
    }

    #[test]
    fn a_mail_goes_to_a_domain_as_the_network_has_it() {
        let from = Sender::parse("abuse@example.com").expect("good");
        let mut envelope = envelope("info@müller.example.com");
        envelope.answers_to = Some("abuse+r1.x@bücher.example.com".into());
        let built = build(&from.0, &envelope).expect("an address");
        let to: Vec<&str> = built.envelope().to().iter().map(AsRef::as_ref).collect();
        assert_eq!(to, ["info@xn--mller-kva.example.com"]);
        let back: Option<&str> = built.envelope().from().map(AsRef::as_ref);
        assert_eq!(back, Some("abuse+r1.x@xn--bcher-kva.example.com"));
        let text = String::from_utf8(built.formatted()).expect("text");
        assert!(text.contains("\r\nTo: info@xn--mller-kva.example.com\r\n"), "{text}");
    }

    #[test]
    fn an_automatic_answer_says_so_and_never_comes_back() {
        let from = Sender::parse("abuse@example.com").expect("good");
        let answer = Envelope { is_reply: true, ..envelope("ada@example.net") };
        let built = build(&from.0, &answer).expect("an address");
        assert!(built.envelope().from().is_none());
        let text = String::from_utf8(built.formatted()).expect("text");
        assert!(text.contains("\r\nAuto-Submitted: auto-replied\r\n"), "{text}");
    }

    #[tokio::test]
    async fn what_is_no_address_is_refused_for_good() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let from = Sender::parse("abuse@example.com").expect("good");
        let folder = Folder::new(from, dir.path().to_owned());
        for bad in ["nobody", "a@example.com\r\nBcc: b@example.com", "a b@example.com"] {
            let sent = folder.send(&envelope(bad)).await;
            assert!(matches!(sent, Err(MailError::Refused(_))), "{bad:?}: {sent:?}");
        }
    }
}
