//! Lines of a report's history as people read them.

use jiff::tz::TimeZone;
use portreeve_core::decision::{Decision, Rule};
use portreeve_core::enforcement::Action;
use portreeve_core::event::{Channel, Event, Kind};
use portreeve_core::fraudrecord::{Answer, Field};
use portreeve_core::language;
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::Finding;
use portreeve_core::report::{SuspendMethod, Turn};
use portreeve_core::time::{Span, Timestamp};

use crate::{Language, reason, refusal, size, text, time};

/// The sentence that tells of an event, in the language and zone of who reads it.
pub fn sentence(language: Language, zone: &TimeZone, event: &Event) -> String {
    Teller { language, zone }.sentence(event)
}

/// The name of a kind of event, such as `Deadline passed`.
pub fn name(language: Language, kind: Kind) -> String {
    text!(language, format!("event-{kind}"))
}

/// What a customer's copy of a report says of an event of a kind: nothing of its facts.
pub fn for_customer(language: Language, kind: Kind) -> String {
    text!(language, format!("print-happened-{kind}"))
}

/// Whoever did something: the desk itself and the customer in a language, everybody else by their name.
pub fn actor(language: Language, stored: &str) -> String {
    match stored {
        "desk" => text!(language, "actor-desk"),
        "customer" => text!(language, "actor-customer"),
        name => name.to_owned(),
    }
}

/// Tells events to somebody.
struct Teller<'a> {
    language: Language,
    zone: &'a TimeZone,
}

impl Teller<'_> {
    fn at(&self, at: Timestamp) -> String {
        language::instant(self.language, self.zone, at)
    }

    /// A length without what nobody reads: seconds below an hour, else minutes.
    fn span(&self, span: Span) -> String {
        time::length(self.language, span.told().as_millis())
    }

    fn notice(&self, notice: Notice) -> String {
        text!(self.language, format!("notice-{}", notice.as_str()))
    }

    fn audience(&self, audience: Audience) -> String {
        text!(self.language, format!("audience-{}", audience.as_str()))
    }

    /// A sentence with what was seen of another program, or the one without where it said nothing.
    fn found(&self, [silent, with_words]: [&str; 2], said: &Finding) -> String {
        match reason::finding(self.language, said) {
            Some(said) => text!(self.language, with_words, said = said),
            None => text!(self.language, silent),
        }
    }

    /// A sentence with what somebody said, or the one without where they said nothing.
    fn said(&self, [silent, with_words]: [&str; 2], said: Option<&str>) -> String {
        match said.filter(|said| !said.trim().is_empty()) {
            Some(said) => text!(self.language, with_words, said = said),
            None => text!(self.language, silent),
        }
    }

    /// A decision by staff, or by one of the rules.
    fn decided(&self, [by_staff, by_rule]: [&str; 2], decision: &Decision) -> String {
        match decision.rule {
            Rule::Staff => text!(self.language, by_staff),
            rule => text!(self.language, by_rule, rule = reason::rule(self.language, rule)),
        }
    }

    fn sentence(&self, event: &Event) -> String {
        let of = self.language;
        match event {
            Event::Opened { method } => match method {
                SuspendMethod::NoSuspend => text!(of, "history-opened"),
                SuspendMethod::Immediate => text!(of, "history-opened-immediate"),
                SuspendMethod::TimeLimit => text!(of, "history-opened-timelimit"),
            },
            Event::Queued { why } => text!(of, "history-queued", why = reason::queue(of, why)),
            Event::Assigned { service } => {
                text!(of, "history-assigned", service = service.to_string())
            }
            Event::Hint { hint } => self.hint(hint),
            Event::Complained { mail, decision } => match decision.rule {
                Rule::Staff => text!(of, "history-complained", mail = mail.to_string()),
                rule => text!(
                    of,
                    "history-complained-automatically",
                    mail = mail.to_string(),
                    rule = reason::rule(of, rule)
                ),
            },
            Event::MoreComplaints { count } => {
                text!(of, "history-more_complaints", count = *count)
            }
            Event::HandedOver { to: Some(to) } => {
                text!(of, "history-handed_over", to = to.as_str())
            }
            Event::HandedOver { to: None } => text!(of, "history-handed_over-nobody"),
            Event::CategoryChanged { from, to } => {
                text!(of, "history-category_changed", from = from.as_str(), to = to.as_str())
            }
            Event::Merged { into } => text!(of, "history-merged", report = into.to_string()),
            Event::Absorbed { from } => text!(of, "history-absorbed", report = from.to_string()),
            Event::Unmerged { with } => text!(of, "history-unmerged", report = with.to_string()),
            Event::Closed { outcome, kept, decision: _ } => {
                let outcome = text!(of, format!("outcome-{}", outcome.as_str()));
                if *kept {
                    text!(of, "history-closed-kept", outcome = outcome)
                } else {
                    text!(of, "history-closed", outcome = outcome)
                }
            }
            Event::Reopened => text!(of, "history-reopened"),
            Event::Imported { source, reference, suspended } => {
                let key =
                    if *suspended { "history-imported-suspended" } else { "history-imported" };
                text!(of, key, source = source.as_str(), reference = reference.as_str())
            }
            Event::SuspensionAdopted { decision: _ } => text!(of, "history-suspension_adopted"),
            Event::DeadlineSet { deadline_at } => {
                text!(of, "history-deadline_set", at = self.at(*deadline_at))
            }
            Event::Reminded { deadline_at } => {
                text!(of, "history-reminded", at = self.at(*deadline_at))
            }
            Event::DeadlineReached => text!(of, "history-deadline_reached"),
            Event::DeadlineCancelled => text!(of, "history-deadline_cancelled"),
            Event::DeadlineChanged { deadline_at } => {
                text!(of, "history-deadline_changed", at = self.at(*deadline_at))
            }
            Event::DeadlineLifted { left } => {
                text!(of, "history-deadline_lifted", left = self.span(*left))
            }
            Event::DeadlineRestored { left } => {
                text!(of, "history-deadline_restored", left = self.span(*left))
            }
            Event::ClockPaused { left } => {
                text!(of, "history-clock_paused", left = self.span(*left))
            }
            Event::ClockResumed { deadline_at } => {
                text!(of, "history-clock_resumed", at = self.at(*deadline_at))
            }
            Event::Extended { by } => text!(of, "history-extended", by = self.span(*by)),
            Event::MoreTimeAsked { by } => {
                text!(of, "history-more_time_asked", by = self.span(*by))
            }
            Event::HoldPlaced { decision } => {
                self.decided(["history-hold_placed-staff", "history-hold_placed"], decision)
            }
            Event::HoldWaits { why, decision: _ } => {
                text!(of, "history-awaiting_approval", why = reason::stop(of, *why))
            }
            Event::HoldApproved { decision: _ } => text!(of, "history-approved"),
            Event::HoldRefused { decision: _ } => text!(of, "history-refused"),
            Event::HoldReleased { decision } => {
                self.decided(["history-hold_released-staff", "history-hold_released"], decision)
            }
            Event::OrderedAgain => text!(of, "history-ordered_again"),
            Event::TakenBack => text!(of, "history-taken_back"),
            Event::Suspended { by_hand: true, .. } => text!(of, "history-suspended-by_hand"),
            Event::Suspended { said, .. } => {
                self.said(["history-suspended", "history-suspended-said"], said.as_deref())
            }
            Event::Unsuspended { by_hand: true, .. } => text!(of, "history-unsuspended-by_hand"),
            Event::Unsuspended { ran_already: true, .. } => {
                text!(of, "history-unsuspended-ran_already")
            }
            Event::Unsuspended { .. } => text!(of, "history-unsuspended"),
            Event::NothingToSuspend { status } => {
                let status = text!(of, format!("service-{}", status.as_str()));
                text!(of, "history-nothing_to_suspend", status = status)
            }
            Event::SuspendedByOther { said } => self.said(
                ["history-suspended_by_other", "history-suspended_by_other-said"],
                said.as_deref(),
            ),
            Event::LeftSuspended { said } => self
                .said(["history-left_suspended", "history-left_suspended-said"], said.as_deref()),
            Event::Drifted => text!(of, "history-drifted"),
            Event::OrderRefused { said } => {
                self.found(["history-order_refused", "history-order_refused-said"], said)
            }
            Event::OrderFailed { after, said } => {
                let after = self.span(*after);
                match said.as_ref().and_then(|said| reason::finding(of, said)) {
                    Some(said) => {
                        text!(of, "history-order_failed-said", after = after, said = said)
                    }
                    None => text!(of, "history-order_failed", after = after),
                }
            }
            Event::PanelUnknown { why } => {
                text!(of, "history-panel_unknown", why = reason::out_of_sight(of, why))
            }
            Event::ManualNeeded { action } => match action {
                Action::Suspend => text!(of, "history-manual-suspend"),
                Action::Unsuspend => text!(of, "history-manual-unsuspend"),
            },
            Event::ManualCalledOff => text!(of, "history-manual_called_off"),
            Event::Answered { by, channel } => match (by, channel) {
                (Turn::Customer, Channel::Page) => text!(of, "history-answered-customer"),
                (Turn::Customer, Channel::Mail) => text!(of, "history-answered-customer-mail"),
                (Turn::Customer, Channel::Api) => text!(of, "history-answered-customer-api"),
                (Turn::Customer, Channel::Cli) => text!(of, "history-answered-customer-cli"),
                (Turn::Staff, Channel::Page) => text!(of, "history-answered-staff"),
                (Turn::Staff, Channel::Mail) => text!(of, "history-answered-staff-mail"),
                (Turn::Staff, Channel::Api) => text!(of, "history-answered-staff-api"),
                (Turn::Staff, Channel::Cli) => text!(of, "history-answered-staff-cli"),
            },
            Event::MarkedFixed => text!(of, "history-marked_fixed"),
            Event::Contested => text!(of, "history-contested"),
            Event::Noted => text!(of, "history-noted"),
            Event::LinkAsked => text!(of, "history-link_asked"),
            Event::LinksRevoked { count } => text!(of, "history-links_revoked", n = *count),
            Event::PaymentOffered { offered: true } => text!(of, "history-payment_offered"),
            Event::PaymentOffered { offered: false } => text!(of, "history-payment_offered-no"),
            Event::PaymentAsked { amount } => {
                text!(of, "history-payment_asked", amount = amount.as_str())
            }
            Event::PaymentOpen { reference, amount } => text!(
                of,
                "history-payment_open",
                reference = reference.as_str(),
                amount = amount.as_str()
            ),
            Event::PaymentRefused { said, again: false } => {
                self.found(["history-payment_refused", "history-payment_refused-said"], said)
            }
            Event::PaymentRefused { said, again: true } => self.found(
                ["history-payment_refused-again", "history-payment_refused-again-said"],
                said,
            ),
            Event::Paid { amount } => text!(of, "history-paid", amount = amount.as_str()),
            Event::PaidInVain { why } => {
                text!(of, "history-paid_in_vain", why = reason::no_effect(of, why))
            }
            Event::PaidOddly { issue } => {
                text!(of, "history-paid_oddly", why = reason::payment_issue(of, issue))
            }
            Event::PaymentEnded { reference } => {
                text!(of, "history-payment_ended", reference = reference.as_str())
            }
            Event::PaymentReversed { amount, reference } => text!(
                of,
                "history-payment_reversed",
                amount = amount.as_str(),
                reference = reference.as_str()
            ),
            Event::NoticeSent { notice, audience } => text!(
                of,
                "history-notice_sent",
                notice = self.notice(*notice),
                audience = self.audience(*audience)
            ),
            Event::NoticeFailed { notice, audience, why } => text!(
                of,
                "history-notice_failed",
                notice = self.notice(*notice),
                audience = self.audience(*audience),
                why = reason::not_delivered(of, why)
            ),
            Event::NoticeBounced { notice, audience, address, said: Some(said), is_first: _ } => {
                text!(
                    of,
                    "history-notice_bounced-said",
                    notice = self.notice(*notice),
                    audience = self.audience(*audience),
                    address = address.as_str(),
                    said = said.as_str()
                )
            }
            Event::NoticeBounced { notice, audience, address, said: None, is_first: _ } => text!(
                of,
                "history-notice_bounced",
                notice = self.notice(*notice),
                audience = self.audience(*audience),
                address = address.as_str()
            ),
            Event::AnsweredByMail { mail, files: 0 } => {
                text!(of, "history-answered_by_mail", mail = mail.to_string())
            }
            Event::AnsweredByMail { mail, files } => {
                text!(of, "history-answered_by_mail-files", mail = mail.to_string(), n = *files)
            }
            Event::AutomaticAnswer { mail } => {
                text!(of, "history-automatic_answer", mail = mail.to_string())
            }
            Event::ReadReceipt { mail, displayed } => text!(
                of,
                "history-read_receipt",
                mail = mail.to_string(),
                receipt = text!(of, format!("receipt-{}", displayed.code()))
            ),
            Event::MailWaits { mail, why, tells_staff: _ } => text!(
                of,
                "history-mail_waits",
                mail = mail.to_string(),
                why = reason::mail_waits(of, *why)
            ),
            Event::MailAttached { mail } => {
                text!(of, "history-mail_attached", mail = mail.to_string())
            }
            Event::Attached { name, size: bytes, sha256: _ } => {
                text!(of, "history-attached", name = name.as_str(), size = size(of, *bytes))
            }
            Event::NoteAttached { sha256: _ } => text!(of, "history-note_attached"),
            Event::AttachmentRefused { name, why } => text!(
                of,
                "history-attachment_refused",
                name = name.as_str(),
                why = refusal(of, &why.refusal())
            ),
            Event::AttachmentInfected { known_before: true, .. } => {
                text!(of, "history-attachment_infected-known")
            }
            Event::AttachmentInfected { said, .. } => self.said(
                ["history-attachment_infected", "history-attachment_infected-said"],
                said.as_deref(),
            ),
            Event::AttachmentUnscanned { why } => {
                text!(of, "history-attachment_unscanned", why = reason::not_scanned(of, why))
            }
            Event::AttachmentRemoved { name: Some(name) } => {
                text!(of, "history-attachment_removed", name = name.as_str())
            }
            Event::AttachmentRemoved { name: None } => {
                text!(of, "history-attachment_removed-note")
            }
            Event::FraudRecordAsked { answer } => match answer {
                Answer::Records { fields } => {
                    text!(of, "history-fraudrecord_asked-records", fields = self.fields(fields))
                }
                Answer::NoRecords { fields } => {
                    text!(of, "history-fraudrecord_asked-no_records", fields = self.fields(fields))
                }
                Answer::NoAnswer { why } => {
                    text!(
                        of,
                        "history-fraudrecord_asked-no_answer",
                        why = reason::register(of, why)
                    )
                }
            },
            Event::FraudRecordReportBegun { severity, fields } => text!(
                of,
                "history-fraudrecord_report_begun",
                severity = *severity,
                fields = self.fields(fields)
            ),
            Event::FraudRecordReported { code } => {
                text!(of, "history-fraudrecord_reported", code = code.as_str())
            }
            Event::FraudRecordNotReported { why } => {
                text!(of, "history-fraudrecord_not_reported", why = reason::register(of, why))
            }
            Event::FraudRecordReportLost { why } => {
                text!(of, "history-fraudrecord_report_lost", why = reason::register(of, why))
            }
        }
    }

    fn hint(&self, hint: &portreeve_core::reason::Hint) -> String {
        use portreeve_core::reason::Hint;
        let of = self.language;
        match hint {
            Hint::AddressNotHeld { service, address } => text!(
                of,
                "hint-address_not_held",
                service = service.to_string(),
                address = address.as_str()
            ),
            Hint::UnsuspendVetoed => text!(of, "hint-unsuspend_vetoed"),
            Hint::ModuleFailed { said } => text!(of, "hint-module_failed", said = said.as_str()),
            Hint::NoticeDelayed { notice, address, said } => text!(
                of,
                "hint-notice_delayed",
                notice = self.notice(*notice),
                address = address.as_str(),
                said = said.as_str()
            ),
            Hint::NoticeRelayed { notice, address, said } => text!(
                of,
                "hint-notice_relayed",
                notice = self.notice(*notice),
                address = address.as_str(),
                said = said.as_str()
            ),
            Hint::NoticeToDesk { notice, audience } => text!(
                of,
                "hint-notice_to_desk",
                notice = self.notice(*notice),
                audience = self.audience(*audience)
            ),
        }
    }

    fn fields(&self, fields: &[Field]) -> String {
        let word = |field: &Field| {
            text!(
                self.language,
                match field {
                    Field::Name => "register-field-name",
                    Field::Email => "register-field-email",
                    Field::Account => "register-field-account",
                    Field::Domain => "register-field-domain",
                }
            )
        };
        fields.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
