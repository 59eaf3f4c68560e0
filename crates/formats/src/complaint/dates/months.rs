//! What months are called.

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Months that other languages call otherwise in their first three letters.
const FOREIGN_MONTHS: [(&str, i8); 22] = [
    ("mär", 3),
    ("mrz", 3),
    ("mai", 5),
    ("okt", 10),
    ("dez", 12),
    ("fév", 2),
    ("fev", 2),
    ("avr", 4),
    ("jui", 6),
    ("aoû", 8),
    ("aou", 8),
    ("déc", 12),
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
    ("set", 9),
    ("out", 10),
    ("mrt", 3),
    ("mei", 5),
    ("gen", 1),
    ("mag", 5),
];

/// The month that a word begins as.
pub(super) fn month(word: &str) -> Option<i8> {
    if word.len() > 40 {
        return None;
    }
    let end = word.char_indices().nth(2).map(|(at, c)| at + c.len_utf8())?;
    let begin = &word[..end];
    let is = |name: &&str| name.eq_ignore_ascii_case(begin);
    let known = if is(&"jui") {
        if word.to_lowercase().starts_with("juil") { 7 } else { 6 }
    } else if let Some(at) = MONTHS.iter().position(is) {
        i8::try_from(at + 1).ok()?
    } else {
        FOREIGN_MONTHS.iter().find(|(name, _)| is(name)).map(|(_, month)| *month)?
    };
    (word.chars().count() <= 10).then_some(known)
}
