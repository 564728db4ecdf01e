//! Connecting to PostgreSQL: the address, and the settings without which no promise holds.

use crate::store::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use std::str::FromStr;
use std::time::Duration;
use tokio::time::timeout;

/// No longer than this for a new connection, nor for anything that must not hang with it.
pub const CONNECTING: Duration = Duration::from_secs(3);

const OLDEST_SERVER: i32 = 140_000;

/// What the role may do that appends: read and insert. Made by the migrations where that is allowed.
pub const ROLE: &str = "quittance_ledger";

/// Settings of every session. The server must notice when we are gone, also while it waits for a lock.
const SESSION: [(&str, &str); 7] = [
    ("default_transaction_isolation", "read committed"),
    ("statement_timeout", "0"),
    ("client_connection_check_interval", "1s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "3"),
    ("tcp_keepalives_count", "3"),
    ("jit", "off"),
];

/// How to reach the database that `url` names, as every part of the program does it.
pub fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)?;
    Ok(options.application_name("quittance").options(SESSION).disable_statement_logging())
}

/// A new connection, or an error within a few seconds.
pub async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    timeout(CONNECTING, PgConnection::connect_with(options)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Looks at the server before it is trusted, and answers the options that its ledger is used with.
pub async fn checked(
    connection: &mut PgConnection,
    options: PgConnectOptions,
) -> Result<PgConnectOptions, StoreError> {
    let sql = "SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
            current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')";
    let (version, standby, fsync, pages, commit): (i32, bool, String, String, String) =
        sqlx::query_as(sql).fetch_one(connection).await?;
    let refuse = |why: &str| Err(StoreError::Unsafe(why.to_owned()));
    if version < OLDEST_SERVER {
        return refuse("PostgreSQL is older than version 14");
    }
    if standby {
        return refuse("this PostgreSQL is a standby: connect to the primary");
    }
    if fsync != "on" || pages != "on" {
        return refuse("PostgreSQL runs with fsync or full_page_writes off: what it confirms can be lost");
    }
    // The weaker ones are a matter of the session, so they are mended and not refused.
    let weak = !matches!(commit.as_str(), "on" | "remote_apply");
    Ok(if weak { options.options([("synchronous_commit", "on")]) } else { options })
}

/// As the role that can only read and append, when there is one that this user may take on.
pub async fn restricted(
    connection: &mut PgConnection,
    options: PgConnectOptions,
) -> Result<PgConnectOptions, StoreError> {
    let sql = "SELECT EXISTS (SELECT FROM pg_roles
        WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER')
            AND has_table_privilege(oid, 'ledger.events', 'INSERT'))";
    if sqlx::query_scalar(sql).bind(ROLE).fetch_one(connection).await? {
        return Ok(options.options([("role", ROLE)]));
    }
    tracing::warn!("no role {ROLE}: triggers alone keep the ledger from being changed (docs/SETUP.md)");
    Ok(options)
}
