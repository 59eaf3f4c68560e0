//! What can be asked of `cargo xtask`. All of it is read before anything is installed, built or run.

/// A command, with the words that stand for it.
struct Command {
    name: &'static str,
    summary: &'static str,
    options: &'static [Opt],
    /// Words after `--` are handed on.
    takes_rest: bool,
}

struct Opt {
    name: &'static str,
    /// What its value is called, if it takes one.
    value: Option<&'static str>,
    summary: &'static str,
}

const QUICK: Opt = Opt { name: "--quick", value: None, summary: "a short run" };
const BINARY: Opt = Opt {
    name: "--binary",
    value: Some("FILE"),
    summary: "use this portreeve instead of building one",
};
const DOCS: Opt =
    Opt { name: "--docs", value: Some("FOLDER"), summary: "folder for the pages [default: docs]" };

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        summary: "run everything that CI runs; with -- only the tests that match the filter",
        options: &[],
        takes_rest: true,
    },
    Command {
        name: "tidy",
        summary: "check dependencies between crates, documents, limits and migrations",
        options: &[],
        takes_rest: false,
    },
    Command {
        name: "bench",
        summary: "measure this machine and write docs/benchmarks.md",
        options: &[QUICK, BINARY, DOCS],
        takes_rest: false,
    },
    Command {
        name: "million",
        summary: "load every page of a desk with a million reports",
        options: &[QUICK, BINARY],
        takes_rest: false,
    },
    Command {
        name: "fuzz",
        summary: "feed mutated samples to everything that reads untrusted bytes",
        options: &[
            Opt { name: "--seconds", value: Some("N"), summary: "duration in seconds" },
            Opt { name: "--seed", value: Some("N"), summary: "repeat the mutations of this seed" },
        ],
        takes_rest: false,
    },
    Command {
        name: "chaos",
        summary: "test overload and faults with a release build; without --short, write docs/chaos.md",
        options: &[
            Opt { name: "--short", value: None, summary: "run fewer of them" },
            Opt {
                name: "--only",
                value: Some("WORD"),
                summary: "run those whose name contains this word",
            },
            BINARY,
            DOCS,
        ],
        takes_rest: false,
    },
    Command {
        name: "deb",
        summary: "build the Debian package",
        options: &[
            Opt { name: "--check", value: None, summary: "test it in a clean root" },
            Opt {
                name: "--profile",
                value: Some("PROFILE"),
                summary: "cargo profile [default: dist]",
            },
        ],
        takes_rest: false,
    },
];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked<'a> {
    /// This text, and nothing else.
    Help(String),
    /// A command with its options, which it knows.
    Run { command: &'a str, options: &'a [&'a str] },
}

/// Reads the words of the command line. Those that no command knows are an error that says which are known.
pub(crate) fn read<'a>(words: &'a [&'a str]) -> Result<Asked<'a>, String> {
    let (&name, options) = match words.split_first() {
        None => return Err(overview()),
        Some((&("-h" | "--help" | "help"), _)) => return Ok(Asked::Help(overview())),
        Some((name, options)) => (name, options),
    };
    let command = COMMANDS.iter().find(|command| command.name == name);
    let command = command.ok_or_else(|| format!("unknown command {name}\n{}", overview()))?;
    let mut rest = options.iter();
    while let Some(&word) = rest.next() {
        if matches!(word, "-h" | "--help") {
            return Ok(Asked::Help(command.help()));
        }
        if word == "--" && command.takes_rest {
            break;
        }
        let known = command.options.iter().find(|option| option.name == word);
        let known = known.ok_or_else(|| {
            format!("unknown option {word} of `cargo xtask {name}`\n{}", command.help())
        })?;
        if let Some(value) = known.value
            && rest.next().is_none_or(|next| next.starts_with('-'))
        {
            return Err(format!("{word} needs a {value}\n{}", command.help()));
        }
    }
    Ok(Asked::Run { command: name, options })
}

fn overview() -> String {
    let lines =
        COMMANDS.iter().map(|command| format!("  {:8} {}\n", command.name, command.summary));
    format!("usage: cargo xtask COMMAND [OPTIONS]\n\n{}", lines.collect::<String>())
}

impl Command {
    fn help(&self) -> String {
        let rest = if self.takes_rest { " [-- FILTER...]" } else { "" };
        let options = if self.options.is_empty() { "" } else { " [OPTIONS]" };
        let lines = self.options.iter().map(|option| {
            let name = format!("{} {}", option.name, option.value.unwrap_or_default());
            format!("  {name:18} {}\n", option.summary)
        });
        let lines: String = lines.collect();
        format!("{}\n\nusage: cargo xtask {}{options}{rest}\n{lines}", self.summary, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_all_that_happens_when_help_is_asked_for() {
        for command in COMMANDS {
            for help in ["-h", "--help"] {
                let words = [command.name, help];
                assert!(
                    matches!(read(&words), Ok(Asked::Help(text)) if text.contains(command.name))
                );
            }
        }
        for help in ["-h", "--help", "help"] {
            assert!(matches!(read(&[help]), Ok(Asked::Help(_))));
        }
        assert!(matches!(read(&["bench", "--quick", "--help"]), Ok(Asked::Help(_))));
    }

    #[test]
    fn what_no_command_knows_is_an_error_before_anything_is_done() {
        for words in [
            &[][..],
            &["benhc"],
            &["bench", "--qick"],
            &["bench", "quick"],
            &["bench", "--", "x"],
            &["tidy", "now"],
            &["test", "filter"],
            &["chaos", "--binary"],
            &["chaos", "--binary", "--short"],
            &["deb", "--profile"],
        ] {
            assert!(read(words).is_err(), "{words:?}");
        }
        let said = read(&["bench", "--qick"]).expect_err("unknown");
        assert!(said.contains("--qick") && said.contains("--quick"), "{said}");
    }

    #[test]
    fn what_a_command_knows_is_handed_on() {
        for words in [
            &["bench", "--quick"][..],
            &["chaos", "--short", "--binary", "target/debug/portreeve"],
            &["deb", "--check", "--profile", "dev"],
            &["test", "--", "--help", "words"],
            &["tidy"],
        ] {
            let asked = Asked::Run { command: words[0], options: &words[1..] };
            assert_eq!(read(words), Ok(asked), "{words:?}");
        }
    }
}
