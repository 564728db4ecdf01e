//! `cargo bench --bench rebuild -- FOLDER`: makes the read models of a ledger anew, in a file of their own.
//!
//! As `POST /api/projectors/rebuild` does, with a real vault that opens identities. Before that the log is
//! read once with nobody to project it, which is the limit. Prints one line of JSON.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark stops at a surprise")]

use quittance::{
    app::People,
    clock::Clock,
    store::{EventStore, Recorded, embedded::EmbeddedStore},
    vault::Vault,
    views::{Skips, rebuild::Rebuild},
};
use std::{path::Path, time::Instant};
use tokio::runtime::Runtime;

const PAGE: usize = 5_000;

fn main() {
    // Cargo adds a flag of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [folder] = asked.as_slice() else { panic!("asked for: FOLDER") };
    let folder = Path::new(folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let people = People(Vault::open(folder, None).unwrap());
    let store = EmbeddedStore::open(folder).unwrap();
    let head = *store.head().borrow();
    assert!(head > 0, "{} holds no ledger: see `fill`", folder.display());
    let begun = Instant::now();
    read(&runtime, &store, |_| ());
    let read_alone = head as f64 / begun.elapsed().as_secs_f64();

    let file = folder.join(format!("anew-{}.db", std::process::id()));
    let (begun, worked) = (Instant::now(), cpu());
    let clock = Clock::new(chrono_tz::Africa::Lome);
    let mut rebuild = Rebuild::begin(&file, head, clock, Skips::default()).unwrap();
    read(&runtime, &store, |event| rebuild.take(event, &people).unwrap());
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
         \"events_per_s\":{speed:.0},\"read_alone_per_s\":{read_alone:.0},\"peak_mib\":{rss:.0}}}"
    );
}

/// Hands over every event of the log.
fn read(runtime: &Runtime, store: &EmbeddedStore, mut take: impl FnMut(Recorded)) {
    let mut after = 0;
    loop {
        let page = runtime.block_on(store.follow(after, PAGE)).unwrap();
        after += page.len() as u64;
        let last = page.len() < PAGE;
        page.into_iter().for_each(&mut take);
        if last {
            return;
        }
    }
}

/// Processor time of all threads so far, in seconds: on a busy machine it says more than the clock.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = |nth| fields.split_whitespace().nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that this process had at once, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
