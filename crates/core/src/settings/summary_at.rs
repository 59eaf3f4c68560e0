//! When the summary of a day goes out.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::language::zone;
use crate::refusal::{Refusal, refusal};
use crate::time::Timestamp;

/// A time of day at which the summary goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryAt {
    time: Time,
    /// The name of its zone; none: that of customers.
    zone: Option<String>,
}

impl SummaryAt {
    /// When it was due last, with the name of that day. `usual` is the zone that counts where it has none.
    pub fn last(&self, now: Timestamp, usual: &str) -> Option<(String, Timestamp)> {
        let zone = zone(self.zone.as_deref().unwrap_or(usual));
        let today = now.to_zoned_datetime(zone.clone()).date();
        [today, today.yesterday().ok()?].into_iter().find_map(|day| {
            let due = day.to_datetime(self.time).to_zoned_datetime(zone.clone()).ok()?.timestamp();
            (due <= now).then(|| (day.to_string(), due))
        })
    }
}

/// The setting `staff.summary_at`; empty: no summary.
pub(super) fn summary_at(value: &str) -> Result<Option<SummaryAt>, Refusal> {
    if value.is_empty() {
        return Ok(None);
    }
    let bad = || refusal!("refusal-no_time_of_day");
    let (time, zone) = value.split_once(' ').unwrap_or((value, ""));
    let (hour, minute) = time.split_once(':').ok_or_else(bad)?;
    let number = |text: &str| text.parse::<i8>().map_err(|_| bad());
    let time = Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| bad())?;
    let zone = Some(zone.trim().to_owned()).filter(|zone| !zone.is_empty());
    if zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        return Err(bad());
    }
    Ok(Some(SummaryAt { time, zone }))
}
