//! Small charts as SVG, drawn by us. Colours come from the style sheet; behind each there is a table.

use minijinja::Value;

const WIDTH: i64 = 600;
const HEIGHT: i64 = 120;

/// The values of one name, one for each day.
pub(super) struct Series {
    pub(super) name: String,
    pub(super) values: Vec<i64>,
}

/// The date of a day since 1970.
pub(super) fn date(day: i64) -> String {
    let at = portreeve_core::time::from_millis(day * 24 * 60 * 60 * 1_000);
    at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

fn frame(inside: &str) -> Value {
    Value::from_safe_string(format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">{inside}</svg>"
    ))
}

/// Bars for each day, one above the other.
pub(super) fn stacked(series: &[Series]) -> Value {
    let days = series.first().map_or(0, |one| one.values.len());
    let sums =
        (0..days).map(|day| series.iter().filter_map(|one| one.values.get(day)).sum::<i64>());
    let most = sums.max().unwrap_or(0).max(1);
    let step = WIDTH / i64::try_from(days.max(1)).unwrap_or(1);
    let mut bars = String::new();
    for day in 0..days {
        let mut below = 0;
        let x = i64::try_from(day).unwrap_or(0) * step;
        for (number, one) in series.iter().enumerate() {
            let value = one.values.get(day).copied().unwrap_or(0);
            if value == 0 {
                continue;
            }
            let (top, bottom) = ((below + value) * HEIGHT / most, below * HEIGHT / most);
            bars.push_str(&format!(
                "<rect class=\"s{number}\" x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                HEIGHT - top,
                (step - 3).max(1),
                (top - bottom).max(1)
            ));
            below += value;
        }
    }
    frame(&bars)
}

/// A bar for each day that has a value.
pub(super) fn dots(values: &[Option<i64>]) -> Value {
    let most = values.iter().flatten().copied().max().unwrap_or(0).max(1);
    let step = WIDTH / i64::try_from(values.len().max(1)).unwrap_or(1);
    let mut bars = String::new();
    for (day, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let height = (value.saturating_mul(HEIGHT) / most).max(2);
        let x = i64::try_from(day).unwrap_or(0) * step;
        bars.push_str(&format!(
            "<rect class=\"s0\" x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
            HEIGHT - height,
            (step - 3).max(1)
        ));
    }
    frame(&bars)
}
