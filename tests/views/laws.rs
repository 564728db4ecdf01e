//! What holds on every engine: once, in order, each stopping alone.

use crate::{
    engines::{Place, on_every_engine},
    log::{Log, Somebody},
};
use chrono::Utc;
use domain::{PaymentId, receipt::ReceiptNumber, user::Role};
use projections::{exams, patients, payments, prescriptions, receipts, takings, tills, users, work_items};
use uuid::Uuid;

on_every_engine!(
    events_told_twice_count_once,
    a_poison_event_stops_its_projector_alone,
    poison_in_the_middle_of_a_batch_is_found_where_it_lies,
    a_hole_stops_every_projector_before_it,
    an_event_that_nobody_can_read_stops_every_projector,
    every_query_is_understood,
    odd_texts_come_back_as_they_were,
    a_moment_shows_one_position,
    a_reader_waits_for_what_he_has_seen,
);

async fn events_told_twice_count_once(place: Place) {
    let log = Log::default();
    log.paid_prescription().await;
    let events = log.all().await;
    let mut models = place.open().await;
    models.apply(&events).await;
    models.apply(&events).await;
    assert_eq!(models.taken().await, 1_500);
    drop(models);
    // And after a restart from the checkpoint.
    let mut models = place.open().await;
    assert_eq!((models.next(), models.position()), (3, 3));
    models.apply(&events).await;
    assert_eq!(models.taken().await, 1_500);
}

async fn a_poison_event_stops_its_projector_alone(place: Place) {
    let log = Log::default();
    log.user("one").await;
    // The same user a second time: no decision writes that, and the table can't take it.
    log.user("two").await;
    log.paid_prescription().await;
    let mut models = place.open().await;
    models.apply(&log.all().await).await;
    let stopped = models.stopped();
    assert_eq!(stopped.len(), 1);
    assert_eq!((stopped[0].name, stopped[0].position), ("users", 2));
    assert_eq!(models.taken().await, 1_500, "the takings go on");
    assert_eq!((models.position(), models.next()), (1, 5), "complete up to 1, and not held back");
}

async fn poison_in_the_middle_of_a_batch_is_found_where_it_lies(place: Place) {
    let log = Log::default();
    log.user("one").await;
    for _ in 0..30 {
        log.paid_prescription().await;
    }
    log.user("two").await;
    for _ in 0..30 {
        log.paid_prescription().await;
    }
    let mut models = place.open().await;
    models.apply(&log.all().await).await;
    let stopped = models.stopped();
    assert_eq!(stopped.len(), 1, "{stopped:?}");
    assert_eq!((stopped[0].name, stopped[0].position), ("users", 92));
    assert_eq!(models.taken().await, 60 * 1_500);
    assert_eq!((models.position(), models.next()), (91, 182));
}

async fn a_hole_stops_every_projector_before_it(place: Place) {
    let log = Log::default();
    log.paid_prescription().await;
    log.paid_prescription().await;
    let mut events = log.all().await;
    events.remove(3);
    let mut models = place.open().await;
    models.apply(&events).await;
    assert_eq!(models.stopped().len(), projections::ALL.len());
    assert_eq!((models.position(), models.taken().await), (3, 1_500));
}

async fn an_event_that_nobody_can_read_stops_every_projector(place: Place) {
    let log = Log::default();
    log.paid_prescription().await;
    let mut events = log.all().await;
    events[1].name = "prescription-paid.v9".into();
    let mut models = place.open().await;
    models.apply(&events).await;
    let stopped = models.stopped();
    assert_eq!(stopped.len(), projections::ALL.len());
    assert!(stopped.iter().all(|s| s.position == 2 && s.reason.contains("prescription-paid.v9")));
}

/// Each query once, with and without what may be left out: types differ among engines.
async fn every_query_is_understood(place: Place) {
    let log = Log::default();
    log.user("one").await;
    let patient = log.patient().await;
    log.paid_prescription().await;
    let mut models = place.open().await;
    models.apply_for(&log.all().await, &Somebody("Ama".into())).await;
    let (views, day, nobody) = (&models.views, "2026-11-24".parse().unwrap(), Uuid::nil());
    let id = domain::UserId::of_username("one");
    assert_eq!(views.fetch(users::by_id(id)).await.unwrap()[0].role, Role::Cashier.code());
    assert_eq!(views.fetch(users::all()).await.unwrap().len(), 1);
    assert_eq!(views.fetch(exams::all(day)).await.unwrap().len(), 0);
    assert_eq!(views.fetch(patients::by_id(patient)).await.unwrap()[0].first_name, "Ama");
    assert_eq!(views.fetch(patients::search("ama")).await.unwrap().len(), 1);
    assert_eq!(views.fetch(patients::search("zoe")).await.unwrap().len(), 0);
    assert!(views.fetch(patients::erased()).await.unwrap().is_empty());
    let paid = views.fetch(prescriptions::search(Some("PAID"), "")).await.unwrap();
    assert_eq!((paid.len(), paid[0].paid_amount.francs()), (1, 1_500));
    assert_eq!(views.fetch(prescriptions::search(None, "ord-")).await.unwrap().len(), 1);
    let prescription = domain::PrescriptionId(paid[0].id);
    assert_eq!(views.fetch(prescriptions::by_id(prescription)).await.unwrap().len(), 1);
    assert_eq!(views.fetch(prescriptions::lines(prescription)).await.unwrap().len(), 1);
    let today = quittance_day(&log).await;
    assert_eq!(views.first(prescriptions::registered_on(today)).await.unwrap(), Some(1));
    assert_eq!(views.first(prescriptions::registered_on(day.pred_opt().unwrap())).await.unwrap(), Some(0));
    for cashier in [None, Some(id.0)] {
        assert_eq!(views.fetch(receipts::of_day(day, cashier, 0, 10)).await.unwrap().len(), 1);
        assert_eq!(views.fetch(takings::of_day(day, cashier)).await.unwrap()[0].amount(), 1_500);
        assert!(views.fetch(payments::in_state("PAID", cashier)).await.unwrap().is_empty());
    }
    let number = ReceiptNumber { series: "R".into(), year: 2026, number: 1 };
    assert_eq!(views.fetch(receipts::by_number(&number)).await.unwrap()[0].cashier, "B A");
    assert!(views.fetch(receipts::of_day(day, Some(nobody), 0, 10)).await.unwrap().is_empty());
    assert!(views.fetch(receipts::of_payment(PaymentId(nobody))).await.unwrap().is_empty());
    assert!(views.fetch(payments::by_id(PaymentId(nobody))).await.unwrap().is_empty());
    assert!(views.fetch(payments::of_prescription(prescription)).await.unwrap().is_empty());
    assert!(views.fetch(payments::watched(Utc::now())).await.unwrap().is_empty());
    assert!(views.fetch(tills::of_cashier(None)).await.unwrap().is_empty());
    assert!(views.fetch(tills::of_cashier(Some(id))).await.unwrap().is_empty());
    assert!(views.fetch(work_items::open()).await.unwrap().is_empty());
    assert_eq!(views.first(work_items::count()).await.unwrap(), Some(0));
}

async fn quittance_day(log: &Log) -> chrono::NaiveDate {
    crate::log::clock().day(log.all().await[0].recorded_at)
}

async fn odd_texts_come_back_as_they_were(place: Place) {
    let log = Log::default();
    let odd = r#"D'Almeida \ "x"; drop table users; -- $1 é 日本 '' \'"#;
    log.named("one", odd).await;
    log.patient().await;
    let mut models = place.open().await;
    models.apply_for(&log.all().await, &Somebody(odd.into())).await;
    assert_eq!(models.stopped().len(), 0);
    assert_eq!(models.views.fetch(users::all()).await.unwrap()[0].first_name, odd);
    assert_eq!(models.views.fetch(patients::search("almeida")).await.unwrap()[0].first_name, odd);
}

async fn a_moment_shows_one_position(place: Place) {
    let log = Log::default();
    log.paid_prescription().await;
    let mut models = place.open().await;
    models.apply(&log.all().await).await;
    let mut moment = models.views.moment().await.unwrap();
    log.paid_prescription().await;
    models.apply(&log.all().await).await;
    let day = "2026-11-24".parse().unwrap();
    let then = moment.fetch(receipts::of_day(day, None, 0, 1_000)).await.unwrap();
    let taken: i64 = moment.fetch(takings::of_day(day, None)).await.unwrap().iter().map(|t| t.amount()).sum();
    assert_eq!((moment.position, then.len(), taken), (3, 1, 1_500));
    drop(moment);
    let moment = models.views.moment().await.unwrap();
    assert_eq!((moment.position, models.taken().await), (6, 3_000));
}

async fn a_reader_waits_for_what_he_has_seen(place: Place) {
    let log = Log::default();
    log.paid_prescription().await;
    let mut models = place.open().await;
    let (views, patience) = (models.views.clone(), std::time::Duration::from_secs(10));
    let waiting = tokio::spawn(async move { views.reach(3, patience).await });
    models.apply(&log.all().await).await;
    waiting.await.unwrap().unwrap();
    assert!(models.views.reach(4, std::time::Duration::ZERO).await.is_err());
}
