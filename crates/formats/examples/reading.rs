//! How fast complaints are read beside the libraries that only take them apart: `cargo run --release -p portreeve-formats
//! --example reading`. The same figures as `cargo xtask bench` has, without building a desk.
#![expect(clippy::print_stdout, reason = "a command line tool speaks")]

#[path = "../../../bench/src/measure/reading.rs"]
mod reading;

fn main() {
    for one in reading::measure() {
        println!(
            "{}: {:.0} a second, {:.2} of {} ({:.0})",
            one.what,
            one.rate,
            one.ratio(),
            one.peer,
            one.peer_rate
        );
    }
}
