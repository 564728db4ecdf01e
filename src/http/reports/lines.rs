//! The payments of a day as JSON, page by page.
//!
//! A long day is read and written out on a thread of its own that gives way to those who take money. Its
//! snapshot ends with the last line, or when the reader has gone away or takes nothing any more.

use super::daily::Daily;
use crate::{
    background,
    failure::Failure,
    reports::{
        figures::method,
        movements::{Ahead, Moved, Movements},
    },
    views::ViewsError,
};
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use domain::Money;
use futures_util::{Stream, stream};
use serde::Serialize;
use std::{io, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use uuid::Uuid;

/// How long a reader may take for one piece before his snapshot is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// And for all of it: who reads drop by drop keeps others from their turn.
const LONGEST: Duration = Duration::from_secs(300);

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
    /// `RECEIPT`, `REFUND`, `VOID`.
    kind: String,
    /// Francs: less than 0 where money went back.
    amount: i64,
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
pub struct Lines(Movements);

/// What the reader gets, piece by piece.
type Pieces = mpsc::Sender<io::Result<Bytes>>;

impl Lines {
    /// All of them.
    pub const fn new(movements: Movements) -> Self {
        Self(movements)
    }

    /// True when none is left.
    pub const fn ended(&self) -> bool {
        self.0.ended()
    }

    /// The next page.
    pub async fn next(&mut self) -> Result<Vec<Line>, ViewsError> {
        Ok(self.0.next().await?.into_iter().map(line).collect())
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
        let ahead = self.0.ahead(waiting.clone()).map_err(ViewsError::from)?;
        let write = move || {
            let _turn = turn;
            waiting.block_on(async {
                let written = timeout(LONGEST, write(ahead, head, &pieces)).await;
                let written = written.map_err(io::Error::from).map_err(ViewsError::from).flatten();
                if let Err(error) = written {
                    tracing::info!(%error, "a report was not read to its end");
                    // Without a last piece the reader knows that this is not all.
                    _ = pieces.send(Err(io::ErrorKind::Interrupted.into())).await;
                }
            });
        };
        background::start("report", write).map_err(ViewsError::from)?;
        Ok(stream::unfold(taken, |mut taken| async { Some((taken.recv().await?, taken)) }))
    }
}

async fn write(mut ahead: Ahead, mut piece: Vec<u8>, pieces: &Pieces) -> Result<(), ViewsError> {
    while let Some(page) = ahead.next().await {
        for moved in page? {
            piece.push(b',');
            serde_json::to_writer(&mut piece, &line(moved)).map_err(io::Error::from)?;
        }
        give(pieces, std::mem::take(&mut piece)).await?;
    }
    give(pieces, END.to_vec()).await
}

async fn give(pieces: &Pieces, piece: Vec<u8>) -> Result<(), ViewsError> {
    let given = timeout(PATIENCE, pieces.send(Ok(piece.into()))).await;
    Ok(given.map_err(io::Error::from)?.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?)
}

fn line(moved: Moved) -> Line {
    Line {
        payment_number: moved.number.clone(),
        receipt_number: moved.number,
        kind: moved.kind,
        payment_id: moved.payment_id,
        prescription_number: moved.prescription_number,
        patient_name: moved.patient_name,
        amount: moved.amount,
        refunded: moved.refunded,
        mark: moved.mark,
        payment_method: method(&moved.method),
        provider: (moved.method != "CASH").then_some(moved.method),
        cashier: moved.cashier,
        cashier_id: moved.cashier_id,
        time: moved.at,
    }
}
