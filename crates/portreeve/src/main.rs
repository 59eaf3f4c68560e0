//! Portreeve: the abuse desk of a hosting provider.

mod cli;
mod config;
mod demo;
mod log;
mod serve;
mod supervisor;
mod wire;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Two libraries speak TLS; they share one provider.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    cli::run()
}
