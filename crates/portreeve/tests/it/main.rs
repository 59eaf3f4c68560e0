//! The desk from outside: the real binary, real HTTP, real processes, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that fails shows where")]

mod addon;
mod amp;
mod api;
mod api_foreign;
mod bridge;
mod browser;
mod cli;
mod clock;
mod crash;
mod customers;
mod deadlines;
mod demo;
mod directory;
#[path = "../../../../e2e/mod.rs"]
mod e2e;
mod enforcement;
mod foreign;
mod guards;
mod incoming;
mod lmtp;
mod mail;
mod mail_loops;
mod mailboxes;
mod mariadb;
mod metrics;
mod moving;
mod nodes;
mod php;
mod proxies;
mod receiver;
mod seat;
mod server;
mod sql_directory;
mod staff_area;
mod strangers_texts;
mod webhook_enforcer;
mod webhooks;
mod whmcs;
mod whmcs_foreign;
mod world;
