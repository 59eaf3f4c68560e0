//! Addresses, networks and ranges.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::{Field, Slip, plain, says_nothing, with_line_breaks};
use crate::ledger::{host_bits, parse_address, parse_net, range};

/// Networks that are nobody's: unspecified, this host, link-local, multicast, reserved and broadcast.
const NOBODYS: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
];

/// Whether no customer can hold this.
pub fn is_nobodys(net: &IpNet) -> bool {
    NOBODYS.iter().filter_map(|known| known.parse::<IpNet>().ok()).any(|known| known.contains(net))
}

/// Reads addresses, networks and ranges, separated by blank, comma, semicolon, bar or line break, with or without words
/// beside them:
///
/// - `192.0.2.1`, `192.0.2.1:8080`, `[2001:db8::1]:443`, `::ffff:192.0.2.1`
/// - `192.0.2.0/29`, `192.0.2.0/255.255.255.248`, `192.0.2.0 255.255.255.248`
/// - `192.0.2.10-192.0.2.20`, `192.0.2.10 - 192.0.2.20`, `192.0.2.10-20`
///
/// An address that is written with the length of its network (`192.0.2.5/29`) counts alone; so somebody meant either,
/// which is told. What comes after `gw` or `gateway` is the provider's. A bare number behind an address
/// (`192.0.2.100,101`) may be short for another one, and a word behind a network may change which it is: each is told, and
/// left out.
pub fn nets(text: &str) -> Field<Vec<IpNet>> {
    let text = plain(text);
    let mut reading = Reading::default();
    if says_nothing(text) {
        return reading.read;
    }
    for line in with_line_breaks(text).split([',', ';', '|', '\n', '\r']) {
        reading.line(line);
    }
    let mut read = reading.read;
    if read.value.is_empty() && read.slips.is_empty() {
        read.slips.push(Slip::lost(format!("{text:?} names no address")));
    }
    read.value.sort_unstable();
    read.value.dedup();
    read
}

#[derive(Debug)]
struct Reading {
    read: Field<Vec<IpNet>>,
    before: Before,
}

/// What stands before a word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Before {
    /// Nothing that a word could belong to.
    Nothing,
    /// An IPv4 address, or a bare number behind one.
    Address,
    /// A network, on the same line.
    Network(String),
}

impl Default for Reading {
    fn default() -> Self {
        Self { read: Field::whole(Vec::new()), before: Before::Nothing }
    }
}

impl Reading {
    fn line(&mut self, line: &str) {
        if matches!(self.before, Before::Network(_)) {
            self.before = Before::Nothing;
        }
        let words = words(line);
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let is_gateway = is_gateway(word);
            if is_gateway || is_netmask(word) {
                if let Some(next) = words.next_if(|next| looks_like_address(next)) {
                    let what =
                        if is_gateway { "a gateway, and the provider's" } else { "a netmask" };
                    self.note(format!("{next:?} is {what}; it was left out"));
                }
                self.before = Before::Nothing;
                continue;
            }
            if !looks_like_address(word) {
                self.word(word);
                continue;
            }
            // A mask behind a blank belongs to the address before it, with or without the word for it.
            if parse_address(word).is_ok_and(|a| a.is_ipv4()) {
                let named = words.clone().next().is_some_and(is_netmask);
                let mask = words.clone().nth(usize::from(named)).filter(|next| is_mask(next));
                if let Some(mask) = mask {
                    let whole = format!("{word}/{mask}");
                    words.nth(usize::from(named));
                    self.part(&whole);
                    continue;
                }
            }
            self.part(word);
        }
    }

    /// A word that is no address. Most are only beside one (`primary`).
    fn word(&mut self, word: &str) {
        let is_number = word.len() <= 3 && word.bytes().all(|b| b.is_ascii_digit());
        match &self.before {
            Before::Address if is_number => {
                let why = format!(
                    "{word:?} behind an address may be short for another one; it was left out (write the whole address)"
                );
                self.read.slips.push(Slip::lost(why));
            }
            Before::Network(network) if word.contains(char::is_alphanumeric) => {
                let why = format!("{word:?} behind {network:?} is no address; it was left out");
                self.read.slips.push(Slip::lost(why));
                self.before = Before::Nothing;
            }
            Before::Address | Before::Network(_) | Before::Nothing => {
                self.before = Before::Nothing;
            }
        }
    }

    fn note(&mut self, why: String) {
        self.read.slips.push(Slip::noted(why));
    }

    fn part(&mut self, part: &str) {
        self.before = Before::Nothing;
        match part_nets(part) {
            Ok(nets) => {
                match nets.as_slice() {
                    [IpNet::V4(net)] if net.prefix_len() == 32 => self.before = Before::Address,
                    _ if part.contains('/') => self.before = Before::Network(part.to_owned()),
                    _ => {}
                }
                for net in nets {
                    self.take(part, net);
                }
            }
            Err(Odd::HostBits(alone)) => {
                let why = format!(
                    "{part:?} is an address with the length of its network; {alone} alone was taken (write {} for all \
                     of it)",
                    host_bits(part).map_or_else(|| part.to_owned(), |net| net.to_string())
                );
                self.read.slips.push(Slip::lost(why));
                self.take(part, IpNet::from(alone));
            }
            Err(Odd::NotRead(why)) => self.read.slips.push(Slip::lost(why)),
        }
    }

    fn take(&mut self, part: &str, net: IpNet) {
        if is_nobodys(&net) {
            let what = if is_mask(part) { "a netmask" } else { "nobody's" };
            self.note(format!("{part:?} is {what}; it was left out"));
        } else {
            self.read.value.push(net);
        }
    }
}

enum Odd {
    HostBits(IpAddr),
    NotRead(String),
}

/// The words of a line, with what belongs together in one: the ends of a range, an address and its prefix length.
fn words(line: &str) -> Vec<String> {
    let line = line.replace(['–', '—', '\u{2010}', '\u{2011}'], "-").replace(['(', ')'], " ");
    let mut words: Vec<String> = Vec::new();
    let mut joins = false;
    for word in line.split_whitespace() {
        let word = word.trim_matches(['"', '\'', '<', '>', '{', '}']).trim_end_matches('.');
        let is_joint = |c: char| matches!(c, '-' | '/');
        if word.is_empty() {
            continue;
        }
        // `to` between two addresses is a hyphen.
        let word = if word.eq_ignore_ascii_case("to") { "-" } else { word };
        match words.last_mut() {
            Some(last) if joins || (word.starts_with(is_joint) && looks_like_address(last)) => {
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        joins =
            words.last().is_some_and(|last| last.ends_with(is_joint) && looks_like_address(last));
    }
    words
}

/// Whether somebody meant an address, and no word.
fn looks_like_address(word: &str) -> bool {
    word.contains(['.', ':']) && word.contains(|c: char| c.is_ascii_digit()) || word.contains("::")
}

fn label(word: &str) -> String {
    word.trim_end_matches([':', '=']).to_ascii_lowercase()
}

fn is_gateway(word: &str) -> bool {
    matches!(label(word).as_str(), "gw" | "gateway" | "router")
}

fn is_netmask(word: &str) -> bool {
    matches!(label(word).as_str(), "mask" | "netmask" | "nm" | "subnet")
}

/// Whether this is the mask of a network.
fn is_mask(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok_and(|mask| {
        mask.octets()[0] == 255
            && ipnet::ipv4_mask_to_prefix(mask).is_ok()
            && mask != Ipv4Addr::BROADCAST
    })
}

fn part_nets(part: &str) -> Result<Vec<IpNet>, Odd> {
    let not_read = |why: String| Odd::NotRead(why);
    let bare = without_port(without_label(part));
    if let Some((from, to)) = bare.split_once('-') {
        let (from, to) = (without_port(from), without_port(to));
        let first = parse_address(from).map_err(|error| not_read(error.to_string()))?;
        let last = last_of(first, to).map_err(not_read)?;
        return range(first, last).map_err(|error| not_read(error.to_string()));
    }
    let with_length = match bare.split_once('/') {
        Some((address, mask)) if mask.contains('.') => {
            let mask: Ipv4Addr =
                mask.parse().map_err(|_| not_read(format!("{mask:?} is no netmask")))?;
            let length = ipnet::ipv4_mask_to_prefix(mask)
                .map_err(|_| not_read(format!("{mask} is no netmask")))?;
            format!("{address}/{length}")
        }
        _ => bare.to_owned(),
    };
    match parse_net(&with_length) {
        Ok(net) => Ok(vec![net]),
        Err(error) => match host_bits(&with_length) {
            Some(_) => {
                let address = with_length.split('/').next().unwrap_or_default();
                parse_address(address)
                    .map_err(|error| not_read(error.to_string()))
                    .and_then(|alone| Err(Odd::HostBits(alone)))
            }
            None => Err(not_read(error.to_string())),
        },
    }
}

/// The end of a range: an address, or what takes the place of the last octet.
fn last_of(first: IpAddr, to: &str) -> Result<IpAddr, String> {
    if let (IpAddr::V4(first), Ok(octet)) = (first, to.parse::<u8>())
        && to.len() <= 3
    {
        let [a, b, c, _] = first.octets();
        return Ok(IpAddr::V4(Ipv4Addr::new(a, b, c, octet)));
    }
    parse_address(to).map_err(|error| error.to_string())
}

/// Without a word and a colon before the address (`ip:192.0.2.1`, `eth0=192.0.2.1`).
fn without_label(part: &str) -> &str {
    if part.parse::<IpAddr>().is_ok() || part.starts_with('[') {
        return part;
    }
    match part.split_once(['=', ':']) {
        Some((label, rest))
            if label.starts_with(|c: char| c.is_alphabetic())
                && rest
                    .split(['/', '-', ':'])
                    .next()
                    .is_some_and(|a| a.parse::<Ipv4Addr>().is_ok()) =>
        {
            rest
        }
        _ => part,
    }
}

/// Without the port of `192.0.2.1:8080` and `[2001:db8::1]:443`, and without the interface of `fe80::1%eth0`.
fn without_port(text: &str) -> &str {
    if let Some((inside, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside;
    }
    if let Some((address, port)) = text.split_once(':')
        && address.parse::<Ipv4Addr>().is_ok()
        && port.parse::<u16>().is_ok()
    {
        return address;
    }
    match text.split_once('%') {
        Some((address, _)) if address.contains(':') => address,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Weight;
    use crate::ledger::Resource;

    /// What was read, and the weights of the slips.
    fn read(text: &str) -> (Vec<String>, Vec<Weight>) {
        let read = nets(text);
        let mut shown: Vec<String> =
            read.value.into_iter().map(|net| Resource::Net(net).to_string()).collect();
        shown.sort();
        (shown, read.slips.into_iter().map(|slip| slip.weight).collect())
    }

    fn reads(text: &str, expected: &[&str], slips: &[Weight]) {
        let mut expected: Vec<String> = expected.iter().map(|&one| one.to_owned()).collect();
        expected.sort();
        assert_eq!(read(text), (expected, slips.to_vec()), "{text:?}");
    }

    #[test]
    fn lists_are_read_however_they_are_separated() {
        reads("", &[], &[]);
        reads("192.0.2.1", &["192.0.2.1"], &[]);
        for separator in
            ["\r\n", "\n\n", ",", ", ", ";", " ", "\t", "|", "<br>", "<BR />", "\\n", "\\r\\n"]
        {
            let text = format!("192.0.2.1{separator}192.0.2.2{separator}2001:db8::/64{separator}");
            reads(&text, &["192.0.2.1", "192.0.2.2", "2001:db8::/64"], &[]);
        }
        reads("192.0.2.1 primary|192.0.2.2 second", &["192.0.2.1", "192.0.2.2"], &[]);
        reads("2001:0DB8:0002:0000:0000:0000:0000:0001", &["2001:db8:2::1"], &[]);
        reads("192.0.2.1 VLAN 12, 192.0.2.2", &["192.0.2.1", "192.0.2.2"], &[]);
        reads("::ffff:192.0.2.9 ::ffff:192.0.2.16/124", &["192.0.2.9", "192.0.2.16/28"], &[]);
    }

    #[test]
    fn ranges_are_read_as_panels_write_them() {
        let range = ["192.0.2.10/31", "192.0.2.12/30", "192.0.2.16/30", "192.0.2.20"];
        for text in [
            "192.0.2.10-192.0.2.20",
            "192.0.2.10 - 192.0.2.20",
            "192.0.2.10- 192.0.2.20",
            "192.0.2.10 -192.0.2.20",
            "192.0.2.10 – 192.0.2.20",
            "192.0.2.10 to 192.0.2.20",
            "192.0.2.10-20",
            "192.0.2.10 - 20",
        ] {
            reads(text, &range, &[]);
        }
        reads("2001:db8::-2001:db8::3", &["2001:db8::/126"], &[]);
        reads("192.0.2.8-11, 203.0.113.1", &["192.0.2.8/30", "203.0.113.1"], &[]);
        for bad in [
            "192.0.2.20-192.0.2.10",
            "192.0.2.20-10",
            "192.0.2.1-",
            "192.0.2.1-300",
            "192.0.2.1-2001:db8::1",
        ] {
            reads(bad, &[], &[Weight::Lost]);
        }
    }

    #[test]
    fn what_may_be_short_for_an_address_or_change_a_network_is_told() {
        let lost = Weight::Lost;
        for text in ["192.0.2.100,101,102", "192.0.2.100, 101 102", "192.0.2.100;101|102"] {
            reads(text, &["192.0.2.100"], &[lost, lost]);
        }
        reads("192.0.2.100,101,192.0.2.7", &["192.0.2.100", "192.0.2.7"], &[lost]);
        for text in ["192.0.2.0/24 main", "192.0.2.0/24 (main)", "192.0.2.0/24 main office"] {
            reads(text, &["192.0.2.0/24"], &[lost]);
        }
        reads("192.0.2.0/24 - main", &[], &[lost]);
        reads("2001:db8::/64 main\nmain 192.0.2.0/24", &["192.0.2.0/24", "2001:db8::/64"], &[lost]);
        reads("192.0.2.0/24, main", &["192.0.2.0/24"], &[]);
    }

    #[test]
    fn a_mask_makes_a_network_and_is_nobodys_address() {
        for text in [
            "198.51.100.32/29",
            "198.51.100.32 /29",
            "198.51.100.32/ 29",
            "198.51.100.32/255.255.255.248",
            "198.51.100.32 255.255.255.248",
            "198.51.100.32  netmask 255.255.255.248",
            "198.51.100.32 mask: 255.255.255.248",
        ] {
            reads(text, &["198.51.100.32/29"], &[]);
        }
        reads("198.51.100.1 255.255.255.255", &["198.51.100.1"], &[Weight::Noted]);
        reads("198.51.100.1\n255.255.255.248", &["198.51.100.1"], &[Weight::Noted]);
        reads("198.51.100.32/255.0.255.0", &[], &[Weight::Lost]);
    }

    #[test]
    fn an_address_with_the_length_of_its_network_counts_alone() {
        for text in ["192.0.2.69/29", "192.0.2.69/255.255.255.248", "192.0.2.69 255.255.255.248"] {
            reads(text, &["192.0.2.69"], &[Weight::Lost]);
        }
        reads("2001:db8:1::1/64", &["2001:db8:1::1"], &[Weight::Lost]);
        reads("192.0.2.5/24 gateway", &["192.0.2.5"], &[Weight::Lost]);
    }

    #[test]
    fn ports_brackets_and_labels_are_no_part_of_an_address() {
        reads("203.0.113.40:8080", &["203.0.113.40"], &[]);
        reads("[2001:db8::1]:443 [2001:db8::2]", &["2001:db8::1", "2001:db8::2"], &[]);
        reads("ip:192.0.2.1 eth0=192.0.2.2", &["192.0.2.1", "192.0.2.2"], &[]);
        reads("2001:db8::1%eth0", &["2001:db8::1"], &[]);
        reads("203.0.113.16/28 (gw 203.0.113.17)", &["203.0.113.16/28"], &[Weight::Noted]);
        reads("Gateway: 203.0.113.17\n203.0.113.18", &["203.0.113.18"], &[Weight::Noted]);
        reads("(203.0.113.18)", &["203.0.113.18"], &[]);
    }

    #[test]
    fn what_nobody_can_hold_is_left_out() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "255.255.255.255",
            "255.255.255.248",
            "224.0.0.1",
            "169.254.1.1",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1%eth0",
            "fe80::1",
            "ff02::1",
        ] {
            reads(text, &[], &[Weight::Noted]);
            reads(&format!("192.0.2.1, {text}"), &["192.0.2.1"], &[Weight::Noted]);
        }
        for text in ["N/A", "none", "-", "NULL", "none assigned", "DHCP"] {
            reads(text, &[], &[]);
        }
    }

    #[test]
    fn a_part_that_cannot_be_read_costs_itself_alone() {
        for bad in [
            "192.0.2.010",
            "192.0.2.300",
            "192.0.2",
            "192.0.2.1/33",
            "0.0.0.0/0",
            "8.0.0.0/7",
            "::/0",
            "0.0.0.0-255.255.255.255",
            "9.0.0.0-10.255.255.255",
            "2001::-2002::",
            "2001:db8::1::2",
            "192.0.2.10-192.0.2.20-192.0.2.30",
            "vps1.example.com",
        ] {
            reads(&format!("{bad}, 192.0.2.4"), &["192.0.2.4"], &[Weight::Lost]);
        }
        reads("see the notes", &[], &[Weight::Lost]);
        assert!(
            nets("192.0.2.010").slips[0].why.contains("leading zero"),
            "{:?}",
            nets("192.0.2.010")
        );
    }
}
