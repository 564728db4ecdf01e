//! One process's part in moving the read models: which leases it holds, how far all the models are.
//!
//! A lease is an advisory lock of this session, so PostgreSQL gives it back with the connection: at once
//! when the process dies, after some seconds of silence when it is stopped or cut off (`connect`). That
//! is only for order among processes. What is right rests on `go_on`: the checkpoint moves from where we
//! saw it, and under our epoch, or nothing is written.

use super::{
    batch::{Batch, Part, Prepared},
    connect::{self, Trouble, bound},
    places::{self, Places},
};
use crate::{
    clock::Clock,
    store::{Recorded, chain::Hash},
    views::{FillingProjector, Skips, Standing, StoppedProjector, ViewsError, embedded::skips::Order},
};
use projections::{Identities, Projector};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row, raw_sql};
use std::collections::BTreeMap;

/// The read models as this process moves and sees them.
pub struct Session {
    connection: PgConnection,
    prepared: Prepared,
    models: Vec<Model>,
    leases: Vec<String>,
    skips: Skips,
    /// Up to where operators were heard: who tries again and stands again goes over the same order, and must
    /// not obey it for ever.
    heard: u64,
}

struct Model {
    projector: &'static dyn Projector,
    position: u64,
    chain: Option<Hash>,
    stopped: Option<String>,
    /// False while it is filled behind the others.
    ready: bool,
    /// The epoch of our lease, if it is ours.
    lease: Option<i64>,
}

impl Session {
    /// Connects to the models in use, and makes missing tables.
    pub async fn open(url: &str) -> Result<Self, ViewsError> {
        Self::open_at(url, &Places::live()).await
    }

    pub(super) async fn open_at(url: &str, places: &Places) -> Result<Self, ViewsError> {
        let mut connection = connect::mover(url, places).await?;
        places.make(&mut connection).await?;
        let model = |projector| Model {
            projector,
            position: 0,
            chain: None,
            stopped: None,
            ready: true,
            lease: None,
        };
        let models = projections::ALL.into_iter().map(model).collect();
        let mut session = Self {
            connection,
            prepared: Prepared::default(),
            models,
            leases: places.leases(),
            skips: Skips::default(),
            heard: 0,
        };
        session.look().await?;
        Ok(session)
    }

    /// Takes the leases that are free, each under a new epoch; true if there were any.
    pub async fn take(&mut self) -> Result<bool, ViewsError> {
        let wanted: Vec<usize> =
            (0..self.models.len()).filter(|at| self.models[*at].lease.is_none()).collect();
        if wanted.is_empty() {
            return Ok(false);
        }
        let of = |at: &usize| self.models[*at].projector;
        let taken = sqlx::query(
            "with taken as materialized (
               select name, version from unnest($1::text[], $2::bigint[], $3::text[]) as m(name, version, lease)
               where pg_try_advisory_lock(hashtextextended(lease, 0)))
             update checkpoints c set epoch = epoch + 1, stopped = null from taken
             where c.name = taken.name and c.version = taken.version returning c.name, c.epoch",
        )
        .bind(wanted.iter().map(|at| of(at).name()).collect::<Vec<_>>())
        .bind(wanted.iter().map(|at| of(at).version()).collect::<Vec<_>>())
        .bind(wanted.iter().map(|at| self.leases[*at].clone()).collect::<Vec<_>>())
        .fetch_all(&mut self.connection)
        .await?;
        for row in &taken {
            let (name, epoch): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
            for model in self.models.iter_mut().filter(|model| model.projector.name() == name) {
                model.lease = Some(epoch);
            }
        }
        self.look().await?;
        Ok(!taken.is_empty())
    }

    /// Sees how far all models are, whoever moves them. It also keeps the session from falling silent.
    pub async fn look(&mut self) -> Result<(), ViewsError> {
        let (names, versions) = places::models();
        let rows = sqlx::query(
            "select name, position, chain, epoch, stopped, ready from checkpoints
             where (name, version) in (select * from unnest($1::text[], $2::bigint[]))",
        )
        .bind(names)
        .bind(versions)
        .fetch_all(&mut self.connection)
        .await?;
        if rows.len() != self.models.len() {
            // Somebody dropped them; the next session makes them anew.
            return Err(ViewsError::Postgres(sqlx::Error::RowNotFound));
        }
        for row in &rows {
            let name: &str = row.try_get(0)?;
            let Some(model) = self.models.iter_mut().find(|model| model.projector.name() == name) else {
                continue;
            };
            model.position = row.try_get::<i64, _>(1)?.unsigned_abs();
            model.chain = row.try_get::<Option<Vec<u8>>, _>(2)?.and_then(|chain| chain.try_into().ok());
            model.stopped = row.try_get(4)?;
            model.ready = row.try_get(5)?;
            if model.lease.is_some_and(|epoch| row.try_get(3).is_ok_and(|now: i64| now != epoch)) {
                return Err(ViewsError::Lost(model.projector.name()));
            }
        }
        Ok(())
    }

    /// The position up to which every read model is complete that is ready to be read.
    pub fn position(&self) -> u64 {
        let ready = self.models.iter().filter(|model| model.ready);
        ready.map(|model| model.position).min().unwrap_or(0)
    }

    /// Where the foremost is.
    pub fn lead(&self) -> u64 {
        self.models.iter().map(|model| model.position).max().unwrap_or(0)
    }

    /// Where those go on that run and are ours: the stopped and those that are filled don't hold them back.
    pub fn next(&self) -> u64 {
        self.ours(true).min().unwrap_or(u64::MAX)
    }

    /// Where those go on that are filled here, if there are any.
    pub fn behind(&self) -> Option<u64> {
        self.ours(false).min()
    }

    fn ours(&self, ready: bool) -> impl Iterator<Item = u64> {
        let runs = |model: &&Model| model.lease.is_some() && model.stopped.is_none();
        self.models.iter().filter(runs).filter(move |model| model.ready == ready).map(|model| model.position)
    }

    /// Those that nobody reads yet.
    pub fn filling(&self) -> Vec<FillingProjector> {
        let filling = self.models.iter().filter(|model| !model.ready);
        filling.map(|model| FillingProjector::of(model.projector, model.position)).collect()
    }

    /// True while another process moves some model.
    pub fn has_others(&self) -> bool {
        self.models.iter().any(|model| model.lease.is_none())
    }

    /// Those that can't go on.
    pub fn stopped(&self) -> Vec<StoppedProjector> {
        let stopped = |model: &Model| {
            let reason = model.stopped.clone()?;
            Some(StoppedProjector { name: model.projector.name(), position: model.position + 1, reason })
        };
        self.models.iter().filter_map(stopped).collect()
    }

    /// Every model as it stands, in the order in which they are run.
    pub fn models(&self) -> Vec<Standing> {
        let standing = |model: &Model| Standing {
            name: model.projector.name(),
            version: model.projector.version(),
            position: model.position,
            ready: model.ready,
        };
        self.models.iter().map(standing).collect()
    }

    /// Events to leave out, by projector.
    pub fn honour(&mut self, skips: Skips) {
        self.skips = skips;
    }

    /// Does what operators told projectors, now that it is in the log: who stands is tried again.
    async fn obey(&mut self, orders: Vec<Order>) -> Result<(), ViewsError> {
        for order in orders {
            let name = match &order {
                Order::Skip(name, at) => {
                    self.skips.add(name, *at);
                    name
                }
                Order::Retry(name) => name,
            };
            for model in self.models.iter_mut().filter(|model| model.projector.name() == name) {
                let Some(epoch) = model.lease else { continue };
                let go_on =
                    "update checkpoints set stopped = null where name = $1 and version = $2 and epoch = $3";
                let go_on = sqlx::query(go_on).bind(name).bind(model.projector.version()).bind(epoch);
                go_on.execute(&mut self.connection).await?;
                model.stopped = None;
            }
        }
        Ok(())
    }

    /// Whose events the models show: checkpoints above zero, and the log's chain at each.
    pub fn reached(&self) -> BTreeMap<u64, Hash> {
        let begun = self.models.iter().filter(|model| model.position > 0);
        begun.filter_map(|model| Some((model.position, model.chain?))).collect()
    }

    /// Drops models of other versions that nobody moves any more, and what killed rebuilds left.
    pub async fn drop_left(&mut self) -> Result<(), ViewsError> {
        Places::live().drop_left(&mut self.connection).await?;
        places::drop_cut_off(&mut self.connection).await
    }

    pub(super) const fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Applies events that follow each other to the models that are ours.
    pub async fn apply(
        &mut self,
        events: &[Recorded],
        clock: Clock,
        people: &(dyn Identities + Send + Sync),
    ) -> Result<(), ViewsError> {
        let after = events.first().map_or(0, |first| first.position.saturating_sub(1));
        self.apply_after(after, events, clock, people).await
    }

    /// Applies what the log has after the position where those are that are filled, and lets those be read
    /// that have come as far as all others.
    pub async fn fill(
        &mut self,
        after: u64,
        events: &[Recorded],
        clock: Clock,
        people: &(dyn Identities + Send + Sync),
    ) -> Result<(), ViewsError> {
        self.apply_after(after, events, clock, people).await?;
        let (names, versions) = places::models();
        let epochs: Vec<i64> = self.models.iter().map(|model| model.lease.unwrap_or(-1)).collect();
        sqlx::query(
            "update checkpoints set ready = true where not ready and (name, version, epoch) in
               (select * from unnest($1::text[], $2::bigint[], $3::bigint[]))
             and position >= (select max(position) from checkpoints
               where (name, version) in (select * from unnest($1::text[], $2::bigint[])))",
        )
        .bind(names)
        .bind(versions)
        .bind(epochs)
        .execute(&mut self.connection)
        .await?;
        self.look().await
    }

    async fn apply_after(
        &mut self,
        after: u64,
        events: &[Recorded],
        clock: Clock,
        people: &(dyn Identities + Send + Sync),
    ) -> Result<(), ViewsError> {
        let (parts, orders) = {
            let batch = Batch::new(events, clock, people);
            (self.parts(&batch, after), batch.orders(self.heard))
        };
        self.heard = self.heard.max(events.last().map_or(0, |last| last.position));
        if parts.is_empty() {
            return self.obey(orders).await;
        }
        let together = self.commit(&parts.iter().collect::<Vec<_>>()).await;
        match together {
            Ok(()) => parts.iter().for_each(|part| self.moved(part)),
            Err(Trouble::Poison(_)) => {
                for part in parts {
                    self.find_poison(part).await?;
                }
            }
            Err(trouble) => return Err(trouble.into()),
        }
        self.obey(orders).await
    }

    /// One that is filled waits for its own slice.
    fn parts(&self, batch: &Batch<'_>, after: u64) -> Vec<Part> {
        let part = |(at, model): (usize, &Model)| {
            let takes = model.stopped.is_none() && (model.ready || model.position >= after);
            let epoch = model.lease.filter(|_| takes)?;
            Some(batch.part(model.projector, at, model.position, epoch, &self.skips))
                .filter(|part| !part.is_idle())
        };
        self.models.iter().enumerate().filter_map(part).collect()
    }

    /// Moves a model as far as it goes: halves what fails until one event is left, and stops there.
    async fn find_poison(&mut self, part: Part) -> Result<(), ViewsError> {
        let mut waiting = vec![part];
        while let Some(part) = waiting.pop() {
            match self.commit(&[&part]).await {
                Ok(()) => self.moved(&part),
                Err(Trouble::Poison(reason)) if part.steps.len() < 2 => {
                    let stop = part.stopping(reason);
                    self.commit(&[&stop]).await?;
                    self.moved(&stop);
                    return Ok(());
                }
                Err(Trouble::Poison(_)) => {
                    let (first, second) = part.halves();
                    waiting.extend([second, first]);
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Ok(())
    }

    fn moved(&mut self, part: &Part) {
        let Some(model) = self.models.get_mut(part.at) else { return };
        if let Some(reason) = &part.stopped {
            let (name, position) = (model.projector.name(), part.to() + 1);
            tracing::error!(projector = name, position, reason, "projector stopped");
        }
        model.position = part.to();
        model.stopped.clone_from(&part.stopped);
    }

    /// Rows and checkpoints in one transaction, and most often in one message.
    async fn commit(&mut self, parts: &[&Part]) -> Result<(), Trouble> {
        for sql in self.prepared.missing(parts) {
            self.say(self.prepared.prepare(sql)).await?;
            self.prepared.keep(sql);
        }
        let text = self.prepared.text(parts).map_err(Trouble::Poison)?;
        if parts.iter().all(|part| part.apart().next().is_none()) {
            // A message without `begin` is a transaction of its own.
            return Ok(self.say(text).await?);
        }
        let outcome = self.in_steps(text, parts).await;
        if let Err(Trouble::Poison(_)) = &outcome {
            self.say("rollback".into()).await?;
        }
        outcome
    }

    async fn in_steps(&mut self, text: String, parts: &[&Part]) -> Result<(), Trouble> {
        self.say(format!("begin;{text}")).await?;
        let apart: Vec<_> = parts.iter().flat_map(|part| part.apart()).collect();
        for change in apart {
            bound(change.sql, &change.args).execute(&mut self.connection).await?;
        }
        Ok(self.say("commit".into()).await?)
    }

    async fn say(&mut self, text: String) -> sqlx::Result<()> {
        let said = self.connection.execute(raw_sql(AssertSqlSafe(text)));
        tokio::time::timeout(connect::ANSWER, said).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        Ok(())
    }
}
