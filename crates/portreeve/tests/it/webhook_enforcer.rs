//! The rows of the table again, with a panel that is reached by a webhook.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::receiver::{Call, Receiver, Reply};
use crate::world::*;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const NOW: &str = "category=Spam&suspend_method=immediate";

/// How the panel answers orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Good,
    /// Busy for so many orders.
    Later(u32),
    /// Acts, and closes the connection without a word, once.
    CloseAfter,
    /// Says nothing and does nothing, once.
    Hang,
    Refuse,
    AlreadySo,
    /// Sends elsewhere, once.
    Redirect,
    /// Does not know the state of any service.
    Unknown,
}

struct State {
    mode: Mode,
    services: BTreeMap<i64, String>,
    changes: Vec<String>,
}

/// A panel behind a webhook.
struct Panel {
    receiver: Receiver,
    state: Arc<Mutex<State>>,
}

impl Panel {
    fn start() -> Self {
        let state = State { mode: Mode::Good, services: BTreeMap::new(), changes: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let played = Arc::clone(&state);
        let receiver = Receiver::start(move |call| played.lock().unwrap().play(call));
        Self { receiver, state }
    }

    fn mode(&self, mode: Mode) {
        self.state.lock().unwrap().mode = mode;
    }

    fn set(&self, service: i64, state: &str) {
        self.state.lock().unwrap().services.insert(service, state.to_owned());
    }

    fn get(&self, service: i64) -> String {
        self.state.lock().unwrap().services.get(&service).cloned().unwrap_or_default()
    }

    fn changes(&self) -> Vec<String> {
        self.state.lock().unwrap().changes.clone()
    }

    fn orders(&self, action: &str) -> Vec<Call> {
        let mut calls = self.receiver.calls();
        calls.retain(|call| call.json()["action"] == action);
        calls
    }

    /// A desk whose panel this is, with more lines for the enforcer.
    fn connect(&self, world: &World, more: &str) {
        let whole = world.options("");
        let (without, _) = whole.split_once("[[enforcer]]").unwrap();
        world.write(
            "portreeve.toml",
            &format!(
                "{without}[[enforcer]]\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\n\
                 timeout = \"2s\"\nretry_min = \"100ms\"\nretry_max = \"1s\"\n{more}\n",
                self.receiver.url()
            ),
        );
    }
}

impl State {
    fn play(&mut self, call: &Call) -> Reply {
        let told = call.json();
        let service = told["service_id"].as_i64().unwrap();
        let now = self.services.get(&service).cloned().unwrap_or_else(|| "active".into());
        if told["action"] == "observe" {
            let (state, reason) = now.split_once(' ').unwrap_or((&now, ""));
            let state = if self.mode == Mode::Unknown { "unknown" } else { state };
            return Reply::json(&json!({ "state": state, "reason": reason }));
        }
        let next = if told["action"] == "suspend" {
            format!("suspended {}", told["reason"].as_str().unwrap())
        } else {
            "active".to_owned()
        };
        match self.mode {
            Mode::Later(left) => {
                self.mode = if left > 1 { Mode::Later(left - 1) } else { Mode::Good };
                Reply::Answer(503, "retry-after: 1\r\n", "busy\n".into())
            }
            Mode::CloseAfter => {
                self.mode = Mode::Good;
                self.change(service, &now, next);
                Reply::Close
            }
            Mode::Hang => {
                self.mode = Mode::Good;
                Reply::Hang(Duration::from_secs(4))
            }
            Mode::Refuse => {
                let body = json!({ "reason": "no module for this service" });
                Reply::Answer(409, "", body.to_string())
            }
            Mode::AlreadySo => {
                self.services.insert(service, "suspended Overdue".into());
                Reply::status(208)
            }
            Mode::Redirect => {
                self.mode = Mode::Good;
                Reply::Answer(307, "location: /elsewhere\r\n", String::new())
            }
            Mode::Good | Mode::Unknown => {
                self.change(service, &now, next);
                Reply::status(200)
            }
        }
    }

    fn change(&mut self, service: i64, now: &str, next: String) {
        let word = |state: &str| state.split(' ').next().unwrap().to_owned();
        if word(now) != word(&next) {
            self.changes.push(format!("{} {service}", word(&next)));
        }
        self.services.insert(service, next);
    }
}

fn ids(calls: &[Call]) -> BTreeSet<String> {
    calls.iter().map(|call| call.id().to_owned()).collect()
}

on_both! {
    fn a_webhook_suspends_and_frees(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(panel.get(1), format!("suspended [abuse #{id}] Spam"));
        let order = &panel.orders("suspend")[0];
        assert_eq!(order.path, "/hook?of=test");
        assert_eq!(order.header("content-type"), "application/json");
        assert!(order.header("user-agent").starts_with("portreeve/"));
        let told = order.json();
        assert_eq!(
            told,
            json!({
                "action": "suspend", "directory": "main", "service_id": 1, "customer_id": "11",
                "report_id": id, "order_id": told["order_id"].as_i64().unwrap(),
                "reason": format!("[abuse #{id}] Spam"),
            })
        );
        assert!(order.id().starts_with(&format!("order_{}_", told["order_id"])), "{order:?}");
        let looks = panel.orders("observe");
        assert_eq!(looks[0].json()["order_id"], Value::Null);
        assert_eq!(ids(&looks).len(), looks.len(), "every look is a message of its own");
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        world.wait_for(id, "lifted");
        assert_eq!(panel.changes(), ["suspended 1", "active 1"]);
        assert_eq!(ids(&[panel.orders("suspend"), panel.orders("unsuspend")].concat()).len(), 2);
    }

    fn a_webhook_that_is_busy_is_asked_again_under_the_same_id(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::Later(3));
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let orders = panel.orders("suspend");
        assert_eq!((orders.len(), ids(&orders).len()), (4, 1));
        assert_eq!(panel.changes().len(), 1);
    }

    fn a_lost_answer_of_a_webhook_is_looked_for_and_not_asked_for(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::CloseAfter);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert_eq!(panel.orders("suspend").len(), 1);
    }

    fn an_order_by_webhook_that_hung_without_effect_is_sent_again(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::Hang);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let orders = panel.orders("suspend");
        assert_eq!((orders.len(), ids(&orders).len()), (2, 1));
    }

    fn what_somebody_else_suspended_is_left_by_a_webhook(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.set(5, "suspended Overdue on Payment");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=5&{NOW}"));
        world.wait_for(id, "suspended_by_other");
        assert!(world.report(id)["suspension"]["detail"].as_str().unwrap().contains("Overdue"));
        panel.mode(Mode::AlreadySo);
        let raced = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(raced, "suspended_by_other");
        for id in [id, raced] {
            world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        }
        eventually("the jobs are done", || world.json(&["job", "list"]).as_array().unwrap().is_empty());
        assert!(panel.orders("unsuspend").is_empty());
    }

    fn a_refusal_by_webhook_is_shown_and_staff_may_try_again(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::Refuse);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "failed");
        let detail = world.report(id)["suspension"]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("status 409: “no module"), "{detail}");
        panel.mode(Mode::Good);
        world.ok(&["report", "suspend", &id.to_string()]);
        world.wait_for(id, "suspended");
        assert_eq!(ids(&panel.orders("suspend")).len(), 2, "a new wish is a new order");
    }

    fn a_webhook_that_does_not_know_gets_no_order(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::Unknown);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "unknown");
        let_pass(1.0);
        assert!(panel.orders("suspend").is_empty());
        panel.mode(Mode::Good);
        world.wait_for(id, "suspended");
    }

    fn a_private_target_is_refused_unless_it_is_allowed(world) {
        let panel = Panel::start();
        panel.connect(&world, "");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "unknown");
        let detail = world.report(id)["suspension"]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("127.0.0.1") && detail.contains("allow_private"), "{detail}");
        desk.stop();
        panel.connect(&world, "observe = false");
        let desk = world.serve();
        let other = desk.create(&world, &format!("service_id=7&{NOW}"));
        eventually("it says why", || {
            let detail = world.report(other)["suspension"]["detail"].clone();
            detail.as_str().is_some_and(|said| said.contains("allow_private"))
        });
        assert_eq!(world.suspension(other), "pending", "it had no effect, so that it is tried again");
        assert!(panel.receiver.calls().is_empty());
        desk.stop();
        panel.connect(&world, "allow_private = true");
        let _desk = world.serve();
        world.wait_for(id, "suspended");
        world.wait_for(other, "suspended");
    }

    fn a_redirect_is_not_followed(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true");
        panel.mode(Mode::Redirect);
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        assert!(panel.receiver.calls().iter().all(|call| call.path == "/hook?of=test"));
        assert_eq!(panel.orders("suspend").len(), 2);
    }

    fn where_a_webhook_cannot_be_asked_statuses_are_the_truth(world) {
        let panel = Panel::start();
        panel.connect(&world, "allow_private = true\nobserve = false");
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        panel.mode(Mode::CloseAfter);
        let lost = desk.create(&world, &format!("service_id=7&{NOW}"));
        world.wait_for(lost, "unknown");
        assert_eq!(panel.orders("suspend").len(), 2);
        assert!(panel.orders("observe").is_empty());
    }
}
