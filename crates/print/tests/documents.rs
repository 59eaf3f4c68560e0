//! Documents as somebody reads them: by `pdftotext` and `pdfinfo` of poppler-utils.

use std::io::Write;
use std::process::{Command, Stdio};

use portreeve_print::{Block, Document, Entry, File, Line, pdf};

fn document(blocks: Vec<Block>) -> Document {
    Document {
        title: "Report #92".to_owned(),
        subtitle: "Copy for the customer".to_owned(),
        head: "Report #92 · Spam".to_owned(),
        foot: "As of 2026-03-01 12:00 UTC".to_owned(),
        language: "en",
        made_at: jiff::civil::date(2026, 3, 1).at(12, 0, 0, 0),
        about_boxes: "A box stands for a character that these fonts do not have.".to_owned(),
        blocks,
    }
}

/// What a program of poppler says of a document, which is handed to it as its input.
fn asked(program: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("poppler-utils is installed");
    let mut input = child.stdin.take().expect("piped");
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().expect("it ends");
    drop(writer.join());
    assert!(output.status.success(), "{program} does not take it");
    String::from_utf8(output.stdout).expect("text")
}

fn text_of(bytes: &[u8]) -> String {
    asked("pdftotext", &["-", "-"], bytes)
}

/// Without blanks and line breaks, which are where the lines happen to end.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn printed(blocks: Vec<Block>) -> Vec<u8> {
    pdf(&document(blocks)).expect("any document can be printed")
}

#[test]
fn everything_that_a_document_has_is_found_as_text() {
    let entry = Entry {
        who: "alice".to_owned(),
        when: "2026-03-01 11:00 UTC".to_owned(),
        mark: "Staff only".to_owned(),
        text: "first line\nsecond line".to_owned(),
        files: vec![File {
            name: "mail.eml".to_owned(),
            size: "2 KiB".to_owned(),
            sha256: "0f".repeat(32),
            mark: "cannot be had".to_owned(),
        }],
    };
    let line = Line {
        when: "2026-03-01 11:05 UTC".to_owned(),
        who: "alice".to_owned(),
        what: "closed: resolved".to_owned(),
    };
    let bytes = printed(vec![
        Block::Heading("What was reported".to_owned()),
        Block::Facts(vec![("Address".to_owned(), "192.0.2.7".to_owned())]),
        Block::Evidence("Oct 10 10:00:01 host sshd[1]: Failed\n\tindented".to_owned()),
        Block::Text("Fünf große Öfen".to_owned()),
        Block::Entry(entry),
        Block::Lines(vec![line]),
        Block::Remark("Nothing was left out.".to_owned()),
    ]);
    let text = text_of(&bytes);
    for expected in [
        "Report #92",
        "Copy for the customer",
        "What was reported",
        "192.0.2.7",
        "Oct 10 10:00:01 host sshd[1]: Failed",
        "indented",
        "Fünf große Öfen",
        "alice",
        "Staff only",
        "second line",
        "mail.eml (2 KiB): cannot be had",
        &"0f".repeat(32),
        "closed: resolved",
        "Nothing was left out.",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in {text}");
    }
    assert!(squeezed(&text).ends_with("1/1"), "the number of the page: {text}");
    assert!(!text.contains("A box stands for"), "there is no box: {text}");
    let info = asked("pdfinfo", &["-isodates", "-"], &bytes);
    for expected in ["Report #92", "2026-03-01T12:00:00Z", "Tagged:          yes", "A4"] {
        assert!(info.contains(expected), "{expected:?} is not in {info}");
    }
    let fonts = asked("pdffonts", &["-"], &bytes);
    assert!(fonts.contains("+DejaVuSans"), "subsets of fonts: {fonts}");
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let blocks = vec![Block::Text("one\ntwo".to_owned()), Block::Evidence("三".to_owned())];
    assert_eq!(printed(blocks.clone()), printed(blocks));
}

#[test]
fn a_word_longer_than_a_line_is_broken_and_whole() {
    let url = format!("hxxps://example[.]com/{}", "path/with-signs_and.dots?".repeat(60));
    let solid = "x".repeat(5_000);
    let bytes = printed(vec![Block::Text(format!("see {url}")), Block::Evidence(solid.clone())]);
    let text = squeezed(&text_of(&bytes));
    assert!(text.contains(&squeezed(&url)), "{text}");
    // A page ends within it.
    assert_eq!(text.matches('x').count(), 5_000 + "hxxpsexample".matches('x').count());
}

#[test]
fn evidence_of_the_longest_kind_goes_over_pages() {
    let line = "Oct 10 10:00:01 host sshd[1]: Failed password for root from 192.0.2.7 port 4\n";
    let evidence = line.repeat(65_536 / line.len());
    let bytes = printed(vec![Block::Evidence(evidence.clone())]);
    let text = text_of(&bytes);
    assert_eq!(text.matches("sshd[1]: Failed password").count(), evidence.lines().count());
    assert!(text.contains("14 / 14"), "{}", &text[text.len() - 400..]);
    // The head names the report on every page but the first.
    assert_eq!(text.matches("Report #92 · Spam").count(), 13);
}

#[test]
fn a_thousand_messages_are_all_there() {
    let entries = (0..1_000).map(|n| {
        Block::Entry(Entry {
            who: "You".to_owned(),
            when: "2026-03-01".to_owned(),
            text: format!("message number {n}."),
            ..Entry::default()
        })
    });
    let text = text_of(&printed(entries.collect()));
    for n in 0..1_000 {
        assert!(text.contains(&format!("message number {n}.")), "{n}");
    }
}

#[test]
fn what_no_font_has_is_a_box_that_can_be_copied() {
    let text = text_of(&printed(vec![Block::Text("before 漢字 and 🦩 after".to_owned())]));
    for expected in ["before", "漢字", "🦩", "after", "A box stands for a character"] {
        assert!(text.contains(expected), "{expected:?} is not in {text}");
    }
}

#[test]
fn text_from_right_to_left_and_marks_are_kept() {
    let text = "שלום 123 سلام";
    let bytes = printed(vec![Block::Text(format!("Name: {text}\n{text}\nTie\u{302}\u{301}ng"))]);
    let found = text_of(&bytes);
    // Programs that take text out of a page turn it back by their own lights: the letters must be there.
    for letter in ["ש", "ל", "ם", "س", "123", "Name:"] {
        assert!(found.contains(letter), "{letter:?} is not in {found}");
    }
    assert!(!found.contains("A box stands for"), "the fonts have all of these: {found}");
}

#[test]
fn commands_to_terminals_and_turned_text_are_seen_and_do_nothing() {
    let hostile = "a\u{1b}[31mred\u{0}b \u{202E}gpj.exe\u{202C} \u{2066}x\u{2069}\u{85}\u{2028}end";
    let text = text_of(&printed(vec![Block::Evidence(hostile.to_owned())]));
    assert!(text.contains("a\u{FFFD}[31mred\u{FFFD}b"), "{text}");
    assert!(text.contains("\u{FFFD}gpj.exe\u{FFFD}") && text.contains("end"), "{text}");
    for c in ['\u{1b}', '\u{202E}', '\u{2028}'] {
        assert!(!text.contains(c), "{c:?} got through");
    }
}

#[test]
fn no_letter_carries_marks_beyond_its_line() {
    let tower = format!("e{}!", "\u{301}".repeat(5_000));
    let text = text_of(&printed(vec![Block::Text(tower)]));
    assert!(text.matches('\u{FFFD}').count() > 4_000, "{}", text.len());
}

#[test]
fn nothing_that_can_be_written_is_refused() {
    // Every character once, in lines of a few, and the odd ones together.
    let mut all = String::new();
    for (n, c) in ('\0'..=char::MAX).step_by(7).enumerate() {
        all.push(c);
        if n % 61 == 0 {
            all.push('\n');
        }
    }
    for face in [Block::Text(all.clone()), Block::Evidence(all.clone()), Block::Heading(all)] {
        assert!(printed(vec![face]).starts_with(b"%PDF-"));
    }
    for odd in ["", "\n", "\n\n\n", " ", "\u{200D}", "\u{FE0F}", "\u{301}", "\u{5D0}\u{301}\u{301}"]
    {
        let blocks = vec![
            Block::Text(odd.to_owned()),
            Block::Facts(vec![(odd.to_owned(), odd.to_owned())]),
            Block::Entry(Entry { who: odd.to_owned(), ..Entry::default() }),
            Block::Lines(vec![Line {
                when: odd.to_owned(),
                who: odd.to_owned(),
                what: odd.to_owned(),
            }]),
        ];
        assert!(printed(blocks).starts_with(b"%PDF-"), "{odd:?}");
    }
    assert!(printed(Vec::new()).starts_with(b"%PDF-"));
}
