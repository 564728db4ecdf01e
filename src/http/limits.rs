//! Limits by identity, never by the address of a hospital's one router; callbacks apart from staff.

use super::problem::Problem;
use actix_web::HttpRequest;
use domain::{UserId, Wallet};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use moka::sync::Cache;
use std::{
    hash::Hash,
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests an identity may make; 0 lifts a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests of one user in a minute. The seed's 100 in 15 minutes would stop its own polling.
    pub general_per_minute: u32,
    /// Payments asked for by one user in a minute.
    pub payments_per_minute: u32,
    /// Failed sign-ins of one account from one address in an hour.
    pub logins_per_hour: u32,
    /// Requests of people who are not signed in, from one address in a minute: signing in, checking
    /// receipts. A hospital behind one router signs in thirty desks in a minute, not five hundred.
    pub anonymous_per_minute: u32,
    /// Callbacks of one provider in a second.
    pub callbacks_per_second: u32,
    /// Callbacks without a good signature that are written down, for one provider in a minute.
    pub rejections_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            general_per_minute: 600,
            payments_per_minute: 30,
            logins_per_hour: 5,
            anonymous_per_minute: 300,
            callbacks_per_second: 500,
            rejections_per_minute: 60,
        }
    }
}

/// How many sign-ins of one account are judged at once.
const AT_ONCE: usize = 2;

/// The counters behind [`Limits`].
pub struct Counters {
    general: Option<DefaultKeyedRateLimiter<UserId>>,
    payments: Option<DefaultKeyedRateLimiter<UserId>>,
    logins: Option<DefaultKeyedRateLimiter<String>>,
    anonymous: Option<DefaultKeyedRateLimiter<IpAddr>>,
    callbacks: Option<DefaultKeyedRateLimiter<Wallet>>,
    rejections: Option<DefaultKeyedRateLimiter<Wallet>>,
    /// Sign-ins of an account that are being judged: a crowd must not outrun the count of failures.
    judged: Cache<String, Arc<Semaphore>>,
    /// Accounts whose failures have used up their hour, and until when.
    locked: Cache<String, Instant>,
}

impl Counters {
    /// Fresh counters.
    pub fn new(limits: Limits) -> Self {
        Self {
            general: keyed(limits.general_per_minute, Quota::per_minute),
            payments: keyed(limits.payments_per_minute, Quota::per_minute),
            logins: keyed(limits.logins_per_hour, Quota::per_hour),
            anonymous: keyed(limits.anonymous_per_minute, Quota::per_minute),
            callbacks: keyed(limits.callbacks_per_second, Quota::per_second),
            rejections: keyed(limits.rejections_per_minute, Quota::per_minute),
            judged: Cache::builder().max_capacity(100_000).time_to_idle(Duration::from_secs(60)).build(),
            locked: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(3_600)).build(),
        }
    }
}

fn keyed<K: Hash + Eq + Clone>(
    count: u32,
    quota: fn(NonZeroU32) -> Quota,
) -> Option<DefaultKeyedRateLimiter<K>> {
    NonZeroU32::new(count).map(|count| RateLimiter::keyed(quota(count)))
}

fn check<K: Hash + Eq + Clone>(limiter: Option<&DefaultKeyedRateLimiter<K>>, key: &K) -> Result<(), Problem> {
    let Some(limiter) = limiter else { return Ok(()) };
    limiter
        .check_key(key)
        .map_err(|until| Problem::too_many(seconds(until.wait_time_from(DefaultClock::default().now()))))
}

/// Whole seconds, rounded up: whoever waits that long is let in.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

/// Any request of a user.
pub fn general(counters: &Counters, user: UserId) -> Result<(), Problem> {
    check(counters.general.as_ref(), &user)
}

/// Anybody who is not signed in: he has no identity but his address.
pub fn anonymous(counters: &Counters, request: &HttpRequest) -> Result<(), Problem> {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    check(counters.anonymous.as_ref(), &peer)
}

/// A payment asked for by a user.
pub fn payments(counters: &Counters, user: UserId) -> Result<(), Problem> {
    check(counters.payments.as_ref(), &user)
}

/// A callback of a provider.
pub fn callbacks(counters: &Counters, wallet: Wallet) -> Result<(), Problem> {
    check(counters.callbacks.as_ref(), &wallet)
}

/// True if one more rejected callback may be written down; beyond that it is only counted.
pub fn may_record_rejection(counters: &Counters, wallet: Wallet) -> bool {
    check(counters.rejections.as_ref(), &wallet).is_ok()
}

/// Before a sign-in: has this account failed too often from this address, or is it being tried at
/// this moment? The permit is held until the password is judged.
pub fn login(counters: &Counters, account: &str) -> Result<OwnedSemaphorePermit, Problem> {
    let left = counters.locked.get(account).map(|until| until.saturating_duration_since(Instant::now()));
    match left {
        Some(left) if !left.is_zero() => return Err(Problem::too_many(seconds(left))),
        Some(_) | None => {}
    }
    let judged = counters.judged.get_with(account.to_owned(), || Arc::new(Semaphore::new(AT_ONCE)));
    judged.try_acquire_owned().map_err(|_| Problem::too_many(1))
}

/// After a failed sign-in. Only failures count: who knows his password is never locked out by himself.
pub fn login_failed(counters: &Counters, account: &str) {
    if let Err(problem) = check(counters.logins.as_ref(), &account.to_owned()) {
        let wait = Duration::from_secs(problem.retry_after.unwrap_or(1).into());
        counters.locked.insert(account.to_owned(), Instant::now() + wait);
    }
}
