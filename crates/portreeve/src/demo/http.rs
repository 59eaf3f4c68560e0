//! One real HTTP request, as a script would send it.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Posts a form with an API ID and returns the body of the answer.
pub(crate) async fn post_form(
    address: SocketAddr,
    url: &str,
    api_id: &str,
    body: &str,
) -> Result<String> {
    let stream = TcpStream::connect(address).await.context("cannot connect to the demo")?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let request = Request::post(format!("/{path}"))
        .header("host", address.to_string())
        .header("api_id", api_id)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(body.to_owned())))?;
    let answer = sender.send_request(request).await?.into_body().collect().await?.to_bytes();
    drop(sender);
    driver.abort();
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
