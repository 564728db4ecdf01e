//! `/api/payments/mobile-money`: ask a payer's phone for money, see how far it is.
//!
//! What a provider posts back arrives in [`super::callbacks`].

use super::{
    body::Body,
    identity::Identity,
    limits, position,
    problem::Problem,
    receipts,
    server::{State, to_the_end},
    text,
};
use crate::{
    commands::mobile_money::{self, Initiate, is_waiting},
    failure::Failure,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use domain::{
    Money, Msisdn, PaymentId, PrescriptionId, Wallet,
    payment::{Attempt, Stage},
    user::Role,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request for money.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Initiation {
    prescription_id: Uuid,
    /// `TMONEY` or `FLOOZ`.
    provider: String,
    /// The payer's; often not the patient's.
    phone_number: String,
    /// A part of what is due; all of it if absent.
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
}

/// The payer was asked, or is being asked.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Initiated {
    message: &'static str,
    payment_id: String,
    /// Our reference at the provider's.
    reference: String,
    /// The provider's own, once it has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    provider: &'static str,
    #[schema(value_type = i64)]
    amount: Money,
    /// Never a refusal: numbers move between operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// How far a payment is.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    payment_id: String,
    /// The seed's: `PENDING`, `PROCESSING`, `SUCCESS`, `FAILED`, `CANCELLED`.
    status: &'static str,
    /// The receipt's QR as a data URL, once there is a receipt.
    qr_code: Option<String>,
    /// The seed's second status: the same word.
    mobile_money_status: &'static str,
    /// Our finer state.
    state: String,
    receipt_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    /// Why it was refused or declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// True when the provider is slower than a payer usually is; nothing has failed.
    slow: bool,
}

/// Asks a payer's phone for what is due.
#[utoipa::path(post, path = "/api/payments/mobile-money/initiate", tag = "mobile money",
    request_body = Initiation, responses((status = 201, body = Initiated),
    (status = 202, description = "The provider has not answered yet", body = Initiated),
    super::openapi::Problems))]
pub async fn initiate(
    state: web::Data<State>,
    who: Identity,
    body: Body<Initiation>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier, Role::Admin])?;
    limits::payments(&state.limits, who.user)?;
    let wallet = wallet(&body.content.provider)?;
    let phone = Msisdn::parse(&body.content.phone_number);
    let phone = phone.map_err(|why| text::phone("/phoneNumber", why))?;
    let ask = Initiate {
        prescription: PrescriptionId(body.content.prescription_id),
        wallet,
        phone,
        cashier: who.user,
        part: body.content.amount,
    };
    let (app, asked) = (state.app.clone(), who.asked(&body.canonical));
    let done = to_the_end(async move { mobile_money::initiate(&app, &asked, ask).await }).await?;
    let (payment, attempt) = &done.answer;
    if let Some(problem) = refused(*payment, attempt) {
        return Err(Problem { position: Some(done.position), ..problem });
    }
    let asked = !is_waiting(attempt);
    let answer = Initiated {
        message: message(attempt),
        payment_id: payment.to_string(),
        reference: attempt.terms.reference.clone(),
        transaction_id: attempt.provider_ref.clone(),
        provider: wallet.code(),
        amount: attempt.terms.amount,
        warning: (phone.usual_wallet() != wallet).then(|| mismatch(wallet)),
    };
    let status = if asked { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let mut response = position::done(status, &done, answer);
    if let Ok(location) = format!("/api/payments/mobile-money/{payment}/status").parse() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// What is true now: a repeated command may find the payment further than the first did.
fn message(attempt: &Attempt) -> &'static str {
    match attempt.stage {
        Stage::Created | Stage::Sending => ASKING,
        Stage::Registered | Stage::Claimed(_) => ASKED,
        Stage::Paid => "Paiement déjà confirmé : l’argent est reçu. Ne demandez rien de plus au patient.",
        Stage::Review(_) => {
            "Ce paiement est à vérifier par la comptabilité. N’encaissez pas une seconde fois."
        }
        Stage::Rejected | Stage::Declined | Stage::Expired => {
            "Ce paiement n’a pas abouti. Encaissez autrement, ou lancez une nouvelle demande."
        }
        Stage::Abandoned => {
            "Ce paiement a été abandonné. Lancez une nouvelle demande, ou encaissez autrement."
        }
    }
}

const ASKED: &str = "Paiement initié. Veuillez confirmer sur votre téléphone.";
const ASKING: &str = "Demande enregistrée ; l’opérateur n’a pas encore répondu. Rien n’est perdu : suivez \
                      le statut, ne recommencez pas.";

/// A prefix only suggests a wallet: this warns, and refuses nothing.
pub fn mismatch(wallet: Wallet) -> String {
    format!("Ce préfixe n’est pas habituel pour {} : vérifiez le numéro avec le patient.", wallet.label())
}

/// A wallet by its code.
pub fn wallet(code: &str) -> Result<Wallet, Problem> {
    let known = Wallet::ALL.into_iter().find(|wallet| wallet.code() == code);
    known.ok_or_else(|| {
        let mut problem = Problem::invalid("/provider", "L’opérateur est TMONEY ou FLOOZ.");
        problem.code = "unknown_provider";
        problem
    })
}

/// The provider would not take it: the payer was not asked.
fn refused(payment: PaymentId, attempt: &Attempt) -> Option<Problem> {
    if attempt.stage != Stage::Rejected {
        return None;
    }
    let code = attempt.reason.as_deref().unwrap_or_default();
    let (status, code, detail) = match code {
        "insufficient_funds" => (422, "insufficient_funds", "Le solde du portefeuille est insuffisant."),
        "payer_not_found" => (422, "payer_not_found", "Aucun portefeuille n’existe à ce numéro."),
        "payer_limit" => (422, "payer_limit", "Le plafond du portefeuille est atteint."),
        "payer_blocked" => (422, "payer_blocked", "Le portefeuille est bloqué."),
        "provider_credentials" => {
            (502, "provider_credentials", "L’opérateur refuse nos identifiants : prévenez l’informatique.")
        }
        _ => (422, "provider_refused", "L’opérateur a refusé la demande."),
    };
    let detail =
        format!("{detail} Rien n’a été débité ; encaissez autrement ou lancez une nouvelle demande.");
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let mut problem = Problem::new(status, code, detail);
    problem.payment = Some(payment);
    Some(problem)
}

/// How far a mobile payment is.
#[utoipa::path(get, path = "/api/payments/mobile-money/{id}/status", tag = "mobile money",
    params(("id" = String, Path)), responses((status = 200, body = Status), super::openapi::Problems))]
pub async fn status(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<PaymentId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let payment = moment.first(projections::payments::by_id(*id)).await.map_err(Failure::from)?;
    let receipt = moment.first(projections::receipts::of_payment(*id)).await.map_err(Failure::from)?;
    drop(moment);
    let payment = payment
        .filter(|payment| who.may_see(payment.cashier_id))
        .ok_or_else(|| Problem::not_found("payment"))?;
    let status = Stage::seed_status(&payment.state);
    let qr_code = match &receipt {
        Some(receipt) if status == "SUCCESS" => Some(receipts::qr_data_url(&state, receipt)?),
        _ => None,
    };
    let waited = state.app.clock.now() - payment.opened_at;
    let answer = Status {
        payment_id: id.to_string(),
        status,
        qr_code,
        mobile_money_status: status,
        slow: status == "PROCESSING" && waited > chrono::Duration::minutes(5),
        state: payment.state,
        receipt_number: receipt.map(|receipt| receipt.receipt_number),
        transaction_id: payment.provider_ref,
        reason: payment.reason,
    };
    Ok(position::read(position, answer))
}
