//! The staff area through its pages: who gets in, who may do what, and the day's work.

use std::collections::BTreeSet;

use portreeve_core::time::Timestamp;
use totp_rs::{Builder, Secret};

use crate::seat::{PASSWORD, Seat, between, cookie_of, csrf_of, form, hire, sign_in};
use crate::world::{Engine, Serving, World, eventually, on_both, on_each};

/// What an authenticator shows, some steps of 30 seconds away from now.
pub(crate) fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let second = Timestamp::now().as_second() + steps * 30;
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(second).unwrap()).to_string()
}

/// Waits until a step of 30 seconds has begun a short while ago: in a story about codes of several steps none may end.
pub(crate) fn early_in_a_step() {
    eventually("a step of the codes is young", || Timestamp::now().as_second() % 30 < 15);
}

fn number_of(location: &str) -> i64 {
    location.rsplit('/').next().unwrap().parse().unwrap()
}

/// Every right but these.
fn all_rights_but(without: &str) -> Vec<&'static str> {
    let all = [
        "see_reports",
        "open",
        "answer",
        "close",
        "suspend",
        "approve",
        "setup",
        "see_reporter",
        "complain",
        "export",
    ];
    all.into_iter().filter(|right| *right != without).collect()
}

on_both! {
    fn whoever_knows_the_password_gets_in_and_nobody_else(world) {
        let desk = world.serve();
        let first = desk.get("/admin/sign-in").body;
        assert!(first.contains("portreeve staff add"), "alice has no password: nobody can sign in yet");
        hire(&world, "carol", "admin");
        assert!(!desk.get("/admin/sign-in").body.contains("portreeve staff add"));

        let asked = desk.get("/admin/reports?status=open");
        let place = "/admin/sign-in?to=%2Fadmin%2Freports%3Fstatus%3Dopen";
        assert_eq!((asked.status, asked.header("location")), (303, place));
        let unknown = sign_in(&desk, "nobody", PASSWORD);
        let wrong = sign_in(&desk, "carol", "another password");
        let none = sign_in(&desk, "alice", "");
        for answer in [&unknown, &wrong, &none] {
            assert_eq!(answer.status, 401);
            assert!(answer.body.contains("The name or the password is wrong."));
            assert_eq!(answer.header("set-cookie"), "");
        }
        let body = form(&[("name", "carol"), ("password", PASSWORD), ("to", "/admin/reports?status=open"), ("time_zone", "Europe/Berlin")]);
        let answer = desk.send("POST", "/admin/sign-in", &[("Content-Type", "application/x-www-form-urlencoded")], body.as_bytes());
        assert_eq!((answer.status, answer.header("location")), (303, "/admin/reports?status=open"));
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/admin"), "{cookie}");
        let seat = Seat::with(&desk, cookie_of(&answer));
        assert!(seat.page("/admin/account").contains("value=\"Europe/Berlin\""), "the browser's zone was learnt");

        let other = Seat::take(&desk, "carol");
        let sessions = seat.page("/admin/account");
        let id = between(&sessions, "name=\"id\" value=\"", "\"");
        seat.done("/admin/account/sessions/end", &[("id", id)]);
        assert_eq!(other.get("/admin").status, 303, "that session was ended");
        assert_eq!(seat.done("/admin/sign-out", &[]), "/admin/sign-in");
        assert_eq!(seat.get("/admin").status, 303);

        let seat = Seat::take(&desk, "carol");
        world.ok(&["staff", "disable", "carol"]);
        assert_eq!(seat.get("/admin").status, 303, "at once");
        assert_eq!(sign_in(&desk, "carol", PASSWORD).status, 401);
    }

    fn a_password_is_changed_and_every_other_session_ends(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let (here, there) = (Seat::take(&desk, "carol"), Seat::take(&desk, "carol"));
        let change = |old: &str, new: &str, again: &str| {
            here.post("/admin/account/password", &[("old", old), ("new", new), ("again", again)])
        };
        assert!(change("wrong", "a longer password", "a longer password").body.contains("The password is wrong"));
        assert!(change(PASSWORD, "a longer password", "another password").body.contains("do not match"));
        assert!(change(PASSWORD, "short", "short").body.contains("at least 12 characters"));
        assert_eq!(there.get("/admin").status, 200, "nothing was changed yet");
        assert_eq!(change(PASSWORD, "a longer password", "a longer password").status, 303);
        assert_eq!((here.get("/admin").status, there.get("/admin").status), (200, 303));
        assert_eq!(sign_in(&desk, "carol", PASSWORD).status, 401);
        assert_eq!(sign_in(&desk, "carol", "a longer password").status, 303);
        world.ok_reading(&["staff", "password", "carol"], "a third password");
        assert_eq!(here.get("/admin").status, 303);
        assert_eq!(sign_in(&desk, "carol", "a third password").status, 303);
    }

    fn a_second_factor_is_asked_for_and_each_code_counts_once(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let page = seat.page("/admin/second-factor");
        let secret = between(&page, "data-secret>", "<").to_owned();
        assert_eq!(between(&seat.page("/admin/second-factor"), "data-secret>", "<"), secret, "the same until it is confirmed");
        assert!(seat.page("/admin/second-factor/qr.svg").contains("<svg"));
        assert_eq!(seat.post("/admin/second-factor", &[("code", "000000")]).status, 422);
        early_in_a_step();
        let confirmed = seat.post("/admin/second-factor", &[("code", &code(&secret, -1))]);
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
        let recovery = between(&confirmed.body, "<pre id=\"codes\">", "\n").to_owned();
        assert_eq!(seat.get("/admin").status, 303, "the session goes on under a new token");
        assert_eq!(Seat::with(&desk, cookie_of(&confirmed)).get("/admin").status, 200);

        let half = sign_in(&desk, "carol", PASSWORD);
        assert!(half.header("location").starts_with("/admin/sign-in/code"), "{half:?}");
        let cookie = cookie_of(&half);
        let get = |path: &str| desk.send("GET", path, &[("Cookie", &cookie)], b"");
        assert_eq!(get("/admin").header("location"), "/admin/sign-in/code");
        assert_eq!(get("/admin/second-factor").header("location"), "/admin/sign-in/code");
        let csrf = csrf_of(&get("/admin/sign-in/code").body);
        let show = |code: &str| {
            let body = form(&[("csrf", &csrf), ("code", code)]);
            let headers = [("Cookie", cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
            desk.send("POST", "/admin/sign-in/code", &headers, body.as_bytes())
        };
        assert_eq!(show(&code(&secret, -1)).status, 401, "it was used to confirm");
        let right = code(&secret, 0);
        let whole = show(&right);
        assert_eq!((whole.status, whole.header("location")), (303, "/admin"));
        assert_ne!(cookie_of(&whole), cookie);
        assert_eq!(get("/admin").status, 303, "the token from before is worth nothing");

        let again = |code: &str| {
            let half = cookie_of(&sign_in(&desk, "carol", PASSWORD));
            let page = desk.send("GET", "/admin/sign-in/code", &[("Cookie", &half)], b"").body;
            let body = form(&[("csrf", &csrf_of(&page)), ("code", code)]);
            let headers = [("Cookie", half.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
            desk.send("POST", "/admin/sign-in/code", &headers, body.as_bytes()).status
        };
        assert_eq!(again(&right), 401, "a code counts once");
        assert_eq!(again(&recovery), 303);
        assert_eq!(again(&recovery), 401, "a recovery code too");
        world.ok(&["staff", "remove-second-factor", "carol"]);
        Seat::take(&desk, "carol");

        world.set("staff.require_second_factor", "true");
        hire(&world, "dora", "agent");
        eventually("dora is asked to set one up", || {
            sign_in(&desk, "dora", PASSWORD).header("location") == "/admin/second-factor"
        });
        let cookie = cookie_of(&sign_in(&desk, "dora", PASSWORD));
        let admin = desk.send("GET", "/admin", &[("Cookie", &cookie)], b"");
        assert_eq!(admin.header("location"), "/admin/second-factor");
    }

    fn guessing_is_slowed_down_for_each_account(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let statuses: Vec<u16> = (0..11).map(|_| sign_in(&desk, "carol", "a wrong password").status).collect();
        assert_eq!(statuses[9..], [401, 429]);
        assert_eq!(sign_in(&desk, "carol", PASSWORD).status, 429, "now it is too late even for the right one");
    }

    fn forms_from_elsewhere_are_refused_and_change_nothing(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let csrf = csrf_of(&seat.page("/admin/account"));
        let other = csrf_of(&Seat::take(&desk, "carol").page("/admin/account"));
        let pause = |headers: &[(&str, &str)], csrf: &str| {
            seat.send("/admin/brakes/pause", headers, &[("csrf", csrf)]).status
        };
        assert_eq!(pause(&[], ""), 403);
        assert_eq!(pause(&[], &other), 403, "of another session");
        assert_eq!(pause(&[("Sec-Fetch-Site", "cross-site")], &csrf), 403);
        assert_eq!(pause(&[("Origin", "https://evil.example.com")], &csrf), 403);
        assert!(!seat.page("/admin").contains("The desk is paused."));
        assert_eq!(pause(&[("Sec-Fetch-Site", "same-origin"), ("Origin", &desk.base)], &csrf), 303);
        assert!(seat.page("/admin").contains("The desk is paused."));
        let stranger = desk.send("POST", "/admin/brakes/pause", &[("Content-Type", "application/x-www-form-urlencoded")], b"csrf=");
        assert_eq!(stranger.status, 303);
        let elsewhere = form(&[("name", "carol"), ("password", PASSWORD)]);
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")];
        assert_eq!(desk.send("POST", "/admin/sign-in", &headers, elsewhere.as_bytes()).status, 403);
    }

    fn a_report_is_worked_on_from_its_page(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let found = seat.page("/admin/reports/new?find=192.0.2.7");
        assert!(found.contains("main:7") && found.contains("Gil"), "by its address");
        assert!(seat.page("/admin/reports/new?find=shop.example.com").contains("main:1"), "by its domain");
        assert!(seat.page("/admin/reports/new?find=nothing").contains("No service was found."));
        let fields = [
            ("service", "main:7"), ("category", "Spam"), ("suspend_method", "timelimit"),
            ("additional_info", "see http://evil.example.com/x"), ("admin_notes", "for us"), ("once", "1-main:7"),
        ];
        let id = number_of(&seat.done("/admin/reports/new", &fields));
        assert_eq!(number_of(&seat.done("/admin/reports/new", &fields)), id, "pressed twice");
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("hxxp://evil[.]example[.]com/x") && !page.contains("http://evil"), "{page}");
        assert_eq!(seat.page(&format!("/admin/reports/{id}/text")), "see http://evil.example.com/x");
        assert!(seat.page("/admin/reports/new?service=main:7").contains("open reports already"));

        let before = world.report(id)["deadline_at"].as_str().unwrap().to_owned();
        assert_eq!(seat.act(id, "extension", &[("by", "24h")]).status, 303);
        assert!(world.report(id)["deadline_at"].as_str().unwrap() > before.as_str());
        assert_eq!(seat.act(id, "answer", &[("text", "Please look at your\r\nmail queue.")]).status, 303);
        eventually("the answer was sent", || {
            world.mails("answered").iter().any(|mail| mail.contains("mail queue."))
        });
        eventually("the page shows the mail", || {
            seat.page(&format!("/admin/reports/{id}")).contains("gil@example.com, <time")
        });
        assert_eq!(seat.act(id, "note", &[("text", "called them")]).status, 303);
        assert_eq!(seat.act(id, "assignee", &[("assignee", "carol")]).status, 303);
        assert_eq!(seat.act(id, "category", &[("category", "Phishing")]).status, 303);
        assert_eq!(seat.act(id, "deadline-cancellation", &[]).status, 303);
        let report = world.report(id);
        assert_eq!((report["assignee"].as_str(), report["category"].as_str()), (Some("carol"), Some("Phishing")));
        assert_eq!(report["deadline_at"], serde_json::Value::Null);
        assert!(seat.page("/admin/reports?assignee=me").contains(&format!("/admin/reports/{id}\"")));
        assert_eq!(seat.act(id, "suspension", &[]).status, 303);
        world.wait_for(id, "suspended");
        assert_eq!(seat.act(id, "answer-and-close", &[("text", "Settled."), ("outcome", "resolved")]).status, 303);
        world.wait_for(id, "lifted");
        assert_eq!(world.report(id)["status"], "closed");
        let refused = seat.act(id, "extension", &[("by", "24h")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("reopen it first"), "{}", refused.body);
        assert_eq!(seat.act(id, "reopening", &[]).status, 303);
        assert_eq!(seat.act(id, "answer", &[("text", "  ")]).status, 422);
        assert_eq!(seat.get("/admin/reports/999999").status, 404);
        assert_eq!(seat.get("/admin/reports/x").status, 404);
        assert_eq!(seat.get("/admin/inbox?after=x").status, 400);
    }

    fn staff_see_that_a_deadline_will_wait_and_find_services_by_their_customers_mail_address(world) {
        world.write("mute.csv", "service_id,customer_id,customer_email\n77,77,\n78,78,eve@example.com\n");
        world.ok(&["service", "import", "mute.csv"]);
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let waits = "The suspension will need approval";
        let untold = desk.create(&world, "service_id=77&category=Spam&suspend_method=timelimit");
        assert!(seat.page(&format!("/admin/reports/{untold}")).contains(waits));
        let told = desk.create(&world, "service_id=78&category=Spam&suspend_method=timelimit");
        eventually("who was told is told so", || !seat.page(&format!("/admin/reports/{told}")).contains(waits));
        let found = seat.page("/admin/reports/new?find=Eve%40Example.com");
        assert!(found.contains("main:78") && !found.contains("main:77"), "{found}");
    }

    fn of_two_who_act_at_a_time_the_second_is_shown_what_happened_and_chooses(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        hire(&world, "dora", "agent");
        let id = desk.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let (carol, dora) = (Seat::take(&desk, "carol"), Seat::take(&desk, "dora"));
        let path = format!("/admin/reports/{id}");
        let page = carol.page(&path);
        let seen = between(&page, "data-revision=\"", "\"");
        let events = between(&page, "name=\"seen_event\" value=\"", "\"");
        assert!(dora.page(&path).contains("Also looking at this report: carol"));
        assert_eq!(dora.act(id, "closure", &[("outcome", "unfounded")]).status, 303);
        let fields = [("text", "My <b>long</b> answer"), ("revision", seen), ("seen_event", events)];
        let conflict = carol.post(&format!("{path}/answer"), &fields);
        assert_eq!(conflict.status, 409);
        assert!(conflict.body.contains("Report closed: unfounded") && conflict.body.contains("staff:dora"), "{}", conflict.body);
        assert!(conflict.body.contains("My &lt;b&gt;long&lt;/b&gt; answer"), "what was written is kept: {}", conflict.body);
        assert!(world.report(id)["messages"].as_array().unwrap().is_empty());
        let looked = carol.post(&format!("{path}/presence"), &[]);
        assert!(looked.json()["others"].as_str().unwrap().contains("dora"));
        assert_ne!(looked.json()["revision"].to_string(), seen);
    }

    fn reports_about_the_same_are_merged_and_separated_and_nobody_is_freed_by_that(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let held = desk.create(&world, "service_id=7&category=Spam&suspend_method=immediate");
        let other = desk.create(&world, "service_id=7&category=Spam");
        let foreign = desk.create(&world, "service_id=1&category=Spam");
        world.wait_for(held, "suspended");
        let into = |to: i64| seat.act(held, "merging", &[("other", &format!("#{to}"))]);
        assert!(into(foreign).body.contains("a different service"));
        assert!(into(held).body.contains("into itself"));
        assert_eq!(into(999).status, 404);
        assert_eq!(into(other).status, 303);
        let (merged, heir) = (world.report(held), world.report(other));
        assert_eq!((merged["status"].as_str(), merged["merged_into"].as_i64()), (Some("closed"), Some(other)));
        assert_eq!(merged["outcome"], "duplicate");
        assert_eq!(heir["suspension"]["state"], "suspended");
        assert_eq!(world.panel_lines("changes", "unsuspend 7"), 0);
        assert_eq!(seat.act(held, "separation", &[]).status, 303);
        assert_eq!(world.report(held)["suspension"]["state"], "suspended");
        assert_eq!(world.report(other)["suspension"]["state"], "lifted");
        seat.act(other, "closure", &[("outcome", "resolved")]);
        assert_eq!(world.panel_state(7).split(' ').next(), Some("suspended"));
        seat.act(held, "closure", &[("outcome", "resolved")]);
        world.wait_for(held, "lifted");
    }

    fn the_originals_five_steps_make_an_api_id_that_works(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        assert!(seat.page("/admin").contains(">Setup</a>"));
        let setup = seat.page("/admin/setup");
        assert!(setup.contains(">Staff Management</a>") && setup.contains(">Manage API Credentials</a>"));
        let roles = seat.page("/admin/setup/api-roles");
        assert!(roles.contains(">API Roles</a>") && roles.contains(">Create API Role</summary>") && roles.contains("none of the actions"));
        assert_eq!(seat.done("/admin/setup/api-roles", &[("name", "scripts")]), "/admin/setup/api-roles");
        let credentials = seat.page("/admin/setup/api-credentials");
        assert!(credentials.contains(">Generate New API Credential</summary>") && credentials.contains("<option selected>scripts</option>"), "{credentials}");
        let made = seat.post("/admin/setup/api-credentials", &[("staff", "carol"), ("role", "scripts"), ("description", "monitoring <script>")]);
        assert_eq!(made.status, 201);
        let identifier = between(&made.body, "<pre id=\"identifier\">", "<").to_owned();
        assert!(made.body.contains(&format!("API_ID: {identifier}")) && made.body.contains("curl_init("));
        eventually("the API ID works", || {
            desk.call(&identifier, "action=create&service_id=7&category=Spam").code().is_empty()
        });
        desk.call(&identifier, "action=create&service_id=7");
        let list = || seat.page("/admin/setup/api-credentials");
        assert!(!list().contains(&identifier), "it is not shown again");
        assert!(list().contains("monitoring &lt;script&gt;"));
        eventually("its calls are counted", || list().contains("1 error"));
        let reference = world.json(&["credential", "list"]).as_array().unwrap().last().unwrap()["ref"].to_string();
        let path = format!("/admin/setup/api-credentials/{reference}");
        assert_eq!(seat.post(&format!("{path}/addresses"), &[("allow", "nonsense")]).status, 422);
        seat.done(&format!("{path}/addresses"), &[("allow", "203.0.113.0/24, 2001:db8::/64")]);
        eventually("it is refused from here", || desk.call(&identifier, "action=create&service_id=7&category=Spam").code() == "AMP001");
        seat.done(&format!("{path}/addresses"), &[("allow", "127.0.0.1")]);
        eventually("it works from here", || desk.call(&identifier, "action=create&service_id=7&category=Spam").code().is_empty());
        seat.done(&format!("{path}/revocation"), &[]);
        eventually("it is revoked", || desk.call(&identifier, "action=create&service_id=7&category=Spam").code() == "AMP001");
        let log = seat.page("/admin/setup/audit");
        for line in ["API credential generated", "API credential limited to addresses", "API credential revoked", "role added", "signed in"] {
            assert!(log.contains(line), "{line}: {log}");
        }
        assert!(!log.contains(&identifier));
    }

    fn many_reports_at_once_are_shown_first_then_done_and_undone(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        let seat = Seat::take(&desk, "carol");
        let ids: Vec<String> = (0..3).map(|_| desk.create(&world, "service_id=7&category=Spam").to_string()).collect();
        let chosen: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
        let wish = |act: &'static str, more: &[(&'static str, &'static str)]| {
            let mut fields = chosen.clone();
            fields.push(("act", act));
            fields.extend_from_slice(more);
            fields.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect::<Vec<_>>()
        };
        let post = |path: &str, fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            seat.post(path, &fields)
        };
        let shown = post("/admin/reports/bulk", &wish("close", &[("outcome", "resolved")]));
        assert!(shown.body.contains("Close 3 reports"), "{}", shown.body);
        assert_eq!(world.report(1)["status"], "open", "only shown yet");
        // Somebody acts on one of them in between.
        world.ok(&["report", "answer", &ids[0], "--text", "wait"]);
        let mut fields = wish("close", &[("outcome", "resolved")]);
        for id in &ids {
            let revision = between(&shown.body, &format!("name=\"revision_{id}\" value=\""), "\"").to_owned();
            fields.push((format!("revision_{id}"), revision));
        }
        let done = post("/admin/reports/bulk/do", &fields);
        assert!(done.body.contains("2 reports were changed.") && done.body.contains("changed in the meantime"), "{}", done.body);
        assert_eq!(world.report(1)["status"], "open");
        assert_eq!(world.report(2)["status"], "closed");
        assert!(done.body.contains("Undo: reopen them"));
        let refused = post("/admin/reports/bulk", &wish("nonsense", &[]));
        assert_eq!(refused.status, 400);
    }

    fn lists_are_filtered_kept_as_views_and_exported_without_formulas(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let odd = desk.create(&world, "service_id=7&category=%3DHYPERLINK(1)&additional_info=needle+in+the+hay");
        let plain = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let listed = |query: &str| {
            let page = seat.page(&format!("/admin/reports?{query}"));
            [odd, plain].into_iter().filter(|id| page.contains(&format!("\"/admin/reports/{id}\""))).collect::<Vec<_>>()
        };
        assert_eq!(listed(""), [odd, plain]);
        for (query, found) in [
            ("text=needle", odd), ("text=hay+NEED", odd), ("service=main:1", plain), ("service=1", plain),
            ("category=Spam", plain), ("customer=17", odd), ("address=192.0.2.1", plain), ("address=192.0.2.7/32", odd),
            ("deadline=30d", plain), ("order=deadline", plain),
        ] {
            assert_eq!(listed(query), [found], "{query}");
        }
        assert_eq!(listed("address=192.0.2.0/24&status=open&turn=customer&assignee=nobody"), [odd, plain]);
        assert_eq!(listed("text=nowhere"), Vec::<i64>::new());
        for bad in ["status=odd", "address=x", "service=x", "deadline=soon"] {
            let answer = seat.get(&format!("/admin/reports?{bad}"));
            assert_eq!(answer.status, 422, "{bad}");
            assert!(answer.body.contains("aria-invalid") || bad.starts_with("status"), "{bad}");
        }
        assert_eq!(seat.get(&format!("/admin/reports?text=%23{odd}")).header("location"), format!("/admin/reports/{odd}"));
        seat.done("/admin/reports/views", &[("name", "Spam <only>"), ("query", "category=Spam")]);
        assert!(seat.page("/admin/reports").contains("href=\"/admin/reports?category=Spam\">Spam &lt;only&gt;</a>"));
        let csv = seat.get("/admin/reports/export?order=oldest");
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"reports.csv\"");
        assert!(csv.body.contains("\"'=HYPERLINK(1)\""), "{}", csv.body);
        assert_eq!(csv.body.lines().count(), 3);
        let json: serde_json::Value = serde_json::from_str(&seat.page("/admin/reports/export?as=json&category=Spam")).unwrap();
        assert_eq!((json.as_array().unwrap().len(), json[0]["id"].as_i64()), (1, Some(plain)));
        assert!(seat.page("/admin/setup/audit").contains("reports exported"));
    }

    fn what_a_script_did_is_taken_back_after_it_was_shown(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let good = desk.create(&world, "service_id=1&category=Spam");
        let mad = world.new_credential("alice");
        eventually("the second API ID works", || desk.call(&mad, "action=create&service_id=7&category=Spam&suspend_method=immediate").code().is_empty());
        world.wait_for(good + 1, "suspended");
        let reference = world.json(&["credential", "list"]).as_array().unwrap().last().unwrap()["ref"].to_string();
        let actor = format!("api:{reference}");
        let since = "2020-01-01T00:00";
        let shown = seat.page(&format!("/admin/brakes/undo?{}", form(&[("actor", &actor), ("since", since)])));
        assert!(shown.contains("1 report would be changed.") && shown.contains("close it as unfounded"), "{shown}");
        assert_eq!(world.suspension(good + 1), "suspended", "only shown yet");
        let done = seat.post("/admin/brakes/undo", &[("actor", &actor), ("since", since)]);
        assert!(done.body.contains("1 report was changed."), "{}", done.body);
        world.wait_for(good + 1, "lifted");
        assert_eq!(world.report(good + 1)["outcome"], "unfounded");
        assert_eq!(world.report(good)["status"], "open", "what others did stays");
        assert_eq!(seat.get("/admin/brakes/undo?actor=api:1&since=never").status, 422);
    }

    fn settings_categories_and_quick_replies_are_kept_and_used(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let set = |key: &str, was: &str, value: &str| {
            seat.post("/admin/setup/settings", &[("key", key), ("was", was), ("value", value)])
        };
        assert_eq!(set("time_limit.period", "1440m", "2h").status, 303);
        assert_eq!(world.ok(&["settings", "get", "time_limit.period"]).trim(), "2h");
        let stale = set("time_limit.period", "1440m", "3h");
        assert!(stale.status == 422 && stale.body.contains("changed in the meantime"), "{}", stale.body);
        assert!(set("time_limit.period", "2h", "soon").body.contains("must be a duration"));
        let category = [("name", "Night"), ("period", "30m"), ("customer_text", "At night nobody watches."), ("severity", "high"), ("suspend_method", "timelimit"), ("act", "set")];
        assert_eq!(seat.done("/admin/setup/categories", &category), "/admin/setup/categories");
        assert!(world.ok(&["settings", "get", "categories"]).contains("\"Night\""));
        assert!(seat.post("/admin/setup/categories", &[("name", "Night"), ("period", "soon"), ("act", "set")]).status == 422);
        eventually("the time limit of the category counts", || {
            let id = desk.create(&world, "service_id=7&category=Night&suspend_method=timelimit");
            let report = world.report(id);
            let at = |name: &str| report[name].as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
            at("deadline_at") - at("opened_at") == 30 * 60
        });
        eventually("the customer is told about this kind of abuse", || {
            world.mails("opened").iter().any(|mail| mail.contains("At night nobody watches."))
        });
        assert!(seat.page("/admin/reports/new?service=main:7").contains("data-method=\"timelimit\">Night</option>"));
        seat.done("/admin/setup/quick-replies", &[("name", "Thanks"), ("body", "Dear {customer}, #{report} on {address} is {category}.")]);
        let id = desk.create(&world, "service_id=7&category=Spam");
        assert_eq!(seat.act(id, "quick-reply", &[("reply", "1")]).status, 303);
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("Dear Gil, ##") || page.contains("Dear Gil, #"), "{page}");
        assert!(page.contains("on 192.0.2.7 is Spam."), "{page}");
        seat.done("/admin/setup/categories", &[("name", "Night"), ("act", "remove")]);
        assert!(!world.ok(&["settings", "get", "categories"]).contains("Night"));
    }

    fn staff_and_roles_are_managed_and_somebody_always_stays_who_may(world) {
        let desk = world.serve();
        world.ok(&["staff", "disable", "alice"]);
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        seat.done("/admin/setup/roles", &[("name", "night"), ("right", "see_reports"), ("right", "answer")]);
        seat.done("/admin/setup/staff", &[("name", "dora"), ("email", "dora@example.com"), ("role", "night"), ("password", PASSWORD)]);
        let dora = Seat::take(&desk, "dora");
        assert_eq!((dora.get("/admin/reports").status, dora.get("/admin/setup").status), (200, 403));
        seat.done("/admin/setup/roles/night", &[("right", "setup"), ("right", "see_reports"), ("act", "change")]);
        assert_eq!(dora.get("/admin/setup").status, 200, "at once");
        seat.done("/admin/setup/staff/dora", &[("act", "change"), ("email", "d@example.com"), ("role", "viewer")]);
        assert_eq!(dora.get("/admin/setup").status, 403);
        for fields in [
            vec![("act", "disable")],
            vec![("act", "change"), ("email", "c@example.com"), ("role", "viewer")],
        ] {
            let refused = seat.post("/admin/setup/staff/carol", &fields);
            assert!(refused.status == 422 && refused.body.contains("the last one with the right to set up"), "{}", refused.body);
        }
        assert_eq!(seat.post("/admin/setup/staff", &[("name", "dora"), ("email", "x@example.com"), ("role", "viewer")]).status, 422);
        assert_eq!(seat.post("/admin/setup/roles/admin", &[("act", "delete")]).status, 422);
        seat.done("/admin/setup/roles/night", &[("act", "delete")]);
        seat.done("/admin/setup/staff/dora", &[("act", "disable")]);
        assert_eq!(dora.get("/admin").status, 303);
    }
}

on_each! {
    fn every_page_is_refused_without_its_right(engine) {
        let world = World::new(engine);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=7&category=Spam");
        let routes = portreeve_web::page_routes();
        let rights: BTreeSet<&str> = routes.iter().map(|route| route.right).filter(|right| !right.is_empty()).collect();
        assert!(rights.len() >= 8, "{rights:?}");
        eventually("its mails are on record", || world.events(id, "notice_sent") == 2);
        let before = world.report(id);
        for right in &rights {
            let rights = all_rights_but(right);
            let role = format!("no-{right}");
            let mut add = vec!["role", "add", &role];
            for right in &rights {
                add.extend(["--right", right]);
            }
            world.ok(&add);
            let name = format!("without-{right}");
            hire(&world, &name, &role);
            let seat = Seat::take(&desk, &name);
            for route in routes.iter().filter(|route| route.right == *right) {
                let path = path_of(route.path, id);
                let answer = if route.method == "GET" { seat.get(&path) } else { seat.post(&path, &[("revision", "1")]) };
                assert_eq!(answer.status, 403, "{} {path} without {right}", route.method);
                assert!(answer.body.contains("No permission"), "{}", answer.body);
                let missing = path_of(route.path, 999_999);
                let unknown = if route.method == "GET" { seat.get(&missing) } else { seat.post(&missing, &[("revision", "1")]) };
                assert_eq!((unknown.status, unknown.body), (403, answer.body), "what is not there looks the same");
            }
        }
        for route in &routes {
            let path = path_of(route.path, id);
            let answer = desk.send(route.method, &path, &[("Content-Type", "application/x-www-form-urlencoded")], if route.method == "GET" { b"" } else { b"x=1" });
            assert_eq!(answer.status, 303, "{} {path}", route.method);
            assert!(answer.header("location").starts_with("/admin/sign-in"), "{answer:?}");
        }
        assert_eq!(world.report(id), before, "nothing was changed");
    }
}

/// A route's path with a report's number, or any other value.
pub(crate) fn path_of(path: &str, id: i64) -> String {
    let path = path
        .replace("{id}", &id.to_string())
        .replace("{ref}", "1")
        .replace("{message}", "1")
        .replace("{name}", "alice");
    path.replace("{language}", "en").replace("{unit}", "opened")
}

#[test]
fn the_api_is_refused_without_the_right_that_its_description_names() {
    let world = World::new(Engine::Sqlite);
    // Each new token is tried until it works, which must not count as guessing.
    world.set("amp.failed_auth_per_minute", "0");
    let desk = world.serve();
    let document: serde_json::Value =
        serde_json::from_str(&desk.get("/api/v1/openapi.json").body).unwrap();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let words = format!(
                "{} {}",
                operation["summary"].as_str().unwrap_or_default(),
                operation["description"].as_str().unwrap_or_default()
            );
            let Some((_, rest)) = words.split_once("the right `") else { continue };
            let right = rest.split('`').next().unwrap();
            let rights = all_rights_but(right);
            let mut add = vec!["token", "add", "--staff", "alice"];
            for right in &rights {
                add.extend(["--scope", right]);
            }
            let token = world.json(&add)["token"].as_str().unwrap().to_owned();
            eventually("the token works", || {
                call_api(&desk, &token, "get", "/api/v1/health").status != 401
            });
            let path = path
                .replace("{id}", "1")
                .replace("{ref}", "1")
                .replace("{key}", "x")
                .replace("{directory}", "main");
            let answer = call_api(
                &desk,
                &token,
                method,
                &format!("/api/v1{}", path.trim_start_matches("/api/v1")),
            );
            assert_eq!(answer.status, 403, "{method} {path} without {right}: {}", answer.body);
            tried += 1;
        }
    }
    assert!(tried > 15, "only {tried} operations name a right");
}

fn call_api(desk: &Serving, token: &str, method: &str, path: &str) -> crate::world::Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    desk.send(
        &method.to_uppercase(),
        path,
        &headers,
        if method == "get" || method == "delete" { b"" } else { b"{}" },
    )
}
