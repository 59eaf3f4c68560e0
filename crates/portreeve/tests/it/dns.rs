//! A DNS server of our own, and mails that are signed with keys that it has.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

use crate::world::*;

/// Texts by their names. A name whose text is `silence` is never answered.
type Records = Arc<Mutex<HashMap<String, String>>>;

/// A server that knows a few texts, and of everything else that it is not there.
pub(crate) struct Dns {
    pub(crate) port: u16,
    records: Records,
}

impl Dns {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let records = Records::default();
        let known = Arc::clone(&records);
        // Ends with the process of the test.
        std::thread::spawn(move || {
            let mut bytes = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut bytes) {
                if let Some(answer) = answer(&bytes[..length], &known.lock().unwrap()) {
                    socket.send_to(&answer, from).unwrap();
                }
            }
        });
        Self { port, records }
    }

    pub(crate) fn set(&self, name: &str, text: &str) {
        self.records.lock().unwrap().insert(name.to_owned(), text.to_owned());
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.records.lock().unwrap()[name].clone()
    }

    /// Lets the desk of this world ask it.
    pub(crate) fn serves(&self, world: &World) {
        let options = world.read("portreeve.toml");
        let dns = format!("\n[dns]\nresolvers = [\"127.0.0.1:{}\"]\n", self.port);
        world.write("portreeve.toml", &format!("{options}{dns}"));
    }
}

/// The answer to a question (RFC 1035 §4), if it is to be answered.
fn answer(question: &[u8], records: &HashMap<String, String>) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*question.get(at)?);
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at + 1..=at + length)?).to_lowercase());
        at += length + 1;
    }
    let kind = u16::from_be_bytes([*question.get(at + 1)?, *question.get(at + 2)?]);
    let text = records.get(&labels.join(".")).filter(|_| kind == 16);
    if text.is_some_and(|text| text == "silence") {
        return None;
    }
    let mut out = question[..2].to_vec();
    let (flags, count) = if text.is_some() { (0x8180_u16, 1_u16) } else { (0x8183, 0) };
    for word in [flags, 1, count, 0, 0] {
        out.extend(word.to_be_bytes());
    }
    out.extend(&question[12..at + 5]);
    if let Some(text) = text {
        out.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        let mut data = Vec::new();
        for piece in text.as_bytes().chunks(255) {
            data.push(u8::try_from(piece.len()).unwrap());
            data.extend(piece);
        }
        out.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        out.extend(data);
    }
    Some(out)
}

/// A key with which somebody signs.
pub(crate) struct Key {
    secret: Vec<u8>,
    domain: String,
    selector: String,
}

impl Key {
    /// Makes one, and puts its public half into the DNS.
    pub(crate) fn of(domain: &str, selector: &str, dns: &Dns) -> Self {
        let secret = Ed25519Key::generate_pkcs8().unwrap();
        let key = Ed25519Key::from_pkcs8_der(&secret).unwrap();
        let public = STANDARD.encode(key.public_key());
        let text = format!("v=DKIM1; k=ed25519; p={public}");
        dns.set(&format!("{selector}._domainkey.{domain}"), &text);
        Self { secret, domain: domain.to_owned(), selector: selector.to_owned() }
    }

    /// A mail with its signature above it.
    pub(crate) fn sign(&self, mail: &str) -> String {
        self.sign_with(mail, |signer| signer)
    }

    pub(crate) fn sign_with(
        &self,
        mail: &str,
        how: impl FnOnce(
            DkimSigner<Ed25519Key, mail_auth::dkim::Done>,
        ) -> DkimSigner<Ed25519Key, mail_auth::dkim::Done>,
    ) -> String {
        let mail = mail.replace("\r\n", "\n").replace('\n', "\r\n");
        let key = Ed25519Key::from_pkcs8_der(&self.secret).unwrap();
        let signer = DkimSigner::from_key(key)
            .domain(&self.domain)
            .selector(&self.selector)
            .headers(["From", "To", "Subject", "Date"]);
        let signature = how(signer).sign(mail.as_bytes()).unwrap();
        format!("{}{mail}", signature.to_header())
    }
}
