//! Every reader of strangers' bytes, led by the code that an input reaches: `cargo +nightly fuzz run readers`. The first
//! byte of an input says which reader gets the rest; `PORTREEVE_READER` names one that gets all of them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../bench/src/readers.rs"]
mod readers;

use readers::{READERS, Reader};

static ONLY: LazyLock<Option<&'static Reader>> = LazyLock::new(|| {
    let wanted = std::env::var("PORTREEVE_READER").ok()?;
    let found = READERS.iter().find(|reader| reader.name == wanted);
    Some(found.unwrap_or_else(|| panic!("no reader is called {wanted:?}")))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let reader = ONLY.unwrap_or_else(|| &READERS[usize::from(*first) % READERS.len()]);
    (reader.read)(rest);
});
