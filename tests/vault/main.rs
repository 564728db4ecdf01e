//! The vault as its callers see it: what can be opened, by whom, and what is gone.
//!
//! A promise is a function of a [`engines::Place`], run on each engine. `opening.rs` has what concerns
//! files alone, `shared.rs` and `outages.rs` what only several processes on one PostgreSQL can be asked.

mod engines;
mod opening;
mod outages;
mod passwords;
#[path = "../support/postgres.rs"]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]
mod postgres;
mod sealing;
mod sessions;
mod shared;
mod signing;

use domain::{PatientId, UserId};
use engines::Place;
use quittance::vault::Vault;
use uuid::Uuid;

macro_rules! promises {
    ($engine:ident: $($subject:ident { $($promise:ident)* })*) => {
        mod $engine {
            $($(
                #[test]
                fn $promise() {
                    crate::$subject::$promise(&crate::engines::$engine());
                }
            )*)*
        }
    };
}

macro_rules! every_promise_is_kept_by {
    ($($engine:ident)*) => {
        $(promises! { $engine:
            passwords {
                the_right_password_is_taken_and_no_other
                a_new_password_replaces_the_old_one
                only_a_salted_hash_with_the_chosen_cost_is_kept
                an_empty_or_endless_password_is_refused_before_any_work
                many_at_once_are_all_answered
            }
            sealing {
                what_was_sealed_opens_for_the_same_patient_and_purpose
                a_sealed_text_moved_to_another_patient_or_changed_is_an_error
                a_key_asked_for_twice_is_made_once
                a_forgotten_patient_reads_as_erased_now_and_after_a_restart
                no_file_holds_a_forgotten_key_wrapped_or_not
                neither_clear_data_nor_an_unwrapped_key_stands_in_a_file
                a_patient_without_a_key_is_not_taken_for_an_erased_one
                a_patient_may_be_forgotten_before_he_has_a_key
                the_house_key_is_there_and_stays
                a_forgotten_key_does_not_return_through_a_concurrent_load
            }
            sessions {
                a_token_is_opaque_and_only_its_hash_is_kept
                a_session_is_known_by_its_token_alone
                signing_out_takes_effect_at_once_and_for_that_session_alone
                all_sessions_of_one_user_end_together
                a_session_left_alone_ends_and_one_in_use_goes_on
                who_only_listens_does_not_keep_his_session_alive
                a_session_ends_after_twelve_hours_of_use
                the_limits_can_be_chosen
                uses_are_written_down_once_a_minute
                the_past_is_swept_out_when_somebody_signs_in
            }
            signing {
                the_first_start_makes_a_key_that_stays
                rotation_keeps_old_receipts_and_heads_valid
                the_seed_of_the_signing_key_stands_in_no_file
                a_public_key_that_its_seed_does_not_make_is_refused
            }
        })*
    };
}

every_promise_is_kept_by! { sqlite postgresql }

/// A new vault in a folder of its own.
fn new_vault() -> (Place, Vault) {
    let place = engines::sqlite();
    let vault = place.vault();
    (place, vault)
}

fn patient(n: u128) -> PatientId {
    PatientId(Uuid::from_u128(n))
}

fn user(name: &str) -> UserId {
    UserId::of_username(name)
}
