//! `/dashboard`: a day in figures: the seed's four cards, its charts, its lists, its files.
//!
//! Every sum is one of [`Figures`]; nothing is added up here.

pub mod chart;

use super::{
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    exports::text::figure,
    failure::Failure,
    http::{problem::Problem, server::State, text},
    reports::figures::{Figures, Group, Service},
    views::{Moment, ViewsError},
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use askama::Template;
use chart::{Bar, Donut, Line};
use chrono::{Duration, NaiveDate};
use domain::user::Role;
use projections::{takings::Period, work_items::WorkItem};
use serde::Deserialize;

/// How many days the line shows, and the one before it that it is compared with.
const DAYS: i64 = 30;
/// How many services are shown.
const TOP: usize = 8;

/// Which day.
#[derive(Deserialize)]
pub struct Day {
    date: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Screen {
    frame: Frame,
    date: NaiveDate,
    day: String,
    total: String,
    cards: Vec<Card>,
    methods: Donut,
    providers: Donut,
    line: Line,
    services: Vec<Bar>,
    cashiers: Vec<Row>,
    work_items: Vec<Item>,
}

/// A figure in large letters.
struct Card {
    label: &'static str,
    figure: String,
    beside: String,
}

/// What one cashier took.
struct Row {
    name: String,
    receipts: i64,
    amount: String,
}

/// What somebody must look at.
pub struct Item {
    /// What it is.
    pub kind: &'static str,
    /// What to do about it.
    pub what: &'static str,
    /// With its unit; empty where there is none.
    pub amount: String,
    /// Since when.
    pub since: String,
}

/// The dashboard.
pub async fn show(state: Data<State>, visitor: Visitor, day: Query<Day>) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Admin, Role::Accountant, Role::Auditor])?;
    let clock = state.app.clock;
    let date = match day.date.as_deref().filter(|date| !date.is_empty()) {
        Some(date) => text::day("/date", Some(date), clock)?,
        None => clock.today(),
    };
    let moment = state.app.views.moment().await.map_err(Failure::from)?;
    let read = Read::of(moment, date).await.map_err(Failure::from)?;
    let frame = visitor.frame;
    let items = read.open.iter().take(20).map(|one| item(one, frame.time(one.opened_at)));
    let screen = Screen {
        date,
        day: frame.day(date),
        total: amount(read.today.total.amount),
        cards: cards(&read, date),
        methods: donut("Par méthode", &read.today.by_method),
        providers: donut("Par opérateur", &read.today.by_provider),
        line: Line::of(&read.days, date, DAYS),
        services: services(&read.today.by_service),
        cashiers: read.today.by_cashier.iter().map(row).collect(),
        work_items: items.collect(),
        frame,
    };
    page::show(&screen)
}

/// What the read models say of a day, at one moment.
struct Read {
    today: Figures,
    days: Vec<Group>,
    /// Prescriptions and exams of the day, and of the day before.
    counted: [(i64, i64); 2],
    open: Vec<WorkItem>,
}

impl Read {
    async fn of(mut moment: Moment, date: NaiveDate) -> Result<Self, ViewsError> {
        let today = Figures::read(&mut moment, Period { from: date, to: date }, None).await?;
        let before = Period { from: date - Duration::days(2 * DAYS - 1), to: date };
        let days = Figures::read(&mut moment, before, None).await?.by_day;
        let mut counted = [(0, 0); 2];
        for (day, counted) in [date, date - Duration::days(1)].into_iter().zip(&mut counted) {
            let registered = moment.first(projections::prescriptions::registered_on(day)).await?;
            let completed = moment.first(projections::activity::completed_on(day)).await?;
            *counted = (registered.unwrap_or(0), completed.unwrap_or(0));
        }
        let open = moment.fetch(projections::work_items::open()).await?;
        Ok(Self { today, days, counted, open })
    }
}

fn cards(read: &Read, date: NaiveDate) -> Vec<Card> {
    let Read { today, days, counted: [now, before], .. } = read;
    let yesterday = (date - Duration::days(1)).to_string();
    let yesterday = days.iter().find(|day| day.key == yesterday).map(|day| day.sum).unwrap_or_default();
    let count = |label, now: i64, before: i64| Card {
        label,
        figure: figure(now),
        beside: format!("{} la veille", figure(before)),
    };
    vec![
        Card {
            label: "Recettes",
            figure: amount(today.total.amount),
            beside: format!("{} la veille", amount(yesterday.amount)),
        },
        count("Paiements", today.total.receipts, yesterday.receipts),
        count("Prescriptions", now.0, before.0),
        count("Examens terminés", now.1, before.1),
    ]
}

fn donut(title: &'static str, groups: &[Group]) -> Donut {
    Donut::of(title, groups.iter().map(|group| (group.name.clone(), group.sum.amount)))
}

fn services(services: &[Service]) -> Vec<Bar> {
    let mut sorted: Vec<_> = services.iter().filter(|service| service.amount > 0).collect();
    sorted.sort_by_key(|service| std::cmp::Reverse(service.amount));
    let most = sorted.first().map_or(1, |first| first.amount);
    sorted.iter().take(TOP).map(|service| Bar::of(&service.name, service.amount, most)).collect()
}

fn row(group: &Group) -> Row {
    Row { name: group.name.clone(), receipts: group.sum.receipts, amount: amount(group.sum.amount) }
}

/// A work item, for people.
pub fn item(item: &WorkItem, since: String) -> Item {
    let (kind, what) = match item.kind.as_str() {
        "advance" => {
            ("Avance", "De l’argent reçu ne correspond à rien de dû : remboursez-le, ou affectez-le.")
        }
        "underpaid" => {
            ("Montant insuffisant", "Il est venu moins que demandé : décidez de l’issue du paiement.")
        }
        "doubled" => ("Payé deux fois", "Un même paiement est venu deux fois : remboursez le second."),
        "conflict" => ("Contradiction", "L’opérateur dit le contraire d’avant : comparez avec son relevé."),
        "reference_differs" => {
            ("Référence différente", "Comparez les références avec le relevé de l’opérateur.")
        }
        "question" => ("Paiement sans issue", "L’opérateur ne répond pas : décidez à deux, sur pièce."),
        "orphan" => {
            ("Argent sans paiement", "Aucun paiement ne porte cette référence : cherchez-la au relevé.")
        }
        "refund_requested" => ("Remboursement demandé", "Une deuxième personne approuve ou rejette."),
        "refund_approved" => ("Remboursement approuvé", "Il reste à rendre l’argent."),
        "relief_requested" => ("Exonération demandée", "Une deuxième personne accorde ou rejette."),
        "provider_credentials" => {
            ("Identifiants refusés", "L’opérateur refuse nos identifiants : prévenez l’informatique.")
        }
        _ => ("Message illisible", "Un message de l’opérateur n’a pas pu être lu : prévenez l’informatique."),
    };
    Item { kind, what, amount: item.amount.map(|amount| amount.to_string()).unwrap_or_default(), since }
}

fn amount(francs: i64) -> String {
    format!("{}\u{202f}FCFA", figure(francs))
}
