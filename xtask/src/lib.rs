//! What the project's own commands share with the benchmarks: PostgreSQL servers of one's own, and
//! the system packages that are needed.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

pub mod packages;
pub mod postgres;
