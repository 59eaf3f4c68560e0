//! JSON as complaints have it: an object, a list, or one object a line; and what a field of one says.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Number, Value};

use super::Zone;
use super::dates;
use super::reading::When;

/// Values in one object. What has more is no complaint, and would need many times its size in memory.
const MOST_VALUES: usize = 500_000;

/// Calls for every object of a JSON text, in its order: one, several in a row, or a list of them. Only one of them is in
/// memory at a time.
pub(crate) fn each(text: &[u8], mut found: impl FnMut(Value)) -> Result<(), serde_json::Error> {
    crate::complaint::steps::take(text.len());
    let text = text.trim_ascii_start();
    let mut reader = Deserializer::from_slice(text);
    if text.starts_with(b"[") {
        reader.deserialize_seq(List(&mut found))?;
        return reader.end();
    }
    loop {
        found(bounded(&mut reader)?);
        if reader.end().is_ok() {
            return Ok(());
        }
    }
}

/// One value, with a bound on how many it is made of.
fn bounded<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Value, D::Error> {
    Bounded(&mut MOST_VALUES.clone()).deserialize(reader)
}

/// A list, one element at a time.
struct List<'f, F>(&'f mut F);

impl<'de, F: FnMut(Value)> Visitor<'de> for List<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element_seed(Bounded(&mut MOST_VALUES.clone()))? {
            (self.0)(value);
        }
        Ok(())
    }
}

/// A value of at most so many values.
struct Bounded<'l>(&'l mut usize);

impl Bounded<'_> {
    fn take<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.0 = self.0.checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(mut self, reader: D) -> Result<Value, D::Error> {
        self.take()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Bounded(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(Bounded(self.0))?;
            // What a reader sees first is what was meant; a second value of one name is a way to say two things.
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{name} stands twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// A field that is text and not empty.
pub(crate) fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A field that is a port: a number, or text with one; of a list its first.
pub(crate) fn port(object: &Value, name: &str) -> Option<u16> {
    let value = object.get(name)?;
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
    u16::try_from(number).ok().filter(|port| *port != 0)
}

/// A field that is a number of events.
pub(crate) fn count(object: &Value, name: &str) -> Option<u64> {
    object.get(name)?.as_u64()
}

/// A field that is an instant. Where no zone stands with it, UTC was meant as far as anybody knows.
pub(crate) fn instant(object: &Value, name: &str) -> Option<When> {
    let calendar = dates::Calendar::default();
    calendar.when(text(object, name)?).map(|when| When { zone: zone(when.zone), ..when })
}

fn zone(zone: Zone) -> Zone {
    if zone == Zone::Value { zone } else { Zone::Assumed }
}
