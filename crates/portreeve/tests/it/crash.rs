//! Power cuts: what was acknowledged is there, once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::world::*;

on_both! {
    fn every_acknowledged_report_outlives_twenty_kills(world) {
        let acknowledged = Mutex::new(Vec::new());
        for round in 0..20 {
            let desk = world.serve();
            let stop = AtomicBool::new(false);
            let victim = desk.id();
            std::thread::scope(|scope| {
                for caller in 0..6 {
                    let (desk, stop, world, acknowledged) = (&desk, &stop, &world, &acknowledged);
                    scope.spawn(move || {
                        let mut number = 0;
                        while !stop.load(Ordering::Relaxed) {
                            number += 1;
                            let category = format!("r{round}-c{caller}-{number}");
                            let body = format!("action=create&service_id=1&category={category}");
                            let headers = [
                                ("API_ID", world.api_id.as_str()),
                                ("Content-Type", "application/x-www-form-urlencoded"),
                            ];
                            match desk.try_post(AMP, &headers, body.as_bytes()) {
                                Some(answer) if answer.body.contains("success") => {
                                    let id = answer.report_id();
                                    acknowledged.lock().unwrap().push((id, category));
                                }
                                _ => return,
                            }
                        }
                    });
                }
                let_pass(0.08 + f64::from(round) * 0.02);
                let id = victim.to_string();
                let killed = std::process::Command::new("kill").args(["-KILL", &id]).status();
                stop.store(true, Ordering::Relaxed);
                assert!(killed.unwrap().success());
            });
        }
        let acknowledged = acknowledged.into_inner().unwrap();
        assert!(acknowledged.len() > 20, "only {} calls got through", acknowledged.len());
        let mut stored = std::collections::HashMap::new();
        let mut after = "0".to_owned();
        loop {
            let page = world.json(&["report", "list", "--oldest", "--limit", "1000", "--after", &after]);
            let page = page.as_array().unwrap().clone();
            let Some(last) = page.last() else { break };
            after = last["id"].to_string();
            for report in page {
                let category = report["category"].as_str().unwrap().to_owned();
                let twice = stored.insert(category, report["id"].as_i64().unwrap());
                assert_eq!(twice, None, "a call made two reports");
            }
        }
        for (id, category) in acknowledged {
            assert_eq!(stored.get(&category), Some(&id), "report {id} was lost");
        }
    }

    fn one_row_that_the_database_refuses_does_not_fail_its_neighbours(world) {
        let desk = world.serve();
        world.refuse_category("poison");
        let answers: Vec<(usize, String)> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..80)
                .map(|n| {
                    let (desk, world) = (&desk, &world);
                    let category = if n % 20 == 7 { "poison".to_owned() } else { format!("c{n}") };
                    scope.spawn(move || {
                        let body = format!("action=create&service_id=1&category={category}");
                        (n, desk.call(&world.api_id, &body).code())
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        for (n, code) in answers {
            assert_eq!(code, if n % 20 == 7 { "AMP105" } else { "" }, "call {n}");
        }
        assert_eq!(world.json(&["report", "list", "--limit", "1000"]).as_array().unwrap().len(), 76);
    }

    fn a_polite_stop_ends_what_was_taken_and_exits_with_nought(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x");
        assert_eq!(desk.stop().code(), Some(0));
        assert_eq!(world.report(id)["status"], "open");
    }
}
