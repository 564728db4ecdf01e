//! Carries out what a scenario plans for one payment, from its registration on.

use super::Simulator;
use super::books::Key;
use super::callback;
use super::scenario::{Scenario, Step};
use chrono::Utc;
use std::sync::Arc;

/// Runs every step in order.
pub async fn run(simulator: Arc<Simulator>, key: Key, scenario: &'static Scenario) {
    for (at, step) in scenario.plan.iter().enumerate() {
        match step {
            Step::Wait(ms) => simulator.wait(*ms).await,
            Step::Settle(outcome) => simulator.books().settle(&key, *outcome, Utc::now()),
            Step::Tell(message) => callback::tell(&simulator, &key, at, message).await,
        }
    }
}
