//! A process that is killed while it writes: what it has answered is there, and nothing by halves.

use crate::commits::{all, commit, write};
use quittance::store::embedded::EmbeddedStore;
use quittance::store::verify::verify;
use quittance::store::{Expected, Recorded, Store};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;

const NAMED: &str = "QUITTANCE_TEST_WRITES_TO";
const WRITERS: usize = 16;
const KILLS: usize = 5;
/// Answers heard before a process is killed.
const ANSWERS: usize = 300;

/// Writes a few commits to a ledger of its own; as a child of the next test, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_writes() {
    let own = TempDir::new().unwrap();
    let named = std::env::var_os(NAMED);
    let dir = named.as_deref().map_or(own.path(), Path::new);
    let store: Store = Arc::new(EmbeddedStore::open(dir).unwrap());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write_and_tell(store.clone(), writer, named.is_some()));
    }
    writers.join_all().await;
    assert_eq!(all(&store).await.len(), WRITERS * 3 * 2);
}

async fn write_and_tell(store: Store, writer: usize, tell: bool) {
    for _ in 0..if tell { usize::MAX } else { 3 } {
        let both = [
            write(&format!("till-{writer}"), Expected::Tail, &["counted"]),
            write("receipts-a", Expected::Tail, &["issued"]),
        ];
        let events = store.append(commit(both)).await.unwrap().events;
        let told: String = events.iter().map(|event| format!("answered {}\n", name(event))).collect();
        if tell {
            std::io::stdout().lock().write_all(told.as_bytes()).unwrap();
        }
    }
}

/// An event by its place and its id.
fn name(event: &Recorded) -> String {
    format!("{} {} {}", event.position, event.revision, event.id)
}

fn child(dir: &Path) -> Child {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "kill::a_process_writes", "--nocapture"]).env(NAMED, dir);
    test.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let dir = TempDir::new().unwrap();
    let mut answered = vec![];
    for kill in 1..=KILLS {
        let mut child = child(dir.path());
        let heard = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        for line in heard {
            answered.extend(line.strip_prefix("answered ").map(str::to_owned));
            if answered.len() == ANSWERS * kill {
                child.kill().unwrap();
                break;
            }
        }
        assert!(!child.wait().unwrap().success());
        let there = found(dir.path()).await;
        for answer in &answered {
            assert!(there.contains(answer), "{answer} was answered and is lost");
        }
        // A commit is two events here, and none is there without the other.
        assert_eq!(there.len() % 2, 0);
    }
    assert_eq!(answered.len(), ANSWERS * KILLS);
}

/// All events of a ledger that opens and verifies.
async fn found(dir: &Path) -> std::collections::HashSet<String> {
    let store: Store = Arc::new(EmbeddedStore::open(dir).unwrap());
    let events = all(&store).await;
    assert_eq!(verify(dir, &mut |_, _| {}).unwrap().position, events.len() as u64);
    events.iter().map(name).collect()
}
