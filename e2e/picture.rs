//! The picture in the README: a report of the demo, as staff see it.

use std::path::{Path, PathBuf};

use super::ENTER;
use super::driver::Browser;
use crate::demo::{interrupt, started_demo};

/// Set, the test writes the picture anew.
const WRITE: &str = "PORTREEVE_WRITE_PICTURES";

const WIDTH: u32 = 1_440;

/// The largest file that a page on the web should have to load.
const LARGEST: usize = 200_000;

/// The widths that a PNG declares in its header.
fn width(png: &[u8]) -> u32 {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "not a PNG");
    u32::from_be_bytes(png[16..20].try_into().unwrap())
}

#[test]
fn the_picture_of_the_readme_is_taken_from_the_demo() {
    let (mut demo, lines) = started_demo();
    let lines: Vec<String> =
        lines.map(Result::unwrap).take_while(|line| !line.contains("Ctrl-C")).collect();
    let after = |label: &str| {
        let found = lines.iter().find_map(|line| line.strip_prefix(label));
        found.unwrap_or_else(|| panic!("no {label:?} in {lines:?}")).trim().to_owned()
    };
    let base = after("Staff area:");
    let browser = Browser::open(base.strip_suffix("/admin").unwrap(), true);
    browser.look(WIDTH, "light");
    browser.go("/admin");
    browser.one("[name=name]").fill("demo");
    browser.one("[name=password]").fill(&after("Password:"));
    browser.keys(ENTER);
    browser.one("nav");
    browser.go("/admin/reports");
    browser.one("table.list tbody tr");
    let taken = browser.picture();
    drop(browser);
    interrupt(&demo);
    assert!(demo.wait().unwrap().success());

    let path = file();
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &taken).unwrap();
    }
    let kept = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; {WRITE}=1 writes it", path.display()));
    for png in [&taken, &kept] {
        assert_eq!(width(png), WIDTH);
        assert!(png.len() < LARGEST, "{} bytes", png.len());
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images/reports.png")
}
