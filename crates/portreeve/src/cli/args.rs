//! The commands and their arguments.

mod report;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use portreeve_core::intake::{Because, Lane, Standing};
pub(crate) use report::{DeadlineArgs, OpenArgs, ReportCommand};

/// The abuse desk for hosting providers.
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
    /// Run the desk: web server, jobs and mail
    Serve,
    /// Run a desk with sample data, to try it out
    Demo(DemoArgs),
    /// Check or explain the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Show and change desk settings; they take effect within a second, without a restart
    Settings {
        #[command(subcommand)]
        command: SettingsCommand,
    },
    /// Import and list services
    Service {
        #[command(subcommand)]
        command: ServiceCommand,
    },
    /// Sync and test the directories that services are read from
    Directory {
        #[command(subcommand)]
        command: DirectoryCommand,
    },
    /// Find which service and customer held an address, prefix or domain, and how certain that is
    WhoHad(WhoHadArgs),
    /// Manage staff accounts
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Manage roles: sets of rights for staff and scripts
    Role {
        #[command(subcommand)]
        command: RoleCommand,
    },
    /// Manage API IDs, the credentials of scripts
    Credential {
        #[command(subcommand)]
        command: CredentialCommand,
    },
    /// Manage tokens for the REST API
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// List, show and handle reports
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Take in complaints and other mail from files, one result line each; with --dry-run, read them without a desk
    Ingest(IngestArgs),
    /// See what came in, and handle what waits for staff
    Inbox {
        #[command(subcommand)]
        command: InboxCommand,
    },
    /// See who complains; mute or trust them
    Reporter {
        #[command(subcommand)]
        command: ReporterCommand,
    },
    /// List, show and check the templates of notices to customers
    Templates {
        #[command(subcommand)]
        command: TemplatesCommand,
    },
    /// List, test and replay webhooks
    Webhook {
        #[command(subcommand)]
        command: WebhookCommand,
    },
    /// List and retry background jobs
    Job {
        #[command(subcommand)]
        command: JobCommand,
    },
    /// Pause automatic suspensions and unsuspensions on all nodes
    Pause,
    /// Resume after a pause; lists the suspensions that would go ahead, and asks
    Resume {
        /// Don't ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Check whether the desk is up and ready: exit status 0 or 1
    Healthcheck,
    /// Print a completion script for a shell
    Completions { shell: Shell },
    /// Print the manual page
    Man {
        /// Write the page of each command to this folder instead
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
    /// Data folder; it is kept, and sample data is loaded only once [default: a temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Load the data, create one report and exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Use a simulated WHMCS, in memory, as directory and panel
    #[arg(long, conflicts_with = "data")]
    pub(crate) whmcs: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TemplatesCommand {
    /// Render every notice for every category in every language with the current templates
    Check,
    /// List all templates and their origin: the staff area, a file, or built in
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the current template: portreeve templates show de/opened/body.txt
    Show {
        name: String,
        /// Print the built-in one, as a starting point
        #[arg(long)]
        ours: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and report what is wrong
    Check,
    /// List all options with their defaults and meanings
    Explain,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// List all settings with their values
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
    /// Maximum number of rows, up to 1000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub(crate) limit: i64,
    /// Start after this row: the id of the last row of the previous page
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<T>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Import a CSV or JSON file (by its extension; `-` reads CSV from standard input)
    Import {
        file: PathBuf,
        /// Directory to import into [default: the first]
        #[arg(long, value_name = "NAME")]
        directory: Option<String>,
        /// The file lists all services: end those that are missing from it
        #[arg(long)]
        complete: bool,
        /// End them even if they are more than 20 % of the services
        #[arg(long, requires = "complete")]
        accept_shrink: bool,
        #[arg(long)]
        json: bool,
    },
    /// List services by directory and id
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Show a service with its addresses and domains
    Show {
        /// Service id, or directory:id
        id: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// List the configured directories and their last sync
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Sync a directory now
    Sync {
        name: String,
        /// End missing services even if they are more than 20 %
        #[arg(long)]
        accept: bool,
        #[arg(long)]
        json: bool,
    },
    /// Check the connection and permissions that the desk needs; changes nothing
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
    /// Time in RFC 3339, such as 2026-01-31T10:00:00Z [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Add a staff account
    Add {
        name: String,
        #[arg(long)]
        email: String,
        /// Role: admin, agent, viewer or one of your own
        #[arg(long)]
        role: String,
        /// Read the password from standard input; without a password the account can't sign in
        #[arg(long)]
        password_stdin: bool,
        #[arg(long)]
        json: bool,
    },
    /// List staff accounts
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Disable a staff account with all its sessions, API IDs and tokens
    Disable { name: String },
    /// Enable a disabled staff account
    Enable { name: String },
    /// Set a new password, read from standard input
    Password { name: String },
    /// Remove the second factor of someone who has lost it
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
    /// Show or change the e-mail notifications of a staff account
    Notify(NotifyArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NotifyArgs {
    pub(crate) name: String,
    /// Notifications, separated by commas: opened, queued, answered, `needs_staff`; or all, or none
    #[arg(long, value_name = "NOTICES")]
    pub(crate) notices: Option<String>,
    /// Only about reports assigned to them
    #[arg(long, value_name = "BOOL")]
    pub(crate) only_mine: Option<bool>,
    /// Send the daily summary
    #[arg(long, value_name = "BOOL")]
    pub(crate) summary: Option<bool>,
    /// Send to this address instead of the one of the account; empty: back to that one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// Reset to the defaults
    #[arg(long, conflicts_with_all = ["notices", "only_mine", "summary", "address"])]
    pub(crate) usual: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// List roles with their rights
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// Add a role; one without rights suits scripts that create reports
    Add {
        name: String,
        /// A right; can be repeated
        #[arg(long = "right", value_name = "RIGHT")]
        rights: Vec<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialCommand {
    /// Create an API ID and print it, once
    Add {
        /// Staff account that owns it
        #[arg(long, value_name = "NAME")]
        staff: String,
        /// Role [default: none; the drop-in API needs no rights]
        #[arg(long)]
        role: Option<String>,
        /// Use this identifier, which your scripts already have
        #[arg(long, value_name = "ID")]
        identifier: Option<String>,
        /// Description
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// Addresses and prefixes that may use it, separated by commas [default: any]
        #[arg(long, value_name = "PREFIXES", default_value = "")]
        allow: String,
        #[arg(long)]
        json: bool,
    },
    /// Import the API credentials of a WHMCS, so that scripts keep their API IDs
    ImportWhmcs(ImportWhmcsArgs),
    /// Test an API ID at a URL the way scripts call it, through your proxy; creates nothing
    Check {
        /// URL of the billing system or the desk
        url: String,
        /// API ID
        #[arg(long, value_name = "ID", required_unless_present = "identifier_stdin")]
        identifier: Option<String>,
        /// Read the API ID from standard input
        #[arg(long, conflicts_with = "identifier")]
        identifier_stdin: bool,
        #[arg(long)]
        json: bool,
    },
    /// List credentials, without their identifiers
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Revoke a credential immediately and permanently
    Revoke {
        #[arg(value_name = "REF")]
        reference: i64,
    },
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("source").required(true))]
pub(crate) struct ImportWhmcsArgs {
    /// Database of WHMCS, read only: `mysql://user:password@host/name`
    #[arg(
        long,
        value_name = "URL",
        env = "PORTREEVE_WHMCS_DATABASE",
        hide_env_values = true,
        group = "source"
    )]
    pub(crate) database: Option<String>,
    /// CSV file with the columns identifier, owner and description
    #[arg(long, value_name = "FILE", group = "source")]
    pub(crate) csv: Option<PathBuf>,
    /// Owner of credentials whose WHMCS user has no staff account of the same name
    #[arg(long, value_name = "NAME")]
    pub(crate) staff: Option<String>,
    /// Show what would be imported, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token for the REST API and print it, once
    Add {
        /// Staff account it acts for; it never has more rights than that account
        #[arg(long, value_name = "NAME")]
        staff: String,
        /// A right it may use, or `*` for all; can be repeated
        #[arg(long = "scope", value_name = "RIGHT", required = true)]
        scopes: Vec<String>,
        /// Description
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// Lifetime, such as 2160h [default: until it is revoked]
        #[arg(long, value_name = "DURATION")]
        good_for: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// List tokens, without their text
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Revoke a token immediately and permanently
    Revoke {
        #[arg(value_name = "REF")]
        reference: i64,
    },
}

#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "options that are given or not")]
pub(crate) struct IngestArgs {
    /// Files and folders: mails, mailboxes, Maildirs, archives, and reports in JSON, CSV or XML; `-` or none: standard
    /// input. What holds several is taken apart
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read the files as complaints and print what each one declares; needs no desk and stores nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON: one object per line for each complaint
    #[arg(long)]
    pub(crate) json: bool,
    /// Explain how each complaint was recognized, where its data comes from and, with a desk, whose each address was;
    /// `--json` prints the same for programs
    #[arg(long)]
    pub(crate) explain: bool,
    /// Read again what came in before, where staff have not decided about it
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) again: bool,
    /// Only store it; the desk reads it
    #[arg(long, conflicts_with_all = ["dry_run", "again", "explain"])]
    pub(crate) no_wait: bool,
    /// How far the senders are trusted: trusted, known or untrusted
    #[arg(long, value_name = "LANE", conflicts_with = "dry_run", value_parser = lane)]
    pub(crate) lane: Option<Lane>,
}

/// A lane by its word.
fn lane(word: &str) -> Result<Lane, String> {
    Lane::from_code(word).ok_or_else(|| "must be one of: trusted, known, untrusted".to_owned())
}

fn standing(word: &str) -> Result<Shown, String> {
    if word == "all" {
        return Ok(Shown(None));
    }
    Standing::from_code(word).map(|one| Shown(Some(one))).ok_or_else(|| {
        "must be one of: waiting, unread, placed, set_aside, dismissed, all".to_owned()
    })
}

fn because(word: &str) -> Result<Because, String> {
    Because::from_code(word).ok_or_else(|| "must be one of: noise, not_ours, not_abuse".to_owned())
}

/// Which part of the inbox is shown; none: all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(pub(crate) Option<Standing>);

#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// List what came in, oldest first
    List {
        /// waiting, unread, placed, `set_aside`, dismissed or all
        #[arg(long, value_name = "S", default_value = "waiting", value_parser = standing)]
        state: Shown,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Show something that came in as text
    Show {
        id: i64,
        /// Print it as it was received
        #[arg(long)]
        raw: bool,
        /// Print JSON
        #[arg(long, conflicts_with = "raw")]
        json: bool,
    },
    /// Open a report about a service
    Open {
        id: i64,
        /// Service, as ID or DIRECTORY:ID
        #[arg(long, value_name = "S")]
        service: String,
    },
    /// Attach it to a report: what the customer wrote as their message, all else as a note for staff
    Attach {
        id: i64,
        /// Report number
        #[arg(long, value_name = "N")]
        report: i64,
        /// As a note for staff in any case
        #[arg(long, conflicts_with = "message")]
        note: bool,
        /// As a message of the customer in any case; no complaint can be that
        #[arg(long)]
        message: bool,
    },
    /// Dismiss it; it is kept
    Dismiss {
        id: i64,
        /// noise, `not_ours` or `not_abuse`
        #[arg(long, value_name = "WHY", value_parser = because)]
        because: Option<Because>,
    },
    /// Undo a dismissal
    Restore { id: i64 },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReporterCommand {
    /// List who complained
    List {
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Show a reporter
    Show {
        #[arg(value_name = "REF")]
        reference: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Set their complaints aside from now on
    Mute {
        #[arg(value_name = "REF")]
        reference: i64,
    },
    /// Undo that
    Unmute {
        #[arg(value_name = "REF")]
        reference: i64,
    },
    /// Say how far they are trusted where a complaint is authenticated as theirs
    Trust {
        #[arg(value_name = "REF")]
        reference: i64,
        /// trusted, known or untrusted
        #[arg(long, value_name = "LANE", value_parser = lane)]
        lane: Lane,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// List waiting and failed jobs
    List {
        /// Only failed jobs
        #[arg(long)]
        dead: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Retry a failed job
    Retry { id: i64 },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// List the configured webhooks and their delivery counts
    List {
        #[command(flatten)]
        page: Page<String>,
    },
    /// List deliveries, newest first; they are kept for 30 days
    Deliveries {
        /// Only deliveries to this webhook
        #[arg(long, value_name = "NAME")]
        webhook: Option<String>,
        /// Only deliveries about this report
        #[arg(long, value_name = "ID")]
        report: Option<i64>,
        /// Only failed deliveries, and those that are being retried
        #[arg(long)]
        failed: bool,
        #[command(flatten)]
        page: Page<i64>,
    },
    /// Deliver again: the same payload under the same id
    Replay {
        #[arg(value_name = "DELIVERY_ID")]
        id: i64,
    },
    /// Send a test message and print the answer
    Test {
        name: String,
        #[arg(long)]
        json: bool,
    },
}
