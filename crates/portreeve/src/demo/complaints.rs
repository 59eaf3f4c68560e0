//! Sample complaints that come in: some are placed, some wait, one is of a reporter who was muted.

use anyhow::{Context, Result, bail};
use portreeve_app::intake::{self, Door, Incoming, MailEnvelope, Read};
use portreeve_app::{Desk, inbox, reporter};
use portreeve_core::ids::{Actor, MailId};
use portreeve_core::intake::{Lane, Standing};
use portreeve_core::time::{Span, Timestamp};

/// Whose complaints are set aside.
const MUTED: &str = "bot@noise.example";

/// Tries of reading one.
const TRIES: u32 = 5;

/// Lets them come in.
pub(super) async fn load(desk: &Desk) -> Result<()> {
    let ago = |hours: i64| Span::from_mins(hours * 60).before(desk.now());
    let spam = |hours: i64, number: u32| {
        let at = ago(hours);
        format!(
            "From: Feedback Loop <fbl@mailbox.example>\nTo: abuse@example.com\nSubject: Spam complaint\n\
             Message-ID: <demo-{number}@mailbox.example>\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n\
             --x\nContent-Type: text/plain\n\nThis is a report about unwanted mail.\n\n\
             --x\nContent-Type: message/feedback-report\n\n\
             Feedback-Type: abuse\nUser-Agent: Mailbox/1\nVersion: 1\nSource-IP: 192.0.2.20\nArrival-Date: {at}\n\n\
             --x\nContent-Type: message/rfc822\n\nFrom: offers@example.net\nSubject: Offer {number}\n\nBuy now!\n\n--x--\n"
        )
    };
    let attack = |from: &str, source: &str, at: Timestamp| {
        format!(
            "From: {from}\nTo: abuse@example.com\nSubject: Login attacks from {source}\n\
             Message-ID: <demo-{source}@reports.example>\n\n\
             Source IP: {source}\nDate: {at}\nAttack type: SSH brute force\n"
        )
    };
    let honeypot = "Honeypot <reports@honeypot.example>";
    for number in 1..=4 {
        take(desk, &spam(i64::from(number), number), Lane::Known).await?;
    }
    take(desk, &attack(honeypot, "2001:db8:20::5", ago(2)), Lane::Known).await?;
    // Nobody here, and nothing that says what it is about.
    take(desk, &attack(honeypot, "198.51.100.200", ago(3)), Lane::Untrusted).await?;
    let vague = "From: Angry Person <angry@example.org>\nTo: abuse@example.com\nSubject: Stop it!\n\n\
                 One of your customers keeps sending me spam. Do something!\n";
    take(desk, vague, Lane::Untrusted).await?;
    take(desk, &attack(MUTED, "192.0.2.30", ago(5)), Lane::Untrusted).await?;
    let all = reporter::list(desk, "", None, 100).await?;
    let noisy = all.iter().find(|one| one.email == MUTED).context("the reporter is unknown")?;
    reporter::mute(desk, noisy.reference, &Actor::Staff("demo".to_owned())).await?;
    let muted = take(desk, &attack(MUTED, "192.0.2.60", ago(1)), Lane::Untrusted).await?;
    let item = inbox::of(desk, muted).await?.context("it is gone")?;
    if item.state != Standing::SetAside.code() {
        bail!("a complaint of a muted reporter was not set aside");
    }
    Ok(())
}

async fn take(desk: &Desk, text: &str, lane: Lane) -> Result<MailId> {
    let envelope = MailEnvelope::default();
    let door = Door::CommandLine;
    let raw = text.as_bytes();
    let incoming = Incoming { door: &door, envelope: &envelope, name: "", lane: Some(lane), raw };
    let received = intake::receive(desk, &incoming).await?;
    for left in (0..TRIES).rev() {
        if intake::read(desk, received.id, left > 0).await? == Read::Done {
            break;
        }
    }
    Ok(received.id)
}
