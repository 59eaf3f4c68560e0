use proptest::prelude::*;

use super::*;

/// A mail from its lines, as it travels.
fn mail(lines: &str) -> Mail {
    handed_over(lines, None)
}

/// The same, from a server that named a sender.
fn handed_over(lines: &str, envelope_from: Option<&str>) -> Mail {
    super::read(lines.replace('\n', "\r\n").as_bytes(), envelope_from)
}

/// A mail of whose sender no server told.
fn read(raw: &[u8]) -> Mail {
    super::read(raw, None)
}

#[test]
fn a_plain_answer_is_read_with_all_that_it_refers_to() {
    let mail = mail(
        "Return-Path: <ada@example.com>\nDelivered-To: abuse+r92.ab@example.org\n\
         From: Ada Example <Ada@example.com>\nTo: Abuse desk <abuse@example.org>, x@example.net\n\
         Subject: Re: =?utf-8?q?Spam_=E2=80=93_now?=\nMessage-ID: <1@example.com>\n\
         In-Reply-To: <report-92.opened.customer.1.mac@example.org>\n\
         References: <report-92@example.org>\n <report-92.opened.customer.1.mac@example.org>\n\n\
         We have removed it.\n",
    );
    assert_eq!(mail.from.as_deref(), Some("Ada@example.com"));
    assert_eq!(mail.subject, "Re: Spam – now");
    assert_eq!(mail.message_id.as_deref(), Some("1@example.com"));
    assert_eq!(mail.refers_to[0], "report-92.opened.customer.1.mac@example.org");
    assert!(mail.refers_to.contains(&"report-92@example.org".to_owned()));
    assert_eq!(
        mail.addressed_to,
        ["abuse+r92.ab@example.org", "abuse@example.org", "x@example.net"]
    );
    assert_eq!(mail.said, "We have removed it.");
    assert_eq!((mail.automatic, mail.delivery), (None, None));
}

#[test]
fn nobody_in_particular_wrote_a_mail_with_two_senders() {
    for from in [
        "From: a@example.com, b@example.com",
        "From: a@example.com\nFrom: b@example.com",
        "From: Two, Of them <a@example.com>, b@example.com",
        "From: nobody",
        "To: x@example.com",
    ] {
        let mail = mail(&format!("{from}\nSubject: x\n\nhello\n"));
        assert_eq!(mail.from, None, "{from}");
    }
}

#[test]
fn html_becomes_text_and_files_are_kept_apart() {
    let mail = mail(
        "From: ada@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n<p>It is <b>gone</b>.</p><script>x()</script>\n\
         --b\nContent-Type: image/png; name=\"../../a\tb.png\"\nContent-Disposition: attachment\n\
         Content-Transfer-Encoding: base64\n\nAAEC\n\
         --b\nContent-Type: message/rfc822\n\nSubject: inner\n\nhello\n--b--\n",
    );
    assert_eq!(mail.said.trim(), "It is gone.");
    assert_eq!(mail.files.len(), 2, "{:?}", mail.files);
    assert_eq!(mail.files[0].media_type, "image/png");
    assert_eq!(mail.files[0].bytes, [0, 1, 2]);
    assert!(!mail.files[0].name.contains(char::is_control), "{:?}", mail.files[0].name);
    assert_eq!(mail.files[1].media_type, "message/rfc822");
}

#[test]
fn quotation_and_signature_are_cut_where_it_is_certain() {
    for (text, said) in [
        (
            "Done.\n\nOn Tue, 1 Jan 2030, Abuse <abuse@example.org> wrote:\n> Hello\n> there\n",
            "Done.",
        ),
        (
            "Erledigt.\n\nAm 01.01.2030 um 12:00 schrieb Abuse\n<abuse@example.org>:\n\n> Hallo\n>\n> da\n\n",
            "Erledigt.",
        ),
        ("Done.\n-- \nAda\n+49 1\n\n> Hello\n", "Done."),
        ("Done.\n\n> Hello\n\n-- \nAda\n", "Done."),
        (
            "Done.\n\n-----Original Message-----\nFrom: Abuse\nSent: today\nTo: Ada\nSubject: x\n\nHello\n",
            "Done.",
        ),
        (
            "Done.\n\n________________________________\nVon: Abuse\nGesendet: heute\nAn: Ada\n\nHallo\n",
            "Done.",
        ),
        // Answered between the lines: all of it counts.
        (
            "> Is it gone?\nYes.\n> Since when?\nToday.\n",
            "> Is it gone?\nYes.\n> Since when?\nToday.",
        ),
        // A list that ends with a colon names nobody.
        ("We removed the following:\n> x.php\n", "We removed the following:"),
        (
            "a\n-- \n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n",
            "a\n-- \n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16",
        ),
        ("-----\nnot a rule\n", "-----\nnot a rule"),
        ("> only a quotation\n", ""),
        ("", ""),
    ] {
        assert_eq!(super::said::without_quotation(text), said, "{text:?}");
    }
}

#[test]
fn machines_are_known_by_headers_and_never_by_a_subject() {
    for (header, sign) in [
        ("Auto-Submitted: auto-replied", Some(Automatic::AutoReplied)),
        ("auto-submitted: Auto-Generated; x=y", Some(Automatic::AutoSubmitted)),
        ("Auto-Submitted: no", None),
        ("Precedence: bulk", Some(Automatic::Precedence)),
        ("Precedence: first-class", None),
        ("X-Autoreply: yes", Some(Automatic::AnsweringMachine)),
        ("X-Auto-Response-Suppress: All", Some(Automatic::SuppressesAnswers)),
        ("X-Auto-Response-Suppress: None", None),
        ("List-Id: <x.example.com>", Some(Automatic::List)),
        ("Return-Path: <>", Some(Automatic::NullReturnPath)),
        ("Return-Path: <ada@example.com>", None),
        ("Subject: Out of office: vacation until Monday", None),
    ] {
        let mail = mail(&format!("From: ada@example.com\n{header}\n\nhello\n"));
        assert_eq!(mail.automatic, sign, "{header}");
    }
}

const DSN: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\n\
    Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
    --b\nContent-Type: text/plain\n\nSorry.\n\
    --b\nContent-Type: message/delivery-status\n\n\
    Reporting-MTA: dns; mx.example.net\n\n\
    Final-Recipient: rfc822; ada@example.com\nOriginal-Recipient: rfc822;info@example.com\n\
    Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n    no such user\n\n\
    Final-Recipient: rfc822; ben@example.com\nAction: delayed\nStatus: 4.2.2\n\n\
    --b\nContent-Type: message/rfc822\n\n\
    From: abuse@example.org\nMessage-ID: <report-92.opened.customer.1.mac@example.org>\n\nHello\n--b--\n";

#[test]
fn a_delivery_report_says_what_became_of_which_mail_for_whom() {
    for dsn in [DSN.to_owned(), DSN.replace("message/rfc822", "text/rfc822-headers")] {
        let report = mail(&dsn).delivery.expect("a report");
        assert_eq!(report.returned, ["report-92.opened.customer.1.mac@example.org"]);
        let [ada, ben] = &report.recipients[..] else { panic!("two recipients: {report:?}") };
        assert_eq!((ada.address.as_str(), ada.action), ("ada@example.com", Action::Failed));
        assert_eq!(ada.original.as_deref(), Some("info@example.com"));
        assert_eq!((ada.status.as_str(), ada.answer.as_str()), ("5.1.1", "550 5.1.1 no such user"));
        assert_eq!(ben.action, Action::Delayed);
    }
    let answered = mail("From: ada@example.com\nSubject: Undelivered\n\nNo.\n");
    assert_eq!(answered.delivery, None);
}

#[test]
fn bounces_in_words_count_as_far_as_they_name_mail_and_recipient() {
    let qmail = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n\
        Hi. This is the mail program. I'm afraid I wasn't able to deliver your message.\n\n\
        <ada@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n\n\
        --- Below this line is a copy of the message.\n\n\
        From: abuse@example.org\nMessage-ID: <report-1.opened.customer.1.m@example.org>\n\nHello\n";
    let report = mail(qmail).delivery.expect("a report");
    assert_eq!(report.returned, ["report-1.opened.customer.1.m@example.org"]);
    let [ada] = &report.recipients[..] else { panic!("one recipient: {report:?}") };
    assert_eq!((ada.action, ada.status.as_str()), (Action::Failed, "5.1.1"));
    assert!(ada.answer.contains("550 5.1.1 unknown"), "{ada:?}");

    let later = qmail.replace("550 5.1.1 unknown", "try again later");
    assert_eq!(mail(&later).delivery.expect("a report").recipients[0].action, Action::Delayed);
    let nameless = qmail.replace("Message-ID", "X-Else");
    assert_eq!(mail(&nameless).delivery, None);
    // Whoever writes like a server without being one gets read like everybody else.
    let forged = qmail.replace("Return-Path: <>\n", "").replace("MAILER-DAEMON", "ada");
    assert_eq!(mail(&forged).delivery, None);
}

#[test]
fn a_name_with_a_comma_is_one_sender() {
    for from in ["Ench, Fr <fr@example.com>", "\"Ench, Fr\" <fr@example.com>", "fr@example.com"] {
        let mail = mail(&format!("From: {from}\nSubject: x\n\nhello\n"));
        assert_eq!(mail.from.as_deref(), Some("fr@example.com"), "{from}");
    }
}

const IN_WORDS: &str = "From: noreply@isp.example.com\nX-Failed-Recipients: fr@example.com\n\
    Subject: Mail delivery failed\n\n\
    A message that you sent could not be delivered. This is a permanent error.\n\n\
    \x20 fr@example.com\n    SMTP error from remote mail server: 550 5.1.1 unknown\n\n\
    ------ This is a copy of your message. ------\n\n\
    From: abuse@example.org\nMessage-ID: <report-1.opened.customer.1.m@example.org>\n\nHello\n";

#[test]
fn a_bounce_in_words_is_believed_from_nobody_whoever_it_says_to_be_from() {
    let report = handed_over(IN_WORDS, Some("")).delivery.expect("a report");
    assert_eq!(report.returned, ["report-1.opened.customer.1.m@example.org"]);
    let [fr] = &report.recipients[..] else { panic!("one recipient: {report:?}") };
    assert_eq!((fr.address.as_str(), fr.action), ("fr@example.com", Action::Failed));
    assert_eq!(fr.status, "5.1.1");
    for sender in [None, Some("noreply@isp.example.com")] {
        assert_eq!(handed_over(IN_WORDS, sender).delivery, None, "{sender:?}");
    }
}

#[test]
fn a_mail_that_came_back_without_saying_for_whom_is_no_automatic_answer() {
    let unknown = "From: system@example.com\nSubject: Unzustellbar\n\n\
        Ihre Nachricht hat einige oder alle Empfaenger nicht erreicht.\n\n\
        Message-ID: <report-1.opened.customer.1.m@example.org>\n";
    let report = handed_over(unknown, Some("")).delivery.expect("a report");
    assert_eq!(report.returned, ["report-1.opened.customer.1.m@example.org"]);
    assert!(report.recipients.is_empty(), "{report:?}");
    // A vacation program has nothing of the mail that it answers but its Message-ID in headers.
    let away =
        "From: ada@example.com\nIn-Reply-To: <report-1.opened.customer.1.m@example.org>\n\nAway.\n";
    assert_eq!(handed_over(away, Some("")).delivery, None);
}

#[test]
fn what_a_server_said_shows_whether_a_mail_failed_or_is_late() {
    for (said, action) in [
        ("Remote host said: 554: delivery error: dd This user does not exist", Action::Failed),
        ("554 delivery error", Action::Failed),
        ("<<< 550-no such user", Action::Failed),
        ("Remote host said: 5.7.1 refused", Action::Failed),
        (
            "192.0.2.1 failed after I sent the message.\nRemote host said: (552 full)",
            Action::Failed,
        ),
        ("Remote host said: 451 come again, then 550: no", Action::Delayed),
        ("Remote host said: 421: too busy\n550 no", Action::Delayed),
        ("it was tried for 500 seconds at port 587", Action::Delayed),
        ("no answer from 2001:db8::554 or 192.0.2.1", Action::Delayed),
        ("Remote host said: 5540 bytes", Action::Delayed),
    ] {
        let yahoo = format!(
            "From: MAILER-DAEMON@mx.example.net\n\nUnable to deliver to the following address.\n\n\
             <two@example.com>:\n{said}\n\n--- Below this line is a copy of the message.\n\n\
             Message-ID: <report-1.opened.customer.1.m@example.org>\n"
        );
        let report = handed_over(&yahoo, Some("")).delivery.expect("a report");
        assert_eq!(report.recipients[0].action, action, "{said}");
    }
}

#[test]
fn an_action_may_have_a_comment() {
    for comment in ["failed (expired)", "Failed(expired)", "failed"] {
        let report = mail(&DSN.replace("failed", comment)).delivery.expect("a report");
        assert_eq!(report.recipients[0].action, Action::Failed, "{comment}");
    }
}

#[test]
fn what_outlook_puts_below_without_a_rule_is_no_answer() {
    let original = "Gesendet: Dienstag, 1. Januar 2030 12:00\nAn: Ada\nBetreff: Spam\n\nHallo\n";
    for (text, said) in [
        (format!("Erledigt.\n\nVon: Abuse <abuse@example.org>\n{original}"), "Erledigt."),
        (format!("Von: abuse@example.org\n{original}"), ""),
        (
            "Fait.\n\nDe\u{a0}: Abuse <abuse@example.org>\nEnvoyé : mardi\nÀ : Ada\nObjet : x\n\nb\n"
                .to_owned(),
            "Fait.",
        ),
    ] {
        assert_eq!(super::said::without_quotation(&text), said, "{text:?}");
    }
    for kept in [
        // No empty line above, nobody's address, evidence with headers as they are in mails.
        "It was\nFrom: abuse@example.org\nSent: today\nTo: Ada",
        "Log:\n\nFrom: somebody\nSent: today\nTo: Ada",
        "The spam:\n\nFrom: eve@example.net\nTo: ada@example.com\nDate: today\n\nIs it this one?",
        "The spam:\n\nFrom: eve@example.net\nDate: today\nMessage-ID: <1@example.net>\n\nThis one?",
    ] {
        assert_eq!(super::said::without_quotation(kept), kept);
    }
}

#[test]
fn what_outlook_puts_below_in_html_is_no_answer() {
    let headers = "<b>From:</b> Abuse &lt;abuse@example.org&gt;<br><b>Sent:</b> today<br>\
        <b>To:</b> Ada<br><b>Subject:</b> x";
    for html in [
        format!("<p>Done.</p><div><p>{headers}</p></div><p>Hello</p>"),
        format!("<div>Done.</div><hr><div>{headers}</div><div>Hello</div>"),
    ] {
        let mail = mail(&format!("From: ada@example.com\nContent-Type: text/html\n\n{html}\n"));
        assert_eq!(mail.said, "Done.", "{}", mail.text);
    }
}

#[test]
fn a_multipart_without_its_end_is_read_as_if_it_had_one() {
    let head =
        "From: ada@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n";
    for part in [
        "--a\nContent-Type: text/plain\n\nFür euch.\n",
        "--a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nF=C3=BCr euch.\n",
        "--a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nRsO8ciBldWNoLg==\n",
        "--a\nContent-Type: text/html; charset=utf-8\n\n<p>F&uuml;r euch.</p>\n",
        "--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>F&uuml;r euch.\n",
    ] {
        let mail = mail(&format!("{head}{part}"));
        assert_eq!((mail.said.trim(), mail.files.len()), ("Für euch.", 0), "{part}");
    }
    let cut_off = mail(&format!(
        "{head}--a\nContent-Type: text/plain\n\nSee.\n--a\nContent-Type: image/png; name=a.png\n\
         Content-Transfer-Encoding: base64\n\nAAEC\n"
    ));
    assert_eq!(cut_off.said, "See.");
    assert_eq!(cut_off.files[0].bytes, [0, 1, 2]);
}

#[test]
fn what_stands_below_the_headers_is_read_where_no_part_is() {
    for kind in
        ["multipart/mixed", "multipart/mixed; boundary=a", "multipart/alternative; boundary="]
    {
        let mail = mail(&format!("From: ada@example.com\nContent-Type: {kind}\n\nIt is gone.\n"));
        assert_eq!((mail.said.as_str(), mail.files.len()), ("It is gone.", 0), "{kind}");
    }
    // A part that somebody sends as a file is one, unless it is all that they say.
    let text = "Content-Type: text/plain\nContent-Disposition: attachment";
    let alone = mail(&format!("From: ada@example.com\n{text}\n\nIt is gone.\n"));
    assert_eq!((alone.said.as_str(), alone.files.len()), ("It is gone.", 0));
    let named = mail(&format!("From: ada@example.com\n{text}; filename=a.txt\n\nIt is gone.\n"));
    assert_eq!((named.said.as_str(), named.files[0].name.as_str()), ("", "a.txt"));
}

#[test]
fn a_long_name_of_a_file_still_shows_how_it_ends() {
    let part = |name: &str| {
        let head = "From: ada@example.com\nContent-Type: multipart/mixed; boundary=a\n\n\
            --a\nContent-Type: text/plain\n\nSee.\n";
        mail(&format!("{head}--a\nContent-Type: text/x-log; name=\"{name}\"\n\nx\n--a--\n"))
    };
    let long = "n".repeat(400) + ".txt";
    assert_eq!(part(&long).files[0].name, long);
    let endless = part(&"n".repeat(5_000));
    assert_eq!(endless.files[0].name.len(), LONGEST_FILE_NAME);
}

#[test]
fn a_file_without_a_name_is_called_after_its_type() {
    for (kind, name) in [
        ("message/rfc822", "mail.eml"),
        ("image/png", "image.png"),
        ("Image/JPEG", "image.jpg"),
        ("application/pdf", "document.pdf"),
        ("text/plain\nContent-Disposition: attachment", "text.txt"),
        ("application/octet-stream", ""),
    ] {
        let mail = mail(&format!(
            "From: ada@example.com\nContent-Type: multipart/mixed; boundary=a\n\n\
             --a\nContent-Type: text/plain\n\nSee.\n--a\nContent-Type: {kind}\n\nx\n--a--\n"
        ));
        assert_eq!((mail.said.as_str(), mail.files.len()), ("See.", 1), "{kind}");
        assert_eq!(mail.files[0].name, name, "{kind}");
    }
}

#[test]
fn mails_in_mails_are_not_followed_however_deep_they_are() {
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(300_000) + "hello";
    assert_eq!(read(deep.as_bytes()).files.len(), 1);
    let odd = "Content-Type : message/\r\n\tRFC822\r\n\r\n".repeat(100_000) + "hello";
    read(odd.as_bytes());
    let digest = "Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\n".repeat(100_000);
    read(digest.as_bytes());
    let multipart =
        |n| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\r\n\r\n--b{n}\r\n");
    let multiparts = (0..5_000).map(multipart).collect::<Vec<_>>().concat();
    read(multiparts.as_bytes());
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(20_000)
    );
    assert_eq!(read(parts.as_bytes()).files.len(), MOST_FILES);
}

#[test]
fn limits_hold_for_long_texts_subjects_and_threads() {
    let many = "<a@example.com> ".repeat(10_000);
    let long = "ü".repeat(LONGEST_TEXT);
    let raw = format!(
        "Content-Type: text/plain; charset=utf-8\r\nSubject: {}\r\nReferences: {many}\r\nTo: {many}\r\n\r\n{long}",
        "s".repeat(5_000)
    );
    let mail = read(raw.as_bytes());
    assert!(mail.text.len() <= LONGEST_TEXT && mail.text.starts_with('ü'));
    assert_eq!(mail.subject.len(), LONGEST_LINE);
    assert_eq!(mail.refers_to.len(), MOST_REFERENCES);
    assert_eq!(mail.addressed_to.len(), MOST_ADDRESSES);
}

proptest! {
    #[test]
    fn whatever_comes_in_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes);
    }

    #[test]
    fn whatever_mail_like_comes_in_is_read(lines in proptest::collection::vec(
        prop_oneof![
            Just("Content-Type: multipart/mixed; boundary=b".to_owned()),
            Just("Content-Type: multipart/report; boundary=\"b\"".to_owned()),
            Just("Content-Type: message/delivery-status".to_owned()),
            Just("Content-Type: message/rfc822".to_owned()),
            Just("Content-Type: text/html; charset=utf-16".to_owned()),
            Just("Content-Transfer-Encoding: base64".to_owned()),
            Just("Content-Transfer-Encoding: quoted-printable".to_owned()),
            Just("--b".to_owned()), Just("--b--".to_owned()), Just(String::new()),
            Just("Return-Path: <>".to_owned()), Just("From: <a@b>, =?utf-8?b?w?=".to_owned()),
            Just("Action: failed".to_owned()), Just("Final-Recipient: rfc822;".to_owned()),
            Just("Message-ID: <é>".to_owned()), Just("> ü".to_owned()), Just("-- ".to_owned()),
            "\\PC{0,40}",
        ], 0..40)) {
        read(lines.join("\r\n").as_bytes());
        read(lines.join("\n").as_bytes());
    }
}
