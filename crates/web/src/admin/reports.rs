//! The list of reports: filters in the address, views that are kept, columns, pages.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::report::view::{self, ReportView, SEARCHED_WORDS};
use portreeve_app::{Place, ReportFilter, ReportOrder, SuspensionFilter, staff, views};
use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::ledger::parse_net;
use portreeve_core::report::{Outcome, Status, Turn};
use portreeve_core::text::wanted_words;
use portreeve_core::time::{Span, Timestamp};

use super::session::{Form, Path, Staff};
use super::{Answered, Refusal, to};
use crate::Web;
use crate::rights::{Right, SeeReports, Setup};

/// Reports on a page.
const PAGE: i64 = 50;

/// Longest text of a filter, in characters.
const LONGEST: usize = 255;

/// The filters, by their names in the address.
const FILTERS: [&str; 11] = [
    "text",
    "status",
    "turn",
    "suspension",
    "attention",
    "category",
    "service",
    "customer",
    "address",
    "assignee",
    "deadline",
];

/// Columns that can be shown, in their order.
const COLUMNS: [&str; 10] = [
    "category",
    "status",
    "turn",
    "service",
    "customer",
    "address",
    "suspension",
    "deadline",
    "assignee",
    "opened",
];

/// Columns that are shown when nobody chose.
const USUAL: [&str; 7] =
    ["category", "status", "service", "suspension", "deadline", "assignee", "opened"];

/// What an address asks for.
pub(super) struct Wanted {
    pairs: Vec<(String, String)>,
}

impl Wanted {
    pub(super) fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).take(100);
        Self {
            pairs: pairs
                .map(|(key, value)| {
                    (key.into_owned(), value.trim().chars().take(LONGEST).collect())
                })
                .collect(),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn columns(&self) -> Vec<&'static str> {
        let chosen: Vec<&str> = self
            .pairs
            .iter()
            .filter(|(key, _)| key == "column")
            .map(|(_, value)| value.as_str())
            .collect();
        if chosen.is_empty() {
            return USUAL.to_vec();
        }
        COLUMNS.into_iter().filter(|column| chosen.contains(column)).collect()
    }

    /// The address of the same list with one thing different; an empty value takes it away.
    fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = self
            .pairs
            .iter()
            .filter(|(key, value)| key != name && key != "after" && !value.is_empty());
        for (key, value) in kept {
            query.append_pair(key, value);
        }
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        query.finish()
    }

    /// The filter, or the names of what cannot be read.
    pub(super) fn filter(
        &self,
        web: &Web,
        me: &str,
        now: i64,
    ) -> Result<ReportFilter, Vec<&'static str>> {
        let mut bad = Vec::new();
        let mut filter = ReportFilter { limit: PAGE, ..ReportFilter::default() };
        let word = |bad: &mut Vec<&'static str>, name: &'static str, known: &[&'static str]| {
            let given = self.get(name);
            let found = known.iter().find(|word| **word == given).copied();
            if found.is_none() && !given.is_empty() {
                bad.push(name);
            }
            found
        };
        filter.status =
            word(&mut bad, "status", &Status::ALL.map(Status::as_str)).and_then(Status::parse);
        filter.turn = word(&mut bad, "turn", &Turn::ALL.map(Turn::as_str)).and_then(Turn::parse);
        filter.suspension =
            word(&mut bad, "suspension", &["none", "waiting", "placed", "released", "trouble"])
                .map(|word| match word {
                    "none" => SuspensionFilter::None,
                    "waiting" => SuspensionFilter::Waiting,
                    "placed" => SuspensionFilter::Placed,
                    "released" => SuspensionFilter::Released,
                    _ => SuspensionFilter::Trouble,
                });
        filter.attention = word(&mut bad, "attention", &["any"]).is_some();
        let default_directory = web.desk.config.default_directory();
        let given = |name| Some(self.get(name)).filter(|text| !text.is_empty());
        if let Some(text) = given("service") {
            match ServiceKey::parse(text, default_directory) {
                Ok(key) => filter.service = Some(key),
                Err(_) => bad.push("service"),
            }
        }
        if let Some(text) = given("customer") {
            let (directory, id) = text.split_once(':').unwrap_or((default_directory, text));
            filter.customer = Some((directory.to_owned(), id.to_owned()));
        }
        filter.category = given("category").map(ToOwned::to_owned);
        if let Some(text) = given("address") {
            match parse_net(text) {
                Ok(net) => filter.address = Some(net),
                Err(_) => bad.push("address"),
            }
        }
        filter.assignee = given("assignee").map(|name| match name {
            "me" => Some(me.to_owned()),
            "nobody" => None,
            name => Some(name.to_owned()),
        });
        if let Some(text) = given("deadline") {
            match text.parse::<Span>() {
                Ok(span) => filter.deadline_before = Some(now.saturating_add(span.as_millis())),
                Err(_) => bad.push("deadline"),
            }
        }
        filter.words = given("text").map(|text| wanted_words(text, SEARCHED_WORDS));
        filter.order = match word(&mut bad, "order", &["newest", "oldest", "deadline"]) {
            Some("newest") => ReportOrder::Newest,
            Some("oldest") => ReportOrder::Oldest,
            Some(_) => ReportOrder::Deadline,
            None if filter.deadline_before.is_some() => ReportOrder::Deadline,
            None => ReportOrder::Newest,
        };
        if let Some(text) = given("after") {
            let (deadline, id) = text.split_once('.').unwrap_or(("0", text));
            match (deadline.parse(), id.parse()) {
                (Ok(deadline), Ok(id)) => {
                    filter.after = Some(Place { report: ReportId(id), deadline });
                }
                _ => bad.push("after"),
            }
        }
        if bad.is_empty() { Ok(filter) } else { Err(bad) }
    }
}

/// Where a list goes on behind its last report.
fn after(order: ReportOrder, last: &ReportView) -> String {
    if order != ReportOrder::Deadline {
        return last.id.to_string();
    }
    let deadline = last.deadline_at.as_deref().and_then(|at| at.parse::<Timestamp>().ok());
    format!("{}.{}", deadline.map_or(0, Timestamp::as_millisecond), last.id)
}

/// The list.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    RawQuery(query): RawQuery,
) -> Answered {
    let wanted = Wanted::read(query.as_deref().unwrap_or_default());
    // Whoever types a number wants that report.
    if let Some(id) = wanted.get("text").strip_prefix('#').and_then(|id| id.parse::<i64>().ok()) {
        return Ok(to(&format!("/admin/reports/{id}")));
    }
    let filter = wanted.filter(&web, &staff.session.name, web.desk.now().as_millisecond());
    let (status, reports, order, bad) = match filter {
        Ok(filter) => {
            (StatusCode::OK, view::list(&web.desk, &filter).await?, filter.order, Vec::new())
        }
        Err(bad) => (StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), ReportOrder::Newest, bad),
    };
    let is_full = i64::try_from(reports.len()).is_ok_and(|rows| rows >= PAGE);
    let next =
        reports.last().filter(|_| is_full).map(|last| wanted.with("after", &after(order, last)));
    let saved = views::saved(&web.desk, &staff.session.name).await?;
    let here = wanted.with("after", "");
    let views: Vec<Value> = saved
        .iter()
        .map(|view| context! { id => view.id, name => view.name, query => view.query, shared => view.owner.is_empty(), here => view.query == here })
        .collect();
    let filters: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, wanted.get(name))).collect();
    let filters: std::collections::BTreeMap<&str, &str> = filters.into_iter().collect();
    let set: Vec<Value> = FILTERS
        .iter()
        .filter(|name| !wanted.get(name).is_empty())
        .map(|name| context! { name, value => wanted.get(name), without => wanted.with(name, "") })
        .collect();
    let columns = wanted.columns();
    let order = match order {
        ReportOrder::Newest => "newest",
        ReportOrder::Oldest => "oldest",
        ReportOrder::Deadline => "deadline",
    };
    let orders: Vec<Value> = ["newest", "oldest", "deadline"]
        .iter()
        .map(|name| context! { name, query => wanted.with("order", name), here => *name == order })
        .collect();
    let more = context! {
        page => "reports",
        reports, next, views, filters, set, bad, order, orders,
        first => wanted.get("after").is_empty(),
        start => wanted.with("after", ""),
        query => here,
        columns, all_columns => COLUMNS,
        categories => web.desk.live().settings.categories,
        staff_names => staff_names(&web).await?,
        outcomes => outcomes(),
    };
    web.show_as(status, &staff, "reports.html", more).await
}

/// Names of staff who can take care of a report.
pub(super) async fn staff_names(web: &Web) -> Result<Vec<String>, Refusal> {
    let all = staff::list(&web.desk, 0, 1_000).await?;
    Ok(all.into_iter().filter(|one| one.disabled_at.is_none()).map(|one| one.name).collect())
}

/// The words of how a report can end.
pub(super) fn outcomes() -> Vec<&'static str> {
    Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect()
}

/// Keeps a view.
pub(crate) async fn save_view(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    form: Form,
) -> Answered {
    let everybodys = form.is_set("shared");
    if everybodys && !staff.may::<Setup>() {
        return Err(Refusal::NoRight(Setup::NAME));
    }
    let query = form.get("query").to_owned();
    views::save(&web.desk, &staff.session.name, everybodys, form.get("name"), &query).await?;
    Ok(to(&format!("/admin/reports?{}", Wanted::read(&query).with("after", ""))))
}

/// Forgets a view.
pub(crate) async fn forget_view(
    State(web): State<Arc<Web>>,
    staff: Staff<SeeReports>,
    Path(id): Path<i64>,
    _: Form,
) -> Answered {
    views::forget(&web.desk, &staff.session.name, staff.may::<Setup>(), id).await?;
    Ok(to("/admin/reports"))
}
