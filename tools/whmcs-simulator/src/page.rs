//! The one page for customers that there is: an invoice, and a button that pays it.

use std::sync::Mutex;

use hyper::{Method, StatusCode};

use crate::server::lock;
use crate::world::World;

const HTML: &str = "text/html; charset=utf-8";

type Page = (StatusCode, &'static str, String);

/// `viewinvoice.php?id=…`; posting to it pays.
pub(crate) fn invoice(world: &Mutex<World>, method: &Method, query: &str) -> Page {
    let id = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "id").then(|| value.parse().ok())?);
    let mut world = lock(world);
    let Some(id) = id.filter(|id| world.invoices.contains_key(id)) else {
        return (StatusCode::NOT_FOUND, HTML, "<h1>Not Found</h1>".to_owned());
    };
    if method == Method::POST {
        world.pay_invoice(id);
    }
    let invoice = &world.invoices[&id];
    let code = world.currency_of(invoice.userid).map_or("", |currency| &currency.code);
    let mut items = String::new();
    for (what, ..) in &invoice.items {
        items += &format!("<li>{}</li>", escape(what));
    }
    let due = (invoice.total() - invoice.paid).max(0);
    let button = if invoice.status == "Unpaid" {
        format!(
            "<form method=\"post\"><button>Pay {}.{:02} {code}</button></form>",
            due / 100,
            due % 100
        )
    } else {
        String::new()
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>Invoice {id}</title>\
         <h1>Invoice {id}: {}</h1><p>A simulated WHMCS: no money moves.</p><ul>{items}</ul>{button}",
        escape(&invoice.status)
    );
    (StatusCode::OK, HTML, page)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
