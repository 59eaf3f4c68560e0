//! Files that came with a mail, and how they are called.

use crate::mime::Part;
use crate::{File, LONGEST_FILE_NAME, LONGEST_LINE, MOST_FILES, line};

/// The attached files.
pub(crate) fn files(parts: &[&Part]) -> Vec<File> {
    parts.iter().take(MOST_FILES).map(|part| file(part)).collect()
}

fn file(part: &Part) -> File {
    let media_type = match (part.main.as_str(), part.sub.as_str()) {
        ("", _) => "text/plain".to_owned(),
        (main, "") => format!("{main}/octet-stream"),
        (main, sub) => format!("{main}/{sub}"),
    };
    let name = line(part.name.as_deref().unwrap_or_default(), LONGEST_FILE_NAME);
    File {
        name: if name.is_empty() { name_after(&media_type).to_owned() } else { name },
        media_type: line(&media_type, LONGEST_LINE),
        bytes: part.bytes().to_vec(),
    }
}

/// How a file without a name is called. Which files a desk takes, it sees by their names.
fn name_after(media_type: &str) -> &'static str {
    match media_type {
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
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "smime.p7m",
        _ => "",
    }
}
