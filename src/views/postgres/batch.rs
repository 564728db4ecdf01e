//! What a batch of events does to one model, worked out before anything is sent; and its text.
//!
//! A batch is one message: for each model its new checkpoint, compared and set (`go_on`), then
//! `execute p7('…', 5, null)` for each change, each distinct statement being prepared once. A
//! message is one transaction: all of it is done, or nothing. Statements with names of patients carry
//! them apart as parameters, which the server does not write into its log when one fails.

use super::literal;
use crate::{
    clock::Clock,
    recording,
    store::Recorded,
    store::chain::Hash,
    views::{Skips, embedded::skips::Order},
};
use projections::{Change, Identities, Projector, Seen};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
};

/// Changes of one model, event by event.
pub struct Part {
    /// Whose.
    pub projector: &'static dyn Projector,
    /// The model's place in the session.
    pub at: usize,
    /// The checkpoint before.
    pub from: u64,
    /// Of the lease under which it is moved.
    pub epoch: i64,
    /// Each follows the one before.
    pub steps: Vec<Step>,
    /// Why nothing follows the last step, if so.
    pub stopped: Option<String>,
}

/// What one event does.
pub struct Step {
    position: u64,
    chain: Hash,
    changes: Vec<Change>,
}

impl Part {
    /// The checkpoint after.
    pub fn to(&self) -> u64 {
        self.steps.last().map_or(self.from, |step| step.position)
    }

    /// True if there is nothing to say.
    pub const fn is_idle(&self) -> bool {
        self.steps.is_empty() && self.stopped.is_none()
    }

    /// The same steps in two halves; the first has at least one.
    pub fn halves(mut self) -> (Self, Self) {
        let steps = self.steps.split_off(self.steps.len().div_ceil(2));
        let (projector, at, epoch) = (self.projector, self.at, self.epoch);
        let second = Self { projector, at, epoch, from: self.to(), steps, stopped: self.stopped.take() };
        (self, second)
    }

    /// Nothing but the word that the model stops before its first step.
    pub fn stopping(mut self, reason: String) -> Self {
        self.steps.clear();
        self.stopped = Some(reason);
        self
    }
}

/// Works out what `events` do to a model, up to the first that it can't take in.
pub struct Batch<'a> {
    events: &'a [Recorded],
    decoded: Vec<Result<recording::Read, recording::Stopped>>,
    clock: Clock,
    people: &'a dyn Identities,
}

impl<'a> Batch<'a> {
    /// Events in the order of the log.
    pub fn new(events: &'a [Recorded], clock: Clock, people: &'a dyn Identities) -> Self {
        Self { events, decoded: events.iter().map(recording::read).collect(), clock, people }
    }

    /// What operators told projectors in those of these events that come after a position.
    pub fn orders(&self, after: u64) -> Vec<Order> {
        let readable = self.events.iter().zip(&self.decoded).filter(|(event, _)| event.position > after);
        readable.filter_map(|(event, read)| Order::of(&event.stream, read.as_ref().ok()?)).collect()
    }

    /// The steps of one model from its checkpoint on.
    pub fn part(
        &self,
        projector: &'static dyn Projector,
        at: usize,
        from: u64,
        epoch: i64,
        skips: &Skips,
    ) -> Part {
        let mut part = Part { projector, at, from, epoch, steps: vec![], stopped: None };
        for (recorded, decoded) in self.events.iter().zip(&self.decoded) {
            if recorded.position <= from {
                continue;
            }
            // A hole means that an event was lost on the way here: going on would make every sum a guess.
            if recorded.position != part.to() + 1 {
                part.stopped = Some(format!("no event at position {}", part.to() + 1));
                break;
            }
            let read = match decoded {
                _ if skips.contains(projector.name(), recorded.position) => {
                    let (position, chain) = (recorded.position, recorded.chain);
                    part.steps.push(Step { position, chain, changes: vec![] });
                    continue;
                }
                Ok(read) => read,
                Err(stopped) => {
                    part.stopped = Some(stopped.to_string());
                    break;
                }
            };
            let seen = Seen {
                position: recorded.position,
                stream: &recorded.stream,
                revision: recorded.revision,
                at: recorded.recorded_at,
                day: self.clock.day(recorded.recorded_at),
                meta: &read.meta,
                event: &read.event,
            };
            let changes = projector.project(&seen, self.people);
            part.steps.push(Step { position: recorded.position, chain: recorded.chain, changes });
        }
        part
    }
}

/// Statements that the server knows by a number on this connection.
#[derive(Default)]
pub struct Prepared(HashMap<&'static str, usize>);

impl Prepared {
    /// Statements of `parts` that the server does not know yet.
    pub fn missing(&self, parts: &[&Part]) -> BTreeSet<&'static str> {
        let used = parts.iter().flat_map(|part| part.inline()).map(|change| change.sql);
        used.filter(|sql| !self.0.contains_key(sql)).collect()
    }

    /// What makes the server know one more; [`Prepared::keep`] it when that went well.
    pub fn prepare(&self, sql: &str) -> String {
        format!("prepare p{} as {sql}", self.0.len())
    }

    /// The server knows it by the next number.
    pub fn keep(&mut self, sql: &'static str) {
        let next = self.0.len();
        self.0.insert(sql, next);
    }

    /// The text of a transaction over `parts`, or why it can't be said.
    pub fn text(&self, parts: &[&Part]) -> Result<String, String> {
        let mut sql = String::new();
        // Before any row: who is not the mover any more fails here.
        for part in parts {
            part.go_on(&mut sql);
        }
        for change in parts.iter().flat_map(|part| part.inline()) {
            let number = self.0.get(change.sql).ok_or("a statement was not prepared")?;
            _ = write!(sql, "execute p{number}");
            for (nth, value) in change.args.iter().enumerate() {
                sql.push(if nth == 0 { '(' } else { ',' });
                if !literal::push(&mut sql, value) {
                    return Err("a text with the character U+0000".to_owned());
                }
            }
            sql.push_str(if change.args.is_empty() { ";" } else { ");" });
        }
        Ok(sql)
    }
}

impl Part {
    /// Changes that stand in the text.
    fn inline(&self) -> impl Iterator<Item = &Change> {
        let shown = !self.projector.names_patients();
        self.steps.iter().flat_map(|step| &step.changes).filter(move |_| shown)
    }

    /// Changes whose values go apart.
    pub fn apart(&self) -> impl Iterator<Item = &Change> {
        let apart = self.projector.names_patients();
        self.steps.iter().flat_map(|step| &step.changes).filter(move |_| apart)
    }

    fn go_on(&self, sql: &mut String) {
        let (name, version) = (self.projector.name(), self.projector.version());
        let (from, to, epoch) = (self.from, self.to(), self.epoch);
        _ = write!(sql, "select go_on('{name}',{version},{epoch},{from},{to},");
        match self.steps.last() {
            Some(last) => _ = write!(sql, "'\\x{}',", hex::encode(last.chain)),
            None => sql.push_str("null,"),
        }
        match &self.stopped {
            // Quoted like any text; a reason has no zero left in it.
            Some(reason) => _ = literal::push_text(sql, &reason.replace('\0', "U+0000")),
            None => sql.push_str("null"),
        }
        sql.push_str(");");
    }
}
