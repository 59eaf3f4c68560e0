//! The simulator as a program: `whmcs-simulator --seed FILE --listen 127.0.0.1:8880`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use portreeve_whmcs_simulator::{Seed, Simulator};

/// Answers WHMCS's external API from memory
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8880", value_name = "ADDR")]
    listen: SocketAddr,
    /// What there is at the start, as JSON; see the README [default: a small host]
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Add this many made-up services
    #[arg(long, default_value_t = 0, value_name = "N")]
    services: i64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let mut seed = match &args.seed {
        None => Seed::small(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            Seed::parse(&text).with_context(|| format!("{} is no seed", path.display()))?
        }
    };
    seed.add_services(args.services);
    let simulator = Simulator::start(args.listen, seed).await?;
    eprintln!("WHMCS is simulated at {}includes/api.php", simulator.url());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
