//! What an automatic suspension has to pass. What a guard stops waits for a person and says why.

use serde::{Deserialize, Serialize};

use crate::service::ServiceStatus;

/// What is known about the world when a hold is about to be placed without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The service as the directory has it now; none when the directory no longer lists it.
    pub service: Option<ServiceFacts>,
    /// A mail server took the notice that told the customer (needed for deadlines only).
    pub customer_was_told: bool,
    /// Whether all mails about the report were read, and seen by staff (needed for deadlines only).
    pub mails: Mails,
    /// Automatic suspensions may still happen within this hour.
    pub within_hourly_limit: bool,
    /// How far the clock can be trusted.
    pub clock: Clock,
    /// Automatic orders are stopped everywhere.
    pub paused: bool,
}

/// The part of a service that guards look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFacts {
    /// Who holds it now.
    pub customer_id: String,
    /// The panel's state.
    pub status: ServiceStatus,
    /// Never suspended automatically.
    pub protected: bool,
}

/// Whether staff have seen the mails about a report that the desk did not take for its customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mails {
    /// There are none, or staff decided about all.
    Seen,
    /// One waits, and may be from the customer.
    Waiting,
    /// One that came in time is not read yet, and may be an answer to this report. That is soon known: a deadline is
    /// put off until then.
    Unread,
}

/// How far the clock can be trusted right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It ran as it should.
    Sane,
    /// It jumped; nobody knows which deadlines are really due.
    Suspect,
    /// The desk stood still across this deadline for longer than `clock.long_stop`.
    StoodStill,
}

macro_rules! stops {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why an automatic suspension waits for a person.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Stop { $($(#[$doc])* #[serde(rename = $code)] $name),* }

        impl Stop {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that is stored and shown in JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The stop of a stored word.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

stops! {
    /// Someone pressed pause.
    Paused = "paused";
    /// The clock jumped.
    ClockSuspect = "clock_suspect";
    /// Nobody was there to answer the customer while the deadline passed.
    StoodStill = "stood_still";
    /// Own infrastructure, a NAT, a critical customer.
    Protected = "protected";
    /// Too many at once look like a mistake.
    HourlyLimit = "hourly_limit";
    /// The service belongs to another customer than when the report was opened.
    CustomerChanged = "customer_changed";
    /// Nobody told the customer.
    NotTold = "not_told";
    /// There is a customer's text that staff have not answered.
    CustomerAnswered = "customer_answered";
    /// There is a mail that may be the customer's answer, and nobody has read it.
    MailWaits = "mail_waits";
    /// The directory no longer lists the service.
    ServiceMissing = "service_missing";
}

/// What the guards say about one suspension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Nothing speaks against it.
    Place,
    /// A person has to look first.
    Wait(Stop),
    /// The service is gone; there is nothing to suspend.
    Nothing(ServiceStatus),
}

/// The guards that hold for every automatic suspension of a report about `customer_at_opening`.
pub fn rule(customer_at_opening: &str, facts: &Facts) -> Ruling {
    let Some(service) = &facts.service else { return Ruling::Wait(Stop::ServiceMissing) };
    if service.status.is_gone() {
        return Ruling::Nothing(service.status);
    }
    let stop = if facts.paused {
        Stop::Paused
    } else if facts.clock == Clock::Suspect {
        Stop::ClockSuspect
    } else if service.protected {
        Stop::Protected
    } else if service.customer_id != customer_at_opening {
        Stop::CustomerChanged
    } else if !facts.within_hourly_limit {
        Stop::HourlyLimit
    } else {
        return Ruling::Place;
    };
    Ruling::Wait(stop)
}

/// What staff have not looked at yet of what the customer wrote (`answered`: they wrote last), or may have written.
pub fn unheard(answered: bool, facts: &Facts) -> Option<Stop> {
    match facts.mails {
        _ if answered => Some(Stop::CustomerAnswered),
        Mails::Waiting | Mails::Unread => Some(Stop::MailWaits),
        Mails::Seen => None,
    }
}

/// The further guards of a deadline. `unheard` is what [`unheard`] says (where the setting gives this weight); `needs_notice` is `time_limit.require_notice`.
pub fn rule_at_deadline(
    customer_at_opening: &str,
    facts: &Facts,
    unheard: Option<Stop>,
    needs_notice: bool,
) -> Ruling {
    let general = rule(customer_at_opening, facts);
    if general != Ruling::Place {
        return general;
    }
    let stop = if facts.clock == Clock::StoodStill {
        Stop::StoodStill
    } else if let Some(unheard) = unheard {
        unheard
    } else if needs_notice && !facts.customer_was_told {
        Stop::NotTold
    } else {
        return Ruling::Place;
    };
    Ruling::Wait(stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        Facts {
            service: Some(ServiceFacts {
                customer_id: "7".into(),
                status: ServiceStatus::Active,
                protected: false,
            }),
            customer_was_told: true,
            mails: Mails::Seen,
            within_hourly_limit: true,
            clock: Clock::Sane,
            paused: false,
        }
    }

    #[test]
    fn with_nothing_against_it_a_suspension_is_placed() {
        assert_eq!(rule("7", &good()), Ruling::Place);
        assert_eq!(rule_at_deadline("7", &good(), None, true), Ruling::Place);
    }

    #[test]
    fn each_guard_stops_by_itself() {
        let with = |change: fn(&mut Facts)| {
            let mut facts = good();
            change(&mut facts);
            rule_at_deadline("7", &facts, None, true)
        };
        let service = |f: &mut Facts| f.service.clone().expect("set above");
        assert_eq!(with(|f| f.service = None), Ruling::Wait(Stop::ServiceMissing));
        assert_eq!(with(|f| f.paused = true), Ruling::Wait(Stop::Paused));
        assert_eq!(with(|f| f.clock = Clock::Suspect), Ruling::Wait(Stop::ClockSuspect));
        assert_eq!(with(|f| f.clock = Clock::StoodStill), Ruling::Wait(Stop::StoodStill));
        assert_eq!(with(|f| f.within_hourly_limit = false), Ruling::Wait(Stop::HourlyLimit));
        assert_eq!(with(|f| f.customer_was_told = false), Ruling::Wait(Stop::NotTold));
        let mut facts = good();
        facts.service = Some(ServiceFacts { protected: true, ..service(&mut facts) });
        assert_eq!(rule("7", &facts), Ruling::Wait(Stop::Protected));
        facts.service = Some(ServiceFacts { status: ServiceStatus::Fraud, ..service(&mut facts) });
        assert_eq!(rule("7", &facts), Ruling::Nothing(ServiceStatus::Fraud));
        assert_eq!(rule("8", &good()), Ruling::Wait(Stop::CustomerChanged));
        let unread = Facts { mails: Mails::Waiting, ..good() };
        for (answered, facts, stop) in [
            (true, good(), Stop::CustomerAnswered),
            (true, unread.clone(), Stop::CustomerAnswered),
            (false, unread, Stop::MailWaits),
            (false, Facts { mails: Mails::Unread, ..good() }, Stop::MailWaits),
        ] {
            let ruling = rule_at_deadline("7", &facts, unheard(answered, &facts), true);
            assert_eq!(ruling, Ruling::Wait(stop));
        }
        assert_eq!(unheard(false, &good()), None);
    }

    #[test]
    fn an_untold_customer_stops_only_deadlines_and_only_where_notice_is_required() {
        let facts = Facts { customer_was_told: false, ..good() };
        assert_eq!(rule("7", &facts), Ruling::Place);
        assert_eq!(rule_at_deadline("7", &facts, None, false), Ruling::Place);
    }

    #[test]
    fn every_stop_reads_back_from_its_code() {
        for stop in Stop::ALL {
            assert_eq!(Stop::from_code(stop.code()), Some(*stop));
        }
    }
}
