//! What is stored of customers: what they said on their own, and the links in their notices.

use portreeve_core::event::{Channel, Event};
use portreeve_core::ids::ReportId;
use portreeve_core::report::Turn;
use portreeve_core::report::{Claim, Countdown, CustomerSaid, Hold, Subject};
use portreeve_core::service::ServiceStatus;
use portreeve_core::time::Span;
use portreeve_store::{ClientLink, NewEvent, NewStaff};

use crate::directory::service;
use crate::reports::{add, make, open, report};
use crate::world::{World, key, on_both};

fn link(token: &str, report: i64, expires_at: i64) -> ClientLink {
    ClientLink {
        token_hash: token.into(),
        directory: "main".into(),
        customer_id: "7".into(),
        report: ReportId(report),
        created_at: 1,
        expires_at,
    }
}

on_both! {
    async fn a_link_leads_to_its_report_until_it_expires_or_is_ended(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 2).await;
        tx.add_client_links(&[link("a", 1, 100), link("b", 1, 200), link("c", 2, 200)]).await.unwrap();
        assert_eq!(tx.client_link("a", 99).await.unwrap(), Some(link("a", 1, 100)));
        assert_eq!(tx.client_link("a", 100).await.unwrap(), None);
        assert_eq!(tx.client_link("x", 1).await.unwrap(), None);
        assert_eq!(tx.revoke_client_links(ReportId(1), 150).await.unwrap(), 1, "one had expired");
        assert_eq!(tx.client_link("b", 150).await.unwrap(), None);
        assert!(tx.client_link("c", 150).await.unwrap().is_some());
        assert_eq!(tx.forget_client_links(201, 2).await.unwrap(), 2);
        assert_eq!(tx.forget_client_links(201, 2).await.unwrap(), 1);
    }

    async fn a_mail_address_leads_to_the_latest_report_of_each_customer_who_has_it(world) {
        let known = |id: i64, customer: &str, email: &str| {
            let mut service = service(&key(id), ServiceStatus::Active);
            service.customer_id = customer.into();
            service.customer_email = email.into();
            service
        };
        let mut tx = world.tx().await;
        let services = [
            known(1, "7", "Ada@Example.com"),
            known(2, "7", "ada@example.com"),
            known(3, "8", "ada@example.com"),
            known(4, "", "ada@example.com"),
            known(5, "9", "ben@example.com, b_n@example.com"),
        ];
        tx.put_services(&services.iter().collect::<Vec<_>>(), 1).await.unwrap();
        tx.commit().await.unwrap();
        let of = |id: ReportId, service: i64, customer: &str| {
            let mut report = report(id, open(Countdown::None), Hold::None);
            report.subject = Some(Subject { service: key(service), customer_id: customer.into() });
            report
        };
        let make = |ids: Vec<ReportId>| {
            vec![of(ids[0], 1, "7"), of(ids[1], 3, "8"), of(ids[2], 2, "7"), of(ids[3], 4, ""), of(ids[4], 5, "9")]
        };
        let made = add(world, make, 5).await;
        let mut tx = world.tx().await;
        let found = tx.latest_reports_by_mail("ada@example.com", 10).await.unwrap();
        assert_eq!(found, [made[2].id, made[1].id]);
        assert_eq!(tx.latest_reports_by_mail("ada@example.com", 1).await.unwrap(), [made[2].id]);
        for one_of_two in ["ben@example.com", "b_n@example.com"] {
            let found = tx.latest_reports_by_mail(one_of_two, 10).await.unwrap();
            assert_eq!(found, [made[4].id], "{one_of_two}");
            assert_eq!(tx.services_called(one_of_two, 5).await.unwrap().len(), 1);
        }
        for nobody in ["nobody@example.com", "en@example.com", "b%n@example.com", "%", "ben@example.com, b_n"] {
            assert!(tx.latest_reports_by_mail(nobody, 1).await.unwrap().is_empty(), "{nobody}");
        }
    }

    async fn what_a_customer_said_reads_back(world) {
        let made = add(world, |ids| vec![report(ids[0], open(Countdown::None), Hold::None)], 1).await;
        let (mut first, id) = (made[0].clone(), made[0].id);
        let mut tx = world.tx().await;
        assert_eq!(tx.report(id).await.unwrap().unwrap().said, CustomerSaid::default());
        for claim in [Some(Claim::Fixed), Some(Claim::Contested), None] {
            first.said = CustomerSaid {
                claim,
                wants: Some(Span::from_mins(90)),
                more_time_times: 3,
                unsuspended_times: 2,
            };
            tx.save_report(&first).await.unwrap();
            assert_eq!(tx.report(id).await.unwrap().unwrap().said, first.said);
        }
    }

    async fn who_has_done_something_to_a_report_is_not_among_those_who_have_not(world) {
        let mut tx = world.tx().await;
        let mut carol = 0;
        for name in ["alice", "bob", "carol"] {
            let new = NewStaff {
                name: name.into(),
                email: format!("{name}@example.com"),
                role: "agent".into(),
                password_hash: None,
            };
            carol = tx.add_staff(&new, 1).await.unwrap();
        }
        let event = |report: i64, actor: &str| NewEvent {
            report: ReportId(report),
            at: 1,
            actor: actor.into(),
            event: Event::Answered { by: Turn::Staff, channel: Channel::Page },
        };
        tx.add_events(&[event(1, "staff:alice"), event(2, "staff:bob"), event(1, "customer")]).await.unwrap();
        tx.set_staff_disabled(carol, Some(2)).await.unwrap();
        let others = tx.staff_who_did_not_act(ReportId(1), 10).await.unwrap();
        assert_eq!(others.len(), 1, "{others:?}");
        assert!(others[0].name == "bob" && others[0].rights.contains("answer"), "{others:?}");
        assert_eq!(tx.staff_who_did_not_act(ReportId(3), 1).await.unwrap()[0].name, "alice");
    }
}
