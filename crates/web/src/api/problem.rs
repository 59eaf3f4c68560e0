//! What a call fails with: RFC 9457, with codes that stay.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portreeve_app::StoreError;
use portreeve_app::report::{ActError, OpenError};
use portreeve_app::settings::SetError;
use portreeve_app::staff::StaffError;
use portreeve_core::attachment::Refused;
use portreeve_core::settings::SettingError;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Seconds after which a caller whom the database could not serve should come again.
const COME_AGAIN: u64 = 5;

/// What went wrong, for programs. A code keeps its meaning for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// The request cannot be read: bad JSON, a bad query.
    Malformed,
    /// No token, or one that is not good.
    Unauthorized,
    /// The token may not do this.
    Forbidden,
    /// Not found.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The report is in no state for it.
    WrongState,
    /// It would suspend a service that is protected, and `confirm_protected` does not say that this is meant.
    ProtectedService,
    /// There is one already.
    Taken,
    /// The idempotency key was used for another request.
    KeyUsedForAnother,
    /// `If-Match` names an older revision.
    ChangedMeanwhile,
    /// The body is larger than allowed.
    TooLarge,
    /// The body is of a type that is not taken here, such as anything but `application/json`.
    UnsupportedMediaType,
    /// The request can be read, but a value in it does not fit.
    Invalid,
    /// Wait, then try again.
    TooManyRequests,
    /// The desk cannot store or read now; nothing was changed.
    Unavailable,
    /// A fault of the desk; its log says more.
    Internal,
}

impl Code {
    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongState | Self::ProtectedService | Self::Taken | Self::KeyUsedForAnother => {
                StatusCode::CONFLICT
            }
            Self::ChangedMeanwhile => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be read",
            Self::Unauthorized => "No good token",
            Self::Forbidden => "The token may not do this",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Not with this method",
            Self::WrongState => "Not in this state",
            Self::ProtectedService => "The service is protected",
            Self::Taken => "There is one already",
            Self::KeyUsedForAnother => "The idempotency key was used for another request",
            Self::ChangedMeanwhile => "Changed meanwhile",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "The body is of a type that is not taken",
            Self::Invalid => "A value does not fit",
            Self::TooManyRequests => "Too many requests",
            Self::Unavailable => "Temporarily unavailable",
            Self::Internal => "A fault of the desk",
        }
    }
}

/// A problem as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:portreeve:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem of the code.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What to do about it, for people.
    detail: String,
    /// What went wrong, for programs.
    code: Code,
}

/// A call that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    detail: String,
    retry_after: Option<u64>,
}

impl Failure {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after: None }
    }

    pub(crate) fn invalid(name: &str, why: impl std::fmt::Display) -> Self {
        Self::new(Code::Invalid, format!("{name}: {why}"))
    }

    pub(crate) fn wait(code: Code, detail: &str, seconds: u64) -> Self {
        Self { code, detail: detail.to_owned(), retry_after: Some(seconds.max(1)) }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let name = serde_json::to_value(self.code).unwrap_or_default();
        let problem = Problem {
            kind: format!("urn:portreeve:problem:{}", name.as_str().unwrap_or_default()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail,
            code: self.code,
        };
        let text = serde_json::to_string(&problem).unwrap_or_default();
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let mut response = (self.code.status(), headers, text).into_response();
        if self.code == Code::Unauthorized {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The problems that any operation may answer with, for the description of the interface.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let codes = [
            Code::Malformed,
            Code::Unauthorized,
            Code::Forbidden,
            Code::NotFound,
            Code::WrongState,
            Code::ChangedMeanwhile,
            Code::TooLarge,
            Code::UnsupportedMediaType,
            Code::Invalid,
            Code::TooManyRequests,
            Code::Internal,
            Code::Unavailable,
        ];
        let response = |code: Code| {
            let content =
                ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            ResponseBuilder::new()
                .description(code.title())
                .content("application/problem+json", content)
                .build()
        };
        let status = |code: Code| code.status().as_u16().to_string();
        codes.into_iter().map(|code| (status(code), RefOr::T(response(code)))).collect()
    }
}

fn unavailable() -> Failure {
    Failure::wait(Code::Unavailable, "nothing was changed; try again", COME_AGAIN)
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            tracing::warn!("the database is not available: {error:?}");
            return unavailable();
        }
        tracing::error!("a call failed: {error:?}");
        Self::new(Code::Internal, "see the log of the desk")
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::ServiceNotFound => {
                Self::new(Code::NotFound, "the directory has no such service")
            }
            OpenError::KeyUsedForAnother => {
                Self::new(Code::KeyUsedForAnother, "use another key for another request")
            }
            OpenError::Unavailable => unavailable(),
        }
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        let code = match error {
            ActError::Store(error) => return error.into(),
            ActError::NoReport(_) | ActError::NoService(_) | ActError::NoStaff(_) => Code::NotFound,
            ActError::File(_, Refused::TooLarge(_) | Refused::ReportFull(_)) => Code::TooLarge,
            ActError::File(_, Refused::Busy | Refused::NoRoom) => {
                return Failure::wait(Code::Unavailable, &error.to_string(), COME_AGAIN);
            }
            ActError::TooManyAnswers => Code::TooManyRequests,
            ActError::NoRoomForText => Code::TooLarge,
            ActError::BadText
            | ActError::BadCategory
            | ActError::File(..)
            | ActError::FilesWithoutText => Code::Invalid,
            ActError::Move(..)
            | ActError::NotSuspended(_)
            | ActError::ServiceMoved
            | ActError::Pay(_) => Code::WrongState,
            ActError::Protected(..) => Code::ProtectedService,
            ActError::ChangedMeanwhile(_) => Code::ChangedMeanwhile,
            ActError::KeyUsedForAnother => Code::KeyUsedForAnother,
        };
        Self::new(code, error.to_string())
    }
}

impl From<SetError> for Failure {
    fn from(error: SetError) -> Self {
        let code = match error {
            SetError::Store(error) => return error.into(),
            SetError::Setting(SettingError::UnknownKey(_)) => Code::NotFound,
            SetError::Setting(_) => Code::Invalid,
            SetError::ChangedMeanwhile => Code::ChangedMeanwhile,
        };
        Self::new(code, error.to_string())
    }
}

impl From<StaffError> for Failure {
    fn from(error: StaffError) -> Self {
        let code = match error {
            StaffError::Store(error) => return error.into(),
            StaffError::Taken { .. } => Code::Taken,
            StaffError::Missing { .. } => Code::NotFound,
            StaffError::Bad(_) => Code::Invalid,
            StaffError::Hash => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}
