//! The totals of a period, grouped in every way that a report shows: one reading of the read model
//! `takings`, grouped here and nowhere else.

use super::homonyms::told_apart;
use crate::views::{Moment, ViewsError};
use projections::takings::{Period, ServiceTaking, Taking, by_service, of_period};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Money that moved, as one sum. Francs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportSum)]
pub struct Sum {
    /// How many receipts.
    pub receipts: i64,
    /// What came in.
    pub received: i64,
    /// How many refunds and voids.
    pub refunds: i64,
    /// What went back.
    pub refunded: i64,
    /// What stays: received less refunded.
    pub amount: i64,
    /// Of what stays: owed back to patients (4191).
    pub advances: i64,
}

/// A sum of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportGroup)]
pub struct Group {
    /// An id or a code; empty for what belongs to none.
    pub key: String,
    /// For people.
    pub name: String,
    /// What moved.
    #[serde(flatten)]
    pub sum: Sum,
}

/// What fell on one exam. Francs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportService)]
pub struct Service {
    /// The exam's id; empty for advances.
    pub key: String,
    /// The exam.
    pub name: String,
    /// The service that performs it.
    pub category: String,
    /// What came in.
    pub received: i64,
    /// What went back.
    pub refunded: i64,
    /// What stays.
    pub amount: i64,
}

/// All totals of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportFigures)]
pub struct Figures {
    /// Of everything below.
    pub total: Sum,
    /// `CASH`, `MOBILE_MONEY`.
    pub by_method: Vec<Group>,
    /// `TMONEY`, `FLOOZ`.
    pub by_provider: Vec<Group>,
    /// By id; two persons of one name carry their usernames.
    pub by_cashier: Vec<Group>,
    /// Cash by session; what came by phone belongs to none.
    pub by_session: Vec<Group>,
    /// By day.
    pub by_day: Vec<Group>,
    /// By exam; not for one cashier alone.
    pub by_service: Vec<Service>,
}

impl Figures {
    /// Those of a period, for one cashier or for the house.
    pub async fn read(
        moment: &mut Moment,
        period: Period,
        cashier: Option<Uuid>,
    ) -> Result<Self, ViewsError> {
        let takings = moment.fetch(of_period(period, cashier)).await?;
        let services = match cashier {
            None => moment.fetch(by_service(period)).await?,
            // Which exam a patient paid for is no cashier's total.
            Some(_) => vec![],
        };
        Ok(Self::of(&takings, &services))
    }

    fn of(takings: &[Taking], services: &[ServiceTaking]) -> Self {
        let named = takings.iter().map(|taking| (taking.cashier, &*taking.cashier_name, &*taking.username));
        let names = told_apart(named);
        let mobile = |taking: &&Taking| taking.method != "CASH";
        Self {
            total: takings.iter().fold(Sum::default(), Sum::and),
            by_method: groups(takings.iter(), |taking| {
                let method = method(&taking.method);
                (method.to_owned(), french(method).to_owned())
            }),
            by_provider: groups(takings.iter().filter(mobile), |taking| {
                (taking.method.clone(), french(&taking.method).to_owned())
            }),
            by_cashier: groups(takings.iter(), |taking| {
                let name = names.get(&taking.cashier).cloned().unwrap_or_default();
                (taking.cashier.to_string(), name)
            }),
            by_session: groups(takings.iter(), session),
            by_day: groups(takings.iter(), |taking| (taking.day.to_string(), taking.day.to_string())),
            by_service: services.iter().map(service).collect(),
        }
    }
}

impl Sum {
    /// Both together.
    pub const fn plus(self, other: &Self) -> Self {
        Self {
            receipts: self.receipts + other.receipts,
            received: self.received + other.received,
            refunds: self.refunds + other.refunds,
            refunded: self.refunded + other.refunded,
            amount: self.amount + other.amount,
            advances: self.advances + other.advances,
        }
    }

    const fn and(self, taking: &Taking) -> Self {
        self.plus(&Self {
            receipts: taking.receipts,
            received: taking.received,
            refunds: taking.refunds,
            refunded: taking.refunded,
            amount: taking.amount(),
            advances: taking.advance(),
        })
    }
}

/// Groups in the order of their names.
fn groups<'a>(
    takings: impl Iterator<Item = &'a Taking>,
    key: impl Fn(&Taking) -> (String, String),
) -> Vec<Group> {
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for taking in takings {
        let (key, name) = key(taking);
        let sum = sums.entry((name, key)).or_default();
        *sum = sum.and(taking);
    }
    sums.into_iter().map(|((name, key), sum)| Group { key, name, sum }).collect()
}

fn session(taking: &Taking) -> (String, String) {
    match (taking.till, &taking.desk) {
        (Some(till), desk) => {
            let desk = desk.as_deref().unwrap_or("Caisse");
            (till.to_string(), format!("{desk}, {}", taking.cashier_name))
        }
        (None, _) => (String::new(), "Hors caisse (mobile money)".into()),
    }
}

fn service(taking: &ServiceTaking) -> Service {
    let name = match (&taking.name, taking.exam) {
        (Some(name), _) => name.clone(),
        (None, Some(exam)) => exam.to_string(),
        (None, None) => "Avances et montants non ventilés".into(),
    };
    Service {
        key: taking.exam.map(|exam| exam.to_string()).unwrap_or_default(),
        name,
        category: taking.category.clone().unwrap_or_default(),
        received: taking.received,
        refunded: taking.refunded,
        amount: taking.amount(),
    }
}

/// The seed's two words for how money comes in.
pub fn method(method: &str) -> &'static str {
    if method == "CASH" { "CASH" } else { "MOBILE_MONEY" }
}

/// For people.
pub fn french(method: &str) -> &'static str {
    match method {
        "CASH" => "Espèces",
        "MOBILE_MONEY" => "Mobile money",
        "TMONEY" => "T-Money",
        "FLOOZ" => "Flooz",
        _ => "Autre",
    }
}
