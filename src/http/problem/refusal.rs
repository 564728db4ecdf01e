//! The domain's refusals, in sentences for people.

use super::{Problem, bill, refund, till};
use actix_web::http::StatusCode;
use domain::Refusal;

/// Status, code and sentence of a refusal.
pub(super) fn problem(refusal: Refusal) -> Problem {
    let of_a_kind = till::problem(&refusal).or_else(|| bill::problem(&refusal));
    of_a_kind.or_else(|| refund::problem(&refusal)).unwrap_or_else(|| other(refusal))
}

fn other(refusal: Refusal) -> Problem {
    let (conflict, rule) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    match refusal {
        Refusal::NotFound { what, .. } => not_found(what),
        Refusal::AlreadyThere { what } => already_there(what),
        Refusal::ZeroAmount { what } => zero_amount(what),
        Refusal::AmountTooLarge => Problem::new(
            rule,
            "amount_too_large",
            "Ce montant dépasse ce que le registre accepte. Vérifiez les chiffres saisis.",
        ),
        Refusal::PatientErased => Problem::new(
            conflict,
            "patient_erased",
            "Ce dossier a été effacé à la demande du patient. Enregistrez le patient à nouveau.",
        ),
        Refusal::AttemptLive { payment } => attempt_live(payment),
        Refusal::NotNow { ask, stage } => {
            Problem::new(conflict, "not_now", format!("« {} » : {}", french(ask), stage_sentence(stage)))
        }
        Refusal::StandsElsewhere { at } => stands_elsewhere(at),
        Refusal::ReportTooLong => Problem::new(
            rule,
            "report_too_long",
            "Ce rapport est trop long pour être signé. Choisissez une période plus courte.",
        ),
        Refusal::NotYours => {
            Problem::new(StatusCode::FORBIDDEN, "not_yours", "Une autre personne doit faire cette opération.")
        }
        // Told before; named here so that a new one must be thought of.
        Refusal::NoTillOpen
        | Refusal::TillAlreadyOpen { .. }
        | Refusal::TillClosed
        | Refusal::TillOpen
        | Refusal::DrawerTooSmall
        | Refusal::SameTill
        | Refusal::TransferWaits { .. }
        | Refusal::LineCount { .. }
        | Refusal::NoPriceInForce { .. }
        | Refusal::PriceNotListed { .. }
        | Refusal::AlreadyPaid
        | Refusal::TenderedTooLittle { .. }
        | Refusal::MoreThanDue { .. }
        | Refusal::TooLateToCover
        | Refusal::TooLateToWithdraw { .. }
        | Refusal::NothingCovered
        | Refusal::EndsBeforeItBegins
        | Refusal::NotReleased { .. }
        | Refusal::ExamTaken
        | Refusal::ExamNotStarted
        | Refusal::ExamDone
        | Refusal::MoreThanReceived { .. }
        | Refusal::VoidIsForAll
        | Refusal::OnlyRefund { .. }
        | Refusal::NotApproved
        | Refusal::AlreadyDecided
        | Refusal::NoProviderReference
        | Refusal::CashHasNoReference => Problem::not_found(""),
    }
}

fn zero_amount(what: &str) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "zero_amount",
        "Un montant de 0 FCFA n’est pas un paiement. Indiquez un montant d’au moins 1 FCFA.",
    );
    problem.pointer = Some(format!("/{what}"));
    problem
}

fn attempt_live(payment: domain::PaymentId) -> Problem {
    let mut problem = Problem::new(
        StatusCode::CONFLICT,
        "attempt_live",
        "Un paiement mobile est déjà en cours pour cette prescription. Attendez son résultat, ou \
         abandonnez-le avant d’encaisser autrement.",
    );
    problem.payment = Some(payment);
    problem
}

fn stands_elsewhere(at: Option<u64>) -> Problem {
    let stands = at.map_or_else(
        || "n’est arrêté devant aucun événement".to_owned(),
        |position| format!("est arrêté devant l’événement {position}"),
    );
    Problem::new(
        StatusCode::CONFLICT,
        "projector_stands_elsewhere",
        format!("Ce projecteur {stands}. Rien n’a été enregistré ; regardez la liste des projecteurs."),
    )
}

fn not_found(what: &'static str) -> Problem {
    let (code, detail) = match what {
        "patient" => ("patient_not_found", "Patient introuvable. Cherchez-le par son nom."),
        "exam" => {
            ("exam_not_found", "Examen introuvable au catalogue. Choisissez-le dans la liste des examens.")
        }
        "prescription" => ("prescription_not_found", "Prescription introuvable. Cherchez-la par son numéro."),
        "payment" => ("payment_not_found", "Paiement introuvable. Retrouvez-le par sa prescription."),
        "receipt" => (
            "receipt_not_found",
            "Aucun reçu de ceux que vous pouvez voir ne porte ce numéro. Vérifiez chaque caractère, ou le code QR du papier.",
        ),
        "user" => ("user_not_found", "Utilisateur introuvable. Choisissez-le dans la liste."),
        "provider" => ("provider_not_found", "Cet opérateur n’existe pas. Choisissez TMONEY ou FLOOZ."),
        "till" => ("till_not_found", "Caisse introuvable. Choisissez-la dans la liste des caisses."),
        "transfer" => (
            "transfer_not_found",
            "Ce transfert n’attend plus : il est accepté ou repris, ou n’a jamais existé.",
        ),
        "deposit" => ("deposit_not_found", "Versement introuvable. Cherchez-le par son bordereau."),
        "refund" => ("refund_not_found", "Remboursement introuvable. Cherchez-le par son paiement."),
        "relief" => ("relief_not_found", "Demande introuvable. Choisissez-la dans la liste."),
        "payer" => ("insurer_not_found", "Cet organisme n’est pas connu. Choisissez-le dans la liste."),
        "coverage" => (
            "coverage_not_found",
            "Aucun organisme ne prend cette prescription en charge : il n’y a rien à retirer.",
        ),
        "line" => ("line_not_found", "Cette prescription n’a pas cette ligne. Regardez ses examens."),
        "report" => ("report_not_found", "Ce rapport signé n’existe pas. Choisissez-le dans la liste."),
        "projector" => ("projector_not_found", "Ce projecteur n’existe pas. Choisissez-le dans la liste."),
        _ => ("not_found", "Rien ne se trouve à cette adresse."),
    };
    Problem::new(StatusCode::NOT_FOUND, code, detail)
}

fn already_there(what: &'static str) -> Problem {
    let (code, detail) = match what {
        "exam" => {
            ("exam_exists", "Un examen porte déjà ce code. Changez son tarif, ou prenez un autre code.")
        }
        "payer" => {
            ("insurer_exists", "Un organisme porte déjà ce code. Changez ses taux, ou prenez un autre code.")
        }
        "coverage" => (
            "already_covered",
            "Un organisme prend déjà une part de cette prescription en charge. Le reste est dû par le patient.",
        ),
        "user" => (
            "user_exists",
            "Ce nom d’utilisateur est déjà pris, même par une personne partie. Prenez-en un autre.",
        ),
        _ => ("already_exists", "Cet enregistrement existe déjà."),
    };
    Problem::new(StatusCode::CONFLICT, code, detail)
}

fn french(ask: &str) -> &'static str {
    match ask {
        "abandon" => "abandonner",
        "resolve" => "clore la vérification",
        "decline" => "déclarer impayé",
        _ => "envoyer",
    }
}

fn stage_sentence(stage: &str) -> &'static str {
    match stage {
        "PAID" => "ce paiement est confirmé, l’argent est reçu.",
        "CLAIMED" => "un règlement est annoncé et se vérifie ; attendez quelques secondes.",
        "REVIEW" => "ce paiement est à vérifier par la comptabilité.",
        "REJECTED" | "DECLINED" => "ce paiement a été refusé par l’opérateur.",
        "EXPIRED" => "le patient n’a pas confirmé à temps.",
        "ABANDONED" => "ce paiement est déjà abandonné.",
        _ => "ce paiement est en cours.",
    }
}
