//! What goes wrong on purpose.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// One thing that can go wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "ms")]
pub enum Fault {
    /// It is done after this many milliseconds, whether or not the caller still waits.
    SlowBefore(u64),
    /// It is done at once and answered after this many milliseconds.
    SlowAfter(u64),
    /// 403 with JSON, as for an address that is not on the list. Nothing is done.
    Forbidden,
    /// An HTML page with status 200, as of a firewall. Nothing is done.
    Html200,
    /// An HTML page with status 500. Nothing is done.
    Html500Before,
    /// It is done, and then PHP dies: an HTML page with status 500.
    Html500After,
    /// The connection is closed without an answer. Nothing is done.
    DropBefore,
    /// It is done, and the connection is closed without an answer.
    DropAfter,
}

impl Fault {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SlowBefore(_) => "slow_before",
            Self::SlowAfter(_) => "slow_after",
            Self::Forbidden => "forbidden",
            Self::Html200 => "html200",
            Self::Html500Before => "html500_before",
            Self::Html500After => "html500_after",
            Self::DropBefore => "drop_before",
            Self::DropAfter => "drop_after",
        }
    }
}

/// When something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Actions in lower case; none: all.
    #[serde(default)]
    pub actions: Vec<String>,
    /// What goes wrong.
    pub fault: Fault,
    /// For how many of a thousand calls. The shares of several rules add up.
    #[serde(default = "always")]
    pub per_mille: u32,
    /// How often at most.
    #[serde(default)]
    pub times: Option<u32>,
}

fn always() -> u32 {
    1_000
}

impl Rule {
    /// Always, for these actions.
    pub fn always(actions: &[&str], fault: Fault) -> Self {
        Self::sometimes(actions, fault, 1_000)
    }

    /// For some of a thousand calls of these actions.
    pub fn sometimes(actions: &[&str], fault: Fault, per_mille: u32) -> Self {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        Self { actions, fault, per_mille, times: None }
    }

    /// The next calls of these actions, and then never again.
    pub fn next(actions: &[&str], fault: Fault, times: u32) -> Self {
        Self { times: Some(times), ..Self::always(actions, fault) }
    }
}

/// All rules, and the dice.
#[derive(Debug)]
pub struct Faults {
    /// In their order.
    pub rules: Vec<Rule>,
    dice: StdRng,
}

impl Default for Faults {
    fn default() -> Self {
        Self { rules: Vec::new(), dice: StdRng::seed_from_u64(1) }
    }
}

impl Faults {
    /// What goes wrong with this call, if anything.
    pub(crate) fn for_call(&mut self, action: &str) -> Option<Fault> {
        let mut throw = self.dice.random_range(0..1_000_u32);
        for rule in &mut self.rules {
            let concerns =
                rule.actions.is_empty() || rule.actions.iter().any(|name| name == action);
            if !concerns || rule.times == Some(0) {
                continue;
            }
            if throw < rule.per_mille {
                rule.times = rule.times.map(|left| left - 1);
                return Some(rule.fault);
            }
            throw -= rule.per_mille;
        }
        None
    }
}
