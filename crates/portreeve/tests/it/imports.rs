//! Directory files as table programs, databases and panels write them: a part that cannot be read costs that part.

use serde_json::Value;

use crate::lmtp::*;
use crate::world::*;

/// Services that hold something, and how sure that is.
fn who_had(world: &World, asked: &[&str]) -> Vec<(i64, String)> {
    let list = world.json(&[&["who-had"], asked].concat());
    let holding = |h: &Value| {
        (h["service_id"].as_i64().unwrap(), h["certainty"].as_str().unwrap().to_owned())
    };
    list.as_array().unwrap().iter().map(holding).collect()
}

fn holders(world: &World, address: &str) -> Vec<i64> {
    who_had(world, &[address]).into_iter().map(|(id, _)| id).collect()
}

/// Imports a file that has nothing worse than warnings; these, as lines of `place: why`.
fn import(world: &World, name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    std::fs::write(world.path(name), text).unwrap();
    let done = world.json(&["service", "import", name]);
    assert_eq!(done["bad"], Value::Array(Vec::new()), "{done:#}");
    let warnings = done["warnings"].as_array().unwrap();
    assert_eq!(done["warning_count"], warnings.len());
    warnings
        .iter()
        .map(|w| format!("{} {}: {}", w["line"], w["name"].as_str().unwrap(), w["why"]))
        .collect()
}

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

on_both! {
    fn every_kind_of_table_file_is_taken_in(world) {
        let table = |id: i64, separator: &str| {
            format!("service_id,customer_id,customer_name,status,dedicated_ip\r\n{id},{id},\"Jörg\r\nMüller\",Active,203.0.113.{id}\r\n")
                .replace(',', separator)
        };
        let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
        let files = [
            table(101, ";").into_bytes(),
            format!("\u{feff}{}", table(102, ";")).into_bytes(),
            table(103, "\t").into_bytes(),
            format!("sep=;\r\n{}", table(104, ";")).into_bytes(),
            utf16(&table(105, ",")),
            utf16(&table(106, "\t")),
            table(107, ",").into_bytes(),
        ];
        for (id, file) in (101..).zip(files) {
            assert_eq!(import(&world, "table.csv", file), Vec::<String>::new(), "{id}");
            assert_eq!(holders(&world, &format!("203.0.113.{id}")), [id]);
            let name = &world.json(&["service", "show", &id.to_string()])["customer_name"];
            assert_eq!(name.as_str().unwrap().replace('\r', ""), "Jörg\nMüller", "{id}");
        }
        let said = import(&world, "table.csv", latin(&table(108, ";")));
        assert!(said.len() == 1 && said[0].contains("windows-1252"), "{said:?}");
        assert_eq!(holders(&world, "203.0.113.108"), [108]);
        world.write("table.csv", "id;status\n1;active\n");
        let error = world.fails(1, &["service", "import", "table.csv"]);
        assert!(error.contains("line 1") && error.contains("service_id"), "{error}");
    }

    fn lines_of_warnings_and_bad_rows_are_right_behind_line_breaks(world) {
        world.write("odd.csv", "sep=;\r\nservice_id;customer_name;status;dedicated_ip\r\n20;\"Ada\r\nc/o Ben\";active;192.0.2.20\r\n\r\n21;Cleo;vanished;192.0.2.21\r\nx;;;\r\n");
        let output = world.run(&["service", "import", "odd.csv"]);
        assert_eq!(output.status.code(), Some(1));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("warning: odd.csv: line 6, column 3 (status): \"vanished\""), "{stderr}");
        assert!(stderr.contains("odd.csv: line 7, column 1 (service_id)"), "{stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("Services imported: 2 ") && stdout.contains("Rows not imported: 1. Warnings: 1."), "{stdout}");
        let output = world.run(&["service", "import", "odd.csv", "--json"]);
        assert_eq!(output.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&told["bad_rows"], &told["bad"][0]["line"], &told["bad"][0]["column"]), (&1.into(), &7.into(), &1.into()));
        let warning = &told["warnings"][0];
        assert_eq!((&warning["line"], &warning["column"], &warning["name"], &warning["service_id"]),
            (&6.into(), &3.into(), &"status".into(), &21.into()));
        world.write("odd.json", r#"[{"service_id": 22, "dedicated_ip": "192.0.2.22"}, {"service_id": 23, "status": {}, "assigned_ips": "192.0.2.010"}]"#);
        let told = world.json(&["service", "import", "odd.json"]);
        assert_eq!((&told["services"], &told["bad_rows"], &told["warning_count"]), (&2.into(), &0.into(), &2.into()));
        assert_eq!((&told["warnings"][0]["entry"], &told["warnings"][0]["name"]), (&2.into(), &"status".into()));
        assert_eq!(world.run(&["service", "import", "odd.json"]).status.code(), Some(0), "warnings alone");
    }

    fn dates_and_states_of_a_database_cost_no_service(world) {
        let said = import(&world, "services.csv", "service_id,customer_id,status,dedicated_ip,valid_from\n\
            31,1,active,203.0.113.1,0000-00-00 00:00:00\n32,1,active,203.0.113.2, 2026-01-31 10:00:00\n\
            33,1,Completed,203.0.113.3,NULL\n34,1,Canceled,203.0.113.4,2026-01-31\n35,1, SUSPENDED ,203.0.113.5,\\N\n\
            36,1,active,203.0.113.6,31/01/26\n37,1,vanished,203.0.113.7,2026-01-31T10:00:00.5+02:00\n");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("7 valid_from: ") && said[1].starts_with("8 status: "), "{said:?}");
        let earlier = |address: &str, at: &str| who_had(&world, &[address, "--at", at]);
        let before = "since_records_began".to_owned();
        for (id, address) in [(31, "203.0.113.1"), (33, "203.0.113.3"), (35, "203.0.113.5")] {
            assert_eq!(earlier(address, "2020-01-01T00:00:00Z"), [(id, before.clone())], "{address}");
        }
        let exact = "exact".to_owned();
        assert_eq!(earlier("203.0.113.2", "2026-01-31T10:00:00Z"), [(32, exact.clone())]);
        assert_eq!(earlier("203.0.113.2", "2026-01-31T09:59:59Z"), []);
        assert_eq!(earlier("203.0.113.4", "2026-01-31T00:00:00Z"), [(34, exact.clone())]);
        assert_eq!(earlier("203.0.113.7", "2026-01-31T08:00:01Z"), [(37, exact.clone())]);
        // A start that cannot be read: nobody is sure of what was before, and everybody of what is.
        assert_eq!(earlier("203.0.113.6", "2020-01-01T00:00:00Z"), [(36, "between_syncs".to_owned())]);
        assert_eq!(who_had(&world, &["203.0.113.6"]), [(36, exact.clone())]);
        let status = |id: &str| world.json(&["service", "show", id])["status"].as_str().unwrap().to_owned();
        for (id, expected) in [("33", "active"), ("34", "cancelled"), ("35", "suspended"), ("37", "active")] {
            assert_eq!(status(id), expected, "{id}");
        }
        // What was known stays where the file says nothing that can be read.
        import(&world, "again.csv", "service_id,customer_id,status,dedicated_ip,valid_from,protected\n35,1,vanished,203.0.113.5,yesterday,maybe\n32,1,active,203.0.113.2,yesterday,\n36,1,active,203.0.113.6,,\n");
        assert_eq!(status("35"), "suspended");
        assert_eq!(world.json(&["service", "show", "35"])["protected"], false);
        assert_eq!(earlier("203.0.113.5", "2020-01-01T00:00:00Z"), [(35, "between_syncs".to_owned())]);
        assert_eq!(earlier("203.0.113.2", "2026-01-31T10:00:00Z"), [(32, exact)], "it was read once");
        assert_eq!(earlier("203.0.113.6", "2020-01-01T00:00:00Z"), [(36, before)], "the file says no longer that there is a start");
        import(&world, "new.csv", "service_id,customer_id,protected\n38,1,maybe\n");
        assert_eq!(world.json(&["service", "show", "38"])["protected"], true, "nobody is suspended by a slip");
    }

    fn ranges_are_read_as_panels_write_them_and_a_bad_part_costs_itself(world) {
        let said = import(&world, "services.csv", "service_id,customer_id,dedicated_ip,assigned_ips\n\
            41,1,203.0.113.1:8080,203.0.113.10 - 203.0.113.20\n42,1,,203.0.113.32-40\n43,1,,203.0.113.69/29\n\
            44,1,,203.0.113.96/255.255.255.248\n45,1,,203.0.113.104 255.255.255.248\n\
            46,1,[2001:db8:4::1]:443,\"::ffff:203.0.113.120<br>203.0.113.121\n203.0.113.122\"\n\
            47,1,0.0.0.0,\"203.0.113.010, 203.0.113.130\"\n48,1,255.255.255.248,127.0.0.1\n49,1,,N/A\n");
        let places: Vec<&str> = said.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(places, ["4 assigned_ips", "9 dedicated_ip", "9 assigned_ips", "10 dedicated_ip", "10 assigned_ips"], "{said:?}");
        for (address, id) in [
            ("203.0.113.1", 41), ("203.0.113.10", 41), ("203.0.113.15", 41), ("203.0.113.20", 41),
            ("203.0.113.32", 42), ("203.0.113.40", 42), ("203.0.113.69", 43), ("203.0.113.103", 44),
            ("203.0.113.104", 45), ("203.0.113.111", 45), ("2001:db8:4::1", 46), ("203.0.113.120", 46),
            ("203.0.113.122", 46), ("203.0.113.130", 47),
        ] {
            assert_eq!(holders(&world, address), [id], "{address}");
        }
        for nobodys in ["203.0.113.21", "203.0.113.41", "203.0.113.70", "255.255.255.248", "0.0.0.0", "127.0.0.1", "203.0.113.8"] {
            assert_eq!(holders(&world, nobodys), Vec::<i64>::new(), "{nobodys}");
        }
        assert_eq!(world.json(&["service", "show", "41"])["dedicated_ip"], "203.0.113.1");
    }

    fn a_row_with_a_part_that_cannot_be_read_ends_nothing_of_its_service(world) {
        import(&world, "services.csv", "service_id,customer_id,assigned_ips\n51,1,203.0.113.1 203.0.113.2\n52,1,203.0.113.3\n");
        import(&world, "services.csv", "service_id,customer_id,assigned_ips\n51,1,203.0.113.1 203.0.113.999\n52,1,203.0.113.4\n");
        assert_eq!(holders(&world, "203.0.113.2"), [51], "nobody knows what was meant");
        assert_eq!(holders(&world, "203.0.113.3"), Vec::<i64>::new());
        // Also where the file lists everything.
        let mut all = "service_id,customer_id,assigned_ips\n51,1,203.0.113.2x203.0.113.9\n52,1,203.0.113.4\n".to_owned();
        for id in 1..=9 {
            all.push_str(&format!("{id},1{id},192.0.2.{id}\n"));
        }
        world.write("all.csv", &all);
        world.ok(&["service", "import", "all.csv", "--complete"]);
        assert_eq!((holders(&world, "203.0.113.1"), holders(&world, "203.0.113.2")), (vec![51], vec![51]));
        // Nothing ends when nobody knows which services a file lacks.
        world.write("all.csv", "service_id,customer_id\n1,11\n2,\"12\n3,13\n");
        let error = world.fails(1, &["service", "import", "all.csv", "--complete", "--accept-shrink"]);
        assert!(error.contains("quote") && error.contains("no service was ended"), "{error}");
        assert!(world.json(&["service", "show", "9"])["ended_at"].is_null());
        // With the row mended, what it no longer lists has ended.
        import(&world, "services.csv", "service_id,customer_id,assigned_ips\n51,1,203.0.113.1\n");
        assert_eq!(holders(&world, "203.0.113.2"), Vec::<i64>::new());
    }

    fn cells_that_were_left_off_and_shorthand_end_nothing_and_are_told(world) {
        let header = "service_id,customer_id,status,protected,dedicated_ip,assigned_ips\n";
        let full = "1,7,active,true,203.0.113.1,203.0.113.2\n2,7,active,,203.0.113.100,203.0.113.101\n3,7,active,,203.0.113.4,203.0.113.128/25\n";
        assert!(import(&world, "t.csv", format!("{header}{full}")).is_empty());
        let short = "1,7,active\n2,7,active,,\"203.0.113.100,101\",\n3,7,active,,203.0.113.4,203.0.113.128/25 main\n\u{1a}";
        let said = import(&world, "t.csv", format!("{header}{short}"));
        let places: Vec<&str> = said.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(places, ["2 protected", "3 dedicated_ip", "4 assigned_ips"], "{said:#?}");
        assert!(said[1].contains("101") && said[2].contains("main"), "{said:#?}");
        for (address, id) in [("203.0.113.1", 1), ("203.0.113.2", 1), ("203.0.113.101", 2), ("203.0.113.200", 3)] {
            assert_eq!(holders(&world, address), [id], "{address}");
        }
        assert_eq!(world.json(&["service", "show", "1"])["protected"], true, "what was known stays");
        // Without its customer it could be anybody's: it is not taken, and ends nothing.
        std::fs::write(world.path("t.csv"), format!("{header}{full}1\n").replacen("1,7,active,true,203.0.113.1,203.0.113.2\n", "", 1)).unwrap();
        let out = world.run(&["service", "import", "t.csv", "--complete", "--json"]);
        let done: Value = serde_json::from_slice(&out.stdout).unwrap();
        let bad = done["bad"][0]["name"].as_str();
        assert_eq!((out.status.code(), bad), (Some(1), Some("customer_id")), "{done:#}");
        assert_eq!(holders(&world, "203.0.113.1"), [1]);
    }

    fn a_domain_is_one_in_both_spellings(world) {
        let said = import(&world, "services.csv", "service_id,customer_id,domain\n61,1,müller.example\n62,1,xn--strae-oqa.example\n\
            63,1,Bücher.Example.\n64,1,https://www.dora.example/\n65,1,*.eve.example\n66,1,mu\u{308}ller2.example\n67,1,not a..domain\n68,1,vps68\n");
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("8 domain: "), "{said:?}");
        for (asked, id) in [
            ("müller.example", 61), ("xn--mller-kva.example", 61), ("MÜLLER.example.", 61), ("shop.müller.example", 61),
            ("straße.example", 62), ("xn--strae-oqa.example", 62), ("bücher.example", 63), ("xn--bcher-kva.example", 63),
            ("www.dora.example", 64), ("https://www.dora.example/x?y", 64), ("eve.example", 65), ("a.eve.example", 65),
            ("müller2.example", 66), ("xn--mller2-3ya.example", 66),
        ] {
            assert_eq!(holders(&world, asked), [id], "{asked}");
        }
        assert_eq!(holders(&world, "muller.example"), Vec::<i64>::new());
    }

    fn a_question_is_answered_however_it_is_put(world) {
        import(&world, "services.csv", "service_id,customer_id,assigned_ips\n71,1,2001:db8:71::/64\n");
        for asked in ["192.0.2.1", "192.0.2.1:22", "[192.0.2.1]", "http://192.0.2.1:8080/x", "hxxp://192.0.2[.]1/", "192.0.2.1.", "::FFFF:192.0.2.1"] {
            assert_eq!(holders(&world, asked), [1], "{asked}");
        }
        for asked in ["2001:DB8:71::1", "[2001:db8:71::1]:443", "https://[2001:db8:71::1]/", "2001:db8:71::1%eth0", "2001:db8:71::/65"] {
            assert_eq!(holders(&world, asked), [71], "{asked}");
        }
        assert_eq!(holders(&world, "SHOP.example.com."), [1]);
        for odd in ["192.0.2.256", "somewhere", "ada@example.com", ""] {
            let error = world.fails(1, &["who-had", odd]);
            assert!(error.contains("2001:db8::1"), "it says what to write: {error}");
        }
        assert!(world.fails(1, &["who-had", "192.0.2.5/24"]).contains("192.0.2.0/24"));
    }

    fn every_mail_address_of_a_customer_is_told_and_may_answer(world) {
        let said = import(&world, "services.csv", "service_id,customer_id,customer_email\n\
            81,1,\"ada@example.com; Ben <ben@example.com>, nobody\"\n82,1,\"a..b@example.com,b.@example.com\"\n");
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("2 customer_email: ") && said[0].contains("nobody"), "{said:?}");
        let lmtp = take_mail(&world, "abuse@example.com");
        let desk = world.serve();
        let told = |id: i64| -> Vec<String> {
            let mails = world.mails(&format!("report-{id}.opened.customer"));
            let mut to: Vec<String> = mails.iter().map(|mail| header(mail, "To")).collect();
            to.sort();
            to
        };
        let id = desk.create(&world, "service_id=82&category=Spam");
        eventually("both are told", || told(id) == ["a..b@example.com", "b.@example.com"]);
        let id = desk.create(&world, "service_id=81&category=Spam");
        eventually("both are told", || told(id) == ["ada@example.com", "ben@example.com"]);
        let mails = world.mails(&format!("report-{id}.opened.customer"));
        for (number, address) in (1..).zip(["ada@example.com", "ben@example.com"]) {
            let mail = mails.iter().find(|mail| header(mail, "To") == address).unwrap();
            let answer = answer_to(mail, address, &format!("Answer of {address}"));
            // By the Message-ID alone, too.
            assert!(lmtp.hand_over(address, "abuse@example.com", &answer).starts_with("250 "));
            eventually("the answer is there", || world.events(id, "answered_by_mail") == number);
        }
        assert_eq!(world.json(&["inbox", "list"]), Value::Array(Vec::new()));
    }
}
