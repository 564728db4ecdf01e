//! A past that no desk writes: facts put into a stopped server's ledger, and the rows of its screens.

use domain::{
    Event, ExamId, Meta, Money, PatientId, PrescriptionId, StreamId, UserId,
    prescription::{self, Line},
    user,
};
use quittance::{
    recording::draft,
    store::{Commit, EventStore, Expected, Write, embedded::EmbeddedStore},
    views::files,
};
use rusqlite::{Connection, types::Value};
use std::path::Path;
use uuid::Uuid;

/// Writes facts, many to a commit. Answers the last position.
pub async fn write(dir: &Path, facts: impl IntoIterator<Item = (StreamId, Event)>) -> u64 {
    let store = EmbeddedStore::open(dir).unwrap();
    let meta = Meta { actor: "test".into(), correlation: Uuid::nil(), causation: None, request: None };
    let writes: Vec<_> = facts
        .into_iter()
        .map(|(stream, event)| Write { stream, expected: Expected::Tail, events: vec![draft(&event, &meta)] })
        .collect();
    let mut end = 0;
    for writes in writes.chunks(500) {
        let commit = Commit { writes: writes.to_vec(), command: None };
        end = store.append(commit).await.unwrap().position();
    }
    end
}

/// The same user a second time: no decision writes that, and the table of users can't take it.
pub async fn poison(dir: &Path) -> u64 {
    let id = UserId::of_username("labo");
    let added = user::Added {
        username: "labo".into(),
        first_name: "Deux".into(),
        last_name: "FOIS".into(),
        role: user::Role::Technician,
    };
    write(dir, [(StreamId::user(id), user::Event::from(added).into())]).await
}

/// So many prescriptions that nobody pays.
pub fn prescriptions(count: usize) -> impl Iterator<Item = (StreamId, Event)> {
    (0..count).map(|_| {
        let price = Money::new(1_500).unwrap();
        let lines = vec![Line { exam: ExamId::of_code("NFS"), price, listed: None }];
        let new = prescription::Registered { patient: PatientId(Uuid::now_v7()), lines, total: price };
        (StreamId::prescription(PrescriptionId(Uuid::now_v7())), prescription::Event::from(new).into())
    })
}

/// The read models in use in a folder, open to every change.
pub fn views(dir: &Path) -> Connection {
    Connection::open(files::current(dir).unwrap()).unwrap()
}

/// All rows of all read models in use, table by table in the order of their columns.
pub fn rows(dir: &Path) -> Vec<(&'static str, Vec<Vec<Value>>)> {
    let views = views(dir);
    let tables = projections::ALL.iter().flat_map(|projector| projector.tables());
    let all = |table: &&'static str| {
        let mut select = views.prepare(&format!("select * from {table}")).unwrap();
        let width = select.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..width).map(|column| row.get(column)).collect();
        let rows: Result<Vec<Vec<Value>>, _> = select.query_map([], row).unwrap().collect();
        let mut rows = rows.unwrap();
        rows.sort_by_key(|row| format!("{row:?}"));
        (*table, rows)
    };
    tables.map(all).collect()
}
