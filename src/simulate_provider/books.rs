//! All that the simulated provider remembers: payments, chosen scenarios, requests it received.
//!
//! In memory and bounded: what is too much goes. Numbers are counted, not drawn, so two runs with
//! the same seed give the same transaction ids.

use super::scenario::{Outcome, SCENARIOS, Scenario, for_digits};
use chrono::{DateTime, Utc};
use domain::{Money, Msisdn, Wallet};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, VecDeque};

const MOST_PAYMENTS: usize = 100_000;
const MOST_CAPTURED: usize = 2_000;
const MOST_CHOICES: usize = 10_000;
const MOST_CALLBACK_ANSWERS: usize = 400;

/// Which payment: a wallet and the hospital's reference.
pub type Key = (Wallet, String);

/// One payment as the provider sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Where it was asked.
    pub wallet: Wallet,
    /// The hospital's identifier.
    pub reference: String,
    /// The provider's identifier.
    pub transaction_id: String,
    /// False where only an error was answered so far.
    pub registered: bool,
    /// What happens to it.
    #[serde(serialize_with = "name_only")]
    pub scenario: &'static Scenario,
    /// `PENDING`, `SUCCESS`, `FAILED`, `CANCELLED` or `EXPIRED`.
    pub status: &'static str,
    /// What was asked, or what was paid in the end.
    pub amount: Money,
    /// `XOF`, or what it was paid in.
    pub currency: &'static str,
    /// Why it failed.
    pub code: Option<&'static str>,
    /// When it reached its end.
    pub completed_at: Option<DateTime<Utc>>,
    /// Where the hospital wants to be told.
    pub callback_url: String,
    /// How often it was asked for.
    pub initiate_calls: u32,
    /// How often its status was asked.
    pub status_calls: u32,
    /// The HTTP status of each callback's answer, in order; 0 where none came.
    pub callback_answers: Vec<u16>,
}

/// What a new payment is made of.
pub struct Order {
    /// Where it is asked.
    pub key: Key,
    /// How much.
    pub amount: Money,
    /// Of whom.
    pub phone: Msisdn,
    /// Where to tell the outcome.
    pub callback_url: String,
}

/// A request as it came in, its token struck out.
#[derive(Clone, Debug, Serialize)]
pub struct Captured {
    /// `GET`, `POST`.
    pub method: String,
    /// With the query.
    pub path: String,
    /// In the order they came.
    pub headers: Vec<(String, String)>,
    /// As text.
    pub body: String,
}

/// The provider's memory.
#[derive(Default)]
pub struct Books {
    seed: u64,
    counted: u64,
    payments: HashMap<Key, Payment>,
    references: HashMap<String, Key>,
    order: VecDeque<Key>,
    captured: VecDeque<Captured>,
    by_phone: BTreeMap<String, &'static Scenario>,
    by_reference: BTreeMap<String, &'static Scenario>,
    by_default: Option<&'static Scenario>,
}

impl Books {
    /// Empty books, whose transaction ids carry the seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Counts an initiate call; the first one with a reference opens the payment, unregistered yet.
    pub fn asked(&mut self, order: Order) -> Payment {
        if let Some(payment) = self.payments.get_mut(&order.key) {
            payment.initiate_calls += 1;
            return payment.clone();
        }
        self.make_room();
        self.counted += 1;
        let payment = self.opened(&order);
        self.references.insert(payment.transaction_id.clone(), order.key.clone());
        self.order.push_back(order.key.clone());
        self.payments.insert(order.key, payment.clone());
        payment
    }

    fn make_room(&mut self) {
        if self.payments.len() >= MOST_PAYMENTS
            && let Some(oldest) = self.order.pop_front()
            && let Some(gone) = self.payments.remove(&oldest)
        {
            self.references.remove(&gone.transaction_id);
        }
    }

    fn opened(&self, order: &Order) -> Payment {
        let prefix = &order.key.0.code()[..1];
        Payment {
            wallet: order.key.0,
            reference: order.key.1.clone(),
            transaction_id: format!("{prefix}{:04}{:08}", self.seed % 10_000, self.counted),
            registered: false,
            scenario: self.scenario_for(order),
            status: "PENDING",
            amount: order.amount,
            currency: "XOF",
            code: None,
            completed_at: None,
            callback_url: order.callback_url.clone(),
            initiate_calls: 1,
            status_calls: 0,
            callback_answers: Vec::new(),
        }
    }

    fn scenario_for(&self, order: &Order) -> &'static Scenario {
        let phone = order.phone.e164();
        let chosen = self.by_reference.get(&order.key.1).or(self.by_phone.get(&phone)).copied();
        let digits = phone[phone.len() - 2..].parse().unwrap_or_default();
        let by_digits = || Some(for_digits(digits)).filter(|found| found.digits.is_some());
        chosen.or_else(by_digits).or(self.by_default).unwrap_or(&SCENARIOS[0])
    }

    /// Marks the payment as registered; true the first time.
    pub fn register(&mut self, key: &Key) -> bool {
        self.payments.get_mut(key).is_some_and(|payment| !std::mem::replace(&mut payment.registered, true))
    }

    /// Ends the payment. The first end stays.
    pub fn settle(&mut self, key: &Key, outcome: Outcome, now: DateTime<Utc>) {
        let Some(payment) = self.payments.get_mut(key).filter(|payment| payment.status == "PENDING") else {
            return;
        };
        let tenth = Money::new((payment.amount.francs() / 10).max(1)).unwrap_or(Money::ZERO);
        payment.completed_at = Some(now);
        payment.status = match outcome {
            Outcome::Declined => "FAILED",
            Outcome::Cancelled => "CANCELLED",
            Outcome::Expired => "EXPIRED",
            Outcome::Paid | Outcome::PaidLess | Outcome::PaidMore | Outcome::PaidInOtherCurrency => "SUCCESS",
        };
        match outcome {
            Outcome::PaidLess => payment.amount = payment.amount.less(tenth),
            Outcome::PaidMore => payment.amount = payment.amount.plus(tenth).unwrap_or(payment.amount),
            Outcome::PaidInOtherCurrency => payment.currency = "XAF",
            Outcome::Declined => payment.code = Some("PAYER_DECLINED"),
            Outcome::Paid | Outcome::Cancelled | Outcome::Expired => {}
        }
    }

    /// Counts a status query and answers it, by the hospital's reference or by the transaction id.
    pub fn status(&mut self, wallet: Wallet, id: &str, now: DateTime<Utc>) -> Option<Payment> {
        let ours = (wallet, id.to_owned());
        let key = if self.payments.contains_key(&ours) { ours } else { self.references.get(id)?.clone() };
        let payment = self.payments.get_mut(&key)?;
        payment.status_calls += 1;
        if !payment.registered || payment.wallet != wallet {
            return None;
        }
        let pays_at = payment.scenario.paid_when_asked;
        if pays_at > 0 && payment.status_calls >= pays_at {
            self.settle(&key, Outcome::Paid, now);
        }
        self.get(&key)
    }

    /// The payment as it is now.
    pub fn get(&self, key: &Key) -> Option<Payment> {
        self.payments.get(key).cloned()
    }

    /// The payment with this reference, whatever its wallet.
    pub fn find(&self, reference: &str) -> Option<Payment> {
        Wallet::ALL.iter().find_map(|wallet| self.get(&(*wallet, reference.to_owned())))
    }

    /// Every payment, oldest first.
    pub fn all(&self) -> Vec<&Payment> {
        self.order.iter().filter_map(|key| self.payments.get(key)).collect()
    }

    /// Notes what a callback was answered.
    pub fn called_back(&mut self, key: &Key, answer: u16) {
        if let Some(payment) = self.payments.get_mut(key)
            && payment.callback_answers.len() < MOST_CALLBACK_ANSWERS
        {
            payment.callback_answers.push(answer);
        }
    }

    /// Keeps a request.
    pub fn capture(&mut self, request: Captured) {
        if self.captured.len() >= MOST_CAPTURED {
            self.captured.pop_front();
        }
        self.captured.push_back(request);
    }

    /// The requests kept, oldest first.
    pub fn captured(&self) -> Vec<&Captured> {
        self.captured.iter().collect()
    }

    /// Sets what happens to a number, to a reference, or to everyone whose digits say nothing.
    pub fn choose(&mut self, phone: Option<Msisdn>, reference: Option<String>, scenario: &'static Scenario) {
        match (phone, reference) {
            (_, Some(reference)) => put(&mut self.by_reference, reference, scenario),
            (Some(phone), None) => put(&mut self.by_phone, phone.e164(), scenario),
            (None, None) => self.by_default = Some(scenario),
        }
    }
}

fn put(choices: &mut BTreeMap<String, &'static Scenario>, key: String, scenario: &'static Scenario) {
    if choices.len() >= MOST_CHOICES {
        choices.pop_first();
    }
    choices.insert(key, scenario);
}

fn name_only<S: serde::Serializer>(scenario: &&'static Scenario, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(scenario.name)
}
