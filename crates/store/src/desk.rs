//! Settings, the state of the desk as a whole, and the counters by which processes notice changes.

use crate::db::{StoreError, Tx, on};

/// What processes keep in memory and have to read again after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Desk settings.
    Settings,
    /// Staff, roles, credentials.
    People,
    /// Paused, clock suspect.
    Desk,
    /// Services and assignments. Each assignment says by which change it came.
    Ledger,
    /// Texts of notices of the desk's own.
    Templates,
}

impl Topic {
    fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::People => "people",
            Self::Desk => "desk",
            Self::Ledger => "ledger",
            Self::Templates => "templates",
        }
    }
}

/// The counters by which processes notice changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounters {
    /// Of [`Topic::Settings`].
    pub settings: i64,
    /// Of [`Topic::People`].
    pub people: i64,
    /// Of [`Topic::Desk`].
    pub desk: i64,
    /// Of [`Topic::Ledger`].
    pub ledger: i64,
    /// Of [`Topic::Templates`].
    pub templates: i64,
}

/// The desk as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct DeskState {
    /// Automatic orders are stopped since.
    pub paused_at: Option<i64>,
    /// Who stopped them.
    pub paused_by: Option<String>,
    /// Why the clock is not trusted, if it is not.
    pub clock_suspect: Option<String>,
    /// When a sweep last ran.
    pub heartbeat_at: Option<i64>,
    /// The last long stop: from the last heartbeat before it ...
    pub still_from: Option<i64>,
    /// ... to the first sweep after it.
    pub still_to: Option<i64>,
    /// Staff were told that incoming mail is not read in time: since when, until it is again.
    pub reading_behind_since: Option<i64>,
}

impl Tx {
    /// Says that something of `topic` changes in this transaction. Whoever raises the same counter
    /// waits until this transaction ends, so that the numbers are in the order of the commits.
    pub async fn touch(&mut self, topic: Topic) -> Result<i64, StoreError> {
        let sql = "UPDATE changes SET seq = seq + 1 WHERE topic = $1 RETURNING seq";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).bind(topic.as_str()).fetch_one(conn).await?)
        })
    }

    /// How often each topic has changed so far.
    pub async fn change_counters(&mut self) -> Result<ChangeCounters, StoreError> {
        let sql = "SELECT topic, seq FROM changes";
        let rows: Vec<(String, i64)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?
        });
        let seq = |topic: Topic| {
            rows.iter().find(|(name, _)| name == topic.as_str()).map_or(0, |(_, seq)| *seq)
        };
        Ok(ChangeCounters {
            settings: seq(Topic::Settings),
            people: seq(Topic::People),
            desk: seq(Topic::Desk),
            ledger: seq(Topic::Ledger),
            templates: seq(Topic::Templates),
        })
    }

    /// All stored settings.
    pub async fn settings(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM settings ORDER BY key";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?))
    }

    /// Stores one setting.
    pub async fn put_setting(
        &mut self,
        key: &str,
        value: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (key, value, changed_at) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(key).bind(value).bind(now).execute(conn).await?;
        });
        self.touch(Topic::Settings).await?;
        Ok(())
    }

    /// The state of the desk.
    pub async fn desk_state(&mut self) -> Result<DeskState, StoreError> {
        let sql = "SELECT paused_at, paused_by, clock_suspect, heartbeat_at, still_from, still_to,
            reading_behind_since FROM desk WHERE id = 1";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_one(conn).await?))
    }

    /// The same, held until the transaction ends: one at a time counts suspensions or changes the desk.
    pub async fn desk_state_alone(&mut self) -> Result<DeskState, StoreError> {
        let sql = "UPDATE desk SET id = id WHERE id = 1
            RETURNING paused_at, paused_by, clock_suspect, heartbeat_at, still_from, still_to,
                reading_behind_since";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_one(conn).await?))
    }

    /// Stores the state of the desk.
    pub async fn put_desk_state(&mut self, state: &DeskState) -> Result<(), StoreError> {
        let sql = "UPDATE desk SET paused_at = $1, paused_by = $2, clock_suspect = $3,
            heartbeat_at = $4, still_from = $5, still_to = $6, reading_behind_since = $7
            WHERE id = 1";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(state.paused_at)
                .bind(&state.paused_by)
                .bind(&state.clock_suspect)
                .bind(state.heartbeat_at)
                .bind(state.still_from)
                .bind(state.still_to)
                .bind(state.reading_behind_since)
                .execute(conn)
                .await?;
        });
        Ok(())
    }
}
