//! What happened to a report, what was written to the customer, and what staff wrote for themselves.

use portreeve_core::event::{Event, Kind};
use portreeve_core::ids::ReportId;
use sqlx::QueryBuilder;

use crate::db::{StoreError, Tx, on};

/// A line of history to be stored.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Of which report.
    pub report: ReportId,
    /// When, milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub event: Event,
}

/// A staff note to be stored.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// On which report.
    pub report: ReportId,
    /// When, milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub author: String,
    /// It came with the report (`admin_notes`).
    pub from_opening: bool,
    /// The text.
    pub body: String,
}

/// Which rows of a long list are read: the latest ones, or those before one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Only rows before this one.
    pub before: Option<i64>,
    /// At most so many, the latest of them.
    pub limit: i64,
}

impl Slice {
    /// The latest rows.
    pub fn latest(limit: i64) -> Self {
        Self { before: None, limit }
    }

    /// The row that ends the slice; no row has this number or a greater one.
    pub(crate) fn end(self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }
}

/// A line of history.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its row.
    pub id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub event: Event,
}

/// A line of history as it is stored.
#[derive(sqlx::FromRow)]
struct Line {
    report_id: i64,
    id: i64,
    at: i64,
    actor: String,
    kind: String,
    data: String,
}

impl Line {
    fn read(self) -> Result<EventRow, StoreError> {
        let bad =
            |column| StoreError::Inconsistent { table: "events", column, id: self.id.to_string() };
        let kind = Kind::parse(&self.kind).ok_or_else(|| bad("kind"))?;
        let event = Event::read(kind, &self.data).map_err(|_| bad("data"))?;
        Ok(EventRow { id: self.id, at: self.at, actor: self.actor, event })
    }

    fn read_all(lines: Vec<Self>) -> Result<Vec<EventRow>, StoreError> {
        lines.into_iter().map(Self::read).collect()
    }
}

/// Puts kinds into an SQL text, in parentheses, for `kind IN`.
macro_rules! push_kinds {
    ($sql:expr, $kinds:expr) => {
        $sql.push("(");
        let mut list = $sql.separated(", ");
        for kind in $kinds {
            list.push_bind(kind.as_str());
        }
        $sql.push(")");
    };
}
pub(crate) use push_kinds;

/// A message between customer and staff, to be stored.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// When, milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub author: String,
    /// Written by the customer.
    pub from_customer: bool,
    /// The text.
    pub body: String,
}

/// A message between customer and staff.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MessageRow {
    /// Its row.
    pub id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub author: String,
    /// Written by the customer.
    pub from_customer: bool,
    /// The text.
    pub body: String,
}

/// A staff note.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NoteRow {
    /// Its row.
    pub id: i64,
    /// When, milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub body: String,
}

impl Tx {
    /// Adds lines of history.
    pub async fn add_events(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        for chunk in events.chunks(128) {
            let facts = chunk.iter().map(|new| new.event.data());
            let facts: Vec<String> =
                facts.collect::<Result<_, _>>().map_err(StoreError::Unwritable)?;
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO events (report_id, at, actor, kind, data) ",
                );
                sql.push_values(chunk.iter().zip(&facts), |mut row, (new, data)| {
                    row.push_bind(new.report.0)
                        .push_bind(new.at)
                        .push_bind(&new.actor)
                        .push_bind(new.event.kind().as_str())
                        .push_bind(data);
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// A slice of a report's history, oldest first.
    pub async fn events(
        &mut self,
        id: ReportId,
        slice: Slice,
    ) -> Result<Vec<EventRow>, StoreError> {
        let sql = "SELECT report_id, id, at, actor, kind, data FROM (
                SELECT report_id, id, at, actor, kind, data FROM events
                WHERE report_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
            ) AS latest ORDER BY id";
        let lines = on!(self, conn => {
            sqlx::query_as::<Database, Line>(sql)
                .bind(id.0).bind(slice.end()).bind(slice.limit).fetch_all(conn).await?
        });
        Line::read_all(lines)
    }

    /// The latest lines of a report's history that are of these kinds, oldest first.
    pub async fn events_of_kinds(
        &mut self,
        id: ReportId,
        kinds: &[Kind],
        limit: i64,
    ) -> Result<Vec<EventRow>, StoreError> {
        let lines: Vec<Line> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new(
                "SELECT report_id, id, at, actor, kind, data FROM (
                    SELECT report_id, id, at, actor, kind, data FROM events WHERE report_id = ",
            );
            sql.push_bind(id.0).push(" AND kind IN ");
            push_kinds!(sql, kinds);
            sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit).push(") AS latest ORDER BY id");
            sql.build_query_as().fetch_all(conn).await?
        });
        Line::read_all(lines)
    }

    /// The lines that these reports got at these instants (milliseconds), oldest first, each with
    /// its report.
    pub async fn events_at(
        &mut self,
        instants: &[(ReportId, i64)],
    ) -> Result<Vec<(ReportId, EventRow)>, StoreError> {
        let mut found = Vec::new();
        for chunk in instants.chunks(64) {
            let lines: Vec<Line> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "SELECT report_id, id, at, actor, kind, data FROM events WHERE (report_id, at) IN ",
                );
                sql.push_tuples(chunk, |mut row, (report, at)| {
                    row.push_bind(report.0).push_bind(*at);
                });
                sql.push(" ORDER BY report_id, id");
                sql.build_query_as().fetch_all(conn).await?
            });
            for line in lines {
                found.push((ReportId(line.report_id), line.read()?));
            }
        }
        Ok(found)
    }

    /// The latest line of a report's history of one of these kinds.
    pub async fn latest_event(
        &mut self,
        id: ReportId,
        kinds: &[Kind],
    ) -> Result<Option<EventRow>, StoreError> {
        Ok(self.events_of_kinds(id, kinds, 1).await?.pop())
    }

    /// Adds a message between customer and staff, and returns its row.
    pub async fn add_message(
        &mut self,
        report: ReportId,
        message: &NewMessage,
    ) -> Result<i64, StoreError> {
        let sql = "INSERT INTO messages (report_id, at, author, from_customer, body)
            VALUES ($1, $2, $3, $4, $5) RETURNING id";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(report.0)
                .bind(message.at)
                .bind(&message.author)
                .bind(message.from_customer)
                .bind(&message.body)
                .fetch_one(conn)
                .await?)
        })
    }

    /// A slice of a report's messages, oldest first.
    pub async fn messages(
        &mut self,
        id: ReportId,
        slice: Slice,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let sql = "SELECT id, at, author, from_customer, body FROM (
                SELECT id, at, author, from_customer, body FROM messages
                WHERE report_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
            ) AS latest ORDER BY id";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(id.0).bind(slice.end()).bind(slice.limit).fetch_all(conn).await?)
        })
    }

    /// One message of a report.
    pub async fn message(
        &mut self,
        report: ReportId,
        id: i64,
    ) -> Result<Option<MessageRow>, StoreError> {
        let sql = "SELECT id, at, author, from_customer, body FROM messages
            WHERE report_id = $1 AND id = $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(report.0)
                .bind(id)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// How many messages `author` wrote on a report since an instant (milliseconds), and how many bytes all of theirs
    /// have.
    pub async fn written_by(
        &mut self,
        report: ReportId,
        author: &str,
        since: i64,
    ) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN at >= $3 THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(OCTET_LENGTH(body)), 0) AS BIGINT)
            FROM messages WHERE report_id = $1 AND author = $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, (i64, i64)>(sql)
                .bind(report.0)
                .bind(author)
                .bind(since)
                .fetch_one(conn)
                .await?)
        })
    }

    /// The message that staff wrote on a report at `at`, if any, and how many files came with it.
    pub async fn staff_message_at(
        &mut self,
        id: ReportId,
        at: i64,
    ) -> Result<Option<(String, i64)>, StoreError> {
        let sql = "SELECT body, (SELECT COUNT(*) FROM message_attachments a
                WHERE a.report_id = m.report_id AND a.message_id = m.id)
            FROM messages m WHERE report_id = $1 AND at = $2 AND NOT from_customer
            ORDER BY id DESC LIMIT 1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, (String, i64)>(sql).bind(id.0)
                .bind(at).fetch_optional(conn).await?)
        })
    }

    /// Adds staff notes.
    pub async fn add_notes(&mut self, notes: &[NewNote]) -> Result<(), StoreError> {
        for chunk in notes.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO notes (report_id, at, author, from_opening, body) ",
                );
                sql.push_values(chunk, |mut row, note| {
                    row.push_bind(note.report.0)
                        .push_bind(note.at)
                        .push_bind(&note.author)
                        .push_bind(note.from_opening)
                        .push_bind(&note.body);
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Adds one staff note, and returns its row.
    pub async fn add_note(&mut self, note: &NewNote) -> Result<i64, StoreError> {
        let sql = "INSERT INTO notes (report_id, at, author, from_opening, body)
            VALUES ($1, $2, $3, $4, $5) RETURNING id";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(note.report.0)
                .bind(note.at)
                .bind(&note.author)
                .bind(note.from_opening)
                .bind(&note.body)
                .fetch_one(conn)
                .await?)
        })
    }

    /// A slice of the notes that staff wrote on a report, oldest first. What came with the report
    /// ([`Tx::opening_notes`]) is not among them.
    pub async fn notes(&mut self, id: ReportId, slice: Slice) -> Result<Vec<NoteRow>, StoreError> {
        let sql = "SELECT id, at, author, body FROM (
                SELECT id, at, author, body FROM notes
                WHERE report_id = $1 AND NOT from_opening AND id < $2 ORDER BY id DESC LIMIT $3
            ) AS latest ORDER BY id";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(id.0).bind(slice.end()).bind(slice.limit).fetch_all(conn).await?)
        })
    }

    /// The texts for staff that came with a report (`admin_notes`).
    pub async fn opening_notes(&mut self, id: ReportId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT body FROM notes WHERE report_id = $1 AND from_opening ORDER BY id";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql).bind(id.0).fetch_all(conn).await?)
        })
    }
}
