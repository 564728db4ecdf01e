//! The people, the sums and the histories that the specs speak of: one prescription of 1000 francs.

use crate::support::{Case, Fact};
use chrono::NaiveDate;
use domain::{
    ExamId, Money, PatientId, PaymentId, PrescriptionId, RefundId, Refusal, ReliefId, Sealed, TillId, UserId,
    Wallet,
    payment::{
        self, Abandoned, Claimed, Confirmed, Declined, Evidence, Expired, Opened, Outcome, Questioned,
        Refused, Registered, Sent, Source, attempt::Answer,
    },
    prescription::{self, AttemptClosed, AttemptOpened, Line, Paid},
    refund,
    settlement::{self, Booking, Received, Report, ReportStatus},
    till,
};
use uuid::Uuid;

pub const PATIENT: PatientId = PatientId(Uuid::from_u128(0xA));
pub const PRESCRIPTION: PrescriptionId = PrescriptionId(Uuid::from_u128(0xB));
pub const EXAM: ExamId = ExamId(Uuid::from_u128(0xC));
pub const XRAY: ExamId = ExamId(Uuid::from_u128(0xC2));
pub const TILL: TillId = TillId(Uuid::from_u128(0xD));
pub const FIRST: PaymentId = PaymentId(Uuid::from_u128(1));
pub const SECOND: PaymentId = PaymentId(Uuid::from_u128(2));
pub const REFUND: RefundId = RefundId(Uuid::from_u128(0xF));
pub const RELIEF: ReliefId = ReliefId(Uuid::from_u128(0xE));
pub const AMA: UserId = UserId(Uuid::from_u128(0x11));
pub const KOFI: UserId = UserId(Uuid::from_u128(0x12));
pub const ESI: UserId = UserId(Uuid::from_u128(0x13));

pub const fn xof(francs: i64) -> Money {
    match Money::new(francs) {
        Ok(money) => money,
        Err(_) => panic!("not an amount"),
    }
}

pub fn pay(fact: impl Into<payment::Event>) -> Fact {
    Fact::Stored(fact.into().into())
}

pub fn pre(fact: impl Into<prescription::Event>) -> Fact {
    Fact::Stored(fact.into().into())
}

pub fn till(fact: impl Into<till::Event>) -> Fact {
    Fact::Stored(fact.into().into())
}

pub fn back(fact: impl Into<refund::Event>) -> Fact {
    Fact::Stored(fact.into().into())
}

pub fn receipt(applied: i64, advance: i64) -> Fact {
    Fact::Receipt(Received { applied: xof(applied), advance: xof(advance) })
}

pub fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

pub fn sealed() -> Sealed {
    Sealed { of: PATIENT, text: "c2VhbGVk".into() }
}

pub fn terms() -> Opened {
    Opened {
        prescription: PRESCRIPTION,
        patient: PATIENT,
        cashier: AMA,
        amount: xof(1_000),
        wallet: Wallet::Tmoney,
        driver: "sim".into(),
        base_url: "https://sim.example".into(),
        phone: sealed(),
        reference: "q-1".into(),
    }
}

pub fn prescribed(francs: i64) -> Fact {
    let line = Line { exam: EXAM, price: xof(francs), listed: None };
    pre(prescription::Registered { patient: PATIENT, lines: vec![line], total: xof(francs) })
}

/// Two exams, of 400 and of 600 francs.
pub fn two_exams() -> prescription::Event {
    let line = |exam, francs| Line { exam, price: xof(francs), listed: None };
    let lines = vec![line(EXAM, 400), line(XRAY, 600)];
    prescription::Registered { patient: PATIENT, lines, total: xof(1_000) }.into()
}

pub fn closed() -> Fact {
    pre(AttemptClosed { payment: FIRST })
}

pub fn opened(payment: PaymentId) -> Fact {
    pre(AttemptOpened { payment })
}

pub fn paid_by(payment: PaymentId, francs: i64) -> Fact {
    pre(Paid { payment, amount: xof(francs) })
}

// ---- what was told

pub fn evidence(source: Source, key: &str) -> Evidence {
    Evidence { source, key: key.into(), body_sha256: None }
}

fn report(source: Source, key: &str, status: ReportStatus) -> Report {
    let evidence = evidence(source, key);
    Report { status, amount: None, currency: None, provider_ref: None, operation_at: None, evidence }
}

/// An authenticated status or a signed callback says 1000 francs came, under the operator's `OP-1`.
pub fn success(source: Source, key: &str) -> Report {
    let told = report(source, key, ReportStatus::Success);
    Report { amount: Some(xof(1_000)), provider_ref: Some("OP-1".into()), ..told }
}

pub fn success_of(francs: i64) -> Report {
    Report { amount: Some(xof(francs)), ..success(Source::Callback, "s1") }
}

pub fn failed(source: Source, key: &str) -> Report {
    report(source, key, ReportStatus::Declined { code: "cancelled".into() })
}

pub fn gone(source: Source, key: &str) -> Report {
    report(source, key, ReportStatus::Expired)
}

pub fn pending(source: Source, key: &str) -> Report {
    report(source, key, ReportStatus::Pending)
}

pub fn confirmed(report: &Report, applied: i64, advance: i64) -> Fact {
    confirmed_of(terms().amount, report, applied, advance)
}

pub fn confirmed_of(asked: Money, report: &Report, applied: i64, advance: i64) -> Fact {
    pay(Confirmed {
        asked,
        reported: xof(applied + advance),
        applied: xof(applied),
        advance: xof(advance),
        provider_ref: report.provider_ref.clone(),
        evidence: report.evidence.clone(),
        operation_at: report.operation_at.clone(),
    })
}

// ---- histories: the facts that lead to a stage

fn and(mut history: Vec<Fact>, later: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    history.extend(later);
    history
}

pub fn created() -> Vec<Fact> {
    vec![prescribed(1_000), opened(FIRST), pay(terms())]
}

pub fn sending() -> Vec<Fact> {
    and(created(), [pay(Sent {})])
}

pub fn registered() -> Vec<Fact> {
    and(sending(), [pay(Registered { provider_ref: Some("OP-1".into()) })])
}

/// Registered by a provider that only said "duplicate", so no reference is known.
pub fn registered_without_reference() -> Vec<Fact> {
    and(sending(), [pay(Registered { provider_ref: None })])
}

pub fn claim(told: Option<i64>, key: &str) -> Fact {
    pay(Claimed { amount: told.map(xof), evidence: evidence(Source::Unsigned, key) })
}

pub fn claimed_over(history: Vec<Fact>) -> Vec<Fact> {
    and(history, [claim(Some(1_000), "c1")])
}

pub fn paid() -> Vec<Fact> {
    let proof = success(Source::Callback, "s1");
    and(registered(), [confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000)])
}

pub fn underpaid() -> Vec<Fact> {
    let proof = success_of(900);
    and(registered(), [confirmed(&proof, 900, 0), paid_by(FIRST, 900)])
}

pub fn rejected() -> Vec<Fact> {
    and(sending(), [pay(Refused { code: "limit".into() }), closed()])
}

pub fn declined() -> Vec<Fact> {
    let evidence = evidence(Source::Callback, "f1");
    and(registered(), [pay(Declined { code: "cancelled".into(), evidence }), closed()])
}

pub fn expired() -> Vec<Fact> {
    and(registered(), [pay(Expired { evidence: evidence(Source::Callback, "e1") }), closed()])
}

pub fn abandoned_over(history: Vec<Fact>) -> Vec<Fact> {
    and(history, [pay(Abandoned { by: AMA }), closed()])
}

pub fn abandoned() -> Vec<Fact> {
    abandoned_over(registered())
}

pub fn in_euros(key: &str) -> Report {
    Report { currency: Some("EUR".into()), ..success(Source::Callback, key) }
}

pub fn questioned_by(report: Report, why: &str) -> Fact {
    let Report { amount, currency, provider_ref, evidence, .. } = report;
    pay(Questioned { why: why.into(), amount, currency, provider_ref, evidence })
}

pub fn questioned() -> Vec<Fact> {
    and(registered(), [questioned_by(in_euros("q1"), "currency")])
}

// ---- what is asked

pub fn hear(report: Report) -> impl FnOnce(&Case) -> Result<Booking, Refusal> {
    |case| Ok(settlement::hear(case.attempt(), &case.prescription, FIRST, report))
}

pub fn answer(answer: Answer) -> impl FnOnce(&Case) -> Result<Booking, Refusal> {
    |case| Ok(settlement::end(&case.prescription, FIRST, case.attempt().answer(answer)))
}

pub fn abandon(case: &Case) -> Result<Booking, Refusal> {
    settlement::abandon(case.attempt(), &case.prescription, FIRST, AMA)
}

pub fn propose(by: UserId, outcome: Outcome) -> impl FnOnce(&Case) -> Result<Booking, Refusal> {
    move |case| {
        let payment = case.attempt().propose(by, outcome, "seen on the statement".into())?;
        Ok(Booking { payment, ..Booking::default() })
    }
}

pub fn resolve(by: UserId, outcome: Outcome) -> impl FnOnce(&Case) -> Result<Booking, Refusal> {
    move |case| settlement::resolve(case.attempt(), &case.prescription, FIRST, by, outcome)
}
