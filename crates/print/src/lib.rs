//! Documents as PDF: a small model of what stands in a document, and the typesetting of it.
//!
//! What is printed may come from anybody, so that every text is taken: words that are longer than a line are broken,
//! text that runs from right to left does so, and what no font here has is shown as a box and can still be copied.
//! The same document gives the same bytes.

mod fonts;
mod pages;
mod shape;
mod tags;
mod write;

pub use write::{PrintError, pdf};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is called, over its first page and in its properties.
    pub title: String,
    /// What stands below the title; may be empty.
    pub subtitle: String,
    /// What stands in the head of every page but the first.
    pub head: String,
    /// What stands in the foot of every page, beside the number of the page.
    pub foot: String,
    /// Its language (BCP 47).
    pub language: &'static str,
    /// When it was made, in UTC.
    pub made_at: jiff::civil::DateTime,
    /// What is said at the end if characters had to be shown as boxes.
    pub about_boxes: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// One part of a document. Line breaks in texts are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Begins a section.
    Heading(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// What somebody wrote.
    Text(String),
    /// What a machine wrote, in letters of one width.
    Evidence(String),
    /// What was written by somebody at some time.
    Entry(Entry),
    /// Lines of history.
    Lines(Vec<Line>),
    /// A word about the document itself, such as that something was left out.
    Remark(String),
}

/// Something that was written by somebody at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Who wrote it.
    pub who: String,
    /// When.
    pub when: String,
    /// What has to be known before it is read ("staff only"); may be empty.
    pub mark: String,
    /// The text.
    pub text: String,
    /// Files that came with it, by name.
    pub files: Vec<File>,
}

/// A file that came with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// How large it is, as people read it.
    pub size: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What has to be known of it ("infected"); may be empty.
    pub mark: String,
}

/// A line of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub when: String,
    /// Who; may be empty.
    pub who: String,
    /// What.
    pub what: String,
}
