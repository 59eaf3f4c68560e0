//! Words of reports: read by themselves shortly after something was written, so that nobody who opens or
//! answers a report waits for it.

use std::collections::BTreeMap;

use portreeve_core::ids::ReportId;
use portreeve_core::text::words;
use portreeve_store::{ReportsToRead, StoreError};

use crate::desk::Desk;

/// Reports that are read at a time.
const AT_A_TIME: i64 = 200;

/// Rounds before somebody's search: on a desk that is not running nobody else reads.
const BEFORE_A_SEARCH: usize = 50;

/// Words of one report at most: a log of a megabyte has more, and what is beyond is not found by them.
const WORDS: usize = 5_000;

/// Reads reports whose words were not read yet. Whether there may be more. To do it twice does no harm.
pub async fn read_words(desk: &Desk) -> Result<bool, StoreError> {
    let Some(ReportsToRead { last, reports }) =
        desk.db.read().await?.reports_to_read(AT_A_TIME).await?
    else {
        return Ok(false);
    };
    let mut texts: BTreeMap<ReportId, String> =
        reports.iter().map(|report| (*report, format!("#{} ", report.0))).collect();
    for (report, text) in desk.db.read().await?.texts_of(&reports).await? {
        let all = texts.entry(report).or_default();
        all.push_str(&text);
        all.push('\n');
    }
    let found: Vec<(ReportId, Vec<String>)> =
        texts.into_iter().map(|(report, text)| (report, words(&text, WORDS))).collect();
    let mut tx = desk.db.write().await?;
    tx.put_words(&found, last).await?;
    tx.commit().await?;
    Ok(true)
}

/// Reads what was written up to now, before somebody looks for it; not more than a little of a long backlog.
pub(crate) async fn catch_up(desk: &Desk) -> Result<(), StoreError> {
    for _ in 0..BEFORE_A_SEARCH {
        if !read_words(desk).await? {
            break;
        }
    }
    Ok(())
}
