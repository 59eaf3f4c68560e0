//! Why somebody did not get what they asked for, and the page that says so: in the language of whoever is signed in and
//! inside the frame of their pages, or as their browser asks.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use portreeve_app::StoreError;
use portreeve_app::report::ActError;
use portreeve_app::sign_in::SignInError;
use portreeve_app::staff::StaffError;
use portreeve_core::refusal::Refusal as Why;
use portreeve_i18n::{self as i18n, Language};

use super::session::Visitor;
use super::to;
use crate::Web;
use crate::pages::{as_page, context};
use crate::preferred_language;

/// Why somebody did not get what they asked for.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// They have to sign in; where they wanted to go.
    SignIn { back: Option<String> },
    /// They have to go somewhere else first.
    To(&'static str),
    /// They may not.
    NoRight(&'static str),
    /// The form was not sent from one of our pages in this session.
    ForgedForm,
    /// The form cannot be read, or is too large.
    Unreadable,
    /// There is no such thing.
    NotFound,
    /// It was not done, and why; nothing was changed.
    Bad(Why),
    /// A page that says more.
    Page(Box<Response>),
    /// The database cannot be reached.
    Unavailable(StoreError),
    /// Too much is asked for at a time, or it failed; it may be had later.
    NotNow,
    /// Too many send forms at once.
    NoRoom,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<ActError> for Refusal {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Store(error) => Self::Unavailable(error),
            ActError::NoReport(_) => Self::NotFound,
            other => Self::Bad(other.reason()),
        }
    }
}

impl From<StaffError> for Refusal {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Store(error) => Self::Unavailable(error),
            other => Self::Bad(other.refusal()),
        }
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => Self::Unavailable(error),
            other => Self::Bad(other.refusal()),
        }
    }
}

/// What a page is to say, once it is known who reads it.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    status: StatusCode,
    title: &'static str,
    text: Text,
    /// Seconds after which it can be tried again.
    again: Option<u32>,
}

#[derive(Debug, Clone)]
enum Text {
    Key(&'static str),
    NoRight(&'static str),
    Why(Why),
}

impl Notice {
    fn new(status: StatusCode, title: &'static str, text: &'static str) -> Self {
        Self { status, title, text: Text::Key(text), again: None }
    }

    /// A page could not be made.
    pub(super) fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "refused-internal", "refused-internal-text")
    }

    fn text(&self, language: Language) -> String {
        match &self.text {
            Text::Key(key) => i18n::text!(language, *key),
            Text::NoRight(right) => {
                let right = i18n::text!(language, &format!("right-{right}"));
                i18n::text!(language, "refused-right-text", right = right)
            }
            Text::Why(why) => not_done(language, why),
        }
    }

    /// A page of its own, which needs no database, so that it can say that there is none.
    pub(super) fn bare(&self, language: Language) -> Response {
        let title = i18n::text!(language, self.title);
        let escape = crate::pages::escape;
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><title>{title} · Portreeve</title>\
             <link rel=\"stylesheet\" href=\"/static/staff.css\"></head><body><main class=\"narrow\"><h1>{title}</h1>\
             <p role=\"alert\">{}</p><p><a href=\"/admin\">{}</a></p></main></body></html>",
            language.tag(),
            escape(&self.text(language)),
            i18n::text!(language, "refused-back"),
        );
        as_page(self.status, html)
    }
}

/// That something was not done, and why, as a sentence.
pub(super) fn not_done(language: Language, why: &Why) -> String {
    i18n::text!(language, "refused-bad-text", reason = i18n::refusal(language, why))
}

impl IntoResponse for Refusal {
    /// Where it leads, or an empty answer that [`in_words`] fills.
    fn into_response(self) -> Response {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        let notice = match self {
            Self::SignIn { back } => return sign_in(back),
            Self::To(place) => return to(place),
            Self::Page(page) => return *page,
            Self::NoRight(right) => Notice {
                text: Text::NoRight(right),
                ..Notice::new(StatusCode::FORBIDDEN, "refused-right", "refused-right-text")
            },
            Self::ForgedForm => {
                Notice::new(StatusCode::FORBIDDEN, "refused-form", "refused-form-text")
            }
            Self::Unreadable => Notice::new(
                StatusCode::BAD_REQUEST,
                "refused-unreadable",
                "refused-unreadable-text",
            ),
            Self::NotFound => {
                Notice::new(StatusCode::NOT_FOUND, "refused-missing", "refused-missing-text")
            }
            Self::Bad(why) => Notice {
                text: Text::Why(why),
                ..Notice::new(StatusCode::UNPROCESSABLE_ENTITY, "refused-bad", "refused-bad-text")
            },
            Self::NotNow => Notice {
                again: Some(10),
                ..Notice::new(unavailable, "refused-not_now", "refused-not_now-text")
            },
            Self::NoRoom => Notice {
                again: Some(5),
                ..Notice::new(unavailable, "refused-no_room", "refused-no_room-text")
            },
            Self::Unavailable(error) => {
                tracing::error!("a page of the staff area could not be rendered: {error}");
                Notice {
                    again: Some(5),
                    ..Notice::new(unavailable, "refused-database", "refused-database-text")
                }
            }
        };
        let mut response = notice.status.into_response();
        if let Some(seconds) = notice.again {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(notice);
        response
    }
}

fn sign_in(back: Option<String>) -> Response {
    let query: String = back
        .filter(|back| back != "/admin")
        .map(|back| {
            form_urlencoded::Serializer::new(String::new()).append_pair("to", &back).finish()
        })
        .unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    to(&format!("/admin/sign-in{mark}{query}"))
}

/// Who was found to be signed in while a request was answered.
#[derive(Clone, Default)]
pub(super) struct Reader(Arc<OnceLock<Visitor>>);

impl Reader {
    pub(super) fn is(&self, visitor: &Visitor) {
        // A second look finds the same person.
        drop(self.0.set(visitor.clone()));
    }
}

/// Puts refusals into words, around all pages of the staff area.
pub(super) async fn in_words(
    State(web): State<Arc<Web>>,
    mut request: Request,
    next: Next,
) -> Response {
    let reader = Reader::default();
    request.extensions_mut().insert(reader.clone());
    let language = preferred_language(request.headers());
    let back = came_from(request.headers());
    let mut response = next.run(request).await;
    let Some(notice) = response.extensions_mut().remove::<Notice>() else {
        return response;
    };
    let mut said = match reader.0.get().filter(|visitor| visitor.is_whole()) {
        Some(visitor) => framed(&web, visitor, &notice, &back).await,
        None => notice.bare(language),
    };
    if let Some(seconds) = response.headers_mut().remove(header::RETRY_AFTER) {
        said.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    said
}

/// Inside the frame of the pages, unless there is no database for that.
async fn framed(web: &Web, visitor: &Visitor, notice: &Notice, back: &str) -> Response {
    let language = visitor.language();
    let more = context! {
        page => "", title => i18n::text!(language, notice.title), text => notice.text(language), back,
    };
    let page = web.show_as(notice.status, visitor, "refused.html", more).await;
    page.unwrap_or_else(|_| notice.bare(language))
}

/// The page of ours from which a request came, so that its reader can go back.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let place = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let path = place.and_then(|place| place.path_and_query().map(ToString::to_string));
    let is_ours = |path: &String| path == "/admin" || path.starts_with("/admin/");
    path.filter(is_ours).unwrap_or_else(|| "/admin".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_a_page_of_ours_alone() {
        let from = |referer: &str| {
            let value = HeaderValue::from_str(referer).expect("good");
            came_from(&HeaderMap::from_iter([(header::REFERER, value)]))
        };
        assert_eq!(from("https://abuse.example.com/admin/reports/7?x=1"), "/admin/reports/7?x=1");
        for other in ["https://example.com/", "//example.com", "javascript:alert(1)", "/administer"]
        {
            assert_eq!(from(other), "/admin", "{other}");
        }
        assert_eq!(came_from(&HeaderMap::new()), "/admin");
    }

    #[test]
    fn a_bare_page_is_in_the_readers_language() {
        let mut response = Refusal::NoRight("setup").into_response();
        let notice = response.extensions_mut().remove::<Notice>().expect("there");
        assert_ne!(notice.text(Language::German), notice.text(Language::English));
    }
}
