//! The summary of a day for staff: once a day, once on all nodes together.

use portreeve_core::event::{Figure, Kind};
use portreeve_core::settings::Settings;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{JobKind, NewJob, StoreError};

use super::staff::{Reader, Told};
use super::to_staff::{Summary, summary};
use super::{Envelope, MailError, flood, message_id_of};
use crate::desk::Desk;
use crate::work::BOUND;

/// A summary that could not go out for so long is dropped: it would tell of a day that is over.
const TOO_LATE: Span = Span::from_mins(2 * 60);

/// What happened is told for so long back.
const DAY: Span = Span::from_mins(24 * 60);

/// For how long it is remembered which days had a summary.
const REMEMBERED: Span = Span::from_mins(90 * 24 * 60);

/// Enqueues the summary that is due, if any: a mail for everybody who wants one. `seen` is the last one that this
/// process has looked after, so that the database is asked once a day.
pub(crate) async fn enqueue(
    desk: &Desk,
    settings: &Settings,
    seen: &mut Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(at) = &settings.summary_at else { return Ok(()) };
    let Some((day, due)) = at.last(now, &settings.client_zone) else { return Ok(()) };
    if *seen == Some(due) || Span::between(due, now) > TOO_LATE || desk.mail.is_none() {
        return Ok(());
    }
    let mut tx = desk.db.write().await?;
    let before = REMEMBERED.before(now).as_millisecond();
    if tx.begin_summary(&day, due.as_millisecond(), before).await? {
        let told = Told::read(&mut tx, &settings.staff_addresses).await?;
        let jobs: Vec<NewJob> = told
            .of_summary()
            .iter()
            .map(|reader| NewJob { kind: JobKind::SendSummary, key: key(due, reader) })
            .collect();
        tx.enqueue(&jobs, now.as_millisecond()).await?;
    }
    tx.commit().await?;
    *seen = Some(due);
    desk.work.notify_waiters();
    Ok(())
}

/// The key of the job that sends a summary to somebody. It has no address in it, as jobs are shown to operators.
fn key(due: Timestamp, reader: &Reader) -> String {
    format!("{}:{}", due.as_millisecond(), &flood::mailbox(std::slice::from_ref(&reader.to))[..16])
}

/// Sends the summary that a job's key names. A second run sends it again under the same Message-ID. Nothing: the key
/// cannot be read.
pub(crate) async fn send(
    desk: &Desk,
    key_: &str,
) -> Result<Option<Result<(), String>>, StoreError> {
    let due = key_.split_once(':').and_then(|(due, _)| from_millis(due.parse().ok()?));
    let Some(due) = due else { return Ok(None) };
    let now = desk.now();
    if Span::between(due, now) > DAY {
        return Ok(Some(Ok(())));
    }
    let Some(mail) = &desk.mail else { return Ok(Some(Ok(()))) };
    let live = desk.live();
    let told = Told::read(&mut desk.db.read().await?, &live.settings.staff_addresses).await?;
    // Whoever does not want it any more does not get it.
    let reader = told.of_summary().into_iter().find(|reader| key(due, reader) == key_);
    let Some(reader) = reader else { return Ok(Some(Ok(()))) };
    let of = read(desk, now).await?;
    if of.says_nothing() {
        return Ok(Some(Ok(())));
    }
    let link = desk.base_url().map(|base| format!("{base}/admin"));
    let id = |id: &str| message_id_of(id, &mail.domain);
    let envelope = Envelope {
        letter: summary(reader.language, &of, BOUND, (now, &reader.zone), link.as_deref()),
        to: reader.to,
        message_id: id(&format!("summary.{}", key_.replace(':', "."))),
        references: id("summary"),
        date: now,
        sender: None,
        answers_to: None,
        is_reply: false,
    };
    Ok(Some(match mail.mailer.send(&envelope).await {
        Ok(()) => Ok(()),
        Err(MailError::Later(why) | MailError::Refused(why)) => Err(why),
    }))
}

async fn read(desk: &Desk, now: Timestamp) -> Result<Summary, StoreError> {
    let mut tx = desk.db.read().await?;
    let waiting = tx.waiting_for_people(now.as_millisecond(), BOUND).await?;
    let from = tx.first_event_since(DAY.before(now).as_millisecond()).await?;
    let figures = [Figure::Opened, Figure::Closed, Figure::Suspended];
    let kinds: Vec<Kind> = figures.into_iter().flat_map(Kind::counted_as).collect();
    let counted = tx.count_kinds_since(from, &kinds, COUNTED).await?;
    let of = |figure: Figure| {
        let of_figure = counted.iter().filter(|(kind, _)| kind.figure() == Some(figure));
        of_figure.map(|(_, n)| *n).sum()
    };
    Ok(Summary {
        staff: waiting.staff,
        queue: waiting.queue,
        approval: waiting.approval,
        trouble: waiting.trouble,
        mails: waiting.mails,
        given_up: waiting.dead_jobs + waiting.dead_deliveries,
        deadlines: waiting.deadlines,
        opened: of(Figure::Opened),
        closed: of(Figure::Closed),
        suspended: of(Figure::Suspended),
    })
}

/// Events of a day that are counted.
const COUNTED: i64 = 200_000;
