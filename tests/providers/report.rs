//! Reports in every spelling: what can be read, and what must not be guessed.

use domain::Money;
use quittance::providers::{RefusalCode, ReportStatus, Unreadable, read_report};

fn with(fields: &str) -> Vec<u8> {
    format!(r#"{{"reference":"Q1","status":"SUCCESS",{fields}}}"#).into_bytes()
}

fn amount(written: &str) -> Result<Option<i64>, Unreadable> {
    read_report(&with(&format!(r#""amount":{written}"#))).map(|report| report.amount.map(Money::francs))
}

#[test]
fn the_whole_report_of_the_protocol() {
    let report = read_report(
        br#"{"reference":"Q1","transactionId":"T1","status":"FAILED","amount":1500,"currency":"xof",
            "code":"INSUFFICIENT_FUNDS","completedAt":"2026-11-24T10:00:00Z","novelty":{"a":[1,2]}}"#,
    )
    .expect("a report");
    assert_eq!(report.reference, "Q1");
    assert_eq!(report.provider_ref.as_deref(), Some("T1"));
    assert_eq!(report.status, ReportStatus::Declined { code: RefusalCode::InsufficientFunds });
    assert_eq!(report.amount.map(Money::francs), Some(1500));
    assert_eq!(report.currency.as_deref(), Some("XOF"));
    assert_eq!(report.completed_at.as_deref(), Some("2026-11-24T10:00:00Z"));
}

#[test]
fn the_least_report_that_says_something() {
    let report = read_report(br#"{"reference":4671135,"status":"pending"}"#).expect("a report");
    assert_eq!(report.reference, "4671135");
    assert_eq!((report.provider_ref, report.amount, report.currency), (None, None, None));
    assert_eq!(report.status, ReportStatus::Pending);
}

#[test]
fn whole_francs_in_any_spelling() {
    let spellings =
        ["1500", "1500.0", "1500.00", "1.5e3", "15E2", "150000e-2", r#""1500""#, r#"" 1500.00 ""#];
    for written in spellings {
        assert_eq!(amount(written), Ok(Some(1500)), "{written}");
    }
    assert_eq!(amount("0"), Ok(Some(0)));
    assert_eq!(amount("1000000000000"), Ok(Some(1_000_000_000_000)));
    assert_eq!(amount("null"), Ok(None));
}

#[test]
fn what_is_no_whole_amount_is_unreadable() {
    let spellings = [
        "1500.5",
        "-1500",
        "-0.0",
        "1000000000001",
        "9007199254740993000",
        "1e400",
        "1.5",
        "15e-1",
        "1e-1",
        r#""""#,
        r#""1 500""#,
        r#""+1500""#,
        r#""0x5dc""#,
        r#""1,500""#,
        r#""1500 F""#,
        r#""NaN""#,
        r#"".5""#,
        "true",
        "[1500]",
        "{}",
    ];
    for written in spellings {
        assert_eq!(amount(written), Err(Unreadable::Amount), "{written}");
    }
}

#[test]
fn status_words_in_any_case() {
    use ReportStatus::{Declined, Expired, Other, Pending, Success};
    let cases = [
        ("success", Success),
        ("Success", Success),
        ("PENDING", Pending),
        ("expired", Expired),
        ("Failed", Declined { code: RefusalCode::Declined }),
        ("CANCELLED", Declined { code: RefusalCode::Cancelled }),
        ("canceled", Declined { code: RefusalCode::Cancelled }),
        ("REVERSED", Other("REVERSED".to_owned())),
        ("SUCCESSFULLY_REFUSED", Other("SUCCESSFULLY_REFUSED".to_owned())),
    ];
    for (word, expected) in cases {
        let report = read_report(format!(r#"{{"reference":"Q1","status":"{word}"}}"#).as_bytes());
        assert_eq!(report.map(|report| report.status), Ok(expected), "{word}");
    }
}

#[test]
fn no_text_of_the_provider_becomes_a_code() {
    let body = br#"{"reference":"Q1","status":"FAILED","code":"Kossi AMEVOR n'a pas assez"}"#;
    let report = read_report(body).expect("a report");
    assert_eq!(report.status, ReportStatus::Declined { code: RefusalCode::Declined });
}

#[test]
fn an_unknown_status_is_cut() {
    let long = "É".repeat(500);
    let report =
        read_report(format!(r#"{{"reference":"Q1","status":"{long}"}}"#).as_bytes()).expect("a report");
    assert_eq!(report.status, ReportStatus::Other("É".repeat(40)));
}

#[test]
fn references_are_bounded_and_printable() {
    let fits = "x".repeat(64);
    assert!(read_report(format!(r#"{{"reference":"{fits}","status":"SUCCESS"}}"#).as_bytes()).is_ok());
    let bodies = [
        format!(r#"{{"reference":"{fits}x","status":"SUCCESS"}}"#),
        r#"{"reference":"a\u000ab","status":"SUCCESS"}"#.to_owned(),
        r#"{"reference":["Q1"],"status":"SUCCESS"}"#.to_owned(),
        r#"{"reference":1.5,"status":"SUCCESS"}"#.to_owned(),
        r#"{"reference":-1,"status":"SUCCESS"}"#.to_owned(),
    ];
    for body in bodies {
        assert_eq!(read_report(body.as_bytes()), Err(Unreadable::Malformed("reference")), "{body}");
    }
    let body = with(&format!(r#""transactionId":"{fits}x""#));
    assert_eq!(read_report(&body), Err(Unreadable::Malformed("transactionId")));
}

#[test]
fn without_reference_or_status_it_is_no_report() {
    assert_eq!(read_report(br#"{"status":"SUCCESS"}"#), Err(Unreadable::Missing("reference")));
    assert_eq!(
        read_report(br#"{"reference":" ","status":"SUCCESS"}"#),
        Err(Unreadable::Missing("reference"))
    );
    assert_eq!(read_report(br#"{"reference":"Q1"}"#), Err(Unreadable::Missing("status")));
}

#[test]
fn what_is_not_one_object_with_unique_keys_is_unreadable() {
    let bodies: [&[u8]; 10] = [
        b"",
        b"null",
        b"[]",
        b"<html>",
        br#"{"reference":"Q1","status":"SUCCESS""#,
        br#"{"reference":"Q1","status":"SUCCESS"} {}"#,
        br#"{"reference":"Q1","status":"FAILED","status":"SUCCESS"}"#,
        br#"{"reference":"Q1","status":"FAILED","stat\u0075s":"SUCCESS"}"#,
        br#"{"reference":"Q1","status":"SUCCESS","x":1,"x":1}"#,
        b"{\"reference\":\"Q1\",\"status\":\"SUCCESS\",\"x\":\"\xff\"}",
    ];
    for body in bodies {
        assert_eq!(read_report(body), Err(Unreadable::NotAnObject), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn deep_nesting_ends_in_an_answer() {
    let deep = with(&format!(r#""x":{}"#, "[".repeat(100_000)));
    assert_eq!(read_report(&deep), Err(Unreadable::NotAnObject));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = read_report(&body);
    }

    #[test]
    fn every_amount_is_read_as_it_was_written(francs in 0_i64..=1_000_000_000_000, zeros in 0_usize..5) {
        let written = format!("{francs}.0{}", "0".repeat(zeros));
        proptest::prop_assert_eq!(amount(&written), Ok(Some(francs)));
        proptest::prop_assert_eq!(amount(&format!("{francs}00e-2")), Ok(Some(francs)));
    }
}
