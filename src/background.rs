//! Threads for work that may take its time, and must not take it from those who take money.

use std::{
    io,
    thread::{Builder, JoinHandle},
};

/// How far such a thread stands back: of a core that somebody else wants too it gets about a tenth.
const NICE: i32 = 10;

/// Starts `work` on a thread that gives way to all others of this program.
pub fn start<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(|| {
        // Elsewhere than on Linux it would be the whole process that stands back.
        if cfg!(target_os = "linux")
            && let Err(error) = rustix::process::nice(NICE)
        {
            tracing::debug!(%error, "this thread does not stand back");
        }
        work()
    })
}
