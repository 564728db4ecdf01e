//! Who else bears a part of a prescription: an insurer, or nobody.

use super::{CoverageWithdrawn, Covered, Event, Prescription, Relieved};
use crate::{Money, Refusal, ReliefId, Sealed, UserId, payer::Payer};
use chrono::NaiveDate;

impl Prescription {
    /// The insurer whose code is `code` takes over his part, at the rates of `day`. Once, and before any
    /// money came: what was asked of the patient is not asked again under another figure.
    pub fn cover(
        &self,
        payer: &Payer,
        code: &str,
        day: NaiveDate,
        evidence: Sealed,
    ) -> Result<Vec<Event>, Refusal> {
        let (_, bill) = self.open_bill()?;
        if !bill.covered().is_zero() {
            return Err(Refusal::AlreadyThere { what: "coverage" });
        }
        if !bill.paid().is_zero() || !bill.relieved().is_zero() {
            return Err(Refusal::TooLateToCover);
        }
        if *payer == Payer::Unknown {
            return Err(Refusal::NotFound { what: "payer", id: code.to_owned() });
        }
        let part = |item: &super::Item| Some(payer.rate_on(item.exam, day)?.of(item.price));
        let parts: Vec<Money> = bill.items().iter().map(|item| part(item).unwrap_or(Money::ZERO)).collect();
        let amount = Money::sum(parts.iter().copied()).map_err(|_| Refusal::AmountTooLarge)?;
        if amount.is_zero() {
            return Err(Refusal::NothingCovered);
        }
        Ok(vec![Covered { payer: code.to_owned(), parts, amount, evidence }.into()])
    }

    /// A coverage that was wrong is taken back, all of it, before any money came and any exam began: nobody has
    /// relied on its figure yet. What a patient paid as his part goes back first, by a refund.
    pub fn withdraw_coverage(&self, reason: String, by: UserId) -> Result<Vec<Event>, Refusal> {
        let (bill, live) = match self {
            Self::Unknown => return Err(Refusal::NotFound { what: "prescription", id: String::new() }),
            Self::Due { bill, live, .. } | Self::Settled { bill, live, .. } => (bill, *live),
        };
        let Some(payer) = bill.payer().map(str::to_owned) else {
            return Err(Refusal::NotFound { what: "coverage", id: String::new() });
        };
        match live {
            _ if !bill.paid().is_zero() => Err(Refusal::TooLateToWithdraw { why: "paid" }),
            _ if bill.begun() => Err(Refusal::TooLateToWithdraw { why: "exam" }),
            Some(payment) => Err(Refusal::AttemptLive { payment }),
            None => Ok(vec![CoverageWithdrawn { payer, amount: bill.covered(), reason, by }.into()]),
        }
    }

    /// That much of what is due need not be paid.
    pub fn relieve(&self, relief: ReliefId, amount: Money) -> Result<Vec<Event>, Refusal> {
        let (_, amount) = self.payable_part(Some(amount))?;
        Ok(vec![Relieved { relief, amount }.into()])
    }
}
