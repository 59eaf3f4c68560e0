//! The rules of XARF, as JSON Schema of our own. Each document is compiled once; nothing in it points outside.

use std::sync::LazyLock;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use crate::complaint::reading::Reading;

/// Violations that are named. The first says that it is invalid, the others help who mends it.
const MOST_VIOLATIONS: usize = 5;

static V4: LazyLock<Validator> = LazyLock::new(|| compiled(include_str!("v4.json")));
static V3: LazyLock<Validator> = LazyLock::new(|| compiled(include_str!("v3.json")));

fn compiled(rules: &str) -> Validator {
    let rules =
        serde_json::from_str(rules).unwrap_or_else(|error| unreachable!("our own rules: {error}"));
    jsonschema::draft202012::options()
        // Some of the specification's conditions are about formats: a port is wanted only beside an address.
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(&rules)
        .unwrap_or_else(|error| unreachable!("our own rules: {error}"))
}

/// Looks whether a report is as XARF 4 wants it.
pub(super) fn check_v4(report: &Value, reading: &mut Reading) {
    check(&V4, report, reading);
}

/// Looks whether a report is as XARF before version 4 wants it.
pub(super) fn check_v3(report: &Value, reading: &mut Reading) {
    check(&V3, report, reading);
}

fn check(rules: &Validator, report: &Value, reading: &mut Reading) {
    if rules.is_valid(report) {
        return;
    }
    for error in rules.iter_errors(report).take(MOST_VIOLATIONS) {
        // Values may be evidence and megabytes long: only the place and the rule are said.
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "/" } else { &place };
        reading.defect("xarf_invalid", &format!("{place}: {}", error.masked()));
    }
}

#[cfg(test)]
pub(super) fn is_valid_v4(report: &Value) -> bool {
    V4.is_valid(report)
}

#[cfg(test)]
pub(super) fn is_valid_v3(report: &Value) -> bool {
    V3.is_valid(report)
}
