//! Examples of events: for the documentation, and for tests that look at every kind.

use super::{Channel, Event, Kind};
use crate::attachment::{Refused, Size};
use crate::decision::{Decision, Facts, Rule};
use crate::enforcement::Action;
use crate::fraudrecord::{Answer, Field};
use crate::guard::Stop;
use crate::ids::{MailId, Press, ReportId, ServiceId, ServiceKey};
use crate::intake::{Displayed, Why};
use crate::notice::{Audience, Notice};
use crate::reason::{
    Finding, Hint, NoEffect, NotDelivered, NotScanned, OutOfSight, PaymentIssue, QueueReason,
    RegisterProblem,
};
use crate::report::{Outcome, SuspendMethod, Turn};
use crate::service::ServiceStatus;
use crate::time::{Span, Timestamp};

/// 2026-01-31 14:30 UTC.
fn at() -> Timestamp {
    Timestamp::constant(1_769_869_800, 0)
}

fn words() -> String {
    "451 4.7.1 Try again later".to_owned()
}

fn amount() -> String {
    "25.00 EUR".to_owned()
}

/// Decisions by every rule.
fn decisions() -> impl Iterator<Item = Decision> {
    Rule::ALL.into_iter().map(|rule| {
        let by = if rule == Rule::Staff { Press::Staff } else { Press::Automatic };
        let facts = match rule {
            Rule::Deadline => Facts { deadline_at: Some(at()), ..Facts::default() },
            Rule::Payment => Facts { amount: Some(amount()), ..Facts::default() },
            Rule::Merge | Rule::Unmerge => {
                Facts { other_report: Some(ReportId(91)), ..Facts::default() }
            }
            Rule::Complaint => Facts {
                source: Some("192.0.2.7".to_owned()),
                observed_at: Some(at()),
                ..Facts::default()
            },
            Rule::Staff
            | Rule::Immediate
            | Rule::AfterPause
            | Rule::BeforeOrder
            | Rule::SelfUnsuspend => Facts::default(),
        };
        Decision::by(by, rule).on(facts)
    })
}

impl Kind {
    /// Examples of events of this kind: at least one for each sentence that tells of it. The documentation shows the
    /// first.
    pub fn examples(self) -> Vec<Event> {
        let (left, by) = (Span::from_mins(90), Span::from_mins(24 * 60));
        let (mail, deadline_at) = (MailId(17), at());
        let (notice, audience) = (Notice::Opened, Audience::Customer);
        let reference = || "5".to_owned();
        let sha256 =
            || "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned();
        match self {
            Self::Opened => {
                [SuspendMethod::TimeLimit, SuspendMethod::Immediate, SuspendMethod::NoSuspend]
                    .map(|method| Event::Opened { method })
                    .into()
            }
            Self::Imported => [false, true]
                .map(|suspended| Event::Imported {
                    source: "another desk".into(),
                    reference: "R-7".into(),
                    suspended,
                })
                .into(),
            Self::Queued => each(QueueReason::examples(), |why| Event::Queued { why }),
            Self::Assigned => {
                let service = ServiceKey { directory: "main".into(), id: ServiceId::EXAMPLE };
                vec![Event::Assigned { service }]
            }
            Self::Hint => each(Hint::examples(), |hint| Event::Hint { hint }),
            Self::Complained => each(
                decisions()
                    .filter(|decision| matches!(decision.rule, Rule::Staff | Rule::Complaint)),
                |decision| Event::Complained { mail, decision },
            ),
            Self::MoreComplaints => [12, 1].map(|count| Event::MoreComplaints { count }).into(),
            Self::HandedOver => {
                [Some("alice".to_owned()), None].map(|to| Event::HandedOver { to }).into()
            }
            Self::CategoryChanged => {
                vec![Event::CategoryChanged { from: "Spam".into(), to: "Phishing".into() }]
            }
            Self::Merged => vec![Event::Merged { into: ReportId(91) }],
            Self::Absorbed => vec![Event::Absorbed { from: ReportId(91) }],
            Self::Unmerged => vec![Event::Unmerged { with: ReportId(91) }],
            Self::Closed => {
                let closed = |(outcome, kept)| Event::Closed {
                    outcome,
                    kept,
                    decision: Decision::of_staff(),
                };
                let mut closed: Vec<Event> =
                    Outcome::ALL.map(|outcome| closed((outcome, false))).into();
                closed.push(Event::Closed {
                    outcome: Outcome::NoResponse,
                    kept: true,
                    decision: Decision::of_staff(),
                });
                closed
            }
            Self::Reopened => vec![Event::Reopened],
            Self::DeadlineSet => vec![Event::DeadlineSet { deadline_at }],
            Self::Reminded => vec![Event::Reminded { deadline_at }],
            Self::DeadlineReached => vec![Event::DeadlineReached],
            Self::DeadlineCancelled => vec![Event::DeadlineCancelled],
            Self::DeadlineChanged => vec![Event::DeadlineChanged { deadline_at }],
            Self::DeadlineLifted => vec![Event::DeadlineLifted { left }],
            Self::DeadlineRestored => vec![Event::DeadlineRestored { left }],
            Self::ClockPaused => vec![Event::ClockPaused { left }],
            Self::ClockResumed => vec![Event::ClockResumed { deadline_at }],
            Self::Extended => vec![Event::Extended { by }],
            Self::MoreTimeAsked => vec![Event::MoreTimeAsked { by }],
            Self::SuspensionAdopted => {
                vec![Event::SuspensionAdopted { decision: Decision::of_staff() }]
            }
            Self::HoldPlaced => each(decisions(), |decision| Event::HoldPlaced { decision }),
            Self::HoldWaits => {
                let decision = Decision::by(Press::Automatic, Rule::Immediate);
                each(Stop::ALL.iter().copied(), |why| Event::HoldWaits {
                    why,
                    decision: decision.clone(),
                })
            }
            Self::HoldApproved => vec![Event::HoldApproved { decision: Decision::of_staff() }],
            Self::HoldRefused => vec![Event::HoldRefused { decision: Decision::of_staff() }],
            Self::HoldReleased => each(decisions(), |decision| Event::HoldReleased { decision }),
            Self::OrderedAgain => vec![Event::OrderedAgain],
            Self::TakenBack => vec![Event::TakenBack],
            Self::Suspended => {
                let (by_hand, said) = (false, None);
                let plain = Event::Suspended { by_hand, said };
                let said = Some("Overdue on Payment".to_owned());
                vec![
                    plain,
                    Event::Suspended { by_hand, said },
                    Event::Suspended { by_hand: true, said: None },
                ]
            }
            Self::Unsuspended => [(false, false), (false, true), (true, false)]
                .map(|(by_hand, ran_already)| Event::Unsuspended { by_hand, ran_already })
                .into(),
            Self::NothingToSuspend => {
                let ended =
                    [ServiceStatus::Terminated, ServiceStatus::Cancelled, ServiceStatus::Fraud];
                ended.map(|status| Event::NothingToSuspend { status }).into()
            }
            Self::SuspendedByOther => {
                let said = Some("Overdue on Payment".to_owned());
                [said, None].map(|said| Event::SuspendedByOther { said }).into()
            }
            Self::LeftSuspended => {
                let said = Some("Overdue on Payment".to_owned());
                [said, None].map(|said| Event::LeftSuspended { said }).into()
            }
            Self::Drifted => vec![Event::Drifted],
            Self::OrderRefused => each(Finding::examples(), |said| Event::OrderRefused { said }),
            Self::OrderFailed => {
                let after = Span::from_mins(15);
                [Some(Finding::said(words())), None]
                    .map(|said| Event::OrderFailed { after, said })
                    .into()
            }
            Self::PanelUnknown => each(OutOfSight::examples(), |why| Event::PanelUnknown { why }),
            Self::ManualNeeded => [Action::Suspend, Action::Unsuspend]
                .map(|action| Event::ManualNeeded { action })
                .into(),
            Self::ManualCalledOff => vec![Event::ManualCalledOff],
            Self::Answered => {
                let answers = |by| Channel::ALL.map(|channel| Event::Answered { by, channel });
                [Turn::Customer, Turn::Staff].into_iter().flat_map(answers).collect()
            }
            Self::MarkedFixed => vec![Event::MarkedFixed],
            Self::Contested => vec![Event::Contested],
            Self::Noted => vec![Event::Noted],
            Self::LinkAsked => vec![Event::LinkAsked],
            Self::LinksRevoked => [2, 1].map(|count| Event::LinksRevoked { count }).into(),
            Self::PaymentOffered => {
                [true, false].map(|offered| Event::PaymentOffered { offered }).into()
            }
            Self::PaymentAsked => vec![Event::PaymentAsked { amount: amount() }],
            Self::PaymentOpen => {
                vec![Event::PaymentOpen { reference: reference(), amount: amount() }]
            }
            Self::PaymentRefused => [false, true]
                .into_iter()
                .flat_map(|again| {
                    each(Finding::examples(), |said| Event::PaymentRefused { said, again })
                })
                .collect(),
            Self::Paid => vec![Event::Paid { amount: amount() }],
            Self::PaidInVain => each(NoEffect::examples(), |why| Event::PaidInVain { why }),
            Self::PaidOddly => each(PaymentIssue::examples(), |issue| Event::PaidOddly { issue }),
            Self::PaymentEnded => vec![Event::PaymentEnded { reference: reference() }],
            Self::PaymentReversed => {
                vec![Event::PaymentReversed { amount: amount(), reference: reference() }]
            }
            Self::NoticeSent => {
                let sent = |notice| {
                    [Audience::Customer, Audience::Staff]
                        .map(|audience| Event::NoticeSent { notice, audience })
                };
                Notice::ALL.iter().copied().flat_map(sent).collect()
            }
            Self::NoticeFailed => {
                each(NotDelivered::examples(), |why| Event::NoticeFailed { notice, audience, why })
            }
            Self::NoticeBounced => [Some(words()), None]
                .map(|said| Event::NoticeBounced {
                    notice,
                    audience,
                    address: "ada@example.com".to_owned(),
                    said,
                    is_first: true,
                })
                .into(),
            Self::AnsweredByMail => {
                [2, 1, 0].map(|files| Event::AnsweredByMail { mail, files }).into()
            }
            Self::AutomaticAnswer => vec![Event::AutomaticAnswer { mail }],
            Self::ReadReceipt => each(Displayed::ALL.iter().copied(), |displayed| {
                Event::ReadReceipt { mail, displayed }
            }),
            Self::MailWaits => each(Why::ALL.iter().copied(), |why| Event::MailWaits {
                mail,
                why,
                tells_staff: true,
            }),
            Self::MailAttached => vec![Event::MailAttached { mail }],
            Self::Attached => {
                let (name, size) = ("access.log".to_owned(), Size(3_482));
                vec![Event::Attached { name, size, sha256: sha256() }]
            }
            Self::NoteAttached => vec![Event::NoteAttached { sha256: sha256() }],
            Self::AttachmentRefused => each(Refused::examples(), |why| Event::AttachmentRefused {
                name: "access.log".to_owned(),
                why,
            }),
            Self::AttachmentInfected => {
                let (said, known_before) = (Some("Eicar-Test-Signature".to_owned()), false);
                vec![
                    Event::AttachmentInfected { said, known_before },
                    Event::AttachmentInfected { said: None, known_before },
                    Event::AttachmentInfected { said: None, known_before: true },
                ]
            }
            Self::AttachmentUnscanned => {
                each(NotScanned::examples(), |why| Event::AttachmentUnscanned { why })
            }
            Self::AttachmentRemoved => {
                let name = Some("access.log".to_owned());
                [name, None].map(|name| Event::AttachmentRemoved { name }).into()
            }
            Self::FraudRecordAsked => {
                let fields = || vec![Field::Email, Field::Domain];
                let mut asked = vec![
                    Answer::Records { fields: fields() },
                    Answer::NoRecords { fields: fields() },
                ];
                let problems = RegisterProblem::examples().into_iter();
                asked.extend(problems.map(|why| Answer::NoAnswer { why }));
                each(asked, |answer| Event::FraudRecordAsked { answer })
            }
            Self::FraudRecordReportBegun => {
                let fields = Field::ALL.to_vec();
                vec![Event::FraudRecordReportBegun { severity: 5, fields }]
            }
            Self::FraudRecordReported => {
                vec![Event::FraudRecordReported { code: "a1b2c3".to_owned() }]
            }
            Self::FraudRecordNotReported => {
                each(RegisterProblem::examples(), |why| Event::FraudRecordNotReported { why })
            }
            Self::FraudRecordReportLost => {
                each(RegisterProblem::examples(), |why| Event::FraudRecordReportLost { why })
            }
        }
    }
}

fn each<T>(items: impl IntoIterator<Item = T>, event: impl Fn(T) -> Event) -> Vec<Event> {
    items.into_iter().map(event).collect()
}
