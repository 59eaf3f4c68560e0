//! Which report a mail is about that shows no code of ours, and which mails are the desk's own.

use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::intake::{ANSWERS_PER_HOUR, MailState, Why};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::Hint;
use portreeve_store::StoreError;

use super::read::{Fate, Reading, is_its_message_id};
use super::token::{named, notice_of};

/// Whether the desk sent a mail itself.
pub(super) enum Own {
    /// It did.
    Is(Fate),
    /// It did not.
    IsNot,
    /// It is written like a notice that is not on record yet.
    PerhapsSoon,
}

impl Reading<'_> {
    /// A mail without a code waits: with the report that it names where it comes from that one's customer, for a relay may
    /// have put another Message-ID in the place of ours. Anybody can write any sender; that gains them that a person looks.
    pub(super) async fn without_code(
        &mut self,
        why: Why,
        why_named: Why,
    ) -> Result<Fate, StoreError> {
        Ok(match self.named_by_its_customer().await? {
            Some(report) => Fate::waits(why_named, Some(report)),
            None => Fate::waits(why, None),
        })
    }

    /// The first of the reports that the mail names whose customer it comes from.
    pub(super) async fn named_by_its_customer(&mut self) -> Result<Option<ReportId>, StoreError> {
        let addresses = self.mail.addressed_to.iter().map(String::as_str);
        let addresses = std::iter::once(self.row.envelope_to.as_str()).chain(addresses);
        let references = self.mail.refers_to.iter().map(String::as_str);
        let is_ours =
            |domain: &str| self.desk.mail.as_ref().is_some_and(|mail| mail.has_domain(domain));
        for id in named(addresses, references, &self.mail.subject, is_ours) {
            let Some(report) = self.tx.report(id).await? else { continue };
            match self.judged(&report).await? {
                // It is the customer's, and would not count now for another reason.
                Ok(()) | Err(Why::TooMany | Why::Closed) => return Ok(Some(id)),
                Err(Why::OtherSender) if self.may_be_by_customer(&report).await? => {
                    return Ok(Some(id));
                }
                Err(_) => {}
            }
        }
        Ok(None)
    }

    /// What the desk sent to an address of its own is a line in the history of its report, and no work for staff. Only
    /// what is on record as sent counts, and so many within an hour: anybody can write our address as their sender.
    pub(super) async fn own(&mut self) -> Result<Own, StoreError> {
        let (Some(from), Some(id)) = (&self.mail.from, &self.mail.message_id) else {
            return Ok(Own::IsNot);
        };
        if !self.desk.config.own_addresses.have(from) || !self.is_of_our_domain(id) {
            return Ok(Own::IsNot);
        }
        let Some((report, notice, audience)) = self.sent_as(id).await? else {
            return Ok(if self.may_wait { Own::PerhapsSoon } else { Own::IsNot });
        };
        let Some(report) = self.tx.report_alone(report).await? else { return Ok(Own::IsNot) };
        if self.lately(report.id, MailState::Own).await? >= ANSWERS_PER_HOUR {
            return Ok(Own::Is(Fate::waits(Why::TooMany, Some(report.id))));
        }
        let hint = Hint::NoticeToDesk { notice, audience };
        self.put_on_record(&report, &Actor::Desk, Event::Hint { hint }).await?;
        Ok(Own::Is(Fate::of(MailState::Own, report.id)))
    }

    /// The notice that is on record under this Message-ID; of a digest the first that stands in it.
    async fn sent_as(
        &mut self,
        id: &str,
    ) -> Result<Option<(ReportId, Notice, Audience)>, StoreError> {
        let Some(name) = notice_of(id) else {
            let told = self.tx.notices_of_digest(&format!("<{id}>"), 1).await?;
            return Ok(told
                .first()
                .map(|(report, notice, ..)| (*report, *notice, Audience::Customer)));
        };
        let at = name.at.as_millisecond();
        let sent = self.tx.sent_notice(name.report, name.notice, name.audience, at).await?;
        let is_it = sent.is_some_and(|sent| is_its_message_id(&sent.message_id, id));
        Ok(is_it.then_some((name.report, name.notice, name.audience)))
    }
}
