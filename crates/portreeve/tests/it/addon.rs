//! The addon for WHMCS: its own tests, its signatures against ours, and both sides with each other.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use portreeve_app::signature::{BadSignature, Secrets, Signed};
use portreeve_whmcs_simulator::Seed;
use serde_json::{Value, json};

use crate::bridge::{SECRET, now};
use crate::whmcs::{Billing, desk, wait_until};
use crate::world::*;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations/whmcs")
}

/// Runs one of the addon's test scripts with this input.
fn php(script: &str, input: &Value, env: &[(&str, &str)]) -> String {
    let mut command = Command::new("php");
    command.arg(folder().join("tests").join(script)).envs(env.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {stdout}{stderr}");
    stdout
}

pub(crate) fn asked(script: &str, input: &Value, env: &[(&str, &str)]) -> Value {
    let said = php(script, input, env);
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("no JSON: {said}"))
}

#[test]
fn the_addons_own_tests_pass() {
    let said = php("run.php", &Value::Null, &[]);
    assert!(said.contains(" 0 failed"), "{said}");
}

#[test]
fn the_addon_has_nothing_that_php_7_2_does_not_know() {
    php("syntax.php", &Value::Null, &[]);
}

#[test]
fn both_sides_sign_alike_and_believe_each_other() {
    let both = format!("{SECRET} whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for secret in [SECRET, &both] {
        let secrets = Secrets::parse(secret).unwrap();
        let body = "{\"text\":\"Grüße, 日本 & <b>\"}";
        let ask = json!({ "do": "sign", "secret": secret, "id": "brg_1", "timestamp": 1000, "body": body });
        let theirs = asked("sign.php", &ask, &[])["signature"].as_str().unwrap().to_owned();
        assert_eq!(theirs, secrets.sign("brg_1", 1000, body.as_bytes()));
        let signed = Signed { id: "brg_1", timestamp: "1000", signatures: &theirs };
        assert_eq!(secrets.verify(&signed, body.as_bytes(), 1000), Ok(()));
        assert_eq!(secrets.verify(&signed, b"{}", 1000), Err(BadSignature::Signature));

        let ours = secrets.sign("state_1", 2000, body.as_bytes());
        let refusal = |body: &str, now: i64| {
            let ask = json!({
                "do": "verify", "secret": SECRET, "id": "state_1", "timestamp": "2000", "signature": ours,
                "body": body, "now": now,
            });
            asked("sign.php", &ask, &[])["refusal"].clone()
        };
        assert_eq!(refusal(body, 2300), Value::Null);
        assert_eq!(refusal(body, 2301), "timestamp");
        assert_eq!(refusal("{}", 2000), "signature");
    }
}

/// The addon in a site that PHP's own web server serves, ended with the process id.
pub(crate) struct Site {
    child: Child,
    pub(crate) port: u16,
    database: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Site {
    pub(crate) fn start(folder_of_test: &Path) -> Self {
        let site = folder_of_test.join("site");
        let addons = site.join("modules/addons");
        std::fs::create_dir_all(&addons).unwrap();
        let copied = Command::new("cp")
            .arg("-r")
            .arg(folder().join("modules/addons/portreeve"))
            .arg(&addons)
            .status();
        assert!(copied.unwrap().success());
        let stubs = folder().join("tests/stubs");
        std::fs::copy(stubs.join("init.php"), site.join("init.php")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let database = folder_of_test.join("whmcs.sqlite").display().to_string();
        let child = Command::new("php")
            .args(["-S", &format!("127.0.0.1:{port}"), "-t"])
            .arg(&site)
            .env("PORTREEVE_STUBS", stubs)
            .env("PORTREEVE_STUB_DB", &database)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("PHP's web server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { child, port, database }
    }

    pub(crate) fn play(&self, ask: &Value) -> Value {
        asked("play.php", ask, &[("PORTREEVE_STUB_DB", &self.database)])
    }

    pub(crate) fn hook(&self, name: &str, vars: &Value) -> Value {
        self.play(&json!({ "hook": name, "vars": vars }))
    }

    pub(crate) fn standing(&self, service: i64) -> [i64; 3] {
        let is = self.play(&json!({ "service": service }));
        [&is["holds"], &is["open"], &is["unanswered"]].map(|n| n.as_i64().unwrap())
    }
}

on_each! {
    fn desk_and_addon_work_together(engine) {
        let billing = Billing::start(Seed::small());
        let place = tempfile::tempdir().unwrap();
        let site = Site::start(place.path());
        let url = format!("http://127.0.0.1:{}/modules/addons/portreeve/desk.php", site.port);
        let more = format!("bridge_secret = \"{SECRET}\"\nbridge_url = \"{url}\"\n");
        let world = desk(engine, &billing, &more, "");
        world.ok(&["directory", "sync", "whmcs"]);
        let serving = world.serve();
        site.play(&json!({ "settings": {
            "desk_url": serving.base, "secret": SECRET, "veto": "on", "menu": "on", "notice": "on", "lockdown": "on",
        } }));

        // A report holds a service: the addon knows it without asking, and vetoes.
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        wait_until("the addon to know of the hold", || site.standing(1) == [1, 1, 1]);
        let veto = site.hook("PreModuleUnsuspend", &json!({ "params": { "serviceid": 1 } }));
        assert_eq!(veto["answer"], json!({ "abortcmd": true }));
        // A service is made: the cron job tells the desk.
        site.hook("AfterModuleCreate", &json!({ "params": { "serviceid": 41 } }));
        let cron = site.hook("AfterCronJob", &Value::Null);
        assert_eq!(cron["activity"], json!([]), "nothing went wrong");
        let made = world.json(&["service", "show", "whmcs:41"]);
        assert_eq!((&made["customer_name"], &made["language"]), (&"Ada O'Byrne".into(), &"de".into()));
        let report = world.report(id);
        let vetoed = report["events"].as_array().unwrap().iter();
        let vetoed =
            vetoed.filter(|event| event["text"].as_str().unwrap().contains("its addon stopped that"));
        assert_eq!(vetoed.count(), 1);
        // The desk gives the service back; the addon lets it.
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        world.wait_for(id, "lifted");
        assert_eq!(site.standing(1), [0, 0, 0]);
        let veto = site.hook("PreModuleUnsuspend", &json!({ "params": { "serviceid": 1 } }));
        assert_eq!(veto["answer"], Value::Null);
        // The customer comes from WHMCS.
        let ask = json!({
            "do": "sso", "secret": SECRET, "directory": "whmcs", "desk_url": serving.base, "client_id": 1,
            "report": id.to_string(), "now": now(),
        });
        let token = asked("sign.php", &ask, &[])["token"].as_str().unwrap().to_owned();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let came = serving.post("/client/sso", &form, format!("token={token}").as_bytes());
        assert_eq!((came.status, came.header("location")), (303, &*format!("/client/reports/{id}")));
        // Missed pushes are made up for by the cron job.
        drop(serving);
        let again = world.serve();
        let late = again.create(&world, "service_id=2&category=Spam");
        site.play(&json!({ "sql": "DELETE FROM mod_portreeve_services" }));
        let sql =
            format!("UPDATE tbladdonmodules SET value = '{}' WHERE setting = 'desk_url'", again.base);
        site.play(&json!({ "sql": sql }));
        assert_eq!(site.hook("AfterCronJob", &Value::Null)["activity"], json!([]));
        assert_eq!(
            (site.standing(2), world.report(late)["status"].as_str()),
            ([0, 1, 1], Some("open"))
        );
    }
}
