//! What holds for any day of several drawers: no franc is lost on its way, and what must lie in a drawer is
//! the sum of what its facts move.

use crate::examples::xof;
use domain::{
    DepositId, Money, PaymentId, RefundId, TillId, TransferId, UserId,
    cash::{Count, Denomination},
    till::{Counter, Event, Opened, Till, accept, close, give_back, send},
};
use proptest::prelude::*;
use uuid::Uuid;

const FLOAT: i64 = 5_000;

#[derive(Clone, Debug)]
enum Step {
    Take(usize, i64),
    PayOut(usize, i64),
    Deposit(usize, i64),
    Send(usize, usize, i64),
    Accept(usize),
    Return(usize),
    Close(usize, u32),
}

/// Three tills with what was written to each, and all transfers there ever were.
struct Hall {
    tills: [(Till, Vec<Event>); 3],
    transfers: Vec<(usize, usize, TransferId)>,
    /// What came from outside less what went there.
    outside: i64,
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn cashier(number: usize) -> UserId {
    UserId(id(number))
}

impl Hall {
    fn opened() -> Self {
        let opened = |number: usize| {
            let desk = format!("Guichet {number}");
            Event::from(Opened { desk, cashier: cashier(number), float: xof(FLOAT), count: None })
        };
        let tills = [0, 1, 2].map(|n| (Till::default().evolve(&opened(n)), vec![opened(n)]));
        Self { tills, transfers: vec![], outside: 3 * FLOAT }
    }

    fn till(&self, number: usize) -> &Till {
        &self.tills[number].0
    }

    fn write(&mut self, number: usize, facts: Vec<Event>) {
        let (till, log) = &mut self.tills[number];
        *till = facts.iter().fold(std::mem::take(till), Till::evolve);
        log.extend(facts);
    }

    /// Refusals change nothing.
    fn take(&mut self, step: &Step) {
        let next = self.transfers.len();
        match *step {
            Step::Take(n, francs) => {
                if let Ok(facts) = self.till(n).take(PaymentId(id(n)), xof(francs), cashier(n)) {
                    self.outside += francs;
                    self.write(n, facts);
                }
            }
            Step::PayOut(n, francs) => {
                let ids = (PaymentId(id(n)), RefundId(id(n)));
                if let Ok(facts) = self.till(n).pay_out(ids.0, ids.1, xof(francs), cashier(n)) {
                    self.outside -= francs;
                    self.write(n, facts);
                }
            }
            Step::Deposit(n, francs) => {
                if let Ok(facts) = self.till(n).deposit(DepositId(id(n)), xof(francs), cashier(n)) {
                    self.outside -= francs;
                    self.write(n, facts);
                }
            }
            Step::Send(n, to, francs) => {
                let (transfer, receiver) = (TransferId(id(next)), (TillId(id(to)), self.till(to)));
                let sent = send(self.till(n), TillId(id(n)), receiver, transfer, xof(francs), cashier(n));
                if let Ok(facts) = sent {
                    self.transfers.push((n, to, transfer));
                    self.write(n, facts);
                }
            }
            Step::Accept(nth) if next > 0 => {
                let (from, to, transfer) = self.transfers[nth % next];
                let receiver = (TillId(id(to)), self.till(to));
                let accepted = accept(self.till(from), TillId(id(from)), receiver, transfer, cashier(to));
                if let Ok(accepted) = accepted {
                    self.write(from, accepted.sender);
                    self.write(to, accepted.receiver);
                }
            }
            Step::Return(nth) if next > 0 => {
                let (from, to, transfer) = self.transfers[nth % next];
                if let Ok(facts) = give_back(self.till(from), self.till(to), transfer, cashier(from), false) {
                    self.write(from, facts);
                }
            }
            Step::Close(n, francs) => {
                let count = Count([(Denomination::Coin1, francs)].into());
                if let Ok(done) =
                    close(self.till(n), TillId(id(n)), count, xof(1_000), Counter::Cashier(cashier(n)))
                {
                    self.write(n, done.till);
                }
            }
            Step::Accept(_) | Step::Return(_) => {}
        }
    }

    /// In each drawer by its facts alone, and all that is on its way.
    fn held(&self) -> i64 {
        let moved: i64 = self.tills.iter().flat_map(|(_, log)| log).map(Event::moves).sum();
        let waiting = self.tills.iter().map(|(till, _)| match till {
            Till::Open(drawer) => drawer.sent.values().map(|(_, amount)| amount.francs()).sum(),
            Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => 0,
        });
        moved + waiting.sum::<i64>()
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (till, francs) = (0..3_usize, 0..4_000_i64);
    let step = prop_oneof![
        4 => (till.clone(), francs.clone()).prop_map(|(n, f)| Step::Take(n, f)),
        2 => (till.clone(), francs.clone()).prop_map(|(n, f)| Step::PayOut(n, f)),
        2 => (till.clone(), francs.clone()).prop_map(|(n, f)| Step::Deposit(n, f)),
        4 => (till.clone(), till.clone(), francs).prop_map(|(n, to, f)| Step::Send(n, to, f)),
        3 => any::<usize>().prop_map(Step::Accept),
        2 => any::<usize>().prop_map(Step::Return),
        1 => (till, 0..9_000_u32).prop_map(|(n, f)| Step::Close(n, f)),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn no_franc_is_lost_between_drawers(past in steps()) {
        let mut hall = Hall::opened();
        for step in &past {
            hall.take(step);
            prop_assert_eq!(hall.held(), hall.outside, "after {:?}", step);
        }
    }

    #[test]
    fn what_must_lie_in_a_drawer_is_the_sum_of_what_its_facts_move(past in steps()) {
        let mut hall = Hall::opened();
        for step in &past {
            hall.take(step);
            for (till, log) in &hall.tills {
                let moved: i64 = log.iter().map(Event::moves).sum();
                let expected = match till {
                    Till::Open(drawer) => drawer.expected,
                    Till::Counted { expected, .. } => *expected,
                    // Its facts say what was expected: the last one that does.
                    Till::Closed { .. } | Till::Unknown => log.iter().fold(Money::ZERO, |known, fact| match fact {
                        Event::Counted(counted) => counted.expected,
                        _ => known,
                    }),
                };
                prop_assert_eq!(expected.francs(), moved);
            }
        }
    }
}
