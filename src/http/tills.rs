//! `/api/tills`: open a cash session, see what its drawer must hold, count and close it.

pub mod sheet;

use super::{
    body::Body, count::Counted, identity::Identity, position, problem::Problem, server::State, text,
};
use crate::{commands::tills, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{
    Money, Refusal, TillId, UserId,
    cash::Count,
    till::{Counter, Deputy, Opened},
    user::Role,
};
use projections::{deposits::Deposit, tills::Till, transfers::Transfer};
use serde::{Deserialize, Serialize};

/// Who may see tills, transfers and deposits; a cashier his own.
pub(super) const READERS: &[Role] = &[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor];

/// An opening.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The desk's name.
    desk: String,
    /// What lies in the drawer; 0 is a float too. Needed where nothing is counted.
    #[schema(value_type = Option<i64>)]
    float: Option<Money>,
    /// The same by notes and coins: then the float is their sum.
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    count: Option<Counted>,
}

/// An open till.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    till_id: String,
    desk: String,
    #[schema(value_type = i64)]
    float: Money,
}

/// What lies in a drawer at the end.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Pieces by denomination: `{"NOTE10000": 2, "COIN25": 1}`.
    #[schema(value_type = BTreeMap<String, u32>)]
    count: Counted,
    /// Why somebody else counts for the cashier; then it is needed.
    reason: Option<String>,
}

/// A till that was counted.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    till_id: String,
    #[schema(value_type = i64)]
    counted: Money,
    #[schema(value_type = i64)]
    expected: Money,
    /// Counted less expected: below 0 something is missing.
    difference: i64,
    /// `CLOSED`, or `COUNTED` while the difference waits for a second person.
    state: &'static str,
}

/// A second person's words.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// What was found out about the difference.
    note: String,
}

/// A till that is over.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signed {
    till_id: String,
    state: &'static str,
}

/// A till with what went from it to other drawers and to the bank, or came from there.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Session {
    #[serde(flatten)]
    till: Till,
    transfers: Vec<Transfer>,
    deposits: Vec<Deposit>,
}

/// Opens the cashier's till.
#[utoipa::path(post, path = "/api/tills/open", tag = "tills", request_body = Opening,
    responses((status = 201, body = Open), super::openapi::Problems))]
pub async fn open(
    state: web::Data<State>,
    who: Identity,
    body: Body<Opening>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    let desk = text::bounded("/desk", &body.content.desk, 40)?;
    let count = body.content.count.as_ref().map(|Counted(count)| count.clone());
    let float = float(body.content.float, count.as_ref())?;
    let opened = Opened { desk: desk.clone(), cashier: who.user, float, count };
    let done = tills::open(&state.app, &who.asked(&body.canonical), &opened).await?;
    let id = done.answer.till.to_string();
    let answer = Open { till_id: id.clone(), desk, float: done.answer.float };
    Ok(position::created(&done, &format!("/api/tills/{id}"), answer))
}

impl Closing {
    fn reason(&self) -> Result<String, Problem> {
        let missing = "Dites pourquoi vous comptez à la place du caissier (reason).";
        let reason = self.reason.as_deref().ok_or_else(|| Problem::invalid("/reason", missing))?;
        text::bounded("/reason", reason, 500)
    }
}

/// A float that was counted is the sum of its count, and a figure beside it must say the same: one of the
/// two is a slip, and only the cashier knows which.
pub fn float(named: Option<Money>, count: Option<&Count>) -> Result<Money, Problem> {
    let Some(count) = count else {
        return named.ok_or_else(|| {
            Problem::invalid(
                "/float",
                "Indiquez le fond de caisse : un montant (float) ou un comptage (count).",
            )
        });
    };
    let sum = count.total().ok_or(Failure::Refused(Refusal::AmountTooLarge))?;
    match named {
        Some(float) if float != sum => {
            let detail = format!(
                "Le fond annoncé ({float}) n’est pas le total du comptage ({sum}). Recomptez, ou laissez le \
                 montant de côté."
            );
            Err(Problem::invalid("/float", detail))
        }
        Some(_) | None => Ok(sum),
    }
}

/// The tills: a cashier's own, or all. A cashier is not told what must lie in his open till.
#[utoipa::path(get, path = "/api/tills", tag = "tills",
    responses((status = 200, body = Vec<Till>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    let position = position::reached(&state, &request).await?;
    let query = projections::tills::of_cashier(who.sees_only().map(UserId));
    let tills = state.app.views.fetch(query).await.map_err(Failure::from)?;
    let tills: Vec<_> = tills.into_iter().map(|till| as_seen_by(&who, till)).collect();
    Ok(position::read(position, tills))
}

/// A till with its transfers and deposits: a cashier's own, or any.
#[utoipa::path(get, path = "/api/tills/{id}", tag = "tills", params(("id" = String, Path)),
    responses((status = 200, body = Session), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<TillId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    position::reached(&state, &request).await?;
    // Sums and what they are made of at one moment.
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let till = moment.fetch(projections::tills::by_id(*id)).await.map_err(Failure::from)?.pop();
    let till = till.filter(|till| who.may_see(till.cashier_id));
    let till = as_seen_by(&who, till.ok_or_else(|| Problem::not_found("till"))?);
    let transfers = moment.fetch(projections::transfers::of_till(*id)).await.map_err(Failure::from)?;
    let deposits = moment.fetch(projections::deposits::of_till(*id)).await.map_err(Failure::from)?;
    Ok(position::read(position, Session { till, transfers, deposits }))
}

/// Closing is blind (rule 18).
fn as_seen_by(who: &Identity, till: Till) -> Till {
    if who.role == Role::Cashier { till.blind() } else { till }
}

/// Ends a session with a count of its drawer: the cashier's own, or that of one who is not there, which a second
/// person must sign. There is no second count.
#[utoipa::path(post, path = "/api/tills/{id}/close", tag = "tills", request_body = Closing,
    params(("id" = String, Path)), responses((status = 200, body = Closed), super::openapi::Problems))]
pub async fn close(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<TillId>,
    body: Body<Closing>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier, Role::Admin, Role::Accountant])?;
    let Counted(count) = &body.content.count;
    let counter = match who.role {
        Role::Cashier => Counter::Cashier(who.user),
        _ => Counter::Deputy(Deputy { by: who.user, reason: body.content.reason()? }),
    };
    let done = tills::close(&state.app, &who.asked(&body.canonical), *id, count, &counter).await?;
    let tills::Closed { counted, expected, over } = done.answer;
    let answer = Closed {
        till_id: id.to_string(),
        counted,
        expected,
        difference: counted.francs() - expected.francs(),
        state: if over { "CLOSED" } else { "COUNTED" },
    };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// Signs a difference that is too large for one person; the cashier himself can't.
#[utoipa::path(post, path = "/api/tills/{id}/sign", tag = "tills", request_body = Signature,
    params(("id" = String, Path)), responses((status = 200, body = Signed), super::openapi::Problems))]
pub async fn sign(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<TillId>,
    body: Body<Signature>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let note = text::bounded("/note", &body.content.note, 500)?;
    let done = tills::sign(&state.app, &who.asked(&body.canonical), *id, &note, who.user).await?;
    let answer = Signed { till_id: id.to_string(), state: "CLOSED" };
    Ok(position::done(StatusCode::OK, &done, answer))
}
