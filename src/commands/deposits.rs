//! Deposits: cash out of a drawer to the bank or the Treasury, and the proof that it arrived.

use super::{Done, find, tills::known};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use chrono::Datelike;
use domain::{
    DepositId, Event, Money, Refusal, StreamId, TillId, UserId,
    cash::Count,
    deposit::{self, Deposit, Made, Place, SlipIssued},
    receipt::ReceiptNumber,
};
use uuid::Uuid;

/// The series of the slips (bordereaux de versement).
const SERIES: &str = "V";

/// Cash that left a drawer, and the slip that goes with it.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Which deposit.
    pub deposit: DepositId,
    /// The sum of the notes and coins.
    pub amount: Money,
    /// The slip's number.
    pub number: ReceiptNumber,
}

/// Takes cash out of the drawer of `by`. Drawer, deposit and slip stand or fall together, so that the slips'
/// numbers have no gap.
pub async fn make(
    app: &App,
    asked: &Asked,
    till: TillId,
    count: &Count,
    carrier: Option<&str>,
    by: UserId,
) -> Result<Done<Slip>, Failure> {
    let deposit = DepositId(Uuid::now_v7());
    let amount = count.total().ok_or(Refusal::AmountTooLarge)?;
    let decide = async || {
        let drawer = known(app, till).await?;
        let deposited = drawer.state.deposit(deposit, amount, by).map_err(|refusal| match refusal {
            // What was asked for is a count, not an amount.
            Refusal::ZeroAmount { .. } => Refusal::ZeroAmount { what: "count" },
            other => other,
        })?;
        let made = Made { till, by, amount, count: count.clone(), carrier: carrier.map(Into::into) };
        let day = app.clock.today();
        let slip = SlipIssued { deposit, till, amount, day };
        Ok(Plan::default()
            .write(StreamId::deposit(deposit), Expected::Empty, [deposit::Event::from(made)])
            .write(StreamId::till(till), drawer.expected, deposited)
            .write(StreamId::deposits(SERIES, day.year()), Expected::Tail, [deposit::Event::from(slip)]))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let slip = find(&appended, |event, recorded| match event {
        Event::Deposit(deposit::Event::SlipIssued(slip)) => {
            let stream = recorded.stream.as_str();
            let number = projections::receipts::number_of("deposits", stream, recorded.revision)?;
            Some(Slip { deposit: slip.deposit, amount: slip.amount, number })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, slip.ok_or(Failure::Contended)?))
}

/// Somebody else than the giver has seen the bank's or the Treasury's paper.
pub async fn prove(
    app: &App,
    asked: &Asked,
    id: DepositId,
    place: Place,
    reference: &str,
    by: UserId,
) -> Result<Done<()>, Failure> {
    let stream = StreamId::deposit(id);
    let decide = async || {
        let deposit = app.ledger.load::<Deposit>(&stream).await?;
        let events =
            deposit.state.prove(place, reference.to_owned(), by).map_err(|refusal| match refusal {
                Refusal::NotFound { what, .. } => Refusal::NotFound { what, id: id.to_string() },
                other => other,
            })?;
        Ok(Plan::default().write(stream.clone(), deposit.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
