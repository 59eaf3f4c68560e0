//! Notices that came back, or are late.

use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::intake::{ANSWERS_PER_HOUR, MailState, Why, is_same_address};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::{Hint, NotDelivered};
use portreeve_core::text::{one_line, storable};
use portreeve_core::time::from_millis;
use portreeve_formats::{Action, DeliveryReport, RecipientReport};
use portreeve_store::{SentNotice, StoreError};

use super::super::token::{NoticeName, Shown, notice_of};
use super::{Fate, LATEST_NOTICES, LONGEST_DETAIL, Reading};
use crate::notice::LONGEST_DIGEST;

impl Reading<'_> {
    /// What a server says of a notice counts when it is about a Message-ID of ours and an address that it went to, or
    /// came to the address that stands only in the notices of one report and is about one that such a notice went to.
    pub(super) async fn bounce(
        &mut self,
        delivery: &DeliveryReport,
    ) -> Result<Option<Fate>, StoreError> {
        for id in &delivery.returned {
            let Some(told) = self.told_by(id).await? else { return Ok(None) };
            if let Some(fate) = self.came_back(delivery, told).await? {
                return Ok(Some(fate));
            }
        }
        let Shown::Report(report) = self.shown() else {
            return Ok(Some(Fate::waits(Why::OtherBounce, None)));
        };
        // It came without the mail, or a relay gave that another Message-ID.
        let Some(told) = self.last_told(report, delivery).await? else { return Ok(None) };
        let fate = self.came_back(delivery, told).await?;
        Ok(Some(fate.unwrap_or_else(|| Fate::waits(Why::OtherBounce, Some(report)))))
    }

    /// Writes down what a server says of those of these notices that went to whom it names. Nothing: it names none of
    /// them.
    async fn came_back(
        &mut self,
        delivery: &DeliveryReport,
        told: Vec<(NoticeName, SentNotice)>,
    ) -> Result<Option<Fate>, StoreError> {
        let mut fits = None;
        for (name, sent) in told {
            // One line for a notice, however many a mail tells: what failed goes first.
            let meant = delivery.recipients.iter().filter(|one| is_meant(&sent, one));
            let Some(recipient) = meant.min_by_key(|one| one.action != Action::Failed) else {
                continue;
            };
            let is_full = self.lately(name.report, MailState::Bounce).await? >= ANSWERS_PER_HOUR;
            if is_full && recipient.action != Action::Failed {
                return Ok(Some(Fate::waits(Why::TooMany, Some(name.report))));
            }
            fits = Some(name.report);
            self.write_down(name, recipient).await?;
        }
        Ok(fits.map(|report| Fate::of(MailState::Bounce, report)))
    }

    /// The last notice to a report's customer that went to one of these recipients; one that came back already only
    /// where no other did. Nothing: none is on record yet.
    async fn last_told(
        &mut self,
        report: ReportId,
        delivery: &DeliveryReport,
    ) -> Result<Option<Vec<(NoticeName, SentNotice)>>, StoreError> {
        let rows = self.tx.notices_to_customer(report, LATEST_NOTICES).await?;
        if rows.is_empty() && self.may_wait {
            return Ok(None);
        }
        let is_named =
            |sent: &SentNotice| delivery.recipients.iter().any(|one| is_meant(sent, one));
        let mut told: Vec<_> = customer_notices(rows);
        told.retain(|(_, sent)| is_named(sent));
        told.sort_by_key(|(_, sent)| sent.bounced_at.is_some());
        told.truncate(1);
        Ok(Some(told))
    }

    /// The notices that a mail of ours with this Message-ID told of: one, or all of a digest. Nothing: it is not on record
    /// yet.
    async fn told_by(
        &mut self,
        id: &str,
    ) -> Result<Option<Vec<(NoticeName, SentNotice)>>, StoreError> {
        let told = match notice_of(id) {
            Some(name) => {
                let NoticeName { report, notice, audience, at } = name;
                let at = at.as_millisecond();
                if let Some(sent) = self.tx.sent_notice(report, notice, audience, at).await? {
                    let is_it = is_its_message_id(&sent.message_id, id);
                    return Ok(Some(is_it.then_some((name, sent)).into_iter().collect()));
                }
                Vec::new()
            }
            None if id.starts_with("digest.") => self.told_by_digest(id).await?,
            None => return Ok(Some(Vec::new())),
        };
        let may_come = told.is_empty() && self.may_wait && self.is_of_our_domain(id);
        Ok((!may_come).then_some(told))
    }

    async fn told_by_digest(
        &mut self,
        id: &str,
    ) -> Result<Vec<(NoticeName, SentNotice)>, StoreError> {
        let rows = self.tx.notices_of_digest(&format!("<{id}>"), LONGEST_DIGEST).await?;
        Ok(customer_notices(rows))
    }

    pub(in crate::intake) fn is_of_our_domain(&self, id: &str) -> bool {
        let domain = id.rsplit_once('@').map(|(_, domain)| domain);
        let mail = self.desk.mail.as_ref();
        domain.zip(mail).is_some_and(|(domain, mail)| mail.has_domain(domain))
    }

    /// What became of a notice for one of those whom it went to.
    async fn write_down(
        &mut self,
        name: NoticeName,
        recipient: &RecipientReport,
    ) -> Result<(), StoreError> {
        let Some(report) = self.tx.report_alone(name.report).await? else { return Ok(()) };
        let NoticeName { report: id, notice, audience, at } = name;
        let said = [&recipient.answer, &recipient.status].into_iter().find(|said| !said.is_empty());
        let clean = |text: &str| storable(&one_line(text, LONGEST_DETAIL));
        let said = said.map(|said| clean(said));
        let address = clean(&recipient.address);
        let what = match recipient.action {
            Action::Failed => {
                let mut is_first = false;
                if audience == Audience::Customer {
                    let now = self.now.as_millisecond();
                    let at = at.as_millisecond();
                    let why = NotDelivered::Bounced {
                        address: address.clone(),
                        said: said.clone().unwrap_or_default(),
                    };
                    if !self.tx.bounce_notice(id, notice, audience, at, &why, now).await? {
                        return Ok(());
                    }
                    is_first = self.tx.bounced_notices(id).await? == 1;
                }
                Event::NoticeBounced { notice, audience, address, said, is_first }
            }
            Action::Delayed => {
                let said = said.unwrap_or_default();
                Event::Hint { hint: Hint::NoticeDelayed { notice, address, said } }
            }
            Action::Delivered => {
                let said = said.unwrap_or_default();
                Event::Hint { hint: Hint::NoticeRelayed { notice, address, said } }
            }
        };
        self.put_on_record(&report, &Actor::Desk, what).await
    }
}

fn customer_notices(
    rows: Vec<(ReportId, Notice, i64, SentNotice)>,
) -> Vec<(NoticeName, SentNotice)> {
    let name = |(report, notice, at, sent)| {
        let (audience, at) = (Audience::Customer, from_millis(at)?);
        Some((NoticeName { report, notice, audience, at }, sent))
    };
    rows.into_iter().filter_map(name).collect()
}

/// Whether a server tells of somebody to whom this notice went.
fn is_meant(sent: &SentNotice, recipient: &RecipientReport) -> bool {
    let goes_to =
        |address: &str| sent.recipients.iter().any(|one| is_same_address(&one.address, address));
    goes_to(&recipient.address) || recipient.original.as_deref().is_some_and(goes_to)
}

/// Whether `id` is the Message-ID of a notice, or of the same one to a further member of staff.
pub(in crate::intake) fn is_its_message_id(stored: &str, id: &str) -> bool {
    let stored = stored.trim_matches(['<', '>']);
    let further = |(local, domain): (&str, &str)| {
        let (first, number) = local.rsplit_once('.')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        (is_number && number.len() <= 4).then(|| format!("{first}@{domain}"))
    };
    stored.eq_ignore_ascii_case(id)
        || id
            .rsplit_once('@')
            .and_then(further)
            .is_some_and(|first| first.eq_ignore_ascii_case(stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_known_by_its_message_id() {
        let stored = "<report-1.opened.staff.7@example.com>";
        assert!(is_its_message_id(stored, "report-1.opened.staff.7@example.com"));
        assert!(is_its_message_id(stored, "report-1.opened.staff.7.2@example.com"));
        assert!(!is_its_message_id(stored, "report-1.opened.staff.7@example.net"));
        assert!(!is_its_message_id(stored, "report-1.opened.staff.7.x@example.com"));
    }
}
