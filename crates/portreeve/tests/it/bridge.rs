//! The desk and the addon of a panel: what each tells the other, as `docs/bridge.md` says.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{KeyInit, Mac};
use portreeve_app::signature::{Secrets, Signed};
use portreeve_whmcs_simulator::{Seed, Status};
use serde_json::{Value, json};

use crate::receiver::{Call, Receiver, Reply};
use crate::whmcs::{Billing, desk, wait_until};
use crate::world::*;

pub(crate) const SECRET: &str = "whsec_TmV3IHNlY3JldCBvZiB0aGUgZGVzaywgMzIgYnl0ZXM=";

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A desk with a WHMCS whose addon this test plays.
pub(crate) struct Bridged {
    pub(crate) billing: Billing,
    pub(crate) addon: Receiver,
    pub(crate) world: World,
}

impl Bridged {
    pub(crate) fn start(engine: Engine) -> Self {
        let billing = Billing::start(Seed::small());
        let addon = Receiver::start(|_| Reply::json(&json!({ "result": "ok" })));
        let more = format!("bridge_secret = \"{SECRET}\"\nbridge_url = \"{}\"\n", addon.url());
        let world = desk(engine, &billing, &more, "");
        world.ok(&["directory", "sync", "whmcs"]);
        Self { billing, addon, world }
    }

    /// What the addon was told of a service last, if anything.
    fn standing(&self, service: i64) -> Option<Value> {
        let told: Vec<Call> = self.addon.calls();
        told.iter().rev().find_map(|call| {
            let services = call.json()["data"]["services"].as_array().unwrap().clone();
            services.into_iter().find(|one| one["service_id"] == service)
        })
    }

    fn wait_for_standing(&self, service: i64, expected: [i64; 3]) {
        wait_until(&format!("the addon to know {expected:?}"), || {
            self.standing(service).is_some_and(|is| {
                [&is["holds"], &is["open"], &is["unanswered"]].map(|n| n.as_i64().unwrap())
                    == expected
            })
        });
    }
}

/// Posts to the desk as the addon does.
pub(crate) fn post(serving: &Serving, path: &str, id: &str, at: i64, body: &Value) -> Answer {
    let body = body.to_string();
    let signature = Secrets::parse(SECRET).unwrap().sign(id, at, body.as_bytes());
    let at = at.to_string();
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &at),
        ("webhook-signature", &signature),
    ];
    serving.post(&format!("/bridge/v1/whmcs/{path}"), &headers, body.as_bytes())
}

pub(crate) fn event(kind: &str, data: &Value) -> Value {
    json!({ "type": kind, "timestamp": "2026-01-31T10:00:00Z", "data": data })
}

fn changed(service: i64, client: i64, status: &str, address: &str) -> Value {
    event(
        "service.changed",
        &json!({
            "cause": "test",
            "service": {
                "service_id": service, "client_id": client, "product": "VPS", "domain": "new.example.com",
                "username": "u", "server": "Saturn", "status": status, "suspend_reason": "",
                "dedicated_ip": address, "assigned_ips": "",
            },
            "customer": {
                "client_id": client, "first_name": "Ada", "last_name": "Byron", "company": "",
                "email": "ada@example.com", "language": "german",
            },
        }),
    )
}

/// A token of single sign-on.
fn token(claims: &Value, secret: &str) -> String {
    token_for("portreeve-sso-v1.", claims, secret)
}

/// A token that is signed for this purpose.
pub(crate) fn token_for(purpose: &str, claims: &Value, secret: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    let signature = hmac(secret, &format!("{purpose}{payload}"));
    format!("{payload}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn claims(changes: &[(&str, Value)]) -> Value {
    let mut claims = json!({
        "iss": "whmcs", "aud": "https://abuse.example.com", "client_id": "1", "user_id": "3",
        "masquerading": false, "return_to": "/client", "iat": now(), "exp": now() + 60,
        "jti": format!("{:032x}", rand::random::<u128>()),
    });
    for (key, value) in changes {
        claims[*key] = value.clone();
    }
    claims
}

fn sign_on(serving: &Serving, token: &str) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    serving.post("/client/sso", &form, format!("token={token}").as_bytes())
}

/// The cookie of somebody who was signed in.
fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn page(serving: &Serving, path: &str, cookie: &str) -> Answer {
    serving.send("GET", path, &[("cookie", cookie)], b"")
}

on_each! {
    fn the_addon_is_told_how_a_service_stands_before_it_could_veto_our_order(engine) {
        let bridged = Bridged::start(engine);
        let Bridged { billing, addon, world } = &bridged;
        world.set("client.lockdown", "strict");
        let serving = world.serve();
        let id = serving.create(world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        bridged.wait_for_standing(1, [1, 1, 1]);
        let last = addon.calls().pop().unwrap().json();
        assert_eq!((&last["type"], &last["data"]["lockdown"]), (&"service.state".into(), &"strict".into()));
        world.ok(&["report", "answer", &id.to_string(), "--text", "it is fixed", "--from-customer"]);
        bridged.wait_for_standing(1, [1, 1, 0]);
        // The simulated WHMCS stands for the addon's hook: it vetoes for as long as the addon knows of a hold.
        billing.with(|whmcs| whmcs.vetoed = vec![1]);
        world.ok(&["report", "release", &id.to_string()]);
        bridged.wait_for_standing(1, [0, 1, 0]);
        billing.with(|whmcs| whmcs.vetoed.clear());
        world.wait_for(id, "lifted");
        let secrets = Secrets::parse(SECRET).unwrap();
        for call in addon.calls() {
            let signed = Signed {
                id: call.id(),
                timestamp: call.header("webhook-timestamp"),
                signatures: call.header("webhook-signature"),
            };
            assert_eq!(secrets.verify(&signed, call.body.as_bytes(), now()), Ok(()));
        }
    }

    fn the_whole_state_is_answered_by_pages_and_signed(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        let serving = world.serve();
        for service in [1, 2, 3] {
            serving.create(world, &format!("service_id={service}&category=Spam"));
        }
        let answer = post(&serving, "state", "msg_1", now(), &json!({ "after": 0 }));
        assert_eq!(answer.status, 200, "{answer:?}");
        let signed = Signed {
            id: answer.header("webhook-id"),
            timestamp: answer.header("webhook-timestamp"),
            signatures: answer.header("webhook-signature"),
        };
        let secrets = Secrets::parse(SECRET).unwrap();
        assert_eq!(secrets.verify(&signed, answer.body.as_bytes(), now()), Ok(()));
        assert_eq!(signed.id, "msg_1");
        let state = answer.json();
        assert_eq!(state["counts"]["open"], 3);
        assert_eq!(state["oldest"].as_array().unwrap().len(), 3);
        assert_eq!(state["services"].as_array().unwrap().len(), 3);
        assert!(state["next"].is_null());
        let rest = post(&serving, "state", "msg_2", now(), &json!({ "after": 2 })).json();
        assert_eq!(rest["services"][0]["service_id"], 3);
        assert_eq!(rest["services"][0]["client_id"], "2");
        assert!(rest["counts"].is_null());
    }

    fn what_the_addon_tells_counts_once_and_only_when_it_is_signed(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        let serving = world.serve();
        let told = changed(9, 1, "Active", "192.0.2.9");
        assert_eq!(post(&serving, "events", "brg_1", now(), &told).status, 202);
        let service = world.json(&["service", "show", "whmcs:9"]);
        assert_eq!((&service["customer_name"], &service["language"]), (&"Ada Byron".into(), &"de".into()));
        assert_eq!(post(&serving, "events", "brg_1", now(), &told).status, 200);
        let removed = event("service.removed", &json!({ "service_id": 9 }));
        assert_eq!(post(&serving, "events", "brg_2", now(), &removed).status, 202);
        assert!(world.json(&["service", "show", "whmcs:9"])["ended_at"].is_string());
        assert_eq!(post(&serving, "events", "brg_1", now(), &told).status, 200, "an old one changes nothing");
        assert!(world.json(&["service", "show", "whmcs:9"])["ended_at"].is_string());
        for kind in ["invoice.paid", "invoice.refunded", "invoice.cancelled", "invoice.unpaid"] {
            let told = event(kind, &json!({ "invoice_id": 5 }));
            assert_eq!(post(&serving, "events", kind, now(), &told).status, 202);
        }

        for (body, status) in [
            (event("service.eaten", &json!({})), 400),
            (event("service.changed", &json!({ "service": {} })), 400),
            (event("service.removed", &json!({ "service_id": 0 })), 400),
            (json!([]), 400),
            (event("invoice.paid", &json!({ "x": "y".repeat(300_000) })), 413),
        ] {
            let answer = post(&serving, "events", "brg_3", now(), &body);
            assert_eq!(answer.status, status, "{answer:?}");
        }
        let late = post(&serving, "events", "brg_4", now() - 301, &told);
        assert!(late.status == 401 && late.body.contains("clocks"), "{late:?}");
        let other = Secrets::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let at = now();
        let body = told.to_string();
        let signature = other.sign("brg_5", at, body.as_bytes());
        let at = at.to_string();
        let forged = [
            ("webhook-id", "brg_5"),
            ("webhook-timestamp", at.as_str()),
            ("webhook-signature", &signature),
        ];
        assert_eq!(serving.post("/bridge/v1/whmcs/events", &forged, body.as_bytes()).status, 401);
        assert_eq!(serving.post("/bridge/v1/whmcs/events", &[], body.as_bytes()).status, 401);
        assert_eq!(serving.post("/bridge/v1/nobody/events", &forged, body.as_bytes()).status, 404);
    }

    fn a_veto_keeps_the_service_off_and_the_history_says_why(engine) {
        let bridged = Bridged::start(engine);
        let Bridged { billing, world, .. } = &bridged;
        billing.with(|whmcs| whmcs.overdue(1));
        let serving = world.serve();
        let id = serving.create(world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended_by_other");
        bridged.wait_for_standing(1, [1, 1, 1]);
        // The customer pays; the addon's hook says no and tells us.
        billing.with(|whmcs| {
            whmcs.vetoed = vec![1];
            whmcs.pay(1);
        });
        let vetoed = event("unsuspend.vetoed", &json!({ "service_id": 1 }));
        assert_eq!(post(&serving, "events", "brg_1", now(), &vetoed).status, 202);
        assert_eq!(billing.status(1).0, Status::Suspended);
        let report = world.report(id);
        let events = report["events"].as_array().unwrap();
        assert!(events.iter().any(|event| event["text"].as_str().unwrap().contains("its addon stopped that")));

        // They have let go: when our hold goes, nothing keeps it off, although the panel still shows their reason.
        world.wait_for(id, "suspended");
        billing.with(|whmcs| whmcs.vetoed = vec![]);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        eventually("the service is free", || billing.status(1).0 == Status::Active);
        world.wait_for(id, "lifted");
    }

    fn what_the_addon_tells_makes_us_look_at_a_service_that_we_hold(engine) {
        let bridged = Bridged::start(engine);
        let Bridged { billing, world, .. } = &bridged;
        let serving = world.serve();
        let id = serving.create(world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        assert_eq!(post(&serving, "events", "brg_1", now(), &changed(1, 1, "Suspended", "192.0.2.1")).status, 202);
        billing.with(|whmcs| whmcs.set_status(1, Status::Active, "", "staff"));
        assert_eq!(post(&serving, "events", "brg_2", now(), &changed(1, 1, "Active", "192.0.2.1")).status, 202);
        world.wait_for(id, "drifted");
    }

    fn a_customer_comes_by_a_token_of_the_panel_and_sees_only_what_is_theirs(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        let serving = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", "https://abuse.example.com")]);
        let notes = "admin_notes=hunter2-only-staff&additional_info=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        let theirs = serving.create(world, &format!("service_id=1&category=Spam&{notes}"));
        let foreign = serving.create(world, "service_id=3&category=Foreign");
        assert_eq!(serving.get("/client").status, 401);

        let good = token(&claims(&[("return_to", format!("/client/reports/{theirs}").into())]), SECRET);
        let came = sign_on(&serving, &good);
        assert_eq!(came.header("location"), format!("/client/reports/{theirs}"));
        assert!(came.header("set-cookie").contains("HttpOnly; SameSite=Lax") && came.header("set-cookie").ends_with("Secure"));
        let cookie = cookie(&came);
        let list = page(&serving, "/client", &cookie);
        assert!(list.status == 200 && list.body.contains("Spam") && !list.body.contains("Foreign"), "{list:?}");
        let shown = page(&serving, &format!("/client/reports/{theirs}"), &cookie);
        assert!(shown.body.contains("&lt;script&gt;") && !shown.body.contains("<script>"), "{shown:?}");
        assert!(!shown.body.contains("hunter2"), "{shown:?}");
        assert_eq!(shown.header("cache-control"), "no-store");
        assert_eq!(page(&serving, &format!("/client/reports/{foreign}"), &cookie).status, 404);
        assert_eq!(page(&serving, "/client/reports/999", &cookie).status, 404);

        let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let path = format!("/client/reports/{theirs}/answer");
        assert_eq!(serving.post(&path, &form, b"text=It+is+fixed").status, 303);
        assert_eq!((world.report(theirs)["turn"].as_str(), world.events(theirs, "answered")), (Some("staff"), 1));
        assert_eq!(serving.post(&path, &form, b"text=").status, 422);
        let from_elsewhere = [&form[..], &[("sec-fetch-site", "cross-site")]].concat();
        assert_eq!(serving.post(&path, &from_elsewhere, b"text=x").status, 403);
        let foreign = format!("/client/reports/{foreign}/answer");
        assert_eq!(serving.post(&foreign, &form, b"text=x").status, 404);

        assert_eq!(sign_on(&serving, &good).status, 403, "a token counts once");
        for (name, value) in [
            ("exp", json!(now() - 31)),
            ("exp", json!(now() + 90)),
            ("iat", json!(now() + 40)),
            ("iat", json!(i64::MIN)),
            ("exp", json!(i64::MAX)),
            ("exp", json!(i64::MIN)),
            ("aud", json!("https://other.example.com")),
            ("iss", json!("nobody")),
            ("client_id", json!("")),
            ("jti", json!("short")),
        ] {
            let refused = sign_on(&serving, &token(&claims(&[(name, value.clone())]), SECRET));
            assert_eq!(refused.status, 403, "{name} {value}: {refused:?}");
        }
        let forged = token(&claims(&[]), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        for bad in [forged.as_str(), "", "x", "x.y", &good.replace('.', "..")] {
            assert_eq!(sign_on(&serving, bad).status, 403, "{bad}");
        }
        let panel = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site"), ("origin", "https://billing.example.net")];
        let body = format!("token={}", token(&claims(&[]), SECRET));
        assert_eq!(serving.post("/client/sso", &panel, body.as_bytes()).status, 303, "the panel is another site");
        let from_elsewhere = [&form[..], &[("origin", "https://evil.example.net")]].concat();
        assert_eq!(serving.post("/client/sign-out", &from_elsewhere, b"").status, 403);
        assert_eq!(page(&serving, "/client", &cookie).status, 200, "nobody else signs them out");
        let out = serving.post("/client/sign-out", &form, b"");
        assert_eq!(out.status, 303);
        assert_eq!(page(&serving, "/client", &cookie).status, 401, "the session has ended, not only the cookie");
    }

    fn who_looks_as_the_customer_reads_and_does_nothing_else(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        let serving = world.serve();
        let id = serving.create(world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        let cookie = cookie(&sign_on(&serving, &token(&claims(&[("masquerading", true.into())]), SECRET)));
        let shown = page(&serving, &format!("/client/reports/{id}"), &cookie);
        assert!(shown.body.contains("is suspended because of this report"), "{shown:?}");
        assert!(shown.body.contains("as the customer") && !shown.body.contains("textarea"), "{shown:?}");
        let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let refused = serving.post(&format!("/client/reports/{id}/answer"), &form, b"text=x");
        assert_eq!((refused.status, world.events(id, "answered")), (422, 0));

        // So does a user of the account who may see its products and not manage them; one who may manage them acts.
        for (may_act, status, answered) in [(false, 422, 0), (true, 303, 1)] {
            let user = claims(&[("may_act", may_act.into()), ("user", "user@example.com".into())]);
            let came = sign_on(&serving, &token(&user, SECRET));
            let cookie = came.header("set-cookie").split(';').next().unwrap().to_owned();
            let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
            let sent = serving.post(&format!("/client/reports/{id}/answer"), &form, b"text=x");
            assert_eq!((sent.status, world.events(id, "answered")), (status, answered), "{may_act}");
        }
    }
}

#[test]
fn an_addon_that_is_away_is_told_later() {
    let billing = Billing::start(Seed::small());
    let calls = std::sync::atomic::AtomicU32::new(0);
    let addon = Receiver::start(move |_| {
        let first = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if first { Reply::status(503) } else { Reply::status(200) }
    });
    let more = format!("bridge_secret = \"{SECRET}\"\nbridge_url = \"{}\"\n", addon.url());
    let world = desk(Engine::Sqlite, &billing, &more, "");
    let serving = world.serve();
    serving.create(&world, "service_id=2&category=Spam");
    wait_until("the second try", || addon.calls().len() >= 2);
    let ids: BTreeMap<String, usize> =
        addon.calls().iter().map(|call| (call.id().to_owned(), 1)).collect();
    assert_eq!(ids.len(), 2, "each look is a message of its own");
}
