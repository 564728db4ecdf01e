//! Limits by identity, never by the address of a hospital's one router; callbacks apart from staff.

use super::problem::Problem;
use domain::{UserId, Wallet};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use moka::sync::Cache;
use std::{hash::Hash, num::NonZeroU32, time::Duration};

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
            callbacks_per_second: 500,
            rejections_per_minute: 60,
        }
    }
}

/// The counters behind [`Limits`].
pub struct Counters {
    general: Option<DefaultKeyedRateLimiter<UserId>>,
    payments: Option<DefaultKeyedRateLimiter<UserId>>,
    logins: Option<DefaultKeyedRateLimiter<String>>,
    callbacks: Option<DefaultKeyedRateLimiter<Wallet>>,
    rejections: Option<DefaultKeyedRateLimiter<Wallet>>,
    /// Accounts whose failures have used up their hour, with the seconds to wait.
    locked: Cache<String, u32>,
}

impl Counters {
    /// Fresh counters.
    pub fn new(limits: Limits) -> Self {
        Self {
            general: keyed(limits.general_per_minute, Quota::per_minute),
            payments: keyed(limits.payments_per_minute, Quota::per_minute),
            logins: keyed(limits.logins_per_hour, Quota::per_hour),
            callbacks: keyed(limits.callbacks_per_second, Quota::per_second),
            rejections: keyed(limits.rejections_per_minute, Quota::per_minute),
            locked: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(60)).build(),
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
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Problem::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1))
    })
}

/// Any request of a user.
pub fn general(counters: &Counters, user: UserId) -> Result<(), Problem> {
    check(counters.general.as_ref(), &user)
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

/// Before a sign-in: has this account failed too often from this address?
pub fn login(counters: &Counters, account: &str) -> Result<(), Problem> {
    match counters.locked.get(account) {
        Some(seconds) => Err(Problem::too_many(seconds)),
        None => Ok(()),
    }
}

/// After a failed sign-in. Only failures count: who knows his password is never locked out by himself.
pub fn login_failed(counters: &Counters, account: &str) {
    if let Err(problem) = check(counters.logins.as_ref(), &account.to_owned()) {
        counters.locked.insert(account.to_owned(), problem.retry_after.unwrap_or(60));
    }
}
