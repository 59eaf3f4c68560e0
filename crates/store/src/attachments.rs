//! Files of messages and notes: their bytes once for each hash, in pieces, and who has them.

use std::ops::RangeInclusive;

use portreeve_core::attachment::Scan;
use portreeve_core::ids::ReportId;

use crate::codes::{Maybe, Stored};
use crate::db::{StoreError, Tx, on};
use crate::dialect::for_update_skip_locked;

/// A file to be put beside a message or a note.
#[derive(Debug, Clone)]
pub struct NewAttachmentRow {
    /// Its name in addresses: random, so that nobody can guess another one.
    pub id: String,
    /// Of which report.
    pub report: ReportId,
    /// The message's or the note's row.
    pub owner: i64,
    /// Which of its files, from 0.
    pub n: i64,
    /// SHA-256 of the bytes.
    pub hash: String,
    /// Its harmless name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Who sent it.
    pub author: String,
    /// It comes from a customer or out of a mail, whoever put it here.
    pub from_outside: bool,
    /// When, milliseconds.
    pub at: i64,
}

/// A file of a message or a note.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AttachmentRow {
    /// Its name in addresses.
    pub id: String,
    /// The message's or the note's row.
    pub owner: i64,
    /// SHA-256 of the bytes.
    pub hash: String,
    /// Its harmless name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Who sent it.
    pub author: String,
    /// It comes from a customer or out of a mail, whoever put it here.
    pub from_outside: bool,
    /// When, milliseconds.
    pub at: i64,
    /// When staff took it away, milliseconds.
    pub removed_at: Option<i64>,
    /// Who did.
    pub removed_by: Option<String>,
    /// What is known of the bytes; nothing when they are gone.
    #[sqlx(try_from = "Maybe<Scan>")]
    pub scan: Option<Scan>,
    /// What the scan said.
    pub scan_detail: String,
}

/// The bytes of a hash, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ContentRow {
    /// How many bytes.
    pub size: i64,
    /// What is known of them.
    #[sqlx(try_from = "Stored<Scan>")]
    pub scan: Scan,
}

/// Files of one table with what is known of their bytes.
macro_rules! files_of {
    ($table:literal, $owner:literal, $rest:literal) => {
        concat!(
            "SELECT files.id, files.",
            $owner,
            " AS owner, files.hash, files.name, files.size, files.author, files.from_outside, files.at,
                files.removed_at, files.removed_by, contents.scan,
                COALESCE(contents.scan_detail, '') AS scan_detail
            FROM ",
            $table,
            " files LEFT JOIN contents ON contents.hash = files.hash
            WHERE files.report_id = $1 ",
            $rest
        )
    };
}

macro_rules! add_to {
    ($table:literal, $owner:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (id, report_id, ",
            $owner,
            ", n, hash, name, size, author, from_outside, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        )
    };
}

macro_rules! remove_from {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET removed_at = $1, removed_by = $2
            WHERE report_id = $3 AND id = $4 AND removed_at IS NULL RETURNING name"
        )
    };
}

impl Tx {
    /// Makes sure that bytes of this hash are kept from now on; whether they still have to be written with
    /// [`Tx::add_content_chunk`]. What was not scanned before gets `scan`; what is known of a hash stays.
    pub async fn keep_content(
        &mut self,
        hash: &str,
        size: i64,
        scan: Scan,
        now: i64,
    ) -> Result<bool, StoreError> {
        // The row is written in any case: whoever sweeps at this moment finds that it was just used.
        let sql = "INSERT INTO contents (hash, size, scan, scan_detail, used_at) VALUES ($1, $2, $3, '', $4)
            ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at,
                scan = CASE WHEN contents.scan = 'not_scanned' THEN excluded.scan ELSE contents.scan END";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(hash)
                .bind(size)
                .bind(scan.as_str())
                .bind(now)
                .execute(conn)
                .await?;
        });
        // After it, because only now is nobody else between.
        let sql = "SELECT n FROM content_chunks WHERE hash = $1 LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(hash).fetch_optional(conn).await?
        });
        Ok(found.is_none())
    }

    /// Writes the `n`th piece (from 0) of the bytes of a hash.
    pub async fn add_content_chunk(
        &mut self,
        hash: &str,
        n: i64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO content_chunks (hash, n, bytes) VALUES ($1, $2, $3)";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(hash).bind(n).bind(bytes).execute(conn).await?;
        });
        Ok(())
    }

    /// The `n`th piece of the bytes of a hash; nothing behind the last one.
    pub async fn content_chunk(
        &mut self,
        hash: &str,
        n: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM content_chunks WHERE hash = $1 AND n = $2";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, Vec<u8>>(sql)
                .bind(hash)
                .bind(n)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// What is known of the bytes of a hash.
    pub async fn content(&mut self, hash: &str) -> Result<Option<ContentRow>, StoreError> {
        let sql = "SELECT size, scan FROM contents WHERE hash = $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(hash).fetch_optional(conn).await?)
        })
    }

    /// Writes down what a scan found; whether that was still open.
    pub async fn set_scan(
        &mut self,
        hash: &str,
        scan: Scan,
        detail: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE contents SET scan = $1, scan_detail = $2
            WHERE hash = $3 AND scan IN ('waiting', 'failed')";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql)
                .bind(scan.as_str())
                .bind(detail)
                .bind(hash)
                .execute(conn)
                .await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// Puts a file beside a message.
    pub async fn add_message_attachment(
        &mut self,
        new: &NewAttachmentRow,
    ) -> Result<(), StoreError> {
        self.add_attachment(add_to!("message_attachments", "message_id"), new).await
    }

    /// Puts a file beside a note.
    pub async fn add_note_attachment(&mut self, new: &NewAttachmentRow) -> Result<(), StoreError> {
        self.add_attachment(add_to!("note_attachments", "note_id"), new).await
    }

    async fn add_attachment(
        &mut self,
        sql: &'static str,
        new: &NewAttachmentRow,
    ) -> Result<(), StoreError> {
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&new.id)
                .bind(new.report.0)
                .bind(new.owner)
                .bind(new.n)
                .bind(&new.hash)
                .bind(&new.name)
                .bind(new.size)
                .bind(&new.author)
                .bind(new.from_outside)
                .bind(new.at)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// The files of those of a report's messages whose rows lie in this range, in the order of the messages, at
    /// most `limit`: those of the latest messages.
    pub async fn message_attachments(
        &mut self,
        report: ReportId,
        messages: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let sql = files_of!(
            "message_attachments",
            "message_id",
            "AND files.message_id BETWEEN $2 AND $3 ORDER BY files.message_id DESC, files.n DESC LIMIT $4"
        );
        self.attachments(sql, report, messages, limit).await
    }

    /// The files of those of a report's notes whose rows lie in this range, in the order of the notes, at most
    /// `limit`: those of the latest notes. For staff only.
    pub async fn note_attachments(
        &mut self,
        report: ReportId,
        notes: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let sql = files_of!(
            "note_attachments",
            "note_id",
            "AND files.note_id BETWEEN $2 AND $3 ORDER BY files.note_id DESC, files.n DESC LIMIT $4"
        );
        self.attachments(sql, report, notes, limit).await
    }

    async fn attachments(
        &mut self,
        sql: &'static str,
        report: ReportId,
        owners: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let mut rows: Vec<AttachmentRow> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql)
                .bind(report.0)
                .bind(*owners.start())
                .bind(*owners.end())
                .bind(limit)
                .fetch_all(conn)
                .await?
        });
        rows.reverse();
        Ok(rows)
    }

    /// One file of a message of this report.
    pub async fn message_attachment(
        &mut self,
        report: ReportId,
        id: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        let sql = files_of!("message_attachments", "message_id", "AND files.id = $2");
        self.attachment(sql, report, id).await
    }

    /// One file of a note on this report. For staff only.
    pub async fn note_attachment(
        &mut self,
        report: ReportId,
        id: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        let sql = files_of!("note_attachments", "note_id", "AND files.id = $2");
        self.attachment(sql, report, id).await
    }

    async fn attachment(
        &mut self,
        sql: &'static str,
        report: ReportId,
        id: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(report.0).bind(id).fetch_optional(conn).await?)
        })
    }

    /// The report of a file, whether it is of a message or of a note. For staff only.
    pub async fn report_of_attachment(&mut self, id: &str) -> Result<Option<ReportId>, StoreError> {
        let sql = "SELECT report_id FROM message_attachments WHERE id = $1
            UNION ALL SELECT report_id FROM note_attachments WHERE id = $1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(id).fetch_optional(conn).await?
        });
        Ok(found.map(ReportId))
    }

    /// Bytes of all files of a report that are still there.
    pub async fn attached_bytes(&mut self, report: ReportId) -> Result<i64, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM (
                SELECT size FROM message_attachments WHERE report_id = $1 AND removed_at IS NULL
                UNION ALL SELECT size FROM note_attachments WHERE report_id = $1 AND removed_at IS NULL
            ) AS files";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).bind(report.0).fetch_one(conn).await?)
        })
    }

    /// Takes a file of a message away and returns its name, if it was there.
    pub async fn remove_message_attachment(
        &mut self,
        report: ReportId,
        id: &str,
        by: &str,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        self.remove_attachment(remove_from!("message_attachments"), report, id, by, now).await
    }

    /// Takes a file of a note away and returns its name, if it was there.
    pub async fn remove_note_attachment(
        &mut self,
        report: ReportId,
        id: &str,
        by: &str,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        self.remove_attachment(remove_from!("note_attachments"), report, id, by, now).await
    }

    async fn remove_attachment(
        &mut self,
        sql: &'static str,
        report: ReportId,
        id: &str,
        by: &str,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql)
                .bind(now)
                .bind(by)
                .bind(report.0)
                .bind(id)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// The reports that have a file with these bytes, at most `limit`.
    pub async fn reports_with_content(
        &mut self,
        hash: &str,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT report_id FROM message_attachments WHERE hash = $1 AND removed_at IS NULL
            UNION SELECT report_id FROM note_attachments WHERE hash = $1 AND removed_at IS NULL
            ORDER BY report_id LIMIT $2";
        let found: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(hash).bind(limit).fetch_all(conn).await?
        });
        Ok(found.into_iter().map(ReportId).collect())
    }

    /// Forgets bytes that no file has and that were not asked for since `before`, up to `limit` hashes. How many.
    pub async fn forget_contents(&mut self, before: i64, limit: i64) -> Result<u64, StoreError> {
        let skip = for_update_skip_locked(self.engine());
        let sql = format!(
            "DELETE FROM contents WHERE used_at < $1 AND hash IN (SELECT hash FROM contents
                WHERE used_at < $1
                    AND NOT EXISTS (SELECT 1 FROM message_attachments files
                        WHERE files.hash = contents.hash AND files.removed_at IS NULL)
                    AND NOT EXISTS (SELECT 1 FROM note_attachments files
                        WHERE files.hash = contents.hash AND files.removed_at IS NULL)
                ORDER BY used_at LIMIT $2{skip})"
        );
        // Their pieces go with them.
        let gone = on!(self, conn => {
            sqlx::query::<Database>(sqlx::AssertSqlSafe(sql))
                .bind(before)
                .bind(limit)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(gone)
    }
}
