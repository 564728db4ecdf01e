//! One fact of each stored name, filled with whatever text, amount and id one likes.

mod desk;

use chrono::NaiveDate;
use domain::{
    Event, ExamId, Money, PatientId, PaymentId, PrescriptionId, RefundId, ReliefId, Sealed, TillId, UserId,
    Wallet, callback, exam, patient, payment, prescription, projector, user,
};
use uuid::Uuid;

pub fn every_fact(text: &str, francs: i64, id: u128) -> Vec<Event> {
    let fill = Fill { text: text.to_owned(), money: Money::new(francs).unwrap(), id: Uuid::from_u128(id) };
    let before = [fill.registers(), fill.prescriptions(), fill.attempts(), fill.outcomes()].concat();
    let around = [fill.receipts(), fill.tills(), fill.around()].concat();
    let desk = [fill.refunds(), fill.deposits(), fill.payers(), fill.reliefs(), fill.reports()].concat();
    [before, around, desk].concat()
}

pub struct Fill {
    pub text: String,
    pub money: Money,
    pub id: Uuid,
}

impl Fill {
    pub fn text(&self) -> String {
        self.text.clone()
    }

    pub fn sealed(&self) -> Sealed {
        Sealed { of: PatientId(self.id), text: self.text() }
    }

    fn evidence(&self) -> payment::Evidence {
        payment::Evidence {
            source: payment::Source::Statement,
            key: self.text(),
            body_sha256: Some(self.text()),
        }
    }

    /// Of patients and of the catalogue.
    fn registers(&self) -> Vec<Event> {
        let from = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        vec![
            patient::Event::from(patient::Registered { identity: self.sealed() }).into(),
            patient::Event::from(patient::Erased {}).into(),
            exam::Event::from(exam::Listed { code: self.text(), name: self.text(), category: self.text() })
                .into(),
            exam::Event::from(exam::Priced { price: self.money, from }).into(),
        ]
    }

    fn prescriptions(&self) -> Vec<Event> {
        let (patient, payment) = (PatientId(self.id), PaymentId(self.id));
        let line = |listed| prescription::Line { exam: ExamId(self.id), price: self.money, listed };
        let lines = vec![line(None), line(Some(self.money))];
        let (exam, by) = (ExamId(self.id), UserId(self.id));
        let covered = prescription::Covered {
            payer: self.text(),
            parts: vec![self.money],
            amount: self.money,
            evidence: self.sealed(),
        };
        let withdrawn = prescription::CoverageWithdrawn {
            payer: self.text(),
            amount: self.money,
            reason: self.text(),
            by,
        };
        let facts: [prescription::Event; 10] = [
            prescription::Registered { patient, lines, total: self.money }.into(),
            prescription::AttemptOpened { payment }.into(),
            prescription::AttemptClosed { payment }.into(),
            prescription::Paid { payment, amount: self.money }.into(),
            prescription::Refunded { payment, refund: RefundId(self.id), amount: self.money }.into(),
            covered.into(),
            withdrawn.into(),
            prescription::Relieved { relief: ReliefId(self.id), amount: self.money }.into(),
            prescription::ExamStarted { line: 1, exam, by }.into(),
            prescription::ExamCompleted { line: 1, exam, price: self.money, by }.into(),
        ];
        facts.map(Event::from).into()
    }

    /// Of payments, as far as somebody asks.
    fn attempts(&self) -> Vec<Event> {
        let (prescription, cashier) = (PrescriptionId(self.id), UserId(self.id));
        let taken = payment::CashTaken {
            prescription,
            cashier,
            till: TillId(self.id),
            amount: self.money,
            tendered: self.money,
            change: self.money,
        };
        let opened = payment::Opened {
            prescription,
            patient: PatientId(self.id),
            cashier,
            amount: self.money,
            wallet: Wallet::Flooz,
            driver: self.text(),
            base_url: self.text(),
            phone: self.sealed(),
            reference: self.text(),
        };
        let facts: [payment::Event; 10] = [
            taken.into(),
            opened.into(),
            payment::Sent {}.into(),
            payment::Registered { provider_ref: Some(self.text()) }.into(),
            payment::Refused { code: self.text() }.into(),
            payment::Unanswered { why: self.text() }.into(),
            payment::Resent {}.into(),
            payment::Claimed { amount: Some(self.money), evidence: self.evidence() }.into(),
            payment::ClaimLapsed {}.into(),
            payment::Noted { status: self.text(), evidence: self.evidence() }.into(),
        ];
        facts.map(Event::from).into()
    }

    /// Of payments, as far as somebody tells.
    fn outcomes(&self) -> Vec<Event> {
        let (by, evidence, provider_ref) = (UserId(self.id), self.evidence(), Some(self.text()));
        let confirmed = payment::Confirmed {
            asked: self.money,
            reported: self.money,
            applied: self.money,
            advance: Money::ZERO,
            provider_ref: provider_ref.clone(),
            evidence: self.evidence(),
            operation_at: Some(self.text()),
        };
        let doubled = payment::Doubled {
            reported: self.money,
            provider_ref: provider_ref.clone(),
            evidence: self.evidence(),
        };
        let contradicted = payment::Contradicted {
            status: self.text(),
            amount: Some(self.money),
            evidence: self.evidence(),
        };
        let questioned = payment::Questioned {
            why: self.text(),
            amount: Some(self.money),
            currency: Some(self.text()),
            provider_ref,
            evidence: self.evidence(),
        };
        let outcome = payment::Outcome::Paid(self.money);
        let facts: [payment::Event; 10] = [
            confirmed.into(),
            doubled.into(),
            payment::Declined { code: self.text(), evidence: self.evidence() }.into(),
            payment::Expired { evidence }.into(),
            payment::Abandoned { by }.into(),
            contradicted.into(),
            payment::ReferenceDiffers { known: self.text(), reported: self.text() }.into(),
            questioned.into(),
            payment::ResolutionProposed { by, outcome, note: self.text() }.into(),
            payment::Resolved { by, outcome }.into(),
        ];
        facts.map(Event::from).into()
    }

    /// Of users, strange callbacks, projectors.
    fn around(&self) -> Vec<Event> {
        let added = user::Added {
            username: self.text(),
            first_name: self.text(),
            last_name: self.text(),
            role: user::Role::Accountant,
        };
        let (wallet, body_sha256) = (Wallet::Tmoney, self.text());
        let orphaned = callback::Orphaned {
            wallet,
            reference: self.text(),
            provider_ref: Some(self.text()),
            status: self.text(),
            amount: Some(self.money),
            body_sha256: self.text(),
        };
        vec![
            user::Event::from(added).into(),
            user::Event::from(user::Disabled {}).into(),
            callback::Event::from(orphaned).into(),
            callback::Event::from(callback::Parked { wallet, body: self.sealed(), body_sha256: self.text() })
                .into(),
            callback::Event::from(callback::Rejected { wallet, reason: self.text(), body_sha256 }).into(),
            projector::Event::from(projector::Skipped { position: 7, reason: self.text(), by: self.text() })
                .into(),
            projector::Event::from(projector::Retried { by: self.text() }).into(),
        ]
    }
}
