//! Third-party payers: their part is fixed before money comes, to the franc, and its proof is sealed.

use crate::{desk::Desk, server::Answer};
use serde_json::{Value, json};

fn amounts(quittance: &Value) -> [i64; 5] {
    ["totalAmount", "coveredAmount", "relievedAmount", "paidAmount", "dueAmount"]
        .map(|field| quittance[field].as_i64().unwrap())
}

/// 10,000 francs of which INAM bears 2,000 and 4,000 were paid in cash.
async fn two_of_three_tenders(desk: &Desk) -> String {
    desk.insurer("INAM", 20).await;
    let bill = desk.bill(&[10_000]).await;
    let covered = desk.cover(&bill, "INAM").await;
    assert_eq!(covered.status, 201, "{}", covered.text);
    assert_eq!(
        (&covered.json["coveredAmount"], &covered.json["patientAmount"]),
        (&2_000.into(), &8_000.into())
    );
    assert_eq!(desk.part(&bill, 4_000).await.status, 201);
    bill
}

#[tokio::test]
async fn cash_flooz_and_an_insurer_are_three_tenders_and_one_quittance() {
    let desk = Desk::open().await;
    let bill = two_of_three_tenders(&desk).await;
    let payment = desk.flooz(&bill, 4_000, "99 12 34 00").await;
    desk.cashier.until(&payment, "SUCCESS").await;
    let quittance = desk.quittance(&bill).await;
    assert_eq!(amounts(&quittance), [10_000, 2_000, 0, 8_000, 0]);
    assert_eq!(quittance["payer"], json!({"code": "INAM", "name": "INAM", "amount": 2_000}));
    let tenders = quittance["tenders"].as_array().unwrap();
    let told: Vec<_> = tenders.iter().map(|tender| (&tender["method"], &tender["amount"])).collect();
    assert_eq!(told, [(&json!("CASH"), &json!(4_000)), (&json!("FLOOZ"), &json!(4_000))]);
    for tender in tenders {
        let receipt = desk.receipt(tender["receiptNumber"].as_str().unwrap()).await;
        assert_eq!((&receipt["amount"], &receipt["day"]), (&tender["amount"], &tender["day"]));
    }
    assert_eq!(quittance["released"], true);
    assert_eq!(desk.shown(&bill).await["status"], "PAID");
    assert_eq!(desk.server.login("labo").await.start(&bill, 1).await.status, 200);
    assert_eq!(desk.admin.report().await["totalAmount"], 8_000, "the insurer's part is no money yet");
    desk.verified();
}

#[tokio::test]
async fn where_flooz_fails_the_rest_is_due_and_the_laboratory_waits() {
    let desk = Desk::open().await;
    let bill = two_of_three_tenders(&desk).await;
    let payment = desk.flooz(&bill, 4_000, "99 12 34 72").await;
    desk.cashier.until(&payment, "FAILED").await;
    let quittance = desk.quittance(&bill).await;
    assert_eq!(amounts(&quittance), [10_000, 2_000, 0, 4_000, 4_000]);
    assert_eq!((&quittance["released"], quittance["tenders"].as_array().unwrap().len()), (&false.into(), 1));
    assert_eq!(desk.shown(&bill).await["status"], "PARTIALLY_PAID");
    let labo = desk.server.login("labo").await;
    labo.start(&bill, 1).await.is(409, "not_released");
    assert!(labo.queue("PENDING").await.is_empty());
}

#[tokio::test]
async fn a_rate_counts_from_its_first_day_to_its_last() {
    let desk = Desk::open().await;
    desk.admin.post("/api/payers", json!({"code": "CNSS", "name": "CNSS"})).await;
    let today: chrono::NaiveDate = desk.admin.report().await["date"].as_str().unwrap().parse().unwrap();
    let (before, after) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
    desk.rate("CNSS", json!({"rate": 70, "from": after})).await;
    desk.rate("CNSS", json!({"rate": 60, "from": "2020-01-01", "to": before})).await;
    let bill = desk.bill(&[1_000]).await;
    desk.cover(&bill, "CNSS").await.is(409, "nothing_covered");
    desk.rate("CNSS", json!({"rate": 50, "from": today, "to": today})).await;
    assert_eq!(desk.cover(&bill, "CNSS").await.json["coveredAmount"], 500, "both its days are in it");
    // The exam's own rate goes before the one for all others, and a later one before an earlier.
    desk.rate("CNSS", json!({"rate": 90, "examId": desk.exam})).await;
    desk.rate("CNSS", json!({"rate": 40})).await;
    let other = desk.admin.exam("VS", 1_000).await;
    let body = json!({"patientId": desk.patient, "exams": [{"examId": desk.exam, "price": 1_000},
        {"examId": other}]});
    let both = desk.admin.post("/api/prescriptions", body).await.text_of("id");
    assert_eq!(desk.cover(&both, "CNSS").await.json["coveredAmount"], 900 + 400);
    let lines: Vec<_> = desk.quittance(&both).await["lines"].as_array().unwrap().clone();
    let parts: Vec<_> = lines.iter().map(|line| line["coveredAmount"].clone()).collect();
    assert_eq!(parts, [900, 400]);
    let wrong = json!({"rate": 10, "from": after, "to": today});
    let refused = desk.admin.post("/api/payers/CNSS/rates", wrong).await;
    assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/to".into()));
}

#[tokio::test]
async fn an_insurer_takes_over_once_and_before_money_comes() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 20).await;
    desk.insurer("CNSS", 30).await;
    let bill = desk.bill(&[10_000]).await;
    desk.cover(&bill, "PERSONNE").await.is(404, "insurer_not_found");
    assert_eq!(desk.cover(&bill, "INAM").await.status, 201);
    desk.cover(&bill, "CNSS").await.is(409, "already_covered");
    let paid = desk.bill(&[10_000]).await;
    assert_eq!(desk.part(&paid, 1).await.status, 201);
    desk.cover(&paid, "INAM").await.is(409, "too_late_to_cover");
    let asked = desk.bill(&[10_000]).await;
    desk.flooz(&asked, 1_000, crate::desk::NEVER_ANSWERS).await;
    desk.cover(&asked, "INAM").await.is(409, "attempt_live");
    let forgiven = desk.bill(&[10_000]).await;
    let relief = desk.exemption(&forgiven, Some(1_000)).await;
    assert_eq!(desk.admin.grant(&relief).await.status, 200);
    desk.cover(&forgiven, "INAM").await.is(409, "too_late_to_cover");
}

#[tokio::test]
async fn what_an_insurer_bears_in_full_is_released_without_a_receipt() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 100).await;
    let bill = desk.bill(&[1_500, 2_500]).await;
    assert_eq!(desk.cover(&bill, "inam").await.json["patientAmount"], 0);
    let shown = desk.shown(&bill).await;
    assert_eq!(
        (&shown["status"], &shown["payer"], &shown["dueAmount"]),
        (&"PAID".into(), &"INAM".into(), &0.into())
    );
    assert_eq!(desk.server.login("labo").await.start(&bill, 2).await.status, 200);
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
    desk.cashier.cash(&bill, 4_000).await.is(409, "already_paid");
}

#[tokio::test]
async fn the_parts_of_all_who_bear_it_are_the_price_at_every_rate() {
    let desk = Desk::open().await;
    let prices = [1, 99, 333, 1_999, 10_001];
    for rate in [0_u8, 1, 33, 50, 67, 80, 99, 100] {
        let code = format!("P{rate}");
        desk.insurer(&code, rate).await;
        let bill = desk.bill(&prices).await;
        let covered = desk.cover(&bill, &code).await;
        if rate == 0 {
            covered.is(409, "nothing_covered");
            continue;
        }
        let insurers: i64 = prices.iter().map(|price| price * i64::from(rate) / 100).sum();
        assert_eq!(covered.json["coveredAmount"], insurers, "{rate} %");
        let rest = 12_433 - insurers;
        if rest > 0 {
            let relief = desk.exemption(&bill, Some(rest / 3 + 1)).await;
            assert_eq!(desk.admin.grant(&relief).await.status, 200);
        }
        let forgiven = if rest > 0 { rest / 3 + 1 } else { 0 };
        if rest > forgiven {
            assert_eq!(desk.cashier.cash(&bill, rest).await.json["amount"], rest - forgiven);
        }
        let quittance = desk.quittance(&bill).await;
        assert_eq!(amounts(&quittance), [12_433, insurers, forgiven, rest - forgiven, 0], "{rate} %");
    }
}

#[tokio::test]
async fn the_same_key_covers_once_and_is_answered_as_the_first_time() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 80).await;
    let bill = desk.bill(&[10_000]).await;
    let path = format!("/api/prescriptions/{bill}/coverage");
    let body = json!({"payer": "INAM", "cardNumber": "1", "voucher": "2"});
    let first = desk.cashier.post_once(&path, "k1", body.clone()).await;
    assert_eq!(desk.part(&bill, 500).await.status, 201);
    let second = desk.cashier.post_once(&path, "k1", body).await;
    assert_eq!((first.status, second.status, &first.json), (201, 201, &second.json), "{}", second.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(desk.shown(&bill).await["coveredAmount"], 8_000);
}

#[tokio::test]
async fn card_and_voucher_stand_nowhere_in_clear() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 20).await;
    let bill = desk.bill(&[10_000]).await;
    let (card, voucher) = ("CARTE-KVAR-7719", "BON-ZEPHYR-31");
    let body = json!({"payer": "INAM", "cardNumber": card, "voucher": voucher});
    let covered = desk.cashier.post(&format!("/api/prescriptions/{bill}/coverage"), body).await;
    assert_eq!(covered.status, 201);
    let quittance = desk.cashier.get(&format!("/api/prescriptions/{bill}/quittance")).await;
    let shown = desk.cashier.get(&format!("/api/prescriptions/{bill}")).await;
    let hidden = |text: &[u8]| {
        let has = |word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
        !has(card) && !has(voucher)
    };
    let told: [&Answer; 3] = [&covered, &quittance, &shown];
    assert!(told.iter().all(|answer| hidden(answer.text.as_bytes())));
    let files: Vec<_> =
        std::fs::read_dir(&desk.server.dir).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.ends_with("ledger.db")), "{files:?}");
    for file in files.iter().filter(|file| file.is_file()) {
        assert!(hidden(&std::fs::read(file).unwrap()), "{}", file.display());
    }
}

#[tokio::test]
async fn no_card_is_kept_of_a_patient_who_was_erased() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 20).await;
    let bill = desk.bill(&[10_000]).await;
    let path = format!("/api/patients/{}", desk.patient);
    let erased = desk.admin.send(desk.admin.request(reqwest::Method::DELETE, &path)).await;
    assert_eq!(erased.status, 200);
    desk.cover(&bill, "INAM").await.is(409, "patient_erased");
    assert_eq!(desk.quittance(&bill).await["patientName"], "effacé");
}

/// A coverage is taken back.
async fn withdraw(desk: &Desk, bill: &str) -> Answer {
    let body = json!({"reason": "Carte d’un autre organisme"});
    desk.cashier.post(&format!("/api/prescriptions/{bill}/coverage/withdraw"), body).await
}

async fn balance(desk: &Desk, account: &str) -> i64 {
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    let books =
        desk.admin.get(&format!("/api/reports/trial-balance?startDate={today}&endDate={today}")).await;
    let accounts = books.json["accounts"].as_array().unwrap_or_else(|| panic!("{}", books.text)).clone();
    let after = accounts.iter().find(|line| line["account"] == account).map(|line| line["after"].clone());
    after.and_then(|after| after.as_i64()).unwrap_or(0)
}

#[tokio::test]
async fn a_wrong_coverage_is_taken_back_and_the_right_one_takes_its_place() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 80).await;
    desk.insurer("CNSS", 30).await;
    let bill = desk.bill(&[10_000]).await;
    withdraw(&desk, &bill).await.is(404, "coverage_not_found");
    assert_eq!(desk.cover(&bill, "INAM").await.status, 201);
    assert_eq!((balance(&desk, "4114").await, balance(&desk, "4111").await), (8_000, 2_000));
    let back = withdraw(&desk, &bill).await;
    let told = json!({"prescriptionId": bill, "payer": "INAM", "withdrawnAmount": 8_000});
    assert_eq!((back.status, &back.json), (200, &told), "{}", back.text);
    assert_eq!((balance(&desk, "4114").await, balance(&desk, "4111").await), (0, 10_000));
    let shown = desk.shown(&bill).await;
    assert_eq!(
        (&shown["dueAmount"], &shown["coveredAmount"], &shown["payer"], &shown["status"]),
        (&10_000.into(), &0.into(), &Value::Null, &"PENDING".into())
    );
    assert_eq!(shown["exams"][0]["coveredAmount"], 0);
    withdraw(&desk, &bill).await.is(404, "coverage_not_found");
    assert_eq!(desk.cover(&bill, "CNSS").await.json["patientAmount"], 7_000);
    assert_eq!(desk.cashier.cash(&bill, 7_000).await.status, 201);
    desk.verified();
}

#[tokio::test]
async fn once_money_came_a_refund_is_the_way_and_once_an_exam_began_there_is_none() {
    let desk = Desk::open().await;
    let bill = two_of_three_tenders(&desk).await;
    let late = withdraw(&desk, &bill).await;
    late.is(409, "too_late_to_withdraw");
    assert!(late.text.contains("Remboursez"), "{}", late.text);
    let asked = desk.bill(&[10_000]).await;
    assert_eq!(desk.cover(&asked, "INAM").await.status, 201);
    desk.flooz(&asked, 1_000, crate::desk::NEVER_ANSWERS).await;
    withdraw(&desk, &asked).await.is(409, "attempt_live");
    desk.insurer("TOUT", 100).await;
    let free = desk.bill(&[1_500]).await;
    assert_eq!(desk.cover(&free, "TOUT").await.status, 201);
    assert_eq!(desk.server.login("labo").await.start(&free, 1).await.status, 200);
    withdraw(&desk, &free).await.is(409, "too_late_to_withdraw");
    let without = json!({"reason": ""});
    let path = format!("/api/prescriptions/{free}/coverage/withdraw");
    assert_eq!(desk.cashier.post(&path, without).await.json["pointer"], "/reason");
}
