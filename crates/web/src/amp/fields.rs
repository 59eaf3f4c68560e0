//! The fields of `create`, parsed once.

use portreeve_app::report::NewReportRequest;
use portreeve_core::ids::{Actor, ServiceId, ServiceKey};
use portreeve_core::ledger::parse_address;
use portreeve_core::report::{LONGEST_CATEGORY, LONGEST_SERVICE_IP, LONGEST_TEXT, SuspendMethod};
use portreeve_core::settings::Amp;
use portreeve_core::text::one_line;

use super::answer::AmpError;
use super::php::{Value, Vars};

/// Characters of a parameter's name that are repeated.
const LONGEST_NAME: usize = 60;

/// Parses the fields; errors come in the order of the contract.
pub(super) fn parse(
    vars: &Vars,
    amp: &Amp,
    directory: &str,
    credential: i64,
) -> Result<NewReportRequest, AmpError> {
    is_joined_well(vars)?;
    let service_id = required(vars, "service_id")?;
    let category = required(vars, "category")?;
    let id: ServiceId =
        service_id.parse().map_err(|error: portreeve_core::ids::NotAServiceId| {
            AmpError::Invalid { name: "service_id".to_owned(), why: error.to_string() }
        })?;
    within("category", category, LONGEST_CATEGORY)?;
    let service_ip = optional(vars, "service_ip").map(str::trim).filter(|ip| !ip.is_empty());
    within("service_ip", service_ip.unwrap_or_default(), LONGEST_SERVICE_IP)?;
    let additional_info = optional(vars, "additional_info").unwrap_or_default();
    within("additional_info", additional_info, LONGEST_TEXT)?;
    let admin_notes = optional(vars, "admin_notes").unwrap_or_default();
    within("admin_notes", admin_notes, LONGEST_TEXT)?;

    let mut warnings = Vec::new();
    if let Some(ip) = service_ip.filter(|ip| parse_address(ip).is_err()) {
        let shown = one_line(ip, 60);
        warnings.push(format!("service_ip \"{shown}\" is not an IP address; it was kept as text."));
    }
    let suspend_method = method(vars, amp, &mut warnings);
    Ok(NewReportRequest {
        caller: Actor::Api(credential),
        service: ServiceKey { directory: directory.to_owned(), id },
        category: category.to_owned(),
        service_ip: service_ip.map(str::to_owned),
        suspend_method,
        allow_unsuspend: optional(vars, "allow_unsuspend").is_some_and(is_true),
        pay_to_unsuspend: optional(vars, "pay_to_unsuspend").is_some_and(is_true),
        additional_info: additional_info.to_owned(),
        admin_notes: admin_notes.to_owned(),
        warnings,
        idempotency: None,
        unconfirmed: None,
    })
}

/// Scripts that take `&amp;` from a page of HTML send fields whose names begin with `amp;`. Left alone they would be
/// missing, and with them perhaps the suspension.
fn is_joined_well(vars: &Vars) -> Result<(), AmpError> {
    let mut odd: Vec<&str> = vars.keys().filter_map(|name| name.strip_prefix("amp;")).collect();
    odd.sort_unstable();
    let Some(name) = odd.first() else { return Ok(()) };
    let why = "its name begins with \"amp;\"; join fields with & alone, not with &amp;".to_owned();
    Err(AmpError::Invalid { name: one_line(name, LONGEST_NAME), why })
}

/// A scalar that is there and not blank, without the blanks at its ends.
fn required<'a>(vars: &'a Vars, name: &str) -> Result<&'a str, AmpError> {
    let text = vars.get(name).and_then(Value::text).map(str::trim);
    text.filter(|text| !text.is_empty()).ok_or(AmpError::Missing)
}

fn optional<'a>(vars: &'a Vars, name: &str) -> Option<&'a str> {
    vars.get(name).and_then(Value::text).filter(|text| !text.is_empty())
}

fn within(name: &str, text: &str, limit: usize) -> Result<(), AmpError> {
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(AmpError::Invalid {
        name: name.to_owned(),
        why: format!("must have at most {limit} characters"),
    })
}

/// The suspend method. A word that is none suspends nobody, and the caller is told.
fn method(vars: &Vars, amp: &Amp, warnings: &mut Vec<String>) -> SuspendMethod {
    let Some(word) = optional(vars, "suspend_method").map(str::trim).filter(|w| !w.is_empty())
    else {
        return SuspendMethod::NoSuspend;
    };
    if let Some(method) = SuspendMethod::parse(word) {
        return method;
    }
    if let Some(method) = amp.suspend_method_aliases.get(&word.to_lowercase()) {
        return *method;
    }
    let shown = one_line(word, 60);
    warnings.push(format!(
        "suspend_method \"{shown}\" is not one of nosuspend, immediate, timelimit; \
         nosuspend was used."
    ));
    SuspendMethod::NoSuspend
}

fn is_true(text: &str) -> bool {
    ["1", "true", "on", "yes"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}
