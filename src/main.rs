//! `quittance`: see `quittance --help`.

use clap::Parser;
use std::process::ExitCode;

/// Requests, the writer and the read models hand each other what they allocate; the system's own allocator
/// makes threads wait for each other there. `override`: SQLite's too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    quittance::cli::Cli::parse().run()
}
