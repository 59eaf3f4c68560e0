//! What is inside of zip and gzip files. They are told by their bytes: senders call them anything
//! (`application/octect-stream`).
//!
//! Bombs cost nothing: there is a limit on files, on bytes in all, on how many times its size a container may hold, and
//! on containers inside of each other. What is left out is a defect.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::Defect;
use super::document::{Content, Part, PartRole};

/// Files taken out of one part, those of inner containers included.
const MOST_FILES: usize = 500;

/// Entries that an archive may list. A list of more is not read.
const MOST_ENTRIES: usize = 10_000;

/// Bytes taken out of one part.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How many times its own size a container may hold: tables of addresses shrink to a twentieth, empty space to a
/// thousandth.
const MOST_TIMES: usize = 250;

/// What every container may hold, however small it is.
const ALWAYS: usize = 1024 * 1024;

/// Containers inside of each other.
const DEEPEST: u8 = 3;

/// Longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;

/// Whether a part is a container of files. Documents that happen to be zip files (spreadsheets) are none.
pub(crate) fn is_one(part: &Part) -> bool {
    kind(part.bytes()).is_some()
}

/// The files in a part: none when it is no container.
pub(crate) fn members(part: &Part) -> (Vec<Part>, Vec<Defect>) {
    let mut unpacked = Unpacked::default();
    if let Some(kind) = kind(part.bytes()) {
        unpacked.left = limit(part.bytes());
        unpacked.is_small = unpacked.left < MOST_BYTES;
        unpacked.open(kind, part.bytes(), &part.name, 1);
    }
    (unpacked.parts, unpacked.defects)
}

/// How many bytes so many may hold that are packed.
fn most_of(packed: usize) -> usize {
    packed.saturating_mul(MOST_TIMES).saturating_add(ALWAYS)
}

/// How many bytes may come out of a container.
fn limit(packed: &[u8]) -> usize {
    most_of(packed.len()).min(MOST_BYTES)
}

/// Whether a file says of itself that it holds more than it may.
fn is_bomb(length: u64, packed: u64) -> bool {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    size(length) > most_of(size(packed))
}

#[derive(Clone, Copy)]
enum Kind {
    Zip,
    Gzip,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Some(Kind::Gzip);
    }
    let is_zip = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
    (is_zip && !is_document(bytes)).then_some(Kind::Zip)
}

/// Whether the first file of a zip is one with which office documents begin.
fn is_document(bytes: &[u8]) -> bool {
    let begin = &bytes[..bytes.len().min(4096)];
    let has = |name: &[u8]| memchr::memmem::find(begin, name).is_some();
    has(b"[Content_Types].xml") || has(b"_rels/.rels") || has(b"mimetypeapplication/")
}

#[derive(Default)]
struct Unpacked {
    parts: Vec<Part>,
    defects: Vec<Defect>,
    left: usize,
    /// Whether the container's own size limits it: what holds more than that is a bomb.
    is_small: bool,
}

impl Unpacked {
    fn open(&mut self, kind: Kind, bytes: &[u8], name: &str, depth: u8) {
        match kind {
            Kind::Zip => self.open_zip(bytes, name, depth),
            Kind::Gzip => self.open_gzip(bytes, name, depth),
        }
    }

    fn open_zip(&mut self, bytes: &[u8], name: &str, depth: u8) {
        let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(MOST_ENTRIES + 1);
        if entries.count() > MOST_ENTRIES {
            self.defect("container_too_large", name);
            return;
        }
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
            self.defect("container_broken", name);
            return;
        };
        for number in 0..archive.len() {
            if !self.has_room(name) {
                return;
            }
            let mut file = match archive.by_index(number) {
                Ok(file) => file,
                Err(fault) => {
                    self.defect(code(&fault), name);
                    continue;
                }
            };
            if file.is_dir() {
                continue;
            }
            let its_name = file.name().map(Cow::into_owned).unwrap_or_default();
            if is_bomb(file.size(), file.compressed_size()) {
                self.defect("container_too_large", &its_name);
                continue;
            }
            self.take(&mut file, &its_name, depth);
        }
    }

    fn open_gzip(&mut self, bytes: &[u8], name: &str, depth: u8) {
        if !self.has_room(name) {
            return;
        }
        let ending = |ending: &str| {
            let at = name.len().checked_sub(ending.len())?;
            name.get(at..).filter(|end| end.eq_ignore_ascii_case(ending))?;
            name.get(..at)
        };
        let name = ending(".gz").or_else(|| ending(".gzip")).unwrap_or(name);
        self.take(&mut MultiGzDecoder::new(bytes), name, depth);
    }

    /// Takes one file; a container is opened in turn.
    fn take(&mut self, file: &mut impl Read, name: &str, depth: u8) {
        let mut bytes = Vec::new();
        let limit = u64::try_from(self.left).unwrap_or(u64::MAX);
        if file.take(limit).read_to_end(&mut bytes).is_err() {
            self.defect("container_broken", name);
        }
        self.left -= bytes.len().min(self.left);
        if self.left == 0 {
            self.defect("container_too_large", name);
            // What shrinks so much says nothing; of a table that is too long, the beginning does.
            if self.is_small {
                return;
            }
        }
        match kind(&bytes) {
            Some(inner) if depth < DEEPEST => self.open(inner, &bytes, name, depth + 1),
            Some(_) => self.defect("container_too_deep", name),
            None => self.parts.push(part(name, bytes)),
        }
    }

    fn has_room(&mut self, name: &str) -> bool {
        let has_room = self.left > 0 && self.parts.len() < MOST_FILES;
        if !has_room {
            self.defect("container_too_large", name);
        }
        has_room
    }

    fn defect(&mut self, code: &'static str, name: &str) {
        let defect = Defect { code, detail: file_name(name) };
        if !self.defects.contains(&defect) && self.defects.len() < MOST_FILES {
            self.defects.push(defect);
        }
    }
}

fn code(fault: &ZipError) -> &'static str {
    match fault {
        ZipError::UnsupportedArchive(_) | ZipError::InvalidPassword => "container_locked",
        _ => "container_broken",
    }
}

fn part(name: &str, bytes: Vec<u8>) -> Part {
    let name = file_name(name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let media_type = match ending.as_deref() {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("eml") => "message/rfc822",
        Some("txt" | "log") => "text/plain",
        _ => "application/octet-stream",
    };
    let content = match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text),
        Err(error) => Content::Bytes(error.into_bytes()),
    };
    Part { media_type: media_type.to_owned(), name, role: PartRole::File, content }
}

/// The last piece of a path, in one line.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    name[..name.floor_char_boundary(LONGEST_NAME)].to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).expect("a file");
            writer.write_all(bytes).expect("bytes");
        }
        writer.finish().expect("an archive").into_inner()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::best());
        writer.write_all(bytes).expect("bytes");
        writer.finish().expect("a file")
    }

    fn opened(name: &str, bytes: Vec<u8>) -> (Vec<(String, usize)>, Vec<&'static str>) {
        let (parts, defects) = members(&part(name, bytes));
        let files = parts.iter().map(|part| (part.name.clone(), part.bytes().len())).collect();
        (files, defects.iter().map(|defect| defect.code).collect())
    }

    #[test]
    fn files_in_containers_are_taken_out_by_what_they_are() {
        let inner = gzip(b"ip\n192.0.2.1\n");
        let outer = zip(&[("folder/a.csv", b"ip\n"), ("../../b.csv.gz", &inner)]);
        let (files, defects) = opened("anything.bin", outer);
        assert_eq!(files, [("a.csv".to_owned(), 3), ("b.csv".to_owned(), 13)]);
        assert!(defects.is_empty());
        assert!(!is_one(&part("a.zip", b"no container".to_vec())));
        assert!(!is_one(&part("a.xlsx", zip(&[("[Content_Types].xml", b"<x/>")]))));
    }

    #[test]
    fn what_is_cut_off_gives_what_it_had() {
        let mut bytes = gzip("192.0.2.1\n".repeat(100_000).as_bytes());
        bytes.truncate(bytes.len() / 2);
        let (files, defects) = opened("a.csv.gz", bytes);
        assert_eq!(files.len(), 1);
        assert_eq!(defects, ["container_broken"]);
        let mut bytes = zip(&[("a.csv", b"ip\n")]);
        bytes.truncate(bytes.len() / 2);
        assert_eq!(opened("a.zip", bytes), (Vec::new(), vec!["container_broken"]));
    }

    #[test]
    fn bombs_do_not_go_off() {
        let nothing = vec![0; 3 * ALWAYS];
        let bomb = gzip(&nothing);
        let most = limit(&bomb);
        let (files, defects) = opened("bomb.gz", bomb.clone());
        assert!(bomb.len() < nothing.len() / MOST_TIMES && most < nothing.len());
        assert_eq!((files, defects), (Vec::new(), vec!["container_too_large"]));
        let (files, defects) = opened("bomb.zip", zip(&[("a", &nothing), ("b.csv", b"ip\n")]));
        assert_eq!(files, [("b.csv".to_owned(), 3)], "what it says of its length is believed");
        assert_eq!(defects, ["container_too_large"]);
        let many: Vec<(String, Vec<u8>)> =
            (0..MOST_FILES + 10).map(|n| (format!("{n}.gz"), gzip(&nothing[..100]))).collect();
        let many: Vec<(&str, &[u8])> =
            many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let (files, defects) = opened("many.zip", zip(&many));
        assert!(files.len() <= MOST_FILES);
        assert!(defects.contains(&"container_too_large"));
        let mut deep = gzip(b"x");
        for _ in 0..100 {
            deep = gzip(&deep);
        }
        assert_eq!(opened("deep.gz", deep), (Vec::new(), vec!["container_too_deep"]));
    }

    #[test]
    fn an_archive_of_a_million_entries_is_not_listed() {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend(b"PK\x01\x02".repeat(MOST_ENTRIES + 1));
        assert_eq!(opened("list.zip", bytes), (Vec::new(), vec!["container_too_large"]));
    }
}
