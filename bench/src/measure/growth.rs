//! How the time of every reader of strangers' bytes grows with what it reads.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::readers::{READERS, Reader};

/// Sizes that are read, in KiB.
pub(super) const SIZES: [usize; 3] = [64, 256, 1024];

/// How often each is read; the fastest counts, as others are disturbed by something.
const TRIES: u32 = 5;

/// How long one size is tried at the most.
const LONGEST: Duration = Duration::from_secs(2);

/// What takes less is not told from nothing, in milliseconds.
const LEAST_MS: f64 = 0.05;

/// The dearest input of one reader, and its steepest growth over all inputs.
#[derive(Debug, Serialize)]
pub(super) struct Growth {
    pub(super) reader: &'static str,
    pub(super) inputs: usize,
    /// The input that takes longest, as far as it repeats.
    pub(super) dearest: String,
    /// How long that takes, for each size.
    pub(super) millis: [f64; 3],
    /// The input that grows fastest.
    pub(super) steepest_input: String,
    /// How many times longer four times as much of it takes.
    pub(super) steepest: f64,
}

pub(super) fn measure() -> Vec<Growth> {
    READERS.iter().map(growth).collect()
}

fn growth(reader: &Reader) -> Growth {
    println!("bench: growth of reading {}", reader.name);
    let mut found = Growth {
        reader: reader.name,
        inputs: reader.hostile.len(),
        dearest: String::new(),
        millis: [0.0; 3],
        steepest_input: String::new(),
        steepest: 0.0,
    };
    for (begin, again) in reader.hostile {
        let millis = SIZES.map(|size| fastest(reader, begin, again, size * 1024));
        let steps = millis.windows(2).map(|two| two[1] / two[0].max(LEAST_MS));
        let steepest = steps.fold(0.0, f64::max);
        if millis[2] > found.millis[2] {
            (found.millis, found.dearest) = (millis, format!("{begin}{again}"));
        }
        if steepest > found.steepest {
            (found.steepest, found.steepest_input) = (steepest, format!("{begin}{again}"));
        }
    }
    found
}

fn fastest(reader: &Reader, begin: &str, again: &str, size: usize) -> f64 {
    let bytes = (begin.to_owned() + &again.repeat(size / again.len())).into_bytes();
    let mut least = f64::INFINITY;
    let all = Instant::now();
    for _ in 0..TRIES {
        let began = Instant::now();
        (reader.read)(&bytes);
        least = least.min(began.elapsed().as_secs_f64() * 1e3);
        if all.elapsed() > LONGEST {
            break;
        }
    }
    least
}
