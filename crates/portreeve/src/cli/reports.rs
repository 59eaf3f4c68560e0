//! Reports, and the pause.

use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

use anyhow::{Context, Result};
use portreeve_app::Desk;
use portreeve_app::attachment::Files;
use portreeve_app::copy;
use portreeve_app::pause;
use portreeve_app::report::dossier;
use portreeve_app::report::view::{self, AttentionView, SEARCHED_WORDS, WholeReportView, Window};
use portreeve_app::report::{Act, ActError, Conditions, NewDeadline, Protected, act_with};
use portreeve_core::ids::ReportId;
use portreeve_core::language::{Language, zone};
use portreeve_core::report::{Outcome, Status, Turn};
use portreeve_core::text::wanted_words;
use portreeve_core::time::{Span, Timestamp, from_millis, rfc3339};
use portreeve_print::Document;
use portreeve_store::{ReportFilter, ReportOrder};

use portreeve_web::{Viewer, print};

use super::args::{DeadlineArgs, ReportCommand};
use super::output::{complain, json};
use super::services::service_key;
use super::{Output, attachments, failure, import_reports, opening, operator, plain_failure, say};

/// Suspensions that are listed one by one before the desk is resumed.
const LISTED: i64 = 100;

pub(super) async fn report(desk: &Arc<Desk>, command: ReportCommand) -> Result<()> {
    match command {
        ReportCommand::List {
            status,
            turn,
            service,
            category,
            attention,
            search,
            oldest,
            page,
        } => {
            let filter = ReportFilter {
                status: status.as_deref().and_then(Status::parse),
                turn: turn.as_deref().and_then(Turn::parse),
                service: service.map(|text| service_key(desk, &text)).transpose()?,
                category,
                attention,
                words: search.map(|text| wanted_words(&text, SEARCHED_WORDS)),
                order: if oldest { ReportOrder::Oldest } else { ReportOrder::Newest },
                after: page.after.map(|id| ReportId(id).into()),
                limit: page.limit,
                ..ReportFilter::default()
            };
            list(desk, &filter, page.json).await
        }
        ReportCommand::Show { id, events_before, messages_before, notes_before, json: as_json } => {
            let window =
                Window { events_before, messages_before, notes_before, ..Window::default() };
            show(desk, ReportId(id), &window, as_json).await
        }
        ReportCommand::Open(args) => opening::report(desk, args).await,
        ReportCommand::Merge { id, into } => {
            let said = format!("goes on as report #{into}");
            done(desk, id, Act::MergeInto(ReportId(into)), &said).await
        }
        ReportCommand::Unmerge { id } => done(desk, id, Act::Unmerge, "goes on alone again").await,
        ReportCommand::HandOver { id, to, .. } => {
            let said = match &to {
                Some(name) => format!("is assigned to {name}"),
                None => "is unassigned".to_owned(),
            };
            done(desk, id, Act::HandOver(to), &said).await
        }
        ReportCommand::Category { id, to } => {
            let said = format!("has the category {:?}", to.trim());
            done(desk, id, Act::ChangeCategory(to), &said).await
        }
        ReportCommand::Close { id, outcome, keep_suspended } => {
            let outcome = Outcome::parse(&outcome)
                .ok_or_else(|| plain_failure(format!("{outcome:?} is not an outcome")))?;
            done(desk, id, Act::Close { outcome, keep_suspended }, "was closed").await
        }
        ReportCommand::Reopen { id } => done(desk, id, Act::Reopen, "is open again").await,
        ReportCommand::Answer { id, text, from_customer, attach } => {
            let (act, said) = if from_customer {
                (Act::CustomerAnswer(text), "has the customer's reply and waits for you")
            } else {
                (Act::Answer(text), "has your reply; the customer is notified")
            };
            done_with(desk, id, act, attachments::read(desk, &attach).await?, said).await
        }
        ReportCommand::Note { id, text, attach } => {
            let files = attachments::read(desk, &attach).await?;
            done_with(desk, id, Act::Note(text), files, "has your note").await
        }
        ReportCommand::Attachments { id, json } => {
            attachments::list(desk, ReportId(id), json).await
        }
        ReportCommand::Attachment { id, save: Some(path), .. } => {
            attachments::save(desk, &id, &path).await
        }
        ReportCommand::Attachment { id, save: None, .. } => attachments::remove(desk, &id).await,
        ReportCommand::Extend { id, by } => {
            let by: Span =
                by.parse().map_err(|error| plain_failure(format!("--by {by:?} {error}")))?;
            done(desk, id, Act::Extend(by), &format!("has {by} more time")).await
        }
        ReportCommand::Assign { id, service } => {
            let key = service_key(desk, &service)?;
            let said = format!("is assigned to service {key}");
            done(desk, id, Act::Assign(key), &said).await
        }
        ReportCommand::Deadline(args) => deadline(desk, args).await,
        ReportCommand::Suspend { id, protected } => {
            let said = "holds its service; the suspension is on its way to the panel";
            suspending(desk, id, Act::Suspend, protected, said).await
        }
        ReportCommand::Adopt { id } => {
            let said = "adopts the suspension of its service once the panel was looked at";
            done(desk, id, Act::Adopt, said).await
        }
        ReportCommand::Import { file, map, dry_run, source, directory, json } => {
            let wanted = import_reports::Wanted { file, map, dry_run, source, directory, json };
            import_reports::import(desk, wanted).await
        }
        ReportCommand::Release { id } => {
            done(desk, id, Act::Release, "no longer holds its service").await
        }
        ReportCommand::Approve { id, protected } => {
            suspending(desk, id, Act::Approve, protected, "is approved").await
        }
        ReportCommand::OfferPayment { id, withdraw } => {
            let said = if withdraw {
                "no longer lets the customer pay to unsuspend"
            } else {
                "lets the customer pay to unsuspend"
            };
            done(desk, id, Act::OfferPayment(!withdraw), said).await
        }
        ReportCommand::EndLinks { id } => {
            done(desk, id, Act::EndLinks, "can no longer be opened by the links sent so far").await
        }
        ReportCommand::Pdf { id, out, for_customer, language } => {
            let language = language.as_deref().and_then(Language::of);
            let document = if for_customer {
                customer_copy(desk, ReportId(id), language).await?
            } else {
                staff_copy(desk, ReportId(id), language).await?
            };
            std::fs::write(&out, portreeve_print::pdf(&document)?)
                .with_context(|| format!("cannot write {}", out.display()))?;
            say(format!("Report #{id} was saved to {}.", out.display()))
        }
        ReportCommand::Refuse { id } => {
            done(desk, id, Act::Refuse, "will not suspend its service").await
        }
    }
}

async fn deadline(desk: &Desk, args: DeadlineArgs) -> Result<()> {
    let id = args.id;
    let (act, said) = match (args.after, args.at) {
        (Some(after), _) => {
            let span: Span =
                after.parse().map_err(|error| plain_failure(format!("--in {after:?} {error}")))?;
            let said = format!("has a new deadline in {span}; the customer is notified");
            (Act::SetDeadline(NewDeadline::In(span)), said)
        }
        (None, Some(at)) => {
            let instant: Timestamp = at.parse().map_err(|_| {
                failure(
                    format!("--at {at:?} is no instant"),
                    "write it in RFC 3339, such as 2030-01-31T12:00:00Z",
                )
            })?;
            let said =
                format!("has a new deadline, {}; the customer is notified", rfc3339(instant));
            (Act::SetDeadline(NewDeadline::At(instant)), said)
        }
        (None, None) if args.restore => {
            (Act::RestoreDeadline, "has its deadline back; the customer is notified".to_owned())
        }
        (None, None) => {
            let said = format!(
                "no longer has a deadline; the customer is notified. \
                 Undo it with `portreeve report deadline {id} --restore`"
            );
            (Act::CancelDeadline, said)
        }
    };
    done(desk, id, act, &said).await
}

async fn customer_copy(desk: &Desk, id: ReportId, language: Option<Language>) -> Result<Document> {
    let found = copy::for_its_customer(desk, id).await?;
    let copy = found.ok_or_else(|| {
        let why = format!("report {id} does not exist or has no customer");
        failure(why, "see `portreeve report list`")
    })?;
    let settings = &desk.live().settings;
    let theirs = Language::of(&copy.file.language).unwrap_or(settings.client_language);
    let viewer = Viewer {
        language: language.unwrap_or(theirs),
        zone: zone(&settings.client_zone),
        now: copy.made_at.as_millisecond(),
    };
    Ok(print::customer_copy(&viewer, &copy))
}

async fn staff_copy(desk: &Desk, id: ReportId, language: Option<Language>) -> Result<Document> {
    let dossier = dossier::read(desk, id, &Window::default()).await?;
    let dossier = dossier.ok_or_else(|| no_report(id))?;
    let now = desk.now();
    let language = language.unwrap_or(Language::English);
    let viewer = Viewer { language, zone: zone(""), now: now.as_millisecond() };
    Ok(print::staff_copy(&viewer, &dossier, now))
}

fn no_report(id: ReportId) -> anyhow::Error {
    failure(format!("there is no report {id}"), "see `portreeve report list`")
}

async fn done(desk: &Desk, id: i64, what: Act, said: &str) -> Result<()> {
    done_with(desk, id, what, Files::default(), said).await
}

/// Does an act that suspends. Of a protected service it asks, where there is somebody to answer.
async fn suspending(
    desk: &Desk,
    id: i64,
    act: fn(Protected) -> Act,
    protected: bool,
    said: &str,
) -> Result<()> {
    let any = Conditions::default();
    let what = act(Protected::confirmed(protected));
    match act_with(desk, ReportId(id), &operator(), what, &any, Files::default()).await {
        Err(ActError::Protected(_, service)) => {
            let hint = "add --protected to suspend it anyway";
            if !std::io::stdin().is_terminal() {
                return Err(failure(format!("service {service} is protected"), hint));
            }
            let customer = view::of_ids(desk, &[id]).await?.pop().and_then(|one| one.customer_id);
            let customer = customer.map(|id| format!(" of customer {id}")).unwrap_or_default();
            let question =
                format!("Service {service}{customer} is protected. Suspend it anyway? [y/N]");
            if !confirmed(&question)? {
                return Err(failure(format!("service {service} is protected"), hint));
            }
            done(desk, id, act(Protected::Suspend), said).await
        }
        Err(error @ ActError::NoReport(_)) => {
            Err(failure(error.to_string(), "see `portreeve report list`"))
        }
        Err(error) => Err(error.into()),
        Ok(_) => say(format!("Report #{id} {said}.")),
    }
}

async fn done_with(desk: &Desk, id: i64, what: Act, files: Files, said: &str) -> Result<()> {
    let any = Conditions::default();
    match act_with(desk, ReportId(id), &operator(), what, &any, files).await {
        Ok(_) => say(format!("Report #{id} {said}.")),
        Err(error @ ActError::NoReport(_)) => {
            Err(failure(error.to_string(), "see `portreeve report list`"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn list(desk: &Desk, filter: &ReportFilter, as_json: bool) -> Result<()> {
    let list = view::list(desk, filter).await?;
    if as_json {
        return json(&list);
    }
    if list.is_empty() {
        return say("No reports found.");
    }
    let mut output = Output::table(&[
        "REPORT",
        "STATUS",
        "TURN",
        "SERVICE",
        "SUSPENSION",
        "DEADLINE",
        "OPENED",
        "CATEGORY",
    ]);
    for r in list {
        let service = match (r.directory, r.service_id) {
            (Some(directory), Some(id)) => format!("{directory}:{id}"),
            _ => String::new(),
        };
        let paused = r.time_left.map(|left| format!("paused, {left} left"));
        output.row(vec![
            format!("#{}", r.id),
            r.status.to_owned(),
            r.turn.unwrap_or_default().to_owned(),
            service,
            r.suspension.state.replace('_', " "),
            r.deadline_at.or(paused).unwrap_or_default(),
            r.opened_at,
            r.category,
        ]);
    }
    output.print()
}

async fn show(desk: &Desk, id: ReportId, window: &Window, as_json: bool) -> Result<()> {
    let Some(whole) = view::show(desk, id, window).await? else {
        return Err(no_report(id));
    };
    if as_json { json(&whole) } else { print_whole(&whole) }
}

/// What is wrong, and what to do about it.
fn attention(one: &AttentionView) -> String {
    let notice = one.notice.as_deref().unwrap_or_default();
    let detail = &one.detail;
    let (what, next) = match (one.kind, one.mail) {
        ("mail_waits", Some(mail)) => (
            format!("mail {mail} ({detail}) is waiting for staff"),
            format!("`portreeve inbox show {mail}`, then attach or dismiss it"),
        ),
        ("notice_bounced", _) => (
            format!("the notice \"{notice}\" to the customer bounced ({detail})"),
            "correct the address in the panel, or reach the customer another way".to_owned(),
        ),
        _ => (
            format!("the notice \"{notice}\" to the customer was not delivered ({detail})"),
            "correct the address in the panel, or reach the customer another way".to_owned(),
        ),
    };
    let blocks = match one.blocks {
        Some(_) => " Until then, the suspension at the deadline waits for approval.",
        None => "",
    };
    format!("{what}; {next}.{blocks}")
}

fn print_whole(whole: &WholeReportView) -> Result<()> {
    let r = &whole.report;
    let service = match (&r.directory, r.service_id) {
        (Some(directory), Some(id)) => format!("{directory}:{id}"),
        _ => "(none yet)".to_owned(),
    };
    let suspension = match &r.suspension.detail {
        Some(detail) => format!("{} ({detail})", r.suspension.state),
        None => r.suspension.state.to_owned(),
    };
    let deadline =
        r.deadline_at.clone().or(r.time_left.as_ref().map(|l| format!("paused, {l} left")));
    let mut output = Output::table(&[&format!("REPORT #{}", r.id), ""]);
    for (name, value) in [
        ("status", r.status.to_owned()),
        ("turn", r.turn.unwrap_or_default().to_owned()),
        ("category", r.category.clone()),
        ("service", service),
        ("customer", r.customer_id.clone().unwrap_or_default()),
        ("address", r.service_ip.clone()),
        ("suspend method", r.suspend_method.to_owned()),
        ("suspension", suspension),
        ("deadline", deadline.unwrap_or_default()),
        ("may unsuspend", if r.allow_unsuspend { "yes" } else { "no" }.to_owned()),
        ("may pay", if r.pay_to_unsuspend { "yes" } else { "" }.to_owned()),
        ("opened", r.opened_at.clone()),
        ("closed", r.closed_at.clone().unwrap_or_default()),
        ("outcome", r.outcome.unwrap_or_default().to_owned()),
        (
            "cancelled deadline",
            r.cancelled_deadline.as_ref().map(|l| format!("{l} left")).unwrap_or_default(),
        ),
        ("queued because", r.queued_why.clone().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            output.row(vec![name.to_owned(), value]);
        }
    }
    output.print()?;
    for one in &r.attention {
        say(format!("\nNeeds attention since {}: {}", one.since, attention(one)))?;
    }
    print_text("For the customer", &r.additional_info)?;
    print_text("For staff only", &whole.admin_notes)?;
    for payment in &whole.payments {
        let invoice = payment.reference.as_ref().map(|id| format!(", invoice {id}"));
        let (amount, currency) = (&payment.amount, &payment.currency);
        let invoice = invoice.unwrap_or_default();
        say(format!(
            "\npayment of {amount} {currency}: {}{invoice} ({})",
            payment.state, payment.since
        ))?;
    }
    say_earlier("messages", whole.earlier.messages_before)?;
    for message in &whole.messages {
        print_text(&format!("{} from {}", message.at, message.author), &message.text)?;
        attachments::print(&message.attachments)?;
    }
    say_earlier("notes", whole.earlier.notes_before)?;
    for note in &whole.notes {
        print_text(&format!("{} note by {}", note.at, note.author), &note.text)?;
        attachments::print(&note.attachments)?;
    }
    say_earlier("events", whole.earlier.events_before)?;
    say("")?;
    let mut output = Output::table(&["AT", "BY", "WHAT"]);
    for event in &whole.events {
        output.row(vec![event.at.clone(), event.actor.clone(), event.text.clone()]);
    }
    output.print()
}

/// Says how to get what came before.
fn say_earlier(what: &str, before: Option<i64>) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    say(format!("\nFor earlier {what}, add --{what}-before {before}"))
}

fn print_text(title: &str, text: &str) -> Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    say(format!("\n{title}:"))?;
    for line in portreeve_core::text::lines(text).lines() {
        say(format!("  {line}"))?;
    }
    Ok(())
}

pub(super) async fn pause(desk: &Desk) -> Result<()> {
    pause::pause(desk, &operator()).await?;
    say("Paused: no automatic suspension or unsuspension is carried out until `portreeve resume`.")
}

pub(super) async fn resume(desk: &Desk, yes: bool) -> Result<()> {
    let (state, waiting) = pause::what_would_fire(desk, ReportId(0), LISTED).await?;
    if let Some(at) = state.paused_at {
        let by = state.paused_by.as_deref().unwrap_or("unknown");
        let by = by.strip_prefix("staff:").unwrap_or(by);
        say(format!("Paused by {by} since {}.", from_millis(at).map(rfc3339).unwrap_or_default()))?;
    }
    if let Some(why) = &state.clock_suspect {
        say(format!("The clock is not trusted: {why}. Check it before you resume."))?;
    }
    if state.paused_at.is_none() && state.clock_suspect.is_none() && waiting.is_empty() {
        return say("The desk is not paused, and nothing is waiting.");
    }
    if waiting.is_empty() {
        say("No suspensions are waiting.")?;
    } else {
        say("These suspensions will go ahead, unless another guard stops them:")?;
        let mut output = Output::table(&["REPORT", "SERVICE", "CATEGORY", "REASON"]);
        for id in &waiting {
            if let Some(r) = view::of_ids(desk, &[id.0]).await?.pop() {
                output.row(vec![
                    id.to_string(),
                    r.service_id.map(|id| id.to_string()).unwrap_or_default(),
                    r.category,
                    r.suspension.detail.unwrap_or_default(),
                ]);
            }
        }
        output.print()?;
        if waiting.len() >= usize::try_from(LISTED)? {
            say("... and possibly more.")?;
        }
    }
    let on_their_way = pause::orders_on_their_way(desk, LISTED).await?;
    if !on_their_way.is_empty() {
        say("Orders for these services were interrupted by the pause and will be sent:")?;
        say(on_their_way.join(", "))?;
    }
    if !yes && !confirmed("Resume? [y/N]")? {
        return Err(failure("nothing was changed", "answer y, or use --yes"));
    }
    let ordered = pause::resume(desk, &operator()).await?;
    say(format!("Resumed. Suspensions ordered: {ordered}."))
}

fn confirmed(question: &str) -> Result<bool> {
    complain(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
