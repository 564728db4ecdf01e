//! `given(history).when(ask).then(facts)`: the grammar of the specs.

use domain::{
    Event, Refusal,
    deposit::{self, Deposit},
    exam::{self, Exam},
    patient::{self, Patient},
    payer::{self, Payer},
    payment::{Attempt, Payment},
    prescription::{self, Prescription},
    refund::{self, Refunds},
    relief::{self, Relief},
    settlement::{Booking, GivenBack, Received, TakenCash},
    till::{self, Seat, Till},
    user::{self, User},
};
use std::fmt::Debug;

/// What the specs fold and ask.
pub trait Noun: Default {
    type Fact: Debug + PartialEq;
    fn after(self, fact: &Self::Fact) -> Self;
}

macro_rules! noun {
    ($($noun:ty: $fact:ty,)+) => {
        $(impl Noun for $noun {
            type Fact = $fact;
            fn after(self, fact: &Self::Fact) -> Self { self.evolve(fact) }
        })+
    };
}

noun! { Deposit: deposit::Event, Exam: exam::Event, Patient: patient::Event, Till: till::Event, Seat: till::Event, User: user::Event, }

noun! {
    Prescription: prescription::Event, Refunds: refund::Event, Payer: payer::Event, Relief: relief::Event,
}

/// A fact of any stream, or a receipt that is due with the others.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Stored(Event),
    Receipt(Received),
}

/// One prescription, one payment toward it, what is asked back of it, and the till beside it: what a booking
/// concerns.
#[derive(Default)]
pub struct Case {
    pub prescription: Prescription,
    pub payment: Payment,
    pub till: Till,
    pub refunds: Refunds,
}

impl Noun for Case {
    type Fact = Fact;
    fn after(mut self, fact: &Fact) -> Self {
        match fact {
            Fact::Stored(Event::Prescription(fact)) => self.prescription = self.prescription.evolve(fact),
            Fact::Stored(Event::Payment(fact)) => self.payment = self.payment.evolve(fact),
            Fact::Stored(Event::Till(fact)) => self.till = self.till.evolve(fact),
            Fact::Stored(Event::Refund(fact)) => self.refunds = self.refunds.evolve(fact),
            Fact::Stored(other) => panic!("no part of a case: {other:?}"),
            Fact::Receipt(_) => {}
        }
        self
    }
}

impl Case {
    #[track_caller]
    pub fn attempt(&self) -> &Attempt {
        match &self.payment {
            Payment::Mobile(attempt) => attempt,
            other => panic!("no mobile attempt: {other:?}"),
        }
    }

    #[track_caller]
    pub fn stands_at(self, stage: &str) -> Self {
        assert_eq!(self.attempt().stage.code(), stage);
        self
    }

    #[track_caller]
    pub fn owes(self, francs: i64) -> Self {
        assert_eq!(self.prescription.due().francs(), francs);
        self
    }
}

/// What a command writes, as facts of its noun.
pub trait Written<F> {
    fn facts(self) -> Vec<F>;
}

impl<F> Written<F> for Vec<F> {
    fn facts(self) -> Vec<F> {
        self
    }
}

impl Written<Fact> for Booking {
    fn facts(self) -> Vec<Fact> {
        let payment = self.payment.into_iter().map(|fact| Fact::Stored(fact.into()));
        let prescription = self.prescription.into_iter().map(|fact| Fact::Stored(fact.into()));
        payment.chain(prescription).chain(self.money.map(Fact::Receipt)).collect()
    }
}

impl Written<Fact> for TakenCash {
    fn facts(self) -> Vec<Fact> {
        let till = self.till.into_iter().map(|fact| Fact::Stored(fact.into()));
        self.booking.facts().into_iter().chain(till).collect()
    }
}

impl Written<Fact> for GivenBack {
    fn facts(self) -> Vec<Fact> {
        let refund = self.refund.into_iter().map(|fact| Fact::Stored(fact.into()));
        let prescription = self.prescription.into_iter().map(|fact| Fact::Stored(fact.into()));
        let till = self.till.into_iter().map(|fact| Fact::Stored(fact.into()));
        let slip = refund::Event::from(self.slip);
        refund.chain(prescription).chain(till).chain([Fact::Stored(slip.into())]).collect()
    }
}

pub struct Given<N>(N);

pub struct Asked<N: Noun> {
    before: N,
    answer: Result<Vec<N::Fact>, Refusal>,
}

/// Folds what happened before.
pub fn given<N: Noun>(history: impl IntoIterator<Item = impl Into<N::Fact>>) -> Given<N> {
    Given(history.into_iter().fold(N::default(), |noun, fact| noun.after(&fact.into())))
}

impl<N: Noun> Given<N> {
    /// Asks; nothing is written yet.
    pub fn when<W: Written<N::Fact>>(self, ask: impl FnOnce(&N) -> Result<W, Refusal>) -> Asked<N> {
        let answer = ask(&self.0).map(W::facts);
        Asked { before: self.0, answer }
    }
}

impl<N: Noun> Asked<N> {
    /// Exactly these facts are written; gives what is true after them.
    #[track_caller]
    pub fn then(self, facts: impl IntoIterator<Item = impl Into<N::Fact>>) -> N {
        let written = self.answer.expect("the command is not refused");
        let wanted: Vec<N::Fact> = facts.into_iter().map(Into::into).collect();
        assert_eq!(written, wanted);
        written.iter().fold(self.before, N::after)
    }

    /// The answer is yes, and nothing new is written.
    #[track_caller]
    pub fn then_nothing(self) -> N {
        self.then(Vec::<N::Fact>::new())
    }

    #[track_caller]
    pub fn then_refused(self, refusal: Refusal) {
        assert_eq!(self.answer, Err(refusal));
    }
}
