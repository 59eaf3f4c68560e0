//! Mail that is not what it seems: receipts, notes of absence, what nobody can read, what shows other mails, what costs
//! too much, senders that look like the customer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::incoming::*;
use crate::lmtp::*;
use crate::world::*;

const ADDRESS: &str = "abuse@example.com";

/// A mail of the customer that answers a notice, with a body of its own.
fn reply(notice: &str, from: &str, number: usize, rest: &str) -> String {
    let id = header(notice, "Message-ID");
    format!(
        "From: {from}\nTo: {}\nSubject: Re: {}\nMessage-ID: <{number}@mail.example.com>\nIn-Reply-To: {id}\n{rest}",
        header(notice, "Reply-To"),
        header(notice, "Subject"),
    )
}

/// What shows who has the move and whether the clock runs.
fn stands(world: &World, id: i64) -> [Value; 4] {
    let report = world.report(id);
    ["turn", "deadline_at", "messages", "status"].map(|key| report[key].clone())
}

/// A value of ASN.1 with its length.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inner = parts.concat();
    let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, &inner].concat()
}

/// A body of S/MIME of this kind: 2 is signed, 3 is enveloped.
fn smime(kind: u8, mail: &str) -> String {
    let object = |last| [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last];
    let string = der(0xa0, &[&der(0x04, &[mail.as_bytes()])]);
    let content = der(0x30, &[&object(1), &string]);
    let data = der(0x30, &[&[0x02, 1, 1], &der(0x31, &[]), &content, &der(0x31, &[])]);
    let all = STANDARD.encode(der(0x30, &[&object(kind), &der(0xa0, &[&data])]));
    let lines: Vec<_> =
        all.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "Content-Type: application/pkcs7-mime; name=\"smime.p7m\"\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\n\n{}\n",
        lines.join("\n")
    )
}

on_both! {
    fn a_read_receipt_is_a_line_and_the_clock_goes_on(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let before = stands(&world, id);
        let of = header(&told, "Message-ID");
        let receipt = format!(
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=rr\n\n\
             --rr\nContent-Type: text/plain\n\nYour mail was shown on a screen.\n\
             --rr\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ada@example.com\n\
             Original-Message-ID: {of}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--rr--\n"
        );
        let nested = format!(
            "Content-Type: multipart/mixed; boundary=m\n\n--m\n{}\n--m\nContent-Type: text/plain\n\n \n--m--\n",
            receipt.replace("; displayed", "; deleted"),
        );
        let mails = [
            ("ada@example.com", reply(&told, "Ada <ada@example.com>", 1, &receipt)),
            ("ada@example.com", reply(&told, "Ada <ada@example.com>", 2, &nested)),
            ("", reply(&told, "Ada <ada@example.com>", 3, &receipt)),
            // Nothing but the receipt itself says what it is about.
            ("ada@example.com", format!("From: ada@example.com\nTo: {ADDRESS}\nSubject: Read\n{receipt}")),
        ];
        for (at, (from, mail)) in mails.iter().enumerate() {
            is_taken(&lmtp.hand_over(from, ADDRESS, mail));
            eventually("it is on record", || world.events(id, "read_receipt") == at + 1);
        }
        assert_eq!(stands(&world, id), before);
        assert_eq!((world.events(id, "mail_waits"), waiting(&world).len()), (0, 0));
        let events = world.report(id)["events"].to_string();
        assert!(events.contains("Read receipt (mail 1): the notice was displayed to the recipient"), "{events}");
        assert!(events.contains("Read receipt (mail 2): the notice was deleted by the recipient"), "{events}");
        assert_eq!(world.json(&["inbox", "show", "1"])["detail"], "receipt");
    }

    fn what_is_no_answer_waits_with_its_report_and_stops_no_clock(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let before = stands(&world, id);
        let plain = |text: &str| format!("Content-Type: text/plain; charset=utf-8\n\n{text}\n");
        let quotation = "On Tue, 1 Jan 2030, Abuse desk <abuse@example.com> wrote:\n> Hello\n";
        let cases = [
            ("perhaps_absent", plain("Hello,\nI am currently out of the office until Monday.")),
            ("perhaps_absent", plain("Guten Tag,\nich bin derzeit nicht im Büro.")),
            ("perhaps_absent", plain("Bonjour,\nje suis absent du bureau.")),
            ("perhaps_absent", plain("Hola, estoy de vacaciones.")),
            ("perhaps_absent", plain("Buongiorno, sono in ferie.")),
            ("perhaps_absent", plain("Hallo, ik ben momenteel afwezig.")),
            ("encrypted", smime(3, "")),
            ("encrypted", plain("-----BEGIN PGP MESSAGE-----\n\nwcBM\n-----END PGP MESSAGE-----")),
            (
                "encrypted",
                "Content-Type: multipart/encrypted; boundary=p\n\n--p\nContent-Type: application/pgp-encrypted\n\n\
                 Version: 1\n--p\nContent-Type: application/octet-stream; name=encrypted.asc\n\nx\n--p--\n".to_owned(),
            ),
            ("empty", plain("")),
            ("empty", plain(quotation)),
            ("empty", "Content-Type: text/html\n\n<html><body><br>&nbsp;</body></html>\n".to_owned()),
        ];
        for (at, (because, rest)) in cases.iter().enumerate() {
            is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &reply(&told, "ada@example.com", at, rest)));
            assert_eq!(why(&world, at + 1).last().map(String::as_str), Some(*because), "{rest}");
            assert_eq!(waiting(&world)[at]["report_id"], id, "{rest}");
        }
        assert_eq!(stands(&world, id), before);
        assert!(world.events(id, "mail_waits") > 0);
        // Staff can keep what they asked somebody to send again.
        let sealed = waiting(&world)[6]["id"].to_string();
        world.ok(&["inbox", "attach", &sealed, "--report", &id.to_string(), "--note"]);
        let files = world.json(&["report", "attachments", &id.to_string()]);
        assert_eq!(files[0]["name"], "smime.p7m", "{files}");
    }

    fn what_the_customer_meant_is_the_message(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = notice(&world, id, "opened");
        let signed = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe script is deleted.\r\n";
        let html = "<p>We removed the script and changed all passwords of the account.</p>";
        let ways = |plain: &str| format!(
            "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=a\n\n\
             --a\nContent-Type: text/plain\n\n{plain}\n--a\nContent-Type: text/html\n\n{html}\n--a--\n"
        );
        let encoded = "Content-Transfer-Encoding: quoted-printable\n\nAlles gel=F6scht.\n".to_owned();
        let cases = [
            (smime(2, signed), "The script is deleted."),
            (ways(" "), "We removed the script and changed all passwords of the account."),
            (ways("See HTML."), "We removed the script and changed all passwords of the account."),
            (encoded.clone(), "Alles gelöscht."),
            (format!("Content-Type: text/plain; charset=us-ascii\n{encoded}"), "Alles gelöscht."),
            (
                "Content-Type: text/plain; charset=iso-8859-1\n\nGelöscht, Ⅱ.\n".to_owned(),
                "Gelöscht, Ⅱ.",
            ),
        ];
        for (at, (rest, text)) in cases.iter().enumerate() {
            is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &reply(&told, "ada@example.com", at, rest)));
            eventually("it is there", || messages(&world, id).len() > at);
            assert_eq!(messages(&world, id)[at], *text, "{rest}");
        }
        assert!(waiting(&world).is_empty());
        assert_eq!(world.events(id, "attachment_refused"), 0, "what was opened is no file");
    }

    fn one_message_id_on_two_mails_is_two_messages(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let says = |text: &str| reply(&told, "ada@example.com", 1, &format!("\n{text}\n"));
        let file = |bytes: &str| reply(&told, "ada@example.com", 1, &format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nWe are looking.\n\
             --b\nContent-Type: text/plain; name=a.log\n\n{bytes}\n--b--\n"
        ));
        let mails = [
            says("We are looking."), says("It is gone. Please close this."), says("We  are\nlooking."),
            file("one"), file("two"), format!("Received: from x\n{}", file("two")),
        ];
        for mail in &mails {
            is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, mail));
        }
        let states = || (1..=6).map(|mail: i64| {
            world.json(&["inbox", "show", &mail.to_string()])["detail"].as_str().unwrap().to_owned()
        }).collect::<Vec<_>>();
        eventually("all are read", || !states().contains(&"unread".to_owned()));
        assert_eq!(states().iter().filter(|state| *state == "answer").count(), 4, "{:?}", states());
        assert_eq!(states().iter().filter(|state| *state == "duplicate").count(), 2);
        let all = messages(&world, id);
        assert!(all.contains(&"It is gone. Please close this.".to_owned()) && all.len() == 4, "{all:?}");
    }

    fn headers_that_the_customer_shows_stay_and_our_quotation_goes(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam");
        let told = notice(&world, id, "opened");
        let shown = [
            "I found this one:\n\nFrom: shop@ada.example\nDate: Fri, 27 Nov 2026 09:12:00 +0000\nSubject: Your order\n\
             To: list@example.org\n\nIt was sent by the plugin, which I have removed.",
            "He wrote to me:\n\n-----Original Message-----\nFrom: Cleo <cleo@example.org>\n\
             Sent: Friday, November 27, 2026 10:00 AM\nTo: Ada\nSubject: sorry\n\nI was hacked.\n\nSo I closed the account.",
            "Im Postausgang lag das hier:\n\nVon: shop@ada.example\nGesendet: Freitag, 27. November 2026 09:12\n\
             An: list@example.org\nBetreff: Ihre Bestellung\n\nDas Plugin ist entfernt.",
            "My customer says:\n> it was me",
        ];
        let quoted = [
            String::new(),
            format!("\n\n-----Original Message-----\nFrom: Abuse desk\nSent: today\nTo: Ada\nSubject: x\n\n{}", "Hello\n"),
            format!("\n\nVon: X\nGesendet: heute\nAn: Ada\nBetreff: {}\n\nHello\n", header(&told, "Subject")),
            "\n\nOn Tue, 1 Jan 2030, Abuse desk wrote:\n> Hello\n".to_owned(),
        ];
        let mut count = 0;
        for text in shown {
            for below in &quoted {
                count += 1;
                let rest = format!("Content-Type: text/plain; charset=utf-8\n\n{text}{below}\n");
                is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &reply(&told, "ada@example.com", count, &rest)));
                eventually("it is there", || messages(&world, id).len() == count);
                assert_eq!(messages(&world, id)[count - 1], text, "{below}");
            }
        }
    }

    fn who_only_looks_like_the_customer_is_somebody_else(world) {
        let lmtp = take_mail(&world, ADDRESS);
        world.write("k.csv", "service_id,customer_id,customer_email,dedicated_ip\n77,77,kay@keller.example,192.0.2.77\n");
        world.ok(&["service", "import", "k.csv"]);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=77&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let before = stands(&world, id);
        let odd = [
            "kay@keller.example:;", "Friends: kay@keller.example;", "kay@ｋｅｌｌｅｒ.example", "kay@\u{212a}eller.example",
            "\u{212a}ay@keller.example", "kay@kel\u{ad}ler.example", "kay@keller。example", "<kay@keller.example> <eve@example.net>",
            "<kay@keller.example>, eve", "eve@example.net, kay@keller.example", "\"kay\"@keller.example",
            "kay@keller.example (", "kay@keller.example\nFrom: eve@example.net", "<@example.net:kay@keller.example>",
        ];
        for (at, from) in odd.iter().enumerate() {
            is_taken(&lmtp.hand_over("eve@example.net", ADDRESS, &reply(&told, from, at, "\nIt is fixed.\n")));
            assert_eq!(why(&world, at + 1).last().map(String::as_str), Some("other_sender"), "{from}");
        }
        assert_eq!(stands(&world, id), before);
        let rest = "\nIt is fixed.\n";
        is_taken(&lmtp.hand_over("x", ADDRESS, &reply(&told, "\"Kay: K\" (k) <KAY@Keller.example>", 99, rest)));
        eventually("the customer is heard", || messages(&world, id) == ["It is fixed."]);
    }

    fn a_mail_made_to_keep_the_desk_busy_is_not_read_and_holds_up_nobody(world) {
        let lmtp = take_mail(&world, ADDRESS);
        let desk = world.serve();
        let id = desk.create(&world, "service_id=1&category=Spam&suspend_method=timelimit");
        let told = notice(&world, id, "opened");
        let folded = |count: usize| format!("From: eve@example.net\nContent-Type: text/plain;\n{}\nx\n", " rfc822\n".repeat(count));
        for number in 0..3 {
            is_taken(&lmtp.hand_over("eve@example.net", ADDRESS, &format!("Subject: {number}\n{}", folded(380_000))));
        }
        let multiparts = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned()
            + &"--b\nContent-Type: multipart/mixed; boundary=never\n\n".repeat(60_000);
        is_taken(&lmtp.hand_over("eve@example.net", ADDRESS, &format!("From: eve@example.net\n{multiparts}")));
        let text = "/client/r/".repeat(100_000).into_bytes();
        let text: Vec<_> = text.chunks(900).map(|line| std::str::from_utf8(line).unwrap()).collect();
        is_taken(&lmtp.hand_over("eve@example.net", ADDRESS, &format!("From: eve@example.net\n\n{}\n", text.join("\n"))));
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &reply(&told, "ada@example.com", 1, "\nIt is fixed.\n")));
        eventually("the customer is heard", || messages(&world, id) == ["It is fixed."]);
        let mut because = why(&world, 5);
        because.sort();
        assert_eq!(because, ["no_token", "unreadable", "unreadable", "unreadable", "unreadable"]);
        // It may be the customer's: it waits with its report, and whoever looks at it sees from whom it is.
        let long = reply(&told, "ada@example.com", 2, &format!("X-Long: {}\n\nx\n", "a\n ".repeat(100_000)));
        is_taken(&lmtp.hand_over("ada@example.com", ADDRESS, &long));
        assert_eq!(why(&world, 6)[5], "unreadable");
        let last = &waiting(&world)[5];
        assert_eq!((&last["report_id"], &last["from"]), (&id.into(), &"ada@example.com".into()));
        let shown = world.json(&["inbox", "show", &last["id"].to_string()]);
        assert_eq!(shown["text"], "");
        is_taken(&lmtp.hand_over("eve@example.net", ADDRESS, &format!("Subject: last\n{}", folded(380_000))));
        assert!(desk.stop().success(), "nobody waits for strangers");
    }
}
