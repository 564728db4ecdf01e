//! `/desk/payments/{id}`: what became of a payment: the change for cash; by phone the wait, the answer, the ways on.

use crate::{
    commands::payments,
    failure::Failure,
    http::{limits, problem::Problem, server::State},
    web::{
        form::Form,
        page::{self, Frame},
        visitor::Visitor,
    },
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use askama::Template;
use domain::{PaymentId, PrescriptionId, Wallet, payment::CashTaken, user::Role};
use projections::{payments::Payment, prescriptions::Prescription, receipts::Receipt};

#[derive(Template)]
#[template(path = "payment.html")]
struct Page {
    frame: Frame,
    payment: Payment,
    receipts: Vec<Receipt>,
    prescription: Prescription,
    cash: Option<CashTaken>,
    outcome: Outcome,
    slow: bool,
    usual: Option<String>,
    form: Form,
}

/// How far it is, in the words of the cash desk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Paid,
    Waiting,
    Refused,
    Expired,
    Abandoned,
    Review,
}

impl Outcome {
    fn of(state: &str) -> Self {
        match state {
            "PAID" => Self::Paid,
            "REJECTED" | "DECLINED" => Self::Refused,
            "EXPIRED" => Self::Expired,
            "ABANDONED" => Self::Abandoned,
            "REVIEW" => Self::Review,
            _ => Self::Waiting,
        }
    }

    /// Whether another way to pay makes sense.
    const fn is_over(self) -> bool {
        matches!(self, Self::Refused | Self::Expired | Self::Abandoned)
    }

    /// Whether the page moves by itself: what was given up may still be paid.
    const fn moves(self) -> bool {
        matches!(self, Self::Waiting | Self::Abandoned)
    }
}

/// The payment, its receipt, or the wait for it.
pub async fn show(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PaymentId>,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    with(&state, &visitor, *id, Form::fresh()).await
}

/// Asks the provider now. Asking changes nothing by itself, so it is no command and needs no key.
pub async fn ask(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PaymentId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    if let Err(problem) = limits::payments(&state.limits, visitor.who.user) {
        return with(&state, &visitor, *id, form.refused(problem)).await;
    }
    let attempt = state.app.ledger.load_attempt(*id).await?;
    let own = attempt.filter(|(attempt, _)| visitor.who.may_see(attempt.state.terms.cashier.0));
    own.ok_or_else(|| Problem::not_found("payment"))?;
    state.app.react.ask(*id);
    Ok(page::to(&format!("/desk/payments/{id}"), None))
}

/// Gives up waiting; the payment stays watched.
pub async fn abandon(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PaymentId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    let asked = visitor.asked(&form)?;
    match payments::abandon(&state.app, &asked, *id, visitor.who.user).await {
        Ok(done) => Ok(page::to(&format!("/desk/payments/{id}"), Some(done.position))),
        Err(failure) => with(&state, &visitor, *id, form.refused(failure.into())).await,
    }
}

async fn with(state: &State, visitor: &Visitor, id: PaymentId, form: Form) -> Result<HttpResponse, Problem> {
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let payment = moment.first(projections::payments::by_id(id)).await.map_err(Failure::from)?;
    let payment = payment.filter(|payment| visitor.who.may_see(payment.cashier_id));
    let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
    let receipts = moment.fetch(projections::receipts::of_payment(id)).await.map_err(Failure::from)?;
    let prescription = projections::prescriptions::by_id(PrescriptionId(payment.prescription_id));
    let prescription = moment.first(prescription).await.map_err(Failure::from)?;
    let prescription = prescription.ok_or_else(|| Problem::not_found("prescription"))?;
    drop(moment);
    let cash = if payment.method == "CASH" { payments::cash_of(&state.app, id).await? } else { None };
    let outcome = Outcome::of(&payment.state);
    let waited = state.app.clock.now() - payment.opened_at;
    let usual = match outcome {
        Outcome::Waiting => super::mobile_money::usual_wait(state, &payment.method).await?,
        _ => None,
    };
    let slow = waited > chrono::Duration::minutes(5);
    let frame = visitor.frame.with(&form);
    let page = Page { frame, payment, receipts, prescription, cash, outcome, slow, usual, form };
    page::answer(&page, page.form.status())
}

/// What people call a method.
pub fn method(code: &str) -> &'static str {
    Wallet::ALL.into_iter().find(|wallet| wallet.code() == code).map_or("Espèces", Wallet::label)
}

/// Why a provider or a payer said no, in a few words.
fn why(reason: Option<&str>) -> &'static str {
    match reason {
        Some("insufficient_funds") => "Le solde du portefeuille est insuffisant.",
        Some("payer_not_found") => "Aucun portefeuille n’existe à ce numéro.",
        Some("payer_limit") => "Le plafond du portefeuille est atteint.",
        Some("payer_blocked") => "Le portefeuille est bloqué.",
        Some("provider_credentials") => "L’opérateur refuse nos identifiants : prévenez l’informatique.",
        _ => "L’opérateur ou le payeur a refusé.",
    }
}
