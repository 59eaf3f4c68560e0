//! The texts that letters are written with: ours, those that a host puts into a folder, and the desk's own.

use std::collections::BTreeMap;
use std::path::Path;

use portreeve_core::language::Language;
use portreeve_core::notice::Notice;

/// The parts of a notice.
pub const PARTS: [&str; 3] = ["subject.txt", "body.txt", "body.html"];

/// The file with what is said about kinds of abuse.
pub const ABOUT: &str = "about.toml";

/// The notice that tells of many.
pub const DIGEST: &str = "digest";

/// Longest text of a template, in bytes: more is a slip, and every letter would carry it.
pub const LARGEST: usize = 64 * 1024;

macro_rules! notices {
    ($($language:literal: [$($notice:literal),*]),* $(,)?) => {
        /// Every template of ours, by its name.
        const BUILT_IN: &[(&str, &str)] = &[$(
            $(
                notices!(@file $language, $notice, "subject.txt"),
                notices!(@file $language, $notice, "body.txt"),
                notices!(@file $language, $notice, "body.html"),
            )*
            notices!(@shared $language, "frame.txt"),
            notices!(@shared $language, "frame.html"),
            notices!(@shared $language, "parts.txt"),
            notices!(@shared $language, "parts.html"),
            notices!(@shared $language, "about.toml"),
        )*];
    };
    (@file $language:literal, $notice:literal, $part:literal) => {
        (
            concat!($language, "/", $notice, "/", $part),
            include_str!(concat!("../../../notices/", $language, "/", $notice, "/", $part)),
        )
    };
    (@shared $language:literal, $part:literal) => {
        (concat!($language, "/", $part), include_str!(concat!("../../../notices/", $language, "/", $part)))
    };
}

notices! {
    "en": ["opened", "reminder", "suspended", "unsuspended", "answered", "extended", "deadline_changed", "deadline_lifted", "deadline_restored", "closed", "reopened", "link", "complaints", "digest"],
    "de": ["opened", "reminder", "suspended", "unsuspended", "answered", "extended", "deadline_changed", "deadline_lifted", "deadline_restored", "closed", "reopened", "link", "complaints", "digest"],
}

/// Texts in the place of ours, by their names.
pub type Texts = BTreeMap<String, String>;

/// Where a text comes from. Of one name, the desk's own counts before a file, and a file before ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It came with the desk.
    Ours,
    /// It stands in the folder of templates of this node.
    File,
    /// It was written in the staff area; every node has it.
    Desk,
}

impl Origin {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::File => "file",
            Self::Desk => "desk",
        }
    }
}

/// What is wrong with a template that stands in the place of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its name, such as `de/opened/body.txt`.
    pub name: String,
    /// Where it stands: the file, or that it is the desk's own.
    pub place: String,
    /// What is wrong, with the line where it is known.
    pub why: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// Templates that belong together and are written together: a notice, or what all notices of a language share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// In which language.
    pub language: Language,
    /// Its word, such as `opened` or `frame`.
    pub word: &'static str,
}

/// What all notices of a language share.
const SHARED: [&str; 3] = ["frame", "parts", "about"];

impl Unit {
    /// All of a language.
    pub fn all(language: Language) -> impl Iterator<Item = Self> {
        let notices = Notice::TO_CUSTOMERS.into_iter().map(Notice::as_str);
        notices.chain([DIGEST]).chain(SHARED).map(move |word| Self { language, word })
    }

    /// The one of a word.
    pub fn of(language: Language, word: &str) -> Option<Self> {
        Self::all(language).find(|unit| unit.word == word)
    }

    /// The names of its templates.
    pub fn names(self) -> Vec<String> {
        let tag = self.language.tag();
        match self.word {
            "about" => vec![format!("{tag}/{ABOUT}")],
            word if SHARED.contains(&word) => {
                ["txt", "html"].map(|ending| format!("{tag}/{word}.{ending}")).to_vec()
            }
            word => PARTS.map(|part| format!("{tag}/{word}/{part}")).to_vec(),
        }
    }
}

/// The text of a template of ours.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Every template of ours but what is said about kinds of abuse: names and texts.
pub(super) fn templates_of_ours() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILT_IN.iter().copied().filter(|(name, _)| !name.ends_with(ABOUT))
}

/// The names of all templates that may be replaced.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The texts in a folder of a host; what cannot be read, or has no name of ours, is a fault.
pub(super) fn in_folder(folder: &Path, faults: &mut Vec<Fault>) -> Texts {
    let mut texts = Texts::new();
    for name in files_below(folder, faults) {
        let file = folder.join(&name);
        let text = match built_in(&name) {
            Some(_) => read(&file),
            None => Err("no notice has a part of this name; `portreeve templates list` names them"
                .to_owned()),
        };
        match text {
            Ok(text) => drop(texts.insert(name, text)),
            Err(why) => faults.push(Fault { name, place: file.display().to_string(), why }),
        }
    }
    texts
}

fn read(file: &Path) -> Result<String, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST.try_into().unwrap_or(u64::MAX) {
        return Err(format!("is larger than {} KiB", LARGEST / 1024));
    }
    std::fs::read_to_string(file).map_err(|error| error.to_string())
}

/// The files of a folder of templates, by their names below it, sorted. A folder that is not there has none.
fn files_below(folder: &Path, faults: &mut Vec<Fault>) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                let place = path.display().to_string();
                faults.push(Fault { name: String::new(), place, why: error.to_string() });
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What editors and version control leave there.
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let below = format!("{prefix}{name}");
            if entry.path().is_dir() {
                // Three levels are all there is.
                if prefix.matches('/').count() < 2 {
                    open.push((entry.path(), format!("{below}/")));
                }
            } else {
                found.push(below);
            }
        }
    }
    found.sort();
    found
}
