//! Ways to panels.

mod exec;
mod record;

pub use exec::Exec;
pub use record::Recorder;
