//! What came of a story.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::Result;

use super::MEMORY_BOUND;
use crate::database::{Database, Engine};
use crate::desk::{Desk, Serving};
use crate::figure::{count, digits};
use crate::load::Found;
use crate::process::memory;

/// How a request may end while the desk is in trouble.
const GOOD_ENDS: [&str; 2] = ["success", "503 AMP105 with Retry-After"];

/// One story and what was found after it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) name: &'static str,
    /// What was done, in sentences.
    pub(super) done: Vec<String>,
    pub(super) acknowledged: u64,
    pub(super) there_once: u64,
    pub(super) lost: u64,
    pub(super) twice: u64,
    /// Answered with an error, and stored all the same.
    pub(super) refused_but_stored: u64,
    pub(super) outcomes: BTreeMap<String, u64>,
    /// Highest memory of a desk, in MiB.
    pub(super) memory_mib: u64,
    /// From the end of the trouble to the first success, the longest of several.
    pub(super) recovery: Option<Duration>,
    pub(super) took: Duration,
    /// The end of the desk's log.
    pub(super) last_words: String,
    /// Promises that were not kept.
    pub(super) broken: Vec<String>,
}

impl Told {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            done: Vec::new(),
            acknowledged: 0,
            there_once: 0,
            lost: 0,
            twice: 0,
            refused_but_stored: 0,
            outcomes: BTreeMap::new(),
            memory_mib: 0,
            recovery: None,
            took: Duration::ZERO,
            last_words: String::new(),
            broken: Vec::new(),
        }
    }

    pub(super) fn is_kept(&self) -> bool {
        self.broken.is_empty()
    }

    /// Adds a sentence to what was done.
    pub(super) fn did(&mut self, sentence: impl Into<String>) {
        self.done.push(sentence.into());
    }

    /// A promise was not kept.
    pub(super) fn broken(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    /// Takes in how long it took until the desk served again; none: not in time.
    pub(super) fn recovered(&mut self, after: Option<Duration>, what: &str) {
        match after {
            Some(after) => self.recovery = Some(self.recovery.unwrap_or_default().max(after)),
            None => self.broken(format!("the desk did not serve again in 30 s {what}")),
        }
    }

    /// Looks at the memory that a desk ever had, and at its log.
    pub(super) fn look_at(&mut self, serving: &Serving) {
        self.last_words = serving.last_words();
        let Some((_, highest)) = memory(serving.process()) else { return };
        let mib = highest / 1024;
        self.memory_mib = self.memory_mib.max(mib);
        if mib > MEMORY_BOUND {
            self.broken(format!("the desk had {mib} MiB, more than {MEMORY_BOUND}"));
        }
    }

    /// Takes in the answers. `allowed` names further ends than success and 503 with `Retry-After` that
    /// the trouble excuses.
    pub(super) fn take_answers(&mut self, found: &Found, allowed: &[&str]) {
        for (outcome, times) in &found.outcomes {
            *self.outcomes.entry(outcome.clone()).or_default() += times;
            let good = [&GOOD_ENDS[..], allowed].concat();
            if !good.contains(&outcome.as_str()) {
                self.broken(format!("{times} requests ended with: {outcome}"));
            }
        }
    }

    /// Compares what was acknowledged with what is stored.
    pub(super) fn compare(&mut self, desk: &Desk, found: &Found) -> Result<()> {
        let mut database = desk.open_database()?;
        let stored = database.tagged_reports()?;
        let mut by_tag: HashMap<u64, Vec<i64>> = HashMap::new();
        for (report, tag) in &stored {
            by_tag.entry(*tag).or_default().push(*report);
        }
        for (report, tag) in &found.acknowledged {
            self.acknowledged += 1;
            match by_tag.get(tag).map(Vec::as_slice) {
                Some([only]) if only == report => self.there_once += 1,
                Some(several) if several.contains(report) => {}
                _ => self.lost += 1,
            }
        }
        self.twice += how_many(by_tag.values().filter(|reports| reports.len() > 1));
        self.refused_but_stored +=
            how_many(found.refused.iter().filter(|tag| by_tag.contains_key(tag)));
        if self.lost > 0 {
            self.broken(format!("{} acknowledged reports are lost", self.lost));
        }
        if self.twice > 0 {
            self.broken(format!("{} requests made more than one report", self.twice));
        }
        // When a server dies during a commit, the desk cannot always learn in time what became of it
        // (docs/adr/0002-group-commit.md).
        if self.refused_but_stored > 0 && desk.engine() == Engine::Sqlite {
            let times = self.refused_but_stored;
            self.broken(format!("{times} requests were answered with an error, but are stored"));
        }
        self.whole(&mut database)
    }

    /// Every report has its history, and its notices are sent or wait.
    fn whole(&mut self, database: &mut Database) -> Result<()> {
        let bare = database.count(
            "reports WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.report_id = reports.id)",
        )?;
        if bare > 0 {
            self.broken(format!("{bare} reports have no history"));
        }
        // To the customer and to staff. A notice whose job is about to end counts twice.
        let wanted = 2 * database.count("reports")?;
        let told =
            database.count("jobs WHERE kind = 'send_notice'")? + database.count("notices")?;
        if told < wanted {
            self.broken(format!("{} notices are neither sent nor waiting", wanted - told));
        }
        Ok(())
    }

    /// SQLite's own look at its file.
    pub(super) fn check_integrity(&mut self, desk: &Desk) -> Result<()> {
        let verdict = desk.open_database()?.text("PRAGMA integrity_check")?;
        if verdict != "ok" {
            self.broken(format!("SQLite's integrity check says: {verdict}"));
        }
        Ok(())
    }

    /// The statuses seen, in words.
    pub(super) fn answers(&self) -> String {
        let each: Vec<String> = self
            .outcomes
            .iter()
            .map(|(outcome, times)| format!("{} × {outcome}", count(*times)))
            .collect();
        each.join(", ")
    }

    /// The story in one line.
    pub(super) fn line(&self) -> String {
        let recovery = self.recovery.map_or(String::new(), |after| {
            format!(", served again after {} s", digits(after.as_secs_f64()))
        });
        let verdict = if self.is_kept() {
            "kept".to_owned()
        } else {
            format!("BROKEN: {}", self.broken.join("; "))
        };
        format!(
            "{}: {} acknowledged, {} there once, {} lost; {}; at most {} MiB{recovery}; {:.1} s: \
             {verdict}",
            self.name,
            self.acknowledged,
            self.there_once,
            self.lost,
            self.answers(),
            self.memory_mib,
            self.took.as_secs_f64(),
        )
    }
}

fn how_many<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}
