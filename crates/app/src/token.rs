//! Tokens of the REST interface. A token acts for a member of staff, with those of its scopes that the
//! member's role has at the moment of the call.

use portreeve_core::refusal::refusal;
use std::collections::BTreeSet;

use portreeve_core::ids::Actor;
use portreeve_core::text::one_line;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_store::{ApiToken, NewApiToken, StoreError};
use subtle::ConstantTimeEq;

use crate::audit;
use crate::desk::{Desk, Live};
use crate::digest::sha256_hex;
use crate::staff::{LONGEST_IDENTIFIER, RIGHTS, StaffError, Thing, generate_identifier};

/// What every token begins with, so that people and scanners know one when they see it.
const PREFIX: &str = "prt_";

/// A token that may call, as it is kept in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Its reference.
    pub id: i64,
    /// For whom it acts.
    pub staff: String,
    hash: String,
    rights: BTreeSet<&'static str>,
    expires_at: Option<Timestamp>,
}

impl Bearer {
    /// The token as it may be used; nothing when it was revoked or its member of staff is disabled.
    pub(crate) fn of(token: &ApiToken) -> Option<Self> {
        if token.revoked_at.is_some() || token.staff_disabled_at.is_some() {
            return None;
        }
        let has =
            |words: &str, right: &str| words.split_whitespace().any(|w| w == "*" || w == right);
        let rights = RIGHTS
            .iter()
            .map(|(right, _)| *right)
            .filter(|right| has(&token.scopes, right) && has(&token.staff_rights, right))
            .collect();
        Some(Self {
            id: token.id,
            staff: token.staff_name.clone(),
            hash: token.token_hash.clone(),
            rights,
            expires_at: token.expires_at.and_then(from_millis),
        })
    }

    /// Whether it may do this.
    pub fn may(&self, right: &str) -> bool {
        self.rights.contains(right)
    }

    /// All that it may do, by name.
    pub fn rights(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.rights.iter().copied()
    }

    /// Who is on record for what it does.
    pub fn actor(&self) -> Actor {
        Actor::Token { id: self.id, staff: self.staff.clone() }
    }
}

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// For whom it acts.
    pub staff: String,
    /// Some of [`RIGHTS`], or `*` for all that its member of staff has.
    pub scopes: Vec<String>,
    /// What it is for.
    pub description: String,
    /// How long it is good; none: until it is revoked.
    pub good_for: Option<Span>,
}

/// Makes a token and returns its reference and its text, which is not stored and cannot be shown
/// again.
pub async fn add(desk: &Desk, actor: &Actor, new: &NewToken) -> Result<(i64, String), StaffError> {
    let missing = |what: Thing, name: &str| StaffError::Missing { what, name: name.to_owned() };
    for scope in &new.scopes {
        if scope != "*" && !RIGHTS.iter().any(|(known, _)| known == scope) {
            return Err(missing(Thing::Scope, scope));
        }
    }
    if new.scopes.is_empty() {
        return Err(StaffError::Bad(refusal!("refusal-token_needs_scope")));
    }
    let now = desk.now();
    let token = format!("{PREFIX}{}", generate_identifier());
    let mut tx = desk.db.write().await?;
    let staff = tx.staff_by_name(&new.staff).await?;
    let staff = staff.ok_or_else(|| missing(Thing::StaffMember, &new.staff))?;
    let stored = NewApiToken {
        staff_id: staff.id,
        token_hash: hash(&token),
        scopes: new.scopes.join(" "),
        description: one_line(&new.description, 255),
        expires_at: new.good_for.map(|span| span.after(now).as_millisecond()),
    };
    let id = tx.add_api_token(&stored, now.as_millisecond()).await?;
    let detail = format!("{id} of {}: {}; {}", new.staff, stored.scopes, stored.description);
    audit::log(&mut tx, now, actor, "token_added", &detail).await?;
    tx.commit().await?;
    Ok((id, token))
}

/// Tokens by reference after `after`.
pub async fn list(desk: &Desk, after: i64, limit: i64) -> Result<Vec<ApiToken>, StoreError> {
    desk.db.read().await?.api_tokens(after, limit).await
}

/// Revokes a token at once and for good.
pub async fn revoke(desk: &Desk, actor: &Actor, id: i64) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.revoke_api_token(id, desk.now().as_millisecond()).await? {
        return Err(StaffError::Missing { what: Thing::Token, name: id.to_string() });
    }
    audit::log(&mut tx, desk.now(), actor, "token_revoked", &id.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// The hash under which a token is stored: tokens are long and random, so there is nothing to guess.
fn hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// The token that a caller shows, if it is good at `now`.
pub fn authenticate<'a>(live: &'a Live, token: &str, now: Timestamp) -> Option<&'a Bearer> {
    if token.len() > LONGEST_IDENTIFIER {
        return None;
    }
    let hash = hash(token);
    let bearer = live.tokens.get(&hash)?;
    let same = bool::from(bearer.hash.as_bytes().ct_eq(hash.as_bytes()));
    let expired = bearer.expires_at.is_some_and(|at| at <= now);
    (same && !expired).then_some(bearer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(scopes: &str, staff_rights: &str) -> ApiToken {
        ApiToken {
            id: 3,
            staff_name: "alice".into(),
            staff_disabled_at: None,
            staff_rights: staff_rights.into(),
            token_hash: "h".into(),
            scopes: scopes.into(),
            description: String::new(),
            created_at: 0,
            expires_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_may_do_what_both_its_scopes_and_its_member_of_staff_may() {
        let rights = |scopes: &str, staff: &str| {
            Bearer::of(&token(scopes, staff)).map(|b| b.rights().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(rights("*", "see_reports answer").as_deref(), Some("answer see_reports"));
        assert_eq!(rights("setup answer", "see_reports answer").as_deref(), Some("answer"));
        assert_eq!(rights("setup", "*").as_deref(), Some("setup"));
        assert_eq!(rights("setup", "").as_deref(), Some(""));
        let revoked = ApiToken { revoked_at: Some(1), ..token("*", "*") };
        let disabled = ApiToken { staff_disabled_at: Some(1), ..token("*", "*") };
        assert_eq!((Bearer::of(&revoked), Bearer::of(&disabled)), (None, None));
    }
}
