//! Lists of reports as files: CSV for tables, JSON for programs. They are read page by page while they are sent, so
//! that a long list takes no memory.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use portreeve_app::report::view::{self, ReportView};
use portreeve_app::{Place, ReportFilter, ReportOrder, audit};
use portreeve_core::ids::ReportId;
use portreeve_core::refusal::refusal;
use portreeve_core::time::Timestamp;

use super::reports::Wanted;
use super::session::Staff;
use super::{Answered, Refusal};
use crate::Web;
use crate::rights::Export;

/// Reports that are read at a time.
const AT_A_TIME: i64 = 500;

/// Reports in one file at most.
const MOST: usize = 200_000;

const HEADER: &str = "id,status,turn,category,directory,service_id,customer_id,service_ip,suspend_method,suspension,deadline_at,assignee,opened_at,closed_at,outcome,additional_info\r\n";

/// What begins a formula, also in the other forms that programs for tables take for these (`NFKC`).
const FORMULA: [char; 19] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '⁼', '⁺', '⁻', '₌', '₊',
    '₋', '−',
];

/// What ends a cell in one program for tables or another, whatever is meant to.
const ENDS: [char; 4] = [';', '\t', '\r', '\n'];

/// What programs for tables leave out at the beginning of a cell: blanks, quotes, what cannot be seen.
fn is_left_out(c: char) -> bool {
    let unseen =
        matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    unseen
        || c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’')
}

/// A cell of CSV (RFC 4180) that no program takes for a formula: what begins like one gets an apostrophe, also where a
/// program that separates cells by something else would see a beginning.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    if text.starts_with(ENDS) {
        safe.push('\'');
    }
    for part in text.split_inclusive(ENDS) {
        if part.trim_start_matches(is_left_out).starts_with(FORMULA) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    let text = safe;
    if text.contains(['"', ',', '\n', '\r', ';', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn row(report: &ReportView) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        report.id.to_string(),
        report.status.to_owned(),
        report.turn.unwrap_or_default().to_owned(),
        report.category.clone(),
        text(&report.directory),
        report.service_id.map(|id| id.to_string()).unwrap_or_default(),
        text(&report.customer_id),
        report.service_ip.clone(),
        report.suspend_method.to_owned(),
        report.suspension.state.to_owned(),
        text(&report.deadline_at),
        text(&report.assignee),
        report.opened_at.clone(),
        text(&report.closed_at),
        report.outcome.unwrap_or_default().to_owned(),
        report.additional_info.clone(),
    ];
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Json,
}

/// What is still to be sent.
struct Sending {
    web: Arc<Web>,
    filter: ReportFilter,
    kind: Kind,
    sent: usize,
    begun: bool,
    done: bool,
}

impl Sending {
    /// The next piece of the file; nothing at its end.
    async fn next(mut self) -> Option<(Result<String, portreeve_app::StoreError>, Self)> {
        if self.done {
            return None;
        }
        let mut piece = String::new();
        if !self.begun {
            self.begun = true;
            piece.push_str(if self.kind == Kind::Csv { HEADER } else { "[" });
        }
        let page = match view::list(&self.web.desk, &self.filter).await {
            Ok(page) => page,
            Err(error) => {
                // The file breaks off, which its reader notices.
                self.done = true;
                return Some((Err(error), self));
            }
        };
        for report in page.iter().take(MOST - self.sent) {
            match self.kind {
                Kind::Csv => piece.push_str(&row(report)),
                Kind::Json => {
                    piece.push_str(if self.sent == 0 { "\n" } else { ",\n" });
                    piece.push_str(&serde_json::to_string(report).unwrap_or_default());
                }
            }
            self.sent += 1;
        }
        let is_full = i64::try_from(page.len()).is_ok_and(|rows| rows >= AT_A_TIME);
        match page.last().filter(|_| is_full && self.sent < MOST) {
            Some(last) => self.filter.after = Some(place(&self.filter, last)),
            None => {
                self.done = true;
                piece.push_str(if self.kind == Kind::Csv { "" } else { "\n]\n" });
            }
        }
        Some((Ok(piece), self))
    }
}

fn place(filter: &ReportFilter, last: &ReportView) -> Place {
    let deadline = match filter.order {
        ReportOrder::Deadline => {
            last.deadline_at.as_deref().and_then(|at| at.parse::<Timestamp>().ok())
        }
        ReportOrder::Newest | ReportOrder::Oldest => None,
    };
    Place { report: ReportId(last.id), deadline: deadline.map_or(0, Timestamp::as_millisecond) }
}

/// The file.
pub(crate) async fn export(
    State(web): State<Arc<Web>>,
    staff: Staff<Export>,
    RawQuery(query): RawQuery,
) -> Answered {
    let query = query.unwrap_or_default();
    let kind = if form_urlencoded::parse(query.as_bytes())
        .any(|(key, value)| key == "as" && value == "json")
    {
        Kind::Json
    } else {
        Kind::Csv
    };
    let wanted = Wanted::read(&query);
    let now = web.desk.now().as_millisecond();
    let filter = wanted
        .filter(&web, &staff.session.name, now)
        .map_err(|bad| Refusal::Bad(refusal!("refusal-bad_filter", names = bad.join(", "))))?;
    let filter = ReportFilter { limit: AT_A_TIME, after: None, ..filter };
    audit::note(&web.desk, &staff.actor(), "exported", &query).await?;
    let sending = Sending { web, filter, kind, sent: 0, begun: false, done: false };
    let (media, name) = match kind {
        Kind::Csv => ("text/csv; charset=utf-8", "reports.csv"),
        Kind::Json => ("application/json; charset=utf-8", "reports.json"),
    };
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = Body::from_stream(stream::unfold(sending, Sending::next));
    Ok::<Response, Refusal>((headers, body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_out_of_its_place() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell(" @SUM(A1)"), "\"' @SUM(A1)\"");
        assert_eq!(cell("\tx"), "\"'\tx\"");
        assert_eq!(cell("a\"b,c\nd"), "\"a\"\"b,c\nd\"");
        assert_eq!(cell("Spam"), "Spam");
        assert_eq!(cell("-2"), "\"'-2\"");
        for odd in [
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "⁼1",
            "−1",
            "\u{feff}=1",
            "\u{200b}＝1",
            "\r=1",
            "\u{a0}=1",
            "'=1",
            "\"=1",
        ] {
            assert!(cell(odd).starts_with("\"'"), "{odd:?}: {}", cell(odd));
        }
        assert_eq!(cell("a;=1+1"), "\"a;'=1+1\"", "where cells end at a semicolon");
        assert_eq!(cell("a\n ＝1"), "\"a\n' ＝1\"", "where no quotes are known");
        assert_eq!(cell("1-2=3 @home"), "1-2=3 @home");
    }
}
