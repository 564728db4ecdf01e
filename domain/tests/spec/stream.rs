//! Names of streams and ids made from names.

use crate::examples::*;
use domain::{ExamId, PaymentId, StreamId, Wallet};

#[test]
fn a_stream_is_named_after_its_noun() {
    let names = [
        (StreamId::patient(PATIENT), format!("patient-{PATIENT}"), "patient"),
        (StreamId::exam(EXAM), format!("exam-{EXAM}"), "exam"),
        (StreamId::prescription(PRESCRIPTION), format!("prescription-{PRESCRIPTION}"), "prescription"),
        (StreamId::payment(FIRST), format!("payment-{FIRST}"), "payment"),
        (StreamId::till(TILL), format!("till-{TILL}"), "till"),
        (StreamId::cashier(AMA), format!("cashier-{AMA}"), "cashier"),
        (StreamId::user(AMA), format!("user-{AMA}"), "user"),
        (StreamId::receipts("R", 2026), "receipts-R-2026".into(), "receipts"),
        (StreamId::callback("ab12"), "callback-ab12".into(), "callback"),
    ];
    for (stream, name, noun) in names {
        assert_eq!((stream.as_str(), stream.noun()), (name.as_str(), noun));
        assert_eq!(StreamId::named(name), stream);
    }
}

#[test]
fn a_desk_is_one_desk_whatever_its_case() {
    assert_eq!(StreamId::desk("Guichet 1"), StreamId::desk("GUICHET 1"));
    assert_ne!(StreamId::desk("Guichet 1"), StreamId::desk("Guichet 2"));
}

#[test]
fn an_exams_code_is_one_exam_whatever_its_case() {
    assert_eq!(ExamId::of_code("nfs"), ExamId::of_code("NFS"));
    assert_ne!(ExamId::of_code("NFS"), ExamId::of_code("TP"));
    assert_ne!(ExamId::of_code("ama").0, domain::UserId::of_username("ama").0);
}

#[test]
fn ids_are_read_as_they_are_printed() {
    assert_eq!(FIRST.to_string().parse::<PaymentId>(), Ok(FIRST));
    assert!("payment".parse::<PaymentId>().is_err());
    assert_eq!(Wallet::ALL.map(Wallet::label), ["T-Money", "Flooz"]);
}
