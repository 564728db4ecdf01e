//! Refunds: somebody asks, a second person decides, the money goes.
//!
//! What came in by a payment only ever grows, so a decision on an older state of it allows no more than one
//! on the newest. A void depends on the drawer and on the exams as well. For a request that is a
//! courtesy; at its completion both streams are written, so what was seen of them is held by their revisions.

use super::{Done, find, payments::unknown, tills};
use crate::{
    app::App,
    execute::{
        Asked, Plan,
        load::{Folded, Loaded},
    },
    failure::Failure,
    store::Expected,
};
use domain::{
    Event, Money, PaymentId, PrescriptionId, RefundId, Refusal, StreamId, TillId, UserId,
    payment::Payment,
    prescription::{self, Prescription},
    receipt::{Method, ReceiptNumber},
    refund::{self, Kind, Paid, Received, Refunds, Requested, Standing},
    settlement::{self, GiveBack},
    till::Till,
};
use uuid::Uuid;

/// The series of the slips; none of the receipts' own.
const SERIES: &str = "B";

/// What is asked back.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Of which payment.
    pub payment: PaymentId,
    /// Void or refund.
    pub kind: Kind,
    /// How much; all of it if absent.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub by: UserId,
    /// Whether he may ask for his own payments alone (rule 42).
    pub own_only: bool,
}

/// Money that went back.
#[derive(Clone, Debug)]
pub struct GivenBack {
    /// All that the books know of it.
    pub paid: Paid,
    /// The slip's number.
    pub slip: ReceiptNumber,
}

/// Asks that money goes back.
pub async fn request(app: &App, asked: &Asked, ask: &Ask) -> Result<Done<Requested>, Failure> {
    let (payment, refund) = (ask.payment, RefundId(Uuid::now_v7()));
    let decide = async || {
        let case = Case::load(app, payment).await?;
        if ask.own_only && case.received.cashier != ask.by {
            return Err(unknown(payment).into());
        }
        let amount = ask.amount.unwrap_or(case.received.amount);
        let requested = Requested { refund, kind: ask.kind, amount, reason: ask.reason.clone(), by: ask.by };
        let events = case.refunds.state.request(requested, case.received, case.standing())?;
        Ok(Plan::default().write(StreamId::refund(payment), case.refunds.expected, events))
    };
    let appended = app.ledger.execute(&of(asked, payment), decide).await?;
    let requested = find(&appended, |event, _| match event {
        Event::Refund(refund::Event::Requested(fact)) => Some(fact.clone()),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, requested.ok_or(Failure::Contended)?))
}

/// A second person agrees.
pub async fn approve(
    app: &App,
    asked: &Asked,
    payment: PaymentId,
    refund: RefundId,
    by: UserId,
) -> Result<Done<()>, Failure> {
    let decide = async || {
        let paid = app.ledger.load::<Payment>(&StreamId::payment(payment)).await?.state;
        let refunds = app.ledger.load::<Refunds>(&StreamId::refund(payment)).await?;
        let events = refunds.state.approve(refund, received(&paid, payment)?, by)?;
        Ok(Plan::default().write(StreamId::refund(payment), refunds.expected, events))
    };
    let appended = app.ledger.execute(&of(asked, payment), decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// A second person does not agree, or takes back an approval.
pub async fn reject(
    app: &App,
    asked: &Asked,
    payment: PaymentId,
    refund: RefundId,
    reason: &str,
    by: UserId,
) -> Result<Done<()>, Failure> {
    let decide = async || {
        let paid = app.ledger.load::<Payment>(&StreamId::payment(payment)).await?.state;
        let refunds = app.ledger.load::<Refunds>(&StreamId::refund(payment)).await?;
        let events = refunds.state.reject(refund, received(&paid, payment)?, reason.to_owned(), by)?;
        Ok(Plan::default().write(StreamId::refund(payment), refunds.expected, events))
    };
    let appended = app.ledger.execute(&of(asked, payment), decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// The money goes: out of the open till of `by`, or by the provider, who gave a reference for it. Refund,
/// prescription, drawer and slip are one commit.
pub async fn complete(
    app: &App,
    asked: &Asked,
    payment: PaymentId,
    refund: RefundId,
    provider_ref: Option<String>,
    by: UserId,
) -> Result<Done<GivenBack>, Failure> {
    let decide = async || {
        let case = Case::load(app, payment).await?;
        let kind = case.refunds.state.find(refund)?.kind;
        let drawer = case.drawer(app, kind, by).await?;
        let day = app.clock.today();
        let ask = GiveBack { payment, refund, provider_ref: provider_ref.clone(), day, by };
        let open = drawer.as_ref().map(|(till, drawer)| (*till, &drawer.state));
        let given = settlement::give_back(&case.refunds.state, &case.paid, &case.owed.state, open, ask)?;
        let mut plan = Plan::default()
            .write(StreamId::refund(payment), case.refunds.expected, given.refund)
            .write(StreamId::prescription(case.prescription), case.owed.expected, given.prescription);
        if let Some((till, drawer)) = drawer {
            plan = plan.write(StreamId::till(till), drawer.expected, given.till);
        }
        let series = StreamId::refunds(SERIES, chrono::Datelike::year(&day));
        Ok(plan.write(series, Expected::Tail, [refund::Event::from(given.slip)]))
    };
    let appended = app.ledger.execute(&of(asked, payment), decide).await?;
    let given = find(&appended, |event, recorded| match event {
        Event::Refund(refund::Event::Paid(paid)) => {
            let stream = recorded.stream.as_str();
            let slip = projections::receipts::number_of("refunds", stream, recorded.revision)?;
            Some(GivenBack { paid: paid.clone(), slip })
        }
        _ => None,
    })?;
    Ok(Done::new(app, &appended, given.ok_or(Failure::Contended)?))
}

/// True if the payment was in cash: then a cashier gives it back, out of a drawer.
pub async fn in_cash(app: &App, payment: PaymentId) -> Result<bool, Failure> {
    let paid = app.ledger.load::<Payment>(&StreamId::payment(payment)).await?.state;
    Ok(paid.method().ok_or_else(|| unknown(payment))? == Method::Cash)
}

/// A payment that brought money, and all that decides whether it may go back.
struct Case {
    paid: Payment,
    received: Received,
    prescription: PrescriptionId,
    owed: Loaded<Prescription>,
    refunds: Loaded<Refunds>,
    /// Of the session that took the cash.
    till: Option<(TillId, Loaded<Till>)>,
}

impl Case {
    async fn load(app: &App, payment: PaymentId) -> Result<Self, Failure> {
        let paid = app.ledger.load::<Payment>(&StreamId::payment(payment)).await?.state;
        let received = received(&paid, payment)?;
        let prescription = paid.prescription().ok_or_else(|| unknown(payment))?;
        let till = match received.till {
            Some(till) => Some((till, load(app, &StreamId::till(till)).await?)),
            None => None,
        };
        let owed = load(app, &StreamId::prescription(prescription)).await?;
        let refunds = load(app, &StreamId::refund(payment)).await?;
        Ok(Self { paid, received, prescription, owed, refunds, till })
    }

    fn standing(&self) -> Standing {
        Standing {
            session_open: self.till.as_ref().is_some_and(|(_, till)| matches!(till.state, Till::Open(_))),
            exam_begun: self.owed.state.bill().is_some_and(prescription::Bill::begun),
        }
    }

    /// Out of which drawer cash goes: for a void the one that took it, otherwise the one that `by` holds.
    async fn drawer(
        &self,
        app: &App,
        kind: Kind,
        by: UserId,
    ) -> Result<Option<(TillId, Loaded<Till>)>, Failure> {
        match (kind, &self.till) {
            (_, None) => Ok(None),
            (Kind::Void, Some(till)) => Ok(Some(till.clone())),
            (Kind::Refund, Some(_)) => {
                let till = tills::of_cashier(app, by).await?.ok_or(Refusal::NoTillOpen)?;
                Ok(Some((till, load(app, &StreamId::till(till)).await?)))
            }
        }
    }
}

async fn load<S: Folded>(app: &App, stream: &StreamId) -> Result<Loaded<S>, Failure> {
    app.ledger.load(stream).await
}

/// What came in; of a payment that brought nothing, nothing can go back.
fn received(paid: &Payment, payment: PaymentId) -> Result<Received, Refusal> {
    match paid {
        Payment::Unknown => Err(unknown(payment)),
        paid @ (Payment::Cash(_) | Payment::Mobile(_)) => {
            paid.received().ok_or(Refusal::MoreThanReceived { left: Money::ZERO })
        }
    }
}

/// All that one payment sets going belongs together.
fn of(asked: &Asked, payment: PaymentId) -> Asked {
    Asked { correlation: payment.0, ..asked.clone() }
}
