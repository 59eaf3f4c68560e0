//! Telling systemd how far we are (`Type=notify`).

use std::os::unix::net::UnixDatagram;

/// The desk answers: database open, migrations done, connections taken.
pub(crate) fn ready() {
    tell("READY=1");
}

/// The desk is about to end.
pub(crate) fn stopping() {
    tell("STOPPING=1");
}

/// Sends a word to the socket of which a supervisor has told us, if there is one.
fn tell(word: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let path = socket.to_string_lossy();
    let sent = UnixDatagram::unbound().and_then(|from| match path.strip_prefix('@') {
        Some(name) => from.send_to_addr(word.as_bytes(), &abstract_address(name)?),
        None => from.send_to(word.as_bytes(), &*path),
    });
    if let Err(error) = sent {
        tracing::warn!("cannot notify the supervisor ({word}): {error}");
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> std::io::Result<std::os::unix::net::SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    std::os::unix::net::SocketAddr::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &str) -> std::io::Result<std::os::unix::net::SocketAddr> {
    Err(std::io::ErrorKind::Unsupported.into())
}
