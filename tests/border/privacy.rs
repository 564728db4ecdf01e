//! A day with odd names, then a search of everything that the server has written or sent
//! (rules 40 and 44): no name, no phone, no secret where it has no business.

use crate::{
    callbacks,
    desk::Desk,
    search::Hidden,
    server::{Answer, Caller, Server, eventually},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;

const FIRST: &str = "Zéphyrine-Ǽlla";
const LAST: &str = "KVADRATNIKŒUR";
const OTHER: &str = "Bartolomeüs";
const EXAM: &str = "Wyvernotropine";
/// The patient's own phone.
const PATIENT: &str = "70468219";
/// The payer's: its last two digits choose what the simulator does.
const PAYER: &str = "935781";
const PASSWORD: &str = "passe-Ornithorynque-41";
const MISTYPED: &str = "passe-Ornithorynque-14";

#[tokio::test]
async fn a_day_at_info_leaves_no_name_phone_or_secret_behind() {
    day("info").await;
}

#[tokio::test]
async fn a_day_at_debug_leaves_no_name_phone_or_secret_behind() {
    day("debug").await;
}

#[tokio::test]
async fn a_day_at_trace_leaves_no_name_phone_or_secret_behind() {
    day("trace").await;
}

/// What was hidden, by what may know it.
struct Seeds {
    people: Hidden,
    payer: Hidden,
    exams: Hidden,
    secrets: Hidden,
}

/// Answers that must hold none of it.
#[derive(Default)]
struct Told(Vec<Answer>);

impl Told {
    fn keep(&mut self, answer: Answer) -> Answer {
        self.0.push(answer.clone());
        answer
    }
}

async fn day(level: &str) {
    let desk = Desk::on(Server::start_with(&[("RUST_LOG", level)]).await).await;
    let admin = desk.server.login("admin").await;
    let mut told = Told::default();
    let exam = exam(&admin, &mut told).await;
    let patient = patient(&desk.cashier, &mut told).await;
    let asked = money(&desk, &patient, &exam, &mut told).await;
    letters(&desk.server, &asked, &mut told).await;
    mistakes(&desk, &admin, &patient, &mut told).await;
    let seeds = seeds(&desk, &admin);
    search_answers(&desk, &admin, &seeds, &told).await;
    search_files(&desk.server, &seeds).await;
}

async fn exam(admin: &Caller, told: &mut Told) -> String {
    let body =
        json!({"code": "WYV", "name": format!("Dosage de {EXAM}"), "category": "Biochimie", "price": 2_500});
    told.keep(admin.post("/api/exams", body).await).text_of("id")
}

async fn patient(cashier: &Caller, told: &mut Told) -> String {
    let body =
        json!({"firstName": FIRST, "lastName": LAST, "birthDate": "1971-02-03", "phone": "+228 70 46 82 19"});
    let answer = told.keep(cashier.post("/api/patients", body).await);
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.text_of("id")
}

/// Cash, a mobile success, a refusal, a decline, a payer who is unknown; the success's reference.
async fn money(desk: &Desk, patient: &str, exam: &str, told: &mut Told) -> Answer {
    let cashier = &desk.cashier;
    let paid = cashier.prescription(patient, exam).await;
    assert_eq!(told.keep(cashier.cash(&paid, 3_000).await).status, 201);
    let mut success = None;
    for (digits, status, state) in
        [("71", 422, ""), ("97", 422, ""), ("72", 201, "DECLINED"), ("00", 201, "PAID")]
    {
        let prescription = cashier.prescription(patient, exam).await;
        let answer = told.keep(cashier.initiate(&prescription, &format!("{PAYER}{digits}")).await);
        assert_eq!(answer.status, status, "{digits}: {}", answer.text);
        if status == 201 {
            told.keep(cashier.until(&answer.text_of("paymentId"), state).await);
            success = Some(answer);
        }
    }
    success.unwrap()
}

/// Callbacks with a name and a phone in them: known, orphan, unreadable, rejected.
async fn letters(server: &Server, asked: &Answer, told: &mut Told) {
    let more = json!({"payerName": format!("{LAST} {FIRST}"), "phone_number": format!("228{PAYER}00"), "code": OTHER});
    let with = |reference: &str, id: &str| {
        let mut body = json!({"reference": reference, "transactionId": id, "status": "SUCCESS", "amount": 2_500, "currency": "XOF"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string().into_bytes()
    };
    let known = with(&asked.text_of("reference"), &asked.text_of("transactionId"));
    let orphan = with("Q0198aaaaaaaa7bbb8ccc0123456789ab", "TX-orphan");
    let unreadable = format!(r#"{{"nom":"{LAST}","tel":"{PAYER}42""#).into_bytes();
    for (body, status) in [(&known, 200), (&orphan, 200), (&unreadable, 200)] {
        let answer = told.keep(callbacks::post_signed(server, body).await);
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    for signature in [None, Some("00ff"), Some(LAST)] {
        // Headers are ASCII: the name's own letters are not what is tested here.
        let signature = signature.filter(|text| text.is_ascii());
        let answer = told.keep(callbacks::post(server, &known, signature).await);
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
}

/// Names and phones where they don't belong, wrong passwords, and a user who is added.
async fn mistakes(desk: &Desk, admin: &Caller, patient: &str, told: &mut Told) {
    let (cashier, anonymous) = (&desk.cashier, desk.server.anonymous());
    let phone = format!("+228{PAYER}42");
    let new = json!({"username": "ornitho", "password": PASSWORD, "firstName": "Ada", "lastName": "ESSAI", "role": "CASHIER"});
    assert_eq!(told.keep(admin.post("/api/users", new).await).status, 201);
    for (who, path, body) in [
        (&anonymous, "/api/auth/login", json!({"username": "ornitho", "password": MISTYPED})),
        (&anonymous, "/api/auth/login", json!({"username": LAST, "password": MISTYPED})),
        (&anonymous, "/api/auth/login", json!({"username": phone, "password": PASSWORD})),
        (&anonymous, "/api/receipts/verify", json!({"code": format!("{LAST} {phone}")})),
        (cashier, "/api/patients", json!({"firstName": FIRST, "lastName": LAST, "phone": OTHER})),
        (cashier, "/api/patients", json!({"firstName": FIRST, "lastName": LAST, "birthDate": LAST})),
        (cashier, "/api/patients", json!({"firstName": FIRST, "lastName": LAST, OTHER: phone})),
        (cashier, "/api/patients", json!({"firstName": FIRST, "lastName": LAST, "phone": "22 21 35 78"})),
        (cashier, "/api/payments/cash", json!({"prescriptionId": LAST, "amountTendered": phone})),
        (cashier, "/api/payments/cash", json!({"prescriptionId": patient, "amountTendered": LAST})),
        (
            cashier,
            "/api/payments/mobile-money/initiate",
            json!({"prescriptionId": patient, "provider": LAST, "phoneNumber": phone}),
        ),
        (
            cashier,
            "/api/payments/mobile-money/initiate",
            json!({"prescriptionId": patient, "provider": "TMONEY", "phoneNumber": FIRST}),
        ),
        (admin, "/api/exams", json!({"code": LAST, "name": FIRST, "category": OTHER, "price": phone})),
        (
            admin,
            "/api/users",
            json!({"username": FIRST, "password": PASSWORD, "firstName": FIRST, "lastName": LAST, "role": OTHER}),
        ),
    ] {
        let answer = told.keep(who.post(path, body.clone()).await);
        assert!((400..500).contains(&answer.status), "{path} {body}: {}", answer.text);
    }
    for path in [
        format!("/api/patients/{OTHER}"),
        format!("/api/receipts/{LAST}"),
        format!("/r/{LAST}"),
        format!("/api/prescriptions?status={LAST}"),
        format!("/api/reports/financial/daily?date={OTHER}"),
        format!("/api/{OTHER}/{PAYER}42"),
    ] {
        told.keep(cashier.get(&path).await);
    }
    assert_eq!(cashier.get(&format!("/api/patients?q={OTHER}{PAYER}42")).await.status, 200);
}

fn seeds(desk: &Desk, admin: &Caller) -> Seeds {
    let (mut people, mut payer, mut exams, mut secrets) =
        (Hidden::default(), Hidden::default(), Hidden::default(), Hidden::default());
    people.name("first name", FIRST).name("last name", LAST).name("other name", OTHER);
    people.phone("patient's phone", PATIENT);
    for digits in ["00", "42", "71", "72", "97"] {
        payer.phone("payer's phone", &format!("{PAYER}{digits}"));
    }
    exams.name("exam", EXAM);
    let server = &desk.server;
    for user in ["admin", "caisse1", "caisse2", "labo", "compta", "audit"] {
        secrets.secret("password", server.password(user).as_bytes());
    }
    let master = std::fs::read_to_string(server.dir.join("master.key")).unwrap();
    let master = BASE64_STANDARD.decode(master.trim()).unwrap();
    assert_eq!(master.len(), 32);
    secrets.secret("master key", &master).secret("password", PASSWORD.as_bytes());
    secrets.secret("mistyped password", MISTYPED.as_bytes());
    secrets.secret("secret key", server.provider.secret_key.as_bytes());
    secrets.secret("API key", server.provider.api_key.as_bytes());
    for token in [&desk.cashier, admin] {
        secrets.secret("token", token.token.as_ref().unwrap().as_bytes());
    }
    Seeds { people, payer, exams, secrets }
}

/// Error bodies, headers, health, metrics, QR texts, and what the provider was sent.
async fn search_answers(desk: &Desk, admin: &Caller, seeds: &Seeds, told: &Told) {
    let mut texts = vec![];
    for answer in &told.0 {
        let headers: Vec<_> =
            answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        texts.push(("answer", format!("{}\n{}", headers.join("\n"), answer.text)));
    }
    let cashier = &desk.cashier;
    texts.push(("health", cashier.get("/api/health").await.text));
    texts.push(("metrics", admin.get("/api/health/metrics").await.text));
    texts.push(("stats", cashier.get("/api/stats/global").await.text));
    let daily = admin.get("/api/reports/financial/daily").await;
    let payments = daily.json["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 2, "{}", daily.text);
    for payment in payments {
        let receipt =
            cashier.get(&format!("/api/receipts/{}", payment["receiptNumber"].as_str().unwrap())).await;
        let qr = receipt.text_of("qrText");
        texts.push(("page", cashier.http.get(&qr).send().await.unwrap().text().await.unwrap()));
        texts.push(("QR", qr));
    }
    for (place, text) in &texts {
        for hidden in [&seeds.people, &seeds.payer, &seeds.exams, &seeds.secrets] {
            hidden.absent(place, text);
        }
    }
    let simulator = format!("http://{}/control/captured", desk.server.provider.running.addr());
    let captured = cashier.http.get(simulator).send().await.unwrap().text().await.unwrap();
    assert!(captured.contains(PAYER), "the provider must be told whom to ask: {captured}");
    for hidden in [&seeds.people, &seeds.exams, &seeds.secrets] {
        hidden.absent("provider call", &captured);
    }
}

/// The log, the ledger, the vault and the read models, as bytes.
async fn search_files(server: &Server, seeds: &Seeds) {
    // What is written after the last answer: the follower catches up before its rows are searched.
    eventually("the read model shows the patient", async || {
        let rows = std::fs::read(server.dir.join("views.db-wal")).unwrap_or_default();
        let file = std::fs::read(server.dir.join("views.db")).unwrap();
        let shown = [rows, file].iter().any(|bytes| !seeds.people.found(bytes).is_empty());
        shown.then_some(())
    })
    .await;
    let views = ["views.db", "views.db-wal", "views.db-shm"];
    let secrets = ["demo.json", "master.key"];
    let nothing = Vec::<String>::new();
    assert_eq!(seeds.people.in_folder(&server.dir, &views), nothing);
    assert_eq!(seeds.payer.in_folder(&server.dir, &[]), nothing);
    assert_eq!(seeds.secrets.in_folder(&server.dir, &secrets), nothing);
    seeds.exams.absent("server.log", server.log());
    assert!(server.log().lines().count() > 20, "a log with nothing in it proves nothing");
}
