//! Which events make a total, and their sum, added up again from the ledger: no read model is asked.

use super::journal::{Events, paper};
use crate::{
    clock::Clock,
    failure::Failure,
    recording,
    store::{Recorded, Store},
};
use domain::{ExamId, TillId, UserId, movement::Movement, receipt::Method};
use projections::takings::Period;
use serde::Serialize;

/// One total of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// All that moved.
    All,
    /// By cash, or by any phone.
    Mobile(bool),
    /// By one wallet.
    Provider(Method),
    /// By one cashier.
    Cashier(UserId),
    /// In one session; none for what came by phone.
    Session(Option<TillId>),
    /// On one exam; none for what fell on none.
    Service(Option<ExamId>),
}

/// One event of a total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TotalCause)]
pub struct Cause {
    /// Its place in the ledger.
    pub position: u64,
    /// Its stored name.
    pub name: String,
    /// The number of the receipt or the slip.
    pub document: String,
    /// What it adds to the total, in francs; to a report that was signed: see [`super::changes`].
    pub amount: i64,
}

/// The events of one total, read page by page.
pub struct Explained {
    events: Events,
    clock: Clock,
    total: Total,
    period: Period,
    upto: u64,
}

impl Total {
    /// A total by its words: `total`, `method:CASH`, `provider:FLOOZ`, `cashier:{id}`, `session:{id}`,
    /// `service:{id}`; the last two without an id for what belongs to none.
    pub fn of(words: &str) -> Option<Self> {
        let (kind, key) = words.split_once(':').unwrap_or((words, ""));
        Some(match (kind, key) {
            ("total", "") => Self::All,
            ("method", "CASH") => Self::Mobile(false),
            ("method", "MOBILE_MONEY") => Self::Mobile(true),
            ("provider", "TMONEY") => Self::Provider(Method::Tmoney),
            ("provider", "FLOOZ") => Self::Provider(Method::Flooz),
            ("cashier", id) => Self::Cashier(id.parse().ok()?),
            ("session", "") => Self::Session(None),
            ("session", id) => Self::Session(Some(id.parse().ok()?)),
            ("service", "") => Self::Service(None),
            ("service", id) => Self::Service(Some(id.parse().ok()?)),
            _ => return None,
        })
    }

    /// What a movement adds to it; nothing if it doesn't belong.
    pub(super) fn share(self, moved: &Movement) -> i64 {
        let belongs = match self {
            Self::All => true,
            Self::Mobile(mobile) => (moved.method != Method::Cash) == mobile,
            Self::Provider(method) => moved.method == method,
            Self::Cashier(cashier) => moved.cashier == cashier,
            Self::Session(till) => moved.till == till,
            Self::Service(None) => return moved.of_no_exam(),
            Self::Service(Some(exam)) => {
                return moved.parts.iter().filter(|part| part.0 == exam).map(|part| part.1).sum();
            }
        };
        if belongs { moved.amount } else { 0 }
    }
}

impl Explained {
    /// Those of a period up to `upto`.
    pub async fn of(
        store: Store,
        clock: Clock,
        period: Period,
        total: Total,
        upto: u64,
    ) -> Result<Self, Failure> {
        let events = Events::of(store, clock, period, upto).await?;
        Ok(Self { events, clock, total, period, upto })
    }

    /// The next events; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Cause>>, Failure> {
        let events = self.events.next(self.upto).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let mut causes = vec![];
        for recorded in &events {
            causes.extend(self.cause(recorded)?);
        }
        Ok(Some(causes))
    }

    fn cause(&self, recorded: &Recorded) -> Result<Option<Cause>, Failure> {
        let event = recording::read(recorded)?.event;
        let moved =
            Movement::of(&event).filter(|moved| self.period.from <= moved.day && moved.day <= self.period.to);
        let Some(amount) = moved.map(|moved| self.total.share(&moved)).filter(|amount| *amount != 0) else {
            return Ok(None);
        };
        let (position, name) = (recorded.position, recorded.name.to_string());
        Ok(Some(Cause { position, name, document: paper(self.clock, recorded, &event), amount }))
    }
}
