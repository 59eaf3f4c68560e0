//! A directory that is a query: WHMCS's own tables in a real `MariaDB`, anybody's table in PostgreSQL.

use serde_json::Value;

use crate::mariadb::MariaDb;
use crate::world::*;

/// The part of WHMCS's tables that the query of `docs/whmcs.md` reads.
const WHMCS: &str = "CREATE TABLE tblclients (id INT, firstname TEXT, lastname TEXT, companyname TEXT, email TEXT, language TEXT);
CREATE TABLE tblproducts (id INT, name TEXT);
CREATE TABLE tblservers (id INT, name TEXT);
CREATE TABLE tblhosting (id INT, userid INT, packageid INT, server INT, domain TEXT, username TEXT, password TEXT,
    domainstatus TEXT, dedicatedip TEXT, assignedips TEXT);
INSERT INTO tblclients VALUES (7, 'Ada', 'O&#039;Byrne', '', 'ada@example.com', 'german');
INSERT INTO tblproducts VALUES (1, 'Web &amp; Mail');
INSERT INTO tblservers VALUES (1, 'Saturn');
INSERT INTO tblhosting VALUES (17, 7, 1, 1, 'shop.example.com', 'shop', 'hunter4', 'Active', '192.0.2.17', '192.0.2.18\\r\\n198.51.100.0/29 pool');
INSERT INTO tblhosting VALUES (18, 7, 1, 0, '', 'blog', 'hunter4', 'Completed', NULL, NULL);
";

/// The query that the documentation gives.
fn documented_query() -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/whmcs.md"))
        .unwrap();
    let (_, rest) = page.split_once("query = \"\"\"\n").unwrap();
    rest.split_once("\"\"\"").unwrap().0.to_owned()
}

fn desk(engine: Engine, url: &str, query: &str, more: &str) -> World {
    let mut world = World::bare(engine);
    let whole = world.options("");
    let (before, _) = whole.split_once("[[enforcer]]").unwrap();
    let directory = format!(
        "[[directory]]\nkind = \"sql\"\nurl = \"{url}\"\nquery = \"\"\"\n{query}\"\"\"\n{more}\n"
    );
    world.write("portreeve.toml", &format!("{before}{directory}"));
    world.ok(&["staff", "add", "alice", "--email", "alice@example.com", "--role", "admin"]);
    world.api_id = world.new_credential("alice");
    world
}

fn synced(world: &World) -> [i64; 4] {
    let came = world.json(&["directory", "sync", "sql"]);
    ["services", "new", "changed", "ended"].map(|key| came[key].as_i64().unwrap())
}

on_each! {
    fn whmcs_own_tables_in_mariadb_are_a_directory(engine) {
        let database = MariaDb::start(WHMCS);
        let world = desk(engine, &database.url(), &documented_query(), "entities = true");
        let good = world.ok(&["directory", "test", "sql"]);
        assert!(good.contains("columns that are used") && !good.contains("MISSING"), "{good}");
        assert_eq!(synced(&world), [2, 2, 0, 0]);
        let service = world.json(&["service", "show", "17"]);
        assert_eq!(
            (&service["customer_name"], &service["product"]),
            (&"Ada O'Byrne".into(), &"Web & Mail".into())
        );
        assert_eq!((&service["language"], &service["customer_id"]), (&"de".into(), &"7".into()));
        assert_eq!(service["resources"].as_array().unwrap().len(), 4, "{service}");
        assert_eq!(world.json(&["service", "show", "18"])["status"], "active");
        assert_eq!(world.json(&["who-had", "198.51.100.3"])[0]["service_id"], 17);
        assert_eq!(synced(&world), [2, 0, 0, 0]);

        let serving = world.serve();
        database.run(
            "INSERT INTO tblhosting VALUES (19, 7, 1, 1, '', 'new', 'x', 'Active', '192.0.2.19', '')",
        );
        let id = serving.create(&world, "service_id=19&category=Spam");
        assert_eq!(world.report(id)["service_ip"], "192.0.2.19", "asked for at once");
        assert_eq!(
            serving.call(&world.api_id, "action=create&service_id=20&category=Spam").code(),
            "AMP101"
        );
        drop(serving);
        database.run("UPDATE tblhosting SET userid = 8 WHERE id = 17");
        database.run("INSERT INTO tblclients VALUES (8, 'Max', 'M', 'Engines', 'max@example.com', '')");
        assert_eq!(synced(&world), [3, 0, 1, 0]);
        assert_eq!(world.json(&["service", "show", "17"])["customer_name"], "Max M (Engines)");
        // One bad row is named and is not gone.
        database.run("UPDATE tblhosting SET domainstatus = 'Odd' WHERE id = 18");
        let output = world.run(&["directory", "sync", "sql"]);
        assert!(
            output.status.success()
                && String::from_utf8_lossy(&output.stderr).contains("service 18: status")
        );
        assert!(world.json(&["service", "show", "18"])["ended_at"].is_null());
    }
}

#[test]
fn what_is_wrong_with_a_query_is_said_and_nothing_is_ever_written() {
    let database = MariaDb::start(WHMCS);
    for (query, words) in [
        ("SELECT * FROM nowhere", "doesn't exist"),
        ("SELECT id FROM tblhosting", "no column service_id"),
        ("SELECT 'x' AS service_id FROM tblhosting", "service_id “x”"),
    ] {
        let world = desk(Engine::Sqlite, &database.url(), query, "");
        let tried = world.run(&["directory", "test", "sql"]);
        let said = String::from_utf8_lossy(&tried.stdout).into_owned();
        let synced = world.fails(1, &["directory", "sync", "sql"]);
        assert!(said.contains(words) || synced.contains(words), "{query}: {said} {synced}");
        assert!(!said.contains("hunter") && !synced.contains("hunter"), "no password is shown");
    }
    // Somebody who may write gives us a query that does.
    let world = desk(
        Engine::Sqlite,
        &database.writer(),
        "DELETE FROM tblhosting RETURNING id AS service_id",
        "",
    );
    let refused = world.fails(1, &["directory", "sync", "sql"]);
    assert!(refused.to_lowercase().contains("read only"), "{refused}");
    database.run("SELECT 1 / (SELECT count(*) = 2 FROM tblhosting)");
    let wrong = database.url().replace("hunter2", "hunter9");
    let world = desk(Engine::Sqlite, &wrong, "SELECT 1 AS service_id", "");
    let refused = world.fails(1, &["directory", "sync", "sql"]);
    assert!(refused.contains("Access denied") && !refused.contains("hunter9"), "{refused}");
}

#[test]
fn anybodys_table_in_postgres_is_a_directory() {
    // The desk's own database serves as somebody else's.
    let other = World::bare(Engine::Postgres);
    let url = other.database_url();
    other.sql(
        "CREATE TABLE machines (id BIGINT, owner INT, address INET, nets CIDR[], safe BOOLEAN, since TIMESTAMPTZ);
         INSERT INTO machines VALUES (5, 70, '192.0.2.5', '{198.51.100.0/30,2001:db8::/64}', TRUE, '2026-01-31 10:00:00+00'),
            (6, 71, '192.0.2.6', NULL, FALSE, NULL)",
    );
    let query = "SELECT id AS service_id, owner AS customer_id, host(address) AS dedicated_ip,
        array_to_string(nets, ' ') AS assigned_ips, safe AS protected,
        to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\\\"T\\\"HH24:MI:SS\\\"Z\\\"') AS valid_from FROM machines;";
    let world = desk(Engine::Sqlite, &url, query, "");
    assert_eq!(synced(&world), [2, 2, 0, 0]);
    let shown: Value = world.json(&["service", "show", "5"]);
    assert_eq!((&shown["protected"], &shown["customer_id"]), (&true.into(), &"70".into()));
    assert_eq!(shown["resources"].as_array().unwrap().len(), 3);
    let held = world.json(&["who-had", "192.0.2.5"]);
    assert_eq!(
        (&held[0]["from"], &held[0]["certainty"]),
        (&"2026-01-31T10:00:00.000Z".into(), &"exact".into())
    );
    other.sql("DROP TABLE machines");
    let refused = world.fails(1, &["directory", "sync", "sql"]);
    assert!(refused.contains("machines") && refused.contains("does not exist"), "{refused}");
    assert!(world.json(&["service", "show", "5"])["ended_at"].is_null());
}
