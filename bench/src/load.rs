//! Many callers at once, each of which asks again as soon as it has its answer.
//!
//! All of them live on one thread, because they share the machine with the desk that they measure.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::caller::{self, Answer, Caller, Create, NoAnswer};
use crate::directory::pick;
use crate::histogram::Histogram;

/// Pause of a caller who could not connect or was cut off.
const AFTER_NO_ANSWER: Duration = Duration::from_millis(20);

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Asked {
    /// The constant answer.
    Health,
    /// A report through the drop-in endpoint.
    Create {
        /// The script's identifier.
        api_id: String,
        /// Size of the directory.
        services: u64,
        /// How to suspend.
        suspend_method: &'static str,
        /// Characters more in each report.
        padding: usize,
    },
}

/// How a load is to be.
#[derive(Debug, Clone)]
pub struct Load {
    /// The desk.
    pub address: SocketAddr,
    /// Connections.
    pub callers: usize,
    /// Not counted in at the beginning.
    pub warm_up: Duration,
    /// How long it goes on afterwards.
    pub length: Duration,
    /// Requests at most; 0: no end but the time.
    pub most: u64,
    /// What is asked for.
    pub asked: Asked,
    /// Tags of the reports begin here.
    pub first_tag: u64,
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Found {
    /// Of successes, after the warm-up.
    pub latencies: Histogram,
    /// For how long latencies were counted.
    pub window: Duration,
    /// Every success, warm-up included.
    pub successes: u64,
    /// How often each kind of answer came.
    pub outcomes: BTreeMap<String, u64>,
    /// Number and tag of each report that was acknowledged.
    pub acknowledged: Vec<(i64, u64)>,
    /// Tags of requests that were answered, but not with success.
    pub refused: Vec<u64>,
    /// The first tag that was not used.
    pub next_tag: u64,
}

impl Found {
    /// Successes a second, after the warm-up.
    pub fn rate(&self) -> f64 {
        crate::figure::rate(self.latencies.count(), self.window)
    }

    /// Requests that did not end in success.
    pub fn failures(&self) -> u64 {
        self.outcomes.values().sum::<u64>() - self.successes
    }

    /// Takes in what another load found.
    pub fn merge(&mut self, other: Self) {
        self.successes += other.successes;
        self.next_tag = self.next_tag.max(other.next_tag);
        self.acknowledged.extend(other.acknowledged);
        self.refused.extend(other.refused);
        for (outcome, times) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += times;
        }
    }
}

/// What can be seen of a load while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    stop: AtomicBool,
    successes: AtomicU64,
    unavailable: AtomicU64,
}

/// A load that runs on a thread of its own.
#[derive(Debug)]
pub struct Running {
    progress: Arc<Progress>,
    thread: JoinHandle<Result<Found>>,
}

impl Running {
    /// Successes so far.
    pub fn successes(&self) -> u64 {
        self.progress.successes.load(Ordering::Relaxed)
    }

    /// Answers with 503 so far.
    pub fn unavailable(&self) -> u64 {
        self.progress.unavailable.load(Ordering::Relaxed)
    }

    /// Waits until `count` of successes were passed; how long that took, if it came so far.
    pub fn wait_for_success(&self, count: u64, patience: Duration) -> Option<Duration> {
        wait(patience, || self.successes() > count)
    }

    /// Waits for an answer with 503 beyond `count`.
    pub fn wait_for_unavailable(&self, count: u64, patience: Duration) -> Option<Duration> {
        wait(patience, || self.unavailable() > count)
    }

    /// Waits for its end.
    pub fn join(self) -> Result<Found> {
        self.thread.join().map_err(|_| anyhow!("the callers' thread ended badly"))?
    }

    /// Lets the callers finish what they have asked for, and ends.
    pub fn stop(self) -> Result<Found> {
        self.progress.stop.store(true, Ordering::Relaxed);
        self.join()
    }
}

/// Waits until something is so, and says how long that took.
pub fn wait(patience: Duration, mut is_so: impl FnMut() -> bool) -> Option<Duration> {
    let started = Instant::now();
    while started.elapsed() < patience {
        if is_so() {
            return Some(started.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// Runs a load to its end.
pub fn run(load: Load) -> Result<Found> {
    start(load).join()
}

/// Starts a load.
pub fn start(load: Load) -> Running {
    let progress = Arc::new(Progress::default());
    let shown = Arc::clone(&progress);
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let local = tokio::task::LocalSet::new();
        Ok(local.block_on(&runtime, all(load, shown)))
    });
    Running { progress, thread }
}

/// What the callers share.
struct Shared {
    load: Load,
    progress: Arc<Progress>,
    counted_from: Instant,
    until: Instant,
    next: Cell<u64>,
    found: RefCell<Found>,
}

async fn all(load: Load, progress: Arc<Progress>) -> Found {
    let counted_from = Instant::now() + load.warm_up;
    let callers = load.callers;
    let shared = Rc::new(Shared {
        until: counted_from + load.length,
        counted_from,
        next: Cell::new(0),
        found: RefCell::default(),
        load,
        progress,
    });
    let tasks: Vec<_> =
        (0..callers).map(|_| tokio::task::spawn_local(one(Rc::clone(&shared)))).collect();
    for task in tasks {
        drop(task.await);
    }
    let mut found = shared.found.take();
    let ended = Instant::now().min(shared.until);
    found.window = ended.saturating_duration_since(shared.counted_from);
    found.next_tag = shared.load.first_tag + shared.next.get();
    found
}

async fn one(shared: Rc<Shared>) {
    let mut caller = Caller::new(shared.load.address);
    let mut request = Vec::new();
    while let Some(number) = shared.take() {
        let tag = shared.load.first_tag + number;
        shared.write_request(&mut request, number, tag);
        let asked = Instant::now();
        let answer = caller.ask(&request).await;
        let answered = Instant::now();
        let was_answered = answer.is_ok();
        shared.count(tag, &answer, asked, answered);
        if !was_answered {
            tokio::time::sleep(AFTER_NO_ANSWER).await;
        }
    }
}

impl Shared {
    /// The number of the next request, unless the load is to end.
    fn take(&self) -> Option<u64> {
        let number = self.next.get();
        let enough = self.load.most > 0 && number >= self.load.most;
        let stopped = self.progress.stop.load(Ordering::Relaxed);
        if enough || stopped || Instant::now() >= self.until {
            return None;
        }
        self.next.set(number + 1);
        Some(number)
    }

    fn write_request(&self, request: &mut Vec<u8>, number: u64, tag: u64) {
        match &self.load.asked {
            Asked::Health if request.is_empty() => *request = caller::health(),
            Asked::Health => {}
            Asked::Create { api_id, services, suspend_method, padding } => {
                let service = pick(number, *services);
                let padding = *padding;
                caller::create(request, &Create { api_id, service, suspend_method, tag, padding });
            }
        }
    }

    fn count(
        &self,
        tag: u64,
        answer: &Result<Answer<'_>, NoAnswer>,
        asked: Instant,
        answered: Instant,
    ) {
        let mut found = self.found.borrow_mut();
        let success = match (&self.load.asked, answer) {
            (Asked::Health, Ok(answer)) => answer.status == 200,
            (Asked::Create { .. }, Ok(answer)) => match answer.report() {
                Some(report) => {
                    found.acknowledged.push((report, tag));
                    true
                }
                None => {
                    found.refused.push(tag);
                    false
                }
            },
            (_, Err(_)) => false,
        };
        if success {
            found.successes += 1;
            self.progress.successes.fetch_add(1, Ordering::Relaxed);
            if asked >= self.counted_from && answered <= self.until {
                found.latencies.add(answered - asked);
            }
        }
        if answer.as_ref().is_ok_and(|answer| answer.status == 503) {
            self.progress.unavailable.fetch_add(1, Ordering::Relaxed);
        }
        let name = outcome(success, answer);
        match found.outcomes.get_mut(name.as_ref()) {
            Some(times) => *times += 1,
            None => drop(found.outcomes.insert(name.into_owned(), 1)),
        }
    }
}

/// The kind of an answer, in words.
fn outcome<'a>(success: bool, answer: &Result<Answer<'_>, NoAnswer>) -> std::borrow::Cow<'a, str> {
    match answer {
        _ if success => "success".into(),
        Ok(answer) => {
            let code = answer.error_code().unwrap_or("without a code");
            let again = if answer.retry_after { " with Retry-After" } else { "" };
            format!("{} {code}{again}", answer.status).into()
        }
        Err(NoAnswer::NotConnected) => "no connection".into(),
        Err(NoAnswer::Broken) => "cut off".into(),
        Err(NoAnswer::TooLate) => "no answer in 30 s".into(),
    }
}
