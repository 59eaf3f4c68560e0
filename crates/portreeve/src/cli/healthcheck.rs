//! Asking a running desk how it is, for images that have no HTTP client.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{failure, say};
use crate::config::Config;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Succeeds when the desk of this configuration is ready. Over TLS only whether it listens is seen: a
/// client that trusts its own server's certificate would prove nothing.
pub(super) fn healthcheck(config: &Config) -> Result<()> {
    let address = reachable(config.listen);
    let asked = || -> std::io::Result<Option<String>> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        if config.tls.is_some() {
            return Ok(None);
        }
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let request =
            format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer)?;
        Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
    };
    match asked().with_context(|| format!("the desk at {address} does not answer"))? {
        None => say("listening"),
        Some(answer) if answer.starts_with("HTTP/1.1 200 ") => say("ready"),
        Some(answer) => {
            let status = answer.lines().next().unwrap_or("an empty answer");
            Err(failure(format!("the desk is not ready: {status}"), "see its log"))
        }
    }
}

/// An address to connect to, where the desk may listen on all there are.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}
