//! Sending notices: the port to the mail server, and what the job does with it: plan, send, write down.
//! Many notices are planned with one look and written down with one commit.

use std::collections::HashMap;

use async_trait::async_trait;
use portreeve_core::event::Event;
use portreeve_core::ids::{Actor, Press, ReportId, ServiceKey};
use portreeve_core::language::{Language, zone};
use portreeve_core::notice::{Audience, CustomerNotice, Letter, Notice, StaffNotice, to_staff};
use portreeve_core::report::{Countdown, Hold, Report, State};
use portreeve_core::service::Service;
use portreeve_core::settings::Settings;
use portreeve_core::text::one_line;
use portreeve_core::time::Timestamp;
use portreeve_store::{ClientLink, NoticeResult, StoreError, Tx};

use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::intake;
use crate::record::Record;

pub mod letters;

pub use letters::Letters;

/// A mail that is ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// To whom.
    pub to: String,
    /// Subject and body.
    pub letter: Letter,
    /// The same for every try, with angle brackets.
    pub message_id: String,
    /// The first mail about the same report, so that mail programs keep them together.
    pub references: String,
    /// For the `Date` header.
    pub date: Timestamp,
    /// Where answers and bounces go, if not to the sender.
    pub answers_to: Option<String>,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may go through later.
    #[error("{0}")]
    Later(String),
    /// It never will.
    #[error("{0}")]
    Refused(String),
}

/// A way to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over. Returns only once the server has taken it.
    async fn send(&self, envelope: &Envelope) -> Result<(), MailError>;
}

/// Outgoing mail.
pub struct Mail {
    /// The way out.
    pub mailer: Box<dyn Mailer>,
    /// Right side of Message-IDs.
    pub domain: String,
}

/// One notice that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeJob {
    /// About which report.
    pub report: ReportId,
    /// Which notice.
    pub notice: Notice,
    /// To whom.
    pub audience: Audience,
    /// When what it tells of happened.
    pub at: Timestamp,
}

/// A notice with all that is needed to send it.
#[derive(Debug)]
pub(crate) struct Planned {
    job: NoticeJob,
    service: Option<ServiceKey>,
    plan: Plan,
    /// By what an answer to it is known, for the customer's notices.
    token: Option<String>,
    /// Where answers to it go.
    answers_to: Option<String>,
}

impl Planned {
    fn of(job: NoticeJob, service: Option<ServiceKey>, plan: Plan) -> Self {
        Self { job, service, plan, token: None, answers_to: None }
    }
}

/// What there is to do about a notice.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// These are to get this letter.
    Send(Vec<String>, Letter),
    /// There is nobody to tell, or nothing any more.
    Nobody,
    /// It cannot reach anybody, and why.
    Impossible(String),
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// There was nobody to tell.
    Nobody,
    /// A mail server took it: for whom.
    Taken(String),
    /// It reaches nobody, and why.
    Refused(String),
    /// It may go through later.
    Later(String),
}

/// Reads what these notices need, with a number of statements that hardly grows with them.
pub(crate) async fn plan(desk: &Desk, jobs: &[NoticeJob]) -> Result<Vec<Planned>, StoreError> {
    let tokens = intake::tokens(desk).await?;
    let mut tx = desk.db.read().await?;
    let mut ids: Vec<ReportId> = jobs.iter().map(|job| job.report).collect();
    ids.sort_unstable();
    ids.dedup();
    let reports: HashMap<ReportId, Report> =
        tx.reports_by_id(&ids).await?.into_iter().map(|report| (report.id, report)).collect();
    let live = desk.live();
    let settings = &live.settings;
    let services = HashMap::new();
    let mut planning =
        Planning { desk, settings, tx: &mut tx, reports, services, staff: None, links: Vec::new() };
    planning.read_services(jobs).await?;
    let causes = planning.read_causes(jobs).await?;
    let mut planned = Vec::with_capacity(jobs.len());
    for job in jobs {
        let mut one = planning.plan(*job, &causes).await?;
        // Nothing but the customer's own notices has it.
        if job.audience == Audience::Customer {
            one.token = Some(tokens.of(job.report));
            let address = desk.config.answer_address.as_deref();
            one.answers_to = address.and_then(|address| tokens.address(address, job.report));
        }
        planned.push(one);
    }
    let links = std::mem::take(&mut planning.links);
    drop(tx);
    if !links.is_empty() {
        // Before the mail goes out, so that no link is dead that somebody has.
        let mut tx = desk.db.write().await?;
        tx.add_client_links(&links).await?;
        tx.commit().await?;
    }
    Ok(planned)
}

/// Sends a planned notice. A second run may send the same mail again, under the same Message-ID.
pub(crate) async fn send(desk: &Desk, planned: &Planned) -> Sent {
    let (to, letter) = match &planned.plan {
        Plan::Send(to, letter) => (to, letter),
        Plan::Nobody => return Sent::Nobody,
        Plan::Impossible(why) => return Sent::Refused(why.clone()),
    };
    let Some(mail) = &desk.mail else {
        return Sent::Refused("no outgoing mail is configured".to_owned());
    };
    match send_to_each(mail, planned, to, letter).await {
        Ok(taken_by) => Sent::Taken(taken_by),
        Err(MailError::Later(why)) => Sent::Later(why),
        Err(MailError::Refused(why)) => Sent::Refused(why),
    }
}

/// Puts on record what became of notices that are not to be tried again.
pub(crate) async fn write(
    desk: &Desk,
    tx: &mut Tx,
    ended: &[(&Planned, &Sent)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let domain = desk.mail.as_ref().map_or("", |mail| &mail.domain);
    let mut results = Vec::with_capacity(ended.len());
    let mut record = Record::new(desk);
    for (planned, sent) in ended {
        let job = planned.job;
        let (notice, audience) = (job.notice, job.audience);
        let (taken, detail, event) = match sent {
            Sent::Nobody => continue,
            Sent::Taken(by) => (true, by.clone(), Event::NoticeSent { notice, audience }),
            Sent::Refused(why) | Sent::Later(why) => {
                let detail = one_line(why, 500);
                let event = Event::NoticeFailed { notice, audience, detail: detail.clone() };
                (false, detail, event)
            }
        };
        let at = job.at.as_millisecond();
        let message_id = message_id(domain, job, planned.token.as_deref(), 0);
        results.push(NoticeResult {
            report: job.report,
            notice,
            audience,
            at,
            message_id,
            taken,
            detail,
        });
        record.add(job.report, planned.service.as_ref(), &Actor::Desk, &[event], now);
    }
    tx.put_notices(&results, now.as_millisecond()).await?;
    record.write(tx, now).await
}

/// Sends a letter to each addressee in a mail of its own, so that one bad address does not keep it from
/// the others, and nobody sees whom else it went to. Good when anybody got it: who did, and who did not.
async fn send_to_each(
    mail: &Mail,
    planned: &Planned,
    to: &[String],
    letter: &Letter,
) -> Result<String, MailError> {
    let job = planned.job;
    let mut told = Vec::new();
    let mut later = None;
    let mut refused = None;
    let mut taken = false;
    for (number, address) in to.iter().enumerate() {
        let envelope = Envelope {
            to: address.clone(),
            letter: letter.clone(),
            message_id: message_id(&mail.domain, job, planned.token.as_deref(), number),
            references: format!("<report-{}@{}>", job.report.0, mail.domain),
            date: job.at,
            answers_to: planned.answers_to.clone(),
        };
        match mail.mailer.send(&envelope).await {
            Ok(()) => {
                taken = true;
                told.push(address.clone());
            }
            Err(error) => {
                told.push(format!("not {address}: {error}"));
                match error {
                    MailError::Later(why) => later = Some(why),
                    MailError::Refused(why) => refused = Some(why),
                }
            }
        }
    }
    match (taken, later, refused) {
        (true, ..) => Ok(told.join(", ")),
        (false, Some(why), _) => Err(MailError::Later(why)),
        (false, None, why) => Err(MailError::Refused(why.unwrap_or_default())),
    }
}

/// The Message-ID of a notice to its `number`th addressee: the same for every try. `intake::token` reads it back.
fn message_id(domain: &str, job: NoticeJob, token: Option<&str>, number: usize) -> String {
    let further = if number == 0 { String::new() } else { format!(".{number}") };
    let token = token.map(|token| format!(".{token}")).unwrap_or_default();
    format!(
        "<report-{}.{}.{}.{}{token}{further}@{domain}>",
        job.report.0,
        job.notice.as_str(),
        job.audience.as_str(),
        job.at.as_millisecond(),
    )
}

/// A reminder makes no sense once the report is closed or the clock stands.
fn is_out_of_date(report: &Report, notice: Notice) -> bool {
    notice == Notice::Reminder
        && !matches!(report.state, State::Open { countdown: Countdown::Running { .. }, .. })
}

/// What the notices of one look are made from.
struct Planning<'a> {
    desk: &'a Desk,
    settings: &'a Settings,
    tx: &'a mut Tx,
    reports: HashMap<ReportId, Report>,
    services: HashMap<ServiceKey, Service>,
    staff: Option<Vec<String>>,
    /// Links that were put into letters and have to be stored before these go out.
    links: Vec<ClientLink>,
}

impl Planning<'_> {
    async fn read_services(&mut self, jobs: &[NoticeJob]) -> Result<(), StoreError> {
        let mut wanted: Vec<&ServiceKey> = jobs
            .iter()
            .filter(|job| job.audience == Audience::Customer)
            .filter_map(|job| self.reports.get(&job.report)?.subject.as_ref())
            .map(|subject| &subject.service)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let known = self.tx.services_by_key(&wanted).await?;
        self.services =
            known.into_iter().map(|known| (known.service.key.clone(), known.service)).collect();
        Ok(())
    }

    /// What happened, for the notices to staff.
    async fn read_causes(
        &mut self,
        jobs: &[NoticeJob],
    ) -> Result<HashMap<(ReportId, i64), String>, StoreError> {
        let mut wanted: Vec<(ReportId, i64)> = jobs
            .iter()
            .filter(|job| job.audience == Audience::Staff)
            .map(|job| (job.report, job.at.as_millisecond()))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let events = self.tx.events_at(&wanted).await?;
        let is_cause = |kind: &str| {
            !matches!(kind, "notice_sent" | "notice_failed" | "hint" | "answered_by_mail")
        };
        Ok(events
            .into_iter()
            .filter(|(_, event)| is_cause(&event.kind))
            .map(|(report, event)| ((report, event.at), event.text))
            .collect())
    }

    async fn plan(
        &mut self,
        job: NoticeJob,
        causes: &HashMap<(ReportId, i64), String>,
    ) -> Result<Planned, StoreError> {
        let Some(report) = self.reports.get(&job.report).cloned() else {
            return Ok(Planned::of(job, None, Plan::Nobody));
        };
        let plan = match job.audience {
            _ if is_out_of_date(&report, job.notice) => Plan::Nobody,
            Audience::Customer => self.for_customer(&report, job).await?,
            Audience::Staff => {
                let cause = causes.get(&(job.report, job.at.as_millisecond()));
                self.for_staff(&report, job, cause.cloned().unwrap_or_default()).await?
            }
        };
        let service = report.subject.map(|subject| subject.service);
        Ok(Planned::of(job, service, plan))
    }

    async fn for_customer(&mut self, report: &Report, job: NoticeJob) -> Result<Plan, StoreError> {
        let impossible = |why: &str| Ok(Plan::Impossible(why.to_owned()));
        let Some(subject) = &report.subject else { return Ok(Plan::Nobody) };
        let Some(service) = self.services.get(&subject.service).cloned() else {
            return impossible("the directory no longer lists the service");
        };
        if service.customer_id != subject.customer_id {
            return impossible("the service has another customer now, who is left alone");
        }
        if service.customer_email.is_empty() {
            return impossible("the directory has no mail address of the customer");
        }
        let message = match job.notice {
            Notice::Answered => {
                let at = job.at.as_millisecond();
                self.tx.staff_message_at(report.id, at).await?.unwrap_or_default()
            }
            _ => String::new(),
        };
        let to = vec![service.customer_email.clone()];
        let letter = self.letter(report, service, job, message);
        Ok(Plan::Send(to, letter))
    }

    fn letter(
        &mut self,
        report: &Report,
        service: Service,
        job: NoticeJob,
        message: String,
    ) -> Letter {
        let settings = self.settings;
        let plan = settings.plans.get(&report.allegation.category);
        let (deadline, outcome) = match &report.state {
            State::Open { countdown: Countdown::Running { deadline, .. }, .. } => {
                (Some(*deadline), None)
            }
            State::Closed { outcome, .. } => (None, Some(*outcome)),
            State::Open { .. } | State::Queued { .. } => (None, None),
        };
        let names: Vec<&str> = [service.product.as_str(), service.domain.as_str()]
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let number = format!("({})", service.key.id);
        let notice = CustomerNotice {
            report: report.id,
            service: [&names.join(", "), number.as_str()].join(" ").trim().to_owned(),
            customer_name: service.customer_name,
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            additional_info: report.allegation.additional_info.clone(),
            about_category: plan.map(|plan| plan.customer_text.clone()).unwrap_or_default(),
            deadline,
            allow_unsuspend: report.allegation.allow_unsuspend,
            outcome,
            kept: outcome.is_some() && report.holds_service(),
            by_staff: matches!(report.hold, Hold::Placed { by: Press::Staff, .. }),
            on_reply: settings.time_limit.on_reply,
            message,
            link: self.link(report),
            at: job.at,
            language: Language::of(&service.language).unwrap_or(settings.client_language),
            zone: zone(&settings.client_zone),
        };
        self.desk.letters.to_customer(job.notice, &notice)
    }

    /// A new link to a report for its customer. There is none where no mail goes out, or where nobody knows at which
    /// address the desk is reached.
    fn link(&mut self, report: &Report) -> Option<(String, Timestamp)> {
        self.desk.mail.as_ref()?;
        let base = self.desk.base_url()?;
        let subject = report.subject.as_ref()?;
        let now = self.desk.now();
        let until = self.settings.link_life.after(now);
        let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        self.links.push(ClientLink {
            token_hash: sha256_hex(token.as_bytes()),
            directory: subject.service.directory.clone(),
            customer_id: subject.customer_id.clone(),
            report_id: report.id.0,
            created_at: now.as_millisecond(),
            expires_at: until.as_millisecond(),
        });
        Some((format!("{base}/client/r/{token}"), until))
    }

    async fn for_staff(
        &mut self,
        report: &Report,
        job: NoticeJob,
        what_happened: String,
    ) -> Result<Plan, StoreError> {
        if self.staff.is_none() {
            self.staff = Some(self.tx.staff_addresses().await?);
        }
        let to = self.staff.clone().unwrap_or_default();
        if to.is_empty() {
            return Ok(Plan::Nobody);
        }
        let service = match (&report.subject, &report.claimed_service) {
            (Some(subject), _) => subject.service.to_string(),
            (None, Some(claimed)) => format!("{claimed} (not confirmed)"),
            (None, None) => "unknown".to_owned(),
        };
        let notice = StaffNotice {
            report: report.id,
            service,
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            suspend_method: report.allegation.suspend_method.as_str(),
            what_happened,
        };
        Ok(Plan::Send(to, to_staff(job.notice, &notice)))
    }
}
