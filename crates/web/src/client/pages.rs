//! The pages of the customer area, in the customer's language.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use minijinja::Value;
use minijinja::value::merge_maps;
use portreeve_app::attachment::CustomerAttachment;
use portreeve_app::customer::{self, CustomerFile, CustomerReport, DeedError, Stands};
use portreeve_app::payment::{Offer, PayError};
use portreeve_app::report::ActError;
use portreeve_core::attachment::{FileName, Refused};
use portreeve_core::language::{Language, zone};
use portreeve_core::report::{Claim, MoveError, Outcome, SelfUnsuspend};
use portreeve_core::time::{Span, rfc3339};
use portreeve_i18n as i18n;

use super::door::Door;
use crate::Web;
use crate::body::{COME_AGAIN, Unread};
use crate::excerpt::excerpts;
use crate::pages::{Viewer, as_page, context, files_taken, refused_file};

/// What customers may ask for when they need more time.
const WISHES: [&str; 5] = ["12h", "24h", "48h", "72h", "7d"];

/// What somebody has tried on the page of a report.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// They look at the messages before this one.
    pub(super) before: Option<i64>,
    /// It was done.
    pub(super) done: Option<String>,
    /// It was refused, by the form of this name ...
    pub(super) wish: Option<&'static str>,
    /// ... with this text ...
    pub(super) text: String,
    /// ... for this reason: the end of a key ...
    pub(super) refused: Option<&'static str>,
    /// ... or because of this file.
    pub(super) file: Option<(FileName, Refused)>,
}

/// Why something was not done, as the end of a key.
pub(super) fn why(error: &DeedError) -> &'static str {
    match error {
        DeedError::ReadsOnly => "reads_only",
        DeedError::ServiceMoved => "moved",
        DeedError::Act(ActError::BadText) => "text",
        DeedError::Act(ActError::TooManyAnswers) => "too_many_answers",
        DeedError::Act(ActError::NoRoomForText) => "no_room",
        DeedError::Act(ActError::Pay(PayError::NotOffered)) => "nothing_to_pay",
        DeedError::Act(ActError::Pay(PayError::TooOften)) => "paid_too_often",
        DeedError::Act(ActError::Move(_, error)) => match error {
            MoveError::IsClosed => "closed",
            MoveError::HoldsNothing => "holds_nothing",
            MoveError::UnsuspendNotAllowed => "not_allowed",
            MoveError::UnsuspendedTooOften => "too_often",
            MoveError::AskedAlready => "asked_already",
            MoveError::NoDeadline => "no_deadline",
            MoveError::NotThatLong => "not_that_long",
            _ => "other",
        },
        DeedError::NotTheirs | DeedError::Act(_) => "other",
    }
}

impl Web {
    /// Who reads, in which language: the customer's own, or what their browser asks for, or the desk's.
    pub(super) fn client_viewer(&self, headers: &HeaderMap, known: &str) -> Viewer {
        let settings = &self.desk.live().settings;
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut asked = accept.into_iter().flat_map(|accept| accept.split(','));
        let asked = asked.find_map(|one| Language::of(one.split(';').next()?));
        let otherwise = asked.unwrap_or(settings.client_language);
        Viewer {
            language: Language::of(known).unwrap_or(otherwise),
            zone: zone(&settings.client_zone),
            now: self.desk.now().as_millisecond(),
        }
    }

    fn client_page(
        &self,
        status: StatusCode,
        name: &str,
        viewer: Viewer,
        context: Value,
    ) -> Response {
        let frame = context! { language => viewer.language.tag() };
        let language = viewer.language;
        let failed = || {
            let title = i18n::text!(language, "refused-internal");
            let html = format!("<!doctype html><title>{title}</title><p>{title}</p>");
            as_page(StatusCode::INTERNAL_SERVER_ERROR, html)
        };
        let rendered = self.render(status, name, viewer, merge_maps([context, frame]));
        let mut response = rendered.unwrap_or_else(failed);
        // No search engine has any business with what a link leads to.
        response
            .headers_mut()
            .insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        response
    }

    /// A page with one message.
    pub(super) fn client_said(
        &self,
        headers: &HeaderMap,
        status: StatusCode,
        what: &str,
    ) -> Response {
        let viewer = self.client_viewer(headers, "");
        self.client_page(status, "client-said.html", viewer, context! { what })
    }

    /// What was sent was not taken as a whole.
    pub(super) fn client_unread(&self, headers: &HeaderMap, unread: Unread) -> Response {
        match unread {
            Unread::TooLarge => {
                self.client_said(headers, StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            Unread::Broken => self.client_said(headers, StatusCode::BAD_REQUEST, "broken_off"),
            Unread::NoRoom => {
                self.client_later(headers, StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
        }
    }

    /// They have as much in hand as they may.
    pub(super) fn client_busy(&self, headers: &HeaderMap) -> Response {
        self.client_later(headers, StatusCode::TOO_MANY_REQUESTS, "busy")
    }

    fn client_later(&self, headers: &HeaderMap, status: StatusCode, what: &str) -> Response {
        let mut response = self.client_said(headers, status, what);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN));
        response
    }

    pub(super) fn client_unavailable(
        &self,
        headers: &HeaderMap,
        error: &dyn std::error::Error,
    ) -> Response {
        tracing::error!("a page of the customer area could not be rendered: {error}");
        self.client_later(headers, StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    }

    pub(super) fn client_list(
        &self,
        door: &Door,
        list: &[CustomerReport],
        language: &str,
    ) -> Response {
        let is_full = i64::try_from(list.len()).is_ok_and(|count| count >= customer::PAGE);
        let older = list.last().filter(|_| is_full).map(|last| last.id.0);
        let reports: Vec<Value> = list.iter().map(shown).collect();
        let viewer = self.client_viewer(&door.headers, language);
        let context = context! { door => door_shown(door), reports, older };
        self.client_page(StatusCode::OK, "client-list.html", viewer, context)
    }

    pub(super) fn client_report(
        &self,
        door: &Door,
        file: &CustomerFile,
        status: StatusCode,
        tried: &Tried,
    ) -> Response {
        let live = self.desk.live();
        let viewer = self.client_viewer(&door.headers, &file.language);
        let category = &file.report.category;
        let own = live.settings.plans.get(category).map(|plan| plan.customer_text.as_str());
        let own = own.filter(|text| !text.is_empty());
        let letters = self.desk.letters();
        let about = letters.about(viewer.language, category);
        let texts = excerpts(file.messages.iter().map(|message| message.text.as_str()));
        let messages: Vec<Value> = file
            .messages
            .iter()
            .zip(texts)
            .map(|(message, text)| {
                let at = message.at.map(rfc3339);
                let files: Vec<Value> = message.attachments.iter().map(attached).collect();
                let is_cut = text.len() < message.text.len();
                context! { id => message.id, at, files, from_customer => message.from_customer, text, is_cut }
            })
            .collect();
        let on_reply = live.settings.time_limit.on_reply;
        let context = context! {
            door => door_shown(door),
            r => shown(&file.report),
            messages,
            earlier => file.earlier,
            looks_back => tried.before.is_some(),
            product => file.product,
            counters => file.counters.as_ref().map(crate::pages::value),
            domain => file.domain,
            suspension => file.suspension,
            held_by_another => file.held_by_another,
            price => match &file.offer {
                Offer::Pay(price) => Some(viewer.language.decimals(&price.to_string())),
                _ => None,
            },
            paid_out => file.offer == Offer::Spent,
            payment => file.payment.as_ref().map(crate::pages::value),
            own, about,
            wishes => WISHES,
            wish_at_once => given_at_once(live.settings.more_time),
            on_reply => on_reply.as_str(),
            done => tried.done,
            wish => tried.wish.unwrap_or_default(),
            draft => tried.text,
            refused => tried.refused,
            file => tried.file.as_ref().map(|(name, why)| refused_file(name, *why)),
            takes => files_taken(self),
        };
        self.client_page(status, "client-report.html", viewer, context)
    }
}

/// The longest wish for more time that is given without asking anybody, where there is one.
fn given_at_once(most: Span) -> &'static str {
    let given = |wish: &&&str| wish.parse::<Span>().is_ok_and(|wish| wish <= most);
    WISHES.iter().rev().find(given).unwrap_or(&"24h")
}

/// A file of a message as templates see it.
fn attached(file: &CustomerAttachment) -> Value {
    context! { id => file.id, name => file.name, size => file.size.0, state => file.state.as_str() }
}

fn door_shown(door: &Door) -> Value {
    context! {
        base => door.base,
        by_link => door.by_link,
        customer => door.customer.customer_id,
        reads_only => door.customer.reads_only,
        more => door.customer.only.is_none(),
    }
}

/// A report as templates see it.
fn shown(report: &CustomerReport) -> Value {
    let (status, deadline, time_left, closed_at, outcome) = match report.stands {
        Stands::Closed { at, outcome } => ("closed", None, None, Some(rfc3339(at)), Some(outcome)),
        Stands::Open { your_turn: true, deadline, time_left } => {
            ("yours", deadline.map(rfc3339), time_left, None, None)
        }
        Stands::Open { your_turn: false, deadline, time_left } => {
            ("ours", deadline.map(rfc3339), time_left, None, None)
        }
    };
    let (take_back, take_back_left) = match report.take_back {
        SelfUnsuspend::Allowed(left) => ("allowed", left),
        SelfUnsuspend::No => ("no", 0),
        SelfUnsuspend::Spent => ("spent", 0),
    };
    context! {
        id => report.id.0,
        service => report.service.id.get(),
        category => report.category,
        service_ip => report.service_ip,
        additional_info => report.additional_info,
        opened_at => rfc3339(report.opened_at),
        status, deadline,
        time_left => time_left.map(Span::as_millis),
        closed_at,
        outcome => outcome.map(Outcome::as_str),
        claim => report.claim.map(Claim::as_str),
        wants => report.wants.map(Span::as_millis),
        take_back, take_back_left,
        open => status != "closed",
    }
}
