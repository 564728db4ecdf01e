//! Prescriptions: register, cover, perform.

mod cover;
mod perform;

pub use cover::{Covered, Evidence, cover, withdraw_coverage};
pub use perform::{complete, start};

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, ExamId, Money, PatientId, PrescriptionId, Refusal, StreamId,
    exam::Exam,
    patient::Patient,
    prescription::{self, Line, Prescription},
};
use uuid::Uuid;

/// An exam asked for, and its price where the prescriber's system gives one.
#[derive(Clone, Copy, Debug)]
pub struct AskedLine {
    /// Of the catalogue.
    pub exam: ExamId,
    /// Otherwise the catalogue's price of today.
    pub price: Option<Money>,
}

/// A registered prescription.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its id.
    pub id: PrescriptionId,
    /// Its number.
    pub number: String,
    /// What is due.
    pub total: Money,
}

/// Whose prices a prescription may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// The catalogue's alone: whoever takes the money doesn't say how much it is.
    Listed,
    /// Any.
    Own,
}

/// Registers a prescription at prices that are fixed from now on.
pub async fn register(
    app: &App,
    asked: &Asked,
    patient: PatientId,
    lines: &[AskedLine],
    prices: Prices,
) -> Result<Done<Registered>, Failure> {
    let id = PrescriptionId(Uuid::now_v7());
    let decide = async || {
        let known = app.ledger.load::<Patient>(&StreamId::patient(patient)).await?.state;
        let lines = priced(app, lines, prices).await?;
        let events = Prescription::Unknown.register(&known, patient, lines)?;
        Ok(Plan::default().write(StreamId::prescription(id), Expected::Empty, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let registered = find(&appended, |event, recorded| match event {
        Event::Prescription(prescription::Event::Registered(new)) => Some(Registered {
            id: id_of(recorded.stream.as_str()).unwrap_or(id),
            number: projections::prescriptions::number(
                recorded.position,
                app.clock.day(recorded.recorded_at),
            ),
            total: new.total,
        }),
        _ => None,
    })?;
    let nothing = Registered { id, number: String::new(), total: Money::ZERO };
    Ok(Done::new(app, &appended, registered.unwrap_or(nothing)))
}

fn id_of(stream: &str) -> Option<PrescriptionId> {
    stream.strip_prefix("prescription-")?.parse().ok()
}

/// The catalogue's price of today, unless the line brings its own; both are kept where they differ.
async fn priced(app: &App, lines: &[AskedLine], prices: Prices) -> Result<Vec<Line>, Failure> {
    let today = app.clock.today();
    let mut priced = Vec::with_capacity(lines.len());
    for line in lines {
        let exam = app.ledger.load::<Exam>(&StreamId::exam(line.exam)).await?.state;
        if exam == Exam::Unknown {
            return Err(Refusal::NotFound { what: "exam", id: line.exam.to_string() }.into());
        }
        let listed = exam.price_on(today);
        let unpriced = || Refusal::NoPriceInForce { exam: line.exam.to_string() };
        let price = match (prices, line.price) {
            (Prices::Own, Some(own)) => own,
            (Prices::Own, None) => listed.ok_or_else(unpriced)?,
            (Prices::Listed, own) => {
                let listed = listed.ok_or_else(unpriced)?;
                if own.is_some_and(|own| own != listed) {
                    return Err(Refusal::PriceNotListed { exam: line.exam.to_string(), listed }.into());
                }
                listed
            }
        };
        let listed = listed.filter(|listed| *listed != price);
        priced.push(Line { exam: line.exam, price, listed });
    }
    Ok(priced)
}
