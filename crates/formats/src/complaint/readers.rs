//! The table of formats, in the order in which they are tried, and what holds for all of them.

use super::document::Document;
use super::reading::Reading;
use super::{Complaint, Format, arf, not_a_report, plain, spamcop, vendors, xarf};

/// A format: how it is recognised and how it is read.
pub(crate) struct Reader {
    /// Which one.
    format: Format,
    /// By what it is recognised, in words for people; nothing when it is another one.
    recognise: Recognise,
    /// Takes out what is declared.
    read: Read,
    /// It is made for people: where the layout says nothing, its sentences may. What is made for programs and names no
    /// source has none.
    or_words: bool,
}

impl Reader {
    /// A format for programs.
    const fn exact(format: Format, recognise: Recognise, read: Read) -> Self {
        Self { format, recognise, read, or_words: false }
    }

    /// A format for people.
    const fn worded(format: Format, recognise: Recognise, read: Read) -> Self {
        Self { format, recognise, read, or_words: true }
    }
}

type Recognise = fn(&Document) -> Option<&'static str>;
type Read = fn(&Document, &mut Reading);

/// Every format. Parts made for programs come before prose, and those that say more before those that say less.
static READERS: &[Reader] = &[
    Reader::exact(Format::XarfV4, xarf::recognise_v4, xarf::read_v4),
    Reader::exact(Format::XarfV3, xarf::recognise_v3, xarf::read_v3),
    Reader::exact(Format::XarfV0, xarf::recognise_v0, xarf::read_v0),
    Reader::exact(Format::Spamcop, spamcop::recognise, spamcop::read),
    Reader::exact(Format::Arf, arf::recognise, arf::read),
    Reader::worded(Format::GoogleSafeBrowsing, vendors::google::recognise, vendors::google::read),
    Reader::worded(Format::Cloudflare, vendors::cloudflare::recognise, vendors::cloudflare::read),
    Reader::worded(Format::Spamhaus, vendors::spamhaus::recognise, vendors::spamhaus::read),
    Reader::worded(Format::AbuseCh, vendors::abuse_ch::recognise, vendors::abuse_ch::read),
    Reader::worded(Format::ProjectHoneypot, vendors::honeypot::recognise, vendors::honeypot::read),
    Reader::worded(Format::Uceprotect, vendors::uceprotect::recognise, vendors::uceprotect::read),
    Reader::worded(Format::Leakix, vendors::leakix::recognise, vendors::leakix::read),
    Reader::worded(Format::Bitninja, vendors::bitninja::recognise, vendors::bitninja::read),
    Reader::worded(Format::Hetzner, vendors::hetzner::recognise, vendors::hetzner::read),
    Reader::worded(Format::Nfoservers, vendors::nfoservers::recognise, vendors::nfoservers::read),
    Reader::worded(
        Format::Mynetwatchman,
        vendors::mynetwatchman::recognise,
        vendors::mynetwatchman::read,
    ),
    Reader::worded(Format::Dmca, vendors::dmca::recognise, vendors::dmca::read),
];

/// Reads a complaint whose transport was taken off.
pub(crate) fn read(document: Document) -> Complaint {
    let mut reading = Reading::default();
    for defect in &document.defects {
        reading.defect(defect.code, &defect.detail);
    }
    for line in &document.trace {
        reading.explain(line.as_str());
    }
    if let Some((reason, why)) = not_a_report::judge(&document) {
        reading.explain(format!("no report: {why}"));
        name_reporter(&document, &mut reading);
        return Complaint { not_a_report: Some(reason), ..reading.into_complaint() };
    }
    let recognised =
        READERS.iter().find_map(|reader| Some((reader, (reader.recognise)(&document)?)));
    let mut format = Format::Plain;
    let mut says_no_more = recognised.is_none();
    if let Some((reader, why)) = recognised {
        format = reader.format;
        reading.explain(format!("{}: {why}", format.as_str()));
        (reader.read)(&document, &mut reading);
        says_no_more = reader.or_words && reading.is_empty();
    }
    if says_no_more {
        plain::read(&document, &mut reading);
    }
    name_reporter(&document, &mut reading);
    Complaint { format, ..reading.into_complaint() }
}

/// What a format left open about the reporter is taken from the mail.
fn name_reporter(document: &Document, reading: &mut Reading) {
    let author = document
        .reply_to
        .as_ref()
        .filter(|_| document.author.email.is_empty())
        .unwrap_or(&document.author);
    let reporter = &mut reading.reporter;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    reporter.email = reporter.email.take().or_else(|| given(&author.email));
    reporter.name = reporter.name.take().or_else(|| given(&author.name));
}
