//! A PostgreSQL of the tests' own: installed binaries, a folder and a port of its own, loopback only.
//!
//! A shell stands by with its standard input tied to this process. However this process ends, the
//! shell reads the end of that file, stops the server at once and removes the folder.
#![allow(dead_code, reason = "not every test binary asks for everything")]

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

static SHARED: OnceLock<Cluster> = OnceLock::new();

/// The address of a fresh database in the one cluster that all tests of this process share.
pub async fn fresh() -> String {
    shared().database().await
}

/// Faults that others would feel belong into a cluster of their own: see [`Cluster::start`].
pub fn shared() -> &'static Cluster {
    SHARED.get_or_init(Cluster::start)
}

pub struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// Ends when its standard input does.
    watchdog: Child,
}

impl Cluster {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        Self::start_in(&std::env::temp_dir())
    }

    /// As [`Cluster::start`], in a folder that every user may enter.
    pub fn start_in(parent: &Path) -> Self {
        let cluster = Self::nothing_in(parent);
        done(cluster.run("initdb").args(["--auth=trust", "--username=postgres", "--encoding=UTF8"]).args([
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]));
        let settings = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = on\n\
             max_connections = 500\nshared_buffers = 256MB\nmax_wal_size = 4GB\n",
            cluster.port
        );
        fs::write(cluster.dir.join("data/postgresql.auto.conf"), settings).unwrap();
        cluster.up();
        cluster
    }

    /// A standby that follows this server from now on; it answers once it can be read.
    pub fn standby(&self) -> Self {
        let standby = Self::nothing_in(&std::env::temp_dir());
        let from = format!("host=127.0.0.1 port={} user=postgres application_name=standby", self.port);
        let copy = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--wal-method=stream"];
        done(standby.run("pg_basebackup").args(["--dbname", &from, "--pgdata", "data"]).args(copy));
        let conf = standby.dir.join("data/postgresql.auto.conf");
        let settings = fs::read_to_string(&conf).unwrap();
        fs::write(&conf, format!("{settings}\nport = {}\n", standby.port)).unwrap();
        standby.up();
        standby
    }

    /// Makes a standby the primary, and waits until it takes writes.
    pub fn promote(&self) {
        done(self.run("pg_ctl").args(["promote", "--wait"]));
    }

    /// A place without a server yet.
    fn nothing_in(parent: &Path) -> Self {
        let bin = binaries();
        let dir = tempfile::TempDir::new_in(parent).unwrap().keep();
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(&dir));
        }
        let watchdog = Command::new("sh")
            .args(["-c", r#"trap "" INT TERM HUP; read -r _; kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"; rm -rf "$0""#])
            .arg(&dir)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { bin, dir, port, databases: AtomicU32::new(0), watchdog }
    }

    /// Starts the server again, after [`Cluster::kill`] or [`Cluster::down`], and waits until it answers.
    pub fn up(&self) {
        let log = self.dir.join("log");
        done(self.run("pg_ctl").arg("start").arg("--wait").arg("--log").arg(log));
    }

    /// Stops the server as an administrator does who can't wait.
    pub fn down(&self) {
        done(self.run("pg_ctl").args(["stop", "--mode=fast", "--wait"]));
    }

    /// Stops it and starts it again.
    pub fn restart(&self) {
        self.down();
        self.up();
    }

    /// Kills the server with all its processes, as a power cut would.
    pub fn kill(&self) {
        let postmaster = self.postmaster();
        // Stopped first, so that it has no more children than those found.
        done(Command::new("kill").arg("-STOP").arg(postmaster.to_string()));
        let mut family = children(postmaster);
        family.insert(0, postmaster);
        let ids: Vec<String> = family.iter().map(u32::to_string).collect();
        done(Command::new("kill").arg("-KILL").args(&ids));
        while family.iter().any(|id| is_alive(*id)) {
            std::thread::yield_now();
        }
        // Until somebody buries the dead, PostgreSQL takes their number for a running server's.
        fs::remove_file(self.dir.join("data/postmaster.pid")).unwrap();
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database here.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database and tells its address.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres")).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        self.url(&name)
    }

    /// A place for a file that PostgreSQL's programs may write.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// One of PostgreSQL's programs, which finds this cluster by its environment.
    pub fn run(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .current_dir(&self.dir)
            .env("PGDATA", self.dir.join("data"))
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .stdin(Stdio::null());
        command
    }

    /// Seconds that the server's processes have computed so far.
    pub fn processor_time(&self) -> f64 {
        children(self.postmaster()).iter().map(|id| computed(&id.to_string())).sum()
    }

    fn postmaster(&self) -> u32 {
        let file = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        _ = self.watchdog.wait();
    }
}

/// Runs a command to its end, and shows what it said when it failed.
pub fn done(command: &mut Command) {
    // Not a pipe: the server would inherit it and hold it open.
    let said = tempfile::NamedTempFile::new().unwrap();
    let status =
        command.stdout(said.reopen().unwrap()).stderr(said.reopen().unwrap()).stdin(Stdio::null()).status();
    let text = fs::read_to_string(said.path()).unwrap_or_default();
    match status {
        Ok(status) => assert!(status.success(), "{command:?}: {status}\n{text}"),
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// Where PostgreSQL's own programs lie, the newest version first.
fn binaries() -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    let number = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    versions.sort_by_key(number);
    let asked = Command::new("pg_config").arg("--bindir").output();
    versions.extend(asked.ok().map(|answer| String::from_utf8_lossy(&answer.stdout).trim().into()));
    let complete = |bin: &PathBuf| bin.join("initdb").exists() && bin.join("pg_ctl").exists();
    versions
        .into_iter()
        .rfind(complete)
        .expect("PostgreSQL's programs are not installed: apt-get install postgresql")
}

/// Seconds that this process has computed so far.
pub fn processor_time() -> f64 {
    computed("self")
}

/// The kernel counts in hundredths.
fn computed(id: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace().skip(11).take(2));
    fields.into_iter().flatten().map(|ticks| ticks.parse::<f64>().unwrap_or(0.0) / 100.0).sum()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

fn children(parent: u32) -> Vec<u32> {
    let ids = fs::read_dir("/proc").unwrap().flatten();
    ids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| stat(*id).is_some_and(|(_, its_parent)| its_parent == parent))
        .collect()
}

/// Someone who is dead and not yet buried counts as dead.
fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| state != 'Z')
}

fn stat(id: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
