//! Reliefs: ask for an exemption or a discount, grant it, reject it, ask no more.

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use chrono::Datelike;
use domain::{
    Event, Money, PrescriptionId, ReliefId, StreamId, UserId,
    prescription::Prescription,
    receipt::ReceiptNumber,
    relief::{self, Kind, Relief, Requested, VoucherIssued},
};
use uuid::Uuid;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// For what.
    pub prescription: PrescriptionId,
    /// Exemption or discount.
    pub kind: Kind,
    /// How much; all that is due if absent.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub by: UserId,
}

/// What was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The number of its voucher.
    pub voucher: ReceiptNumber,
    /// How much need not be paid.
    pub amount: Money,
}

/// Asks that a patient need not pay all that is due, or a part of it.
pub async fn request(app: &App, asked: &Asked, ask: Request) -> Result<Done<(ReliefId, Money)>, Failure> {
    let id = ReliefId(Uuid::now_v7());
    let decide = async || {
        let owed = app.ledger.load::<Prescription>(&StreamId::prescription(ask.prescription)).await?;
        let (_, due) = owed.state.payable()?;
        let requested = Requested {
            prescription: ask.prescription,
            kind: ask.kind,
            amount: ask.amount.unwrap_or(due),
            reason: ask.reason.clone(),
            by: ask.by,
        };
        let events = Relief::Unknown.request(requested, due)?;
        Ok(Plan::default().write(StreamId::relief(id), Expected::Empty, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let made = find(&appended, |event, recorded| match event {
        Event::Relief(relief::Event::Requested(fact)) => {
            let id = recorded.stream.as_str().strip_prefix("relief-")?.parse().ok()?;
            Some((id, fact.amount))
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, made.ok_or(Failure::Contended)?))
}

/// A second person agrees: what is asked for need not be paid, and has a voucher, in one commit.
pub async fn grant(app: &App, asked: &Asked, id: ReliefId, by: UserId) -> Result<Done<Granted>, Failure> {
    let stream = StreamId::relief(id);
    let decide = async || {
        let relief = app.ledger.load::<Relief>(&stream).await?;
        let granted = relief.state.grant(by)?;
        let wanted = relief.state.waiting(by)?.clone();
        let prescription = StreamId::prescription(wanted.prescription);
        let owed = app.ledger.load::<Prescription>(&prescription).await?;
        let (patient, _) = owed.state.payable()?;
        let relieved = owed.state.relieve(id, wanted.amount)?;
        let day = app.clock.today();
        let voucher = VoucherIssued {
            relief: id,
            prescription: wanted.prescription,
            patient,
            kind: wanted.kind,
            amount: wanted.amount,
            by,
            day,
        };
        let vouchers = StreamId::vouchers(wanted.kind.series(), day.year());
        Ok(Plan::default()
            .write(stream.clone(), relief.expected, granted)
            .write(prescription, owed.expected, relieved)
            .write(vouchers, Expected::Tail, [relief::Event::from(voucher)]))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let granted = find(&appended, |event, recorded| match event {
        Event::Relief(relief::Event::VoucherIssued(fact)) => {
            let number = projections::reliefs::voucher_number(recorded.stream.as_str(), recorded.revision)?;
            Some(Granted { voucher: number, amount: fact.amount })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, granted.ok_or(Failure::Contended)?))
}

/// A second person does not agree.
pub async fn reject(
    app: &App,
    asked: &Asked,
    id: ReliefId,
    by: UserId,
    reason: &str,
) -> Result<Done<()>, Failure> {
    let stream = StreamId::relief(id);
    let decide = async || {
        let relief = app.ledger.load::<Relief>(&stream).await?;
        let events = relief.state.reject(by, reason.to_owned())?;
        Ok(Plan::default().write(stream.clone(), relief.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// Who asked asks no more.
pub async fn withdraw(app: &App, asked: &Asked, id: ReliefId, by: UserId) -> Result<Done<()>, Failure> {
    let stream = StreamId::relief(id);
    let decide = async || {
        let relief = app.ledger.load::<Relief>(&stream).await?;
        let events = relief.state.withdraw(by)?;
        Ok(Plan::default().write(stream.clone(), relief.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
