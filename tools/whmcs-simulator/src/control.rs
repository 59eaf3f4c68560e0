//! `/simulator/…`: looking at the simulated world and changing it, for programs that are not linked
//! with it.

use std::sync::Mutex;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fault::Rule;
use crate::server::lock;
use crate::shape::{Shape, Version};
use crate::world::{Churn, Service, World};

/// What may be asked for by POST.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Wish {
    /// Takes the place of all rules.
    Faults(Vec<Rule>),
    /// How answers look from now on.
    Shape(Shape),
    /// A new service, or another form of a known one.
    Put(Box<Service>),
    /// A service goes.
    Remove(i64),
    /// A bill is overdue.
    Overdue(i64),
    /// The bill is paid.
    Pay(i64),
    /// An addon's hook vetoes the unsuspension of these.
    Veto(Vec<i64>),
    /// What happens between two pages.
    Churn(Vec<Churn>),
    /// Whose answers are given from now on.
    Version(Version),
    /// Somebody retries what waits in the module queue for this service.
    Retry(i64),
    /// A service is another customer's from now on.
    Move { service: i64, client: i64 },
    /// A credit note settles this invoice.
    CreditNote(i64),
}

/// Answers one call: GET shows the world, POST takes a wish.
pub(crate) fn answer(
    world: &Mutex<World>,
    method: &Method,
    path: &str,
    body: &[u8],
) -> (StatusCode, &'static str, String) {
    let mut world = lock(world);
    let shown = |value: Value| (StatusCode::OK, "application/json", value.to_string());
    match (method, path) {
        (&Method::GET, "services") => shown(json!(world.services)),
        (&Method::GET, "calls") => shown(json!(world.calls)),
        (&Method::GET, "changes") => shown(json!(world.changes)),
        (&Method::GET, "queue") => shown(json!(world.module_queue)),
        (&Method::GET, "activity") => shown(json!(world.activity)),
        (&Method::POST, "") => match serde_json::from_slice(body) {
            Ok(wish) => {
                take(&mut world, wish);
                shown(json!({ "result": "ok" }))
            }
            Err(error) => (StatusCode::BAD_REQUEST, "text/plain", format!("{error}\n")),
        },
        _ => (StatusCode::NOT_FOUND, "text/plain", "see the README\n".to_owned()),
    }
}

fn take(world: &mut World, wish: Wish) {
    match wish {
        Wish::Faults(rules) => world.faults.rules = rules,
        Wish::Shape(shape) => world.shape = shape,
        Wish::Put(service) => {
            world.services.insert(service.id, *service);
        }
        Wish::Remove(id) => {
            world.services.remove(&id);
        }
        Wish::Overdue(id) => world.overdue(id),
        Wish::Pay(id) => world.pay(id),
        Wish::Veto(ids) => world.vetoed = ids,
        Wish::Churn(churn) => world.churn = churn,
        Wish::Version(version) => world.version = version,
        Wish::Retry(id) => world.retry_module_queue(id),
        Wish::Move { service, client } => world.move_service(service, client),
        Wish::CreditNote(id) => world.settle_by_credit_note(id),
    }
}
