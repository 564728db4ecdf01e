//! When to ask for what no callback told (DOMAIN 9, watch plan). Pure, so that it reads as a table.

use domain::payment::Stage;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// No news after so long is final as it stands; a statement can still turn it.
pub const WINDOW: Duration = Duration::from_secs(72 * HOUR);

/// A claim that nothing proves falls back after this.
pub const CLAIM: Duration = Duration::from_secs(2 * MINUTE);

/// "I don't know it" must be said for this long before the same call leaves again.
pub const UNKNOWN_FOR: Duration = Duration::from_secs(2 * MINUTE);

/// ... and this often.
pub const UNKNOWN_TIMES: u32 = 3;

/// How long to wait before the next question; none once the window is over or nothing is open.
///
/// `age` counts from the attempt's opening, `asked` how often we have asked already.
pub fn next(stage: &Stage, age: Duration, asked: u32) -> Option<Duration> {
    if age >= WINDOW {
        return None;
    }
    let young = age < Duration::from_secs(15 * MINUTE);
    let seconds = match stage {
        Stage::Paid | Stage::Review(true) => return None,
        Stage::Created => 0,
        Stage::Sending if young => step(&[2, 5, 10, 20, 40], asked),
        // A claim is asked for at once.
        Stage::Claimed(_) if young => step(&[0, 1, 2, 5, 10, 20], asked),
        // Let the callback win first.
        Stage::Registered | Stage::Abandoned | Stage::Review(false) if young => {
            step(&[20, 5, 10, 20, 30], asked)
        }
        _ if age < Duration::from_secs(6 * HOUR) => 10 * MINUTE,
        _ => HOUR,
    };
    Some(Duration::from_secs(seconds))
}

/// The step for the n-th question; the last one from then on.
fn step(steps: &[u64], asked: u32) -> u64 {
    let at = usize::try_from(asked).unwrap_or(usize::MAX).min(steps.len() - 1);
    steps[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(stage: &Stage, age: u64, asked: u32) -> Option<u64> {
        next(stage, Duration::from_secs(age), asked).map(|delay| delay.as_secs())
    }

    #[test]
    fn a_registered_attempt_is_asked_for_after_the_callback_had_its_chance() {
        let stage = Stage::Registered;
        let asked: Vec<_> = (0..6).map(|asked| seconds(&stage, 30, asked)).collect();
        assert_eq!(asked, [20, 5, 10, 20, 30, 30].map(Some));
    }

    #[test]
    fn a_silent_provider_is_asked_soon() {
        let asked: Vec<_> = (0..6).map(|asked| seconds(&Stage::Sending, 1, asked)).collect();
        assert_eq!(asked, [2, 5, 10, 20, 40, 40].map(Some));
    }

    #[test]
    fn questions_get_rarer_and_end_after_three_days() {
        let stage = Stage::Abandoned;
        assert_eq!(seconds(&stage, 15 * MINUTE, 40), Some(600));
        assert_eq!(seconds(&stage, 6 * HOUR, 80), Some(3600));
        assert_eq!(seconds(&stage, 72 * HOUR, 150), None);
    }

    #[test]
    fn money_that_is_booked_is_not_asked_for() {
        assert_eq!(seconds(&Stage::Paid, 30, 0), None);
        assert_eq!(seconds(&Stage::Review(true), 30, 0), None);
    }
}
