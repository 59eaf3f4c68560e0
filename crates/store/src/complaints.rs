//! Complaints: what was read in them, what became of each allegation, and who complains.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_core::ids::{MailId, ReportId, ServiceKey};
use portreeve_core::intake::{Because, IncidentFate, Lane, MailState, Why};
use sqlx::QueryBuilder;

use crate::codes::{Maybe, Stored};
use crate::db::{StoreError, Tx, on};
use crate::mails::{MAIL, MailRow};

/// Rows of one statement.
const AT_ONCE: usize = 64;

/// What was read in a complaint.
#[derive(Debug, Clone, Default)]
pub struct ComplaintReading {
    /// How far its sender is trusted.
    pub lane: Option<Lane>,
    /// The domain that authenticated it; empty for none.
    pub auth_domain: String,
    /// What was odd about its authentication, with blanks between the words.
    pub flags: String,
    /// Who complains.
    pub reporter: Option<i64>,
    /// Its format.
    pub format: Option<&'static str>,
    /// As what it is no report.
    pub not_a_report: Option<&'static str>,
    /// Who complains, in their words, and what was odd: JSON.
    pub complaint: Option<String>,
}

/// One allegation, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IncidentRow {
    /// The complaint.
    #[sqlx(rename = "mail_id", try_from = "Stored<MailId>")]
    pub mail: MailId,
    /// Its place in the complaint, from 0.
    pub n: i64,
    /// What kind of abuse, in the words of the readers.
    pub category: String,
    /// `ip`, `prefix`, `domain`, `url` or `email`.
    pub subject_kind: String,
    /// What it is about.
    pub subject: String,
    /// The address that the complaint declares beside it, or as it.
    pub ip: Option<String>,
    /// The source's port.
    pub port: Option<i64>,
    /// When it was observed, milliseconds.
    pub observed_at: Option<i64>,
    /// Where the zone of that was taken from.
    pub zone: String,
    /// How many events it stands for.
    pub count: i64,
    /// Pages, domains and what was attacked: JSON.
    pub details: String,
    /// The directory of the service that held it then.
    pub directory: Option<String>,
    /// That service.
    pub service_id: Option<i64>,
    /// Its customer then.
    pub customer_id: Option<String>,
    /// What became of it.
    #[sqlx(try_from = "Stored<IncidentFate>")]
    pub fate: IncidentFate,
    /// Why it waits or was passed over.
    #[sqlx(try_from = "Maybe<Why>")]
    pub why: Option<Why>,
    /// The report into which it went.
    #[sqlx(rename = "report_id", try_from = "Maybe<ReportId>")]
    pub report: Option<ReportId>,
}

/// What all complaints about a report say together.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IncidentsOfReport {
    /// The report.
    #[sqlx(rename = "report_id", try_from = "Stored<ReportId>")]
    pub report: ReportId,
    /// How many events they tell of.
    pub count: i64,
    /// How many complaints there are.
    pub complaints: i64,
    /// When the first was observed, milliseconds.
    pub first_seen: Option<i64>,
    /// When the last was.
    pub last_seen: Option<i64>,
    /// How many complaints the customer was told of.
    pub told: i64,
    /// When last.
    pub told_at: i64,
    /// When the customer is told of those that came since; none: there are none.
    pub tell_at: Option<i64>,
    /// The kinds of evidence and the reporters so far: JSON.
    pub seen: String,
}

/// A complaint about a report.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ComplaintOfReport {
    /// Its number.
    pub id: i64,
    /// When it came, milliseconds.
    pub received_at: i64,
    /// Its format.
    pub format: Option<String>,
    /// Which way it came.
    pub door: String,
    /// Whom it says that it is from.
    pub from_address: String,
    /// Who complains, in their words: JSON.
    pub complaint: Option<String>,
}

/// How a report ended, as far as that counts for those who complained about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It was as they said.
    Upheld,
    /// It was not.
    Unfounded,
}

impl Counted {
    /// Both of them.
    pub(crate) const ALL: [Self; 2] = [Self::Upheld, Self::Unfounded];

    /// The word of it, and the column in which it is counted.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Unfounded => "unfounded",
        }
    }
}

const INCIDENT: &str =
    "SELECT mail_id, n, category, subject_kind, subject, ip, port, observed_at, zone, count,
    details, directory, service_id, customer_id, fate, why, report_id FROM incidents";

const TOGETHER: &str =
    "SELECT report_id, count, complaints, first_seen, last_seen, told, told_at, tell_at, seen
    FROM report_incidents";

impl Tx {
    /// Writes down what was read in a complaint.
    pub async fn put_complaint_reading(
        &mut self,
        id: MailId,
        reading: &ComplaintReading,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE incoming_mails SET lane = $1, auth_domain = $2, flags = $3, reporter_id = $4,
            format = $5, not_a_report = $6, complaint = $7 WHERE id = $8";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(reading.lane.map(Lane::code))
                .bind(&reading.auth_domain)
                .bind(&reading.flags)
                .bind(reading.reporter)
                .bind(reading.format)
                .bind(reading.not_a_report)
                .bind(&reading.complaint)
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Nobody has read it, once more, from now on.
    pub async fn read_mail_again(
        &mut self,
        id: MailId,
        lane: Option<Lane>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE incoming_mails SET state = 'unread', why = NULL, lane = $1, unread_since = $2
            WHERE id = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(lane.map(Lane::code))
                .bind(now)
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Writes down why staff dismissed it.
    pub async fn put_because(
        &mut self,
        id: MailId,
        because: Option<Because>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE incoming_mails SET because = $1 WHERE id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(because.map(Because::code))
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Adds allegations.
    pub async fn add_incidents(&mut self, rows: &[IncidentRow]) -> Result<(), StoreError> {
        for chunk in rows.chunks(AT_ONCE) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO incidents (mail_id, n, category, subject_kind, subject, ip, port, observed_at,
                        zone, count, details, directory, service_id, customer_id, fate, why, report_id) ",
                );
                sql.push_values(chunk, |mut values, row| {
                    values
                        .push_bind(row.mail.0)
                        .push_bind(row.n)
                        .push_bind(&row.category)
                        .push_bind(&row.subject_kind)
                        .push_bind(&row.subject)
                        .push_bind(&row.ip)
                        .push_bind(row.port)
                        .push_bind(row.observed_at)
                        .push_bind(&row.zone)
                        .push_bind(row.count)
                        .push_bind(&row.details)
                        .push_bind(&row.directory)
                        .push_bind(row.service_id)
                        .push_bind(&row.customer_id)
                        .push_bind(row.fate.code())
                        .push_bind(row.why.map(Why::code))
                        .push_bind(row.report.map(|report| report.0));
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Forgets the allegations of a complaint that is read again.
    pub async fn forget_incidents(&mut self, mail: MailId) -> Result<(), StoreError> {
        let sql = "DELETE FROM incidents WHERE mail_id = $1";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(mail.0).execute(conn).await?;
        });
        Ok(())
    }

    /// Writes down that staff put these allegations of a complaint into a report.
    pub async fn put_incidents_into(
        &mut self,
        mail: MailId,
        numbers: &[i64],
        fate: IncidentFate,
        report: ReportId,
    ) -> Result<(), StoreError> {
        for chunk in numbers.chunks(AT_ONCE) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("UPDATE incidents SET fate = ");
                sql.push_bind(fate.code()).push(", why = NULL, report_id = ").push_bind(report.0);
                sql.push(" WHERE mail_id = ").push_bind(mail.0).push(" AND n IN (");
                let mut list = sql.separated(", ");
                for n in chunk {
                    list.push_bind(*n);
                }
                sql.push(")");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// The allegations of a complaint, at most so many.
    pub async fn incidents(
        &mut self,
        mail: MailId,
        limit: i64,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        let sql = format!("{INCIDENT} WHERE mail_id = $1 ORDER BY n LIMIT $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(mail.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// The allegations of several complaints, of each at most so many.
    pub async fn incidents_of(
        &mut self,
        mails: &[MailId],
        limit: i64,
    ) -> Result<BTreeMap<MailId, Vec<IncidentRow>>, StoreError> {
        let mut found: BTreeMap<MailId, Vec<IncidentRow>> = BTreeMap::new();
        for chunk in mails.chunks(AT_ONCE) {
            let rows: Vec<IncidentRow> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(INCIDENT);
                sql.push(" WHERE n < ").push_bind(limit).push(" AND mail_id IN (");
                let mut ids = sql.separated(", ");
                for mail in chunk {
                    ids.push_bind(mail.0);
                }
                sql.push(") ORDER BY mail_id, n");
                sql.build_query_as().fetch_all(conn).await?
            });
            for row in rows {
                found.entry(row.mail).or_default().push(row);
            }
        }
        Ok(found)
    }

    /// The reports that complaints are about.
    pub async fn reports_of_complaints(
        &mut self,
        mails: &[MailId],
    ) -> Result<BTreeMap<MailId, Vec<ReportId>>, StoreError> {
        let mut found: BTreeMap<MailId, Vec<ReportId>> = BTreeMap::new();
        for chunk in mails.chunks(AT_ONCE) {
            let rows: Vec<(i64, i64)> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "SELECT mail_id, report_id FROM report_complaints WHERE mail_id IN (",
                );
                let mut ids = sql.separated(", ");
                for mail in chunk {
                    ids.push_bind(mail.0);
                }
                sql.push(") ORDER BY mail_id, report_id");
                sql.build_query_as().fetch_all(conn).await?
            });
            for (mail, report) in rows {
                found.entry(MailId(mail)).or_default().push(ReportId(report));
            }
        }
        Ok(found)
    }

    /// Puts complaints on the lists of reports. Whether each was not there yet, in the same order.
    pub async fn add_report_complaint(
        &mut self,
        report: ReportId,
        mail: MailId,
        received_at: i64,
    ) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO report_complaints (report_id, mail_id, received_at) VALUES ($1, $2, $3)
            ON CONFLICT (report_id, mail_id) DO NOTHING";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql)
                .bind(report.0)
                .bind(mail.0)
                .bind(received_at)
                .execute(conn)
                .await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// The first complaints about a report.
    pub async fn complaints_of_report(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<ComplaintOfReport>, StoreError> {
        let sql = "SELECT incoming_mails.id, report_complaints.received_at, format, door, from_address, complaint
            FROM report_complaints JOIN incoming_mails ON incoming_mails.id = report_complaints.mail_id
            WHERE report_complaints.report_id = $1 ORDER BY report_complaints.mail_id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?)
        })
    }

    /// What all complaints about a report say together.
    pub async fn incidents_of_report(
        &mut self,
        report: ReportId,
    ) -> Result<Option<IncidentsOfReport>, StoreError> {
        let sql = format!("{TOGETHER} WHERE report_id = $1");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(report.0)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Stores that.
    pub async fn put_incidents_of_report(
        &mut self,
        row: &IncidentsOfReport,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO report_incidents
                (report_id, count, complaints, first_seen, last_seen, told, told_at, tell_at, seen)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (report_id) DO UPDATE SET count = excluded.count, complaints = excluded.complaints,
                first_seen = excluded.first_seen, last_seen = excluded.last_seen, told = excluded.told,
                told_at = excluded.told_at, tell_at = excluded.tell_at, seen = excluded.seen";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(row.report.0)
                .bind(row.count)
                .bind(row.complaints)
                .bind(row.first_seen)
                .bind(row.last_seen)
                .bind(row.told)
                .bind(row.told_at)
                .bind(row.tell_at)
                .bind(&row.seen)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Reports whose customers are to be told of further complaints by now.
    pub async fn reports_to_tell(
        &mut self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql =
            "SELECT report_id FROM report_incidents WHERE tell_at <= $1 ORDER BY tell_at LIMIT $2";
        let ids: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(now).bind(limit).fetch_all(conn).await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }

    /// Puts off telling a customer of further complaints.
    pub async fn tell_later(&mut self, report: ReportId, at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE report_incidents SET tell_at = $1 WHERE report_id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(at).bind(report.0).execute(conn).await?;
        });
        Ok(())
    }

    /// Holds what complaints are about, until the transaction ends: whoever places others about the same waits.
    pub async fn hold_matters(
        &mut self,
        matters: &BTreeSet<(ServiceKey, String)>,
    ) -> Result<(), StoreError> {
        // In the order of the set, one after the other: of two that hold the same none waits for the other in turn.
        let sql = "INSERT INTO matters (directory, service_id, category) VALUES ($1, $2, $3)
            ON CONFLICT (directory, service_id, category) DO UPDATE SET directory = excluded.directory";
        for (service, category) in matters {
            on!(self, conn => {
                sqlx::query::<Database>(sql)
                    .bind(&service.directory)
                    .bind(service.id.get())
                    .bind(category)
                    .execute(conn)
                    .await?;
            });
        }
        Ok(())
    }

    /// The latest open report about a service and a category whose customer is this one; with `suspends` only one that
    /// does.
    pub async fn open_report_about(
        &mut self,
        service: &ServiceKey,
        category: &str,
        customer_id: &str,
        suspends: bool,
    ) -> Result<Option<ReportId>, StoreError> {
        let sql =
            "SELECT id FROM reports WHERE directory = $1 AND service_id = $2 AND category = $3
            AND customer_id = $4 AND status = 'open' AND (suspend_method <> 'nosuspend' OR NOT $5)
            ORDER BY id DESC LIMIT 1";
        let id: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(&service.directory)
                .bind(service.id.get())
                .bind(category)
                .bind(customer_id)
                .bind(suspends)
                .fetch_optional(conn)
                .await?
        });
        Ok(id.map(ReportId))
    }

    /// What came in and is in this state, after `after`, the oldest first.
    pub async fn mails_in_state(
        &mut self,
        state: MailState,
        after: MailId,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let sql = format!("{MAIL} WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(state.code())
                .bind(after.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// What came with a token of the REST interface and is in this state, after `after`, the oldest first.
    pub async fn mails_of_token(
        &mut self,
        token: &str,
        state: MailState,
        after: MailId,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let sql =
            format!("{MAIL} WHERE credential = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(token)
                .bind(state.code())
                .bind(after.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// How much is in this state, counted up to `bound`.
    pub async fn count_mails_in_state(
        &mut self,
        state: MailState,
        bound: i64,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM (SELECT id FROM incoming_mails WHERE state = $1 LIMIT $2) AS counted";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(state.code())
                .bind(bound)
                .fetch_one(conn)
                .await?)
        })
    }

    /// All that came in, after `after`, the oldest first.
    pub async fn mails_after(
        &mut self,
        after: MailId,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let sql = format!("{MAIL} WHERE id > $1 ORDER BY id LIMIT $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(after.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }
}
