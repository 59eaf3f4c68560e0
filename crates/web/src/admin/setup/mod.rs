//! Setup: people, scripts, settings, connections.

pub(super) mod connections;
pub(super) mod credentials;
pub(super) mod desk;
pub(super) mod notices;
pub(super) mod people;

use std::sync::Arc;

use crate::pages::context;
use axum::extract::State;

use super::Answered;
use super::session::Staff;
use crate::Web;
use crate::rights::Setup;

/// What there is to set up.
pub(crate) async fn index(State(web): State<Arc<Web>>, staff: Staff<Setup>) -> Answered {
    web.show(&staff, "setup.html", context! { page => "setup", group => "" }).await
}

/// The part about staff and scripts.
pub(crate) async fn staff_management(State(web): State<Arc<Web>>, staff: Staff<Setup>) -> Answered {
    web.show(&staff, "setup.html", context! { page => "setup", group => "staff" }).await
}
