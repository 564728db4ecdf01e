//! What a prescription costs and who bears it, line by line (rule 3): for each of them the insurer's part,
//! what is forgiven, what is paid and what is due come to its price, to the franc.
//!
//! Money for the whole prescription fills the lines from the first to the last: so that revenue by service is
//! the same figure as revenue by drawer. What goes back goes back from the lines that its payment had filled,
//! the last first: so that a void leaves nothing behind, on no exam (rule 10).

use super::Line;
use crate::{ExamId, Money, PaymentId, UserId};
use serde::{Deserialize, Serialize};

/// The lines, and what became of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    items: Vec<Item>,
    filled: Vec<Filled>,
    payer: Option<String>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Of the catalogue.
    pub exam: ExamId,
    /// What is asked for it.
    pub price: Money,
    /// What an insurer pays.
    pub covered: Money,
    /// What nobody pays.
    pub relieved: Money,
    /// What came in.
    pub paid: Money,
    /// How far the work is.
    pub work: Work,
}

/// How far an exam is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nobody has begun.
    Waiting,
    /// This technician is at it.
    Started(UserId),
    /// Done.
    Completed,
}

/// A sum that belongs to one exam.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Of the catalogue.
    pub exam: ExamId,
    /// More than nothing.
    pub amount: Money,
}

/// What a payment still stands for on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Filled {
    by: PaymentId,
    /// From 0.
    at: usize,
    amount: Money,
}

impl Bill {
    pub(super) fn of(lines: &[Line]) -> Self {
        let item = |line: &Line| Item {
            exam: line.exam,
            price: line.price,
            covered: Money::ZERO,
            relieved: Money::ZERO,
            paid: Money::ZERO,
            work: Work::Waiting,
        };
        Self { items: lines.iter().map(item).collect(), filled: vec![], payer: None }
    }

    /// The lines in their order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The line with this number, from 1.
    pub fn item(&self, line: u32) -> Option<&Item> {
        self.items.get(usize::try_from(line).ok()?.checked_sub(1)?)
    }

    /// What is still to pay.
    pub fn due(&self) -> Money {
        sum(self.items.iter().map(Item::due))
    }

    /// What came in.
    pub fn paid(&self) -> Money {
        sum(self.items.iter().map(|item| item.paid))
    }

    /// What an insurer pays.
    pub fn covered(&self) -> Money {
        sum(self.items.iter().map(|item| item.covered))
    }

    /// Who pays it: his code.
    pub fn payer(&self) -> Option<&str> {
        self.payer.as_deref()
    }

    /// What nobody pays.
    pub fn relieved(&self) -> Money {
        sum(self.items.iter().map(|item| item.relieved))
    }

    /// True once work on any line has begun (rule 11).
    pub fn begun(&self) -> bool {
        self.items.iter().any(|item| item.work != Work::Waiting)
    }

    /// How money for the prescription falls on its lines.
    pub fn parts(&self, amount: Money) -> Vec<Part> {
        self.falls(amount).into_iter().map(|(at, part)| self.part(at, part)).collect()
    }

    /// From which lines money of a payment goes back: never more than it still stands for there.
    pub fn parts_back(&self, payment: PaymentId, amount: Money) -> Vec<Part> {
        let back = self.comes_off(payment, amount).into_iter();
        back.map(|(of, part)| self.part(self.filled[of].at, part)).collect()
    }

    pub(super) fn pay(&mut self, by: PaymentId, amount: Money) {
        for (at, part) in self.falls(amount) {
            self.items[at].paid = more(self.items[at].paid, part);
            self.filled.push(Filled { by, at, amount: part });
        }
    }

    pub(super) fn relieve(&mut self, amount: Money) {
        for (at, part) in self.falls(amount) {
            self.items[at].relieved = more(self.items[at].relieved, part);
        }
    }

    pub(super) fn take_back(&mut self, payment: PaymentId, amount: Money) {
        for (of, part) in self.comes_off(payment, amount) {
            let filled = &mut self.filled[of];
            filled.amount = filled.amount.less(part);
            let item = &mut self.items[filled.at];
            item.paid = item.paid.less(part);
        }
    }

    pub(super) fn cover(&mut self, payer: &str, parts: &[Money]) {
        self.payer = Some(payer.to_owned());
        for (item, part) in self.items.iter_mut().zip(parts) {
            item.covered = *part;
        }
    }

    pub(super) fn uncover(&mut self) {
        self.payer = None;
        for item in &mut self.items {
            item.covered = Money::ZERO;
        }
    }

    pub(super) fn work(&mut self, line: u32, work: Work) {
        let item = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
        if let Some(item) = item.and_then(|at| self.items.get_mut(at)) {
            item.work = work;
        }
    }

    /// Which lines take how much of a sum: each what is due on it, the first first.
    fn falls(&self, amount: Money) -> Vec<(usize, Money)> {
        spread(amount, self.items.iter().map(Item::due).enumerate())
    }

    /// Which of the places that a payment filled give how much of a sum, the last first.
    fn comes_off(&self, payment: PaymentId, amount: Money) -> Vec<(usize, Money)> {
        let its = self.filled.iter().enumerate().rev().filter(|(_, filled)| filled.by == payment);
        spread(amount, its.map(|(of, filled)| (of, filled.amount)))
    }

    fn part(&self, at: usize, amount: Money) -> Part {
        Part { exam: self.items[at].exam, amount }
    }
}

impl Item {
    /// What is still to pay for it.
    pub fn due(&self) -> Money {
        self.price.less(self.covered).less(self.relieved).less(self.paid)
    }
}

/// A sum over places, each up to its limit, in their order; places that get nothing are left out.
fn spread(mut amount: Money, limits: impl Iterator<Item = (usize, Money)>) -> Vec<(usize, Money)> {
    let parts = limits.map(|(place, limit)| {
        let part = amount.min(limit);
        amount = amount.less(part);
        (place, part)
    });
    parts.filter(|(_, part)| !part.is_zero()).collect()
}

/// No more than the price, as [`Bill::falls`] has seen to it.
fn more(sum: Money, part: Money) -> Money {
    sum.plus(part).unwrap_or(sum)
}

/// No more than the prices, whose sum was checked when they were registered.
fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts).unwrap_or(Money::MAX)
}
