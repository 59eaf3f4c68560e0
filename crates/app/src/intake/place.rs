//! What a complaint does to reports: opens one, or joins one that is open. All in the transaction of the caller, and all
//! that takes long was done before it began.
//!
//! Joining suspends nobody. A complaint that may suspend by itself joins only a report that suspends; beside one that
//! does not it opens its own, so that nobody is spared by whoever complains first.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_core::decision::{Decision, Facts as DecisionFacts, Rule};
use portreeve_core::event::Event;
use portreeve_core::guard::{Facts, Mails};
use portreeve_core::ids::{Actor, Press, ReportId, ServiceKey};
use portreeve_core::intake::{IncidentFate, Lane, MailState, Why, is_same_address};
use portreeve_core::placing::Attribution;
use portreeve_core::report::{Allegation, Hold, Report, State, Subject, SuspendMethod};
use portreeve_core::service::Service;
use portreeve_core::settings::Settings;
use portreeve_core::settings::intake::{Duplicates, Mode, SuspendBy};
use portreeve_core::text::{is_mail_address, with_ascii_domain};
use portreeve_core::time::{Span, Timestamp};
use portreeve_formats::complaint::{Complaint, Format, Incident, NotAReport};
use portreeve_formats::{Automatic, Mail};
use portreeve_i18n::Language;
use portreeve_store::{
    ComplaintReading, DeskState, IncidentRow, IncidentsOfReport, KnownService, MailRow, NewReport,
    StoreError, Tx,
};
use serde::{Deserialize, Serialize};

use super::assess::Assessed;
use super::complaint::{MOST_INCIDENTS, Told, row_of, with_certainty};
use super::evidence;
use super::read::Fate;

use crate::desk::Desk;
use crate::record::Record;
use crate::report::{clock, count_suspension, service_facts, suspensions_left};

/// A report that a complaint opens.
pub(super) struct Opening<'a> {
    /// The service.
    pub(super) known: &'a KnownService,
    /// What it says.
    pub(super) allegation: Allegation,
    /// Why it is opened, for its history.
    pub(super) complained: Event,
}

/// Opens reports, by the same rules as every other door, and in the order in which every other door takes rows.
pub(super) async fn open(
    tx: &mut Tx,
    desk: &Desk,
    openings: Vec<Opening<'_>>,
    by: &Actor,
    now: Timestamp,
) -> Result<Vec<ReportId>, StoreError> {
    if openings.is_empty() {
        return Ok(Vec::new());
    }
    let live = desk.live();
    let settings = &live.settings;
    let is_immediate =
        |one: &Opening<'_>| one.allegation.suspend_method == SuspendMethod::Immediate;
    let (state, mut left) = if openings.iter().any(is_immediate) {
        (tx.desk_state_alone().await?, suspensions_left(tx, settings, now).await?)
    } else {
        (DeskState::default(), 0)
    };
    let ids = tx.take_report_ids(openings.len()).await?;
    let mut record = Record::new(desk);
    let (mut new, mut suspended) = (Vec::new(), Vec::new());
    for (Opening { known, allegation, complained }, id) in openings.into_iter().zip(&ids) {
        let facts = Facts {
            service: service_facts(Some(known)),
            customer_was_told: false,
            mails: Mails::Seen,
            within_hourly_limit: left > 0,
            clock: clock(&state, None),
            paused: state.paused_at.is_some(),
        };
        let subject = Subject {
            service: known.service.key.clone(),
            customer_id: known.service.customer_id.clone(),
        };
        let limit = settings.time_limit_of(&allegation.category);
        let (report, mut events) = Report::open(*id, subject, allegation, &limit, &facts, now);
        if matches!(report.hold, Hold::Placed { by: Press::Automatic, .. }) {
            left -= 1;
            suspended.push(*id);
        }
        events.push(complained);
        record.add(*id, Some(&known.service.key), by, &events, now);
        new.push(NewReport { report, opened_by: by.to_string() });
    }
    tx.add_reports(&new).await?;
    let categories = new.into_iter().map(|new| new.report.allegation.category);
    tx.add_categories(&categories.collect::<Vec<_>>()).await?;
    for id in suspended {
        count_suspension(tx, id, now).await?;
    }
    record.write(tx, now).await?;
    Ok(ids)
}

/// Reports that one complaint opens or joins at the most; what is about more is for a person.
const MOST_REPORTS: usize = 1_000;

/// Reporters and kinds of evidence that a report remembers.
const MOST_SEEN: usize = 32;

/// What the complaints about a report were made of so far.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Seen {
    /// Formats and categories of the readers.
    kinds: BTreeSet<String>,
    /// When the customer was last told at once, milliseconds.
    at_once: Option<i64>,
}

/// What a complaint adds to what all complaints about a report say together.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// How many events it tells of.
    pub(super) events: i64,
    /// When the first and the last were observed.
    pub(super) observed: Option<(i64, i64)>,
    /// Kinds of evidence.
    pub(super) kinds: BTreeSet<String>,
}

impl Share {
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a IncidentRow>, format: &str) -> Self {
        let mut share = Self::default();
        for row in rows {
            share.events = share.events.saturating_add(row.count);
            share.kinds.insert(format!("{format}/{}", row.category));
            if let Some(at) = row.observed_at {
                let (first, last) = share.observed.unwrap_or((at, at));
                share.observed = Some((first.min(at), last.max(at)));
            }
        }
        share
    }
}

/// How a complaint came to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The report was opened for it, so that its customer is told of it by that.
    Opens,
    /// The report was there.
    Joins,
}

/// Counts a complaint into what all complaints about a report say together. One that is counted already changes nothing.
/// The report is held by the caller.
pub(super) async fn count_in(
    tx: &mut Tx,
    report: ReportId,
    mail: &MailRow,
    share: &Share,
    came: Came,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !tx.add_report_complaint(report, mail.id, mail.received_at).await? {
        return Ok(());
    }
    let before = match came {
        Came::Opens => None,
        Came::Joins => tx.incidents_of_report(report).await?,
    };
    let received = (mail.received_at, mail.lane.unwrap_or(Lane::Untrusted));
    let row = counted(report, before, received, share, came, settings.intake.notice_every, now)?;
    tx.put_incidents_of_report(&row).await
}

/// What all complaints say together with one more, and when the customer is told of it.
fn counted(
    report: ReportId,
    before: Option<IncidentsOfReport>,
    (received_at, lane): (i64, Lane),
    share: &Share,
    came: Came,
    every: Span,
    now: Timestamp,
) -> Result<IncidentsOfReport, StoreError> {
    let millis = now.as_millisecond();
    let (first, last) = share.observed.unwrap_or((received_at, received_at));
    let is_first = before.is_none();
    let mut row = before.unwrap_or_else(|| IncidentsOfReport {
        report,
        count: 0,
        complaints: 0,
        first_seen: None,
        last_seen: None,
        // Of a complaint that joins what another door opened nobody was told yet.
        told: i64::from(came == Came::Opens),
        told_at: millis,
        tell_at: None,
        seen: String::new(),
    });
    row.count = row.count.saturating_add(share.events.max(1));
    row.complaints += 1;
    row.first_seen = Some(row.first_seen.map_or(first, |known| known.min(first)));
    row.last_seen = Some(row.last_seen.map_or(last, |known| known.max(last)));
    let mut seen: Seen = serde_json::from_str(&row.seen).unwrap_or_default();
    let is_new = share.kinds.iter().any(|kind| !seen.kinds.contains(kind));
    if is_new && seen.kinds.len() < MOST_SEEN {
        seen.kinds.extend(share.kinds.iter().cloned());
        // Evidence of another kind is told at once. Anybody can make some up, and nobody is to be flooded with it.
        let is_its_turn =
            seen.at_once.is_none_or(|at| at.saturating_add(every.as_millis()) <= millis);
        if !is_first && lane != Lane::Untrusted && is_its_turn {
            seen.at_once = Some(millis);
            row.tell_at = Some(millis);
        }
        row.seen = serde_json::to_string(&seen).map_err(StoreError::Unwritable)?;
    }
    if came == Came::Joins && row.tell_at.is_none() {
        row.tell_at = Some(row.told_at.saturating_add(every.as_millis()).max(millis));
    }
    Ok(row)
}

/// What becomes of one allegation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// It goes into a report.
    Place(Matter),
    /// A person decides.
    Wait(Why),
    /// It is nothing to this desk.
    Pass(Why),
}

/// What reports are about: one is open for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Matter {
    service: ServiceKey,
    customer_id: String,
    category: String,
}

/// Places a complaint, or says why it waits or is set aside. What was read in it is stored in any case.
pub(super) async fn place(
    tx: &mut Tx,
    desk: &Desk,
    mail: &MailRow,
    read: &Mail,
    assessed: &Assessed,
    otherwise: Fate,
    now: Timestamp,
) -> Result<Fate, StoreError> {
    let live = desk.live();
    let from = read.from.as_deref();
    // What programs of senders write on mail of people says nothing.
    let is_an_answer =
        matches!(read.automatic, Some(Automatic::AutoReplied | Automatic::AnsweringMachine));
    let placing = Placing { from, desk, mail, assessed, settings: &live.settings, now };
    let complaint = &assessed.complaint;
    let fate = match complaint.not_a_report {
        // Whether it is an answer to something of ours was looked at before.
        Some(NotAReport::Answer) => Some(otherwise),
        Some(_) => Some(no_report(Why::NoReport)),
        None if complaint.incidents.is_empty() => Some(match otherwise.why {
            Some(Why::NoToken) if has_the_form_of_one(mail, complaint) => {
                Fate::waits(Why::NoSource, None)
            }
            Some(Why::Automatic) if is_an_answer => no_report(Why::NoReport),
            _ => otherwise,
        }),
        None => None,
    };
    if let Some(fate) = fate {
        placing.remember(tx, None).await?;
        return Ok(fate);
    }
    let email = placing.emails(from).into_iter().next();
    let mut is_muted = false;
    for email in placing.complainers(from) {
        is_muted |= tx.reporter_of(&email).await?.is_some_and(|reporter| reporter.muted);
    }
    let fate = if is_muted {
        let rows = placing.rows().map(|row| IncidentRow {
            fate: IncidentFate::Passed,
            why: Some(Why::Muted),
            ..row
        });
        tx.add_incidents(&rows.collect::<Vec<_>>()).await?;
        no_report(Why::Muted)
    } else {
        placing.place(tx).await?
    };
    // Last of all: whoever closes a report holds that one before its reporters.
    let reporter = match email {
        Some(_) if mail.reporter.is_some() => mail.reporter,
        Some(email) => {
            let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
            let at = mail.received_at;
            Some(tx.count_complaint(&email, domain, at).await?)
        }
        None => None,
    };
    placing.remember(tx, reporter).await?;
    Ok(fate)
}

fn no_report(why: Why) -> Fate {
    Fate { state: MailState::NoReport, why: Some(why), report: None }
}

/// Whether something without a source is a complaint all the same, by its format or the form that it was written in.
fn has_the_form_of_one(mail: &MailRow, complaint: &Complaint) -> bool {
    complaint.format != Format::default() || super::channel(&mail.door) == "form"
}

struct Placing<'a> {
    from: Option<&'a str>,
    desk: &'a Desk,
    mail: &'a MailRow,
    assessed: &'a Assessed,
    settings: &'a Settings,
    now: Timestamp,
}

impl Placing<'_> {
    /// Stores what was read in it.
    async fn remember(&self, tx: &mut Tx, reporter: Option<i64>) -> Result<(), StoreError> {
        let Assessed { complaint, judged, .. } = self.assessed;
        let told = serde_json::to_string(&Told::of(complaint)).map_err(StoreError::Unwritable)?;
        let reading = ComplaintReading {
            lane: Some(judged.lane),
            auth_domain: judged.domain.clone().unwrap_or_default(),
            flags: judged.flags.join(" "),
            reporter,
            format: Some(complaint.format.as_str()),
            not_a_report: complaint.not_a_report.map(NotAReport::as_str),
            complaint: Some(told),
        };
        tx.put_complaint_reading(self.mail.id, &reading).await
    }

    /// The addresses of whoever complains, first the one under which they are known: what is authenticated before what
    /// only the complaint says.
    fn emails(&self, from: Option<&str>) -> Vec<String> {
        let told = self.assessed.complaint.reporter.email.as_deref();
        let named = if self.assessed.judged.domain.is_some() { [from, told] } else { [told, from] };
        let named = named.into_iter().flatten().map(str::trim).filter(|one| is_mail_address(one));
        named.map(|one| with_ascii_domain(one).to_lowercase()).collect()
    }

    /// The addresses that are muted or not: nobody evades that by naming another one, and nobody has others muted who are
    /// authenticated.
    fn complainers(&self, from: Option<&str>) -> Vec<String> {
        let mut emails = self.emails(from);
        if self.assessed.judged.domain.is_some() {
            emails.truncate(1);
        }
        emails
    }

    /// The allegations as they are stored, with whose each was.
    fn rows(&self) -> impl Iterator<Item = IncidentRow> + '_ {
        let incidents = self.assessed.complaint.incidents.iter().take(MOST_INCIDENTS);
        incidents.zip(&self.assessed.found).enumerate().map(|(n, (incident, found))| {
            let mut row = row_of(self.mail.id, n, incident);
            if let Attribution::Certain(holder) | Attribution::Doubtful(_, Some(holder)) = found {
                row.directory = Some(holder.service.directory.clone());
                row.service_id = Some(holder.service.id.get());
                row.customer_id = Some(holder.customer_id.clone());
                with_certainty(&mut row, holder.certainty);
            }
            row
        })
    }

    /// What is to become of each.
    fn verdict(
        &self,
        incident: &Incident,
        found: &Attribution,
        services: &BTreeMap<ServiceKey, KnownService>,
    ) -> Verdict {
        match found {
            Attribution::Foreign => Verdict::Pass(Why::NotOurs),
            Attribution::Doubtful(why, _) => Verdict::Wait(*why),
            Attribution::Certain(holder) => {
                // The ledger in memory may be a moment behind: what is stored counts.
                let known = services.get(&holder.service);
                if known.is_none_or(|known| known.service.customer_id != holder.customer_id) {
                    return Verdict::Wait(Why::Moved);
                }
                // Perhaps they answer a notice without its code, and quote what it says of their own service.
                let is_theirs = |from: &str| {
                    let theirs = known.map(|known| known.service.mailboxes()).unwrap_or_default();
                    theirs.iter().any(|one| is_same_address(one, from))
                };
                if self.from.is_some_and(is_theirs) {
                    return Verdict::Wait(Why::NoCode);
                }
                if !self.settings.intake.auto_assign {
                    return Verdict::Wait(Why::BySetting);
                }
                let category = self.settings.intake.category(incident.category.as_str());
                Verdict::Place(Matter {
                    service: holder.service.clone(),
                    customer_id: holder.customer_id.clone(),
                    category: category.to_owned(),
                })
            }
        }
    }

    async fn place(&self, tx: &mut Tx) -> Result<Fate, StoreError> {
        let Assessed { complaint, found, .. } = self.assessed;
        let certain = found.iter().filter_map(|found| match found {
            Attribution::Certain(holder) => Some(&holder.service),
            Attribution::Doubtful(..) | Attribution::Foreign => None,
        });
        let certain: Vec<&ServiceKey> = certain.collect::<BTreeSet<_>>().into_iter().collect();
        let services = tx.services_by_key(&certain).await?.into_iter();
        let services: BTreeMap<ServiceKey, KnownService> = services
            .filter(|known| known.ended_at.is_none())
            .map(|known| (known.service.key.clone(), known))
            .collect();
        let mut verdicts: Vec<Verdict> = complaint
            .incidents
            .iter()
            .zip(found)
            .map(|(incident, found)| self.verdict(incident, found, &services))
            .collect();
        let matters: BTreeSet<Matter> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Place(matter) => Some(matter.clone()),
                Verdict::Wait(_) | Verdict::Pass(_) => None,
            })
            .collect();
        if matters.len() > MOST_REPORTS {
            for verdict in &mut verdicts {
                if matches!(verdict, Verdict::Place(_)) {
                    *verdict = Verdict::Wait(Why::TooLarge);
                }
            }
        }
        let mut rows: Vec<IncidentRow> = self.rows().collect();
        let mut groups: BTreeMap<Matter, Vec<usize>> = BTreeMap::new();
        for (n, (row, verdict)) in rows.iter_mut().zip(&verdicts).enumerate() {
            match verdict {
                Verdict::Place(matter) => groups.entry(matter.clone()).or_default().push(n),
                Verdict::Wait(why) => (row.fate, row.why) = (IncidentFate::Waits, Some(*why)),
                Verdict::Pass(why) => (row.fate, row.why) = (IncidentFate::Passed, Some(*why)),
            }
        }
        let observes = self.settings.intake.mode == Mode::Observe;
        let open = self.open_reports(tx, &groups, observes).await?;
        let new = if observes {
            BTreeMap::new()
        } else {
            let missing = groups.iter().filter(|(matter, _)| !open.contains_key(*matter));
            self.open(tx, missing, &services).await?
        };
        // The lane stands in the row only when all is written down.
        let mail = MailRow { lane: Some(self.assessed.lane()), ..self.mail.clone() };
        for (matter, members) in &groups {
            let known = open.get(matter).copied();
            let fate = match (known, observes) {
                (Some(_), true) => IncidentFate::WouldJoin,
                (None, true) => IncidentFate::WouldOpen,
                (Some(_), false) => IncidentFate::Joined,
                (None, false) => IncidentFate::Opened,
            };
            let report = known.or_else(|| new.get(matter).copied()).filter(|_| !observes);
            if let Some(report) = report {
                let of_group = members.iter().map(|n| &rows[*n]);
                let share = Share::of(of_group, complaint.format.as_str());
                let came = if known.is_some() { Came::Joins } else { Came::Opens };
                count_in(tx, report, &mail, &share, came, self.settings, self.now).await?;
            }
            for n in members {
                let row = &mut rows[*n];
                (row.fate, row.why, row.report) = (fate, observes.then_some(Why::Observed), report);
            }
        }
        tx.add_incidents(&rows).await?;
        Ok(self.fate_of(&rows))
    }

    /// The reports that are open about these matters, each held until the transaction ends.
    async fn open_reports(
        &self,
        tx: &mut Tx,
        groups: &BTreeMap<Matter, Vec<usize>>,
        observes: bool,
    ) -> Result<BTreeMap<Matter, ReportId>, StoreError> {
        if self.settings.intake.duplicates == Duplicates::Separate {
            return Ok(BTreeMap::new());
        }
        if !observes {
            let matters =
                groups.keys().map(|matter| (matter.service.clone(), matter.category.clone()));
            tx.hold_matters(&matters.collect()).await?;
        }
        let mut found: Vec<(ReportId, &Matter)> = Vec::new();
        for matter in groups.keys() {
            let Matter { service, customer_id, category } = matter;
            let suspends = self.method(category) != SuspendMethod::NoSuspend;
            let report = tx.open_report_about(service, category, customer_id, suspends).await?;
            found.extend(report.map(|report| (report, matter)));
        }
        if observes {
            return Ok(found
                .into_iter()
                .map(|(report, matter)| (matter.clone(), report))
                .collect());
        }
        // Reports are held in the order of their numbers.
        found.sort_unstable();
        let mut open = BTreeMap::new();
        for (id, matter) in found {
            let report = tx.report_alone(id).await?;
            let is_open = |report: &Report| matches!(report.state, State::Open { .. });
            if report.as_ref().is_some_and(is_open) {
                open.insert(matter.clone(), id);
            }
        }
        Ok(open)
    }

    /// How a report of this category suspends: not at all, unless staff trust the sender and want that.
    fn method(&self, category: &str) -> SuspendMethod {
        let may = self.settings.intake.suspend == SuspendBy::Trusted
            && self.assessed.lane() == Lane::Trusted;
        if !may {
            return SuspendMethod::NoSuspend;
        }
        let plan = self.settings.plans.get(category);
        plan.and_then(|plan| plan.suspend_method).unwrap_or(SuspendMethod::TimeLimit)
    }

    /// Opens the reports about these matters.
    async fn open<'m>(
        &self,
        tx: &mut Tx,
        missing: impl Iterator<Item = (&'m Matter, &'m Vec<usize>)>,
        services: &BTreeMap<ServiceKey, KnownService>,
    ) -> Result<BTreeMap<Matter, ReportId>, StoreError> {
        let (mut matters, mut openings) = (Vec::new(), Vec::new());
        for (matter, members) in missing {
            let known = services.get(&matter.service).ok_or(StoreError::TooMany)?;
            matters.push(matter.clone());
            openings.push(self.opening(matter, members, known));
        }
        let ids = open(tx, self.desk, openings, &Actor::Desk, self.now).await?;
        Ok(matters.into_iter().zip(ids).collect())
    }

    fn opening<'k>(
        &self,
        matter: &Matter,
        members: &[usize],
        known: &'k KnownService,
    ) -> Opening<'k> {
        let Assessed { complaint, lines, .. } = self.assessed;
        let incidents: Vec<&Incident> = members.iter().map(|n| &complaint.incidents[*n]).collect();
        let ip = incidents.iter().find_map(|incident| incident.ip);
        let language = language_of(&known.service, self.settings);
        let lane = self.assessed.lane();
        // What anybody may have written is told in words of our own alone.
        let lines = lines.get(&matter.service).filter(|_| lane != Lane::Untrusted);
        let lines = lines.map_or(&[][..], Vec::as_slice);
        let allegation = Allegation {
            category: matter.category.clone(),
            service_ip: ip
                .map_or_else(|| known.service.default_ip().to_owned(), |ip| ip.to_string()),
            additional_info: evidence::told(language, Some(lane), &incidents, lines),
            suspend_method: self.method(&matter.category),
            allow_unsuspend: false,
            pay_to_unsuspend: false,
        };
        let first = incidents.first();
        let facts = DecisionFacts {
            source: first.map(|one| portreeve_core::text::shorten(&one.subject.to_string(), 200)),
            observed_at: first.and_then(|one| one.observed_at),
            ..DecisionFacts::default()
        };
        let ground = self.settings.plans.get(&matter.category).and_then(|plan| plan.ground.clone());
        let decision = Decision::by(Press::Automatic, Rule::Complaint).on(facts).against(ground);
        let complained = Event::Complained { mail: self.mail.id, decision };
        Opening { known, allegation, complained }
    }

    /// What becomes of the complaint as a whole. One allegation that needs a person is enough for it to wait; what is
    /// somebody else's beside something of ours is not.
    fn fate_of(&self, rows: &[IncidentRow]) -> Fate {
        let left_out = self.assessed.complaint.incidents.len() > MOST_INCIDENTS;
        let waits = rows.iter().find(|row| row.fate == IncidentFate::Waits);
        let is_placed = rows.iter().any(|row| row.report.is_some());
        let is_observed = rows.iter().any(|row| row.why == Some(Why::Observed));
        match waits {
            Some(row) => Fate::waits(row.why.unwrap_or(Why::NoSource), None),
            None if left_out => Fate::waits(Why::TooLarge, None),
            None if is_placed => Fate { state: MailState::Placed, why: None, report: None },
            None if is_observed => Fate::waits(Why::Observed, None),
            None => Fate::waits(Why::NotOurs, None),
        }
    }
}

/// The language in which a customer is told.
pub(super) fn language_of(service: &Service, settings: &Settings) -> Language {
    Language::of(&service.language).unwrap_or(settings.client_language)
}

#[cfg(test)]
mod tests {
    use portreeve_core::time::from_millis;

    use super::*;

    const HOUR: i64 = 3_600_000;

    /// What all complaints say after one that came at this hour.
    fn after(
        before: Option<IncidentsOfReport>,
        kind: &str,
        lane: Lane,
        came: Came,
        hour: i64,
    ) -> IncidentsOfReport {
        let share = Share { events: 1, observed: None, kinds: BTreeSet::from([kind.to_owned()]) };
        let now = from_millis(hour * HOUR).expect("in range");
        let every = Span::from_mins(24 * 60);
        counted(ReportId(1), before, (hour * HOUR, lane), &share, came, every, now)
            .expect("written")
    }

    #[test]
    fn a_customer_is_told_once_in_a_while_and_of_new_evidence_at_once_if_its_sender_is_known() {
        let first = after(None, "arf/spam", Lane::Untrusted, Came::Opens, 100);
        assert_eq!((first.told, first.tell_at), (1, None));
        // Whoever may be anybody makes up as many kinds as they like.
        let mut row = first.clone();
        for n in 0..40 {
            row = after(Some(row), &format!("arf/{n}"), Lane::Untrusted, Came::Joins, 101);
            assert_eq!(row.tell_at, Some(124 * HOUR), "{n}");
        }
        let known = after(Some(first), "plain/phishing", Lane::Known, Came::Joins, 101);
        assert_eq!(known.tell_at, Some(101 * HOUR));
        // They were told; more of that comes not at once again.
        let told = IncidentsOfReport { told: 2, told_at: 101 * HOUR, tell_at: None, ..known };
        let next = after(Some(told), "xarf_v4/malware", Lane::Trusted, Came::Joins, 102);
        assert_eq!(next.tell_at, Some(125 * HOUR));
    }

    #[test]
    fn of_the_first_complaint_that_joins_what_another_door_opened_its_customer_is_told() {
        let row = after(None, "arf/spam", Lane::Known, Came::Joins, 100);
        assert_eq!((row.complaints, row.told, row.tell_at), (1, 0, Some(124 * HOUR)));
    }
}
