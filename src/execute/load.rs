//! Reads a stream and folds it into the state of its noun.

use super::Ledger;
use crate::{failure::Failure, recording, store::Expected};
use domain::{
    Event, StreamId,
    exam::Exam,
    patient::Patient,
    payment::{Attempt, Payment},
    prescription::Prescription,
    till::{Seat, Till},
    user::User,
};

/// A noun's state, made of its events.
pub trait Folded: Default {
    /// The state after one more event of its stream.
    fn fold(self, event: &Event) -> Self;
}

macro_rules! folded {
    ($($state:ident of $noun:ident),+) => {$(
        impl Folded for $state {
            fn fold(self, event: &Event) -> Self {
                match event {
                    Event::$noun(event) => self.evolve(event),
                    // A stream holds the events of one noun; a stranger there changes nothing.
                    _ => self,
                }
            }
        }
    )+};
}
folded!(
    Patient of Patient, Exam of Exam, Prescription of Prescription, Payment of Payment,
    Till of Till, Seat of Till, User of User
);

/// A state and the revision at which it was true.
#[derive(Clone, Debug)]
pub struct Loaded<S> {
    /// The state.
    pub state: S,
    /// What a write on top of it must expect.
    pub expected: Expected,
}

impl Ledger {
    /// The state of one stream.
    pub async fn load<S: Folded>(&self, stream: &StreamId) -> Result<Loaded<S>, Failure> {
        let mut state = S::default();
        let mut expected = Expected::Empty;
        for recorded in self.store.read(stream, 0).await? {
            state = state.fold(&recording::read(&recorded)?.event);
            expected = Expected::At(recorded.revision);
        }
        Ok(Loaded { state, expected })
    }

    /// A mobile attempt and its prescription, or nothing if there is no such attempt.
    pub async fn load_attempt(
        &self,
        payment: domain::PaymentId,
    ) -> Result<Option<(Loaded<Attempt>, Loaded<Prescription>)>, Failure> {
        let Loaded { state, expected } = self.load::<Payment>(&StreamId::payment(payment)).await?;
        let Payment::Mobile(attempt) = state else { return Ok(None) };
        let prescription = self.load(&StreamId::prescription(attempt.terms.prescription)).await?;
        Ok(Some((Loaded { state: *attempt, expected }, prescription)))
    }
}
