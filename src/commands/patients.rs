//! Patients: register, erase.

use super::{Done, find};
use crate::{
    app::{App, purpose},
    execute::{Asked, Plan},
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, PatientId, StreamId,
    patient::{self, Identity, Patient},
};
use uuid::Uuid;

/// Registers a patient; his key is durable before the first event names him.
pub async fn register(app: &App, asked: &Asked, identity: &Identity) -> Result<Done<PatientId>, Failure> {
    let id = PatientId(Uuid::now_v7());
    app.vault.new_key(id)?;
    // Text and dates: nothing in it can fail to become JSON.
    let clear = serde_json::to_vec(identity).unwrap_or_default();
    let sealed = app.vault.seal(id, purpose::IDENTITY, &clear)?;
    let decide = async || {
        let events = Patient::Unknown.register(sealed.clone())?;
        Ok(Plan::default().write(StreamId::patient(id), Expected::Empty, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    if appended.replayed {
        // The key made above belongs to nobody: this command's patient has his own.
        app.vault.forget(id)?;
    }
    let id = find(&appended, |event, _| match event {
        Event::Patient(patient::Event::Registered(new)) => Some(new.identity.of),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, id.unwrap_or(PatientId(Uuid::nil()))))
}

/// Forgets a patient: the fact first, then the key; a start finishes what was cut between the two.
pub async fn erase(app: &App, asked: &Asked, id: PatientId) -> Result<Done<()>, Failure> {
    let stream = StreamId::patient(id);
    let decide = async || {
        let patient = app.ledger.load::<Patient>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), patient.expected, patient.state.erase(id)?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    app.vault.forget(id)?;
    Ok(Done::new(app, &appended, ()))
}
