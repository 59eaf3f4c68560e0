//! WHMCS itself.

use serde_json::json;

use super::nothing;
use crate::api::{Done, Fields};
use crate::world::World;

/// `WhmcsDetails`.
pub(super) fn details(world: &mut World, _fields: &Fields) -> Done {
    let version = world.version.number();
    let canonical = format!("{version}-release.1");
    Ok(json!({ "whmcs": { "version": version, "canonicalversion": canonical } }))
}

/// `GetAdminDetails`: whose credential this is.
pub(super) fn admin_details(world: &mut World, _fields: &Fields) -> Done {
    let version = world.version.number();
    Ok(json!({
        "adminid": "1",
        "name": "Abuse Desk",
        "notes": "",
        "signature": "",
        "allowedpermissions": "List Services,View Clients Products/Services,Perform Server Operations,API Access",
        "departments": "",
        "requesttime": "2026-01-01 00:00:00",
        "whmcs": { "version": version, "canonicalversion": format!("{version}-release.1") },
    }))
}

/// `LogActivity`.
pub(super) fn log(world: &mut World, fields: &Fields) -> Done {
    world.activity.push(fields.text("description").to_owned());
    nothing()
}

/// `SendEmail`: goes nowhere.
pub(super) fn send_email(world: &mut World, fields: &Fields) -> Done {
    if fields.given("messagename").is_none() && fields.given("customtype").is_none() {
        return Err("You must provide either an existing email template name or a custom message"
            .to_owned());
    }
    world.activity.push(format!("Email Sent ({})", fields.text("customsubject")));
    nothing()
}
