//! Staff who come from WHMCS: a signed token that counts once, for the account that it names.

use serde_json::{Value, json};

use crate::addon::asked;
use crate::bridge::{Bridged, SECRET, now, token_for};
use crate::seat::{Seat, cookie_of, form, hire};
use crate::world::*;

const ADDRESS: &str = "https://abuse.example.com";

fn claims(changes: &[(&str, Value)]) -> Value {
    let mut claims = json!({
        "iss": "whmcs", "aud": ADDRESS, "admin_id": "4", "admin": "alice", "iat": now(), "exp": now() + 60,
        "jti": format!("{:032x}", rand::random::<u128>()),
    });
    for (key, value) in changes {
        claims[*key] = value.clone();
    }
    claims
}

fn token(changes: &[(&str, Value)]) -> String {
    token_for("portreeve-staff-v1.", &claims(changes), SECRET)
}

fn come(serving: &Serving, token: &str) -> Answer {
    // The page is another site's.
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://billing.example.com"),
        ("sec-fetch-site", "cross-site"),
    ];
    serving.post("/admin/panel-sign-on", &headers, form(&[("token", token)]).as_bytes())
}

fn audit(world: &World, serving: &Serving) -> String {
    hire(world, "auditor", "admin");
    Seat::take(serving, "auditor").page("/admin/setup/audit")
}

on_each! {
    fn whoever_is_signed_in_to_whmcs_comes_in_as_the_member_of_staff_whose_account_it_is(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        let serving = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", ADDRESS)]);
        let nobody = come(&serving, &token(&[]));
        assert_eq!((nobody.status, nobody.header("set-cookie")), (403, ""), "nobody's account: {nobody:?}");
        assert!(nobody.body.contains("staff link"), "{nobody:?}");

        world.ok(&["staff", "link", "alice", "whmcs:4"]);
        assert_eq!(world.json(&["staff", "links"]), json!([{ "directory": "whmcs", "account": "4", "staff": "alice" }]));
        let good = token(&[]);
        let came = come(&serving, &good);
        assert_eq!((came.status, came.header("location")), (303, "/admin"), "{came:?}");
        let seat = Seat::with(&serving, cookie_of(&came));
        assert!(seat.page("/admin").contains("alice"));

        // It counts once, and no other counts for it.
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for (what, bad) in [
            ("used before", good),
            ("another account", token(&[("admin_id", "5".into())])),
            ("another desk", token(&[("aud", "https://other.example.com".into())])),
            ("another panel", token(&[("iss", "nobody".into())])),
            ("too old", token(&[("iat", (now() - 120).into()), ("exp", (now() - 60).into())])),
            ("too long", token(&[("exp", (now() + 3_600).into())])),
            ("a token for customers", token_for("portreeve-sso-v1.", &claims(&[("client_id", "4".into())]), SECRET)),
            ("another secret", token_for("portreeve-staff-v1.", &claims(&[]), other)),
            ("no token", String::new()),
        ] {
            let refused = come(&serving, &bad);
            assert_eq!((refused.status, refused.header("set-cookie")), (403, ""), "{what}: {refused:?}");
        }
        // One for staff lets no customer in.
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = format!("token={}", token(&[("client_id", "1".into())]));
        assert_eq!(serving.post("/client/sso", &form, body.as_bytes()).status, 403);

        // Nobody entered a password: what changes the setup asks for it.
        let asked = seat.post("/admin/setup/staff", &[("name", "mallory"), ("email", "mallory@example.com"), ("role", "admin")]);
        assert_eq!(asked.status, 403, "{asked:?}");
        assert!(asked.body.contains("type=\"password\""), "{asked:?}");
        assert_eq!(world.json(&["staff", "list"]).as_array().unwrap().len(), 1);

        let log = audit(world, &serving);
        assert!(log.contains("by account 4 of whmcs") && log.contains("whmcs:5"), "{log}");
        world.ok(&["staff", "disable", "alice"]);
        assert_eq!(come(&serving, &token(&[])).status, 403, "disabled");
        world.ok(&["staff", "enable", "alice"]);
        world.ok(&["staff", "unlink", "whmcs:4"]);
        assert_eq!(come(&serving, &token(&[])).status, 403, "no longer linked");
        assert!(world.fails(1, &["staff", "unlink", "whmcs:4"]).contains("no member of staff"));
        for no_number in ["four", "whmcs:four", "whmcs:04", "whmcs:-4", "whmcs:4 ", ":4"] {
            assert!(world.fails(1, &["staff", "link", "alice", no_number]).contains("whmcs:4"), "{no_number}");
        }
        world.ok(&["staff", "link", "alice", "whmcs:4"]);
        world.ok(&["staff", "add", "carol", "--email", "carol@example.com", "--role", "agent"]);
        let anothers = world.fails(1, &["staff", "link", "carol", "whmcs:4"]);
        assert!(anothers.contains("another member of staff"), "{anothers}");
        assert!(world.fails(1, &["staff", "link", "alice", "main:4"]).contains("bridge_secret"));
    }

    fn the_second_factor_is_asked_for_all_the_same(engine) {
        let bridged = Bridged::start(engine);
        let world = &bridged.world;
        world.ok(&["staff", "link", "alice", "whmcs:4"]);
        world.set("staff.require_second_factor", "true");
        let serving = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", ADDRESS)]);
        let came = come(&serving, &token(&[]));
        assert_eq!((came.status, came.header("location")), (303, "/admin/second-factor"));
        let cookie = cookie_of(&came);
        let home = serving.send("GET", "/admin", &[("cookie", &cookie)], b"");
        assert_eq!((home.status, home.header("location")), (303, "/admin/second-factor"), "not before it is set up");
        // Who has one is asked for it.
        world.sql("UPDATE staff SET totp_secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' WHERE name = 'alice'");
        let came = come(&serving, &token(&[]));
        assert_eq!((came.status, came.header("location")), (303, "/admin/sign-in/code"));
        let cookie = cookie_of(&came);
        let home = serving.send("GET", "/admin", &[("cookie", &cookie)], b"");
        assert_eq!(home.status, 303, "{home:?}");
        assert!(home.header("location").starts_with("/admin/sign-in/code"), "{home:?}");
        world.set("staff.require_second_factor", "false");
        assert!(audit(world, &serving).contains("by account 4 of whmcs"), "it is on record that the panel vouched");
    }
}

#[test]
fn the_addons_token_lets_an_administrator_in() {
    let bridged = Bridged::start(Engine::Sqlite);
    let world = &bridged.world;
    world.ok(&["staff", "link", "alice", "whmcs:4"]);
    let serving = world.serve_with(&[("PORTREEVE_SERVER__PUBLIC_URL", ADDRESS)]);
    let ask = json!({
        "do": "staff", "secret": SECRET, "directory": "whmcs", "desk_url": ADDRESS, "admin_id": 4, "now": now(),
    });
    let token = asked("sign.php", &ask, &[])["token"].as_str().unwrap().to_owned();
    assert_eq!(come(&serving, &token).status, 303);
    assert_eq!(come(&serving, &token).status, 403, "it counts once");
}

#[test]
fn a_desk_that_does_not_know_its_own_address_lets_nobody_in_from_a_panel() {
    let bridged = Bridged::start(Engine::Sqlite);
    bridged.world.ok(&["staff", "link", "alice", "whmcs:4"]);
    let serving = bridged.world.serve();
    assert_eq!(come(&serving, &token(&[])).status, 403);
}
