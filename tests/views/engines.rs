//! The engines behind one port, so that one text of a test serves each.

use crate::{log, postgres};
use projections::Identities;
use quittance::{
    store::Recorded,
    views::{Batch, StoppedProjector, Views, postgres::session::Session},
};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where models lie between two openings.
pub enum Place {
    Embedded(TempDir),
    Postgres(String),
}

/// Open models and who moves them.
pub struct Models {
    pub views: Views,
    mover: Mover,
}

enum Mover {
    Embedded(Box<Batch>),
    Postgres(Box<Session>),
}

impl Place {
    pub async fn embedded() -> Self {
        Self::Embedded(TempDir::new().unwrap())
    }

    pub async fn postgres() -> Self {
        Self::Postgres(postgres::fresh().await)
    }

    pub async fn open(&self) -> Models {
        match self {
            Self::Embedded(dir) => {
                let (views, batch) = Views::open(dir.path()).unwrap();
                Models { views, mover: Mover::Embedded(Box::new(batch)) }
            }
            Self::Postgres(url) => {
                let (views, session) = Views::open_postgres(url).await.unwrap();
                Models { views, mover: Mover::Postgres(Box::new(leased(session).await)) }
            }
        }
    }
}

/// A session that has all leases, as soon as another one that ends has given them back.
pub async fn leased(mut session: Session) -> Session {
    let deadline = Instant::now() + Duration::from_secs(30);
    while session.has_others() {
        assert!(Instant::now() < deadline, "the leases never get free");
        session.take().await.unwrap();
    }
    session
}

impl Models {
    pub async fn apply(&mut self, events: &[Recorded]) {
        self.apply_for(events, &log::Nobody).await;
    }

    pub async fn apply_for(&mut self, events: &[Recorded], people: &(dyn Identities + Send + Sync)) {
        match &mut self.mover {
            Mover::Embedded(batch) => {
                batch.apply(events, log::clock(), people).unwrap();
                self.views.publish(batch);
            }
            Mover::Postgres(session) => {
                session.apply(events, log::clock(), people).await.unwrap();
                self.views.look(session);
            }
        }
    }

    pub fn next(&self) -> u64 {
        match &self.mover {
            Mover::Embedded(batch) => batch.next(),
            Mover::Postgres(session) => session.next(),
        }
    }

    pub fn position(&self) -> u64 {
        self.views.position()
    }

    pub fn stopped(&self) -> Vec<StoppedProjector> {
        self.views.stopped()
    }

    /// What came in on the log's one day.
    pub async fn taken(&self) -> i64 {
        let day = "2026-11-24".parse().unwrap();
        let takings = self.views.fetch(projections::takings::of_day(day, None)).await.unwrap();
        takings.iter().map(|taking| taking.amount()).sum()
    }
}

/// Makes a test of each function for each engine.
macro_rules! on_every_engine {
    ($($test:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test] async fn $test() { super::$test(crate::engines::Place::embedded().await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $test() { super::$test(crate::engines::Place::postgres().await).await; })+
        }
    };
}
pub(crate) use on_every_engine;
