//! Texts of notices that the desk has in the place of ours.

use crate::db::{StoreError, Tx, on};
use crate::desk::Topic;

/// A template of the desk's own.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TemplateRow {
    /// Its name, such as `de/opened/body.txt`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// How often it was written.
    pub version: i64,
    /// When it was written last, milliseconds.
    pub changed_at: i64,
    /// By whom.
    pub changed_by: String,
}

impl Tx {
    /// All templates of the desk's own, by their names.
    pub async fn templates(&mut self) -> Result<Vec<TemplateRow>, StoreError> {
        let sql = "SELECT name, text, version, changed_at, changed_by FROM templates ORDER BY name";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?))
    }

    /// Stores a template.
    pub async fn put_template(
        &mut self,
        name: &str,
        text: &str,
        by: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO templates (name, text, version, changed_at, changed_by)
            VALUES ($1, $2, 1, $3, $4)
            ON CONFLICT (name) DO UPDATE SET text = excluded.text, version = templates.version + 1,
                changed_at = excluded.changed_at, changed_by = excluded.changed_by";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(name)
                .bind(text)
                .bind(now)
                .bind(by)
                .execute(conn)
                .await?;
        });
        self.touch(Topic::Templates).await?;
        Ok(())
    }

    /// Takes a template of the desk's own away. Whether there was one.
    pub async fn delete_template(&mut self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM templates WHERE name = $1";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(name).execute(conn).await?.rows_affected()
        });
        self.touch(Topic::Templates).await?;
        Ok(rows > 0)
    }
}
