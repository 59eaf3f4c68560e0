//! The API of `FraudRecord`, version 1 of it: forms by POST, answers of one line.

use async_trait::async_trait;
use portreeve_app::fraudrecord::{Asked, Charge, Person, Records, Refusal, Register, Sent};
use portreeve_core::time::Span;

use crate::outbound::call::Call;
use crate::outbound::{Answered, Endpoint, Outcome};

/// Bytes of an answer that are read: a line has fewer than a hundred.
const ANSWER: usize = 16 * 1024;

/// Longest code of a record.
const LONGEST_CODE: usize = 64;

/// Where the register is, as it documents it.
pub const ADDRESS: &str = "https://www.fraudrecord.com/api/";

/// The register, and how to call it.
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    address: String,
    api_key: String,
    timeout: Span,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({:?})", self.endpoint)
    }
}

impl Client {
    /// A way to the register at `address`, which is reached by https, or is on this machine.
    pub fn new(address: &str, api_key: String, timeout: Span) -> Result<Self, String> {
        let endpoint = Endpoint::parse(address).map_err(|error| error.to_string())?;
        if !endpoint.is_tls() && !endpoint.is_loopback() {
            return Err("must begin with https://".to_owned());
        }
        if address.contains('?') {
            return Err("must not have a query".to_owned());
        }
        Ok(Self { endpoint, address: address.to_owned(), api_key, timeout })
    }

    fn form(&self, action: &str, person: &Person, more: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("_action", action).append_pair("_api", &self.api_key);
        for (field, hash) in person.fields() {
            form.append_pair(field.as_str(), hash);
        }
        form.extend_pairs(more).finish()
    }

    async fn call(&self, form: String) -> Outcome {
        let call = Call {
            endpoint: &self.endpoint,
            allow_private: self.endpoint.is_loopback(),
            timeout: self.timeout,
            largest: ANSWER,
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: form.into(),
        };
        call.make().await
    }
}

#[async_trait]
impl Register for Client {
    async fn ask(&self, person: &Person) -> Asked {
        match self.call(self.form("query", person, &[])).await {
            Outcome::NotSent(why) | Outcome::NoAnswer(why) => Asked::Unreachable(why),
            Outcome::Answered(answered) => match records(&answered, &self.address) {
                Ok(records) => Asked::Answered(records),
                Err(refusal) => Asked::Refused(refusal),
            },
        }
    }

    async fn report(&self, person: &Person, charge: &Charge) -> Sent {
        let severity = charge.severity.to_string();
        let more = [("_type", charge.kind), ("_text", &charge.text), ("_value", &severity)];
        match self.call(self.form("report", person, &more)).await {
            Outcome::NotSent(why) => Sent::NotSent(why),
            Outcome::NoAnswer(why) => Sent::Lost(why),
            Outcome::Answered(answered) => taken(&answered),
        }
    }
}

/// What the register said, if it is one of its words.
fn said(answered: &Answered) -> Result<&str, Refusal> {
    let strange = || Refusal::Strange(answered.found());
    if answered.status != 200 || !answered.whole {
        return Err(strange());
    }
    let text = std::str::from_utf8(&answered.body).map_err(|_| strange())?.trim();
    match text {
        "ERR:API" => Err(Refusal::Key),
        "ERR:ACTION" => Err(Refusal::Action),
        "ERR:DATA" => Err(Refusal::Data),
        "NODATA" | "ERR:NODATA" => Err(Refusal::NoData),
        text => Ok(text),
    }
}

/// `<report>14-3-6.7-abd2ce90ea864c03</report>`: points, reports, reliability, code.
fn records(answered: &Answered, address: &str) -> Result<Records, Refusal> {
    let text = said(answered)?;
    let inner = text.strip_prefix("<report>").and_then(|text| text.strip_suffix("</report>"));
    let parsed = inner.and_then(|inner| {
        let mut parts = inner.trim().splitn(4, '-');
        let points = parts.next()?.parse().ok()?;
        let reports = parts.next()?.parse().ok()?;
        let reliability = parts.next().filter(|text| is_decimal(text))?.to_owned();
        let code = parts.next().filter(|text| is_code(text))?;
        let link = format!("{address}?showreport={code}");
        Some(Records { points, reports, reliability, link })
    });
    parsed.ok_or_else(|| Refusal::Strange(answered.found()))
}

/// `OK:` and the code. Whatever else is no word of the register may have been said after it took the report.
fn taken(answered: &Answered) -> Sent {
    match said(answered) {
        Ok(text) => match text.strip_prefix("OK:").map(str::trim).filter(|code| is_code(code)) {
            Some(code) => Sent::Taken(code.to_owned()),
            None => Sent::Unclear(answered.found()),
        },
        Err(Refusal::Strange(words)) => Sent::Unclear(words),
        Err(refusal) => Sent::Refused(refusal),
    }
}

fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric())
}

fn is_decimal(text: &str) -> bool {
    let fits = text.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    (1..=8).contains(&text.len()) && fits && text.parse::<f32>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Answered {
        let body = body.as_bytes().to_vec();
        Answered { status, retry_after: None, location: None, body, whole: true }
    }

    #[test]
    fn the_documented_answers_are_understood() {
        let found =
            records(&answered(200, "<report>14-3-6.7-abd2ce90ea864c03</report>\n"), ADDRESS);
        let found = found.expect("documented");
        assert_eq!((found.points, found.reports, found.reliability.as_str()), (14, 3, "6.7"));
        assert_eq!(found.link, format!("{ADDRESS}?showreport=abd2ce90ea864c03"));
        let none = records(&answered(200, "<report>0-0-0.0-abd2ce90ea864c03</report>"), ADDRESS);
        assert_eq!(none.map(|records| records.reports), Ok(0));
        let taken_as = taken(&answered(200, "OK:0123456789abcdef"));
        assert_eq!(taken_as, Sent::Taken("0123456789abcdef".to_owned()));
        for (word, refusal) in [
            ("ERR:API", Refusal::Key),
            ("ERR:ACTION", Refusal::Action),
            ("ERR:DATA", Refusal::Data),
            ("NODATA", Refusal::NoData),
        ] {
            assert_eq!(records(&answered(200, word), ADDRESS), Err(refusal.clone()));
            assert_eq!(taken(&answered(200, word)), Sent::Refused(refusal));
        }
    }

    #[test]
    fn what_is_not_documented_is_strange_and_a_report_may_have_arrived() {
        for (status, body) in [
            (200, ""),
            (200, "<html><body>Checking your browser</body></html>"),
            (200, "<report>14-3-6.7-\"><script></report>"),
            (200, "<report>many-3-6.7-abd2</report>"),
            (200, "<report>1-3-6.7</report>"),
            (200, "OK:"),
            (200, "OK:<b>"),
            (302, ""),
            (500, "ERR:API"),
            (502, "<html>"),
        ] {
            let strange = records(&answered(status, body), ADDRESS);
            assert!(matches!(strange, Err(Refusal::Strange(_))), "{status} {body}: {strange:?}");
            let sent = taken(&answered(status, body));
            assert!(matches!(sent, Sent::Unclear(_)), "{status} {body}: {sent:?}");
        }
    }

    #[test]
    fn hashes_go_over_no_open_wire() {
        let client = |address: &str| Client::new(address, "key".to_owned(), Span::from_secs(1));
        for good in [ADDRESS, "http://127.0.0.1:8080/api/", "http://[::1]:8080/"] {
            assert!(client(good).is_ok(), "{good}");
        }
        for bad in ["http://www.example.com/api/", "ftp://x", "", "https://example.com/?a=b"] {
            assert!(client(bad).is_err(), "{bad}");
        }
        assert!(!format!("{:?}", client(ADDRESS)).contains("key"));
    }
}
