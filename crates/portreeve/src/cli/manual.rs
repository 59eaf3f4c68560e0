//! Completion scripts and manual pages, made from the commands themselves.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::aot;

use super::args::{Args, Shell};

/// What stands in the main page beyond the commands.
const MORE: &str = "\
.SH FILES
.TP
.I ./portreeve.toml, /etc/portreeve/portreeve.toml
The configuration: the first of these that exists, or the file named with \\-\\-config.
.B portreeve config explain
lists every option.
.TP
.I /var/lib/portreeve
The data folder of the package, with the SQLite database
.IR portreeve.db .
.SH ENVIRONMENT
.TP
.B PORTREEVE_<SECTION>__<KEY>
An option of the configuration, such as PORTREEVE_SERVER__LISTEN. It overrides the file.
.TP
.B PORTREEVE_DATA_DIR
The data folder.
.SH SIGNALS
.TP
.B SIGTERM, SIGINT
.B portreeve serve
accepts no new requests, finishes those it has, and stops.
.TP
.B SIGHUP
.B portreeve serve
reloads certificate and key.
.SH EXIT STATUS
0 success, 1 failure, 2 invalid usage.
";

/// Prints a completion script.
pub(super) fn completions(shell: Shell) -> Result<()> {
    let shell = match shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Fish => aot::Shell::Fish,
        Shell::Zsh => aot::Shell::Zsh,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut Args::command(), "portreeve", &mut script);
    print(&script)
}

/// Prints the main page, or writes every page into a folder.
pub(super) fn man(dir: Option<&Path>) -> Result<()> {
    let mut page = Vec::new();
    let mut command = Args::command();
    command.build();
    let main = clap_mangen::Man::new(command.clone());
    main.render(&mut page)?;
    page.extend_from_slice(MORE.as_bytes());
    let Some(dir) = dir else { return print(&page) };
    let written = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        clap_mangen::generate_to(command, dir)?;
        std::fs::write(dir.join("portreeve.1"), &page)
    };
    written().with_context(|| format!("cannot write manual pages into {}", dir.display()))
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}
