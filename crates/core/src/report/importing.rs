//! Reports that another desk had.

use super::{
    Allegation, Countdown, CustomerSaid, Hold, Moved, Outcome, Report, State, Subject, Turn,
};
use crate::event::Event;
use crate::ids::{ReportId, ServiceKey};
use crate::time::Timestamp;

/// A report as another desk left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Which desk.
    pub source: String,
    /// Its number or name there.
    pub reference: String,
    /// The service.
    pub service: ServiceKey,
    /// Who held the service then, as far as that is known. None: the service is not in the directory.
    pub customer_id: Option<String>,
    /// What it is about.
    pub allegation: Allegation,
    /// When it was opened there.
    pub opened_at: Timestamp,
    /// Where it stood.
    pub state: ForeignState,
    /// Its service is suspended for this report. None: nobody says so, nor the opposite.
    pub suspended: Option<bool>,
}

/// Where a report of another desk stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignState {
    /// It was worked on.
    Open {
        /// Whose move it is.
        turn: Turn,
    },
    /// It was done.
    Closed {
        /// When.
        at: Timestamp,
        /// How it ended.
        outcome: Outcome,
    },
}

impl Report {
    /// Takes over a report of another desk. Nobody is told, no clock starts and no hold is placed: what the other desk
    /// did about the service is for staff to adopt.
    pub fn import(id: ReportId, foreign: Foreign) -> Moved {
        let Foreign {
            source,
            reference,
            service,
            customer_id,
            allegation,
            opened_at,
            state,
            suspended,
        } = foreign;
        let (subject, claimed_service) = match customer_id {
            Some(customer_id) => (Some(Subject { service, customer_id }), None),
            None => (None, Some(service)),
        };
        let state = match state {
            ForeignState::Open { turn } => State::Open { turn, countdown: Countdown::None },
            ForeignState::Closed { at, outcome } => State::Closed { at, outcome },
        };
        let report = Self {
            id,
            subject,
            claimed_service,
            allegation,
            opened_at,
            state,
            hold: Hold::None,
            assignee: None,
            merged: None,
            said: CustomerSaid::default(),
            revision: 1,
        };
        (report, vec![Event::Imported { source, reference, suspended: suspended.unwrap_or(false) }])
    }
}
