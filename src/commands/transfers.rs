//! Transfers: send cash to another drawer, accept it, give it back.

use super::{Done, find, tills::known};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{
    Event, Money, StreamId, TillId, TransferId, UserId,
    till::{self, Till},
};
use uuid::Uuid;

/// Cash on its way, or arrived, or back.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// Which.
    pub transfer: TransferId,
    /// How much.
    pub amount: Money,
}

/// Sends cash out of a drawer: from now on it is in neither, until the other one accepts it.
pub async fn send(
    app: &App,
    asked: &Asked,
    from: TillId,
    to: TillId,
    amount: Money,
    by: UserId,
) -> Result<Done<Moved>, Failure> {
    let transfer = TransferId(Uuid::now_v7());
    let decide = async || {
        let sender = known(app, from).await?;
        let receiver = app.ledger.load::<Till>(&StreamId::till(to)).await?;
        let sent = till::send(&sender.state, from, (to, &receiver.state), transfer, amount, by)?;
        Ok(Plan::default().write(StreamId::till(from), sender.expected, sent))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let sent = find(&appended, |event, _| match event {
        Event::Till(till::Event::TransferSent(fact)) => {
            Some(Moved { transfer: fact.transfer, amount: fact.amount })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, sent.ok_or(Failure::Contended)?))
}

/// The receiver has it: what leaves the one stream comes into the other in the same commit.
pub async fn accept(
    app: &App,
    asked: &Asked,
    from: TillId,
    transfer: TransferId,
    by: UserId,
) -> Result<Done<Moved>, Failure> {
    let decide = async || {
        let sender = known(app, from).await?;
        let to = sender.state.sent_to(transfer)?;
        let receiver = app.ledger.load::<Till>(&StreamId::till(to)).await?;
        let accepted = till::accept(&sender.state, from, (to, &receiver.state), transfer, by)?;
        Ok(Plan::default().write(StreamId::till(from), sender.expected, accepted.sender).write(
            StreamId::till(to),
            receiver.expected,
            accepted.receiver,
        ))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let received = find(&appended, |event, _| match event {
        Event::Till(till::Event::TransferReceived(fact)) => {
            Some(Moved { transfer: fact.transfer, amount: fact.amount })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, received.ok_or(Failure::Contended)?))
}

/// It is back in the sender's drawer; the `office` may do that for cashiers who are not there.
pub async fn give_back(
    app: &App,
    asked: &Asked,
    from: TillId,
    transfer: TransferId,
    by: UserId,
    office: bool,
) -> Result<Done<Moved>, Failure> {
    let decide = async || {
        let sender = known(app, from).await?;
        let to = sender.state.sent_to(transfer)?;
        let receiver = app.ledger.load::<Till>(&StreamId::till(to)).await?;
        let returned = till::give_back(&sender.state, &receiver.state, transfer, by, office)?;
        Ok(Plan::default().write(StreamId::till(from), sender.expected, returned))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let returned = find(&appended, |event, _| match event {
        Event::Till(till::Event::TransferReturned(fact)) => {
            Some(Moved { transfer: fact.transfer, amount: fact.amount })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, returned.ok_or(Failure::Contended)?))
}
