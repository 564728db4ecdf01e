//! The receipts and refunds of a period, page by page: a day may have 100,000, and no more than a page is ever
//! in memory.

use crate::{
    background,
    views::{Moment, ViewsError},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::Money;
use projections::{
    receipts::{self, Receipt},
    refunds::{self, Refund},
    takings::Period,
};
use std::{collections::VecDeque, io};
use tokio::{runtime::Handle, sync::mpsc};
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
    /// Of a receipt: what went back since, on whatever day.
    pub refunded: Money,
    /// Of a receipt: `VOIDED`, `REFUNDED`, `PARTLY_REFUNDED`.
    pub mark: Option<&'static str>,
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
    /// What went back on this day and was not listed yet; read when the day begins.
    refunds: Option<VecDeque<(Refund, u64)>>,
    ended: bool,
}

impl Movements {
    /// All of a period, of one cashier or of all.
    pub const fn new(moment: Moment, period: Period, cashier: Option<Uuid>) -> Self {
        Self { moment, day: period.from, to: period.to, cashier, after: 0, refunds: None, ended: false }
    }

    /// True when none is left.
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The next page, in the order of the ledger within a day; it may be empty before the end.
    pub async fn next(&mut self) -> Result<Vec<Moved>, ViewsError> {
        if self.refunds.is_none() {
            self.refunds = Some(self.moment.fetch(refunds::of_day(self.day, self.cashier)).await?.into());
        }
        let receipts = self.moment.fetch(receipts::of_day(self.day, self.cashier, self.after, PAGE)).await?;
        let day_ended = (receipts.len() as u64) < PAGE;
        self.after = receipts.last().map_or(self.after, |last| last.position);
        let mut page = vec![];
        for receipt in receipts {
            page.extend(self.refunds_before(receipt.position));
            page.push(received(receipt));
        }
        if day_ended {
            page.extend(self.refunds_before(u64::MAX));
            self.next_day();
        }
        Ok(page)
    }

    fn refunds_before(&mut self, position: u64) -> Vec<Moved> {
        let refunds = self.refunds.get_or_insert_default();
        let mut before = vec![];
        while let Some((refund, at)) = refunds.pop_front_if(|(_, at)| *at < position) {
            before.push(given_back(refund, at));
        }
        before
    }

    fn next_day(&mut self) {
        match self.day.succ_opt().filter(|next| *next <= self.to) {
            Some(next) => (self.day, self.after, self.refunds) = (next, 0, None),
            None => self.ended = true,
        }
    }
}

/// The pages of a long list, read on a thread of their own while the page before is written out.
pub struct Ahead(mpsc::Receiver<Result<Vec<Moved>, ViewsError>>);

impl Ahead {
    /// The next page; nothing at the end. Whoever takes no more lets the snapshot go.
    pub async fn next(&mut self) -> Option<Result<Vec<Moved>, ViewsError>> {
        self.0.recv().await
    }
}

impl Movements {
    /// Reads on, at most two pages ahead of who takes them.
    pub fn ahead(mut self, runtime: Handle) -> io::Result<Ahead> {
        let (pages, taken) = mpsc::channel(2);
        background::start("report-reader", move || {
            runtime.block_on(async {
                while !self.ended {
                    let page = self.next().await;
                    self.ended |= page.is_err();
                    if pages.send(page).await.is_err() {
                        break;
                    }
                }
            });
        })?;
        Ok(Ahead(taken))
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
        refunded: receipt.refunded,
        mark: receipt.mark,
        method: receipt.method,
        cashier_id: receipt.cashier_id,
        cashier: receipt.cashier,
        at: receipt.issued_at,
        position: receipt.position,
    }
}

fn given_back(refund: Refund, position: u64) -> Moved {
    let cashier_id = refund.completed_by_id.as_ref().and_then(|id| id.parse().ok());
    Moved {
        number: refund.slip_number.unwrap_or_default(),
        kind: refund.kind,
        payment_id: refund.payment_id,
        prescription_number: refund.prescription_number,
        patient_name: refund.patient_name,
        amount: -refund.amount.francs(),
        refunded: Money::ZERO,
        mark: None,
        method: refund.method.unwrap_or_default(),
        cashier_id: cashier_id.unwrap_or_default(),
        cashier: refund.completed_by.unwrap_or_default(),
        at: refund.changed_at,
        position,
    }
}
