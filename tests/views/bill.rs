//! What became of prescriptions, on every engine: who bears them, how far work is, what was performed.

use crate::{
    engines::{Models, Place, on_every_engine},
    log::{Log, Somebody},
};
use chrono::{DateTime, Utc};
use domain::{
    Event, ExamId, Money, PatientId, PaymentId, PrescriptionId, ReliefId, Sealed, StreamId, UserId, exam,
    payer::{self, Rate},
    prescription::{
        self, AttemptClosed, AttemptOpened, Covered, ExamCompleted, ExamStarted, Line, Paid, Registered,
        Relieved,
    },
    relief::{self, Kind},
};
use projections::{
    activity, payers, prescriptions,
    prescriptions::queue::{self, State},
    receipts, reliefs, work_items,
};
use uuid::Uuid;

on_every_engine!(
    money_and_work_move_a_prescription_through_its_statuses,
    an_attempt_that_other_money_overtook_is_shown_until_it_ends,
    an_exam_counts_on_the_day_on_which_it_is_done,
    a_relief_waits_until_a_second_person_has_decided,
    payers_and_their_rates_are_shown,
);

fn money(francs: i64) -> Money {
    Money::new(francs).unwrap()
}

fn technician() -> UserId {
    UserId::of_username("one")
}

/// A prescription of these prices for the exam `NFS`.
fn registered(prices: &[i64]) -> (PrescriptionId, Event) {
    let exam = ExamId::of_code("NFS");
    let lines = prices.iter().map(|price| Line { exam, price: money(*price), listed: None }).collect();
    let total = money(prices.iter().sum());
    let patient = PatientId(Uuid::now_v7());
    let fact = prescription::Event::from(Registered { patient, lines, total });
    (PrescriptionId(Uuid::now_v7()), fact.into())
}

/// The catalogue's one exam and the technician.
async fn house(log: &Log) {
    log.user("one").await;
    let listed =
        exam::Listed { code: "NFS".into(), name: "Numération".into(), category: "Hématologie".into() };
    log.write(StreamId::exam(ExamId::of_code("NFS")), exam::Event::from(listed)).await;
}

fn started(line: u32) -> prescription::Event {
    ExamStarted { line, exam: ExamId::of_code("NFS"), by: technician() }.into()
}

fn completed(line: u32, price: i64) -> prescription::Event {
    ExamCompleted { line, exam: ExamId::of_code("NFS"), price: money(price), by: technician() }.into()
}

/// How many lines wait, are under way, are done.
async fn queues(models: &Models, category: Option<&str>) -> [usize; 3] {
    let mut lengths = [0; 3];
    for (length, state) in lengths.iter_mut().zip([State::Pending, State::InProgress, State::Completed]) {
        *length = models.views.fetch(queue::of(state, category)).await.unwrap().len();
    }
    lengths
}

async fn money_and_work_move_a_prescription_through_its_statuses(place: Place) {
    let log = Log::default();
    house(&log).await;
    let (id, fact) = registered(&[1_000, 2_000]);
    let stream = StreamId::prescription(id);
    log.write(stream.clone(), fact).await;
    let evidence = Sealed { of: PatientId(Uuid::nil()), text: "sealed".into() };
    let parts = vec![money(200), money(400)];
    let covered = Covered { payer: "INAM".into(), parts, amount: money(600), evidence };
    let relieved = Relieved { relief: ReliefId(Uuid::now_v7()), amount: money(400) };
    let paid = |amount| Paid { payment: PaymentId(Uuid::now_v7()), amount: money(amount) };
    let mut models = place.open().await;
    let told: [(prescription::Event, &str, i64, [usize; 3]); 8] = [
        (covered.into(), "PENDING", 2_400, [0, 0, 0]),
        (paid(500).into(), "PARTIALLY_PAID", 1_900, [0, 0, 0]),
        (relieved.into(), "PARTIALLY_PAID", 1_500, [0, 0, 0]),
        (paid(1_500).into(), "PAID", 0, [2, 0, 0]),
        (started(1), "IN_PROGRESS", 0, [1, 1, 0]),
        (completed(1, 1_000), "IN_PROGRESS", 0, [1, 0, 1]),
        (started(2), "IN_PROGRESS", 0, [0, 1, 1]),
        (completed(2, 2_000), "COMPLETED", 0, [0, 0, 2]),
    ];
    for (fact, status, due, lengths) in told {
        let name = fact.name();
        log.write(stream.clone(), fact).await;
        models.apply(&log.all().await).await;
        let shown = models.views.fetch(prescriptions::by_id(id)).await.unwrap().remove(0);
        assert_eq!((shown.status.as_str(), shown.due_amount.francs()), (status, due), "{name}");
        assert_eq!(queues(&models, None).await, lengths, "{name}");
        assert_eq!(queues(&models, Some("Hématologie")).await, lengths, "{name}");
        assert_eq!(queues(&models, Some("Radiologie")).await, [0, 0, 0], "{name}");
        let counts = models.views.first(queue::counts()).await.unwrap().unwrap();
        assert_eq!(counts, (lengths[0] as i64, lengths[1] as i64), "{name}");
    }
    let shown = models.views.fetch(prescriptions::by_id(id)).await.unwrap().remove(0);
    assert_eq!((shown.covered_amount.francs(), shown.payer.as_deref()), (600, Some("INAM")));
    let lines = models.views.fetch(prescriptions::lines(id)).await.unwrap();
    let borne: Vec<_> = lines.iter().map(|line| (line.line, line.covered_amount.francs())).collect();
    assert_eq!(borne, [(1, 200), (2, 400)]);
    assert!(lines.iter().all(|line| line.technician.as_deref() == Some("B A") && line.started_at.is_some()));
    assert!(models.stopped().is_empty());
}

/// As long as it waits, nothing else is taken for what falls due again (rule 35).
async fn an_attempt_that_other_money_overtook_is_shown_until_it_ends(place: Place) {
    let log = Log::default();
    house(&log).await;
    let (id, fact) = registered(&[1_000]);
    let stream = StreamId::prescription(id);
    log.write(stream.clone(), fact).await;
    let (overtaken, other) = (PaymentId(Uuid::now_v7()), PaymentId(Uuid::now_v7()));
    let mut models = place.open().await;
    let told: [(prescription::Event, &str, Option<PaymentId>); 4] = [
        (AttemptOpened { payment: overtaken }.into(), "PENDING", Some(overtaken)),
        (Paid { payment: other, amount: money(1_000) }.into(), "PAID", Some(overtaken)),
        (AttemptClosed { payment: other }.into(), "PAID", Some(overtaken)),
        (AttemptClosed { payment: overtaken }.into(), "PAID", None),
    ];
    for (fact, status, live) in told {
        let name = fact.name();
        log.write(stream.clone(), fact).await;
        models.apply(&log.all().await).await;
        let shown = models.views.fetch(prescriptions::by_id(id)).await.unwrap().remove(0);
        let live = live.map(|payment| payment.to_string());
        assert_eq!((shown.status.as_str(), shown.live_payment_id), (status, live), "{name}");
    }
}

async fn an_exam_counts_on_the_day_on_which_it_is_done(place: Place) {
    let log = Log::default();
    house(&log).await;
    let (id, fact) = registered(&[1_000, 2_000, 4_000]);
    log.write(StreamId::prescription(id), fact).await;
    for (line, price) in [(1, 1_000), (2, 2_000), (3, 4_000)] {
        log.write(StreamId::prescription(id), completed(line, price)).await;
    }
    let mut events = log.all().await;
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let times = ["2026-11-23T23:59:59.999999Z", "2026-11-24T00:00:00Z", "2026-11-24T23:59:59.999Z"];
    for (event, time) in events.iter_mut().skip(3).zip(times) {
        event.recorded_at = at(time);
    }
    let mut models = place.open().await;
    models.apply(&events).await;
    let revenue = async |first: &str, last: &str, category: Option<&str>| {
        let query = activity::between(first.parse().unwrap(), last.parse().unwrap(), category);
        let rows = models.views.fetch(query).await.unwrap();
        rows.iter().map(|row| row.revenue).sum::<i64>()
    };
    assert_eq!(revenue("2026-11-23", "2026-11-23", None).await, 1_000);
    assert_eq!(revenue("2026-11-24", "2026-11-24", Some("Hématologie")).await, 6_000);
    assert_eq!(revenue("2026-11-23", "2026-11-24", None).await, 7_000);
    assert_eq!(revenue("2026-11-25", "2026-11-30", None).await, 0);
    assert_eq!(revenue("2026-11-24", "2026-11-24", Some("Radiologie")).await, 0);
    let day = "2026-11-24".parse().unwrap();
    assert_eq!(models.views.first(activity::completed_on(day)).await.unwrap(), Some(2));
    let query = activity::between("2026-11-23".parse().unwrap(), day, None);
    let rows = models.views.fetch(query).await.unwrap();
    assert_eq!((rows.len(), rows[0].completed, rows[0].technician_name.as_str()), (1, 3, "B A"));
}

async fn a_relief_waits_until_a_second_person_has_decided(place: Place) {
    let log = Log::default();
    house(&log).await;
    let (prescription, fact) = registered(&[1_000]);
    log.write(StreamId::prescription(prescription), fact).await;
    let ids = [ReliefId(Uuid::now_v7()), ReliefId(Uuid::now_v7())];
    for id in ids {
        let asked = relief::Requested {
            prescription,
            kind: Kind::Exemption,
            amount: money(500),
            reason: "Indigent".into(),
            by: technician(),
        };
        log.write(StreamId::relief(id), relief::Event::from(asked)).await;
    }
    let mut models = place.open().await;
    models.apply(&log.all().await).await;
    let count = async |models: &Models, state: &str, by: Option<Uuid>| {
        models.views.fetch(reliefs::in_state(state, by)).await.unwrap().len()
    };
    assert_eq!(count(&models, "REQUESTED", Some(technician().0)).await, 2);
    assert_eq!(count(&models, "REQUESTED", Some(Uuid::nil())).await, 0);
    let items = models.views.fetch(work_items::open()).await.unwrap();
    let waiting: Vec<_> = items.iter().map(|item| item.reference.clone().unwrap()).collect();
    assert_eq!(waiting, [ids[1].to_string(), ids[0].to_string()]);
    let by = UserId::of_username("two");
    log.write(StreamId::relief(ids[0]), relief::Event::from(relief::Granted { by })).await;
    let issued = relief::VoucherIssued {
        relief: ids[0],
        prescription,
        patient: PatientId(Uuid::nil()),
        kind: Kind::Exemption,
        amount: money(500),
        by,
        day: "2026-11-24".parse().unwrap(),
    };
    log.write(StreamId::vouchers("E", 2026), relief::Event::from(issued)).await;
    let rejected = relief::Rejected { by, reason: "Non".into() };
    log.write(StreamId::relief(ids[1]), relief::Event::from(rejected)).await;
    models.apply(&log.all().await).await;
    let granted = models.views.fetch(reliefs::granted_for(prescription)).await.unwrap();
    assert_eq!((granted.len(), granted[0].voucher_number.as_deref()), (1, Some("E-2026-000001")));
    assert_eq!((count(&models, "REQUESTED", None).await, count(&models, "REJECTED", None).await), (0, 1));
    assert_eq!(models.views.first(work_items::count()).await.unwrap(), Some(0));
    assert!(models.views.fetch(receipts::of_prescription(prescription)).await.unwrap().is_empty());
}

async fn payers_and_their_rates_are_shown(place: Place) {
    let log = Log::default();
    house(&log).await;
    let listed = payer::Listed { code: "INAM".into(), name: "Institut".into() };
    log.write(StreamId::payer("INAM"), payer::Event::from(listed)).await;
    for (exam, rate, to) in [(None, 80, None), (Some(ExamId::of_code("NFS")), 90, Some("2026-12-31"))] {
        let rated = payer::Rated {
            exam,
            rate: Rate::try_from(rate).unwrap(),
            from: "2026-01-01".parse().unwrap(),
            to: to.map(|day| day.parse().unwrap()),
        };
        log.write(StreamId::payer("INAM"), payer::Event::from(rated)).await;
    }
    let mut models = place.open().await;
    models.apply_for(&log.all().await, &Somebody("Ama".into())).await;
    assert_eq!(models.views.fetch(payers::all()).await.unwrap()[0].name, "Institut");
    assert_eq!(models.views.fetch(payers::by_code("INAM")).await.unwrap().len(), 1);
    assert!(models.views.fetch(payers::by_code("CNSS")).await.unwrap().is_empty());
    let rates = models.views.fetch(payers::rates()).await.unwrap();
    let told: Vec<_> = rates.iter().map(|rate| (rate.exam.as_deref(), rate.rate, rate.to)).collect();
    assert_eq!(told, [(None, 80, None), (Some("NFS"), 90, Some("2026-12-31".parse().unwrap()))]);
}
