//! How answers look: WHMCS's numbers, empty lists and lists with holes differ by version and action.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whose answers are given where versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Version {
    /// As the documentation has them.
    #[default]
    #[serde(rename = "documented")]
    Documented,
    /// As were seen on an 8.13.
    #[serde(rename = "8.13")]
    V8_13,
    /// As 9.0 is described: an invoice that is no draft cannot be changed.
    #[serde(rename = "9.0")]
    V9_0,
}

impl Version {
    /// The number that WHMCS tells.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::Documented | Self::V8_13 => "8.13.1",
            Self::V9_0 => "9.0.4",
        }
    }
}

/// How ids and counts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ids {
    /// As the documented sample of each action has them.
    #[default]
    AsDocumented,
    /// Always texts.
    Strings,
    /// Always numbers.
    Numbers,
}

/// How an empty list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// `{"product": []}`
    #[default]
    List,
    /// `""` where the object with the list was.
    Text,
    /// `[]` where the object with the list was.
    OuterList,
    /// `{"product": {}}`
    Object,
    /// Nothing at all.
    Missing,
}

/// How answers look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {
    /// Ids and counts.
    pub ids: Ids,
    /// Empty lists.
    pub empty: Empty,
    /// Lists are objects with numbers as keys, and one number is left out: a PHP array with a hole.
    pub holes: bool,
    /// Texts come as they were sanitised for HTML before they were stored.
    pub entities: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self { ids: Ids::default(), empty: Empty::default(), holes: false, entities: true }
    }
}

/// Keys that hold ids and counts.
const NUMBERS: [&str; 16] = [
    "id",
    "qty",
    "clientid",
    "client_id",
    "orderid",
    "pid",
    "gid",
    "serverid",
    "userid",
    "totalresults",
    "startnumber",
    "numreturned",
    "serviceid",
    "invoiceid",
    "owner_user_id",
    "promoid",
];

impl Shape {
    /// Brings an answer into this shape.
    pub(crate) fn of(&self, mut answer: Value) -> Value {
        self.walk(&mut answer);
        answer
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|entry| self.walk(entry)),
            Value::Object(object) => self.object(object),
            _ => {}
        }
    }

    fn object(&self, object: &mut Map<String, Value>) {
        let keys: Vec<String> = object.keys().cloned().collect();
        for key in keys {
            let Some(value) = object.get_mut(&key) else { continue };
            // The outer object of an empty list is looked at first: it may go as a whole.
            let empty = is_empty_list(value);
            if !empty {
                self.walk(value);
            }
            if NUMBERS.contains(&key.as_str()) {
                self.number(value);
            }
            if empty {
                match self.empty {
                    Empty::List => {}
                    Empty::Text => *value = Value::from(""),
                    Empty::OuterList => *value = Value::Array(Vec::new()),
                    Empty::Object => {
                        if let Value::Object(outer) = value {
                            outer.values_mut().for_each(|inner| *inner = Value::Object(Map::new()));
                        } else {
                            *value = Value::Object(Map::new());
                        }
                    }
                    Empty::Missing => {
                        object.remove(&key);
                    }
                }
            } else if let (true, Value::Array(list)) = (self.holes, value) {
                let entries = std::mem::take(list).into_iter().enumerate();
                let keyed = entries.map(|(n, entry)| {
                    let key = if n == 0 { 0 } else { n + 1 };
                    (key.to_string(), entry)
                });
                let keyed: Map<String, Value> = keyed.collect();
                object.insert(key, Value::Object(keyed));
            }
        }
    }

    fn number(&self, value: &mut Value) {
        match (self.ids, &*value) {
            (Ids::Strings, Value::Number(number)) => *value = Value::from(number.to_string()),
            (Ids::Numbers, Value::String(text)) => {
                if let Ok(number) = text.parse::<i64>() {
                    *value = Value::from(number);
                }
            }
            _ => {}
        }
    }
}

/// `[]`, or an object with nothing but one empty list.
fn is_empty_list(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => {
            object.len() == 1
                && object.values().all(|inner| inner.as_array().is_some_and(Vec::is_empty))
        }
        _ => false,
    }
}

/// A text as WHMCS stores it.
pub(crate) fn sanitised(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}
