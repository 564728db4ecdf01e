//! Reads a stream and folds it into the state of its noun.

use super::Ledger;
use crate::{failure::Failure, recording, store::Expected};
use domain::{
    Event, StreamId,
    deposit::Deposit,
    exam::Exam,
    patient::Patient,
    payer::Payer,
    payment::{Attempt, Payment},
    prescription::Prescription,
    projector::Projector,
    refund::Refunds,
    relief::Relief,
    till::{Seat, Till},
    user::User,
};

/// A noun's state, made of its events.
pub trait Folded: Default + Clone {
    /// The state after one more event of its stream.
    fn fold(self, event: &Event) -> Self;
    /// As one of all nouns' states.
    fn any(self) -> State;
    /// Back again, if it is this noun's.
    fn of(state: &State) -> Option<&Self>;
}

macro_rules! folded {
    ($($state:ident of $noun:ident),+) => {
        /// The state of some noun.
        #[derive(Clone, Debug)]
        pub enum State {
            $(
                /// Of that noun.
                $state($state),
            )+
        }

        impl State {
            /// The state after one more event of its stream.
            #[must_use]
            pub fn fold(self, event: &Event) -> Self {
                match self { $(Self::$state(state) => Self::$state(Folded::fold(state, event)),)+ }
            }
        }

        $(
        impl Folded for $state {
            fn fold(self, event: &Event) -> Self {
                match event {
                    Event::$noun(event) => self.evolve(event),
                    // A stream holds the events of one noun; a stranger there changes nothing.
                    _ => self,
                }
            }

            fn any(self) -> State {
                State::$state(self)
            }

            fn of(state: &State) -> Option<&Self> {
                match state {
                    State::$state(state) => Some(state),
                    _ => None,
                }
            }
        }
    )+};
}
folded!(
    Patient of Patient, Exam of Exam, Prescription of Prescription, Payment of Payment,
    Till of Till, Seat of Till, User of User, Projector of Projector, Refunds of Refund, Deposit of Deposit,
    Payer of Payer, Relief of Relief
);

impl State {
    /// The state of a stream that nothing was written to, by the noun in its name.
    pub fn empty(noun: &str) -> Option<Self> {
        match noun {
            "patient" => Some(Patient::default().any()),
            "exam" => Some(Exam::default().any()),
            "prescription" => Some(Prescription::default().any()),
            "payment" => Some(Payment::default().any()),
            "till" => Some(Till::default().any()),
            "desk" | "cashier" => Some(Seat::default().any()),
            "user" => Some(User::default().any()),
            "projector" => Some(Projector::default().any()),
            "refund" => Some(Refunds::default().any()),
            "deposit" => Some(Deposit::default().any()),
            "payer" => Some(Payer::default().any()),
            "relief" => Some(Relief::default().any()),
            // Numbered series, reports and parked callbacks are written, and never decided upon.
            _ => None,
        }
    }
}

/// A state and the revision at which it was true.
#[derive(Clone, Debug)]
pub struct Loaded<S> {
    /// The state.
    pub state: S,
    /// What a write on top of it must expect.
    pub expected: Expected,
}

impl Ledger {
    /// The state of one stream: remembered, or folded from the log.
    pub async fn load<S: Folded>(&self, stream: &StreamId) -> Result<Loaded<S>, Failure> {
        if let Some((state, revision)) = self.remembered.get(stream) {
            return Ok(Loaded { state, expected: Expected::At(revision) });
        }
        let mut state = S::default();
        let mut expected = Expected::Empty;
        for recorded in self.store.read(stream, 0).await? {
            state = state.fold(&recording::read(&recorded)?.event);
            expected = Expected::At(recorded.revision);
        }
        if let Expected::At(revision) = expected {
            self.remembered.keep(stream, revision, state.clone().any());
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
