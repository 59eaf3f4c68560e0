//! The REST interface, as scripts of the host see it.

use serde_json::{Value, json};

use crate::world::*;

const ROOT: &str = "/api/v1";

pub(crate) fn token(world: &World, scopes: &[&str]) -> String {
    let mut args = vec!["token", "add", "--staff", "alice"];
    for scope in scopes {
        args.extend(["--scope", scope]);
    }
    world.json(&args)["token"].as_str().unwrap().to_owned()
}

impl Serving {
    fn api(
        &self,
        token: &str,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("Authorization", authorization.as_str())];
        if !body.is_null() {
            headers.push(("Content-Type", "application/json"));
        }
        headers.extend(more);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &format!("{ROOT}{path}"), &headers, body.as_bytes())
    }

    fn api_post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.api(token, "POST", path, &[], body)
    }

    fn api_get(&self, token: &str, path: &str) -> Answer {
        self.api(token, "GET", path, &[], &Value::Null)
    }
}

on_both! {
    fn a_report_is_opened_worked_on_and_closed(world) {
        let all = token(&world, &["*"]);
        let desk = world.serve();
        let new = json!({ "service_id": 1, "category": "Spam", "admin_notes": "from the feed" });
        let opened = desk.api_post(&all, "/reports", &new);
        assert_eq!((opened.status, opened.header("location")), (201, "/api/v1/reports/1"));
        assert_eq!(opened.json(), json!({ "id": 1, "warnings": [] }));

        let suspended = desk.api_post(&all, "/reports/1/suspend", &Value::Null);
        assert_eq!(suspended.status, 200, "{suspended:?}");
        world.wait_for(1, "suspended");
        assert_eq!(desk.api_post(&all, "/reports/1/answer", &json!({ "text": "Please fix it" })).status, 200);
        assert_eq!(desk.api_post(&all, "/reports/1/note", &json!({ "text": "called them" })).status, 200);
        let no_deadline = desk.api_post(&all, "/reports/1/extend", &json!({ "by": "24h" }));
        assert_eq!((no_deadline.status, &no_deadline.json()["code"]), (409, &json!("wrong_state")));
        assert_eq!(desk.api_post(&all, "/reports/1/release", &Value::Null).status, 200);
        let closed = desk.api_post(&all, "/reports/1/close", &json!({ "outcome": "resolved" }));
        assert_eq!((closed.status, &closed.json()["status"]), (200, &json!("closed")));
        assert_eq!(desk.api_post(&all, "/reports/1/reopen", &Value::Null).json()["status"], "open");

        let whole = desk.api_get(&all, "/reports/1").json();
        assert_eq!((&whole["admin_notes"], &whole["notes"][0]["text"]), (&json!("from the feed"), &json!("called them")));
        let actors: Vec<&str> = whole["events"].as_array().unwrap().iter().map(|e| e["actor"].as_str().unwrap()).collect();
        assert!(actors.contains(&"token:1 (alice)"), "{actors:?}");
        world.wait_for(1, "lifted");
    }

    fn lists_are_paged_by_key_and_filtered(world) {
        let read = token(&world, &["see_reports"]);
        let desk = world.serve();
        for n in 0..5 {
            desk.create(&world, &format!("service_id=1&category=Kind{}", n % 2));
        }
        let ids = |page: &Value| -> Vec<i64> {
            page["items"].as_array().unwrap().iter().map(|r| r["id"].as_i64().unwrap()).collect()
        };
        let first = desk.api_get(&read, "/reports?limit=2&order=oldest").json();
        assert_eq!((ids(&first), &first["next"]), (vec![1, 2], &json!(2)));
        let last = desk.api_get(&read, "/reports?limit=2&order=oldest&after=4").json();
        assert_eq!((ids(&last), &last["next"]), (vec![5], &Value::Null));
        assert_eq!(ids(&desk.api_get(&read, "/reports?category=Kind1&turn=customer").json()), [4, 2]);
        assert_eq!(ids(&desk.api_get(&read, "/reports?turn=staff").json()), [0; 0]);
        assert_eq!(ids(&desk.api_get(&read, "/reports?service=2").json()), [0; 0]);
        for (bad, status) in [("limit=0", 422), ("limit=x", 400), ("status=odd", 400), ("stauts=open", 400)] {
            assert_eq!(desk.api_get(&read, &format!("/reports?{bad}")).status, status, "{bad}");
        }
        assert_eq!(desk.api_get(&read, "/reports?search=a%00b").status, 200);
        let services = desk.api_get(&read, "/services?limit=2").json();
        assert_eq!((services["items"].as_array().unwrap().len(), &services["next"]), (2, &json!("main:2")));
        assert_eq!(desk.api_get(&read, "/services/main:1").json()["customer_id"], "11");
        assert_eq!(desk.api_get(&read, "/services/77").status, 404);
        assert_eq!(desk.api_get(&read, "/who-had?address=192.0.2.1").json()[0]["service_id"], 1);
        assert_eq!(desk.api_get(&read, "/who-had?address=nonsense!").status, 422);
    }

    fn of_two_who_change_a_report_at_a_time_the_second_is_told(world) {
        let all = token(&world, &["*"]);
        let desk = world.serve();
        desk.create(&world, "service_id=1&category=Spam");
        let tag = desk.api_get(&all, "/reports/1").header("etag").to_owned();
        let close = json!({ "outcome": "resolved" });
        let if_match = [("If-Match", tag.as_str())];
        assert_eq!(desk.api(&all, "POST", "/reports/1/answer", &if_match, &json!({ "text": "Hello" })).status, 200);
        let second = desk.api(&all, "POST", "/reports/1/close", &if_match, &close);
        assert_eq!((second.status, &second.json()["code"]), (412, &json!("changed_meanwhile")));
        let unquoted = [("If-Match", "2")];
        let refused = desk.api(&all, "POST", "/reports/1/close", &unquoted, &close);
        assert_eq!(refused.status, 412);
        assert!(refused.json()["detail"].as_str().unwrap().contains("quotes"), "{refused:?}");
        assert_eq!(world.report(1)["status"], "open");

        let shown = desk.api_get(&all, "/settings/time_limit.period");
        let if_match = [("If-Match", shown.header("etag"))];
        let change = |value: &str| desk.api(&all, "PUT", "/settings/time_limit.period", &if_match, &json!({ "value": value }));
        assert_eq!(change("12h").json()["value"], "12h");
        assert_eq!(change("13h").status, 412);
        assert_eq!(desk.api(&all, "PUT", "/settings/time_limit.period", &[], &json!({ "value": "soon" })).status, 422);
        assert_eq!(desk.api_get(&all, "/settings/odd").status, 404);
    }

    fn the_same_request_under_the_same_key_is_done_once(world) {
        let all = token(&world, &["*"]);
        let desk = world.serve();
        let key = [("Idempotency-Key", "k1")];
        let new = json!({ "service_id": 1, "category": "Spam" });
        for _ in 0..2 {
            assert_eq!(desk.api(&all, "POST", "/reports", &key, &new).json()["id"], 1);
        }
        let other = desk.api(&all, "POST", "/reports", &key, &json!({ "service_id": 2, "category": "Spam" }));
        assert_eq!((other.status, &other.json()["code"]), (409, &json!("key_used_for_another")));
        let key = [("Idempotency-Key", "k2")];
        let note = json!({ "text": "once" });
        assert_eq!(desk.api(&all, "POST", "/reports/1/note", &key, &note).header("idempotent-replayed"), "");
        assert_eq!(desk.api(&all, "POST", "/reports/1/note", &key, &note).header("idempotent-replayed"), "true");
        assert_eq!(world.report(1)["notes"].as_array().unwrap().len(), 1);
        assert_eq!(desk.api(&all, "POST", "/reports/1/note", &key, &json!({ "text": "other" })).status, 409);
    }

    fn tokens_end_at_once_and_credentials_can_be_managed(world) {
        let setup = token(&world, &["setup"]);
        let desk = world.serve();
        let made = desk.api_post(&setup, "/credentials", &json!({ "staff": "alice", "description": "feed" }));
        assert_eq!(made.status, 201, "{made:?}");
        let identifier = made.json()["identifier"].as_str().unwrap().to_owned();
        eventually("the new credential works", || desk.call(&identifier, "action=x").code() == "AMP002");
        let reference = made.json()["ref"].as_i64().unwrap();
        assert_eq!(desk.api(&setup, "DELETE", &format!("/credentials/{reference}"), &[], &Value::Null).status, 204);
        assert_eq!(desk.api(&setup, "DELETE", &format!("/credentials/{reference}"), &[], &Value::Null).status, 404);
        assert_eq!(desk.api_get(&setup, "/me").json(), json!({ "token": 1, "staff": "alice", "rights": ["setup"] }));
        assert_eq!(desk.api_get(&setup, "/health").json()["paused_at"], Value::Null);
        world.ok(&["token", "revoke", "1"]);
        eventually("the token is refused", || desk.api_get(&setup, "/me").status == 401);
    }
}

/// Every operation of the description, with a path that could be called.
fn operations(desk: &Serving) -> Vec<(String, String)> {
    let document = desk.get("/api/v1/openapi.json").json();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "1").replace("{ref}", "1").replace("{service}", "1");
        let path = path.replace("{key}", "time_limit.period");
        for method in methods.as_object().unwrap().keys() {
            found.push((method.to_uppercase(), path.clone()));
        }
    }
    assert!(found.len() >= 22, "{found:?}");
    found
}

#[test]
fn no_operation_answers_without_a_token_or_without_its_right() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["role", "add", "nothing"]);
    world.ok(&["staff", "add", "bob", "--email", "bob@example.com", "--role", "nothing"]);
    let bob = world.json(&["token", "add", "--staff", "bob", "--scope", "*"])["token"].clone();
    world.set("amp.failed_auth_per_minute", "0");
    let desk = world.serve();
    for (method, path) in operations(&desk) {
        let nobody = desk.send(&method, &format!("{ROOT}{path}"), &[], b"");
        assert_eq!(nobody.status, 401, "{method} {path}");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        if matches!(path.as_str(), "/me" | "/health") {
            continue;
        }
        let bob = desk.api(bob.as_str().unwrap(), &method, &path, &[], &Value::Null);
        assert_eq!(
            (bob.status, &bob.json()["code"]),
            (403, &json!("forbidden")),
            "{method} {path}"
        );
        assert_eq!(bob.header("content-type"), "application/problem+json");
    }
}

#[test]
fn what_cannot_be_read_is_a_problem_that_says_so() {
    let world = World::new(Engine::Sqlite);
    let all = token(&world, &["*"]);
    let desk = world.serve();
    let bearer = format!("Bearer {all}");
    let raw = |content_type: &str, body: &[u8]| {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", content_type)];
        desk.send("POST", "/api/v1/reports", &headers, body)
    };
    let code = |answer: Answer| answer.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(code(raw("text/plain", b"{}")), "unsupported_media_type");
    assert_eq!(code(raw("application/json", b"{")), "malformed");
    assert_eq!(code(raw("application/json", b"{}")), "invalid");
    // Again and again: whoever sends too much gets to see the answer, however slow the answer's way is.
    for _ in 0..20 {
        assert_eq!(code(raw("application/json", &vec![b' '; 2 * 1024 * 1024])), "too_large");
    }
    for bad in [
        json!({ "service_id": 0, "category": "Spam" }),
        json!({ "service_id": 1, "category": " " }),
        json!({ "service_id": 1, "category": "x".repeat(256) }),
        json!({ "service_id": 1, "category": "Spam", "suspend_method": "suspend" }),
        json!({ "service_id": 1, "category": "Spam", "addmin_notes": "x" }),
    ] {
        assert_eq!(desk.api_post(&all, "/reports", &bad).status, 422, "{bad}");
    }
    let missing = desk.api_post(&all, "/reports", &json!({ "service_id": 77, "category": "Spam" }));
    assert_eq!(missing.status, 404);
    assert_eq!(desk.api_get(&all, "/nowhere").status, 404);
    let wrong = desk.api(&all, "DELETE", "/reports", &[], &Value::Null);
    assert_eq!((wrong.status, &wrong.json()["code"]), (405, &json!("method_not_allowed")));
    assert!(wrong.header("allow").contains("POST"), "{wrong:?}");
    assert_eq!(desk.api_get(&all, "/reports/99999999999999999999").status, 404);
}
