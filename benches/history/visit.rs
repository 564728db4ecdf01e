//! One patient's visit: a prescription, and the money for it.

use crate::{
    hospital::{Desk, EXAMS, Hospital},
    noun::{Noun, Step},
};
use chrono::{Datelike, NaiveDate};
use domain::{
    ExamId, Money, PatientId, PaymentId, PrescriptionId, StreamId, Wallet,
    patient::Patient,
    payment::{self, Attempt, Evidence, Opened, Payment, Source, attempt::Answer},
    prescription::{Line, Prescription},
    receipt::{self, Issued, Method},
    settlement::{self, Booking, Report, ReportStatus, TakeCash},
};
use quittance::{app::purpose, commands::mobile_money::reference};
use uuid::Uuid;

pub struct Visit {
    patient: PatientId,
    prescription: PrescriptionId,
    owed: Noun<Prescription>,
    id: PaymentId,
    payment: Noun<Payment>,
}

impl Visit {
    pub fn new(patient: PatientId) -> Self {
        let (prescription, id) = (PrescriptionId(Uuid::now_v7()), PaymentId(Uuid::now_v7()));
        let owed = Noun::new(StreamId::prescription(prescription));
        Self { patient, prescription, owed, id, payment: Noun::new(StreamId::payment(id)) }
    }

    pub fn register(&mut self, desk: &Desk) -> Step {
        let line = |(code, _, francs): (&str, &str, i64)| Line {
            exam: ExamId::of_code(code),
            price: Money::new(francs).unwrap(),
            listed: None,
        };
        let lines = EXAMS.into_iter().map(line).collect();
        let events = self.owed.state.register(&Patient::Known, self.patient, lines).unwrap();
        Step::asked(desk.cashier.0, self.prescription.0).write(&mut self.owed, events)
    }

    pub fn pay_cash(&mut self, desk: &mut Desk, day: NaiveDate) -> Step {
        let ask = TakeCash {
            payment: self.id,
            prescription: self.prescription,
            cashier: desk.cashier,
            till: desk.till,
            part: None,
            tendered: Money::new(5_000).unwrap(),
        };
        let taken = settlement::take_cash(&self.owed.state, &desk.drawer.state, ask).unwrap();
        let step = Step::asked(desk.cashier.0, self.id.0);
        self.book(step, taken.booking, desk, Method::Cash, day).write(&mut desk.drawer, taken.till)
    }

    /// Asked for, sent, registered by the provider, confirmed by its callback.
    pub fn pay_by_phone(&mut self, hospital: &Hospital, desk: &Desk) -> Vec<Step> {
        let (wallet, day) = (Wallet::Tmoney, hospital.clock.today());
        let terms = Opened {
            prescription: self.prescription,
            patient: self.patient,
            cashier: desk.cashier,
            amount: self.owed.state.due(),
            wallet,
            driver: "hmac".into(),
            base_url: "https://api.example.tg/v1".into(),
            phone: hospital.vault.seal(self.patient, purpose::PHONE, b"+22890123456").unwrap(),
            reference: reference(self.id),
        };
        let booking = settlement::open(&self.owed.state, self.id, None, terms).unwrap();
        let opened = self.book(Step::asked(desk.cashier.0, self.id.0), booking, desk, wallet.into(), day);
        let sending = self.attempt().send().unwrap();
        let sent = Step::told(self.id.0).write(&mut self.payment, sending);
        let provider_ref = Some(format!("T{}", self.id.0.as_u128() % 1_000_000_000_000));
        let answer = self.attempt().answer(Answer::Registered { provider_ref: provider_ref.clone() });
        let registered = Step::told(self.id.0).write(&mut self.payment, answer);
        let report = Report {
            status: ReportStatus::Success,
            amount: Some(self.attempt().terms.amount),
            currency: Some("XOF".into()),
            provider_ref,
            operation_at: None,
            evidence: Evidence {
                source: Source::Callback,
                key: format!("{:064x}", self.id.0.as_u128()),
                body_sha256: Some(format!("{:064x}", self.prescription.0.as_u128())),
            },
        };
        let booking = settlement::hear(self.attempt(), &self.owed.state, self.id, report);
        let confirmed = self.book(Step::told(self.id.0), booking, desk, wallet.into(), day);
        vec![opened, sent, registered, confirmed]
    }

    fn attempt(&self) -> &Attempt {
        match &self.payment.state {
            Payment::Mobile(attempt) => attempt,
            other => panic!("{other:?} is no attempt"),
        }
    }

    /// Payment, prescription and, where money came in, the receipt.
    fn book(&mut self, step: Step, booking: Booking, desk: &Desk, method: Method, day: NaiveDate) -> Step {
        let parts = booking.money.and_then(|money| Some(self.owed.state.bill()?.parts(money.applied)));
        let step = step
            .write::<_, payment::Event>(&mut self.payment, booking.payment)
            .write(&mut self.owed, booking.prescription);
        let Some(money) = booking.money else { return step };
        let issued = Issued {
            payment: self.id,
            prescription: self.prescription,
            patient: self.patient,
            cashier: desk.cashier,
            amount: money.amount(),
            applied: money.applied,
            advance: money.advance,
            method,
            till: (method == Method::Cash).then_some(desk.till),
            parts: parts.unwrap_or_default(),
            day,
        };
        step.number(&StreamId::receipts("R", day.year()), receipt::Event::from(issued))
    }
}
