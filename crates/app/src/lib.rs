//! The operations of the desk and its jobs.
//!
//! Every act has one operation here, whichever door it comes through (endpoint, command line, deadline).
//! An operation opens one transaction, moves the domain ([`portreeve_core`]), stores what changed with its
//! history and the jobs that it causes, and commits. The outside world (panels, mail) is reached by jobs
//! alone, through the ports in [`enforce`], [`notice`] and
//! [`webhook`].

pub mod abuse_form;
pub mod attachment;
pub mod audit;
pub mod bridge;
pub mod copy;
pub mod customer;
pub mod desk;
pub mod digest;
pub mod directory;
pub mod draft;
pub mod enforce;
pub mod fraudrecord;
pub mod inbox;
pub mod intake;
pub mod jobs;
pub mod metrics;
pub mod notice;
pub mod panel_account;
pub mod panel_token;
pub mod pause;
pub mod payment;
pub mod record;
pub mod report;
pub mod reporter;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod signature;
pub mod staff;
pub mod time;
pub mod token;
pub mod undo;
pub mod views;
pub mod webhook;
pub mod work;

pub use desk::{Desk, DeskConfig, Live, Ways};

// What operations take and give that the store has already.
pub use portreeve_store::{
    AuditRow, Credential, DayFigures, DeadJob, DeliveryFilter, DirectoryState, Place, QuickReply,
    ReportFilter, ReportOrder, Role, SavedView, Slice, Staff, StaffSession, StoreError,
    SuspensionFilter, Waiting,
};
