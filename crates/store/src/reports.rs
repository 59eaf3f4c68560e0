//! Reports with their holds, histories, messages and notes.

use portreeve_core::guard::Stop;
use portreeve_core::ids::{Press, ReportId};
use portreeve_core::report::{
    Allegation, Claim, Countdown, CustomerSaid, Hold, Merged, Outcome, Report, State, Status,
    Subject, SuspendMethod, Turn,
};
use portreeve_core::time::{Span, Timestamp, from_millis};
use sqlx::QueryBuilder;

use crate::codes::{Maybe, Stored};
use crate::db::{StoreError, Tx, on};
use crate::dialect::{Counter, for_update, for_update_skip_locked};
use crate::directory::service_key;
use crate::holds::HoldState;
use crate::search::address_key;

/// A report to be stored for the first time.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// The report.
    pub report: Report,
    /// Who opened it, as the history shows it.
    pub opened_by: String,
}

/// A countdown without its instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountdownState {
    None,
    Running,
    Paused,
    Lifted,
    Reached,
}

impl CountdownState {
    pub(crate) const ALL: [Self; 5] =
        [Self::None, Self::Running, Self::Paused, Self::Lifted, Self::Reached];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Lifted => "lifted",
            Self::Reached => "reached",
        }
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: i64,
    directory: Option<String>,
    service_id: Option<i64>,
    customer_id: Option<String>,
    category: String,
    service_ip: String,
    additional_info: String,
    suspend_method: Stored<SuspendMethod>,
    allow_unsuspend: bool,
    pay_to_unsuspend: bool,
    opened_at: i64,
    status: Stored<Status>,
    queued_why: Option<String>,
    turn: Maybe<Turn>,
    outcome: Maybe<Outcome>,
    closed_at: Option<i64>,
    countdown: Stored<CountdownState>,
    deadline_at: Option<i64>,
    remind_at: Option<i64>,
    left_ms: Option<i64>,
    remind_in_ms: Option<i64>,
    hold_state: Maybe<HoldState>,
    hold_since: Option<i64>,
    hold_press: Maybe<Press>,
    hold_why: Maybe<Stop>,
    revision: i64,
    assignee: Option<String>,
    merged_into: Option<i64>,
    merged_hold: bool,
    claim: Maybe<Claim>,
    wanted_ms: Option<i64>,
    more_time_times: i64,
    unsuspended_times: i64,
}

pub(crate) const SELECT: &str = "SELECT reports.id, reports.directory, reports.service_id, reports.customer_id, category,
    service_ip, additional_info, suspend_method, allow_unsuspend, pay_to_unsuspend, opened_at, status, queued_why, turn,
    outcome, closed_at, countdown, deadline_at, remind_at, left_ms, remind_in_ms, revision, assignee,
    merged_into, merged_hold, claim, wanted_ms, more_time_times, unsuspended_times, holds.state AS hold_state, holds.since AS hold_since, holds.press AS hold_press,
    holds.why AS hold_why";
pub(crate) const FROM: &str = " FROM reports LEFT JOIN holds ON holds.report_id = reports.id";

/// The state columns of a report, as they are stored.
struct Columns {
    status: Status,
    queued_why: Option<String>,
    turn: Option<Turn>,
    outcome: Option<Outcome>,
    closed_at: Option<i64>,
    countdown: CountdownState,
    deadline_at: Option<i64>,
    remind_at: Option<i64>,
    left_ms: Option<i64>,
    remind_in_ms: Option<i64>,
    wake_at: Option<i64>,
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

impl Columns {
    fn of(report: &Report) -> Self {
        let mut columns = Self {
            status: report.state.status(),
            queued_why: None,
            turn: report.state.turn(),
            outcome: None,
            closed_at: None,
            countdown: CountdownState::None,
            deadline_at: None,
            remind_at: None,
            left_ms: None,
            remind_in_ms: None,
            wake_at: report.wake_at().map(millis),
        };
        match &report.state {
            State::Queued { why } => {
                columns.queued_why = serde_json::to_string(why).ok();
            }
            State::Closed { at, outcome } => {
                columns.closed_at = Some(millis(*at));
                columns.outcome = Some(*outcome);
            }
            State::Open { countdown, .. } => columns.set_countdown(countdown),
        }
        columns
    }

    fn set_countdown(&mut self, countdown: &Countdown) {
        match countdown {
            Countdown::None => {}
            Countdown::Running { deadline, remind_at } => {
                self.countdown = CountdownState::Running;
                self.deadline_at = Some(millis(*deadline));
                self.remind_at = remind_at.map(millis);
            }
            Countdown::Paused { left, remind_in } => {
                self.countdown = CountdownState::Paused;
                self.left_ms = Some(left.as_millis());
                self.remind_in_ms = remind_in.map(Span::as_millis);
            }
            Countdown::Lifted { left, remind_in } => {
                self.countdown = CountdownState::Lifted;
                self.left_ms = Some(left.as_millis());
                self.remind_in_ms = remind_in.map(Span::as_millis);
            }
            Countdown::Reached { deadline } => {
                self.countdown = CountdownState::Reached;
                self.deadline_at = Some(millis(*deadline));
            }
        }
    }
}

/// The columns of a hold.
struct HoldColumns {
    state: HoldState,
    since: i64,
    press: Option<Press>,
    why: Option<Stop>,
}

impl HoldColumns {
    /// Nothing for a report that has none.
    fn of(hold: &Hold) -> Option<Self> {
        let of = |state, at, press, why| Self { state, since: millis(at), press, why };
        Some(match *hold {
            Hold::None => return None,
            Hold::Waiting { since, why } => of(HoldState::Waiting, since, None, Some(why)),
            Hold::Placed { since, by } => of(HoldState::Placed, since, Some(by), None),
            Hold::Released { at, by } => of(HoldState::Released, at, Some(by), None),
        })
    }
}

/// Reads columns back into a report; any contradiction is an error that names it.
struct Reader<'a> {
    row: &'a Row,
}

impl Reader<'_> {
    fn bad(&self, column: &'static str) -> StoreError {
        StoreError::Inconsistent { table: "reports", column, id: self.row.id.to_string() }
    }

    fn instant(&self, column: &'static str, value: Option<i64>) -> Result<Timestamp, StoreError> {
        value.and_then(from_millis).ok_or_else(|| self.bad(column))
    }

    fn maybe_instant(
        &self,
        column: &'static str,
        value: Option<i64>,
    ) -> Result<Option<Timestamp>, StoreError> {
        value.map(|value| self.instant(column, Some(value))).transpose()
    }

    fn state(&self) -> Result<State, StoreError> {
        let row = self.row;
        match row.status.0 {
            Status::Queued => {
                let why = row.queued_why.as_deref().map(serde_json::from_str);
                let why = why.and_then(Result::ok).ok_or_else(|| self.bad("queued_why"))?;
                Ok(State::Queued { why })
            }
            Status::Closed => Ok(State::Closed {
                at: self.instant("closed_at", row.closed_at)?,
                outcome: row.outcome.0.ok_or_else(|| self.bad("outcome"))?,
            }),
            Status::Open => Ok(State::Open {
                turn: row.turn.0.ok_or_else(|| self.bad("turn"))?,
                countdown: self.countdown()?,
            }),
        }
    }

    fn countdown(&self) -> Result<Countdown, StoreError> {
        let row = self.row;
        Ok(match row.countdown.0 {
            CountdownState::None => Countdown::None,
            CountdownState::Running => Countdown::Running {
                deadline: self.instant("deadline_at", row.deadline_at)?,
                remind_at: self.maybe_instant("remind_at", row.remind_at)?,
            },
            CountdownState::Paused => Countdown::Paused {
                left: row.left_ms.map(Span::from_millis).ok_or_else(|| self.bad("left_ms"))?,
                remind_in: row.remind_in_ms.map(Span::from_millis),
            },
            CountdownState::Lifted => Countdown::Lifted {
                left: row.left_ms.map(Span::from_millis).ok_or_else(|| self.bad("left_ms"))?,
                remind_in: row.remind_in_ms.map(Span::from_millis),
            },
            CountdownState::Reached => {
                Countdown::Reached { deadline: self.instant("deadline_at", row.deadline_at)? }
            }
        })
    }

    fn hold(&self) -> Result<Hold, StoreError> {
        let row = self.row;
        let Some(state) = row.hold_state.0 else { return Ok(Hold::None) };
        let since = self.instant("since of hold", row.hold_since)?;
        let by = || row.hold_press.0.ok_or_else(|| self.bad("press of hold"));
        Ok(match state {
            HoldState::Waiting => {
                let why = row.hold_why.0.ok_or_else(|| self.bad("why of hold"))?;
                Hold::Waiting { since, why }
            }
            HoldState::Placed => Hold::Placed { since, by: by()? },
            HoldState::Released => Hold::Released { at: since, by: by()? },
        })
    }

    fn said(&self) -> Result<CustomerSaid, StoreError> {
        let row = self.row;
        let times =
            |column: &'static str, value: i64| u32::try_from(value).map_err(|_| self.bad(column));
        Ok(CustomerSaid {
            claim: row.claim.0,
            wants: row.wanted_ms.map(Span::from_millis),
            more_time_times: times("more_time_times", row.more_time_times)?,
            unsuspended_times: times("unsuspended_times", row.unsuspended_times)?,
        })
    }

    fn report(&self) -> Result<Report, StoreError> {
        let row = self.row;
        let service = match (&row.directory, row.service_id) {
            (Some(directory), Some(id)) => Some(service_key(directory, id, "reports")?),
            (None, None) => None,
            _ => return Err(self.bad("service_id")),
        };
        let (subject, claimed_service) = match (service, &row.customer_id) {
            (Some(service), Some(customer_id)) => {
                (Some(Subject { service, customer_id: customer_id.clone() }), None)
            }
            (service, _) => (None, service),
        };
        Ok(Report {
            id: ReportId(row.id),
            subject,
            claimed_service,
            allegation: Allegation {
                category: row.category.clone(),
                service_ip: row.service_ip.clone(),
                additional_info: row.additional_info.clone(),
                suspend_method: row.suspend_method.0,
                allow_unsuspend: row.allow_unsuspend,
                pay_to_unsuspend: row.pay_to_unsuspend,
            },
            opened_at: self.instant("opened_at", Some(row.opened_at))?,
            state: self.state()?,
            hold: self.hold()?,
            assignee: row.assignee.clone(),
            merged: row
                .merged_into
                .map(|into| Merged { into: ReportId(into), hold_went_along: row.merged_hold }),
            said: self.said()?,
            revision: row.revision,
        })
    }
}

pub(crate) fn read(rows: &[Row]) -> Result<Vec<Report>, StoreError> {
    rows.iter().map(|row| Reader { row }.report()).collect()
}

/// The service columns of a report: directory, id, customer.
fn service_columns(report: &Report) -> (Option<&str>, Option<i64>, Option<&str>) {
    match (&report.subject, &report.claimed_service) {
        (Some(subject), _) => (
            Some(&subject.service.directory),
            Some(subject.service.id.get()),
            Some(&subject.customer_id),
        ),
        (None, Some(claimed)) => (Some(&claimed.directory), Some(claimed.id.get()), None),
        (None, None) => (None, None, None),
    }
}

impl Tx {
    /// Takes numbers for new reports.
    pub async fn take_report_ids(&mut self, count: usize) -> Result<Vec<ReportId>, StoreError> {
        Ok(self.take_ids(Counter::Reports, count).await?.into_iter().map(ReportId).collect())
    }

    /// Stores new reports with their holds.
    pub async fn add_reports(&mut self, new: &[NewReport]) -> Result<(), StoreError> {
        for chunk in new.chunks(64) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO reports (id, directory, service_id, customer_id, category, service_ip,
                        additional_info, suspend_method, allow_unsuspend, pay_to_unsuspend, opened_at, opened_by, status,
                        queued_why, turn, outcome, closed_at, countdown, deadline_at, remind_at,
                        left_ms, remind_in_ms, wake_at, revision, address) ",
                );
                sql.push_values(chunk, |mut row, NewReport { report, opened_by }| {
                    let (directory, service_id, customer_id) = service_columns(report);
                    let columns = Columns::of(report);
                    row.push_bind(report.id.0)
                        .push_bind(directory)
                        .push_bind(service_id)
                        .push_bind(customer_id)
                        .push_bind(&report.allegation.category)
                        .push_bind(&report.allegation.service_ip)
                        .push_bind(&report.allegation.additional_info)
                        .push_bind(report.allegation.suspend_method.as_str())
                        .push_bind(report.allegation.allow_unsuspend)
                        .push_bind(report.allegation.pay_to_unsuspend)
                        .push_bind(millis(report.opened_at))
                        .push_bind(opened_by)
                        .push_bind(columns.status.as_str())
                        .push_bind(columns.queued_why)
                        .push_bind(columns.turn.map(Turn::as_str))
                        .push_bind(columns.outcome.map(Outcome::as_str))
                        .push_bind(columns.closed_at)
                        .push_bind(columns.countdown.as_str())
                        .push_bind(columns.deadline_at)
                        .push_bind(columns.remind_at)
                        .push_bind(columns.left_ms)
                        .push_bind(columns.remind_in_ms)
                        .push_bind(columns.wake_at)
                        .push_bind(report.revision)
                        .push_bind(address_key(&report.allegation.service_ip));
                });
                sql.build().execute(conn).await?;
            });
        }
        for new in new.iter().filter(|new| new.report.hold != Hold::None) {
            self.put_hold(&new.report).await?;
        }
        Ok(())
    }

    /// Makes categories known.
    pub async fn add_categories(&mut self, names: &[String]) -> Result<(), StoreError> {
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        // In one order everywhere, so that two writers never wait for each other in a ring.
        names.sort_unstable();
        names.dedup();
        for chunk in names.chunks(256) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("INSERT INTO categories (name) ");
                sql.push_values(chunk, |mut row, name| {
                    row.push_bind(*name);
                });
                sql.push(" ON CONFLICT (name) DO NOTHING");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Categories that came in with reports, by name.
    pub async fn known_categories(&mut self, limit: i64) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM categories ORDER BY name LIMIT $1";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Stores a report after a move, with its hold, under the next revision.
    pub async fn save_report(&mut self, report: &Report) -> Result<(), StoreError> {
        let sql =
            "UPDATE reports SET directory = $1, service_id = $2, customer_id = $3, status = $4,
            queued_why = $5, turn = $6, outcome = $7, closed_at = $8, countdown = $9,
            deadline_at = $10, remind_at = $11, left_ms = $12, remind_in_ms = $13, wake_at = $14,
            service_ip = $15, address = $16, category = $17, assignee = $18, merged_into = $19,
            merged_hold = $20, claim = $21, wanted_ms = $22, more_time_times = $23,
            unsuspended_times = $24, pay_to_unsuspend = $25, suspend_method = $26,
            revision = revision + 1 WHERE id = $27";
        let (directory, service_id, customer_id) = service_columns(report);
        let columns = Columns::of(report);
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(service_id)
                .bind(customer_id)
                .bind(columns.status.as_str())
                .bind(columns.queued_why)
                .bind(columns.turn.map(Turn::as_str))
                .bind(columns.outcome.map(Outcome::as_str))
                .bind(columns.closed_at)
                .bind(columns.countdown.as_str())
                .bind(columns.deadline_at)
                .bind(columns.remind_at)
                .bind(columns.left_ms)
                .bind(columns.remind_in_ms)
                .bind(columns.wake_at)
                .bind(&report.allegation.service_ip)
                .bind(address_key(&report.allegation.service_ip))
                .bind(&report.allegation.category)
                .bind(&report.assignee)
                .bind(report.merged.map(|merged| merged.into.0))
                .bind(report.merged.is_some_and(|merged| merged.hold_went_along))
                .bind(report.said.claim.map(Claim::as_str))
                .bind(report.said.wants.map(Span::as_millis))
                .bind(i64::from(report.said.more_time_times))
                .bind(i64::from(report.said.unsuspended_times))
                .bind(report.allegation.pay_to_unsuspend)
                .bind(report.allegation.suspend_method.as_str())
                .bind(report.id.0)
                .execute(conn)
                .await?
                .rows_affected()
        });
        if rows != 1 {
            return Err(StoreError::Gone { table: "reports", id: report.id.0.to_string() });
        }
        self.put_hold(report).await
    }

    async fn put_hold(&mut self, report: &Report) -> Result<(), StoreError> {
        let (Some(hold), Some(subject)) = (HoldColumns::of(&report.hold), &report.subject) else {
            return self.delete_hold(report.id).await;
        };
        let sql = "INSERT INTO holds (report_id, directory, service_id, state, since, press, why)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (report_id) DO UPDATE SET state = excluded.state, since = excluded.since,
                press = excluded.press, why = excluded.why";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(report.id.0)
                .bind(&subject.service.directory)
                .bind(subject.service.id.get())
                .bind(hold.state.as_str())
                .bind(hold.since)
                .bind(hold.press.map(Press::as_str))
                .bind(hold.why.map(Stop::code))
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    async fn delete_hold(&mut self, id: ReportId) -> Result<(), StoreError> {
        let sql = "DELETE FROM holds WHERE report_id = $1";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(id.0).execute(conn).await?;
        });
        Ok(())
    }

    /// One report, held until the transaction ends.
    pub async fn report_alone(&mut self, id: ReportId) -> Result<Option<Report>, StoreError> {
        // The lock is taken on the bare row first: an outer join cannot be locked on PostgreSQL.
        let lock = for_update(self.engine());
        on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT id FROM reports WHERE id = ");
            sql.push_bind(id.0).push(lock);
            sql.build().fetch_optional(conn).await?;
        });
        self.report(id).await
    }

    /// One report.
    pub async fn report(&mut self, id: ReportId) -> Result<Option<Report>, StoreError> {
        Ok(self.reports_by_id(&[id]).await?.pop())
    }

    /// The reports with these numbers, in no order.
    pub async fn reports_by_id(&mut self, ids: &[ReportId]) -> Result<Vec<Report>, StoreError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(64) {
            let rows: Vec<Row> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(SELECT);
                sql.push(FROM).push(" WHERE reports.id IN (");
                let mut list = sql.separated(", ");
                for id in chunk {
                    list.push_bind(id.0);
                }
                sql.push(")");
                sql.build_query_as().fetch_all(conn).await?
            });
            found.extend(read(&rows)?);
        }
        Ok(found)
    }

    /// Reports for which time matters by `now`, the most urgent first.
    pub async fn reports_to_wake(
        &mut self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT id FROM reports WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2";
        let ids: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(now).bind(limit).fetch_all(conn).await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }

    /// Time passes for a due report only at `at`: it is looked at again then.
    pub async fn put_off_report(&mut self, id: ReportId, at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE reports SET wake_at = $1 WHERE id = $2 AND wake_at < $1";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(at).bind(id.0).execute(conn).await?;
        });
        Ok(())
    }

    /// Time passes at `at` for up to `limit` reports whose deadline is due at `now` and came at `since` or later. Those that
    /// others hold are passed over.
    pub async fn put_off_deadlines(
        &mut self,
        since: i64,
        now: i64,
        at: i64,
        limit: i64,
    ) -> Result<(), StoreError> {
        let skip = for_update_skip_locked(self.engine());
        on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("UPDATE reports SET wake_at = ");
            sql.push_bind(at).push(" WHERE id IN (SELECT id FROM reports WHERE wake_at <= ");
            sql.push_bind(now).push(" AND countdown = 'running' AND deadline_at BETWEEN ");
            sql.push_bind(since).push(" AND ").push_bind(now);
            sql.push(" ORDER BY wake_at LIMIT ").push_bind(limit).push(skip).push(")");
            sql.build().execute(conn).await?;
        });
        Ok(())
    }

    /// One report that is still due at `now`, held until the transaction ends; nothing when another
    /// process has it.
    pub async fn report_to_wake(
        &mut self,
        id: ReportId,
        now: i64,
    ) -> Result<Option<Report>, StoreError> {
        let skip = for_update_skip_locked(self.engine());
        let found: Option<i64> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT id FROM reports WHERE id = ");
            sql.push_bind(id.0).push(" AND wake_at <= ").push_bind(now).push(skip);
            sql.build_query_scalar::<i64>().fetch_optional(conn).await?
        });
        match found {
            Some(_) => self.report(id).await,
            None => Ok(None),
        }
    }
}
