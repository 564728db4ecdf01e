//! Mobile money: ask for it, hear of it.
//!
//! 1. [`initiate`] makes our identifier durable, and that its call leaves now; none has yet (rule 21).
//! 2. `react::sender` makes the call and writes down what was answered.
//! 3. A callback (`http::callbacks`), the watch (`react::watch`) or a statement tells the outcome.
//! 4. [`hear`] books it: payment, prescription and receipt in one commit (`domain::settlement`).

use super::{Booked, Done, booking_plan, find, payments::unknown};
use crate::{
    app::{App, purpose},
    execute::Asked,
    failure::Failure,
    store::{Appended, Expected},
};
use domain::{
    Event, Money, Msisdn, PaymentId, PrescriptionId, StreamId, UserId, Wallet,
    payment::{self, Attempt, Opened, Stage},
    prescription::Prescription,
    settlement::{self, Report},
};
use std::time::Duration;
use uuid::Uuid;

/// How long a cashier's request waits for the provider before it answers "asked".
const PATIENCE: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Initiate {
    /// For what.
    pub prescription: PrescriptionId,
    /// Of which wallet.
    pub wallet: Wallet,
    /// Whose.
    pub phone: Msisdn,
    /// By whom.
    pub cashier: UserId,
    /// A part of what is due; all of it if absent.
    pub part: Option<Money>,
}

/// Our reference at the provider's: it names the payment, so that no callback is too early to be matched.
pub fn reference(payment: PaymentId) -> String {
    format!("Q{}", payment.0.simple())
}

/// The payment that a reference names, if it is one of ours.
pub fn payment_of(reference: &str) -> Option<PaymentId> {
    let id = Uuid::try_parse(reference.strip_prefix('Q')?).ok()?;
    (self::reference(PaymentId(id)) == reference).then_some(PaymentId(id))
}

/// Opens the one live attempt of a prescription and waits a little for what the provider answers.
pub async fn initiate(
    app: &App,
    asked: &Asked,
    ask: Initiate,
) -> Result<Done<(PaymentId, Attempt)>, Failure> {
    let payment = PaymentId(Uuid::now_v7());
    let asked = Asked { correlation: payment.0, ..asked.clone() };
    let decide = async || {
        let (provider, base_url) = app.providers.of(ask.wallet)?;
        let owed = app.ledger.load::<Prescription>(&StreamId::prescription(ask.prescription)).await?;
        let (patient, amount) = owed.state.payable_part(ask.part)?;
        if !provider.available() {
            return Err(Failure::ProviderDown);
        }
        let terms = Opened {
            prescription: ask.prescription,
            patient,
            cashier: ask.cashier,
            amount,
            wallet: ask.wallet,
            driver: "hmac".into(),
            base_url,
            phone: app.vault.seal(patient, purpose::PHONE, ask.phone.e164().as_bytes())?,
            reference: reference(payment),
        };
        let booked = Booked::of(app, payment, &terms);
        let booking = settlement::open_and_send(&owed.state, payment, ask.part, terms.clone())?;
        Ok(booking_plan(app.clock, &booked, Expected::Empty, &owed, booking))
    };
    let appended = app.ledger.execute(&asked, decide).await?;
    let opened = find(&appended, |event, recorded| match event {
        Event::Payment(payment::Event::Opened(_)) => {
            recorded.stream.as_str().strip_prefix("payment-").and_then(|id| id.parse().ok())
        }
        _ => None,
    })?;
    let payment: PaymentId = opened.ok_or(Failure::Contended)?;
    await_answer(app, payment, appended.replayed).await?;
    let (attempt, _) = app.ledger.load_attempt(payment).await?.ok_or_else(|| unknown(payment))?;
    let position = app.ledger.head();
    Ok(Done { answer: (payment, attempt.state), position, replayed: appended.replayed })
}

/// Sends the call, unless this command is a repetition, and waits a little for its answer.
async fn await_answer(app: &App, payment: PaymentId, replayed: bool) -> Result<(), Failure> {
    let answered = app.react.wait(payment);
    if replayed {
        let attempt = app.ledger.load_attempt(payment).await?;
        if attempt.is_some_and(|(attempt, _)| !is_waiting(&attempt.state)) {
            app.react.tell(payment);
            return Ok(());
        }
    } else {
        app.react.send(payment);
    }
    // No answer in time is an answer too: the rest goes on by itself.
    if tokio::time::timeout(PATIENCE, answered).await.is_err() && replayed {
        // After a restart nobody here sends it, so nobody else would ever forget who waited.
        app.react.tell(payment);
    }
    Ok(())
}

/// True while the provider's first answer is awaited.
pub fn is_waiting(attempt: &Attempt) -> bool {
    matches!(attempt.stage, Stage::Created | Stage::Sending)
}

/// Books what a provider told of one of our payments. Told twice is an answer.
pub async fn hear(
    app: &App,
    asked: &Asked,
    payment: PaymentId,
    report: &Report,
) -> Result<Appended, Failure> {
    let decide = async || {
        let (attempt, owed) = app.ledger.load_attempt(payment).await?.ok_or_else(|| unknown(payment))?;
        let booking = settlement::hear(&attempt.state, &owed.state, payment, report.clone());
        let booked = Booked::of(app, payment, &attempt.state.terms);
        Ok(booking_plan(app.clock, &booked, attempt.expected, &owed, booking))
    };
    let asked = Asked { correlation: payment.0, ..asked.clone() };
    app.ledger.execute(&asked, decide).await
}
