//! What a prescription costs and who bears it, line by line (rule 3): for each of them the insurer's part,
//! what is forgiven, what is paid and what is due come to its price, to the franc.
//!
//! Money for the whole prescription fills the lines from the first to the last, and is taken back from the
//! last to the first: so that revenue by service is the same figure as revenue by drawer.

use super::Line;
use crate::{ExamId, Money, UserId};
use serde::{Deserialize, Serialize};

/// The lines, and what became of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill(Vec<Item>);

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

/// Where a sum stands on a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Came in.
    Paid,
    /// Forgiven.
    Relieved,
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
        Self(lines.iter().map(item).collect())
    }

    /// The lines in their order.
    pub fn items(&self) -> &[Item] {
        &self.0
    }

    /// The line with this number, from 1.
    pub fn item(&self, line: u32) -> Option<&Item> {
        self.0.get(usize::try_from(line).ok()?.checked_sub(1)?)
    }

    /// What is still to pay.
    pub fn due(&self) -> Money {
        sum(self.0.iter().map(Item::due))
    }

    /// What came in.
    pub fn paid(&self) -> Money {
        sum(self.0.iter().map(|item| item.paid))
    }

    /// What an insurer pays.
    pub fn covered(&self) -> Money {
        sum(self.0.iter().map(|item| item.covered))
    }

    /// What nobody pays.
    pub fn relieved(&self) -> Money {
        sum(self.0.iter().map(|item| item.relieved))
    }

    /// True once work on any line has begun (rule 11).
    pub fn begun(&self) -> bool {
        self.0.iter().any(|item| item.work != Work::Waiting)
    }

    /// How money for the prescription falls on its lines.
    pub fn parts(&self, mut amount: Money) -> Vec<Part> {
        let mut parts = vec![];
        for item in &self.0 {
            let part = amount.min(item.due());
            amount = amount.less(part);
            if !part.is_zero() {
                parts.push(Part { exam: item.exam, amount: part });
            }
        }
        parts
    }

    /// From which lines money goes back.
    pub fn parts_back(&self, mut amount: Money) -> Vec<Part> {
        let mut parts = vec![];
        for item in self.0.iter().rev() {
            let part = amount.min(item.paid);
            amount = amount.less(part);
            if !part.is_zero() {
                parts.push(Part { exam: item.exam, amount: part });
            }
        }
        parts
    }

    pub(super) fn add(&mut self, mut amount: Money, place: Place) {
        for item in &mut self.0 {
            let part = amount.min(item.due());
            amount = amount.less(part);
            let sum = match place {
                Place::Paid => &mut item.paid,
                Place::Relieved => &mut item.relieved,
            };
            *sum = sum.plus(part).unwrap_or(*sum);
        }
    }

    pub(super) fn take_back(&mut self, mut amount: Money) {
        for item in self.0.iter_mut().rev() {
            let part = amount.min(item.paid);
            amount = amount.less(part);
            item.paid = item.paid.less(part);
        }
    }

    pub(super) fn cover(&mut self, parts: &[Money]) {
        for (item, part) in self.0.iter_mut().zip(parts) {
            item.covered = *part;
        }
    }

    pub(super) fn work(&mut self, line: u32, work: Work) {
        let item = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
        if let Some(item) = item.and_then(|at| self.0.get_mut(at)) {
            item.work = work;
        }
    }
}

impl Item {
    /// What is still to pay for it.
    pub fn due(&self) -> Money {
        self.price.less(self.covered).less(self.relieved).less(self.paid)
    }
}

/// No more than the prices, whose sum was checked when they were registered.
fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts).unwrap_or(Money::MAX)
}
