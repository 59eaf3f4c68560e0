//! What members of staff are told by mail, as forms ask for it.

use minijinja::Value;
use portreeve_app::Staff;
use portreeve_app::notice::Choice;
use portreeve_core::notice::Notice;
use portreeve_core::staff_notice::{TO_STAFF, Wishes};

use super::session::Form;
use crate::Web;
use crate::pages::context;

/// The notices that can be chosen.
pub(super) fn kinds() -> Vec<&'static str> {
    TO_STAFF.iter().map(|notice| notice.as_str()).collect()
}

/// What counts for somebody now.
pub(super) fn shown(web: &Web, staff: &Staff) -> Value {
    let desk_has_addresses = !web.desk.live().settings.staff_addresses.is_empty();
    let wishes = Wishes::of(staff.told.as_deref(), desk_has_addresses);
    let notices: Vec<&str> = wishes.notices.iter().map(|notice| notice.as_str()).collect();
    context! {
        notices, only_mine => wishes.only_mine, summary => wishes.summary,
        chosen => staff.told.is_some(), address => staff.told_at, email => staff.email, desk_has_addresses,
    }
}

/// What a form chooses.
pub(super) fn choice(form: &Form) -> Choice {
    let notices = form.all("notice").filter_map(Notice::parse);
    let wishes = Wishes {
        notices: notices.filter(|notice| TO_STAFF.contains(notice)).collect(),
        only_mine: form.is_set("only_mine"),
        summary: form.is_set("summary"),
    };
    Choice { wishes: Some(wishes), address: form.get("address").to_owned() }
}

/// As who has never chosen.
pub(super) fn usual() -> Choice {
    Choice { wishes: None, address: String::new() }
}
