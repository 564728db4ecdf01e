//! Users: add, disable. Passwords go to the vault, never into an event.

use super::Done;
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{
    StreamId, UserId,
    user::{Added, User},
};

/// Adds a user who may sign in with `password`.
pub async fn add(app: &App, asked: &Asked, added: &Added, password: &str) -> Result<Done<UserId>, Failure> {
    let id = UserId::of_username(&added.username);
    let stream = StreamId::user(id);
    let decide = async || {
        let user = app.ledger.load::<User>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), user.expected, user.state.add(added.clone())?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    app.passwords.set(id, password.to_owned()).await?;
    Ok(Done::new(app, &appended, id))
}

/// Locks a user out; his sessions end at once.
pub async fn disable(app: &App, asked: &Asked, id: UserId) -> Result<Done<()>, Failure> {
    let stream = StreamId::user(id);
    let decide = async || {
        let user = app.ledger.load::<User>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), user.expected, user.state.disable()?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    app.vault.revoke_all(id, app.clock.now())?;
    Ok(Done::new(app, &appended, ()))
}

/// The user, if he exists and may sign in.
pub async fn active(app: &App, id: UserId) -> Result<Option<Added>, Failure> {
    match app.ledger.load::<User>(&StreamId::user(id)).await?.state {
        User::Active(added) => Ok(Some(added)),
        User::Unknown | User::Disabled(_) => Ok(None),
    }
}
