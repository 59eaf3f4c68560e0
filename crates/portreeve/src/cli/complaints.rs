//! What complaints declare, read from files without a desk.

use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use portreeve_core::text::one_line;
use portreeve_formats::complaint::{self, Complaint, Incident, Subject};
use serde::Serialize;

use super::args::IngestArgs;
use super::services::progress_bar;
use super::{complain, plain_failure, say};

/// Bytes of a file that are read. Whatever is behind them is named as left out.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// Folders in folders that are gone into.
const DEEPEST: usize = 32;

/// Files of which on the progress is shown.
const MANY: usize = 20;

/// Longest line for people, in characters.
const LINE: usize = 300;

/// One complaint as a line of JSON: what `docs/formats.md` promises.
#[derive(Serialize)]
struct Shown<'c> {
    file: &'c str,
    format: &'static str,
    not_a_report: Option<&'static str>,
    reporter: ShownReporter<'c>,
    incidents: Vec<ShownIncident<'c>>,
    defects: Vec<String>,
}

#[derive(Serialize)]
struct ShownReporter<'c> {
    name: Option<&'c str>,
    email: Option<&'c str>,
    organisation: Option<&'c str>,
    reference: Option<&'c str>,
}

#[derive(Serialize)]
struct ShownIncident<'c> {
    category: &'static str,
    subject: ShownSubject,
    ip: Option<IpAddr>,
    port: Option<u16>,
    urls: &'c [String],
    domains: &'c [String],
    observed_at: Option<String>,
    zone: &'static str,
    destination: Option<ShownDestination>,
    count: u64,
}

#[derive(Serialize)]
struct ShownSubject {
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ShownDestination {
    ip: Option<IpAddr>,
    port: Option<u16>,
}

impl<'c> Shown<'c> {
    fn of(file: &'c str, complaint: &'c Complaint) -> Self {
        let reporter = &complaint.reporter;
        Self {
            file,
            format: complaint.format.as_str(),
            not_a_report: complaint.not_a_report.map(complaint::NotAReport::as_str),
            reporter: ShownReporter {
                name: reporter.name.as_deref(),
                email: reporter.email.as_deref(),
                organisation: reporter.organisation.as_deref(),
                reference: reporter.reference.as_deref(),
            },
            incidents: complaint.incidents.iter().map(ShownIncident::of).collect(),
            defects: complaint.defects.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'c> ShownIncident<'c> {
    fn of(incident: &'c Incident) -> Self {
        Self {
            category: incident.category.as_str(),
            subject: ShownSubject {
                kind: incident.subject.kind(),
                value: incident.subject.to_string(),
            },
            ip: incident.ip,
            port: incident.port,
            urls: &incident.urls,
            domains: &incident.domains,
            observed_at: incident.observed_at.map(|at| at.to_string()),
            zone: incident.zone.as_str(),
            destination: incident
                .destination
                .map(|to| ShownDestination { ip: to.ip, port: to.port }),
            count: incident.count,
        }
    }
}

/// How a complaint is printed.
#[derive(Clone, Copy)]
enum Shape {
    /// A line for people.
    Line,
    /// A line of JSON.
    Json,
    /// All that was found and why, for people.
    Explained,
}

/// Reads every file and prints what the complaints in it declare. A file that cannot be opened does not hold up the others.
pub(super) fn dry_run(args: &IngestArgs) -> Result<()> {
    let shape = match (args.json, args.explain) {
        (true, _) => Shape::Json,
        (false, true) => Shape::Explained,
        (false, false) => Shape::Line,
    };
    let given = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files.clone() };
    let mut files = Vec::new();
    let mut unread = 0_usize;
    for path in given {
        unread += gather(path, 0, &mut files);
    }
    let bar = progress_bar(u64::try_from(files.len()).unwrap_or(u64::MAX), "Reading");
    let shows_progress = files.len() >= MANY;
    for file in &files {
        let name = file.display().to_string();
        match bytes_of(file) {
            Ok((bytes, is_whole)) => print_all(&name, &bytes, is_whole, shape)?,
            Err(error) => {
                unread += 1;
                complain(&format!("error: {name}: {error}"));
            }
        }
        if shows_progress {
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    match unread {
        0 => Ok(()),
        1 => Err(plain_failure("one file could not be opened")),
        unread => Err(plain_failure(format!("{unread} files could not be opened"))),
    }
}

/// The files at a path: itself, or those below it in the order of their names. Returns how many could not be looked at.
fn gather(path: PathBuf, depth: usize, files: &mut Vec<PathBuf>) -> usize {
    if path == Path::new("-") || !path.is_dir() {
        files.push(path);
        return 0;
    }
    if depth > DEEPEST {
        complain(&format!("error: {}: too many folders in each other", path.display()));
        return 1;
    }
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) => {
            complain(&format!("error: {}: {error}", path.display()));
            return 1;
        }
    };
    let mut inner: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inner.sort();
    // In a Maildir, what lies in `tmp` is still being written.
    let is_maildir = path.join("cur").is_dir() && path.join("new").is_dir();
    inner.retain(|inner| !(is_maildir && inner.file_name().is_some_and(|name| name == "tmp")));
    inner.into_iter().map(|inner| gather(inner, depth + 1, files)).sum()
}

/// What is in a file, and whether that is all of it.
fn bytes_of(file: &Path) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let limit = LARGEST_FILE + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    }
    let largest = usize::try_from(LARGEST_FILE).unwrap_or(usize::MAX);
    let is_whole = bytes.len() <= largest;
    bytes.truncate(largest);
    Ok((bytes, is_whole))
}

fn print_all(name: &str, bytes: &[u8], is_whole: bool, shape: Shape) -> Result<()> {
    let mut printed = Ok(());
    complaint::each(name, bytes, &mut |mut complaint| {
        if !is_whole {
            complaint
                .defects
                .push(complaint::Defect { code: "file_too_large", detail: String::new() });
        }
        if printed.is_ok() {
            printed = print(name, &complaint, shape);
        }
    });
    printed
}

fn print(name: &str, complaint: &Complaint, shape: Shape) -> Result<()> {
    match shape {
        Shape::Json => say(serde_json::to_string(&Shown::of(name, complaint))?),
        Shape::Line => say(one_line(&summary(name, complaint), LINE)),
        Shape::Explained => explain(name, complaint),
    }
}

fn summary(name: &str, complaint: &Complaint) -> String {
    let format = complaint.format.as_str();
    if let Some(reason) = complaint.not_a_report {
        return format!("{name}: no report ({})", reason.as_str());
    }
    match complaint.incidents.as_slice() {
        [] => format!("{name}: {format}, nothing declared"),
        [first, rest @ ..] => {
            let more =
                if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("{name}: {format}, {} {}{more}", first.category.as_str(), first.subject)
        }
    }
}

/// Incidents that are printed for people.
const EXPLAINED: usize = 50;

fn explain(name: &str, complaint: &Complaint) -> Result<()> {
    let tell = |line: String| say(one_line(&line, LINE));
    tell(summary(name, complaint))?;
    let reporter = &complaint.reporter;
    let who = [&reporter.organisation, &reporter.name, &reporter.email].into_iter().flatten();
    let who: Vec<&str> = who.map(String::as_str).collect();
    if !who.is_empty() {
        let number = reporter
            .reference
            .as_ref()
            .map(|number| format!(", their number {number}"))
            .unwrap_or_default();
        say(format!("  {}", one_line(&format!("reporter: {}{number}", who.join(", ")), LINE)))?;
    }
    for line in &complaint.trace {
        say(format!("  {}", one_line(line, LINE)))?;
    }
    for incident in complaint.incidents.iter().take(EXPLAINED) {
        say(format!("  {}", one_line(&told(incident), LINE)))?;
    }
    if complaint.incidents.len() > EXPLAINED {
        say(format!("  ... and {} more", complaint.incidents.len() - EXPLAINED))?;
    }
    for defect in &complaint.defects {
        say(format!("  {}", one_line(&format!("odd: {defect}"), LINE)))?;
    }
    Ok(())
}

/// An allegation in words.
fn told(incident: &Incident) -> String {
    let mut out =
        format!("{}: {} {}", incident.category.as_str(), incident.subject.kind(), incident.subject);
    if let Some(ip) = incident.ip.filter(|_| !matches!(incident.subject, Subject::Ip(_))) {
        out.push_str(&format!(" at {ip}"));
    }
    if let Some(port) = incident.port {
        out.push_str(&format!(" port {port}"));
    }
    match incident.observed_at {
        Some(at) => out.push_str(&format!(", {at} (zone: {})", incident.zone.as_str())),
        None => out.push_str(", no time"),
    }
    if let Some(to) = incident.destination {
        let ip = to.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let port = to.port.map(|port| format!(" port {port}")).unwrap_or_default();
        out.push_str(&format!(", against {ip}{port}"));
    }
    for url in
        incident.urls.iter().skip(usize::from(matches!(incident.subject, Subject::Url(_)))).take(10)
    {
        out.push_str(&format!(", {url}"));
    }
    for domain in incident
        .domains
        .iter()
        .skip(usize::from(matches!(incident.subject, Subject::Domain(_))))
        .take(10)
    {
        out.push_str(&format!(", {domain}"));
    }
    if incident.count > 1 {
        out.push_str(&format!(", {} times", incident.count));
    }
    out
}
