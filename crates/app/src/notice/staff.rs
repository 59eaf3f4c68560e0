//! Which members of staff are told what, where, and in which language.

use jiff::tz::TimeZone;
use portreeve_core::event::Event;
use portreeve_core::ids::Actor;
use portreeve_core::language::{Language, zone};
use portreeve_core::notice::Notice;
use portreeve_core::report::Report;
use portreeve_core::staff_notice::Wishes;
use portreeve_i18n as i18n;
use portreeve_store::{StoreError, ToldStaff, Tx};

use super::to_staff::{self, StaffNotice};
use super::{Addressed, NoticeJob, Plan, Planning};
use crate::audit;
use crate::desk::Desk;
use crate::staff::{StaffError, Thing, can_be_told_at};

/// Everybody who may be told.
#[derive(Debug)]
pub(super) struct Told {
    /// Addresses of the desk's own.
    shared: Vec<String>,
    members: Vec<ToldStaff>,
}

/// Somebody who is told.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) to: String,
    pub(super) language: Language,
    pub(super) zone: TimeZone,
}

impl Reader {
    fn shared(address: &str) -> Self {
        Self { to: address.to_owned(), language: Language::English, zone: TimeZone::UTC }
    }

    fn member(of: &ToldStaff) -> Self {
        let to = if of.told_at.is_empty() { &of.email } else { &of.told_at };
        Self {
            to: to.clone(),
            language: Language::of(&of.language).unwrap_or(Language::English),
            zone: zone(&of.time_zone),
        }
    }
}

impl Told {
    pub(super) async fn read(tx: &mut Tx, shared: &[String]) -> Result<Self, StoreError> {
        Ok(Self { shared: shared.to_vec(), members: tx.staff_to_tell().await? })
    }

    /// Those who are told something, each mailbox once.
    fn readers(&self, wants: impl Fn(&ToldStaff, &Wishes) -> bool) -> Vec<Reader> {
        let chosen = self.members.iter().filter(|member| {
            wants(member, &Wishes::of(member.told.as_deref(), !self.shared.is_empty()))
        });
        let shared = self.shared.iter().map(|address| Reader::shared(address));
        let mut readers: Vec<Reader> = Vec::new();
        for reader in shared.chain(chosen.map(Reader::member)) {
            if !readers.iter().any(|known| known.to.eq_ignore_ascii_case(&reader.to)) {
                readers.push(reader);
            }
        }
        readers
    }

    /// Those who get the summary of a day.
    pub(super) fn of_summary(&self) -> Vec<Reader> {
        self.readers(|_, wishes| wishes.summary)
    }

    /// Those who are told of what a person has to look at.
    pub(super) fn of_alert(&self) -> Vec<Reader> {
        self.readers(|_, wishes| wishes.notices.contains(&Notice::NeedsStaff))
    }

    fn of_notice(&self, notice: Notice, report: &Report) -> Vec<Reader> {
        self.readers(|member, wishes| {
            wishes.want(notice, report.assignee.as_deref() == Some(&member.name))
        })
    }
}

impl Planning<'_> {
    pub(super) async fn for_staff(
        &mut self,
        report: &Report,
        job: NoticeJob,
        cause: Option<&Event>,
    ) -> Result<Plan, StoreError> {
        if self.staff.is_none() {
            self.staff = Some(Told::read(self.tx, &self.settings.staff_addresses).await?);
        }
        let Some(told) = &self.staff else { return Ok(Plan::Nobody) };
        let readers = told.of_notice(job.notice, report);
        if readers.is_empty() {
            return Ok(Plan::Nobody);
        }
        let letters = readers.into_iter().map(|reader| {
            let notice = staff_notice(self.desk, report, cause, &reader);
            Addressed {
                letter: to_staff::notice(reader.language, job.notice, &notice),
                to: reader.to,
            }
        });
        Ok(Plan::Send(letters.collect()))
    }
}

fn staff_notice(
    desk: &Desk,
    report: &Report,
    cause: Option<&Event>,
    reader: &Reader,
) -> StaffNotice {
    let tell = |event| i18n::history::sentence(reader.language, &reader.zone, event);
    let what_happened = cause.map(tell);
    let service = report.subject.as_ref().map(|subject| subject.service.to_string());
    StaffNotice {
        report: report.id,
        is_claim: service.is_none(),
        service: service.or_else(|| report.claimed_service.as_ref().map(ToString::to_string)),
        category: report.allegation.category.clone(),
        service_ip: report.allegation.service_ip.clone(),
        suspend_method: report.allegation.suspend_method.as_str(),
        what_happened: what_happened.unwrap_or_default(),
        link: desk.base_url().map(|base| format!("{base}/admin/reports/{}", report.id.0)),
    }
}

/// What a member of staff is told by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What they chose; none: they have not.
    pub wishes: Option<Wishes>,
    /// Where, if not at their usual address.
    pub address: String,
}

/// Writes down what a member of staff chose; without wishes they are told as if they never had.
pub async fn choose(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    choice: &Choice,
) -> Result<(), StaffError> {
    let address = choice.address.trim();
    if !address.is_empty() {
        can_be_told_at(desk, address)?;
    }
    let words = choice.wishes.as_ref().map(Wishes::words);
    let mut tx = desk.db.write().await?;
    if !tx.put_told(name, words.as_deref(), address).await? {
        return Err(StaffError::Missing { what: Thing::StaffMember, name: name.to_owned() });
    }
    let detail = format!("{name}: {}", words.as_deref().unwrap_or("as usual"));
    audit::log(&mut tx, desk.now(), actor, "staff_told", &detail).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, told: Option<&str>, told_at: &str) -> ToldStaff {
        ToldStaff {
            name: name.into(),
            email: format!("{name}@example.com"),
            language: "de".into(),
            time_zone: String::new(),
            told: told.map(ToOwned::to_owned),
            told_at: told_at.into(),
        }
    }

    #[test]
    fn each_mailbox_is_told_once_and_members_only_what_they_chose_where_the_desk_has_addresses() {
        let told = |shared: &[&str]| Told {
            shared: shared.iter().map(|&one| one.to_owned()).collect(),
            members: vec![
                member("alice", None, ""),
                member("bob", Some("summary"), "Alice@example.com"),
                member("carol", Some("opened"), ""),
            ],
        };
        let to = |readers: Vec<Reader>| -> Vec<String> {
            readers.into_iter().map(|reader| reader.to).collect()
        };
        assert_eq!(to(told(&[]).of_summary()), ["alice@example.com"], "one mailbox");
        let shared = to(told(&["team@example.com"]).of_summary());
        assert_eq!(shared, ["team@example.com", "Alice@example.com"]);
    }
}
