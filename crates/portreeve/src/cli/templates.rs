//! Texts of the notices.

use anyhow::Result;
use portreeve_app::Desk;
use portreeve_app::notice::letters::{Origin, built_in, names};
use serde_json::json;

use super::args::TemplatesCommand;
use super::output::{complain, json as print_json};
use super::{Output, failure, say};
use crate::config::Config;

pub(super) fn templates(desk: &Desk, config: &Config, command: TemplatesCommand) -> Result<()> {
    match command {
        TemplatesCommand::Check => check(desk),
        TemplatesCommand::List { json } => list(desk, config, json),
        TemplatesCommand::Show { name, ours } => {
            let letters = desk.letters();
            let text = if ours { built_in(&name) } else { letters.text(&name) };
            let known = built_in(&name).and(text);
            say(known.ok_or_else(|| unknown(&name))?.trim_end())
        }
    }
}

fn unknown(name: &str) -> anyhow::Error {
    failure(format!("there is no template {name:?}"), "see `portreeve templates list`")
}

fn check(desk: &Desk) -> Result<()> {
    let faults = desk.letters().check();
    for fault in &faults {
        complain(&fault.to_string());
    }
    match faults.len() {
        0 => say("Every notice renders, for every category and in every language."),
        1 => Err(failure("1 error in the templates", HINT)),
        count => Err(failure(format!("{count} errors in the templates"), HINT)),
    }
}

const HINT: &str = "until they are corrected, the built-in templates are sent in their place";

fn list(desk: &Desk, config: &Config, as_json: bool) -> Result<()> {
    let letters = desk.letters();
    if as_json {
        let all = names().map(|name| {
            let origin = letters.origin(name);
            json!({ "name": name, "replaced": origin != Origin::Ours, "from": origin.as_str() })
        });
        return print_json(&all.collect::<Vec<_>>());
    }
    let mut output = Output::table(&["TEMPLATE", "ORIGIN"]);
    for name in names() {
        let origin = match letters.origin(name) {
            Origin::Desk => "staff area",
            Origin::File => "file",
            Origin::Ours => "built in",
        };
        output.row(vec![name.to_owned(), origin.to_owned()]);
    }
    output.print()?;
    say(format!(
        "\nTo replace one, edit it in the staff area (Setup, Notices) or put a file of the same name into {}.",
        config.templates().display()
    ))
}
