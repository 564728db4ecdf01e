//! Tills: open.

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, StreamId, TillId, UserId,
    till::{self, Opened, Seat},
};
use uuid::Uuid;

/// Opens a till at a desk, with what lies in its drawer.
pub async fn open(app: &App, asked: &Asked, opened: &Opened) -> Result<Done<TillId>, Failure> {
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
    let id = find(&appended, |event, _| match event {
        Event::Till(till::Event::Seated(seated)) => Some(seated.till),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, id.unwrap_or(TillId(Uuid::nil()))))
}

/// The till that a cashier holds open.
pub async fn of_cashier(app: &App, cashier: UserId) -> Result<Option<TillId>, Failure> {
    match app.ledger.load::<Seat>(&StreamId::cashier(cashier)).await?.state {
        Seat::Free => Ok(None),
        Seat::Taken(till) => Ok(Some(till)),
    }
}
