//! The closing sheet of a session: what lay in the drawer, what moved, what was counted, and who signs.

use crate::{
    app::App,
    exports::{Cell, Column, Document, Kind, Made, Table, text},
    failure::Failure,
    reports::paper::proof,
};
use domain::cash::{Count, Denomination};
use projections::{deposits::Deposit, tills::Till, transfers::Transfer};

/// A session with what went from it to other drawers and to the bank.
pub struct Session {
    /// Counted, or closed.
    pub till: Till,
    /// Oldest first.
    pub transfers: Vec<Transfer>,
    /// Oldest first.
    pub deposits: Vec<Deposit>,
    /// The position that all of it reflects.
    pub position: u64,
}

/// The sheet, for `by`.
pub async fn of(app: &App, session: Session, by: String) -> Result<Document, Failure> {
    let Session { till, transfers, deposits, position } = session;
    let head = app.heads.at_least(position).await?;
    let counted = till.counted_at.unwrap_or(till.opened_at);
    let time = |at| app.clock.local(at).format("%d/%m/%Y à %H:%M").to_string();
    let movements =
        (!transfers.is_empty() || !deposits.is_empty()).then(|| on_its_way(&till, &transfers, &deposits));
    Ok(Document {
        house: app.house.name.clone(),
        title: format!("Feuille de clôture, {}", till.desk),
        period: format!("session du {} au {}", time(till.opened_at), time(counted)),
        facts: facts(&till),
        summaries: [Some(sums(&till)), till.count.as_ref().map(pieces), movements]
            .into_iter()
            .flatten()
            .collect(),
        list: String::new(),
        columns: vec![],
        totals: vec![],
        signatures: vec!["Le caissier".into(), "Le caissier principal".into()],
        proof: proof(&head, position, &head.sign(&app.vault.signer())),
        made: Made { at: app.clock.local(app.clock.now()), by },
        attachment: None,
    })
}

fn facts(till: &Till) -> Vec<(String, Cell)> {
    let money =
        |label: &str, francs: Option<i64>| (label.to_owned(), francs.map_or(Cell::Empty, Cell::Money));
    let mut facts = vec![
        ("Caissier".to_owned(), Cell::text(till.cashier.as_str())),
        ("Encaissements".to_owned(), Cell::Count(till.payments)),
        money("Montant attendu", till.expected),
        money("Montant compté", till.counted.map(domain::Money::francs)),
        money("Écart", till.difference),
    ];
    if let Some(reason) = &till.reason {
        facts.push(("Compté par une autre personne".to_owned(), Cell::text(reason.as_str())));
    }
    if let Some(note) = &till.note {
        facts.push(("Constat".to_owned(), Cell::text(note.as_str())));
    }
    facts
}

/// Float + taken − paid out − sent + received + returned − deposited = expected.
fn sums(till: &Till) -> Table {
    let row = |label: &str, francs: i64| vec![Cell::text(label), Cell::Money(francs)];
    let sums = till.sums.map(|sums| {
        vec![
            row("Fond de caisse", till.float.francs()),
            row("Encaissé", sums.taken),
            row("Remboursé", -sums.paid_out),
            row("Envoyé à d’autres caisses", -sums.sent),
            row("Reçu d’autres caisses", sums.received),
            row("Envois revenus", sums.returned),
            row("Versé à la banque ou au Trésor", -sums.deposited),
        ]
    });
    Table {
        title: "Mouvements du tiroir".into(),
        columns: vec![Column::new("", Kind::Text, 44), Column::new("Montant (FCFA)", Kind::Money, 18)],
        rows: sums.unwrap_or_default(),
        totals: till.expected.map(|expected| row("ATTENDU", expected)),
        chart: None,
    }
}

/// The count, piece by piece.
fn pieces(count: &Count) -> Table {
    let row = |piece: &Denomination, quantity: u32| {
        let kind = if piece.is_note() { "Billets" } else { "Pièces" };
        vec![
            Cell::text(format!("{kind} de {}", text::figure(piece.francs()))),
            Cell::Count(i64::from(quantity)),
            Cell::Money(piece.francs() * i64::from(quantity)),
        ]
    };
    let rows = Denomination::ALL.iter().filter_map(|piece| Some(row(piece, *count.0.get(piece)?)));
    let total = count.total().map_or(Cell::Empty, |total| Cell::Money(total.francs()));
    Table {
        title: "Billetage".into(),
        columns: vec![
            Column::new("Coupure", Kind::Text, 30),
            Column::new("Nombre", Kind::Count, 12),
            Column::new("Montant (FCFA)", Kind::Money, 18),
        ],
        rows: rows.collect(),
        totals: Some(vec![Cell::text("COMPTÉ"), Cell::Empty, total]),
        chart: None,
    }
}

/// How far a transfer or a deposit is.
fn in_words(state: &str) -> &'static str {
    match state {
        "SENT" => "envoyé",
        "ACCEPTED" => "accepté",
        "RETURNED" => "revenu",
        "PROVEN" => "arrivé",
        _ => "en route",
    }
}

fn on_its_way(till: &Till, transfers: &[Transfer], deposits: &[Deposit]) -> Table {
    let transfer = |transfer: &Transfer| {
        let (other, sign) = match transfer.sender_id == till.id {
            true => (format!("Transfert vers {}", transfer.receiver_desk), -1),
            false => (format!("Transfert de {}", transfer.sender_desk), 1),
        };
        vec![
            Cell::text(other),
            Cell::text(in_words(&transfer.state)),
            Cell::Money(sign * transfer.amount.francs()),
        ]
    };
    let deposit = |deposit: &Deposit| {
        let label = match &deposit.carrier {
            Some(carrier) => format!("Versement {}, par {carrier}", deposit.slip_number),
            None => format!("Versement {}", deposit.slip_number),
        };
        vec![Cell::text(label), Cell::text(in_words(&deposit.state)), Cell::Money(-deposit.amount.francs())]
    };
    Table {
        title: "Transferts et versements".into(),
        columns: vec![
            Column::new("", Kind::Text, 34),
            Column::new("État", Kind::Text, 14),
            Column::new("Montant (FCFA)", Kind::Money, 18),
        ],
        rows: transfers.iter().map(transfer).chain(deposits.iter().map(deposit)).collect(),
        totals: None,
        chart: None,
    }
}
