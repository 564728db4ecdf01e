//! The figures at the head of a report, and its small tables.

use super::{
    super::{
        Name,
        content::{Activity, Content, Outstanding, Sessions},
        figures::{Figures, Group, Sum},
    },
    columns,
};
use crate::exports::{Cell, Chart, Column, Kind, Table};
use std::collections::BTreeMap;

/// The figures to read first.
pub fn facts(content: &Content) -> Vec<(String, Cell)> {
    let fact = |label: &str, cell| (label.to_owned(), cell);
    match content {
        Content::Figures(figures) => {
            let total = &figures.total;
            vec![
                fact("Nombre de paiements", Cell::Count(total.receipts)),
                fact("Montant encaissé", Cell::Money(total.received)),
                fact("Nombre de remboursements", Cell::Count(total.refunds)),
                fact("Montant remboursé", Cell::Money(total.refunded)),
                fact("Montant total", Cell::Money(total.amount)),
                fact("Dont avances dues aux patients", Cell::Money(total.advances)),
            ]
        }
        Content::Balance(balance) => vec![
            fact("Total des débits", Cell::Money(balance.total_debit)),
            fact("Total des crédits", Cell::Money(balance.total_credit)),
        ],
        Content::Sessions(Sessions { sessions }) => {
            let sum = |figure: fn(&projections::tills::Till) -> i64| sessions.iter().map(figure).sum();
            vec![
                fact("Nombre de sessions", Cell::Count(sessions.len() as i64)),
                fact("Manquants", Cell::Money(sum(|till| till.difference.unwrap_or(0).min(0)))),
                fact("Excédents", Cell::Money(sum(|till| till.difference.unwrap_or(0).max(0)))),
            ]
        }
        Content::Activity(Activity { performed }) => vec![
            fact("Examens réalisés", Cell::Count(performed.iter().map(|done| done.count).sum())),
            fact("Recettes (tarifs)", Cell::Money(performed.iter().map(|done| done.revenue).sum())),
        ],
        Content::Outstanding(outstanding) => {
            let on_its_way = outstanding.deposits.iter().map(|deposit| deposit.amount).sum();
            vec![
                fact("Prescriptions non soldées", Cell::Count(outstanding.prescriptions)),
                fact("Reste dû par les patients", Cell::Money(outstanding.due)),
                fact("Versements sans preuve", Cell::Money(on_its_way)),
            ]
        }
    }
}

/// The small tables.
pub fn of(name: Name, content: &Content) -> Vec<Table> {
    match content {
        Content::Figures(figures) => of_figures(name, figures),
        // The journal's sums stand under its list.
        Content::Balance(_) if name == Name::Journal => vec![],
        Content::Balance(balance) => vec![columns::balance(balance)],
        Content::Sessions(sessions) => vec![columns::sessions(sessions)],
        Content::Activity(activity) => of_activity(activity),
        Content::Outstanding(outstanding) => on_its_way(outstanding).into_iter().collect(),
    }
}

fn of_figures(name: Name, figures: &Figures) -> Vec<Table> {
    let total = &figures.total;
    let by = |title: &str, groups: &[Group], chart| grouped(title, groups, total, chart);
    let methods = by("Par méthode de paiement", &figures.by_method, Some(Chart::Pie));
    let mobile = figures.by_provider.iter().fold(Sum::default(), |sum, group| sum.plus(&group.sum));
    let providers = grouped("Par opérateur", &figures.by_provider, &mobile, Some(Chart::Pie));
    let cashiers = by("Par caissier", &figures.by_cashier, Some(Chart::Bar));
    let sessions = by("Par session de caisse", &figures.by_session, None);
    let days = by("Par jour", &figures.by_day, Some(Chart::Column));
    let tables = match name {
        Name::Daily => vec![methods, providers, cashiers, sessions],
        Name::Period => vec![days, methods, providers, cashiers],
        Name::Cashiers => return vec![cashiers, sessions],
        _ => return vec![providers],
    };
    tables.into_iter().chain(columns::services(&figures.by_service)).collect()
}

fn grouped(title: &str, groups: &[Group], total: &Sum, chart: Option<Chart>) -> Table {
    Table {
        title: title.to_owned(),
        columns: columns::of_sums(),
        rows: groups.iter().map(|group| columns::sum(&group.name, &group.sum)).collect(),
        totals: Some(columns::sum("TOTAL", total)),
        chart: chart.filter(|_| groups.len() > 1),
    }
}

fn of_activity(activity: &Activity) -> Vec<Table> {
    let by = |title: &str, first: &str, key: fn(&super::super::content::Done) -> String| {
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for done in &activity.performed {
            let sum = sums.entry(key(done)).or_default();
            *sum = (sum.0 + done.count, sum.1 + done.revenue);
        }
        let row = |name: &str, (count, revenue): (i64, i64)| {
            vec![Cell::text(name), Cell::Count(count), Cell::Money(revenue)]
        };
        let all = sums.values().fold((0, 0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
        Table {
            title: title.to_owned(),
            columns: vec![
                Column::new(first, Kind::Text, 36),
                Column::new("Examens", Kind::Count, 11),
                Column::new("Recettes (FCFA)", Kind::Money, 17),
            ],
            chart: Some(Chart::Bar).filter(|_| sums.len() > 1),
            rows: sums.iter().map(|(name, sum)| row(name, *sum)).collect(),
            totals: Some(row("TOTAL", all)),
        }
    };
    vec![
        by("Par service", "Service", |done| done.category.clone()),
        by("Par examen", "Examen", |done| format!("{} ({})", done.exam, done.code)),
        by("Par technicien", "Technicien", |done| done.technician.clone()),
    ]
}

fn on_its_way(outstanding: &Outstanding) -> Option<Table> {
    let deposits = &outstanding.deposits;
    let total = deposits.iter().map(|deposit| deposit.amount).sum();
    (!deposits.is_empty()).then(|| Table {
        title: "Versements en attente de preuve".into(),
        columns: vec![
            Column::new("Guichet", Kind::Text, 30),
            Column::new("Bordereaux", Kind::Count, 11),
            Column::new("Depuis le", Kind::Day, 12),
            Column::new("Montant (FCFA)", Kind::Money, 16),
        ],
        rows: deposits
            .iter()
            .map(|deposit| {
                vec![
                    Cell::text(deposit.desk.as_str()),
                    Cell::Count(deposit.slips),
                    Cell::Day(deposit.since),
                    Cell::Money(deposit.amount),
                ]
            })
            .collect(),
        totals: Some(vec![Cell::text("TOTAL"), Cell::Empty, Cell::Empty, Cell::Money(total)]),
        chart: None,
    })
}
