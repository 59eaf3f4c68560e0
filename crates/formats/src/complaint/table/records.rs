//! Machine feeds as JSON and XML: objects whose fields are named as columns of tables are.

use serde_json::Value;

use super::columns::Columns;
use crate::complaint::{Category, Subject, declared};

/// Fields of one record.
const MOST_FIELDS: usize = 1_000;

/// Objects inside of each other.
const DEEPEST: usize = 8;

/// Longest value that can be a source or a time, in bytes.
const LONGEST_VALUE: usize = 4096;

/// What only one feed has, and what it is a feed of.
const SIGNS: &[(&str, Category)] = &[
    ("phish_id", Category::Phishing),
    ("phishtank", Category::Phishing),
    ("brand", Category::Phishing),
    ("virusname", Category::Malware),
    ("virustotal", Category::Malware),
    ("downloaded_detection", Category::Malware),
    ("malw_family", Category::Botnet),
    ("botname", Category::Botnet),
    ("login_successful", Category::LoginAttack),
    ("defacement_id", Category::Compromised),
    ("breach_name", Category::ExposedData),
    ("domainemails", Category::ExposedData),
    ("pastes_id", Category::ExposedData),
];

/// An object as names and values, those of inner objects with the names of the outer before theirs.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) fields: Vec<(String, String)>,
}

impl Record {
    /// Of a JSON object.
    pub(super) fn of(value: &Value) -> Self {
        let mut record = Self::default();
        record.add(String::new(), value, 0);
        record
    }

    fn add(&mut self, name: String, value: &Value, depth: usize) {
        match value {
            Value::Object(fields) if depth < DEEPEST => {
                for (inner, value) in fields {
                    let inner =
                        inner.trim_start_matches('_').replace('.', "_").to_ascii_lowercase();
                    let name = if name.is_empty() { inner } else { format!("{name}_{inner}") };
                    self.add(name, value, depth + 1);
                }
            }
            Value::Array(list) if depth < DEEPEST => {
                for value in list {
                    self.add(name.clone(), value, depth + 1);
                }
            }
            Value::String(text) => self.put(name, text),
            Value::Number(number) => self.put(name, &number.to_string()),
            Value::Bool(is) => self.put(name, if *is { "true" } else { "false" }),
            Value::Null | Value::Object(_) | Value::Array(_) => {}
        }
    }

    /// One more value; several of one name stand in one field.
    pub(super) fn put(&mut self, name: String, value: &str) {
        let value = value.trim();
        if value.len() > LONGEST_VALUE || self.fields.len() >= MOST_FIELDS {
            return;
        }
        // Lists are short, and values of one name come after each other.
        match self.fields.iter_mut().rev().take(8).find(|(its, _)| *its == name) {
            Some((_, values)) if values.len() < LONGEST_VALUE => {
                values.push(' ');
                values.push_str(value);
            }
            Some(_) => {}
            None => self.fields.push((name, value.to_owned())),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn columns(&self) -> Columns {
        Columns::named(self.fields.iter().map(|(name, _)| name.as_str()))
    }

    /// The domains that a family of malware makes up, where the record is a list of them and nothing else.
    pub(super) fn generated_names(&self) -> impl Iterator<Item = Subject> {
        let is_list =
            !self.fields.is_empty() && self.fields.iter().all(|(name, _)| name.contains("_dga_"));
        let values =
            self.fields.iter().filter(move |_| is_list).flat_map(|(_, value)| value.split(' '));
        // Addresses among them are those of sinkholes.
        let subjects = values.filter_map(declared::subject);
        subjects.filter(|subject| matches!(subject, Subject::Domain(_)))
    }

    /// Whether it is one of the records that can allege something.
    pub(super) fn is_one(&self) -> bool {
        let columns = Columns::of(self.fields.iter().map(|(name, _)| name.as_str()));
        columns.is_some() || self.sign().is_some() || self.generated_names().next().is_some()
    }

    /// The kind, where the feed is known by a field that only it has.
    pub(super) fn sign(&self) -> Option<Category> {
        let (_, category) =
            SIGNS.iter().find(|(name, _)| self.get(name).is_some_and(|value| !value.is_empty()))?;
        let is_in =
            *category == Category::LoginAttack && self.get("login_successful") == Some("true");
        Some(if is_in { Category::Compromised } else { *category })
    }
}

/// The records of an XML feed: elements that have two or more elements with nothing but text in them. Entities of others
/// are not known, and nothing is expanded.
pub(super) fn in_xml(text: &str, mut found: impl FnMut(Record)) {
    let mut open: Vec<(String, Record)> = Vec::new();
    super::super::xml::read(text, |event| match event {
        super::super::xml::Event::Begin(name, _) => {
            open.push((name.to_ascii_lowercase(), Record::default()));
        }
        super::super::xml::Event::End(text) => {
            let Some((name, record)) = open.pop() else { return };
            if record.fields.len() >= 2 {
                found(record);
            } else if record.fields.is_empty()
                && let Some((_, outer)) = open.last_mut()
            {
                outer.put(name, text);
            }
        }
    });
}
