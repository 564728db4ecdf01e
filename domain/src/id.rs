//! Identifiers: one type for each noun, so that a till can't stand where a patient is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(/** A patient, for life. */ PatientId);
id!(/** An exam of the catalogue; made from its code, so a code can't be listed twice. */ ExamId);
id!(/** A prescription of one patient. */ PrescriptionId);
id!(/** One payment: cash taken once, or one mobile money attempt. */ PaymentId);
id!(/** A till: one cash session of one cashier at one desk. */ TillId);
id!(/** A user; made from the username, so a name is never given to a second person. */ UserId);

id!(/** Money asked back, and perhaps given back. */ RefundId);
id!(/** Cash on its way from one drawer to another. */ TransferId);
id!(/** Cash on its way from a drawer to the bank or the Treasury. */ DepositId);
id!(/** An exemption or a discount, asked for and perhaps granted. */ ReliefId);

/// The namespace of the names that ids are made from (a random UUID, fixed for ever).
const NAMES: Uuid = Uuid::from_u128(0x0f2b_6d52_8b7e_4a55_9f0c_3d7a_51c4_e6a1);

impl ExamId {
    /// The id of the exam listed under `code`; case does not matter.
    pub fn of_code(code: &str) -> Self {
        Self(Uuid::new_v5(&NAMES, format!("exam/{}", code.to_uppercase()).as_bytes()))
    }
}

impl UserId {
    /// The id of the user who signs in as `username`; case does not matter.
    pub fn of_username(username: &str) -> Self {
        Self(Uuid::new_v5(&NAMES, format!("user/{}", username.to_lowercase()).as_bytes()))
    }
}
