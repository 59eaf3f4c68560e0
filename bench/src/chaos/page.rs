//! `docs/chaos.md`, all of it.

use std::time::Duration;

use super::MEMORY_BOUND;
use super::told::Told;
use crate::figure::{count, digits};
use crate::machine::Machine;

/// The page.
pub(super) fn page(machine: &Machine, all: &[Told], took: Duration) -> String {
    let broken = all.iter().filter(|told| !told.is_kept()).count();
    let verdict = if broken == 0 {
        "Every promise was kept.".to_owned()
    } else {
        format!("**{broken} of {} stories broke a promise.**", all.len())
    };
    let mut text = format!(
        "# Overload and faults\n\n\
         Written by `cargo xtask chaos`, which runs these stories against the release build and writes \
         this page anew; do not edit it. A short form runs in `cargo xtask test`.\n\n\
         Run on {} UTC in {} s: {}, {} cores, {} MiB, Linux {}, {}; {}; {}; SQLite {}; PostgreSQL {}.\n\n\
         The promise: a report that was acknowledged with success is there exactly once, with its \
         history and its notices; what cannot be served is answered 503 with `Retry-After`, and nothing \
         of it is stored; the desk never has more than {MEMORY_BOUND} MiB; and it goes on by itself \
         within 30 s when the trouble is over. {verdict}\n\n\
         | story | acknowledged | there once | lost | twice | highest memory MiB | served again after s \
         | |\n|---|---|---|---|---|---|---|---|\n",
        machine.began,
        took.as_secs(),
        machine.processor,
        machine.cores,
        machine.memory_mib,
        machine.kernel,
        machine.file_system,
        machine.portreeve,
        machine.rustc,
        machine.sqlite,
        machine.postgres,
    );
    for told in all {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            told.name,
            count(told.acknowledged),
            count(told.there_once),
            told.lost,
            told.twice,
            told.memory_mib,
            told.recovery.map_or("–".to_owned(), |after| digits(after.as_secs_f64())),
            if told.is_kept() { "kept" } else { "**broken**" },
        );
    }
    for told in all {
        text += &story(told);
    }
    text
}

fn story(told: &Told) -> String {
    let mut text = format!("\n## {}{}\n\n", told.name[..1].to_uppercase(), &told.name[1..]);
    for sentence in &told.done {
        text += &format!("{sentence}\n");
    }
    text += &format!("\nAnswers: {}.\n", told.answers());
    if told.refused_but_stored > 0 {
        text += &format!(
            "\nAnswered with an error and stored all the same: {} (the server died during the commit; \
             `docs/adr/0002-group-commit.md`).\n",
            count(told.refused_but_stored)
        );
    }
    for broken in &told.broken {
        text += &format!("\n**Broken:** {broken}.\n");
    }
    text
}
