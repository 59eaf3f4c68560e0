//! One report with everything about it, and every act on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::Value;

use crate::pages::{context, files_taken, refused_file};
use portreeve_app::attachment::Files;
use portreeve_app::draft::{self, Draft, Kind as DraftKind};
use portreeve_app::report::dossier::{self, Dossier};
use portreeve_app::report::view::Window;
use portreeve_app::report::{Act, ActError, Conditions, NewDeadline, Protected, act_with, view};
use portreeve_app::{QuickReply, inbox, intake, views};
use portreeve_core::attachment::{FileName, Refused};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::language::zone;
use portreeve_core::refusal::{self as why, refusal};
use portreeve_core::report::Outcome;
use portreeve_core::time::NotASpan;
use portreeve_core::time::Span;
use serde::Deserialize;

use super::reports::{outcomes, staff_names};
use super::session::{Form, FormWithFiles, Path, Query, Staff, Visitor, parts_of};
use super::{Answered, Refusal, to};
use crate::Web;
use crate::excerpt::excerpts;
use crate::pages::{Viewer, private};
use crate::print;
use crate::rights::{Answer, Approve, Close, SeeReporter, SeeReports, Suspend};
use crate::routes::plain;
use portreeve_i18n::{self as i18n, Language};

/// Mails that came in for it and are shown, the newest.
const MAILS: i64 = 50;

/// Messages, notes and lines of history on a page.
const ON_PAGE: i64 = 100;

/// What of the page is chosen in its address.
#[derive(Default, Deserialize)]
pub(crate) struct Chosen {
    events_before: Option<i64>,
    messages_before: Option<i64>,
    notes_before: Option<i64>,
    /// What was done with what somebody has written.
    said: Option<String>,
}

/// What the page may say about what somebody has written.
const SAID: [&str; 2] = ["kept", "back"];

/// Why something was not done, for the page that says so. What was written stands in its place again.
enum NotDone {
    File(FileName, Refused),
    Other(String),
}

/// The page.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
    Query(chosen): Query<Chosen>,
) -> Answered {
    page(&web, &staff, id, &chosen, None).await
}

async fn page(
    web: &Web,
    staff: &Visitor,
    id: i64,
    chosen: &Chosen,
    not_done: Option<NotDone>,
) -> Answered {
    let window = Window {
        events_before: chosen.events_before,
        messages_before: chosen.messages_before,
        notes_before: chosen.notes_before,
        limit: ON_PAGE,
    };
    let found = dossier::read(&web.desk, ReportId(id), &window).await?;
    let mut dossier = found.ok_or(Refusal::NotFound)?;
    let cut = shorten(&mut dossier);
    let others = views::look_at(&web.desk, ReportId(id), &staff.session.name).await?;
    let replies: Vec<Value> = fitting_replies(web, &dossier)
        .await?
        .iter()
        .map(|reply| context! { id => reply.id, name => reply.name })
        .collect();
    let drafts: BTreeMap<&str, String> = draft::of(&web.desk, &staff.session.name, ReportId(id))
        .await?
        .into_iter()
        .map(|draft| (draft.kind.as_str(), draft.text))
        .collect();
    let mut incoming = intake::of_report(&web.desk, ReportId(id), MAILS).await?;
    let mut complaints = inbox::of_report(&web.desk, ReportId(id)).await?;
    if !staff.may::<SeeReporter>() {
        for one in complaints.iter_mut().flat_map(|complaints| &mut complaints.list) {
            one.from.clear();
            one.incidents.iter_mut().for_each(|incident| incident.destination = None);
        }
        for mail in incoming.iter_mut().filter(|mail| mail.may_complain) {
            (mail.from, mail.subject) = (String::new(), String::new());
        }
    }
    let live = web.desk.live();
    let plan = live.settings.plans.get(&dossier.whole.report.category);
    let report = &dossier.whole.report;
    let cashier = web.desk.cashier_for(report.directory.as_deref().unwrap_or_default());
    let price = live.settings.pay.price().filter(|_| cashier.is_some());
    let status = match not_done {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let (refused, error) = match not_done {
        Some(NotDone::File(name, why)) => (Some(refused_file(&name, why)), None),
        Some(NotDone::Other(why)) => (None, Some(why)),
        None => (None, None),
    };
    let said = chosen.said.as_deref();
    let more = context! {
        page => "reports",
        price => price.map(|price| price.to_string()),
        severity => plan.map(|plan| plan.severity.as_str()),
        categories => live.settings.categories,
        drafts, replies, others, error, cut,
        refused_file => refused,
        said => SAID.into_iter().find(|one| said == Some(*one)),
        looks_back => context! {
            events => chosen.events_before.is_some(),
            messages => chosen.messages_before.is_some(),
            notes => chosen.notes_before.is_some(),
        },
        seen_event => dossier.whole.events.last().map_or(0, |event| event.id),
        staff_names => staff_names(web).await?,
        files => files_taken(web),
        outcomes => outcomes(),
        incoming, complaints,
        can_send => web.desk.mail.is_some(),
        fraudrecord => web.desk.fraudrecord.is_some(),
        d => crate::pages::value(&dossier),
        r => crate::pages::value(&dossier.whole.report),
        whole => crate::pages::value(&dossier.whole),
    };
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

/// The quick replies for reports of this category and customers of this language.
async fn fitting_replies(web: &Web, dossier: &Dossier) -> Result<Vec<QuickReply>, Refusal> {
    let fits = |kind: &str, own: &str| kind.is_empty() || kind == own;
    let language = dossier.service.as_ref().map_or("", |service| service.language.as_str());
    let replies = views::quick_replies(&web.desk).await?.into_iter();
    Ok(replies
        .filter(|reply| fits(&reply.category, &dossier.whole.report.category))
        .filter(|reply| language.is_empty() || fits(&reply.language, language))
        .collect())
}

/// What a form of the page brings. The whole page is one form, so that whatever is pressed brings along what was
/// written anywhere on it: the name of a field begins with the part of the page that it belongs to, and a dot.
struct Pressed {
    /// The fields of the part that was pressed.
    form: Form,
    /// What stands in the page's text fields.
    written: Vec<Draft>,
}

impl Pressed {
    fn read(sent: &Form, path: &str) -> Self {
        let form = sent.of_parts(&parts_of(path));
        let mut written = written_on(sent);
        if let (true, Some(kind)) = (written.is_empty(), kind_of(path)) {
            // A form of another page has one text: that of its act.
            written.push(Draft { kind, text: text(&form) });
        }
        Self { form, written }
    }
}

/// What stands in the text fields of a report's page.
pub(super) fn written_on(sent: &Form) -> Vec<Draft> {
    let texts = DraftKind::ALL.into_iter().filter_map(|kind| {
        let name = format!("{}.text", kind.as_str());
        let text = sent.all(&name).next()?.replace("\r\n", "\n");
        Some(Draft { kind, text })
    });
    texts.collect()
}

/// What an act writes, by the last part of its address.
pub(super) fn kind_of(path: &str) -> Option<DraftKind> {
    DraftKind::ALL.into_iter().find(|kind| parts_of(path).contains(&kind.as_str()))
}

/// Keeps what was written on a report's page, whatever was pressed there.
pub(super) async fn keep_written(
    web: &Web,
    staff: &Visitor,
    id: i64,
    sent: &Form,
) -> Result<(), Refusal> {
    Ok(draft::keep(&web.desk, &staff.session.name, ReportId(id), &written_on(sent)).await?)
}

/// Keeps what was written, and nothing else: somebody pressed Enter in a field of the page.
pub(crate) async fn drafts(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    keep_written(&web, &staff, id, &form).await?;
    Ok(to(&format!("/admin/reports/{id}?said=kept")))
}

/// Puts a quick reply below what was written to the customer.
pub(crate) async fn quick_reply(
    State(web): State<Arc<Web>>,
    staff: Staff<Answer>,
    Path(id): Path<i64>,
    sent: Form,
) -> Answered {
    let found = dossier::read(&web.desk, ReportId(id), &Window::latest(1)).await?;
    let dossier = found.ok_or(Refusal::NotFound)?;
    let Pressed { form, mut written } = Pressed::read(&sent, "quick-reply");
    let chosen = form.get("reply").parse::<i64>().ok();
    let replies = fitting_replies(&web, &dossier).await?;
    if let Some(reply) = replies.iter().find(|reply| Some(reply.id) == chosen) {
        let reply = fill(&reply.body, &dossier, &staff);
        let is_answer = |draft: &&mut Draft| draft.kind == DraftKind::Answer;
        match written.iter_mut().find(is_answer) {
            Some(answer) if !answer.text.trim().is_empty() => {
                answer.text = format!("{}\n\n{reply}", answer.text.trim_end());
            }
            Some(answer) => answer.text = reply,
            None => written.push(Draft { kind: DraftKind::Answer, text: reply }),
        }
    }
    draft::keep(&web.desk, &staff.session.name, ReportId(id), &written).await?;
    Ok(to(&format!("/admin/reports/{id}#answer")))
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
    let deadline = deadline
        .map(|at| i18n::time::instant(language, &zone, at.as_millisecond()))
        .unwrap_or_default();
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
    let found = dossier::read(&web.desk, ReportId(id), &Window::latest(1)).await?;
    let found = found.ok_or(Refusal::NotFound)?;
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
    let found = dossier::read(&web.desk, ReportId(id), &Window::default()).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let now = web.desk.now();
    let viewer = Viewer {
        language: staff.language(),
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
    let language = staff.language();
    let text = match others.len() {
        0 => String::new(),
        _ => i18n::text!(language, "report-others", names = names),
    };
    let body = serde_json::json!({
        "others": text,
        "revision": revision,
        "changed": i18n::text!(language, "report-changed"),
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok::<Response, Refusal>((headers, body.to_string()).into_response())
}

/// Does an act that a form asks for, if the report is still as the form's page showed it. If not, the page says
/// what has happened since and lets its reader choose. Whatever comes of it, what was written is kept until it is sent.
async fn act(
    web: &Web,
    staff: &Visitor,
    id: i64,
    sent: &Form,
    path: &str,
    make: impl FnOnce(&Form) -> Result<Act, Refusal>,
    files: Files,
) -> Answered {
    let Pressed { form, written } = Pressed::read(sent, path);
    let revision = form.get("revision").parse().ok();
    if revision.is_none() {
        return Err(Refusal::Unreadable);
    }
    let (name, report) = (&staff.session.name, ReportId(id));
    draft::keep(&web.desk, name, report, &written).await?;
    let latest = Chosen::default();
    let again = |why| page(web, staff, id, &latest, Some(why));
    let act = match make(&form) {
        Ok(act) => act,
        Err(Refusal::Bad(why)) => return again(NotDone::Other(staff.not_done(&why))).await,
        Err(other) => return Err(other),
    };
    let conditions = Conditions { revision, ..Conditions::default() };
    let had_files = !files.is_empty();
    match act_with(&web.desk, report, &staff.actor(), act, &conditions, files).await {
        Ok(_) => {
            if let Some(kind) = kind_of(path) {
                let sent = Draft { kind, text: String::new() };
                draft::keep(&web.desk, name, report, &[sent]).await?;
            }
            Ok(to(&format!("/admin/reports/{id}")))
        }
        Err(ActError::ChangedMeanwhile(_)) => {
            conflict(web, staff, id, &form, path, had_files).await
        }
        Err(ActError::Protected(..)) => ask_about_protected(web, staff, id, path).await,
        Err(ActError::File(name, why)) => again(NotDone::File(name, why)).await,
        Err(other) => match Refusal::from(other) {
            Refusal::Bad(why) => again(NotDone::Other(staff.not_done(&why))).await,
            other => Err(other),
        },
    }
}

/// Asks whether a protected service is really to be suspended: nothing was done so far.
async fn ask_about_protected(web: &Web, staff: &Visitor, id: i64, path: &str) -> Answered {
    let found = dossier::read(&web.desk, ReportId(id), &Window::latest(1)).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let more = context! {
        page => "reports",
        id, path,
        r => crate::pages::value(&found.whole.report),
        service => found.service.as_ref().map(crate::pages::value),
    };
    web.show_as(StatusCode::CONFLICT, staff, "protected.html", more).await
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
    let found = dossier::read(&web.desk, ReportId(id), &Window::latest(ON_PAGE)).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let since = form.get("seen_event").parse::<i64>().unwrap_or_default();
    let events = found.whole.events.iter();
    let news: Vec<Value> =
        events.filter(|event| event.id > since).map(crate::pages::value).collect();
    let fields: Vec<(&str, &str)> =
        form.fields().filter(|(key, _)| !matches!(*key, "revision" | "seen_event")).collect();
    let text = form.get("text");
    let more = context! {
        page => "reports",
        id, news, fields, text, path, seen, had_files,
        revision => found.whole.report.revision,
        seen_event => found.whole.events.last().map_or(0, |event| event.id),
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
            sent: Form,
        ) -> Answered {
            let $web = &web;
            let _ = $web;
            let make = |$form: &Form| -> Result<Act, Refusal> {
                let _ = $form;
                $make
            };
            act(&web, &staff, id, &sent, $path, make, Files::default()).await
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
        let written = Pressed::read(&form, path).written;
        draft::keep(&web.desk, &staff.session.name, ReportId(id), &written).await?;
        let not_done = NotDone::File(name, why);
        return page(web, staff, id, &Chosen::default(), Some(not_done)).await;
    }
    let files = Files::of(std::mem::take(&mut sent.files));
    act(web, staff, id, &form, path, make, files).await
}

/// The text of a form, with its blanks inside and its line breaks as we keep them.
fn text(form: &Form) -> String {
    form.get("text").replace("\r\n", "\n")
}

fn outcome(form: &Form) -> Result<Outcome, Refusal> {
    Outcome::parse(form.get("outcome")).ok_or(Refusal::Unreadable)
}

fn span(form: &Form) -> Result<Span, Refusal> {
    let by = Some(form.get("give")).filter(|give| !give.is_empty());
    by.unwrap_or_else(|| form.get("by")).parse().map_err(|error: NotASpan| {
        Refusal::Bad(refusal!("refusal-extension", why = why::Refusal::from(error)))
    })
}

/// What somebody has said about a service that is protected.
fn protected(form: &Form) -> Protected {
    Protected::confirmed(form.is_set("protected"))
}

fn report_number(form: &Form) -> Result<ReportId, Refusal> {
    let number = form.get("other").trim_start_matches('#').parse().map(ReportId);
    number.map_err(|_| Refusal::Bad(refusal!("refusal-name_other_report")))
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
    extend: Answer, "extension", |form, web| span(form).map(Act::Extend);
    /// Sets another deadline, or one where there is none.
    set_deadline: Suspend, "deadline", |form, web| {
        span(form).map(|span| Act::SetDeadline(NewDeadline::In(span)))
    };
    /// Takes the deadline away.
    cancel_deadline: Answer, "deadline-cancellation", |form, web| Ok(Act::CancelDeadline);
    /// Brings back a deadline that was taken away.
    restore_deadline: Answer, "deadline-restoration", |form, web| Ok(Act::RestoreDeadline);
    /// Ends the links in notices that were sent.
    end_links: Answer, "links-end", |form, web| Ok(Act::EndLinks);
    /// Says who takes care of it.
    hand_over: Answer, "assignee", |form, web| {
        let name = Some(form.get("take")).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| form.get("assignee"));
        Ok(Act::HandOver(Some(name.to_owned()).filter(|name| !name.is_empty())))
    };
    /// Changes the category.
    change_category: Answer, "category", |form, web| Ok(Act::ChangeCategory(form.get("category").to_owned()));
    /// Names the service of a queued report.
    assign: Answer, "service", |form, web| {
        ServiceKey::parse(form.get("service"), web.desk.config.default_directory())
            .map(Act::Assign)
            .map_err(|_| Refusal::Bad(refusal!("refusal-service_number")))
    };
    /// Merges it into another one.
    merge: Close, "merging", |form, web| report_number(form).map(Act::MergeInto);
    /// Takes the merging back.
    unmerge: Close, "separation", |form, web| Ok(Act::Unmerge);
    /// Ends it.
    close: Close, "closure", |form, web| outcome(form).map(|outcome| Act::Close {
        outcome, keep_suspended: form.is_set("keep_suspended"),
    });
    /// Goes on with it.
    reopen: Close, "reopening", |form, web| Ok(Act::Reopen);
    /// Suspends the service.
    suspend: Suspend, "suspension", |form, web| Ok(Act::Suspend(protected(form)));
    /// Makes the suspension that stands the report's own.
    adopt: Suspend, "adoption", |form, web| Ok(Act::Adopt);
    /// Releases the hold.
    release: Suspend, "release", |form, web| Ok(Act::Release);
    /// Lets the customer pay to have the service back.
    offer_payment: Suspend, "payment-offer", |form, web| Ok(Act::OfferPayment(true));
    /// No longer.
    withdraw_payment: Suspend, "payment-withdrawal", |form, web| Ok(Act::OfferPayment(false));
    /// Approves what a guard held back, or confirms what was done by hand.
    approve: Approve, "approval", |form, web| Ok(Act::Approve(protected(form)));
    /// Refuses it.
    refuse: Approve, "refusal", |form, web| Ok(Act::Refuse);
}
