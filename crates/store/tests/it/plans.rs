//! How the databases go about the lists of the staff area: by the index that was made for it, and in its order, so
//! that a page costs the same at any size of the desk.

use portreeve_core::reason::QueueReason;
use portreeve_core::report::{Countdown, Hold, Outcome, Report, State, Status, Subject, Turn};
use portreeve_store::{Engine, NewReport, ReportFilter, ReportOrder, SuspensionFilter};

use crate::reports::{at, open, report};
use crate::world::{World, key, on_both};

/// Reports of the desk: enough that going through all of them is not the cheapest way.
const REPORTS: usize = 6_000;

/// A desk as it is after a while: most reports are closed.
async fn fill(world: &World) {
    let mut tx = world.tx().await;
    let ids = tx.take_report_ids(REPORTS).await.unwrap();
    let make = |n: usize, id| -> Report {
        let state = match n {
            _ if n < REPORTS * 9 / 10 => State::Closed { at: at(9), outcome: Outcome::Resolved },
            _ if n.is_multiple_of(50) => State::Queued { why: QueueReason::NoService },
            _ if n.is_multiple_of(3) => open(Countdown::Running {
                deadline: at(i64::try_from(n).unwrap()),
                remind_at: None,
            }),
            _ => State::Open { turn: Turn::Customer, countdown: Countdown::None },
        };
        let n = i64::try_from(n).unwrap();
        let hold = match n % 100 {
            7 => Hold::Waiting { since: at(1), why: portreeve_core::guard::Stop::Protected },
            _ => Hold::None,
        };
        let mut report = report(id, state, hold);
        report.subject =
            Some(Subject { service: key(n % 500 + 1), customer_id: (n % 250).to_string() });
        report.allegation.category = format!("Category {}", n % 40);
        report.allegation.service_ip = format!("198.51.{}.{}", n / 250 % 250, n % 250);
        report.assignee = (n % 200 == 0).then(|| "alice".to_owned());
        report
    };
    let new: Vec<NewReport> = ids
        .into_iter()
        .enumerate()
        .map(|(n, id)| NewReport { report: make(n, id), opened_by: "api:1".into() })
        .collect();
    tx.add_reports(&new).await.unwrap();
    for one in new.iter().filter(|one| one.report.assignee.is_some()) {
        tx.save_report(&one.report).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.analyze().await;
}

on_both! {
    async fn each_filter_is_led_by_its_index(world) {
        fill(world).await;
        let base = ReportFilter { limit: 50, ..ReportFilter::default() };
        let rare = || Some("Category 7".to_owned());
        let lists = [
            (ReportFilter { status: Some(Status::Queued), ..base.clone() }, "reports_status"),
            (ReportFilter { turn: Some(Turn::Staff), ..base.clone() }, "reports_for_staff"),
            (ReportFilter { category: rare(), ..base.clone() }, "reports_category"),
            (ReportFilter { category: rare(), status: Some(Status::Open), ..base.clone() }, "reports_category"),
            (ReportFilter { service: Some(key(17)), ..base.clone() }, "reports_service"),
            (ReportFilter { customer: Some(("main".into(), "17".into())), ..base.clone() }, "reports_customer"),
            (ReportFilter { customer: Some(("main".into(), "17".into())), status: Some(Status::Closed), ..base.clone() }, "reports_customer"),
            (ReportFilter { address: Some("198.51.3.7/32".parse().unwrap()), ..base.clone() }, "reports_address"),
            (ReportFilter { address: Some("198.51.3.0/24".parse().unwrap()), ..base.clone() }, "reports_address"),
            (ReportFilter { assignee: Some(Some("alice".into())), ..base.clone() }, "reports_assignee"),
            (ReportFilter { order: ReportOrder::Deadline, ..base.clone() }, "reports_deadline"),
            (ReportFilter { suspension: Some(SuspensionFilter::Waiting), ..base.clone() }, "holds_state"),
        ];
        let mut tx = world.db.read().await.unwrap();
        // PostgreSQL reads the few holds of this desk whole, which is right.
        let few = |index: &str| index == "holds_state" && world.db.engine() == Engine::Postgres;
        for (filter, index) in lists.into_iter().filter(|(_, index)| !few(index)) {
            for order in [ReportOrder::Newest, ReportOrder::Oldest] {
                let order = if filter.order == ReportOrder::Deadline { filter.order } else { order };
                let filter = ReportFilter { order, ..filter.clone() };
                let plan = tx.plan_of_reports(&filter).await.unwrap();
                // PostgreSQL weighs what is in the tables, and may go by the numbers where many fit.
                let by_numbers = world.db.engine() == Engine::Postgres && plan.contains("reports_pkey");
                // Or by what is open, where that is less than the category has.
                let is_open = filter.status == Some(Status::Open);
                let by_numbers = by_numbers || is_open && plan.contains("reports_open_of_service");
                assert!(plan.contains(index) || by_numbers, "not led by {index}: {filter:?}\n{plan}");
                assert!(!plan.contains("Seq Scan on reports"), "{plan}");
                // A prefix of addresses is the one thing that is sorted; PostgreSQL may sort what it knows is little.
                let sorts = plan.contains("TEMP B-TREE");
                assert!(!sorts || filter.address.is_some(), "{filter:?}\n{plan}");
            }
        }
        for order in [ReportOrder::Newest, ReportOrder::Oldest] {
            let plan = tx.plan_of_reports(&ReportFilter { order, ..base.clone() }).await.unwrap();
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan on reports"), "{plan}");
        }
    }
}
