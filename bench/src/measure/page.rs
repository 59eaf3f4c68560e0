//! `docs/benchmarks.md`, all of it.

use crate::database::Engine;
use crate::figure::{count, digits, number};

use super::Results;
use super::creates::Point;
use super::growth::Growth;
use super::reading::Reading;

/// Creates a second at 64 connections.
const GOAL_RATE: f64 = 10_000.0;

/// Their 99th percentile, in milliseconds.
const GOAL_P99: f64 = 25.0;

/// What a create at one connection may take beyond a bare commit, in milliseconds.
const GOAL_BEYOND_COMMIT: f64 = 1.0;

/// Jobs done for each create that the goal asks for.
const GOAL_JOBS: f64 = 0.1;

/// A question to the ledger, in nanoseconds.
const GOAL_LOOKUP: f64 = 1_000.0;

/// Loading a million assignments, in seconds.
const GOAL_LOAD: f64 = 3.0;

/// Their memory, in MiB.
const GOAL_LEDGER_MEMORY: f64 = 400.0;

/// Memory of an empty desk, in MiB.
const GOAL_EMPTY_MEMORY: f64 = 60.0;

/// How many times longer four times as much may take for whatever reads strangers' bytes.
const GOAL_GROWTH: f64 = 5.0;

/// The part of a peer's rate at which complaints are to be read.
const GOAL_READING: f64 = 1.0 / 3.0;

/// The page.
pub(super) fn page(results: &Results) -> String {
    [
        beginning(results),
        goals(results),
        commits(results),
        constant(results),
        creates(results),
        long(results),
        jobs(results),
        ledger(results),
        sweep(results),
        growth(&results.growth),
        readings(&results.readings),
    ]
    .join("\n")
}

fn beginning(results: &Results) -> String {
    let machine = &results.machine;
    let size = &results.size;
    let quick = if size.runs < 2 {
        "\n**This was a quick run: one short run of each, good for trying the tool and for nothing \
         else.**\n"
    } else {
        ""
    };
    format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`, which measures everything on this page and writes it anew; \
         do not edit it. The raw figures are in `docs/benchmarks.json`.\n{quick}\n\
         | | |\n|---|---|\n\
         | begun | {} UTC, took {} s |\n\
         | processor | {}, {} cores |\n\
         | memory | {} MiB |\n\
         | kernel | Linux {} |\n\
         | file system of the data | {} |\n\
         | desk | {} (release build) |\n\
         | compiler | {} |\n\
         | SQLite | {}, as the desk uses it: WAL, `synchronous=FULL` |\n\
         | PostgreSQL | {}, its own server on this machine: `fsync=on`, `synchronous_commit=on`, \
         `shared_buffers=256MB`, `max_wal_size=2GB` |\n\n\
         Each figure is the median of {} runs, with the smallest and the largest in brackets where there \
         are several. Desk, \
         database server and load generator share the cores named above. The generator is one thread; \
         each of its connections asks again as soon as it has its answer (a closed loop), over \
         HTTP/1.1 with connections kept. *Others* is the part of all cores that went to processes that \
         have nothing to do with the measurement: where it is more than a few percent, the machine was \
         busy and the figures are too low. *Desk µs* is processor time of the desk for each request, \
         *server µs* that of PostgreSQL, *generator µs* that of the load generator and the mail sink, the warm-up \
         included; *ceiling* is what all cores could do at these costs if nothing else ran and nobody \
         ever waited. A rate near its ceiling is bound by the processors; one far below it, with few \
         others, waits for the disk. Outgoing mail goes by SMTP to a sink: a \
         thread of the generator's process on 127.0.0.1, which takes every mail and keeps none. A mail \
         folder on the same disk would have measured that disk's synced files; a real mail server is \
         slower than the sink, but it is another process's work.\n",
        machine.began,
        results.took_s,
        machine.processor,
        machine.cores,
        machine.memory_mib,
        machine.kernel,
        machine.file_system,
        machine.portreeve,
        machine.rustc,
        machine.sqlite,
        machine.postgres,
        size.runs,
    )
}

/// What was to be reached, and what was.
pub(super) fn goals(results: &Results) -> String {
    let mut text = String::from("## Goals\n\n| what | goal | here | |\n|---|---|---|---|\n");
    let mut row = |what: &str, goal: String, here: f64, verdict: String| {
        text += &format!("| {what} | {goal} | {} | {verdict} |\n", digits(here));
    };
    let steepest = results.growth.iter().map(|growth| growth.steepest).fold(0.0, f64::max);
    let what = "times longer that four times as much from strangers takes to read";
    row(what, format!("under {}", digits(GOAL_GROWTH)), steepest, most(steepest, GOAL_GROWTH));
    for reading in &results.readings {
        let what = format!("{}: part of the rate of {} alone", reading.what, reading.peer);
        let ratio = reading.ratio();
        row(&what, "a third or more".to_owned(), ratio, least(ratio, GOAL_READING));
    }
    for engine in Engine::BOTH {
        let name = engine.name();
        if let Some(point) = point(&results.creates, engine, 64) {
            let rate = point.rate.median();
            let what = format!("creates a second, 64 connections, {name}");
            let others = point.others_percent.median();
            let verdict = least(rate, GOAL_RATE) + &busy(rate >= GOAL_RATE, others);
            row(&what, format!("{} or more", digits(GOAL_RATE)), rate, verdict);
            let p99 = point.p99_ms.median();
            let what = format!("their p99, ms, {name}");
            row(&what, format!("under {}", digits(GOAL_P99)), p99, most(p99, GOAL_P99));
        }
        if let Some(beyond) = beyond_commit(results, engine) {
            let what = format!("p50 at 1 connection beyond a bare synced commit, ms, {name}");
            row(&what, "within 1".to_owned(), beyond, most(beyond, GOAL_BEYOND_COMMIT));
        }
        if let Some(drain) = results.drains.iter().find(|drain| drain.engine == engine) {
            let goal = GOAL_RATE * GOAL_JOBS;
            for (what, rate) in
                [("notices", drain.notices.median()), ("orders", drain.orders.median())]
            {
                let what = format!("{what} a second, {name}");
                row(&what, format!("{} or more", digits(goal)), rate, least(rate, goal));
            }
        }
        let empty = results.starts.iter().find(|s| s.engine == engine && s.assignments == 0);
        if let Some(start) = empty {
            let memory = start.memory_mib.median();
            let what = format!("memory of an empty desk, MiB, {name}");
            row(&what, "under 60".to_owned(), memory, most(memory, GOAL_EMPTY_MEMORY));
        }
    }
    if let Some(ledger) = results.ledgers.last() {
        let (lookup, load) = (ledger.holder_ns.median(), ledger.load_s.median());
        let memory = ledger.memory_mib.median();
        let many = count(ledger.assignments);
        row(
            &format!("a question to the ledger at {many}, ns"),
            "under 1,000".to_owned(),
            lookup,
            most(lookup, GOAL_LOOKUP),
        );
        row(&format!("loading {many}, s"), "under 3".to_owned(), load, most(load, GOAL_LOAD));
        row("their memory, MiB", "under 400".to_owned(), memory, most(memory, GOAL_LEDGER_MEMORY));
    }
    text
}

fn point(points: &[Point], engine: Engine, connections: usize) -> Option<&Point> {
    points.iter().find(|point| point.engine == engine && point.connections == connections)
}

/// How much longer than a bare commit a create takes at one connection.
fn beyond_commit(results: &Results, engine: Engine) -> Option<f64> {
    let bare = results.commits.iter().find(|commits| commits.engine == engine)?;
    Some(point(&results.creates, engine, 1)?.p50_ms.median() - bare.p50_ms.median())
}

fn least(value: f64, goal: f64) -> String {
    if value >= goal {
        "met".to_owned()
    } else {
        format!("missed by {:.0} %", (goal - value) / goal * 100.0)
    }
}

/// Whose fault it may be that a goal was missed.
fn busy(met: bool, others: f64) -> String {
    if met || others < 5.0 {
        return String::new();
    }
    format!(" (other processes took {others:.0} % of the cores meanwhile)")
}

fn most(value: f64, goal: f64) -> String {
    if value < goal {
        "met".to_owned()
    } else {
        format!("missed by {:.0} %", (value - goal) / goal * 100.0)
    }
}

fn commits(results: &Results) -> String {
    let mut text = String::from(
        "## Bare synced commits\n\n\
         One connection inserts one row of 400 bytes after another, each in a transaction of its own, \
         through the same library as the desk and onto the same disk. No desk is involved. Nothing that \
         is durable at the moment of its answer can be faster at one connection.\n\n\
         | engine | commits/s | p50 ms | p99 ms |\n|---|---|---|---|\n",
    );
    for found in &results.commits {
        text += &format!(
            "| {} | {} | {} | {} |\n",
            found.engine.name(),
            found.rate.show(),
            found.p50_ms.show(),
            found.p99_ms.show()
        );
    }
    text
}

fn constant(results: &Results) -> String {
    let mut text = String::from(
        "## The constant answer\n\n\
         `GET /healthz` of a desk with the whole directory: the same server and router, no body, no \
         database. What HTTP by itself costs here, generator included.\n\n\
         | connections | answers/s | p50 ms | p99 ms | max ms | desk µs | others % |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for point in &results.constant {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            point.connections,
            point.rate.show(),
            point.p50_ms.show(),
            point.p99_ms.show(),
            point.max_ms.show(),
            point.desk_cpu_us.show(),
            point.others_percent.show()
        );
    }
    text
}

fn creates(results: &Results) -> String {
    let size = &results.size;
    let mut text = format!(
        "## Creates\n\n\
         `POST …/api.php` as PHP's cURL sends it (urlencoded, about 600 bytes, a service of {} that \
         differs each time, `suspend_method=nosuspend`), answered after the commit is synced. Each \
         create stores its report, its line of history and the jobs that tell the customer and the \
         staff. Each run has a desk of its own with empty tables but for the directory; {} s of warm-up \
         are not counted, the {} s after them are. **The desk sends its notices meanwhile**, by SMTP to the mail \
         sink; they compete with the creates for the processors and the database. *Notices done* is how many were sent when the callers stopped, *left* how many \
         waited then. After every run the rows of `reports` were counted: they were exactly the \
         successes that were answered, else the run would have failed.\n\n",
        count(size.services),
        digits(number(size.warm_up_ms) / 1e3),
        digits(number(size.length_ms) / 1e3),
    );
    text += &table(&results.creates);
    text
}

fn table(points: &[Point]) -> String {
    let mut text = String::from(
        "| engine | connections | creates/s | p50 ms | p99 ms | max ms | failed | desk µs | server µs \
         | generator µs | ceiling/s | others % | highest memory MiB | notices done | left |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for point in points {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            point.engine.name(),
            point.connections,
            point.rate.show(),
            point.p50_ms.show(),
            point.p99_ms.show(),
            point.max_ms.show(),
            point.failures,
            point.desk_cpu_us.show(),
            point.server_cpu_us.show(),
            point.callers_cpu_us.show(),
            point.ceiling.show(),
            point.others_percent.show(),
            point.memory_mib.show(),
            point.notices_done.show(),
            point.notices_left.show()
        );
    }
    text
}

fn long(results: &Results) -> String {
    format!(
        "## Creates for longer\n\n\
         The same at 64 connections for {} s, once: tables grow, checkpoints happen, and notices are \
         sent all the while.\n\n{}",
        digits(number(results.size.long_ms) / 1e3),
        table(&results.long)
    )
}

fn jobs(results: &Results) -> String {
    let size = &results.size;
    let mut text = format!(
        "## Jobs\n\n\
         *Notices*: {} reports are created at 64 connections; then the callers stop and the tables are \
         watched until no notice is left, for {} s at the most. Each notice is a mail that \
         the sink has taken, a line of history and a row of what became of it. The usual sink \
         acknowledges what it has received as every Linux server does, up to 40 ms later when it has \
         nothing to say itself; the *prompt* one at once (`TCP_QUICKACK`). Where they differ, the desk \
         waits for acknowledgements between the parts of a mail (Nagle's algorithm), on a few \
         connections. *Orders*: {} reports with \
         `suspend_method=immediate`, each for another service, with `limits.suspensions_per_hour` \
         raised and the recording enforcer, which takes every order at once; the rate is from the first \
         create to the last order, with notices being sent beside it. A real panel takes far longer \
         than the desk.\n\n\
         | engine | notices/s | notices/s, prompt sink | orders/s | orders not done in time |\n|---|---|---|---|---|\n",
        count(size.drained),
        digits(number(size.watch_ms) / 1e3),
        count(size.suspended),
    );
    for drain in &results.drains {
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            drain.engine.name(),
            drain.notices.show(),
            drain.notices_prompt.show(),
            drain.orders.show(),
            drain.orders_left
        );
    }
    text
}

fn ledger(results: &Results) -> String {
    let mut text = String::from(
        "## The ledger, and starting\n\n\
         In a process of its own, without a database: so many assignments are put in (of eight, four \
         IPv4 addresses, three IPv6 networks, one domain; making them is not counted), and a million \
         questions of each kind are asked all over them. *Memory* is what the resident set grew \
         by.\n\n\
         | assignments | loaded in s | memory MiB | who had it, ns | nobody had it, ns | does the \
         service hold it, ns |\n|---|---|---|---|---|---|\n",
    );
    for ledger in &results.ledgers {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            count(ledger.assignments),
            ledger.load_s.show(),
            ledger.memory_mib.show(),
            ledger.holder_ns.show(),
            ledger.nobody_ns.show(),
            ledger.holds_ns.show()
        );
    }
    text += "\nA desk from the start of its process to the first good answer of `/readyz`, the ledger \
             read from the tables; and its resident memory 0.7 s later. No assignments: an empty desk \
             without a directory.\n\n\
             | engine | assignments | ready after s | memory MiB |\n|---|---|---|---|\n";
    for start in &results.starts {
        text += &format!(
            "| {} | {} | {} | {} |\n",
            start.engine.name(),
            count(start.assignments),
            start.ready_s.show(),
            start.memory_mib.show()
        );
    }
    text += &format!(
        "\nSetting up the desk of the creates took, with importing its {} services from CSV by \
         `service import`, once:",
        count(results.size.services)
    );
    for (engine, import) in &results.imports {
        text += &format!(" {} s on {};", import.show(), engine.name());
    }
    text.truncate(text.trim_end_matches(';').len());
    text += ".\n";
    text
}

fn sweep(results: &Results) -> String {
    let size = &results.size;
    let mut text = format!(
        "## Deadlines\n\n\
         A desk with {} open reports whose deadline is a year ahead (one made through the endpoint, the \
         others copies of its row for other services). *Idle* is processor time of desk and database \
         server over {} s in percent of one core, once. Then {} deadlines are made due at once by a \
         statement of SQL, and the table is watched until each has placed its hold, for {} s at the \
         most; their services are suspended by the recording enforcer meanwhile.\n\n\
         | engine | idle, empty desk % | idle with deadlines % | due deadlines/s | not done in time \
         |\n|---|---|---|---|---|\n",
        count(size.deadlines),
        digits(number(size.idle_ms) / 1e3),
        count(size.due),
        digits(number(size.watch_ms) / 1e3),
    );
    for sweep in &results.sweeps {
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            sweep.engine.name(),
            sweep.empty_percent.show(),
            sweep.idle_percent.show(),
            sweep.due.show(),
            sweep.due_left
        );
    }
    text
}

/// What strangers' bytes cost, and how that grows.
pub(super) fn growth(found: &[Growth]) -> String {
    let mut text = format!(
        "## Reading what strangers send\n\n\
         Every function that goes through bytes of strangers, in this process, with inputs that were made to be dear: \
         one piece again and again, up to 64 KiB, 256 KiB and 1 MiB; the fastest of a few tries. The times are those of the \
         input that takes longest. *Steepest* is, over all inputs and both steps, how many times longer four times as much \
         takes: {} at the most, or somebody could keep a desk busy with one mail. A mail that takes more than any real one \
         is not read on, so that its time does not grow any more.\n\n\
         | read | inputs | 64 KiB, ms | 256 KiB, ms | 1 MiB, ms | dearest | steepest | |\n|---|---|---|---|---|---|---|---|\n",
        digits(GOAL_GROWTH)
    );
    for growth in found {
        let [small, middle, large] = growth.millis.map(digits);
        text += &format!(
            "| {} | {} | {small} | {middle} | {large} | {} | {} ({}) | {} |\n",
            growth.reader,
            growth.inputs,
            shown(&growth.dearest),
            digits(growth.steepest),
            shown(&growth.steepest_input),
            most(growth.steepest, GOAL_GROWTH),
        );
    }
    text
}

/// How fast complaints are read.
pub(super) fn readings(found: &[Reading]) -> String {
    let mut text = String::from(
        "## Reading complaints\n\n\
         On one core, in this process, each beside a library that only takes the format apart and understands nothing of it, \
         in turns within one run: the ratio says more than the rates. The mails are typical ones of 5 kB; the table has 21 columns \
         and 60,000 rows, and is read row by row.\n\n\
         | read | a second | peer | a second | ratio | |\n|---|---|---|---|---|---|\n",
    );
    for reading in found {
        text += &format!(
            "| {} | {} | {} alone | {} | {} | {} |\n",
            reading.what,
            digits(reading.rate),
            reading.peer,
            digits(reading.peer_rate),
            digits(reading.ratio()),
            least(reading.ratio(), GOAL_READING),
        );
    }
    text
}

/// An input in a cell of a table.
fn shown(input: &str) -> String {
    let line: String = input.escape_debug().to_string().replace('|', "\\|").replace('`', "'");
    let short: String = line.chars().rev().take(48).collect::<Vec<_>>().into_iter().rev().collect();
    format!("`{short}`")
}
