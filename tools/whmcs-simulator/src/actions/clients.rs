//! Customers and their logins.

use serde_json::{Value, json};

use super::{part, row};
use crate::api::{Done, Fields};
use crate::shape::sanitised;
use crate::world::{Client, World};

fn stored(world: &World, text: &str) -> String {
    if world.shape.entities { sanitised(text) } else { text.to_owned() }
}

/// `GetClients`, the newest first. Filter: search (the beginning of mail address or names).
pub(super) fn clients(world: &mut World, fields: &Fields) -> Done {
    let search = fields.text("search").to_lowercase();
    let wanted = |client: &&Client| {
        [&client.email, &client.firstname, &client.lastname, &client.companyname]
            .iter()
            .any(|text| text.to_lowercase().starts_with(&search))
    };
    let shown: Vec<Value> = world
        .clients
        .values()
        .rev()
        .filter(wanted)
        .filter(|client| !world.unlisted.contains(&client.id))
        .map(|client| {
            json!({
                "id": client.id,
                "firstname": stored(world, &client.firstname),
                "lastname": stored(world, &client.lastname),
                "companyname": stored(world, &client.companyname),
                "email": client.email,
                "datecreated": "2024-01-01",
                "groupid": 0,
                "status": "Active",
            })
        })
        .collect();
    let part = part(fields, shown);
    Ok(json!({
        "totalresults": part.total,
        "startnumber": part.start,
        "numreturned": part.rows.len(),
        "clients": { "client": part.rows },
    }))
}

/// `GetUsers`: every customer has one login here.
pub(super) fn users(world: &mut World, fields: &Fields) -> Done {
    let search = fields.text("search");
    let shown: Vec<Value> = world
        .clients
        .values()
        .filter(|client| client.email.starts_with(search))
        .map(|client| {
            json!({
                "id": client.id,
                "firstname": stored(world, &client.firstname),
                "lastname": stored(world, &client.lastname),
                "email": client.email,
                "datecreated": "2024-01-01 00:00:00",
                "validationdata": "",
                "clients": [{ "id": client.id, "isOwner": true }],
            })
        })
        .collect();
    let part = part(fields, shown);
    Ok(json!({
        "totalresults": part.total,
        "startnumber": part.start,
        "numreturned": part.rows.len(),
        "users": part.rows,
    }))
}

/// `GetContacts`: nobody has any here.
pub(super) fn contacts(_world: &mut World, fields: &Fields) -> Done {
    let part = part(fields, Vec::new());
    Ok(json!({
        "totalresults": part.total,
        "startnumber": part.start,
        "numreturned": part.rows.len(),
        "contacts": { "contact": part.rows },
    }))
}

/// `GetClientsDetails`, with the statistics always.
pub(super) fn details(world: &mut World, fields: &Fields) -> Done {
    let (id, email) = (fields.given("clientid"), fields.given("email"));
    if id.is_none() && email.is_none() {
        return Err("Either clientid Or email Is Required".to_owned());
    }
    let id = fields.number("clientid");
    let found = match email {
        Some(email) if id.is_none() => world.clients.values().find(|client| client.email == email),
        _ => id.and_then(|id| world.clients.get(&id)),
    };
    let client = found.ok_or("Client Not Found")?;
    let shown = show(world, client);
    let services = world.services.values().filter(|service| service.clientid == client.id).count();
    let mut answer = json!({ "client": shown, "stats": stats(services) });
    // The copy at the top is deprecated and still there.
    if let (Value::Object(answer), Value::Object(copy)) = (&mut answer, shown) {
        for (key, value) in copy {
            answer.entry(key).or_insert(value);
        }
    }
    Ok(answer)
}

fn show(world: &World, client: &Client) -> Value {
    let names = (stored(world, &client.firstname), stored(world, &client.lastname));
    let currency = world.currency_of(client.id).map_or("", |currency| &currency.code);
    json!({
        "client_id": client.id,
        "owner_user_id": client.id,
        "userid": client.id,
        "id": client.id,
        "uuid": format!("00000000-0000-4000-8000-{:012x}", client.id),
        "firstname": names.0,
        "lastname": names.1,
        "fullname": format!("{} {}", names.0, names.1),
        "companyname": stored(world, &client.companyname),
        "email": client.email,
        "address1": stored(world, &client.address1),
        "address2": "",
        "city": stored(world, &client.city),
        "fullstate": stored(world, &client.state),
        "state": stored(world, &client.state),
        "postcode": client.postcode,
        "countrycode": client.country,
        "country": client.country,
        "phonenumber": client.phonenumber,
        "tax_id": "",
        "email_preferences": {
            "general": "1", "invoice": "1", "support": "1", "product": "1", "domain": "1",
            "affiliate": "1",
        },
        "statecode": client.state,
        "countryname": client.country,
        "phonecc": "",
        "phonenumberformatted": client.phonenumber,
        "telephoneNumber": client.phonenumber,
        "billingcid": 0,
        "notes": "",
        "currency": world.currency_of(client.id).map_or(1, |currency| currency.id),
        "defaultgateway": "",
        "groupid": 0,
        "status": "Active",
        "credit": "0.00",
        "taxexempt": false,
        "latefeeoveride": false,
        "overideduenotices": false,
        "separateinvoices": false,
        "disableautocc": false,
        "emailoptout": false,
        "marketing_emails_opt_in": true,
        "overrideautoclose": false,
        "allowSingleSignOn": 1,
        "email_verified": true,
        "language": client.language,
        "isOptedInToMarketingEmails": true,
        "lastlogin": "Date: 01/01/2026 10:00<br>IP Address: 192.0.2.200<br>Host: ",
        "currency_code": currency,
        "customfields": [{ "id": 1, "value": "" }],
        "customfields1": "",
        "users": { "user": [{
            "id": client.id, "name": format!("{} {}", names.0, names.1), "email": client.email,
            "is_owner": true,
        }] },
    })
}

fn stats(services: usize) -> Value {
    let mut stats = serde_json::Map::new();
    for name in [
        "numdueinvoices",
        "numoverdueinvoices",
        "numDraftInvoices",
        "numunpaidinvoices",
        "numpaidinvoices",
        "numcancelledinvoices",
        "numrefundedinvoices",
        "numcollectionsinvoices",
        "numpaymentpendinginvoices",
        "productsnumactivehosting",
        "productsnumhosting",
        "productsnumactivereseller",
        "productsnumreseller",
        "productsnumactiveservers",
        "productsnumservers",
        "productsnumactiveother",
        "productsnumother",
        "numactivedomains",
        "numdomains",
        "numacceptedquotes",
        "numquotes",
        "numtickets",
        "numactivetickets",
        "numaffiliatesignups",
    ] {
        stats.insert(name.to_owned(), json!(0));
    }
    for name in [
        "dueinvoicesbalance",
        "creditbalance",
        "grossRevenue",
        "expenses",
        "income",
        "overdueinvoicesbalance",
        "draftInvoicesBalance",
        "unpaidinvoicesamount",
        "paidinvoicesamount",
        "cancelledinvoicesamount",
        "refundedinvoicesamount",
        "collectionsinvoicesamount",
        "paymentpendinginvoicesamount",
    ] {
        stats.insert(name.to_owned(), json!("$0.00 USD"));
    }
    stats.insert("incredit".to_owned(), json!(false));
    stats.insert("isAffiliate".to_owned(), json!(false));
    stats.insert("productsnumactive".to_owned(), json!(services));
    stats.insert("productsnumtotal".to_owned(), json!(services));
    Value::Object(stats)
}

/// `AddClient`.
pub(super) fn add_client(world: &mut World, fields: &Fields) -> Done {
    for (name, complaint) in [
        ("firstname", "You did not enter your first name"),
        ("lastname", "You did not enter your last name"),
        ("email", "You did not enter your email address"),
    ] {
        if fields.given(name).is_none() {
            return Err(complaint.to_owned());
        }
    }
    if world.clients.values().any(|client| client.email == fields.text("email")) {
        return Err("A user already exists with that email address".to_owned());
    }
    let text = |name| fields.text(name).to_owned();
    let client = Client {
        id: world.next_id(),
        firstname: text("firstname"),
        lastname: text("lastname"),
        companyname: text("companyname"),
        email: text("email"),
        language: text("language"),
        address1: text("address1"),
        city: text("city"),
        state: text("state"),
        postcode: text("postcode"),
        country: text("country"),
        phonenumber: text("phonenumber"),
        currency: fields.number("currency").unwrap_or(0),
    };
    let id = client.id;
    world.clients.insert(id, client);
    Ok(json!({ "clientid": id.to_string() }))
}

/// `DeleteClient`: with the services.
pub(super) fn delete_client(world: &mut World, fields: &Fields) -> Done {
    let id = row(&mut world.clients, fields.number("clientid"), "Client ID Not Found")?.id;
    world.clients.remove(&id);
    world.services.retain(|_, service| service.clientid != id);
    Ok(json!({ "clientid": id.to_string() }))
}

/// `AddClientNote`. `userid` means the customer.
pub(super) fn add_note(world: &mut World, fields: &Fields) -> Done {
    let id = row(&mut world.clients, fields.number("userid"), "Client ID not found")?.id;
    let notes = fields.given("notes").ok_or("Notes can not be empty")?.to_owned();
    world.client_notes.push((id, notes));
    Ok(json!({ "noteid": world.client_notes.len().to_string() }))
}
