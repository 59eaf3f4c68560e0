//! Who is told what and when: wishes of staff, the summary of the day, digests, senders of brands.

use portreeve_core::time::Timestamp;

use crate::mail::{Sink, with_smtp};
use crate::seat::{Seat, between, hire};
use crate::world::*;

/// Lets a job that waits for later run now.
pub(crate) fn hurry(world: &World, kind: &str) {
    world.sql(&format!("UPDATE jobs SET run_at = 1 WHERE kind = '{kind}' AND lease IS NULL"));
}

pub(crate) fn jobs(world: &World, kind: &str) -> usize {
    let jobs = world.json(&["job", "list"]);
    jobs.as_array().unwrap().iter().filter(|job| job["kind"] == kind).count()
}

/// Makes the database itself refuse to write down that a digest went out, or lets it again.
fn refuse_digests(world: &World, refused: bool) {
    world.sql(match (world.engine, refused) {
        (Engine::Postgres, true) => {
            "CREATE FUNCTION refuse_digest() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
             CREATE TRIGGER refuse_digest BEFORE DELETE ON gathered_notices FOR EACH ROW
                EXECUTE FUNCTION refuse_digest()"
        }
        (Engine::Postgres, false) => "DROP TRIGGER refuse_digest ON gathered_notices",
        (Engine::Sqlite, true) => {
            "CREATE TRIGGER refuse_digest BEFORE DELETE ON gathered_notices
                BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        (Engine::Sqlite, false) => "DROP TRIGGER refuse_digest",
    });
}

/// A time of day some minutes ago, in UTC.
pub(crate) fn minutes_ago(minutes: i64) -> String {
    let millis = Timestamp::now().as_millisecond() - minutes * 60_000;
    let minute = millis.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minute / 60, minute % 60)
}

/// The usual world with further lines below `[mail.out]`.
fn with_more_mail_options(world: &World, more: &str) {
    let options = world.read("portreeve.toml");
    let (before, after) = options.split_once("[[enforcer]]").unwrap();
    world.write("portreeve.toml", &format!("{before}{more}\n[[enforcer]]{after}"));
}

on_both! {
    fn members_of_staff_are_told_what_they_chose_in_their_language_with_the_way_to_the_report(world) {
        let desk = world.serve();
        hire(&world, "carol", "agent");
        hire(&world, "dora", "agent");
        world.ok(&["staff", "notify", "alice", "--notices", "none"]);
        let seat = Seat::take(&desk, "carol");
        assert!(seat.page("/admin/account").contains("all notifications"));
        seat.done("/admin/account/preferences", &[("language", "de"), ("time_zone", "Europe/Berlin")]);
        seat.done("/admin/account/notices", &[("notice", "opened"), ("notice", "answered"), ("address", "carol@example.net")]);
        assert_eq!(seat.post("/admin/account/notices", &[("address", "nobody")]).status, 422);
        let first = desk.create(&world, "service_id=1&category=Spam&suspend_method=immediate&admin_notes=secret");
        world.wait_for(first, "suspended");
        eventually("two are told", || world.mails("opened.staff").len() == 2);
        let mails = world.mails("opened.staff");
        let german = mails.iter().find(|mail| mail.contains("To: carol@example.net")).expect("where she wants it");
        assert!(german.contains("Neue Meldung: Spam"), "{german}");
        assert!(german.contains(&format!("/admin/reports/{first}")), "{german}");
        let german = german.replace("=\r\n", "").replace("=C3=B6", "ö");
        assert!(german.contains("Meldung eröffnet") && !german.contains("Report opened"), "the line in German: {german}");
        assert!(mails.iter().any(|mail| mail.contains("To: dora@example.com") && mail.contains("New report: Spam")));
        assert!(!mails.iter().any(|mail| mail.contains("secret")));

        seat.done("/admin/account/notices", &[("notice", "opened"), ("notice", "answered"), ("only_mine", "1")]);
        world.ok(&["staff", "notify", "dora", "--notices", "opened,answered", "--only-mine", "true", "--summary", "false"]);
        let second = desk.create(&world, "service_id=2&category=Spam");
        assert_eq!(seat.act(second, "assignee", &[("assignee", "carol")]).status, 303);
        world.ok(&["report", "answer", &second.to_string(), "--text", "I see", "--from-customer"]);
        eventually("carol is told", || world.mails(&format!("report-{second}.answered.staff")).len() == 1);
        assert!(world.mails(&format!("report-{second}.answered.staff"))[0].contains("To: carol@example.com"));
        assert!(world.mails(&format!("report-{second}.opened.staff")).is_empty(), "nobody took care of it then");

        let shown = world.json(&["staff", "notify", "dora"]);
        assert_eq!((shown["only_mine"].as_bool(), shown["summary"].as_bool(), shown["chosen"].as_bool()), (Some(true), Some(false), Some(true)));
        assert!(world.fails(1, &["staff", "notify", "dora", "--notices", "tea"]).contains("needs_staff"));
        assert!(world.fails(1, &["staff", "notify", "nobody"]).contains("no staff member"));
        world.ok(&["staff", "notify", "dora", "--usual"]);
        hire(&world, "emil", "admin");
        let admin = Seat::take(&desk, "emil");
        admin.done("/admin/setup/staff/dora", &[("act", "told"), ("notice", "queued"), ("summary", "1")]);
        assert_eq!(world.json(&["staff", "notify", "dora"])["notices"], serde_json::json!(["queued"]));
        assert!(admin.page("/admin/setup/audit").contains("e-mail notifications of a staff member changed"));
    }

    fn with_addresses_of_the_desk_members_are_told_only_what_they_choose(world) {
        world.set("staff.notices.address", r#"["team@example.com","night@example.com"]"#);
        assert!(world.fails(1, &["settings", "set", "staff.notices.address", r#"["team"]"#]).contains("mail address"));
        let desk = world.serve();
        hire(&world, "carol", "agent");
        world.ok(&["staff", "notify", "carol", "--notices", "opened"]);
        desk.create(&world, "service_id=1&category=Spam");
        eventually("three are told", || world.mails("opened.staff").len() == 3);
        let mails = world.mails("opened.staff");
        let to = |address: &str| mails.iter().any(|mail| mail.contains(&format!("To: {address}")));
        assert!(to("team@example.com") && to("night@example.com") && to("carol@example.com"));
        assert!(!to("alice@example.com"), "she has not chosen");
    }

    fn the_summary_of_a_day_goes_out_once_and_not_for_a_time_long_past(world) {
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        eventually("its mails are out", || world.events(id, "notice_sent") == 2);
        hire(&world, "carol", "agent");
        world.ok(&["staff", "notify", "carol", "--summary", "false"]);
        world.set("staff.summary_at", &minutes_ago(180));
        let_pass(1.0);
        assert_eq!((jobs(&world, "send_summary"), world.mails("summary").len()), (0, 0), "that was hours ago");
        world.set("staff.summary_at", &minutes_ago(3));
        eventually("alice has it", || world.mails("summary").len() == 1);
        let mail = world.mails("summary").pop().unwrap();
        assert!(mail.contains("To: alice@example.com"), "{mail}");
        assert!(mail.contains("1  Deadlines in the next 24 hours") && mail.contains("1  Opened in the last 24 hours"), "{mail}");
        assert!(mail.contains("/admin"), "{mail}");
        let day = || { world.set("staff.summary_at", &minutes_ago(2)); let_pass(1.0); };
        if minutes_ago(3) < minutes_ago(0) {
            day();
        }
        drop(desk);
        let desk = world.serve();
        desk.create(&world, "service_id=2&category=Spam");
        let_pass(1.0);
        assert_eq!((jobs(&world, "send_summary"), world.mails("summary").len()), (0, 1), "once a day");
    }

    fn a_summary_that_would_say_nothing_does_not_go_out(world) {
        world.set("staff.summary_at", &minutes_ago(3));
        let desk = world.serve();
        let begun = || {
            let log = desk.log();
            assert!(!log.contains("panicked"), "{log}");
            world.sql("DELETE FROM settings WHERE key = 'no.such'");
            jobs(&world, "send_summary") == 0
        };
        eventually("it was looked after", begun);
        let_pass(1.5);
        assert!(world.mails("summary").is_empty());
    }

    fn a_mailbox_gets_what_is_too_much_in_one_digest_and_what_cannot_wait_at_once(world) {
        world.set("client.notices_per_hour", "2");
        world.set("categories.plans", r#"{"Soon":{"period":"90m"}}"#);
        let desk = world.serve();
        let plain = |n: i64| desk.create(&world, &format!("service_id=1&category=Kind+{n}"));
        let told = |id: i64, notice: &str| world.mails(&format!("report-{id}.{notice}.customer")).len();
        let sent: Vec<i64> = (1..=2).map(plain).collect();
        eventually("two are out", || sent.iter().all(|id| told(*id, "opened") == 1));
        let gathered: Vec<i64> = (3..=5).map(plain).collect();
        eventually("they wait", || jobs(&world, "send_digest") == 1 && jobs(&world, "send_notice") == 0);
        let other = desk.create(&world, "service_id=7&category=Spam");
        eventually("another mailbox is another matter", || told(other, "opened") == 1);
        let later = desk.create(&world, "service_id=1&category=Later&suspend_method=timelimit");
        let now = desk.create(&world, "service_id=1&category=Now&suspend_method=immediate");
        let soon = desk.create(&world, "service_id=1&category=Soon&suspend_method=timelimit");
        eventually("the suspension is told at once", || told(now, "suspended") == 1);
        eventually("a near deadline is told at once", || told(soon, "opened") == 1);
        world.ok(&["report", "close", &gathered[0].to_string(), "--outcome", "resolved"]);
        eventually("all else waits", || jobs(&world, "send_notice") == 0);
        assert_eq!((told(later, "opened"), told(now, "opened"), told(gathered[0], "closed")), (0, 0, 0));
        let is_told = |id: i64| {
            let report = world.report(id);
            let events = report["events"].as_array().unwrap().clone();
            events.iter().any(|event| event["kind"] == "notice_sent" && event["text"].to_string().contains("customer"))
        };
        assert!(!is_told(gathered[1]), "who waits is not told");
        desk.kill();

        let desk = world.serve();
        assert_eq!(world.mails("digest").len(), 0, "not before its time");
        hurry(&world, "send_digest");
        eventually("the digest is out", || world.mails("digest").len() == 1);
        let mail = world.mails("digest").pop().unwrap().replace("=\r\n", "");
        assert!(mail.contains("Subject: [abuse] 5 abuse reports about your services"), "{mail}");
        for id in gathered.iter().chain([&later, &now]) {
            assert!(mail.contains(&format!("Report #{id}: ")), "{id}: {mail}");
            eventually("it is on record", || is_told(*id));
        }
        assert!(mail.contains("The report was closed.") && mail.contains("Deadline: "), "{mail}");
        let token = mail.split("/client/r/").nth(1).unwrap()[..64].to_owned();
        assert_eq!(desk.get(&format!("/client/r/{token}")).status, 200);
        eventually("no job is left", || jobs(&world, "send_digest") == 0);
        let_pass(1.0);
        assert_eq!(world.mails("digest").len(), 1);
    }

    fn a_digest_that_is_not_taken_is_tried_again_under_the_same_id_and_counts_only_when_it_is(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        world.set("client.notices_per_hour", "1");
        let desk = world.serve();
        let first = desk.create(&world, "service_id=1&category=Spam");
        eventually("the first is out", || world.events(first, "notice_sent") == 2);
        let second = desk.create(&world, "service_id=1&category=Spam");
        eventually("the second waits", || jobs(&world, "send_digest") == 1 && world.events(second, "notice_sent") == 1);
        sink.set_busy(true);
        hurry(&world, "send_digest");
        let tries = || world.json(&["job", "list"])[0]["tries"].as_i64().unwrap_or_default();
        eventually("it was tried", || tries() >= 1);
        assert_eq!(world.events(second, "notice_sent"), 1);
        desk.kill();
        sink.set_busy(false);
        let _desk = world.serve();
        hurry(&world, "send_digest");
        eventually("it is out", || world.events(second, "notice_sent") == 2);
        let digests = sink.mails("Message-ID: <digest.");
        assert_eq!(digests.len(), 1);
        assert!(digests[0].contains("1 abuse report about your services"), "{}", digests[0]);
    }

    fn a_digest_that_was_sent_but_not_written_down_goes_out_again_under_the_same_id(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        world.set("client.notices_per_hour", "1");
        let desk = world.serve();
        let ids: Vec<i64> = (0..3).map(|_| desk.create(&world, "service_id=1&category=Spam")).collect();
        eventually("two wait", || jobs(&world, "send_digest") == 1 && jobs(&world, "send_notice") == 0);
        refuse_digests(&world, true);
        hurry(&world, "send_digest");
        eventually("it is out", || sink.mails("Message-ID: <digest.").len() == 1);
        desk.kill();
        refuse_digests(&world, false);
        let _desk = world.serve();
        hurry(&world, "send_digest");
        let told = |id: i64| world.events(id, "notice_sent") == 2;
        eventually("it is on record", || ids.iter().all(|id| told(*id)));
        let digests = sink.mails("Message-ID: <digest.");
        let id = |mail: &String| between(mail, "Message-ID: ", "\n").to_owned();
        assert!(digests.len() >= 2, "{}", digests.len());
        assert!(digests.iter().all(|mail| id(mail) == id(&digests[0])));
    }

    fn each_brand_writes_under_its_own_name(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        let senders = "[[mail.out.sender]]\nfrom = \"Brand desk <abuse@brand.example.com>\"\nreply_to = \"answers@brand.example.com\"\n\
                       categories = [\"copyright\"]\n[[mail.out.sender]]\nfrom = \"other@other.example.com\"\ndirectories = [\"main\"]\ncategories = [\"Spam\"]";
        with_more_mail_options(&world, senders);
        let desk = world.serve();
        let of = |category: &str| {
            let id = desk.create(&world, &format!("service_id=1&category={category}"));
            eventually("both are told", || sink.mails(&format!("<report-{id}.opened.")).len() == 2);
            let mails = sink.mails(&format!("<report-{id}.opened."));
            let (customer, staff): (Vec<_>, Vec<_>) = mails.into_iter().partition(|mail| mail.contains("To: ada@"));
            assert!(staff[0].contains("From: abuse@example.com"), "staff get the usual one: {}", staff[0]);
            customer[0].clone()
        };
        let brand = of("Copyright");
        assert!(brand.contains("MAIL FROM:<abuse@brand.example.com>"), "{brand}");
        assert!(brand.contains("From: \"Brand desk\" <abuse@brand.example.com>"), "{brand}");
        assert!(brand.contains("Reply-To: answers@brand.example.com"), "{brand}");
        let id = between(&brand, "Message-ID: ", "\n");
        assert!(id.ends_with("@brand.example.com>"), "{id}");
        let other = of("Spam");
        assert!(other.contains("MAIL FROM:<other@other.example.com>") && !other.contains("Reply-To"), "{other}");
        let usual = of("Phishing");
        assert!(usual.contains("MAIL FROM:<abuse@example.com>"), "{usual}");
    }
}

#[test]
fn a_sender_that_cannot_be_is_said_at_the_start() {
    let world = World::new(Engine::Sqlite);
    let sender =
        "[[mail.out.sender]]\nfrom = \"abuse@brand.example.com\"\ndirectories = [\"nowhere\"]";
    with_more_mail_options(&world, sender);
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("mail.out.sender.directories") && said.contains("nowhere"), "{said}");
    assert!(world.ok(&["config", "explain"]).contains("mail.out.sender[].from"));
}

#[test]
fn two_nodes_send_one_summary() {
    let world = World::new(Engine::Postgres);
    let (one, _two) = (world.serve(), world.serve());
    one.create(&world, "service_id=1&category=Spam");
    world.set("staff.summary_at", &minutes_ago(3));
    eventually("it is out", || world.mails("summary").len() == 1);
    let_pass(1.0);
    assert_eq!(world.mails("summary").len(), 1);
    assert_eq!(jobs(&world, "send_summary"), 0);
}
