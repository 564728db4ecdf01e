//! The columns of each report, and how a figure becomes a row.

use super::super::{
    Name,
    balance::{AccountBalance, TrialBalance},
    content::{Outstanding, Sessions},
    figures::{Service, Sum, french},
    journal::Line,
    movements::Moved,
};
use crate::{
    clock::Clock,
    exports::{Cell, Column, Kind, Table},
};
use chrono::NaiveDate;
use domain::Money;
use projections::{balances::label, prescriptions::Prescription, tills::Till};

/// What the long list is called.
pub const fn title(name: Name) -> &'static str {
    match name {
        Name::Journal => "Écritures",
        Name::Outstanding => "Restes dus",
        _ => "Paiements",
    }
}

/// The columns of the long list; none where there is no list.
pub fn of(name: Name) -> Vec<Column> {
    let column = Column::new;
    match name {
        Name::Daily | Name::Period => vec![
            column("N° Paiement", Kind::Text, 18),
            column("N° Prescription", Kind::Text, 18),
            column("Patient", Kind::Text, 28),
            column("Montant (FCFA)", Kind::Money, 15),
            column("Méthode", Kind::Text, 16),
            column("Caissier", Kind::Text, 22),
            column("Heure", if name == Name::Daily { Kind::Time } else { Kind::Moment }, 14),
        ],
        Name::Journal => vec![
            column("Date", Kind::Day, 12),
            column("Journal", Kind::Text, 8),
            column("Position", Kind::Count, 10),
            column("Pièce", Kind::Text, 24),
            column("Compte", Kind::Text, 8),
            column("Libellé", Kind::Text, 30),
            column("Débit", Kind::Money, 14),
            column("Crédit", Kind::Money, 14),
        ],
        Name::Outstanding => vec![
            column("N° Prescription", Kind::Text, 18),
            column("Patient", Kind::Text, 28),
            column("Date", Kind::Day, 12),
            column("Total", Kind::Money, 14),
            column("Pris en charge", Kind::Money, 14),
            column("Exonéré", Kind::Money, 14),
            column("Payé", Kind::Money, 14),
            column("Reste dû", Kind::Money, 14),
            column("Jours", Kind::Count, 8),
        ],
        Name::Cashiers | Name::Providers | Name::TrialBalance | Name::Tills | Name::Activity => vec![],
    }
}

/// One receipt or refund.
pub fn movement(clock: Clock, moved: Moved) -> Vec<Cell> {
    let method = match moved.kind.as_str() {
        "RECEIPT" => french(&moved.method).to_owned(),
        "VOID" => format!("{} (annulé)", french(&moved.method)),
        _ => format!("{} (rendu)", french(&moved.method)),
    };
    vec![
        Cell::text(moved.number),
        Cell::text(moved.prescription_number),
        Cell::text(moved.patient_name),
        Cell::Money(moved.amount),
        Cell::text(method),
        Cell::text(moved.cashier),
        Cell::Moment(clock.local(moved.at).naive_local()),
    ]
}

/// The TOTAL of receipts and refunds.
pub fn movement_totals(total: &Sum) -> Vec<Cell> {
    let empty = || Cell::Empty;
    vec![Cell::text("TOTAL"), empty(), empty(), Cell::Money(total.amount), empty(), empty(), empty()]
}

/// One line of the books.
pub fn journal(line: Line) -> Vec<Cell> {
    let side = |money: Money| if money.is_zero() { Cell::Empty } else { Cell::Money(money.francs()) };
    let account = line.entry.account.number();
    vec![
        Cell::Day(line.day),
        Cell::text(line.journal),
        Cell::Count(line.position.cast_signed()),
        Cell::text(line.document),
        Cell::text(account),
        Cell::text(label(account)),
        side(line.entry.debit),
        side(line.entry.credit),
    ]
}

/// The TOTAL of the books: left and right are one sum.
pub fn journal_totals(balance: &TrialBalance) -> Vec<Cell> {
    let mut cells = vec![Cell::text("TOTAL")];
    cells.resize(6, Cell::Empty);
    cells.extend([Cell::Money(balance.total_debit), Cell::Money(balance.total_credit)]);
    cells
}

/// One prescription on which something is due, with its age at the end of the period.
pub fn outstanding(clock: Clock, to: NaiveDate, prescription: Prescription) -> Vec<Cell> {
    let day = clock.day(prescription.registered_at);
    vec![
        Cell::text(prescription.prescription_number),
        Cell::text(prescription.patient_name),
        Cell::Day(day),
        Cell::Money(prescription.total_amount.francs()),
        Cell::Money(prescription.covered_amount.francs()),
        Cell::Money(prescription.relieved_amount.francs()),
        Cell::Money(prescription.paid_amount.francs()),
        Cell::Money(prescription.due_amount.francs()),
        Cell::Count((to - day).num_days()),
    ]
}

/// The TOTAL of what is due.
pub fn outstanding_totals(outstanding: &Outstanding) -> Vec<Cell> {
    let mut cells = vec![Cell::text("TOTAL")];
    cells.resize(7, Cell::Empty);
    cells.extend([Cell::Money(outstanding.due), Cell::Empty]);
    cells
}

/// Sessions of drawers: what lay in each, what moved, what was found.
pub fn sessions(sessions: &Sessions) -> Table {
    let figure = |figure: Option<i64>| figure.map_or(Cell::Empty, Cell::Money);
    let row = |till: &Till| {
        let sums = till.sums;
        vec![
            Cell::text(format!("{}, {}", till.desk, till.cashier)),
            Cell::Money(till.float.francs()),
            figure(sums.map(|sums| sums.taken)),
            figure(sums.map(|sums| sums.paid_out)),
            figure(sums.map(|sums| sums.received + sums.returned - sums.sent)),
            figure(sums.map(|sums| sums.deposited)),
            figure(till.expected),
            figure(till.counted.map(Money::francs)),
            figure(till.difference),
        ]
    };
    let money = |title: &str| Column::new(title, Kind::Money, 12);
    Table {
        title: "Sessions de caisse".into(),
        columns: vec![
            Column::new("Session", Kind::Text, 28),
            money("Fond"),
            money("Encaissé"),
            money("Remboursé"),
            money("Transferts"),
            money("Versé"),
            money("Attendu"),
            money("Compté"),
            money("Écart"),
        ],
        rows: sessions.sessions.iter().map(row).collect(),
        totals: None,
        chart: None,
    }
}

/// The columns of every table of sums.
pub fn of_sums() -> Vec<Column> {
    vec![
        Column::new("", Kind::Text, 34),
        Column::new("Paiements", Kind::Count, 11),
        Column::new("Encaissé", Kind::Money, 15),
        Column::new("Remboursé", Kind::Money, 15),
        Column::new("Montant (FCFA)", Kind::Money, 16),
    ]
}

/// A sum under its name.
pub fn sum(name: &str, sum: &Sum) -> Vec<Cell> {
    vec![
        Cell::text(name),
        Cell::Count(sum.receipts),
        Cell::Money(sum.received),
        Cell::Money(sum.refunded),
        Cell::Money(sum.amount),
    ]
}

/// By exam; none for a cashier's own report.
pub fn services(services: &[Service]) -> Option<Table> {
    let row = |service: &Service| {
        vec![
            Cell::text(service.name.as_str()),
            Cell::text(service.category.as_str()),
            Cell::Money(service.received),
            Cell::Money(service.refunded),
            Cell::Money(service.amount),
        ]
    };
    let all = |figure: fn(&Service) -> i64| Cell::Money(services.iter().map(figure).sum());
    let (received, refunded) = (all(|service| service.received), all(|service| service.refunded));
    let totals = vec![Cell::text("TOTAL"), Cell::Empty, received, refunded, all(|service| service.amount)];
    (!services.is_empty()).then(|| Table {
        title: "Par examen".into(),
        columns: vec![
            Column::new("Examen", Kind::Text, 30),
            Column::new("Service", Kind::Text, 18),
            Column::new("Encaissé", Kind::Money, 15),
            Column::new("Remboursé", Kind::Money, 15),
            Column::new("Montant (FCFA)", Kind::Money, 16),
        ],
        rows: services.iter().map(row).collect(),
        totals: Some(totals),
        chart: None,
    })
}

/// The accounts and what they come to.
pub fn balance(balance: &TrialBalance) -> Table {
    let row = |account: &AccountBalance| {
        vec![
            Cell::text(account.account.as_str()),
            Cell::text(account.label),
            Cell::Money(account.before),
            Cell::Money(account.debit),
            Cell::Money(account.credit),
            Cell::Money(account.after),
        ]
    };
    let all = |figure: fn(&AccountBalance) -> i64| Cell::Money(balance.accounts.iter().map(figure).sum());
    Table {
        title: "Comptes".into(),
        columns: vec![
            Column::new("Compte", Kind::Text, 9),
            Column::new("Libellé", Kind::Text, 36),
            Column::new("Solde initial", Kind::Money, 15),
            Column::new("Débit", Kind::Money, 15),
            Column::new("Crédit", Kind::Money, 15),
            Column::new("Solde final", Kind::Money, 15),
        ],
        rows: balance.accounts.iter().map(row).collect(),
        totals: Some(vec![
            Cell::text("TOTAL"),
            Cell::Empty,
            all(|account| account.before),
            Cell::Money(balance.total_debit),
            Cell::Money(balance.total_credit),
            all(|account| account.after),
        ]),
        chart: None,
    }
}
