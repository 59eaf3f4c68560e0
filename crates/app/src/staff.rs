//! Staff, roles, and the credentials with which scripts call.

use portreeve_core::refusal::{Refusal, refusal};
use portreeve_i18n::english;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::PoisonError;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use ipnet::IpNet;
use portreeve_core::ids::Actor;
use portreeve_core::settings::Settings;
use portreeve_core::text::{is_mail_address, one_line};
use portreeve_store::{Credential, CredentialCalls, Db, NewStaff, Role, Staff, StoreError, Tx};
use rand::RngExt;
use subtle::ConstantTimeEq;

use crate::audit;
use crate::desk::{Desk, DeskConfig, Live};
use crate::digest::sha256_hex;

/// Characters of a generated identifier: letters and digits, as a header likes them.
const IDENTIFIER_ALPHABET: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// 43 characters of 62 are more than 256 bits.
const IDENTIFIER_LENGTH: usize = 43;

/// An identifier that is brought along and shorter than this can be guessed; those of WHMCS have 32.
pub const SAFE_IDENTIFIER: usize = 16;

/// Longest identifier that is looked at.
pub const LONGEST_IDENTIFIER: usize = 255;

/// Members of staff whose addresses are looked at.
const MOST_STAFF: i64 = 10_000;

/// Longest name of staff and roles, in characters.
const LONGEST_NAME: usize = 64;

/// Prefixes from which a credential may call, at most.
const MOST_PREFIXES: usize = 100;

/// Shortest password of staff.
const SHORTEST_PASSWORD: usize = 12;

/// The rights that a role can have.
pub const RIGHTS: &[(&str, &str)] = &[
    ("see_reports", "see reports, services and the ledger"),
    ("open", "open reports (the drop-in endpoint needs no right)"),
    ("answer", "reply, note, extend, assign, cancel deadlines; gets staff notices"),
    ("close", "close and reopen reports"),
    ("suspend", "suspend and release by hand, set deadlines, adopt suspensions"),
    ("approve", "approve or refuse suspensions that a guard held back; pause and resume"),
    ("setup", "settings, staff, roles, credentials"),
    ("see_reporter", "see who reported"),
    ("complain", "hand complaints over by the REST interface"),
    ("export", "export lists of reports as files"),
    ("fraudrecord", "ask FraudRecord about customers and report them to it"),
];

/// What staff set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A member of staff.
    StaffMember,
    /// A role.
    Role,
    /// A role that did not come with the desk.
    OwnRole,
    /// A right of roles.
    Right,
    /// A credential in force.
    Credential,
    /// A right of tokens.
    Scope,
    /// A token in force.
    Token,
    /// A list that somebody keeps.
    View,
    /// A text that is ready to be sent.
    QuickReply,
}

/// Why staff, a role or a credential could not be changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum StaffError {
    /// The name is in use.
    Taken {
        /// What kind of thing.
        what: Thing,
        /// Its name.
        name: String,
    },
    /// There is no such thing.
    Missing {
        /// What kind of thing.
        what: Thing,
        /// Its name.
        name: String,
    },
    /// The input does not fit.
    Bad(Refusal),
    /// The password could not be hashed.
    Hash,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StaffError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Taken { what, name } => match what {
                Thing::StaffMember => refusal!("refusal-taken-staff_member", name = name),
                Thing::Role | Thing::OwnRole => refusal!("refusal-taken-role", name = name),
                Thing::Credential => refusal!("refusal-taken-credential"),
                Thing::Right | Thing::Scope | Thing::Token | Thing::View | Thing::QuickReply => {
                    refusal!("refusal-taken", name = name)
                }
            },
            Self::Missing { what, name } => match what {
                Thing::StaffMember => refusal!("refusal-missing-staff_member", name = name),
                Thing::Role => refusal!("refusal-missing-role", name = name),
                Thing::OwnRole => refusal!("refusal-missing-own_role", name = name),
                Thing::Right => refusal!("refusal-missing-right", name = name),
                Thing::Credential => refusal!("refusal-missing-credential", name = name),
                Thing::Scope => refusal!("refusal-missing-scope", name = name),
                Thing::Token => refusal!("refusal-missing-token", name = name),
                Thing::View => refusal!("refusal-missing-view", name = name),
                Thing::QuickReply => refusal!("refusal-missing-quick_reply", name = name),
            },
            Self::Bad(why) => why.clone(),
            Self::Hash => refusal!("refusal-hash"),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

fn taken(what: Thing, name: &str, error: StoreError) -> StaffError {
    if error.is_taken() {
        StaffError::Taken { what, name: name.to_owned() }
    } else {
        StaffError::Store(error)
    }
}

fn name_fits(name: &str) -> Result<(), StaffError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && name.chars().all(fits) {
        Ok(())
    } else {
        Err(StaffError::Bad(refusal!("refusal-bad_name", most = LONGEST_NAME)))
    }
}

/// Whether staff can be told at this address.
pub(crate) fn can_be_told_at(desk: &Desk, address: &str) -> Result<(), StaffError> {
    if !is_mail_address(address) {
        return Err(StaffError::Bad(refusal!("refusal-no_mail_address", address = address)));
    }
    if desk.config.reads_what_goes_to(address) {
        return Err(StaffError::Bad(refusal!("refusal-own_address", address = address)));
    }
    Ok(())
}

/// Where staff are told although the desk itself gets what goes there, one sentence for each: an address may have been
/// stored before the configuration made it the desk's own.
pub async fn told_nowhere(db: &Db, config: &DeskConfig) -> Result<Vec<String>, StoreError> {
    let mut tx = db.read().await?;
    let stored = tx.settings().await?;
    let pairs = stored.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let (settings, _) = Settings::from_stored(pairs);
    let shared = settings
        .staff_addresses
        .iter()
        .map(|address| ("staff.notices.address".to_owned(), address));
    let staff = tx.staff(0, MOST_STAFF).await?;
    let of_staff = staff.iter().filter(|one| one.disabled_at.is_none()).flat_map(|one| {
        let whose = format!("the mail address of {}", one.name);
        [(whose.clone(), &one.email), (whose, &one.told_at)]
    });
    let own = shared.chain(of_staff).filter(|(_, address)| config.reads_what_goes_to(address));
    let sentence = |(whose, address): (String, &String)| {
        format!("{whose} is {address}, an address of the abuse desk itself: nobody is told there")
    };
    Ok(own.map(sentence).collect())
}

/// Adds a member of staff; without a password nobody can sign in as them.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    email: &str,
    role: &str,
    password: Option<&str>,
) -> Result<i64, StaffError> {
    name_fits(name)?;
    can_be_told_at(desk, email)?;
    let password_hash = password.map(hash_password).transpose()?;
    let new = NewStaff {
        name: name.to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
        password_hash,
    };
    let mut tx = desk.db.write().await?;
    if !tx.roles().await?.iter().any(|known| known.name == role) {
        return Err(StaffError::Missing { what: Thing::Role, name: role.to_owned() });
    }
    let now = desk.now().as_millisecond();
    let id = tx.add_staff(&new, now).await.map_err(|e| taken(Thing::StaffMember, name, e))?;
    audit::log(&mut tx, desk.now(), actor, "staff_added", &format!("{name}, {role}")).await?;
    tx.commit().await?;
    Ok(id)
}

/// Argon2id with the parameters of OWASP's first recommendation (19 MiB, 2 passes).
pub(crate) fn hash_password(password: &str) -> Result<String, StaffError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        let least = refusal!("refusal-short_password", least = SHORTEST_PASSWORD);
        return Err(StaffError::Bad(least));
    }
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|_| StaffError::Hash)?;
    Ok(hash.to_string())
}

pub(crate) async fn named(tx: &mut Tx, name: &str) -> Result<Staff, StaffError> {
    let missing = || StaffError::Missing { what: Thing::StaffMember, name: name.to_owned() };
    tx.staff_by_name(name).await?.ok_or_else(missing)
}

/// Disables (or enables) a member of staff, and with them their credentials, tokens and sessions.
pub async fn set_disabled(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    disabled: bool,
) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    let staff = named(&mut tx, name).await?;
    let at = disabled.then(|| staff.disabled_at.unwrap_or(desk.now().as_millisecond()));
    if disabled {
        somebody_stays_admin(&mut tx, &staff).await?;
        tx.end_other_staff_sessions(staff.id, 0).await?;
    }
    tx.set_staff_disabled(staff.id, at).await?;
    let action = if disabled { "staff_disabled" } else { "staff_enabled" };
    audit::log(&mut tx, desk.now(), actor, action, name).await?;
    tx.commit().await?;
    Ok(())
}

/// Without anybody who may set the desk up nobody could ever change that again, but on the command line.
async fn somebody_stays_admin(tx: &mut Tx, leaves: &Staff) -> Result<(), StaffError> {
    let roles = tx.roles().await?;
    let may = |staff: &Staff| {
        let role = roles.iter().find(|role| role.name == staff.role);
        role.is_some_and(|role| has_right(&role.rights, "setup"))
    };
    let staff = tx.staff(0, 10_000).await?;
    let is_last = may(leaves)
        && leaves.disabled_at.is_none()
        && !staff.iter().any(|one| one.id != leaves.id && one.disabled_at.is_none() && may(one));
    // Before anybody can sign in there is only the command line anyway.
    if is_last && leaves.has_password {
        let why = refusal!("refusal-last_admin", name = &leaves.name);
        return Err(StaffError::Bad(why));
    }
    Ok(())
}

/// Changes mail address and role of a member of staff.
pub async fn change(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    email: &str,
    role: &str,
) -> Result<(), StaffError> {
    can_be_told_at(desk, email)?;
    let mut tx = desk.db.write().await?;
    let staff = named(&mut tx, name).await?;
    let roles = tx.roles().await?;
    let known = roles.iter().find(|known| known.name == role);
    let Some(known) = known else {
        return Err(StaffError::Missing { what: Thing::Role, name: role.to_owned() });
    };
    if !has_right(&known.rights, "setup") {
        somebody_stays_admin(&mut tx, &staff).await?;
    }
    tx.put_staff(staff.id, email, role).await?;
    audit::log(&mut tx, desk.now(), actor, "staff_changed", &format!("{name}, {role}")).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a member of staff a new password, and ends their sessions.
pub async fn set_password(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    password: &str,
) -> Result<(), StaffError> {
    let hash = hash_password(password)?;
    let mut tx = desk.db.write().await?;
    let staff = named(&mut tx, name).await?;
    tx.put_password(staff.id, &hash).await?;
    tx.end_other_staff_sessions(staff.id, 0).await?;
    audit::log(&mut tx, desk.now(), actor, "password_changed", name).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the second factor of a member of staff away who has lost it, and ends their sessions.
pub async fn remove_second_factor(
    desk: &Desk,
    actor: &Actor,
    name: &str,
) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    let staff = named(&mut tx, name).await?;
    tx.put_second_factor(staff.id, None, &[]).await?;
    tx.end_other_staff_sessions(staff.id, 0).await?;
    audit::log(&mut tx, desk.now(), actor, "second_factor_removed", name).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the rights of a role (words, or `*` for all) have this one among them.
pub fn has_right(rights: &str, right: &str) -> bool {
    rights.split_whitespace().any(|word| word == "*" || word == right)
}

/// One member of staff.
pub async fn by_name(desk: &Desk, name: &str) -> Result<Staff, StaffError> {
    named(&mut desk.db.read().await?, name).await
}

/// Staff by id after `after`.
pub async fn list(desk: &Desk, after: i64, limit: i64) -> Result<Vec<Staff>, StoreError> {
    desk.db.read().await?.staff(after, limit).await
}

/// All roles.
pub async fn roles(desk: &Desk) -> Result<Vec<Role>, StoreError> {
    desk.db.read().await?.roles().await
}

/// Adds a role with some of [`RIGHTS`]; none is right for scripts that only create reports.
pub async fn add_role(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    rights: &[String],
) -> Result<(), StaffError> {
    name_fits(name)?;
    let rights = joined(rights)?;
    let mut tx = desk.db.write().await?;
    tx.add_role(name, &rights).await.map_err(|e| taken(Thing::Role, name, e))?;
    let detail = format!("{name}: {rights}");
    audit::log(&mut tx, desk.now(), actor, "role_added", &detail).await?;
    tx.commit().await?;
    Ok(())
}

fn joined(rights: &[String]) -> Result<String, StaffError> {
    for right in rights {
        if !RIGHTS.iter().any(|(known, _)| known == right) {
            return Err(StaffError::Missing { what: Thing::Right, name: right.clone() });
        }
    }
    Ok(rights.join(" "))
}

/// Changes the rights of a role that did not come with the desk.
pub async fn change_role(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    rights: &[String],
) -> Result<(), StaffError> {
    let rights = joined(rights)?;
    let mut tx = desk.db.write().await?;
    let before = tx.staff(0, 10_000).await?;
    if !tx.put_role(name, &rights).await? {
        return Err(StaffError::Missing { what: Thing::OwnRole, name: name.to_owned() });
    }
    for staff in before.iter().filter(|staff| staff.role == name) {
        if !has_right(&rights, "setup") {
            // With the new rights in place it counts who is left.
            somebody_stays_admin(&mut tx, staff).await?;
        }
    }
    let detail = format!("{name}: {rights}");
    audit::log(&mut tx, desk.now(), actor, "role_changed", &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a role of one's own that nobody has.
pub async fn delete_role(desk: &Desk, actor: &Actor, name: &str) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.delete_role(name).await? {
        return Err(StaffError::Bad(refusal!("refusal-role_stays", name = name)));
    }
    audit::log(&mut tx, desk.now(), actor, "role_deleted", name).await?;
    tx.commit().await?;
    Ok(())
}

/// A credential to be made.
#[derive(Debug, Clone, Default)]
pub struct NewCredential {
    /// Who it belongs to.
    pub staff: String,
    /// Role; none: no actions.
    pub role: Option<String>,
    /// An identifier that scripts know already; none: a new one.
    pub identifier: Option<String>,
    /// What it is for.
    pub description: String,
    /// Addresses and prefixes from which it may call, separated by blanks or commas; empty: from anywhere.
    pub allow: String,
}

/// Makes a credential and returns its reference and its identifier, which is not stored and cannot
/// be shown again.
pub async fn add_credential(
    desk: &Desk,
    actor: &Actor,
    new: &NewCredential,
) -> Result<(i64, String), StaffError> {
    let allow = prefixes(&new.allow)?;
    let identifier = match &new.identifier {
        None => generate_identifier(),
        Some(known) => {
            let length = known.chars().count();
            let printable = known.bytes().all(|b| b.is_ascii_graphic());
            if !printable || !(1..=LONGEST_IDENTIFIER).contains(&length) {
                return Err(StaffError::Bad(refusal!(
                    "refusal-bad_identifier",
                    most = LONGEST_IDENTIFIER
                )));
            }
            known.clone()
        }
    };
    let mut tx = desk.db.write().await?;
    let missing = |what: Thing, name: &str| StaffError::Missing { what, name: name.to_owned() };
    let staff = tx
        .staff_by_name(&new.staff)
        .await?
        .ok_or_else(|| missing(Thing::StaffMember, &new.staff))?;
    if let Some(role) = &new.role
        && !tx.roles().await?.iter().any(|known| known.name == *role)
    {
        return Err(missing(Thing::Role, role));
    }
    let hash = identifier_hash(&identifier);
    let description = one_line(&new.description, 255);
    let id = tx
        .add_credential(
            staff.id,
            new.role.as_deref(),
            &hash,
            &description,
            &allow,
            desk.now().as_millisecond(),
        )
        .await
        .map_err(|error| taken(Thing::Credential, "", error))?;
    let detail = format!("{id} of {}: {description}", new.staff);
    audit::log(&mut tx, desk.now(), actor, "credential_added", &detail).await?;
    tx.commit().await?;
    Ok((id, identifier))
}

/// Whether there is a credential with this identifier, in force or not.
pub async fn is_identifier_known(desk: &Desk, identifier: &str) -> Result<bool, StoreError> {
    desk.db.read().await?.has_credential(&identifier_hash(identifier)).await
}

/// Credentials by reference after `after`.
pub async fn credentials(
    desk: &Desk,
    after: i64,
    limit: i64,
) -> Result<Vec<Credential>, StoreError> {
    desk.db.read().await?.credentials(after, limit).await
}

/// Revokes a credential at once and for good.
pub async fn revoke_credential(desk: &Desk, actor: &Actor, id: i64) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.revoke_credential(id, desk.now().as_millisecond()).await? {
        return Err(StaffError::Missing { what: Thing::Credential, name: id.to_string() });
    }
    audit::log(&mut tx, desk.now(), actor, "credential_revoked", &id.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// Says from where a credential may call.
pub async fn set_allowed(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    allow: &str,
) -> Result<(), StaffError> {
    let allow = prefixes(allow)?;
    let mut tx = desk.db.write().await?;
    if !tx.put_credential_allow(id, &allow).await? {
        return Err(StaffError::Missing { what: Thing::Credential, name: id.to_string() });
    }
    let detail = format!("{id}: {allow}");
    audit::log(&mut tx, desk.now(), actor, "credential_limited", &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Prefixes as they are stored.
fn prefixes(text: &str) -> Result<String, StaffError> {
    let words = text.split([',', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty());
    let nets = words.map(|word| {
        portreeve_core::ledger::parse_net(word)
            .map_err(|_| StaffError::Bad(refusal!("refusal-no_prefix", text = word)))
    });
    let nets: Vec<IpNet> = nets.collect::<Result<_, _>>()?;
    if nets.len() > MOST_PREFIXES {
        return Err(StaffError::Bad(refusal!("refusal-too_many_prefixes", most = MOST_PREFIXES)));
    }
    Ok(nets.iter().map(IpNet::to_string).collect::<Vec<_>>().join(" "))
}

/// Whether a credential may call from an address.
pub fn may_call_from(credential: &Credential, address: Option<IpAddr>) -> bool {
    let mut nets = credential.allow.split_whitespace().filter_map(|net| net.parse::<IpNet>().ok());
    credential.allow.is_empty()
        || address.is_some_and(|address| nets.any(|net| net.contains(&address.to_canonical())))
}

/// How often credentials were used since it was last written down: calls, errors, when last.
pub(crate) type Calls = HashMap<i64, (i64, i64, i64)>;

/// Counts a call with a credential.
pub fn count_call(desk: &Desk, credential: i64, failed: bool) {
    let now = desk.now().as_millisecond();
    let mut calls = desk.calls.lock().unwrap_or_else(PoisonError::into_inner);
    let (all, errors, last) = calls.entry(credential).or_default();
    *all += 1;
    *errors += i64::from(failed);
    *last = now;
}

/// Writes down how often credentials were used. What could not be written down is kept for the next time.
pub(crate) async fn write_calls_down(desk: &Desk) -> Result<(), StoreError> {
    let calls = std::mem::take(&mut *desk.calls.lock().unwrap_or_else(PoisonError::into_inner));
    if calls.is_empty() {
        return Ok(());
    }
    let each = calls.into_iter().map(|(credential, (calls, errors, last_used_at))| {
        CredentialCalls { credential, calls, errors, last_used_at }
    });
    let mut used: Vec<CredentialCalls> = each.collect();
    used.sort_unstable_by_key(|used| used.credential);
    let written = async {
        let mut tx = desk.db.write().await?;
        tx.add_credential_calls(&used).await?;
        tx.commit().await
    };
    let result = written.await;
    if result.is_err() {
        let mut kept = desk.calls.lock().unwrap_or_else(PoisonError::into_inner);
        for used in used {
            let known = kept.entry(used.credential).or_default();
            let (calls, errors) = (known.0 + used.calls, known.1 + used.errors);
            *known = (calls, errors, known.2.max(used.last_used_at));
        }
    }
    result
}

pub(crate) fn generate_identifier() -> String {
    let mut rng = rand::rng();
    (0..IDENTIFIER_LENGTH)
        .map(|_| {
            let at = rng.random_range(0..IDENTIFIER_ALPHABET.len());
            char::from(IDENTIFIER_ALPHABET[at])
        })
        .collect()
}

/// The hash under which an identifier is stored. Identifiers are long and random, so a plain hash
/// is enough: there is nothing to guess.
fn identifier_hash(identifier: &str) -> String {
    sha256_hex(identifier.as_bytes())
}

/// The credential that an identifier belongs to. The look-up goes by hash, which tells an attacker
/// nothing about the identifier, and the comparison takes the same time whatever differs.
pub fn authenticate<'a>(live: &'a Live, identifier: &str) -> Option<&'a Credential> {
    if identifier.is_empty() || identifier.len() > LONGEST_IDENTIFIER {
        return None;
    }
    let hash = identifier_hash(identifier);
    let credential = live.credentials.get(&hash)?;
    let same = credential.identifier_hash.as_bytes().ct_eq(hash.as_bytes());
    bool::from(same).then_some(credential)
}
