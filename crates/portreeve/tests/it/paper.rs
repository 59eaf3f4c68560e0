//! Reports as PDF, by each of their doors; read with `pdftotext` of poppler-utils.

use std::process::Command;

use crate::api::token;
use crate::customers::link;
use crate::seat::{Seat, hire};
use crate::world::*;

/// What nobody but staff may read, in every report here.
const SECRET: &str = "only-staff-may-see-this";

/// The text of a document, without blanks and line breaks: where lines end is the typesetter's business.
pub(crate) fn text_of(world: &World, bytes: &[u8]) -> String {
    let file = world.path("document.pdf");
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new("pdftotext").arg(&file).arg("-").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    squeezed(&String::from_utf8(output.stdout).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(&squeezed(word)), "{word:?} is not in {text}");
    }
}

fn has_not(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(&squeezed(word)), "{word:?} is in {text}");
    }
}

fn header<'a>(file: &'a File, name: &str) -> &'a str {
    file.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

on_both! {
    fn a_customer_gets_a_copy_and_staff_get_all(world) {
        hire(&world, "sam", "viewer");
        let all = token(&world, &["see_reports"]);
        world.set("client.time_zone", "Europe/Berlin");
        let desk = world.serve();
        let fields = format!("additional_info=seen+at+https://bad.example.com/x%0Aline+two&admin_notes={SECRET}&suspend_method=timelimit");
        let id = desk.create(&world, &format!("service_id=1&category=Phishing&{fields}"));
        let link = link(&world, id, "opened");
        let number = id.to_string();
        world.ok(&["report", "note", &number, "--text", "a note of the night shift"]);
        world.write("seen.log", "a line of the web server");
        let seen = world.path("seen.log");
        world.ok(&["report", "answer", &number, "--text", "Please take the page down.", "--attach", seen.to_str().unwrap()]);
        world.ok(&["report", "answer", &number, "--text", "We did.", "--from-customer"]);

        let theirs = desk.download(&format!("{link}/reports/{id}/report.pdf"), &[]);
        assert_eq!((theirs.status, header(&theirs, "content-type")), (200, "application/pdf"));
        assert_eq!(header(&theirs, "content-disposition"), format!("attachment; filename=\"report-{id}.pdf\""));
        assert_eq!((header(&theirs, "x-content-type-options"), header(&theirs, "cache-control")), ("nosniff", "no-store"));
        let text = text_of(&world, &theirs.bytes);
        has(&text, &[
            &format!("Abuse report #{id}"), "Copy for the customer", "Phishing", "shop.example.com", "192.0.2.1",
            "hxxps://bad[.]example[.]com/x", "line two", "Please take the page down.", "We did.", "Abuse desk",
            "seen.log", "24 B", "The report was opened.", "open, waiting for us", "CE",
        ]);
        has_not(&text, &[SECRET, "night shift", "alice", "https://bad", "command line", "ada@example.com", "taken by the mail server"]);
        assert!(desk.get(&link).body.contains("/report.pdf"));

        let seat = Seat::take(&desk, "sam");
        assert!(seat.page(&format!("/admin/reports/{id}")).contains("/report.pdf"));
        let cookie = [("Cookie", seat.cookie.as_str())];
        let bearer = format!("Bearer {all}");
        let by_page = desk.download(&format!("/admin/reports/{id}/report.pdf"), &cookie);
        let by_api = desk.download(&format!("/api/v1/reports/{id}/pdf"), &[("Authorization", &bearer)]);
        let file = world.path("staff.pdf");
        world.ok(&["report", "pdf", &number, "--out", file.to_str().unwrap()]);
        for bytes in [by_page.bytes, by_api.bytes, std::fs::read(&file).unwrap()] {
            has(&text_of(&world, &bytes), &[
                "Copy for staff", "seen.log", SECRET, "night shift", "For staff only", "Please take the page down.", "ada@example.com",
                "hxxps://bad[.]example[.]com/x", "Report opened, suspension at the deadline", "main:1",
            ]);
        }
        assert_eq!(header(&by_api_missing(&desk, &bearer), "content-type"), "application/problem+json");
        assert_eq!(desk.download("/admin/reports/999/report.pdf", &cookie).status, 404);
    }

    fn a_copy_is_in_its_readers_language(world) {
        world.write("german.csv", "service_id,customer_id,customer_name,customer_email,language\n77,77,Erika Muster,erika@example.com,german\n");
        world.ok(&["service", "import", "german.csv"]);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=77&category=Malware&suspend_method=timelimit");
        let by_link = desk.download(&format!("{}/reports/{id}/report.pdf", link(&world, id, "opened")), &[]);
        let file = world.path("copy.pdf");
        world.ok(&["report", "pdf", &id.to_string(), "--for-customer", "--out", file.to_str().unwrap()]);
        for bytes in [by_link.bytes, std::fs::read(&file).unwrap()] {
            has(&text_of(&world, &bytes), &["Missbrauchsmeldung", "Ausfertigung für den Kunden", "Die Meldung wurde eröffnet.", "Frist"]);
        }
        world.ok(&["report", "pdf", &id.to_string(), "--language", "de", "--out", file.to_str().unwrap()]);
        has(&text_of(&world, &std::fs::read(&file).unwrap()), &["Ausfertigung für Mitarbeiter", "Erika Muster", "Meldung eröffnet, Sperrung nach"]);
        let said = world.fails(1, &["report", "pdf", "999", "--out", file.to_str().unwrap()]);
        assert!(said.contains("there is no report #999"), "{said}");
    }

    fn of_a_hundred_reports_no_customers_copy_has_what_is_for_staff(world) {
        let desk = world.serve();
        let mut links = Vec::new();
        for n in 0..100 {
            let fields = format!(
                "service_id={}&category=Kind+{}&suspend_method={}&additional_info=seen+{n}&admin_notes={SECRET}+{n}+reporter%40example.org",
                [1, 2, 7, 8, 9][n % 5], n % 9, ["nosuspend", "immediate", "timelimit"][n % 3],
            );
            let id = desk.create(&world, &fields);
            world.sql(&format!(
                "INSERT INTO notes (report_id, at, author, body, from_opening) VALUES ({id}, {n}, 'staff:alice', '{SECRET}: reporter@example.org called', {})",
                if world.engine == Engine::Sqlite { "0" } else { "FALSE" },
            ));
            world.sql(&format!(
                "INSERT INTO events (report_id, at, actor, kind, data) VALUES ({id}, 1, 'staff:{SECRET}', {})",
                [
                    "'noted', '{}'".to_owned(),
                    format!("'hint', '{{\"hint\":{{\"code\":\"module_failed\",\"said\":\"reporter@example.org: {SECRET}\"}}}}'"),
                    format!("'suspended', '{{\"said\":\"reporter@example.org: {SECRET}\"}}'"),
                    format!("'handed_over', '{{\"to\":\"{SECRET}\"}}'"),
                    "'extended', '{\"by\":60}'".to_owned(),
                ][n % 5],
            ));
            links.push((id, link(&world, id, "opened")));
        }
        for (id, link) in links {
            let copy = desk.download(&format!("{link}/reports/{id}/report.pdf"), &[]);
            assert_eq!(copy.status, 200, "{id}");
            let text = text_of(&world, &copy.bytes);
            assert!(text.contains("seen"), "{text}");
            has_not(&text, &[SECRET, "reporter@", "reporter[@]", "alice"]);
        }
    }

    fn a_report_of_somebody_else_is_not_there(world) {
        let desk = world.serve();
        let mine = desk.create(&world, "service_id=1&category=Spam");
        let foreign = desk.create(&world, "service_id=2&category=Foreign");
        let link = link(&world, mine, "opened");
        let of = |id: i64| desk.download(&format!("{link}/reports/{id}/report.pdf"), &[]);
        let (foreign, missing) = (of(foreign), of(999_999));
        assert_eq!((foreign.status, missing.status), (404, 404));
        assert_eq!(foreign.bytes, missing.bytes, "nobody learns that there is a report");
        let dead = format!("/client/r/{}/reports/{mine}/report.pdf", "0".repeat(64));
        assert_eq!(desk.download(&dead, &[]).status, 404);
        assert_eq!(desk.download(&format!("/client/reports/{mine}/report.pdf"), &[]).status, 401);
        assert_eq!(desk.download(&format!("/api/v1/reports/{mine}/pdf"), &[]).status, 401);
    }

    fn a_report_that_is_very_long_is_cut_and_says_so(world) {
        let desk = world.serve();
        let id = desk.create(&world, &format!("service_id=1&category=Spam&additional_info={}", "x".repeat(65_536)));
        let link = link(&world, id, "opened");
        for n in 0..20 {
            world.sql(&format!(
                "INSERT INTO messages (report_id, at, author, from_customer, body) VALUES ({id}, {n}, 'customer', {}, '{} end-of-{n}.')",
                if world.engine == Engine::Sqlite { "1" } else { "TRUE" },
                "word ".repeat(13_000),
            ));
        }
        let copy = desk.download(&format!("{link}/reports/{id}/report.pdf"), &[]);
        let text = text_of(&world, &copy.bytes);
        has(&text, &["end-of-19.", "characters are left out here", "This copy is not whole"]);
        has_not(&text, &["end-of-0."]);
    }
}

fn by_api_missing(desk: &Serving, bearer: &str) -> File {
    let missing = desk.download("/api/v1/reports/999/pdf", &[("Authorization", bearer)]);
    assert_eq!(missing.status, 404);
    missing
}
