//! What a drawer or a session refuses, in sentences for people.

use super::Problem;
use actix_web::http::StatusCode;
use domain::Refusal;

/// Of drawers and sessions.
pub(super) fn problem(refusal: &Refusal) -> Option<Problem> {
    let (conflict, rule) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    Some(match refusal {
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
            rule,
            "same_till",
            "Une caisse ne peut rien s’envoyer à elle-même. Choisissez une autre caisse.",
        ),
        Refusal::TransferWaits { .. } => Problem::new(
            conflict,
            "transfer_waits",
            "Un transfert que vous avez envoyé n’est pas encore accepté. Faites-le accepter, ou reprenez-le, \
             avant de clôturer.",
        ),
        _ => return None,
    })
}
