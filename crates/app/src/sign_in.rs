//! Staff who sign in: password, second factor, sessions.
//!
//! A session begins with the password alone and is whole once the second factor was shown too. Its token is
//! renewed whenever it gets further, so that a token from before signing in is worth nothing after it.

use portreeve_core::refusal::{Refusal, refusal};
use portreeve_i18n::english;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use portreeve_core::ids::Actor;
use portreeve_core::text::one_line;
use portreeve_core::time::{Span, Timestamp};
pub use portreeve_store::Stage;
use portreeve_store::{NewStaffSession, SignIn, StaffSession, StoreError, Tx};
use rand::RngExt;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Secret, Totp};

use crate::audit;
use crate::desk::Desk;
use crate::digest::sha256_hex;
use crate::staff::{StaffError, hash_password};

/// How long a session lasts at most, used or not.
const LONGEST_SESSION: Span = Span::from_mins(7 * 24 * 60);

/// How long somebody may take between password and second factor.
const BETWEEN_FACTORS: Span = Span::from_mins(10);

/// How long it counts that somebody has proved who they are, for what cannot be undone.
pub const PROOF_COUNTS: Span = Span::from_mins(10);

/// A session's use is written down once a minute at most.
const WRITE_USE: Span = Span::from_mins(1);

/// Passwords that are looked at at a time: each takes 19 MiB.
const AT_A_TIME: usize = 4;

/// Recovery codes that are given out together.
const RECOVERY_CODES: usize = 10;

/// Longest password that is looked at, in bytes: a stranger must not make us hash megabytes.
const LONGEST_PASSWORD: usize = 1_024;

static HASHING: Semaphore = Semaphore::const_new(AT_A_TIME);

/// The hash of a password that nobody has: looking at it takes as long as looking at a real one.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    let random: u128 = rand::rng().random();
    hash_password(&format!("{random:032x}")).unwrap_or_default()
});

/// From where somebody comes, as it is shown in the list of sessions.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Address.
    pub address: String,
    /// What their browser says that it is.
    pub agent: String,
}

/// How far a session is. When the desk begins to ask everybody for a second factor, who has none sets one up before they
/// go on, and whoever is at that goes on when it stops.
pub fn stage(desk: &Desk, session: &StaffSession) -> Stage {
    let stage = session.stage;
    match (stage, desk.live().settings.require_second_factor) {
        (Stage::Whole, true) if !session.has_second_factor => Stage::Enrol,
        (stage, _) => stage,
    }
}

/// Why somebody was not let in, or could not prove who they are.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum SignInError {
    /// Name or password is wrong, or nobody may sign in with them. It is not said which.
    Wrong,
    /// The code is wrong, or was used before.
    WrongCode,
    /// The new password does not fit.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SignInError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Wrong => refusal!("refusal-sign_in-wrong"),
            Self::WrongCode => refusal!("refusal-sign_in-wrong_code"),
            Self::Staff(error) => error.refusal(),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// The hash under which a token or code is stored: they are long and random, there is nothing to guess.
fn hashed(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

fn new_token() -> String {
    let mut rng = rand::rng();
    format!("{:032x}{:032x}", rng.random::<u128>(), rng.random::<u128>())
}

/// Whether a password is the one of a stored hash.
async fn is_password(password: &str, hash: Option<&str>) -> bool {
    let Ok(_place) = HASHING.acquire().await else { return false };
    let (password, known) = (password.to_owned(), hash.is_some());
    let hash = hash.map_or_else(|| NOBODYS.clone(), ToOwned::to_owned);
    let looked = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).ok()?;
        Argon2::default().verify_password(password.as_bytes(), &hash).ok()
    });
    looked.await.ok().flatten().is_some() && known
}

/// Nobody can sign in yet: there is no member of staff with a password.
pub async fn is_nobody_there(desk: &Desk) -> Result<bool, StoreError> {
    let staff = desk.db.read().await?.staff(0, 1_000).await?;
    Ok(!staff.iter().any(|one| one.has_password && one.disabled_at.is_none()))
}

/// Looks at name and password, and begins a session. Returns its token and how far it is.
pub async fn sign_in(
    desk: &Desk,
    name: &str,
    password: &str,
    caller: &Caller,
) -> Result<(String, Stage), SignInError> {
    let known = desk.db.read().await?.sign_in(name).await?;
    let hash = known.as_ref().filter(|known| known.disabled_at.is_none());
    let hash = hash.and_then(|known| known.password_hash.as_deref());
    let right = password.len() <= LONGEST_PASSWORD && is_password(password, hash).await;
    let (true, Some(known)) = (right, known) else {
        let who = Actor::Staff(one_line(name, 64));
        audit::note(desk, &who, "sign_in_refused", &format!("from {}", caller.address)).await?;
        return Err(SignInError::Wrong);
    };
    let mut tx = desk.db.write().await?;
    let begun = begin(desk, &mut tx, &known, caller, Entered::Password).await?;
    tx.commit().await?;
    Ok(begun)
}

/// What somebody entered here to begin a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// Their password.
    Password,
    /// Nothing: a panel vouches for them. What asks for the password again asks for it then.
    Nothing,
}

/// Begins a session of somebody of whom it was shown once who they are: the second factor, where there is one, is still
/// asked for. Returns its token and how far it is.
pub(crate) async fn begin(
    desk: &Desk,
    tx: &mut Tx,
    known: &SignIn,
    caller: &Caller,
    entered: Entered,
) -> Result<(String, Stage), StoreError> {
    let stage = match (&known.totp_secret, desk.live().settings.require_second_factor) {
        (Some(_), _) => Stage::Second,
        (None, true) => Stage::Enrol,
        (None, false) => Stage::Whole,
    };
    let token = new_token();
    let now = desk.now();
    let lasts = match stage {
        Stage::Whole => desk.live().settings.session_idle,
        Stage::Second | Stage::Enrol => BETWEEN_FACTORS,
    };
    tx.add_staff_session(&NewStaffSession {
        token_hash: hashed(&token),
        staff_id: known.id,
        stage,
        address: one_line(&caller.address, 64),
        agent: one_line(&caller.agent, 200),
        now: now.as_millisecond(),
        proved_at: if entered == Entered::Password { now.as_millisecond() } else { 0 },
        expires_at: lasts.after(now).as_millisecond(),
    })
    .await?;
    if stage == Stage::Whole {
        signed_in(tx, now, &known.name, &format!("from {}", caller.address)).await?;
    }
    Ok((token, stage))
}

async fn signed_in(tx: &mut Tx, now: Timestamp, name: &str, how: &str) -> Result<(), StoreError> {
    let actor = Actor::Staff(name.to_owned());
    audit::log(tx, now, &actor, "signed_in", how).await
}

/// The session of a token, while it lasts.
pub async fn session(desk: &Desk, token: &str) -> Result<Option<StaffSession>, StoreError> {
    let now = desk.now();
    let found = desk.db.read().await?.staff_session(&hashed(token), now.as_millisecond()).await?;
    let Some(session) = found else { return Ok(None) };
    let seen = WRITE_USE.as_millis() + session.seen_at;
    if session.stage == Stage::Whole && now.as_millisecond() > seen {
        let mut tx = desk.db.write().await?;
        let until = lasts_until(desk, &session, now);
        tx.saw_staff_session(session.id, false, now.as_millisecond(), until).await?;
        tx.commit().await?;
    }
    Ok(Some(session))
}

/// When a session ends that is used now.
fn lasts_until(desk: &Desk, session: &StaffSession, now: Timestamp) -> i64 {
    let idle = desk.live().settings.session_idle.after(now).as_millisecond();
    idle.min(session.created_at.saturating_add(LONGEST_SESSION.as_millis()))
}

/// Shows the second factor: a code of the moment, or a recovery code. The session is whole then, under a new
/// token.
pub async fn second_factor(
    desk: &Desk,
    session: &StaffSession,
    code: &str,
) -> Result<String, SignInError> {
    let mut tx = desk.db.write().await?;
    let known = tx.sign_in(&session.name).await?.ok_or(SignInError::Wrong)?;
    let now = desk.now();
    if !takes_code(&mut tx, &known, code, now).await? {
        let actor = Actor::Staff(session.name.clone());
        let from = format!("from {}", session.address);
        audit::log(&mut tx, now, &actor, "code_refused", &from).await?;
        tx.commit().await?;
        return Err(SignInError::WrongCode);
    }
    let token = make_whole(desk, &mut tx, session, now).await?;
    tx.commit().await?;
    Ok(token)
}

async fn make_whole(
    desk: &Desk,
    tx: &mut Tx,
    session: &StaffSession,
    now: Timestamp,
) -> Result<String, StoreError> {
    let token = new_token();
    let until = lasts_until(desk, session, now);
    let (id, now_millis) = (session.id, now.as_millisecond());
    tx.renew_staff_session(id, &hashed(&token), Stage::Whole, now_millis, until).await?;
    signed_in(tx, now, &session.name, &format!("from {}", session.address)).await?;
    Ok(token)
}

/// Takes a code of the moment (each counts once) or a recovery code.
async fn takes_code(
    tx: &mut Tx,
    known: &SignIn,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(secret) = &known.totp_secret else { return Ok(false) };
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if let Some(step) = step_of(secret, &code, now) {
        return tx.take_totp_step(known.id, step).await;
    }
    tx.take_recovery_code(known.id, &hashed(&code.to_lowercase())).await
}

/// RFC 6238 with what every authenticator takes: SHA-1, six digits, 30 seconds.
fn totp(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// The step of time that a code is of: this one, the last or the next.
fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let second = u64::try_from(now.as_second()).ok()?;
    i64::try_from(totp(secret)?.check(code, second)?).ok()
}

/// A second factor that is being set up: its secret in base32, to be put into an authenticator. The same one
/// until it is confirmed.
pub async fn begin_second_factor(
    desk: &Desk,
    session: &StaffSession,
) -> Result<String, StoreError> {
    if let Some(secret) = &session.new_secret {
        return Ok(secret.clone());
    }
    let bytes: [u8; 20] = rand::rng().random();
    let secret = Secret::from(bytes).to_base32();
    let mut tx = desk.db.write().await?;
    tx.put_new_secret(session.id, &secret).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Confirms the second factor with a code of it. Returns the recovery codes, which are shown once, and the
/// session's new token.
pub async fn confirm_second_factor(
    desk: &Desk,
    session: &StaffSession,
    code: &str,
) -> Result<(Vec<String>, String), SignInError> {
    let now = desk.now();
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let secret = session.new_secret.as_deref().ok_or(SignInError::WrongCode)?;
    let step = step_of(secret, &code, now).ok_or(SignInError::WrongCode)?;
    let codes: Vec<String> =
        (0..RECOVERY_CODES).map(|_| format!("{:016x}", rand::rng().random::<u64>())).collect();
    let hashes: Vec<String> = codes.iter().map(|code| hashed(code)).collect();
    let mut tx = desk.db.write().await?;
    tx.put_second_factor(session.staff_id, Some(secret), &hashes).await?;
    tx.take_totp_step(session.staff_id, step).await?;
    tx.end_other_staff_sessions(session.staff_id, session.id).await?;
    let actor = Actor::Staff(session.name.clone());
    audit::log(&mut tx, now, &actor, "second_factor_set", "").await?;
    let token = make_whole(desk, &mut tx, session, now).await?;
    tx.commit().await?;
    let shown = codes.iter().map(|code| format!("{}-{}", &code[..8], &code[8..])).collect();
    Ok((shown, token))
}

/// Takes one's own second factor away, for the password and a code of it, and ends all other sessions.
pub async fn remove_second_factor(
    desk: &Desk,
    session: &StaffSession,
    password: &str,
    code: &str,
) -> Result<(), SignInError> {
    prove(desk, session, password).await?;
    let now = desk.now();
    let actor = Actor::Staff(session.name.clone());
    let mut tx = desk.db.write().await?;
    let known = tx.sign_in(&session.name).await?.ok_or(SignInError::Wrong)?;
    if !takes_code(&mut tx, &known, code, now).await? {
        let from = format!("from {}", session.address);
        audit::log(&mut tx, now, &actor, "code_refused", &from).await?;
        tx.commit().await?;
        return Err(SignInError::WrongCode);
    }
    tx.put_second_factor(session.staff_id, None, &[]).await?;
    tx.end_other_staff_sessions(session.staff_id, session.id).await?;
    audit::log(&mut tx, now, &actor, "second_factor_removed", &session.name).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever has the session proves once more who they are, with the password.
pub async fn prove(desk: &Desk, session: &StaffSession, password: &str) -> Result<(), SignInError> {
    let known = desk.db.read().await?.sign_in(&session.name).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.as_deref());
    if password.len() > LONGEST_PASSWORD || !is_password(password, hash).await {
        let actor = Actor::Staff(session.name.clone());
        let from = format!("from {}", session.address);
        audit::note(desk, &actor, "password_refused", &from).await?;
        return Err(SignInError::Wrong);
    }
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    let until = match stage(desk, session) {
        Stage::Whole => lasts_until(desk, session, now),
        // Who is not in yet gets no more time by it.
        Stage::Second | Stage::Enrol => session.expires_at,
    };
    tx.saw_staff_session(session.id, true, now.as_millisecond(), until).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the proof of who this is is fresh enough for what cannot be undone.
pub fn is_proved(session: &StaffSession, now: Timestamp) -> bool {
    now.as_millisecond() <= session.proved_at.saturating_add(PROOF_COUNTS.as_millis())
}

/// Changes one's own password, which ends all other sessions.
pub async fn change_password(
    desk: &Desk,
    session: &StaffSession,
    old: &str,
    new: &str,
) -> Result<(), SignInError> {
    prove(desk, session, old).await?;
    let hash = hash_password(new)?;
    let mut tx = desk.db.write().await?;
    tx.put_password(session.staff_id, &hash).await?;
    tx.end_other_staff_sessions(session.staff_id, session.id).await?;
    let actor = Actor::Staff(session.name.clone());
    audit::log(&mut tx, desk.now(), &actor, "password_changed", &session.name).await?;
    tx.commit().await?;
    Ok(())
}

/// The sessions of whoever has this one, the newest first.
pub async fn sessions(
    desk: &Desk,
    session: &StaffSession,
) -> Result<Vec<StaffSession>, StoreError> {
    let now = desk.now().as_millisecond();
    desk.db.read().await?.staff_sessions(session.staff_id, now, 100).await
}

/// How many recovery codes are left.
pub async fn recovery_codes_left(desk: &Desk, session: &StaffSession) -> Result<i64, StoreError> {
    desk.db.read().await?.count_recovery_codes(session.staff_id).await
}

/// Ends one of one's own sessions.
pub async fn end_session(desk: &Desk, session: &StaffSession, id: i64) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    tx.end_staff_session(session.staff_id, id).await?;
    tx.commit().await
}

/// Ends all of one's own sessions but this one.
pub async fn end_other_sessions(desk: &Desk, session: &StaffSession) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    tx.end_other_staff_sessions(session.staff_id, session.id).await?;
    tx.commit().await
}

/// Language and zone that somebody wants.
pub async fn prefer(
    desk: &Desk,
    session: &StaffSession,
    language: &str,
    time_zone: &str,
) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    tx.put_preferences(session.staff_id, language, time_zone).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::time::from_millis;

    #[test]
    fn a_code_is_of_this_step_or_its_neighbours() {
        // The secret and a moment of RFC 6238, appendix B: 94287082, of which six digits are shown.
        let secret = Secret::from(*b"12345678901234567890").to_base32();
        let at = |second: i64| from_millis(second * 1_000).expect("in range");
        assert_eq!(step_of(&secret, "287082", at(59)), Some(1));
        assert_eq!(step_of(&secret, "287082", at(60)), Some(1), "the last step still counts");
        assert_eq!(step_of(&secret, "287082", at(29)), Some(1), "a clock may be a little slow");
        assert_eq!(step_of(&secret, "287082", at(90)), None);
        assert_eq!(step_of(&secret, "287083", at(59)), None);
        assert_eq!(step_of(&secret, "", at(59)), None);
    }
}
