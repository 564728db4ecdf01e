//! The books of a period, line by line, read from the ledger itself: what each fact writes into the accounts.

use crate::{
    clock::Clock,
    failure::Failure,
    recording,
    store::{Recorded, Store, StoreError},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    Event,
    entry::{Entry, Posting},
};
use projections::{receipts::number_of, takings::Period};

/// So many events are read at once.
const PAGE: usize = 1_000;

/// Money that moved carries its own day. A command that was decided before midnight is recorded after it.
const MARGIN: Duration = Duration::hours(1);

/// One line of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The business day.
    pub day: NaiveDate,
    /// The code of the book.
    pub journal: &'static str,
    /// The fact's place in the ledger: lines of one fact balance.
    pub position: u64,
    /// The number of the paper, where there is one; else the stream.
    pub document: String,
    /// Which account, and which side.
    pub entry: Entry,
}

/// The events of a period, in the order of the ledger.
pub struct Events {
    store: Store,
    after: u64,
    until: DateTime<Utc>,
    ended: bool,
}

impl Events {
    /// Those that were recorded in a period or close to its ends. The place of the first is found by
    /// halving: the ledger never goes back in time.
    pub async fn of(store: Store, clock: Clock, period: Period, upto: u64) -> Result<Self, StoreError> {
        let from = clock.begins(period.from) - MARGIN;
        let (mut low, mut high) = (0, upto);
        while low < high {
            let middle = low + (high - low) / 2;
            match store.follow(middle, 1).await?.first() {
                Some(event) if event.recorded_at < from => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        let until = clock.begins(period.to) + Duration::days(1) + MARGIN;
        Ok(Self { store, after: low, until, ended: false })
    }

    /// All after a position, whatever their day.
    pub fn after(store: Store, position: u64) -> Self {
        Self { store, after: position, until: DateTime::<Utc>::MAX_UTC, ended: false }
    }

    /// Leaves out what stands at or before a position.
    pub fn skip_to(&mut self, position: u64) {
        self.after = self.after.max(position);
    }

    /// The next events up to `upto`; none at the end.
    pub async fn next(&mut self, upto: u64) -> Result<Vec<Recorded>, StoreError> {
        if self.ended || self.after >= upto {
            return Ok(vec![]);
        }
        let left = usize::try_from(upto - self.after).unwrap_or(PAGE);
        let mut events = self.store.follow(self.after, left.min(PAGE)).await?;
        self.after = events.last().map_or(upto, |last| last.position);
        let in_time = events.iter().take_while(|event| event.recorded_at <= self.until).count();
        self.ended = in_time < events.len();
        events.truncate(in_time);
        Ok(events)
    }
}

/// The lines of a period as of one position.
pub struct Journal {
    events: Events,
    clock: Clock,
    period: Period,
    upto: u64,
}

impl Journal {
    /// Reads from the ledger up to `upto`, the position that the rest of the report reflects.
    pub async fn of(store: Store, clock: Clock, period: Period, upto: u64) -> Result<Self, StoreError> {
        let events = Events::of(store, clock, period, upto).await?;
        Ok(Self { events, clock, period, upto })
    }

    /// Leaves out the lines of facts at or before a position.
    pub fn skip_to(&mut self, position: u64) {
        self.events.skip_to(position);
    }

    /// The next lines; none at the end.
    pub async fn next(&mut self) -> Result<Vec<Line>, Failure> {
        loop {
            let events = self.events.next(self.upto).await?;
            if events.is_empty() {
                return Ok(vec![]);
            }
            let mut lines = vec![];
            for event in &events {
                lines.extend(self.lines_of(event)?);
            }
            if !lines.is_empty() {
                return Ok(lines);
            }
        }
    }

    fn lines_of(&self, recorded: &Recorded) -> Result<Vec<Line>, Failure> {
        let event = recording::read(recorded)?.event;
        let day = Posting::day_of(&event).unwrap_or_else(|| self.clock.day(recorded.recorded_at));
        let posting = Posting::of(&event).filter(|_| self.period.from <= day && day <= self.period.to);
        let Some(posting) = posting else { return Ok(vec![]) };
        let (journal, position, document) =
            (posting.journal.code(), recorded.position, paper(self.clock, recorded, &event));
        let line = |entry| Line { day, journal, position, document: document.clone(), entry };
        Ok(posting.entries.into_iter().map(line).collect())
    }
}

/// The number of the paper that a fact stands on; a stream where it has none.
pub fn paper(clock: Clock, recorded: &Recorded, event: &Event) -> String {
    let stream = recorded.stream.as_str();
    let papers = match event {
        Event::Receipt(_) => "receipts",
        Event::Refund(_) => "refunds",
        Event::Prescription(domain::prescription::Event::Registered(_)) => {
            let day = clock.day(recorded.recorded_at);
            return projections::prescriptions::number(recorded.position, day);
        }
        _ => return stream.to_owned(),
    };
    number_of(papers, stream, recorded.revision)
        .map_or_else(|| stream.to_owned(), |number| number.to_string())
}
