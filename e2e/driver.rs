//! A browser: Chromium without a window, moved through its driver (W3C `WebDriver`, and what Chromium's driver adds).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser of one's own; ended with its driver, by the driver's process.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    base: String,
}

/// Something on a page.
pub(crate) struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(Duration::from_mins(1))).build().new_agent()
}

/// A driver and its port; nothing when it ended before it listened.
fn start_driver() -> Option<(Child, String)> {
    let mut driver = Command::new("chromedriver")
        .args(["--port=0", "--log-level=SEVERE"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver; `cargo xtask test` installs it");
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    let Some(port) = port else {
        driver.wait().unwrap();
        return None;
    };
    std::thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}

impl Browser {
    /// Opens one in front of a desk; `scripts` says whether pages may run theirs.
    pub(crate) fn open(base: &str, scripts: bool) -> Self {
        // The driver looks for a port that is free for IPv4 and takes the same for IPv6; when that one is taken by then,
        // it ends.
        let (driver, port) = (0..5).find_map(|_| start_driver()).expect("chromedriver starts");
        let javascript = if scripts { 1 } else { 2 };
        let options = json!({
            "binary": "/usr/bin/chromium",
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-GB"],
            "prefs": { "profile.managed_default_content_settings.javascript": javascript, "intl.accept_languages": "en" },
        });
        let wish = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": { "browser": "ALL" }, "goog:chromeOptions": options,
        }}});
        let root = format!("http://127.0.0.1:{port}");
        let made = call("POST", &format!("{root}/session"), &wish);
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        Self { driver, session: format!("{root}/session/{id}"), base: base.to_owned() }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = call("POST", &format!("{}{path}", self.session), body);
        assert!(answer["error"].is_null(), "{path} {body}: {answer}\non {}", self.source());
        answer
    }

    fn get(&self, path: &str) -> Value {
        call("GET", &format!("{}{path}", self.session), &Value::Null)
    }

    fn source(&self) -> String {
        self.get("/source").as_str().unwrap_or_default().to_owned()
    }

    /// Goes to a page of the desk.
    pub(crate) fn go(&self, path: &str) {
        self.post("/url", &json!({ "url": format!("{}{path}", self.base) }));
    }

    /// The path and query of the page that is shown.
    pub(crate) fn place(&self) -> String {
        let url = self.get("/url");
        url.as_str().unwrap().trim_start_matches(&self.base).to_owned()
    }

    /// All text that is shown.
    pub(crate) fn text(&self) -> String {
        self.one("body").text()
    }

    /// Waits until the page shows this.
    pub(crate) fn shows(&self, text: &str) {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if self.all("body").first().is_some_and(|body| body.try_text().contains(text)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{text:?} is not shown at {}: {}", self.place(), self.text());
    }

    /// Does something in a tab of its own, which is closed afterwards.
    pub(crate) fn in_a_new_tab(&self, act: impl FnOnce()) {
        let here = self.get("/window");
        let new = self.post("/window/new", &json!({ "type": "tab" }));
        self.post("/window", &json!({ "handle": new["handle"] }));
        act();
        self.shows("Sign out");
        drop(agent().delete(&format!("{}/window", self.session)).call());
        self.post("/window", &json!({ "handle": here }));
    }

    /// Looks into the first frame of the page, or out of it again.
    pub(crate) fn look_into_frame(&self, inside: bool) {
        let frame = if inside { json!(0) } else { Value::Null };
        self.post("/frame", &json!({ "id": frame }));
    }

    /// The first element of a selector (CSS; `XPath` when it begins with a slash).
    pub(crate) fn one(&self, selector: &str) -> Element<'_> {
        let started = Instant::now();
        loop {
            if let Some(found) = self.all(selector).into_iter().next() {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "no {selector} at {}: {}",
                self.place(),
                self.source()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// All elements of a selector.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element<'_>> {
        let using = if selector.starts_with('/') { "xpath" } else { "css selector" };
        let found = self.post("/elements", &json!({ "using": using, "value": selector }));
        let ids =
            found.as_array().unwrap().iter().map(|one| one[ELEMENT].as_str().unwrap().to_owned());
        ids.map(|id| Element { browser: self, id }).collect()
    }

    /// The element of this name that shows exactly this text.
    pub(crate) fn named(&self, tag: &str, text: &str) -> Element<'_> {
        self.one(&format!("//{tag}[normalize-space()={text:?}]"))
    }

    /// Presses keys at whatever has the focus.
    pub(crate) fn keys(&self, keys: &str) {
        let pressed: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keys", "actions": pressed }] }),
        );
    }

    /// What has the focus.
    pub(crate) fn focused(&self) -> Element<'_> {
        let found = self.get("/element/active");
        Element { browser: self, id: found[ELEMENT].as_str().unwrap().to_owned() }
    }

    /// Runs a script of the test in the page.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) fn run_long(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Width of the window, and whether it is dark.
    pub(crate) fn look(&self, width: u32, theme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
        self.cdp("Emulation.setEmulatedMedia", &json!({ "features": features }));
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the window shows, as a PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let encoded = self.get("/screenshot");
        BASE64.decode(encoded.as_str().unwrap()).unwrap()
    }

    fn cdp(&self, command: &str, parameters: &Value) {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// What the browser complained about since the last time: errors, refusals of the content policy.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": "browser" }));
        let lines = log.as_array().unwrap().iter();
        let bad = lines.filter(|line| matches!(line["level"].as_str(), Some("SEVERE" | "WARNING")));
        bad.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Also while a test fails: the browser must not outlive it.
        drop(agent().delete(&self.session).call());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

impl Element<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/element/{}/{rest}", self.id)
    }

    pub(crate) fn click(&self) {
        self.browser.post(&self.path("click"), &json!({}));
    }

    /// Writes into a field in the place of what is there.
    pub(crate) fn fill(&self, text: &str) {
        self.browser.post(&self.path("clear"), &json!({}));
        self.browser.post(&self.path("value"), &json!({ "text": text }));
    }

    pub(crate) fn text(&self) -> String {
        let text = self.browser.get(&self.path("text"));
        text.as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    /// Its text; nothing when the page went away meanwhile.
    fn try_text(&self) -> String {
        self.browser.get(&self.path("text")).as_str().unwrap_or_default().to_owned()
    }

    /// What it has now, as a field has what was typed into it.
    pub(crate) fn property(&self, name: &str) -> String {
        let value = self.browser.get(&self.path(&format!("property/{name}")));
        value.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn attribute(&self, name: &str) -> String {
        let value = self.browser.get(&self.path(&format!("attribute/{name}")));
        value.as_str().unwrap_or_default().to_owned()
    }
}

/// One call to the driver: the value in its answer.
fn call(method: &str, url: &str, body: &Value) -> Value {
    let request = ureq::http::Request::builder().method(method).uri(url);
    let sent = if method == "POST" {
        agent()
            .run(request.header("content-type", "application/json").body(body.to_string()).unwrap())
    } else {
        agent().run(request.body(()).unwrap())
    };
    let text = sent.unwrap().body_mut().read_to_string().unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    answer["value"].clone()
}
