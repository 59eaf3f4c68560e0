//! Who may do what, where it is easily gone round: by an open browser, by a file, by a form of another site, in between.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sqlx::Connection;

use crate::api::token;
use crate::attachments::{kind, multipart};
use crate::customers::link;
use crate::paper::text_of;
use crate::seat::{PASSWORD, Seat, between, cookie_of, csrf_of, hire, sign_in};
use crate::staff_area::{code, early_in_a_step, path_of};
use crate::world::*;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Lets it be long ago that anybody entered their password.
fn long_ago(world: &World) {
    world.sql("UPDATE staff_sessions SET proved_at = 0");
}

/// Bodies with NUL wherever a text can stand.
const NULS: [&str; 5] = [
    r#"{"service_id":1,"category":"a\u0000b","directory":"a\u0000","service_ip":"\u0000","admin_notes":"\\u0000\u0000"}"#,
    r#"{"text":"a\u0000b"}"#,
    r#"{"staff":"a\u0000","role":"a\u0000","description":"\u0000"}"#,
    r#"{"value":"[\"a\\u0000\", \"\u0000\"]"}"#,
    r#"{"service":"a\u0000","outcome":"\u0000","by":"\u0000"}"#,
];

/// A path with NUL for each value in it.
fn odd(path: &str) -> String {
    let part =
        |part: &str| if part.starts_with('{') { "a%00b".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The names and values of a page that asks for the password, as a browser would send them.
fn kept(page: &str) -> Vec<(String, String)> {
    let form = between(page, "<h1>Enter your password</h1>", "</form>");
    let field = |part: &str| {
        let value = between(part, "value=\"", "\"");
        (part.split('"').next().unwrap().to_owned(), value.to_owned())
    };
    form.split("type=\"hidden\" name=\"").skip(1).map(field).collect()
}

/// A complaint by somebody, about the service with this address.
fn complaint(subject: &str, source: &str) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    format!(
        "From: Jane <jane@reporter.example.org>\nTo: hidden-recipient@example.com\nSubject: {subject}\n\n\
         We saw attempts to log in.\n\nSource IP: {source}\nDestination IP: 198.51.100.77\nDate: {at:.0}\n"
    )
}

on_both! {
    fn who_complains_is_seen_by_those_alone_who_may_see_that(world) {
        let (sees, all) = (token(&world, &["see_reports"]), token(&world, &["*"]));
        let desk = world.serve();
        hire(&world, "otto", "agent");
        hire(&world, "vera", "viewer");
        world.write("placed.eml", &complaint("Placed by Jane", "192.0.2.1"));
        world.write("waits.eml", &complaint("Nobody knows", "not one"));
        let item = |file: &str| serde_json::from_str::<serde_json::Value>(world.ok(&["ingest", "--json", file]).trim()).unwrap();
        let (placed, waits) = (item("placed.eml"), item("waits.eml"));
        let (report, waits) = (placed["reports"][0].as_i64().unwrap(), waits["id"].to_string());
        let (otto, vera) = (Seat::take(&desk, "otto"), Seat::take(&desk, "vera"));
        let marks = ["reporter.example.org", "Placed by Jane", "Nobody knows", "hidden-recipient", "198.51.100.77"];
        let hides = |text: &str| marks.iter().all(|mark| !text.contains(mark));
        let list = "/admin/inbox?state=all";
        assert!(otto.page(list).contains("Nobody knows"));
        assert!(hides(&vera.page(list)), "{}", vera.page(list));
        for id in [&waits, &placed["id"].to_string()] {
            let path = format!("/admin/inbox/{id}");
            assert!(otto.page(&path).contains("reporter.example.org"));
            assert!(hides(&vera.page(&path)), "{}", vera.page(&path));
        }
        let get = |token: &str, path: &str| {
            let authorization = format!("Bearer {token}");
            let answer = desk.send("GET", &format!("/api/v1{path}"), &[("Authorization", &authorization)], b"");
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            answer.body
        };
        for path in ["/complaints", "/complaints/1", &format!("/reports/{report}")] {
            assert!(get(&all, path).contains("reporter.example.org"), "{path}");
            assert!(hides(&get(&sees, path)), "{path}: {}", get(&sees, path));
        }
        // What nobody could read may be a complaint; an answer is none.
        world.sql("UPDATE incoming_mails SET format = NULL WHERE state = 'waiting'");
        assert!(hides(&vera.page(&format!("/admin/inbox/{waits}"))));
        world.sql(&format!("UPDATE incoming_mails SET state = 'attached', report_id = {report}, format = 'plain' WHERE id = {waits}"));
        let path = format!("/admin/reports/{report}");
        assert!(otto.page(&path).contains("Nobody knows"));
        assert!(hides(&vera.page(&path)), "{}", vera.page(&path));
        world.sql(&format!("UPDATE incoming_mails SET state = 'answer', format = NULL WHERE id = {waits}"));
        assert!(vera.page(&path).contains("Nobody knows"));
    }

    fn setup_asks_for_the_password_again_and_keeps_what_was_entered(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        seat.done("/admin/brakes/pause", &[]);
        long_ago(&world);
        let asks = "<h1>Enter your password</h1>";
        let before = world.json(&["staff", "list"]);
        let asking: Vec<_> = portreeve_web::page_routes().into_iter().filter(|route| route.confirmed).collect();
        assert!(asking.len() >= 14, "{asking:?}");
        for route in &asking {
            let asked = seat.post(&path_of(route.path, 1), &[("act", "disable"), ("key", "staff.require_second_factor"), ("value", "true")]);
            assert_eq!(asked.status, 403, "{}", route.path);
            assert!(asked.body.contains(asks), "{}: {}", route.path, asked.body);
        }
        assert_eq!(world.json(&["staff", "list"]), before, "nothing was done");
        assert_eq!(world.ok(&["settings", "get", "staff.require_second_factor"]).trim(), "false");
        assert!(seat.page("/admin").contains("The desk is paused."));

        let note = "two\nlines <&\"> ";
        let dora = [("name", "dora"), ("email", "dora@example.com"), ("role", "agent"), ("password", "a password of dora"), ("note", note)];
        let asked = seat.post("/admin/setup/staff", &dora);
        assert!(asked.body.contains("action=\"/admin/setup/staff\""), "{}", asked.body);
        let mut fields = kept(&asked.body);
        assert_eq!(fields[0].0, "csrf");
        let shown: Vec<_> = fields[1..].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(shown, ["name", "email", "role", "password", "note"]);
        assert_eq!(fields[5].1, "two\nlines &lt;&amp;&quot;&gt; ");
        let password = |password: &str, fields: &[(String, String)]| {
            let mut fields: Vec<(&str, &str)> = fields[1..].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            fields.push(("own_password", password));
            seat.post("/admin/setup/staff", &fields)
        };
        note.clone_into(&mut fields[5].1);
        let wrong = password("a password of dora", &fields);
        assert!(wrong.status == 403 && wrong.body.contains("The password is wrong") && wrong.body.contains(asks), "{}", wrong.body);
        assert!(!wrong.body.contains("own_password\" value"), "what was tried is not sent back");
        assert_eq!(sign_in(&desk, "dora", "a password of dora").status, 401);
        assert_eq!(password(PASSWORD, &kept(&wrong.body)).status, 303);
        assert_eq!(sign_in(&desk, "dora", "a password of dora").status, 303);
        assert!(seat.page("/admin/setup/audit").contains("password refused"));
        seat.done("/admin/setup/staff/dora", &[("act", "disable")]);
        seat.done("/admin/brakes/resume", &[]);
    }

    fn a_second_factor_goes_only_for_the_password_and_a_code(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let secret = between(&seat.page("/admin/second-factor"), "data-secret>", "<").to_owned();
        early_in_a_step();
        let confirmed = seat.post("/admin/second-factor", &[("code", &code(&secret, -1))]);
        let seat = Seat::with(&desk, cookie_of(&confirmed));
        let recovery = between(&confirmed.body, "<pre id=\"codes\">", "\n").to_owned();
        let remove = |password: &str, code: &str| {
            seat.post("/admin/account/second-factor/remove", &[("own_password", password), ("code", code)])
        };
        let right = code(&secret, 0);
        for (password, code, says) in [
            ("", right.as_str(), "The password is wrong"),
            (PASSWORD, "", "The code is wrong"),
            (PASSWORD, "000000", "The code is wrong"),
        ] {
            let refused = remove(password, code);
            assert!(refused.status == 422 && refused.body.contains(says), "{says}: {}", refused.body);
        }
        assert!(sign_in(&desk, "carol", PASSWORD).header("location").starts_with("/admin/sign-in/code"));
        // Another session, come in by a recovery code.
        let half = cookie_of(&sign_in(&desk, "carol", PASSWORD));
        let csrf = csrf_of(&desk.send("GET", "/admin/sign-in/code", &[("Cookie", &half)], b"").body);
        let body = crate::seat::form(&[("csrf", &csrf), ("code", &recovery)]);
        let whole = desk.send("POST", "/admin/sign-in/code", &[("Cookie", &half), FORM], body.as_bytes());
        let other = Seat::with(&desk, cookie_of(&whole));
        assert_eq!(remove(PASSWORD, &right).status, 303);
        assert_eq!((seat.get("/admin").status, other.get("/admin").status), (200, 303));
        Seat::take(&desk, "carol");
    }

    fn when_everybody_needs_a_second_factor_old_sessions_need_one_too(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        world.set("staff.require_second_factor", "true");
        eventually("she is asked", || seat.get("/admin").header("location") == "/admin/second-factor");
        assert_eq!(seat.post("/admin/brakes/pause", &[]).header("location"), "/admin/second-factor");
        long_ago(&world);
        let secret = between(&seat.page("/admin/second-factor"), "data-secret>", "<").to_owned();
        let enrol = |password: &str| {
            seat.post("/admin/second-factor", &[("code", &code(&secret, 0)), ("own_password", password)])
        };
        assert_eq!(enrol("another password").status, 422, "whoever found her browser open does not set theirs up");
        let confirmed = enrol(PASSWORD);
        assert_eq!(confirmed.status, 200, "{}", confirmed.body);
        assert_eq!(Seat::with(&desk, cookie_of(&confirmed)).get("/admin").status, 200);
    }

    fn a_viewer_gets_no_link_of_a_customer_whatever_it_comes_in(world) {
        let (reads, answers) = (token(&world, &["see_reports"]), token(&world, &["see_reports", "answer"]));
        let desk = world.serve();
        for (name, role) in [("otto", "agent"), ("vera", "viewer")] {
            hire(&world, name, role);
        }
        let id = desk.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let secret = link.rsplit('/').next().unwrap();
        let whole = format!("https://abuse.example.com{link}");
        let mail = format!("Subject: Fwd\r\n\r\n{whole}\r\n");
        assert_eq!(desk.write(&link, id, "answer", &format!("I got {whole}"), &[("notice.eml", mail.as_bytes())]).status, 303);
        let (otto, vera) = (Seat::take(&desk, "otto"), Seat::take(&desk, "vera"));
        let page = otto.page(&format!("/admin/reports/{id}"));
        let fields = [("csrf", csrf_of(&page)), ("revision", between(&page, "data-revision=\"", "\"").to_owned()), ("text", format!("See {whole}"))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let body = multipart(&fields, &[("how-to.txt", b"from us")]);
        let sent = desk.post(&format!("/admin/reports/{id}/answer"), &[("content-type", &kind()), ("cookie", &otto.cookie)], &body);
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(otto.act(id, "note", &[("text", &format!("they sent {whole}"))]).status, 303);
        let quoted = desk.create(&world, &format!("service_id=1&category=Quoted&additional_info=see+{whole}&admin_notes=see+{whole}"));
        assert!(world.report(quoted).to_string().contains("/client/r/…"));

        let files = world.json(&["report", "attachments", &id.to_string()]);
        let of = |name: &str| {
            let found = files.as_array().unwrap().iter().find(|file| file["name"] == name).unwrap();
            (found["id"].as_str().unwrap().to_owned(), found["needs_answer"].as_bool().unwrap())
        };
        let ((theirs, closed), (ours, open)) = (of("notice.eml"), of("how-to.txt"));
        assert!(closed && !open);
        let page = vera.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("notice.eml") && !page.contains(&theirs) && page.contains(&ours), "{page}");
        let place = |file: &str| format!("/admin/reports/{id}/attachments/{file}");
        let refused = vera.get(&place(&theirs));
        assert!(refused.status == 403 && refused.body.contains("No permission"), "{}", refused.body);
        assert_eq!(vera.get(&place(&ours)).body, "from us");
        assert!(otto.get(&place(&theirs)).body.contains(secret));
        let fetch = |token: &str, path: &str| {
            let bearer = format!("Bearer {token}");
            let answer = desk.send("GET", &format!("/api/v1{path}"), &[("authorization", &bearer)], b"");
            (answer.status, answer.body)
        };
        let file = |file: &str| format!("/reports/{id}/attachments/{file}");
        assert_eq!((fetch(&reads, &file(&theirs)).0, fetch(&reads, &file(&ours)).0), (403, 200));
        assert!(fetch(&answers, &file(&theirs)).1.contains(secret));

        let mut seen = vec![world.report(id).to_string(), world.report(quoted).to_string()];
        for report in [id, quoted] {
            seen.push(fetch(&reads, &format!("/reports/{report}")).1);
            for more in ["", "/text"] {
                seen.push(vera.get(&format!("/admin/reports/{report}{more}")).body);
            }
            let paper = format!("/admin/reports/{report}/report.pdf");
            seen.push(text_of(&world, &desk.download(&paper, &[("Cookie", &vera.cookie)]).bytes));
        }
        seen.push(fetch(&reads, &format!("/reports/{id}/attachments")).1);
        for place in ["/admin", "/admin/reports", "/admin/inbox", "/admin/reporters", "/admin/reports/export"] {
            seen.push(vera.get(place).body);
        }
        seen.extend(world.mails(".staff"));
        for text in seen {
            assert!(!text.replace("=\r\n", "").contains(&secret[..20]), "{text}");
        }
        let finds = |text: &str| vera.page(&format!("/admin/reports?text={text}")).contains(&format!("\"/admin/reports/{id}\""));
        eventually("it is found by what stands beside the link", || finds("got"));
        assert!(!finds(&secret[..20]), "and not by the link");
    }

    fn tokens_and_what_is_tried_again_stand_in_the_audit_log(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let made = world.json(&["token", "add", "--staff", "alice", "--scope", "setup", "--description", "for the monitor"]);
        let (reference, text) = (made["ref"].to_string(), made["token"].as_str().unwrap());
        world.ok(&["token", "revoke", &reference]);
        let log = seat.page("/admin/setup/audit");
        for says in ["API token created", &format!("{reference} of alice: setup; for the monitor"), "API token revoked"] {
            assert!(log.contains(says), "{says}: {log}");
        }
        assert!(!log.contains(text));
        world.fails(1, &["token", "revoke", &reference]);
        assert_eq!(seat.page("/admin/setup/audit").matches("API token revoked").count(), 1);
    }

    fn forms_of_other_sites_do_nothing_in_the_customer_area(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let answer = |headers: &[(&str, &str)]| {
            let headers = [&[FORM], headers].concat();
            desk.post(&format!("{link}/reports/{id}/answer"), &headers, b"text=x").status
        };
        let host = desk.base.trim_start_matches("http://").to_owned();
        for elsewhere in [
            &[("origin", "https://evil.example.net")][..],
            &[("origin", "null")],
            &[("sec-fetch-site", "same-site"), ("origin", desk.base.as_str())],
        ] {
            assert_eq!(answer(elsewhere), 403, "{elsewhere:?}");
            let headers = [&[FORM], elsewhere].concat();
            assert_eq!(desk.post("/client/link", &headers, b"email=ada@example.com").status, 403, "{elsewhere:?}");
            assert_eq!(desk.post("/client/sign-out", &headers, b"").status, 403, "{elsewhere:?}");
        }
        assert_eq!(world.events(id, "answered"), 0);
        assert_eq!(answer(&[("origin", desk.base.as_str()), ("host", &host)]), 303);
        assert_eq!(answer(&[]), 303, "programs say nothing");
        assert_eq!(world.events(id, "answered"), 2);
    }

    fn nul_is_no_fault_of_the_database_wherever_it_comes_in(world) {
        let all = token(&world, &["*"]);
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let id = desk.create(&world, "service_id=1&category=Spam");
        let names = [
            "text", "category", "service", "customer", "assignee", "address", "deadline", "suspension", "status", "turn", "order",
            "find", "to", "after", "before", "reply", "language", "unit", "actor", "since", "saved", "q", "directory", "search",
        ];
        let queries: Vec<String> = names.iter().map(|name| format!("{name}=a%00b")).chain([format!("{}=a%00", "%00x")]).collect();
        let fine = |what: &str, status: u16| assert!(status < 500, "{what}: {status}");
        for route in portreeve_web::page_routes().iter().filter(|route| route.method == "GET") {
            for query in &queries {
                let path = format!("{}?{query}", path_of(route.path, id));
                fine(&path, desk.download(&path, &[("Cookie", &seat.cookie)]).status);
            }
        }
        for route in portreeve_web::page_routes().iter().filter(|route| route.path.contains('{')) {
            let path = odd(route.path);
            let fields = [("act", "a\0"), ("name", "a\0"), ("text", "a\0")];
            let cookie = [("Cookie", seat.cookie.as_str())];
            let status = if route.method == "GET" { desk.download(&path, &cookie).status } else { seat.post(&path, &fields).status };
            fine(&path, status);
        }
        let bearer = format!("Bearer {all}");
        let document: serde_json::Value = serde_json::from_str(&desk.get("/api/v1/openapi.json").body).unwrap();
        for (path, operations) in document["paths"].as_object().unwrap() {
            let path = format!("/api/v1{}", path.trim_start_matches("/api/v1"));
            let real = path.replace("{id}", &id.to_string()).replace("{ref}", "1").replace("{key}", "categories").replace("{directory}", "main").replace("{customer}", "a%00b");
            for (method, operation) in operations.as_object().unwrap() {
                let fields = operation["parameters"].as_array().cloned().unwrap_or_default();
                let query: Vec<String> = fields.iter().filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap().to_owned()).collect();
                let mut tries = vec![odd(&path), real.clone()];
                tries.extend(query.iter().map(|name| format!("{real}?{name}=a%00b")));
                let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                for path in tries {
                    match method.as_str() {
                        "get" => fine(&path, desk.download(&path, &headers).status),
                        "delete" => {}
                        method => for body in NULS {
                            fine(&path, desk.send(&method.to_uppercase(), &path, &headers, body.as_bytes()).status);
                        }
                    }
                }
            }
        }
        let link = link(&world, id, "opened");
        for path in [format!("{link}%00"), format!("{link}/reports/%00"), format!("{link}/reports/{id}/attachments/%00"), "/client/r/%00/reports?before=%00".to_owned()] {
            fine(&path, desk.get(&path).status);
        }
        for path in ["/client/link", "/client/sso"] {
            fine(path, desk.post(path, &[FORM], b"email=a%00@example.com&token=%00").status);
        }
        fine("answer", desk.post(&format!("{link}/reports/{id}/answer"), &[FORM], b"text=a%00b").status);
        fine("metrics", desk.get("/metrics?x=%00").status);
        assert_eq!(desk.call(&world.api_id, "action=create&service_id=1&category=a%00b&additional_info=%00").code(), "");
    }
}

/// Permissions of a file or folder.
fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_data_folder_that_others_could_read_is_closed_and_the_log_says_so() {
    let world = World::new(Engine::Sqlite);
    let (folder, database) = (world.path("data"), world.path("data/portreeve.db"));
    assert_eq!((mode(&folder), mode(&database)), (0o700, 0o600), "a new one is closed");
    assert_eq!(mode(&world.path("data/portreeve.migrate.lock")), 0o600);
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&folder, 0o755);
    open(&database, 0o644);
    let desk = world.serve();
    desk.create(&world, "service_id=1&category=Spam");
    assert_eq!((mode(&folder), mode(&database)), (0o700, 0o600));
    for beside in ["portreeve.db-wal", "portreeve.db-shm", "serve.lock"] {
        assert_eq!(mode(&folder.join(beside)), 0o600, "{beside}");
    }
    let log = desk.log();
    assert!(log.contains("was accessible to other users of this machine (mode 0755)"), "{log}");
    assert!(log.contains("(mode 0644)"), "{log}");
    let quiet = world.run(&["report", "list"]);
    assert_eq!(String::from_utf8_lossy(&quiet.stderr), "", "it is said once");
}

/// Changes a row and keeps it from everybody else until somebody waits for it.
fn hold_until_somebody_waits(url: &str, change: String, held: &mpsc::Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut holder = sqlx::PgConnection::connect(url).await.unwrap();
        let mut watcher = sqlx::PgConnection::connect(url).await.unwrap();
        let mut tx = holder.begin().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut *tx).await.unwrap();
        held.send(()).unwrap();
        let waiters = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let started = Instant::now();
        while sqlx::query_scalar::<_, i64>(waiters).fetch_one(&mut watcher).await.unwrap() == 0 {
            assert!(started.elapsed() < Duration::from_secs(40), "nobody waits");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tx.commit().await.unwrap();
    });
}

#[test]
fn a_report_that_becomes_somebody_elses_meanwhile_is_not_acted_on() {
    let world = World::new(Engine::Postgres);
    let desk = world.serve();
    let id = desk.create(&world, "service_id=1&category=Spam");
    let link = link(&world, id, "opened");
    let act = |deed: &str, change: String| {
        let (held, is_held) = mpsc::channel();
        let url = world.database_url();
        let holder = std::thread::spawn(move || hold_until_somebody_waits(&url, change, &held));
        is_held.recv().unwrap();
        let answer = desk.post(&format!("{link}/reports/{id}/{deed}"), &[FORM], b"text=x");
        holder.join().unwrap();
        answer.status
    };
    let to =
        |customer: &str| format!("UPDATE reports SET customer_id = '{customer}' WHERE id = {id}");
    assert_eq!(act("answer", to("99")), 404);
    assert_eq!(world.events(id, "answered"), 0);
    world.sql(&to("11"));
    assert_eq!(act("answer", to("11")), 303);
    assert_eq!(world.events(id, "answered"), 1);
}
