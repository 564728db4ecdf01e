//! A disk that takes nothing more: here a limit on the size of the files that the server may write.

use crate::{desk::Desk, server::Caller};
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// In units of 512 bytes: a mebibyte, which the write-ahead log reaches after some dozens of commits.
const LIMIT: u32 = 2048;

#[tokio::test]
async fn nothing_is_acknowledged_that_a_full_disk_did_not_take() {
    let mut desk = Desk::open().await;
    assert!(desk.server.terminate().success());
    let (mut limited, url) = limited(&desk.server.dir);
    let cashier = Caller { url, ..desk.cashier.clone() };
    let (mut acknowledged, mut failure) = (vec![], None);
    while failure.is_none() {
        let body = json!({"patientId": desk.patient, "exams": [{"examId": desk.exam}]});
        let request = cashier.request(reqwest::Method::POST, "/api/prescriptions").json(&body);
        match cashier.try_send(request).await {
            Ok(answer) if answer.status == 201 => acknowledged.push(answer.text_of("id")),
            Ok(answer) => {
                assert_eq!(answer.status, 503, "{}", answer.text);
                failure = Some(answer.text_of("code"));
            }
            // The process has ended before it could answer.
            Err(error) => failure = Some(error.to_string()),
        }
        assert!(acknowledged.len() < 10_000, "the limit is reached");
    }
    assert!(acknowledged.len() > 10, "{failure:?} after {}", acknowledged.len());
    // Nobody knows what the disk holds, so the process ends; the next one reads it from the files.
    assert_eq!(limited.wait().unwrap().code(), Some(1), "{failure:?}");
    desk.server.restart();
    let cashier = Caller { url: desk.server.url.clone(), ..cashier };
    for id in &acknowledged {
        let shown = crate::server::eventually(&format!("{id} is shown"), async || {
            let shown = cashier.get(&format!("/api/prescriptions/{id}")).await;
            (shown.status == 200).then_some(shown)
        })
        .await;
        assert_eq!(shown.json["status"], "PENDING", "{}", shown.text);
    }
    assert!(desk.server.terminate().success());
    desk.server.verify();
}

/// A server whose files can't grow beyond the limit: a write beyond it fails, as on a full disk.
fn limited(dir: &Path) -> (Child, String) {
    let script = format!("trap '' XFSZ; ulimit -f {LIMIT}; exec \"$0\" --data \"$1\" demo --empty");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_quittance")).arg(dir);
    command.env("QUITTANCE_LISTEN", "127.0.0.1:0").stderr(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = loop {
        let line = lines.next().expect("it says where it listens").unwrap();
        if let Some((_, url)) = line.split_once("écoute sur ") {
            break url.to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}
