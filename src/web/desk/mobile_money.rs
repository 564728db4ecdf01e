//! `/desk/prescriptions/{id}/mobile-money`: the four steps of money by phone.
//!
//! 1. and 2. Provider and number stand on one page; the number's prefix suggests the provider.
//! 3. The page says whose phone is asked for how much. Nothing has happened yet.
//! 4. The payer is asked; `payments` shows what becomes of it.

use super::prescriptions::Dossier;
use crate::{
    commands::{Done, mobile_money, mobile_money::Initiate},
    failure::Failure,
    http::{self, limits, problem::Problem, server::State, server::to_the_end, text},
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
use domain::{Money, Msisdn, PaymentId, PrescriptionId, Wallet, payment::Attempt, user::Role};

/// A provider as the cashier sees it.
pub struct Offered {
    /// Its code.
    pub code: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// False while it doesn't answer.
    pub available: bool,
    /// How long a payer takes at present, where we know.
    pub wait: Option<String>,
}

#[derive(Template)]
#[template(path = "mobile_money.html")]
struct Number {
    frame: Frame,
    dossier: Dossier,
    form: Form,
    offered: Vec<Offered>,
}

#[derive(Template)]
#[template(path = "mobile_money_confirm.html")]
struct Confirm {
    frame: Frame,
    dossier: Dossier,
    form: Form,
    wallet: Wallet,
    phone: Msisdn,
    amount: Money,
    warning: Option<String>,
}

impl Confirm {
    /// The number as it is read aloud: `+228 90 12 34 56`.
    fn dialled(&self) -> String {
        let number = self.phone.e164();
        let (country, digits) = number.split_at(4);
        let pairs = digits.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.fold(country.to_owned(), |dialled, pair| format!("{dialled} {pair}"))
    }
}

/// Provider and number.
pub async fn show(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PrescriptionId>,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    number(&state, &visitor, *id, Form::fresh()).await
}

/// Shows what will be asked; once that is confirmed, asks.
pub async fn ask(
    state: Data<State>,
    visitor: Visitor,
    id: Path<PrescriptionId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    if form.text("confirmed") != "yes" {
        return confirm(&state, &visitor, *id, form).await;
    }
    match initiated(&state, &visitor, *id, &form).await {
        Ok(done) => Ok(page::to(&format!("/desk/payments/{}", done.answer.0), Some(done.position))),
        // The form that is shown again must not confirm itself.
        Err(problem) => number(&state, &visitor, *id, form.with("confirmed", "").refused(problem)).await,
    }
}

async fn initiated(
    state: &State,
    visitor: &Visitor,
    id: PrescriptionId,
    form: &Form,
) -> Result<Done<(PaymentId, Attempt)>, Problem> {
    limits::payments(&state.limits, visitor.who.user)?;
    let (wallet, phone) = payer(form)?;
    let part = form.maybe_money("amount")?;
    let ask = Initiate { prescription: id, wallet, phone, cashier: visitor.who.user, part };
    let (app, asked) = (state.app.clone(), visitor.asked(form)?);
    Ok(to_the_end(async move { mobile_money::initiate(&app, &asked, ask).await }).await?)
}

/// Whose phone, and behind it which wallet: the one that was chosen, or the usual one of this prefix.
fn payer(form: &Form) -> Result<(Wallet, Msisdn), Problem> {
    let phone = Msisdn::parse(form.text("phone").trim()).map_err(|why| text::phone("/phone", why))?;
    let wallet = match form.text("provider") {
        "" => phone.usual_wallet(),
        code => http::mobile_money::wallet(code)?,
    };
    Ok((wallet, phone))
}

async fn confirm(
    state: &State,
    visitor: &Visitor,
    id: PrescriptionId,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let dossier = Dossier::read(state, visitor, id).await?;
    let checked = payer(&form).and_then(|payer| Ok((payer, form.maybe_money("amount")?)));
    let ((wallet, phone), part) = match checked {
        Ok(checked) => checked,
        Err(problem) => return number(state, visitor, id, form.refused(problem)).await,
    };
    let amount = part.unwrap_or(dossier.head.due_amount);
    let warning = (phone.usual_wallet() != wallet).then(|| http::mobile_money::mismatch(wallet));
    let frame = visitor.frame.with(&form);
    page::show(&Confirm { frame, dossier, form, wallet, phone, amount, warning })
}

async fn number(
    state: &State,
    visitor: &Visitor,
    id: PrescriptionId,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let dossier = Dossier::read(state, visitor, id).await?;
    let mut offered = vec![];
    for wallet in Wallet::ALL {
        let available = state.app.providers.of(wallet).is_ok_and(|(provider, _)| provider.available());
        let wait = usual_wait(state, wallet.code()).await?;
        offered.push(Offered { code: wallet.code(), label: wallet.label(), available, wait });
    }
    let page = Number { frame: visitor.frame.with(&form), dossier, form, offered };
    page::answer(&page, page.form.status())
}

/// How long the latest payers of this wallet took, by the one in the middle; nothing while there are few.
pub async fn usual_wait(state: &State, method: &str) -> Result<Option<String>, Problem> {
    let waits = state.app.views.fetch(projections::payments::waits(method)).await.map_err(Failure::from)?;
    let mut seconds: Vec<i64> = waits.iter().map(|(from, to)| (*to - *from).num_seconds().max(1)).collect();
    seconds.sort_unstable();
    let middle = seconds.get(seconds.len() / 2).filter(|_| seconds.len() >= 3);
    Ok(middle.map(|seconds| match seconds {
        0..=90 => format!("{seconds} s"),
        _ => format!("{} min", (seconds + 30) / 60),
    }))
}
