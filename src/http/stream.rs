//! `GET /api/stream`: what moves, as server-sent events, so that a screen need not ask every three seconds.
//!
//! 1. The log is followed from where the reader was (`Last-Event-ID`), or from now on.
//! 2. A fact is told only once the read models show it: a screen that asks anew sees it.
//! 3. `topics` says what it moves; each role hears what it may see (rule 42), as ids alone (rule 40).
//! 4. Too far behind: one `reset`, and the screen asks for everything.
//! 5. It ends with the session, and when the server stops.

mod topics;

use super::{identity::Identity, problem::Problem, server::State};
use crate::{failure::Failure, recording};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use domain::{PaymentId, RefundId, TillId, UserId, user::Role};
use futures_util::stream;
use moka::sync::Cache;
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};
use topics::Topic;
use uuid::Uuid;

/// A browser opens one for each tab, and six connections to a server at the most. One more ends the oldest: it is that
/// of a page that was left, of which nobody told us yet.
const FOR_EACH_USER: usize = 12;

/// Facts that are told one by one to a reader who comes back; beyond, he asks for everything.
const FARTHEST: u64 = 5_000;

/// Facts that are read at once.
const BATCH: usize = 500;

/// Between two signs of life.
const PING: Duration = Duration::from_secs(15);

/// Between two looks at the session, while nothing moves.
const LOOK: Duration = Duration::from_secs(1);

/// All open streams.
pub struct Streams {
    open: Mutex<HashMap<UserId, VecDeque<Arc<Notify>>>>,
    /// Who took a payment or holds a till: it never changes.
    owners: Cache<Uuid, Uuid>,
    ended: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { open: Mutex::default(), owners: Cache::new(10_000), ended: watch::channel(false).0 }
    }
}

impl Streams {
    /// Ends them all: the server stops, and waits for no reader.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    fn enter(self: &Arc<Self>, user: UserId) -> Seat {
        let taken = Arc::new(Notify::new());
        let mut open = self.open.lock();
        let own = open.entry(user).or_default();
        if own.len() >= FOR_EACH_USER
            && let Some(oldest) = own.pop_front()
        {
            oldest.notify_one();
        }
        own.push_back(taken.clone());
        Seat { streams: self.clone(), user, taken }
    }
}

/// One open stream of a user, until it is dropped, or its place is taken by a newer one.
struct Seat {
    streams: Arc<Streams>,
    user: UserId,
    taken: Arc<Notify>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock();
        if let Some(own) = open.get_mut(&self.user) {
            own.retain(|seat| !Arc::ptr_eq(seat, &self.taken));
            if own.is_empty() {
                open.remove(&self.user);
            }
        }
    }
}

/// What moves, from now on or from `Last-Event-ID`.
#[utoipa::path(get, path = "/api/stream", tag = "stream",
    params(("Last-Event-ID" = Option<u64>, Header, description = "The last position that was told")),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Events `payment`, `prescription`, `exam`, `till`, `refund`, `work-item`, `report` with \
                       `{id, position}`, and `reset`"), super::openapi::Problems))]
pub async fn stream(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    let seat = state.streams.enter(who.user);
    let last =
        request.headers().get("Last-Event-ID").and_then(|last| last.to_str().ok()?.trim().parse().ok());
    let now = state.app.views.position();
    // A position that isn't there yet is of another ledger.
    let (at, first) = match last {
        Some(last) if last <= now && now - last <= FARTHEST => (last, String::new()),
        Some(_) => (now, reset(now)),
        None => (now, format!("id: {now}\n\n")),
    };
    let ended = state.streams.ended.subscribe();
    let reader = Reader { state, who, at, spoke: Instant::now(), ended, seat };
    let first = web::Bytes::from(format!("retry: 3000\n{first}\n"));
    let told = stream::unfold((reader, Some(first)), |(mut reader, first)| async move {
        let text = match first {
            Some(first) => first,
            None => reader.next().await?,
        };
        Some((Ok::<_, actix_web::Error>(text), (reader, None)))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(told)))
}

fn reset(at: u64) -> String {
    format!("id: {at}\nevent: reset\ndata: {{\"position\":{at}}}\n\n")
}

/// Somebody who listens.
struct Reader {
    state: web::Data<State>,
    who: Identity,
    /// All up to here was told.
    at: u64,
    spoke: Instant,
    ended: watch::Receiver<bool>,
    seat: Seat,
}

impl Reader {
    /// What is said next; nothing at the end.
    async fn next(&mut self) -> Option<web::Bytes> {
        loop {
            let app = self.state.app.clone();
            let moved = tokio::select! {
                moved = app.views.reach(self.at + 1, LOOK) => moved.is_ok(),
                _ = self.ended.wait_for(|ended| *ended) => return None,
                () = self.seat.taken.notified() => return None,
            };
            // Listening is no use of a session: who leaves his desk is signed out all the same.
            match app.vault.look(self.who.token(), app.clock.now()) {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return None,
            }
            let mut text = String::new();
            if moved {
                // Trouble in reading: the reader comes back and goes on where he was.
                text = self.tell().await.inspect_err(|error| tracing::warn!(%error, "a stream ends")).ok()?;
            }
            if text.is_empty() && self.spoke.elapsed() >= PING {
                // The position too, so that who comes back need not hear again what was not for him.
                text = format!(": ping\nid: {}\n\n", self.at);
            }
            if !text.is_empty() {
                self.spoke = Instant::now();
                return Some(text.into());
            }
        }
    }

    /// What the next facts move, as far as this reader may know it.
    async fn tell(&mut self) -> Result<String, Failure> {
        let app = self.state.app.clone();
        let shown = app.views.position();
        if shown.saturating_sub(self.at) > FARTHEST {
            self.at = shown;
            return Ok(reset(shown));
        }
        let mut text = String::new();
        for recorded in app.ledger.store.follow(self.at, BATCH).await? {
            if recorded.position > shown {
                break;
            }
            let read = recording::read(&recorded)?;
            for (topic, id) in topics::moved(&topics::seen(&recorded, &read.event, &read.meta)) {
                if self.hears(topic, id).await? {
                    let (position, topic) = (recorded.position, topic.name());
                    text.push_str(&format!(
                        "id: {position}\nevent: {topic}\ndata: {{\"id\":\"{id}\",\"position\":{position}}}\n\n"
                    ));
                }
            }
            self.at = recorded.position;
        }
        Ok(text)
    }

    async fn hears(&self, topic: Topic, id: Uuid) -> Result<bool, Failure> {
        match self.who.role {
            Role::Admin | Role::Accountant | Role::Auditor => Ok(true),
            Role::Technician => Ok(topic == Topic::Exam),
            Role::Cashier => match topic {
                Topic::Prescription | Topic::Exam => Ok(true),
                Topic::Payment | Topic::Till => self.owns(topic, id).await,
                Topic::Refund => self.concerns(id).await,
                Topic::WorkItem | Topic::Report => Ok(false),
            },
        }
    }

    async fn owns(&self, topic: Topic, id: Uuid) -> Result<bool, Failure> {
        let (views, owners) = (&self.state.app.views, &self.state.streams.owners);
        if let Some(owner) = owners.get(&id) {
            return Ok(self.who.may_see(owner));
        }
        let owner = match topic {
            Topic::Till => {
                views.first(projections::tills::by_id(TillId(id))).await?.map(|till| till.cashier_id)
            }
            _ => views.first(projections::payments::by_id(PaymentId(id))).await?.map(|one| one.cashier_id),
        };
        if let Some(owner) = owner {
            owners.insert(id, owner);
        }
        Ok(owner.is_some_and(|owner| self.who.may_see(owner)))
    }

    async fn concerns(&self, refund: Uuid) -> Result<bool, Failure> {
        let query = projections::refunds::by_id(RefundId(refund), self.who.sees_only());
        Ok(self.state.app.views.first(query).await?.is_some())
    }
}
