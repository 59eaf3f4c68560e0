//! The staff area: pages by which people run the desk. Made on the server, they work without JavaScript; a small
//! script of ours makes some of them nicer.
//!
//! A handler takes who is signed in with the right that it needs ([`session::Staff`]), calls one operation, and
//! answers with a page or the way to one.

mod account;
mod approvals;
mod attachments;
mod brakes;
mod bulk;
mod charts;
mod confirm;
mod export;
mod fraudrecord;
mod home;
mod inbox;
mod new;
mod panel;

mod refusal;
mod report;
mod reporters;
mod reports;
mod session;
mod setup;
mod sign_in;
mod told;
mod written;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use confirm::confirmed;
use jiff::tz::TimeZone;
use minijinja::value::{Value, merge_maps};
use portreeve_app::staff::{RIGHTS, has_right};
use portreeve_app::{StoreError, Waiting, work};
use portreeve_core::language;
use portreeve_core::settings::intake::Mode;
pub(crate) use refusal::Refusal;
use session::Visitor;

use crate::pages::{Viewer, context, see_other};
use crate::rights::{
    Answer, Anybody, Approve, Close, Export, FraudRecord, Open, Right, SeeReporter, SeeReports,
    Setup, Suspend,
};
use crate::{Web, preferred_language};
use portreeve_i18n::Language;

/// How long the numbers beside the names of pages count before they are counted anew.
const NUMBERS_LAST: Duration = Duration::from_secs(3);

/// Sends somebody on, after a form was carried out.
pub(crate) fn to(place: &str) -> Response {
    see_other(place, "/admin")
}

/// What handlers answer with.
pub(crate) type Answered = Result<Response, Refusal>;

/// In which language a stranger reads, as their browser asks.
pub(crate) struct Reads(pub(crate) Language);

impl FromRequestParts<Arc<Web>> for Reads {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Web>) -> Result<Self, Self::Rejection> {
        Ok(Self(preferred_language(&parts.headers)))
    }
}

impl Web {
    /// How much waits for people, as the frame of every page shows it.
    async fn numbers(&self) -> Result<Waiting, StoreError> {
        let now = self.desk.clock.monotonic();
        let known = *self.pages.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, waiting)) = known
            && now.saturating_sub(at) < NUMBERS_LAST
        {
            return Ok(waiting);
        }
        let waiting = work::waiting(&self.desk).await?;
        *self.pages.numbers.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, waiting));
        Ok(waiting)
    }

    /// A page for somebody who is signed in.
    async fn show(&self, visitor: &Visitor, name: &str, more: Value) -> Answered {
        self.show_as(StatusCode::OK, visitor, name, more).await
    }

    async fn show_as(
        &self,
        status: StatusCode,
        visitor: &Visitor,
        name: &str,
        more: Value,
    ) -> Answered {
        let session = &visitor.session;
        let may: std::collections::BTreeMap<&str, bool> =
            RIGHTS.iter().map(|(right, _)| (*right, has_right(&session.rights, right))).collect();
        let state = self.desk.state().await?;
        let numbers = self.numbers().await?;
        let frame = context! {
            me => context! { name => session.name, role => session.role },
            language => visitor.language().tag(),
            time_zone => session.time_zone,
            now => self.desk.now().as_millisecond(),
            csrf => visitor.csrf(),
            may,
            paused_at => state.paused_at,
            paused_by => state.paused_by,
            clock_suspect => state.clock_suspect,
            observes => self.desk.live().settings.intake.mode == Mode::Observe,
            numbers => context! {
                staff => capped(numbers.staff), queue => capped(numbers.queue), approval => capped(numbers.approval),
                inbox => capped(numbers.mails + numbers.queue),
                attention => capped(numbers.attention),
            },
        };
        let viewer = Viewer {
            language: visitor.language(),
            zone: language::zone(&session.time_zone),
            now: self.desk.now().as_millisecond(),
        };
        Ok(self.show_for(status, name, viewer, merge_maps([more, frame])))
    }

    /// A page for somebody who is not.
    fn show_stranger(
        &self,
        status: StatusCode,
        language: Language,
        name: &str,
        more: Value,
    ) -> Response {
        let now = self.desk.now().as_millisecond();
        let frame = context! { language => language.tag() };
        let viewer = Viewer { language, zone: TimeZone::UTC, now };
        self.show_for(status, name, viewer, merge_maps([more, frame]))
    }

    fn show_for(&self, status: StatusCode, name: &str, viewer: Viewer, context: Value) -> Response {
        let failed = refusal::Notice::failed();
        let language = viewer.language;
        self.render(status, name, viewer, context).unwrap_or_else(|| failed.bare(language))
    }
}

/// A number that is counted up to a bound, as it is shown.
fn capped(number: i64) -> String {
    if number >= work::BOUND { format!("{}+", work::BOUND) } else { number.to_string() }
}

/// A page of the staff area, and who may ask for it.
#[derive(Debug, Clone, Copy)]
pub struct PageRoute {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path; `{…}` stands for a value.
    pub path: &'static str,
    /// The right that it needs, by its name; empty: to be signed in is enough.
    pub right: &'static str,
    /// It asks for the password again unless that was entered a short while ago.
    pub confirmed: bool,
}

/// Registers each handler and writes down which right it needs. A `get` looks, a `post` acts, and a `confirmed` acts only
/// once whoever asks for it has entered their password again.
macro_rules! page_routes {
    ($($method:ident $path:literal $right:ident $handler:path;)*) => {
        /// Every page of the staff area that needs somebody to be signed in.
        pub fn page_routes() -> Vec<PageRoute> {
            vec![$(PageRoute {
                method: page_routes!(@name $method),
                path: $path,
                right: <$right as Right>::NAME,
                confirmed: page_routes!(@is_confirmed $method),
            },)*]
        }

        fn signed_in() -> Router<Arc<Web>> {
            Router::new()$(.route($path, page_routes!(@route $method $right $handler)))*
        }
    };
    (@name get) => { "GET" };
    (@name post) => { "POST" };
    (@name confirmed) => { "POST" };
    (@is_confirmed confirmed) => { true };
    (@is_confirmed $method:ident) => { false };
    (@route confirmed $right:ident $handler:path) => { confirmed::<$right, _, _>($handler) };
    (@route $method:ident $right:ident $handler:path) => { $method($handler) };
}

page_routes! {
    get "/admin" SeeReports home::home;
    get "/admin/reports" SeeReports reports::list;
    get "/admin/reports/export" Export export::export;
    post "/admin/reports/views" SeeReports reports::save_view;
    post "/admin/reports/views/{id}/forget" SeeReports reports::forget_view;
    post "/admin/continue" Anybody written::go_on;
    post "/admin/reports/bulk" SeeReports bulk::preview;
    post "/admin/reports/bulk/do" SeeReports bulk::carry_out;
    get "/admin/reports/new" Open new::form;
    post "/admin/reports/new" Open new::open;
    get "/admin/reports/{id}" SeeReports report::show;
    get "/admin/reports/{id}/text" SeeReports report::raw;
    get "/admin/reports/{id}/messages/{message}" SeeReports report::message;
    get "/admin/reports/{id}/report.pdf" SeeReports report::pdf;
    post "/admin/reports/{id}/presence" SeeReports report::presence;
    post "/admin/reports/{id}/drafts" SeeReports report::drafts;
    post "/admin/reports/{id}/quick-reply" Answer report::quick_reply;
    post "/admin/reports/{id}/answer" Answer report::answer;
    post "/admin/reports/{id}/answer-and-close" Close report::answer_and_close;
    post "/admin/reports/{id}/customer-answer" Answer report::customer_answer;
    post "/admin/reports/{id}/note" Answer report::note;
    post "/admin/reports/{id}/extension" Answer report::extend;
    post "/admin/reports/{id}/deadline-cancellation" Answer report::cancel_deadline;
    post "/admin/reports/{id}/deadline" Suspend report::set_deadline;
    post "/admin/reports/{id}/deadline-restoration" Answer report::restore_deadline;
    post "/admin/reports/{id}/links-end" Answer report::end_links;
    post "/admin/reports/{id}/assignee" Answer report::hand_over;
    post "/admin/reports/{id}/category" Answer report::change_category;
    post "/admin/reports/{id}/service" Answer report::assign;
    post "/admin/reports/{id}/merging" Close report::merge;
    post "/admin/reports/{id}/separation" Close report::unmerge;
    post "/admin/reports/{id}/closure" Close report::close;
    post "/admin/reports/{id}/reopening" Close report::reopen;
    post "/admin/reports/{id}/suspension" Suspend report::suspend;
    post "/admin/reports/{id}/adoption" Suspend report::adopt;
    post "/admin/reports/{id}/release" Suspend report::release;
    post "/admin/reports/{id}/payment-offer" Suspend report::offer_payment;
    post "/admin/reports/{id}/payment-withdrawal" Suspend report::withdraw_payment;
    post "/admin/reports/{id}/approval" Approve report::approve;
    post "/admin/reports/{id}/refusal" Approve report::refuse;
    get "/admin/reports/{id}/fraudrecord" FraudRecord fraudrecord::show;
    post "/admin/reports/{id}/fraudrecord/query" FraudRecord fraudrecord::ask;
    post "/admin/reports/{id}/fraudrecord/report" FraudRecord fraudrecord::preview;
    post "/admin/reports/{id}/fraudrecord/report/send" FraudRecord fraudrecord::report;
    get "/admin/reports/{id}/attachments/{ref}" SeeReports attachments::fetch;
    post "/admin/reports/{id}/attachments/{ref}/removal" Close attachments::remove;
    get "/admin/inbox" SeeReports inbox::list;
    post "/admin/inbox/bulk" SeeReports inbox::bulk;
    get "/admin/inbox/{id}" SeeReports inbox::show;
    get "/admin/inbox/{id}/raw" Answer inbox::raw;
    post "/admin/inbox/{id}/report" Open inbox::open;
    post "/admin/inbox/{id}/attachment" Answer inbox::attach;
    post "/admin/inbox/{id}/dismissal" Answer inbox::dismiss;
    post "/admin/inbox/{id}/restoration" Answer inbox::restore;
    post "/admin/inbox/{id}/muting" Close inbox::mute;
    get "/admin/queue" SeeReports inbox::old_queue;
    get "/admin/mail" SeeReports inbox::old_list;
    get "/admin/mail/{id}" SeeReports inbox::old_one;
    get "/admin/mail/{id}/raw" Answer inbox::old_raw;
    get "/admin/reporters" SeeReporter reporters::list;
    post "/admin/reporters/{id}/muting" Close reporters::mute;
    confirmed "/admin/reporters/{id}/lane" Setup reporters::trust;
    get "/admin/approvals" SeeReports approvals::approvals;
    get "/admin/brakes" Approve brakes::brakes;
    post "/admin/brakes/pause" Approve brakes::pause;
    confirmed "/admin/brakes/resume" Approve brakes::resume;
    get "/admin/brakes/undo" Setup brakes::undo_preview;
    confirmed "/admin/brakes/undo" Setup brakes::undo;
    get "/admin/account" Anybody account::account;
    post "/admin/account/preferences" Anybody account::preferences;
    confirmed "/admin/account/notices" Anybody account::told;
    post "/admin/account/password" Anybody account::password;
    post "/admin/account/second-factor/remove" Anybody account::remove_second_factor;
    post "/admin/account/sessions/end" Anybody account::end_session;
    get "/admin/setup" Setup setup::index;
    get "/admin/setup/staff-management" Setup setup::staff_management;
    get "/admin/setup/staff" Setup setup::people::staff;
    confirmed "/admin/setup/staff" Setup setup::people::add;
    confirmed "/admin/setup/staff/{name}" Setup setup::people::change;
    get "/admin/setup/roles" Setup setup::people::roles;
    confirmed "/admin/setup/roles" Setup setup::people::add_role;
    confirmed "/admin/setup/roles/{name}" Setup setup::people::change_role;
    get "/admin/setup/api-roles" Setup setup::credentials::roles;
    confirmed "/admin/setup/api-roles" Setup setup::credentials::add_role;
    get "/admin/setup/api-credentials" Setup setup::credentials::list;
    confirmed "/admin/setup/api-credentials" Setup setup::credentials::add;
    confirmed "/admin/setup/api-credentials/{ref}/addresses" Setup setup::credentials::limit;
    confirmed "/admin/setup/api-credentials/{ref}/revocation" Setup setup::credentials::revoke;
    get "/admin/setup/settings" Setup setup::desk::settings;
    confirmed "/admin/setup/settings" Setup setup::desk::set;
    get "/admin/setup/categories" Setup setup::desk::categories;
    confirmed "/admin/setup/categories" Setup setup::desk::set_category;
    get "/admin/setup/quick-replies" Setup setup::desk::replies;
    post "/admin/setup/quick-replies" Setup setup::desk::put_reply;
    get "/admin/setup/notices" Setup setup::notices::list;
    get "/admin/setup/notices/{language}/{unit}" Setup setup::notices::edit;
    confirmed "/admin/setup/notices/{language}/{unit}" Setup setup::notices::save;
    post "/admin/setup/notices/{language}/{unit}/preview" Setup setup::notices::preview;
    get "/admin/setup/notices/{language}/{unit}/take-back" Setup setup::notices::ask_back;
    confirmed "/admin/setup/notices/{language}/{unit}/take-back" Setup setup::notices::take_back;
    get "/admin/setup/connections" Setup setup::connections::connections;
    post "/admin/setup/connections/test" Setup setup::connections::test;
    post "/admin/setup/connections/jobs" Setup setup::connections::retry_job;
    get "/admin/setup/audit" Setup setup::desk::audit;
}

/// The staff area.
pub(crate) fn router(web: &Arc<Web>) -> Router<Arc<Web>> {
    signed_in()
        .route_layer(middleware::from_fn_with_state(Arc::clone(web), written::give_back))
        .route("/admin/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/admin/sign-in/code", get(sign_in::code_form).post(sign_in::code))
        .route("/admin/sign-out", post(sign_in::sign_out))
        .route("/admin/panel-sign-on", post(panel::sign_on))
        .route("/admin/second-factor", get(sign_in::enrol_form).post(sign_in::enrol))
        .route("/admin/second-factor/qr.svg", get(sign_in::qr))
        .route("/admin/", get(|| async { to("/admin") }))
        .route(
            "/static/staff.css",
            get(|| async { asset("text/css", include_str!("../static/staff.css")) }),
        )
        .route(
            "/static/icon.svg",
            get(|| async { asset("image/svg+xml", include_str!("../static/icon.svg")) }),
        )
        .route(
            "/static/staff.js",
            get(|| async { asset("text/javascript", include_str!("../static/staff.js")) }),
        )
        .layer(middleware::from_fn_with_state(Arc::clone(web), refusal::in_words))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let kind = format!("{kind}; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300".to_owned())], text)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sets_up_the_desk_enters_their_password_again_but_for_what_gives_nobody_anything() {
        // Texts that staff pick and still read before they send them; a look at a letter; tests; jobs that are due anyway.
        let harmless = [
            "/admin/setup/quick-replies",
            "/admin/setup/notices/{language}/{unit}/preview",
            "/admin/setup/connections/test",
            "/admin/setup/connections/jobs",
        ];
        let unasked = page_routes().into_iter().filter(|route| {
            route.method == "POST" && route.right == Setup::NAME && !route.confirmed
        });
        assert_eq!(unasked.map(|route| route.path).collect::<Vec<_>>(), harmless);
    }
}
