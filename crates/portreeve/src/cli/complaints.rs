//! What complaints declare, read from files without a desk.

use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use portreeve_core::text::one_line;
use portreeve_formats::complaint::{self, Complaint, Defect, Format, Incident, Piece, Subject};
use serde::Serialize;

use super::args::IngestArgs;
use super::services::progress_bar;
use super::{complain, plain_failure};

/// Folders in folders that are gone into.
const DEEPEST: usize = 32;

/// Files of which on the progress is shown.
const MANY: usize = 20;

/// Longest line for people, in characters.
const LINE: usize = 300;

/// One complaint as a line of JSON: what `docs/formats.md` promises.
#[derive(Serialize)]
pub(super) struct Shown<'c> {
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
    pub(super) fn of(file: &'c str, complaint: &'c Complaint) -> Self {
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
        if let Err(error) = print_file(file, &name, shape) {
            match error.downcast_ref::<Unreadable>() {
                Some(Unreadable(error)) => {
                    unread += 1;
                    complain(&format!("error: {name}: {error}"));
                }
                None => return Err(error),
            }
        }
        if shows_progress {
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    match unread {
        0 => Ok(()),
        1 => Err(plain_failure("1 file could not be opened")),
        unread => Err(plain_failure(format!("{unread} files could not be opened"))),
    }
}

/// The files at a path: itself, or those below it in the order of their names. Returns how many could not be looked at.
pub(super) fn gather(path: PathBuf, depth: usize, files: &mut Vec<PathBuf>) -> usize {
    if path == Path::new("-") || !path.is_dir() {
        files.push(path);
        return 0;
    }
    if depth > DEEPEST {
        complain(&format!("error: {}: folders nested too deeply", path.display()));
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

/// A file that cannot be opened, or not to its end.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Unreadable(io::Error);

fn print_file(file: &Path, name: &str, shape: Shape) -> Result<()> {
    let mut printer = Printer {
        name,
        shape,
        out: BufWriter::new(io::stdout().lock()),
        broken: None,
        begun: None,
    };
    let mut take = |piece| printer.take(piece);
    let read = if file == Path::new("-") {
        complaint::each_piece(name, io::stdin().lock(), &mut take)
    } else {
        std::fs::File::open(file)
            .and_then(|input| complaint::each_piece_of_archive(name, input, &mut take))
    };
    printer.flush();
    match (printer.broken.take(), read) {
        (Some(error), _) => Err(error.into()),
        (None, Err(error)) => Err(Unreadable(error).into()),
        (None, Ok(())) => Ok(()),
    }
}

/// Prints what is found in one file, as it is found.
struct Printer<'n, W> {
    name: &'n str,
    shape: Shape,
    out: W,
    /// Why nothing more can be printed.
    broken: Option<io::Error>,
    /// A complaint of which only a piece is in memory.
    begun: Option<Begun>,
}

/// What is known of a complaint that is printed while it is read.
struct Begun {
    format: Format,
    first: Option<Incident>,
    incidents: usize,
}

impl<W: Write> Printer<'_, W> {
    fn take(&mut self, piece: Piece) -> io::Result<()> {
        let printed = match piece {
            Piece::Whole(complaint) => self.whole(&complaint).and_then(|()| self.out.flush()),
            Piece::Begin(format) => {
                self.begun = Some(Begun { format, first: None, incidents: 0 });
                self.begin(format)
            }
            Piece::One(incident) => self.one(*incident),
            Piece::End(defects) => self.end(&defects).and_then(|()| self.out.flush()),
        };
        printed.map_err(|error| {
            let ended = io::Error::from(error.kind());
            self.broken = Some(error);
            ended
        })
    }

    fn flush(&mut self) {
        if let Err(error) = self.out.flush() {
            self.broken.get_or_insert(error);
        }
    }

    fn whole(&mut self, complaint: &Complaint) -> io::Result<()> {
        match self.shape {
            Shape::Json => {
                serde_json::to_writer(&mut self.out, &Shown::of(self.name, complaint))?;
                writeln!(self.out)
            }
            Shape::Line => self.tell(&summary(self.name, complaint)),
            Shape::Explained => self.explain(complaint),
        }
    }

    /// The line of JSON up to its incidents. They come one after the other.
    fn begin(&mut self, format: Format) -> io::Result<()> {
        if !matches!(self.shape, Shape::Json) {
            return Ok(());
        }
        let complaint = Complaint { format, ..Complaint::default() };
        let line = serde_json::to_string(&Shown::of(self.name, &complaint))?;
        let begin = line.split_once("],\"defects\"").map_or(line.as_str(), |(begin, _)| begin);
        self.out.write_all(begin.as_bytes())
    }

    fn one(&mut self, incident: Incident) -> io::Result<()> {
        let Some(begun) = &mut self.begun else { return Ok(()) };
        begun.incidents += 1;
        let number = begun.incidents;
        match self.shape {
            Shape::Json => {
                if number > 1 {
                    self.out.write_all(b",")?;
                }
                serde_json::to_writer(&mut self.out, &ShownIncident::of(&incident))?;
            }
            Shape::Explained if number <= EXPLAINED => {
                self.tell(&format!("  {}", told(&incident)))?;
            }
            Shape::Explained | Shape::Line => {}
        }
        if let Some(begun) = &mut self.begun {
            begun.first.get_or_insert(incident);
        }
        Ok(())
    }

    fn end(&mut self, defects: &[Defect]) -> io::Result<()> {
        let Some(begun) = self.begun.take() else { return Ok(()) };
        match self.shape {
            Shape::Json => {
                let defects: Vec<String> = defects.iter().map(ToString::to_string).collect();
                self.out.write_all(b"],\"defects\":")?;
                serde_json::to_writer(&mut self.out, &defects)?;
                writeln!(self.out, "}}")
            }
            Shape::Line => self.tell(&begun.summary(self.name)),
            Shape::Explained => {
                if begun.incidents > EXPLAINED {
                    self.tell(&format!("  ... and {} more", begun.incidents - EXPLAINED))?;
                }
                self.tell(&begun.summary(self.name))?;
                self.tell_defects(defects)
            }
        }
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        let (blanks, line) = line.split_at(line.len() - line.trim_start().len());
        writeln!(self.out, "{blanks}{}", one_line(line, LINE))
    }

    fn tell_defects(&mut self, defects: &[Defect]) -> io::Result<()> {
        defects.iter().try_for_each(|defect| self.tell(&format!("  odd: {defect}")))
    }

    fn explain(&mut self, complaint: &Complaint) -> io::Result<()> {
        self.tell(&summary(self.name, complaint))?;
        let reporter = &complaint.reporter;
        let who = [&reporter.organisation, &reporter.name, &reporter.email].into_iter().flatten();
        let who: Vec<&str> = who.map(String::as_str).collect();
        if !who.is_empty() {
            let number = reporter
                .reference
                .as_ref()
                .map(|number| format!(", reference {number}"))
                .unwrap_or_default();
            self.tell(&format!("  reporter: {}{number}", who.join(", ")))?;
        }
        for line in &complaint.trace {
            self.tell(&format!("  {}", line.trim()))?;
        }
        for incident in complaint.incidents.iter().take(EXPLAINED) {
            self.tell(&format!("  {}", told(incident)))?;
        }
        if complaint.incidents.len() > EXPLAINED {
            self.tell(&format!("  ... and {} more", complaint.incidents.len() - EXPLAINED))?;
        }
        self.tell_defects(&complaint.defects)
    }
}

impl Begun {
    fn summary(&self, name: &str) -> String {
        declared(name, self.format, self.first.as_ref(), self.incidents)
    }
}

fn summary(name: &str, complaint: &Complaint) -> String {
    match complaint.not_a_report {
        Some(reason) => format!("{name}: not a complaint ({})", reason.as_str()),
        None => {
            let incidents = &complaint.incidents;
            declared(name, complaint.format, incidents.first(), incidents.len())
        }
    }
}

fn declared(name: &str, format: Format, first: Option<&Incident>, incidents: usize) -> String {
    let format = format.as_str();
    let Some(first) = first else { return format!("{name}: {format}, nothing declared") };
    let more = if incidents > 1 { format!(" and {} more", incidents - 1) } else { String::new() };
    format!("{name}: {format}, {} {}{more}", first.category.as_str(), first.subject)
}

/// Incidents that are printed for people.
const EXPLAINED: usize = 50;

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
