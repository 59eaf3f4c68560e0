//! Staff who come from a panel: which of its accounts is whose, and signing in from there.

use portreeve_core::ids::Actor;
use portreeve_core::text::one_line;
pub use portreeve_store::PanelAccount;
use portreeve_store::{Stage, StoreError};
use serde::Deserialize;

use crate::audit;
use crate::desk::Desk;
use crate::panel_token::{PanelToken, SignOnError};
use crate::sign_in::{self, Caller, Entered};
use crate::staff::{StaffError, named};

/// What a token's signature begins with: one for a customer is none for staff.
const PURPOSE: &str = "portreeve-staff-v1.";

/// Longest id of an account, in bytes.
const LONGEST_ACCOUNT: usize = 64;

/// Accounts that are listed.
const LISTED: i64 = 10_000;

/// Why somebody of a panel was not let in.
#[derive(Debug, thiserror::Error)]
pub enum PanelSignInError {
    /// The token is not good.
    #[error(transparent)]
    Token(#[from] SignOnError),
    /// The account is no member of staff's, or of one who is disabled.
    #[error("account {account} of {directory} belongs to no member of staff")]
    Nobody {
        /// The panel.
        directory: String,
        /// Its id of the account.
        account: String,
    },
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a panel says of an administrator of its own.
#[derive(Deserialize)]
struct Claims {
    /// The account's number, which outlives a change of its name.
    admin_id: String,
}

/// Begins a session of a member of staff whom a panel vouches for. That counts as the password alone. Returns its token and
/// how far it is.
pub async fn sign_in(
    desk: &Desk,
    token: &str,
    caller: &Caller,
) -> Result<(String, Stage), PanelSignInError> {
    if desk.config.public_url.is_none() {
        return Err(SignOnError::Bad(
            "server.public_url is not set, so it may be for another desk",
        )
        .into());
    }
    let token = PanelToken::<Claims>::read(desk, PURPOSE, token, desk.now())?;
    let account = one_line(&token.claims.admin_id, LONGEST_ACCOUNT);
    let mut tx = desk.db.write().await?;
    token.use_up(&mut tx).await?;
    let known = tx.sign_in_of_panel_account(&token.directory, &account).await?;
    let directory = token.directory;
    let Some(known) = known.filter(|known| known.disabled_at.is_none()) else {
        let who = Actor::Staff(format!("{directory}:{account}"));
        let detail = format!("from {}", caller.address);
        audit::log(&mut tx, desk.now(), &who, "sign_in_refused", &detail).await?;
        tx.commit().await?;
        return Err(PanelSignInError::Nobody { directory, account });
    };
    let who = Actor::Staff(known.name.clone());
    let how = format!("from {}, by account {account} of {directory}", caller.address);
    audit::log(&mut tx, desk.now(), &who, "panel_sign_on", &how).await?;
    let begun = sign_in::begin(desk, &mut tx, &known, caller, Entered::Nothing).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Why an account was not given to anybody.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It is not written as one.
    #[error(
        "{0:?} is no account: write panel:number, such as whmcs:4; WHMCS shows the number in the address of the administrator's page"
    )]
    NoAccount(String),
    /// The panel has no addon that could vouch for anybody.
    #[error("the directory {0:?} has no bridge_secret, so nobody can come from there")]
    NoBridge(String),
    /// Another member of staff comes in by it.
    #[error("{0} is linked to another member of staff; unlink it first")]
    Anothers(String),
    /// Nobody has it.
    #[error("{0} belongs to no member of staff")]
    Nobodys(String),
    /// There is no such member of staff.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The panel, and its number of the account: never a name, which somebody else may get later.
fn parsed(text: &str) -> Result<(&str, &str), LinkError> {
    let is_number =
        |account: &str| account.parse::<u32>().is_ok_and(|id| id.to_string() == account);
    match text.split_once(':') {
        Some((directory, account)) if !directory.is_empty() && is_number(account) => {
            Ok((directory, account))
        }
        _ => Err(LinkError::NoAccount(text.to_owned())),
    }
}

/// Whoever is signed in to this account (`panel:number`) of a panel comes in as this member of staff.
pub async fn link(desk: &Desk, actor: &Actor, name: &str, account: &str) -> Result<(), LinkError> {
    let (directory, number) = parsed(account)?;
    if desk.bridge(directory).is_none() {
        return Err(LinkError::NoBridge(directory.to_owned()));
    }
    let mut tx = desk.db.write().await?;
    let staff = named(&mut tx, name).await?;
    if !tx.add_panel_account(directory, number, staff.id).await? {
        return Err(LinkError::Anothers(account.to_owned()));
    }
    let detail = format!("{name}: {account}");
    audit::log(&mut tx, desk.now(), actor, "panel_account_linked", &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Nobody comes in by this account (`panel:number`) any more.
pub async fn unlink(desk: &Desk, actor: &Actor, account: &str) -> Result<(), LinkError> {
    let (directory, number) = parsed(account)?;
    let mut tx = desk.db.write().await?;
    if !tx.remove_panel_account(directory, number).await? {
        return Err(LinkError::Nobodys(account.to_owned()));
    }
    audit::log(&mut tx, desk.now(), actor, "panel_account_unlinked", account).await?;
    tx.commit().await?;
    Ok(())
}

/// All accounts of panels by which somebody comes in.
pub async fn list(desk: &Desk) -> Result<Vec<PanelAccount>, StoreError> {
    desk.db.read().await?.panel_accounts(LISTED).await
}
