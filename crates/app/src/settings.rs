//! Desk settings, for the command line and the pages.

use portreeve_core::settings::{self, KEYS, Key, SettingError};
use portreeve_store::StoreError;

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
pub enum SetError {
    /// Key or value is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
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

/// Changes a setting. It counts on every node within a second.
pub async fn set(desk: &Desk, name: &str, value: &str) -> Result<(), SetError> {
    let (key, value) = settings::check(name, value)?;
    let mut tx = desk.db.write().await?;
    tx.put_setting(key.name, &value, desk.now().as_millisecond()).await?;
    tx.commit().await?;
    Ok(())
}
