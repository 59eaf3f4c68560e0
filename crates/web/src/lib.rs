//! The doors that speak HTTP.
//!
//! Handlers parse, call one operation of `portreeve-app`, and answer. They never open a transaction.

mod admin;
mod amp;
mod api;
mod body;
mod bridge;
mod client;
mod client_address;
mod download;
mod excerpt;
mod form;
mod health;
mod idempotency;
mod memory;
mod metrics;
mod origin;
mod pages;
mod payments;
pub mod print;
mod public;
mod rights;
mod routes;
mod server;
mod throttle;
mod upload;

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use portreeve_app::Desk;
use portreeve_app::report::Opener;
use portreeve_i18n::Language;

use memory::Memory;
use throttle::Throttles;

pub use admin::{PageRoute, page_routes};
pub use api::document;
pub use pages::Viewer;
pub use routes::{operators_router, router};
pub use server::{Certificates, ServerConfig, TlsError, listen, serve};

/// The language that a browser asks for, where we have it.
fn preferred_language(headers: &HeaderMap) -> Language {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose("", accept.unwrap_or_default())
}

/// What the configuration says to the web.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where people reach the desk, without a final slash; none: paths alone are used.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` or `Forwarded` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Who may see the numbers at `/metrics`.
    pub metrics_allow: Vec<IpNet>,
    /// Largest body of the drop-in endpoint, in bytes.
    pub max_body: usize,
    /// The desk itself speaks TLS.
    pub tls: bool,
    /// Where reports can be mailed to, for the public page.
    pub abuse_address: Option<String>,
    /// Where files are while they arrive.
    pub spool: PathBuf,
}

impl WebConfig {
    /// Whether people reach the desk over TLS, so that cookies need not go any other way.
    fn is_https(&self) -> bool {
        self.tls || self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"))
    }
}

/// What every handler has at hand.
pub struct Web {
    desk: Arc<Desk>,
    opener: Opener,
    config: WebConfig,
    throttles: Throttles,
    pages: pages::Pages,
    press: print::Press,
    memory: Memory,
    /// Room for messages with files that arrive.
    uploads: upload::Places,
    /// What customers do that takes place or time.
    customers: client::Busy,
}

impl Web {
    /// The web over a desk.
    pub fn new(desk: Arc<Desk>, opener: Opener, config: WebConfig) -> Self {
        Self {
            memory: Memory::new(config.max_body),
            desk,
            opener,
            config,
            throttles: Throttles::default(),
            pages: pages::Pages::new(),
            uploads: upload::Places::new(),
            customers: client::Busy::default(),
            press: print::Press::new(),
        }
    }
}
