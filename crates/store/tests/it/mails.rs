//! Mails that came in, notices that came back, secrets, and the mailboxes that are read.

use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::intake::{MailState, Why};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::NotDelivered;
use portreeve_core::report::{Countdown, Hold, Outcome, State};
use portreeve_store::{
    ComplaintReading, Counted, MailEnd, MailReading, NewMail, NoticeResult, Recipient,
    ReportFilter, ReportOrder, Tx, Unread,
};

use crate::reports::{add, at, make, open, report};
use crate::world::{World, on_both};

pub(crate) fn new(sha256: &str, to: &str, at: i64) -> NewMail {
    NewMail {
        sha256: sha256.into(),
        size: 3,
        door: "lmtp".into(),
        envelope_from: Some(String::new()),
        envelope_to: to.into(),
        received_at: at,
        report: None,
        shows_report: None,
        name: String::new(),
        credential: None,
        lane: None,
    }
}

pub(crate) fn end(state: MailState, report: Option<i64>) -> MailEnd<'static> {
    MailEnd { state, why: None, report: report.map(ReportId), by: None }
}

fn to_ada() -> Vec<Recipient> {
    vec![Recipient { address: "ada@example.com".into(), error: None }]
}

on_both! {
    async fn what_a_person_has_to_see_to_is_found_by_report_until_it_is_over(world) {
        let running = Countdown::Running { deadline: at(60), remind_at: None };
        let made = add(world, |ids| {
            let shapes = [open(running), open(Countdown::None), State::Closed { at: at(9), outcome: Outcome::Other }];
            ids.into_iter().zip(shapes).map(|(id, state)| report(id, state, Hold::None)).collect()
        }, 3).await;
        let ids: Vec<ReportId> = made.iter().map(|report| report.id).collect();
        let result = |report: ReportId, notice, taken, at| NoticeResult {
            report, notice, audience: Audience::Customer, at, message_id: format!("<{}.{at}>", report.0), taken, recipients: to_ada(), why: None,
        };
        let mut tx = world.tx().await;
        let all: Vec<NoticeResult> = ids.iter().map(|id| result(*id, Notice::Opened, false, 5)).collect();
        tx.put_notices(&all, 6).await.unwrap();
        let staff = NoticeResult { audience: Audience::Staff, ..result(ids[1], Notice::NeedsStaff, false, 7) };
        tx.put_notices(&[staff], 7).await.unwrap();
        tx.keep_raw_mail("aa", b"x").await.unwrap();
        for id in [ids[0], ids[2]] {
            let mail = tx.add_mail(&new("aa", "", 100)).await.unwrap();
            tx.end_mail(mail, &end(MailState::Waiting, Some(id.0)), 101).await.unwrap();
        }
        let found = tx.attention(&ids).await.unwrap();
        let kinds: Vec<_> = found.iter().map(|row| (row.report, row.notice.as_str(), row.mail.is_some(), row.bounced, row.since)).collect();
        assert_eq!(kinds, [(ids[0], "opened", false, false, 6), (ids[0], "", true, false, 100), (ids[1], "opened", false, false, 6)]);
        let filter = ReportFilter { attention: true, order: ReportOrder::Oldest, limit: 10, ..ReportFilter::default() };
        let listed = async |tx: &mut Tx| -> Vec<ReportId> {
            tx.reports(&filter).await.unwrap().into_iter().map(|report| report.id).collect()
        };
        assert_eq!(listed(&mut tx).await, ids[..2]);
        assert_eq!(tx.waiting_for_people(0, 10).await.unwrap().attention, 2);
        // A later notice that got there ends it, but where a deadline goes the customer must have got the first one.
        tx.put_notices(&[result(ids[0], Notice::Answered, true, 8), result(ids[1], Notice::Answered, true, 8)], 8).await.unwrap();
        assert_eq!(listed(&mut tx).await, ids[..1]);
        assert!(tx.attention(&ids[1..]).await.unwrap().is_empty());
    }

    async fn a_mail_is_kept_byte_by_byte_and_known_when_it_comes_again(world) {
        let mut tx = world.tx().await;
        let bytes = [0, 13, 10, 255, 46];
        tx.keep_raw_mail("aa", &bytes).await.unwrap();
        tx.keep_raw_mail("aa", &bytes).await.unwrap();
        assert_eq!(tx.raw_mail("aa").await.unwrap(), Some(bytes.to_vec()));
        assert_eq!(tx.raw_mail("bb").await.unwrap(), None);
        assert_eq!(tx.same_mail("aa", Some("x@example.com"), None, 0).await.unwrap(), None);
        let id = tx.add_mail(&new("aa", "x@example.com", 100)).await.unwrap();
        assert_eq!(tx.same_mail("aa", Some("x@example.com"), None, 100).await.unwrap(), Some(id));
        assert_eq!(tx.same_mail("aa", Some("x@example.com"), None, 101).await.unwrap(), None);
        assert_eq!(tx.same_mail("aa", Some("y@example.com"), None, 0).await.unwrap(), None);
        assert_eq!(tx.same_mail("aa", None, None, 0).await.unwrap(), Some(id), "for whomever");
        assert_eq!(tx.same_mail("aa", None, Some("token:1"), 0).await.unwrap(), None, "nobody sent it with that token");
        assert_eq!(tx.came_before("aa", id).await.unwrap(), None);
        let before = tx.came_before("aa", MailId(id.0 + 1)).await.unwrap().unwrap();
        assert_eq!((before.state, before.lane), (MailState::Unread, None));
        let row = tx.mail(id).await.unwrap().unwrap();
        assert_eq!((row.state, row.envelope_from.as_deref()), (MailState::Unread, Some("")));
        assert_eq!(tx.mail_alone(id).await.unwrap(), Some(row));
        assert_eq!(tx.mail(MailId(99)).await.unwrap(), None);
    }

    async fn what_became_of_a_mail_is_written_down_and_listed(world) {
        let mut tx = world.tx().await;
        let mut ids = Vec::new();
        for number in 0..4 {
            tx.keep_raw_mail(&number.to_string(), b"x").await.unwrap();
            ids.push(tx.add_mail(&new(&number.to_string(), "", 100 + number)).await.unwrap());
        }
        let reading = MailReading {
            message_id: Some("a@example.com".into()),
            from_address: "ada@example.com".into(),
            subject: "Re".into(),
            files: 2,
            content_sha256: "c".into(),
        };
        tx.put_mail_reading(ids[0], &reading).await.unwrap();
        for id in &ids[..2] {
            tx.end_mail(*id, &MailEnd { why: Some(Why::NoToken), ..end(MailState::Waiting, None) }, 200).await.unwrap();
        }
        tx.end_mail(ids[2], &end(MailState::Answer, Some(7)), 200).await.unwrap();
        tx.end_mail(ids[3], &MailEnd { by: Some("staff:alice"), ..end(MailState::Attached, Some(7)) }, 200).await.unwrap();
        let waiting = tx.waiting_mails(MailId(0), 10).await.unwrap();
        assert_eq!(waiting.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[0], ids[1]]);
        assert_eq!((waiting[0].subject.as_str(), waiting[0].files), ("Re", 2));
        assert_eq!(waiting[0].why, Some(Why::NoToken));
        assert_eq!(tx.waiting_mails(ids[0], 10).await.unwrap().len(), 1);
        assert_eq!(tx.waiting_for_people(0, 10).await.unwrap().mails, 2);
        let of = tx.mails_of_report(ReportId(7), 10).await.unwrap();
        assert_eq!(of.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[3], ids[2]]);
        assert_eq!((of[0].decided_by.as_deref(), of[0].decided_at), (Some("staff:alice"), Some(200)));
        assert_eq!(tx.count_mails_of(ReportId(7), MailState::Answer, 102, 20).await.unwrap(), 1);
        assert_eq!(tx.count_mails_of(ReportId(7), MailState::Answer, 103, 20).await.unwrap(), 0);
        assert!(!tx.mail_waits(ReportId(7)).await.unwrap());
        tx.end_mail(ids[1], &end(MailState::Waiting, Some(7)), 200).await.unwrap();
        assert!(tx.mail_waits(ReportId(7)).await.unwrap() && !tx.mail_waits(ReportId(8)).await.unwrap());
    }

    async fn unread_mail_is_about_the_report_that_it_shows_or_about_any(world) {
        let mut tx = world.tx().await;
        let (seven, eight) = (ReportId(7), ReportId(8));
        let mut add = async |number: i64, report| {
            tx.keep_raw_mail(&number.to_string(), b"x").await.unwrap();
            let mail = NewMail { report, ..new(&number.to_string(), "", 100 + number) };
            tx.add_mail(&mail).await.unwrap()
        };
        let (of_seven, of_any) = (add(0, Some(seven)).await, add(10, None).await);
        for (report, until, is_there) in [
            (seven, 99, false), (seven, 100, true), (eight, 100, false), (eight, 109, false), (eight, 110, true),
        ] {
            assert_eq!(tx.unread_mail_about(report, until).await.unwrap(), is_there, "{report} {until}");
        }
        assert_eq!(tx.unread_mails(9).await.unwrap(), Unread { count: 2, since: Some(100) });
        assert_eq!(tx.unread_mails(1).await.unwrap().count, 1);
        assert_eq!(tx.unread_about_any_since().await.unwrap(), Some(110));
        tx.end_mail(of_seven, &end(MailState::Answer, Some(7)), 200).await.unwrap();
        assert!(!tx.unread_mail_about(seven, 109).await.unwrap() && tx.unread_mail_about(seven, 110).await.unwrap());
        tx.end_mail(of_any, &end(MailState::Waiting, None), 200).await.unwrap();
        assert!(!tx.unread_mail_about(seven, 999).await.unwrap());
        assert_eq!(tx.unread_about_any_since().await.unwrap(), None);
        assert_eq!(tx.unread_mails(9).await.unwrap(), Unread::default());
    }

    async fn bytes_are_counted_for_the_report_whose_code_is_shown_or_as_strangers(world) {
        let mut tx = world.tx().await;
        let seven = ReportId(7);
        let mut ids = Vec::new();
        for (number, shows_report) in [(0, None), (1, None), (2, Some(seven)), (3, Some(seven))] {
            tx.keep_raw_mail(&number.to_string(), b"x").await.unwrap();
            let mail = NewMail { shows_report, ..new(&number.to_string(), "", 100 + number) };
            ids.push(tx.add_mail(&mail).await.unwrap());
        }
        assert_eq!(tx.size_of_strange_mails().await.unwrap().to_do, 6, "what nobody has read is one of them");
        tx.end_mail(ids[0], &end(MailState::Waiting, Some(7)), 200).await.unwrap();
        assert_eq!(tx.size_of_strange_mails().await.unwrap().to_do, 6, "and so is what names a report without its code");
        tx.end_mail(ids[1], &end(MailState::Dismissed, None), 200).await.unwrap();
        assert_eq!(tx.size_of_strange_mails().await.unwrap().to_do, 3);
        let large = NewMail { size: 5_000, shows_report: Some(seven), ..new("4", "", 104) };
        tx.keep_raw_mail("4", b"x").await.unwrap();
        tx.add_mail(&large).await.unwrap();
        assert_eq!(tx.size_of_mails_showing(seven, 104).await.unwrap(), 5_000);
        assert_eq!(tx.size_of_mails_showing(seven, 102).await.unwrap(), 7_048, "small ones count as their rows");
        assert_eq!(tx.size_of_mails_showing(seven, 103).await.unwrap(), 6_024);
        assert_eq!(tx.size_of_mails_showing(ReportId(8), 0).await.unwrap(), 0);
        tx.put_shown_report(ids[0], seven).await.unwrap();
        assert_eq!(tx.size_of_mails_showing(seven, 0).await.unwrap(), 8_072);
        assert_eq!(tx.size_of_strange_mails().await.unwrap().to_do, 0);
        // Nobody has anything to do with what is about others; what comes by the form is counted for itself, too.
        for (number, why) in [(5, Why::NotOurs), (6, Why::Observed), (7, Why::NoSource)] {
            tx.keep_raw_mail(&number.to_string(), b"x").await.unwrap();
            let mail = NewMail { door: "form".into(), ..new(&number.to_string(), "", 105) };
            let id = tx.add_mail(&mail).await.unwrap();
            let waits = MailEnd { why: Some(why), ..end(MailState::Waiting, None) };
            tx.end_mail(id, &waits, 200).await.unwrap();
        }
        let sizes = tx.size_of_strange_mails().await.unwrap();
        assert_eq!((sizes.to_do, sizes.by_form, sizes.kept), (3, 9, 9));
    }

    async fn what_is_read_again_is_unread_from_then_on(world) {
        let mut tx = world.tx().await;
        tx.keep_raw_mail("aa", b"x").await.unwrap();
        let id = tx.add_mail(&new("aa", "", 100)).await.unwrap();
        assert_eq!(tx.unread_about_any_since().await.unwrap(), Some(100));
        tx.end_mail(id, &end(MailState::Waiting, None), 200).await.unwrap();
        tx.read_mail_again(id, None, 300).await.unwrap();
        assert_eq!(tx.unread_about_any_since().await.unwrap(), Some(300));
        assert_eq!(tx.unread_mails(9).await.unwrap(), Unread { count: 1, since: Some(300) });
        assert!(!tx.unread_mail_about(ReportId(7), 299).await.unwrap());
        assert!(tx.unread_mail_about(ReportId(7), 300).await.unwrap());
        assert_eq!(tx.mail(id).await.unwrap().unwrap().received_at, 100);
    }

    async fn how_a_report_ends_counts_once_for_each_who_complained(world) {
        let mut tx = world.tx().await;
        let seven = ReportId(7);
        let reporter = tx.count_complaint("jane@example.org", "example.org", 100).await.unwrap();
        for hash in ["aa", "bb"] {
            tx.keep_raw_mail(hash, b"x").await.unwrap();
            let id = tx.add_mail(&new(hash, "", 100)).await.unwrap();
            let reading = ComplaintReading { reporter: Some(reporter), ..ComplaintReading::default() };
            tx.put_complaint_reading(id, &reading).await.unwrap();
            assert!(tx.add_report_complaint(seven, id, 100).await.unwrap());
        }
        for (outcome, counts) in [
            (Some(Counted::Upheld), (1, 0)),
            // Once more, as when another complaint is attached later.
            (Some(Counted::Upheld), (1, 0)),
            (None, (0, 0)),
            (Some(Counted::Unfounded), (0, 1)),
            (Some(Counted::Upheld), (1, 0)),
        ] {
            tx.count_outcome(seven, outcome).await.unwrap();
            let row = tx.reporter(reporter).await.unwrap().unwrap();
            assert_eq!((row.upheld, row.unfounded), counts, "{outcome:?}");
        }
    }

    async fn an_answer_is_known_by_its_message_id_its_sender_and_its_content(world) {
        let mut tx = world.tx().await;
        tx.keep_raw_mail("aa", b"x").await.unwrap();
        let id = tx.add_mail(&new("aa", "", 100)).await.unwrap();
        let reading = MailReading {
            message_id: Some("a@example.com".into()),
            from_address: "ada@example.com".into(),
            subject: String::new(),
            files: 0,
            content_sha256: "c".into(),
        };
        tx.put_mail_reading(id, &reading).await.unwrap();
        let seven = ReportId(7);
        assert!(!tx.answered_before(seven, &reading, 0).await.unwrap(), "it is no answer yet");
        tx.end_mail(id, &end(MailState::Answer, Some(7)), 200).await.unwrap();
        assert!(tx.answered_before(seven, &reading, 100).await.unwrap());
        assert!(!tx.answered_before(ReportId(8), &reading, 100).await.unwrap());
        assert!(!tx.answered_before(seven, &reading, 101).await.unwrap());
        for other in [
            MailReading { message_id: Some("b@example.com".into()), ..reading.clone() },
            MailReading { message_id: None, ..reading.clone() },
            MailReading { from_address: "ben@example.com".into(), ..reading.clone() },
            MailReading { content_sha256: "d".into(), ..reading.clone() },
        ] {
            assert!(!tx.answered_before(seven, &other, 100).await.unwrap(), "{other:?}");
        }
    }

    async fn a_notice_that_came_back_is_not_taken_whatever_a_late_try_says(world) {
        let mut tx = world.tx().await;
        let (report, notice, audience) = (ReportId(1), Notice::Opened, Audience::Customer);
        let sent = NoticeResult {
            report, notice, audience,
            at: 5,
            message_id: "<m@example.com>".into(),
            taken: true,
            recipients: to_ada(),
            why: None,
        };
        make(&mut tx, 1).await;
        assert_eq!(tx.sent_notice(report, notice, audience, 5).await.unwrap(), None);
        let bounced = |said: &str| NotDelivered::Bounced {
            address: "ada@example.com".into(), said: said.into(),
        };
        assert!(!tx.bounce_notice(report, notice, audience, 5, &bounced("no"), 9).await.unwrap());
        tx.put_notices(std::slice::from_ref(&sent), 6).await.unwrap();
        assert!(tx.customer_was_told(report).await.unwrap());
        assert!(tx.bounce_notice(report, notice, audience, 5, &bounced("550"), 9).await.unwrap());
        assert!(!tx.bounce_notice(report, notice, audience, 5, &bounced("again"), 10).await.unwrap());
        assert!(!tx.customer_was_told(report).await.unwrap());
        tx.put_notices(&[sent], 11).await.unwrap();
        assert!(!tx.customer_was_told(report).await.unwrap());
        let row = tx.sent_notice(report, notice, audience, 5).await.unwrap().unwrap();
        assert_eq!((row.taken, row.bounced_at, row.recipients), (false, Some(9), to_ada()));
        assert_eq!(tx.bounced_notices(report).await.unwrap(), 1);
        assert_eq!(tx.bounced_notices(ReportId(2)).await.unwrap(), 0);
        let row = tx.notices_of(report, 10).await.unwrap().remove(0);
        assert_eq!((row.bounced, row.why), (true, Some(bounced("550"))), "as it was said first");
    }

    async fn the_notices_of_a_digest_are_found_by_its_message_id(world) {
        let mut tx = world.tx().await;
        let told = |report: i64, audience: Audience, message_id: &str| NoticeResult {
            report: ReportId(report),
            notice: Notice::Opened,
            audience,
            at: 5,
            message_id: message_id.into(),
            taken: true,
            recipients: to_ada(),
            why: None,
        };
        let digest = "<digest.ab.cd@example.com>";
        let all = [
            told(1, Audience::Customer, digest),
            told(2, Audience::Customer, digest),
            told(3, Audience::Customer, "<digest.ab.ce@example.com>"),
            told(4, Audience::Customer, "<report-4.opened.customer.5.x@example.com>"),
        ];
        make(&mut tx, 4).await;
        tx.put_notices(&all, 6).await.unwrap();
        let found = tx.notices_of_digest(digest, 10).await.unwrap();
        let names: Vec<_> = found.iter().map(|(report, notice, at, _)| (report.0, *notice, *at)).collect();
        assert_eq!(names, [(1, Notice::Opened, 5), (2, Notice::Opened, 5)]);
        assert!(found[0].3.taken && found[0].3.bounced_at.is_none());
        assert_eq!(tx.notices_of_digest(digest, 1).await.unwrap().len(), 1);
        let other = "<report-4.opened.customer.5.x@example.com>";
        assert!(tx.notices_of_digest(other, 10).await.unwrap().is_empty());
    }

    async fn the_notices_that_went_to_a_customer_are_found_the_newest_first(world) {
        let mut tx = world.tx().await;
        let told = |at: i64, audience: Audience, taken: bool| NoticeResult {
            report: ReportId(1),
            notice: Notice::Answered,
            audience,
            at,
            message_id: format!("<{at}@example.com>"),
            taken,
            recipients: to_ada(),
            why: None,
        };
        let (customer, staff) = (Audience::Customer, Audience::Staff);
        let all = [told(5, customer, true), told(6, customer, true), told(7, customer, false), told(8, staff, true)];
        make(&mut tx, 1).await;
        tx.put_notices(&all, 9).await.unwrap();
        let why = NotDelivered::NoAddress;
        tx.bounce_notice(ReportId(1), Notice::Answered, customer, 6, &why, 9).await.unwrap();
        let found = tx.notices_to_customer(ReportId(1), 10).await.unwrap();
        let seen: Vec<_> = found.iter().map(|(_, _, at, sent)| (*at, sent.bounced_at)).collect();
        assert_eq!(seen, [(6, Some(9)), (5, None)]);
        assert_eq!(tx.notices_to_customer(ReportId(1), 1).await.unwrap().len(), 1);
        assert!(tx.notices_to_customer(ReportId(2), 10).await.unwrap().is_empty());
    }

    async fn the_secret_that_was_kept_first_counts(world) {
        let mut tx = world.tx().await;
        assert_eq!(tx.secret("a").await.unwrap(), None);
        assert_eq!(tx.secret_or("a", "one", 1).await.unwrap(), "one");
        assert_eq!(tx.secret_or("a", "two", 2).await.unwrap(), "one");
        assert_eq!(tx.secret("a").await.unwrap().as_deref(), Some("one"));
    }

    async fn one_at_a_time_reads_a_mailbox(world) {
        let mut tx = world.tx().await;
        assert!(tx.claim_mailbox("box", "a", 100, 1).await.unwrap());
        assert!(tx.claim_mailbox("box", "a", 200, 50).await.unwrap(), "it is renewed");
        assert!(!tx.claim_mailbox("box", "b", 300, 200).await.unwrap());
        tx.release_mailbox("box", "b", None, 60).await.unwrap();
        assert!(!tx.claim_mailbox("box", "b", 300, 200).await.unwrap(), "it was not theirs to give");
        tx.release_mailbox("box", "a", Some("no way"), 60).await.unwrap();
        let states = tx.mailboxes().await.unwrap();
        assert_eq!((states[0].tried_at, states[0].trouble.as_deref()), (Some(60), Some("no way")));
        assert!(tx.claim_mailbox("box", "b", 300, 70).await.unwrap());
        assert!(tx.claim_mailbox("box", "c", 400, 301).await.unwrap(), "the lease ran out");
        tx.release_mailboxes().await.unwrap();
        assert!(tx.claim_mailbox("box", "d", 400, 302).await.unwrap());
    }
}
