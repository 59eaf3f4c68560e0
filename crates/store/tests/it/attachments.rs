//! Files of messages and notes: bytes once for each hash, and who has them.

use portreeve_core::attachment::Scan;
use portreeve_core::ids::ReportId;
use portreeve_store::{ContentRow, NewAttachmentRow, NewMessage, NewNote, Slice, Tx};

use crate::reports::make;
use crate::world::{World, on_both};

const HASH: &str = "aa";

fn file(id: &str, report: i64, owner: i64, n: i64) -> NewAttachmentRow {
    NewAttachmentRow {
        id: id.into(),
        report: ReportId(report),
        owner,
        n,
        hash: HASH.into(),
        name: format!("{id}.txt"),
        size: 7,
        author: "customer".into(),
        from_outside: true,
        at: 5,
    }
}

async fn add_message(tx: &mut Tx, report: i64) -> i64 {
    let body = "see".to_owned();
    let message = NewMessage { at: 1, author: "x".into(), from_customer: true, body };
    tx.add_message(ReportId(report), &message).await.unwrap()
}

async fn add_note(tx: &mut Tx, report: i64) -> i64 {
    let (report, body) = (ReportId(report), "see".to_owned());
    let note = NewNote { report, at: 1, author: "x".into(), from_opening: false, body };
    tx.add_note(&note).await.unwrap()
}

on_both! {
    async fn the_same_bytes_are_kept_once_and_come_back_in_pieces(world) {
        let mut tx = world.tx().await;
        assert!(tx.keep_content(HASH, 7, Scan::NotScanned, 1).await.unwrap(), "they have to be written");
        tx.add_content_chunk(HASH, 0, b"abc\0").await.unwrap();
        tx.add_content_chunk(HASH, 1, b"\xff\xfe\xfd").await.unwrap();
        assert!(!tx.keep_content(HASH, 7, Scan::NotScanned, 2).await.unwrap(), "they are there");
        tx.commit().await.unwrap();
        let mut tx = world.tx().await;
        assert_eq!(tx.content_chunk(HASH, 0).await.unwrap().unwrap(), b"abc\0");
        assert_eq!(tx.content_chunk(HASH, 1).await.unwrap().unwrap(), b"\xff\xfe\xfd");
        assert_eq!(tx.content_chunk(HASH, 2).await.unwrap(), None);
        assert_eq!(tx.content("bb").await.unwrap(), None);
    }

    async fn what_is_known_of_bytes_is_found_once(world) {
        let mut tx = world.tx().await;
        tx.keep_content(HASH, 7, Scan::NotScanned, 1).await.unwrap();
        assert!(!tx.set_scan(HASH, Scan::Clean, "").await.unwrap(), "nobody has asked for a scan");
        tx.keep_content(HASH, 7, Scan::Waiting, 2).await.unwrap();
        let known = ContentRow { size: 7, scan: Scan::Waiting };
        assert_eq!(tx.content(HASH).await.unwrap(), Some(known));
        assert!(tx.set_scan(HASH, Scan::Failed, "no answer").await.unwrap());
        assert!(tx.set_scan(HASH, Scan::Infected, "Eicar").await.unwrap(), "a failed one is tried again");
        assert!(!tx.set_scan(HASH, Scan::Clean, "").await.unwrap(), "what was found stays");
        tx.keep_content(HASH, 7, Scan::Waiting, 3).await.unwrap();
        assert_eq!(tx.content(HASH).await.unwrap().unwrap().scan, Scan::Infected);
    }

    async fn files_of_messages_and_of_notes_never_meet(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 3).await;
        let message = add_message(&mut tx, 1).await;
        let note = add_note(&mut tx, 1).await;
        assert_eq!(tx.messages(ReportId(1), Slice::latest(9)).await.unwrap()[0].id, message);
        assert_eq!(tx.notes(ReportId(1), Slice::latest(9)).await.unwrap()[0].id, note);
        tx.keep_content(HASH, 7, Scan::Clean, 1).await.unwrap();
        tx.add_message_attachment(&file("m1", 1, message, 1)).await.unwrap();
        tx.add_message_attachment(&file("m0", 1, message, 0)).await.unwrap();
        tx.add_note_attachment(&file("n", 1, note, 0)).await.unwrap();
        let of_another = add_message(&mut tx, 2).await;
        tx.add_message_attachment(&file("other", 2, of_another, 0)).await.unwrap();
        let ids = |rows: Vec<portreeve_store::AttachmentRow>| {
            rows.into_iter().map(|row| (row.id, row.owner, row.scan, row.from_outside)).collect::<Vec<_>>()
        };
        let clean = Some(Scan::Clean);
        let of_messages = ids(tx.message_attachments(ReportId(1), message..=message, 9).await.unwrap());
        assert_eq!(of_messages, [("m0".into(), message, clean, true), ("m1".into(), message, clean, true)]);
        assert_eq!(ids(tx.note_attachments(ReportId(1), 0..=note, 9).await.unwrap()), [("n".into(), note, clean, true)]);
        let latest = tx.message_attachments(ReportId(1), 0..=message, 1).await.unwrap();
        assert_eq!(ids(latest), [("m1".into(), message, clean, true)], "the last file of the last message");
        assert!(tx.message_attachments(ReportId(1), message + 1..=i64::MAX, 9).await.unwrap().is_empty());
        let of_third = add_message(&mut tx, 3).await;
        let ours = NewAttachmentRow { from_outside: false, ..file("a", 3, of_third, 0) };
        tx.add_message_attachment(&ours).await.unwrap();
        assert!(!tx.message_attachment(ReportId(3), "a").await.unwrap().unwrap().from_outside);
        let note_of_third = add_note(&mut tx, 3).await;
        tx.add_note_attachment(&NewAttachmentRow { id: "b".into(), owner: note_of_third, ..ours }).await.unwrap();
        assert!(!tx.note_attachment(ReportId(3), "b").await.unwrap().unwrap().from_outside);
        assert!(tx.message_attachment(ReportId(1), "n").await.unwrap().is_none());
        assert!(tx.message_attachment(ReportId(2), "m0").await.unwrap().is_none(), "of another report");
        assert_eq!(tx.message_attachment(ReportId(1), "m0").await.unwrap().unwrap().name, "m0.txt");
        assert!(tx.note_attachment(ReportId(1), "n").await.unwrap().is_some());
        assert!(tx.note_attachment(ReportId(1), "m0").await.unwrap().is_none());
        assert_eq!(tx.report_of_attachment("other").await.unwrap(), Some(ReportId(2)));
        assert_eq!(tx.report_of_attachment("n").await.unwrap(), Some(ReportId(1)));
        assert_eq!(tx.report_of_attachment("none").await.unwrap(), None);
        assert_eq!(tx.attached_bytes(ReportId(1)).await.unwrap(), 21);
        assert_eq!(tx.attached_bytes(ReportId(4)).await.unwrap(), 0);
        assert_eq!(tx.reports_with_content(HASH, 9).await.unwrap(), [ReportId(1), ReportId(2), ReportId(3)]);
    }

    async fn bytes_that_no_file_has_are_forgotten_a_few_at_a_time(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 1).await;
        for hash in ["x", "y", "z", HASH] {
            tx.keep_content(hash, 7, Scan::NotScanned, 10).await.unwrap();
            tx.add_content_chunk(hash, 0, b"abc").await.unwrap();
        }
        tx.keep_content("new", 7, Scan::NotScanned, 100).await.unwrap();
        let (message, note) = (add_message(&mut tx, 1).await, add_note(&mut tx, 1).await);
        tx.add_message_attachment(&file("m", 1, message, 0)).await.unwrap();
        tx.add_note_attachment(&file("n", 1, note, 0)).await.unwrap();
        assert_eq!(tx.forget_contents(50, 2).await.unwrap(), 2);
        assert_eq!(tx.forget_contents(50, 2).await.unwrap(), 1);
        assert_eq!(tx.content_chunk("x", 0).await.unwrap(), None);
        assert!(tx.content("new").await.unwrap().is_some(), "it was asked for just now");
        let removed = tx.remove_message_attachment(ReportId(1), "m", "staff:alice", 60).await.unwrap();
        assert_eq!(removed.as_deref(), Some("m.txt"));
        assert_eq!(tx.remove_message_attachment(ReportId(1), "m", "staff:bob", 61).await.unwrap(), None);
        assert_eq!(tx.forget_contents(50, 9).await.unwrap(), 0, "the note still has them");
        assert_eq!(tx.remove_note_attachment(ReportId(2), "n", "staff:bob", 61).await.unwrap(), None);
        tx.remove_note_attachment(ReportId(1), "n", "staff:bob", 61).await.unwrap().unwrap();
        assert_eq!(tx.forget_contents(50, 9).await.unwrap(), 1);
        let left = tx.message_attachment(ReportId(1), "m").await.unwrap().unwrap();
        assert_eq!((left.removed_by.as_deref(), left.scan), (Some("staff:alice"), None));
        assert_eq!(tx.attached_bytes(ReportId(1)).await.unwrap(), 0);
    }
}
