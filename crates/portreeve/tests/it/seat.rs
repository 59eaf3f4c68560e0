//! Somebody in the staff area, without a browser: a session, its forms.

use crate::world::{Answer, Serving, World};

/// The password of everybody in the tests.
pub(crate) const PASSWORD: &str = "a password of a test";

/// Somebody who is signed in.
pub(crate) struct Seat<'a> {
    desk: &'a Serving,
    pub(crate) cookie: String,
    csrf: String,
}

/// Adds a member of staff who can sign in.
pub(crate) fn hire(world: &World, name: &str, role: &str) {
    let mail = format!("{name}@example.com");
    let add = ["staff", "add", name, "--email", &mail, "--role", role, "--password-stdin"];
    world.ok_reading(&add, PASSWORD);
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The session in an answer.
pub(crate) fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// What stands in every form of a page.
pub(crate) fn csrf_of(page: &str) -> String {
    between(page, "name=\"csrf\" value=\"", "\"").to_owned()
}

/// The text between two others.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}")).1;
    rest.split_once(after).unwrap().0
}

/// Tries to sign in.
pub(crate) fn sign_in(desk: &Serving, name: &str, password: &str) -> Answer {
    let body = form(&[("name", name), ("password", password)]);
    desk.send("POST", "/admin/sign-in", &[("Content-Type", FORM)], body.as_bytes())
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Slashes and apostrophes in texts come as references, which nobody wants to read in a test.
fn plainer(mut answer: Answer) -> Answer {
    answer.body = answer.body.replace("&#x2f;", "/").replace("&#x27;", "'");
    answer
}

impl<'a> Seat<'a> {
    /// Signs somebody in who has no second factor.
    pub(crate) fn take(desk: &'a Serving, name: &str) -> Self {
        let answer = sign_in(desk, name, PASSWORD);
        assert_eq!((answer.status, answer.header("location")), (303, "/admin"), "{answer:?}");
        Self::with(desk, cookie_of(&answer))
    }

    /// Somebody with this session.
    pub(crate) fn with(desk: &'a Serving, cookie: String) -> Self {
        let mut seat = Self { desk, cookie, csrf: String::new() };
        seat.csrf = csrf_of(&seat.get("/admin/account").body);
        seat
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        plainer(self.desk.send("GET", path, &[("Cookie", &self.cookie)], b""))
    }

    /// A page that must be there.
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Sends a form of ours.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(path, &[], &[fields, &[("csrf", self.csrf.as_str())]].concat())
    }

    /// Sends a form that is done and leads somewhere.
    pub(crate) fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields);
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        answer.header("location").to_owned()
    }

    /// Sends any form with more headers.
    pub(crate) fn send(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let usual = [("Cookie", self.cookie.as_str()), ("Content-Type", FORM)];
        plainer(self.desk.send("POST", path, &[&usual, headers].concat(), form(fields).as_bytes()))
    }

    /// Does an act on a report as its page stands now.
    pub(crate) fn act(&self, report: i64, act: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(&format!("/admin/reports/{report}"));
        let revision = between(&page, "data-revision=\"", "\"").to_owned();
        let fields = [fields, &[("revision", revision.as_str())]].concat();
        self.post(&format!("/admin/reports/{report}/{act}"), &fields)
    }
}
