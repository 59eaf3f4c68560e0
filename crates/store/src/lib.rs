//! Where the desk's data lives: one SQL text for SQLite and PostgreSQL.
//!
//! [`Db`] opens either; [`Tx`] is a transaction of either. Every operation is a method of [`Tx`], so that
//! several make one change together; the operations of the app decide where a transaction begins and
//! ends, and no network call happens inside one. What truly differs between the engines stands in
//! `dialect.rs` and nowhere else.

mod attachments;
mod attention;
mod audit;
mod backlog;
mod bridge;
mod codes;
mod complaints;
mod db;
mod deliveries;
mod desk;
mod dialect;
mod digests;
mod directory;
mod drafts;
mod enforcement;
mod figures;
mod form_receipts;
mod history;
mod holds;
mod idempotency;
mod imported;
mod inbox;
mod jobs;
mod links;
mod mailboxes;
mod mails;
mod notices;
mod payments;
mod people;
mod reporters;
mod reports;
mod search;
mod sessions;
mod templates;
mod told;
mod trust;
mod views;

pub use attachments::{AttachmentRow, ContentRow, NewAttachmentRow};
pub use attention::AttentionRow;
pub use audit::{AuditRow, DoneRow};
pub use backlog::{DeliveryBacklog, JobBacklog, ReportBacklog};
pub use bridge::{BridgeMessage, CustomerSession, CustomerStanding, ServiceStanding, WorkCounts};
pub use complaints::{
    ComplaintOfReport, ComplaintReading, Counted, IncidentRow, IncidentsOfReport,
};
pub use db::{Db, Engine, StoreError, Tx};
pub use deliveries::{
    DeliveryCount, DeliveryFilter, DeliveryRow, DeliveryState, DueDelivery, NewDelivery, NextTry,
    TriedDelivery,
};
pub use desk::{ChangeCounters, DeskState, Topic};
pub use digests::{Gathered, MailboxHour, NewGathered};
pub use directory::{
    ChangedInterval, DirectoryLooks, DirectoryState, KnownService, NewAssignment, ServiceCount,
};
pub use drafts::{DraftKind, DraftRow};
pub use enforcement::{Enforcement, OrderRow};
pub use figures::{CredentialCalls, DayFigures, Waiting};
pub use form_receipts::{FormReceipt, NewFormReceipt};
pub use history::{EventRow, MessageRow, NewEvent, NewMessage, NewNote, NoteRow, Slice};
pub use holds::{Holder, ReleasedHold};
pub use idempotency::IdempotencyRow;
pub use inbox::WaitingComplaints;
pub use jobs::{DeadJob, DueJob, JobKind, NewJob, Which};
pub use links::ClientLink;
pub use mailboxes::MailboxState;
pub use mails::{
    CameBefore, MailEnd, MailReading, MailRow, NewMail, SentNotice, StrangeMails, Unread,
};
pub use notices::{NoticeResult, NoticeRow, Recipient};
pub use payments::NewPayment;
pub use people::{ApiToken, Credential, NewApiToken, NewStaff, Role, Staff, StaffRights};
pub use reporters::{ReporterChange, ReporterRow};
pub use reports::NewReport;
pub use search::{Place, ReportFilter, ReportOrder, ReportsToRead, SuspensionFilter};
pub use sessions::{NewStaffSession, PanelAccount, SignIn, StaffSession, Stage};
pub use templates::TemplateRow;
pub use told::ToldStaff;
pub use views::{QuickReply, SavedView};
