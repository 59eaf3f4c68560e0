//! Notices by SMTP, to a server on loopback that keeps what it takes and refuses what it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::world::*;

/// A mail server: refuses `refused@` for good, is too busy while `busy` is set.
struct Sink {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    busy: Arc<Mutex<bool>>,
}

impl Sink {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let busy = Arc::new(Mutex::new(false));
        let (keep, is_busy) = (Arc::clone(&taken), Arc::clone(&busy));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (keep, is_busy) = (Arc::clone(&keep), Arc::clone(&is_busy));
                std::thread::spawn(move || session(&stream, &keep, &is_busy));
            }
        });
        Self { port, taken, busy }
    }

    fn mails(&self, part: &str) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().filter(|mail| mail.contains(part)).cloned().collect()
    }
}

fn session(stream: &TcpStream, taken: &Mutex<Vec<String>>, busy: &Mutex<bool>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut say = move |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).ok();
    let mut lines = BufReader::new(stream).lines();
    say("220 sink")?;
    loop {
        let line = lines.next()?.ok()?;
        let upper = line.to_uppercase();
        let word = upper.get(..4).unwrap_or(&upper);
        match word {
            "EHLO" | "HELO" => say("250 sink")?,
            "MAIL" if *busy.lock().unwrap() => say("451 come again")?,
            "RCPT" if line.contains("refused@") => say("550 no such user")?,
            "DATA" => {
                say("354 go on")?;
                let mut mail = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                taken.lock().unwrap().push(mail);
                say("250 taken")?;
            }
            "QUIT" => {
                say("221 bye")?;
                return None;
            }
            _ => say("250 ok")?,
        }
    }
}

fn with_smtp(world: &World, sink: &Sink) {
    let options = world.options("");
    let (before, rest) = options.split_once("[mail.out]").unwrap();
    let (_, after) = rest.split_once("[[enforcer]]").unwrap();
    world.write(
        "portreeve.toml",
        &format!(
            "{before}[mail.out]\nkind = \"smtp\"\nfrom = \"abuse@example.com\"\nhost = \"127.0.0.1\"\n\
             port = {}\ntls = \"none\"\n[[enforcer]]{after}",
            sink.port
        ),
    );
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
        assert!(world.fails(1, &["staff", "add", "carl", "--email", "carl@", "--role", "agent"]).contains("no mail address"));
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
        eventually("it got through", || sink.mails("Category: Later").len() == 2);
    }
}
