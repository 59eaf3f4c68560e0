//! Latencies, counted in buckets that are at most one part in 128 wide.

use std::time::Duration;

/// Buckets in each doubling.
const STEPS: u64 = 128;

/// `STEPS` as a power of two.
const STEP_BITS: u32 = 7;

/// How often each latency was seen. Small, and cheap to count into.
#[derive(Debug, Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    longest: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = bucket(u64::MAX) + 1;
        Self { buckets: vec![0; buckets], count: 0, longest: Duration::ZERO }
    }
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, latency: Duration) {
        self.buckets[bucket(nanoseconds(latency))] += 1;
        self.count += 1;
        self.longest = self.longest.max(latency);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest, exactly.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// The latency that so many of a thousand did not exceed, to the edge of its bucket.
    pub fn quantile(&self, per_mille: u64) -> Duration {
        let rank = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (number, times) in self.buckets.iter().enumerate() {
            seen += times;
            if seen >= rank {
                return Duration::from_nanos(edge(number)).min(self.longest);
            }
        }
        self.longest
    }
}

fn nanoseconds(latency: Duration) -> u64 {
    u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX)
}

/// The bucket of a value: exact below 128, then 128 a doubling.
fn bucket(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(STEP_BITS + 1);
    let number = u64::from(shift) * STEPS + (value >> shift);
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The largest value of a bucket.
fn edge(number: usize) -> u64 {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let shift = (number / STEPS).saturating_sub(1);
    let step = number - shift * STEPS;
    // Of the last bucket the edge is the largest number there is.
    let next = u128::from(step + 1) << shift;
    u64::try_from(next - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_within_one_part_in_128_of_the_edge_of_its_bucket() {
        let mut value = 1_u64;
        while value < u64::MAX / 3 {
            for value in [value, value + 1, value + value / 3] {
                let edge = edge(bucket(value));
                assert!(edge >= value, "{value}: {edge}");
                assert!(edge - value <= value / 128, "{value}: {edge}");
            }
            value = value * 2 + 1;
        }
        assert_eq!(edge(bucket(u64::MAX)), u64::MAX);
    }

    #[test]
    fn quantiles_are_found_and_the_longest_is_exact() {
        let mut histogram = Histogram::default();
        for millis in 1..=1_000 {
            histogram.add(Duration::from_millis(millis));
        }
        let near = |per_mille, millis: u64| {
            let found = histogram.quantile(per_mille);
            let wanted = Duration::from_millis(millis);
            assert!(found >= wanted && found <= wanted + wanted / 100, "{found:?}");
        };
        near(500, 500);
        near(990, 990);
        assert_eq!(histogram.quantile(1_000), Duration::from_secs(1));
        assert_eq!(histogram.longest(), Duration::from_secs(1));
        assert_eq!(histogram.count(), 1_000);
    }
}
