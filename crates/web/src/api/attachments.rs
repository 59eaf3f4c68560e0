//! Files of messages and notes.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use portreeve_app::attachment::{self, AttachmentView, FetchError, Files};
use portreeve_app::report::view::ReportView;
use portreeve_app::report::{Act, ActError};
use portreeve_core::ids::ReportId;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::LARGEST_BODY;
use super::caller::{Answer, Close, May, Right, SeeReports};
use super::problem::{Code, Failure, Problems};
use super::reports::done;
use super::request::{Path, When, answer as respond, no_room};
use crate::body::Unread;
use crate::upload::{self, Sent};
use crate::{Web, download};

/// The bytes of a file.
#[derive(Deserialize, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it stands in the description alone")]
pub(crate) struct Bytes(Vec<u8>);

/// What the files come with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An answer of staff to the customer.
    #[default]
    Answer,
    /// What the customer said elsewhere.
    CustomerAnswer,
    /// A note: its files are for staff only.
    Note,
}

/// A message or a note with files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "it stands in the description alone: the form is read a piece at a time"
)]
pub(crate) struct MessageWithFiles {
    /// The text; blanks at its ends are dropped.
    #[schema(min_length = 1, max_length = 65536, pattern = r"\S")]
    text: String,
    /// What the files come with; `answer` when absent.
    #[serde(default)]
    kind: Kind,
    /// One or more files with their names.
    #[schema(min_items = 1)]
    file: Vec<Bytes>,
}

/// The files of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attachments {
    items: Vec<AttachmentView>,
}

/// What of a form makes one request the same as another.
struct Fingerprint<'a>(&'a str, Kind, &'a Sent);

impl Serialize for Fingerprint<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let files = self.2.files.iter().map(|file| (file.name.as_str(), file.hash.as_str()));
        (self.0, self.1, files.collect::<Vec<_>>()).serialize(to)
    }
}

fn kind(word: &str) -> Result<Kind, Failure> {
    match word {
        "answer" => Ok(Kind::Answer),
        "customer_answer" => Ok(Kind::CustomerAnswer),
        "note" => Ok(Kind::Note),
        _ => Err(Failure::invalid("kind", "must be answer, customer_answer or note")),
    }
}

/// The text and what it is.
fn fields(sent: &Sent) -> Result<(String, Kind), Failure> {
    let (mut text, mut kind_of) = (None, Kind::default());
    for (name, value) in &sent.fields {
        match name.as_str() {
            "text" => text = Some(value.clone()),
            "kind" => kind_of = kind(value)?,
            "file" => return Err(Failure::invalid("file", "must be a file with a name")),
            other => return Err(Failure::invalid(other, "is not known")),
        }
    }
    Ok((text.ok_or_else(|| Failure::invalid("text", "is missing"))?, kind_of))
}

/// Write a message to the customer, or a note, with files. Needs the right `answer`.
#[utoipa::path(post, path = "/reports/{id}/attachments", tag = "reports", operation_id = "attach_to_report",
    request_body(content = MessageWithFiles, content_type = "multipart/form-data"),
    params(
        ("id" = i64, Path, minimum = 1, description = "Number of the report"),
        ("If-Match" = Option<String>, Header, pattern = r#"^(\*|"[0-9]{1,18}")$"#,
            description = "Only while the report has this ETag"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "The same request under the same key is done once, for 30 days"),
    ),
    responses((status = 200, description = "The report after it", body = ReportView,
        headers(
            ("ETag" = String, description = "The report's new revision, for `If-Match`"),
            ("Idempotent-Replayed" = String, description = "`true`: it had been done before"),
        )), Problems))]
pub(crate) async fn attach(
    State(web): State<Arc<Web>>,
    _: May<Answer>,
    Path(id): Path<i64>,
    when: When,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let kind = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    if multer::parse_boundary(kind.unwrap_or_default()).is_err() {
        let why = "send the header `Content-Type: multipart/form-data` with its boundary";
        return Err(Failure::new(Code::UnsupportedMediaType, why));
    }
    let from = upload::From::Staff;
    let sent = upload::read(&web, &parts.headers, body, LARGEST_BODY, from, |_| true).await;
    let mut sent = sent.map_err(|unread| match unread {
        Unread::TooLarge => Failure::new(Code::TooLarge, "the form is too large"),
        Unread::Broken => Failure::new(Code::Malformed, "the form cannot be read to its end"),
        Unread::NoRoom => no_room(),
    })?;
    // Files take their time, in which a token may end.
    let caller = May::<Answer>::from_request_parts(&mut parts, &web).await?;
    if let Some((name, why)) = sent.refused {
        return Err(ActError::File(name, why).into());
    }
    let (text, kind) = fields(&sent)?;
    if sent.files.is_empty() {
        return Err(Failure::invalid("file", "is missing"));
    }
    let conditions = when.conditions(&Fingerprint(&text, kind, &sent));
    let act = match kind {
        Kind::Answer => Act::Answer(text),
        Kind::CustomerAnswer => Act::CustomerAnswer(text),
        Kind::Note => Act::Note(text),
    };
    let files = Files::of(std::mem::take(&mut sent.files));
    done(&web, &caller.0, id, act, conditions, files).await
}

/// List the files of a report: those of messages, then those of notes. Needs the right `see_reports`.
#[utoipa::path(get, path = "/reports/{id}/attachments", tag = "reports", operation_id = "list_attachments",
    params(("id" = i64, Path, minimum = 1, description = "Number of the report")),
    responses((status = 200, description = "Its files", body = Attachments), Problems))]
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let found = attachment::list(&web.desk, ReportId(id)).await?;
    let items =
        found.ok_or_else(|| Failure::new(Code::NotFound, format!("there is no report {id}")))?;
    Ok(respond(StatusCode::OK, &Attachments { items }))
}

/// Get a file. Needs the right `see_reports`, and for files of customers and out of mails the right `answer`, too: these
/// can have a link in them by which one acts as the customer.
#[utoipa::path(get, path = "/reports/{id}/attachments/{attachment}", tag = "reports",
    operation_id = "get_attachment",
    params(
        ("id" = i64, Path, minimum = 1, description = "Number of the report"),
        ("attachment" = String, Path, pattern = "^[0-9a-f]{32}$", description = "Id of the file"),
    ),
    responses((status = 200, description = "Its bytes", body = Bytes, content_type = "application/octet-stream",
        headers(("Content-Disposition" = String, description = "Its name"))), Problems))]
pub(crate) async fn fetch(
    State(web): State<Arc<Web>>,
    caller: May<SeeReports>,
    Path((id, name)): Path<(i64, String)>,
) -> Result<Response, Failure> {
    let may_answer = caller.0.may(Answer::NAME);
    match attachment::for_staff(&web.desk, ReportId(id), &name, may_answer).await {
        Ok(file) => Ok(download::answer(&web, file)),
        Err(FetchError::Store(error)) => Err(error.into()),
        Err(FetchError::NotThere) => Err(not_there()),
        Err(refused @ FetchError::NeedsAnswer) => {
            Err(Failure::new(Code::Forbidden, refused.to_string()))
        }
        Err(locked) => Err(Failure::new(Code::WrongState, locked.to_string())),
    }
}

fn not_there() -> Failure {
    Failure::new(Code::NotFound, "the report has no such file")
}

/// Take a file away for good. That it was there, and who took it away, stays on record. Needs the right `close`.
#[utoipa::path(delete, path = "/reports/{id}/attachments/{attachment}", tag = "reports",
    operation_id = "remove_attachment",
    params(
        ("id" = i64, Path, minimum = 1, description = "Number of the report"),
        ("attachment" = String, Path, pattern = "^[0-9a-f]{32}$", description = "Id of the file"),
    ),
    responses((status = 204, description = "Nobody can have it any more"), Problems))]
pub(crate) async fn remove(
    State(web): State<Arc<Web>>,
    caller: May<Close>,
    Path((id, name)): Path<(i64, String)>,
) -> Result<StatusCode, Failure> {
    let removed = attachment::remove(&web.desk, ReportId(id), &name, &caller.0.actor()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(not_there()) }
}
