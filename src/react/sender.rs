//! Makes the call that asks a payer for money, and writes down what came of it.
//!
//! "Sent" is durable before the call leaves, by expected revision: of two senders one writes it,
//! and only he calls. Mostly that is the command that opened the attempt, in the same commit. An
//! answer that says nothing leaves the attempt open (rule 22).

use crate::{
    app::{App, purpose},
    commands::{Booked, booking_plan},
    execute::{Asked, Plan},
    failure::Failure,
    providers::{self, Ask},
};
use domain::{
    Msisdn, PaymentId, Refusal, StreamId,
    payment::{Attempt, Stage, attempt::Answer},
    settlement,
};

/// Makes the call of an attempt that was opened and sent by this process a moment ago.
pub async fn call_opened(app: &App, payment: PaymentId) -> Result<(), Failure> {
    match app.ledger.load_attempt(payment).await? {
        // Otherwise a callback was faster, or the cashier gave up.
        Some((attempt, _)) if attempt.state.stage == Stage::Sending => {
            call(app, payment, &attempt.state).await
        }
        _ => Ok(()),
    }
}

/// Sends the call of an attempt that was opened and never sent, once.
pub async fn send(app: &App, payment: PaymentId) -> Result<(), Failure> {
    let sent = announce(app, payment, Attempt::send).await;
    match sent {
        Ok(attempt) => call(app, payment, &attempt).await,
        // Another process sends it, or the cashier gave up first.
        Err(Failure::Refused(Refusal::NotNow { .. }) | Failure::Contended) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Sends the same call again, for an attempt of which the provider knows nothing.
pub async fn resend(app: &App, payment: PaymentId) -> Result<(), Failure> {
    let attempt = announce(app, payment, Attempt::resend).await?;
    call(app, payment, &attempt).await
}

/// Writes down that a call leaves.
async fn announce(
    app: &App,
    payment: PaymentId,
    leaves: fn(&Attempt) -> Result<Vec<domain::payment::Event>, Refusal>,
) -> Result<Attempt, Failure> {
    let decide = async || {
        let Some((attempt, _)) = app.ledger.load_attempt(payment).await? else { return Ok(Plan::default()) };
        Ok(Plan::default().write(StreamId::payment(payment), attempt.expected, leaves(&attempt.state)?))
    };
    app.ledger.execute(&Asked::by_ourselves(payment.0), decide).await?;
    let (attempt, _) = app.ledger.load_attempt(payment).await?.ok_or(Failure::Contended)?;
    Ok(attempt.state)
}

async fn call(app: &App, payment: PaymentId, attempt: &Attempt) -> Result<(), Failure> {
    let terms = &attempt.terms;
    let phone = app.vault.open_sealed(&terms.phone, purpose::PHONE)?;
    let phone = phone.and_then(|clear| String::from_utf8(clear).ok());
    let answer = match phone.and_then(|text| Msisdn::parse(&text).ok()) {
        Some(phone) => {
            let ask = Ask {
                reference: terms.reference.clone(),
                amount: terms.amount,
                phone,
                callback_url: app.house.callback_url(terms.wallet),
            };
            said(app.providers.at(terms.wallet, &terms.base_url)?.initiate(&ask).await)
        }
        // The patient was erased meanwhile, and his payer's number with him.
        None => Answer::Refused { code: "payer_erased".into() },
    };
    write_down(app, payment, answer).await
}

/// The provider's answer in the domain's words.
fn said(answer: providers::Answer) -> Answer {
    match answer {
        providers::Answer::Registered { provider_ref } => {
            Answer::Registered { provider_ref: Some(provider_ref) }
        }
        providers::Answer::Duplicate { provider_ref } => Answer::Registered { provider_ref },
        providers::Answer::Refused { code } => Answer::Refused { code: code.as_str().to_owned() },
        providers::Answer::Unanswered { why } => Answer::Unanswered { why: why.as_str().to_owned() },
    }
}

async fn write_down(app: &App, payment: PaymentId, answer: Answer) -> Result<(), Failure> {
    let decide = async || {
        let Some((attempt, owed)) = app.ledger.load_attempt(payment).await? else {
            return Ok(Plan::default());
        };
        let events = attempt.state.answer(answer.clone());
        let booking = settlement::end(&owed.state, payment, events);
        let booked = Booked::of(app, payment, &attempt.state.terms);
        Ok(booking_plan(app.clock, &booked, attempt.expected, &owed, booking))
    };
    app.ledger.execute(&Asked::by_ourselves(payment.0), decide).await?;
    Ok(())
}
