//! Tickets.

use serde_json::{Value, json};

use super::{nothing, part, row};
use crate::api::{Done, Fields};
use crate::world::{Ticket, World};

const NO_TICKET: &str = "Ticket ID not found";

/// `OpenTicket`.
pub(super) fn open(world: &mut World, fields: &Fields) -> Done {
    let userid = match fields.number("clientid") {
        Some(id) if world.clients.contains_key(&id) => id,
        Some(_) => return Err("Client ID Not Found".to_owned()),
        None if fields.given("name").is_some() && fields.given("email").is_some() => 0,
        None => return Err("Name and email address are required if not a client".to_owned()),
    };
    let deptid = fields.number("deptid").ok_or("Department ID not found")?;
    let ticket = Ticket {
        id: world.next_id(),
        deptid,
        userid,
        subject: fields.given("subject").ok_or("Subject is required")?.to_owned(),
        status: "Open".to_owned(),
        messages: vec![fields.given("message").ok_or("Message is required")?.to_owned()],
    };
    let id = ticket.id;
    world.tickets.insert(id, ticket);
    Ok(json!({ "id": id.to_string(), "tid": (500_000 + id).to_string(), "c": "ticketcode" }))
}

/// `AddTicketReply`.
pub(super) fn reply(world: &mut World, fields: &Fields) -> Done {
    let ticket = row(&mut world.tickets, fields.number("ticketid"), NO_TICKET)?;
    let message = fields.given("message").ok_or("Message is required")?;
    ticket.messages.push(message.to_owned());
    nothing()
}

/// `UpdateTicket`: subject and status.
pub(super) fn update(world: &mut World, fields: &Fields) -> Done {
    let ticket = row(&mut world.tickets, fields.number("ticketid"), NO_TICKET)?;
    if let Some(subject) = fields.given("subject") {
        subject.clone_into(&mut ticket.subject);
    }
    if let Some(status) = fields.given("status") {
        status.clone_into(&mut ticket.status);
    }
    Ok(json!({ "ticketid": ticket.id.to_string() }))
}

/// `DeleteTicket`.
pub(super) fn delete(world: &mut World, fields: &Fields) -> Done {
    let id = row(&mut world.tickets, fields.number("ticketid"), NO_TICKET)?.id;
    world.tickets.remove(&id);
    nothing()
}

/// `GetTickets`.
pub(super) fn tickets(world: &mut World, fields: &Fields) -> Done {
    let shown: Vec<Value> = world
        .tickets
        .values()
        .map(|ticket| {
            let client = world.clients.get(&ticket.userid);
            let name = client.map_or(String::new(), |c| format!("{} {}", c.firstname, c.lastname));
            let email = client.map_or("", |client| &client.email);
            json!({
                "id": ticket.id.to_string(),
                "tid": (500_000 + ticket.id).to_string(),
                "deptid": ticket.deptid.to_string(),
                "userid": ticket.userid.to_string(),
                "name": name,
                "owner_name": name,
                "email": email,
                "requestor_name": name,
                "requestor_email": email,
                "requestor_type": "Owner",
                "cc": "",
                "c": "ticketcode",
                "date": "2026-01-01 06:26:29",
                "subject": ticket.subject,
                "status": ticket.status,
                "priority": "Medium",
                "admin": "",
                "attachment": "",
                "attachments": [],
                "attachments_removed": false,
                "lastreply": "2026-01-01 06:30:16",
                "flag": "0",
                "service": "",
            })
        })
        .collect();
    let part = part(fields, shown);
    Ok(json!({
        "totalresults": part.total.to_string(),
        "startnumber": part.start,
        "numreturned": part.rows.len(),
        "tickets": { "ticket": part.rows },
    }))
}
