//! What a prescription refuses to those who pay, bear or perform, in sentences for people.

use super::Problem;
use actix_web::http::StatusCode;
use domain::Refusal;

/// Of prescriptions, their lines and who bears them.
pub(super) fn problem(refusal: &Refusal) -> Option<Problem> {
    let (conflict, rule) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    Some(match refusal {
        Refusal::LineCount { lines } => Problem::new(
            rule,
            "line_count",
            format!("Une prescription compte de 1 à 100 examens ; celle-ci en a {lines}."),
        ),
        Refusal::NoPriceInForce { .. } => Problem::new(
            rule,
            "no_price_in_force",
            "Un examen n’a pas de tarif en vigueur aujourd’hui. Faites compléter le catalogue.",
        ),
        Refusal::PriceNotListed { listed, .. } => Problem::new(
            rule,
            "price_not_listed",
            format!(
                "Le tarif de cet examen est de {listed}. Seul un administrateur enregistre un autre prix ; pour une \
                 réduction, demandez une remise ou une exonération."
            ),
        ),
        Refusal::AlreadyPaid => Problem::new(
            conflict,
            "already_paid",
            "Cette prescription est déjà payée. N’encaissez rien ; réimprimez le reçu si besoin.",
        ),
        Refusal::TenderedTooLittle { due, tendered } => tendered_too_little(*due, *tendered),
        Refusal::MoreThanDue { due } => more_than_due(*due),
        Refusal::TooLateToCover => Problem::new(
            conflict,
            "too_late_to_cover",
            "De l’argent est déjà venu pour cette prescription : la prise en charge se fixe avant. Remboursez \
             d’abord, ou réglez le reste avec le patient.",
        ),
        Refusal::TooLateToWithdraw { why } => too_late_to_withdraw(why),
        Refusal::NothingCovered => Problem::new(
            conflict,
            "nothing_covered",
            "Cet organisme ne prend aucun de ces examens en charge aujourd’hui. Vérifiez ses taux.",
        ),
        Refusal::EndsBeforeItBegins => Problem::invalid("/to", "La fin de validité précède son début."),
        Refusal::NotReleased { due } => Problem::new(
            conflict,
            "not_released",
            format!("Il reste {due} à payer : l’examen n’est pas libéré. Envoyez le patient à la caisse."),
        ),
        Refusal::ExamTaken => Problem::new(
            conflict,
            "exam_taken",
            "Une autre personne fait cet examen. Voyez avec elle, ou prenez-en un autre.",
        ),
        Refusal::ExamNotStarted => {
            Problem::new(conflict, "exam_not_started", "Cet examen n’est pas commencé. Commencez-le d’abord.")
        }
        Refusal::ExamDone => {
            Problem::new(conflict, "exam_done", "Cet examen est déjà fait. Il n’y a plus rien à faire ici.")
        }
        _ => return None,
    })
}

fn too_late_to_withdraw(why: &str) -> Problem {
    let detail = match why {
        "paid" => {
            "De l’argent est déjà venu pour cette prescription : la prise en charge ne se retire plus. Remboursez \
             d’abord ce qui a été payé, puis retirez-la."
        }
        _ => {
            "Un examen de cette prescription est commencé : la prise en charge ne se retire plus. Voyez la \
             comptabilité, qui règle la différence avec l’organisme."
        }
    };
    Problem::new(StatusCode::CONFLICT, "too_late_to_withdraw", detail)
}

fn tendered_too_little(due: domain::Money, tendered: domain::Money) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "tendered_too_little",
        format!(
            "Le montant remis ({tendered}) est inférieur au montant dû ({due}). Demandez le reste, ou rendez l’argent."
        ),
    );
    problem.pointer = Some("/amountTendered".to_owned());
    problem
}

fn more_than_due(due: domain::Money) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "more_than_due",
        format!("C’est plus que ce qui reste dû ({due}). Indiquez au plus ce montant."),
    );
    problem.pointer = Some("/amount".to_owned());
    problem
}
