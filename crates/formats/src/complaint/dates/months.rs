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
    let mut begin: String = word.chars().take(3).collect();
    begin.make_ascii_lowercase();
    if begin.chars().count() < 3 || word.chars().count() > 10 {
        return None;
    }
    if let Some(at) = MONTHS.iter().position(|month| *month == begin) {
        return i8::try_from(at + 1).ok();
    }
    if begin == "jui" {
        return Some(if word.to_lowercase().starts_with("juil") { 7 } else { 6 });
    }
    FOREIGN_MONTHS.iter().find(|(name, _)| *name == begin).map(|(_, month)| *month)
}
