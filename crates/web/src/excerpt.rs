//! How much of long texts a page shows. A report may have a thousand messages of 65,536 characters each: what is longer
//! than people write is shown by its beginning, with a link to the whole.

/// Bytes of a text that are shown: some four pages.
const WHOLE: usize = 16 * 1024;

/// Bytes of all texts of a page together; beyond them there is a glimpse of each.
const PAGE: usize = 512 * 1024;

/// Bytes of a glimpse.
const GLIMPSE: usize = 256;

/// What a page shows of each text. The newest, which come last, have the room first.
pub(crate) fn excerpts<'a>(texts: impl DoubleEndedIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut left = PAGE;
    let shorten = |text: &'a str| {
        let shown = beginning(text, if left >= WHOLE { WHOLE } else { GLIMPSE });
        left = left.saturating_sub(shown.len());
        shown
    };
    let mut shown: Vec<&str> = texts.rev().map(shorten).collect();
    shown.reverse();
    shown
}

fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_shown_whole() {
        let texts = ["Please look.", "We removed it.", ""];
        assert_eq!(excerpts(texts.into_iter()), texts);
    }

    #[test]
    fn a_page_has_a_bound_whatever_is_written_and_shows_the_newest_first() {
        let long = "ä".repeat(65_536);
        let texts: Vec<&str> = std::iter::repeat_n(long.as_str(), 1_000).collect();
        let shown = excerpts(texts.into_iter());
        let sum: usize = shown.iter().map(|text| text.len()).sum();
        assert!(sum <= PAGE + 1_000 * GLIMPSE, "{sum}");
        assert_eq!((shown[0].len(), shown[999].len()), (GLIMPSE, WHOLE));
    }
}
