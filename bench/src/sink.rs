//! A mail server that takes everything and keeps nothing, so that figures are about the desk and not
//! about the synced files of a mail folder.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use rustix::net::sockopt::set_tcp_quickack;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// How a sink acknowledges what it has received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    /// As every server does: up to 40 ms later, when it has nothing to say itself. A sender that leaves
    /// Nagle's algorithm on and writes the end of a mail by itself waits for that, once a mail.
    Usual,
    /// At once.
    Prompt,
}

/// The ports of the sinks of this process, once they were started.
static PORTS: OnceLock<(u16, u16)> = OnceLock::new();

/// Mails that were taken.
static TAKEN: AtomicU64 = AtomicU64::new(0);

impl Sink {
    /// Its port on 127.0.0.1. Starts the sinks of this process, each on a thread of its own, when they
    /// do not run yet.
    pub fn port(self) -> Result<u16> {
        let ports = match PORTS.get() {
            Some(ports) => *ports,
            None => {
                let started = (Self::Usual.start()?, Self::Prompt.start()?);
                *PORTS.get_or_init(|| started)
            }
        };
        Ok(if self == Self::Usual { ports.0 } else { ports.1 })
    }

    fn start(self) -> Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("mail sink".to_owned()).spawn(move || {
            let served: Result<()> = runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                loop {
                    // Out of files for a moment: the next one may find room.
                    if let Ok((stream, _)) = listener.accept().await {
                        tokio::spawn(async move { drop(converse(stream, self).await) });
                    } else {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            });
            drop(served);
        })?;
        Ok(port)
    }
}

/// Mails that were taken so far.
pub fn taken() -> u64 {
    TAKEN.load(Ordering::Relaxed)
}

/// One connection: as much of RFC 5321 as a sender that does everything right needs.
async fn converse(stream: TcpStream, sink: Sink) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(16 * 1024, stream);
    let mut line = Vec::new();
    stream.write_all(b"220 sink.example.com ESMTP\r\n").await?;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match verb(&line).as_str() {
            "EHLO" => b"250-sink.example.com\r\n250 8BITMIME\r\n",
            "HELO" | "MAIL" | "RCPT" | "NOOP" | "RSET" => b"250 2.0.0 OK\r\n",
            "DATA" => {
                stream.write_all(b"354 go ahead\r\n").await?;
                if sink == Sink::Prompt {
                    // Linux forgets it again and again.
                    set_tcp_quickack(stream.get_ref(), true)?;
                }
                take_text(&mut stream, &mut line).await?;
                TAKEN.fetch_add(1, Ordering::Relaxed);
                b"250 2.0.0 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 2.0.0 bye\r\n").await?;
                return Ok(());
            }
            _ => b"500 5.5.1 what?\r\n",
        };
        stream.write_all(answer).await?;
    }
}

/// Reads a mail to the line that is only a dot.
async fn take_text(stream: &mut BufReader<TcpStream>, line: &mut Vec<u8>) -> Result<()> {
    loop {
        line.clear();
        let read = stream.read_until(b'\n', line).await?;
        anyhow::ensure!(read > 0, "the sender is gone in the middle of a mail");
        if line == b".\r\n" {
            return Ok(());
        }
    }
}

/// The first word of a line, in capitals.
fn verb(line: &[u8]) -> String {
    let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    String::from_utf8_lossy(word).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};

    use super::*;

    #[test]
    fn a_mail_is_taken_and_the_next_may_follow() {
        for sink in [Sink::Usual, Sink::Prompt] {
            talk(sink.port().expect("a sink"));
        }
    }

    fn talk(port: u16) {
        let stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connects");
        let mut answers = BufReader::new(stream.try_clone().expect("a second handle")).lines();
        let mut next = || answers.next().expect("an answer").expect("readable");
        assert!(next().starts_with("220 "));
        let say = |text: &str| (&stream).write_all(text.as_bytes()).expect("written");
        say("ehlo here\r\n");
        assert!(next().starts_with("250-"));
        assert!(next().starts_with("250 "));
        let before = taken();
        for _ in 0..2 {
            for command in ["MAIL FROM:<a@example.com>\r\n", "RCPT TO:<b@example.com>\r\n"] {
                say(command);
                assert!(next().starts_with("250 "));
            }
            say("DATA\r\n");
            assert!(next().starts_with("354 "));
            say("Subject: x\r\n\r\n..\r\nDATA\r\n.\r\n");
            assert!(next().starts_with("250 "));
        }
        assert_eq!(taken() - before, 2);
        say("QUIT\r\n");
        assert!(next().starts_with("221 "));
    }
}
