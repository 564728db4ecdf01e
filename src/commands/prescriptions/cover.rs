//! An insurer takes over his part of a prescription.

use crate::{
    app::{App, purpose},
    commands::{Done, find},
    execute::{Asked, Plan},
    failure::Failure,
    vault::VaultError,
};
use domain::{
    Event, Money, PrescriptionId, Refusal, StreamId, UserId,
    payer::Payer,
    prescription::{self, CoverageWithdrawn, Prescription},
};
use serde::Serialize;

/// What the insurer asks for as a proof; it is sealed with the patient's key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Of the patient's card.
    pub card_number: String,
    /// Of the insurer's paper for this visit (bon de prise en charge).
    pub voucher: String,
}

/// Who bears what from now on.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The payer's code.
    pub payer: String,
    /// His part.
    pub amount: Money,
    /// The rest of the price.
    pub patient: Money,
}

/// The payer takes over his part at the rates of today.
pub async fn cover(
    app: &App,
    asked: &Asked,
    id: PrescriptionId,
    code: &str,
    evidence: &Evidence,
) -> Result<Done<Covered>, Failure> {
    let stream = StreamId::prescription(id);
    // Texts: nothing in it can fail to become JSON.
    let clear = serde_json::to_vec(evidence).unwrap_or_default();
    let decide = async || {
        let owed = app.ledger.load::<Prescription>(&stream).await?;
        let (patient, _) = owed.state.payable()?;
        let payer = app.ledger.load::<Payer>(&StreamId::payer(code)).await?.state;
        let sealed = app.vault.seal(patient, purpose::COVERAGE, &clear).map_err(unsealed)?;
        let events = owed.state.cover(&payer, code, app.clock.today(), sealed)?;
        Ok(Plan::default().write(stream.clone(), owed.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let fact = find(&appended, |event, _| match event {
        Event::Prescription(prescription::Event::Covered(fact)) => Some(fact.clone()),
        _ => None,
    })?;
    let fact = fact.ok_or(Failure::Contended)?;
    // Prices never change after the registration: the same figure whenever it is asked for.
    let bill = app.ledger.load::<Prescription>(&stream).await?.state;
    let prices = bill.bill().into_iter().flat_map(|bill| bill.items()).map(|item| item.price);
    let total = Money::sum(prices).map_err(|_| Refusal::AmountTooLarge)?;
    let answer = Covered { payer: fact.payer, amount: fact.amount, patient: total.less(fact.amount) };
    Ok(Done::new(app, &appended, answer))
}

/// The payer bears nothing after all.
pub async fn withdraw_coverage(
    app: &App,
    asked: &Asked,
    id: PrescriptionId,
    reason: &str,
    by: UserId,
) -> Result<Done<CoverageWithdrawn>, Failure> {
    let stream = StreamId::prescription(id);
    let decide = async || {
        let owed = app.ledger.load::<Prescription>(&stream).await?;
        let events = owed.state.withdraw_coverage(reason.to_owned(), by)?;
        Ok(Plan::default().write(stream.clone(), owed.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let fact = find(&appended, |event, _| match event {
        Event::Prescription(prescription::Event::CoverageWithdrawn(fact)) => Some(fact.clone()),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, fact.ok_or(Failure::Contended)?))
}

/// No proof can be kept for somebody whose key is destroyed.
fn unsealed(error: VaultError) -> Failure {
    match error {
        VaultError::Forgotten(_) => Refusal::PatientErased.into(),
        error => error.into(),
    }
}
