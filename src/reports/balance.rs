//! The trial balance of a period: each account before it, in it and after it; left and right come to one sum.

use crate::views::{Moment, ViewsError};
use projections::{
    balances::{self, Balance},
    takings::Period,
};
use serde::Serialize;

/// One account. Francs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountBalance {
    /// Its number in the chart.
    pub account: String,
    /// What it is called.
    pub label: &'static str,
    /// Before the period: above 0 on the left, below on the right.
    pub before: i64,
    /// On the left in the period.
    pub debit: i64,
    /// On the right in the period.
    pub credit: i64,
    /// After the period.
    pub after: i64,
}

/// All accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrialBalance {
    /// The sum of the left sides.
    pub total_debit: i64,
    /// The sum of the right sides: the same.
    pub total_credit: i64,
    /// In the order of their numbers.
    pub accounts: Vec<AccountBalance>,
}

impl TrialBalance {
    /// That of a period, as the read models are at one moment.
    pub async fn read(moment: &mut Moment, period: Period) -> Result<Self, ViewsError> {
        let accounts: Vec<_> =
            moment.fetch(balances::of_period(period)).await?.into_iter().map(account).collect();
        Ok(Self {
            total_debit: accounts.iter().map(|account| account.debit).sum(),
            total_credit: accounts.iter().map(|account| account.credit).sum(),
            accounts,
        })
    }
}

fn account(balance: Balance) -> AccountBalance {
    let before = balance.debit_before - balance.credit_before;
    AccountBalance {
        label: balances::label(&balance.account),
        before,
        debit: balance.debit,
        credit: balance.credit,
        after: before + balance.debit - balance.credit,
        account: balance.account,
    }
}
