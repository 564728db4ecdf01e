//! The payments of a day, page by page: a day may have 100,000, and no more than a page is ever in memory.
//!
//! A long day is read and written out on a thread of its own that gives way to those who take money. Its
//! snapshot ends with the last line, or when the reader has gone away or takes nothing any more.

use super::{Daily, method};
use crate::{
    background,
    failure::Failure,
    views::{Moment, ViewsError},
};
use actix_web::web::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Money;
use futures_util::{Stream, stream};
use projections::receipts::{Receipt, of_day};
use serde::Serialize;
use std::{io, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use uuid::Uuid;

/// So many lines are read where they are asked for.
const PAGE: u64 = 200;

/// How long a reader may take for one piece before his snapshot is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a report ends.
const END: &[u8] = b"]}";

/// One payment of the day.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    payment_number: String,
    receipt_number: String,
    payment_id: Uuid,
    prescription_number: String,
    patient_name: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// Francs of them that went back since, on whatever day.
    #[schema(value_type = i64)]
    refunded: Money,
    /// `VOIDED`, `REFUNDED`, `PARTLY_REFUNDED`: a number stays in the list.
    mark: Option<&'static str>,
    payment_method: &'static str,
    provider: Option<String>,
    cashier: String,
    cashier_id: Uuid,
    time: DateTime<Utc>,
}

/// The lines of a day that were not read yet.
pub struct Lines {
    moment: Moment,
    day: NaiveDate,
    cashier: Option<Uuid>,
    after: u64,
    ended: bool,
}

/// What the reader gets, piece by piece.
type Pieces = mpsc::Sender<io::Result<Bytes>>;

impl Lines {
    /// All of a day, of one cashier or of all, as they are at this moment.
    pub const fn new(moment: Moment, day: NaiveDate, cashier: Option<Uuid>) -> Self {
        Self { moment, day, cashier, after: 0, ended: false }
    }

    /// True when none is left.
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The next page.
    pub async fn next(&mut self) -> Result<Vec<Line>, ViewsError> {
        let receipts = self.moment.fetch(of_day(self.day, self.cashier, self.after, PAGE)).await?;
        self.ended = (receipts.len() as u64) < PAGE;
        self.after = receipts.last().map_or(self.after, |last| last.position);
        Ok(receipts.into_iter().map(line).collect())
    }

    /// A report that holds the first lines, as JSON, and then those that are left. `turn` is given back
    /// at the end.
    pub fn stream(
        self,
        report: &Daily,
        turn: OwnedSemaphorePermit,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, Failure> {
        let mut head = serde_json::to_vec(report).map_err(io::Error::from).map_err(ViewsError::from)?;
        // The lines are its last field: more of them go where it ends.
        head.truncate(head.len() - END.len());
        let (pieces, taken) = mpsc::channel(2);
        let waiting = Handle::current();
        let write = move || {
            let _turn = turn;
            waiting.block_on(async {
                if let Err(error) = self.write(head, &pieces).await {
                    tracing::info!(%error, "a report was not read to its end");
                    // Without a last piece the reader knows that this is not all.
                    _ = pieces.send(Err(io::ErrorKind::Interrupted.into())).await;
                }
            });
        };
        background::start("report", write).map_err(ViewsError::from)?;
        Ok(stream::unfold(taken, |mut taken| async { Some((taken.recv().await?, taken)) }))
    }

    async fn write(mut self, mut piece: Vec<u8>, pieces: &Pieces) -> Result<(), ViewsError> {
        while !self.ended {
            for line in self.next().await? {
                piece.push(b',');
                serde_json::to_writer(&mut piece, &line).map_err(io::Error::from)?;
            }
            give(pieces, std::mem::take(&mut piece)).await?;
        }
        give(pieces, END.to_vec()).await
    }
}

async fn give(pieces: &Pieces, piece: Vec<u8>) -> Result<(), ViewsError> {
    let given = timeout(PATIENCE, pieces.send(Ok(piece.into()))).await;
    Ok(given.map_err(io::Error::from)?.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?)
}

fn line(receipt: Receipt) -> Line {
    Line {
        payment_number: receipt.receipt_number.clone(),
        receipt_number: receipt.receipt_number,
        payment_id: receipt.payment_id,
        prescription_number: receipt.prescription_number,
        patient_name: receipt.patient_name,
        amount: receipt.amount,
        refunded: receipt.refunded,
        mark: receipt.mark,
        payment_method: method(&receipt.method),
        provider: (receipt.method != "CASH").then_some(receipt.method),
        cashier: receipt.cashier,
        cashier_id: receipt.cashier_id,
        time: receipt.issued_at,
    }
}
