//! What other processes write makes remembered states untrue: they are forgotten as soon as it is heard
//! of. A state that is forgotten too late costs a command a second round, never correctness.

use super::Ledger;
use std::time::Duration;

/// How many events are looked at in one go.
const PAGE: usize = 1_000;

/// Follows the log from its end now, as long as there is a store.
pub async fn forget_outdated(ledger: Ledger) {
    let mut head = ledger.store.head();
    let mut seen = *head.borrow_and_update();
    while head.changed().await.is_ok() {
        let wanted = *head.borrow_and_update();
        while seen < wanted {
            match ledger.store.follow(seen, PAGE).await {
                Ok(events) if events.is_empty() => break,
                Ok(events) => {
                    for event in events {
                        ledger.remembered.outdate(&event.stream, event.revision);
                        seen = event.position;
                    }
                }
                // The store says what is wrong to those who need it now.
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}
