use super::*;
use proptest::prelude::*;

fn clean(raw: &str) -> String {
    FileName::clean(raw).to_string()
}

#[test]
fn names_lose_their_path_and_whatever_misleads() {
    for (raw, name) in [
        ("log.txt", "log.txt"),
        ("Übersicht März.pdf", "Übersicht März.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\x\report.PDF", "report.PDF"),
        ("a/b/", "b"),
        ("\u{FF0F}etc\u{FF0F}shadow.txt", "shadow.txt"),
        ("photo\u{202E}gpj.exe", "photogpj.exe"),
        ("\u{200B}.htaccess", "htaccess"),
        (".\u{FEFF}.", "file"),
        ("x.txt. . .", "x.txt"),
        ("a\r\nb\0c.txt", "a bc.txt"),
        ("a \u{00A0}\t b.txt", "a b.txt"),
        ("con", "_con"),
        ("NUL.tar.gz", "_NUL.tar.gz"),
        ("com¹.txt", "_com¹.txt"),
        ("console.txt", "console.txt"),
        ("-rf", "_rf"),
        ("a\"b<c>|?*.txt", "a_b_c____.txt"),
        ("", "file"),
        ("///", "file"),
        ("file.txt:stream", "file.txt_stream"),
    ] {
        assert_eq!(clean(raw), name, "{raw:?}");
    }
}

#[test]
fn a_long_name_keeps_its_extension() {
    let long = format!("{}.pdf", "ä".repeat(500));
    let name = clean(&long);
    assert!(name.ends_with("ä.pdf") && name.len() <= LONGEST_NAME_BYTES, "{name}");
    assert_eq!(clean(&"x".repeat(500)).len(), LONGEST_NAME);
    let odd = clean(&format!("x.{}", "y".repeat(500)));
    assert_eq!(odd.len(), LONGEST_NAME, "an extension that is all of the name is cut");
}

proptest! {
    #[test]
    fn whatever_a_file_is_called_its_name_is_harmless(raw in any::<String>()) {
        let name = clean(&raw);
        prop_assert!(!name.is_empty() && name.chars().count() <= LONGEST_NAME && name.len() <= LONGEST_NAME_BYTES);
        prop_assert!(!name.chars().any(|c| is_separator(c) || is_unseen(c) || c == '"'), "{:?}", name);
        prop_assert!(!name.starts_with(['.', ' ', '-']) && !name.ends_with(['.', ' ']), "{:?}", name);
        prop_assert!(!is_device(&name), "{:?}", name);
        prop_assert_eq!(clean(&name), name.clone(), "a clean name stays as it is");
    }
}

#[test]
fn what_is_taken_goes_by_the_last_extension_and_by_the_number() {
    let limits = Limits {
        max_size: Size(10),
        per_message: 2,
        per_report: Size(100),
        types: ["pdf".to_owned(), "txt".to_owned()].into(),
    };
    let admit = |name: &str, before| limits.admit(&FileName::clean(name), before);
    assert_eq!(admit("a.PDF", 0), Ok(()));
    assert_eq!(admit("a.pdf.exe", 0), Err(Refused::Type));
    assert_eq!(admit("pdf", 0), Err(Refused::Type));
    assert_eq!(admit(".txt", 0), Err(Refused::Type), "a name, and no extension");
    assert_eq!(admit("a.txt", 2), Err(Refused::TooMany(2)));
    let none = Limits { per_message: 0, ..limits.clone() };
    assert_eq!(none.admit(&FileName::clean("a.txt"), 0), Err(Refused::Off));
}

#[test]
fn a_file_that_is_plainly_something_else_than_its_name_says_is_seen() {
    let fits = |name: &str, head: &[u8]| fits_its_name(&FileName::clean(name), head);
    assert!(fits("a.png", b"\x89PNG\r\n\x1a\n....") && !fits("a.png", b"MZ"));
    assert!(fits("a.jpg", b"\xff\xd8\xff\xe0") && !fits("a.JPEG", b"<html>"));
    assert!(fits("a.pdf", b"junk %PDF-1.7") && !fits("a.pdf", b""));
    assert!(fits("a.docx", b"PK\x03\x04") && !fits("a.zip", b"Rar!"));
    assert!(fits("a.webp", b"RIFF....WEBPVP8 ") && !fits("a.webp", b"RIFF"));
    assert!(fits("a.log", b"\x7fELF") && fits("noname", b""), "of these nobody can tell");
}

#[test]
fn sizes_read_back_as_they_are_written() {
    for (text, bytes, shown) in [
        ("10MiB", 10 << 20, "10 MiB"),
        ("10 MiB", 10 << 20, "10 MiB"),
        ("1536k", 1536 << 10, "1.5 MiB"),
        ("17", 17, "17 B"),
        ("2GB", 2 << 30, "2 GiB"),
    ] {
        let size: Size = text.parse().expect(text);
        assert_eq!((size.0, size.to_string().as_str()), (bytes, shown));
    }
    for bad in ["", "MiB", "ten", "1.5MiB", "-1", "99999999999999999999", "99999999999GiB"] {
        assert_eq!(bad.parse::<Size>(), Err(NotASize), "{bad}");
    }
}

#[test]
fn nobody_gets_a_file_that_was_not_found_to_be_clean_unless_nothing_scans() {
    for scan in Scan::ALL {
        assert_eq!(Scan::parse(scan.as_str()), Some(scan));
        assert_eq!(scan.lets_through(), matches!(scan, Scan::Clean | Scan::NotScanned));
    }
}
