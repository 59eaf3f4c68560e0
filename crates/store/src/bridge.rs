//! What the panels' addons tell and are told, and customers who come through them.

use portreeve_core::ids::ReportId;
use portreeve_core::report::Report;
use sqlx::QueryBuilder;

use crate::db::{StoreError, Tx, on};

/// How a service stands with the desk: what a panel's addon has to know.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ServiceStanding {
    /// The panel's id.
    pub service_id: i64,
    /// The customer now; none when the directory does not list the service.
    pub customer_id: Option<String>,
    /// Reports that want it off.
    pub holds: i64,
    /// Open reports.
    pub open_reports: i64,
    /// Open reports to which the customer has never replied.
    pub unanswered: i64,
    /// When the oldest open report was opened, milliseconds.
    pub oldest_open_at: Option<i64>,
}

/// How many reports there are that people work on; each number goes up to a bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkCounts {
    /// Waiting for a service.
    pub queued: i64,
    /// Open.
    pub open: i64,
    /// Open, and the move is the staff's.
    pub waiting_for_staff: i64,
    /// With a suspension that a guard holds back.
    pub awaiting_approval: i64,
}

/// A message of a panel's addon.
#[derive(Debug, Clone)]
pub struct BridgeMessage {
    /// The panel's directory.
    pub directory: String,
    /// The same at every sending.
    pub message_id: String,
    /// What happened.
    pub kind: String,
    /// The body as it came.
    pub payload: String,
}

/// A customer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CustomerSession {
    /// Directory of the panel that vouched for them.
    pub directory: String,
    /// The panel's id of the customer.
    pub customer_id: String,
    /// A member of the panel's staff looks as the customer.
    pub reads_only: bool,
    /// When it began, milliseconds.
    pub created_at: i64,
    /// When it ends, milliseconds.
    pub expires_at: i64,
}

/// How a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct CustomerStanding {
    /// Their open reports.
    pub open: i64,
    /// Those of them to which they have never replied.
    pub unanswered: i64,
}

impl Tx {
    /// Services of `directory` with a hold or an open report, by id after `after` up to `upto`.
    pub async fn service_standings(
        &mut self,
        directory: &str,
        after: i64,
        upto: i64,
        limit: i64,
    ) -> Result<Vec<ServiceStanding>, StoreError> {
        let sql = "SELECT found.service_id AS service_id, MIN(services.customer_id) AS customer_id,
                CAST(SUM(found.held) AS BIGINT) AS holds,
                CAST(SUM(found.is_open) AS BIGINT) AS open_reports,
                CAST(SUM(found.silent) AS BIGINT) AS unanswered,
                MIN(found.opened_at) AS oldest_open_at
            FROM (
                SELECT service_id, 1 AS held, 0 AS is_open, 0 AS silent, CAST(NULL AS BIGINT) AS opened_at
                FROM holds WHERE directory = $1 AND state = 'placed'
                    AND service_id > $2 AND service_id <= $3
                UNION ALL
                SELECT service_id, 0, 1, CASE WHEN EXISTS (SELECT 1 FROM messages
                    WHERE messages.report_id = reports.id AND from_customer) THEN 0 ELSE 1 END, opened_at
                FROM reports WHERE directory = $1 AND status = 'open'
                    AND service_id > $2 AND service_id <= $3
            ) AS found
            LEFT JOIN services ON services.directory = $1 AND services.service_id = found.service_id
            GROUP BY found.service_id ORDER BY found.service_id LIMIT $4";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(directory)
                .bind(after)
                .bind(upto)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// How a customer stands.
    pub async fn customer_standing(
        &mut self,
        directory: &str,
        customer_id: &str,
    ) -> Result<CustomerStanding, StoreError> {
        let sql = "SELECT count(*) AS open, CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM messages
                WHERE messages.report_id = reports.id AND from_customer) THEN 0 ELSE 1 END), 0) AS BIGINT) AS unanswered
            FROM reports WHERE directory = $1 AND customer_id = $2 AND status = 'open'";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(directory)
                .bind(customer_id)
                .fetch_one(conn)
                .await?)
        })
    }

    /// How many reports there are that people work on, each number up to `bound`.
    pub async fn work_counts(&mut self, bound: i64) -> Result<WorkCounts, StoreError> {
        let counts = [
            "SELECT count(*) FROM (SELECT id FROM reports WHERE status = 'queued' LIMIT $1) AS counted",
            "SELECT count(*) FROM (SELECT id FROM reports WHERE status = 'open' LIMIT $1) AS counted",
            "SELECT count(*) FROM (SELECT id FROM reports WHERE status = 'open' AND turn = 'staff' LIMIT $1) AS counted",
            "SELECT count(*) FROM (SELECT report_id FROM holds WHERE state = 'waiting' LIMIT $1) AS counted",
        ];
        let mut found = [0; 4];
        for (sql, into) in counts.into_iter().zip(&mut found) {
            *into = on!(self, conn => {
                sqlx::query_scalar::<Database, i64>(sql).bind(bound).fetch_one(conn).await?
            });
        }
        let [queued, open, waiting_for_staff, awaiting_approval] = found;
        Ok(WorkCounts { queued, open, waiting_for_staff, awaiting_approval })
    }

    /// Whether a message was taken before.
    pub async fn has_bridge_message(
        &mut self,
        directory: &str,
        message_id: &str,
    ) -> Result<bool, StoreError> {
        let sql =
            "SELECT received_at FROM bridge_messages WHERE directory = $1 AND message_id = $2";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(directory)
                .bind(message_id)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// Keeps a message. Whether it was a new one.
    pub async fn add_bridge_message(
        &mut self,
        new: &BridgeMessage,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO bridge_messages (directory, message_id, kind, payload, received_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (directory, message_id) DO NOTHING";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&new.directory)
                .bind(&new.message_id)
                .bind(&new.kind)
                .bind(&new.payload)
                .bind(now)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Uses up a token of single sign-on. Whether it was unused.
    pub async fn use_sign_on_token(
        &mut self,
        directory: &str,
        token: &str,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO sign_on_tokens (directory, token, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (directory, token) DO NOTHING";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(token)
                .bind(expires_at)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Begins a session under the hash of its token.
    pub async fn add_customer_session(
        &mut self,
        token_hash: &str,
        new: &CustomerSession,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO customer_sessions
                (token_hash, directory, customer_id, reads_only, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(token_hash)
                .bind(&new.directory)
                .bind(&new.customer_id)
                .bind(new.reads_only)
                .bind(new.created_at)
                .bind(new.expires_at)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// The session of a token that has not ended.
    pub async fn customer_session(
        &mut self,
        token_hash: &str,
        now: i64,
    ) -> Result<Option<CustomerSession>, StoreError> {
        let sql = "SELECT directory, customer_id, reads_only, created_at, expires_at
            FROM customer_sessions WHERE token_hash = $1 AND expires_at > $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(token_hash)
                .bind(now)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Ends a session.
    pub async fn end_customer_session(&mut self, token_hash: &str) -> Result<(), StoreError> {
        on!(self, conn => {
            sqlx::query::<Database>("DELETE FROM customer_sessions WHERE token_hash = $1")
                .bind(token_hash)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Forgets messages that came before `messages_before`, and tokens and sessions that ended before `now`.
    pub async fn forget_bridge(
        &mut self,
        messages_before: i64,
        now: i64,
    ) -> Result<(), StoreError> {
        for (sql, before) in [
            ("DELETE FROM bridge_messages WHERE received_at < $1", messages_before),
            ("DELETE FROM sign_on_tokens WHERE expires_at < $1", now),
            ("DELETE FROM customer_sessions WHERE expires_at < $1", now),
        ] {
            on!(self, conn => {
                sqlx::query::<Database>(sql).bind(before).execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Reports that were opened about a customer's services, newest first, by id before `before`.
    pub async fn reports_of_customer(
        &mut self,
        directory: &str,
        customer_id: &str,
        before: ReportId,
        limit: i64,
    ) -> Result<Vec<Report>, StoreError> {
        let ids: Vec<i64> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT id FROM reports WHERE directory = ");
            sql.push_bind(directory).push(" AND customer_id = ").push_bind(customer_id);
            sql.push(" AND id < ").push_bind(before.0);
            sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
            sql.build_query_scalar::<i64>().fetch_all(conn).await?
        });
        let ids: Vec<ReportId> = ids.into_iter().map(ReportId).collect();
        let mut reports = self.reports_by_id(&ids).await?;
        reports.sort_by_key(|report| std::cmp::Reverse(report.id));
        Ok(reports)
    }
}
