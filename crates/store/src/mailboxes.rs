//! Mailboxes that are read: how far, by whom, and how it stands.

use crate::db::{StoreError, Tx, on};

/// How a mailbox stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MailboxState {
    /// Its name.
    pub name: String,
    /// When the last look ended, milliseconds.
    pub tried_at: Option<i64>,
    /// Why it came to nothing.
    pub trouble: Option<String>,
    /// Until when somebody has the place of the one who reads it, milliseconds.
    pub lease_until: Option<i64>,
}

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

    /// Takes the place of the one who reads a mailbox until `until`, or keeps it. Whether it is ours.
    pub async fn claim_mailbox(
        &mut self,
        name: &str,
        lease: &str,
        until: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO mailboxes (name, lease, lease_until) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until
                WHERE mailboxes.lease IS NULL OR mailboxes.lease = excluded.lease
                    OR mailboxes.lease_until < $4";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(name)
                .bind(lease)
                .bind(until)
                .bind(now)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Gives that place back and writes down what came of the look.
    pub async fn release_mailbox(
        &mut self,
        name: &str,
        lease: &str,
        trouble: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE mailboxes SET lease = NULL, lease_until = NULL, tried_at = $1, trouble = $2
            WHERE name = $3 AND lease = $4";
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

    /// Takes back every place of one who reads a mailbox. Only for a process that knows itself to be the only one.
    pub async fn release_mailboxes(&mut self) -> Result<(), StoreError> {
        let sql = "UPDATE mailboxes SET lease = NULL, lease_until = NULL";
        on!(self, conn => {
            sqlx::query::<Database>(sql).execute(conn).await?;
        });
        Ok(())
    }

    /// How the mailboxes stand that were ever read.
    pub async fn mailboxes(&mut self) -> Result<Vec<MailboxState>, StoreError> {
        let sql = "SELECT name, tried_at, trouble, lease_until FROM mailboxes ORDER BY name";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?))
    }
}
