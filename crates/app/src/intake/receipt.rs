//! Receipts to those who complain, where the setting `intake.acknowledge` wants them: an automatic answer as RFC 3834 has
//! it. Nobody gets one for a mail of a machine or a list, at an address that was only claimed (unless everybody is to get
//! one), or twice within a day; and none has a word in it that its recipient's mail brought along.

use portreeve_core::ids::MailId;
use portreeve_core::intake::Lane;
use portreeve_core::notice::Letter;
use portreeve_core::settings::{Acknowledge, Mode};
use portreeve_core::text::{is_mail_address, with_ascii_domain};
use portreeve_core::time::{Span, from_millis};
use portreeve_i18n::{Language, text, time};
use portreeve_store::{JobKind, MailRow, NewJob, StoreError, Tx};

use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::notice::{Envelope, MailError, message_id_of};

/// How often one address gets a receipt at the most.
pub(crate) const ONE_WITHIN: Span = Span::from_mins(24 * 60);

/// What begins the key of a job that sends one.
const KEY: &str = "receipt:";

/// Whether a mail may get a receipt, as far as what is stored of it tells.
fn may_get_one(desk: &Desk, row: &MailRow) -> bool {
    let wanted = desk.live().settings.intake.acknowledge;
    let is_authenticated =
        !row.auth_domain.is_empty() && matches!(row.lane, Some(Lane::Known | Lane::Trusted));
    // Where the mail server names a sender, an answer to somebody else would go to whoever was forged.
    let is_senders = row.envelope_from.as_deref().is_none_or(|envelope| {
        is_authenticated && !envelope.is_empty() || same(envelope, &row.from_address)
    });
    let is_wanted = match wanted {
        Acknowledge::Never => false,
        Acknowledge::Known => is_authenticated,
        Acknowledge::All => true,
    };
    let is_complaint = row.format.is_some() && row.not_a_report.is_none();
    is_wanted
        && is_complaint
        && is_senders
        && matches!(super::channel(&row.door), "lmtp" | "imap" | "folder")
        && is_mail_address(&row.from_address)
        && !desk.config.own_addresses.have(&row.from_address)
}

fn same(a: &str, b: &str) -> bool {
    with_ascii_domain(a).eq_ignore_ascii_case(&with_ascii_domain(b))
}

/// Causes a receipt for a complaint that was read, in the transaction that writes down what became of it.
pub(super) async fn acknowledge(
    tx: &mut Tx,
    desk: &Desk,
    id: MailId,
    is_automatic: bool,
) -> Result<(), StoreError> {
    let intake = &desk.live().settings.intake;
    let is_never = intake.acknowledge == Acknowledge::Never || intake.mode == Mode::Observe;
    if is_automatic || is_never || desk.mail.is_none() {
        return Ok(());
    }
    let Some(row) = tx.mail(id).await?.filter(|row| may_get_one(desk, row)) else { return Ok(()) };
    let job = NewJob { kind: JobKind::SendAlert, key: format!("{KEY}{}", row.id.0) };
    tx.enqueue(&[job], desk.now().as_millisecond()).await
}

/// Whether a job's key is that of a receipt, and of which mail.
pub(crate) fn mail_of(key: &str) -> Option<MailId> {
    key.strip_prefix(KEY)?.parse().ok().map(MailId)
}

/// Sends the receipt for a mail, unless its address had one within a day. A second run sends it again under the same
/// Message-ID.
pub(crate) async fn send(desk: &Desk, id: MailId) -> Result<Result<(), String>, StoreError> {
    let Some(mail) = &desk.mail else { return Ok(Ok(())) };
    let Some(row) = desk.db.read().await?.mail(id).await? else { return Ok(Ok(())) };
    if !may_get_one(desk, &row) {
        return Ok(Ok(()));
    }
    let now = desk.now();
    let address = with_ascii_domain(&row.from_address).to_lowercase();
    let before = ONE_WITHIN.before(now).as_millisecond();
    let mut tx = desk.db.write().await?;
    // No address is kept for it.
    let hash = sha256_hex(address.as_bytes());
    let is_its_turn = tx.take_receipt(&hash, id, before, now.as_millisecond()).await?;
    tx.commit().await?;
    if !is_its_turn {
        return Ok(Ok(()));
    }
    let language = Language::English;
    let zone = jiff::tz::TimeZone::UTC;
    let received = time::instant(language, &zone, row.received_at);
    let number = row.id.0.to_string();
    let subject = text!(language, "acknowledgement-subject", number = number.clone());
    let body = format!(
        "{}\n\n{}\n\n{}\n",
        text!(language, "acknowledgement-what", number = number, received = received),
        text!(language, "acknowledgement-next"),
        text!(language, "acknowledgement-automatic"),
    );
    let own = |name: &str| message_id_of(name, &mail.domain);
    let envelope = Envelope {
        to: row.from_address.clone(),
        letter: Letter { subject, body, html: None },
        message_id: own(&format!("receipt.{}", id.0)),
        references: references(&row).unwrap_or_else(|| own("receipt")),
        date: from_millis(row.received_at).unwrap_or(now),
        sender: None,
        answers_to: None,
        is_reply: true,
    };
    Ok(match mail.mailer.send(&envelope).await {
        Ok(()) => Ok(()),
        // Nobody waits for it.
        Err(MailError::Refused(_)) => Ok(()),
        Err(MailError::Later(why)) => Err(why),
    })
}

/// The Message-ID of an authenticated mail, if it is a plain one: what somebody else wrote goes to nobody.
fn references(row: &MailRow) -> Option<String> {
    let id = row.message_id.as_deref().filter(|_| !row.auth_domain.is_empty())?;
    let is_plain =
        id.len() <= 200 && id.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_+=$".contains(c));
    is_plain.then(|| format!("<{id}>"))
}
