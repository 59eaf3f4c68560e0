//! A `MariaDB` server of a test's own, ended with its process id.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::whmcs::wait_until;

pub(crate) struct MariaDb {
    child: Child,
    dir: TempDir,
    port: u16,
}

/// What may be read, and by whom.
const USERS: &str = "CREATE DATABASE whmcs;
CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'hunter2';
GRANT SELECT ON whmcs.* TO 'reader'@'127.0.0.1';
CREATE USER 'writer'@'127.0.0.1' IDENTIFIED BY 'hunter3';
GRANT ALL ON whmcs.* TO 'writer'@'127.0.0.1';
USE whmcs;
";

/// Machines differ in how much asynchronous I/O they let servers have.
const NO_AIO: &str = "--innodb-use-native-aio=0";

fn program(name: &str) -> Command {
    let path = Path::new("/usr/sbin").join(name);
    let mut command = if path.exists() { Command::new(path) } else { Command::new(name) };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl MariaDb {
    /// A server with these tables.
    pub(crate) fn start(tables: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        let (data, user) = (format!("--datadir={}", path("data")), format!("--user={}", user()));
        // A server that starts removes what it takes for its own left-overs: each needs a place of its own.
        std::fs::create_dir(path("tmp")).unwrap();
        let made = program("mariadb-install-db")
            .env("TMPDIR", path("tmp"))
            .args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"])
            .args([&data, &user, NO_AIO])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        std::fs::write(
            dir.path().join("init.sql"),
            one_statement_a_line(&format!("{USERS}{tables}")),
        )
        .unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = program("mariadbd")
            .env("TMPDIR", path("tmp"))
            .args([
                "--no-defaults",
                "--bind-address=127.0.0.1",
                "--innodb-buffer-pool-size=16M",
                NO_AIO,
                &data,
                &user,
            ])
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--init-file={}", path("init.sql")))
            .spawn()
            .unwrap();
        let server = Self { child, dir, port };
        wait_until("MariaDB", || server.answers());
        server
    }

    fn answers(&self) -> bool {
        let url = self.url();
        try_sql(&url, "SELECT 1").is_ok()
    }

    /// Where the reader connects.
    pub(crate) fn url(&self) -> String {
        format!("mysql://reader:hunter2@127.0.0.1:{}/whmcs", self.port)
    }

    /// Where somebody connects who may write.
    pub(crate) fn writer(&self) -> String {
        format!("mysql://writer:hunter3@127.0.0.1:{}/whmcs", self.port)
    }

    /// Changes something.
    pub(crate) fn run(&self, sql: &str) {
        try_sql(&self.writer(), sql).unwrap();
    }
}

/// An init file has one statement a line.
fn one_statement_a_line(sql: &str) -> String {
    let statements = sql.split(";\n").map(|statement| statement.replace('\n', " "));
    statements.filter(|s| !s.trim().is_empty()).map(|s| s + ";\n").collect()
}

fn try_sql(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        use sqlx::{ConnectOptions, Executor};
        let options: sqlx::mysql::MySqlConnectOptions = url.parse()?;
        options.connect().await?.execute(sqlx::AssertSqlSafe(sql)).await.map(drop)
    })
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let _ = &self.dir;
    }
}
