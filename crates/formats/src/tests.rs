use proptest::prelude::*;

use super::*;

/// The desk of these tests.
fn ours() -> Ours {
    Ours {
        addresses: vec!["abuse@example.org".into()],
        names: vec!["Abuse desk".into()],
        tags: vec!["[abuse #".into()],
        marks: vec!["/client/r/".into()],
    }
}

/// A mail from its lines, as it travels.
pub(crate) fn mail(lines: &str) -> Mail {
    handed_over(lines, None)
}

/// The same, from a server that named a sender.
fn handed_over(lines: &str, envelope_from: Option<&str>) -> Mail {
    let raw = lines.replace('\n', "\r\n");
    try_read(raw.as_bytes(), envelope_from).expect("no more than any mail may cost")
}

/// A mail of whose sender no server told.
fn read(raw: &[u8]) -> Mail {
    try_read(raw, None).expect("no more than any mail may cost")
}

fn try_read(raw: &[u8], envelope_from: Option<&str>) -> Result<Mail, Unreadable> {
    super::read(raw, Circumstances { envelope_from, ours: &ours(), stop: &Stop::default() })
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
fn our_quotation_and_the_signature_are_cut_where_it_is_certain() {
    for (text, said) in [
        (
            "Done.\n\nOn Tue, 1 Jan 2030, Abuse <abuse@example.org> wrote:\n> Hello\n> there\n",
            "Done.",
        ),
        (
            "Erledigt.\n\nAm 01.01.2030 um 12:00 schrieb Abuse\n<abuse+r1.x@example.org>:\n\n> Hallo\n>\n> da\n\n",
            "Erledigt.",
        ),
        ("Fait.\n\nLe 1 janv., Abuse desk a écrit :\n> Bonjour\n", "Fait."),
        ("Done.\n-- \nAda\n+49 1\n\n> Hello [abuse #1]\n", "Done."),
        ("Done.\n\n> see https://example.org/client/r/…\n\n-- \nAda\n", "Done."),
        (
            "Done.\n\n-----Original Message-----\nFrom: Abuse desk\nSent: today\nTo: Ada\nSubject: x\n\nHello\n",
            "Done.",
        ),
        (
            "Done.\n\n-----Original Message-----\nFrom: X\nSent: today\nTo: Ada\nSubject: [abuse #1] x\n\nHello\n",
            "Done.",
        ),
        (
            "Done.\n\n________________________________\nVon: abuse@example.org\nGesendet: heute\nAn: Ada\n\nHallo\n",
            "Done.",
        ),
        (
            "Done.\n\nFrom: Somebody\nSent: today\nTo: Ada\n\nSee https://example.org/client/r/…\n",
            "Done.",
        ),
        // Answered between the lines: all of it counts.
        (
            "> Is it gone? [abuse #1]\nYes.\n> Since when?\nToday.\n",
            "> Is it gone? [abuse #1]\nYes.\n> Since when?\nToday.",
        ),
        (
            "a\n-- \n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n",
            "a\n-- \n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16",
        ),
        ("> only a quotation of [abuse #1]\n", ""),
        ("", ""),
    ] {
        assert_eq!(super::said::without_quotation(text, &ours()), said, "{text:?}");
    }
    for kept in [
        "-----\nnot a rule",
        "We removed the following:\n> x.php",
        "My customer wrote on 1 Jan, Cleo <cleo@example.net>:\n> I was hacked.",
        "The log of today:\n\n> 10:00 eve@example.net logged in",
        "On Tue, 1 Jan 2030, Cleo <cleo@example.net> wrote:\n> I got [abuse #1] from you, it was me.",
    ] {
        assert_eq!(super::said::without_quotation(kept, &ours()), kept);
    }
}

#[test]
fn headers_that_a_customer_shows_cut_nothing() {
    for kept in [
        "I found this one:\n\nFrom: shop@ada.example\nDate: Fri, 27 Nov 2026 09:12:00 +0000\nSubject: Your order\n\
         To: list@example.net\n\nIt was sent by the plugin, which I have removed.",
        "These are the headers.\n\nReturn-Path: <www-data@ada.example>\nReceived: from ada.example\n\
         From: shop@ada.example\nSubject: Your order\n\nI put a captcha in front of it.",
        "He wrote to me:\n\n-----Original Message-----\nFrom: Cleo <cleo@example.net>\n\
         Sent: Friday, November 27, 2026 10:00 AM\nTo: Ada\nSubject: sorry\n\nI was hacked.\n\nSo I closed it.",
        "Im Postausgang:\n\nVon: shop@ada.example\nGesendet: Freitag, 27. November 2026 09:12\nAn: list@example.net\n\
         Betreff: Ihre Bestellung\n\nDas Plugin ist entfernt.",
        "________________________________\nVon: Cleo\nGesendet: heute\nAn: Ada\n\nIch war es nicht.",
    ] {
        assert_eq!(super::said::without_quotation(kept, &ours()), kept);
        let quoted =
            format!("{kept}\n\nOn Tue, 1 Jan 2030, Abuse desk wrote:\n> [abuse #1] Hello\n");
        assert_eq!(super::said::without_quotation(&quoted, &ours()), kept, "ours alone is cut");
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
        assert_eq!(super::said::without_quotation(&text, &ours()), said, "{text:?}");
    }
    // No empty line above.
    let kept = "It was\nFrom: abuse@example.org\nSent: today\nTo: Ada";
    assert_eq!(super::said::without_quotation(kept, &ours()), kept);
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
fn text_of_any_kind_is_read_and_base64_that_is_none_stays_as_it_is() {
    for head in [
        "Content-Type: text/markdown",
        "Content-Type: text/enriched",
        "Content-Type: text/plain\nContent-Transfer-Encoding: base64",
    ] {
        let mail = mail(&format!("From: ada@example.com\n{head}\n\nIt is gone.\n"));
        assert_eq!((mail.said.as_str(), mail.files.len()), ("It is gone.", 0), "{head}");
    }
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
    assert_eq!(read(odd.as_bytes()).files.len(), 1);
    let digest = "Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\n".repeat(100_000);
    assert_eq!(
        try_read(digest.as_bytes(), None).map(|mail| mail.files.len()),
        Err(Unreadable::TooManyParts)
    );
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(MOST_PARTS - 1)
    );
    assert_eq!(read(parts.as_bytes()).files.len(), MOST_FILES);
}

/// What a mail of so many bytes of this costs, up to where it is not read any more.
fn steps(begin: &str, again: &str, size: usize) -> u64 {
    let raw = begin.to_owned() + &again.repeat(size / again.len());
    let (ours, stop) = (ours(), Stop::default());
    let budget = Budget::new(&stop);
    let known = Circumstances { envelope_from: Some(""), ours: &ours, stop: &stop };
    drop(read_within(raw.as_bytes(), known, &budget));
    budget.spent()
}

#[test]
fn twice_as_much_of_anything_takes_no_more_than_twice_the_steps() {
    let multipart = "Content-Type: multipart/mixed; boundary=b\n\n";
    let html = "Content-Type: text/html\n\n";
    for (begin, again) in [
        ("Content-Type: text/plain;\n", " rfc822\n"),
        ("Content-Type: text/plain;\n", " a*0*=b;\n"),
        ("Subject: ", "=?a?q?"),
        ("From: ", "(\"<"),
        ("References: ", "<"),
        ("To: ", "a@b,"),
        ("", "A:b\n"),
        ("", "Content-Type: message/rfc822\n\n"),
        ("", "Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
        (multipart, "--b\nContent-Type: multipart/mixed; boundary=never\n\n"),
        (multipart, "--b\nContent-Transfer-Encoding: base64\n\n==--b"),
        (multipart, "--"),
        (html, "<a \""),
        (html, "&#1"),
        (html, "<blockquote><p>"),
        ("\n", "> "),
        ("\n", "-----x-----\n\n"),
        ("\n", "\nFrom: a@b\nSent: x\nTo: y\n"),
        ("\n", "-- \n"),
        ("X-Failed-Recipients: a@b\n\n", "<a@b>:\n"),
        ("Content-Type: message/delivery-status\n\n", "Action: failed\nFinal-Recipient: a;b\n\n"),
        ("Content-Type: message/disposition-notification\n\n", "Disposition: x\n"),
        ("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n", "MIAw"),
    ] {
        for size in [16 * 1024, 64 * 1024, 256 * 1024] {
            let (once, twice) = (steps(begin, again, size), steps(begin, again, 2 * size));
            assert!(twice <= once * 22 / 10 + 1_000, "{begin:?} {again:?} {size}: {once}, {twice}");
            assert!(twice <= MOST_STEPS + u64::try_from(4 * size).expect("small"));
        }
    }
}

#[test]
fn of_what_cannot_be_read_the_header_is() {
    let mail = format!(
        "From: ada@example.com\nSubject: x\nIn-Reply-To: <a@example.org>\nTo: b@example.org\nX-Long: {}\nSubject: y\n\nz",
        "a".repeat(LONGEST_FIELD)
    );
    assert_eq!(try_read(mail.as_bytes(), None), Err(Unreadable::TooLongAField));
    let mail = read_header(mail.as_bytes());
    assert_eq!((mail.from.as_deref(), mail.subject.as_str()), (Some("ada@example.com"), "x"));
    assert_eq!(
        (mail.refers_to, mail.addressed_to),
        (vec!["a@example.org".to_owned()], vec!["b@example.org".to_owned()])
    );
}

#[test]
fn what_nobody_waits_for_is_not_read_on() {
    let stop = Stop::default();
    stop.now();
    let known = Circumstances { envelope_from: None, ours: &ours(), stop: &stop };
    assert_eq!(super::read(b"Subject: x\n\nx", known), Err(Unreadable::Stopped));
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

const RECEIPT: &str = "Content-Type: multipart/report; report-type=disposition-notification; boundary=rr\n\n\
    --rr\nContent-Type: text/plain\n\nYour mail was shown on a screen.\n\
    --rr\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ada@example.com\n\
    Original-Message-ID: <report-1.opened.customer.1.m@example.org>\n\
    Disposition: manual-action/MDN-sent-manually; displayed\n\n--rr--\n";

#[test]
fn a_receipt_is_known_whoever_sends_it_and_wherever_it_stands() {
    let nested = format!(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\n{RECEIPT}\n--m\nContent-Type: text/plain\n\n \n--m--\n"
    );
    for body in [RECEIPT, &nested] {
        for sender in [None, Some("ada@example.com"), Some("")] {
            let mail =
                handed_over(&format!("From: ada@example.com\nSubject: Read: x\n{body}"), sender);
            let receipt = mail.receipt.expect("a receipt");
            assert_eq!(receipt.disposition, Disposition::Displayed);
            assert!(receipt.is_all);
            assert_eq!(receipt.of, ["report-1.opened.customer.1.m@example.org"]);
            assert_eq!(mail.delivery, None, "it is no mail that came back");
        }
    }
    let deleted = mail(&RECEIPT.replace("; displayed", "; deleted")).receipt.expect("a receipt");
    assert_eq!(deleted.disposition, Disposition::Deleted);
    assert_eq!(mail("From: ada@example.com\nSubject: Read: x\n\nI read it.\n").receipt, None);
}

#[test]
fn a_mail_with_words_beside_a_receipt_is_not_one() {
    let beside = |more: &str| {
        format!("Content-Type: multipart/mixed; boundary=m\n\n{more}--m\n{RECEIPT}\n--m--\n")
    };
    let notification = RECEIPT.split("--rr\n").last().expect("a part");
    for body in [
        beside("--m\nContent-Type: text/plain\n\nWe have removed the script.\n"),
        beside("--m\nContent-Type: image/png\n\nx\n"),
        RECEIPT.replace("Your mail was shown on a screen.", "We have removed the script."),
        RECEIPT.replace("--rr--\n", "--rr\nContent-Type: text/plain\n\nIt is gone.\n--rr--\n"),
        format!(
            "Content-Type: multipart/mixed; boundary=rr\n\n--rr\nContent-Type: text/plain\n\n\
             I read it, and the mail was read by all of us.\n--rr\n{notification}"
        ),
    ] {
        let mail = mail(&format!("From: ada@example.com\nSubject: x\n{body}"));
        assert!(!mail.receipt.expect("it has one").is_all, "{body}");
    }
}

#[test]
fn of_several_ways_to_say_the_same_the_one_that_says_it_is_read() {
    let alternative = |plain: &str, html: &str| {
        mail(&format!(
            "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\n{plain}\n\
             --a\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n{html}\n\
             --r\nContent-Type: image/png; name=logo.png\n\nx\n--r--\n--a--\n"
        ))
    };
    let html = "<p>We have removed the script and changed all passwords of the account.</p>";
    for plain in ["", " \n\u{a0}\n", "See the HTML part.", "> Hello [abuse #1]"] {
        let mail = alternative(plain, html);
        assert!(mail.said.starts_with("We have removed"), "{plain:?}: {}", mail.said);
        assert_eq!(mail.files.len(), 1);
    }
    assert_eq!(
        alternative("We removed the script, and all passwords are new.", html).said.trim(),
        "We removed the script, and all passwords are new."
    );
    let with_footer = mail(&format!(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n{html}\n\
         --m\nContent-Type: text/plain\n\nThe list\n--m--\n"
    ));
    assert!(with_footer.text.contains("We have removed") && with_footer.text.contains("The list"));
}

#[test]
fn what_only_a_key_opens_is_told_from_what_is_only_signed() {
    let code = |bytes: &[u8]| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for three in bytes.chunks(3) {
            let word = three
                .iter()
                .chain(&[0; 3])
                .take(3)
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            for place in 0..=three.len() {
                out.push(char::from(digits[word >> (18 - 6 * place) & 63]));
            }
        }
        out
    };
    let smime = |bytes: &[u8]| {
        mail(&format!(
            "From: ada@example.com\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\
             Content-Transfer-Encoding: base64\n\n{}\n",
            code(bytes)
        ))
    };
    let inner = "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nIt is gone.\r\n\
        --i\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--i--\r\n";
    for says_lengths in [true, false] {
        let signed = smime(&crate::cms::tests::wrapped(inner.as_bytes(), says_lengths));
        assert_eq!((signed.said.as_str(), signed.is_encrypted), ("It is gone.", false));
        assert_eq!(
            signed.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
            ["a.png"]
        );
    }
    let sealed = smime(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03");
    assert!(sealed.is_encrypted && sealed.said.is_empty());
    assert_eq!(sealed.files[0].name, "smime.p7m");
    let pgp = mail(
        "From: ada@example.com\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=p\n\n\
         --p\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\
         --p\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--p--\n",
    );
    assert!(pgp.is_encrypted);
    assert_eq!(
        pgp.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
        ["encrypted.asc"]
    );
    let inline = mail(
        "From: a@example.com\n\nHello\n-----BEGIN PGP MESSAGE-----\n\nwcBM\n-----END PGP MESSAGE-----\n",
    );
    assert!(inline.is_encrypted);
    let mangled = mail(
        "From: a@example.com\nContent-Type: multipart/mixed; boundary=p\n\n--p\nContent-Type: text/plain\n\n\n\
         --p\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\
         --p\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--p--\n",
    );
    assert!(mangled.is_encrypted);
    assert!(!mail("From: a@example.com\n\nWhat is a BEGIN PGP MESSAGE?\n").is_encrypted);
}

#[test]
fn a_mail_says_nothing_that_has_neither_a_word_nor_a_file() {
    for silent in ["", "\n \n", "> only\n> quoted\n", "On Tue, Abuse desk wrote:\n> [abuse #1] x\n"]
    {
        assert!(
            mail(&format!("From: ada@example.com\nSubject: x\n\n{silent}")).is_silent(),
            "{silent:?}"
        );
    }
    assert!(mail("From: ada@example.com\n\n\u{200b}\u{feff}\u{ad}\u{2060}\u{3164}\n").is_silent());
    for kind in ["application/ms-tnef; name=winmail.dat", "text/calendar; method=REPLY"] {
        let head = "From: ada@example.com\nContent-Type: multipart/mixed; boundary=a\n\n--a\n";
        assert!(mail(&format!("{head}Content-Type: {kind}\n\nx\n--a--\n")).is_silent(), "{kind}");
    }
    assert!(!mail("From: ada@example.com\n\nok\n").is_silent());
    assert!(!mail("From: ada@example.com\nContent-Type: image/png\n\nx\n").is_silent());
}

#[test]
fn raw_letters_are_read_in_texts_and_headers() {
    let mail = read(
        b"From: J\xf6rg <ada@example.com>\r\nSubject: Gel\xf6scht\r\n\r\nAlles gel\xf6scht.\r\n",
    );
    assert_eq!(mail.from.as_deref(), Some("ada@example.com"));
    assert_eq!((mail.subject.as_str(), mail.said.as_str()), ("Gelöscht", "Alles gelöscht."));
    let latin = read("Content-Type: text/plain; charset=us-ascii\r\n\r\nGelöscht.\r\n".as_bytes());
    assert_eq!(latin.said, "Gelöscht.");
}

proptest! {
    #[test]
    fn whatever_comes_in_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        drop(try_read(&bytes, None));
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
            Just("Content-Type: multipart/alternative; boundary=b".to_owned()),
            Just("Content-Type: application/pkcs7-mime".to_owned()), Just("MIAGCSqGSIb3DQEHAqCA".to_owned()),
            Just("Content-Type: message/disposition-notification".to_owned()),
            Just("From: Abuse desk".to_owned()), Just("Sent: today".to_owned()), Just("To: x".to_owned()),
            Just("-----Original Message-----".to_owned()), Just("On 1 Jan, abuse@example.org wrote:".to_owned()),
            Just("Action: failed".to_owned()), Just("Final-Recipient: rfc822;".to_owned()),
            Just("Message-ID: <é>".to_owned()), Just("> ü".to_owned()), Just("-- ".to_owned()),
            "\\PC{0,40}",
        ], 0..40)) {
        read(lines.join("\r\n").as_bytes());
        read(lines.join("\n").as_bytes());
    }
}
