//! A simulator of WHMCS's external API, built from its public documentation: the real thing is licensed
//! and cannot be had for tests. It answers the actions that an abuse desk needs, with their documented
//! shapes and error texts, with the quirks that clients of WHMCS report, and with faults on request.
//!
//! What is known and what is guessed stands in its `README.md`. Everything is in memory.

// The documented answers are long objects.
#![recursion_limit = "256"]

mod actions;
mod api;
mod control;
mod fault;
mod page;
mod seed;
mod server;
mod shape;
mod world;

pub use fault::{Fault, Rule};
pub use seed::Seed;
pub use server::Simulator;
pub use shape::{Empty, Ids, Shape, Version};
pub use world::{
    Call, Change, Churn, Client, Credential, Currency, Product, Queued, SeenInvoice, Server,
    Service, Status, World,
};
