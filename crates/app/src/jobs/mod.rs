//! Durable jobs and the sweep.

mod mails;
mod runner;
mod sweep;
mod webhooks;

pub use runner::run;
pub use sweep::{Sweeper, sweep};

use portreeve_core::ids::Actor;
use portreeve_store::{DeadJob, StoreError};

use crate::audit;
use crate::desk::Desk;

/// Jobs by id after `after`; only the ones that were given up when asked so.
pub async fn list(
    desk: &Desk,
    only_dead: bool,
    after: i64,
    limit: i64,
) -> Result<Vec<DeadJob>, StoreError> {
    desk.db.read().await?.jobs(only_dead, after, limit).await
}

/// Brings a job that was given up back to life. Whether there was one.
pub async fn retry(desk: &Desk, actor: &Actor, id: i64) -> Result<bool, StoreError> {
    let mut tx = desk.db.write().await?;
    let found = tx.retry_job(id, desk.now().as_millisecond()).await?;
    if found {
        audit::log(&mut tx, desk.now(), actor, "job_retried", &format!("job {id}")).await?;
    }
    tx.commit().await?;
    Ok(found)
}
