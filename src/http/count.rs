//! A count in a body: `{"NOTE10000": 2, "COIN25": 1}`, whole pieces of what the BCEAO issues, each named once.

use domain::cash::{Count, Denomination};
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer, value::StrDeserializer},
};
use std::{collections::BTreeMap, fmt};

/// Said of a name that is no denomination, and of one that stands there twice.
pub const WRONG_PIECES: &str = "notes and coins, each once";

/// Said of a quantity that is no number of pieces.
pub const WRONG_QUANTITY: &str = "a whole number of pieces";

/// Notes and coins as somebody counted them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted(pub Count);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Pieces)
    }
}

struct Pieces;

impl<'de> de::Visitor<'de> for Pieces {
    type Value = Counted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WRONG_PIECES)
    }

    fn visit_map<M: de::MapAccess<'de>>(self, mut map: M) -> Result<Counted, M::Error> {
        let mut count = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            // Judged first and never repeated: what somebody typed there may be a person's name.
            let named: StrDeserializer<'_, de::value::Error> = name.as_str().into_deserializer();
            let piece = Denomination::deserialize(named).map_err(|_| de::Error::custom(WRONG_PIECES))?;
            let Quantity(quantity) = map.next_value()?;
            if count.insert(piece, quantity).is_some() {
                return Err(de::Error::custom(WRONG_PIECES));
            }
        }
        Ok(Counted(Count(count)))
    }
}

struct Quantity(u32);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_u32(Whole)
    }
}

struct Whole;

impl de::Visitor<'_> for Whole {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WRONG_QUANTITY)
    }

    fn visit_u64<E: de::Error>(self, pieces: u64) -> Result<Quantity, E> {
        u32::try_from(pieces).map(Quantity).map_err(|_| E::custom(WRONG_QUANTITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Counted, (String, String)> {
        let mut parser = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(&mut parser).map_err(|error| {
            let path = error.path().to_string();
            (path, error.into_inner().to_string())
        })
    }

    #[test]
    fn pieces_are_counted_by_their_names() {
        let count = Count([(Denomination::Note10000, 2), (Denomination::Coin25, 1)].into());
        assert_eq!(read(r#"{"COIN25": 1, "NOTE10000": 2}"#), Ok(Counted(count)));
        assert_eq!(read("{}"), Ok(Counted(Count::default())));
    }

    #[test]
    fn what_is_no_piece_no_number_or_there_twice_is_refused_without_being_repeated() {
        for json in [r#"{"NOTE250": 1}"#, r#"{"note500": 1}"#, r#"{"NOTE500": 1, "NOTE500": 1}"#, "[]", "12"]
        {
            let said = read(json).map_err(|(_, why)| (why.contains(WRONG_PIECES), why.contains("250")));
            assert_eq!(said, Err((true, false)), "{json}");
        }
        for quantity in ["-1", "1.5", "1e3", "4294967296", "\"1\"", "null", "true"] {
            let said = read(&format!(r#"{{"NOTE500": {quantity}}}"#));
            let said = said.map_err(|(path, why)| (path, why.contains(WRONG_QUANTITY)));
            assert_eq!(said, Err(("NOTE500".to_owned(), true)), "{quantity}");
        }
    }
}
