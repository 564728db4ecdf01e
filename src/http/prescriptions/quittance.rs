//! `GET /api/prescriptions/{id}/quittance`: one paper for all that was paid, borne and forgiven.
//!
//! The paper is the patient's: it names every tender, also those that another cashier took (rule 42 is about
//! what cashiers see of each other, so none of them is named).

use crate::{
    failure::Failure,
    http::{identity::Identity, position, problem::Problem, server::State},
    views::{Moment, ViewsError},
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Money, PrescriptionId, user::Role};
use projections::{
    prescriptions::{Line, Prescription},
    receipts::Receipt,
    reliefs::Relief,
};
use serde::Serialize;
use uuid::Uuid;

/// The paper. Total = the payer's part + reliefs + paid + due, to the franc (rule 3).
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quittance {
    /// The position of the ledger that this reflects.
    position: u64,
    /// The hospital's name.
    house: String,
    prescription_id: Uuid,
    prescription_number: String,
    patient_name: String,
    registered_at: DateTime<Utc>,
    lines: Vec<Priced>,
    #[schema(value_type = i64)]
    total_amount: Money,
    payer: Option<Payer>,
    reliefs: Vec<Forgiven>,
    tenders: Vec<Tender>,
    #[schema(value_type = i64)]
    covered_amount: Money,
    #[schema(value_type = i64)]
    relieved_amount: Money,
    #[schema(value_type = i64)]
    paid_amount: Money,
    #[schema(value_type = i64)]
    due_amount: Money,
    /// True once nothing is due: the laboratory may begin.
    released: bool,
}

/// One exam of it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuittanceLine)]
pub struct Priced {
    line: i64,
    code: Option<String>,
    name: Option<String>,
    #[schema(value_type = i64)]
    price: Money,
    /// The payer's part of it.
    #[schema(value_type = i64)]
    covered_amount: Money,
}

/// Who else pays.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = QuittancePayer)]
pub struct Payer {
    code: String,
    name: Option<String>,
    #[schema(value_type = i64)]
    amount: Money,
}

/// What need not be paid.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuittanceRelief)]
pub struct Forgiven {
    voucher_number: Option<String>,
    /// `EXEMPTION`, `DISCOUNT`.
    kind: String,
    #[schema(value_type = i64)]
    amount: Money,
    day: Option<String>,
}

/// Money that came in.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuittanceTender)]
pub struct Tender {
    receipt_number: String,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    method: String,
    /// All that came in.
    #[schema(value_type = i64)]
    amount: Money,
    /// Of it for this prescription.
    #[schema(value_type = i64)]
    applied: Money,
    /// Of it owed back to the patient.
    #[schema(value_type = i64)]
    advance: Money,
    /// Of it given back since, on whatever day.
    #[schema(value_type = i64)]
    refunded: Money,
    /// `VOIDED`, `REFUNDED`, `PARTLY_REFUNDED`.
    mark: Option<&'static str>,
    day: NaiveDate,
}

/// What the paper is made of, as it is at one moment.
struct Facts {
    head: Prescription,
    lines: Vec<Line>,
    receipts: Vec<Receipt>,
    reliefs: Vec<Relief>,
    payer: Option<String>,
}

/// The quittance of a prescription: one paper, whatever it was paid with.
#[utoipa::path(get, path = "/api/prescriptions/{id}/quittance", tag = "prescriptions",
    params(("id" = String, Path)),
    responses((status = 200, body = Quittance), crate::http::openapi::Problems))]
pub async fn quittance(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<PrescriptionId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let facts = Facts::read(&mut moment, *id).await.map_err(Failure::from)?;
    drop(moment);
    let facts = facts.ok_or_else(|| Problem::not_found("prescription"))?;
    let quittance = Quittance::of(facts, position, state.app.house.name.clone());
    Ok(position::read(position, quittance))
}

impl Facts {
    async fn read(moment: &mut Moment, id: PrescriptionId) -> Result<Option<Self>, ViewsError> {
        let Some(head) = moment.first(projections::prescriptions::by_id(id)).await? else { return Ok(None) };
        let payer = match &head.payer {
            Some(code) => moment.first(projections::payers::by_code(code)).await?.map(|payer| payer.name),
            None => None,
        };
        Ok(Some(Self {
            head,
            lines: moment.fetch(projections::prescriptions::lines(id)).await?,
            receipts: moment.fetch(projections::receipts::of_prescription(id)).await?,
            reliefs: moment.fetch(projections::reliefs::granted_for(id)).await?,
            payer,
        }))
    }
}

impl Quittance {
    fn of(facts: Facts, position: u64, house: String) -> Self {
        let Facts { head, lines, receipts, reliefs, payer: name } = facts;
        let amount = head.covered_amount;
        Self {
            position,
            house,
            prescription_id: head.id,
            prescription_number: head.prescription_number,
            patient_name: head.patient_name,
            registered_at: head.registered_at,
            lines: lines.into_iter().map(priced).collect(),
            total_amount: head.total_amount,
            payer: head.payer.map(|code| Payer { code, name, amount }),
            reliefs: reliefs.into_iter().map(forgiven).collect(),
            tenders: receipts.into_iter().map(tender).collect(),
            covered_amount: amount,
            relieved_amount: head.relieved_amount,
            paid_amount: head.paid_amount,
            due_amount: head.due_amount,
            released: head.due_amount.is_zero(),
        }
    }
}

fn priced(line: Line) -> Priced {
    Priced {
        line: line.line,
        code: line.code,
        name: line.name,
        price: line.price,
        covered_amount: line.covered_amount,
    }
}

fn forgiven(relief: Relief) -> Forgiven {
    Forgiven {
        voucher_number: relief.voucher_number,
        kind: relief.kind,
        amount: relief.amount,
        day: relief.day,
    }
}

fn tender(receipt: Receipt) -> Tender {
    Tender {
        receipt_number: receipt.receipt_number,
        method: receipt.method,
        amount: receipt.amount,
        applied: receipt.applied,
        advance: receipt.advance,
        refunded: receipt.refunded,
        mark: receipt.mark,
        day: receipt.day,
    }
}
