//! The log, and how much of it strangers can fill: lines that a request or a mail can cause are written in full up to a
//! number for each kind and minute; of the others their number is written.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Config;

/// Lines of one kind that are written in full in each [`WINDOW`]. A kind is a place in the code.
const IN_FULL: u64 = 20;

/// How long the lines of a kind are counted together, from the first one.
const WINDOW: Duration = Duration::from_mins(1);

/// How often it is looked for windows that have ended.
const LOOK: Duration = Duration::from_secs(5);

/// The parts of the desk to which anybody may speak: HTTP, mail, what comes in by them, files.
const DOORS: [&str; 4] = [
    "portreeve_web",
    "portreeve_connect::mail",
    "portreeve_app::intake",
    "portreeve_app::attachment",
];

/// What was left out by this process.
static LEFT_OUT: LazyLock<Sampling> = LazyLock::new(Sampling::new);

/// The log goes to standard error: all of it for `serve`, warnings for other commands.
pub(crate) fn init(config: &Config, serving: bool) {
    let level = if serving { config.log_level } else { config.log_level.min(Level::WARN) };
    let levels = format!("{level},sqlx=warn,hyper=warn,lettre=warn,async_imap=warn");
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let registry = tracing_subscriber::registry().with(EnvFilter::new(levels));
    let set = if config.log_json {
        registry.with(lines.json().flatten_event(true).with_filter(Sampled)).try_init()
    } else {
        registry.with(lines.with_filter(Sampled)).try_init()
    };
    if let Err(error) = set {
        tracing::debug!("the log was set up already: {error}");
    }
}

/// Writes again and again how much was left out, until it is aborted.
pub(crate) async fn follow() {
    loop {
        tokio::time::sleep(LOOK).await;
        say_what_was_left_out(WINDOW);
    }
}

/// Writes how many lines were left out, of kinds whose window began at least so long ago.
pub(crate) fn say_what_was_left_out(age: Duration) {
    for LeftOut { kind, count } in LEFT_OUT.end(LEFT_OUT.started.elapsed(), age) {
        let (file, line) = (kind.file().unwrap_or_default(), kind.line().unwrap_or_default());
        tracing::warn!(
            count,
            place = format!("{file}:{line}"),
            "{count} more lines like those of {file}:{line} within a minute were left out"
        );
    }
}

/// Lets a line through, or counts it.
struct Sampled;

impl<S> Filter<S> for Sampled {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let kind = event.metadata();
        !is_sampled(kind) || LEFT_OUT.takes(kind, LEFT_OUT.started.elapsed())
    }
}

/// Whoever asks for the lines of `debug` gets all of them.
fn is_sampled(kind: &Metadata<'_>) -> bool {
    let is_of_a_door = |door: &&str| {
        let rest = kind.target().strip_prefix(*door);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    *kind.level() <= Level::INFO && DOORS.iter().any(is_of_a_door)
}

/// Counts lines by their kind. There are as many kinds as places in the code, so that it does not grow.
struct Sampling {
    started: Instant,
    windows: Mutex<HashMap<Identifier, Window>>,
}

/// The lines of a kind since one of them was the first.
struct Window {
    kind: &'static Metadata<'static>,
    began: Duration,
    count: u64,
}

/// Lines of a kind that were not written.
struct LeftOut {
    kind: &'static Metadata<'static>,
    count: u64,
}

impl Sampling {
    fn new() -> Self {
        Self { started: Instant::now(), windows: Mutex::default() }
    }

    /// Whether a line that comes at `now` is written.
    fn takes(&self, kind: &'static Metadata<'static>, now: Duration) -> bool {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = Window { kind, began: now, count: 0 };
        let window = windows.entry(kind.callsite()).or_insert(begin);
        window.count += 1;
        window.count <= IN_FULL
    }

    /// Ends the windows that have this age: what was left out in them. The next line of their kind is written.
    fn end(&self, now: Duration, age: Duration) -> Vec<LeftOut> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = windows.extract_if(|_, window| now.saturating_sub(window.began) >= age);
        let left_out = ended.filter(|(_, window)| window.count > IN_FULL);
        left_out
            .map(|(_, Window { kind, count, .. })| LeftOut { kind, count: count - IN_FULL })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds() -> [&'static Metadata<'static>; 2] {
        // What a place in the code is to tracing.
        macro_rules! kind {
            ($target:literal, $level:ident) => {{
                static PLACE: tracing::callsite::DefaultCallsite =
                    tracing::callsite::DefaultCallsite::new(&KIND);
                static KIND: Metadata<'static> = tracing::metadata! {
                    name: "event",
                    target: $target,
                    level: Level::$level,
                    fields: &[],
                    callsite: &PLACE,
                    kind: tracing::metadata::Kind::EVENT
                };
                &KIND
            }};
        }
        [kind!("portreeve_web::amp", INFO), kind!("portreeve_app::jobs", WARN)]
    }

    #[test]
    fn the_first_lines_of_a_kind_are_written_and_the_others_counted() {
        let sampling = Sampling::new();
        let [kind, other] = kinds();
        let at = Duration::from_secs;
        let written = (0..1_000).filter(|_| sampling.takes(kind, at(10))).count();
        assert_eq!(u64::try_from(written).ok(), Some(IN_FULL));
        assert!(sampling.takes(other, at(10)), "each kind has its own number");
        assert!(sampling.end(at(69), WINDOW).is_empty(), "the minute is not over");
        let left_out = sampling.end(at(70), WINDOW);
        assert_eq!(left_out.iter().map(|one| one.count).collect::<Vec<_>>(), [1_000 - IN_FULL]);
        assert!(sampling.takes(kind, at(70)), "a new minute");
        assert!(sampling.end(at(200), WINDOW).is_empty(), "nothing was left out in it");
    }

    #[test]
    fn only_what_strangers_can_cause_is_sampled() {
        let [door, job] = kinds();
        assert!(is_sampled(door) && !is_sampled(job));
    }
}
