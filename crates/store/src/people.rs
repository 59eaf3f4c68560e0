//! Staff, roles, and the credentials and tokens of scripts.

use portreeve_core::ids::ReportId;

use crate::db::{StoreError, Tx, on};
use crate::desk::Topic;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Staff {
    /// Its row.
    pub id: i64,
    /// Login name, unique.
    pub name: String,
    /// Where staff notices go.
    pub email: String,
    /// Name of the role.
    pub role: String,
    /// When it was added, milliseconds.
    pub created_at: i64,
    /// When it was disabled, milliseconds.
    pub disabled_at: Option<i64>,
    /// A password was set.
    pub has_password: bool,
    /// A second factor was set up.
    pub has_second_factor: bool,
    /// Words of what they want to be told by mail; none: they have not chosen.
    pub told: Option<String>,
    /// Where they are told, if not at the usual address.
    pub told_at: String,
}

/// What a member of staff may do.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StaffRights {
    /// Login name.
    pub name: String,
    /// Words separated by a space; `*` is all.
    pub rights: String,
}

/// A member of staff to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Login name.
    pub name: String,
    /// Where staff notices go.
    pub email: String,
    /// Name of a role.
    pub role: String,
    /// Argon2id in PHC form; none: cannot sign in.
    pub password_hash: Option<String>,
}

/// A role: named rights.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Words separated by a space; `*` is all.
    pub rights: String,
    /// Came with the desk.
    pub built_in: bool,
}

/// A credential, without its identifier (only a hash of that is stored).
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Credential {
    /// Its row; shown as reference.
    pub id: i64,
    /// Who it belongs to.
    pub staff_id: i64,
    /// The name of that member of staff.
    pub staff_name: String,
    /// When that member of staff was disabled.
    pub staff_disabled_at: Option<i64>,
    /// Role for the calls; none: no actions.
    pub role: Option<String>,
    /// Hash of the identifier in hex.
    pub identifier_hash: String,
    /// What it is for.
    pub description: String,
    /// Prefixes from which it may call, separated by a space; empty: from anywhere.
    pub allow: String,
    /// When it was made, milliseconds.
    pub created_at: i64,
    /// When it was revoked, milliseconds.
    pub revoked_at: Option<i64>,
    /// Calls with it.
    pub calls: i64,
    /// Calls that were answered with an error.
    pub errors: i64,
    /// When it was used last, milliseconds; a few seconds late.
    pub last_used_at: Option<i64>,
}

/// A token for the REST interface, without its text (only a hash of that is stored).
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiToken {
    /// Its row; shown as reference.
    pub id: i64,
    /// The name of the member of staff it acts for.
    pub staff_name: String,
    /// When that member of staff was disabled.
    pub staff_disabled_at: Option<i64>,
    /// What that member of staff may do.
    pub staff_rights: String,
    /// Hash of the token in hex.
    pub token_hash: String,
    /// What it may do, where its member of staff may: words separated by a space; `*` is all.
    pub scopes: String,
    /// What it is for.
    pub description: String,
    /// When it was made, milliseconds.
    pub created_at: i64,
    /// From when on it is no longer good, milliseconds.
    pub expires_at: Option<i64>,
    /// When it was revoked, milliseconds.
    pub revoked_at: Option<i64>,
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// Whose it is.
    pub staff_id: i64,
    /// Hash of the token in hex.
    pub token_hash: String,
    /// Words separated by a space; `*` is all.
    pub scopes: String,
    /// What it is for.
    pub description: String,
    /// From when on it is no longer good, milliseconds.
    pub expires_at: Option<i64>,
}

impl Tx {
    /// Adds a token.
    pub async fn add_api_token(&mut self, new: &NewApiToken, now: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO api_tokens
                (staff_id, token_hash, scopes, description, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let id = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(new.staff_id)
                .bind(&new.token_hash)
                .bind(&new.scopes)
                .bind(&new.description)
                .bind(now)
                .bind(new.expires_at)
                .fetch_one(conn)
                .await?
        });
        self.touch(Topic::People).await?;
        Ok(id)
    }

    /// Tokens after `after` (a row id), by id.
    pub async fn api_tokens(
        &mut self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ApiToken>, StoreError> {
        let sql = "SELECT api_tokens.id, staff.name AS staff_name,
                staff.disabled_at AS staff_disabled_at, roles.rights AS staff_rights, token_hash,
                scopes, description, api_tokens.created_at, expires_at, revoked_at
            FROM api_tokens JOIN staff ON staff.id = api_tokens.staff_id
                JOIN roles ON roles.name = staff.role
            WHERE api_tokens.id > $1 ORDER BY api_tokens.id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(after).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Revokes a token for good. Whether it was there and not revoked yet.
    pub async fn revoke_api_token(&mut self, id: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE api_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).bind(id).execute(conn).await?.rows_affected()
        });
        self.touch(Topic::People).await?;
        Ok(rows > 0)
    }
}

impl Tx {
    /// Adds a member of staff. A taken name is an error ([`StoreError::is_taken`]).
    pub async fn add_staff(&mut self, new: &NewStaff, now: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO staff (name, email, role, password_hash, created_at)
            VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let id = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(&new.name)
                .bind(&new.email)
                .bind(&new.role)
                .bind(&new.password_hash)
                .bind(now)
                .fetch_one(conn)
                .await?
        });
        self.touch(Topic::People).await?;
        Ok(id)
    }

    /// Staff after `after` (a row id), by id.
    pub async fn staff(&mut self, after: i64, limit: i64) -> Result<Vec<Staff>, StoreError> {
        let sql = "SELECT id, name, email, role, created_at, disabled_at,
                password_hash IS NOT NULL AS has_password, totp_secret IS NOT NULL AS has_second_factor,
                told, told_at
            FROM staff WHERE id > $1 ORDER BY id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(after).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Staff who may sign in and have done nothing to a report, the oldest first.
    pub async fn staff_who_did_not_act(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<StaffRights>, StoreError> {
        let sql = "SELECT staff.name, roles.rights FROM staff JOIN roles ON roles.name = staff.role
            WHERE staff.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM events
                WHERE events.report_id = $1 AND events.actor = 'staff:' || staff.name)
            ORDER BY staff.id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?)
        })
    }

    /// One member of staff by name.
    pub async fn staff_by_name(&mut self, name: &str) -> Result<Option<Staff>, StoreError> {
        let sql =
            "SELECT id, name, email, role, created_at, disabled_at,
                password_hash IS NOT NULL AS has_password, totp_secret IS NOT NULL AS has_second_factor,
                told, told_at
            FROM staff WHERE name = $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(name).fetch_optional(conn).await?)
        })
    }

    /// Disables (with an instant) or enables (with none) a member of staff.
    pub async fn set_staff_disabled(
        &mut self,
        id: i64,
        disabled_at: Option<i64>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET disabled_at = $1 WHERE id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(disabled_at).bind(id).execute(conn).await?;
        });
        self.touch(Topic::People).await?;
        Ok(())
    }

    /// All roles by name.
    pub async fn roles(&mut self) -> Result<Vec<Role>, StoreError> {
        let sql = "SELECT name, rights, built_in FROM roles ORDER BY name";
        on!(self, conn => Ok(sqlx::query_as::<Database, _>(sql).fetch_all(conn).await?))
    }

    /// Changes the rights of a role that did not come with the desk. Whether there is one.
    pub async fn put_role(&mut self, name: &str, rights: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE roles SET rights = $1 WHERE name = $2 AND NOT built_in";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(rights).bind(name).execute(conn).await?.rows_affected()
        });
        self.touch(Topic::People).await?;
        Ok(rows > 0)
    }

    /// Deletes a role that did not come with the desk and that nobody has. Whether it did.
    pub async fn delete_role(&mut self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM roles WHERE name = $1 AND NOT built_in
            AND NOT EXISTS (SELECT 1 FROM staff WHERE role = $1)
            AND NOT EXISTS (SELECT 1 FROM credentials WHERE role = $1)";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(name).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// Adds a role. A taken name is an error.
    pub async fn add_role(&mut self, name: &str, rights: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO roles (name, rights, built_in) VALUES ($1, $2, FALSE)";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(name).bind(rights).execute(conn).await?;
        });
        self.touch(Topic::People).await?;
        Ok(())
    }

    /// Adds a credential. A taken identifier is an error.
    pub async fn add_credential(
        &mut self,
        staff_id: i64,
        role: Option<&str>,
        identifier_hash: &str,
        description: &str,
        allow: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        let sql =
            "INSERT INTO credentials (staff_id, role, identifier_hash, description, created_at, allow)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let id = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(staff_id)
                .bind(role)
                .bind(identifier_hash)
                .bind(description)
                .bind(now)
                .bind(allow)
                .fetch_one(conn)
                .await?
        });
        self.touch(Topic::People).await?;
        Ok(id)
    }

    /// Credentials after `after` (a row id), by id.
    pub async fn credentials(
        &mut self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Credential>, StoreError> {
        let sql = "SELECT credentials.id, staff_id, staff.name AS staff_name,
                staff.disabled_at AS staff_disabled_at, credentials.role, identifier_hash,
                description, allow, credentials.created_at, revoked_at, coalesce(calls, 0) AS calls,
                coalesce(errors, 0) AS errors, last_used_at
            FROM credentials JOIN staff ON staff.id = credentials.staff_id
                LEFT JOIN credential_calls ON credential_id = credentials.id
            WHERE credentials.id > $1 ORDER BY credentials.id LIMIT $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(after).bind(limit).fetch_all(conn).await?)
        })
    }

    /// From where a credential may call. Whether there is such a credential in force.
    pub async fn put_credential_allow(&mut self, id: i64, allow: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET allow = $1 WHERE id = $2 AND revoked_at IS NULL";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(allow).bind(id).execute(conn).await?.rows_affected()
        });
        self.touch(Topic::People).await?;
        Ok(rows > 0)
    }

    /// Whether there is a credential under this hash, in force or not.
    pub async fn has_credential(&mut self, identifier_hash: &str) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM credentials WHERE identifier_hash = $1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(identifier_hash)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// Revokes a credential for good. Whether it was there and not revoked yet.
    pub async fn revoke_credential(&mut self, id: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(now).bind(id).execute(conn).await?.rows_affected()
        });
        self.touch(Topic::People).await?;
        Ok(rows > 0)
    }
}
