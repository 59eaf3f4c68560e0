//! The pages in a real browser: a day of staff, and customers on a phone.

mod driver;
mod form;
mod picture;

use std::path::PathBuf;

use portreeve_core::time::Timestamp;
use portreeve_whmcs_simulator::{Seed, Status};
use totp_rs::{Builder, Secret};

use crate::mail::{Sink, with_smtp};
use crate::seat::{PASSWORD, hire};
use crate::whmcs::{Billing, desk as whmcs_desk};
use crate::world::{Engine, Serving, World, eventually, on_each};
use driver::Browser;

/// The keys that have no sign, as `WebDriver` writes them.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

fn sign_in(browser: &Browser, name: &str) {
    browser.go("/admin");
    browser.one("[name=name]").fill(name);
    browser.one("[name=password]").fill(PASSWORD);
    browser.named("button", "Login").click();
}

/// The code of an authenticator, some steps of 30 seconds away from now.
fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let second = u64::try_from(Timestamp::now().as_second() + steps * 30).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(second).to_string()
}

/// A desk with a few reports in different states.
fn busy(world: &World) -> Serving {
    let desk = world.serve();
    hire(world, "carol", "admin");
    desk.create(world, "service_id=1&category=Spam&suspend_method=timelimit&additional_info=see+http%3A%2F%2Fevil.example.com");
    desk.create(world, "service_id=4&category=Phishing&suspend_method=immediate");
    let held = desk
        .create(world, "service_id=7&category=Botnet&suspend_method=immediate&admin_notes=ours");
    let answered =
        desk.create(world, "service_id=8&category=Open+Resolver&suspend_method=timelimit");
    world.ok(&[
        "report",
        "answer",
        &answered.to_string(),
        "--from-customer",
        "--text",
        "It is closed now.",
    ]);
    world.wait_for(held, "suspended");
    desk
}

/// From signing in with a second factor to closing, as an agent would do it.
fn a_day(engine: Engine, scripts: bool) {
    let world = World::new(engine);
    let desk = busy(&world);
    hire(&world, "dora", "agent");
    let browser = Browser::open(&desk.base, scripts);

    sign_in(&browser, "dora");
    browser.shows("Needs attention");
    browser.named("a", "dora").click();
    browser.named("a", "Set up a second factor").click();
    let secret = browser.one("[data-secret]").text();
    browser.one("[name=code]").fill(&code(&secret, 0));
    browser.named("button", "Confirm").click();
    browser.shows("Recovery codes");
    browser.named("a", "I have kept them").click();
    browser.named("button", "Sign out").click();
    sign_in(&browser, "dora");
    browser.one("[name=code]").fill(&code(&secret, 1));
    browser.named("button", "Continue").click();
    browser.shows("Needs attention");

    // The report that will suspend next: more time, an answer, the mail, the end.
    browser.named("a", "#1 Spam").click();
    browser.shows("hxxp://evil[.]example[.]com");
    let deadline = browser.one(".facts .big time").attribute("datetime");
    browser.named("button", "Extend").click();
    browser.shows("Deadline extended by");
    assert!(browser.one(".facts .big time").attribute("datetime") > deadline);
    browser.one("#answer textarea").fill("Please look at your mail queue.");
    browser.named("button", "Send reply").click();
    browser.shows("Please look at your mail queue.");
    crate::world::eventually("the mail is on the page", || {
        browser.go("/admin/reports/1");
        browser.one("#mails").text().contains("ada@example.com")
    });
    browser.one("#notes textarea").fill("Called them.");
    browser.named("button", "Add note").click();
    browser.shows("Called them.");
    browser.named("button", "Assign to me").click();
    browser.shows("Assignee: dora");
    browser.named("button", "Close").click();
    browser.shows("Report closed: resolved");

    // A suspension that a guard held back, and a new report.
    browser.one("//nav//a[starts-with(normalize-space(), 'Approvals')]").click();
    browser.shows("the service is protected");
    browser.one("table.list tbody input[type=checkbox]").click();
    browser.named("button", "Refuse selected").click();
    browser.named("button", "Refuse suspensions of 1 report").click();
    browser.shows("1 report was changed.");
    browser.go("/admin/reports/new");
    browser.one("[name=find]:not(#find)").fill("192.0.2.9");
    browser.named("button", "Find").click();
    browser.shows("main:9");
    browser.one("[name=additional_info]").fill("Seen by our monitoring.");
    browser.named("button", "Open report").click();
    browser.shows("Seen by our monitoring.");
    assert_eq!(browser.place(), "/admin/reports/5");

    // Find it again, and suspend by hand.
    browser.one("#find").fill("monitoring");
    browser.keys(ENTER);
    browser.shows("Words: monitoring");
    browser.named("a", "#5").click();
    browser.named("summary", "Suspend now").click();
    browser.named("button", "Yes, suspend").click();
    world.wait_for(5, "suspended");
    assert_eq!(world.report(1)["status"], "closed");
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Somebody writes an answer and a note, and does other things before they send them; then their session ends.
fn nothing_typed_is_lost(scripts: bool) {
    let world = World::new(Engine::Sqlite);
    let desk = busy(&world);
    let browser = Browser::open(&desk.base, scripts);
    sign_in(&browser, "carol");
    browser.shows("Needs attention");
    browser.go("/admin/setup/quick-replies");
    browser.one("[name=name]").fill("Thanks");
    browser.one("[name=body]").fill("Thank you, {customer}.");
    browser.named("button", "Save").click();
    browser.go("/admin/reports/1");
    let written =
        |name: &str| browser.one(&format!("textarea[name='{name}.text']")).property("value");
    browser.one("textarea[name='answer.text']").fill("Please look at your queue.");
    browser.one("textarea[name='note.text']").fill("Called them.");
    browser.named("button", "Insert").click();
    browser.shows("#1 Spam");
    assert_eq!(written("answer"), "Please look at your queue.\n\nThank you, Ada.");
    browser.named("button", "Extend").click();
    browser.shows("Deadline extended by");
    browser.named("summary", "Cancel the deadline").click();
    browser.named("button", "Yes, cancel the deadline").click();
    browser.shows("Deadline cancelled with");
    browser.named("button", "Restore the deadline").click();
    browser.shows("Staff restored the deadline");
    // Enter in a field sends nothing to anybody.
    browser.one("input[name='category.category']").click();
    browser.keys(ENTER);
    browser.shows("Nothing was sent.");
    assert_eq!(written("answer"), "Please look at your queue.\n\nThank you, Ada.");
    assert_eq!(written("note"), "Called them.");

    // The session ends somewhere else; what was typed since is not lost either.
    browser.one("textarea[name='note.text']").fill("Called them twice.");
    world.sql("DELETE FROM staff_sessions");
    browser.named("button", "Send reply").click();
    browser.shows("You are signed out");
    let kept = browser.place();
    assert_eq!(kept, "/admin/reports/1/answer");
    browser.one("//textarea[normalize-space()='Called them twice.']");
    let others = world.report(1)["messages"].as_array().unwrap().len();
    assert_eq!(others, 0, "nothing was sent");
    browser.in_a_new_tab(|| sign_in(&browser, "carol"));
    browser.named("button", "Continue with what I typed").click();
    browser.shows("What you typed is below again.");
    assert_eq!(written("note"), "Called them twice.");
    assert_eq!(written("answer"), "Please look at your queue.\n\nThank you, Ada.");
    browser.named("button", "Send reply").click();
    eventually("it was sent", || world.report(1)["messages"].as_array().unwrap().len() == 1);
    browser.go("/admin/reports/1");
    assert_eq!((written("answer").as_str(), written("note").as_str()), ("", "Called them twice."));
}

#[test]
fn nothing_that_was_typed_on_a_reports_page_is_lost() {
    nothing_typed_is_lost(true);
}

#[test]
fn nothing_that_was_typed_on_a_reports_page_is_lost_without_scripts() {
    nothing_typed_is_lost(false);
}

/// A protected service is not suspended by one click.
#[test]
fn approving_a_protected_service_asks_and_names_it() {
    let world = World::new(Engine::Sqlite);
    let desk = busy(&world);
    let browser = Browser::open(&desk.base, false);
    sign_in(&browser, "carol");
    browser.shows("Needs attention");
    browser.go("/admin/reports/2");
    browser.named("button", "Approve").click();
    browser.shows("Suspend a protected service?");
    browser.shows("main:4");
    assert_eq!(world.suspension(2), "awaiting_approval");
    browser.named("a", "Don't suspend").click();
    browser.named("button", "Approve").click();
    browser.named("button", "Yes, suspend the protected service").click();
    world.wait_for(2, "suspended");
}

on_each! {
    fn the_day_of_an_agent(engine) {
        a_day(engine, true);
    }
}

#[test]
fn the_day_of_an_agent_without_scripts() {
    a_day(Engine::Sqlite, false);
}

#[test]
fn a_new_admin_follows_the_originals_five_steps_by_clicks_alone() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    hire(&world, "carol", "admin");
    let browser = Browser::open(&desk.base, true);
    sign_in(&browser, "carol");
    browser.named("a", "Setup").click();
    browser.named("a", "Staff Management").click();
    browser.named("a", "Manage API Credentials").click();
    browser.named("a", "API Roles").click();
    browser.named("summary", "Create API Role").click();
    browser.one("[name=name]").fill("scripts");
    browser.named("button", "Save").click();
    browser.shows("no actions");
    browser.named("a", "API Credentials").click();
    browser.named("summary", "Generate New API Credential").click();
    browser.one("select[name=staff] option[selected]").click();
    browser.one("//select[@name='role']/option[normalize-space()='scripts']").click();
    browser.named("button", "Generate").click();
    browser.shows("Copy the identifier now");
    let identifier = browser.one("#identifier").text();
    browser.named("button", "Copy").click();
    crate::world::eventually("the API ID works", || {
        desk.call(&identifier, "action=create&service_id=1&category=Spam").code().is_empty()
    });
}

#[test]
fn everything_can_be_done_by_keyboard() {
    let world = World::new(Engine::Sqlite);
    let desk = busy(&world);
    let browser = Browser::open(&desk.base, true);
    browser.go("/admin/sign-in");
    assert_eq!(
        browser.focused().attribute("name"),
        "name",
        "the first field waits for what is typed"
    );
    browser.keys("carol");
    browser.keys(TAB);
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.shows("Needs attention");
    browser.keys(TAB);
    assert_eq!(browser.focused().text(), "Skip to the content");
    browser.go("/admin/reports");
    browser.keys("j");
    browser.keys("j");
    assert_eq!(browser.focused().text(), "#3");
    browser.keys("k");
    assert_eq!(browser.focused().text(), "#4");
    browser.keys(ENTER);
    browser.shows("It is closed now.");
    browser.keys("/");
    assert_eq!(browser.focused().attribute("id"), "find");
    browser.keys("#1");
    browser.keys(ENTER);
    browser.shows("#1 Spam");
    // Every control can be reached, and shows that it is.
    let reached = browser.run(
        "return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
            .filter(e => e.checkVisibility() && e.tabIndex < 0).map(e => e.outerHTML)",
    );
    assert_eq!(reached, serde_json::json!([]));
}

/// The library that looks for what people with disabilities stumble over.
fn axe() -> String {
    let tools = std::env::var("PORTREEVE_TEST_TOOLS")
        .expect("PORTREEVE_TEST_TOOLS: run `cargo xtask test`");
    let file = PathBuf::from(tools).join("node/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).unwrap()
}

const PAGES: [&str; 30] = [
    "/admin",
    "/admin/reports",
    "/admin/reports?status=open&category=Spam&address=x",
    "/admin/reports?text=nothing-like-this",
    "/admin/reports/1",
    "/admin/reports/2",
    "/admin/reports/3",
    "/admin/reports/4",
    "/admin/reports?attention=any",
    "/admin/reports/1?events_before=3&said=kept",
    "/admin/reports/new?find=192.0.2.7",
    "/admin/inbox",
    "/admin/inbox?state=queued",
    "/admin/inbox?state=all",
    "/admin/inbox/1",
    "/admin/reporters",
    "/admin/approvals",
    "/admin/brakes",
    "/admin/brakes/undo?actor=api:1&since=2020-01-01T00:00",
    "/admin/account",
    "/admin/second-factor",
    "/admin/setup",
    "/admin/setup/staff",
    "/admin/setup/roles",
    "/admin/setup/api-roles",
    "/admin/setup/api-credentials",
    "/admin/setup/settings",
    "/admin/setup/categories",
    "/admin/setup/connections",
    "/admin/setup/audit",
];

const MORE: [&str; 7] = [
    "/admin/setup/quick-replies",
    "/admin/setup/notices",
    "/admin/setup/notices/en/opened",
    "/admin/setup/notices/de/digest",
    "/admin/setup/notices/en/opened/take-back",
    "/admin/setup/staff-management",
    "/admin/reports/999",
];

/// From the mail that a mail server took to the service that is back, on a phone.
fn a_customer_on_a_phone(engine: Engine, language: &str, scripts: bool) {
    let world = World::new(engine);
    let sink = Sink::start();
    with_smtp(&world, &sink);
    let services = format!(
        "service_id,customer_id,customer_email,language\n77,77,mia@example.com,{language}\n"
    );
    world.write("mia.csv", &services);
    world.ok(&["service", "import", "mia.csv"]);
    let desk = world.serve();
    let fields = "category=Malware&suspend_method=immediate&allow_unsuspend=1&admin_notes=ours";
    let id = desk.create(&world, &format!("service_id=77&{fields}"));
    world.wait_for(id, "suspended");
    let subject = format!("report-{id}.suspended.customer");
    eventually("the mail is there", || !sink.mails(&subject).is_empty());
    // Lines that were too long for mail are put together again.
    let mail = sink.mails(&subject).pop().unwrap().replace("=\n", "");
    let (_, rest) = mail.split_once("/client/r/").expect("a link");
    let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let german = language == "de";
    let say =
        |english: &'static str, in_german: &'static str| if german { in_german } else { english };

    let browser = Browser::open(&desk.base, scripts);
    browser.look(390, "light");
    browser.go(&format!("/client/r/{token}"));
    browser.shows(say(
        "The service is suspended because of this report.",
        "Der Dienst ist wegen dieser Meldung gesperrt.",
    ));
    browser.shows(say("What it is, and how to fix it", "Was das ist und was zu tun ist"));
    browser.one("#unsuspend textarea").fill(say("The files are gone.", "Die Dateien sind weg."));
    browser.one("#unsuspend button").click();
    world.wait_for(id, "lifted");
    assert_eq!(world.panel_state(77), "active");
    browser.go(&format!("/client/r/{token}/reports/{id}?done=unsuspend"));
    browser.shows(say(
        "This report no longer keeps the service suspended.",
        "Diese Meldung hält den Dienst nicht mehr gesperrt.",
    ));
    browser.one("//details[.//form[contains(@action, 'fixed')]]/summary").click();
    browser
        .one("form[action$='/fixed'] textarea")
        .fill(say("It was a plugin.", "Es war eine Erweiterung."));
    browser.one("form[action$='/fixed'] button").click();
    browser.shows(say("You reported this as fixed.", "Sie haben dies als behoben gemeldet."));
    browser.shows(say("It was a plugin.", "Es war eine Erweiterung."));
    assert_eq!(world.report(id)["customer_claim"], "fixed");
    world.ok(&["report", "answer", &id.to_string(), "--text", "Thank you, that settles it."]);
    world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
    browser.go(&format!("/client/r/{token}/reports/{id}"));
    browser.shows("Thank you, that settles it.");
    browser.shows(say("This report is closed:", "Diese Meldung ist geschlossen:"));
    if !scripts {
        return;
    }
    for (path, width, theme) in
        [("", 390, "light"), ("", 1440, "dark"), ("/reports", 390, "dark"), ("x", 390, "light")]
    {
        browser.look(width, theme);
        browser.go(&format!("/client/r/{token}{path}"));
        let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
        assert_eq!(wide, false, "{path} is wider than {width}");
        assert_eq!(serious(&browser), serde_json::json!([]), "{path}");
    }
    let complaints: Vec<String> =
        browser.complaints().into_iter().filter(|line| !line.contains(" 404 ")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn a_customer_on_a_phone_comes_from_the_mail_and_takes_the_service_back() {
    a_customer_on_a_phone(Engine::Postgres, "", true);
}

#[test]
fn a_customer_on_a_phone_does_it_in_german_without_scripts() {
    a_customer_on_a_phone(Engine::Sqlite, "de", false);
}

/// From the mail to an invoice in WHMCS, and to the service that is back, on a phone.
fn a_customer_pays_on_a_phone(engine: Engine, service: i64, german: bool) {
    let billing = Billing::start(Seed::small());
    let world = whmcs_desk(engine, &billing, "", "");
    let sink = Sink::start();
    with_smtp(&world, &sink);
    world.set("pay.amount", "25.00");
    world.set("pay.currency", "USD");
    // WHMCS's whole list does not tell languages; its addon does, which is not here.
    world.ok(&["directory", "sync", "whmcs"]);
    world.sql(&format!(
        "UPDATE services SET language = '{}'",
        if german { "german" } else { "english" }
    ));
    let desk = world.serve();
    let fields = "category=Spam&suspend_method=immediate&pay_to_unsuspend=1&admin_notes=ours";
    let id = desk.create(&world, &format!("service_id={service}&{fields}"));
    world.wait_for(id, "suspended");
    let subject = format!("report-{id}.suspended.customer");
    eventually("the mail is there", || !sink.mails(&subject).is_empty());
    let mail = sink.mails(&subject).pop().unwrap().replace("=\n", "");
    let (_, rest) = mail.split_once("/client/r/").expect("a link");
    let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let say =
        |english: &'static str, in_german: &'static str| if german { in_german } else { english };

    let browser = Browser::open(&desk.base, !german);
    browser.look(390, "light");
    browser.go(&format!("/client/r/{token}"));
    browser.shows(say("Pay to unsuspend your service", "Zahlen, um Ihren Dienst zu entsperren"));
    browser.one("#pay button").click();
    browser.shows(say(
        "The service is unsuspended as soon as 25.00 USD is paid.",
        "Der Dienst wird entsperrt, sobald 25,00 USD bezahlt sind.",
    ));
    let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
    assert_eq!(wide, false);
    browser.one("#pay a.button").click();
    browser.shows("no money moves");
    browser.one("//button").click();
    browser.shows("Paid");
    world.wait_for(id, "lifted");
    assert_eq!(billing.status(service).0, Status::Active);
    browser.go(&format!("/client/r/{token}/reports/{id}"));
    browser
        .shows(say("You paid 25.00 USD. Thank you.", "Sie haben 25,00 USD bezahlt. Vielen Dank."));
    assert_eq!(world.report(id)["payments"][0]["state"], "paid");
}

#[test]
fn a_customer_on_a_phone_pays_and_has_the_service_back() {
    a_customer_pays_on_a_phone(Engine::Sqlite, 1, false);
}

#[test]
fn a_customer_on_a_phone_pays_in_german_without_scripts() {
    a_customer_pays_on_a_phone(Engine::Postgres, 3, true);
}

/// What axe finds on a page that is serious.
/// Frames are left out: axe speaks to what is in them, and ours hear nobody.
fn serious(browser: &Browser) -> serde_json::Value {
    browser.run(&axe());
    browser.run_long(
        "const done = arguments[0];
         axe.run({ resultTypes: ['violations'], iframes: false }).then(
            found => done(found.violations
                .filter(one => ['serious', 'critical'].includes(one.impact))
                .map(one => one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))),
            error => done([String(error)]))",
    )
}

/// Every page in a theme, narrow and wide: no scrolling to the side, no complaint of the browser, nothing serious that
/// axe finds, and little to load.
fn every_page(theme: &str, language: &str) {
    let world = World::new(Engine::Sqlite);
    let desk = busy(&world);
    let browser = Browser::open(&desk.base, true);
    browser.look(1440, theme);
    sign_in(&browser, "carol");
    browser.go("/admin/account");
    browser.one(&format!("//select[@name='language']/option[@value='{language}']")).click();
    browser.one("//form[@action='/admin/account/preferences']//button").click();
    browser.complaints();
    for path in PAGES.iter().chain(&MORE) {
        for width in [1440, 390] {
            browser.look(width, theme);
            browser.go(path);
            let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
            assert_eq!(wide, false, "{path} is wider than {width}");
            let loaded = browser.run(
                "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
                    .reduce((sum, one) => sum + one.encodedBodySize, 0)",
            );
            assert!(loaded.as_f64().unwrap() < 100_000.0, "{path} loads {loaded} bytes");
        }
        assert_eq!(serious(&browser), serde_json::json!([]), "{path}");
        let complaints: Vec<String> = browser
            .complaints()
            .into_iter()
            .filter(|line| !line.contains(" 404 ") && !line.contains(" 422 "))
            .collect();
        assert!(complaints.is_empty(), "{path}: {complaints:?}");
    }
}

/// From the sample of a notice to a text of the desk's own and back, with a look at what customers would get.
fn a_notice_is_written(scripts: bool) {
    let world = World::new(Engine::Sqlite);
    let desk = busy(&world);
    let browser = Browser::open(&desk.base, scripts);
    sign_in(&browser, "carol");
    browser.shows("Needs attention");
    browser.go("/admin/setup/notices?language=de");
    browser.named("strong", "Report opened").click();
    browser.one("a[href='/admin/setup/notices/de/opened']").click();
    browser.shows("Report opened, Deutsch");
    browser.one("textarea[name='de/opened/subject.txt']").fill("Beispielhoster: {{ category }}");
    for (button, shown) in
        [("As text", "[abuse #92] Beispielhoster: Spam"), ("As HTML", "Zur Meldung")]
    {
        browser.named("button", button).click();
        browser.look_into_frame(true);
        browser.shows(shown);
        browser.look_into_frame(false);
    }
    browser.one("textarea[name='de/opened/subject.txt']").fill("{{ categori }}");
    browser.named("button", "As text").click();
    browser.look_into_frame(true);
    browser.shows("de/opened/subject.txt: line 1");
    browser.look_into_frame(false);
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.named("button", "Save").click();
    browser.shows("Not saved");
    browser.one("textarea[name='de/opened/subject.txt']").fill("Beispielhoster: {{ category }}");
    browser.named("button", "Save").click();
    browser.shows("It takes effect on all nodes");
    browser.named("a", "Revert").click();
    browser.named("button", "Remove edited texts").click();
    browser.shows("It takes effect on all nodes");
    assert!(!browser.text().contains("edited here"), "{}", browser.text());
}

#[test]
fn a_notice_is_written_and_looked_at() {
    a_notice_is_written(true);
}

#[test]
fn a_notice_is_written_and_looked_at_without_scripts() {
    a_notice_is_written(false);
}

#[test]
fn every_page_by_day() {
    every_page("light", "");
}

#[test]
fn every_page_by_night_in_german() {
    every_page("dark", "de");
}
