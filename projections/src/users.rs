//! Answers: who works here, and may he sign in? Reads user events; owns table users.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use domain::{Event, UserId, user};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Users;

/// One user.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// His id.
    pub id: Uuid,
    /// His name at the door.
    pub username: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// `ADMIN`, `CASHIER`, `TECHNICIAN`, `ACCOUNTANT`, `AUDITOR`.
    pub role: String,
    /// May he sign in?
    pub active: bool,
}

impl Projector for Users {
    fn name(&self) -> &'static str {
        "users"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["users"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/users.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::User(event) = seen.event else { return vec![] };
        match event {
            user::Event::Added(who) => vec![Change::new(
                "insert into users (id, username, first_name, last_name, role, active)
                 values ($1, $2, $3, $4, $5, 1)",
                [
                    seen.id().into(),
                    who.username.as_str().into(),
                    who.first_name.as_str().into(),
                    who.last_name.as_str().into(),
                    who.role.code().into(),
                ],
            )],
            user::Event::Disabled(_) => {
                vec![Change::new("update users set active = 0 where id = $1", [seen.id().into()])]
            }
        }
    }
}

fn read(row: &mut Row) -> Result<User, Misread> {
    Ok(User {
        id: row.id()?,
        username: row.text()?,
        first_name: row.text()?,
        last_name: row.text()?,
        role: row.text()?,
        active: row.int()? == 1,
    })
}

/// One user.
pub fn by_id(id: UserId) -> Query<User> {
    let sql = "select id, username, first_name, last_name, role, active from users where id = $1";
    Query { sql, args: vec![id.into()], read }
}

/// `NOM Prénom`.
pub fn name(id: UserId) -> Query<String> {
    let sql = "select last_name || ' ' || first_name from users where id = $1";
    Query { sql, args: vec![id.into()], read: Row::text }
}

/// All users by name.
pub fn all() -> Query<User> {
    let sql = "select id, username, first_name, last_name, role, active from users
               order by last_name, first_name, username";
    Query { sql, args: vec![], read }
}
