//! Answers of WHMCS, as they come: numbers as texts, lists as objects, nothing as an empty text, texts
//! that were sanitised for HTML. Fields that are not named here are dropped while they are read; so is
//! the service's password.

use std::fmt;
use std::marker::PhantomData;

use portreeve_core::payment::Cents;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// How an answer begins. A few actions write `status` for `result`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Head {
    #[serde(default, deserialize_with = "text")]
    result: String,
    #[serde(default, deserialize_with = "text")]
    status: String,
    /// What an error says.
    #[serde(default, deserialize_with = "text")]
    pub(super) message: String,
}

impl Head {
    /// Whether the action was done.
    pub(super) fn is_success(&self) -> bool {
        let word = if self.result.is_empty() { &self.status } else { &self.result };
        word.eq_ignore_ascii_case("success")
    }

    /// Whether it is an answer of WHMCS at all.
    pub(super) fn is_answer(&self) -> bool {
        !self.result.is_empty() || !self.status.is_empty()
    }
}

/// A page of `GetClientsProducts`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Products {
    #[serde(default, deserialize_with = "number")]
    pub(super) totalresults: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    pub(super) numreturned: Option<i64>,
    #[serde(default)]
    #[serde(rename = "products")]
    pub(super) rows: List<Product>,
}

/// A service.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Product {
    #[serde(deserialize_with = "number")]
    pub(super) id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(super) clientid: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) domain: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) dedicatedip: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) assignedips: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) servername: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) username: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) suspensionreason: String,
    /// WHMCS is not to suspend it for an unpaid bill ...
    #[serde(default, deserialize_with = "text")]
    pub(super) overideautosuspend: String,
    /// ... until this day; zeros: for good.
    #[serde(default, deserialize_with = "text")]
    pub(super) overidesuspenduntil: String,
}

/// A page of `GetClients`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Clients {
    #[serde(default, deserialize_with = "number")]
    pub(super) totalresults: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    pub(super) numreturned: Option<i64>,
    #[serde(default)]
    #[serde(rename = "clients")]
    pub(super) rows: List<Client>,
}

/// A customer, of `GetClients` or `GetClientsDetails`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Client {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) firstname: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) lastname: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) companyname: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) email: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) language: String,
    /// The id of their currency ...
    #[serde(default, deserialize_with = "text")]
    pub(super) currency: String,
    /// ... and its letters, of `GetClientsDetails`.
    #[serde(default, deserialize_with = "text")]
    pub(super) currency_code: String,
}

/// `GetClientsDetails`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ClientDetails {
    #[serde(default)]
    pub(super) client: Client,
}

/// `GetCurrencies`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Currencies {
    #[serde(default)]
    pub(super) currencies: List<Currency>,
}

/// A currency with its rate against the primary one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Currency {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) code: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) rate: String,
}

/// `CreateInvoice`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Created {
    #[serde(default, deserialize_with = "text")]
    pub(super) invoiceid: String,
}

/// `GetInvoices`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Invoices {
    #[serde(default)]
    pub(super) invoices: List<InvoiceRow>,
}

/// An invoice of `GetInvoices`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InvoiceRow {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) subtotal: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) total: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) credit: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) currencycode: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) notes: String,
}

/// `GetInvoice`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InvoiceDetails {
    #[serde(default, deserialize_with = "text")]
    pub(super) userid: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
    /// The sum of the items; credit and taxes come after it.
    #[serde(default, deserialize_with = "text")]
    pub(super) subtotal: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) total: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) balance: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) credit: String,
    /// Payments; an empty text where there are none.
    #[serde(default)]
    pub(super) transactions: serde_json::Value,
}

/// What an invoice is over: the sum of its items, or with taxes that come on top; what credit covered was taken off the
/// total. Nothing when it cannot be read.
pub(super) fn worth(subtotal: &str, total: &str, credit: &str) -> Option<Cents> {
    let cents = |text: &str| text.parse::<Cents>().ok();
    let with_taxes = cents(total).map(|total| Cents(total.0 + cents(credit).map_or(0, |c| c.0)));
    cents(subtotal).max(with_taxes)
}

impl InvoiceDetails {
    /// What it is over.
    pub(super) fn worth(&self) -> Option<Cents> {
        worth(&self.subtotal, &self.total, &self.credit)
    }

    /// Money is on record for it: a payment, or credit that covered it. WHMCS sets an invoice to *Paid* without either when
    /// staff mark it so, and, since version 9, when a credit note settles it.
    pub(super) fn has_money(&self) -> bool {
        let payments = &self.transactions["transaction"];
        let has_payment = payments.as_array().is_some_and(|list| !list.is_empty())
            || payments.as_object().is_some_and(|one| !one.is_empty());
        has_payment || self.credit.parse::<Cents>().is_ok_and(|credit| credit > Cents(0))
    }

    /// Something of it was paid or covered by credit, as far as can be read.
    pub(super) fn is_begun(&self) -> bool {
        let cents = |text: &str| text.parse::<Cents>().ok();
        cents(&self.total) != cents(&self.balance)
            || cents(&self.credit).is_none_or(|c| c > Cents(0))
    }
}

/// A scalar as text: numbers and booleans too, nothing for null. HTML entities are decoded, once.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    struct Text;
    impl<'de> Visitor<'de> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            Ok(htmlize::unescape(text).into_owned())
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_bool<E: de::Error>(self, flag: bool) -> Result<String, E> {
            Ok(if flag { "1" } else { "" }.to_owned())
        }

        fn visit_unit<E: de::Error>(self) -> Result<String, E> {
            Ok(String::new())
        }

        // An empty PHP array where a text was meant.
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<String, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(String::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(String::new())
        }
    }
    from.deserialize_any(Text)
}

/// A whole number, also as text; nothing for an empty text or null.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = text(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let number = text.trim().parse();
    number.map(Some).map_err(|_| de::Error::custom(format!("{text:?} is no whole number")))
}

/// A list in any of its forms: `{"product": […]}`, `[…]`, an object with numbers as keys, `""`, `[]`, `{}`, null.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    entries.push(entry);
                }
                Ok(List(entries))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key.bytes().all(|b| b.is_ascii_digit()) {
                        entries.push(map.next_value()?);
                    } else {
                        entries.extend(map.next_value::<List<T>>()?.0);
                    }
                }
                Ok(List(entries))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<List<T>, E> {
                if text.is_empty() {
                    Ok(List::default())
                } else {
                    Err(E::custom("a text is no list"))
                }
            }

            fn visit_unit<E: de::Error>(self) -> Result<List<T>, E> {
                Ok(List::default())
            }
        }
        from.deserialize_any(Any(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products(json: &str) -> Products {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_list_is_read_in_every_form_that_was_seen() {
        for (list, count) in [
            (r#"{"product":[{"id":"1"},{"id":2}]}"#, 2),
            (r#"{"product":{"0":{"id":1},"2":{"id":"7"}}}"#, 2),
            (r#"[{"id":1}]"#, 1),
            (r#"{"0":{"id":1}}"#, 1),
            (r#""""#, 0),
            ("[]", 0),
            ("{}", 0),
            (r#"{"product":""}"#, 0),
            (r#"{"product":[]}"#, 0),
            (r#"{"product":{}}"#, 0),
            ("null", 0),
        ] {
            let read = products(&format!(r#"{{"totalresults":"2","products":{list}}}"#));
            assert_eq!(read.rows.0.len(), count, "{list}");
            assert_eq!(read.totalresults, Some(2));
        }
        assert_eq!(products(r#"{"result":"success"}"#).rows.0.len(), 0);
        assert!(serde_json::from_str::<Products>(r#"{"products":"no"}"#).is_err());
        assert!(serde_json::from_str::<Products>(r#"{"products":[{"id":"x"}]}"#).is_err());
    }

    #[test]
    fn entities_are_decoded_once_and_passwords_are_not_kept() {
        let read = products(
            r#"{"products":{"product":[{"id":1,"clientid":7,"password":"hunter2","suspensionreason":
                "[abuse #5] Spam &amp; &quot;more&quot; &#039;here&#039; &amp;lt;","dedicatedip":null}]}}"#,
        );
        let product = &read.rows.0[0];
        assert_eq!(product.suspensionreason, "[abuse #5] Spam & \"more\" 'here' &lt;");
        assert_eq!((product.clientid.as_str(), product.dedicatedip.as_str()), ("7", ""));
        assert!(!format!("{read:?}").contains("hunter2"));
    }

    /// The documented samples are not ours to keep here; whoever has them names their folder.
    const SAMPLES: &str = "PORTREEVE_WHMCS_SAMPLES";

    #[test]
    fn every_documented_sample_that_is_at_hand_is_read() {
        let Ok(folder) = std::env::var(SAMPLES) else { return };
        let mut count = 0;
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('_') {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            // Printed with an error, without a result, or as a bare list; nothing that we call.
            let odd = ["deletequote", "getadminusers", "getproject", "getregistrars"];
            let head: Option<Head> = serde_json::from_str(&text).ok();
            let is_success = head.is_some_and(|head| head.is_success());
            assert!(is_success || odd.contains(&name.as_str()), "{name}");
            match name.as_str() {
                "getclientsproducts" => {
                    let read = products(&text);
                    assert_eq!((read.totalresults, read.rows.0.len()), (Some(2), 2));
                    assert_eq!(read.rows.0[0].servername, "Saturn");
                }
                "getclients" => {
                    let read: Clients = serde_json::from_str(&text).expect(&name);
                    assert_eq!((read.totalresults, read.rows.0[1].id.as_str()), (Some(2), "1"));
                }
                "getclientsdetails" => {
                    let read: ClientDetails = serde_json::from_str(&text).expect(&name);
                    assert_eq!(read.client.firstname, "Test");
                }
                _ => {}
            }
            count += 1;
        }
        assert!(count > 100, "{count} samples");
    }

    #[test]
    fn a_head_is_told_from_something_else() {
        let head = |json: &str| serde_json::from_str::<Head>(json).expect(json);
        assert!(head(r#"{"result":"success"}"#).is_success());
        assert!(head(r#"{"status":"Success"}"#).is_success());
        let error = head(r#"{"result":"error","message":"Service ID not found"}"#);
        assert!(!error.is_success() && error.is_answer());
        assert_eq!(error.message, "Service ID not found");
        assert!(!head(r#"{"maintenance":true}"#).is_answer());
    }
}
