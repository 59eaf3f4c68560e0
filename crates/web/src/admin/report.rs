//! One report with everything about it, and every act on it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::Value;

use crate::pages::{context, files_taken, refused_file};
use portreeve_app::attachment::Files;
use portreeve_app::report::dossier::{self, Dossier};
use portreeve_app::report::{Act, ActError, Conditions, act_with, view};
use portreeve_app::{intake, views};
use portreeve_core::attachment::{FileName, Refused};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::language::zone;
use portreeve_core::report::Outcome;
use portreeve_core::time::Span;
use serde::Deserialize;

use super::reports::{outcomes, staff_names};
use super::session::{Form, FormWithFiles, Path, Query, Staff, Visitor};
use super::{Answered, Refusal, to};
use crate::Web;
use crate::excerpt::excerpts;
use crate::pages::{Viewer, private};
use crate::print;
use crate::rights::{Answer, Approve, Close, SeeReports, Suspend};
use crate::routes::plain;
use crate::words::{self, Language};

/// Mails that came in for it and are shown, the newest.
const MAILS: i64 = 50;

/// What of the page is chosen in its address.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    /// A quick reply that is put into the answer.
    reply: Option<i64>,
}

/// What was written beside a file that is not taken: nothing of it is lost.
struct Tried<'a> {
    /// By which form: the last part of its address.
    path: &'a str,
    text: &'a str,
    name: FileName,
    why: Refused,
}

/// The page.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
    Query(chosen): Query<Chosen>,
) -> Answered {
    page(&web, &staff, id, chosen.reply, None).await
}

async fn page(
    web: &Web,
    staff: &Visitor,
    id: i64,
    chosen: Option<i64>,
    tried: Option<Tried<'_>>,
) -> Answered {
    let found = dossier::read(&web.desk, ReportId(id)).await?;
    let mut dossier = found.ok_or(Refusal::NotFound)?;
    let cut = shorten(&mut dossier);
    let others = views::look_at(&web.desk, ReportId(id), &staff.session.name).await?;
    let replies = views::quick_replies(&web.desk).await?;
    let fits = |kind: &str, own: &str| kind.is_empty() || kind == own;
    let language = dossier.service.as_ref().map_or("", |service| service.language.as_str());
    let fitting: Vec<_> = replies
        .into_iter()
        .filter(|reply| fits(&reply.category, &dossier.whole.report.category))
        .filter(|reply| language.is_empty() || fits(&reply.language, language))
        .collect();
    let reply = fitting.iter().find(|reply| Some(reply.id) == chosen);
    let draft = reply.map(|reply| fill(&reply.body, &dossier, staff));
    let replies: Vec<Value> =
        fitting.iter().map(|reply| context! { id => reply.id, name => reply.name }).collect();
    let incoming = intake::of_report(&web.desk, ReportId(id), MAILS).await?;
    let live = web.desk.live();
    let plan = live.settings.plans.get(&dossier.whole.report.category);
    let report = &dossier.whole.report;
    let cashier = web.desk.cashier_for(report.directory.as_deref().unwrap_or_default());
    let price = live.settings.pay.price().filter(|_| cashier.is_some());
    let more = context! {
        page => "reports",
        price => price.map(|price| price.to_string()),
        severity => plan.map(|plan| plan.severity.as_str()),
        categories => live.settings.categories,
        draft, replies, others, cut,
        staff_names => staff_names(web).await?,
        files => files_taken(web),
        tried => tried.as_ref().map(|tried| context! { path => tried.path, text => tried.text, file => refused_file(&tried.name, tried.why) }),
        outcomes => outcomes(),
        incoming,
        can_send => web.desk.mail.is_some(),
        fraudrecord => web.desk.fraudrecord.is_some(),
        d => crate::pages::value(&dossier),
        r => crate::pages::value(&dossier.whole.report),
        whole => crate::pages::value(&dossier.whole),
    };
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    web.show_as(status, staff, "report.html", more).await
}

/// Leaves of each message what the page shows of it. The ids of those that are longer.
fn shorten(dossier: &mut Dossier) -> Vec<i64> {
    let messages = &mut dossier.whole.messages;
    let shown = excerpts(messages.iter().map(|message| message.text.as_str()));
    let lengths: Vec<usize> = shown.into_iter().map(str::len).collect();
    let mut cut = Vec::new();
    for (message, length) in messages.iter_mut().zip(lengths) {
        if length < message.text.len() {
            message.text.truncate(length);
            cut.push(message.id);
        }
    }
    cut
}

/// A quick reply with its placeholders filled in.
fn fill(body: &str, dossier: &Dossier, staff: &Visitor) -> String {
    let report = &dossier.whole.report;
    let service = dossier.service.as_ref();
    let text =
        |get: fn(&dossier::ServiceFacts) -> &String| service.map(get).cloned().unwrap_or_default();
    let zone = zone(&staff.session.time_zone);
    let language = Language::of(service.map_or("", |service| service.language.as_str()))
        .unwrap_or(Language::English);
    let deadline = report
        .deadline_at
        .as_deref()
        .and_then(|at| at.parse::<portreeve_core::time::Timestamp>().ok());
    let deadline =
        deadline.map(|at| words::instant(language, &zone, at.as_millisecond())).unwrap_or_default();
    let values = [
        ("{report}", format!("#{}", report.id)),
        ("{customer}", text(|service| &service.customer_name)),
        ("{service}", text(|service| &service.product)),
        ("{domain}", text(|service| &service.domain)),
        ("{address}", report.service_ip.clone()),
        ("{category}", report.category.clone()),
        ("{deadline}", deadline),
        ("{staff}", staff.session.name.clone()),
    ];
    values.iter().fold(body.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// What a report says, as it came: for who has to read it byte by byte.
pub(crate) async fn raw(
    State(web): State<Arc<Web>>,
    _: Staff<SeeReports>,
    Path(id): Path<i64>,
) -> Answered {
    let found = dossier::read(&web.desk, ReportId(id)).await?.ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"report-{id}.txt\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok::<Response, Refusal>((headers, found.whole.report.additional_info).into_response())
}

/// A message whole, where the page shows its beginning.
pub(crate) async fn message(
    State(web): State<Arc<Web>>,
    _: Staff<SeeReports>,
    Path((id, message)): Path<(i64, i64)>,
) -> Answered {
    let found = view::message(&web.desk, ReportId(id), message).await?;
    Ok::<Response, Refusal>(private(plain(StatusCode::OK, found.ok_or(Refusal::NotFound)?)))
}

/// The report with everything about it as PDF.
pub(crate) async fn pdf(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
) -> Answered {
    let found = dossier::read(&web.desk, ReportId(id)).await?.ok_or(Refusal::NotFound)?;
    let now = web.desk.now();
    let viewer = Viewer {
        language: Language::choose(&staff.session.language, ""),
        zone: zone(&staff.session.time_zone),
        now: now.as_millisecond(),
    };
    let made = web.press.print(print::staff_copy(&viewer, &found, now)).await;
    made.map(|bytes| print::download(ReportId(id), bytes)).map_err(|error| {
        tracing::error!("a report could not be printed: {error}");
        Refusal::NotNow
    })
}

/// Says that somebody looks at a report, and answers with who else does.
pub(crate) async fn presence(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
    _: Form,
) -> Answered {
    let found = dossier::revision(&web.desk, ReportId(id)).await?;
    let revision = found.ok_or(Refusal::NotFound)?;
    let others = views::look_at(&web.desk, ReportId(id), &staff.session.name).await?;
    let names = others.join(", ");
    let language = Language::choose(&staff.session.language, "");
    let text = match others.len() {
        0 => String::new(),
        _ => words::text(language, "report.others", &[("names", names)]),
    };
    let body = serde_json::json!({
        "others": text,
        "revision": revision,
        "changed": words::text(language, "report.changed", &[]),
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok::<Response, Refusal>((headers, body.to_string()).into_response())
}

/// Does an act that a form asks for, if the report is still as the form's page showed it. If not, the page says
/// what has happened since, keeps what was written, and lets its reader choose.
async fn act(
    web: &Web,
    staff: &Visitor,
    id: i64,
    form: &Form,
    path: &str,
    act: Act,
    files: Files,
) -> Answered {
    let revision = form.get("revision").parse().ok();
    if revision.is_none() {
        return Err(Refusal::Unreadable);
    }
    let conditions = Conditions { revision, ..Conditions::default() };
    let had_files = !files.is_empty();
    match act_with(&web.desk, ReportId(id), &staff.actor(), act, &conditions, files).await {
        Ok(_) => Ok(to(&format!("/admin/reports/{id}"))),
        Err(ActError::ChangedMeanwhile(_)) => conflict(web, staff, id, form, path, had_files).await,
        Err(ActError::File(name, why)) => {
            let tried = Tried { path, text: form.get("text"), name, why };
            page(web, staff, id, None, Some(tried)).await
        }
        Err(other) => Err(refused(staff, other)),
    }
}

/// Why an act was not done, in the reader's language where it is one of the usual reasons.
fn refused(staff: &Visitor, error: ActError) -> Refusal {
    let language = Language::choose(&staff.session.language, "");
    let key = match &error {
        ActError::BadText => "act.bad_text",
        ActError::BadCategory => "act.bad_category",
        ActError::NotSuspended(_) => "act.not_suspended",
        ActError::NoService(_) => "act.no_service",
        ActError::NoStaff(_) => "act.no_staff",
        _ => return error.into(),
    };
    Refusal::Bad(words::text(language, key, &[]))
}

async fn conflict(
    web: &Web,
    staff: &Visitor,
    id: i64,
    form: &Form,
    path: &str,
    had_files: bool,
) -> Answered {
    let seen: i64 = form.get("revision").parse().unwrap_or_default();
    let found = dossier::read(&web.desk, ReportId(id)).await?.ok_or(Refusal::NotFound)?;
    let since = form.get("seen_event").parse::<usize>().unwrap_or_default();
    let news: Vec<Value> = found.whole.events.iter().skip(since).map(crate::pages::value).collect();
    let fields: Vec<(&str, &str)> =
        form.fields().filter(|(key, _)| !matches!(*key, "revision" | "seen_event")).collect();
    let text = form.get("text");
    let more = context! {
        page => "reports",
        id, news, fields, text, path, seen, had_files,
        revision => found.whole.report.revision,
        seen_event => found.whole.events.len(),
        r => crate::pages::value(&found.whole.report),
    };
    web.show_as(StatusCode::CONFLICT, staff, "conflict.html", more).await
}

/// A handler for each act: the right in its signature, and what of the form it does.
macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident: $right:ident, $path:literal, |$form:ident, $web:ident| $make:expr;)*) => {
        $($(#[$doc])*
        pub(crate) async fn $name(
            State(web): State<Arc<Web>>,
            staff: Staff<$right>,
            Path(id): Path<i64>,
            $form: Form,
        ) -> Answered {
            let $web = &web;
            let _ = $web;
            let wish: Result<Act, Refusal> = $make;
            act(&web, &staff, id, &$form, $path, wish?, Files::default()).await
        })*
    };
}

/// A handler for each act that writes something, with the files that come along.
macro_rules! writings {
    ($($(#[$doc:meta])* $name:ident: $right:ident, $path:literal, |$form:ident| $make:expr;)*) => {
        $($(#[$doc])*
        pub(crate) async fn $name(
            State(web): State<Arc<Web>>,
            staff: Staff<$right>,
            Path(id): Path<i64>,
            sent: FormWithFiles,
        ) -> Answered {
            let make = |$form: &Form| -> Result<Act, Refusal> { $make };
            write(&web, &staff, id, sent, $path, make).await
        })*
    };
}

async fn write(
    web: &Web,
    staff: &Visitor,
    id: i64,
    FormWithFiles { form, mut sent }: FormWithFiles,
    path: &str,
    make: impl FnOnce(&Form) -> Result<Act, Refusal>,
) -> Answered {
    if let Some((name, why)) = sent.refused {
        let tried = Tried { path, text: form.get("text"), name, why };
        return page(web, staff, id, None, Some(tried)).await;
    }
    let files = Files::of(std::mem::take(&mut sent.files));
    act(web, staff, id, &form, path, make(&form)?, files).await
}

/// The text of a form, with its blanks inside and its line breaks as we keep them.
fn text(form: &Form) -> String {
    form.get("text").replace("\r\n", "\n")
}

fn outcome(form: &Form) -> Result<Outcome, Refusal> {
    Outcome::parse(form.get("outcome")).ok_or(Refusal::Unreadable)
}

fn span(form: &Form) -> Result<Span, Refusal> {
    form.get("by").parse().map_err(|error| Refusal::Bad(format!("the extension {error}")))
}

fn report_number(form: &Form) -> Result<ReportId, Refusal> {
    let number = form.get("other").trim_start_matches('#').parse().map(ReportId);
    number.map_err(|_| Refusal::Bad("name the other report by its number".to_owned()))
}

writings! {
    /// Writes to the customer.
    answer: Answer, "answer", |form| Ok(Act::Answer(text(form)));
    /// Writes to the customer and ends the report.
    answer_and_close: Close, "answer-and-close", |form| outcome(form).map(|outcome| Act::AnswerAndClose {
        text: text(form), outcome, keep_suspended: form.is_set("keep_suspended"),
    });
    /// Writes down what the customer said elsewhere.
    customer_answer: Answer, "customer-answer", |form| Ok(Act::CustomerAnswer(text(form)));
    /// Writes for staff only.
    note: Answer, "note", |form| Ok(Act::Note(text(form)));
}

acts! {
    /// Gives more time.
    extend: Answer, "extension", |form, web| span(&form).map(Act::Extend);
    /// Takes the deadline away.
    cancel_deadline: Answer, "deadline-cancellation", |form, web| Ok(Act::CancelDeadline);
    /// Ends the links in notices that were sent.
    end_links: Answer, "links-end", |form, web| Ok(Act::EndLinks);
    /// Says who takes care of it.
    hand_over: Answer, "assignee", |form, web| {
        Ok(Act::HandOver(Some(form.get("assignee").to_owned()).filter(|name| !name.is_empty())))
    };
    /// Changes the category.
    change_category: Answer, "category", |form, web| Ok(Act::ChangeCategory(form.get("category").to_owned()));
    /// Names the service of a queued report.
    assign: Answer, "service", |form, web| {
        ServiceKey::parse(form.get("service"), web.desk.config.default_directory())
            .map(Act::Assign)
            .map_err(|error| Refusal::Bad(format!("the service {error}")))
    };
    /// Merges it into another one.
    merge: Close, "merging", |form, web| report_number(&form).map(Act::MergeInto);
    /// Takes the merging back.
    unmerge: Close, "separation", |form, web| Ok(Act::Unmerge);
    /// Ends it.
    close: Close, "closure", |form, web| outcome(&form).map(|outcome| Act::Close {
        outcome, keep_suspended: form.is_set("keep_suspended"),
    });
    /// Goes on with it.
    reopen: Close, "reopening", |form, web| Ok(Act::Reopen);
    /// Suspends the service.
    suspend: Suspend, "suspension", |form, web| Ok(Act::Suspend);
    /// Releases the hold.
    release: Suspend, "release", |form, web| Ok(Act::Release);
    /// Lets the customer pay to have the service back.
    offer_payment: Suspend, "payment-offer", |form, web| Ok(Act::OfferPayment(true));
    /// No longer.
    withdraw_payment: Suspend, "payment-withdrawal", |form, web| Ok(Act::OfferPayment(false));
    /// Approves what a guard held back, or confirms what was done by hand.
    approve: Approve, "approval", |form, web| Ok(Act::Approve);
    /// Refuses it.
    refuse: Approve, "refusal", |form, web| Ok(Act::Refuse);
}
