//! The drop-in endpoint, statement by statement of the contract.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::world::*;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

on_both! {
    fn a_good_call_is_answered_exactly_as_documented(world) {
        let desk = world.serve();
        let answer = desk.call(&world.api_id, "action=create&service_id=1&category=Spam");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        let id = answer.report_id();
        assert_eq!(answer.body, format!(r#"{{"status":"success","report_id":{id}}}"#));
        let report = world.report(id);
        assert_eq!(report["category"], "Spam");
        assert_eq!(report["service_id"], 1);
        assert_eq!(report["customer_id"], "11");
        assert_eq!(report["service_ip"], "192.0.2.1");
        assert_eq!(report["suspend_method"], "nosuspend");
        assert_eq!(report["allow_unsuspend"], false);
        assert_eq!((&report["status"], &report["turn"]), (&"open".into(), &"customer".into()));
        assert_eq!(report["suspension"]["state"], "none");
        assert_eq!(report["events"][0]["kind"], "opened");
    }

    fn every_field_is_kept_as_it_was_meant(world) {
        let desk = world.serve();
        let body = "action=CREATE&service_id=1&category=++High+I%2FO+&service_ip=192.0.2.1\
            &suspend_method=TimeLimit&allow_unsuspend=Yes&additional_info=a%0D%0Ab&admin_notes=%3Cb%3E";
        let report = world.report(desk.call(&world.api_id, body).report_id());
        assert_eq!(report["category"], "High I/O");
        assert_eq!(report["suspend_method"], "timelimit");
        assert_eq!(report["allow_unsuspend"], true);
        assert_eq!(report["additional_info"], "a\r\nb");
        assert_eq!(report["admin_notes"], "<b>");
        assert!(report["deadline_at"].as_str().unwrap().ends_with('Z'));
    }

    fn defaults_and_false_are_what_the_contract_says(world) {
        let desk = world.serve();
        let no_ip = desk.create(&world, "service_id=2&category=x");
        assert_eq!(world.report(no_ip)["service_ip"], "(No Dedicated IP)");
        for text in ["0", "false", "no", "off", "2", "", "truth"] {
            let id = desk.create(&world, &format!("service_id=1&category=x&allow_unsuspend={text}"));
            assert_eq!(world.report(id)["allow_unsuspend"], false, "{text:?}");
        }
        let empty = "service_id=1&category=x&service_ip=&suspend_method=&additional_info=&admin_notes=";
        let answer = desk.call(&world.api_id, &format!("action=create&{empty}"));
        assert!(!answer.body.contains("warnings"), "{answer:?}");
        assert_eq!(world.report(answer.report_id())["service_ip"], "192.0.2.1");
    }

    fn errors_have_their_codes_and_texts_in_the_order_of_the_table(world) {
        let desk = world.serve();
        let key = world.api_id.as_str();
        let missing = "Missing required parameters.";
        let bad_action = "Missing or invalid action.";
        let long = "x".repeat(256);
        let cases: Vec<(&str, String, &str, &str)> = vec![
            ("", String::new(), "AMP001", "Unauthorized."),
            ("wrong", "action=create&service_id=1&category=x".into(), "AMP001", "Unauthorized."),
            (key, String::new(), "AMP002", bad_action),
            (key, "action=delete&service_id=1&category=x".into(), "AMP002", bad_action),
            (key, "action[]=create&service_id=1&category=x".into(), "AMP002", bad_action),
            (key, "action=create".into(), "AMP003", missing),
            (key, "action=create&service_id=1".into(), "AMP003", missing),
            (key, "action=create&service_id=&category=x".into(), "AMP003", missing),
            (key, "action=create&service_id=1&category=+%0A+".into(), "AMP003", missing),
            (key, "action=create&service_id[]=1&category=x".into(), "AMP003", missing),
            (key, "action=create&service_id=abc&category[]=x".into(), "AMP003", missing),
            (key, "action=create&service_id=0&category=x".into(), "AMP102", "service_id"),
            (key, "action=create&service_id=-5&category=x".into(), "AMP102", "service_id"),
            (key, "action=create&service_id=1.0&category=x".into(), "AMP102", "service_id"),
            (key, "action=create&service_id=9223372036854775808&category=x".into(), "AMP102", "service_id"),
            (key, format!("action=create&service_id=1&category={long}"), "AMP102", "category"),
            (key, format!("action=create&service_id=1&category=x&additional_info={}", "y".repeat(65_537)), "AMP102", "additional_info"),
            (key, format!("action=create&service_id=77&category=x&admin_notes={}", "y".repeat(65_537)), "AMP102", "admin_notes"),
            (key, "action=create&service_id=9223372036854775807&category=x".into(), "AMP101", "Service not found."),
        ];
        for (api_id, body, code, text) in cases {
            let answer = desk.call(api_id, &body);
            let shown = &body[..body.len().min(80)];
            assert_eq!(answer.status, 200, "{shown}");
            assert_eq!(answer.json()["status"], "error", "{shown}");
            assert_eq!(answer.code(), code, "{shown}");
            let description = answer.json()["error_description"].as_str().unwrap().to_owned();
            if code == "AMP102" {
                let begin = format!("Invalid parameter: {text}: ");
                assert!(description.starts_with(&begin) && description.ends_with('.'), "{description}");
            } else {
                assert_eq!(description, text, "{shown}");
            }
        }
        let fits = format!("action=create&service_id=1&category={}&admin_notes={}", "ü".repeat(255), "y".repeat(65_536));
        assert_eq!(desk.call(key, &fits).code(), "");
        assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 1, "errors store nothing");
    }

    fn an_error_has_exactly_the_documented_shape(world) {
        let desk = world.serve();
        let answer = desk.call(&world.api_id, "action=create");
        let text = r#"{"status":"error","error_code":"AMP003","error_description":"Missing required parameters."}"#;
        assert_eq!(answer.body, text);
        world.set("amp.missing_parameters_code", "AMP009");
        eventually("the setting counts", || {
            desk.call(&world.api_id, "action=create").body == text.replace("AMP003", "AMP009")
        });
    }

    fn semantic_mode_answers_with_real_statuses(world) {
        let desk = world.serve();
        let key = world.api_id.clone();
        world.set("amp.http_status", "semantic");
        eventually("the setting counts", || desk.call("nobody", "").status == 401);
        assert_eq!(desk.call(&key, "action=x").status, 400);
        assert_eq!(desk.call(&key, "action=create").status, 400);
        assert_eq!(desk.call(&key, "action=create&service_id=x&category=x").status, 422);
        assert_eq!(desk.call(&key, "action=create&service_id=99&category=x").status, 404);
        let with_key = |body: &str| {
            desk.post(AMP, &[("API_ID", &key), FORM, ("Idempotency-Key", "k")], body.as_bytes())
        };
        assert_eq!(with_key("action=create&service_id=1&category=x").status, 200);
        assert_eq!(with_key("action=create&service_id=1&category=y").status, 409);
    }

    fn the_header_may_be_written_in_any_way_but_not_in_two(world) {
        let desk = world.serve();
        let key = world.api_id.as_str();
        let body = b"action=create&service_id=1&category=x";
        for name in ["API_ID", "API-ID", "api_id", "Api-Id", "aPi_iD"] {
            assert_eq!(desk.post(AMP, &[(name, key), FORM], body).code(), "", "{name}");
        }
        let raw = |headers: &str| {
            let mut stream = TcpStream::connect(desk.base.trim_start_matches("http://")).unwrap();
            let text = format!(
                "POST {AMP} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Type: \
                 application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(text.as_bytes()).unwrap();
            stream.write_all(body).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        assert!(raw(&format!("API_ID: {key}\r\nAPI-ID: other\r\n")).contains("AMP001"));
        assert!(raw(&format!("API_ID: {key}\r\nAPI_ID: other\r\n")).contains("AMP001"));
        assert!(raw(&format!("API_ID: {key}\r\napi-id: {key}\r\n")).contains("success"));
    }

    fn only_post_is_taken_and_any_prefix_is(world) {
        let desk = world.serve();
        let answer = desk.get(AMP);
        assert_eq!((answer.status, answer.code().as_str()), (405, "AMP002"));
        assert_eq!(answer.header("allow"), "POST");
        for prefix in ["/billing", "/a/b", "/a/b/c/d"] {
            let headers = [("API_ID", world.api_id.as_str()), FORM];
            let path = format!("{prefix}{AMP}");
            let answer = desk.post(&path, &headers, b"action=create&service_id=1&category=x");
            assert_eq!(answer.code(), "", "{prefix}");
        }
        assert_eq!(desk.get("/modules/addons/other/includes/api.php").status, 404);
    }

    fn old_links_to_the_public_form_lead_to_it(world) {
        let desk = world.serve();
        for path in ["/index.php?m=abusemanagerpro", "/billing/index.php?x=1&m=abusemanagerpro"] {
            let answer = desk.get(path);
            assert_eq!(answer.status, 302, "{path}");
            assert!(answer.header("location").ends_with("/report-abuse"));
        }
        assert_eq!(desk.get("/index.php?m=other").status, 404);
        let page = desk.get("/report-abuse");
        assert!(page.status == 200 && page.body.contains("abuse@example.com"));
    }

    fn bodies_are_read_as_php_reads_them_and_json_too(world) {
        let desk = world.serve();
        let key = world.api_id.as_str();
        let one = desk.call(key, "action=x&action=create&service.id=9&service+id=1&category=a&category=b");
        let report = world.report(one.report_id());
        assert_eq!((&report["service_id"], &report["category"]), (&1.into(), &"b".into()));
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\ncreate\r\n\
            --X\r\nContent-Disposition: form-data; name=\"service_id\"\r\n\r\n1\r\n\
            --X\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\nMultipart \u{FF}\r\n--X--\r\n";
        let headers = [("API-ID", key), ("Content-Type", "multipart/form-data; boundary=X")];
        let multipart: Vec<u8> = multipart.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let two = desk.post(AMP, &headers, &multipart);
        assert_eq!(world.report(two.report_id())["category"], "Multipart \u{FF}");
        let json = r#"{"action":"create","service_id":1,"category":"J\u0000son","allow_unsuspend":true}"#;
        let three = desk.post(AMP, &[("API-ID", key), ("Content-Type", "application/json")], json.as_bytes());
        let report = world.report(three.report_id());
        assert_eq!((&report["category"], &report["allow_unsuspend"]), (&"J\u{FFFD}son".into(), &true.into()));
        let text = [("API-ID", key), ("Content-Type", "text/plain")];
        assert_eq!(desk.post(AMP, &text, b"action=create&service_id=1&category=x").code(), "AMP002");
        let query = format!("{AMP}?action=create");
        let headers = [("API-ID", key), FORM];
        assert_eq!(desk.post(&query, &headers, b"service_id=1&category=x").code(), "");
        assert_eq!(desk.post(&query, &headers, b"action=no&service_id=1&category=x").code(), "AMP002");
    }

    fn what_8_bit_editors_write_is_read_as_windows_1252_or_as_its_type_says(world) {
        let desk = world.serve();
        let begin = "action=create&service_id=1&suspend_method=nosuspend&category=";
        let urlencoded = "application/x-www-form-urlencoded";
        let create = |content_type: &str, category: &[u8]| {
            let headers = [("API_ID", world.api_id.as_str()), ("Content-Type", content_type)];
            let answer = desk.post(AMP, &headers, &[begin.as_bytes(), category].concat());
            world.report(answer.report_id())["category"].as_str().unwrap().to_owned()
        };
        for category in [&b"Mi%DFbrauch"[..], b"Mi\xDFbrauch", b"Mi%C3%9Fbrauch", "Mißbrauch".as_bytes()] {
            assert_eq!(create(urlencoded, category), "Mißbrauch");
            assert_eq!(create(&format!("{urlencoded}; charset=ISO-8859-1"), category), "Mißbrauch");
        }
        assert_eq!(create(&format!("{urlencoded}; charset=\"koi8-r\""), b"%F3%F0%E1%ED"), "СПАМ");
    }

    fn fields_that_are_joined_with_the_ampersand_of_html_are_refused_by_name(world) {
        let desk = world.serve();
        for (body, name) in [
            ("action=create&amp;service_id=1&amp;category=Spam", "category"),
            ("action=create&service_id=1&category=Spam&amp;suspend_method=immediate", "suspend_method"),
        ] {
            let answer = desk.call(&world.api_id, body);
            assert_eq!(answer.code(), "AMP102", "{answer:?}");
            assert!(answer.body.contains(&format!("Invalid parameter: {name}: ")), "{answer:?}");
            assert!(answer.body.contains("not with &amp;"), "{answer:?}");
        }
        assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 0);
    }

    fn odd_values_are_taken_with_a_warning(world) {
        let desk = world.serve();
        let answer = desk.call(&world.api_id, "action=create&service_id=1&category=x&service_ip=not-an-ip&suspend_method=suspend");
        assert_eq!(answer.json()["warnings"].as_array().unwrap().len(), 2, "{answer:?}");
        let report = world.report(answer.report_id());
        assert_eq!(report["service_ip"], "not-an-ip");
        assert_eq!(report["suspend_method"], "nosuspend");
        world.set("amp.suspend_method_aliases", r#"{"suspend":"immediate"}"#);
        eventually("the alias counts", || {
            let answer = desk.call(&world.api_id, "action=create&service_id=9&category=x&suspend_method=Suspend");
            world.report(answer.report_id())["suspend_method"] == "immediate"
        });
    }

    fn an_address_that_the_service_does_not_hold_is_a_hint_to_staff(world) {
        let desk = world.serve();
        let held = ["192.0.2.8", "2001:db8:8::1"];
        for ip in held.iter().chain(&["192.0.2.99"]) {
            let answer = desk.call(&world.api_id, &format!("action=create&service_id=8&category=x&service_ip={ip}"));
            assert!(!answer.body.contains("warnings"), "{answer:?}");
            let hints = usize::from(!held.contains(ip));
            assert_eq!(world.events(answer.report_id(), "hint"), hints, "{ip}");
        }
    }

    fn a_gone_or_guarded_service_is_taken_with_a_warning(world) {
        let desk = world.serve();
        let gone = desk.call(&world.api_id, "action=create&service_id=6&category=x&suspend_method=immediate");
        assert!(gone.json()["warnings"][0].as_str().unwrap().contains("nothing to suspend"));
        assert_eq!(world.suspension(gone.report_id()), "none");
        for method in ["nosuspend", "timelimit"] {
            let body = format!("action=create&service_id=6&category=x&suspend_method={method}");
            assert!(desk.call(&world.api_id, &body).body.contains("nothing to suspend"), "{method}");
        }
        let guarded = desk.call(&world.api_id, "action=create&service_id=4&category=x&suspend_method=immediate");
        assert!(guarded.json()["warnings"][0].as_str().unwrap().contains("approval"));
        assert_eq!(world.suspension(guarded.report_id()), "awaiting_approval");
    }

    fn too_large_a_body_is_refused_and_its_sender_sees_it(world) {
        let desk = world.serve();
        let headers = [("API_ID", world.api_id.as_str()), FORM];
        let body = |size: usize| {
            let mut body = b"action=create&service_id=1&category=x&x=".to_vec();
            body.resize(size, b'y');
            body
        };
        assert_eq!(desk.post(AMP, &headers, &body(1024 * 1024)).code(), "");
        let large = desk.post(AMP, &headers, &body(1024 * 1024 + 1));
        assert_eq!((large.status, large.code().as_str()), (413, "AMP103"));
        let huge = desk.post(AMP, &[FORM], &body(20 * 1024 * 1024));
        assert_eq!((huge.status, huge.code().as_str()), (413, "AMP103"), "size comes before identity");
    }

    fn a_body_that_breaks_off_is_no_report(world) {
        let desk = world.serve();
        let mut stream = TcpStream::connect(desk.base.trim_start_matches("http://")).unwrap();
        let head = format!(
            "POST {AMP} HTTP/1.1\r\nHost: x\r\nAPI_ID: {}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\naction=create&service_id=1&category=x",
            world.api_id
        );
        stream.write_all(head.as_bytes()).unwrap();
        drop(stream);
        desk.create(&world, "service_id=1&category=whole");
        assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 1);
    }

    fn an_idempotency_key_gives_one_report_even_in_parallel_and_after_a_restart(world) {
        let desk = world.serve();
        let call = |desk: &Serving, body: &str| {
            let headers = [("API_ID", world.api_id.as_str()), FORM, ("Idempotency-Key", "key-1")];
            desk.post(AMP, &headers, body.as_bytes())
        };
        let body = "action=create&service_id=1&category=x&service_ip=odd";
        let answers: Vec<String> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..200).map(|_| scope.spawn(|| call(&desk, body).body)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert!(answers[0].contains("warnings"));
        assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 1);
        assert_eq!(call(&desk, &format!("{body}&admin_notes=more")).code(), "AMP106");
        desk.stop();
        let desk = world.serve();
        assert_eq!(call(&desk, body).body, answers[0]);
        let other = world.new_credential("alice");
        eventually("the other credential counts", || {
            let headers = [("API_ID", other.as_str()), FORM, ("Idempotency-Key", "key-1")];
            desk.post(AMP, &headers, body.as_bytes()).code().is_empty()
        });
        assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 2, "keys are per credential");
        let empty = [("API_ID", world.api_id.as_str()), FORM, ("Idempotency-Key", "")];
        assert_eq!(desk.post(AMP, &empty, body.as_bytes()).code(), "AMP102");
    }

    fn an_error_does_not_use_up_its_key(world) {
        let desk = world.serve();
        let headers = [("API_ID", world.api_id.as_str()), FORM, ("Idempotency-Key", "k")];
        assert_eq!(desk.post(AMP, &headers, b"action=create&service_id=55&category=x").code(), "AMP101");
        assert_eq!(desk.post(AMP, &headers, b"action=create&service_id=1&category=x").code(), "");
    }

    fn without_a_key_every_call_makes_its_own_report(world) {
        let desk = world.serve();
        let first = desk.create(&world, "service_id=1&category=x");
        let second = desk.create(&world, "service_id=1&category=x");
        assert_ne!(first, second);
    }

    fn a_revoked_credential_and_a_disabled_owner_end_at_once(world) {
        let desk = world.serve();
        let works = |key: &str| desk.call(key, "action=create&service_id=1&category=x").code().is_empty();
        assert!(works(&world.api_id));
        world.ok(&["staff", "disable", "alice"]);
        eventually("the disabled owner's key fails", || !works(&world.api_id));
        world.ok(&["staff", "enable", "alice"]);
        eventually("it works again", || works(&world.api_id));
        let list = world.json(&["credential", "list"]);
        world.ok(&["credential", "revoke", &list[0]["ref"].to_string()]);
        eventually("the revoked key fails", || !works(&world.api_id));
        assert!(!world.ok(&["credential", "list", "--json"]).contains(&world.api_id));
    }

    fn too_many_failures_and_too_many_calls_are_turned_away(world) {
        let desk = world.serve();
        world.set("amp.calls_per_minute", "3");
        world.set("amp.failed_auth_per_minute", "4");
        eventually("the settings count", || desk.call("wrong", "").status == 429);
        let answer = desk.call("wrong", "");
        assert_eq!(answer.code(), "AMP104");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
        eventually("calls are turned away", || {
            desk.call(&world.api_id, "action=create&service_id=1&category=x").status == 429
        });
        let list = world.json(&["report", "list"]);
        assert_eq!(list.as_array().unwrap().len(), 3, "no more than the limit was taken");
    }

    fn staff_notes_never_reach_the_customer(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x&suspend_method=immediate&additional_info=For+you&admin_notes=SECRET-NOTE");
        world.wait_for(id, "suspended");
        world.ok(&["report", "note", &id.to_string(), "--text", "SECRET-TOO"]);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        eventually("every mail is out", || {
            ["opened", "suspended", "closed", "unsuspended"].iter().all(|kind| {
                world.mails(&format!(".{kind}.customer")).len() == 1
            })
        });
        for mail in world.mails("customer") {
            assert!(!mail.contains("SECRET"), "{mail}");
            assert!(mail.contains("ada@example.com"));
        }
        assert!(world.mails("opened.customer")[0].contains("For you"));
        assert_eq!(world.mails("opened.staff").len(), 1);
    }
}
