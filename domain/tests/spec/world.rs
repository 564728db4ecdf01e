//! What the shell does around one prescription, step by step: asks the domain, then writes what it says.
//!
//! `desk` has what people do at a desk, `chance` how histories are drawn.

mod chance;
mod desk;

pub use chance::{days, plain_reports, reports, steps};
pub use desk::Deed;

use crate::examples::{AMA, EXAM, KOFI, PATIENT, PRESCRIPTION, XRAY, day, terms, xof};
use chrono::NaiveDate;
use domain::{
    DepositId, Event, ExamId, PaymentId, RefundId, ReliefId, TillId, TransferId, UserId, Wallet,
    deposit::Deposit,
    movement::Movement,
    payer::{self, Payer},
    payment::{Attempt, Opened, Outcome, Payment, Stage, attempt::Answer},
    prescription::{Line, Prescription, Registered},
    receipt::{self, Issued},
    refund::Refunds,
    relief::Relief,
    settlement::{self, Booking, Report},
    till::{self, Seat, Till},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One thing that somebody asks or tells; the number picks one of the attempts there are.
#[derive(Clone, Debug)]
pub enum Step {
    Open(UserId, Option<i64>),
    Send(usize),
    Resend(usize),
    Answer(usize, Answer),
    Abandon(usize),
    Lapse(usize),
    Hear(usize, Report),
    Propose(usize, UserId, Outcome),
    Resolve(usize, UserId, Outcome),
    Desk(Deed),
}

/// A stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    Prescription,
    Payment(PaymentId),
    Refund(PaymentId),
    Till(TillId),
    Desk(String),
    Cashier(UserId),
    Relief(ReliefId),
    Deposit(DepositId),
    Payer,
    /// Numbered papers: written, and never decided upon.
    Series,
}

pub type Writes = Vec<(At, Event)>;

/// All that is true, and all that was written.
#[derive(Clone, Debug)]
pub struct World {
    pub prescription: Prescription,
    pub payments: Vec<(PaymentId, Payment)>,
    pub refunds: BTreeMap<PaymentId, Refunds>,
    pub tills: BTreeMap<TillId, Till>,
    desks: BTreeMap<String, Seat>,
    cashiers: BTreeMap<UserId, Seat>,
    reliefs: BTreeMap<ReliefId, Relief>,
    deposits: BTreeMap<DepositId, Deposit>,
    payer: Payer,
    /// In the order in which they were asked.
    asked_back: Vec<(PaymentId, RefundId)>,
    /// In the order in which they were sent.
    transfers: Vec<(TillId, TransferId)>,
    day: NaiveDate,
    pub log: Writes,
}

pub const TOTAL: i64 = 1_000;

/// Its lines, one exam twice.
pub const LINES: [(ExamId, i64); 3] = [(EXAM, 400), (XRAY, 350), (EXAM, 250)];

impl World {
    /// A prescription is registered, an insurer listed, and two tills stand open.
    pub fn begun() -> Self {
        let mut world = Self {
            prescription: Prescription::default(),
            payments: vec![],
            refunds: BTreeMap::new(),
            tills: BTreeMap::new(),
            desks: BTreeMap::new(),
            cashiers: BTreeMap::new(),
            reliefs: BTreeMap::new(),
            deposits: BTreeMap::new(),
            payer: Payer::default(),
            asked_back: vec![],
            transfers: vec![],
            day: day(3, 1),
            log: vec![],
        };
        let line = |(exam, francs): &(ExamId, i64)| Line { exam: *exam, price: xof(*francs), listed: None };
        let lines = LINES.iter().map(line).collect();
        let registered = Registered { patient: PATIENT, lines, total: xof(TOTAL) };
        world.write(vec![
            (At::Prescription, Event::Prescription(registered.into())),
            (At::Payer, Event::Payer(payer::Listed { code: "INAM".into(), name: "INAM".into() }.into())),
        ]);
        for (by, desk) in [(AMA, 1), (KOFI, 2)] {
            world.take(&Step::Desk(Deed::OpenTill { by, desk, float: 2_000 }));
        }
        world
    }

    pub fn lived(steps: &[Step]) -> Self {
        let mut world = Self::begun();
        for step in steps {
            world.take(step);
        }
        world
    }

    /// Asks, writes, and gives what was written; nothing if the domain refuses.
    pub fn take(&mut self, step: &Step) -> Writes {
        if let Step::Desk(Deed::Midnight) = step {
            self.day = self.day.succ_opt().unwrap();
        }
        let writes = self.ask(step).unwrap_or_default();
        self.write(writes.clone());
        writes
    }

    /// What the domain says to a step; nothing if it refuses or there is no attempt yet.
    fn ask(&self, step: &Step) -> Option<Writes> {
        let number = match step {
            Step::Open(by, part) => return self.open(*by, *part),
            Step::Desk(deed) => return self.desk(deed),
            Step::Send(number) | Step::Resend(number) | Step::Abandon(number) | Step::Lapse(number) => number,
            Step::Answer(number, _) | Step::Hear(number, _) => number,
            Step::Propose(number, ..) | Step::Resolve(number, ..) => number,
        };
        let (id, attempt) = self.attempt(*number)?;
        let due = &self.prescription;
        let only = |payment| Booking { payment, ..Booking::default() };
        let booking = match step.clone() {
            Step::Open(..) | Step::Desk(_) => return None,
            Step::Send(_) => only(attempt.send().ok()?),
            Step::Resend(_) => only(attempt.resend().ok()?),
            Step::Lapse(_) => only(attempt.lapse()),
            Step::Answer(_, answer) => settlement::end(due, id, attempt.answer(answer)),
            Step::Abandon(_) => settlement::abandon(attempt, due, id, AMA).ok()?,
            Step::Hear(_, report) => settlement::hear(attempt, due, id, report),
            Step::Propose(_, by, outcome) => only(attempt.propose(by, outcome, "seen".into()).ok()?),
            Step::Resolve(_, by, outcome) => settlement::resolve(attempt, due, id, by, outcome).ok()?,
        };
        Some(self.booked(id, booking, &Payment::Mobile(Box::new(attempt.clone()))))
    }

    /// Ama asks for T-Money, others for Flooz.
    fn open(&self, by: UserId, part: Option<i64>) -> Option<Writes> {
        let id = PaymentId(self.new_id());
        let wallet = if by == AMA { Wallet::Tmoney } else { Wallet::Flooz };
        let terms = Opened { cashier: by, wallet, ..terms() };
        let booking = settlement::open(&self.prescription, id, part.map(xof), terms).ok()?;
        Some(self.booked(id, booking, &Payment::Unknown))
    }

    /// A booking as writes: payment, prescription and receipt.
    fn booked(&self, id: PaymentId, booking: Booking, payment: &Payment) -> Writes {
        let facts = booking.payment.into_iter().map(|fact| (At::Payment(id), fact.into()));
        let due = booking.prescription.into_iter().map(|fact| (At::Prescription, fact.into()));
        let mut writes: Writes = facts.chain(due).collect();
        if let Some(money) = booking.money {
            let after = writes.iter().fold(payment.clone(), |payment, (_, fact)| match fact {
                Event::Payment(fact) => payment.evolve(fact),
                _ => payment,
            });
            let (method, received) = (after.method().unwrap(), after.received().unwrap());
            let issued = Issued {
                payment: id,
                prescription: PRESCRIPTION,
                patient: PATIENT,
                cashier: received.cashier,
                amount: money.amount(),
                applied: money.applied,
                advance: money.advance,
                method,
                till: received.till,
                parts: self.prescription.bill().unwrap().parts(money.applied),
                day: self.day,
            };
            writes.push((At::Series, receipt::Event::from(issued).into()));
        }
        writes
    }

    fn write(&mut self, writes: Writes) {
        for (at, fact) in writes {
            match (&at, &fact) {
                (At::Prescription, Event::Prescription(fact)) => {
                    evolve(&mut self.prescription, |p| p.evolve(fact))
                }
                (At::Payment(id), Event::Payment(fact)) => self.pay(*id, fact),
                (At::Refund(id), Event::Refund(fact)) => {
                    evolve(self.refunds.entry(*id).or_default(), |refunds| refunds.evolve(fact));
                    if let domain::refund::Event::Requested(asked) = fact {
                        self.asked_back.push((*id, asked.refund));
                    }
                }
                (At::Till(id), Event::Till(fact)) => {
                    evolve(self.tills.entry(*id).or_default(), |till| till.evolve(fact));
                    if let till::Event::TransferSent(sent) = fact {
                        self.transfers.push((*id, sent.transfer));
                    }
                }
                (At::Desk(name), Event::Till(fact)) => {
                    evolve(self.desks.entry(name.clone()).or_default(), |seat| seat.evolve(fact));
                }
                (At::Cashier(id), Event::Till(fact)) => {
                    evolve(self.cashiers.entry(*id).or_default(), |seat| seat.evolve(fact));
                }
                (At::Relief(id), Event::Relief(fact)) => {
                    evolve(self.reliefs.entry(*id).or_default(), |relief| relief.evolve(fact));
                }
                (At::Deposit(id), Event::Deposit(fact)) => {
                    evolve(self.deposits.entry(*id).or_default(), |deposit| deposit.evolve(fact));
                }
                (At::Payer, Event::Payer(fact)) => evolve(&mut self.payer, |payer| payer.evolve(fact)),
                (At::Series, Event::Receipt(_) | Event::Refund(_) | Event::Relief(_) | Event::Deposit(_)) => {
                }
                stranger => panic!("a fact in another noun's stream: {stranger:?}"),
            }
            self.log.push((at, fact));
        }
    }

    fn pay(&mut self, id: PaymentId, fact: &domain::payment::Event) {
        let known = self.payments.iter().position(|(known, _)| *known == id);
        let at = known.unwrap_or_else(|| {
            self.payments.push((id, Payment::Unknown));
            self.payments.len() - 1
        });
        evolve(&mut self.payments[at].1, |payment| payment.evolve(fact));
    }

    /// The log grows with every fact, so this is nobody's yet.
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(self.log.len() as u128 + 1_000)
    }

    // ---- what is true

    pub fn attempts(&self) -> Vec<(PaymentId, &Attempt)> {
        let attempts = self.payments.iter().filter_map(|(id, payment)| match payment {
            Payment::Mobile(attempt) => Some((*id, attempt.as_ref())),
            Payment::Unknown | Payment::Cash(_) => None,
        });
        attempts.collect()
    }

    fn attempt(&self, number: usize) -> Option<(PaymentId, &Attempt)> {
        let attempts = self.attempts();
        attempts.get(number.checked_rem(attempts.len())?).copied()
    }

    /// The attempts that may still bring money without anybody having given up on them.
    pub fn waiting(&self) -> Vec<PaymentId> {
        let waits = |stage: &Stage| matches!(stage, Stage::Created | Stage::Sending | Stage::Registered);
        let open = self.attempts().into_iter().filter(|(_, attempt)| match &attempt.stage {
            Stage::Claimed(before) => waits(before),
            stage => waits(stage),
        });
        open.map(|(id, _)| id).collect()
    }

    pub fn receipts(&self) -> Vec<&Issued> {
        let issued = self.log.iter().filter_map(|(_, fact)| match fact {
            Event::Receipt(receipt::Event::Issued(issued)) => Some(issued),
            _ => None,
        });
        issued.collect()
    }

    pub fn movements(&self) -> Vec<Movement> {
        self.log.iter().filter_map(|(_, fact)| Movement::of(fact)).collect()
    }
}

fn evolve<S: Default>(state: &mut S, step: impl FnOnce(S) -> S) {
    *state = step(std::mem::take(state));
}
