//! Double entry: what each fact of money writes into the accounts of SYSCOHADA (DOMAIN 3.1 and 3.2).
//!
//! Every fact gives entries that balance; a correction is a fact of its own with its sides swapped, so no
//! line is ever negative and none is taken away. The float of a till is money that the house had before:
//! it stays in 571 and moves nothing here.

use crate::{
    Event, Money, deposit,
    movement::Movement,
    prescription,
    receipt::{self, Method},
    refund, till,
};
use chrono::NaiveDate;
use serde::Serialize;

/// An account of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Account {
    /// 4111, what patients owe.
    Patients,
    /// 4114, what insurers owe.
    Payers,
    /// 4191, what came and fits nothing that is due: owed back.
    Advances,
    /// 4711, cash that is missing, owed by who answers for the drawer.
    Missing,
    /// 4712, cash that nobody knows the owner of.
    Surplus,
    /// 521, the bank.
    Bank,
    /// 532, the Treasury.
    Treasury,
    /// 5521, the T-Money wallet.
    Tmoney,
    /// 5522, the Flooz wallet.
    Flooz,
    /// 5711, the drawers.
    Drawers,
    /// 585, cash on its way.
    Transit,
    /// 7061, services sold.
    Services,
}

/// The book in which an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Journal {
    /// Drawers.
    Cash,
    /// The T-Money wallet.
    Tmoney,
    /// The Flooz wallet.
    Flooz,
    /// Bank and Treasury.
    Bank,
    /// Sales.
    Sales,
    /// All else.
    Others,
}

/// One line: an account is debited or credited, never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub account: Account,
    /// Francs on the left.
    pub debit: Money,
    /// Francs on the right.
    pub credit: Money,
}

/// The lines of one fact; their debits and credits are one sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where they stand.
    pub journal: Journal,
    /// At least two.
    pub entries: Vec<Entry>,
}

impl Account {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Patients,
        Self::Payers,
        Self::Advances,
        Self::Missing,
        Self::Surplus,
        Self::Bank,
        Self::Treasury,
        Self::Tmoney,
        Self::Flooz,
        Self::Drawers,
        Self::Transit,
        Self::Services,
    ];

    /// Its number in the chart.
    pub const fn number(self) -> &'static str {
        match self {
            Self::Patients => "4111",
            Self::Payers => "4114",
            Self::Advances => "4191",
            Self::Missing => "4711",
            Self::Surplus => "4712",
            Self::Bank => "521",
            Self::Treasury => "532",
            Self::Tmoney => "5521",
            Self::Flooz => "5522",
            Self::Drawers => "5711",
            Self::Transit => "585",
            Self::Services => "7061",
        }
    }

    /// What it is called, in French.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Patients => "Clients, patients",
            Self::Payers => "Organismes payeurs",
            Self::Advances => "Clients, avances reçues",
            Self::Missing => "Débiteurs divers, manquants de caisse",
            Self::Surplus => "Créditeurs divers, excédents de caisse",
            Self::Bank => "Banques locales",
            Self::Treasury => "Trésor",
            Self::Tmoney => "Monnaie électronique, T-Money",
            Self::Flooz => "Monnaie électronique, Flooz",
            Self::Drawers => "Caisses",
            Self::Transit => "Virements de fonds",
            Self::Services => "Services vendus",
        }
    }

    /// True for drawers and wallets: what the daily report adds up (rule 6).
    pub const fn is_till_or_wallet(self) -> bool {
        matches!(self, Self::Tmoney | Self::Flooz | Self::Drawers)
    }
}

impl Journal {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cash => "CA",
            Self::Tmoney => "MM1",
            Self::Flooz => "MM2",
            Self::Bank => "BQ",
            Self::Sales => "VT",
            Self::Others => "OD",
        }
    }
}

impl Posting {
    /// What a fact writes into the books; nothing for facts that move no money and no claim.
    pub fn of(event: &Event) -> Option<Self> {
        let posting = match event {
            Event::Prescription(fact) => of_prescription(fact),
            Event::Receipt(receipt::Event::Issued(issued)) => {
                let (money, journal) = place(issued.method);
                let to = [(Account::Patients, issued.applied), (Account::Advances, issued.advance)];
                Self::new(journal, &[(money, issued.amount)], &to)
            }
            Event::Refund(refund::Event::Paid(paid)) => {
                let (money, journal) = place(paid.method);
                let from = [(Account::Patients, paid.applied), (Account::Advances, paid.advance)];
                Self::new(journal, &from, &[(money, paid.amount)])
            }
            Event::Till(fact) => of_till(fact),
            Event::Deposit(deposit::Event::Proven(proven)) => {
                let account = match proven.place {
                    deposit::Place::Bank => Account::Bank,
                    deposit::Place::Treasury => Account::Treasury,
                };
                Self::new(Journal::Bank, &[(account, proven.amount)], &[(Account::Transit, proven.amount)])
            }
            Event::Receipt(receipt::Event::Duplicated(_))
            | Event::Refund(
                refund::Event::Requested(_)
                | refund::Event::Approved(_)
                | refund::Event::Rejected(_)
                | refund::Event::Completed(_),
            )
            // The drawer's own fact moves the money of a deposit.
            | Event::Deposit(deposit::Event::Made(_) | deposit::Event::SlipIssued(_))
            | Event::Patient(_)
            | Event::Exam(_)
            // Receipts and refunds move the money of payments.
            | Event::Payment(_)
            | Event::User(_)
            | Event::Callback(_)
            | Event::Projector(_)
            | Event::Payer(_)
            // The prescription's own fact forgives what is due.
            | Event::Relief(_)
            | Event::Report(_) => return None,
        };
        (!posting.entries.is_empty()).then_some(posting)
    }

    /// The business day that a fact of money carries itself; others stand on the day they were recorded.
    pub fn day_of(event: &Event) -> Option<NaiveDate> {
        Movement::of(event).map(|moved| moved.day)
    }

    fn new(journal: Journal, debits: &[(Account, Money)], credits: &[(Account, Money)]) -> Self {
        let debits = debits.iter().map(|(account, debit)| Entry {
            account: *account,
            debit: *debit,
            credit: Money::ZERO,
        });
        let credits = credits.iter().map(|(account, credit)| Entry {
            account: *account,
            debit: Money::ZERO,
            credit: *credit,
        });
        let moves = |entry: &Entry| !entry.debit.is_zero() || !entry.credit.is_zero();
        Self { journal, entries: debits.chain(credits).filter(moves).collect() }
    }
}

/// The account into which a method brings money, and its book.
const fn place(method: Method) -> (Account, Journal) {
    match method {
        Method::Cash => (Account::Drawers, Journal::Cash),
        Method::Tmoney => (Account::Tmoney, Journal::Tmoney),
        Method::Flooz => (Account::Flooz, Journal::Flooz),
    }
}

fn of_prescription(fact: &prescription::Event) -> Posting {
    use prescription::Event as E;
    let sales = |debit, credit, amount| Posting::new(Journal::Sales, &[(debit, amount)], &[(credit, amount)]);
    match fact {
        E::Registered(new) => sales(Account::Patients, Account::Services, new.total),
        E::Covered(covered) => sales(Account::Payers, Account::Patients, covered.amount),
        E::CoverageWithdrawn(back) => sales(Account::Patients, Account::Payers, back.amount),
        E::Relieved(relieved) => sales(Account::Services, Account::Patients, relieved.amount),
        // The receipt or the refund in the same commit moves the money.
        E::Paid(_)
        | E::Refunded(_)
        | E::AttemptOpened(_)
        | E::AttemptClosed(_)
        | E::ExamStarted(_)
        | E::ExamCompleted(_) => Posting::new(Journal::Sales, &[], &[]),
    }
}

fn of_till(fact: &till::Event) -> Posting {
    use till::Event as E;
    let cash = |debit, credit, amount| Posting::new(Journal::Cash, &[(debit, amount)], &[(credit, amount)]);
    match fact {
        E::TransferSent(sent) => cash(Account::Transit, Account::Drawers, sent.amount),
        E::TransferReceived(received) => cash(Account::Drawers, Account::Transit, received.amount),
        E::TransferReturned(returned) => cash(Account::Drawers, Account::Transit, returned.amount),
        E::Deposited(deposited) => cash(Account::Transit, Account::Drawers, deposited.amount),
        E::Counted(counted) if counted.counted < counted.expected => {
            cash(Account::Missing, Account::Drawers, counted.expected.less(counted.counted))
        }
        E::Counted(counted) => {
            cash(Account::Drawers, Account::Surplus, counted.counted.less(counted.expected))
        }
        // Cash of payments and refunds is moved by the receipt and the refund in the same commit.
        E::CashTaken(_)
        | E::CashPaidOut(_)
        | E::Opened(_)
        | E::Seated(_)
        | E::Vacated(_)
        | E::TransferAccepted(_)
        | E::Closed(_) => Posting::new(Journal::Cash, &[], &[]),
    }
}
