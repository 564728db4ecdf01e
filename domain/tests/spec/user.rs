//! A user is added once, may be locked out, and keeps the name for ever.

use crate::support::*;
use domain::{
    Refusal, UserId,
    user::{Added, Disabled, Event, Role, User},
};

fn ama() -> Added {
    Added {
        username: "ama".into(),
        first_name: "Ama".into(),
        last_name: "Lawson".into(),
        role: Role::Cashier,
    }
}

#[test]
fn a_username_is_given_once() {
    let user = given::<User>(Vec::<Event>::new()).when(|user| user.add(ama())).then([ama()]);
    assert_eq!(user, User::Active(ama()));
    for history in [vec![Event::from(ama())], vec![ama().into(), Disabled {}.into()]] {
        given::<User>(history)
            .when(|user| user.add(ama()))
            .then_refused(Refusal::AlreadyThere { what: "user" });
    }
}

#[test]
fn a_user_is_locked_out_and_told_twice_is_an_answer() {
    let user = given::<User>([ama()]).when(User::disable).then([Disabled {}]);
    assert_eq!(user, User::Disabled(ama()));
    given::<User>([Event::from(ama()), Disabled {}.into()]).when(User::disable).then_nothing();
}

#[test]
fn nobody_locks_out_who_was_never_added() {
    given::<User>(Vec::<Event>::new())
        .when(User::disable)
        .then_refused(Refusal::NotFound { what: "user", id: String::new() });
    assert_eq!(User::Unknown.evolve(&Disabled {}.into()), User::Unknown);
}

#[test]
fn one_name_is_one_user_whatever_its_case() {
    assert_eq!(UserId::of_username("Ama"), UserId::of_username("ama"));
    assert_ne!(UserId::of_username("ama"), UserId::of_username("kofi"));
}

#[test]
fn a_role_has_one_code_everywhere() {
    for role in [Role::Admin, Role::Cashier, Role::Technician, Role::Accountant, Role::Auditor] {
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{}\"", role.code()));
    }
}
