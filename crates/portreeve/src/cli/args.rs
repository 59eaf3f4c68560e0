//! The commands and their arguments.

mod report;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use report::ReportCommand;

/// The abuse desk of a hosting provider.
#[derive(Debug, Parser)]
#[command(name = "portreeve", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// Configuration file [default: ./portreeve.toml, then /etc/portreeve/portreeve.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the desk: web, jobs, mail
    Serve,
    /// Run a desk with sample data, to look around
    Demo(DemoArgs),
    /// Check or explain the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Desk settings; they take effect within a second, without a restart
    Settings {
        #[command(subcommand)]
        command: SettingsCommand,
    },
    /// Services of the directory
    Service {
        #[command(subcommand)]
        command: ServiceCommand,
    },
    /// Where services are listed: looking at it, trying the way to it
    Directory {
        #[command(subcommand)]
        command: DirectoryCommand,
    },
    /// Which service and customer held an address, prefix or domain, and how that is known
    WhoHad(WhoHadArgs),
    /// Members of staff
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Roles: named rights of staff and scripts
    Role {
        #[command(subcommand)]
        command: RoleCommand,
    },
    /// Credentials (API IDs) of scripts
    Credential {
        #[command(subcommand)]
        command: CredentialCommand,
    },
    /// Tokens of the REST interface
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Reports, and every act on them
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Take mails from files, as if they had come in; one result line each
    Ingest(IngestArgs),
    /// Mail that came in and waits for staff
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Texts of the notices to customers: ours, and what stands in their place
    Templates {
        #[command(subcommand)]
        command: TemplatesCommand,
    },
    /// Programs that are told what happens to reports, and what they were told
    Webhook {
        #[command(subcommand)]
        command: WebhookCommand,
    },
    /// Background jobs that wait or were given up
    Job {
        #[command(subcommand)]
        command: JobCommand,
    },
    /// Stop automatic orders everywhere
    Pause,
    /// Start automatic orders again; lists what would fire and asks
    Resume {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Whether the desk of this configuration is up and ready: exit status 0 or 1
    Healthcheck,
    /// Print a completion script for a shell
    Completions { shell: Shell },
    /// Print the manual page
    Man {
        /// Write the page of each command into this folder instead
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Fish,
    Zsh,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// Address and port [default: 127.0.0.1:8080, or the next free port]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Data folder; kept, and not loaded again when it exists [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Do everything once and exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Beside a simulated WHMCS, which is in memory, as directory and as the way to suspend
    #[arg(long, conflicts_with = "data")]
    pub(crate) whmcs: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TemplatesCommand {
    /// Try every notice for every category in every language with the templates that are in force
    Check,
    /// All templates, and where each comes from: the desk (written in the staff area), a file, or ours
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the one that is in force: portreeve templates show de/opened/body.txt
    Show {
        name: String,
        /// Print ours, to begin with
        #[arg(long)]
        ours: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read the configuration and say what is wrong with it
    Check,
    /// All options with defaults and meaning
    Explain,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// All settings with their values
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Print one value
    Get { key: String },
    /// Change one value
    Set {
        key: String,
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
}

/// How much of a list, and from where.
#[derive(Debug, ClapArgs)]
pub(crate) struct Page<T: Clone + Send + Sync + std::str::FromStr + 'static>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    /// Rows at most, up to 1000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub(crate) limit: i64,
    /// Go on behind this row
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<T>,
    /// One JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Take in a directory file, CSV or JSON (by its ending; `-` reads CSV from standard input)
    Import {
        file: PathBuf,
        /// Which directory it is of [default: the first]
        #[arg(long, value_name = "NAME")]
        directory: Option<String>,
        /// The file lists everything: end what it lacks
        #[arg(long)]
        complete: bool,
        /// End them even when they are more than 20 %
        #[arg(long, requires = "complete")]
        accept_shrink: bool,
        #[arg(long)]
        json: bool,
    },
    /// Services by directory and id
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// One service with what it holds
    Show {
        /// Its id, or directory:id
        id: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// The directories of the configuration, and when each was looked at
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Look at everything now, and take in what changed
    Sync {
        name: String,
        /// End services that are gone, even when they are more than 20 %
        #[arg(long)]
        accept: bool,
        #[arg(long)]
        json: bool,
    },
    /// Try all that the desk needs of it, and say what is missing; changes nothing
    Test {
        name: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct WhoHadArgs {
    /// Address, prefix or domain
    pub(crate) address: String,
    /// At this instant (RFC 3339) [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Add a member of staff
    Add {
        name: String,
        #[arg(long)]
        email: String,
        /// admin, agent, viewer or a role of your own
        #[arg(long)]
        role: String,
        /// Read the password from standard input; without one nobody can sign in
        #[arg(long)]
        password_stdin: bool,
        #[arg(long)]
        json: bool,
    },
    /// All members of staff
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Disable a member of staff, and their credentials with them
    Disable { name: String },
    /// Enable a member of staff again
    Enable { name: String },
    /// Give a member of staff a new password, read from standard input
    Password { name: String },
    /// Take away the second factor of a member of staff who has lost it
    RemoveSecondFactor { name: String },
    /// Let whoever is signed in to an account of a panel come in as this member of staff
    #[command(
        long_about = "Let whoever is signed in to an account of a panel come in as this member of staff, from the \
        panel's addon. That counts as the password alone: a second factor is still asked for."
    )]
    Link {
        name: String,
        /// panel:number, such as whmcs:4
        account: String,
    },
    /// End that again
    Unlink {
        /// panel:number, such as whmcs:4
        account: String,
    },
    /// Accounts of panels by which staff come in
    Links {
        #[arg(long)]
        json: bool,
    },
    /// What a member of staff is told by mail; what is not named stays as it is
    Notify(NotifyArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NotifyArgs {
    pub(crate) name: String,
    /// Notices, separated by commas: opened, queued, answered, `needs_staff`; or all, or none
    #[arg(long, value_name = "NOTICES")]
    pub(crate) notices: Option<String>,
    /// Only about reports that they take care of
    #[arg(long, value_name = "BOOL")]
    pub(crate) only_mine: Option<bool>,
    /// The daily summary
    #[arg(long, value_name = "BOOL")]
    pub(crate) summary: Option<bool>,
    /// Where, if not at their usual address; empty: there
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// Forget what they chose: they are told as everybody who never did
    #[arg(long, conflicts_with_all = ["notices", "only_mine", "summary", "address"])]
    pub(crate) usual: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// All roles with their rights
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Add a role; without rights it is the right one for scripts that create reports
    Add {
        name: String,
        /// A right; may be given several times
        #[arg(long = "right", value_name = "RIGHT")]
        rights: Vec<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialCommand {
    /// Make an API ID and print it, once
    Add {
        /// Whose it is
        #[arg(long, value_name = "NAME")]
        staff: String,
        /// Role [default: no actions, which is right for the drop-in API]
        #[arg(long)]
        role: Option<String>,
        /// An identifier that scripts know already
        #[arg(long, value_name = "ID")]
        identifier: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// Addresses and prefixes from which it may call [default: from anywhere]
        #[arg(long, value_name = "PREFIXES", default_value = "")]
        allow: String,
        #[arg(long)]
        json: bool,
    },
    /// Take over the API credentials of a WHMCS, so that scripts go on working with the API IDs they have
    ImportWhmcs(ImportWhmcsArgs),
    /// Try an API ID at an address as scripts call it, through the web server before it; creates nothing
    Check {
        /// Address of the billing system or the desk
        url: String,
        /// The API ID
        #[arg(long, value_name = "ID", required_unless_present = "identifier_stdin")]
        identifier: Option<String>,
        /// Read the API ID from standard input
        #[arg(long, conflicts_with = "identifier")]
        identifier_stdin: bool,
        #[arg(long)]
        json: bool,
    },
    /// All credentials, without their identifiers
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Revoke a credential at once and for good
    Revoke {
        #[arg(value_name = "REF")]
        reference: i64,
    },
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("source").required(true))]
pub(crate) struct ImportWhmcsArgs {
    /// WHMCS's database, only read: `mysql://user:password@host/name`
    #[arg(
        long,
        value_name = "URL",
        env = "PORTREEVE_WHMCS_DATABASE",
        hide_env_values = true,
        group = "source"
    )]
    pub(crate) database: Option<String>,
    /// A CSV file with the columns identifier, owner and description
    #[arg(long, value_name = "FILE", group = "source")]
    pub(crate) csv: Option<PathBuf>,
    /// Whose the credentials are whose owner is no member of staff by the same name
    #[arg(long, value_name = "NAME")]
    pub(crate) staff: Option<String>,
    /// Say what would be taken over, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for the REST interface and print it, once
    Add {
        /// For whom it acts; it can do nothing that they may not
        #[arg(long, value_name = "NAME")]
        staff: String,
        /// A right it may use, or `*` for all of theirs (may be given more than once)
        #[arg(long = "scope", value_name = "RIGHT", required = true)]
        scopes: Vec<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// How long it is good, such as 2160h [default: until it is revoked]
        #[arg(long, value_name = "DURATION")]
        good_for: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// All tokens, without their text
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Revoke a token at once and for good
    Revoke {
        #[arg(value_name = "REF")]
        reference: i64,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct IngestArgs {
    /// Files with one mail each; - or none: standard input. With --dry-run also folders, mailboxes, archives,
    /// and reports that are no mails (JSON, CSV, XML)
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Only read them as complaints and print what each declares: needs no desk, stores nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As JSON; with --dry-run one object on a line for each complaint, as it goes
    #[arg(long)]
    pub(crate) json: bool,
    /// For people: how each was recognised, and what was taken from where
    #[arg(long, requires = "dry_run", conflicts_with = "json")]
    pub(crate) explain: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Mails that wait, the oldest first
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// One mail as text
    Show {
        id: i64,
        /// Byte by byte, as it came
        #[arg(long)]
        raw: bool,
        /// As JSON
        #[arg(long, conflicts_with = "raw")]
        json: bool,
    },
    /// Take a mail that waits for what the customer of a report wrote
    Attach {
        id: i64,
        /// Which report
        #[arg(long, value_name = "N")]
        report: i64,
        /// As a note for staff instead
        #[arg(long)]
        note: bool,
    },
    /// Want nothing of a mail that waits; it is kept
    Dismiss { id: i64 },
    /// Take that back
    Restore { id: i64 },
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Jobs that wait or were given up
    List {
        /// Only those that were given up
        #[arg(long)]
        dead: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Try a job again that was given up
    Retry { id: i64 },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// The webhooks of the configuration, and how many deliveries each has
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// The log of deliveries, newest first; kept for 30 days
    Deliveries {
        /// Only to this webhook
        #[arg(long, value_name = "NAME")]
        webhook: Option<String>,
        /// Only about this report
        #[arg(long, value_name = "ID")]
        report: Option<i64>,
        /// Only those that were given up, or tried in vain so far
        #[arg(long)]
        failed: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Deliver once more: the same bytes under the same id
    Replay {
        #[arg(value_name = "DELIVERY_ID")]
        id: i64,
    },
    /// Send a trial message at once and say what was answered
    Test {
        name: String,
        #[arg(long)]
        json: bool,
    },
}
