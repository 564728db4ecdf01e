//! What holds on every engine: once, in order, each stopping alone.

use crate::{
    engines::{Place, on_every_engine},
    log::{Log, Somebody},
};
use chrono::Utc;
use domain::{PaymentId, receipt::ReceiptNumber, user::Role};
use projections::{
    deposits, duplicata, exams, patients, payments, prescriptions, receipts, refunds, takings, tills,
    transfers, users, work_items,
};
use uuid::Uuid;

on_every_engine!(
    events_told_twice_count_once,
    what_goes_back_counts_once_and_the_advance_before_the_rest,
    a_poison_event_stops_its_projector_alone,
    poison_in_the_middle_of_a_batch_is_found_where_it_lies,
    a_hole_stops_every_projector_before_it,
    an_event_that_nobody_can_read_stops_every_projector,
    every_query_is_understood,
    a_till_its_transfers_and_its_deposits_are_read_as_they_happened,
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

async fn what_goes_back_counts_once_and_the_advance_before_the_rest(place: Place) {
    let log = Log::default();
    log.user("one").await;
    let payment = log.overpaid().await;
    let mut models = place.open().await;
    let mut seen = vec![];
    for (applied, advance, kinds, refunded) in [(0, 300, vec!["advance"], 300), (500, 200, vec![], 1_000)] {
        seen.push(log.given_back(payment, applied, advance).await);
        for _ in 0..2 {
            models.apply(&log.all().await).await;
        }
        assert_eq!(models.stopped().len(), 0, "{:?}", models.stopped());
        let items = models.views.fetch(work_items::open()).await.unwrap();
        assert_eq!(items.iter().map(|item| item.kind.as_str()).collect::<Vec<_>>(), kinds);
        let receipt = &models.views.fetch(receipts::of_payment(payment)).await.unwrap()[0];
        assert_eq!((receipt.refunded.francs(), receipt.mark), (refunded, Some("PARTLY_REFUNDED")));
    }
    let done = models.views.fetch(refunds::in_state(Some("COMPLETED"), None)).await.unwrap();
    let slips: Vec<_> = done.iter().map(|refund| (refund.id, refund.slip_number.as_deref())).collect();
    assert_eq!(slips, [(seen[1].0, Some("B-2026-000002")), (seen[0].0, Some("B-2026-000001"))]);
    assert_eq!(
        (done[0].requested_by.as_str(), done[0].receipt_number.as_deref()),
        ("B A", Some("R-2026-000001"))
    );
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
    let nothing = domain::RefundId(nobody);
    for user in [None, Some(nobody)] {
        assert!(views.fetch(refunds::by_id(nothing, user)).await.unwrap().is_empty());
        assert!(views.fetch(refunds::in_state(None, user)).await.unwrap().is_empty());
        assert!(views.fetch(refunds::in_state(Some("APPROVED"), user)).await.unwrap().is_empty());
    }
    assert!(views.fetch(duplicata::copies(&number)).await.unwrap().is_empty());
    assert!(views.fetch(work_items::open()).await.unwrap().is_empty());
    assert_eq!(views.first(work_items::count()).await.unwrap(), Some(0));
}

async fn a_till_its_transfers_and_its_deposits_are_read_as_they_happened(place: Place) {
    let log = Log::default();
    log.user("one").await;
    let id = log.counted_till().await;
    let mut models = place.open().await;
    models.apply(&log.all().await).await;
    let (views, one) = (&models.views, domain::UserId::of_username("one"));
    assert_eq!(models.stopped().len(), 0);
    let till = views.first(tills::by_id(id)).await.unwrap().unwrap();
    let sums =
        tills::Sums { taken: 1_500, paid_out: 0, sent: 70, received: 0, returned: 0, deposited: 2_000 };
    assert_eq!((till.state.as_str(), till.expected, till.sums), ("CLOSED", Some(4_430), Some(sums)));
    assert_eq!(
        (till.difference, till.signed_by, till.note.as_deref()),
        (Some(-2_430), Some(one.0), Some("manque"))
    );
    assert_eq!((till.count.unwrap().total().unwrap().francs(), till.cashier.as_str()), (2_000, "B A"));
    assert_eq!(views.fetch(tills::of_cashier(Some(one))).await.unwrap().len(), 2);
    let open = views.fetch(tills::open_desks()).await.unwrap();
    assert_eq!((open.len(), open[0].desk.as_str()), (1, "Guichet"));
    let of_till = views.fetch(transfers::of_till(id)).await.unwrap();
    assert_eq!((of_till.len(), of_till[0].state.as_str(), of_till[0].amount.francs()), (1, "ACCEPTED", 70));
    for (state, cashier, found) in [
        (None, None, 1),
        (Some("ACCEPTED"), Some(one), 1),
        (Some("SENT"), None, 0),
        (None, Some(domain::UserId(Uuid::nil())), 0),
    ] {
        assert_eq!(views.fetch(transfers::in_state(state, cashier)).await.unwrap().len(), found);
    }
    let slips = views.fetch(deposits::of_till(id)).await.unwrap();
    assert_eq!(
        (slips[0].slip_number.as_str(), slips[0].day.to_string().as_str()),
        ("V-2026-000001", "2026-11-24")
    );
    for (state, giver, found) in [(None, None, 1), (Some("MADE"), Some(one), 1), (Some("PROVEN"), None, 0)] {
        assert_eq!(views.fetch(deposits::in_state(state, giver)).await.unwrap().len(), found);
    }
    let unproven = views.fetch(deposits::unproven()).await.unwrap();
    assert_eq!((unproven.len(), unproven[0].amount, unproven[0].slips), (1, 2_000, 1));
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
