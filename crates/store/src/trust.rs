//! What tells one reporter's complaints from those of others: signatures that were seen, keys, tokens and layouts.

use portreeve_core::ids::MailId;

use crate::db::{StoreError, Tx, on};

impl Tx {
    /// Puts a signature on record, and returns the first mail that had it.
    pub async fn see_signature(
        &mut self,
        hash: &str,
        mail: MailId,
        at: i64,
    ) -> Result<MailId, StoreError> {
        let sql = "INSERT INTO mail_signatures (hash, mail_id, seen_at) VALUES ($1, $2, $3)
            ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING mail_id";
        let first: i64 = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(hash)
                .bind(mail.0)
                .bind(at)
                .fetch_one(conn)
                .await?
        });
        Ok(MailId(first))
    }

    /// Forgets signatures that were seen first before this instant, at most so many.
    pub async fn forget_signatures(&mut self, before: i64, limit: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM mail_signatures WHERE hash IN
            (SELECT hash FROM mail_signatures WHERE seen_at < $1 ORDER BY seen_at LIMIT $2)";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql).bind(before).bind(limit).execute(conn).await?;
            Ok(done.rows_affected())
        })
    }

    /// What was seen of a kind of a reporter, and whether it is accepted as theirs.
    pub async fn reporter_marks(
        &mut self,
        email: &str,
        kind: &str,
        limit: i64,
    ) -> Result<Vec<(String, bool)>, StoreError> {
        let sql = "SELECT mark, accepted FROM reporter_marks WHERE email = $1 AND kind = $2
            ORDER BY mark LIMIT $3";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, (String, bool)>(sql)
                .bind(email)
                .bind(kind)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Learns something about a reporter. What is not accepted is kept until staff trust them anew.
    pub async fn add_reporter_mark(
        &mut self,
        email: &str,
        kind: &str,
        mark: &str,
        at: i64,
        accepted: bool,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO reporter_marks (email, kind, mark, seen_at, accepted)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (email, kind, mark) DO NOTHING";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(email)
                .bind(kind)
                .bind(mark)
                .bind(at)
                .bind(accepted)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Accepts all that was seen of a reporter as theirs.
    pub async fn accept_reporter_marks(&mut self, id: i64) -> Result<(), StoreError> {
        let sql = "UPDATE reporter_marks SET accepted = TRUE
            WHERE email IN (SELECT email FROM reporters WHERE id = $1)";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(id).execute(conn).await?;
        });
        Ok(())
    }

    /// Takes the turn of an address (by its hash) to get a receipt for a mail: if it had none since `before`, or this is
    /// the one.
    pub async fn take_receipt(
        &mut self,
        hash: &str,
        mail: MailId,
        before: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO receipts (address, mail_id, sent_at) VALUES ($1, $2, $3)
            ON CONFLICT (address) DO UPDATE SET mail_id = excluded.mail_id, sent_at = excluded.sent_at
                WHERE receipts.sent_at < $4 OR receipts.mail_id = excluded.mail_id";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql)
                .bind(hash)
                .bind(mail.0)
                .bind(now)
                .bind(before)
                .execute(conn)
                .await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// Forgets who had a receipt before this instant.
    pub async fn forget_receipts(&mut self, before: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM receipts WHERE sent_at < $1";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql).bind(before).execute(conn).await?.rows_affected())
        })
    }
}
