//! The inbox as pages look at it, and receipts of the public form.

use portreeve_core::ids::MailId;
use portreeve_core::intake::{MailState, Standing, Why};
use portreeve_store::{ComplaintReading, NewFormReceipt, Tx};

use crate::mails::{end, new};
use crate::world::{World, on_both};

async fn three(tx: &mut Tx) -> Vec<MailId> {
    let mut ids = Vec::new();
    for (hash, state, why) in [
        ("a", MailState::Waiting, Some(Why::NotOurs)),
        ("b", MailState::NoReport, None),
        ("c", MailState::Waiting, Some(Why::NotOurs)),
    ] {
        tx.keep_raw_mail(hash, b"x").await.unwrap();
        let id = tx.add_mail(&new(hash, "", 100)).await.unwrap();
        tx.end_mail(id, &portreeve_store::MailEnd { why, ..end(state, None) }, 101).await.unwrap();
        ids.push(id);
    }
    ids
}

on_both! {
    async fn what_came_in_is_listed_by_how_it_stands_newest_first(world) {
        let mut tx = world.tx().await;
        let ids = three(&mut tx).await;
        let listed = async |tx: &mut Tx, standing, before, limit| {
            let rows = tx.latest_mails(standing, before, limit).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(&mut tx, None, None, 10).await, [ids[2], ids[1], ids[0]]);
        assert_eq!(listed(&mut tx, Some(Standing::Waiting), None, 10).await, [ids[2], ids[0]]);
        assert_eq!(listed(&mut tx, Some(Standing::Waiting), Some(ids[2]), 10).await, [ids[0]]);
        assert_eq!(listed(&mut tx, Some(Standing::SetAside), None, 1).await, [ids[1]]);
        assert!(listed(&mut tx, Some(Standing::Dismissed), None, 10).await.is_empty());
        assert!(tx.waiting_complaints(10).await.unwrap().is_empty(), "nothing was read in them");
        for id in [ids[0], ids[2]] {
            let reading = ComplaintReading { format: Some("arf"), ..ComplaintReading::default() };
            tx.put_complaint_reading(id, &reading).await.unwrap();
        }
        let waiting = tx.waiting_complaints(10).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].format.as_str(), waiting[0].why, waiting[0].count), ("arf", Some(Why::NotOurs), 2));
        assert_eq!(tx.waiting_complaints(1).await.unwrap()[0].count, 1, "of many the newest");
    }

    async fn a_receipt_leads_to_its_complaint_until_it_is_forgotten(world) {
        let mut tx = world.tx().await;
        let ids = three(&mut tx).await;
        let receipt = |token: &str, mail, created_at| NewFormReceipt {
            token_hash: token.to_owned(), mail, language: "de".to_owned(), created_at,
        };
        tx.add_form_receipt(&receipt("one", ids[0], 5)).await.unwrap();
        tx.add_form_receipt(&receipt("one", ids[1], 6)).await.unwrap();
        tx.add_form_receipt(&receipt("two", ids[1], 7)).await.unwrap();
        let found = tx.form_receipt("one").await.unwrap().unwrap();
        assert_eq!((found.mail, found.language.as_str(), found.created_at), (ids[0], "de", 5), "the first stays");
        assert_eq!(tx.form_receipt("none").await.unwrap(), None);
        assert_eq!(tx.forget_form_receipts(7, 10).await.unwrap(), 1);
        assert_eq!(tx.form_receipt("one").await.unwrap(), None);
        assert!(tx.form_receipt("two").await.unwrap().is_some());
    }
}
