//! Files that come with messages and notes, through every door.

use serde_json::Value;

use crate::api::token;
use crate::customers::link;
use crate::seat::{Seat, between, csrf_of, hire};
use crate::world::*;

const BOUNDARY: &str = "----portreeve-test-boundary";

/// A form as browsers send it: its fields, then its files by the name and the bytes.
pub(crate) fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |head: String, bytes: &[u8]| {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n").bytes());
        if head.contains("filename") {
            // What it claims to be counts for nothing.
            body.extend(b"Content-Type: text/html\r\n");
        }
        body.extend(b"\r\n");
        body.extend(bytes);
        body.extend(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, bytes) in files {
        // As browsers write quotation marks and line breaks in names.
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        part(format!("name=\"file\"; filename=\"{name}\""), bytes);
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

pub(crate) fn kind() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

pub(crate) type File<'a> = (&'a str, &'a [u8]);

impl Serving {
    /// Sends a form of the customer area.
    pub(crate) fn write(
        &self,
        link: &str,
        report: i64,
        deed: &str,
        text: &str,
        files: &[File<'_>],
    ) -> Answer {
        let body = multipart(&[("text", text)], files);
        self.post(&format!("{link}/reports/{report}/{deed}"), &[("content-type", &kind())], &body)
    }

    /// A file as whoever has this address gets it: the answer's headers matter, and its bytes as they are.
    fn bytes(&self, path: &str, headers: &[(&str, &str)]) -> (Answer, Vec<u8>) {
        let mut request = ureq::get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.config().http_status_as_error(false).build().call().unwrap();
        let bytes = response.body_mut().with_config().limit(200 << 20).read_to_vec().unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let status = response.status().as_u16();
        (Answer { status, headers: response.headers().clone(), body }, bytes)
    }
}

/// The files of a report, as the command line lists them.
fn files(world: &World, report: i64) -> Vec<Value> {
    let list = world.json(&["report", "attachments", &report.to_string()]);
    list.as_array().unwrap().clone()
}

fn id_of(file: &Value) -> String {
    file["id"].as_str().unwrap().to_owned()
}

/// A page with slashes as people read them.
fn plain(page: &str) -> String {
    page.replace("&#x2f;", "/").replace("&#x27;", "'")
}

/// Every way in which a file may be called that somebody could have meant to do harm with.
fn hostile_names() -> Vec<String> {
    let begins = [
        "../",
        "../../../../",
        "/etc/",
        "C:\\Windows\\",
        "\\\\server\\share\\",
        "..\\",
        "./",
        "%2e%2e%2f",
        "~/",
        "-",
        "\u{202E}",
        "\u{200B}",
        "\u{2066}",
        "\u{FEFF}",
        "\u{00AD}",
        "\u{FF0F}",
        ".",
        "..",
        " ",
        "",
    ];
    let middles = [
        "log",
        "con",
        "NUL",
        "com1",
        ".htaccess",
        "a'b",
        "<script>alert(1)</script>",
        "x;filename=y",
        "a:b",
        "a|b",
        "\u{202E}gpj",
        "\u{1F600}",
        "e\u{301}\u{301}\u{301}",
        "日本語",
        "a\tb",
        "${jndi:x}",
        "{{ 7*7 }}",
        "a&b",
        "a%00b",
    ];
    let ends = [".txt", ".txt.", ".txt ", ".TXT"];
    let mut names = Vec::new();
    for begin in begins {
        for middle in middles {
            let end = ends[names.len() % ends.len()];
            names.push(format!("{begin}{middle}{end}"));
        }
    }
    for length in [1, 100, 254, 255, 256, 1_000, 4_000] {
        names.push(format!("{}.txt", "ä".repeat(length)));
        names.push(format!("{}.txt", "../".repeat(length)));
    }
    for n in names.len()..500 {
        names.push(format!("{}\u{200D}{n}.txt", "a/".repeat(n % 7)));
    }
    names
}

on_both! {
    fn files_go_both_ways_and_come_back_as_they_were(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let page = serving.get(&link).body;
        assert!(page.contains("type=\"file\"") && page.contains("Up to 5 files, 10 MiB each"), "{page}");
        // More than one piece, with every byte, and another file beside it.
        let log: Vec<u8> = (0..=255).cycle().take(600_001).collect();
        let sent = serving.write(&link, id, "answer", "See the log.", &[("mail.log", &log), ("shot.png", b"\x89PNG\r\n\x1a\n1")]);
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(world.report(id)["turn"], "staff");
        let page = plain(&serving.get(&link).body);
        assert!(page.contains(">mail.log</a>") && page.contains("585.9 KiB") && page.contains(">shot.png</a>"), "{page}");
        let list = files(&world, id);
        assert_eq!((list.len(), list[0]["name"].as_str(), list[0]["size"].as_u64()), (2, Some("mail.log"), Some(600_001)));
        assert_eq!((list[0]["state"].as_str(), list[0]["author"].as_str()), (Some("not_scanned"), Some("customer")));

        let path = format!("{link}/reports/{id}/attachments/{}", id_of(&list[0]));
        assert!(page.contains(&path), "{page}");
        let (answer, bytes) = serving.bytes(&path, &[]);
        assert_eq!(answer.status, 200);
        assert!(bytes == log, "the bytes are the same");
        assert_eq!(answer.header("content-type"), "application/octet-stream", "never what it claims to be");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"mail.log\"; filename*=UTF-8''mail.log");
        assert_eq!(answer.header("content-length"), "600001");
        assert_eq!((answer.header("x-content-type-options"), answer.header("cache-control")), ("nosniff", "no-store"));
        assert!(answer.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
        let head = serving.send("HEAD", &path, &[], b"");
        assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, "600001", ""));

        // Staff, by their page, by REST and on the command line.
        hire(&world, "carol", "agent");
        let seat = Seat::take(&serving, "carol");
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains(">mail.log</a>") && page.contains("not scanned"), "{page}");
        let place = format!("/admin/reports/{id}/attachments/{}", id_of(&list[0]));
        let (_, bytes) = serving.bytes(&place, &[("cookie", &seat.cookie)]);
        assert!(bytes == log);
        world.write("answer.txt", "please look here");
        world.ok(&["report", "answer", &id.to_string(), "--text", "Look", "--attach", "answer.txt", "services.csv"]);
        let list = files(&world, id);
        assert_eq!(list.iter().map(|file| file["name"].as_str().unwrap()).collect::<Vec<_>>(), ["mail.log", "shot.png", "answer.txt", "services.csv"]);
        world.ok(&["report", "attachment", &id_of(&list[0]), "--save", "saved.log"]);
        assert!(std::fs::read(world.path("saved.log")).unwrap() == log);
        let again = world.fails(1, &["report", "attachment", &id_of(&list[0]), "--save", "saved.log"]);
        assert!(again.contains("cannot create saved.log"), "{again}");
        assert_eq!(world.ok(&["report", "attachment", &id_of(&list[2]), "--save", "-"]), "please look here");
        assert!(serving.get(&link).body.contains(">answer.txt</a>"));
        assert_eq!(world.events(id, "attached"), 4);
        assert!(world.ok(&["report", "show", &id.to_string()]).contains("mail.log 585.9 KiB (not scanned)"));
        assert!(world.fails(1, &["report", "answer", &id.to_string(), "--text", "x", "--attach", "hook.sh"]).contains("hook.sh: files of this type are not accepted"));
    }

    fn staff_send_files_from_their_page_and_those_of_notes_stay_with_staff(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        hire(&world, "carol", "agent");
        let seat = Seat::take(&serving, "carol");
        let send = |form: &str, text: &str, files: &[File<'_>]| {
            let page = seat.page(&format!("/admin/reports/{id}"));
            let (csrf, revision) = (csrf_of(&page), between(&page, "data-revision=\"", "\""));
            let body = multipart(&[("csrf", &csrf), ("revision", revision), ("seen_event", "0"), ("text", text), ("outcome", "resolved")], files);
            serving.post(&format!("/admin/reports/{id}/{form}"), &[("content-type", &kind()), ("cookie", &seat.cookie)], &body)
        };
        assert_eq!(send("answer", "Do it like this", &[("how-to.pdf", b"%PDF-1.7 x")]).status, 303);
        assert_eq!(send("note", "only-staff-note", &[("only-staff-file.txt", b"only-staff-bytes")]).status, 303);
        assert_eq!(send("customer-answer", "They called", &[("", b"")]).status, 303, "no file was chosen");
        let list = files(&world, id);
        let of = |name: &str| list.iter().find(|file| file["name"] == name).unwrap();
        assert_eq!((list.len(), of("how-to.pdf")["for_staff"].as_bool(), of("only-staff-file.txt")["for_staff"].as_bool()), (2, Some(false), Some(true)));
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains(">only-staff-file.txt</a>"), "{page}");
        let hidden = id_of(of("only-staff-file.txt"));
        let (_, bytes) = serving.bytes(&format!("/admin/reports/{id}/attachments/{hidden}"), &[("cookie", &seat.cookie)]);
        assert_eq!(bytes, b"only-staff-bytes");

        for page in [serving.get(&link), serving.get(&format!("{link}/reports")), serving.get(&format!("{link}/reports/{id}/attachments/{hidden}"))] {
            assert!(!page.body.contains("only-staff") && !page.body.contains(&hidden), "{}", page.body);
        }
        assert_eq!(serving.get(&format!("{link}/reports/{id}/attachments/{hidden}")).status, 404);
        assert!(!world.mails("customer").iter().any(|mail| mail.contains("only-staff")), "no mail either");
        let history = world.report(id)["events"].to_string();
        assert!(history.contains("note_attached") && !history.contains("only-staff-file"), "{history}");

        // What is not taken does not lose what was written, in each form.
        for form in ["answer", "note", "customer-answer", "answer-and-close"] {
            let refused = send(form, "a long text", &[("virus.exe", b"MZ")]);
            let page = plain(&refused.body);
            assert!(refused.status == 422 && page.contains(">a long text<") && page.contains("Files of the type of “virus.exe” are not accepted"), "{form}: {page}");
        }
        let stale = multipart(&[("csrf", &csrf_of(&page)), ("revision", "0"), ("text", "stale words")], &[("a.txt", b"x")]);
        let headers = [("content-type", kind()), ("cookie", seat.cookie.clone())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let conflict = serving.post(&format!("/admin/reports/{id}/answer"), &headers, &stale);
        assert!(conflict.status == 409 && conflict.body.contains("stale words") && conflict.body.contains("Files that you had chosen are not kept"), "{}", conflict.body);
        let forged = multipart(&[("csrf", "x"), ("revision", "0"), ("text", "x")], &[("a.txt", b"x")]);
        assert_eq!(serving.post(&format!("/admin/reports/{id}/answer"), &headers, &forged).status, 403);
        assert_eq!(files(&world, id).len(), 2);

        // Taken away, on record, by who may.
        let gone = id_of(of("how-to.pdf"));
        assert_eq!(seat.done(&format!("/admin/reports/{id}/attachments/{gone}/removal"), &[]), format!("/admin/reports/{id}"));
        assert_eq!(seat.post(&format!("/admin/reports/{id}/attachments/{gone}/removal"), &[]).status, 404);
        assert_eq!(serving.get(&format!("{link}/reports/{id}/attachments/{gone}")).status, 410);
        assert!(serving.get(&link).body.contains("removed by the abuse desk"));
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("staff:carol") && page.contains("File “how-to.pdf” removed"), "{page}");
        world.ok(&["report", "attachment", &hidden, "--remove"]);
        assert!(world.fails(1, &["report", "attachment", &hidden, "--save", "x"]).contains("was removed"));
        assert_eq!(world.events(id, "attachment_removed"), 2);
    }

    fn every_act_of_a_customer_takes_files_and_all_or_nothing_is_stored(world) {
        let serving = world.serve();
        world.set("client.unsuspend_limit", "9");
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=timelimit&allow_unsuspend=1");
        let link = link(&world, id, "opened");
        world.ok(&["report", "suspend", &id.to_string()]);
        world.wait_for(id, "suspended");
        let mut expected = Vec::new();
        for deed in ["answer", "fixed", "contest", "unsuspend"] {
            let name = format!("{deed}.txt");
            let sent = serving.write(&link, id, deed, "words", &[(&name, deed.as_bytes())]);
            assert_eq!(sent.status, 303, "{deed}: {}", sent.body);
            expected.push(name);
        }
        let other = serving.create(&world, "service_id=7&category=Spam&suspend_method=timelimit");
        let second = crate::customers::link(&world, other, "opened");
        let body = multipart(&[("by", "24h"), ("text", "")], &[("more.txt", b"x")]);
        let place = format!("{second}/reports/{other}/more-time");
        assert_eq!(serving.post(&place, &[("content-type", &kind())], &body).status, 422, "files come with words");
        assert!(files(&world, other).is_empty() && world.report(other)["more_time_wanted"].is_null());
        let body = multipart(&[("by", "24h"), ("text", "holidays")], &[("more.txt", b"x")]);
        assert_eq!(serving.post(&place, &[("content-type", &kind())], &body).status, 303);
        assert_eq!(files(&world, other).len(), 1);
        let names: Vec<String> = files(&world, id).iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, expected);

        // The second file is refused: neither the first one nor the words are stored.
        let before = world.report(id);
        let refused = serving.write(&link, id, "answer", "not stored", &[("good.txt", b"good"), ("bad.png", b"no picture")]);
        assert!(refused.status == 422 && refused.body.contains("do not match its name"), "{}", refused.body);
        assert_eq!(world.report(id), before);
        // A text that is refused takes its files with it.
        assert_eq!(serving.write(&link, id, "answer", " ", &[("good.txt", b"good")]).status, 422);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "resolved"]);
        let closed = serving.write(&link, id, "answer", "too late", &[("late.txt", b"late")]);
        assert!(closed.status == 422 && closed.body.contains("too late"), "{}", closed.body);
        assert_eq!(files(&world, id).len(), 4);
        // The database fails in the middle of it: nothing of it is there.
        world.sql(match world.engine {
            Engine::Sqlite => "CREATE TRIGGER fail BEFORE INSERT ON message_attachments BEGIN SELECT RAISE(ABORT, 'full'); END",
            Engine::Postgres => "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;
                CREATE TRIGGER fail BEFORE INSERT ON message_attachments FOR EACH ROW EXECUTE FUNCTION fail()",
        });
        let before = world.report(other);
        assert_eq!(serving.write(&second, other, "answer", "half", &[("half.txt", b"half")]).status, 503);
        assert_eq!(world.report(other), before);
    }

    fn limits_count_while_a_file_arrives_and_what_was_written_is_kept(world) {
        world.set("attachments.max_size", "64KiB");
        world.set("attachments.per_message", "2");
        world.set("attachments.per_report", "100KiB");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let refused = |files: &[File<'_>], why: &str| {
            let answer = serving.write(&link, id, "answer", "a text that took an hour", files);
            assert_eq!(answer.status, 422, "{why}: {}", answer.body);
            assert!(answer.body.contains(why) && answer.body.contains(">a text that took an hour</textarea>"), "{why}: {}", answer.body);
        };
        let big = vec![b'x'; 50 << 20];
        let started = std::time::Instant::now();
        refused(&[("big.log", &big)], "“big.log” is too large: at most 64 KiB");
        assert!(started.elapsed().as_secs() < 10, "50 MiB were refused in {:?}", started.elapsed());
        refused(&[("edge.log", &big[..65_537])], "too large");
        refused(&[("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c")], "“c.txt” was one too many: a message can have at most 2");
        refused(&[("a.exe", b"MZ")], "are not accepted");
        refused(&[("a.pdf.exe", b"%PDF-")], "are not accepted");
        refused(&[("noname", b"x")], "are not accepted");
        refused(&[("a.png", b"GIF89a")], "do not match its name");
        refused(&[("a.txt", b"")], "is empty");
        assert_eq!(serving.write(&link, id, "answer", "one", &[("edge.log", &big[..65_536])]).status, 303);
        refused(&[("more.log", &big[..65_000])], "all files of a report can have 100 KiB");
        assert_eq!(serving.write(&link, id, "answer", "two", &[("little.log", b"x"), ("", b"")]).status, 303);
        assert_eq!(files(&world, id).len(), 2);
        // What a host does not want is not offered.
        world.set("attachments.types", r#"["txt"]"#);
        world.set("attachments.per_message", "1");
        eventually("it takes effect", || serving.get(&link).body.contains("accept=\".txt\""));
        refused(&[("x.log", b"x")], "are not accepted");
        world.set("attachments.per_message", "0");
        eventually("it takes effect", || !serving.get(&link).body.contains("type=\"file\""));
        refused(&[("x.txt", b"x")], "Attachments are not accepted here");
        assert_eq!(world.events(id, "answered"), 2);
        // A zip that would be huge is a few bytes like all others: nothing looks into it.
        world.set("attachments.per_message", "5");
        world.set("attachments.types", r#"["zip"]"#);
        eventually("it takes effect", || serving.get(&link).body.contains("accept=\".zip\""));
        assert_eq!(serving.write(&link, id, "answer", "three", &[("bomb.zip", b"PK\x03\x04\x14\x00\xff\xff\xff\xff")]).status, 303);
    }

    fn a_form_that_is_no_form_harms_nobody(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let place = format!("{link}/reports/{id}/answer");
        let send = |body: &[u8]| serving.post(&place, &[("content-type", &kind())], body).status;
        let mut endless_head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"").into_bytes();
        endless_head.resize(8 << 20, b'x');
        assert_eq!(send(&endless_head), 400, "a head without an end");
        let whole = multipart(&[("text", "broken off")], &[("a.txt", b"abcdef")]);
        let cut = serving.post(&place, &[("content-type", &kind())], &whole[..whole.len() - 36]);
        assert!(cut.status == 422 && cut.body.contains("broken off") && cut.body.contains("was incomplete or took too long"), "{cut:?}");
        assert_eq!(send(b"x"), 400);
        assert_eq!(send(format!("--{BOUNDARY}--\r\n").as_bytes()), 422, "no text");
        let many: Vec<(&str, &str)> = vec![("x", "y"); 100];
        assert_eq!(send(&multipart(&many, &[])), 413, "too many parts");
        let long = "x".repeat(2 << 20);
        assert_eq!(send(&multipart(&[("text", &long)], &[])), 413, "a text beyond the limit");
        assert_eq!(serving.post(&place, &[("content-type", "multipart/form-data")], &whole).status, 422, "no boundary: no text");
        assert_eq!(world.events(id, "answered"), 0);
        assert_eq!(send(&multipart(&[("text", "all is well")], &[])), 303);
    }

    fn too_many_files_that_arrive_at_once_cost_nobody_their_text(world) {
        use std::io::Write;
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let whole = multipart(&[("text", "slow")], &[("slow.log", &[b'x'; 4096])]);
        let head = format!(
            "POST {link}/reports/{id}/answer HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            kind(),
            whole.len()
        );
        let begin = || {
            let mut stream = std::net::TcpStream::connect(serving.address()).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&whole[..whole.len() - 2_000]).unwrap();
            stream
        };
        // One customer may have two of them in hand.
        let mut slow: Vec<_> = (0..2).map(|_| begin()).collect();
        let mut last = None;
        eventually("there is no more room", || {
            // One of them may have come while our own had the last place.
            slow.push(begin());
            let answer = serving.write(&link, id, "answer", "words that stay", &[("mine.log", b"mine")]);
            let is_full = answer.status == 422;
            last = Some(answer);
            is_full
        });
        let page = last.unwrap().body;
        assert!(page.contains("too many uploads are running") && page.contains(">words that stay</textarea>"), "{page}");
        assert_eq!(serving.write(&link, id, "answer", "without a file", &[("", b"")]).status, 303, "others are not in its way");
        drop(slow);
        eventually("there is room again", || serving.write(&link, id, "answer", "words", &[("mine.log", b"mine")]).status == 303);
        assert!(!world.report(id)["messages"].to_string().contains("slow"), "half of one is none");
    }

    fn files_of_somebody_elses_report_are_not_there(world) {
        let serving = world.serve();
        let first = serving.create(&world, "service_id=1&category=Spam");
        let second = serving.create(&world, "service_id=7&category=Spam");
        let (mine, theirs) = (link(&world, first, "opened"), link(&world, second, "opened"));
        assert_eq!(serving.write(&theirs, second, "answer", "x", &[("theirs.txt", b"theirs")]).status, 303);
        assert_eq!(serving.write(&mine, first, "answer", "x", &[("mine.txt", b"mine")]).status, 303);
        let (file, own) = (id_of(&files(&world, second)[0]), id_of(&files(&world, first)[0]));
        assert_eq!(file.len(), 32, "128 bits");
        let missing = serving.get(&format!("{mine}/reports/{first}/attachments/{}", "0".repeat(32)));
        for path in [
            format!("{mine}/reports/{second}/attachments/{file}"),
            format!("{mine}/reports/{first}/attachments/{file}"),
            format!("{mine}/reports/{second}/attachments/{own}"),
            format!("{mine}/reports/999/attachments/{file}"),
            format!("{mine}/reports/{first}/attachments/x"),
            format!("{mine}/reports/{first}/attachments/%00"),
        ] {
            let answer = serving.get(&path);
            assert_eq!((answer.status, &answer.body), (404, &missing.body), "{path}: the same as for none");
        }
        assert_eq!(serving.get(&format!("/client/reports/{second}/attachments/{file}")).status, 401, "without a session");
        assert_eq!(serving.get(&format!("/admin/reports/{second}/attachments/{file}")).status, 303, "staff sign in");
        hire(&world, "carol", "agent");
        let seat = Seat::take(&serving, "carol");
        assert_eq!(seat.get(&format!("/admin/reports/{first}/attachments/{file}")).status, 404, "of another report");
        assert_eq!(seat.get(&format!("/admin/reports/{second}/attachments/{file}")).status, 200);
        world.ok(&["report", "end-links", &second.to_string()]);
        assert_eq!(serving.get(&format!("{theirs}/reports/{second}/attachments/{file}")).status, 404);
    }

    fn five_hundred_hostile_names_do_no_harm(world) {
        world.set("attachments.per_message", "20");
        let serving = world.serve();
        // A report takes twenty answers an hour.
        let reports: Vec<(i64, String)> = (0..40)
            .map(|_| {
                let id = serving.create(&world, "service_id=1&category=Spam");
                (id, link(&world, id, "opened"))
            })
            .collect();
        let mut answers = 0;
        let mut write = |some: &[File<'_>]| {
            let (id, link) = &reports[answers / 15];
            answers += 1;
            serving.write(link, *id, "answer", "x", some)
        };
        let names = hostile_names();
        assert!(names.len() >= 400, "{}", names.len());
        let mut sent = 0;
        for some in names.chunks(20) {
            let some: Vec<File<'_>> = some.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
            let answer = write(&some);
            if answer.status == 303 {
                sent += some.len();
                continue;
            }
            // Of a message with a name that leaves no type, none is taken: each by itself then.
            assert_eq!(answer.status, 422, "{some:?}: {}", answer.body);
            for file in some {
                let answer = write(&[file]);
                assert!(matches!(answer.status, 303 | 422), "{file:?}: {answer:?}");
                sent += usize::from(answer.status == 303);
            }
        }
        let mut list = Vec::new();
        for (id, link) in &reports {
            list.extend(files(&world, *id).into_iter().map(|file| (file, *id, link.as_str())));
        }
        assert_eq!(list.len(), sent);
        assert!(sent > 300, "{sent}");
        for (file, ..) in &list {
            let name = file["name"].as_str().unwrap();
            let odd = |c: char| c.is_control() || "/\\:\"<>|?*\u{202E}\u{200B}\u{2066}\u{FEFF}\u{00AD}\u{FF0F}\u{200D}".contains(c);
            assert!(!name.chars().any(odd) && !name.starts_with(['.', '-', ' ']) && name.len() <= 200, "{name:?}");
        }
        for (file, id, link) in list.iter().step_by(9) {
            let (answer, bytes) = serving.bytes(&format!("{link}/reports/{id}/attachments/{}", id_of(file)), &[]);
            let disposition = answer.headers.get("content-disposition").unwrap().to_str().expect("plain ASCII");
            assert_eq!((answer.status, bytes.as_slice()), (200, b"x".as_slice()));
            assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        }
        for (_, link) in &reports {
            let page = serving.get(link).body;
            assert!(!page.contains("<script>") && !page.contains('\u{202E}'));
        }
    }

    fn the_same_bytes_are_stored_once_and_gone_when_nobody_has_them(world) {
        let serving = world.serve();
        let first = serving.create(&world, "service_id=1&category=Spam");
        let second = serving.create(&world, "service_id=7&category=Spam");
        let bytes = vec![7; 300_000];
        for report in [first, second] {
            let link = link(&world, report, "opened");
            assert_eq!(serving.write(&link, report, "answer", "x", &[("a.log", &bytes), ("b.log", &bytes)]).status, 303);
        }
        assert_eq!((world.count("contents"), world.count("content_chunks")), (1, 2));
        for report in [first, second] {
            for file in files(&world, report) {
                world.ok(&["report", "attachment", &id_of(&file), "--remove"]);
            }
        }
        world.sql("UPDATE contents SET used_at = 1");
        // A desk sweeps when it starts.
        serving.kill();
        let _serving = world.serve();
        eventually("the bytes are gone", || world.count("content_chunks") + world.count("contents") == 0);
        assert_eq!(files(&world, first).len(), 2, "that they were there is on record");
    }

    fn a_desk_that_dies_in_the_middle_has_all_of_a_message_or_nothing(world) {
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let bytes: Vec<u8> = (0..2_u32 << 20).flat_map(u32::to_le_bytes).collect();
        std::thread::scope(|scope| {
            for n in 0..4 {
                let (serving, link, bytes) = (&serving, &link, &bytes);
                scope.spawn(move || {
                    let body = multipart(&[("text", &format!("words {n}"))], &[("big.log", &bytes[n..])]);
                    let place = format!("{link}/reports/{id}/answer");
                    serving.try_post(&place, &[("content-type", &kind())], &body)
                });
            }
            let_pass(0.25);
            serving.signal("KILL");
        });
        drop(serving);
        let serving = world.serve();
        let report = world.report(id);
        let messages = report["messages"].as_array().unwrap();
        for message in messages {
            let files = message["attachments"].as_array().unwrap();
            assert_eq!(files.len(), 1, "a message without its file: {message}");
            let (_, kept) = serving.bytes(&format!("{link}/reports/{id}/attachments/{}", id_of(&files[0])), &[]);
            let n: usize = message["text"].as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
            assert!(kept == bytes[n..], "a file that is not whole");
        }
        assert_eq!(files(&world, id).len(), messages.len());
        let left: Vec<_> = std::fs::read_dir(world.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".tmp")), "{left:?}");
    }

    fn scripts_attach_list_get_and_remove(world) {
        let all = token(&world, &["*"]);
        let reads = token(&world, &["see_reports"]);
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let bearer = format!("Bearer {all}");
        let headers = [("authorization", bearer.as_str()), ("content-type", &kind()), ("idempotency-key", "k1")];
        let place = format!("/api/v1/reports/{id}/attachments");
        let body = multipart(&[("text", "See this"), ("kind", "note")], &[("a.log", b"abc")]);
        let made = serving.post(&place, &headers, &body);
        assert_eq!((made.status, made.json()["id"].as_i64()), (200, Some(id)), "{made:?}");
        let again = serving.post(&place, &headers, &body);
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
        let other = multipart(&[("text", "See this"), ("kind", "note")], &[("a.log", b"abd")]);
        assert_eq!(serving.post(&place, &headers, &other).status, 409, "other bytes under the same key");
        let headers = &headers[..2];
        for (body, status, code) in [
            (multipart(&[("text", "x")], &[]), 422, "invalid"),
            (multipart(&[], &[("a.log", b"x")]), 422, "invalid"),
            (multipart(&[("text", "x"), ("kind", "letter")], &[("a.log", b"x")]), 422, "invalid"),
            (multipart(&[("text", "x"), ("colour", "red")], &[("a.log", b"x")]), 422, "invalid"),
            (multipart(&[("text", " ")], &[("a.log", b"x")]), 422, "invalid"),
            (multipart(&[("text", "x")], &[("a.exe", b"x")]), 422, "invalid"),
            (multipart(&[("text", "x")], &[("a.log", &vec![0; 11 << 20])]), 413, "too_large"),
            (b"--nothing".to_vec(), 400, "malformed"),
        ] {
            let answer = serving.post(&place, headers, &body);
            assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{answer:?}");
        }
        assert_eq!(serving.post(&place, &[headers[0], ("content-type", "application/json")], b"{}").status, 415);
        assert_eq!(serving.post("/api/v1/reports/99/attachments", headers, &body).status, 404);
        let read = format!("Bearer {reads}");
        assert_eq!(serving.post(&place, &[("authorization", &read), headers[1]], &body).status, 403);
        let body = multipart(&[("text", "To the customer")], &[("b.log", b"def")]);
        assert_eq!(serving.post(&place, headers, &body).status, 200);

        let list = serving.send("GET", &place, &[("authorization", &read)], b"").json();
        let items = list["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|item| (item["name"].as_str().unwrap(), item["for_staff"].as_bool().unwrap())).collect();
        assert_eq!(names, [("b.log", false), ("a.log", true)]);
        let one = format!("{place}/{}", id_of(&items[1]));
        let (answer, bytes) = serving.bytes(&one, &[("authorization", &read)]);
        assert_eq!((answer.status, bytes.as_slice(), answer.header("content-type")), (200, b"abc".as_slice(), "application/octet-stream"));
        assert_eq!(serving.send("DELETE", &one, &[("authorization", &read)], b"").status, 403);
        assert_eq!(serving.send("DELETE", &one, &headers[..1], b"").status, 204);
        assert_eq!(serving.send("DELETE", &one, &headers[..1], b"").status, 404);
        let gone = serving.send("GET", &one, &[("authorization", &read)], b"");
        assert_eq!((gone.status, gone.json()["code"].as_str()), (409, Some("wrong_state")));
        let shown = serving.send("GET", &format!("/api/v1/reports/{id}"), &[("authorization", &read)], b"").json();
        assert_eq!(shown["messages"][0]["attachments"][0]["name"], "b.log");
        assert_eq!(shown["notes"][0]["attachments"][0]["state"], "removed");
    }

    fn nobody_has_a_file_before_it_was_scanned(world) {
        let more = format!("[attachments]\nscan = [\"/bin/sh\", \"{}\"]\nscan_timeout = \"500ms\"\nscan_retry_min = \"50ms\"\nscan_retry_max = \"100ms\"\n", world.path("scan.sh").display());
        world.write("portreeve.toml", &format!("{}{more}", world.options("observe = true")));
        // What it does is in the file that it gets; it never looks at anything else.
        world.write("scan.sh", "read -r word rest\ncase $word in\n\
            wait) [ -f let-through ] || exit 3;;\nvirus) cat > /dev/null; echo 'stream: Test-Signature FOUND'; exit 1;;\n\
            hang) sleep 60;;\nenv) [ -z \"$HOME$PORTREEVE_DATABASE__URL\" ] || exit 4;;\nesac\ncat > /dev/null\nexit 0\n");
        let serving = world.serve();
        let id = serving.create(&world, "service_id=1&category=Spam");
        let link = link(&world, id, "opened");
        let state = |name: &str| {
            let list = files(&world, id);
            let file = list.iter().find(|file| file["name"] == name).unwrap();
            (id_of(file), file["state"].as_str().unwrap().to_owned())
        };
        let send = |name: &str, bytes: &[u8]| {
            assert_eq!(serving.write(&link, id, "answer", "x", &[(name, bytes)]).status, 303);
            state(name).0
        };
        let get = |file: &str| serving.get(&format!("{link}/reports/{id}/attachments/{file}"));
        let waits = send("waits.txt", b"wait\nfor it\n");
        let answer = get(&waits);
        assert!(answer.status == 409 && answer.body.contains("Scan in progress"), "{answer:?}");
        assert!(serving.get(&link).body.contains("is being scanned"));
        assert!(world.fails(1, &["report", "attachment", &waits, "--save", "x"]).contains("being scanned"));
        world.write("let-through", "");
        eventually("it was scanned again", || state("waits.txt").1 == "clean");
        assert_eq!(get(&waits).body, "wait\nfor it\n");
        let big: Vec<u8> = b"env\n".iter().copied().chain(std::iter::repeat_n(b'x', 3 << 20)).collect();
        let clean = send("big.txt", &big);
        eventually("it was scanned", || state("big.txt").1 == "clean");
        assert_eq!(get(&clean).status, 200);

        let virus = send("virus.txt", b"virus\n");
        eventually("it was found", || state("virus.txt").1 == "infected");
        let answer = get(&virus);
        assert!(answer.status == 409 && answer.body.contains("did not clear") && !answer.body.contains("Test-Signature"), "{answer:?}");
        hire(&world, "carol", "agent");
        let seat = Seat::take(&serving, "carol");
        assert_eq!(seat.get(&format!("/admin/reports/{id}/attachments/{virus}")).status, 422);
        let page = seat.page(&format!("/admin/reports/{id}"));
        assert!(page.contains("infected, blocked") && page.contains("Test-Signature"), "{page}");
        let paper = |whose: &[&str]| {
            let out = world.path("copy.pdf");
            let id = id.to_string();
            world.ok(&[&["report", "pdf", &id, "--out", out.to_str().unwrap()], whose].concat());
            crate::paper::text_of(&world, &std::fs::read(out).unwrap())
        };
        assert!(paper(&[]).contains("virus.txt(6B):infected,blocked"), "{}", paper(&[]));
        let customers = paper(&["--for-customer"]);
        assert!(customers.contains("virus.txt(6B):blocked") && !customers.contains("waits.txt(12B):"), "{customers}");
        eventually("staff are told", || world.mails("needs_staff.staff").iter().any(|mail| mail.replace("=\r\n", "").contains("Test-Signature")));
        // The same bytes once more, with another report: known at once, and its staff know, too.
        let other = serving.create(&world, "service_id=7&category=Spam");
        let second = crate::customers::link(&world, other, "opened");
        assert_eq!(serving.write(&second, other, "answer", "x", &[("again.txt", b"virus\n")]).status, 303);
        assert_eq!((files(&world, other)[0]["state"].as_str(), world.events(other, "attachment_infected")), (Some("infected"), 1));

        let hangs = send("hangs.txt", b"hang\n");
        eventually("it was given up", || state("hangs.txt").1 == "failed");
        assert_eq!((get(&hangs).status, world.events(id, "attachment_unscanned")), (409, 1));
        eventually("the job is given up", || world.ok(&["job", "list"]).contains("scan_content"));
        // Mended: the job is brought back to life.
        world.write("scan.sh", "cat > /dev/null\n");
        let jobs = world.json(&["job", "list"]);
        let job = jobs.as_array().unwrap().iter().find(|job| job["kind"] == "scan_content").unwrap()["id"].to_string();
        world.ok(&["job", "retry", &job]);
        eventually("it was scanned", || state("hangs.txt").1 == "clean");
        assert_eq!(get(&hangs).status, 200);
    }
}
