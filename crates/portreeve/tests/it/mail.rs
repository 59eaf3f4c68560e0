//! Notices by SMTP, to a server on loopback that keeps what it takes and refuses what it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::world::*;

/// How the mail server speaks TLS.
#[derive(Clone)]
enum Speaks {
    Plainly,
    OnRequest(Arc<ServerConfig>),
    FromTheStart(Arc<ServerConfig>),
}

/// A mail as the mail server got it.
pub(crate) struct Sunk {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
}

/// What a mail server does with each mail that it took.
type Does = Arc<dyn Fn(&Sunk) + Send + Sync>;

/// A mail server: refuses `refused@` for good, is too busy while `busy` is set.
pub(crate) struct Sink {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    busy: Arc<Mutex<bool>>,
}

impl Sink {
    pub(crate) fn start() -> Self {
        Self::that(Speaks::Plainly)
    }

    /// One that does something with each mail, after it has said that it took it.
    pub(crate) fn that_does(does: impl Fn(&Sunk) + Send + Sync + 'static) -> Self {
        Self::with(Speaks::Plainly, Arc::new(does))
    }

    fn that(speaks: Speaks) -> Self {
        Self::with(speaks, Arc::new(|_| {}))
    }

    fn with(speaks: Speaks, does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let busy = Arc::new(Mutex::new(false));
        let (keep, is_busy) = (Arc::clone(&taken), Arc::clone(&busy));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (keep, is_busy) = (Arc::clone(&keep), Arc::clone(&is_busy));
                let (speaks, does) = (speaks.clone(), Arc::clone(&does));
                std::thread::spawn(move || session(stream, &speaks, &keep, &is_busy, &does));
            }
        });
        Self { port, taken, busy }
    }

    /// Turns everybody away for now, or takes mails again.
    pub(crate) fn set_busy(&self, busy: bool) {
        *self.busy.lock().unwrap() = busy;
    }

    pub(crate) fn mails(&self, part: &str) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().filter(|mail| mail.contains(part)).cloned().collect()
    }
}

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

fn encrypted(stream: TcpStream, config: &Arc<ServerConfig>) -> Box<dyn Wire> {
    Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream))
}

/// Answers one client until it leaves. What it takes begins with the sender on the envelope; over TLS it is marked.
fn session(
    stream: TcpStream,
    speaks: &Speaks,
    taken: &Mutex<Vec<String>>,
    busy: &Mutex<bool>,
    does: &Does,
) -> Option<()> {
    let (mut from, mut to) = (String::new(), String::new());
    let mut is_encrypted = matches!(speaks, Speaks::FromTheStart(_));
    let below = stream.try_clone().unwrap();
    let mut wire = BufReader::new(match speaks {
        Speaks::FromTheStart(config) => encrypted(stream, config),
        Speaks::Plainly | Speaks::OnRequest(_) => Box::new(stream),
    });
    say(&mut wire, "220 sink")?;
    let mut sender = String::new();
    loop {
        let line = line(&mut wire)?;
        let upper = line.to_uppercase();
        let word = upper.get(..4).unwrap_or(&upper);
        match (word, speaks) {
            ("EHLO", Speaks::OnRequest(_)) if !is_encrypted => {
                say(&mut wire, "250-sink\r\n250 STARTTLS")?;
            }
            ("STAR", Speaks::OnRequest(config)) => {
                say(&mut wire, "220 go on")?;
                wire = BufReader::new(encrypted(below.try_clone().unwrap(), config));
                is_encrypted = true;
            }
            ("EHLO" | "HELO", _) => say(&mut wire, "250 sink")?,
            ("MAIL", _) if *busy.lock().unwrap() => say(&mut wire, "451 come again")?,
            ("RCPT", _) if line.contains("refused@") => say(&mut wire, "550 no such user")?,
            ("MAIL", _) => {
                from = path(&line);
                sender = line;
                say(&mut wire, "250 ok")?;
            }
            ("RCPT", _) => {
                to = path(&line);
                say(&mut wire, "250 ok")?;
            }
            ("DATA", _) => {
                say(&mut wire, "354 go on")?;
                let mail = mail(&mut wire)?;
                let mark = if is_encrypted { "over TLS\n" } else { "" };
                taken.lock().unwrap().push(format!("{mark}{sender}\n{mail}"));
                say(&mut wire, "250 taken")?;
                does(&Sunk { from: from.clone(), to: to.clone(), text: mail });
            }
            ("QUIT", _) => {
                say(&mut wire, "221 bye")?;
                return None;
            }
            _ => say(&mut wire, "250 ok")?,
        }
    }
}

/// The address in `MAIL FROM:<…>` or `RCPT TO:<…>`.
fn path(line: &str) -> String {
    let path = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    path.map(|(path, _)| path.to_owned()).unwrap_or_default()
}

fn say(wire: &mut BufReader<Box<dyn Wire>>, line: &str) -> Option<()> {
    wire.get_mut().write_all(format!("{line}\r\n").as_bytes()).ok()?;
    wire.get_mut().flush().ok()
}

fn line(wire: &mut BufReader<Box<dyn Wire>>) -> Option<String> {
    let mut line = String::new();
    (wire.read_line(&mut line).ok()? > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn mail(wire: &mut BufReader<Box<dyn Wire>>) -> Option<String> {
    let mut mail = String::new();
    loop {
        let line = line(wire)?;
        if line == "." {
            return Some(mail);
        }
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
        mail.push('\n');
    }
}

pub(crate) fn with_smtp(world: &World, sink: &Sink) {
    with_smtp_and_tls(world, sink, "none");
}

fn with_smtp_and_tls(world: &World, sink: &Sink, tls: &str) {
    let options = world.read("portreeve.toml");
    let (before, rest) = options.split_once("[mail.out]").unwrap();
    let (_, after) = rest.split_once("\n[[").unwrap();
    world.write(
        "portreeve.toml",
        &format!(
            "{before}[mail.out]\nkind = \"smtp\"\nfrom = \"abuse@example.com\"\nhost = \"localhost\"\n\
             port = {}\ntls = \"{tls}\"\n[[{after}",
            sink.port
        ),
    );
}

/// A mail server's side of TLS, with a certificate of its own that is written to `mail-ca.pem`.
fn certificate(world: &World) -> Arc<ServerConfig> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    world.write("mail-ca.pem", &made.cert.pem());
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// Whether customer and staff are told over TLS by a desk that trusts the mail server's certificate.
fn told_over_tls(speaks: impl Fn(Arc<ServerConfig>) -> Speaks, tls: &str) -> bool {
    let world = World::new(Engine::Sqlite);
    let sink = Sink::that(speaks(certificate(&world)));
    with_smtp_and_tls(&world, &sink, tls);
    let desk = world.serve_with(&[("SSL_CERT_FILE", world.path("mail-ca.pem").to_str().unwrap())]);
    desk.create(&world, "service_id=1&category=Spam");
    eventually("customer and staff are told", || sink.mails("").len() == 2);
    sink.mails("over TLS").len() == 2
}

/// Why no mail goes out.
fn not_told(speaks: impl Fn(Arc<ServerConfig>) -> Speaks, tls: &str) -> String {
    let world = World::new(Engine::Sqlite);
    let sink = Sink::that(speaks(certificate(&world)));
    with_smtp_and_tls(&world, &sink, tls);
    let desk = world.serve();
    desk.create(&world, "service_id=1&category=Spam");
    let why = || world.json(&["job", "list"])[0]["last_error"].as_str().map(str::to_owned);
    eventually("it was tried", || why().is_some());
    assert_eq!(sink.mails("").len(), 0);
    why().unwrap()
}

#[test]
fn mail_is_encrypted_as_the_configuration_says() {
    assert!(told_over_tls(Speaks::OnRequest, "starttls"));
    assert!(told_over_tls(Speaks::OnRequest, "opportunistic"));
    assert!(told_over_tls(Speaks::FromTheStart, "implicit"));
    assert!(!told_over_tls(|_| Speaks::Plainly, "opportunistic"));
}

#[test]
fn no_mail_goes_to_a_server_that_cannot_prove_who_it_is_or_does_not_encrypt() {
    let why = not_told(|_| Speaks::Plainly, "starttls");
    assert!(why.contains("STARTTLS"), "{why}");
    for why in [not_told(Speaks::OnRequest, "starttls"), not_told(Speaks::FromTheStart, "implicit")]
    {
        assert!(why.contains("certificate"), "{why}");
    }
}

on_both! {
    fn notices_go_out_by_smtp_under_stable_ids(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam%0D%0ABcc:+x&additional_info=.%0A..dots");
        eventually("customer and staff are told", || sink.mails("").len() == 2);
        let mail = sink.mails("To: ada@example.com").pop().unwrap();
        assert!(mail.contains(&format!("Message-ID: <report-{id}.opened.customer.")), "{mail}");
        assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
        assert!(!mail.lines().any(|line| line.starts_with("Bcc:")), "{mail}");
        assert!(mail.contains("  .\n  ..dots"), "{mail}");
        eventually("it is on record", || world.events(id, "notice_sent") == 2);
        assert_eq!(sink.mails("To: alice@example.com").len(), 1);
    }

    fn each_message_goes_out_by_itself_and_a_bad_address_stops_nobody_else(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        world.ok(&["staff", "add", "bob", "--email", "refused@example.com", "--role", "agent"]);
        assert!(world.fails(1, &["staff", "add", "carl", "--email", "carl@", "--role", "agent"]).contains("not an e-mail address"));
        *sink.busy.lock().unwrap() = true;
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=x").to_string();
        world.ok(&["report", "answer", &id, "--text", "FIRST"]);
        world.ok(&["report", "answer", &id, "--text", "SECOND"]);
        *sink.busy.lock().unwrap() = false;
        eventually("both are out", || {
            sink.mails("FIRST").len() == 1 && sink.mails("SECOND").len() == 1
        });
        eventually("alice is told", || sink.mails("To: alice@example.com").len() == 1);
        drop(desk);
    }

    fn a_domain_in_its_own_letters_is_told_and_a_name_that_no_server_takes_is_on_record(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        world.write("more.csv", "service_id,customer_id,customer_email,dedicated_ip\n\
            60,60,info@müller.example.com,192.0.2.60\n61,61,jörg@example.com,192.0.2.61\n");
        world.ok(&["service", "import", "more.csv"]);
        let desk = world.serve();
        desk.create(&world, "service_id=60&category=x");
        eventually("they are told", || sink.mails("To: info@xn--mller-kva.example.com").len() == 1);
        let odd = desk.create(&world, "service_id=61&category=x");
        eventually("it is on record", || world.events(odd, "notice_failed") == 1);
        assert!(world.report(odd)["events"].to_string().contains("SMTPUTF8"));
        eventually("nobody tries again", || crate::telling::jobs(&world, "send_notice") == 0);
    }

    fn a_busy_server_is_tried_again_and_a_refusal_is_final(world) {
        let sink = Sink::start();
        with_smtp(&world, &sink);
        world.write("more.csv", "service_id,customer_id,customer_email,dedicated_ip\n60,1,refused@example.com,192.0.2.60\n");
        world.ok(&["service", "import", "more.csv"]);
        world.set("time_limit.period", "2s");
        let desk = world.serve();
        let refused = desk.create(&world, "service_id=60&category=x&suspend_method=timelimit");
        world.wait_for(refused, "awaiting_approval");
        assert!(world.events(refused, "notice_failed") >= 1);
        *sink.busy.lock().unwrap() = true;
        let later = desk.create(&world, "service_id=1&category=Later");
        eventually("it was tried", || {
            let jobs = world.json(&["job", "list"]);
            jobs.as_array().unwrap().iter().any(|job| job["tries"] == 1)
        });
        assert_eq!(world.events(later, "notice_failed"), 0);
        *sink.busy.lock().unwrap() = false;
        eventually("it got through", || sink.mails("Later").len() == 2);
    }
}
