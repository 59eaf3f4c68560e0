//! Texts of notices that are written in the staff area.

use crate::seat::{Seat, between, hire};
use crate::world::*;

const SUBJECT: &str = "en/opened/subject.txt";
const BODY: &str = "en/opened/body.txt";
const HTML: &str = "en/opened/body.html";
const PAGE: &str = "/admin/setup/notices/en/opened";

/// The fields of the page as it stands, with one text in the place of what is there.
fn fields(page: &str, name: &'static str, text: &str) -> Vec<(&'static str, String)> {
    let mut fields = vec![("seen", between(page, "name=\"seen\" value=\"", "\"").to_owned())];
    for part in [SUBJECT, BODY, HTML] {
        let (_, rest) = page.split_once(&format!("<textarea name=\"{part}\"")).expect(part);
        let there = between(rest, ">\n", "</textarea>");
        let there = there
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        fields.push((part, if part == name { text.to_owned() } else { there }));
    }
    fields
}

fn post(seat: &Seat<'_>, path: &str, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    seat.post(path, &fields)
}

fn origin(world: &World, name: &str) -> String {
    let all = world.json(&["templates", "list"]);
    let found = all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    found["from"].as_str().unwrap().to_owned()
}

/// The subject of the mail about a new report.
fn subject_of_a_new_report(world: &World, desk: &Serving) -> String {
    let id = desk.create(world, "service_id=1&category=Spam");
    let name = format!("report-{id}.opened.customer");
    eventually("the customer is told", || world.mails(&name).len() == 1);
    between(&world.mails(&name)[0], "Subject: ", "\r\n").to_owned()
}

on_both! {
    fn a_notice_is_written_in_the_staff_area_counts_and_goes_back_to_ours(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        assert!(seat.page("/admin/setup/notices?language=en").contains("href=\"/admin/setup/notices/en/opened\""));
        let page = seat.page(PAGE);
        assert!(page.contains("Abuse report about your service: {{ category }}"), "{page}");

        let bad = post(&seat, PAGE, &fields(&page, BODY, "Hello\n{{ deadlin }} <b>"));
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("en/opened/body.txt: line 2: undefined value: `deadlin` is undefined"), "{}", bad.body);
        assert!(bad.body.contains("{{ deadlin }} &lt;b&gt;"), "what was written is not lost: {}", bad.body);
        assert_eq!(origin(&world, BODY), "ours");
        let long = post(&seat, PAGE, &fields(&page, BODY, &"x".repeat(70_000)));
        assert!(long.status == 422 && long.body.contains("longer than 64 KiB"), "{}", long.status);

        let written = post(&seat, PAGE, &fields(&page, SUBJECT, "From Example: {{ category }}"));
        assert_eq!((written.status, written.header("location")), (303, "/admin/setup/notices/en/opened?saved=1"), "{}", written.body);
        assert_eq!((origin(&world, SUBJECT), origin(&world, BODY)), ("desk".into(), "ours".into()));
        assert_eq!(subject_of_a_new_report(&world, &desk), "[abuse #1] From Example: Spam");
        world.ok(&["templates", "check"]);
        assert_eq!(world.ok(&["templates", "show", SUBJECT]).trim(), "From Example: {{ category }}");
        assert!(world.ok(&["templates", "show", SUBJECT, "--ours"]).contains("about your service"));
        let log = seat.page("/admin/setup/audit");
        assert!(log.contains("template of a notice changed") && log.contains("+1 &quot;From Example: {{ category }}&quot;"), "{log}");

        drop(desk);
        std::fs::create_dir_all(world.path("data/templates/en/opened")).unwrap();
        world.write("data/templates/en/opened/subject.txt", "Of a file\n");
        let desk = world.serve();
        assert_eq!(subject_of_a_new_report(&world, &desk), "[abuse #2] From Example: Spam", "it is there after a restart");
        let seat = Seat::take(&desk, "carol");
        let ask = seat.page(&format!("{PAGE}/take-back"));
        assert!(ask.contains("From Example: {{ category }}") && ask.contains("Of a file"), "{ask}");
        let seen = between(&ask, "name=\"seen\" value=\"", "\"");
        seat.done(&format!("{PAGE}/take-back"), &[("seen", seen)]);
        assert_eq!(origin(&world, SUBJECT), "file");
        assert_eq!(subject_of_a_new_report(&world, &desk), "[abuse #3] Of a file");
        assert!(seat.page("/admin/setup/audit").contains("template of a notice reverted"));
        let again = seat.post(&format!("{PAGE}/take-back"), &[("seen", seen)]);
        assert_eq!(again.status, 409, "of what somebody saw before");
        assert!(world.fails(1, &["templates", "show", "en/nothing.txt"]).contains("templates list"));
    }

    fn of_two_who_write_at_a_time_the_second_sees_what_the_first_wrote_and_loses_nothing(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        hire(&world, "dora", "admin");
        let (carol, dora) = (Seat::take(&desk, "carol"), Seat::take(&desk, "dora"));
        let page = carol.page(PAGE);
        assert_eq!(post(&dora, PAGE, &fields(&page, SUBJECT, "Dora: {{ category }}")).status, 303);
        let conflict = post(&carol, PAGE, &fields(&page, SUBJECT, "Carol: {{ category }}"));
        assert_eq!(conflict.status, 409);
        assert!(conflict.body.contains("This report was changed in the meantime"), "{}", conflict.body);
        assert!(conflict.body.contains("Dora: {{ category }}") && conflict.body.contains("Carol: {{ category }}"));
        assert_eq!(world.ok(&["templates", "show", SUBJECT]).trim(), "Dora: {{ category }}");
        let once_more = post(&carol, PAGE, &fields(&conflict.body, SUBJECT, "Carol: {{ category }}"));
        assert_eq!(once_more.status, 303);
        assert_eq!(world.ok(&["templates", "show", SUBJECT]).trim(), "Carol: {{ category }}");
    }

    fn a_preview_shows_what_is_written_and_can_do_nothing(world) {
        let desk = world.serve();
        hire(&world, "carol", "admin");
        let seat = Seat::take(&desk, "carol");
        let page = seat.get(PAGE);
        assert!(page.header("content-security-policy").contains("frame-src 'self'"), "{page:?}");
        let preview = format!("{PAGE}/preview");
        let mut fields = fields(&page.body, HTML, "<p>{{ category }}</p><script>alert(1)</script>");
        fields.extend([("category", "Phishing".to_owned()), ("as", "html".to_owned())]);
        let html = post(&seat, &preview, &fields);
        assert_eq!((html.status, html.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = html.header("content-security-policy");
        for part in ["default-src 'none'", "style-src 'unsafe-inline'", "sandbox", "frame-ancestors 'self'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(html.header("x-frame-options"), "SAMEORIGIN");
        assert!(html.body.starts_with("<p>Phishing</p>"), "{}", html.body);
        fields.retain(|(name, _)| *name != "as");
        let text = post(&seat, &preview, &fields);
        assert!(text.header("content-type").starts_with("text/plain"));
        assert!(text.body.contains("Abuse report about your service: Phishing") && text.body.contains("Category: Phishing"), "{}", text.body);
        fields.push((BODY, String::new()));
        fields.retain(|(name, text)| *name != BODY || text.is_empty());
        fields.retain(|(name, _)| *name != BODY);
        fields.push((BODY, "{% if %}".to_owned()));
        let bad = post(&seat, &preview, &fields);
        assert!(bad.body.contains("en/opened/body.txt: line 1"), "{}", bad.body);
        for path in ["/admin/setup/notices/en/digest", "/admin/setup/notices/de/frame", "/admin/setup/notices/de/about"] {
            let page = seat.page(path);
            let seen = between(&page, "name=\"seen\" value=\"", "\"");
            assert_eq!(seat.post(&format!("{path}/preview"), &[("seen", seen), ("as", "html")]).status, 200, "{path}");
        }
        assert_eq!(seat.get("/admin/setup/notices/fr/opened").status, 404);
        assert_eq!(origin(&world, HTML), "ours", "nothing was stored");
    }
}

#[test]
fn a_text_that_is_written_at_one_node_counts_at_the_other_within_a_second() {
    let world = World::new(Engine::Postgres);
    let (one, two) = (world.serve(), world.serve());
    hire(&world, "carol", "admin");
    let seat = Seat::take(&one, "carol");
    let elsewhere = Seat::take(&two, "carol");
    let page = seat.page(PAGE);
    assert_eq!(post(&seat, PAGE, &fields(&page, SUBJECT, "From Example")).status, 303);
    let started = std::time::Instant::now();
    eventually("the other node has it", || {
        elsewhere.page("/admin/setup/notices?language=en").contains("] From Example<")
    });
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}
