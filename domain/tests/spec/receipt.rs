//! Receipt numbers are read in the one spelling that is printed.

use domain::{
    Wallet,
    receipt::{Method, NotAReceiptNumber, ReceiptNumber},
};

#[test]
fn a_number_is_printed_with_six_digits_at_least() {
    let number = |number| ReceiptNumber { series: "R".into(), year: 2026, number }.to_string();
    assert_eq!(number(42), "R-2026-000042");
    assert_eq!(number(1_234_567), "R-2026-1234567");
}

#[test]
fn what_is_printed_is_read() {
    for (series, place) in [("R", 1), ("A2", 42), ("CHU", 999_999), ("R", 1_000_000), ("R", u64::MAX)] {
        let number = ReceiptNumber { series: series.into(), year: 2026, number: place };
        assert_eq!(number.to_string().parse(), Ok(number));
    }
}

#[test]
fn no_other_spelling_is_read() {
    let others = [
        "",
        "R",
        "R-2026",
        "R-2026-",
        "R-2026-42",
        "R-2026-0000042",
        "R-+2026-000042",
        "R-2026-+00042",
        "R-2026-000042 ",
        " R-2026-000042",
        "R-2026-00004x",
        "R-2026-000042-1",
        "R-02026-000042",
        "-2026-000001",
        "r-2026-000001",
        "É-2026-000001",
        "R S-2026-000001",
        "R-2026-000000",
        "R-2026-99999999999999999999",
        "R--2026-000001",
    ];
    for text in others {
        assert_eq!(text.parse::<ReceiptNumber>(), Err(NotAReceiptNumber), "{text:?}");
    }
}

#[test]
fn every_wallet_is_a_method_and_cash_has_no_wallet() {
    for wallet in Wallet::ALL {
        assert_eq!(Method::from(wallet).wallet(), Some(wallet));
        assert_eq!(Method::from(wallet).code(), "MOBILE_MONEY");
    }
    assert_eq!(Method::Cash.wallet(), None);
    assert_eq!(Method::Cash.code(), "CASH");
}
