//! Staff, roles, and the credentials with which scripts call.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use portreeve_core::text::one_line;
use portreeve_store::{Credential, NewStaff, Role, Staff, StoreError};
use rand::RngExt;
use subtle::ConstantTimeEq;

use crate::desk::{Desk, Live};
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

/// Shortest password of staff.
const SHORTEST_PASSWORD: usize = 12;

/// The rights that a role can have.
pub const RIGHTS: &[(&str, &str)] = &[
    ("see_reports", "see reports, services and the ledger"),
    ("open", "open reports (the drop-in endpoint needs no right)"),
    ("answer", "answer, note, assign, close and reopen reports; gets staff notices"),
    ("close", "close and reopen reports"),
    ("suspend", "suspend and release by hand"),
    ("approve", "approve or refuse suspensions that a guard held back; pause and resume"),
    ("setup", "settings, staff, roles, credentials"),
    ("see_reporter", "see who reported"),
];

/// Why staff, a role or a credential could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The name is in use.
    #[error("{what} {name:?} exists already")]
    Taken {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {name:?}")]
    Missing {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The input does not fit.
    #[error("{0}")]
    Bad(String),
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn taken(what: &'static str, name: &str, error: StoreError) -> StaffError {
    if error.is_taken() {
        StaffError::Taken { what, name: name.to_owned() }
    } else {
        StaffError::Store(error)
    }
}

fn name_fits(name: &str) -> Result<(), StaffError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if (1..=64).contains(&name.chars().count()) && name.chars().all(fits) {
        Ok(())
    } else {
        Err(StaffError::Bad(
            "a name must have 1 to 64 letters, digits, dots, hyphens or underscores".to_owned(),
        ))
    }
}

/// Adds a member of staff; without a password nobody can sign in as them.
pub async fn add(
    desk: &Desk,
    name: &str,
    email: &str,
    role: &str,
    password: Option<&str>,
) -> Result<i64, StaffError> {
    name_fits(name)?;
    if !is_mail_address(email) {
        return Err(StaffError::Bad(format!("{email:?} is no mail address")));
    }
    let password_hash = password.map(hash_password).transpose()?;
    let new = NewStaff {
        name: name.to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
        password_hash,
    };
    let mut tx = desk.db.write().await?;
    if !tx.roles().await?.iter().any(|known| known.name == role) {
        return Err(StaffError::Missing { what: "role", name: role.to_owned() });
    }
    let now = desk.now().as_millisecond();
    let id = tx.add_staff(&new, now).await.map_err(|e| taken("staff member", name, e))?;
    tx.commit().await?;
    Ok(id)
}

/// One `@` with something on both sides, and nothing that a mail header could stumble over. Whether
/// somebody reads it, only a mail shows.
fn is_mail_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let Some((local, domain)) = text.split_once('@') else { return false };
    let fits =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let odd = |c: char| matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
    plain && !local.is_empty() && !local.contains(odd) && domain.split('.').all(fits)
}

/// Argon2id with the parameters of OWASP's first recommendation (19 MiB, 2 passes).
fn hash_password(password: &str) -> Result<String, StaffError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        let least = format!("a password must have at least {SHORTEST_PASSWORD} characters");
        return Err(StaffError::Bad(least));
    }
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|_| StaffError::Hash)?;
    Ok(hash.to_string())
}

/// Disables (or enables) a member of staff, and with them their credentials.
pub async fn set_disabled(desk: &Desk, name: &str, disabled: bool) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    let missing = || StaffError::Missing { what: "staff member", name: name.to_owned() };
    let staff = tx.staff_by_name(name).await?.ok_or_else(missing)?;
    let at = disabled.then(|| staff.disabled_at.unwrap_or(desk.now().as_millisecond()));
    tx.set_staff_disabled(staff.id, at).await?;
    tx.commit().await?;
    Ok(())
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
pub async fn add_role(desk: &Desk, name: &str, rights: &[String]) -> Result<(), StaffError> {
    name_fits(name)?;
    for right in rights {
        if !RIGHTS.iter().any(|(known, _)| known == right) {
            return Err(StaffError::Missing { what: "right", name: right.clone() });
        }
    }
    let mut tx = desk.db.write().await?;
    tx.add_role(name, &rights.join(" ")).await.map_err(|e| taken("role", name, e))?;
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
}

/// Makes a credential and returns its reference and its identifier, which is not stored and cannot
/// be shown again.
pub async fn add_credential(desk: &Desk, new: &NewCredential) -> Result<(i64, String), StaffError> {
    let identifier = match &new.identifier {
        None => generate_identifier(),
        Some(known) => {
            let length = known.chars().count();
            let printable = known.bytes().all(|b| b.is_ascii_graphic());
            if !printable || !(1..=LONGEST_IDENTIFIER).contains(&length) {
                return Err(StaffError::Bad(format!(
                    "an identifier must have 1 to {LONGEST_IDENTIFIER} printable ASCII characters \
                     without spaces"
                )));
            }
            known.clone()
        }
    };
    let mut tx = desk.db.write().await?;
    let missing = |what, name: &str| StaffError::Missing { what, name: name.to_owned() };
    let staff =
        tx.staff_by_name(&new.staff).await?.ok_or_else(|| missing("staff member", &new.staff))?;
    if let Some(role) = &new.role
        && !tx.roles().await?.iter().any(|known| known.name == *role)
    {
        return Err(missing("role", role));
    }
    let hash = identifier_hash(&identifier);
    let description = one_line(&new.description, 255);
    let id = tx
        .add_credential(
            staff.id,
            new.role.as_deref(),
            &hash,
            &description,
            desk.now().as_millisecond(),
        )
        .await
        .map_err(|error| taken("a credential with this identifier", "", error))?;
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
pub async fn revoke_credential(desk: &Desk, id: i64) -> Result<(), StaffError> {
    let mut tx = desk.db.write().await?;
    if !tx.revoke_credential(id, desk.now().as_millisecond()).await? {
        return Err(StaffError::Missing { what: "credential in force", name: id.to_string() });
    }
    tx.commit().await?;
    Ok(())
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
