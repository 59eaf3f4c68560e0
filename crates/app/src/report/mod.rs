//! Reports: opening them, every act on them, and how they are shown.

mod act;
mod acts;
mod attach;
pub mod dossier;
mod facts;
pub mod import;
mod open;
mod refused;
pub mod view;

pub use act::{Conditions, Done, act, act_if, act_with};
pub(crate) use act::{act_in, counted, newly_held_automatically};
pub use acts::{Act, NewDeadline, Protected};
pub(crate) use facts::{clock, count_suspension, facts, service_facts, suspensions_left};
pub(crate) use open::KEYS_LIVE;
pub use open::{NewReportRequest, OpenError, Opened, Opener, OpenerTask, open, opener};
pub use refused::ActError;
