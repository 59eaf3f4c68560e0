//! What mail servers say of mails that they could not deliver (RFC 3464, RFC 6522), and what older ones say in
//! words, as far as it shows which mail it is about.

use crate::budget::{Budget, Stop, Unreadable};
use crate::fields::{Fields, addresses_in, ids_in};
use crate::mime::Part;

/// Recipients that are told of in one report.
const MOST_RECIPIENTS: usize = 100;

/// Longest answer of a server that is kept, in characters.
const LONGEST_ANSWER: usize = 500;

/// How much of a returned mail is looked at for its Message-ID, in bytes: headers are not longer.
const RETURNED: usize = 256 * 1024;

/// How much of a status is looked at, and of a report in words, in bytes. It begins with what it has to say; then
/// comes the mail.
const LONGEST_STATUS: usize = 256 * 1024;
const LONGEST_WORDS: usize = 64 * 1024;

/// What a mail says of the delivery of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Each recipient that it tells of. None where a server says in words that a mail came back, but not for whom.
    pub recipients: Vec<RecipientReport>,
    /// Message-IDs of the mail that came back, without angle brackets. Usually one; several where the report says
    /// it in words.
    pub returned: Vec<String>,
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientReport {
    /// For whom, as the server that gave up knew them.
    pub address: String,
    /// For whom it was meant at first, where that is another address.
    pub original: Option<String>,
    /// What became of it.
    pub action: Action,
    /// The status, such as `5.1.1`; empty when there was none.
    pub status: String,
    /// What the server said, in one line; may be empty.
    pub answer: String,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It will not be delivered.
    Failed,
    /// It was not delivered yet.
    Delayed,
    /// It was delivered, handed on, or turned into others.
    Delivered,
}

/// What the mail says of a delivery, if that is what it is for. Words are believed only from nobody, or from who is
/// called as mail servers are.
pub(crate) fn report(
    parts: &[&Part],
    fields: &Fields,
    text: &str,
    is_trusted: bool,
    budget: &Budget<'_>,
) -> Result<Option<DeliveryReport>, Unreadable> {
    let status = parts.iter().find(|part| part.sub.ends_with("delivery-status"));
    budget.spend(LONGEST_STATUS.min(text.len()))?;
    Ok(match status {
        Some(status) => Some(DeliveryReport {
            recipients: recipients(&beginning(status.bytes(), LONGEST_STATUS)),
            returned: returned(parts),
        }),
        None if is_trusted => {
            let words = &text[..text.floor_char_boundary(LONGEST_WORDS)];
            // Each recipient that it names is looked for.
            let named = named(fields, words);
            budget.spend((1 + named.len()) * words.len())?;
            in_words(parts, text, words, named)
        }
        None => None,
    })
}

fn beginning(bytes: &[u8], most: usize) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned()
}

/// The groups of fields of a status: the first is about the mail, the others about a recipient each.
fn recipients(status: &str) -> Vec<RecipientReport> {
    let status = status.replace("\r\n", "\n");
    let groups = status.split("\n\n").map(fields).filter(|group| !group.is_empty());
    groups.filter_map(|group| recipient(&group)).take(MOST_RECIPIENTS).collect()
}

/// Fields with their values, which may go on over lines.
fn fields(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = fields.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn recipient(group: &[(String, String)]) -> Option<RecipientReport> {
    let value = |name: &str| group.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    // `rfc822; ada@example.com`
    let typed = |value: &str| {
        let bare = value.split_once(';').map_or(value, |(_, bare)| bare);
        bare.trim().trim_matches(['<', '>']).to_owned()
    };
    // `failed (expired)`: a comment may follow.
    let action = value("action")?.to_ascii_lowercase();
    let ends = |c: char| c.is_whitespace() || c == '(';
    let action = match action.split(ends).next().unwrap_or_default() {
        "failed" => Action::Failed,
        "delayed" => Action::Delayed,
        "delivered" | "relayed" | "expanded" => Action::Delivered,
        _ => return None,
    };
    Some(RecipientReport {
        address: typed(value("final-recipient").or_else(|| value("original-recipient"))?),
        original: value("original-recipient").map(typed),
        action,
        status: value("status").unwrap_or_default().chars().take(16).collect(),
        answer: answer(value("diagnostic-code").map(typed).unwrap_or_default().as_str()),
    })
}

fn answer(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST_ANSWER).collect()
}

/// The Message-ID of the mail, or of its headers, that came with the report.
fn returned(parts: &[&Part]) -> Vec<String> {
    let is_returned =
        |kind: &str| matches!(kind, "rfc822" | "global" | "rfc822-headers" | "global-headers");
    let parts = parts.iter().filter(|part| is_returned(&part.sub));
    parts.flat_map(|part| message_ids(part.bytes())).take(1).collect()
}

fn message_ids(bytes: &[u8]) -> Vec<String> {
    let head = &bytes[..bytes.len().min(RETURNED)];
    let stop = Stop::default();
    // What is cut off is no reason to know nothing.
    ids_in(Fields::leading(head, &Budget::new(&stop)).all("Message-ID"))
}

/// A report in words: about recipients that it names, with the headers of the mail below it. One that names nobody is a
/// report all the same, of which nothing is known but the mail.
fn in_words(
    parts: &[&Part],
    text: &str,
    words: &str,
    named: Vec<String>,
) -> Option<DeliveryReport> {
    let mut returned = returned(parts);
    if returned.is_empty() {
        let is_id = |line: &&str| {
            line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:"))
        };
        returned = ids_in(text.lines().map(str::trim_start).filter(is_id));
    }
    if returned.is_empty() {
        return None;
    }
    let said = Said::of(words);
    let recipients = named.into_iter().map(|address| {
        let answer = near(words, &address);
        let (status, action) = match said.permanent(&answer) {
            Some(status) => (status, Action::Failed),
            None => (String::new(), Action::Delayed),
        };
        RecipientReport { answer, address, original: None, action, status }
    });
    Some(DeliveryReport { recipients: recipients.collect(), returned })
}

/// Those whom a report in words is about: Exim names them in a header, qmail in lines of their own.
fn named(fields: &Fields, text: &str) -> Vec<String> {
    let mut failed: Vec<String> =
        fields.all("X-Failed-Recipients").flat_map(addresses_in).take(MOST_RECIPIENTS).collect();
    if failed.is_empty() {
        let lines = text.lines().map(str::trim);
        let named = lines.filter_map(|line| line.strip_prefix('<')?.strip_suffix(">:"));
        failed = named.flat_map(addresses_in).take(MOST_RECIPIENTS).collect();
    }
    failed
}

/// What a report says of all recipients.
struct Said<'t> {
    status: Option<&'t str>,
    is_permanent: bool,
}

impl<'t> Said<'t> {
    fn of(words: &'t str) -> Self {
        Self {
            status: status_in(words),
            is_permanent: words.to_ascii_lowercase().contains("permanent"),
        }
    }

    /// The status of a failure for good, from words: a code such as `5.1.1`, or that it is said in so many words, or that
    /// the server's answer begins with a code such as `554`.
    fn permanent(&self, answer: &str) -> Option<String> {
        if let Some(code) = status_in(answer).or(self.status) {
            return Some(code.to_owned());
        }
        let replies: Vec<u8> = reply_classes(answer).collect();
        let is_refused = replies.contains(&b'5') && !replies.contains(&b'4');
        (self.is_permanent || is_refused).then(String::new)
    }
}

/// The first status of a failure for good (RFC 3463) in a text.
fn status_in(text: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        let mut numbers = word.split('.');
        numbers.next() == Some("5")
            && numbers.clone().count() == 2
            && numbers.all(|n| (1..=3).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
    words.map(|word| word.trim_matches('.')).find(is_code)
}

/// The first digits of the codes with which a server's answers begin (RFC 5321 §4.2): `554 no`, `said: 554: no`,
/// `<<< 554-no`. Other numbers stand elsewhere.
fn reply_classes(answer: &str) -> impl Iterator<Item = u8> {
    let words = answer.split_whitespace();
    let before = std::iter::once("").chain(words.clone());
    before.zip(words).filter_map(|(before, word)| {
        let begins = before.ends_with(':') || !before.contains(char::is_alphanumeric);
        let (code, rest) = word.trim_start_matches(['(', '"', '\'']).split_at_checked(3)?;
        let is_code = matches!(code.as_bytes(), [b'4' | b'5', b'0'..=b'5', b'0'..=b'9']);
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.');
        (begins && is_code && ends).then(|| code.as_bytes()[0])
    })
}

/// What is said about a recipient: the lines that follow the one that names them, up to an empty one.
fn near(text: &str, address: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.contains(address)).skip(1);
    let said: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).take(10).collect();
    answer(&said.join(" "))
}
