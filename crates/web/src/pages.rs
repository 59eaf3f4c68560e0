//! How pages are made: templates, the words of their viewer's language, and what every page is sent with.

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment};
use portreeve_app::Waiting;
use portreeve_core::attachment::{FileName, Refused, Size};
use portreeve_core::event::{Event, Kind};
use portreeve_core::time::{Timestamp, from_millis, rfc3339};
use portreeve_i18n::{self as i18n, Language};
use serde::de::DeserializeOwned;

use crate::Web;

/// What the pages have at hand.
pub(crate) struct Pages {
    templates: Environment<'static>,
    /// How much waits for people, and when that was counted.
    pub(crate) numbers: Mutex<Option<(Duration, Waiting)>>,
}

/// What a template gets: each name with its value, whatever can be serialised.
macro_rules! context {
    ($($key:ident $(=> $value:expr)?),* $(,)?) => {
        minijinja::Value::from_pairs(Vec::<(&str, minijinja::Value)>::from([
            $((stringify!($key), context!(@value $key $($value)?))),*
        ]))
    };
    (@value $key:ident) => { $crate::pages::value(&$key) };
    (@value $key:ident $value:expr) => { $crate::pages::value(&$value) };
}
pub(crate) use context;

/// Something as templates see it.
pub(crate) fn value<T: serde::Serialize>(of: T) -> Value {
    Value::from(Serde(of))
}

thread_local! {
    /// For whom the page is made that this thread renders: texts and instants depend on them, wherever in a
    /// template they stand.
    static VIEWER: RefCell<Viewer> = const { RefCell::new(Viewer { language: Language::English, zone: TimeZone::UTC, now: 0 }) };
}

/// For whom a page is made.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The language that they read.
    pub language: Language,
    /// The zone in which they read instants.
    pub zone: TimeZone,
    /// Now, in milliseconds.
    pub now: i64,
}

/// A value of a template as messages take it: what is counted stays a number.
fn argument(value: &Value) -> i18n::Value<'static> {
    let number = if value.is_number() { i64::try_from(value.clone()).ok() } else { None };
    // Beyond it numbers of messages, which are floats, are not exact.
    let number = number.filter(|number| number.unsigned_abs() < 1 << f64::MANTISSA_DIGITS);
    number.map_or_else(|| value.to_string().into(), Into::into)
}

fn language() -> Language {
    VIEWER.with_borrow(|viewer| viewer.language)
}

/// Every template, by its name.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        const TEMPLATES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

templates! {
    "frame.html", "parts.html", "refused.html", "sign-in.html", "code.html", "second-factor.html",
    "recovery.html", "account.html", "home.html", "reports.html", "report.html", "conflict.html",
    "protected.html", "written.html", "written-again.html",
    "bulk.html", "confirm.html", "done.html", "new.html", "queue.html", "approvals.html", "brakes.html", "undo.html",
    "fraudrecord.html", "setup.html", "staff.html", "roles.html", "credentials.html", "credential.html", "settings.html",
    "client-frame.html", "client-list.html", "client-report.html", "client-said.html",
    "categories.html", "replies.html", "notices.html", "connections.html", "audit.html",
    "notice-edit.html", "notice-back.html",
    "inbox.html", "inbox-tabs.html", "inbox-done.html", "item.html", "reporters.html",
    "public-frame.html", "public-home.html", "public-said.html", "abuse-form.html", "abuse-status.html",
}

impl Pages {
    pub(crate) fn new() -> Self {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        // What is not there is shown as nothing.
        templates.set_formatter(|out, state, value| {
            if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
        });
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).expect("a test renders every template");
        }
        templates.add_function("t", |key: &str, values: Kwargs| {
            let names: Vec<String> = values.args().map(ToOwned::to_owned).collect();
            let pairs =
                names.iter().map(|name| Ok((name.as_str(), argument(&values.get::<Value>(name)?))));
            let pairs: Vec<_> = pairs.collect::<Result<_, minijinja::Error>>()?;
            Ok::<_, minijinja::Error>(i18n::text(language(), key, &pairs))
        });
        templates.add_filter("event_text", |kind: &str| match Kind::parse(kind) {
            Some(kind) => i18n::history::name(language(), kind),
            None => kind.to_owned(),
        });
        templates.add_filter("span", |span: &str| i18n::time::span_length(language(), span));
        templates.add_filter("lasting", |ms: i64| i18n::time::length(language(), ms));
        templates.add_filter("sentence", |event: &Value| sentence(event));
        templates.add_filter("size", |bytes: u64| i18n::size(language(), Size(bytes)));
        templates.add_filter("actor", |stored: &str| i18n::history::actor(language(), stored));
        templates.add_filter("decimals", |number: &str| language().decimals(number));
        templates.add_filter("suspension_reason", |suspension: &Value| {
            let reason = suspension.get_attr("reason")?;
            let is_paused = suspension.get_attr("is_paused")?.is_true();
            let tell =
                if is_paused { i18n::reason::paused_suspension } else { i18n::reason::suspension };
            told(&reason, tell)
        });
        templates.add_filter("queue_reason", |why: &Value| told(why, i18n::reason::queue));
        templates.add_filter("undelivered", |why: &Value| told(why, i18n::reason::not_delivered));
        templates.add_filter("defang", |text: &str| portreeve_core::text::defang(text));
        templates.add_filter("away", |at: Value| away(&at));
        templates.add_filter("at", |at: Value| time(&at));
        Self { templates, numbers: Mutex::default() }
    }
}

/// A value of a page as what it was made from.
fn read<T: DeserializeOwned>(value: &Value) -> Result<T, minijinja::Error> {
    let read = serde_json::to_value(value).and_then(serde_json::from_value);
    read.map_err(|error| {
        minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string())
    })
}

/// A reason in the viewer's language; nothing where there is none.
fn told<T: DeserializeOwned>(
    why: &Value,
    tell: impl Fn(Language, &T) -> String,
) -> Result<String, minijinja::Error> {
    let why: Option<T> = if why.is_undefined() { None } else { read(why)? };
    Ok(why.map(|why| tell(language(), &why)).unwrap_or_default())
}

/// A line of history in the viewer's language and zone.
fn sentence(event: &Value) -> Result<String, minijinja::Error> {
    let unreadable =
        |why: String| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, why);
    let kind: String = read(&event.get_attr("kind")?)?;
    let kind =
        Kind::parse(&kind).ok_or_else(|| unreadable(format!("{kind} is no kind of event")))?;
    let data = serde_json::to_string(&event.get_attr("data")?);
    let event = data.and_then(|data| Event::read(kind, &data));
    let event = event.map_err(|error| unreadable(error.to_string()))?;
    Ok(VIEWER.with_borrow(|viewer| i18n::history::sentence(viewer.language, &viewer.zone, &event)))
}

fn millis_of(at: &Value) -> Option<i64> {
    match at.as_str() {
        Some(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
        None => at.as_i64(),
    }
}

/// How far an instant is from now.
fn away(at: &Value) -> String {
    let Some(millis) = millis_of(at) else { return String::new() };
    VIEWER.with_borrow(|viewer| i18n::time::distance(viewer.language, viewer.now, millis))
}

/// An instant (milliseconds, or RFC 3339) as an element that says it to people and programs.
fn time(at: &Value) -> Value {
    let Some(millis) = millis_of(at) else { return Value::from("") };
    let machine = from_millis(millis).map(rfc3339);
    VIEWER.with_borrow(|Viewer { language, zone, now }| {
        Value::from_safe_string(format!(
            "<time datetime=\"{}\" title=\"{}\">{}</time>",
            machine.unwrap_or_default(),
            i18n::time::distance(*language, *now, millis),
            i18n::time::instant(*language, zone, millis)
        ))
    })
}

/// A file that is not taken, as templates see it.
pub(crate) fn refused_file(name: &FileName, why: Refused) -> Value {
    context! { name => name.as_str(), why => why.as_str(), limit => why.limit() }
}

/// What files a form takes, as templates see it; nothing where none are taken.
pub(crate) fn files_taken(web: &Web) -> Option<Value> {
    let limits = &web.desk.live().settings.attachments;
    let types: Vec<&str> = limits.types.iter().map(String::as_str).collect();
    let accept: Vec<String> = types.iter().map(|one| format!(".{one}")).collect();
    (limits.per_message > 0).then(|| {
        context! {
            most => limits.per_message, size => limits.max_size.0,
            types => types.join(", "), accept => accept.join(","),
        }
    })
}

/// Text as HTML shows it.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An address on the same page's site; what is no address leads to `otherwise`.
fn place(place: &str, otherwise: &'static str) -> HeaderValue {
    HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static(otherwise))
}

/// Sends somebody on, after a form was carried out.
pub(crate) fn see_other(to: &str, otherwise: &'static str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, place(to, otherwise));
    private(response)
}

pub(crate) fn as_page(status: StatusCode, html: String) -> Response {
    private((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// What people see of reports is kept by nobody on the way. Our script may run, and nothing else.
pub(crate) fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page that shows pages of ours in a frame.
pub(crate) fn allow_own_frames(mut response: Response) -> Response {
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}; frame-src 'self'")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

impl Web {
    /// A page; when its template fails, nothing, which the caller says in their own words.
    pub(crate) fn render(
        &self,
        status: StatusCode,
        name: &str,
        viewer: Viewer,
        context: Value,
    ) -> Option<Response> {
        VIEWER.set(viewer);
        let template = self.pages.templates.get_template(name);
        match template.and_then(|template| template.render(context)) {
            Ok(html) => Some(as_page(status, html)),
            Err(error) => {
                tracing::error!("the template {name} could not be rendered: {error:#}");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_right_and_outcome_has_its_words() {
        let settings =
            portreeve_core::settings::KEYS.iter().filter(|key| key.name != "categories.plans");
        let settings = settings.map(|key| format!("setting-{}", key.name.replace('.', "-")));
        let rights = portreeve_app::staff::RIGHTS.iter().map(|(right, _)| format!("right-{right}"));
        let outcomes = portreeve_core::report::Outcome::ALL.iter();
        let outcomes = outcomes.map(|one| format!("outcome-{}", one.as_str()));
        for key in settings.chain(rights).chain(outcomes) {
            assert!(i18n::knows(Language::English, &key), "{key}");
        }
    }

    #[test]
    fn what_a_template_counts_is_a_number_and_what_it_names_a_text() {
        let said =
            |n: Value| i18n::text(Language::English, "bulk-do-close", &[("n", argument(&n))]);
        assert_ne!(said(Value::from(1)).replace('1', "2"), said(Value::from(2)));
        assert_eq!(said(Value::from("1")).replace('1', "2"), said(Value::from(2)));
    }
}
