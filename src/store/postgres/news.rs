//! How far the log has come, as readers are told: by our own appends at once, by those of others.
//!
//! Other processes notify, and a notification only says that looking is worth while. Looking every
//! 100 ms does without it: sessions are lost, and some poolers lose notifications.

use super::connect;
use super::rows;
use super::seen::Seen;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// Where processes tell each other.
pub const CHANNEL: &str = "quittance_head";

const LOOK: Duration = Duration::from_millis(100);
/// Notifications of the whole cluster queue for one lock, so a busy process spares them.
const SPARING: Duration = Duration::from_millis(5);
const BACK_OFF: Duration = Duration::from_millis(200);
const ANSWER: Duration = Duration::from_secs(5);

/// The last durable position that is known here.
pub struct News {
    head: watch::Sender<u64>,
    wrote: Notify,
    heard: Notify,
}

/// The tasks that keep the news fresh; they end with the store.
pub struct Tasks(Vec<AbortHandle>);

impl News {
    pub fn new(position: u64) -> Arc<Self> {
        Arc::new(Self { head: watch::Sender::new(position), wrote: Notify::new(), heard: Notify::new() })
    }

    pub fn head(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    /// After a batch of our own.
    pub fn written(&self, position: u64) {
        if self.raise(position) {
            self.wrote.notify_one();
        }
    }

    /// Never back, whoever comes late with what he saw.
    fn raise(&self, position: u64) -> bool {
        self.head.send_if_modified(|head| {
            let higher = position > *head;
            *head = position.max(*head);
            higher
        })
    }
}

/// Starts looking, listening and telling.
pub fn start(news: &Arc<News>, options: PgConnectOptions, seen: Seen) -> Tasks {
    // Losing a notification in a crash loses nothing.
    let options = options.options([("synchronous_commit", "off")]);
    let listeners = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(connect::CONNECTING)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone());
    let looking = tokio::spawn(look(Arc::clone(news), options, seen));
    let listening = tokio::spawn(listen(Arc::clone(news), listeners));
    Tasks(vec![looking.abort_handle(), listening.abort_handle()])
}

async fn look(news: Arc<News>, options: PgConnectOptions, seen: Seen) {
    let mut tick = interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut session: Option<PgConnection> = None;
    loop {
        let tell = tokio::select! {
            () = news.wrote.notified() => true,
            () = news.heard.notified() => false,
            _ = tick.tick() => false,
        };
        let connection = match session.take() {
            Some(connection) => Some(connection),
            None => connected(&options, &seen).await,
        };
        let Some(mut connection) = connection else {
            sleep(BACK_OFF).await;
            continue;
        };
        let done = async {
            if tell {
                let position = (*news.head.borrow()).to_string();
                let query = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(position);
                return query.execute(&mut connection).await.map(drop);
            }
            let end = rows::end(&mut connection).await?;
            seen.keep(end);
            news.raise(end.position);
            Ok(())
        };
        // A session that failed is not used again.
        if let Ok(Ok(())) = timeout(ANSWER, done).await {
            session = Some(connection);
        }
        if tell {
            sleep(SPARING).await;
        }
    }
}

/// A session with the log that was seen.
async fn connected(options: &PgConnectOptions, seen: &Seen) -> Option<PgConnection> {
    let mut connection = connect::connect(options).await.ok()?;
    let checked = timeout(ANSWER, seen.check(&mut connection)).await;
    matches!(checked, Ok(Ok(()))).then_some(connection)
}

async fn listen(news: Arc<News>, sessions: PgPool) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&sessions).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // What was said while nobody listened.
            news.heard.notify_one();
            while let Ok(Some(said)) = listener.try_recv().await {
                let known = said.payload().parse().is_ok_and(|position: u64| position <= *news.head.borrow());
                if !known {
                    news.heard.notify_one();
                }
            }
        }
        sleep(BACK_OFF).await;
    }
}

impl Tasks {
    /// One more that ends with them.
    pub fn add(&mut self, task: JoinHandle<()>) {
        self.0.push(task.abort_handle());
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}
