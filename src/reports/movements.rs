//! The receipts and refunds of a period, page by page: a day may have 100,000, and no more than a page is ever
//! in memory.

use crate::views::{Moment, ViewsError};
use chrono::{DateTime, NaiveDate, Utc};
use projections::{
    receipts::{Receipt, of_day},
    takings::Period,
};
use uuid::Uuid;

/// So many are read at once.
const PAGE: u64 = 200;

/// One receipt or one refund.
#[derive(Clone, Debug)]
pub struct Moved {
    /// `R-2026-000042`, or that of the refund's slip.
    pub number: String,
    /// `RECEIPT`, `REFUND`, `VOID`.
    pub kind: String,
    /// By which payment it had come.
    pub payment_id: Uuid,
    /// What it was meant for.
    pub prescription_number: String,
    /// `NOM Prénom`, or `effacé`.
    pub patient_name: String,
    /// Francs: less than 0 where it went back.
    pub amount: i64,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: String,
    /// Who took or gave it.
    pub cashier_id: Uuid,
    /// `NOM Prénom`.
    pub cashier: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Of the fact in the ledger.
    pub position: u64,
}

/// Those of a period that were not read yet, as they are at one moment.
pub struct Movements {
    moment: Moment,
    day: NaiveDate,
    to: NaiveDate,
    cashier: Option<Uuid>,
    after: u64,
    ended: bool,
}

impl Movements {
    /// All of a period, of one cashier or of all.
    pub const fn new(moment: Moment, period: Period, cashier: Option<Uuid>) -> Self {
        Self { moment, day: period.from, to: period.to, cashier, after: 0, ended: false }
    }

    /// True when none is left.
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The next page; it may be empty before the end.
    pub async fn next(&mut self) -> Result<Vec<Moved>, ViewsError> {
        let receipts = self.moment.fetch(of_day(self.day, self.cashier, self.after, PAGE)).await?;
        let day_ended = (receipts.len() as u64) < PAGE;
        self.after = receipts.last().map_or(self.after, |last| last.position);
        if day_ended {
            self.next_day();
        }
        Ok(receipts.into_iter().map(received).collect())
    }

    fn next_day(&mut self) {
        match self.day.succ_opt().filter(|next| *next <= self.to) {
            Some(next) => (self.day, self.after) = (next, 0),
            None => self.ended = true,
        }
    }
}

fn received(receipt: Receipt) -> Moved {
    Moved {
        number: receipt.receipt_number,
        kind: "RECEIPT".into(),
        payment_id: receipt.payment_id,
        prescription_number: receipt.prescription_number,
        patient_name: receipt.patient_name,
        amount: receipt.amount.francs(),
        method: receipt.method,
        cashier_id: receipt.cashier_id,
        cashier: receipt.cashier,
        at: receipt.issued_at,
        position: receipt.position,
    }
}
