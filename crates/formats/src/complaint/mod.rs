//! Complaints: bytes as what they *declare*. Somebody says that an address, a prefix, a domain or a page did something; who
//! held it, and what follows from it, is decided elsewhere.
//!
//! Reading never fails. What could be made out is in the result, what was odd is a [`Defect`], and the caller keeps the
//! bytes. Nothing is fetched, nothing is looked up, no clock is read.

mod acns;
pub mod address;
mod arf;
mod category;
mod container;
mod dates;
mod declared;
mod document;
mod domain;
mod iodef;
mod json;
mod large;
mod marks;
mod netcraft;
mod not_a_report;
mod plain;
mod readers;
mod reading;
mod refang;
mod safe_browsing;
mod spamcop;
mod steps;
mod table;
mod transport;
#[doc(hidden)]
pub mod tried;
mod value;
mod vendors;
mod xarf;
mod xml;
mod zones;

use jiff::Timestamp;

pub use category::Category;
pub use large::{Piece, Take, each_piece, each_piece_of_archive};
pub use value::{host_of, instant, subject};

/// Reads a mail, or a file of one of the formats that are also sent without one (JSON, CSV, XML, plain text), or what is in
/// a mailbox, a zip or a gzip file. `name` is the file's, if it has one; it only helps to tell what it is. Mostly one
/// complaint.
pub fn read(name: &str, bytes: &[u8]) -> Vec<Complaint> {
    let mut found = Vec::new();
    each(name, bytes, &mut |complaint| found.push(complaint));
    found
}

/// The same, one after the other: a mailbox can have many.
pub fn each(name: &str, bytes: &[u8], take: &mut dyn FnMut(Complaint)) {
    for mail in transport::mailbox(name, bytes) {
        for document in transport::unwrapped(name, mail) {
            take(readers::read(&document));
        }
    }
}

/// Takes a mailbox or a container apart: the bytes of each mail or file in it, with its name. Anything else is taken as it
/// is.
pub fn apart(name: &str, bytes: &[u8], take: &mut dyn FnMut(&str, &[u8])) {
    transport::apart(name, bytes, take);
}

/// What was read out of one complaint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Complaint {
    /// Which format it was recognised as.
    pub format: Format,
    /// Why it is no report at all, if so. Then there are no incidents.
    pub not_a_report: Option<NotAReport>,
    /// Who complains.
    pub reporter: Reporter,
    /// What is alleged, in the order in which it stands there.
    pub incidents: Vec<Incident>,
    /// What was odd.
    pub defects: Vec<Defect>,
    /// How it was recognised and what was taken from where, for people.
    pub trace: Vec<String>,
}

/// Who complains, as the complaint says. None of it is authenticated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporter {
    /// A person's or program's name.
    pub name: Option<String>,
    /// Where answers go: the original author's address where a list or a help desk rewrote `From`.
    pub email: Option<String>,
    /// The organisation.
    pub organisation: Option<String>,
    /// The reporter's own number of this complaint.
    pub reference: Option<String>,
}

/// One allegation.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// What kind of abuse.
    pub category: Category,
    /// The resource that the complaint declares to be the source. Addresses that are merely mentioned, destinations,
    /// victims, relays, resolvers and reporters never stand here, nor in the next four fields.
    pub subject: Subject,
    /// The source's address, where the complaint declares one beside or as its subject.
    pub ip: Option<std::net::IpAddr>,
    /// The source's port, needed behind carrier-grade NAT.
    pub port: Option<u16>,
    /// Pages that are complained about, refanged.
    pub urls: Vec<String>,
    /// Domains that are complained about, in lower case and `xn--` form.
    pub domains: Vec<String>,
    /// When it was observed.
    pub observed_at: Option<Timestamp>,
    /// Where the zone of `observed_at` was taken from.
    pub zone: Zone,
    /// What was attacked or contacted.
    pub destination: Option<Destination>,
    /// How many events this stands for; at least 1.
    pub count: u64,
}

/// The resource that an allegation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An address; v4-in-v6 is plain IPv4 here.
    Ip(std::net::IpAddr),
    /// Addresses with a common beginning.
    Prefix(ipnet::IpNet),
    /// A domain, in lower case and `xn--` form.
    Domain(String),
    /// A page, refanged.
    Url(String),
    /// A mail address.
    Email(String),
}

impl Subject {
    /// Which kind of resource, as it is printed.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ip(_) => "ip",
            Self::Prefix(_) => "prefix",
            Self::Domain(_) => "domain",
            Self::Url(_) => "url",
            Self::Email(_) => "email",
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Prefix(net) => net.fmt(f),
            Self::Domain(text) | Self::Url(text) | Self::Email(text) => f.write_str(text),
        }
    }
}

/// What was attacked or contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// Its address, where it is given and not masked.
    pub ip: Option<std::net::IpAddr>,
    /// Its port.
    pub port: Option<u16>,
}

/// Where the zone of an instant was taken from, most trusted first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Zone {
    /// It stands with the value.
    Value,
    /// A sentence says it once for all ("All times are UTC").
    Prose,
    /// The `Date` header of the mail has it.
    Header,
    /// Nothing says it: UTC was assumed.
    #[default]
    Assumed,
}

impl Zone {
    /// Its word, as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Prose => "prose",
            Self::Header => "header",
            Self::Assumed => "assumed",
        }
    }
}

/// Why something is no report of abuse. Nothing is dropped for it: staff find it set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAReport {
    /// An answer to something that the desk wrote, by its shape.
    Answer,
    /// A mail that came back.
    Bounce,
    /// A machine answers: absence notes, "we got your mail".
    AutoReply,
    /// Aggregate statistics of DMARC (RFC 7489) or TLS reporting (RFC 8460).
    DmarcAggregate,
    /// A help desk has made a ticket of a mail of ours, or closed one.
    TicketAck,
    /// An address was taken off a block list.
    Delisting,
    /// Something else: marketing, counter-notices, status mails.
    Other,
}

impl NotAReport {
    /// Its word, as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Bounce => "bounce",
            Self::AutoReply => "auto_reply",
            Self::DmarcAggregate => "dmarc_aggregate",
            Self::TicketAck => "ticket_ack",
            Self::Delisting => "delisting",
            Self::Other => "other",
        }
    }
}

/// Something odd, as a stable word and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// A word in `snake_case` that stays the same.
    pub code: &'static str,
    /// What it is about, for people; may be empty. At most a few hundred characters.
    pub detail: String,
}

impl std::fmt::Display for Defect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.detail.as_str() {
            "" => f.write_str(self.code),
            detail => write!(f, "{}: {detail}", self.code),
        }
    }
}

/// The formats that are recognised. One line each: the variant and its word.
macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Which format a complaint was recognised as.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum Format { $($(#[$doc])* $name,)* }

        impl Format {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its word, as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

formats! {
    /// Text or HTML in which nothing says more than the sentences do.
    #[default]
    Plain = "plain",
    /// RFC 5965 and its family.
    Arf = "arf",
    /// XARF 4, JSON.
    XarfV4 = "xarf_v4",
    /// XARF 1 to 3, JSON.
    XarfV3 = "xarf_v3",
    /// X-ARF 0.1 and 0.2, YAML in a mail.
    XarfV0 = "xarf_v0",
    /// SpamCop, about a sender or an advertised site.
    Spamcop = "spamcop",
    /// Shadowserver's tables.
    Shadowserver = "shadowserver",
    /// Netcraft's take-down mails.
    Netcraft = "netcraft",
    /// Copyright notices in XML, ACNS 0.6 to 1.3.
    Acns = "acns",
    /// Incidents in XML (RFC 5070, RFC 7970).
    Iodef = "iodef",
    /// Copyright notices in words (DMCA).
    Dmca = "dmca",
    /// Google's Safe Browsing reports as text.
    GoogleSafeBrowsing = "google_safe_browsing",
    /// Reports that Cloudflare passes on.
    Cloudflare = "cloudflare",
    /// Listings and notifications of Spamhaus.
    Spamhaus = "spamhaus",
    /// URLhaus and Feodo Tracker.
    AbuseCh = "abuse_ch",
    /// Project Honey Pot's monitor reports.
    ProjectHoneypot = "project_honeypot",
    /// UCEPROTECT's monitor.
    Uceprotect = "uceprotect",
    /// LeakIX.
    Leakix = "leakix",
    /// BitNinja.
    Bitninja = "bitninja",
    /// Hetzner's detection of scans.
    Hetzner = "hetzner",
    /// NFOservers.
    Nfoservers = "nfoservers",
    /// myNetWatchman.
    Mynetwatchman = "mynetwatchman",
    /// A table with a header, whoever made it.
    Table = "table",
}
