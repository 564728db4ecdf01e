//! `/desk/prescriptions/{id}`: what is due on it and who bears which part; cash is taken here.

use crate::{
    commands::{Done, payments, payments::Taken, tills},
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
use domain::{PrescriptionId, user::Role};
use projections::{
    payments::Payment,
    prescriptions::{Line, Prescription},
};

/// A prescription with what this cashier may see of its payments.
pub struct Dossier {
    /// What is due.
    pub head: Prescription,
    /// For which exams.
    pub lines: Vec<Line>,
    /// The insurer's name.
    pub payer: Option<String>,
    /// His own payments (rule 42).
    pub payments: Vec<Payment>,
}

#[derive(Template)]
#[template(path = "prescription.html")]
struct Page {
    frame: Frame,
    dossier: Dossier,
    form: Form,
    has_till: bool,
}

/// The prescription, and the form for cash.
pub async fn show(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PrescriptionId>,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    with(&state, &visitor, *id, Form::fresh()).await
}

/// Takes cash.
pub async fn cash(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PrescriptionId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    match taken(&state, &visitor, *id, &form).await {
        Ok(done) => Ok(page::to(&format!("/desk/payments/{}", done.answer.payment), Some(done.position))),
        Err(problem) => with(&state, &visitor, *id, form.refused(problem)).await,
    }
}

async fn taken(
    state: &State,
    visitor: &Visitor,
    id: PrescriptionId,
    form: &Form,
) -> Result<Done<Taken>, Problem> {
    limits::payments(&state.limits, visitor.who.user)?;
    let (tendered, part) = (form.money("tendered")?, form.maybe_money("amount")?);
    let asked = visitor.asked(form)?;
    Ok(payments::take_cash(&state.app, &asked, visitor.who.user, id, part, tendered).await?)
}

async fn with(
    state: &State,
    visitor: &Visitor,
    id: PrescriptionId,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let dossier = Dossier::read(state, visitor, id).await?;
    let has_till = tills::of_cashier(&state.app, visitor.who.user).await?.is_some();
    let page = Page { frame: visitor.frame.with(&form), dossier, form, has_till };
    page::answer(&page, page.form.status())
}

impl Dossier {
    /// All of it at one moment.
    pub async fn read(state: &State, visitor: &Visitor, id: PrescriptionId) -> Result<Self, Problem> {
        let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
        let head = moment.first(projections::prescriptions::by_id(id)).await.map_err(Failure::from)?;
        let head = head.ok_or_else(|| Problem::not_found("prescription"))?;
        let lines = moment.fetch(projections::prescriptions::lines(id)).await.map_err(Failure::from)?;
        let payments = projections::payments::of_prescription(id);
        let mut payments = moment.fetch(payments).await.map_err(Failure::from)?;
        payments.retain(|payment| visitor.who.may_see(payment.cashier_id));
        let payer = match &head.payer {
            Some(code) => moment.first(projections::payers::by_code(code)).await.map_err(Failure::from)?,
            None => None,
        };
        Ok(Self { head, lines, payer: payer.map(|payer| payer.name), payments })
    }

    /// The mobile payment whose outcome is awaited, if it is this cashier's.
    pub fn own_attempt(&self) -> Option<&Payment> {
        let live = self.head.live_payment_id.as_deref()?;
        self.payments.iter().find(|payment| payment.id.to_string() == live)
    }
}
