//! Languages of people, and instants as they write them.

use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// A language that the desk speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// The one that all texts are written in first.
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// A number with a decimal point, as it is written in this language.
    pub fn decimals(self, number: &str) -> String {
        match self {
            Self::English => number.to_owned(),
            Self::German => number.replace('.', ","),
        }
    }

    /// The name that it has for itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a tag, which may say more than we need (`de-AT`, `de_DE`), or of the word that WHMCS has for it
    /// (`german`).
    pub fn of(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        let tag = word.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| match language {
            Self::English => matches!(tag, "en" | "eng" | "english"),
            Self::German => matches!(tag, "de" | "deu" | "ger" | "german" | "deutsch"),
        })
    }

    /// What somebody wants, or else what their browser asks for first (`Accept-Language`), or else English.
    pub fn choose(wanted: &str, accept: &str) -> Self {
        let asked = accept.split(',').filter_map(|part| Self::of(part.split(';').next()?));
        Self::of(wanted).or_else(|| asked.into_iter().next()).unwrap_or(Self::English)
    }
}

/// A zone of time by its name; UTC when it has none that is known.
pub fn zone(name: &str) -> TimeZone {
    if name.is_empty() { TimeZone::UTC } else { TimeZone::get(name).unwrap_or(TimeZone::UTC) }
}

/// An instant as people read it: to the minute, and always with the zone.
pub fn instant(language: Language, zone: &TimeZone, at: Timestamp) -> String {
    let pattern = match language {
        Language::English => "%Y-%m-%d %H:%M %Z",
        Language::German => "%d.%m.%Y %H:%M %Z",
    };
    at.to_zoned_datetime(zone.clone()).strftime(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_millis;

    #[test]
    fn a_language_is_known_by_its_tags_and_by_the_words_of_panels() {
        for word in ["de", "de-AT", "de_DE", "German", "deutsch "] {
            assert_eq!(Language::of(word), Some(Language::German), "{word:?}");
        }
        assert_eq!((Language::of("fr"), Language::of("")), (None, None));
        let (english, german) = (Language::English, Language::German);
        assert_eq!(Language::choose("", "fr, de;q=0.8, en;q=0.5"), german);
        assert_eq!(Language::choose("english", "de"), english);
        assert_eq!(Language::choose("klingon", "*"), english);
    }

    #[test]
    fn an_instant_is_told_in_the_zone_and_names_it() {
        let at = from_millis(1_700_000_000_000).expect("in range");
        assert_eq!(instant(Language::German, &zone("Europe/Berlin"), at), "14.11.2023 23:13 CET");
        assert_eq!(instant(Language::English, &zone(""), at), "2023-11-14 22:13 UTC");
    }
}
