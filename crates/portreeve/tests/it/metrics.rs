//! The numbers that an operator watches, and the files that are made from them.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use portreeve_store::JobKind;
use serde_json::Value;

use crate::foreign::tools;
use crate::receiver::{Receiver, Reply};
use crate::seat::between;
use crate::webhooks::tell;
use crate::world::*;

const PAGE: &str = include_str!("../../../../docs/monitoring.md");
const ALERTS: &str = include_str!("../../../../docs/alerts.yml");
const DASHBOARD: &str = include_str!("../../../../docs/grafana-dashboard.json");

impl Serving {
    pub(crate) fn metrics(&self) -> Answer {
        self.get("/metrics")
    }

    /// The whole part of the value of one line, by all that stands before it.
    fn number(&self, line: &str) -> i64 {
        let page = self.metrics().body;
        let value = page.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("no {line} in {page}"));
        value.split('.').next().unwrap().parse().unwrap()
    }
}

on_both! {
    fn what_happens_is_counted(world) {
        let desk = world.serve();
        assert_eq!(desk.number("portreeve_amp_calls_total{code=\"success\"}"), 0);
        let id = desk.create(&world, "service_id=1&category=x&suspend_method=immediate");
        let stranger = [("API_ID", "wrong"), ("Content-Type", "application/x-www-form-urlencoded")];
        desk.send("POST", AMP, &stranger, b"action=create&service_id=1&category=x");
        assert_eq!(desk.number("portreeve_amp_calls_total{code=\"success\"}"), 1);
        assert_eq!(desk.number("portreeve_amp_calls_total{code=\"AMP001\"}"), 1);
        assert_eq!(desk.number("portreeve_amp_call_seconds_count"), 2);
        assert_eq!(desk.number("portreeve_commit_requests_sum"), 1);
        assert_eq!(desk.number("portreeve_callers_waiting"), 0);
        world.wait_for(id, "suspended");
        let done = "portreeve_orders_total{panel=\"exec\",action=\"suspend\",answer=\"done\"}";
        assert_eq!(desk.number(done), 1);
        assert_eq!(desk.number("portreeve_panel_up{panel=\"exec\"}"), 1);
        eventually("notices are counted", || {
            desk.number("portreeve_notices_total{outcome=\"sent\"}") >= 2
        });
        assert_eq!(desk.number("portreeve_paused"), 0);
        world.ok(&["pause"]);
        eventually("the pause is seen", || desk.number("portreeve_paused") == 1);
        assert!(desk.number("portreeve_connections") >= 1);
        assert!(desk.number("process_resident_memory_bytes") > 1_000_000);
        assert!(desk.number("process_open_fds") > 3);
    }

    fn what_waits_for_a_person_is_seen(world) {
        world.ok(&["pause"]);
        let desk = world.serve();
        let held = desk.create(&world, "service_id=1&category=x&suspend_method=immediate");
        world.wait_for(held, "awaiting_approval");
        eventually("it is among the numbers", || {
            desk.number("portreeve_suspensions_awaiting_approval") == 1
        });
    }
}

#[test]
fn while_the_database_is_away_the_numbers_say_so() {
    let world = World::new(Engine::Postgres);
    let desk = world.serve();
    eventually("it was looked at", || desk.number("portreeve_database_up") == 1);
    world.close_database(true);
    eventually("it is known to be away", || desk.number("portreeve_database_up") == 0);
    world.close_database(false);
    eventually("it is back", || desk.number("portreeve_database_up") == 1);
}

#[test]
fn only_those_who_are_allowed_see_the_numbers() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    assert_eq!(desk.metrics().status, 200);
    // An unknown proxy on this machine would make everybody look like loopback.
    let through = desk.send("GET", "/metrics", &[("X-Forwarded-For", "127.0.0.1")], b"");
    assert_eq!(through.status, 403);
    assert!(through.body.contains("server.metrics_allow"), "{through:?}");
    drop(desk);
    let options = world.options("");
    world.write(
        "portreeve.toml",
        &format!("{options}[server]\nmetrics_allow = [\"192.0.2.0/24\"]\n"),
    );
    assert_eq!(world.serve().metrics().status, 403);
    world.write("portreeve.toml", &format!("{options}[server]\nmetrics_allow = [\"here\"]\n"));
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("server.metrics_allow") && said.contains("here"), "{said}");
}

#[test]
fn behind_a_trusted_proxy_only_whom_it_names_is_known_and_nobody_else_is_an_operator() {
    let world = World::new(Engine::Sqlite);
    let proxies = [("PORTREEVE_SERVER__TRUSTED_PROXIES", "127.0.0.1")];
    world.set("amp.failed_auth_per_minute", "5");
    let added = ["credential", "add", "--staff", "alice", "--allow", "203.0.113.9/32"];
    let added = world.json(&added);
    let identifier = added["identifier"].as_str().unwrap();
    let desk = world.serve_with(&proxies);
    assert_eq!(desk.metrics().status, 403, "the proxy itself is no operator");
    for odd in ["unknown", "127.0.0.1, nonsense", "203.0.113.9"] {
        let asked = desk.send("GET", "/metrics", &[("X-Forwarded-For", odd)], b"");
        assert_eq!(asked.status, 403, "{odd}");
    }
    let call = |identifier: &str, forwarded: Option<(&'static str, &str)>| {
        let mut headers =
            vec![("API_ID", identifier), ("Content-Type", "application/x-www-form-urlencoded")];
        headers.extend(forwarded);
        desk.post(AMP, &headers, b"action=create&service_id=1&category=x")
    };
    let x = |value| Some(("X-Forwarded-For", value));
    for good in [
        "203.0.113.9",
        "203.0.113.9:51234",
        "198.51.100.7, 203.0.113.9:51234",
        "::ffff:203.0.113.9",
        "\"203.0.113.9\"",
        "203.0.113.9,",
        "unknown, 203.0.113.9",
    ] {
        let answer = call(identifier, x(good));
        assert!(answer.body.contains("success"), "{good}: {answer:?}");
    }
    let forwarded = call(identifier, Some(("Forwarded", "for=\"203.0.113.9:51234\";proto=https")));
    assert!(forwarded.body.contains("success"), "{forwarded:?}");
    assert_eq!(call(identifier, None).code(), "AMP001", "a stranger is on no list");
    // Those whom it does not name have used up their tries; others are heard all the same.
    for _ in 0..6 {
        call("wrong", x("nonsense 203.0.113.9"));
    }
    assert_eq!(call("wrong", None).code(), "AMP104");
    assert_eq!(call("wrong", x("[2001:db8::9]:443")).code(), "AMP001");
    assert!(call(identifier, x("203.0.113.9:1")).body.contains("success"));
    let log = desk.log();
    assert!(
        log.contains("unreadable X-Forwarded-For") && log.contains("nonsense 203.0.113.9"),
        "{log}"
    );
}

#[test]
fn prometheus_beside_the_desk_has_a_door_of_its_own() {
    let world = World::new(Engine::Sqlite);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = format!("127.0.0.1:{port}");
    let env = [
        ("PORTREEVE_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
        ("PORTREEVE_SERVER__METRICS_LISTEN", own.as_str()),
    ];
    let desk = world.serve_with(&env);
    let ask = |path: &str, header: &str| {
        let mut stream = std::net::TcpStream::connect(&own).unwrap();
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: {own}\r\n{header}Connection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    };
    let numbers = ask("/metrics", "");
    assert!(
        numbers.starts_with("HTTP/1.1 200 ") && numbers.contains("portreeve_build_info"),
        "{numbers}"
    );
    for path in ["/healthz", "/readyz"] {
        assert!(ask(path, "").starts_with("HTTP/1.1 200 "), "{path}");
    }
    for path in ["/", "/admin", "/api/v1/me", AMP, "/client"] {
        assert!(ask(path, "").starts_with("HTTP/1.1 404 "), "{path}");
    }
    // Nobody is believed there to ask for somebody else.
    let through = ask("/metrics", "X-Forwarded-For: 127.0.0.1\r\n");
    assert!(through.starts_with("HTTP/1.1 403 "), "{through}");
    assert_eq!(desk.metrics().status, 403, "the way in for everybody stays closed");
    assert!(desk.stop().success());
}

const PARSE: &str = "\
import sys
if sys.argv[1] == 'openmetrics':
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
else:
    from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name, *sample.labels)
";

/// Every sample that a desk exposes, as the parser of Prometheus' own Python client reads it: its name and
/// the names of its labels.
fn exposed(page: &Answer, format: &str) -> BTreeSet<(String, BTreeSet<String>)> {
    let mut parser = Command::new(tools().join("venv/bin/python"));
    parser.args(["-c", PARSE, format]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut parser = parser.spawn().unwrap();
    std::io::Write::write_all(&mut parser.stdin.take().unwrap(), page.body.as_bytes()).unwrap();
    let output = parser.wait_with_output().unwrap();
    assert!(output.status.success(), "{page:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let sample = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next().unwrap(), words.collect())
    };
    text.lines().map(sample).collect()
}

/// Names of numbers in an expression, each with the labels that it is asked for.
fn asked(expression: &str) -> Vec<(String, BTreeSet<String>)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(is_name) {
        rest = &rest[start..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if !(word.starts_with("portreeve_") || word.starts_with("process_")) {
            continue;
        }
        let inside = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let labels = inside.map_or("", |(labels, _)| labels).split(',');
        let names = labels.filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        // Prometheus adds these two to everything.
        let own = names.filter(|name| name != "job" && name != "instance");
        found.push((word.to_owned(), own.collect()));
    }
    found
}

/// The expressions of the dashboard.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "expr" || name == "query" => {
                        found.push(text.clone());
                    }
                    value => expressions(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

#[test]
fn dashboard_alerts_and_documentation_name_what_is_there_and_all_of_it() {
    let world = World::new(Engine::Sqlite);
    let receiver = Receiver::start(|_| Reply::status(200));
    tell(&world, &[("crm", &receiver, "")]);
    // A directory that is looked at by itself, and cannot be reached.
    let away = "[[directory]]\nname = \"main\"\n[[directory]]\nkind = \"sql\"\nurl = \"mysql://a@127.0.0.1:1/x\"\nquery = \"x\"\n";
    let folder = format!(
        "[[mail.in.folder]]\nname = \"drop\"\npath = \"{}\"\n",
        world.path("drop").display()
    );
    world.write("portreeve.toml", &format!("{}{away}{folder}", world.read("portreeve.toml")));
    let desk = world.serve();
    let accept = [("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")];
    let page = desk.send("GET", "/metrics", &accept, b"");
    assert!(page.header("content-type").starts_with("application/openmetrics-text;"), "{page:?}");
    let exposed = exposed(&page, "openmetrics");
    let page = desk.metrics();
    assert!(page.header("content-type").starts_with("text/plain; version=0.0.4;"), "{page:?}");
    assert_eq!(self::exposed(&page, "classic"), exposed, "the same in both formats");

    let mut wanted = Vec::new();
    expressions(&serde_json::from_str(DASHBOARD).unwrap(), &mut wanted);
    assert!(wanted.len() > 20, "{wanted:?}");
    let alerts = ALERTS.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    wanted.extend(alerts.map(str::to_owned));
    for expression in &wanted {
        for (name, labels) in asked(expression) {
            let known = |(there, their): &(String, BTreeSet<String>)| {
                *there == name && labels.is_subset(their)
            };
            assert!(exposed.iter().any(known), "no {name} with {labels:?}, in {expression}");
        }
    }

    let mut documented = BTreeSet::new();
    for row in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let names = row.split('|').nth(1).unwrap();
        documented.extend(names.split('`').filter(|name| name.contains('_')).map(str::to_owned));
    }
    for name in &documented {
        let of_it = |(there, _): &(String, BTreeSet<String>)| family(there) == *name;
        assert!(exposed.iter().any(of_it), "{name} is documented and not there");
    }
    for (name, _) in &exposed {
        assert!(documented.contains(family(name)), "{name} is there and not documented");
    }
}

#[test]
fn every_kind_of_job_is_counted_watched_and_documented() {
    let kinds: BTreeSet<&str> = JobKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds.len(), JobKind::ALL.len());
    let world = World::new(Engine::Sqlite);
    let page = world.serve().metrics().body;
    for name in ["portreeve_jobs", "portreeve_job_due_since_seconds"] {
        let of_it = page.lines().filter(|line| line.starts_with(&format!("{name}{{")));
        let counted: BTreeSet<&str> = of_it.map(|line| between(line, "kind=\"", "\"")).collect();
        assert_eq!(counted, kinds, "{name}");
        let expressions = |text: &str| text.lines().filter(|line| line.contains(name)).count();
        assert!(expressions(ALERTS) > 0 && expressions(DASHBOARD) > 0, "nobody watches {name}");
    }
    // They watch all kinds at once: one that chose some would miss what is added.
    for line in
        ALERTS.lines().chain(DASHBOARD.lines()).filter(|line| line.contains("portreeve_job"))
    {
        assert!(!line.contains("kind=") && !line.contains("kind!"), "{line}");
    }
    let row = PAGE.lines().find(|line| line.starts_with("| `portreeve_jobs`")).unwrap();
    let listed = between(row, "`kind`: ", "; `state`");
    assert_eq!(
        listed.split(", ").map(|word| word.trim_matches('`')).collect::<BTreeSet<_>>(),
        kinds
    );
}

/// The name under which a sample is documented: parts of a histogram go under its own.
fn family(sample: &str) -> &str {
    let histograms = ["portreeve_amp_call_seconds", "portreeve_commit_requests"];
    histograms.into_iter().find(|name| sample.starts_with(name)).unwrap_or(sample)
}
