//! What people do at a desk, in a laboratory, in an office.

use super::{At, World, Writes};
use crate::examples::{PATIENT, PRESCRIPTION, sealed, xof};
use domain::{
    DepositId, Event, ExamId, PaymentId, RefundId, ReliefId, TillId, TransferId, UserId,
    cash::{Count, Denomination},
    deposit::{self, Deposit, Made, Place, SlipIssued},
    payer::Rated,
    payment::Payment,
    prescription::Bill,
    refund::{Kind, Refunds, Requested, Standing},
    relief::{self, Relief, VoucherIssued},
    settlement::{self, GiveBack, TakeCash},
    till::{self, Counter, Deputy, Opened, Seat, Till},
};

/// One thing that somebody does; a number picks one of those there are.
#[derive(Clone, Debug)]
pub enum Deed {
    Cash {
        by: UserId,
        part: Option<i64>,
        tendered: i64,
    },
    Rate(Option<ExamId>, u8),
    Cover,
    Uncover(UserId),
    AskRelief {
        by: UserId,
        amount: i64,
    },
    GrantRelief(usize, UserId),
    RejectRelief(usize, UserId),
    WithdrawRelief(usize, UserId),
    AskBack {
        by: UserId,
        payment: usize,
        kind: Kind,
        amount: Option<i64>,
    },
    Approve(usize, UserId),
    Reject(usize, UserId),
    GiveBack(usize, UserId),
    OpenTill {
        by: UserId,
        desk: u8,
        float: i64,
    },
    SendCash {
        by: UserId,
        to: usize,
        amount: i64,
    },
    AcceptCash(usize, UserId),
    ReturnCash(usize, UserId),
    Deposit {
        by: UserId,
        amount: u32,
    },
    Prove(usize, UserId),
    /// Counts that much more or less than what must lie in the drawer.
    CloseTill {
        by: UserId,
        surplus: i64,
    },
    /// The same for somebody who is not there, of whose drawer everything comes back first.
    CloseForAnother {
        till: usize,
        by: UserId,
        surplus: i64,
    },
    SignTill(usize, UserId),
    Start(u32, UserId),
    Complete(u32, UserId),
    Midnight,
}

/// The largest difference that nobody signs.
const ALONE: i64 = 500;

impl World {
    pub(super) fn desk(&self, deed: &Deed) -> Option<Writes> {
        match *deed {
            Deed::Cash { by, part, tendered } => self.take_cash(by, part, tendered),
            Deed::Rate(exam, percents) => self.rate(exam, percents),
            Deed::Cover => {
                Some(of_prescription(self.prescription.cover(&self.payer, "INAM", self.day, sealed()).ok()?))
            }
            Deed::Uncover(by) => {
                let withdrawn = self.prescription.withdraw_coverage("mauvaise carte".into(), by);
                Some(of_prescription(withdrawn.ok()?))
            }
            Deed::AskRelief { by, amount } => self.ask_relief(by, amount),
            Deed::GrantRelief(number, by) => self.grant(number, by),
            Deed::RejectRelief(number, by) => {
                let (id, relief) = nth(&self.reliefs, number)?;
                Some(of(&At::Relief(id), relief.reject(by, "non".into()).ok()?))
            }
            Deed::WithdrawRelief(number, by) => {
                let (id, relief) = nth(&self.reliefs, number)?;
                Some(of(&At::Relief(id), relief.withdraw(by).ok()?))
            }
            Deed::AskBack { by, payment, kind, amount } => self.ask_back(by, payment, kind, amount),
            Deed::Approve(number, by) => {
                let (payment, refund, refunds) = self.asked_back(number)?;
                let received = self.payment(payment)?.received()?;
                Some(of(&At::Refund(payment), refunds.approve(refund, received, by).ok()?))
            }
            Deed::Reject(number, by) => {
                let (payment, refund, refunds) = self.asked_back(number)?;
                let received = self.payment(payment)?.received()?;
                Some(of(&At::Refund(payment), refunds.reject(refund, received, "non".into(), by).ok()?))
            }
            Deed::GiveBack(number, by) => self.give_back(number, by),
            Deed::OpenTill { by, desk, float } => self.open_till(by, desk, float),
            Deed::SendCash { by, to, amount } => self.send_cash(by, to, amount),
            Deed::AcceptCash(number, by) => self.accept_cash(number, by),
            Deed::ReturnCash(number, by) => {
                let (from, transfer) = *pick(&self.transfers, number)?;
                let sender = self.tills.get(&from)?;
                let receiver = self.tills.get(&sender.sent_to(transfer).ok()?)?;
                Some(of(&At::Till(from), till::give_back(sender, receiver, transfer, by, false).ok()?))
            }
            Deed::Deposit { by, amount } => self.deposit(by, amount),
            Deed::Prove(number, by) => {
                let (id, deposit): (_, &Deposit) = nth(&self.deposits, number)?;
                Some(of(&At::Deposit(id), deposit.prove(Place::Bank, "BV".into(), by).ok()?))
            }
            Deed::CloseTill { by, surplus } => self.close_till(by, surplus),
            Deed::CloseForAnother { till, by, surplus } => self.close_for_another(till, by, surplus),
            Deed::SignTill(number, by) => {
                let (id, till) = nth(&self.tills, number)?;
                Some(of(&At::Till(id), till::sign(till, "vu".into(), by).ok()?))
            }
            Deed::Start(line, by) => Some(of_prescription(self.prescription.start(line, by).ok()?)),
            Deed::Complete(line, by) => Some(of_prescription(self.prescription.complete(line, by).ok()?)),
            Deed::Midnight => None,
        }
    }

    fn take_cash(&self, by: UserId, part: Option<i64>, tendered: i64) -> Option<Writes> {
        let (id, till) = self.drawer(by)?;
        let payment = PaymentId(self.new_id());
        let (part, tendered) = (part.map(xof), xof(tendered));
        let ask = TakeCash { payment, prescription: PRESCRIPTION, cashier: by, till: id, part, tendered };
        let taken = settlement::take_cash(&self.prescription, till, ask).ok()?;
        let drawer = of(&At::Till(id), taken.till);
        Some([self.booked(payment, taken.booking, &Payment::Unknown), drawer].concat())
    }

    fn rate(&self, exam: Option<ExamId>, percents: u8) -> Option<Writes> {
        let rated = Rated { exam, rate: percents.try_into().unwrap(), from: self.day, to: None };
        Some(of(&At::Payer, self.payer.rate(rated).ok()?))
    }

    fn ask_relief(&self, by: UserId, amount: i64) -> Option<Writes> {
        let id = ReliefId(self.new_id());
        let (prescription, kind, reason) = (PRESCRIPTION, relief::Kind::Exemption, "indigent".into());
        let asked = relief::Requested { prescription, kind, amount: xof(amount), reason, by };
        Some(of(&At::Relief(id), Relief::Unknown.request(asked, self.prescription.due()).ok()?))
    }

    fn grant(&self, number: usize, by: UserId) -> Option<Writes> {
        let (id, relief) = nth(&self.reliefs, number)?;
        let asked = relief.waiting(by).ok()?;
        let voucher = VoucherIssued {
            relief: id,
            prescription: asked.prescription,
            patient: PATIENT,
            kind: asked.kind,
            amount: asked.amount,
            by,
            day: self.day,
        };
        let granted = of(&At::Relief(id), relief.grant(by).ok()?);
        let relieved = of_prescription(self.prescription.relieve(id, asked.amount).ok()?);
        let voucher = (At::Series, Event::Relief(voucher.into()));
        Some([granted, relieved, vec![voucher]].concat())
    }

    fn ask_back(&self, by: UserId, payment: usize, kind: Kind, amount: Option<i64>) -> Option<Writes> {
        let (id, payment) = pick(&self.payments, payment)?;
        let received = payment.received()?;
        let till = received.till.and_then(|till| self.tills.get(&till));
        let standing = Standing {
            session_open: till.is_some_and(|till| matches!(till, Till::Open(_))),
            exam_begun: self.prescription.bill().is_some_and(Bill::begun),
        };
        let amount = amount.map_or(received.amount, xof);
        let refund = RefundId(self.new_id());
        let asked = Requested { refund, kind, amount, reason: "erreur".into(), by };
        let refunds = self.refunds.get(id).cloned().unwrap_or_default();
        Some(of(&At::Refund(*id), refunds.request(asked, received, standing).ok()?))
    }

    fn give_back(&self, number: usize, by: UserId) -> Option<Writes> {
        let (payment, refund, refunds) = self.asked_back(number)?;
        let paid = self.payment(payment)?;
        let provider_ref = paid.received()?.till.is_none().then(|| "RB-1".to_owned());
        let ask = GiveBack { payment, refund, provider_ref, day: self.day, by };
        let drawer = self.drawer(by);
        let given = settlement::give_back(refunds, paid, &self.prescription, drawer, ask).ok()?;
        let slip = (At::Series, Event::Refund(given.slip.into()));
        let cash = drawer.map_or(vec![], |(id, _)| of(&At::Till(id), given.till));
        Some(
            [of(&At::Refund(payment), given.refund), of_prescription(given.prescription), cash, vec![slip]]
                .concat(),
        )
    }

    fn open_till(&self, by: UserId, desk: u8, float: i64) -> Option<Writes> {
        let id = TillId(self.new_id());
        let name = format!("Guichet {desk}");
        let seat = |seat: Option<&Seat>| seat.copied().unwrap_or_default();
        let (at_desk, of_cashier) = (seat(self.desks.get(&name)), seat(self.cashiers.get(&by)));
        let opened = Opened { desk: name.clone(), cashier: by, float: xof(float), count: None };
        let opening = till::open(at_desk, of_cashier, id, opened).ok()?;
        let seats = [of(&At::Desk(name), opening.desk), of(&At::Cashier(by), opening.cashier)];
        Some([of(&At::Till(id), opening.till), seats.concat()].concat())
    }

    fn send_cash(&self, by: UserId, to: usize, amount: i64) -> Option<Writes> {
        let (id, drawer) = self.drawer(by)?;
        let (to, transfer) = (nth(&self.tills, to)?, TransferId(self.new_id()));
        Some(of(&At::Till(id), till::send(drawer, id, to, transfer, xof(amount), by).ok()?))
    }

    /// Into the drawer of the one who accepts, wherever it was sent.
    fn accept_cash(&self, number: usize, by: UserId) -> Option<Writes> {
        let (from, transfer) = *pick(&self.transfers, number)?;
        let receiver = self.drawer(by)?;
        let accepted = till::accept(self.tills.get(&from)?, from, receiver, transfer, by).ok()?;
        let received = of(&At::Till(receiver.0), accepted.receiver);
        Some([of(&At::Till(from), accepted.sender), received].concat())
    }

    fn deposit(&self, by: UserId, francs: u32) -> Option<Writes> {
        let (id, drawer) = self.drawer(by)?;
        let (count, deposit) = (coins(francs), DepositId(self.new_id()));
        let amount = count.total()?;
        let left = of(&At::Till(id), drawer.deposit(deposit, amount, by).ok()?);
        let made = (
            At::Deposit(deposit),
            Event::Deposit(Made { till: id, by, amount, count, carrier: None }.into()),
        );
        let slip = deposit::Event::from(SlipIssued { deposit, till: id, amount, day: self.day });
        Some([left, vec![made, (At::Series, slip.into())]].concat())
    }

    fn close_till(&self, by: UserId, surplus: i64) -> Option<Writes> {
        let (id, drawer) = self.drawer(by)?;
        let francs = u32::try_from(drawer.drawer(by).ok()?.expected.francs() + surplus).ok()?;
        let closing = till::close(drawer, id, coins(francs), xof(ALONE), till::Counter::Cashier(by)).ok()?;
        let seats = closing.seats;
        let desk = of(&At::Desk(closing.desk), seats.clone());
        Some([of(&At::Till(id), closing.till), desk, of(&At::Cashier(by), seats)].concat())
    }

    fn close_for_another(&self, till: usize, by: UserId, surplus: i64) -> Option<Writes> {
        let (id, till): (_, &Till) = nth(&self.tills, till)?;
        let Till::Open(drawer) = till else { return None };
        if let Some((transfer, _)) = drawer.sent.first_key_value() {
            return Some(of(&At::Till(id), till::give_back(till, &Till::Unknown, *transfer, by, true).ok()?));
        }
        let francs = u32::try_from(drawer.expected.francs() + surplus).ok()?;
        let deputy = Counter::Deputy(Deputy { by, reason: "absente".into() });
        let closing = till::close(till, id, coins(francs), xof(ALONE), deputy).ok()?;
        let (desk, cashier) = (At::Desk(closing.desk), At::Cashier(drawer.cashier));
        let seats = [of(&desk, closing.seats.clone()), of(&cashier, closing.seats)].concat();
        Some([of(&At::Till(id), closing.till), seats].concat())
    }

    /// The till that somebody opened last: open, counted or closed, as the domain must see to it.
    fn drawer(&self, by: UserId) -> Option<(TillId, &Till)> {
        let mut his = self.tills.iter().rev().filter(|(_, till)| till.cashier() == Some(by));
        his.next().map(|(id, till)| (*id, till))
    }

    fn payment(&self, id: PaymentId) -> Option<&Payment> {
        self.payments.iter().find(|(known, _)| *known == id).map(|(_, payment)| payment)
    }

    fn asked_back(&self, number: usize) -> Option<(PaymentId, RefundId, &Refunds)> {
        let (payment, refund) = *pick(&self.asked_back, number)?;
        Some((payment, refund, self.refunds.get(&payment)?))
    }
}

fn of<F: Into<Event>>(at: &At, facts: Vec<F>) -> Writes {
    facts.into_iter().map(|fact| (at.clone(), fact.into())).collect()
}

fn of_prescription(facts: Vec<domain::prescription::Event>) -> Writes {
    of(&At::Prescription, facts)
}

fn coins(francs: u32) -> Count {
    Count([(Denomination::Coin1, francs)].into())
}

fn pick<T>(all: &[T], number: usize) -> Option<&T> {
    all.get(number.checked_rem(all.len())?)
}

fn nth<K: Copy, V>(all: &std::collections::BTreeMap<K, V>, number: usize) -> Option<(K, &V)> {
    let number = number.checked_rem(all.len())?;
    all.iter().nth(number).map(|(id, state)| (*id, state))
}
