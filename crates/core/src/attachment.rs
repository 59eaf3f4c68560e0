//! Files that come with what somebody writes: which are taken, what they are called, and what a scan has found.
//!
//! Nothing here looks into a file beyond its first bytes, and nothing is ever unpacked.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::refusal::{Refusal, refusal};

/// Longest name, in characters and in bytes: with both it fits every file system (255 bytes) with room for what a
/// program puts before it.
const LONGEST_NAME: usize = 120;
const LONGEST_NAME_BYTES: usize = 200;

/// Longest extension that is kept when a name is shortened.
const LONGEST_EXTENSION: usize = 16;

/// First bytes of a file that are looked at.
pub const HEAD: usize = 1024;

/// Largest file that the setting may allow: a desk is no store for disk images, and each file is stored in one
/// transaction.
pub const LARGEST_FILE: Size = Size(100 * 1024 * 1024);

/// Files of one message that the setting may allow.
pub const MOST_FILES: u32 = 20;

/// A number of bytes, written as `10 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Size(pub u64);

/// A text is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a size such as 10MiB, 512KiB or 1048576")]
pub struct NotASize;

impl FromStr for Size {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let factor = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kib" | "kb" => 1024,
            "m" | "mib" | "mb" => 1024 * 1024,
            "g" | "gib" | "gb" => 1024 * 1024 * 1024,
            _ => return Err(NotASize),
        };
        let number: u64 = digits.parse().map_err(|_| NotASize)?;
        number.checked_mul(factor).map(Self).ok_or(NotASize)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1024 * 1024 * 1024, "GiB"), (1024 * 1024, "MiB"), (1024, "KiB")];
        let Some((unit, name)) = units.into_iter().find(|(unit, _)| self.0 >= *unit) else {
            return write!(f, "{} B", self.0);
        };
        let (whole, tenth) = (self.0 / unit, self.0 % unit * 10 / unit);
        if tenth == 0 { write!(f, "{whole} {name}") } else { write!(f, "{whole}.{tenth} {name}") }
    }
}

/// What a desk takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub max_size: Size,
    /// Files of one message; 0: none at all.
    pub per_message: u32,
    /// Bytes of all files of one report.
    pub per_report: Size,
    /// Extensions, in lower case.
    pub types: BTreeSet<String>,
}

impl Limits {
    /// Whether one more file of this name may come, when a message has `before` files.
    pub fn admit(&self, name: &FileName, before: usize) -> Result<(), Refused> {
        if self.per_message == 0 {
            return Err(Refused::Off);
        }
        if u32::try_from(before).is_ok_and(|before| before >= self.per_message) {
            return Err(Refused::TooMany(self.per_message));
        }
        match name.extension() {
            Some(extension) if self.types.contains(&extension) => Ok(()),
            _ => Err(Refused::Type),
        }
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "limit", rename_all = "snake_case")]
pub enum Refused {
    /// The desk takes none.
    Off,
    /// The message has as many as it may.
    TooMany(u32),
    /// It is too large.
    TooLarge(Size),
    /// All files of the report together are too large.
    ReportFull(Size),
    /// Files of this type are not taken.
    Type,
    /// It is something else than its name says.
    Contradicts,
    /// There is nothing in it.
    Empty,
    /// It broke off, or took too long.
    Broken,
    /// Too many files arrive at this moment.
    Busy,
    /// There is no room to keep it.
    NoRoom,
}

impl Refused {
    /// It, for people.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Off => refusal!("refusal-file-off"),
            Self::TooMany(most) => refusal!("refusal-file-too_many", most = most),
            Self::TooLarge(most) => refusal!("refusal-file-too_large", most = most),
            Self::ReportFull(most) => refusal!("refusal-file-report_full", most = most),
            Self::Type => refusal!("refusal-file-type"),
            Self::Contradicts => refusal!("refusal-file-contradicts"),
            Self::Empty => refusal!("refusal-file-empty"),
            Self::Broken => refusal!("refusal-file-broken"),
            Self::Busy => refusal!("refusal-file-busy"),
            Self::NoRoom => refusal!("refusal-file-no_room"),
        }
    }

    /// One example of each, for the documentation and for tests.
    pub fn examples() -> [Self; 10] {
        let size = Size(10 * 1024 * 1024);
        [
            Self::Off,
            Self::TooMany(5),
            Self::TooLarge(size),
            Self::ReportFull(size),
            Self::Type,
            Self::Contradicts,
            Self::Empty,
            Self::Broken,
            Self::Busy,
            Self::NoRoom,
        ]
    }

    /// The word for it, for the words of pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::TooMany(_) => "too_many",
            Self::TooLarge(_) => "too_large",
            Self::ReportFull(_) => "report_full",
            Self::Type => "type",
            Self::Contradicts => "contradicts",
            Self::Empty => "empty",
            Self::Broken => "broken",
            Self::Busy => "busy",
            Self::NoRoom => "no_room",
        }
    }

    /// The limit that it is about; empty where there is none.
    pub fn limit(self) -> String {
        match self {
            Self::TooMany(limit) => limit.to_string(),
            Self::TooLarge(limit) | Self::ReportFull(limit) => limit.to_string(),
            _ => String::new(),
        }
    }
}

/// The name of a file, made harmless: it has no path, no control, invisible or direction-turning characters, none that
/// a file system refuses, no name of a device, and is short enough. It may stand in a header, in a page and on a disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

impl FileName {
    /// The harmless name for whatever somebody calls a file.
    pub fn clean(raw: &str) -> Self {
        let last =
            raw.rsplit(is_separator).find(|part| !part.trim().is_empty()).unwrap_or_default();
        let mut name = String::with_capacity(last.len().min(LONGEST_NAME_BYTES));
        for c in last.chars().filter(|c| c.is_whitespace() || !is_unseen(*c)) {
            match c {
                c if c.is_whitespace() => {
                    if !name.ends_with(' ') {
                        name.push(' ');
                    }
                }
                '<' | '>' | ':' | '"' | '|' | '?' | '*' => name.push('_'),
                c => name.push(c),
            }
        }
        // A dot in front hides a file, dots and blanks at the end are dropped by some systems.
        let name = name.trim_matches(|c: char| c == '.' || c == ' ');
        let name = match name.strip_prefix('-') {
            Some(rest) => format!("_{rest}"),
            None => name.to_owned(),
        };
        let name = if is_device(&name) { format!("_{name}") } else { name };
        let name = shortened(name);
        Self(if name.is_empty() { "file".to_owned() } else { name })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its last dot, in lower case.
    pub fn extension(&self) -> Option<String> {
        let (stem, extension) = self.0.rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_lowercase())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What separates folders anywhere, and what looks like it.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        '/' | '\\'
            | '\u{2044}'
            | '\u{2215}'
            | '\u{29F5}'
            | '\u{29F8}'
            | '\u{FF0F}'
            | '\u{FF3C}'
            | '\u{FE68}'
    )
}

/// Characters that nobody sees, or that change how others are read: controls, zero-width and formatting characters,
/// marks of direction, fillers, selectors of variants, tags, and what is no character at all.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFF}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}')
}

/// Names that mean a device on Windows, with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |begin: &str| {
        let number = stem.strip_prefix(begin).unwrap_or_default();
        number.chars().count() == 1
            && number.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered("COM")
        || numbered("LPT")
}

/// The name within its limits, with its extension if that is not what makes it long.
fn shortened(name: String) -> String {
    if name.chars().count() <= LONGEST_NAME && name.len() <= LONGEST_NAME_BYTES {
        return name;
    }
    let end = name.rsplit_once('.').map(|(_, extension)| extension);
    let end = end
        .filter(|end| end.len() <= LONGEST_EXTENSION)
        .map(|end| format!(".{end}"))
        .unwrap_or_default();
    let mut stem = String::new();
    for (count, c) in name.chars().enumerate() {
        let is_full = count + end.chars().count() >= LONGEST_NAME
            || stem.len() + c.len_utf8() + end.len() > LONGEST_NAME_BYTES;
        if is_full {
            break;
        }
        stem.push(c);
    }
    format!("{}{end}", stem.trim_end_matches(['.', ' ']))
}

/// Whether a file that begins with `head` can be what its name says, where that is easy to see: pictures, PDF, and
/// what is packed. All others may be anything: they are handed out as plain bytes in any case.
pub fn fits_its_name(name: &FileName, head: &[u8]) -> bool {
    let extension = name.extension().unwrap_or_default();
    match extension.as_str() {
        "png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => head.starts_with(b"\xff\xd8\xff"),
        "gif" => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
        "webp" => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
        // Readers look for it in the first kilobyte (ISO 32000-1, appendix H, note 13).
        "pdf" => head[..head.len().min(HEAD)].windows(5).any(|five| five == b"%PDF-"),
        "zip" | "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" => {
            [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|mark| head.starts_with(*mark))
        }
        "gz" | "tgz" => head.starts_with(b"\x1f\x8b"),
        _ => true,
    }
}

/// What is known of the bytes of a file. The same bytes are scanned once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// The desk has nothing to scan with.
    NotScanned,
    /// It is about to be scanned.
    Waiting,
    /// Nothing was found.
    Clean,
    /// Something was found.
    Infected,
    /// It could not be scanned; a person has to look.
    Failed,
}

impl Scan {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NotScanned, Self::Waiting, Self::Clean, Self::Infected, Self::Failed];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotScanned => "not_scanned",
            Self::Waiting => "waiting",
            Self::Clean => "clean",
            Self::Infected => "infected",
            Self::Failed => "failed",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scan| scan.as_str() == word)
    }

    /// Whether anybody may have the file.
    pub fn lets_through(self) -> bool {
        matches!(self, Self::NotScanned | Self::Clean)
    }
}

#[cfg(test)]
mod tests;
