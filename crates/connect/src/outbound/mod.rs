//! Outgoing HTTP: signed posts to addresses of the host's choice, with no way into the host's own network
//! that the configuration does not open.

mod post;
mod reach;
mod sign;
mod url;

pub use post::{Answered, Outcome, Poster};
pub use sign::{BadSecret, Secrets};
pub use url::{BadUrl, Endpoint};
