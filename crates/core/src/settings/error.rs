//! Why a setting was not taken.

use crate::refusal::{Refusal, refusal};

/// Why a setting was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingError {
    /// There is no such key.
    UnknownKey(String),
    /// The value does not fit.
    BadValue {
        /// The key.
        key: &'static str,
        /// What it must be.
        why: Refusal,
    },
}

impl SettingError {
    /// It, for people.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::UnknownKey(key) => refusal!("refusal-no_setting", key = key),
            Self::BadValue { key, why } => {
                refusal!("refusal-bad_setting", key = *key, why = why.clone())
            }
        }
    }
}
