//! How far mailboxes were read. Who reads one, and how it stands, is in `mails.rs`.

use crate::db::{StoreError, Tx, on};

impl Tx {
    /// How far a mailbox was read, as its reader wrote it down.
    pub async fn mailbox_position(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT position FROM mailboxes WHERE name = $1 AND position IS NOT NULL";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql).bind(name).fetch_optional(conn).await?)
        })
    }

    /// Writes down how far a mailbox was read. Whether the one who says so is the one who reads it.
    pub async fn put_mailbox_position(
        &mut self,
        name: &str,
        lease: &str,
        position: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE mailboxes SET position = $1 WHERE name = $2 AND lease = $3";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(position)
                .bind(name)
                .bind(lease)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Writes down what came of a look of one who stays.
    pub async fn put_mailbox_look(
        &mut self,
        name: &str,
        lease: &str,
        trouble: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE mailboxes SET tried_at = $1, trouble = $2 WHERE name = $3 AND lease = $4";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(now)
                .bind(trouble)
                .bind(name)
                .bind(lease)
                .execute(conn)
                .await?;
        });
        Ok(())
    }
}
