//! What the staff area stores: sessions, second factors, the audit log, words, views, figures.

use portreeve_core::event::Kind;
use portreeve_core::ids::ReportId;
use portreeve_core::report::{Countdown, Hold, Report, State, Status, Turn};
use portreeve_core::text::{wanted_words, words};
use portreeve_store::{
    CredentialCalls, DayFigures, DraftKind, DraftRow, NewEvent, NewStaff, NewStaffSession, Place,
    QuickReply, ReportFilter, ReportOrder, Stage, SuspensionFilter, Tx,
};

use crate::reports::{add, at, every_shape, make, open, report};
use crate::world::{World, on_both};

fn staff(name: &str) -> NewStaff {
    NewStaff {
        name: name.into(),
        email: format!("{name}@example.com"),
        role: "admin".into(),
        password_hash: Some("hash".into()),
    }
}

fn session(staff_id: i64, token: &str, now: i64) -> NewStaffSession {
    NewStaffSession {
        token_hash: token.into(),
        staff_id,
        stage: Stage::Second,
        address: "192.0.2.1".into(),
        agent: "test".into(),
        now,
        proved_at: now,
        expires_at: now + 100,
    }
}

/// Reports in every shape, five of each.
async fn many(world: &World) -> Vec<Report> {
    add(world, |ids| ids.chunks(10).flat_map(every_shape).collect(), 50).await
}

async fn ids(tx: &mut Tx, filter: &ReportFilter) -> Vec<i64> {
    tx.reports(filter).await.unwrap().iter().map(|report| report.id.0).collect()
}

on_both! {
    async fn an_account_of_a_panel_is_one_members_of_staff(world) {
        let mut tx = world.tx().await;
        let alice = tx.add_staff(&staff("alice"), 1).await.unwrap();
        let bob = tx.add_staff(&staff("bob"), 1).await.unwrap();
        for (directory, account, staff) in [("whmcs", "4", alice), ("whmcs", "5", bob), ("other", "4", bob)] {
            assert!(tx.add_panel_account(directory, account, staff).await.unwrap());
        }
        let name = |known: Option<portreeve_store::SignIn>| known.map(|known| known.name);
        assert_eq!(name(tx.sign_in_of_panel_account("whmcs", "4").await.unwrap()), Some("alice".into()));
        assert_eq!(name(tx.sign_in_of_panel_account("whmcs", "6").await.unwrap()), None);
        assert!(tx.add_panel_account("whmcs", "4", alice).await.unwrap(), "once more is no fault");
        assert!(!tx.add_panel_account("whmcs", "4", bob).await.unwrap(), "it is another's");
        assert_eq!(name(tx.sign_in_of_panel_account("whmcs", "4").await.unwrap()), Some("alice".into()));
        let all = tx.panel_accounts(10).await.unwrap();
        let all: Vec<String> = all.iter().map(|a| format!("{}:{} {}", a.directory, a.account, a.staff)).collect();
        assert_eq!(all, ["other:4 bob", "whmcs:4 alice", "whmcs:5 bob"]);
        assert!(tx.remove_panel_account("whmcs", "4").await.unwrap());
        assert!(!tx.remove_panel_account("whmcs", "4").await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn what_was_written_and_not_sent_is_kept_for_its_writer_and_report(world) {
        let draft = |kind: DraftKind, body: &str| DraftRow { kind, body: body.into() };
        let mut tx = world.tx().await;
        make(&mut tx, 2).await;
        for name in ["alice", "bob"] {
            tx.add_staff(&staff(name), 1).await.unwrap();
        }
        tx.put_draft("alice", ReportId(1), &draft(DraftKind::Note, "n"), 5).await.unwrap();
        tx.put_draft("alice", ReportId(1), &draft(DraftKind::Answer, "one"), 5).await.unwrap();
        tx.put_draft("alice", ReportId(1), &draft(DraftKind::Answer, "two"), 7).await.unwrap();
        tx.put_draft("bob", ReportId(1), &draft(DraftKind::Answer, "his"), 7).await.unwrap();
        let kept = tx.drafts("alice", ReportId(1)).await.unwrap();
        assert_eq!(kept, [draft(DraftKind::Answer, "two"), draft(DraftKind::Note, "n")]);
        assert!(tx.drafts("alice", ReportId(2)).await.unwrap().is_empty());
        tx.forget_drafts(7).await.unwrap();
        assert_eq!(tx.drafts("alice", ReportId(1)).await.unwrap(), [draft(DraftKind::Answer, "two")]);
        tx.drop_draft("alice", ReportId(1), DraftKind::Answer).await.unwrap();
        assert!(tx.drafts("alice", ReportId(1)).await.unwrap().is_empty());
        assert_eq!(tx.drafts("bob", ReportId(1)).await.unwrap(), [draft(DraftKind::Answer, "his")]);
    }

    async fn a_session_lasts_until_it_ends_or_its_owner_is_disabled(world) {
        let mut tx = world.tx().await;
        let alice = tx.add_staff(&staff("alice"), 1).await.unwrap();
        let known = tx.sign_in("alice").await.unwrap().unwrap();
        assert_eq!((known.id, known.password_hash.as_deref()), (alice, Some("hash")));
        assert_eq!(tx.sign_in("bob").await.unwrap(), None);
        let one = tx.add_staff_session(&session(alice, "t1", 10)).await.unwrap();
        let two = tx.add_staff_session(&session(alice, "t2", 20)).await.unwrap();
        assert_eq!(tx.staff_session("t1", 110).await.unwrap(), None, "it is over");
        let found = tx.staff_session("t1", 109).await.unwrap().unwrap();
        assert_eq!((found.id, found.name.as_str(), found.rights.as_str()), (one, "alice", "*"));
        assert_eq!((found.stage, found.has_second_factor), (Stage::Second, false));
        tx.put_new_secret(one, "SECRET").await.unwrap();
        assert_eq!(tx.staff_session("t1", 50).await.unwrap().unwrap().new_secret.as_deref(), Some("SECRET"));
        tx.renew_staff_session(one, "t3", Stage::Whole, 30, 500).await.unwrap();
        assert_eq!(tx.staff_session("t1", 50).await.unwrap(), None, "the old token is worth nothing");
        let whole = tx.staff_session("t3", 50).await.unwrap().unwrap();
        assert_eq!((whole.stage, whole.proved_at, whole.new_secret), (Stage::Whole, 10, None), "a code proves no password");
        tx.saw_staff_session(one, false, 40, 600).await.unwrap();
        assert_eq!(tx.staff_session("t3", 550).await.unwrap().unwrap().proved_at, 10);
        tx.saw_staff_session(one, true, 45, 600).await.unwrap();
        assert_eq!(tx.staff_session("t3", 550).await.unwrap().unwrap().proved_at, 45);
        tx.put_preferences(alice, "de", "Europe/Berlin").await.unwrap();
        let list = tx.staff_sessions(alice, 50, 10).await.unwrap();
        assert_eq!(list.iter().map(|one| one.id).collect::<Vec<_>>(), [two, one]);
        assert_eq!(list[0].time_zone, "Europe/Berlin");
        assert!(tx.end_staff_session(alice, two).await.unwrap());
        assert!(!tx.end_staff_session(alice, two).await.unwrap());
        tx.add_staff_session(&session(alice, "t4", 20)).await.unwrap();
        tx.end_other_staff_sessions(alice, one).await.unwrap();
        assert_eq!(tx.staff_sessions(alice, 50, 10).await.unwrap().len(), 1);
        tx.set_staff_disabled(alice, Some(5)).await.unwrap();
        assert_eq!(tx.staff_session("t3", 50).await.unwrap(), None);
    }

    async fn a_code_and_a_recovery_code_count_once(world) {
        let mut tx = world.tx().await;
        let alice = tx.add_staff(&staff("alice"), 1).await.unwrap();
        let codes = ["a".to_owned(), "b".to_owned()];
        tx.put_second_factor(alice, Some("SECRET"), &codes).await.unwrap();
        assert!(tx.take_totp_step(alice, 7).await.unwrap());
        assert!(!tx.take_totp_step(alice, 7).await.unwrap());
        assert!(!tx.take_totp_step(alice, 6).await.unwrap());
        assert!(tx.take_recovery_code(alice, "a").await.unwrap());
        assert!(!tx.take_recovery_code(alice, "a").await.unwrap());
        assert_eq!(tx.count_recovery_codes(alice).await.unwrap(), 1);
        assert!(tx.staff_by_name("alice").await.unwrap().unwrap().has_second_factor);
        tx.put_second_factor(alice, None, &[]).await.unwrap();
        assert_eq!(tx.count_recovery_codes(alice).await.unwrap(), 0);
        tx.put_password(alice, "other").await.unwrap();
        assert_eq!(tx.sign_in("alice").await.unwrap().unwrap().password_hash.as_deref(), Some("other"));
        tx.put_staff(alice, "a@example.net", "viewer").await.unwrap();
        let changed = tx.staff_by_name("alice").await.unwrap().unwrap();
        assert_eq!((changed.email.as_str(), changed.role.as_str()), ("a@example.net", "viewer"));
    }

    async fn roles_of_ones_own_change_and_go_while_nobody_has_them(world) {
        let mut tx = world.tx().await;
        tx.add_role("night", "answer").await.unwrap();
        assert!(tx.put_role("night", "answer close").await.unwrap());
        assert!(!tx.put_role("admin", "").await.unwrap(), "what came with the desk stays");
        assert!(!tx.delete_role("viewer").await.unwrap());
        let someone = NewStaff { role: "night".into(), ..staff("bob") };
        tx.add_staff(&someone, 1).await.unwrap();
        assert!(!tx.delete_role("night").await.unwrap(), "somebody has it");
        tx.add_role("day", "").await.unwrap();
        assert!(tx.delete_role("day").await.unwrap());
    }

    async fn credentials_count_their_calls_and_know_from_where(world) {
        let mut tx = world.tx().await;
        let alice = tx.add_staff(&staff("alice"), 1).await.unwrap();
        let id = tx.add_credential(alice, None, "h", "d", "", 4).await.unwrap();
        let used = |calls, errors, last_used_at| CredentialCalls { credential: id, calls, errors, last_used_at };
        tx.add_credential_calls(&[used(3, 1, 70)]).await.unwrap();
        tx.add_credential_calls(&[used(2, 0, 90)]).await.unwrap();
        assert!(tx.put_credential_allow(id, "192.0.2.0/24").await.unwrap());
        let found = tx.credentials(0, 10).await.unwrap().remove(0);
        assert_eq!((found.calls, found.errors, found.last_used_at), (5, 1, Some(90)));
        assert_eq!(found.allow, "192.0.2.0/24");
        tx.revoke_credential(id, 5).await.unwrap();
        assert!(!tx.put_credential_allow(id, "").await.unwrap());
    }

    async fn the_audit_log_comes_newest_first(world) {
        let mut tx = world.tx().await;
        for n in 1..=3 {
            tx.add_audit(n, "staff:alice", "setting_changed", &format!("{n}")).await.unwrap();
        }
        let page = tx.audit(i64::MAX, 2).await.unwrap();
        assert_eq!(page.iter().map(|row| row.detail.as_str()).collect::<Vec<_>>(), ["3", "2"]);
        assert_eq!(tx.audit(page[1].id, 2).await.unwrap()[0].detail, "1");
    }

    async fn what_somebody_did_is_found_from_an_instant_on(world) {
        let mut tx = world.tx().await;
        let event = |n: i64, actor: &str, kind: Kind| NewEvent {
            report: ReportId(n), at: n * 10, actor: actor.into(), event: kind.examples().remove(0),
        };
        assert_eq!(tx.first_event_since(5).await.unwrap(), 1, "nothing happened yet");
        let events: Vec<NewEvent> = (1..=50)
            .map(|n| event(n, if n % 2 == 0 { "api:1" } else { "staff:alice" }, Kind::Opened))
            .collect();
        tx.add_events(&events).await.unwrap();
        let from = tx.first_event_since(400).await.unwrap();
        let done = tx.done_by("api:1", from, 100).await.unwrap();
        let found: Vec<i64> = done.iter().map(|row| row.report_id).collect();
        assert_eq!(found, [40, 42, 44, 46, 48, 50]);
        assert_eq!((done[0].at, done[0].kind), (400, Kind::Opened));
        let beyond = tx.first_event_since(9_999).await.unwrap();
        assert!(tx.done_by("api:1", beyond, 100).await.unwrap().is_empty());
    }

    async fn days_are_counted_once_and_by_category(world) {
        let reports = add(world, |ids| {
            ids.into_iter().map(|id| report(id, open(Countdown::None), Hold::None)).collect()
        }, 3).await;
        let day = at(0).as_millisecond();
        let mut tx = world.tx().await;
        let event = |n: usize, minutes: i64, actor: &str, kind: Kind| NewEvent {
            report: reports[n].id, at: day + minutes * 60_000, actor: actor.into(), event: kind.examples().remove(0),
        };
        tx.add_events(&[
            event(0, 0, "api:1", Kind::Opened), event(1, 0, "api:1", Kind::Opened), event(2, 0, "api:1", Kind::Opened),
            event(0, 5, "customer", Kind::Answered), event(0, 10, "staff:alice", Kind::Answered),
            event(0, 20, "staff:alice", Kind::Answered), event(1, 30, "staff:alice", Kind::Closed),
        ]).await.unwrap();
        let figures = tx.count_events(7, 1, 1_000).await.unwrap();
        let all = |of: fn(&DayFigures) -> i64| figures.iter().map(of).sum::<i64>();
        assert_eq!((all(|f| f.opened), all(|f| f.answered), all(|f| f.closed)), (3, 1, 1));
        assert_eq!((all(|f| f.answer_ms), all(|f| f.close_ms)), (600_000, 1_800_000));
        assert_eq!(figures.len(), 3, "three categories");
        tx.put_daily_figures(7, &figures).await.unwrap();
        tx.put_daily_figures(7, &figures).await.unwrap();
        assert_eq!(tx.daily_figures(7, 7).await.unwrap().len(), 4, "and the mark that it was counted");
    }

    async fn what_waits_for_people_is_counted_up_to_a_bound(world) {
        many(world).await;
        let mut tx = world.tx().await;
        let waiting = tx.waiting_for_people(at(0).as_millisecond(), 1_000).await.unwrap();
        assert!(waiting.queue > 1 && waiting.approval > 1 && waiting.staff > 1, "{waiting:?}");
        let bounded = tx.waiting_for_people(at(0).as_millisecond(), 1).await.unwrap();
        assert_eq!((bounded.queue, bounded.staff), (1, 1));
    }

    async fn every_filter_finds_what_it_names_and_pages_go_on_where_they_stopped(world) {
        many(world).await;
        let mut tx = world.tx().await;
        let base = ReportFilter { limit: 1_000, ..ReportFilter::default() };
        let all = tx.reports(&base).await.unwrap();
        let filters = [
            ReportFilter { turn: Some(Turn::Staff), ..base.clone() },
            ReportFilter { status: Some(Status::Open), turn: Some(Turn::Customer), ..base.clone() },
            ReportFilter { status: Some(Status::Open), category: Some("Category 1".into()), ..base.clone() },
            ReportFilter { customer: Some(("main".into(), "7".into())), status: Some(Status::Open), ..base.clone() },
            ReportFilter { address: Some("192.0.2.0/24".parse().unwrap()), ..base.clone() },
            ReportFilter { address: Some("192.0.2.1/32".parse().unwrap()), ..base.clone() },
            ReportFilter { assignee: Some(None), ..base.clone() },
            ReportFilter { assignee: Some(Some("alice".into())), ..base.clone() },
            ReportFilter { order: ReportOrder::Deadline, ..base.clone() },
            ReportFilter { deadline_before: Some(i64::MAX), ..base.clone() },
            ReportFilter { suspension: Some(SuspensionFilter::None), ..base.clone() },
            ReportFilter { suspension: Some(SuspensionFilter::Waiting), ..base.clone() },
            ReportFilter { suspension: Some(SuspensionFilter::Placed), ..base.clone() },
            ReportFilter { suspension: Some(SuspensionFilter::Released), status: Some(Status::Closed), ..base.clone() },
            ReportFilter { suspension: Some(SuspensionFilter::Trouble), ..base.clone() },
        ];
        for filter in filters {
            for order in [ReportOrder::Newest, ReportOrder::Oldest] {
                let order = if filter.order == ReportOrder::Deadline { filter.order } else { order };
                let filter = ReportFilter { order, ..filter.clone() };
                let whole = tx.reports(&filter).await.unwrap();
                assert!(whole.len() < all.len() || filter.address.is_some() || filter.assignee == Some(None), "{filter:?}");
                let mut paged = Vec::new();
                let mut page = ReportFilter { limit: 3, ..filter.clone() };
                loop {
                    let reports = tx.reports(&page).await.unwrap();
                    let Some(last) = reports.last() else { break };
                    let deadline = match last.state {
                        State::Open { countdown: Countdown::Running { deadline, .. }, .. } => deadline.as_millisecond(),
                        _ => 0,
                    };
                    page.after = Some(Place { report: last.id, deadline });
                    paged.extend(reports);
                }
                assert_eq!(paged, whole, "{filter:?}");
                assert!(!tx.plan_of_reports(&filter).await.unwrap().is_empty());
            }
        }
    }

    async fn words_are_found_once_they_were_read(world) {
        let reports = add(world, |ids| {
            ids.into_iter().map(|id| report(id, open(Countdown::None), Hold::None)).collect()
        }, 6).await;
        let numbers: Vec<ReportId> = reports.iter().map(|report| report.id).collect();
        let mut tx = world.tx().await;
        tx.read_words_of(&numbers).await.unwrap();
        tx.read_words_of(&numbers[..1]).await.unwrap();
        let wishes = tx.reports_to_read(100).await.unwrap().unwrap();
        let (last, to_read) = (wishes.last, wishes.reports);
        assert_eq!(to_read, numbers);
        let texts = tx.texts_of(&to_read).await.unwrap();
        let read: Vec<(ReportId, Vec<String>)> = to_read
            .iter()
            .map(|id| {
                let own: Vec<&str> = texts.iter().filter(|(of, _)| of == id).map(|(_, text)| text.as_str()).collect();
                let text = own.join(" ");
                (*id, words(&format!("#{} {text}", id.0), 100))
            })
            .collect();
        tx.put_words(&read, last).await.unwrap();
        tx.put_words(&read, last).await.unwrap();
        assert_eq!(tx.reports_to_read(100).await.unwrap(), None);
        let found = async |tx: &mut Tx, text: &str, order| {
            let words = Some(wanted_words(text, 10));
            ids(tx, &ReportFilter { words, order, limit: 100, ..ReportFilter::default() }).await
        };
        assert_eq!(found(&mut tx, "50% off_all", ReportOrder::Oldest).await.len(), 6);
        let newest = found(&mut tx, "CATEG", ReportOrder::Newest).await;
        assert_eq!((newest.len(), newest[0]), (6, numbers[5].0), "words may go on, newest first");
        assert!(found(&mut tx, "nowhere", ReportOrder::Newest).await.is_empty());
        let both = ReportFilter {
            words: Some(wanted_words("category", 10)),
            suspension: Some(SuspensionFilter::Placed),
            limit: 10,
            ..ReportFilter::default()
        };
        assert!(ids(&mut tx, &both).await.is_empty());
    }

    async fn views_replies_and_looks_are_kept(world) {
        let mut tx = world.tx().await;
        let mine = tx.add_saved_view("alice", "Mine", "status=open").await.unwrap();
        let all = tx.add_saved_view("", "All of us", "turn=staff").await.unwrap();
        tx.add_saved_view("bob", "His", "").await.unwrap();
        let names: Vec<String> = tx.saved_views("alice", 10).await.unwrap().into_iter().map(|view| view.name).collect();
        assert_eq!(names, ["All of us", "Mine"]);
        assert!(!tx.delete_saved_view("bob", true, mine).await.unwrap(), "not his");
        assert!(!tx.delete_saved_view("bob", false, all).await.unwrap());
        assert!(tx.delete_saved_view("bob", true, all).await.unwrap());
        let reply = QuickReply { id: 0, name: "Thanks".into(), category: String::new(), language: "de".into(), body: "Danke".into() };
        assert!(tx.put_quick_reply(&reply).await.unwrap());
        let stored = tx.quick_replies(10).await.unwrap().remove(0);
        assert!(tx.put_quick_reply(&QuickReply { body: "Vielen Dank".into(), ..stored.clone() }).await.unwrap());
        assert_eq!(tx.quick_replies(10).await.unwrap()[0].body, "Vielen Dank");
        assert!(tx.delete_quick_reply(stored.id).await.unwrap());
        assert!(!tx.put_quick_reply(&stored).await.unwrap(), "it is gone");
        let report = ReportId(7);
        make(&mut tx, 7).await;
        for name in ["alice", "bob"] {
            tx.add_staff(&staff(name), 1).await.unwrap();
        }
        tx.look_at(report, "alice", 100, 50).await.unwrap();
        tx.look_at(report, "bob", 120, 70).await.unwrap();
        assert_eq!(tx.lookers(report, "alice", 70).await.unwrap(), ["bob"]);
        assert_eq!(tx.last_look(report, "bob").await.unwrap(), Some(120));
        assert_eq!(tx.last_look(report, "carl").await.unwrap(), None);
        tx.look_at(report, "bob", 200, 150).await.unwrap();
        assert!(tx.lookers(report, "bob", 0).await.unwrap().is_empty(), "alice went long ago");
    }

    async fn merged_reports_know_their_heir(world) {
        let mut reports = add(world, |ids| {
            ids.into_iter().map(|id| report(id, open(Countdown::None), Hold::None)).collect()
        }, 2).await;
        let heir = reports.pop().unwrap();
        let report = reports.pop().unwrap();
        let mut tx = world.tx().await;
        let now = at(5);
        let ((merged, _), (heir, _)) = report.merge_into(heir, now).unwrap();
        tx.save_report(&merged).await.unwrap();
        assert_eq!(tx.merged_into(heir.id, 10).await.unwrap(), [merged.id]);
        assert_eq!(tx.report(merged.id).await.unwrap().unwrap().merged, merged.merged);
        assert!(tx.notices_of(merged.id, 10).await.unwrap().is_empty());
    }
}
