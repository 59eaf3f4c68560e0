//! Commands about one report or many.

use std::path::PathBuf;

use clap::Subcommand;

use super::Page;

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Reports, newest first
    List {
        /// queued, open or closed
        #[arg(long, value_parser = ["queued", "open", "closed"])]
        status: Option<String>,
        /// customer or staff: whose move it is
        #[arg(long, value_parser = ["customer", "staff"])]
        turn: Option<String>,
        /// About this service (id or directory:id)
        #[arg(long, value_name = "ID")]
        service: Option<String>,
        /// Of this category
        #[arg(long)]
        category: Option<String>,
        /// Only those that do not go on until a person has seen to a mail or a notice
        #[arg(long)]
        attention: bool,
        /// With this text in category, address or information
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Oldest first
        #[arg(long)]
        oldest: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// One report with everything about it: of history, messages and notes the latest 1,000
    Show {
        id: i64,
        /// Only lines of history before this one: the id of one, as --json shows it
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        events_before: Option<i64>,
        /// Only messages before this one
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        messages_before: Option<i64>,
        /// Only notes before this one
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        notes_before: Option<i64>,
        #[arg(long)]
        json: bool,
    },
    /// Close a report and release its hold
    Close {
        id: i64,
        #[arg(long, value_parser = ["resolved", "unfounded", "duplicate", "no_response", "other"])]
        outcome: String,
        /// Leave the service suspended
        #[arg(long)]
        keep_suspended: bool,
    },
    /// Open a closed report again; suspends nothing
    Reopen { id: i64 },
    /// Write to the customer
    Answer {
        id: i64,
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// Write down what the customer said (by telephone, say); the clock does what
        /// `time_limit.on_reply` says
        #[arg(long)]
        from_customer: bool,
        /// Files that go with it
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
    },
    /// Write a note for staff
    Note {
        id: i64,
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// Files that go with it, for staff only
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
    },
    /// The files of a report's messages and notes
    Attachments {
        id: i64,
        #[arg(long)]
        json: bool,
    },
    /// Save a file of a report, or take it away for good
    Attachment {
        /// As `report attachments` shows it
        id: String,
        /// Where to save it; a file that is there already is left alone. `-`: print it
        #[arg(
            long,
            value_name = "FILE",
            required_unless_present = "remove",
            conflicts_with = "remove"
        )]
        save: Option<PathBuf>,
        /// Take it away: nobody can have it any more. That it was there stays on record
        #[arg(long)]
        remove: bool,
    },
    /// Give the customer more time
    Extend {
        id: i64,
        /// Such as 24h
        #[arg(long, value_name = "DURATION")]
        by: String,
    },
    /// Name the service of a queued report
    Assign {
        id: i64,
        /// Its id, or directory:id
        #[arg(long, value_name = "ID")]
        service: String,
    },
    /// Cancel the deadline of a report, or restore one that was cancelled; the customer is told
    Deadline {
        id: i64,
        /// There is no deadline any more
        #[arg(long, required_unless_present = "restore", conflicts_with = "restore")]
        lift: bool,
        /// It is there again, with the time that was left
        #[arg(long)]
        restore: bool,
    },
    /// Suspend by hand, or once more where it failed or was lifted
    Suspend {
        id: i64,
        /// Even if the service is protected
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
    /// Approve a suspension that a guard held back, or confirm one done by hand
    Approve {
        id: i64,
        /// Even if the service is protected
        #[arg(long)]
        protected: bool,
    },
    /// Refuse a suspension that a guard held back
    Refuse { id: i64 },
    /// Let the customer pay to have the service back, or no longer
    OfferPayment {
        id: i64,
        /// They may not, after all; an invoice that was made is taken back
        #[arg(long)]
        withdraw: bool,
    },
    /// Write a report as PDF: with notes, for staff, or the customer's copy
    Pdf {
        id: i64,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The copy that the customer may have, in their language and zone
        #[arg(long)]
        for_customer: bool,
        /// In which language [default: English; the customer's for their copy]
        #[arg(long, value_parser = ["en", "de"])]
        language: Option<String>,
    },
    /// End the links in notices that were sent; nobody comes to the report by them any more
    EndLinks { id: i64 },
}
