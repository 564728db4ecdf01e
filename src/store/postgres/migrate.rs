//! The tables, made or brought up to date under sqlx's lock: several processes may start at once.

use crate::store::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{Executor, SqlSafeStr};
use std::borrow::Cow;

/// In order; a number once given away is never changed.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "ledger", include_str!("../../../migrations/postgres/0001_ledger.sql")),
    (3, "append", include_str!("../../../migrations/postgres/0003_append.sql")),
];

const RIGHTS: &str = include_str!("../../../migrations/postgres/rights.sql");

/// Makes what is missing, and gives the role its rights.
pub async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.map(|(number, name, sql)| {
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.into());
    migrator.dangerous_set_table_name("ledger.migrations");
    migrator.create_schema("ledger");
    migrator.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Unsafe(other.to_string()),
    })?;
    connection.execute(RIGHTS).await?;
    Ok(())
}
