//! The loop lab: a desk's mail meets programs that answer by themselves. Nothing here may go round and round, and all of
//! it has to be on record.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::lmtp::*;
use crate::mail::{Sink, Sunk, with_smtp};
use crate::world::*;

/// Where mail for each domain goes, once that desk runs.
type Routes = Arc<Mutex<BTreeMap<String, Lmtp>>>;

/// Long enough for a loop of these fast machines to have gone round many times.
const ROUNDS: f64 = 3.0;

/// Hands a mail to the desk of the address' domain, if there is one.
fn deliver(routes: &Routes, from: &str, to: &str, mail: &str) {
    let domain = to.rsplit_once('@').map_or("", |(_, domain)| domain);
    let Some(lmtp) = routes.lock().unwrap().get(domain).copied() else { return };
    let answer = lmtp.hand_over(from, to, mail);
    assert!(answer.starts_with("250 "), "{answer}");
}

/// Answers every mail, like a vacation program that forgot whom it answered.
fn vacation(sunk: &Sunk) -> String {
    format!(
        "From: {}\nTo: {}\nSubject: Out of office: {}\nIn-Reply-To: {}\nAuto-Submitted: auto-replied\n\n\
         I am away until Monday.\n",
        sunk.to,
        sunk.from,
        header(&sunk.text, "Subject"),
        header(&sunk.text, "Message-ID"),
    )
}

/// The same, by a program that says nowhere that it is one.
fn secretive(sunk: &Sunk) -> String {
    vacation(sunk).replace("Auto-Submitted: auto-replied\n", "")
}

on_both! {
    fn one_automatic_mail_a_partner_and_no_loop(world) {
        let routes = Routes::default();
        let sink = Sink::that_does({
            let routes = Arc::clone(&routes);
            move |sunk| {
                let (to, back) = (sunk.to.as_str(), sunk.from.as_str());
                match to {
                    "ada@example.com" => deliver(&routes, "", back, &vacation(sunk)),
                    "gil@example.com" => deliver(&routes, to, back, &secretive(sunk)),
                    "ben@example.net" => {
                        let report = delivery_report(&sunk.text, to, "failed", "550 5.1.1 no such user");
                        deliver(&routes, "", back, &report);
                    }
                    // Customer's and staff's addresses at the other desk, or a bounce of what came from there.
                    _ => deliver(&routes, back, to, &sunk.text),
                }
            }
        });
        // The other desk: its abuse address is a customer of ours, and ours is one of its customers.
        let other = World::new(world.engine);
        let ours = take_mail_by(&world, &sink, "abuse@one.example");
        let theirs = take_mail_by(&other, &sink, "abuse@two.example");
        world.write("customers.csv", "service_id,customer_id,customer_email,dedicated_ip\n50,50,abuse@two.example,192.0.2.50\n");
        world.ok(&["service", "import", "customers.csv"]);
        other.write("customers.csv", "service_id,customer_id,customer_email,dedicated_ip\n50,50,abuse@one.example,192.0.2.50\n");
        other.ok(&["service", "import", "customers.csv"]);
        let (desk, other_desk) = (world.serve(), other.serve());
        routes.lock().unwrap().extend([("one.example".to_owned(), ours), ("two.example".to_owned(), theirs)]);

        let away = desk.create(&world, "service_id=1&category=Away");
        let secret = desk.create(&world, "service_id=7&category=Secretive");
        let gone = desk.create(&world, "service_id=2&category=Gone");
        let desks = desk.create(&world, "service_id=50&category=Desks");
        let back = other_desk.create(&other, "service_id=50&category=Back");

        eventually("the vacation is on record", || world.events(away, "automatic_answer") == 1);
        eventually("the bounce is on record", || world.events(gone, "notice_bounced") == 1);
        eventually("what does not say what it is waits for people", || world.events(secret, "mail_waits") == 1);
        let waiting = |world: &World| world.json(&["inbox", "list"]).as_array().unwrap().len();
        eventually("each desk keeps the other's notice", || waiting(&world) >= 1 && waiting(&other) >= 1);
        let_pass(ROUNDS);

        let to = |address: &str| sink.mails(&format!("To: {address}")).len();
        for (address, what) in [
            ("ada@example.com", "the one on vacation"), ("gil@example.com", "the secretive one"),
            ("ben@example.net", "the one who is gone"), ("abuse@two.example", "the other desk"),
            ("abuse@one.example", "we, from the other desk"),
        ] {
            assert_eq!(to(address), 1, "{what}: {:#?}", sink.mails(address));
        }
        let why = |world: &World, report: i64| {
            let list = world.json(&["inbox", "list"]);
            let of = |mail: &&serde_json::Value| mail["report_id"] == report;
            list.as_array().unwrap().iter().find(of).map(|mail| mail["why"].clone())
        };
        assert_eq!((waiting(&world), waiting(&other)), (2, 1));
        assert_eq!(why(&world, secret), Some("perhaps_absent".into()));
        for (world, report) in [(&world, desks), (&other, back)] {
            let list = world.json(&["inbox", "list"]).to_string();
            assert!(list.contains("\"automatic\""), "{list}");
            assert_eq!(world.report(report)["messages"].as_array().unwrap().len(), 0);
        }
        assert_eq!(world.report(away)["messages"].as_array().unwrap().len(), 0);
        assert_eq!(world.report(secret)["messages"].as_array().unwrap().len(), 0);
        assert_eq!(world.json(&["inbox", "show", "1"])["state"].as_str().map(|state| state != "unread"), Some(true));
    }
}

/// Lets a desk send by the sink and take mail for an address of its own domain.
fn take_mail_by(world: &World, sink: &Sink, address: &str) -> Lmtp {
    with_smtp(world, sink);
    let options = world.read("portreeve.toml");
    world.write("portreeve.toml", &options.replace("abuse@example.com", address));
    take_mail(world, address)
}
