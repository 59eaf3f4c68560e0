//! Files that came with a mail, and how they are called.

use mail_parser::{Message, MessagePart, MimeHeaders};

use crate::masked::{subtype, unmasked};
use crate::{File, LONGEST_FILE_NAME, LONGEST_LINE, MOST_FILES, line};

/// The attached files; `text` is a part that is none, because it was taken for the text.
pub(crate) fn files(message: &Message<'_>, text: Option<&MessagePart<'_>>) -> Vec<File> {
    let is_text = |part: &MessagePart<'_>| text.is_some_and(|text| std::ptr::eq(text, part));
    let files = message.attachments().filter(|part| !is_machinery(part) && !is_text(part));
    files.take(MOST_FILES).map(file).collect()
}

/// Parts for programs, which nobody would call an attached file.
fn is_machinery(part: &MessagePart<'_>) -> bool {
    let kind = subtype(part);
    kind.ends_with("delivery-status") || kind == "pgp-signature" || kind == "pkcs7-signature"
}

fn file(part: &MessagePart<'_>) -> File {
    let main = part.content_type().map_or("application", |kind| kind.ctype());
    let kind = subtype(part);
    let media_type = match kind.as_str() {
        "" => format!("{main}/octet-stream"),
        kind => format!("{main}/{kind}"),
    };
    let name = line(part.attachment_name().unwrap_or_default(), LONGEST_FILE_NAME);
    File {
        name: if name.is_empty() { name_after(&media_type).to_owned() } else { name },
        media_type: line(&media_type, LONGEST_LINE),
        bytes: unmasked(part.contents()).into_owned(),
    }
}

/// How a file without a name is called. Which files a desk takes, it sees by their names.
fn name_after(media_type: &str) -> &'static str {
    match media_type.to_ascii_lowercase().as_str() {
        "message/rfc822" | "message/global" => "mail.eml",
        "text/plain" => "text.txt",
        "text/csv" => "table.csv",
        "image/png" => "image.png",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "image.jpg",
        "image/gif" => "image.gif",
        "image/webp" => "image.webp",
        "application/pdf" => "document.pdf",
        "application/zip" | "application/x-zip-compressed" => "archive.zip",
        "application/gzip" | "application/x-gzip" => "archive.gz",
        _ => "",
    }
}
