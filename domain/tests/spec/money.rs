//! Whole francs between 0 and 10^12, in JSON and on paper.

use crate::examples::xof;
use domain::{Money, money::NotAnAmount};

#[test]
fn json_takes_whole_francs_up_to_a_million_millions() {
    for (json, francs) in [("0", 0), ("1", 1), ("1000", 1_000), ("1000000000000", 1_000_000_000_000)] {
        let money: Money = serde_json::from_str(json).unwrap();
        assert_eq!(money.francs(), francs);
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
    }
}

#[test]
fn json_takes_nothing_else() {
    let others = [
        "1000.5",
        "1000.0",
        "\"1000\"",
        "\"1e3\"",
        "1e3",
        "1E3",
        "-1",
        "-0",
        "1000000000001",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "null",
        "true",
        "[1000]",
        "{}",
    ];
    for json in others {
        assert!(serde_json::from_str::<Money>(json).is_err(), "{json} was taken");
    }
}

#[test]
fn json_is_refused_the_same_when_it_was_read_as_a_value_before() {
    for json in ["1000.5", "\"1000\"", "1e3", "-1", "1000000000001"] {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert!(serde_json::from_value::<Money>(value).is_err(), "{json} was taken");
    }
}

#[test]
fn the_range_is_checked() {
    assert_eq!(Money::new(-1), Err(NotAnAmount(-1)));
    assert_eq!(Money::new(1_000_000_000_001), Err(NotAnAmount(1_000_000_000_001)));
    assert_eq!(Money::new(i64::MIN), Err(NotAnAmount(i64::MIN.into())));
    assert_eq!(Money::new(1_000_000_000_000), Ok(Money::MAX));
    assert_eq!(NotAnAmount(-1).to_string(), "-1 is not an amount between 0 and 1000000000000");
}

#[test]
fn sums_never_leave_the_range() {
    assert_eq!(xof(2).plus(xof(3)), Ok(xof(5)));
    assert_eq!(Money::MAX.plus(xof(1)), Err(NotAnAmount(1_000_000_000_001)));
    assert_eq!(Money::sum([xof(1), xof(2), xof(3)]), Ok(xof(6)));
    assert_eq!(Money::sum([]), Ok(Money::ZERO));
    assert!(Money::sum([Money::MAX, Money::MAX]).is_err());
    assert_eq!((xof(5).less(xof(3)), xof(3).less(xof(5))), (xof(2), xof(0)));
    assert_eq!((xof(5).min(xof(3)), xof(3).min(xof(5))), (xof(3), xof(3)));
}

#[test]
fn people_read_groups_of_three_with_narrow_no_break_spaces() {
    let written = [
        (0, "0\u{202f}FCFA"),
        (999, "999\u{202f}FCFA"),
        (1_000, "1\u{202f}000\u{202f}FCFA"),
        (12_500, "12\u{202f}500\u{202f}FCFA"),
        (250_000, "250\u{202f}000\u{202f}FCFA"),
        (1_000_000_000_000, "1\u{202f}000\u{202f}000\u{202f}000\u{202f}000\u{202f}FCFA"),
    ];
    for (francs, text) in written {
        assert_eq!(xof(francs).to_string(), text);
    }
}
