//! `cargo bench --bench store -- ENGINE WRITERS EVENTS [FOLLOWERS]`: what an event store takes and gives.
//!
//! ENGINE is `embedded`, `postgres`, or `insert`: by hand into PostgreSQL, to compare with. Every append writes one event
//! with a body of 300 bytes and names the revision that it expects; a stream has four. FOLLOWERS see every event
//! meanwhile. Then everything is read back through `follow`, several times, and an append with an old revision must be
//! refused. Prints one line of JSON.
#![expect(clippy::unwrap_used, reason = "a panic is the report")]
#![expect(clippy::print_stdout, reason = "a line of figures is its result")]

#[path = "store/following.rs"]
mod following;
#[path = "store/insert.rs"]
mod insert;
#[path = "../tests/support/postgres.rs"]
mod postgres;

use domain::StreamId;
use quittance::store::embedded::EmbeddedStore;
use quittance::store::postgres::PostgresStore;
use quittance::store::{AppendError, Commit, Draft, Expected, Store, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use uuid::Uuid;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STREAM: u64 = 4;
const PAGE: usize = 10_000;
/// Enough that what was left to be moved after the appends is not what is measured.
const READS: usize = 15;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // Cargo adds a flag of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let (engine, figures) = asked.split_first().expect("asked for: ENGINE WRITERS EVENTS [FOLLOWERS]");
    let figures: Vec<u64> = figures.iter().map(|figure| figure.parse().unwrap()).collect();
    let (writers, streams, followers) =
        (figures[0], figures[1] / STREAM, figures.get(2).copied().unwrap_or(0));
    // On the disk where the peers write; not in the system's folder for temporary files, which may lie in memory.
    let place = std::env::var("BENCH_WORK").unwrap_or(env!("CARGO_TARGET_TMPDIR").into());
    let dir = tempfile::TempDir::new_in(place).unwrap();
    let (cluster, store) = open(engine, dir.path(), writers as u32).await;
    let processor = || postgres::processor_time() + cluster.as_ref().map_or(0.0, |it| it.processor_time());
    let (started, idle) = (Instant::now(), processor());
    let seeing = following::start(&store, followers as usize, streams * STREAM);
    let waits = append(&store, writers, streams).await;
    let (appending, busy) = (started.elapsed().as_secs_f64(), processor() - idle);
    let lags: Vec<f64> = seeing.join_all().await.into_iter().flatten().collect();
    let following = started.elapsed().as_secs_f64();
    let events = waits.len();
    let reading = read(&store, events).await;
    refuses_an_old_revision(&store).await;
    let per_s = |seconds: f64| events as f64 / seconds;
    let mut line = format!(
        r#"{{"store":"{engine}","writers":{writers},"events":{events},"append_per_s":{:.0},"p50_ms":{:.3},"p99_ms":{:.3},"read_per_s":{reading:.0},"processor_us_per_append":{:.1}"#,
        per_s(appending),
        quantile(&waits, 0.5),
        quantile(&waits, 0.99),
        busy * 1e6 / events as f64,
    );
    if followers > 0 {
        line += &format!(
            r#","followers":{followers},"follow_per_s":{:.0},"lag_p50_ms":{:.3},"lag_p99_ms":{:.3}"#,
            per_s(following),
            quantile(&lags, 0.5),
            quantile(&lags, 0.99),
        );
    }
    println!("{line}}}");
}

fn quantile(sample: &[f64], part: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

async fn open(engine: &str, dir: &Path, writers: u32) -> (Option<postgres::Cluster>, Store) {
    if engine == "embedded" {
        return (None, Arc::new(EmbeddedStore::open(dir).unwrap()));
    }
    let cluster = postgres::Cluster::start_in(dir);
    let url = cluster.database().await;
    let store: Store = match engine {
        "postgres" => Arc::new(PostgresStore::open(&url).await.unwrap()),
        "insert" => Arc::new(insert::Insert::open(&url, writers).await),
        other => panic!("{other} is no engine: embedded, postgres, insert"),
    };
    (Some(cluster), store)
}

fn commit(stream: u64, revision: u64) -> Commit {
    let body = format!("{{\"pad\":\"{}\"}}", "x".repeat(290)).into_bytes();
    let draft = Draft { id: Uuid::now_v7(), name: "noted.v1", meta: b"{}".to_vec(), body };
    let expected = if revision == 0 { Expected::Empty } else { Expected::At(revision) };
    let stream = StreamId::named(format!("payment-{stream:032x}"));
    Commit { writes: vec![Write { stream, expected, events: vec![draft] }], command: None }
}

/// How long each append took, in milliseconds.
async fn append(store: &Store, writers: u64, streams: u64) -> Vec<f64> {
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let mut waits = vec![];
            for revision in 0..STREAM {
                for stream in (writer..streams).step_by(writers as usize) {
                    let asked = Instant::now();
                    store.append(commit(stream, revision)).await.unwrap();
                    waits.push(asked.elapsed().as_secs_f64() * 1e3);
                }
            }
            waits
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// The median of events read in a second.
async fn read(store: &Store, written: usize) -> f64 {
    let mut speeds = vec![];
    for _ in 0..READS {
        let (started, mut seen) = (Instant::now(), 0);
        loop {
            let page = store.follow(seen as u64, PAGE).await.unwrap();
            seen += page.len();
            if page.len() < PAGE {
                break;
            }
        }
        assert_eq!(seen, written);
        speeds.push(seen as f64 / started.elapsed().as_secs_f64());
    }
    quantile(&speeds, 0.5)
}

async fn refuses_an_old_revision(store: &Store) {
    let answer = store.append(commit(0, STREAM - 1)).await;
    assert!(matches!(answer, Err(AppendError::Conflict { .. })), "{answer:?}");
}
