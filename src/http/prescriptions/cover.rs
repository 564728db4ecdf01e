//! `/api/prescriptions/{id}/coverage`: an insurer takes over his part, or does not after all.

use crate::{
    commands::prescriptions::{self, Evidence},
    http::{body::Body, identity::Identity, payers, position, problem::Problem, server::State, text},
};
use actix_web::{HttpResponse, http::StatusCode, web};
use domain::{Money, PrescriptionId, user::Role};
use serde::{Deserialize, Serialize};

/// Who pays, and by what proof.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// The payer's code.
    payer: String,
    /// Of the patient's card, 1 to 40 characters. Kept sealed.
    card_number: String,
    /// Of the payer's paper for this visit (bon de prise en charge), 1 to 40 characters. Kept sealed.
    voucher: String,
}

/// Who bears what.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Covered {
    prescription_id: String,
    payer: String,
    #[schema(value_type = i64)]
    covered_amount: Money,
    /// What the patient bears (ticket modérateur): the rest of the price.
    #[schema(value_type = i64)]
    patient_amount: Money,
}

/// An insurer takes over his part at the rates of today; once, and before any money comes.
#[utoipa::path(post, path = "/api/prescriptions/{id}/coverage", tag = "payers", request_body = Coverage,
    params(("id" = String, Path)),
    responses((status = 201, body = Covered), crate::http::openapi::Problems))]
pub async fn cover(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PrescriptionId>,
    body: Body<Coverage>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let payer = payers::code("/payer", &body.content.payer)?;
    let evidence = Evidence {
        card_number: text::bounded("/cardNumber", &body.content.card_number, 40)?,
        voucher: text::bounded("/voucher", &body.content.voucher, 40)?,
    };
    let asked = who.asked(&body.canonical);
    let done = prescriptions::cover(&state.app, &asked, *id, &payer, &evidence).await?;
    let answer = Covered {
        prescription_id: id.to_string(),
        payer: done.answer.payer.clone(),
        covered_amount: done.answer.amount,
        patient_amount: done.answer.patient,
    };
    Ok(position::created(&done, &format!("/api/prescriptions/{}", *id), answer))
}

/// Why it was wrong.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CoverageWithdrawal)]
pub struct Withdrawal {
    /// 1 to 200 characters; no name of a patient.
    reason: String,
}

/// What is due from the patient again.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CoverageWithdrawn)]
pub struct Withdrawn {
    prescription_id: String,
    payer: String,
    #[schema(value_type = i64)]
    withdrawn_amount: Money,
}

/// Takes a coverage back before any money came and any exam began. Another one may take its place.
#[utoipa::path(post, path = "/api/prescriptions/{id}/coverage/withdraw", tag = "payers",
    request_body = Withdrawal, params(("id" = String, Path)),
    responses((status = 200, body = Withdrawn), crate::http::openapi::Problems))]
pub async fn withdraw(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PrescriptionId>,
    body: Body<Withdrawal>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let reason = text::bounded("/reason", &body.content.reason, 200)?;
    let asked = who.asked(&body.canonical);
    let done = prescriptions::withdraw_coverage(&state.app, &asked, *id, &reason, who.user).await?;
    let answer = Withdrawn {
        prescription_id: id.to_string(),
        payer: done.answer.payer.clone(),
        withdrawn_amount: done.answer.amount,
    };
    Ok(position::done(StatusCode::OK, &done, answer))
}
