//! What a query is: static SQL, arguments, and how a row is read.

use crate::Value;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Money;
use uuid::Uuid;

/// A question to the read models; whoever holds the connection runs it.
#[derive(Clone, Debug)]
pub struct Query<T> {
    /// Static text: it is prepared once.
    pub sql: &'static str,
    /// For `$1`, `$2`...
    pub args: Vec<Value>,
    /// Reads one row, column by column.
    pub read: fn(&mut Row) -> Result<T, Misread>,
}

/// A row, read from left to right.
#[derive(Debug)]
pub struct Row(std::vec::IntoIter<Value>);

/// A column holds something else than the query expects: the table was written by another program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a read model's column holds {0:?}")]
pub struct Misread(pub Option<Value>);

impl Row {
    /// The values of one row in the order of its columns.
    pub fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next column as an integer.
    pub fn int(&mut self) -> Result<i64, Misread> {
        match self.0.next() {
            Some(Value::Int(int)) => Ok(int),
            other => Err(Misread(other)),
        }
    }

    /// The next column as text, if it isn't null.
    pub fn maybe_text(&mut self) -> Result<Option<String>, Misread> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            other => Err(Misread(other)),
        }
    }

    /// The next column as text.
    pub fn text(&mut self) -> Result<String, Misread> {
        self.maybe_text()?.ok_or(Misread(None))
    }

    /// The next column as francs.
    pub fn money(&mut self) -> Result<Money, Misread> {
        let francs = self.int()?;
        Money::new(francs).map_err(|_| Misread(Some(Value::Int(francs))))
    }

    /// The next column as francs, if it isn't null.
    pub fn maybe_money(&mut self) -> Result<Option<Money>, Misread> {
        match self.0.next() {
            Some(Value::Int(francs)) => Money::new(francs).map(Some).map_err(|_| Misread(None)),
            Some(Value::Null) => Ok(None),
            other => Err(Misread(other)),
        }
    }

    /// The next column as an id.
    pub fn id(&mut self) -> Result<Uuid, Misread> {
        let text = self.text()?;
        text.parse().map_err(|_| Misread(Some(Value::Text(text))))
    }

    /// The next column as an id, where an empty text stands for none: columns of a primary key are never null.
    pub fn id_or_empty(&mut self) -> Result<Option<Uuid>, Misread> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Misread(Some(Value::Text(text))))
    }

    /// The next column as a day.
    pub fn day(&mut self) -> Result<NaiveDate, Misread> {
        let text = self.text()?;
        text.parse().map_err(|_| Misread(Some(Value::Text(text))))
    }

    /// The next column as a time.
    pub fn time(&mut self) -> Result<DateTime<Utc>, Misread> {
        let text = self.text()?;
        text.parse().map_err(|_| Misread(Some(Value::Text(text))))
    }
}
