//! The whole move from Abuse Manager Pro, as `docs/whmcs.md` and `docs/moving.md` tell it.

use portreeve_whmcs_simulator::{Seed, Status};
use serde_json::{Value, json};

use crate::addon::Site;
use crate::bridge::SECRET;
use crate::php::php;
use crate::proxies::{WebServer, folder, leads_old_links_on, snippets};
use crate::whmcs::{Billing, desk, wait_until};
use crate::world::*;

const OLD: &str = "OldIdentifierOfTheFeedScript0001";

/// The map of the documentation.
fn documented_map() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/moving.md");
    let page = std::fs::read_to_string(page).unwrap();
    let maps = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    maps.filter(|map| map.contains("Abuse Manager Pro")).map(str::to_owned).next().unwrap()
}

on_each! {
    fn a_host_moves_over_by_the_documentation(engine) {
        // Abuse Manager Pro has suspended one service and left two reports open.
        let billing = Billing::start(Seed::small());
        billing.with(|whmcs| whmcs.set_status(5, Status::Suspended, "Abuse", "staff"));
        // The addon is copied, and its settings are saved.
        let place = tempfile::tempdir().unwrap();
        let site = Site::start(place.path());
        let url = format!("http://127.0.0.1:{}/modules/addons/portreeve/desk.php", site.port);
        let more = format!("bridge_secret = \"{SECRET}\"\nbridge_url = \"{url}\"\n");
        let mut world = desk(engine, &billing, &more, "");
        world.ok(&["directory", "sync", "whmcs"]);
        let serving = world.serve();
        site.play(&json!({ "settings": { "desk_url": serving.base, "secret": SECRET } }));
        assert_eq!(site.hook("AfterCronJob", &Value::Null)["activity"], json!([]), "nothing went wrong");

        // API IDs, and reports by the documented map, with their words for states and their own separator.
        world.write("ids.csv", &format!("identifier,owner,description\n{OLD},alice,feed\n"));
        world.ok(&["credential", "import-whmcs", "--csv", "ids.csv"]);
        world.write("amp.toml", &documented_map());
        world.write("amp.csv", "reference\tservice_id\tcustomer_id\tcategory\tstatus\topened_at\tclosed_at\tservice_ip\tadditional_info\tadmin_notes\tallow_unsuspend\tsuspended\n\
            7\t5\t2\tSpam\tOpen\t2026-01-31 10:00:00\tNULL\t2001:db8::5\t\"It&#039;s spam\\nfrom you\tseen twice\t1\t1\n\
            8\t2\t1\tPhishing\tReplied\t2026-02-01 10:00:00\tNULL\t\tPlease look\t\t0\t0\n\
            6\t1\t1\tSpam\tClosed\t2025-12-31 10:00:00\t2026-01-02 10:00:00\t192.0.2.1\t\t\t0\t0\n");
        let output = world.run(&["report", "import", "amp.csv", "--map", "amp.toml", "--json"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("3 reports imported from Abuse Manager Pro, 0 skipped, 0 bad rows."), "{said}");
        let rows: Vec<Value> = String::from_utf8(output.stdout).unwrap()
            .lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let id = |at: usize| rows[at]["report_id"].as_i64().unwrap();
        assert_eq!((&rows[0]["suspended"], &rows[1]["suspended"]), (&true.into(), &false.into()));
        let first = world.report(id(0));
        assert_eq!((&first["additional_info"], &first["admin_notes"], &first["opened_at"]),
            (&"\"It's spam\nfrom you".into(), &"seen twice".into(), &"2026-01-31T09:00:00.000Z".into()));
        billing.with(|whmcs| assert_eq!(whmcs.count("modulesuspend") + whmcs.count("moduleunsuspend"), 0));
        // The one that was suspended for it is adopted.
        world.ok(&["report", "adopt", &id(0).to_string()]);
        world.wait_for(id(0), "suspended");
        wait_until("the addon to know of the hold", || site.standing(5)[0] == 1);

        // The web server hands the old address over, and leads old links to the new page.
        let ground = folder();
        let parts = snippets("nginx", &serving);
        let server = WebServer::nginx(ground.path(), &parts[0], &parts[1]);
        leads_old_links_on(&server);
        OLD.clone_into(&mut world.api_id);
        let answer: Value = serde_json::from_str(&php(&server.url(), &world, "immediate", false)).unwrap();
        let report = answer["report_id"].as_i64().unwrap();
        world.wait_for(report, "suspended");
        let (status, reason) = billing.status(1);
        assert!(status == Status::Suspended && reason.starts_with(&format!("[abuse #{report}] ")), "{reason}");
        wait_until("the addon to know of it", || site.standing(1)[0] == 1);
        let veto = site.hook("PreModuleUnsuspend", &json!({ "params": { "serviceid": 1 } }));
        assert_eq!(veto["answer"], json!({ "abortcmd": true }));

        // Both end, and both services run.
        for (report, service) in [(report, 1), (id(0), 5)] {
            world.ok(&["report", "close", &report.to_string(), "--outcome", "resolved"]);
            world.wait_for(report, "lifted");
            assert_eq!(billing.status(service).0, Status::Active);
        }
    }
}
