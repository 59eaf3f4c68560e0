//! Outgoing HTTP: signed posts to addresses of the host's choice, with no way into the host's own network
//! that the configuration does not open.

pub(crate) mod call;
mod post;
mod reach;
mod url;

pub use call::{Answered, Outcome};
pub use portreeve_app::signature::{BadSecret, Secrets};
pub use post::Poster;
pub use url::{BadUrl, Endpoint};
