//! Orders, invoices and currencies. Amounts are in cents within.

use serde_json::{Value, json};

use super::{nothing, part, row};
use crate::api::{Done, Fields};
use crate::shape::Version;
use crate::world::{Client, Invoice, Order, Service, Status, World};

const NO_DATE: &str = "0000-00-00 00:00:00";
const NO_INVOICE: &str = "Invoice ID Not Found";
const IMMUTABLE: &str = "Published invoices cannot be modified";

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn cents(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let part = format!("{part:0<2}");
    Some(whole.parse::<i64>().ok()? * 100 + part.get(..2)?.parse::<i64>().ok()?)
}

/// `CreateInvoice`. `userid` means the customer; there is no field for a currency.
pub(super) fn create_invoice(world: &mut World, fields: &Fields) -> Done {
    let userid = row(&mut world.clients, fields.number("userid"), "Client ID Not Found")?.id;
    let is_draft = matches!(fields.text("draft"), "1" | "true");
    if is_draft && matches!(fields.text("sendinvoice"), "1" | "true") {
        return Err(
            "Cannot create and send a draft invoice in a single API request. Please create \
                    and send separately."
                .to_owned(),
        );
    }
    let item = |n: usize| {
        let amount = cents(fields.given(&format!("itemamount{n}"))?)?;
        let taxed = matches!(fields.text(&format!("itemtaxed{n}")), "1" | "true");
        Some((fields.text(&format!("itemdescription{n}")).to_owned(), amount, taxed))
    };
    let status = fields.given("status").unwrap_or(if is_draft { "Draft" } else { "Unpaid" });
    let invoice = Invoice {
        id: world.next_id(),
        userid,
        status: status.to_owned(),
        date: fields.text("date").to_owned(),
        duedate: fields.text("duedate").to_owned(),
        datepaid: NO_DATE.to_owned(),
        paymentmethod: fields.text("paymentmethod").to_owned(),
        notes: fields.text("notes").to_owned(),
        items: (1..100).map_while(item).collect(),
        paid: 0,
        is_credited: false,
    };
    let (id, status) = (invoice.id, invoice.status.clone());
    world.invoices.insert(id, invoice);
    Ok(json!({ "invoiceid": id.to_string(), "status": status }))
}

/// `GetInvoice`. Without payments `transactions` is an empty text.
pub(super) fn invoice(world: &mut World, fields: &Fields) -> Done {
    let invoice = row(&mut world.invoices, fields.number("invoiceid"), NO_INVOICE)?;
    let items: Vec<Value> = invoice
        .items
        .iter()
        .enumerate()
        .map(|(n, (description, amount, taxed))| {
            json!({
                "id": n + 1, "type": "", "relid": 0, "description": description,
                "amount": money(*amount), "taxed": u8::from(*taxed),
            })
        })
        .collect();
    let transactions = if invoice.paid == 0 {
        json!("")
    } else {
        json!({ "transaction": [{ "id": 1, "amountin": money(invoice.paid) }] })
    };
    let balance = if invoice.is_credited { 0 } else { invoice.total() - invoice.paid };
    Ok(json!({
        "invoiceid": invoice.id,
        "invoicenum": "",
        "userid": invoice.userid,
        "date": invoice.date,
        "duedate": invoice.duedate,
        "datepaid": invoice.datepaid,
        "lastcaptureattempt": NO_DATE,
        "subtotal": money(invoice.total()),
        "credit": "0.00",
        "tax": "0.00",
        "tax2": "0.00",
        "total": money(invoice.total()),
        "balance": money(balance),
        "taxrate": "0.000",
        "taxrate2": "0.000",
        "status": invoice.status,
        "paymentmethod": invoice.paymentmethod,
        "notes": invoice.notes,
        "ccgateway": false,
        "items": { "item": items },
        "transactions": transactions,
    }))
}

/// `GetInvoices`, the oldest first unless asked otherwise.
pub(super) fn invoices(world: &mut World, fields: &Fields) -> Done {
    let userid = fields.number("userid");
    let is_wanted = |invoice: &&Invoice| {
        userid.is_none_or(|id| id == invoice.userid)
            && fields.given("status").is_none_or(|status| status == invoice.status)
    };
    let mut found: Vec<&Invoice> = world.invoices.values().filter(is_wanted).collect();
    if fields.text("order").eq_ignore_ascii_case("desc") {
        found.reverse();
    }
    let shown = found.into_iter().map(|invoice| listed(world, invoice)).collect();
    let part = part(fields, shown);
    Ok(json!({
        "totalresults": part.total,
        "startnumber": part.start,
        "numreturned": part.rows.len(),
        "invoices": { "invoice": part.rows },
    }))
}

fn listed(world: &World, invoice: &Invoice) -> Value {
    let client = world.clients.get(&invoice.userid);
    let name = |part: fn(&Client) -> &String| client.map(part).cloned().unwrap_or_default();
    let code = world.currency_of(invoice.userid).map(|currency| currency.code.clone());
    let code = code.unwrap_or_default();
    json!({
        "id": invoice.id,
        "userid": invoice.userid,
        "firstname": name(|client| &client.firstname),
        "lastname": name(|client| &client.lastname),
        "companyname": name(|client| &client.companyname),
        "invoicenum": "",
        "date": invoice.date,
        "duedate": invoice.duedate,
        "datepaid": invoice.datepaid,
        "last_capture_attempt": NO_DATE,
        "date_refunded": NO_DATE,
        "date_cancelled": NO_DATE,
        "subtotal": money(invoice.total()),
        "credit": "0.00",
        "tax": "0.00",
        "tax2": "0.00",
        "total": money(invoice.total()),
        "taxrate": "0.000",
        "taxrate2": "0.000",
        "status": invoice.status,
        "paymentmethod": invoice.paymentmethod,
        "paymethodid": null,
        "notes": invoice.notes,
        "created_at": NO_DATE,
        "updated_at": NO_DATE,
        "currencycode": code,
        "currencyprefix": "",
        "currencysuffix": format!(" {code}"),
    })
}

/// `UpdateInvoice`: the status. WHMCS 9 changes no invoice that is not a draft: it makes credit notes.
pub(super) fn update_invoice(world: &mut World, fields: &Fields) -> Done {
    let version = world.version;
    let invoice = row(&mut world.invoices, fields.number("invoiceid"), NO_INVOICE)?;
    if let Some(status) = fields.given("status") {
        let known = ["Draft", "Unpaid", "Paid", "Cancelled", "Refunded", "Collections"];
        if !known.contains(&status) {
            return Err(format!("Invalid status {status}"));
        }
        if version == Version::V9_0 && invoice.status != "Draft" && status != invoice.status {
            return Err(IMMUTABLE.to_owned());
        }
        status.clone_into(&mut invoice.status);
    }
    Ok(json!({ "invoiceid": invoice.id.to_string() }))
}

/// `CapturePayment`: the whole balance.
pub(super) fn capture(world: &mut World, fields: &Fields) -> Done {
    let invoice = row(&mut world.invoices, fields.number("invoiceid"), "Invoice Not Found")?;
    let balance = invoice.total() - invoice.paid;
    invoice.pay(balance);
    nothing()
}

/// `AddInvoicePayment`.
pub(super) fn add_payment(world: &mut World, fields: &Fields) -> Done {
    let invoice = row(&mut world.invoices, fields.number("invoiceid"), NO_INVOICE)?;
    let whole = invoice.total() - invoice.paid;
    let amount = fields.given("amount").and_then(cents).unwrap_or(whole);
    invoice.pay(amount);
    nothing()
}

/// `AddOrder`: one service for each `pid[n]`.
pub(super) fn add_order(world: &mut World, fields: &Fields) -> Done {
    let clientid = row(&mut world.clients, fields.number("clientid"), "Client ID Not Found")?.id;
    let mut services = Vec::new();
    for n in 0..100 {
        let name = format!("pid[{n}]");
        let Some(pid) = fields.number(&name).or(fields.number("pid").filter(|_| n == 0)) else {
            break;
        };
        if !world.products.contains_key(&pid) {
            return Err(format!("Invalid Product ID {pid}"));
        }
        let id = world.next_id();
        let domain = fields.text(&format!("domain[{n}]")).to_owned();
        let status = Status::Pending;
        world
            .services
            .insert(id, Service { id, clientid, pid, domain, status, ..Service::default() });
        services.push(id);
    }
    let id = world.next_id();
    let list: Vec<String> = services.iter().map(i64::to_string).collect();
    world.orders.insert(id, Order { id, userid: clientid, services });
    Ok(json!({
        "orderid": id.to_string(),
        "serviceids": list.join(","),
        "addonids": "",
        "domainids": "",
        "invoiceid": "0",
    }))
}

/// `DeleteOrder`: with its services.
pub(super) fn delete_order(world: &mut World, fields: &Fields) -> Done {
    let order = row(&mut world.orders, fields.number("orderid"), "Order ID not found")?.clone();
    let still_there = world.clients.contains_key(&order.userid);
    if still_there {
        world.services.retain(|id, _| !order.services.contains(id));
    }
    world.orders.remove(&order.id);
    nothing()
}

/// `GetCredits`: nobody has any here.
pub(super) fn credits(world: &mut World, fields: &Fields) -> Done {
    let id = row(&mut world.clients, fields.number("clientid"), "Client Not Found")?.id;
    Ok(json!({ "totalresults": "0", "clientid": id.to_string(), "credits": { "credit": [] } }))
}

/// `GetCurrencies`.
pub(super) fn currencies(world: &mut World, _fields: &Fields) -> Done {
    let shown: Vec<Value> = world
        .currencies
        .values()
        .map(|currency| {
            json!({
                "id": currency.id.to_string(),
                "code": currency.code,
                "prefix": "",
                "suffix": format!(" {}", currency.code),
                "format": "1",
                "rate": currency.rate,
            })
        })
        .collect();
    Ok(json!({ "totalresults": shown.len().to_string(), "currencies": { "currency": shown } }))
}
