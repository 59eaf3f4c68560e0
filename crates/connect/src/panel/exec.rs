//! An enforcer that runs a command of the host: the hook of contract 6.
//!
//! No shell, a cleared environment, a time limit for the whole process group, capped output. What the exit
//! status means: 0 done, 10 was already so, 20 refused for good, 75 try later, anything else failed. A hook
//! that is cut off, or dies by a signal, may have done its work: its answer is lost and will be looked for.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use portreeve_app::enforce::{Enforcer, PanelOrder, Target};
use portreeve_core::enforcement::{Answer, Observed};
use portreeve_core::text::one_line;
use portreeve_core::time::Span;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::told;

/// Bytes of output that are kept; the rest is read and dropped.
const OUTPUT: usize = 64 * 1024;

/// How long the pipes of a hook that has ended are waited for.
const LINGER: Duration = Duration::from_millis(500);

/// Characters of a hook's words that go on record.
const WORDS: usize = 300;

/// A command as an enforcer.
#[derive(Debug, Clone)]
pub struct Exec {
    /// Path and arguments.
    pub command: Vec<String>,
    /// Time limit of one run.
    pub timeout: Span,
    /// Whether it can be asked what state a service is in.
    pub observe: bool,
}

/// How a run ended.
enum Run {
    /// It never started: it had no effect.
    NotStarted(String),
    /// It did not end within the time and was killed.
    CutOff,
    /// A signal ended it.
    Killed,
    /// It ended by itself.
    Ended { status: i32, stdout: String, stderr: String },
}

#[async_trait]
impl Enforcer for Exec {
    fn can_look(&self) -> bool {
        self.observe
    }

    fn patience(&self) -> Span {
        self.timeout
    }

    async fn observe(&self, target: &Target) -> Observed {
        let unknown = |detail: String| Observed::Unknown { detail };
        match self.run(&Call::observe(target)).await {
            Run::NotStarted(why) => unknown(why),
            Run::CutOff => unknown(format!("the hook gave no answer within {}", self.timeout)),
            Run::Killed => unknown("the hook was killed by a signal".to_owned()),
            Run::Ended { status: 0, stdout, .. } => read_state(&stdout),
            Run::Ended { status, stdout, stderr } => {
                unknown(format!("the hook ended with status {status}: {}", words(&stderr, &stdout)))
            }
        }
    }

    async fn send(&self, order: &PanelOrder) -> Answer {
        match self.run(&Call::order(order)).await {
            Run::NotStarted(why) => Answer::Later(why),
            Run::CutOff | Run::Killed => Answer::Lost,
            Run::Ended { status, stdout, stderr } => {
                let said = words(&stderr, &stdout);
                match status {
                    0 => Answer::Done,
                    10 => Answer::WasSo,
                    20 => Answer::Refused(said),
                    75 => Answer::Later(said),
                    _ => Answer::Failed(format!("exit status {status}: {said}")),
                }
            }
        }
    }
}

/// What a hook is told, by environment and by JSON on its standard input.
struct Call {
    variables: Vec<(&'static str, String)>,
    stdin: Value,
}

impl Call {
    fn observe(target: &Target) -> Self {
        Self::new("observe", target, None)
    }

    fn order(order: &PanelOrder) -> Self {
        Self::new(order.action.as_str(), &order.target, Some(order))
    }

    fn new(action: &str, target: &Target, order: Option<&PanelOrder>) -> Self {
        let report = order.map(|order| order.report.0);
        let id = order.map(|order| order.id.0);
        let reason = order.map_or("", |order| &order.reason);
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        Self {
            variables: vec![
                ("PORTREEVE_ACTION", action.to_owned()),
                ("PORTREEVE_DIRECTORY", target.service.directory.clone()),
                ("PORTREEVE_SERVICE_ID", target.service.id.to_string()),
                ("PORTREEVE_CUSTOMER_ID", target.customer_id.clone()),
                ("PORTREEVE_REPORT_ID", number(report)),
                ("PORTREEVE_ORDER_ID", number(id)),
                ("PORTREEVE_REASON", reason.to_owned()),
            ],
            stdin: told(action, target, order),
        }
    }
}

impl Exec {
    async fn run(&self, call: &Call) -> Run {
        let Some((program, arguments)) = self.command.split_first() else {
            return Run::NotStarted("the enforcer has no command".to_owned());
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(call.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Run::NotStarted(format!("cannot start {program}: {error}")),
        };
        let group = child.id();
        let ended = tokio::time::timeout(self.timeout.to_std(), talk(&mut child, call)).await;
        match ended {
            Err(_) => {
                // Nothing of a hook that was cut off may go on acting on the service. (What a hook that
                // ended by itself left running is its own business: some panels work like that.)
                kill_group(group);
                drop(child.wait().await);
                Run::CutOff
            }
            Ok(Err(error)) => {
                tracing::warn!("cannot follow the hook {program}: {error}");
                Run::Killed
            }
            Ok(Ok((status, stdout, stderr))) => match status.code() {
                Some(status) => Run::Ended { status, stdout, stderr },
                None => Run::Killed,
            },
        }
    }
}

type Said = (std::process::ExitStatus, String, String);

async fn talk(child: &mut Child, call: &Call) -> std::io::Result<Said> {
    let stdin = child.stdin.take();
    let body = format!("{}\n", call.stdin);
    let tell = async move {
        if let Some(mut stdin) = stdin {
            // A hook need not read what it is told.
            drop(stdin.write_all(body.as_bytes()).await);
        }
    };
    let stdout = Output::listen(child.stdout.take());
    let stderr = Output::listen(child.stderr.take());
    let telling = tokio::spawn(tell);
    let status = child.wait().await?;
    telling.abort();
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

/// The first line of what a hook printed.
fn read_state(stdout: &str) -> Observed {
    let line = stdout.lines().next().unwrap_or_default().trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match word {
        "active" => Observed::Active,
        "suspended" => {
            let reason = one_line(rest, WORDS);
            Observed::Suspended { reason: (!reason.is_empty()).then_some(reason) }
        }
        "unknown" => Observed::Unknown { detail: "the hook does not know".to_owned() },
        _ => Observed::Unknown { detail: format!("the hook printed {:?}", one_line(line, WORDS)) },
    }
}

/// What a hook said about what it did.
fn words(stderr: &str, stdout: &str) -> String {
    let first =
        |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    one_line(&first(stderr).or_else(|| first(stdout)).unwrap_or_default(), WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::enforcement::Action;
    use portreeve_core::ids::{OrderId, ReportId, ServiceKey};

    fn hook(script: &str) -> Exec {
        Exec {
            command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            timeout: Span::from_millis(1_500),
            observe: true,
        }
    }

    fn order() -> PanelOrder {
        let service = ServiceKey::parse("main:17", "main").expect("good");
        PanelOrder {
            id: OrderId(5),
            action: Action::Suspend,
            target: Target { service, customer_id: "7".into() },
            report: ReportId(92),
            reason: "[abuse #92] Spam".into(),
            first_sent_at: portreeve_core::time::Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn exit_statuses_mean_what_the_contract_says() {
        let answer = async |script: &str| hook(script).send(&order()).await;
        assert_eq!(answer("exit 0").await, Answer::Done);
        assert_eq!(answer("exit 10").await, Answer::WasSo);
        assert_eq!(answer("echo no >&2; exit 20").await, Answer::Refused("no".into()));
        assert_eq!(answer("echo busy; exit 75").await, Answer::Later("busy".into()));
        assert!(matches!(answer("exit 3").await, Answer::Failed(_)));
        assert_eq!(answer("kill -9 $$").await, Answer::Lost);
        let missing = Exec { command: vec!["/nowhere/hook".into()], ..hook("") };
        assert!(matches!(missing.send(&order()).await, Answer::Later(_)));
    }

    #[tokio::test]
    async fn a_hook_that_hangs_is_killed_with_all_that_it_started() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mark = dir.path().join("late");
        let script = format!("(sleep 2; touch {}) & sleep 30", mark.display());
        assert_eq!(hook(&script).send(&order()).await, Answer::Lost);
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        assert!(!mark.exists(), "a child of the hook went on after the time limit");
    }

    #[tokio::test]
    async fn what_a_hook_leaves_in_the_background_goes_on_and_is_not_waited_for() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mark = dir.path().join("late");
        let script = format!("(sleep 2; echo late; touch {}) & exit 10", mark.display());
        assert_eq!(hook(&script).send(&order()).await, Answer::WasSo);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(mark.exists(), "the background work was killed");
    }

    #[tokio::test]
    async fn a_hook_sees_only_what_it_is_told() {
        let script = r#"[ "$(env | grep -vE '^(PATH|PWD|SHLVL|_)=' | grep -vc '^PORTREEVE_')" = 0 ] || exit 3
            [ "$PORTREEVE_ACTION $PORTREEVE_SERVICE_ID $PORTREEVE_REPORT_ID" = "suspend 17 92" ] || exit 4
            [ "$PORTREEVE_REASON" = "[abuse #92] Spam" ] || exit 5
            grep -q '"order_id":5' || exit 6"#;
        assert_eq!(hook(script).send(&order()).await, Answer::Done);
    }

    #[tokio::test]
    async fn the_first_line_of_observe_is_the_state() {
        let state = async |script: &str| hook(script).observe(&order().target).await;
        assert_eq!(state("echo active").await, Observed::Active);
        assert_eq!(state("echo suspended").await, Observed::Suspended { reason: None });
        let overdue = Observed::Suspended { reason: Some("Overdue on Payment".into()) };
        assert_eq!(state("echo 'suspended Overdue on Payment'; echo active").await, overdue);
        for odd in ["echo unknown", "echo gone", "true", "echo active; exit 1", "sleep 5"] {
            assert!(matches!(state(odd).await, Observed::Unknown { .. }), "{odd}");
        }
    }

    #[tokio::test]
    async fn endless_output_is_cut_and_does_not_block_the_hook() {
        let answer = hook("head -c 3000000 /dev/zero; exit 0").send(&order()).await;
        assert_eq!(answer, Answer::Done);
    }
}
