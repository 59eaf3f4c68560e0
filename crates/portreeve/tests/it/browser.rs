//! The public pages in a real browser.

use std::process::Command;

use crate::world::*;

/// What Chromium makes of a page: the document after all of it was applied, and what it logged.
fn open(world: &World, url: &str) -> (String, String) {
    let profile = world.path("chromium");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--v=0", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(url)
        .env("HOME", world.path("."))
        .output()
        .expect("chromium is needed; `cargo xtask test` installs it");
    assert!(output.status.success(), "{output:?}");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn the_public_pages_show_and_break_no_rule_of_their_own_policy() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    for (path, heading) in [
        ("/", "Abuse desk"),
        ("/report-abuse", "Report abuse"),
        ("/billing/index.php?m=abusemanagerpro", "Report abuse"),
        ("/nowhere", "Page not found"),
    ] {
        let (document, log) = open(&world, &format!("{}{path}", desk.base));
        assert!(document.contains(&format!("<h1>{heading}</h1>")), "{path}: {document}");
        assert!(!log.contains("Content Security Policy"), "{path}: {log}");
    }
}
