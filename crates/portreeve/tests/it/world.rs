//! A desk of one's own for each test: a folder, a database, a panel that a script plays, a port.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Where the tests' PostgreSQL listens; `cargo xtask test` starts one and sets this.
const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(40);

/// The path that scripts of the original know.
pub(crate) const AMP: &str = "/modules/addons/abusemanagerpro/includes/api.php";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Makes a test of it for each engine, which it is given.
macro_rules! on_each {
    ($(fn $name:ident($engine:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            fn story($engine: Engine) $body

            #[test]
            fn on_sqlite() {
                story(Engine::Sqlite);
            }

            #[test]
            fn on_postgres() {
                story(Engine::Postgres);
            }
        })+
    };
}
pub(crate) use on_each;

/// Makes a test of it in the usual world on each engine.
macro_rules! on_both {
    ($(fn $name:ident($world:ident) $body:block)+) => {
        $crate::world::on_each! {
            $(fn $name(engine) {
                let $world = World::new(engine);
                $body
            })+
        }
    };
}
pub(crate) use on_both;

/// The panel: keeps each service's state in a file and writes down every call and every change.
const HOOK: &str = r#"#!/bin/sh
dir=$1
id=$PORTREEVE_SERVICE_ID
state=$dir/state-$id
[ -f "$state" ] || echo active > "$state"
mode=$(cat "$dir/mode" 2>/dev/null)
echo "$PORTREEVE_ACTION $id order=$PORTREEVE_ORDER_ID report=$PORTREEVE_REPORT_ID $PORTREEVE_REASON" >> "$dir/calls"
case $PORTREEVE_ACTION in
observe)
  [ "$mode" = unknown ] && { echo unknown; exit 0; }
  head -n 1 "$state"; exit 0;;
suspend) want="suspended $PORTREEVE_REASON";;
unsuspend) want=active;;
esac
have=$(cut -d' ' -f1 "$state")
change() {
  [ "$(cut -d' ' -f1 "$state")" = "${want%% *}" ] || echo "$PORTREEVE_ACTION $id" >> "$dir/changes"
  echo "$want" > "$state"
}
once() { [ -f "$dir/once" ] && return 1; touch "$dir/once"; }
case $mode in
later) n=$(cat "$dir/n" 2>/dev/null || echo 0); n=$((n + 1)); echo $n > "$dir/n"; [ $n -gt 3 ] || { echo busy >&2; exit 75; };;
hang) once && sleep 60;;
hang-after) if once; then change; sleep 60; fi;;
die) if once; then change; kill -9 $$; fi;;
fail-after) if once; then change; exit 1; fi;;
fail) once && exit 1;;
lag) if once; then (sleep 3; change) & exit 0; fi; exit 0;;
slow) once && sleep 3;;
refuse) echo "no module for this service" >&2; exit 20;;
already) exit 10;;
unknown-then) once && { change; echo unknown > "$dir/mode"; exit 0; };;
esac
[ "$have" = "${want%% *}" ] && exit 10
change
exit 0
"#;

pub(crate) struct World {
    pub(crate) engine: Engine,
    dir: TempDir,
    database: Option<Database>,
    pub(crate) api_id: String,
}

/// A database of its own on the tests' server; dropped at the end.
struct Database {
    server: String,
    name: String,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl World {
    /// A desk with the hook as its panel, mail in a folder, a few services and one credential.
    pub(crate) fn new(engine: Engine) -> Self {
        let mut world = Self::bare(engine);
        world.write("portreeve.toml", &world.options("observe = true"));
        world.write("services.csv", SERVICES);
        world.ok(&["service", "import", "services.csv"]);
        world.ok(&["staff", "add", "alice", "--email", "alice@example.com", "--role", "admin"]);
        world.api_id = world.new_credential("alice");
        world
    }

    /// A folder and a database with nothing in them, and no configuration.
    pub(crate) fn bare(engine: Engine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(Database::create);
        let world = Self { engine, dir, database, api_id: String::new() };
        std::fs::create_dir(world.path("panel")).unwrap();
        world.write("hook.sh", HOOK);
        world
    }

    /// The usual configuration, with more lines for the enforcer.
    pub(crate) fn options(&self, enforcer: &str) -> String {
        let database = self.database.as_ref().map_or(String::new(), |database| {
            format!("[database]\nurl = \"{}/{}\"\n", database.server, database.name)
        });
        format!(
            "data_dir = \"{}\"\n{database}[mail.out]\nkind = \"folder\"\n\
             from = \"Abuse desk <abuse@example.com>\"\npath = \"{}\"\n\
             [[enforcer]]\nkind = \"exec\"\ncommand = [\"/bin/sh\", \"{}\", \"{}\"]\n\
             timeout = \"2s\"\nretry_min = \"100ms\"\nretry_max = \"1s\"\n{enforcer}\n",
            self.path("data").display(),
            self.path("mail").display(),
            self.path("hook.sh").display(),
            self.path("panel").display(),
        )
    }

    /// Where this world's database is.
    pub(crate) fn database_url(&self) -> String {
        let database = self.database.as_ref().unwrap();
        format!("{}/{}", database.server, database.name)
    }

    /// Runs SQL in this world's database.
    pub(crate) fn sql(&self, text: &str) {
        match &self.database {
            Some(_) => sql_in(&self.database_url(), text),
            None => {
                let (file, text) = (self.path("data/portreeve.db"), text.to_owned());
                block_on(async move {
                    use sqlx::{ConnectOptions, Executor};
                    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                    let mut connection = options.connect().await.unwrap();
                    connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
                });
            }
        }
    }

    /// Rows of a table.
    pub(crate) fn count(&self, table: &str) -> i64 {
        use sqlx::{ConnectOptions, Connection};
        let text = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let counted = Arc::new(AtomicI64::new(-1));
        let into = Arc::clone(&counted);
        let place = self.database.as_ref().map(|_| self.database_url());
        let file = self.path("data/portreeve.db");
        block_on(async move {
            let number = match place {
                Some(url) => {
                    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
                    sqlx::query_scalar(text).fetch_one(&mut connection).await
                }
                None => {
                    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                    let mut connection = options.connect().await.unwrap();
                    sqlx::query_scalar(text).fetch_one(&mut connection).await
                }
            };
            into.store(number.unwrap(), Ordering::Relaxed);
        });
        counted.load(Ordering::Relaxed)
    }

    /// Makes the database itself refuse reports of a category.
    pub(crate) fn refuse_category(&self, category: &str) {
        let text = match self.engine {
            Engine::Postgres => format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
                 CREATE TRIGGER refuse BEFORE INSERT ON reports FOR EACH ROW
                    WHEN (NEW.category = '{category}') EXECUTE FUNCTION refuse()"
            ),
            Engine::Sqlite => format!(
                "CREATE TRIGGER refuse BEFORE INSERT ON reports WHEN NEW.category = '{category}'
                    BEGIN SELECT RAISE(ABORT, 'refused'); END"
            ),
        };
        self.sql(&text);
    }

    /// Shuts everybody out of the database, or lets them in again.
    pub(crate) fn close_database(&self, closed: bool) {
        let Some(Database { server, name }) = &self.database else { return };
        sql(server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !closed));
        if closed {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
            sql(server, &format!("{end} = '{name}'"));
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The binary, to be run in the folder of this world.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portreeve"));
        command.args(args).current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must succeed and reads this from standard input.
    pub(crate) fn ok_reading(&self, args: &[&str], input: &str) -> String {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail with this status, and returns what it complained.
    pub(crate) fn fails(&self, status: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {stderr}");
        stderr
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let args = [args, &["--json"]].concat();
        serde_json::from_str(&self.ok(&args)).unwrap()
    }

    pub(crate) fn set(&self, key: &str, value: &str) {
        self.ok(&["settings", "set", key, value]);
    }

    pub(crate) fn new_credential(&self, staff: &str) -> String {
        let made = self.json(&["credential", "add", "--staff", staff]);
        made["identifier"].as_str().unwrap().to_owned()
    }

    pub(crate) fn report(&self, id: i64) -> Value {
        self.json(&["report", "show", &id.to_string()])
    }

    pub(crate) fn suspension(&self, id: i64) -> String {
        self.report(id)["suspension"]["state"].as_str().unwrap().to_owned()
    }

    /// How often an event of this kind stands in a report's history.
    pub(crate) fn events(&self, id: i64, kind: &str) -> usize {
        let known = portreeve_core::event::Kind::parse(kind);
        assert!(known.is_some(), "there is no kind {kind}, so nothing of it ever happens");
        let report = self.report(id);
        report["events"].as_array().unwrap().iter().filter(|event| event["kind"] == kind).count()
    }

    /// Waits until a report's suspension is in this state.
    pub(crate) fn wait_for(&self, id: i64, state: &str) {
        let what = format!("report {id} to be {state}");
        let mut last = Value::Null;
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            last = self.report(id);
            if last["suspension"]["state"] == state {
                return;
            }
            std::thread::sleep(Duration::from_millis(60));
        }
        panic!("waited in vain for {what}: {last:#}\ncalls:\n{}", self.read("panel/calls"));
    }

    /// The panel behaves like this from now on.
    pub(crate) fn panel_mode(&self, mode: &str) {
        self.write("panel/mode", mode);
        drop(std::fs::remove_file(self.path("panel/once")));
    }

    pub(crate) fn panel_state(&self, service: i64) -> String {
        self.read(&format!("panel/state-{service}")).trim().to_owned()
    }

    pub(crate) fn set_panel_state(&self, service: i64, state: &str) {
        self.write(&format!("panel/state-{service}"), &format!("{state}\n"));
    }

    /// Lines of the panel's list of calls or changes that begin with this.
    pub(crate) fn panel_lines(&self, file: &str, begin: &str) -> usize {
        self.read(&format!("panel/{file}")).lines().filter(|l| l.starts_with(begin)).count()
    }

    /// Mails whose file name has this part.
    pub(crate) fn mails(&self, part: &str) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.path("mail")) else { return Vec::new() };
        let mut names: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
        names.retain(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.ends_with(".eml") && name.contains(part)
        });
        names.sort();
        names.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// Starts a desk on a free port.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, env: &[(&str, &str)]) -> Serving {
        let serving = self.start(env);
        serving.wait_until_ready();
        serving
    }

    /// Starts a desk and does not wait until it is ready.
    pub(crate) fn start(&self, env: &[(&str, &str)]) -> Serving {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = self
            .command(&["serve"])
            .env("PORTREEVE_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .envs(env.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = self.path(&format!("serve-{port}.log"));
        keep(child.stderr.take().unwrap(), &log);
        Serving { child, base: format!("http://127.0.0.1:{port}"), log }
    }
}

/// Writes a pipe into a file, so that it never fills.
fn keep(pipe: impl std::io::Read + Send + 'static, file: &Path) {
    let mut file = std::fs::File::create(file).unwrap();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            drop(writeln!(file, "{line}"));
        }
    });
}

/// A desk that runs; ended with its own process id.
pub(crate) struct Serving {
    child: Child,
    pub(crate) base: String,
    log: PathBuf,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

/// A file that came back.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The error code, or the empty text for a success.
    pub(crate) fn code(&self) -> String {
        self.json()["error_code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn report_id(&self) -> i64 {
        self.json()["report_id"].as_i64().unwrap_or_else(|| panic!("no report: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    config
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .build()
        .new_agent()
}

impl Serving {
    fn wait_until_ready(&self) {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if agent().get(format!("{}/readyz", self.base)).call().is_ok_and(|r| r.status() == 200)
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        panic!("the desk did not start: {}", self.log());
    }

    /// Where it listens, for those who speak to it without a client's help.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(agent().get(format!("{}{path}", self.base)).call()).unwrap()
    }

    /// Fetches a file, which need not be text.
    pub(crate) fn download(&self, path: &str, headers: &[(&str, &str)]) -> File {
        let mut request = agent().get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().unwrap();
        File {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.body_mut().read_to_vec().unwrap(),
        }
    }

    /// Sends any request.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = if body.is_empty() {
            agent().run(request.body(()).unwrap())
        } else {
            agent().run(request.body(body).unwrap())
        };
        answer(sent).unwrap_or_else(|| panic!("no answer: {}", self.log()))
    }

    /// Posts a body to the endpoint; nothing when no answer came.
    pub(crate) fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut request = agent().post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(body))
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_post(path, headers, body).unwrap_or_else(|| panic!("no answer: {}", self.log()))
    }

    /// Calls the endpoint with an API ID and an urlencoded body.
    pub(crate) fn call(&self, api_id: &str, body: &str) -> Answer {
        let headers = [("API_ID", api_id), ("Content-Type", "application/x-www-form-urlencoded")];
        self.post(AMP, &headers, body.as_bytes())
    }

    /// Creates a report and returns its number.
    pub(crate) fn create(&self, world: &World, fields: &str) -> i64 {
        self.call(&world.api_id, &format!("action=create&{fields}")).report_id()
    }

    /// Asks the process to stop and waits for its end.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        self.signal("TERM");
        self.child.wait().unwrap()
    }

    /// Ends the process like a power cut would: it gets no word.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn answer(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Option<Answer> {
    let mut response = result.ok()?;
    Some(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_string().ok()?,
    })
}

impl Database {
    fn create() -> Self {
        let server = std::env::var(POSTGRES)
            .unwrap_or_else(|_| panic!("{POSTGRES} is not set: run `cargo xtask test`"));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("world_{}_{number}", std::process::id());
        sql(&server, &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        sql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn sql(server: &str, text: &str) {
    sql_in(&format!("{server}/postgres"), text);
}

fn sql_in(url: &str, text: &str) {
    let (url, text) = (url.to_owned(), text.to_owned());
    block_on(async move {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
    });
}

fn block_on(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work);
}

/// 1 to 9, as the tests need them.
const SERVICES: &str = "\
service_id,customer_id,customer_name,customer_email,product,domain,status,dedicated_ip,assigned_ips,protected
1,11,Ada,ada@example.com,VPS,shop.example.com,active,192.0.2.1,,
2,12,Ben,ben@example.net,VPS,,active,,,
3,13,Cleo,,VPS,,active,192.0.2.3,,
4,14,Dev,dev@example.com,VPS,,active,192.0.2.4,198.51.100.0/28,true
5,15,Eve,eve@example.com,VPS,,suspended,192.0.2.5,,
6,16,Finn,finn@example.com,VPS,,terminated,192.0.2.6,,
7,17,Gil,gil@example.com,VPS,,active,192.0.2.7,,
8,18,Hana,hana@example.com,VPS,,active,192.0.2.8,2001:db8:8::/64,
9,19,Ivo,ivo@example.com,VPS,,active,192.0.2.9,,
";

/// Waits until something is so.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(60));
    }
    panic!("waited in vain until {what}");
}

/// The number of seconds for which something is given the chance to go wrong.
pub(crate) fn let_pass(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}
