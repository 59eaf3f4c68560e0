//! The process is killed at random under load, again and again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;

use super::told::Told;
use super::{RECOVERY, Stage, callers};
use crate::database::Engine;
use crate::load::Found;

pub(super) fn story(stage: &mut Stage, engine: Engine, told: &mut Told) -> Result<()> {
    let desk = stage.model(engine).desk()?;
    let rounds = stage.pick(3, 20);
    let mut all = Found::default();
    for round in 1..=rounds {
        let mut serving = desk.start()?;
        told.recovered(Some(serving.start_up), "");
        let load = callers(&desk, serving.address, 16, 0, all.next_tag);
        if load.wait_for_success(0, RECOVERY).is_none() {
            told.broken(format!("after kill {round} the desk did not serve"));
        }
        std::thread::sleep(at_random());
        told.look_at(&serving);
        serving.kill()?;
        all.merge(load.stop()?);
    }
    told.did(format!(
        "{rounds} times: the desk is started, 16 callers create reports, and between 20 and 420 ms \
         after the first success the process is killed by signal 9. *Recovery* is the longest start."
    ));
    told.take_answers(&all, &["no connection", "cut off"]);
    told.compare(&desk, &all)?;
    if engine == Engine::Sqlite {
        told.check_integrity(&desk)?;
    }
    Ok(())
}

/// Some time up to 420 ms.
fn at_random() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(20 + u64::from(now.subsec_micros() % 400))
}
