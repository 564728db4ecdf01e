//! The rows of a report's long list, pulled page by page on a thread that may wait.

use super::{
    super::{
        Asked,
        journal::Journal,
        movements::{Ahead, Movements},
    },
    columns,
};
use crate::{
    app::App,
    clock::Clock,
    exports::Cell,
    failure::Failure,
    views::{Moment, ViewsError},
};
use chrono::NaiveDate;
use projections::{prescriptions::outstanding, takings::Period};
use std::collections::VecDeque;
use tokio::runtime::Handle;

/// So many prescriptions are read at once.
const PAGE: u64 = 200;

/// Where the rows come from.
pub enum List {
    /// There is no list.
    None,
    /// Receipts and refunds.
    Movements(Ahead, Clock),
    /// Lines of the books.
    Journal(Box<Journal>),
    /// Prescriptions on which something is due.
    Outstanding(Box<Due>),
}

/// Those of a day and before that were not read yet.
pub struct Due {
    moment: Moment,
    clock: Clock,
    to: NaiveDate,
    after: u64,
    ended: bool,
}

/// The rows one by one; blocks while a page is read.
pub struct Rows {
    list: List,
    page: VecDeque<Vec<Cell>>,
    runtime: Handle,
}

impl List {
    pub(super) fn movements(clock: Clock, moment: Moment, asked: Asked) -> Result<Self, Failure> {
        let movements = Movements::new(moment, asked.period, asked.cashier);
        let ahead = movements.ahead(Handle::current()).map_err(ViewsError::from)?;
        Ok(Self::Movements(ahead, clock))
    }

    pub(super) async fn journal(app: &App, period: Period, upto: u64) -> Result<Self, Failure> {
        let journal = Journal::of(app.ledger.store.clone(), app.clock, period, upto).await?;
        Ok(Self::Journal(Box::new(journal)))
    }

    pub(super) fn outstanding(clock: Clock, moment: Moment, to: NaiveDate) -> Self {
        Self::Outstanding(Box::new(Due { moment, clock, to, after: 0, ended: false }))
    }

    /// Its rows, for a thread that isn't one of the runtime's.
    pub fn rows(self, runtime: Handle) -> Rows {
        Rows { list: self, page: VecDeque::new(), runtime }
    }

    /// The next rows; nothing at the end.
    async fn page(&mut self) -> Result<Option<VecDeque<Vec<Cell>>>, Failure> {
        match self {
            Self::None => Ok(None),
            Self::Movements(ahead, clock) => {
                let Some(page) = ahead.next().await.transpose()? else { return Ok(None) };
                Ok(Some(page.into_iter().map(|moved| columns::movement(*clock, moved)).collect()))
            }
            Self::Journal(journal) => {
                let lines = journal.next().await?;
                Ok((!lines.is_empty()).then(|| lines.into_iter().map(columns::journal).collect()))
            }
            Self::Outstanding(due) => due.page().await,
        }
    }
}

impl Due {
    async fn page(&mut self) -> Result<Option<VecDeque<Vec<Cell>>>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let read = self.moment.fetch(outstanding(self.to, self.after, PAGE)).await?;
        self.ended = (read.len() as u64) < PAGE;
        self.after = read.last().map_or(self.after, |(_, position)| *position);
        let row = |(prescription, _)| columns::outstanding(self.clock, self.to, prescription);
        Ok(Some(read.into_iter().map(row).collect()))
    }
}

impl Iterator for Rows {
    type Item = Result<Vec<Cell>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.is_empty() {
            match self.runtime.block_on(self.list.page()) {
                Ok(Some(page)) => self.page = page,
                Ok(None) => return None,
                Err(failure) => {
                    self.list = List::None;
                    return Some(Err(failure));
                }
            }
        }
        self.page.pop_front().map(Ok)
    }
}
