//! The command line by itself.

use crate::world::*;

on_both! {
    fn commands_work_before_the_first_serve(world) {
        assert_eq!(world.json(&["report", "list"]), serde_json::json!([]));
        assert_eq!(world.json(&["staff", "list"])[0]["name"], "alice");
        assert_eq!(world.json(&["role", "list"]).as_array().unwrap().len(), 3);
        assert!(world.ok(&["report", "list"]).contains("No reports found"));
    }

    fn settings_are_listed_got_and_set_and_slips_are_named(world) {
        assert_eq!(world.ok(&["settings", "get", "time_limit.period"]).trim(), "1440m");
        world.set("time_limit.period", "48h");
        assert_eq!(world.ok(&["settings", "get", "time_limit.period"]).trim(), "48h");
        let list = world.json(&["settings", "list"]);
        assert!(list.as_array().unwrap().iter().any(|s| s["key"] == "client.lockdown" && s["value"] == "no"));
        assert!(world.fails(1, &["settings", "set", "time_limit.period", "soon"]).contains("duration"));
        assert!(world.fails(1, &["settings", "get", "no.such"]).contains("hint:"));
        let page = world.json(&["settings", "list", "--limit", "1", "--after", "time_limit.period"]);
        assert_eq!(page[0]["key"], "time_limit.reminder");
        assert_eq!(page.as_array().unwrap().len(), 1);
    }

    fn reports_are_listed_by_filters_and_pages(world) {
        let desk = world.serve();
        for (service, category) in [(1, "Spam"), (2, "Phishing"), (1, "Spam 100%"), (7, "Botnet")] {
            desk.call(&world.api_id, &format!("action=create&service_id={service}&category={}", category.replace('%', "%25")));
        }
        world.ok(&["report", "close", "2", "--outcome", "unfounded"]);
        let ids = |args: &[&str]| -> Vec<i64> {
            let list = world.json(&[&["report", "list"], args].concat());
            list.as_array().unwrap().iter().map(|r| r["id"].as_i64().unwrap()).collect()
        };
        assert_eq!(ids(&[]), [4, 3, 2, 1]);
        assert_eq!(ids(&["--oldest"]), [1, 2, 3, 4]);
        assert_eq!(ids(&["--oldest", "--limit", "2", "--after", "1"]), [2, 3]);
        assert_eq!(ids(&["--limit", "2", "--after", "3"]), [2, 1]);
        assert_eq!(ids(&["--status", "closed"]), [2]);
        assert_eq!(ids(&["--service", "1"]), [3, 1]);
        assert_eq!(ids(&["--category", "Spam"]), [1]);
        assert_eq!(ids(&["--search", "sPAM"]), [3, 1]);
        assert_eq!(ids(&["--search", "100%"]), [3]);
        assert_eq!(ids(&["--search", "_"]), Vec::<i64>::new());
        let other = desk.create(&world, "service_id=1&category=%C3%9CBER");
        assert_eq!(ids(&["--search", "ÜBer"]), [other]);
    }

    fn acts_that_cannot_be_say_why(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x").to_string();
        for (args, why) in [
            (["report", "reopen", &id].to_vec(), "not closed"),
            (["report", "approve", &id].to_vec(), "no suspension"),
            (["report", "refuse", &id].to_vec(), "no suspension"),
            (["report", "release", &id].to_vec(), "no hold on the service"),
            (["report", "assign", &id, "--service", "2"].to_vec(), "queue"),
            (["report", "note", &id, "--text", " "].to_vec(), "characters"),
            (["report", "show", "999"].to_vec(), "no report #999"),
            (["report", "close", "999", "--outcome", "other"].to_vec(), "no report #999"),
            (["credential", "revoke", "999"].to_vec(), "999"),
            (["staff", "disable", "bob"].to_vec(), "bob"),
            (["staff", "add", "alice", "--email", "a@example.com", "--role", "admin"].to_vec(), "already"),
            (["staff", "add", "bob", "--email", "b@example.com", "--role", "king"].to_vec(), "king"),
            (["credential", "add", "--staff", "alice", "--identifier", &world.api_id].to_vec(), "already"),
        ] {
            let error = world.fails(1, &args);
            assert!(error.contains(why), "{args:?}: {error}");
            assert!(error.starts_with("error: ") && error.lines().filter(|l| !l.starts_with("hint:")).count() == 1, "{error}");
        }
        world.ok(&["report", "close", &id, "--outcome", "resolved"]);
        let error = world.fails(1, &["report", "close", &id, "--outcome", "resolved"]);
        assert!(error.contains("closed"), "{error}");
    }

    fn an_identifier_that_scripts_know_can_be_brought_along(world) {
        let known = "abcdefghijklmnopqrstuvwxyz012345";
        let made = world.json(&["credential", "add", "--staff", "alice", "--identifier", known]);
        assert_eq!(made["identifier"], known);
        let desk = world.serve();
        assert_eq!(desk.call(known, "action=create&service_id=1&category=x").code(), "");
        let everything = if world.engine == Engine::Sqlite {
            String::from_utf8_lossy(&std::fs::read(world.path("data/portreeve.db")).unwrap()).into_owned()
        } else {
            String::new()
        };
        assert!(!everything.contains(known), "identifiers are stored as hashes only");
    }

    fn text_from_outside_cannot_take_over_the_terminal(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=a%1B%5B2J%0Ab&additional_info=x%1B%5D0;evil%07");
        for args in [vec!["report", "list"], vec!["report", "show", &id.to_string()]] {
            let printed = world.ok(&args);
            assert!(!printed.contains('\u{1b}') && !printed.contains('\u{7}'), "{printed:?}");
        }
    }
}

#[test]
fn wrong_usage_is_one_line_a_hint_and_status_two() {
    let world = World::bare(Engine::Sqlite);
    for args in [
        vec!["reprot"],
        vec!["report", "close", "1"],
        vec!["report", "list", "--limit", "1001"],
        vec![],
    ] {
        let error = world.fails(2, &args);
        assert_eq!(error.lines().count(), 2, "{error}");
        assert!(error.lines().nth(1).unwrap().starts_with("hint: "), "{error}");
    }
    for args in [vec!["--help"], vec!["report", "--help"], vec!["credential", "add", "--help"]] {
        assert!(world.ok(&args).contains("Usage:"));
    }
}

#[test]
fn a_desk_that_people_would_reach_below_a_path_does_not_start() {
    let world = World::new(Engine::Sqlite);
    let options = world.options("");
    let url = "[server]\npublic_url = \"https://abuse.example.com/desk\"\n";
    world.write("portreeve.toml", &format!("{options}{url}"));
    for command in [&["config", "check"][..], &["serve"]] {
        let said = world.fails(1, command);
        assert!(said.contains("server.public_url") && said.contains("a name of its own"), "{said}");
    }
    world.write("portreeve.toml", &format!("{options}{}", url.replace("/desk", "/")));
    assert!(world.ok(&["config", "check"]).contains("valid"));
}

#[test]
fn the_configuration_is_checked_and_explained() {
    let world = World::bare(Engine::Sqlite);
    assert!(world.ok(&["config", "check"]).contains("valid"));
    let explained = world.ok(&["config", "explain"]);
    assert!(explained.contains("server.listen") && explained.contains("enforcer[].retry_max"));
    world.write("other.toml", "[server]\nlisten = \"127.0.0.1:1\"\nlisen = 1\n");
    for args in [
        ["--config", "other.toml", "config", "check"],
        ["config", "check", "--config", "other.toml"],
    ] {
        let error = world.fails(1, &args);
        assert!(error.contains("server.lisen") && error.contains("server.listen"), "{error}");
    }
}

#[test]
fn the_manual_names_every_command_and_shells_take_the_completions() {
    let world = World::bare(Engine::Sqlite);
    let help = world.ok(&["--help"]);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let names: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    let page = world.ok(&["man"]).replace('\\', "");
    let scripts = ["bash", "zsh", "fish"].map(|shell| world.ok(&["completions", shell]));
    world.ok(&["man", "--dir", "pages"]);
    assert_eq!(world.read("pages/portreeve.1").replace('\\', ""), page);
    for name in names {
        assert!(page.contains(&format!("portreeve-{name}(1)")), "{name} is not in {page}");
        assert!(world.read(&format!("pages/portreeve-{name}.1")).contains(".SH SYNOPSIS"));
        for script in &scripts {
            assert!(script.contains(name), "{name} is not completed");
        }
    }
    assert!(world.read("pages/portreeve-report-close.1").contains("resolved"));

    world.write("completions.bash", &scripts[0]);
    let script = world.path("completions.bash");
    let checked = std::process::Command::new("bash").arg("-n").arg(script).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    assert!(world.fails(2, &["completions", "tcsh"]).contains("bash"));
}

on_both! {
    fn a_report_is_opened_handed_over_and_merged_by_commands(world) {
        let open = |args: &[&str]| world.json(&[&["report", "open", "--service", "1"], args].concat());
        let first = open(&["--category", " Spam ", "--info", "- stop it", "--notes", "known customer"]);
        assert_eq!(first, serde_json::json!({"id": 1, "status": "open", "warnings": []}));
        let shown = world.report(1);
        assert_eq!(
            [&shown["category"], &shown["additional_info"], &shown["admin_notes"], &shown["suspend_method"]],
            ["Spam", "- stop it", "known customer", "nosuspend"],
        );
        let second = open(&["--category", "Spam", "--method", "timelimit", "--allow-unsuspend", "--address", "192.0.2.77"]);
        assert_eq!(second["id"], 2);
        let shown = world.report(2);
        assert_eq!((&shown["suspend_method"], &shown["allow_unsuspend"]), (&"timelimit".into(), &true.into()));
        assert_eq!(shown["service_ip"], "192.0.2.77");
        assert!(shown["deadline_at"].is_string());

        world.ok(&["report", "hand-over", "2", "--to", "alice"]);
        assert_eq!(world.report(2)["assignee"], "alice");
        world.ok(&["report", "hand-over", "2", "--nobody"]);
        assert!(world.report(2)["assignee"].is_null());
        assert!(world.fails(1, &["report", "hand-over", "2", "--to", "nobody.we.know"]).contains("nobody.we.know"));

        world.ok(&["report", "category", "1", "--to", "Phishing"]);
        assert_eq!(world.report(1)["category"], "Phishing");
        assert!(world.ok(&["report", "merge", "1", "--into", "2"]).contains("#2"));
        assert_eq!(world.report(1)["outcome"], "duplicate");
        world.ok(&["report", "unmerge", "1"]);
        assert_eq!(world.report(1)["status"], "open");
        assert!(world.fails(1, &["report", "merge", "1", "--into", "1"]).contains("report #1"));
    }

    fn what_cannot_be_opened_says_why_and_opens_nothing(world) {
        for (args, why) in [
            (["--service", "999999", "--category", "Spam"].to_vec(), "no service main:999999"),
            (["--service", "1", "--category", "  "].to_vec(), "--category"),
            (["--service", "1", "--category", "Spam", "--address", "server.example.com"].to_vec(), "--address"),
        ] {
            let said = world.fails(1, &[&["report", "open"], args.as_slice()].concat());
            assert!(said.contains(why), "{args:?}: {said}");
        }
        assert_eq!(world.json(&["report", "list"]), serde_json::json!([]));
        world.fails(2, &["report", "open", "--service", "1", "--category", "Spam", "--method", "suspend"]);
    }
}
/// An amount as people write it in `docs/limits.md`, as settings and options have it.
fn as_configured(limit: &str) -> String {
    let mut words = limit.split(' ');
    let number = words.next().unwrap().replace(',', "");
    match words.next().unwrap_or_default() {
        unit @ ("KiB" | "MiB" | "GiB" | "h" | "s") => format!("{number}{unit}"),
        "min" => format!("{number}m"),
        _ => number,
    }
}

/// The constants on that page are compared by `cargo xtask tidy`.
#[test]
fn the_page_of_limits_has_the_defaults_of_settings_and_options() {
    let world = World::new(Engine::Sqlite);
    let settings = world.json(&["settings", "list", "--limit", "1000"]);
    let settings = settings.as_array().unwrap();
    let options = world.ok(&["config", "explain"]);
    let default = |kind: &str, name: &str| match kind {
        "setting" => {
            let found = settings.iter().find(|setting| setting["key"] == name)?;
            found["default"].as_str().map(str::to_owned)
        }
        _ => {
            let mut lines = options.lines().map(str::split_whitespace);
            let mut line = lines.find(|line| line.clone().next() == Some(name))?;
            let bytes: u64 = line.nth(1)?.parse().ok()?;
            let whole = bytes.is_multiple_of(1 << 20) && bytes > 0;
            Some(if whole { format!("{}MiB", bytes >> 20) } else { bytes.to_string() })
        }
    };
    let page = include_str!("../../../../docs/limits.md");
    let mut compared = 0;
    for row in page.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, what, limit, place, ..] = cells[..] else { continue };
        let Some((kind @ ("setting" | "option"), name)) = place.split_once(' ') else { continue };
        let found = default(kind, name.trim_matches('`'));
        assert_eq!(found.as_deref(), Some(&*as_configured(limit)), "{what}: {place}");
        compared += 1;
    }
    assert!(compared > 10, "{compared} rows");
}
