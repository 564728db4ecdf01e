//! What may be asked of the ledger, by HTTP, by screens, by the demo: each loads, decides, appends.
//!
//! An answer is made of the recorded events alone, so that a repeated command is answered as the
//! first was. A file for each noun of the API.

pub mod deposits;
pub mod exams;
pub mod mobile_money;
pub mod patients;
pub mod payers;
pub mod payments;
pub mod prescriptions;
pub mod projectors;
pub mod receipts;
pub mod refunds;
pub mod reliefs;
pub mod reports;
pub mod tills;
pub mod transfers;
pub mod users;

use crate::{
    app::App,
    clock::Clock,
    execute::{Plan, load::Loaded},
    failure::Failure,
    recording,
    store::{Appended, Expected, Recorded},
};
use domain::{
    Event, PatientId, PaymentId, PrescriptionId, StreamId, TillId, UserId,
    prescription::Prescription,
    receipt::{Issued, Method},
    settlement::Booking,
};

/// The answer to a command, and the position from which on every reader can see it.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// Made of the recorded events.
    pub answer: T,
    /// For the header `Ledger-Position`.
    pub position: u64,
    /// True when this command had been carried out before.
    pub replayed: bool,
}

impl<T> Done<T> {
    /// The answer to what was appended; an empty append was true at the head already.
    pub fn new(app: &App, appended: &Appended, answer: T) -> Self {
        let position = if appended.events.is_empty() { app.ledger.head() } else { appended.position() };
        let replayed = appended.replayed && !appended.events.is_empty();
        Self { answer, position, replayed }
    }
}

/// The first recorded event that `pick` wants, with its record.
pub(crate) fn find<T>(
    appended: &Appended,
    pick: impl Fn(&Event, &Recorded) -> Option<T>,
) -> Result<Option<T>, Failure> {
    for recorded in appended.events.iter() {
        if let Some(found) = pick(&recording::read(recorded)?.event, recorded) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// What a receipt says beside the money.
pub(crate) struct Booked<'a> {
    pub payment: PaymentId,
    pub prescription: PrescriptionId,
    pub patient: PatientId,
    pub cashier: UserId,
    pub method: Method,
    pub till: Option<TillId>,
    pub series: &'a str,
}

/// A booking as writes: payment, prescription and receipt stand or fall together.
pub(crate) fn booking_plan(
    clock: Clock,
    booked: &Booked<'_>,
    payment: Expected,
    prescription: &Loaded<Prescription>,
    booking: Booking,
) -> Plan {
    let plan = Plan::default().write(StreamId::payment(booked.payment), payment, booking.payment).write(
        StreamId::prescription(booked.prescription),
        prescription.expected,
        booking.prescription,
    );
    let Some(money) = booking.money else { return plan };
    let day = clock.today();
    let issued = Issued {
        payment: booked.payment,
        prescription: booked.prescription,
        patient: booked.patient,
        cashier: booked.cashier,
        amount: money.amount(),
        applied: money.applied,
        advance: money.advance,
        method: booked.method,
        till: booked.till,
        parts: prescription.state.bill().map_or_else(Vec::new, |bill| bill.parts(money.applied)),
        day,
    };
    let stream = StreamId::receipts(booked.series, chrono::Datelike::year(&day));
    plan.write(stream, Expected::Tail, [domain::receipt::Event::from(issued)])
}
