//! Customers: from the notice by its link to the report, and what they do there.

use crate::world::*;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

/// The path of the link in the mail of a notice about a report.
pub(crate) fn link(world: &World, report: i64, notice: &str) -> String {
    let name = format!("report-{report}.{notice}.customer");
    eventually("the notice is there", || !world.mails(&name).is_empty());
    link_in(&world.mails(&name).pop().unwrap())
}

fn link_in(mail: &str) -> String {
    let mail = mail.replace("=\r\n", "");
    let (_, rest) = mail.split_once("/client/r/").expect("a link");
    let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(token.len(), 64, "256 bits: {mail}");
    format!("/client/r/{token}")
}

/// Words that no customer may ever see, one for each report.
const SECRET: &str = "only-staff-may-see-this";

#[test]
fn of_500_reports_no_page_and_no_mail_shows_a_customer_what_is_for_staff() {
    let world = World::new(Engine::Sqlite);
    world.set("limits.suspensions_per_hour", "1000");
    // Each in a mail of its own: more than a mailbox gets in an hour otherwise.
    world.set("client.notices_per_hour", "0");
    let serving = world.serve();
    let methods = ["nosuspend", "immediate", "timelimit"];
    let mut reports = Vec::new();
    for n in 0..500 {
        let service = [1, 2, 5, 7, 8, 9][n % 6];
        let method = methods[n % 3];
        let fields = format!(
            "service_id={service}&category=Kind+{}&suspend_method={method}&allow_unsuspend={}\
             &additional_info=seen+{n}&admin_notes={SECRET}+{n}+reporter%40example.org",
            n % 20,
            n % 2
        );
        reports.push(serving.create(&world, &fields));
    }
    for report in reports.iter().step_by(25) {
        let id = report.to_string();
        world.ok(&[
            "report",
            "note",
            &id,
            "--text",
            &format!("{SECRET}: reporter@example.org called"),
        ]);
        world.ok(&["report", "answer", &id, "--text", "Please look again."]);
        world.ok(&["report", "close", &id, "--outcome", "resolved"]);
    }
    eventually("all went out", || world.mails("opened.customer").len() >= reports.len());
    let hides = |what: &str, text: &str| {
        assert!(!text.contains(SECRET) && !text.contains("reporter@"), "{what}: {text}");
    };
    for mail in world.mails("opened.customer") {
        let link = link_in(&mail);
        let page = serving.get(&link);
        assert!(page.status == 200 && page.body.contains("seen "), "{page:?}");
        hides(&link, &page.body);
    }
    let list = format!("{}/reports", link(&world, reports[0], "opened"));
    hides(&list, &serving.get(&list).body);
    for mail in world.mails(".customer.") {
        hides("a mail", &mail.replace("=\r\n", ""));
    }
}

fn post(serving: &Serving, link: &str, report: i64, deed: &str, fields: &str) -> Answer {
    serving.post(&format!("{link}/reports/{report}/{deed}"), &FORM, fields.as_bytes())
}

on_both! {
    fn a_customer_comes_by_the_link_of_the_notice_sees_what_is_theirs_and_answers(world) {
        let serving = world.serve();
        let fields = "additional_info=seen+at+https://bad.example.com/x+%3Cb%3E&admin_notes=hunter2&suspend_method=timelimit";
        let id = serving.create(&world, &format!("service_id=1&category=Phishing&{fields}"));
        let link = link(&world, id, "opened");
        let page = serving.get(&link);
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("same-origin", "no-store"));
        for text in ["Phishing", "&lt;b&gt;", "Take the page offline at once", "Deadline"] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        for text in ["hunter2", "https://bad.example.com", "<b>"] {
            assert!(!page.body.contains(text), "{text}: {}", page.body);
        }
        let before = world.report(id);
        serving.get(&link);
        assert_eq!(world.report(id), before, "to look changes nothing");

        let answered = post(&serving, &link, id, "answer", "text=We+removed+it.");
        assert_eq!(answered.status, 303);
        let after = world.report(id);
        assert_eq!((after["turn"].as_str(), after["deadline_at"].as_str()), (Some("staff"), None));
        let page = serving.get(answered.header("location"));
        assert!(page.body.contains("We removed it.") && page.body.contains("Your reply was sent."), "{}", page.body);
        assert_eq!(post(&serving, &link, id, "answer", "text=+").status, 422);

        world.ok(&["report", "end-links", &id.to_string()]);
        for dead in [link.as_str(), &format!("{link}/reports"), "/client/r/x", &format!("/client/r/{}", "0".repeat(64))] {
            let answer = serving.get(dead);
            assert!(answer.status == 404 && answer.body.contains("no longer valid"), "{dead}: {answer:?}");
        }
        assert_eq!(post(&serving, &link, id, "answer", "text=x").status, 404);
        assert_eq!(world.events(id, "answered"), 1);
    }

    fn by_a_link_a_customer_sees_their_other_reports_and_nobody_elses(world) {
        let serving = world.serve();
        let first = serving.create(&world, "service_id=1&category=First");
        let second = serving.create(&world, "service_id=1&category=Second");
        let foreign = serving.create(&world, "service_id=2&category=Foreign");
        let link = link(&world, first, "opened");
        let list = serving.get(&format!("{link}/reports"));
        assert!(list.body.contains("First") && list.body.contains("Second") && !list.body.contains("Foreign"), "{}", list.body);
        assert_eq!(serving.get(&format!("{link}/reports/{second}")).status, 200);
        assert_eq!(post(&serving, &link, second, "fixed", "text=done").status, 303);
        assert_eq!(world.report(second)["customer_claim"], "fixed");
        for deed in ["answer", "fixed", "contest", "more-time", "unsuspend"] {
            let refused = post(&serving, &link, foreign, deed, "text=x&by=24h");
            assert_eq!((refused.status, serving.get(&format!("{link}/reports/{foreign}")).status), (404, 404), "{deed}");
        }
        assert_eq!(post(&serving, &link, first, "close", "text=x").status, 404);
        assert_eq!(world.report(foreign)["turn"], "customer");
    }

    fn a_customer_takes_the_service_back_twice_and_then_staff_decide(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate&allow_unsuspend=1");
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        assert!(serving.get(&link).body.contains("Unsuspend my service"));
        assert_eq!(post(&serving, &link, id, "unsuspend", "text=").status, 422, "a statement is needed");
        assert_eq!(world.suspension(id), "suspended");
        for time in 1..=2 {
            assert_eq!(post(&serving, &link, id, "unsuspend", "text=The+script+is+gone").status, 303);
            world.wait_for(id, "lifted");
            assert_eq!(world.panel_state(1), "active");
            let report = world.report(id);
            assert_eq!((report["taken_back_times"].as_u64(), report["turn"].as_str()), (Some(time), Some("staff")));
            let twice = post(&serving, &link, id, "unsuspend", "text=again");
            assert!(twice.status == 422 && twice.body.contains("again"), "what was written is not lost: {}", twice.body);
            world.ok(&["report", "suspend", &id.to_string()]);
            world.wait_for(id, "suspended");
        }
        let third = post(&serving, &link, id, "unsuspend", "text=please");
        assert!(third.status == 422 && third.body.contains("staff decide now"), "{}", third.body);
        assert_eq!(world.suspension(id), "suspended");
    }

    fn a_customer_frees_only_what_their_report_holds(world) {
        let serving = world.serve();
        let now = "category=Spam&suspend_method=immediate";
        let strict = serving.create(&world, &format!("service_id=1&{now}"));
        let mild = serving.create(&world, &format!("service_id=1&{now}&allow_unsuspend=1"));
        world.wait_for(mild, "suspended");
        let link = link(&world, mild, "suspended");
        let refused = post(&serving, &link, strict, "unsuspend", "text=please");
        assert!(refused.status == 422 && refused.body.contains("staff decide"), "{}", refused.body);
        assert_eq!(post(&serving, &link, mild, "unsuspend", "text=done").status, 303);
        world.wait_for(mild, "lifted");
        let_pass(0.5);
        assert!(world.panel_state(1).starts_with("suspended"), "the other report still holds it");
        assert!(serving.get(&format!("{link}/reports/{mild}")).body.contains("Another report keeps the service suspended"));
    }

    fn whatever_else_holds_a_service_a_customer_frees_it_only_when_nothing_is_left(world) {
        // Every combination of: suspended before us, another report that holds it, and which of the two came first.
        let mut services = String::from("service_id,customer_id,customer_email,dedicated_ip\n");
        for n in 0..8 {
            services.push_str(&format!("{},50,x@example.com,198.51.100.{}\n", 100 + n, 100 + n));
        }
        world.write("more.csv", &services);
        world.ok(&["service", "import", "more.csv"]);
        for n in 0..8 {
            if n & 1 != 0 {
                world.set_panel_state(100 + n, "suspended Overdue on Payment");
            }
        }
        let serving = world.serve();
        let open = |service: i64, more: &str| {
            serving.create(&world, &format!("service_id={service}&category=Spam&suspend_method=immediate{more}"))
        };
        for n in 0..8 {
            let (overdue, other, first) = (n & 1 != 0, n & 2 != 0, n & 4 != 0);
            let service = 100 + n;
            if other && first {
                open(service, "");
            }
            let mine = open(service, "&allow_unsuspend=1");
            if other && !first {
                open(service, "");
            }
            world.wait_for(mine, if overdue { "suspended_by_other" } else { "suspended" });
            let link = link(&world, mine, "opened");
            assert_eq!(post(&serving, &link, mine, "unsuspend", "text=done").status, 303, "{n}");
            world.wait_for(mine, "lifted");
            let_pass(0.3);
            let is_free = world.panel_state(service) == "active";
            assert_eq!(is_free, !overdue && !other, "{n}: {}", world.panel_state(service));
        }
    }

    fn a_service_that_was_suspended_before_us_is_nobodys_to_take_back(world) {
        world.set_panel_state(5, "suspended Overdue on Payment");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=5&category=Spam&suspend_method=immediate&allow_unsuspend=1");
        world.wait_for(id, "suspended_by_other");
        let link = link(&world, id, "opened");
        assert!(serving.get(&link).body.contains("suspended for another reason"));
        post(&serving, &link, id, "unsuspend", "text=done");
        let_pass(1.0);
        assert_eq!(world.panel_state(5), "suspended Overdue on Payment");
        assert_eq!(world.panel_lines("calls", "unsuspend"), 0);
    }

    fn a_service_that_moved_to_another_customer_is_no_longer_theirs_to_take_back(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate&allow_unsuspend=1");
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        world.write("moved.csv", "service_id,customer_id,customer_email\n1,999,new@example.com\n");
        world.ok(&["service", "import", "moved.csv"]);
        let refused = post(&serving, &link, id, "unsuspend", "text=mine");
        assert!(refused.status == 422 && refused.body.contains("no longer yours"), "{}", refused.body);
        assert!(world.panel_state(1).starts_with("suspended"));
        assert!(!refused.body.contains("new@example.com"));
    }

    fn more_time_is_given_once_by_itself_and_then_by_staff(world) {
        world.set("client.more_time", "24h");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let link = link(&world, id, "opened");
        let deadline = || world.report(id)["deadline_at"].as_str().map(str::to_owned);
        let first = deadline();
        assert_eq!(post(&serving, &link, id, "more-time", "by=7000d").status, 422);
        assert_eq!(post(&serving, &link, id, "more-time", "by=24h&text=holidays").status, 303);
        assert!(deadline() > first && world.events(id, "extended") == 1);
        assert_eq!(post(&serving, &link, id, "more-time", "by=24h").status, 303);
        let report = world.report(id);
        assert_eq!((report["more_time_wanted"].as_str(), report["turn"].as_str()), (Some("1d"), Some("staff")));
        let again = post(&serving, &link, id, "more-time", "by=24h");
        assert!(again.status == 422 && again.body.contains("already"), "{}", again.body);
        world.ok(&["report", "extend", &id.to_string(), "--by", "24h"]);
        assert_eq!(world.report(id)["more_time_wanted"], serde_json::Value::Null);
    }

    fn the_page_says_what_an_answer_does_to_the_deadline_and_no_time_is_no_extension(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let link = link(&world, id, "opened");
        for (setting, says) in [
            ("pause", "Replying pauses the deadline"),
            ("cancel", "Replying cancels the deadline"),
            ("ignore", "Replying alone does not stop this"),
        ] {
            world.set("time_limit.on_reply", setting);
            eventually(setting, || serving.get(&link).body.contains(says));
        }
        let refused = world.fails(1, &["report", "extend", &id.to_string(), "--by", "0s"]);
        assert!(refused.contains("length of time"), "{refused}");
        assert_eq!(world.events(id, "extended"), 0);
    }

    fn who_contests_is_heard_by_somebody_who_has_not_acted(world) {
        world.ok(&["staff", "add", "bob", "--email", "bob@example.com", "--role", "agent"]);
        world.ok(&["staff", "add", "vic", "--email", "vic@example.com", "--role", "viewer"]);
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        world.sql(&format!("INSERT INTO events (report_id, at, actor, kind, data) VALUES ({id}, 1, 'staff:alice', 'noted', '{{}}')"));
        assert_eq!(post(&serving, &link, id, "contest", "text=That+was+not+us").status, 303);
        let report = world.report(id);
        assert_eq!((report["customer_claim"].as_str(), report["assignee"].as_str()), (Some("contested"), Some("bob")));
        assert_eq!(world.events(id, "contested"), 1);
        world.ok(&["staff", "add", "dora", "--email", "dora@example.com", "--role", "agent"]);
        world.sql(&format!("INSERT INTO events (report_id, at, actor, kind, data) VALUES ({id}, 2, 'staff:bob', 'answered', '{{\"by\":\"staff\",\"channel\":\"page\"}}')"));
        assert_eq!(post(&serving, &link, id, "fixed", "text=Well").status, 303);
        assert_eq!(post(&serving, &link, id, "contest", "text=And+still").status, 303);
        assert_eq!(world.report(id)["assignee"], "bob", "nobody chooses who decides by contesting again");
        assert_eq!((world.events(id, "contested"), world.events(id, "handed_over")), (2, 1));
    }

    fn a_customer_reads_in_their_language_and_zone_with_a_hosts_own_words(world) {
        world.write("german.csv", "service_id,customer_id,customer_name,customer_email,language\n77,77,Erika Muster,erika@example.com,german\n");
        world.ok(&["service", "import", "german.csv"]);
        world.set("client.time_zone", "Europe/Berlin");
        std::fs::create_dir_all(world.path("data/templates/de/opened")).unwrap();
        world.write("data/templates/de/opened/subject.txt", "Beispielhoster: {{ category }}");
        world.ok(&["templates", "check"]);
        let serving = world.serve();
        let id = serving.create(&world, "service_id=77&category=Malware&suspend_method=timelimit");
        let link = link(&world, id, "opened");
        let mail = world.mails(&format!("report-{id}.opened.customer")).pop().unwrap();
        assert!(mail.contains("Beispielhoster: Malware") && mail.contains("Guten Tag Erika Muster"), "{mail}");
        assert!(mail.contains("CET") || mail.contains("CEST"), "{mail}");
        let page = serving.get(&link).body;
        assert!(page.contains("lang=\"de\"") && page.contains("Der Meldung widersprechen") && page.contains("Was gemeldet wurde"), "{page}");
        world.write("data/templates/de/opened/body.txt", "{{ nothing }}");
        let said = world.fails(1, &["templates", "check"]);
        assert!(said.contains("de/opened/body.txt"), "{said}");
    }

    fn a_lockdown_is_asked_for_by_rest_and_ends_with_the_reply_or_the_report(world) {
        let token = world.json(&["token", "add", "--staff", "alice", "--scope", "see_reports"])["token"].as_str().unwrap().to_owned();
        let serving = world.serve();
        let bearer = format!("Bearer {token}");
        let ask = |customer: &str| {
            let path = format!("/api/v1/customers/{customer}/lockdown");
            serving.send("GET", &path, &[("authorization", bearer.as_str())], b"").json()
        };
        let id = serving.create(&world, "service_id=1&category=Spam");
        assert_eq!(ask("11"), serde_json::json!({"mode": "no", "locked": false, "open": 1, "unanswered": 1}));
        world.set("client.lockdown", "standard");
        eventually("it takes effect", || ask("11")["locked"] == true);
        assert_eq!(ask("12")["locked"], false);
        post(&serving, &link(&world, id, "opened"), id, "answer", "text=done");
        assert_eq!((ask("11")["locked"].as_bool(), ask("11")["unanswered"].as_i64()), (Some(false), Some(0)));
        world.set("client.lockdown", "strict");
        eventually("it takes effect", || ask("11")["locked"] == true);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        assert_eq!(ask("11")["locked"], false);
    }

    fn who_lost_the_link_gets_a_new_one_at_their_address_and_strangers_learn_nothing(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let first = link(&world, id, "opened");
        assert!(serving.get("/client").body.contains("Send me a link"));
        let ask = |address: &str| serving.post("/client/link", &FORM, format!("email={address}").as_bytes());
        let known = ask("Ada%40Example.com");
        let new = link(&world, id, "link");
        assert_ne!(new, first);
        assert_eq!((serving.get(&new).status, serving.get(&first).status), (200, 200));
        let stranger = ask("nobody%40example.com");
        assert_eq!((known.status, &known.body), (200, &stranger.body));
        for _ in 0..5 {
            ask("ada%40example.com");
        }
        eventually("three in an hour", || world.events(id, "link_asked") == 3);
        let_pass(0.5);
        assert_eq!(world.events(id, "link_asked"), 3);
        assert!(!world.mails("link.customer").iter().any(|mail| mail.contains("nobody@")));
        let mut last = 200;
        for n in 0..20 {
            last = ask(&format!("n{n}%40example.com")).status;
        }
        assert_eq!(last, 429);
    }

    fn a_link_expires(world) {
        world.set("client.link_life", "1h");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        assert_eq!(serving.get(&link).status, 200);
        world.sql("UPDATE client_links SET expires_at = 1");
        assert_eq!(serving.get(&link).status, 404);
    }
}
