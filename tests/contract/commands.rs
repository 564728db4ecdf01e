//! A command that is told again, by an impatient cashier or a network that lost the answer.

use crate::commits::{all, command, is_conflict, note, told, write};
use quittance::store::{AppendError, Expected, Store};
use tokio::task::JoinSet;

pub async fn a_command_told_twice_is_carried_out_once(store: Store) {
    assert_eq!(store.carried_out(&command(1, 1)).await.unwrap(), None);
    let open = || told(1, 1, [write("till-1", Expected::Empty, &["opened", "counted"])]);
    let first = store.append(open()).await.unwrap();
    note(&store, "till-1").await;
    // Decided anew, so with other ids and, here, with another past.
    let second = store.append(open()).await.unwrap();
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(second.events, first.events);
    assert_eq!(store.carried_out(&command(1, 1)).await.unwrap().as_deref(), Some(&*first.events));
    assert_eq!(all(&store).await.len(), 3);
}

pub async fn a_hundred_tellings_of_one_command_have_one_effect(store: Store) {
    let mut tellers = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        let pay = told(1, 1, [write("receipts-a-2026", Expected::Tail, &["issued"])]);
        tellers.spawn(async move { store.append(pay).await.unwrap() });
    }
    let answers = tellers.join_all().await;
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.events == answers[0].events));
    assert_eq!(all(&store).await, *answers[0].events);
}

pub async fn a_key_with_another_request_is_refused(store: Store) {
    store.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap();
    let other = store.append(told(1, 2, [write("till-2", Expected::Empty, &["opened"])])).await;
    assert!(matches!(other, Err(AppendError::KeyReused)), "{other:?}");
    assert!(matches!(store.carried_out(&command(1, 2)).await, Err(AppendError::KeyReused)));
    assert_eq!(all(&store).await.len(), 1);
    // Another key, and the same request is another command.
    assert!(store.append(told(2, 1, [write("till-2", Expected::Empty, &["opened"])])).await.is_ok());
}

pub async fn a_command_that_lost_may_come_again(store: Store) {
    note(&store, "till-1").await;
    let close = |expected| told(1, 1, [write("till-1", expected, &["closed"])]);
    is_conflict(store.append(close(Expected::Empty)).await, "till-1", 1);
    assert_eq!(store.carried_out(&command(1, 1)).await.unwrap(), None);
    assert!(!store.append(close(Expected::At(1))).await.unwrap().replayed);
}
