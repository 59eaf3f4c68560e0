//! Why something is so, as people read it.

use portreeve_core::decision::Rule;
use portreeve_core::guard::Stop;
use portreeve_core::intake::Why;
use portreeve_core::reason::{
    Finding, NoEffect, NotDelivered, NotScanned, OutOfSight, PaymentIssue, QueueReason,
    RegisterProblem, SuspensionReason,
};

use crate::{Language, text, time};

/// A sentence with what was seen, or the one without where nothing was said.
fn said(language: Language, [silent, with_words]: [&str; 2], said: &Finding) -> String {
    match finding(language, said) {
        Some(said) => text!(language, with_words, said = said),
        None => text!(language, silent),
    }
}

/// The same in English, for logs and for whoever sets the desk up; empty where it said nothing.
pub fn in_english(found: &Finding) -> String {
    finding(Language::English, found).unwrap_or_default()
}

/// What was seen when another program did not do something; none where it said nothing.
pub fn finding(language: Language, finding: &Finding) -> Option<String> {
    Some(match finding {
        Finding::Silent => return None,
        Finding::Said { said } => text!(language, "finding-said", said = said.as_str()),
        Finding::NotLookedUp { host, said } => {
            text!(language, "finding-not_looked_up", host = host.as_str(), said = said.as_str())
        }
        Finding::NoAddress { host } => text!(language, "finding-no_address", host = host.as_str()),
        Finding::NotPublic { host, address } => {
            text!(language, "finding-not_public", host = host.as_str(), address = address.as_str())
        }
        Finding::NotConnected { address, said } => text!(
            language,
            "finding-not_connected",
            address = address.as_str(),
            said = said.as_str()
        ),
        Finding::NoTls { host, said } => {
            text!(language, "finding-no_tls", host = host.as_str(), said = said.as_str())
        }
        Finding::NoConnection { within } => text!(
            language,
            "finding-no_connection",
            within = time::length(language, within.as_millis())
        ),
        Finding::NoAnswer { within } => text!(
            language,
            "finding-no_answer",
            within = time::length(language, within.as_millis())
        ),
        Finding::BrokenOff { said } => text!(language, "finding-broken_off", said = said.as_str()),
        Finding::Status { status, said } if said.is_empty() => {
            text!(language, "finding-status-silent", status = i64::from(*status))
        }
        Finding::Status { status, said } => {
            text!(language, "finding-status", status = i64::from(*status), said = said.as_str())
        }
        Finding::Redirects { status, to } if to.is_empty() => {
            text!(language, "finding-redirects-silent", status = i64::from(*status))
        }
        Finding::Redirects { status, to } => {
            text!(language, "finding-redirects", status = i64::from(*status), to = to.as_str())
        }
        Finding::Cut { status } => text!(language, "finding-cut", status = i64::from(*status)),
        Finding::Unreadable { said } => text!(language, "finding-unreadable", said = said.as_str()),
        Finding::NoCommand => text!(language, "finding-no_command"),
        Finding::NotStarted { program, said } => {
            text!(language, "finding-not_started", program = program.as_str(), said = said.as_str())
        }
        Finding::Killed => text!(language, "finding-killed"),
        Finding::ExitStatus { status, said } if said.is_empty() => {
            text!(language, "finding-exit_status-silent", status = i64::from(*status))
        }
        Finding::ExitStatus { status, said } => text!(
            language,
            "finding-exit_status",
            status = i64::from(*status),
            said = said.as_str()
        ),
        Finding::Unsure => text!(language, "finding-unsure"),
        Finding::OddState { state } => text!(language, "finding-odd_state", state = state.as_str()),
        Finding::NotServed { directory } => {
            text!(language, "finding-not_served", directory = directory.as_str())
        }
        Finding::NoService { service } => {
            text!(language, "finding-no_service", service = service.to_string())
        }
        Finding::OtherCustomer { customer, expected } => text!(
            language,
            "finding-other_customer",
            customer = customer.as_str(),
            expected = expected.as_str()
        ),
        Finding::NoModule { said } => text!(language, "finding-no_module", said = said.as_str()),
        Finding::PerhapsStopped { said } => {
            text!(language, "finding-perhaps_stopped", said = said.as_str())
        }
        Finding::NoApi => text!(language, "finding-no_api"),
        Finding::BehindWall { status } => {
            text!(language, "finding-behind_wall", status = i64::from(*status))
        }
        Finding::NoJson { status } => {
            text!(language, "finding-no_json", status = i64::from(*status))
        }
        Finding::Banned => text!(language, "finding-banned"),
        Finding::AddressRefused { address } if address.is_empty() => {
            text!(language, "finding-address_refused-silent")
        }
        Finding::AddressRefused { address } => {
            text!(language, "finding-address_refused", address = address.as_str())
        }
        Finding::BadCredential { said } => {
            text!(language, "finding-bad_credential", said = said.as_str())
        }
        Finding::NotPermitted { action } => {
            text!(language, "finding-not_permitted", action = action.as_str())
        }
        Finding::NoAction { action } => {
            text!(language, "finding-no_action", action = action.as_str())
        }
        Finding::PastApi => text!(language, "finding-past_api"),
        Finding::NoCurrency { currency } => {
            text!(language, "finding-no_currency", currency = currency.as_str())
        }
        Finding::NoCustomerCurrency => text!(language, "finding-no_customer_currency"),
        Finding::NoRate => text!(language, "finding-no_rate"),
        Finding::NothingToPay => text!(language, "finding-nothing_to_pay"),
        Finding::NoInvoiceNamed => text!(language, "finding-no_invoice_named"),
        Finding::NoAmount { reference } => {
            text!(language, "finding-no_amount", reference = reference.as_str())
        }
        Finding::InvoiceMoved { reference, customer } => text!(
            language,
            "finding-invoice_moved",
            reference = reference.as_str(),
            customer = customer.as_str()
        ),
        Finding::PaidWithoutMoney { reference } => {
            text!(language, "finding-paid_without_money", reference = reference.as_str())
        }
        Finding::PaidOtherSum { reference, paid, due } => text!(
            language,
            "finding-paid_other_sum",
            reference = reference.as_str(),
            paid = paid.as_str(),
            due = due.as_str()
        ),
        Finding::OddInvoice { reference, state } => text!(
            language,
            "finding-odd_invoice",
            reference = reference.as_str(),
            state = state.as_str()
        ),
        Finding::LeftAlone { directory } => {
            text!(language, "finding-left_alone", directory = directory.as_str())
        }
        Finding::DatabaseUnreachable { said } => {
            text!(language, "finding-database_unreachable", said = said.as_str())
        }
        Finding::OddServiceId { id } => text!(language, "finding-odd_service_id", id = id.as_str()),
        Finding::OddList { list } => text!(language, "finding-odd_list", list = list.as_str()),
        Finding::ListChanged { before, after } => {
            text!(language, "finding-list_changed", before = *before, after = *after)
        }
        Finding::OddService { service, part, said } => text!(
            language,
            "finding-odd_service",
            service = service.to_string(),
            part = part.as_str(),
            said = said.as_str()
        ),
        Finding::PerhapsPaid { state } => {
            text!(language, "finding-perhaps_paid", state = state.as_str())
        }
        Finding::StillOpen { reference, said } if said.is_empty() => {
            text!(language, "finding-still_open-silent", reference = reference.as_str())
        }
        Finding::StillOpen { reference, said } => text!(
            language,
            "finding-still_open",
            reference = reference.as_str(),
            said = said.as_str()
        ),
    })
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
        NotDelivered::Refused { said } if said.trim().is_empty() => {
            text!(language, "undelivered-refused-silent")
        }
        NotDelivered::Refused { said } => {
            text!(language, "undelivered-refused", said = said.as_str())
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
        PaymentIssue::OutOfSight { reference, said } => {
            let said = finding(language, said).unwrap_or_default();
            let reference = reference.as_str();
            text!(language, "payissue-out_of_sight", reference = reference, said = said)
        }
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
