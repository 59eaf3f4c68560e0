//! What happens to a report. Events are its history and the only cause of jobs.
//!
//! An event is stored as its kind and its facts (JSON). The sentence that tells of it is made when somebody reads it
//! (`portreeve-i18n`). All that the desk makes of a kind stands in one table here; every list of kinds elsewhere is
//! asked of it, and what a kind needs besides is a `match` over all of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attachment::{Refused, Size};
use crate::decision::Decision;
use crate::enforcement::Action;
use crate::fraudrecord::{Answer as RegisterAnswer, Field, Standing};
use crate::guard::Stop;
use crate::ids::{MailId, ReportId, ServiceKey};
use crate::intake::{Displayed, Why};
use crate::notice::{Audience, Notice};
use crate::reason::{
    Finding, Hint, NoEffect, NotDelivered, NotScanned, OutOfSight, PaymentIssue, QueueReason,
    RegisterProblem,
};
use crate::report::{Outcome, SuspendMethod, Turn};
use crate::service::ServiceStatus;
use crate::time::{Span, Timestamp};

mod channel;
mod examples;
mod jobs;
mod kind;

pub use channel::Channel;
pub use jobs::{Job, jobs_for};
use kind::Traits;
pub use kind::{Cause, Figure, Group, Turned, Undo};

use Audience::{Customer, Staff};
use Cause::{Reconcile, Scan, SettlePayments, Tell, TellAddon};

/// One column of a kind's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Its key.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// A word that is no kind of event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of event")]
pub struct NotAKind(pub String);

/// A staff member has to look, so staff are told.
const CALL_STAFF: &[Cause] = &[Tell(Notice::NeedsStaff, Staff)];

macro_rules! events {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $({ $(
            $(#[doc = $meaning:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $type:ty
        ),+ $(,)? })? = $word:literal, $traits:expr;
    )+) => {
        /// One thing that happened to a report, with its facts.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($(#[doc = $doc])+ $name $({ $($(#[doc = $meaning])+ $field: $type),+ })?),+
        }

        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[doc = $doc])+ $name),+ }

        impl Kind {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that is stored and shown in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The kind of a stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)+ _ => None }
            }

            /// What it says, in one line.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// The facts that events of this kind have.
            pub const fn facts(self) -> &'static [Fact] {
                match self {
                    $(Self::$name => const { &[$($(
                        Fact { name: stringify!($field), meaning: concat!($($meaning),+).trim_ascii() }
                    ),+)?] }),+
                }
            }

            const fn traits(self) -> Traits {
                match self { $(Self::$name => $traits),+ }
            }
        }

        impl Event {
            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name { .. } => Kind::$name),+ }
            }

            /// Its facts, as they are stored: a JSON object.
            pub fn data(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$name $({ $($field),+ })? => {
                        #[derive(Serialize)]
                        struct Data { $($($(#[serde($($serde)+)])? $field: $type),+)? }
                        serde_json::to_string(&Data { $($($field: $field.clone()),+)? })
                    })+
                }
            }

            /// The event of a kind with these facts.
            pub fn read(kind: Kind, data: &str) -> Result<Self, serde_json::Error> {
                match kind {
                    $(Kind::$name => {
                        #[derive(Deserialize)]
                        struct Data { $($($(#[serde($($serde)+)])? $field: $type),+)? }
                        let Data { $($($field),+)? } = serde_json::from_str(data)?;
                        Ok(Self::$name $({ $($field),+ })?)
                    })+
                }
            }
        }
    };
}

events! {
    /// A report was opened about a known service.
    Opened {
        /// How it is to suspend the service: `nosuspend`, `immediate` or `timelimit`.
        method: SuspendMethod,
    } = "opened", Traits::of(Group::Report)
        .causes(&[Tell(Notice::Opened, Customer), Tell(Notice::Opened, Staff), TellAddon])
        .topic().for_customer().words().counts(Figure::Opened).undone_by(Undo::Close);
    /// A report of another desk was imported.
    Imported {
        /// That desk, as whoever imported it calls it.
        source: String,
        /// The report's number or name there.
        reference: String,
        /// Its service was suspended for it when it was imported, as the file says, else as the directory says.
        suspended: bool,
    } = "imported", Traits::of(Group::Report).words();
    /// A report waits in the queue for its service.
    Queued {
        /// Why, as a code with its data.
        why: QueueReason,
    } = "queued", Traits::of(Group::Report)
        .causes(&[Tell(Notice::Queued, Staff)]).words().undone_by(Undo::Close);
    /// Staff named the service of a queued report.
    Assigned {
        /// The service: its directory and id.
        service: ServiceKey,
    } = "assigned", Traits::of(Group::Report).causes(&[TellAddon]).words();
    /// A complaint led to the report.
    Complained {
        /// The number of the complaint.
        mail: MailId,
        /// Who decided that, and by which rule.
        decision: Decision,
    } = "complained", Traits::of(Group::Report);
    /// Further complaints about the same came in, and the customer is told.
    MoreComplaints {
        /// How many.
        count: u64,
    } = "more_complaints", Traits::of(Group::Report)
        .causes(&[Tell(Notice::Complaints, Customer)]).for_customer();
    /// A hint for staff, with no effect.
    Hint {
        /// What it says, as a code with its data.
        hint: Hint,
    } = "hint", Traits::of(Group::Report);
    /// The report has another assignee, or none.
    HandedOver {
        /// The member of staff, by name; null for nobody.
        to: Option<String>,
    } = "handed_over", Traits::of(Group::Report);
    /// Staff changed the category.
    CategoryChanged {
        /// Before.
        from: String,
        /// Now.
        to: String,
    } = "category_changed", Traits::of(Group::Report).words();
    /// Another report about the same took this one over.
    Merged {
        /// The other one.
        into: ReportId,
    } = "merged", Traits::of(Group::Report);
    /// This report took another one over.
    Absorbed {
        /// The other one.
        from: ReportId,
    } = "absorbed", Traits::of(Group::Report);
    /// A merge was undone.
    Unmerged {
        /// The other report.
        with: ReportId,
    } = "unmerged", Traits::of(Group::Report);
    /// The report was closed.
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// The service stays suspended.
        kept: bool,
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "closed", Traits::of(Group::Report)
        .causes(&[Tell(Notice::Closed, Customer), SettlePayments, TellAddon])
        .topic().for_customer().counts(Figure::Closed).undone_by(Undo::Reopen);
    /// A closed report was opened again.
    Reopened = "reopened", Traits::of(Group::Report)
        .causes(&[Tell(Notice::Reopened, Customer), TellAddon]).for_customer();

    /// The customer's clock started.
    DeadlineSet {
        /// When the service will be suspended.
        #[serde(with = "crate::time::as_rfc3339")]
        deadline_at: Timestamp,
    } = "deadline_set", Traits::of(Group::Deadline);
    /// Half of the time has passed, and the customer is reminded.
    Reminded {
        /// When the service will be suspended.
        #[serde(with = "crate::time::as_rfc3339")]
        deadline_at: Timestamp,
    } = "reminded", Traits::of(Group::Deadline)
        .causes(&[Tell(Notice::Reminder, Customer)]).topic().for_customer();
    /// The deadline has passed.
    DeadlineReached = "deadline_reached", Traits::of(Group::Deadline).for_customer();
    /// The customer's reply cancelled the deadline.
    DeadlineCancelled = "deadline_cancelled", Traits::of(Group::Deadline);
    /// Staff set another deadline, or one where there was none.
    DeadlineChanged {
        /// When the service will be suspended, where the clock is not paused.
        #[serde(with = "crate::time::as_rfc3339")]
        deadline_at: Timestamp,
    } = "deadline_changed", Traits::of(Group::Deadline)
        .causes(&[Tell(Notice::DeadlineChanged, Customer)]).for_customer().undone_by(Undo::CancelDeadline);
    /// Staff cancelled the deadline.
    DeadlineLifted {
        /// Seconds that were left.
        left: Span,
    } = "deadline_lifted", Traits::of(Group::Deadline)
        .causes(&[Tell(Notice::DeadlineLifted, Customer)]).for_customer().undone_by(Undo::RestoreDeadline);
    /// Staff restored a deadline that they had cancelled.
    DeadlineRestored {
        /// Seconds that are left.
        left: Span,
    } = "deadline_restored", Traits::of(Group::Deadline)
        .causes(&[Tell(Notice::DeadlineRestored, Customer)]).for_customer();
    /// The clock is paused while it is the abuse desk's turn.
    ClockPaused {
        /// Seconds that are left.
        left: Span,
    } = "clock_paused", Traits::of(Group::Deadline);
    /// The clock runs again.
    ClockResumed {
        /// When the service will be suspended now.
        #[serde(with = "crate::time::as_rfc3339")]
        deadline_at: Timestamp,
    } = "clock_resumed", Traits::of(Group::Deadline);
    /// The customer got more time.
    Extended {
        /// How many seconds more.
        by: Span,
    } = "extended", Traits::of(Group::Deadline)
        .causes(&[Tell(Notice::Extended, Customer)]).for_customer();
    /// The customer asked for more time.
    MoreTimeAsked {
        /// How many seconds more.
        by: Span,
    } = "more_time_asked", Traits::of(Group::Deadline).for_customer();

    /// The report holds the service: it has to be suspended.
    HoldPlaced {
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "hold_placed", Traits::of(Group::Hold)
        .causes(&[Reconcile, TellAddon]).undone_by(Undo::Release);
    /// Staff say that the suspension which stands already is this report's.
    SuspensionAdopted {
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "suspension_adopted", Traits::of(Group::Hold).causes(&[Reconcile, TellAddon]);
    /// A guard holds the suspension back until a person approves it.
    HoldWaits {
        /// Which guard.
        why: Stop,
        /// By which rule it would have been placed.
        decision: Decision,
    } = "awaiting_approval", Traits::of(Group::Hold).causes(CALL_STAFF).undone_by(Undo::Refuse);
    /// Staff approved a suspension that was held back.
    HoldApproved {
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "approved", Traits::of(Group::Hold)
        .causes(&[Reconcile, TellAddon]).undone_by(Undo::Release);
    /// Staff refused a suspension that was held back.
    HoldRefused {
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "refused", Traits::of(Group::Hold);
    /// The report no longer holds the service.
    HoldReleased {
        /// Who decided it, and by which rule.
        decision: Decision,
    } = "hold_released", Traits::of(Group::Hold)
        .causes(&[Reconcile, SettlePayments, TellAddon]).service(Turned::Released);
    /// Staff had the suspension ordered again.
    OrderedAgain = "ordered_again", Traits::of(Group::Hold).causes(&[Reconcile]);
    /// The customer unsuspended the service, as the report lets them.
    TakenBack = "taken_back", Traits::of(Group::Hold).for_customer();

    /// The panel shows that the service is suspended by our order.
    Suspended {
        /// Staff did it by hand and confirmed it; absent where a panel did it.
        #[serde(default, skip_serializing_if = "is_false")]
        by_hand: bool,
        /// What the panel shows as the reason, where that is not ours; else absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    } = "suspended", Traits::of(Group::Panel)
        .causes(&[Tell(Notice::Suspended, Customer)])
        .topic().for_customer().counts(Figure::Suspended).service(Turned::Off);
    /// The service runs again.
    Unsuspended {
        /// Staff did it by hand and confirmed it; absent where a panel did it.
        #[serde(default, skip_serializing_if = "is_false")]
        by_hand: bool,
        /// It ran already when the panel was looked at; else absent.
        #[serde(default, skip_serializing_if = "is_false")]
        ran_already: bool,
    } = "unsuspended", Traits::of(Group::Panel)
        .causes(&[Tell(Notice::Unsuspended, Customer)])
        .topic().for_customer().service(Turned::On);
    /// There is nothing to suspend: the service has ended.
    NothingToSuspend {
        /// How: `terminated`, `cancelled` or `fraud`.
        status: ServiceStatus,
    } = "nothing_to_suspend", Traits::of(Group::Panel);
    /// The service was suspended outside Portreeve already.
    SuspendedByOther {
        /// What the panel shows as the reason; absent where it shows none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    } = "suspended_by_other", Traits::of(Group::Panel);
    /// Our hold is gone, and the service stays suspended for another reason.
    LeftSuspended {
        /// What the panel shows as the reason; absent where it shows none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    } = "left_suspended", Traits::of(Group::Panel).service(Turned::LeftOff);
    /// The service was unsuspended outside Portreeve while the report still holds it.
    Drifted = "drifted", Traits::of(Group::Panel).causes(CALL_STAFF).service(Turned::Drifted);
    /// The panel refused the order.
    OrderRefused {
        /// What it said, as a code with its data.
        said: Finding,
    } = "order_refused", Traits::of(Group::Panel).causes(CALL_STAFF);
    /// The panel did not carry out the order in time.
    OrderFailed {
        /// How many seconds it had.
        after: Span,
        /// What it said last, as a code with its data; absent where it said nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Finding>,
    } = "order_failed", Traits::of(Group::Panel).causes(CALL_STAFF);
    /// The state of the service cannot be seen.
    PanelUnknown {
        /// Why, as a code with its data.
        why: OutOfSight,
    } = "panel_unknown", Traits::of(Group::Panel).causes(CALL_STAFF);
    /// No panel serves the service: staff have to change it by hand and confirm that.
    ManualNeeded {
        /// What they have to do: `suspend` or `unsuspend`.
        action: Action,
    } = "manual", Traits::of(Group::Panel).causes(CALL_STAFF);
    /// What staff were asked to do by hand is not needed any more.
    ManualCalledOff = "manual_called_off", Traits::of(Group::Panel).causes(CALL_STAFF);

    /// Somebody answered.
    Answered {
        /// Who: `customer` or `staff`.
        by: Turn,
        /// By which way it came: `page`, `mail`, `api` or `cli`.
        channel: Channel,
    } = "answered", Traits::of(Group::Conversation)
        .causes(&[Tell(Notice::Answered, Customer), Tell(Notice::Answered, Staff), TellAddon])
        .topic().words().counts(Figure::Answered);
    /// The customer says that the abuse has stopped.
    MarkedFixed = "marked_fixed", Traits::of(Group::Conversation).for_customer();
    /// The customer disputes the report.
    Contested = "contested", Traits::of(Group::Conversation).for_customer();
    /// Staff wrote a note for themselves.
    Noted = "noted", Traits::of(Group::Conversation).words();
    /// The customer asked for a new link.
    LinkAsked = "link_asked", Traits::of(Group::Conversation)
        .causes(&[Tell(Notice::Link, Customer)]);
    /// Staff revoked the links in notices.
    LinksRevoked {
        /// How many.
        count: u64,
    } = "links_revoked", Traits::of(Group::Conversation);

    /// Staff let the customer pay to unsuspend, or no longer do.
    PaymentOffered {
        /// They do.
        offered: bool,
    } = "payment_offered", Traits::of(Group::Payment).causes(&[SettlePayments]);
    /// The customer wants to pay to unsuspend.
    PaymentAsked {
        /// How much, with its currency.
        amount: String,
    } = "payment_asked", Traits::of(Group::Payment).causes(&[SettlePayments]);
    /// There is an invoice to be paid.
    PaymentOpen {
        /// The provider's name of the invoice.
        reference: String,
        /// How much, with its currency.
        amount: String,
    } = "payment_open", Traits::of(Group::Payment);
    /// The provider made no invoice.
    PaymentRefused {
        /// What it said, as a code with its data.
        said: Finding,
        /// Staff know that already, from a short while ago.
        again: bool,
    } = "payment_refused", Traits::of(Group::Payment).causes(CALL_STAFF);
    /// The customer paid.
    Paid {
        /// How much, with its currency.
        amount: String,
    } = "paid", Traits::of(Group::Payment).causes(CALL_STAFF).for_customer();
    /// A payment lifted nothing: staff decide whether to refund it.
    PaidInVain {
        /// Why, as a code.
        why: NoEffect,
    } = "paid_in_vain", Traits::of(Group::Payment).causes(CALL_STAFF);
    /// A payment needs review in the billing system.
    PaidOddly {
        /// What about it, as a code with its data.
        issue: PaymentIssue,
    } = "paid_oddly", Traits::of(Group::Payment).causes(CALL_STAFF);
    /// An invoice is not to be paid any more.
    PaymentEnded {
        /// The provider's name of the invoice.
        reference: String,
    } = "payment_ended", Traits::of(Group::Payment);
    /// A payment was reversed.
    PaymentReversed {
        /// How much, with its currency.
        amount: String,
        /// The provider's name of the invoice.
        reference: String,
    } = "payment_reversed", Traits::of(Group::Payment).causes(CALL_STAFF);

    /// A mail server took a notice.
    NoticeSent {
        /// Which notice.
        notice: Notice,
        /// For whom: `customer` or `staff`.
        audience: Audience,
    } = "notice_sent", Traits::of(Group::Mail);
    /// A notice could not be delivered.
    NoticeFailed {
        /// Which notice.
        notice: Notice,
        /// For whom: `customer` or `staff`.
        audience: Audience,
        /// Why, as a code with its data.
        why: NotDelivered,
    } = "notice_failed", Traits::of(Group::Mail);
    /// A notice that a mail server had taken came back.
    NoticeBounced {
        /// Which notice.
        notice: Notice,
        /// For whom: `customer` or `staff`.
        audience: Audience,
        /// From which address.
        address: String,
        /// What the mail server says; absent where it says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
        /// No notice of this report to the customer had come back before.
        is_first: bool,
    } = "notice_bounced", Traits::of(Group::Mail).causes(CALL_STAFF);
    /// The customer's answer came as a mail.
    AnsweredByMail {
        /// The number of the mail.
        mail: MailId,
        /// How many files came with it.
        files: usize,
    } = "answered_by_mail", Traits::of(Group::Mail);
    /// A program answered a notice.
    AutomaticAnswer {
        /// The number of the mail.
        mail: MailId,
    } = "automatic_answer", Traits::of(Group::Mail);
    /// A mail program sent a read receipt for a notice.
    ReadReceipt {
        /// The number of the mail.
        mail: MailId,
        /// What became of the notice: `shown`, `deleted` or `other`.
        displayed: Displayed,
    } = "read_receipt", Traits::of(Group::Mail);
    /// A mail about the report waits for staff.
    MailWaits {
        /// The number of the mail.
        mail: MailId,
        /// Why, as a code.
        why: Why,
        /// Staff are told of it by mail.
        tells_staff: bool,
    } = "mail_waits", Traits::of(Group::Mail).causes(CALL_STAFF);
    /// Staff attached a mail that waited to the report.
    MailAttached {
        /// The number of the mail.
        mail: MailId,
    } = "mail_attached", Traits::of(Group::Mail);

    /// A file came with a message.
    Attached {
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: Size,
        /// The SHA-256 of its bytes.
        sha256: String,
    } = "attached", Traits::of(Group::Attachment).causes(&[Scan]);
    /// A file came with a note; its name is for staff alone and does not stand here.
    NoteAttached {
        /// The SHA-256 of its bytes.
        sha256: String,
    } = "note_attached", Traits::of(Group::Attachment).causes(&[Scan]);
    /// A file of a mail was left out.
    AttachmentRefused {
        /// Its name.
        name: String,
        /// Why, as a code, with the limit where there is one.
        why: Refused,
    } = "attachment_refused", Traits::of(Group::Attachment);
    /// The scan found something in a file, which nobody can have.
    AttachmentInfected {
        /// What the scan says; absent where it says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
        /// The same bytes were scanned before; else absent.
        #[serde(default, skip_serializing_if = "is_false")]
        known_before: bool,
    } = "attachment_infected", Traits::of(Group::Attachment).causes(CALL_STAFF);
    /// A file could not be scanned, and nobody can have it.
    AttachmentUnscanned {
        /// Why, as a code with its data.
        why: NotScanned,
    } = "attachment_unscanned", Traits::of(Group::Attachment).causes(CALL_STAFF);
    /// Staff removed a file.
    AttachmentRemoved {
        /// Its name; null for a file of a note.
        name: Option<String>,
    } = "attachment_removed", Traits::of(Group::Attachment);

    /// Staff asked the register about the customer.
    FraudRecordAsked {
        /// What it answered.
        answer: RegisterAnswer,
    } = "fraudrecord_asked", Traits::of(Group::FraudRecord);
    /// A report to the register is about to be sent. Without a later line nobody knows whether it was.
    FraudRecordReportBegun {
        /// From 1 to 10.
        severity: u8,
        /// What of the customer is sent, as hashes.
        fields: Vec<Field>,
    } = "fraudrecord_report_begun", Traits::of(Group::FraudRecord).register(Standing::Unknown);
    /// The register took the report.
    FraudRecordReported {
        /// Its code for the report.
        code: String,
    } = "fraudrecord_reported", Traits::of(Group::FraudRecord).register(Standing::Reported);
    /// The register did not take the report, or it was not sent.
    FraudRecordNotReported {
        /// Why, as a code with its data.
        why: RegisterProblem,
    } = "fraudrecord_not_reported", Traits::of(Group::FraudRecord).register(Standing::Open);
    /// No answer came: the register may have the report.
    FraudRecordReportLost {
        /// Why, as a code with its data.
        why: RegisterProblem,
    } = "fraudrecord_report_lost", Traits::of(Group::FraudRecord).register(Standing::Unknown);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like that")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Kind {
    fn with(is_so: impl Fn(&Traits) -> bool) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |kind| is_so(&kind.traits()))
    }

    /// What it is about.
    pub fn group(self) -> Group {
        self.traits().group
    }

    /// The work that events of this kind can cause.
    pub fn causes(self) -> &'static [Cause] {
        self.traits().causes
    }

    /// Webhooks are told of it.
    pub fn is_topic(self) -> bool {
        self.traits().is_topic
    }

    /// The customer's copy of the report tells of it, without its facts: these can have words of staff and panels in
    /// them.
    pub fn is_for_customer(self) -> bool {
        self.traits().is_for_customer
    }

    /// The kinds that the customer's copy of a report tells of.
    pub fn for_customer() -> impl Iterator<Item = Self> {
        Self::with(|traits| traits.is_for_customer)
    }

    /// Something was written with it that is to be found by its words.
    pub fn has_words(self) -> bool {
        self.traits().has_words
    }

    /// What figures count it as.
    pub fn figure(self) -> Option<Figure> {
        self.traits().figure
    }

    /// The kind that figures count as this.
    pub fn counted_as(figure: Figure) -> impl Iterator<Item = Self> {
        Self::with(move |traits| traits.figure == Some(figure))
    }

    /// How it is taken back, where that can be.
    pub fn undo(self) -> Option<Undo> {
        self.traits().undo
    }

    /// The kinds by which a report's history tells how its service stands. The latest of them counts.
    pub fn of_service() -> impl Iterator<Item = Self> {
        Self::with(|traits| traits.turned.is_some())
    }

    /// Which turn the service took by it.
    pub fn turned(self) -> Option<Turned> {
        self.traits().turned
    }

    /// The kinds by which a report stands with the register. The latest of them counts.
    pub fn of_register() -> impl Iterator<Item = Self> {
        Self::with(|traits| traits.register.is_some())
    }

    /// How the report stands with the register after it.
    pub fn register(self) -> Option<Standing> {
        self.traits().register
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
