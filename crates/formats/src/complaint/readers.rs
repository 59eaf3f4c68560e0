//! The table of formats, in the order in which they are tried, and what holds for all of them.

use super::document::Document;
use super::reading::Reading;
use super::vendors::{
    abuse_ch, bitninja, cloudflare, dmca, google, hetzner, honeypot, leakix, mynetwatchman,
    nfoservers, spamhaus, uceprotect,
};
use super::{
    Complaint, Format, acns, arf, iodef, netcraft, not_a_report, plain, safe_browsing, spamcop,
    table, xarf,
};

/// A format: how it is recognised and how it is read.
pub(crate) struct Reader {
    /// Which one.
    format: Format,
    /// By what it is recognised, in words for people; nothing when it is another one.
    recognise: Recognise,
    /// Takes out what is declared.
    read: Read,
    /// Whether its words are read as any others are where it found nothing. What is for programs and says nothing is left to
    /// people: nothing is guessed.
    is_worded: bool,
}

type Recognise = fn(&Document) -> Option<&'static str>;
type Read = fn(&Document, &mut Reading);

const fn made_for_programs(format: Format, recognise: Recognise, read: Read) -> Reader {
    Reader { format, recognise, read, is_worded: false }
}

const fn worded(format: Format, recognise: Recognise, read: Read) -> Reader {
    Reader { format, recognise, read, is_worded: true }
}

/// Every format. Parts made for programs come before prose, and those that say more before those that say less.
static READERS: &[Reader] = &[
    made_for_programs(Format::XarfV4, xarf::recognise_v4, xarf::read_v4),
    made_for_programs(Format::XarfV3, xarf::recognise_v3, xarf::read_v3),
    made_for_programs(Format::XarfV0, xarf::recognise_v0, xarf::read_v0),
    made_for_programs(Format::Acns, acns::recognise, acns::read),
    made_for_programs(Format::Iodef, iodef::recognise, iodef::read),
    made_for_programs(Format::GoogleSafeBrowsing, safe_browsing::recognise, safe_browsing::read),
    made_for_programs(Format::Shadowserver, table::recognise_shadowserver, table::read),
    made_for_programs(Format::Spamcop, spamcop::recognise, spamcop::read),
    made_for_programs(Format::Arf, arf::recognise, arf::read),
    worded(Format::Netcraft, netcraft::recognise, netcraft::read),
    worded(Format::GoogleSafeBrowsing, google::recognise, google::read),
    worded(Format::Cloudflare, cloudflare::recognise, cloudflare::read),
    worded(Format::Spamhaus, spamhaus::recognise, spamhaus::read),
    worded(Format::AbuseCh, abuse_ch::recognise, abuse_ch::read),
    worded(Format::ProjectHoneypot, honeypot::recognise, honeypot::read),
    worded(Format::Uceprotect, uceprotect::recognise, uceprotect::read),
    worded(Format::Leakix, leakix::recognise, leakix::read),
    worded(Format::Bitninja, bitninja::recognise, bitninja::read),
    worded(Format::Hetzner, hetzner::recognise, hetzner::read),
    worded(Format::Nfoservers, nfoservers::recognise, nfoservers::read),
    worded(Format::Mynetwatchman, mynetwatchman::recognise, mynetwatchman::read),
    made_for_programs(Format::Table, table::recognise_files, table::read),
    worded(Format::Table, table::recognise_drawn, table::read),
    worded(Format::Dmca, dmca::recognise, dmca::read),
];

/// Reads a complaint whose transport was taken off.
pub(crate) fn read(document: &Document) -> Complaint {
    let mut reading = Reading::default();
    for defect in &document.defects {
        reading.defect(defect.code, &defect.detail);
    }
    for line in &document.trace {
        reading.explain(line.as_str());
    }
    if let Some((reason, why)) = not_a_report::judge(document) {
        reading.explain(format!("no report: {why}"));
        name_reporter(document, &mut reading);
        return Complaint { not_a_report: Some(reason), ..reading.into_complaint() };
    }
    let recognised =
        READERS.iter().find_map(|reader| Some((reader, (reader.recognise)(document)?)));
    let format = recognised.map_or(Format::Plain, |(reader, _)| reader.format);
    if let Some((reader, why)) = recognised {
        reading.explain(format!("{}: {why}", format.as_str()));
        (reader.read)(document, &mut reading);
    }
    if reading.is_empty() && recognised.is_none_or(|(reader, _)| reader.is_worded) {
        // A vendor's mail of another layout may have a table in it.
        let has_table = recognised.is_some()
            && format != Format::Table
            && table::recognise_drawn(document).is_some();
        if has_table {
            table::read(document, &mut reading);
        }
    }
    if reading.is_empty() && recognised.is_none_or(|(reader, _)| reader.is_worded) {
        plain::read(document, &mut reading);
    }
    name_reporter(document, &mut reading);
    Complaint { format, ..reading.into_complaint() }
}

/// The words of all readers, in their order.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|reader| reader.format.as_str())
}

/// Reads a complaint by one reader, whether that would have recognised it or not.
pub(super) fn read_as(at: usize, document: &Document) -> Complaint {
    let reader = &READERS[at];
    let mut reading = Reading::default();
    reading.explain((reader.recognise)(document).unwrap_or("not recognised"));
    (reader.read)(document, &mut reading);
    name_reporter(document, &mut reading);
    Complaint { format: reader.format, ..reading.into_complaint() }
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
