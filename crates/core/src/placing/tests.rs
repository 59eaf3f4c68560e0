use super::*;
use crate::ledger::{Assignment, Interval, parse_net};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// `who` held `what` from one instant to another; each a moment, or two between which it was.
fn held(ledger: &mut Ledger, who: i64, what: &str, held: Interval) {
    let id = i64::try_from(ledger.len()).expect("few") + 1;
    ledger.put(&Assignment {
        id,
        service: ServiceKey::parse(&format!("main:{who}"), "").expect("good"),
        customer_id: (who * 11).to_string(),
        resource: Resource::parse(what).expect("good"),
        held,
    });
}

fn always() -> Interval {
    Interval { from_after: None, from_by: 0, to_after: None, to_by: None }
}

fn from(text: &str) -> Interval {
    Interval::exactly_from(at(text).as_millisecond())
}

fn until(text: &str) -> Interval {
    let end = Some(at(text).as_millisecond());
    Interval { to_after: end, to_by: end, ..always() }
}

/// 192.0.2.1 went from 1 to 2 at noon of the 10th; .2 did between two looks on the 10th; .3 is shared by 3 and 4, who have
/// a domain each; .4 was 5's until the 12th; `2001:db8:7::/48` is 6's, with one address of 7.
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    held(&mut ledger, 1, "192.0.2.1", until("2026-01-10T12:00:00Z"));
    held(&mut ledger, 2, "192.0.2.1", from("2026-01-10T12:00:00Z"));
    let (morning, evening) = (at("2026-01-10T06:00:00Z"), at("2026-01-10T18:00:00Z"));
    let (morning, evening) = (morning.as_millisecond(), evening.as_millisecond());
    let gone = Interval { to_after: Some(morning), to_by: Some(evening), ..always() };
    let came =
        Interval { from_after: Some(morning), from_by: evening, to_after: None, to_by: None };
    held(&mut ledger, 1, "192.0.2.2", gone);
    held(&mut ledger, 2, "192.0.2.2", came);
    for (who, domain) in [(3, "example.com"), (4, "shop.example.org")] {
        held(&mut ledger, who, "192.0.2.3", always());
        held(&mut ledger, who, domain, always());
    }
    held(&mut ledger, 5, "192.0.2.4", until("2026-01-12T00:00:00Z"));
    held(&mut ledger, 6, "2001:db8:7::/48", always());
    held(&mut ledger, 7, "2001:db8:7::9", always());
    held(&mut ledger, 8, "192.0.2.8", always());
    held(&mut ledger, 8, "m\u{fc}ller.example.com", always());
    held(&mut ledger, 9, "co.uk", always());
    held(&mut ledger, 10, "10.0.0.1", always());
    held(&mut ledger, 11, "192.0.2.128/25", always());
    held(&mut ledger, 12, "192.0.2.200", from("2026-01-14T00:00:00Z"));
    ledger
}

fn told(source: &Source) -> String {
    told_at(source, "2026-01-15T00:00:00Z")
}

fn told_at(source: &Source, now: &str) -> String {
    let own = [parse_net("198.51.100.0/24").expect("good")];
    let rules = Rules {
        received_at: at(now),
        now: at(now),
        max_age: Span::from_mins(14 * 24 * 60),
        own_networks: &own,
    };
    match attribute(&ledger(), source, &rules) {
        Attribution::Certain(holder) => holder.service.id.to_string(),
        Attribution::Doubtful(why, Some(holder)) => {
            format!("{} {}", why.code(), holder.service.id)
        }
        Attribution::Doubtful(why, None) => why.code().to_owned(),
        Attribution::Foreign => "foreign".to_owned(),
    }
}

fn of(what: &str, when: &str) -> Source {
    let net = parse_net(what).ok();
    let is_one = net.is_some_and(|net| net.prefix_len() == net.max_prefix_len());
    Source {
        ip: net.filter(|_| is_one).map(|net| net.addr()),
        net: net.filter(|_| !is_one),
        domains: if net.is_none() { vec![what.to_owned()] } else { Vec::new() },
        observed_at: Some(when).filter(|when| !when.is_empty()).map(at),
        zone_is_said: true,
        is_mail_address: false,
    }
}

#[test]
fn whose_a_source_was_and_whether_that_is_certain() {
    for (what, when, is) in [
        // Before the move, after it, and so close to it that clocks may differ.
        ("192.0.2.1", "2026-01-10T11:00:00Z", "moved 1"),
        ("192.0.2.1", "2026-01-10T13:00:00Z", "2"),
        ("192.0.2.1", "2026-01-10T12:00:30Z", "time_unsure"),
        ("192.0.2.1", "2026-01-10T11:59:30Z", "time_unsure"),
        ("192.0.2.1", "", "time_unsure"),
        // Between two looks.
        ("192.0.2.2", "2026-01-10T05:00:00Z", "moved 1"),
        ("192.0.2.2", "2026-01-10T07:00:00Z", "time_unsure"),
        ("192.0.2.2", "2026-01-10T17:00:00Z", "time_unsure"),
        ("192.0.2.2", "2026-01-10T19:00:00Z", "2"),
        // Shared.
        ("192.0.2.3", "2026-01-14T00:00:00Z", "several_holders"),
        ("example.com", "2026-01-14T00:00:00Z", "3"),
        ("www.example.com", "2026-01-14T00:00:00Z", "3"),
        ("SHOP.example.org", "", "4"),
        // Somebody else's, however they look.
        ("example.org", "2026-01-14T00:00:00Z", "foreign"),
        ("notexample.com", "2026-01-14T00:00:00Z", "foreign"),
        ("example.com.evil.test", "2026-01-14T00:00:00Z", "foreign"),
        ("something.co.uk", "2026-01-14T00:00:00Z", "foreign"),
        ("co.uk", "2026-01-14T00:00:00Z", "foreign"),
        ("xn--mller-kva.example.com", "2026-01-14T00:00:00Z", "8"),
        ("www.m\u{fc}ller.example.com", "2026-01-14T00:00:00Z", "8"),
        // Nobody has it any more; ours, and nobody's then; nobody's on any network.
        ("192.0.2.4", "2026-01-11T00:00:00Z", "moved 5"),
        ("192.0.2.4", "2026-01-13T00:00:00Z", "nobody_then"),
        ("198.51.100.7", "2026-01-13T00:00:00Z", "nobody_then"),
        ("203.0.113.7", "2026-01-13T00:00:00Z", "foreign"),
        ("10.0.0.1", "2026-01-13T00:00:00Z", "foreign"),
        ("100.64.0.1", "2026-01-13T00:00:00Z", "foreign"),
        ("fd00::1", "2026-01-13T00:00:00Z", "foreign"),
        // Prefixes, and addresses in them.
        ("2001:db8:7:1::5", "2026-01-13T00:00:00Z", "6"),
        ("2001:db8:7::9", "2026-01-13T00:00:00Z", "7"),
        ("2001:db8:7:1::/64", "2026-01-13T00:00:00Z", "6"),
        ("2001:db8:7::/64", "2026-01-13T00:00:00Z", "several_holders"),
        ("192.0.2.0/29", "2026-01-13T00:00:00Z", "several_holders"),
        // Out of a customer's prefix an address went to somebody else meanwhile.
        ("192.0.2.200", "2026-01-13T00:00:00Z", "moved 11"),
        ("192.0.2.201", "2026-01-13T00:00:00Z", "11"),
        // Too old, and not yet.
        ("192.0.2.8", "2025-12-25T00:00:00Z", "too_old 8"),
        ("192.0.2.8", "2026-01-15T00:05:00Z", "8"),
        ("192.0.2.8", "2026-02-15T00:00:00Z", "time_unsure 8"),
        ("192.0.2.8", "", "8"),
    ] {
        assert_eq!(told(&of(what, when)), is, "{what} {when}");
    }
}

#[test]
fn an_instant_without_its_zone_may_be_fourteen_hours_off() {
    let unsure = |what: &str, when: &str| told(&Source { zone_is_said: false, ..of(what, when) });
    assert_eq!(unsure("192.0.2.1", "2026-01-11T01:00:00Z"), "time_unsure");
    assert_eq!(unsure("192.0.2.1", "2026-01-11T03:00:00Z"), "2");
    assert_eq!(unsure("192.0.2.1", "2026-01-09T20:00:00Z"), "moved 1");
    assert_eq!(unsure("192.0.2.1", "2026-01-09T23:00:00Z"), "time_unsure");
    assert_eq!(unsure("192.0.2.8", "2026-01-15T10:00:00Z"), "8", "a zone ahead of ours");
}

#[test]
fn an_address_and_a_domain_have_to_say_the_same() {
    let both = |ip: &str, domain: &str| {
        let with = Source { domains: vec![domain.to_owned()], ..of(ip, "2026-01-14T00:00:00Z") };
        told(&with)
    };
    assert_eq!(both("192.0.2.3", "example.com"), "3");
    assert_eq!(both("192.0.2.3", "shop.example.org"), "4");
    assert_eq!(both("192.0.2.3", "else.test"), "several_holders");
    assert_eq!(both("192.0.2.8", "else.test"), "8");
    assert_eq!(both("192.0.2.8", "example.com"), "several_holders");
    assert_eq!(both("203.0.113.7", "example.com"), "several_holders 3");
    assert_eq!(both("192.0.2.2", "example.com"), "several_holders");
    let two = Source {
        domains: vec!["example.com".into(), "shop.example.org".into()],
        ..of("192.0.2.3", "2026-01-14T00:00:00Z")
    };
    assert_eq!(told(&two), "several_holders");
}

#[test]
fn a_mail_address_alone_places_nothing() {
    let source = Source { is_mail_address: true, ..of("example.com", "2026-01-14T00:00:00Z") };
    assert_eq!(told(&source), "no_source 3");
    assert_eq!(told(&Source::default()), "no_source");
}
