//! Lists of reports, and the words by which they are found.
//!
//! A list is read in the order of an index and ends with its limit, whatever the size of the desk: one order for
//! each list, and one index that leads. Where two could lead, the one that finds few rows does.

use std::net::IpAddr;

use ipnet::IpNet;
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::ledger::parse_address;
use portreeve_core::report::{Report, Status, Turn};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use crate::attention::NEEDS_ATTENTION;
use crate::db::{Engine, StoreError, Tx, on};
use crate::dialect::{FROM_HOLDS, explain, words};
use crate::reports::{FROM, Row, SELECT, read};

/// So many rows are sorted for a list rather than looked for one by one.
const FEW: i64 = 2_000;

/// Which reports to list. All that is named must hold.
#[derive(Debug, Clone, Default)]
pub struct ReportFilter {
    /// In this state.
    pub status: Option<Status>,
    /// With this one to move; a queued report waits for staff.
    pub turn: Option<Turn>,
    /// About this service.
    pub service: Option<ServiceKey>,
    /// Of this customer: directory and id, as they were when the report was opened.
    pub customer: Option<(String, String)>,
    /// Of this category, exactly.
    pub category: Option<String>,
    /// With an address in this prefix.
    pub address: Option<IpNet>,
    /// Taken care of by this member of staff; `Some(None)`: by nobody.
    pub assignee: Option<Option<String>>,
    /// With a running deadline before this instant, milliseconds.
    pub deadline_before: Option<i64>,
    /// Whose suspension stands like this.
    pub suspension: Option<SuspensionFilter>,
    /// Only reports that stand still because of something that a person has to see to.
    pub attention: bool,
    /// With words that begin like these (in lower case, as `portreeve_core::text` cuts them).
    pub words: Option<Vec<String>>,
    /// In this order.
    pub order: ReportOrder,
    /// Go on behind this report.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

/// How the suspension of a report stands, as lists tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspensionFilter {
    /// The report never held its service.
    None,
    /// A guard holds the suspension back.
    Waiting,
    /// The report wants its service off.
    Placed,
    /// It did once.
    Released,
    /// A person has to look: refused, failed, to be done by hand, lifted by somebody, out of sight.
    Trouble,
}

/// In which order reports come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The next deadline first; reports without a running one are left out.
    Deadline,
}

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Behind this report.
    pub report: ReportId,
    /// Its deadline, in lists by deadline, milliseconds.
    pub deadline: i64,
}

impl From<ReportId> for Place {
    fn from(report: ReportId) -> Self {
        Self { report, deadline: 0 }
    }
}

/// The address of a report as it is looked for; nothing when it is not an address.
pub(crate) fn address_key(text: &str) -> Option<String> {
    parse_address(text).ok().map(key_of)
}

fn key_of(address: IpAddr) -> String {
    let bits = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    format!("{bits:032x}")
}

/// Reports whose words are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportsToRead {
    /// The last wish that this answers.
    pub last: i64,
    /// The reports, each once.
    pub reports: Vec<ReportId>,
}

/// What leads through a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// The order of the numbers, with whatever index of equal values fits.
    Number,
    /// The addresses, sorted afterwards: there are few.
    Address,
    /// The deadlines.
    Deadline,
    /// The holds of one state.
    Holds,
    /// The words.
    Words,
}

/// A statement with its values, in the order of their numbers.
struct Statement {
    sql: String,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Statement {
    /// Adds SQL in which each `?` stands for the next of `values`.
    fn add<const N: usize>(&mut self, sql: &str, values: [Value; N]) {
        let mut parts = sql.split('?');
        self.sql.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            self.values.push(value);
            self.sql.push_str(&format!("${}{part}", self.values.len()));
        }
    }

    /// The list of a filter.
    fn of(engine: Engine, lead: Lead, filter: &ReportFilter) -> Self {
        let mut list = Self { sql: SELECT.to_owned(), values: Vec::new() };
        list.add(
            match lead {
                Lead::Words => words::FROM.of(engine),
                Lead::Holds => FROM_HOLDS.of(engine),
                Lead::Number | Lead::Address | Lead::Deadline => FROM,
            },
            [],
        );
        list.add(" WHERE TRUE", []);
        list.same_as(filter);
        list.within(lead, filter);
        if let Some(wanted) = &filter.words {
            let condition =
                if lead == Lead::Words { words::LEADING } else { words::ALSO }.of(engine);
            list.add(condition, [words::wanted(engine, wanted).into()]);
        }
        list.in_order(engine, lead, filter);
        list
    }

    /// What has to have a certain value.
    fn same_as(&mut self, filter: &ReportFilter) {
        if let Some(status) = filter.status {
            self.add(" AND reports.status = ?", [status.as_str().into()]);
        }
        if let Some(turn) = filter.turn {
            // In words, so that the index of what waits for staff may be used. Only open reports wait for customers.
            let condition = match turn {
                Turn::Staff => " AND reports.turn = 'staff'",
                Turn::Customer => " AND reports.turn = 'customer' AND reports.status = 'open'",
            };
            self.add(condition, []);
        }
        if let Some(service) = &filter.service {
            let values = [service.directory.as_str().into(), service.id.get().into()];
            self.add(" AND reports.directory = ? AND reports.service_id = ?", values);
        }
        if let Some((directory, customer)) = &filter.customer {
            let values = [directory.as_str().into(), customer.as_str().into()];
            self.add(" AND reports.directory = ? AND reports.customer_id = ?", values);
        }
        if let Some(category) = &filter.category {
            self.add(" AND reports.category = ?", [category.as_str().into()]);
        }
        match &filter.assignee {
            Some(Some(name)) => self.add(" AND reports.assignee = ?", [name.as_str().into()]),
            Some(None) => self.add(" AND reports.assignee IS NULL", []),
            None => {}
        }
        match filter.suspension {
            Some(SuspensionFilter::None) => self.add(" AND holds.report_id IS NULL", []),
            Some(SuspensionFilter::Waiting) => self.add(" AND holds.state = 'waiting'", []),
            Some(SuspensionFilter::Placed) => self.add(" AND holds.state = 'placed'", []),
            Some(SuspensionFilter::Released) => self.add(" AND holds.state = 'released'", []),
            Some(SuspensionFilter::Trouble) => {
                self.add(&format!(" AND reports.id IN ({TROUBLE})"), []);
            }
            None => {}
        }
        if filter.attention {
            self.add(&format!(" AND {NEEDS_ATTENTION}"), []);
        }
    }

    /// What has to lie between two values.
    fn within(&mut self, lead: Lead, filter: &ReportFilter) {
        if let Some(net) = &filter.address {
            let (first, last) = (key_of(net.network()), key_of(net.broadcast()));
            if first == last {
                self.add(" AND reports.address = ?", [first.into()]);
            } else {
                // As an expression no index leads by it.
                let column = if lead == Lead::Address {
                    "reports.address"
                } else {
                    "(reports.address || '')"
                };
                let both = format!(" AND {column} >= ? AND {column} <= ?");
                self.add(&both, [first.into(), last.into()]);
            }
        }
        if filter.deadline_before.is_some() || filter.order == ReportOrder::Deadline {
            self.add(" AND reports.countdown = 'running'", []);
        }
        if let Some(before) = filter.deadline_before {
            self.add(" AND reports.deadline_at <= ?", [before.into()]);
        }
    }

    fn in_order(&mut self, engine: Engine, lead: Lead, filter: &ReportFilter) {
        let number = match lead {
            Lead::Holds => "holds.report_id",
            Lead::Words => words::NUMBER.of(engine),
            // As an expression no index gives this order: what the address finds is sorted.
            Lead::Address => "(reports.id + 0)",
            Lead::Number | Lead::Deadline => "reports.id",
        };
        if let Some(Place { report, deadline }) = filter.after {
            match filter.order {
                ReportOrder::Newest => self.add(&format!(" AND {number} < ?"), [report.0.into()]),
                ReportOrder::Oldest => self.add(&format!(" AND {number} > ?"), [report.0.into()]),
                ReportOrder::Deadline => self.add(
                    " AND (reports.deadline_at, reports.id) > (?, ?)",
                    [deadline.into(), report.0.into()],
                ),
            }
        }
        match filter.order {
            ReportOrder::Newest => self.add(&format!(" ORDER BY {number} DESC"), []),
            ReportOrder::Oldest => self.add(&format!(" ORDER BY {number}"), []),
            ReportOrder::Deadline => self.add(" ORDER BY reports.deadline_at, reports.id", []),
        }
        self.add(" LIMIT ?", [filter.limit.into()]);
    }
}

/// Binds a statement's values to a query.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }};
}

impl Tx {
    /// Reports that a filter lets through.
    pub async fn reports(&mut self, filter: &ReportFilter) -> Result<Vec<Report>, StoreError> {
        let lead = self.lead(filter).await?;
        let Statement { sql, values } = Statement::of(self.engine(), lead, filter);
        let rows: Vec<Row> = on!(self, conn => {
            bound!(sqlx::query_as::<Database, Row>(AssertSqlSafe(sql)), values).fetch_all(conn).await?
        });
        read(&rows)
    }

    /// How the database would go about a list, in its own words.
    pub async fn plan_of_reports(&mut self, filter: &ReportFilter) -> Result<String, StoreError> {
        let lead = self.lead(filter).await?;
        let engine = self.engine();
        let Statement { sql, values } = Statement::of(engine, lead, filter);
        let (explain, column) = explain(engine);
        let sql = format!("{explain} {sql}");
        let lines: Vec<String> = on!(self, conn => {
            let rows = bound!(sqlx::query::<Database>(AssertSqlSafe(sql)), values).fetch_all(conn).await?;
            rows.iter().map(|row| row.try_get(column)).collect::<Result<_, _>>()?
        });
        Ok(lines.join("\n"))
    }

    async fn lead(&mut self, filter: &ReportFilter) -> Result<Lead, StoreError> {
        let by_state = matches!(
            filter.suspension,
            Some(SuspensionFilter::Waiting | SuspensionFilter::Placed | SuspensionFilter::Released)
        );
        if filter.order == ReportOrder::Deadline {
            return Ok(Lead::Deadline);
        }
        if let Some(net) = &filter.address
            && self.has_few(net).await?
        {
            return Ok(Lead::Address);
        }
        if by_state {
            return Ok(Lead::Holds);
        }
        Ok(if filter.words.is_none() { Lead::Number } else { Lead::Words })
    }

    /// Whether few reports have an address in this prefix. One address alone is in the order of the numbers.
    async fn has_few(&mut self, net: &IpNet) -> Result<bool, StoreError> {
        let (first, last) = (key_of(net.network()), key_of(net.broadcast()));
        let sql = "SELECT count(*) FROM (SELECT address FROM reports
            WHERE address >= $1 AND address <= $2 LIMIT $3) AS counted";
        let found: i64 = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(first).bind(last).bind(FEW + 1).fetch_one(conn).await?
        });
        Ok(found <= FEW)
    }

    /// Reports whose words are to be read, the oldest wish first.
    pub async fn reports_to_read(
        &mut self,
        limit: i64,
    ) -> Result<Option<ReportsToRead>, StoreError> {
        let sql = "SELECT id, report_id FROM reports_to_read ORDER BY id LIMIT $1";
        let rows: Vec<(i64, i64)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(limit).fetch_all(conn).await?
        });
        let Some((last, _)) = rows.last().copied() else { return Ok(None) };
        let mut reports: Vec<i64> = rows.into_iter().map(|(_, report)| report).collect();
        reports.sort_unstable();
        reports.dedup();
        let reports = reports.into_iter().map(ReportId).collect();
        Ok(Some(ReportsToRead { last, reports }))
    }

    /// The words of these reports are to be read.
    pub async fn read_words_of(&mut self, reports: &[ReportId]) -> Result<(), StoreError> {
        for chunk in reports.chunks(256) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("INSERT INTO reports_to_read (report_id) ");
                sql.push_values(chunk, |mut row, report| {
                    row.push_bind(report.0);
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// What is written in these reports: everything that people wrote, in no order.
    pub async fn texts_of(
        &mut self,
        reports: &[ReportId],
    ) -> Result<Vec<(ReportId, String)>, StoreError> {
        let mut found = Vec::new();
        for chunk in reports.chunks(256) {
            let rows: Vec<(i64, String)> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("");
                for (i, select) in TEXTS.iter().enumerate() {
                    sql.push(if i == 0 { "" } else { " UNION ALL " }).push(*select).push(" IN (");
                    let mut list = sql.separated(", ");
                    for report in chunk {
                        list.push_bind(report.0);
                    }
                    sql.push(")");
                }
                sql.build_query_as().fetch_all(conn).await?
            });
            found.extend(rows.into_iter().map(|(report, text)| (ReportId(report), text)));
        }
        Ok(found)
    }

    /// Stores the words of reports, and forgets the wishes up to `last` that were for them.
    pub async fn put_words(
        &mut self,
        words: &[(ReportId, Vec<String>)],
        last: i64,
    ) -> Result<(), StoreError> {
        for (report, words) in words {
            self.put_words_of(*report, words).await?;
        }
        for chunk in words.chunks(256) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("DELETE FROM reports_to_read WHERE id <= ");
                sql.push_bind(last).push(" AND report_id IN (");
                let mut list = sql.separated(", ");
                for (report, _) in chunk {
                    list.push_bind(report.0);
                }
                sql.push(")");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }
}

/// What of a report is read for its words.
const TEXTS: [&str; 5] = [
    "SELECT reports.id, category || ' ' || service_ip || ' ' || additional_info FROM reports WHERE reports.id",
    "SELECT messages.report_id, body FROM messages WHERE messages.report_id",
    "SELECT notes.report_id, body FROM notes WHERE notes.report_id",
    "SELECT reports.id, domain || ' ' || username || ' ' || customer_name || ' ' || customer_email || ' ' || services.customer_id
        FROM reports JOIN services ON services.directory = reports.directory AND services.service_id = reports.service_id
        WHERE reports.id",
    "SELECT reports.id, coalesce(directory, '') || ':' || CAST(service_id AS TEXT) FROM reports
        WHERE service_id IS NOT NULL AND reports.id",
];

/// Reports whose suspension a person has to look after.
const TROUBLE: &str = "SELECT holds.report_id FROM enforcements JOIN holds
        ON holds.directory = enforcements.directory AND holds.service_id = enforcements.service_id
    WHERE trouble IS NOT NULL AND (
        (holds.state = 'placed' AND trouble NOT LIKE 'unsuspend%')
        OR (holds.state = 'released' AND trouble LIKE 'unsuspend%'))";
