//! How far mailboxes were read, what tells reporters apart, and what was posted under a key.

use portreeve_core::ids::MailId;
use portreeve_core::intake::{Lane, MailState};
use portreeve_store::{NewMail, ReporterChange};

use crate::world::{World, on_both};

on_both! {
    async fn how_far_a_mailbox_was_read_is_written_by_its_reader_alone(world) {
        let mut tx = world.tx().await;
        assert_eq!(tx.mailbox_position("box").await.unwrap(), None);
        assert!(tx.claim_mailbox("box", "a", 100, 1).await.unwrap());
        assert_eq!(tx.mailbox_position("box").await.unwrap(), None);
        assert!(tx.put_mailbox_position("box", "a", "{1}").await.unwrap());
        assert!(!tx.put_mailbox_position("box", "b", "{2}").await.unwrap());
        assert_eq!(tx.mailbox_position("box").await.unwrap().as_deref(), Some("{1}"));
        tx.put_mailbox_look("box", "a", Some("full"), 50).await.unwrap();
        tx.put_mailbox_look("box", "b", None, 60).await.unwrap();
        let states = tx.mailboxes().await.unwrap();
        let state = &states[0];
        let seen = (state.tried_at, state.trouble.as_deref(), state.lease_until);
        assert_eq!(seen, (Some(50), Some("full"), Some(100)));
    }

    async fn a_signature_belongs_to_the_mail_that_had_it_first(world) {
        let mut tx = world.tx().await;
        assert_eq!(tx.see_signature("x", MailId(1), 10).await.unwrap(), MailId(1));
        assert_eq!(tx.see_signature("x", MailId(1), 11).await.unwrap(), MailId(1));
        assert_eq!(tx.see_signature("x", MailId(2), 12).await.unwrap(), MailId(1));
        assert_eq!(tx.forget_signatures(10, 5).await.unwrap(), 0);
        assert_eq!(tx.forget_signatures(11, 5).await.unwrap(), 1);
        assert_eq!(tx.see_signature("x", MailId(2), 12).await.unwrap(), MailId(2));
    }

    async fn what_was_seen_of_a_reporter_is_kept_by_kind_and_accepted_by_staff(world) {
        let mut tx = world.tx().await;
        let id = tx.count_complaint("a@example.org", "example.org", 5).await.unwrap();
        for (kind, mark, accepted) in [("signer", "k1", true), ("signer", "k2", false), ("signer", "k1", false), ("layout", "x", true)] {
            tx.add_reporter_mark("a@example.org", kind, mark, 5, accepted).await.unwrap();
        }
        let (k1, k2) = ("k1".to_owned(), "k2".to_owned());
        let seen = tx.reporter_marks("a@example.org", "signer", 8).await.unwrap();
        assert_eq!(seen, [(k1.clone(), true), (k2.clone(), false)]);
        assert_eq!(tx.reporter_marks("a@example.org", "signer", 1).await.unwrap(), [(k1.clone(), true)]);
        assert!(tx.reporter_marks("b@example.org", "signer", 8).await.unwrap().is_empty());
        tx.accept_reporter_marks(id).await.unwrap();
        let seen = tx.reporter_marks("a@example.org", "signer", 8).await.unwrap();
        assert_eq!(seen, [(k1, true), (k2, true)]);
        assert!(tx.change_reporter(id, ReporterChange::Lane(Some(Lane::Trusted))).await.unwrap());
    }

    async fn an_address_has_a_receipt_once_in_a_while(world) {
        let mut tx = world.tx().await;
        assert!(tx.take_receipt("a", MailId(1), 0, 100).await.unwrap());
        assert!(tx.take_receipt("a", MailId(1), 0, 101).await.unwrap(), "the same one, once more");
        assert!(!tx.take_receipt("a", MailId(2), 50, 150).await.unwrap());
        assert!(tx.take_receipt("a", MailId(2), 150, 250).await.unwrap());
        assert_eq!(tx.forget_receipts(250).await.unwrap(), 0);
        assert_eq!(tx.forget_receipts(251).await.unwrap(), 1);
    }

    async fn what_was_posted_under_a_key_is_known_by_whose_it_is(world) {
        let mut tx = world.tx().await;
        assert!(tx.add_complaint_key("token:1", "k", "hash", "[1]", 10).await.unwrap());
        assert!(!tx.add_complaint_key("token:1", "k", "other", "[2]", 11).await.unwrap());
        let known = tx.complaint_key("token:1", "k", 5).await.unwrap();
        assert_eq!(known, Some(("hash".to_owned(), "[1]".to_owned())));
        assert_eq!(tx.complaint_key("token:2", "k", 5).await.unwrap(), None);
        assert_eq!(tx.complaint_key("token:1", "k", 10).await.unwrap(), None);
        assert_eq!(tx.forget_complaint_keys(10).await.unwrap(), 1);
    }

    async fn what_came_with_a_token_is_listed_by_its_state(world) {
        let mut tx = world.tx().await;
        tx.keep_raw_mail("aa", b"x").await.unwrap();
        for credential in [Some("1"), None, Some("2"), Some("1")] {
            let mail = NewMail {
                sha256: "aa".into(),
                size: 1,
                door: "api".into(),
                envelope_from: None,
                envelope_to: String::new(),
                received_at: 1,
                report: None,
                shows_report: None,
                name: String::new(),
                credential: credential.map(str::to_owned),
                lane: None,
            };
            tx.add_mail(&mail).await.unwrap();
        }
        let (state, start) = (MailState::Unread, MailId(0));
        let all = tx.mails_of_token("1", state, start, 5).await.unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(tx.mails_of_token("1", state, all[0].id, 5).await.unwrap().len(), 1);
        assert!(tx.mails_of_token("1", MailState::Waiting, start, 5).await.unwrap().is_empty());
    }
}
