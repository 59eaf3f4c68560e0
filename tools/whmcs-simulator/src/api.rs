//! `includes/api.php`: who calls, what for, and what goes wrong on the way.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::actions;
use crate::fault::Fault;
use crate::server::{Answer, lock};
use crate::world::{Call, World};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// The page that a firewall or a dying PHP shows.
const PAGE: &str = "<!DOCTYPE html><html><head><title>Oops!</title></head><body><h1>Oops!</h1>\n\
     <p>Something went wrong and we couldn't process your request.</p></body></html>";

/// The fields of a call. The last of repeated ones counts, as in PHP.
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A field that is there and not empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).trim().parse().ok()
    }
}

/// What an action answers: fields of a success, or the text of an error.
pub(crate) type Done = Result<Value, String>;

/// Answers one call.
pub(crate) async fn answer(world: &Mutex<World>, peer: IpAddr, path: &str, body: &[u8]) -> Answer {
    let fields = Fields::parse(body);
    let action = fields.text("action").to_lowercase();
    let fault = {
        let mut world = lock(world);
        let fault = world.faults.for_call(&action);
        let service = fields.number("serviceid").or(fields.number("accountid"));
        let call = Call { action: action.clone(), service, fault: fault.map(Fault::name) };
        world.note_call(call);
        fault
    };
    let act = || run(&mut lock(world), peer, path, &action, &fields);
    let dropped = || io::Error::new(io::ErrorKind::ConnectionAborted, "dropped on purpose");
    let pause = |ms| tokio::time::sleep(Duration::from_millis(ms));
    match fault {
        None => Ok(act()),
        Some(Fault::SlowBefore(ms)) => {
            pause(ms).await;
            Ok(act())
        }
        Some(Fault::SlowAfter(ms)) => {
            let answer = act();
            pause(ms).await;
            Ok(answer)
        }
        Some(Fault::Forbidden) => Ok(error(StatusCode::FORBIDDEN, &format!("Invalid IP {peer}"))),
        Some(Fault::Html200) => Ok((StatusCode::OK, HTML, PAGE.to_owned())),
        Some(Fault::Html500Before) => {
            Ok((StatusCode::INTERNAL_SERVER_ERROR, HTML, PAGE.to_owned()))
        }
        Some(Fault::Html500After) => {
            act();
            Ok((StatusCode::INTERNAL_SERVER_ERROR, HTML, PAGE.to_owned()))
        }
        Some(Fault::DropBefore) => Err(dropped()),
        Some(Fault::DropAfter) => {
            act();
            Err(dropped())
        }
    }
}

fn error(status: StatusCode, message: &str) -> (StatusCode, &'static str, String) {
    let body = json!({ "result": "error", "message": message });
    (status, JSON, body.to_string())
}

fn run(
    world: &mut World,
    peer: IpAddr,
    path: &str,
    action: &str,
    fields: &Fields,
) -> (StatusCode, &'static str, String) {
    if path.ends_with("/includes/api.php/includes/api.php") {
        return error(StatusCode::OK, "An admin user is required");
    }
    if let Err(message) = may_call(world, peer, action, fields) {
        return error(StatusCode::FORBIDDEN, &message);
    }
    if fields.text("responsetype") != "json" {
        // WHMCS would answer name=value pairs or XML; nobody should depend on that.
        return (
            StatusCode::OK,
            HTML,
            "result=error;message=ask for responsetype=json;".to_owned(),
        );
    }
    match actions::run(world, action, fields) {
        None => {
            let message = format!("Invalid API Action: \"{action}\" is not a valid API action");
            error(StatusCode::OK, &message)
        }
        Some(Err(message)) => error(StatusCode::OK, &message),
        Some(Ok(answer)) => {
            let mut whole = json!({ "result": "success" });
            if let (Value::Object(whole), Value::Object(answer)) = (&mut whole, answer) {
                whole.extend(answer);
            }
            (StatusCode::OK, JSON, world.shape.of(whole).to_string())
        }
    }
}

/// Address, identifier, secret, right: in this order.
fn may_call(world: &World, peer: IpAddr, action: &str, fields: &Fields) -> Result<(), String> {
    let key = fields.given("accesskey");
    let has_key = key.is_some() && key == world.access_key.as_deref();
    if let (Some(allowed), false) = (&world.allowed_ips, has_key)
        && !allowed.contains(&peer)
    {
        return Err(format!("Invalid IP {peer}"));
    }
    let identifier = fields.given("identifier").or(fields.given("username"));
    let secret = fields.given("secret").or(fields.given("password"));
    let (Some(identifier), Some(secret)) = (identifier, secret) else {
        return Err("Authentication Failed".to_owned());
    };
    let credential = world.credentials.iter().find(|known| known.identifier == identifier);
    let credential = credential.ok_or("Invalid or missing credentials")?;
    if credential.secret != secret {
        return Err("Authentication Failed".to_owned());
    }
    let allowed = |right: &String| right == "*" || right.eq_ignore_ascii_case(action);
    if actions::is_known(action) && !credential.actions.iter().any(allowed) {
        return Err(format!("Invalid Permissions: API action \"{action}\" is not allowed"));
    }
    Ok(())
}
