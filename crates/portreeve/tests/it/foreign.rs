//! What we sign is verified by the libraries that receivers use: the `standardwebhooks` packages of `PyPI` and
//! npm, on what a real desk sent.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::receiver::{Call, Receiver, Reply};
use crate::webhook_enforcer::SECRET;
use crate::webhooks::tell;
use crate::world::*;

/// Where the libraries are; `cargo xtask test` installs them and sets this.
const TOOLS: &str = "PORTREEVE_TEST_TOOLS";

const PYTHON: &str = "\
import json, sys
from standardwebhooks.webhooks import Webhook
told = json.load(sys.stdin)
print(json.dumps(Webhook(told['secret']).verify(told['body'], told['headers'])))
";

const NODE: &str = "\
const { Webhook } = require('standardwebhooks');
const told = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(new Webhook(told.secret).verify(told.body, told.headers)));
";

pub(crate) fn tools() -> PathBuf {
    std::env::var(TOOLS)
        .unwrap_or_else(|_| panic!("{TOOLS} is not set: run `cargo xtask test`"))
        .into()
}

/// What both libraries make of a call: its body, or nothing when they refuse it.
fn verified(secret: &str, call: &Call, body: &str) -> Vec<Option<serde_json::Value>> {
    let mut python = Command::new(tools().join("venv/bin/python"));
    python.args(["-c", PYTHON]);
    let mut node = Command::new("node");
    node.args(["-e", NODE]).current_dir(tools().join("node"));
    let told = json!({ "secret": secret, "headers": call.headers, "body": body }).to_string();
    [python, node]
        .map(|mut command| {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            let refused = complaint.contains("WebhookVerificationError");
            assert!(output.status.success() || refused, "{command:?}: {complaint}");
            output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
        })
        .to_vec()
}

/// Both libraries take the call as it came, with each secret that counts, and refuse it otherwise.
fn check(call: &Call, secrets: &[&str]) {
    for secret in secrets {
        assert_eq!(verified(secret, call, &call.body), vec![Some(call.json()); 2], "{call:?}");
    }
    let changed = call.body.replacen("\"service_id\":1", "\"service_id\":2", 1);
    assert_ne!(changed, call.body);
    assert_eq!(verified(secrets[0], call, &changed), [None, None]);
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(verified(other, call, &call.body), [None, None]);
}

#[test]
fn other_peoples_libraries_verify_an_order() {
    let world = World::new(Engine::Sqlite);
    let receiver = Receiver::start(|_| Reply::status(200));
    let new = "whsec_TmV3IHNlY3JldCBvZiB0aGUgZGVzaywgMzIgYnl0ZXM=";
    let whole = world.options("");
    let (without, _) = whole.split_once("[[enforcer]]").unwrap();
    world.write("secrets", &format!("{new}\n{SECRET}\n"));
    world.write(
        "portreeve.toml",
        &format!(
            "{without}[[enforcer]]\nkind = \"webhook\"\nurl = \"{}\"\nsecret_file = \"secrets\"\n\
             allow_private = true\nobserve = false\n",
            receiver.url()
        ),
    );
    let desk = world.serve();
    let id = desk.create(&world, "service_id=1&category=Sp%C3%A4m&suspend_method=immediate");
    world.wait_for(id, "suspended");
    check(&receiver.calls()[0], &[new, SECRET]);
}

#[test]
fn other_peoples_libraries_verify_an_event() {
    let world = World::new(Engine::Sqlite);
    let receiver = Receiver::start(|_| Reply::status(200));
    tell(&world, &[("crm", &receiver, "")]);
    let desk = world.serve();
    desk.create(&world, "service_id=1&category=Sp%C3%A4m");
    eventually("a message", || !receiver.calls().is_empty());
    check(&receiver.calls()[0], &[SECRET]);
}

/// The page that shows receivers how to verify.
const PAGE: &str = include_str!("../../../../docs/webhooks.md");

/// The example of a language, as it stands there.
fn example(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// A receiver in another process; ends with the test.
struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A receiver that was copied from the page takes what is signed with its secret and nothing else.
fn try_example(start: impl Fn(&World, u16) -> Command) {
    let world = World::new(Engine::Sqlite);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = start(&world, port);
    command.env("WEBHOOK_SECRET", SECRET).env("PORT", port.to_string());
    let log = std::fs::File::create(world.path("example.log")).unwrap();
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    let _example = Example(command.spawn().unwrap());
    eventually("the example to listen", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let configure = |secret: &str| {
        let options = world.options("observe = true");
        let webhook = format!(
            "[[webhook]]\nurl = \"http://127.0.0.1:{port}/\"\nsecret = \"{secret}\"\nallow_private = true\n"
        );
        world.write("portreeve.toml", &format!("{options}{webhook}"));
    };
    configure("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let said = world.fails(1, &["webhook", "test", "webhook"]);
    assert!(said.contains("status 401"), "{said}");
    configure(SECRET);
    let said = world.ok(&["webhook", "test", "webhook"]);
    assert!(said.contains("status 204"), "{said}");
    let desk = world.serve();
    let id = desk.create(&world, "service_id=1&category=Sp%C3%A4m");
    let line = format!(" report.opened {id}");
    eventually("the example to tell of it", || world.read("example.log").contains(&line));
}

#[test]
fn the_python_example_of_the_page_works() {
    try_example(|world, _| {
        world.write("hook.py", example("python"));
        let mut command = Command::new(tools().join("venv/bin/python"));
        command.arg(world.path("hook.py"));
        command
    });
}

#[test]
fn the_php_example_of_the_page_works() {
    try_example(|world, port| {
        world.write("hook.php", example("php"));
        let mut command = Command::new("php");
        command.args(["-S", &format!("127.0.0.1:{port}")]).arg(world.path("hook.php"));
        command
    });
}
