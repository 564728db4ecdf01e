//! Passwords.

use crate::{files_with, new_vault, peek, reopen, user};
use quittance::vault::{PASSWORD_BYTES, Passwords, VaultError};

#[test]
fn the_right_password_is_taken_and_no_other() {
    let (dir, vault) = new_vault();
    vault.set_password(user("afi"), "correcte agrafe").expect("set");
    for vault in [vault, reopen(&dir)] {
        assert!(vault.check_password(user("afi"), "correcte agrafe").expect("checked"));
        assert!(!vault.check_password(user("afi"), "correcte agrafe ").expect("checked"));
        assert!(!vault.check_password(user("afi"), "").expect("checked"));
        assert!(!vault.check_password(user("kossi"), "correcte agrafe").expect("checked"));
    }
}

#[test]
fn a_new_password_replaces_the_old_one() {
    let (_dir, vault) = new_vault();
    vault.set_password(user("afi"), "ancien").expect("set");
    vault.set_password(user("afi"), "nouveau").expect("set");
    assert!(!vault.check_password(user("afi"), "ancien").expect("checked"));
    assert!(vault.check_password(user("afi"), "nouveau").expect("checked"));
}

#[test]
fn only_a_salted_hash_with_the_chosen_cost_is_kept() {
    let (dir, vault) = new_vault();
    vault.set_password(user("afi"), "correcte agrafe").expect("set");
    vault.set_password(user("kossi"), "correcte agrafe").expect("set");
    assert_eq!(files_with(dir.path(), b"correcte agrafe"), [""; 0]);
    let kept: Vec<String> = peek(dir.path(), "SELECT phc FROM credentials");
    assert_ne!(kept[0], kept[1]);
    for phc in kept {
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    }
}

#[test]
fn an_empty_or_endless_password_is_refused_before_any_work() {
    let (_dir, vault) = new_vault();
    let endless = "a".repeat(PASSWORD_BYTES + 1);
    for password in ["", &endless] {
        assert!(matches!(vault.set_password(user("afi"), password), Err(VaultError::PasswordLength)));
    }
    vault.set_password(user("afi"), &endless[1..]).expect("set");
    assert!(vault.check_password(user("afi"), &endless[1..]).expect("checked"));
    assert!(!vault.check_password(user("afi"), &endless).expect("checked"));
}

#[tokio::test]
async fn many_at_once_are_all_answered() {
    let (_dir, vault) = new_vault();
    let passwords = Passwords::new(vault);
    passwords.set(user("afi"), "correcte agrafe".to_owned()).await.expect("set");
    let tries = (0..6).map(|n| {
        let passwords = passwords.clone();
        let password = if n % 2 == 0 { "correcte agrafe" } else { "autre chose" }.to_owned();
        tokio::spawn(async move { passwords.check(user("afi"), password).await })
    });
    for (n, answer) in tries.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(answer.await.expect("a task").expect("checked"), n % 2 == 0);
    }
}
