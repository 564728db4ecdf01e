//! A mover may be killed at any word it says to the database. The check that proves it harmless must
//! itself be proven: a mover that writes its checkpoint apart from its rows has to fail it.

use crate::{
    engines::{Place, leased},
    eventually,
    log::{Log, Nobody, clock},
    postgres,
};
use projections::{Projector, Seen, Value, takings::Takings};
use quittance::{
    recording,
    store::Recorded,
    views::{Views, postgres::session::Session},
};
use sqlx::{Connection, Executor, PgConnection};

/// Where a mover is held, to be killed there.
const POINTS: [&str; 2] =
    ["update of position on views.checkpoints", "insert or update on views_takings_v2.takings"];

#[tokio::test]
async fn a_mover_killed_between_two_words_counts_nothing_twice() {
    for point in POINTS {
        assert_eq!(taken_after_a_kill_at(point, sound).await, 1_500, "killed at {point}");
    }
}

#[tokio::test]
async fn a_mover_that_writes_its_checkpoint_apart_is_found_out() {
    assert_eq!(taken_after_a_kill_at(POINTS[0], checkpoint_apart).await, 3_000);
}

async fn sound(url: String, events: Vec<Recorded>) {
    let mut session = leased(Session::open(&url).await.unwrap()).await;
    // It is killed on the way.
    session.apply(&events, clock(), &Nobody).await.unwrap_err();
}

/// Rows first, and the checkpoint in a transaction of its own.
async fn checkpoint_apart(url: String, events: Vec<Recorded>) {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("set search_path to views_takings_v2, views").await.unwrap();
    let last = events.last().unwrap().position as i64;
    for event in &events {
        let read = recording::read(event).unwrap();
        let seen = Seen {
            position: event.position,
            stream: &event.stream,
            revision: event.revision,
            at: event.recorded_at,
            day: clock().day(event.recorded_at),
            meta: &read.meta,
            event: &read.event,
        };
        for change in Takings.project(&seen, &Nobody) {
            let mut statement = sqlx::query(change.sql);
            for arg in change.args {
                statement = match arg {
                    Value::Int(int) => statement.bind(int),
                    Value::Text(text) => statement.bind(text),
                    Value::Null => statement.bind(None::<String>),
                };
            }
            statement.execute(&mut connection).await.unwrap();
        }
    }
    let moved = sqlx::query("update checkpoints set position = $1 where name = 'takings'").bind(last);
    moved.execute(&mut connection).await.unwrap_err();
}

/// Holds a mover at the first change of a kind, kills it there, and lets a sound one go on: what came in
/// by one receipt of 1,500 francs.
async fn taken_after_a_kill_at<F>(point: &str, mover: fn(String, Vec<Recorded>) -> F) -> i64
where
    F: Future<Output = ()> + Send + 'static,
{
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.paid_prescription().await;
    drop(Views::open_postgres(&url).await.unwrap());
    let mut holder = PgConnection::connect(&url).await.unwrap();
    let held = format!(
        "create function hold() returns trigger language plpgsql as
           $$ begin perform pg_advisory_xact_lock(4); return new; end $$;
         create trigger hold before {point} for each row execute function hold();
         select pg_advisory_lock(4)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(held)).execute(&mut holder).await.unwrap();
    let moving = tokio::spawn(mover(url.clone(), log.all().await));
    eventually("the mover is held", async || {
        let killed: Vec<bool> = sqlx::query_scalar(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 4 and not granted",
        )
        .fetch_all(&mut holder)
        .await
        .unwrap();
        (!killed.is_empty()).then_some(())
    })
    .await;
    moving.await.unwrap();
    holder.execute("drop function hold cascade").await.unwrap();
    let mut models = Place::Postgres(url).open().await;
    models.apply(&log.all().await).await;
    assert!(models.stopped().is_empty());
    models.taken().await
}
