//! Compares rebuilt read models with those in use, row for row, at one moment.

use super::{connect, files};
use crate::views::ViewsError;
use rusqlite::{Connection, Row, types::ValueRef};
use std::{cmp::Ordering, path::Path};

/// How many keys of a table are told.
const TOLD: usize = 5;

/// A table that differs from what the log says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// Which table.
    pub table: String,
    /// Rows in use that the log does not give.
    pub unexplained: i64,
    /// Rows that the log gives and that are not in use.
    pub missing: i64,
    /// The keys of the first of them: ids, days, numbers, never a name.
    pub keys: Vec<String>,
}

/// How far the read models in a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The furthest event that was looked at for any of them.
    pub lead: u64,
    /// The least of their checkpoints: less than `lead` while one stands before an event, or is filled.
    pub least: u64,
}

/// How far the read models in use are.
pub fn reach(file: &Path) -> Result<Reach, ViewsError> {
    let live = connect::reader(file)?;
    let sql =
        "select coalesce(max(history.position), 0), (select coalesce(min(position), 0) from checkpoints)
               from history";
    let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let (lead, least) = live.query_row(sql, [], row)?;
    Ok(Reach { lead: lead.unsigned_abs(), least: least.unsigned_abs() })
}

/// The read models in use as they were at one moment, held until it is dropped.
pub struct Held {
    live: Connection,
    /// The furthest event that was looked at for any of them.
    pub position: u64,
    /// How many are not there: they are catching up, or stand before an event.
    pub behind: usize,
}

impl Held {
    /// Takes the moment of the file in use in `dir`, to be compared with the file `rebuilt`.
    pub fn begin(dir: &Path, rebuilt: &Path) -> Result<Self, ViewsError> {
        Self::of(&files::current(dir)?, rebuilt)
    }

    fn of(file: &Path, rebuilt: &Path) -> Result<Self, ViewsError> {
        let live = connect::reader(file)?;
        live.execute("attach database $1 as rebuilt", [rebuilt.to_string_lossy()])?;
        live.execute_batch("begin")?;
        let sql = "select coalesce(max(position), 0) from main.history";
        let position: i64 = live.query_row(sql, [], |row| row.get(0))?;
        let sql = "select count(*) from main.checkpoints where position < $1";
        let behind: i64 = live.query_row(sql, [position], |row| row.get(0))?;
        Ok(Self { live, position: position.unsigned_abs(), behind: usize::try_from(behind).unwrap_or(0) })
    }

    /// The tables that differ. The rebuilt file is looked at only now.
    pub fn differences(&self, stop: &dyn Fn() -> bool) -> Result<Vec<Difference>, ViewsError> {
        let mut differences = vec![];
        let tables = projections::ALL.iter().flat_map(|projector| projector.tables());
        for table in tables.copied().chain(["checkpoints"]) {
            let columns = if table == "checkpoints" { "name, version, position" } else { "*" };
            let difference = self.table(table, columns, stop)?;
            if difference.unexplained + difference.missing > 0 {
                differences.push(difference);
            }
        }
        Ok(differences)
    }

    /// Both tables in the order of their primary key, side by side: no memory, one pass.
    fn table(&self, table: &str, columns: &str, stop: &dyn Fn() -> bool) -> Result<Difference, ViewsError> {
        let key = self.key(table)?;
        let select = |schema| {
            let order = key.join(", ");
            self.live.prepare(&format!("select {columns} from {schema}.{table} order by {order}"))
        };
        let (mut live, mut rebuilt) = (select("main")?, select("rebuilt")?);
        let places = key.iter().map(|column| live.column_index(column)).collect::<Result<Vec<_>, _>>()?;
        let width = live.column_count();
        let (mut live, mut rebuilt) = (live.query([])?, rebuilt.query([])?);
        let mut found = Difference { table: table.to_owned(), unexplained: 0, missing: 0, keys: vec![] };
        let (mut here, mut there) = (live.next()?, rebuilt.next()?);
        let mut seen = 0_u64;
        while here.is_some() || there.is_some() {
            seen += 1;
            if seen.is_multiple_of(10_000) && stop() {
                return Err(ViewsError::Interrupted);
            }
            let order = match (here, there) {
                (Some(here), Some(there)) => by_key(here, there, &places)?,
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            let same = order == Ordering::Equal && equal(here, there, width)?;
            if !same && found.keys.len() < TOLD {
                let row = if order == Ordering::Greater { there } else { here };
                found.keys.extend(row.map(|row| told(row, &places)));
            }
            if order != Ordering::Greater {
                found.unexplained += i64::from(!same);
                here = live.next()?;
            }
            if order != Ordering::Less {
                found.missing += i64::from(!same);
                there = rebuilt.next()?;
            }
        }
        Ok(found)
    }

    /// The columns of a table's primary key, in its order.
    fn key(&self, table: &str) -> Result<Vec<String>, ViewsError> {
        let sql = "select name from pragma_table_info($1) where pk > 0 order by pk";
        let mut columns = self.live.prepare(sql)?;
        let names = columns.query_map([table], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

fn by_key(here: &Row<'_>, there: &Row<'_>, places: &[usize]) -> rusqlite::Result<Ordering> {
    for place in places {
        let order = match (here.get_ref(*place)?, there.get_ref(*place)?) {
            (ValueRef::Integer(one), ValueRef::Integer(other)) => one.cmp(&other),
            (ValueRef::Text(one), ValueRef::Text(other)) => one.cmp(other),
            // SQLite's own order: what is no text comes before it.
            (ValueRef::Text(_), _) => Ordering::Greater,
            (_, ValueRef::Text(_)) => Ordering::Less,
            _ => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn equal(here: Option<&Row<'_>>, there: Option<&Row<'_>>, width: usize) -> rusqlite::Result<bool> {
    let (Some(here), Some(there)) = (here, there) else { return Ok(false) };
    for column in 0..width {
        if here.get_ref(column)? != there.get_ref(column)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn told(row: &Row<'_>, places: &[usize]) -> String {
    let part = |place: &usize| match row.get_ref(*place) {
        Ok(ValueRef::Integer(int)) => int.to_string(),
        Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "?".to_owned(),
    };
    places.iter().map(part).collect::<Vec<_>>().join("/")
}

/// Compares the tables in use with rebuilt ones, both in their files, at one moment.
///
/// `live` must be at the position where the rebuild ended; [`ViewsError::Behind`] if it moved on.
pub fn compare(live: &Path, rebuilt: &Path, at: u64) -> Result<Vec<Difference>, ViewsError> {
    let held = Held::of(live, rebuilt)?;
    if held.position != at {
        return Err(ViewsError::Behind { wanted: at, reached: held.position });
    }
    held.differences(&|| false)
}
