//! Who asks: a token becomes a user with a role, before anything else of a request is looked at.
//!
//! The token comes as a bearer, or as the cookie of the pages. A browser sends the cookie by itself, whoever wrote the
//! form: under `/api` it identifies for reading alone, and the pages look at the origin of each form (`web::border`).

use super::{limits, problem::Problem, server::State};
use crate::{commands::users, execute::Asked, store::CommandKey};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method, http::header, web::Data};
use domain::{UserId, user::Role};
use sha2::{Digest, Sha256};
use std::{future::Future, pin::Pin};
use uuid::Uuid;

/// A signed-in user and his request.
#[derive(Debug)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// What he may do.
    pub role: Role,
    token: BearerToken,
    route: String,
    request: Option<String>,
    key: Option<String>,
}

/// The cookie that holds the token for pages.
pub const COOKIE: &str = "quittance";

/// The header of a request that no person made: `web/static/live.js` sends it.
const BY_ITSELF: &str = "Quittance-Live";

/// What the caller shows; it doesn't print itself.
struct BearerToken(String);

impl std::fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// The id of a request, in its answer and in every log line and event that it causes.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl Identity {
    /// His token, for signing out.
    pub fn token(&self) -> &str {
        &self.token.0
    }

    /// Refuses every role that isn't listed.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.role) { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// A cashier sees his own; others see all (rule 42).
    pub fn sees_only(&self) -> Option<Uuid> {
        (self.role == Role::Cashier).then_some(self.user.0)
    }

    /// Whether he may see what this cashier took or asked for.
    pub fn may_see(&self, cashier: Uuid) -> bool {
        self.sees_only().is_none_or(|own| own == cashier)
    }

    /// The command as the ledger knows it; `content` is what was asked, in canonical form.
    pub fn asked(&self, content: &[u8]) -> Asked {
        self.command(self.key.as_deref(), content)
    }

    /// The same for a form, which holds its key in a field.
    pub fn asked_by_form(&self, key: &str, content: &[u8]) -> Asked {
        self.command(Some(key), content)
    }

    fn command(&self, key: Option<&str>, content: &[u8]) -> Asked {
        let command = key.map(|key| CommandKey {
            key: sha256(&[self.user.to_string().as_bytes(), self.route.as_bytes(), key.as_bytes()]),
            // The key is in it too: the bare hash of a name or a password could be guessed from the ledger.
            request: sha256(&[self.route.as_bytes(), key.as_bytes(), content]),
        });
        Asked {
            actor: self.user.to_string(),
            correlation: Uuid::now_v7(),
            request: self.request.clone(),
            command,
        }
    }
}

/// SHA-256 over parts that can't run into each other.
fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl FromRequest for Identity {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let cookie = || cookie(&request).filter(|_| request.method() == Method::GET);
            let shown = if has_authorization(&request) { bearer(&request) } else { cookie() };
            identify(&request, shown).await
        })
    }
}

/// Who asks for a page: the cookie alone says it.
pub async fn by_cookie(request: &HttpRequest) -> Result<Identity, Problem> {
    identify(request, cookie(request)).await
}

async fn identify(request: &HttpRequest, shown: Option<BearerToken>) -> Result<Identity, Problem> {
    let state = request.app_data::<Data<State>>().ok_or_else(Problem::unauthenticated)?;
    let token = shown.ok_or_else(Problem::unauthenticated)?;
    let app = &state.app;
    let now = app.clock.now();
    // A screen that renews itself is no use of a session: who leaves his desk is signed out all the same.
    let by_itself = request.headers().contains_key(BY_ITSELF);
    let user = if by_itself { app.vault.look(&token.0, now) } else { app.vault.session(&token.0, now) };
    let user = user.map_err(crate::failure::Failure::from)?;
    let user = user.ok_or_else(Problem::unauthenticated)?;
    let role = match state.roles.get(&user) {
        Some(role) => role,
        None => {
            let known = users::active(app, user).await?.ok_or_else(Problem::unauthenticated)?;
            state.roles.insert(user, known.role);
            known.role
        }
    };
    limits::general(&state.limits, user)?;
    Ok(Identity {
        user,
        role,
        token,
        route: format!("{} {}", request.method(), request.path()),
        request: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        key: idempotency_key(request)?,
    })
}

fn has_authorization(request: &HttpRequest) -> bool {
    request.headers().contains_key(header::AUTHORIZATION)
}

fn cookie(request: &HttpRequest) -> Option<BearerToken> {
    request.cookie(COOKIE).map(|cookie| BearerToken(cookie.value().to_owned()))
}

fn bearer(request: &HttpRequest) -> Option<BearerToken> {
    let text = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| BearerToken(token.trim().to_owned()))
}

/// The header's text, bare or as a structured field in quotes.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let text = value.to_str().map(str::trim).unwrap_or_default();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if key.is_empty() || key.len() > 200 {
        return Err(Problem::invalid(
            "/headers/Idempotency-Key",
            "La clé d’opération (Idempotency-Key) doit compter de 1 à 200 caractères visibles.",
        ));
    }
    Ok(Some(key.to_owned()))
}
