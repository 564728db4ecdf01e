//! The circuit: open after five silences, one probe after each cool-down.

use crate::support::{ask, config};
use quittance::providers::breaker::{Breaker, OPENS_AFTER};
use quittance::providers::{Answer, CallbackScheme, Provider, Route, Timing, Unanswered};
use std::time::{Duration, Instant};

const COOL_DOWN: Duration = Duration::from_secs(10);
const TOOK: Duration = Duration::from_millis(3);

fn open_at(now: Instant) -> Breaker {
    let breaker = Breaker::new(COOL_DOWN);
    for _ in 0..OPENS_AFTER {
        assert!(breaker.available(now));
        breaker.ended(false, TOOK, now);
    }
    breaker
}

#[test]
fn five_silences_in_a_row_open_the_circuit() {
    let now = Instant::now();
    let breaker = open_at(now);
    assert!(!breaker.available(now + COOL_DOWN - TOOK));
    assert!(breaker.available(now + COOL_DOWN));
}

#[test]
fn an_answer_between_them_starts_the_count_again() {
    let now = Instant::now();
    let breaker = Breaker::new(COOL_DOWN);
    for answered in [false, false, false, false, true, false, false, false, false] {
        breaker.ended(answered, TOOK, now);
    }
    assert!(breaker.available(now));
}

#[test]
fn one_probe_leaves_and_its_answer_closes_the_circuit() {
    let now = Instant::now();
    let breaker = open_at(now);
    let later = now + COOL_DOWN;
    breaker.leaves(later);
    assert!(!breaker.available(later), "the probe is under way");
    breaker.ended(true, TOOK, later + TOOK);
    assert!(breaker.available(later + TOOK));
}

#[test]
fn a_silent_probe_starts_another_cool_down() {
    let now = Instant::now();
    let breaker = open_at(now);
    let later = now + COOL_DOWN;
    breaker.leaves(later);
    breaker.ended(false, TOOK, later + TOOK);
    assert!(!breaker.available(later + COOL_DOWN));
    assert!(breaker.available(later + TOOK + COOL_DOWN));
}

#[test]
fn calls_are_counted_and_timed() {
    let now = Instant::now();
    let breaker = Breaker::new(COOL_DOWN);
    breaker.ended(true, Duration::from_millis(30), now);
    breaker.ended(false, Duration::from_millis(12), now);
    let tally = breaker.tally();
    assert_eq!((tally.answered, tally.unanswered, tally.total_ms, tally.slowest_ms), (1, 1, 42, 30));
}

#[tokio::test]
async fn a_provider_that_nobody_reaches_becomes_unavailable() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let base_url = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let provider =
        Provider::new(config(base_url, CallbackScheme::XSignature), Timing::default()).expect("a provider");
    for _ in 0..OPENS_AFTER {
        assert!(provider.available());
        let answer = provider.initiate(&ask("Q1", 0, "http://127.0.0.1:1/callback")).await;
        assert_eq!(answer, Answer::Unanswered { why: Unanswered::Unreachable });
    }
    assert!(!provider.available());
    assert_eq!(provider.load().tally.unanswered, 5);
    assert_eq!(provider.load().in_flight, 0);
}

#[test]
fn loopback_is_reached_without_a_proxy() {
    let route = |url: &str| Route::to(&url.parse().expect("a URL"));
    for url in ["http://localhost:8081", "http://127.0.0.9/tmoney", "http://[::1]:8081/"] {
        assert_eq!(route(url), Route::Direct, "{url}");
    }
    for url in ["https://api.example.tg", "http://10.0.0.1", "http://localhost.example.tg"] {
        assert_eq!(route(url), Route::ByEnvironment, "{url}");
    }
}
