//! Commands about one report or many.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::Page;

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// List reports, newest first
    List {
        /// Status: queued, open or closed
        #[arg(long, value_parser = ["queued", "open", "closed"])]
        status: Option<String>,
        /// Waiting for customer or staff
        #[arg(long, value_parser = ["customer", "staff"])]
        turn: Option<String>,
        /// Service id, or directory:id
        #[arg(long, value_name = "ID")]
        service: Option<String>,
        /// Category
        #[arg(long)]
        category: Option<String>,
        /// Only reports that need attention: a mail waits, or a notice was not delivered
        #[arg(long)]
        attention: bool,
        /// Words to search for, in everything that was written about a report
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Oldest first
        #[arg(long)]
        oldest: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Show a report with its latest 1,000 messages, notes and events
    Show {
        id: i64,
        /// Only events before this id, as --json shows it
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        events_before: Option<i64>,
        /// Only messages before this id
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        messages_before: Option<i64>,
        /// Only notes before this id
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        notes_before: Option<i64>,
        #[arg(long)]
        json: bool,
    },
    /// Open a report about a service, as the staff area does; a suspension passes the same guards
    Open(OpenArgs),
    /// Close a report and release its hold
    Close {
        id: i64,
        #[arg(long, value_parser = ["resolved", "unfounded", "duplicate", "no_response", "other"])]
        outcome: String,
        /// Leave the service suspended
        #[arg(long)]
        keep_suspended: bool,
    },
    /// Reopen a closed report; suspends nothing
    Reopen { id: i64 },
    /// Reply to the customer
    Answer {
        id: i64,
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// Record what the customer said, for example by telephone; the deadline follows
        /// `time_limit.on_reply`
        #[arg(long)]
        from_customer: bool,
        /// Attachments
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
    },
    /// Add a note for staff
    Note {
        id: i64,
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// Attachments, for staff only
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
    },
    /// List the attachments of a report
    Attachments {
        id: i64,
        #[arg(long)]
        json: bool,
    },
    /// Save an attachment, or remove it permanently
    Attachment {
        /// Id, as `report attachments` shows it
        id: String,
        /// File to save it to, which must not exist; `-` prints it
        #[arg(
            long,
            value_name = "FILE",
            required_unless_present = "remove",
            conflicts_with = "remove"
        )]
        save: Option<PathBuf>,
        /// Remove it permanently; the history keeps its name
        #[arg(long)]
        remove: bool,
    },
    /// Give the customer more time
    Extend {
        id: i64,
        /// Duration, such as 24h
        #[arg(long, value_name = "DURATION")]
        by: String,
    },
    /// Let another report about the same service take this one over
    Merge {
        id: i64,
        /// The report that takes it over
        #[arg(long, value_name = "ID")]
        into: i64,
    },
    /// Take back a merge: the report goes on alone
    Unmerge { id: i64 },
    /// Assign a report to a member of staff, or to nobody
    HandOver {
        id: i64,
        /// Login name of the new assignee
        #[arg(
            long,
            value_name = "NAME",
            required_unless_present = "nobody",
            conflicts_with = "nobody"
        )]
        to: Option<String>,
        /// Leave it unassigned
        #[arg(long)]
        nobody: bool,
    },
    /// Change the category
    Category {
        id: i64,
        #[arg(long, value_name = "CATEGORY")]
        to: String,
    },
    /// Assign a queued report to a service
    Assign {
        id: i64,
        /// Service id, or directory:id
        #[arg(long, value_name = "ID")]
        service: String,
    },
    /// Set, cancel or restore the deadline of a report; the customer is notified
    Deadline(DeadlineArgs),
    /// Suspend the service by hand, or again where a suspension failed or was lifted outside Portreeve
    Suspend {
        id: i64,
        /// Also if the service is protected
        #[arg(long)]
        protected: bool,
    },
    /// Make the suspension that stands in the panel the report's own: it ends with its hold
    #[command(
        long_about = "Make the suspension that stands in the panel the report's own, whoever made it: it ends with \
        the report's hold. Suspends nothing: a service that turns out to run is reported as drifted."
    )]
    Adopt { id: i64 },
    /// Take over reports of another desk from a CSV file; sends nothing and suspends nothing
    #[command(
        long_about = "Take over reports of another desk from a CSV file (docs/moving.md). Sends nothing, starts no \
        clock and places no hold. A report that was imported before is skipped."
    )]
    Import {
        /// `-`: read it from standard input
        file: PathBuf,
        /// Names the file's own columns and words (docs/moving.md)
        #[arg(long, value_name = "MAP.toml")]
        map: Option<PathBuf>,
        /// Show what would become of each row, and store nothing
        #[arg(long)]
        dry_run: bool,
        /// What the other desk is called in the history [default: as the map says]
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// Whose service ids are meant [default: as the map says, or the first one]
        #[arg(long, value_name = "NAME")]
        directory: Option<String>,
        /// One JSON object a row, each on a line of its own
        #[arg(long)]
        json: bool,
    },
    /// Release the hold; the report stays open
    Release { id: i64 },
    /// Approve a suspension that waits for approval, or confirm one done by hand
    Approve {
        id: i64,
        /// Also if the service is protected
        #[arg(long)]
        protected: bool,
    },
    /// Refuse a suspension that waits for approval
    Refuse { id: i64 },
    /// Let the customer pay to unsuspend
    OfferPayment {
        id: i64,
        /// Withdraw the offer and cancel an open invoice
        #[arg(long)]
        withdraw: bool,
    },
    /// Save a report as PDF: with notes, for staff, or the customer's copy
    Pdf {
        id: i64,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The customer's copy, in their language and time zone
        #[arg(long)]
        for_customer: bool,
        /// Language [default: English; for the customer's copy, theirs]
        #[arg(long, value_parser = ["en", "de"])]
        language: Option<String>,
    },
    /// Revoke all links to this report that were sent in notices
    EndLinks { id: i64 },
}

#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// The service: its id, or directory:id
    #[arg(long, value_name = "ID")]
    pub(crate) service: String,
    /// What kind of abuse it is
    #[arg(long)]
    pub(crate) category: String,
    /// How the service is to be suspended
    #[arg(long, value_parser = ["nosuspend", "immediate", "timelimit"], default_value = "nosuspend")]
    pub(crate) method: String,
    /// The address that was reported [default: the service's dedicated address]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// The customer may unsuspend the service
    #[arg(long)]
    pub(crate) allow_unsuspend: bool,
    /// The customer may pay to have the service unsuspended
    #[arg(long)]
    pub(crate) offer_payment: bool,
    /// What the customer is told
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) info: String,
    /// For staff only
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) notes: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("what").required(true)))]
pub(crate) struct DeadlineArgs {
    pub(crate) id: i64,
    /// Set it so long from now, such as 24h or "2d 12h"
    #[arg(long = "in", value_name = "DURATION", group = "what")]
    pub(crate) after: Option<String>,
    /// Set it to this instant (RFC 3339)
    #[arg(long, value_name = "INSTANT", group = "what")]
    pub(crate) at: Option<String>,
    /// Cancel it
    #[arg(long, group = "what")]
    pub(crate) lift: bool,
    /// Restore it, with the time that was left when it was cancelled
    #[arg(long, group = "what")]
    pub(crate) restore: bool,
}
