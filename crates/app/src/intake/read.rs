//! Reading a mail that came in: what becomes of it, in one transaction. A mail that was read is left alone, so that
//! a second run does no harm.

use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, MailId, ReportId};
use portreeve_core::intake::{ANSWERS_PER_HOUR, Answerer, MailState, Why, is_same_address, judge};
use portreeve_core::notice::Audience;
use portreeve_core::report::{LONGEST_TEXT, Report};
use portreeve_core::text::{lines, one_line, storable};
use portreeve_core::time::{Span, Timestamp};
use portreeve_formats::{Action, DeliveryReport, Mail, RecipientReport};
use portreeve_store::{MailEnd, MailReading, MailRow, SentNotice, StoreError, Tx};

use super::token::{AnswerTokens, NoticeName, Shown, notice_of};
use crate::desk::Desk;
use crate::record::Record;
use crate::report::{Act, ActError, Conditions, act_in};

/// The window of [`ANSWERS_PER_HOUR`].
const HOUR: Span = Span::from_mins(60);

/// Longest words of a server in the history, in characters.
const LONGEST_DETAIL: usize = 500;

/// Whether a mail was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// Something became of it, now or before.
    Done,
    /// It tells of a notice that is not on record yet: servers are sometimes faster than our own writing.
    Later,
}

/// What becomes of a mail.
struct Fate {
    state: MailState,
    why: Option<Why>,
    report: Option<ReportId>,
}

impl Fate {
    fn of(state: MailState, report: ReportId) -> Self {
        Self { state, why: None, report: Some(report) }
    }

    fn waits(why: Why, report: Option<ReportId>) -> Self {
        Self { state: MailState::Waiting, why: Some(why), report }
    }
}

/// Reads a mail, if nobody has. With `may_wait`, one that tells of a notice which is not on record yet is left for
/// later.
pub async fn read(desk: &Desk, id: MailId, may_wait: bool) -> Result<Read, StoreError> {
    let Some((row, bytes)) = super::row_and_bytes(desk, id).await? else { return Ok(Read::Done) };
    if row.state != MailState::Unread.code() {
        return Ok(Read::Done);
    }
    let mail = in_the_background(bytes).await;
    let tokens = super::tokens(desk).await?;
    let mut tx = desk.db.write().await?;
    let Some(row) = tx.mail_alone(id).await?.filter(|row| row.state == MailState::Unread.code())
    else {
        return Ok(Read::Done);
    };
    let now = desk.now();
    let fate = match &mail {
        None => Ok(Some(Fate::waits(Why::Unreadable, None))),
        Some(mail) => {
            tx.put_mail_reading(id, &reading(mail)).await?;
            Reading { desk, tokens, tx: &mut tx, row: &row, mail, now, may_wait }.fate().await
        }
    };
    let fate = match fate {
        Ok(Some(fate)) => fate,
        Ok(None) => return Ok(Read::Later),
        Err(ActError::Store(error)) => return Err(error),
        Err(refused) => {
            // Nothing of what was begun may stay.
            drop(tx);
            tracing::warn!("mail {id} waits, its report did not take it: {refused}");
            tx = desk.db.write().await?;
            Fate::waits(Why::Unreadable, None)
        }
    };
    let why = fate.why.map(Why::code);
    let end = MailEnd { state: fate.state.code(), why, report: fate.report, by: None };
    tx.end_mail(id, &end, now.as_millisecond()).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(Read::Done)
}

/// Reads bytes away from the threads that answer callers. Nothing when that cannot be done.
pub(super) async fn in_the_background(bytes: Vec<u8>) -> Option<Mail> {
    let read = tokio::task::spawn_blocking(move || portreeve_formats::read(&bytes)).await;
    if let Err(error) = &read {
        tracing::error!("a mail could not be read: {error}");
    }
    read.ok()
}

fn reading(mail: &Mail) -> MailReading {
    MailReading {
        message_id: mail.message_id.as_deref().map(|id| storable(&one_line(id, 998))),
        from_address: storable(&one_line(mail.from.as_deref().unwrap_or_default(), 320)),
        subject: storable(&one_line(&mail.subject, portreeve_formats::LONGEST_LINE)),
        files: i64::try_from(mail.files.len()).unwrap_or(i64::MAX),
    }
}

/// What somebody wrote, as a message: without the quotation, where something is left; and what is not in it.
pub(super) fn message(mail: &Mail) -> String {
    let written = [&mail.said, &mail.text].into_iter().find(|text| !text.trim().is_empty());
    let mut text = written.map_or_else(|| "[A mail without text.]".to_owned(), |text| lines(text));
    let mut remarks = String::new();
    match mail.files.len() {
        0 => {}
        1 => remarks.push_str("\n\n[A file came with this mail.]"),
        files => remarks.push_str(&format!("\n\n[{files} files came with this mail.]")),
    }
    let too_long = "\n\n[The mail is longer. The abuse desk has all of it.]";
    let room = LONGEST_TEXT - remarks.chars().count();
    if text.trim().chars().count() > room {
        text = text.trim().chars().take(room - too_long.chars().count()).collect();
        text.push_str(too_long);
    }
    storable(&format!("{}{remarks}", text.trim()))
}

struct Reading<'a> {
    desk: &'a Desk,
    tokens: &'a AnswerTokens,
    tx: &'a mut Tx,
    row: &'a MailRow,
    mail: &'a Mail,
    now: Timestamp,
    may_wait: bool,
}

impl Reading<'_> {
    /// Nothing: it is not time yet.
    async fn fate(&mut self) -> Result<Option<Fate>, ActError> {
        let is_from_nobody = self.row.envelope_from.as_deref() == Some("");
        match &self.mail.delivery {
            Some(delivery) => Ok(self.bounce(delivery).await?),
            None if is_from_nobody || self.mail.automatic.is_some() => {
                Ok(Some(self.automatic().await?))
            }
            None => Ok(Some(self.answer().await?)),
        }
    }

    fn shown(&self) -> Shown {
        let addresses = self.mail.addressed_to.iter().map(String::as_str);
        let addresses = std::iter::once(self.row.envelope_to.as_str()).chain(addresses);
        self.tokens.shown(addresses, self.mail.refers_to.iter().map(String::as_str))
    }

    async fn answer(&mut self) -> Result<Fate, ActError> {
        let id = match self.shown() {
            Shown::Nothing => return Ok(Fate::waits(Why::NoToken, None)),
            Shown::False => return Ok(Fate::waits(Why::FalseToken, None)),
            Shown::Report(id) => id,
        };
        let Some(report) = self.tx.report_alone(id).await? else {
            return Ok(Fate::waits(Why::NoToken, None));
        };
        let known = match &report.subject {
            Some(subject) => self.tx.service(&subject.service).await?,
            None => None,
        };
        let service = known.filter(|known| known.ended_at.is_none()).map(|known| known.service);
        let answerer = Answerer {
            sender: self.mail.from.as_deref(),
            customer: service
                .as_ref()
                .map(|service| (service.customer_id.as_str(), service.customer_email.as_str())),
            answers: self.lately(id, MailState::Answer).await?,
        };
        if let Err(why) = judge(&report, &answerer) {
            return Ok(Fate::waits(why, Some(id)));
        }
        let act = Act::CustomerAnswer(message(self.mail));
        act_in(self.tx, self.desk, id, &Actor::Customer, act, &Conditions::default()).await?;
        let files = self.mail.files.len();
        let event = Event::AnsweredByMail { mail: MailId(self.row.id), files };
        self.put_on_record(&report, &Actor::Customer, event).await?;
        Ok(Fate::of(MailState::Answer, id))
    }

    /// A machine's answer to a notice is put on record. Nothing is answered, and nobody has the move by it.
    async fn automatic(&mut self) -> Result<Fate, ActError> {
        let Shown::Report(id) = self.shown() else { return Ok(Fate::waits(Why::Automatic, None)) };
        let Some(report) = self.tx.report_alone(id).await? else {
            return Ok(Fate::waits(Why::Automatic, None));
        };
        if self.lately(id, MailState::Automatic).await? >= ANSWERS_PER_HOUR {
            return Ok(Fate::waits(Why::TooMany, Some(id)));
        }
        let event = Event::AutomaticAnswer { mail: MailId(self.row.id) };
        self.put_on_record(&report, &Actor::Desk, event).await?;
        Ok(Fate::of(MailState::Automatic, id))
    }

    /// What a server says of a notice counts when it is about a Message-ID of ours and an address that it went to.
    async fn bounce(&mut self, delivery: &DeliveryReport) -> Result<Option<Fate>, StoreError> {
        for id in &delivery.returned {
            let Some(name) = notice_of(id) else { continue };
            let NoticeName { report, notice, audience, at } = name;
            let sent = self.tx.sent_notice(report, notice, audience, at.as_millisecond()).await?;
            let Some(sent) = sent else {
                if self.may_wait && self.is_of_our_domain(id) {
                    return Ok(None);
                }
                continue;
            };
            if !is_its_message_id(&sent.message_id, id) {
                continue;
            }
            let goes_to = |address: &str| is_told_in(&sent.detail, address);
            let recipients = delivery.recipients.iter().filter(|recipient| {
                goes_to(&recipient.address) || recipient.original.as_deref().is_some_and(goes_to)
            });
            let mut fits = false;
            for recipient in recipients {
                fits = true;
                self.write_down(name, &sent, recipient).await?;
            }
            if fits {
                return Ok(Some(Fate::of(MailState::Bounce, report)));
            }
        }
        let report = match self.shown() {
            Shown::Report(report) => Some(report),
            Shown::Nothing | Shown::False => None,
        };
        Ok(Some(Fate::waits(Why::OtherBounce, report)))
    }

    fn is_of_our_domain(&self, id: &str) -> bool {
        let ours = self.desk.mail.as_ref().map(|mail| mail.domain.as_str());
        id.rsplit_once('@').is_some_and(|(_, domain)| Some(domain) == ours)
    }

    /// What became of a notice for one of those whom it went to.
    async fn write_down(
        &mut self,
        name: NoticeName,
        sent: &SentNotice,
        recipient: &RecipientReport,
    ) -> Result<(), StoreError> {
        let Some(report) = self.tx.report_alone(name.report).await? else { return Ok(()) };
        let NoticeName { report: id, notice, audience, at } = name;
        let said = [&recipient.answer, &recipient.status].into_iter().find(|said| !said.is_empty());
        let said = said.map_or("no reason was given", String::as_str);
        let detail = storable(&one_line(&format!("{}: {said}", recipient.address), LONGEST_DETAIL));
        let what = match recipient.action {
            Action::Failed => {
                let mut is_first = false;
                if audience == Audience::Customer {
                    let now = self.now.as_millisecond();
                    let detail = keeping_address(&sent.detail, &detail);
                    let at = at.as_millisecond();
                    if !self.tx.bounce_notice(id, notice, audience, at, &detail, now).await? {
                        return Ok(());
                    }
                    is_first = self.tx.bounced_notices(id).await? == 1;
                }
                Event::NoticeBounced { notice, audience, detail, is_first }
            }
            Action::Delayed => Event::Hint {
                text: format!("the notice \"{}\" is late for {detail}", notice.as_str()),
            },
            Action::Delivered => Event::Hint {
                text: format!("the notice \"{}\" was handed on to {detail}", notice.as_str()),
            },
        };
        self.put_on_record(&report, &Actor::Desk, what).await
    }

    async fn lately(&mut self, report: ReportId, state: MailState) -> Result<i64, StoreError> {
        let since = HOUR.before(self.now).as_millisecond();
        self.tx.count_mails_of(report, state.code(), since, ANSWERS_PER_HOUR).await
    }

    async fn put_on_record(
        &mut self,
        report: &Report,
        by: &Actor,
        event: Event,
    ) -> Result<(), StoreError> {
        let service = report.subject.as_ref().map(|subject| &subject.service);
        let mut record = Record::new(self.desk);
        record.add(report.id, service, by, &[event], self.now);
        record.write(self.tx, self.now).await
    }
}

/// Whether `id` is the Message-ID of a notice, or of the same one to a further member of staff.
fn is_its_message_id(stored: &str, id: &str) -> bool {
    let stored = stored.trim_matches(['<', '>']);
    let further = |(local, domain): (&str, &str)| {
        let (first, number) = local.rsplit_once('.')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        (is_number && number.len() <= 4).then(|| format!("{first}@{domain}"))
    };
    stored == id || id.rsplit_once('@').and_then(further).is_some_and(|first| first == stored)
}

/// Whether an address is among those that a notice went to, as its record names them.
fn is_told_in(detail: &str, address: &str) -> bool {
    let words = detail.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';'));
    words.filter(|word| !word.is_empty()).any(|word| is_same_address(word, address))
}

/// The record of a notice that came back still names the address that it went to: a server may tell of it twice.
fn keeping_address(sent_to: &str, detail: &str) -> String {
    let is_named = sent_to.split_whitespace().next().is_some_and(|to| is_told_in(detail, to));
    if is_named { detail.to_owned() } else { format!("{} ({detail})", one_line(sent_to, 320)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_what_was_written_and_says_what_it_has_not() {
        let file = portreeve_formats::File {
            name: "a".into(),
            media_type: "text/plain".into(),
            bytes: Vec::new(),
        };
        let mail = |said: &str, text: &str, files: usize| Mail {
            said: said.into(),
            text: text.into(),
            files: vec![file.clone(); files],
            ..Mail::default()
        };
        assert_eq!(message(&mail(" Done.\r\n", "x", 0)), "Done.");
        assert_eq!(message(&mail("", "> only quoted\n", 0)), "> only quoted");
        assert_eq!(message(&mail(" ", "", 0)), "[A mail without text.]");
        assert_eq!(message(&mail("a\0b", "", 2)), "a b\n\n[2 files came with this mail.]");
        let long = message(&mail(&"ü".repeat(LONGEST_TEXT + 1), "", 1));
        assert_eq!(long.chars().count(), LONGEST_TEXT);
        assert!(long.contains("longer") && long.ends_with("[A file came with this mail.]"));
        assert_eq!(message(&mail(&"ü".repeat(LONGEST_TEXT), "", 0)), "ü".repeat(LONGEST_TEXT));
    }

    #[test]
    fn a_notice_is_known_by_its_message_id_and_the_addresses_on_its_record() {
        let stored = "<report-1.opened.staff.7@example.com>";
        assert!(is_its_message_id(stored, "report-1.opened.staff.7@example.com"));
        assert!(is_its_message_id(stored, "report-1.opened.staff.7.2@example.com"));
        assert!(!is_its_message_id(stored, "report-1.opened.staff.7@example.net"));
        assert!(!is_its_message_id(stored, "report-1.opened.staff.7.x@example.com"));
        assert!(is_told_in("ada@example.com, not ben@example.com: refused", "Ben@example.com"));
        assert!(!is_told_in("ada@example.com", "da@example.com"));
        assert!(!is_told_in("", ""));
        let kept = keeping_address("info@example.com", "ada@example.com: 550");
        assert_eq!(kept, "info@example.com (ada@example.com: 550)");
        assert_eq!(
            keeping_address("ada@example.com", "ada@example.com: 550"),
            "ada@example.com: 550"
        );
    }
}
