//! What the shell does with one prescription, step by step: asks the domain, then writes what it says.

use crate::examples::{AMA, KOFI, PRESCRIPTION, TILL, evidence, prescribed, terms, xof};
use crate::support::Fact;
use domain::{
    Event, PaymentId, UserId,
    payment::{self, Attempt, Outcome, Payment, Source, Stage, attempt::Answer},
    prescription::Prescription,
    settlement::{self, Booking, Received, Report, ReportStatus, TakeCash, take_cash},
    till::{Opened, Till},
};
use proptest::prelude::*;
use uuid::Uuid;

/// One thing that somebody asks or tells; the number picks one of the attempts there are.
#[derive(Clone, Debug)]
pub enum Step {
    Open,
    Send(usize),
    Resend(usize),
    Answer(usize, Answer),
    Abandon(usize),
    Lapse(usize),
    Hear(usize, Report),
    Propose(usize, UserId, Outcome),
    Resolve(usize, UserId, Outcome),
    Cash(i64),
}

/// All that is true, and all that was written.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub prescription: Prescription,
    pub attempts: Vec<(PaymentId, Attempt)>,
    pub till: Till,
    pub log: Vec<Event>,
    pub received: Vec<Received>,
    pub cash: i64,
}

pub const TOTAL: i64 = 1_000;

impl World {
    /// A prescription is registered and a till stands open.
    pub fn begun() -> Self {
        let mut world = Self::default();
        let Fact::Stored(Event::Prescription(prescribed)) = prescribed(TOTAL) else {
            unreachable!("a prescription's fact");
        };
        world.prescription = world.prescription.evolve(&prescribed);
        let opened = Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(0), count: None };
        world.till = world.till.evolve(&opened.into());
        world
    }

    pub fn lived(steps: &[Step]) -> Self {
        let mut world = Self::begun();
        for step in steps {
            world.take(step);
        }
        world
    }

    pub fn attempt(&self, number: usize) -> Option<&(PaymentId, Attempt)> {
        self.attempts.get(number.checked_rem(self.attempts.len())?)
    }

    /// What the domain says to a step; nothing if it refuses or there is no attempt yet.
    pub fn ask(&self, step: &Step) -> Option<(PaymentId, Booking)> {
        let new = PaymentId(Uuid::from_u128(self.log.len() as u128 + 100));
        let number = match step {
            Step::Open => return Some((new, settlement::open(&self.prescription, new, None, terms()).ok()?)),
            Step::Cash(tendered) => return Some((new, self.give(new, *tendered)?)),
            Step::Send(number) | Step::Resend(number) | Step::Abandon(number) | Step::Lapse(number) => number,
            Step::Answer(number, _) | Step::Hear(number, _) => number,
            Step::Propose(number, ..) | Step::Resolve(number, ..) => number,
        };
        let (id, attempt) = self.attempt(*number)?;
        let (id, due) = (*id, &self.prescription);
        let only = |payment| Booking { payment, ..Booking::default() };
        let booking = match step.clone() {
            Step::Open | Step::Cash(_) => return None,
            Step::Send(_) => only(attempt.send().ok()?),
            Step::Resend(_) => only(attempt.resend().ok()?),
            Step::Lapse(_) => only(attempt.lapse()),
            Step::Answer(_, answer) => settlement::end(due, id, attempt.answer(answer)),
            Step::Abandon(_) => settlement::abandon(attempt, due, id, AMA).ok()?,
            Step::Hear(_, report) => settlement::hear(attempt, due, id, report),
            Step::Propose(_, by, outcome) => only(attempt.propose(by, outcome, "seen".into()).ok()?),
            Step::Resolve(_, by, outcome) => settlement::resolve(attempt, due, id, by, outcome).ok()?,
        };
        Some((id, booking))
    }

    fn give(&self, payment: PaymentId, tendered: i64) -> Option<Booking> {
        let tendered = xof(tendered);
        let ask =
            TakeCash { payment, prescription: PRESCRIPTION, cashier: AMA, till: TILL, part: None, tendered };
        Some(take_cash(&self.prescription, &self.till, ask).ok()?.booking)
    }

    /// Asks, writes, and gives what was written.
    pub fn take(&mut self, step: &Step) -> Booking {
        let Some((id, booking)) = self.ask(step) else {
            return Booking::default();
        };
        for fact in &booking.payment {
            self.pay(id, fact);
            self.log.push(fact.clone().into());
        }
        for fact in &booking.prescription {
            self.prescription = std::mem::take(&mut self.prescription).evolve(fact);
            self.log.push(fact.clone().into());
        }
        self.received.extend(booking.money);
        booking
    }

    fn pay(&mut self, id: PaymentId, fact: &payment::Event) {
        if let payment::Event::CashTaken(taken) = fact {
            self.cash += taken.amount.francs();
        }
        let found = self.attempts.iter().position(|(known, _)| *known == id);
        let before = found.map_or(Payment::Unknown, |at| {
            let (_, attempt) = self.attempts.remove(at);
            Payment::Mobile(Box::new(attempt))
        });
        if let Payment::Mobile(attempt) = before.evolve(fact) {
            let at = found.unwrap_or(self.attempts.len());
            self.attempts.insert(at, (id, *attempt));
        }
    }

    /// The attempts that may still bring money without anybody having given up on them.
    pub fn waiting(&self) -> Vec<PaymentId> {
        let waits = |stage: &Stage| matches!(stage, Stage::Created | Stage::Sending | Stage::Registered);
        let open = self.attempts.iter().filter(|(_, attempt)| match &attempt.stage {
            Stage::Claimed(before) => waits(before),
            stage => waits(stage),
        });
        open.map(|(id, _)| *id).collect()
    }

    pub fn received_francs(&self) -> i64 {
        self.received.iter().map(|money| money.amount().francs()).sum()
    }
}

/// Anything that a provider may tell.
pub fn reports() -> impl Strategy<Value = Report> + Clone {
    let amount =
        prop_oneof![Just(None), proptest::sample::select(vec![0, 400, 900, 1_000, 1_300]).prop_map(Some)];
    let currency = prop_oneof![4 => Just(None), 2 => Just(Some("XOF")), 1 => Just(Some("EUR"))];
    let reference = proptest::sample::select(vec![None, Some("OP-1"), Some("OP-2")]);
    (statuses(), sources(), amount, currency, reference)
        .prop_map(|(status, source, amount, currency, named)| told(status, source, amount, currency, named))
}

/// As `reports`, but success always says how much, in francs, and under which reference.
pub fn plain_reports() -> impl Strategy<Value = Report> + Clone {
    let amount = proptest::sample::select(vec![400, 900, 1_000, 1_300]);
    let reference = proptest::sample::select(vec!["OP-1", "OP-2", "OP-3"]);
    (statuses(), sources(), amount, reference)
        .prop_map(|(status, source, amount, named)| told(status, source, Some(amount), None, Some(named)))
}

fn statuses() -> impl Strategy<Value = ReportStatus> + Clone {
    prop_oneof![
        4 => Just(ReportStatus::Success),
        1 => Just(ReportStatus::Pending),
        1 => Just(ReportStatus::Declined { code: "cancelled".into() }),
        1 => Just(ReportStatus::Expired),
        1 => Just(ReportStatus::Other("ON_HOLD".into())),
    ]
}

fn sources() -> impl Strategy<Value = Source> + Clone {
    proptest::sample::select(vec![Source::Callback, Source::Unsigned, Source::Status, Source::Statement])
}

/// The key is made of what is told, as for a provider without event ids.
fn told(
    status: ReportStatus,
    source: Source,
    amount: Option<i64>,
    currency: Option<&str>,
    named: Option<&str>,
) -> Report {
    let key = format!("{}/{amount:?}/{currency:?}/{named:?}", status.word());
    Report {
        status,
        amount: amount.map(xof),
        currency: currency.map(Into::into),
        provider_ref: named.map(Into::into),
        operation_at: None,
        evidence: evidence(source, &key),
    }
}

/// Anything that people, providers and the watch may do, with such reports.
pub fn steps(reports: impl Strategy<Value = Report> + 'static) -> impl Strategy<Value = Vec<Step>> {
    let attempt = 0..4_usize;
    let person = proptest::sample::select(vec![AMA, KOFI]);
    let amounts = proptest::sample::select(vec![0, 655, 1_000]);
    let outcome =
        prop_oneof![1 => Just(Outcome::Declined), 3 => amounts.prop_map(|paid| Outcome::Paid(xof(paid)))];
    let answer = prop_oneof![
        proptest::sample::select(vec![None, Some("OP-1"), Some("OP-2")])
            .prop_map(|named| Answer::Registered { provider_ref: named.map(Into::into) }),
        Just(Answer::Refused { code: "limit".into() }),
        Just(Answer::Unanswered { why: "timeout".into() }),
    ];
    let step = prop_oneof![
        3 => Just(Step::Open),
        3 => attempt.clone().prop_map(Step::Send),
        1 => attempt.clone().prop_map(Step::Resend),
        3 => (attempt.clone(), answer).prop_map(|(number, answer)| Step::Answer(number, answer)),
        2 => attempt.clone().prop_map(Step::Abandon),
        1 => attempt.clone().prop_map(Step::Lapse),
        6 => (attempt.clone(), reports).prop_map(|(number, report)| Step::Hear(number, report)),
        2 => (attempt.clone(), person.clone(), outcome.clone())
            .prop_map(|(number, by, outcome)| Step::Propose(number, by, outcome)),
        2 => (attempt, person, outcome).prop_map(|(number, by, outcome)| Step::Resolve(number, by, outcome)),
        1 => proptest::sample::select(vec![100, 1_000, 5_000]).prop_map(Step::Cash),
    ];
    proptest::collection::vec(step, 0..40)
}
