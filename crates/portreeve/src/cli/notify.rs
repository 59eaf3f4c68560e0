//! What members of staff are told by mail.

use anyhow::Result;
use portreeve_app::Desk;
use portreeve_app::notice::{self, Choice};
use portreeve_app::staff::by_name;
use portreeve_core::notice::Notice;
use portreeve_core::staff_notice::{TO_STAFF, Wishes};
use serde_json::json;

use super::args::NotifyArgs;
use super::output::json as print_json;
use super::{Output, failure, operator};

pub(super) async fn notify(desk: &Desk, args: NotifyArgs) -> Result<()> {
    let desk_has_addresses = !desk.live().settings.staff_addresses.is_empty();
    let staff = by_name(desk, &args.name).await?;
    let mut wishes = Wishes::of(staff.told.as_deref(), desk_has_addresses);
    let changes = args.notices.is_some() || args.only_mine.is_some() || args.summary.is_some();
    if let Some(words) = &args.notices {
        wishes.notices = notices(words)?;
    }
    wishes.only_mine = args.only_mine.unwrap_or(wishes.only_mine);
    wishes.summary = args.summary.unwrap_or(wishes.summary);
    if args.usual {
        let usual = Choice { wishes: None, address: String::new() };
        notice::choose(desk, &operator(), &args.name, &usual).await?;
    } else if changes || args.address.is_some() {
        let before = staff.told.is_some() || changes;
        let choice = Choice {
            wishes: before.then_some(wishes),
            address: args.address.unwrap_or(staff.told_at),
        };
        notice::choose(desk, &operator(), &args.name, &choice).await?;
    }
    show(desk, &args.name, desk_has_addresses, args.json).await
}

async fn show(desk: &Desk, name: &str, desk_has_addresses: bool, as_json: bool) -> Result<()> {
    let staff = by_name(desk, name).await?;
    let wishes = Wishes::of(staff.told.as_deref(), desk_has_addresses);
    let notices: Vec<&str> = wishes.notices.iter().map(|notice| notice.as_str()).collect();
    let address = if staff.told_at.is_empty() { &staff.email } else { &staff.told_at };
    if as_json {
        return print_json(&json!({
            "name": name,
            "chosen": staff.told.is_some(),
            "notices": notices,
            "only_mine": wishes.only_mine,
            "summary": wishes.summary,
            "address": address,
        }));
    }
    let yes_or_no = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let mut output = Output::table(&["NOTIFICATION", "VALUE"]);
    for (what, value) in [
        ("notifications", notices.join(", ")),
        ("only assigned", yes_or_no(wishes.only_mine)),
        ("daily summary", yes_or_no(wishes.summary)),
        ("address", address.clone()),
        ("own choice", yes_or_no(staff.told.is_some())),
    ] {
        output.row(vec![what.to_owned(), value]);
    }
    output.print()
}

fn notices(words: &str) -> Result<Vec<Notice>> {
    match words.trim() {
        "all" => return Ok(TO_STAFF.to_vec()),
        "none" | "" => return Ok(Vec::new()),
        _ => {}
    }
    let known = || TO_STAFF.map(Notice::as_str).join(", ");
    words
        .split(',')
        .map(|word| {
            let notice = Notice::parse(word.trim()).filter(|notice| TO_STAFF.contains(notice));
            notice.ok_or_else(|| {
                let hint = format!("notifications are {}; or all, or none", known());
                failure(format!("there is no notification {word:?}"), hint)
            })
        })
        .collect()
}
