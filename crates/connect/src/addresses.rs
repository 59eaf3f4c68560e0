//! Addresses as people and modules write them into a panel.

use ipnet::IpNet;
use portreeve_core::ledger::{parse_address, parse_nets};

/// Addresses, prefixes and ranges of a text that people and modules wrote: one to a line, or separated by
/// commas or spaces, perhaps with a label behind each, perhaps with a literal `\n`. A part that looks like
/// an address and cannot be read is named; an address written with the length of its network counts by
/// itself alone.
pub(crate) fn addresses(text: &str) -> (Vec<IpNet>, Vec<String>) {
    let text = text.replace("\\r", "\n").replace("\\n", "\n");
    let (mut nets, mut odd) = (Vec::new(), Vec::new());
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'));
    for part in parts
        .filter(|part| part.contains(['.', ':']) && part.contains(|c: char| c.is_ascii_digit()))
    {
        match parse_nets(part) {
            Ok(found) => nets.extend(found),
            Err(error) => {
                let alone =
                    part.split_once('/').and_then(|(address, _)| parse_address(address).ok());
                nets.extend(alone.map(IpNet::from));
                odd.push(error.to_string());
            }
        }
    }
    nets.sort_unstable();
    nets.dedup();
    (nets, odd)
}

#[cfg(test)]
mod tests {
    use portreeve_core::ledger::Resource;

    use super::*;

    fn texts(text: &str) -> (Vec<String>, usize) {
        let (nets, odd) = addresses(text);
        let shown = nets.into_iter().map(|net| Resource::Net(net).to_string()).collect();
        (shown, odd.len())
    }

    #[test]
    fn addresses_are_read_as_people_and_modules_write_them() {
        let read = |text, expected: &[&str], odd| {
            let (mut found, oddities) = texts(text);
            found.sort();
            let mut expected: Vec<String> = expected.iter().map(|&e| e.to_owned()).collect();
            expected.sort();
            assert_eq!((found, oddities), (expected, odd), "{text:?}");
        };
        read("", &[], 0);
        read("192.0.2.1", &["192.0.2.1"], 0);
        read(
            "192.0.2.1\r\n192.0.2.2\n\n2001:db8::/64\r\n",
            &["192.0.2.1", "192.0.2.2", "2001:db8::/64"],
            0,
        );
        read(
            "192.0.2.1, 192.0.2.2;198.51.100.0/30",
            &["192.0.2.1", "192.0.2.2", "198.51.100.0/30"],
            0,
        );
        read("192.0.2.1\\n192.0.2.2\\r\\n192.0.2.3", &["192.0.2.1", "192.0.2.2", "192.0.2.3"], 0);
        read("192.0.2.1 primary|192.0.2.2 second", &["192.0.2.1", "192.0.2.2"], 0);
        read("192.0.2.8-192.0.2.11", &["192.0.2.8/30"], 0);
        read("::ffff:192.0.2.9", &["192.0.2.9"], 0);
        // An address with the length of its network holds itself, not the network.
        read("192.0.2.5/24", &["192.0.2.5"], 1);
        read("192.0.2.300 192.0.2.4", &["192.0.2.4"], 1);
        read("0.0.0.0/0", &["0.0.0.0"], 1);
        read("none assigned", &[], 0);
    }
}
