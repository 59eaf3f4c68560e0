//! The REST interface, `/api/v1`: JSON over HTTP for scripts of the host, with a token for each.
//!
//! Routes and their description come from one place: each handler says its path, its right and its answers,
//! and [`document`] is what all of them say together (`OpenAPI` 3.1).

mod attachments;
mod caller;
mod complaints;
mod problem;
mod reports;
mod request;
mod services;
mod setup;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Web;
use problem::{Code, Failure};

/// Largest body of a request.
const LARGEST_BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portreeve",
        description = "The abuse desk of a hosting provider: reports, services, the ledger, setup.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    servers((url = "/api/v1")),
    components(schemas(problem::Problem, reports::Status, reports::Turn, reports::Order, complaints::ComplaintState)),
    security(("token" = [])),
    tags(
        (name = "reports", description = "Reports, and every act on them"),
        (name = "complaints", description = "Complaints and other mail that came in"),
        (name = "services", description = "Services of the directory, and who held what"),
        (name = "setup", description = "Settings and the credentials of scripts"),
        (name = "desk", description = "The desk itself"),
    ),
)]
struct Document;

fn routes() -> OpenApiRouter<Arc<Web>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(reports::list, reports::create))
        .routes(routes!(reports::show))
        .routes(routes!(reports::pdf))
        .routes(routes!(reports::answer))
        .routes(routes!(reports::note))
        .routes(routes!(reports::extend))
        .routes(routes!(reports::cancel_deadline))
        .routes(routes!(reports::set_deadline))
        .routes(routes!(reports::restore_deadline))
        .routes(routes!(reports::assign))
        .routes(routes!(reports::suspend))
        .routes(routes!(reports::adopt))
        .routes(routes!(reports::release))
        .routes(routes!(reports::offer_payment))
        .routes(routes!(reports::approve))
        .routes(routes!(reports::refuse))
        .routes(routes!(reports::close))
        .routes(routes!(reports::reopen))
        .routes(routes!(attachments::list, attachments::attach))
        .routes(routes!(attachments::fetch, attachments::remove))
        .routes(routes!(complaints::list, complaints::post))
        .routes(routes!(complaints::show))
        .routes(routes!(services::list))
        .routes(routes!(services::show))
        .routes(routes!(services::who_had))
        .routes(routes!(services::lockdown))
        .routes(routes!(setup::settings))
        .routes(routes!(setup::setting, setup::change_setting))
        .routes(routes!(setup::credentials, setup::add_credential))
        .routes(routes!(setup::revoke_credential))
        .routes(routes!(setup::health))
        .routes(routes!(setup::me))
}

/// The description of the interface.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = routes().split_for_parts().1;
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token made by `portreeve token add`"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    headers_are_texts(&mut document);
    document
}

/// A header that may be absent has no null: it is a text, or it is not there.
fn headers_are_texts(document: &mut utoipa::openapi::OpenApi) {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| [&mut item.post, &mut item.put]).flatten();
    let parameters = operations.flat_map(|operation| operation.parameters.iter_mut().flatten());
    for parameter in parameters {
        if let RefOr::T(parameter) = parameter
            && parameter.parameter_in == ParameterIn::Header
            && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        {
            object.schema_type = SchemaType::new(Type::String);
        }
    }
}

/// The routes below `/api/v1`.
pub(crate) fn router() -> Router<Arc<Web>> {
    // Made once: it only changes with the program.
    let text: Arc<str> = document().to_json().unwrap_or_default().into();
    let describe = move || async move {
        ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text.to_string())
    };
    routes()
        .split_for_parts()
        .0
        .route("/openapi.json", get(describe))
        .method_not_allowed_fallback(not_that_way)
        .fallback(no_such_path)
        // Bodies have a limit of ours (`body::read`), which lets their senders see the answer.
        .layer(DefaultBodyLimit::disable())
}

async fn no_such_path() -> Response {
    Failure::new(Code::NotFound, "there is no such path; see /api/v1/openapi.json").into_response()
}

async fn not_that_way() -> Response {
    let why = "this path does not take that method; see /api/v1/openapi.json";
    let mut response = Failure::new(Code::MethodNotAllowed, why).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is checked in, for people who read it without a desk at hand.
    const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

    #[test]
    fn the_description_that_is_checked_in_is_what_the_code_says() {
        let now = document().to_pretty_json().expect("it serialises") + "\n";
        if std::env::var_os("PORTREEVE_WRITE_OPENAPI").is_some() {
            std::fs::write(CHECKED_IN, &now).expect("docs can be written");
        }
        let checked_in = std::fs::read_to_string(CHECKED_IN).unwrap_or_default();
        let how = "run PORTREEVE_WRITE_OPENAPI=1 cargo test -p portreeve-web the_description";
        assert!(checked_in == now, "docs/openapi.json is not what the code says: {how}");
    }
}
