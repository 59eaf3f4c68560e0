//! Sessions of staff in the staff area, and what they prove who they are with.

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::desk::Topic;

/// What signing in needs to know of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignIn {
    /// Its row.
    pub id: i64,
    /// Login name.
    pub name: String,
    /// Argon2id in PHC form; none: cannot sign in.
    pub password_hash: Option<String>,
    /// Secret of the second factor in base32, once it is set up.
    pub totp_secret: Option<String>,
    /// The last step of time whose code was taken: a code counts once.
    pub totp_step: Option<i64>,
    /// When the member of staff was disabled, milliseconds.
    pub disabled_at: Option<i64>,
}

/// An account of a panel whose owner comes from there without the desk's password.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PanelAccount {
    /// The panel.
    pub directory: String,
    /// The panel's id of the account.
    pub account: String,
    /// Login name of the member of staff.
    pub staff: String,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// All that was asked for was shown.
    Whole,
    /// The second factor is missing.
    Second,
    /// The desk asks for a second factor, and there is none yet.
    Enrol,
}

impl Stage {
    pub(crate) const ALL: [Self; 3] = [Self::Whole, Self::Second, Self::Enrol];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Second => "second",
            Self::Enrol => "enrol",
        }
    }
}

/// A session with whom it belongs to. Sessions of disabled staff are not found.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StaffSession {
    /// Its row.
    pub id: i64,
    /// Whose it is.
    pub staff_id: i64,
    /// Their login name.
    pub name: String,
    /// Name of their role.
    pub role: String,
    /// Rights of that role, separated by a space; `*` is all.
    pub rights: String,
    /// Language that they want; empty: as their browser asks.
    pub language: String,
    /// Zone of time that they live in; empty: UTC.
    pub time_zone: String,
    /// They have a second factor.
    pub has_second_factor: bool,
    /// What they have shown.
    #[sqlx(try_from = "Stored<Stage>")]
    pub stage: Stage,
    /// A second factor that is being set up: its secret in base32.
    pub new_secret: Option<String>,
    /// From where it was begun.
    pub address: String,
    /// With what.
    pub agent: String,
    /// When it was begun, milliseconds.
    pub created_at: i64,
    /// When it was used last, to the minute, milliseconds.
    pub seen_at: i64,
    /// When they last entered their password, milliseconds; 0 when they did not in this session.
    pub proved_at: i64,
    /// When it ends, milliseconds.
    pub expires_at: i64,
}

/// A session to be stored.
#[derive(Debug, Clone)]
pub struct NewStaffSession {
    /// Hash of its token in hex.
    pub token_hash: String,
    /// Whose it is.
    pub staff_id: i64,
    /// What they have shown.
    pub stage: Stage,
    /// From where.
    pub address: String,
    /// With what.
    pub agent: String,
    /// Now, milliseconds.
    pub now: i64,
    /// When the password was entered, milliseconds; 0 when it was not.
    pub proved_at: i64,
    /// When it ends, milliseconds.
    pub expires_at: i64,
}

const SESSION: &str =
    "SELECT staff_sessions.id, staff_id, staff.name, staff.role, roles.rights, language,
        time_zone, totp_secret IS NOT NULL AS has_second_factor, stage, new_secret, address, agent,
        staff_sessions.created_at, seen_at, proved_at, expires_at
    FROM staff_sessions JOIN staff ON staff.id = staff_id JOIN roles ON roles.name = staff.role
    WHERE staff.disabled_at IS NULL";

impl Tx {
    /// What signing in needs to know of a member of staff.
    pub async fn sign_in(&mut self, name: &str) -> Result<Option<SignIn>, StoreError> {
        let sql = "SELECT id, name, password_hash, totp_secret, totp_step, disabled_at FROM staff
            WHERE name = $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(name).fetch_optional(conn).await?)
        })
    }

    /// Who signs in from this account of a panel.
    pub async fn sign_in_of_panel_account(
        &mut self,
        directory: &str,
        account: &str,
    ) -> Result<Option<SignIn>, StoreError> {
        let sql = "SELECT id, name, password_hash, totp_secret, totp_step, disabled_at
            FROM staff JOIN staff_panel_accounts ON staff_id = id
            WHERE directory = $1 AND account = $2";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(directory)
                .bind(account)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// An account of a panel is a member of staff's from now on. False: it is another's, and stays so.
    pub async fn add_panel_account(
        &mut self,
        directory: &str,
        account: &str,
        staff: i64,
    ) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO staff_panel_accounts (directory, account, staff_id) VALUES ($1, $2, $3)
            ON CONFLICT (directory, account) DO UPDATE SET staff_id = excluded.staff_id
            WHERE staff_panel_accounts.staff_id = excluded.staff_id";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(account)
                .bind(staff)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// An account of a panel is nobody's any more. Whether it was somebody's.
    pub async fn remove_panel_account(
        &mut self,
        directory: &str,
        account: &str,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM staff_panel_accounts WHERE directory = $1 AND account = $2";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(directory)
                .bind(account)
                .execute(conn)
                .await?
                .rows_affected()
        });
        Ok(rows > 0)
    }

    /// Accounts of panels and the members of staff whose they are, by panel and account.
    pub async fn panel_accounts(&mut self, limit: i64) -> Result<Vec<PanelAccount>, StoreError> {
        let sql = "SELECT directory, account, name AS staff FROM staff_panel_accounts
            JOIN staff ON staff.id = staff_id ORDER BY directory, account LIMIT $1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).bind(limit).fetch_all(conn).await?)
        })
    }

    /// Begins a session and forgets those that are over.
    pub async fn add_staff_session(&mut self, new: &NewStaffSession) -> Result<i64, StoreError> {
        let forget = "DELETE FROM staff_sessions WHERE expires_at <= $1";
        let sql = "INSERT INTO staff_sessions
                (token_hash, staff_id, stage, address, agent, created_at, seen_at, proved_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8) RETURNING id";
        on!(self, conn => {
            sqlx::query::<Database>(forget).bind(new.now).execute(&mut *conn).await?;
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(&new.token_hash)
                .bind(new.staff_id)
                .bind(new.stage.as_str())
                .bind(&new.address)
                .bind(&new.agent)
                .bind(new.now)
                .bind(new.proved_at)
                .bind(new.expires_at)
                .fetch_one(conn)
                .await?)
        })
    }

    /// The session of a token, while it lasts.
    pub async fn staff_session(
        &mut self,
        token_hash: &str,
        now: i64,
    ) -> Result<Option<StaffSession>, StoreError> {
        let sql = format!("{SESSION} AND token_hash = $1 AND expires_at > $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(token_hash).bind(now).fetch_optional(conn).await?)
        })
    }

    /// The sessions of a member of staff that last, the newest first.
    pub async fn staff_sessions(
        &mut self,
        staff_id: i64,
        now: i64,
        limit: i64,
    ) -> Result<Vec<StaffSession>, StoreError> {
        let sql = format!(
            "{SESSION} AND staff_id = $1 AND expires_at > $2 ORDER BY staff_sessions.id DESC LIMIT $3"
        );
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(staff_id).bind(now).bind(limit).fetch_all(conn).await?)
        })
    }

    /// A session goes on under another token, perhaps further than before.
    pub async fn renew_staff_session(
        &mut self,
        id: i64,
        token_hash: &str,
        stage: Stage,
        now: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff_sessions SET token_hash = $1, stage = $2, new_secret = NULL,
            seen_at = $3, expires_at = $4 WHERE id = $5";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(token_hash).bind(stage.as_str()).bind(now).bind(expires_at).bind(id)
                .execute(conn).await?;
        });
        Ok(())
    }

    /// A session was used; perhaps its owner has proved who they are once more.
    pub async fn saw_staff_session(
        &mut self,
        id: i64,
        proved: bool,
        now: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff_sessions SET seen_at = $1, expires_at = $2,
            proved_at = CASE WHEN $3 THEN $1 ELSE proved_at END WHERE id = $4";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(now).bind(expires_at).bind(proved).bind(id).execute(conn).await?;
        });
        Ok(())
    }

    /// A second factor is being set up in this session.
    pub async fn put_new_secret(&mut self, session: i64, secret: &str) -> Result<(), StoreError> {
        let sql = "UPDATE staff_sessions SET new_secret = $1 WHERE id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(secret).bind(session).execute(conn).await?;
        });
        Ok(())
    }

    /// Ends one session of a member of staff. Whether it was there.
    pub async fn end_staff_session(&mut self, staff: i64, id: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM staff_sessions WHERE staff_id = $1 AND id = $2";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(staff).bind(id).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// Ends all sessions of a member of staff but one.
    pub async fn end_other_staff_sessions(
        &mut self,
        staff: i64,
        but: i64,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM staff_sessions WHERE staff_id = $1 AND id <> $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(staff).bind(but).execute(conn).await?;
        });
        Ok(())
    }

    /// Stores a new password.
    pub async fn put_password(&mut self, staff: i64, hash: &str) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET password_hash = $1 WHERE id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(hash).bind(staff).execute(conn).await?;
        });
        Ok(())
    }

    /// Sets a second factor with its recovery codes (hashes), or takes it away.
    pub async fn put_second_factor(
        &mut self,
        staff: i64,
        secret: Option<&str>,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET totp_secret = $1, totp_step = NULL WHERE id = $2";
        let forget = "DELETE FROM recovery_codes WHERE staff_id = $1";
        let add = "INSERT INTO recovery_codes (staff_id, code_hash) VALUES ($1, $2)";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(secret).bind(staff).execute(&mut *conn).await?;
            sqlx::query::<Database>(forget).bind(staff).execute(&mut *conn).await?;
            for code in codes {
                sqlx::query::<Database>(add).bind(staff).bind(code).execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// A code of this step of time is taken, unless one of it or of a later step was. Whether it is.
    pub async fn take_totp_step(&mut self, staff: i64, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE staff SET totp_step = $1
            WHERE id = $2 AND (totp_step IS NULL OR totp_step < $1)";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(step).bind(staff).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// Uses up a recovery code. Whether there was one.
    pub async fn take_recovery_code(&mut self, staff: i64, hash: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM recovery_codes WHERE staff_id = $1 AND code_hash = $2";
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql).bind(staff).bind(hash).execute(conn).await?.rows_affected()
        });
        Ok(rows > 0)
    }

    /// How many recovery codes are left.
    pub async fn count_recovery_codes(&mut self, staff: i64) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM recovery_codes WHERE staff_id = $1";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).bind(staff).fetch_one(conn).await?)
        })
    }

    /// Language and zone of a member of staff.
    pub async fn put_preferences(
        &mut self,
        staff: i64,
        language: &str,
        time_zone: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET language = $1, time_zone = $2 WHERE id = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(language).bind(time_zone).bind(staff).execute(conn).await?;
        });
        Ok(())
    }

    /// Changes the mail address and role of a member of staff.
    pub async fn put_staff(
        &mut self,
        staff: i64,
        email: &str,
        role: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE staff SET email = $1, role = $2 WHERE id = $3";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(email).bind(role).bind(staff).execute(conn).await?;
        });
        self.touch(Topic::People).await?;
        Ok(())
    }
}
