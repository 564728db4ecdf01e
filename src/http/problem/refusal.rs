//! The domain's refusals, in sentences for people.

use super::Problem;
use actix_web::http::StatusCode;
use domain::Refusal;

/// Status, code and sentence of a refusal.
pub(super) fn problem(refusal: Refusal) -> Problem {
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
        Refusal::PatientErased => Problem::new(
            conflict,
            "patient_erased",
            "Ce dossier a été effacé à la demande du patient. Enregistrez le patient à nouveau.",
        ),
        Refusal::AlreadyPaid => Problem::new(
            conflict,
            "already_paid",
            "Cette prescription est déjà payée. N’encaissez rien ; réimprimez le reçu si besoin.",
        ),
        Refusal::AttemptLive { payment } => attempt_live(payment),
        Refusal::TenderedTooLittle { due, tendered } => tendered_too_little(due, tendered),
        Refusal::NoTillOpen => Problem::new(
            conflict,
            "no_till_open",
            "Vous n’avez pas de caisse ouverte. Ouvrez votre caisse avec son fond, puis encaissez.",
        ),
        Refusal::TillAlreadyOpen { desk: true, .. } => Problem::new(
            conflict,
            "desk_taken",
            "Une caisse est déjà ouverte à ce guichet. Choisissez un autre guichet.",
        ),
        Refusal::TillAlreadyOpen { desk: false, .. } => Problem::new(
            conflict,
            "cashier_has_till",
            "Vous avez déjà une caisse ouverte. Continuez avec elle.",
        ),
        Refusal::TillClosed => Problem::new(
            conflict,
            "till_closed",
            "Cette caisse est clôturée et ne se rouvre pas. Ouvrez une nouvelle caisse.",
        ),
        Refusal::TillOpen => Problem::new(
            conflict,
            "till_open",
            "Cette caisse est encore ouverte. Le caissier doit d’abord la compter et la clôturer.",
        ),
        Refusal::DrawerTooSmall => Problem::new(
            conflict,
            "drawer_too_small",
            "Le tiroir ne peut pas contenir autant. Vérifiez le montant, ou faites d’abord venir des fonds.",
        ),
        Refusal::SameTill => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "same_till",
            "Une caisse ne peut rien s’envoyer à elle-même. Choisissez une autre caisse.",
        ),
        Refusal::TransferWaits { .. } => Problem::new(
            conflict,
            "transfer_waits",
            "Un transfert que vous avez envoyé n’est pas encore accepté. Faites-le accepter, ou reprenez-le, \
             avant de clôturer.",
        ),
        Refusal::MoreThanDue { due } => more_than_due(due),
        Refusal::TooLateToCover => Problem::new(
            conflict,
            "too_late_to_cover",
            "De l’argent est déjà venu pour cette prescription : la prise en charge se fixe avant. Remboursez \
             d’abord, ou réglez le reste avec le patient.",
        ),
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
        Refusal::MoreThanReceived { left } => more_than_received(left),
        Refusal::VoidIsForAll => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
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
        Refusal::NotNow { ask, stage } => {
            Problem::new(conflict, "not_now", format!("« {} » : {}", french(ask), stage_sentence(stage)))
        }
        Refusal::StandsElsewhere { at } => stands_elsewhere(at),
        Refusal::NotYours => {
            Problem::new(StatusCode::FORBIDDEN, "not_yours", "Une autre personne doit faire cette opération.")
        }
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

fn more_than_due(due: domain::Money) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "more_than_due",
        format!("C’est plus que ce qui reste dû ({due}). Indiquez au plus ce montant."),
    );
    problem.pointer = Some("/amount".to_owned());
    problem
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
