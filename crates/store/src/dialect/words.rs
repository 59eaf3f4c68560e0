//! Full-text search: FTS5 and `tsvector`. Both get words that were cut by us, so that both find the same.

use portreeve_core::ids::ReportId;
use sqlx::{Postgres, Sqlite};

use super::PerEngine;
use crate::db::{Engine, StoreError, Tx};

/// Words of so many characters may go on; others are looked for as they are. FTS5 has an index for the beginnings of
/// each of these lengths; without one it would gather every report that has such a word before it shows the first.
const BEGINNINGS: std::ops::RangeInclusive<usize> = 3..=12;

/// Reports with their holds, led by the words.
pub(crate) const FROM: PerEngine = PerEngine(
    " FROM report_words CROSS JOIN reports ON reports.id = report_words.rowid
        LEFT JOIN holds ON holds.report_id = reports.id",
    " FROM reports JOIN report_words ON report_words.report_id = reports.id
        LEFT JOIN holds ON holds.report_id = reports.id",
);

/// The number of the report in a list that is led by the words.
pub(crate) const NUMBER: PerEngine = PerEngine("report_words.rowid", "reports.id");

/// The condition in a list that is led by the words ...
pub(crate) const LEADING: PerEngine =
    PerEngine(" AND report_words MATCH ?", " AND report_words.words @@ CAST(? AS TSQUERY)");

/// ... and in one that something else leads.
pub(crate) const ALSO: PerEngine = PerEngine(
    " AND reports.id IN (SELECT rowid FROM report_words WHERE report_words MATCH ?)",
    " AND EXISTS (SELECT 1 FROM report_words WHERE report_words.report_id = reports.id
        AND report_words.words @@ CAST(? AS TSQUERY))",
);

/// All of these words, each perhaps with more behind it. Our words have no quotes and no backslashes.
pub(crate) fn wanted(engine: Engine, words: &[String]) -> String {
    let (quote, more, and) = match engine {
        Engine::Sqlite => ('"', "*", " AND "),
        Engine::Postgres => ('\'', ":*", " & "),
    };
    let each = words.iter().map(|word| {
        let more = if BEGINNINGS.contains(&word.chars().count()) { more } else { "" };
        format!("{quote}{word}{quote}{more}")
    });
    each.collect::<Vec<_>>().join(and)
}

impl Tx {
    /// Stores the words of one report in the place of those that it had.
    pub(crate) async fn put_words_of(
        &mut self,
        report: ReportId,
        words: &[String],
    ) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => {
                let sql = "INSERT OR REPLACE INTO report_words (rowid, words) VALUES ($1, $2)";
                sqlx::query::<Sqlite>(sql)
                    .bind(report.0)
                    .bind(words.join(" "))
                    .execute(&mut **tx)
                    .await?;
            }
            Tx::Postgres(tx) => {
                let sql =
                    "INSERT INTO report_words (report_id, words) VALUES ($1, array_to_tsvector($2))
                    ON CONFLICT (report_id) DO UPDATE SET words = excluded.words";
                sqlx::query::<Postgres>(sql).bind(report.0).bind(words).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}
