//! Asking `FraudRecord` about the customer of a report, and reporting them to it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::Value;
use minijinja::value::merge_maps;
use portreeve_app::fraudrecord::{
    self, Asked, Charge, FraudRecordError, KINDS, LONGEST_TEXT, Person, Prospect, Refusal as No,
    SEVERITIES, Sent,
};
use portreeve_core::fraudrecord::{Field, Standing};
use portreeve_core::ids::ReportId;
use portreeve_core::reason::Finding;
use portreeve_i18n as i18n;

use super::session::{Form, Path, Staff, Visitor};
use super::{Answered, Refusal};
use crate::Web;
use crate::pages::context;
use crate::rights::FraudRecord;

impl From<FraudRecordError> for Refusal {
    fn from(error: FraudRecordError) -> Self {
        match error {
            FraudRecordError::Store(error) => Self::Unavailable(error),
            FraudRecordError::Off | FraudRecordError::NoReport(_) => Self::NotFound,
            FraudRecordError::NobodyKnown(_) | FraudRecordError::SentBefore(_) => {
                Self::Bad(error.refusal())
            }
        }
    }
}

/// What can be sent, and the forms for it.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    staff: Staff<FraudRecord>,
    Path(id): Path<i64>,
) -> Answered {
    page(&web, &staff, id, StatusCode::OK, &Form::default(), context! {}).await
}

/// Asks the register, and shows what it says.
pub(crate) async fn ask(
    State(web): State<Arc<Web>>,
    staff: Staff<FraudRecord>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let asked = fraudrecord::ask(&web.desk, ReportId(id), &staff.actor()).await?;
    let more = match asked {
        Asked::Answered(records) => context! {
            points => records.points, reports => records.reports,
            reliability => records.reliability, link => records.link,
        },
        Asked::Refused(no) => context! { no => word(&no), why => strange(&staff, &no) },
        Asked::Unreachable(why) => context! { no => "unreachable", why => seen(&staff, &why) },
    };
    page(&web, &staff, id, StatusCode::OK, &form, context! { asked => true, answer => more }).await
}

/// Shows exactly what would be sent, or the form with it once more.
pub(crate) async fn preview(
    State(web): State<Arc<Web>>,
    staff: Staff<FraudRecord>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    if form.is_set("change") {
        return page(&web, &staff, id, StatusCode::OK, &form, context! {}).await;
    }
    let Some(charge) = charge(&form) else {
        return unfit(&web, &staff, id, &form).await;
    };
    page(&web, &staff, id, StatusCode::OK, &form, context! { confirm => charge_shown(&charge) })
        .await
}

/// Sends it.
pub(crate) async fn report(
    State(web): State<Arc<Web>>,
    staff: Staff<FraudRecord>,
    Path(id): Path<i64>,
    form: Form,
) -> Answered {
    let Some(charge) = charge(&form) else {
        return unfit(&web, &staff, id, &form).await;
    };
    let again = form.is_set("again");
    let (desk, actor) = (&web.desk, staff.actor());
    let sent = match fraudrecord::report(desk, ReportId(id), &actor, &charge, again).await {
        Err(FraudRecordError::SentBefore(_)) => {
            let more = context! { confirm => charge_shown(&charge), sent_before => true };
            return page(&web, &staff, id, StatusCode::CONFLICT, &form, more).await;
        }
        sent => sent?,
    };
    let more = match sent {
        Sent::Taken(code) => context! { sent => "taken", code },
        Sent::Refused(no) => {
            context! { sent => "refused", no => word(&no), why => strange(&staff, &no) }
        }
        Sent::NotSent(why) => context! { sent => "not_sent", why => seen(&staff, &why) },
        Sent::Lost(why) | Sent::Unclear(why) => {
            context! { sent => "lost", why => seen(&staff, &why) }
        }
    };
    page(&web, &staff, id, StatusCode::OK, &form, more).await
}

fn charge(form: &Form) -> Option<Charge> {
    Charge::parse(form.get("severity"), form.get("kind"), &form.get("text").replace("\r\n", "\n"))
}

fn charge_shown(charge: &Charge) -> Value {
    context! { severity => charge.severity, kind => charge.kind, text => charge.text }
}

async fn unfit(web: &Web, staff: &Visitor, id: i64, form: &Form) -> Answered {
    let more = context! { unfit => true };
    page(web, staff, id, StatusCode::UNPROCESSABLE_ENTITY, form, more).await
}

/// Why the register did not do it, as the end of a key.
fn word(no: &No) -> &'static str {
    match no {
        No::Key => "key",
        No::Action => "action",
        No::Data => "data",
        No::NoData => "no_data",
        No::Strange(_) => "strange",
    }
}

fn strange(staff: &Visitor, no: &No) -> String {
    if let No::Strange(found) = no { seen(staff, found) } else { String::new() }
}

/// What was seen, in the language of whoever asked.
fn seen(staff: &Visitor, found: &Finding) -> String {
    i18n::reason::finding(staff.language(), found).unwrap_or_default()
}

async fn page(
    web: &Web,
    staff: &Visitor,
    id: i64,
    status: StatusCode,
    form: &Form,
    more: Value,
) -> Answered {
    let text = form.get("text");
    let Prospect { person, standing, in_text } =
        fraudrecord::prospect(&web.desk, ReportId(id), text).await?;
    let fields: Vec<Value> = person
        .iter()
        .flat_map(Person::fields)
        .map(|(field, hash)| context! { name => field.as_str(), hash })
        .collect();
    let severities: Vec<u8> = SEVERITIES.collect();
    let in_text: Vec<&str> = in_text.into_iter().map(Field::as_str).collect();
    let frame = context! {
        page => "reports",
        id, fields, in_text, severities, text,
        kinds => KINDS,
        longest => LONGEST_TEXT,
        severity => form.get("severity"),
        kind => form.get("kind"),
        standing => standing.as_str(),
        settled => standing == Standing::Open,
    };
    web.show_as(status, staff, "fraudrecord.html", merge_maps([more, frame])).await
}
