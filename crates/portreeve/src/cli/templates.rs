//! Texts of the notices.

use anyhow::Result;
use portreeve_app::notice::Letters;
use portreeve_app::notice::letters::{built_in, names};
use serde_json::json;

use super::args::TemplatesCommand;
use super::output::{complain, json as print_json};
use super::{Output, failure, say};
use crate::config::Config;

pub(super) fn templates(config: &Config, command: TemplatesCommand) -> Result<()> {
    match command {
        TemplatesCommand::Check => check(config),
        TemplatesCommand::List { json } => list(config, json),
        TemplatesCommand::Show { name } => match built_in(&name) {
            Some(text) => say(text.trim_end()),
            None => Err(failure(
                format!("there is no template {name:?}"),
                "`portreeve templates list` names them all",
            )),
        },
    }
}

fn check(config: &Config) -> Result<()> {
    let faults = Letters::check(&config.templates());
    for fault in &faults {
        complain(&fault.to_string());
    }
    match faults.len() {
        0 => say("Every notice can be written, for every category and in every language."),
        count => Err(failure(
            format!("{count} faults in the templates of {}", config.templates().display()),
            "where a template of yours is bad, ours goes out in its place",
        )),
    }
}

fn list(config: &Config, as_json: bool) -> Result<()> {
    let folder = config.templates();
    let is_replaced = |name: &str| folder.join(name).is_file();
    if as_json {
        let all = names().map(|name| json!({ "name": name, "replaced": is_replaced(name) }));
        return print_json(&all.collect::<Vec<_>>());
    }
    let mut output = Output::table(&["TEMPLATE", "REPLACED"]);
    for name in names() {
        let replaced = if is_replaced(name) { "yes" } else { "" };
        output.row(vec![name.to_owned(), replaced.to_owned()]);
    }
    output.print()?;
    say(format!("\nPut a file of the same name into {} to replace one.", folder.display()))
}
