//! The table of formats, in the order in which they are tried, and what holds for all of them.

use super::document::Document;
use super::reading::Reading;
use super::{Complaint, Format, arf, not_a_report, plain, spamcop, vendors, xarf};

/// A format: how it is recognised and how it is read.
pub(crate) struct Reader {
    /// Which one.
    format: Format,
    /// By what it is recognised, in words for people; nothing when it is another one.
    recognise: fn(&Document) -> Option<&'static str>,
    /// Takes out what is declared.
    read: fn(&Document, &mut Reading),
}

/// Every format. Parts made for programs come before prose, and those that say more before those that say less.
static READERS: &[Reader] = &[
    Reader { format: Format::XarfV4, recognise: xarf::recognise_v4, read: xarf::read_v4 },
    Reader { format: Format::XarfV3, recognise: xarf::recognise_v3, read: xarf::read_v3 },
    Reader { format: Format::XarfV0, recognise: xarf::recognise_v0, read: xarf::read_v0 },
    Reader { format: Format::Spamcop, recognise: spamcop::recognise, read: spamcop::read },
    Reader { format: Format::Arf, recognise: arf::recognise, read: arf::read },
    Reader {
        format: Format::GoogleSafeBrowsing,
        recognise: vendors::google::recognise,
        read: vendors::google::read,
    },
    Reader {
        format: Format::Cloudflare,
        recognise: vendors::cloudflare::recognise,
        read: vendors::cloudflare::read,
    },
    Reader {
        format: Format::Spamhaus,
        recognise: vendors::spamhaus::recognise,
        read: vendors::spamhaus::read,
    },
    Reader {
        format: Format::AbuseCh,
        recognise: vendors::abuse_ch::recognise,
        read: vendors::abuse_ch::read,
    },
    Reader {
        format: Format::ProjectHoneypot,
        recognise: vendors::honeypot::recognise,
        read: vendors::honeypot::read,
    },
    Reader {
        format: Format::Uceprotect,
        recognise: vendors::uceprotect::recognise,
        read: vendors::uceprotect::read,
    },
    Reader {
        format: Format::Leakix,
        recognise: vendors::leakix::recognise,
        read: vendors::leakix::read,
    },
    Reader {
        format: Format::Bitninja,
        recognise: vendors::bitninja::recognise,
        read: vendors::bitninja::read,
    },
    Reader {
        format: Format::Hetzner,
        recognise: vendors::hetzner::recognise,
        read: vendors::hetzner::read,
    },
    Reader {
        format: Format::Nfoservers,
        recognise: vendors::nfoservers::recognise,
        read: vendors::nfoservers::read,
    },
    Reader {
        format: Format::Mynetwatchman,
        recognise: vendors::mynetwatchman::recognise,
        read: vendors::mynetwatchman::read,
    },
    Reader { format: Format::Dmca, recognise: vendors::dmca::recognise, read: vendors::dmca::read },
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
    if recognised.is_none() {
        plain::read(&document, &mut reading);
    }
    if let Some((reader, why)) = recognised {
        format = reader.format;
        reading.explain(format!("{}: {why}", format.as_str()));
        (reader.read)(&document, &mut reading);
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
