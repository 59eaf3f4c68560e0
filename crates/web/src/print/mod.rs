//! Reports as PDF: the customer's copy and staff's, in their reader's words, and how they are handed out.

mod customer;
mod room;
mod staff;

use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use portreeve_core::attachment::Size;
use portreeve_core::ids::ReportId;
use portreeve_core::time::Timestamp;
use portreeve_i18n as i18n;
use portreeve_print::{Document, File, PrintError};
use tokio::sync::Semaphore;

use crate::pages::{Viewer, private};

pub use customer::customer_copy;
pub use staff::staff_copy;

/// Documents that are made at a time: each keeps a core busy for half a second at worst, or for a
/// few with text that is made for it, and requests of all others
/// need cores, too.
const AT_A_TIME: usize = 2;

/// How many of them may be for customers, whose links may be in many hands: one turn is kept for staff.
const FOR_CUSTOMERS: usize = 1;

/// How long somebody waits for their turn before they are told to come again.
const PATIENCE: Duration = Duration::from_secs(15);

/// Seconds after which they should.
pub(crate) const COME_AGAIN: u64 = 10;

/// Makes PDFs, a few at a time and away from the threads that serve requests.
pub(crate) struct Press {
    turns: Semaphore,
    of_customers: Semaphore,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotPrinted {
    /// Many are being made.
    #[error("many documents are being made at the moment")]
    Busy,
    /// It could not be made.
    #[error(transparent)]
    Failed(#[from] PrintError),
}

impl Press {
    pub(crate) fn new() -> Self {
        Self { turns: Semaphore::new(AT_A_TIME), of_customers: Semaphore::new(FOR_CUSTOMERS) }
    }

    /// The same for a customer, after other customers.
    pub(crate) async fn print_for_customer(
        &self,
        document: Document,
    ) -> Result<Vec<u8>, NotPrinted> {
        let turn = tokio::time::timeout(PATIENCE, self.of_customers.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(NotPrinted::Busy) };
        self.print(document).await
    }

    pub(crate) async fn print(&self, document: Document) -> Result<Vec<u8>, NotPrinted> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(NotPrinted::Busy) };
        match tokio::task::spawn_blocking(move || portreeve_print::pdf(&document)).await {
            Ok(made) => Ok(made?),
            Err(stopped) => {
                tracing::error!("a PDF was not created: {stopped}");
                Err(NotPrinted::Busy)
            }
        }
    }
}

/// A PDF as an answer: always a download, kept by nobody on the way, and not for search engines.
pub(crate) fn download(id: ReportId, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"report-{}.pdf\"", id.0);
    let headers =
        [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
    let mut response = private((headers, bytes).into_response());
    let robots = HeaderValue::from_static("noindex, nofollow");
    response.headers_mut().insert("x-robots-tag", robots);
    response
}

impl Viewer {
    fn word(&self, key: &str) -> String {
        i18n::text!(self.language, key)
    }

    fn words(&self, key: &str, values: &[(&str, i18n::Value<'_>)]) -> String {
        i18n::text(self.language, key, values)
    }

    fn at(&self, at: Timestamp) -> String {
        i18n::time::instant(self.language, &self.zone, at.as_millisecond())
    }

    /// An instant that is shown elsewhere as RFC 3339.
    fn at_text(&self, at: &str) -> String {
        at.parse().map_or_else(|_| at.to_owned(), |at| self.at(at))
    }
}

/// What every copy has around what stands in it.
fn document(
    viewer: &Viewer,
    id: i64,
    category: &str,
    subtitle: &str,
    made_at: Timestamp,
) -> Document {
    let number = ("id", id.into());
    let as_of = viewer.words("print-as_of", &[("at", viewer.at(made_at).into())]);
    Document {
        title: viewer.words("print-title", &[number]),
        subtitle: subtitle.to_owned(),
        head: format!("#{id} · {category} · {subtitle}"),
        foot: as_of,
        language: viewer.language.tag(),
        made_at: jiff::tz::TimeZone::UTC.to_datetime(made_at),
        about_boxes: viewer.word("print-boxes"),
        blocks: Vec::new(),
    }
}

/// A file that came with what was written, and the word for what has to be known of it.
fn file(viewer: &Viewer, name: &str, size: Size, sha256: &str, mark: Option<&str>) -> File {
    File {
        name: name.to_owned(),
        size: i18n::size(viewer.language, size),
        sha256: sha256.to_owned(),
        mark: mark.map(|key| viewer.word(key)).unwrap_or_default(),
    }
}

/// Names and values, without those that have no value.
fn facts(pairs: Vec<(String, String)>) -> portreeve_print::Block {
    let told = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    portreeve_print::Block::Facts(told.collect())
}
