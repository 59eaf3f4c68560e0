//! Bodies as PHP reads them: both form encodings with PHP's rules for names, and JSON as an extension.
//!
//! The naming rules are those of `php_register_variable_ex` as tried against PHP 8.2: leading spaces go,
//! `.` and space become `_`, `name[...]` makes an array, a `[` without `]` becomes `_`, and of repeated
//! names the last one counts.

use std::collections::HashMap;
use std::convert::Infallible;

use bytes::Bytes;
use encoding_rs::Encoding;
use portreeve_core::text::storable;

use crate::form;

/// A variable of `$_POST` or `$_GET`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A scalar.
    Text(String),
    /// An array: never what is meant here, so its parts are not kept.
    Array,
}

impl Value {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Array => None,
        }
    }
}

/// The variables of a request.
pub(crate) type Vars = HashMap<String, Value>;

/// Reads a body by its content type. What cannot be read is as if it were not there.
pub(crate) async fn read_body(content_type: &str, body: Vec<u8>) -> Vars {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            read_urlencoded(&body, form::charset_of(content_type))
        }
        "multipart/form-data" => read_multipart(content_type, body).await,
        "application/json" => read_json(&form::text(&body, form::charset_of(content_type))),
        _ => Vars::new(),
    }
}

/// Reads `application/x-www-form-urlencoded`, or a query string.
pub(crate) fn read_urlencoded(bytes: &[u8], charset: Option<&'static Encoding>) -> Vars {
    let mut vars = Vars::new();
    for (name, value) in form::urlencoded(bytes, charset) {
        register(&mut vars, &name, value);
    }
    vars
}

async fn read_multipart(content_type: &str, body: Vec<u8>) -> Vars {
    let mut vars = Vars::new();
    let Ok(boundary) = multer::parse_boundary(content_type) else { return vars };
    let stream = futures_util::stream::once(async { Ok::<_, Infallible>(Bytes::from(body)) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut charset = form::charset_of(content_type);
    let mut fields = Vec::new();
    // PHP keeps the parts before the one that it cannot read.
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().map(str::to_owned);
        // Parts with a file name are files, and not in $_POST.
        let is_file = part.file_name().is_some();
        let own = form::charset_in(part.headers());
        let Ok(bytes) = part.bytes().await else { break };
        if let (Some(name), false) = (name, is_file) {
            // RFC 7578, 4.6: a field that says in which character set the others are.
            if name == "_charset_" {
                charset = std::str::from_utf8(&bytes).ok().and_then(form::charset).or(charset);
            }
            fields.push((name, own, bytes));
        }
    }
    for (name, own, bytes) in fields {
        register(&mut vars, &name, form::text(&bytes, own.or(charset)));
    }
    vars
}

fn read_json(text: &str) -> Vars {
    let text = text.trim_start_matches('\u{feff}');
    let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) else {
        return Vars::new();
    };
    let value = |value: serde_json::Value| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(Value::Text(storable(&text))),
        serde_json::Value::Bool(flag) => Some(Value::Text(flag.to_string())),
        serde_json::Value::Number(number) => Some(Value::Text(number.to_string())),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Some(Value::Array),
    };
    object.into_iter().filter_map(|(name, json)| value(json).map(|v| (name, v))).collect()
}

fn register(vars: &mut Vars, name: &str, value: String) {
    let name = name.trim_start_matches(' ');
    let (name, value) = match name.split_once('[') {
        Some((base, rest)) if rest.contains(']') => (base.to_owned(), Value::Array),
        _ => (name.to_owned(), Value::Text(value)),
    };
    let name = storable(&name).replace([' ', '.', '['], "_");
    if !name.is_empty() {
        vars.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn names_follow_php() {
        let vars = read_urlencoded(
            b"service.id=1&service%20id=2&+x=3&a[]=4&b[c]=5&d[=6&=7&[e]=8&f&g[]=1&g=2&h=1&h[]=2",
            None,
        );
        assert_eq!(vars.get("service_id"), Some(&text("2")), "the last one counts");
        assert_eq!(vars.get("x"), Some(&text("3")));
        assert_eq!(vars.get("a"), Some(&Value::Array));
        assert_eq!(vars.get("b"), Some(&Value::Array));
        assert_eq!(vars.get("d_"), Some(&text("6")));
        assert_eq!(vars.get("f"), Some(&text("")));
        assert_eq!(vars.get("g"), Some(&text("2")));
        assert_eq!(vars.get("h"), Some(&Value::Array));
        assert!(!vars.contains_key("") && !vars.contains_key("e"));
    }

    #[test]
    fn broken_text_is_made_storable() {
        let vars = read_urlencoded(b"a=%00x%FFy&b=%zz&c=a%2Bb+c", None);
        assert_eq!(vars.get("a"), Some(&text("\u{FFFD}x\u{FF}y")));
        assert_eq!(vars.get("b"), Some(&text("%zz")));
        assert_eq!(vars.get("c"), Some(&text("a+b c")));
    }

    #[tokio::test]
    async fn multipart_gives_the_same_variables_and_leaves_files_out() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"service.id\"\r\n\r\n5\r\n\
            --b\r\nContent-Disposition: form-data; name=\"c[]\"\r\n\r\nx\r\n\
            --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\r\ny\r\n--b--\r\n";
        let vars = read_body("Multipart/Form-Data; boundary=b", body.as_bytes().to_vec()).await;
        assert_eq!(vars.get("service_id"), Some(&text("5")));
        assert_eq!(vars.get("c"), Some(&Value::Array));
        assert!(!vars.contains_key("f"));
        assert!(read_body("multipart/form-data", body.as_bytes().to_vec()).await.is_empty());
    }

    #[tokio::test]
    async fn each_encoding_of_a_form_may_be_in_windows_1252_or_in_what_it_names() {
        let word = Some(text("Mi\u{DF}brauch"));
        let urlencoded = "application/x-www-form-urlencoded";
        for body in [&b"category=Mi%DFbrauch"[..], b"category=Mi\xDFbrauch"] {
            let vars = read_body(urlencoded, body.to_vec()).await;
            assert_eq!(vars.get("category").cloned(), word);
        }
        let vars =
            read_body("application/json", b"{\"category\": \"Mi\xDFbrauch\"}".to_vec()).await;
        assert_eq!(vars.get("category").cloned(), word);
        let part = |more: &str, name: &str, value: &[u8]| {
            let head =
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{more}\r\n");
            [head.as_bytes(), value, b"\r\n"].concat()
        };
        let read = async |parts: &[Vec<u8>]| {
            let body = [parts.concat(), b"--b--\r\n".to_vec()].concat();
            read_body("multipart/form-data; boundary=b", body).await.get("category").cloned()
        };
        assert_eq!(read(&[part("", "category", b"Mi\xDFbrauch")]).await, word);
        let cyrillic = Some(text("\u{041C}\u{0422}"));
        let said =
            part("Content-Type: text/plain; charset=windows-1251\r\n", "category", b"\xCC\xD2");
        assert_eq!(read(&[said]).await, cyrillic);
        let last = [part("", "category", b"\xCC\xD2"), part("", "_charset_", b"windows-1251")];
        assert_eq!(read(&last).await, cyrillic);
    }

    #[tokio::test]
    async fn json_is_read_and_other_content_types_are_empty() {
        let body = br#"{"service_id": 5, "category": "Sp\u0000am", "allow_unsuspend": true,
            "service_ip": null, "x": [1]}"#;
        let vars = read_body("application/json; charset=utf-8", body.to_vec()).await;
        assert_eq!(vars.get("service_id"), Some(&text("5")));
        assert_eq!(vars.get("category"), Some(&text("Sp\u{FFFD}am")));
        assert_eq!(vars.get("allow_unsuspend"), Some(&text("true")));
        assert!(!vars.contains_key("service_ip"));
        assert_eq!(vars.get("x"), Some(&Value::Array));
        assert!(read_body("text/plain", b"service_id=5".to_vec()).await.is_empty());
        assert!(read_body("application/json", b"[1]".to_vec()).await.is_empty());
    }
}
