//! Writes `docs/EVENTS.md` from the golden files and this table, and fails where it has drifted.

use crate::golden;
use domain::Event;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::PathBuf,
};

/// A stored name, its stream, who writes it, who reads it.
type Row = (&'static str, &'static str, &'static str, &'static str);

const PATIENT: &str = "`patient-{id}`";
const EXAM: &str = "`exam-{id}`";
const PRESCRIPTION: &str = "`prescription-{id}`";
const PAYMENT: &str = "`payment-{id}`";
const TILL: &str = "`till-{id}`";
const USER: &str = "`user-{id}`";
const CALLBACK: &str = "`callback-{key}`";
const PROJECTOR: &str = "`projector-{name}`";
const REFUND: &str = "`refund-{payment}`";
const RELIEF: &str = "`relief-{id}`";
const REPORT: &str = "`report-{name}-{period}`";

const TILLS: &str = "`tills`";
const TILLS_TRANSFERS: &str = "`tills`, `transfers`";
const PAYMENTS: &str = "`payments`";
const PAYMENTS_WATCH: &str = "`payments`, the watch";
const PAYMENTS_WORK: &str = "`payments`, `work_items`";
const RELIEFS_WORK: &str = "`reliefs`, `work_items`";

/// In the order of `Event::names`.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("patient-registered.v1", PATIENT, "`POST /api/patients`", "`patients`"),
    ("patient-erased.v1", PATIENT, "`DELETE /api/patients/{id}`", "`patients`; a start that finishes what was cut off"),
    ("exam-listed.v1", EXAM, "`POST /api/exams`", "`exams`"),
    ("exam-priced.v1", EXAM, "`POST /api/exams`, `POST /api/exams/{id}/prices`", "`exams`"),
    ("prescription-registered.v1", PRESCRIPTION, "`POST /api/prescriptions`", "`prescriptions`"),
    ("prescription-attempt-opened.v1", PRESCRIPTION, "with `payment-opened`", "`prescriptions`"),
    ("prescription-attempt-closed.v1", PRESCRIPTION, "with the fact that ended the attempt without money", "`prescriptions`"),
    ("prescription-paid.v1", PRESCRIPTION, "with the fact that brought the money", "`prescriptions`"),
    ("prescription-refunded.v1", PRESCRIPTION, "with `refund-completed`", "`prescriptions`"),
    ("prescription-covered.v1", PRESCRIPTION, "`POST /api/prescriptions/{id}/coverage`", "`prescriptions`"),
    ("prescription-coverage-withdrawn.v1", PRESCRIPTION, "`POST /api/prescriptions/{id}/coverage/withdraw`", "`prescriptions`"),
    ("prescription-relieved.v1", PRESCRIPTION, "with `relief-granted`", "`prescriptions`"),
    ("prescription-exam-started.v1", PRESCRIPTION, "`POST /api/prescriptions/{id}/exams/{line}/start`", "`prescriptions`"),
    ("prescription-exam-completed.v1", PRESCRIPTION, "`POST /api/prescriptions/{id}/exams/{line}/complete`", "`prescriptions`, `activity`"),
    ("payment-cash-taken.v1", PAYMENT, "`POST /api/payments/cash`", PAYMENTS),
    ("payment-opened.v1", PAYMENT, "`POST /api/payments/mobile-money/initiate`, before any call", "`payments`, the sender, the watch"),
    ("payment-sent.v1", PAYMENT, "the command that opened it, or the sender; before the call leaves", PAYMENTS_WATCH),
    ("payment-registered.v1", PAYMENT, "the sender; callbacks and the watch, where they name money booked without a reference", PAYMENTS_WATCH),
    ("payment-refused.v1", PAYMENT, "the sender", PAYMENTS_WATCH),
    ("payment-unanswered.v1", PAYMENT, "the sender", PAYMENTS_WATCH),
    ("payment-resent.v1", PAYMENT, "the watch", PAYMENTS_WATCH),
    ("payment-claimed.v1", PAYMENT, "callbacks", PAYMENTS_WATCH),
    ("payment-claim-lapsed.v1", PAYMENT, "the watch", PAYMENTS_WATCH),
    ("payment-noted.v1", PAYMENT, "callbacks, statements", PAYMENTS),
    ("payment-confirmed.v1", PAYMENT, "callbacks, the watch, statements; a review's second person", "`payments`, `work_items`, the watch"),
    ("payment-doubled.v1", PAYMENT, "callbacks, the watch, statements", PAYMENTS_WORK),
    ("payment-declined.v1", PAYMENT, "callbacks, the watch, statements", PAYMENTS_WATCH),
    ("payment-expired.v1", PAYMENT, "callbacks, the watch, statements", PAYMENTS_WATCH),
    ("payment-abandoned.v1", PAYMENT, "`POST /api/payments/{id}/abandon`", PAYMENTS_WATCH),
    ("payment-contradicted.v1", PAYMENT, "callbacks, the watch, statements", PAYMENTS_WORK),
    ("payment-reference-differs.v1", PAYMENT, "the sender, callbacks, the watch, statements", PAYMENTS_WORK),
    ("payment-questioned.v1", PAYMENT, "callbacks, the watch, statements", PAYMENTS_WORK),
    ("payment-resolution-proposed.v1", PAYMENT, "`POST /api/payments/{id}/resolve`, the first person", PAYMENTS_WORK),
    ("payment-resolved.v1", PAYMENT, "`POST /api/payments/{id}/resolve`, the second person", PAYMENTS_WORK),
    ("receipt-issued.v2", "`receipts-{series}-{year}`", "with every booking of money", "`receipts`, `takings`, `movements`"),
    ("receipt-duplicated.v1", "`duplicata-{number}`", "`POST /api/receipts/{number}/duplicata`", "`duplicata`"),
    ("till-opened.v2", TILL, "`POST /api/tills/open`", TILLS),
    ("till-cash-taken.v1", TILL, "`POST /api/payments/cash`", TILLS),
    ("till-seated.v1", "`desk-{name}`, `cashier-{user}`", "with `till-opened`", "the next opening"),
    ("till-cash-paid-out.v1", TILL, "`POST /api/payments/{id}/refunds/{refund}/complete`", TILLS),
    ("till-transfer-sent.v1", TILL, "`POST /api/tills/{id}/transfers`", TILLS_TRANSFERS),
    ("till-transfer-accepted.v1", TILL, "`POST /api/tills/{id}/transfers/{transfer}/accept`, in the sender's stream", TILLS_TRANSFERS),
    ("till-transfer-received.v1", TILL, "with `till-transfer-accepted`, in the receiver's stream", TILLS),
    ("till-transfer-returned.v1", TILL, "`POST /api/tills/{id}/transfers/{transfer}/return`", TILLS_TRANSFERS),
    ("till-deposited.v1", TILL, "`POST /api/tills/{id}/deposits`", TILLS),
    ("till-counted.v2", TILL, "`POST /api/tills/{id}/close`", TILLS),
    ("till-vacated.v1", "`desk-{name}`, `cashier-{user}`", "with `till-counted`", "the next opening"),
    ("till-closed.v1", TILL, "with `till-counted`; `POST /api/tills/{id}/sign` where the difference is large", TILLS),
    ("user-added.v1", USER, "`POST /api/users`, the first start", "`users`"),
    ("user-disabled.v1", USER, "`POST /api/users/{id}/disable`", "`users`"),
    ("callback-orphaned.v1", CALLBACK, "callbacks", "`work_items`"),
    ("callback-parked.v1", CALLBACK, "callbacks", "`work_items`"),
    ("callback-rejected.v1", CALLBACK, "callbacks", "`work_items`"),
    ("projector-skipped.v1", PROJECTOR, "`POST /api/projectors/{name}/skip`, `quittance projector skip`", "whoever moves the read models; `verify` and every rebuild"),
    ("projector-retried.v1", PROJECTOR, "`POST /api/projectors/{name}/retry`, `quittance projector retry`", "whoever moves the read models"),
    ("refund-requested.v1", REFUND, "`POST /api/payments/{id}/refunds`", "`refunds`, `work_items`"),
    ("refund-approved.v1", REFUND, "`POST /api/payments/{id}/refunds/{refund}/approve`", "`refunds`, `work_items`"),
    ("refund-rejected.v1", REFUND, "`POST /api/payments/{id}/refunds/{refund}/reject`", "`refunds`, `work_items`"),
    ("refund-completed.v1", REFUND, "`POST /api/payments/{id}/refunds/{refund}/complete`", "`refunds`, `work_items`"),
    ("refund-paid.v1", "`refunds-{series}-{year}`", "with `refund-completed`", "`refunds`, `takings`, `movements`"),
    ("deposit-made.v2", "`deposit-{id}`", "with `till-deposited`", "`deposits`"),
    ("deposit-slip-issued.v1", "`deposits-{series}-{year}`", "with `deposit-made`", "`deposits`"),
    ("deposit-proven.v1", "`deposit-{id}`", "`POST /api/deposits/{id}/prove`", "`deposits`"),
    ("payer-listed.v1", "`payer-{code}`", "`POST /api/payers`", "`payers`"),
    ("payer-rated.v1", "`payer-{code}`", "`POST /api/payers/{code}/rates`", "`payers`"),
    ("relief-requested.v1", RELIEF, "`POST /api/prescriptions/{id}/reliefs`", RELIEFS_WORK),
    ("relief-granted.v1", RELIEF, "`POST /api/reliefs/{id}/grant`", RELIEFS_WORK),
    ("relief-rejected.v1", RELIEF, "`POST /api/reliefs/{id}/reject`", RELIEFS_WORK),
    ("relief-withdrawn.v1", RELIEF, "`POST /api/reliefs/{id}/withdraw`", RELIEFS_WORK),
    ("relief-voucher-issued.v1", "`vouchers-{series}-{year}`", "with `relief-granted`", "`reliefs`"),
    ("report-signed.v1", REPORT, "`POST /api/reports/sign`", "`reports`"),
    ("report-exported.v1", REPORT, "`GET /api/reports/export/{format}`", "`reports`"),
];

const HEAD: &str = "\
# Events

Every fact that the ledger stores, from the golden files in `domain/tests/golden` (one body for each name).
Generated by the test `events_doc`; after a change: `UPDATE=1 cargo test -p quittance-domain events_doc`.
Shapes are added, never edited; an unknown name stops the reader. Fields in braces are of the part before them.

| stored name | stream | fields | written by | read by |
|---|---|---|---|---|
";

#[test]
fn the_document_shows_every_fact_as_it_is_stored() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/EVENTS.md");
    let document = document();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &document).unwrap();
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        there, document,
        "docs/EVENTS.md has drifted: run UPDATE=1 cargo test -p quittance-domain events_doc and commit it"
    );
}

#[test]
fn every_stored_name_has_a_row() {
    let rows: Vec<_> = ROWS.iter().map(|row| row.0).collect();
    assert_eq!(rows, Event::names(), "add a row to events_doc.rs: who writes the fact, who reads it");
}

fn document() -> String {
    let mut document = HEAD.to_owned();
    for (name, stream, written, read) in ROWS {
        let example: Value = serde_json::from_slice(&golden::body(name)).unwrap();
        let fields = fields(&example);
        let fields = if fields.is_empty() { "none".to_owned() } else { format!("`{fields}`") };
        writeln!(document, "| `{name}` | {stream} | {fields} | {written} | {read} |").unwrap();
    }
    document
}

/// `patient, lines{exam, listed, price}, total`: in the order of the alphabet, whatever order the parser keeps.
fn fields(value: &Value) -> String {
    let Value::Object(fields) = value else {
        return String::new();
    };
    let sorted: BTreeMap<_, _> = fields.iter().collect();
    let named: Vec<_> = sorted.into_iter().map(|(key, value)| format!("{key}{}", parts(value))).collect();
    named.join(", ")
}

fn parts(value: &Value) -> String {
    let inner: BTreeSet<String> = match value {
        Value::Object(fields) => fields.keys().cloned().collect(),
        Value::Array(items) => {
            items.iter().filter_map(Value::as_object).flat_map(|fields| fields.keys().cloned()).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    };
    if inner.is_empty() {
        return String::new();
    }
    format!("{{{}}}", inner.into_iter().collect::<Vec<_>>().join(", "))
}
