//! The fields of one JSON object, each kept as it was written.
//!
//! Numbers stay text until they are francs: through a float, 2^53 + 1 would become another amount.

use super::Unreadable;
use domain::Money;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// No amount within bounds has more digits, leading zeros aside.
const MOST_DIGITS: usize = 40;

/// A JSON object whose keys are unique.
pub(in crate::providers) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads exactly one object.
    pub(in crate::providers) fn read(raw: &'a [u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(raw).map_err(|_| Unreadable::NotAnObject)?;
        serde_json::from_str(text).map_err(|_| Unreadable::NotAnObject)
    }

    /// A text, or a whole number taken as text. Nothing, `null` and blank are no text.
    pub(in crate::providers) fn text(
        &self,
        name: &'static str,
        longest: usize,
    ) -> Result<Option<String>, Unreadable> {
        let Some(written) = self.written(name)? else { return Ok(None) };
        let text = written.trim();
        if text.chars().any(char::is_control) || text.chars().count() > longest {
            return Err(Unreadable::Malformed(name));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// A whole number of francs, as a number or in a text: `1500`, `"1500"`, `1500.00`, `1.5e3`.
    pub(super) fn francs(&self, name: &'static str) -> Result<Option<Money>, Unreadable> {
        match self.0.get(name).map(|raw| raw.get()) {
            None | Some("null") => Ok(None),
            Some(raw) if raw.starts_with('"') => {
                let text: String = serde_json::from_str(raw).map_err(|_| Unreadable::Amount)?;
                whole(text.trim()).map(Some)
            }
            Some(raw) => whole(raw).map(Some),
        }
    }

    fn written(&self, name: &'static str) -> Result<Option<String>, Unreadable> {
        let malformed = Unreadable::Malformed(name);
        match self.0.get(name).map(|raw| raw.get()) {
            None | Some("null") => Ok(None),
            Some(raw) if raw.starts_with('"') => serde_json::from_str(raw).map(Some).map_err(|_| malformed),
            Some(raw) if raw.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(raw.to_owned())),
            Some(_) => Err(malformed),
        }
    }
}

/// Francs from a decimal number, without a float on the way.
fn whole(number: &str) -> Result<Money, Unreadable> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        None => (number, 0),
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| Unreadable::Amount)?),
    };
    let (units, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [units, fraction].concat();
    let plain = !units.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || digits.len() > MOST_DIGITS || exponent.unsigned_abs() as usize > MOST_DIGITS {
        return Err(Unreadable::Amount);
    }
    // The decimal point lies `point` digits from the left; only zeros may follow it.
    let point = i64::try_from(units.len()).map_err(|_| Unreadable::Amount)? + i64::from(exponent);
    let point = usize::try_from(point.max(0)).map_err(|_| Unreadable::Amount)?;
    let (kept, dropped) = digits.split_at(point.min(digits.len()));
    let zeros = point.saturating_sub(digits.len());
    if dropped.bytes().any(|digit| digit != b'0') {
        return Err(Unreadable::Amount);
    }
    let francs = format!("0{kept}{}", "0".repeat(zeros)).parse().map_err(|_| Unreadable::Amount)?;
    Money::new(francs).map_err(|_| Unreadable::Amount)
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct UniqueKeys;
        impl<'de> Visitor<'de> for UniqueKeys {
            type Value = BTreeMap<String, &'de RawValue>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with unique keys")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = object.next_entry::<String, &RawValue>()? {
                    if fields.insert(key, value).is_some() {
                        return Err(A::Error::custom("a key stands there twice"));
                    }
                }
                Ok(fields)
            }
        }
        from.deserialize_map(UniqueKeys).map(Fields)
    }
}
