//! Every error as problem+json (RFC 9457): a stable code, a sentence in French, the seed's `error`.
//!
//! The one place where refusals of the domain and failures of the infrastructure become answers. The
//! inner text of a failure goes to the log, once, here; it never leaves the house.

mod bill;
mod refund;
mod refusal;
mod till;

use crate::{
    failure::Failure,
    store::StoreError,
    vault::VaultError,
    views::{Progress, ViewsError},
};
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use domain::PaymentId;
use serde::Serialize;
use std::fmt;

/// An answer that says what went wrong and what to do.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable, in English.
    pub code: &'static str,
    /// What happened, what is true of the money, what to do next; in French.
    pub detail: String,
    /// The field that is wrong, as a JSON pointer.
    pub pointer: Option<String>,
    /// The payment that this is about.
    pub payment: Option<PaymentId>,
    /// The position from which on a reader sees what was written all the same.
    pub position: Option<u64>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

/// A problem as it is sent.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemJson<'a> {
    /// The code again, as a URN; `docs/API.md` explains it.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'a str,
    status: u16,
    /// What happened, what is true of the money, what to do next; in French.
    detail: &'a str,
    /// Stable, in English.
    code: &'a str,
    /// The seed's field: the same sentence.
    error: &'a str,
    /// The field that is wrong, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    /// The payment that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
}

impl Problem {
    /// A problem with its status, code and sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            pointer: None,
            payment: None,
            position: None,
            retry_after: None,
        }
    }

    fn json(&self) -> ProblemJson<'_> {
        ProblemJson {
            kind: format!("urn:quittance:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            error: &self.detail,
            pointer: self.pointer.as_deref(),
            payment_id: self.payment.map(|payment| payment.to_string()),
        }
    }

    /// Nothing has this id.
    pub fn not_found(what: &'static str) -> Self {
        Self::from(Failure::Refused(domain::Refusal::NotFound { what, id: String::new() }))
    }

    /// A field is wrong.
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_field", detail);
        problem.pointer = Some(pointer.to_owned());
        problem
    }

    /// The role may not do that.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Votre rôle ne permet pas cette opération. Adressez-vous à l’administration.",
        )
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Votre session est absente ou terminée. Connectez-vous, puis recommencez.",
        )
    }

    /// Too many requests of one identity.
    pub fn too_many(seconds: u32) -> Self {
        let detail = format!("Trop de demandes. Rien n’a été enregistré ; réessayez dans {seconds} s.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(seconds)
    }

    #[must_use]
    fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn unavailable(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).after(2)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(position) = self.position {
            response.insert_header((super::position::HEADER, position.to_string()));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json").json(self.json())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal::problem(refusal),
            Failure::Contended => Self::new(
                StatusCode::CONFLICT,
                "contended",
                "Plusieurs postes agissent sur le même dossier. Rien n’a été enregistré ; recommencez.",
            ),
            Failure::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "Cette clé d’opération (Idempotency-Key) a déjà servi pour une autre demande. Rien n’a \
                 été enregistré ; utilisez une nouvelle clé.",
            ),
            Failure::NoProvider => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "provider_not_configured",
                "Ce portefeuille n’est pas configuré ici. Encaissez en espèces ou par un autre portefeuille.",
            ),
            Failure::ProviderDown => Self::unavailable(
                "provider_unavailable",
                "L’opérateur ne répond pas en ce moment. Rien n’a été demandé au patient ; encaissez en \
                 espèces, proposez l’autre portefeuille ou réessayez plus tard.",
            ),
            Failure::Busy => Self::unavailable(
                "busy",
                "Le registre est très sollicité. Rien n’a été enregistré ; réessayez dans un instant.",
            ),
            Failure::Views(ViewsError::Behind { .. }) => Self::unavailable(
                "read_model_behind",
                "Les écrans n’ont pas encore rattrapé le registre. L’opération est enregistrée ; \
                 actualisez dans un instant.",
            ),
            Failure::Views(ViewsError::Filling { name, progress }) => filling(name, progress),
            Failure::Views(ViewsError::Rebuilding) => Self::new(
                StatusCode::CONFLICT,
                "rebuild_running",
                "Une reconstruction des écrans est déjà en cours. Attendez sa fin, ou arrêtez-la.",
            ),
            broken => below(&broken),
        }
    }
}

/// A new read model: the rest serves.
fn filling(name: &str, progress: Progress) -> Problem {
    let Progress { done, total, seconds_left, .. } = progress;
    let detail = format!(
        "Cet écran ({name}) se remplit après une mise à jour : {done} événements sur {total}, encore {seconds_left} s \
         environ. Les encaissements et les autres écrans continuent ; revenez dans un moment."
    );
    let after = u32::try_from(seconds_left).unwrap_or(u32::MAX).clamp(1, 600);
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "read_model_filling", detail).after(after)
}

/// Something below failed: what to do depends on whether it comes back by itself.
fn below(broken: &Failure) -> Problem {
    let (code, detail) = match broken {
        Failure::Store(StoreError::Unavailable(_)) | Failure::Views(ViewsError::Postgres(_)) => {
            tracing::warn!(error = %broken, "the database is out of reach");
            AWAY
        }
        Failure::Store(error @ StoreError::Replaced { .. })
        | Failure::Unknown(error @ StoreError::Replaced { .. }) => {
            // The store has said it as an error, once.
            tracing::warn!(%error, "request refused");
            // Waiting doesn't help: somebody has to decide.
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, REPLACED.0, REPLACED.1);
        }
        Failure::Vault(VaultError::Unavailable(outage)) => {
            tracing::error!(error = %outage, "the vault is out of reach");
            VAULT_AWAY
        }
        _ => {
            tracing::error!(error = %broken, "request failed");
            if matches!(broken, Failure::Unknown(_)) { UNKNOWN } else { BROKEN }
        }
    };
    Problem::unavailable(code, detail)
}

const VAULT_AWAY: (&str, &str) = (
    "vault_unavailable",
    "Le coffre des sessions et des clés ne répond pas en ce moment. Regardez le dossier avant de \
     recommencer, dans un instant.",
);
const REPLACED: (&str, &str) = (
    "ledger_replaced",
    "La base de données a été remplacée par une copie à laquelle il manque des opérations déjà confirmées. \
     N’encaissez plus sur ce poste, gardez les reçus du jour et prévenez l’informatique.",
);
const UNKNOWN: (&str, &str) = (
    "outcome_unknown",
    "Le registre n’a pas confirmé à temps. Ne recommencez pas à zéro : renvoyez la même demande avec la \
     même clé pour savoir si elle est enregistrée.",
);
/// A request may have written before it failed, so this doesn't promise that nothing was recorded.
const AWAY: (&str, &str) = (
    "database_unavailable",
    "Le registre est momentanément hors d’atteinte. Réessayez dans un instant ; si l’opération touche à \
     l’argent, regardez d’abord le dossier.",
);
const BROKEN: (&str, &str) = (
    "unavailable",
    "Le registre ne peut pas répondre. Regardez le dossier avant de recommencer, et prévenez l’informatique.",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Outage;

    #[test]
    fn a_vault_out_of_reach_is_no_lost_session_and_asks_to_come_again() {
        let answer = Problem::from(Failure::Vault(VaultError::Unavailable(Outage::Silent)));
        assert_eq!((answer.status.as_u16(), answer.code), (503, "vault_unavailable"));
        assert!(answer.error_response().headers().contains_key(header::RETRY_AFTER));
    }
}
