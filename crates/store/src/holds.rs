//! Which reports hold a service, which wait for approval, and how many suspensions came by themselves.

use portreeve_core::guard::Stop;
use portreeve_core::ids::{Press, ReportId, ServiceKey};
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

impl Tx {
    /// Reports whose hold on this service stands, the oldest first: who wished it, and since when.
    pub async fn holders(
        &mut self,
        service: &ServiceKey,
    ) -> Result<Vec<(ReportId, Press, i64)>, StoreError> {
        let sql = "SELECT report_id, press, since FROM holds
            WHERE directory = $1 AND service_id = $2 AND state = 'placed' ORDER BY report_id";
        let rows: Vec<(i64, Stored<Press>, i64)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql)
                .bind(&service.directory)
                .bind(service.id.get())
                .fetch_all(conn)
                .await?
        });
        Ok(rows.into_iter().map(|(id, Stored(by), since)| (ReportId(id), by, since)).collect())
    }

    /// The report whose hold on this service was released last, and who wished it.
    pub async fn last_released(
        &mut self,
        service: &ServiceKey,
    ) -> Result<Option<(ReportId, Press)>, StoreError> {
        let sql = "SELECT report_id, press FROM holds
            WHERE directory = $1 AND service_id = $2 AND state = 'released'
            ORDER BY since DESC, report_id DESC LIMIT 1";
        let row: Option<(i64, Stored<Press>)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql)
                .bind(&service.directory)
                .bind(service.id.get())
                .fetch_optional(conn)
                .await?
        });
        Ok(row.map(|(id, Stored(by))| (ReportId(id), by)))
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
