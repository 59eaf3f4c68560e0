//! Domains, and the names under which somebody asks for an address or domain.

use super::{Field, Slip, plain, says_nothing, with_line_breaks};
use crate::ledger::{NotAResource, Resource, parse_address, parse_domain, parse_net};

/// Reads the domains of a field: names of hosts, also within the address of a page (`https://www.example.com/`) or with a
/// star (`*.example.com`). A word that may be the name of a machine is none, and is left out without a word.
pub fn domains(text: &str) -> Field<Vec<Resource>> {
    let mut read = Field::whole(Vec::new());
    let text = plain(text);
    if says_nothing(text) || is_label(text) {
        return read;
    }
    let lines = with_line_breaks(text);
    let separators = [' ', '\t', ',', ';', '|', '\n', '\r'];
    let mut unread = Vec::new();
    for part in lines.split(separators).filter(|part| !part.is_empty()) {
        let host = host_of(part);
        match parse_domain(host.strip_prefix("*.").unwrap_or(host)) {
            Ok(domain) => read.value.push(domain),
            Err(_) if parse_net(host).is_ok() => {
                let why = format!("{part:?} is an address; addresses belong into assigned_ips");
                read.slips.push(Slip::noted(why));
            }
            Err(_) => unread.push(part),
        }
    }
    if !unread.is_empty() {
        let why = format!("{:?} is no domain name; nobody is known by it", unread.join(" "));
        read.slips.push(Slip::lost(why));
    }
    read
}

/// The name of one machine, without a domain.
fn is_label(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

/// The host within the address of a page, or with a port; otherwise the text as it is.
pub fn host_of(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'', '<', '>']);
    let (text, is_page) = match text.split_once("://") {
        Some((_, rest)) => (rest, true),
        None => (text.strip_prefix("//").unwrap_or(text), text.starts_with("//")),
    };
    let is_prefix = |(_, length): (&str, &str)| parse_net(text).is_ok() || is_length(length);
    if !is_page && text.split_once('/').is_some_and(is_prefix) {
        return text;
    }
    let text = text.split(['/', '?', '#']).next().unwrap_or(text);
    let text = if is_page { text.rsplit('@').next().unwrap_or(text) } else { text };
    let text = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None => match text.rsplit_once(':') {
            // One colon alone comes before a port; more are of an IPv6 address.
            Some((host, port))
                if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) =>
            {
                host
            }
            _ => text,
        },
    };
    // An IPv6 address may name the interface that it is on.
    match text.split_once('%') {
        Some((address, _)) if address.contains(':') => address,
        _ => text,
    }
}

fn is_length(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Reads what somebody asks for: an address, prefix or domain, also as it stands in the address of a page, in a log or in
/// a mail that makes it no link (`hxxp://192.0.2[.]1/`).
pub fn resource(text: &str) -> Result<Resource, NotAResource> {
    let plain = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    let host = host_of(&plain);
    let host = host.strip_prefix("*.").unwrap_or(host);
    let dotless = host.trim_end_matches('.');
    if let Ok(address) = parse_address(dotless) {
        return Ok(Resource::Net(address.into()));
    }
    if dotless.contains('/') {
        return parse_net(dotless).map(Resource::Net);
    }
    parse_domain(dotless).map_err(|_| {
        let example = "write an address (192.0.2.1, 2001:db8::1), a prefix (192.0.2.0/29) or a domain (example.com)";
        NotAResource::new(format!("{text:?} is no address, prefix or domain: {example}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_one_however_it_is_written() {
        for (text, expected) in [
            ("müller.example", "xn--mller-kva.example"),
            ("mu\u{308}ller.example", "xn--mller-kva.example"),
            ("MÜLLER.Example.", "xn--mller-kva.example"),
            ("XN--MLLER-KVA.example", "xn--mller-kva.example"),
            ("straße.example", "xn--strae-oqa.example"),
            ("xn--strae-oqa.example", "xn--strae-oqa.example"),
            ("Shop.Example.com", "shop.example.com"),
            ("https://www.dora.example/", "www.dora.example"),
            ("http://user@dora.example:8080/a?b#c", "dora.example"),
            ("dora.example/shop", "dora.example"),
            ("dora.example:443", "dora.example"),
            ("*.eve.example", "eve.example"),
            ("_dmarc.example.com", "_dmarc.example.com"),
            ("r3---sn-x.example.com", "r3---sn-x.example.com"),
        ] {
            let read = domains(text);
            let found: Vec<String> = read.value.iter().map(ToString::to_string).collect();
            assert_eq!((found, read.slips.len()), (vec![expected.to_owned()], 0), "{text:?}");
            assert_eq!(resource(text).map(|r| r.to_string()), Ok(expected.to_owned()), "{text:?}");
        }
        let read = domains("a.example, b.example");
        assert_eq!((read.value.len(), read.slips.len()), (2, 0));
    }

    #[test]
    fn what_is_no_domain_is_said_and_the_name_of_a_machine_is_none() {
        for text in ["", "-", "NULL", "n/a", "vps17", "web_1"] {
            assert_eq!(domains(text), Field::whole(Vec::new()), "{text:?}");
        }
        for (text, weight) in [
            ("999.999.999.999", super::super::Weight::Lost),
            ("a..b.example", super::super::Weight::Lost),
            ("not a..domain", super::super::Weight::Lost),
            ("192.0.2.77", super::super::Weight::Noted),
            ("192.0.2.0/24", super::super::Weight::Noted),
        ] {
            let read = domains(text);
            assert_eq!((read.value.len(), read.slips.len()), (0, 1), "{text:?}");
            assert_eq!(read.slips[0].weight, weight, "{text:?}");
        }
    }

    #[test]
    fn a_question_is_understood_however_it_is_put() {
        for (text, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1. ", "192.0.2.1"),
            ("192.0.2.1:8080", "192.0.2.1"),
            ("[192.0.2.1]", "192.0.2.1"),
            ("http://192.0.2.1:8080/x", "192.0.2.1"),
            ("hxxp://192.0.2[.]1/x", "192.0.2.1"),
            ("192.0.2.0/29", "192.0.2.0/29"),
            ("2001:DB8::0001", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("https://[2001:db8::1]:443/x", "2001:db8::1"),
            ("2001:db8::1%eth0", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("Example.COM.", "example.com"),
        ] {
            assert_eq!(resource(text).map(|r| r.to_string()), Ok(expected.to_owned()), "{text:?}");
        }
        for text in [
            "",
            "localhost",
            "192.0.2.256",
            "192.0.2.010",
            "a@example.com",
            "192.0.2.1/33",
            "1:2:3",
        ] {
            assert!(resource(text).is_err(), "{text:?}");
        }
    }
}
