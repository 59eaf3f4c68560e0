//! A desk beside a simulated WHMCS: services, suspensions, and everything that goes wrong between them.

use std::time::Duration;

use portreeve_whmcs_simulator::{
    Churn, Empty, Fault, Ids, Rule, Seed, Service, Shape, Simulator, Status, World as Simulated,
};
use tokio::runtime::Runtime;

use crate::world::*;

/// A simulated WHMCS for one test.
pub(crate) struct Billing {
    runtime: Runtime,
    simulator: Option<Simulator>,
    port: u16,
}

impl Billing {
    pub(crate) fn start(seed: Seed) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start("127.0.0.1:0".parse().unwrap(), seed));
        let simulator = simulator.unwrap();
        let port = simulator.url().trim_end_matches('/').rsplit(':').next().unwrap().parse();
        Self { runtime, simulator: Some(simulator), port: port.unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Looks at what it knows, or changes it.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Simulated) -> T) -> T {
        work(&mut self.simulator.as_ref().unwrap().world())
    }

    pub(crate) fn status(&self, service: i64) -> (Status, String) {
        self.with(|world| {
            let service = &world.services[&service];
            (service.status, service.suspensionreason.clone())
        })
    }

    pub(crate) fn fault(&self, rules: Vec<Rule>) {
        self.with(|world| world.faults.rules = rules);
    }

    /// Nothing listens any more; a new one with this seed comes at the same place.
    fn restart(&mut self, seed: Option<Seed>) {
        drop(self.simulator.take());
        let Some(seed) = seed else { return };
        let address = format!("127.0.0.1:{}", self.port).parse().unwrap();
        self.simulator = Some(self.runtime.block_on(Simulator::start(address, seed)).unwrap());
    }
}

/// A desk whose directory and enforcer are this WHMCS, with more lines for each.
pub(crate) fn desk(engine: Engine, billing: &Billing, directory: &str, enforcer: &str) -> World {
    let mut world = World::bare(engine);
    let whole = world.options("");
    let (without, _) = whole.split_once("[[enforcer]]").unwrap();
    world.write(
        "portreeve.toml",
        &format!(
            "{without}[[directory]]\nkind = \"whmcs\"\nurl = \"{}/includes/api.php\"\nidentifier = \"simulator\"\n\
             secret = \"simulator\"\n{directory}\n[[enforcer]]\nkind = \"whmcs\"\nretry_min = \"100ms\"\n\
             retry_max = \"1s\"\n{enforcer}\n",
            billing.url()
        ),
    );
    world.ok(&["staff", "add", "alice", "--email", "alice@example.com", "--role", "admin"]);
    world.api_id = world.new_credential("alice");
    world
}

fn small(engine: Engine) -> (Billing, World) {
    let billing = Billing::start(Seed::small());
    let world = desk(engine, &billing, "", "");
    (billing, world)
}

fn synced(world: &World) -> (i64, i64, i64, i64) {
    let came = world.json(&["directory", "sync", "whmcs"]);
    let number = |key: &str| came[key].as_i64().unwrap();
    (number("services"), number("new"), number("changed"), number("ended"))
}

fn holders(world: &World, address: &str) -> Vec<i64> {
    let list = world.json(&["who-had", address]);
    list.as_array().unwrap().iter().map(|held| held["service_id"].as_i64().unwrap()).collect()
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while started.elapsed() < Duration::from_secs(40) {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain for {what}");
}

on_each! {
    fn services_customers_and_addresses_come_from_whmcs(engine) {
        let (billing, world) = small(engine);
        assert_eq!(synced(&world), (5, 5, 0, 0));
        let service = world.json(&["service", "show", "whmcs:3"]);
        assert_eq!(service["customer_name"], "Max Müller & Co");
        assert_eq!(service["customer_email"], "customer2@example.com");
        assert_eq!(service["server"], "Saturn");
        assert_eq!(service["resources"].as_array().unwrap().len(), 4);
        assert_eq!(holders(&world, "192.0.2.18"), [3]);
        assert_eq!(holders(&world, "198.51.100.7"), [3]);
        assert_eq!(holders(&world, "2001:db8::5"), [5]);
        assert!(holders(&world, "203.0.113.1").is_empty(), "a server's address names nobody");
        assert_eq!(synced(&world), (5, 0, 0, 0), "nothing changed, nothing is written");

        billing.with(|whmcs| {
            whmcs.services.get_mut(&2).unwrap().assignedips = "192.0.2.222".into();
        });
        assert_eq!(synced(&world), (5, 0, 1, 0), "what it holds is part of a service");
        assert_eq!(holders(&world, "192.0.2.222"), [2]);

        billing.with(|whmcs| {
            whmcs.services.get_mut(&1).unwrap().dedicatedip = "192.0.2.99".into();
            whmcs.services.get_mut(&3).unwrap().clientid = 1;
            whmcs.services.remove(&5);
        });
        assert_eq!(synced(&world), (4, 0, 2, 1));
        assert_eq!(holders(&world, "192.0.2.99"), [1]);
        assert!(holders(&world, "192.0.2.1").is_empty());
        let of_three = world.json(&["service", "show", "whmcs:3"]);
        assert_eq!(of_three["customer_id"], "1");
        let states = world.json(&["directory", "list"]);
        assert!(states[0]["synced_at"].is_string() && states[0]["trouble"].is_null(), "{states}");
    }

    fn a_report_suspends_and_closing_it_lifts(engine) {
        let (billing, world) = small(engine);
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam+%26+more&suspend_method=immediate");
        world.wait_for(id, "suspended");
        assert_eq!(billing.status(1), (Status::Suspended, format!("[abuse #{id}] Spam & more")));
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        world.wait_for(id, "lifted");
        assert_eq!(billing.status(1), (Status::Active, String::new()));
        billing.with(|whmcs| {
            assert_eq!((whmcs.count("modulesuspend"), whmcs.count("moduleunsuspend")), (1, 1));
            assert_eq!(whmcs.count("updateclientproduct"), 0);
        });
        // What the panel tells and we have no use for goes nowhere.
        if engine == Engine::Sqlite {
            let data = std::fs::read(world.path("data/portreeve.db")).unwrap();
            let log = std::fs::read(world.path("data/portreeve.db-wal")).unwrap_or_default();
            for bytes in [data, log, serving.log().into_bytes()] {
                assert!(!String::from_utf8_lossy(&bytes).contains("secret-of-"));
            }
        }
    }

    fn a_non_payer_stays_suspended_and_the_reason_is_left_alone(engine) {
        let (billing, world) = small(engine);
        billing.with(|whmcs| whmcs.overdue(1));
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended_by_other");
        world.ok(&["report", "release", &id.to_string()]);
        wait_until("the release to be settled", || world.events(id, "left_suspended") == 1);
        assert_eq!(billing.status(1), (Status::Suspended, "Overdue on Payment".to_owned()));
        billing.with(|whmcs| {
            assert_eq!((whmcs.count("modulesuspend"), whmcs.count("moduleunsuspend")), (0, 0));
        });
    }

    fn who_pays_while_our_hold_stands_stays_off_and_the_history_says_why(engine) {
        let (billing, world) = small(engine);
        billing.with(|whmcs| whmcs.overdue(1));
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended_by_other");
        billing.with(|whmcs| whmcs.pay(1));
        assert_eq!(billing.status(1).0, Status::Active, "without the bridge nobody stops WHMCS");
        // The slow pass would find out within half a minute; a look at the directory does at once.
        synced(&world);
        world.wait_for(id, "suspended");
        assert_eq!(billing.status(1), (Status::Suspended, format!("[abuse #{id}] Spam")));
        assert_eq!((world.events(id, "suspended_by_other"), world.events(id, "suspended")), (1, 1));
        billing.with(|whmcs| whmcs.pay(1));
        assert_eq!(billing.status(1).0, Status::Suspended, "our reason keeps WHMCS from it");
        drop(serving);
    }

    fn a_service_without_a_module_is_refused_and_nothing_is_pretended(engine) {
        let (billing, world) = small(engine);
        let serving = world.serve();
        let id = serving.create(&world, "service_id=4&category=Spam&suspend_method=immediate");
        world.wait_for(id, "failed");
        let report = world.report(id);
        assert!(report["suspension"]["detail"].as_str().unwrap().contains("not assigned to a module"), "{report:#}");
        assert_eq!(billing.status(4).0, Status::Active);
        billing.with(|whmcs| assert_eq!(whmcs.count("updateclientproduct"), 0));
        drop(serving);
    }

    fn a_service_that_is_not_known_yet_is_asked_for_at_once(engine) {
        let (mut billing, world) = small(engine);
        let serving = world.serve();
        wait_until("the first look", || world.json(&["directory", "list"])[0]["synced_at"].is_string());
        billing.with(|whmcs| {
            let new = Service { id: 77, clientid: 2, pid: 1, dedicatedip: "192.0.2.77".into(), ..Service::default() };
            whmcs.services.insert(77, new);
        });
        let id = serving.create(&world, "service_id=77&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        let report = world.report(id);
        assert_eq!((&report["service_ip"], &report["customer_id"]), (&"192.0.2.77".into(), &"2".into()));
        assert_eq!(world.json(&["service", "show", "whmcs:77"])["language"], "de");
        assert_eq!(serving.call(&world.api_id, "action=create&service_id=78&category=Spam").code(), "AMP101");

        billing.restart(None);
        let queued = serving.call(&world.api_id, "action=create&service_id=78&category=Spam&suspend_method=immediate");
        assert!(queued.json()["warnings"][0].as_str().unwrap().contains("could not be looked up"), "{queued:?}");
        let queued = world.report(queued.report_id());
        assert_eq!((&queued["status"], &queued["suspension"]["state"]), (&"queued".into(), &"none".into()));
        // A service that is known needs nobody.
        assert_eq!(serving.call(&world.api_id, "action=create&service_id=2&category=Spam").code(), "");
    }

    fn wrong_credentials_are_named_and_orders_wait_for_right_ones(engine) {
        let (billing, world) = small(engine);
        synced(&world);
        billing.with(|whmcs| whmcs.credentials[0].secret = "another".into());
        let complaint = world.fails(1, &["directory", "sync", "whmcs"]);
        assert!(complaint.contains("Manage API Credentials") && complaint.contains("directory test"), "{complaint}");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        wait_until("the trouble", || serving.get("/readyz").body.contains("Manage API Credentials"));
        assert_eq!(serving.get("/readyz").status, 200);
        assert!(!serving.get("/readyz").body.contains("simulator"), "no secret is shown");
        assert_eq!(billing.status(1).0, Status::Active);
        billing.with(|whmcs| whmcs.credentials[0].secret = "simulator".into());
        world.wait_for(id, "suspended");
    }

    fn a_whmcs_that_loses_its_services_ends_nothing_before_somebody_says_so(engine) {
        let mut seed = Seed::small();
        seed.add_services(95);
        let billing = Billing::start(seed);
        let world = desk(engine, &billing, "page = 30", "");
        assert_eq!(synced(&world), (100, 100, 0, 0));
        billing.with(|whmcs| whmcs.services.retain(|id, _| *id > 50));
        let complaint = world.fails(1, &["directory", "sync", "whmcs"]);
        assert!(complaint.contains("50 of 100") && complaint.contains("--accept"), "{complaint}");
        assert!(world.json(&["service", "show", "whmcs:7"])["ended_at"].is_null());
        assert!(world.json(&["directory", "list"])[0]["trouble"].as_str().unwrap().contains("50 of 100"));
        let came = world.json(&["directory", "sync", "whmcs", "--accept"]);
        assert_eq!((&came["services"], &came["ended"]), (&50.into(), &50.into()));
        assert!(world.json(&["service", "show", "whmcs:7"])["ended_at"].is_string());
    }

    fn a_customer_who_slips_between_pages_keeps_name_and_address(engine) {
        let (billing, world) = small(engine);
        synced(&world);
        billing.with(|whmcs| whmcs.unlisted = vec![2]);
        assert_eq!(synced(&world), (5, 0, 0, 0), "the single look-up tells the same");
        let service = world.json(&["service", "show", "whmcs:3"]);
        assert_eq!(service["customer_email"], "customer2@example.com");
        assert_eq!(service["language"], "de");
        billing.with(|whmcs| {
            assert_eq!(whmcs.count("getclientsdetails"), 4, "two customers, in each of two passes, whatever they have");
            whmcs.unlisted.clear();
        });
        assert_eq!(synced(&world), (5, 0, 0, 0), "what is known of the language stays");
    }

    fn rows_that_move_between_pages_end_nothing(engine) {
        let mut seed = Seed::small();
        seed.add_services(95);
        let billing = Billing::start(seed);
        let world = desk(engine, &billing, "page = 10", "");
        assert_eq!(synced(&world), (100, 100, 0, 0));
        // One goes that was read, so that another slips from the next page to this one; one comes, so that
        // the count stays.
        let new = Service { id: 500, clientid: 1, pid: 1, ..Service::default() };
        billing.with(|whmcs| {
            whmcs.churn = vec![Churn::Nothing, Churn::Remove(2), Churn::Add(Box::new(new))];
        });
        let came = world.json(&["directory", "sync", "whmcs"]);
        assert_eq!((&came["services"], &came["ended"]), (&100.into(), &1.into()), "{came}");
        for id in [21, 22, 500] {
            let shown = world.json(&["service", "show", &format!("whmcs:{id}")]);
            assert!(shown["ended_at"].is_null(), "{shown}");
        }
    }

    fn a_pass_that_breaks_off_ends_nothing_and_is_made_up_for(engine) {
        let mut seed = Seed::small();
        seed.add_services(55);
        let billing = Billing::start(seed);
        let world = desk(engine, &billing, "page = 10", "");
        synced(&world);
        billing.with(|whmcs| whmcs.services.remove(&1));
        // More often than a read is tried.
        for fault in [Fault::Html200, Fault::Html500Before, Fault::DropBefore, Fault::Forbidden] {
            billing.fault(vec![Rule::next(&["getclientsproducts"], fault, 3)]);
            let complaint = world.fails(1, &["directory", "sync", "whmcs"]);
            assert!(complaint.contains("hint:"), "{complaint}");
            assert!(world.json(&["service", "show", "whmcs:1"])["ended_at"].is_null());
            billing.fault(Vec::new());
        }
        // Once in a while is nothing.
        billing.fault(vec![Rule::next(&["getclientsproducts"], Fault::Html500Before, 2)]);
        assert_eq!(synced(&world), (59, 0, 0, 1));
    }

    fn every_shape_of_answers_gives_the_same_services(engine) {
        let (billing, world) = small(engine);
        synced(&world);
        for empty in [Empty::List, Empty::Text, Empty::OuterList, Empty::Object, Empty::Missing] {
            for (ids, holes) in [(Ids::Strings, false), (Ids::Numbers, true)] {
                billing.with(|whmcs| whmcs.shape = Shape { ids, empty, holes, entities: true });
                assert_eq!(synced(&world), (5, 0, 0, 0), "{empty:?} {ids:?} {holes}");
            }
            // Nothing at all is believed only when it is said that there is nothing.
            let all = billing.with(|whmcs| std::mem::take(&mut whmcs.services));
            let complaint = world.fails(1, &["directory", "sync", "whmcs"]);
            assert!(complaint.contains("5 of 5"), "{complaint}");
            billing.with(|whmcs| whmcs.services = all);
        }
    }

    fn two_whmcs_with_the_same_ids_are_two(engine) {
        let (eu, us) = (Billing::start(Seed::small()), Billing::start(Seed::small()));
        let more = format!(
            "name = \"eu\"\n[[directory]]\nkind = \"whmcs\"\nname = \"us\"\nurl = \"{}\"\n\
             identifier = \"simulator\"\nsecret = \"simulator\"\n[amp]\ndirectory = \"us\"\n",
            us.url()
        );
        let world = desk(engine, &eu, &more, "");
        for name in ["eu", "us"] {
            world.ok(&["directory", "sync", name]);
        }
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        assert_eq!((us.status(1).0, eu.status(1).0), (Status::Suspended, Status::Active));
        eu.with(|whmcs| assert_eq!(whmcs.count("modulesuspend"), 0));
    }

    fn a_service_that_moved_to_another_customer_is_not_suspended(engine) {
        let (billing, world) = small(engine);
        synced(&world);
        world.set("time_limit.period", "2s");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        billing.with(|whmcs| whmcs.services.get_mut(&1).unwrap().clientid = 2);
        synced(&world);
        world.wait_for(id, "awaiting_approval");
        assert_eq!(billing.status(1).0, Status::Active);

        // Found out by nobody but the panel itself, between our look at the directory and the order.
        billing.with(|whmcs| whmcs.services.get_mut(&2).unwrap().clientid = 2);
        let late = serving.create(&world, "service_id=2&category=Spam&suspend_method=immediate");
        wait_until("the look at the panel", || {
            billing.with(|whmcs| whmcs.calls.iter().any(|call| call.service == Some(2)))
        });
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(billing.status(2).0, Status::Active);
        billing.with(|whmcs| assert_eq!(whmcs.count("modulesuspend"), 0));
        synced(&world);
        world.wait_for(late, "awaiting_approval");
    }

    fn a_panel_that_loses_answers_gets_every_service_where_it_belongs_and_is_told_once(engine) {
        let mut seed = Seed::small();
        seed.add_services(115);
        let billing = Billing::start(seed);
        let world = desk(engine, &billing, "timeout = \"200ms\"", "");
        synced(&world);
        world.set("limits.suspensions_per_hour", "10000");
        let dice = |actions: &[&str]| {
            vec![
                Rule::sometimes(actions, Fault::DropAfter, 150),
                Rule::sometimes(actions, Fault::DropBefore, 150),
                Rule::sometimes(actions, Fault::SlowBefore(300), 100),
                Rule::sometimes(actions, Fault::SlowAfter(300), 100),
                Rule::sometimes(actions, Fault::Html500After, 200),
            ]
        };
        let serving = world.serve();
        billing.fault(dice(&["modulesuspend", "moduleunsuspend"]));
        let services: Vec<i64> = (10..40).collect();
        let ids: Vec<i64> = services
            .iter()
            .map(|service| {
                let fields = format!("service_id={service}&category=Spam&suspend_method=immediate");
                serving.create(&world, &fields)
            })
            .collect();
        for id in &ids {
            world.wait_for(*id, "suspended");
        }
        for id in &ids {
            world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        }
        for id in &ids {
            world.wait_for(*id, "lifted");
        }
        for service in &services {
            assert_eq!(billing.status(*service).0, Status::Active);
            let changes = billing.with(|whmcs| {
                whmcs.changes.iter().filter(|change| change.service == *service).count()
            });
            assert_eq!(changes, 2, "service {service}: off once, on once");
        }
    }
}

#[test]
fn a_test_of_the_way_to_whmcs_names_what_is_missing() {
    let billing = Billing::start(Seed::small());
    let world = desk(Engine::Sqlite, &billing, "", "");
    let good = world.ok(&["directory", "test", "whmcs"]);
    assert_eq!(good.lines().filter(|line| line.starts_with("ok ")).count(), 5, "{good}");
    billing.with(|whmcs| assert!(whmcs.changes.is_empty(), "nothing is changed by trying"));

    billing.with(|whmcs| whmcs.credentials[0].actions = vec!["GetClientsProducts".into()]);
    let output = world.run(&["directory", "test", "whmcs"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for action in ["GetClients", "GetClientsDetails", "ModuleSuspend", "ModuleUnsuspend"] {
        assert!(text.contains(&format!("does not allow {action}:")), "{action}: {text}");
    }

    billing.with(|whmcs| whmcs.allowed_ips = Some(Vec::new()));
    let output = world.run(&["directory", "test", "whmcs"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("does not let 127.0.0.1 call") && text.contains("API IP Access"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "the rest would not go better: {text}");

    drop(billing);
    let output = world.run(&["directory", "test", "whmcs"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("no connection to"));
    let nobody = world.fails(1, &["directory", "test", "nobody"]);
    assert!(nobody.contains("configured: whmcs"), "{nobody}");
}

#[test]
fn a_directory_that_is_looked_at_is_not_filled_from_files() {
    let billing = Billing::start(Seed::small());
    let world = desk(Engine::Sqlite, &billing, "", "");
    world.write("services.csv", "service_id\n1\n");
    let refused = world.fails(1, &["service", "import", "services.csv"]);
    assert!(refused.contains("directory sync whmcs"), "{refused}");
}
