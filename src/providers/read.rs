//! Turns what came back into an answer. Only a refusal that can be read is a refusal.

use super::report::{LONGEST_REFERENCE, read_report};
use super::wire::Reply;
use super::{Answer, RefusalCode, StatusAnswer, StatusKey, Unanswered};
use crate::providers::report::Fields;

/// The answer to `POST payment/initiate`.
pub(super) fn initiate(reply: &Reply) -> Answer {
    let unknown = Answer::Unanswered { why: Unanswered::Garbage };
    let Ok(fields) = Fields::read(&reply.body) else { return unknown };
    let Ok(provider_ref) = fields.text("transactionId", LONGEST_REFERENCE) else { return unknown };
    if reply.status.is_success() {
        return provider_ref.map_or(unknown, |provider_ref| Answer::Registered { provider_ref });
    }
    // A page of some proxy has a 4xx too, but no code: it says nothing about the payment.
    let Ok(Some(code)) = fields.text("code", LONGEST_REFERENCE) else { return unknown };
    let known = RefusalCode::known(&code);
    match reply.status.as_u16() {
        _ if code.eq_ignore_ascii_case("DUPLICATE_REFERENCE") => Answer::Duplicate { provider_ref },
        401 | 403 => Answer::Refused { code: RefusalCode::ProviderCredentials },
        // A gateway that lost its route speaks JSON too; it cannot know what became of an earlier try.
        404 | 405 | 409 => known.map_or(unknown, |code| Answer::Refused { code }),
        400..=499 => Answer::Refused { code: known.unwrap_or(RefusalCode::ProviderRefused) },
        _ => unknown,
    }
}

/// The answer to `GET payment/status/{id}`. A report about another payment is no answer.
pub(super) fn status(reply: &Reply, key: StatusKey<'_>) -> StatusAnswer {
    let unknown = StatusAnswer::Unanswered(Unanswered::Garbage);
    match reply.status.as_u16() {
        200..=299 => match read_report(&reply.body) {
            Ok(report) if report.reference == key.ours => StatusAnswer::Known(report),
            _ => unknown,
        },
        404 if says_unknown(&reply.body) => StatusAnswer::Unknown,
        _ => unknown,
    }
}

/// A bare 404 may come from a wrong address or a proxy; only the code says "never heard of it".
fn says_unknown(body: &[u8]) -> bool {
    let code = Fields::read(body).and_then(|fields| fields.text("code", LONGEST_REFERENCE));
    code.is_ok_and(|code| code.is_some_and(|code| code.eq_ignore_ascii_case("UNKNOWN_REFERENCE")))
}
