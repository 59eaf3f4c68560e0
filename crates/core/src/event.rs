//! What happens to a report. Events are its history and the only cause of jobs.

use crate::attachment::Size;
use crate::fraudrecord;
use crate::guard::Stop;
use crate::ids::{MailId, Press, ReportId, ServiceKey};
use crate::intake::{Displayed, Why};
use crate::notice::{Audience, Notice};
use crate::report::{Outcome, SuspendMethod, Turn};
use crate::service::ServiceStatus;
use crate::time::{Span, Timestamp, for_people};

/// One thing that happened to a report. Fields carry what its line of history says.
#[expect(missing_docs, reason = "every field is named after what its variant's line tells")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The report was opened about a known service.
    Opened { method: SuspendMethod },
    /// Another desk had it, and it was taken over from there.
    Imported { source: String, reference: String, suspended: bool },
    /// It waits in the queue.
    Queued { why: String },
    /// Staff named the service.
    Assigned { service: ServiceKey },
    /// A hint for staff, with no effect.
    Hint { text: String },
    /// The service is gone.
    NothingToSuspend { status: ServiceStatus },
    /// The customer's clock started.
    DeadlineSet { deadline: Timestamp },
    /// Half of the time is over.
    Reminded { deadline: Timestamp },
    /// The time is over.
    DeadlineReached,
    /// The deadline is gone for good.
    DeadlineCancelled,
    /// Staff took the deadline away.
    DeadlineLifted { left: Span },
    /// Staff brought it back.
    DeadlineRestored { left: Span },
    /// The clock stands still.
    ClockPaused { left: Span },
    /// The clock runs again.
    ClockResumed { deadline: Timestamp },
    /// More time was given.
    Extended { by: Span },
    /// The service must be off.
    HoldPlaced { by: Press },
    /// A guard holds the suspension back.
    HoldWaits { why: Stop },
    /// Staff say that the suspension which stands already is this report's.
    SuspensionAdopted,
    /// Staff let a held-back suspension go ahead.
    HoldApproved,
    /// Staff dropped a held-back suspension.
    HoldRefused,
    /// This report no longer wants the service off.
    HoldReleased,
    /// Staff wish the order once more.
    OrderedAgain,
    /// Somebody wrote.
    Answered { by: Turn },
    /// The customer says that the abuse has stopped.
    MarkedFixed,
    /// The customer says that the report is wrong.
    Contested,
    /// The customer asks for more time.
    MoreTimeAsked { by: Span },
    /// The customer took the service back.
    TakenBack,
    /// Staff let the customer pay to unsuspend, or no longer do.
    PaymentOffered { offered: bool },
    /// The customer wants to pay to have the service back.
    PaymentAsked { amount: String },
    /// There is an invoice that waits to be paid.
    PaymentOpen { reference: String, amount: String },
    /// No invoice could be made.
    PaymentRefused { why: String },
    /// The money is there.
    Paid { amount: String },
    /// The money is there, and nothing could be done for it.
    PaidInVain { why: String },
    /// Something other than what was asked for was paid.
    PaidOddly { what: String },
    /// An invoice is not to be paid any more.
    PaymentEnded { reference: String },
    /// The money went back.
    PaymentReversed { amount: String, reference: String },
    /// The customer asked for a new link.
    LinkAsked,
    /// The links in notices lead nowhere any more.
    LinksRevoked { count: u64 },
    /// Staff wrote a note for themselves.
    Noted,
    /// The report ended.
    Closed { outcome: Outcome, kept: bool },
    /// The report goes on.
    Reopened,
    /// Somebody else takes care of it.
    HandedOver { to: Option<String> },
    /// It is about another kind of abuse.
    CategoryChanged { from: String, to: String },
    /// Another report took this one over.
    Merged { into: ReportId },
    /// This report took another one over.
    Absorbed { from: ReportId },
    /// The merging was taken back.
    Unmerged { with: ReportId },
    /// The panel showed that the service is off by our order.
    Suspended { detail: String },
    /// The panel showed that the service is on again.
    Unsuspended { detail: String },
    /// The service is off by somebody else's wish.
    SuspendedByOther { reason: String },
    /// Our hold is gone, but somebody else keeps the service off.
    LeftSuspended { reason: String },
    /// Somebody freed the service while our hold stands.
    Drifted,
    /// The panel will not do it.
    OrderRefused { detail: String },
    /// The panel did not do it within the time.
    OrderFailed { detail: String },
    /// Nobody can see what state the service is in.
    PanelUnknown { detail: String },
    /// Staff have to do it in the panel by hand and confirm it.
    ManualNeeded { action: &'static str },
    /// What they were asked to do by hand is not needed any more; they may have done it all the same.
    ManualCalledOff,
    /// A mail server took a notice.
    NoticeSent { notice: Notice, audience: Audience },
    /// A notice could not be delivered.
    NoticeFailed { notice: Notice, audience: Audience, detail: String },
    /// Staff asked `FraudRecord` about the customer, or reported them to it.
    FraudRecord(fraudrecord::Step),
    /// A file came with a message.
    Attached { name: String, size: Size, hash: String },
    /// A file came with a note. Its name is for staff, so it does not stand here.
    NoteAttached { hash: String },
    /// A file of a mail was left out.
    AttachmentRefused { name: String, why: String },
    /// The scan found something in a file.
    AttachmentInfected { detail: String },
    /// A file could not be scanned.
    AttachmentUnscanned { detail: String },
    /// Staff took a file away; a file of a note is not named.
    AttachmentRemoved { name: Option<String> },
    /// A notice that a mail server had taken came back. `is_first` says that none to the customer had before.
    NoticeBounced { notice: Notice, audience: Audience, detail: String, is_first: bool },
    /// The customer's answer came by mail.
    AnsweredByMail { mail: MailId, files: usize },
    /// A machine answered a notice.
    AutomaticAnswer { mail: MailId },
    /// A mail program sent a read receipt for a notice.
    ReadReceipt { mail: MailId, displayed: Displayed },
    /// A mail that shows the report's code waits for staff. `tells` says that they are to hear of it now.
    MailWaits { mail: MailId, why: Why, tells: bool },
    /// Staff took a mail that waited for one of this report.
    MailAttached { mail: MailId },
}

impl Event {
    /// The kind as stored and shown in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Imported { .. } => "imported",
            Self::Queued { .. } => "queued",
            Self::Assigned { .. } => "assigned",
            Self::Hint { .. } => "hint",
            Self::NothingToSuspend { .. } => "nothing_to_suspend",
            Self::DeadlineSet { .. } => "deadline_set",
            Self::Reminded { .. } => "reminded",
            Self::DeadlineReached => "deadline_reached",
            Self::DeadlineCancelled => "deadline_cancelled",
            Self::DeadlineLifted { .. } => "deadline_lifted",
            Self::DeadlineRestored { .. } => "deadline_restored",
            Self::ClockPaused { .. } => "clock_paused",
            Self::ClockResumed { .. } => "clock_resumed",
            Self::Extended { .. } => "extended",
            Self::HoldPlaced { .. } => "hold_placed",
            Self::HoldWaits { .. } => "awaiting_approval",
            Self::SuspensionAdopted => "suspension_adopted",
            Self::HoldApproved => "approved",
            Self::HoldRefused => "refused",
            Self::HoldReleased => "hold_released",
            Self::OrderedAgain => "ordered_again",
            Self::Answered { .. } => "answered",
            Self::MarkedFixed => "marked_fixed",
            Self::Contested => "contested",
            Self::MoreTimeAsked { .. } => "more_time_asked",
            Self::TakenBack => "taken_back",
            Self::PaymentOffered { .. } => "payment_offered",
            Self::PaymentAsked { .. } => "payment_asked",
            Self::PaymentOpen { .. } => "payment_open",
            Self::PaymentRefused { .. } => "payment_refused",
            Self::Paid { .. } => "paid",
            Self::PaidInVain { .. } => "paid_in_vain",
            Self::PaidOddly { .. } => "paid_oddly",
            Self::PaymentEnded { .. } => "payment_ended",
            Self::PaymentReversed { .. } => "payment_reversed",
            Self::LinkAsked => "link_asked",
            Self::LinksRevoked { .. } => "links_revoked",
            Self::Noted => "noted",
            Self::Closed { .. } => "closed",
            Self::Reopened => "reopened",
            Self::HandedOver { .. } => "handed_over",
            Self::CategoryChanged { .. } => "category_changed",
            Self::Merged { .. } => "merged",
            Self::Absorbed { .. } => "absorbed",
            Self::Unmerged { .. } => "unmerged",
            Self::Suspended { .. } => "suspended",
            Self::Unsuspended { .. } => "unsuspended",
            Self::SuspendedByOther { .. } => "suspended_by_other",
            Self::LeftSuspended { .. } => "left_suspended",
            Self::Drifted => "drifted",
            Self::OrderRefused { .. } => "order_refused",
            Self::OrderFailed { .. } => "order_failed",
            Self::PanelUnknown { .. } => "panel_unknown",
            Self::ManualNeeded { .. } => "manual",
            Self::ManualCalledOff => "manual_called_off",
            Self::NoticeSent { .. } => "notice_sent",
            Self::NoticeFailed { .. } => "notice_failed",
            Self::FraudRecord(step) => step.kind(),
            Self::Attached { .. } => "attached",
            Self::NoteAttached { .. } => "note_attached",
            Self::AttachmentRefused { .. } => "attachment_refused",
            Self::AttachmentInfected { .. } => "attachment_infected",
            Self::AttachmentUnscanned { .. } => "attachment_unscanned",
            Self::AttachmentRemoved { .. } => "attachment_removed",
            Self::NoticeBounced { .. } => "notice_bounced",
            Self::AnsweredByMail { .. } => "answered_by_mail",
            Self::AutomaticAnswer { .. } => "automatic_answer",
            Self::ReadReceipt { .. } => "read_receipt",
            Self::MailWaits { .. } => "mail_waits",
            Self::MailAttached { .. } => "mail_attached",
        }
    }

    /// What happened, in one sentence for staff.
    pub fn text(&self) -> String {
        match self {
            Self::Opened { method } => match method {
                SuspendMethod::NoSuspend => "report opened".to_owned(),
                SuspendMethod::Immediate => "report opened, to suspend at once".to_owned(),
                SuspendMethod::TimeLimit => "report opened, with a time limit".to_owned(),
            },
            Self::Imported { source, reference, suspended } => {
                let state = if *suspended { "; its service was suspended then" } else { "" };
                format!("imported from {source}, report {reference} there{state}")
            }
            Self::Queued { why } => format!("waits in the queue: {why}"),
            Self::Assigned { service } => format!("assigned to service {service}"),
            Self::Hint { text } => text.clone(),
            Self::NothingToSuspend { status } => {
                format!("the service is {status}; there is nothing to suspend")
            }
            Self::DeadlineSet { deadline } => {
                format!("the customer has time until {}", for_people(*deadline))
            }
            Self::Reminded { deadline } => {
                format!("customer reminded of the deadline at {}", for_people(*deadline))
            }
            Self::DeadlineReached => "the deadline has passed".to_owned(),
            Self::DeadlineCancelled => "the customer's reply cancelled the deadline".to_owned(),
            Self::DeadlineLifted { left } => {
                format!("staff cancelled the deadline with {} left", left.told())
            }
            Self::DeadlineRestored { left } => {
                format!("staff restored the deadline with {} left", left.told())
            }
            Self::ClockPaused { left } => {
                let left = left.told();
                format!("the clock stands still with {left} left until staff answer")
            }
            Self::ClockResumed { deadline } => {
                format!("the clock runs on; the deadline is now {}", for_people(*deadline))
            }
            Self::Extended { by } => format!("deadline extended by {by}"),
            Self::HoldPlaced { by: Press::Staff } => "suspension ordered by staff".to_owned(),
            Self::HoldPlaced { by: Press::Automatic } => "suspension ordered".to_owned(),
            Self::HoldWaits { why } => format!("suspension waits for approval: {}", why.text()),
            Self::SuspensionAdopted => {
                "existing suspension adopted: it ends with this report's hold".to_owned()
            }
            Self::HoldApproved => "suspension approved".to_owned(),
            Self::HoldRefused => "suspension refused".to_owned(),
            Self::HoldReleased => "hold released".to_owned(),
            Self::OrderedAgain => "order wished once more".to_owned(),
            Self::Answered { by: Turn::Customer } => "the customer answered".to_owned(),
            Self::Answered { by: Turn::Staff } => "staff answered the customer".to_owned(),
            Self::MarkedFixed => "the customer says that it is fixed".to_owned(),
            Self::Contested => {
                "the customer contests the report: somebody who did not decide about it should look"
                    .to_owned()
            }
            Self::MoreTimeAsked { by } => format!("the customer asks for {by} more"),
            Self::TakenBack => "the customer took the service back".to_owned(),
            Self::PaymentOffered { offered: true } => {
                "the customer may pay to have the service back".to_owned()
            }
            Self::PaymentOffered { offered: false } => {
                "the customer may no longer pay to have the service back".to_owned()
            }
            Self::PaymentAsked { amount } => {
                format!("the customer wants to pay {amount} to have the service back")
            }
            Self::PaymentOpen { reference, amount } => {
                format!("invoice {reference} over {amount} waits to be paid")
            }
            Self::PaymentRefused { why } => with_detail("no invoice could be made", why),
            Self::Paid { amount } => format!("the customer paid {amount}"),
            Self::PaidInVain { why } => {
                format!(
                    "nothing was lifted for this payment; decide whether to give it back: {why}"
                )
            }
            Self::PaidOddly { what } => {
                format!("a payment has to be looked at in the billing system: {what}")
            }
            Self::PaymentEnded { reference } => {
                format!("invoice {reference} is not to be paid any more")
            }
            Self::PaymentReversed { amount, reference } => format!(
                "the payment of {amount} (invoice {reference}) went back; decide whether to suspend again"
            ),
            Self::LinkAsked => "the customer asked for a new link".to_owned(),
            Self::LinksRevoked { count } => {
                format!("links in notices were ended: {count}")
            }
            Self::Noted => "note added".to_owned(),
            Self::Closed { outcome, kept } => {
                let kept = if *kept { ", the service stays suspended" } else { "" };
                format!("report closed: {}{kept}", outcome.as_str())
            }
            Self::Reopened => "report reopened".to_owned(),
            Self::HandedOver { to: Some(to) } => format!("{to} takes care of it"),
            Self::HandedOver { to: None } => "nobody in particular takes care of it".to_owned(),
            Self::CategoryChanged { from, to } => {
                format!("category changed from \"{from}\" to \"{to}\"")
            }
            Self::Merged { into } => format!("merged into report {into}"),
            Self::Absorbed { from } => format!("took over report {from}"),
            Self::Unmerged { with } => format!("separated from report {with} again"),
            Self::Suspended { detail } => with_detail("service suspended", detail),
            Self::Unsuspended { detail } => with_detail("service unsuspended", detail),
            Self::SuspendedByOther { reason } => {
                with_detail("the service was already suspended by somebody else", reason)
            }
            Self::LeftSuspended { reason } => {
                with_detail("left suspended: somebody else's suspension stands", reason)
            }
            Self::Drifted => "somebody lifted the suspension while this report still holds the \
                              service: suspend again, or release the hold"
                .to_owned(),
            Self::OrderRefused { detail } => with_detail("the panel refused the order", detail),
            Self::OrderFailed { detail } => {
                with_detail("the panel did not carry out the order", detail)
            }
            Self::PanelUnknown { detail } => {
                with_detail("the state of the service cannot be seen", detail)
            }
            Self::ManualNeeded { action } => {
                format!("no panel is connected: {action} the service by hand, then approve")
            }
            Self::ManualCalledOff => {
                "the service need not be suspended by hand any more; if that was done, give it back"
                    .to_owned()
            }
            Self::NoticeSent { notice, audience } => {
                format!(
                    "notice \"{}\" to {} was taken by the mail server",
                    notice.as_str(),
                    audience.as_str()
                )
            }
            Self::NoticeFailed { notice, audience, detail } => {
                format!(
                    "notice \"{}\" to {} was not delivered: {detail}",
                    notice.as_str(),
                    audience.as_str()
                )
            }
            Self::FraudRecord(step) => step.text(),
            Self::Attached { name, size, .. } => format!("file \"{name}\" attached ({size})"),
            Self::NoteAttached { .. } => "file attached to a note".to_owned(),
            Self::AttachmentRefused { name, why } => {
                format!("file \"{name}\" of a mail was not taken: {why}")
            }
            Self::AttachmentInfected { detail } => {
                with_detail("the scan found something in a file: nobody can have it", detail)
            }
            Self::AttachmentUnscanned { detail } => {
                with_detail("a file could not be scanned: nobody can have it", detail)
            }
            Self::AttachmentRemoved { name: Some(name) } => format!("file \"{name}\" removed"),
            Self::AttachmentRemoved { name: None } => "file of a note removed".to_owned(),
            Self::NoticeBounced { notice, audience, detail, .. } => {
                format!(
                    "notice \"{}\" to {} came back: {detail}",
                    notice.as_str(),
                    audience.as_str()
                )
            }
            Self::AnsweredByMail { mail, files: 0 } => format!("the answer came as mail {mail}"),
            Self::AnsweredByMail { mail, files } => {
                format!("the answer came as mail {mail}, attached files: {files}")
            }
            Self::AutomaticAnswer { mail } => {
                format!("a machine answered a notice with mail {mail}; nothing was done")
            }
            Self::ReadReceipt { mail, displayed } => {
                format!("read receipt (mail {mail}): {}", displayed.text())
            }
            Self::MailWaits { mail, why, .. } => {
                format!("mail {mail} about this report waits to be read: {}", why.text())
            }
            Self::MailAttached { mail } => format!("mail {mail} was attached to this report"),
        }
    }
}

fn with_detail(sentence: &str, detail: &str) -> String {
    if detail.is_empty() { sentence.to_owned() } else { format!("{sentence} ({detail})") }
}

/// Work that an event causes. It carries ids, not copies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Bring the panel's state of a service in line with its holds. Doing it twice does no harm: it
    /// looks before it orders.
    ReconcileService(ServiceKey),
    /// Send a notice. A second run may send the same mail again under the same Message-ID.
    SendNotice {
        /// About which report.
        report: ReportId,
        /// Which notice.
        notice: Notice,
        /// To whom.
        audience: Audience,
        /// When it happened: tells two suspensions of one report apart.
        at: Timestamp,
    },
    /// Bring the payments of a report in line with what their provider shows. Doing it twice does no harm: it looks
    /// before it asks for an invoice.
    SettlePayments(ReportId),
    /// Tell the panel's addon how a service stands, where there is one. It is told the whole of it, so that
    /// telling it twice does no harm.
    TellBridge(ServiceKey),
    /// Scan the bytes that have this hash. What is known to be clean or infected is not scanned again.
    ScanContent(String),
    /// Read a mail that came in. One that was read is left alone.
    ReadMail(MailId),
}

/// Whether a service has another number of holds, open reports or unanswered ones after it.
fn changes_standing(event: &Event) -> bool {
    matches!(
        event,
        Event::Opened { .. }
            | Event::Assigned { .. }
            | Event::Answered { by: Turn::Customer }
            | Event::HoldPlaced { .. }
            | Event::SuspensionAdopted
            | Event::HoldApproved
            | Event::HoldReleased
            | Event::Closed { .. }
            | Event::Reopened
    )
}

/// Kinds of events of which staff are told because somebody has to look.
pub const NEEDS_STAFF: [&str; 16] = [
    "mail_waits",
    "awaiting_approval",
    "drifted",
    "order_refused",
    "order_failed",
    "panel_unknown",
    "manual",
    "manual_called_off",
    "attachment_infected",
    "attachment_unscanned",
    "notice_bounced",
    "payment_refused",
    "paid",
    "paid_in_vain",
    "paid_oddly",
    "payment_reversed",
];

/// The jobs that `event` of a report about `service` causes.
pub fn jobs_for(
    report: ReportId,
    service: Option<&ServiceKey>,
    event: &Event,
    at: Timestamp,
) -> Vec<Job> {
    let reconcile = || service.cloned().map(Job::ReconcileService).into_iter().collect::<Vec<_>>();
    let tell = |notice, audience| Job::SendNotice { report, notice, audience, at };
    let jobs = match event {
        Event::Opened { .. } => {
            vec![tell(Notice::Opened, Audience::Customer), tell(Notice::Opened, Audience::Staff)]
        }
        Event::Queued { .. } => vec![tell(Notice::Queued, Audience::Staff)],
        Event::Reminded { .. } => vec![tell(Notice::Reminder, Audience::Customer)],
        Event::HoldPlaced { .. }
        | Event::SuspensionAdopted
        | Event::HoldApproved
        | Event::HoldReleased
        | Event::OrderedAgain => reconcile(),
        Event::Answered { by: Turn::Staff } => vec![tell(Notice::Answered, Audience::Customer)],
        Event::Answered { by: Turn::Customer } => vec![tell(Notice::Answered, Audience::Staff)],
        Event::Extended { .. } => vec![tell(Notice::Extended, Audience::Customer)],
        Event::DeadlineLifted { .. } => vec![tell(Notice::DeadlineLifted, Audience::Customer)],
        Event::DeadlineRestored { .. } => {
            vec![tell(Notice::DeadlineRestored, Audience::Customer)]
        }
        Event::Closed { .. } => vec![tell(Notice::Closed, Audience::Customer)],
        Event::Reopened => vec![tell(Notice::Reopened, Audience::Customer)],
        Event::PaymentAsked { .. } => vec![Job::SettlePayments(report)],
        Event::PaymentRefused { .. }
        | Event::Paid { .. }
        | Event::PaidInVain { .. }
        | Event::PaidOddly { .. }
        | Event::PaymentReversed { .. } => vec![tell(Notice::NeedsStaff, Audience::Staff)],
        Event::LinkAsked => vec![tell(Notice::Link, Audience::Customer)],
        Event::Suspended { .. } => vec![tell(Notice::Suspended, Audience::Customer)],
        Event::Unsuspended { .. } => vec![tell(Notice::Unsuspended, Audience::Customer)],
        Event::HoldWaits { .. }
        | Event::Drifted
        | Event::OrderRefused { .. }
        | Event::OrderFailed { .. }
        | Event::PanelUnknown { .. }
        | Event::ManualNeeded { .. }
        | Event::ManualCalledOff
        | Event::AttachmentInfected { .. }
        | Event::AttachmentUnscanned { .. } => vec![tell(Notice::NeedsStaff, Audience::Staff)],
        Event::Attached { hash, .. } | Event::NoteAttached { hash } => {
            vec![Job::ScanContent(hash.clone())]
        }
        // Once for a report: every further notice to the same address comes back as well. Of a notice to staff that
        // came back no other is told, which would come back too.
        Event::NoticeBounced { audience: Audience::Customer, is_first: true, .. } => {
            vec![tell(Notice::NeedsStaff, Audience::Staff)]
        }
        Event::MailWaits { tells: true, .. } => vec![tell(Notice::NeedsStaff, Audience::Staff)],
        // Whoever moves in tells nobody anything.
        Event::Imported { .. }
        | Event::Assigned { .. }
        | Event::Hint { .. }
        | Event::NothingToSuspend { .. }
        | Event::DeadlineSet { .. }
        | Event::DeadlineReached
        | Event::DeadlineCancelled
        | Event::HandedOver { .. }
        | Event::CategoryChanged { .. }
        | Event::Merged { .. }
        | Event::Absorbed { .. }
        | Event::Unmerged { .. }
        | Event::ClockPaused { .. }
        | Event::ClockResumed { .. }
        | Event::HoldRefused
        | Event::Noted
        | Event::MarkedFixed
        | Event::Contested
        | Event::MoreTimeAsked { .. }
        | Event::TakenBack
        | Event::PaymentOffered { .. }
        | Event::PaymentOpen { .. }
        | Event::PaymentEnded { .. }
        | Event::LinksRevoked { .. }
        | Event::SuspendedByOther { .. }
        | Event::LeftSuspended { .. }
        | Event::NoticeSent { .. }
        | Event::NoticeFailed { .. }
        | Event::FraudRecord(_)
        | Event::AttachmentRefused { .. }
        | Event::AttachmentRemoved { .. }
        | Event::NoticeBounced { .. }
        | Event::AnsweredByMail { .. }
        | Event::AutomaticAnswer { .. }
        | Event::ReadReceipt { .. }
        | Event::MailWaits { .. }
        | Event::MailAttached { .. } => Vec::new(),
    };
    let mut jobs = jobs;
    if matches!(
        event,
        Event::HoldReleased | Event::Closed { .. } | Event::PaymentOffered { offered: false }
    ) {
        // An invoice that nobody needs any more is taken back.
        jobs.push(Job::SettlePayments(report));
    }
    if changes_standing(event) {
        jobs.extend(service.cloned().map(Job::TellBridge));
    }
    // A report that waits for its service has no customer yet.
    let nobody_to_tell = |job: &Job| {
        service.is_none() && matches!(job, Job::SendNotice { audience: Audience::Customer, .. })
    };
    jobs.into_iter().filter(|job| !nobody_to_tell(job)).collect()
}
