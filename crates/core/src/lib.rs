//! The domain of an abuse desk: reports, holds, orders, deadlines, the ledger of who held what.
//!
//! Everything here is pure. There is no I/O, no clock and no randomness: instants, ids and what was
//! observed come in as arguments, and each move returns the new value together with the
//! [`event::Event`]s that happened. Events are the only cause of jobs ([`event::jobs_for`]).

pub mod attachment;
pub mod decision;
pub mod enforcement;
pub mod event;
pub mod fields;
pub mod fraudrecord;
pub mod guard;
pub mod ids;
pub mod intake;
pub mod language;
pub mod ledger;
pub mod notice;
pub mod payment;
pub mod placing;
pub mod reason;
pub mod redact;
pub mod refusal;
pub mod report;
pub mod service;
pub mod settings;
pub mod staff_notice;
pub mod suspension;
pub mod text;
pub mod time;
pub mod webhook;
