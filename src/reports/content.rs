//! What stands in a report: the figures behind its tables, its data file and its signature alike.

use super::{Asked, Name, balance::TrialBalance, figures::Figures, homonyms::told_apart};
use crate::{
    clock::Clock,
    views::{Moment, ViewsError},
};
use chrono::{Duration, NaiveDate};
use projections::{
    activity::{self, Performed},
    deposits::{self, Unproven},
    prescriptions::outstanding_sum,
    takings::Period,
    tills::{self, Till},
};
use serde::Serialize;
use uuid::Uuid;

/// The figures of any report. No patient's name is in it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// What moved.
    Figures(Box<Figures>),
    /// What the books come to.
    Balance(TrialBalance),
    /// Sessions of drawers.
    Sessions(Sessions),
    /// Exams performed.
    Activity(Activity),
    /// What is still to come.
    Outstanding(Outstanding),
}

/// The sessions that were open in a period.
#[derive(Clone, Debug, Serialize)]
pub struct Sessions {
    /// In the order of their openings.
    pub sessions: Vec<Till>,
}

/// What services performed.
#[derive(Clone, Debug, Serialize)]
pub struct Activity {
    /// By service, exam and technician.
    pub performed: Vec<Done>,
}

/// How often one technician performed one exam. Francs.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    /// The service.
    pub category: String,
    /// The exam's code.
    pub code: String,
    /// The exam's name.
    pub exam: String,
    /// Who.
    pub technician_id: Uuid,
    /// `NOM Prénom`.
    pub technician: String,
    /// How often.
    pub count: i64,
    /// The prices of all of them, whoever bears them.
    pub revenue: i64,
}

/// What patients owe, and what is on its way to the bank. Francs.
#[derive(Clone, Debug, Serialize)]
pub struct Outstanding {
    /// Prescriptions on which something is due.
    pub prescriptions: i64,
    /// What is due on them.
    pub due: i64,
    /// Deposits without proof (585), by desk.
    pub deposits: Vec<OnItsWay>,
}

/// Deposits of one desk that nobody has proven.
#[derive(Clone, Debug, Serialize)]
pub struct OnItsWay {
    /// The desk.
    pub desk: String,
    /// How many slips.
    pub slips: i64,
    /// Francs of all of them.
    pub amount: i64,
    /// The day of the oldest.
    pub since: NaiveDate,
}

impl Content {
    /// That of a report, as the read models are at one moment.
    pub async fn read(moment: &mut Moment, clock: Clock, asked: &Asked) -> Result<Self, ViewsError> {
        let Period { from, to } = asked.period;
        Ok(match asked.name {
            Name::Daily | Name::Period | Name::Cashiers | Name::Providers => {
                Self::Figures(Box::new(Figures::read(moment, asked.period, asked.cashier).await?))
            }
            Name::Journal | Name::TrialBalance => {
                Self::Balance(TrialBalance::read(moment, asked.period).await?)
            }
            Name::Tills => {
                let open = tills::between(clock.begins(from), clock.begins(to + Duration::days(1)));
                Self::Sessions(Sessions { sessions: moment.fetch(open).await? })
            }
            Name::Activity => {
                let performed = moment.fetch(activity::between(from, to, None)).await?;
                Self::Activity(Activity::of(performed))
            }
            Name::Outstanding => {
                let (prescriptions, due) =
                    moment.first(outstanding_sum(clock.today())).await?.unwrap_or_default();
                let unproven = deposits::by_desk(moment.fetch(deposits::unproven()).await?);
                let deposits = unproven.into_iter().map(on_its_way);
                Self::Outstanding(Outstanding { prescriptions, due, deposits: deposits.collect() })
            }
        })
    }

    /// How many rows its long list has; 0 where nobody counts them beforehand.
    pub fn rows(&self) -> i64 {
        match self {
            Self::Figures(figures) => figures.total.receipts + figures.total.refunds,
            Self::Outstanding(outstanding) => outstanding.prescriptions,
            Self::Balance(_) | Self::Sessions(_) | Self::Activity(_) => 0,
        }
    }
}

impl Activity {
    fn of(performed: Vec<Performed>) -> Self {
        let named = performed.iter().map(|done| (done.technician, &*done.technician_name, &*done.username));
        let names = told_apart(named);
        let named = performed.into_iter().map(|done| Performed {
            technician_name: names.get(&done.technician).cloned().unwrap_or_default(),
            ..done
        });
        Self { performed: named.map(done).collect() }
    }
}

fn done(performed: Performed) -> Done {
    Done {
        category: performed.category,
        code: performed.code,
        exam: performed.name,
        technician_id: performed.technician,
        technician: performed.technician_name,
        count: performed.completed,
        revenue: performed.revenue,
    }
}

fn on_its_way(unproven: Unproven) -> OnItsWay {
    let Unproven { desk, slips, amount, since } = unproven;
    OnItsWay { desk, slips, amount, since }
}
