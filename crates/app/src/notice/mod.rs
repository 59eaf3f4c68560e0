//! Sending notices: the port to the mail server, and what the job does with it: plan, send, write down.
//! Many notices are planned with one look and written down with one commit.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use portreeve_core::event::{Cause, Event, Job};
use portreeve_core::ids::{Actor, ReportId, ServiceKey};
use portreeve_core::language::{Language, zone};
use portreeve_core::notice::{Audience, CustomerNotice, Letter, Notice};
use portreeve_core::payment::Money;
use portreeve_core::reason::NotDelivered;
use portreeve_core::report::{Countdown, Hold, Report, State};
use portreeve_core::service::Service;
use portreeve_core::settings::Settings;
use portreeve_core::text::one_line;
use portreeve_core::time::Timestamp;
use portreeve_store::{ClientLink, NewGathered, NoticeResult, Recipient, StoreError, Tx};

use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::intake;
use crate::record::Record;

pub(crate) mod alert;
mod digest;
mod flood;
pub mod letters;
mod sender;
mod staff;
pub mod summary;
pub mod templates;
mod to_staff;

pub(crate) use digest::{LONGEST as LONGEST_DIGEST, send_digest};
pub use letters::Letters;
pub use sender::Sender;
use staff::Told;
pub use staff::{Choice, choose};

/// Characters of what a mail server says that go on record.
const WORDS: usize = 500;

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
    /// From whom, if not from the usual sender.
    pub sender: Option<Arc<Sender>>,
    /// Where answers and bounces go, if not to the sender.
    pub answers_to: Option<String>,
    /// It answers a mail by itself: it says so, and does not come back (RFC 3834).
    pub is_reply: bool,
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
    /// The usual sender, such as `Abuse desk <abuse@example.com>`.
    pub from: String,
    /// Right side of Message-IDs.
    pub domain: String,
    /// Senders of notices to some customers, the first that fits; else the usual one.
    pub senders: Vec<Arc<Sender>>,
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
    /// It was let through before, and is tried once more.
    pub is_again: bool,
}

/// A notice with all that is needed to send it.
#[derive(Debug)]
pub(crate) struct Planned {
    job: NoticeJob,
    service: Option<ServiceKey>,
    sender: Option<Arc<Sender>>,
    /// The Message-ID of the digest that it stands in.
    in_digest: Option<String>,
    /// By what an answer to it is known, for the customer's notices.
    token: Option<String>,
    /// Where answers to it go.
    answers_to: Option<String>,
    plan: Plan,
}

impl Planned {
    fn of(job: NoticeJob, report: Option<&Report>, plan: Plan) -> Self {
        let service = report.and_then(|report| report.subject.as_ref());
        let service = service.map(|subject| subject.service.clone());
        Self { job, service, sender: None, in_digest: None, token: None, answers_to: None, plan }
    }

    fn message_id(&self, mail: Option<&Mail>) -> String {
        let domain = mail.map_or("", |mail| mail.domain_of(self.sender.as_deref()));
        let own = || message_id(domain, self.job, self.token.as_deref(), 0);
        self.in_digest.clone().unwrap_or_else(own)
    }
}

/// A letter and to whom it goes.
#[derive(Debug, PartialEq, Eq)]
struct Addressed {
    to: String,
    letter: Letter,
}

/// What there is to do about a notice.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// These letters are to go out.
    Send(Vec<Addressed>),
    /// Its mailbox has had enough in the hour that began at this instant (milliseconds): it waits for the digest.
    Gather { mailbox: String, since: i64 },
    /// There is nobody to tell, or nothing any more.
    Nobody,
    /// It cannot reach anybody, and why.
    Impossible(NotDelivered),
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// There was nobody to tell.
    Nobody,
    /// It waits for a digest: of which mailbox, and of the hour that began when.
    Gathered { mailbox: String, since: i64 },
    /// A mail server took it for one of these at least.
    Taken(Vec<Recipient>),
    /// It reaches nobody, and why; to whom it went.
    Refused(NotDelivered, Vec<Recipient>),
    /// It may go through later; what the mail server says, and to whom it went.
    Later(String, Vec<Recipient>),
}

/// Reads what these notices need, with a number of statements that hardly grows with them.
pub(crate) async fn plan(desk: &Desk, jobs: &[NoticeJob]) -> Result<Vec<Planned>, StoreError> {
    let tokens = intake::tokens(desk).await?;
    let mut tx = desk.db.read().await?;
    let live = desk.live();
    let settings = &live.settings;
    let mut planning = Planning::begin(desk, settings, &mut tx, jobs).await?;
    let causes = planning.read_causes(jobs).await?;
    let mut planned = Vec::with_capacity(jobs.len());
    let (mut links, mut asked) = (Vec::new(), Vec::new());
    for (place, job) in jobs.iter().enumerate() {
        let mut one = planning.plan(*job, &causes).await?;
        // Nothing but the customer's own notices has it.
        if job.audience == Audience::Customer {
            one.token = Some(tokens.of(job.report));
            let address = desk.config.answer_address.as_deref();
            one.answers_to = address.and_then(|address| tokens.address(address, job.report));
        }
        links.extend(planning.links.drain(..).map(|link| (place, link)));
        asked.extend(planning.asks(place, &one));
        planned.push(one);
    }
    drop(tx);
    if !(links.is_empty() && asked.is_empty()) {
        let mut tx = desk.db.write().await?;
        for (place, mailbox, since) in
            flood::too_many(&mut tx, &asked, settings.notices_per_hour, desk.now()).await?
        {
            planned[place].plan = Plan::Gather { mailbox, since };
            links.retain(|(of, _)| *of != place);
        }
        // Before the mail goes out, so that no link is dead that somebody has.
        let links: Vec<ClientLink> = links.into_iter().map(|(_, link)| link).collect();
        tx.add_client_links(&links).await?;
        tx.commit().await?;
    }
    Ok(planned)
}

/// Sends a planned notice. A second run may send the same mail again, under the same Message-ID.
pub(crate) async fn send(desk: &Desk, planned: &Planned) -> Sent {
    let letters = match &planned.plan {
        Plan::Send(letters) => letters,
        Plan::Nobody => return Sent::Nobody,
        Plan::Gather { mailbox, since } => {
            return Sent::Gathered { mailbox: mailbox.clone(), since: *since };
        }
        Plan::Impossible(why) => return Sent::Refused(why.clone(), Vec::new()),
    };
    let Some(mail) = &desk.mail else {
        return Sent::Refused(NotDelivered::NoMailServer, Vec::new());
    };
    let job = planned.job;
    let domain = mail.domain_of(planned.sender.as_deref());
    let envelope = |number: usize, Addressed { to, letter }: &Addressed| Envelope {
        to: to.clone(),
        letter: letter.clone(),
        message_id: message_id(domain, job, planned.token.as_deref(), number),
        references: thread_id(domain, job, planned.token.as_deref()),
        date: job.at,
        sender: planned.sender.clone(),
        answers_to: planned.answers_to.clone(),
        is_reply: false,
    };
    send_to_each(mail, letters, envelope).await
}

/// Puts on record what became of notices that are not to be tried again.
pub(crate) async fn write(
    desk: &Desk,
    tx: &mut Tx,
    ended: &[(&Planned, &Sent)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut results = Vec::with_capacity(ended.len());
    let mut gathered = Vec::new();
    let mut record = Record::new(desk);
    for (planned, sent) in ended {
        let job = planned.job;
        let (notice, audience) = (job.notice, job.audience);
        let failed = |why: &NotDelivered| {
            let event = Event::NoticeFailed { notice, audience, why: why.clone() };
            (Some(why.clone()), event)
        };
        let (recipients, (why, event)) = match sent {
            Sent::Nobody => continue,
            Sent::Gathered { mailbox, since } => {
                let notice = flood::gathered(job);
                gathered.push(NewGathered { mailbox: mailbox.clone(), since: *since, notice });
                continue;
            }
            Sent::Taken(to) => (to, (None, Event::NoticeSent { notice, audience })),
            Sent::Refused(why, to) => (to, failed(why)),
            Sent::Later(said, to) => {
                (to, failed(&NotDelivered::Refused { said: one_line(said, WORDS) }))
            }
        };
        let at = job.at.as_millisecond();
        let message_id = planned.message_id(desk.mail.as_ref());
        results.push(NoticeResult {
            report: job.report,
            notice,
            audience,
            at,
            message_id,
            taken: why.is_none(),
            recipients: recipients.clone(),
            why,
        });
        record.add(job.report, planned.service.as_ref(), &Actor::Desk, &[event], now);
    }
    tx.put_notices(&results, now.as_millisecond()).await?;
    flood::gather(tx, &gathered, now).await?;
    record.write(tx, now).await
}

/// Sends a letter to each addressee in a mail of its own, so that one bad address does not keep it from
/// the others, and nobody sees whom else it went to. Good when anybody got it.
async fn send_to_each(
    mail: &Mail,
    letters: &[Addressed],
    envelope: impl Fn(usize, &Addressed) -> Envelope,
) -> Sent {
    let mut told = Vec::new();
    let mut later = None;
    let mut refused = None;
    for (number, letter) in letters.iter().enumerate() {
        let envelope = envelope(number, letter);
        let error = match mail.mailer.send(&envelope).await {
            Ok(()) => None,
            Err(error) => {
                let words = one_line(&error.to_string(), WORDS);
                match error {
                    MailError::Later(why) => later = Some(why),
                    MailError::Refused(_) => refused = Some(words.clone()),
                }
                Some(words)
            }
        };
        told.push(Recipient { address: letter.to.clone(), error });
    }
    let taken = told.iter().any(|one| one.error.is_none());
    match (taken, later, refused) {
        (true, ..) => Sent::Taken(told),
        (false, Some(why), _) => Sent::Later(why, told),
        (false, None, said) => {
            Sent::Refused(NotDelivered::Refused { said: said.unwrap_or_default() }, told)
        }
    }
}

impl NoticeJob {
    /// The job that sends it.
    fn as_job(self) -> Job {
        let Self { report, notice, audience, at, .. } = self;
        Job::SendNotice { report, notice, audience, at }
    }
}

/// A Message-ID with this left side.
pub(crate) fn message_id_of(id: &str, domain: &str) -> String {
    format!("<{id}@{domain}>")
}

/// What holds the notices about a report together. That to its customer has the code as well: programs that answer keep
/// it, while some relays put another Message-ID in the place of ours.
fn thread_id(domain: &str, job: NoticeJob, token: Option<&str>) -> String {
    let token = token.map(|token| format!(".{token}")).unwrap_or_default();
    message_id_of(&format!("report-{}{token}", job.report.0), domain)
}

/// The Message-ID of a notice to its `number`th addressee: the same for every try. `intake::token` reads it back.
fn message_id(domain: &str, job: NoticeJob, token: Option<&str>, number: usize) -> String {
    let token = token.map(|token| format!(".{token}")).unwrap_or_default();
    let id = format!(
        "report-{}.{}.{}.{}{token}",
        job.report.0,
        job.notice.as_str(),
        job.audience.as_str(),
        job.at.as_millisecond(),
    );
    message_id_of(&further(&id, number), domain)
}

/// The left side of the Message-ID of the same mail to its `number`th addressee.
fn further(id: &str, number: usize) -> String {
    if number == 0 { id.to_owned() } else { format!("{id}.{number}") }
}

/// When a report's clock runs out, if it runs.
fn deadline(report: &Report) -> Option<Timestamp> {
    match report.state {
        State::Open { countdown: Countdown::Running { deadline, .. }, .. } => Some(deadline),
        _ => None,
    }
}

/// All that happened at the instants of some notices.
type Causes = HashMap<(ReportId, i64), Vec<Event>>;

/// What a notice is about, of all that happened at its instant: the last that caused it.
fn cause(causes: &Causes, job: NoticeJob) -> Option<&Event> {
    let happened = causes.get(&(job.report, job.at.as_millisecond()))?;
    let caused = Cause::Tell(job.notice, job.audience);
    happened.iter().rfind(|event| event.causes().any(|cause| cause == caused))
}

/// A reminder makes no sense once the report is closed or the clock stands; nor that there is no deadline, or one
/// again, once that has changed.
fn is_out_of_date(report: &Report, notice: Notice) -> bool {
    let countdown = match report.state {
        State::Open { countdown, .. } => countdown,
        State::Queued { .. } | State::Closed { .. } => Countdown::None,
    };
    match notice {
        Notice::Reminder => !matches!(countdown, Countdown::Running { .. }),
        Notice::Complaints => matches!(report.state, State::Closed { .. }),
        Notice::DeadlineLifted => {
            matches!(countdown, Countdown::Running { .. } | Countdown::Paused { .. })
        }
        Notice::DeadlineChanged | Notice::DeadlineRestored => {
            !matches!(countdown, Countdown::Running { .. } | Countdown::Paused { .. })
        }
        _ => false,
    }
}

/// What the notices of one look are made from.
struct Planning<'a> {
    desk: &'a Desk,
    settings: &'a Settings,
    tx: &'a mut Tx,
    reports: HashMap<ReportId, Report>,
    services: HashMap<ServiceKey, Service>,
    staff: Option<Told>,
    /// Links that were put into letters and have to be stored before these go out.
    links: Vec<ClientLink>,
}

impl<'a> Planning<'a> {
    /// Reads the reports and services of some notices.
    async fn begin(
        desk: &'a Desk,
        settings: &'a Settings,
        tx: &'a mut Tx,
        jobs: &[NoticeJob],
    ) -> Result<Self, StoreError> {
        let mut ids: Vec<ReportId> = jobs.iter().map(|job| job.report).collect();
        ids.sort_unstable();
        ids.dedup();
        let reports = tx.reports_by_id(&ids).await?;
        let reports = reports.into_iter().map(|report| (report.id, report)).collect();
        let services = HashMap::new();
        let mut planning =
            Self { desk, settings, tx, reports, services, staff: None, links: Vec::new() };
        planning.read_services(jobs).await?;
        Ok(planning)
    }

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
    async fn read_causes(&mut self, jobs: &[NoticeJob]) -> Result<Causes, StoreError> {
        let mut wanted: Vec<(ReportId, i64)> = jobs
            .iter()
            .filter(|job| job.audience == Audience::Staff)
            .map(|job| (job.report, job.at.as_millisecond()))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut causes = Causes::new();
        for (report, line) in self.tx.events_at(&wanted).await? {
            causes.entry((report, line.at)).or_default().push(line.event);
        }
        Ok(causes)
    }

    /// Whose mailbox a planned notice fills, if anybody counts.
    fn asks(&self, place: usize, planned: &Planned) -> Option<flood::Asked> {
        let job = planned.job;
        let counts = job.audience == Audience::Customer && !job.is_again;
        let Plan::Send(letters) = &planned.plan else { return None };
        if !counts || self.settings.notices_per_hour == 0 || self.desk.mail.is_none() {
            return None;
        }
        let deadline = self.reports.get(&job.report).and_then(deadline);
        let to: Vec<String> = letters.iter().map(|letter| letter.to.clone()).collect();
        let mailbox = flood::mailbox(&to);
        Some(flood::Asked { place, mailbox, notice: job.notice, deadline })
    }

    async fn plan(&mut self, job: NoticeJob, causes: &Causes) -> Result<Planned, StoreError> {
        let Some(report) = self.reports.get(&job.report).cloned() else {
            return Ok(Planned::of(job, None, Plan::Nobody));
        };
        match job.audience {
            Audience::Customer => self.for_customer(&report, job).await,
            Audience::Staff => {
                let plan = self.for_staff(&report, job, cause(causes, job)).await?;
                Ok(Planned::of(job, Some(&report), plan))
            }
        }
    }

    async fn for_customer(
        &mut self,
        report: &Report,
        job: NoticeJob,
    ) -> Result<Planned, StoreError> {
        match self.customer_notice(report, job).await? {
            Ok((to, notice)) => {
                let letter = self.desk.letters().to_customer(job.notice, &notice);
                let to_each = |to| Addressed { to, letter: letter.clone() };
                let plan = Plan::Send(to.into_iter().map(to_each).collect());
                let mut planned = Planned::of(job, Some(report), plan);
                planned.sender = self.sender(report);
                Ok(planned)
            }
            Err(plan) => Ok(Planned::of(job, Some(report), plan)),
        }
    }

    /// From whom the customer of a report gets mail, if not from the usual sender.
    fn sender(&self, report: &Report) -> Option<Arc<Sender>> {
        let directory = &report.subject.as_ref()?.service.directory;
        self.desk.mail.as_ref()?.sender(directory, &report.allegation.category)
    }

    /// What a customer is told, and at which addresses; or why nobody is.
    async fn customer_notice(
        &mut self,
        report: &Report,
        job: NoticeJob,
    ) -> Result<Result<(Vec<String>, CustomerNotice), Plan>, StoreError> {
        let impossible = |why| Ok(Err(Plan::Impossible(why)));
        let Some(subject) = &report.subject else { return Ok(Err(Plan::Nobody)) };
        if is_out_of_date(report, job.notice) {
            return Ok(Err(Plan::Nobody));
        }
        let Some(service) = self.services.get(&subject.service).cloned() else {
            return impossible(NotDelivered::ServiceMissing);
        };
        if service.customer_id != subject.customer_id {
            return impossible(NotDelivered::CustomerChanged);
        }
        let to = service.mailboxes();
        if to.is_empty() {
            return impossible(NotDelivered::NoAddress);
        }
        if self.desk.config.own_addresses.are_all_of(&service.customer_email) {
            return impossible(NotDelivered::OwnAddress);
        }
        let message = match job.notice {
            Notice::Answered => {
                let at = job.at.as_millisecond();
                self.tx.staff_message_at(report.id, at).await?.unwrap_or_default()
            }
            _ => Default::default(),
        };
        Ok(Ok((to, self.notice(report, service, job, message))))
    }

    fn notice(
        &mut self,
        report: &Report,
        service: Service,
        job: NoticeJob,
        (message, files): (String, i64),
    ) -> CustomerNotice {
        let settings = self.settings;
        let plan = settings.plans.get(&report.allegation.category);
        let outcome = match &report.state {
            State::Closed { outcome, .. } => Some(*outcome),
            State::Open { .. } | State::Queued { .. } => None,
        };
        let names: Vec<&str> = [service.product.as_str(), service.domain.as_str()]
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        let number = format!("({})", service.key.id);
        CustomerNotice {
            report: report.id,
            service: [&names.join(", "), number.as_str()].join(" ").trim().to_owned(),
            customer_name: service.customer_name,
            category: report.allegation.category.clone(),
            service_ip: report.allegation.service_ip.clone(),
            additional_info: report.allegation.additional_info.clone(),
            about_category: plan.map(|plan| plan.customer_text.clone()).unwrap_or_default(),
            deadline: deadline(report),
            at_once: outcome.is_none() && matches!(report.hold, Hold::Placed { .. }),
            allow_unsuspend: report.allegation.allow_unsuspend,
            price: self.price(report),
            outcome,
            kept: outcome.is_some() && report.holds_service(),
            by: match report.hold {
                Hold::Placed { by, .. } => Some(by),
                Hold::None | Hold::Waiting { .. } | Hold::Released { .. } => None,
            },
            on_reply: settings.time_limit.on_reply,
            message,
            files,
            link: self.link(report),
            at: job.at,
            language: Language::of(&service.language).unwrap_or(settings.client_language),
            zone: zone(&settings.client_zone),
        }
    }

    /// What the customer can pay to have the service back.
    fn price(&self, report: &Report) -> Option<Money> {
        let directory = &report.subject.as_ref()?.service.directory;
        self.desk.cashier_for(directory)?;
        self.settings.pay.price().filter(|_| report.allegation.pay_to_unsuspend)
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
            report: report.id,
            created_at: now.as_millisecond(),
            expires_at: until.as_millisecond(),
        });
        Some((format!("{base}/client/r/{token}"), until))
    }
}
