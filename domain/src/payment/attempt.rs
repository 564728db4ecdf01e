//! One mobile money attempt: what may be asked of it, apart from reports (see `crate::settlement`).

use super::{
    Abandoned, ClaimLapsed, Event, Opened, Outcome, Refused, Registered, Resent, ResolutionProposed, Sent,
    Source, Stage, Unanswered,
};
use crate::{Money, Refusal, UserId};
use std::collections::BTreeSet;

/// An attempt: its terms never change, its stage does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was asked, of whom, through which driver.
    pub terms: Opened,
    /// How far it is.
    pub stage: Stage,
    /// The provider's reference, once known.
    pub provider_ref: Option<String>,
    /// All evidence heard, by who told and its key: told twice is an answer, but a claim that
    /// anybody could write does not silence the proof that says the same.
    pub heard: BTreeSet<(Source, String)>,
    /// The provider's references under which money was booked, and how much.
    pub booked: Vec<(Option<String>, Money)>,
    /// Of what was booked: what fitted nothing and is owed back.
    pub advance: Money,
    /// The amount that a claim or a questioned report told.
    pub claimed: Option<Money>,
    /// Why it was refused or declined.
    pub reason: Option<String>,
    /// How the first of two persons would end a review.
    pub proposed: Option<ResolutionProposed>,
}

/// What the provider answered to our call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the payment, or had it already.
    Registered {
        /// Its own reference.
        provider_ref: Option<String>,
    },
    /// It will not take it; nothing was pushed to the payer.
    Refused {
        /// Of a closed set.
        code: String,
    },
    /// Nothing that says anything: never a failure (rule 22).
    Unanswered {
        /// `timeout`, `unreachable`, `server_error`, `garbage`.
        why: String,
    },
}

impl Attempt {
    /// The state after the first fact.
    pub fn opened(terms: Opened) -> Self {
        Self {
            terms,
            stage: Stage::Created,
            provider_ref: None,
            heard: BTreeSet::new(),
            booked: vec![],
            advance: Money::ZERO,
            claimed: None,
            reason: None,
            proposed: None,
        }
    }

    /// The state after one more fact.
    #[must_use]
    pub fn evolve(mut self, event: &Event) -> Self {
        if let Some(evidence) = event.evidence() {
            self.heard.insert((evidence.source, evidence.key.clone()));
        }
        match event {
            Event::Sent(_) => self.stage = Stage::Sending,
            Event::Registered(fact) => {
                self.stage = self.stage.registered();
                self.provider_ref = self.provider_ref.or(fact.provider_ref.clone());
                for booked in &mut self.booked {
                    booked.0 = booked.0.take().or(fact.provider_ref.clone());
                }
            }
            Event::Refused(fact) => {
                self.stage = Stage::Rejected;
                self.reason = Some(fact.code.clone());
            }
            Event::Claimed(fact) => {
                self.stage = Stage::Claimed(Box::new(self.stage));
                self.claimed = fact.amount;
            }
            Event::ClaimLapsed(_) => {
                if let Stage::Claimed(before) = self.stage {
                    self.stage = *before;
                }
            }
            Event::Confirmed(fact) => {
                let whole = fact.reported >= fact.asked;
                self.stage = if whole { Stage::Paid } else { Stage::Review(true) };
                // What was proposed before the proof is no answer to what the proof says.
                self.proposed = None;
                self.provider_ref = fact.provider_ref.clone().or(self.provider_ref);
                self.book(fact.provider_ref.clone(), fact.reported, fact.advance);
            }
            Event::Doubled(fact) => self.book(fact.provider_ref.clone(), fact.reported, fact.reported),
            Event::Declined(fact) => {
                self.stage = Stage::Declined;
                self.reason = Some(fact.code.clone());
            }
            Event::Expired(_) => self.stage = Stage::Expired,
            Event::Abandoned(_) => self.stage = Stage::Abandoned,
            Event::Questioned(fact) => {
                self.claimed = fact.amount.or(self.claimed);
                if !self.stage.is_booked() {
                    self.stage = Stage::Review(false);
                }
            }
            Event::ResolutionProposed(fact) => self.proposed = Some(fact.clone()),
            Event::Resolved(fact) => {
                self.proposed = None;
                self.stage = match fact.outcome {
                    Outcome::Paid(_) => Stage::Paid,
                    Outcome::Declined => Stage::Declined,
                };
            }
            Event::Noted(_)
            | Event::Contradicted(_)
            | Event::ReferenceDiffers(_)
            | Event::Unanswered(_)
            | Event::Resent(_)
            | Event::Opened(_)
            | Event::CashTaken(_) => {}
        }
        self
    }

    fn book(&mut self, provider_ref: Option<String>, reported: Money, advance: Money) {
        self.booked.push((provider_ref, reported));
        self.advance = self.advance.plus(advance).unwrap_or(Money::MAX);
    }

    /// All that was booked.
    pub fn received(&self) -> Money {
        Money::sum(self.booked.iter().map(|booked| booked.1)).unwrap_or(Money::MAX)
    }

    /// The call may leave: exactly one sender gets to write this.
    pub fn send(&self) -> Result<Vec<Event>, Refusal> {
        match self.stage {
            Stage::Created => Ok(vec![Sent {}.into()]),
            _ => Err(self.not_now("send")),
        }
    }

    /// The provider said that it does not know our identifier: the same call may leave again.
    pub fn resend(&self) -> Result<Vec<Event>, Refusal> {
        match self.stage {
            Stage::Sending => Ok(vec![Resent {}.into()]),
            _ => Err(self.not_now("resend")),
        }
    }

    /// The provider's answer to our call. What comes too late to matter leaves no trace.
    pub fn answer(&self, answer: Answer) -> Vec<Event> {
        match answer {
            Answer::Registered { provider_ref } => self.registered(provider_ref),
            Answer::Refused { code } => match self.stage {
                Stage::Sending => vec![Refused { code }.into()],
                // Abandoned while the call was out; with a reference it had been registered before.
                Stage::Abandoned if self.provider_ref.is_none() => vec![Refused { code }.into()],
                _ => vec![],
            },
            Answer::Unanswered { why } => match self.stage {
                Stage::Sending => vec![Unanswered { why }.into()],
                _ => vec![],
            },
        }
    }

    fn registered(&self, provider_ref: Option<String>) -> Vec<Event> {
        match (&self.provider_ref, provider_ref) {
            (Some(known), Some(new)) if *known != new => {
                vec![super::ReferenceDiffers { known: known.clone(), reported: new }.into()]
            }
            (None, Some(new)) => vec![Registered { provider_ref: Some(new) }.into()],
            // A claim over an unanswered call lapses to what the answer made of it.
            (_, _) if self.stage.clone().registered() != self.stage => {
                vec![Registered { provider_ref: None }.into()]
            }
            (_, _) => vec![],
        }
    }

    /// The cashier gives up waiting; what comes later is still booked. Told twice is an answer.
    pub fn abandon(&self, by: UserId) -> Result<Vec<Event>, Refusal> {
        match &self.stage {
            Stage::Created | Stage::Sending | Stage::Registered => Ok(vec![Abandoned { by }.into()]),
            Stage::Abandoned => Ok(vec![]),
            Stage::Claimed(before) if **before == Stage::Abandoned => Ok(vec![]),
            _ => Err(self.not_now("abandon")),
        }
    }

    /// Nothing proved the claim in time.
    pub fn lapse(&self) -> Vec<Event> {
        match self.stage {
            Stage::Claimed(_) => vec![ClaimLapsed {}.into()],
            _ => vec![],
        }
    }

    /// The first of two persons says how a review ends; the second agrees by `settlement::resolve`.
    /// The amount is 0 where the money was booked when it came. Told twice is an answer.
    pub fn propose(&self, by: UserId, outcome: Outcome, note: String) -> Result<Vec<Event>, Refusal> {
        match (&self.stage, outcome) {
            (Stage::Review(true), Outcome::Declined) => Err(self.not_now("decline")),
            // What came is booked; a second figure would be a fact that no account shows.
            (Stage::Review(true), Outcome::Paid(amount)) if !amount.is_zero() => Err(self.not_now("book")),
            (Stage::Review(false), Outcome::Paid(amount)) if amount.is_zero() => {
                Err(Refusal::ZeroAmount { what: "amount" })
            }
            // Two persons can agree on what was asked or told, not make up more.
            (Stage::Review(false), Outcome::Paid(amount))
                if amount > self.terms.amount.max(self.claimed.unwrap_or_default()) =>
            {
                Err(Refusal::AmountTooLarge)
            }
            (Stage::Review(_), _) => {
                let proposed = ResolutionProposed { by, outcome, note };
                let told_before = self.proposed.as_ref() == Some(&proposed);
                Ok(if told_before { vec![] } else { vec![proposed.into()] })
            }
            _ => Err(self.not_now("resolve")),
        }
    }

    pub(crate) const fn not_now(&self, ask: &'static str) -> Refusal {
        Refusal::NotNow { ask, stage: self.stage.code() }
    }
}
