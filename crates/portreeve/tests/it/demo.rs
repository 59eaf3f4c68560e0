//! `portreeve demo`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::world::*;

#[test]
fn the_demo_does_everything_once_and_exits() {
    let world = World::bare(Engine::Sqlite);
    let printed = world.ok(&["demo", "--once", "--listen", "127.0.0.1:0"]);
    assert!(printed.contains(r#"{"status":"success","report_id":"#), "{printed}");
    assert!(printed.contains("curl -H 'API_ID: "), "{printed}");
    let folder = printed.lines().find_map(|line| line.strip_prefix("Data folder: ")).unwrap();
    assert!(!std::path::Path::new(folder).exists(), "a temporary folder is removed");
}

#[test]
fn the_demo_runs_beside_a_simulated_whmcs() {
    let world = World::bare(Engine::Sqlite);
    let printed = world.ok(&["demo", "--once", "--whmcs", "--listen", "127.0.0.1:0"]);
    assert!(printed.contains("suspended its service in the simulated WHMCS"), "{printed}");
    assert!(world.fails(2, &["demo", "--whmcs", "--data", "x"]).contains("--data"));
}

#[test]
fn a_named_folder_is_kept_and_not_loaded_again() {
    let world = World::bare(Engine::Sqlite);
    let data = world.path("demo");
    let args = ["demo", "--once", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    world.ok(&args);
    let count = || {
        let output =
            world.command(&["report", "list", "--json"]).env("PORTREEVE_DATA_DIR", &data).output();
        let list: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        list.as_array().unwrap().len()
    };
    let first = count();
    assert!(first >= 13);
    world.ok(&args);
    assert_eq!(count(), first + 1, "only the one call over HTTP is made again");
}

#[test]
fn a_folder_with_a_desk_of_ones_own_is_left_as_it_is() {
    let world = World::new(Engine::Sqlite);
    let data = world.path("data");
    let args = ["demo", "--once", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    assert!(world.fails(1, &args).contains("not a demo"));
    assert_eq!(world.json(&["staff", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(world.json(&["report", "list"]), serde_json::json!([]));
}

#[test]
fn the_demo_runs_until_it_is_told_to_stop() {
    let (mut child, mut lines) = started_demo();
    assert!(lines.any(|line| line.unwrap().contains("Ctrl-C")));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_demo_that_is_stopped_half_way_removes_its_folder() {
    let (mut child, mut lines) = started_demo();
    let first = lines.next().unwrap().unwrap();
    interrupt(&child);
    lines.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let folder = first.strip_prefix("Data folder: ").unwrap();
    assert!(!std::path::Path::new(folder).exists(), "{folder} was left behind");
}

pub(crate) fn started_demo() -> (Child, impl Iterator<Item = std::io::Result<String>>) {
    let world = World::bare(Engine::Sqlite);
    let mut child = world
        .command(&["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

pub(crate) fn interrupt(child: &Child) {
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}
