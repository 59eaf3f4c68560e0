//! XML, as far as complaints need it: elements, their attributes and their text. What is broken is read as far as it goes.
//! Entities but the five that XML has are not known, nothing is ever fetched, and there are limits on all of it.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event as Token};

/// Elements inside of each other.
const DEEPEST: usize = 200;

/// Elements of one text.
const MOST_ELEMENTS: usize = 1_000_000;

/// Longest text of one element, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 50;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Event<'e> {
    /// An element begins: its name without a prefix, and its attributes.
    Begin(&'e str, &'e [(String, String)]),
    /// The innermost open element ends; its own text.
    End(&'e str),
}

/// Reads a text as far as it is XML. What was open at its end is closed.
pub(crate) fn read(text: &str, mut found: impl FnMut(Event<'_>)) {
    let mut reader = quick_xml::Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<String> = Vec::new();
    for _ in 0..MOST_ELEMENTS {
        match reader.read_event() {
            Ok(Token::Start(element)) => {
                if open.len() >= DEEPEST {
                    break;
                }
                begin(&element, &mut found);
                open.push(String::new());
            }
            Ok(Token::Empty(element)) => {
                begin(&element, &mut found);
                found(Event::End(""));
            }
            Ok(Token::End(_)) => {
                if let Some(text) = open.pop() {
                    found(Event::End(text.trim()));
                }
            }
            Ok(Token::Text(text)) => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Token::CData(text)) => add(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
            Ok(Token::GeneralRef(name)) => add(&mut open, &reference(&name)),
            Ok(Token::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while let Some(text) = open.pop() {
        found(Event::End(text.trim()));
    }
}

/// A character by its number or name; what is neither stays as it is written.
fn reference(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return c.to_string();
    }
    let known = quick_xml::escape::resolve_predefined_entity(name);
    known.map_or_else(|| format!("&{};", &**name), str::to_owned)
}

fn begin(element: &BytesStart<'_>, found: &mut impl FnMut(Event<'_>)) {
    let name = element.local_name();
    let mut attributes = Vec::new();
    for attribute in element.html_attributes().with_checks(false).take(MOST_ATTRIBUTES).flatten() {
        let value: &str = attribute.value.as_ref();
        let value = htmlize::unescape_attribute(&value[..value.floor_char_boundary(LONGEST_TEXT)])
            .into_owned();
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    found(Event::Begin(name.as_ref(), &attributes));
}

fn add(open: &mut [String], text: &str) {
    if let Some(own) = open.last_mut()
        && own.len() < LONGEST_TEXT
    {
        own.push_str(&text[..text.floor_char_boundary(LONGEST_TEXT)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        read(text, |event| {
            seen.push(match event {
                Event::Begin(name, attributes) => format!("{name}{attributes:?}"),
                Event::End(text) => format!("/{text}"),
            });
        });
        seen
    }

    #[test]
    fn elements_are_read_without_their_prefixes() {
        assert_eq!(
            seen("<?xml version=\"1.0\"?><a:b c='1 &amp; 2'>x &lt; y<d/><![CDATA[<z>]]></a:b>"),
            ["b[(\"c\", \"1 & 2\")]", "d[]", "/", "/x < y<z>"]
        );
    }

    #[test]
    fn what_is_broken_is_read_as_far_as_it_goes() {
        assert_eq!(seen("<a>Tom & Jerry<b>x"), ["a[]", "b[]", "/x", "/Tom & Jerry"]);
        assert_eq!(seen("<a><b>x</c></a>"), ["a[]", "b[]", "/x", "/"]);
        assert_eq!(seen("nothing"), Vec::<String>::new());
    }

    #[test]
    fn entities_of_others_are_not_expanded() {
        let bomb =
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY y '&x;&x;'>]><a>&y;</a>";
        assert_eq!(seen(bomb), ["a[]", "/&y;"]);
    }

    #[test]
    fn elements_deep_inside_are_left_out() {
        assert_eq!(seen(&"<a>".repeat(100_000)).len(), 2 * DEEPEST);
    }
}
