//! Which screens a fact moves: a topic and an id, never a name, a phone or an amount.

use domain::{Event, Meta, Sealed, patient::Identity, prescription, refund, till};
use projections::{Identities, Projector, Seen, work_items::WorkItems};
use uuid::Uuid;

/// What a screen can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A payment.
    Payment,
    /// What is due on a prescription.
    Prescription,
    /// The exams of a prescription.
    Exam,
    /// A drawer.
    Till,
    /// A refund.
    Refund,
    /// What a person must look at.
    WorkItem,
    /// A report that was signed or taken away.
    Report,
}

impl Topic {
    /// The name of its events in the stream.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Prescription => "prescription",
            Self::Exam => "exam",
            Self::Till => "till",
            Self::Refund => "refund",
            Self::WorkItem => "work-item",
            Self::Report => "report",
        }
    }
}

/// What a fact moves, with the ids of what is moved.
pub fn moved(seen: &Seen<'_>) -> Vec<(Topic, Uuid)> {
    let mut moved = of_fact(seen);
    // The read model itself knows which facts need a person.
    if !WorkItems.project(seen, &Nobody).is_empty() {
        moved.push((Topic::WorkItem, seen.id()));
    }
    moved
}

fn of_fact(seen: &Seen<'_>) -> Vec<(Topic, Uuid)> {
    let id = seen.id();
    match seen.event {
        Event::Payment(_) => vec![(Topic::Payment, id)],
        Event::Prescription(prescription::Event::ExamStarted(_) | prescription::Event::ExamCompleted(_)) => {
            vec![(Topic::Exam, id)]
        }
        // What is due decides whether its exams may begin.
        Event::Prescription(_) => vec![(Topic::Prescription, id), (Topic::Exam, id)],
        Event::Till(till::Event::Seated(_) | till::Event::Vacated(_)) => vec![],
        Event::Till(till::Event::TransferSent(sent)) => vec![(Topic::Till, id), (Topic::Till, sent.to.0)],
        Event::Till(_) => vec![(Topic::Till, id)],
        Event::Refund(fact) => of_refund(fact).into_iter().map(|id| (Topic::Refund, id)).collect(),
        Event::Report(_) => vec![(Topic::Report, id)],
        Event::Patient(_) | Event::Exam(_) | Event::Receipt(_) | Event::User(_) | Event::Callback(_) => {
            vec![]
        }
        Event::Projector(_) | Event::Deposit(_) | Event::Payer(_) | Event::Relief(_) => vec![],
    }
}

fn of_refund(fact: &refund::Event) -> Option<Uuid> {
    match fact {
        refund::Event::Requested(fact) => Some(fact.refund.0),
        refund::Event::Approved(fact) => Some(fact.refund.0),
        refund::Event::Rejected(fact) => Some(fact.refund.0),
        refund::Event::Completed(fact) => Some(fact.refund.0),
        refund::Event::Paid(_) => None,
    }
}

/// Nobody's name is needed here.
struct Nobody;

impl Identities for Nobody {
    fn identity(&self, _: &Sealed) -> Option<Identity> {
        None
    }
}

/// A fact as the read models see it, without a day: no topic asks for one.
pub fn seen<'a>(recorded: &'a crate::store::Recorded, event: &'a Event, meta: &'a Meta) -> Seen<'a> {
    Seen {
        position: recorded.position,
        stream: &recorded.stream,
        revision: recorded.revision,
        at: recorded.recorded_at,
        day: recorded.recorded_at.date_naive(),
        meta,
        event,
    }
}
