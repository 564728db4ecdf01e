//! Payments: cash, giving up on an attempt, ending a review.

use super::{Booked, Done, booking_plan, find, tills};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::{Appended, Expected},
};
use domain::{
    Event, Money, PaymentId, PrescriptionId, Refusal, StreamId, UserId,
    payment::{self, CashTaken, Outcome},
    prescription::Prescription,
    receipt::{self, Method, ReceiptNumber},
    settlement::{self, TakeCash},
    till::Till,
};
use std::sync::Arc;
use uuid::Uuid;

/// Cash in the drawer, and a receipt for it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The payment.
    pub payment: PaymentId,
    /// What stays in the drawer.
    pub amount: Money,
    /// What goes back to the payer.
    pub change: Money,
    /// The receipt's number.
    pub receipt: ReceiptNumber,
}

/// Takes cash for what is due or a part of it, into the cashier's open till.
pub async fn take_cash(
    app: &App,
    asked: &Asked,
    cashier: UserId,
    prescription: PrescriptionId,
    part: Option<Money>,
    tendered: Money,
) -> Result<Done<Taken>, Failure> {
    let payment = PaymentId(Uuid::now_v7());
    let decide = async || {
        let Some(till) = tills::of_cashier(app, cashier).await? else {
            return Err(Refusal::NoTillOpen.into());
        };
        let drawer = app.ledger.load::<Till>(&StreamId::till(till)).await?;
        let owed = app.ledger.load::<Prescription>(&StreamId::prescription(prescription)).await?;
        let ask = TakeCash { payment, prescription, cashier, till, part, tendered };
        let taken = settlement::take_cash(&owed.state, &drawer.state, ask)?;
        let (patient, series) = (taken.patient, app.house.series.as_str());
        let booked = Booked {
            payment,
            prescription,
            patient,
            cashier,
            method: Method::Cash,
            till: Some(till),
            series,
        };
        Ok(booking_plan(app.clock, &booked, Expected::Empty, &owed, taken.booking).write(
            StreamId::till(till),
            drawer.expected,
            taken.till,
        ))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let taken = find(&appended, |event, _| match event {
        Event::Payment(payment::Event::CashTaken(cash)) => Some(cash.clone()),
        _ => None,
    })?;
    let issued = find(&appended, |event, recorded| match event {
        Event::Receipt(receipt::Event::Issued(issued)) => {
            receipt_number(recorded.stream.as_str(), recorded.revision).map(|number| (issued.payment, number))
        }
        _ => None,
    })?;
    let (Some(cash), Some((payment, receipt))) = (taken, issued) else { return Err(Failure::Contended) };
    let answer = Taken { payment, amount: cash.amount, change: cash.change, receipt };
    Ok(Done::new(app, &appended, answer))
}

/// What was given and what went back, for cash; nothing for money by phone.
pub async fn cash_of(app: &App, payment: PaymentId) -> Result<Option<CashTaken>, Failure> {
    let events: Arc<[_]> = app.ledger.store.read(&StreamId::payment(payment), 0).await?.into();
    find(&Appended { events, replayed: true }, |event, _| match event {
        Event::Payment(payment::Event::CashTaken(cash)) => Some(cash.clone()),
        _ => None,
    })
}

/// The number that a place in a series of receipts is.
pub fn receipt_number(stream: &str, revision: u64) -> Option<ReceiptNumber> {
    let (series, year) = projections::receipts::series_of(stream)?;
    Some(ReceiptNumber { series: series.to_owned(), year, number: revision })
}

/// The cashier gives up waiting for an attempt; what comes later is still booked.
pub async fn abandon(app: &App, asked: &Asked, payment: PaymentId, by: UserId) -> Result<Done<()>, Failure> {
    let decide = async || {
        let (attempt, owed) = app.ledger.load_attempt(payment).await?.ok_or_else(|| unknown(payment))?;
        let booking = settlement::abandon(&attempt.state, &owed.state, payment, by)?;
        let booked = Booked::of(app, payment, &attempt.state.terms);
        Ok(booking_plan(app.clock, &booked, attempt.expected, &owed, booking))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    app.react.watch(payment);
    Ok(Done::new(app, &appended, ()))
}

/// Says how a review ends: the first person proposes, a second agrees to the same outcome.
pub async fn resolve(
    app: &App,
    asked: &Asked,
    payment: PaymentId,
    by: UserId,
    outcome: Outcome,
    note: &str,
) -> Result<Done<bool>, Failure> {
    let decide = async || {
        let (attempt, owed) = app.ledger.load_attempt(payment).await?.ok_or_else(|| unknown(payment))?;
        // Who asked for the money does not say that it came (rule 42).
        if attempt.state.terms.cashier == by {
            return Err(Refusal::NotYours.into());
        }
        // Only the same words of another person agree; anything else is a new proposal, so that a slip
        // of the pen can be put right.
        let proposed = attempt.state.proposed.as_ref();
        if !proposed.is_some_and(|proposed| proposed.outcome == outcome && proposed.by != by) {
            let events = attempt.state.propose(by, outcome, note.to_owned())?;
            return Ok(Plan::default().write(StreamId::payment(payment), attempt.expected, events));
        }
        let booking = settlement::resolve(&attempt.state, &owed.state, payment, by, outcome)?;
        let booked = Booked::of(app, payment, &attempt.state.terms);
        Ok(booking_plan(app.clock, &booked, attempt.expected, &owed, booking))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let resolved = find(&appended, |event, _| match event {
        Event::Payment(payment::Event::Resolved(_)) => Some(true),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, resolved.unwrap_or(false)))
}

pub(super) fn unknown(payment: PaymentId) -> Refusal {
    Refusal::NotFound { what: "payment", id: payment.to_string() }
}

impl<'a> Booked<'a> {
    pub(crate) fn of(app: &'a App, payment: PaymentId, terms: &payment::Opened) -> Self {
        Self {
            payment,
            prescription: terms.prescription,
            patient: terms.patient,
            cashier: terms.cashier,
            method: terms.wallet.into(),
            till: None,
            series: &app.house.series,
        }
    }
}
