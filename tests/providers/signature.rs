//! The signatures, against vectors that others have published.

use crate::support::{SECRET_KEY, config, secret};
use chrono::{DateTime, TimeDelta, Utc};
use quittance::providers::signature::hmac_sha256;
use quittance::providers::{
    CallbackHeaders, CallbackScheme, KeyAge, NotAProvider, Provider, ProviderConfig, Rejection, Timing,
};
use quittance::secret::{Secret, WeakSecret};

const BODY: &[u8] = br#"{"reference":"Q1","transactionId":"T1","status":"SUCCESS","amount":1500}"#;

fn plain(change: impl FnOnce(&mut ProviderConfig)) -> Provider {
    let mut config = config("http://127.0.0.1:1".to_owned(), CallbackScheme::XSignature);
    change(&mut config);
    Provider::new(config, Timing::default()).expect("a provider")
}

fn signed_by(key: &str, body: &[u8]) -> String {
    hex::encode(hmac_sha256(key.as_bytes(), &[body]))
}

fn judge(provider: &Provider, signature: Option<&str>, body: &[u8]) -> Result<KeyAge, Rejection> {
    let headers = CallbackHeaders { x_signature: signature, ..CallbackHeaders::default() };
    provider.authenticate(headers, body, Utc::now()).map(|authentic| authentic.key)
}

#[test]
fn the_hmac_is_that_of_rfc_4231() {
    let long = [0xaa_u8; 131];
    let cases: [(&[u8], &[u8], &str); 5] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            &long,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &long,
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, expected) in cases {
        assert_eq!(hex::encode(hmac_sha256(key, &[data])), expected);
    }
}

#[test]
fn parts_are_signed_as_one_text() {
    assert_eq!(
        hmac_sha256(b"Jefe", &[b"what do ya ", b"want for nothing?"]),
        hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"])
    );
}

#[test]
fn the_raw_bytes_are_what_counts() {
    let provider = plain(|_| {});
    let tag = signed_by(SECRET_KEY, BODY);
    assert_eq!(judge(&provider, Some(&tag), BODY), Ok(KeyAge::Current));
    let others: [&[u8]; 5] = [
        br#"{"reference":"Q1","transactionId":"T1","status":"SUCCESS","amount": 1500}"#,
        br#"{"reference":"Q1","transactionId":"T1","status":"SUCCESS","amount":1500.0}"#,
        br#"{"transactionId":"T1","reference":"Q1","status":"SUCCESS","amount":1500}"#,
        br#"{"reference":"Q1","transactionId":"T1","status":"SUCCES\u0053","amount":1500}"#,
        b"",
    ];
    for other in others {
        assert_eq!(judge(&provider, Some(&tag), other), Err(Rejection::WrongSignature));
    }
}

#[test]
fn bytes_that_are_no_json_can_still_be_signed() {
    let provider = plain(|_| {});
    let body = b"\xff\xfe not json";
    assert_eq!(judge(&provider, Some(&signed_by(SECRET_KEY, body)), body), Ok(KeyAge::Current));
}

#[test]
fn hex_is_taken_in_any_case_of_letters() {
    let provider = plain(|_| {});
    let tag = signed_by(SECRET_KEY, BODY).to_uppercase();
    assert_eq!(judge(&provider, Some(&tag), BODY), Ok(KeyAge::Current));
}

#[test]
fn a_missing_a_malformed_and_a_wrong_signature_are_told_apart() {
    let provider = plain(|_| {});
    let forged = signed_by("secret-de-quelqu-un-d-autre", BODY);
    let cut = &signed_by(SECRET_KEY, BODY)[..62];
    let cases = [
        (None, Rejection::MissingSignature),
        (Some(""), Rejection::MissingSignature),
        (Some("  "), Rejection::MissingSignature),
        (Some("no hex at all"), Rejection::MalformedSignature),
        (Some(cut), Rejection::MalformedSignature),
        (Some(&*forged), Rejection::WrongSignature),
    ];
    for (signature, expected) in cases {
        assert_eq!(judge(&provider, signature, BODY), Err(expected), "{signature:?}");
    }
}

#[test]
fn during_a_rotation_both_secrets_are_valid() {
    let old = "secret-d-avant-la-rotation";
    let provider = plain(|config| config.previous_secret_key = Some(secret(old)));
    assert_eq!(judge(&provider, Some(&signed_by(old, BODY)), BODY), Ok(KeyAge::Previous));
    assert_eq!(judge(&provider, Some(&signed_by(SECRET_KEY, BODY)), BODY), Ok(KeyAge::Current));
    assert_eq!(judge(&plain(|_| {}), Some(&signed_by(old, BODY)), BODY), Err(Rejection::WrongSignature));
}

/// The example of the Standard Webhooks specification.
const EXAMPLE_BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
const EXAMPLE_TAG: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

fn example() -> CallbackHeaders<'static> {
    CallbackHeaders {
        webhook_id: Some("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        webhook_timestamp: Some("1649367553"),
        webhook_signature: Some(EXAMPLE_TAG),
        ..CallbackHeaders::default()
    }
}

fn webhooks(key: &str) -> Result<Provider, NotAProvider> {
    let mut config = config("http://127.0.0.1:1".to_owned(), CallbackScheme::StandardWebhooks);
    config.secret_key = secret(key);
    Provider::new(config, Timing::default())
}

fn judge_example(headers: CallbackHeaders<'_>, body: &[u8], late_by: i64) -> Result<String, Rejection> {
    let provider = webhooks("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").expect("a provider");
    let sent = DateTime::from_timestamp(1_649_367_553, 0).expect("a time");
    let authentic = provider.authenticate(headers, body, sent + TimeDelta::seconds(late_by))?;
    Ok(authentic.event_id.expect("the scheme has one"))
}

#[test]
fn the_example_of_standard_webhooks_is_authentic() {
    let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".to_owned();
    assert_eq!(judge_example(example(), EXAMPLE_BODY, 0), Ok(id.clone()));
    let several = format!("v1a,AAAA v1,AAAA {EXAMPLE_TAG}");
    let headers = CallbackHeaders { webhook_signature: Some(&several), ..example() };
    assert_eq!(judge_example(headers, EXAMPLE_BODY, 0), Ok(id));
}

#[test]
fn a_timestamp_is_believed_for_five_minutes_either_way() {
    for seconds in [-300, 300] {
        assert!(judge_example(example(), EXAMPLE_BODY, seconds).is_ok(), "{seconds}");
    }
    for seconds in [-301, 301] {
        assert_eq!(
            judge_example(example(), EXAMPLE_BODY, seconds),
            Err(Rejection::StaleTimestamp),
            "{seconds}"
        );
    }
}

#[test]
fn id_timestamp_and_body_are_all_signed() {
    let id = CallbackHeaders { webhook_id: Some("msg_other"), ..example() };
    let time = CallbackHeaders { webhook_timestamp: Some("1649367554"), ..example() };
    assert_eq!(judge_example(id, EXAMPLE_BODY, 0), Err(Rejection::WrongSignature));
    assert_eq!(judge_example(time, EXAMPLE_BODY, 0), Err(Rejection::WrongSignature));
    assert_eq!(judge_example(example(), b"{}", 0), Err(Rejection::WrongSignature));
}

#[test]
fn headers_that_lack_or_break_something_are_refused() {
    let missing = [
        CallbackHeaders { webhook_id: None, ..example() },
        CallbackHeaders { webhook_timestamp: None, ..example() },
        CallbackHeaders { webhook_signature: None, ..example() },
        CallbackHeaders { x_signature: Some(EXAMPLE_TAG), ..CallbackHeaders::default() },
    ];
    for headers in missing {
        assert_eq!(judge_example(headers, EXAMPLE_BODY, 0), Err(Rejection::MissingSignature), "{headers:?}");
    }
    let malformed = [
        CallbackHeaders { webhook_timestamp: Some("yesterday"), ..example() },
        CallbackHeaders { webhook_signature: Some("v2,AAAA"), ..example() },
        CallbackHeaders { webhook_signature: Some("v1,not base64"), ..example() },
    ];
    for headers in malformed {
        assert_eq!(
            judge_example(headers, EXAMPLE_BODY, 0),
            Err(Rejection::MalformedSignature),
            "{headers:?}"
        );
    }
}

#[test]
fn a_webhook_secret_that_hides_no_key_is_refused_at_the_start() {
    assert!(matches!(webhooks("whsec_not-base64-at-all!"), Err(NotAProvider::SecretKey(_))));
    assert!(matches!(webhooks("whsec_c2hvcnQ=whsec"), Err(NotAProvider::SecretKey(_))));
    assert!(webhooks("a plain text of enough characters").is_ok());
}

#[test]
fn a_secret_is_long_and_never_shown() {
    assert_eq!(Secret::parse(""), Err(WeakSecret::Empty));
    assert_eq!(Secret::parse(" \n"), Err(WeakSecret::Empty));
    assert_eq!(Secret::parse("quinze-lettres-"), Err(WeakSecret::Short));
    let long = Secret::parse("seize-caracteres\n").expect("long enough");
    assert_eq!(long.expose(), "seize-caracteres");
    assert!(!format!("{long} {long:?}").contains("seize"));
    let config = config("http://127.0.0.1:1".to_owned(), CallbackScheme::XSignature);
    assert!(!format!("{config:?}").contains(SECRET_KEY));
}
