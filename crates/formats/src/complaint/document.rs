//! A complaint after its transport was taken off: what the formats are recognised in and read from.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Defect;
use super::dates::Calendar;
use super::marks::{Mark, Marks};
use super::refang;

/// A complaint without what brought it.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Headers of the complaint itself; empty where it came without any.
    pub(crate) headers: Headers,
    /// Who wrote it, where that shows: the original author behind lists, help desks and forwards.
    pub(crate) author: Author,
    /// Who handed it on, if somebody did.
    pub(crate) relay: Option<Author>,
    /// Where answers are wanted.
    pub(crate) reply_to: Option<Author>,
    /// The subject without banners, ticket numbers and `Fwd:`.
    pub(crate) subject: String,
    /// The subject as it came, decoded.
    pub(crate) whole_subject: String,
    /// When it was written, as its header says.
    pub(crate) sent: Option<Sent>,
    /// What people read: the richest part, forwards and signatures taken off, links of gateways decoded. Defanged
    /// addresses are as they came.
    pub(crate) text: String,
    /// Every part that has something in it, the one behind `text` included. What is inside of containers is here, too.
    pub(crate) parts: Vec<Part>,
    /// How many forwards were taken off.
    pub(crate) depth: u8,
    /// What was odd about the transport.
    pub(crate) defects: Vec<Defect>,
    /// What was done to the transport, for people.
    pub(crate) trace: Vec<String>,
    pub(crate) known: Known,
}

/// What is found out once, when somebody asks.
#[derive(Debug, Default)]
pub(crate) struct Known {
    marks: OnceCell<Marks>,
    calendar: OnceCell<Calendar>,
}

impl Document {
    /// Whether a phrase of the list in `marks.rs` stands in the subject or in the text.
    pub(crate) fn has(&self, mark: Mark) -> bool {
        self.marks().has(mark)
    }

    fn marks(&self) -> &Marks {
        self.known.marks.get_or_init(|| Marks::in_either(&self.whole_subject, &self.text))
    }

    /// The beginning of the text with its addresses as they were.
    pub(crate) fn refanged(&self, longest: usize) -> Cow<'_, str> {
        let text = &self.text[..self.text.floor_char_boundary(longest)];
        if self.marks().may_be_defanged() { refang::text(text) } else { Cow::Borrowed(text) }
    }

    /// How the times in this complaint are to be understood.
    pub(crate) fn calendar(&self) -> &Calendar {
        self.known.calendar.get_or_init(|| {
            let may_name_zone = self.marks().may_name_zone();
            Calendar::of(&self.text, self.sent, may_name_zone)
        })
    }

    /// The first part that passes.
    pub(crate) fn part(&self, fits: impl Fn(&Part) -> bool) -> Option<&Part> {
        self.parts.iter().find(|part| fits(part))
    }

    /// The domain of the author's address, in lower case; empty without one.
    pub(crate) fn author_domain(&self) -> String {
        let domain = self.author.email.rsplit_once('@').map_or("", |(_, domain)| domain);
        domain.to_ascii_lowercase()
    }

    /// Whether the author's address is of this domain or of one below it.
    pub(crate) fn is_by(&self, domain: &str) -> bool {
        let author = self.author_domain();
        author == domain || author.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }
}

/// Who wrote something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Author {
    /// Display name, decoded; may be empty.
    pub(crate) name: String,
    /// Address; may be empty.
    pub(crate) email: String,
}

/// When something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The instant.
    pub(crate) at: Timestamp,
    /// The offset that stands with it, if one does.
    pub(crate) offset: Option<Offset>,
}

/// Headers, decoded and unfolded, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    /// The first value of this name, in whatever case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All of them.
    pub(crate) fn all<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h str> {
        let named = move |(its, _): &&(String, String)| its.eq_ignore_ascii_case(name);
        self.0.iter().filter(named).map(|(_, value)| value.as_str())
    }
}

/// What a part is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartRole {
    /// Shown to who opens the mail.
    Body,
    /// Comes with it as a file, or is for programs: reports, tables, XML, JSON.
    File,
    /// What is shown as proof: the mail that is complained about, its headers. Nothing in it is declared.
    Evidence,
    /// Was a container: what was in it follows.
    Container,
}

/// A part.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Such as `text/csv`, in lower case; as it was declared.
    pub(crate) media_type: String,
    /// Its name; may be empty.
    pub(crate) name: String,
    /// What it is there for.
    pub(crate) role: PartRole,
    /// What is in it, transfer encoding and character set undone.
    pub(crate) content: Content,
}

/// What is in a part.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Text, of whatever character set it was.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Part {
    /// As text; bytes as UTF-8 with replacements.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.content {
            Content::Text(text) => Cow::Borrowed(text),
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// As bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }

    /// Whether the name ends so, in whatever case: `.csv`.
    pub(crate) fn is_named(&self, ending: &str) -> bool {
        let at = self.name.len().checked_sub(ending.len());
        at.and_then(|at| self.name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    }

    /// The first bytes that are no blanks and no byte-order mark: for looking what a part really is.
    pub(crate) fn begin(&self) -> &[u8] {
        let bytes = self.bytes();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        bytes.trim_ascii_start()
    }
}

/// Lines of a text with the places at which they stand, without their ends.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    crate::complaint::steps::take(text.len());
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        (begin..begin + line.len(), line)
    })
}
