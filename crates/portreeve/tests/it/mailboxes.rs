//! Mail from mailboxes, of a real Dovecot.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::lmtp::{answer_to, header};
use crate::world::*;

/// Who reads mail where Dovecot is started by root, who may not.
const NOBODY: u32 = 65_534;

/// A Dovecot in a folder of its own: every user has the password `hunter2`.
struct Dovecot {
    child: Child,
    port: u16,
    tls_port: u16,
    _dir: TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn id_of(what: &str) -> String {
    let output = Command::new("id").arg(what).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Dovecot {
    /// Starts it with a certificate that is written to `mail-ca.pem`.
    fn start(world: &World) -> Self {
        Self::start_with(world, "")
    }

    /// The same with more options.
    fn start_with(world: &World, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Its login processes run as somebody else.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mails = dir.path().join("mails");
        std::fs::create_dir(&mails).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        world.write("mail-ca.pem", &made.cert.pem());
        std::fs::write(dir.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(dir.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let (port, tls_port) = (free_port(), free_port());
        let is_root = id_of("-u") == "0";
        let (uid, gid) = if is_root {
            std::os::unix::fs::chown(&mails, Some(NOBODY), Some(NOBODY)).unwrap();
            (NOBODY.to_string(), NOBODY.to_string())
        } else {
            (id_of("-u"), id_of("-g"))
        };
        let users =
            if is_root { String::new() } else { unprivileged(&id_of("-un"), &id_of("-gn")) };
        let config = configuration(dir.path(), port, tls_port, &uid, &gid) + &users + more;
        let file = dir.path().join("dovecot.conf");
        std::fs::write(&file, config).unwrap();
        let program =
            if Path::new("/usr/sbin/dovecot").exists() { "/usr/sbin/dovecot" } else { "dovecot" };
        let child = Command::new(program)
            .args(["-F", "-c"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dovecot is installed; `cargo xtask test` does that");
        let server = Self { child, port, tls_port, _dir: dir };
        eventually("Dovecot listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        server
    }

    fn as_user(&self, user: &str) -> Imap {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut imap = Imap { stream: BufReader::new(stream) };
        imap.line();
        imap.command(&format!("LOGIN {user} hunter2"));
        imap
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own children end with it only when it is asked.
        drop(Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status());
        drop(self.child.wait());
    }
}

fn configuration(dir: &Path, port: u16, tls_port: u16, uid: &str, gid: &str) -> String {
    let dir = dir.display();
    format!(
        "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\n\
         log_path = {dir}/log\nssl = yes\nssl_cert = <{dir}/cert.pem\nssl_key = <{dir}/key.pem\n\
         disable_plaintext_auth = no\nmail_location = maildir:{dir}/mails/%u\nfirst_valid_uid = 1\n\
         first_valid_gid = 1\nauth_mechanisms = plain login\n\
         passdb {{\n  driver = static\n  args = password=hunter2\n}}\n\
         userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={dir}/mails/%u\n}}\n\
         service imap-login {{\n  inet_listener imap {{\n    port = {port}\n  }}\n  \
         inet_listener imaps {{\n    port = {tls_port}\n    ssl = yes\n  }}\n}}\n"
    )
}

/// For whoever may not become somebody else.
fn unprivileged(user: &str, group: &str) -> String {
    format!(
        "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
         service imap-login {{\n  chroot =\n}}\nservice anvil {{\n  chroot =\n}}\n"
    )
}

/// A conversation with the server.
struct Imap {
    stream: BufReader<TcpStream>,
}

impl Imap {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0, "the server hung up");
        line
    }

    /// All that is answered to a command.
    fn command(&mut self, command: &str) -> String {
        self.stream.get_mut().write_all(format!("a {command}\r\n").as_bytes()).unwrap();
        let mut all = String::new();
        loop {
            let line = self.line();
            all.push_str(&line);
            if line.starts_with("a ") {
                assert!(line.starts_with("a OK"), "{command}: {line}");
                return all;
            }
        }
    }

    fn append(&mut self, mail: &str) {
        self.append_to("INBOX", mail);
    }

    /// Puts a mail into a folder, whose name may be followed by flags and by a date.
    fn append_to(&mut self, folder: &str, mail: &str) {
        let mail = mail.replace('\n', "\r\n");
        self.stream
            .get_mut()
            .write_all(format!("a APPEND {folder} {{{}}}\r\n", mail.len()).as_bytes())
            .unwrap();
        assert!(self.line().starts_with('+'));
        self.command_after_literal(&mail);
    }

    fn command_after_literal(&mut self, mail: &str) {
        self.stream.get_mut().write_all(format!("{mail}\r\n").as_bytes()).unwrap();
        while !self.line().starts_with("a OK") {}
    }

    /// How many mails a folder has, and how many nobody has seen.
    fn counts(&mut self, folder: &str) -> (usize, usize) {
        let status = self.command(&format!("STATUS {folder} (MESSAGES UNSEEN)"));
        let number = |word: &str| {
            let rest = status.split_once(word).unwrap().1.trim_start();
            rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
        };
        (number("MESSAGES"), number("UNSEEN"))
    }
}

/// A mail as a server that errs has it.
struct Announced {
    size: usize,
    /// Between quotes or as a literal.
    body: String,
}

impl Announced {
    fn of(mail: &str) -> Self {
        let mail = mail.replace('\n', "\r\n");
        Self { size: mail.len(), body: format!("{{{}}}\r\n{mail}", mail.len()) }
    }
}

/// A server with these mails, the first of which has the number 1. It ends with the process of the test.
fn erring_server(mails: Vec<Announced>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            // Whoever hangs up has seen enough.
            drop(converse(stream, &mails));
        }
    });
    port
}

fn converse(stream: TcpStream, mails: &[Announced]) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"* OK\r\n")?;
    let mut line = String::new();
    while stream.read_line(&mut line)? > 0 {
        let mut words = line.split_whitespace();
        let (tag, command) = (words.next().unwrap_or("a"), words.next().unwrap_or_default());
        let rest: Vec<_> = words.collect();
        let said = match (command, rest.first().copied().unwrap_or_default()) {
            ("CAPABILITY", _) => "* CAPABILITY IMAP4rev1\r\n".to_owned(),
            ("SELECT", _) => {
                let next = mails.len() + 1;
                format!(
                    "* {} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {next}] x\r\n",
                    mails.len()
                )
            }
            ("UID", "SEARCH") if line.contains("SINCE") => {
                let all: Vec<_> = (1..=mails.len()).map(|uid| uid.to_string()).collect();
                format!("* SEARCH {}\r\n", all.join(" "))
            }
            ("UID", "SEARCH") => "* SEARCH\r\n".to_owned(),
            ("UID", "FETCH") => {
                let uid: usize = rest[1].parse().unwrap();
                let Announced { size, body } = &mails[uid - 1];
                if line.contains("SIZE") {
                    format!("* {uid} FETCH (UID {uid} RFC822.SIZE {size} BODY[HEADER]<0> \"\")\r\n")
                } else {
                    format!("* {uid} FETCH (UID {uid} BODY[] {body})\r\n")
                }
            }
            _ => String::new(),
        };
        let tag = tag.to_owned();
        stream.get_mut().write_all(format!("{said}{tag} OK done\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}

fn mailbox(name: &str, port: u16, tls: &str, user: &str, password: &str, more: &str) -> String {
    format!(
        "[[mail.in.imap]]\nname = \"{name}\"\nhost = \"localhost\"\nport = {port}\ntls = \"{tls}\"\n\
         user = \"{user}\"\npassword = \"{password}\"\nevery = \"1s\"\n{more}\n"
    )
}

/// Waits until so many mailboxes were looked at for the first time.
fn looked_at(world: &World, count: i64) {
    let known = || world.count("mailboxes WHERE position IS NOT NULL");
    eventually("the mailboxes were looked at", || known() == count);
}

fn stranger(subject: &str) -> String {
    format!("From: eve@example.com\nSubject: {subject}\n\nthere\n")
}

/// The subjects of all that came in, in the order of their coming.
fn subjects(world: &World) -> Vec<String> {
    let items = world.json(&["inbox", "list"]);
    let items = items.as_array().unwrap().iter();
    items.map(|item| item["subject"].as_str().unwrap().to_owned()).collect()
}

fn use_mailbox(world: &World, mailbox: &str) {
    let options = world.read("portreeve.toml");
    world.write(
        "portreeve.toml",
        &format!("{options}\n[mail.in]\naddress = \"abuse@example.com\"\n{mailbox}"),
    );
}

on_both! {
    fn a_mailbox_is_read_by_numbers_from_what_comes_next(world) {
        let server = Dovecot::start(&world);
        let mut ann = server.as_user("ann");
        ann.append(&stranger("Before"));
        ann.append_to("INBOX (\\Seen)", &stranger("Seen before"));
        use_mailbox(&world, &mailbox("ann", server.port, "none", "ann", "hunter2", ""));
        let desk = world.serve();
        looked_at(&world, 1);
        ann.append_to("INBOX (\\Seen)", &stranger("Seen"));
        ann.append(&stranger("New"));
        eventually("what comes is taken, seen or not", || subjects(&world) == ["Seen", "New"]);
        assert!(desk.stop().success());
        ann.append(&stranger("Meanwhile"));
        ann.command("SELECT INBOX");
        ann.command("UID STORE 1:* -FLAGS (\\Seen)");
        let desk = world.serve();
        eventually("it goes on where it was", || subjects(&world) == ["Seen", "New", "Meanwhile"]);
        assert!(desk.stop().success());
        // Older mail, when it is asked for.
        ann.append_to("INBOX \"31-Dec-2025 12:00:00 +0000\"", &stranger("Moved here"));
        let options = world.read("portreeve.toml").replace("every =", "since = \"2026-01-01\"\nevery =");
        world.write("portreeve.toml", &options);
        let desk = world.serve();
        let all = ["Seen", "New", "Meanwhile", "Moved here", "Before", "Seen before"];
        eventually("what was there before is taken too", || subjects(&world) == all);
        let_pass(2.5);
        assert_eq!(subjects(&world), all);
        assert!(desk.stop().success());
    }

    fn a_mailbox_that_is_numbered_anew_loses_nothing_and_nothing_comes_twice(world) {
        let server = Dovecot::start(&world);
        let mut ann = server.as_user("ann");
        ann.command("CREATE Abuse");
        let old = "Abuse \"31-Dec-2025 12:00:00 +0000\"";
        ann.append_to(old, &stranger("Before"));
        let folder = "folder = \"Abuse\"";
        use_mailbox(&world, &mailbox("ann", server.port, "none", "ann", "hunter2", folder));
        let desk = world.serve();
        looked_at(&world, 1);
        ann.append_to("Abuse", &stranger("One"));
        ann.append_to("Abuse", &stranger("Two"));
        eventually("they are taken", || subjects(&world) == ["One", "Two"]);
        assert!(desk.stop().success());
        // As after a server was restored: other numbers, and what came while nobody looked.
        ann.command("DELETE Abuse");
        ann.command("CREATE Abuse");
        ann.append_to(old, &stranger("Before"));
        for subject in ["Two", "Three", "One"] {
            ann.append_to("Abuse", &stranger(subject));
        }
        let desk = world.serve();
        eventually("what is new is taken", || subjects(&world) == ["One", "Two", "Three"]);
        ann.append_to("Abuse", &stranger("Four"));
        eventually("it goes on", || subjects(&world) == ["One", "Two", "Three", "Four"]);
        let_pass(2.5);
        assert_eq!(world.count("incoming_mails"), 4);
        assert!(desk.stop().success());
    }

    fn a_server_that_can_say_when_something_comes_is_waited_for(world) {
        let server = Dovecot::start(&world);
        let ann = mailbox("ann", server.port, "none", "ann", "hunter2", "");
        use_mailbox(&world, &ann.replace("every = \"1s\"", "every = \"1h\""));
        let desk = world.serve();
        looked_at(&world, 1);
        let mut ann = server.as_user("ann");
        for subject in ["One", "Two"] {
            ann.append(&stranger(subject));
            eventually("it comes within the hour", || subjects(&world).last().is_some_and(|last| last == subject));
        }
        assert!(desk.stop().success());
    }

    fn a_server_that_cannot_is_asked_again_and_again(world) {
        let server = Dovecot::start_with(&world, "protocol imap {\n  imap_capability = IMAP4rev1 UIDPLUS\n}\n");
        let options = "done_folder = \"Done\"";
        use_mailbox(&world, &mailbox("ann", server.port, "none", "ann", "hunter2", options));
        let desk = world.serve();
        looked_at(&world, 1);
        let mut ann = server.as_user("ann");
        for subject in ["One", "Two"] {
            ann.append(&stranger(subject));
            eventually("it is taken", || subjects(&world).last().is_some_and(|last| last == subject));
        }
        eventually("they are moved", || ann.counts("INBOX").0 == 0 && ann.counts("Done").0 == 2);
        assert_eq!(desk.log().matches("could not be read").count(), 0);
    }

    fn mails_leave_a_mailbox_or_are_marked_after_they_are_taken(world) {
        let server = Dovecot::start(&world);
        let options = world.read("portreeve.toml");
        let moves = mailbox("moves", server.tls_port, "tls", "ann", "hunter2", "done_folder = \"Done\"");
        let marks = mailbox("marks", server.port, "starttls", "bob", "hunter2", "");
        let locked = mailbox("locked", server.port, "none", "cat", "wrong", "");
        let all = format!("{options}\n[mail.in]\naddress = \"abuse@example.com\"\n{moves}{marks}{locked}");
        world.write("portreeve.toml", &all);
        let (mut ann, mut bob) = (server.as_user("ann"), server.as_user("bob"));
        let ca = world.path("mail-ca.pem");
        let desk = world.serve_with(&[("SSL_CERT_FILE", ca.to_str().unwrap())]);
        looked_at(&world, 2);
        let id = desk.create(&world, "service_id=1&category=Spam");
        let part = format!("report-{id}.opened.customer.");
        eventually("the customer is told", || !world.mails(&part).is_empty());
        let told = world.mails(&part).remove(0);
        ann.append(&answer_to(&told, "ada@example.com", "It is gone."));
        bob.append("From: eve@example.com\nSubject: Hello\n\nthere\n");
        bob.append(&format!("From: eve@example.com\nTo: {}\nSubject: Forged\n\nthere\n", header(&told, "Reply-To")));
        eventually("the answer is there", || world.events(id, "answered_by_mail") == 1);
        let why = || world.json(&["inbox", "list"]).to_string();
        eventually("the others wait", || why().contains("no_token") && why().contains("other_sender"));
        eventually("it was moved", || ann.counts("INBOX").0 == 0 && ann.counts("Done").0 == 1);
        eventually("they are marked", || bob.counts("INBOX") == (2, 0));
        let ready = || desk.get("/readyz").body;
        eventually("operators see what is not read", || ready().contains("mailbox locked:"));
        assert!(!ready().contains("mailbox moves") && !ready().contains("mailbox marks"), "{}", ready());
        assert!(!desk.log().contains("hunter2"));
        let_pass(2.5);
        assert_eq!(world.events(id, "answered_by_mail"), 1);
        assert_eq!(world.json(&["inbox", "list"]).as_array().unwrap().len(), 2);
    }

    fn what_has_no_room_stays_in_the_mailbox_and_what_shows_a_report_is_taken(world) {
        world.set("intake.mail_room", "1KiB");
        let server = Dovecot::start(&world);
        let options = world.read("portreeve.toml");
        let ann = mailbox("ann", server.port, "none", "ann", "hunter2", "");
        world.write("portreeve.toml", &format!("{options}\n[mail.in]\naddress = \"abuse@example.com\"\n{ann}"));
        let mut ann = server.as_user("ann");
        let desk = world.serve();
        looked_at(&world, 1);
        let id = desk.create(&world, "service_id=1&category=Spam");
        let part = format!("report-{id}.opened.customer.");
        eventually("the customer is told", || !world.mails(&part).is_empty());
        let told = world.mails(&part).remove(0);
        ann.append(&format!("From: eve@example.com\nSubject: Long\n\n{}\n", "x ".repeat(2_000)));
        ann.append(&answer_to(&told, "ada@example.com", &"It is gone. ".repeat(200)));
        eventually("the answer is there", || world.events(id, "answered_by_mail") == 1);
        let ready = || desk.get("/readyz").body;
        eventually("operators see what is left", || ready().contains("mailbox ann: 1 mails stay in the folder INBOX for now"));
        assert_eq!((ann.counts("INBOX"), world.count("incoming_mails")), ((2, 1), 1));
        world.set("intake.mail_room", "1MiB");
        eventually("it is taken later", || world.count("incoming_mails") == 2);
        eventually("and marked", || ann.counts("INBOX") == (2, 0));
    }

    fn a_mail_that_cannot_be_marked_is_taken_once_and_keeps_no_other_waiting(world) {
        let server = Dovecot::start(&world);
        // A name that this server refuses.
        let options = "done_folder = \"not/there\"";
        use_mailbox(&world, &mailbox("ann", server.port, "none", "ann", "hunter2", options));
        let mut ann = server.as_user("ann");
        let desk = world.serve();
        looked_at(&world, 1);
        for subject in ["One", "Two"] {
            ann.append(&stranger(subject));
            eventually("it is taken", || subjects(&world).last().is_some_and(|last| last == subject));
        }
        eventually("operators see it", || desk.get("/readyz").body.contains("mailbox ann: mails that were taken cannot be marked"));
        let is_behind = "mailboxes WHERE position LIKE '%\"left\":[],\"unmarked\":[_,_]%'";
        eventually("they are behind us", || world.count(is_behind) == 1);
        assert!(desk.stop().success());
        let options = world.read("portreeve.toml").replace("not/there", "Done");
        world.write("portreeve.toml", &options);
        let desk = world.serve();
        eventually("they are moved later", || ann.counts("INBOX").0 == 0 && ann.counts("Done").0 == 2);
        eventually("nothing is left to do", || world.count("mailboxes WHERE position LIKE '%\"unmarked\":[]%'") == 1);
        assert_eq!(world.count("incoming_mails"), 2);
        drop(desk);
    }

    fn a_mailbox_with_very_many_left_goes_on_once_some_of_them_are_gone(world) {
        let server = Dovecot::start(&world);
        use_mailbox(&world, &mailbox("ann", server.port, "none", "ann", "hunter2", ""));
        let mut ann = server.as_user("ann");
        let desk = world.serve();
        looked_at(&world, 1);
        assert!(desk.stop().success());
        // The operator has deleted them.
        let gone: Vec<_> = (1..=1_000).map(|n| (n + 5_000).to_string()).collect();
        let left = format!("\"left\":[{}]", gone.join(","));
        world.sql(&format!("UPDATE mailboxes SET position = replace(position, '\"left\":[]', '{left}')"));
        ann.append(&stranger("New"));
        let desk = world.serve();
        eventually("what is new is taken", || subjects(&world) == ["New"]);
        drop(desk);
    }

    fn a_server_that_errs_about_one_mail_keeps_no_other_waiting(world) {
        let large = Announced { size: 100, ..Announced::of(&stranger(&"x".repeat(26 * 1024 * 1024))) };
        let empty = Announced { size: 100, body: "\"\"".to_owned() };
        let missing = Announced { size: 100, body: "NIL".to_owned() };
        let port = erring_server(vec![large, empty, missing, Announced::of(&stranger("Good"))]);
        let ann = mailbox("ann", port, "none", "ann", "hunter2", "since = \"2020-01-01\"");
        use_mailbox(&world, &ann.replace("every = \"1s\"", "every = \"1h\""));
        let desk = world.serve();
        eventually("the good one is taken", || subjects(&world) == ["Good"]);
        eventually("the others stay", || world.count("mailboxes WHERE position LIKE '%\"left\":[1,2,3]%'") == 1);
        eventually("operators see it", || desk.get("/readyz").body.contains("mailbox ann: 1 mails of more than"));
        drop(desk);
    }
}
