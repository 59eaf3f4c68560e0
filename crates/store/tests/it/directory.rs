use portreeve_core::ids::ServiceKey;
use portreeve_core::ledger::{Interval, Resource};
use portreeve_core::service::{Service, ServiceStatus};
use portreeve_store::{ChangedInterval, DirectoryLooks, NewAssignment, ServiceCount, Topic};

use crate::world::{World, key, on_both};

pub(crate) fn service(key: &ServiceKey, status: ServiceStatus) -> Service {
    Service {
        key: key.clone(),
        customer_id: "7".into(),
        customer_name: "Ada".into(),
        customer_email: "ada@example.com".into(),
        language: "en".into(),
        product: "VPS".into(),
        domain: "example.com".into(),
        username: "ada".into(),
        server: "node1".into(),
        status,
        dedicated_ip: "192.0.2.1".into(),
        protected: true,
    }
}

on_both! {
    async fn services_are_stored_changed_paged_and_ended(world) {
        let mut tx = world.tx().await;
        let all: Vec<Service> = (1..=300).map(|id| service(&key(id), ServiceStatus::Active)).collect();
        tx.put_services(&all.iter().collect::<Vec<_>>(), 10).await.unwrap();
        let changed = service(&key(2), ServiceStatus::Fraud);
        tx.put_services(&[&changed], 20).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = world.tx().await;
        let known = tx.service(&key(2)).await.unwrap().unwrap();
        assert_eq!((known.service, known.seen_at, known.ended_at), (changed, 20, None));
        assert_eq!(tx.service(&key(999)).await.unwrap(), None);
        let keys: Vec<ServiceKey> = (1..=400).map(key).collect();
        assert_eq!(tx.services_by_key(&keys.iter().collect::<Vec<_>>()).await.unwrap().len(), 300);
        let page = tx.services(Some(&key(298)), 10).await.unwrap();
        assert_eq!(page.len(), 2);
        assert_eq!(tx.services(None, 1).await.unwrap()[0].service.key, key(1));
        let counted = |live, unseen| ServiceCount { live, unseen };
        assert_eq!(tx.count_services("main", 20).await.unwrap(), counted(300, 299));
        assert_eq!(tx.unseen_services("main", 20, 1, 1).await.unwrap()[0].service.key, key(3));
        tx.end_services(&[&key(3), &key(999)], 30).await.unwrap();
        assert_eq!(tx.count_services("main", 20).await.unwrap(), counted(299, 298));
        assert_eq!(tx.service(&key(3)).await.unwrap().unwrap().ended_at, Some(30));
        tx.put_services(&[&service(&key(3), ServiceStatus::Active)], 40).await.unwrap();
        assert_eq!(tx.service(&key(3)).await.unwrap().unwrap().ended_at, None, "it is back");
        let first = tx.service(&key(1)).await.unwrap().unwrap().service;
        let mail = first.customer_email.to_uppercase();
        for name in [&first.domain, &first.customer_id, &mail] {
            let found = tx.services_called(name, 5).await.unwrap();
            assert!(found.iter().any(|known| known.service.key == key(1)) && found.len() <= 5, "{name}");
        }
        assert!(tx.services_called("nobody.example.net", 5).await.unwrap().is_empty());
        let looks = DirectoryLooks { looked_at: Some(1), complete_at: None, synced_at: Some(45) };
        assert_eq!(tx.directory_looks("main").await.unwrap(), DirectoryLooks::default());
        tx.put_directory_looks("main", looks).await.unwrap();
        assert_eq!(tx.directory_looks("main").await.unwrap(), looks);
        let known = tx.service(&key(4)).await.unwrap().unwrap();
        assert_eq!((known.seen_at, known.last_seen(&looks)), (10, 45));
    }

    async fn one_at_a_time_looks_at_a_directory(world) {
        let mut tx = world.tx().await;
        assert!(tx.claim_directory("main", "first", 100, 50).await.unwrap());
        assert!(!tx.claim_directory("main", "second", 160, 60).await.unwrap());
        assert!(tx.claim_directory("main", "first", 120, 70).await.unwrap(), "renewed");
        assert!(tx.claim_directory("main", "second", 300, 130).await.unwrap(), "ran out");
        tx.release_directory("main", "first", Some("not ours any more"), 140).await.unwrap();
        assert!(!tx.claim_directory("main", "first", 400, 150).await.unwrap());
        tx.release_directory("main", "second", Some("unreachable"), 160).await.unwrap();
        let states = tx.directory_states().await.unwrap();
        assert_eq!(states.len(), 1);
        assert_eq!((states[0].tried_at, states[0].trouble.as_deref()), (Some(160), Some("unreachable")));
        assert!(tx.claim_directory("main", "first", 400, 170).await.unwrap());
        assert!(tx.claim_directory("other", "second", 400, 170).await.unwrap(), "each by itself");
        tx.release_directories().await.unwrap();
        assert!(tx.claim_directory("other", "third", 400, 180).await.unwrap());
    }

    async fn assignments_are_found_by_holder_resource_and_change(world) {
        let net = |text: &str| Resource::parse(text).unwrap();
        let since = Interval { from_after: None, from_by: 5, to_after: None, to_by: None };
        let ended = Interval { to_after: Some(6), to_by: Some(7), ..since };
        let mut tx = world.tx().await;
        let services = [1, 2].map(|id| service(&key(id), ServiceStatus::Active));
        tx.put_services(&services.iter().collect::<Vec<_>>(), 5).await.unwrap();
        let first = tx.touch(Topic::Ledger).await.unwrap();
        let new: Vec<_> = [(1, "192.0.2.1"), (1, "2001:db8::/64"), (2, "example.com")]
            .map(|(id, text)| NewAssignment {
                service: key(id),
                customer_id: "7".to_owned(),
                resource: net(text),
                held: since,
            })
            .to_vec();
        tx.add_assignments(&new, first).await.unwrap();
        let held = tx.open_assignments(&[&key(1)]).await.unwrap();
        assert_eq!(held.len(), 2);
        assert!(held.iter().any(|a| a.resource == net("2001:db8::/64") && a.held == since));
        let address = held.iter().find(|a| a.resource == net("192.0.2.1")).unwrap();
        let second = tx.touch(Topic::Ledger).await.unwrap();
        let changed = |assignment, held| ChangedInterval { assignment, held };
        tx.set_intervals(&[changed(address.id, ended)], second).await.unwrap();
        assert_eq!(tx.open_assignments(&[&key(1), &key(2)]).await.unwrap().len(), 2);
        let found = tx.assignments_of(&["192.0.2.1".to_owned(), "example.com".to_owned()]).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(found.iter().any(|a| a.held == ended));
        assert_eq!(tx.assignments_changed(first, 0, 10).await.unwrap().len(), 1);
        assert_eq!(tx.assignments_changed(first - 1, 0, 10).await.unwrap().len(), 3);
        assert_eq!(tx.assignments_changed(first - 1, address.id, 1).await.unwrap().len(), 1);
        // More than one statement takes, each to its own row.
        let many: Vec<_> = (0..600)
            .map(|n| NewAssignment { resource: net(&format!("198.51.{}.{}", n / 256, n % 256)), ..new[0].clone() })
            .collect();
        for _ in 0..2 {
            // Another node took the same in: it is held once.
            tx.add_assignments(&many, second).await.unwrap();
        }
        let held = tx.open_assignments(&[&key(1)]).await.unwrap();
        let dated = |id: i64| Interval { from_after: Some(id), from_by: id + 1, ..since };
        let changes: Vec<_> = held.iter().map(|a| changed(a.id, dated(a.id))).collect();
        let third = tx.touch(Topic::Ledger).await.unwrap();
        tx.set_intervals(&changes, third).await.unwrap();
        let after = tx.open_assignments(&[&key(1)]).await.unwrap();
        assert!(after.len() == 601 && after.iter().all(|a| a.held == dated(a.id)), "{}", after.len());
        assert_eq!(tx.assignments_changed(second, 0, 1_000).await.unwrap().len(), 601);
    }
}
