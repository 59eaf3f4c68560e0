//! Receipts of mail programs (RFC 8098): that a mail was shown to somebody, or what became of it instead. Nobody says
//! anything with one, and many programs send them by themselves.

use crate::fields::ids_in;
use crate::mime::{Body, Part};
use crate::{charset, html, said};

/// How much of a receipt is looked at, in bytes.
const LONGEST_RECEIPT: usize = 16 * 1024;

/// Longest text that a program puts into a receipt for people, in bytes.
const LONGEST_WORDS: usize = 4 * 1024;

/// What programs write for people into a receipt, in lower case. What has none of it somebody may have written.
const WORDS: [&str; 38] = [
    "receipt",
    "was displayed",
    "been displayed",
    "was shown",
    "was read",
    "been read",
    "was deleted",
    "been deleted",
    "without being read",
    "was opened",
    "empfangsbestätigung",
    "lesebestätigung",
    "wurde gelesen",
    "wurde angezeigt",
    "wurde geöffnet",
    "wurde gelöscht",
    "gelesen am",
    "ungelesen gelöscht",
    "accusé de réception",
    "accusé de lecture",
    "confirmation de lecture",
    "a été lu",
    "a été affiché",
    "a été supprimé",
    "acuse de recibo",
    "confirmación de lectura",
    "fue leído",
    "ha sido leído",
    "se ha leído",
    "se leyó",
    "ricevuta di ritorno",
    "conferma di lettura",
    "è stato letto",
    "ontvangstbevestiging",
    "leesbevestiging",
    "is gelezen",
    "potwierdzenie",
    "confirmação de leitura",
];

/// What a mail program says of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What became of the mail.
    pub disposition: Disposition,
    /// Message-IDs of the mail, without angle brackets.
    pub of: Vec<String>,
    /// Nothing else stands in the mail: it is a receipt, and has not only got one in it.
    pub is_all: bool,
}

/// What became of a mail that somebody got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It was shown on a screen.
    Displayed,
    /// It was deleted, seen or not.
    Deleted,
    /// Something else, such as `dispatched`.
    Other,
}

/// The receipt that stands in a mail, wherever in it.
pub(crate) fn receipt(whole: &Part) -> Option<Receipt> {
    let parts = whole.all();
    let part = parts.iter().find(|part| is_notification(part))?;
    let bytes = part.bytes();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_RECEIPT)]);
    // A long value goes on in the next line.
    let text = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let value = |name: &str| {
        let fields = text.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(n, _)| n.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    };
    // `manual-action/MDN-sent-manually; displayed/error`
    let said = value("Disposition").unwrap_or_default().to_ascii_lowercase();
    let kind = said.rsplit(';').next().unwrap_or_default();
    let disposition = match kind.split('/').next().unwrap_or_default().trim() {
        "displayed" => Disposition::Displayed,
        "deleted" => Disposition::Deleted,
        _ => Disposition::Other,
    };
    let of = ids_in(value("Original-Message-ID").into_iter());
    Some(Receipt { disposition, of, is_all: has_nothing_else(whole, false) })
}

fn is_notification(part: &Part) -> bool {
    part.sub.ends_with("disposition-notification")
}

/// Whether a part is a receipt, a part of one, or says nothing. What programs write for people counts only in the report
/// that the receipt belongs to.
fn has_nothing_else(part: &Part, is_in_report: bool) -> bool {
    match &part.body {
        Body::Parts(parts) => {
            let is_report = part.sub == "report" && parts.iter().any(is_notification);
            parts.iter().all(|part| has_nothing_else(part, is_in_report || is_report))
        }
        Body::Sealed(_) => false,
        Body::Bytes(_) if is_notification(part) => true,
        Body::Bytes(_) if part.is_attached => false,
        Body::Bytes(bytes) => match part.main.as_str() {
            "message" => is_in_report,
            "text" if part.sub.ends_with("rfc822-headers") => is_in_report,
            "text" | "" => {
                bytes.len() <= 4 * LONGEST_WORDS && says_nothing(part, bytes, is_in_report)
            }
            _ => false,
        },
    }
}

fn says_nothing(part: &Part, bytes: &[u8], is_in_report: bool) -> bool {
    let text = charset::text(bytes, part.charset.as_deref());
    let text = if part.sub == "html" { html::text(&text) } else { text };
    said::is_silent(&text) || (is_in_report && is_by_a_program(&text))
}

fn is_by_a_program(text: &str) -> bool {
    let text = text.to_lowercase();
    text.len() <= LONGEST_WORDS && WORDS.iter().any(|words| text.contains(words))
}
