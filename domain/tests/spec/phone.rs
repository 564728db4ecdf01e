//! Togolese numbers and wallets, as libphonenumber 9.0.43 and the providers spell them.

use domain::{Msisdn, Wallet, phone::NotAMobile};

#[test]
fn every_mobile_prefix_has_its_usual_wallet() {
    let yas = [70, 71, 72, 73, 90, 91, 92, 93].map(|prefix| (prefix, Wallet::Tmoney));
    let moov = [78, 79, 96, 97, 98, 99].map(|prefix| (prefix, Wallet::Flooz));
    for (prefix, wallet) in yas.into_iter().chain(moov) {
        let number = Msisdn::parse(&format!("{prefix}123456")).unwrap();
        assert_eq!((number.e164(), number.usual_wallet()), (format!("+228{prefix}123456"), wallet));
    }
}

#[test]
fn a_prefix_that_no_operator_was_given_is_refused() {
    for prefix in [74, 75, 76, 77, 94, 95, 10, 30, 80, 60, 0] {
        let number = format!("{prefix:02}123456");
        assert_eq!(Msisdn::parse(&number), Err(NotAMobile::Unassigned), "{number}");
    }
}

#[test]
fn a_fixed_line_cannot_pay() {
    for number in ["22 21 23 45", "+228 23 30 12 34", "24 40 12 34", "22822123456", "22890123", "27712345"] {
        assert_eq!(Msisdn::parse(number), Err(NotAMobile::Fixed), "{number}");
    }
}

#[test]
fn all_spellings_are_one_number() {
    let spellings = [
        "90123456",
        "90 12 34 56",
        "90.12.34.56",
        "90-12-34-56",
        "22890123456",
        "228 90 12 34 56",
        "+22890123456",
        "+228 90 12 34 56",
        "0022890123456",
        "00228 90-12-34-56",
        "+228\u{a0}90\u{202f}12\u{202f}34\u{202f}56",
    ];
    for text in spellings {
        assert_eq!(Msisdn::parse(text).map(Msisdn::e164), Ok("+22890123456".into()), "{text:?}");
    }
}

#[test]
fn what_is_not_eight_digits_of_togo_is_refused() {
    let others = [
        "",
        " ",
        "9012345",
        "901234567",
        "090123456",
        "+22990123456",
        "+33612345678",
        "0033612345678",
        "22990123456",
        "+228",
        "+2289012345",
        "+228901234567",
        "+228+22890123456",
        "9012345a",
        "９0123456",
        "90123é56",
        "(90)123456",
        "+90123456",
    ];
    for text in others {
        assert_eq!(Msisdn::parse(text), Err(NotAMobile::Malformed), "{text:?}");
    }
}

#[test]
fn a_number_is_never_printed_whole() {
    let number = Msisdn::parse("90123406").unwrap();
    assert_eq!(number.to_string(), "+228 90 •• •• 06");
    assert_eq!(format!("{number:?}"), "+228 90 •• •• 06");
}

#[test]
fn the_providers_spellings_are_one_wallet() {
    let tmoney = [
        "TMONEY",
        "T-Money",
        "tmoney",
        "TMONEY_TG",
        "togocel",
        "t-money-togo",
        "Mixx by Yas",
        "MIXX",
        "T MONEY",
    ];
    for text in tmoney {
        assert_eq!(Wallet::parse(text), Some(Wallet::Tmoney), "{text}");
    }
    for text in ["FLOOZ", "Flooz", "moov", "moov_tg", "MOOV_TG", "moov-togo", "Moov Money"] {
        assert_eq!(Wallet::parse(text), Some(Wallet::Flooz), "{text}");
    }
}

#[test]
fn an_unknown_spelling_is_no_wallet() {
    for text in ["", "MTN", "ORANGE", "TMONEY1", "CASH", "flôoz"] {
        assert_eq!(Wallet::parse(text), None, "{text}");
    }
}

#[test]
fn a_wallet_is_read_back_from_its_code_and_its_label() {
    for wallet in Wallet::ALL {
        assert_eq!(Wallet::parse(wallet.code()), Some(wallet));
        assert_eq!(Wallet::parse(wallet.label()), Some(wallet));
        assert_eq!(serde_json::to_string(&wallet).unwrap(), format!("\"{}\"", wallet.code()));
    }
}
