//! Durable jobs: enqueued in the transaction that causes them, claimed in batches under a lease,
//! tried a bounded number of times, and kept where staff see them when they are dead.

use sqlx::QueryBuilder;

use crate::db::{StoreError, Tx, on};
use crate::dialect::for_update_skip_locked;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal;)*) => {
        /// The kinds of jobs. Metrics, alerts and the documentation have each of them: a test compares these with
        /// [`JobKind::ALL`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum JobKind { $($(#[$doc])* $kind),* }

        impl JobKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }
        }
    };
}

kinds! {
    /// Bring a service in line with its holds.
    ReconcileService = "reconcile_service";
    /// Send a mail.
    SendNotice = "send_notice";
    /// Tell a panel's addon how a service stands.
    TellBridge = "tell_bridge";
    /// Look what became of the payments of a report.
    SettlePayments = "settle_payments";
    /// Send the digest of a mailbox.
    SendDigest = "send_digest";
    /// Send somebody the summary of a day.
    SendSummary = "send_summary";
    /// Tell somebody on the staff that something is wrong with the desk as a whole.
    SendAlert = "send_alert";
    /// Scan the bytes of a file.
    ScanContent = "scan_content";
    /// Read a mail that came in.
    ReadMail = "read_mail";
}

/// Which jobs of a kind are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those that may not wait behind the others.
    Urgent,
}

impl Which {
    /// The condition, for the index that leads to them.
    fn condition(self) -> &'static str {
        match self {
            Self::All => " AND NOT dead",
            Self::Urgent => " AND urgent AND NOT dead",
        }
    }
}

/// A job to be done. Jobs of one kind and key are one job: asked for again, it runs again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewJob {
    /// What kind.
    pub kind: JobKind,
    /// On what; all that the job needs to know.
    pub key: String,
}

/// A job that was claimed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DueJob {
    /// Its row.
    pub id: i64,
    /// On what.
    pub key: String,
    /// How often it was asked for.
    pub generation: i64,
    /// How often it failed in a row.
    pub tries: i64,
    /// How often whoever had claimed it went away without a word.
    pub lost: i64,
}

/// A job that was given up.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeadJob {
    /// Its row.
    pub id: i64,
    /// What kind.
    pub kind: String,
    /// On what.
    pub key: String,
    /// How often it was tried.
    pub tries: i64,
    /// The last failure.
    pub last_error: Option<String>,
    /// Given up.
    pub dead: bool,
    /// When it runs next (or would), milliseconds.
    pub run_at: i64,
    /// When it was asked for first, milliseconds.
    pub created_at: i64,
}

impl Tx {
    /// Enqueues jobs. A job that waits already runs now; one that runs at the moment runs once more
    /// afterwards; a dead one comes back to life.
    pub async fn enqueue(&mut self, jobs: &[NewJob], now: i64) -> Result<(), StoreError> {
        let mut jobs: Vec<&NewJob> = jobs.iter().collect();
        // In one order everywhere, so that two transactions never wait for each other in a ring.
        jobs.sort_unstable();
        jobs.dedup();
        for chunk in jobs.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO jobs (kind, key, generation, run_at, tries, dead, created_at) ",
                );
                sql.push_values(chunk, |mut row, job| {
                    row.push_bind(job.kind.as_str())
                        .push_bind(&job.key)
                        .push_bind(1_i64)
                        .push_bind(now)
                        .push_bind(0_i64)
                        .push_bind(false)
                        .push_bind(now);
                });
                sql.push(
                    " ON CONFLICT (kind, key) DO UPDATE SET generation = jobs.generation + 1, tries = 0, lost = 0,
                        run_at = CASE WHEN jobs.lease IS NULL OR jobs.dead THEN excluded.run_at
                            ELSE jobs.run_at END,
                        lease = CASE WHEN jobs.dead THEN NULL ELSE jobs.lease END,
                        dead = FALSE",
                );
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Enqueues a job that may not wait behind the others of its kind.
    pub async fn enqueue_urgent(&mut self, job: &NewJob, now: i64) -> Result<(), StoreError> {
        self.enqueue(std::slice::from_ref(job), now).await?;
        let sql = "UPDATE jobs SET urgent = TRUE WHERE kind = $1 AND key = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(job.kind.as_str())
                .bind(&job.key)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Whether a job of `kind` is due.
    pub async fn job_is_due(
        &mut self,
        kind: JobKind,
        which: Which,
        now: i64,
    ) -> Result<bool, StoreError> {
        let which = which.condition();
        let sql = format!("SELECT id FROM jobs WHERE kind = $1{which} AND run_at <= $2 LIMIT 1");
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sqlx::AssertSqlSafe(sql))
                .bind(kind.as_str())
                .bind(now)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// Claims up to `limit` due jobs under `lease` until `until`; whoever holds no lease by then may
    /// claim them again. No job is claimed twice at a time.
    pub async fn claim_jobs(
        &mut self,
        kind: JobKind,
        which: Which,
        lease: &str,
        until: i64,
        limit: i64,
        now: i64,
    ) -> Result<Vec<DueJob>, StoreError> {
        let skip = for_update_skip_locked(self.engine());
        on!(self, conn => {
            // Who had it before did not give it back, or there would be no lease.
            let mut sql = QueryBuilder::<Database>::new(
                "UPDATE jobs SET lost = CASE WHEN lease IS NULL THEN lost ELSE lost + 1 END, lease = ",
            );
            sql.push_bind(lease).push(", run_at = ").push_bind(until);
            sql.push(" WHERE id IN (SELECT id FROM jobs WHERE kind = ").push_bind(kind.as_str());
            sql.push(which.condition()).push(" AND run_at <= ").push_bind(now);
            sql.push(" ORDER BY run_at LIMIT ").push_bind(limit).push(skip);
            sql.push(") RETURNING id, key, generation, tries, lost");
            Ok(sql.build_query_as::<DueJob>().fetch_all(conn).await?)
        })
    }

    /// Makes the lease of these jobs longer; those that are no longer ours are left alone.
    pub async fn renew_lease(
        &mut self,
        ids: &[i64],
        lease: &str,
        until: i64,
    ) -> Result<(), StoreError> {
        for chunk in ids.chunks(64) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("UPDATE jobs SET run_at = ");
                sql.push_bind(until).push(" WHERE lease = ").push_bind(lease).push(" AND id IN (");
                let mut list = sql.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                sql.push(")");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// These jobs are done; one that was asked for meanwhile runs once more.
    pub async fn finish_jobs(
        &mut self,
        jobs: &[&DueJob],
        lease: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        for chunk in jobs.chunks(64) {
            let gone: Vec<i64> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("DELETE FROM jobs WHERE lease = ");
                sql.push_bind(lease).push(" AND id IN (");
                let mut list = sql.separated(", ");
                for job in chunk {
                    list.push_bind(job.id);
                }
                // The job as it was claimed: asked for again, it has a higher generation.
                sql.push(") AND generation = CASE id");
                for job in chunk {
                    sql.push(" WHEN ").push_bind(job.id).push(" THEN ").push_bind(job.generation);
                }
                sql.push(" END RETURNING id");
                sql.build_query_scalar::<i64>().fetch_all(conn).await?
            });
            for job in chunk.iter().filter(|job| !gone.contains(&job.id)) {
                self.run_once_more(job, lease, now).await?;
            }
        }
        Ok(())
    }

    async fn run_once_more(
        &mut self,
        job: &DueJob,
        lease: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease = NULL, run_at = $1, tries = 0
            WHERE id = $2 AND lease = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).bind(job.id).bind(lease).execute(conn).await?;
        });
        Ok(())
    }

    /// The job is to run again at `at`, or at once when it was asked for meanwhile.
    pub async fn postpone_job(
        &mut self,
        job: &DueJob,
        lease: &str,
        at: i64,
        error: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease = NULL, tries = tries + 1, last_error = $1,
            run_at = CASE WHEN generation = $2 THEN $3 ELSE $4 END WHERE id = $5 AND lease = $6";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(error)
                .bind(job.generation)
                .bind(at)
                .bind(now)
                .bind(job.id)
                .bind(lease)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// The job is given up; staff see it in the list of jobs.
    pub async fn bury_job(
        &mut self,
        job: &DueJob,
        lease: &str,
        error: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease = NULL, tries = tries + 1, dead = TRUE, last_error = $1
            WHERE id = $2 AND lease = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(error).bind(job.id).bind(lease).execute(conn).await?;
        });
        Ok(())
    }

    /// Jobs after `after` (a row id), by id; only the dead ones when asked so.
    pub async fn jobs(
        &mut self,
        only_dead: bool,
        after: i64,
        limit: i64,
    ) -> Result<Vec<DeadJob>, StoreError> {
        let sql = "SELECT id, kind, key, tries, last_error, dead, run_at, created_at FROM jobs
            WHERE id > $1 AND (dead OR NOT $2) ORDER BY id LIMIT $3";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(after)
                .bind(only_dead)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Brings a dead job back to life. Whether there was one.
    pub async fn retry_job(&mut self, id: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET dead = FALSE, tries = 0, lost = 0, lease = NULL, run_at = $1
            WHERE id = $2 AND dead";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql).bind(now).bind(id).execute(conn).await?;
            Ok(done.rows_affected() > 0)
        })
    }
}

impl Tx {
    /// Enqueues a job that runs at `at`. One that waits already runs then; one that runs at the moment runs once more.
    pub async fn enqueue_for(&mut self, job: &NewJob, at: i64, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO jobs (kind, key, generation, run_at, tries, dead, created_at)
            VALUES ($1, $2, 1, $3, 0, FALSE, $4)
            ON CONFLICT (kind, key) DO UPDATE SET generation = jobs.generation + 1, tries = 0, lost = 0,
                run_at = CASE WHEN jobs.lease IS NULL OR jobs.dead THEN excluded.run_at
                    ELSE jobs.run_at END,
                lease = CASE WHEN jobs.dead THEN NULL ELSE jobs.lease END,
                dead = FALSE";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(job.kind.as_str())
                .bind(&job.key)
                .bind(at)
                .bind(now)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Enqueues jobs that are not there yet.
    pub async fn enqueue_if_absent(&mut self, jobs: &[NewJob], now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO jobs (kind, key, generation, run_at, tries, dead, created_at)
            VALUES ($1, $2, 1, $3, 0, FALSE, $3) ON CONFLICT (kind, key) DO NOTHING";
        for job in jobs {
            on!(self, conn => {
                sqlx::query::<Database>(sql)
                    .bind(job.kind.as_str())
                    .bind(&job.key)
                    .bind(now)
                    .execute(conn)
                    .await?;
            });
        }
        Ok(())
    }

    /// Takes back every lease: who had one is gone. Only for a process that knows itself to be the only one.
    pub async fn release_leases(&mut self, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET lease = NULL, lost = lost + 1, run_at = $1
            WHERE lease IS NOT NULL";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).execute(conn).await?;
        });
        Ok(())
    }

    /// Keys of jobs of `kind` that wait, the oldest first.
    pub async fn waiting_keys(
        &mut self,
        kind: JobKind,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT key FROM jobs WHERE kind = $1 AND NOT dead ORDER BY id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql)
                .bind(kind.as_str())
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Jobs of `kind` that wait for later run now.
    pub async fn hurry_jobs(&mut self, kind: JobKind, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET run_at = $1
            WHERE kind = $2 AND NOT dead AND lease IS NULL AND run_at > $1";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).bind(kind.as_str()).execute(conn).await?;
        });
        Ok(())
    }
}
