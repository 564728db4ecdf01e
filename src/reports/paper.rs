//! A report as a document: its columns, its tables, its list, and what proves it.

mod columns;
mod list;

pub use list::List;

use super::{
    Asked, Name,
    balance::TrialBalance,
    figures::{Figures, Group, Sum},
};
use crate::{
    app::App,
    exports::{Attachment, Cell, Chart, Document, Made, Proof, Table},
    failure::Failure,
    proof::head::Head,
    views::Moment,
};
use chrono::NaiveDate;
use projections::takings::Period;

/// A document and the rows of its long list.
pub struct Paper {
    /// All but the list.
    pub document: Document,
    /// The rows.
    pub list: List,
    /// How many rows there are; 0 where nobody counts them beforehand.
    pub rows: i64,
    /// The position that it reflects.
    pub position: u64,
}

/// What stands in the tables of a report.
enum Content {
    Figures(Figures),
    Balance(TrialBalance),
}

/// Makes the paper of a report as it is now, for `by`.
pub async fn of(app: &App, asked: Asked, by: String) -> Result<Paper, Failure> {
    let mut moment = app.views.moment().await?;
    let position = moment.position;
    let content = match asked.name {
        Name::Daily | Name::Period | Name::Cashiers | Name::Providers => {
            Content::Figures(Figures::read(&mut moment, asked.period, asked.cashier).await?)
        }
        Name::Journal | Name::TrialBalance => {
            Content::Balance(TrialBalance::read(&mut moment, asked.period).await?)
        }
    };
    let rows = match &content {
        Content::Figures(Figures { total, .. }) => total.receipts + total.refunds,
        Content::Balance(_) => 0,
    };
    let head = app.heads.at_least(position).await?;
    let attachment = attachment(&asked, position, &content)?;
    let (columns, totals, list) = listing(app, asked, moment, &content).await?;
    let document = Document {
        house: app.house.name.clone(),
        title: asked.name.title().to_owned(),
        period: in_words(asked.period),
        facts: facts(&content),
        summaries: tables(asked.name, &content),
        list: columns::title(asked.name).to_owned(),
        columns,
        totals,
        signatures: vec!["Le caissier principal".into(), "Le comptable".into()],
        proof: proof(&head, position, &head.sign(&app.vault.signer())),
        made: Made { at: app.clock.local(app.clock.now()), by },
        attachment: Some(attachment),
    };
    Ok(Paper { document, list, rows, position })
}

async fn listing(
    app: &App,
    asked: Asked,
    moment: Moment,
    content: &Content,
) -> Result<(Vec<crate::exports::Column>, Vec<Cell>, List), Failure> {
    let columns = columns::of(asked.name);
    Ok(match (asked.name, content) {
        (Name::Daily | Name::Period, Content::Figures(figures)) => {
            let totals = columns::movement_totals(&figures.total);
            (columns, totals, List::movements(app.clock, moment, asked))
        }
        (Name::Journal, Content::Balance(balance)) => {
            let totals = columns::journal_totals(balance);
            let list = List::journal(app, asked.period, moment.position).await?;
            (columns, totals, list)
        }
        _ => (vec![], vec![], List::None),
    })
}

/// The totals as data: what the paper was made of, for a program to read.
fn attachment(asked: &Asked, position: u64, content: &Content) -> Result<Attachment, Failure> {
    #[derive(serde::Serialize)]
    struct Data<'a, T> {
        report: &'a str,
        from: NaiveDate,
        to: NaiveDate,
        position: u64,
        #[serde(flatten)]
        content: &'a T,
    }
    let (report, Period { from, to }) = (asked.name.code(), asked.period);
    let bytes = match content {
        Content::Figures(content) => serde_json::to_vec_pretty(&Data { report, from, to, position, content }),
        Content::Balance(content) => serde_json::to_vec_pretty(&Data { report, from, to, position, content }),
    };
    let bytes = bytes.map_err(std::io::Error::from).map_err(crate::views::ViewsError::from)?;
    let name = format!("{}-{}.json", asked.name.code(), asked.days().replace("..", "_"));
    Ok(Attachment { name, mime: "application/json".into(), bytes })
}

fn proof(head: &Head, position: u64, signed: &str) -> Proof {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    Proof {
        position,
        root: BASE64_STANDARD.encode(head.root),
        head: signed.lines().map(str::to_owned).collect(),
    }
}

fn facts(content: &Content) -> Vec<(String, Cell)> {
    let fact = |label: &str, cell| (label.to_owned(), cell);
    match content {
        Content::Figures(Figures { total, .. }) => vec![
            fact("Nombre de paiements", Cell::Count(total.receipts)),
            fact("Montant encaissé", Cell::Money(total.received)),
            fact("Nombre de remboursements", Cell::Count(total.refunds)),
            fact("Montant remboursé", Cell::Money(total.refunded)),
            fact("Montant total", Cell::Money(total.amount)),
            fact("Dont avances dues aux patients", Cell::Money(total.advances)),
        ],
        Content::Balance(balance) => vec![
            fact("Total des débits", Cell::Money(balance.total_debit)),
            fact("Total des crédits", Cell::Money(balance.total_credit)),
        ],
    }
}

fn tables(name: Name, content: &Content) -> Vec<Table> {
    let figures = match content {
        Content::Balance(balance) => return vec![columns::balance(balance)],
        Content::Figures(figures) => figures,
    };
    let total = &figures.total;
    let by = |title: &str, groups: &[Group], chart| grouped(title, groups, total, chart);
    let methods = by("Par méthode de paiement", &figures.by_method, Some(Chart::Pie));
    let providers = grouped(
        "Par opérateur",
        &figures.by_provider,
        &figures.by_provider.iter().fold(Sum::default(), |sum, group| sum.plus(&group.sum)),
        Some(Chart::Pie),
    );
    let cashiers = by("Par caissier", &figures.by_cashier, Some(Chart::Bar));
    let sessions = by("Par session de caisse", &figures.by_session, None);
    let days = by("Par jour", &figures.by_day, Some(Chart::Column));
    let services = columns::services(&figures.by_service);
    match name {
        Name::Daily => [Some(methods), Some(providers), Some(cashiers), Some(sessions), services]
            .into_iter()
            .flatten()
            .collect(),
        Name::Period => [Some(days), Some(methods), Some(providers), Some(cashiers), services]
            .into_iter()
            .flatten()
            .collect(),
        Name::Cashiers => vec![cashiers, sessions],
        Name::Providers => vec![providers],
        Name::Journal | Name::TrialBalance => vec![],
    }
}

fn grouped(title: &str, groups: &[Group], total: &Sum, chart: Option<Chart>) -> Table {
    let rows = groups.iter().map(|group| columns::sum(&group.name, &group.sum)).collect();
    Table {
        title: title.to_owned(),
        columns: columns::of_sums(),
        rows,
        totals: Some(columns::sum("TOTAL", total)),
        chart: chart.filter(|_| groups.len() > 1),
    }
}

/// `26 novembre 2026`, or `du 1 novembre 2026 au 30 novembre 2026`.
pub fn in_words(period: Period) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let day = |day: NaiveDate| {
        use chrono::Datelike;
        let nth = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
        let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
        format!("{nth} {month} {}", day.year())
    };
    match period.from == period.to {
        true => day(period.from),
        false => format!("du {} au {}", day(period.from), day(period.to)),
    }
}
