//! The REST interface, held against its own description by programs that are not ours.

use std::process::Command;

use crate::api::token;
use crate::foreign::tools;
use crate::world::*;

/// What the description allows and forbids, tried on a running desk. The configuration says what is expected.
#[test]
fn the_desk_does_what_its_description_says() {
    let world = World::new(Engine::Sqlite);
    let all = token(&world, &["*"]);
    // Many calls without a right are meant to be answered 401, not 429.
    world.set("amp.failed_auth_per_minute", "0");
    let desk = world.serve();
    for _ in 0..6 {
        desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
    }
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemathesis.toml");
    let mut schemathesis = Command::new(tools().join("venv/bin/schemathesis"));
    schemathesis
        .args(["--config-file", config, "run", &format!("{}/api/v1/openapi.json", desk.base)])
        .args(["-H", &format!("Authorization: Bearer {all}"), "--checks", "all", "--no-color"])
        .args(["--max-examples", "6", "--seed", "7", "--continue-on-failure"])
        // It leaves notes about what it found.
        .current_dir(world.path(""));
    let output = schemathesis.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Tested: 38"), "a new operation is tried too; count it here: {said}");
}

const CLIENT: &str = r#"
import os, sys
from desk.client import AuthenticatedClient
from desk.api.desk import health, me
from desk.api.reports import answer_report, close_report, list_reports, open_report, show_report
from desk.api.services import who_had
from desk.models import Closing, End, Method, NewAnswer, NewReport, Problem
from desk.types import UNSET

client = AuthenticatedClient(base_url=os.environ["BASE"] + "/api/v1", token=os.environ["TOKEN"])
assert me.sync(client=client).staff == "alice", me.sync(client=client)
new = NewReport(category="Späm", service_id=1, suspend_method=Method.TIMELIMIT, additional_info="a\nb")
first = open_report.sync(client=client, body=new, idempotency_key="k1")
again = open_report.sync(client=client, body=new, idempotency_key="k1")
assert first.id == again.id, (first, again)
shown = show_report.sync_detailed(first.id, client=client)
assert shown.parsed.category == "Späm", shown.parsed
tag = shown.headers["etag"]
answered = answer_report.sync(first.id, client=client, body=NewAnswer(text="Please mend it"), if_match=tag)
assert answered.id == first.id, answered
late = answer_report.sync_detailed(first.id, client=client, body=NewAnswer(text="Please"), if_match=tag)
assert late.status_code == 412 and isinstance(late.parsed, Problem), late
assert close_report.sync(first.id, client=client, body=Closing(outcome=End.RESOLVED)).status == "closed"
page = list_reports.sync(client=client)
assert [report.id for report in page.items] == [first.id], page
missing = show_report.sync(10**12, client=client)
assert isinstance(missing, Problem) and missing.code == "not_found", missing
stranger = AuthenticatedClient(base_url=os.environ["BASE"] + "/api/v1", token="wrong")
assert isinstance(list_reports.sync(client=stranger), Problem)
print("all of it")
"#;

#[test]
fn a_client_that_was_generated_from_the_description_works() {
    let world = World::new(Engine::Sqlite);
    let all = token(&world, &["*"]);
    let desk = world.serve();
    let mut generator = Command::new(tools().join("venv/bin/openapi-python-client"));
    generator
        .args(["generate", "--url", &format!("{}/api/v1/openapi.json", desk.base)])
        .args(["--meta", "none", "--output-path", "desk"])
        .current_dir(world.path(""));
    let output = generator.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut script = Command::new(tools().join("venv/bin/python"));
    script
        .args(["-c", CLIENT])
        .env("BASE", &desk.base)
        .env("TOKEN", &all)
        .current_dir(world.path(""));
    let output = script.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "all of it\n");
}
