//! What holds for the whole catalogue, and for everything in the workspace that asks it for a text.

mod callers;
mod messages;
mod refusals;
mod sources;
mod whmcs;
