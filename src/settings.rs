//! Settings: one TOML file, and the environment over it. Unknown keys of the file are refused.
//!
//! Secrets come by environment or file only, never by a flag, and are never printed.

mod database;

pub use database::Database;

use crate::{
    http::limits::Limits,
    providers::{CallbackScheme, ProviderConfig},
    secret::{Secret, WeakSecret},
};
use chrono_tz::Tz;
use domain::{Money, Wallet};
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where the embedded engine keeps its files.
    pub data: PathBuf,
    /// The database of the ledger; the embedded engine without it.
    pub database: Option<Database>,
    /// Where a second copy of the ledger is kept, at most about a second behind.
    pub copy: Option<PathBuf>,
    /// Where providers and telephones reach us; by default where we listen.
    pub api_url: Option<String>,
    /// Printed on receipts and reports.
    pub hospital: String,
    /// The receipts' series.
    pub series: String,
    /// The zone of the business day.
    pub zone: Tz,
    /// The largest difference that a cashier closes his till with alone (rule 18).
    pub till_alone: Money,
    /// Scales every delay of the watch plan; 1 in a hospital.
    pub watch_pace: f64,
    /// How long a provider may take, in milliseconds.
    pub provider_timeout_ms: u64,
    /// Base64 of 32 bytes; a key file is made in `data` without it.
    pub master_key: Option<Secret>,
    /// Requests by identity.
    pub limits: Limits,
    /// The configured wallets.
    pub providers: Vec<ProviderConfig>,
}

/// A setting that can't be used. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// The file can't be read.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The file is not what we know.
    #[error("{0}: {1}")]
    Toml(PathBuf, String),
    /// A value has the wrong form.
    #[error("{0}: {1}")]
    Value(String, String),
    /// A wallet is configured by halves.
    #[error("{0} needs an API URL, a merchant id, an API key and a secret key: {1} is missing")]
    Incomplete(&'static str, &'static str),
    /// A secret that guards nothing.
    #[error("{0}: {1}")]
    Weak(String, WeakSecret),
}

/// The file, and after [`File::over`] the environment over it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<String>,
    data: Option<String>,
    database_url: Option<Hidden>,
    copy: Option<String>,
    api_url: Option<String>,
    hospital: Option<String>,
    series: Option<String>,
    zone: Option<String>,
    till_alone: Option<i64>,
    watch_pace: Option<f64>,
    provider_timeout_ms: Option<u64>,
    master_key: Option<Hidden>,
    tmoney: Wallets,
    flooz: Wallets,
    limits: Limits,
}

/// One wallet's part of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wallets {
    api_url: Option<String>,
    merchant_id: Option<String>,
    api_key: Option<Hidden>,
    secret_key: Option<Hidden>,
    previous_secret_key: Option<Hidden>,
    callback_scheme: Option<String>,
}

/// A text that does not print itself, not yet judged.
#[derive(Clone, Deserialize)]
struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// The series of refunds' slips, discounts' and exemptions' vouchers, and deposits' slips.
const OTHER_PAPERS: [&str; 4] = ["B", "D", "E", "V"];

/// A variable of the environment and what it sets; shown by `--help` and in `docs/SETUP.md`.
pub const VARIABLES: &[(&str, &str)] = &[
    ("QUITTANCE_LISTEN", "address and port, default 127.0.0.1:8080"),
    ("QUITTANCE_DATA", "folder of the embedded ledger, default ./data"),
    ("DATABASE_URL", "PostgreSQL for ledger, keys and read models, default none: the embedded ledger"),
    ("QUITTANCE_COPY", "folder on another disk or machine for a continuous copy, default none"),
    ("QUITTANCE_CONFIG", "the TOML file, default none"),
    ("QUITTANCE_HOSPITAL", "name on receipts and reports, default CHU Tokoin"),
    ("QUITTANCE_SERIES", "series of receipts, default R; not B, D, E or V"),
    ("QUITTANCE_ZONE", "zone of the business day, default Africa/Lome"),
    ("QUITTANCE_TILL_ALONE", "largest difference in francs that a cashier closes alone, default 1000"),
    ("QUITTANCE_MASTER_KEY", "base64 of 32 bytes; otherwise a key file is made, but not for DATABASE_URL"),
    ("QUITTANCE_WATCH_PACE", "scales the delays between questions to providers, default 1"),
    ("QUITTANCE_PROVIDER_TIMEOUT_MS", "how long a provider may take, default 30000"),
    ("QUITTANCE_LIMIT_GENERAL", "requests of a user in a minute, default 600; 0 lifts the limit"),
    ("QUITTANCE_LIMIT_PAYMENTS", "payments of a user in a minute, default 30"),
    ("QUITTANCE_LIMIT_LOGINS", "failed sign-ins of an account and address in an hour, default 5"),
    ("QUITTANCE_LIMIT_ANONYMOUS", "sign-ins and receipt checks from one address in a minute, default 300"),
    ("QUITTANCE_LIMIT_CALLBACKS", "callbacks of a provider in a second, default 500"),
    ("QUITTANCE_LIMIT_REJECTIONS", "rejected callbacks written down in a minute, default 60"),
    ("API_URL", "where providers reach this server, default http:// and the listening address"),
    ("TMONEY_API_URL", "base URL of the provider; FLOOZ_API_URL likewise, and so on"),
    ("TMONEY_MERCHANT_ID", "who we are there"),
    ("TMONEY_API_KEY", "bearer token of our calls"),
    ("TMONEY_SECRET_KEY", "signs our calls and its callbacks, 16 characters at least"),
    ("TMONEY_PREVIOUS_SECRET_KEY", "the secret before a rotation: callbacks signed with it are believed"),
    ("TMONEY_CALLBACK_SCHEME", "x-signature (default) or standard-webhooks"),
];

impl Settings {
    /// Reads `file`, if one is given, and the environment over it.
    pub fn load(file: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, BadSettings> {
        let mut given = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| BadSettings::File(path.into(), e))?;
                // The parser's words may quote a line of the file, and a line may hold a secret.
                toml::from_str(&text)
                    .map_err(|e: toml::de::Error| BadSettings::Toml(path.into(), e.message().into()))?
            }
            None => File::default(),
        };
        given.over(env)?;
        given.settle()
    }
}

impl File {
    fn over(&mut self, env: &dyn Fn(&str) -> Option<String>) -> Result<(), BadSettings> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let text = |field: &mut Option<String>, name: &str| {
            if let Some(value) = env(name) {
                *field = Some(value);
            }
        };
        text(&mut self.listen, "QUITTANCE_LISTEN");
        text(&mut self.data, "QUITTANCE_DATA");
        text(&mut self.copy, "QUITTANCE_COPY");
        text(&mut self.api_url, "API_URL");
        text(&mut self.hospital, "QUITTANCE_HOSPITAL");
        text(&mut self.series, "QUITTANCE_SERIES");
        text(&mut self.zone, "QUITTANCE_ZONE");
        number(&mut self.till_alone, env("QUITTANCE_TILL_ALONE"), "QUITTANCE_TILL_ALONE")?;
        number(&mut self.watch_pace, env("QUITTANCE_WATCH_PACE"), "QUITTANCE_WATCH_PACE")?;
        let (field, name) = (&mut self.provider_timeout_ms, "QUITTANCE_PROVIDER_TIMEOUT_MS");
        number(field, env(name), name)?;
        self.database_url = env("DATABASE_URL").map(Hidden).or(self.database_url.take());
        self.master_key = env("QUITTANCE_MASTER_KEY").map(Hidden).or(self.master_key.take());
        for (wallet, code) in [(&mut self.tmoney, "TMONEY"), (&mut self.flooz, "FLOOZ")] {
            let name = |part: &str| format!("{code}_{part}");
            text(&mut wallet.api_url, &name("API_URL"));
            text(&mut wallet.merchant_id, &name("MERCHANT_ID"));
            text(&mut wallet.callback_scheme, &name("CALLBACK_SCHEME"));
            for (field, part) in [
                (&mut wallet.api_key, "API_KEY"),
                (&mut wallet.secret_key, "SECRET_KEY"),
                (&mut wallet.previous_secret_key, "PREVIOUS_SECRET_KEY"),
            ] {
                *field = env(&name(part)).map(Hidden).or(field.take());
            }
        }
        let limits = &mut self.limits;
        for (field, name) in [
            (&mut limits.general_per_minute, "QUITTANCE_LIMIT_GENERAL"),
            (&mut limits.payments_per_minute, "QUITTANCE_LIMIT_PAYMENTS"),
            (&mut limits.logins_per_hour, "QUITTANCE_LIMIT_LOGINS"),
            (&mut limits.anonymous_per_minute, "QUITTANCE_LIMIT_ANONYMOUS"),
            (&mut limits.callbacks_per_second, "QUITTANCE_LIMIT_CALLBACKS"),
            (&mut limits.rejections_per_minute, "QUITTANCE_LIMIT_REJECTIONS"),
        ] {
            if let Some(value) = env(name) {
                *field = parsed(name, &value)?;
            }
        }
        Ok(())
    }

    fn settle(self) -> Result<Settings, BadSettings> {
        let or = |value: Option<String>, default: &str| value.unwrap_or_else(|| default.to_owned());
        let series = or(self.series, "R");
        if series.is_empty() || !series.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
            return Err(BadSettings::Value("series".into(), "capital letters and digits only".into()));
        }
        if OTHER_PAPERS.contains(&series.as_str()) {
            let why = "B, D, E and V number slips and vouchers: two papers would bear one number".into();
            return Err(BadSettings::Value("series".into(), why));
        }
        let till_alone = Money::new(self.till_alone.unwrap_or(1_000))
            .map_err(|e| BadSettings::Value("till_alone".into(), e.to_string()))?;
        let watch_pace = self.watch_pace.unwrap_or(1.0);
        if !(watch_pace.is_finite() && watch_pace > 0.0) {
            return Err(BadSettings::Value("watch_pace".into(), "a number above 0".into()));
        }
        let master_key = self.master_key.map(|key| secret("QUITTANCE_MASTER_KEY", &key)).transpose()?;
        let database =
            self.database_url.map(|url| Database::parse(&url.0, master_key.clone())).transpose()?;
        let providers = [(self.tmoney, Wallet::Tmoney), (self.flooz, Wallet::Flooz)];
        let providers = providers.into_iter().map(|(part, wallet)| part.settle(wallet));
        Ok(Settings {
            listen: parsed("listen", &or(self.listen, "127.0.0.1:8080"))?,
            data: or(self.data, "./data").into(),
            database,
            copy: self.copy.map(PathBuf::from),
            api_url: self.api_url.map(|url| url.trim_end_matches('/').to_owned()),
            hospital: or(self.hospital, "CHU Tokoin"),
            series,
            zone: parsed("zone", &or(self.zone, "Africa/Lome"))?,
            till_alone,
            watch_pace,
            provider_timeout_ms: self.provider_timeout_ms.unwrap_or(30_000),
            master_key,
            limits: self.limits,
            providers: providers.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        })
    }
}

impl Wallets {
    /// A provider, or nothing where nothing is set for this wallet.
    fn settle(self, wallet: Wallet) -> Result<Option<ProviderConfig>, BadSettings> {
        let code = wallet.code();
        let Some(base_url) = self.api_url else {
            let secrets = [&self.api_key, &self.secret_key, &self.previous_secret_key];
            let leftover = self.merchant_id.is_some()
                || self.callback_scheme.is_some()
                || secrets.iter().any(|secret| secret.is_some());
            return if leftover { Err(BadSettings::Incomplete(code, "the API URL")) } else { Ok(None) };
        };
        if !(base_url.starts_with("http://") || base_url.starts_with("https://")) {
            let name = format!("{code}_API_URL");
            return Err(BadSettings::Value(name, "an http:// or https:// address".into()));
        }
        let missing = |what| BadSettings::Incomplete(code, what);
        let api_key = self.api_key.ok_or_else(|| missing("the API key"))?;
        let secret_key = self.secret_key.ok_or_else(|| missing("the secret key"))?;
        let scheme = match self.callback_scheme.as_deref() {
            None | Some("x-signature") => CallbackScheme::XSignature,
            Some("standard-webhooks") => CallbackScheme::StandardWebhooks,
            Some(_) => {
                let name = format!("{code}_CALLBACK_SCHEME");
                return Err(BadSettings::Value(name, "x-signature or standard-webhooks".into()));
            }
        };
        let previous = self.previous_secret_key;
        Ok(Some(ProviderConfig {
            wallet,
            base_url,
            merchant_id: self.merchant_id.ok_or_else(|| missing("the merchant id"))?,
            api_key: secret(&format!("{code}_API_KEY"), &api_key)?,
            secret_key: secret(&format!("{code}_SECRET_KEY"), &secret_key)?,
            previous_secret_key: previous
                .map(|key| secret(&format!("{code}_PREVIOUS_SECRET_KEY"), &key))
                .transpose()?,
            callback_scheme: scheme,
        }))
    }
}

fn number<T: FromStr<Err: std::fmt::Display>>(
    field: &mut Option<T>,
    value: Option<String>,
    name: &str,
) -> Result<(), BadSettings> {
    if let Some(value) = value {
        *field = Some(parsed(name, &value)?);
    }
    Ok(())
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(name: &str, value: &str) -> Result<T, BadSettings> {
    value.parse().map_err(|e: T::Err| BadSettings::Value(name.to_owned(), e.to_string()))
}

fn secret(name: &str, hidden: &Hidden) -> Result<Secret, BadSettings> {
    Secret::parse(&hidden.0).map_err(|weak| BadSettings::Weak(name.to_owned(), weak))
}
