//! A clock that jumps, that crosses the odd places of the calendar, and a desk that is started again and
//! again. The clock of a process is faked by libfaketime; what it measures by (the monotonic clock) is not.

use std::path::PathBuf;

use crate::world::*;

const DAY: i64 = 86_400;

/// The library that lies about the time; the package `faketime` brings it.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let mut there = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    there
        .find(|path| path.exists())
        .expect("libfaketime: run `cargo xtask test`, which installs it")
}

/// What makes a process of this world see its clock as [`set`] says.
fn faked(world: &World, zone: &str) -> Vec<(&'static str, String)> {
    vec![
        ("LD_PRELOAD", library().display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", world.path("clock").display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("NO_FAKE_STAT", "1".to_owned()),
        ("TZ", zone.to_owned()),
    ]
}

/// The world's clock runs this far from the true time from now on, in seconds.
fn set(world: &World, seconds: i64) {
    world.write("clock.new", &format!("{seconds:+}\n"));
    // At once, so that nobody reads half of it.
    std::fs::rename(world.path("clock.new"), world.path("clock")).unwrap();
}

fn serve(world: &World, zone: &str) -> Serving {
    let env = faked(world, zone);
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.serve_with(&env)
}

/// Ends the caution after a jump, by the clock that the desk sees too.
fn resume(world: &World) -> String {
    let mut command = world.command(&["resume", "--yes"]);
    let output = command.envs(faked(world, "UTC")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn limited(world: &World, desk: &Serving, service: i64) -> i64 {
    let id =
        desk.create(world, &format!("service_id={service}&category=x&suspend_method=timelimit"));
    eventually("the customer is told", || world.events(id, "notice_sent") >= 1);
    id
}

fn at(report: &serde_json::Value, kind: &str) -> String {
    let events = report["events"].as_array().unwrap();
    let event = events.iter().find(|event| event["kind"] == kind).unwrap();
    event["at"].as_str().unwrap().to_owned()
}

on_both! {
    fn after_a_jump_forward_nobody_is_suspended_until_staff_resume(world) {
        set(&world, 0);
        let desk = serve(&world, "UTC");
        let id = limited(&world, &desk, 1);
        set(&world, 2 * DAY);
        eventually("the jump is seen", || {
            world.run(&["resume"]).stdout.windows(6).any(|part| part == b"jumped")
        });
        let_pass(2.0);
        assert_eq!(world.panel_lines("changes", ""), 0);
        let listed = resume(&world);
        assert!(listed.contains(&format!("#{id}")), "{listed}");
        drop(desk);
    }

    fn after_a_jump_back_nothing_happens_early_and_staff_decide(world) {
        world.set("time_limit.period", "3s");
        set(&world, 0);
        let desk = serve(&world, "UTC");
        let id = limited(&world, &desk, 1);
        set(&world, -2 * DAY);
        let_pass(5.0);
        assert_eq!(world.panel_lines("changes", ""), 0, "its deadline is two days away");
        set(&world, 0);
        world.wait_for(id, "awaiting_approval");
        assert!(resume(&world).contains(&format!("#{id}")));
        world.wait_for(id, "suspended");
        drop(desk);
    }

    fn a_small_correction_of_the_clock_is_no_jump(world) {
        world.set("time_limit.period", "4s");
        set(&world, 0);
        let desk = serve(&world, "UTC");
        let id = limited(&world, &desk, 1);
        set(&world, 100);
        world.wait_for(id, "suspended");
        drop(desk);
    }
}

/// SQLite only: on PostgreSQL the server's clock decides.
#[test]
fn deadlines_fall_where_they_should_around_odd_places_of_the_calendar() {
    let places = [
        ("into a leap day", "2028-02-29T00:00:00Z", "UTC"),
        ("out of a leap day", "2028-03-01T00:00:00Z", "Asia/Kathmandu"),
        ("an hour that is skipped", "2027-03-28T01:00:00Z", "Europe/Berlin"),
        ("an hour that comes twice", "2027-10-31T01:00:00Z", "Europe/Berlin"),
        ("into a year", "2027-01-01T00:00:00Z", "America/St_Johns"),
        ("out of 32 bits", "2038-01-19T03:14:08Z", "UTC"),
    ];
    std::thread::scope(|scope| {
        for (what, instant, zone) in places {
            scope.spawn(move || crosses(what, instant, zone));
        }
    });
}

/// A deadline is set shortly before an instant and falls shortly after it.
fn crosses(what: &str, instant: &str, zone: &str) {
    let world = World::new(Engine::Sqlite);
    world.set("time_limit.period", "8s");
    let instant: jiff::Timestamp = instant.parse().unwrap();
    set(&world, instant.as_second() - jiff::Timestamp::now().as_second() - 4);
    let desk = serve(&world, zone);
    let id = limited(&world, &desk, 1);
    world.wait_for(id, "suspended");
    let report = world.report(id);
    let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let opened = time(&at(&report, "opened"));
    let deadline = time(report["deadline_at"].as_str().unwrap());
    let held = time(&at(&report, "hold_placed"));
    assert!(opened < instant && instant < deadline, "{what}: {opened} to {deadline}");
    assert_eq!(deadline.duration_since(opened).as_millis(), 8_000, "{what}");
    assert!(held >= deadline, "{what}: never early");
    assert!(held.duration_since(deadline).as_secs() < 30, "{what}: {held}");
    assert_eq!(world.events(id, "hold_placed"), 1, "{what}");
}

/// Together three hundred on the two engines.
const RESTARTS: u32 = 150;

on_both! {
    fn through_a_hundred_and_fifty_restarts_each_deadline_counts_once_and_never_early(world) {
        world.set("limits.suspensions_per_hour", "1000");
        let desk = world.serve();
        let services = [1, 2, 7, 8, 9];
        let mut reports = Vec::new();
        for (number, service) in services.iter().cycle().take(25).enumerate() {
            world.set("time_limit.period", &format!("{}s", 12 + number));
            let_pass(0.4);
            reports.push(limited(&world, &desk, *service));
        }
        desk.kill();
        for number in 0..RESTARTS {
            let desk = world.serve();
            // Some are ended in order, and some as by a power cut.
            if number % 3 == 0 {
                assert!(desk.stop().success());
            } else {
                desk.kill();
            }
        }
        let _desk = world.serve();
        for id in reports {
            world.wait_for(id, "suspended");
            let report = world.report(id);
            let deadline = report["deadline_at"].as_str().unwrap();
            assert!(at(&report, "hold_placed").as_str() >= deadline, "never early: {report}");
            assert_eq!(world.events(id, "hold_placed"), 1, "once: {report}");
            // The first hold of a service suspends it; the others find it so.
            assert!(world.events(id, "suspended") <= 1, "told once: {report}");
        }
        assert_eq!(world.panel_lines("changes", ""), services.len());
    }
}
