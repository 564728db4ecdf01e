//! Exams are performed once the patient's part is covered, all of it (rule 5).

use super::{Event, ExamCompleted, ExamStarted, Item, Prescription, Work};
use crate::{Refusal, UserId};

impl Prescription {
    /// A technician begins with a line. Told twice is an answer.
    pub fn start(&self, line: u32, by: UserId) -> Result<Vec<Event>, Refusal> {
        let item = self.line(line)?;
        match (self, item.work) {
            (Self::Due { bill, .. }, Work::Waiting) => Err(Refusal::NotReleased { due: bill.due() }),
            (_, Work::Waiting) => Ok(vec![ExamStarted { line, exam: item.exam, by }.into()]),
            (_, Work::Started(who)) if who == by => Ok(vec![]),
            (_, Work::Started(_)) => Err(Refusal::ExamTaken),
            (_, Work::Completed) => Err(Refusal::ExamDone),
        }
    }

    /// The technician who began is done. Told twice is an answer.
    pub fn complete(&self, line: u32, by: UserId) -> Result<Vec<Event>, Refusal> {
        let item = self.line(line)?;
        match item.work {
            Work::Waiting => Err(Refusal::ExamNotStarted),
            // Money that goes back meanwhile stops no work that has begun.
            Work::Started(who) if who == by => {
                Ok(vec![ExamCompleted { line, exam: item.exam, price: item.price, by }.into()])
            }
            Work::Started(_) => Err(Refusal::ExamTaken),
            Work::Completed => Ok(vec![]),
        }
    }

    fn line(&self, line: u32) -> Result<&Item, Refusal> {
        let bill =
            self.bill().ok_or_else(|| Refusal::NotFound { what: "prescription", id: String::new() })?;
        bill.item(line).ok_or_else(|| Refusal::NotFound { what: "line", id: line.to_string() })
    }
}
