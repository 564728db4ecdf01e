//! The facts of desks: receipts, tills, refunds, deposits, payers, reliefs, reports.

use super::Fill;
use chrono::NaiveDate;
use domain::{
    DepositId, Event, ExamId, Money, PatientId, PaymentId, PrescriptionId, RefundId, ReliefId, TillId,
    TransferId, UserId,
    cash::{Count, Denomination},
    deposit, payer,
    prescription::Part,
    receipt, refund, relief, report, till,
};

fn last_of_december() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()
}

impl Fill {
    fn count(&self) -> Count {
        Count([(Denomination::Note500, 2), (Denomination::Coin25, 1)].into())
    }

    fn parts(&self) -> Vec<Part> {
        vec![Part { exam: ExamId(self.id), amount: self.money }]
    }

    pub(super) fn receipts(&self) -> Vec<Event> {
        let issued = receipt::Issued {
            payment: PaymentId(self.id),
            prescription: PrescriptionId(self.id),
            patient: PatientId(self.id),
            cashier: UserId(self.id),
            amount: self.money,
            applied: self.money,
            advance: Money::ZERO,
            method: receipt::Method::Tmoney,
            till: Some(TillId(self.id)),
            parts: self.parts(),
            day: last_of_december(),
        };
        let again = receipt::Duplicated { receipt: self.text(), by: UserId(self.id) };
        [receipt::Event::from(issued), again.into()].map(Event::from).into()
    }

    pub(super) fn tills(&self) -> Vec<Event> {
        let (till, transfer, amount) = (TillId(self.id), TransferId(self.id), self.money);
        let (payment, by) = (PaymentId(self.id), UserId(self.id));
        let opened =
            till::Opened { desk: self.text(), cashier: by, float: amount, count: Some(self.count()) };
        let closed =
            till::Closed { expected: amount, counted: amount, signed_by: Some(by), note: Some(self.text()) };
        let deputy = till::Deputy { by, reason: self.text() };
        let facts: [till::Event; 12] = [
            opened.into(),
            till::CashTaken { payment, amount }.into(),
            till::Seated { till }.into(),
            till::CashPaidOut { payment, refund: RefundId(self.id), amount }.into(),
            till::TransferSent { transfer, to: till, amount }.into(),
            till::TransferAccepted { transfer }.into(),
            till::TransferReceived { transfer, from: till, amount }.into(),
            till::TransferReturned { transfer, amount, by }.into(),
            till::Deposited { deposit: DepositId(self.id), amount }.into(),
            till::Counted { count: self.count(), counted: amount, expected: amount, deputy: Some(deputy) }
                .into(),
            till::Vacated { till }.into(),
            closed.into(),
        ];
        facts.map(Event::from).into()
    }

    pub(super) fn refunds(&self) -> Vec<Event> {
        let (refund, by) = (RefundId(self.id), UserId(self.id));
        let paid = refund::Paid {
            payment: PaymentId(self.id),
            refund,
            kind: refund::Kind::Refund,
            prescription: PrescriptionId(self.id),
            patient: PatientId(self.id),
            cashier: by,
            till: Some(TillId(self.id)),
            amount: self.money,
            applied: self.money,
            advance: Money::ZERO,
            method: receipt::Method::Cash,
            parts: self.parts(),
            day: last_of_december(),
        };
        let kind = refund::Kind::Void;
        let provider_ref = Some(self.text());
        let facts: [refund::Event; 5] = [
            refund::Requested { refund, kind, amount: self.money, reason: self.text(), by }.into(),
            refund::Approved { refund, by }.into(),
            refund::Rejected { refund, by, reason: self.text() }.into(),
            refund::Completed { refund, by, applied: self.money, advance: Money::ZERO, provider_ref }.into(),
            paid.into(),
        ];
        facts.map(Event::from).into()
    }

    pub(super) fn deposits(&self) -> Vec<Event> {
        let (till, by, amount) = (TillId(self.id), UserId(self.id), self.money);
        let deposit = DepositId(self.id);
        let place = deposit::Place::Treasury;
        let facts: [deposit::Event; 3] = [
            deposit::Made { till, by, amount, count: self.count(), carrier: Some(self.text()) }.into(),
            deposit::SlipIssued { deposit, till, amount, day: last_of_december() }.into(),
            deposit::Proven { place, reference: self.text(), by, amount }.into(),
        ];
        facts.map(Event::from).into()
    }

    pub(super) fn payers(&self) -> Vec<Event> {
        let (from, to) = (last_of_december(), Some(last_of_december()));
        let rate = 80.try_into().unwrap();
        let facts: [payer::Event; 2] = [
            payer::Listed { code: self.text(), name: self.text() }.into(),
            payer::Rated { exam: Some(ExamId(self.id)), rate, from, to }.into(),
        ];
        facts.map(Event::from).into()
    }

    pub(super) fn reliefs(&self) -> Vec<Event> {
        let (prescription, by, amount) = (PrescriptionId(self.id), UserId(self.id), self.money);
        let (kind, relief) = (relief::Kind::Exemption, ReliefId(self.id));
        let voucher = relief::VoucherIssued {
            relief,
            prescription,
            patient: PatientId(self.id),
            kind,
            amount,
            by,
            day: last_of_december(),
        };
        let facts: [relief::Event; 5] = [
            relief::Requested { prescription, kind, amount, reason: self.text(), by }.into(),
            relief::Granted { by }.into(),
            relief::Rejected { by, reason: self.text() }.into(),
            relief::Withdrawn { by }.into(),
            voucher.into(),
        ];
        facts.map(Event::from).into()
    }

    pub(super) fn reports(&self) -> Vec<Event> {
        let (from, to) = (last_of_december(), last_of_december());
        let scope = report::Scope { name: self.text(), from, to, of: Some(self.text()) };
        let (sha256, by) = (self.text(), UserId(self.id));
        let signed = report::Signed {
            scope: scope.clone(),
            position: 7,
            sha256: sha256.clone(),
            report: self.text(),
            by,
        };
        let exported = report::Exported { scope, format: self.text(), position: 7, sha256, by };
        [report::Event::from(signed), exported.into()].map(Event::from).into()
    }
}
