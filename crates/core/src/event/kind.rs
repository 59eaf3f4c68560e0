//! What the desk makes of each kind of event, beside its facts.

use crate::fraudrecord::Standing;
use crate::notice::{Audience, Notice};

/// Work that an event of a kind can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The panel's state of the service is brought in line with its holds.
    Reconcile,
    /// The payments of the report are looked at.
    SettlePayments,
    /// The panel's addon is told how the service stands now: another number of holds, open reports or unanswered ones.
    TellAddon,
    /// The bytes that came with it are scanned.
    Scan,
    /// Somebody is told by mail.
    Tell(Notice, Audience),
}

/// What kinds of events are about, as they are grouped in the documentation and on pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Opening, closing, and who works on it.
    Report,
    /// The customer's time.
    Deadline,
    /// Holds and their guards.
    Hold,
    /// What the panel shows and does.
    Panel,
    /// What people write.
    Conversation,
    /// Paying to unsuspend.
    Payment,
    /// What is sent by mail, and what comes back.
    Mail,
    /// Files.
    Attachment,
    /// The register.
    FraudRecord,
}

impl Group {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Report,
        Self::Deadline,
        Self::Hold,
        Self::Panel,
        Self::Conversation,
        Self::Payment,
        Self::Mail,
        Self::Attachment,
        Self::FraudRecord,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Deadline => "deadline",
            Self::Hold => "hold",
            Self::Panel => "panel",
            Self::Conversation => "conversation",
            Self::Payment => "payment",
            Self::Mail => "mail",
            Self::Attachment => "attachment",
            Self::FraudRecord => "fraudrecord",
        }
    }
}

/// What figures and the summary of a day count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Reports that were opened.
    Opened,
    /// Answers.
    Answered,
    /// Reports that were closed.
    Closed,
    /// Services that were suspended.
    Suspended,
}

/// How what was done is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// The report is closed as unfounded.
    Close,
    /// Its hold is released.
    Release,
    /// The suspension that waits is refused.
    Refuse,
    /// It is opened again.
    Reopen,
    /// Its deadline is restored.
    RestoreDeadline,
    /// Its deadline is cancelled.
    CancelDeadline,
}

/// Which turn the service of a report took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// It is off by our order.
    Off,
    /// It runs.
    On,
    /// It is off by somebody else's wish.
    LeftOff,
    /// This report holds it no more.
    Released,
    /// Somebody lifted the suspension.
    Drifted,
}

/// All that is known of a kind. Made by [`Traits::of`] and the methods that say what is so of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) group: Group,
    pub(super) causes: &'static [Cause],
    pub(super) is_topic: bool,
    pub(super) is_for_customer: bool,
    pub(super) has_words: bool,
    pub(super) figure: Option<Figure>,
    pub(super) undo: Option<Undo>,
    pub(super) turned: Option<Turned>,
    pub(super) register: Option<Standing>,
}

impl Traits {
    /// A kind that causes nothing and is for staff alone.
    pub(super) const fn of(group: Group) -> Self {
        Self {
            group,
            causes: &[],
            is_topic: false,
            is_for_customer: false,
            has_words: false,
            figure: None,
            undo: None,
            turned: None,
            register: None,
        }
    }

    /// It causes this work.
    pub(super) const fn causes(self, causes: &'static [Cause]) -> Self {
        Self { causes, ..self }
    }

    /// Webhooks are told of it.
    pub(super) const fn topic(self) -> Self {
        Self { is_topic: true, ..self }
    }

    /// The customer's copy of the report tells of it.
    pub(super) const fn for_customer(self) -> Self {
        Self { is_for_customer: true, ..self }
    }

    /// Something was written with it that is to be found by its words.
    pub(super) const fn words(self) -> Self {
        Self { has_words: true, ..self }
    }

    /// It is counted.
    pub(super) const fn counts(self, figure: Figure) -> Self {
        Self { figure: Some(figure), ..self }
    }

    /// It can be taken back.
    pub(super) const fn undone_by(self, undo: Undo) -> Self {
        Self { undo: Some(undo), ..self }
    }

    /// It tells how the service stands.
    pub(super) const fn service(self, turned: Turned) -> Self {
        Self { turned: Some(turned), ..self }
    }

    /// After it, the report stands so with the register.
    pub(super) const fn register(self, standing: Standing) -> Self {
        Self { register: Some(standing), ..self }
    }
}
