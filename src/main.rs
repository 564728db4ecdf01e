//! `quittance`: see `quittance --help`.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    quittance::cli::Cli::parse().run()
}
