//! Files that are too large for memory: tables row by row, mailboxes mail by mail, archives file by file. What comes out is
//! the same as of a small file, one piece after the other.

use std::borrow::Cow;
use std::io::{self, Read, Seek};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::table::Table;
use super::{Complaint, Defect, Format, Incident, transport};

/// How much is in memory at a time.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Bytes of a file that is read at once; of what is longer, a piece is in memory.
    small: usize,
    /// Bytes that are read of a mail, or of a file that has no pieces.
    largest: usize,
}

/// A table of eight megabytes is no burden, and mail servers take less than sixty-four.
const LIMITS: Limits = Limits { small: 8 * 1024 * 1024, largest: 64 * 1024 * 1024 };

/// Bytes in which the line above a mail and the one before it stand.
const LONGEST_ENVELOPE: usize = 1024;

/// Containers inside of each other.
const DEEPEST: u8 = 3;

/// Files of an archive that are read.
const MOST_FILES: usize = 10_000;

/// What comes out of a file.
#[derive(Debug)]
pub enum Piece {
    /// A complaint.
    Whole(Box<Complaint>),
    /// A complaint of this format begins that is too large to be in memory; what it alleges follows.
    Begin(Format),
    /// One of its allegations.
    One(Box<Incident>),
    /// It ends; this was odd.
    End(Vec<Defect>),
}

/// Who takes the pieces. An error, such as of a reader that has gone, ends reading and is handed on.
pub type Take<'t> = dyn FnMut(Piece) -> io::Result<()> + 't;

/// Reads a file of any size as it comes. `name` is the file's.
pub fn each_piece(name: &str, mut input: impl Read, take: &mut Take<'_>) -> io::Result<()> {
    LIMITS.pieces(name, &mut input, 0, take)
}

/// Reads an archive of any size, file by file. What is none is read as [`each_piece`] reads it.
pub fn each_piece_of_archive(
    name: &str,
    input: impl Read + Seek,
    take: &mut Take<'_>,
) -> io::Result<()> {
    LIMITS.archive(name, input, take)
}

/// The same, where whatever has more than a kilobyte is large.
pub(super) fn each_small_piece(
    name: &str,
    mut input: impl Read,
    take: &mut Take<'_>,
) -> io::Result<()> {
    Limits { small: 1024, largest: 64 * 1024 }.pieces(name, &mut input, 0, take)
}

/// A complaint in which nothing could be read, and why.
fn nothing(code: &'static str, take: &mut Take<'_>) -> io::Result<()> {
    let defects = vec![Defect { code, detail: String::new() }];
    take(Piece::Whole(Box::new(Complaint { defects, ..Complaint::default() })))
}

impl Limits {
    fn archive(
        self,
        name: &str,
        mut input: impl Read + Seek,
        take: &mut Take<'_>,
    ) -> io::Result<()> {
        if !self.is_large_archive(&mut input)? {
            return self.pieces(name, &mut input, 0, take);
        }
        let Ok(mut archive) = ZipArchive::new(input) else {
            return nothing("container_broken", take);
        };
        if archive.len() > MOST_FILES {
            return nothing("container_too_large", take);
        }
        for number in 0..archive.len() {
            let Ok(mut file) = archive.by_index(number) else {
                nothing("container_broken", take)?;
                continue;
            };
            if file.is_file() {
                let name = file.name().map(Cow::into_owned).unwrap_or_default();
                self.pieces(&name, &mut file, 1, take)?;
            }
        }
        Ok(())
    }

    /// Whether a file can be looked at in any order, is an archive, and is large.
    fn is_large_archive(self, input: &mut (impl Read + Seek)) -> io::Result<bool> {
        // Pipes have names, too, and are read as they come.
        let Ok(length) = input.seek(io::SeekFrom::End(0)) else { return Ok(false) };
        input.rewind()?;
        if usize::try_from(length).is_ok_and(|length| length <= self.small) {
            return Ok(false);
        }
        let mut begin = [0; 4];
        let is_archive = input.read_exact(&mut begin).is_ok() && begin == *b"PK\x03\x04";
        input.rewind()?;
        Ok(is_archive)
    }

    fn pieces(
        self,
        name: &str,
        input: &mut dyn Read,
        depth: u8,
        take: &mut Take<'_>,
    ) -> io::Result<()> {
        let mut begin = Vec::new();
        fill(&mut begin, input, self.small + 1)?;
        if begin.len() <= self.small {
            return whole(name, &begin, false, take);
        }
        if begin.starts_with(b"\x1f\x8b\x08") && depth < DEEPEST {
            let inner = [".gz", ".gzip"].iter().find_map(|ending| name.strip_suffix(ending));
            let mut unpacked = MultiGzDecoder::new(begin.as_slice().chain(input));
            return self.pieces(inner.unwrap_or(name), &mut unpacked, depth + 1, take);
        }
        if transport::is_mailbox(name, &begin) {
            return self.mails(begin, input, take);
        }
        let is_for_programs = matches!(begin.trim_ascii_start().first(), Some(b'<' | b'{' | b'['));
        let is_table = !is_for_programs && !transport::is_mail(&begin);
        match Table::open(name, &begin).filter(|_| is_table) {
            Some(table) => rows(&table, begin.as_slice().chain(input), take),
            None => self.rest(name, begin, input, take),
        }
    }

    /// A mailbox: each mail is a complaint.
    fn mails(
        self,
        mut bytes: Vec<u8>,
        input: &mut dyn Read,
        take: &mut Take<'_>,
    ) -> io::Result<()> {
        // What comes first is the rest of a mail that was too long.
        let mut is_rest = false;
        loop {
            let is_last = fill(&mut bytes, input, self.small)? < self.small;
            let mails = transport::mails_of(&bytes);
            // The last goes on in what comes next.
            let done = if is_last { mails.len() } else { mails.len() - 1 };
            for mail in mails[..done].iter().skip(usize::from(is_rest)) {
                whole("", mail, false, take)?;
            }
            if is_last {
                return Ok(());
            }
            is_rest &= done == 0;
            let left = mails[done].len();
            bytes.drain(..bytes.len() - left);
            if bytes.len() > self.largest {
                if !is_rest {
                    whole("", &bytes[..self.largest], true, take)?;
                }
                is_rest = true;
                bytes.drain(..bytes.len() - LONGEST_ENVELOPE);
            }
        }
    }

    /// What has no pieces is read as far as it goes.
    fn rest(
        self,
        name: &str,
        mut bytes: Vec<u8>,
        input: &mut dyn Read,
        take: &mut Take<'_>,
    ) -> io::Result<()> {
        let more = self.largest + 1 - bytes.len();
        fill(&mut bytes, input, more)?;
        let is_cut = bytes.len() > self.largest;
        bytes.truncate(self.largest);
        whole(name, &bytes, is_cut, take)
    }
}

/// A table: its rows are one complaint.
fn rows(table: &Table, input: impl Read, take: &mut Take<'_>) -> io::Result<()> {
    take(Piece::Begin(table.format()))?;
    let mut taken = Ok(());
    let end = table.read(input, |incident| {
        taken = take(Piece::One(Box::new(incident)));
        taken.is_ok()
    });
    taken?;
    let mut defects = Vec::new();
    match end {
        Ok(0) => {}
        Ok(broken) => defects.push(Defect { code: "rows_broken", detail: broken.to_string() }),
        // What is packed may be cut off or damaged; what came before it counts.
        Err(_) => defects.push(Defect { code: "cut_off", detail: String::new() }),
    }
    take(Piece::End(defects))
}

fn whole(name: &str, bytes: &[u8], is_cut: bool, take: &mut Take<'_>) -> io::Result<()> {
    let mut taken = Ok(());
    super::each(name, bytes, &mut |mut complaint| {
        if is_cut {
            complaint.defects.push(Defect { code: "file_too_large", detail: String::new() });
        }
        if taken.is_ok() {
            taken = take(Piece::Whole(Box::new(complaint)));
        }
    });
    taken
}

/// Reads so many bytes more, and says how many there were. What is packed and damaged ends where it is damaged.
fn fill(bytes: &mut Vec<u8>, input: &mut dyn Read, more: usize) -> io::Result<usize> {
    let before = bytes.len();
    let read = input.take(u64::try_from(more).unwrap_or(u64::MAX)).read_to_end(bytes);
    match read {
        Ok(_) => {}
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::UnexpectedEof
            ) => {}
        Err(error) => return Err(error),
    }
    Ok(bytes.len() - before)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A file of so many bytes that repeats what it is made of, and is never in memory.
    struct Endless {
        begin: Vec<u8>,
        row: Vec<u8>,
        at: usize,
        left: usize,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(self.left).min(4096);
            for byte in &mut into[..length] {
                *byte = match self.begin.get(self.at) {
                    Some(byte) => *byte,
                    None => self.row[(self.at - self.begin.len()) % self.row.len()],
                };
                self.at += 1;
            }
            self.left -= length;
            Ok(length)
        }
    }

    fn endless(begin: &str, row: &str, length: usize) -> Endless {
        Endless { begin: begin.into(), row: row.into(), at: 0, left: length }
    }

    #[derive(Default)]
    struct Counted {
        format: Option<Format>,
        whole: Vec<Complaint>,
        incidents: usize,
        defects: Vec<Defect>,
        ends: usize,
    }

    fn counted(read: impl FnOnce(&mut Take<'_>) -> io::Result<()>) -> Counted {
        let mut counted = Counted::default();
        read(&mut |piece| {
            match piece {
                Piece::Whole(complaint) => counted.whole.push(*complaint),
                Piece::Begin(format) => counted.format = Some(format),
                Piece::One(_) => counted.incidents += 1,
                Piece::End(defects) => {
                    counted.ends += 1;
                    counted.defects.extend(defects);
                }
            }
            Ok(())
        })
        .expect("no file fails here");
        counted
    }

    /// So that a large file is one that is read in no time.
    const FEW: Limits = Limits { small: 128 * 1024, largest: 512 * 1024 };

    fn read(limits: Limits, name: &str, mut input: impl Read) -> Counted {
        counted(|take| limits.pieces(name, &mut input, 0, take))
    }

    const HEADER: &str = "timestamp,ip,type\n";
    const ROW: &str = "2026-01-02 03:04:05,192.0.2.1,spam\n";

    #[test]
    fn a_table_of_any_length_is_read_row_by_row_to_its_end() {
        let rows = 10_000;
        let length = HEADER.len() + rows * ROW.len();
        let found = read(FEW, "a.csv", endless(HEADER, ROW, length));
        assert_eq!((found.format, found.incidents, found.ends), (Some(Format::Table), rows, 1));
        assert!(found.whole.is_empty() && found.defects.is_empty());
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        io::copy(&mut endless(HEADER, ROW, length), &mut packed).expect("bytes");
        let packed = packed.finish().expect("a file");
        let found = read(FEW, "a.csv.gz", packed.as_slice());
        assert_eq!((found.incidents, found.ends), (rows, 1));
        let found = read(FEW, "a.csv.gz", &packed[..packed.len() / 2]);
        assert!(found.incidents > rows / 3 && found.ends == 1);
        assert_eq!(found.defects[0].code, "cut_off");
    }

    #[test]
    fn small_and_large_tables_are_read_alike() {
        let rows = "2026-01-02 03:04:05,192.0.2.1,4711,198.51.100.7,22\n2026-01-02 03:04:06,2001:db8::1,4712,,\n";
        let header = "timestamp,src_ip,src_port,dst_ip,dst_port\n";
        let text = format!("{header}{}", rows.repeat(2_000));
        let small = super::super::read("scan.csv", text.as_bytes());
        let mut large = Vec::new();
        FEW.pieces("scan.csv", &mut text.as_bytes(), 0, &mut |piece| {
            if let Piece::One(incident) = piece {
                large.push(*incident);
            }
            Ok(())
        })
        .expect("no file fails here");
        assert_eq!(small[0].incidents.len(), 4_000);
        assert!(small[0].incidents == large);
    }

    #[test]
    fn a_quotation_mark_that_nobody_closes_does_not_take_the_rest_into_memory() {
        let header = "timestamp,ip,type\n2026-01-02 03:04:05,192.0.2.1,\"spam\n";
        let mut input = endless(header, ROW, 1 << 40);
        let found = counted(|take| FEW.pieces("a.csv", &mut input, 0, take));
        assert_eq!((found.incidents, found.ends), (0, 1));
        assert_eq!(found.defects[0].code, "rows_broken");
        assert!(input.at < 2 << 20, "it is read no further than a row is long");
    }

    #[test]
    fn every_mail_of_a_large_mailbox_is_read() {
        let mail = "From r@example.com Mon Jan  5 10:00:00 2026\nFrom: r@example.com\nSubject: Port scan\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n\nSource IP: 192.0.2.1\n\n";
        let long = format!("{mail}{}\n", "proof\n".repeat(1_000));
        let found = read(FEW, "box", endless("", &long, long.len() * 60));
        assert_eq!(found.whole.len(), 60);
        assert!(found.whole.iter().all(|one| one.incidents.len() == 1));
        let too_long = format!("{mail}{}\n{mail}", "proof\n".repeat(FEW.largest / 3));
        let found = read(FEW, "box", too_long.as_bytes());
        assert_eq!(found.whole.len(), 2, "what is behind the limit is no mail of its own");
        assert_eq!(found.whole[1].incidents.len(), 1);
    }

    #[test]
    fn what_has_no_pieces_is_read_as_far_as_it_goes() {
        let mail = "From: r@example.com\nSubject: Port scan\n\nSource IP: 192.0.2.1\n\n";
        let found = read(FEW, "a.eml", endless(mail, "proof\n", 1 << 40));
        assert_eq!(found.whole[0].incidents.len(), 1);
        assert!(found.whole[0].defects.iter().any(|defect| defect.code == "file_too_large"));
    }

    #[test]
    fn a_large_archive_is_read_file_by_file() {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for name in ["a.csv", "b.csv"] {
            writer.start_file(name, stored).expect("a file");
            writer.write_all(HEADER.as_bytes()).expect("bytes");
            writer.write_all(ROW.repeat(5_000).as_bytes()).expect("bytes");
        }
        let archive = writer.finish().expect("an archive");
        let found = counted(|take| FEW.archive("a.zip", archive, take));
        assert_eq!((found.incidents, found.ends), (10_000, 2));
    }
}
