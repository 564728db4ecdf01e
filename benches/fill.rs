//! `cargo bench --bench fill -- FOLDER PAYMENTS`: writes a hospital's history into an embedded ledger.
//!
//! Three payments in five are cash, two come by phone; all are of today, for the store's clock dates what
//! it is given. A ledger that is there already goes on. Prints one line of JSON.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a panic is the report")]

#[path = "history/hospital.rs"]
mod hospital;
#[path = "history/noun.rs"]
mod noun;
#[path = "history/visit.rs"]
mod visit;

use std::{path::Path, time::Instant};

fn main() {
    // Cargo adds a flag of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [folder, payments] = asked.as_slice() else { panic!("asked for: FOLDER PAYMENTS") };
    let (folder, payments): (&Path, usize) = (folder.as_ref(), payments.parse().unwrap());
    std::fs::create_dir_all(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begun = Instant::now();
    let events = runtime.block_on(async {
        let mut hospital = hospital::Hospital::open(folder).await;
        hospital.receive(payments).await;
        hospital.head()
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!("{{\"payments\":{payments},\"events\":{events},\"seconds\":{seconds:.1}}}");
}
