//! Setup › Notices: the mails that customers get, with a sample of each, and their texts, which are written here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use portreeve_app::notice::letters::{DIGEST, Origin, Texts, Unit};
use portreeve_app::notice::templates::{self, TemplateError};
use portreeve_core::notice::Notice;
use serde::Deserialize;

use crate::Web;
use crate::admin::session::{Form, Path, Query, Staff, Visitor};
use crate::admin::{Answered, Refusal, to};
use crate::pages::{allow_own_frames, context};
use crate::rights::Setup;
use portreeve_i18n::{self as i18n, Language};

/// Which samples are shown.
#[derive(Deserialize)]
pub(crate) struct Sample {
    #[serde(default)]
    language: String,
    #[serde(default)]
    category: String,
}

fn languages() -> Vec<Value> {
    Language::ALL.map(|one| context! { tag => one.tag(), name => one.name() }).to_vec()
}

/// The notices to customers as they go out, with a sample of each, and where their texts come from.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Query(Sample { language, category }): Query<Sample>,
) -> Answered {
    let desk = &web.desk;
    let live = desk.live();
    let language = Language::of(&language).unwrap_or(live.settings.client_language);
    let category = if category.is_empty() { "Spam" } else { &category };
    let letters = desk.letters();
    let all = templates::list(desk).await?;
    let units: Vec<Value> = Unit::all(language)
        .map(|unit| {
            let letter = match Notice::parse(unit.word) {
                Some(notice) => {
                    let sample = templates::sample_of(desk, notice, language, category);
                    Some(letters.to_customer(notice, &sample))
                }
                None if unit.word == DIGEST => {
                    let sample = templates::sample_digest_of(desk, language, category);
                    Some(letters.digest(&sample))
                }
                None => None,
            };
            let names = unit.names();
            let parts: Vec<Value> = all
                .iter()
                .filter(|one| names.contains(&one.name))
                .map(|one| context! { name => one.name, origin => one.origin.as_str() })
                .collect();
            context! {
                word => unit.word, parts,
                subject => letter.as_ref().map(|letter| &letter.subject),
                body => letter.as_ref().map(|letter| &letter.body),
            }
        })
        .collect();
    let more = context! {
        page => "setup", units, languages => languages(), categories => live.settings.categories,
        faults => letters.faults().iter().map(ToString::to_string).collect::<Vec<_>>(),
        chosen => context! { language => language.tag(), category },
    };
    web.show(&visitor, "notices.html", more).await
}

/// The templates that a path names.
fn unit_of((language, word): &(String, String)) -> Result<Unit, Refusal> {
    let language = Language::ALL.into_iter().find(|one| one.tag() == language);
    language.and_then(|language| Unit::of(language, word)).ok_or(Refusal::NotFound)
}

fn address(unit: Unit) -> String {
    format!("/admin/setup/notices/{}/{}", unit.language.tag(), unit.word)
}

/// Why what was written is not stored.
#[derive(Default)]
struct Refused {
    error: Option<String>,
    /// Somebody else wrote meanwhile: what they wrote is shown beside.
    conflict: bool,
}

/// Whether it was stored just now.
#[derive(Deserialize)]
pub(crate) struct Saved {
    #[serde(default)]
    saved: String,
}

/// The page on which a notice is written.
pub(crate) async fn edit(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(path): Path<(String, String)>,
    Query(Saved { saved }): Query<Saved>,
) -> Answered {
    let unit = unit_of(&path)?;
    let saved = !saved.is_empty();
    edit_page(&web, &visitor, unit, &Texts::new(), "", Refused::default(), saved).await
}

async fn edit_page(
    web: &Web,
    visitor: &Visitor,
    unit: Unit,
    tried: &Texts,
    category: &str,
    refused: Refused,
    saved: bool,
) -> Answered {
    let present = templates::unit(&web.desk, unit).await?;
    let parts: Vec<Value> = present
        .iter()
        .map(|one| {
            let text = tried.get(&one.name).unwrap_or(&one.text);
            let short = one.name.rsplit('/').next().unwrap_or_default();
            context! {
                name => one.name, short, text,
                rows => if short == "subject.txt" { 2 } else { text.lines().count().clamp(12, 28) + 1 },
                origin => one.origin.as_str(),
                changed_at => one.changed.as_ref().map(|(at, _)| *at),
                changed_by => one.changed.as_ref().map(|(_, by)| by),
                now => (refused.conflict && *text != one.text).then_some(&one.text),
            }
        })
        .collect();
    let status = match (&refused.error, refused.conflict) {
        (_, true) => StatusCode::CONFLICT,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::OK,
    };
    let more = context! {
        page => "setup", parts, saved, error => refused.error, conflict => refused.conflict,
        word => unit.word, tag => unit.language.tag(), address => address(unit),
        language_name => unit.language.name(),
        names => web.desk.letters().names_in(unit),
        is_own => present.iter().any(|one| one.origin == Origin::Desk),
        seen => templates::seen(&present),
        categories => web.desk.live().settings.categories, category,
    };
    let page = web.show_as(status, visitor, "notice-edit.html", more).await?;
    Ok(allow_own_frames(page))
}

/// The texts of a form, by their names.
fn texts(form: &Form, unit: Unit) -> Texts {
    let text = |name: String| {
        let text = form.all(&name).next().map(templates::kept)?;
        Some((name, text))
    };
    unit.names().into_iter().filter_map(text).collect()
}

/// Stores what was written, if it does.
pub(crate) async fn save(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(path): Path<(String, String)>,
    form: Form,
) -> Answered {
    let unit = unit_of(&path)?;
    let texts = texts(&form, unit);
    let saved = templates::save(&web.desk, &visitor.actor(), unit, &texts, form.get("seen")).await;
    let refused = match saved {
        Ok(()) => return Ok(to(&format!("{}?saved=1", address(unit)))),
        Err(error) => refused(visitor.language(), error)?,
    };
    edit_page(&web, &visitor, unit, &texts, form.get("category"), refused, false).await
}

fn refused(language: Language, error: TemplateError) -> Result<Refused, Refusal> {
    match error {
        TemplateError::Store(error) => Err(error.into()),
        TemplateError::ChangedMeanwhile => Ok(Refused { error: None, conflict: true }),
        why => {
            Ok(Refused { error: Some(i18n::refusal(language, &why.refusal())), conflict: false })
        }
    }
}

/// The letter that what was written would make, as a page of its own for a frame: nothing in it can do anything.
pub(crate) async fn preview(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(path): Path<(String, String)>,
    form: Form,
) -> Answered {
    let unit = unit_of(&path)?;
    let made = templates::preview(&web.desk, unit, &texts(&form, unit), form.get("category")).await;
    match made {
        Ok(letter) if form.get("as") == "html" => {
            Ok(framed("text/html", letter.html.unwrap_or_default()))
        }
        Ok(letter) => Ok(framed("text/plain", format!("{}\n\n{}", letter.subject, letter.body))),
        Err(error) => {
            let language = visitor.language();
            let why = refused(language, error)?.error.unwrap_or_default();
            let said = i18n::text!(language, "notices-not_yet");
            Ok(framed("text/plain", format!("{said}\n\n{}\n", why.replace("; ", "\n"))))
        }
    }
}

/// A page that only a frame of ours may show, and that may do nothing but look.
fn framed(kind: &str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&format!("{kind}; charset=utf-8"));
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("text/plain")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// Asks whether the desk's own texts are to go.
pub(crate) async fn ask_back(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(path): Path<(String, String)>,
) -> Answered {
    back_page(&web, &visitor, unit_of(&path)?, Refused::default()).await
}

async fn back_page(web: &Web, visitor: &Visitor, unit: Unit, refused: Refused) -> Answered {
    let present = templates::unit(&web.desk, unit).await?;
    let letters = web.desk.letters();
    let own: Vec<Value> = present
        .iter()
        .filter(|one| one.origin == Origin::Desk)
        .map(|one| {
            context! { name => one.name, text => one.text, below => letters.below(&one.name) }
        })
        .collect();
    let is_refused = refused.error.is_some() || refused.conflict;
    let status = if is_refused { StatusCode::CONFLICT } else { StatusCode::OK };
    let more = context! {
        page => "setup", own, word => unit.word, tag => unit.language.tag(),
        language_name => unit.language.name(),
        address => address(unit), seen => templates::seen(&present),
        error => refused.error, conflict => refused.conflict,
    };
    web.show_as(status, visitor, "notice-back.html", more).await
}

/// Takes the desk's own texts away.
pub(crate) async fn take_back(
    State(web): State<Arc<Web>>,
    visitor: Staff<Setup>,
    Path(path): Path<(String, String)>,
    form: Form,
) -> Answered {
    let unit = unit_of(&path)?;
    match templates::take_back(&web.desk, &visitor.actor(), unit, form.get("seen")).await {
        Ok(()) => Ok(to(&format!("{}?saved=1", address(unit)))),
        Err(error) => back_page(&web, &visitor, unit, refused(visitor.language(), error)?).await,
    }
}
