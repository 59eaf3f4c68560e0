//! The web server that stands before WHMCS hands the old path to the desk: the snippets of `docs/whmcs.md` in a real
//! nginx and Apache, called by the original's PHP example with an old API ID.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::php::php;
use crate::whmcs::wait_until;
use crate::world::*;

/// A snippet of the documentation, with the desk's real address.
pub(crate) fn snippets(language: &str, desk: &Serving) -> Vec<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/whmcs.md"))
        .unwrap();
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
    parts.map(|part| part.replace("127.0.0.1:8080", desk.address())).collect()
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A web server with a configuration of its own, ended with its process id.
pub(crate) struct WebServer {
    child: Child,
    port: u16,
}

impl WebServer {
    fn start(
        name: &str,
        folder: &Path,
        configuration: impl Fn(u16) -> String,
        arguments: &[&str],
    ) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::create_dir_all(folder.join("www")).unwrap();
        std::fs::write(folder.join("www/index.html"), "this is not the desk").unwrap();
        let file = folder.join("server.conf");
        std::fs::write(&file, configuration(port)).unwrap();
        let log = std::fs::File::create(folder.join("server.log")).unwrap();
        let child = Command::new(format!("/usr/sbin/{name}"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { child, port };
        wait_until(&format!("{name} (see {})", folder.join("server.log").display()), || {
            TcpStream::connect(("127.0.0.1", server.port)).is_ok()
        });
        server
    }

    pub(crate) fn nginx(folder: &Path, http: &str, server: &str) -> Self {
        let place = folder.display();
        let user = user();
        let configuration = |port: u16| {
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
                .concat();
            format!(
                "user {user};\npid {place}/nginx.pid;\nerror_log {place}/error.log;\nevents {{}}\nhttp {{\n{temporary}\
                 access_log off;\n{http}\nserver {{\nlisten 127.0.0.1:{port};\nroot {place}/www;\n{server}\n}}\n}}\n"
            )
        };
        let file = folder.join("server.conf").display().to_string();
        Self::start("nginx", folder, configuration, &["-c", &file, "-g", "daemon off;"])
    }

    fn apache(folder: &Path, server: &str) -> Self {
        let place = folder.display();
        let user = user();
        // Apache will not run as root; then its children are somebody else.
        let as_whom = if user == "root" { "User www-data\nGroup www-data\n" } else { "" };
        let configuration = |port: u16| {
            let modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "rewrite"]
                .map(|name| {
                    format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
                })
                .concat();
            format!(
                "ServerRoot {place}\nServerName billing.example.com\nListen 127.0.0.1:{port}\nPidFile {place}/apache.pid\n\
                 DefaultRuntimeDir {place}\nErrorLog {place}/error.log\n{modules}{as_whom}DocumentRoot {place}/www\n{server}\n"
            )
        };
        let file = folder.join("server.conf").display().to_string();
        Self::start("apache2", folder, configuration, &["-f", &file, "-DFOREGROUND"])
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/billing", self.port)
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        let ended =
            Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        drop(ended);
        drop(self.child.wait());
    }
}

/// A folder that the children of a web server may look into.
pub(crate) fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

const OLD: &str = "OldIdentifierOfTheFeedScript0001";

fn world_with_an_old_identifier() -> World {
    let mut world = World::new(Engine::Sqlite);
    world.write("ids.csv", &format!("identifier,owner,description\n{OLD},alice,feed\n"));
    world.ok(&["credential", "import-whmcs", "--csv", "ids.csv"]);
    OLD.clone_into(&mut world.api_id);
    world
}

/// Where this server leads whoever opens a page.
pub(crate) fn leads_to(server: &WebServer, path: &str) -> String {
    use std::io::{Read, Write};
    let mut wire = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: billing.example.com\r\nConnection: close\r\n\r\n");
    wire.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    wire.read_to_string(&mut answer).unwrap();
    let head = answer.split("\r\n\r\n").next().unwrap();
    let place = head.lines().find_map(|line| line.strip_prefix("Location: "));
    place.unwrap_or(head.lines().next().unwrap()).to_owned()
}

/// The public page of the original is another address now, and other pages are not.
pub(crate) fn leads_old_links_on(server: &WebServer) {
    for old in ["/index.php?m=abusemanagerpro", "/billing/index.php?a=b&m=abusemanagerpro&c=d"] {
        assert_eq!(leads_to(server, old), "https://abuse.example.com/report-abuse", "{old}");
    }
    for other in ["/index.html?m=other", "/index.html?x=m-abusemanagerpro"] {
        assert!(leads_to(server, other).contains(" 200 "), "{other}");
    }
}

/// The example of the original works through this server, and so does the check.
fn works(world: &World, server: &WebServer) {
    leads_old_links_on(server);
    let answer = php(&server.url(), world, "immediate", false);
    assert_eq!(answer, r#"{"status":"success","report_id":1}"#);
    world.wait_for(1, "suspended");
    let said = world.ok(&["credential", "check", &server.url(), "--identifier", OLD]);
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 2, "{said}");
    assert_eq!(
        world.json(&["report", "list"]).as_array().unwrap().len(),
        1,
        "the check creates nothing"
    );
    let output = world.run(&[
        "credential",
        "check",
        &server.url(),
        "--identifier",
        "SomebodyElsesIdentifier0000001",
    ]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.code() == Some(1) && said.contains("does not know this API ID"),
        "{said}"
    );
}

#[test]
fn nginx_hands_the_old_path_over() {
    let world = world_with_an_old_identifier();
    let desk = world.serve();
    let parts = snippets("nginx", &desk);
    let [http, server] = parts.as_slice() else { panic!("two snippets: {parts:?}") };
    let place = folder();
    works(&world, &WebServer::nginx(place.path(), http, server));
}

#[test]
fn nginx_without_the_setting_is_named_by_the_check() {
    let world = world_with_an_old_identifier();
    let desk = world.serve();
    let parts = snippets("nginx", &desk);
    let place = folder();
    let nginx = WebServer::nginx(place.path(), "", &parts[1]);
    let answer = php(&nginx.url(), &world, "immediate", false);
    assert!(answer.contains("AMP001"), "{answer}");
    let output = world.run(&["credential", "check", &nginx.url(), "--identifier", OLD]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("underscores_in_headers on"), "{said}");
}

#[test]
fn apache_hands_the_old_path_over() {
    let world = world_with_an_old_identifier();
    let desk = world.serve();
    let place = folder();
    works(&world, &WebServer::apache(place.path(), &snippets("apache", &desk)[0]));
}

#[test]
fn a_web_server_that_does_not_hand_over_is_named_by_the_check() {
    let world = world_with_an_old_identifier();
    let place = folder();
    let nginx = WebServer::nginx(place.path(), "", "");
    let output = world.run(&["credential", "check", &nginx.url(), "--identifier", OLD]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("that is not the desk"), "{said}");
    let nobody = world.run(&["credential", "check", "http://127.0.0.1:1/", "--identifier", OLD]);
    assert!(String::from_utf8(nobody.stdout).unwrap().contains("no connection to"));
}
