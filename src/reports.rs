//! Reports: which there are, for whom, and what stands in them.
//!
//! 1. [`figures`] has the totals of a period, grouped in every way: the one place that adds them up;
//! 2. [`movements`] lists what they are the totals of, page by page;
//! 3. [`content`] is what stands in one: figures, sessions, activity, what is owed;
//! 4. [`journal`] reads the books from the ledger, line by line, and [`balance`] what they come to;
//! 5. [`explain`] names the events behind one total and adds them up again;
//! 6. [`signed`] fixes the figures of a report, and [`changes`] names what changed since;
//! 7. [`sheet`] is what a cashier signs at the end of his session;
//! 8. [`paper`] makes of each a document for `crate::exports`.
//!
//! The address of a report is in `src/http/reports`, its columns are here.

pub mod balance;
pub mod changes;
pub mod content;
pub mod explain;
pub mod figures;
pub mod homonyms;
pub mod journal;
pub mod movements;
pub mod paper;
pub mod sheet;
pub mod signed;

use domain::user::Role;
use projections::takings::Period;
use uuid::Uuid;

/// Every report that can be signed or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// One day, with every payment.
    Daily,
    /// Several days, with every payment.
    Period,
    /// By cashier.
    Cashiers,
    /// By provider.
    Providers,
    /// The books, line by line.
    Journal,
    /// What the books come to.
    TrialBalance,
    /// Sessions of drawers, with their differences.
    Tills,
    /// Exams performed.
    Activity,
    /// What is still to come.
    Outstanding,
}

/// Which report somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub name: Name,
    /// Its days.
    pub period: Period,
    /// One cashier's own, or the house's.
    pub cashier: Option<Uuid>,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Daily,
        Self::Period,
        Self::Cashiers,
        Self::Providers,
        Self::Journal,
        Self::TrialBalance,
        Self::Tills,
        Self::Activity,
        Self::Outstanding,
    ];

    /// In addresses, files and facts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Period => "period",
            Self::Cashiers => "cashiers",
            Self::Providers => "providers",
            Self::Journal => "journal",
            Self::TrialBalance => "trial-balance",
            Self::Tills => "tills",
            Self::Activity => "activity",
            Self::Outstanding => "outstanding",
        }
    }

    /// The report of that code; the seed calls the daily one `financial`.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "financial" => Some(Self::Daily),
            code => Self::ALL.into_iter().find(|name| name.code() == code),
        }
    }

    /// At the head of the paper.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Daily => "Rapport financier journalier",
            Self::Period => "Rapport financier de période",
            Self::Cashiers => "Rapport par caissier",
            Self::Providers => "Rapport par opérateur",
            Self::Journal => "Journal",
            Self::TrialBalance => "Balance des comptes",
            Self::Tills => "Rapport des caisses",
            Self::Activity => "Activité des services",
            Self::Outstanding => "Restes à recouvrer",
        }
    }

    /// Who may read it: the same as by its own address (fault 60).
    pub const fn readers(self) -> &'static [Role] {
        match self {
            // A cashier's own takings.
            Self::Daily => &[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor],
            Self::Period
            | Self::Cashiers
            | Self::Providers
            | Self::Journal
            | Self::TrialBalance
            | Self::Tills
            | Self::Activity
            | Self::Outstanding => &[Role::Admin, Role::Accountant, Role::Auditor],
        }
    }
}

impl Asked {
    /// `2026-11-27`, or `2026-11-01..2026-11-30`.
    pub fn days(&self) -> String {
        let Period { from, to } = self.period;
        if from == to { from.to_string() } else { format!("{from}..{to}") }
    }
}
