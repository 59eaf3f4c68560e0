//! The directory file and the ledger.

use crate::world::*;

fn who_had(world: &World, address: &str) -> Vec<(i64, String)> {
    holders(&world.json(&["who-had", address]))
}

fn holders(list: &serde_json::Value) -> Vec<(i64, String)> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|h| (h["service_id"].as_i64().unwrap(), h["certainty"].as_str().unwrap().to_owned()))
        .collect()
}

fn now() -> String {
    let output =
        std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.%3NZ"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

on_both! {
    fn bad_rows_are_named_and_the_others_taken(world) {
        world.write("bad.csv", &format!("service_id,customer_id,dedicated_ip\n20,1,192.0.2.20\n21,{},\nx,1,\n", "9".repeat(2_000)));
        let output = world.run(&["service", "import", "bad.csv"]);
        assert_eq!(output.status.code(), Some(1));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("line 3, column 2 (customer_id)"), "{stderr}");
        assert!(stderr.contains("line 4, column 1 (service_id)"), "{stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("Services imported: 1 ") && stdout.contains("Rows not imported: 2."), "{stdout}");
        assert_eq!(world.json(&["service", "show", "20"])["dedicated_ip"], "192.0.2.20");
        let missing = world.fails(1, &["service", "show", "21"]);
        assert!(missing.contains("no service"), "{missing}");
    }

    fn json_is_taken_like_csv(world) {
        world.write("services.json", r#"[{"service_id":30,"customer_id":5,"assigned_ips":["203.0.113.0/29"],"protected":true}]"#);
        world.ok(&["service", "import", "services.json"]);
        let service = world.json(&["service", "show", "main:30"]);
        assert_eq!((&service["protected"], &service["customer_id"]), (&true.into(), &"5".into()));
        assert_eq!(who_had(&world, "203.0.113.3"), [(30, "since_records_began".to_owned())]);
    }

    fn the_ledger_remembers_who_had_an_address_before_it_moved(world) {
        let before = now();
        let_pass(0.05);
        world.write("moved.csv", "service_id,customer_id,dedicated_ip\n1,11,\n2,12,192.0.2.1\n");
        world.ok(&["service", "import", "moved.csv"]);
        let_pass(0.05);
        assert_eq!(who_had(&world, "192.0.2.1"), [(2, "exact".to_owned())]);
        let then = world.json(&["who-had", "192.0.2.1", "--at", &before]);
        let gap = "between_syncs".to_owned();
        assert_eq!(holders(&then), [(2, gap.clone()), (1, gap)], "it moved somewhere between the looks");
        let long_ago = world.json(&["who-had", "192.0.2.1", "--at", "2001-01-01T00:00:00Z"]);
        assert_eq!(holders(&long_ago), [(1, "since_records_began".to_owned())]);
    }

    fn a_named_start_is_exact_and_ends_the_holder_before(world) {
        let moved = now();
        let_pass(0.05);
        world.write("moved.csv", &format!("service_id,customer_id,dedicated_ip,valid_from\n1,11,,\n2,12,192.0.2.1,{moved}\n"));
        world.ok(&["service", "import", "moved.csv"]);
        assert_eq!(holders(&world.json(&["who-had", "192.0.2.1", "--at", &moved])), [(2, "exact".to_owned())]);
        let list = world.json(&["who-had", "192.0.2.1", "--at", "2020-01-01T00:00:00Z"]);
        assert_eq!((list[0]["service_id"].as_i64(), list[0]["to"].as_str()), (Some(1), Some(moved.as_str())));
    }

    fn the_most_specific_holder_comes_first_in_both_families(world) {
        world.write("nets.csv", "service_id,assigned_ips,domain\n40,203.0.113.0/24 2001:db8:40::/48,example.org\n41,203.0.113.16/28 2001:db8:40:1::/64,a.example.org\n");
        world.ok(&["service", "import", "nets.csv"]);
        let services = |address: &str| who_had(&world, address).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(services("203.0.113.17"), [41, 40]);
        assert_eq!(services("203.0.113.1"), [40]);
        assert_eq!(services("2001:db8:40:1::5"), [41, 40]);
        assert_eq!(services("www.a.example.org"), [41, 40]);
        assert_eq!(services("198.18.0.1"), Vec::<i64>::new());
    }

    fn a_complete_file_ends_what_it_lacks_but_not_by_a_slip(world) {
        let all_but = |missing: &[i64]| {
            let mut text = "service_id,customer_id,dedicated_ip\n".to_owned();
            for id in (1..=9).filter(|id| !missing.contains(id)) {
                text.push_str(&format!("{id},1{id},192.0.2.{id}\n"));
            }
            world.write("all.csv", &text);
        };
        all_but(&[9]);
        let output = world.ok(&["service", "import", "all.csv", "--complete"]);
        assert!(output.contains("ended: 1."), "{output}");
        assert!(world.json(&["service", "show", "9"])["ended_at"].is_string());
        assert_eq!(who_had(&world, "192.0.2.9"), []);
        let desk = world.serve();
        assert_eq!(desk.call(&world.api_id, "action=create&service_id=9&category=x").code(), "AMP101");

        all_but(&[7, 8, 9]);
        let error = world.fails(1, &["service", "import", "all.csv", "--complete"]);
        assert!(error.contains("--accept-shrink"), "{error}");
        assert!(world.json(&["service", "show", "8"])["ended_at"].is_null());
        let output = world.ok(&["service", "import", "all.csv", "--complete", "--accept-shrink"]);
        assert!(output.contains("ended: 2."), "{output}");

        world.write("torn.csv", "service_id,customer_id\n1,11\n,12\n");
        let error = world.fails(1, &["service", "import", "torn.csv", "--complete", "--accept-shrink"]);
        assert!(error.contains("could not be read"), "{error}");
        assert!(world.json(&["service", "show", "2"])["ended_at"].is_null());
    }

    fn bad_rows_of_unknown_services_do_not_hide_how_many_are_missing(world) {
        let mut text = "service_id,customer_id\n1,11\n2,12\n3,13\n4,14\n5,15\n".to_owned();
        for id in 70..80 {
            text.push_str(&format!("{id},{}\n", "9".repeat(2_000)));
        }
        world.write("odd.csv", &text);
        let error = world.fails(1, &["service", "import", "odd.csv", "--complete"]);
        assert!(error.contains("--accept-shrink"), "{error}");
        assert!(world.json(&["service", "show", "9"])["ended_at"].is_null());
    }

    fn a_domain_column_may_hold_anything(world) {
        world.write("odd.csv", "service_id,customer_id,domain\n70,1,999.999.999.999\n71,1,192.0.2.77\n72,1,not a domain\n73,1,shop.example.net\n");
        world.ok(&["service", "import", "odd.csv"]);
        world.ok(&["service", "import", "odd.csv"]);
        assert_eq!(who_had(&world, "192.0.2.77"), []);
        assert_eq!(who_had(&world, "shop.example.net")[0].0, 73);
        world.serve().stop();
    }

    fn a_service_whose_row_is_bad_is_not_ended(world) {
        let text = world.read("services.csv").replace("9,19,Ivo", &format!("9,{},Ivo", "9".repeat(2_000)));
        world.write("services.csv", &text);
        world.fails(1, &["service", "import", "services.csv", "--complete"]);
        assert!(world.json(&["service", "show", "9"])["ended_at"].is_null());
    }

    fn what_is_imported_counts_in_a_running_desk(world) {
        let desk = world.serve();
        assert_eq!(desk.call(&world.api_id, "action=create&service_id=50&category=x").code(), "AMP101");
        world.write("new.csv", "service_id,customer_id,dedicated_ip\n50,5,192.0.2.50\n");
        world.ok(&["service", "import", "new.csv"]);
        let id = desk.create(&world, "service_id=50&category=x&service_ip=192.0.2.50");
        assert_eq!(world.report(id)["service_ip"], "192.0.2.50");
        let_pass(1.0);
        let id = desk.create(&world, "service_id=50&category=x&service_ip=192.0.2.50");
        assert_eq!(world.events(id, "hint"), 0);
    }

    fn lists_are_paged_by_the_last_row(world) {
        let first = world.json(&["service", "list", "--limit", "4"]);
        assert_eq!(first.as_array().unwrap().len(), 4);
        let rest = world.json(&["service", "list", "--after", "main:4"]);
        assert_eq!(rest[0]["service_id"], 5);
        assert_eq!(rest.as_array().unwrap().len(), 5);
    }

    fn two_directories_may_use_the_same_ids(world) {
        let options = format!("{}\n[[directory]]\nname = \"eu\"\n[[directory]]\nname = \"us\"\n", world.options(""));
        world.write("portreeve.toml", &options.replace("[mail.out]", "[amp]\ndirectory = \"us\"\n[mail.out]"));
        world.write("eu.csv", "service_id,customer_id\n1,100\n");
        world.write("us.csv", "service_id,customer_id\n1,200\n");
        world.ok(&["service", "import", "eu.csv"]);
        world.ok(&["service", "import", "us.csv", "--directory", "us"]);
        world.fails(1, &["service", "import", "us.csv", "--directory", "asia"]);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x&suspend_method=immediate");
        let report = world.report(id);
        assert_eq!((&report["directory"], &report["customer_id"]), (&"us".into(), &"200".into()));
        world.wait_for(id, "suspended");
        let ours = world.json(&["report", "list", "--service", "us:1"]);
        let theirs = world.json(&["report", "list", "--service", "1"]);
        assert_eq!((ours.as_array().unwrap().len(), theirs.as_array().unwrap().len()), (1, 0));
    }
}
