//! The pages of the staff area over a desk with a million reports: filled by SQL, asked over HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portreeve_core::event::Kind;
use xtask::postgres::{Options, Server};

use crate::database::{Database, Engine};
use crate::desk::Model;
use crate::histogram::Histogram;

/// How often each page is asked for.
const CALLS: u32 = 200;

/// Calls before it counts.
const WARM_UP: u32 = 5;

/// Services of the directory.
const SERVICES: u64 = 20_000;

/// The session that the pages are asked with; its hash is below.
const TOKEN: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const TOKEN_HASH: &str = "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55";

/// What is asked for, and the path.
const PAGES: [(&str, &str); 24] = [
    ("home", "/admin"),
    ("list, newest first", "/admin/reports"),
    ("list, oldest first", "/admin/reports?order=oldest"),
    ("list, far down", "/admin/reports?after=500000"),
    ("status queued", "/admin/reports?status=queued"),
    ("status open", "/admin/reports?status=open"),
    ("status closed, oldest first", "/admin/reports?status=closed&order=oldest"),
    ("turn customer", "/admin/reports?turn=customer"),
    ("turn staff", "/admin/reports?turn=staff"),
    ("status and turn", "/admin/reports?status=open&turn=staff&order=oldest"),
    ("category", "/admin/reports?category=Phishing"),
    ("status and category", "/admin/reports?status=open&category=Phishing"),
    ("service", "/admin/reports?service=17"),
    ("customer", "/admin/reports?customer=c17"),
    ("customer and status", "/admin/reports?customer=c17&status=closed"),
    ("one address", "/admin/reports?address=10.1.2.3"),
    ("a /24", "/admin/reports?address=10.1.2.0/24"),
    ("a /8, oldest first", "/admin/reports?address=10.0.0.0/8&order=oldest"),
    ("assignee", "/admin/reports?assignee=alice"),
    ("next deadlines", "/admin/reports?order=deadline"),
    ("suspension placed", "/admin/reports?suspension=placed"),
    ("a common word", "/admin/reports?text=common"),
    ("a rare word", "/admin/reports?text=rare777"),
    ("one report", "/admin/reports/7777"),
];

/// Fills a desk on each engine and asks it for every page.
pub fn run(binary: &Path, reports: u64) -> Result<()> {
    for engine in Engine::BOTH {
        let server = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Server::start(&Options::FIGURES)?),
        };
        let model =
            Model::new(binary, server.as_ref().map(|server| server.url.as_str()), SERVICES)?;
        let desk = model.desk()?;
        let began = Instant::now();
        let mut database = desk.open_database()?;
        fill(&mut database, engine, reports)?;
        drop(database);
        println!(
            "{}: {reports} reports were made in {:.0} s",
            engine.name(),
            began.elapsed().as_secs_f64()
        );
        let serving = desk.start()?;
        for (name, path) in PAGES {
            let mut took = Histogram::default();
            let mut bytes = 0;
            for call in 0..CALLS + WARM_UP {
                let (latency, length) = get(serving.address, path)?;
                if call >= WARM_UP {
                    took.add(latency);
                }
                bytes = length;
            }
            let millis = |per_mille: u64| took.quantile(per_mille).as_secs_f64() * 1_000.0;
            println!(
                "{:<10} {name:<28} median {:>7.2} ms   p99 {:>7.2} ms   {bytes:>6} bytes",
                engine.name(),
                millis(500),
                millis(990)
            );
        }
        serving.stop()?;
    }
    Ok(())
}

/// Asks for a page, over a connection of its own: how long it took and how long it is.
fn get(address: SocketAddr, path: &str) -> Result<(Duration, usize)> {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: desk\r\nCookie: portreeve_staff={TOKEN}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let took = began.elapsed();
    let head = String::from_utf8_lossy(answer.get(..15).context("an answer")?).into_owned();
    if !head.starts_with("HTTP/1.1 200") {
        bail!("{path} was answered with {head}");
    }
    Ok((took, answer.len()))
}

/// What the two engines write differently.
struct Dialect {
    numbers: String,
    hex: &'static str,
    words: String,
    next: String,
}

fn dialect(engine: Engine, reports: u64) -> Dialect {
    let text = "lower(category) || ' ' || service_ip || ' common rare' || (id % 5000) || ' word' || (id % 100)";
    match engine {
        Engine::Sqlite => Dialect {
            numbers: format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {reports})"
            ),
            hex: "printf('%06x', i % 16777216)",
            words: format!(
                "INSERT INTO report_words (rowid, words) SELECT id, {text} FROM reports"
            ),
            next: format!("UPDATE report_ids SET next = {}", reports + 1),
        },
        Engine::Postgres => Dialect {
            numbers: format!("WITH n(i) AS (SELECT generate_series(1, {reports}::BIGINT))"),
            hex: "lpad(to_hex(i % 16777216), 6, '0')",
            words: format!(
                "INSERT INTO report_words (report_id, words)
                SELECT id, array_to_tsvector(string_to_array({text}, ' ')) FROM reports"
            ),
            next: format!("SELECT setval('report_ids', {reports})"),
        },
    }
}

/// A year of reports, of which the last three in a hundred are open.
fn fill(database: &mut Database, engine: Engine, reports: u64) -> Result<()> {
    let Dialect { numbers, hex, words, next } = dialect(engine, reports);
    let closed = reports * 97 / 100;
    let queued = reports - 200;
    let now = "1795500000000";
    let make = format!(
        "{numbers} INSERT INTO reports (id, directory, service_id, customer_id, category, service_ip, additional_info,
            suspend_method, allow_unsuspend, opened_at, opened_by, status, queued_why, turn, outcome, closed_at,
            countdown, deadline_at, wake_at, revision, assignee, address)
        SELECT i, 'main', 1 + i * 7919 % {SERVICES}, CASE WHEN i > {queued} THEN NULL ELSE 'c' || (i * 7919 % {SERVICES} / 3) END,
            CASE i % 8 WHEN 0 THEN 'Phishing' WHEN 1 THEN 'Malware' WHEN 2 THEN 'Copyright' ELSE 'Spam' END,
            '10.' || (i / 65536 % 256) || '.' || (i / 256 % 256) || '.' || (i % 256),
            'Unwanted mail was sent from this address. A common complaint, rare' || (i % 5000) || ', with a few lines of a log.',
            'nosuspend', FALSE, {now} - ({reports} - i) * 31536, 'api:1',
            CASE WHEN i <= {closed} THEN 'closed' WHEN i > {queued} THEN 'queued' ELSE 'open' END,
            CASE WHEN i > {queued} THEN '{{\"code\":\"no_service\"}}' END,
            CASE WHEN i <= {closed} THEN NULL WHEN i > {queued} OR i % 5 = 0 THEN 'staff' ELSE 'customer' END,
            CASE WHEN i <= {closed} THEN 'resolved' END,
            CASE WHEN i <= {closed} THEN {now} - ({reports} - i) * 31536 + 7200000 END,
            CASE WHEN i > {closed} AND i <= {queued} AND i % 3 = 0 THEN 'running' ELSE 'none' END,
            CASE WHEN i > {closed} AND i <= {queued} AND i % 3 = 0 THEN {now} + 86400000000 + i END,
            CASE WHEN i > {closed} AND i <= {queued} AND i % 3 = 0 THEN {now} + 86400000000 + i END,
            1, CASE WHEN i % 10 = 0 THEN 'alice' END, '00000000000000000000ffff0a' || {hex}
        FROM n"
    );
    let event = |kind: Kind, later: u64, condition: &str| {
        let example = kind.examples().remove(0).data()?;
        Ok::<_, anyhow::Error>(format!(
            "INSERT INTO events (report_id, at, actor, kind, data)
            SELECT id, opened_at + {later}, 'api:1', '{kind}', '{example}' FROM reports {condition} ORDER BY id"
        ))
    };
    let hold = format!(
        "INSERT INTO holds (report_id, directory, service_id, state, since, press)
        SELECT id, directory, service_id, CASE WHEN id > {closed} THEN 'placed' ELSE 'released' END, opened_at, 'staff'
        FROM reports WHERE id % 20 = 7 AND id <= {queued}"
    );
    let session = format!(
        "INSERT INTO staff_sessions (token_hash, staff_id, stage, address, agent, created_at, seen_at, proved_at, expires_at)
        SELECT '{TOKEN_HASH}', id, 'whole', '', '', 4000000000000, 4000000000000, 0, 4100000000000 FROM staff"
    );
    let opened = event(Kind::Opened, 0, "")?;
    let ended = event(Kind::Closed, 7_200_000, "WHERE status = 'closed'")?;
    for sql in [make, opened, ended, hold, words, next, session, "ANALYZE".to_owned()] {
        database.execute(&sql).with_context(|| sql.chars().take(80).collect::<String>())?;
    }
    Ok(())
}
