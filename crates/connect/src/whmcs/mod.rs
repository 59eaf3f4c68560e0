//! WHMCS: its external API as a directory of services and as a way to suspend them.
//!
//! Built from WHMCS's public documentation and from what its clients report, and tried against a simulator
//! (`tools/whmcs-simulator`); `docs/whmcs.md` says what that proves.

mod bridge;
mod cashier;
mod client;
mod decode;
mod directory;
mod enforcer;

pub use bridge::BridgeRows;
pub use cashier::Cashier;
pub use client::{Access, CallError, Client, endpoint};
pub use directory::{Directory, Override};
pub use enforcer::{Enforcer, Way};
