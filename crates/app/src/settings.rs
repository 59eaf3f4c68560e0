//! Desk settings, for the command line and the pages.

use portreeve_core::ids::Actor;
use portreeve_core::refusal::{Refusal, refusal};
use portreeve_core::settings::{self, KEYS, Key, SettingError, Settings};
use portreeve_i18n::english;
use portreeve_store::{StoreError, Topic};

use crate::audit;
use crate::desk::Desk;

/// A setting with its present value.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Name, default, meaning.
    pub key: &'static Key,
    /// What counts now.
    pub value: String,
}

/// Why a setting could not be changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", english(&self.refusal()))]
pub enum SetError {
    /// Key or value is wrong.
    Setting(SettingError),
    /// Somebody else changed it since the caller looked.
    ChangedMeanwhile,
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SettingError> for SetError {
    fn from(error: SettingError) -> Self {
        Self::Setting(error)
    }
}

impl SetError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Setting(error) => error.refusal(),
            Self::ChangedMeanwhile => refusal!("refusal-setting_changed_meanwhile"),
            Self::Store(_) => refusal!("refusal-unavailable"),
        }
    }
}

/// All settings with their present values.
pub async fn list(desk: &Desk) -> Result<Vec<Shown>, StoreError> {
    let stored = desk.db.read().await?.settings().await?;
    let value_of = |key: &Key| {
        let found = stored.iter().find(|(name, _)| name == key.name);
        found.map_or_else(|| key.default.to_owned(), |(_, value)| value.clone())
    };
    Ok(KEYS.iter().map(|key| Shown { key, value: value_of(key) }).collect())
}

/// One setting with its present value.
pub async fn get(desk: &Desk, name: &str) -> Result<Shown, SetError> {
    let list = list(desk).await?;
    let found = list.into_iter().find(|shown| shown.key.name == name);
    found.ok_or_else(|| SettingError::UnknownKey(name.to_owned()).into())
}

/// Changes a setting. It counts on every node within a second.
pub async fn set(desk: &Desk, actor: &Actor, name: &str, value: &str) -> Result<(), SetError> {
    set_if(desk, actor, name, value, |_| true).await
}

/// Whether a value that is good by itself fits what the configuration says.
fn fits_the_desk(desk: &Desk, key: &'static Key, value: &str) -> Result<(), SettingError> {
    let (settings, _) = Settings::from_stored([(key.name, value)]);
    match settings.staff_addresses.iter().find(|one| desk.config.reads_what_goes_to(one)) {
        Some(own) => Err(SettingError::BadValue {
            key: key.name,
            why: refusal!("refusal-own_address", address = own),
        }),
        None => Ok(()),
    }
}

/// Changes a setting if its present value passes.
pub async fn set_if(
    desk: &Desk,
    actor: &Actor,
    name: &str,
    value: &str,
    passes: impl FnOnce(&str) -> bool,
) -> Result<(), SetError> {
    let (key, value) = settings::check(name, value)?;
    fits_the_desk(desk, key, &value)?;
    let mut tx = desk.db.write().await?;
    // Held, so that of two who change it at a time the second sees what the first wrote.
    tx.touch(Topic::Settings).await?;
    let stored = tx.settings().await?;
    let present = stored.iter().find(|(name, _)| name == key.name);
    if !passes(present.map_or(key.default, |(_, value)| value)) {
        return Err(SetError::ChangedMeanwhile);
    }
    tx.put_setting(key.name, &value, desk.now().as_millisecond()).await?;
    let detail = format!("{} = {value}", key.name);
    audit::log(&mut tx, desk.now(), actor, "setting_changed", &detail).await?;
    tx.commit().await?;
    Ok(())
}
