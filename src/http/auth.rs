//! `/api/auth`: sign in with a password, sign out at once.

use super::{body::Body, identity::Identity, limits, position, problem::Problem, server::State};
use crate::{commands::users, failure::Failure, vault::Token};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use domain::{UserId, user::Added};
use serde::{Deserialize, Serialize};

/// A sign-in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    username: String,
    password: String,
}

/// A token for the header `Authorization: Bearer`, and whose it is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    token: String,
    user: Who,
}

/// A signed-in user.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Who {
    id: String,
    username: String,
    first_name: String,
    last_name: String,
    role: &'static str,
}

/// Signs in.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = Credentials,
    responses((status = 200, body = SignedIn), super::openapi::Problems))]
pub async fn login(
    state: Data<State>,
    request: HttpRequest,
    body: Body<Credentials>,
) -> Result<HttpResponse, Problem> {
    let Credentials { username, password } = body.content;
    let (id, user, token) = sign_in(&state, &request, &username, password).await?;
    let who = Who {
        id: id.to_string(),
        username: user.username,
        first_name: user.first_name,
        last_name: user.last_name,
        role: user.role.code(),
    };
    let answer = SignedIn { token: token.reveal().to_owned(), user: who };
    Ok(position::at(HttpResponse::Ok(), state.app.ledger.head()).json(answer))
}

/// Judges a name and a password, here and for the page `/login`: who it is, and the token of his new session.
pub async fn sign_in(
    state: &State,
    request: &HttpRequest,
    username: &str,
    password: String,
) -> Result<(UserId, Added, Token), Problem> {
    let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    limits::anonymous(&state.limits, request)?;
    let id = UserId::of_username(username);
    // The id has one length, whatever somebody types: a counter must not hold a long text.
    let account = format!("{id}@{peer}");
    let judged = limits::login(&state.limits, &account)?;
    let known = state.app.passwords.check(id, password).await.map_err(Failure::from)?;
    let user = users::active(&state.app, id).await?.filter(|_| known);
    let Some(user) = user else {
        limits::login_failed(&state.limits, &account);
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "Nom d’utilisateur ou mot de passe incorrect. Vérifiez la saisie, puis recommencez.",
        ));
    };
    drop(judged);
    let token = state.app.vault.sign_in(id, state.app.clock.now()).map_err(Failure::from)?;
    Ok((id, user, token))
}

/// Ends this session.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth",
    responses((status = 204), super::openapi::Problems))]
pub async fn logout(state: Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    state.app.vault.sign_out(who.token(), state.app.clock.now()).map_err(Failure::from)?;
    Ok(HttpResponse::NoContent().finish())
}
