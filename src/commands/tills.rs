//! Tills: open, close, sign.

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan, load::Loaded},
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, Money, Refusal, StreamId, TillId, UserId,
    cash::Count,
    till::{self, Counter, Opened, Seat, Till},
};
use uuid::Uuid;

/// An open till.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    /// Which.
    pub till: TillId,
    /// What lies in it.
    pub float: Money,
}

/// A till that was counted.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    /// What lay in it.
    pub counted: Money,
    /// What had to.
    pub expected: Money,
    /// False while the difference waits for a second person.
    pub over: bool,
}

/// Opens a till at a desk, with what lies in its drawer.
pub async fn open(app: &App, asked: &Asked, opened: &Opened) -> Result<Done<Open>, Failure> {
    let id = TillId(Uuid::now_v7());
    let (desk, cashier) = (StreamId::desk(&opened.desk), StreamId::cashier(opened.cashier));
    let decide = async || {
        let at_desk = app.ledger.load::<Seat>(&desk).await?;
        let of_cashier = app.ledger.load::<Seat>(&cashier).await?;
        let opening = till::open(at_desk.state, of_cashier.state, id, opened.clone())?;
        Ok(Plan::default()
            .write(StreamId::till(id), Expected::Empty, opening.till)
            .write(desk.clone(), at_desk.expected, opening.desk)
            .write(cashier.clone(), of_cashier.expected, opening.cashier))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let seated = find(&appended, |event, _| match event {
        Event::Till(till::Event::Seated(seated)) => Some(seated.till),
        _ => None,
    })?;
    let float = find(&appended, |event, _| match event {
        Event::Till(till::Event::Opened(opened)) => Some(opened.float),
        _ => None,
    })?;
    let (Some(till), Some(float)) = (seated, float) else { return Err(Failure::Contended) };
    Ok(Done::new(app, &appended, Open { till, float }))
}

/// The till that a cashier holds open.
pub async fn of_cashier(app: &App, cashier: UserId) -> Result<Option<TillId>, Failure> {
    match app.ledger.load::<Seat>(&StreamId::cashier(cashier)).await?.state {
        Seat::Free => Ok(None),
        Seat::Taken(till) => Ok(Some(till)),
    }
}

/// A drawer was counted. Desk and cashier are free in the same commit, so that the next one
/// can open however the difference is judged.
pub async fn close(
    app: &App,
    asked: &Asked,
    id: TillId,
    count: &Count,
    counter: &Counter,
) -> Result<Done<Closed>, Failure> {
    let decide = async || {
        let till = known(app, id).await?;
        let closing = till::close(&till.state, id, count.clone(), app.house.till_alone, counter.clone())?;
        let cashier = till.state.cashier().ok_or(Refusal::NoTillOpen)?;
        let (desk, cashier) = (StreamId::desk(&closing.desk), StreamId::cashier(cashier));
        let at_desk = app.ledger.load::<Seat>(&desk).await?;
        let of_cashier = app.ledger.load::<Seat>(&cashier).await?;
        Ok(Plan::default()
            .write(StreamId::till(id), till.expected, closing.till)
            .write(desk, at_desk.expected, closing.seats.clone())
            .write(cashier, of_cashier.expected, closing.seats))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let counted = find(&appended, |event, _| match event {
        Event::Till(till::Event::Counted(fact)) => Some((fact.counted, fact.expected)),
        _ => None,
    })?;
    let over = find(&appended, |event, _| match event {
        Event::Till(till::Event::Closed(_)) => Some(()),
        _ => None,
    })?;
    let Some((counted, expected)) = counted else { return Err(Failure::Contended) };
    Ok(Done::new(app, &appended, Closed { counted, expected, over: over.is_some() }))
}

/// A second person signs a large difference.
pub async fn sign(app: &App, asked: &Asked, id: TillId, note: &str, by: UserId) -> Result<Done<()>, Failure> {
    let decide = async || {
        let till = known(app, id).await?;
        let events = till::sign(&till.state, note.to_owned(), by)?;
        Ok(Plan::default().write(StreamId::till(id), till.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// A till that was opened some time.
pub(super) async fn known(app: &App, id: TillId) -> Result<Loaded<Till>, Failure> {
    let till = app.ledger.load::<Till>(&StreamId::till(id)).await?;
    match till.state {
        Till::Unknown => Err(Refusal::NotFound { what: "till", id: id.to_string() }.into()),
        Till::Open(_) | Till::Counted { .. } | Till::Closed { .. } => Ok(till),
    }
}
