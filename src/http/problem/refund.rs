//! What is refused where money shall go back, in sentences for people.

use super::Problem;
use actix_web::http::StatusCode;
use domain::Refusal;

/// Of refunds and of what two persons decide.
pub(super) fn problem(refusal: &Refusal) -> Option<Problem> {
    let (conflict, rule) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    Some(match refusal {
        Refusal::MoreThanReceived { left } => more_than_received(*left),
        Refusal::VoidIsForAll => Problem::new(
            rule,
            "void_is_for_all",
            "Une annulation porte sur tout le paiement. Pour une partie, demandez un remboursement.",
        ),
        Refusal::OnlyRefund { why } => Problem::new(conflict, "only_refund", only_refund(why)),
        Refusal::NotApproved => Problem::new(
            conflict,
            "not_approved",
            "Une deuxième personne doit d’abord approuver. Rien n’a été remis.",
        ),
        Refusal::AlreadyDecided => {
            Problem::new(conflict, "already_decided", "Cette demande est déjà décidée. Regardez son état.")
        }
        Refusal::NoProviderReference => missing_reference(),
        Refusal::CashHasNoReference => Problem::invalid(
            "/providerReference",
            "Ce paiement était en espèces : l’argent sort du tiroir, sans référence d’opérateur.",
        ),
        _ => return None,
    })
}

fn more_than_received(left: domain::Money) -> Problem {
    let mut problem = Problem::new(
        StatusCode::CONFLICT,
        "more_than_received",
        format!("De ce paiement, {left} au plus peuvent encore être rendus."),
    );
    problem.pointer = Some("/amount".to_owned());
    problem
}

fn missing_reference() -> Problem {
    let detail = "Ce paiement est venu par mobile money : indiquez la référence que l’opérateur a donnée au \
                  remboursement.";
    Problem::invalid("/providerReference", detail)
}

fn only_refund(why: &str) -> &'static str {
    match why {
        "mobile" => "Un paiement mobile ne s’annule pas. Demandez un remboursement.",
        "exam" => {
            "Un examen est déjà commencé : l’annulation n’est plus possible. Demandez un remboursement."
        }
        _ => {
            "La caisse qui a encaissé est clôturée : l’annulation n’est plus possible. Demandez un remboursement."
        }
    }
}
