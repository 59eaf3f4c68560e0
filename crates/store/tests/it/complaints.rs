//! Complaints: what was read in them, what became of each allegation, and who complains.

use std::collections::BTreeSet;

use portreeve_core::ids::{MailId, ServiceId, ServiceKey};
use portreeve_core::intake::{Because, IncidentFate, Lane, MailState, Why};
use portreeve_core::report::{Countdown, Hold};
use portreeve_store::{
    ComplaintReading, Counted, IncidentRow, IncidentsOfReport, NewMail, ReporterChange,
};

use crate::reports::{add, open, report};
use crate::world::{World, on_both};

fn incident(mail: MailId, n: i64, fate: IncidentFate) -> IncidentRow {
    IncidentRow {
        mail,
        n,
        category: "spam".into(),
        subject_kind: "ip".into(),
        subject: "192.0.2.1".into(),
        ip: Some("192.0.2.1".into()),
        port: None,
        observed_at: Some(7),
        zone: "value".into(),
        count: 2,
        details: "{}".into(),
        directory: Some("main".into()),
        service_id: Some(1),
        customer_id: Some("11".into()),
        fate,
        why: Some(Why::BySetting),
        report: None,
    }
}

on_both! {
    async fn a_complaint_is_stored_with_what_became_of_it(world) {
        let made = add(world, |ids| {
            ids.into_iter().map(|id| report(id, open(Countdown::None), Hold::None)).collect()
        }, 1).await;
        let id = made[0].id;
        let mut tx = world.tx().await;
        tx.keep_raw_mail("cc", b"x").await.unwrap();
        let mail = tx.add_mail(&NewMail {
            sha256: "cc".into(), size: 1, door: "ingest".into(), envelope_from: None, envelope_to: String::new(),
            received_at: 100, report: None, shows_report: None, name: "a.eml".into(), credential: None, lane: None,
        }).await.unwrap();
        let reporter = tx.count_complaint("jane@example.org", "example.org", 100).await.unwrap();
        assert_eq!(tx.count_complaint("jane@example.org", "example.org", 101).await.unwrap(), reporter);
        let reading = ComplaintReading {
            lane: Some(Lane::Known), reporter: Some(reporter), format: Some("arf"), ..ComplaintReading::default()
        };
        tx.put_complaint_reading(mail, &reading).await.unwrap();
        tx.add_incidents(&[incident(mail, 0, IncidentFate::Waits), incident(mail, 1, IncidentFate::Passed)]).await.unwrap();
        tx.put_incidents_into(mail, &[0], IncidentFate::ByStaff, id).await.unwrap();
        let rows = tx.incidents(mail, 10).await.unwrap();
        assert_eq!((rows[0].fate, rows[0].why, rows[0].report), (IncidentFate::ByStaff, None, Some(id)));
        assert_eq!((rows[1].fate, rows[1].report), (IncidentFate::Passed, None));
        assert_eq!(tx.incidents_of(&[mail], 10).await.unwrap()[&mail].len(), 2);
        assert!(tx.add_report_complaint(id, mail, 100).await.unwrap());
        assert!(!tx.add_report_complaint(id, mail, 100).await.unwrap(), "once");
        assert_eq!(tx.reports_of_complaints(&[mail]).await.unwrap()[&mail], [id]);
        assert_eq!(tx.complaints_of_report(id, 10).await.unwrap()[0].id, mail.0);
        let together = IncidentsOfReport {
            report: id, count: 2, complaints: 1, first_seen: Some(7), last_seen: Some(7), told: 1, told_at: 1,
            tell_at: Some(50), seen: String::new(),
        };
        tx.put_incidents_of_report(&together).await.unwrap();
        assert_eq!(tx.incidents_of_report(id).await.unwrap(), Some(together));
        assert_eq!(tx.reports_to_tell(50, 9).await.unwrap(), [id]);
        assert!(tx.reports_to_tell(49, 9).await.unwrap().is_empty());
        tx.tell_later(id, 60).await.unwrap();
        assert!(tx.reports_to_tell(59, 9).await.unwrap().is_empty());
        assert_eq!(tx.reports_to_tell(60, 9).await.unwrap(), [id]);
        let service = ServiceKey { directory: "main".into(), id: ServiceId::new(1).unwrap() };
        let matters = BTreeSet::from([(service.clone(), "Spam".to_owned())]);
        tx.hold_matters(&matters).await.unwrap();
        tx.hold_matters(&matters).await.unwrap();
        assert_eq!(tx.open_report_about(&service, "no such", "11", false).await.unwrap(), None);
        tx.count_outcome(id, Some(Counted::Upheld)).await.unwrap();
        assert!(tx.change_reporter(reporter, ReporterChange::Muted(true)).await.unwrap());
        assert!(tx.change_reporter(reporter, ReporterChange::Lane(Some(Lane::Trusted))).await.unwrap());
        let row = tx.reporter(reporter).await.unwrap().unwrap();
        assert_eq!((row.complaints, row.upheld, row.muted, row.lane), (2, 1, true, Some(Lane::Trusted)));
        assert_eq!(tx.reporter_of("jane@example.org").await.unwrap(), Some(row.clone()));
        assert_eq!(tx.reporters_at("example.org", 9).await.unwrap(), std::slice::from_ref(&row));
        for (text, found) in [("", 1), ("JANE@", 1), ("j_ne", 0), ("%", 0), ("!", 0)] {
            assert_eq!(tx.reporters(text, 0, 9).await.unwrap().len(), found, "{text}");
        }
        assert_eq!(tx.reporters("", 0, 9).await.unwrap(), [row]);
        assert!(tx.change_reporter(reporter, ReporterChange::Lane(None)).await.unwrap());
        assert_eq!(tx.reporter(reporter).await.unwrap().unwrap().lane, None);
        let theirs = tx.mails_of_reporter(reporter, None, 9).await.unwrap();
        assert_eq!(theirs.iter().map(|row| row.id).collect::<Vec<_>>(), [mail]);
        assert!(tx.mails_of_reporter(reporter, Some(mail), 9).await.unwrap().is_empty());
        tx.put_because(mail, Some(Because::Noise)).await.unwrap();
        assert_eq!(tx.mail(mail).await.unwrap().unwrap().because.as_deref(), Some("noise"));
        tx.read_mail_again(mail, None, 300).await.unwrap();
        assert_eq!(tx.mails_in_state(MailState::Unread, MailId(0), 9).await.unwrap().len(), 1);
        assert_eq!(tx.count_mails_in_state(MailState::Unread, 9).await.unwrap(), 1);
        assert_eq!(tx.mails_after(MailId(0), 9).await.unwrap().len(), 1);
        tx.forget_incidents(mail).await.unwrap();
        assert!(tx.incidents(mail, 10).await.unwrap().is_empty());
    }
}
