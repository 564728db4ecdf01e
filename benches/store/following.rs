//! Followers, as the read models are: each sees every event while others append.

use chrono::Utc;
use quittance::store::Store;
use tokio::task::JoinSet;

const PAGE: usize = 2_000;

/// Starts so many followers of a log that will have `events` events. Each answers how long after the
/// writer took an event it saw it, in milliseconds; the sync of its commit lies in between.
pub fn start(store: &Store, followers: usize, events: u64) -> JoinSet<Vec<f64>> {
    (0..followers).map(|_| follow(store.clone(), events)).collect()
}

async fn follow(store: Store, events: u64) -> Vec<f64> {
    let (mut head, mut after, mut lags) = (store.head(), 0, vec![]);
    while after < events {
        let wanted = *head.borrow_and_update();
        if wanted <= after {
            head.changed().await.unwrap();
            continue;
        }
        let page = store.follow(after, PAGE).await.unwrap();
        let now = Utc::now();
        for event in page {
            assert_eq!(event.position, after + 1);
            after = event.position;
            lags.push((now - event.recorded_at).num_microseconds().unwrap() as f64 / 1e3);
        }
    }
    lags
}
