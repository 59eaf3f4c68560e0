//! The public form for complaints in a real browser: from the first mistake to the decision.

use super::serious;
use crate::e2e::driver::Browser;
use crate::world::{Engine, World, eventually};

/// Somebody fills the form in, forgets a few things, puts them right, and looks later what became of it.
fn a_reporter(engine: Engine, scripts: bool, german: bool) {
    let world = World::new(engine);
    let desk = world.serve();
    let say =
        |english: &'static str, in_german: &'static str| if german { in_german } else { english };
    let browser = Browser::open(&desk.base, scripts);
    browser.look(390, "light");
    browser.go("/");
    browser.named("a", "Report abuse").click();
    browser.shows("What a report needs");
    if german {
        browser.named("a", "Deutsch").click();
        browser.shows("Was eine Meldung braucht");
    }
    browser.one("option[value=phishing]").click();
    if scripts {
        browser.shows(say(
            "The exact URL, the brand that is imitated",
            "Die genaue URL, die nachgeahmte Marke",
        ));
        // The browser's own zone is offered; only the reader knows whether it is meant.
        assert_eq!(browser.one("#zone").property("value"), "");
    }
    browser.one("#where").fill("192[.]0[.]2[.]1");
    browser.one("#reason").fill("It asks for passwords.");
    browser.one("button.main").click();
    browser.shows(say("Please enter your name", "Bitte geben Sie Ihren Namen an"));
    browser.shows(say("Please confirm", "Bitte bestätigen Sie"));
    assert_eq!(browser.one("#reason").property("value"), "It asks for passwords.");
    assert_eq!(browser.one("#category").property("value"), "phishing");
    browser.one("a[href='#name']").click();
    assert_eq!(browser.focused().attribute("id"), "name");
    browser.one("#name").fill("Zoë Miller");
    browser.one("#email").fill("zoe@reporter.example");
    browser.one("#good_faith").click();
    browser.one("button.main").click();
    browser.shows(say("Keep this link", "Bewahren Sie diesen Link auf"));
    let receipt = browser.place();
    assert!(receipt.starts_with("/report-abuse/status/"), "{receipt}");
    eventually("a report is open", || {
        world.json(&["report", "list"]).as_array().unwrap().len() == 1
    });
    world.ok(&["report", "close", "1", "--outcome", "resolved"]);
    browser.go(&receipt);
    browser.shows(say("We took action", "Wir haben gehandelt"));
    browser.shows(say("If you disagree", "Wenn Sie nicht einverstanden sind"));
    assert_eq!(browser.one("[data-state]").attribute("data-state"), "decided");
    assert!(!browser.text().contains("ada@example.com"));
    assert!(browser.complaints().iter().all(|line| line.contains(" 422 ")));
}

#[test]
fn a_reporter_on_a_phone_comes_from_the_first_mistake_to_the_receipt() {
    a_reporter(Engine::Postgres, true, false);
}

#[test]
fn a_reporter_on_a_phone_does_it_in_german_without_scripts() {
    a_reporter(Engine::Sqlite, false, true);
}

#[test]
fn the_form_is_light_and_can_be_used_by_everybody() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let browser = Browser::open(&desk.base, true);
    for (width, theme, language) in
        [(1440, "light", "en"), (390, "dark", "de"), (1440, "dark", "en")]
    {
        browser.look(width, theme);
        for path in ["/", "/report-abuse", "/report-abuse#sent", "/nowhere"] {
            browser.go(&format!("{}?lang={language}", path.trim_end_matches("#sent")));
            if path.ends_with("#sent") {
                browser.one("button.main").click();
                browser.one("#faults");
            }
            let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
            assert_eq!(wide, false, "{path} is wider than {width}");
            let loaded = browser.run(
                "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
                    .reduce((sum, one) => sum + one.encodedBodySize, 0)",
            );
            assert!(loaded.as_f64().unwrap() < 100_000.0, "{path} loads {loaded} bytes");
            assert_eq!(serious(&browser), serde_json::json!([]), "{path} {theme}");
        }
    }
    let complaints: Vec<String> = browser
        .complaints()
        .into_iter()
        .filter(|line| !line.contains(" 404 ") && !line.contains(" 422 "))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}
