//! A small day of business for the demo, made by the same commands as everybody's.

use super::demo::Login;
use crate::{
    app::App,
    commands::{
        exams, mobile_money,
        mobile_money::Initiate,
        patients, payments, prescriptions,
        prescriptions::{AskedLine, Prices},
        tills, users,
    },
    execute::Asked,
    failure::Failure,
};
use domain::{
    ExamId, Money, Msisdn, PatientId, Refusal, UserId, Wallet,
    exam::{Listed, Priced},
    patient::Identity,
    till::Opened,
    user::{Added, Role},
};
use uuid::Uuid;

/// Usernames and roles.
pub(super) const USERS: &[(&str, &str)] = &[
    ("admin", "ADMIN"),
    ("caisse1", "CASHIER"),
    ("caisse2", "CASHIER"),
    ("labo", "TECHNICIAN"),
    ("compta", "ACCOUNTANT"),
    ("audit", "AUDITOR"),
];

/// Code, name, service, francs.
const EXAMS: &[(&str, &str, &str, i64)] = &[
    ("NFS", "Numération formule sanguine", "Hématologie", 3_500),
    ("VS", "Vitesse de sédimentation", "Hématologie", 1_500),
    ("GE", "Goutte épaisse", "Parasitologie", 1_000),
    ("GLY", "Glycémie à jeun", "Biochimie", 1_500),
    ("CREA", "Créatininémie", "Biochimie", 2_500),
    ("ECBU", "Examen cytobactériologique des urines", "Bactériologie", 5_000),
    ("RXT", "Radiographie du thorax", "Radiologie", 8_000),
    ("ECHO", "Échographie abdominale", "Radiologie", 15_000),
    ("ECG", "Électrocardiogramme", "Cardiologie", 6_000),
];

fn asked() -> Asked {
    Asked::by_ourselves(Uuid::now_v7())
}

/// A figure of the tables above.
fn money(francs: i64) -> Result<Money, Failure> {
    Money::new(francs).map_err(|_| Refusal::AmountTooLarge.into())
}

/// One user for each login.
pub(super) async fn users(app: &App, logins: &[Login]) -> Result<(), Failure> {
    for login in logins {
        let role = match login.role.as_str() {
            "ADMIN" => Role::Admin,
            "CASHIER" => Role::Cashier,
            "TECHNICIAN" => Role::Technician,
            "ACCOUNTANT" => Role::Accountant,
            _ => Role::Auditor,
        };
        let added = Added {
            username: login.username.clone(),
            first_name: login.username.clone(),
            last_name: "DÉMO".into(),
            role,
        };
        users::add(app, &asked(), &added, &login.password).await?;
    }
    Ok(())
}

/// The catalogue, two open tills, thirty prescriptions; two in three are paid, some by telephone.
pub(super) async fn day(app: &App) -> Result<(), Failure> {
    for (code, name, category, francs) in EXAMS {
        let listed = Listed { code: (*code).into(), name: (*name).into(), category: (*category).into() };
        let priced = Priced { price: money(*francs)?, from: app.clock.today() };
        exams::list(app, &asked(), &listed, &priced).await?;
    }
    let cashiers = ["caisse1", "caisse2"].map(UserId::of_username);
    for (cashier, desk) in cashiers.into_iter().zip(["Guichet principal", "Pharmacie"]) {
        let opened = Opened { desk: desk.into(), cashier, float: money(25_000)?, count: None };
        tills::open(app, &asked(), &opened).await?;
    }
    for number in 1_u32..=30 {
        let cashier = cashiers[usize::from(number % 2 == 0)];
        visit(app, number, cashier).await?;
    }
    Ok(())
}

/// One patient's visit.
async fn visit(app: &App, number: u32, cashier: UserId) -> Result<(), Failure> {
    let phone = format!("+22890{:06}", 100 * number);
    let identity = Identity {
        first_name: format!("Patient {number:02}"),
        last_name: "EXEMPLE".into(),
        birth_date: None,
        phone: Some(phone.clone()),
    };
    let patient: PatientId = patients::register(app, &asked(), &identity).await?.answer;
    let exams = EXAMS.iter().cycle().skip(number as usize).step_by(4).take(1 + number as usize % 3);
    let lines: Vec<_> =
        exams.map(|(code, ..)| AskedLine { exam: ExamId::of_code(code), price: None }).collect();
    let prescription = prescriptions::register(app, &asked(), patient, &lines, Prices::Listed).await?.answer;
    match number % 6 {
        0 | 3 => Ok(()),
        1 => by_phone(app, prescription.id, &phone, cashier).await,
        _ => {
            // Rounded up to the next 1,000 francs, as notes are.
            let tendered = money((prescription.total.francs() + 999) / 1_000 * 1_000)?;
            payments::take_cash(app, &asked(), cashier, prescription.id, None, tendered).await?;
            Ok(())
        }
    }
}

/// Asked for only: the provider's callback confirms it a moment later.
async fn by_phone(
    app: &App,
    prescription: domain::PrescriptionId,
    phone: &str,
    cashier: UserId,
) -> Result<(), Failure> {
    let Ok(phone) = Msisdn::parse(phone) else { return Ok(()) };
    let ask = Initiate { prescription, wallet: Wallet::Tmoney, phone, cashier, part: None };
    match mobile_money::initiate(app, &asked(), ask).await {
        // A configured provider may be out of reach while the demo fills.
        Ok(_) | Err(Failure::ProviderDown | Failure::NoProvider) => Ok(()),
        Err(failure) => Err(failure),
    }
}
