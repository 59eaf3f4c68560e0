//! Receivers of webhooks, reached by signed posts.

use async_trait::async_trait;
use portreeve_app::webhook::{Posted, Receiver};
use portreeve_core::text::one_line;
use portreeve_core::time::Span;

use crate::outbound::{Outcome, Poster};

/// Characters of what became of a post that go on record.
const WORDS: usize = 500;

#[async_trait]
impl Receiver for Poster {
    async fn post(&self, id: &str, body: &str) -> Posted {
        let (status, retry_after, words) = match Poster::post(self, id, body).await {
            Outcome::NotSent(why) | Outcome::NoAnswer(why) => (None, None, why),
            Outcome::Answered(answered) => {
                (Some(answered.status), answered.retry_after, answered.words())
            }
        };
        Posted { status, retry_after, words: one_line(&words, WORDS) }
    }

    fn patience(&self) -> Span {
        self.timeout
    }

    fn shown(&self) -> String {
        self.endpoint.shown()
    }
}
