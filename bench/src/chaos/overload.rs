//! Far more is asked than the desk can do.

use anyhow::Result;

use super::told::Told;
use super::{RECOVERY, Stage, callers, load};
use crate::database::Engine;
use crate::figure::digits;
use crate::load::{Found, run};
use crate::process::file_limit;

/// Callers by whom the capacity is measured.
const USUAL: usize = 64;

/// More callers than requests may wait for the desk's writer.
const CROWD: usize = 6_000;

/// Files that this process needs beside its connections.
const OTHER_FILES: usize = 200;

pub(super) fn story(stage: &mut Stage, engine: Engine, told: &mut Told) -> Result<()> {
    let desk = stage.model(engine).desk()?;
    let serving = desk.start()?;
    let mut all = Found::default();
    let phase = |callers: usize, length, all: &mut Found| -> Result<(f64, String)> {
        let found = run(load(&desk, serving.address, callers, 0, all.next_tag, length))?;
        let asked: u64 = found.outcomes.values().sum();
        let sentence = format!(
            "{callers} callers for {:.0} s: {} requests a second were sent and {} succeeded, p50 {} ms, p99 \
             {} ms, longest {} ms.",
            length.as_secs_f64().ceil(),
            digits(crate::figure::rate(asked, found.window)),
            digits(found.rate()),
            digits(found.latencies.quantile(500).as_secs_f64() * 1e3),
            digits(found.latencies.quantile(990).as_secs_f64() * 1e3),
            digits(found.latencies.longest().as_secs_f64() * 1e3),
        );
        let rate = found.rate();
        all.merge(found);
        Ok((rate, sentence))
    };
    let (_, capacity) = phase(USUAL, stage.time(700, 5_000), &mut all)?;
    told.did(format!("Capacity: {capacity}"));
    let (_, tenfold) = phase(USUAL * 10, stage.time(1_200, 30_000), &mut all)?;
    told.did(format!("Ten times the callers: {tenfold}"));
    let room = usize::try_from(file_limit()).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES);
    let crowd = CROWD.min(room);
    if crowd < CROWD {
        told.did(format!("This process may open no more than {} files.", file_limit()));
    }
    let (_, more) = phase(crowd, stage.time(2_500, 120_000), &mut all)?;
    told.did(format!("More callers than may wait, retrying at once: {more}"));
    let after = callers(&desk, serving.address, 8, 0, all.next_tag);
    told.recovered(after.wait_for_success(0, RECOVERY), "after the crowd had gone");
    std::thread::sleep(stage.time(200, 2_000));
    all.merge(after.stop()?);
    told.look_at(&serving);
    told.take_answers(&all, &[]);
    serving.stop()?;
    told.compare(&desk, &all)
}
