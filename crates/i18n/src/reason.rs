//! Why something is so, as people read it.

use portreeve_core::decision::Rule;
use portreeve_core::guard::Stop;
use portreeve_core::intake::Why;
use portreeve_core::reason::{
    NoEffect, NotDelivered, NotScanned, OutOfSight, PaymentIssue, QueueReason, RegisterProblem,
    SuspensionReason,
};

use crate::{Language, text};

/// What somebody said, or that they said nothing.
fn said(language: Language, [silent, with_words]: [&str; 2], said: &str) -> String {
    if said.trim().is_empty() {
        text!(language, silent)
    } else {
        text!(language, with_words, said = said)
    }
}

/// By which rule something was decided.
pub fn rule(language: Language, rule: Rule) -> String {
    text!(
        language,
        match rule {
            Rule::Staff => "rule-staff",
            Rule::Immediate => "rule-immediate",
            Rule::Deadline => "rule-deadline",
            Rule::AfterPause => "rule-after_pause",
            Rule::BeforeOrder => "rule-before_order",
            Rule::SelfUnsuspend => "rule-self_unsuspend",
            Rule::Payment => "rule-payment",
            Rule::Merge => "rule-merge",
            Rule::Unmerge => "rule-unmerge",
            Rule::Complaint => "rule-complaint",
        }
    )
}

/// Why a guard holds a suspension back.
pub fn stop(language: Language, why: Stop) -> String {
    text!(language, format!("stop-{}", why.code()))
}

/// Why a mail waits for staff.
pub fn mail_waits(language: Language, why: Why) -> String {
    text!(language, format!("mailwhy-{}", why.code()))
}

/// Why a report waits in the queue.
pub fn queue(language: Language, why: &QueueReason) -> String {
    match why {
        QueueReason::DirectoryUnreachable { said: words } => said(
            language,
            ["queue-directory_unreachable-silent", "queue-directory_unreachable"],
            words,
        ),
        QueueReason::NoService => text!(language, "queue-no_service"),
    }
}

/// Why somebody could not be told by mail.
pub fn not_delivered(language: Language, why: &NotDelivered) -> String {
    match why {
        NotDelivered::NoMailServer => text!(language, "undelivered-no_mail_server"),
        NotDelivered::ServiceMissing => text!(language, "undelivered-service_missing"),
        NotDelivered::CustomerChanged => text!(language, "undelivered-customer_changed"),
        NotDelivered::NoAddress => text!(language, "undelivered-no_address"),
        NotDelivered::OwnAddress => text!(language, "undelivered-own_address"),
        NotDelivered::Refused { said: words } => {
            said(language, ["undelivered-refused-silent", "undelivered-refused"], words)
        }
        NotDelivered::Bounced { address, said } if said.is_empty() => {
            text!(language, "undelivered-bounced-silent", address = address.as_str())
        }
        NotDelivered::Bounced { address, said } => {
            text!(language, "undelivered-bounced", address = address.as_str(), said = said.as_str())
        }
    }
}

/// Why a payment lifted nothing.
pub fn no_effect(language: Language, why: &NoEffect) -> String {
    text!(
        language,
        match why {
            NoEffect::CustomerChanged => "noeffect-customer_changed",
            NoEffect::ReportClosed => "noeffect-report_closed",
            NoEffect::HoldsNothing => "noeffect-holds_nothing",
            NoEffect::LeftSuspended => "noeffect-left_suspended",
            NoEffect::ServiceGone => "noeffect-service_gone",
            NoEffect::RanAlready => "noeffect-ran_already",
        }
    )
}

/// What staff have to look at about a payment.
pub fn payment_issue(language: Language, issue: &PaymentIssue) -> String {
    match issue {
        PaymentIssue::ProviderMissing { provider } => {
            text!(language, "payissue-provider_missing", provider = provider.as_str())
        }
        PaymentIssue::PerhapsInvoiced => text!(language, "payissue-perhaps_invoiced"),
        PaymentIssue::OutOfSight { reference, said } => text!(
            language,
            "payissue-out_of_sight",
            reference = reference.as_str(),
            said = said.as_str()
        ),
        PaymentIssue::Unexpected { said: words } => {
            said(language, ["payissue-unexpected-silent", "payissue-unexpected"], words)
        }
    }
}

/// Why a file could not be scanned.
pub fn not_scanned(language: Language, why: &NotScanned) -> String {
    match why {
        NotScanned::Cut => text!(language, "unscanned-cut"),
        NotScanned::Failed { said: words } => {
            said(language, ["unscanned-failed-silent", "unscanned-failed"], words)
        }
    }
}

/// Why the state of a service cannot be seen.
pub fn out_of_sight(language: Language, why: &OutOfSight) -> String {
    match why {
        OutOfSight::CannotLook => text!(language, "unseen-cannot_look"),
        OutOfSight::Panel { said: words } => {
            said(language, ["unseen-panel-silent", "unseen-panel"], words)
        }
    }
}

/// Why the register gave no answer, or did not take a report.
pub fn register(language: Language, why: &RegisterProblem) -> String {
    match why {
        RegisterProblem::Key => text!(language, "register-key"),
        RegisterProblem::Action => text!(language, "register-action"),
        RegisterProblem::Data => text!(language, "register-data"),
        RegisterProblem::NoData => text!(language, "register-no_data"),
        RegisterProblem::Unreadable => text!(language, "register-unreadable"),
        RegisterProblem::Unreachable { said: words } => {
            said(language, ["register-unreachable-silent", "register-unreachable"], words)
        }
    }
}

/// What is known of a suspension beside its state.
pub fn suspension(language: Language, reason: &SuspensionReason) -> String {
    let key = |code: &str| format!("suspended-why-{code}");
    match reason {
        SuspensionReason::HeldByAnother
        | SuspensionReason::AboutToOrder
        | SuspensionReason::AboutToLook
        | SuspensionReason::ConfirmedByStaff
        | SuspensionReason::Drifted
        | SuspensionReason::Turning
        | SuspensionReason::SuspendByHand
        | SuspensionReason::UnsuspendByHand
        | SuspensionReason::Taken
        | SuspensionReason::WasSo
        | SuspensionReason::NoAnswer => text!(language, key(reason.code())),
        SuspensionReason::Shown { said: words } => words.clone(),
        SuspensionReason::Refused { said: words }
        | SuspensionReason::Later { said: words }
        | SuspensionReason::Failed { said: words } => {
            let key = key(reason.code());
            said(language, [&format!("{key}-silent"), &key], words)
        }
        SuspensionReason::Guard { why } => stop(language, *why),
        SuspensionReason::OutOfSight { why } => out_of_sight(language, why),
    }
}

/// The same of a suspension while the desk is paused: nothing of it goes on by itself.
pub fn paused_suspension(language: Language, reason: &SuspensionReason) -> String {
    text!(language, "suspended-why-paused", why = suspension(language, reason))
}
