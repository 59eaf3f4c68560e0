//! Tries every reader of strangers' bytes with mails and texts that were changed at random: `cargo xtask fuzz`. What a
//! reader panics at, or takes too long for, is written into a file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rustix::time::{ClockId, clock_gettime};

use crate::process;
use crate::readers::{READERS, Reader};

/// Longest input, in bytes; most are far shorter.
const LONGEST: usize = 1024 * 1024;

/// Longest input that is printed, in bytes: as much as a text of a report has.
const LONGEST_ON_PAPER: usize = 64 * 1024;

/// How long one input may take before it counts as one that never ends, on a machine that may do something else.
const NEVER: Duration = Duration::from_mins(5);

/// Processor time that one input may take where times are looked at, for a mail of [`LONGEST`].
const SLOW: Duration = Duration::from_secs(5);

/// What is begun with.
const SAMPLES: [&str; 13] = [
    "Return-Path: <ada@example.com>\r\nFrom: \"Ada, E\" <ada@example.com>\r\nTo: Abuse desk <abuse+r1.ab@example.org>\r\n\
     Subject: =?utf-8?q?Re=3A_=5Babuse_=231=5D?= =?iso-8859-1?b?9w==?=\r\nMessage-ID: <1@example.com>\r\n\
     References: <a@example.org>\r\n <report-1.opened.customer.1.m@example.org>\r\n\r\nDone.\r\n-- \r\nAda\r\n\r\n\
     On Tue, 1 Jan 2030, Abuse desk <abuse@example.org> wrote:\r\n> Hello\r\n>\r\n> there\r\n",
    "Content-Type: multipart/mixed; boundary=\"a\"\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
     --b\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
     F=C3=BCr euch =\r\nalle\r\n--b\r\nContent-Type: text/html; charset=windows-1252\r\n\r\n\
     <p>F\u{fc}r <a href=\"http://www.example.com/client/r/0123456789abcdef0123\">euch</a><br>&amp; alle<blockquote>x</blockquote>\r\n\
     --b--\r\n--a\r\nContent-Type: image/png; name*0=\"a\"; name*1*=utf-8''%C3%BC.png\r\n\
     Content-Disposition: attachment; filename=\"=?utf-8?b?w7wucG5n?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--a--\r\n",
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
     --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n\
     Final-Recipient: rfc822; ada@example.com\r\nAction: failed (x)\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550\r\n no\r\n\
     --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <report-1.opened.customer.1.m@example.org>\r\n--b--\r\n",
    "From: x@example.com\r\nX-Failed-Recipients: ada@example.com\r\nReturn-Path: <>\r\n\r\nThis is a permanent error.\r\n\r\n\
     <ada@example.com>:\r\nRemote host said: 550 5.1.1 unknown\r\n\r\n--- Below\r\n\r\nMessage-ID: <1@example.org>\r\n",
    "Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n\r\n--r\r\n\r\nShown.\r\n--r\r\n\
     Content-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <1@example.org>\r\n\
     Disposition: manual-action/MDN-sent-manually; displayed\r\n--r--\r\n",
    "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n\
     MIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwGggCSABAlYOiB5CgpoaQoAAAAAAAAAAAAxAAAAAAAAAA==\r\n",
    "From: ada@example.com\n\nDone.\n\n-----Original Message-----\nFrom: Abuse desk\nSent: today\nTo: Ada\nSubject: [abuse #1]\n\nHello\n",
    "see https://abuse.example.com/client/r/0123456789abcdef0123456789abcdef\n> 0123456789abcdef (evil.example.com:8080/a.php) a.b@x",
    "j\u{f6}rg@m\u{fc}ller.example.com",
    "From: fbl@example.net\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=f\r\n\r\n--f\r\n\r\nSpam.\r\n--f\r\n\
     Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nSource-IP: 192.0.2.1\r\n\
     Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n--f\r\nContent-Type: text/rfc822-headers\r\n\r\nReceived: from x ([192.0.2.1])\r\n--f--\r\n",
    "{\"xarf_version\":\"4.2.0\",\"report_id\":\"x\",\"category\":\"connection\",\"type\":\"ddos\",\"source_identifier\":\"192.0.2.1\",\
     \"reporter\":{\"org\":\"x\"},\"evidence\":[{\"payload\":\"AAEC\"}]}",
    "\"timestamp\",\"ip\",\"port\",\"tag\"\n\"2026-01-02 03:04:05\",\"192.0.2.1\",22,\"ssh;x\"\n2026-01-02 03:04:05;2001:db8::1;80;\n",
    "Subject: Fwd: abuse from 192.0.2.1\n\n---------- Forwarded message ---------\nFrom: a@example.com\nDate: Sun, Mar 1, 2026 at 9:00 AM\n\n\
     Source IP: 192[.]0[.]2[.]1\nURL: hxxps://example[.]com/x\nAll times are UTC.\nMar  1 10:00:01 h sshd[1]: Failed password from 192.0.2.1\n\
     <Infringement><Source><IP_Address>192.0.2.1</IP_Address></Source></Infringement>\n-- \nx\n",
];

/// Pieces that readers know.
const PIECES: [&str; 44] = [
    "\r\n",
    "\n",
    "\r\n\r\n",
    "--a\r\n",
    "--b--",
    "--",
    "=?utf-8?b?",
    "?=",
    "=?",
    "=",
    "=\r\n",
    "\"",
    "<",
    ">",
    "(",
    ")",
    "\\",
    ":",
    ";",
    ",",
    "@",
    "> ",
    "-- \r\n",
    "<!--",
    "-->",
    "<script>",
    "<blockquote>",
    "<p",
    "&",
    "&#x",
    "Content-Type: ",
    "multipart/mixed; boundary=a",
    "message/rfc822",
    "Content-Transfer-Encoding: base64\r\n",
    "charset=utf-16",
    "charset=utf-7",
    "/client/r/",
    "%2Fclient%2Fr%2F",
    "0123456789abcdef",
    "From: ",
    "Sent: x\r\n",
    "\u{0}",
    "\u{212a}",
    "\u{202e}",
];

/// What went wrong.
#[derive(Debug)]
pub struct Finding {
    /// With which reader.
    pub reader: &'static str,
    /// What.
    pub what: String,
    /// With what.
    pub input: Vec<u8>,
}

/// How it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// For how long.
    pub time: Duration,
    /// The beginning of randomness: the same gives the same inputs.
    pub seed: u64,
    /// Whether what is slow is a finding, too. Not so where the program was built for tests.
    pub finds_slow: bool,
}

/// Tries until the time is over; how many inputs there were, and the first finding.
pub fn tried(effort: Effort) -> (u64, Option<Finding>) {
    let mut random = SmallRng::seed_from_u64(effort.seed);
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < effort.time {
        let reader = &READERS[random.random_range(0..READERS.len())];
        // Paper is far dearer than all the others.
        let is_paper = reader.name.contains("paper");
        if is_paper && random.random_range(0..20) > 0 {
            continue;
        }
        let mut input = input(&mut random, reader);
        input.truncate(if is_paper { LONGEST_ON_PAPER } else { LONGEST });
        count += 1;
        if let Some(what) = fault(reader, &input, effort.finds_slow) {
            return (count, Some(Finding { reader: reader.name, what, input }));
        }
    }
    (count, None)
}

/// Runs `cargo xtask fuzz`: a finding is written into `folder` and ends it.
pub fn run(seconds: u64, seed: u64, folder: &Path) -> Result<()> {
    println!("fuzz: {} readers for {seconds} s, seed {seed}", READERS.len());
    std::panic::set_hook(Box::new(|_| {}));
    let time = Duration::from_secs(seconds);
    // What a build for tests takes says nothing.
    let finds_slow = !cfg!(debug_assertions);
    let (count, finding) = tried(Effort { time, seed, finds_slow });
    let used = process::cpu(std::process::id()).unwrap_or_default();
    println!("fuzz: {count} inputs, {} s of a processor", used.as_secs());
    let Some(Finding { reader, what, input }) = finding else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("{}-{seed}.bin", reader.replace(' ', "-")));
    std::fs::write(&file, input)?;
    bail!("{reader}: {what}; the input is in {}", file.display())
}

/// What goes wrong with an input. It is read on a thread of its own, so that one that never ends is seen.
fn fault(reader: &Reader, input: &[u8], finds_slow: bool) -> Option<String> {
    let (send, receive) = mpsc::channel();
    let (read, bytes) = (reader.read, input.to_vec());
    std::thread::spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| read(&bytes)));
        let said = ended.err().map(|panic| match panic.downcast::<String>() {
            Ok(said) => *said,
            Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("it panicked").to_owned(),
        });
        // Nobody may wait any more.
        let _ = send.send((said, cpu_of_thread()));
    });
    match receive.recv_timeout(NEVER) {
        Ok((Some(said), _)) => Some(format!("it panicked: {said}")),
        Ok((None, took)) if finds_slow && took > SLOW => {
            Some(format!("{} bytes took {took:?} of a processor", input.len()))
        }
        Ok(_) => None,
        Err(_) => Some(format!("{} bytes do not end within {NEVER:?}", input.len())),
    }
}

/// What this thread has used of a processor.
fn cpu_of_thread() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(used).unwrap_or_default()
}

fn input(random: &mut SmallRng, reader: &Reader) -> Vec<u8> {
    let mut bytes = match random.random_range(0..3) {
        0 if !reader.hostile.is_empty() => {
            let (begin, again) = reader.hostile[random.random_range(0..reader.hostile.len())];
            (begin.to_owned() + &again.repeat(random.random_range(1..2_000))).into_bytes()
        }
        _ => SAMPLES[random.random_range(0..SAMPLES.len())].as_bytes().to_vec(),
    };
    for _ in 0..random.random_range(0..24) {
        change(random, &mut bytes);
        bytes.truncate(LONGEST);
    }
    bytes
}

/// Changes something somewhere.
fn change(random: &mut SmallRng, bytes: &mut Vec<u8>) {
    let at = random.random_range(0..=bytes.len());
    let end = (at + random.random_range(0..200)).min(bytes.len());
    match random.random_range(0..8) {
        0 if at < bytes.len() => bytes[at] = random.random(),
        1 => {
            bytes.drain(at..end);
        }
        2 => {
            let piece = bytes[at..end].to_vec();
            let to = random.random_range(0..=bytes.len());
            bytes.splice(to..to, piece);
        }
        3 => {
            // Long runs show what grows faster than its input.
            let most = if random.random_range(0..50) == 0 { 20_000 } else { 100 };
            let piece =
                bytes[at..end].repeat(random.random_range(1..most).min(LONGEST / (end - at + 1)));
            bytes.splice(at..at, piece);
        }
        4 => {
            let other = SAMPLES[random.random_range(0..SAMPLES.len())].as_bytes();
            let from = random.random_range(0..other.len());
            bytes.splice(at..at, other[from..].iter().copied());
        }
        5 => bytes.truncate(at),
        _ => {
            let piece = PIECES[random.random_range(0..PIECES.len())];
            bytes.splice(at..at, piece.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reader_stumbles_over_what_strangers_may_send() {
        let time = Duration::from_secs(5);
        for seed in 0..2 {
            let (count, finding) = tried(Effort { time, seed, finds_slow: false });
            assert!(count > 0);
            assert!(finding.is_none(), "seed {seed}: {finding:?}");
        }
    }
}
