//! Values of settings as they are written, read.

use std::collections::{BTreeMap, BTreeSet};

use super::{CATEGORY, CategoryPlan, Severity};
use crate::decision::Ground;
use crate::refusal::{Refusal, refusal};
use crate::report::SuspendMethod;
use crate::text::{is_mail_address, one_line};
use crate::time::Span;

/// Most characters of the words behind the mark in a reason: panels cut long ones.
const LONGEST_REASON: usize = 150;

pub(super) fn at_least_a_second(value: &str) -> Result<Span, Refusal> {
    let span: Span = value.parse().map_err(Refusal::from)?;
    if span < Span::from_secs(1) {
        Err(refusal!("refusal-at_least_length", least = Span::from_secs(1)))
    } else {
        Ok(span)
    }
}

/// Words for a panel, on one line; of places there is one.
pub(super) fn words_of_reason(value: &str) -> Result<String, Refusal> {
    let is_short = value.chars().count() <= LONGEST_REASON && !value.chars().any(char::is_control);
    if is_short && !value.replace(CATEGORY, "").contains(['{', '}']) {
        Ok(value.to_owned())
    } else {
        Err(refusal!("refusal-no_reason", most = LONGEST_REASON, place = CATEGORY))
    }
}

pub(super) fn at_least_five_minutes(value: &str) -> Result<Span, Refusal> {
    let span: Span = value.parse().map_err(Refusal::from)?;
    if span < Span::from_mins(5) {
        Err(refusal!("refusal-at_least_length", least = Span::from_mins(5)))
    } else {
        Ok(span)
    }
}

pub(super) fn yes_or_no(value: &str) -> Result<bool, Refusal> {
    one_of(value, &[("true", true), ("false", false)])
}

pub(super) fn one_of<T: Copy>(value: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        refusal!("refusal-one_of", words = words.join(", "))
    })
}

pub(super) fn whole_number(value: &str) -> Result<u32, Refusal> {
    value.parse().map_err(|_| refusal!("refusal-no_number", most = u32::MAX))
}

/// Digits, perhaps a point and one or two more: money is never a float here.
pub(super) fn currency(value: &str) -> Result<(), Refusal> {
    if value.is_empty() || (value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase())) {
        Ok(())
    } else {
        Err(refusal!("refusal-no_currency"))
    }
}

pub(super) fn categories(value: &str) -> Result<Vec<String>, Refusal> {
    let list: Vec<String> = serde_json::from_str(value)
        .map_err(|_| refusal!("refusal-no_json", example = r#"["Spam","Other"]"#))?;
    let fits = |name: &String| !name.trim().is_empty() && name.chars().count() <= 255;
    if list.iter().all(fits) {
        Ok(list)
    } else {
        Err(refusal!("refusal-bad_category", most = crate::report::LONGEST_CATEGORY))
    }
}

/// Addresses of the desk's own at most.
const MOST_ADDRESSES: usize = 20;

pub(super) fn addresses(value: &str) -> Result<Vec<String>, Refusal> {
    let list: Vec<String> = serde_json::from_str(value)
        .map_err(|_| refusal!("refusal-no_json", example = r#"["abuse-team@example.com"]"#))?;
    if list.len() > MOST_ADDRESSES {
        return Err(refusal!("refusal-too_many_addresses", most = MOST_ADDRESSES));
    }
    match list.iter().find(|address| !is_mail_address(address)) {
        Some(odd) => Err(refusal!("refusal-no_mail_address", address = odd)),
        None => Ok(list),
    }
}

pub(super) fn extensions(value: &str) -> Result<BTreeSet<String>, Refusal> {
    let list: BTreeSet<String> = serde_json::from_str(value)
        .map_err(|_| refusal!("refusal-no_json", example = r#"["txt","pdf"]"#))?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if list.iter().all(|one| (1..=10).contains(&one.len()) && one.chars().all(plain)) {
        Ok(list)
    } else {
        Err(refusal!("refusal-bad_extension"))
    }
}

/// A plan as it is written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPlan {
    #[serde(default)]
    customer_text: String,
    suspend_method: Option<String>,
    period: Option<String>,
    severity: Option<String>,
    law: Option<String>,
    terms: Option<String>,
}

pub(super) fn plans(value: &str) -> Result<BTreeMap<String, CategoryPlan>, Refusal> {
    let map: BTreeMap<String, WrittenPlan> = serde_json::from_str(value).map_err(|error| {
        refusal!(
            "refusal-bad_json",
            example = r#"{"Spam":{"period":"24h"}}"#,
            said = error.to_string()
        )
    })?;
    map.into_iter().map(|(name, written)| Ok((name, plan(written)?))).collect()
}

fn plan(written: WrittenPlan) -> Result<CategoryPlan, Refusal> {
    let method = written
        .suspend_method
        .filter(|word| !word.is_empty())
        .map(|word| SuspendMethod::parse(&word).ok_or_else(|| refusal!("refusal-no_method")));
    let severities = Severity::ALL.map(|severity| (severity.as_str(), severity));
    let severity = written.severity.map(|word| one_of(&word, &severities));
    if written.customer_text.chars().count() > crate::report::LONGEST_TEXT {
        return Err(refusal!("refusal-bad_text", most = crate::report::LONGEST_TEXT));
    }
    let named = |text: Option<String>| {
        let text = text.map(|text| one_line(&text, LONGEST_REASON));
        text.filter(|text| !text.is_empty())
    };
    let ground = named(written.law).map(Ground::Law);
    let period = written.period.filter(|text| !text.is_empty());
    Ok(CategoryPlan {
        customer_text: written.customer_text,
        suspend_method: method.transpose()?,
        period: period.map(|text| at_least_a_second(&text)).transpose()?,
        severity: severity.transpose()?.unwrap_or_default(),
        ground: ground.or_else(|| named(written.terms).map(Ground::Terms)),
    })
}

pub(super) fn aliases(value: &str) -> Result<BTreeMap<String, SuspendMethod>, Refusal> {
    let map: BTreeMap<String, String> = serde_json::from_str(value)
        .map_err(|_| refusal!("refusal-no_json", example = r#"{"suspend":"immediate"}"#))?;
    map.into_iter()
        .map(|(alias, method)| {
            let method =
                SuspendMethod::parse(&method).ok_or_else(|| refusal!("refusal-no_method"))?;
            Ok((alias.trim().to_lowercase(), method))
        })
        .collect()
}
