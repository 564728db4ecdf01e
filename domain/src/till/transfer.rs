//! Cash from drawer to drawer: it leaves one at once, and comes into the other when it is accepted there.

use super::{Event, Till, TransferAccepted, TransferReceived, TransferReturned, TransferSent};
use crate::{Money, Refusal, TillId, TransferId, UserId};

/// The events of an acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// For the sender's stream.
    pub sender: Vec<Event>,
    /// For the receiver's stream.
    pub receiver: Vec<Event>,
}

/// Sends cash out of the drawer of `by` to another open one.
pub fn send(
    till: &Till,
    id: TillId,
    to: (TillId, &Till),
    transfer: TransferId,
    amount: Money,
    by: UserId,
) -> Result<Vec<Event>, Refusal> {
    let drawer = till.drawer(by)?;
    match to.1 {
        _ if to.0 == id => return Err(Refusal::SameTill),
        Till::Unknown => return Err(Refusal::NotFound { what: "till", id: to.0.to_string() }),
        Till::Counted { .. } | Till::Closed { .. } => return Err(Refusal::TillClosed),
        Till::Open(_) => drawer.can_give(amount)?,
    }
    Ok(vec![TransferSent { transfer, to: to.0, amount }.into()])
}

/// The receiver counts what came and takes it into his drawer.
pub fn accept(
    sender: &Till,
    from: TillId,
    receiver: (TillId, &Till),
    transfer: TransferId,
    by: UserId,
) -> Result<Accepted, Refusal> {
    let (to, amount) = waiting(sender, transfer)?;
    if to != receiver.0 {
        return Err(Refusal::NotYours);
    }
    let drawer = receiver.1.drawer(by)?;
    drawer.expected.plus(amount).map_err(|_| Refusal::AmountTooLarge)?;
    Ok(Accepted {
        sender: vec![TransferAccepted { transfer }.into()],
        receiver: vec![TransferReceived { transfer, from, amount }.into()],
    })
}

/// The money goes back to the sender: he takes it back, or the receiver won't have it, or the `office` puts it
/// back where both are not there.
pub fn give_back(
    sender: &Till,
    receiver: &Till,
    transfer: TransferId,
    by: UserId,
    office: bool,
) -> Result<Vec<Event>, Refusal> {
    let (_, amount) = waiting(sender, transfer)?;
    if !office && sender.cashier() != Some(by) && receiver.cashier() != Some(by) {
        return Err(Refusal::NotYours);
    }
    if let Till::Open(drawer) = sender {
        // Meanwhile it may have been filled to the brim.
        drawer.expected.plus(amount).map_err(|_| Refusal::AmountTooLarge)?;
    }
    Ok(vec![TransferReturned { transfer, amount, by }.into()])
}

/// The till to which a transfer is on its way, and how much.
pub(super) fn waiting(sender: &Till, transfer: TransferId) -> Result<(TillId, Money), Refusal> {
    let unknown = || Refusal::NotFound { what: "transfer", id: transfer.to_string() };
    match sender {
        Till::Open(drawer) => drawer.sent.get(&transfer).copied().ok_or_else(unknown),
        Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => Err(unknown()),
    }
}

impl Till {
    /// The till to which a transfer is on its way.
    pub fn sent_to(&self, transfer: TransferId) -> Result<TillId, Refusal> {
        waiting(self, transfer).map(|(to, _)| to)
    }
}
