//! Adapters to the outside world, behind the ports of `portreeve-app`: panels and mail servers.

pub mod mail;
pub mod panel;
