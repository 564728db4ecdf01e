//! What changed in a report since it was signed: every event that had a part in its figures.
//!
//! | report | events | `amount` of each |
//! |---|---|---|
//! | daily, period, cashiers, providers | receipts and refunds of its days | what came in; below 0 what went back |
//! | journal, trial balance | whatever is booked on its days | what is debited |
//! | tills | all of a session that was open in its days | what it did to the drawer |
//! | activity | exams performed on its days | their price |
//! | outstanding | what moves patients' debts, and deposits on their way | what is owed or on its way more, or less |

use super::{
    Asked, Name,
    explain::{Cause, Total},
    journal::{Events, paper},
};
use crate::{app::App, clock::Clock, failure::Failure, recording, store::Recorded, views::Moment};
use chrono::Duration;
use domain::{
    Event, TillId, UserId, deposit,
    entry::{Account, Posting},
    movement::Movement,
    prescription, till,
};
use projections::{takings::Period, tills};
use std::collections::HashSet;

/// So many are named; whoever wants more asks for the journal.
const MOST: usize = 1_000;

/// What changed, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// At most a thousand.
    pub events: Vec<Cause>,
    /// Whether there are more.
    pub more: bool,
}

/// The events after `signed_at`, up to where `moment` is, that had a part in the figures of a report.
pub async fn since(
    app: &App,
    moment: &mut Moment,
    asked: &Asked,
    signed_at: u64,
) -> Result<Changes, Failure> {
    let judge = Judge::of(app.clock, moment, asked).await?;
    let (store, upto) = (app.ledger.store.clone(), moment.position);
    let mut events = match asked.name {
        // A session of these days goes on after them, and debts are of no day.
        Name::Tills | Name::Outstanding => Events::after(store, signed_at),
        _ => Events::of(store, app.clock, asked.period, upto).await?,
    };
    events.skip_to(signed_at);
    let mut changes = Changes::default();
    loop {
        let read = events.next(upto).await?;
        if read.is_empty() {
            return Ok(changes);
        }
        for recorded in &read {
            changes.events.extend(judge.cause(recorded)?);
            if changes.events.len() > MOST {
                changes.events.truncate(MOST);
                changes.more = true;
                return Ok(changes);
            }
        }
    }
}

/// Says which events have a part in one report.
struct Judge {
    clock: Clock,
    name: Name,
    period: Period,
    total: Total,
    /// Sessions that were open in the period.
    sessions: HashSet<TillId>,
}

impl Judge {
    async fn of(clock: Clock, moment: &mut Moment, asked: &Asked) -> Result<Self, Failure> {
        let Period { from, to } = asked.period;
        let mut sessions = HashSet::new();
        if asked.name == Name::Tills {
            let open = tills::between(clock.begins(from), clock.begins(to + Duration::days(1)));
            sessions.extend(moment.fetch(open).await?.into_iter().map(|till| TillId(till.id)));
        }
        // A cashier is told of his own alone (rule 42).
        let total = asked.cashier.map_or(Total::All, |cashier| Total::Cashier(UserId(cashier)));
        Ok(Self { clock, name: asked.name, period: asked.period, total, sessions })
    }

    fn cause(&self, recorded: &Recorded) -> Result<Option<Cause>, Failure> {
        let event = recording::read(recorded)?.event;
        let Some(amount) = self.part(recorded, &event) else { return Ok(None) };
        let (position, name) = (recorded.position, recorded.name.to_string());
        Ok(Some(Cause { position, name, document: paper(self.clock, recorded, &event), amount }))
    }

    /// What an event adds to the report; nothing if it has no part in it.
    fn part(&self, recorded: &Recorded, event: &Event) -> Option<i64> {
        let recorded_on = || self.clock.day(recorded.recorded_at);
        match self.name {
            Name::Daily | Name::Period | Name::Cashiers | Name::Providers => {
                let moved = Movement::of(event).filter(|moved| self.covers(moved.day))?;
                Some(self.total.share(&moved)).filter(|amount| *amount != 0)
            }
            Name::Journal | Name::TrialBalance => {
                let posting = Posting::of(event)?;
                let day = Posting::day_of(event).unwrap_or_else(recorded_on);
                self.covers(day).then(|| posting.entries.iter().map(|entry| entry.debit.francs()).sum())
            }
            Name::Tills => match event {
                Event::Till(fact) if self.sessions.contains(&till_of(recorded)?) => of_session(fact),
                _ => None,
            },
            Name::Activity => match event {
                Event::Prescription(prescription::Event::ExamCompleted(done)) => {
                    self.covers(recorded_on()).then_some(done.price.francs())
                }
                _ => None,
            },
            Name::Outstanding => outstanding(event),
        }
    }

    fn covers(&self, day: chrono::NaiveDate) -> bool {
        self.period.from <= day && day <= self.period.to
    }
}

fn till_of(recorded: &Recorded) -> Option<TillId> {
    recorded.stream.as_str().strip_prefix("till-")?.parse().ok()
}

/// What a fact did to its session; nothing for those that only tell a neighbour.
fn of_session(fact: &till::Event) -> Option<i64> {
    match fact {
        till::Event::TransferAccepted(_) | till::Event::Seated(_) | till::Event::Vacated(_) => None,
        till::Event::Opened(_)
        | till::Event::CashTaken(_)
        | till::Event::CashPaidOut(_)
        | till::Event::TransferSent(_)
        | till::Event::TransferReceived(_)
        | till::Event::TransferReturned(_)
        | till::Event::Deposited(_)
        | till::Event::Counted(_)
        | till::Event::Closed(_) => Some(fact.moves()),
    }
}

/// What is owed by patients, or on its way to the bank, more or less than before.
fn outstanding(event: &Event) -> Option<i64> {
    match event {
        Event::Deposit(deposit::Event::Made(made)) => Some(made.amount.francs()),
        Event::Deposit(deposit::Event::Proven(proven)) => Some(-proven.amount.francs()),
        event => {
            let entries = Posting::of(event)?.entries;
            let owed = entries.iter().filter(|entry| entry.account == Account::Patients);
            let owed = owed.map(|entry| entry.debit.francs() - entry.credit.francs()).sum();
            Some(owed).filter(|owed| *owed != 0)
        }
    }
}
