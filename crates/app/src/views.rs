//! What staff keep for their work: views, quick replies; and who looks at what.

use portreeve_core::ids::{Actor, ReportId};
use portreeve_core::refusal::refusal;
use portreeve_core::report::{LONGEST_CATEGORY, LONGEST_TEXT};
use portreeve_core::text::{one_line, storable};
use portreeve_core::time::Span;
use portreeve_store::{QuickReply, SavedView, StoreError};

use crate::audit;
use crate::desk::Desk;
use crate::staff::{StaffError, Thing};

/// Who was seen at a report within this time is said to look at it. Pages say it every 20 seconds.
const LOOKS: Span = Span::from_secs(50);

/// A look is written down once in so long at most.
const WRITE_LOOK: Span = Span::from_secs(15);

/// Views and quick replies that are listed.
const MOST: i64 = 500;

/// Longest name of a view or a quick reply, in characters.
const LONGEST_NAME: usize = 80;

/// The views of somebody, and everybody's.
pub async fn saved(desk: &Desk, owner: &str) -> Result<Vec<SavedView>, StoreError> {
    desk.db.read().await?.saved_views(owner, MOST).await
}

/// Keeps a view, for oneself or for everybody.
pub async fn save(
    desk: &Desk,
    owner: &str,
    everybodys: bool,
    name: &str,
    query: &str,
) -> Result<(), StaffError> {
    let name = one_line(name, LONGEST_NAME);
    if name.is_empty() {
        return Err(StaffError::Bad(refusal!("refusal-view_needs_name")));
    }
    let owner = if everybodys { "" } else { owner };
    let mut tx = desk.db.write().await?;
    tx.add_saved_view(owner, &name, &one_line(query, 2_000)).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a view of one's own, or, with `any`, one of everybody's.
pub async fn forget(desk: &Desk, owner: &str, any: bool, id: i64) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.delete_saved_view(owner, any, id).await? {
        return Err(StaffError::Missing { what: Thing::View, name: id.to_string() });
    }
    tx.commit().await?;
    Ok(())
}

/// All quick replies.
pub async fn quick_replies(desk: &Desk) -> Result<Vec<QuickReply>, StoreError> {
    desk.db.read().await?.quick_replies(MOST).await
}

/// Adds a quick reply (number 0) or changes one.
pub async fn put_quick_reply(
    desk: &Desk,
    actor: &Actor,
    reply: &QuickReply,
) -> Result<(), StaffError> {
    let body = storable(reply.body.trim());
    let reply = QuickReply {
        id: reply.id,
        name: one_line(&reply.name, LONGEST_NAME),
        category: one_line(&reply.category, LONGEST_CATEGORY),
        language: one_line(&reply.language, 16),
        body,
    };
    if reply.name.is_empty() || reply.body.is_empty() {
        return Err(StaffError::Bad(refusal!("refusal-quick_reply_needs")));
    }
    if reply.body.chars().count() > LONGEST_TEXT {
        return Err(StaffError::Bad(refusal!("refusal-bad_text", most = LONGEST_TEXT)));
    }
    let mut tx = desk.db.write().await?;
    if !tx.put_quick_reply(&reply).await? {
        return Err(StaffError::Missing { what: Thing::QuickReply, name: reply.id.to_string() });
    }
    audit::log(&mut tx, desk.now(), actor, "quick_reply_changed", &reply.name).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a quick reply.
pub async fn delete_quick_reply(desk: &Desk, actor: &Actor, id: i64) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.delete_quick_reply(id).await? {
        return Err(StaffError::Missing { what: Thing::QuickReply, name: id.to_string() });
    }
    audit::log(&mut tx, desk.now(), actor, "quick_reply_deleted", &id.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody looks at a report. Returns who else does.
pub async fn look_at(
    desk: &Desk,
    report: ReportId,
    staff: &str,
) -> Result<Vec<String>, StoreError> {
    let now = desk.now();
    let since = LOOKS.before(now).as_millisecond();
    let mut tx = desk.db.read().await?;
    let others = tx.lookers(report, staff, since).await?;
    let last = tx.last_look(report, staff).await?;
    drop(tx);
    // Who has just been seen need not be written down again: reading a report is no work for the writer.
    if last.is_none_or(|at| at < WRITE_LOOK.before(now).as_millisecond()) {
        let mut tx = desk.db.write().await?;
        tx.look_at(report, staff, now.as_millisecond(), since).await?;
        tx.commit().await?;
    }
    Ok(others)
}
