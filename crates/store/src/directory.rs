//! Services, and the assignments that make up the ledger.

use std::collections::BTreeSet;

use portreeve_core::ids::{ServiceId, ServiceKey};
use portreeve_core::ledger::{Assignment, Interval, Resource};
use portreeve_core::service::{Service, ServiceStatus};
use sqlx::QueryBuilder;

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};

/// Rows that one statement writes.
const ROWS: usize = 256;

/// A service of the directory, and when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownService {
    /// The service.
    pub service: Service,
    /// When the directory last listed it, milliseconds.
    pub seen_at: i64,
    /// When a complete look no longer found it, milliseconds.
    pub ended_at: Option<i64>,
}

impl KnownService {
    /// When the directory last listed it as it is stored, milliseconds. A complete look writes only what
    /// changed, so that what it found unchanged is known by the look alone.
    pub fn last_seen(&self, looks: &DirectoryLooks) -> i64 {
        match (self.ended_at, looks.synced_at) {
            (None, Some(synced_at)) => self.seen_at.max(synced_at),
            _ => self.seen_at,
        }
    }
}

/// When a directory was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct DirectoryLooks {
    /// Last look of any kind, milliseconds.
    pub looked_at: Option<i64>,
    /// Last look that listed everything, milliseconds.
    pub complete_at: Option<i64>,
    /// When the last look began that found every service as it is stored, milliseconds.
    pub synced_at: Option<i64>,
}

/// How a directory stands that is looked at by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct DirectoryState {
    /// Its name.
    pub name: String,
    /// When the last look began that found every service as it is stored, milliseconds.
    pub synced_at: Option<i64>,
    /// When the last try ended, milliseconds.
    pub tried_at: Option<i64>,
    /// Why the last try came to nothing.
    pub trouble: Option<String>,
}

/// How many services of a directory have not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct ServiceCount {
    /// All of them.
    pub live: i64,
    /// Those that were not seen since an instant.
    pub unseen: i64,
}

/// When an assignment was held, after what is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedInterval {
    /// The assignment's row.
    pub assignment: i64,
    /// When it was held.
    pub held: Interval,
}

/// An assignment to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssignment {
    /// Who holds it.
    pub service: ServiceKey,
    /// The service's customer at that time.
    pub customer_id: String,
    /// What is held.
    pub resource: Resource,
    /// When.
    pub held: Interval,
}

#[derive(sqlx::FromRow)]
struct ServiceRow {
    directory: String,
    service_id: i64,
    customer_id: String,
    customer_name: String,
    customer_email: String,
    language: String,
    product: String,
    domain: String,
    username: String,
    server: String,
    status: Stored<ServiceStatus>,
    dedicated_ip: String,
    protected: bool,
    seen_at: i64,
    ended_at: Option<i64>,
}

const SERVICE_COLUMNS: &str = "directory, service_id, customer_id, customer_name, customer_email,
    language, product, domain, username, server, status, dedicated_ip, protected, seen_at, ended_at";

pub(crate) fn service_key(
    directory: &str,
    id: i64,
    table: &'static str,
) -> Result<ServiceKey, StoreError> {
    let id = ServiceId::new(id).map_err(|_| StoreError::Inconsistent {
        table,
        column: "service_id",
        id: format!("{directory}:{id}"),
    })?;
    Ok(ServiceKey { directory: directory.to_owned(), id })
}

impl TryFrom<ServiceRow> for KnownService {
    type Error = StoreError;

    fn try_from(row: ServiceRow) -> Result<Self, StoreError> {
        let key = service_key(&row.directory, row.service_id, "services")?;
        let service = Service {
            key,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            customer_email: row.customer_email,
            language: row.language,
            product: row.product,
            domain: row.domain,
            username: row.username,
            server: row.server,
            status: row.status.0,
            dedicated_ip: row.dedicated_ip,
            protected: row.protected,
        };
        Ok(Self { service, seen_at: row.seen_at, ended_at: row.ended_at })
    }
}

#[derive(sqlx::FromRow)]
struct AssignmentRow {
    id: i64,
    directory: String,
    service_id: i64,
    customer_id: String,
    resource: String,
    from_after: Option<i64>,
    from_by: i64,
    to_after: Option<i64>,
    to_by: Option<i64>,
}

const ASSIGNMENT_COLUMNS: &str =
    "id, directory, service_id, customer_id, resource, from_after, from_by, to_after, to_by";

impl TryFrom<AssignmentRow> for Assignment {
    type Error = StoreError;

    fn try_from(row: AssignmentRow) -> Result<Self, StoreError> {
        let resource = Resource::parse(&row.resource).map_err(|_| StoreError::Inconsistent {
            table: "assignments",
            column: "resource",
            id: row.id.to_string(),
        })?;
        Ok(Self {
            id: row.id,
            service: service_key(&row.directory, row.service_id, "assignments")?,
            customer_id: row.customer_id,
            resource,
            held: Interval {
                from_after: row.from_after,
                from_by: row.from_by,
                to_after: row.to_after,
                to_by: row.to_by,
            },
        })
    }
}

fn services(rows: Vec<ServiceRow>) -> Result<Vec<KnownService>, StoreError> {
    rows.into_iter().map(KnownService::try_from).collect()
}

fn assignments(rows: Vec<AssignmentRow>) -> Result<Vec<Assignment>, StoreError> {
    rows.into_iter().map(Assignment::try_from).collect()
}

/// What `', ' || LOWER(customer_email) || ', '` is like where this is one of several mail addresses (escaped with `!`).
pub(crate) fn one_of_several(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let address = address.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%, {address}, %")
}

impl Tx {
    /// When `directory` was looked at; a directory that was never looked at has no instants.
    pub async fn directory_looks(&mut self, directory: &str) -> Result<DirectoryLooks, StoreError> {
        let sql = "SELECT looked_at, complete_at, synced_at FROM directories WHERE name = $1";
        let row: Option<DirectoryLooks> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(directory).fetch_optional(conn).await?
        });
        Ok(row.unwrap_or_default())
    }

    /// Writes down that `directory` was looked at.
    pub async fn put_directory_looks(
        &mut self,
        directory: &str,
        looks: DirectoryLooks,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO directories (name, looked_at, complete_at, synced_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (name) DO UPDATE SET looked_at = excluded.looked_at,
                complete_at = excluded.complete_at, synced_at = excluded.synced_at";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(looks.looked_at)
                .bind(looks.complete_at)
                .bind(looks.synced_at)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// How the directories stand that were ever looked at, by name.
    pub async fn directory_states(&mut self) -> Result<Vec<DirectoryState>, StoreError> {
        let sql = "SELECT name, synced_at, tried_at, trouble FROM directories ORDER BY name";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?)
        })
    }

    /// Takes the place of the one who looks at `directory` until `until`, or keeps it. Whether it is ours.
    pub async fn claim_directory(
        &mut self,
        directory: &str,
        lease: &str,
        until: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO directories (name, lease, lease_until) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until
                WHERE directories.lease IS NULL OR directories.lease = excluded.lease
                    OR directories.lease_until < $4";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(lease)
                .bind(until)
                .bind(now)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Gives that place back and writes down what came of the look.
    pub async fn release_directory(
        &mut self,
        directory: &str,
        lease: &str,
        trouble: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE directories SET lease = NULL, lease_until = NULL, tried_at = $1, trouble = $2
            WHERE name = $3 AND lease = $4";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(now)
                .bind(trouble)
                .bind(directory)
                .bind(lease)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Frees every directory for the next who looks: nobody else is at work on this database.
    pub async fn release_directories(&mut self) -> Result<(), StoreError> {
        let sql = "UPDATE directories SET lease = NULL, lease_until = NULL WHERE lease IS NOT NULL";
        on!(self, conn => {
            sqlx::query::<Database>(sql).execute(conn).await?;
        });
        Ok(())
    }

    /// The services of these keys, in no order; ended ones too.
    pub async fn services_by_key(
        &mut self,
        keys: &[&ServiceKey],
    ) -> Result<Vec<KnownService>, StoreError> {
        let mut found = Vec::new();
        for chunk in keys.chunks(256) {
            let rows: Vec<ServiceRow> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("SELECT ");
                sql.push(SERVICE_COLUMNS);
                sql.push(" FROM services WHERE (directory, service_id) IN ");
                sql.push_tuples(chunk, |mut row, key| {
                    row.push_bind(&key.directory).push_bind(key.id.get());
                });
                sql.build_query_as().fetch_all(conn).await?
            });
            found.extend(services(rows)?);
        }
        Ok(found)
    }

    /// One service; an ended one too.
    pub async fn service(&mut self, key: &ServiceKey) -> Result<Option<KnownService>, StoreError> {
        Ok(self.services_by_key(&[key]).await?.pop())
    }

    /// Services of all directories after `after`, by directory and id; ended ones too.
    pub async fn services(
        &mut self,
        after: Option<&ServiceKey>,
        limit: i64,
    ) -> Result<Vec<KnownService>, StoreError> {
        let (directory, id) = after.map_or(("", 0), |key| (&key.directory, key.id.get()));
        let rows: Vec<ServiceRow> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT ");
            sql.push(SERVICE_COLUMNS).push(" FROM services WHERE (directory, service_id) > (");
            sql.push_bind(directory).push(", ").push_bind(id).push(")");
            sql.push(" ORDER BY directory, service_id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await?
        });
        services(rows)
    }

    /// Services of a domain, or of a customer by their id (in any directory) or one of their mail addresses, in no more
    /// than a short list.
    pub async fn services_called(
        &mut self,
        name: &str,
        limit: i64,
    ) -> Result<Vec<KnownService>, StoreError> {
        let mut keys: Vec<ServiceKey> = Vec::new();
        for sql in [
            "SELECT directory, service_id FROM services WHERE domain = $1 ORDER BY directory, service_id LIMIT $2",
            "SELECT directory, service_id FROM services WHERE domain = LOWER($1) ORDER BY directory, service_id LIMIT $2",
            "SELECT directory, service_id FROM services WHERE customer_id = $1 ORDER BY directory, service_id LIMIT $2",
            "SELECT directory, service_id FROM services WHERE lower(customer_email) = LOWER($1) ORDER BY directory, service_id LIMIT $2",
        ] {
            let rows: Vec<(String, i64)> = on!(self, conn => {
                sqlx::query_as::<Database, _>(sql).bind(name).bind(limit).fetch_all(conn).await?
            });
            for (directory, id) in rows {
                keys.push(service_key(&directory, id, "services")?);
            }
        }
        let sql = "SELECT directory, service_id FROM services WHERE customer_email LIKE '%,%'
            AND ', ' || LOWER(customer_email) || ', ' LIKE $1 ESCAPE '!' ORDER BY directory, service_id LIMIT $2";
        let pattern = one_of_several(name);
        let rows: Vec<(String, i64)> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(&pattern).bind(limit).fetch_all(conn).await?
        });
        for (directory, id) in rows {
            keys.push(service_key(&directory, id, "services")?);
        }
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.services_by_key(&keys.iter().collect::<Vec<_>>()).await
    }

    /// Stores services as the directory has them at `now`, new or changed; an ended one is back.
    pub async fn put_services(&mut self, list: &[&Service], now: i64) -> Result<(), StoreError> {
        let directories: BTreeSet<&str> =
            list.iter().map(|service| service.key.directory.as_str()).collect();
        for directory in directories {
            self.add_directory(directory).await?;
        }
        for chunk in list.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("INSERT INTO services (");
                sql.push(SERVICE_COLUMNS).push(") ");
                sql.push_values(chunk, |mut row, service| {
                    row.push_bind(&service.key.directory)
                        .push_bind(service.key.id.get())
                        .push_bind(&service.customer_id)
                        .push_bind(&service.customer_name)
                        .push_bind(&service.customer_email)
                        .push_bind(&service.language)
                        .push_bind(&service.product)
                        .push_bind(&service.domain)
                        .push_bind(&service.username)
                        .push_bind(&service.server)
                        .push_bind(service.status.as_str())
                        .push_bind(&service.dedicated_ip)
                        .push_bind(service.protected)
                        .push_bind(now)
                        .push_bind(None::<i64>);
                });
                sql.push(
                    " ON CONFLICT (directory, service_id) DO UPDATE SET
                        customer_id = excluded.customer_id, customer_name = excluded.customer_name,
                        customer_email = excluded.customer_email, language = excluded.language,
                        product = excluded.product, domain = excluded.domain,
                        username = excluded.username, server = excluded.server,
                        status = excluded.status, dedicated_ip = excluded.dedicated_ip,
                        protected = excluded.protected, seen_at = excluded.seen_at,
                        ended_at = NULL",
                );
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Makes sure that a directory has a row.
    async fn add_directory(&mut self, name: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO directories (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(name).execute(conn).await?;
        });
        Ok(())
    }

    /// How many services of `directory` have not ended, and how many of them were not seen since `since`.
    pub async fn count_services(
        &mut self,
        directory: &str,
        since: i64,
    ) -> Result<ServiceCount, StoreError> {
        let sql = "SELECT COUNT(*) AS live, COUNT(CASE WHEN seen_at < $1 THEN 1 END) AS unseen FROM services
            WHERE directory = $2 AND ended_at IS NULL";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(since).bind(directory).fetch_one(conn).await?)
        })
    }

    /// Services of `directory` that were not seen since `since` and have not ended, by id after `after`.
    pub async fn unseen_services(
        &mut self,
        directory: &str,
        since: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<KnownService>, StoreError> {
        let rows: Vec<ServiceRow> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT ");
            sql.push(SERVICE_COLUMNS).push(" FROM services WHERE directory = ");
            sql.push_bind(directory).push(" AND ended_at IS NULL AND seen_at < ").push_bind(since);
            sql.push(" AND service_id > ").push_bind(after);
            sql.push(" ORDER BY service_id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await?
        });
        services(rows)
    }

    /// The directory no longer lists these services.
    pub async fn end_services(&mut self, keys: &[&ServiceKey], now: i64) -> Result<(), StoreError> {
        for chunk in keys.chunks(ROWS) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("UPDATE services SET ended_at = ");
                sql.push_bind(now).push(" WHERE (directory, service_id) IN ");
                sql.push_tuples(chunk, |mut row, key| {
                    row.push_bind(&key.directory).push_bind(key.id.get());
                });
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// What these services hold now.
    pub async fn open_assignments(
        &mut self,
        keys: &[&ServiceKey],
    ) -> Result<Vec<Assignment>, StoreError> {
        let mut found = Vec::new();
        for chunk in keys.chunks(256) {
            let rows: Vec<AssignmentRow> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("SELECT ");
                sql.push(ASSIGNMENT_COLUMNS);
                sql.push(" FROM assignments WHERE to_by IS NULL AND (directory, service_id) IN ");
                sql.push_tuples(chunk, |mut row, key| {
                    row.push_bind(&key.directory).push_bind(key.id.get());
                });
                sql.build_query_as().fetch_all(conn).await?
            });
            found.extend(assignments(rows)?);
        }
        Ok(found)
    }

    /// Everything that was ever assigned under one of these resource texts, by any service.
    pub async fn assignments_of(
        &mut self,
        resources: &[String],
    ) -> Result<Vec<Assignment>, StoreError> {
        let mut found = Vec::new();
        for chunk in resources.chunks(256) {
            let rows: Vec<AssignmentRow> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new("SELECT ");
                sql.push(ASSIGNMENT_COLUMNS).push(" FROM assignments WHERE resource IN (");
                let mut list = sql.separated(", ");
                for resource in chunk {
                    list.push_bind(resource);
                }
                sql.push(")");
                sql.build_query_as().fetch_all(conn).await?
            });
            found.extend(assignments(rows)?);
        }
        Ok(found)
    }

    /// Adds assignments that came by the ledger's change `seq`. What the same service holds already stays as it is.
    pub async fn add_assignments(
        &mut self,
        new: &[NewAssignment],
        seq: i64,
    ) -> Result<(), StoreError> {
        for chunk in new.chunks(128) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "INSERT INTO assignments (directory, service_id, customer_id, resource,
                        from_after, from_by, to_after, to_by, changed_in) ",
                );
                sql.push_values(chunk, |mut row, NewAssignment { service, customer_id, resource, held }| {
                    row.push_bind(&service.directory)
                        .push_bind(service.id.get())
                        .push_bind(customer_id)
                        .push_bind(resource.to_string())
                        .push_bind(held.from_after)
                        .push_bind(held.from_by)
                        .push_bind(held.to_after)
                        .push_bind(held.to_by)
                        .push_bind(seq);
                });
                sql.push(" ON CONFLICT (directory, service_id, resource) WHERE to_by IS NULL DO NOTHING");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Changes when assignments were held by the ledger's change `seq`.
    pub async fn set_intervals(
        &mut self,
        changed: &[ChangedInterval],
        seq: i64,
    ) -> Result<(), StoreError> {
        for chunk in changed.chunks(ROWS) {
            on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(
                    "UPDATE assignments SET from_after = new.column2, from_by = new.column3,
                        to_after = new.column4, to_by = new.column5, changed_in = ",
                );
                sql.push_bind(seq).push(" FROM (");
                sql.push_values(chunk, |mut row, ChangedInterval { assignment, held }| {
                    row.push_bind(assignment)
                        .push_bind(held.from_after)
                        .push_bind(held.from_by)
                        .push_bind(held.to_after)
                        .push_bind(held.to_by);
                });
                // What somebody else ended meanwhile stays ended as it is.
                sql.push(") AS new WHERE assignments.id = new.column1 AND assignments.to_by IS NULL");
                sql.build().execute(conn).await?;
            });
        }
        Ok(())
    }

    /// Assignments that changed after the ledger's change `seq`, by id after `after_id`.
    pub async fn assignments_changed(
        &mut self,
        seq: i64,
        after_id: i64,
        limit: i64,
    ) -> Result<Vec<Assignment>, StoreError> {
        let rows: Vec<AssignmentRow> = on!(self, conn => {
            let mut sql = QueryBuilder::<Database>::new("SELECT ");
            sql.push(ASSIGNMENT_COLUMNS).push(" FROM assignments WHERE changed_in > ");
            sql.push_bind(seq).push(" AND id > ").push_bind(after_id);
            sql.push(" ORDER BY id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await?
        });
        assignments(rows)
    }
}
