//! Receivers of webhooks, reached by signed posts.

use async_trait::async_trait;
use portreeve_app::webhook::{Posted, Receiver};
use portreeve_core::time::Span;
use portreeve_i18n::reason::in_english;

use crate::outbound::{Outcome, Poster};

#[async_trait]
impl Receiver for Poster {
    async fn post(&self, id: &str, body: &str) -> Posted {
        let (status, retry_after, found) = match Poster::post(self, id, body).await {
            Outcome::NotSent(why) | Outcome::NoAnswer(why) => (None, None, why),
            Outcome::Answered(answered) => {
                (Some(answered.status), answered.retry_after, answered.found())
            }
        };
        Posted { status, retry_after, words: in_english(&found) }
    }

    fn patience(&self) -> Span {
        self.timeout
    }

    fn shown(&self) -> String {
        self.endpoint.shown()
    }
}
