//! Sessions: how they begin, live and end. Time is given, never waited for.

use crate::{engines::Place, user};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use quittance::vault::SessionLimits;
use sha2::{Digest, Sha256};

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + TimeDelta::minutes(minutes)
}

pub fn a_token_is_opaque_and_only_its_hash_is_kept(place: &Place) {
    let vault = place.vault();
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    let random = token.reveal().strip_prefix("qt_").expect("the prefix");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(random).expect("base64url");
    assert_eq!(bytes.len(), 32);
    assert_eq!(place.holds(random.as_bytes()), [""; 0]);
    assert_eq!(place.holds(&bytes), [""; 0]);
    let kept: Vec<Vec<u8>> = place.peek("SELECT token_hash FROM sessions");
    assert_eq!(kept, [Sha256::digest(token.reveal()).to_vec()]);
}

pub fn a_session_is_known_by_its_token_alone(place: &Place) {
    let vault = place.vault();
    let (afi, kossi) = (user("afi"), user("kossi"));
    let token = vault.sign_in(afi, at(0)).expect("a session");
    let other = vault.sign_in(kossi, at(0)).expect("a session");
    for vault in [vault, place.vault()] {
        assert_eq!(vault.session(token.reveal(), at(1)).expect("a look"), Some(afi));
        assert_eq!(vault.session(other.reveal(), at(1)).expect("a look"), Some(kossi));
        let unknown = format!("qt_{}", "A".repeat(43));
        for text in ["", "qt_", &token.reveal()[1..], &format!("{} ", token.reveal()), &unknown] {
            assert_eq!(vault.session(text, at(1)).expect("a look"), None, "{text:?}");
        }
    }
}

pub fn signing_out_takes_effect_at_once_and_for_that_session_alone(place: &Place) {
    let vault = place.vault();
    let here = vault.sign_in(user("afi"), at(0)).expect("a session");
    let there = vault.sign_in(user("afi"), at(0)).expect("a session");
    assert_eq!(vault.session(here.reveal(), at(1)).expect("a look"), Some(user("afi")));
    vault.sign_out(here.reveal(), at(1)).expect("signed out");
    for vault in [vault, place.vault()] {
        assert_eq!(vault.session(here.reveal(), at(1)).expect("a look"), None);
        assert_eq!(vault.session(there.reveal(), at(1)).expect("a look"), Some(user("afi")));
        vault.sign_out(here.reveal(), at(2)).expect("told twice");
    }
}

pub fn all_sessions_of_one_user_end_together(place: &Place) {
    let vault = place.vault();
    let tokens = [0, 1, 2].map(|minute| vault.sign_in(user("afi"), at(minute)).expect("a session"));
    let other = vault.sign_in(user("kossi"), at(2)).expect("a session");
    // One of them is in memory, the others are on disk alone.
    assert_eq!(vault.session(tokens[0].reveal(), at(3)).expect("a look"), Some(user("afi")));
    vault.revoke_all(user("afi"), at(3)).expect("revoked");
    for vault in [vault, place.vault()] {
        for token in &tokens {
            assert_eq!(vault.session(token.reveal(), at(3)).expect("a look"), None);
        }
        assert_eq!(vault.session(other.reveal(), at(3)).expect("a look"), Some(user("kossi")));
    }
}

pub fn a_session_left_alone_ends_and_one_in_use_goes_on(place: &Place) {
    let vault = place.vault();
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    for minute in [29, 58, 87] {
        assert_eq!(vault.session(token.reveal(), at(minute)).expect("a look"), Some(user("afi")), "{minute}");
    }
    assert_eq!(
        vault.session(token.reveal(), at(117)).expect("a look"),
        None,
        "30 minutes after the last use"
    );
    assert_eq!(vault.session(token.reveal(), at(117)).expect("a look"), None, "a refusal is no use");
}

pub fn who_only_listens_does_not_keep_his_session_alive(place: &Place) {
    let vault = place.vault();
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    for minute in 1..30 {
        assert_eq!(vault.look(token.reveal(), at(minute)).expect("a look"), Some(user("afi")), "{minute}");
    }
    assert_eq!(vault.look(token.reveal(), at(30)).expect("a look"), None);
    assert_eq!(vault.session(token.reveal(), at(30)).expect("a look"), None);
}

pub fn a_session_ends_after_twelve_hours_of_use(place: &Place) {
    let vault = place.vault();
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    for minute in (20..720).step_by(20) {
        assert_eq!(vault.session(token.reveal(), at(minute)).expect("a look"), Some(user("afi")), "{minute}");
    }
    assert_eq!(vault.session(token.reveal(), at(720)).expect("a look"), None);
}

pub fn the_limits_can_be_chosen(place: &Place) {
    let vault = place.vault();
    let limits = SessionLimits { absolute: TimeDelta::minutes(20), idle: TimeDelta::minutes(15) };
    let vault = vault.with_session_limits(limits);
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    assert_eq!(vault.session(token.reveal(), at(14)).expect("a look"), Some(user("afi")));
    assert_eq!(vault.session(token.reveal(), at(20)).expect("a look"), None);
    let idle = vault.sign_in(user("afi"), at(30)).expect("a session");
    assert_eq!(vault.session(idle.reveal(), at(45)).expect("a look"), None);
}

pub fn uses_are_written_down_once_a_minute(place: &Place) {
    let vault = place.vault();
    let token = vault.sign_in(user("afi"), at(0)).expect("a session");
    let seen = || place.peek::<i64>("SELECT last_seen FROM sessions")[0];
    let after = |seconds| at(0) + TimeDelta::seconds(seconds);
    vault.session(token.reveal(), after(59)).expect("a look");
    assert_eq!(seen(), after(0).timestamp_millis());
    vault.session(token.reveal(), after(60)).expect("a look");
    assert_eq!(seen(), after(60).timestamp_millis());
    vault.session(token.reveal(), after(119)).expect("a look");
    assert_eq!(seen(), after(60).timestamp_millis());
}

pub fn the_past_is_swept_out_when_somebody_signs_in(place: &Place) {
    let vault = place.vault();
    vault.sign_in(user("afi"), at(0)).expect("a session");
    vault.sign_in(user("afi"), at(1)).expect("a session");
    vault.sign_in(user("afi"), at(720)).expect("a session");
    assert_eq!(place.peek::<i64>("SELECT count(*) FROM sessions"), [2]);
}
