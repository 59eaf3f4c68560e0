//! Links in notices to customers. Whoever has one is taken for the customer.

use portreeve_core::ids::ReportId;
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::directory::one_of_several;

/// A link to a report.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ClientLink {
    /// Hash of its token.
    pub token_hash: String,
    /// The directory of the customer.
    pub directory: String,
    /// The customer; empty where the directory names none: then it leads to this report alone.
    pub customer_id: String,
    /// The report that it leads to.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// When it was made, milliseconds.
    pub created_at: i64,
    /// Until when it leads there, milliseconds.
    pub expires_at: i64,
}

impl Tx {
    /// Stores links.
    pub async fn add_client_links(&mut self, links: &[ClientLink]) -> Result<(), StoreError> {
        for chunk in links.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO client_links
                        (token_hash, directory, customer_id, report_id, created_at, expires_at) ",
                );
                sql.push_values(chunk, |mut row, link| {
                    row.push_bind(&link.token_hash)
                        .push_bind(&link.directory)
                        .push_bind(&link.customer_id)
                        .push_bind(link.report.0)
                        .push_bind(link.created_at)
                        .push_bind(link.expires_at);
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// The link of a token, if it leads somewhere at `now`.
    pub async fn client_link(
        &mut self,
        token_hash: &str,
        now: i64,
    ) -> Result<Option<ClientLink>, StoreError> {
        let sql = "SELECT token_hash, directory, customer_id, report_id, created_at, expires_at
            FROM client_links WHERE token_hash = $1 AND expires_at > $2 AND revoked_at IS NULL";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(token_hash)
                .bind(now)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// The latest report of each customer who has this mail address (in lower case) in a directory, alone or with others,
    /// the latest first.
    /// Customers without an id are left out: nobody knows which reports are theirs.
    pub async fn latest_reports_by_mail(
        &mut self,
        address: &str,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT MAX(reports.id) AS latest FROM (
                SELECT directory, customer_id FROM services
                WHERE lower(customer_email) = $1 AND customer_id <> '' AND ended_at IS NULL
                UNION SELECT directory, customer_id FROM services
                WHERE customer_email LIKE '%,%' AND ', ' || LOWER(customer_email) || ', ' LIKE $3 ESCAPE '!'
                    AND customer_id <> '' AND ended_at IS NULL
            ) AS theirs JOIN reports
                ON reports.directory = theirs.directory AND reports.customer_id = theirs.customer_id
            GROUP BY theirs.directory, theirs.customer_id ORDER BY latest DESC LIMIT $2";
        let pattern = one_of_several(address);
        let ids: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(address)
                .bind(limit)
                .bind(&pattern)
                .fetch_all(conn)
                .await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }

    /// Ends every link to a report. How many there were.
    pub async fn revoke_client_links(
        &mut self,
        report: ReportId,
        now: i64,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE client_links SET revoked_at = $2
            WHERE report_id = $1 AND revoked_at IS NULL AND expires_at > $2";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql)
                .bind(report.0)
                .bind(now)
                .execute(conn)
                .await?
                .rows_affected())
        })
    }

    /// Forgets links that have led nowhere since `before`, up to `limit` of them.
    pub async fn forget_client_links(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM client_links WHERE token_hash IN
            (SELECT token_hash FROM client_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
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
