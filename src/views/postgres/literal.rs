//! Values as SQL text, for statements that are sent by the hundred in one message.

use projections::Value;
use std::fmt::Write;

/// Appends a value. False for a text that PostgreSQL can't hold.
#[must_use]
pub fn push(sql: &mut String, value: &Value) -> bool {
    match value {
        Value::Null => sql.push_str("null"),
        // Writing to a string can't fail.
        Value::Int(int) => _ = write!(sql, "{int}"),
        Value::Text(text) => return push_text(sql, text),
    }
    true
}

/// With `standard_conforming_strings`, which every connection of ours sets, only a quote ends a text.
#[must_use]
pub fn push_text(sql: &mut String, text: &str) -> bool {
    if text.contains('\0') {
        return false;
    }
    sql.push('\'');
    for part in text.split_inclusive('\'') {
        sql.push_str(part);
        if part.ends_with('\'') {
            sql.push('\'');
        }
    }
    sql.push('\'');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Option<String> {
        let mut sql = String::new();
        push(&mut sql, &value.into()).then_some(sql)
    }

    #[test]
    fn a_quote_can_not_end_a_text() {
        assert_eq!(text("").as_deref(), Some("''"));
        assert_eq!(text("d'Almeida").as_deref(), Some("'d''Almeida'"));
        assert_eq!(text("';drop table x;--").as_deref(), Some("''';drop table x;--'"));
        assert_eq!(text(r"\'").as_deref(), Some(r"'\'''"));
        assert_eq!(text("''").as_deref(), Some("''''''"));
    }

    #[test]
    fn a_text_with_a_zero_is_not_sent() {
        assert_eq!(text("a\0b"), None);
    }
}
