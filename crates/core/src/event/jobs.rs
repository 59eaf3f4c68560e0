//! The work that events cause.

use super::{Cause, Event};
use crate::ids::{MailId, ReportId, ServiceKey};
use crate::notice::{Audience, Notice};
use crate::report::Turn;
use crate::time::Timestamp;

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

impl Event {
    /// The work that it causes.
    pub fn causes(&self) -> impl Iterator<Item = Cause> {
        self.kind().causes().iter().copied().filter(|cause| self.does_cause(*cause))
    }

    /// Whether it causes what events of its kind can cause.
    fn does_cause(&self, cause: Cause) -> bool {
        match (self, cause) {
            // Whoever did not write is told.
            (Self::Answered { by, .. }, Cause::Tell(_, audience)) => {
                (*by == Turn::Customer) == (audience == Audience::Staff)
            }
            (Self::Answered { by, .. }, Cause::TellAddon) => *by == Turn::Customer,
            // An invoice that nobody needs any more is taken back.
            (Self::PaymentOffered { offered }, _) => !offered,
            (Self::PaymentRefused { again, .. }, _) => !again,
            // Once for a report: every further notice to the same address comes back as well. Of a notice to staff that
            // came back no other is told, which would come back too.
            (Self::NoticeBounced { audience, is_first, .. }, _) => {
                *audience == Audience::Customer && *is_first
            }
            (Self::MailWaits { tells_staff, .. }, _) => *tells_staff,
            _ => true,
        }
    }

    /// The hash of the bytes that came with it.
    fn content(&self) -> Option<&String> {
        match self {
            Self::Attached { sha256, .. } | Self::NoteAttached { sha256 } => Some(sha256),
            _ => None,
        }
    }
}

/// The jobs that `event` of a report about `service` causes.
pub fn jobs_for(
    report: ReportId,
    service: Option<&ServiceKey>,
    event: &Event,
    at: Timestamp,
) -> Vec<Job> {
    let jobs = event.causes().filter_map(|cause| match cause {
        Cause::Reconcile => service.cloned().map(Job::ReconcileService),
        Cause::SettlePayments => Some(Job::SettlePayments(report)),
        Cause::TellAddon => service.cloned().map(Job::TellBridge),
        Cause::Scan => event.content().cloned().map(Job::ScanContent),
        // A report that waits for its service has no customer yet.
        Cause::Tell(_, Audience::Customer) if service.is_none() => None,
        Cause::Tell(notice, audience) => Some(Job::SendNotice { report, notice, audience, at }),
    });
    jobs.collect()
}
