//! Where the tables lie: `views` holds the checkpoints, `views_receipts_v1` the rows of that model in
//! that version. A program of another version makes schemas of its own and leaves these alone.

use crate::views::ViewsError;
use projections::Projector;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, raw_sql};

const CHECKPOINTS: &str = include_str!("../../../migrations/views/postgres/checkpoints.sql");

/// A family of schemas: the models in use, or some that are made anew beside them.
#[derive(Clone, Debug)]
pub struct Places(String);

impl Places {
    /// The models in use.
    pub fn live() -> Self {
        Self("views".into())
    }

    /// A family that nobody else has.
    pub fn anew() -> Self {
        Self(format!("views_anew_{}", uuid::Uuid::now_v7().simple()))
    }

    /// The schema of the checkpoints.
    pub fn checkpoints(&self) -> &str {
        &self.0
    }

    /// The schema of a model's tables.
    pub fn of(&self, projector: &dyn Projector) -> String {
        format!("{}_{}_v{}", self.0, projector.name(), projector.version())
    }

    /// What makes names in the projections' SQL mean these tables. What is made without a schema's name
    /// is made in the first.
    pub fn search_path(&self) -> String {
        [self.0.clone()].into_iter().chain(self.leases()).collect::<Vec<_>>().join(",")
    }

    /// What names the lease of each model, in the order of [`projections::ALL`].
    pub fn leases(&self) -> Vec<String> {
        projections::ALL.iter().map(|projector| self.of(*projector)).collect()
    }

    /// Makes what is missing. Several processes may begin at once: one makes it, the others wait.
    pub async fn make(&self, connection: &mut PgConnection) -> Result<(), ViewsError> {
        let mut making = connection.begin().await?;
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('quittance views', 0))")
            .execute(&mut *making)
            .await?;
        let family = &self.0;
        run(&mut making, format!("create schema if not exists {family}")).await?;
        run(&mut making, CHECKPOINTS.to_owned()).await?;
        let fresh = "select not exists (select from checkpoints where position > 0)";
        let fresh: bool = sqlx::query_scalar(fresh).fetch_one(&mut *making).await?;
        for projector in projections::ALL {
            let schema = self.of(projector);
            let made = "select exists (select from pg_catalog.pg_namespace where nspname = $1)";
            if sqlx::query_scalar(made).bind(&schema).fetch_one(&mut *making).await? {
                continue;
            }
            let path = self.search_path();
            let tables = projector.schema();
            run(
                &mut making,
                format!(
                    "create schema {schema}; set local search_path to {schema}; {tables}
                     set local search_path to {path};"
                ),
            )
            .await?;
            let (name, version) = (projector.name(), projector.version());
            sqlx::query("delete from checkpoints where name = $1 and version = $2")
                .bind(name)
                .bind(version)
                .execute(&mut *making)
                .await?;
            // Beside models that show something already it is filled first, and read then.
            let new =
                "insert into checkpoints (name, version, position, epoch, ready) values ($1, $2, 0, 0, $3)";
            sqlx::query(new).bind(name).bind(version).bind(fresh).execute(&mut *making).await?;
        }
        Ok(making.commit().await?)
    }

    /// Drops models of other versions that nobody moves any more: names that were erased since would
    /// otherwise stand in them for ever. A program of that version, started again, makes them anew.
    pub async fn drop_left(&self, connection: &mut PgConnection) -> Result<(), ViewsError> {
        let (names, versions) = models();
        let left: Vec<(String, i64)> = sqlx::query_as(
            "select name, version from checkpoints
             where (name, version) not in (select * from unnest($1::text[], $2::bigint[]))",
        )
        .bind(names)
        .bind(versions)
        .fetch_all(&mut *connection)
        .await?;
        for (name, version) in left {
            let schema = format!("{}_{name}_v{version}", self.0);
            let mut dropping = connection.begin().await?;
            let free = "select pg_try_advisory_xact_lock(hashtextextended($1, 0))";
            if sqlx::query_scalar::<_, bool>(free).bind(&schema).fetch_one(&mut *dropping).await? {
                run(&mut dropping, format!("drop schema if exists \"{schema}\" cascade")).await?;
                sqlx::query("delete from checkpoints where name = $1 and version = $2")
                    .bind(&name)
                    .bind(version)
                    .execute(&mut *dropping)
                    .await?;
                tracing::info!(model = name, version, "an old read model was dropped");
            }
            dropping.commit().await?;
        }
        Ok(())
    }

    /// Drops the whole family.
    pub async fn drop_all(&self, connection: &mut PgConnection) -> Result<(), ViewsError> {
        for schema in self.leases().iter().chain([&self.0]) {
            run(connection, format!("drop schema if exists {schema} cascade")).await?;
        }
        Ok(())
    }
}

/// Drops families that were being made anew by a process that is gone: their leases are free.
pub async fn drop_cut_off(connection: &mut PgConnection) -> Result<(), ViewsError> {
    let sql = "select nspname::text from pg_catalog.pg_namespace where nspname ~ '^views_anew_[0-9a-f]{32}$'";
    let families: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await?;
    for family in families.into_iter().filter(|family| !is_young(family)) {
        let mut dropping = connection.begin().await?;
        let sql = "select nspname::text from pg_catalog.pg_namespace where starts_with(nspname, $1 || '_')";
        let schemas: Vec<String> = sqlx::query_scalar(sql).bind(&family).fetch_all(&mut *dropping).await?;
        let free = "select coalesce(bool_and(pg_try_advisory_xact_lock(hashtextextended(lease, 0))), true)
                    from unnest($1::text[]) as lease";
        if sqlx::query_scalar::<_, bool>(free).bind(&schemas).fetch_one(&mut *dropping).await? {
            for schema in schemas.iter().chain([&family]) {
                run(&mut dropping, format!("drop schema if exists \"{schema}\" cascade")).await?;
            }
            tracing::info!(family, "read models of a rebuild that was cut off were dropped");
        }
        dropping.commit().await?;
    }
    Ok(())
}

/// Made less than a minute ago, as its name tells: its leases may not be taken yet.
fn is_young(family: &str) -> bool {
    let made = family.rsplit_once('_').and_then(|(_, id)| id.parse::<uuid::Uuid>().ok()?.get_timestamp());
    let made = made.map_or(0, |at| at.to_unix().0);
    chrono::Utc::now().timestamp().unsigned_abs().saturating_sub(made) < 60
}

/// Names and versions of this program's models.
pub fn models() -> (Vec<&'static str>, Vec<i64>) {
    projections::ALL.iter().map(|projector| (projector.name(), projector.version())).unzip()
}

/// Runs text of our own: names of projectors, their tables, the migrations.
async fn run(connection: &mut PgConnection, text: String) -> Result<(), ViewsError> {
    connection.execute(raw_sql(AssertSqlSafe(text))).await?;
    Ok(())
}
