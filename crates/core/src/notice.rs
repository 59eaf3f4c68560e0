//! What is told to whom. Notices to customers are written from templates (`app`), those to staff in
//! [`staff_notice`](crate::staff_notice).
//!
//! The types are the seam: a [`CustomerNotice`] has no field that could hold a staff note or a reporter.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::ids::{Press, ReportId};
use crate::language::Language;
use crate::payment::Money;
use crate::report::{OnReply, Outcome};
use crate::time::Timestamp;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of a stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// The occasions on which somebody is told.
    Notice {
        /// A report was opened.
        Opened = "opened",
        /// A report waits for a service (staff).
        Queued = "queued",
        /// Half of the time is over.
        Reminder = "reminder",
        /// The service was suspended.
        Suspended = "suspended",
        /// The service is back.
        Unsuspended = "unsuspended",
        /// The other side wrote.
        Answered = "answered",
        /// More time was given.
        Extended = "extended",
        /// Staff set another deadline.
        DeadlineChanged = "deadline_changed",
        /// Staff took the deadline away.
        DeadlineLifted = "deadline_lifted",
        /// Staff brought the deadline back.
        DeadlineRestored = "deadline_restored",
        /// The report ended.
        Closed = "closed",
        /// The report goes on.
        Reopened = "reopened",
        /// The customer asked for a new link.
        Link = "link",
        /// More complaints about the same came in.
        Complaints = "complaints",
        /// Something waits for a decision (staff).
        NeedsStaff = "needs_staff",
    }
}

impl Notice {
    /// Those that customers get.
    pub const TO_CUSTOMERS: [Self; 13] = [
        Self::Opened,
        Self::Reminder,
        Self::Suspended,
        Self::Unsuspended,
        Self::Answered,
        Self::Extended,
        Self::DeadlineChanged,
        Self::DeadlineLifted,
        Self::DeadlineRestored,
        Self::Closed,
        Self::Reopened,
        Self::Link,
        Self::Complaints,
    ];
}

words! {
    /// Who is told.
    Audience {
        /// The customer of the service.
        Customer = "customer",
        /// The abuse desk.
        Staff = "staff",
    }
}

/// What a notice to a customer is made from. There is no staff note in here, by construction.
#[derive(Debug, Clone)]
pub struct CustomerNotice {
    /// The report.
    pub report: ReportId,
    /// Name for the greeting; may be empty.
    pub customer_name: String,
    /// The service in the customer's terms: product, domain, id.
    pub service: String,
    /// Kind of abuse.
    pub category: String,
    /// Address.
    pub service_ip: String,
    /// What was said to the customer when the report was opened.
    pub additional_info: String,
    /// What the desk says about this kind of abuse; may be empty.
    pub about_category: String,
    /// When the service will be suspended, if a clock runs.
    pub deadline: Option<Timestamp>,
    /// The service is being suspended, without a deadline.
    pub at_once: bool,
    /// Whether the customer can lift the suspension.
    pub allow_unsuspend: bool,
    /// What the customer can pay to have it lifted.
    pub price: Option<Money>,
    /// How the report ended, once it did.
    pub outcome: Option<Outcome>,
    /// It ended, and the service stays off.
    pub kept: bool,
    /// Who wished the suspension, where there is one.
    pub by: Option<Press>,
    /// What a reply does to a clock that runs.
    pub on_reply: OnReply,
    /// The message from staff that the notice is about.
    pub message: String,
    /// How many files came with it.
    pub files: i64,
    /// The way to the report in the customer area, and until when it leads there.
    pub link: Option<(String, Timestamp)>,
    /// When what the notice tells of happened.
    pub at: Timestamp,
    /// The customer's language.
    pub language: Language,
    /// The zone in which they are told instants.
    pub zone: TimeZone,
}

/// A mail's subject (one line) and its body, as plain text and perhaps as HTML too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Never has a line break.
    pub subject: String,
    /// Lines ended by `\n`.
    pub body: String,
    /// The same for programs that show it.
    pub html: Option<String>,
}
