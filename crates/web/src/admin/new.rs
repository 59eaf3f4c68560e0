//! A new report by staff: the service first, then what happened.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::ReportFilter;
use portreeve_app::report::{self, NewReportRequest, OpenError, dossier, view};
use portreeve_core::ids::ServiceKey;
use portreeve_core::ledger::parse_address;
use portreeve_core::report::{
    LONGEST_CATEGORY, LONGEST_SERVICE_IP, LONGEST_TEXT, Status, SuspendMethod,
};
use serde::Deserialize;

use super::session::{Form, Query, Staff, Visitor};
use super::{Answered, to};
use crate::Web;
use crate::rights::Open;
use portreeve_i18n as i18n;

/// What the address of the page says already.
#[derive(Deserialize)]
pub(crate) struct Begun {
    /// What is known of the service: id, domain, address, customer.
    find: Option<String>,
    /// The service that was chosen.
    service: Option<String>,
}

/// The page: look for the service, choose it, fill in the rest.
pub(crate) async fn form(
    State(web): State<Arc<Web>>,
    staff: Staff<Open>,
    Query(begun): Query<Begun>,
) -> Answered {
    let find = begun.find.unwrap_or_default();
    let service = begun.service.unwrap_or_default();
    page(&web, &staff, StatusCode::OK, &find, &service, Value::from(()), None).await
}

async fn page(
    web: &Web,
    staff: &Visitor,
    status: StatusCode,
    find: &str,
    service: &str,
    filled: Value,
    error: Option<String>,
) -> Answered {
    let desk = &web.desk;
    let mut found =
        if find.trim().is_empty() { Vec::new() } else { dossier::services_for(desk, find).await? };
    let key = ServiceKey::parse(service, desk.config.default_directory()).ok();
    let chosen = match &key {
        Some(key) => dossier::services_for(desk, &key.to_string())
            .await?
            .into_iter()
            .find(|one| one.key == key.to_string()),
        None if found.len() == 1 => found.pop(),
        None => None,
    };
    let open = match &chosen {
        Some(chosen) => {
            let service = ServiceKey::parse(&chosen.key, "").ok();
            let filter = ReportFilter {
                service,
                status: Some(Status::Open),
                limit: 10,
                ..ReportFilter::default()
            };
            view::list(desk, &filter).await?
        }
        None => Vec::new(),
    };
    let live = desk.live();
    let plans: std::collections::BTreeMap<&String, &str> = live
        .settings
        .plans
        .iter()
        .filter_map(|(name, plan)| Some((name, plan.suspend_method?.as_str())))
        .collect();
    let directory = key.as_ref().map_or("", |key| key.directory.as_str());
    let price = live.settings.pay.price().filter(|_| desk.cashier_for(directory).is_some());
    let more = context! {
        page => "reports",
        price => price.map(|price| price.to_string()),
        find, found, chosen, open, filled, error, plans,
        nothing => !find.trim().is_empty() && chosen.is_none() && found.is_empty(),
        categories => live.settings.categories,
    };
    web.show_as(status, staff, "new.html", more).await
}

/// The form once more, as somebody had filled it in.
pub(super) async fn again(web: &Web, staff: &Visitor, form: &Form) -> Answered {
    let filled: Value =
        crate::pages::value(form.fields().collect::<std::collections::BTreeMap<&str, &str>>());
    page(web, staff, StatusCode::OK, "", form.get("service"), filled, None).await
}

/// Opens it.
pub(crate) async fn open(State(web): State<Arc<Web>>, staff: Staff<Open>, form: Form) -> Answered {
    let language = staff.language();
    let filled: Value =
        crate::pages::value(form.fields().collect::<std::collections::BTreeMap<&str, &str>>());
    let error = match request(&web, &staff, &form) {
        Ok(request) => match report::open(&web.desk, &web.opener, request).await {
            Ok(opened) => return Ok(to(&format!("/admin/reports/{}", opened.report.0))),
            Err(OpenError::ServiceNotFound) => "new-no_service",
            Err(OpenError::KeyUsedForAnother) => "new-twice",
            Err(OpenError::Unavailable) => "new-unavailable",
        },
        Err(key) => key,
    };
    let error = i18n::text!(language, error);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(&web, &staff, status, "", form.get("service"), filled, Some(error)).await
}

/// What the form asks for, or the key of what is wrong with it.
fn request(web: &Web, staff: &Visitor, form: &Form) -> Result<NewReportRequest, &'static str> {
    let service = ServiceKey::parse(form.get("service"), web.desk.config.default_directory())
        .map_err(|_| "new-no_service")?;
    let category = match form.get("other_category") {
        "" => form.get("category"),
        other => other,
    };
    if category.is_empty() || category.chars().count() > LONGEST_CATEGORY {
        return Err("new-bad_category");
    }
    let ip = form.get("service_ip");
    if ip.chars().count() > LONGEST_SERVICE_IP || !(ip.is_empty() || parse_address(ip).is_ok()) {
        return Err("new-bad_address");
    }
    let texts = [form.get("additional_info"), form.get("admin_notes")]
        .map(|text| text.replace("\r\n", "\n"));
    if texts.iter().any(|text| text.chars().count() > LONGEST_TEXT) {
        return Err("new-too_long");
    }
    let [additional_info, admin_notes] = texts;
    let mut request = NewReportRequest {
        caller: staff.actor(),
        service,
        category: category.to_owned(),
        service_ip: Some(ip.to_owned()).filter(|ip| !ip.is_empty()),
        suspend_method: SuspendMethod::parse(form.get("suspend_method")).ok_or("new-no_method")?,
        allow_unsuspend: form.is_set("allow_unsuspend"),
        pay_to_unsuspend: form.is_set("pay_to_unsuspend"),
        additional_info,
        admin_notes,
        warnings: Vec::new(),
        idempotency: None,
        unconfirmed: None,
    };
    // Whoever presses the button twice opens one report.
    let key = form.get("once");
    if !key.is_empty() && key.len() <= 64 {
        request.idempotency = Some((key.to_owned(), request.fingerprint()));
    }
    Ok(request)
}
