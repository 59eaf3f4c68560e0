//! The actions, by what they are about.

#![expect(clippy::unnecessary_wraps, reason = "all actions have one form")]

mod billing;
mod clients;
mod services;
mod support;
mod system;

use serde_json::{Value, json};

use crate::api::{Done, Fields};
use crate::world::World;

type Action = fn(&mut World, &Fields) -> Done;

/// Every action there is.
const ACTIONS: &[(&str, Action)] = &[
    ("addclient", clients::add_client),
    ("addclientnote", clients::add_note),
    ("addinvoicepayment", billing::add_payment),
    ("addorder", billing::add_order),
    ("addticketreply", support::reply),
    ("capturepayment", billing::capture),
    ("createinvoice", billing::create_invoice),
    ("deleteclient", clients::delete_client),
    ("deleteorder", billing::delete_order),
    ("deleteticket", support::delete),
    ("getadmindetails", system::admin_details),
    ("getclients", clients::clients),
    ("getclientsdetails", clients::details),
    ("getclientsproducts", services::list),
    ("getcontacts", clients::contacts),
    ("getcredits", billing::credits),
    ("getcurrencies", billing::currencies),
    ("getinvoice", billing::invoice),
    ("getinvoices", billing::invoices),
    ("getproducts", services::products),
    ("getservers", services::servers),
    ("gettickets", support::tickets),
    ("getusers", clients::users),
    ("logactivity", system::log),
    ("modulesuspend", services::suspend),
    ("moduleunsuspend", services::unsuspend),
    ("openticket", support::open),
    ("sendemail", system::send_email),
    ("updateclientproduct", services::update),
    ("updateinvoice", billing::update_invoice),
    ("updateticket", support::update),
    ("upgradeproduct", services::upgrade),
    ("whmcsdetails", system::details),
];

/// Whether there is such an action.
pub(crate) fn is_known(action: &str) -> bool {
    ACTIONS.iter().any(|(name, _)| *name == action)
}

/// Runs an action; nothing when there is none of this name.
pub(crate) fn run(world: &mut World, action: &str, fields: &Fields) -> Option<Done> {
    let (_, act) = ACTIONS.iter().find(|(name, _)| *name == action)?;
    Some(act(world, fields))
}

/// The usual success without more to say.
fn nothing() -> Done {
    Ok(json!({}))
}

/// A part of a list: `limitstart`, `limitnum` (25).
struct Part {
    start: usize,
    total: usize,
    rows: Vec<Value>,
}

fn part(fields: &Fields, all: Vec<Value>) -> Part {
    let number = |name| fields.number(name).and_then(|n| usize::try_from(n).ok());
    let start = number("limitstart").unwrap_or(0);
    let count = number("limitnum").filter(|count| *count > 0).unwrap_or(25);
    let total = all.len();
    let rows = all.into_iter().skip(start).take(count).collect();
    Part { start, total, rows }
}

/// A field that names a row which must be there.
fn row<'a, T>(
    table: &'a mut std::collections::BTreeMap<i64, T>,
    id: Option<i64>,
    missing: &str,
) -> Result<&'a mut T, String> {
    id.and_then(|id| table.get_mut(&id)).ok_or_else(|| missing.to_owned())
}
