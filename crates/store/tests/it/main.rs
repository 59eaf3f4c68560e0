//! The contract of the store: every operation, on both engines.
#![expect(clippy::unwrap_used, reason = "a test that fails shows where")]

mod attachments;
mod bridge;
mod codes;
mod complaints;
mod customers;
mod deliveries;
mod directory;
mod inbox;
mod jobs;
mod mails;
mod notices;
mod payments;
mod people;
mod plans;
mod reports;
mod schema;
mod staff_area;
mod trust;
mod world;
