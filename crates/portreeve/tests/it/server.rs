//! Connections: slow ones, many of them, encrypted ones, and their end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::world::{AMP, Engine, Serving, World, eventually};

const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: desk.example.com\r\n\r\n";

fn connect(desk: &Serving) -> TcpStream {
    let stream = TcpStream::connect(desk.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

/// What comes in until the other side ends it.
fn all_of(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    // A reset ends it as well.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

/// Sends a request and reads the one answer, whose body is short.
fn ask(stream: &mut (impl Read + Write), request: &str) -> String {
    let _ = stream.write_all(request.as_bytes());
    let mut answer = [0; 4096];
    let mut filled = 0;
    while !answer[..filled].windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut answer[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(length) => filled += length,
        }
    }
    String::from_utf8_lossy(&answer[..filled]).into_owned()
}

#[test]
fn callers_who_dawdle_are_cut_off_while_others_are_served() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let started = Instant::now();

    // A head, byte by byte.
    let mut dripping = connect(&desk);
    let mut drops = dripping.try_clone().unwrap();
    let head = std::thread::spawn(move || {
        let cut_off = all_of(&mut dripping);
        (cut_off, started.elapsed())
    });
    std::thread::spawn(move || {
        for byte in ALIVE.bytes() {
            if drops.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    });

    // A body that stops in the middle.
    let mut stalled = connect(&desk);
    let body = "action=create&service_id=1&category=Spam&additional_info=Half+a+t";
    let request = format!(
        "POST {AMP} HTTP/1.1\r\nHost: desk.example.com\r\nAPI_ID: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n{body}",
        world.api_id
    );
    stalled.write_all(request.as_bytes()).unwrap();

    // A connection that is kept and used now and then.
    let mut kept = connect(&desk);
    for _ in 0..3 {
        assert!(ask(&mut kept, ALIVE).starts_with("HTTP/1.1 200 "));
        std::thread::sleep(Duration::from_secs(6));
    }
    let created = desk.create(&world, "service_id=2&category=Spam");
    assert_eq!(created, 1);

    let (answer, after) = head.join().unwrap();
    assert_eq!(answer, "");
    assert!(after > Duration::from_secs(9) && after < Duration::from_secs(20), "{after:?}");

    let answer = all_of(&mut stalled);
    assert!(answer.contains("AMP003"), "{answer}");
    assert!(started.elapsed() > Duration::from_secs(29), "{:?}", started.elapsed());
    let stored = world.json(&["report", "list"]);
    assert_eq!(stored.as_array().unwrap().len(), 1, "half a text is no report");
}

#[test]
fn beyond_the_limit_callers_are_told_to_come_again() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve_with(&[("PORTREEVE_SERVER__MAX_CONNECTIONS", "4")]);
    // The client that asked whether the desk is ready may still hold its connection.
    let mut held: Vec<TcpStream> = Vec::new();
    eventually("four are connected", || {
        held.clear();
        held.extend((0..4).map(|_| connect(&desk)));
        held.iter_mut().all(|stream| ask(stream, ALIVE).starts_with("HTTP/1.1 200 "))
    });

    let body = "action=create&service_id=1&category=Spam";
    let request = format!(
        "POST {AMP} HTTP/1.1\r\nHost: desk.example.com\r\nAPI_ID: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        world.api_id,
        body.len()
    );
    for _ in 0..20 {
        let mut refused = connect(&desk);
        let _ = refused.write_all(request.as_bytes());
        let answer = all_of(&mut refused);
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("\r\nRetry-After: 5\r\n"), "{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{answer}");
        assert!(body.contains("AMP105"), "{answer}");
    }
    assert!(ask(&mut held[0], ALIVE).starts_with("HTTP/1.1 200 "), "who is in stays in");

    held.pop();
    eventually("the place that became free is given away", || {
        ask(&mut connect(&desk), ALIVE).starts_with("HTTP/1.1 200 ")
    });
    held.clear();
    // The desk sees in a moment that they have gone; who is turned away until then leaves nothing behind.
    eventually("there is room for a report", || desk.call(&world.api_id, body).status == 200);
    assert_eq!(world.json(&["report", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn two_thousand_idle_connections_stand_in_nobodys_way() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let mut idle: Vec<TcpStream> = (0..2_000).map(|_| connect(&desk)).collect();
    // Half of them have made a request before.
    for stream in idle.iter_mut().step_by(2) {
        assert!(ask(stream, ALIVE).starts_with("HTTP/1.1 200 "));
    }
    let started = Instant::now();
    for number in 1..=50 {
        assert_eq!(desk.create(&world, "service_id=1&category=Spam"), number);
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(ask(&mut idle[1999], ALIVE).starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_stop_closes_idle_connections_at_once() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let mut used = connect(&desk);
    assert!(ask(&mut used, ALIVE).starts_with("HTTP/1.1 200 "));
    let mut unused = connect(&desk);
    let started = Instant::now();
    let status = desk.stop();
    assert!(status.success());
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!((all_of(&mut used), all_of(&mut unused)), (String::new(), String::new()));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    let long = "x".repeat(20 * 1024);
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: desk.example.com\r\nX-Long: {long}\r\n\r\n");
    let answer = ask(&mut connect(&desk), &request);
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

/// A certificate for localhost in the files of the configuration.
fn new_certificate(world: &World) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    world.write("chain.pem", &made.cert.pem());
    world.write("key.pem", &made.signing_key.serialize_pem());
    made.cert.der().clone()
}

/// An encrypted connection by a client that trusts one certificate.
fn connect_tls(
    desk: &Serving,
    trusted: &CertificateDer<'static>,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = "localhost".try_into().unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), connect(desk))
}

fn tls_options(world: &World) -> [(&'static str, String); 2] {
    let file = |name: &str| Path::new(&world.path(name)).display().to_string();
    [
        ("PORTREEVE_SERVER__TLS__CERT", file("chain.pem")),
        ("PORTREEVE_SERVER__TLS__KEY", file("key.pem")),
    ]
}

#[test]
fn the_desk_speaks_tls_and_takes_over_renewed_certificates() {
    let world = World::new(Engine::Sqlite);
    let first = new_certificate(&world);
    let options = tls_options(&world);
    let env: Vec<(&str, &str)> = options.iter().map(|(key, value)| (*key, &**value)).collect();
    let desk = world.start(&env);
    eventually("the desk listens", || TcpStream::connect(desk.address()).is_ok());

    let mut kept = connect_tls(&desk, &first);
    let body = "action=create&service_id=1&category=Spam";
    let request = format!(
        "POST {AMP} HTTP/1.1\r\nHost: localhost\r\nAPI_ID: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        world.api_id,
        body.len()
    );
    let mut once = connect_tls(&desk, &first);
    once.write_all(request.as_bytes()).unwrap();
    let answer = all_of(&mut once);
    assert!(answer.ends_with("{\"status\":\"success\",\"report_id\":1}"), "{answer}");
    assert!(answer.contains("\r\nstrict-transport-security: max-age=31536000\r\n"), "{answer}");
    assert_eq!(once.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(ask(&mut kept, ALIVE).starts_with("HTTP/1.1 200 "));

    // Who speaks no TLS is not answered, and harms nobody.
    let mut plain = connect(&desk);
    assert!(!ask(&mut plain, ALIVE).contains("200"));

    // Half of a renewal: the old one stays, and it is said.
    let second = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    world.write("chain.pem", &second.cert.pem());
    desk.signal("HUP");
    eventually("the trouble is in the log", || {
        desk.log().contains("keeping the current certificate")
            && desk.log().contains("does not belong to the first certificate")
    });
    assert!(ask(&mut connect_tls(&desk, &first), ALIVE).starts_with("HTTP/1.1 200 "));

    world.write("key.pem", &second.signing_key.serialize_pem());
    desk.signal("HUP");
    let second = second.cert.der().clone();
    eventually("the new certificate is used", || {
        ask(&mut connect_tls(&desk, &second), ALIVE).starts_with("HTTP/1.1 200 ")
    });
    assert!(ask(&mut kept, ALIVE).starts_with("HTTP/1.1 200 "), "open connections stay");
    assert!(desk.stop().success());
}

#[test]
fn certificate_and_key_are_checked_before_the_desk_starts() {
    let world = World::bare(Engine::Sqlite);
    new_certificate(&world);
    let key = world.read("key.pem");
    let files = "[server.tls]\ncert = \"chain.pem\"\nkey = \"key.pem\"\n";
    world.write("portreeve.toml", files);
    world.ok(&["config", "check"]);

    new_certificate(&world);
    world.write("key.pem", &key);
    let said = world.fails(1, &["config", "check"]);
    assert!(
        said.contains("key.pem does not belong to the first certificate in chain.pem"),
        "{said}"
    );
    world.fails(1, &["serve"]);

    world.write("key.pem", "nothing\n");
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("key.pem has no private key"), "{said}");

    world.write("chain.pem", &key);
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("chain.pem has no certificate"), "{said}");

    world.write("portreeve.toml", "[server.tls]\ncert = \"nowhere.pem\"\nkey = \"key.pem\"\n");
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("cannot read nowhere.pem"), "{said}");

    world.write("portreeve.toml", "[server.tls]\ncert = \"chain.pem\"\n");
    let said = world.fails(1, &["config", "check"]);
    assert!(said.contains("server.tls.key: is missing"), "{said}");
}

/// A SIGHUP where there is nothing to read again ends nothing.
#[test]
fn without_tls_a_hang_up_is_no_end() {
    let world = World::new(Engine::Sqlite);
    let desk = world.serve();
    desk.signal("HUP");
    assert_eq!(desk.create(&world, "service_id=1&category=Spam"), 1);
}

#[test]
fn the_supervisor_is_told_and_the_health_check_knows() {
    let world = World::bare(Engine::Sqlite);
    let socket = std::os::unix::net::UnixDatagram::bind(world.path("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let told = || {
        let mut word = [0; 64];
        let length = socket.recv(&mut word).unwrap();
        String::from_utf8_lossy(&word[..length]).into_owned()
    };
    let path = world.path("notify").display().to_string();
    let desk = world.start(&[("NOTIFY_SOCKET", &path)]);
    assert_eq!(told(), "READY=1");
    assert_eq!(desk.get("/readyz").status, 200, "ready means ready");

    let everywhere = desk.address().replace("127.0.0.1", "0.0.0.0");
    let check = || {
        let mut command = world.command(&["healthcheck"]);
        command.env("PORTREEVE_SERVER__LISTEN", &everywhere).output().unwrap()
    };
    assert!(check().status.success());
    assert!(desk.stop().success());
    assert_eq!(told(), "STOPPING=1");
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("does not answer"));
}
