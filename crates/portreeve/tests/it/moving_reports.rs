//! Moving in with the reports of another desk.

use serde_json::Value;

use crate::world::*;

/// What `report import --json` says, a row a line, and how it ended.
fn import(world: &World, args: &[&str]) -> (Vec<Value>, i32, String) {
    let output = world.run(&[&["report", "import"], args, &["--json"]].concat());
    let stdout = String::from_utf8(output.stdout).unwrap();
    let rows = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (rows, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn results(rows: &[Value]) -> Vec<(u64, &str)> {
    rows.iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["result"].as_str().unwrap()))
        .collect()
}

const REPORTS: &str = "reference,service_id,customer_id,category,status,turn,outcome,opened_at,closed_at,service_ip,additional_info,admin_notes,customer_message,staff_message,allow_unsuspend\n\
    A-1,1,,Spam,open,customer,,2026-01-31T10:00:00Z,,192.0.2.1,\"Spam from\nyour server\",seen twice,,,yes\n\
    A-2,2,12,Phishing,closed,,resolved,2026-01-01,2026-01-03 12:00:00,,,,Cleaned it.,Thank you.,\n\
    A-3,nine,,Spam,open,,,2026-01-31,,,,,,,\n\
    A-4,999,,Spam,open,,,2026-01-31,,,,,,,\n\
    A-5,3,,,open,,,soon,,,,,,,\n\
    A-1,1,,Spam,open,,,2026-01-31,,,,,,,\n\
    A-6,999,,Spam,closed,,unfounded,2025-01-31,2025-02-01,,,,,,\n\
    A-7,3,,Spam,pending,,,2026-01-31,,,,,,,\n";

on_both! {
    fn reports_of_another_desk_come_over_and_nobody_is_told_or_suspended(world) {
        world.write("reports.csv", REPORTS);
        let dry = ["reports.csv", "--source", "Old desk", "--dry-run"];
        let (rows, status, _) = import(&world, &dry);
        assert_eq!(status, 1);
        assert_eq!(rows[0]["result"], "would_import");
        assert_eq!(world.json(&["report", "list"]), Value::Array(Vec::new()), "a rehearsal stores nothing");

        let (rows, status, said) = import(&world, &["reports.csv", "--source", "Old desk"]);
        assert_eq!(status, 1, "{said}");
        assert_eq!(
            results(&rows),
            [(2, "imported"), (4, "imported"), (5, "bad"), (6, "bad"), (7, "bad"), (8, "skipped"), (9, "imported"), (10, "bad")]
        );
        for (at, column, name) in [(2, 2, "service_id"), (3, 2, "service_id"), (4, 8, "opened_at"), (7, 5, "status")] {
            assert_eq!((&rows[at]["column"], &rows[at]["name"]), (&column.into(), &name.into()), "{}", rows[at]);
        }
        assert!(rows[5]["why"].as_str().unwrap().contains("line 2"), "{}", rows[5]);
        assert!(said.contains("3 reports imported from Old desk, 1 skipped, 4 bad rows."), "{said}");

        let id = |at: usize| rows[at]["report_id"].as_i64().unwrap();
        let open = world.report(id(0));
        for (key, expected) in [
            ("status", "open".into()), ("turn", "customer".into()), ("customer_id", "11".into()), ("category", "Spam".into()),
            ("opened_at", "2026-01-31T10:00:00.000Z".into()), ("admin_notes", "seen twice".into()), ("allow_unsuspend", true.into()),
            ("additional_info", "Spam from\nyour server".into()), ("deadline_at", Value::Null),
        ] {
            assert_eq!(open[key], expected, "{key}");
        }
        assert_eq!(open["suspension"]["state"], "none");
        let event = &open["events"][0];
        assert_eq!((&event["data"]["source"], &event["data"]["reference"]), (&"Old desk".into(), &"A-1".into()));
        assert_eq!((&event["kind"], open["events"].as_array().unwrap().len()), (&"imported".into(), 1));
        assert!(event["text"].as_str().unwrap().contains("Imported from Old desk, where it was report A-1"), "{event}");
        let closed = world.report(id(1));
        assert_eq!((&closed["status"], &closed["outcome"], &closed["closed_at"], &closed["customer_id"]),
            (&"closed".into(), &"resolved".into(), &"2026-01-03T12:00:00.000Z".into(), &"12".into()));
        let texts: Vec<&str> = closed["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
        assert_eq!(texts, ["Cleaned it.", "Thank you."]);
        let gone = world.report(id(6));
        assert_eq!((&gone["status"], &gone["customer_id"]), (&"closed".into(), &Value::Null));

        // Importing the corrected file takes what is new, and nothing twice.
        world.write("reports.csv", &REPORTS.replace("A-3,nine", "A-3,3"));
        let (rows, _, _) = import(&world, &["reports.csv", "--source", "Old desk"]);
        assert_eq!(results(&rows)[..4], [(2, "skipped"), (4, "skipped"), (5, "imported"), (6, "bad")]);
        assert_eq!(rows[0]["report_id"], id(0));
        // Another desk may use the same numbers.
        let (rows, _, _) = import(&world, &["reports.csv", "--source", "A third desk"]);
        assert_eq!(rows[0]["result"], "imported");

        // A desk that runs sends nothing because of them, asks no panel and starts no clock.
        let serving = world.serve();
        let own = serving.create(&world, "service_id=2&category=Spam");
        eventually("the own report's notice", || !world.mails(&format!("report-{own}.opened.customer")).is_empty());
        let files = std::fs::read_dir(world.path("mail")).unwrap();
        let mails: Vec<String> = files.map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap()).collect();
        for report in [id(0), id(1), id(6)] {
            assert!(mails.iter().all(|mail| !mail.contains(&format!("report-{report}."))), "{report}");
        }
        assert_eq!(world.read("panel/calls"), "");
        // Staff find them by what was written in them, and go on with them.
        eventually("the words to be read", || {
            let found = world.json(&["report", "list", "--search", "server"]);
            found.as_array().unwrap().iter().any(|one| one["id"] == id(0))
        });
        world.ok(&["report", "answer", &id(0).to_string(), "--text", "We are the new desk."]);
        world.ok(&["report", "close", &id(0).to_string(), "--outcome", "resolved"]);
    }

    fn a_map_names_the_columns_and_words_of_the_other_desk(world) {
        world.write("old.csv", "Id;Product;Kind;State;Created;Ended;Verdict;Text;Locked\n\
            7;1;\"spam &amp; scam\";In Progress;1769853600;;;\"It&#039;s spam\";yes\n8;2;;Done;31.01.2026 10:00;31.01.2026 12:00;False alarm;;\n");
        world.write("map.toml", "source = \"Old desk\"\nentities = true\nzone = \"Europe/Berlin\"\n\
            [columns]\nreference = \"id\"\nservice_id = \"Product\"\ncategory = \"Kind\"\nstatus = \"State\"\nopened_at = \"Created\"\n\
            closed_at = \"Ended\"\noutcome = \"Verdict\"\nadditional_info = \"Text\"\nsuspended = \"Locked\"\n\
            [words.status]\n\"In progress\" = \"open\"\n\"Done\" = \"closed\"\n[words.outcome]\n\"False alarm\" = \"unfounded\"\n\
            [defaults]\ncategory = \"Unknown\"\n");
        let (rows, status, said) = import(&world, &["old.csv", "--map", "map.toml"]);
        assert_eq!((status, results(&rows)), (0, vec![(2, "imported"), (3, "imported")]), "{said}");
        let report = |at: usize| world.report(rows[at]["report_id"].as_i64().unwrap());
        let (first, second) = (report(0), report(1));
        assert_eq!((&first["category"], &first["additional_info"], &first["opened_at"], &first["turn"]),
            (&"spam & scam".into(), &"It's spam".into(), &"2026-01-31T10:00:00.000Z".into(), &"staff".into()));
        assert_eq!((&second["category"], &second["outcome"], &second["opened_at"]),
            (&"Unknown".into(), &"unfounded".into(), &"2026-01-31T09:00:00.000Z".into()));
        assert_eq!(rows[0]["suspended"], true);
        assert!(said.contains("portreeve report adopt"), "{said}");

        world.write("map.toml", "[columns]\nreference = \"Number\"\n");
        let error = world.fails(1, &["report", "import", "old.csv", "--map", "map.toml"]);
        assert!(error.contains("no column number") && error.contains("hint:"), "{error}");
        world.write("map.toml", "[words.status]\nDone = \"over\"\n");
        let error = world.fails(1, &["report", "import", "old.csv", "--map", "map.toml"]);
        assert!(error.contains("\"over\"") && error.contains("docs/moving.md"), "{error}");
    }

    fn a_suspension_that_came_with_a_report_is_adopted_and_ends_with_it(world) {
        world.write("panel/state-1", "suspended Abuse: spam\n");
        world.write("panel/state-2", "active\n");
        world.write("reports.csv", "reference,service_id,opened_at,suspended\n1,1,2026-01-31,yes\n2,2,2026-01-31,yes\n");
        let (rows, _, said) = import(&world, &["reports.csv"]);
        let ids: Vec<i64> = rows.iter().map(|row| row["report_id"].as_i64().unwrap()).collect();
        assert!(said.contains(&format!("portreeve report adopt {}", ids[0])), "{said}");
        let _serving = world.serve();
        world.ok(&["report", "adopt", &ids[0].to_string()]);
        world.wait_for(ids[0], "suspended");
        // One that runs after all is not suspended behind anybody's back.
        world.ok(&["report", "adopt", &ids[1].to_string()]);
        world.wait_for(ids[1], "drifted");
        assert_eq!(world.read("panel/changes"), "");
        world.ok(&["report", "close", &ids[0].to_string(), "--outcome", "resolved"]);
        world.wait_for(ids[0], "lifted");
        assert_eq!(world.read("panel/state-1").trim(), "active");
    }
}

#[test]
fn one_row_that_the_database_refuses_costs_itself_alone() {
    let world = World::new(Engine::Sqlite);
    world.refuse_category("Refused");
    let mut text = "reference,service_id,category,opened_at\n".to_owned();
    for number in 1..=450 {
        let category = if number == 77 { "Refused" } else { "Spam" };
        text.push_str(&format!("{number},1,{category},2026-01-31\n"));
    }
    world.write("reports.csv", &text);
    let (rows, status, said) = import(&world, &["reports.csv"]);
    assert_eq!((rows.len(), status), (450, 1), "{said}");
    let bad: Vec<&Value> = rows.iter().filter(|row| row["result"] != "imported").collect();
    assert_eq!((bad.len(), &bad[0]["line"], &bad[0]["reference"]), (1, &78.into(), &"77".into()));
    assert_eq!(world.count("reports"), 449);
}

on_both! {
    fn references_that_are_stored_alike_are_one_and_the_file_says_what_was_suspended(world) {
        world.write("odd.csv", "reference,service_id,status,suspended\nR\0,1,open,0\nR\0,1,open,0\nS,2,open,1\n");
        let (rows, status, _) = import(&world, &["odd.csv", "--source", "Old desk"]);
        assert_eq!((results(&rows), status), (vec![(2, "imported"), (3, "skipped"), (4, "imported")], 0));
        assert_eq!((&rows[0]["suspended"], &rows[2]["suspended"]), (&false.into(), &true.into()), "{rows:?}");
    }

    fn what_is_suspended_by_the_desk_already_cannot_be_adopted(world) {
        let desk = world.serve();
        let held = desk.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(held, "suspended");
        let other = desk.create(&world, "service_id=1&category=Spam");
        let refused = world.fails(1, &["report", "adopt", &other.to_string()]);
        assert!(refused.contains("no suspension from outside"), "{refused}");
        assert_eq!(world.suspension(other), "none");
    }

    fn what_was_closed_about_no_service_of_ours_is_nobodys_until_it_has_one(world) {
        let long = "9".repeat(256);
        world.write("closed.csv", &format!(
            "reference,service_id,customer_id,status\nA,999,12,closed\nB,elsewhere:1,12,closed\nC,1,{long},closed\n"
        ));
        let (rows, status, _) = import(&world, &["closed.csv", "--source", "Old desk"]);
        assert_eq!((results(&rows), status), (vec![(2, "imported"), (3, "bad"), (4, "bad")], 1));
        assert!(rows[1]["why"].as_str().unwrap().contains("no directory \"elsewhere\""), "{}", rows[1]);
        assert_eq!(rows[2]["name"], "customer_id");
        let id = rows[0]["report_id"].as_i64().unwrap();
        assert_eq!(world.report(id)["customer_id"], Value::Null);
        world.ok(&["report", "reopen", &id.to_string()]);
        assert_eq!(world.report(id)["status"], "queued");
        world.ok(&["report", "assign", &id.to_string(), "--service", "1"]);
        assert_eq!(world.report(id)["customer_id"], "11");
    }
}
