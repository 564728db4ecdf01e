//! A report as a document: its columns, its tables, its list, and what proves it.

mod columns;
mod list;
mod tables;

pub use list::List;

use super::{Asked, Name, content::Content};
use crate::{
    app::App,
    exports::{Attachment, Cell, Document, Made, Proof},
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

/// Makes the paper of a report as it is now, for `by`.
pub async fn of(app: &App, asked: Asked, by: String) -> Result<Paper, Failure> {
    let mut moment = app.views.moment().await?;
    let position = moment.position;
    let content = Content::read(&mut moment, app.clock, &asked).await?;
    let rows = content.rows();
    let head = app.heads.at_least(position).await?;
    let attachment = attachment(&asked, position, &content)?;
    let (columns, totals, list) = listing(app, asked, moment, &content).await?;
    let document = Document {
        house: app.house.name.clone(),
        title: asked.name.title().to_owned(),
        period: in_words(asked.period),
        facts: tables::facts(&content),
        summaries: tables::of(asked.name, &content),
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
    Ok(match content {
        Content::Figures(figures) if matches!(asked.name, Name::Daily | Name::Period) => {
            (columns, columns::movement_totals(&figures.total), List::movements(app.clock, moment, asked)?)
        }
        Content::Balance(balance) if asked.name == Name::Journal => {
            let list = List::journal(app, asked.period, moment.position).await?;
            (columns, columns::journal_totals(balance), list)
        }
        Content::Outstanding(outstanding) => {
            let totals = columns::outstanding_totals(outstanding);
            (columns, totals, List::outstanding(app.clock, moment, app.clock.today()))
        }
        _ => (vec![], vec![], List::None),
    })
}

/// The totals as data: what the paper was made of, for a program to read.
fn attachment(asked: &Asked, position: u64, content: &Content) -> Result<Attachment, Failure> {
    #[derive(serde::Serialize)]
    struct Data<'a> {
        report: &'a str,
        from: NaiveDate,
        to: NaiveDate,
        position: u64,
        #[serde(flatten)]
        content: &'a Content,
    }
    let (report, Period { from, to }) = (asked.name.code(), asked.period);
    let bytes = serde_json::to_vec_pretty(&Data { report, from, to, position, content });
    let bytes = bytes.map_err(std::io::Error::from).map_err(crate::views::ViewsError::from)?;
    let name = format!("{}-{}.json", asked.name.code(), asked.days().replace("..", "_"));
    Ok(Attachment { name, mime: "application/json".into(), bytes })
}

/// What a paper can be checked against.
pub fn proof(head: &Head, position: u64, signed: &str) -> Proof {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    Proof {
        position,
        root: BASE64_STANDARD.encode(head.root),
        head: signed.lines().map(str::to_owned).collect(),
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
