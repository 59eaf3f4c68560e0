//! Receipts of mail programs (RFC 8098): that a mail was shown to somebody, or what became of it instead. Nobody says
//! anything with one, and many programs send them by themselves.

use crate::fields::ids_in;
use crate::mime::Part;

/// How much of a receipt is looked at, in bytes.
const LONGEST_RECEIPT: usize = 16 * 1024;

/// What a mail program says of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What became of the mail.
    pub disposition: Disposition,
    /// Message-IDs of the mail, without angle brackets.
    pub of: Vec<String>,
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

/// The receipt that a mail is, wherever in it that stands.
pub(crate) fn receipt(parts: &[&Part]) -> Option<Receipt> {
    let part = parts.iter().find(|part| part.sub.ends_with("disposition-notification"))?;
    let bytes = part.bytes();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_RECEIPT)]);
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
    Some(Receipt { disposition, of: ids_in(value("Original-Message-ID").into_iter()) })
}
