//! What every event store promises, written once and run against each engine.
//!
//! A promise is a function of a store, in a file named after what it is about. `engines.rs` opens the
//! stores. `canaries.rs` keeps the suite honest: stores that are broken on purpose must fail it. What
//! only the embedded engine can be asked stands in `files.rs`, `batches.rs`, `damage.rs` and `kill.rs`; what
//! only PostgreSQL can, in `postgres_sharing.rs`, `_steps.rs`, `_outages.rs`, `_replaced.rs` and `_guards.rs`.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod atomicity;
mod batches;
mod canaries;
#[path = "../support/postgres.rs"]
mod cluster;
mod commands;
mod commits;
mod damage;
mod engines;
mod expectations;
mod files;
mod kill;
mod order;
mod postgres_guards;
mod postgres_lanes;
mod postgres_outages;
mod postgres_replaced;
mod postgres_sharing;
mod postgres_steps;
mod retries;
#[path = "../support/tampered.rs"]
mod tampered;

macro_rules! promises {
    ($engine:ident: $($subject:ident { $($promise:ident)* })*) => {
        mod $engine {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let opened = crate::engines::$engine().await;
                    crate::$subject::$promise(opened.store.clone()).await;
                }
            )*)*
        }
    };
}

macro_rules! every_promise_is_kept_by {
    ($($engine:ident)*) => {
        $(promises! { $engine:
            atomicity {
                all_streams_of_a_commit_are_written_together
                one_conflict_keeps_all_of_the_commit_out
                a_commit_that_is_refused_is_not_to_be
            }
            commands {
                a_command_told_twice_is_carried_out_once
                a_hundred_tellings_of_one_command_have_one_effect
                a_key_with_another_request_is_refused
                a_command_that_lost_may_come_again
            }
            expectations {
                empty_means_that_nothing_was_ever_written
                at_means_this_revision_and_no_other
                tail_takes_whatever_the_end_is
                a_conflict_tells_where_the_stream_is
                of_a_hundred_who_saw_the_same_one_wins
                numbers_given_at_the_tail_have_no_gap
            }
            order {
                a_stream_never_written_is_empty
                what_is_answered_is_there
                reading_starts_after_what_was_seen
                every_follower_sees_every_position_once_and_in_order
                each_event_is_chained_to_the_one_before
                two_who_queue_for_one_stream_are_served_in_order
                a_commit_outlives_the_one_who_asked_for_it
                what_was_drafted_is_kept_to_the_byte
            }
            retries {
                a_retry_is_answered_with_what_was_written
                a_retry_is_known_after_others_have_gone_on
                other_events_at_the_same_place_are_a_conflict
            }
        })*
    };
}

every_promise_is_kept_by! { memory embedded postgres }
