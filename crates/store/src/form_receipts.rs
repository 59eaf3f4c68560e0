//! Receipts of complaints that came by the public form.

use portreeve_core::ids::MailId;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// A receipt that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFormReceipt {
    /// Hash of its token.
    pub token_hash: String,
    /// The complaint.
    pub mail: MailId,
    /// The language in which the form was used.
    pub language: String,
    /// When, milliseconds.
    pub created_at: i64,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FormReceipt {
    /// The complaint.
    #[sqlx(rename = "mail_id", try_from = "Stored<MailId>")]
    pub mail: MailId,
    /// The language in which the form was used.
    pub language: String,
    /// When, milliseconds.
    pub created_at: i64,
}

impl Tx {
    /// Keeps a receipt, unless the same one is there.
    pub async fn add_form_receipt(&mut self, new: &NewFormReceipt) -> Result<(), StoreError> {
        let sql = "INSERT INTO form_receipts (token_hash, mail_id, language, created_at)
            VALUES ($1, $2, $3, $4) ON CONFLICT (token_hash) DO NOTHING";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&new.token_hash)
                .bind(new.mail.0)
                .bind(&new.language)
                .bind(new.created_at)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// The receipt of a token.
    pub async fn form_receipt(
        &mut self,
        token_hash: &str,
    ) -> Result<Option<FormReceipt>, StoreError> {
        let sql = "SELECT mail_id, language, created_at FROM form_receipts WHERE token_hash = $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(token_hash).fetch_optional(conn).await?)
        })
    }

    /// Forgets receipts that were made before `before`, up to `limit` of them.
    pub async fn forget_form_receipts(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM form_receipts WHERE token_hash IN
            (SELECT token_hash FROM form_receipts WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql)
                .bind(before)
                .bind(limit)
                .execute(conn)
                .await?
                .rows_affected())
        })
    }
}
