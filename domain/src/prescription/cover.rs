//! Who else bears a part of a prescription: an insurer, or nobody.

use super::{Covered, Event, Prescription, Relieved};
use crate::{Money, Refusal, ReliefId, Sealed, payer::Payer};
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

    /// That much of what is due need not be paid.
    pub fn relieve(&self, relief: ReliefId, amount: Money) -> Result<Vec<Event>, Refusal> {
        let (_, amount) = self.payable_part(Some(amount))?;
        Ok(vec![Relieved { relief, amount }.into()])
    }
}
