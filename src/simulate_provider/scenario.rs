//! What the simulated provider can do to a payment, as one table of data.
//!
//! The last two digits of the payer's number choose the scenario (`91 00 00 72` declines), or a call
//! of `POST /control/scenarios`. Help texts, `GET /control/scenarios` and the documentation are made
//! from [`SCENARIOS`]. Waits are in milliseconds and scaled by the pace of the simulator.

use Opening::{AfterPlan, Html, Late, Refuses, Registers, ServerError, Silence, Unregistered};
use Outcome::{Cancelled, Declined, Expired, Paid, PaidInOtherCurrency, PaidLess, PaidMore};
use Signing::{AlteredAfter, Missing, Right, Stale, Wrong};
use Step::{Settle, Tell, Wait};

/// One way in which a payment can go.
#[derive(Debug)]
pub struct Scenario {
    /// Its name at the control endpoint.
    pub name: &'static str,
    /// The last two digits of the numbers that choose it; the default has none.
    pub digits: Option<u8>,
    /// What happens, in a French sentence.
    pub story: &'static str,
    /// What the initiate call is answered.
    pub opening: Opening,
    /// What happens from the registration on.
    pub plan: &'static [Step],
    /// At which status query it turns out to be paid; 0 for never.
    pub paid_when_asked: u32,
}

/// What the initiate call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// 200 at once.
    Registers,
    /// 200, after the whole plan was carried out.
    AfterPlan,
    /// 200, after these milliseconds.
    Late(u32),
    /// A refusal with this code; nothing is registered.
    Refuses(&'static str),
    /// Registered, and never answered.
    Silence,
    /// Registered, and answered 500.
    ServerError,
    /// Answered 500 and not registered; the next call with the same reference registers.
    Unregistered,
    /// Registered, and answered 200 with a web page.
    Html,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Time passes.
    Wait(u32),
    /// The payment reaches its end at the provider.
    Settle(Outcome),
    /// The hospital is told.
    Tell(Message),
}

/// How a payment ends at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid as asked.
    Paid,
    /// Paid, but less.
    PaidLess,
    /// Paid, but more.
    PaidMore,
    /// Paid in XAF, the franc of Central Africa.
    PaidInOtherCurrency,
    /// The payer said no.
    Declined,
    /// The payer cancelled.
    Cancelled,
    /// Nobody said anything in time.
    Expired,
}

/// A callback to send.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Another status than the payment's own.
    pub status: Option<&'static str>,
    /// How it is signed.
    pub signing: Signing,
    /// How many copies leave.
    pub copies: u16,
    /// All copies at the same moment, or one after the other.
    pub at_once: bool,
    /// With a transaction id that the initiate answer didn't have.
    pub other_transaction: bool,
}

/// How a callback is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// As agreed.
    Right,
    /// With another key.
    Wrong,
    /// Not at all.
    Missing,
    /// As agreed, and then one digit of the amount is changed.
    AlteredAfter,
    /// As agreed, with a timestamp ten minutes old.
    Stale,
}

const TRUE: Message =
    Message { status: None, signing: Right, copies: 1, at_once: false, other_transaction: false };
const PAYER: Step = Wait(1_500);
const PAID: &[Step] = &[PAYER, Settle(Paid), Tell(TRUE)];

const fn told(name: &'static str, digits: u8, plan: &'static [Step], story: &'static str) -> Scenario {
    Scenario { name, digits: Some(digits), story, opening: Registers, plan, paid_when_asked: 0 }
}

const fn opened(name: &'static str, digits: u8, opening: Opening, story: &'static str) -> Scenario {
    Scenario { name, digits: Some(digits), story, opening, plan: PAID, paid_when_asked: 0 }
}

const fn signed(signing: Signing) -> Step {
    Tell(Message { signing, ..TRUE })
}

const fn claims(status: &'static str) -> Step {
    Tell(Message { status: Some(status), ..TRUE })
}

const fn copies(copies: u16, at_once: bool) -> Step {
    Tell(Message { copies, at_once, ..TRUE })
}

/// Every scenario; the first is what all other numbers do.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        digits: None,
        ..told("success", 0, PAID, "Le patient paie ; le rappel signé arrive après 1,5 s.")
    },
    opened(
        "refusal",
        71,
        Refuses("INSUFFICIENT_FUNDS"),
        "La demande est refusée d'emblée : solde insuffisant.",
    ),
    told(
        "declined",
        72,
        &[PAYER, Settle(Declined), Tell(TRUE)],
        "La demande est enregistrée, le patient refuse.",
    ),
    told("never-answers", 73, &[], "Le patient ne réagit pas ; l'état reste en attente."),
    told("late", 74, &[Wait(60_000), Settle(Paid), Tell(TRUE)], "Le patient ne paie qu'après 60 s."),
    told("lost", 75, &[PAYER, Settle(Paid)], "Payé, mais aucun rappel ne part."),
    told("twice", 76, &[PAYER, Settle(Paid), copies(2, false)], "Payé ; le même rappel arrive deux fois."),
    told(
        "fifty-at-once",
        77,
        &[PAYER, Settle(Paid), copies(50, true)],
        "Payé ; cinquante rappels au même instant.",
    ),
    told(
        "out-of-order",
        78,
        &[PAYER, Settle(Paid), Tell(TRUE), claims("PENDING"), claims("FAILED")],
        "Payé ; les rappels SUCCESS, PENDING et FAILED arrivent dans cet ordre.",
    ),
    told(
        "failed-after-success",
        79,
        &[PAYER, Settle(Paid), Tell(TRUE), Wait(1_000), claims("FAILED")],
        "Payé et annoncé ; une seconde plus tard un rappel dit le contraire.",
    ),
    Scenario {
        opening: AfterPlan,
        ..told("early", 80, &[Settle(Paid), Tell(TRUE)], "Le rappel arrive avant la réponse à la demande.")
    },
    told("wrong-amount", 81, &[PAYER, Settle(PaidLess), Tell(TRUE)], "Payé, mais moins que demandé."),
    told("wrong-amount-more", 82, &[PAYER, Settle(PaidMore), Tell(TRUE)], "Payé, mais plus que demandé."),
    told(
        "wrong-signature",
        83,
        &[PAYER, Settle(Paid), signed(Wrong)],
        "Payé ; le rappel est signé d'une autre clé.",
    ),
    told("unsigned", 84, &[PAYER, Settle(Paid), signed(Missing)], "Payé ; le rappel n'est pas signé."),
    told(
        "altered-byte",
        85,
        &[PAYER, Settle(Paid), signed(AlteredAfter)],
        "Payé ; un chiffre du rappel est changé en route.",
    ),
    opened(
        "initiate-timeout",
        86,
        Silence,
        "Enregistré et payé, mais la demande ne reçoit jamais de réponse.",
    ),
    opened("initiate-500", 87, ServerError, "Enregistré et payé, mais la demande reçoit une erreur 500."),
    opened("not-registered-500", 88, Unregistered, "Erreur 500 sans enregistrement ; un second envoi passe."),
    Scenario {
        plan: &[Wait(9_500), Settle(Paid), Tell(TRUE)],
        ..opened("slow", 89, Late(8_000), "La réponse à la demande met 8 s.")
    },
    opened("garbage", 90, Html, "Enregistré et payé, mais la réponse est une page web."),
    told(
        "stale-timestamp",
        91,
        &[PAYER, Settle(Paid), signed(Stale)],
        "Payé ; l'heure du rappel a dix minutes.",
    ),
    told("expired", 92, &[Wait(3_000), Settle(Expired), Tell(TRUE)], "La demande expire chez l'opérateur."),
    told(
        "other-currency",
        93,
        &[PAYER, Settle(PaidInOtherCurrency), Tell(TRUE)],
        "Payé, mais dans une autre monnaie (XAF).",
    ),
    told(
        "other-reference",
        94,
        &[PAYER, Settle(Paid), Tell(Message { other_transaction: true, ..TRUE })],
        "Payé ; le rappel porte un autre numéro d'opération que la réponse.",
    ),
    Scenario {
        paid_when_asked: 3,
        ..told(
            "pending-forever-then-paid-by-status",
            95,
            &[],
            "En attente ; payé à la troisième question, sans rappel.",
        )
    },
    told("cancelled", 96, &[PAYER, Settle(Cancelled), Tell(TRUE)], "Le patient annule sur son téléphone."),
    opened(
        "payer-not-found",
        97,
        Refuses("PAYER_NOT_FOUND"),
        "La demande est refusée : pas de portefeuille.",
    ),
];

/// The scenario with this name.
pub fn named(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

/// The scenario of numbers that end so; the default where the table has none.
pub fn for_digits(last_two: u8) -> &'static Scenario {
    SCENARIOS.iter().find(|scenario| scenario.digits == Some(last_two)).unwrap_or(&SCENARIOS[0])
}

/// The table for a terminal: digits, name, story.
pub fn help() -> String {
    let line = |scenario: &Scenario| {
        let digits = scenario.digits.map_or("autres".to_owned(), |digits| digits.to_string());
        format!("{digits:>6}  {:<36} {}\n", scenario.name, scenario.story)
    };
    SCENARIOS.iter().map(line).collect()
}
