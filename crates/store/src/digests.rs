//! Mailboxes that get many notices: how many in an hour, and those that wait for a digest.

use portreeve_core::ids::ReportId;
use portreeve_core::notice::Notice;
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// The hour of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MailboxHour {
    /// Hash of its address.
    pub mailbox: String,
    /// When it began, milliseconds.
    pub since: i64,
    /// Notices for it since then.
    pub asked: i64,
}

/// A notice that waits for a digest.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Gathered {
    /// About which report.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// Which notice.
    #[sqlx(try_from = "Stored<Notice>")]
    pub notice: Notice,
    /// When what it tells of happened, milliseconds.
    pub at: i64,
}

/// A notice that is to wait for a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGathered {
    /// Hash of the mailbox's address.
    pub mailbox: String,
    /// When the hour began, milliseconds.
    pub since: i64,
    /// The notice.
    pub notice: Gathered,
}

impl Tx {
    /// Adds to the notices of mailboxes (hash of the address, how many), and returns the hour of each with them counted. An hour that began `hour`
    /// milliseconds ago is over, and a new one begins.
    pub async fn ask_mailboxes(
        &mut self,
        asked: &[(String, i64)],
        now: i64,
        hour: i64,
    ) -> Result<Vec<MailboxHour>, StoreError> {
        let mut hours = Vec::with_capacity(asked.len());
        let mut asked: Vec<&(String, i64)> = asked.iter().collect();
        // In one order everywhere, so that two transactions never wait for each other in a ring.
        asked.sort_unstable();
        for chunk in asked.chunks(128) {
            let rows: Vec<MailboxHour> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO mailbox_hours (mailbox, since, asked) ",
                );
                sql.push_values(chunk, |mut row, (mailbox, count)| {
                    row.push_bind(mailbox).push_bind(now).push_bind(count);
                });
                sql.push(
                    " ON CONFLICT (mailbox) DO UPDATE SET
                        asked = excluded.asked
                            + CASE WHEN mailbox_hours.since <= excluded.since
                                AND mailbox_hours.since > excluded.since - ",
                );
                sql.push_bind(hour).push(" THEN mailbox_hours.asked ELSE 0 END, since = CASE WHEN
                    mailbox_hours.since <= excluded.since AND mailbox_hours.since > excluded.since - ");
                sql.push_bind(hour).push(" THEN mailbox_hours.since ELSE excluded.since END
                    RETURNING mailbox, since, asked");
                sql.build_query_as::<MailboxHour>().fetch_all(conn).await?
            });
            hours.extend(rows);
        }
        Ok(hours)
    }

    /// Forgets up to `limit` hours that began before `before`.
    pub async fn forget_mailbox_hours(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM mailbox_hours WHERE mailbox IN
            (SELECT mailbox FROM mailbox_hours WHERE since < $1 ORDER BY since LIMIT $2)";
        on!(self, conn => {
            Ok(sqlx::query::<Database>(sql)
                .bind(before)
                .bind(limit)
                .execute(conn)
                .await?
                .rows_affected())
        })
    }

    /// Puts notices into digests. A second time changes nothing.
    pub async fn gather_notices(&mut self, notices: &[NewGathered]) -> Result<(), StoreError> {
        for chunk in notices.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO gathered_notices (mailbox, since, report_id, notice, at) ",
                );
                sql.push_values(chunk, |mut row, NewGathered { mailbox, since, notice: one }| {
                    row.push_bind(mailbox)
                        .push_bind(since)
                        .push_bind(one.report.0)
                        .push_bind(one.notice.as_str())
                        .push_bind(one.at);
                });
                sql.push(" ON CONFLICT (mailbox, since, report_id, notice, at) DO NOTHING");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// The first notices of a digest, by their reports.
    pub async fn gathered_notices(
        &mut self,
        mailbox: &str,
        since: i64,
        limit: i64,
    ) -> Result<Vec<Gathered>, StoreError> {
        let sql = "SELECT report_id, notice, at FROM gathered_notices
            WHERE mailbox = $1 AND since = $2 ORDER BY report_id, at, notice LIMIT $3";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(mailbox)
                .bind(since)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Takes notices out of a digest.
    pub async fn take_gathered(
        &mut self,
        mailbox: &str,
        since: i64,
        taken: &[Gathered],
    ) -> Result<(), StoreError> {
        for chunk in taken.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "DELETE FROM gathered_notices WHERE mailbox = ",
                );
                sql.push_bind(mailbox).push(" AND since = ").push_bind(since);
                sql.push(" AND (report_id, notice, at) IN (");
                sql.push_values(chunk, |mut row, one| {
                    row.push_bind(one.report.0).push_bind(one.notice.as_str()).push_bind(one.at);
                });
                sql.push(")");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }
}
