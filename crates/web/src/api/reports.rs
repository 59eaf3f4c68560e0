//! Reports, and every act on them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use portreeve_app::attachment::Files;
use portreeve_app::report::dossier;
use portreeve_app::report::view::{self, ReportView, SEARCHED_WORDS, WholeReportView, Window};
use portreeve_app::report::{
    self, Act, Conditions, NewDeadline, NewReportRequest, Protected, act_with,
};
use portreeve_app::token::Bearer;
use portreeve_app::{ReportFilter, ReportOrder};
use portreeve_core::ids::{ReportId, ServiceId, ServiceKey};
use portreeve_core::language::{Language, zone};
use portreeve_core::ledger::parse_address;
use portreeve_core::report::{
    LONGEST_CATEGORY, LONGEST_SERVICE_IP, LONGEST_TEXT, Outcome, Status as ReportStatus,
    SuspendMethod, Turn as ReportTurn,
};
use portreeve_core::text::{storable, wanted_words};
use portreeve_core::time::Span;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Answer, Approve, Close, May, Open, Right, SeeReporter, SeeReports, Suspend};
use super::problem::{Code, Failure, Problems};
use super::request::{Json, Path, Query, When, answer as respond, idempotency_key, tagged};
use super::services::service_key;
use crate::Web;
use crate::pages::Viewer;
use crate::print::{self, NotPrinted};

/// Longest text to look for, in characters.
const LONGEST_SEARCH: usize = 255;

/// Where a report stands.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Queued,
    Open,
    Closed,
}

/// Whose move it is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Turn {
    Customer,
    Staff,
}

/// In which order reports come.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    #[default]
    Newest,
    Oldest,
}

/// Which reports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Where they stand.
    status: Option<Status>,
    /// Whose move it is; a queued report waits for staff.
    turn: Option<Turn>,
    /// About this service: its id, or `directory:id`.
    #[param(pattern = "^([A-Za-z0-9._-]{1,64}:)?[1-9][0-9]{0,17}$")]
    service: Option<String>,
    /// Of this category, exactly.
    #[param(max_length = 255)]
    category: Option<String>,
    /// With words that begin like these: in category, address, texts, messages, notes and the data of the service, in any case.
    #[param(max_length = 255)]
    search: Option<String>,
    /// Only reports that do not go on until a person has seen to something (`attention` says to what).
    attention: Option<bool>,
    /// `newest` first, or `oldest`.
    order: Option<Order>,
    /// Go on behind the report with this number: `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Reports at most; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// A page of reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportPage {
    items: Vec<ReportView>,
    /// `after` of the next page; null when this is the last one.
    next: Option<i64>,
}

/// Rows of a page: what was asked for, or 100.
pub(super) fn page_size(limit: Option<i64>) -> Result<i64, Failure> {
    match limit {
        None => Ok(100),
        Some(limit @ 1..=1000) => Ok(limit),
        Some(_) => Err(Failure::invalid("limit", "must be 1 to 1000")),
    }
}

/// The row behind which a page begins.
pub(super) fn behind(after: Option<i64>) -> Result<Option<i64>, Failure> {
    match after {
        Some(..0) => Err(Failure::invalid("after", "must not be negative")),
        after => Ok(after),
    }
}

/// A whole number as JSON has it: `7.0` is one too (JSON Schema, 6.1.1).
fn whole_number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(from)?;
    let digits = number.to_string();
    let whole = digits.strip_suffix(".0").unwrap_or(&digits);
    whole.parse().map_err(|_| D::Error::custom("must be a whole number"))
}

/// Whether `rows` fill a page, so that there may be another one.
pub(super) fn is_full(rows: usize, limit: i64) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= limit)
}

/// List reports. Needs the right `see_reports`.
#[utoipa::path(get, path = "/reports", tag = "reports", operation_id = "list_reports", params(ListQuery),
    responses((status = 200, description = "A page of reports", body = ReportPage), Problems))]
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let limit = page_size(query.limit)?;
    let service = query.service.map(|text| service_key(&web, &text)).transpose()?;
    let filter = ReportFilter {
        status: query.status.map(|status| match status {
            Status::Queued => ReportStatus::Queued,
            Status::Open => ReportStatus::Open,
            Status::Closed => ReportStatus::Closed,
        }),
        turn: query.turn.map(|turn| match turn {
            Turn::Customer => ReportTurn::Customer,
            Turn::Staff => ReportTurn::Staff,
        }),
        service,
        category: query
            .category
            .map(|words| text("category", Some(words), LONGEST_SEARCH))
            .transpose()?,
        words: query
            .search
            .map(|words| text("search", Some(words), LONGEST_SEARCH))
            .transpose()?
            .map(|text| wanted_words(&text, SEARCHED_WORDS)),
        attention: query.attention.unwrap_or_default(),
        order: match query.order.unwrap_or_default() {
            Order::Newest => ReportOrder::Newest,
            Order::Oldest => ReportOrder::Oldest,
        },
        after: behind(query.after)?.map(|id| ReportId(id).into()),
        limit,
        ..ReportFilter::default()
    };
    let items = view::list(&web.desk, &filter).await?;
    let next = items.last().map(|last| last.id).filter(|_| is_full(items.len(), limit));
    Ok(respond(StatusCode::OK, &ReportPage { items, next }))
}

/// How a new report means to suspend its service.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    #[default]
    NoSuspend,
    Immediate,
    TimeLimit,
}

/// A report to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// The panel's id of the service.
    #[schema(minimum = 1)]
    #[serde(deserialize_with = "whole_number")]
    service_id: i64,
    /// The directory that the id is of; the default directory when absent.
    #[schema(min_length = 1, max_length = 64)]
    directory: Option<String>,
    /// Kind of abuse; any text.
    #[schema(min_length = 1, max_length = 255, pattern = r"\S")]
    category: String,
    /// The address; the service's own when absent.
    #[schema(max_length = 255)]
    service_ip: Option<String>,
    /// How to suspend; `nosuspend` when absent. Guards may hold an automatic suspension back.
    suspend_method: Option<Method>,
    /// Whether the customer may lift the suspension.
    allow_unsuspend: Option<bool>,
    /// Whether the customer may pay to have the service back (`docs/payments.md`).
    pay_to_unsuspend: Option<bool>,
    /// Shown to the customer.
    #[schema(max_length = 65536)]
    additional_info: Option<String>,
    /// Shown to staff only.
    #[schema(max_length = 65536)]
    admin_notes: Option<String>,
}

/// A report that was opened; it is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenedReport {
    /// Its number.
    id: i64,
    /// What the caller should know.
    warnings: Vec<String>,
}

/// A text within its limit, made storable.
fn text(name: &str, text: Option<String>, limit: usize) -> Result<String, Failure> {
    let text = text.unwrap_or_default();
    if text.chars().count() > limit {
        return Err(Failure::invalid(name, format!("must have at most {limit} characters")));
    }
    Ok(storable(&text))
}

fn request(web: &Web, bearer: &Bearer, new: NewReport) -> Result<NewReportRequest, Failure> {
    let id = ServiceId::new(new.service_id).map_err(|why| Failure::invalid("service_id", why))?;
    let directory = new.directory.unwrap_or_else(|| web.desk.config.default_directory().to_owned());
    let category = text("category", Some(new.category.trim().to_owned()), LONGEST_CATEGORY)?;
    if category.is_empty() {
        return Err(Failure::invalid("category", "must not be empty"));
    }
    let service_ip = text("service_ip", new.service_ip, LONGEST_SERVICE_IP)?.trim().to_owned();
    let mut warnings = Vec::new();
    if !service_ip.is_empty() && parse_address(&service_ip).is_err() {
        warnings.push("service_ip is not an IP address; it was kept as text.".to_owned());
    }
    Ok(NewReportRequest {
        caller: bearer.actor(),
        service: ServiceKey { directory: storable(&directory), id },
        category,
        service_ip: Some(service_ip).filter(|ip| !ip.is_empty()),
        suspend_method: match new.suspend_method.unwrap_or_default() {
            Method::NoSuspend => SuspendMethod::NoSuspend,
            Method::Immediate => SuspendMethod::Immediate,
            Method::TimeLimit => SuspendMethod::TimeLimit,
        },
        allow_unsuspend: new.allow_unsuspend.unwrap_or_default(),
        pay_to_unsuspend: new.pay_to_unsuspend.unwrap_or_default(),
        additional_info: text("additional_info", new.additional_info, LONGEST_TEXT)?,
        admin_notes: text("admin_notes", new.admin_notes, LONGEST_TEXT)?,
        warnings,
        idempotency: None,
        unconfirmed: None,
    })
}

/// Open a report. Needs the right `open`. A suspension that it asks for passes the same guards as one of
/// the drop-in endpoint.
#[utoipa::path(post, path = "/reports", tag = "reports", operation_id = "open_report", request_body = NewReport,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "The same key and the same fields give the same report again, for 30 days")),
    responses((status = 201, description = "It is on disk", body = OpenedReport,
        headers(("Location" = String, description = "The report"))), Problems))]
pub(crate) async fn create(
    State(web): State<Arc<Web>>,
    caller: May<Open>,
    headers: HeaderMap,
    Json(new): Json<NewReport>,
) -> Result<Response, Failure> {
    let mut request = request(&web, &caller.0, new)?;
    if let Some(key) = idempotency_key(&headers)? {
        request.idempotency = Some((key, request.fingerprint()));
    }
    let opened = report::open(&web.desk, &web.opener, request).await?;
    let body = OpenedReport { id: opened.report.0, warnings: opened.warnings };
    let mut response = respond(StatusCode::CREATED, &body);
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/reports/{}", body.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Which part of a report's long lists to show: of each the latest 1,000, or those before one that is known.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "they are named as in the query")]
pub(crate) struct WindowQuery {
    /// Only lines of history before the one with this `id`: `earlier.events_before` of the part after it.
    #[param(minimum = 1)]
    events_before: Option<i64>,
    /// Only messages before the one with this `id`: `earlier.messages_before` of the part after it.
    #[param(minimum = 1)]
    messages_before: Option<i64>,
    /// Only notes before the one with this `id`: `earlier.notes_before` of the part after it.
    #[param(minimum = 1)]
    notes_before: Option<i64>,
}

impl WindowQuery {
    fn window(&self) -> Result<Window, Failure> {
        let before = |name: &str, id: Option<i64>| match id {
            Some(..1) => Err(Failure::invalid(name, "must be 1 or more")),
            id => Ok(id),
        };
        Ok(Window {
            events_before: before("events_before", self.events_before)?,
            messages_before: before("messages_before", self.messages_before)?,
            notes_before: before("notes_before", self.notes_before)?,
            ..Window::default()
        })
    }
}

/// Show one report with its history, messages and notes: of each the latest 1,000, oldest first. Needs the right
/// `see_reports`. Who complained shows only with `see_reporter`.
#[utoipa::path(get, path = "/reports/{id}", tag = "reports", operation_id = "show_report",
    params(("id" = i64, Path, minimum = 1, description = "Number of the report"), WindowQuery),
    responses((status = 200, description = "The report", body = WholeReportView,
        headers(("ETag" = String, description = "The revision of the report's own state, for `If-Match`"))),
        Problems))]
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    May(bearer, _): May<SeeReports>,
    Path(id): Path<i64>,
    Query(query): Query<WindowQuery>,
) -> Result<Response, Failure> {
    let found = view::show(&web.desk, ReportId(id), &query.window()?).await?;
    let mut whole =
        found.ok_or_else(|| Failure::new(Code::NotFound, format!("there is no report {id}")))?;
    if !bearer.may(SeeReporter::NAME) {
        whole.complaints.iter_mut().for_each(|one| one.reporter = None);
    }
    Ok(tagged(respond(StatusCode::OK, &whole), &whole.report.revision.to_string()))
}

/// One report with everything about it as PDF, in English or German as `Accept-Language` asks: what
/// staff keep, with their notes. It is not for customers. Needs the right `see_reports`.
#[utoipa::path(get, path = "/reports/{id}/pdf", tag = "reports", operation_id = "print_report",
    params(("id" = i64, Path, minimum = 1, description = "Number of the report")),
    responses((status = 200, description = "The report as PDF", body = Vec<u8>, content_type = "application/pdf"),
        Problems))]
pub(crate) async fn pdf(
    State(web): State<Arc<Web>>,
    _: May<SeeReports>,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let missing = || Failure::new(Code::NotFound, format!("there is no report {id}"));
    let found = dossier::read(&web.desk, ReportId(id), &Window::default()).await?;
    let found = found.ok_or_else(missing)?;
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let now = web.desk.now();
    let viewer = Viewer {
        language: Language::choose("", accept.unwrap_or_default()),
        zone: zone(""),
        now: now.as_millisecond(),
    };
    let made = web.press.print(print::staff_copy(&viewer, &found, now)).await;
    made.map(|bytes| print::download(ReportId(id), bytes)).map_err(|error| match error {
        NotPrinted::Busy => Failure::wait(Code::Unavailable, &error.to_string(), print::COME_AGAIN),
        NotPrinted::Failed(error) => {
            tracing::error!("a report could not be printed: {error}");
            Failure::new(Code::Internal, "see the log of the desk")
        }
    })
}

/// Does an act, with the files that come along, and answers with the report after it.
pub(super) async fn done(
    web: &Web,
    bearer: &Bearer,
    id: i64,
    act: Act,
    conditions: Conditions,
    files: Files,
) -> Result<Response, Failure> {
    let done = act_with(&web.desk, ReportId(id), &bearer.actor(), act, &conditions, files).await?;
    let view = view::of(&web.desk, &done.report).await?;
    let mut response = tagged(respond(StatusCode::OK, &view), &view.revision.to_string());
    if done.replayed {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", yes);
    }
    Ok(response)
}

/// A text to be written.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The text; blanks at its ends are dropped.
    #[schema(min_length = 1, max_length = 65536, pattern = r"\S")]
    text: String,
}

/// An answer to be written.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAnswer {
    /// The text; blanks at its ends are dropped.
    #[schema(min_length = 1, max_length = 65536, pattern = r"\S")]
    text: String,
    /// Write down what the customer said (by telephone, say); the clock does what
    /// `time_limit.on_reply` says.
    #[serde(default)]
    from_customer: bool,
}

/// More time.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extension {
    /// A duration such as `24h`, `90m` or `2s`.
    #[schema(pattern = "^([1-9][0-9]{0,3}[smhd]){1,3}$", example = "24h")]
    by: String,
}

/// A new deadline: one of the two.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadlineBody {
    /// How long from now: a duration such as `24h`, `90m` or `2s`.
    #[schema(pattern = "^([1-9][0-9]{0,3}[smhd]){1,3}$", example = "24h")]
    r#in: Option<String>,
    /// The instant (RFC 3339).
    #[schema(format = DateTime)]
    at: Option<String>,
}

impl DeadlineBody {
    fn act(self) -> Result<Act, Failure> {
        let to = match (self.r#in, self.at) {
            (Some(span), None) => NewDeadline::In(
                span.parse().map_err(|_| Failure::invalid("in", "is no duration such as 24h"))?,
            ),
            (None, Some(at)) => NewDeadline::At(
                at.parse().map_err(|_| Failure::invalid("at", "is no instant in RFC 3339"))?,
            ),
            (Some(_), Some(_)) | (None, None) => {
                return Err(Failure::invalid("in", "give either `in` or `at`"));
            }
        };
        Ok(Act::SetDeadline(to))
    }
}

/// Whether the customer may pay.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentOffer {
    /// They may; else no longer.
    offered: bool,
}

/// The service of a queued report.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// Its id, or `directory:id`.
    #[schema(pattern = "^([A-Za-z0-9._-]{1,64}:)?[1-9][0-9]{0,17}$")]
    service: String,
}

/// How a report ended.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    Resolved,
    Unfounded,
    Duplicate,
    NoResponse,
    Other,
}

/// The end of a report.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    /// How it ended.
    outcome: End,
    /// Leave the service suspended; only when this report has suspended it.
    #[serde(default)]
    keep_suspended: bool,
}

/// What a suspension by a person may need.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspension {
    /// The service is to be suspended even if the directory marks it as protected. Without this such a service is left
    /// alone, with the problem `protected_service`.
    #[serde(default)]
    confirm_protected: bool,
}

impl Suspension {
    fn of(body: Option<Self>) -> Protected {
        Protected::confirmed(body.is_some_and(|body| body.confirm_protected))
    }
}

macro_rules! acts {
    ($(
        $(#[$doc:meta])*
        $name:ident: $right:ident, $path:literal, $operation:literal $(, $body:ident: $type:ty)? => $make:expr;
    )*) => {
        $(
            $(#[$doc])*
            #[utoipa::path(post, path = $path, tag = "reports", operation_id = $operation,
                $(request_body = $type,)?
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
            pub(crate) async fn $name(
                State(web): State<Arc<Web>>,
                caller: May<$right>,
                Path(id): Path<i64>,
                when: When,
                $(Json($body): Json<$type>,)?
            ) -> Result<Response, Failure> {
                let conditions = when.conditions(&acts!(@body $($body)?));
                let make: fn(&Web $(, $type)?) -> Result<Act, Failure> = $make;
                let act = make(&web $(, $body)?)?;
                done(&web, &caller.0, id, act, conditions, Files::default()).await
            }
        )*
    };
    (@body $body:ident) => { $body };
    (@body) => { () };
}

acts! {
    /// Write to the customer. Needs the right `answer`.
    answer: Answer, "/reports/{id}/answer", "answer_report", body: NewAnswer => |_, body| {
        Ok(if body.from_customer { Act::CustomerAnswer(body.text) } else { Act::Answer(body.text) })
    };
    /// Write a note for staff. Needs the right `answer`.
    note: Answer, "/reports/{id}/note", "note_report", body: Text => |_, body| Ok(Act::Note(body.text));
    /// Give the customer more time. Needs the right `answer`.
    extend: Answer, "/reports/{id}/extend", "extend_report", body: Extension => |_, body| {
        let by: Span = body.by.parse().map_err(|_| Failure::invalid("by", "is no duration such as 24h"))?;
        Ok(Act::Extend(by))
    };
    /// Name the service of a queued report. Needs the right `answer`.
    assign: Answer, "/reports/{id}/assign", "assign_report", body: Assignment => |web, body| {
        Ok(Act::Assign(service_key(web, &body.service)?))
    };
    /// Set another deadline, or one where there is none, by `in` or `at`; the customer is notified. It is paused while
    /// it is the turn of staff, where a reply pauses it. Needs the right `suspend`: at the deadline the service is
    /// suspended.
    set_deadline: Suspend, "/reports/{id}/deadline", "set_deadline", body: DeadlineBody => |_, body| {
        body.act()
    };
    /// Cancel the deadline; the customer is told. Needs the right `answer`.
    cancel_deadline: Answer, "/reports/{id}/deadline-cancellation", "cancel_deadline" => |_| Ok(Act::CancelDeadline);
    /// Restore a deadline that staff cancelled, with the time that was left; the customer is told. Needs the right
    /// `answer`.
    restore_deadline: Answer, "/reports/{id}/deadline-restoration", "restore_deadline" => |_| {
        Ok(Act::RestoreDeadline)
    };
    /// Suspend by hand, or once more where it failed or was lifted. Needs the right `suspend`; the guards for
    /// automatic suspensions are not asked, but a service that is protected needs `confirm_protected`. The body may be
    /// left out.
    suspend: Suspend, "/reports/{id}/suspend", "suspend_report", body: Option<Suspension> => |_, body| {
        Ok(Act::Suspend(Suspension::of(body)))
    };
    /// Make the suspension that stands in the panel the report's own, whoever made it: it ends with the report's hold.
    /// Suspends nothing. Needs the right `suspend`.
    adopt: Suspend, "/reports/{id}/adoption", "adopt_suspension" => |_| Ok(Act::Adopt);
    /// Release the hold; the report stays open. Needs the right `suspend`.
    release: Suspend, "/reports/{id}/release", "release_report" => |_| Ok(Act::Release);
    /// Let the customer pay to have the service back, or no longer. Needs the right `suspend`.
    offer_payment: Suspend, "/reports/{id}/payment-offer", "offer_payment", body: PaymentOffer => |_, body| {
        Ok(Act::OfferPayment(body.offered))
    };
    /// Approve a suspension that a guard held back, or confirm one that was done by hand. Needs the right
    /// `approve`; a service that is protected needs `confirm_protected`. The body may be left out.
    approve: Approve, "/reports/{id}/approve", "approve_report", body: Option<Suspension> => |_, body| {
        Ok(Act::Approve(Suspension::of(body)))
    };
    /// Refuse a suspension that a guard held back. Needs the right `approve`.
    refuse: Approve, "/reports/{id}/refuse", "refuse_report" => |_| Ok(Act::Refuse);
    /// Close a report and release its hold. Needs the right `close`.
    close: Close, "/reports/{id}/close", "close_report", body: Closing => |_, body| {
        let outcome = match body.outcome {
            End::Resolved => Outcome::Resolved,
            End::Unfounded => Outcome::Unfounded,
            End::Duplicate => Outcome::Duplicate,
            End::NoResponse => Outcome::NoResponse,
            End::Other => Outcome::Other,
        };
        Ok(Act::Close { outcome, keep_suspended: body.keep_suspended })
    };
    /// Open a closed report again; suspends nothing. Needs the right `close`.
    reopen: Close, "/reports/{id}/reopen", "reopen_report" => |_| Ok(Act::Reopen);
}
