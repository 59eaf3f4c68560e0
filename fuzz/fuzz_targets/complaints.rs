//! The readers of complaints, each by itself: `PORTREEVE_READER=03-acns cargo +nightly fuzz run --no-default-features
//! complaints fuzz/corpus/03-acns fuzz/seeds/03-acns`. Without a name, a mail is read as it comes in.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portreeve_formats::complaint::tried;

static READER: LazyLock<String> = LazyLock::new(|| {
    let name = std::env::var("PORTREEVE_READER").unwrap_or_else(|_| "mail".to_owned());
    assert!(tried::names().contains(&name), "no reader is called {name:?}: {:?}", tried::names());
    name
});

fuzz_target!(|bytes: &[u8]| tried::read_as(&READER, bytes));
