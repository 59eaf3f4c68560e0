//! Headers as they came, and what stands in them.

use mail_parser::Message;

use crate::{MOST_ADDRESSES, MOST_REFERENCES};

/// The values of every header of this name, as they came.
pub(crate) fn all<'m>(
    message: &'m Message<'_>,
    name: &'static str,
) -> impl Iterator<Item = &'m str> {
    message
        .headers_raw()
        .filter(move |(header, _)| header.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The first of them.
pub(crate) fn first<'m>(message: &'m Message<'_>, name: &'static str) -> Option<&'m str> {
    all(message, name).next()
}

/// The Message-IDs in values, without angle brackets.
pub(crate) fn ids_in<'m>(values: impl Iterator<Item = &'m str>) -> Vec<String> {
    let ids = values.flat_map(|value| value.split('<').skip(1)).filter_map(|rest| {
        let (id, _) = rest.split_once('>')?;
        // A long one may be folded.
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        (!id.is_empty() && id.len() <= 998).then_some(id)
    });
    ids.take(MOST_REFERENCES).collect()
}

/// What looks like mail addresses in a value.
pub(crate) fn addresses_in(value: &str) -> impl Iterator<Item = String> {
    let ends = |c: char| c.is_whitespace() || "<>,;:\"()".contains(c);
    value
        .split(ends)
        .filter(|word| word.split_once('@').is_some_and(|(l, d)| !l.is_empty() && !d.is_empty()))
        .map(str::to_owned)
        .take(MOST_ADDRESSES)
}
