//! Where the workspace asks for texts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Everything that may ask for a text of the catalogue, from the root of the workspace.
const CALLERS: [&str; 7] = [
    "crates/app/src",
    "crates/connect/src",
    "crates/core/src",
    "crates/i18n/src",
    "crates/portreeve/src",
    "crates/web/src",
    "crates/web/templates",
];

/// A text that asks for others: a template, or the code of a module without its tests.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = Vec::new();
    let mut open: Vec<PathBuf> = CALLERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of ours") {
            let path = entry.expect("an entry").path();
            let ends_with = |ending: &str| path.extension().is_some_and(|is| is == ending);
            if path.is_dir() {
                open.push(path);
            } else if path.ends_with("tests.rs") {
                // Tests ask for nothing.
            } else if ends_with("rs") || ends_with("html") {
                let text = std::fs::read_to_string(&path).expect("a text of ours");
                let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
                let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                all.push(Source { text: code.collect::<Vec<_>>().join("\n"), path });
            }
        }
    }
    all
}

/// How a call names its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By its whole key.
    Key(String),
    /// By how it begins; a word of the caller follows.
    Family(String),
}

/// A place that asks for a text, with the names that it gives values for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) place: String,
    pub(crate) asked: Asked,
    pub(crate) names: BTreeSet<String>,
}

impl Source {
    /// Calls whose key, or the beginning of it, is written out.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let is_template = self.path.extension().is_some_and(|is| is == "html");
        if is_template {
            return self.calls_of("t(", 0);
        }
        [self.calls_of("text!(", 1), self.calls_of("refusal!(", 0)].concat()
    }

    /// Calls that begin so, whose key is the argument at this place.
    fn calls_of(&self, begin: &str, place_of_key: usize) -> Vec<Call> {
        let mut calls = Vec::new();
        for (at, _) in self.text.match_indices(begin) {
            let before = self.text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let arguments = arguments(&self.text[at + begin.len()..]);
            let key = arguments.get(place_of_key).map(|key| key.trim());
            let key = key.map(|key| key.trim_start_matches('&').trim_start_matches("format!("));
            let Some((key, rest)) =
                key.and_then(|key| key.strip_prefix('"')).and_then(|key| key.split_once('"'))
            else {
                continue;
            };
            let asked = match key.split_once('{') {
                Some((family, _)) => Asked::Family(family.to_owned()),
                None if rest.trim_start().starts_with('~') => Asked::Family(key.to_owned()),
                None => Asked::Key(key.to_owned()),
            };
            let names = arguments.iter().filter_map(|one| one.split_once('='));
            let names = names.map(|(name, _)| name.trim().to_owned());
            let is_name = |name: &String| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let line = self.text[..at].lines().count();
            let place = format!("{}:{line}", self.path.display());
            calls.push(Call { place, asked, names: names.filter(is_name).collect() });
        }
        calls
    }

    /// The literals that look like keys, or (with a `-` at their end) like the beginning of some.
    pub(crate) fn literals(&self) -> BTreeSet<&str> {
        let is_key = |text: &&str| {
            let (first, rest) = text.split_once('-').unwrap_or((text, ""));
            first.starts_with(|c: char| c.is_ascii_lowercase())
                && [first, rest].iter().all(|part| {
                    part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                })
        };
        let quoted = self.text.split('"').map(|text| text.split('{').next().unwrap_or_default());
        quoted.filter(is_key).collect()
    }
}

/// The arguments of a call, from behind its opening parenthesis.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut in_string, mut escaped) = (1, 0, false, false);
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 1 => {
                found.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            found.push(&text[begin..at]);
            break;
        }
    }
    found
}

#[test]
fn calls_are_read_with_what_they_fill_in() {
    let template = Source {
        path: "page.html".into(),
        text: r#"{{ t("a-b") }} {{ t("c-" ~ word, n=list(1, 2), name=x) }} {{ at("no") }}"#
            .to_owned(),
    };
    let [plain, family] = &template.calls()[..] else { panic!("{:?}", template.calls()) };
    assert_eq!((&plain.asked, plain.names.len()), (&Asked::Key("a-b".to_owned()), 0));
    assert_eq!(family.asked, Asked::Family("c-".to_owned()));
    assert_eq!(family.names, ["n", "name"].map(str::to_owned).into());
    let code = Source {
        path: "page.rs".into(),
        text: r#"i18n::text!(language(a, b), "a-b", n = "x, y = z"); text!(l, &format!("c-{d}")); f("e-f", "g-")"#
            .to_owned(),
    };
    let asked: Vec<Asked> = code.calls().into_iter().map(|call| call.asked).collect();
    assert_eq!(asked, [Asked::Key("a-b".to_owned()), Asked::Family("c-".to_owned())]);
    assert!(["a-b", "c-", "e-f", "g-"].iter().all(|key| code.literals().contains(key)));
}
