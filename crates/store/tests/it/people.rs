use portreeve_store::{ChangeCounters, DeskState, NewApiToken, NewStaff, Topic};

use crate::world::{World, on_both};

on_both! {
    async fn settings_are_stored_and_every_change_raises_its_counter(world) {
        let before = world.db.read().await.unwrap().change_counters().await.unwrap();
        let mut tx = world.tx().await;
        tx.put_setting("a", "1", 5).await.unwrap();
        tx.put_setting("a", "2", 6).await.unwrap();
        let seq = tx.touch(Topic::Ledger).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(tx.settings().await.unwrap(), [("a".to_owned(), "2".to_owned())]);
        let after = tx.change_counters().await.unwrap();
        let expected = ChangeCounters { settings: before.settings + 2, ledger: seq, ..before };
        assert_eq!(after, expected);
    }

    async fn what_is_not_committed_leaves_no_trace(world) {
        let mut tx = world.tx().await;
        tx.put_setting("a", "1", 5).await.unwrap();
        drop(tx);
        assert!(world.db.read().await.unwrap().settings().await.unwrap().is_empty());
    }

    async fn a_database_that_is_only_looked_at_is_not_changed(world) {
        let mut tx = world.tx().await;
        tx.put_setting("a", "1", 5).await.unwrap();
        tx.commit().await.unwrap();
        let looked = world.look().await;
        let mut tx = looked.read().await.unwrap();
        assert_eq!(tx.settings().await.unwrap(), [("a".to_owned(), "1".to_owned())]);
        assert!(tx.put_setting("a", "2", 6).await.is_err(), "it cannot be written to");
        drop(tx);
        looked.close().await;
        assert_eq!(world.db.read().await.unwrap().settings().await.unwrap().len(), 1);
    }

    async fn the_state_of_the_desk_reads_back(world) {
        let state = DeskState {
            paused_at: Some(1),
            paused_by: Some("staff:alice".into()),
            clock_suspect: Some("it jumped".into()),
            heartbeat_at: Some(2),
            still_from: Some(3),
            still_to: Some(4),
            reading_behind_since: Some(5),
        };
        let mut tx = world.tx().await;
        assert_eq!(tx.desk_state().await.unwrap(), DeskState::default());
        tx.put_desk_state(&state).await.unwrap();
        assert_eq!(tx.desk_state_alone().await.unwrap(), state);
        let server = tx.server_time().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.db.read().await.unwrap().desk_state().await.unwrap(), state);
        assert_eq!(server.is_some(), world.db.engine() == portreeve_store::Engine::Postgres);
    }

    async fn a_token_is_listed_with_what_its_member_of_staff_may_do(world) {
        let alice = NewStaff {
            name: "alice".into(),
            email: "alice@example.com".into(),
            role: "viewer".into(),
            password_hash: None,
        };
        let mut tx = world.tx().await;
        let staff_id = tx.add_staff(&alice, 1).await.unwrap();
        let new = NewApiToken {
            staff_id,
            token_hash: "h".into(),
            scopes: "*".into(),
            description: "reports of the month".into(),
            expires_at: Some(99),
        };
        let id = tx.add_api_token(&new, 5).await.unwrap();
        let list = tx.api_tokens(0, 10).await.unwrap();
        assert_eq!((list.len(), list[0].staff_name.as_str()), (1, "alice"));
        assert_eq!((list[0].staff_rights.as_str(), list[0].scopes.as_str()), ("see_reports", "*"));
        assert_eq!((list[0].expires_at, list[0].revoked_at), (Some(99), None));
        assert!(tx.revoke_api_token(id, 7).await.unwrap());
        assert!(!tx.revoke_api_token(id, 8).await.unwrap(), "once is enough");
        assert_eq!(tx.api_tokens(0, 10).await.unwrap()[0].revoked_at, Some(7));
        assert!(tx.api_tokens(id, 10).await.unwrap().is_empty());
    }

    async fn staff_roles_and_credentials(world) {
        let new = |name: &str, role: &str| NewStaff {
            name: name.into(),
            email: format!("{name}@example.com"),
            role: role.into(),
            password_hash: None,
        };
        let mut tx = world.tx().await;
        tx.add_role("scripts", "").await.unwrap();
        let alice = tx.add_staff(&new("alice", "admin"), 1).await.unwrap();
        let bob = tx.add_staff(&new("bob", "viewer"), 2).await.unwrap();
        let carl = tx.add_staff(&new("carl", "agent"), 3).await.unwrap();
        let one = tx.add_credential(alice, None, "h1", "d", "", 4).await.unwrap();
        let two = tx.add_credential(bob, Some("scripts"), "h2", "d", "192.0.2.0/24", 5).await.unwrap();
        tx.set_staff_disabled(carl, Some(9)).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = world.tx().await;
        assert_eq!(tx.staff(alice, 1).await.unwrap()[0].name, "bob");
        assert_eq!(tx.staff_by_name("carl").await.unwrap().unwrap().disabled_at, Some(9));
        assert_eq!(tx.staff_by_name("dave").await.unwrap(), None);
        let told: Vec<String> = tx.staff_to_tell().await.unwrap().into_iter().map(|one| one.email).collect();
        assert_eq!(told, ["alice@example.com"], "viewers and disabled ones get none");
        assert_eq!(tx.roles().await.unwrap().len(), 4);
        let list = tx.credentials(0, 10).await.unwrap();
        assert_eq!((list.len(), list[0].staff_name.as_str(), list[1].id), (2, "alice", two));
        assert!(tx.revoke_credential(one, 7).await.unwrap());
        assert!(!tx.revoke_credential(one, 8).await.unwrap(), "once is enough");
        assert!(tx.has_credential("h1").await.unwrap() && !tx.has_credential("h3").await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = world.tx().await;
        assert!(tx.add_staff(&new("alice", "admin"), 1).await.unwrap_err().is_taken());
        drop(tx);
        let mut tx = world.tx().await;
        assert!(tx.add_credential(bob, None, "h1", "", "", 1).await.unwrap_err().is_taken());
    }
}
