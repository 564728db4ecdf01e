//! Receipts: print one again.

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, StreamId, UserId,
    receipt::{self, Duplicated, ReceiptNumber},
};

/// Counts one more print of a receipt that is there; answers the how many-th it is (rule 15).
pub async fn duplicate(
    app: &App,
    asked: &Asked,
    number: &ReceiptNumber,
    by: UserId,
) -> Result<Done<u64>, Failure> {
    let receipt = number.to_string();
    let decide = async || {
        let duplicated = receipt::Event::from(Duplicated { receipt: receipt.clone(), by });
        // A counter: nothing is decided on it, and its revision is the count.
        Ok(Plan::default().write(StreamId::duplicata(&receipt), Expected::Tail, [duplicated]))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let nth = find(&appended, |event, recorded| match event {
        Event::Receipt(receipt::Event::Duplicated(_)) => Some(recorded.revision),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, nth.ok_or(Failure::Contended)?))
}
