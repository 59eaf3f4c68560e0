use std::path::Path;

use super::of;
use crate::complaint::tried;

/// Steps of reading so much of something again and again.
fn steps(name: &str, unit: &[u8], size: usize) -> usize {
    let times = (size / unit.len()).max(1);
    let bytes = unit.repeat(times);
    of(|| tried::read_as(name, &bytes))
}

fn grows_as_its_bytes(name: &str, unit: &[u8], sizes: [usize; 2]) {
    let [few, many] = sizes.map(|size| steps(name, unit, size).max(size));
    let by = sizes[1] / sizes[0];
    // What is looked at once, and what is only looked at up to a limit, make it less than exact.
    assert!(
        many <= few * by * 5 / 4,
        "{name}: {few} steps for {} bytes, {many} for {} of {:?}",
        sizes[0],
        sizes[1],
        String::from_utf8_lossy(&unit[..unit.len().min(60)])
    );
}

/// Every reader with what it reads, again and again, up to a megabyte.
#[test]
fn sixteen_times_as_much_takes_every_reader_sixteen_times_the_steps() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for name in tried::names() {
        let unit = std::fs::read(seeds.join(&name).join("own-0")).expect("a seed of each reader");
        grows_as_its_bytes(&name, &unit, [64 * 1024, 1024 * 1024]);
    }
}

/// What makes a reader look for something again and again.
const UNITS: &[&str] = &[
    "192.0.2.1 ",
    "Source IP: 192.0.2.1\n",
    "http://a.bc/)))))))) ",
    "hxxp://a[.]b ",
    "[[(({<",
    ")",
    "> > ",
    "From: x\n",
    "-----Original Message-----\nFrom: a\n",
    "2026-01-05 09:00:00 ",
    "Jan  5 09:00:00 h x 192.0.2.1\n",
    "time zone ",
    "a|b\n",
    "\"",
    "{\"a\":[",
    "Received: from [192.0.2.1]\n",
    "URL:\n",
    "inetnum: 1\n",
    "://",
    "following hosts ",
    "a=b ",
    "is 192.0.2.1, ",
    "\u{e9}",
    "\n",
];

#[test]
fn four_times_as_much_of_what_is_made_to_be_dear_takes_four_times_the_steps() {
    for unit in UNITS {
        for name in ["text", "page", "23-dmca"] {
            grows_as_its_bytes(name, unit.as_bytes(), [32 * 1024, 128 * 1024]);
        }
    }
}
