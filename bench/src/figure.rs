//! One figure, taken once in each run.

use std::time::Duration;

use serde::Serialize;

/// The same thing measured in each run.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Figure(Vec<f64>);

impl Figure {
    /// Takes in one more run.
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Takes in a latency, in milliseconds.
    pub fn add_millis(&mut self, value: Duration) {
        self.add(value.as_secs_f64() * 1e3);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut values = self.0.clone();
        values.sort_by(f64::total_cmp);
        values
    }

    /// The middle run; the lower one of two.
    pub fn median(&self) -> f64 {
        let values = self.sorted();
        values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
    }

    /// Smallest and largest.
    pub fn ends(&self) -> (f64, f64) {
        let values = self.sorted();
        let nothing = f64::NAN;
        (*values.first().unwrap_or(&nothing), *values.last().unwrap_or(&nothing))
    }

    /// `median (smallest–largest)`, or the value alone when there is one.
    pub fn show(&self) -> String {
        let (least, most) = self.ends();
        if self.0.len() < 2 {
            return digits(self.median());
        }
        format!("{} ({}–{})", digits(self.median()), digits(least), digits(most))
    }
}

/// Three significant digits or more, with thousands apart.
pub fn digits(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    if size >= 100.0 {
        return thousands(&format!("{value:.0}"));
    }
    if size >= 10.0 {
        return format!("{value:.1}");
    }
    if size >= 0.1 || size == 0.0 { format!("{value:.2}") } else { format!("{value:.4}") }
}

/// A count, with thousands apart.
pub fn count(value: u64) -> String {
    thousands(&value.to_string())
}

fn thousands(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    while rest.len() > 3 {
        let (front, last) = rest.split_at(rest.len() - 3);
        parts.push(last);
        rest = front;
    }
    parts.push(rest);
    parts.reverse();
    format!("{sign}{}", parts.join(","))
}

/// A count as a number to reckon with.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "counts of a benchmark are far below 2^53"
)]
pub fn number(count: u64) -> f64 {
    count as f64
}

/// So many a second.
pub fn rate(count: u64, time: Duration) -> f64 {
    number(count) / time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_median_and_ends() {
        let mut figure = Figure::default();
        figure.add(12_345.6);
        assert_eq!(figure.show(), "12,346");
        figure.add(2.0);
        figure.add(0.05);
        assert_eq!(figure.show(), "2.00 (0.0500–12,346)");
        assert_eq!(digits(f64::NAN), "–");
        assert_eq!(digits(-1_234.0), "-1,234");
        assert_eq!(count(0), "0");
        assert_eq!(count(1_000_000), "1,000,000");
    }
}
