//! `/r/{code}`: what a telephone shows that scans a receipt. Nobody needs to sign in, and nothing personal is shown:
//! number, amount and day, to be compared with the paper, and whether the money is still here.

use super::page::{self, Frame};
use crate::{
    failure::Failure,
    http::{limits, problem::Problem, server::State},
    proof::receipt_code::{self, ReceiptCode},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use askama::Template;
use domain::receipt::ReceiptNumber;
use projections::receipts::Receipt;

#[derive(Template)]
#[template(path = "r.html")]
struct Scanned {
    frame: Frame,
    verdict: Verdict,
    /// What was signed; nothing if nothing was.
    code: Option<ReceiptCode>,
}

/// What is true of a paper.
struct Verdict {
    /// `in`, `wait` or `wrong`: how it looks.
    look: &'static str,
    title: String,
    detail: &'static str,
}

/// The verdict on a scanned code.
pub async fn show(
    state: Data<State>,
    request: HttpRequest,
    code: Path<String>,
) -> Result<HttpResponse, Problem> {
    limits::anonymous(&state.limits, &request)?;
    let frame = Frame::of_nobody(&request);
    let vault = &state.app.vault;
    let Ok(code) = receipt_code::check(&code, |key_id| vault.public_key(key_id)) else {
        let detail =
            "Ce code n’a pas été signé par cet hôpital. Gardez le papier et montrez-le à la direction.";
        let verdict = Verdict { look: "wrong", title: "Reçu non authentique".to_owned(), detail };
        return page::answer(&Scanned { frame, verdict, code: None }, StatusCode::NOT_FOUND);
    };
    let known = match code.number().parse::<ReceiptNumber>() {
        Ok(number) => {
            let known = state.app.views.first(projections::receipts::by_number(&number)).await;
            known.map_err(Failure::from)?
        }
        Err(_) => None,
    };
    page::show(&Scanned { frame, verdict: verdict(&code, known.as_ref()), code: Some(code) })
}

/// Signed is not enough: the ledger must say the same (rule 41).
fn verdict(code: &ReceiptCode, known: Option<&Receipt>) -> Verdict {
    let compare =
        "Comparez ces chiffres avec le papier\u{202f}: numéro, montant et date doivent être les mêmes.";
    let told = |look, title: &str, detail| Verdict { look, title: title.to_owned(), detail };
    let Some(known) = known else {
        return told("wait", "Reçu signé, encore inconnu ici", compare);
    };
    if known.amount != code.amount() || known.day != code.day() {
        let detail = "Gardez le papier et montrez-le à la direction.";
        return told(
            "wrong",
            "Reçu à contrôler\u{202f}: le registre porte d’autres chiffres sous ce numéro",
            detail,
        );
    }
    match known.mark {
        None => told("in", "Reçu authentique", compare),
        Some("VOIDED") => {
            told("wait", "Reçu authentique, mais annulé\u{202f}: l’argent a été rendu", compare)
        }
        Some("REFUNDED") => {
            told("wait", "Reçu authentique, mais remboursé\u{202f}: l’argent a été rendu", compare)
        }
        Some(_) => told(
            "wait",
            &format!("Reçu authentique, remboursé en partie\u{202f}: {}", known.refunded),
            compare,
        ),
    }
}
