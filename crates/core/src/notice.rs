//! What is told to whom, as plain text.
//!
//! The types are the seam: a [`CustomerNotice`] has no field that could hold a staff note or a reporter.

use crate::ids::ReportId;
use crate::report::Outcome;
use crate::text::{lines, one_line};
use crate::time::{Timestamp, for_people};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
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
        /// The report ended.
        Closed = "closed",
        /// The report goes on.
        Reopened = "reopened",
        /// Something waits for a decision (staff).
        NeedsStaff = "needs_staff",
    }
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
    /// Whether the customer can lift the suspension.
    pub allow_unsuspend: bool,
    /// How the report ended, once it did.
    pub outcome: Option<Outcome>,
    /// The message from staff that the notice is about.
    pub message: String,
}

/// What a notice to staff is made from.
#[derive(Debug, Clone)]
pub struct StaffNotice {
    /// The report.
    pub report: ReportId,
    /// The service, or why there is none.
    pub service: String,
    /// Kind of abuse.
    pub category: String,
    /// Address.
    pub service_ip: String,
    /// How it is to be suspended.
    pub suspend_method: &'static str,
    /// The line of the history that this notice is about.
    pub what_happened: String,
}

/// A mail's subject (one line) and plain-text body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Never has a line break.
    pub subject: String,
    /// Lines ended by `\n`.
    pub body: String,
}

/// Writes a notice to a customer, in English.
pub fn to_customer(notice: Notice, n: &CustomerNotice) -> Letter {
    let category = one_line(&n.category, 120);
    let subject = match notice {
        Notice::Opened | Notice::Queued => format!("Abuse report about your service: {category}"),
        Notice::Reminder => format!("Reminder: abuse report about your service: {category}"),
        Notice::Suspended => format!("Your service was suspended: {category}"),
        Notice::Unsuspended => format!("Your service is active again: {category}"),
        Notice::Answered | Notice::NeedsStaff => {
            format!("New message on your abuse report: {category}")
        }
        Notice::Extended => format!("More time for your abuse report: {category}"),
        Notice::Closed => format!("Abuse report closed: {category}"),
        Notice::Reopened => format!("Abuse report reopened: {category}"),
    };
    let name = one_line(&n.customer_name, 100);
    let mut body =
        if name.is_empty() { "Hello,\n\n".to_owned() } else { format!("Hello {name},\n\n") };
    body.push_str(&opening_sentence(notice, n));
    body.push_str("\n\n");
    body.push_str(&facts_of(n));
    if matches!(notice, Notice::Opened | Notice::Reminder) && !n.additional_info.is_empty() {
        body.push_str(&format!("\nWhat was reported:\n\n{}\n", indented(&n.additional_info)));
    }
    if matches!(notice, Notice::Opened | Notice::Reminder | Notice::Suspended)
        && !n.about_category.is_empty()
    {
        body.push_str(&format!("\nAbout this kind of abuse:\n\n{}\n", indented(&n.about_category)));
    }
    if notice == Notice::Answered && !n.message.is_empty() {
        body.push_str(&format!("\nThe message:\n\n{}\n", indented(&n.message)));
    }
    if let Some(what_next) = what_next(notice, n) {
        body.push('\n');
        body.push_str(&what_next);
    }
    body.push_str(
        "\nIf you think that this is wrong, answer this mail and say why; a person will read it.\n",
    );
    Letter { subject: format!("[abuse {}] {subject}", n.report), body }
}

fn opening_sentence(notice: Notice, n: &CustomerNotice) -> String {
    match notice {
        Notice::Opened | Notice::Queued => {
            "we received a report of abuse that comes from your service.".to_owned()
        }
        Notice::Reminder => {
            "this is a reminder: a report of abuse that comes from your service is \
                             still open, and half of the time to act has passed."
                .to_owned()
        }
        Notice::Suspended => "your service was suspended because of a report of abuse.".to_owned(),
        Notice::Unsuspended => "your service is active again.".to_owned(),
        Notice::Answered | Notice::NeedsStaff => {
            "there is a new message on the report of abuse about your service.".to_owned()
        }
        Notice::Extended => {
            "you have more time to act on the report of abuse about your service.".to_owned()
        }
        Notice::Closed => match n.outcome {
            Some(Outcome::Unfounded) => {
                "the report of abuse about your service was closed: it was unfounded.".to_owned()
            }
            _ => "the report of abuse about your service was closed.".to_owned(),
        },
        Notice::Reopened => "the report of abuse about your service was opened again.".to_owned(),
    }
}

fn facts_of(n: &CustomerNotice) -> String {
    let mut facts = format!(
        "  Report:   {}\n  Service:  {}\n  Address:  {}\n  Category: {}\n",
        n.report,
        one_line(&n.service, 200),
        one_line(&n.service_ip, 255),
        one_line(&n.category, 255),
    );
    if let Some(deadline) = n.deadline {
        facts.push_str(&format!("  Deadline: {}\n", for_people(deadline)));
    }
    facts
}

fn what_next(notice: Notice, n: &CustomerNotice) -> Option<String> {
    match notice {
        Notice::Opened | Notice::Reminder | Notice::Extended => Some(match n.deadline {
            Some(deadline) => format!(
                "Please stop the abuse and answer this mail before {}. If nothing happens until\n\
                 then, the service will be suspended.\n",
                for_people(deadline)
            ),
            None => "Please stop the abuse and answer this mail.\n".to_owned(),
        }),
        Notice::Suspended if n.allow_unsuspend => Some(
            "You may have the service back to fix the problem: answer this mail and say what you\n\
             will do.\n"
                .to_owned(),
        ),
        Notice::Suspended => {
            Some("Please answer this mail and say what you will do to stop the abuse.\n".to_owned())
        }
        Notice::Unsuspended
        | Notice::Answered
        | Notice::Closed
        | Notice::Reopened
        | Notice::Queued
        | Notice::NeedsStaff => None,
    }
}

/// Writes a notice to the abuse desk, in English.
pub fn to_staff(notice: Notice, n: &StaffNotice) -> Letter {
    let category = one_line(&n.category, 120);
    let subject = match notice {
        Notice::Opened => format!("New report: {category}"),
        Notice::Queued => format!("New report in the queue: {category}"),
        Notice::Answered => format!("The customer answered: {category}"),
        Notice::NeedsStaff => format!("Waits for you: {category}"),
        Notice::Reminder
        | Notice::Suspended
        | Notice::Unsuspended
        | Notice::Extended
        | Notice::Closed
        | Notice::Reopened => format!("Report changed: {category}"),
    };
    let body = format!(
        "{}\n\n  Report:   {}\n  Service:  {}\n  Address:  {}\n  Category: {}\n  Suspend:  {}\n\n\
         See it with: portreeve report show {}\n",
        one_line(&n.what_happened, 500),
        n.report,
        one_line(&n.service, 200),
        one_line(&n.service_ip, 255),
        one_line(&n.category, 255),
        n.suspend_method,
        n.report.0,
    );
    Letter { subject: format!("[abuse {}] {subject}", n.report), body }
}

/// Text from outside, indented so that it cannot be taken for our own words.
fn indented(text: &str) -> String {
    lines(text).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_millis;

    fn sample() -> CustomerNotice {
        CustomerNotice {
            report: ReportId(92),
            customer_name: "Ada\r\nBcc: x@example.net".into(),
            service: "VPS 1 (example.com)".into(),
            category: "Spam\nX-Injected: 1".into(),
            service_ip: "192.0.2.1".into(),
            additional_info: "line one\r\nline two".into(),
            about_category: String::new(),
            deadline: from_millis(1_700_000_000_000),
            allow_unsuspend: false,
            outcome: None,
            message: String::new(),
        }
    }

    #[test]
    fn no_text_from_outside_makes_a_new_header_or_our_own_words() {
        let letter = to_customer(Notice::Opened, &sample());
        assert!(!letter.subject.contains('\n') && !letter.subject.contains('\r'));
        assert!(letter.body.contains("  line one\n  line two\n"), "{}", letter.body);
        assert!(!letter.body.contains("\nBcc"), "{}", letter.body);
    }

    #[test]
    fn a_deadline_is_said_with_its_zone() {
        let letter = to_customer(Notice::Reminder, &sample());
        assert!(letter.body.contains("before 2023-11-14 22:13 UTC"), "{}", letter.body);
        let without = CustomerNotice { deadline: None, ..sample() };
        assert!(!to_customer(Notice::Opened, &without).body.contains("suspended"));
    }
}
