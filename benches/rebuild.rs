//! Makes a ledger of N payments' flows and rebuilds its read models: one line of JSON with the speed.
//!
//! `cargo bench --bench rebuild -- 100000` for about 100,000 events. The ledger is kept in the folder
//! named second, if one is, and taken again when it is there already.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark stops at a surprise")]

#[path = "rebuild/ledger.rs"]
mod ledger;

use ledger::Ledger;
use quittance::{
    app::People,
    clock::Clock,
    store::{EventStore, embedded::EmbeddedStore},
    vault::Vault,
    views::{Skips, rebuild::Rebuild},
};
use std::{path::PathBuf, time::Instant};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let events = args.first().map_or(100_000, |events| events.parse().unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    let dir = args.get(1).map_or_else(|| folder.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&dir).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let vault = Vault::open(&dir, None).unwrap();
    let store = EmbeddedStore::open(&dir).unwrap();
    if *store.head().borrow() == 0 {
        runtime.block_on(Ledger::new(vault.clone()).write(&store, events));
    }
    let (people, clock, file) = (
        People(vault),
        Clock::new(chrono_tz::Africa::Lome),
        dir.join(format!("anew-{}.db", std::process::id())),
    );
    let (begun, worked, head) = (Instant::now(), cpu(), *store.head().borrow());
    let mut rebuild = Rebuild::begin(&file, head, clock, Skips::default()).unwrap();
    let mut after = 0;
    while after < head {
        for event in runtime.block_on(store.follow(after, 5_000)).unwrap() {
            after = event.position;
            rebuild.take(event, &people).unwrap();
        }
    }
    let rebuilt = rebuild.end(&people).unwrap();
    assert_eq!(rebuilt.stopped(), []);
    let loaded = begun.elapsed().as_secs_f64();
    drop(rebuilt.settle().unwrap());
    let seconds = begun.elapsed().as_secs_f64();
    std::fs::remove_file(file).unwrap();
    let speed = head as f64 / seconds;
    let (indexes, cpu, rss) = (seconds - loaded, cpu() - worked, peak());
    println!(
        "{{\"events\":{head},\"seconds\":{seconds:.2},\"of_them_indexes\":{indexes:.2},\"cpu_seconds\":{cpu:.2},\
         \"events_per_second\":{speed:.0},\"peak_rss_kib\":{rss}}}"
    );
}

/// Processor time of all threads so far, in seconds: on a busy machine it says more than the clock.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = |nth| fields.split_whitespace().nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that this process had at once, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
