//! The command line.

mod args;
mod attachments;
mod complaints;
mod directories;
mod healthcheck;
mod import_reports;
mod import_whmcs;
mod inbox;
mod ingest;
mod manual;
mod notify;
mod opening;
mod output;
mod reports;
mod services;
mod setup;
mod templates;
mod tokens;
mod webhooks;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use portreeve_app::Desk;
use portreeve_core::ids::Actor;

use crate::config::{Config, OPTIONS};
use crate::{demo, serve, wire};
pub(crate) use args::DemoArgs;
use args::{Args, Command, ConfigCommand};
use output::complain;
pub(crate) use output::{Output, say};

/// An error of which the person at the terminal can make something.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// A failure with a hint at what to do.
pub(crate) fn failure(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Failure { message: message.into(), hint: Some(hint.into()) }.into()
}

/// A failure that speaks for itself.
pub(crate) fn plain_failure(message: impl Into<String>) -> anyhow::Error {
    Failure { message: message.into(), hint: None }.into()
}

/// Who acts when somebody uses the command line.
pub(crate) fn operator() -> Actor {
    Actor::Staff(Actor::COMMAND_LINE.to_owned())
}

/// Reads the arguments, runs the command, and says how it went.
pub(crate) fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return wrong_usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(error.into())),
    };
    let result = runtime.block_on(dispatch(args));
    // A hook that still runs must not hold the process up.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended(result)
}

fn ended(result: Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    // The reader of our output has gone away: nothing is wrong with us.
    let pipe_closed = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(pipe_closed) {
        return ExitCode::SUCCESS;
    }
    let mut message = String::new();
    for cause in error.chain() {
        let text = portreeve_core::text::one_line(&cause.to_string(), 1_000);
        if !message.contains(&text) {
            message = if message.is_empty() { text } else { format!("{message}: {text}") };
        }
    }
    output::complain(&format!("error: {message}"));
    if let Some(hint) = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.as_ref()) {
        output::complain(&format!("hint: {hint}"));
    }
    ExitCode::from(1)
}

/// Help goes out as it is; an error becomes one line and a hint.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let said: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let said = if said.is_empty() { "error: invalid usage".to_owned() } else { said.join(" ") };
    output::complain(&said);
    let usage = text.lines().find_map(|line| line.trim().strip_prefix("Usage:")).map(str::trim);
    let usage = usage.unwrap_or("portreeve <COMMAND>");
    output::complain(&format!("hint: usage is `{usage}`; see --help"));
    ExitCode::from(2)
}

async fn dispatch(args: Args) -> Result<()> {
    let file = args.config.as_deref();
    if let Command::Demo(demo) = args.command {
        return demo::run(demo).await;
    }
    match &args.command {
        Command::Completions { shell } => return manual::completions(*shell),
        Command::Man { dir } => return manual::man(dir.as_deref()),
        // Needs no desk, and so no configuration.
        Command::Ingest(ingest) if ingest.dry_run => return complaints::dry_run(ingest),
        _ => {}
    }
    if let Command::Config { command: ConfigCommand::Explain } = args.command {
        return explain();
    }
    let config = Config::load(file)?;
    crate::log::init(&config, matches!(args.command, Command::Serve));
    match args.command {
        Command::Serve => serve::serve(&config).await,
        Command::Healthcheck => healthcheck::healthcheck(&config),
        Command::Config { command: ConfigCommand::Check } => {
            serve::certificates(&config)?;
            match wire::addresses_that_tell_nobody(&config).await {
                Ok(found) => {
                    for one in found {
                        output::complain(&format!("warning: {one}"));
                    }
                }
                Err(error) => output::complain(&format!(
                    "warning: the addresses of staff were not checked because the database can't be read: {error:#}"
                )),
            }
            say("The configuration is valid.")
        }
        command => {
            let (desk, _) = wire::desk(&config).await.context("cannot open the desk")?;
            let result = match command {
                Command::Templates { command } => templates::templates(&desk, &config, command),
                command => with_desk(&desk, command).await,
            };
            desk.db.close().await;
            result
        }
    }
}

async fn with_desk(desk: &Arc<Desk>, command: Command) -> Result<()> {
    match command {
        Command::Settings { command } => setup::settings(desk, command).await,
        Command::Staff { command } => setup::staff(desk, command).await,
        Command::Role { command } => setup::role(desk, command).await,
        Command::Credential { command } => setup::credential(desk, command).await,
        Command::Token { command } => tokens::token(desk, command).await,
        Command::Webhook { command } => webhooks::webhook(desk, command).await,
        Command::Ingest(args) => ingest::ingest(desk, args).await,
        Command::Inbox { command } => inbox::inbox(desk, command).await,
        Command::Reporter { command } => inbox::reporter(desk, command).await,
        Command::Job { command } => setup::job(desk, command).await,
        Command::Directory { command } => directories::directory(desk, command).await,
        Command::Service { command } => services::service(desk, command).await,
        Command::WhoHad(ask) => services::who_had(desk, ask).await,
        Command::Report { command } => reports::report(desk, command).await,
        Command::Pause => reports::pause(desk).await,
        Command::Resume { yes } => reports::resume(desk, yes).await,
        Command::Serve
        | Command::Demo(_)
        | Command::Config { .. }
        | Command::Templates { .. }
        | Command::Healthcheck
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(()),
    }
}

fn explain() -> Result<()> {
    let mut output = Output::table(&["OPTION", "DEFAULT", "MEANING"]);
    for option in OPTIONS {
        output.row([option.key, option.default, option.meaning].map(str::to_owned).to_vec());
    }
    output.print()?;
    say("\nEach option can also be set in the environment as PORTREEVE_<SECTION>__<KEY>, such as\n\
         PORTREEVE_SERVER__LISTEN. For settings that take effect without a restart, see\n\
         `portreeve settings list`.")
}
