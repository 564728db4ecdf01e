//! A rebuild beside the models in use: compared, swapped, or kept aside and told.

use super::*;
use quittance::{
    follow,
    store::Store,
    views::{
        Progress,
        beside::{self, Stage},
        files,
    },
};
use std::time::Duration;

/// Models that are followed by a thread, as in a server.
struct House {
    log: Log,
    dir: TempDir,
    views: Views,
}

impl House {
    async fn of(payments: usize) -> Self {
        let (log, dir) = (Log::default(), TempDir::new().unwrap());
        log.user("one").await;
        for _ in 0..payments {
            log.paid_prescription().await;
        }
        let views = follow_in(&log, &dir);
        let house = Self { log, dir, views };
        house.reached().await;
        house
    }

    fn store(&self) -> Store {
        self.log.0.clone()
    }

    async fn reached(&self) {
        let head = *self.log.0.head().borrow();
        self.views.reach(head, Duration::from_secs(30)).await.unwrap();
    }

    /// Rebuilds, and waits for the end.
    async fn rebuild(&self) -> Stage {
        self.begin();
        self.end().await
    }

    fn begin(&self) {
        let views = self.views.clone();
        self.views.beside().start(self.store(), views, clock(), Arc::new(Nobody)).unwrap();
    }

    async fn end(&self) -> Stage {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        while self.views.beside().runs() {
            assert!(tokio::time::Instant::now() < deadline, "the rebuild never ends");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.views.beside().report().state
    }

    fn current(&self) -> String {
        files::current(self.dir.path()).unwrap().file_name().unwrap().to_string_lossy().into_owned()
    }

    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> = names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.ends_with(".db"));
        names.sort();
        names
    }
}

fn follow_in(log: &Log, dir: &TempDir) -> Views {
    let (views, batch) = open(dir);
    follow::start(log.0.clone(), views.clone(), batch, clock(), Arc::new(Nobody)).unwrap();
    views
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_rebuild_is_swapped_in_while_money_is_taken() {
    let house = House::of(200).await;
    house.begin();
    let (mut paid, mut read) = (200, 0);
    while house.views.beside().runs() {
        house.log.paid_prescription().await;
        paid += 1;
        house.reached().await;
        assert_eq!(taken(&house.views).await, paid * 1_500, "every reader sees every receipt");
        read += 1;
    }
    assert_eq!(house.views.beside().report().state, Stage::Swapped, "{:?}", house.views.beside().report());
    assert!(read > 0);
    assert_eq!((house.current(), house.files()), ("views-1.db".into(), vec!["views-1.db".into()]));
    house.log.paid_prescription().await;
    house.reached().await;
    assert_eq!(taken(&house.views).await, (paid + 1) * 1_500, "and it goes on");
    assert_eq!(house.rebuild().await, Stage::Swapped);
    assert_eq!(house.current(), "views-2.db");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_ahead_of_the_models_in_use_is_swapped_all_the_same() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.user("one").await;
    let (views, mut batch) = open(&dir);
    let store: Store = log.0.clone();
    views.beside().start(store.clone(), views.clone(), clock(), Arc::new(Nobody)).unwrap();
    // Whoever moves the models is slow: when an offer comes, the last payment is not in them yet.
    while views.beside().runs() {
        log.paid_prescription().await;
        if tokio::time::timeout(Duration::from_millis(100), views.beside().woken()).await.is_ok() {
            beside::swap(&store, &views, &mut batch, clock(), &Nobody).await;
        } else {
            let head = *store.head().borrow();
            follow::catch_up(&store, &views, &mut batch, head, clock(), &Nobody).await.unwrap();
        }
    }
    assert_eq!(views.beside().report().state, Stage::Swapped, "{:?}", views.beside().report());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_that_began_before_the_swap_ends_in_peace() {
    let house = House::of(20).await;
    let mut moment = house.views.moment().await.unwrap();
    assert_eq!(house.rebuild().await, Stage::Swapped);
    house.log.paid_prescription().await;
    house.reached().await;
    let day = "2026-11-24".parse().unwrap();
    let then = moment.fetch(projections::takings::of_day(day, None)).await.unwrap();
    assert_eq!(then[0].amount(), 20 * 1_500, "as it was");
    assert_eq!(taken(&house.views).await, 21 * 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctored_row_keeps_the_rebuild_out_and_is_told() {
    let house = House::of(50).await;
    let by_hand = rusqlite::Connection::open(house.dir.path().join("views.db")).unwrap();
    by_hand.execute("update receipts set amount = amount + 1 where number = 7", []).unwrap();
    by_hand.execute("delete from prescription_days", []).unwrap();
    drop(by_hand);
    assert_eq!(house.rebuild().await, Stage::Differs);
    let report = house.views.beside().report();
    let told: Vec<_> =
        report.differences.iter().map(|one| (one.table.as_str(), one.unexplained, one.missing)).collect();
    assert_eq!(told, [("prescription_days", 0, 1), ("receipts", 1, 1)]);
    assert_eq!(report.differences[1].keys, ["R/2026/7"]);
    assert_eq!(
        (house.current(), house.files()),
        ("views.db".into(), vec!["views-differ.db".into(), "views.db".into()])
    );
    // Told again after a restart; no name of a patient lies in the file that nobody cleans.
    let again = Views::open(house.dir.path()).unwrap().0.beside().report();
    assert_eq!((again.state, again.differences), (Stage::Differs, report.differences));
    let aside = rusqlite::Connection::open(house.dir.path().join("views-differ.db")).unwrap();
    assert!(aside.prepare("select * from patients").is_err());
    assert!(aside.prepare("select * from receipts").is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rebuild_at_a_time_and_it_can_be_stopped() {
    let house = House::of(50).await;
    house.begin();
    let (store, views) = (house.store(), house.views.clone());
    // Whether it still runs or not, a second one never runs beside it.
    let second = house.views.beside().start(store, views, clock(), Arc::new(Nobody));
    let ran = house.views.beside().stop();
    let state = house.end().await;
    assert!(second.is_err() || state == Stage::Swapped || state == Stage::Stopped);
    if ran && state == Stage::Stopped {
        assert_eq!(house.files(), ["views.db"], "nothing is left of it");
    }
    assert_eq!(house.rebuild().await, Stage::Swapped, "and the next one may run");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_rebuild_left_is_swept_up_and_the_file_in_use_stays() {
    let house = House::of(20).await;
    assert_eq!(house.rebuild().await, Stage::Swapped);
    let House { log, dir, views } = house;
    drop(views);
    for litter in [
        "views-2.db",
        "views-2.db-wal",
        "views-7.db-journal",
        "views.db",
        "views.db-wal",
        "views.current.new",
    ] {
        std::fs::write(dir.path().join(litter), b"cut off").unwrap();
    }
    let before = files::current(dir.path()).unwrap();
    let views = follow_in(&log, &dir);
    let house = House { log, dir, views };
    house.reached().await;
    assert_eq!(
        (files::current(house.dir.path()).unwrap(), house.files()),
        (before, vec!["views-1.db".into()])
    );
    assert_eq!(taken(&house.views).await, 20 * 1_500);
    assert_eq!(house.rebuild().await, Stage::Swapped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_stands_stands_in_the_rebuild_too() {
    let house = House::of(5).await;
    house.log.user("two").await;
    house.log.paid_prescription().await;
    let head = *house.log.0.head().borrow();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while house.views.standing().iter().all(|model| model.position < head) {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(house.rebuild().await, Stage::Swapped, "{:?}", house.views.beside().report());
    assert_eq!((house.views.stopped()[0].name, house.views.stopped()[0].position), ("users", 17));
    let done = house.views.beside().report().progress;
    assert_eq!(done, Progress { total: head, ..done });
}
