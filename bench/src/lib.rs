//! Figures and faults: starts desks from the real binary, calls them as scripts do, and looks
//! afterwards at what is stored.
//!
//! `cargo xtask bench` measures and writes `docs/benchmarks.md`; `cargo xtask chaos` breaks things and
//! writes `docs/chaos.md`; `cargo xtask fuzz` tries every reader of strangers' bytes. Nothing here is ever asserted about a duration.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

pub mod caller;
pub mod chaos;
pub mod database;
pub mod desk;
pub mod directory;
pub mod figure;
pub mod fuzz;
pub mod histogram;
pub mod load;
pub mod machine;
pub mod measure;
pub mod million;
pub mod process;
pub mod readers;
pub mod sink;
