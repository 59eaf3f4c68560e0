//! An enforcer that runs a command of the host: the hook of contract 6.
//!
//! It is run as every hook is (`hook.rs`). What the exit status means: 0 done, 10 was already so, 20 refused for
//! good, 75 try later, anything else failed. A hook that is cut off, or dies by a signal, may have done its work:
//! its answer is lost and will be looked for.

use async_trait::async_trait;
use portreeve_app::enforce::{Enforcer, PanelOrder, Target};
use portreeve_core::enforcement::{Answer, Observed};
use portreeve_core::reason::Finding;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;

use super::told;
use crate::hook::{Hook, Run, WORDS, words};

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

#[async_trait]
impl Enforcer for Exec {
    fn can_look(&self) -> bool {
        self.observe
    }

    fn patience(&self) -> Span {
        self.timeout
    }

    async fn observe(&self, target: &Target) -> Observed {
        match self.run(&Call::observe(target)).await {
            Run::NotStarted(why) => Observed::unknown(why),
            Run::CutOff => Observed::unknown(Finding::NoAnswer { within: self.timeout }),
            Run::Killed => Observed::unknown(Finding::Killed),
            Run::Ended { status: 0, stdout, .. } => read_state(&stdout),
            Run::Ended { status, stdout, stderr } => {
                Observed::unknown(Finding::ExitStatus { status, said: words(&stderr, &stdout) })
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
                    20 => Answer::Refused(Finding::said(said)),
                    75 => Answer::Later(Finding::said(said)),
                    _ => Answer::Failed(Finding::ExitStatus { status, said }),
                }
            }
        }
    }
}

/// What a hook is told, by environment and by JSON on its standard input.
struct Call {
    variables: Vec<(&'static str, String)>,
    told: String,
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
            told: format!("{}\n", told(action, target, order)),
        }
    }
}

impl Exec {
    async fn run(&self, call: &Call) -> Run {
        let hook =
            Hook { command: &self.command, variables: &call.variables, timeout: self.timeout };
        hook.run(call.told.clone()).await
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
        "unknown" => Observed::unknown(Finding::Unsure),
        _ => Observed::unknown(Finding::OddState { state: one_line(line, WORDS) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_core::enforcement::Action;
    use portreeve_core::ids::{OrderId, ReportId, ServiceKey};
    use std::time::Duration;

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
        assert_eq!(answer("echo no >&2; exit 20").await, Answer::Refused(Finding::said("no")));
        assert_eq!(answer("echo busy; exit 75").await, Answer::Later(Finding::said("busy")));
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
