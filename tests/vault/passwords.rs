//! Passwords.

use crate::{
    engines::{Place, block},
    user,
};
use quittance::vault::{PASSWORD_BYTES, Passwords, VaultError};

pub fn the_right_password_is_taken_and_no_other(place: &Place) {
    let vault = place.vault();
    vault.set_password(user("afi"), "correcte agrafe").expect("set");
    for vault in [vault, place.vault()] {
        assert!(vault.check_password(user("afi"), "correcte agrafe").expect("checked"));
        assert!(!vault.check_password(user("afi"), "correcte agrafe ").expect("checked"));
        assert!(!vault.check_password(user("afi"), "").expect("checked"));
        assert!(!vault.check_password(user("kossi"), "correcte agrafe").expect("checked"));
    }
}

pub fn a_new_password_replaces_the_old_one(place: &Place) {
    let vault = place.vault();
    vault.set_password(user("afi"), "ancien").expect("set");
    vault.set_password(user("afi"), "nouveau").expect("set");
    assert!(!vault.check_password(user("afi"), "ancien").expect("checked"));
    assert!(vault.check_password(user("afi"), "nouveau").expect("checked"));
}

pub fn only_a_salted_hash_with_the_chosen_cost_is_kept(place: &Place) {
    let vault = place.vault();
    vault.set_password(user("afi"), "correcte agrafe").expect("set");
    vault.set_password(user("kossi"), "correcte agrafe").expect("set");
    assert_eq!(place.holds(b"correcte agrafe"), [""; 0]);
    let kept: Vec<String> = place.peek("SELECT phc FROM credentials");
    assert_ne!(kept[0], kept[1]);
    for phc in kept {
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    }
}

pub fn an_empty_or_endless_password_is_refused_before_any_work(place: &Place) {
    let vault = place.vault();
    let endless = "a".repeat(PASSWORD_BYTES + 1);
    for password in ["", &endless] {
        assert!(matches!(vault.set_password(user("afi"), password), Err(VaultError::PasswordLength)));
    }
    vault.set_password(user("afi"), &endless[1..]).expect("set");
    assert!(vault.check_password(user("afi"), &endless[1..]).expect("checked"));
    assert!(!vault.check_password(user("afi"), &endless).expect("checked"));
}

pub fn many_at_once_are_all_answered(place: &Place) {
    let vault = place.vault();
    let passwords = &Passwords::new(vault);
    block(async move {
        passwords.set(user("afi"), "correcte agrafe".to_owned()).await.expect("set");
        let tries = (0..6).map(|n| {
            let passwords = passwords.clone();
            let password = if n % 2 == 0 { "correcte agrafe" } else { "autre chose" }.to_owned();
            tokio::spawn(async move { passwords.check(user("afi"), password).await })
        });
        for (n, answer) in tries.collect::<Vec<_>>().into_iter().enumerate() {
            assert_eq!(answer.await.expect("a task").expect("checked"), n % 2 == 0);
        }
    });
}
