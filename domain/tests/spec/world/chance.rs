//! How histories are drawn: what providers tell, and what people do meanwhile.

use super::{Deed, Step};
use crate::examples::{AMA, ESI, EXAM, KOFI, XRAY, evidence, xof};
use domain::{
    UserId,
    payment::{Outcome, Source, attempt::Answer},
    refund::Kind,
    settlement::{Report, ReportStatus},
};
use proptest::prelude::*;

/// Anything that a provider may tell.
pub fn reports() -> impl Strategy<Value = Report> + Clone {
    let amount =
        prop_oneof![Just(None), proptest::sample::select(vec![0, 400, 900, 1_000, 1_300]).prop_map(Some)];
    let currency = prop_oneof![4 => Just(None), 2 => Just(Some("XOF")), 1 => Just(Some("EUR"))];
    let reference = proptest::sample::select(vec![None, Some("OP-1"), Some("OP-2")]);
    (statuses(), sources(), amount, currency, reference)
        .prop_map(|(status, source, amount, currency, named)| told(status, source, amount, currency, named))
}

/// As `reports`, but success always says how much, in francs, and under which reference.
pub fn plain_reports() -> impl Strategy<Value = Report> + Clone {
    let amount = proptest::sample::select(vec![400, 900, 1_000, 1_300]);
    let reference = proptest::sample::select(vec!["OP-1", "OP-2", "OP-3"]);
    (statuses(), sources(), amount, reference)
        .prop_map(|(status, source, amount, named)| told(status, source, Some(amount), None, Some(named)))
}

fn statuses() -> impl Strategy<Value = ReportStatus> + Clone {
    prop_oneof![
        4 => Just(ReportStatus::Success),
        1 => Just(ReportStatus::Pending),
        1 => Just(ReportStatus::Declined { code: "cancelled".into() }),
        1 => Just(ReportStatus::Expired),
        1 => Just(ReportStatus::Other("ON_HOLD".into())),
    ]
}

fn sources() -> impl Strategy<Value = Source> + Clone {
    proptest::sample::select(vec![Source::Callback, Source::Unsigned, Source::Status, Source::Statement])
}

/// The key is made of what is told, as for a provider without event ids.
fn told(
    status: ReportStatus,
    source: Source,
    amount: Option<i64>,
    currency: Option<&str>,
    named: Option<&str>,
) -> Report {
    let key = format!("{}/{amount:?}/{currency:?}/{named:?}", status.word());
    Report {
        status,
        amount: amount.map(xof),
        currency: currency.map(Into::into),
        provider_ref: named.map(Into::into),
        operation_at: None,
        evidence: evidence(source, &key),
    }
}

/// Anything that people, providers and the watch may do about mobile money, with such reports, and cash.
pub fn steps(reports: impl Strategy<Value = Report> + 'static) -> impl Strategy<Value = Vec<Step>> {
    let tendered = proptest::sample::select(vec![100, 1_000, 5_000]);
    let cash = tendered.prop_map(|tendered| Step::Desk(Deed::Cash { by: AMA, part: None, tendered }));
    proptest::collection::vec(prop_oneof![24 => mobile(reports), 1 => cash], 0..40)
}

/// Days of desks: mobile money, and all that people do beside it.
pub fn days(reports: impl Strategy<Value = Report> + 'static) -> impl Strategy<Value = Vec<Step>> {
    let deed = prop_oneof![
        6 => paying(),
        18 => giving_back(),
        8 => bearing(),
        7 => moving_cash(),
        2 => performing(),
    ];
    proptest::collection::vec(prop_oneof![2 => mobile(reports), 5 => deed.prop_map(Step::Desk)], 0..120)
}

fn mobile(reports: impl Strategy<Value = Report> + 'static) -> impl Strategy<Value = Step> {
    let attempt = 0..4_usize;
    let person = proptest::sample::select(vec![AMA, KOFI]);
    let amounts = proptest::sample::select(vec![0, 655, 1_000]);
    let outcome =
        prop_oneof![1 => Just(Outcome::Declined), 3 => amounts.prop_map(|paid| Outcome::Paid(xof(paid)))];
    let answer = prop_oneof![
        proptest::sample::select(vec![None, Some("OP-1"), Some("OP-2")])
            .prop_map(|named| Answer::Registered { provider_ref: named.map(Into::into) }),
        Just(Answer::Refused { code: "limit".into() }),
        Just(Answer::Unanswered { why: "timeout".into() }),
    ];
    prop_oneof![
        3 => (person.clone(), part()).prop_map(|(by, part)| Step::Open(by, part)),
        3 => attempt.clone().prop_map(Step::Send),
        1 => attempt.clone().prop_map(Step::Resend),
        3 => (attempt.clone(), answer).prop_map(|(number, answer)| Step::Answer(number, answer)),
        2 => attempt.clone().prop_map(Step::Abandon),
        1 => attempt.clone().prop_map(Step::Lapse),
        6 => (attempt.clone(), reports).prop_map(|(number, report)| Step::Hear(number, report)),
        2 => (attempt.clone(), person.clone(), outcome.clone())
            .prop_map(|(number, by, outcome)| Step::Propose(number, by, outcome)),
        2 => (attempt, person, outcome).prop_map(|(number, by, outcome)| Step::Resolve(number, by, outcome)),
    ]
}

/// All of it twice as often as a part.
fn part() -> impl Strategy<Value = Option<i64>> + Clone {
    let some = proptest::sample::select(vec![1, 250, 400, 700]);
    prop_oneof![2 => Just(None), 1 => some.prop_map(Some)]
}

fn person() -> impl Strategy<Value = UserId> + Clone {
    proptest::sample::select(vec![AMA, KOFI, ESI])
}

fn number() -> impl Strategy<Value = usize> + Clone {
    0..12_usize
}

fn paying() -> impl Strategy<Value = Deed> {
    let tendered = proptest::sample::select(vec![100, 400, 1_000, 5_000]);
    (person(), part(), tendered).prop_map(|(by, part, tendered)| Deed::Cash { by, part, tendered })
}

fn giving_back() -> impl Strategy<Value = Deed> {
    let kind = prop_oneof![2 => Just(Kind::Void), 1 => Just(Kind::Refund)];
    let amount =
        prop_oneof![2 => Just(None), 1 => proptest::sample::select(vec![1, 300, 900]).prop_map(Some)];
    prop_oneof![
        4 => (person(), number(), kind, amount)
            .prop_map(|(by, payment, kind, amount)| Deed::AskBack { by, payment, kind, amount }),
        6 => (number(), person()).prop_map(|(number, by)| Deed::Approve(number, by)),
        1 => (number(), person()).prop_map(|(number, by)| Deed::Reject(number, by)),
        6 => (number(), person()).prop_map(|(number, by)| Deed::GiveBack(number, by)),
    ]
}

fn bearing() -> impl Strategy<Value = Deed> {
    let exam = proptest::sample::select(vec![None, Some(EXAM), Some(XRAY)]);
    let percents = proptest::sample::select(vec![0, 20, 33, 80, 100]);
    let amount = proptest::sample::select(vec![1, 100, 450, 1_000]);
    prop_oneof![
        1 => (exam, percents).prop_map(|(exam, percents)| Deed::Rate(exam, percents)),
        3 => Just(Deed::Cover),
        14 => person().prop_map(Deed::Uncover),
        2 => (person(), amount).prop_map(|(by, amount)| Deed::AskRelief { by, amount }),
        4 => (number(), person()).prop_map(|(number, by)| Deed::GrantRelief(number, by)),
        1 => (number(), person()).prop_map(|(number, by)| Deed::RejectRelief(number, by)),
        1 => (number(), person()).prop_map(|(number, by)| Deed::WithdrawRelief(number, by)),
    ]
}

fn moving_cash() -> impl Strategy<Value = Deed> {
    let amount = proptest::sample::select(vec![1, 70, 900, 2_500]);
    let surplus = proptest::sample::select(vec![0, -500, 500, 501, -501]);
    let float = proptest::sample::select(vec![0, 2_000]);
    prop_oneof![
        4 => (person(), 1..4_u8, float).prop_map(|(by, desk, float)| Deed::OpenTill { by, desk, float }),
        3 => (person(), number(), amount.clone()).prop_map(|(by, to, amount)| Deed::SendCash { by, to, amount }),
        4 => (number(), person()).prop_map(|(number, by)| Deed::AcceptCash(number, by)),
        1 => (number(), person()).prop_map(|(number, by)| Deed::ReturnCash(number, by)),
        1 => (person(), amount).prop_map(|(by, amount)| Deed::Deposit { by, amount: amount.unsigned_abs() as u32 }),
        1 => (number(), person()).prop_map(|(number, by)| Deed::Prove(number, by)),
        1 => (person(), surplus.clone()).prop_map(|(by, surplus)| Deed::CloseTill { by, surplus }),
        1 => (number(), person(), surplus)
            .prop_map(|(till, by, surplus)| Deed::CloseForAnother { till, by, surplus }),
        1 => (number(), person()).prop_map(|(number, by)| Deed::SignTill(number, by)),
        1 => Just(Deed::Midnight),
    ]
}

fn performing() -> impl Strategy<Value = Deed> {
    let line = 1..4_u32;
    prop_oneof![
        1 => (line.clone(), person()).prop_map(|(line, by)| Deed::Start(line, by)),
        3 => (line, person()).prop_map(|(line, by)| Deed::Complete(line, by)),
    ]
}
