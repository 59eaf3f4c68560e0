//! Moving over from Abuse Manager Pro: old API IDs, and the web server that stands before WHMCS.

use crate::mariadb::MariaDb;
use crate::world::*;

/// WHMCS's table of API credentials, as far as it is read, and its administrators.
const TABLES: &str = "CREATE TABLE tbladmins (id INT, username TEXT);
CREATE TABLE tbldeviceauth (id INT, identifier VARCHAR(255), secret VARCHAR(255), compat_secret VARCHAR(255), user_id INT,
    is_admin TINYINT, role_ids TEXT, description TEXT, last_access TIMESTAMP NULL, created_at TIMESTAMP NULL,
    updated_at TIMESTAMP NULL, deleted_at TIMESTAMP NULL);
INSERT INTO tbladmins VALUES (1, 'Alice'), (2, 'bob');
INSERT INTO tbldeviceauth (id, identifier, secret, user_id, is_admin, description, deleted_at) VALUES
    (1, 'OldIdentifierOfTheFeedScript0001', '$2y$10$x', 1, 1, 'feed script', NULL),
    (2, 'OldIdentifierOfBobsScript0000002', '$2y$10$x', 2, 1, 'of bob', NULL),
    (3, 'OldIdentifierThatWasDeleted00003', '$2y$10$x', 1, 1, 'deleted', '2025-01-01 00:00:00'),
    (4, 'OldIdentifierOfACustomer00000004', '$2y$10$x', 1, 0, 'a customer', NULL);
";

on_each! {
    fn the_api_ids_of_whmcs_go_on_working(engine) {
        let database = MariaDb::start(TABLES);
        let world = World::new(engine);
        let url = database.url();
        let import = ["credential", "import-whmcs", "--database", &url];
        let shown = world.run(&[&import[..], &["--staff", "alice", "--dry-run"]].concat());
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(
            shown.contains("2 credentials would be imported") && !shown.contains("OldIdentifier"),
            "{shown}"
        );
        let serving = world.serve();
        let old = "OldIdentifierOfTheFeedScript0001";
        let report = "action=create&service_id=1&category=Spam";
        assert_eq!(serving.call(old, report).code(), "AMP001");

        let complaint = world.fails(1, &import);
        assert!(
            complaint.contains("no staff account \"bob\"") && complaint.contains("--staff"),
            "{complaint}"
        );
        let came = world.json(&[&import[..], &["--staff", "alice"]].concat());
        assert_eq!((&came["taken_over"], &came["there_already"]), (&1.into(), &1.into()));
        let_pass(1.0);
        for identifier in [old, "OldIdentifierOfBobsScript0000002"] {
            assert_eq!(serving.call(identifier, report).code(), "", "{identifier}");
        }
        for identifier in ["OldIdentifierThatWasDeleted00003", "OldIdentifierOfACustomer00000004"] {
            assert_eq!(serving.call(identifier, report).code(), "AMP001", "{identifier}");
        }
        let again = world.json(&[&import[..], &["--staff", "alice"]].concat());
        assert_eq!((&again["taken_over"], &again["there_already"]), (&0.into(), &2.into()));
        assert!(!world.ok(&["credential", "list", "--json"]).contains("OldIdentifier"));
    }
}

#[test]
fn api_ids_come_from_a_csv_export_too() {
    let world = World::new(Engine::Sqlite);
    world.write(
        "ids.csv",
        "\u{feff}Identifier,Owner,Description\nOldIdentifierOfTheFeedScript0001,ALICE,\"feed, nightly\"\nshort,alice,\n\"bad id\",alice,x\n",
    );
    let complaint = world.fails(1, &["credential", "import-whmcs", "--csv", "ids.csv"]);
    assert!(
        complaint.contains("can be guessed") && complaint.contains("printable ASCII"),
        "{complaint}"
    );
    let list = world.json(&["credential", "list"]);
    assert!(
        list.as_array().unwrap().iter().any(|one| one["description"] == "feed, nightly"),
        "{list}"
    );
    world.write("odd.csv", "id,owner\n1,alice\n");
    let complaint = world.fails(1, &["credential", "import-whmcs", "--csv", "odd.csv"]);
    assert!(complaint.contains("no column identifier"), "{complaint}");
    assert!(world.fails(2, &["credential", "import-whmcs"]).contains("--database"));
    let unreachable =
        ["credential", "import-whmcs", "--database", "mysql://a:hunter2@127.0.0.1:1/x"];
    let complaint = world.fails(1, &unreachable);
    assert!(
        complaint.contains("can't be reached") && !complaint.contains("hunter2"),
        "{complaint}"
    );
}
