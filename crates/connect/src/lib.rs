//! Adapters to the outside world, behind the ports of `portreeve-app`: panels, mail servers, webhooks.

pub mod mail;
pub mod outbound;
pub mod panel;
mod tls;
mod webhook;
