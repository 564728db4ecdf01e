//! How far a mobile attempt is (DOMAIN 9), and the seed's word for it.

/// The stage of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Our identifier is durable; nothing has left.
    Created,
    /// The call has left; nobody knows what became of it.
    Sending,
    /// The provider has it and waits for the payer.
    Registered,
    /// Told to be paid, without proof; falls back to what it was.
    Claimed(Box<Stage>),
    /// The money is in.
    Paid,
    /// Refused before registration.
    Rejected,
    /// Proven not to come.
    Declined,
    /// The payer did not answer in the provider's time.
    Expired,
    /// The cashier gave up; still watched.
    Abandoned,
    /// A person must look; true if what came is booked.
    Review(bool),
}

impl Stage {
    /// Our finer state, for API and read models.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Sending => "SENDING",
            Self::Registered => "REGISTERED",
            Self::Claimed(_) => "CLAIMED",
            Self::Paid => "PAID",
            Self::Rejected => "REJECTED",
            Self::Declined => "DECLINED",
            Self::Expired => "EXPIRED",
            Self::Abandoned => "ABANDONED",
            Self::Review(_) => "REVIEW",
        }
    }

    /// The seed's status for a state's code.
    pub fn seed_status(code: &str) -> &'static str {
        match code {
            "CREATED" => "PENDING",
            "PAID" => "SUCCESS",
            "REJECTED" | "DECLINED" | "EXPIRED" => "FAILED",
            "ABANDONED" => "CANCELLED",
            _ => "PROCESSING",
        }
    }

    /// True once money was booked: nothing lowers it any more (rule 29).
    pub const fn is_booked(&self) -> bool {
        matches!(self, Self::Paid | Self::Review(true))
    }

    /// The stage once the provider has the payment; any later one stays as it is.
    #[must_use]
    pub fn registered(self) -> Self {
        match self {
            Self::Created | Self::Sending => Self::Registered,
            Self::Claimed(before) => Self::Claimed(Box::new(before.registered())),
            later @ (Self::Registered
            | Self::Paid
            | Self::Rejected
            | Self::Declined
            | Self::Expired
            | Self::Abandoned
            | Self::Review(_)) => later,
        }
    }
}
