//! Which reports hold a service, which wait for approval, and how many suspensions came by themselves.

use std::collections::BTreeSet;

use portreeve_core::guard::Stop;
use portreeve_core::ids::{Press, ReportId, ServiceKey};
use portreeve_core::time::Timestamp;
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::directory::service_key;

/// A hold without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldState {
    Waiting,
    Placed,
    Released,
}

impl HoldState {
    pub(crate) const ALL: [Self; 3] = [Self::Waiting, Self::Placed, Self::Released];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Placed => "placed",
            Self::Released => "released",
        }
    }
}

/// A report whose hold on a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    /// The report.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// Who wished it.
    #[sqlx(rename = "press", try_from = "Stored<Press>")]
    pub by: Press,
    /// Since when.
    #[sqlx(try_from = "Stored<Timestamp>")]
    pub since: Timestamp,
}

/// The hold on a service that was released last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct ReleasedHold {
    /// The report whose it was.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// Who wished that it be released.
    #[sqlx(rename = "press", try_from = "Stored<Press>")]
    pub by: Press,
}

impl Tx {
    /// Reports whose hold on this service stands, the oldest first.
    pub async fn holders(&mut self, service: &ServiceKey) -> Result<Vec<Holder>, StoreError> {
        let sql = "SELECT report_id, press, since FROM holds
            WHERE directory = $1 AND service_id = $2 AND state = 'placed' ORDER BY report_id";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(&service.directory)
                .bind(service.id.get())
                .fetch_all(conn)
                .await?)
        })
    }

    /// Which of these services a report holds.
    pub async fn held_services(
        &mut self,
        services: &[&ServiceKey],
    ) -> Result<BTreeSet<ServiceKey>, StoreError> {
        let mut held = BTreeSet::new();
        for chunk in services.chunks(256) {
            let rows: Vec<(String, i64)> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "SELECT DISTINCT directory, service_id FROM holds
                        WHERE state = 'placed' AND (directory, service_id) IN ",
                );
                sql.push_tuples(chunk, |mut row, key| {
                    row.push_bind(&key.directory).push_bind(key.id.get());
                });
                sql.build_query_as().fetch_all(conn).await?
            });
            for (directory, id) in rows {
                held.insert(service_key(&directory, id, "holds")?);
            }
        }
        Ok(held)
    }

    /// The hold on this service that was released last.
    pub async fn last_released(
        &mut self,
        service: &ServiceKey,
    ) -> Result<Option<ReleasedHold>, StoreError> {
        let sql = "SELECT report_id, press FROM holds
            WHERE directory = $1 AND service_id = $2 AND state = 'released'
            ORDER BY since DESC, report_id DESC LIMIT 1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(&service.directory)
                .bind(service.id.get())
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Reports whose suspension waits for approval because of one of `whys`, by id after `after`.
    pub async fn waiting_holds(
        &mut self,
        whys: &[Stop],
        after: ReportId,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let ids: Vec<i64> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new(
                "SELECT report_id FROM holds WHERE state = 'waiting' AND report_id > ",
            );
            sql.push_bind(after.0).push(" AND why IN (");
            let mut list = sql.separated(", ");
            for why in whys {
                list.push_bind(why.code());
            }
            sql.push(") ORDER BY report_id LIMIT ").push_bind(limit);
            sql.build_query_scalar::<i64>().fetch_all(conn).await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }

    /// Counts automatic suspensions since `since`, up to `limit`.
    pub async fn count_automatic_suspensions(
        &mut self,
        since: i64,
        limit: i64,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM
            (SELECT at FROM automatic_suspensions WHERE at > $1 LIMIT $2) AS recent";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).bind(since).bind(limit).fetch_one(conn).await?)
        })
    }

    /// Counts one more automatic suspension, and forgets those before `forget_before`.
    pub async fn add_automatic_suspension(
        &mut self,
        report: ReportId,
        now: i64,
        forget_before: i64,
    ) -> Result<(), StoreError> {
        let add = "INSERT INTO automatic_suspensions (report_id, at) VALUES ($1, $2)";
        let forget = "DELETE FROM automatic_suspensions WHERE at <= $1";
        on!(self, conn => {
            sqlx::query::<Database>(forget).bind(forget_before).execute(&mut *conn).await?;
            sqlx::query::<Database>(add).bind(report.0).bind(now).execute(conn).await?;
        });
        Ok(())
    }
}
