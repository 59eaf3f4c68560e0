//! Complaints that scripts hand over, and what became of them.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use multer::{Field, Multipart};
use portreeve_app::digest::sha256_hex;
use portreeve_app::inbox::{self, Filter, ItemView, WholeItem};
use portreeve_app::intake::{
    Door, Incoming, LARGEST_MAIL, MailEnvelope, Once, ReceiveError, receive_all,
};
use portreeve_app::token::Bearer;
use portreeve_core::ids::MailId;
use portreeve_core::intake::Standing;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Caller, Complain, May, Right, SeeReporter, SeeReports};
use super::problem::{Code, Failure, Problems};
use super::reports::{behind, is_full, page_size};
use super::request::{Path, Query, answer as respond, idempotency_key, no_room};
use crate::Web;
use crate::body::{self, COME_AGAIN, Unread};
use crate::memory::Sender;

/// Largest body with complaints: the largest mail, and what a form puts around it.
const LARGEST_POST: usize = 26 * 1024 * 1024;

/// Complaints in one body.
const MOST_PARTS: usize = 100;

/// How a complaint stands; `all`: in any way.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ComplaintState {
    Unread,
    Placed,
    Waiting,
    SetAside,
    Dismissed,
    All,
}

impl ComplaintState {
    fn standing(self) -> Option<Standing> {
        match self {
            Self::Unread => Some(Standing::Unread),
            Self::Placed => Some(Standing::Placed),
            Self::Waiting => Some(Standing::Waiting),
            Self::SetAside => Some(Standing::SetAside),
            Self::Dismissed => Some(Standing::Dismissed),
            Self::All => None,
        }
    }
}

/// A complaint that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenComplaint {
    /// Its number.
    id: i64,
    /// `unread`: what became of it, `GET` says.
    state: &'static str,
}

/// One kind of complaint that a body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mail,
    Json,
    Csv,
}

impl Kind {
    fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "message/rfc822" | "message/global" => Some(Self::Mail),
            "application/json" | "text/json" => Some(Self::Json),
            "text/csv" => Some(Self::Csv),
            other if other.starts_with("application/") && other.ends_with("+json") => {
                Some(Self::Json)
            }
            _ => None,
        }
    }

    /// Of a part whose sender does not know more than that it is a file.
    fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            // Texts and mailboxes are read as what they have in them.
            "eml" | "mbox" | "txt" => Some(Self::Mail),
            "json" | "xarf" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Of a part of which its sender says nothing.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let begin = bytes.trim_ascii_start();
        let line = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(0));
        let is_field =
            !name.is_empty() && !value.is_empty() && name.iter().all(u8::is_ascii_graphic);
        match begin.first()? {
            b'{' | b'[' => Some(Self::Json),
            _ => is_field.then_some(Self::Mail),
        }
    }

    /// The name of one that has none: it helps to tell what it is.
    fn usual_name(self) -> &'static str {
        match self {
            Self::Mail => "complaint.eml",
            Self::Json => "complaint.json",
            Self::Csv => "complaint.csv",
        }
    }
}

/// A complaint as it was posted.
struct Posted {
    kind: Kind,
    name: String,
    bytes: Bytes,
}

impl Posted {
    fn checked(self) -> Result<Self, Failure> {
        if self.bytes.is_empty() {
            return Err(Failure::invalid(&self.name, "is empty"));
        }
        if self.bytes.len() > LARGEST_MAIL {
            return Err(too_large());
        }
        if self.kind == Kind::Json && serde_json::from_slice::<IgnoredAny>(&self.bytes).is_err() {
            return Err(Failure::new(Code::Malformed, format!("{} is no JSON", self.name)));
        }
        Ok(self)
    }
}

fn too_large() -> Failure {
    Failure::new(
        Code::TooLarge,
        "a complaint may have at most 25 MiB, and all of one request 26 MiB",
    )
}

fn unknown_type() -> Failure {
    let why = "send message/rfc822, application/json (XARF), text/csv, or a multipart of these";
    Failure::new(Code::UnsupportedMediaType, why)
}

/// Whether parts are mails unless they say what else they are (RFC 2046 §5.1.5).
fn is_digest(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("multipart/digest")
}

/// The boundary between the parts of a multipart of any kind.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let is_multipart = kind.trim().get(..10)?.eq_ignore_ascii_case("multipart/");
    is_multipart
        .then(|| multer::parse_boundary(format!("multipart/form-data;{parameters}")).ok())?
}

async fn posted(headers: &HeaderMap, body: Bytes) -> Result<Vec<Posted>, Failure> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    if let Some(kind) = Kind::of(content_type) {
        let one = Posted { kind, name: kind.usual_name().to_owned(), bytes: body };
        return Ok(vec![one.checked()?]);
    }
    let boundary = boundary(content_type).ok_or_else(unknown_type)?;
    let broken = |_| Failure::new(Code::Malformed, "the multipart cannot be read to its end");
    let mut parts =
        Multipart::new(futures_util::stream::once(async { Ok::<_, Infallible>(body) }), boundary);
    let mut all = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if all.len() >= MOST_PARTS {
            return Err(Failure::new(
                Code::TooLarge,
                format!("a request may have at most {MOST_PARTS} complaints"),
            ));
        }
        let name = part.file_name().map(str::to_owned);
        let told = described(&part, name.as_deref(), is_digest(content_type))?;
        let bytes = part.bytes().await.map_err(broken)?;
        let kind = told.or_else(|| Kind::of_bytes(&bytes)).ok_or_else(unknown_type)?;
        let name = name.unwrap_or_else(|| kind.usual_name().to_owned());
        all.push(Posted { kind, name, bytes }.checked()?);
    }
    if all.is_empty() {
        return Err(Failure::invalid("body", "has no complaint"));
    }
    Ok(all)
}

/// What a part is, by its type or its name; none where it has neither.
fn described(
    part: &Field<'_>,
    name: Option<&str>,
    is_of_digest: bool,
) -> Result<Option<Kind>, Failure> {
    let essence = part.content_type().map(|kind| kind.essence_str().to_owned());
    match (essence.as_deref(), name) {
        (None, None) if is_of_digest => Ok(Some(Kind::Mail)),
        (None, None) => Ok(None),
        // What programs call files of which they know no more.
        (None | Some("application/octet-stream" | "text/plain"), name) => {
            name.and_then(Kind::of_name).ok_or_else(unknown_type).map(Some)
        }
        (Some(content_type), _) => Kind::of(content_type).ok_or_else(unknown_type).map(Some),
    }
}

/// Hand complaints over. Needs the right `complain`. All of a multipart are taken, or none; they are on disk when the answer
/// comes, and are read after it.
#[utoipa::path(post, path = "/complaints", tag = "complaints", operation_id = "post_complaints",
    request_body(content(
        (String = "message/rfc822"), (Object = "application/json"), (String = "text/csv"),
        (Object = "multipart/mixed"), (Object = "multipart/form-data")),
        description = "A mail, an XARF report, a feed, or a multipart of several of these; at most 25 MiB each"),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "The same request under the same key is taken once, for 30 days")),
    responses((status = 202, description = "They are on disk, in this order", body = Vec<TakenComplaint>,
        headers(("Idempotent-Replayed" = String, description = "`true`: it had been done before"))),
        Problems))]
pub(crate) async fn post(
    State(web): State<Arc<Web>>,
    _: May<Complain>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, sent) = request.into_parts();
    let key = idempotency_key(&parts.headers)?;
    let room = web.memory.room(Sender::Staff);
    let kept = body::read(sent, LARGEST_POST, room).await.map_err(|unread| match unread {
        Unread::TooLarge => too_large(),
        Unread::Broken => Failure::new(Code::Malformed, "the body broke off"),
        Unread::NoRoom => no_room(),
    })?;
    // A large body takes its time, in which a token may end.
    let May(bearer, _) = May::<Complain>::from_request_parts(&mut parts, &web).await?;
    let posted = posted(&parts.headers, Bytes::from(kept.bytes)).await?;
    let once = key.map(|key| Once {
        caller: format!("token:{}", bearer.id),
        key,
        request_hash: fingerprint(&posted),
    });
    let door = Door::Api { token: bearer.id.to_string() };
    let envelope = MailEnvelope::default();
    let incoming = posted.iter().map(|one| Incoming {
        door: &door,
        envelope: &envelope,
        name: &one.name,
        lane: None,
        raw: &one.bytes,
    });
    let incoming: Vec<_> = incoming.collect();
    let received = receive_all(&web.desk, &incoming, once.as_ref()).await?;
    let state = Standing::Unread.code();
    let taken = received.iter().map(|one| TakenComplaint { id: one.id.0, state });
    let mut response = respond(StatusCode::ACCEPTED, &taken.collect::<Vec<_>>());
    if received.iter().any(|one| one.replayed) {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", yes);
    }
    Ok(response)
}

/// What makes one request the same as another.
fn fingerprint(posted: &[Posted]) -> String {
    let mut all = String::new();
    for one in posted {
        all.push_str(&format!("{:?} {:?} {}\n", one.kind, one.name, sha256_hex(&one.bytes)));
    }
    sha256_hex(all.as_bytes())
}

/// Which complaints to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintsQuery {
    /// How they stand.
    state: Option<ComplaintState>,
    /// Go on behind the complaint with this number: `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Complaints at most; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// A page of complaints.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintPage {
    items: Vec<ItemView>,
    /// `after` of the next page; null when this is the last one.
    next: Option<i64>,
}

/// What a caller may see of the inbox.
enum Sees {
    /// All of it.
    All,
    /// What came with the same token.
    Own(String),
}

fn sees(bearer: &Bearer) -> Result<Sees, Failure> {
    if bearer.may(SeeReports::NAME) {
        return Ok(Sees::All);
    }
    if bearer.may(Complain::NAME) {
        return Ok(Sees::Own(bearer.id.to_string()));
    }
    let why = "this needs the right `see_reports`, or `complain` for what came with the same token, as a scope of the \
               token and in the role of its member of staff";
    Err(Failure::new(Code::Forbidden, why))
}

/// Without the right to see who complains, nobody sees that in somebody else's complaint.
fn shown(bearer: &Bearer, sees: &Sees, item: ItemView) -> ItemView {
    if bearer.may(SeeReporter::NAME) || matches!(sees, Sees::Own(_)) {
        return item;
    }
    item.without_reporter()
}

/// List what came in: complaints and other mail, the oldest first. Needs `see_reports`; with `complain` alone,
/// what came with the same token. Who complains shows only with `see_reporter`.
#[utoipa::path(get, path = "/complaints", tag = "complaints", operation_id = "list_complaints", params(ComplaintsQuery),
    responses((status = 200, description = "A page of complaints", body = ComplaintPage), Problems))]
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    Caller(bearer): Caller,
    Query(query): Query<ComplaintsQuery>,
) -> Result<Response, Failure> {
    let sees = sees(&bearer)?;
    let limit = page_size(query.limit)?;
    let filter = Filter {
        state: query.state.and_then(ComplaintState::standing),
        after: behind(query.after)?.map(MailId),
        limit,
    };
    let found = match &sees {
        Sees::All => inbox::list(&web.desk, filter).await?,
        Sees::Own(token) => inbox::list_of_token(&web.desk, token, filter).await?,
    };
    let next = found.last().map(|last| last.id).filter(|_| is_full(found.len(), limit));
    let items = found.into_iter().map(|item| shown(&bearer, &sees, item)).collect();
    Ok(respond(StatusCode::OK, &ComplaintPage { items, next }))
}

/// Show what came in, with its text. Needs `see_reports`; with `complain` alone, only what came with the same
/// token. Who complains shows only with `see_reporter`, and so does the text.
#[utoipa::path(get, path = "/complaints/{id}", tag = "complaints", operation_id = "show_complaint",
    params(("id" = i64, Path, minimum = 1, description = "Number of the complaint")),
    responses((status = 200, description = "The complaint", body = WholeItem), Problems))]
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    Caller(bearer): Caller,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let sees = sees(&bearer)?;
    let missing = || Failure::new(Code::NotFound, format!("there is no complaint {id}"));
    if let Sees::Own(token) = &sees
        && !inbox::is_of_token(&web.desk, MailId(id), token).await?
    {
        return Err(missing());
    }
    let WholeItem { item, mut text, mut said, mut parts } =
        inbox::show(&web.desk, MailId(id)).await?.ok_or_else(missing)?;
    if matches!(sees, Sees::All) && !bearer.may(SeeReporter::NAME) {
        (text, said, parts) = (String::new(), String::new(), Vec::new());
    }
    let item = shown(&bearer, &sees, item);
    Ok(respond(StatusCode::OK, &WholeItem { item, text, said, parts }))
}

impl From<ReceiveError> for Failure {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Store(error) => error.into(),
            ReceiveError::Empty => Self::invalid("body", "is empty"),
            ReceiveError::TooLarge => too_large(),
            ReceiveError::BadEnvelope => Self::new(Code::Invalid, error.to_string()),
            ReceiveError::NoRoom | ReceiveError::NoRoomForReport(_) => {
                Self::wait(Code::Unavailable, &error.to_string(), COME_AGAIN)
            }
            ReceiveError::KeyUsedForAnother => {
                Self::new(Code::KeyUsedForAnother, "use another key for another request")
            }
        }
    }
}
