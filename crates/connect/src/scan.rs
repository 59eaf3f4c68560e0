//! Scanning files with a command of the host. It gets the bytes on its standard input. What its exit status means: 0
//! clean, 1 infected (so do the scanners of `ClamAV`), anything else no result.

use async_trait::async_trait;
use portreeve_app::attachment::{Scanned, WayToScan};
use portreeve_core::reason::Finding;
use portreeve_core::time::Span;
use tokio::sync::mpsc;

use crate::hook::{Hook, Run, words};

/// A command that scans.
#[derive(Debug, Clone)]
pub struct ScanHook {
    /// Path and arguments.
    pub command: Vec<String>,
    /// Time limit of one run.
    pub timeout: Span,
}

#[async_trait]
impl WayToScan for ScanHook {
    async fn scan(&self, bytes: mpsc::Receiver<Vec<u8>>) -> Scanned {
        let hook = Hook { command: &self.command, variables: &[], timeout: self.timeout };
        match hook.run(bytes).await {
            Run::NotStarted(why) => Scanned::Failed(why),
            Run::CutOff => Scanned::Failed(Finding::NoAnswer { within: self.timeout }),
            Run::Killed => Scanned::Failed(Finding::Killed),
            Run::Ended { status: 0, .. } => Scanned::Clean,
            // What was found is told on the standard output, and warnings of no interest beside it.
            Run::Ended { status: 1, stdout, stderr } => Scanned::Infected(words(&stdout, &stderr)),
            Run::Ended { status, stdout, stderr } => {
                let said = words(&stderr, &stdout);
                Scanned::Failed(Finding::ExitStatus { status, said })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn scan(script: &str, pieces: &[&[u8]]) -> Scanned {
        let hook = ScanHook {
            command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            timeout: Span::from_millis(1_500),
        };
        let (sender, receiver) = mpsc::channel(1);
        let feed = async move {
            for piece in pieces {
                if sender.send(piece.to_vec()).await.is_err() {
                    break;
                }
            }
        };
        tokio::join!(feed, hook.scan(receiver)).1
    }

    #[tokio::test]
    async fn the_exit_status_says_what_was_found() {
        let whole = scan("[ \"$(cat)\" = abcdef ]", &[b"abc", b"def"]).await;
        assert_eq!(whole, Scanned::Clean, "the pieces come in one");
        let found = scan("cat > /dev/null; echo stream: Test FOUND; exit 1", &[b"x"]).await;
        assert_eq!(found, Scanned::Infected("stream: Test FOUND".into()));
        assert!(matches!(
            scan("exit 2", &[b"x"]).await,
            Scanned::Failed(Finding::ExitStatus { status: 2, .. })
        ));
        assert!(matches!(scan("kill -9 $$", &[b"x"]).await, Scanned::Failed(_)));
    }

    #[tokio::test]
    async fn a_scan_that_hangs_is_cut_off_and_keeps_nobody_waiting() {
        let big = vec![0; 1024 * 1024];
        let pieces: Vec<&[u8]> = vec![&big; 5];
        assert!(matches!(
            scan("sleep 30", &pieces).await,
            Scanned::Failed(Finding::NoAnswer { .. })
        ));
    }

    #[tokio::test]
    async fn a_scan_may_have_seen_enough_before_the_end() {
        let big = vec![0; 1024 * 1024];
        let pieces: Vec<&[u8]> = vec![&big; 5];
        let found = scan("head -c 10 > /dev/null; echo Test; exit 1", &pieces).await;
        assert_eq!(found, Scanned::Infected("Test".into()));
    }
}
