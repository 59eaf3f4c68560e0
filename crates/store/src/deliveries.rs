//! Deliveries to webhooks: a queue for each webhook, and the log of what became of them. The payload is
//! kept as it was made, so that every try and every replay sends the same bytes under the same id.

use portreeve_core::ids::ReportId;
use sqlx::QueryBuilder;

use crate::codes::{Maybe, Stored};
use crate::db::{StoreError, Tx, on};
use crate::dialect::for_update_skip_locked;

/// A delivery to be made.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// To which webhook, by its name.
    pub webhook: String,
    /// The id that the receiver sees.
    pub message_id: String,
    /// About which report.
    pub report: Option<ReportId>,
    /// What happened.
    pub event: &'static str,
    /// What is sent.
    pub payload: String,
}

/// A delivery that was claimed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DueDelivery {
    /// Its row.
    pub id: i64,
    /// The id that the receiver sees.
    pub message_id: String,
    /// What is sent.
    pub payload: String,
    /// How often it failed since it was asked for.
    pub tries: i64,
}

/// How a try ended.
#[derive(Debug, Clone)]
pub struct TriedDelivery {
    /// Its row.
    pub id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// The status that was answered.
    pub status: Option<i64>,
    /// In words.
    pub result: String,
    /// What follows.
    pub next: NextTry,
}

/// What follows a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    /// Nothing: it was delivered.
    Delivered,
    /// Nothing: it is given up.
    GivenUp,
    /// Another try, at this instant in milliseconds.
    At(i64),
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is still to be made.
    Waiting,
    /// It was taken.
    Delivered,
    /// It is given up.
    Dead,
}

impl DeliveryState {
    pub(crate) const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// The word that is stored and shown in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// A delivery in the log.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeliveryRow {
    /// Its row.
    pub id: i64,
    /// To which webhook.
    pub webhook: String,
    /// The id that the receiver sees.
    pub message_id: String,
    /// About which report.
    #[sqlx(rename = "report_id", try_from = "Maybe<ReportId>")]
    pub report: Option<ReportId>,
    /// What happened.
    pub event: String,
    /// What is sent.
    pub payload: String,
    /// Where it stands.
    #[sqlx(try_from = "Stored<DeliveryState>")]
    pub state: DeliveryState,
    /// How often it was tried since it was asked for.
    pub tries: i64,
    /// When it is tried next while it waits, milliseconds.
    pub run_at: i64,
    /// When it was tried last, milliseconds.
    pub tried_at: Option<i64>,
    /// The status that was answered last.
    pub status: Option<i64>,
    /// What became of the last try.
    pub result: Option<String>,
    /// When it was asked for first, milliseconds.
    pub created_at: i64,
    /// When it was delivered or given up, milliseconds.
    pub ended_at: Option<i64>,
}

/// Which deliveries are listed.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Of this webhook.
    pub webhook: Option<String>,
    /// About this report.
    pub report: Option<ReportId>,
    /// Only those that are given up, or were tried in vain so far.
    pub failed: bool,
    /// Older than this row.
    pub after: Option<i64>,
    /// Rows at most.
    pub limit: i64,
}

/// Deliveries of one webhook in one state.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeliveryCount {
    /// Which webhook.
    pub webhook: String,
    /// Where it stands.
    #[sqlx(try_from = "Stored<DeliveryState>")]
    pub state: DeliveryState,
    /// How many.
    pub count: i64,
    /// When the newest ended, milliseconds.
    pub newest: Option<i64>,
}

impl Tx {
    /// Adds deliveries that are due at `now`, and returns their rows.
    pub async fn add_deliveries(
        &mut self,
        new: &[NewDelivery],
        lease: Option<&str>,
        run_at: i64,
        now: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut ids = Vec::with_capacity(new.len());
        for chunk in new.chunks(64) {
            let some: Vec<i64> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO webhook_deliveries (webhook, message_id, report_id, event, payload,
                        state, tries, run_at, lease, created_at) ",
                );
                sql.push_values(chunk, |mut row, delivery| {
                    row.push_bind(&delivery.webhook)
                        .push_bind(&delivery.message_id)
                        .push_bind(delivery.report.map(|report| report.0))
                        .push_bind(delivery.event)
                        .push_bind(&delivery.payload)
                        .push_bind("waiting")
                        .push_bind(0_i64)
                        .push_bind(run_at)
                        .push_bind(lease)
                        .push_bind(now);
                });
                sql.push(" RETURNING id");
                sql.build_query_scalar::<i64>().fetch_all(conn).await?
            });
            ids.extend(some);
        }
        Ok(ids)
    }

    /// Whether a delivery of this webhook is due.
    pub async fn delivery_is_due(&mut self, webhook: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM webhook_deliveries
            WHERE webhook = $1 AND state = 'waiting' AND run_at <= $2 LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(webhook)
                .bind(now)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// Claims up to `limit` due deliveries of a webhook under `lease` until `until`, the ones that wait
    /// longest first.
    pub async fn claim_deliveries(
        &mut self,
        webhook: &str,
        lease: &str,
        until: i64,
        limit: i64,
        now: i64,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        let skip = for_update_skip_locked(self.engine());
        on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("UPDATE webhook_deliveries SET lease = ");
            sql.push_bind(lease).push(", run_at = ").push_bind(until);
            sql.push(" WHERE id IN (SELECT id FROM webhook_deliveries WHERE webhook = ");
            sql.push_bind(webhook).push(" AND state = 'waiting' AND run_at <= ").push_bind(now);
            sql.push(" ORDER BY run_at, id LIMIT ").push_bind(limit).push(skip);
            sql.push(") RETURNING id, message_id, payload, tries");
            Ok(sql.build_query_as::<DueDelivery>().fetch_all(conn).await?)
        })
    }

    /// Writes down how a try ended. Nothing is written when the lease was lost meanwhile.
    pub async fn end_try(&mut self, tried: &TriedDelivery, lease: &str) -> Result<(), StoreError> {
        let (state, run_at) = match tried.next {
            NextTry::Delivered => (DeliveryState::Delivered, tried.at),
            NextTry::GivenUp => (DeliveryState::Dead, tried.at),
            NextTry::At(at) => (DeliveryState::Waiting, at),
        };
        let ended_at = (state != DeliveryState::Waiting).then_some(tried.at);
        let sql = "UPDATE webhook_deliveries SET lease = NULL, tries = tries + 1, state = $1,
            run_at = $2, tried_at = $3, status = $4, result = $5, ended_at = $6
            WHERE id = $7 AND lease = $8";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(state.as_str())
                .bind(run_at)
                .bind(tried.at)
                .bind(tried.status)
                .bind(&tried.result)
                .bind(ended_at)
                .bind(tried.id)
                .bind(lease)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Deliveries that a filter lets through, newest first.
    pub async fn deliveries(
        &mut self,
        filter: &DeliveryFilter,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new(
                "SELECT id, webhook, message_id, report_id, event, payload, state, tries, run_at,
                    tried_at, status, result, created_at, ended_at
                    FROM webhook_deliveries WHERE id < ",
            );
            sql.push_bind(filter.after.unwrap_or(i64::MAX));
            if let Some(webhook) = &filter.webhook {
                sql.push(" AND webhook = ").push_bind(webhook);
            }
            if let Some(report) = filter.report {
                sql.push(" AND report_id = ").push_bind(report.0);
            }
            if filter.failed {
                sql.push(" AND (state = 'dead' OR (state = 'waiting' AND tries > 0))");
            }
            sql.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
            Ok(sql.build_query_as::<DeliveryRow>().fetch_all(conn).await?)
        })
    }

    /// One delivery.
    pub async fn delivery(&mut self, id: i64) -> Result<Option<DeliveryRow>, StoreError> {
        let Some(after) = id.checked_add(1) else { return Ok(None) };
        let filter = DeliveryFilter { after: Some(after), limit: 1, ..DeliveryFilter::default() };
        Ok(self.deliveries(&filter).await?.pop().filter(|row| row.id == id))
    }

    /// Lets a delivery begin again at `now`. Not while it is being made: whether it was not.
    pub async fn replay_delivery(&mut self, id: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE webhook_deliveries
            SET state = 'waiting', tries = 0, run_at = $1, lease = NULL, ended_at = NULL
            WHERE id = $2 AND (lease IS NULL OR run_at <= $1)";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql).bind(now).bind(id).execute(conn).await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// How many deliveries each webhook has in each state.
    pub async fn count_deliveries(&mut self) -> Result<Vec<DeliveryCount>, StoreError> {
        let sql = "SELECT webhook, state, COUNT(*) AS count, MAX(ended_at) AS newest
            FROM webhook_deliveries GROUP BY webhook, state ORDER BY webhook, state";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?)
        })
    }

    /// Takes back every lease. Only for a process that knows itself to be the only one.
    pub async fn release_deliveries(&mut self, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE webhook_deliveries SET lease = NULL, run_at = $1
            WHERE state = 'waiting' AND lease IS NOT NULL";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).execute(conn).await?;
        });
        Ok(())
    }

    /// Forgets up to `limit` deliveries of before `before`: those that ended, and those that nobody has
    /// tried since. How many.
    pub async fn forget_deliveries(&mut self, before: i64, limit: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE created_at < $1
                AND ((state <> 'waiting' AND ended_at < $1) OR (state = 'waiting' AND run_at < $1))
            LIMIT $2)";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql).bind(before).bind(limit).execute(conn).await?;
            Ok(done.rows_affected())
        })
    }
}
