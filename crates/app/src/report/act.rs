//! Every act on a report, whichever door it comes through.

use portreeve_core::attachment::Scan;
use portreeve_core::enforcement;
use portreeve_core::event::{Channel, Event, Kind};
use portreeve_core::ids::{Actor, Press, ReportId, ServiceKey};
use portreeve_core::intake::ANSWERS_PER_HOUR;
use portreeve_core::ledger::parse_address;
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::report::{
    Claim, Hold, LONGEST_CATEGORY, LONGEST_CUSTOMER_TEXTS, LONGEST_TEXT, MoveError, Moved, Outcome,
    Report, Subject, Turn,
};
use portreeve_core::service::NO_DEDICATED_IP;
use portreeve_core::settings::Settings;
use portreeve_core::text::{is_blank, storable};
use portreeve_core::time::{Span, Timestamp, to_whole_millis};
use portreeve_store::{Counted, IdempotencyRow, NewMessage, NewNote, StoreError, Tx};

use super::acts::{Act, NewDeadline, Protected};
use super::attach::{Owner, Place, attach};
use super::facts::{count_suspension, facts};
use super::open::KEYS_LIVE;
use super::refused::ActError;
use crate::attachment::Files;
use crate::customer::Customer;
use crate::desk::Desk;
use crate::intake::without_secret_links;
use crate::payment;
use crate::record::Record;
use crate::staff::has_right;

/// The window of [`ANSWERS_PER_HOUR`], and within which staff are told of a customer's messages once.
const HOUR: Span = Span::from_mins(60);

/// Members of staff among whom somebody is looked for who has not acted on a report.
const MOST_STAFF: i64 = 1_000;

/// What must hold for an act to be done.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// The report still has this revision.
    pub revision: Option<i64>,
    /// It was not done before: idempotency key, and hash of the request.
    pub once: Option<(String, String)>,
    /// The report is this customer's; and so is its service, where the act gives that back.
    pub customer: Option<Customer>,
}

/// An act that is done.
#[derive(Debug, Clone)]
pub struct Done {
    /// The report after it.
    pub report: Report,
    /// It was done before, under the same idempotency key; nothing was done now.
    pub replayed: bool,
}

/// Does `act` to a report and returns the report after it.
pub async fn act(desk: &Desk, id: ReportId, actor: &Actor, act: Act) -> Result<Report, ActError> {
    Ok(act_if(desk, id, actor, act, &Conditions::default()).await?.report)
}

/// Does `act` to a report if the conditions hold.
pub async fn act_if(
    desk: &Desk,
    id: ReportId,
    actor: &Actor,
    act: Act,
    conditions: &Conditions,
) -> Result<Done, ActError> {
    act_with(desk, id, actor, act, conditions, Files::default()).await
}

/// Does `act`, which writes something, to a report if the conditions hold, and stores the files that come with what is
/// written: all of it, or nothing.
pub async fn act_with(
    desk: &Desk,
    id: ReportId,
    actor: &Actor,
    act: Act,
    conditions: &Conditions,
    files: Files,
) -> Result<Done, ActError> {
    let mut tx = desk.db.write().await?;
    let done = act_in(&mut tx, desk, id, actor, act, conditions, files).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(done)
}

/// Does `act` to a report in a transaction of the caller, who commits it, and rings [`Desk::work`] after that.
pub(crate) async fn act_in(
    tx: &mut Tx,
    desk: &Desk,
    id: ReportId,
    actor: &Actor,
    act: Act,
    conditions: &Conditions,
    files: Files,
) -> Result<Done, ActError> {
    let now = desk.now();
    let live = desk.live();
    if let Act::MergeInto(other) = &act
        && other.0 < id.0
    {
        // Two reports are always taken in the order of their numbers.
        tx.report_alone(*other).await?;
    }
    let before = tx.report_alone(id).await?.ok_or(ActError::NoReport(id))?;
    if let Some(customer) = &conditions.customer {
        is_theirs(tx, customer, &before, &act).await?;
    }
    if let Some(once) = &conditions.once
        && was_done(tx, id, actor, once, now).await?
    {
        return Ok(Done { report: before, replayed: true });
    }
    if conditions.revision.is_some_and(|revision| revision != before.revision) {
        return Err(ActError::ChangedMeanwhile(id));
    }
    let settings = &live.settings;
    let mut change = Change { desk, tx, actor, settings, now, files, attached: Vec::new() };
    let (after, mut events) = change.make(before.clone(), act).await?;
    if !change.files.is_empty() {
        return Err(ActError::FilesWithoutText);
    }
    events.append(&mut change.attached);
    change.keep(&before, &after, &events).await?;
    let report = tx.report(id).await?.ok_or(ActError::NoReport(id))?;
    Ok(Done { report, replayed: false })
}

/// Whether a customer may do this to a report, as both stand now that nobody else can change the report. That of somebody
/// else is not there.
async fn is_theirs(
    tx: &mut Tx,
    customer: &Customer,
    report: &Report,
    act: &Act,
) -> Result<(), ActError> {
    let subject = report.subject.as_ref().filter(|_| customer.owns(report));
    let subject = subject.ok_or(ActError::NoReport(report.id))?;
    let gives_back = matches!(act, Act::TakeBack(_) | Act::Pay);
    if gives_back && !payment::is_still_theirs(tx, &subject.service, &customer.customer_id).await? {
        return Err(ActError::ServiceMoved);
    }
    Ok(())
}

/// Takes an idempotency key for this act, or finds that it was done under it.
async fn was_done(
    tx: &mut Tx,
    report: ReportId,
    actor: &Actor,
    (key, request_hash): &(String, String),
    now: Timestamp,
) -> Result<bool, ActError> {
    let caller = actor.reference();
    let since = KEYS_LIVE.before(now).as_millisecond();
    tx.forget_idempotency_keys(since).await?;
    let row = IdempotencyRow {
        caller: caller.clone(),
        key: key.clone(),
        request_hash: request_hash.clone(),
        report,
        warnings: "[]".to_owned(),
        created_at: now.as_millisecond(),
    };
    if tx.add_idempotency_rows(&[row]).await?.is_empty() {
        return Ok(false);
    }
    let known = tx.idempotency_rows(&[(caller, key)], since).await?;
    if known.iter().any(|row| row.request_hash == *request_hash) {
        Ok(true)
    } else {
        Err(ActError::KeyUsedForAnother)
    }
}

struct Change<'a> {
    desk: &'a Desk,
    tx: &'a mut Tx,
    actor: &'a Actor,
    settings: &'a Settings,
    now: Timestamp,
    /// What comes with the text, until the text is stored.
    files: Files,
    /// What the history says about files.
    attached: Vec<Event>,
}

impl Change<'_> {
    async fn make(&mut self, report: Report, act: Act) -> Result<Moved, ActError> {
        let id = report.id;
        let now = self.now;
        let moved = match act {
            Act::Answer(text) => {
                let moved = report.answer_by_staff(self.channel(), now);
                self.add_message(id, &text, false, &moved).await?;
                moved
            }
            Act::CustomerAnswer(text) => {
                let moved = report.answer_by_customer(
                    self.settings.time_limit.on_reply,
                    self.channel(),
                    now,
                );
                self.add_message(id, &text, true, &moved).await?;
                moved
            }
            Act::AnswerByMail(text, received) => {
                let on_reply = self.settings.time_limit.on_reply;
                let moved = report.answer_by_customer(on_reply, Channel::Mail, received.min(now));
                self.add_message(id, &text, true, &moved).await?;
                moved
            }
            Act::Note(text) => {
                self.add_note(id, &text).await?;
                Ok((report, vec![Event::Noted]))
            }
            Act::Extend(by) => report.extend(by),
            Act::Assign(service) => return self.assign(report, service).await,
            Act::Suspend(protected) => {
                self.mind_protection(&report, protected).await?;
                let moved = report.suspend(now);
                if let Ok((report, _)) = &moved {
                    self.wish_order_again(report).await?;
                }
                moved
            }
            Act::Adopt => return self.adopt(report).await,
            Act::Release => report.release(now),
            Act::TakeBack(statement) => {
                let limit = self.settings.unsuspend_limit;
                let on_reply = self.settings.time_limit.on_reply;
                let moved = report.unsuspend_by_customer(limit, on_reply, self.channel(), now);
                self.add_message(id, &statement, true, &moved).await?;
                moved
            }
            Act::Claim(claim, text) => {
                let moved =
                    report.claim(claim, self.settings.time_limit.on_reply, self.channel(), now);
                self.add_message(id, &text, true, &moved).await?;
                match moved {
                    Ok(moved) if claim == Claim::Contested => {
                        return self.hand_to_somebody_else(moved).await;
                    }
                    moved => moved,
                }
            }
            Act::AskForMoreTime(by, why) => {
                let settings = self.settings;
                let on_reply = settings.time_limit.on_reply;
                let moved =
                    report.ask_for_more_time(by, settings.more_time, on_reply, self.channel(), now);
                if !why.trim().is_empty() || !self.files.is_empty() {
                    self.add_message(id, &why, true, &moved).await?;
                }
                moved
            }
            Act::Approve(protected) => {
                if matches!(report.hold, Hold::Waiting { .. }) {
                    self.mind_protection(&report, protected).await?;
                }
                return self.approve(report).await;
            }
            Act::Refuse => report.refuse(),
            Act::Close { outcome, keep_suspended } => {
                if keep_suspended && !self.is_suspended_by_us(&report).await? {
                    return Err(ActError::NotSuspended(id));
                }
                report.close(outcome, keep_suspended, now)
            }
            Act::Reopen => report.reopen(),
            Act::AnswerAndClose { text, outcome, keep_suspended } => {
                return self.answer_and_close(report, &text, outcome, keep_suspended).await;
            }
            Act::SetDeadline(to) => {
                let deadline_at = match to {
                    NewDeadline::In(span) => span.after(now),
                    NewDeadline::At(at) => to_whole_millis(at),
                };
                report.set_deadline(deadline_at, &self.settings.time_limit, now)
            }
            Act::CancelDeadline => report.cancel_deadline(now),
            Act::RestoreDeadline => report.restore_deadline(self.settings.time_limit.on_reply, now),
            Act::HandOver(to) => {
                if let Some(name) = &to
                    && self.tx.staff_by_name(name).await?.is_none_or(|s| s.disabled_at.is_some())
                {
                    return Err(ActError::NoStaff(name.clone()));
                }
                Ok(report.hand_over(to))
            }
            Act::ChangeCategory(to) => {
                let to = storable(to.trim());
                if !(1..=LONGEST_CATEGORY).contains(&to.chars().count()) {
                    return Err(ActError::BadCategory);
                }
                self.tx.add_categories(std::slice::from_ref(&to)).await?;
                Ok(report.change_category(to))
            }
            Act::MergeInto(other) => return self.merge(report, other).await,
            Act::Unmerge => return self.unmerge(report).await,
            Act::OfferPayment(offered) => report.offer_payment(offered),
            Act::Pay => {
                payment::begin(self.desk, self.tx, &report, now).await?.map_err(ActError::Pay)?;
                Ok((report, Vec::new()))
            }
            Act::EndLinks => {
                let count = self.tx.revoke_client_links(id, now.as_millisecond()).await?;
                Ok((report, vec![Event::LinksRevoked { count }]))
            }
        };
        moved.map_err(|error| ActError::Move(id, error))
    }

    /// By which way whoever acts reached the desk; mails say so themselves.
    fn channel(&self) -> Channel {
        match self.actor {
            Actor::Staff(name) if name == Actor::COMMAND_LINE => Channel::Cli,
            Actor::Staff(_) | Actor::Customer | Actor::Desk => Channel::Page,
            Actor::Api(_) | Actor::Token { .. } => Channel::Api,
        }
    }

    async fn answer_and_close(
        &mut self,
        report: Report,
        text: &str,
        outcome: Outcome,
        keep_suspended: bool,
    ) -> Result<Moved, ActError> {
        let id = report.id;
        let failed = |error| ActError::Move(id, error);
        let moved = report.answer_by_staff(self.channel(), self.now);
        self.add_message(id, text, false, &moved).await?;
        let (report, mut events) = moved.map_err(failed)?;
        if keep_suspended && !self.is_suspended_by_us(&report).await? {
            return Err(ActError::NotSuspended(id));
        }
        let (report, closing) = report.close(outcome, keep_suspended, self.now).map_err(failed)?;
        events.extend(closing);
        Ok((report, events))
    }

    async fn merge(&mut self, report: Report, other: ReportId) -> Result<Moved, ActError> {
        let id = report.id;
        let into = self.tx.report_alone(other).await?.ok_or(ActError::NoReport(other))?;
        let (moved, (into, events)) =
            report.merge_into(into, self.now).map_err(|error| ActError::Move(id, error))?;
        self.keep_other(&into, &events).await?;
        Ok(moved)
    }

    async fn unmerge(&mut self, report: Report) -> Result<Moved, ActError> {
        let id = report.id;
        let failed = |error| ActError::Move(id, error);
        let merged = report.merged.ok_or_else(|| failed(MoveError::NotMerged))?;
        let other = self.tx.report_alone(merged.into).await?;
        let other = other.ok_or(ActError::NoReport(merged.into))?;
        let (moved, (other, events)) = report.unmerge(other, self.now).map_err(failed)?;
        self.keep_other(&other, &events).await?;
        Ok(moved)
    }

    /// Stores the report on the other side of a merging. Its hold is not a new suspension.
    async fn keep_other(&mut self, other: &Report, events: &[Event]) -> Result<(), StoreError> {
        self.tx.save_report(other).await?;
        let mut record = Record::new(self.desk);
        let service = other.subject.as_ref().map(|subject| &subject.service);
        record.add(other.id, service, self.actor, events, self.now);
        record.write(self.tx, self.now).await
    }

    /// Who contests a report is heard by somebody who has not acted on it; when there is no such person, by whoever
    /// looks first. Once: whoever contests again does not choose who decides.
    async fn hand_to_somebody_else(
        &mut self,
        (report, mut events): Moved,
    ) -> Result<Moved, ActError> {
        if self.tx.latest_event(report.id, &[Kind::Contested]).await?.is_some() {
            return Ok((report, events));
        }
        let others = self.tx.staff_who_did_not_act(report.id, MOST_STAFF).await?;
        let mut may_answer = others.into_iter().filter(|staff| has_right(&staff.rights, "answer"));
        let other = may_answer.find(|staff| report.assignee.as_ref() != Some(&staff.name));
        let (report, handed) = report.hand_over(other.map(|staff| staff.name));
        events.extend(handed);
        Ok((report, events))
    }

    async fn add_message(
        &mut self,
        id: ReportId,
        text: &str,
        from_customer: bool,
        moved: &Result<Moved, MoveError>,
    ) -> Result<(), ActError> {
        let body = text_that_fits(text)?;
        if moved.is_err() {
            return Ok(());
        }
        if from_customer && *self.actor == Actor::Customer {
            self.may_write(id, &body).await?;
        }
        let author = self.actor.to_string();
        let message = NewMessage { at: self.now.as_millisecond(), author, from_customer, body };
        let message = self.tx.add_message(id, &message).await?;
        self.attach(id, Owner::Message(message), from_customer).await
    }

    /// A customer's link may be in the hands of a program: what comes by it has a bound for each hour and report.
    async fn may_write(&mut self, id: ReportId, body: &str) -> Result<(), ActError> {
        let since = HOUR.before(self.now).as_millisecond();
        let (lately, bytes) = self.tx.written_by(id, &self.actor.to_string(), since).await?;
        if lately >= ANSWERS_PER_HOUR {
            return Err(ActError::TooManyAnswers);
        }
        let with_it = bytes.saturating_add(i64::try_from(body.len()).unwrap_or(i64::MAX));
        if with_it > LONGEST_CUSTOMER_TEXTS {
            return Err(ActError::NoRoomForText);
        }
        Ok(())
    }

    /// Whether staff are told of another message of the customer: not if the last one that was written is the
    /// customer's, too, and from the same hour of the clock. They see all of them on the report's page.
    async fn staff_know(&mut self, id: ReportId, events: &[Event]) -> Result<bool, StoreError> {
        let answers = |event: &Event| matches!(event, Event::Answered { by: Turn::Customer, .. });
        if *self.actor != Actor::Customer || !events.iter().any(answers) {
            return Ok(false);
        }
        let hour = |millis: i64| millis.div_euclid(HOUR.as_millis());
        let last = self.tx.latest_event(id, &[Kind::Answered]).await?;
        Ok(last.is_some_and(|last| {
            last.actor == self.actor.to_string() && hour(last.at) == hour(self.now.as_millisecond())
        }))
    }

    /// Stores the files that came along beside what was written.
    async fn attach(
        &mut self,
        report: ReportId,
        owner: Owner,
        from_customer: bool,
    ) -> Result<(), ActError> {
        let place = Place {
            report,
            owner,
            from_customer,
            actor: self.actor,
            limits: &self.settings.attachments,
            scan: if self.desk.scanner.is_some() { Scan::Waiting } else { Scan::NotScanned },
            now: self.now,
        };
        self.attached.extend(attach(self.tx, &place, std::mem::take(&mut self.files)).await?);
        Ok(())
    }

    async fn add_note(&mut self, id: ReportId, text: &str) -> Result<(), ActError> {
        let note = NewNote {
            report: id,
            at: self.now.as_millisecond(),
            author: self.actor.to_string(),
            from_opening: false,
            body: text_that_fits(text)?,
        };
        let note = self.tx.add_note(&note).await?;
        self.attach(id, Owner::Note(note), false).await
    }

    async fn assign(&mut self, report: Report, key: ServiceKey) -> Result<Moved, ActError> {
        let known = self.tx.service(&key).await?.filter(|known| known.ended_at.is_none());
        let known = known.ok_or_else(|| ActError::NoService(key.clone()))?;
        let facts = facts(self.tx, report.id, &key, None, None, self.settings, self.now).await?;
        let mut report = report;
        if report.allegation.service_ip == NO_DEDICATED_IP
            && parse_address(&known.service.dedicated_ip).is_ok()
        {
            report.allegation.service_ip.clone_from(&known.service.dedicated_ip);
        }
        let subject = Subject { service: key, customer_id: known.service.customer_id };
        let id = report.id;
        let limit = self.settings.time_limit_of(&report.allegation.category);
        report.assign(subject, &limit, &facts, self.now).map_err(|error| ActError::Move(id, error))
    }

    /// A protected service is suspended only by somebody who has said that they mean it.
    async fn mind_protection(
        &mut self,
        report: &Report,
        protected: Protected,
    ) -> Result<(), ActError> {
        let Some(subject) = report.subject.as_ref().filter(|_| protected == Protected::LeaveAlone)
        else {
            return Ok(());
        };
        let known = self.tx.service(&subject.service).await?;
        if known.is_some_and(|known| known.service.protected) {
            return Err(ActError::Protected(report.id, subject.service.clone()));
        }
        Ok(())
    }

    /// Approves what a guard held back; or, where staff do orders by hand, confirms that it is done.
    async fn approve(&mut self, report: Report) -> Result<Moved, ActError> {
        let id = report.id;
        let failed = |error| ActError::Move(id, error);
        let (Hold::Placed { .. } | Hold::Released { .. }, Some(subject)) =
            (&report.hold, &report.subject)
        else {
            return report.approve(self.now).map_err(failed);
        };
        let mut known = self.tx.enforcement_alone(&subject.service).await?;
        let Some((record, event)) = enforcement::confirm_by_hand(&known.record, self.now) else {
            return Err(failed(MoveError::NothingWaits));
        };
        known.record = record;
        self.tx.put_enforcement(&known).await?;
        Ok((report, vec![event]))
    }

    /// Nothing is left to be ordered: a report that is closed must not suspend anybody later.
    async fn is_suspended_by_us(&mut self, report: &Report) -> Result<bool, StoreError> {
        let Some(subject) = report.subject.as_ref().filter(|_| report.holds_service()) else {
            return Ok(false);
        };
        let known = self.tx.enforcement_alone(&subject.service).await?;
        Ok(matches!(known.record, enforcement::Record::Ours { .. }))
    }

    /// The report holds its service, and what keeps that off is ours once the panel was looked at.
    async fn adopt(&mut self, report: Report) -> Result<Moved, ActError> {
        let id = report.id;
        let failed = |error| ActError::Move(id, error);
        let (report, events) = report.adopt(self.now).map_err(failed)?;
        if let Some(subject) = &report.subject {
            let mut known = self.tx.enforcement_alone(&subject.service).await?;
            let adopted = enforcement::adopt(&known.record, self.now);
            known.record = adopted.ok_or(failed(MoveError::NothingToAdopt))?;
            self.tx.put_enforcement(&known).await?;
        }
        Ok((report, events))
    }

    async fn wish_order_again(&mut self, report: &Report) -> Result<(), StoreError> {
        let Some(subject) = &report.subject else { return Ok(()) };
        let mut known = self.tx.enforcement_alone(&subject.service).await?;
        known.order_again = true;
        self.tx.put_enforcement(&known).await
    }

    async fn keep(
        &mut self,
        before: &Report,
        after: &Report,
        events: &[Event],
    ) -> Result<(), StoreError> {
        // A note changes nothing that another one could be in the way of.
        let is_note = |event: &Event| matches!(event, Event::Noted | Event::NoteAttached { .. });
        if before != after || !events.iter().all(is_note) {
            self.tx.save_report(after).await?;
        }
        let is_undone_merging = before.merged.is_some() && after.merged.is_none();
        if newly_held_automatically(before, after) && !is_undone_merging {
            count_suspension(self.tx, after.id, self.now).await?;
        }
        let staff_know = self.staff_know(after.id, events).await?;
        let mut record = Record::new(self.desk);
        let service = after.subject.as_ref().map(|subject| &subject.service);
        if staff_know {
            record.without_notices_of(Notice::Answered, Audience::Staff);
        }
        record.add(after.id, service, self.actor, events, self.now);
        record.write(self.tx, self.now).await?;
        if counted(before) != counted(after) {
            self.tx.count_outcome(after.id, counted(after)).await?;
        }
        Ok(())
    }
}

/// How a report counts for those who complained, if it does.
pub(crate) fn counted(report: &Report) -> Option<Counted> {
    match report.state {
        portreeve_core::report::State::Closed {
            outcome: Outcome::Resolved | Outcome::NoResponse,
            ..
        } => Some(Counted::Upheld),
        portreeve_core::report::State::Closed { outcome: Outcome::Unfounded, .. } => {
            Some(Counted::Unfounded)
        }
        _ => None,
    }
}

/// The move placed a hold that nobody pressed.
pub(crate) fn newly_held_automatically(before: &Report, after: &Report) -> bool {
    !before.holds_service() && matches!(after.hold, Hold::Placed { by: Press::Automatic, .. })
}

/// A text as it is kept: without links by which its readers would act as the customer.
fn text_that_fits(text: &str) -> Result<String, ActError> {
    let text = without_secret_links(&storable(text.trim()));
    if !is_blank(&text) && text.chars().count() <= LONGEST_TEXT {
        Ok(text)
    } else {
        Err(ActError::BadText)
    }
}
