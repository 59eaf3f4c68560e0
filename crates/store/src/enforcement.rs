//! Our record of each service's suspension, and the orders that were sent.

use portreeve_core::enforcement::{Action, Answer, Record};
use portreeve_core::ids::{OrderId, ReportId, ServiceKey};
use portreeve_core::reason::OutOfSight;
use portreeve_core::suspension::{self, Trouble};
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::dialect::{Counter, for_update};
use crate::directory::service_key;
use crate::notices::written;

/// What is known and wished of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforcement {
    /// Which service.
    pub service: ServiceKey,
    /// Our record.
    pub record: Record,
    /// Out of sight since, milliseconds, and why.
    pub unseen: Option<(i64, OutOfSight)>,
    /// Staff were told that it is out of sight.
    pub unseen_alarmed: bool,
    /// Staff wish the order once more.
    pub order_again: bool,
    /// Looks and orders in a row that did not settle it.
    pub tries: i64,
    /// When it was looked at last, milliseconds.
    pub looked_at: i64,
    /// The slow pass looks at it.
    pub watched: bool,
}

impl Enforcement {
    /// A service that was never touched.
    pub fn untouched(service: ServiceKey) -> Self {
        Self {
            service,
            record: Record::Clear,
            unseen: None,
            unseen_alarmed: false,
            order_again: false,
            tries: 0,
            looked_at: 0,
            watched: false,
        }
    }
}

/// An order as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// Which service.
    pub service: ServiceKey,
    /// For which report.
    pub report: ReportId,
    /// What it asked for.
    pub action: Action,
    /// The reason that the panel got.
    pub reason: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    directory: String,
    service_id: i64,
    record: String,
    unseen_since: Option<i64>,
    unseen_why: Option<String>,
    unseen_alarmed: bool,
    order_again: bool,
    tries: i64,
    looked_at: i64,
    watched: bool,
}

const COLUMNS: &str = "directory, service_id, record, unseen_since, unseen_why, unseen_alarmed,
    order_again, tries, looked_at, watched";

impl TryFrom<Row> for Enforcement {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let service = service_key(&row.directory, row.service_id, "enforcements")?;
        let record = serde_json::from_str(&row.record).map_err(|_| StoreError::Inconsistent {
            table: "enforcements",
            column: "record",
            id: service.to_string(),
        })?;
        let unseen = row.unseen_since.map(|at| {
            let why = serde_json::from_str(&row.unseen_why.unwrap_or_default());
            let why = why.map_err(|_| StoreError::Inconsistent {
                table: "enforcements",
                column: "unseen_why",
                id: service.to_string(),
            })?;
            Ok::<_, StoreError>((at, why))
        });
        Ok(Self {
            unseen: unseen.transpose()?,
            service,
            record,
            unseen_alarmed: row.unseen_alarmed,
            order_again: row.order_again,
            tries: row.tries,
            looked_at: row.looked_at,
            watched: row.watched,
        })
    }
}

impl Tx {
    /// What is known of these services; those that were never touched are left out.
    pub async fn enforcements(
        &mut self,
        keys: &[&ServiceKey],
    ) -> Result<Vec<Enforcement>, StoreError> {
        self.select_enforcements(keys, "").await
    }

    /// What is known of a service, held until the transaction ends.
    pub async fn enforcement_alone(&mut self, key: &ServiceKey) -> Result<Enforcement, StoreError> {
        // A row that is not there cannot be held, so it is made first.
        let sql = "INSERT INTO enforcements (directory, service_id, record, unseen_alarmed,
                order_again, tries, looked_at, watched)
            VALUES ($1, $2, '{\"record\":\"clear\"}', FALSE, FALSE, 0, 0, FALSE)
            ON CONFLICT (directory, service_id) DO NOTHING";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&key.directory)
                .bind(key.id.get())
                .execute(conn)
                .await?;
        });
        let hold = for_update(self.engine());
        let found = self.select_enforcements(&[key], hold).await?.pop();
        Ok(found.unwrap_or_else(|| Enforcement::untouched(key.clone())))
    }

    async fn select_enforcements(
        &mut self,
        keys: &[&ServiceKey],
        hold: &'static str,
    ) -> Result<Vec<Enforcement>, StoreError> {
        let mut found = Vec::new();
        for chunk in keys.chunks(256) {
            let rows: Vec<Row> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("SELECT ");
                sql.push(COLUMNS).push(" FROM enforcements WHERE (directory, service_id) IN ");
                sql.push_tuples(chunk, |mut row, key| {
                    row.push_bind(&key.directory).push_bind(key.id.get());
                });
                sql.push(hold);
                sql.build_query_as().fetch_all(conn).await?
            });
            for row in rows {
                found.push(row.try_into()?);
            }
        }
        Ok(found)
    }

    /// Stores what is known of a service.
    pub async fn put_enforcement(&mut self, known: &Enforcement) -> Result<(), StoreError> {
        let record =
            serde_json::to_string(&known.record).map_err(|_| StoreError::Inconsistent {
                table: "enforcements",
                column: "record",
                id: known.service.to_string(),
            })?;
        let trouble = suspension::trouble(&known.record, known.unseen_alarmed);
        let (unseen_since, unseen_why) = match &known.unseen {
            Some((at, why)) => (Some(*at), Some(written(why)?)),
            None => (None, None),
        };
        let sql =
            "INSERT INTO enforcements (directory, service_id, record, unseen_since, unseen_why,
                unseen_alarmed, order_again, tries, looked_at, watched, trouble)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (directory, service_id) DO UPDATE SET record = excluded.record,
                unseen_since = excluded.unseen_since, unseen_why = excluded.unseen_why,
                unseen_alarmed = excluded.unseen_alarmed, order_again = excluded.order_again,
                tries = excluded.tries, looked_at = excluded.looked_at, watched = excluded.watched,
                trouble = excluded.trouble";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&known.service.directory)
                .bind(known.service.id.get())
                .bind(record)
                .bind(unseen_since)
                .bind(unseen_why)
                .bind(known.unseen_alarmed)
                .bind(known.order_again)
                .bind(known.tries)
                .bind(known.looked_at)
                .bind(known.watched)
                .bind(trouble.map(Trouble::as_str))
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Watched services that were not looked at since `before`, the longest ago first.
    pub async fn services_to_look_at(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<ServiceKey>, StoreError> {
        let sql = "SELECT directory, service_id FROM enforcements
            WHERE watched AND looked_at <= $1 ORDER BY looked_at LIMIT $2";
        let rows: Vec<(String, i64)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(before).bind(limit).fetch_all(conn).await?
        });
        rows.iter().map(|(directory, id)| service_key(directory, *id, "enforcements")).collect()
    }

    /// A new order is about to be sent.
    pub async fn add_order(
        &mut self,
        service: &ServiceKey,
        report: ReportId,
        action: Action,
        reason: &str,
        now: i64,
    ) -> Result<OrderId, StoreError> {
        let id = self.take_ids(Counter::Orders, 1).await?.pop().unwrap_or_default();
        let sql = "INSERT INTO orders
                (id, directory, service_id, report_id, action, reason, sent_at, sendings)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(id)
                .bind(&service.directory)
                .bind(service.id.get())
                .bind(report.0)
                .bind(action.as_str())
                .bind(reason)
                .bind(now)
                .execute(conn)
                .await?;
        });
        Ok(OrderId(id))
    }

    /// The order is about to be sent once more.
    pub async fn resend_order(&mut self, id: OrderId) -> Result<(), StoreError> {
        let sql = "UPDATE orders SET sendings = sendings + 1, answered_at = NULL, answer = NULL
            WHERE id = $1";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(id.0).execute(conn).await?;
        });
        Ok(())
    }

    /// An order's answer came (or did not).
    pub async fn answer_order(
        &mut self,
        id: OrderId,
        answer: &Answer,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE orders SET answered_at = $1, answer = $2 WHERE id = $3";
        let text = serde_json::to_string(answer).unwrap_or_default();
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).bind(text).bind(id.0).execute(conn).await?;
        });
        Ok(())
    }

    /// One order.
    pub async fn order(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
        let sql =
            "SELECT directory, service_id, report_id, action, reason FROM orders WHERE id = $1";
        let row: Option<(String, i64, i64, Stored<Action>, String)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(id.0).fetch_optional(conn).await?
        });
        row.map(|(directory, service, report, Stored(action), reason)| {
            let service = service_key(&directory, service, "orders")?;
            Ok(OrderRow { id, service, report: ReportId(report), action, reason })
        })
        .transpose()
    }
}
