//! Other programs are told what happens to reports.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};
use std::{fmt::Write, sync::Arc};

use serde_json::Value;

use crate::receiver::{Call, Receiver, Reply};
use crate::webhook_enforcer::SECRET;
use crate::world::*;

const ALL: [&str; 6] = ["answered", "closed", "opened", "reminded", "suspended", "unsuspended"];

/// A desk that tells these receivers, each with more lines for its section.
pub(crate) fn tell(world: &World, webhooks: &[(&str, &Receiver, &str)]) {
    let mut text = world.options("observe = true");
    for (name, receiver, more) in webhooks {
        let url = receiver.url();
        write!(
            text,
            "[[webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret = \"{SECRET}\"\n\
             allow_private = true\n{more}\n"
        )
        .unwrap();
    }
    world.write("portreeve.toml", &text);
}

fn kinds(receiver: &Receiver) -> BTreeSet<String> {
    let kind = |call: &Call| call.json()["type"].as_str().unwrap().to_owned();
    receiver.calls().iter().map(kind).collect()
}

fn deliveries(world: &World, args: &[&str]) -> Vec<Value> {
    let list = world.json(&[&["webhook", "deliveries"], args].concat());
    list.as_array().unwrap().clone()
}

/// Same id and same bytes.
fn same(a: &Call, b: &Call) {
    assert_eq!((a.id(), &a.body), (b.id(), &b.body));
}

on_both! {
    fn each_webhook_hears_of_what_it_wants_and_of_no_texts(world) {
        let all = Receiver::start(|_| Reply::status(204));
        let ends = Receiver::start(|_| Reply::status(200));
        tell(&world, &[("all", &all, ""), ("ends", &ends, "events = [\"closed\"]")]);
        world.set("time_limit.period", "2s");
        let desk = world.serve();
        let texts = "additional_info=TEXT-info&admin_notes=TEXT-note";
        let id = desk.create(
            &world,
            &format!("service_id=1&category=Spam&suspend_method=immediate&{texts}"),
        );
        let number = id.to_string();
        world.wait_for(id, "suspended");
        world.ok(&["report", "note", &number, "--text", "TEXT-later-note"]);
        world.ok(&["report", "answer", &number, "--text", "TEXT-ours"]);
        world.ok(&["report", "answer", &number, "--text", "TEXT-theirs", "--from-customer"]);
        world.ok(&["report", "close", &number, "--outcome", "resolved"]);
        desk.create(
            &world,
            &format!("service_id=2&category=Spam&suspend_method=timelimit&{texts}"),
        );
        let wanted: BTreeSet<String> = ALL.iter().map(|kind| format!("report.{kind}")).collect();
        eventually("all kinds of events", || kinds(&all) == wanted);
        eventually("all deliveries to be on record", || {
            deliveries(&world, &[]).iter().all(|delivery| delivery["state"] == "delivered")
        });
        let calls = all.calls();
        let ids: BTreeSet<&str> = calls.iter().map(Call::id).collect();
        assert_eq!(ids.len(), calls.len(), "two messages with one id");
        for call in calls.iter().chain(&ends.calls()) {
            assert!(!call.body.contains("TEXT"), "{call:?}");
            assert!(call.header("webhook-signature").starts_with("v1,"));
        }
        let told = |kind: &str| {
            let mut calls = all.calls();
            calls.retain(|call| call.json()["type"] == kind && call.json()["data"]["id"] == id);
            calls.iter().map(Call::json).collect::<Vec<_>>()
        };
        let opened = &told("report.opened")[0];
        let data = &opened["data"];
        assert_eq!((&data["service_id"], &data["category"]), (&1.into(), &"Spam".into()));
        assert_eq!((&data["status"], &data["turn"]), (&"open".into(), &"customer".into()));
        assert_eq!(data["opened_at"], opened["timestamp"]);
        let mut sides = told("report.answered");
        sides.sort_by_key(|told| told["data"]["revision"].as_i64());
        let sides: Vec<_> = sides.iter().map(|told| told["data"]["answered_by"].clone()).collect();
        assert_eq!(sides, ["staff", "customer"]);
        let closed = &told("report.closed")[0]["data"];
        assert_eq!((&closed["status"], &closed["outcome"]), (&"closed".into(), &"resolved".into()));
        assert_eq!(kinds(&ends), BTreeSet::from(["report.closed".to_owned()]));
        let of_ends = deliveries(&world, &["--webhook", "ends"]);
        assert_eq!((of_ends.len(), &of_ends[0]["report_id"]), (1, &id.into()));
        assert_eq!(of_ends[0]["payload"], ends.calls()[0].body);
        assert_eq!(of_ends[0]["message_id"], ends.calls()[0].id());
        let events: BTreeSet<&str> = ALL.into();
        let logged = deliveries(&world, &["--webhook", "all"]);
        assert_eq!(logged.iter().map(|d| d["event"].as_str().unwrap()).collect::<BTreeSet<_>>(), events);
        // A page, and the next one.
        let newest = deliveries(&world, &["--limit", "1"]);
        let next = deliveries(&world, &["--after", &newest[0]["id"].to_string(), "--limit", "1"]);
        assert!(newest[0]["id"].as_i64() > next[0]["id"].as_i64());
    }

    fn a_busy_receiver_gets_the_same_bytes_again(world) {
        let busy = AtomicBool::new(true);
        let receiver = Receiver::start(move |_| {
            if busy.swap(false, Ordering::SeqCst) {
                return Reply::Answer(503, "retry-after: 1\r\n", "come later".into());
            }
            Reply::status(200)
        });
        tell(&world, &[("crm", &receiver, "")]);
        let desk = world.serve();
        desk.create(&world, "service_id=1&category=Spam");
        eventually("the first try", || !receiver.calls().is_empty());
        eventually("a line of the log", || {
            let failed = deliveries(&world, &["--failed"]);
            failed.first().is_some_and(|delivery| {
                delivery["state"] == "waiting"
                    && delivery["status"] == 503
                    && delivery["result"] == "status 503: “come later”"
            })
        });
        eventually("the second try", || receiver.calls().len() == 2);
        let calls = receiver.calls();
        same(&calls[0], &calls[1]);
        assert_ne!(calls[0].header("webhook-timestamp"), calls[1].header("webhook-timestamp"));
        eventually("it to be delivered", || deliveries(&world, &["--failed"]).is_empty());
        let delivery = &deliveries(&world, &[])[0];
        assert_eq!((&delivery["state"], &delivery["tries"]), (&"delivered".into(), &2.into()));
    }

    fn what_a_receiver_wants_no_more_is_given_up_and_can_be_replayed(world) {
        let status = Arc::new(AtomicU16::new(410));
        let played = Arc::clone(&status);
        let receiver = Receiver::start(move |_| Reply::status(played.load(Ordering::SeqCst)));
        tell(&world, &[("crm", &receiver, "events = [\"opened\"]")]);
        let desk = world.serve();
        let report = desk.create(&world, "service_id=1&category=Spam").to_string();
        let state = |state: &str| {
            deliveries(&world, &["--report", &report]).iter().all(|d| d["state"] == state)
        };
        eventually("it to be given up", || !receiver.calls().is_empty() && state("dead"));
        let dead = &deliveries(&world, &["--failed", "--webhook", "crm"])[0];
        assert_eq!((&dead["tries"], &dead["status"]), (&1.into(), &410.into()));
        assert!(dead["next_try_at"].is_null() && dead["ended_at"].is_string());
        assert_eq!(world.json(&["webhook", "list"])[0]["dead"], 1);
        status.store(200, Ordering::SeqCst);
        let id = dead["id"].to_string();
        for times in 2..=3 {
            world.ok(&["webhook", "replay", &id]);
            eventually("the replay", || receiver.calls().len() == times && state("delivered"));
            same(&receiver.calls()[0], &receiver.calls()[times - 1]);
        }
        assert!(world.fails(1, &["webhook", "replay", "999999"]).contains("no delivery 999999"));
        // Without the webhook nobody would make it.
        world.write("portreeve.toml", &world.options("observe = true"));
        let said = world.fails(1, &["webhook", "replay", &id]);
        assert!(said.contains("no webhook \"crm\""), "{said}");
        let former = &world.json(&["webhook", "list"])[0];
        assert_eq!((&former["url"], &former["delivered"]), (&Value::Null, &1.into()));
    }

    fn a_slow_receiver_holds_up_neither_mails_nor_other_receivers(world) {
        let slow = Receiver::start(|_| Reply::Hang(Duration::from_mins(1)));
        let quick = Receiver::start(|_| Reply::status(200));
        tell(&world, &[("slow", &slow, ""), ("quick", &quick, "")]);
        let desk = world.serve();
        let started = Instant::now();
        for _ in 0..20 {
            desk.create(&world, "service_id=1&category=Spam");
        }
        eventually("the quick one to know all", || quick.calls().len() == 20);
        eventually("mails about all", || world.mails("opened").len() >= 20);
        assert!(started.elapsed() < Duration::from_secs(25), "they waited for the slow one");
        assert!((1..=8).contains(&slow.calls().len()), "{}", slow.calls().len());
        let stopping = Instant::now();
        assert!(desk.stop().success());
        assert!(stopping.elapsed() < Duration::from_secs(15), "the slow one held up the stop");
    }

    fn a_delivery_outlives_its_desk(world) {
        let good = Arc::new(AtomicBool::new(false));
        let played = Arc::clone(&good);
        let receiver = Receiver::start(move |_| {
            if played.load(Ordering::SeqCst) {
                return Reply::status(200);
            }
            Reply::Hang(Duration::from_mins(1))
        });
        tell(&world, &[("crm", &receiver, "timeout = \"1s\"")]);
        let desk = world.serve();
        desk.create(&world, "service_id=1&category=Spam");
        eventually("the first try", || !receiver.calls().is_empty());
        desk.kill();
        good.store(true, Ordering::SeqCst);
        let _desk = world.serve();
        eventually("it to be delivered", || {
            deliveries(&world, &[]).iter().all(|delivery| delivery["state"] == "delivered")
        });
        let calls = receiver.calls();
        same(&calls[0], &calls[calls.len() - 1]);
    }

    fn a_trial_says_what_the_receiver_answered(world) {
        let answers = Mutex::new(vec![Reply::Answer(404, "", "no such hook".into())]);
        let receiver = Receiver::start(move |_| {
            answers.lock().unwrap().pop().unwrap_or_else(|| Reply::status(200))
        });
        tell(&world, &[("crm", &receiver, "events = [\"closed\"]")]);
        let said = world.fails(1, &["webhook", "test", "crm"]);
        assert!(said.contains("status 404: “no such hook”"), "{said}");
        assert!(world.ok(&["webhook", "test", "crm"]).contains("accepted the test message"));
        let call = &receiver.calls()[1];
        let told = call.json();
        assert_eq!((&told["type"], &told["data"]["webhook"]), (&"webhook.test".into(), &"crm".into()));
        let log = deliveries(&world, &[]);
        assert_eq!(log.iter().map(|d| d["state"].clone()).collect::<Vec<_>>(), ["delivered", "dead"]);
        assert_eq!((&log[0]["event"], &log[0]["report_id"]), (&"test".into(), &Value::Null));
        let said = world.fails(1, &["webhook", "test", "nobody"]);
        assert!(said.contains("no webhook \"nobody\"") && said.contains("hint:"), "{said}");
        let list = &world.json(&["webhook", "list"])[0];
        assert_eq!((&list["name"], &list["events"]), (&"crm".into(), &serde_json::json!(["closed"])));
        let shown = world.ok(&["webhook", "list"]);
        assert!(!shown.contains("of=test") && !shown.contains("whsec"), "{shown}");
        // A private target that the configuration does not allow is not called.
        let options = world.read("portreeve.toml").replace("allow_private = true\n", "");
        world.write("portreeve.toml", &options);
        let said = world.fails(1, &["webhook", "test", "crm"]);
        assert!(said.contains("not on the public Internet"), "{said}");
        assert_eq!(receiver.calls().len(), 2);
    }

    fn without_webhooks_nothing_is_kept_for_them(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        world.wait_for(id, "lifted");
        assert!(deliveries(&world, &[]).is_empty());
        assert!(world.json(&["webhook", "list"]).as_array().unwrap().is_empty());
        assert!(world.ok(&["webhook", "list"]).contains("no webhooks"));
    }
}
