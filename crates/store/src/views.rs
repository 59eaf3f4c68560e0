//! What staff keep for their work: views (filters with a name), quick replies, and who looks at what.

use portreeve_core::ids::ReportId;

use crate::db::{StoreError, Tx, on};

/// A filter that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SavedView {
    /// Its row.
    pub id: i64,
    /// Login name of whom it belongs to; empty: everybody's.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// The query of the list, as it stands in the address.
    pub query: String,
}

/// A text that is ready to be sent, with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct QuickReply {
    /// Its row; 0 for one that is to be added.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// For reports of this category; empty: all.
    pub category: String,
    /// For customers of this language; empty: all.
    pub language: String,
    /// The text.
    pub body: String,
}

impl Tx {
    /// The views of somebody and everybody's, by name.
    pub async fn saved_views(
        &mut self,
        owner: &str,
        limit: i64,
    ) -> Result<Vec<SavedView>, StoreError> {
        let sql = "SELECT id, owner, name, query FROM saved_views WHERE owner = $1 OR owner = ''
            ORDER BY name, id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(owner).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Keeps a view.
    pub async fn add_saved_view(
        &mut self,
        owner: &str,
        name: &str,
        query: &str,
    ) -> Result<i64, StoreError> {
        let sql = "INSERT INTO saved_views (owner, name, query) VALUES ($1, $2, $3) RETURNING id";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(owner).bind(name).bind(query).fetch_one(conn).await?)
        })
    }

    /// Forgets a view of somebody, or, with `any`, everybody's too. Whether it was there.
    pub async fn delete_saved_view(
        &mut self,
        owner: &str,
        any: bool,
        id: i64,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM saved_views WHERE id = $1 AND (owner = $2 OR (owner = '' AND $3))";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(id).bind(owner).bind(any).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// All quick replies by name.
    pub async fn quick_replies(&mut self, limit: i64) -> Result<Vec<QuickReply>, StoreError> {
        let sql = "SELECT id, name, category, language, body FROM quick_replies
            ORDER BY name, id LIMIT $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Adds a quick reply, or changes the one with its row. Whether that was there.
    pub async fn put_quick_reply(&mut self, reply: &QuickReply) -> Result<bool, StoreError> {
        let add = "INSERT INTO quick_replies (name, category, language, body)
            VALUES ($1, $2, $3, $4)";
        let change = "UPDATE quick_replies SET name = $1, category = $2, language = $3, body = $4
            WHERE id = $5";
        let rows = on!(self, conn => {
            let query = sqlx::query::<Database>(if reply.id == 0 { add } else { change })
                .bind(&reply.name)
                .bind(&reply.category)
                .bind(&reply.language)
                .bind(&reply.body);
            let query = if reply.id == 0 { query } else { query.bind(reply.id) };
            query.execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// Deletes a quick reply. Whether it was there.
    pub async fn delete_quick_reply(&mut self, id: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM quick_replies WHERE id = $1";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(id).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// Somebody looks at a report. Who looked at it long ago (before `forget_before`) does no more.
    pub async fn look_at(
        &mut self,
        report: ReportId,
        staff: &str,
        now: i64,
        forget_before: i64,
    ) -> Result<(), StoreError> {
        let forget = "DELETE FROM presence WHERE report_id = $1 AND seen_at < $2";
        let sql = "INSERT INTO presence (report_id, staff, seen_at) VALUES ($1, $2, $3)
            ON CONFLICT (report_id, staff) DO UPDATE SET seen_at = excluded.seen_at";
        on!(self, conn => {
            sqlx::query::<Database>(forget)
                .bind(report.0).bind(forget_before).execute(&mut *conn).await?;
            sqlx::query::<Database>(sql)
                .bind(report.0).bind(staff).bind(now).execute(conn).await?;
        });
        Ok(())
    }

    /// When somebody was last seen at a report, milliseconds.
    pub async fn last_look(
        &mut self,
        report: ReportId,
        staff: &str,
    ) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT seen_at FROM presence WHERE report_id = $1 AND staff = $2";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(report.0).bind(staff).fetch_optional(conn).await?)
        })
    }

    /// Who looks at a report, but for `me`: those who were seen there since `since`.
    pub async fn lookers(
        &mut self,
        report: ReportId,
        me: &str,
        since: i64,
    ) -> Result<Vec<String>, StoreError> {
        let sql =
            "SELECT staff FROM presence WHERE report_id = $1 AND staff <> $2 AND seen_at >= $3
            ORDER BY staff LIMIT 20";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql)
                .bind(report.0).bind(me).bind(since).fetch_all(conn).await?)
        })
    }
}
