//! Asks for what no callback told, after the plan of [`super::plan`]; each attempt on its own clock.
//!
//! At a start every attempt without an outcome is looked at, before a desk can try a second one.
//! A sweep over the read model finds what another process left behind.

use super::{plan, sender};
use crate::{
    app::App,
    commands::mobile_money,
    execute::{Asked, Plan},
    failure::Failure,
    providers::{self, StatusAnswer, StatusKey},
    views::Part,
};
use chrono::{DateTime, Utc};
use domain::{
    PaymentId, StreamId,
    payment::{Attempt, Evidence, Source, Stage},
    settlement::{Report, ReportStatus},
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// How often the read model is searched for attempts that nobody watches here.
const SWEEP: Duration = Duration::from_secs(60);

/// The attempts that are watched; each has a task of its own.
#[derive(Clone)]
pub struct Watch {
    app: Weak<App>,
    watched: Arc<Mutex<HashMap<PaymentId, Arc<Watched>>>>,
}

/// How a watcher is woken: to make its plan again, or to ask at once.
#[derive(Default)]
struct Watched {
    wake: Notify,
    at_once: AtomicBool,
}

/// What a watcher remembers between two questions.
#[derive(Default)]
struct Memory {
    asked: u32,
    unknown: u32,
    unknown_since: Option<Instant>,
    claimed_since: Option<Instant>,
}

impl Watch {
    /// Begins with everything that is open.
    pub fn start(app: &Arc<App>) -> Self {
        let watch = Self { app: Arc::downgrade(app), watched: Arc::default() };
        tokio::task::spawn_local(sweep(watch.clone(), app.react.pace));
        watch
    }

    /// Looks at an attempt now; watches it until it has an outcome.
    pub fn look(&self, payment: PaymentId) {
        self.wake(payment, false);
    }

    /// Asks for an attempt now, whatever the plan says.
    pub fn ask(&self, payment: PaymentId) {
        self.wake(payment, true);
    }

    fn wake(&self, payment: PaymentId, at_once: bool) {
        let mut all = self.watched.lock();
        let known = all.get(&payment).cloned();
        let watched = known.clone().unwrap_or_default();
        if at_once {
            watched.at_once.store(true, Relaxed);
        }
        if known.is_some() {
            watched.wake.notify_one();
            return;
        }
        all.insert(payment, watched.clone());
        tokio::task::spawn_local(follow(self.clone(), payment, watched));
    }
}

/// Searches the read model at the start and every minute. Of several processes the one that moves the
/// models does so; another begins as soon as it moves them. The rest watch what they opened themselves.
async fn sweep(watch: Watch, pace: f64) {
    let Some(mut part) = watch.app.upgrade().map(|app| app.views.part()) else { return };
    loop {
        if part.wait_for(|part| *part == Part::Mover).await.is_err() {
            return;
        }
        let Some(app) = watch.app.upgrade() else { return };
        let head = app.ledger.head();
        // A rebuilt model may take its time: the attempts are in it when it has caught up.
        app.views.filled().await;
        if app.views.reach(head, Duration::from_secs(600)).await.is_ok() {
            let since = app.clock.now() - plan::WINDOW;
            match app.views.fetch(projections::payments::watched(since)).await {
                Ok(open) => open.into_iter().for_each(|payment| watch.begin(payment)),
                Err(error) => tracing::error!(%error, "open attempts could not be read"),
            }
        }
        drop(app);
        // Woken: another process may have had the models meanwhile.
        _ = tokio::time::timeout(SWEEP.mul_f64(pace.max(0.01)), part.changed()).await;
    }
}

impl Watch {
    /// Watches an attempt, unless it is watched already.
    fn begin(&self, payment: PaymentId) {
        if !self.watched.lock().contains_key(&payment) {
            self.look(payment);
        }
    }
}

/// Watches one attempt until it has an outcome or the window is over.
async fn follow(watch: Watch, payment: PaymentId, watched: Arc<Watched>) {
    let mut memory = Memory::default();
    loop {
        let Some(app) = watch.app.upgrade() else { return };
        let pace = app.react.pace;
        let delay = match next_question(&app, payment, &memory).await {
            Ok(Some(delay)) => jittered(delay).mul_f64(pace),
            Ok(None) if !watched.at_once.load(Relaxed) => break,
            Ok(None) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%payment, %error, "an attempt could not be read");
                Duration::from_secs(5)
            }
        };
        drop(app);
        // Woken: something about the attempt changed, so the plan is made again.
        let at_once = watched.at_once.swap(false, Relaxed);
        if !at_once && tokio::time::timeout(delay, watched.wake.notified()).await.is_ok() {
            continue;
        }
        let Some(app) = watch.app.upgrade() else { return };
        if let Err(error) = ask(&app, payment, &mut memory).await {
            tracing::warn!(%payment, %error, "asking for an attempt failed");
        }
    }
    watch.watched.lock().remove(&payment);
}

async fn next_question(app: &App, payment: PaymentId, memory: &Memory) -> Result<Option<Duration>, Failure> {
    let Some((attempt, _)) = app.ledger.load_attempt(payment).await? else { return Ok(None) };
    Ok(plan::next(&attempt.state.stage, age(payment, app.clock.now()), memory.asked))
}

/// Since the attempt's opening: its id is a UUIDv7 and carries that moment.
fn age(payment: PaymentId, now: DateTime<Utc>) -> Duration {
    let opened = payment.0.get_timestamp().map_or(0, |at| at.to_unix().0);
    Duration::from_secs(now.timestamp().unsigned_abs().saturating_sub(opened))
}

/// ±10 %, so that a thousand attempts of one outage don't ask in step.
fn jittered(delay: Duration) -> Duration {
    let noise = getrandom::u32().map_or(0.5, |noise| f64::from(noise) / f64::from(u32::MAX));
    delay.mul_f64(0.2f64.mul_add(noise, 0.9))
}

/// Asks once, and does what the answer asks for.
async fn ask(app: &App, payment: PaymentId, memory: &mut Memory) -> Result<(), Failure> {
    let Some((attempt, _)) = app.ledger.load_attempt(payment).await? else { return Ok(()) };
    let attempt = attempt.state;
    match attempt.stage {
        Stage::Created => return sender::send(app, payment).await,
        // A callback was faster.
        Stage::Paid | Stage::Review(true) => return Ok(()),
        _ => {}
    }
    let provider = app.providers.at(attempt.terms.wallet, &attempt.terms.base_url)?;
    memory.asked = memory.asked.saturating_add(1);
    if !provider.available() {
        return Ok(());
    }
    let key = StatusKey { ours: &attempt.terms.reference, theirs: attempt.provider_ref.as_deref() };
    match provider.status(key).await {
        StatusAnswer::Known(report) => {
            (memory.unknown, memory.unknown_since) = (0, None);
            let told = told(report, Source::Status, None, None);
            mobile_money::hear(app, &Asked::by_ourselves(payment.0), payment, &told).await?;
        }
        StatusAnswer::Unknown => unknown(app, payment, &attempt, memory).await?,
        StatusAnswer::Unanswered(_) => {}
    }
    lapse(app, payment, &attempt, memory).await
}

/// The provider doesn't know our identifier: said often and long enough, the same call leaves again.
async fn unknown(
    app: &App,
    payment: PaymentId,
    attempt: &Attempt,
    memory: &mut Memory,
) -> Result<(), Failure> {
    memory.unknown += 1;
    let since = *memory.unknown_since.get_or_insert_with(Instant::now);
    let long = since.elapsed() >= plan::UNKNOWN_FOR.mul_f64(app.react.pace);
    if attempt.stage == Stage::Sending && memory.unknown >= plan::UNKNOWN_TIMES && long {
        (memory.unknown, memory.unknown_since) = (0, None);
        return sender::resend(app, payment).await;
    }
    Ok(())
}

/// A claim that nothing proves falls back to what it was.
async fn lapse(app: &App, payment: PaymentId, attempt: &Attempt, memory: &mut Memory) -> Result<(), Failure> {
    if !matches!(attempt.stage, Stage::Claimed(_)) {
        memory.claimed_since = None;
        return Ok(());
    }
    let since = *memory.claimed_since.get_or_insert_with(Instant::now);
    if since.elapsed() < plan::CLAIM.mul_f64(app.react.pace) {
        return Ok(());
    }
    let decide = async || {
        let Some((attempt, _)) = app.ledger.load_attempt(payment).await? else { return Ok(Plan::default()) };
        Ok(Plan::default().write(StreamId::payment(payment), attempt.expected, attempt.state.lapse()))
    };
    app.ledger.execute(&Asked::by_ourselves(payment.0), decide).await?;
    Ok(())
}

/// A provider's report in the domain's words. Its key makes it count once: the provider's own event id,
/// or a hash of what was told.
pub fn told(
    report: providers::Report,
    source: Source,
    event_id: Option<String>,
    body_sha256: Option<String>,
) -> Report {
    let status = match report.status {
        providers::ReportStatus::Pending => ReportStatus::Pending,
        providers::ReportStatus::Success => ReportStatus::Success,
        providers::ReportStatus::Declined { code } => ReportStatus::Declined { code: code.to_string() },
        providers::ReportStatus::Expired => ReportStatus::Expired,
        providers::ReportStatus::Other(word) => ReportStatus::Other(word),
    };
    let amount = report.amount.map_or(-1, domain::Money::francs);
    let told = format!(
        "hmac\n{}\n{}\n{}\n{amount}\n{}",
        report.reference,
        report.provider_ref.as_deref().unwrap_or_default(),
        status.word(),
        report.currency.as_deref().unwrap_or_default(),
    );
    // The content is part of the key: an id used again with another content is another telling.
    let content = sha256_hex(told.as_bytes());
    let key = event_id.map_or_else(|| content.clone(), |id| format!("event:{id}:{content}"));
    Report {
        status,
        amount: report.amount,
        currency: report.currency.map(francs),
        provider_ref: report.provider_ref,
        operation_at: report.completed_at,
        evidence: Evidence { source, key, body_sha256 },
    }
}

/// The names that providers have for the franc of the BCEAO, as one.
fn francs(currency: String) -> String {
    match currency.to_ascii_uppercase().replace(' ', "").as_str() {
        "XOF" | "CFA" | "FCFA" | "952" => "XOF".to_owned(),
        _ => currency,
    }
}

/// SHA-256 in hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}
