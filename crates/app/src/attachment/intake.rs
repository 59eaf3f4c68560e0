//! Taking files in: within the limits while they arrive, and never all of it in memory when a stranger sends it.

use std::io::SeekFrom;

use portreeve_core::attachment::{FileName, HEAD, Limits, Refused, Size, fits_its_name};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::CHUNK;
use crate::digest::hex;

/// A file as it came, for doors that have all of it in memory already.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// What its sender calls it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that arrives.
#[derive(Debug)]
pub struct Receiving {
    name: FileName,
    most: Size,
    hasher: Sha256,
    size: u64,
    head: Vec<u8>,
    content: Content,
}

/// Where the bytes of a file are until they are stored.
#[derive(Debug)]
enum Content {
    /// In a file without a name, which is gone with its last user.
    Spooled(File),
    Memory(Vec<u8>),
}

/// A file that arrived whole and is within the limits.
#[derive(Debug)]
pub struct Upload {
    /// Its harmless name.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub hash: String,
    content: Content,
}

impl Receiving {
    /// Begins with a file that its sender calls `raw_name`, after `before` others of the same message. Its bytes go into
    /// `spool`; without one they are kept in memory.
    pub fn begin(
        limits: &Limits,
        before: usize,
        raw_name: &str,
        spool: Option<std::fs::File>,
    ) -> Result<Self, (FileName, Refused)> {
        let name = FileName::clean(raw_name);
        if let Err(refused) = limits.admit(&name, before) {
            return Err((name, refused));
        }
        Ok(Self {
            name,
            most: limits.max_size,
            hasher: Sha256::new(),
            size: 0,
            head: Vec::new(),
            content: match spool {
                Some(file) => Content::Spooled(File::from_std(file)),
                None => Content::Memory(Vec::new()),
            },
        })
    }

    /// Its harmless name.
    pub fn name(&self) -> &FileName {
        &self.name
    }

    /// Takes the next bytes.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.size > self.most.0 {
            return Err(Refused::TooLarge(self.most));
        }
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.hasher.update(bytes);
        match &mut self.content {
            Content::Memory(kept) => kept.extend_from_slice(bytes),
            Content::Spooled(file) => file.write_all(bytes).await.map_err(|e| no_room(&e))?,
        }
        Ok(())
    }

    /// It has arrived whole.
    pub async fn end(self) -> Result<Upload, Refused> {
        if self.size == 0 {
            return Err(Refused::Empty);
        }
        if !fits_its_name(&self.name, &self.head) {
            return Err(Refused::Contradicts);
        }
        let mut content = self.content;
        if let Content::Spooled(file) = &mut content {
            file.flush().await.map_err(|e| no_room(&e))?;
        }
        Ok(Upload { name: self.name, size: self.size, hash: hex(&self.hasher.finalize()), content })
    }
}

/// A full disk is the operator's affair, too.
fn no_room(error: &std::io::Error) -> Refused {
    tracing::error!("an upload cannot be written to disk: {error}");
    Refused::NoRoom
}

impl Upload {
    /// Goes back to its first byte.
    pub(crate) async fn rewind(&mut self) -> std::io::Result<()> {
        match &mut self.content {
            Content::Spooled(file) => file.seek(SeekFrom::Start(0)).await.map(drop),
            Content::Memory(_) => Ok(()),
        }
    }

    /// The piece that begins at byte `from`, where the last one ended; empty behind the last one.
    pub(crate) async fn piece(&mut self, from: usize) -> std::io::Result<Vec<u8>> {
        match &mut self.content {
            Content::Memory(kept) => Ok(kept.iter().skip(from).take(CHUNK).copied().collect()),
            Content::Spooled(file) => {
                let mut piece = Vec::with_capacity(CHUNK);
                let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
                file.take(most).read_to_end(&mut piece).await?;
                Ok(piece)
            }
        }
    }
}

/// What comes with one message or note.
#[derive(Debug, Default)]
pub struct Files {
    pub(crate) taken: Vec<Upload>,
    /// Files that were left out, and why.
    pub(crate) left_out: Vec<(FileName, Refused)>,
    /// Whoever sent them cannot be asked: what does not fit is left out, and the history says so.
    pub(crate) leave_out: bool,
}

impl Files {
    /// Files of somebody who is told when one is not taken: then nothing is done at all.
    pub fn of(taken: Vec<Upload>) -> Self {
        Self { taken, ..Self::default() }
    }

    /// Files of a mail. What is beyond the limits, or not of a type that is taken, is left out; the message is stored
    /// with the rest, and the history names what was left out and why.
    pub async fn of_mail(limits: &Limits, files: Vec<NewAttachment>) -> Self {
        let mut all = Self { leave_out: true, ..Self::default() };
        for file in files {
            match receive(limits, all.taken.len(), &file.name, &file.bytes).await {
                Ok(upload) => all.taken.push(upload),
                Err(refused) => all.left_out.push(refused),
            }
        }
        all
    }

    /// They came with a mail, of which nobody can be asked.
    pub(crate) fn are_of_a_mail(&self) -> bool {
        self.leave_out
    }

    /// Nothing came along.
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.left_out.is_empty()
    }
}

async fn receive(
    limits: &Limits,
    before: usize,
    name: &str,
    bytes: &[u8],
) -> Result<Upload, (FileName, Refused)> {
    let mut receiving = Receiving::begin(limits, before, name, None)?;
    let name = receiving.name().clone();
    let refused = |why| (name.clone(), why);
    receiving.take(bytes).await.map_err(refused)?;
    receiving.end().await.map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::settings::Settings;

    fn file(name: &str, bytes: &[u8]) -> NewAttachment {
        NewAttachment { name: name.to_owned(), bytes: bytes.to_vec() }
    }

    #[tokio::test]
    async fn of_a_mail_what_fits_is_taken_and_the_rest_is_named() {
        let mut limits = Settings::default().attachments;
        (limits.max_size, limits.per_message) = (Size(8), 2);
        let files = vec![
            file("../a.txt", b"12345678"),
            file("b.exe", b"MZ"),
            file("c.txt", b"123456789"),
            file("d.txt", b""),
            file("e.png", b"text"),
            file("f.txt", b"f"),
            file("g.txt", b"g"),
        ];
        let files = Files::of_mail(&limits, files).await;
        let taken: Vec<&str> = files.taken.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(taken, ["a.txt", "f.txt"]);
        let why: Vec<&str> = files.left_out.iter().map(|(_, why)| why.as_str()).collect();
        assert_eq!(why, ["type", "too_large", "empty", "contradicts", "too_many"]);
    }

    #[tokio::test]
    async fn a_file_is_the_same_whether_it_waits_in_memory_or_on_disk() {
        let limits = Settings::default().attachments;
        let bytes: Vec<u8> = (0..u8::MAX).cycle().take(2 * CHUNK + 5).collect();
        let mut found = Vec::new();
        for spool in [None, Some(tempfile::tempfile().expect("a file"))] {
            let mut receiving = Receiving::begin(&limits, 0, "a.log", spool).expect("taken");
            for part in bytes.chunks(10_000) {
                receiving.take(part).await.expect("within the limit");
            }
            let mut upload = receiving.end().await.expect("whole");
            upload.rewind().await.expect("can be read");
            let mut read = Vec::new();
            let mut pieces = 0;
            loop {
                let piece = upload.piece(read.len()).await.expect("can be read");
                if piece.is_empty() {
                    break;
                }
                pieces += 1;
                read.extend(piece);
            }
            assert!(read == bytes && pieces == 3);
            found.push(upload.hash);
        }
        assert_eq!(found[0], found[1]);
        assert_eq!(found[0], crate::digest::sha256_hex(&bytes));
    }
}
