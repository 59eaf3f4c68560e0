//! The first page: what needs a person now, how the last days went, how the machinery is.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use minijinja::Value;

use crate::pages::context;
use portreeve_app::report::view;
use portreeve_app::{DayFigures, ReportFilter, ReportOrder, directory, jobs, work};
use portreeve_core::report::{Status, Turn};

use super::charts::{self, Series};
use super::session::Staff;
use super::{Answered, capped};
use crate::Web;
use crate::rights::SeeReports;
use portreeve_i18n::{self as i18n, Language};

/// Reports whose deadline comes next that are shown.
const NEXT: i64 = 8;

/// Categories with a colour of their own in the chart; the others share one.
const COLOURS: usize = 5;

/// The page.
pub(crate) async fn home(State(web): State<Arc<Web>>, staff: Staff<SeeReports>) -> Answered {
    let desk = &web.desk;
    let waiting = web.numbers().await?;
    let by_deadline =
        ReportFilter { order: ReportOrder::Deadline, limit: NEXT, ..ReportFilter::default() };
    let soon = view::list(desk, &by_deadline).await?;
    let answer_first = ReportFilter {
        status: Some(Status::Open),
        turn: Some(Turn::Staff),
        order: ReportOrder::Oldest,
        limit: NEXT,
        ..ReportFilter::default()
    };
    let to_answer = view::list(desk, &answer_first).await?;
    let language = staff.language();
    let figures = work::figures(desk).await?;
    let today = work::day_of(desk.now());
    let directories: Vec<Value> = directory::states(desk)
        .await?
        .into_iter()
        .filter(|state| desk.live_directory(&state.name).is_some())
        .map(|state| context! { name => state.name, synced_at => state.synced_at, trouble => state.trouble })
        .collect();
    let dead: Vec<Value> = jobs::list(desk, true, 0, 5)
        .await?
        .into_iter()
        .map(|job| context! { id => job.id, kind => job.kind, key => job.key, error => job.last_error })
        .collect();
    let panels: Vec<&str> = desk.panels.iter().map(|panel| panel.name.as_str()).collect();
    let more = context! {
        page => "home",
        waiting => context! {
            staff => capped(waiting.staff), queue => capped(waiting.queue), approval => capped(waiting.approval),
            trouble => capped(waiting.trouble), deadlines => capped(waiting.deadlines),
            dead_jobs => capped(waiting.dead_jobs + waiting.dead_deliveries),
            mails => capped(waiting.mails), attention => capped(waiting.attention),
        },
        soon, to_answer, directories, dead, panels,
        has_mail => desk.mail.is_some(),
        opened => opened_chart(&figures, today, language),
        answer => mean_chart(&figures, today, |day| (day.answered, day.answer_ms)),
        close => mean_chart(&figures, today, |day| (day.closed, day.close_ms)),
    };
    web.show(&staff, "home.html", more).await
}

fn days(today: i64) -> Vec<i64> {
    (today - work::DAYS..today).collect()
}

/// Reports by day and category: the commonest categories, and the others together.
fn opened_chart(figures: &[DayFigures], today: i64, language: Language) -> Value {
    let mut all: BTreeMap<&str, i64> = BTreeMap::new();
    for row in figures {
        *all.entry(&row.category).or_default() += row.opened;
    }
    let mut order: Vec<(&str, i64)> = all.into_iter().filter(|(_, n)| *n > 0).collect();
    order.sort_by_key(|(name, n)| (-n, *name));
    let named: Vec<&str> = order.iter().take(COLOURS).map(|(name, _)| *name).collect();
    let days = days(today);
    let count = |day: i64, fits: &dyn Fn(&str) -> bool| -> i64 {
        figures
            .iter()
            .filter(|row| row.day == day && fits(&row.category))
            .map(|row| row.opened)
            .sum()
    };
    let mut series: Vec<Series> = named
        .iter()
        .map(|name| Series {
            name: (*name).to_owned(),
            values: days.iter().map(|day| count(*day, &|category| category == *name)).collect(),
        })
        .collect();
    if order.len() > COLOURS {
        let others = |category: &str| !named.contains(&category);
        series.push(Series {
            name: i18n::text!(language, "home-others"),
            values: days.iter().map(|day| count(*day, &others)).collect(),
        });
    }
    let total: i64 = series.iter().flat_map(|one| &one.values).sum();
    context! {
        svg => charts::stacked(&series),
        days => days.iter().map(|day| charts::date(*day)).collect::<Vec<_>>(),
        series => series.iter().map(|one| context! { name => one.name, values => one.values }).collect::<Vec<_>>(),
        empty => total == 0,
    }
}

/// How long something took on each day, on average.
fn mean_chart(figures: &[DayFigures], today: i64, of: impl Fn(&DayFigures) -> (i64, i64)) -> Value {
    let days = days(today);
    let means: Vec<Option<i64>> = days
        .iter()
        .map(|day| {
            let rows = figures.iter().filter(|row| row.day == *day);
            let (n, ms) = rows.map(&of).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (n > 0).then(|| ms / n)
        })
        .collect();
    let (n, ms) = figures.iter().map(&of).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    context! {
        svg => charts::dots(&means),
        days => days.iter().map(|day| charts::date(*day)).collect::<Vec<_>>(),
        means, count => n,
        mean => (n > 0).then(|| ms / n),
    }
}
