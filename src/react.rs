//! The only place with effects: asks providers for money and for news. A rebuild never runs it.
//!
//! Commands leave a word here after their commit is durable; one loop acts on it. What a
//! crash cut off is found again at the next start: every attempt without an outcome is asked for, every erased patient's key destroyed.

pub mod plan;
pub mod sender;
pub mod watch;

use crate::{app::App, failure::Failure};
use domain::PaymentId;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};
use tokio::sync::{mpsc, oneshot};

/// Where commands leave their word.
pub struct React {
    words: mpsc::UnboundedSender<Word>,
    waiting: Mutex<HashMap<PaymentId, Vec<oneshot::Sender<()>>>>,
    /// Scales every delay of the watch plan; 1 in a hospital, less in tests.
    pub pace: f64,
}

/// What a command leaves. As many as there are requests under way, so the queue needs no bound.
enum Word {
    Send(PaymentId),
    Watch(PaymentId),
    Ask(PaymentId),
}

/// The other end, for [`start`].
pub struct Words(mpsc::UnboundedReceiver<Word>);

impl React {
    /// Both ends.
    pub fn new(pace: f64) -> (Self, Words) {
        let (words, inbox) = mpsc::unbounded_channel();
        (Self { words, waiting: Mutex::default(), pace }, Words(inbox))
    }

    /// The call of this attempt leaves now: the ledger says so already.
    pub fn send(&self, payment: PaymentId) {
        self.say(Word::Send(payment));
    }

    /// Something about this attempt has changed: look at it now.
    pub fn watch(&self, payment: PaymentId) {
        self.say(Word::Watch(payment));
    }

    /// Somebody wants to know at once how far this attempt is: ask its provider now, before the plan does.
    pub fn ask(&self, payment: PaymentId) {
        self.say(Word::Ask(payment));
    }

    fn say(&self, word: Word) {
        // The loop is gone only while the program ends; the next start finds the attempt.
        if self.words.send(word).is_err() {
            tracing::debug!("nobody reacts any more");
        }
    }

    /// Ends when the sender has written down what the provider answered.
    pub fn wait(&self, payment: PaymentId) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().entry(payment).or_default().push(tell);
        told
    }

    /// Wakes those who wait for the provider's answer, and forgets them.
    pub fn tell(&self, payment: PaymentId) {
        for waiting in self.waiting.lock().remove(&payment).into_iter().flatten() {
            // Whoever had no more patience is gone.
            _ = waiting.send(());
        }
    }
}

/// Starts the thread on which all effects run: they wait for the network and need little else.
pub fn start(app: Weak<App>, words: Words) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let effects = move || tokio::task::LocalSet::new().block_on(&runtime, run(app, words));
    std::thread::Builder::new().name("react".into()).spawn(effects)?;
    Ok(())
}

/// Acts on what commands leave, until the program ends.
async fn run(app: Weak<App>, mut words: Words) {
    let Some(strong) = app.upgrade() else { return };
    let watch = watch::Watch::start(&strong);
    tokio::task::spawn_local(finish_erasures(strong));
    while let Some(word) = words.0.recv().await {
        let Some(app) = app.upgrade() else { return };
        match word {
            Word::Send(payment) => _ = tokio::task::spawn_local(send(app, payment, watch.clone())),
            Word::Watch(payment) => watch.look(payment),
            Word::Ask(payment) => watch.ask(payment),
        }
    }
}

/// A crash may fall between the fact that a patient was erased and the end of his key.
async fn finish_erasures(app: Arc<App>) {
    let head = app.ledger.head();
    app.views.filled().await;
    if app.views.reach(head, std::time::Duration::from_secs(600)).await.is_err() {
        return;
    }
    let erased = app.views.fetch(projections::patients::erased()).await.map_err(Failure::from);
    let finished = erased.and_then(|erased| {
        for patient in erased {
            if app.vault.has_key(patient)? {
                app.vault.forget(patient)?;
            }
        }
        Ok(())
    });
    if let Err(error) = finished {
        tracing::error!(%error, "the keys of erased patients could not be destroyed");
    }
}

async fn send(app: Arc<App>, payment: PaymentId, watch: watch::Watch) {
    if let Err(error) = sender::call_opened(&app, payment).await {
        // The attempt is durable: the watch asks how far it is.
        tracing::error!(%payment, %error, "sending failed");
    }
    app.react.tell(payment);
    watch.look(payment);
}
