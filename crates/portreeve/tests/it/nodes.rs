//! More than one process: on one PostgreSQL database as many as one likes, on one data folder one.

use crate::world::*;

#[test]
fn two_processes_share_a_database_and_each_order_is_sent_once() {
    let world = World::new(Engine::Postgres);
    let (one, two) = (world.serve(), world.serve());
    let ids: Vec<i64> = (0..30)
        .map(|n| {
            let desk = if n % 2 == 0 { &one } else { &two };
            let service = [1, 2, 3, 7, 8, 9][n % 6];
            desk.create(
                &world,
                &format!("service_id={service}&category=x&suspend_method=immediate"),
            )
        })
        .collect();
    for id in &ids {
        world.wait_for(*id, "suspended");
    }
    assert_eq!(world.panel_lines("changes", ""), 6);
    assert_eq!(world.panel_lines("calls", "suspend"), 6, "{}", world.read("panel/calls"));
    eventually("each customer with an address was told once of each report", || {
        world.mails("opened.customer").len() == 25
    });
    for id in &ids {
        let told = world.events(*id, "notice_sent") + world.events(*id, "notice_failed");
        assert!(told >= 2);
    }
}

#[test]
fn a_key_used_on_two_nodes_at_once_gives_one_report() {
    let world = World::new(Engine::Postgres);
    let (one, two) = (world.serve(), world.serve());
    for round in 0..10 {
        let key = format!("key-{round}");
        let answers: Vec<String> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..20)
                .map(|n| {
                    let desk = if n % 2 == 0 { &one } else { &two };
                    let (key, world) = (&key, &world);
                    scope.spawn(move || {
                        let headers = [
                            ("API_ID", world.api_id.as_str()),
                            ("Content-Type", "application/x-www-form-urlencoded"),
                            ("Idempotency-Key", key),
                        ];
                        let body = b"action=create&service_id=1&category=x&admin_notes=n";
                        desk.post(AMP, &headers, body).body
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    }
    assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 10);
}

#[test]
fn a_setting_changed_anywhere_counts_everywhere_within_a_second() {
    let world = World::new(Engine::Postgres);
    let (one, two) = (world.serve(), world.serve());
    world.set("amp.http_status", "semantic");
    let_pass(1.0);
    assert_eq!((one.call("nobody", "").status, two.call("nobody", "").status), (401, 401));
}

#[test]
fn a_node_that_dies_leaves_its_jobs_to_the_other() {
    let world = World::new(Engine::Postgres);
    world.panel_mode("hang-after");
    let (one, two) = (world.serve(), world.serve());
    let id = one.create(&world, "service_id=1&category=x&suspend_method=immediate");
    eventually("the panel acted", || world.panel_lines("changes", "suspend") == 1);
    one.kill();
    two.create(&world, "service_id=2&category=x");
    world.wait_for(id, "suspended");
    assert_eq!(world.panel_lines("changes", ""), 1);
}

#[test]
fn a_second_process_on_one_data_folder_is_refused() {
    let world = World::new(Engine::Sqlite);
    let _desk = world.serve();
    let output =
        world.command(&["serve"]).env("PORTREEVE_SERVER__LISTEN", "127.0.0.1:0").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("another portreeve") && error.contains("PostgreSQL"), "{error}");
}

#[test]
fn while_the_database_is_away_nothing_is_acknowledged_and_then_it_goes_on() {
    let world = World::new(Engine::Postgres);
    let desk = world.serve();
    let call = || desk.call(&world.api_id, "action=create&service_id=1&category=x");
    assert_eq!(call().code(), "");
    world.close_database(true);
    let away = call();
    assert_eq!((away.status, away.code().as_str()), (503, "AMP105"), "{away:?}");
    assert!(!away.header("retry-after").is_empty());
    assert_eq!(desk.get("/readyz").status, 503);
    assert_eq!(desk.get("/healthz").status, 200);
    world.close_database(false);
    eventually("the desk is back", || call().code().is_empty());
    eventually("it is ready", || desk.get("/readyz").status == 200);
}
