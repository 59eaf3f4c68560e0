//! Adapters to the outside world, behind the ports of `portreeve-app`: panels, mail servers, webhooks.

pub mod authenticity;
pub mod drop_in;
pub mod fraudrecord;
mod hook;
pub mod mail;
pub mod outbound;
pub mod panel;
pub mod payment;
pub mod scan;
pub mod sql;
mod tls;
mod webhook;
pub mod whmcs;
