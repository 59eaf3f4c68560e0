//! Services, products and servers.

use serde_json::{Value, json};

use super::{nothing, part, row};
use crate::api::{Done, Fields};
use crate::shape::{Version, sanitised};
use crate::world::{ABORTED, Churn, Service, Status, World};

const NOT_FOUND: &str = "Service ID not found";

/// `GetClientsProducts`. Filters: clientid, serviceid, pid, domain, username2.
pub(super) fn list(world: &mut World, fields: &Fields) -> Done {
    let wanted = |service: &&Service| {
        let number =
            |name, has: i64| fields.given(name).is_none() || fields.number(name) == Some(has);
        let text = |name, has: &str| fields.given(name).is_none_or(|wanted| wanted == has);
        number("clientid", service.clientid)
            && number("serviceid", service.id)
            && number("pid", service.pid)
            && text("domain", &service.domain)
            && text("username2", &service.username)
    };
    let found: Vec<i64> = world.services.values().filter(wanted).map(|s| s.id).collect();
    let asked = part(fields, found.iter().map(|id| json!(id)).collect());
    let shown = |id: &Value| Some(show(world, world.services.get(&id.as_i64()?)?));
    let rows: Vec<Value> = asked.rows.iter().filter_map(shown).collect();
    let echo = |name| fields.given(name).map(str::to_owned);
    let answer = json!({
        "clientid": echo("clientid"),
        "serviceid": echo("serviceid"),
        "pid": echo("pid"),
        "domain": echo("domain"),
        "totalresults": asked.total.to_string(),
        "startnumber": asked.start,
        "numreturned": rows.len(),
        "products": { "product": rows },
    });
    if fields.given("serviceid").is_none() {
        between_pages(world);
    }
    Ok(answer)
}

fn between_pages(world: &mut World) {
    if world.churn.is_empty() {
        return;
    }
    match world.churn.remove(0) {
        Churn::Add(service) => {
            world.services.insert(service.id, *service);
        }
        Churn::Remove(id) => {
            world.services.remove(&id);
        }
        Churn::Nothing => {}
    }
}

fn show(world: &World, service: &Service) -> Value {
    let product = world.products.get(&service.pid).map_or("", |product| &product.name);
    let server = world.servers.get(&service.serverid);
    let stored = |text: &str| if world.shape.entities { sanitised(text) } else { text.to_owned() };
    let id = service.id.to_string();
    json!({
        "id": id,
        "qty": "1",
        "clientid": service.clientid.to_string(),
        "orderid": id,
        "ordernumber": id,
        "pid": service.pid.to_string(),
        "regdate": "2024-01-01",
        "name": stored(product),
        "translated_name": stored(product),
        "groupname": "Hosting",
        "translated_groupname": "Hosting",
        "domain": stored(&service.domain),
        "dedicatedip": service.dedicatedip,
        "serverid": service.serverid.to_string(),
        "servername": server.map_or("", |server| &server.name),
        "serverip": server.map_or("", |server| &server.ipaddress),
        "serverhostname": server.map_or("", |server| &server.hostname),
        "suspensionreason": stored(&service.suspensionreason),
        "firstpaymentamount": "12.95",
        "recurringamount": "12.95",
        "paymentmethod": "banktransfer",
        "paymentmethodname": "Bank Transfer",
        "billingcycle": "Monthly",
        "nextduedate": "0000-00-00",
        "status": service.status.as_str(),
        "username": stored(&service.username),
        // What the real one shows here must not go on anybody's record.
        "password": format!("secret-of-{}", service.id),
        "subscriptionid": "",
        "promoid": "0",
        "overideautosuspend": if service.overideautosuspend { "1" } else { "" },
        "overidesuspenduntil": if service.overidesuspenduntil.is_empty() {
            "0000-00-00"
        } else {
            &service.overidesuspenduntil
        },
        "ns1": "",
        "ns2": "",
        "assignedips": service.assignedips,
        "notes": stored(&service.notes),
        "diskusage": "0",
        "disklimit": "0",
        "bwusage": "0",
        "bwlimit": "0",
        "lastupdate": "0000-00-00 00:00:00",
        "customfields": { "customfield": [] },
        "configoptions": { "configoption": [] },
    })
}

/// The service of a module action, once it is sure that a module would run.
fn of_module(world: &World, fields: &Fields) -> Result<i64, String> {
    let given = fields.given("serviceid").or(fields.given("accountid"));
    let id: Option<i64> = given.ok_or("Service ID is required")?.trim().parse().ok();
    let service = id.and_then(|id| world.services.get(&id)).ok_or(NOT_FOUND)?;
    let product = world.products.get(&service.pid);
    if product.is_none_or(|product| product.module.is_empty()) {
        return Err(match world.version {
            Version::Documented => "Service not assigned to a module",
            Version::V8_13 | Version::V9_0 => "Module Not Found",
        }
        .to_owned());
    }
    match &service.module_error {
        Some(said) => Err(said.clone()),
        None => Ok(service.id),
    }
}

/// `ModuleSuspend`: runs on a suspended service too, and writes its reason over the one that stands there.
pub(super) fn suspend(world: &mut World, fields: &Fields) -> Done {
    let id = of_module(world, fields)?;
    let reason = fields.text("suspendreason").to_owned();
    world.set_status(id, Status::Suspended, &reason, "api");
    nothing()
}

/// `ModuleUnsuspend`.
pub(super) fn unsuspend(world: &mut World, fields: &Fields) -> Done {
    let id = of_module(world, fields)?;
    if world.vetoed.contains(&id) {
        return Err(ABORTED.to_owned());
    }
    world.set_status(id, Status::Active, "", "api");
    nothing()
}

/// `UpdateClientProduct`: a plain edit, no module runs.
pub(super) fn update(world: &mut World, fields: &Fields) -> Done {
    let id = fields.number("serviceid");
    let service = row(&mut world.services, id, "Service ID Not Found")?;
    for (name, into) in [
        ("dedicatedip", &mut service.dedicatedip),
        ("assignedips", &mut service.assignedips),
        ("domain", &mut service.domain),
        ("notes", &mut service.notes),
        ("suspendreason", &mut service.suspensionreason),
    ] {
        if let Some(text) = fields.given(name) {
            text.clone_into(into);
        }
    }
    let (id, reason) = (service.id, service.suspensionreason.clone());
    let words = [Status::Active, Status::Suspended, Status::Terminated, Status::Cancelled];
    let status = words.into_iter().find(|status| status.as_str() == fields.text("status"));
    if let Some(status) = status {
        world.set_status(id, status, &reason, "api");
    }
    Ok(json!({ "serviceid": id.to_string() }))
}

/// `GetProducts`. Filters: pid (may be a list), gid, module.
pub(super) fn products(world: &mut World, fields: &Fields) -> Done {
    let pids: Vec<i64> =
        fields.text("pid").split(',').filter_map(|id| id.trim().parse().ok()).collect();
    let prefix = world.currencies.values().next().map_or("USD", |currency| &currency.code);
    let shown: Vec<Value> = world
        .products
        .values()
        .filter(|product| pids.is_empty() || pids.contains(&product.pid))
        .filter(|product| fields.number("gid").is_none_or(|gid| gid == product.gid))
        .filter(|product| fields.given("module").is_none_or(|module| module == product.module))
        .map(|product| {
            json!({
                "pid": product.pid,
                "gid": product.gid,
                "type": "hostingaccount",
                "name": product.name,
                "slug": product.name.to_lowercase(),
                "product-url": "",
                "description": "",
                "module": product.module,
                "paytype": "recurring",
                "allowqty": 0,
                "quantity_available": 0,
                "pricing": { prefix: {
                    "prefix": "", "suffix": "", "msetupfee": "0.00", "qsetupfee": "0.00",
                    "ssetupfee": "0.00", "asetupfee": "0.00", "bsetupfee": "0.00",
                    "tsetupfee": "0.00", "monthly": "12.95", "quarterly": "-1.00",
                    "semiannually": "-1.00", "annually": "-1.00", "biennially": "-1.00",
                    "triennially": "-1.00",
                } },
                "customfields": { "customfield": [] },
                "configoptions": { "configoption": [] },
            })
        })
        .collect();
    Ok(json!({ "totalresults": shown.len(), "products": { "product": shown } }))
}

/// `GetServers`: a bare list.
pub(super) fn servers(world: &mut World, _fields: &Fields) -> Done {
    let shown: Vec<Value> = world
        .servers
        .values()
        .map(|server| {
            json!({
                "id": server.id,
                "name": server.name,
                "hostname": server.hostname,
                "ipaddress": server.ipaddress,
                "active": true,
                "activeServices": world.services.values().filter(|s| s.serverid == server.id).count(),
                "maxAllowedServices": 200,
                "percentUsed": 0,
                "module": "cpanel",
                "status": { "http": false, "load": "", "uptime": "" },
            })
        })
        .collect();
    Ok(json!({ "servers": shown, "fetchStatus": "" }))
}

/// `UpgradeProduct`: changes the product at once.
pub(super) fn upgrade(world: &mut World, fields: &Fields) -> Done {
    let new = fields.number("newproductid").and_then(|pid| world.products.get(&pid)).cloned();
    let order = world.next_id();
    let id = fields.number("serviceid");
    let service = row(&mut world.services, id, "Service ID Not Found")?;
    let new = new.ok_or("Invalid new product ID")?;
    let old = std::mem::replace(&mut service.pid, new.pid);
    let service = service.id;
    let old_name = world.products.get(&old).map_or("", |product| &product.name);
    Ok(json!({
        "oldproductid": old.to_string(),
        "oldproductname": old_name,
        "newproductid": new.pid,
        "newproductname": new.name,
        "daysuntilrenewal": 13,
        "totaldays": 30,
        "newproductbillingcycle": fields.text("newproductbillingcycle"),
        "price": "$0.00 USD",
        "id": service.to_string(),
        "orderid": order,
        "order_number": order.to_string(),
        "invoiceid": null,
    }))
}
