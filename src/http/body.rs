//! JSON bodies, strictly: 64 KiB at most, no unknown field, no number that is not a whole amount.

use super::{count, problem::Problem};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, http::header, web};
use serde::de::DeserializeOwned;
use std::{future::Future, pin::Pin, time::Duration};

/// The largest body of a command.
pub const LIMIT: usize = 64 * 1024;

/// How long a body may take: one that never ends must not hold a connection for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// A body, read as `T`.
#[derive(Debug)]
pub struct Body<T> {
    /// The content.
    pub content: T,
    /// The same in canonical form: equal content has equal bytes, whatever its spacing and order.
    pub canonical: Vec<u8>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = is_json(request);
        let bytes = raw(request, payload, LIMIT);
        Box::pin(async move {
            let bytes = bytes.await?;
            if !json {
                return Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "not_json",
                    "Le corps de la demande doit être du JSON (Content-Type: application/json).",
                ));
            }
            read(&bytes)
        })
    }
}

/// The raw bytes of a body, refused above `limit` before they are held.
pub fn raw(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<web::Bytes, Problem>> + 'static {
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let payload = web::Payload::from_request(request, payload);
    async move {
        if declared.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let payload = payload.await.map_err(|_| unreadable())?;
        match tokio::time::timeout(PATIENCE, payload.to_bytes_limited(limit)).await {
            Ok(Ok(Ok(bytes))) => Ok(bytes),
            Ok(Ok(Err(_))) | Err(_) => Err(unreadable()),
            Ok(Err(_)) => Err(too_large(limit)),
        }
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Body<T>, Problem> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            "Le corps de la demande n’est pas du JSON valable en UTF-8. Rien n’a été enregistré ; corrigez-le.",
        )
    })?;
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let content = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let pointer = format!("/{}", error.path().to_string().replace(['.', '['], "/").replace(']', ""));
        invalid(pointer, &error.into_inner().to_string())
    })?;
    Ok(Body { content, canonical: value.to_string().into_bytes() })
}

fn invalid(pointer: String, why: &str) -> Problem {
    let amount = why.contains("whole number of francs") || why.contains("is not an amount");
    let (pieces, quantity) = (why.contains(count::WRONG_PIECES), why.contains(count::WRONG_QUANTITY));
    let (pointer, detail) = if let Some(name) = why.strip_prefix("missing field ") {
        let name = name.split('`').nth(1).unwrap_or_default();
        (pointer, format!("Un champ obligatoire manque ({name})."))
    } else if why.starts_with("unknown field ") {
        // What somebody typed as a field's name may be a person's: only the names that we know are told.
        let known = why.rsplit_once(", expected ").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        ("/".to_owned(), format!("Un champ n’est pas connu ici. Champs connus : {}.", known.join(", ")))
    } else if amount {
        (pointer, AMOUNT.to_owned())
    } else if pieces || quantity {
        (pointer, if pieces { PIECES } else { QUANTITY }.to_owned())
    } else {
        (pointer, "Un champ n’a pas la forme attendue. Rien n’a été enregistré ; corrigez-le.".to_owned())
    };
    let mut problem = Problem::invalid(&pointer, detail);
    problem.code = match () {
        () if amount => "invalid_amount",
        () if pieces || quantity => "invalid_count",
        () => "invalid_body",
    };
    problem
}

const AMOUNT: &str =
    "Un montant est un nombre entier de FCFA, entre 0 et 1 000 000 000 000, sans guillemets ni virgule.";

const PIECES: &str = "Un comptage nomme chaque billet ou pièce une fois : NOTE10000, NOTE5000, NOTE2000, NOTE1000, NOTE500, \
     COIN500, COIN250, COIN200, COIN100, COIN50, COIN25, COIN10, COIN5, COIN1.";
const QUANTITY: &str =
    "Une quantité de billets ou de pièces est un nombre entier, 0 ou plus, sans guillemets ni virgule.";

fn too_large(limit: usize) -> Problem {
    let detail = format!("La demande dépasse {} Kio. Rien n’a été enregistré.", limit / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

fn unreadable() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_unreadable",
        "La demande a été coupée en chemin. Rien n’a été enregistré ; renvoyez-la.",
    )
}
