//! Running a command of the host: no shell, a cleared environment, a time limit for the whole process group, capped
//! output, and what it is told on its standard input.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Bytes of output that are kept; the rest is read and dropped.
const OUTPUT: usize = 64 * 1024;

/// How long the pipes of a hook that has ended are waited for.
const LINGER: Duration = Duration::from_millis(500);

/// Characters of a hook's words that go on record.
pub(crate) const WORDS: usize = 300;

/// A command with what it sees.
pub(crate) struct Hook<'a> {
    /// Path and arguments.
    pub(crate) command: &'a [String],
    /// Its environment, beside `PATH`.
    pub(crate) variables: &'a [(&'static str, String)],
    /// Time limit of the run.
    pub(crate) timeout: Span,
}

/// How a run ended.
pub(crate) enum Run {
    /// It never started: it had no effect.
    NotStarted(Finding),
    /// It did not end within the time and was killed.
    CutOff,
    /// A signal ended it.
    Killed,
    /// It ended by itself.
    Ended { status: i32, stdout: String, stderr: String },
}

/// What a hook is told on its standard input.
#[async_trait]
pub(crate) trait Tell: Send + 'static {
    /// Writes it. A hook need not read what it is told, so that nobody asks how far this came.
    async fn tell(self, to: &mut ChildStdin) -> std::io::Result<()>;
}

#[async_trait]
impl Tell for String {
    async fn tell(self, to: &mut ChildStdin) -> std::io::Result<()> {
        to.write_all(self.as_bytes()).await
    }
}

#[async_trait]
impl Tell for mpsc::Receiver<Vec<u8>> {
    async fn tell(mut self, to: &mut ChildStdin) -> std::io::Result<()> {
        while let Some(piece) = self.recv().await {
            to.write_all(&piece).await?;
        }
        Ok(())
    }
}

impl Hook<'_> {
    /// Runs it once.
    pub(crate) async fn run(&self, told: impl Tell) -> Run {
        let Some((program, arguments)) = self.command.split_first() else {
            return Run::NotStarted(Finding::NoCommand);
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                let (program, said) = (program.clone(), error.to_string());
                return Run::NotStarted(Finding::NotStarted { program, said });
            }
        };
        let group = child.id();
        let ended = tokio::time::timeout(self.timeout.to_std(), talk(&mut child, told)).await;
        match ended {
            Err(_) => {
                // Nothing of a hook that was cut off may go on acting on the service. (What a hook that
                // ended by itself left running is its own business: some panels work like that.)
                kill_group(group);
                drop(child.wait().await);
                Run::CutOff
            }
            Ok(Err(error)) => {
                tracing::warn!("cannot wait for the hook {program}: {error}");
                Run::Killed
            }
            Ok(Ok((status, stdout, stderr))) => match status.code() {
                Some(status) => Run::Ended { status, stdout, stderr },
                None => Run::Killed,
            },
        }
    }
}

async fn talk(child: &mut Child, told: impl Tell) -> std::io::Result<(ExitStatus, String, String)> {
    let stdin = child.stdin.take();
    let tell = async move {
        if let Some(mut stdin) = stdin {
            drop(told.tell(&mut stdin).await);
        }
    };
    let stdout = Output::listen(child.stdout.take());
    let stderr = Output::listen(child.stderr.take());
    // Ends with the run, also when the run is cut off: what is told may come from somewhere that waits for it.
    let mut telling = tokio::task::JoinSet::new();
    telling.spawn(tell);
    let status = child.wait().await?;
    drop(telling);
    Ok((status, stdout.text().await, stderr.text().await))
}

/// What a hook writes to one pipe. Something that it left running in the background may hold the pipe
/// open: it is read on, so that the writer does not die of it, but not waited for.
struct Output {
    kept: Arc<Mutex<Vec<u8>>>,
    reading: Option<JoinHandle<()>>,
}

impl Output {
    fn listen(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&kept);
        let reading = pipe.map(|mut pipe| {
            tokio::spawn(async move {
                let mut part = vec![0; 8 * 1024];
                while let Ok(count @ 1..) = pipe.read(&mut part).await {
                    let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = OUTPUT.saturating_sub(kept.len());
                    kept.extend_from_slice(&part[..count.min(room)]);
                }
            })
        });
        Self { kept, reading }
    }

    async fn text(mut self) -> String {
        if let Some(reading) = &mut self.reading {
            drop(tokio::time::timeout(LINGER, reading).await);
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}

fn kill_group(group: Option<u32>) {
    let pid = group.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // Fails when the whole group has ended, which is the usual case.
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

/// What a hook said about what it did.
pub(crate) fn words(stderr: &str, stdout: &str) -> String {
    let first =
        |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    one_line(&first(stderr).or_else(|| first(stdout)).unwrap_or_default(), WORDS)
}
