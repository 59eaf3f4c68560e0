//! Reports that came from another desk: which ones, so that none comes twice.

use portreeve_core::ids::ReportId;
use sqlx::QueryBuilder;

use crate::db::{StoreError, Tx, on};

impl Tx {
    /// Which of these reports of `source` were taken over, by their references there.
    pub async fn imported_reports(
        &mut self,
        source: &str,
        references: &[&str],
    ) -> Result<Vec<(String, ReportId)>, StoreError> {
        let mut found: Vec<(String, i64)> = Vec::new();
        for chunk in references.chunks(256) {
            found.extend(on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "SELECT reference, report_id FROM imported_reports WHERE source = ",
                );
                sql.push_bind(source).push(" AND reference IN (");
                let mut list = sql.separated(", ");
                for reference in chunk {
                    list.push_bind(*reference);
                }
                sql.push(")");
                sql.build_query_as::<(String, i64)>().fetch_all(conn).await?
            }));
        }
        Ok(found.into_iter().map(|(reference, id)| (reference, ReportId(id))).collect())
    }

    /// Remembers reports of `source` under their references there, and returns the references that are new: another
    /// import may be at the others (it is waited for).
    pub async fn add_imported_reports(
        &mut self,
        source: &str,
        new: &[(&str, ReportId)],
    ) -> Result<Vec<String>, StoreError> {
        let mut new: Vec<&(&str, ReportId)> = new.iter().collect();
        // In one order everywhere, so that two imports never wait for each other in a ring.
        new.sort_unstable();
        let mut stored: Vec<String> = Vec::new();
        for chunk in new.chunks(256) {
            stored.extend(on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO imported_reports (source, reference, report_id) ",
                );
                sql.push_values(chunk, |mut row, (reference, id)| {
                    row.push_bind(source).push_bind(*reference).push_bind(id.0);
                });
                sql.push(" ON CONFLICT (source, reference) DO NOTHING RETURNING reference");
                sql.build_query_scalar::<String>().fetch_all(conn).await?
            }));
        }
        Ok(stored)
    }
}
