//! One service: look, order, look.
//!
//! The decision is the domain's ([`portreeve_core::enforcement::decide`]); here it is read, stored and
//! carried out. The record is stored before an order is sent, so that after a crash an order whose answer
//! nobody saw is known to be out and is looked for. Running this twice does no harm.

use portreeve_core::enforcement::{
    self, Action, Answer, Next, Observed, Out, Record as Suspension, UNSEEN_BEFORE_ALARM, Verdict,
    Wanted,
};
use portreeve_core::event::{Event, Kind, Turned};
use portreeve_core::guard::{Clock, Facts, Mails};
use portreeve_core::ids::{Actor, Press, ReportId, ServiceKey};
use portreeve_core::reason::NoEffect;
use portreeve_core::service::ServiceStatus;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{Enforcement, KnownService, StoreError, Tx};

use super::{Panel, PanelOrder, Target};
use crate::bridge;
use crate::desk::Desk;
use crate::payment;
use crate::record::Record;
use crate::report::service_facts;

/// Looks and orders in one run of the job. More than a suspension and its way back ever needs.
const STEPS: usize = 8;

/// How often a paused desk is asked whether it still is.
const WHILE_PAUSED: Span = Span::from_secs(2);

/// When the job has to run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing is left to do.
    Settled,
    /// Again at this instant.
    Again(Timestamp),
}

/// Why nobody has a service back by what happened, although the last hold on it is gone.
fn gave_nothing_back(events: &[Event]) -> Option<NoEffect> {
    events.iter().find_map(|event| match event {
        Event::LeftSuspended { .. } => Some(NoEffect::LeftSuspended),
        Event::NothingToSuspend { .. } => Some(NoEffect::ServiceGone),
        Event::Unsuspended { ran_already: true, .. } => Some(NoEffect::RanAlready),
        _ => None,
    })
}

/// What one step came to.
enum Step {
    Done(After),
    Send(PanelOrder),
    OnceMore,
}

/// What is wished of a service, and by whom.
struct Wish {
    wanted: Wanted,
    /// A person pressed what is wished now.
    pressed: bool,
    /// Reports whose history tells of it.
    reports: Vec<ReportId>,
    /// Since when each of them holds the service, milliseconds; nothing when none does.
    since: Vec<i64>,
    /// The service as the directory has it.
    known: Option<KnownService>,
    paused: bool,
}

/// Brings the panel's state of `service` in line with its holds, as far as it gets now.
pub async fn reconcile(
    desk: &Desk,
    service: &ServiceKey,
    jitter: i64,
) -> Result<After, StoreError> {
    for _ in 0..STEPS {
        let step = match desk.panel_for(service) {
            None => by_hand(desk, service).await?,
            Some(panel) => look(desk, panel, service, jitter).await?,
        };
        match step {
            Step::Done(after) => return Ok(after),
            Step::OnceMore => {}
            Step::Send(order) => {
                if order.action == Action::Unsuspend {
                    // An addon that still believes in a hold would veto what we order.
                    bridge::tell_before_order(desk, service).await;
                }
                if let Some(panel) = desk.panel_for(service) {
                    let answer = panel.enforcer.send(&order).await;
                    desk.metrics.ordered(&panel.name, order.action, &answer);
                    write_answer(desk, &order, answer).await?;
                }
            }
        }
    }
    Ok(After::Again(Span::from_secs(1).after(desk.now())))
}

async fn read_wish(tx: &mut Tx, service: &ServiceKey) -> Result<Wish, StoreError> {
    let holders = tx.holders(service).await?;
    let paused = tx.desk_state().await?.paused_at.is_some();
    let known = tx.service(service).await?;
    let Some((first, ..)) = holders.first() else {
        let released = tx.last_released(service).await?;
        let pressed = released.is_some_and(|(_, by)| by == Press::Staff);
        let reports = released.into_iter().map(|(id, _)| id).collect();
        let since = Vec::new();
        return Ok(Wish { wanted: Wanted::Free, pressed, reports, since, known, paused });
    };
    Ok(Wish {
        wanted: Wanted::Suspended { report: *first },
        pressed: holders.iter().any(|(_, by, _)| *by == Press::Staff),
        reports: holders.iter().map(|(id, ..)| *id).collect(),
        since: holders.iter().map(|(.., since)| *since).collect(),
        known,
        paused,
    })
}

/// Looks at the panel, decides, and stores what follows.
async fn look(
    desk: &Desk,
    panel: &Panel,
    service: &ServiceKey,
    jitter: i64,
) -> Result<Step, StoreError> {
    let (before, customer_id) = {
        let mut tx = desk.db.read().await?;
        let wish = read_wish(&mut tx, service).await?;
        let known = tx.enforcements(&[service]).await?.pop();
        let before = known.unwrap_or_else(|| Enforcement::untouched(service.clone()));
        if wish.wanted == Wanted::Free && before.record == Suspension::Clear {
            return Ok(Step::Done(After::Settled));
        }
        (before, wish.known.map(|known| known.service.customer_id).unwrap_or_default())
    };
    let target = Target { service: service.clone(), customer_id };
    let seen =
        if panel.enforcer.can_look() { Some(panel.enforcer.observe(&target).await) } else { None };
    if let Some(seen) = &seen {
        desk.metrics.looked_at_panel(&panel.name, seen);
    }

    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let mut known = tx.enforcement_alone(service).await?;
    if known.record != before.record {
        // Somebody else moved it while we looked: what was seen is too old to decide on.
        return Ok(Step::OnceMore);
    }
    let wish = read_wish(&mut tx, service).await?;
    if std::mem::take(&mut known.order_again) {
        known.record = enforcement::order_again(known.record, panel.enforcer.can_look());
    }
    let observed = seen.unwrap_or_else(|| {
        enforcement::assume(&known.record, directory_says_off(wish.known.as_ref()))
    });
    let verdict = enforcement::decide(
        wish.wanted,
        known.record.clone(),
        &observed,
        panel.enforcer.can_look(),
        now,
    );
    let mut step = Deciding { desk, tx: &mut tx, panel, wish: &wish, target, now, jitter };
    let result = step.settle(&mut known, verdict, &observed).await?;
    tx.put_enforcement(&known).await?;
    tx.commit().await?;
    Ok(result)
}

fn directory_says_off(known: Option<&KnownService>) -> bool {
    known.is_some_and(|known| known.service.status == ServiceStatus::Suspended)
}

struct Deciding<'a> {
    desk: &'a Desk,
    tx: &'a mut Tx,
    panel: &'a Panel,
    wish: &'a Wish,
    target: Target,
    now: Timestamp,
    jitter: i64,
}

impl Deciding<'_> {
    /// Turns a verdict into the next step and puts into `known` what has to be stored for it.
    async fn settle(
        &mut self,
        known: &mut Enforcement,
        verdict: Verdict,
        observed: &Observed,
    ) -> Result<Step, StoreError> {
        let mut events = verdict.events;
        let mut newcomers = self.newcomers(known.looked_at, &verdict.record, &events);
        if events.is_empty() && matches!(verdict.record, Suspension::Ours { .. }) {
            newcomers.extend(self.not_told_of_suspension(observed).await?);
        }
        known.looked_at = self.now.as_millisecond();
        events.extend(note_whether_seen(known, observed, self.now));
        known.record = verdict.record;
        let step = match verdict.next {
            Next::Settled => {
                known.tries = 0;
                Step::Done(After::Settled)
            }
            Next::LookAgain => self.later(known),
            Next::Order(action) => self.order(known, action).await?,
        };
        known.watched = self.wish.wanted != Wanted::Free || known.record != Suspension::Clear;
        let mut record = Record::new(self.desk);
        let in_vain = gave_nothing_back(&events);
        for report in &self.wish.reports {
            let service = Some(&self.target.service);
            record.add(*report, service, &Actor::Desk, &events, self.now);
            if let Some(why) = &in_vain
                && payment::let_go(self.tx, *report).await?
            {
                let event = Event::PaidInVain { why: why.clone() };
                record.add(*report, service, &Actor::Desk, &[event], self.now);
            }
        }
        for (report, event) in newcomers {
            let service = Some(&self.target.service);
            record.add(report, service, &Actor::Desk, &[event], self.now);
        }
        record.write(self.tx, self.now).await?;
        Ok(step)
    }

    /// Reports that came to hold the service since it was looked at last, where it waits for staff: they
    /// were told for the others, and have to be told for these too.
    fn newcomers(
        &self,
        looked_at: i64,
        record: &Suspension,
        events: &[Event],
    ) -> Vec<(ReportId, Event)> {
        let event = match record {
            Suspension::Drifted { .. } => Event::Drifted,
            Suspension::Suspending(Out { alarmed: true, answer: Answer::Refused(why), .. }) => {
                Event::OrderRefused { said: why.clone() }
            }
            _ => return Vec::new(),
        };
        if !events.is_empty() {
            return Vec::new();
        }
        let holders = self.wish.reports.iter().zip(&self.wish.since);
        let new = holders.filter(|(_, since)| **since > looked_at);
        new.map(|(report, _)| (*report, event.clone())).collect()
    }

    /// Reports that came to hold a service which was off by our order already: no order is sent for them, and their
    /// customers have to be told of each all the same. What is on record of a report says whether they were.
    async fn not_told_of_suspension(
        &mut self,
        observed: &Observed,
    ) -> Result<Vec<(ReportId, Event)>, StoreError> {
        let mut new = Vec::new();
        let kinds: Vec<Kind> = Kind::of_service().collect();
        if self.wish.wanted != Wanted::Free && matches!(observed, Observed::Suspended { .. }) {
            for report in &self.wish.reports {
                let latest = self.tx.latest_event(*report, &kinds).await?;
                let turned = latest.and_then(|line| line.event.kind().turned());
                if turned != Some(Turned::Off) {
                    new.push((*report, Event::Suspended { by_hand: false, said: None }));
                }
            }
        }
        Ok(new)
    }

    fn later(&self, known: &mut Enforcement) -> Step {
        let pause = self.panel.pause(known.tries, self.jitter);
        known.tries += 1;
        Step::Done(After::Again(pause.after(self.now)))
    }

    async fn order(&mut self, known: &mut Enforcement, action: Action) -> Result<Step, StoreError> {
        if self.wish.paused && !self.wish.pressed {
            return Ok(Step::Done(After::Again(WHILE_PAUSED.after(self.now))));
        }
        if action == Action::Suspend && !self.wish.pressed && self.held_back().await? {
            return Ok(Step::OnceMore);
        }
        // An order that is sent again waits first; the pause grows each time.
        if let Some(out) = out_again(&known.record, action) {
            let pause = self.panel.pause(known.tries, self.jitter);
            // A process that died may have left its order running.
            let pause =
                if out.in_flight { pause.max(self.panel.enforcer.patience()) } else { pause };
            let due = pause.after(out.sent_at);
            if self.now < due {
                return Ok(Step::Done(After::Again(due)));
            }
            known.tries += 1;
        } else {
            known.tries = 0;
        }
        let order = self.make_order(known, action).await?;
        let sent_before = out_again(&known.record, action);
        let out = Out {
            order: order.id,
            first_sent_at: order.first_sent_at,
            sent_at: self.now,
            answer: Answer::Lost,
            alarmed: sent_before.is_some_and(|out| out.alarmed),
            lagged: false,
            unclear_before: sent_before.is_some_and(|out| {
                out.unclear_before || matches!(out.answer, Answer::Lost | Answer::Failed(_))
            }),
            in_flight: true,
            reason: reason_of_lifted(&known.record),
        };
        known.record = match action {
            Action::Suspend => Suspension::Suspending(out),
            Action::Unsuspend => Suspension::Lifting(out),
        };
        Ok(Step::Send(order))
    }

    /// Asks the guards once more for every hold behind this order: since they agreed, the service may
    /// have got another customer or a protection. Whether one of them now says no.
    async fn held_back(&mut self) -> Result<bool, StoreError> {
        let facts = Facts {
            service: service_facts(self.wish.known.as_ref()),
            customer_was_told: true,
            mails: Mails::Seen,
            within_hourly_limit: true,
            clock: Clock::Sane,
            paused: false,
        };
        let mut record = Record::new(self.desk);
        let mut stopped = false;
        for id in &self.wish.reports {
            let Some(report) = self.tx.report(*id).await? else { continue };
            if report.clone().recheck(&facts, self.now).0 == report {
                continue;
            }
            // Whatever comes of it, the wish that this order was made from has to be read anew.
            stopped = true;
            // Held from here on, so that a move which staff make meanwhile is not undone. (Others hold
            // report and service in the other order; the rare ring is broken by the database.)
            let Some(before) = self.tx.report_alone(*id).await? else { continue };
            let (after, events) = before.clone().recheck(&facts, self.now);
            if after != before {
                self.tx.save_report(&after).await?;
                let service = Some(&self.target.service);
                record.add(*id, service, &Actor::Desk, &events, self.now);
            }
        }
        record.write(self.tx, self.now).await?;
        Ok(stopped)
    }

    /// The order that is out already, or a new one.
    async fn make_order(
        &mut self,
        known: &Enforcement,
        action: Action,
    ) -> Result<PanelOrder, StoreError> {
        let before = out_again(&known.record, action);
        let first_sent_at = before.map_or(self.now, |out| out.first_sent_at);
        if let Some(out) = before
            && let Some(row) = self.tx.order(out.order).await?
        {
            self.tx.resend_order(row.id).await?;
            let (id, report, reason) = (row.id, row.report, row.reason);
            let target = self.target.clone();
            return Ok(PanelOrder { id, action, target, report, reason, first_sent_at });
        }
        let report = match self.wish.wanted {
            Wanted::Suspended { report } => report,
            Wanted::Free => self.wish.reports.first().copied().unwrap_or(ReportId(0)),
        };
        let category = self.tx.report(report).await?.map(|r| r.allegation.category);
        let words = &self.desk.live().settings.suspension_reason;
        let reason = enforcement::reason(report, words, &category.unwrap_or_default());
        let service = &self.target.service;
        let now = self.now.as_millisecond();
        let id = self.tx.add_order(service, report, action, &reason, now).await?;
        let target = self.target.clone();
        Ok(PanelOrder { id, action, target, report, reason, first_sent_at })
    }
}

/// The order of this kind that is out already.
fn out_again(record: &Suspension, action: Action) -> Option<&Out> {
    match (record, action) {
        (Suspension::Suspending(out), Action::Suspend)
        | (Suspension::Lifting(out), Action::Unsuspend) => Some(out),
        _ => None,
    }
}

/// The reason that the panel shows of a suspension of ours that is about to be lifted.
fn reason_of_lifted(record: &Suspension) -> Option<String> {
    match record {
        Suspension::Ours { reason, .. } => reason.clone(),
        Suspension::Lifting(out) => out.reason.clone(),
        _ => None,
    }
}

/// Writes down whether the service could be seen; after an hour out of sight staff are told, once.
fn note_whether_seen(
    known: &mut Enforcement,
    observed: &Observed,
    now: Timestamp,
) -> Option<Event> {
    let Observed::Unknown { why } = observed else {
        known.unseen = None;
        known.unseen_alarmed = false;
        return None;
    };
    let since = known.unseen.as_ref().map_or(now.as_millisecond(), |(since, _)| *since);
    known.unseen = Some((since, why.clone()));
    let unseen_for = from_millis(since).map_or(Span::ZERO, |since| Span::between(since, now));
    if known.unseen_alarmed || unseen_for < UNSEEN_BEFORE_ALARM {
        return None;
    }
    known.unseen_alarmed = true;
    Some(Event::PanelUnknown { why: why.clone() })
}

/// Puts the answer to an order on record, if it is still the order that is out.
async fn write_answer(desk: &Desk, order: &PanelOrder, answer: Answer) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    let mut known = tx.enforcement_alone(&order.target.service).await?;
    tx.answer_order(order.id, &answer, desk.now().as_millisecond()).await?;
    if let Suspension::Suspending(out) | Suspension::Lifting(out) = &mut known.record
        && out.order == order.id
    {
        out.answer = answer;
        out.in_flight = false;
        tx.put_enforcement(&known).await?;
    }
    tx.commit().await
}

/// No panel serves this directory: staff are asked.
async fn by_hand(desk: &Desk, service: &ServiceKey) -> Result<Step, StoreError> {
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let mut known = tx.enforcement_alone(service).await?;
    let wish = read_wish(&mut tx, service).await?;
    known.order_again = false;
    let verdict = enforcement::by_hand(wish.wanted, known.record.clone(), now);
    known.record = verdict.record;
    known.looked_at = now.as_millisecond();
    // The slow pass goes on looking, so that a panel that is connected later takes over.
    known.watched = wish.wanted != Wanted::Free || known.record != Suspension::Clear;
    let mut record = Record::new(desk);
    for report in &wish.reports {
        record.add(*report, Some(service), &Actor::Desk, &verdict.events, now);
    }
    record.write(&mut tx, now).await?;
    tx.put_enforcement(&known).await?;
    tx.commit().await?;
    Ok(Step::Done(After::Settled))
}
