//! Answers: what was a patient asked to be let off, who agreed, under which voucher? Owns table reliefs.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value};
use domain::{Event, Money, PrescriptionId, receipt::ReceiptNumber, relief};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Reliefs;

/// One exemption or discount.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Relief {
    /// Its id.
    pub id: Uuid,
    /// Of which prescription.
    pub prescription_id: Uuid,
    /// Its number.
    pub prescription_number: String,
    /// `EXEMPTION`, `DISCOUNT`.
    pub kind: String,
    /// Francs that need not be paid.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// Why it was asked for.
    pub reason: String,
    /// `REQUESTED`, `GRANTED`, `REJECTED`, `WITHDRAWN`.
    pub state: String,
    /// It waits, and as much is still due: otherwise nobody can grant it now.
    pub grantable: bool,
    /// Who asked.
    pub requested_by_id: Uuid,
    /// `NOM Prénom`.
    pub requested_by: String,
    /// When.
    pub requested_at: String,
    /// Who decided, or withdrew it: `NOM Prénom`.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<String>,
    /// Why it was rejected.
    pub rejection: Option<String>,
    /// The voucher's number, once it is granted.
    pub voucher_number: Option<String>,
    /// The business day of the voucher.
    pub day: Option<String>,
}

impl Projector for Reliefs {
    fn name(&self) -> &'static str {
        "reliefs"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["reliefs"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/reliefs.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Relief(event) = seen.event else { return vec![] };
        match event {
            relief::Event::Requested(asked) => vec![requested(seen, asked)],
            relief::Event::Granted(granted) => vec![Change::new(
                "update reliefs set state = 'GRANTED', decided_by = $1, decided_at = $2 where id = $3",
                [granted.by.into(), seen.at.into(), seen.id().into()],
            )],
            relief::Event::Rejected(rejected) => vec![Change::new(
                "update reliefs set state = 'REJECTED', decided_by = $1, decided_at = $2, rejection = $3
                 where id = $4",
                [rejected.by.into(), seen.at.into(), rejected.reason.as_str().into(), seen.id().into()],
            )],
            relief::Event::Withdrawn(withdrawn) => vec![Change::new(
                "update reliefs set state = 'WITHDRAWN', decided_by = $1, decided_at = $2 where id = $3",
                [withdrawn.by.into(), seen.at.into(), seen.id().into()],
            )],
            relief::Event::VoucherIssued(issued) => {
                let number = voucher_number(seen.stream.as_str(), seen.revision);
                vec![Change::new(
                    "update reliefs set voucher = $1, day = $2 where id = $3",
                    [number.map(|number| number.to_string()).into(), issued.day.into(), issued.relief.into()],
                )]
            }
        }
    }
}

fn requested(seen: &Seen<'_>, asked: &relief::Requested) -> Change {
    Change::new(
        "insert into reliefs (id, prescription, kind, amount, reason, state, requested_by, requested_at,
           position)
         values ($1, $2, $3, $4, $5, 'REQUESTED', $6, $7, $8)",
        [
            seen.id().into(),
            asked.prescription.into(),
            asked.kind.code().into(),
            asked.amount.into(),
            asked.reason.as_str().into(),
            asked.by.into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

/// `E-2026-000042`, out of a place in `vouchers-{series}-{year}`.
pub fn voucher_number(stream: &str, revision: u64) -> Option<ReceiptNumber> {
    let (series, year) = stream.strip_prefix("vouchers-")?.rsplit_once('-')?;
    Some(ReceiptNumber { series: series.to_owned(), year: year.parse().ok()?, number: revision })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select f.id, f.prescription, coalesce(p.number, ''), f.kind, f.amount, f.reason, f.state,
               cast(case when f.state = 'REQUESTED' and f.amount <= p.total - p.covered - p.relieved - p.paid
                 then 1 else 0 end as bigint),
               f.requested_by, coalesce(a.last_name || ' ' || a.first_name, ''), f.requested_at,
               coalesce(d.last_name || ' ' || d.first_name, f.decided_by), f.decided_at, f.rejection,
               f.voucher, f.day
             from reliefs f
               left join prescriptions p on p.id = f.prescription
               left join users a on a.id = f.requested_by
               left join users d on d.id = f.decided_by ",
            $rest
        )
    };
}

fn read(row: &mut Row) -> Result<Relief, Misread> {
    Ok(Relief {
        id: row.id()?,
        prescription_id: row.id()?,
        prescription_number: row.text()?,
        kind: row.text()?,
        amount: row.money()?,
        reason: row.text()?,
        state: row.text()?,
        grantable: row.int()? == 1,
        requested_by_id: row.id()?,
        requested_by: row.text()?,
        requested_at: row.text()?,
        decided_by: row.maybe_text()?,
        decided_at: row.maybe_text()?,
        rejection: row.maybe_text()?,
        voucher_number: row.maybe_text()?,
        day: row.maybe_text()?,
    })
}

/// The latest hundred in a state, asked for by one user or by anybody.
pub fn in_state(state: &str, by: Option<Uuid>) -> Query<Relief> {
    let sql = select!(
        "where f.state = $1 and ($2 is null or f.requested_by = $2) order by f.position desc limit 100"
    );
    Query { sql, args: vec![state.into(), Value::from(by)], read }
}

/// What was granted for a prescription, oldest first.
pub fn granted_for(id: PrescriptionId) -> Query<Relief> {
    let sql = select!("where f.prescription = $1 and f.state = 'GRANTED' order by f.position");
    Query { sql, args: vec![id.into()], read }
}
