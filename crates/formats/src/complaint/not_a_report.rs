//! What comes to an abuse desk and is no report.

use super::NotAReport;
use super::document::Document;

/// Why this is no report, and by what that shows.
pub(crate) fn judge(_document: &Document) -> Option<(NotAReport, &'static str)> {
    None
}
